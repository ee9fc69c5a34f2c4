/* function.c: what all functions share. */
#include "function.h"

#include "error.h"
#include "memory.h"

static void free_json(void *json) {
    mix_memory_free(json);
}

bool mix_function_check(sqlite3_context *context, int argc) {
    const mix_function *function = ((mix_binding *)sqlite3_user_data(context))->function;
    if (argc >= function->least && (function->most < 0 || argc <= function->most)) {
        return true;
    }
    mixture_error error;
    (void)mix_error_invalid(&error, "%d argument%s given; expected %s", argc, argc == 1 ? "" : "s",
                            function->usage);
    mix_arguments_fail(context, function->name, &error);
    return false;
}

void *mix_function_state(sqlite3_context *context, int argc, size_t size) {
    bool *failed = sqlite3_aggregate_context(context, (int)size);
    if (failed == NULL) {
        sqlite3_result_error_nomem(context);
        return NULL;
    }
    if (!*failed) {
        *failed = !mix_function_check(context, argc);
        return *failed ? NULL : failed;
    }
    return NULL;
}

void mix_function_json(sqlite3_context *context, mix_json_writer *writer) {
    size_t length;
    char *json = mix_json_finish(writer, &length);
    if (json == NULL) {
        sqlite3_result_error_nomem(context);
        return;
    }
    sqlite3_result_text64(context, json, length, free_json, SQLITE_UTF8);
    sqlite3_result_subtype(context, MIX_SUBTYPE_JSON);
}
