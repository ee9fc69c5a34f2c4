/* layers.c: what lies over each other in a panel of two columns: filled regions, points, contour lines, ellipses,
** means. */
#include "layers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "extent.h"
#include "family.h"
#include "memory.h"
#include "reach.h"
#include "whiskers.h"

/* ---- The marginal model and its contours ------------------------------------------------------------------- */

mixture_status mix_pair_begin(mix_pair *pair, mix_drawing *drawing, size_t a, size_t b, size_t lines) {
    const size_t columns[2] = {drawing->options->columns[a], drawing->options->columns[b]};
    mixture_status status = MIXTURE_OK;
    pair->columns[0] = a;
    pair->columns[1] = b;
    if (drawing->options->rows) {
        status = mix_places_find(&pair->places, &drawing->plot->points, columns);
    }
    if (status != MIXTURE_OK || !mix_extent_has(drawing->model, columns, 2)) {
        return status;
    }
    status = mix_extent_marginal(drawing->model, columns, 2, &pair->model, drawing->error);
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
    mix_places_free(&pair->places);
    mixture_model_free(pair->model);
    *pair = (mix_pair){0};
}

void mix_pair_reach(const mix_pair *pair, const mix_drawing *drawing, bool ellipses, mix_range ranges[2]) {
    const bool log[2] = {mix_drawing_is_log(drawing, pair->columns[0]),
                         mix_drawing_is_log(drawing, pair->columns[1])};
    for (size_t i = 0; i < pair->contour_count; i++) {
        const mix_contour *contour = &pair->contours[i];
        for (size_t v = 0; v < contour->count; v++) {
            for (size_t j = 0; j < 2 && !log[j]; j++) {
                mix_range_add(&ranges[j], j == 0 ? contour->x[v] : contour->y[v]);
            }
        }
    }
    bool needed = pair->model != NULL && (ellipses || log[0] || log[1]);
    for (size_t c = 0; c < drawing->shown && needed; c++) {
        double radius = pair->model->family->geometry->radius(pair->model, c, MIX_ELLIPSE);
        for (size_t j = 0; j < 2; j++) {
            double reach = radius * mix_extent_deviation(pair->model, c, j);
            if (ellipses || log[j]) {
                mix_reach_add(&ranges[j], log[j], mix_extent_mean(pair->model, c, j), reach);
            }
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

void mix_pair_draw_whiskers(mix_drawing *drawing, const mix_panel *panel, const mix_pair *pair) {
    for (size_t c = 0; c < drawing->shown; c++) {
        double x, y;
        mix_range across, along;
        if (mix_whiskers_of_mean(drawing, c, pair->columns[0], &x, &across) &&
            mix_whiskers_of_mean(drawing, c, pair->columns[1], &y, &along)) {
            mix_whiskers_draw_x(&drawing->page, mix_scale_at(&panel->x, across.low),
                                mix_scale_at(&panel->x, across.high), mix_scale_at(&panel->y, y));
            mix_whiskers_draw_y(&drawing->page, mix_scale_at(&panel->x, x), mix_scale_at(&panel->y, along.low),
                                mix_scale_at(&panel->y, along.high));
        }
    }
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
