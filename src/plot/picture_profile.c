/* picture_profile.c: the parameters of components that lie nowhere, column by column: bars side by side, or, where
** those have no room or are of very different lengths, a table shaded by size. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "caption.h"
#include "family.h"
#include "level.h"
#include "memory.h"
#include "number.h"
#include "parameter.h"
#include "picture.h"
#include "sort.h"
#include "text.h"
#include "whiskers.h"

#define LEAST_BAR 6.0      /* thickness */
#define MOST_RATIO 50.0    /* of the largest values of two columns: beyond, bars of one of them vanish */
#define LEAST_ROW 14.0     /* height of a column's row in the table */
#define LEAST_CELL 24.0    /* width of a cell without its number */
#define NUMBER_CELL 42.0   /* and with it */
#define HEADER 30.0        /* height of what stands above the table */
#define MOST_NAME (1 / 3.) /* of the width that names of columns may take */

enum { NAME_ROOM = 240 };

static const char component[] = "component"; /* above the table */

/* A parameter of a column. */
typedef struct drawn_parameter {
    size_t shown;           /* of the columns drawn */
    const mix_array *array; /* what it is */
    const double *values;   /* of component c: [c * stride] */
    size_t stride;
    bool leveled; /* it is of a level of the column: */
    size_t level;
} drawn_parameter;

typedef struct profile {
    mix_drawing *drawing;
    drawn_parameter *parameters;
    size_t count;
    bool several; /* columns have more than one */
    double names; /* width of their names */
} profile;

/* That of component c. */
static double value_at(const profile *p, size_t c, size_t i) {
    return p->parameters[i].values[c * p->parameters[i].stride];
}

/* How sure that is, if it is known. */
static bool interval_at(const profile *p, size_t c, size_t i, mix_range *interval) {
    const mixture_model *model = p->drawing->model;
    const drawn_parameter *own = &p->parameters[i];
    size_t array = (size_t)(own->array - model->family->arrays);
    return mix_whiskers_of(p->drawing, c, array, (size_t)(own->values - model->arrays[array]), interval);
}

static double largest_of(const profile *p, size_t i) {
    double most = 0;
    for (size_t c = 0; c < p->drawing->shown; c++) {
        most = fmax(most, fabs(value_at(p, c, i)));
    }
    return most;
}

/* ---- Which parameters --------------------------------------------------------------------------------------- */

/* One for each level of the i-th column drawn, which is column `within` of those that the array is of. */
static void add_levels(profile *p, size_t i, size_t a, size_t within) {
    const mixture_model *model = p->drawing->model;
    const mix_shape shape = mix_shape_of(model);
    const mix_array_columns of = mix_family_array_columns(&shape, a);
    const double *values = model->arrays[a];
    for (size_t j = 0; j < within; j++) {
        values += of.levels[j];
    }
    for (size_t l = 0; l < of.levels[within]; l++) {
        p->parameters[p->count++] =
            (drawn_parameter){i, &model->family->arrays[a], values + l, mix_family_array_size(&shape, a), true, l};
    }
}

/* The parameters of the i-th column drawn, one for each array that has a number for it, and for each level. */
static void add_parameters(profile *p, size_t i) {
    const mixture_model *model = p->drawing->model;
    const mixture_family *family = model->family;
    const mix_shape shape = mix_shape_of(model);
    size_t column = p->drawing->options->columns[i], before = p->count;
    for (size_t a = 0; a < family->array_count; a++) {
        size_t first = mix_parameter_first_column(family, a), d = mix_family_array_columns(&shape, a).d;
        if (column < first || column - first >= d) {
            continue;
        }
        if (family->arrays[a].rank == MIX_VECTOR) {
            p->parameters[p->count++] =
                (drawn_parameter){i, &family->arrays[a], model->arrays[a] + (column - first), d, false, 0};
        } else if (family->arrays[a].rank == MIX_RAGGED) {
            add_levels(p, i, a, column - first);
        }
    }
    bool other =
        p->count > 0 && strcmp(p->parameters[p->count - 1].array->name, p->parameters[0].array->name) != 0;
    bool levels = p->count > before && p->parameters[before].leveled;
    p->several = p->several || other || (p->count > before + 1 && !levels);
}

