/* function_score.c: scalar functions that use a model on one row, and mix_loglik over many. */
#include <math.h>

#include "aggregate.h"
#include "conditional.h"
#include "describe.h"
#include "error.h"
#include "family.h"
#include "interrupt.h"
#include "level_json.h"
#include "levels.h"
#include "memory.h"
#include "model_json.h"
#include "model_rows.h"
#include "noise.h"
#include "packed_row.h"
#include "score.h"

/* One call, its arguments read: the row is in parsed->x. */
typedef struct score_call {
    sqlite3_context *context;
    mix_parsed *parsed;
    size_t component;       /* where the function takes one; 0: noise */
    sqlite3_value **values; /* the row as it was given, */
    int count;              /* so many arguments */
} score_call;

typedef struct score_detail {
    bool component; /* takes a component before the row, */
    bool noise;     /* which may be 0 */
    void (*answer)(const score_call *call);
} score_detail;

/* ---- The answers ------------------------------------------------------------------------------------- */

static double score_posterior(const score_call *call) {
    mix_parsed *parsed = call->parsed;
    return mixture_responsibilities(parsed->model, parsed->x, parsed->resp, parsed->scratch);
}

static void answer_predict(const score_call *call) {
    (void)score_posterior(call);
    sqlite3_result_int64(call->context, mix_parsed_component(call->parsed));
}

static void answer_probability(const score_call *call) {
    (void)score_posterior(call);
    const mix_parsed *parsed = call->parsed;
    bool noise = call->component == 0;
    sqlite3_result_double(call->context, noise ? mix_noise_share(parsed->model, parsed->resp)
                                               : parsed->resp[call->component - 1]);
}

static void write_numbers(const score_call *call, const double *numbers, size_t count) {
    mix_json_writer writer = {0};
    mix_json_begin_array(&writer);
    for (size_t i = 0; i < count; i++) {
        mix_json_write_double(&writer, numbers[i]);
    }
    mix_json_end_array(&writer);
    mix_function_json(call->context, &writer);
}

static void answer_probabilities(const score_call *call) {
    (void)score_posterior(call);
    write_numbers(call, call->parsed->resp, call->parsed->model->k);
}

/* 1 - max, as the sum of the others: 1e-20 stays 1e-20. */
static void answer_uncertainty(const score_call *call) {
    (void)score_posterior(call);
    sqlite3_int64 best = mix_parsed_component(call->parsed);
    double sum = best == 0 ? 0 : mix_noise_share(call->parsed->model, call->parsed->resp);
    for (size_t c = 0; c < call->parsed->model->k; c++) {
        sum += (sqlite3_int64)c + 1 == best ? 0 : call->parsed->resp[c];
    }
    sqlite3_result_double(call->context, sum);
}

static void answer_log_density(const score_call *call) {
    sqlite3_result_double(call->context, score_posterior(call));
}

static void answer_density(const score_call *call) {
    sqlite3_result_double(call->context, exp(score_posterior(call)));
}

static void answer_distance(const score_call *call) {
    mix_parsed *parsed = call->parsed;
    mixture_error error;
    if (mix_family_need(parsed->model->family, MIX_HAS_DISTANCE, &error) != MIXTURE_OK) {
        mix_function_fail(call->context, &error);
        return;
    }
    sqlite3_result_double(call->context,
                          mixture_distance(parsed->model, call->component - 1, parsed->x, parsed->scratch));
}

/* Value j of a row that is imputed; levels as what they stand for. given: of a mixed model, what was there. */
static void write_imputed(const mix_parsed *parsed, size_t j, const mix_cell *given, mix_json_writer *writer) {
    const mixture_model *model = parsed->model;
    size_t place = mix_family_place(model->family, j);
    double x = parsed->x[place];
    const mix_level *levels = model->family->parts != NULL ? mix_family_levels(model->family, place) : NULL;
    if (levels != NULL && given->type != SQLITE_NULL) {
        mix_level_json_write(writer, &given->level); /* though the model may not have it */
    } else if (levels != NULL) {
        mix_level_json_write(writer, &levels[(size_t)x]);
    } else {
        mix_json_write_double(writer, x);
    }
}

