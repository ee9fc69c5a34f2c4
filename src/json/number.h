/* number.h: text <-> double. Both directions are exact to the last bit, do not look at the host's locale and
** allocate nothing. */
#ifndef MIX_JSON_NUMBER_H
#define MIX_JSON_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

enum { MIX_JSON_NUMBER_BYTES = 32 }; /* room for any double written, with its NUL */

/* Write x as a JSON number, NUL-terminated, into a buffer of at least MIX_JSON_NUMBER_BYTES; returns its
** length. It has the fewest digits that read back as x, and of those the nearest to x: 0.1, 2, 1e300, -0.0.
** Whole numbers below 1e15 are written as plain digits. A value that is not finite, for which JSON has no
** word, becomes null. */
size_t mix_json_format_double(double x, char *buffer);

/* Read a valid JSON number of the given length, which needs no NUL after it. *x is the nearest double (ties
** to even); false if that is infinite. What is too small becomes 0 or a denormal, with its sign. */
bool mix_json_parse_double(const char *text, size_t length, double *x);

#endif
