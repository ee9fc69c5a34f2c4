/* select.c: which number of components, which structure: every candidate is fitted, over one copy of the data, and
** a criterion compares them (Fraley & Raftery, Journal of the American Statistical Association 97 (2002) 611).
**
** The candidates of one k share the partitions that they start from. A structure also starts from the best fit of
** those nested in it, whose matrices obey it, too: so a richer structure never has a lower likelihood. */
#include <string.h>

#include "covariance.h"
#include "error.h"
#include "memory.h"
#include "model.h"
#include "options.h"
#include "outcome.h"
#include "precheck.h"

/* The structures, each after those that are nested in it. */
static const mixture_covariance nested_order[] = {
    MIXTURE_EII, MIXTURE_SPHERICAL, MIXTURE_EEI, MIXTURE_VEI, MIXTURE_EVI, MIXTURE_DIAG, MIXTURE_TIED,
    MIXTURE_VEE, MIXTURE_EVE,       MIXTURE_VVE, MIXTURE_EEV, MIXTURE_VEV, MIXTURE_EVV,  MIXTURE_FULL,
};

typedef struct mix_selection {
    mix_search search;
    mixture_options options; /* of the candidate at hand */
    mixture_criterion criterion;
    mixture_covariance structures[MIXTURE_COVARIANCES]; /* in nested order */
    size_t structure_count;
    size_t least_k, most_k, distinct;
    double shift; /* see mix_outcome_shift */

    mixture_candidate *candidates;
    size_t count;
    mix_found row[MIXTURE_COVARIANCES]; /* the fits of the k at hand, by place in structures[] */
    mix_found best;                     /* of all */
    mixture_candidate winner;           /* its entry; what it points to is not its own */
    mixture_error *error;
} mix_selection;

/* ---- Order ------------------------------------------------------------------------------------------- */

static double value_of(const mixture_candidate *candidate, mixture_criterion criterion) {
    return criterion == MIXTURE_BIC ? candidate->bic : criterion == MIXTURE_ICL ? candidate->icl : candidate->aic;
}

/* < 0 if a is the better one: sound ones first, by the criterion; then those that are not and those without a fit,
** by k. */
static int compare(const mixture_candidate *a, const mixture_candidate *b, mixture_criterion criterion) {
    if (a->sound != b->sound) {
        return a->sound ? -1 : 1;
    }
    if (a->fitted != b->fitted) {
        return a->fitted ? -1 : 1;
    }
    if (!a->sound && a->k != b->k) {
        return a->k < b->k ? -1 : 1;
    }
    double first = value_of(a, criterion), second = value_of(b, criterion);
    return (first > second) - (first < second);
}

/* Insertion keeps the order of equals: fewer components, then the plainer structure. */
static void sort_candidates(mixture_candidate *candidates, size_t count, mixture_criterion criterion) {
    for (size_t i = 1; i < count; i++) {
        mixture_candidate candidate = candidates[i];
        size_t place = i;
        for (; place > 0 && compare(&candidate, &candidates[place - 1], criterion) < 0; place--) {
            candidates[place] = candidates[place - 1];
        }
        candidates[place] = candidate;
    }
}

/* ---- One candidate ----------------------------------------------------------------------------------- */

/* The fit of the k at hand with the highest likelihood among the structures nested in this one. */
static const mixture_model *find_near(const mix_selection *selection, size_t place) {
    const mix_found *near = NULL;
    for (size_t i = 0; i < place; i++) {
        const mix_found *found = &selection->row[i];
        bool sound = found->model != NULL && !found->soundness.degenerate && !found->soundness.saddle;
        if (sound && mix_covariance_nested(selection->structures[i], selection->structures[place]) &&
            (near == NULL || found->run.loglik > near->run.loglik)) {
            near = found;
        }
    }
    return near != NULL ? near->model : NULL;
}

static mixture_status copy_warnings(mixture_candidate *candidate, char *const *warnings, size_t count) {
    mixture_status status = MIXTURE_OK;
    for (size_t i = 0; status == MIXTURE_OK && i < count; i++) {
        status = mix_model_add_string(&candidate->warnings, &candidate->warning_count, warnings[i]);
    }
    return status;
}

