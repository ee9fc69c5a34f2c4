/* function_plot.c: mix_plot over rows and mix_plot_model without. */
#include "plot.h"

#include <string.h>

#include "describe.h"
#include "error.h"
#include "function.h"
#include "interrupt.h"
#include "memory.h"

static void free_svg(void *svg) {
    mix_memory_free(svg);
}

/* The options in a value: NULL, or a value that is NULL, are the defaults. */
static mixture_status read_options(const mixture_model *model, bool rows, int place, sqlite3_value *value,
                                   mix_plot_options *options, mixture_error *error) {
    const char *text = NULL;
    size_t length = 0;
    if (value != NULL && sqlite3_value_type(value) != SQLITE_NULL) {
        if (sqlite3_value_type(value) != SQLITE_TEXT) {
            char said[MIX_SAID_BYTES];
            return mix_error_invalid(error, "argument %d (options) is %s; expected a JSON object", place,
                                     mix_describe_value(value, said));
        }
        text = (const char *)sqlite3_value_text(value);
        length = (size_t)sqlite3_value_bytes(value);
        if (text == NULL) {
            return mix_error_status(error, MIXTURE_NOMEM);
        }
    }
    mixture_error inner = {MIXTURE_OK, ""};
    mixture_status status = mix_plot_options_read(text, length, model, rows, options, &inner);
    if (status != MIXTURE_INVALID) {
        return mix_error_status(error, status);
    }
    bool of_model = strncmp(inner.text, "argument 1", strlen("argument 1")) == 0;
    return of_model ? mix_error_invalid(error, "%s", inner.text)
                    : mix_error_invalid(error, "argument %d (options): %s", place, inner.text);
}

/* Draw and make the picture the function's result. */
static void deliver(sqlite3_context *context, mix_plot *plot) {
    const mix_binding *binding = sqlite3_user_data(context);
    mixture_error error = {MIXTURE_CANCELLED, ""};
    mix_interrupt interrupt;
    bool interrupted;
    char *svg = NULL;
    size_t length = 0;
    mix_interrupt_begin(&interrupt, sqlite3_context_db_handle(context), &interrupted);
    if (!interrupted && !mix_interrupt_poll(&interrupt)) {
        mix_cancel cancel = {mix_interrupt_poll, &interrupt};
        error.status = mix_plot_draw(plot, &cancel, &svg, &length, &error);
    }
    mix_interrupt_end(&interrupt);
    if (error.status == MIXTURE_OK) {
        sqlite3_result_text64(context, svg, length, free_svg, SQLITE_UTF8);
    } else {
        mix_arguments_fail(context, binding->function->name, &error);
    }
}

/* ---- mix_plot_model ------------------------------------------------------------------------------------------ */

static void plot_model_call(sqlite3_context *context, int argc, sqlite3_value **argv) {
    mix_binding *binding = sqlite3_user_data(context);
    mixture_error error = {MIXTURE_OK, ""};
    mix_parsed *parsed = NULL;
    mix_plot_options options = {0};
    if (!mix_function_check(context, argc)) {
        return;
    }
    mixture_status status = mix_connection_model(binding->connection, argv[0], &parsed, &error);
    if (status == MIXTURE_OK && parsed != NULL) {
        status = read_options(parsed->model, false, 2, argc > 1 ? argv[1] : NULL, &options, &error);
    }
    if (status != MIXTURE_OK) {
        mix_arguments_fail(context, binding->function->name, &error);
    } else if (parsed != NULL) {
        mix_plot *plot = mix_plot_new(parsed->model, &options);
        if (plot != NULL) {
            deliver(context, plot);
        } else {
            sqlite3_result_error_nomem(context);
        }
        mix_plot_free(plot);
    }
    mix_plot_options_clear(&options);
    mix_parsed_release(parsed);
}

/* ---- mix_plot ------------------------------------------------------------------------------------------------ */

typedef struct plot_state {
    bool failed;        /* first: see mix_function_state */
    mix_parsed *parsed; /* NULL: the model is NULL */
    uint64_t row;
    int values; /* arguments that are the row */
    mix_plot_options options;
    char *options_text; /* of the first row; NULL: none */
    size_t options_length;
    mix_plot *plot;
} plot_state;

static void clear(plot_state *state) {
    mix_plot_free(state->plot);
    mix_plot_options_clear(&state->options);
    mix_memory_free(state->options_text);
    mix_parsed_release(state->parsed);
    bool failed = state->failed;
    memset(state, 0, sizeof *state);
    state->failed = failed;
}

