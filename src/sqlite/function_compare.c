/* function_compare.c: two models, or two groupings of rows, beside each other: mix_divergence, mix_match,
** mix_rand_index. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "aggregate.h"
#include "cells.h"
#include "compare.h"
#include "describe.h"
#include "error.h"
#include "interrupt.h"
#include "level_set.h"
#include "memory.h"
#include "model.h"
#include "model_json.h"

/* ---- Two models --------------------------------------------------------------------------------------------- */

typedef struct compare_call {
    sqlite3_context *context;
    mix_parsed *first, *second; /* NULL for NULL */
    mix_cancel cancel;
} compare_call;

typedef struct compare_detail {
    const char *name; /* of argument 2 */
    mixture_status (*answer)(const compare_call *call, mixture_error *error);
} compare_detail;

static void compare_models(sqlite3_context *context, int argc, sqlite3_value **argv) {
    const mix_binding *binding = sqlite3_user_data(context);
    const compare_detail *detail = binding->function.detail;
    mixture_error error = {MIXTURE_OK, ""};
    compare_call call = {.context = context};
    if (!mix_function_check(context, argc)) {
        return;
    }
    mix_interrupt interrupt = mix_interrupt_ready(sqlite3_context_db_handle(context));
    call.cancel = (mix_cancel){mix_interrupt_poll, &interrupt};
    mixture_status status = mix_connection_model(binding->connection, argv[0], &call.first, &error);
    if (status == MIXTURE_OK) {
        status = mix_connection_model_at(binding->connection, argv[1], 2, detail->name, &call.second, &error);
    }
    if (status == MIXTURE_OK && call.first != NULL && call.second != NULL) {
        status = mix_compare_columns(call.first->model, call.second->model, detail->name, &error);
        status = status == MIXTURE_OK ? detail->answer(&call, &error) : status;
    }
    mix_interrupt_end(&interrupt);
    if (status != MIXTURE_OK) {
        error.status = status;
        mix_function_fail(context, &error);
    }
    mix_parsed_release(call.first);
    mix_parsed_release(call.second);
}

static mixture_status answer_divergence(const compare_call *call, mixture_error *error) {
    double bits;
    mixture_status status =
        mix_compare_divergence(call->first->model, call->second->model, &call->cancel, &bits, error);
    if (status == MIXTURE_OK) {
        sqlite3_result_double(call->context, bits);
    }
    return status;
}

/* ---- mix_match ---------------------------------------------------------------------------------------------- */

/* The components in the reference's order: order[place]; behind them those that match none, in their own. Returns
** how many match. */
static size_t order_components(const size_t *match, size_t k, size_t reference_k, size_t *order) {
    size_t place = 0, matched = 0;
    for (size_t b = 0; b <= reference_k; b++) {
        matched = b == reference_k ? place : matched;
        for (size_t a = 0; a < k; a++) {
            if (match[a] == b) {
                order[place++] = a;
            }
        }
    }
    return matched;
}

static bool is_name_taken(char **names, size_t count, const char *name) {
    bool taken = false;
    for (size_t i = 0; i < count && !taken; i++) {
        taken = strcmp(names[i], name) == 0;
    }
    return taken;
}

/* A name for a component that matches none: its own or a number, as long as no other has it. */
static char *name_of_own(const mixture_model *model, size_t component, char **taken, size_t count) {
    char number[24];
    if (model->names != NULL && !is_name_taken(taken, count, model->names[component])) {
        return mix_memory_string(model->names[component]);
    }
    size_t n = count;
    do {
        snprintf(number, sizeof number, "%zu", ++n);
    } while (is_name_taken(taken, count, number));
    return mix_memory_string(number);
}

