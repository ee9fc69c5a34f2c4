/* select.c: which number of components, which structure: every candidate is fitted, over one copy of the data, and
** a criterion compares them (Fraley & Raftery, Journal of the American Statistical Association 97 (2002) 611). */
#include "select.h"

#include <math.h>

#include "by_k.h"
#include "error.h"
#include "memory.h"
#include "model.h"
#include "options.h"
#include "prepare.h"
#include "result.h"
#include "selection.h"

/* Insertion keeps the order of equals: fewer components, then the plainer structure. */
static void sort_candidates(mixture_candidate *candidates, size_t count, mixture_criterion criterion) {
    for (size_t i = 1; i < count; i++) {
        mixture_candidate candidate = candidates[i];
        size_t place = i;
        for (; place > 0 && mix_structures_compare(&candidate, &candidates[place - 1], criterion) < 0; place--) {
            candidates[place] = candidates[place - 1];
        }
        candidates[place] = candidate;
    }
}

/* ---- What there is to fit ---------------------------------------------------------------------------- */

/* Whether the choices name a structure, or one that is the same for so many columns. */
static bool is_structure_chosen(const mix_structures_table *table, const mixture_choices *choices, int structure,
                                size_t d) {
    bool chosen = choices->structures == NULL;
    for (size_t i = 0; choices->structures != NULL && i < choices->structure_count; i++) {
        chosen = chosen || table->canonical(choices->structures[i], d) == structure;
    }
    return chosen;
}

/* Structures that the choices name and that differ for so many columns, in nested order. */
static void list_structures(mix_plan *plan, const mixture_choices *choices) {
    const mix_structures_table *table = plan->family->structures;
    if (table == NULL) {
        plan->structures[0] = 0;
        plan->structure_count = 1;
        return;
    }
    size_t d = mix_family_structured(plan->family, plan->data->d);
    for (int i = 0; i < table->count; i++) {
        int structure = table->order[i];
        if (table->canonical(structure, d) == structure && is_structure_chosen(table, choices, structure, d)) {
            plan->structures[plan->structure_count++] = structure;
        }
    }
}

/* An entry for each k, in their order. */
static mixture_status list_every_k(mix_selection *selection, const mixture_choices *choices) {
    size_t structures = selection->plan.structure_count;
    if (choices->k_count == 0 || structures == 0) {
        return mix_error_invalid(selection->error, "there is nothing to choose from; expected one k and one "
                                                   "structure or more");
    }
    mix_structures *by_k = selection->by_k = mix_memory_zeros(choices->k_count, sizeof *by_k);
    selection->candidates = mix_memory_zeros(choices->k_count, structures * sizeof *selection->candidates);
    if (by_k == NULL || selection->candidates == NULL) {
        return mix_error_status(selection->error, MIXTURE_NOMEM);
    }
    for (size_t i = 0; i < choices->k_count; i++) {
        size_t place = i;
        if (choices->k[i] < 1) {
            return mix_error_invalid(selection->error, "k is 0; expected integers >= 1");
        }
        for (; place > 0 && by_k[place - 1].k > choices->k[i]; place--) {
            by_k[place].k = by_k[place - 1].k;
        }
        by_k[place].k = choices->k[i];
        by_k[i].candidates = selection->candidates + i * structures;
    }
    selection->by_k_count = choices->k_count;
    selection->candidate_count = choices->k_count * structures;
    return MIXTURE_OK;
}

/* A column that repeats another one, if there are structures that cannot say so. */
static mixture_status find_repeated(mix_plan *plan, const mix_cancel *cancel) {
    const mix_structures_table *table = plan->family->structures;
    plan->repeated = (mix_repeated){plan->data->d, plan->data->d};
    bool matters = table != NULL && table->independent != NULL;
    return !matters || mix_repeated_find(plan->data, cancel, &plan->repeated) ? MIXTURE_OK : MIXTURE_CANCELLED;
}

/* What the candidates share. */
static mixture_status prepare_selection(mix_selection *selection, mixture_data *data) {
    mix_multistart *multistart = &selection->multistart;
    mix_plan *plan = &selection->plan;
    size_t most = selection->by_k[selection->by_k_count - 1].k;
    plan->least_k = selection->by_k[0].k;
    mixture_status status =
        mix_prepare_rows(plan->family, data, &plan->options, mix_structures_most_rows(plan, most),
                         multistart->cancel, &plan->distinct, selection->error);
    if (status != MIXTURE_OK) {
        return status;
    }
    if (selection->by_k[0].k > plan->distinct && plan->options.few_rows == MIXTURE_FEW_FEWER) {
        selection->asked = selection->by_k[0].k;
        selection->by_k[0].k = plan->distinct;
    }
    most = most < plan->distinct ? most : plan->distinct;
    status = mix_result_shift(multistart, &plan->shift);
    if (status == MIXTURE_OK) {
        status = find_repeated(plan, multistart->cancel);
    }
    if (status == MIXTURE_OK) {
        status =
            mix_init_new(plan->family, data, &plan->options, most, true, multistart->cancel, &multistart->init);
    }
    return mix_error_status(selection->error, status);
}

