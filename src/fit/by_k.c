/* by_k.c: each k of a selection is a job, the largest begun first since it takes longest. */
#include "by_k.h"

#include "jobs.h"
#include "options.h"
#include "portable.h"

/* Arenas larger than this are not for many threads at once: large models, or many rows. */
#define MOST_ARENA_BYTES (1 << 24)

/* Floating point operations of one pass of every candidate below which threads do not pay: fits of about 2 ms. */
#define WORTH_THREADS 3e5

/* ---- Whether to -------------------------------------------------------------------------------------- */

/* Bytes that fits of k components need, about: what they share, models that are kept or tried, work space. */
static double arena_needed(const mix_plan *plan, const mix_init *init, size_t k, bool all) {
    const mixture_family *family = plan->family;
    size_t rows = mix_init_sample(init)->rows;
    const mix_shape shape = mix_shape_for(family, plan->data, k, 0); /* of the most free structure */
    double model = (double)k * (double)(family->derived_size(&shape) + 3);
    for (size_t a = 0; a < family->array_count; a++) {
        model += (double)k * (double)mix_family_array_size(&shape, a);
    }
    double statistics = (double)mix_statistics_size(&shape);
    double scratch = (double)mix_family_full_scratch(&shape);
    double kept = 60 + (all ? (double)plan->structure_count : 0);
    double traces = 1000.0 * (MIX_MOST_STRUCTURES); /* of fits that take long */
    double doubles = (double)rows * (MIX_STARTS_KEPT + 4) + kept * model + 8 * statistics + 4 * scratch + traces;
    return 2 * sizeof(double) * doubles; /* every piece may be nearly twice as large */
}

mix_by_k mix_by_k_choose(const mix_plan *plan, const mix_init *init, const mix_structures *by_k, size_t count) {
    size_t largest = by_k[count - 1].k, wanted = (size_t)plan->options.threads;
    largest = largest < plan->distinct ? largest : plan->distinct;
    double bytes = arena_needed(plan, init, largest, by_k[0].all != NULL), work = 0;
    for (size_t i = 0; i < count; i++) {
        const mix_shape shape = mix_shape_for(plan->family, plan->data, by_k[i].k, 0);
        work += (double)plan->structure_count * mix_expect_work(plan->data, &shape);
    }
    if (wanted == 0) {
        wanted = work < WORTH_THREADS ? 1 : mix_portable_processors();
        wanted = wanted < MIX_MAX_THREADS ? wanted : MIX_MAX_THREADS;
    }
    const mix_shape shape = mix_shape_for(plan->family, plan->data, largest, 0);
    if (bytes > MOST_ARENA_BYTES || mix_expect_splits(plan->data, &shape)) {
        wanted = 1;
    }
    return (mix_by_k){wanted < count ? wanted : count, bytes <= MOST_ARENA_BYTES ? (size_t)bytes : 0};
}

/* ---- The jobs ---------------------------------------------------------------------------------------- */

typedef struct all_k {
    mix_plan plan; /* with one thread for each fit */
    mix_init *init;
    mix_structures *by_k;
} all_k;

static mixture_status run_k(void *context, size_t place, const mix_cancel *cancel) {
    all_k *all = context;
    return mix_structures_fit(&all->plan, all->init, cancel, &all->by_k[place]);
}

static mixture_status adopt_k(void *context, size_t place) {
    all_k *all = context;
    return mix_structures_adopt(&all->plan, &all->by_k[place]);
}

static void forget_k(void *context, size_t place) {
    all_k *all = context;
    mix_structures_forget(&all->plan, &all->by_k[place]);
}

mixture_status mix_by_k_run(const mix_plan *plan, mix_init *init, const mix_cancel *cancel, mix_by_k how,
                            mix_structures *by_k, size_t count) {
    all_k all = {*plan, init, by_k};
    const mix_jobs jobs = {&all, count, run_k, adopt_k, forget_k};
    all.plan.options.threads = 1;
    mixture_status status = mix_init_complete(init, cancel);
    return status == MIXTURE_OK ? mix_jobs_run(&jobs, how.threads, how.arena_bytes, cancel) : status;
}

mixture_status mix_by_k_fit(const mix_plan *plan, mix_init *init, const mix_cancel *cancel, size_t arena_bytes,
                            mix_structures *by_k, size_t count) {
    mix_by_k how = mix_by_k_choose(plan, init, by_k, count);
    how.arena_bytes = arena_bytes != 0 ? arena_bytes : how.arena_bytes;
    if (how.threads > 1) {
        return mix_by_k_run(plan, init, cancel, how, by_k, count);
    }
    mixture_status status = MIXTURE_OK;
    for (size_t i = 0; status == MIXTURE_OK && i < count; i++) {
        status = mix_structures_fit(plan, init, cancel, &by_k[i]);
    }
    return status;
}
