/* aggregate.c: SQLite's calls for an aggregate, led to what its table says. */
#include "aggregate.h"

#include <string.h>

#include "clock.h"
#include "describe.h"
#include "error.h"
#include "json_argument.h"
#include "memory.h"

/* ---- A group begins and ends ----------------------------------------------------------------------------- */

/* Ask whether to stop; and tell how far the work is, now and then. */
static bool aggregate_stops(void *host) {
    mix_group *group = host;
    bool stops = mix_interrupt_poll(&group->interrupt);
    mix_running_tell(&group->running, group->interrupt.now);
    return stops;
}

/* Be known to run, and ready to ask; a group stays where it is as long as it lasts. */
static void aggregate_begin(mix_group *group, sqlite3 *db) {
    mix_running_begin(&group->running, group->function->name);
    group->interrupt = mix_interrupt_ready_since(db, group->running.watch.begun);
    group->cancel = (mix_cancel){aggregate_stops, group};
}

/* The group of a row that comes in or goes out; NULL when there is nothing more to do: memory ran out or the
** number of arguments is wrong, which has been said, or an earlier row failed. */
static mix_group *aggregate_group(sqlite3_context *context, int argc, sqlite3_value **argv) {
    const mix_function *function = &((mix_binding *)sqlite3_user_data(context))->function;
    mix_group *group = sqlite3_aggregate_context(context, (int)function->aggregate->size);
    if (group == NULL) {
        sqlite3_result_error_nomem(context);
        return NULL;
    }
    if (group->function == NULL) {
        group->function = function;
        group->over = !mix_function_check(context, argc);
        if (!group->over) {
            aggregate_begin(group, sqlite3_context_db_handle(context));
        }
    }
    group->argc = argc;
    group->argv = argv;
    return group->over ? NULL : group;
}

/* Before SQLite goes on: no statement of ours is left open in between. */
static void aggregate_rest(mix_group *group) {
    if (group->interrupt.begun) {
        mix_interrupt_end(&group->interrupt);
    }
}

/* Free what was made of the rows; the state is all 0 again behind the group. */
static void aggregate_clear(mix_group *group) {
    const mix_aggregate *aggregate = group->function->aggregate;
    aggregate->clear(group);
    mix_parsed_release(group->parsed);
    mix_memory_free(group->options);
    memset((char *)group + sizeof *group, 0, aggregate->size - sizeof *group);
    group->parsed = NULL;
    group->options = NULL;
    group->options_length = 0;
    group->started = false;
}

static void aggregate_end(mix_group *group) {
    const mix_function *function = group->function;
    mix_running_end(&group->running);
    aggregate_clear(group);
    mix_window_rows_clear(&group->window.rows);
    mixture_model_free(group->window.before);
    mix_memory_free(group->window.answer);
    memset(group, 0, function->aggregate->size);
    group->function = function;
    group->over = true;
}

static void aggregate_fail(sqlite3_context *context, mix_group *group, mixture_status status,
                           mixture_error *error) {
    aggregate_end(group);
    error->status = status;
    mix_function_fail(context, error);
}

enum { ROWS_BETWEEN_LINES = 4096 }; /* at least: the clock is not looked at for each */

/* Work of a row that is taken in once more, as mix_turns counts it. */
#define TURNS_OF_A_ROW 1000.0

/* ---- Rows ------------------------------------------------------------------------------------------------ */

/* Whether the model, which was asked for, is NULL. */
static bool aggregate_is_null(const mix_group *group) {
    return group->function->aggregate->model && group->parsed == NULL;
}

static mixture_status aggregate_model(mix_group *group, mix_connection *connection, mixture_error *error) {
    return group->started ? mix_arguments_same_model(group->parsed, group->argv[0], group->row, error)
                          : mix_connection_model(connection, group->argv[0], &group->parsed, error);
}

/* A row goes into the state. */
static mixture_status aggregate_take(mix_group *group, mix_connection *connection, mixture_error *error) {
    const mix_aggregate *aggregate = group->function->aggregate;
    mixture_status status = aggregate->model ? aggregate_model(group, connection, error) : MIXTURE_OK;
    mixture_status (*before)(void *, mixture_error *) = group->started ? aggregate->same : aggregate->start;
    group->started = true;
    if (status != MIXTURE_OK || aggregate_is_null(group)) {
        return status;
    }
    if (before != NULL) {
        status = before(group, error);
    }
    return status == MIXTURE_OK ? aggregate->row(group, error) : status;
}

