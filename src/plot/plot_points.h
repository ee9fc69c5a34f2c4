/* plot_points.h: the rows that are drawn as points: all, or a sample of as many as may be drawn. */
#ifndef MIX_PLOT_POINTS_H
#define MIX_PLOT_POINTS_H

#include "field.h"
#include "mixture.h"
#include "random.h"

/* Starts as {0} but for d and limit. Memory: 8 d bytes a row that is kept. */
typedef struct mix_plot_points {
    size_t d, limit; /* columns; rows kept at most */
    double *x;       /* count rows of d values, NaN where not observed */
    size_t count, room;
    uint64_t seen; /* rows added */
    mix_random random;
    /* By mix_plot_points_classify(): */
    size_t *component;   /* likeliest of each row kept */
    double *uncertainty; /* 1 - its probability */
    /* By mix_plot_points_choose(): rows to draw, those of component c at order[start[c]] to order[start[c + 1]
    ** - 1]. */
    size_t *order, *start, chosen;
} mix_plot_points;

/* Vitter's algorithm R (ACM TOMS 11 (1985) 37): every row is as likely to be kept. The same rows in the same order
** give the same sample. */
mixture_status mix_plot_points_add(mix_plot_points *points, const double *x);

mixture_status mix_plot_points_classify(mix_plot_points *points, const mixture_model *model,
                                        const mix_cancel *cancel);
/* Choose at most `count` of the rows kept, evenly among them, and put them in order. */
mixture_status mix_plot_points_choose(mix_plot_points *points, size_t count, size_t k);
void mix_plot_points_free(mix_plot_points *points);

#endif
