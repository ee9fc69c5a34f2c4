/* fit.c: from data and options to a model: standardize, start, EM, judge, back into the user's units.
**
** Candidates are tried by short EM runs on a bounded sample; the best few are ranked - sound before degenerate,
** then by log-likelihood - and continued on all rows. */
#include <math.h>
#include <string.h>

#include "em.h"
#include "error.h"
#include "init.h"
#include "memory.h"
#include "model.h"
#include "options.h"
#include "soundness.h"

enum {
    SHORT_ITERATIONS = 40, /* of a candidate's trial */
    FINALISTS = 4,         /* candidates that are kept */
};
#define SHORT_TOL 1e-5

/* Operations of one EM pass up to which all finalists are continued, not only the best: a few milliseconds for a
** whole fit. */
#define CHEAP_PASS 3e6

typedef struct candidate {
    mixture_model *model; /* NULL: none */
    double loglik;
    mix_soundness soundness;
} candidate;

typedef struct mix_fit {
    const mixture_options *options;
    mixture_data *data;
    const mixture_family *family;
    mix_cancel cancel;
    mixture_model *given;           /* parameters the caller gave, in the data's frame; NULL: none */
    candidate finalists[FINALISTS]; /* best first */
    mix_em em;                      /* over all rows */
    mixture_error *error;
} mix_fit;

/* Better: sound before degenerate, no saddle before saddle, then by log-likelihood. */
static bool better(const candidate *a, const candidate *b) {
    if (b->model == NULL) {
        return true;
    }
    if (a->soundness.degenerate != b->soundness.degenerate) {
        return b->soundness.degenerate;
    }
    if (a->soundness.saddle != b->soundness.saddle) {
        return b->soundness.saddle;
    }
    return a->loglik > b->loglik;
}

/* ---- What the caller gave ---------------------------------------------------------------------------- */

static bool anything_given(const mixture_start *start) {
    bool any = start->weights != NULL;
    for (size_t a = 0; a < MIXTURE_ARRAYS; a++) {
        any = any || start->arrays[a] != NULL;
    }
    return any;
}

static bool everything_given(const mix_fit *fit) {
    bool all = fit->options->start.weights != NULL || fit->options->equal_weights;
    for (size_t a = 0; a < fit->family->array_count; a++) {
        all = all && fit->options->start.arrays[a] != NULL;
    }
    return all;
}

/* Check what was given, in the user's units; what was not stands in as equal weights, equal shares of 1, the unit
** matrix. */
static mixture_status take_given(mix_fit *fit) {
    const mixture_start *start = &fit->options->start;
    size_t k = fit->options->k, d = fit->data->d;
    mixture_model *given = fit->given = mixture_model_new(fit->family, k, d);
    if (given == NULL) {
        return mix_error_status(fit->error, MIXTURE_NOMEM);
    }
    for (size_t c = 0; c < k; c++) {
        given->weights[c] =
            start->weights != NULL && !fit->options->equal_weights ? start->weights[c] : 1 / (double)k;
    }
    for (size_t a = 0; a < fit->family->array_count; a++) {
        size_t size = mix_family_array_size(fit->family, a, d);
        for (size_t i = 0; i < k * size; i++) {
            double stand_in = fit->family->arrays[a].rank == 1 ? 1 / (double)d : i % size % (d + 1) == 0;
            given->arrays[a][i] = start->arrays[a] != NULL ? start->arrays[a][i] : stand_in;
        }
    }
    mixture_error inner = {MIXTURE_OK, ""};
    mixture_status status = mixture_model_prepare(given, &inner);
    if (status == MIXTURE_INVALID) {
        return mix_error_invalid(fit->error, "option init: %s", inner.text);
    }
    if (fit->family->standardize) {
        fit->family->move(given, &fit->data->frame, false);
    }
    return mix_error_status(fit->error, status);
}

/* ---- Candidates -------------------------------------------------------------------------------------- */

/* Put a candidate among the finalists if it is good enough; its model is copied. */
static mixture_status enter(mix_fit *fit, const candidate *entry) {
    size_t place = FINALISTS;
    while (place > 0 && better(entry, &fit->finalists[place - 1])) {
        place--;
    }
    if (place == FINALISTS) {
        return MIXTURE_OK;
    }
    mixture_model *model = fit->finalists[FINALISTS - 1].model;
    if (model == NULL && (model = mixture_model_new(fit->family, fit->options->k, fit->data->d)) == NULL) {
        return mix_error_status(fit->error, MIXTURE_NOMEM);
    }
    mix_model_copy(model, entry->model);
    memmove(fit->finalists + place + 1, fit->finalists + place, (FINALISTS - 1 - place) * sizeof(candidate));
    fit->finalists[place] = *entry;
    fit->finalists[place].model = model;
    return MIXTURE_OK;
}

