/* json_argument.h: JSON among a function's arguments: TEXT; or a BLOB that holds an object as text, as
** readfile() gives it, or as JSONB (jsonb.h). */
#ifndef MIX_JSON_ARGUMENT_H
#define MIX_JSON_ARGUMENT_H

#include <stdbool.h>

#include "api.h"
#include "mixture.h"

/* The bytes of a TEXT, or of such a BLOB; NULL: another value, or out of memory. */
const char *mix_json_argument(sqlite3_value *value, size_t *length);

/* Whether a value is such a BLOB. */
bool mix_json_argument_is_blob(sqlite3_value *value);

/* The bytes of an argument that is options, at 1-based place `place`; *bytes is NULL for none (value NULL, or a
** NULL). MIXTURE_NOMEM; _INVALID for another value and for a TEXT that is nothing like JSON, a title perhaps. */
mixture_status mix_json_argument_options(sqlite3_value *value, int place, const char **bytes, size_t *length,
                                         mixture_error *error);

#endif
