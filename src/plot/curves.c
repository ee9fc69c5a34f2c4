/* curves.c: what lies over each other in a panel of one column: histogram, density of the mixture, parts of the
** components. */
#include "curves.h"

#include <math.h>
#include <string.h>

#include "extent.h"
#include "memory.h"

/* The histogram's bars; a bar is at least a quarter of a deviation of the narrowest component wide, so that the
** bar of a constant column can be compared with its density. */
static mixture_status make_bars(const mix_drawing *drawing, size_t column, mix_bar **bars, size_t *count) {
    const mixture_model *model = drawing->model;
    size_t j = drawing->options->columns[column];
    double deviation = INFINITY;
    for (size_t c = 0; c < model->k; c++) {
        deviation = fmin(deviation, mix_extent_deviation(model, c, j));
    }
    return mix_histogram_bars(&drawing->plot->histograms[column], deviation / 4, bars, count);
}

mixture_status mix_curves_reach(const mix_drawing *drawing, size_t column, mix_range *range) {
    mix_range reach = MIX_RANGE_EMPTY;
    mix_bar *bars;
    size_t count;
    mix_extent_box(drawing->model, drawing->options->columns[column], 3, &reach.low, &reach.high);
    mix_range_add(range, reach.low);
    mix_range_add(range, reach.high);
    mixture_status status = make_bars(drawing, column, &bars, &count);
    if (count > 0) {
        mix_range_add(range, bars[0].low);
        mix_range_add(range, bars[count - 1].high);
    }
    mix_memory_free(bars);
    return status;
}

/* Densities at the places. */
static mixture_status evaluate_curves(mix_curves *curves, const mix_drawing *drawing) {
    mix_scorer scorer = {0};
    mixture_status status = mix_scorer_begin(&scorer, curves->model);
    mix_turns turns = {.cancel = drawing->cancel, .work = MIX_TURN}; /* asked at once */
    for (size_t i = 0; i < curves->count && status == MIXTURE_OK; i++) {
        double log_density = mix_scorer_log_density(&scorer, &curves->x[i]);
        curves->mixture[i] = exp(log_density);
        for (size_t c = 0; c < curves->shown; c++) {
            curves->shares[c * curves->count + i] = exp(log_density) * scorer.resp[c];
        }
        curves->top = fmax(curves->top, curves->mixture[i]);
        if (mix_turns_over(&turns, mix_scorer_work(&scorer))) {
            status = MIXTURE_CANCELLED;
        }
    }
    mix_scorer_end(&scorer);
    return status;
}

/* The bars, as densities. */
static mixture_status take_bars(mix_curves *curves, const mix_drawing *drawing, size_t column) {
    mixture_status status = make_bars(drawing, column, &curves->bars, &curves->bar_count);
    for (size_t b = 0; status == MIXTURE_OK && b < curves->bar_count; b++) {
        mix_bar *bar = &curves->bars[b];
        bar->share /= bar->high - bar->low;
        curves->top = fmax(curves->top, bar->share);
    }
    return status;
}

mixture_status mix_curves_begin(mix_curves *curves, mix_drawing *drawing, size_t column, mix_range range,
                                size_t lines) {
    mixture_status status =
        mix_extent_marginal(drawing->model, &drawing->options->columns[column], 1, &curves->model, drawing->error);
    if (status == MIXTURE_OK) {
        status = mix_field_lines(curves->model, 0, range, lines, 3 * lines, &curves->x, &curves->count);
    }
    if (status != MIXTURE_OK) {
        return status;
    }
    curves->shown = drawing->shown;
    curves->mixture = mix_memory_zeros(curves->count, sizeof(double));
    curves->shares = mix_memory_zeros(curves->shown, curves->count * sizeof(double));
    if (curves->mixture == NULL || curves->shares == NULL) {
        return MIXTURE_NOMEM;
    }
    status = evaluate_curves(curves, drawing);
    return status == MIXTURE_OK ? take_bars(curves, drawing, column) : status;
}