static mixture_status check_imputed(const mix_parsed *parsed, mixture_error *error) {
    for (size_t j = 0; j < parsed->model->d; j++) {
        if (!isfinite(parsed->x[mix_family_place(parsed->model->family, j)])) {
            return mix_error_invalid(error,
                                     "the expectation of value %zu is beyond a double; expected values nearer to "
                                     "the model",
                                     j + 1);
        }
    }
    return MIXTURE_OK;
}

static void answer_impute(const score_call *call) {
    mix_parsed *parsed = call->parsed;
    bool mixed = parsed->model->family->parts != NULL;
    mixture_error error = {MIXTURE_OK, ""};
    mix_json_writer writer = {0};
    mix_cells cells = {.count = 0};
    mix_cell given = {.type = SQLITE_NULL};
    mixture_impute(parsed->model, parsed->x, parsed->scratch);
    mixture_status status = check_imputed(parsed, &error);
    if (status == MIXTURE_OK && mixed) {
        sqlite3 *db = sqlite3_context_db_handle(call->context);
        status = mix_cells_open(&cells, db, call->values, call->count, 2, &error);
    }
    mix_json_begin_array(&writer);
    for (size_t j = 0; status == MIXTURE_OK && j < parsed->model->d; j++) {
        bool there = !mixed || mix_cells_next(&cells, &given);
        status = there ? MIXTURE_OK : mix_error_status(&error, MIXTURE_NOMEM);
        write_imputed(parsed, j, &given, &writer);
    }
    mix_json_end_array(&writer);
    if (status == MIXTURE_OK) {
        mix_function_json(call->context, &writer);
    } else {
        mix_function_fail(call->context, &error);
        mix_json_cleanup(&writer);
    }
    mix_cells_close(&cells);
}

/* The places of the model's columns that are NULL, in the caller's order. */
static size_t find_missing(const mix_parsed *parsed, size_t *columns) {
    size_t count = 0;
    for (size_t j = 0; j < parsed->model->d; j++) {
        size_t place = mix_family_place(parsed->model->family, j);
        if (isnan(parsed->x[place]) && !mix_is_unseen(parsed->x[place])) {
            columns[count++] = place;
        }
    }
    return count;
}

/* NULL where nothing is asked for. */
static void answer_condition(const score_call *call) {
    const mix_parsed *parsed = call->parsed;
    mixture_error error = {MIXTURE_OK, ""};
    mixture_model *model = NULL;
    size_t *columns = mix_memory_array(parsed->model->d, sizeof *columns);
    size_t count = columns != NULL ? find_missing(parsed, columns) : 0;
    mix_interrupt interrupt = mix_interrupt_ready(sqlite3_context_db_handle(call->context));
    const mix_cancel cancel = {mix_interrupt_poll, &interrupt};
    mixture_status status = columns != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    if (status == MIXTURE_OK && count > 0) {
        (void)score_posterior(call);
        status =
            mix_conditional_make(parsed->model, columns, count, parsed->x, parsed->resp, &cancel, &model, &error);
    }
    if (model != NULL) {
        mix_json_writer writer = {.turns = {.cancel = &cancel}};
        mix_model_json_write(model, &writer);
        mix_function_json(call->context, &writer);
    } else if (status != MIXTURE_OK) {
        error.status = status;
        mix_function_fail(call->context, &error);
    }
    mix_interrupt_end(&interrupt);
    mixture_model_free(model);
    mix_memory_free(columns);
}

