/* plot_options.c: one table of option names, one reader for each; then what the model must have. */
#include "plot_options.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "extent.h"
#include "family.h"
#include "memory.h"
#include "names_json.h"
#include "plot_check.h"
#include "reader.h"

typedef struct plot_reader {
    const mixture_model *model;
    mix_plot_options *out;
    mixture_error *error;
    bool what_given, names_given;
    mix_json_value names;
} plot_reader;

/* ---- The options --------------------------------------------------------------------------------------- */

static const struct picture {
    const char *name; /* NULL: it is what another one is for some families */
    bool with_rows, without;
} pictures[] = {
    [MIX_PLOT_CLASSIFICATION] = {"classification", true, false},
    [MIX_PLOT_UNCERTAINTY] = {"uncertainty", true, false},
    [MIX_PLOT_DENSITY] = {"density", true, true},
    [MIX_PLOT_COMPONENTS] = {"components", false, true},
    [MIX_PLOT_SURFACE] = {"surface", false, true},
    [MIX_PLOT_PROFILE] = {NULL, false, false},
    [MIX_PLOT_TRACE] = {"trace", false, true},
    [MIX_PLOT_SELECTION] = {"selection", false, true},
};
enum { PICTURES = sizeof pictures / sizeof *pictures };

static mixture_status read_what(plot_reader *reader, mix_json_value value) {
    bool rows = reader->out->rows;
    char expected[100] = "";
    for (int i = 0; i < PICTURES; i++) {
        bool offered = rows ? pictures[i].with_rows : pictures[i].without;
        if (offered && mix_json_string_equals(value, pictures[i].name)) {
            reader->out->what = (mix_plot_what)i;
            reader->what_given = true;
            return MIXTURE_OK;
        }
        size_t used = strlen(expected);
        if (offered) {
            snprintf(expected + used, sizeof expected - used, "%s%s", used > 0 ? ", " : "", pictures[i].name);
        }
    }
    return mix_json_complain(value, expected, reader->error);
}

/* Pixels: smaller there is no room for an axis, larger no use for one. */
enum { LEAST_SIZE = 240, SQUARE_BELOW = 420, MOST_SIZE = 4000, MOST_TITLE = 1000 };

static mixture_status read_width(plot_reader *reader, mix_json_value value) {
    return mix_levels_read_whole(value, LEAST_SIZE, MOST_SIZE, &reader->out->width, reader->error);
}

static mixture_status read_height(plot_reader *reader, mix_json_value value) {
    return mix_levels_read_whole(value, LEAST_SIZE, MOST_SIZE, &reader->out->height, reader->error);
}

static mixture_status read_points(plot_reader *reader, mix_json_value value) {
    double points;
    mixture_status status = mix_levels_read_whole(value, 0, MIX_PLOT_POINTS, &points, reader->error);
    reader->out->points = (size_t)points;
    return status;
}

static mixture_status read_title(plot_reader *reader, mix_json_value value) {
    if (mix_json_type_of(value) != MIX_JSON_STRING) {
        return mix_json_complain(value, "a string", reader->error);
    }
    size_t length;
    reader->out->title = mix_json_string(value, &length);
    if (reader->out->title == NULL) {
        return mix_error_status(reader->error, MIXTURE_NOMEM);
    }
    if (strlen(reader->out->title) != length || length > MOST_TITLE) {
        return mix_json_complain(value, "a string of at most 1000 bytes that holds no NUL", reader->error);
    }
    return MIXTURE_OK;
}

static mixture_status read_plot_levels(plot_reader *reader, mix_json_value value) {
    return mix_levels_read_value(value, &reader->out->levels, reader->error);
}

static mixture_status read_palette(plot_reader *reader, mix_json_value value) {
    for (int i = 0; i < MIX_PALETTES; i++) {
        if (mix_json_string_equals(value, mix_palette_names[i])) {
            reader->out->palette = (mix_palette)i;
            return MIXTURE_OK;
        }
    }
    return mix_json_complain(value, "okabe-ito, viridis or gray", reader->error);
}

