/* number_text.h: whether TEXT is a number. sqlite3_value_numeric_type() would say, too, but it turns the value
** into that number, and newer versions of SQLite lock the value's connection for it, of which a copy of a value
** has none. */
#ifndef MIX_NUMBER_TEXT_H
#define MIX_NUMBER_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Digits with perhaps a sign, a point and an exponent, blanks around them: what SQLite's numeric affinity reads.
** What is too large for a double is infinite. */
bool mix_number_of_text(const char *text, size_t length, double *number);

#endif
