/* sweep.c: the groups are tasks of a pool, the largest k first since it takes longest. A worker fits its groups in
** an arena, where the results stay until all threads have been joined; the calling thread then copies them. */
#include "sweep.h"

#include "memory.h"
#include "options.h"
#include "threads.h"

/* Arenas larger than this are not for many threads at once: large models, or many rows. */
#define MOST_ARENA_BYTES (1 << 24)

/* Floating point operations of one pass of every candidate below which threads do not pay: fits of about 2 ms. */
#define WORTH_THREADS 3e5

/* How a group went. */
typedef struct outcome {
    size_t thread;
    mixture_status status;
} outcome;

typedef struct sweep {
    const mix_plan *plan;
    const mix_init *init;
    mix_threads *threads;
    mix_arena *arenas[MIX_MAX_THREADS]; /* by thread; NULL for the calling one */
    mix_group *groups;
    size_t count;
    outcome *outcomes; /* by group */
} sweep;

/* ---- Whether to -------------------------------------------------------------------------------------- */

/* Bytes that fits of k components need, about. */
static double arena_bytes(const mix_plan *plan, const mix_init *init, size_t k) {
    const mixture_family *family = plan->family;
    size_t d = plan->data->d, rows = mix_init_sample(init)->rows;
    double n_init = plan->options.n_init;
    double model = (double)k * (double)(family->derived_size(d) + d * d + d + 3);
    double statistics = (double)mix_statistics_size(family, MIXTURE_FULL, k, d);
    double scratch = (double)mix_statistics_scratch(family, k, d);
    double doubles = (double)rows * (n_init + 4) + 60 * model + 8 * statistics + 4 * scratch;
    return 2 * sizeof(double) * doubles; /* every piece may be nearly twice as large */
}

mix_sweep mix_sweep_choose(const mix_plan *plan, const mix_init *init, const mix_group *groups, size_t count) {
    size_t largest = groups[count - 1].k, wanted = (size_t)plan->options.threads;
    largest = largest < plan->distinct ? largest : plan->distinct;
    double bytes = arena_bytes(plan, init, largest), work = 0;
    for (size_t i = 0; i < count; i++) {
        work += (double)plan->structure_count * mix_expect_work(plan->data, groups[i].k);
    }
    if (wanted == 0) {
        wanted = work < WORTH_THREADS ? 1 : mix_threads_available();
        wanted = wanted < MIX_MAX_THREADS ? wanted : MIX_MAX_THREADS;
    }
    if (bytes > MOST_ARENA_BYTES || mix_expect_splits(plan->data, largest)) {
        wanted = 1;
    }
    return (mix_sweep){wanted < count ? wanted : count, bytes <= MOST_ARENA_BYTES ? (size_t)bytes : 0};
}

/* ---- Tasks ------------------------------------------------------------------------------------------- */

/* One thread's place in the pool, which it asks whether to go on. */
typedef struct seat {
    mix_threads *threads;
    size_t thread;
} seat;

static bool stopped(void *host) {
    const seat *own = host;
    return mix_threads_stop(own->threads, own->thread);
}

static mixture_status fit(const sweep *all, mix_group *group, size_t thread) {
    seat own = {all->threads, thread};
    const mix_cancel cancel = {stopped, &own};
    size_t most = group->k < all->plan->distinct ? group->k : all->plan->distinct;
    mix_init *fork;
    mixture_status status = mix_init_fork(all->init, most, &cancel, &fork);
    if (status == MIXTURE_OK) {
        status = mix_group_fit(all->plan, fork, &cancel, group);
    }
    mix_init_free(fork);
    return status;
}

static void fit_task(void *context, size_t number, size_t thread) {
    sweep *all = context;
    size_t place = all->count - 1 - number;
    mixture_status status = MIXTURE_NOMEM;
    if (thread == 0 || all->arenas[thread] != NULL) {
        mix_memory_use(all->arenas[thread]);
        status = fit(all, &all->groups[place], thread);
        mix_memory_use(NULL);
    }
    all->outcomes[place] = (outcome){thread, status};
}

/* Back on the calling thread: its memory and a final status for one group. */
static mixture_status settle(const sweep *all, size_t place, mixture_status status, mix_init *init,
                             const mix_cancel *cancel) {
    mix_group *group = &all->groups[place];
    const outcome went = all->outcomes[place];
    if (went.thread == 0) {
        return status != MIXTURE_OK ? status : went.status;
    }
    if (status == MIXTURE_OK && went.status == MIXTURE_OK) {
        return mix_group_adopt(all->plan, group);
    }
    mix_group_forget(all->plan, group);
    return status != MIXTURE_OK ? status : mix_group_fit(all->plan, init, cancel, group);
}

/* Run the tasks on a pool and join it. */
static mixture_status run_tasks(sweep *all, size_t threads, const mix_cancel *cancel) {
    all->threads = mix_threads_new(threads, cancel);
    if (all->threads == NULL) {
        return MIXTURE_NOMEM;
    }
    bool finished = mix_threads_run(all->threads, fit_task, all, all->count);
    mix_threads_free(all->threads);
    return finished ? MIXTURE_OK : MIXTURE_CANCELLED;
}

mixture_status mix_sweep_run(const mix_plan *plan, mix_init *init, const mix_cancel *cancel, mix_sweep how,
                             mix_group *groups, size_t count) {
    mix_plan one_thread = *plan; /* for each fit */
    one_thread.options.threads = 1;
    sweep all = {.plan = &one_thread, .init = init, .groups = groups, .count = count};
    all.outcomes = mix_memory_zeros(count, sizeof *all.outcomes);
    mixture_status status = all.outcomes != NULL ? mix_init_complete(init) : MIXTURE_NOMEM;
    char *block = mix_memory_array(how.threads - 1, how.arena_bytes);
    size_t threads = block != NULL ? how.threads : 1; /* no room for arenas is no error yet */
    for (size_t i = 1; i < threads; i++) {
        all.arenas[i] = mix_arena_begin(block + (i - 1) * how.arena_bytes, how.arena_bytes);
    }
    if (status == MIXTURE_OK) {
        status = run_tasks(&all, threads, cancel);
    }
    for (size_t i = 0; all.outcomes != NULL && i < count; i++) {
        status = settle(&all, i, status, init, cancel);
    }
    mix_memory_free(block);
    mix_memory_free(all.outcomes);
    return status;
}
