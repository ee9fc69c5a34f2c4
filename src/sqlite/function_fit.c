/* function_fit.c: gmm_fit, mmm_fit, gmm_select, mmm_select: rows into data, data into a model. */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "describe.h"
#include "error.h"
#include "family.h"
#include "function.h"
#include "interrupt.h"
#include "memory.h"
#include "model_json.h"
#include "number.h"
#include "options.h"
#include "options_json.h"

/* What tells the functions apart. */
typedef struct fit_kind {
    const mixture_family *family;
    bool select;
} fit_kind;

/* Name of the argument behind the row, and its bound. */
static const char *k_name(const fit_kind *kind) {
    return kind->select ? "kmax" : "k";
}

static sqlite3_int64 k_most(const fit_kind *kind) {
    return kind->select ? MIX_MAX_SELECT_K : INT64_MAX;
}

typedef struct fit_state {
    bool failed;      /* first: see mix_function_state */
    uint64_t rows;    /* seen */
    uint64_t skipped; /* for a NULL */
    sqlite3_int64 k;
    bool has_options;
    bool packed;        /* the first row came as one mix_row() */
    char *options_text; /* of the first row, to see whether it changes */
    size_t options_length;
    mix_fit_options options;
    mixture_data *data;
    char **names; /* of the data's columns, options.d */
    double *x;    /* the row at hand: all arguments before k */
} fit_state;

static void clear(fit_state *state) {
    for (size_t j = 0; state->names != NULL && j < state->options.d; j++) {
        mix_memory_free(state->names[j]);
    }
    mix_memory_free(state->names);
    mix_options_json_clear(&state->options);
    mixture_data_free(state->data);
    mix_memory_free(state->options_text);
    mix_memory_free(state->x);
    memset(state, 0, sizeof *state);
}

/* How many of the arguments are the row: all but k and, when the last one is TEXT, the options. */
static int row_arguments(int argc, sqlite3_value **argv) {
    return sqlite3_value_type(argv[argc - 1]) == SQLITE_TEXT ? argc - 2 : argc - 1;
}

/* Whether a text begins like a JSON object. */
static bool looks_like_object(const char *text) {
    return text != NULL && text[strspn(text, " \t\r\n")] == '{';
}

static mixture_status read_options(fit_state *state, const fit_kind *kind, size_t arguments, int place,
                                   sqlite3_value *value, mixture_error *error) {
    const char *text = NULL;
    if (value != NULL) {
        text = (const char *)sqlite3_value_text(value);
        size_t length = (size_t)sqlite3_value_bytes(value);
        state->options_text = mix_memory_array(length, 1);
        if (text == NULL || state->options_text == NULL) {
            return mix_error_status(error, MIXTURE_NOMEM);
        }
        memcpy(state->options_text, text, length);
        state->options_length = length;
        state->has_options = true;
    }
    mixture_error inner = {MIXTURE_OK, ""};
    const mix_options_target target = {kind->family, kind->select, (size_t)state->k, arguments};
    mixture_status status =
        mix_options_json_read(state->options_text, state->options_length, &target, &state->options, &inner);
    if (status == MIXTURE_INVALID) {
        return mix_error_invalid(error, "argument %d (options): %s", place, inner.text);
    }
    return mix_error_status(error, status);
}

/* Name of an argument, for errors. */
static const char *argument_name(const fit_state *state, size_t j, char buffer[32]) {
    if (state->options.columns != NULL) {
        return state->options.columns[j];
    }
    snprintf(buffer, 32, "x%zu", j + 1);
    return buffer;
}

/* Names of the data's columns: what is left without weight and label. */
static bool take_names(fit_state *state) {
    const mix_fit_options *options = &state->options;
    size_t kept = 0;
    state->names = mix_memory_zeros(options->d, sizeof *state->names);
    for (size_t j = 0; state->names != NULL && j < options->arguments; j++) {
        if (j + 1 != options->weight && j + 1 != options->label) {
            char name[32];
            state->names[kept] = mix_memory_string(argument_name(state, j, name));
            if (state->names[kept++] == NULL) {
                return false;
            }
        }
    }
    return state->names != NULL;
}

