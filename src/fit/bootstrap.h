/* bootstrap.h: what the fits to replicates of a table share: here, and for the test of k against k + 1
** components. */
#ifndef MIX_BOOTSTRAP_H
#define MIX_BOOTSTRAP_H

#include "em.h"
#include "resample.h"
#include "soundness.h"

/* Threads for so many replicates, and doubles of each but the calling one's memory: one replicate, and `more`. 1:
** one after another, with threads within each pass. */
size_t mix_bootstrap_threads(const mix_resample *resample, const mixture_options *options, size_t replicates,
                             double more, size_t *arena_bytes);

/* Fit options->k components of options->structure to a replicate, from a model in its frame; then em holds how
** that went. *model, in that frame, is the caller's to free, and em mix_em_clear()'s, in every case. MIXTURE_OK,
** _NOMEM, _CANCELLED, or _INVALID: EM leads to no model. */
mixture_status mix_bootstrap_refit(const mixture_data *data, const mixture_model *from,
                                   const mixture_options *options, const mix_cancel *cancel, mix_em *em,
                                   mixture_model **model);

#endif
