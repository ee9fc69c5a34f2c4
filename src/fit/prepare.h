/* prepare.h: whether the rows will do for a fit. */
#ifndef MIX_PREPARE_H
#define MIX_PREPARE_H

#include "cancel.h"
#include "data.h"

/* Whether there are rows that have a value in every column; if not *column is the first without one. */
bool mix_prepare_has_values(const mixture_data *data, size_t *column);

/* Once for a table: there are rows with a value in every column, no column is beyond what squares in a double can
** hold; the data are standardized. Counts the distinct rows, no further than `most`. */
mixture_status mix_prepare_rows(const mixture_family *family, mixture_data *data, const mixture_options *options,
                                size_t most, const mix_cancel *cancel, size_t *distinct, mixture_error *error);

/* For each k: enough distinct rows, and no label beyond the components or one whose weight options->start puts at
** 0. */
mixture_status mix_prepare_k(const mixture_data *data, const mixture_options *options, size_t distinct,
                             const mix_cancel *cancel, mixture_error *error);

#endif
