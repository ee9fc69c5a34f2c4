/* ratio_test.c: the likelihood ratio of k against k + 1 components has no known distribution: where k are enough,
** the parameters of one more are not determined. So it is compared with those of tables drawn from the fit of k
** (G. J. McLachlan, Applied Statistics 36 (1987) 318). */
#include <math.h>
#include <stdio.h>

#include "bootstrap.h"
#include "error.h"
#include "given.h"
#include "jobs.h"
#include "memory.h"
#include "model.h"
#include "multistart.h"
#include "options.h"
#include "patterns.h"
#include "prepare.h"

/* Ratios that differ by less than this share are equal. */
#define SAME_RATIO 1e-9

typedef struct ratio_test {
    const mixture_family *family;
    mixture_data *data, *own_data; /* whose replicates are drawn */
    mixture_options less, more;    /* of each fit of a replicate, k and k + 1 components */
    mixture_model *reference;      /* of k, in the data's frame */
    mix_resample resample;
    double *ratios; /* of the replicates; NaN: one of the two fits is not sound */
    const mix_cancel *cancel;
    mixture_watch *watch;
    mixture_error *error;
} ratio_test;

/* ---- One replicate ------------------------------------------------------------------------------------------ */

/* Whether a component is where the likelihood has no maximum. One that is empty, on few rows or the same as
** another is no matter: that log-likelihood is the highest there is, or that of fewer components. */
static bool is_unbounded(const mixture_model *model) {
    bool unbounded = false;
    for (size_t c = 0; c < model->k; c++) {
        unbounded = unbounded || model->floored[c] == MIX_FLOOR_DEGENERATE;
    }
    return unbounded;
}

/* The fit of k begins at what the table was drawn from. NaN: it is not sound. */
static mixture_status fit_less(const ratio_test *all, const mixture_data *data, const mix_cancel *cancel,
                               double *loglik) {
    mix_em em;
    mixture_model *model;
    mixture_status status = mix_bootstrap_refit(data, all->reference, &all->less, cancel, &em, &model);
    *loglik = status != MIXTURE_OK || is_unbounded(model) ? (double)NAN : em.run.loglik;
    mixture_model_free(model);
    mix_em_clear(&em);
    return status;
}

/* That of k + 1 is searched for as in the table itself. */
static mixture_status fit_more(const ratio_test *all, const mixture_data *data, const mix_cancel *cancel,
                               double *loglik) {
    mix_multistart multistart;
    mix_found found = {.model = NULL};
    mixture_error reason = {MIXTURE_OK, ""};
    size_t k = all->more.k;
    mix_multistart_begin(&multistart, all->family, data, cancel);
    mixture_status status = mix_init_new(all->family, data, &all->more, k, false, cancel, &multistart.init);
    if (status == MIXTURE_OK) {
        status = mix_starts_new(multistart.init, k, cancel, &multistart.starts);
    }
    if (status == MIXTURE_OK) {
        status = mix_multistart_run(&multistart, &all->more, NULL, &found, &reason);
    }
    *loglik = status != MIXTURE_OK || is_unbounded(found.model) ? (double)NAN : found.run.loglik;
    mix_found_clear(&found);
    mix_starts_free(multistart.starts);
    mix_init_free(multistart.init);
    return status;
}

static mixture_status run_test_replicate(void *context, size_t number, const mix_cancel *cancel) {
    const ratio_test *all = context;
    mix_replicate replicate;
    double less = (double)NAN, more = (double)NAN;
    all->ratios[number] = (double)NAN;
    mixture_status status = mix_replicate_draw(&all->resample, number, cancel, &replicate);
    if (status == MIXTURE_OK) {
        status = fit_less(all, &replicate.data, cancel, &less);
    }
    if (status == MIXTURE_OK && !isnan(less)) {
        status = fit_more(all, &replicate.data, cancel, &more);
    }
    mix_replicate_free(&replicate);
    if (status == MIXTURE_OK && !isnan(more)) { /* k + 1 may do what k do: not found, that is no lower */
        all->ratios[number] = fmax(2 * (more - less), 0);
    }
    status = status == MIXTURE_INVALID ? MIXTURE_OK : status;
    if (status == MIXTURE_OK) {
        mix_watch_add(all->watch, 1, 1);
    }
    return status;
}

