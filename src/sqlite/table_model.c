/* table_model.c: tables that show what a model holds: mix_components, mix_parameters, mix_trace,
** mix_selection. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "arrays.h"
#include "error.h"
#include "extent.h"
#include "family.h"
#include "function.h"
#include "level_json.h"
#include "levels.h"
#include "members.h"
#include "mixed.h"
#include "model.h"
#include "noise.h"
#include "parameter.h"
#include "structures.h"
#include "table.h"

/* ---- mix_components ------------------------------------------------------------------------------------ */

enum {
    COMPONENT,
    WEIGHT,
    FIRST_ARRAY,
    ARRAYS_SHOWN = 3,
    ALL_ARRAYS = FIRST_ARRAY + ARRAYS_SHOWN,
    NAME,
    BY_COLUMN
};

/* Parameters that have a column of their own, as in the usage of 0.1. */
static const char *const shown[ARRAYS_SHOWN] = {"mean", "covariance", "probabilities"};

static mixture_status start_components(mix_cursor *cursor, sqlite3_value **values, int count,
                                       mixture_error *error) {
    (void)values;
    (void)count;
    (void)error;
    cursor->rows = (sqlite3_int64)mix_noise_columns(mix_cursor_model(cursor));
    return MIXTURE_OK;
}

/* The component's part of a parameter array. */
static void write_own_array(const mix_cursor *cursor, size_t a, mix_json_writer *writer) {
    const mixture_model *model = mix_cursor_model(cursor);
    const double *numbers = model->arrays[a] + (size_t)cursor->row * mix_model_array_size(model, a);
    const mix_shape shape = mix_shape_of(model);
    mix_json_write_component(writer, &shape, a, numbers);
}

/* The parameter array of that name, or of one component's; NULL when the family has no such array. Of a mixed
** model the first of its parts' arrays. */
static void result_array(mix_cursor *cursor, sqlite3_context *context, const char *name) {
    const mixture_family *family = mix_cursor_model(cursor)->family;
    for (size_t a = 0; a < family->array_count; a++) {
        if (strcmp(family->arrays[a].name, name) == 0 || strcmp(family->arrays[a].parameter, name) == 0) {
            mix_json_writer writer = {0};
            write_own_array(cursor, a, &writer);
            mix_function_json(context, &writer);
            return;
        }
    }
}

/* So many arrays of the model, from one on, by the names of their parameters. */
static void write_arrays(const mix_cursor *cursor, size_t first, size_t count, mix_json_writer *writer) {
    const mixture_family *family = mix_cursor_model(cursor)->family;
    for (size_t a = first; a < first + count; a++) {
        mix_json_write_key(writer, family->arrays[a].parameter);
        write_own_array(cursor, a, writer);
    }
}

static void write_component_part(const mix_cursor *cursor, const mix_part *part, mix_json_writer *writer) {
    const mixture_model *model = mix_cursor_model(cursor);
    char name[32];
    mix_json_begin_object(writer);
    mix_members_write_string(writer, "family", part->family->name);
    mix_json_write_key(writer, "columns");
    mix_json_begin_array(writer);
    for (size_t j = part->first; j < part->first + part->d; j++) {
        mix_json_write_string(writer, mix_model_column_name(model, j, name));
    }
    mix_json_end_array(writer);
    if (part->level != NULL) {
        mix_json_write_key(writer, "levels");
        mix_level_json_write_all(writer, part->d, part->levels, part->level);
    }
    write_arrays(cursor, part->array, part->family->array_count, writer);
    mix_json_end_object(writer);
}

/* An object; of a mixed model an array with one for each part. */
static void result_all_arrays(mix_cursor *cursor, sqlite3_context *context) {
    const mixture_family *family = mix_cursor_model(cursor)->family;
    mix_json_writer writer = {0};
    if (family->parts == NULL) {
        mix_json_begin_object(&writer);
        write_arrays(cursor, 0, family->array_count, &writer);
        mix_json_end_object(&writer);
    } else {
        mix_json_begin_array(&writer);
        for (size_t p = 0; p < family->parts->count; p++) {
            write_component_part(cursor, &family->parts->part[p], &writer);
        }
        mix_json_end_array(&writer);
    }
    mix_function_json(context, &writer);
}

/* Of a column with levels the likeliest one. */
static void write_likeliest(const mixture_model *model, size_t c, const mix_column_view *at, size_t column,
                            mix_json_writer *writer) {
    double probability;
    size_t level = mix_mixed_likeliest(model, column, NULL, c, &probability);
    mix_json_write_key(writer, "level");
    if (at->level != NULL) {
        mix_level_json_write(writer, &at->level[level]);
    } else {
        mix_json_write_integer(writer, (int64_t)level);
    }
    mix_members_write_double(writer, "probability", probability);
}

