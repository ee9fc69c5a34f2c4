/* extent.h: where the components of a model lie, for grids and pictures; of families with a geometry. */
#ifndef MIX_EXTENT_H
#define MIX_EXTENT_H

#include "mixture.h"

/* Whether these columns lie somewhere: the family has a geometry, or that of the part in which all of them are. */
bool mix_extent_has(const mixture_model *model, const size_t *columns, size_t count);

double mix_extent_mean(const mixture_model *model, size_t component, size_t column);
double mix_extent_deviation(const mixture_model *model, size_t component, size_t column);

/* The box of column j that reaches `margin` standard deviations beyond every component's mean. */
void mix_extent_box(const mixture_model *model, size_t j, double margin, double *low, double *high);

/* Point i of `points` on the outline of a component's region of the given probability, d = 2. */
void mix_extent_outline(const mixture_model *model, size_t component, double probability, size_t i, size_t points,
                        double *x, double *y);

/* The same at so many deviations from the mean. */
void mix_extent_outline_at(const mixture_model *model, size_t component, double radius, size_t i, size_t points,
                           double *x, double *y);

/* The marginal model of `count` of the columns, prepared; names are left out. The caller's to free. MIXTURE_OK,
** _NOMEM, or _INVALID with a text. */
mixture_status mix_extent_marginal(const mixture_model *model, const size_t *columns, size_t count,
                                   mixture_model **marginal, mixture_error *error);

#endif
