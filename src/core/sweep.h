/* sweep.h: fitting all groups, each on one of several threads. */
#ifndef MIX_SWEEP_H
#define MIX_SWEEP_H

#include "group.h"

/* How to do it. */
typedef struct mix_sweep {
    size_t threads;     /* 1: one group after another, with threads within each pass over the data */
    size_t arena_bytes; /* of each thread but the calling one */
} mix_sweep;

/* The way that suits the groups, which come in the order of k, and options.threads. */
mix_sweep mix_sweep_choose(const mix_plan *plan, const mix_init *init, const mix_group *groups, size_t count);

/* Fit the groups with more than one thread. What comes out depends neither on the threads nor on the arenas: a group
** that was too large for one is fitted again by the calling thread. Returns the status of the first group that
** failed; in every case the groups are left as by mix_group_fit() on the calling thread. */
mixture_status mix_sweep_run(const mix_plan *plan, mix_init *init, const mix_cancel *cancel, mix_sweep how,
                             mix_group *groups, size_t count);

#endif
