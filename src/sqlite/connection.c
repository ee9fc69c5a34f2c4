/* connection.c: the model cache. A connection is used by one thread at a time, so nothing is locked. */
#include "connection.h"

#include <string.h>

#include "describe.h"
#include "error.h"
#include "library.h"
#include "memory.h"
#include "model_json.h"

mix_connection *mix_connection_new(sqlite3 *db) {
    mix_connection *connection = mix_memory_zeros(1, sizeof *connection);
    if (connection != NULL) {
        connection->db = db;
        connection->references = 1;
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
        for (int i = 0; i < MIX_CACHED_MODELS; i++) {
            mix_parsed_release(connection->cache[i]);
        }
        mix_memory_free(connection);
        mix_library_leave();
    }
}

void mix_parsed_release(mix_parsed *parsed) {
    if (parsed != NULL && --parsed->references == 0) {
        mix_memory_free(parsed->text);
        mixture_model_free(parsed->model);
        mixture_scratch_free(parsed->scratch);
        mix_memory_free(parsed->x);
        mix_memory_free(parsed->resp);
        mix_memory_free(parsed);
    }
}

size_t mix_parsed_likeliest(const mix_parsed *parsed) {
    size_t best = 0;
    for (size_t c = 1; c < parsed->model->k; c++) {
        best = parsed->resp[c] > parsed->resp[best] ? c : best;
    }
    return best;
}

bool mix_parsed_same(const mix_parsed *parsed, sqlite3_value *value) {
    if (parsed == NULL) {
        return sqlite3_value_type(value) == SQLITE_NULL;
    }
    if (sqlite3_value_type(value) != SQLITE_TEXT) {
        return false;
    }
    const unsigned char *text = sqlite3_value_text(value);
    return text != NULL && (size_t)sqlite3_value_bytes(value) == parsed->length &&
           memcmp(text, parsed->text, parsed->length) == 0;
}

static mixture_status parse(const char *text, size_t length, mix_parsed **result, mixture_error *error) {
    mix_parsed *parsed = mix_memory_zeros(1, sizeof *parsed);
    *result = NULL;
    if (parsed == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    parsed->references = 1;
    parsed->length = length;
    mixture_status status = mix_model_json_read(text, length, &parsed->model, error);
    if (status == MIXTURE_OK) {
        parsed->text = mix_memory_array(length, 1);
        parsed->scratch = mixture_scratch_new(parsed->model);
        parsed->x = mix_memory_zeros(parsed->model->d, sizeof(double));
        parsed->resp = mix_memory_zeros(parsed->model->k, sizeof(double));
        if (parsed->text == NULL || parsed->scratch == NULL || parsed->x == NULL || parsed->resp == NULL) {
            status = mix_error_status(error, MIXTURE_NOMEM);
        } else {
            memcpy(parsed->text, text, length);
        }
    }
    if (status != MIXTURE_OK) {
        mix_parsed_release(parsed);
        return status;
    }
    *result = parsed;
    return MIXTURE_OK;
}

/* Move or put an entry to the front; what falls off the end is released. */
static void put_first(mix_connection *connection, int place, mix_parsed *parsed) {
    if (place == MIX_CACHED_MODELS) {
        place--;
        mix_parsed_release(connection->cache[place]);
    }
    memmove(connection->cache + 1, connection->cache, (size_t)place * sizeof *connection->cache);
    connection->cache[0] = parsed;
}

mixture_status mix_connection_model(mix_connection *connection, sqlite3_value *value, mix_parsed **parsed,
                                    mixture_error *error) {
    *parsed = NULL;
    int type = sqlite3_value_type(value);
    if (type == SQLITE_NULL) {
        return MIXTURE_OK;
    }
    if (type != SQLITE_TEXT) {
        char said[MIX_SAID_BYTES];
        return mix_error_invalid(error, "argument 1 (model) is %s; expected a model as JSON text",
                                 mix_describe_value(value, said));
    }
    const char *text = (const char *)sqlite3_value_text(value);
    size_t length = (size_t)sqlite3_value_bytes(value);
    if (text == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    mix_parsed **cache = connection->cache;
    for (int i = 0; i < MIX_CACHED_MODELS && cache[i] != NULL; i++) {
        if (cache[i]->length == length && memcmp(cache[i]->text, text, length) == 0) {
            *parsed = cache[i];
            put_first(connection, i, *parsed);
            (*parsed)->references++;
            return MIXTURE_OK;
        }
    }
    mixture_error inner = {MIXTURE_OK, ""};
    mixture_status status = parse(text, length, parsed, &inner);
    if (status == MIXTURE_INVALID) {
        return mix_error_invalid(error, "argument 1 (model): %s", inner.text);
    }
    if (status != MIXTURE_OK) {
        return mix_error_status(error, status);
    }
    put_first(connection, MIX_CACHED_MODELS, *parsed);
    (*parsed)->references++;
    return MIXTURE_OK;
}
