/* function_update.c: mix_update, the model after more rows. */
#include "error.h"
#include "model_json.h"
#include "model_rows.h"
#include "update.h"

typedef struct update_state {
    mix_group group; /* first */
    mix_model_rows rows;
    mix_update *update;
} update_state;

static void update_clear(void *pointer) {
    update_state *state = pointer;
    mix_model_rows_clear(&state->rows);
    mix_update_free(state->update);
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
    mixture_status status = check_update(model, error);
    if (status == MIXTURE_OK) {
        status = mix_model_rows_start(&state->rows, group, MIX_OPTIONS_OF_UPDATE, error);
    }
    if (status == MIXTURE_OK) {
        state->update = mix_update_new(model, state->rows.options.memory, &group->cancel);
        status = state->update != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    }
    return status;
}

static mixture_status update_same(void *pointer, mixture_error *error) {
    const update_state *state = pointer;
    return mix_model_rows_same(&state->group, error);
}

static mixture_status update_row(void *pointer, mixture_error *error) {
    update_state *state = pointer;
    mixture_error inner = {MIXTURE_OK, ""};
    bool taken;
    mixture_status status = mix_model_rows_read(&state->rows, &state->group, &taken, error);
    if (status != MIXTURE_OK || !taken) {
        return status;
    }
    status = mix_update_add(state->update, state->group.parsed->x, state->rows.weight, &inner);
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