/* A column of the model by its name or 1-based position. */
static bool find_column(const mixture_model *model, mix_json_value value, size_t *column) {
    int64_t position;
    if (mix_json_integer(value, &position)) {
        bool inside = position >= 1 && (uint64_t)position <= model->d;
        *column = inside ? mix_family_place(model->family, (size_t)(position - 1)) : 0;
        return inside;
    }
    char name[32];
    for (*column = 0; *column < model->d; (*column)++) {
        snprintf(name, sizeof name, "x%zu", *column + 1);
        if (mix_json_string_equals(value, model->columns != NULL ? model->columns[*column] : name)) {
            return true;
        }
    }
    return false;
}

/* A picture of all parameters has room for more columns than a matrix of pairs. */
static size_t most_columns(const plot_reader *reader) {
    bool few = reader->out->rows || reader->model->family->geometry != NULL;
    return few || reader->model->d < MIX_PLOT_COLUMNS ? MIX_PLOT_COLUMNS : reader->model->d;
}

static mixture_status read_plot_columns(plot_reader *reader, mix_json_value value) {
    mix_plot_options *out = reader->out;
    size_t count = mix_json_count(value), most = most_columns(reader);
    char expected[100];
    if (mix_json_type_of(value) != MIX_JSON_ARRAY || count == 0 || count > most) {
        snprintf(expected, sizeof expected, "an array of 1 to %zu columns", most);
        return mix_json_complain(value, expected, reader->error);
    }
    mix_memory_free(out->columns);
    out->columns = mix_memory_array(count, sizeof *out->columns);
    out->column_count = 0;
    if (out->columns == NULL) {
        return mix_error_status(reader->error, MIXTURE_NOMEM);
    }
    out->columns_given = true;
    mix_json_value item;
    for (bool more = mix_json_first(value, &item); more; more = mix_json_next(value, &item)) {
        size_t column;
        if (!find_column(reader->model, item, &column)) {
            snprintf(expected, sizeof expected, "the name of a column of the model or its position from 1 to %zu",
                     reader->model->d);
            return mix_json_complain(item, expected, reader->error);
        }
        for (size_t i = 0; i < out->column_count; i++) {
            if (out->columns[i] == column) {
                return mix_json_complain(item, "another column than before", reader->error);
            }
        }
        out->columns[out->column_count++] = column;
    }
    return MIXTURE_OK;
}

/* How many there must be is known when the columns are. */
static mixture_status keep_names(plot_reader *reader, mix_json_value value) {
    reader->names = value;
    reader->names_given = true;
    return mix_json_type_of(value) == MIX_JSON_ARRAY
               ? MIXTURE_OK
               : mix_json_complain(value, "an array of names, one for each column that is drawn", reader->error);
}

static mixture_status read_shown_names(plot_reader *reader) {
    mix_plot_options *out = reader->out;
    if (mix_json_count(reader->names) != out->column_count) {
        char expected[100];
        snprintf(expected, sizeof expected, "an array of %zu name%s, one for each column that is drawn",
                 out->column_count, out->column_count == 1 ? "" : "s");
        return mix_json_complain(reader->names, expected, reader->error);
    }
    out->names = mix_memory_zeros(out->column_count, sizeof *out->names);
    return out->names != NULL ? mix_names_json_read_columns(reader->names, out->names, reader->error)
                              : mix_error_status(reader->error, MIXTURE_NOMEM);
}

