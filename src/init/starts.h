/* starts.h: where EM starts: candidates of one k, drawn from the data or with parameters given by the caller. */
#ifndef MIX_STARTS_H
#define MIX_STARTS_H

#include "init.h"

typedef struct mix_starts mix_starts;

enum { MIX_STARTS_KEPT = 16 }; /* partitions kept for the next structure */

/* Starts of k components over what `init` has in common, which outlives them and, if several threads have
** starts of it, is complete. Work space, and partitions once drawn, are their own. MIXTURE_OK or _NOMEM. */
mixture_status mix_starts_new(mix_init *init, size_t k, const mix_cancel *cancel, mix_starts **starts);
void mix_starts_free(mix_starts *starts); /* NULL is fine */

/* Whether candidate `number` starts from the partition of one before it, but for the clusters' names, and so
** needs no trial: nothing given. (Partitions far up are not kept and repeat nothing.) MIXTURE_OK, _NOMEM or
** _CANCELLED. */
mixture_status mix_starts_repeats(mix_starts *starts, size_t number, bool *repeats);

/* Whether what is given says where the components lie, in some part: then nothing is drawn, and what is left out
** is at first that of all the data, for every component. */
bool mix_starts_located(const mixture_family *family, const mixture_start *start);

/* Candidate number 0, 1, … of model->structure: the same whatever was drawn before. The model is prepared. What
** options->start gives is taken from `given`, a model in the data's frame (NULL: nothing is given). Candidates
** of the same number share their partition of the rows, whatever their structure. */
mixture_status mix_starts_draw(mix_starts *starts, size_t number, const mixture_model *given,
                               const mix_maximize *how, mixture_model *model, mixture_error *error);

#endif