/* ---- Fits -------------------------------------------------------------------------------------------- */

mixture_status mix_selection_take(mix_selection *selection, mixture_candidate *candidate,
                                  const mixture_options *options, mix_found *found) {
    mixture_candidate entry = {0};
    mixture_status status = mix_structures_enter(&selection->plan, options, found, &entry);
    mix_model_free_strings(candidate->warnings, candidate->warning_count);
    *candidate = entry;
    if (status == MIXTURE_OK &&
        (selection->best.model == NULL ||
         mix_structures_compare(candidate, &selection->winner, selection->plan.criterion) < 0)) {
        mix_found_clear(&selection->best);
        selection->best = *found;
        selection->winner = *candidate;
        *found = (mix_found){0};
    }
    return status;
}

/* Keep the best fit of one k if it is the best of all. */
static void keep_best_of_all(mix_selection *selection, mix_structures *of_k) {
    const mixture_candidate *candidate = &of_k->candidates[of_k->best_place];
    if (of_k->best.model != NULL &&
        (selection->best.model == NULL ||
         mix_structures_compare(candidate, &selection->winner, selection->plan.criterion) < 0)) {
        mix_found_clear(&selection->best);
        selection->best = of_k->best;
        selection->winner = *candidate;
        of_k->best = (mix_found){0};
    }
    mix_found_clear(&of_k->best);
}

/* Those who wait learn what is ahead. */
static void tell_of_plan(const mix_selection *selection) {
    const mix_plan *plan = &selection->plan;
    uint64_t work = 0;
    for (size_t i = 0; i < selection->by_k_count; i++) {
        work += plan->structure_count * mix_structures_work(plan, selection->by_k[i].k);
    }
    mix_watch_phase(plan->options.watch, "fits", selection->candidate_count);
    mix_watch_plan(plan->options.watch, work);
}

static mixture_status fit_every_k(mix_selection *selection, size_t arena_bytes) {
    const mix_multistart *multistart = &selection->multistart;
    const mix_plan *plan = &selection->plan;
    tell_of_plan(selection);
    mixture_status status = mix_by_k_fit(plan, multistart->init, multistart->cancel, arena_bytes, selection->by_k,
                                         selection->by_k_count);
    for (size_t i = 0; status == MIXTURE_OK && i < selection->by_k_count; i++) {
        keep_best_of_all(selection, &selection->by_k[i]);
    }
    return mix_error_status(selection->error, status);
}

/* What one component of each structure reaches, whether or not that is a candidate. */
static mixture_status fit_one_component(mix_selection *selection) {
    mix_plan *plan = &selection->plan;
    mix_plan alone = *plan;
    mixture_candidate candidates[MIX_MOST_STRUCTURES] = {0};
    mix_structures of_one = {.k = 1, .candidates = candidates};
    alone.least_k = 1;
    alone.options.watch = NULL;
    mixture_status status =
        mix_structures_fit(&alone, selection->multistart.init, selection->multistart.cancel, &of_one);
    for (size_t i = 0; i < plan->structure_count; i++) {
        plan->single[plan->structures[i]] = candidates[i].fitted ? candidates[i].loglik : (double)NAN;
        mix_model_free_strings(candidates[i].warnings, candidates[i].warning_count);
    }
    mix_found_clear(&of_one.best);
    return mix_error_status(selection->error, status);
}

/* Fit what the choice needs. */
static mixture_status fit_candidates(mix_selection *selection, size_t wanted, size_t arena_bytes) {
    size_t rows = mix_halving_rows(&selection->plan, selection->by_k, selection->by_k_count, wanted);
    mixture_status status = selection->plan.criterion == MIXTURE_NEC ? fit_one_component(selection) : MIXTURE_OK;
    if (status == MIXTURE_OK && rows > 0) {
        status = mix_selection_halve(selection, rows, arena_bytes);
    }
    return status == MIXTURE_OK && selection->sample == 0 ? fit_every_k(selection, arena_bytes) : status;
}

/* ---- The result -------------------------------------------------------------------------------------- */

/* The refused candidate that the criterion likes best, if it likes it better than the winner; else NULL. */
static const mixture_candidate *find_refused(const mix_selection *selection) {
    mixture_criterion criterion = selection->plan.criterion;
    const mixture_candidate *best = &selection->winner;
    for (size_t i = 0; i < selection->candidate_count; i++) {
        const mixture_candidate *candidate = &selection->candidates[i];
        bool refused =
            candidate->fitted && !candidate->sound && candidate->warning_count > 0 && candidate->rows == 0;
        if (refused && mix_structures_value(candidate, criterion) < mix_structures_value(best, criterion)) {
            best = candidate;
        }
    }
    return best != &selection->winner ? best : NULL;
}

static mixture_status warn_of_refused(const mix_selection *selection, mixture_model *model) {
    const mixture_candidate *refused = find_refused(selection);
    if (refused == NULL) {
        return MIXTURE_OK;
    }
    const mix_plan *plan = &selection->plan;
    bool structured = plan->family->structures != NULL;
    return mix_model_warn(
        model, "k = %zu%s%s has a better %s (%.2f) but was refused: %.200s", refused->k, structured ? ", " : "",
        structured ? mixture_structure_code(plan->family, refused->structure, plan->data->d) : "",
        mixture_criterion_name(plan->criterion), mix_structures_value(refused, plan->criterion),
        refused->warnings[0]);
}