static mixture_status read_limits(mix_json_value value, mix_plot_axis *axis, mixture_error *error) {
    mix_json_value item;
    double ends[2] = {0, 0};
    size_t numbers = 0;
    for (bool more = mix_json_first(value, &item); more && numbers < 2; more = mix_json_next(value, &item)) {
        if (mix_json_type_of(item) == MIX_JSON_NUMBER) {
            ends[numbers++] = mix_json_number(item);
        }
    }
    if (mix_json_type_of(value) != MIX_JSON_ARRAY || mix_json_count(value) != 2 || numbers != 2) {
        return mix_json_complain(value, "an array of two numbers", error);
    }
    if (!(ends[0] < ends[1])) {
        (void)mix_json_first(value, &item);
        (void)mix_json_next(value, &item);
        return mix_json_complain(item, "a number above the first", error);
    }
    axis->limited = true;
    axis->low = ends[0];
    axis->high = ends[1];
    return MIXTURE_OK;
}

static mixture_status read_xlim(plot_reader *reader, mix_json_value value) {
    return read_limits(value, &reader->out->axes[0], reader->error);
}

static mixture_status read_ylim(plot_reader *reader, mix_json_value value) {
    return read_limits(value, &reader->out->axes[1], reader->error);
}

static mixture_status read_log(plot_reader *reader, mix_json_value value) {
    bool both = mix_json_string_equals(value, "xy"), truth = mix_json_type_of(value) == MIX_JSON_BOOL;
    both = both || (truth && mix_json_boolean(value));
    bool x = both || mix_json_string_equals(value, "x"), y = both || mix_json_string_equals(value, "y");
    reader->out->axes[0].log = x;
    reader->out->axes[1].log = y;
    return x || y || truth ? MIXTURE_OK : mix_json_complain(value, "x, y, xy, true or false", reader->error);
}

static mixture_status read_theme(plot_reader *reader, mix_json_value value) {
    static const char *const themes[] = {
        [MIX_THEME_AUTO] = "auto", [MIX_THEME_LIGHT] = "light", [MIX_THEME_DARK] = "dark"};
    for (int i = 0; i <= MIX_THEME_DARK; i++) {
        if (mix_json_string_equals(value, themes[i])) {
            reader->out->theme = (mix_theme)i;
            return MIXTURE_OK;
        }
    }
    return mix_json_complain(value, "auto, light or dark", reader->error);
}

/* ---- The table ------------------------------------------------------------------------------------------- */

static const struct plot_option {
    const char *name;
    bool for_rows; /* only where there are rows */
    mixture_status (*read)(plot_reader *reader, mix_json_value value);
} plot_options_table[] = {
    {"what", false, read_what},     {"columns", false, read_plot_columns},
    {"names", false, keep_names},   {"width", false, read_width},
    {"height", false, read_height}, {"title", false, read_title},
    {"points", true, read_points},  {"levels", false, read_plot_levels},
    {"xlim", false, read_xlim},     {"ylim", false, read_ylim},
    {"log", false, read_log},       {"palette", false, read_palette},
    {"theme", false, read_theme},
};
enum { PLOT_OPTIONS = sizeof plot_options_table / sizeof *plot_options_table };

static mixture_status read_plot_option(plot_reader *reader, mix_json_value value) {
    mix_json_value key = mix_json_key(value);
    char expected[160] = "one of ";
    for (size_t i = 0; i < PLOT_OPTIONS; i++) {
        size_t used = strlen(expected);
        if (plot_options_table[i].for_rows && !reader->out->rows) {
            continue;
        }
        if (mix_json_string_equals(key, plot_options_table[i].name)) {
            return plot_options_table[i].read(reader, value);
        }
        snprintf(expected + used, sizeof expected - used, "%s%s", i > 0 ? ", " : "", plot_options_table[i].name);
    }
    return mix_json_complain(key, expected, reader->error);
}

static mixture_status read_options(const char *text, size_t length, plot_reader *reader) {
    mix_json_document *document;
    mixture_status status = mix_json_parse(text, length, &document, reader->error);
    if (status != MIXTURE_OK) {
        return status;
    }
    mix_json_value root = mix_json_root(document), item;
    if (mix_json_type_of(root) != MIX_JSON_OBJECT) {
        status = mix_json_complain(root, "an object", reader->error);
    }
    for (bool more = mix_json_first(root, &item); more && status == MIXTURE_OK;
         more = mix_json_next(root, &item)) {
        status = read_plot_option(reader, item);
    }
    if (status == MIXTURE_OK && reader->names_given) {
        status = read_shown_names(reader);
    }
    mix_json_free(document);
    return status;
}

