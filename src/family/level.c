/* level.c: order of levels. */
#include "level.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

mix_level mix_level_of(double number) {
    bool whole = number >= -0x1p63 && number < 0x1p63 && number == floor(number);
    return whole ? (mix_level){.kind = MIX_LEVEL_INTEGER, .integer = (int64_t)number}
                 : (mix_level){.kind = MIX_LEVEL_REAL, .real = number};
}

static int compare_integers(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

/* Exactly, also where a double has not all digits of the integer. A REAL is no whole number unless it is beyond
** them all. */
static int compare_mixed(int64_t a, double b) {
    if (b >= 0x1p63 || b < -0x1p63) {
        return b > 0 ? -1 : 1;
    }
    int64_t below = (int64_t)floor(b);
    return a <= below ? -1 : 1;
}

static int compare_bytes(const mix_level *a, const mix_level *b) {
    size_t least = a->length < b->length ? a->length : b->length;
    int order = least > 0 ? memcmp(a->bytes, b->bytes, least) : 0;
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

int mix_level_compare(const mix_level *a, const mix_level *b) {
    if (a->kind >= MIX_LEVEL_TEXT || b->kind >= MIX_LEVEL_TEXT) {
        return a->kind == b->kind ? compare_bytes(a, b) : a->kind > b->kind ? 1 : -1;
    }
    if (a->kind == MIX_LEVEL_INTEGER && b->kind == MIX_LEVEL_INTEGER) {
        return compare_integers(a->integer, b->integer);
    }
    if (a->kind == MIX_LEVEL_INTEGER) {
        return compare_mixed(a->integer, b->real);
    }
    if (b->kind == MIX_LEVEL_INTEGER) {
        return -compare_mixed(b->integer, a->real);
    }
    return (a->real > b->real) - (a->real < b->real);
}
