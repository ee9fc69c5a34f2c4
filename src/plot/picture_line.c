/* picture_line.c: one column: histogram, density of the mixture, parts of the components; or each row's
** uncertainty. */
#include <math.h>
#include <string.h>

#include "caption.h"
#include "curves.h"
#include "memory.h"
#include "picture.h"
#include "reach.h"
#include "whiskers.h"

/* Rows as short strokes at the bottom, in the colors of their components. */
static void draw_rug(mix_drawing *drawing, const mix_panel *panel, bool colored) {
    const mix_plot_points *points = &drawing->plot->points;
    mix_svg *svg = &drawing->page.svg;
    size_t column = drawing->options->columns[0];
    for (size_t c = 0; c < drawing->model->k; c++) {
        char color[MIX_COLOR_BYTES] = "#808080";
        if (points->start[c] == points->start[c + 1]) {
            continue;
        }
        if (colored) {
            mix_drawing_color(drawing, c, color);
        }
        mix_svg_raw(svg, "<path stroke-width=\"0.6\" stroke=\"");
        mix_svg_raw(svg, color);
        mix_svg_raw(svg, "\" d=\"");
        for (size_t o = points->start[c]; o < points->start[c + 1]; o++) {
            double x = points->x[points->order[o] * points->d + column];
            MIX_SVG(svg, "M@ @v-8", mix_scale_at(&panel->x, x), panel->area.bottom);
        }
        mix_svg_raw(svg, "\"/>\n");
    }
}

/* How sure the means are: above the axis, those of neighbors at different heights. */
static void draw_line_whiskers(mix_drawing *drawing, const mix_panel *panel) {
    enum { HEIGHTS = 4 };
    const double lowest = 9, apart = 9;
    for (size_t c = 0; c < drawing->shown; c++) {
        double mean, y = panel->area.bottom - lowest - apart * (double)(c % HEIGHTS);
        mix_range across;
        char color[MIX_COLOR_BYTES];
        if (mix_whiskers_of_mean(drawing, c, 0, &mean, &across)) {
            mix_whiskers_draw_x(&drawing->page, mix_scale_at(&panel->x, across.low),
                                mix_scale_at(&panel->x, across.high), y);
            mix_drawing_color(drawing, c, color);
            mix_marks_begin(&drawing->page.svg, color, 0, 3, 1);
            mix_marks_at(&drawing->page.svg, 0, 3, mix_scale_at(&panel->x, mean), y);
            mix_marks_end(&drawing->page.svg);
        }
    }
}

static void write_line_caption(mix_drawing *drawing, const mix_curves *curves, bool shares) {
    bool one = drawing->model->k == 1, log = mix_drawing_is_log(drawing, 0);
    if (drawing->options->rows) {
        mix_caption_say_rows(drawing);
        if (curves->mass) {
            mix_caption_say(drawing, "Gray bars: rows.");
        } else if (drawing->plot->points.chosen < drawing->plot->rows) {
            mix_caption_say(drawing, "The histogram is of all.");
        }
    }
    if (curves->mixture == NULL) {
        mix_caption_say(drawing, "A column of counts whose sum is given has no distribution of its own.");
    } else if (curves->mass) {
        mix_caption_say(drawing, shares && !one ? "Colored bars: the mixture, made up of its components."
                                                : "Colored bars: the mixture.");
    } else {
        mix_caption_say(drawing, !shares ? "Line: density of the mixture."
                                 : one
                                     ? "Lines: density of the mixture and of its one component."
                                     : "Line: density of the mixture; colored lines: the part of each component.");
    }
    mix_whiskers_say(drawing, one ? "Point: the mean; lines across it" : "Points: means; lines across them");
    if (log && !curves->mass) {
        mix_caption_say(drawing, "Densities are of the logarithm, so that areas are shares.");
    }
    mix_page_caption(&drawing->page, drawing->caption);
}