/* Keep the row, in case that it will leave a frame. */
static mixture_status aggregate_keep(mix_group *group) {
    mix_window *window = &group->window;
    if (group->function->aggregate->inverse != NULL || window->untold) {
        return MIXTURE_OK;
    }
    if (!window->told && window->rows.count == MIX_MOST_UNTOLD) {
        mix_window_rows_clear(&window->rows);
        window->untold = true;
        return MIXTURE_OK;
    }
    return mix_window_rows_add(&window->rows, (size_t)group->argc, group->argv);
}

/* Rows come or go: what was said is over. */
static void aggregate_move(mix_window *window) {
    window->moves++;
    window->last_moves++;
    window->answered = false;
}

static mixture_status aggregate_untold(mixture_error *error) {
    return mix_error_invalid(error,
                             "a frame had more than %d rows before its first result and changes afterwards; "
                             "expected fewer, as in ROWS n PRECEDING",
                             MIX_MOST_UNTOLD);
}

static mixture_status aggregate_row(mix_group *group, mix_connection *connection, mixture_error *error) {
    group->row++;
    mix_watch_count(&group->running.watch, (size_t)group->row);
    if (group->row % ROWS_BETWEEN_LINES == 0) {
        mix_running_tell(&group->running, mix_clock());
    }
    aggregate_move(&group->window);
    if (aggregate_keep(group) != MIXTURE_OK) {
        return MIXTURE_NOMEM;
    }
    if (!group->window.stale) {
        return aggregate_take(group, connection, error);
    }
    return group->window.untold ? aggregate_untold(error) : MIXTURE_OK;
}

/* The oldest row goes. */
static mixture_status aggregate_leave(mix_group *group, mixture_error *error) {
    const mix_aggregate *aggregate = group->function->aggregate;
    group->left++;
    aggregate_move(&group->window);
    if (aggregate->inverse != NULL) {
        return aggregate_is_null(group) ? MIXTURE_OK : aggregate->inverse(group, error);
    }
    if (group->window.untold) {
        return aggregate_untold(error);
    }
    mix_window_rows_drop(&group->window.rows);
    group->window.stale = true;
    return MIXTURE_OK;
}

static void aggregate_step(sqlite3_context *context, int argc, sqlite3_value **argv) {
    const mix_binding *binding = sqlite3_user_data(context);
    mix_group *group = aggregate_group(context, argc, argv);
    mixture_error error; /* not cleared for each row */
    if (group != NULL) {
        mixture_status status = aggregate_row(group, binding->connection, &error);
        aggregate_rest(group);
        if (status != MIXTURE_OK) {
            aggregate_fail(context, group, status, &error);
        }
    }
}

static void aggregate_inverse(sqlite3_context *context, int argc, sqlite3_value **argv) {
    mix_group *group = aggregate_group(context, argc, argv);
    mixture_error error;
    if (group != NULL) {
        mixture_status status = aggregate_leave(group, &error);
        aggregate_rest(group);
        if (status != MIXTURE_OK) {
            aggregate_fail(context, group, status, &error);
        }
    }
}

mixture_status mix_aggregate_read_row(const mix_group *group, int count, mixture_error *error) {
    return mix_arguments_model_row(group->interrupt.db, group->parsed, count, group->argv + 1, 2, group->row,
                                   error);
}

mixture_status mix_aggregate_keep_options(mix_group *group, sqlite3_value *options) {
    if (options == NULL || sqlite3_value_type(options) == SQLITE_NULL) {
        return MIXTURE_OK;
    }
    const char *text = mix_json_argument(options, &group->options_length);
    group->options = text != NULL ? mix_memory_array(group->options_length, 1) : NULL;
    if (group->options == NULL) {
        return MIXTURE_NOMEM;
    }
    memcpy(group->options, text, group->options_length);
    return MIXTURE_OK;
}

mixture_status mix_aggregate_same_options(const mix_group *group, sqlite3_value *options, int place,
                                          sqlite3_value *found, mixture_error *error) {
    bool none = options == NULL || sqlite3_value_type(options) == SQLITE_NULL;
    if (none && group->options == NULL) {
        return MIXTURE_OK;
    }
    if (!none && group->options != NULL) {
        size_t length;
        const char *text = mix_json_argument(options, &length);
        if (text == NULL) {
            return MIXTURE_NOMEM;
        }
        if (length == group->options_length && memcmp(text, group->options, group->options_length) == 0) {
            return MIXTURE_OK;
        }
    }
    char said[MIX_SAID_BYTES];
    return mix_error_invalid(error, "argument %d (options) changes%s%s in row %llu; expected the same in all rows",
                             place, found != NULL ? " to " : "",
                             found != NULL ? mix_describe_value(found, said) : "", (unsigned long long)group->row);
}

/* ---- The result -------------------------------------------------------------------------------------------- */

