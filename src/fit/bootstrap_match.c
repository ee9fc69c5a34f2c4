/* bootstrap_match.c: as mix_match matches two models (compare.c), but by the rows at hand. */
#include "bootstrap_match.h"

#include "compare.h"
#include "memory.h"
#include "noise.h"
#include "patterns.h"

/* One of the two models, as it sees the rows. */
typedef struct sight {
    const mixture_model *model;
    double *statistics, *scratch; /* the responsibilities of a block are first in scratch */
    mix_gaps *gaps;               /* NULL: all rows are complete */
} sight;

static bool sight_begin(sight *own, const mixture_model *model, const mixture_data *data, double *scratch) {
    const mix_shape shape = mix_shape_of(model);
    own->model = model;
    own->scratch = scratch;
    own->statistics = mix_memory_zeros(mix_statistics_size(&shape), sizeof(double));
    own->gaps = data->incomplete > 0 ? mix_gaps_new(&shape) : NULL;
    bool made = own->statistics != NULL && own->scratch != NULL && (own->gaps != NULL || data->incomplete == 0);
    if (made && own->gaps != NULL) {
        mix_gaps_begin(own->gaps, model, own->statistics + MIX_TOTALS);
    }
    return made;
}

static void sight_end(sight *own) {
    mix_memory_free(own->statistics);
    mix_gaps_free(own->gaps);
}

static bool see(sight *own, const mix_rows *rows, mix_turns *turns) {
    return mix_statistics_expect_until(own->model, rows, own->statistics, own->scratch, own->gaps, turns);
}

/* Add to shared[a * k + b] how many rows are of component a of the one and b of the other. */
static mixture_status add_shared(sight *one, sight *other, const mixture_data *data, const mix_cancel *cancel,
                                 double *shared) {
    size_t k = one->model->k;
    double *room = mix_memory_zeros(mix_runs_room(data) + 1, sizeof(double));
    mix_turns turns = {.cancel = cancel};
    mix_runs runs;
    mix_rows rows;
    mixture_status status = room != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    mix_runs_begin(&runs, data, 0, SIZE_MAX, room);
    while (status == MIXTURE_OK && mix_runs_next(&runs, &rows)) {
        rows.weight = NULL; /* rows that were not drawn tell as much */
        bool on = see(one, &rows, &turns) && see(other, &rows, &turns) && !mix_cancelled(cancel);
        for (size_t a = 0; on && a < k; a++) {
            for (size_t b = 0; b < k; b++) {
                const double *of_a = one->scratch + a * rows.stride, *of_b = other->scratch + b * rows.stride;
                for (size_t r = 0; r < rows.count; r++) {
                    shared[a * k + b] += of_a[r] * of_b[r];
                }
            }
        }
        status = on ? MIXTURE_OK : MIXTURE_CANCELLED;
    }
    mix_memory_free(room);
    return status;
}

/* In place of what two components share: its part of the rows of the one and of those of the other. sums: 2 k. */
static void share_both_ways(size_t k, double *shared, double *sums) {
    for (size_t i = 0; i < k * k; i++) {
        sums[i / k] += shared[i];
        sums[k + i % k] += shared[i];
    }
    for (size_t i = 0; i < k * k; i++) {
        double rows = sums[i / k], columns = sums[k + i % k];
        shared[i] = (rows > 0 ? shared[i] / rows : 0) + (columns > 0 ? shared[i] / columns : 0);
    }
}

/* Whether none shares more with another than with its like: they are in their places. */
static bool all_stay(size_t k, const double *shared) {
    bool stay = true;
    for (size_t i = 0; i < k * k && stay; i++) {
        stay = shared[i] <= shared[i / k * (k + 1)];
    }
    return stay;
}

mixture_status mix_bootstrap_match(mix_em *em, const mixture_model *reference, const mixture_model *model,
                                   const mix_cancel *cancel, size_t *from) {
    const mix_shape shape = mix_shape_of(model);
    size_t k = model->k;
    double *shared = mix_memory_zeros(k * k + 2 * k, sizeof *shared);
    double *scratch = mix_memory_zeros(mix_family_scratch(&shape), sizeof *scratch);
    sight one = {.model = NULL}, other = {.model = NULL};
    for (size_t c = 0; c < k; c++) {
        from[c] = c;
    }
    bool made = sight_begin(&one, reference, em->data, scratch);
    made = sight_begin(&other, model, em->data, mix_expect_scratch(em->expect)) && made && shared != NULL;
    mixture_status status = made ? add_shared(&one, &other, em->data, cancel, shared) : MIXTURE_NOMEM;
    if (status == MIXTURE_OK) {
        share_both_ways(k, shared, shared + k * k);
    }
    if (status == MIXTURE_OK && !all_stay(k, shared)) {
        status = mix_compare_assign(k, shared, cancel, from);
    }
    sight_end(&one);
    sight_end(&other);
    mix_memory_free(scratch);
    mix_memory_free(shared);
    return status;
}