/* Where bars stand for whole numbers a rug would say nothing more. */
static mixture_status draw_densities(mix_drawing *drawing, const mix_axis *x) {
    enum { LINES = 400 };
    const mix_plot_options *options = drawing->options;
    bool shares = options->what != MIX_PLOT_DENSITY;
    mix_curves curves = {0};
    mixture_status status = mix_curves_begin(&curves, drawing, 0, x, LINES);
    if (status == MIXTURE_OK) {
        write_line_caption(drawing, &curves, shares);
        status = shares ? mix_caption_legend(drawing, curves.mass ? MIX_KEY_SWATCHES : MIX_KEY_LINES, NULL, 0)
                        : MIXTURE_OK;
    }
    if (status == MIXTURE_OK) {
        mix_axis y = mix_curves_axis(&curves, options->axes[1].log, curves.mass ? "probability" : "density");
        if (options->axes[1].limited) {
            y.range = mix_reach_axis(drawing, 1, y.range, 0);
        }
        mix_panel panel = mix_page_panel(&drawing->page, drawing->page.area, x, &y);
        mix_panel_open(&drawing->page, &panel.area);
        mix_curves_draw(drawing, &panel, &curves, shares, !options->rows && !shares);
        if (options->rows && !curves.mass) {
            draw_rug(drawing, &panel, shares);
        }
        draw_line_whiskers(drawing, &panel);
        mix_panel_close(&drawing->page);
    }
    mix_curves_end(&curves);
    return status;
}

/* Each row at its value, as high as it is uncertain. */
static mixture_status draw_uncertainty(mix_drawing *drawing, const mix_axis *x) {
    const mix_plot_points *points = &drawing->plot->points;
    mix_caption_say_rows(drawing);
    mix_caption_say(drawing, "Height: uncertainty, 1 less the highest posterior probability.");
    mix_page_caption(&drawing->page, drawing->caption);
    mixture_status status = mix_caption_legend(drawing, MIX_KEY_MARKS, NULL, 0);
    if (status != MIXTURE_OK) {
        return status;
    }
    double most = drawing->model->k > 1 ? 1 - 1 / (double)drawing->model->k : 0.5;
    mix_axis y = {.range = {0, 1.05 * most}, .name = "uncertainty", .log = drawing->options->axes[1].log};
    if (y.log) {
        y.range = (mix_range){-6, 0};
    }
    if (drawing->options->axes[1].limited) {
        y.range = mix_reach_axis(drawing, 1, y.range, 0);
    }
    mix_panel panel = mix_page_panel(&drawing->page, drawing->page.area, x, &y);
    mix_panel_open(&drawing->page, &panel.area);
    for (size_t c = 0; c < drawing->model->k; c++) {
        char color[MIX_COLOR_BYTES];
        mix_drawing_color(drawing, c, color);
        mix_marks_begin(&drawing->page.svg, color, mix_marks_shape(c), 2.2, 0.7);
        for (size_t o = points->start[c]; o < points->start[c + 1]; o++) {
            size_t i = points->order[o];
            double value = points->x[i * points->d + drawing->options->columns[0]];
            mix_marks_at(&drawing->page.svg, mix_marks_shape(c), 2.2, mix_scale_at(&panel.x, value),
                         mix_scale_at(&panel.y, points->uncertainty[i]));
        }
        mix_marks_end(&drawing->page.svg);
    }
    mix_panel_close(&drawing->page);
    return MIXTURE_OK;
}

mixture_status mix_picture_line(mix_drawing *drawing) {
    char name[32];
    mix_range range = drawing->plot->ranges[0];
    mixture_status status = mix_curves_reach(drawing, 0, &range);
    if (status != MIXTURE_OK) {
        return status;
    }
    mix_axis x = {.range = mix_reach_axis(drawing, 0, range, 0.02),
                  .name = mix_caption_name(drawing, 0, name),
                  .log = mix_drawing_is_log(drawing, 0)};
    mix_caption_levels_on(drawing, 0, &x);
    return drawing->options->what == MIX_PLOT_UNCERTAINTY ? draw_uncertainty(drawing, &x)
                                                          : draw_densities(drawing, &x);
}
