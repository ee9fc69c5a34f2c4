/* halve.c: a selection over many rows: what samples leave (halving.c) is fitted to all rows. */
#include "error.h"
#include "model.h"
#include "selection.h"

/* Fit a candidate to all rows, from its fit to a sample. */
static mixture_status finish_candidate(mix_selection *selection, size_t place) {
    mixture_candidate *candidate = &selection->candidates[place];
    mix_half *half = &selection->halving.halves[place];
    mixture_options options = selection->plan.options;
    mixture_error reason = {MIXTURE_OK, ""};
    mix_found found;
    options.k = candidate->k;
    options.structure = candidate->structure;
    mixture_status status =
        mix_multistart_continue(&selection->multistart, &options, half->fit.model, &found, &reason);
    if (status == MIXTURE_OK) {
        status = mix_selection_take(selection, candidate, &options, &found);
    } else if (status == MIXTURE_INVALID) { /* it cannot be, and does not win */
        candidate->sound = candidate->fitted = false;
        status = mix_model_add_string(&candidate->warnings, &candidate->warning_count, reason.text);
    }
    mix_found_clear(&found);
    mix_found_clear(&half->fit);
    half->ahead = false;
    mix_watch_add(options.watch, 1, mix_halving_work(candidate->k, selection->plan.data->rows));
    if (candidate->sound) {
        mix_watch_best(options.watch, mix_structures_value(candidate, selection->plan.criterion), true);
    }
    return status;
}

/* The best candidate that is to be fitted to all rows: one that is ahead; or, once they have been compared
** with the best, that would be better. */
static bool find_unfinished(const mix_selection *selection, bool compared, size_t *place) {
    const mixture_candidate *best = NULL, *first = NULL;
    for (size_t i = 0; i < selection->candidate_count; i++) {
        const mixture_candidate *candidate = &selection->candidates[i];
        mixture_criterion criterion = selection->plan.criterion;
        if (candidate->sound && (first == NULL || mix_structures_compare(candidate, first, criterion) < 0)) {
            first = candidate;
        }
        if (selection->halving.halves[i].ahead &&
            (best == NULL || mix_structures_compare(candidate, best, criterion) < 0)) {
            best = candidate;
        }
    }
    best = best == NULL && compared && first != NULL && first->rows > 0 ? first : best;
    *place = best != NULL ? (size_t)(best - selection->candidates) : 0;
    return best != NULL;
}

/* What is expected of the others is compared with what came out for the best. */
static void compare_unfinished(mix_selection *selection) {
    const mixture_candidate *winner = &selection->winner;
    for (size_t i = 0; selection->best.model != NULL && i < selection->candidate_count; i++) {
        const mixture_candidate *candidate = &selection->candidates[i];
        if (candidate->k == winner->k && candidate->structure == winner->structure) {
            mix_halving_compare(&selection->halving, i);
            return;
        }
    }
}

/* Back to where nothing is fitted. */
static void forget_candidates(mix_selection *selection) {
    for (size_t i = 0; i < selection->candidate_count; i++) {
        mixture_candidate *candidate = &selection->candidates[i];
        mix_model_free_strings(candidate->warnings, candidate->warning_count);
        *candidate = (mixture_candidate){0};
    }
}

mixture_status mix_selection_halve(mix_selection *selection, size_t rows, size_t arena_bytes) {
    selection->halving = (mix_halving){.plan = &selection->plan,
                                       .cancel = selection->multistart.cancel,
                                       .by_k = selection->by_k,
                                       .by_k_count = selection->by_k_count,
                                       .candidates = selection->candidates,
                                       .count = selection->candidate_count,
                                       .rows = rows,
                                       .arena_bytes = arena_bytes};
    mixture_watch *watch = selection->plan.options.watch;
    size_t place;
    mixture_status status = mix_halving_run(&selection->halving);
    selection->multistart.many = true;
    mix_watch_phase(watch, "fits", mix_halving_ahead(&selection->halving));
    mix_watch_replan(watch, mix_halving_left(&selection->halving));
    while (status == MIXTURE_OK && find_unfinished(selection, false, &place)) {
        status = finish_candidate(selection, place);
    }
    compare_unfinished(selection);
    while (status == MIXTURE_OK && find_unfinished(selection, true, &place)) {
        status = finish_candidate(selection, place);
    }
    selection->multistart.many = false;
    if (status == MIXTURE_OK && !selection->winner.sound) {
        mix_found_clear(&selection->best);
        forget_candidates(selection);
    } else {
        selection->sample = rows;
    }
    return mix_error_status(selection->error, status);
}
