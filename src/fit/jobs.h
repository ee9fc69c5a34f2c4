/* jobs.h: independent pieces of work on several threads, each thread but the calling one in an arena. What
** comes out depends neither on the threads nor on the arenas. */
#ifndef MIX_JOBS_H
#define MIX_JOBS_H

#include "mixture.h"
#include "threads.h"

/* What there is to do. `place` is 0..count - 1; the last one is begun first. */
typedef struct mix_jobs {
    void *context;
    size_t count;
    /* Do one, with whatever memory it needs from mix_memory; it stops when `cancel` says so. */
    mixture_status (*run)(void *context, size_t place, const mix_cancel *cancel);
    /* On the calling thread, after all threads were joined: copy what must outlive the arena. MIXTURE_OK or
    ** _NOMEM; in both cases nothing in the arena is pointed to any more. */
    mixture_status (*adopt)(void *context, size_t place);
    /* Make it what it was before `run`, without freeing anything. */
    void (*forget)(void *context, size_t place);
} mix_jobs;

/* Do all with up to `threads` >= 1 threads and arenas of so many bytes each. What was too large for its arena
** is done again by the calling thread. Returns the status of the first that failed; then `forget` or a failed
** `run` has left every other as it must be. MIXTURE_OK, _NOMEM, _CANCELLED or what `run` gave. */
mixture_status mix_jobs_run(const mix_jobs *jobs, size_t threads, size_t arena_bytes, const mix_cancel *cancel);

#endif