/* The last argument is the options when it is TEXT, or when it is NULL and one more than the row needs. */
static int count_values(const mixture_model *model, int argc, sqlite3_value **argv) {
    int type = sqlite3_value_type(argv[argc - 1]);
    bool packed = argc == 3 && sqlite3_value_type(argv[1]) == SQLITE_BLOB;
    bool one_more = packed || (size_t)argc == model->d + 2;
    return argc > 2 && (type == SQLITE_TEXT || (type == SQLITE_NULL && one_more)) ? argc - 2 : argc - 1;
}

/* The first row says what the model and the options are. */
static mixture_status start(plot_state *state, mix_connection *connection, int argc, sqlite3_value **argv,
                            mixture_error *error) {
    mixture_status status = mix_connection_model(connection, argv[0], &state->parsed, error);
    if (status != MIXTURE_OK || state->parsed == NULL) {
        return status;
    }
    const mixture_model *model = state->parsed->model;
    state->values = count_values(model, argc, argv);
    sqlite3_value *options = state->values == argc - 2 ? argv[argc - 1] : NULL;
    status = read_options(model, true, argc, options, &state->options, error);
    if (status == MIXTURE_OK && options != NULL && sqlite3_value_type(options) == SQLITE_TEXT) {
        state->options_length = (size_t)sqlite3_value_bytes(options);
        state->options_text = mix_memory_array(state->options_length, 1);
        if (state->options_text == NULL) {
            return mix_error_status(error, MIXTURE_NOMEM);
        }
        memcpy(state->options_text, sqlite3_value_text(options), state->options_length);
    }
    if (status == MIXTURE_OK) {
        state->plot = mix_plot_new(model, &state->options);
        status = state->plot != NULL ? MIXTURE_OK : mix_error_status(error, MIXTURE_NOMEM);
    }
    return status;
}

/* Options must be those of the first row. */
static mixture_status check_options(const plot_state *state, int argc, sqlite3_value **argv,
                                    mixture_error *error) {
    int values = count_values(state->parsed->model, argc, argv);
    sqlite3_value *options = values == argc - 2 ? argv[argc - 1] : NULL;
    const char *text = NULL;
    size_t length = 0;
    if (options != NULL && sqlite3_value_type(options) == SQLITE_TEXT) {
        text = (const char *)sqlite3_value_text(options);
        length = (size_t)sqlite3_value_bytes(options);
    }
    bool same = (text == NULL) == (state->options_text == NULL) && length == state->options_length &&
                (text == NULL || memcmp(text, state->options_text, length) == 0);
    if (same) {
        return MIXTURE_OK;
    }
    return mix_error_invalid(error, "argument %d (options) changes in row %llu; expected the same in all rows",
                             argc, (unsigned long long)state->row);
}

static mixture_status add_row(plot_state *state, int argc, sqlite3_value **argv, mixture_error *error) {
    mixture_status status = MIXTURE_OK;
    if (state->row > 1) {
        status = mix_arguments_same_model(state->parsed, argv[0], state->row, error);
        if (status == MIXTURE_OK && state->parsed != NULL) {
            status = check_options(state, argc, argv, error);
        }
    }
    if (status == MIXTURE_OK && state->parsed != NULL) {
        status = mix_arguments_model_row(state->parsed, state->values, argv + 1, 2, state->row, error);
    }
    if (status == MIXTURE_OK && state->parsed != NULL) {
        status = mix_error_status(error, mix_plot_add(state->plot, state->parsed->x));
    }
    return status;
}

static void plot_step(sqlite3_context *context, int argc, sqlite3_value **argv) {
    mix_binding *binding = sqlite3_user_data(context);
    plot_state *state = mix_function_state(context, argc, sizeof *state);
    mixture_error error = {MIXTURE_OK, ""};
    if (state == NULL) {
        return;
    }
    mixture_status status = state->row++ == 0 ? start(state, binding->connection, argc, argv, &error) : MIXTURE_OK;
    if (status == MIXTURE_OK) {
        status = add_row(state, argc, argv, &error);
    }
    if (status != MIXTURE_OK) {
        state->failed = true;
        mix_arguments_fail(context, binding->function->name, &error);
    }
}

static void plot_final(sqlite3_context *context) {
    plot_state *state = sqlite3_aggregate_context(context, 0);
    if (state == NULL) {
        return;
    }
    if (!state->failed && state->plot != NULL && mix_plot_rows(state->plot) > 0) {
        deliver(context, state->plot);
    }
    clear(state);
}

/* clang-format off */
const mix_function mix_plot_functions[] = {
    {"mix_plot", "mix_plot(model, x... [, options])", 2, -1, SQLITE_UTF8 | SQLITE_INNOCUOUS, NULL, plot_step, plot_final, NULL},
    {"mix_plot_model", "mix_plot_model(model [, options])", 1, 2, MIX_PURE, plot_model_call, NULL, NULL, NULL},
};
/* clang-format on */
const int mix_plot_function_count = sizeof mix_plot_functions / sizeof *mix_plot_functions;