static mixture_status adopt_test_replicate(void *context, size_t number) {
    (void)context;
    (void)number;
    return MIXTURE_OK;
}

static void forget_test_replicate(void *context, size_t number) {
    const ratio_test *all = context;
    all->ratios[number] = (double)NAN;
}

/* ---- All of them -------------------------------------------------------------------------------------------- */

/* The fit of k in the frame of the rows that are drawn anew. */
static mixture_status prepare_replicates(ratio_test *all, const mixture_model *less) {
    mixture_options options = all->less;
    size_t distinct = 0;
    options.start = (mixture_start){less->weights, (const double *const *)less->arrays};
    mixture_status status =
        mix_prepare_rows(all->family, all->data, &options, options.k, all->cancel, &distinct, all->error);
    if (status == MIXTURE_OK) {
        status = mix_given_take(all->family, all->data, &options, &all->reference, all->error);
    }
    if (status == MIXTURE_OK) {
        all->reference->cancel = all->cancel;
        status = mixture_model_prepare(all->reference, all->error);
        all->reference->cancel = NULL;
    }
    if (status == MIXTURE_OK) {
        status = mix_error_status(all->error, mix_resample_begin(&all->resample, MIXTURE_PARAMETRIC, options.seed,
                                                                 all->data, all->reference, all->cancel));
        all->resample.trials = less->trials;
    }
    return status;
}

/* Doubles that the fits of a replicate take, about: as in by_k.c. */
static double test_work_space(const ratio_test *all) {
    const mix_shape shape = mix_shape_for(all->family, all->data, all->more.k, 0);
    double k = (double)shape.k, model = k * (double)(shape.family->derived_size(&shape) + 3);
    for (size_t a = 0; a < shape.family->array_count; a++) {
        model += k * (double)mix_family_array_size(&shape, a);
    }
    double units = fmin((double)all->data->block_count / 8 + 4, 68);
    double scratch = (double)mix_family_full_scratch(&shape);
    double gaps = all->data->incomplete > 0 ? 4 * scratch + 3 * (double)mix_runs_room(all->data) : 0;
    return (double)all->data->rows * (MIX_STARTS_KEPT + 4 + 4 * (double)all->data->d) + 60 * model +
           units * (double)mix_statistics_size(&shape) + 4 * scratch + gaps + 20000;
}

static mixture_status run_replicates(ratio_test *all, size_t replicates) {
    const mix_jobs jobs = {all, replicates, run_test_replicate, adopt_test_replicate, forget_test_replicate};
    all->ratios = mix_memory_array(replicates, sizeof(double));
    if (all->ratios == NULL) {
        return mix_error_status(all->error, MIXTURE_NOMEM);
    }
    size_t arena_bytes;
    size_t threads =
        mix_bootstrap_threads(&all->resample, &all->less, replicates, test_work_space(all), &arena_bytes);
    all->less.threads = all->more.threads = threads > 1 ? 1 : all->less.threads;
    mix_watch_phase(all->watch, "replicates", replicates);
    mix_watch_plan(all->watch, replicates);
    return mix_error_status(all->error, mix_jobs_run(&jobs, threads, arena_bytes, all->cancel));
}

/* ---- The test ----------------------------------------------------------------------------------------------- */

static mixture_status keep_warnings(const mixture_model *model, mixture_test *test) {
    mixture_status status = MIXTURE_OK;
    for (size_t i = 0; status == MIXTURE_OK && i < model->warning_count; i++) {
        char text[500];
        snprintf(text, sizeof text, "k = %zu: %s", model->k, model->warnings[i]);
        status = mix_model_add_string(&test->warnings, &test->warning_count, text);
    }
    return status;
}

