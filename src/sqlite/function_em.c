/* function_em.c: the three verbs of EM in SQL: mix_statistics (expect), mix_merge, mix_maximize; and mix_step, which is
** mix_maximize(mix_statistics(...)) without the BLOB between. */
#include <math.h>
#include <string.h>

#include "block.h"
#include "error.h"
#include "function.h"
#include "memory.h"
#include "model_json.h"
#include "options.h"
#include "statistics.h"
#include "statistics_blob.h"

/* ---- Maximize ----------------------------------------------------------------------------------------- */

/* A log-likelihood as low as this is made of stand-ins for minus infinity. */
#define IMPOSSIBLE (-1e160)

/* How the M-step of a model goes: as it was fitted, the floor relative to the variances that the statistics
** imply. */
static mixture_status maximize(mixture_model *model, const mix_statistics_blob *blob, mixture_error *error) {
    const mixture_family *family = model->family;
    const mix_shape shape = mix_shape_of(model);
    size_t d = model->d, scratch_size = mix_family_scratch(&shape);
    double *work = mix_memory_array(2 * d + scratch_size, sizeof(double));
    if (work == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    double *variance = work, *scale = work + d;
    for (size_t j = 0; j < d; j++) {
        variance[j] = scale[j] = 1;
    }
    if (family->variances != NULL) {
        family->variances(model, blob->statistics + MIX_TOTALS, variance);
    }
    mix_maximize how = {
        .equal_weights = model->equal_weights,
        .min_variance = model->min_variance > 0 ? model->min_variance : MIX_MIN_VARIANCE_DEFAULT,
        .scale = scale,
        .variance = variance,
    };
    mixture_status status = mix_statistics_maximize(model, blob->statistics, &how, work + 2 * d, error);
    mix_memory_free(work);
    return status;
}

/* Whether the statistics can be maximized. */
static mixture_status check(const mixture_model *model, const mix_statistics_blob *blob, mixture_error *error) {
    const mix_shape shape = mix_shape_of(model);
    if (blob->size != mix_statistics_size(&shape)) {
        return mix_error_invalid(error, "%zu numbers are not the model's statistics", blob->size);
    }
    if (!(blob->statistics[MIX_TOTAL_WEIGHT] > 0)) {
        return mix_error_invalid(error, "there are no rows in them; expected at least one");
    }
    for (size_t i = 0; i < blob->size; i++) {
        if (!isfinite(blob->statistics[i])) {
            return mix_error_invalid(error, "they overflow a double; expected finite sums: rescale the columns");
        }
    }
    if (blob->statistics[MIX_TOTAL_LOGLIK] < IMPOSSIBLE) {
        return mix_error_invalid(
            error, "a row is impossible under every component; expected a model that allows all rows");
    }
    return MIXTURE_OK;
}

/* What the next model says of the rows. */
static mixture_status describe(mixture_model *model, const mix_statistics_blob *blob, mixture_error *error) {
    const mix_shape shape = mix_shape_of(model);
    model->fitted = model->stepped = true;
    model->n = blob->statistics[MIX_TOTAL_WEIGHT];
    model->loglik = blob->statistics[MIX_TOTAL_LOGLIK];
    model->skipped = (size_t)blob->skipped;
    model->trials = 0;
    if (model->family->mean_total != NULL) {
        model->trials = model->family->mean_total(&shape, blob->statistics + MIX_TOTALS);
    }
    return isfinite(model->trials) ? MIXTURE_OK
                                   : mix_error_invalid(error, "the mean sum of a row overflows a double; expected "
                                                              "statistics as they were made");
}

/* The next model as the function's result. */
static void result_next(sqlite3_context *context, const char *function, const mix_statistics_blob *blob) {
    mixture_model *model = NULL;
    mixture_error error = {MIXTURE_OK, ""}, inner = {MIXTURE_OK, ""};
    mixture_status status = mix_model_json_read(blob->model, blob->model_bytes, &model, &inner);
    if (status == MIXTURE_OK) {
        status = check(model, blob, &inner);
    }
    if (status == MIXTURE_OK) {
        status = maximize(model, blob, &inner);
    }
    if (status == MIXTURE_OK) {
        status = describe(model, blob, &inner);
    }
    if (status == MIXTURE_OK) {
        mix_json_writer writer = {0};
        mix_model_json_write(model, &writer);
        mix_function_json(context, &writer);
    } else {
        if (status == MIXTURE_INVALID) {
            (void)mix_error_invalid(&error, "statistics: %s", inner.text);
        }
        error.status = status;
        mix_arguments_fail(context, function, &error);
    }
    mixture_model_free(model);
}

static void maximize_call(sqlite3_context *context, int argc, sqlite3_value **argv) {
    const mix_function *function = ((mix_binding *)sqlite3_user_data(context))->function;
    mixture_error error = {MIXTURE_OK, ""};
    mix_statistics_blob blob;
    (void)argc;
    if (sqlite3_value_type(argv[0]) == SQLITE_NULL) {
        return;
    }
    if (mix_statistics_blob_read(&blob, argv[0], &error) == MIXTURE_OK) {
        result_next(context, function->name, &blob);
    } else {
        mix_arguments_fail(context, function->name, &error);
    }
    mix_statistics_blob_clear(&blob);
}

/* ---- Expect: rows wait until a block is full -------------------------------------------------------------- */

typedef struct expect_state {
    bool failed;        /* first: see mix_function_state */
    mix_parsed *parsed; /* NULL: the model is NULL */
    mix_statistics_blob blob;
    mix_block block; /* rows that wait */
    double *scratch; /* for expecting */
    uint64_t row;
} expect_state;

static void clear(expect_state *state) {
    mix_statistics_blob_clear(&state->blob);
    mix_block_clear(&state->block);
    mix_memory_free(state->scratch);
    mix_parsed_release(state->parsed);
    memset(state, 0, sizeof *state);
}

static mixture_status start(expect_state *state, mix_connection *connection, sqlite3_value *value,
                            mixture_error *error) {
    mixture_status status = mix_connection_model(connection, value, &state->parsed, error);
    if (status != MIXTURE_OK || state->parsed == NULL) {
        return status;
    }
    const mixture_model *model = state->parsed->model;
    const mix_shape shape = mix_shape_of(model);
    status = mix_statistics_blob_begin(&state->blob, model);
    state->scratch = mix_memory_zeros(mix_family_scratch(&shape), sizeof(double));
    if (!mix_block_begin(&state->block, model->d) || status != MIXTURE_OK || state->scratch == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    return MIXTURE_OK;
}

static void flush(expect_state *state) {
    const mixture_model *model = state->parsed->model;
    const mix_shape shape = mix_shape_of(model);
    mix_rows rows = mix_block_rows(&state->block);
    mix_statistics_expect(model, &rows, state->blob.statistics, state->scratch);
    state->blob.statistics[MIX_TOTAL_LOGLIK] += mix_family_log_base(&shape, &rows);
    mix_block_empty(&state->block);
}

static void add_row(expect_state *state) {
    const double *x = state->parsed->x;
    if (!mix_block_complete(x, state->parsed->model->d)) {
        state->blob.skipped++; /* as in a fit */
    } else if (mix_block_add(&state->block, x)) {
        flush(state);
    }
}

static mixture_status take_row(expect_state *state, mix_connection *connection, int argc, sqlite3_value **argv,
                               mixture_error *error) {
    mixture_status status = MIXTURE_OK;
    if (state->row++ == 0) {
        status = start(state, connection, argv[0], error);
    } else {
        status = mix_arguments_same_model(state->parsed, argv[0], state->row, error);
    }
    if (status == MIXTURE_OK && state->parsed != NULL) {
        status = mix_arguments_model_row(state->parsed, argc - 1, argv + 1, 2, state->row, error);
        if (status == MIXTURE_OK) {
            add_row(state);
        }
    }
    return status;
}

static void expect_step(sqlite3_context *context, int argc, sqlite3_value **argv) {
    mix_binding *binding = sqlite3_user_data(context);
    expect_state *state = mix_function_state(context, argc, sizeof *state);
    mixture_error error = {MIXTURE_OK, ""};
    if (state == NULL) {
        return;
    }
    if (take_row(state, binding->connection, argc, argv, &error) != MIXTURE_OK) {
        clear(state);
        state->failed = true;
        mix_arguments_fail(context, binding->function->name, &error);
    }
}

static void statistics_final(sqlite3_context *context) {
    expect_state *state = sqlite3_aggregate_context(context, 0);
    if (state == NULL || state->failed) {
        return;
    }
    if (state->parsed != NULL) {
        flush(state);
        mix_statistics_blob_result(&state->blob, context);
    }
    clear(state);
}

static void step_final(sqlite3_context *context) {
    const mix_function *function = ((mix_binding *)sqlite3_user_data(context))->function;
    expect_state *state = sqlite3_aggregate_context(context, 0);
    if (state == NULL || state->failed) {
        return;
    }
    if (state->parsed != NULL) {
        flush(state);
        if (state->blob.statistics[MIX_TOTAL_WEIGHT] > 0) { /* else NULL: there was no row, as in a fit */
            result_next(context, function->name, &state->blob);
        }
    }
    clear(state);
}

/* ---- Merge ------------------------------------------------------------------------------------------------ */

typedef struct merge_state {
    bool failed; /* first: see mix_function_state */
    uint64_t row;
    mix_statistics_blob sum; /* no model: nothing yet */
} merge_state;

static mixture_status merge(merge_state *state, mix_statistics_blob *part, mixture_error *error) {
    mix_statistics_blob *sum = &state->sum;
    if (sum->model == NULL) {
        *sum = *part; /* moved */
        memset(part, 0, sizeof *part);
        return MIXTURE_OK;
    }
    if (sum->model_bytes != part->model_bytes || memcmp(sum->model, part->model, sum->model_bytes) != 0 ||
        sum->size != part->size) {
        return mix_error_invalid(error,
                                 "argument 1 in row %llu is statistics taken under another model than the rows "
                                 "before; expected the same model",
                                 (unsigned long long)state->row);
    }
    mix_statistics_merge(sum->statistics, part->statistics, sum->size);
    sum->skipped += part->skipped < INT64_MAX - sum->skipped ? part->skipped : INT64_MAX - sum->skipped;
    return MIXTURE_OK;
}

static void merge_step(sqlite3_context *context, int argc, sqlite3_value **argv) {
    const mix_function *function = ((mix_binding *)sqlite3_user_data(context))->function;
    merge_state *state = mix_function_state(context, argc, sizeof *state);
    mixture_error error = {MIXTURE_OK, ""};
    if (state == NULL) {
        return;
    }
    state->row++;
    if (sqlite3_value_type(argv[0]) == SQLITE_NULL) {
        return; /* NULL: of no rows */
    }
    mix_statistics_blob part;
    mixture_status status = mix_statistics_blob_read(&part, argv[0], &error);
    if (status == MIXTURE_OK) {
        status = merge(state, &part, &error);
    }
    mix_statistics_blob_clear(&part);
    if (status != MIXTURE_OK) {
        mix_statistics_blob_clear(&state->sum);
        state->failed = true;
        mix_arguments_fail(context, function->name, &error);
    }
}

static void merge_final(sqlite3_context *context) {
    merge_state *state = sqlite3_aggregate_context(context, 0);
    if (state != NULL && !state->failed && state->sum.model != NULL) {
        mix_statistics_blob_result(&state->sum, context);
    }
    if (state != NULL) {
        mix_statistics_blob_clear(&state->sum);
    }
}

/* ---- The table -------------------------------------------------------------------------------------------- */

#define FLAGS (SQLITE_UTF8 | SQLITE_INNOCUOUS)

/* clang-format off */
const mix_function mix_em_functions[] = {
    {"mix_statistics", "mix_statistics(model, x...)", 2, -1, FLAGS, NULL, expect_step, statistics_final, NULL},
    {"mix_merge", "mix_merge(statistics)", 1, 1, FLAGS, NULL, merge_step, merge_final, NULL},
    {"mix_maximize", "mix_maximize(statistics)", 1, 1, MIX_PURE_JSON, maximize_call, NULL, NULL, NULL},
    {"mix_step", "mix_step(model, x...)", 2, -1, FLAGS | SQLITE_RESULT_SUBTYPE, NULL, expect_step, step_final, NULL},
};
/* clang-format on */
const int mix_em_function_count = sizeof mix_em_functions / sizeof *mix_em_functions;
