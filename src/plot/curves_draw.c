/* curves_draw.c: densities as lines, probabilities as bars. */
#include "curves.h"

#include <math.h>

mix_axis mix_curves_axis(const mix_curves *curves, bool log, const char *name) {
    const double decades = 4;
    double top = curves->top > 0 ? fmin(curves->top, 1e308) : 1;
    mix_axis axis = {.range = {0, fmin(top * 1.06, 1e308)}, .name = name, .log = log};
    if (log) {
        axis.range = mix_range_pad((mix_range){log10(top) - decades, log10(top)}, 0.02);
    }
    return axis;
}

/* The panel with x on the axis, as curves are. */
static mix_panel on_axis(const mix_panel *panel) {
    mix_panel plain = *panel;
    plain.x.log = false;
    return plain;
}

/* ---- Lines -------------------------------------------------------------------------------------------------- */

/* Whether the curve is flat on the ground around place i, so that the place adds nothing. */
static bool on_ground(const mix_panel *panel, const mix_curves *curves, const double *density, size_t i) {
    double ground = panel->y.log ? 0 : 1e-4 * curves->top;
    return i > 0 && i + 1 < curves->count && density[i - 1] < ground && density[i] < ground &&
           density[i + 1] < ground;
}

static void draw_curve(mix_drawing *drawing, const mix_panel *panel, const mix_curves *curves,
                       const double *density) {
    double x0 = 0, y0 = 0, apart = 1 / drawing->detail;
    for (size_t i = 0; i < curves->count; i++) {
        double x = mix_scale_at(&panel->x, curves->x[i]), y = mix_scale_at(&panel->y, density[i]);
        bool end = i == 0 || i + 1 == curves->count;
        if (end || (hypot(x - x0, y - y0) >= apart && !on_ground(panel, curves, density, i))) {
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

static void draw_densities_as_lines(mix_drawing *drawing, const mix_panel *panel, const mix_curves *curves,
                                    bool shares, bool filled) {
    mix_svg *svg = &drawing->page.svg;
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

/* ---- Bars of probabilities ---------------------------------------------------------------------------------- */

#define BAR 0.84 /* width of all that stands for a number, of the distance to the next */

/* The part of each number's place from `left` to `right`, 0..1, and from one height to another. */
static void draw_mass(mix_drawing *drawing, const mix_panel *panel, const mix_curves *curves, double left,
                      double right, const double *low, const double *high) {
    for (size_t i = 0; i < curves->count; i++) {
        double x = curves->x[i] - BAR / 2, y0 = mix_scale_at(&panel->y, low != NULL ? low[i] : 0);
        double y1 = mix_scale_at(&panel->y, high[i]);
        if (y1 < y0 - 0.05) { /* else there is nothing to see */
            MIX_SVG(&drawing->page.svg, "M@ @V@H@V@Z", mix_scale_at(&panel->x, x + BAR * left), y0, y1,
                    mix_scale_at(&panel->x, x + BAR * right), y0);
        }
    }
}

static void draw_probabilities(mix_drawing *drawing, const mix_panel *panel, const mix_curves *curves,
                               bool shares) {
    mix_svg *svg = &drawing->page.svg;
    double left = curves->bar_count > 0 ? 0.5 : 0;
    if (!shares) {
        mix_svg_raw(svg, "<path class=\"m-fill\" d=\"");
        draw_mass(drawing, panel, curves, left, 1, NULL, curves->mixture);
        mix_svg_raw(svg, "\"/>\n");
        return;
    }
    /* From the whole mixture down, each component's bars over those of all before it. */
    for (size_t c = curves->shown; c-- > 0;) {
        char color[MIX_COLOR_BYTES];
        mix_drawing_color(drawing, c, color);
        mix_svg_raw(svg, "<path fill=\"");
        mix_svg_raw(svg, color);
        mix_svg_raw(svg, "\" d=\"");
        double *sums = curves->shares + c * curves->count;
        draw_mass(drawing, panel, curves, left, 1, c > 0 ? sums - curves->count : NULL, sums);
        mix_svg_raw(svg, "\"/>\n");
    }
}

/* Rows on the left half of each number's place, if there are any. */
static void draw_row_bars(mix_drawing *drawing, const mix_panel *panel, const mix_curves *curves) {
    mix_svg *svg = &drawing->page.svg;
    double right = curves->mixture != NULL ? 0.5 : 1;
    mix_svg_raw(svg, "<path class=\"m-bar m-axis\" stroke-width=\"0.5\" d=\"");
    for (size_t b = 0; b < curves->bar_count; b++) {
        const mix_bar *bar = &curves->bars[b];
        if (bar->share > 0) {
            double x = curves->x[b] - BAR / 2, bottom = mix_scale_at(&panel->y, 0);
            MIX_SVG(svg, "M@ @V@H@V@", mix_scale_at(&panel->x, x), bottom, mix_scale_at(&panel->y, bar->share),
                    mix_scale_at(&panel->x, x + BAR * right), bottom);
        }
    }
    mix_svg_raw(svg, "\"/>\n");
}

void mix_curves_draw(mix_drawing *drawing, const mix_panel *panel, const mix_curves *curves, bool shares,
                     bool filled) {
    const mix_panel plain = on_axis(panel);
    if (curves->bar_count > 0 && curves->mass) {
        draw_row_bars(drawing, &plain, curves);
    } else if (curves->bar_count > 0) {
        draw_bars(drawing, &plain, curves);
    }
    if (curves->mixture != NULL && curves->mass) {
        draw_probabilities(drawing, &plain, curves, shares);
    } else if (curves->mixture != NULL) {
        draw_densities_as_lines(drawing, &plain, curves, shares, filled);
    }
}