static void answer_tail(const score_call *call) {
    mix_binding *binding = sqlite3_user_data(call->context);
    mix_parsed *parsed = call->parsed;
    mixture_error error = {MIXTURE_OK, ""};
    double share = 0;
    size_t before = mix_tails_bytes(parsed->tails);
    mix_interrupt interrupt = mix_interrupt_ready(sqlite3_context_db_handle(call->context));
    const mix_cancel cancel = {mix_interrupt_poll, &interrupt};
    mixture_status status = mix_tails_share(&parsed->tails, parsed->model, parsed->x, &cancel, &share, &error);
    mix_interrupt_end(&interrupt);
    if (mix_tails_bytes(parsed->tails) > before) {
        mix_model_cache_grow(&binding->connection->models, parsed, mix_tails_bytes(parsed->tails) - before);
    }
    if (status == MIXTURE_OK) {
        sqlite3_result_double(call->context, share);
    } else {
        error.status = status;
        mix_function_fail(call->context, &error);
    }
}

/* ---- Reading the arguments ----------------------------------------------------------------------------- */

/* Texts from this length on are kept with the statement where SQLite says that they do not change: looking that
** up costs as much as comparing about as many bytes with the cache. */
enum { AUXDATA_BYTES = 2048 };

static void release_parsed(void *parsed) {
    mix_parsed_release(parsed);
}

/* The model in argument 1 without a reference of the caller's own: the cache or the statement keeps it as long
** as this call lasts. */
static mixture_status find_model(sqlite3_context *context, sqlite3_value *value, mix_parsed **parsed,
                                 mixture_error *error) {
    mix_binding *binding = sqlite3_user_data(context);
    *parsed = sqlite3_get_auxdata(context, 0);
    if (*parsed != NULL) {
        return MIXTURE_OK;
    }
    mixture_status status = mix_connection_model(binding->connection, value, parsed, error);
    if (*parsed == NULL) {
        return status;
    }
    if ((*parsed)->length >= AUXDATA_BYTES) {
        (*parsed)->references++; /* survives a set_auxdata that fails and releases at once */
        sqlite3_set_auxdata(context, 0, *parsed, release_parsed);
    }
    mix_parsed_release(*parsed); /* the cache has one */
    return MIXTURE_OK;
}

static void score(sqlite3_context *context, int argc, sqlite3_value **argv) {
    const score_detail *detail = ((mix_binding *)sqlite3_user_data(context))->function.detail;
    score_call call = {.context = context};
    mixture_error error;
    if (!mix_function_check(context, argc)) {
        return;
    }
    mixture_status status = find_model(context, argv[0], &call.parsed, &error);
    if (status == MIXTURE_OK && call.parsed == NULL) {
        return; /* NULL for NULL */
    }
    int first = 1;
    if (status == MIXTURE_OK && detail->component) {
        sqlite3_int64 component;
        if (sqlite3_value_type(argv[1]) == SQLITE_NULL) {
            return;
        }
        sqlite3_int64 least = call.parsed->model->noisy && detail->noise ? 0 : 1;
        status = mix_arguments_integer(argv[1], 2, "component", least, (sqlite3_int64)call.parsed->model->k,
                                       &component, &error);
        call.component = (size_t)component;
        first = 2;
    }
    size_t d = call.parsed != NULL ? call.parsed->model->d : 0;
    if (status == MIXTURE_OK && detail->component && argc - 1 == (int)d && d > 1 &&
        !mix_packed_row_is(argv + first, argc - first)) {
        status = mix_error_invalid(&error,
                                   "%d value%s given behind argument 2 (component); expected %zu, the model's "
                                   "columns: is the component missing?",
                                   argc - 2, argc == 3 ? "" : "s", d);
    }
    if (status == MIXTURE_OK) {
        status = mix_arguments_model_row(sqlite3_context_db_handle(context), call.parsed, argc - first,
                                         argv + first, first + 1, 0, &error);
    }
    if (status != MIXTURE_OK) {
        mix_function_fail(context, &error);
        return;
    }
    call.values = argv + first;
    call.count = argc - first;
    detail->answer(&call);
}

/* ---- mix_loglik ---------------------------------------------------------------------------------------- */