/* The entry of a candidate that was fitted. */
static mixture_status enter_fit(mix_selection *selection, const mix_found *found, mixture_candidate *candidate) {
    mix_run run = {.loglik = found->run.loglik, .entropy = found->run.entropy};
    mix_outcome_run(&selection->search, selection->shift, &run);
    mix_criteria criteria = mix_outcome_criteria(&selection->search, &selection->options, &run);
    candidate->fitted = true;
    candidate->sound = !found->soundness.degenerate && !found->soundness.saddle;
    candidate->loglik = run.loglik;
    candidate->parameters = criteria.parameters;
    candidate->aic = criteria.aic;
    candidate->bic = criteria.bic;
    candidate->icl = criteria.icl;
    candidate->converged = found->run.converged && !found->soundness.saddle;
    return copy_warnings(candidate, found->model->warnings, found->model->warning_count);
}

/* Fit the candidate at `place` of structures[]; a fit that is not possible is an entry, not an error. */
static mixture_status fit_candidate(mix_selection *selection, size_t place, mixture_candidate *candidate) {
    mixture_error reason = {MIXTURE_OK, ""};
    mix_found *found = &selection->row[place];
    mixture_status status =
        mix_precheck_k(selection->search.data, &selection->options, selection->distinct, &reason);
    if (status == MIXTURE_OK) {
        status =
            mix_search_run(&selection->search, &selection->options, find_near(selection, place), found, &reason);
    }
    if (status == MIXTURE_INVALID) {
        char *text = reason.text;
        status = copy_warnings(candidate, &text, 1);
    } else if (status == MIXTURE_OK) {
        status = enter_fit(selection, found, candidate);
    }
    return mix_error_status(selection->error, status);
}

/* An earlier candidate of the k at hand that is the same: for one component many structures are. */
static const mixture_candidate *find_same(const mix_selection *selection, size_t place,
                                          const mixture_candidate *first) {
    for (size_t i = 0; selection->options.k == 1 && i < place; i++) {
        if (mix_covariance_kind(selection->structures[i]) == mix_covariance_kind(selection->structures[place])) {
            return first + i;
        }
    }
    return NULL;
}

/* ---- All of them ------------------------------------------------------------------------------------- */

/* Keep the best fit of the k at hand if it is the best of all, and drop the others. */
static void keep_best(mix_selection *selection, const mixture_candidate *first) {
    for (size_t i = 0; i < selection->structure_count; i++) {
        mix_found *found = &selection->row[i];
        if (found->model != NULL &&
            (selection->best.model == NULL || compare(first + i, &selection->winner, selection->criterion) < 0)) {
            mix_found_clear(&selection->best);
            selection->best = *found;
            selection->winner = first[i];
            memset(found, 0, sizeof *found);
        }
        mix_found_clear(found);
    }
}

static mixture_status fit_structures(mix_selection *selection, size_t k) {
    mixture_candidate *first = selection->candidates + selection->count;
    mixture_status status = MIXTURE_OK;
    selection->options.k = k;
    for (size_t i = 0; status == MIXTURE_OK && i < selection->structure_count; i++) {
        selection->options.covariance = selection->structures[i];
        selection->count++; /* from here on it is freed with the others */
        const mixture_candidate *same = find_same(selection, i, first);
        if (same != NULL) {
            first[i] = *same;
            first[i].warnings = NULL;
            first[i].warning_count = 0;
            status =
                mix_error_status(selection->error, copy_warnings(&first[i], same->warnings, same->warning_count));
        }
        first[i].k = k;
        first[i].covariance = selection->structures[i];
        if (same == NULL) {
            status = fit_candidate(selection, i, &first[i]);
        }
    }
    if (status == MIXTURE_OK) {
        keep_best(selection, first);
    }
    return status;
}

/* Structures that the choices name and that differ for so many columns, in nested order. */
static void list_structures(mix_selection *selection, const mixture_choices *choices) {
    size_t d = selection->search.data->d;
    if (!selection->search.family->structured) {
        selection->structures[0] = MIXTURE_FULL;
        selection->structure_count = 1;
        return;
    }
    for (size_t i = 0; i < MIXTURE_COVARIANCES; i++) {
        bool wanted = choices->covariances == NULL;
        for (size_t j = 0; choices->covariances != NULL && j < choices->covariance_count; j++) {
            const char *chosen = mixture_covariance_code(choices->covariances[j], d);
            wanted = wanted || strcmp(chosen, mixture_covariance_code(nested_order[i], d)) == 0;
        }
        /* With one column only volumes differ, and EII and VII come first. */
        if (wanted && (d > 1 || i < 2)) {
            selection->structures[selection->structure_count++] = nested_order[i];
        }
    }
}