/* How much a parameter tells the components apart: as Pearson's chi-square, the weighted squares of what each is
** away from the mean, over the mean. */
static double tell_apart(const profile *p, size_t i) {
    const mixture_model *model = p->drawing->model;
    double mean = 0, sum = 0;
    for (size_t c = 0; c < model->k; c++) {
        mean += model->weights[c] * value_at(p, c, i);
    }
    for (size_t c = 0; c < model->k; c++) {
        double off = value_at(p, c, i) - mean;
        sum += mean != 0 ? model->weights[c] * (off / fabs(mean)) * off : 0;
    }
    return isfinite(sum) ? sum : (double)INFINITY;
}

/* Keep the `most` that tell most, in their order. */
static mixture_status choose_parameters(profile *p, size_t most) {
    if (p->count <= most) {
        return MIXTURE_OK;
    }
    double *scores = mix_memory_array(p->count, sizeof(double)),
           *sorted = mix_memory_array(p->count, sizeof(double));
    mixture_status status = scores != NULL && sorted != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    if (status == MIXTURE_OK) {
        for (size_t i = 0; i < p->count; i++) {
            sorted[i] = scores[i] = tell_apart(p, i);
        }
        mix_sort_rising(sorted, p->count);
        double least = sorted[p->count - most];
        size_t equal = most, used = 0; /* of those as telling as the least: how many find room */
        for (size_t i = 0; i < p->count; i++) {
            equal -= scores[i] > least;
        }
        for (size_t i = 0; i < p->count; i++) {
            if (scores[i] > least || (scores[i] == least && equal > 0)) {
                equal -= scores[i] == least;
                p->parameters[used++] = p->parameters[i];
            }
        }
        mix_caption_say(p->drawing, "The %zu of %zu %s that tell the components apart most.", used, p->count,
                        p->several ? "parameters" : "columns");
        p->count = used;
    }
    mix_memory_free(scores);
    mix_memory_free(sorted);
    return status;
}

/* ---- Parts -------------------------------------------------------------------------------------------------- */

static const char *name_of_level(const profile *p, const drawn_parameter *own, char level[NAME_ROOM / 2]) {
    const mixture_model *model = p->drawing->model;
    size_t column = p->drawing->options->columns[own->shown];
    const mix_level *names = model->family->parts != NULL ? mix_family_levels(model->family, column) : NULL;
    const mix_level itself = mix_level_of((double)own->level);
    return mix_text_level(names != NULL ? &names[own->level] : &itself, level, NAME_ROOM / 2);
}

/* What the i-th parameter is called: by its column, and where that has others by what it is. */
static const char *name_of(const profile *p, size_t i, char text[NAME_ROOM]) {
    char buffer[32];
    const drawn_parameter *own = &p->parameters[i];
    const char *name = mix_caption_name(p->drawing, own->shown, buffer);
    if (own->leveled) {
        char level[NAME_ROOM / 2];
        snprintf(text, NAME_ROOM, "%.*s: %s", NAME_ROOM / 2 - 4, name, name_of_level(p, own, level));
        return text;
    }
    snprintf(text, NAME_ROOM, "%.*s%s%s", NAME_ROOM - 40, name, p->several ? ", " : "",
             p->several ? own->array->parameter : "");
    return text;
}

static void measure_names(profile *p) {
    char text[NAME_ROOM];
    p->names = mix_text_width(component, strlen(component), MIX_FONT_LABEL);
    for (size_t i = 0; i < p->count; i++) {
        const char *name = name_of(p, i, text);
        p->names = fmax(p->names, mix_text_width(name, strlen(name), MIX_FONT_LABEL));
    }
    p->names = fmin(p->names + 1, MOST_NAME * p->drawing->page.width); /* sums may differ in their last bits */
}

/* The name of the i-th parameter, ending at x, its middle at y. */
static void draw_row_name(const profile *p, size_t i, double x, double y) {
    char name[NAME_ROOM], text[NAME_ROOM];
    mix_text_cut(name_of(p, i, name), MIX_FONT_LABEL, p->names, text, sizeof text);
    mix_page_text(&p->drawing->page, x, y + 0.36 * MIX_FONT_LABEL, MIX_FONT_LABEL, "end", "m-ink", text);
}

/* Three significant digits. */
static void format_value(double x, char text[MIX_JSON_NUMBER_BYTES]) {
    if (x != 0 && isfinite(x)) {
        double exponent = floor(log10(fabs(x))) - 2, unit = pow(10, fabs(exponent));
        double rounded = exponent < 0 ? round(x * unit) / unit : round(x / unit) * unit;
        x = isfinite(rounded) ? rounded : x;
    }
    (void)mix_json_format_double(x, text);
}

