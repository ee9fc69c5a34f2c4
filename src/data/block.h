/* block.h: rows that come one at a time wait here until there is a block of them, so that what a block costs is
** spread over MIX_BLOCK_ROWS rows. */
#ifndef MIX_BLOCK_H
#define MIX_BLOCK_H

#include <stdbool.h>

#include "rows.h"

typedef struct mix_block {
    double *x;    /* d columns of `most` rows */
    size_t d;     /* columns */
    size_t count; /* rows that wait */
    size_t most;  /* rows that it has room for */
} mix_block;

/* Make one without rows, with room for MIX_BLOCK_ROWS or so many, a multiple of MIX_LANES. False when out of
** memory; also then mix_block_clear() may follow. */
bool mix_block_begin(mix_block *block, size_t d);
bool mix_block_begin_for(mix_block *block, size_t d, size_t most);

/* Rows of a block for a model of k components: fewer for so many that the block's densities would fill the
** memory, or take seconds. */
size_t mix_block_most(size_t k);
void mix_block_clear(mix_block *block); /* free what it holds; a block of zero bytes is fine */

/* Add a row of d values to a block that is not full. Returns whether it is now. */
bool mix_block_add(mix_block *block, const double *x);

/* The rows that wait, for the kernels; lanes beyond the last one hold 0 or a row from before. */
mix_rows mix_block_rows(const mix_block *block);

/* Row `row` of them, into x[d]. */
void mix_block_row(const mix_block *block, size_t row, double *x);

/* No row waits any more. */
void mix_block_empty(mix_block *block);

/* Whether a row has all its d values, so that it can go into a block: none is NaN. */
bool mix_block_complete(const double *x, size_t d);

#endif
