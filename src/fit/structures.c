/* structures.c: the candidates of one k share the partitions that they start from. A structure also starts from
** the best fit of those nested in it, whose matrices obey it, too: so a richer structure never has a lower
** likelihood. */
#include "structures.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "memory.h"
#include "model.h"
#include "prepare.h"
#include "result.h"

typedef struct structures_fit {
    const mix_plan *plan;
    mix_multistart multistart;
    mixture_options options; /* of the candidate at hand */
    mix_structures *of_k;
    mix_found fits[MIX_MOST_STRUCTURES]; /* by place in plan->structures[] */
} structures_fit;

/* ---- Order ------------------------------------------------------------------------------------------- */

/* Celeux & Soromenho 1996; of one component 1 by convention (Biernacki, Celeux & Govaert 1999). What gains nothing
** over that, or cannot be compared, comes last. */
static double normalized_entropy(const mixture_candidate *candidate) {
    double gain = candidate->loglik - candidate->single, entropy = (candidate->icl - candidate->bic) / 2;
    double digits = 1e-13 * fabs(candidate->bic); /* no more are left by the difference: what is less is 0 */
    return candidate->k == 1 ? 1 : gain > 0 ? (entropy > digits ? entropy : 0) / gain : (double)INFINITY;
}

void mix_structures_find_single(mixture_candidate *candidates, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const mixture_candidate *one = &candidates[i];
        for (size_t j = 0; j < count && one->k == 1 && one->fitted; j++) {
            mixture_candidate *other = &candidates[j];
            bool known = other->structure != one->structure || !isnan(other->single);
            other->single = known ? other->single : one->loglik;
        }
    }
}

double mix_structures_value(const mixture_candidate *candidate, mixture_criterion criterion) {
    double parameters = (double)candidate->parameters;
    switch (criterion) {
    case MIXTURE_BIC:
        return candidate->bic;
    case MIXTURE_ICL:
        return candidate->icl;
    case MIXTURE_AIC:
        return candidate->aic;
    case MIXTURE_CAIC:
        return candidate->bic + parameters;
    case MIXTURE_NEC:
        return normalized_entropy(candidate);
    case MIXTURE_SABIC:
    default: { /* the penalty of BIC says n */
        double log_n = parameters > 0 ? (candidate->bic + 2 * candidate->loglik) / parameters : 0;
        log_n = log_n < 40 ? log(exp(log_n) + 2) : log_n;
        return -2 * candidate->loglik + parameters * (log_n - log(24));
    }
    }
}

int mix_structures_compare(const mixture_candidate *a, const mixture_candidate *b, mixture_criterion criterion) {
    if (a->sound != b->sound) {
        return a->sound ? -1 : 1;
    }
    if (a->fitted != b->fitted) {
        return a->fitted ? -1 : 1;
    }
    if (!a->sound && a->k != b->k) {
        return a->k < b->k ? -1 : 1;
    }
    double first = mix_structures_value(a, criterion), second = mix_structures_value(b, criterion);
    if (first == second && criterion == MIXTURE_NEC) {
        first = a->bic;
        second = b->bic;
    }
    return (first > second) - (first < second);
}

/* ---- One candidate ----------------------------------------------------------------------------------- */

/* The fit with the highest likelihood among the structures nested in this one. */
static const mixture_model *find_nested(const structures_fit *fit, size_t place) {
    const int *structures = fit->plan->structures;
    const mix_found *nested = NULL;
    for (size_t i = 0; i < place; i++) {
        const mix_found *found = &fit->fits[i];
        bool sound = found->model != NULL && !found->soundness.degenerate && !found->soundness.saddle;
        if (sound && fit->plan->family->structures->nested(structures[i], structures[place]) &&
            (nested == NULL || found->run.loglik > nested->run.loglik)) {
            nested = found;
        }
    }
    return nested != NULL ? nested->model : NULL;
}

static mixture_status copy_warnings(mixture_candidate *candidate, char *const *warnings, size_t count) {
    mixture_status status = MIXTURE_OK;
    candidate->warnings = NULL;
    candidate->warning_count = 0;
    for (size_t i = 0; status == MIXTURE_OK && i < count; i++) {
        status = mix_model_add_string(&candidate->warnings, &candidate->warning_count, warnings[i]);
    }
    return status;
}

/* What a fit to a sample lets expect of one to all rows, in the frame of both. Each free parameter raises the
** log-likelihood of whatever rows it is fitted to by 1/2 above that of its best value. */
static void expect_whole(const mix_plan *plan, size_t free, mix_run *run) {
    double times = plan->whole->total_weight / plan->data->total_weight;
    double excess = 0.5 * (double)free / plan->whole->weight_unit;
    run->loglik = times * (run->loglik - excess) + excess;
    run->entropy *= times;
}

