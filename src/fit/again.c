/* again.c: the best candidates of a selection once more. */
#include "error.h"
#include "model.h"
#include "selection.h"

/* Among so many candidates each gets but a few starts. So the best are fitted again as a fit of its own is: as
** many as these, and on until the winner is one of them. */
enum { AGAIN_LEAST = 1, AGAIN_MOST = 8 };

/* The best sound candidate that is not in again[]; NULL when there is none. */
static mixture_candidate *find_best(mix_selection *selection, mixture_candidate *const *again, size_t count) {
    mixture_candidate *best = NULL;
    for (size_t i = 0; i < selection->candidate_count; i++) {
        mixture_candidate *candidate = &selection->candidates[i];
        bool done = !candidate->sound;
        for (size_t j = 0; j < count && !done; j++) {
            done = again[j] == candidate;
        }
        if (!done && (best == NULL || mix_structures_compare(candidate, best, selection->plan.criterion) < 0)) {
            best = candidate;
        }
    }
    return best;
}

/* What was found takes the candidate's place if it is better, and then the best one's. */
static mixture_status take_if_better(mix_selection *selection, mixture_candidate *candidate,
                                     const mixture_options *options, mix_found *found) {
    mixture_candidate entry = {0};
    mixture_status status = mix_structures_enter(&selection->plan, options, found, &entry);
    bool better = status == MIXTURE_OK && mix_structures_compare(&entry, candidate, selection->plan.criterion) < 0;
    mix_model_free_strings(entry.warnings, entry.warning_count);
    return better ? mix_selection_take(selection, candidate, options, found) : status;
}

/* A better fit of a candidate takes its place; those of the same k whose structures contain its structure start
** from it where they are below it, so that none of them stays there. found: at most its model is taken away. */
static mixture_status take_and_pass_on(mix_selection *selection, mixture_candidate *candidate,
                                       const mixture_options *options, mix_found *found) {
    const mix_plan *plan = &selection->plan;
    const mix_structures_table *table = plan->family->structures;
    double loglik = (found->run.loglik + plan->shift) * plan->data->weight_unit;
    bool rises = !found->soundness.degenerate && !found->soundness.saddle && loglik > candidate->loglik;
    mixture_status status = MIXTURE_OK;
    for (size_t i = 0; status == MIXTURE_OK && rises && table != NULL && i < selection->candidate_count; i++) {
        mixture_candidate *outer = &selection->candidates[i];
        mixture_options others = *options;
        mixture_error reason = {MIXTURE_OK, ""};
        mix_found next = {0};
        if (outer->k != options->k || !outer->sound || outer->rows > 0 || !(outer->loglik < loglik) ||
            !table->nested(options->structure, outer->structure)) {
            continue;
        }
        others.structure = outer->structure;
        status = mix_multistart_continue(&selection->multistart, &others, found->model, &next, &reason);
        if (status == MIXTURE_OK) {
            status = take_and_pass_on(selection, outer, &others, &next);
        }
        mix_found_clear(&next);
        status = status == MIXTURE_INVALID ? MIXTURE_OK : status; /* what there is stays */
    }
    return status == MIXTURE_OK ? take_if_better(selection, candidate, options, found) : status;
}

/* Fit a candidate again; what is better takes the place of what there was. */
static mixture_status fit_again(mix_selection *selection, mixture_candidate *candidate) {
    const mix_plan *plan = &selection->plan;
    mixture_options options = plan->options;
    mixture_error reason = {MIXTURE_OK, ""};
    mix_found found;
    options.k = candidate->k;
    options.structure = candidate->structure;
    mix_multistart *multistart = &selection->multistart;
    mixture_status status = mix_starts_new(multistart->init, options.k, multistart->cancel, &multistart->starts);
    if (status == MIXTURE_OK) {
        status = mix_multistart_run(multistart, &options, NULL, &found, &reason);
    }
    mix_starts_free(multistart->starts);
    multistart->starts = NULL;
    if (status != MIXTURE_OK) {
        return status == MIXTURE_INVALID ? MIXTURE_OK : status; /* what there is stays */
    }
    status = take_and_pass_on(selection, candidate, &options, &found);
    mix_found_clear(&found);
    return status;
}

mixture_status mix_selection_again(mix_selection *selection) {
    mixture_candidate *again[AGAIN_MOST];
    mixture_status status = MIXTURE_OK;
    mix_watch_phase(selection->plan.options.watch, "fits again", 0);
    mix_watch_plan(selection->plan.options.watch, 0);
    for (size_t count = 0; status == MIXTURE_OK && count < AGAIN_MOST; count++) {
        mixture_candidate *best = find_best(selection, again, count);
        bool leads =
            best != NULL && mix_structures_compare(best, &selection->winner, selection->plan.criterion) <= 0;
        if (best == NULL || (count >= AGAIN_LEAST && !leads)) {
            break;
        }
        again[count] = best;
        status = best->k > 1 ? fit_again(selection, best) : MIXTURE_OK; /* one component has one fit */
        mix_watch_add(selection->plan.options.watch, 1, 0);
    }
    return mix_error_status(selection->error, status);
}
