/* by_k.h: fitting the structures of every k of a selection, on one or several threads. */
#ifndef MIX_BY_K_H
#define MIX_BY_K_H

#include "structures.h"

/* How to do it. */
typedef struct mix_by_k {
    size_t threads;     /* 1: one k after another, with threads within each pass over the data */
    size_t arena_bytes; /* of each thread but the calling one */
} mix_by_k;

/* The way that suits by_k, in the order of k, and options.threads. */
mix_by_k mix_by_k_choose(const mix_plan *plan, const mix_init *init, const mix_structures *by_k, size_t count);

/* Fit every k with more than one thread; what comes out does not depend on them. Returns the status of the first k
** that failed; in every case by_k is left as by mix_structures_fit() on the calling thread. */
mixture_status mix_by_k_run(const mix_plan *plan, mix_init *init, const mix_cancel *cancel, mix_by_k how,
                            mix_structures *by_k, size_t count);

/* Fit every k in the way that suits; arena_bytes: in place of what suits, unless 0. As mix_by_k_run(). */
mixture_status mix_by_k_fit(const mix_plan *plan, mix_init *init, const mix_cancel *cancel, size_t arena_bytes,
                            mix_structures *by_k, size_t count);

#endif
