/* table_draw.c: tables made from a model alone: mix_sample, mix_grid, mix_ellipses. */
#include <math.h>

#include "arrays.h"
#include "error.h"
#include "extent.h"
#include "family.h"
#include "function.h"
#include "level_json.h"
#include "levels.h"
#include "memory.h"
#include "number.h"
#include "table.h"

enum { MOST_POINTS = 1000000 };

/* The optional argument `place` (0-based, behind the model): NULL counts as left out. */
static bool draw_given(sqlite3_value **values, int count, int place) {
    return place < count && sqlite3_value_type(values[place]) != SQLITE_NULL;
}

/* Pictures need components that lie somewhere, in few dimensions. */
static mixture_status check_dimensions(const mixture_model *model, size_t least, size_t most,
                                       mixture_error *error) {
    mixture_status status = mix_family_need(model->family, MIX_HAS_GEOMETRY, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    if (model->d < least || model->d > most) {
        return mix_error_invalid(error, "argument 1 (model) has %zu column%s; expected %s", model->d,
                                 model->d == 1 ? "" : "s", least == most ? "2" : "1 or 2");
    }
    return MIXTURE_OK;
}

/* ---- mix_sample ------------------------------------------------------------------------------------------ */

enum { SAMPLE_COLUMNS = 8 }; /* x1 ... x8 */

typedef struct sample_state {
    mixture_sampler *sampler;
    double *x;
    size_t component;
} sample_state;

static void draw_row(mix_cursor *cursor) {
    sample_state *own = cursor->state;
    own->component = mixture_sampler_draw(own->sampler, own->x);
}

/* Trials a row: the argument, or the mean of the rows that the model was fitted to. */
static mixture_status find_trials(const mixture_model *model, sqlite3_value *value, sqlite3_int64 *trials,
                                  mixture_error *error) {
    if (value != NULL) {
        return mix_arguments_integer(value, 4, "trials", 0, MOST_POINTS, trials, error);
    }
    if (!(model->trials > 0)) {
        return mix_error_invalid(error,
                                 "argument 4 (trials) is missing and the model has none; expected an integer from "
                                 "0 to %d",
                                 MOST_POINTS);
    }
    if (!(model->trials >= 0.5 && model->trials <= MOST_POINTS)) {
        char number[MIX_JSON_NUMBER_BYTES];
        (void)mix_json_format_double(model->trials, number);
        return mix_error_invalid(error,
                                 "argument 4 (trials) is missing and the model's mean is %s; expected an integer "
                                 "from 0 to %d",
                                 number, MOST_POINTS);
    }
    *trials = (sqlite3_int64)round(model->trials);
    return MIXTURE_OK;
}

static mixture_status start_sample(mix_cursor *cursor, sqlite3_value **values, int count, mixture_error *error) {
    const mixture_model *model = mix_cursor_model(cursor);
    sample_state *own = cursor->state;
    sqlite3_int64 n, seed = 0, trials = 0;
    mixture_status status = mix_family_need(model->family, MIX_HAS_SAMPLING, error);
    if (status == MIXTURE_OK) {
        status = mix_arguments_integer(values[0], 2, "n", 0, INT64_MAX, &n, error);
    }
    if (status == MIXTURE_OK && draw_given(values, count, 1)) {
        status = mix_arguments_integer(values[1], 3, "seed", INT64_MIN, INT64_MAX, &seed, error);
    }
    if (status == MIXTURE_OK && model->family->mean_total != NULL) {
        status = find_trials(model, draw_given(values, count, 2) ? values[2] : NULL, &trials, error);
    } else if (status == MIXTURE_OK && draw_given(values, count, 2)) {
        status =
            mix_error_invalid(error, "argument 4 (trials) is given for a model of family %s; expected multinomial",
                              mixture_family_name(model->family));
    }
    if (status != MIXTURE_OK) {
        return status;
    }
    own->sampler = mixture_sampler_new(model, seed, (size_t)trials);
    own->x = mix_memory_array(model->d, sizeof(double));
    if (own->sampler == NULL || own->x == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    cursor->rows = n;
    draw_row(cursor);
    return MIXTURE_OK;
}

/* What a drawn value of a column with levels stands for; NULL: it is a number. */
static const mix_level *drawn_level(const mixture_family *family, size_t place, double x) {
    const mix_level *levels = family->parts != NULL ? mix_family_levels(family, place) : NULL;
    return levels != NULL ? &levels[(size_t)x] : NULL;
}

static void write_drawn(const mixture_model *model, const double *x, size_t j, mix_json_writer *writer) {
    size_t place = mix_family_place(model->family, j);
    const mix_level *level = drawn_level(model->family, place, x[place]);
    if (level != NULL) {
        mix_level_json_write(writer, level);
    } else {
        mix_json_write_double(writer, x[place]);
    }
}

static void column_sample(mix_cursor *cursor, sqlite3_context *context, int column) {
    const sample_state *own = cursor->state;
    size_t d = mix_cursor_model(cursor)->d;
    if (column == 0) {
        sqlite3_result_int64(context, cursor->row + 1);
    } else if (column == 1) {
        bool noise = own->component == mix_cursor_model(cursor)->k;
        sqlite3_result_int64(context, noise ? 0 : (sqlite3_int64)own->component + 1);
    } else if (column == 2) {
        mix_json_writer writer = {0};
        mix_json_begin_array(&writer);
        for (size_t j = 0; j < d; j++) {
            write_drawn(mix_cursor_model(cursor), own->x, j, &writer);
        }
        mix_json_end_array(&writer);
        mix_function_json(context, &writer);
    } else if ((size_t)(column - 3) < d) {
        const mixture_family *family = mix_cursor_model(cursor)->family;
        size_t place = mix_family_place(family, (size_t)(column - 3));
        const mix_level *level = drawn_level(family, place, own->x[place]);
        if (level != NULL) {
            mix_levels_result(context, level);
        } else {
            sqlite3_result_double(context, own->x[place]);
        }
    }
}

static void stop_sample(mix_cursor *cursor) {
    sample_state *own = cursor->state;
    mixture_sampler_free(own->sampler);
    mix_memory_free(own->x);
}

const mix_table mix_table_sample = {
    .name = "mix_sample",
    .usage = "mix_sample(model, n [, seed, trials])",
    .columns = "i, component, x, x1, x2, x3, x4, x5, x6, x7, x8",
    .column_count = 3 + SAMPLE_COLUMNS,
    .arguments = "n, seed, trials",
    .least = 1,
    .most = 3,
    .state_size = sizeof(sample_state),
    .start = start_sample,
    .advance = draw_row,
    .column = column_sample,
    .stop = stop_sample,
};

/* ---- mix_grid --------------------------------------------------------------------------------------------- */

typedef struct grid_state {
    sqlite3_int64 counts[2];
    double low[2], high[2];
    double density;
    size_t component;
} grid_state;

/* Coordinate of the present point along an axis: x runs fastest. */
static double coordinate(const mix_cursor *cursor, int axis) {
    const grid_state *own = cursor->state;
    sqlite3_int64 i = axis == 0 ? cursor->row % own->counts[0] : cursor->row / own->counts[0];
    if (own->counts[axis] == 1) {
        return 0.5 * own->low[axis] + 0.5 * own->high[axis];
    }
    double t =
        (double)i / (double)(own->counts[axis] - 1); /* both ends times a share: no difference can overflow */
    return own->low[axis] * (1 - t) + own->high[axis] * t;
}

static void evaluate_grid(mix_cursor *cursor) {
    grid_state *own = cursor->state;
    mix_parsed *parsed = cursor->parsed;
    for (size_t j = 0; j < parsed->model->d; j++) {
        parsed->x[j] = coordinate(cursor, (int)j);
    }
    own->density = exp(mixture_responsibilities(parsed->model, parsed->x, parsed->resp, parsed->scratch));
    own->component = (size_t)mix_parsed_component(parsed);
}

static mixture_status start_grid(mix_cursor *cursor, sqlite3_value **values, int count, mixture_error *error) {
    const mixture_model *model = mix_cursor_model(cursor);
    grid_state *own = cursor->state;
    double margin = 3;
    mixture_status status = check_dimensions(model, 1, 2, error);
    if (status == MIXTURE_OK) {
        status = mix_arguments_integer(values[0], 2, "nx", 1, MOST_POINTS, &own->counts[0], error);
    }
    own->counts[1] = model->d == 2 ? own->counts[0] : 1;
    if (status == MIXTURE_OK && draw_given(values, count, 1)) {
        sqlite3_int64 most = model->d == 2 ? MOST_POINTS : 1;
        status = mix_arguments_integer(values[1], 3, "ny", 1, most, &own->counts[1], error);
    }
    if (status == MIXTURE_OK && draw_given(values, count, 2)) {
        status = mix_arguments_number(values[2], 4, "margin", 0, 1e9, &margin, error);
    }
    if (status != MIXTURE_OK) {
        return status;
    }
    for (size_t j = 0; j < model->d; j++) { /* finite: a deviation is at most 1.4e154 */
        mix_extent_box(model, j, margin, &own->low[j], &own->high[j]);
    }
    cursor->rows = own->counts[0] * own->counts[1];
    evaluate_grid(cursor);
    return MIXTURE_OK;
}

static void column_grid(mix_cursor *cursor, sqlite3_context *context, int column) {
    const grid_state *own = cursor->state;
    if (column == 0) {
        sqlite3_result_double(context, coordinate(cursor, 0));
    } else if (column == 1 && mix_cursor_model(cursor)->d == 2) {
        sqlite3_result_double(context, coordinate(cursor, 1));
    } else if (column == 2) {
        sqlite3_result_double(context, own->density);
    } else if (column == 3) {
        sqlite3_result_int64(context, (sqlite3_int64)own->component);
    }
}

const mix_table mix_table_grid = {
    .name = "mix_grid",
    .usage = "mix_grid(model, nx [, ny, margin])",
    .columns = "x, y, density, component",
    .column_count = 4,
    .arguments = "nx, ny, margin",
    .least = 1,
    .most = 3,
    .state_size = sizeof(grid_state),
    .start = start_grid,
    .advance = evaluate_grid,
    .column = column_grid,
};

/* ---- mix_ellipses ----------------------------------------------------------------------------------------- */

typedef struct ellipse_state {
    double probability;
    sqlite3_int64 points;
} ellipse_state;

static mixture_status start_ellipses(mix_cursor *cursor, sqlite3_value **values, int count, mixture_error *error) {
    const mixture_model *model = mix_cursor_model(cursor);
    ellipse_state *own = cursor->state;
    own->probability = 0.95;
    own->points = 64;
    mixture_status status = check_dimensions(model, 2, 2, error);
    if (status == MIXTURE_OK && draw_given(values, count, 0)) {
        status = mix_arguments_number(values[0], 2, "probability", 0, 1, &own->probability, error);
    }
    if (status == MIXTURE_OK && draw_given(values, count, 1)) {
        status = mix_arguments_integer(values[1], 3, "points", 3, MOST_POINTS, &own->points, error);
    }
    cursor->rows = status == MIXTURE_OK ? (sqlite3_int64)model->k * own->points : 0;
    return status;
}

static void column_ellipses(mix_cursor *cursor, sqlite3_context *context, int column) {
    const ellipse_state *own = cursor->state;
    sqlite3_int64 component = cursor->row / own->points, i = cursor->row % own->points;
    double x, y;
    switch (column) {
    case 0:
        sqlite3_result_int64(context, component + 1);
        break;
    case 1:
        sqlite3_result_int64(context, i + 1);
        break;
    default:
        mix_extent_outline(mix_cursor_model(cursor), (size_t)component, own->probability, (size_t)i,
                           (size_t)own->points, &x, &y);
        sqlite3_result_double(context, column == 2 ? x : y);
    }
}

const mix_table mix_table_ellipses = {
    .name = "mix_ellipses",
    .usage = "mix_ellipses(model [, probability, points])",
    .columns = "component, i, x, y",
    .column_count = 4,
    .arguments = "probability, points",
    .least = 0,
    .most = 2,
    .state_size = sizeof(ellipse_state),
    .start = start_ellipses,
    .column = column_ellipses,
};
