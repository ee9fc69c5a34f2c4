/* watch.h: how far a piece of work is. Those who do it write, from any of its threads; others read meanwhile, from
** any thread. Nothing is locked: each number is right, though two of them may be of different moments. NULL:
** nobody waits, and there is nothing to do. */
#ifndef MIX_WATCH_H
#define MIX_WATCH_H

#include <stdatomic.h>

#include "mixture.h"

struct mixture_watch {
    int64_t begun;               /* on mix_clock(); set before anybody else has it */
    _Atomic(const char *) phase; /* a text that stays */
    atomic_size_t done, total;   /* of the phase */
    _Atomic(double) best;
    /* What the time left is told by: work in some unit, since a moment. */
    _Atomic(int64_t) planned;
    _Atomic(uint64_t) work, work_total; /* total 0: not known */
};

/* Begin, before others are told of it. */
void mix_watch_begin(mixture_watch *watch, const char *phase);

/* The next phase, of so many pieces; 0: it is not known. */
void mix_watch_phase(mixture_watch *watch, const char *phase, size_t total);
/* So many are done; cheap, for each row that is read. */
static inline void mix_watch_count(mixture_watch *watch, size_t done) {
    atomic_store_explicit(&watch->done, done, memory_order_relaxed);
}
/* So many more pieces are done, which were so much work. */
void mix_watch_add(mixture_watch *watch, size_t pieces, uint64_t work);
/* So many are done, of so many if all goes on as now (0: it is not known): the pieces are the work. */
void mix_watch_set(mixture_watch *watch, size_t done, size_t total);

/* From now on so much work is ahead; 0: it is not known. */
void mix_watch_plan(mixture_watch *watch, uint64_t work);
/* It turns out that so much of it is still to be done. */
void mix_watch_replan(mixture_watch *watch, uint64_t left);

/* A result; the best is told: the highest, or the lowest. */
void mix_watch_best(mixture_watch *watch, double value, bool lowest);

#endif
