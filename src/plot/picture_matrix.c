/* picture_matrix.c: more than two columns: all pairs of them. On the diagonal each column alone; below it the
** points, or the components where there are no rows; above it contour lines. */
#include <math.h>
#include <string.h>

#include "caption.h"
#include "curves.h"
#include "extent.h"
#include "family.h"
#include "layers.h"
#include "memory.h"
#include "picture.h"
#include "whiskers.h"

typedef struct matrix {
    size_t count; /* columns */
    mix_area area;
    mix_axis axes[MIX_PLOT_COLUMNS];
    int lines; /* of labels below */
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
        m->axes[j] = (mix_axis){.range = mix_range_pad(range, 0.03), .log = mix_drawing_is_log(drawing, j)};
        mix_caption_levels_on(drawing, j, &m->axes[j]);
    }
    return status;
}

/* ---- Ticks -------------------------------------------------------------------------------------------------- */

/* Without the ticks whose labels would come too near to those of the next panel: each goes `reach`
** pixels to both sides of its tick, and the panel is `length` long. */
static mix_ticks keep_inside(const mix_ticks *ticks, double length, double reach) {
    mix_ticks kept = *ticks;
    kept.count = 0;
    for (int i = 0; i < ticks->count; i++) {
        double from = ticks->t[i] * length;
        if (from >= reach && length - from >= reach) {
            kept.t[kept.count] = ticks->t[i];
            memcpy(kept.label[kept.count++], ticks->label[i], sizeof ticks->label[i]);
        }
    }
    return kept;
}

/* Whether each label has room beside those before it in its line; labels take turns in `lines`. */
static bool have_room(const mix_ticks *ticks, double length, double room, int lines) {
    for (int i = lines; i < ticks->count; i++) {
        if ((ticks->t[i] - ticks->t[i - lines]) * length < room) {
            return false;
        }
    }
    return true;
}

/* The ticks of a panel whose labels have room, which are two at least if such are to be found: about `wanted`, or
** fewer, or else more, of which the outer ones go. False: there is no room for two. */
static bool find_inner(const mix_axis *axis, double length, int wanted, bool upward, int lines, mix_ticks *found) {
    for (int i = 0; i < MIX_TICKS; i++) {
        int most = i < wanted ? wanted - i : i + 1;
        mix_ticks ticks = mix_axis_ticks(axis, most);
        double size = upward ? MIX_FONT_LABEL : mix_ticks_width(&ticks);
        double reach = upward ? size / 2 - 2 : size / 2 - 2 * lines;
        *found = keep_inside(&ticks, length, fmin(reach, 0.45 * length));
        if (found->count >= 2 && have_room(found, length, size + (upward ? 2 : 5), lines)) {
            return true;
        }
    }
    return false;
}

/* Where there is no room for two labels there are those two ticks that are the farthest apart of a few. */
static mix_ticks inner_ticks(const mix_axis *axis, const mix_area *area, bool upward, int lines) {
    double length = upward ? area->bottom - area->top : area->right - area->left;
    if (axis->levels != NULL) {
        return upward ? mix_panel_ticks_y(area, axis) : mix_panel_ticks_x(area, axis);
    }
    int wanted = (int)fmin(fmax(length / (upward ? 42 : 36), 3), MIX_TICKS);
    mix_ticks ticks;
    if (!find_inner(axis, length, wanted, upward, lines, &ticks)) {
        for (int most = 2; most <= MIX_TICKS && (ticks = mix_axis_ticks(axis, most)).count < 2; most++) {
        }
        if (ticks.count > 2) {
            ticks.t[1] = ticks.t[ticks.count - 1];
            memcpy(ticks.label[1], ticks.label[ticks.count - 1], sizeof ticks.label[1]);
            ticks.count = 2;
        }
    }
    return ticks;
}

/* ---- Layout ------------------------------------------------------------------------------------------------- */

/* Room for labels on the left and at the bottom; the panels share what is left. Labels below that are too wide for
** one line take two. */
static void lay_out(mix_drawing *drawing, matrix *m) {
    const double name = 20, labels = 18, line = 13;
    m->area = drawing->page.area;
    m->area.bottom -= name + labels;
    m->area.top += 6;
    m->area.right -= 8;
    double widest = 0;
    for (size_t i = 1; i < m->count; i++) {
        mix_area area = cell(m, i, 0);
        mix_ticks ticks = inner_ticks(&m->axes[i], &area, true, 1);
        widest = fmax(widest, mix_ticks_width(&ticks));
    }
    m->area.left += name + widest + 9;
    m->lines = 1;
    for (size_t i = 0; i < m->count; i++) {
        mix_area area = cell(m, i, i);
        mix_ticks ticks;
        m->lines =
            m->axes[i].levels != NULL || find_inner(&m->axes[i], area.right - area.left, 3, false, 1, &ticks)
                ? m->lines
                : 2;
    }
    m->area.bottom -= (m->lines - 1) * line;
}

static void draw_axes(mix_drawing *drawing, const matrix *m, size_t row, size_t column, const mix_area *area) {
    mix_page *page = &drawing->page;
    char buffer[32];
    mix_ticks none = {0}, x = inner_ticks(&m->axes[column], area, false, m->lines);
    mix_ticks y = inner_ticks(&m->axes[row], area, true, 1);
    mix_panel_grid(page, area, &x, row == column ? &none : &y);
    if (row + 1 == m->count) {
        mix_panel_labels_x(page, area, &x, m->lines, mix_caption_name(drawing, column, buffer));
    }
    if (column == 0) { /* the first one is a density: only its name */
        double widest = area->left - drawing->page.area.left - 9 - 20;
        mix_panel_labels_y(page, area, row == 0 ? &none : &y, widest, mix_caption_name(drawing, row, buffer));
    }
}

