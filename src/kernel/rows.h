/* rows.h: a block of rows as the kernels see it.
**
** A block holds up to MIX_BLOCK_ROWS rows; each of its columns is contiguous, MIX_BLOCK_ROWS doubles apart from
** the next and aligned to 64 bytes, so that the kernels put rows across SIMD lanes. Columns 0..d-1 are the values,
** then the row weight and the label if there are any. Lanes beyond the last row are 0. */
#ifndef MIX_ROWS_H
#define MIX_ROWS_H

#include <stddef.h>

enum {
    MIX_BLOCK_ROWS = 256, /* enough to spread what a block costs, few enough to stay in the L1 and L2 caches */
    MIX_LANES = 8         /* doubles in a vector of the kernels; rows are padded to a multiple */
};

/* Rows with the padding that the kernels want. */
static inline size_t mix_data_padded(size_t count) {
    return (count + MIX_LANES - 1) / MIX_LANES * MIX_LANES;
}

/* The columns whose values some rows have, rising. same: so many of the first are those of the pattern before, for
** whoever keeps what follows from them. */
typedef struct mix_pattern {
    size_t count;
    const size_t *columns;
    size_t same;
} mix_pattern;

/* One block seen as rows: column j at x + j * stride, `count` rows padded to `padded`. Weight and label are
** NULL when the data have none; labels are doubles, 1..k or 0 for unknown. Where a pattern is given x has these
** columns only, one after the other: column i is the data's pattern->columns[i], all others are not observed. */
typedef struct mix_rows {
    const double *x;
    size_t stride, count, padded;
    const double *weight, *label;
    const mix_pattern *pattern; /* NULL: every row has all its values */
    const double *kept; /* what a family has made of these rows, columns as those of x; NULL: it is to be made */
} mix_rows;

/* Columns of x, of rows of d columns. */
static inline size_t mix_rows_columns(const mix_rows *rows, size_t d) {
    return rows->pattern != NULL ? rows->pattern->count : d;
}

#endif
