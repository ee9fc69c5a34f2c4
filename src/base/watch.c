/* watch.c: counters that any thread may read while others write them. */
#include "watch.h"

#include <math.h>

#include "clock.h"
#include "memory.h"

#define SECOND 1e9

void mix_watch_begin(mixture_watch *watch, const char *phase) {
    if (watch != NULL) {
        watch->begun = mix_clock();
        atomic_init(&watch->best, (double)NAN);
        atomic_init(&watch->planned, 0);
        atomic_init(&watch->work, 0);
        atomic_init(&watch->work_total, 0);
        atomic_init(&watch->phase, phase);
        atomic_init(&watch->done, 0);
        atomic_init(&watch->total, 0);
    }
}

void mix_watch_phase(mixture_watch *watch, const char *phase, size_t total) {
    if (watch != NULL) {
        atomic_store(&watch->phase, phase);
        atomic_store(&watch->done, 0);
        atomic_store(&watch->total, total);
    }
}

void mix_watch_add(mixture_watch *watch, size_t pieces, uint64_t work) {
    if (watch != NULL) {
        atomic_fetch_add(&watch->done, pieces);
        atomic_fetch_add(&watch->work, work);
    }
}

void mix_watch_set(mixture_watch *watch, size_t done, size_t total) {
    if (watch != NULL) {
        atomic_store(&watch->done, done);
        atomic_store(&watch->total, total);
        atomic_store(&watch->work, done);
        atomic_store(&watch->work_total, total);
    }
}

void mix_watch_plan(mixture_watch *watch, uint64_t work) {
    if (watch != NULL) {
        atomic_store(&watch->work_total, 0); /* nothing is known in between */
        atomic_store(&watch->work, 0);
        atomic_store(&watch->planned, mix_clock());
        atomic_store(&watch->work_total, work);
    }
}

void mix_watch_replan(mixture_watch *watch, uint64_t left) {
    if (watch != NULL) {
        atomic_store(&watch->work_total, atomic_load(&watch->work) + left);
    }
}

void mix_watch_best(mixture_watch *watch, double value, bool lowest) {
    if (watch != NULL) {
        double before = atomic_load(&watch->best);
        while ((isnan(before) || (lowest ? value < before : value > before)) &&
               !atomic_compare_exchange_weak(&watch->best, &before, value)) {
        }
    }
}

/* ---- The public side ---------------------------------------------------------------------------------- */

mixture_watch *mixture_watch_new(void) {
    mixture_watch *watch = mix_memory_array(1, sizeof *watch);
    mix_watch_begin(watch, "waiting");
    return watch;
}

void mixture_watch_free(mixture_watch *watch) {
    mix_memory_free(watch);
}

mixture_progress mixture_watch_read(const mixture_watch *watch) {
    int64_t now = mix_clock();
    mixture_progress progress = {.phase = atomic_load(&watch->phase),
                                 .done = atomic_load(&watch->done),
                                 .total = atomic_load(&watch->total),
                                 .best = atomic_load(&watch->best),
                                 .elapsed = (double)(now - watch->begun) / SECOND,
                                 .left = (double)NAN};
    double total = (double)atomic_load(&watch->work_total), work = (double)atomic_load(&watch->work);
    if (progress.total > 0 && progress.done > progress.total) {
        progress.done = progress.total; /* what an arena had no room for was done again */
    }
    if (work > 0 && total >= work) {
        progress.left = (double)(now - atomic_load(&watch->planned)) / SECOND * (total - work) / work;
    }
    return progress;
}