void mix_curves_end(mix_curves *curves) {
    mixture_model_free(curves->model);
    mix_memory_free(curves->x);
    mix_memory_free(curves->mixture);
    mix_memory_free(curves->shares);
    mix_memory_free(curves->bars);
    *curves = (mix_curves){0};
}

/* ---- Drawing ------------------------------------------------------------------------------------------------ */

/* Whether the curve is flat on the ground around place i, so that the place adds nothing. */
static bool on_ground(const mix_curves *curves, const double *density, size_t i) {
    double ground = 1e-4 * curves->top;
    return i > 0 && i + 1 < curves->count && density[i - 1] < ground && density[i] < ground &&
           density[i + 1] < ground;
}

static void draw_curve(mix_drawing *drawing, const mix_panel *panel, const mix_curves *curves,
                       const double *density) {
    double x0 = 0, y0 = 0, apart = 1 / drawing->detail;
    for (size_t i = 0; i < curves->count; i++) {
        double x = mix_scale_at(&panel->x, curves->x[i]), y = mix_scale_at(&panel->y, density[i]);
        bool end = i == 0 || i + 1 == curves->count;
        if (end || (hypot(x - x0, y - y0) >= apart && !on_ground(curves, density, i))) {
            MIX_SVG(&drawing->page.svg, i == 0 ? "M@ @" : "L@ @", x, y);
            x0 = x;
            y0 = y;
        }
    }
}

static void draw_bars(mix_drawing *drawing, const mix_panel *panel, const mix_curves *curves) {
    mix_svg *svg = &drawing->page.svg;
    mix_svg_raw(svg, "<path class=\"m-bar m-axis\" stroke-width=\"0.5\" d=\"");
    for (size_t b = 0; b < curves->bar_count; b++) {
        const mix_bar *bar = &curves->bars[b];
        if (bar->share > 0) {
            double left = mix_scale_at(&panel->x, bar->low), right = mix_scale_at(&panel->x, bar->high);
            double bottom = mix_scale_at(&panel->y, 0), top = mix_scale_at(&panel->y, bar->share);
            MIX_SVG(svg, "M@ @V@H@V@", left, bottom, top, right, bottom);
        }
    }
    mix_svg_raw(svg, "\"/>\n");
}

void mix_curves_draw(mix_drawing *drawing, const mix_panel *panel, const mix_curves *curves, bool shares,
                     bool filled) {
    mix_svg *svg = &drawing->page.svg;
    if (curves->bar_count > 0) {
        draw_bars(drawing, panel, curves);
    }
    if (filled) {
        mix_svg_raw(svg, "<path class=\"m-fill\" fill-opacity=\"0.3\" d=\"");
        draw_curve(drawing, panel, curves, curves->mixture);
        double bottom = mix_scale_at(&panel->y, 0);
        MIX_SVG(svg, "V@H@Z\"/>\n", bottom, panel->area.left);
    }
    for (size_t c = 0; c < curves->shown && shares; c++) {
        char color[MIX_COLOR_BYTES];
        mix_drawing_color(drawing, c, color);
        mix_svg_raw(svg, "<path fill=\"none\" stroke-width=\"1.6\" stroke=\"");
        mix_svg_raw(svg, color);
        mix_svg_raw(svg, "\"");
        mix_svg_raw(svg, mix_marks_dashes(c));
        mix_svg_raw(svg, " d=\"");
        draw_curve(drawing, panel, curves, curves->shares + c * curves->count);
        mix_svg_raw(svg, "\"/>\n");
    }
    mix_svg_raw(svg, "<path class=\"m-line\" fill=\"none\" stroke-width=\"1.6\" d=\"");
    draw_curve(drawing, panel, curves, curves->mixture);
    mix_svg_raw(svg, "\"/>\n");
}
