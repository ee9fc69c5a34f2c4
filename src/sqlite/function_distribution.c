/* function_distribution.c: mix_marginal, and of models of one column mix_cdf and mix_quantile. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "conditional.h"
#include "describe.h"
#include "distribution.h"
#include "error.h"
#include "family.h"
#include "function.h"
#include "interrupt.h"
#include "memory.h"
#include "model_json.h"

/* ---- mix_marginal ------------------------------------------------------------------------------------------ */

/* Whether the caller's column j has the name in `item`; of a model without names x1, x2, ... */
static bool is_named(const mixture_model *model, size_t j, mix_json_value item) {
    char name[32];
    snprintf(name, sizeof name, "x%zu", j + 1);
    return mix_json_string_equals(item, model->columns != NULL ? model->columns[mix_family_place(model->family, j)]
                                                               : name);
}

/* The caller's column that a name or a position says; d: none. */
static size_t find_named_column(const mixture_model *model, mix_json_value item) {
    int64_t position;
    size_t j = 0;
    if (mix_json_integer(item, &position)) {
        return position >= 1 && position <= (int64_t)model->d ? (size_t)position - 1 : model->d;
    }
    while (j < model->d && !is_named(model, j, item)) {
        j++;
    }
    return j;
}

static mixture_status complain_of_column(const mixture_model *model, mix_json_value item, mixture_error *error) {
    char expected[80];
    snprintf(expected, sizeof expected, "the name of a column or its position from 1 to %zu", model->d);
    return mix_json_complain(item, expected, error);
}

/* Places of the columns in an array; taken: d, all false. */
static mixture_status read_column_list(mix_json_value array, const mixture_model *model, bool *taken,
                                       size_t *columns, size_t *count, mixture_error *error) {
    mix_json_value item;
    *count = 0;
    if (mix_json_type_of(array) != MIX_JSON_ARRAY || mix_json_count(array) == 0) {
        return mix_json_complain(array, "an array of names or positions of columns", error);
    }
    for (bool more = mix_json_first(array, &item); more; more = mix_json_next(array, &item)) {
        size_t j = find_named_column(model, item);
        if (j == model->d) {
            return complain_of_column(model, item, error);
        }
        if (taken[j]) {
            return mix_json_complain(item, "each column once", error);
        }
        taken[j] = true;
        columns[(*count)++] = mix_family_place(model->family, j);
    }
    return MIXTURE_OK;
}

/* The columns in a value, which is not NULL. *columns is the caller's to free, also after an error. */
static mixture_status read_columns_argument(sqlite3_value *value, const mixture_model *model,
                                            const mix_cancel *cancel, size_t **columns, size_t *count,
                                            mixture_error *error) {
    mix_json_document *document;
    mixture_error inner = {MIXTURE_OK, ""};
    if (sqlite3_value_type(value) != SQLITE_TEXT) {
        char said[MIX_SAID_BYTES];
        return mix_error_invalid(error, "argument 2 (columns) is %s; expected a JSON array",
                                 mix_describe_value(value, said));
    }
    const char *text = (const char *)sqlite3_value_text(value);
    bool *taken = mix_memory_zeros(model->d, sizeof *taken);
    *columns = mix_memory_array(model->d, sizeof **columns);
    mixture_status status = text != NULL && taken != NULL && *columns != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    if (status == MIXTURE_OK) {
        status = mix_json_parse_until(text, (size_t)sqlite3_value_bytes(value), cancel, &document, &inner);
    }
    if (status == MIXTURE_OK) {
        status = read_column_list(mix_json_root(document), model, taken, *columns, count, &inner);
        status = mix_json_stopped(document) ? MIXTURE_CANCELLED : status;
        mix_json_free(document);
    }
    mix_memory_free(taken);
    return status == MIXTURE_INVALID ? mix_error_invalid(error, "argument 2 (columns): %s", inner.text)
                                     : mix_error_status(error, status);
}