/* {"x":{"mean":1.5,"deviation":0.5},...}: what the component says of each column, by the column's name. NULL where
** columns are of several kinds. */
static void result_by_column(mix_cursor *cursor, sqlite3_context *context) {
    const mixture_model *model = mix_cursor_model(cursor);
    size_t c = (size_t)cursor->row;
    mix_json_writer writer = {0};
    if (model->parts != NULL) {
        return;
    }
    mix_json_begin_object(&writer);
    for (size_t j = 0; j < model->d; j++) {
        size_t column = mix_family_place(model->family, j);
        const mix_column_view at = mix_mixed_column(model, column);
        const mixture_family *family = at.model.family;
        char name[32];
        mix_json_write_key(&writer, mix_model_column_name(model, column, name));
        mix_json_begin_object(&writer);
        for (size_t a = 0; a < family->array_count; a++) {
            if (family->arrays[a].rank == MIX_VECTOR) {
                mix_members_write_double(&writer, family->arrays[a].parameter,
                                         at.model.arrays[a][c * at.model.d + at.column]);
            }
        }
        if (family->geometry != NULL) {
            mix_members_write_double(&writer, "deviation", mix_extent_deviation(&at.model, c, at.column));
        }
        if (model->family->parts != NULL && mix_family_level_count(model->family, column) > 0) {
            write_likeliest(model, c, &at, column, &writer);
        }
        mix_json_end_object(&writer);
    }
    mix_json_end_object(&writer);
    mix_function_json(context, &writer);
}

static void column_components(mix_cursor *cursor, sqlite3_context *context, int column) {
    const mixture_model *model = mix_cursor_model(cursor);
    bool noise = (size_t)cursor->row == model->k;
    if (noise && column != COMPONENT && column != WEIGHT) {
        return; /* it has a weight, and that is all */
    }
    switch (column) {
    case COMPONENT:
        sqlite3_result_int64(context, mix_cursor_component(cursor, (size_t)cursor->row));
        break;
    case WEIGHT:
        sqlite3_result_double(context, noise ? model->noise : model->weights[cursor->row]);
        break;
    case ALL_ARRAYS:
        result_all_arrays(cursor, context);
        break;
    case NAME:
        if (mix_cursor_model(cursor)->names != NULL) {
            sqlite3_result_text(context, mix_cursor_model(cursor)->names[cursor->row], -1, SQLITE_TRANSIENT);
        }
        break;
    case BY_COLUMN:
        result_by_column(cursor, context);
        break;
    default:
        result_array(cursor, context, shown[column - FIRST_ARRAY]);
    }
}

const mix_table mix_table_components = {
    .name = "mix_components",
    .usage = "mix_components(model)",
    .columns = "component, weight, mean, covariance, probabilities, parameters, name, columns",
    .column_count = 8,
    .start = start_components,
    .column = column_components,
};

/* ---- mix_parameters: component by component, its weight, then each array's entries ------------------------ */

static mixture_status start_parameters(mix_cursor *cursor, sqlite3_value **values, int count,
                                       mixture_error *error) {
    (void)values;
    (void)count;
    (void)error;
    const mixture_model *model = mix_cursor_model(cursor);
    cursor->rows = (sqlite3_int64)mix_parameter_count(model);
    return MIXTURE_OK;
}

/* The level that a probability is of, where it is. */
static void result_level(sqlite3_context *context, const mixture_model *model, const mix_parameter *place) {
    const mix_level *levels =
        model->family->parts != NULL ? mix_family_levels(model->family, place->column) : NULL;
    if (levels != NULL) {
        mix_levels_result(context, &levels[place->i]);
    } else {
        sqlite3_result_int64(context, (sqlite3_int64)place->i);
    }
}

static void column_parameters(mix_cursor *cursor, sqlite3_context *context, int column) {
    const mixture_model *model = mix_cursor_model(cursor);
    const mix_parameter place = mix_parameter_at(model, (size_t)cursor->row);
    const mix_array *array = &model->family->arrays[place.array];
    bool of_column = !place.weight && (array->rank != MIX_SCALAR || model->family->parts != NULL);
    char name[32];
    switch (column) {
    case 0:
        sqlite3_result_int64(context, mix_cursor_component(cursor, place.component));
        break;
    case 1:
        sqlite3_result_text(context, place.weight ? "weight" : array->parameter, -1, SQLITE_STATIC);
        break;
    case 2:
        if (!place.weight && array->rank != MIX_SCALAR) {
            sqlite3_result_int64(context, (sqlite3_int64)place.i + 1);
        }
        break;
    case 3:
        if (!place.weight && array->rank == MIX_MATRIX) {
            sqlite3_result_int64(context, (sqlite3_int64)place.j + 1);
        }
        break;
    case 5:
        if (of_column) {
            sqlite3_result_text(context, mix_model_column_name(model, place.column, name), -1, SQLITE_TRANSIENT);
        }
        break;
    case 6:
        if (!place.weight && array->rank == MIX_RAGGED) {
            result_level(context, model, &place);
        }
        break;
    default:
        sqlite3_result_double(context, mix_parameter_value(model, &place));
    }
}

