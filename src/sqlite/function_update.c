/* function_update.c: mix_update, the model after more rows. */
#include <math.h>
#include <string.h>

#include "aggregate.h"
#include "describe.h"
#include "error.h"
#include "json_argument.h"
#include "jsonb.h"
#include "memory.h"
#include "model_json.h"
#include "options_json.h"
#include "packed_row.h"
#include "update.h"

typedef struct update_state {
    mix_group group; /* first */
    int values;      /* arguments behind the model that are no options */
    mix_fit_options options;
    sqlite3_value **data; /* the row's values without the weight, if there is one */
    mix_update *update;
} update_state;

static void update_clear(void *pointer) {
    update_state *state = pointer;
    mix_options_json_clear(&state->options);
    mix_memory_free(state->data);
    mix_update_free(state->update);
}

/* Options are what stands behind the model's columns, or behind a row in one value. */
static sqlite3_value *update_options_argument(const mix_group *group) {
    sqlite3_value *last = group->argv[group->argc - 1];
    int type = sqlite3_value_type(last);
    bool packed = group->argc == 3 && mix_packed_row_is(group->argv + 1, 1);
    bool behind = packed || (size_t)group->argc - 1 > group->parsed->model->d;
    bool text = (type == SQLITE_TEXT && !mix_arguments_is_number(last)) || mix_json_argument_is_blob(last);
    return behind && (text || type == SQLITE_NULL) ? last : NULL;
}

static mixture_status read_update_options(update_state *state, sqlite3_value *value, mixture_error *error) {
    mix_group *group = &state->group;
    const mixture_model *model = group->parsed->model;
    bool packed = mix_packed_row_is(group->argv + 1, state->values);
    const mix_options_target target = {.family = model->family,
                                       .k = model->k,
                                       .arguments = packed ? model->d : (size_t)state->values,
                                       .model = model,
                                       .cancel = &group->cancel,
                                       .update = true};
    mixture_error inner = {MIXTURE_OK, ""};
    const char *bytes;
    size_t length;
    mixture_status status = mix_json_argument_options(value, group->argc, &bytes, &length, error);
    if (status == MIXTURE_OK) {
        status = mix_aggregate_keep_options(group, value);
    }
    if (status != MIXTURE_OK) {
        return status;
    }
    mix_jsonb_text json;
    status = mix_jsonb_open(group->options, group->options_length, &group->cancel, &json, &inner);
    if (status == MIXTURE_OK) {
        status = mix_options_json_read(json.text, json.length, &target, &state->options, &inner);
        mix_jsonb_close(&json);
    }
    return status == MIXTURE_INVALID
               ? mix_error_invalid(error, "argument %d (options): %s", group->argc, inner.text)
               : status;
}

/* What the model must say to stand for rows. */
static mixture_status check_update(const mixture_model *model, mixture_error *error) {
    if (!(model->n > 0)) {
        return mix_error_invalid(error, "argument 1 (model) has no n; expected the number of rows that it stands "
                                        "for, as in json_set(model, '$.n', 100)");
    }
    if (model->family->mean_total != NULL && !(model->trials > 0)) {
        return mix_error_invalid(error, "argument 1 (model) has no trials; expected the mean sum of a row of the "
                                        "counts that it stands for, as in json_set(model, '$.trials', 10)");
    }
    return MIXTURE_OK;
}

static mixture_status update_start(void *pointer, mixture_error *error) {
    update_state *state = pointer;
    mix_group *group = &state->group;
    const mixture_model *model = group->parsed->model;
    sqlite3_value *options = update_options_argument(group);
    state->values = group->argc - (options != NULL ? 2 : 1);
    mixture_status status = check_update(model, error);
    if (status == MIXTURE_OK) {
        status = read_update_options(state, options, error);
    }
    if (status == MIXTURE_OK && state->options.weight != 0 && mix_packed_row_is(group->argv + 1, state->values)) {
        status = mix_error_invalid(error,
                                   "argument %d (options): weight is among the values of one argument; "
                                   "expected an argument of its own",
                                   group->argc);
    }
    if (status != MIXTURE_OK) {
        return status;
    }
    state->data = mix_memory_array((size_t)state->values, sizeof(sqlite3_value *));
    state->update = mix_update_new(model, state->options.memory, &group->cancel);
    return state->data != NULL && state->update != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
}

