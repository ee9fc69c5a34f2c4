/* picture.h: what the pictures share: the plot's rows, the layers of a panel, and the pictures themselves, a file
** each. */
#ifndef MIX_PICTURE_H
#define MIX_PICTURE_H

#include "contour.h"
#include "histogram.h"
#include "page.h"
#include "plot.h"
#include "points.h"

struct mix_plot {
    const mixture_model *model;
    const mix_plot_options *options;
    mix_points points;
    uint64_t rows, left_out;
    mix_range ranges[MIX_PLOT_COLUMNS]; /* of the columns drawn, all rows */
    mix_histogram histograms[MIX_PLOT_COLUMNS];
};

/* A picture at work. */
typedef struct mix_drawing {
    mix_plot *plot;
    const mixture_model *model;
    const mix_plot_options *options;
    mix_page page;
    const mix_cancel *cancel;
    mixture_error *error;
    double detail;     /* 1, or less after a picture came out too long */
    size_t shown;      /* components that are drawn */
    char caption[600]; /* grows sentence by sentence */
} mix_drawing;

/* ---- The pictures ---------------------------------------------------------------------------------------- */

mixture_status mix_picture_pair(mix_drawing *drawing);    /* two columns */
mixture_status mix_picture_line(mix_drawing *drawing);    /* one column */
mixture_status mix_picture_matrix(mix_drawing *drawing);  /* more columns: all pairs */
mixture_status mix_picture_surface(mix_drawing *drawing); /* two columns */
mixture_status mix_picture_trace(mix_drawing *drawing);
mixture_status mix_picture_selection(mix_drawing *drawing);

/* ---- Words and keys: caption.c----------------------------------------------------------------------------- */

/* Add to the caption, as by printf. */
void mix_caption_say(mix_drawing *drawing, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* How many rows there are, how many are drawn, how many are not. */
void mix_caption_say_rows(mix_drawing *drawing);
/* The levels: "25, 50 and 95 %". */
void mix_caption_levels(const mix_plot_options *options, char *text, size_t room);
/* A share as a percentage: "35.6 %". */
const char *mix_caption_percent(double share, char text[MIX_LABEL_BYTES]);
/* Name of column j of the model. */
const char *mix_caption_column(const mixture_model *model, size_t j, char buffer[32]);
/* The legend of the components shown, with their weights; `lines`: with the dashes of their lines, too; then other
** keys. */
mixture_status mix_caption_legend(mix_drawing *drawing, bool lines, const mix_key *more, size_t more_count);

/* ---- One panel of two columns: layers.c --------------------------------------------------------------------- */

/* Two of the drawn columns. Starts as {0}. */
typedef struct mix_pair {
    size_t columns[2];    /* places among options->columns */
    mixture_model *model; /* of these two */
    mix_scorer scorer;
    mix_contour contours[MIX_PLOT_LEVELS]; /* outermost first */
    size_t contour_count;
} mix_pair;

#define MIX_ELLIPSE 0.95 /* probability of the ellipses */

/* The marginal model; its contours when `lines`, the grid lines to begin with, are more than 0. */
mixture_status mix_pair_begin(mix_pair *pair, mix_drawing *drawing, size_t a, size_t b, size_t lines);
void mix_pair_end(mix_pair *pair);
/* Add what the contours and the ellipses (if wanted) need. */
void mix_pair_reach(const mix_pair *pair, const mix_drawing *drawing, bool ellipses, mix_range ranges[2]);

void mix_pair_draw_contours(mix_drawing *drawing, const mix_panel *panel, const mix_pair *pair, bool filled);
void mix_pair_draw_ellipses(mix_drawing *drawing, const mix_panel *panel, const mix_pair *pair, double probability,
                            bool filled);
void mix_pair_draw_means(mix_drawing *drawing, const mix_panel *panel, const mix_pair *pair, bool numbers);
/* The chosen points: by component; by uncertainty; or faint. Uncertainties go from 0 to 1 - 1/k and are drawn in
** some sizes. */
void mix_pair_draw_points(mix_drawing *drawing, const mix_panel *panel, const size_t columns[2], double radius,
                          mix_plot_what style);

enum { MIX_UNCERTAINTY_SIZES = 10 };
static inline double mix_uncertainty_radius(double radius, double uncertainty) {
    return radius * (0.5 + 4.5 * uncertainty);
}

/* ---- One panel of one column: curves.c -------------------------------------------------------------------- */

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

/* ---- Small helpers ------------------------------------------------------------------------------------------ */

/* The color of component c. */
static inline void mix_drawing_color(const mix_drawing *drawing, size_t c, char color[MIX_COLOR_BYTES]) {
    mix_palette_color(drawing->options->palette, c, drawing->model->k, color);
}

#endif
