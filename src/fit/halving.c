/* halving.c: rounds over larger and larger samples. A round ranks the candidates by the criterion that they would
** have on all rows (structures.c) and keeps those whose difference to the best is within what chance does: three
** standard deviations of the paired differences of their rows. */
#include "halving.h"

#include <math.h>

#include "by_k.h"
#include "memory.h"
#include "model.h"
#include "paired.h"
#include "subsample.h"

enum {
    LATER_SAMPLE = 5,       /* the second sample is so many times the first */
    LEAST_SAVING = 3,       /* a sample is worth it when the next one, or all, has so many times its rows */
    ROWS_PER_FREE = 20,     /* at least, for each free parameter of the largest candidate */
    LEAST_AHEAD_FIRST = 5,  /* candidates that go on, whatever the differences; after the second round */
    LEAST_AHEAD_SECOND = 3, /* so many */
    MOST_FIT_BYTES = 1 << 28,
    LATER_IS_CHEAPER = 4 /* a fit from a fit takes so many times less than one from the start */
};
#define WITHIN_DEVIATIONS 3.0

/* ---- Whether to --------------------------------------------------------------------------------------------- */

static double fit_bytes(const mix_plan *plan, size_t k) {
    const mix_shape shape = mix_shape_for(plan->family, plan->data, k, 0);
    double doubles = (double)plan->family->derived_size(&shape) + 3;
    for (size_t a = 0; a < plan->family->array_count; a++) {
        doubles += (double)mix_family_array_size(&shape, a);
    }
    return (double)k * doubles * sizeof(double);
}

static size_t most_free(const mix_plan *plan, size_t k) {
    size_t most = 0;
    for (size_t i = 0; i < plan->structure_count; i++) {
        const mix_shape shape = mix_shape_for(plan->family, plan->data, k, plan->structures[i]);
        size_t free = plan->family->parameter_count(&shape) + k - 1;
        most = free > most ? free : most;
    }
    return most;
}

size_t mix_halving_rows(const mix_plan *plan, const mix_structures *by_k, size_t by_k_count, size_t wanted) {
    size_t k = by_k[by_k_count - 1].k, all = plan->data->rows;
    double bytes = 0;
    for (size_t i = 0; i < by_k_count; i++) {
        bytes += (double)plan->structure_count * fit_bytes(plan, by_k[i].k);
    }
    size_t least = ROWS_PER_FREE * most_free(plan, k < all ? k : all);
    size_t rows = wanted > least ? wanted : least;
    bool nec = plan->criterion == MIXTURE_NEC; /* of which the likelihood does not tell who is behind */
    bool labelled = (plan->data->extras & MIXTURE_LABELLED) != 0;
    bool saves = plan->structure_count * by_k_count > LEAST_AHEAD_FIRST && all / LEAST_SAVING >= rows;
    return wanted > 0 && saves && !labelled && !nec && bytes <= MOST_FIT_BYTES ? rows : 0;
}

/* ---- Those who wait ---------------------------------------------------------------------------------------- */

uint64_t mix_halving_work(size_t k, size_t rows) {
    return (uint64_t)k * rows / LATER_IS_CHEAPER;
}

static uint64_t work_ahead(const mix_halving *halving, size_t rows) {
    uint64_t work = 0;
    for (size_t i = 0; halving->halves != NULL && i < halving->count; i++) {
        work += halving->halves[i].ahead ? mix_halving_work(halving->candidates[i].k, rows) : 0;
    }
    return work;
}

size_t mix_halving_ahead(const mix_halving *halving) {
    size_t count = 0;
    for (size_t i = 0; halving->halves != NULL && i < halving->count; i++) {
        count += halving->halves[i].ahead;
    }
    return count;
}

uint64_t mix_halving_left(const mix_halving *halving) {
    return work_ahead(halving, halving->plan->data->rows);
}

/* What is ahead at first, if as few go on as can be. */
static void tell_first(const mix_halving *halving, const mix_plan *sampled) {
    uint64_t work = 0, all = 0;
    for (size_t i = 0; i < halving->by_k_count; i++) {
        work += sampled->structure_count * mix_structures_work(sampled, halving->by_k[i].k);
        all += LEAST_AHEAD_FIRST * mix_halving_work(halving->by_k[i].k, halving->plan->data->rows);
    }
    mix_watch_phase(sampled->options.watch, "fits to a sample", halving->count);
    mix_watch_plan(sampled->options.watch, work + all / halving->by_k_count);
}

/* ---- What is expected ------------------------------------------------------------------------------------ */

static double entropy_of(const mixture_candidate *candidate) {
    return (candidate->icl - candidate->bic) / 2;
}

