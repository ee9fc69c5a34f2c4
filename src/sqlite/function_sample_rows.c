/* function_sample_rows.c: mix_sample_rows, some rows of a table as one value. */
#include <stdio.h>

#include "aggregate.h"
#include "cells.h"
#include "describe.h"
#include "error.h"
#include "little_endian.h"
#include "memory.h"
#include "packed_row.h"
#include "row_sample.h"

typedef struct row_sample_state {
    mix_group group; /* first */
    sqlite3_int64 n, seed;
    mix_row_sample sample;
    double *x;            /* a row of numbers, */
    unsigned char *bytes; /* and the row at hand as it is packed */
    size_t capacity;
} row_sample_state;

static void sample_clear(void *pointer) {
    row_sample_state *state = pointer;
    mix_row_sample_clear(&state->sample);
    mix_memory_free(state->x);
    mix_memory_free(state->bytes);
}

/* Values of the row: all behind n; but behind a row in one value an integer is the seed. */
static int count_values(const mix_group *group) {
    bool seeded = group->argc == 3 && mix_packed_row_is(group->argv + 1, 1) &&
                  sqlite3_value_type(group->argv[2]) == SQLITE_INTEGER;
    return seeded ? 1 : group->argc - 1;
}

static mixture_status read_numbers(const row_sample_state *state, sqlite3_int64 *n, sqlite3_int64 *seed,
                                   mixture_error *error) {
    const mix_group *group = &state->group;
    *seed = count_values(group) < group->argc - 1 ? sqlite3_value_int64(group->argv[2]) : 0;
    return mix_arguments_integer(group->argv[0], 1, "n", 1, INT64_MAX, n, error);
}

static mixture_status sample_start(void *pointer, mixture_error *error) {
    row_sample_state *state = pointer;
    mixture_status status = read_numbers(state, &state->n, &state->seed, error);
    state->sample.most = (uint64_t)state->n;
    return status;
}

static mixture_status sample_same(void *pointer, mixture_error *error) {
    row_sample_state *state = pointer;
    sqlite3_int64 n, seed;
    mixture_status status = read_numbers(state, &n, &seed, error);
    if (status == MIXTURE_OK && (n != state->n || seed != state->seed)) {
        bool other = n != state->n;
        status =
            mix_error_invalid(error,
                              "argument %d (%s) changes from %lld to %lld in row %llu; expected the same "
                              "in all rows",
                              other ? 1 : 3, other ? "n" : "seed", (long long)(other ? state->n : state->seed),
                              (long long)(other ? n : seed), (unsigned long long)state->group.row);
    }
    return status;
}

static mixture_status make_room_for(row_sample_state *state, size_t length) {
    if (length > state->capacity) {
        unsigned char *bytes = mix_memory_resize(state->bytes, 2 * length, 1);
        if (bytes == NULL) {
            return MIXTURE_NOMEM;
        }
        state->bytes = bytes;
        state->capacity = 2 * length;
    }
    return MIXTURE_OK;
}

/* Pack values as mix_row() does. */
static mixture_status pack_values(row_sample_state *state, sqlite3_value **values, int count, size_t *length,
                                  mixture_error *error) {
    bool plain = mix_cells_plain(values, count);
    size_t d = (size_t)count;
    *length = plain ? 8 * d : mix_cells_measure(values, count);
    if (*length == 0) {
        return mix_error_invalid(error,
                                 "a value is infinite in row %llu; expected finite numbers, TEXT, BLOBs or NULL",
                                 (unsigned long long)state->group.row);
    }
    if (make_room_for(state, *length) != MIXTURE_OK) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    if (!plain) {
        mix_cells_pack(values, count, state->bytes);
        return MIXTURE_OK;
    }
    if (state->x == NULL) {
        state->x = mix_memory_array(d, sizeof(double));
        if (state->x == NULL) {
            return mix_error_status(error, MIXTURE_NOMEM);
        }
    }
    const mix_row_arguments row = {.values = values,
                                   .count = count,
                                   .first = 2,
                                   .d = d,
                                   .row = state->group.row,
                                   .db = state->group.interrupt.db};
    mixture_status status = mix_arguments_row(&row, state->x, error);
    for (size_t j = 0; j < d && status == MIXTURE_OK; j++) {
        mix_little_endian_put_double(state->bytes + 8 * j, state->x[j]);
    }
    return status;
}

static mixture_status add_row(row_sample_state *state, size_t columns, const unsigned char *bytes, size_t length,
                              mixture_error *error) {
    if (state->sample.d == 0) {
        state->sample.d = columns;
    }
    if (state->sample.d != columns) {
        return mix_error_invalid(error, "%zu value%s in row %llu; expected %llu, as in the rows before", columns,
                                 columns == 1 ? "" : "s", (unsigned long long)state->group.row,
                                 (unsigned long long)state->sample.d);
    }
    return mix_error_status(error, mix_row_sample_add(&state->sample, state->seed, bytes, length));
}

/* A row in one value. */
static mixture_status add_packed(row_sample_state *state, mixture_error *error) {
    mix_cells cells;
    sqlite3_value *value = state->group.argv[1];
    mixture_status status = mix_cells_open(&cells, state->group.interrupt.db, &value, 1, 2, error);
    if (status == MIXTURE_OK && (cells.values != NULL || cells.count == 0)) {
        char said[MIX_SAID_BYTES];
        status = mix_error_invalid(error, "argument 2 is %s in row %llu; expected values, or mix_row()",
                                   mix_describe_value(value, said), (unsigned long long)state->group.row);
    }
    if (status == MIXTURE_OK) {
        status = add_row(state, cells.count, cells.bytes, cells.length, error);
    }
    mix_cells_close(&cells);
    return status;
}

static mixture_status sample_row(void *pointer, mixture_error *error) {
    row_sample_state *state = pointer;
    sqlite3_value **values = state->group.argv + 1;
    int count = count_values(&state->group);
    size_t length;
    if (mix_packed_row_is(values, count)) {
        return add_packed(state, error);
    }
    mixture_status status = pack_values(state, values, count, &length, error);
    return status == MIXTURE_OK ? add_row(state, (size_t)count, state->bytes, length, error) : status;
}

static mixture_status sample_value(void *pointer, sqlite3_context *context, mixture_error *error) {
    row_sample_state *state = pointer;
    (void)error;
    return mix_row_sample_result(&state->sample, context, &state->group.cancel);
}

static const mix_aggregate sample_aggregate = {
    .size = sizeof(row_sample_state),
    .start = sample_start,
    .same = sample_same,
    .row = sample_row,
    .value = sample_value,
    .clear = sample_clear,
};

/* clang-format off */
const mix_function mix_sample_functions[] = {
    {"mix_sample_rows", "(n, x... [, seed])", 2, -1, MIX_INNOCUOUS, NULL, &sample_aggregate, NULL},
};
/* clang-format on */
const int mix_sample_function_count = sizeof mix_sample_functions / sizeof *mix_sample_functions;