const mix_table mix_table_parameters = {
    .name = "mix_parameters",
    .usage = "mix_parameters(model)",
    .columns = "component, parameter, i, j, value, column, level",
    .column_count = 7,
    .start = start_parameters,
    .column = column_parameters,
};

/* ---- mix_trace -------------------------------------------------------------------------------------------- */

static mixture_status start_trace(mix_cursor *cursor, sqlite3_value **values, int count, mixture_error *error) {
    (void)values;
    (void)count;
    (void)error;
    cursor->rows = (sqlite3_int64)mix_cursor_model(cursor)->trace_count;
    return MIXTURE_OK;
}

static void column_trace(mix_cursor *cursor, sqlite3_context *context, int column) {
    if (column == 0) {
        sqlite3_result_int64(context, cursor->row);
    } else {
        sqlite3_result_double(context, mix_cursor_model(cursor)->trace[cursor->row]);
    }
}

const mix_table mix_table_trace = {
    .name = "mix_trace",
    .usage = "mix_trace(model)",
    .columns = "iteration, loglik",
    .column_count = 2,
    .start = start_trace,
    .column = column_trace,
};

/* ---- mix_selection ---------------------------------------------------------------------------------------- */

enum {
    RANK,
    K,
    STRUCTURE,
    LOGLIK,
    PARAMETERS,
    BIC,
    ICL,
    AIC,
    SELECTION_CONVERGED,
    SOUND,
    WARNINGS,
    ROWS,
    SABIC,
    CAIC,
    ENTROPY,
    NEC
};

static mixture_status start_selection(mix_cursor *cursor, sqlite3_value **values, int count,
                                      mixture_error *error) {
    (void)values;
    (void)count;
    const mixture_model *model = mix_cursor_model(cursor);
    if (model->candidates == NULL) {
        return mix_error_invalid(error,
                                 "argument 1 (model): key selection is missing; expected a model of a selection, "
                                 "as of gmm_select()");
    }
    cursor->rows = (sqlite3_int64)model->candidate_count;
    return MIXTURE_OK;
}

static void result_warnings(sqlite3_context *context, const mixture_candidate *candidate) {
    mix_json_writer writer = {0};
    mix_json_begin_array(&writer);
    for (size_t i = 0; i < candidate->warning_count; i++) {
        mix_json_write_string(&writer, candidate->warnings[i]);
    }
    mix_json_end_array(&writer);
    mix_function_json(context, &writer);
}

/* Of the responsibilities, from 0, each row is sure, to 1, none says anything: per row, and relative to ln k. */
static double relative_entropy(const mixture_model *model, const mixture_candidate *candidate) {
    double entropy = (candidate->icl - candidate->bic) / 2, most = model->n * log((double)candidate->k);
    return most > 0 ? fmin(fmax(entropy / most, 0), 1) : 0;
}

static void column_selection(mix_cursor *cursor, sqlite3_context *context, int column) {
    const mixture_model *model = mix_cursor_model(cursor);
    const mixture_candidate *candidate = &model->candidates[cursor->row];
    const double numbers[] = {[LOGLIK] = candidate->loglik,
                              [BIC] = candidate->bic,
                              [ICL] = candidate->icl,
                              [AIC] = candidate->aic,
                              [SABIC] = mix_structures_value(candidate, MIXTURE_SABIC),
                              [CAIC] = mix_structures_value(candidate, MIXTURE_CAIC),
                              [ENTROPY] = relative_entropy(model, candidate),
                              [NEC] = mix_structures_value(candidate, MIXTURE_NEC)};
    switch (column) {
    case RANK:
        sqlite3_result_int64(context, cursor->row + 1);
        break;
    case K:
        sqlite3_result_int64(context, (sqlite3_int64)candidate->k);
        break;
    case STRUCTURE:
        if (model->family->structures != NULL) {
            const char *code = mixture_structure_code(model->family, candidate->structure, model->d);
            sqlite3_result_text(context, code, -1, SQLITE_STATIC);
        }
        break;
    case PARAMETERS:
        if (candidate->fitted) {
            sqlite3_result_int64(context, (sqlite3_int64)candidate->parameters);
        }
        break;
    case SELECTION_CONVERGED:
        if (candidate->fitted) {
            sqlite3_result_int(context, candidate->converged);
        }
        break;
    case SOUND:
        sqlite3_result_int(context, candidate->sound);
        break;
    case WARNINGS:
        result_warnings(context, candidate);
        break;
    case ROWS:
        if (candidate->rows > 0) {
            sqlite3_result_int64(context, (sqlite3_int64)candidate->rows);
        }
        break;
    default:
        if (candidate->fitted && isfinite(numbers[column])) {
            sqlite3_result_double(context, numbers[column]);
        }
    }
}

const mix_table mix_table_selection = {
    .name = "mix_selection",
    .usage = "mix_selection(model)",
    .columns = "rank, k, covariance, loglik, parameters, bic, icl, aic, converged, sound, warnings, rows, "
               "sabic, caic, entropy, nec",
    .column_count = 16,
    .start = start_selection,
    .column = column_selection,
};
