/* function_em.c: the three verbs of EM in SQL: mix_statistics (expect), mix_merge, mix_maximize; mix_step, which
** is mix_maximize(mix_statistics(...)) without the BLOB between; and mix_extrapolate, which goes further. */
#include <string.h>

#include "aggregate.h"
#include "error.h"
#include "memory.h"
#include "model.h"
#include "model_json.h"
#include "model_rows.h"
#include "pass.h"
#include "row_sample.h"
#include "statistics.h"
#include "statistics_blob.h"
#include "stream.h"

/* ---- Maximize ----------------------------------------------------------------------------------------- */

/* The next model as the function's result. */
static mixture_status result_next(sqlite3_context *context, const mix_statistics_blob *blob,
                                  const mix_cancel *cancel, mixture_error *error) {
    mixture_model *model = NULL;
    mixture_error inner = {MIXTURE_OK, ""};
    mixture_status status = mix_model_json_read_until(blob->model, blob->model_bytes, cancel, &model, &inner);
    if (status == MIXTURE_OK && blob->size != mixture_statistics_size(model)) {
        status = mix_error_invalid(&inner, "%zu numbers are not the model's statistics", blob->size);
    }
    if (status == MIXTURE_OK) {
        status = mix_pass_maximize(model, blob->statistics, cancel, &inner);
    }
    if (status == MIXTURE_OK) {
        model->skipped = (size_t)blob->skipped;
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

/* ---- Extrapolate ---------------------------------------------------------------------------------------- */

enum { SUCCESSIVE = 3 };

/* The third model further on, as the function's result. */
static mixture_status result_extrapolated(sqlite3_context *context, mix_parsed *const *parsed,
                                          const mix_cancel *cancel, mixture_error *error) {
    const mixture_model *third = parsed[2]->model;
    const mix_shape shape = mix_shape_of(third);
    mixture_model *moved = mix_model_new(&shape), next = *third; /* borrowed, but for what moves */
    if (moved == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    mix_model_copy(moved, third);
    next.weights = moved->weights;
    next.arrays = moved->arrays;
    next.log_weights = moved->log_weights;
    next.derived = moved->derived;
    next.floored = moved->floored;
    next.bootstrap = NULL; /* of where it was */
    mixture_status status = mix_pass_extrapolate(parsed[0]->model, parsed[1]->model, &next, cancel, error);
    if (status == MIXTURE_OK) {
        mix_json_writer writer = {.turns = {.cancel = cancel}};
        mix_model_json_write(&next, &writer);
        mix_function_json(context, &writer);
    }
    mixture_model_free(moved);
    return status;
}

static void extrapolate_call(sqlite3_context *context, int argc, sqlite3_value **argv) {
    const mix_binding *binding = sqlite3_user_data(context);
    mix_parsed *parsed[SUCCESSIVE] = {NULL, NULL, NULL};
    mixture_error error = {MIXTURE_OK, ""};
    mixture_status status = MIXTURE_OK;
    bool null = false;
    (void)argc;
    mix_interrupt interrupt = mix_interrupt_ready(sqlite3_context_db_handle(context));
    const mix_cancel cancel = {mix_interrupt_poll, &interrupt};
    for (int i = 0; i < SUCCESSIVE && status == MIXTURE_OK; i++) {
        status = mix_connection_model_at(binding->connection, argv[i], i + 1, "model", &parsed[i], &error);
        null = null || parsed[i] == NULL;
    }
    if (status == MIXTURE_OK && !null) {
        status = result_extrapolated(context, parsed, &cancel, &error);
    }
    mix_interrupt_end(&interrupt);
    if (status != MIXTURE_OK) {
        error.status = status;
        mix_function_fail(context, &error);
    }
    for (int i = 0; i < SUCCESSIVE; i++) {
        mix_parsed_release(parsed[i]);
    }
}

/* ---- Expect --------------------------------------------------------------------------------------------- */

typedef struct expect_state {
    mix_group group; /* first */
    mix_model_rows rows;
    mix_statistics_blob blob;
    mix_stream *stream; /* adds to the blob's statistics */
} expect_state;

static void expect_clear(void *pointer) {
    expect_state *state = pointer;
    mix_stream_free(state->stream);
    mix_model_rows_clear(&state->rows);
    mix_statistics_blob_clear(&state->blob);
}

static mixture_status expect_start(void *pointer, mixture_error *error) {
    expect_state *state = pointer;
    const mix_parsed *parsed = state->group.parsed;
    const mixture_model *model = parsed->model;
    mixture_error inner;
    if (mix_pass_check(model, &inner) != MIXTURE_OK) {
        return mix_error_invalid(error, "argument 1 (model): %s", inner.text);
    }
    mixture_status status = mix_model_rows_start(&state->rows, &state->group, MIX_OPTIONS_OF_PASS, error);
    if (status == MIXTURE_OK) {
        status = mix_statistics_blob_begin(&state->blob, model, &state->group.cancel);
    }
    if (status == MIXTURE_OK) {
        state->stream = mix_stream_new(model, mix_model_rows_extras(&state->rows), parsed->scratch,
                                       state->blob.statistics, &state->group.cancel);
        status = state->stream != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    }
    return status;
}

static mixture_status expect_row(void *pointer, mixture_error *error) {
    expect_state *state = pointer;
    bool weighs, taken = true;
    mixture_status status = mix_model_rows_read(&state->rows, &state->group, &weighs, error);
    if (status == MIXTURE_OK && weighs) {
        status =
            mix_stream_add(state->stream, state->group.parsed->x, state->rows.weight, state->rows.label, &taken);
        state->blob.skipped += !taken; /* as in a fit */
    }
    return status;
}

static mixture_status expect_same(void *pointer, mixture_error *error) {
    const expect_state *state = pointer;
    return mix_model_rows_same(&state->group, error);
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
    .same = expect_same,
    .row = expect_row,
    .value = statistics_value,
    .lasting = true,
    .clear = expect_clear,
};

static const mix_aggregate step_aggregate = {
    .size = sizeof(expect_state),
    .model = true,
    .start = expect_start,
    .same = expect_same,
    .row = expect_row,
    .value = step_value,
    .lasting = true,
    .clear = expect_clear,
};

/* ---- Merge ------------------------------------------------------------------------------------------------ */

typedef struct merge_state {
    mix_group group;         /* first */
    mix_statistics_blob sum; /* no model: nothing yet */
    mix_row_sample rows;     /* or samples of rows: no columns, none yet */
} merge_state;

static void merge_clear(void *pointer) {
    merge_state *state = pointer;
    mix_statistics_blob_clear(&state->sum);
    mix_row_sample_clear(&state->rows);
}

/* Statistics and samples are not merged with each other. */
static mixture_status refuse_kind(const merge_state *state, const char *kind, const char *before,
                                  mixture_error *error) {
    return mix_error_invalid(error, "argument 1 in row %llu is %s, and %s came before; expected one kind",
                             (unsigned long long)state->group.row, kind, before);
}

static mixture_status merge_sample(merge_state *state, sqlite3_value *value, mixture_error *error) {
    mix_row_sample_reader part;
    mix_row_sample *rows = &state->rows;
    if (state->sum.model != NULL) {
        return refuse_kind(state, "a sample of rows", "statistics", error);
    }
    mixture_status status = mix_row_sample_open(&part, value, 1, &state->group.cancel, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    if (rows->d == 0) {
        rows->d = part.d;
        rows->most = part.most;
    }
    return rows->d == part.d
               ? mix_error_status(error, mix_row_sample_merge(rows, &part, &state->group.cancel))
               : mix_error_invalid(
                     error,
                     "argument 1 in row %llu is a sample of rows of %llu values; expected %llu, as in "
                     "those before",
                     (unsigned long long)state->group.row, (unsigned long long)part.d,
                     (unsigned long long)rows->d);
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
    if (mix_row_sample_is(value)) {
        return merge_sample(state, value, error);
    }
    if (state->rows.d != 0) {
        return refuse_kind(state, "no sample of rows", "such samples", error);
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
    if (state->rows.d != 0) {
        return mix_row_sample_result(&state->rows, context, &state->group.cancel);
    }
    return state->sum.model != NULL ? mix_statistics_blob_result(&state->sum, context, &state->group.cancel)
                                    : MIXTURE_OK;
}

static const mix_aggregate merge_aggregate = {
    .size = sizeof(merge_state),
    .row = merge_row,
    .value = merge_value,
    .lasting = true,
    .clear = merge_clear,
};

/* ---- The table -------------------------------------------------------------------------------------------- */

/* clang-format off */
const mix_function mix_em_functions[] = {
    {"mix_statistics", "(model, x... [, options])", 2, -1, MIX_INNOCUOUS, NULL, &statistics_aggregate, NULL},
    {"mix_merge", "(statistics)", 1, 1, MIX_INNOCUOUS, NULL, &merge_aggregate, NULL},
    {"mix_maximize", "(statistics)", 1, 1, MIX_PURE_JSON, maximize_call, NULL, NULL},
    {"mix_extrapolate", "(m0, m1, m2)", 3, 3, MIX_PURE_JSON, extrapolate_call, NULL, NULL},
    {"mix_step", "(model, x... [, options])", 2, -1, MIX_INNOCUOUS_JSON, NULL, &step_aggregate, NULL},
};
/* clang-format on */
const int mix_em_function_count = sizeof mix_em_functions / sizeof *mix_em_functions;