typedef struct loglik_state {
    mix_group group; /* first */
    mix_model_rows rows;
    mix_batch *batch;
} loglik_state;

static mixture_status loglik_start(void *pointer, mixture_error *error) {
    loglik_state *state = pointer;
    mixture_status status = mix_model_rows_start(&state->rows, &state->group, MIX_OPTIONS_OF_PASS, error);
    if (status == MIXTURE_OK) {
        state->batch = mix_batch_new(state->group.parsed->model);
        status = state->batch != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    }
    return status;
}

static mixture_status loglik_same(void *pointer, mixture_error *error) {
    const loglik_state *state = pointer;
    return mix_model_rows_same(&state->group, error);
}

static mixture_status loglik_row(void *pointer, mixture_error *error) {
    loglik_state *state = pointer;
    const mix_model_rows *rows = &state->rows;
    bool taken;
    mixture_status status = mix_model_rows_read(&state->rows, &state->group, &taken, error);
    if (status == MIXTURE_OK && taken) {
        (void)mix_batch_ask(state->batch, &state->group.cancel);
        mix_batch_add(state->batch, state->group.parsed->x, rows->weight, rows->label);
        status = mix_batch_ask(state->batch, NULL) ? MIXTURE_CANCELLED : MIXTURE_OK;
    }
    return status;
}

static mixture_status loglik_value(void *pointer, sqlite3_context *context, mixture_error *error) {
    loglik_state *state = pointer;
    (void)error;
    (void)mix_batch_ask(state->batch, &state->group.cancel);
    double total = mix_batch_total(state->batch);
    if (mix_batch_ask(state->batch, NULL)) {
        return MIXTURE_CANCELLED;
    }
    sqlite3_result_double(context, total);
    return MIXTURE_OK;
}

static void loglik_clear(void *pointer) {
    loglik_state *state = pointer;
    mix_batch_free(state->batch);
    mix_model_rows_clear(&state->rows);
}

static const mix_aggregate loglik_aggregate = {
    .size = sizeof(loglik_state),
    .model = true,
    .start = loglik_start,
    .same = loglik_same,
    .row = loglik_row,
    .value = loglik_value,
    .lasting = true,
    .clear = loglik_clear,
};

/* ---- The table ------------------------------------------------------------------------------------------- */

/* clang-format off */
#define OF_ROW(name) score, NULL, &(const score_detail){false, false, answer_##name}
#define OF_COMPONENT(name, noise) score, NULL, &(const score_detail){true, noise, answer_##name}

const mix_function mix_score_functions[] = {
    {"mix_predict", "(model, x...)", 2, -1, MIX_PURE, OF_ROW(predict)},
    {"mix_probability", "(model, component, x...)", 3, -1, MIX_PURE, OF_COMPONENT(probability, true)},
    {"mix_probabilities", "(model, x...)", 2, -1, MIX_PURE_JSON, OF_ROW(probabilities)},
    {"mix_uncertainty", "(model, x...)", 2, -1, MIX_PURE, OF_ROW(uncertainty)},
    {"mix_density", "(model, x...)", 2, -1, MIX_PURE, OF_ROW(density)},
    {"mix_log_density", "(model, x...)", 2, -1, MIX_PURE, OF_ROW(log_density)},
    {"mix_distance", "(model, component, x...)", 3, -1, MIX_PURE, OF_COMPONENT(distance, false)},
    {"mix_impute", "(model, x...)", 2, -1, MIX_PURE_JSON, OF_ROW(impute)},
    {"mix_tail", "(model, x...)", 2, -1, MIX_PURE, OF_ROW(tail)},
    {"mix_condition", "(model, x...)", 2, -1, MIX_PURE_JSON, OF_ROW(condition)},
    {"mix_loglik", "(model, x... [, options])", 2, -1, MIX_INNOCUOUS, NULL, &loglik_aggregate, NULL},
};
/* clang-format on */
const int mix_score_function_count = sizeof mix_score_functions / sizeof *mix_score_functions;
