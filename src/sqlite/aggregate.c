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

/* Be ready to ask; a group stays where it is as long as it lasts. */
static void aggregate_listen(mix_group *group, sqlite3 *db) {
    group->interrupt = mix_interrupt_ready(db);
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
        aggregate_listen(group, sqlite3_context_db_handle(context));
        if (!group->over) {
            mix_running_begin(&group->running, function->name);
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
        aggregate_listen(group, group->interrupt.db);
    }
}

static void aggregate_end(mix_group *group) {
    const mix_function *function = group->function;
    mix_running_end(&group->running);
    function->aggregate->clear(group);
    mix_parsed_release(group->parsed);
    mix_memory_free(group->options);
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

/* ---- Rows ------------------------------------------------------------------------------------------------ */

/* Whether the model, which was asked for, is NULL. */
static bool aggregate_is_null(const mix_group *group) {
    return group->function->aggregate->model && group->parsed == NULL;
}

static mixture_status aggregate_model(mix_group *group, mix_connection *connection, mixture_error *error) {
    return group->row == 1 ? mix_connection_model(connection, group->argv[0], &group->parsed, error)
                           : mix_arguments_same_model(group->parsed, group->argv[0], group->row, error);
}

static mixture_status aggregate_row(mix_group *group, mix_connection *connection, mixture_error *error) {
    const mix_aggregate *aggregate = group->function->aggregate;
    mixture_status status = MIXTURE_OK;
    group->row++;
    mix_watch_count(&group->running.watch, (size_t)group->row);
    if (group->row % ROWS_BETWEEN_LINES == 0) {
        mix_running_tell(&group->running, mix_clock());
    }
    if (aggregate->model) {
        status = aggregate_model(group, connection, error);
    }
    if (status != MIXTURE_OK || aggregate_is_null(group)) {
        return status;
    }
    mixture_status (*before)(void *, mixture_error *) = group->row == 1 ? aggregate->start : aggregate->same;
    if (before != NULL) {
        status = before(group, error);
    }
    return status == MIXTURE_OK ? aggregate->row(group, error) : status;
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
        group->left++;
        mixture_status status =
            aggregate_is_null(group) ? MIXTURE_OK : group->function->aggregate->inverse(group, &error);
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

static mixture_status aggregate_make(sqlite3_context *context, mix_group *group, mixture_error *error) {
    const mix_aggregate *aggregate = group->function->aggregate;
    if (group->row == group->left || aggregate_is_null(group)) {
        return MIXTURE_OK; /* NULL */
    }
    if (aggregate->slow && mix_cancelled(&group->cancel)) {
        return MIXTURE_CANCELLED;
    }
    if (aggregate->inverse == NULL) {
        mix_watch_phase(&group->running.watch, "result", 0);
    }
    return aggregate->value(group, context, error);
}

static void aggregate_value(sqlite3_context *context) {
    mix_group *group = sqlite3_aggregate_context(context, 0);
    mixture_error error;
    if (group != NULL && !group->over) {
        mixture_status status = aggregate_make(context, group, &error);
        aggregate_rest(group);
        if (status != MIXTURE_OK) {
            aggregate_fail(context, group, status, &error);
        }
    }
}

/* Also called to clean up after a query that has died. */
static void aggregate_final(sqlite3_context *context) {
    mix_group *group = sqlite3_aggregate_context(context, 0);
    aggregate_value(context);
    if (group != NULL && !group->over) {
        aggregate_end(group);
    }
}

int mix_aggregate_register(sqlite3 *db, mix_connection *connection, const mix_function *function) {
    bool window = function->aggregate->inverse != NULL;
    mix_binding *binding = mix_function_bind(connection, function);
    if (binding == NULL) {
        return SQLITE_NOMEM;
    }
    /* The binding is released by SQLite even when this fails. */
    return sqlite3_create_window_function(
        db, function->name, mix_function_arguments(function), function->flags, binding, aggregate_step,
        aggregate_final, window ? aggregate_value : NULL, window ? aggregate_inverse : NULL, mix_function_unbind);
}