mixture_status mix_structures_enter(const mix_plan *plan, const mixture_options *options, const mix_found *found,
                                    mixture_candidate *candidate) {
    mix_run run = {.loglik = found->run.loglik, .entropy = found->run.entropy};
    const mix_multistart whole = {.family = plan->family, .data = plan->whole};
    if (plan->data != plan->whole) {
        expect_whole(plan, mix_result_criteria(&whole, options, &run).parameters, &run);
    }
    mix_result_run(&whole, plan->shift, &run);
    mix_criteria criteria = mix_result_criteria(&whole, options, &run);
    candidate->k = options->k;
    candidate->structure = options->structure;
    candidate->fitted = true;
    candidate->sound = !found->soundness.degenerate && !found->soundness.saddle;
    candidate->rows = plan->data != plan->whole ? plan->data->rows : 0;
    candidate->loglik = run.loglik;
    candidate->parameters = criteria.parameters;
    candidate->aic = criteria.aic;
    candidate->bic = criteria.bic;
    candidate->icl = criteria.icl;
    candidate->single = plan->criterion == MIXTURE_NEC ? plan->single[options->structure] : (double)NAN;
    candidate->converged = found->run.converged && !found->soundness.saddle;
    return copy_warnings(candidate, found->model->warnings, found->model->warning_count);
}

/* Distinct rows without which a candidate cannot be sound; `free` columns have no steps. */
static size_t candidate_rows(const mix_plan *plan, size_t k, int structure, size_t free) {
    const mix_shape shape = mix_shape_for(plan->family, plan->data, k, structure);
    size_t needed = mix_family_least_rows(&shape, free);
    return needed > k ? needed : k;
}

size_t mix_structures_most_rows(const mix_plan *plan, size_t k) {
    size_t most = k;
    for (size_t i = 0; i < plan->structure_count; i++) {
        size_t needed = candidate_rows(plan, k, plan->structures[i], plan->data->d);
        most = most > needed ? most : needed;
    }
    return most;
}

static size_t count_free(const mixture_family *family, const mixture_data *data) {
    const mix_shape shape = mix_shape_for(family, data, 1, 0);
    size_t free = 0;
    for (size_t j = 0; j < data->d; j++) {
        bool constant = data->frame.constant != NULL && data->frame.constant[j] != 0;
        bool counts = family->parts != NULL && !family->column(&shape, j)->stepped; /* or levels */
        free += !constant && !counts && (data->steps == NULL || !(data->steps->step[j] > 0));
    }
    return free;
}

/* Whether others of the plan can say what this structure cannot: that a column repeats another one. It would take
** component after component for that. */
static bool misses_repeated(const mix_plan *plan, int structure) {
    const mix_structures_table *table = plan->family->structures;
    bool misses = plan->repeated.column < plan->data->d && table->independent(structure), others = false;
    for (size_t i = 0; misses && i < plan->structure_count; i++) {
        others = others || !table->independent(plan->structures[i]);
    }
    return misses && others;
}

/* Work without hope is not begun: the reason why the candidate at hand cannot be sound, or not be the right
** one. */
static mixture_status check_hope(const structures_fit *fit, mixture_error *reason) {
    const mix_plan *plan = fit->plan;
    size_t k = fit->options.k,
           needed = candidate_rows(plan, k, fit->options.structure, count_free(plan->family, plan->data));
    if (k == plan->least_k) {
        return MIXTURE_OK;
    }
    if (misses_repeated(plan, fit->options.structure)) {
        return mix_error_invalid(reason,
                                 "not tried: column %zu is a linear function of column %zu; within components of "
                                 "this kind they are independent",
                                 mix_family_caller(plan->family, plan->repeated.column) + 1,
                                 mix_family_caller(plan->family, plan->repeated.of) + 1);
    }
    if (plan->distinct >= needed) {
        return MIXTURE_OK;
    }
    return mix_error_invalid(reason,
                             "not tried: there are %zu distinct rows; %zu components of this kind need %zu",
                             plan->distinct, k, needed);
}

static mixture_status fit_candidate(structures_fit *fit, size_t place, mixture_candidate *candidate) {
    mixture_error reason = {MIXTURE_OK, ""};
    mix_found *found = &fit->fits[place];
    mixture_status status =
        mix_prepare_k(fit->plan->data, &fit->options, fit->plan->distinct, fit->multistart.cancel, &reason);
    if (status == MIXTURE_OK) {
        status = check_hope(fit, &reason);
    }
    if (status == MIXTURE_OK) {
        status = mix_multistart_run(&fit->multistart, &fit->options, find_nested(fit, place), found, &reason);
    }
    if (status == MIXTURE_INVALID) {
        char *text = reason.text;
        return copy_warnings(candidate, &text, 1);
    }
    return status == MIXTURE_OK ? mix_structures_enter(fit->plan, &fit->options, found, candidate) : status;
}

/* An earlier candidate that is the same: for one component many structures are. */
static const mixture_candidate *find_same(const structures_fit *fit, size_t place) {
    const mixture_family *family = fit->plan->family;
    const int *structures = fit->plan->structures;
    for (size_t i = 0; fit->of_k->k == 1 && i < place; i++) {
        if (mix_family_kind(family, structures[i]) == mix_family_kind(family, structures[place])) {
            return &fit->of_k->candidates[i];
        }
    }
    return NULL;
}

