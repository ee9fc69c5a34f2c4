/* patterns.h: rows with values missing, brought together by which values they have: first the complete rows, then
** those of one pattern after another, each in the order in which they came; patterns that begin alike are
** neighbors. */
#ifndef MIX_PATTERNS_H
#define MIX_PATTERNS_H

#include "cancel.h"
#include "data.h"

/* Sort the rows in place, once, and fill patterns. MIXTURE_OK, _NOMEM or _CANCELLED: then the rows are in some
** other order, and may be sorted again. */
mixture_status mix_patterns_sort(mixture_data *data, const mix_cancel *cancel);

/* Rows of sorted data as the kernels see them, run after run of equal patterns, at most MIX_BLOCK_ROWS at once.
** What is complete comes block by block as it lies there; all else is copied, the observed columns close
** together. */
typedef struct mix_runs {
    const mixture_data *data;
    size_t next, end; /* rows */
    size_t most;      /* copied at once; MIX_BLOCK_ROWS, or fewer, a multiple of MIX_LANES */
    size_t first;     /* row number of the first of those that came last */
    size_t number;    /* of their pattern */
    mix_pattern pattern;
    double *room;
    size_t *columns; /* of the pattern */
} mix_runs;

/* Doubles of room for runs over the data: 0 if all rows are complete. */
size_t mix_runs_room(const mixture_data *data);

/* Over the rows of so many blocks from `block` on. room: mix_runs_room() doubles. */
void mix_runs_begin(mix_runs *runs, const mixture_data *data, size_t block, size_t blocks, double *room);

/* The next rows, good until the next call; false when there are none. */
bool mix_runs_next(mix_runs *runs, mix_rows *rows);

#endif
