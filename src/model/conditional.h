/* conditional.h: models of some of a model's columns: alone, or given values of others. */
#ifndef MIX_CONDITIONAL_H
#define MIX_CONDITIONAL_H

#include "cancel.h"
#include "mixture.h"

/* The mixture of `count` >= 1 different columns, places among the model's own, in that order. x: d values, NaN in
** these columns and where nothing is given, with `weights`, the responsibilities of the components there; both
** NULL: the marginal mixture. Parts of one family become a model of that family. Columns and components keep their
** names; of how the model came about only n is kept. *result is the caller's to free, as long as the model is
** there. MIXTURE_OK, _NOMEM, _CANCELLED, or _INVALID with a text. */
mixture_status mix_conditional_make(const mixture_model *model, const size_t *columns, size_t count,
                                    const double *x, const double *weights, const mix_cancel *cancel,
                                    mixture_model **result, mixture_error *error);

#endif
