/* arguments.c: values in, errors out. */
#include "arguments.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cells.h"
#include "describe.h"
#include "error.h"
#include "family.h"
#include "levels.h"
#include "number.h"
#include "number_text.h"
#include "packed_row.h"

const char *mix_arguments_column(const mix_row_arguments *arguments, size_t j, char buffer[60]) {
    if (arguments->columns != NULL) {
        char name[MIX_EXCERPT_BYTES];
        size_t place = arguments->family != NULL ? mix_family_place(arguments->family, j) : j;
        const char *column = arguments->columns[place];
        snprintf(buffer, 60, " (%s)", mix_describe_text(column, strlen(column), name));
    } else {
        snprintf(buffer, 60, " (x%zu)", j + 1);
    }
    return buffer;
}

static const char *row_number(const mix_row_arguments *arguments, char buffer[40]) {
    buffer[0] = '\0';
    if (arguments->row != 0) {
        snprintf(buffer, 40, " in row %llu", (unsigned long long)arguments->row);
    }
    return buffer;
}

mixture_status mix_arguments_columns(sqlite3 *db, sqlite3_value **values, int count, size_t named,
                                     size_t *columns) {
    *columns = (size_t)count;
    return mix_packed_row_is(values, count) ? mix_packed_row_columns(db, values[0], named, columns) : MIXTURE_OK;
}

static mixture_status wrong_row_length(const mix_row_arguments *arguments, mixture_error *error) {
    return mix_error_invalid(error, "%d value%s given; expected %zu, the model's columns, or one mix_row()",
                             arguments->count, arguments->count == 1 ? "" : "s", arguments->d);
}

static mixture_status wrong_row_value(const mix_row_arguments *arguments, size_t j, bool infinite,
                                      mixture_error *error) {
    char said[MIX_SAID_BYTES], name[60], where[40], cure[MIX_CURE_BYTES], bare[60];
    size_t place = j + 1; /* among all */
    for (size_t i = 0; i < 2; i++) {
        place += arguments->apart[i] != 0 && place >= arguments->apart[i];
    }
    (void)mix_arguments_column(arguments, j, name);
    snprintf(bare, sizeof bare, "%.*s", (int)strlen(name) - 3, name + 2); /* without " (" and ")" */
    return mix_error_invalid(error, "argument %d%s is %s%s; expected a %snumber%s",
                             arguments->first + (int)place - 1, name,
                             mix_describe_value(arguments->values[j], said), row_number(arguments, where),
                             infinite ? "finite " : "", mix_describe_cure(arguments->values[j], bare, cure));
}

bool mix_arguments_is_number(sqlite3_value *value) {
    int type = sqlite3_value_type(value);
    if (type == SQLITE_TEXT) {
        double number;
        const char *text = (const char *)sqlite3_value_text(value);
        return text != NULL && mix_number_of_text(text, (size_t)sqlite3_value_bytes(value), &number);
    }
    return type == SQLITE_INTEGER || type == SQLITE_FLOAT;
}

mixture_status mix_arguments_row(const mix_row_arguments *arguments, double *x, mixture_error *error) {
    sqlite3_value **values = arguments->values;
    if (arguments->bytes != NULL || mix_packed_row_is(values, arguments->count)) {
        return mix_packed_row_read(arguments, x, error);
    }
    if ((size_t)arguments->count != arguments->d) {
        return wrong_row_length(arguments, error);
    }
    for (size_t j = 0; j < arguments->d; j++) {
        int type = sqlite3_value_type(values[j]);
        if (type == SQLITE_FLOAT || type == SQLITE_INTEGER || mix_arguments_is_number(values[j])) {
            x[j] = sqlite3_value_double(values[j]);
            if (isinf(x[j])) {
                return wrong_row_value(arguments, j, true, error);
            }
        } else if (type == SQLITE_NULL || (type == SQLITE_TEXT && j + 1 == arguments->word)) {
            x[j] = (double)NAN;
        } else {
            return wrong_row_value(arguments, j, false, error);
        }
    }
    return MIXTURE_OK;
}

mixture_status mix_arguments_same_model(const mix_parsed *parsed, sqlite3_value *value, uint64_t row,
                                        mixture_error *error) {
    if (mix_parsed_same(parsed, value)) {
        return MIXTURE_OK;
    }
    return mix_error_invalid(
        error, "argument 1 (model) changes in row %llu; expected the same in all rows, or GROUP BY it",
        (unsigned long long)row);
}

/* Column j of the model does not accept x. */
static mixture_status refuse_value(const mix_row_arguments *arguments, size_t j, double x, const char *expected,
                                   mixture_error *error) {
    char number[MIX_JSON_NUMBER_BYTES], name[60], where[40];
    (void)mix_json_format_double(x, number);
    return mix_error_invalid(error, "value %zu%s is %s%s; expected %s", j + 1,
                             mix_arguments_column(arguments, j, name), number, row_number(arguments, where),
                             expected);
}

/* A value of a mixed model that is no number, or none that is finite. */
static mixture_status refuse_cell(const mix_row_arguments *arguments, size_t j, mix_cell *cell,
                                  mixture_error *error) {
    double number;
    char said[MIX_SAID_BYTES], name[60], where[40];
    bool is = mix_cell_number(cell, &number);
    if (cell->value != NULL) {
        return wrong_row_value(arguments, j, is, error);
    }
    return mix_error_invalid(error, "value %zu%s is %s%s; expected a %snumber", j + 1,
                             mix_arguments_column(arguments, j, name), mix_cell_describe(cell, said),
                             row_number(arguments, where), is ? "finite " : "");
}