/* ---- All ---------------------------------------------------------------------------------------------------- */

/* What is drawn where nothing is said; of families without a geometry a density of one column, or all parameters.
** */
static void settle_what(plot_reader *reader) {
    mix_plot_options *out = reader->out;
    bool geometry = mix_extent_has(reader->model, out->columns, out->column_count);
    const mix_shape shape = mix_shape_of(reader->model);
    if (!reader->what_given && !out->rows && !geometry) {
        bool density = out->column_count == 1 && mix_family_has_marginal(&shape, out->columns[0]);
        out->what = density ? MIX_PLOT_DENSITY : MIX_PLOT_COMPONENTS;
    }
    if (out->what == MIX_PLOT_COMPONENTS && !geometry) {
        out->what = MIX_PLOT_PROFILE;
    }
}

/* The columns that are drawn where none are named: all, as far as there is room for. */
static mixture_status settle_columns(plot_reader *reader) {
    mix_plot_options *out = reader->out;
    size_t most = most_columns(reader);
    out->column_count = reader->model->d < most ? reader->model->d : most;
    out->columns = mix_memory_array(out->column_count, sizeof *out->columns);
    if (out->columns == NULL) {
        return mix_error_status(reader->error, MIXTURE_NOMEM);
    }
    for (size_t i = 0; i < out->column_count; i++) {
        out->columns[i] = mix_family_place(reader->model->family, i);
    }
    return MIXTURE_OK;
}

/* Where only one of width and height is given the other follows; a narrow page is square, for legend and caption
** need more lines. Text grows more slowly than the page, so that of a large one more is left for the picture, and
** does not shrink. */
static void settle_size(mix_plot_options *out) {
    bool matrix = mix_plot_is_matrix(out);
    const double width = matrix ? 760 : 640, height = matrix ? 700 : 480, power = 2.0 / 3;
    if (out->width == 0) {
        double follows = out->height > 0 ? round(out->height * width / height) : width;
        out->width = fmin(fmax(follows, LEAST_SIZE), MOST_SIZE);
    }
    if (out->height == 0) {
        double follows = out->width < SQUARE_BELOW ? out->width : round(out->width * height / width);
        out->height = fmin(fmax(follows, LEAST_SIZE), MOST_SIZE);
    }
    out->growth = fmax(pow(fmin(out->width / width, out->height / height), power), 1);
}

mixture_status mix_plot_options_read(const char *text, size_t length, const mixture_model *model, bool rows,
                                     mix_plot_options *options, mixture_error *error) {
    *options = (mix_plot_options){.rows = rows,
                                  .what = rows ? MIX_PLOT_CLASSIFICATION : MIX_PLOT_DENSITY,
                                  .points = MIX_PLOT_POINTS / 2,
                                  .levels = mix_levels_default};
    plot_reader reader = {.model = model, .out = options, .error = error};
    mixture_status status = settle_columns(&reader);
    if (status == MIXTURE_OK && text != NULL) {
        status = read_options(text, length, &reader);
    }
    if (status != MIXTURE_OK) {
        return status;
    }
    settle_what(&reader);
    settle_size(options);
    return mix_plot_check(model, options, error);
}

void mix_plot_options_clear(mix_plot_options *options) {
    mix_memory_free(options->title);
    for (size_t i = 0; options->names != NULL && i < options->column_count; i++) {
        mix_memory_free(options->names[i]);
    }
    mix_memory_free(options->names);
    mix_memory_free(options->columns);
    options->title = NULL;
    options->names = NULL;
    options->columns = NULL;
}
