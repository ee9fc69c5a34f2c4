/* subsample.h: a bounded sample of the rows, to try candidates on. */
#ifndef MIX_SUBSAMPLE_H
#define MIX_SUBSAMPLE_H

#include "cancel.h"
#include "data.h"

/* Draw rows of standardized data, in their order, to try fits of up to k components on, among them k distinct
** ones if the data have so many. *sample is NULL when the data themselves will do: they are small, or every row
** is labelled and there is nothing to try. MIXTURE_OK, _NOMEM or _CANCELLED; in every case mix_subsample_free()
** frees. */
mixture_status mix_subsample_draw(const mixture_data *data, size_t k, int64_t seed, const mix_cancel *cancel,
                                  mixture_data **sample);

/* The same, of `wanted` rows, fewer than the data have; those of each stream are drawn by themselves. */
mixture_status mix_subsample_rows(const mixture_data *data, size_t wanted, size_t k, int64_t seed, uint64_t stream,
                                  const mix_cancel *cancel, mixture_data **sample);
void mix_subsample_free(mixture_data *sample); /* before the data; NULL is fine */

/* Whether the component of every row is known. MIXTURE_OK or _CANCELLED. */
mixture_status mix_subsample_all_labelled(const mixture_data *data, const mix_cancel *cancel, bool *all);

#endif
