/* curves.h: what lies over each other in a panel of one column. */
#ifndef MIX_CURVES_H
#define MIX_CURVES_H

#include "drawing.h"

/* Densities along one column. Starts as {0}. */
typedef struct mix_curves {
    mixture_model *model; /* of this column */
    double *x, *mixture;  /* count places and densities */
    double *shares;       /* each component's part: shown * count */
    size_t count, shown;
    mix_bar *bars;
    size_t bar_count;
    double top; /* highest density of all */
} mix_curves;

/* Add what the components and the histogram need to a range. */
mixture_status mix_curves_reach(const mix_drawing *drawing, size_t column, mix_range *range);
mixture_status mix_curves_begin(mix_curves *curves, mix_drawing *drawing, size_t column, mix_range range,
                                size_t lines);
void mix_curves_end(mix_curves *curves);
void mix_curves_draw(mix_drawing *drawing, const mix_panel *panel, const mix_curves *curves, bool shares,
                     bool filled);

#endif
