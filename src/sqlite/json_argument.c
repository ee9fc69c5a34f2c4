/* json_argument.c: which BLOBs are JSON. */
#include "json_argument.h"

#include <string.h>

#include "describe.h"
#include "error.h"
#include "jsonb.h"

bool mix_json_argument_is_blob(sqlite3_value *value) {
    if (sqlite3_value_type(value) != SQLITE_BLOB) {
        return false;
    }
    const char *bytes = sqlite3_value_blob(value);
    size_t length = bytes != NULL ? (size_t)sqlite3_value_bytes(value) : 0, blanks = 0;
    while (blanks < length && bytes[blanks] != '\0' && strchr(" \t\r\n", bytes[blanks]) != NULL) {
        blanks++;
    }
    return (blanks < length && bytes[blanks] == '{') || mix_jsonb_is_object(bytes, length);
}

const char *mix_json_argument(sqlite3_value *value, size_t *length) {
    const char *bytes = sqlite3_value_type(value) == SQLITE_TEXT ? (const char *)sqlite3_value_text(value)
                        : mix_json_argument_is_blob(value)       ? sqlite3_value_blob(value)
                                                                 : NULL;
    *length = bytes != NULL ? (size_t)sqlite3_value_bytes(value) : 0;
    return bytes;
}

mixture_status mix_json_argument_options(sqlite3_value *value, int place, const char **bytes, size_t *length,
                                         mixture_error *error) {
    *bytes = NULL;
    *length = 0;
    if (value == NULL || sqlite3_value_type(value) == SQLITE_NULL) {
        return MIXTURE_OK;
    }
    *bytes = mix_json_argument(value, length);
    bool text = sqlite3_value_type(value) == SQLITE_TEXT;
    if (*bytes == NULL && text) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    if (*bytes == NULL || (text && strchr("{[\"", (*bytes)[strspn(*bytes, " \t\r\n")]) == NULL)) {
        char said[MIX_SAID_BYTES];
        return mix_error_invalid(error, "argument %d (options) is %s; expected a JSON object", place,
                                 mix_describe_value(value, said));
    }
    return MIXTURE_OK;
}
