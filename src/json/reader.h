/* reader.h: strict JSON (RFC 8259). A text is checked as a whole and becomes one flat array of nodes in the
** order of the text; values are handles to those nodes. Stricter than most: no duplicate keys in an object,
** no malformed UTF-8 or lone surrogates, no byte order mark, no number that a double cannot hold, and at most
** MIX_JSON_DEPTH arrays and objects inside each other. */
#ifndef MIX_JSON_READER_H
#define MIX_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cancel.h"
#include "mixture.h"

enum { MIX_JSON_DEPTH = 32 };

typedef struct mix_json_document mix_json_document;

/* A value, or the key of a member, in a document. Passed by value; as good as long as the document. */
typedef struct mix_json_value {
    const mix_json_document *document;
    size_t node;
} mix_json_value;

typedef enum mix_json_type {
    MIX_JSON_NULL,
    MIX_JSON_BOOL,
    MIX_JSON_NUMBER,
    MIX_JSON_STRING,
    MIX_JSON_ARRAY,
    MIX_JSON_OBJECT
} mix_json_type;

/* ---- Parsing --------------------------------------------------------------------------------------- */

/* Parse length bytes, which must stay in place, unchanged, as long as the document; a NUL after them is not
** needed. On MIXTURE_OK *document is the caller's to free. MIXTURE_INVALID says where, as a byte offset from
** 0: offset 17: unexpected 'x'; expected a value. Else MIXTURE_NOMEM. *document is NULL on any failure. A value
** and a key take 24 bytes each; time is linear in the length, but for the keys of an object, which are sorted.
** Texts of 4 GiB and more are MIXTURE_INVALID. */
mixture_status mix_json_parse(const char *text, size_t length, mix_json_document **document, mixture_error *error);
/* The same, asking whether to stop: then MIXTURE_CANCELLED. Walks over the document go on asking; one that is
** stopped ends before its time, and whoever reads asks mix_json_stopped() in the end. cancel must outlive the
** document. */
mixture_status mix_json_parse_until(const char *text, size_t length, const mix_cancel *cancel,
                                    mix_json_document **document, mixture_error *error);
bool mix_json_stopped(const mix_json_document *document);
const mix_cancel *mix_json_cancel(const mix_json_document *document); /* NULL: none */
void mix_json_free(mix_json_document *document);                      /* NULL is fine */

/* ---- Structure ------------------------------------------------------------------------------------- */

mix_json_value mix_json_root(const mix_json_document *document);
mix_json_type mix_json_type_of(mix_json_value value);
/* Byte offset of the value's first byte in the text. */
size_t mix_json_offset(mix_json_value value);

/* Elements of an array or members of an object, 0 for other types. */
size_t mix_json_count(mix_json_value value);

/* Walk the elements of an array or the values of an object's members, in the order of the text, O(1) each:
**     for (bool more = mix_json_first(array, &item); more; more = mix_json_next(array, &item))
** False when there is none (left); a value of another type has none. */
bool mix_json_first(mix_json_value container, mix_json_value *item);
bool mix_json_next(mix_json_value container, mix_json_value *item);

/* The key, a string, of a member's value as the walk or mix_json_member() gave it. */
mix_json_value mix_json_key(mix_json_value member);

/* The value of an object's member; false if there is none or this is no object. Linear in the members. */
bool mix_json_member(mix_json_value object, const char *key, mix_json_value *member);

/* ---- Contents -------------------------------------------------------------------------------------- */

/* The value must be a number. */
double mix_json_number(mix_json_value value);
/* True if the value is a number written without fraction and exponent that fits *integer exactly. */
bool mix_json_integer(mix_json_value value, int64_t *integer);

/* The value must be a boolean. */
bool mix_json_boolean(mix_json_value value);

/* A copy of a string, which the value must be, without its escapes and NUL-terminated, to be released with
** mix_memory_free(); NULL when out of memory. A string may hold NULs: the bytes go to *length unless that
** is NULL. */
char *mix_json_string(mix_json_value value, size_t *length);
/* False for values that are not strings, and for strings that hold a NUL. */
bool mix_json_string_equals(mix_json_value value, const char *text);

/* ---- Errors ---------------------------------------------------------------------------------------- */

/* Where a value or key is: covariances[1][0][2], init.means[0], init["odd key"]; indices count from 0. Empty
** for the root. NUL-terminated, cut with ... when longer than the buffer (size >= 1). Walks from the root. */
void mix_json_path(mix_json_value value, char *buffer, size_t size);

/* Fill *error (if not NULL) and return MIXTURE_INVALID:
**     covariances[1][0][2] is "a" at offset 123; expected a number
**     the text is 5 at offset 0; expected an object
**     means is an array of 3 at offset 43; expected an array of 2 arrays
** and of a key:
**     unknown key "menas" in init at offset 12; expected means, covariances or weights */
mixture_status mix_json_complain(mix_json_value value, const char *expected, mixture_error *error);

/* ---- UTF-8 ----------------------------------------------------------------------------------------- */

/* Bytes, 1 to 4, of the well-formed UTF-8 character that text (length >= 1) begins with; 0 if it is none. */
size_t mix_json_utf8(const char *text, size_t length);

#endif
