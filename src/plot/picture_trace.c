/* picture_trace.c: the log-likelihood, iteration by iteration. */
#include <math.h>
#include <stdio.h>

#include "caption.h"
#include "picture.h"
#include "reach.h"

enum { MOST_MARKED = 60 }; /* iterations that get a mark each */

/* A path through the trace; of the iterations that fall on the same pixel the first and the last are drawn, which
** is all that there is to see of a line that rises. */
static void draw_trace(mix_drawing *drawing, const mix_panel *panel) {
    const mixture_model *model = drawing->model;
    mix_svg *svg = &drawing->page.svg;
    char color[MIX_COLOR_BYTES];
    mix_palette_color(drawing->options->palette, 0, 1, color);
    mix_svg_raw(svg, "<path fill=\"none\" stroke-width=\"1.6\" stroke=\"");
    mix_svg_raw(svg, color);
    mix_svg_raw(svg, "\" d=\"");
    double pixel = NAN;
    for (size_t i = 0; i < model->trace_count; i++) {
        double x = mix_scale_at(&panel->x, (double)i), next = mix_scale_at(&panel->x, (double)(i + 1));
        if (i == 0 || floor(x) != pixel || floor(next) != pixel || i + 1 == model->trace_count) {
            MIX_SVG(svg, i == 0 ? "M@ @" : "L@ @", x, mix_scale_at(&panel->y, model->trace[i]));
        }
        pixel = floor(x);
    }
    mix_svg_raw(svg, "\"/>\n");
    if (model->trace_count <= MOST_MARKED) {
        mix_marks_begin(svg, color, 0, 2.6, 1);
        for (size_t i = 0; i < model->trace_count; i++) {
            mix_marks_at(svg, 0, 2.6, mix_scale_at(&panel->x, (double)i),
                         mix_scale_at(&panel->y, model->trace[i]));
        }
        mix_marks_end(svg);
    }
}

mixture_status mix_picture_trace(mix_drawing *drawing) {
    const mixture_model *model = drawing->model;
    mix_range x = {0, (double)(model->trace_count - 1)}, y = MIX_RANGE_EMPTY;
    for (size_t i = 0; i < model->trace_count; i++) {
        mix_range_add(&y, model->trace[i]);
    }
    mix_caption_say(drawing,
                    model->converged ? "Converged after %ld iteration%s." : "Not converged after %ld iteration%s.",
                    model->iterations, model->iterations == 1 ? "" : "s");
    mix_page_caption(&drawing->page, drawing->caption);
    mix_axis iterations = {.range = mix_reach_axis(drawing, 0, x, 0.02), .name = "iteration", .whole = true};
    mix_axis loglik = {.range = mix_reach_axis(drawing, 1, y, 0.04), .name = "log-likelihood"};
    mix_panel panel = mix_page_panel(&drawing->page, drawing->page.area, &iterations, &loglik);
    mix_panel_open(&drawing->page, &panel.area);
    draw_trace(drawing, &panel);
    mix_panel_close(&drawing->page);
    return MIXTURE_OK;
}
