/* members.c: members of objects, in and out. */
#include "members.h"

#include <string.h>

#include "error.h"
#include "memory.h"

/* ---- Out --------------------------------------------------------------------------------------------- */

void mix_members_write_strings(mix_json_writer *writer, const char *key, char **strings, size_t count) {
    mix_json_write_key(writer, key);
    mix_json_begin_array(writer);
    for (size_t i = 0; i < count; i++) {
        mix_json_write_string(writer, strings[i]);
    }
    mix_json_end_array(writer);
}

void mix_members_write_double(mix_json_writer *writer, const char *key, double x) {
    mix_json_write_key(writer, key);
    mix_json_write_double(writer, x);
}

void mix_members_write_integer(mix_json_writer *writer, const char *key, int64_t x) {
    mix_json_write_key(writer, key);
    mix_json_write_integer(writer, x);
}

void mix_members_write_boolean(mix_json_writer *writer, const char *key, bool truth) {
    mix_json_write_key(writer, key);
    mix_json_write_boolean(writer, truth);
}

void mix_members_write_string(mix_json_writer *writer, const char *key, const char *text) {
    mix_json_write_key(writer, key);
    mix_json_write_string(writer, text);
}

/* ---- In ---------------------------------------------------------------------------------------------- */

mixture_status mix_members_need(mix_json_value root, const char *key, mix_json_value *member,
                                mixture_error *error) {
    if (mix_json_member(root, key, member)) {
        return MIXTURE_OK;
    }
    return mix_error_invalid(error, "key %s is missing", key);
}

mixture_status mix_members_read_number(mix_json_value root, const char *key, double *x, mixture_error *error) {
    mix_json_value value;
    if (!mix_json_member(root, key, &value)) {
        return MIXTURE_OK;
    }
    if (mix_json_type_of(value) != MIX_JSON_NUMBER) {
        return mix_json_complain(value, "a number", error);
    }
    *x = mix_json_number(value);
    return MIXTURE_OK;
}

mixture_status mix_members_read_integer(mix_json_value root, const char *key, int64_t least, int64_t *x,
                                        mixture_error *error) {
    mix_json_value value;
    if (!mix_json_member(root, key, &value)) {
        return MIXTURE_OK;
    }
    if (!mix_json_integer(value, x) || *x < least) {
        return mix_json_complain(value,
                                 least == 0   ? "an integer >= 0"
                                 : least == 1 ? "an integer >= 1"
                                              : "an integer",
                                 error);
    }
    return MIXTURE_OK;
}

mixture_status mix_members_read_boolean(mix_json_value root, const char *key, bool *flag, mixture_error *error) {
    mix_json_value value;
    if (!mix_json_member(root, key, &value)) {
        return MIXTURE_OK;
    }
    if (mix_json_type_of(value) != MIX_JSON_BOOL) {
        return mix_json_complain(value, "true or false", error);
    }
    *flag = mix_json_boolean(value);
    return MIXTURE_OK;
}

mixture_status mix_members_read_strings(mix_json_value root, const char *key, char ***strings, size_t *count,
                                        mixture_error *error) {
    mix_json_value value, item;
    if (!mix_json_member(root, key, &value)) {
        return MIXTURE_OK;
    }
    if (mix_json_type_of(value) != MIX_JSON_ARRAY) {
        return mix_json_complain(value, "an array of strings", error);
    }
    *strings = mix_memory_zeros(mix_json_count(value), sizeof **strings);
    if (*strings == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    for (bool more = mix_json_first(value, &item); more; more = mix_json_next(value, &item)) {
        if (mix_json_type_of(item) != MIX_JSON_STRING) {
            return mix_json_complain(item, "a string", error);
        }
        size_t length;
        char *string = (*strings)[*count] = mix_json_string(item, &length);
        if (string == NULL) {
            return mix_error_status(error, MIXTURE_NOMEM);
        }
        ++*count;
        if (strlen(string) != length) {
            return mix_json_complain(item, "a string without NUL", error);
        }
    }
    return MIXTURE_OK;
}