/* ---- Bars --------------------------------------------------------------------------------------------------- */

static void draw_group(const profile *p, const mix_panel *panel, size_t i, double top, double bar) {
    mix_svg *svg = &p->drawing->page.svg;
    double zero = mix_scale_at(&panel->x, 0);
    mix_range interval;
    for (size_t c = 0; c < p->drawing->shown; c++) {
        char color[MIX_COLOR_BYTES];
        mix_drawing_color(p->drawing, c, color);
        double end = mix_scale_at(&panel->x, value_at(p, c, i));
        mix_svg_raw(svg, "<path fill=\"");
        mix_svg_raw(svg, color);
        MIX_SVG(svg, "\" d=\"M@ @H@v@H@Z\"/>\n", zero, top + (double)c * bar, end, 0.9 * bar, zero);
        if (interval_at(p, c, i, &interval)) {
            mix_whiskers_draw_x(&p->drawing->page, mix_scale_at(&panel->x, interval.low),
                                mix_scale_at(&panel->x, interval.high), top + ((double)c + 0.45) * bar);
        }
    }
}

static mixture_status draw_parameter_bars(profile *p) {
    mix_drawing *drawing = p->drawing;
    mix_page *page = &drawing->page;
    mixture_status status = mix_caption_legend(drawing, MIX_KEY_SWATCHES, NULL, 0);
    if (status != MIXTURE_OK) {
        return status;
    }
    mix_range range = {0, 0};
    for (size_t i = 0; i < p->count; i++) {
        for (size_t c = 0; c < drawing->shown; c++) {
            mix_range interval = {value_at(p, c, i), value_at(p, c, i)};
            (void)interval_at(p, c, i, &interval);
            mix_range_add(&range, interval.high);
        }
    }
    const mix_axis x = {.range = mix_range_pad((mix_range){range.low, fmin(1.04 * range.high, 1e308)}, 0),
                        .name = p->parameters[0].array->parameter};
    mix_area area = {page->area.left + p->names + 8, page->area.top, page->area.right - 10,
                     page->area.bottom - 36};
    mix_ticks ticks = mix_panel_ticks_x(&area, &x), none = {0};
    mix_panel panel = mix_panel_make(area, &x, &(mix_axis){.range = {0, 1}});
    mix_panel_grid(page, &area, &ticks, &none);
    mix_panel_labels_x(page, &area, &ticks, 1, x.name);
    double group = (area.bottom - area.top) / (double)p->count;
    double bar = fmin(group / ((double)drawing->shown + 1), 24);
    for (size_t i = 0; i < p->count; i++) {
        double middle = area.top + ((double)i + 0.5) * group;
        draw_row_name(p, i, area.left - 8, middle);
        draw_group(p, &panel, i, middle - bar * (double)drawing->shown / 2, bar);
    }
    return MIXTURE_OK;
}

/* ---- The table ---------------------------------------------------------------------------------------------- */

static void draw_header(const profile *p, const mix_area *area, double cell) {
    mix_page *page = &p->drawing->page;
    mix_page_text(page, area->left - 8, area->top - 18, MIX_FONT_LABEL, "end", "m-dim", component);
    for (size_t c = 0; c < p->drawing->shown; c++) {
        char number[24], percent[MIX_LABEL_BYTES];
        double middle = area->left + ((double)c + 0.5) * cell;
        snprintf(number, sizeof number, "%zu", c + 1);
        mix_page_text(page, middle, area->top - 18, MIX_FONT_NAME, "middle", "m-ink", number);
        if (cell >= NUMBER_CELL) {
            (void)mix_caption_percent(p->drawing->model->weights[c], percent);
            mix_page_text(page, middle, area->top - 5, MIX_FONT_LABEL - 1, "middle", "m-dim", percent);
        }
    }
}

