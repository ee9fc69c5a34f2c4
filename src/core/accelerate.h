/* accelerate.h: extrapolating a slowly converging sequence of EM iterates (SQUAREM). */
#ifndef MIX_ACCELERATE_H
#define MIX_ACCELERATE_H

#include "family.h"

typedef struct mix_accelerate mix_accelerate;

/* For models of k components of d columns with `statistics` doubles of statistics; NULL when out of memory. */
mix_accelerate *mix_accelerate_new(const mixture_family *family, size_t k, size_t d, size_t statistics);
void mix_accelerate_free(mix_accelerate *accelerate);  /* NULL is fine */
void mix_accelerate_reset(mix_accelerate *accelerate); /* before a new sequence */

/* Take note of a plain EM iterate, which raised the log-likelihood by `rise`; true when it is time to jump. */
bool mix_accelerate_observe(mix_accelerate *accelerate, const mixture_model *model, double rise, double *scratch);

/* Keep model and statistics aside and move the model ahead, prepared. False when there is no valid place to
** go: then nothing has changed. */
bool mix_accelerate_jump(mix_accelerate *accelerate, mixture_model *model, const double *statistics,
                         const mix_maximize *how, double *scratch);

/* After the jump: whether it is kept; if not, model and statistics are put back. */
void mix_accelerate_landed(mix_accelerate *accelerate, bool keep, mixture_model *model, double *statistics);

#endif