static mixture_status fill_in(structures_fit *fit, size_t place) {
    mixture_candidate *candidate = &fit->of_k->candidates[place];
    const mixture_candidate *same = find_same(fit, place);
    mixture_status status = MIXTURE_OK;
    if (same != NULL) {
        *candidate = *same;
        status = copy_warnings(candidate, same->warnings, same->warning_count);
    }
    if (status == MIXTURE_OK && same != NULL && fit->of_k->all != NULL) {
        status = mix_found_copy(&fit->fits[place], &fit->fits[same - fit->of_k->candidates]);
    }
    candidate->k = fit->options.k = fit->of_k->k;
    candidate->structure = fit->options.structure = fit->plan->structures[place];
    return same != NULL ? status : fit_candidate(fit, place, candidate);
}

/* Fits of many components take longer; how many iterations each will need is not known. */
uint64_t mix_structures_work(const mix_plan *plan, size_t k) {
    return (uint64_t)k * plan->data->rows;
}

/* One more candidate is done. */
static void tell_of(const structures_fit *fit, const mixture_candidate *candidate) {
    mixture_watch *watch = fit->plan->options.watch;
    mix_watch_add(watch, 1, mix_structures_work(fit->plan, fit->of_k->k));
    if (candidate->sound) {
        mix_watch_best(watch, mix_structures_value(candidate, fit->plan->criterion), true);
    }
}

/* ---- All of one k --------------------------------------------------------------------------------------- */

/* All stay, but for their traces. */
static void keep_all(structures_fit *fit) {
    for (size_t i = 0; i < fit->plan->structure_count; i++) {
        mix_run *run = &fit->fits[i].run;
        mix_memory_free(run->trace);
        run->trace = NULL;
        run->trace_count = run->trace_capacity = 0;
        fit->of_k->all[i] = fit->fits[i];
    }
}

/* The best fit stays; the others are dropped. */
static void keep_best(structures_fit *fit) {
    mix_structures *of_k = fit->of_k;
    for (size_t i = 0; i < fit->plan->structure_count; i++) {
        mix_found *found = &fit->fits[i];
        const mixture_candidate *best = &of_k->candidates[of_k->best_place];
        if (found->model != NULL &&
            (of_k->best.model == NULL ||
             mix_structures_compare(&of_k->candidates[i], best, fit->plan->criterion) < 0)) {
            mix_found_clear(&of_k->best);
            of_k->best = *found;
            of_k->best_place = i;
        } else {
            mix_found_clear(found);
        }
    }
}

mixture_status mix_structures_fit(const mix_plan *plan, mix_init *init, const mix_cancel *cancel,
                                  mix_structures *of_k) {
    structures_fit fit = {.plan = plan, .options = plan->options, .of_k = of_k};
    mix_multistart_begin(&fit.multistart, plan->family, plan->data, cancel);
    size_t most = of_k->k < plan->distinct ? of_k->k : plan->distinct; /* for more nothing is drawn */
    mixture_status status = mix_starts_new(init, most, cancel, &fit.multistart.starts);
    fit.multistart.init = init;
    fit.multistart.many = true;
    fit.multistart.sound_only = of_k->k != plan->least_k;
    for (size_t i = 0; status == MIXTURE_OK && i < plan->structure_count; i++) {
        status = fill_in(&fit, i);
        tell_of(&fit, &of_k->candidates[i]);
    }
    if (of_k->all != NULL) {
        keep_all(&fit);
    } else {
        keep_best(&fit);
    }
    mix_starts_free(fit.multistart.starts);
    return status;
}

mixture_status mix_structures_adopt(const mix_plan *plan, mix_structures *of_k) {
    const mix_found best = of_k->best;
    mixture_status status = mix_found_copy(&of_k->best, &best);
    for (size_t i = 0; of_k->all != NULL && i < plan->structure_count; i++) {
        const mix_found found = of_k->all[i];
        of_k->all[i] = (mix_found){0};
        status = status == MIXTURE_OK ? mix_found_copy(&of_k->all[i], &found) : status;
    }
    for (size_t i = 0; i < plan->structure_count; i++) {
        mixture_candidate *candidate = &of_k->candidates[i];
        bool wanted = status == MIXTURE_OK; /* else it is only forgotten */
        mixture_status copied =
            copy_warnings(candidate, candidate->warnings, wanted ? candidate->warning_count : 0);
        status = wanted ? copied : status;
    }
    return status;
}

void mix_structures_forget(const mix_plan *plan, mix_structures *of_k) {
    of_k->best = (mix_found){0};
    if (of_k->all != NULL) {
        memset(of_k->all, 0, plan->structure_count * sizeof *of_k->all);
    }
    memset(of_k->candidates, 0, plan->structure_count * sizeof *of_k->candidates);
}
