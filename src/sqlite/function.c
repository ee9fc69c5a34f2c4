/* function.c: what all functions share. */
#include "function.h"

#include <stdio.h>

#include "error.h"
#include "memory.h"

/* ---- Registering ----------------------------------------------------------------------------------------- */

mix_binding *mix_function_bind(mix_connection *connection, const mix_function *function) {
    mix_binding *binding = mix_memory_array(1, sizeof *binding);
    if (binding != NULL) {
        *binding = (mix_binding){mix_connection_hold(connection), *function};
    }
    return binding;
}

void mix_function_unbind(void *pointer) {
    mix_binding *binding = pointer;
    mix_connection *connection = binding->connection;
    mix_memory_free(binding);
    mix_connection_release(connection);
}

int mix_function_arguments(const mix_function *function) {
    return function->least == function->most ? function->most : -1;
}

int mix_function_register(sqlite3 *db, mix_connection *connection, const mix_function *function) {
    mix_binding *binding = mix_function_bind(connection, function);
    if (binding == NULL) {
        return SQLITE_NOMEM;
    }
    /* The binding is released by SQLite even when this fails. */
    return sqlite3_create_function_v2(db, function->name, mix_function_arguments(function), function->flags,
                                      binding, function->call, NULL, NULL, mix_function_unbind);
}

/* ---- Running --------------------------------------------------------------------------------------------- */

bool mix_function_check(sqlite3_context *context, int argc) {
    const mix_function *function = &((mix_binding *)sqlite3_user_data(context))->function;
    if (argc >= function->least && (function->most < 0 || argc <= function->most)) {
        return true;
    }
    mixture_error error;
    (void)mix_error_invalid(&error, "%d argument%s given; expected %s%s", argc, argc == 1 ? "" : "s",
                            function->name, function->usage);
    mix_function_fail(context, &error);
    return false;
}

void mix_function_fail(sqlite3_context *context, const mixture_error *error) {
    const mix_function *function = &((mix_binding *)sqlite3_user_data(context))->function;
    switch (error->status) {
    case MIXTURE_NOMEM:
        sqlite3_result_error_nomem(context);
        return;
    case MIXTURE_CANCELLED:
        sqlite3_result_error_code(context, SQLITE_INTERRUPT);
        return;
    default: {
        char text[sizeof error->text + 60];
        snprintf(text, sizeof text, "%s: %s", function->name, error->text);
        sqlite3_result_error(context, text, -1);
    }
    }
}

static void free_json(void *json) {
    mix_memory_free(json);
}

void mix_function_json(sqlite3_context *context, mix_json_writer *writer) {
    size_t length;
    char *json = mix_json_finish(writer, &length);
    if (json == NULL && writer->turns.over) {
        sqlite3_result_error_code(context, SQLITE_INTERRUPT);
        return;
    }
    if (json == NULL) {
        sqlite3_result_error_nomem(context);
        return;
    }
    sqlite3_result_text64(context, json, length, free_json, SQLITE_UTF8);
    sqlite3_result_subtype(context, MIX_SUBTYPE_JSON);
}
