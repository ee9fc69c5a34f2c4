/* ellipse.h: where Gaussian components lie, for grids and pictures. */
#ifndef MIX_ELLIPSE_H
#define MIX_ELLIPSE_H

#include "mixture.h"

/* The box of column j that reaches `margin` standard deviations beyond every component's mean. */
void mix_ellipse_box(const mixture_model *model, size_t j, double margin, double *low, double *high);

/* Point i of `points` on the outline of a component's region of the given probability, d = 2: the ellipse of
** squared Mahalanobis distance -2 ln(1 - probability), the chi-square quantile with 2 degrees of freedom. */
void mix_ellipse_point(const mixture_model *model, size_t component, double probability, size_t i, size_t points,
                       double *x, double *y);

#endif