/* Draw all candidates and try each with a short run on the sample. */
static mixture_status try_candidates(mix_fit *fit, mix_init *init, mix_em *em, mixture_model *model) {
    /* Where everything that can be drawn follows from what was given, one candidate is all there is. */
    bool fixed = fit->given != NULL && fit->options->start.arrays[0] != NULL;
    size_t count = fixed || fit->options->k == 1 ? 1 : (size_t)fit->options->n_init;
    for (size_t number = 0; number < count; number++) {
        mixture_status status = mix_init_draw(init, number, fit->given, &em->how, model, fit->error);
        if (status == MIXTURE_OK && count > 1) {
            long most = fit->options->max_iter < SHORT_ITERATIONS ? fit->options->max_iter : SHORT_ITERATIONS;
            status = mix_em_run(em, model, most, fmax(SHORT_TOL, fit->options->tol), fit->error);
        }
        candidate entry = {model, em->run.loglik, mix_soundness_glance(model)};
        if (status == MIXTURE_OK) {
            status = enter(fit, &entry);
        }
        if (status != MIXTURE_OK) {
            return status;
        }
    }
    return MIXTURE_OK;
}

static mixture_status choose_candidates(mix_fit *fit) {
    mix_init *init = NULL;
    mix_em em = {0};
    mixture_model *model = mixture_model_new(fit->family, fit->options->k, fit->data->d);
    mixture_status status = model != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    if (status == MIXTURE_OK) {
        status = mix_init_new(fit->family, fit->data, fit->options, &fit->cancel, &init);
    }
    if (status == MIXTURE_OK) {
        status = mix_em_init(&em, fit->family, mix_init_sample(init), fit->options, &fit->cancel);
    }
    if (status == MIXTURE_OK) {
        status = try_candidates(fit, init, &em, model);
    } else {
        mix_error_status(fit->error, status);
    }
    mix_em_clear(&em);
    mix_init_free(init);
    mixture_model_free(model);
    return status;
}

/* ---- To the end -------------------------------------------------------------------------------------- */

/* Run one finalist to the end on all rows and judge it. */
static mixture_status finish_finalist(mix_fit *fit, candidate *entry) {
    mixture_status status =
        mix_em_run(&fit->em, entry->model, fit->options->max_iter, fit->options->tol, fit->error);
    if (status == MIXTURE_OK) {
        entry->loglik = fit->em.run.loglik;
        status = mix_soundness_judge(&fit->em, entry->model, &fit->cancel, &entry->soundness, fit->error);
        if (fit->options->max_iter == 0) {
            entry->soundness.saddle = false; /* a start has converged to nothing yet */
        }
    }
    return status;
}

/* Continue the finalists; the best one's place and how its run went. The others are continued only if that costs
** little or as long as nothing sound has been found. */
static mixture_status continue_finalists(mix_fit *fit, size_t *best, mix_run *run) {
    candidate top = {NULL, 0, {true, true}};
    for (size_t i = 0; i < FINALISTS && fit->finalists[i].model != NULL; i++) {
        bool sound = top.model != NULL && !top.soundness.degenerate && !top.soundness.saddle;
        if (sound && mix_expect_work(fit->data, fit->options->k) > CHEAP_PASS) {
            break;
        }
        candidate *entry = &fit->finalists[i];
        mixture_status status = finish_finalist(fit, entry);
        if (status != MIXTURE_OK) {
            return status;
        }
        /* Ending where an earlier one did, but for rounding, is not better. */
        candidate rival = top;
        rival.loglik += 1e-9 * fabs(top.loglik);
        if (better(entry, top.model != NULL ? &rival : &top)) {
            top = *entry;
            *best = i;
            mix_memory_free(run->trace);
            *run = fit->em.run;
            fit->em.run = (mix_run){0};
        }
    }
    return MIXTURE_OK;
}

