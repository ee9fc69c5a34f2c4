/* contour.h: contour lines of a density by marching squares. */
#ifndef MIX_CONTOUR_H
#define MIX_CONTOUR_H

#include "field.h"

/* Paths one after another; path p has the vertices start[p] to start[p + 1] - 1. Starts as {0}. */
typedef struct mix_contour {
    double *x, *y;
    size_t count; /* of vertices */
    size_t *start;
    size_t path_count;
    bool *closed; /* path_count: comes back to its first vertex, which is not repeated */
} mix_contour;

/* The lines of one log density within a field. A line is found where two crossings of grid lines differ in being
** above the level; its vertices lie on grid lines where the density is the level's to 1e-9 (as far as coordinates
** are that fine), by root finding. */
mixture_status mix_contour_trace(const mix_field *field, const mix_scorer *scorer, double log_level,
                                 const mix_cancel *cancel, mix_contour *contour);

/* The lines of `count` levels, the borders of the highest density regions of these probabilities (falling), on a
** grid that holds them all and is made as by mix_field_make(): every path is closed, unless it reaches the end of
** the doubles. A component that is narrower than the grid has a path of its own, found from its mean, which may
** lie over others. contours start as {0} and are the caller's to free in any case. */
mixture_status mix_contour_trace_all(const mix_scorer *scorer, const double *probabilities, size_t count,
                                     const size_t uniform[2], const size_t most[2], const mix_cancel *cancel,
                                     double *log_levels, mix_contour *contours);
void mix_contour_free(mix_contour *contour);

#endif
