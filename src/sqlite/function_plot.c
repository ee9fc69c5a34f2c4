/* function_plot.c: mix_plot over rows, mix_plot_model and mix_summary without. */
#include "plot.h"

#include <string.h>

#include "aggregate.h"
#include "error.h"
#include "interrupt.h"
#include "json_argument.h"
#include "jsonb.h"
#include "memory.h"
#include "packed_row.h"
#include "summary.h"

static void free_svg(void *svg) {
    mix_memory_free(svg);
}

/* The options in a value: NULL, or a value that is NULL, are the defaults. */
static mixture_status plot_read_options(const mixture_model *model, bool rows, int place, sqlite3_value *value,
                                        mix_plot_options *options, mixture_error *error) {
    const char *bytes;
    size_t length;
    mixture_status status = mix_json_argument_options(value, place, &bytes, &length, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    mixture_error inner = {MIXTURE_OK, ""};
    mix_jsonb_text json;
    status = mix_jsonb_open(bytes, length, NULL, &json, &inner);
    if (status == MIXTURE_OK) {
        status = mix_plot_options_read(json.text, json.length, model, rows, options, &inner);
        mix_jsonb_close(&json);
    }
    if (status != MIXTURE_INVALID) {
        return mix_error_status(error, status);
    }
    bool of_model = strncmp(inner.text, "argument 1", strlen("argument 1")) == 0;
    return of_model ? mix_error_invalid(error, "%s", inner.text)
                    : mix_error_invalid(error, "argument %d (options): %s", place, inner.text);
}

/* Draw and make the picture the function's result. */
static mixture_status plot_deliver(sqlite3_context *context, mix_plot *plot, const mix_cancel *cancel,
                                   mixture_error *error) {
    char *svg;
    size_t length;
    mixture_status status = mix_plot_draw(plot, cancel, &svg, &length, error);
    if (status == MIXTURE_OK) {
        sqlite3_result_text64(context, svg, length, free_svg, SQLITE_UTF8);
    }
    return status;
}

/* ---- mix_plot_model --------------------------------------------------------------------------------------- */

static mixture_status plot_model(sqlite3_context *context, const mixture_model *model,
                                 const mix_plot_options *options, mixture_error *error) {
    mix_plot *plot = mix_plot_new(model, options);
    if (plot == NULL) {
        return MIXTURE_NOMEM;
    }
    mix_interrupt interrupt = mix_interrupt_ready(sqlite3_context_db_handle(context));
    const mix_cancel cancel = {mix_interrupt_poll, &interrupt};
    mixture_status status = MIXTURE_CANCELLED;
    if (!mix_cancelled(&cancel)) {
        status = plot_deliver(context, plot, &cancel, error);
    }
    mix_interrupt_end(&interrupt);
    mix_plot_free(plot);
    return status;
}

static void plot_model_call(sqlite3_context *context, int argc, sqlite3_value **argv) {
    const mix_binding *binding = sqlite3_user_data(context);
    mixture_error error = {MIXTURE_OK, ""};
    mix_parsed *parsed = NULL;
    mix_plot_options options = {0};
    if (!mix_function_check(context, argc)) {
        return;
    }
    mixture_status status = mix_connection_model(binding->connection, argv[0], &parsed, &error);
    if (status == MIXTURE_OK && parsed != NULL) {
        status = plot_read_options(parsed->model, false, 2, argc > 1 ? argv[1] : NULL, &options, &error);
    }
    if (status == MIXTURE_OK && parsed != NULL) {
        status = plot_model(context, parsed->model, &options, &error);
    }
    if (status != MIXTURE_OK) {
        error.status = status;
        mix_function_fail(context, &error);
    }
    mix_plot_options_clear(&options);
    mix_parsed_release(parsed);
}

/* ---- mix_summary ------------------------------------------------------------------------------------------ */

static void summary_call(sqlite3_context *context, int argc, sqlite3_value **argv) {
    const mix_binding *binding = sqlite3_user_data(context);
    mixture_error error = {MIXTURE_OK, ""};
    mix_parsed *parsed = NULL;
    if (!mix_function_check(context, argc)) {
        return;
    }
    error.status = mix_connection_model(binding->connection, argv[0], &parsed, &error);
    size_t length;
    char *text = parsed != NULL ? mix_summary_write(parsed->model, &length) : NULL;
    if (text != NULL) {
        sqlite3_result_text64(context, text, length, free_svg, SQLITE_UTF8);
    } else if (error.status != MIXTURE_OK || parsed != NULL) {
        error.status = error.status != MIXTURE_OK ? error.status : MIXTURE_NOMEM;
        mix_function_fail(context, &error);
    }
    mix_parsed_release(parsed);
}

/* ---- mix_plot --------------------------------------------------------------------------------------------- */

typedef struct plot_state {
    mix_group group; /* first */
    int values;      /* arguments that are the row */
    mix_plot_options options;
    mix_plot *plot;
} plot_state;

static void plot_clear(void *pointer) {
    plot_state *state = pointer;
    mix_plot_free(state->plot);
    mix_plot_options_clear(&state->options);
}

/* The options among the arguments, NULL when there are none: the last when it is TEXT and no number, or NULL
** and one more than the row needs. */
static sqlite3_value *plot_options_argument(const mix_group *group) {
    sqlite3_value *last = group->argv[group->argc - 1];
    int type = sqlite3_value_type(last);
    bool packed = group->argc == 3 && mix_packed_row_is(group->argv + 1, 1);
    bool one_more = packed || (size_t)group->argc == group->parsed->model->d + 2;
    bool text = (type == SQLITE_TEXT && !mix_arguments_is_number(last)) || mix_json_argument_is_blob(last);
    return group->argc > 2 && (text || (type == SQLITE_NULL && one_more)) ? last : NULL;
}

static mixture_status plot_start(void *pointer, mixture_error *error) {
    plot_state *state = pointer;
    mix_group *group = &state->group;
    const mixture_model *model = group->parsed->model;
    sqlite3_value *options = plot_options_argument(group);
    state->values = group->argc - (options != NULL ? 2 : 1);
    mixture_status status = plot_read_options(model, true, group->argc, options, &state->options, error);
    if (status == MIXTURE_OK) {
        status = mix_aggregate_keep_options(group, options);
    }
    if (status == MIXTURE_OK) {
        state->plot = mix_plot_new(model, &state->options);
        status = state->plot != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    }
    return status;
}

static mixture_status plot_same(void *pointer, mixture_error *error) {
    const plot_state *state = pointer;
    const mix_group *group = &state->group;
    return mix_aggregate_same_options(group, plot_options_argument(group), group->argc, NULL, error);
}

static mixture_status plot_row(void *pointer, mixture_error *error) {
    plot_state *state = pointer;
    mixture_status status = mix_aggregate_read_row(&state->group, state->values, error);
    return status == MIXTURE_OK ? mix_plot_add(state->plot, state->group.parsed->x) : status;
}

static mixture_status plot_value(void *pointer, sqlite3_context *context, mixture_error *error) {
    plot_state *state = pointer;
    bool rows = mix_plot_rows(state->plot) > 0; /* else NULL */
    return rows ? plot_deliver(context, state->plot, &state->group.cancel, error) : MIXTURE_OK;
}

static const mix_aggregate plot_aggregate = {
    .size = sizeof(plot_state),
    .model = true,
    .slow = true,
    .start = plot_start,
    .same = plot_same,
    .row = plot_row,
    .value = plot_value,
    .clear = plot_clear,
};

/* clang-format off */
const mix_function mix_plot_functions[] = {
    {"mix_plot", "(model, x... [, options])", 2, -1, MIX_INNOCUOUS, NULL, &plot_aggregate, NULL},
    {"mix_plot_model", "(model [, options])", 1, 2, MIX_PURE, plot_model_call, NULL, NULL},
    {"mix_summary", "(model)", 1, 1, MIX_PURE, summary_call, NULL, NULL},
};
/* clang-format on */
const int mix_plot_function_count = sizeof mix_plot_functions / sizeof *mix_plot_functions;
