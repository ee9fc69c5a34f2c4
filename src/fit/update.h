/* update.h: the model after more rows, without those that it has seen: it and its n stand for their statistics,
** those of n rows drawn from it (R. M. Neal & G. E. Hinton, A view of the EM algorithm that justifies
** incremental, sparse, and other variants, 1998). Each row in turn adds its own, under the model as it is by
** then, and the M-step follows. docs/mathematics.md. */
#ifndef MIX_UPDATE_H
#define MIX_UPDATE_H

#include "statistics.h"

typedef struct mix_update mix_update;

/* From a prepared model of n rows > 0, which outlives it, as does who is asked whether to stop. memory: n counts
** for so many rows at most, the row that comes included; INFINITY: all. NULL when out of memory. */
mix_update *mix_update_new(const mixture_model *model, double memory, const mix_cancel *cancel);
void mix_update_free(mix_update *update); /* NULL is fine */

/* A row of a weight > 0, and below the memory; NaN where not observed. A row that says nothing to the model is
** passed over. MIXTURE_OK, _NOMEM, _CANCELLED or _INVALID with a text. */
mixture_status mix_update_add(mix_update *update, const double *x, double weight, mixture_error *error);

/* The model as it is by now: parameters, n and mean sum of a row. */
const mixture_model *mix_update_model(const mix_update *update);

#endif
