/* expect.h: expect over all rows of a table, on several threads, with a result that does not depend on them. */
#ifndef MIX_EXPECT_H
#define MIX_EXPECT_H

#include "statistics.h"
#include "threads.h"

typedef struct mix_expect mix_expect;

/* Work space for expecting models of a shape over `data`; `wanted` threads, 0: as many as the machine has when one
** pass is worth it. NULL when out of memory. `cancel` must outlive it. */
mix_expect *mix_expect_new(const mixture_data *data, const mix_shape *shape, size_t wanted,
                           const mix_cancel *cancel);
void mix_expect_free(mix_expect *expect); /* NULL is fine */

/* Floating point operations of one pass over the data, roughly. */
double mix_expect_work(const mixture_data *data, const mix_shape *shape);

/* Whether a pass is worth more than one thread. */
bool mix_expect_splits(const mixture_data *data, const mix_shape *shape);

/* Statistics of all rows under a prepared model of that shape, or of fewer components and its structure,
** overwriting statistics[]; false when cancelled. */
bool mix_expect_run(mix_expect *expect, const mixture_model *model, double *statistics);

/* The work space itself, for maximize: mix_family_full_scratch doubles that are free between two runs. */
double *mix_expect_scratch(mix_expect *expect);

#endif