static void marginal_call(sqlite3_context *context, int argc, sqlite3_value **argv) {
    const mix_binding *binding = sqlite3_user_data(context);
    mixture_error error = {MIXTURE_OK, ""};
    mix_parsed *parsed = NULL;
    mixture_model *marginal = NULL;
    size_t *columns = NULL, count = 0;
    if (!mix_function_check(context, argc)) {
        return;
    }
    mix_interrupt interrupt = mix_interrupt_ready(sqlite3_context_db_handle(context));
    const mix_cancel cancel = {mix_interrupt_poll, &interrupt};
    mixture_status status = mix_connection_model(binding->connection, argv[0], &parsed, &error);
    if (status == MIXTURE_OK && parsed != NULL && sqlite3_value_type(argv[1]) != SQLITE_NULL) {
        status = read_columns_argument(argv[1], parsed->model, &cancel, &columns, &count, &error);
    }
    if (status == MIXTURE_OK && count > 0) {
        status = mix_conditional_make(parsed->model, columns, count, NULL, NULL, &cancel, &marginal, &error);
    }
    if (marginal != NULL) {
        mix_json_writer writer = {.turns = {.cancel = &cancel}};
        mix_model_json_write(marginal, &writer);
        mix_function_json(context, &writer);
    } else if (status != MIXTURE_OK) {
        error.status = status;
        mix_function_fail(context, &error);
    }
    mix_interrupt_end(&interrupt);
    mixture_model_free(marginal);
    mix_memory_free(columns);
    mix_parsed_release(parsed);
}

/* ---- mix_cdf, mix_quantile --------------------------------------------------------------------------------- */

/* What tells the two apart. */
typedef struct distribution_detail {
    mixture_status (*read)(sqlite3_value *value, double *number, mixture_error *error);
    bool (*answer)(const mixture_model *model, double number, const mix_cancel *cancel, double *result);
} distribution_detail;

static mixture_status read_x(sqlite3_value *value, double *x, mixture_error *error) {
    *x = mix_arguments_is_number(value) ? sqlite3_value_double(value) : (double)INFINITY;
    if (isfinite(*x)) {
        return MIXTURE_OK;
    }
    char said[MIX_SAID_BYTES];
    return mix_error_invalid(error, "argument 2 (x) is %s; expected a finite number",
                             mix_describe_value(value, said));
}

static mixture_status read_p(sqlite3_value *value, double *p, mixture_error *error) {
    return mix_arguments_number(value, 2, "p", 0, 1, p, error);
}

static bool answer_cdf(const mixture_model *model, double x, const mix_cancel *cancel, double *result) {
    mix_turns turns = {.cancel = cancel};
    *result = mix_distribution_below(model, x, NULL, &turns);
    return !turns.over;
}

static mixture_status check_one_column(const mixture_model *model, mixture_error *error) {
    if (model->d != 1) {
        return mix_error_invalid(
            error,
            "argument 1 (model) has %zu columns; expected a model of one, as mix_marginal and "
            "mix_condition make it",
            model->d);
    }
    return mix_family_need(model->family, MIX_HAS_DISTRIBUTION, error);
}

static void distribution_call(sqlite3_context *context, int argc, sqlite3_value **argv) {
    const mix_binding *binding = sqlite3_user_data(context);
    const distribution_detail *detail = binding->function.detail;
    mixture_error error = {MIXTURE_OK, ""};
    mix_parsed *parsed = NULL;
    double number = 0, result = 0;
    if (!mix_function_check(context, argc)) {
        return;
    }
    mixture_status status = mix_connection_model(binding->connection, argv[0], &parsed, &error);
    bool asked = parsed != NULL && sqlite3_value_type(argv[1]) != SQLITE_NULL;
    if (status == MIXTURE_OK && parsed != NULL) {
        status = check_one_column(parsed->model, &error);
    }
    if (status == MIXTURE_OK && asked) {
        status = detail->read(argv[1], &number, &error);
    }
    if (status == MIXTURE_OK && asked) {
        mix_interrupt interrupt = mix_interrupt_ready(sqlite3_context_db_handle(context));
        const mix_cancel cancel = {mix_interrupt_poll, &interrupt};
        bool done = detail->answer(parsed->model, number, &cancel, &result);
        mix_interrupt_end(&interrupt);
        status = done ? MIXTURE_OK : MIXTURE_CANCELLED;
    }
    if (status != MIXTURE_OK) {
        error.status = status;
        mix_function_fail(context, &error);
    } else if (asked) {
        sqlite3_result_double(context, result);
    }
    mix_parsed_release(parsed);
}

/* clang-format off */
const mix_function mix_distribution_functions[] = {
    {"mix_marginal", "(model, columns)", 2, 2, MIX_PURE_JSON, marginal_call, NULL, NULL},
    {"mix_cdf", "(model, x)", 2, 2, MIX_PURE, distribution_call, NULL,
     &(const distribution_detail){read_x, answer_cdf}},
    {"mix_quantile", "(model, p)", 2, 2, MIX_PURE, distribution_call, NULL,
     &(const distribution_detail){read_p, mix_distribution_quantile}},
};
/* clang-format on */
const int mix_distribution_function_count = sizeof mix_distribution_functions / sizeof *mix_distribution_functions;