static void note_expected(mix_halving *halving, size_t i, size_t round) {
    const mixture_candidate *candidate = &halving->candidates[i];
    mix_half *half = &halving->halves[i];
    half->round = round;
    half->loglik[round] = candidate->loglik;
    half->entropy[round] = entropy_of(candidate);
}

void mix_halving_compare(mix_halving *halving, size_t place) {
    const mix_half known = halving->halves[place];
    const mixture_candidate truth = halving->candidates[place];
    for (size_t i = 0; i < halving->count; i++) {
        mixture_candidate *candidate = &halving->candidates[i];
        size_t round = halving->halves[i].round;
        if (!candidate->fitted || candidate->rows == 0) {
            continue;
        }
        double entropy = entropy_of(candidate), shift = truth.loglik - known.loglik[round];
        entropy *= known.entropy[round] > 0 ? entropy_of(&truth) / known.entropy[round] : 1;
        candidate->loglik += shift;
        candidate->aic -= 2 * shift;
        candidate->bic -= 2 * shift;
        candidate->icl = candidate->bic + 2 * entropy;
    }
}

/* ---- Fits --------------------------------------------------------------------------------------------------- */

/* All candidates, each from its own starts. */
static mixture_status fit_first(mix_halving *halving, const mixture_data *sample) {
    mix_plan sampled = *halving->plan;
    mix_structures *by_k = halving->by_k;
    size_t count = halving->by_k_count, most = by_k[count - 1].k;
    mix_found *fits = mix_memory_zeros(halving->count, sizeof *fits);
    mix_init *init = NULL;
    sampled.data = sample;
    mixture_status status = fits != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    if (status == MIXTURE_OK) {
        status = mix_data_distinct(sample, mix_structures_most_rows(&sampled, most), halving->cancel, NULL,
                                   &sampled.distinct);
    }
    if (status == MIXTURE_OK) {
        status = mix_init_new(sampled.family, sample, &sampled.options,
                              most < sampled.distinct ? most : sampled.distinct, true, halving->cancel, &init);
    }
    if (status == MIXTURE_OK) {
        tell_first(halving, &sampled);
        for (size_t i = 0; i < count; i++) {
            by_k[i].all = fits + i * sampled.structure_count;
        }
        status = mix_by_k_fit(&sampled, init, halving->cancel, halving->arena_bytes, by_k, count);
    }
    for (size_t i = 0; fits != NULL && i < halving->count; i++) {
        halving->halves[i].fit = fits[i];
        halving->halves[i].ahead = fits[i].model != NULL && halving->candidates[i].sound;
        note_expected(halving, i, 0);
    }
    for (size_t i = 0; i < count; i++) {
        by_k[i].all = NULL;
    }
    mix_init_free(init);
    mix_memory_free(fits);
    return status;
}

/* One that goes on, from its fit to a smaller sample. */
static mixture_status fit_later(mix_halving *halving, mix_multistart *multistart, const mix_plan *sampled,
                                size_t i) {
    mixture_candidate *candidate = &halving->candidates[i], entry = {0};
    mix_half *half = &halving->halves[i];
    mixture_options options = sampled->options;
    mixture_error reason = {MIXTURE_OK, ""};
    mix_found found;
    options.k = candidate->k;
    options.structure = candidate->structure;
    mixture_status status = mix_multistart_continue(multistart, &options, half->fit.model, &found, &reason);
    if (status == MIXTURE_OK) {
        status = mix_structures_enter(sampled, &options, &found, &entry);
        mix_found_clear(&half->fit);
        half->fit = found;
        mix_model_free_strings(candidate->warnings, candidate->warning_count);
        *candidate = entry;
        note_expected(halving, i, 1);
    }
    half->ahead = half->ahead && status == MIXTURE_OK && candidate->sound;
    mix_watch_add(sampled->options.watch, 1, mix_halving_work(candidate->k, sampled->data->rows));
    return status == MIXTURE_INVALID ? MIXTURE_OK : status; /* what there is stays */
}

static mixture_status fit_ahead(mix_halving *halving, const mixture_data *sample) {
    mix_plan sampled = *halving->plan;
    mix_multistart multistart;
    mixture_status status = MIXTURE_OK;
    sampled.data = sample;
    mix_multistart_begin(&multistart, sampled.family, sample, halving->cancel);
    multistart.many = true;
    mix_watch_phase(sampled.options.watch, "fits to a larger sample", mix_halving_ahead(halving));
    mix_watch_replan(sampled.options.watch, work_ahead(halving, sample->rows) + mix_halving_left(halving) / 2);
    for (size_t i = 0; status == MIXTURE_OK && i < halving->count; i++) {
        if (halving->halves[i].ahead) {
            status = fit_later(halving, &multistart, &sampled, i);
        }
    }
    return status;
}

