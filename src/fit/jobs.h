/* jobs.h: fitting the structures of each k, on one of several threads. */
#ifndef MIX_JOBS_H
#define MIX_JOBS_H

#include "structures.h"

/* How to do it. */
typedef struct mix_jobs {
    size_t threads;     /* 1: one k after another, with threads within each pass over the data */
    size_t arena_bytes; /* of each thread but the calling one */
} mix_jobs;

/* The way that suits by_k, in the order of k, and options.threads. */
mix_jobs mix_jobs_choose(const mix_plan *plan, const mix_init *init, const mix_structures *by_k, size_t count);

/* Fit every k with more than one thread. What comes out depends neither on the threads nor on the arenas: a k
** that was too large for one is fitted again by the calling thread. Returns the status of the first k that
** failed; in every case by_k is left as by mix_structures_fit() on the calling thread. */
mixture_status mix_jobs_run(const mix_plan *plan, mix_init *init, const mix_cancel *cancel, mix_jobs how,
                            mix_structures *by_k, size_t count);

#endif