/* The reference's names; without them the model's own. */
static mixture_status match_names_of(const mixture_model *model, const mixture_model *reference,
                                     const size_t *match, const size_t *order, size_t matched, char ***result) {
    char **names = NULL;
    bool full = true;
    if (model->names != NULL || reference->names != NULL) {
        full = (names = mix_memory_zeros(model->k, sizeof *names)) != NULL;
    }
    for (size_t i = 0; full && names != NULL && i < model->k; i++) {
        size_t a = order[i];
        names[i] = reference->names == NULL ? mix_memory_string(model->names[a])
                   : i < matched            ? mix_memory_string(reference->names[match[a]])
                                            : name_of_own(model, a, names, i);
        full = names[i] != NULL;
    }
    *result = names;
    return full ? MIXTURE_OK : MIXTURE_NOMEM;
}

/* Write the model with component order[i] in place i. */
static mixture_status write_in_order(const compare_call *call, const size_t *order, char **names) {
    const mixture_model *model = call->first->model;
    const mix_shape shape = mix_shape_of(model);
    mixture_model *made = mix_model_new(&shape), ordered = *model; /* borrowed, but for what has an order */
    if (made == NULL) {
        return MIXTURE_NOMEM;
    }
    for (size_t i = 0; i < model->k; i++) {
        made->weights[i] = model->weights[order[i]];
        for (size_t a = 0; a < model->family->array_count; a++) {
            size_t size = mix_model_array_size(model, a);
            memcpy(made->arrays[a] + i * size, model->arrays[a] + order[i] * size, size * sizeof(double));
        }
    }
    ordered.weights = made->weights;
    ordered.arrays = made->arrays;
    ordered.names = names;
    ordered.bootstrap = NULL; /* it is in the old order */
    mix_json_writer writer = {.turns = {.cancel = &call->cancel}};
    mix_model_json_write(&ordered, &writer);
    mix_function_json(call->context, &writer);
    mixture_model_free(made);
    return MIXTURE_OK;
}

static mixture_status answer_match(const compare_call *call, mixture_error *error) {
    const mixture_model *model = call->first->model, *reference = call->second->model;
    size_t *match = mix_memory_array(model->k, 2 * sizeof *match),
           *order = match != NULL ? match + model->k : NULL;
    char **names = NULL;
    mixture_status status = match != NULL ? mix_compare_match(model, reference, &call->cancel, match, error)
                                          : mix_error_status(error, MIXTURE_NOMEM);
    if (status == MIXTURE_OK) {
        size_t matched = order_components(match, model->k, reference->k, order);
        status = match_names_of(model, reference, match, order, matched, &names);
    }
    if (status == MIXTURE_OK) {
        status = write_in_order(call, order, names);
    }
    mix_model_free_strings(names, model->k);
    mix_memory_free(match);
    return status;
}

/* ---- mix_rand_index ----------------------------------------------------------------------------------------- */

/* The groups of one grouping, or the pairs of groups, and how many rows each has. */
typedef struct tally {
    mix_level_set set;
    double *rows;
    size_t room;
} tally;

typedef struct rand_state {
    mix_group group; /* first */
    tally a, b, both;
    double rows;
} rand_state;

/* So many rows more of a level; its number. */
static mixture_status tally_add(tally *own, const mix_level *level, double more, size_t *number) {
    if (!mix_level_set_find(&own->set, level, number)) {
        if (own->set.count == own->room) {
            size_t room = own->room > 0 ? 2 * own->room : 16;
            double *rows = mix_memory_resize(own->rows, room, sizeof *rows);
            if (rows == NULL) {
                return MIXTURE_NOMEM;
            }
            own->rows = rows;
            own->room = room;
        }
        *number = own->set.count;
        if (mix_level_set_add(&own->set, level) != MIXTURE_OK) {
            return MIXTURE_NOMEM;
        }
        own->rows[*number] = 0;
    }
    own->rows[*number] += more;
    return MIXTURE_OK;
}

