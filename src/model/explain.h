/* explain.h: why a row is where it is, column by column. */
#ifndef MIX_EXPLAIN_H
#define MIX_EXPLAIN_H

#include "cancel.h"
#include "mixture.h"

/* What a column says; NaN where that is nothing. */
typedef struct mix_explanation {
    double mean, deviation, z;      /* in the component */
    double expected, conditional_z; /* there, given the other columns */
    double evidence; /* what the log odds of the component against all others would lack without the column */
} mix_explanation;

/* Of each of the d columns, in the model's own order, for a component. x: NaN where not observed. MIXTURE_OK,
** _NOMEM, _CANCELLED, or _INVALID with a text. */
mixture_status mix_explain_row(const mixture_model *model, size_t component, const double *x,
                               const mix_cancel *cancel, mix_explanation *columns, mixture_error *error);

/* The period of a column of angles, in the model's own order; 0: it has none. */
double mix_explain_period(const mixture_model *model, size_t column);

#endif
