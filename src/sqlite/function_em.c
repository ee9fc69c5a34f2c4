/* function_em.c: the three verbs of EM in SQL: mix_statistics (expect), mix_merge, mix_maximize; and mix_step,
** which is mix_maximize(mix_statistics(...)) without the BLOB between. */
#include <math.h>
#include <string.h>

#include "aggregate.h"
#include "error.h"
#include "memory.h"
#include "model_json.h"
#include "options.h"
#include "statistics.h"
#include "statistics_blob.h"
#include "stream.h"

/* ---- Maximize ----------------------------------------------------------------------------------------- */

/* The steps that a model says its columns have. knots: d, all without any. */
static mix_steps steps_of(const mixture_model *model, double n, mix_knots *knots) {
    return (mix_steps){
        .d = model->d,
        .height = mix_steps_height(n),
        .step = model->step,
        .knots = knots,
    };
}

/* How the M-step of a model goes: as it was fitted, the floor relative to the variances that the statistics
** imply. */
static mixture_status maximize_blob(mixture_model *model, const mix_statistics_blob *blob,
                                    const mix_cancel *cancel, mixture_error *error) {
    const mixture_family *family = model->family;
    const mix_shape shape = mix_shape_of(model);
    size_t d = model->d, scratch_size = mix_family_full_scratch(&shape);
    double *work = mix_memory_array(3 * d + scratch_size, sizeof(double));
    mix_knots *knots = mix_memory_zeros(d, sizeof *knots);
    if (work == NULL || knots == NULL) {
        mix_memory_free(work);
        mix_memory_free(knots);
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    double *variance = work, *scale = work + d, *constant = scale + d;
    for (size_t j = 0; j < d; j++) {
        variance[j] = scale[j] = 1;
        constant[j] = 0;
    }
    if (family->variances != NULL) {
        family->variances(model, blob->statistics + MIX_TOTALS, variance, constant, work + 3 * d);
    }
    const mix_steps steps = steps_of(model, blob->statistics[MIX_TOTAL_WEIGHT], knots);
    mix_maximize how = {
        .equal_weights = model->equal_weights,
        .min_variance = model->min_variance > 0 ? model->min_variance : MIX_MIN_VARIANCE_DEFAULT,
        .scale = scale,
        .variance = variance,
        .constant = constant,
        .steps = model->step != NULL ? &steps : NULL,
        .cancel = cancel,
    };
    model->cancel = cancel;
    mixture_status status = mix_statistics_maximize(model, blob->statistics, &how, work + 3 * d, error);
    model->cancel = NULL;
    mix_memory_free(work);
    mix_memory_free(knots);
    return status;
}

static mixture_status check_step(const mixture_model *model, mixture_error *error) {
    return model->family->check_step != NULL ? model->family->check_step(model, error) : MIXTURE_OK;
}

/* Whether the statistics can be maximized. */
static mixture_status check_maximize(const mixture_model *model, const mix_statistics_blob *blob,
                                     mixture_error *error) {
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
    if (blob->statistics[MIX_TOTAL_LOGLIK] < MIX_LOG_DENSITY_EXACT) {
        return mix_error_invalid(
            error, "a row is impossible under every component; expected a model that allows all rows");
    }
    return check_step(model, error);
}

/* What the next model says of the rows. */
static mixture_status describe_next(mixture_model *model, const mix_statistics_blob *blob, mixture_error *error) {
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
static mixture_status result_next(sqlite3_context *context, const mix_statistics_blob *blob,
                                  const mix_cancel *cancel, mixture_error *error) {
    mixture_model *model = NULL;
    mixture_error inner = {MIXTURE_OK, ""};
    mixture_status status = mix_model_json_read_until(blob->model, blob->model_bytes, cancel, &model, &inner);
    if (status == MIXTURE_OK) {
        status = check_maximize(model, blob, &inner);
    }
    if (status == MIXTURE_OK) {
        status = maximize_blob(model, blob, cancel, &inner);
    }
    if (status == MIXTURE_OK) {
        status = describe_next(model, blob, &inner);
    }
    if (status == MIXTURE_OK) {
        mix_json_writer writer = {.turns = {.cancel = cancel}};
        mix_model_json_write(model, &writer);
        mix_function_json(context, &writer);
    } else if (status == MIXTURE_INVALID) {
        (void)mix_error_invalid(error, "statistics: %s", inner.text);
    }
    mixture_model_free(model);
    return status;
}

static void maximize_call(sqlite3_context *context, int argc, sqlite3_value **argv) {
    mixture_error error = {MIXTURE_OK, ""};
    mix_statistics_blob blob;
    mix_interrupt interrupt = mix_interrupt_ready(sqlite3_context_db_handle(context));
    const mix_cancel cancel = {mix_interrupt_poll, &interrupt};
    (void)argc;
    if (sqlite3_value_type(argv[0]) == SQLITE_NULL) {
        return;
    }
    mixture_status status = mix_statistics_blob_read(&blob, argv[0], &cancel, &error);
    if (status == MIXTURE_OK) {
        status = result_next(context, &blob, &cancel, &error);
    }
    mix_interrupt_end(&interrupt);
    if (status != MIXTURE_OK) {
        error.status = status;
        mix_function_fail(context, &error);
    }
    mix_statistics_blob_clear(&blob);
}

/* ---- Expect --------------------------------------------------------------------------------------------- */

typedef struct expect_state {
    mix_group group; /* first */
    mix_statistics_blob blob;
    mix_stream *stream; /* adds to the blob's statistics */
} expect_state;

static void expect_clear(void *pointer) {
    expect_state *state = pointer;
    mix_stream_free(state->stream);
    mix_statistics_blob_clear(&state->blob);
}

static mixture_status expect_start(void *pointer, mixture_error *error) {
    expect_state *state = pointer;
    const mix_parsed *parsed = state->group.parsed;
    const mixture_model *model = parsed->model;
    mixture_error inner;
    if (check_step(model, &inner) != MIXTURE_OK) {
        return mix_error_invalid(error, "argument 1 (model): %s", inner.text);
    }
    mixture_status status = mix_statistics_blob_begin(&state->blob, model, &state->group.cancel);
    if (status == MIXTURE_OK) {
        state->stream = mix_stream_new(model, parsed->scratch, state->blob.statistics, &state->group.cancel);
        status = state->stream != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    }
    return status;
}

static mixture_status expect_row(void *pointer, mixture_error *error) {
    expect_state *state = pointer;
    bool taken = true;
    mixture_status status = mix_aggregate_read_row(&state->group, state->group.argc - 1, error);
    if (status == MIXTURE_OK) {
        status = mix_stream_add(state->stream, state->group.parsed->x, &taken);
        state->blob.skipped += !taken; /* as in a fit */
    }
    return status;
}

static mixture_status statistics_value(void *pointer, sqlite3_context *context, mixture_error *error) {
    expect_state *state = pointer;
    (void)error;
    mixture_status status = mix_stream_flush(state->stream);
    return status == MIXTURE_OK ? mix_statistics_blob_result(&state->blob, context, &state->group.cancel) : status;
}

static mixture_status step_value(void *pointer, sqlite3_context *context, mixture_error *error) {
    expect_state *state = pointer;
    mixture_status status = mix_stream_flush(state->stream);
    bool rows = state->blob.statistics[MIX_TOTAL_WEIGHT] > 0; /* else NULL: there was none, as in a fit */
    return status == MIXTURE_OK && rows ? result_next(context, &state->blob, &state->group.cancel, error) : status;
}

static const mix_aggregate statistics_aggregate = {
    .size = sizeof(expect_state),
    .model = true,
    .start = expect_start,
    .row = expect_row,
    .value = statistics_value,
    .clear = expect_clear,
};

static const mix_aggregate step_aggregate = {
    .size = sizeof(expect_state),
    .model = true,
    .start = expect_start,
    .row = expect_row,
    .value = step_value,
    .clear = expect_clear,
};

/* ---- Merge ------------------------------------------------------------------------------------------------ */

typedef struct merge_state {
    mix_group group;         /* first */
    mix_statistics_blob sum; /* no model: nothing yet */
} merge_state;

static void merge_clear(void *pointer) {
    merge_state *state = pointer;
    mix_statistics_blob_clear(&state->sum);
}

static mixture_status merge_part(merge_state *state, mix_statistics_blob *part, mixture_error *error) {
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
                                 (unsigned long long)state->group.row);
    }
    mix_statistics_merge(sum->statistics, part->statistics, sum->size);
    sum->skipped += part->skipped < INT64_MAX - sum->skipped ? part->skipped : INT64_MAX - sum->skipped;
    return MIXTURE_OK;
}