static mixture_status judge_ratios(const ratio_test *all, mixture_test *test) {
    size_t exceeding = 0;
    char text[120];
    for (size_t i = 0; i < test->replicates; i++) {
        test->unsound += isnan(all->ratios[i]) ? 1 : 0;
        exceeding += all->ratios[i] >= test->ratio * (1 - SAME_RATIO) ? 1 : 0;
    }
    size_t sound = test->replicates - test->unsound;
    if (sound == 0) {
        return mix_error_invalid(all->error, "none of %zu replicates could be fitted soundly; expected some",
                                 test->replicates);
    }
    test->p = (1 + (double)exceeding) / (1 + (double)sound);
    if (test->unsound == 0) {
        return MIXTURE_OK;
    }
    snprintf(text, sizeof text, "%zu of %zu replicates could not be fitted soundly, and do not count",
             test->unsound, test->replicates);
    return mix_error_status(all->error, mix_model_add_string(&test->warnings, &test->warning_count, text));
}

/* The fits of the rows themselves. */
static mixture_status fit_both(ratio_test *all, mixture_data *data, const mixture_options *options,
                               mixture_test *test, mixture_model **less) {
    mixture_options one_more = *options;
    mixture_model *more = NULL;
    one_more.k++;
    mixture_status status = mixture_fit(all->family, data, options, less, all->error);
    if (status == MIXTURE_OK) {
        status = mixture_fit(all->family, data, &one_more, &more, all->error);
    }
    if (status == MIXTURE_OK) {
        *test = (mixture_test){.k = options->k,
                               .n = (*less)->n,
                               .loglik = {(*less)->loglik, more->loglik},
                               .ratio = fmax(2 * (more->loglik - (*less)->loglik), 0),
                               .replicates = test->replicates,
                               .seed = options->seed};
        status = mix_error_status(all->error, keep_warnings(*less, test));
        status = status == MIXTURE_OK ? mix_error_status(all->error, keep_warnings(more, test)) : status;
    }
    mixture_model_free(more);
    return status;
}

mixture_status mixture_test_run(const mixture_family *family, mixture_data *data, const mixture_options *options,
                                size_t replicates, mixture_test *test, mixture_error *error) {
    mix_cancel_once once = {{options->cancel, options->host}, false};
    const mix_cancel cancel = {mix_cancel_said, &once};
    ratio_test all = {.family = family,
                      .data = data,
                      .less = *options,
                      .cancel = &cancel,
                      .watch = options->watch,
                      .error = error};
    mixture_model *less = NULL;
    *test = (mixture_test){.replicates = replicates};
    mixture_status status =
        replicates >= 1 ? MIXTURE_OK : mix_error_invalid(error, "option replicates is 0; expected 1 or more");
    if (status == MIXTURE_OK && (data->extras & MIXTURE_WEIGHTED)) {
        status = mix_resample_unweighted(data, &cancel, &all.own_data, error);
        all.data = all.own_data;
    }
    if (status == MIXTURE_OK) {
        status = fit_both(&all, data, options, test, &less);
    }
    all.less.watch = NULL;
    all.more = all.less;
    all.more.k++;
    if (status == MIXTURE_OK) {
        status = prepare_replicates(&all, less);
    }
    if (status == MIXTURE_OK) {
        status = run_replicates(&all, replicates);
    }
    if (status == MIXTURE_OK) {
        status = judge_ratios(&all, test);
    }
    if (status != MIXTURE_OK) {
        mixture_test_clear(test);
    }
    mix_memory_free(all.ratios);
    mix_resample_end(&all.resample);
    mixture_model_free(all.reference);
    mixture_model_free(less);
    mixture_data_free(all.own_data);
    return status;
}

void mixture_test_clear(mixture_test *test) {
    mix_model_free_strings(test->warnings, test->warning_count);
    test->warnings = NULL;
    test->warning_count = 0;
}