/* The first row says how many columns there are, k and the options. */
static mixture_status start(fit_state *state, const fit_kind *kind, int argc, sqlite3_value **argv,
                            mixture_error *error) {
    int count = row_arguments(argc, argv);
    sqlite3_value *options = count == argc - 2 ? argv[argc - 1] : NULL;
    if (count < 1) {
        char said[MIX_SAID_BYTES];
        return mix_error_invalid(error,
                                 "argument %d is %s and argument 1 would be %s; expected x1, ..., xd, %s [, "
                                 "options]",
                                 argc, mix_describe_value(argv[argc - 1], said), k_name(kind), k_name(kind));
    }
    size_t arguments = mix_arguments_columns(argv, count);
    state->packed = count == 1 && sqlite3_value_type(argv[0]) == SQLITE_BLOB;
    if (arguments == 0) {
        char said[MIX_SAID_BYTES];
        return mix_error_invalid(error, "argument 1 is %s; expected a number or mix_row()",
                                 mix_describe_value(argv[0], said));
    }
    mixture_status status =
        mix_arguments_integer(argv[count], count + 1, k_name(kind), 1, k_most(kind), &state->k, error);
    if (options != NULL && !looks_like_object((const char *)sqlite3_value_text(options))) {
        char said[MIX_SAID_BYTES]; /* as likely k in words as options */
        return mix_error_invalid(error,
                                 "argument %d is %s; expected %s, an integer >= 1, or options, a JSON object",
                                 argc, mix_describe_value(options, said), k_name(kind));
    }
    if (status == MIXTURE_OK) {
        status = read_options(state, kind, arguments, argc, options, error);
    }
    if (status == MIXTURE_OK) {
        unsigned extras =
            (state->options.weight ? MIXTURE_WEIGHTED : 0) | (state->options.label ? MIXTURE_LABELLED : 0);
        state->data = mixture_data_new(state->options.d, extras);
        state->x = mix_memory_array(arguments, sizeof(double));
        bool full = state->data != NULL && state->x != NULL && take_names(state);
        status = full ? MIXTURE_OK : mix_error_status(error, MIXTURE_NOMEM);
    }
    return status;
}

/* k and options must be those of the first row. */
static mixture_status check_constant(const fit_state *state, const fit_kind *kind, int argc, sqlite3_value **argv,
                                     mixture_error *error) {
    int count = row_arguments(argc, argv);
    bool has_options = count == argc - 2;
    char said[MIX_SAID_BYTES];
    sqlite3_value *k = argv[argc - 1 - state->has_options];
    if (has_options == state->has_options) {
        if (sqlite3_value_type(k) != SQLITE_INTEGER || sqlite3_value_int64(k) != state->k) {
            sqlite3_int64 again;
            mixture_status status =
                mix_arguments_integer(k, count + 1, k_name(kind), 1, k_most(kind), &again, error);
            if (status != MIXTURE_OK || again == state->k) {
                return status;
            }
            return mix_error_invalid(
                error,
                "argument %d (%s) changes from %lld to %lld in row %llu; expected the same in "
                "all rows",
                count + 1, k_name(kind), (long long)state->k, (long long)again, (unsigned long long)state->rows);
        }
        if (!has_options) {
            return MIXTURE_OK;
        }
        const unsigned char *text = sqlite3_value_text(argv[argc - 1]);
        if (text == NULL) {
            return mix_error_status(error, MIXTURE_NOMEM);
        }
        if ((size_t)sqlite3_value_bytes(argv[argc - 1]) == state->options_length &&
            memcmp(text, state->options_text, state->options_length) == 0) {
            return MIXTURE_OK;
        }
    }
    return mix_error_invalid(error,
                             "argument %d (options) changes to %s in row %llu; expected the same in all rows",
                             argc, mix_describe_value(argv[argc - 1], said), (unsigned long long)state->rows);
}

static mixture_status wrong_number(const fit_state *state, size_t j, const char *expected, mixture_error *error) {
    char name[32], number[MIX_JSON_NUMBER_BYTES] = "NULL";
    if (!isnan(state->x[j])) {
        (void)mix_json_format_double(state->x[j], number);
    }
    return mix_error_invalid(error, "%s %zu (%.30s) is %s in row %llu; expected %s",
                             state->packed ? "value" : "argument", j + 1, argument_name(state, j, name), number,
                             (unsigned long long)state->rows, expected);
}

/* Take weight and label out of the row at hand, which keeps the data's values only. */
static mixture_status take_extras(fit_state *state, double *weight, int *label, mixture_error *error) {
    const mix_fit_options *options = &state->options;
    double *x = state->x;
    *weight = 1;
    *label = 0;
    if (options->d == options->arguments) {
        return MIXTURE_OK;
    }
    if (options->weight != 0) {
        *weight = x[options->weight - 1];
        if (!(*weight >= 0)) {
            return wrong_number(state, options->weight - 1, "a weight >= 0", error);
        }
    }
    if (options->label != 0 && !isnan(x[options->label - 1])) {
        double known = x[options->label - 1];
        long long most = options->options.k < INT_MAX ? (long long)options->options.k : INT_MAX;
        if (!(known >= 1 && known <= (double)most && known == floor(known))) {
            char expected[80];
            snprintf(expected, sizeof expected, "a component from 1 to %lld, or NULL for unknown", most);
            return wrong_number(state, options->label - 1, expected, error);
        }
        *label = (int)known;
    }
    size_t kept = 0;
    for (size_t j = 0; j < options->arguments; j++) {
        if (j + 1 != options->weight && j + 1 != options->label) {
            x[kept++] = x[j];
        }
    }
    return MIXTURE_OK;
}

/* The family must accept the data's values. */
static mixture_status check_values(const fit_state *state, const mixture_family *family, mixture_error *error) {
    const mix_shape shape = {.family = family, .k = 1, .d = state->options.d};
    for (size_t j = 0, column = 0; j < state->options.arguments; j++) {
        bool data = j + 1 != state->options.weight && j + 1 != state->options.label;
        const char *expected = data ? mix_family_refusal(&shape, column++, state->x[j]) : NULL;
        if (expected != NULL) {
            return wrong_number(state, j, expected, error);
        }
    }
    return MIXTURE_OK;
}

