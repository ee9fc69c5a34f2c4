/* init.h: where EM starts: candidates drawn from the data or parameters given by the caller. */
#ifndef MIX_INIT_H
#define MIX_INIT_H

#include "cancel.h"
#include "family.h"

typedef struct mix_init mix_init;

/* Draw a bounded sample of the standardized data, to try candidates of up to `most` components on; shared: by fits
** of several k and structures, so that the start may cost more. Of the options count seed, init, start and n_init.
** MIXTURE_OK, _NOMEM or _CANCELLED. */
mixture_status mix_init_new(const mixture_family *family, const mixture_data *data, const mixture_options *options,
                            size_t most, bool shared, const mix_cancel *cancel, mix_init **init);
void mix_init_free(mix_init *init); /* NULL is fine */

/* Make all that its candidates share now, not when it is first needed. MIXTURE_OK, _NOMEM or _CANCELLED. */
mixture_status mix_init_complete(mix_init *init);

/* Another one, for up to `most` components, that draws the same candidates in work space of its own. What they share
** it has from `init`, which is complete, outlives it and is only read: so each thread may draw with one. */
mixture_status mix_init_fork(const mix_init *init, size_t most, const mix_cancel *cancel, mix_init **fork);

/* The sample: the data themselves when they are small. */
const mixture_data *mix_init_sample(const mix_init *init);

/* Whether a candidate comes from hierarchical clustering: number 0, of families with a tree, when nothing is known of the components
** and nothing else was asked for. */
bool mix_init_from_tree(const mix_init *init, size_t number);

/* Whether candidate `number` starts from the partition of one before it, but for the clusters' names, and so needs no
** trial: of k components, nothing given. (Partitions far up are not kept and repeat nothing.) MIXTURE_OK, _NOMEM or
** _CANCELLED. */
mixture_status mix_init_repeats(mix_init *init, size_t k, size_t number, bool *repeats);

/* Candidate number 0, 1, … of model->k components and model->structure: the same whatever was drawn before. The model is prepared. What
** options->start gives is taken from `given`, a model in the data's frame (NULL: nothing is given). Candidates of
** the same number and k share their partition of the rows, whatever their structure. */
mixture_status mix_init_draw(mix_init *init, size_t number, const mixture_model *given, const mix_maximize *how,
                             mixture_model *model, mixture_error *error);

#endif
