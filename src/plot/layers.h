/* layers.h: what lies over each other in a panel of two columns. */
#ifndef MIX_LAYERS_H
#define MIX_LAYERS_H

#include "contour.h"
#include "drawing.h"
#include "places.h"

/* Two of the drawn columns. Starts as {0}. */
typedef struct mix_pair {
    size_t columns[2];    /* places among options->columns */
    mixture_model *model; /* of these two; NULL: the family has no geometry, and only points can be drawn */
    mix_scorer scorer;
    mix_contour contours[MIX_PLOT_LEVELS]; /* outermost first */
    size_t contour_count;
    mix_places places; /* of the rows, if there are any */
} mix_pair;

#define MIX_ELLIPSE 0.95 /* probability of the ellipses */

/* The marginal model and the places of the rows; contours when `lines`, the grid lines to begin with, are more
** than 0. */
mixture_status mix_pair_begin(mix_pair *pair, mix_drawing *drawing, size_t a, size_t b, size_t lines);
void mix_pair_end(mix_pair *pair);
/* Add what the contours and the ellipses (if wanted) need on their axes. */
void mix_pair_reach(const mix_pair *pair, const mix_drawing *drawing, bool ellipses, mix_range ranges[2]);

void mix_pair_draw_contours(mix_drawing *drawing, const mix_panel *panel, const mix_pair *pair, bool filled);
void mix_pair_draw_ellipses(mix_drawing *drawing, const mix_panel *panel, const mix_pair *pair, double probability,
                            bool filled);
void mix_pair_draw_means(mix_drawing *drawing, const mix_panel *panel, const mix_pair *pair, bool numbers);
/* How sure the means are, in both columns, if that is known. */
void mix_pair_draw_whiskers(mix_drawing *drawing, const mix_panel *panel, const mix_pair *pair);
/* The chosen points: by component; by uncertainty; or faint. Their areas are as the numbers of rows at one place,
** or, from 0 to 1 - 1/k in some sizes, uncertainties. `radius`: of a point of neither. */
void mix_pair_draw_points(mix_drawing *drawing, const mix_panel *panel, const mix_pair *pair, double radius,
                          mix_plot_what style);

enum { MIX_UNCERTAINTY_SIZES = 10 };
static inline double mix_uncertainty_radius(double radius, double uncertainty) {
    return radius * (0.5 + 4.5 * uncertainty);
}

#endif
