/* layers.c: what lies over each other in a panel of two columns: filled regions, points, contour lines, ellipses,
** means. */
#include "layers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "extent.h"
#include "family.h"
#include "memory.h"

/* ---- The marginal model and its contours ------------------------------------------------------------------- */

mixture_status mix_pair_begin(mix_pair *pair, mix_drawing *drawing, size_t a, size_t b, size_t lines) {
    const size_t columns[2] = {drawing->options->columns[a], drawing->options->columns[b]};
    pair->columns[0] = a;
    pair->columns[1] = b;
    mixture_status status = mix_extent_marginal(drawing->model, columns, 2, &pair->model, drawing->error);
    if (status == MIXTURE_OK) {
        status = mix_scorer_begin(&pair->scorer, pair->model);
    }
    if (status == MIXTURE_OK && lines > 0) {
        const mix_levels *levels = &drawing->options->levels;
        const size_t uniform[2] = {lines, lines}, most[2] = {4 * lines, 4 * lines};
        double log_levels[MIX_PLOT_LEVELS];
        pair->contour_count = levels->count;
        status = mix_contour_trace_all(&pair->scorer, levels->probabilities, levels->count, uniform, most,
                                       drawing->cancel, log_levels, pair->contours);
    }
    return status;
}

void mix_pair_end(mix_pair *pair) {
    for (size_t i = 0; i < pair->contour_count; i++) {
        mix_contour_free(&pair->contours[i]);
    }
    mix_scorer_end(&pair->scorer);
    mixture_model_free(pair->model);
    *pair = (mix_pair){0};
}

void mix_pair_reach(const mix_pair *pair, const mix_drawing *drawing, bool ellipses, mix_range ranges[2]) {
    for (size_t i = 0; i < pair->contour_count; i++) {
        const mix_contour *contour = &pair->contours[i];
        for (size_t v = 0; v < contour->count; v++) {
            mix_range_add(&ranges[0], contour->x[v]);
            mix_range_add(&ranges[1], contour->y[v]);
        }
    }
    for (size_t c = 0; c < drawing->shown && ellipses; c++) {
        double radius = pair->model->family->geometry->radius(pair->model, c, MIX_ELLIPSE);
        for (size_t j = 0; j < 2; j++) {
            double mean = mix_extent_mean(pair->model, c, j);
            double reach = radius * mix_extent_deviation(pair->model, c, j);
            mix_range_add(&ranges[j], mean - reach);
            mix_range_add(&ranges[j], mean + reach);
        }
    }
}

/* ---- Contours ----------------------------------------------------------------------------------------------- */

/* A path; vertices nearer than a pixel (or more, with less detail) to the one before are left out. */
static void draw_path(mix_drawing *drawing, const mix_panel *panel, const mix_contour *contour, size_t path) {
    size_t first = contour->start[path], end = contour->start[path + 1];
    double x0 = NAN, y0 = NAN, apart = 1 / drawing->detail;
    for (size_t v = first; v < end; v++) {
        double x = mix_scale_at(&panel->x, contour->x[v]), y = mix_scale_at(&panel->y, contour->y[v]);
        bool needed = v == first || (v + 1 == end && !contour->closed[path]);
        if (needed || hypot(x - x0, y - y0) >= apart) {
            MIX_SVG(&drawing->page.svg, v == first ? "M@ @" : "L@ @", x, y);
            x0 = x;
            y0 = y;
        }
    }
    mix_svg_raw(&drawing->page.svg, contour->closed[path] ? "Z" : "");
}

void mix_pair_draw_contours(mix_drawing *drawing, const mix_panel *panel, const mix_pair *pair, bool filled) {
    mix_svg *svg = &drawing->page.svg;
    for (size_t i = 0; i < pair->contour_count; i++) {
        if (filled) { /* regions lie in each other, so that thin paint adds up */
            MIX_SVG(
                svg,
                "<path class=\"m-line m-fill\" stroke-width=\"0.7\" fill-rule=\"evenodd\" fill-opacity=\"@\" d=\"",
                fmax(0.7 / (double)pair->contour_count, 0.05));
        } else {
            mix_svg_raw(svg,
                        "<path class=\"m-line\" stroke-width=\"0.7\" stroke-opacity=\"0.75\" fill=\"none\" d=\"");
        }
        for (size_t path = 0; path < pair->contours[i].path_count; path++) {
            draw_path(drawing, panel, &pair->contours[i], path);
        }
        mix_svg_raw(svg, "\"/>\n");
    }
}

/* ---- Components --------------------------------------------------------------------------------------------- */

void mix_pair_draw_ellipses(mix_drawing *drawing, const mix_panel *panel, const mix_pair *pair, double probability,
                            bool filled) {
    mix_svg *svg = &drawing->page.svg;
    size_t vertices = (size_t)fmax(72 * drawing->detail, 12);
    for (size_t c = 0; c < drawing->shown; c++) {
        char color[MIX_COLOR_BYTES];
        mix_drawing_color(drawing, c, color);
        mix_svg_raw(svg, "<path stroke-width=\"1.7\" stroke=\"");
        mix_svg_raw(svg, color);
        mix_svg_raw(svg, filled ? "\" fill-opacity=\"0.12\" fill=\"" : "\" fill=\"");
        mix_svg_raw(svg, filled ? color : "none");
        mix_svg_raw(svg, "\" d=\"");
        for (size_t i = 0; i < vertices; i++) {
            double x, y;
            mix_extent_outline(pair->model, c, probability, i, vertices, &x, &y);
            MIX_SVG(svg, i == 0 ? "M@ @" : "L@ @", mix_scale_at(&panel->x, x), mix_scale_at(&panel->y, y));
        }
        mix_svg_raw(svg, "Z\"/>\n");
    }
}