static void free_answer(void *text) {
    mix_memory_free(text);
}

static mixture_status aggregate_say(sqlite3_context *context, const char *text, size_t length) {
    char *copy = mix_memory_array(length, 1);
    if (copy == NULL) {
        return MIXTURE_NOMEM;
    }
    memcpy(copy, text, length);
    sqlite3_result_text64(context, copy, length, free_answer, SQLITE_UTF8);
    sqlite3_result_subtype(context, MIX_SUBTYPE_JSON);
    return MIXTURE_OK;
}

mixture_status mix_aggregate_json(mix_group *group, sqlite3_context *context, mix_json_writer *writer) {
    mix_window *window = &group->window;
    if (!window->told) {
        mix_function_json(context, writer);
        return MIXTURE_OK;
    }
    mix_memory_free(window->answer);
    window->answer = mix_json_finish(writer, &window->length);
    if (window->answer == NULL) {
        return writer->turns.over ? MIXTURE_CANCELLED : MIXTURE_NOMEM;
    }
    return aggregate_say(context, window->answer, window->length);
}

/* The state of the rows that are in the frame, from nothing. */
static mixture_status aggregate_renew(mix_group *group, mix_connection *connection, mixture_error *error) {
    mix_window_rows *rows = &group->window.rows;
    mix_turns turns = {.cancel = &group->cancel};
    uint64_t row = group->row;
    mixture_status status = group->window.untold ? aggregate_untold(error) : MIXTURE_OK;
    aggregate_clear(group);
    group->argc = (int)rows->argc;
    for (size_t i = 0; i < rows->count && status == MIXTURE_OK; i++) {
        group->argv = mix_window_rows_at(rows, i);
        group->row = group->left + i + 1;
        status = aggregate_take(group, connection, error);
        if (status == MIXTURE_OK && mix_turns_over(&turns, TURNS_OF_A_ROW)) {
            status = MIXTURE_CANCELLED;
        }
    }
    group->row = row;
    group->window.stale = false;
    return status;
}

static mixture_status aggregate_make(sqlite3_context *context, mix_group *group, mixture_error *error) {
    const mix_aggregate *aggregate = group->function->aggregate;
    const mix_binding *binding = sqlite3_user_data(context);
    mix_window *window = &group->window;
    if (group->row == group->left) {
        return MIXTURE_OK; /* NULL */
    }
    if (aggregate->slow && mix_cancelled(&group->cancel)) {
        return MIXTURE_CANCELLED;
    }
    if (window->answered && window->answer != NULL) {
        return aggregate_say(context, window->answer, window->length);
    }
    mixture_status status = window->stale ? aggregate_renew(group, binding->connection, error) : MIXTURE_OK;
    if (status != MIXTURE_OK || aggregate_is_null(group)) {
        return status;
    }
    if (!window->told) {
        mix_watch_phase(&group->running.watch, "result", 0);
    }
    mix_memory_free(window->answer);
    window->answer = NULL;
    window->stale = !aggregate->lasting && aggregate->inverse == NULL;
    status = aggregate->value(group, context, error);
    window->answered = true;
    window->last_moves = 0;
    return status;
}

/* Make the result and go on, unless there was an error. */
static void aggregate_result(sqlite3_context *context, mix_group *group) {
    mixture_error error;
    if (group != NULL && !group->over) {
        mixture_status status = aggregate_make(context, group, &error);
        aggregate_rest(group);
        if (status != MIXTURE_OK) {
            aggregate_fail(context, group, status, &error);
        }
    }
}

/* Of a window's frame, while rows come and go. */
static void aggregate_value(sqlite3_context *context) {
    mix_group *group = sqlite3_aggregate_context(context, 0);
    if (group != NULL) {
        group->window.told = true;
    }
    aggregate_result(context, group);
}

/* Also called to clean up after a query that has died, and after the last frame of a window, whose results have
** all been asked for before. */
static void aggregate_final(sqlite3_context *context) {
    mix_group *group = sqlite3_aggregate_context(context, 0);
    if (group != NULL && !group->window.told) {
        aggregate_result(context, group);
    }
    if (group != NULL && !group->over) {
        aggregate_end(group);
    }
}

int mix_aggregate_register(sqlite3 *db, mix_connection *connection, const mix_function *function) {
    mix_binding *binding = mix_function_bind(connection, function);
    if (binding == NULL) {
        return SQLITE_NOMEM;
    }
    /* The binding is released by SQLite even when this fails. */
    return sqlite3_create_window_function(db, function->name, mix_function_arguments(function), function->flags,
                                          binding, aggregate_step, aggregate_final, aggregate_value,
                                          aggregate_inverse, mix_function_unbind);
}
