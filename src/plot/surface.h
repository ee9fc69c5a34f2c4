/* surface.h: the density as a surface seen in perspective: its grid, and where the eye sees a point. */
#ifndef MIX_SURFACE_H
#define MIX_SURFACE_H

#include "field.h"

/* Three deviations beyond every component of a model of two columns. */
mix_range mix_surface_range(const mixture_model *model, size_t j);

/* The grid of the surface over two ranges; fewer lines with less detail (1 or below). */
mixture_status mix_surface_field(mix_field *field, const mix_scorer *scorer, const mix_range ranges[2],
                                 double detail, const mix_cancel *cancel);

/* A point of a box with a floor of 1 x 1, as the eye sees it; depth is the distance. */
typedef struct mix_view {
    double x, y, depth; /* x to the right, y upward */
} mix_view;

/* x, y and height from 0 to 1. The eye looks down from where x is high and y is low. */
mix_view mix_surface_see(double x, double y, double height);

#endif