/* What the log-likelihood in the data's frame lacks: a density in x is one in z = (x - center) / scale divided
** by the scales; and the part of each row that depends on no parameter. */
static mixture_status loglik_shift(const mix_fit *fit, double *shift) {
    *shift = 0;
    for (size_t j = 0; fit->family->standardize && j < fit->data->d; j++) {
        *shift -= log(fit->data->frame.scale[j]);
    }
    *shift *= fit->data->total_weight;
    for (size_t b = 0; fit->family->log_base != NULL && b * MIX_BLOCK_ROWS < fit->data->rows; b++) {
        mix_rows rows = mix_data_block(fit->data, b);
        if (mix_cancelled(&fit->cancel)) {
            return MIXTURE_CANCELLED;
        }
        *shift += mix_statistics_base(fit->family, fit->data->d, &rows);
    }
    return MIXTURE_OK;
}

/* Parameters, log-likelihoods and entropy as the user has columns and weights. */
static mixture_status into_user_units(mix_fit *fit, mixture_model *model, mix_run *run) {
    double shift, unit = fit->data->weight_unit;
    mixture_status status = loglik_shift(fit, &shift);
    run->loglik = (run->loglik + shift) * unit;
    run->entropy *= unit;
    for (size_t i = 0; i < run->trace_count; i++) {
        run->trace[i] = (run->trace[i] + shift) * unit;
    }
    if (fit->family->standardize) {
        fit->family->move(model, &fit->data->frame, true);
    }
    return mix_error_status(fit->error, status);
}

static void describe(const mix_fit *fit, mixture_model *model, mix_run *run, const mix_soundness *soundness) {
    const mixture_options *options = fit->options;
    model->covariance = options->covariance;
    model->fitted = true;
    model->n = fit->data->total_weight * fit->data->weight_unit;
    model->equal_weights = options->equal_weights;
    model->min_variance = options->min_variance != MIX_MIN_VARIANCE_DEFAULT ? options->min_variance : 0;
    model->seed = options->seed;
    model->loglik = run->loglik;
    model->iterations = run->iterations;
    model->converged = run->converged && !soundness->saddle;
    model->parameters = (options->equal_weights ? 0 : model->k - 1) +
                        fit->family->parameter_count(options->covariance, model->k, model->d);
    model->aic = -2 * run->loglik + 2 * (double)model->parameters;
    model->bic = -2 * run->loglik + (double)model->parameters * log(model->n);
    model->icl = model->bic + 2 * run->entropy;
    model->trace = run->trace;
    model->trace_count = run->trace_count;
    run->trace = NULL;
}

static mixture_status warn(mix_fit *fit, mixture_model *model, const mix_run *run,
                           const mix_soundness *soundness) {
    mixture_status status = mix_soundness_warn(&fit->em, model, &fit->cancel);
    if (status == MIXTURE_OK && soundness->saddle && run->converged) {
        status = mix_model_warn(model, "the fit is at a saddle: fewer components reach the same log-likelihood");
    }
    if (status == MIXTURE_OK && run->fell) {
        status = mix_model_warn(model, "the log-likelihood fell and stayed below its highest: the variance floor "
                                       "(min_variance) stands in the way");
    } else if (status == MIXTURE_OK && !run->converged && fit->options->max_iter > 0) {
        status = mix_model_warn(model, "not converged after %ld iterations (max_iter)", run->iterations);
    }
    return mix_error_status(fit->error, status);
}

/* Mean sum of a row of counts; the statistics at hand may be those of another finalist, but not what they add up
** to. */
static double mean_total(const mix_fit *fit) {
    const mixture_family *family = fit->family;
    mixture_model shape = {.family = family, .k = fit->options->k, .d = fit->data->d};
    return family->mean_total != NULL ? family->mean_total(&shape, fit->em.statistics + MIX_TOTALS) : 0;
}

/* Make the caller's model of the winner. */
static mixture_status deliver(mix_fit *fit, candidate *winner, mix_run *run, mixture_model **result) {
    mixture_model *model = winner->model;
    mixture_status status = MIXTURE_OK;
    if (!anything_given(&fit->options->start) && !(fit->data->extras & MIXTURE_LABELLED)) {
        status = mix_error_status(fit->error, mix_model_sort(model));
    }
    if (status == MIXTURE_OK) {
        status = warn(fit, model, run, &winner->soundness);
    }
    if (status == MIXTURE_OK) {
        model->trials = mean_total(fit);
        status = into_user_units(fit, model, run);
    }
    if (status == MIXTURE_OK) {
        status = mixture_model_prepare(model, fit->error);
    }
    if (status == MIXTURE_OK) {
        describe(fit, model, run, &winner->soundness);
        *result = model;
        winner->model = NULL;
    }
    return status;
}

