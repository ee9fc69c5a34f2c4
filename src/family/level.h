/* level.h: the values of a categorical column. To the families they are numbers 0, 1, ...; what they stand for is
** known here, as far as order and equality go. */
#ifndef MIX_LEVEL_H
#define MIX_LEVEL_H

#include <stddef.h>
#include <stdint.h>

typedef enum mix_level_kind { MIX_LEVEL_INTEGER, MIX_LEVEL_REAL, MIX_LEVEL_TEXT, MIX_LEVEL_BLOB } mix_level_kind;

typedef struct mix_level {
    mix_level_kind kind;
    int64_t integer;   /* of an INTEGER */
    double real;       /* of a REAL, finite and no whole number that an INTEGER holds */
    const char *bytes; /* of a TEXT or a BLOB, not NUL-terminated */
    size_t length;
} mix_level;

/* A number as a level: the same one whether it came as 2 or as 2.0. */
mix_level mix_level_of(double number);

/* < 0, 0 or > 0: numbers by their value, then TEXT, then BLOBs byte by byte, as SQLite orders them. */
int mix_level_compare(const mix_level *a, const mix_level *b);

#endif