/* ---- Panels ------------------------------------------------------------------------------------------------- */

static mixture_status draw_single(mix_drawing *drawing, const matrix *m, size_t column) {
    mix_area area = cell(m, column, column);
    mix_curves curves = {0};
    mixture_status status = mix_curves_begin(&curves, drawing, column, &m->axes[column], 120);
    if (status == MIXTURE_OK) {
        const mix_axis y = mix_curves_axis(&curves, false, NULL);
        mix_panel panel = mix_panel_make(area, &m->axes[column], &y);
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
    const size_t columns[2] = {options->columns[column], options->columns[row]};
    bool geometry = mix_extent_has(drawing->model, columns, 2);
    bool contours = geometry && (!below || options->what == MIX_PLOT_DENSITY);
    double radius = options->what == MIX_PLOT_UNCERTAINTY ? 1.6 : 2;
    if (!below && !geometry) {
        return MIXTURE_OK; /* nothing is above the diagonal without contours */
    }
    size_t lines = (size_t)fmax(64 * drawing->detail, 24);
    mix_area area = cell(m, row, column);
    mix_pair pair = {0};
    mixture_status status = mix_pair_begin(&pair, drawing, column, row, contours ? lines : 0);
    if (status == MIXTURE_OK) {
        mix_panel panel = mix_panel_make(area, &m->axes[column], &m->axes[row]);
        draw_axes(drawing, m, row, column, &area);
        mix_panel_open(&drawing->page, &area);
        if (below && rows) {
            mix_places_scale(&pair.places, radius, (area.right - area.left) * (area.bottom - area.top));
            mix_pair_draw_points(drawing, &panel, &pair, radius, options->what);
        }
        mix_pair_draw_contours(drawing, &panel, &pair, !below || !rows);
        if (below && geometry && options->what != MIX_PLOT_DENSITY) {
            mix_pair_draw_ellipses(drawing, &panel, &pair, MIX_ELLIPSE, !rows);
            mix_pair_draw_whiskers(drawing, &panel, &pair);
        }
        mix_panel_close(&drawing->page);
    }
    mix_pair_end(&pair);
    return status;
}

/* As many of the columns as find room for panels with ticks. */
static size_t find_room(const mix_drawing *drawing) {
    const double wide = 38, high = 24; /* of a panel, at least */
    const mix_area *area = &drawing->page.area;
    double room = fmin((area->right - area->left - 60) / wide, (area->bottom - area->top - 40) / high);
    size_t columns = drawing->options->column_count, most = (size_t)fmax(floor(room), 2);
    return columns < most ? columns : most;
}

static bool some_pair_lies(const mix_drawing *drawing, size_t shown) {
    bool any = false;
    for (size_t i = 0; i < shown; i++) {
        for (size_t j = 0; j < i; j++) {
            const size_t columns[2] = {drawing->options->columns[j], drawing->options->columns[i]};
            any = any || mix_extent_has(drawing->model, columns, 2);
        }
    }
    return any;
}

static void write_matrix_caption(mix_drawing *drawing, size_t shown) {
    const mix_plot_options *options = drawing->options;
    bool density = options->what == MIX_PLOT_DENSITY,
         all_lie = mix_extent_has(drawing->model, options->columns, shown);
    bool geometry = all_lie || some_pair_lies(drawing, shown);
    bool uncertainty = options->what == MIX_PLOT_UNCERTAINTY;
    char levels[MIX_LEVELS_BYTES];
    if (options->rows) {
        mix_caption_say_rows(drawing);
    }
    if (geometry && !density) {
        mix_caption_say(drawing, "Below the diagonal: ellipses of 95 %% of %s%s%s.",
                        drawing->model->k == 1 ? "the component" : "each component",
                        all_lie ? "" : " of Gaussian columns",
                        uncertainty ? ", points larger where they are less certain" : "");
        mix_whiskers_say(drawing, "Lines across the means");
    } else if (uncertainty) {
        mix_caption_say(drawing, "Points are larger where they are less certain.");
    }
    if (options->rows && !uncertainty) {
        mix_caption_say(drawing, "Area of points: rows at one place.");
    }
    if (geometry) {
        mix_caption_levels(options, levels);
        mix_caption_say(drawing, "%s: the %s.", density ? "Contour lines" : "Above", levels);
    }
    size_t all = options->columns_given ? options->column_count : drawing->model->d;
    if (all > shown) {
        mix_caption_say(drawing, "The first %zu of %zu columns.", shown, all);
    }
    mix_page_caption(&drawing->page, drawing->caption);
}

mixture_status mix_picture_matrix(mix_drawing *drawing) {
    matrix m = {.count = find_room(drawing), .gap = 8};
    mixture_status status = find_ranges(drawing, &m);
    write_matrix_caption(drawing, m.count);
    if (status == MIXTURE_OK && drawing->options->what != MIX_PLOT_DENSITY) {
        status = mix_caption_legend(drawing, MIX_KEY_MARKS, NULL, 0);
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
