/* function_names.c: names of a model's components: mix_rename gives them, mix_name asks for one. */
#include "describe.h"
#include "error.h"
#include "function.h"
#include "interrupt.h"
#include "memory.h"
#include "model.h"
#include "model_json.h"
#include "names_json.h"

/* ---- mix_rename -------------------------------------------------------------------------------------------- */

/* The names in a value: k of them in a JSON array; *names is NULL for NULL. The caller's to free, also after an
** error. */
static mixture_status read_new_names(sqlite3_value *value, size_t k, const mix_cancel *cancel, char ***names,
                                     mixture_error *error) {
    mix_json_document *document;
    mixture_error inner = {MIXTURE_OK, ""};
    if (sqlite3_value_type(value) == SQLITE_NULL) {
        return MIXTURE_OK;
    }
    if (sqlite3_value_type(value) != SQLITE_TEXT) {
        char said[MIX_SAID_BYTES];
        return mix_error_invalid(error, "argument 2 (names) is %s; expected a JSON array",
                                 mix_describe_value(value, said));
    }
    const char *text = (const char *)sqlite3_value_text(value);
    mixture_status status =
        text != NULL ? mix_json_parse_until(text, (size_t)sqlite3_value_bytes(value), cancel, &document, &inner)
                     : MIXTURE_NOMEM;
    if (status == MIXTURE_OK) {
        status = mix_names_json_read_components(mix_json_root(document), k, names, &inner);
        status = mix_json_stopped(document) ? MIXTURE_CANCELLED : status;
        mix_json_free(document);
    }
    return status == MIXTURE_INVALID ? mix_error_invalid(error, "argument 2 (names): %s", inner.text)
                                     : mix_error_status(error, status);
}

static void rename_call(sqlite3_context *context, int argc, sqlite3_value **argv) {
    const mix_binding *binding = sqlite3_user_data(context);
    mixture_error error = {MIXTURE_OK, ""};
    mix_parsed *parsed = NULL;
    char **names = NULL;
    if (!mix_function_check(context, argc)) {
        return;
    }
    mix_interrupt interrupt = mix_interrupt_ready(sqlite3_context_db_handle(context));
    const mix_cancel cancel = {mix_interrupt_poll, &interrupt};
    mixture_status status = mix_connection_model(binding->connection, argv[0], &parsed, &error);
    if (status == MIXTURE_OK && parsed != NULL) {
        status = read_new_names(argv[1], parsed->model->k, &cancel, &names, &error);
    }
    if (status == MIXTURE_OK && parsed != NULL) {
        mixture_model renamed = *parsed->model; /* borrowed, but for the names */
        renamed.names = names;
        mix_json_writer writer = {.turns = {.cancel = &cancel}};
        mix_model_json_write(&renamed, &writer);
        mix_function_json(context, &writer);
    }
    mix_interrupt_end(&interrupt);
    if (status != MIXTURE_OK) {
        error.status = status;
        mix_function_fail(context, &error);
    }
    mix_model_free_strings(names, parsed != NULL ? parsed->model->k : 0);
    mix_parsed_release(parsed);
}

/* ---- mix_name ---------------------------------------------------------------------------------------------- */

static void name_call(sqlite3_context *context, int argc, sqlite3_value **argv) {
    const mix_binding *binding = sqlite3_user_data(context);
    mixture_error error = {MIXTURE_OK, ""};
    mix_parsed *parsed = NULL;
    sqlite3_int64 component = 0;
    if (!mix_function_check(context, argc)) {
        return;
    }
    mixture_status status = mix_connection_model(binding->connection, argv[0], &parsed, &error);
    bool asked = parsed != NULL && sqlite3_value_type(argv[1]) != SQLITE_NULL;
    if (status == MIXTURE_OK && asked) {
        status =
            mix_arguments_integer(argv[1], 2, "component", 1, (sqlite3_int64)parsed->model->k, &component, &error);
    }
    if (status != MIXTURE_OK) {
        error.status = status;
        mix_function_fail(context, &error);
    } else if (asked && parsed->model->names != NULL) {
        sqlite3_result_text(context, parsed->model->names[component - 1], -1, SQLITE_TRANSIENT);
    }
    mix_parsed_release(parsed);
}

/* clang-format off */
const mix_function mix_name_functions[] = {
    {"mix_rename", "(model, names)", 2, 2, MIX_PURE_JSON, rename_call, NULL, NULL},
    {"mix_name", "(model, component)", 2, 2, MIX_PURE, name_call, NULL, NULL},
};
/* clang-format on */
const int mix_name_function_count = sizeof mix_name_functions / sizeof *mix_name_functions;
