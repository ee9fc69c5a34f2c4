/* plot.c: from rows to a picture that is not too long. */
#include "plot.h"

#include <math.h>

#include "caption.h"
#include "error.h"
#include "family.h"
#include "memory.h"
#include "picture.h"

enum {
    MOST_PICTURE_BYTES = 1000000, /* of a picture */
    MOST_COMPONENTS = 500,        /* drawn */
    MATRIX_POINTS = 24000         /* marks in all panels together */
};

static mixture_status draw_picture(mix_drawing *drawing) {
    const mix_plot_options *options = drawing->options;
    switch (options->what) {
    case MIX_PLOT_TRACE:
        return mix_picture_trace(drawing);
    case MIX_PLOT_SELECTION:
        return mix_picture_selection(drawing);
    case MIX_PLOT_SURFACE:
        return mix_picture_surface(drawing);
    case MIX_PLOT_PROFILE:
        return mix_picture_profile(drawing);
    default:
        return options->column_count == 1   ? mix_picture_line(drawing)
               : options->column_count == 2 ? mix_picture_pair(drawing)
                                            : mix_picture_matrix(drawing);
    }
}

/* The rows that become marks. */
static mixture_status choose_points(mix_drawing *drawing) {
    mix_plot_points *points = &drawing->plot->points;
    size_t columns = drawing->options->column_count, panels = columns * (columns - 1) / 2;
    double most = drawing->detail * (double)drawing->options->points;
    if (panels > 1) {
        most = fmin(most, drawing->detail * MATRIX_POINTS / (double)panels);
    }
    return mix_plot_points_choose(points, (size_t)most, drawing->model->k);
}

/* One try at a detail. */
static mixture_status draw_once(mix_drawing *drawing, char **svg, size_t *length) {
    const mixture_model *model = drawing->model;
    double shown = fmax(1, MOST_COMPONENTS * drawing->detail);
    drawing->shown = (double)model->k < shown ? model->k : (size_t)shown;
    drawing->caption[0] = '\0';
    mixture_status status = drawing->options->rows ? choose_points(drawing) : MIXTURE_OK;
    if (drawing->shown < model->k) {
        mix_caption_say(drawing, "Of %zu components %zu %s drawn.", model->k, drawing->shown,
                        drawing->shown == 1 ? "is" : "are");
    }
    mix_page_begin(&drawing->page, drawing->options);
    if (status == MIXTURE_OK) {
        status = draw_picture(drawing);
    }
    *svg = mix_page_end(&drawing->page, length);
    if (status == MIXTURE_OK && *svg == NULL) {
        status = MIXTURE_NOMEM;
    }
    if (status != MIXTURE_OK) {
        mix_memory_free(*svg);
        *svg = NULL;
    }
    return status;
}

mixture_status mix_plot_draw(mix_plot *plot, const mix_cancel *cancel, char **svg, size_t *length,
                             mixture_error *error) {
    mix_drawing drawing = {.plot = plot,
                           .model = plot->model,
                           .options = plot->options,
                           .cancel = cancel,
                           .error = error,
                           .detail = 1};
    mixture_status status =
        plot->options->rows ? mix_plot_points_classify(&plot->points, plot->model, cancel) : MIXTURE_OK;
    *svg = NULL;
    while (status == MIXTURE_OK && *svg == NULL) {
        status = draw_once(&drawing, svg, length);
        if (status == MIXTURE_OK && *length >= MOST_PICTURE_BYTES) { /* too long: again with less detail */
            mix_memory_free(*svg);
            *svg = NULL;
            drawing.detail /= 2;
        }
    }
    return status == MIXTURE_INVALID ? status : mix_error_status(error, status);
}