/* A row: each cell as dark as its share of the row's largest. */
static void draw_table_row(const profile *p, size_t i, const mix_area *row, double cell, bool numbers) {
    mix_page *page = &p->drawing->page;
    const char *class = p->drawing->options->palette == MIX_GRAY ? "m-dim" : "m-fill";
    double largest = largest_of(p, i), middle = (row->top + row->bottom) / 2;
    draw_row_name(p, i, row->left - 8, middle);
    for (size_t c = 0; c < p->drawing->shown; c++) {
        double value = value_at(p, c, i), share = largest > 0 ? fabs(value) / largest : 0;
        double left = row->left + (double)c * cell;
        mix_svg_raw(&page->svg, "<rect class=\"");
        mix_svg_raw(&page->svg, class);
        MIX_SVG(&page->svg, "\" fill-opacity=\"@\" x=\"@\" y=\"@\" width=\"@\" height=\"@\"/>\n",
                0.04 + 0.58 * share, left, row->top, cell - 1, row->bottom - row->top - 1);
        if (numbers) {
            char text[MIX_JSON_NUMBER_BYTES];
            format_value(value, text);
            mix_page_text(page, left + cell / 2, middle + 0.36 * MIX_FONT_LABEL - 0.5, MIX_FONT_LABEL - 1,
                          "middle", "m-ink", text);
        }
    }
}

static void draw_table(profile *p) {
    mix_page *page = &p->drawing->page;
    mix_area area = {page->area.left + p->names + 8, page->area.top + HEADER, page->area.right, page->area.bottom};
    double cell = fmin((area.right - area.left) / (double)p->drawing->shown, 120);
    double height = fmin((area.bottom - area.top) / (double)p->count, 40);
    draw_header(p, &area, cell);
    for (size_t i = 0; i < p->count; i++) {
        double top = area.top + (double)i * height;
        const mix_area row = {area.left, top, area.right, top + height};
        draw_table_row(p, i, &row, cell, cell >= NUMBER_CELL);
    }
}

/* ---- The picture -------------------------------------------------------------------------------------------- */

/* Whether bars have room, are of one kind, and can all be seen. */
static bool bars_will_do(const profile *p, double height) {
    mix_range tops = MIX_RANGE_EMPTY;
    bool alike = !p->several && p->count > 0;
    for (size_t i = 0; i < p->count; i++) {
        double largest = largest_of(p, i);
        mix_range_add(&tops, largest > 0 ? largest : (double)NAN);
        alike = alike && strcmp(p->parameters[i].array->name, p->parameters[0].array->name) == 0;
    }
    double bars = (double)p->count * ((double)p->drawing->shown + 1);
    return alike && height / bars >= LEAST_BAR && !(tops.high > MOST_RATIO * tops.low);
}

static mixture_status draw_profile(profile *p) {
    mix_drawing *drawing = p->drawing;
    const mix_page *page = &drawing->page;
    const double below = 36, caption = 30;
    double height = page->area.bottom - page->area.top - caption;
    measure_names(p);
    const char *what = p->several || p->count == 0 ? "parameters" : p->parameters[0].array->name;
    if (bars_will_do(p, height - below)) {
        mix_caption_say(drawing, "Bars: %s of %s.", what,
                        drawing->model->k == 1 ? "the component" : "each component");
        mix_whiskers_say(drawing, "Lines across their ends");
        mix_page_caption(&drawing->page, drawing->caption);
        return draw_parameter_bars(p);
    }
    size_t fit = (size_t)fmax((page->width - p->names - 32) / LEAST_CELL, 1);
    if (drawing->shown > fit) {
        drawing->shown = fit;
        mix_caption_say(drawing, "Of %zu components the first %zu.", drawing->model->k, fit);
    }
    mixture_status status = choose_parameters(p, (size_t)fmax((height - HEADER) / LEAST_ROW, 1));
    if (status == MIXTURE_OK) {
        mix_caption_say(drawing, "Table: %s, shaded by their shares of the largest in the row.", what);
        mix_page_caption(&drawing->page, drawing->caption);
        draw_table(p);
    }
    return status;
}

/* No fewer than there are: one for each column and array, and for each level. */
static size_t count_parameters(const mix_drawing *drawing) {
    const mixture_model *model = drawing->model;
    const mix_shape shape = mix_shape_of(model);
    size_t count = drawing->options->column_count * model->family->array_count;
    for (size_t a = 0; a < model->family->array_count; a++) {
        count += model->family->arrays[a].rank == MIX_RAGGED ? mix_family_array_size(&shape, a) : 0;
    }
    return count;
}

mixture_status mix_picture_profile(mix_drawing *drawing) {
    size_t columns = drawing->options->column_count;
    profile p = {.drawing = drawing};
    p.parameters = mix_memory_array(count_parameters(drawing), sizeof *p.parameters);
    if (p.parameters == NULL) {
        return MIXTURE_NOMEM;
    }
    for (size_t i = 0; i < columns; i++) {
        add_parameters(&p, i);
    }
    mixture_status status = draw_profile(&p);
    mix_memory_free(p.parameters);
    return status;
}
