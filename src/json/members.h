/* members.h: members of objects: a key and its value at once. */
#ifndef MIX_JSON_MEMBERS_H
#define MIX_JSON_MEMBERS_H

#include "reader.h"
#include "writer.h"

void mix_members_write_double(mix_json_writer *writer, const char *key, double x);
void mix_members_write_integer(mix_json_writer *writer, const char *key, int64_t x);
void mix_members_write_boolean(mix_json_writer *writer, const char *key, bool truth);
void mix_members_write_string(mix_json_writer *writer, const char *key, const char *text);
void mix_members_write_strings(mix_json_writer *writer, const char *key, char **strings, size_t count);

/* A member that must be there. */
mixture_status mix_members_need(mix_json_value object, const char *key, mix_json_value *member,
                                mixture_error *error);

/* Members that may be absent; then nothing changes. An integer is one from `least` (0, 1 or INT64_MIN) up. */
mixture_status mix_members_read_number(mix_json_value object, const char *key, double *x, mixture_error *error);
mixture_status mix_members_read_integer(mix_json_value object, const char *key, int64_t least, int64_t *x,
                                        mixture_error *error);
mixture_status mix_members_read_boolean(mix_json_value object, const char *key, bool *flag, mixture_error *error);
/* An array of strings into new memory: *count strings, the caller's to free also after an error. */
mixture_status mix_members_read_strings(mix_json_value object, const char *key, char ***strings, size_t *count,
                                        mixture_error *error);

#endif