static mixture_status warn(const mix_selection *selection, mixture_model *model) {
    mixture_status status = MIXTURE_OK;
    if (!selection->winner.sound) {
        return mix_model_warn(model, "no candidate is sound: this is the one of fewest components");
    }
    if (model->k == selection->most_k) {
        status = mix_model_warn(model, "k = %zu is the largest that was tried: more may be better", model->k);
    }
    if (status == MIXTURE_OK && model->k == selection->least_k && model->k > 1) {
        status = mix_model_warn(model, "k = %zu is the smallest that was tried: fewer may be better", model->k);
    }
    return status;
}

static mixture_status deliver(mix_selection *selection, mixture_model **result) {
    if (selection->best.model == NULL) { /* the first candidate's reason is the plainest */
        return mix_error_invalid(selection->error, "%s", selection->candidates[0].warnings[0]);
    }
    selection->options.k = selection->winner.k;
    selection->options.covariance = selection->winner.covariance;
    mix_outcome_run(&selection->search, selection->shift, &selection->best.run);
    mixture_model *model = NULL;
    mixture_status status =
        mix_outcome_deliver(&selection->search, &selection->options, &selection->best, &model, selection->error);
    if (status != MIXTURE_OK) {
        return status;
    }
    status = mix_error_status(selection->error, warn(selection, model));
    if (status != MIXTURE_OK) {
        mixture_model_free(model);
        return status;
    }
    sort_candidates(selection->candidates, selection->count, selection->criterion);
    model->criterion = selection->criterion;
    model->candidates = selection->candidates;
    model->candidate_count = selection->count;
    selection->candidates = NULL;
    *result = model;
    return MIXTURE_OK;
}

/* What the candidates share. */
static mixture_status prepare(mix_selection *selection, mixture_data *data, const mixture_choices *choices) {
    const mix_search *search = &selection->search;
    for (size_t i = 0; i < choices->k_count; i++) {
        size_t k = choices->k[i];
        if (k < 1) {
            return mix_error_invalid(selection->error, "k is 0; expected integers >= 1");
        }
        selection->most_k = k > selection->most_k ? k : selection->most_k;
        selection->least_k = i == 0 || k < selection->least_k ? k : selection->least_k;
    }
    if (choices->k_count == 0 || selection->structure_count == 0) {
        return mix_error_invalid(selection->error, "there is nothing to choose from; expected one k and one "
                                                   "structure or more");
    }
    mixture_status status = mix_precheck_rows(search->family, data, &selection->options, selection->most_k,
                                              search->cancel, &selection->distinct, selection->error);
    if (status != MIXTURE_OK) {
        return status;
    }
    size_t most = selection->most_k < selection->distinct ? selection->most_k : selection->distinct;
    selection->candidates =
        mix_memory_zeros(choices->k_count, selection->structure_count * sizeof *selection->candidates);
    status = selection->candidates != NULL ? mix_outcome_shift(search, &selection->shift) : MIXTURE_NOMEM;
    if (status == MIXTURE_OK) {
        status = mix_init_new(search->family, data, &selection->options, most, true, search->cancel,
                              &selection->search.init);
    }
    return mix_error_status(selection->error, status);
}

static void clear(mix_selection *selection) {
    for (size_t i = 0; i < MIXTURE_COVARIANCES; i++) {
        mix_found_clear(&selection->row[i]);
    }
    mix_found_clear(&selection->best);
    mix_model_free_candidates(selection->candidates, selection->count);
    mix_init_free(selection->search.init);
}

mixture_status mixture_select(const mixture_family *family, mixture_data *data, const mixture_options *options,
                              const mixture_choices *choices, mixture_model **model, mixture_error *error) {
    const mix_cancel cancel = {options->cancel, options->host};
    mix_selection selection = {.options = *options, .criterion = choices->criterion, .error = error};
    *model = NULL;
    mix_search_begin(&selection.search, family, data, &cancel);
    selection.search.share = true;
    selection.options.k = 1;
    mixture_status status = mix_options_check(&selection.options, error);
    if (status == MIXTURE_OK) {
        list_structures(&selection, choices);
        status = prepare(&selection, data, choices);
    }
    for (size_t i = 0; status == MIXTURE_OK && i < choices->k_count; i++) {
        status = fit_structures(&selection, choices->k[i]);
    }
    if (status == MIXTURE_OK) {
        status = deliver(&selection, model);
    }
    clear(&selection);
    return status;
}
