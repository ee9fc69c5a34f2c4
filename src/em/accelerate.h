/* accelerate.h: moving ahead along a slowly converging sequence of EM iterates. */
#ifndef MIX_ACCELERATE_H
#define MIX_ACCELERATE_H

#include "family.h"

typedef struct mix_accelerate mix_accelerate; /* NULL: EM as it is; then nothing below does anything */

/* For models of a shape, of a family with coordinates, with noise or without; NULL when out of memory. */
mix_accelerate *mix_accelerate_new(const mix_shape *shape, bool noisy);
void mix_accelerate_free(mix_accelerate *accelerate);
void mix_accelerate_reset(mix_accelerate *accelerate); /* before a new sequence */

/* Before maximize: take note of the model, whose log-likelihood is `rise` above the one before (the first:
** INFINITY). scratch: the family's, here and below. */
void mix_accelerate_depart(mix_accelerate *accelerate, const mixture_model *model, double rise, double *scratch);

/* After maximize: take note of where that has led. */
void mix_accelerate_arrive(mix_accelerate *accelerate, const mixture_model *model, double *scratch);

/* Then, if wanted: keep the model, maximized from `statistics`, aside and move it further ahead, prepared. False
** when that is not called for, or when there is no valid place to go: then nothing has changed. */
bool mix_accelerate_jump(mix_accelerate *accelerate, mixture_model *model, const double *statistics,
                         const mix_maximize *how, double *scratch);

/* After a jump to a lower log-likelihood, or to no valid model: put it back to what maximize had made it. */
void mix_accelerate_undo(mix_accelerate *accelerate, mixture_model *model);

#endif