static mixture_status merge_row(void *pointer, mixture_error *error) {
    merge_state *state = pointer;
    sqlite3_value *value = state->group.argv[0];
    mix_statistics_blob part;
    if (sqlite3_value_type(value) == SQLITE_NULL) {
        return MIXTURE_OK; /* NULL: of no rows */
    }
    mixture_status status = mix_statistics_blob_read(&part, value, &state->group.cancel, error);
    if (status == MIXTURE_OK) {
        status = merge_part(state, &part, error);
    }
    mix_statistics_blob_clear(&part);
    return status;
}

static mixture_status merge_value(void *pointer, sqlite3_context *context, mixture_error *error) {
    merge_state *state = pointer;
    (void)error;
    return state->sum.model != NULL ? mix_statistics_blob_result(&state->sum, context, &state->group.cancel)
                                    : MIXTURE_OK;
}

static const mix_aggregate merge_aggregate = {
    .size = sizeof(merge_state),
    .row = merge_row,
    .value = merge_value,
    .clear = merge_clear,
};

/* ---- The table -------------------------------------------------------------------------------------------- */

/* clang-format off */
const mix_function mix_em_functions[] = {
    {"mix_statistics", "(model, x...)", 2, -1, MIX_INNOCUOUS, NULL, &statistics_aggregate, NULL},
    {"mix_merge", "(statistics)", 1, 1, MIX_INNOCUOUS, NULL, &merge_aggregate, NULL},
    {"mix_maximize", "(statistics)", 1, 1, MIX_PURE_JSON, maximize_call, NULL, NULL},
    {"mix_step", "(model, x...)", 2, -1, MIX_INNOCUOUS_JSON, NULL, &step_aggregate, NULL},
};
/* clang-format on */
const int mix_em_function_count = sizeof mix_em_functions / sizeof *mix_em_functions;
