/* plot_options.c: one table of option names, one reader for each; then what the model must have. */
#include "plot_options.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "family.h"
#include "memory.h"
#include "reader.h"

typedef struct plot_reader {
    const mixture_model *model;
    mix_plot_options *out;
    mixture_error *error;
} plot_reader;

/* ---- The options --------------------------------------------------------------------------------------- */

static const struct picture {
    const char *name;
    bool with_rows, without;
} pictures[] = {
    [MIX_PLOT_CLASSIFICATION] = {"classification", true, false},
    [MIX_PLOT_UNCERTAINTY] = {"uncertainty", true, false},
    [MIX_PLOT_DENSITY] = {"density", true, true},
    [MIX_PLOT_SURFACE] = {"surface", false, true},
    [MIX_PLOT_COMPONENTS] = {"components", false, true},
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
            return MIXTURE_OK;
        }
        size_t used = strlen(expected);
        if (offered) {
            snprintf(expected + used, sizeof expected - used, "%s%s", used > 0 ? ", " : "", pictures[i].name);
        }
    }
    return mix_json_complain(value, expected, reader->error);
}

static mixture_status read_whole(mix_json_value value, long long least, long long most, double *number,
                                 mixture_error *error) {
    bool is_number = mix_json_type_of(value) == MIX_JSON_NUMBER;
    *number = is_number ? mix_json_number(value) : 0;
    if (is_number && *number >= (double)least && *number <= (double)most && *number == floor(*number)) {
        return MIXTURE_OK;
    }
    char expected[80];
    snprintf(expected, sizeof expected, "an integer from %lld to %lld", least, most);
    return mix_json_complain(value, expected, error);
}

/* Pixels: smaller there is no room for an axis, larger no use for one. */
enum { LEAST_SIZE = 240, MOST_SIZE = 4000, MOST_TITLE = 1000 };

static mixture_status read_width(plot_reader *reader, mix_json_value value) {
    return read_whole(value, LEAST_SIZE, MOST_SIZE, &reader->out->width, reader->error);
}

static mixture_status read_height(plot_reader *reader, mix_json_value value) {
    return read_whole(value, LEAST_SIZE, MOST_SIZE, &reader->out->height, reader->error);
}

