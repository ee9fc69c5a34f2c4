/* layer_points.c: rows as points. */
#include <math.h>

#include "layers.h"

/* What a class of points looks like: those of a component whose size falls into one of some classes. */
typedef struct look {
    const char *color;
    int shape, size;
    double radius, opacity;
} look;

enum { MOST_SIZES = 24 }; /* of points that stand for many rows */

/* The class of a place: by its row's uncertainty, or by the number of rows. */
static int size_of(const mix_drawing *drawing, const mix_places *places, size_t place, mix_plot_what style) {
    if (style == MIX_PLOT_UNCERTAINTY) {
        double uncertainty = drawing->plot->points.uncertainty[places->row[place]];
        return (int)fmin(uncertainty * MIX_UNCERTAINTY_SIZES, MIX_UNCERTAINTY_SIZES - 1);
    }
    double share = sqrt((double)places->rows[place] / (double)places->most);
    return (int)fmax(round(share * MOST_SIZES), 1) - 1;
}

static double class_radius(const mix_places *places, int size, double radius, mix_plot_what style) {
    if (style == MIX_PLOT_UNCERTAINTY) {
        return mix_uncertainty_radius(radius, (size + 0.5) / MIX_UNCERTAINTY_SIZES);
    }
    return fmax(places->unit * (size + 1) / MOST_SIZES * sqrt((double)places->most), 0.8);
}

/* Draw the places first to end - 1 that are of this look. */
static void draw_class(mix_drawing *drawing, const mix_panel *panel, const mix_pair *pair, const size_t span[2],
                       mix_plot_what style, const look *how) {
    const mix_plot_points *points = &drawing->plot->points;
    const mix_plot_options *options = drawing->options;
    mix_svg *svg = &drawing->page.svg;
    bool begun = false;
    for (size_t p = span[0]; p < span[1]; p++) {
        if (size_of(drawing, &pair->places, p, style) != how->size) {
            continue;
        }
        const double *row = points->x + pair->places.row[p] * points->d;
        double x = row[options->columns[pair->columns[0]]], y = row[options->columns[pair->columns[1]]];
        bool shown = !isnan(mix_plot_on_axis(options, pair->columns[0], x)) &&
                     !isnan(mix_plot_on_axis(options, pair->columns[1], y));
        size_t marks = style == MIX_PLOT_UNCERTAINTY ? pair->places.rows[p] : 1;
        for (size_t i = 0; i < marks && shown; i++) {
            if (!begun) {
                mix_marks_begin(svg, how->color, how->shape, how->radius, how->opacity);
                begun = true;
            }
            mix_marks_at(svg, how->shape, how->radius, mix_scale_at(&panel->x, x), mix_scale_at(&panel->y, y));
        }
    }
    if (begun) {
        mix_marks_end(svg);
    }
}

/* The places of component c. */
static void find_span(const mix_drawing *drawing, const mix_places *places, size_t c, size_t span[2]) {
    const size_t *component = drawing->plot->points.component;
    span[0] = span[1];
    while (span[1] < places->count && component[places->row[span[1]]] == c) {
        span[1]++;
    }
}

void mix_pair_draw_points(mix_drawing *drawing, const mix_panel *panel, const mix_pair *pair, double radius,
                          mix_plot_what style) {
    bool faint = style == MIX_PLOT_DENSITY, uncertain = style == MIX_PLOT_UNCERTAINTY;
    int sizes = uncertain ? MIX_UNCERTAINTY_SIZES : MOST_SIZES;
    int least = uncertain || pair->places.most > 1 ? 0 : sizes - 1; /* one row at each place: points of one size */
    for (int i = 0; i + least < sizes; i++) {
        int size = uncertain ? i : sizes - 1 - i; /* on top: the uncertain, which are looked for; the small */
        size_t span[2] = {0, 0};
        for (size_t c = 0; c < drawing->model->k; c++) {
            char color[MIX_COLOR_BYTES] = "#808080";
            find_span(drawing, &pair->places, c, span);
            double scaled = class_radius(&pair->places, size, radius, style);
            look how = {color, faint ? 0 : mix_marks_shape(c), size, faint ? 0.7 * scaled : scaled,
                        faint ? 0.55 : 0.7};
            if (!faint) {
                mix_drawing_color(drawing, c, color);
            }
            draw_class(drawing, panel, pair, span, style, &how);
        }
    }
}
