/* drawing.h: a picture at work, as its parts pass it on. */
#ifndef MIX_DRAWING_H
#define MIX_DRAWING_H

#include "page.h"
#include "plot_rows.h"

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

/* The color of component c. */
static inline void mix_drawing_color(const mix_drawing *drawing, size_t c, char color[MIX_COLOR_BYTES]) {
    mix_palette_color(drawing->options->palette, c, drawing->model->k, color);
}

/* Whether the axis of the i-th column drawn is logarithmic. */
static inline bool mix_drawing_is_log(const mix_drawing *drawing, size_t i) {
    const mix_plot_options *options = drawing->options;
    return options->axes[mix_plot_is_matrix(options) ? 0 : i].log;
}

#endif