static mixture_status add_row(fit_state *state, const fit_kind *kind, int argc, sqlite3_value **argv,
                              mixture_error *error) {
    mix_row_arguments row = {argv,
                             argc - 1 - state->has_options,
                             1,
                             state->options.arguments,
                             (const char *const *)state->options.columns,
                             state->rows};
    double weight;
    int label;
    mixture_status status = mix_arguments_row(&row, state->x, error);
    if (status == MIXTURE_OK) {
        status = check_values(state, kind->family, error);
    }
    if (status == MIXTURE_OK) {
        status = take_extras(state, &weight, &label, error);
    }
    if (status != MIXTURE_OK) {
        return status;
    }
    for (size_t j = 0; j < state->options.d; j++) {
        if (isnan(state->x[j])) {
            state->skipped++;
            return MIXTURE_OK;
        }
    }
    return mix_error_status(error, mixture_data_append(state->data, state->x, weight, label));
}

static void fit_step(sqlite3_context *context, int argc, sqlite3_value **argv) {
    const mix_function *function = ((mix_binding *)sqlite3_user_data(context))->function;
    fit_state *state = mix_function_state(context, argc, sizeof *state);
    if (state == NULL) {
        return;
    }
    mixture_error error; /* not all of it is cleared for each row */
    mixture_status status = mix_error_status(&error, MIXTURE_OK);
    status = state->rows++ == 0 ? start(state, function->detail, argc, argv, &error)
                                : check_constant(state, function->detail, argc, argv, &error);
    if (status == MIXTURE_OK) {
        status = add_row(state, function->detail, argc, argv, &error);
    }
    if (status != MIXTURE_OK) {
        clear(state);
        state->failed = true;
        mix_arguments_fail(context, function->name, &error);
    }
}

static void deliver(sqlite3_context *context, fit_state *state, mixture_model *model) {
    model->skipped = state->skipped;
    model->columns = state->names; /* moved */
    state->names = NULL;
    mix_json_writer writer = {0};
    mix_model_json_write(model, &writer);
    mix_function_json(context, &writer);
}

static mixture_status fit_or_select(const fit_kind *kind, fit_state *state, mixture_model **model,
                                    mixture_error *error) {
    const mix_fit_options *options = &state->options;
    return kind->select
               ? mixture_select(kind->family, state->data, &options->options, &options->choices, model, error)
               : mixture_fit(kind->family, state->data, &options->options, model, error);
}

static void fit_final(sqlite3_context *context) {
    const mix_function *function = ((mix_binding *)sqlite3_user_data(context))->function;
    fit_state *state = sqlite3_aggregate_context(context, 0);
    if (state == NULL || state->failed) {
        return;
    }
    if (mixture_data_rows(state->data) == 0) {
        clear(state);
        return; /* NULL */
    }
    mix_interrupt interrupt;
    bool interrupted;
    mixture_error error = {MIXTURE_OK, ""};
    mixture_model *model = NULL;
    mixture_status status = MIXTURE_CANCELLED;
    /* This is also called to clean up after a query that has died: then the first question ends it. */
    mix_interrupt_begin(&interrupt, sqlite3_context_db_handle(context), &interrupted);
    if (!interrupted && !mix_interrupt_poll(&interrupt)) {
        state->options.options.cancel = mix_interrupt_poll;
        state->options.options.host = &interrupt;
        state->options.options.columns = (const char *const *)state->names;
        status = fit_or_select(function->detail, state, &model, &error);
    }
    mix_interrupt_end(&interrupt);
    error.status = status;
    if (status == MIXTURE_OK) {
        deliver(context, state, model);
    } else {
        mix_arguments_fail(context, function->name, &error);
    }
    mixture_model_free(model);
    clear(state);
}

#define FLAGS (SQLITE_UTF8 | SQLITE_INNOCUOUS | SQLITE_RESULT_SUBTYPE)

static const fit_kind gaussian_fit = {&mixture_gaussian, false}, gaussian_select = {&mixture_gaussian, true},
                      multinomial_fit = {&mixture_multinomial, false},
                      multinomial_select = {&mixture_multinomial, true};

/* clang-format off */
const mix_function mix_fit_functions[] = {
    {"gmm_fit", "gmm_fit(x1, ..., xd, k [, options])", 2, -1, FLAGS, NULL, fit_step, fit_final, &gaussian_fit},
    {"mmm_fit", "mmm_fit(n1, ..., nd, k [, options])", 2, -1, FLAGS, NULL, fit_step, fit_final, &multinomial_fit},
    {"gmm_select", "gmm_select(x1, ..., xd, kmax [, options])", 2, -1, FLAGS, NULL, fit_step, fit_final, &gaussian_select},
    {"mmm_select", "mmm_select(n1, ..., nd, kmax [, options])", 2, -1, FLAGS, NULL, fit_step, fit_final, &multinomial_select},
};
/* clang-format on */
const int mix_fit_function_count = sizeof mix_fit_functions / sizeof *mix_fit_functions;
