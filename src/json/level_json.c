/* level_json.c: levels in and out. */
#include "level_json.h"

#include <stdio.h>
#include <string.h>

#include "document.h"
#include "error.h"
#include "memory.h"

/* ---- Out ---------------------------------------------------------------------------------------------------- */

static void write_blob(mix_json_writer *writer, const mix_level *level) {
    static const char digits[] = "0123456789abcdef";
    mix_json_begin_object(writer);
    mix_json_write_key(writer, "blob");
    mix_json_write_raw(writer, "\"", 1);
    for (size_t i = 0; i < level->length; i++) {
        unsigned char byte = (unsigned char)level->bytes[i];
        const char pair[] = {digits[byte >> 4], digits[byte & 15]};
        mix_json_append(writer, pair, sizeof pair);
    }
    mix_json_append(writer, "\"", 1);
    mix_json_end_object(writer);
}

void mix_level_json_write(mix_json_writer *writer, const mix_level *level) {
    switch (level->kind) {
    case MIX_LEVEL_INTEGER:
        mix_json_write_integer(writer, level->integer);
        break;
    case MIX_LEVEL_REAL:
        mix_json_write_double(writer, level->real);
        break;
    case MIX_LEVEL_TEXT:
        mix_json_write_bytes(writer, level->bytes, level->length);
        break;
    default:
        write_blob(writer, level);
    }
}

void mix_level_json_write_all(mix_json_writer *writer, size_t d, const size_t *counts, const mix_level *levels) {
    if (d > 1) {
        mix_json_begin_array(writer);
    }
    for (size_t j = 0; j < d; j++) {
        mix_json_begin_array(writer);
        for (size_t i = 0; i < counts[j]; i++) {
            mix_level_json_write(writer, levels++);
        }
        mix_json_end_array(writer);
    }
    if (d > 1) {
        mix_json_end_array(writer);
    }
}

/* ---- In ----------------------------------------------------------------------------------------------------- */

/* The bytes that a string of hexadecimal digits stands for, in its place. */
static bool read_digits(char *text, size_t *length) {
    if (*length % 2 != 0) {
        return false;
    }
    for (size_t i = 0; i < *length; i += 2) {
        int high = mix_json_hex_digit((unsigned char)text[i]),
            low = mix_json_hex_digit((unsigned char)text[i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        text[i / 2] = (char)(16 * high + low);
    }
    *length /= 2;
    return true;
}

static mixture_status read_bytes(mix_json_value value, mix_level_kind kind, mix_level *level,
                                 mixture_error *error) {
    char *text = mix_json_string(value, &level->length);
    level->kind = kind;
    level->bytes = text;
    if (text == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    return kind == MIX_LEVEL_TEXT || read_digits(text, &level->length)
               ? MIXTURE_OK
               : mix_json_complain(value, "bytes in hexadecimal digits", error);
}

mixture_status mix_level_json_read(mix_json_value value, mix_level *level, mixture_error *error) {
    mix_json_value blob;
    int64_t integer;
    *level = (mix_level){.kind = MIX_LEVEL_INTEGER};
    switch (mix_json_type_of(value)) {
    case MIX_JSON_NUMBER:
        *level = mix_json_integer(value, &integer) ? (mix_level){.kind = MIX_LEVEL_INTEGER, .integer = integer}
                                                   : mix_level_of(mix_json_number(value));
        return MIXTURE_OK;
    case MIX_JSON_STRING:
        return read_bytes(value, MIX_LEVEL_TEXT, level, error);
    case MIX_JSON_OBJECT:
        if (mix_json_member(value, "blob", &blob) && mix_json_type_of(blob) == MIX_JSON_STRING) {
            return read_bytes(blob, MIX_LEVEL_BLOB, level, error);
        }
        break;
    default:
        break;
    }
    return mix_json_complain(value, "a number, a string or {\"blob\":\"hexadecimal\"}", error);
}

void mix_level_json_clear(mix_level *levels, size_t count) {
    for (size_t i = 0; levels != NULL && i < count; i++) {
        if (levels[i].kind >= MIX_LEVEL_TEXT) {
            char *bytes;
            memcpy(&bytes, &levels[i].bytes, sizeof bytes); /* they were made here: not const */
            mix_memory_free(bytes);
        }
    }
}

static mixture_status read_column(mix_json_value value, size_t count, mix_level *levels, mixture_error *error) {
    if (mix_json_type_of(value) != MIX_JSON_ARRAY || mix_json_count(value) != count) {
        char expected[64];
        snprintf(expected, sizeof expected, "an array of %zu level%s", count, count == 1 ? "" : "s");
        return mix_json_complain(value, expected, error);
    }
    mix_json_value item;
    size_t i = 0;
    for (bool more = mix_json_first(value, &item); more; more = mix_json_next(value, &item), i++) {
        mixture_status status = mix_level_json_read(item, &levels[i], error);
        if (status != MIXTURE_OK) {
            return status;
        }
        if (i > 0 && mix_level_compare(&levels[i - 1], &levels[i]) >= 0) {
            return mix_json_complain(item, "levels in rising order: numbers, strings, BLOBs", error);
        }
    }
    return MIXTURE_OK;
}

mixture_status mix_level_json_read_all(mix_json_value value, size_t d, const size_t *counts, mix_level *levels,
                                       mixture_error *error) {
    if (d == 1) {
        return read_column(value, counts[0], levels, error);
    }
    if (mix_json_type_of(value) != MIX_JSON_ARRAY || mix_json_count(value) != d) {
        char expected[64];
        snprintf(expected, sizeof expected, "an array of %zu arrays of levels", d);
        return mix_json_complain(value, expected, error);
    }
    mix_json_value item;
    mixture_status status = MIXTURE_OK;
    for (bool more = mix_json_first(value, &item); more && status == MIXTURE_OK;
         more = mix_json_next(value, &item)) {
        status = read_column(item, *counts, levels, error);
        levels += *counts++;
    }
    return status;
}
