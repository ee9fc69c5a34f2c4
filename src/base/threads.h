/* threads.h: running numbered tasks on a few threads. Which thread runs which task is left to chance; a task must
** write only to what belongs to its number, so that the result does not depend on it. */
#ifndef MIX_THREADS_H
#define MIX_THREADS_H

#include <stdatomic.h>

#include "cancel.h"

typedef struct mix_threads mix_threads;

/* One task. `thread` is 0 on the calling thread and below the pool's size on the others. A task that runs long
** looks at mix_threads_stop() now and then and returns early when it is true. */
typedef void (*mix_task)(void *context, size_t number, size_t thread);

/* A pool of `wanted` threads, the calling one included; fewer when the system gives fewer. NULL when out of
** memory. Worker threads have all signals blocked and never call the host. */
mix_threads *mix_threads_new(size_t wanted, const mix_cancel *cancel);
void mix_threads_free(mix_threads *threads); /* joins the workers; NULL is fine */
size_t mix_threads_count(const mix_threads *threads);

/* Run tasks 0..count-1 and wait for all; false when it was cancelled, the tasks' results then being undefined,
** as are those of all later runs of the pool. */
bool mix_threads_run(mix_threads *threads, mix_task task, void *context, size_t count);

/* Whether to stop. On thread 0 this asks the host. */
bool mix_threads_stop(mix_threads *threads, size_t thread);

#endif