/* A label must be a component, and one that the start gives a weight. */
static mixture_status check_labels(mix_fit *fit) {
    const double *weights = fit->options->equal_weights ? NULL : fit->options->start.weights;
    for (size_t row = 0; (fit->data->extras & MIXTURE_LABELLED) && row < fit->data->rows; row++) {
        int label = mix_data_label(fit->data, row);
        if (label < 0 || (size_t)label > fit->options->k) {
            return mix_error_invalid(fit->error,
                                     "label %d in row %zu; expected a component from 1 to %zu, or 0 for unknown",
                                     label, row + 1, fit->options->k);
        }
        if (label > 0 && weights != NULL && weights[label - 1] == 0) {
            return mix_error_invalid(fit->error,
                                     "option init: weights[%d] is 0, but row %zu is labelled %d; expected a "
                                     "weight > 0",
                                     label - 1, row + 1, label);
        }
    }
    return MIXTURE_OK;
}

static mixture_status check_rows(mix_fit *fit) {
    size_t k = fit->options->k, distinct, column = 0;
    mixture_error inner = {MIXTURE_OK, ""};
    if (fit->data->rows == 0) {
        return mix_error_invalid(fit->error, "there are no rows; expected at least one");
    }
    mixture_status status =
        mix_data_standardize(fit->data, fit->family->standardize, &fit->cancel, &column, &inner);
    if (status == MIXTURE_INVALID) {
        const char *const *names = fit->options->columns;
        return names != NULL
                   ? mix_error_invalid(fit->error, "column %zu (%.40s) %s", column + 1, names[column], inner.text)
                   : mix_error_invalid(fit->error, "column %zu (x%zu) %s", column + 1, column + 1, inner.text);
    }
    if (status == MIXTURE_OK && !isfinite(fit->data->total_weight * fit->data->weight_unit)) {
        return mix_error_invalid(fit->error, "the weights sum to more than a double holds; expected a finite sum");
    }
    if (status == MIXTURE_OK) {
        status = check_labels(fit);
        if (status != MIXTURE_OK) {
            return status;
        }
    }
    if (status == MIXTURE_OK) {
        status = mix_data_distinct(fit->data, k, &fit->cancel, NULL, &distinct);
    }
    if (status == MIXTURE_OK && distinct < k) {
        return mix_error_invalid(fit->error, "%zu distinct row%s for k = %zu; expected at least k distinct rows",
                                 distinct, distinct == 1 ? "" : "s", k);
    }
    return mix_error_status(fit->error, status);
}

static mixture_status run_fit(mix_fit *fit, mixture_model **result) {
    mixture_status status = check_rows(fit);
    if (status == MIXTURE_OK && anything_given(&fit->options->start)) {
        status = take_given(fit);
    }
    if (status == MIXTURE_OK) {
        status = mix_em_init(&fit->em, fit->family, fit->data, fit->options, &fit->cancel);
        mix_error_status(fit->error, status);
    }
    if (status == MIXTURE_OK && everything_given(fit)) {
        fit->given->covariance = fit->options->covariance;
        fit->family->constrain(fit->given, &fit->em.how, mix_expect_scratch(fit->em.expect));
        status = mixture_model_prepare(fit->given, fit->error);
        fit->finalists[0].model = fit->given;
        fit->given = NULL;
    } else if (status == MIXTURE_OK) {
        status = choose_candidates(fit);
    }
    size_t best = 0;
    mix_run run = {0};
    if (status == MIXTURE_OK) {
        status = continue_finalists(fit, &best, &run);
    }
    if (status == MIXTURE_OK) {
        status = deliver(fit, &fit->finalists[best], &run, result);
    }
    mix_memory_free(run.trace);
    return status;
}

mixture_status mixture_fit(const mixture_family *family, mixture_data *data, const mixture_options *options,
                           mixture_model **model, mixture_error *error) {
    *model = NULL;
    mixture_status status = mix_options_check(options, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    mix_fit fit = {
        .options = options,
        .data = data,
        .family = family,
        .cancel = {options->cancel, options->host},
        .error = error,
    };
    status = run_fit(&fit, model);
    for (size_t i = 0; i < FINALISTS; i++) {
        mixture_model_free(fit.finalists[i].model);
    }
    mixture_model_free(fit.given);
    mix_em_clear(&fit.em);
    return status;
}
