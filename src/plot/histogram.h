/* histogram.h: counting any number of values in bounded memory, before it is known where they lie.
**
** The first values are kept. Then the axis is divided into cells of a power of ten, hundreds to thousands of
** them between the least and the greatest of those values. A value that falls beyond the room for cells makes
** them ten times wider, merging ten into one, so that every count is exact at all times; bars are some cells
** each, their edges at round numbers. */
#ifndef MIX_HISTOGRAM_H
#define MIX_HISTOGRAM_H

#include "mixture.h"

enum { MIX_HISTOGRAM_FIRST = 1024, MIX_HISTOGRAM_CELLS = 10000 };

/* Starts as {0}; the fields are private. */
typedef struct mix_histogram {
    uint64_t count; /* values */
    double *first;  /* those, until there are cells */
    uint64_t *cells, *spare;
    int exponent;        /* cell i holds [i, i + 1) * 10^exponent */
    int64_t origin;      /* i of cells[0] */
    int64_t least, most; /* i in use */
} mix_histogram;

mixture_status mix_histogram_add(mix_histogram *histogram, double x);
void mix_histogram_free(mix_histogram *histogram);

/* A bar from low to high, `share` of the values. */
typedef struct mix_bar {
    double low, high, share;
} mix_bar;

/* Bars of one width, 1, 2 or 5 times a power of ten, from the first value to the last. Values that were
** recorded in steps, as integers are, have bars of whole steps, which end half-way between two values. The
** width is at most the narrower one of the rules of D. Freedman and P. Diaconis (Z. Wahrscheinlichkeitstheorie
** 57 (1981) 453), 2 IQR / n^(1/3), and of H. A. Sturges (J. Am. Stat. Assoc. 21 (1926) 65), range / (1 + log2
** n), unless they are narrower than `least` or need more than 150 bars. The array is the caller's to free;
** there are none of no values. */
mixture_status mix_histogram_bars(mix_histogram *histogram, double least, mix_bar **bars, size_t *count);

/* Share of the values that are nearer to x than to x - 1 and x + 1, of a histogram of whole numbers whose cells
** are no wider; after mix_histogram_bars(). */
double mix_histogram_share_of(const mix_histogram *histogram, double x);

#endif