/* Find a place for a number of that width next to a mean where no other is, and the panel has room: right above,
** left above, right below, left below. False: none. */
static bool place_number(const mix_area *panel, const mix_area *taken, size_t count, double x, double y,
                         double width, mix_area *place) {
    for (int corner = 0; corner < 4; corner++) {
        double left = corner % 2 == 0 ? x + 6 : x - 6 - width, top = corner < 2 ? y - 16 : y + 4;
        *place = (mix_area){left, top, left + width, top + 12};
        bool is_free = left >= panel->left && place->right <= panel->right && top >= panel->top &&
                       place->bottom <= panel->bottom;
        for (size_t i = 0; i < count && is_free; i++) {
            is_free = place->left > taken[i].right || place->right < taken[i].left ||
                      place->top > taken[i].bottom || place->bottom < taken[i].top;
        }
        if (is_free) {
            return true;
        }
    }
    return false;
}

static void draw_number(mix_page *page, size_t c, const mix_area *place) {
    char number[24];
    double y = place->bottom - 2, x = (place->left + place->right) / 2;
    (void)snprintf(number, sizeof number, "%zu", c + 1);
    mix_svg_raw(&page->svg,
                "<g font-weight=\"bold\"><g fill=\"none\" stroke-width=\"3\" stroke-linejoin=\"round\">");
    mix_page_text(page, x, y, MIX_FONT_NAME, "middle", "m-halo", number);
    mix_svg_raw(&page->svg, "</g>");
    mix_page_text(page, x, y, MIX_FONT_NAME, "middle", "m-ink", number);
    mix_svg_raw(&page->svg, "</g>\n");
}

void mix_pair_draw_means(mix_drawing *drawing, const mix_panel *panel, const mix_pair *pair, bool numbers) {
    enum { NUMBERED = 100 };
    mix_area taken[2 * NUMBERED];
    size_t count = 0, numbered = numbers ? drawing->shown : 0;
    numbered = numbered < NUMBERED ? numbered : NUMBERED;
    for (size_t c = 0; c < drawing->shown; c++) {
        double x = mix_scale_at(&panel->x, mix_extent_mean(pair->model, c, 0));
        double y = mix_scale_at(&panel->y, mix_extent_mean(pair->model, c, 1));
        MIX_SVG(&drawing->page.svg,
                "<path class=\"m-halo\" stroke-width=\"4.5\" d=\"M@ @h12m-6 -6v12\"/>"
                "<path class=\"m-line\" stroke-width=\"2\" d=\"M@ @h10m-5 -5v10\"/>\n",
                x - 6, y, x - 5, y);
        if (c < numbered) {
            taken[count++] = (mix_area){x - 5, y - 3, x + 5, y + 3};
        }
    }
    for (size_t c = 0; c < numbered; c++) {
        double x = mix_scale_at(&panel->x, mix_extent_mean(pair->model, c, 0));
        double y = mix_scale_at(&panel->y, mix_extent_mean(pair->model, c, 1));
        if (place_number(&panel->area, taken, count, x, y, c < 9 ? 9 : 17, &taken[count])) {
            draw_number(&drawing->page, c, &taken[count++]);
        }
    }
}

/* ---- Points ------------------------------------------------------------------------------------------------- */

/* What a class of points looks like: those of a component whose uncertainty falls into one of `sizes`. */
typedef struct look {
    const char *color;
    int shape, size, sizes;
    double radius, opacity;
} look;

/* Draw the rows order[first] to order[end - 1] that are of this look. */
static void draw_class(mix_drawing *drawing, const mix_panel *panel, const size_t columns[2], size_t first,
                       size_t end, const look *how) {
    const mix_plot_points *points = &drawing->plot->points;
    const size_t *drawn = drawing->options->columns;
    mix_svg *svg = &drawing->page.svg;
    bool begun = false;
    for (size_t o = first; o < end; o++) {
        size_t i = points->order[o];
        double x = points->x[i * points->d + drawn[columns[0]]], y = points->x[i * points->d + drawn[columns[1]]];
        int size = (int)fmin(points->uncertainty[i] * how->sizes, how->sizes - 1);
        if (size != how->size || isnan(x) || isnan(y)) {
            continue;
        }
        if (!begun) {
            mix_marks_begin(svg, how->color, how->shape, how->radius, how->opacity);
            begun = true;
        }
        mix_marks_at(svg, how->shape, how->radius, mix_scale_at(&panel->x, x), mix_scale_at(&panel->y, y));
    }
    if (begun) {
        mix_marks_end(svg);
    }
}

void mix_pair_draw_points(mix_drawing *drawing, const mix_panel *panel, const size_t columns[2], double radius,
                          mix_plot_what style) {
    const mix_plot_points *points = &drawing->plot->points;
    if (style == MIX_PLOT_DENSITY) {
        look faint = {.color = "#808080", .sizes = 1, .radius = 0.7 * radius, .opacity = 0.55};
        draw_class(drawing, panel, columns, 0, points->chosen, &faint);
        return;
    }
    int sizes = style == MIX_PLOT_UNCERTAINTY ? MIX_UNCERTAINTY_SIZES : 1;
    for (int size = 0; size < sizes; size++) { /* large ones last: they are what is looked for */
        double scaled = sizes == 1 ? radius : mix_uncertainty_radius(radius, (size + 0.5) / sizes);
        for (size_t c = 0; c < drawing->model->k; c++) {
            char color[MIX_COLOR_BYTES];
            mix_drawing_color(drawing, c, color);
            look how = {color, mix_marks_shape(c), size, sizes, scaled, 0.7};
            draw_class(drawing, panel, columns, points->start[c], points->start[c + 1], &how);
        }
    }
}
