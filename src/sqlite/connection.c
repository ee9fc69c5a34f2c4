/* connection.c: the model in a value, and its answers. */
#include "connection.h"

#include <string.h>

#include "describe.h"
#include "error.h"
#include "hash.h"
#include "interrupt.h"
#include "json_argument.h"
#include "library.h"
#include "memory.h"
#include "noise.h"

mix_connection *mix_connection_new(sqlite3 *db) {
    mix_connection *connection = mix_memory_zeros(1, sizeof *connection);
    if (connection != NULL) {
        connection->db = db;
        connection->references = 1;
        connection->models.most_bytes = MIX_MODEL_CACHE_BYTES;
        mix_library_stay();
    }
    return connection;
}

mix_connection *mix_connection_hold(mix_connection *connection) {
    connection->references++;
    return connection;
}

void mix_connection_release(mix_connection *connection) {
    if (--connection->references == 0) {
        mix_model_cache_clear(&connection->models);
        mix_memory_free(connection);
        mix_library_leave();
    }
}

uint64_t mix_parsed_hash(mix_parsed *parsed) {
    if (parsed->text_hash == 0) {
        parsed->text_hash = mix_hash_bytes(MIX_HASH_BEGIN, parsed->text, parsed->length);
    }
    return parsed->text_hash;
}

size_t mix_parsed_likeliest(const mix_parsed *parsed) {
    size_t best = 0;
    for (size_t c = 1; c < parsed->model->k; c++) {
        best = parsed->resp[c] > parsed->resp[best] ? c : best;
    }
    return best;
}

sqlite3_int64 mix_parsed_component(const mix_parsed *parsed) {
    size_t best = mix_parsed_likeliest(parsed);
    bool noise = parsed->model->noisy && mix_noise_share(parsed->model, parsed->resp) > parsed->resp[best];
    return noise ? 0 : (sqlite3_int64)best + 1;
}

bool mix_parsed_same(const mix_parsed *parsed, sqlite3_value *value) {
    if (parsed == NULL) {
        return sqlite3_value_type(value) == SQLITE_NULL;
    }
    size_t length;
    const char *text = mix_json_argument(value, &length);
    return text != NULL && length == parsed->length && memcmp(text, parsed->text, length) == 0;
}

mixture_status mix_connection_model(mix_connection *connection, sqlite3_value *value, mix_parsed **parsed,
                                    mixture_error *error) {
    *parsed = NULL;
    int type = sqlite3_value_type(value);
    if (type == SQLITE_NULL) {
        return MIXTURE_OK;
    }
    size_t length;
    const char *text = mix_json_argument(value, &length);
    if (text == NULL && type != SQLITE_TEXT) {
        char said[MIX_SAID_BYTES];
        return mix_error_invalid(error, "argument 1 (model) is %s; expected a model as JSON text",
                                 mix_describe_value(value, said));
    }
    if (text == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    mixture_error inner = {MIXTURE_OK, ""};
    mix_interrupt interrupt = mix_interrupt_ready(connection->db);
    const mix_cancel cancel = {mix_interrupt_poll, &interrupt};
    mixture_status status = mix_model_cache_find(&connection->models, text, length, &cancel, parsed, &inner);
    mix_interrupt_end(&interrupt);
    if (status == MIXTURE_INVALID && type == SQLITE_TEXT &&
        strchr("{[\"\xef", text[strspn(text, " \t\r\n")]) == NULL) {
        char said[MIX_SAID_BYTES]; /* a column's name in quotes, a file's name */
        return mix_error_invalid(error, "argument 1 (model) is %s; expected a model as JSON text",
                                 mix_describe_value(value, said));
    }
    return status == MIXTURE_INVALID ? mix_error_invalid(error, "argument 1 (model): %s", inner.text)
                                     : mix_error_status(error, status);
}

mixture_status mix_connection_model_at(mix_connection *connection, sqlite3_value *value, int place,
                                       const char *name, mix_parsed **parsed, mixture_error *error) {
    static const char said[] = "argument 1 (model)";
    mixture_error inner = {MIXTURE_OK, ""};
    mixture_status status = mix_connection_model(connection, value, parsed, &inner);
    bool prefixed = strncmp(inner.text, said, strlen(said)) == 0;
    return status == MIXTURE_INVALID ? mix_error_invalid(error, "argument %d (%s)%s", place, name,
                                                         inner.text + (prefixed ? strlen(said) : 0))
                                     : mix_error_status(error, status);
}
