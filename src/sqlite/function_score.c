/* function_score.c: scalar functions that use a model on one row, and mix_loglik over many. */
#include <math.h>

#include "describe.h"
#include "error.h"
#include "function.h"
#include "little_endian.h"
#include "memory.h"
#include "score.h"

/* One call, its arguments read: the row is in parsed->x. */
typedef struct score_call {
    sqlite3_context *context;
    mix_parsed *parsed;
    size_t component; /* 0-based, where the function takes one */
} score_call;

typedef struct score_detail {
    bool component; /* takes a component before the row */
    void (*answer)(const score_call *call);
} score_detail;

/* ---- The answers ------------------------------------------------------------------------------------- */

static double posterior(const score_call *call) {
    mix_parsed *parsed = call->parsed;
    return mixture_responsibilities(parsed->model, parsed->x, parsed->resp, parsed->scratch);
}

static void predict(const score_call *call) {
    (void)posterior(call);
    sqlite3_result_int64(call->context, (sqlite3_int64)mix_parsed_likeliest(call->parsed) + 1);
}

static void probability(const score_call *call) {
    (void)posterior(call);
    sqlite3_result_double(call->context, call->parsed->resp[call->component]);
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

static void probabilities(const score_call *call) {
    (void)posterior(call);
    write_numbers(call, call->parsed->resp, call->parsed->model->k);
}

/* 1 - max, as the sum of the others: 1e-20 stays 1e-20. */
static void uncertainty(const score_call *call) {
    (void)posterior(call);
    size_t best = mix_parsed_likeliest(call->parsed);
    double sum = 0;
    for (size_t c = 0; c < call->parsed->model->k; c++) {
        sum += c == best ? 0 : call->parsed->resp[c];
    }
    sqlite3_result_double(call->context, sum);
}

static void log_density(const score_call *call) {
    sqlite3_result_double(call->context, posterior(call));
}

static void density(const score_call *call) {
    sqlite3_result_double(call->context, exp(posterior(call)));
}

static void distance(const score_call *call) {
    mix_parsed *parsed = call->parsed;
    double answer = mixture_distance(parsed->model, call->component, parsed->x, parsed->scratch);
    if (isnan(answer)) {
        const mix_binding *binding = sqlite3_user_data(call->context);
        mixture_error error;
        (void)mix_error_invalid(&error, "argument 1 (model) is of family %s; expected gaussian",
                                mixture_family_name(parsed->model->family));
        mix_arguments_fail(call->context, binding->function->name, &error);
        return;
    }
    sqlite3_result_double(call->context, answer);
}

static void impute(const score_call *call) {
    mix_parsed *parsed = call->parsed;
    mixture_impute(parsed->model, parsed->x, parsed->scratch);
    for (size_t j = 0; j < parsed->model->d; j++) {
        if (!isfinite(parsed->x[j])) {
            const mix_binding *binding = sqlite3_user_data(call->context);
            mixture_error error;
            (void)mix_error_invalid(&error,
                                    "the expectation of value %zu is beyond a double; expected values nearer to "
                                    "the model",
                                    j + 1);
            mix_arguments_fail(call->context, binding->function->name, &error);
            return;
        }
    }
    write_numbers(call, parsed->x, parsed->model->d);
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
    const mix_function *function = ((mix_binding *)sqlite3_user_data(context))->function;
    const score_detail *detail = function->detail;
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
        status = mix_arguments_integer(argv[1], 2, "component", 1, (sqlite3_int64)call.parsed->model->k,
                                       &component, &error);
        call.component = (size_t)(component - 1);
        first = 2;
    }
    if (status == MIXTURE_OK) {
        status = mix_arguments_model_row(call.parsed, argc - first, argv + first, first + 1, 0, &error);
    }
    if (status != MIXTURE_OK) {
        mix_arguments_fail(context, function->name, &error);
        return;
    }
    detail->answer(&call);
}

/* ---- mix_loglik ---------------------------------------------------------------------------------------- */

typedef struct loglik_state {
    bool failed;        /* first: see mix_function_state */
    mix_parsed *parsed; /* NULL: the model is NULL */
    mix_batch *batch;
    uint64_t row;
} loglik_state;

static mixture_status start_loglik(loglik_state *state, mix_connection *connection, sqlite3_value *model,
                                   mixture_error *error) {
    mixture_status status = mix_connection_model(connection, model, &state->parsed, error);
    if (status == MIXTURE_OK && state->parsed != NULL) {
        state->batch = mix_batch_new(state->parsed->model);
        status = state->batch != NULL ? MIXTURE_OK : mix_error_status(error, MIXTURE_NOMEM);
    }
    return status;
}