static mixture_status read_points(plot_reader *reader, mix_json_value value) {
    double points;
    mixture_status status = read_whole(value, 0, MIX_PLOT_POINTS, &points, reader->error);
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

static mixture_status read_level_value(mix_json_value value, mix_levels *levels, mixture_error *error) {
    if (mix_json_type_of(value) == MIX_JSON_NUMBER) {
        double count;
        mixture_status status = read_whole(value, 1, MIX_PLOT_LEVELS, &count, error);
        *levels = status == MIXTURE_OK ? mix_levels_even((size_t)count) : *levels;
        return status;
    }
    size_t count = mix_json_count(value);
    if (mix_json_type_of(value) != MIX_JSON_ARRAY || count == 0 || count > MIX_PLOT_LEVELS) {
        return mix_json_complain(value, "an integer from 1 to 20 or an array of 1 to 20 probabilities", error);
    }
    levels->count = 0;
    mix_json_value item;
    for (bool more = mix_json_first(value, &item); more; more = mix_json_next(value, &item)) {
        double level = mix_json_type_of(item) == MIX_JSON_NUMBER ? mix_json_number(item) : 0;
        if (!(level > 0 && level < 1)) {
            return mix_json_complain(item, "a number between 0 and 1", error);
        }
        size_t at = levels->count++;
        for (; at > 0 && levels->probabilities[at - 1] < level; at--) {
            levels->probabilities[at] = levels->probabilities[at - 1];
        }
        levels->probabilities[at] = level;
    }
    return MIXTURE_OK;
}

static mixture_status read_plot_levels(plot_reader *reader, mix_json_value value) {
    return read_level_value(value, &reader->out->levels, reader->error);
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
        *column = (size_t)(position - 1);
        return position >= 1 && (uint64_t)position <= model->d;
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

static mixture_status read_plot_columns(plot_reader *reader, mix_json_value value) {
    mix_plot_options *out = reader->out;
    size_t count = mix_json_count(value);
    if (mix_json_type_of(value) != MIX_JSON_ARRAY || count == 0 || count > MIX_PLOT_COLUMNS) {
        return mix_json_complain(value, "an array of 1 to 8 columns", reader->error);
    }
    out->column_count = 0;
    out->columns_given = true;
    mix_json_value item;
    for (bool more = mix_json_first(value, &item); more; more = mix_json_next(value, &item)) {
        size_t column;
        if (!find_column(reader->model, item, &column)) {
            char expected[100];
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

/* ---- The table ------------------------------------------------------------------------------------------- */

static const struct plot_option {
    const char *name;
    bool for_rows; /* only where there are rows */
    mixture_status (*read)(plot_reader *reader, mix_json_value value);
} plot_options_table[] = {
    {"what", false, read_what},          {"columns", false, read_plot_columns}, {"width", false, read_width},
    {"height", false, read_height},      {"title", false, read_title},          {"points", true, read_points},
    {"levels", false, read_plot_levels}, {"palette", false, read_palette},
};
enum { PLOT_OPTIONS = sizeof plot_options_table / sizeof *plot_options_table };

static mixture_status read_plot_option(plot_reader *reader, mix_json_value value) {
    mix_json_value key = mix_json_key(value);
    char expected[120] = "one of ";
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
    mix_json_free(document);
    return status;
}

/* ---- What the model must have ---------------------------------------------------------------------------- */

static mixture_status check_model(const mixture_model *model, const mix_plot_options *options,
                                  mixture_error *error) {
    switch (options->what) {
    case MIX_PLOT_TRACE:
        return model->trace_count > 0
                   ? MIXTURE_OK
                   : mix_error_invalid(error, "argument 1 (model) has no trace; expected a model "
                                              "that was fitted");
    case MIX_PLOT_SELECTION:
        return model->candidate_count > 0
                   ? MIXTURE_OK
                   : mix_error_invalid(error,
                                       "argument 1 (model) has no candidates; expected a model of gmm_select");
    default:
        break;
    }
    if (model->family->geometry == NULL) {
        return mix_family_need(model->family, MIX_HAS_GEOMETRY, error);
    }
    if (options->what == MIX_PLOT_SURFACE && options->column_count != 2) {
        return options->columns_given
                   ? mix_error_invalid(error, "columns names %zu column%s; expected 2 for a surface",
                                       options->column_count, options->column_count == 1 ? "" : "s")
                   : mix_error_invalid(error,
                                       "argument 1 (model) has %zu column%s; expected 2, or two that the "
                                       "option columns names",
                                       model->d, model->d == 1 ? "" : "s");
    }
    return MIXTURE_OK;
}

/* ---- Levels ------------------------------------------------------------------------------------------------ */

const mix_levels mix_levels_default = {4, {0.95, 0.75, 0.5, 0.25}};

mix_levels mix_levels_even(size_t count) {
    mix_levels levels = {.count = count};
    for (size_t i = 0; i < count; i++) {
        levels.probabilities[i] = (double)(count - i) / (double)(count + 1);
    }
    return levels;
}

mixture_status mix_levels_read(const char *text, size_t length, mix_levels *levels, mixture_error *error) {
    mix_json_document *document;
    mixture_status status = mix_json_parse(text, length, &document, error);
    if (status == MIXTURE_OK) {
        status = read_level_value(mix_json_root(document), levels, error);
        mix_json_free(document);
    }
    return status;
}

/* ---- All ---------------------------------------------------------------------------------------------------- */

mixture_status mix_plot_options_read(const char *text, size_t length, const mixture_model *model, bool rows,
                                     mix_plot_options *options, mixture_error *error) {
    *options = (mix_plot_options){.rows = rows,
                                  .what = rows ? MIX_PLOT_CLASSIFICATION : MIX_PLOT_DENSITY,
                                  .points = MIX_PLOT_POINTS / 2,
                                  .levels = mix_levels_default};
    while (options->column_count < MIX_PLOT_COLUMNS && options->column_count < model->d) {
        options->columns[options->column_count] = options->column_count;
        options->column_count++;
    }
    plot_reader reader = {model, options, error};
    mixture_status status = text != NULL ? read_options(text, length, &reader) : MIXTURE_OK;
    bool matrix = options->column_count > 2 && options->what <= MIX_PLOT_COMPONENTS;
    if (options->width == 0) {
        options->width = matrix ? 760 : 640;
    }
    if (options->height == 0) {
        options->height = matrix ? 700 : 480;
    }
    return status == MIXTURE_OK ? check_model(model, options, error) : status;
}

void mix_plot_options_clear(mix_plot_options *options) {
    mix_memory_free(options->title);
    options->title = NULL;
}