/* The group in argument `place`; false for NULL, which leaves the row out. */
static mixture_status read_group(const rand_state *state, int place, mix_cell *cell, bool *there,
                                 mixture_error *error) {
    sqlite3_value *value = state->group.argv[place - 1];
    if (!mix_cell_of(value, cell)) {
        return MIXTURE_NOMEM;
    }
    if (cell->type == SQLITE_FLOAT && !isfinite(cell->real)) {
        char said[MIX_SAID_BYTES];
        return mix_error_invalid(error, "argument %d (%s) is %s in row %llu; expected a group", place,
                                 place == 1 ? "a" : "b", mix_describe_value(value, said),
                                 (unsigned long long)state->group.row);
    }
    *there = *there && cell->type != SQLITE_NULL;
    return MIXTURE_OK;
}

static mixture_status rand_change(rand_state *state, double more, mixture_error *error) {
    mix_cell a, b;
    bool there = true;
    size_t numbers[2], pair;
    mixture_status status = read_group(state, 1, &a, &there, error);
    if (status == MIXTURE_OK) {
        status = read_group(state, 2, &b, &there, error);
    }
    if (status != MIXTURE_OK || !there) {
        return status;
    }
    status = tally_add(&state->a, &a.level, more, &numbers[0]);
    if (status == MIXTURE_OK) {
        status = tally_add(&state->b, &b.level, more, &numbers[1]);
    }
    if (status == MIXTURE_OK) {
        const mix_level both = {.kind = MIX_LEVEL_INTEGER,
                                .integer = (int64_t)(((uint64_t)numbers[0] << 31) + numbers[1])};
        status = tally_add(&state->both, &both, more, &pair);
    }
    state->rows += status == MIXTURE_OK ? more : 0;
    return status;
}

static mixture_status rand_row(void *pointer, mixture_error *error) {
    return rand_change(pointer, 1, error);
}

static mixture_status rand_inverse(void *pointer, mixture_error *error) {
    return rand_change(pointer, -1, error);
}

/* Pairs of rows that are in one group. */
static double count_pairs(const tally *own) {
    double sum = 0;
    for (size_t i = 0; i < own->set.count; i++) {
        sum += own->rows[i] * (own->rows[i] - 1) / 2;
    }
    return sum;
}

/* L. Hubert & P. Arabie, Journal of Classification 2 (1985) 193. Where both are one group, or rows alone, they
** agree. */
static mixture_status rand_value(void *pointer, sqlite3_context *context, mixture_error *error) {
    const rand_state *state = pointer;
    double a = count_pairs(&state->a), b = count_pairs(&state->b), both = count_pairs(&state->both);
    double all = state->rows * (state->rows - 1) / 2, expected = all > 0 ? a / all * b : 0;
    (void)error;
    if (state->rows > 0) {
        double most = (a + b) / 2;
        sqlite3_result_double(context, most > expected ? (both - expected) / (most - expected) : 1);
    }
    return MIXTURE_OK;
}

static void tally_clear(tally *own) {
    mix_level_set_clear(&own->set);
    mix_memory_free(own->rows);
}

static void rand_clear(void *pointer) {
    rand_state *state = pointer;
    tally_clear(&state->a);
    tally_clear(&state->b);
    tally_clear(&state->both);
}

static const mix_aggregate rand_aggregate = {
    .size = sizeof(rand_state),
    .row = rand_row,
    .inverse = rand_inverse,
    .value = rand_value,
    .clear = rand_clear,
};

/* clang-format off */
const mix_function mix_compare_functions[] = {
    {"mix_divergence", "(model, other)", 2, 2, MIX_PURE, compare_models, NULL,
     &(const compare_detail){"other", answer_divergence}},
    {"mix_match", "(model, reference)", 2, 2, MIX_PURE_JSON, compare_models, NULL,
     &(const compare_detail){"reference", answer_match}},
    {"mix_rand_index", "(a, b)", 2, 2, MIX_INNOCUOUS, NULL, &rand_aggregate, NULL},
};
/* clang-format on */
const int mix_compare_function_count = sizeof mix_compare_functions / sizeof *mix_compare_functions;
