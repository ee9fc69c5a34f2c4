/* curves.h: what lies over each other in a panel of one column. */
#ifndef MIX_CURVES_H
#define MIX_CURVES_H

#include "drawing.h"

/* Densities along one column, on its axis: with respect to the logarithm where that is logarithmic. Of a column of
** whole numbers, not too many, these are probabilities, and bars stand side by side. Starts as {0}. */
typedef struct mix_curves {
    size_t column;        /* among those drawn */
    mixture_model *model; /* of this column, of families that have such; else NULL */
    bool mass;            /* probabilities of whole numbers */
    double *x, *mixture;  /* count places and densities; none where a column has no distribution of its own */
    double *shares;       /* each component's part: shown * count; mass: with those of all before */
    size_t count, shown;
    mix_bar *bars; /* mass: as many as places */
    size_t bar_count;
    double top; /* highest density of all, but for those that seem to have no bound */
    bool unbounded;
} mix_curves;

/* Add what the components and the histogram need to a range. */
mixture_status mix_curves_reach(const mix_drawing *drawing, size_t column, mix_range *range);
mixture_status mix_curves_begin(mix_curves *curves, mix_drawing *drawing, size_t column, const mix_axis *axis,
                                size_t lines);
void mix_curves_end(mix_curves *curves);
/* The axis of the densities: from 0, or some powers of ten. */
mix_axis mix_curves_axis(const mix_curves *curves, bool log, const char *name);
void mix_curves_draw(mix_drawing *drawing, const mix_panel *panel, const mix_curves *curves, bool shares,
                     bool filled);

#endif
