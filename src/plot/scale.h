/* scale.h: from data to pixels, and round ticks. Any finite doubles will do: nothing here overflows. */
#ifndef MIX_SCALE_H
#define MIX_SCALE_H

#include <stdbool.h>
#include <stddef.h>

/* ---- Ranges ------------------------------------------------------------------------------------------ */

typedef struct mix_range {
    double low, high;
} mix_range;

#define MIX_RANGE_EMPTY ((mix_range){INFINITY, -INFINITY})

void mix_range_add(mix_range *range, double x); /* not finite: passed over */

/* A range fit for an axis: `share` of its length more on both sides, and never so narrow that doubles or labels in
** it could not be told apart. An empty one becomes 0 to 1. */
mix_range mix_range_pad(mix_range range, double share);

/* The point at t = 0..1 between the ends. */
double mix_range_at(mix_range range, double t);

/* ---- Scales ------------------------------------------------------------------------------------------ */

/* On a logarithmic scale the range is of the logarithms, to base 10. */
typedef struct mix_scale {
    mix_range range;
    double from, to; /* pixels of range.low and range.high */
    bool log;
} mix_scale;

/* Pixels of x; within 1e6 of the scale's ends, as is what has no logarithm. */
double mix_scale_at(const mix_scale *scale, double x);

/* ---- Ticks ------------------------------------------------------------------------------------------- */

enum { MIX_TICKS = 12, MIX_TICK_BYTES = 40 };

/* Ticks at the multiples of 1, 2 or 5 times a power of ten inside a range, with labels of equal decimals. Where
** labels would need more than seven digits they count from `offset`, as in x - 1000000000; it is empty
** otherwise. */
typedef struct mix_ticks {
    int count;
    double t[MIX_TICKS]; /* place, 0..1 along the range */
    char label[MIX_TICKS][MIX_TICK_BYTES];
    char offset[MIX_TICK_BYTES];
} mix_ticks;

/* As many ticks as possible, at most `most` (1..MIX_TICKS); with `whole` at whole numbers only. */
mix_ticks mix_ticks_find(mix_range range, int most, bool whole);

/* The same on a logarithmic scale, of a range of logarithms: at every so many powers of ten, or at 1 and 3 or 1, 2
** and 5 times each, as many as there is room for; in a range too short for three of them as above. */
mix_ticks mix_ticks_log(mix_range range, int most);

#endif
