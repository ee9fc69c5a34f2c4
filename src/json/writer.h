/* writer.h: JSON text, built value by value in one growing buffer. Commas put themselves in; the output is
** compact, one line and always valid UTF-8. The caller's part is to close what it opens and to write a key
** before each member of an object. */
#ifndef MIX_JSON_WRITER_H
#define MIX_JSON_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cancel.h"

/* Lives on the stack and starts as {0}: mix_json_writer writer = {0}; the fields are private. Once memory
** runs out every call does nothing, so that only the end needs a check. */
typedef struct mix_json_writer {
    char *text;
    size_t length, capacity;
    bool comma; /* is due before the next key or value */
    bool failed;
    /* Not private: turns.cancel is asked whether to stop. Then it fails as without memory, but turns.over says
    ** so. */
    mix_turns turns;
} mix_json_writer;

void mix_json_begin_object(mix_json_writer *writer);
void mix_json_end_object(mix_json_writer *writer);
void mix_json_begin_array(mix_json_writer *writer);
void mix_json_end_array(mix_json_writer *writer);
void mix_json_write_key(mix_json_writer *writer, const char *key);

/* A string, escaped where it must be. Each byte that is not part of well-formed UTF-8 becomes U+FFFD. */
void mix_json_write_string(mix_json_writer *writer, const char *text);
void mix_json_write_bytes(mix_json_writer *writer, const char *text, size_t length);

/* The number of the fewest digits that reads back as x; null when x is not finite. */
void mix_json_write_double(mix_json_writer *writer, double x);
void mix_json_write_integer(mix_json_writer *writer, int64_t n);
void mix_json_write_boolean(mix_json_writer *writer, bool truth);
void mix_json_write_null(mix_json_writer *writer);

/* One value that is JSON already, as it is. */
void mix_json_write_raw(mix_json_writer *writer, const char *json, size_t length);

/* Bytes as they are, without a comma before them: a value in pieces, which must become JSON in the end; and a
** string in its quotes. */
void mix_json_append(mix_json_writer *writer, const char *text, size_t length);
void mix_json_append_quoted(mix_json_writer *writer, const char *text, size_t length);

/* Hand the text over, NUL-terminated and the caller's to release with mix_memory_free(); its length goes to
** *length unless that is NULL. NULL when memory ran out, and ever after; else the writer is as new. */
char *mix_json_finish(mix_json_writer *writer, size_t *length);
/* Drop the text instead; also fine after mix_json_finish(). */
void mix_json_cleanup(mix_json_writer *writer);

#endif
