/* jobs.c: each k is a task of a pool, the largest first since it takes longest. A worker fits its structures in
** an arena, where the results stay until all threads have been joined; the calling thread then copies them. */
#include "jobs.h"

#include "memory.h"
#include "options.h"
#include "threads.h"

/* Arenas larger than this are not for many threads at once: large models, or many rows. */
#define MOST_ARENA_BYTES (1 << 24)

/* Floating point operations of one pass of every candidate below which threads do not pay: fits of about 2 ms. */
#define WORTH_THREADS 3e5

/* How one k went. */
typedef struct outcome {
    size_t thread;
    mixture_status status;
} outcome;

typedef struct batch {
    const mix_plan *plan;
    const mix_init *init;
    mix_threads *threads;
    mix_arena *arenas[MIX_MAX_THREADS]; /* by thread; NULL for the calling one */
    mix_structures *by_k;
    size_t count;
    outcome *outcomes; /* by place in by_k */
} batch;

/* ---- Whether to -------------------------------------------------------------------------------------- */

/* Bytes that fits of k components need, about: what they share, models that are kept or tried, work space. */
static double arena_bytes(const mix_plan *plan, const mix_init *init, size_t k) {
    const mixture_family *family = plan->family;
    size_t rows = mix_init_sample(init)->rows;
    double n_init = plan->options.n_init;
    const mix_shape shape = {.family = family, .k = k, .d = plan->data->d}; /* of the most free structure */
    double model = (double)k * (double)(family->derived_size(&shape) + 3);
    for (size_t a = 0; a < family->array_count; a++) {
        model += (double)k * (double)mix_family_array_size(&shape, a);
    }
    double statistics = (double)mix_statistics_size(&shape);
    double scratch = (double)mix_family_scratch(&shape);
    double traces = 1000.0 * (MIX_MOST_STRUCTURES); /* of fits that take long */
    double doubles = (double)rows * (n_init + 4) + 60 * model + 8 * statistics + 4 * scratch + traces;
    return 2 * sizeof(double) * doubles; /* every piece may be nearly twice as large */
}

mix_jobs mix_jobs_choose(const mix_plan *plan, const mix_init *init, const mix_structures *by_k, size_t count) {
    size_t largest = by_k[count - 1].k, wanted = (size_t)plan->options.threads;
    largest = largest < plan->distinct ? largest : plan->distinct;
    double bytes = arena_bytes(plan, init, largest), work = 0;
    for (size_t i = 0; i < count; i++) {
        const mix_shape shape = {.family = plan->family, .k = by_k[i].k, .d = plan->data->d};
        work += (double)plan->structure_count * mix_expect_work(plan->data, &shape);
    }
    if (wanted == 0) {
        wanted = work < WORTH_THREADS ? 1 : mix_threads_available();
        wanted = wanted < MIX_MAX_THREADS ? wanted : MIX_MAX_THREADS;
    }
    const mix_shape shape = {.family = plan->family, .k = largest, .d = plan->data->d};
    if (bytes > MOST_ARENA_BYTES || mix_expect_splits(plan->data, &shape)) {
        wanted = 1;
    }
    return (mix_jobs){wanted < count ? wanted : count, bytes <= MOST_ARENA_BYTES ? (size_t)bytes : 0};
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

static mixture_status fit(const batch *all, mix_structures *of_k, size_t thread) {
    seat own = {all->threads, thread};
    const mix_cancel cancel = {stopped, &own};
    size_t most = of_k->k < all->plan->distinct ? of_k->k : all->plan->distinct;
    mix_init *fork;
    mixture_status status = mix_init_fork(all->init, most, &cancel, &fork);
    if (status == MIXTURE_OK) {
        status = mix_structures_fit(all->plan, fork, &cancel, of_k);
    }
    mix_init_free(fork);
    return status;
}

static void fit_task(void *context, size_t number, size_t thread) {
    batch *all = context;
    size_t place = all->count - 1 - number;
    mixture_status status = MIXTURE_NOMEM;
    if (thread == 0 || all->arenas[thread] != NULL) {
        mix_memory_use(all->arenas[thread]);
        status = fit(all, &all->by_k[place], thread);
        mix_memory_use(NULL);
    }
    all->outcomes[place] = (outcome){thread, status};
}

/* Back on the calling thread: its memory and a final status for one k. */
static mixture_status settle(const batch *all, size_t place, mixture_status status, mix_init *init,
                             const mix_cancel *cancel) {
    mix_structures *of_k = &all->by_k[place];
    const outcome went = all->outcomes[place];
    if (went.thread == 0) {
        return status != MIXTURE_OK ? status : went.status;
    }
    if (status == MIXTURE_OK && went.status == MIXTURE_OK) {
        return mix_structures_adopt(all->plan, of_k);
    }
    mix_structures_forget(all->plan, of_k);
    return status != MIXTURE_OK ? status : mix_structures_fit(all->plan, init, cancel, of_k);
}

/* Run the tasks on a pool and join it. */
static mixture_status run_tasks(batch *all, size_t threads, const mix_cancel *cancel) {
    all->threads = mix_threads_new(threads, cancel);
    if (all->threads == NULL) {
        return MIXTURE_NOMEM;
    }
    bool finished = mix_threads_run(all->threads, fit_task, all, all->count);
    mix_threads_free(all->threads);
    return finished ? MIXTURE_OK : MIXTURE_CANCELLED;
}

mixture_status mix_jobs_run(const mix_plan *plan, mix_init *init, const mix_cancel *cancel, mix_jobs how,
                            mix_structures *by_k, size_t count) {
    mix_plan one_thread = *plan; /* for each fit */
    one_thread.options.threads = 1;
    batch all = {.plan = &one_thread, .init = init, .by_k = by_k, .count = count};
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
