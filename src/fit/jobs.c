/* jobs.c: jobs are tasks of a pool, the last first. A worker does its jobs in an arena, where the results stay
** until all threads have been joined; the calling thread then copies them. */
#include "jobs.h"

#include "memory.h"
#include "options.h"

/* How a job went. */
typedef struct outcome {
    size_t thread;
    mixture_status status;
} outcome;

typedef struct batch {
    const mix_jobs *jobs;
    mix_threads *threads;
    mix_arena *arenas[MIX_MAX_THREADS]; /* by thread; NULL for the calling one */
    outcome *outcomes;                  /* by place */
} batch;

/* One thread's place in the pool, which it asks whether to go on. */
typedef struct seat {
    mix_threads *threads;
    size_t thread;
} seat;

static bool stopped(void *host) {
    const seat *own = host;
    return mix_threads_stop(own->threads, own->thread);
}

static void run_task(void *context, size_t number, size_t thread) {
    batch *all = context;
    size_t place = all->jobs->count - 1 - number;
    seat own = {all->threads, thread};
    const mix_cancel cancel = {stopped, &own};
    mixture_status status = MIXTURE_NOMEM;
    bool own_memory = thread > 0 && all->arenas[thread] != NULL && mix_memory_use(all->arenas[thread]);
    if (thread == 0 || own_memory) {
        status = all->jobs->run(all->jobs->context, place, &cancel);
    }
    if (own_memory) {
        (void)mix_memory_use(NULL);
    }
    all->outcomes[place] = (outcome){thread, status};
}

/* Back on the calling thread: its memory and a final status for one job. */
static mixture_status settle(const batch *all, size_t place, mixture_status status, const mix_cancel *cancel) {
    const mix_jobs *jobs = all->jobs;
    const outcome went = all->outcomes[place];
    if (went.thread == 0) {
        return status != MIXTURE_OK ? status : went.status;
    }
    if (status == MIXTURE_OK && went.status == MIXTURE_OK) {
        return jobs->adopt(jobs->context, place);
    }
    jobs->forget(jobs->context, place);
    return status != MIXTURE_OK ? status : jobs->run(jobs->context, place, cancel);
}

/* Run the tasks on a pool and join it. */
static mixture_status run_tasks(batch *all, size_t threads, const mix_cancel *cancel) {
    all->threads = mix_threads_new(threads, cancel);
    if (all->threads == NULL) {
        return MIXTURE_NOMEM;
    }
    bool finished = mix_threads_run(all->threads, run_task, all, all->jobs->count);
    mix_threads_free(all->threads);
    return finished ? MIXTURE_OK : MIXTURE_CANCELLED;
}

mixture_status mix_jobs_run(const mix_jobs *jobs, size_t threads, size_t arena_bytes, const mix_cancel *cancel) {
    batch all = {.jobs = jobs};
    all.outcomes = mix_memory_zeros(jobs->count, sizeof *all.outcomes);
    if (all.outcomes == NULL) {
        return MIXTURE_NOMEM;
    }
    char *block = mix_memory_array(threads - 1, arena_bytes);
    threads = block != NULL ? threads : 1; /* no room for arenas is no error yet */
    for (size_t i = 1; i < threads; i++) {
        all.arenas[i] = mix_arena_begin(block + (i - 1) * arena_bytes, arena_bytes);
    }
    mixture_status status = run_tasks(&all, threads, cancel);
    for (size_t i = 0; i < jobs->count; i++) {
        status = settle(&all, i, status, cancel);
    }
    mix_memory_free(block);
    mix_memory_free(all.outcomes);
    return status;
}