static void loglik_step(sqlite3_context *context, int argc, sqlite3_value **argv) {
    mix_binding *binding = sqlite3_user_data(context);
    loglik_state *state = mix_function_state(context, argc, sizeof *state);
    if (state == NULL) {
        return;
    }
    mixture_error error; /* not all of it is cleared for each row */
    mixture_status status = mix_error_status(&error, MIXTURE_OK);
    if (state->row++ == 0) {
        status = start_loglik(state, binding->connection, argv[0], &error);
    } else {
        status = mix_arguments_same_model(state->parsed, argv[0], state->row, &error);
    }
    if (status == MIXTURE_OK && state->parsed != NULL) {
        status = mix_arguments_model_row(state->parsed, argc - 1, argv + 1, 2, state->row, &error);
        if (status == MIXTURE_OK) {
            mix_batch_add(state->batch, state->parsed->x);
        }
    }
    if (status != MIXTURE_OK) {
        state->failed = true;
        mix_arguments_fail(context, binding->function->name, &error);
    }
}

static void loglik_final(sqlite3_context *context) {
    loglik_state *state = sqlite3_aggregate_context(context, 0);
    if (state == NULL) {
        return;
    }
    if (!state->failed && state->batch != NULL) {
        sqlite3_result_double(context, mix_batch_total(state->batch));
    }
    mix_batch_free(state->batch);
    mix_parsed_release(state->parsed);
    state->batch = NULL;
    state->parsed = NULL;
}

/* ---- mix_row --------------------------------------------------------------------------------------------- */

static void pack_row(sqlite3_context *context, int argc, sqlite3_value **argv) {
    const mix_function *function = ((mix_binding *)sqlite3_user_data(context))->function;
    mixture_error error;
    if (!mix_function_check(context, argc)) {
        return;
    }
    size_t d = (size_t)argc;
    double *x = mix_memory_array(d, sizeof(double));
    unsigned char *bytes = mix_memory_array(d, sizeof(double));
    mixture_status status = x != NULL && bytes != NULL ? MIXTURE_OK : mix_error_status(&error, MIXTURE_NOMEM);
    if (status == MIXTURE_OK && argc == 1 && sqlite3_value_type(argv[0]) == SQLITE_BLOB) {
        char said[MIX_SAID_BYTES];
        status = mix_error_invalid(&error, "argument 1 (x1) is %s; expected a number",
                                   mix_describe_value(argv[0], said));
    }
    if (status == MIXTURE_OK) {
        mix_row_arguments row = {argv, argc, 1, d, NULL, 0};
        status = mix_arguments_row(&row, x, &error);
    }
    if (status == MIXTURE_OK) {
        for (size_t j = 0; j < d; j++) {
            mix_little_endian_put_double(bytes + 8 * j, x[j]); /* NULL is NAN here, always the same bits */
        }
        sqlite3_result_blob64(context, bytes, 8 * d, SQLITE_TRANSIENT);
    } else {
        mix_arguments_fail(context, function->name, &error);
    }
    mix_memory_free(x);
    mix_memory_free(bytes);
}

/* ---- The table ------------------------------------------------------------------------------------------- */

#define ROW(answer) (&(const score_detail){false, answer})
#define COMPONENT(answer) (&(const score_detail){true, answer})

/* clang-format off */
const mix_function mix_score_functions[] = {
    {"mix_predict", "mix_predict(model, x...)", 2, -1, MIX_PURE, score, NULL, NULL, ROW(predict)},
    {"mix_probability", "mix_probability(model, component, x...)", 3, -1, MIX_PURE, score, NULL, NULL, COMPONENT(probability)},
    {"mix_probabilities", "mix_probabilities(model, x...)", 2, -1, MIX_PURE_JSON, score, NULL, NULL, ROW(probabilities)},
    {"mix_uncertainty", "mix_uncertainty(model, x...)", 2, -1, MIX_PURE, score, NULL, NULL, ROW(uncertainty)},
    {"mix_density", "mix_density(model, x...)", 2, -1, MIX_PURE, score, NULL, NULL, ROW(density)},
    {"mix_log_density", "mix_log_density(model, x...)", 2, -1, MIX_PURE, score, NULL, NULL, ROW(log_density)},
    {"mix_distance", "mix_distance(model, component, x...)", 3, -1, MIX_PURE, score, NULL, NULL, COMPONENT(distance)},
    {"mix_impute", "mix_impute(model, x...)", 2, -1, MIX_PURE_JSON, score, NULL, NULL, ROW(impute)},
    {"mix_row", "mix_row(x...)", 1, -1, MIX_PURE, pack_row, NULL, NULL, NULL},
    {"mix_loglik", "mix_loglik(model, x...)", 2, -1, SQLITE_UTF8 | SQLITE_INNOCUOUS, NULL, loglik_step, loglik_final, NULL},
};
/* clang-format on */
const int mix_score_function_count = sizeof mix_score_functions / sizeof *mix_score_functions;
