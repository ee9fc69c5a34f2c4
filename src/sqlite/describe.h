/* describe.h: what a value is, in words short enough for an error. */
#ifndef MIX_DESCRIBE_H
#define MIX_DESCRIBE_H

#include "api.h"

#include <stddef.h>

enum { MIX_SAID_BYTES = 80, MIX_EXCERPT_BYTES = 34 };

/* What a value is: NULL, INTEGER 5, REAL 2.5, TEXT 'abc', BLOB of 8 bytes. Returns the buffer. */
const char *mix_describe_value(sqlite3_value *value, char said[MIX_SAID_BYTES]);

/* What may help where a number is wanted and a TEXT is no number: ": nullif(x, 'n/a') makes NULL of it", for
** texts that say that there is no value; ": replace(x, ',', '') takes the commas out"; else empty. `name`: of
** the column. Returns the buffer. */
enum { MIX_CURE_BYTES = 120 };
const char *mix_describe_cure(sqlite3_value *value, const char *name, char cure[MIX_CURE_BYTES]);

/* The beginning of a text: whole characters of UTF-8, 30 bytes of them at most; "..." where it goes on; control
** characters as '?'. Returns the buffer. */
const char *mix_describe_text(const char *text, size_t length, char excerpt[MIX_EXCERPT_BYTES]);

#endif
