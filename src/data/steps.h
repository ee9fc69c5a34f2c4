/* steps.h: the steps in which columns were recorded - integers, minutes, one decimal, logarithms of counts -
** measured from their ties; and their spread, on a scale that a few far values do not move. */
#ifndef MIX_STEPS_H
#define MIX_STEPS_H

#include "cancel.h"
#include "mixture.h"

/* Where a column is recorded in steps of which width, at rising values. */
typedef struct mix_knots {
    size_t count; /* 0: steps are the same everywhere */
    double *at, *width;
    bool
        apart; /* equal values in a column without steps elsewhere: each reaches half of its width to both sides */
} mix_knots;

typedef struct mix_steps {
    size_t d;
    double height;    /* times step^2: the least variance of a component, see mix_steps_height */
    double *variance; /* d: square of the spread; 0: the column does not vary */
    double *step;     /* d: the typical step; 0: values are practically all different */
    mix_knots *knots; /* d */
    double *memory;   /* of all arrays of doubles */
} mix_steps;

/* Steps of the data, in its stored units, and spreads. resolution: steps in the user's units in place of those
** measured, NULL: all are measured. MIXTURE_OK, _NOMEM or _CANCELLED; *steps is NULL unless OK. */
mixture_status mix_steps_measure(const mixture_data *data, const double *resolution, const mix_cancel *cancel,
                                 mix_steps **steps);
void mix_steps_free(mix_steps *steps); /* NULL is fine */

/* The step of a column about x. */
double mix_steps_at(const mix_steps *steps, size_t column, double x);

/* The least variance of a component, in squares of a step, in a table of n rows (the sum of their weights):
** docs/mathematics-floors.md. */
double mix_steps_height(double n);

#endif