static mixture_status warn_of_edges(const mix_selection *selection, mixture_model *model) {
    mixture_status status = MIXTURE_OK;
    if (selection->asked > 0) {
        return mix_model_warn(model, "k = %zu was asked for, but there are %zu distinct rows", selection->asked,
                              selection->plan.distinct);
    }
    if (!selection->winner.sound) {
        return mix_model_warn(model, "no candidate is sound: this is the one of fewest components");
    }
    if (selection->plan.criterion == MIXTURE_NEC && model->k > 1 && isnan(selection->winner.single)) {
        return mix_model_warn(model,
                              "nec compares with one component, which cannot be fitted to these rows: this is "
                              "the choice of bic");
    }
    if (model->k == selection->by_k[selection->by_k_count - 1].k) {
        status = mix_model_warn(model, "k = %zu is the largest that was tried: more may be better", model->k);
    }
    if (status == MIXTURE_OK && model->k == selection->by_k[0].k && model->k > 1) {
        status = mix_model_warn(model, "k = %zu is the smallest that was tried: fewer may be better", model->k);
    }
    return status == MIXTURE_OK ? warn_of_refused(selection, model) : status;
}

static mixture_status deliver_winner(mix_selection *selection, mixture_model **result) {
    mix_plan *plan = &selection->plan;
    if (selection->best.model == NULL && plan->options.few_rows == MIXTURE_FEW_NULL &&
        selection->by_k[0].k > plan->distinct) {
        return MIXTURE_OK;
    }
    if (selection->best.model == NULL) { /* the first candidate's reason is the plainest */
        return mix_error_invalid(selection->error, "%s", selection->candidates[0].warnings[0]);
    }
    mixture_options options = plan->options;
    options.k = selection->winner.k;
    options.structure = selection->winner.structure;
    mixture_model *model = NULL;
    mixture_status status = mix_result_deliver(&selection->multistart, &options, plan->shift, &selection->best,
                                               &model, selection->error);
    if (status != MIXTURE_OK) {
        return status;
    }
    status = mix_error_status(selection->error, warn_of_edges(selection, model));
    if (status != MIXTURE_OK) {
        mixture_model_free(model);
        return status;
    }
    mix_structures_find_single(selection->candidates, selection->candidate_count);
    sort_candidates(selection->candidates, selection->candidate_count, plan->criterion);
    model->criterion = plan->criterion;
    model->candidates = selection->candidates;
    model->candidate_count = selection->candidate_count;
    model->sample = selection->sample;
    selection->candidates = NULL;
    *result = model;
    return MIXTURE_OK;
}

static void clear(mix_selection *selection) {
    for (size_t i = 0; i < selection->by_k_count; i++) {
        mix_found_clear(&selection->by_k[i].best);
    }
    mix_memory_free(selection->by_k);
    mix_found_clear(&selection->best);
    mix_halving_clear(&selection->halving);
    mix_model_free_candidates(selection->candidates, selection->candidate_count);
    mix_init_free(selection->multistart.init);
}

mixture_status mix_select(const mixture_family *family, mixture_data *data, const mixture_options *options,
                          const mixture_choices *choices, size_t arena_bytes, mixture_model **model,
                          mixture_error *error) {
    mix_cancel_once once = {{options->cancel, options->host}, false};
    const mix_cancel cancel = {mix_cancel_said, &once};
    mix_selection selection = {.error = error};
    *model = NULL;
    mix_watch_phase(options->watch, "preparing", 0);
    selection.plan = (mix_plan){family, data, data, .options = *options, .criterion = choices->criterion};
    selection.plan.options.k = 1;
    mix_multistart_begin(&selection.multistart, family, data, &cancel);
    mixture_status status = mix_options_check(&selection.plan.options, error);
    size_t column;
    if (status == MIXTURE_OK && options->few_rows != MIXTURE_FEW_ERROR && mixture_data_rows(data) > 0 &&
        !mix_prepare_has_values(data, &column)) {
        return MIXTURE_OK; /* no number of components is few enough */
    }
    if (status == MIXTURE_OK) {
        list_structures(&selection.plan, choices);
        status = list_every_k(&selection, choices);
    }
    if (status == MIXTURE_OK) {
        status = prepare_selection(&selection, data);
    }
    if (status == MIXTURE_OK) {
        status = fit_candidates(&selection, choices->sample, arena_bytes);
    }
    if (status == MIXTURE_OK) {
        status = mix_selection_again(&selection);
    }
    if (status == MIXTURE_OK) {
        status = deliver_winner(&selection, model);
    }
    clear(&selection);
    return status;
}

mixture_status mixture_select(const mixture_family *family, mixture_data *data, const mixture_options *options,
                              const mixture_choices *choices, mixture_model **model, mixture_error *error) {
    return mix_select(family, data, options, choices, 0, model, error);
}