static mixture_status update_same(void *pointer, mixture_error *error) {
    const update_state *state = pointer;
    const mix_group *group = &state->group;
    return mix_aggregate_same_options(group, update_options_argument(group), group->argc, NULL, error);
}

/* The row's weight; NaN for NULL. */
static mixture_status read_update_weight(const update_state *state, double *weight, mixture_error *error) {
    const mix_group *group = &state->group;
    int place = (int)state->options.weight + 1;
    sqlite3_value *value = group->argv[place - 1];
    *weight = (double)NAN;
    if (sqlite3_value_type(value) == SQLITE_NULL) {
        return MIXTURE_OK;
    }
    if (mix_arguments_is_number(value)) {
        *weight = sqlite3_value_double(value);
        if (*weight >= 0 && *weight < state->options.memory && isfinite(*weight)) {
            return MIXTURE_OK;
        }
    }
    char said[MIX_SAID_BYTES];
    bool held = isfinite(state->options.memory);
    return mix_error_invalid(error, "argument %d (weight) is %s in row %llu; expected a weight >= 0%s", place,
                             mix_describe_value(value, said), (unsigned long long)group->row,
                             held ? ", below memory" : "");
}

/* The row that comes in, into group->parsed->x; and its weight. */
static mixture_status read_update_row(update_state *state, double *weight, mixture_error *error) {
    const mix_group *group = &state->group;
    size_t apart = state->options.weight;
    int count = 0;
    *weight = 1;
    mixture_status status = apart != 0 ? read_update_weight(state, weight, error) : MIXTURE_OK;
    for (int i = 0; i < state->values; i++) {
        if ((size_t)i + 1 != apart) {
            state->data[count++] = group->argv[1 + i];
        }
    }
    return status == MIXTURE_OK ? mix_arguments_model_row_of(group->interrupt.db, group->parsed, count,
                                                             state->data, 2, group->row, apart, error)
                                : status;
}

static mixture_status update_row(void *pointer, mixture_error *error) {
    update_state *state = pointer;
    mixture_error inner = {MIXTURE_OK, ""};
    double weight;
    mixture_status status = read_update_row(state, &weight, error);
    if (status != MIXTURE_OK || !(weight > 0)) {
        return status;
    }
    status = mix_update_add(state->update, state->group.parsed->x, weight, &inner);
    return status == MIXTURE_INVALID
               ? mix_error_invalid(error, "row %llu: %s", (unsigned long long)state->group.row, inner.text)
               : status;
}

/* The given model with what has changed; what is known of its rows alone is left out. */
static mixture_status update_value(void *pointer, sqlite3_context *context, mixture_error *error) {
    update_state *state = pointer;
    const mixture_model *made = mix_update_model(state->update);
    mixture_model model = *state->group.parsed->model;
    (void)error;
    model.weights = made->weights;
    model.arrays = made->arrays;
    model.noise = made->noise;
    model.n = made->n;
    model.trials = made->trials;
    model.fitted = model.stepped = false;
    model.iterations = 0;
    model.bootstrap = NULL;
    mix_json_writer writer = {.turns = {.cancel = &state->group.cancel}};
    mix_model_json_write(&model, &writer);
    mix_function_json(context, &writer);
    return MIXTURE_OK;
}

static const mix_aggregate update_aggregate = {
    .size = sizeof(update_state),
    .model = true,
    .start = update_start,
    .same = update_same,
    .row = update_row,
    .value = update_value,
    .lasting = true,
    .clear = update_clear,
};

/* clang-format off */
const mix_function mix_update_functions[] = {
    {"mix_update", "(model, x... [, options])", 2, -1, MIX_INNOCUOUS_JSON, NULL, &update_aggregate, NULL},
};
/* clang-format on */
const int mix_update_function_count = sizeof mix_update_functions / sizeof *mix_update_functions;