/* ---- Who goes on ------------------------------------------------------------------------------------------- */

static double criterion_expected(const mix_halving *halving, size_t i) {
    return mix_structures_value(&halving->candidates[i], halving->plan->criterion);
}

/* The places of those that are ahead, the best first, of equals the first; returns how many. */
static size_t rank_ahead(const mix_halving *halving, size_t *order) {
    size_t count = 0;
    for (size_t i = 0; i < halving->count; i++) {
        if (halving->halves[i].ahead) {
            size_t at = count++;
            for (; at > 0 && criterion_expected(halving, i) < criterion_expected(halving, order[at - 1]); at--) {
                order[at] = order[at - 1];
            }
            order[at] = i;
        }
    }
    return count;
}

/* Of those that are ahead only the first `least` and those go on that are not surely worse than the first.
** leader, other: a number for each row of the sample. */
static mixture_status thin_out_sample(mix_halving *halving, const mixture_data *sample, size_t least,
                                      size_t *order, double *leader, double *other) {
    const mix_plan *plan = halving->plan;
    size_t count = rank_ahead(halving, order);
    if (count <= least) {
        return MIXTURE_OK;
    }
    /* What the sums over the sample stand for; the sample is a part of all rows. */
    double share = (double)sample->rows / (double)plan->data->rows;
    double unit = plan->data->weight_unit * plan->data->total_weight / sample->total_weight * sqrt(1 - share);
    double best = criterion_expected(halving, order[0]);
    mixture_status status =
        mix_paired_rows(halving->halves[order[0]].fit.model, sample, plan->criterion, halving->cancel, leader);
    for (size_t i = least; status == MIXTURE_OK && i < count; i++) {
        mix_half *half = &halving->halves[order[i]];
        status = mix_paired_rows(half->fit.model, sample, plan->criterion, halving->cancel, other);
        if (status == MIXTURE_OK) {
            double reach = WITHIN_DEVIATIONS * unit * mix_paired_deviation(sample, other, leader);
            half->ahead = criterion_expected(halving, order[i]) - best <= reach;
        }
    }
    return status;
}

static mixture_status choose_ahead(mix_halving *halving, const mixture_data *sample, size_t least) {
    size_t *order = mix_memory_array(halving->count, sizeof *order);
    double *leader = mix_memory_array(sample->rows, sizeof *leader);
    double *other = mix_memory_array(sample->rows, sizeof *other);
    mixture_status status = order != NULL && leader != NULL && other != NULL
                                ? thin_out_sample(halving, sample, least, order, leader, other)
                                : MIXTURE_NOMEM;
    mix_memory_free(order);
    mix_memory_free(leader);
    mix_memory_free(other);
    return status;
}

/* ---- Rounds ------------------------------------------------------------------------------------------------- */

/* number: of the round, 0 or 1. */
static mixture_status play_round(mix_halving *halving, size_t rows, size_t number) {
    const mix_plan *plan = halving->plan;
    size_t most = halving->by_k[halving->by_k_count - 1].k;
    most = most < plan->distinct ? most : plan->distinct;
    mixture_data *sample;
    mixture_status status =
        mix_subsample_rows(plan->data, rows, most, plan->options.seed, number, halving->cancel, &sample);
    if (status == MIXTURE_OK) {
        status = number == 0 ? fit_first(halving, sample) : fit_ahead(halving, sample);
    }
    if (status == MIXTURE_OK) {
        status = choose_ahead(halving, sample, number == 0 ? LEAST_AHEAD_FIRST : LEAST_AHEAD_SECOND);
    }
    mix_subsample_free(sample);
    return status;
}

mixture_status mix_halving_run(mix_halving *halving) {
    halving->halves = mix_memory_zeros(halving->count, sizeof *halving->halves);
    mixture_status status = halving->halves != NULL ? play_round(halving, halving->rows, 0) : MIXTURE_NOMEM;
    size_t later = LATER_SAMPLE * halving->rows;
    if (status == MIXTURE_OK && halving->plan->data->rows / LEAST_SAVING >= later &&
        mix_halving_ahead(halving) > 0) {
        status = play_round(halving, later, 1);
    }
    return status;
}

void mix_halving_clear(mix_halving *halving) {
    for (size_t i = 0; halving->halves != NULL && i < halving->count; i++) {
        mix_found_clear(&halving->halves[i].fit);
    }
    mix_memory_free(halving->halves);
    halving->halves = NULL;
}