/* Value j of the row of a mixed model as the number that stands for it in column `place` of its own. */
static mixture_status take_cell(const mix_row_arguments *arguments, const mix_shape *shape, size_t j,
                                mix_cell *cell, double *x, mixture_error *error) {
    size_t place = mix_family_place(shape->family, j);
    if (cell->type == SQLITE_NULL) {
        x[place] = (double)NAN;
        return MIXTURE_OK;
    }
    if (mix_family_level_count(shape->family, place) > 0) {
        x[place] = mix_levels_number(shape->family, place, cell);
        return MIXTURE_OK;
    }
    if (!mix_cell_number(cell, &x[place]) || isinf(x[place])) {
        return refuse_cell(arguments, j, cell, error);
    }
    const char *expected = mix_family_refusal(shape, place, x[place]);
    return expected != NULL ? refuse_value(arguments, j, x[place], expected, error) : MIXTURE_OK;
}

/* The row of a mixed model, in the order of its parts; levels are numbers there. */
static mixture_status mixed_row(const mix_row_arguments *arguments, const mixture_model *model, double *x,
                                mixture_error *error) {
    const mix_shape shape = mix_shape_of(model);
    mix_cells cells;
    mixture_status status =
        mix_cells_open(&cells, arguments->db, arguments->values, arguments->count, arguments->first, error);
    if (status == MIXTURE_OK && cells.count != model->d) {
        status = wrong_row_length(arguments, error);
    }
    for (size_t j = 0; j < model->d && status == MIXTURE_OK; j++) {
        mix_cell cell;
        status = mix_cells_next(&cells, &cell) ? take_cell(arguments, &shape, j, &cell, x, error)
                                               : mix_error_status(error, MIXTURE_NOMEM);
    }
    mix_cells_close(&cells);
    return status;
}

mixture_status mix_arguments_model_row(sqlite3 *db, mix_parsed *parsed, int count, sqlite3_value **values,
                                       int first, uint64_t row, mixture_error *error) {
    return mix_arguments_model_row_of(db, parsed, count, values, first, row, NULL, error);
}

mixture_status mix_arguments_model_row_of(sqlite3 *db, mix_parsed *parsed, int count, sqlite3_value **values,
                                          int first, uint64_t row, const size_t *apart, mixture_error *error) {
    const mixture_model *model = parsed->model;
    mix_row_arguments arguments = {.values = values,
                                   .count = count,
                                   .first = first,
                                   .d = model->d,
                                   .columns = (const char *const *)model->columns,
                                   .row = row,
                                   .db = db,
                                   .family = model->family};
    if (apart != NULL) {
        memcpy(arguments.apart, apart, sizeof arguments.apart);
    }
    if (model->family->parts != NULL) {
        return mixed_row(&arguments, model, parsed->x, error);
    }
    mixture_status status = mix_arguments_row(&arguments, parsed->x, error);
    const mix_shape shape = mix_shape_of(model);
    for (size_t j = 0; status == MIXTURE_OK && j < model->d; j++) {
        const char *expected = mix_family_refusal(&shape, j, parsed->x[j]);
        if (expected != NULL) {
            status = refuse_value(&arguments, j, parsed->x[j], expected, error);
        }
    }
    return status;
}

mixture_status mix_arguments_integer(sqlite3_value *value, int place, const char *name, sqlite3_int64 least,
                                     sqlite3_int64 most, sqlite3_int64 *integer, mixture_error *error) {
    bool number = mix_arguments_is_number(value);
    int type = sqlite3_value_type(value);
    bool whole = number && type == SQLITE_INTEGER;
    *integer = 0;
    if (whole) {
        *integer = sqlite3_value_int64(value);
    } else if (number) {
        double real = sqlite3_value_double(value);
        whole = real >= -0x1p53 && real <= 0x1p53 && real == floor(real);
        *integer = whole ? (sqlite3_int64)real : 0;
    }
    if (whole && *integer >= least && *integer <= most) {
        return MIXTURE_OK;
    }
    char said[MIX_SAID_BYTES], range[64] = "";
    if (most != INT64_MAX) {
        snprintf(range, sizeof range, " from %lld to %lld", (long long)least, (long long)most);
    } else if (least != INT64_MIN) {
        snprintf(range, sizeof range, " >= %lld", (long long)least);
    }
    return mix_error_invalid(error, "argument %d (%s) is %s; expected an integer%s", place, name,
                             mix_describe_value(value, said), range);
}

mixture_status mix_arguments_number(sqlite3_value *value, int place, const char *name, double above, double below,
                                    double *number, mixture_error *error) {
    if (mix_arguments_is_number(value)) {
        *number = sqlite3_value_double(value);
        if (*number > above && *number < below) {
            return MIXTURE_OK;
        }
    }
    char said[MIX_SAID_BYTES], low[MIX_JSON_NUMBER_BYTES], high[MIX_JSON_NUMBER_BYTES];
    (void)mix_json_format_double(above, low);
    (void)mix_json_format_double(below, high);
    return mix_error_invalid(error, "argument %d (%s) is %s; expected a number between %s and %s", place, name,
                             mix_describe_value(value, said), low, high);
}
