/* picture_matrix.c: more than two columns: all pairs of them. On the diagonal each column alone; below it the
** points, or the components where there are no rows; above it contour lines. */
#include <math.h>
#include <string.h>

#include "caption.h"
#include "curves.h"
#include "layers.h"
#include "memory.h"
#include "picture.h"

typedef struct matrix {
    size_t count; /* columns */
    mix_area area;
    mix_range ranges[MIX_PLOT_COLUMNS];
    double gap;
} matrix;

static mix_area cell(const matrix *m, size_t row, size_t column) {
    double width = (m->area.right - m->area.left + m->gap) / (double)m->count;
    double height = (m->area.bottom - m->area.top + m->gap) / (double)m->count;
    double left = m->area.left + (double)column * width, top = m->area.top + (double)row * height;
    return (mix_area){left, top, left + width - m->gap, top + height - m->gap};
}

/* Every column's range: rows, and each component to three deviations, which holds its ellipses. */
static mixture_status find_ranges(const mix_drawing *drawing, matrix *m) {
    mixture_status status = MIXTURE_OK;
    for (size_t j = 0; j < m->count && status == MIXTURE_OK; j++) {
        mix_range range = drawing->plot->ranges[j];
        status = mix_curves_reach(drawing, j, &range);
        m->ranges[j] = mix_range_pad(range, 0.03);
    }
    return status;
}

/* Room for labels on the left and at the bottom; the panels share what is left. */
static void lay_out(mix_drawing *drawing, matrix *m) {
    const double name = 20, labels = 18;
    m->area = drawing->page.area;
    m->area.bottom -= name + labels;
    m->area.top += 6;
    double widest = 0;
    for (size_t i = 0; i < m->count; i++) {
        mix_area area = cell(m, i, 0);
        mix_ticks ticks = mix_panel_ticks_y(&area, m->ranges[i], false);
        widest = i == 0 ? 0 : fmax(widest, mix_ticks_width(&ticks));
    }
    m->area.left += name + widest + 9;
    m->area.right -= 14; /* half a label */
}

/* Without the ticks whose labels would come too near to those of the next panel: each goes `reach`
** pixels to both sides of its tick, and the panel is `length` long. */
static mix_ticks keep_inside(mix_ticks ticks, double length, double reach) {
    mix_ticks kept = ticks;
    kept.count = 0;
    for (int i = 0; i < ticks.count; i++) {
        double from = ticks.t[i] * length;
        if (from >= reach && length - from >= reach) {
            kept.t[kept.count] = ticks.t[i];
            memcpy(kept.label[kept.count++], ticks.label[i], sizeof ticks.label[i]);
        }
    }
    return kept;
}

static void draw_axes(mix_drawing *drawing, const matrix *m, size_t row, size_t column, const mix_area *area) {
    mix_page *page = &drawing->page;
    char buffer[32];
    mix_ticks x = mix_panel_ticks_x(area, m->ranges[column], false), none = {0};
    mix_ticks y = mix_panel_ticks_y(area, m->ranges[row], false);
    mix_panel_grid(page, area, &x, row == column ? &none : &y);
    x = keep_inside(x, area->right - area->left, mix_ticks_width(&x) / 2 - 1);
    y = keep_inside(y, area->bottom - area->top, MIX_FONT_LABEL / 2 - 2);
    if (row + 1 == m->count) {
        mix_panel_labels_x(page, area, &x,
                           mix_caption_column(drawing->model, drawing->options->columns[column], buffer));
    }
    if (column == 0) { /* the first one is a density: only its name */
        double widest = area->left - drawing->page.area.left - 9 - 20;
        mix_panel_labels_y(page, area, row == 0 ? &none : &y, widest,
                           mix_caption_column(drawing->model, drawing->options->columns[row], buffer));
    }
}

static mixture_status draw_single(mix_drawing *drawing, const matrix *m, size_t column) {
    mix_area area = cell(m, column, column);
    mix_curves curves = {0};
    mixture_status status = mix_curves_begin(&curves, drawing, column, m->ranges[column], 120);
    if (status == MIXTURE_OK) {
        mix_range y = {0, curves.top > 0 ? fmin(curves.top * 1.06, 1e308) : 1};
        mix_panel panel = mix_panel_make(area, m->ranges[column], y);
        draw_axes(drawing, m, column, column, &area);
        mix_panel_open(&drawing->page, &area);
        mix_curves_draw(drawing, &panel, &curves, drawing->options->what != MIX_PLOT_DENSITY, false);
        mix_panel_close(&drawing->page);
    }
    mix_curves_end(&curves);
    return status;
}

static mixture_status draw_pair(mix_drawing *drawing, const matrix *m, size_t row, size_t column) {
    const mix_plot_options *options = drawing->options;
    bool below = row > column, rows = options->rows;
    bool contours = !below || options->what == MIX_PLOT_DENSITY;
    size_t lines = (size_t)fmax(64 * drawing->detail, 24);
    mix_area area = cell(m, row, column);
    mix_pair pair = {0};
    mixture_status status = mix_pair_begin(&pair, drawing, column, row, contours ? lines : 0);
    if (status == MIXTURE_OK) {
        mix_panel panel = mix_panel_make(area, m->ranges[column], m->ranges[row]);
        draw_axes(drawing, m, row, column, &area);
        mix_panel_open(&drawing->page, &area);
        if (below && rows) {
            mix_pair_draw_points(drawing, &panel, pair.columns, options->what == MIX_PLOT_UNCERTAINTY ? 1.6 : 2,
                                 options->what);
        }
        mix_pair_draw_contours(drawing, &panel, &pair, !below || !rows);
        if (below && options->what != MIX_PLOT_DENSITY) {
            mix_pair_draw_ellipses(drawing, &panel, &pair, MIX_ELLIPSE, !rows);
        }
        mix_panel_close(&drawing->page);
    }
    mix_pair_end(&pair);
    return status;
}

static void write_matrix_caption(mix_drawing *drawing) {
    const mix_plot_options *options = drawing->options;
    char levels[300];
    if (options->rows) {
        mix_caption_say_rows(drawing);
    }
    if (options->what != MIX_PLOT_DENSITY) {
        mix_caption_say(drawing, "Below the diagonal: ellipses of 95 %% of each component%s.",
                        options->what == MIX_PLOT_UNCERTAINTY ? ", points larger where they are less certain"
                                                              : "");
    }
    mix_caption_levels(options, levels, sizeof levels);
    mix_caption_say(drawing, "%s smallest regions that hold %s of the mixture.",
                    options->what != MIX_PLOT_DENSITY ? "Above: the" : "The", levels);
    if (!options->columns_given && drawing->model->d > options->column_count) {
        mix_caption_say(drawing, "The first %zu of %zu columns.", options->column_count, drawing->model->d);
    }
    mix_page_caption(&drawing->page, drawing->caption);
}

mixture_status mix_picture_matrix(mix_drawing *drawing) {
    matrix m = {.count = drawing->options->column_count, .gap = 8};
    mixture_status status = find_ranges(drawing, &m);
    write_matrix_caption(drawing);
    if (status == MIXTURE_OK && drawing->options->what != MIX_PLOT_DENSITY) {
        status = mix_caption_legend(drawing, false, NULL, 0);
    }
    if (status == MIXTURE_OK) {
        lay_out(drawing, &m);
    }
    for (size_t row = 0; row < m.count && status == MIXTURE_OK; row++) {
        for (size_t column = 0; column < m.count && status == MIXTURE_OK; column++) {
            status = row == column ? draw_single(drawing, &m, row) : draw_pair(drawing, &m, row, column);
        }
    }
    return status;
}
