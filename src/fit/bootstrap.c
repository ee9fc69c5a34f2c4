/* bootstrap.c: how sure the parameters are (B. Efron, Annals of Statistics 7 (1979) 1): the model is fitted again
** to tables that might as well have been seen (resample.c), each a job. The estimate being what EM starts from, a
** replicate takes a few maps, and its components keep their places (A. O'Hagan, T. B. Murphy, L. Scrucca & I. C.
** Gormley, Computational Statistics 34 (2019) 1779). */
#include "bootstrap.h"

#include <math.h>
#include <string.h>

#include "bootstrap_match.h"
#include "error.h"
#include "given.h"
#include "jobs.h"
#include "level.h"
#include "memory.h"
#include "model.h"
#include "options.h"
#include "parameter.h"
#include "patterns.h"
#include "portable.h"
#include "prepare.h"
#include "sort.h"

/* Passes over the rows that a replicate takes, about; and operations for which other threads pay: 2 ms. */
#define PASSES 20.0
#define REPLICATES_WORTH_THREADS 2e6

/* Memory for one thread's replicates that is no burden. */
#define MOST_REPLICATE_BYTES 67108864.0

/* Numbers that are kept until all replicates are there: 1.6 GB. */
#define MOST_VALUES 2e8

/* The model is not the fit of the rows where EM leads from it to a log-likelihood higher by more: a fit's own
** tolerance, 1e-8 a row, may leave 100 times as much to be gained. */
#define RISE_PER_ROW 1e-6
#define RISE 0.01

static const char *const resamplings[] = {[MIXTURE_NONPARAMETRIC] = "nonparametric",
                                          [MIXTURE_REWEIGHTED] = "weighted",
                                          [MIXTURE_PARAMETRIC] = "parametric"};

const char *mixture_resampling_name(mixture_resampling type) {
    return resamplings[type];
}

/* Quantiles that are kept: densely where intervals end. */
static const double kept_probabilities[] = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.0125, 0.02, 0.025, 0.03, 0.04,
                                            0.05,   0.075, 0.1,    0.125, 0.15, 0.2,    0.25, 0.3,   0.4,  0.5};
enum { HALF = sizeof kept_probabilities / sizeof *kept_probabilities, MOST_PROBABILITIES = 2 * HALF + 1 };

/* ---- Shared with the test ---------------------------------------------------------------------------------- */

size_t mix_bootstrap_threads(const mix_resample *resample, const mixture_options *options, size_t replicates,
                             double more, size_t *arena_bytes) {
    const mixture_data *data = resample->data;
    const mix_shape shape = mix_shape_of(resample->reference);
    double bytes = 2 * sizeof(double) * (mix_resample_size(resample) + more); /* pieces nearly twice as large */
    size_t wanted = (size_t)options->threads;
    if (wanted == 0) {
        double work = PASSES * (double)replicates * mix_expect_work(data, &shape);
        wanted = work < REPLICATES_WORTH_THREADS ? 1 : mix_portable_processors();
        wanted = wanted < MIX_MAX_THREADS ? wanted : MIX_MAX_THREADS;
    }
    bool fits = bytes <= MOST_REPLICATE_BYTES;
    *arena_bytes = fits ? (size_t)bytes : 0;
    wanted = fits ? wanted : 1;
    return wanted < replicates ? wanted : replicates;
}

mixture_status mix_bootstrap_refit(const mixture_data *data, const mixture_model *from,
                                   const mixture_options *options, const mix_cancel *cancel, mix_em *em,
                                   mixture_model **result) {
    const mix_shape shape = mix_shape_for(from->family, data, options->k, options->structure);
    mixture_model *model = *result = mix_model_new(&shape);
    mixture_status status = mix_em_init(em, from->family, data, options, cancel);
    if (model == NULL || status != MIXTURE_OK) {
        return MIXTURE_NOMEM;
    }
    mix_model_copy(model, from);
    model->structure = options->structure;
    model->cancel = cancel;
    from->family->constrain(model, &em->how, mix_expect_scratch(em->expect));
    status = mixture_model_prepare(model, NULL);
    return status == MIXTURE_OK ? mix_em_run(em, model, options->max_iter, options->tol, NULL) : status;
}

/* ---- One replicate ------------------------------------------------------------------------------------------ */

enum { REPLICATE_SOUND = 1, REPLICATE_CONVERGED = 2 }; /* what became of a replicate */

typedef struct bootstrap {
    const mixture_model *model; /* the estimate, in the caller's units */
    mixture_data *data, *own_data;
    mixture_options options; /* of each replicate */
    mixture_model *reference;
    mix_resample resample;
    size_t replicates, size; /* size: numbers of a model */
    double *values;          /* size of each replicate, */
    unsigned char *became;   /* and what became of it */
    double rise;             /* of the log-likelihood from the estimate, for the rows themselves */
    const mix_cancel *cancel;
    mixture_watch *watch;
    mixture_error *error;
} bootstrap;

/* A fit's numbers, in the caller's units and the estimate's order. */
static mixture_status take_values(const bootstrap *all, mix_em *em, mixture_model *model, const mix_cancel *cancel,
                                  double *values) {
    size_t *from = mix_memory_array(model->k, sizeof *from);
    mixture_status status =
        from != NULL ? mix_bootstrap_match(em, all->reference, model, cancel, from) : MIXTURE_NOMEM;
    if (status == MIXTURE_OK) {
        if (model->family->move != NULL) {
            model->family->move(model, &em->data->frame, true);
        }
        mix_parameter_values(model, from, values);
    }
    mix_memory_free(from);
    return status;
}

static mixture_status fit_replicate(const bootstrap *all, size_t number, const mix_cancel *cancel) {
    mix_replicate replicate;
    mix_em em = {.data = NULL};
    mixture_model *model = NULL;
    mix_soundness soundness = {true, false};
    mixture_status status = mix_replicate_draw(&all->resample, number, cancel, &replicate);
    if (status == MIXTURE_OK) {
        status = mix_bootstrap_refit(&replicate.data, all->reference, &all->options, cancel, &em, &model);
    }
    if (status == MIXTURE_OK) {
        status = mix_soundness_judge(&em, model, cancel, &soundness, NULL);
    }
    if (status == MIXTURE_OK && !soundness.degenerate && !soundness.saddle) {
        status = take_values(all, &em, model, cancel, all->values + number * all->size);
        all->became[number] = REPLICATE_SOUND | (em.run.converged ? REPLICATE_CONVERGED : 0);
    }
    mixture_model_free(model);
    mix_em_clear(&em);
    mix_replicate_free(&replicate);
    return status == MIXTURE_INVALID ? MIXTURE_OK : status; /* then it is not sound */
}

static mixture_status run_replicate(void *context, size_t number, const mix_cancel *cancel) {
    const bootstrap *all = context;
    all->became[number] = 0;
    mixture_status status = fit_replicate(all, number, cancel);
    if (status == MIXTURE_OK) {
        mix_watch_add(all->watch, 1, 1);
    }
    return status;
}

/* What a replicate leaves is not in the arena. */
static mixture_status adopt_replicate(void *context, size_t number) {
    (void)context;
    (void)number;
    return MIXTURE_OK;
}

static void forget_replicate(void *context, size_t number) {
    const bootstrap *all = context;
    all->became[number] = 0;
}

/* ---- All of them -------------------------------------------------------------------------------------------- */

/* The categories of the rows are the model's: else its probabilities would not be those of the replicates. */
static mixture_status check_levels(const mixture_model *model, const mixture_family *family,
                                   mixture_error *error) {
    for (size_t j = 0; family->parts != NULL && j < model->d; j++) {
        size_t count = mix_family_level_count(family, j), known = mix_family_level_count(model->family, j);
        const mix_level *levels = mix_family_levels(family, j), *theirs = mix_family_levels(model->family, j);
        bool same = count == known && (levels == NULL) == (theirs == NULL);
        for (size_t i = 0; same && levels != NULL && i < count; i++) {
            same = mix_level_compare(&levels[i], &theirs[i]) == 0;
        }
        if (!same) {
            char name[32];
            return mix_error_invalid(
                error,
                "column %zu (%.40s) has other levels than in the model; expected the rows that it "
                "was fitted to",
                mix_family_caller(family, j) + 1, mix_model_column_name(model, j, name));
        }
    }
    return MIXTURE_OK;
}

/* The rows in their frame, and the model in it. */
static mixture_status prepare(bootstrap *all, const mixture_family *family, mixture_resampling type) {
    mixture_options *options = &all->options;
    size_t distinct = 0;
    mixture_status status = check_levels(all->model, family, all->error);
    if (status == MIXTURE_OK && type == MIXTURE_PARAMETRIC && (all->data->extras & MIXTURE_WEIGHTED)) {
        status = mix_resample_unweighted(all->data, all->cancel, &all->own_data, all->error);
        all->data = all->own_data;
    }
    if (status == MIXTURE_OK) {
        status = mix_prepare_rows(family, all->data, options, options->k, all->cancel, &distinct, all->error);
    }
    if (status == MIXTURE_OK) {
        status = mix_prepare_k(all->data, options, distinct, all->cancel, all->error);
    }
    if (status == MIXTURE_OK) {
        status = mix_given_take(family, all->data, options, &all->reference, all->error);
    }
    if (status == MIXTURE_OK) {
        all->reference->cancel = all->cancel;
        status = mixture_model_prepare(all->reference, all->error);
        all->reference->cancel = NULL;
    }
    if (status == MIXTURE_OK) {
        status = mix_error_status(all->error, mix_resample_begin(&all->resample, type, options->seed, all->data,
                                                                 all->reference, all->cancel));
        all->resample.trials = all->model->trials;
    }
    return status;
}

/* How far the rows themselves are from being fitted by the estimate. */
static mixture_status measure_rise(bootstrap *all) {
    mix_em em;
    mixture_model *model;
    mixture_status status =
        mix_bootstrap_refit(all->data, all->reference, &all->options, all->cancel, &em, &model);
    if (status == MIXTURE_OK && em.run.trace_count > 0) {
        all->rise = (em.run.loglik - em.run.trace[0]) * all->data->weight_unit;
    }
    mixture_model_free(model);
    mix_em_clear(&em);
    return status == MIXTURE_INVALID ? MIXTURE_OK : mix_error_status(all->error, status);
}

/* Doubles of work space of a replicate, beside the replicate. */
static double work_space(const bootstrap *all) {
    const mix_shape shape = mix_shape_of(all->reference);
    double k = (double)shape.k, model = k * (double)(shape.family->derived_size(&shape) + 3) + (double)all->size;
    double statistics = (double)mix_statistics_size(&shape), units = (double)all->data->block_count / 8 + 4;
    double scratch = (double)mix_family_full_scratch(&shape), trace = 2000;
    double gaps = all->data->incomplete > 0 ? 4 * scratch + 3 * (double)mix_runs_room(all->data) : 0;
    return 8 * model + fmin(units, 68) * statistics + 4 * scratch + gaps + trace + k * (k + 2) + 1000;
}

static mixture_status run_all(bootstrap *all) {
    const mix_jobs jobs = {all, all->replicates, run_replicate, adopt_replicate, forget_replicate};
    double numbers = (double)all->replicates * (double)all->size;
    if (numbers > MOST_VALUES) {
        return mix_error_invalid(all->error, "%zu replicates of %zu parameters; expected at most %.0e numbers",
                                 all->replicates, all->size, MOST_VALUES);
    }
    all->values = mix_memory_array(all->replicates, all->size * sizeof(double));
    all->became = mix_memory_zeros(all->replicates, 1);
    if (all->values == NULL || all->became == NULL) {
        return mix_error_status(all->error, MIXTURE_NOMEM);
    }
    size_t arena_bytes;
    size_t threads =
        mix_bootstrap_threads(&all->resample, &all->options, all->replicates, work_space(all), &arena_bytes);
    all->options.threads = threads > 1 ? 1 : all->options.threads;
    mix_watch_phase(all->watch, "replicates", all->replicates);
    mix_watch_plan(all->watch, all->replicates);
    return mix_error_status(all->error, mix_jobs_run(&jobs, threads, arena_bytes, all->cancel));
}

/* ---- What they say ------------------------------------------------------------------------------------------ */

/* The probabilities whose quantiles so many replicates have: from that of the least to that of the greatest. */
static size_t choose_probabilities(size_t count, double *probabilities) {
    double least = 1 / ((double)count + 1);
    size_t chosen = 0;
    probabilities[chosen++] = least;
    for (size_t i = 0; i < 2 * HALF - 1; i++) {
        double p = i < HALF ? kept_probabilities[i] : 1 - kept_probabilities[2 * HALF - 2 - i];
        if (p > least * (1 + 1e-9) && p < 1 - least * (1 + 1e-9)) {
            probabilities[chosen++] = p;
        }
    }
    probabilities[chosen++] = 1 - least;
    return chosen;
}

/* Of sorted values the quantile at which (count + 1) p are below (A. C. Davison & D. V. Hinkley, Bootstrap Methods
** and their Application (1997), 5.2). */
static double find_quantile(const double *sorted, size_t count, double p) {
    double place = fmin(fmax(p * ((double)count + 1), 1), (double)count), below = floor(place + 1e-9);
    double share = fmax(place - below, 0);
    size_t i = (size_t)below - 1;
    return i + 1 < count ? sorted[i] + share * (sorted[i + 1] - sorted[i]) : sorted[i];
}

/* How far the sound replicates are from the estimate, angles the short way round; rising. */
static void gather_differences(const bootstrap *all, size_t number, double *differences) {
    const mix_parameter at = mix_parameter_at(all->model, number);
    double estimate = mix_parameter_value(all->model, &at), period = mix_parameter_period(all->model, &at);
    size_t count = 0;
    for (size_t i = 0; i < all->replicates; i++) {
        double difference = all->values[i * all->size + number] - estimate;
        if (all->became[i] & REPLICATE_SOUND) {
            differences[count++] = period > 0 ? remainder(difference, period) : difference;
        }
    }
    mix_sort_rising(differences, count);
}

static double deviation(const double *x, size_t count) {
    double mean = 0, squares = 0;
    for (size_t i = 0; i < count; i++) {
        mean += x[i] / (double)count;
    }
    for (size_t i = 0; i < count; i++) {
        squares += (x[i] - mean) * (x[i] - mean);
    }
    return sqrt(squares / ((double)count - 1));
}

static mixture_status summarize(const bootstrap *all, size_t sound, mixture_bootstrap *result) {
    double *differences = mix_memory_array(sound, sizeof *differences);
    mix_turns turns = {.cancel = all->cancel};
    for (size_t p = 0; differences != NULL && p < all->size && !mix_turns_over(&turns, 100 * (double)sound); p++) {
        const mix_parameter at = mix_parameter_at(all->model, p);
        double estimate = mix_parameter_value(all->model, &at);
        gather_differences(all, p, differences);
        result->errors[p] = deviation(differences, sound);
        for (size_t i = 0; i < result->probability_count; i++) {
            result->quantiles[p * result->probability_count + i] =
                estimate + find_quantile(differences, sound, result->probabilities[i]);
        }
    }
    mix_memory_free(differences);
    return differences == NULL ? MIXTURE_NOMEM : turns.over ? MIXTURE_CANCELLED : MIXTURE_OK;
}

static mixture_status warn(mixture_bootstrap *result, const char *format, ...) MIX_PRINTF(2, 3);

static mixture_status warn(mixture_bootstrap *result, const char *format, ...) {
    char text[200];
    va_list arguments;
    va_start(arguments, format);
    mix_error_print(text, sizeof text, format, arguments);
    va_end(arguments);
    return mix_model_add_string(&result->warnings, &result->warning_count, text);
}

static mixture_status warn_of_all(const bootstrap *all, size_t slow, mixture_bootstrap *result) {
    mixture_status status = MIXTURE_OK;
    double n = all->data->total_weight * all->data->weight_unit;
    if (result->unsound > 0) {
        status = warn(result, "%zu of %zu replicates could not be fitted soundly, and do not count",
                      result->unsound, result->replicates);
    }
    if (status == MIXTURE_OK && slow > 0) {
        status = warn(result, "%zu of %zu replicates had not converged after %ld iterations (max_iter)", slow,
                      result->replicates, all->options.max_iter);
    }
    if (status == MIXTURE_OK && all->rise > RISE + RISE_PER_ROW * n) {
        status = warn(result,
                      "the model is not the fit of these rows: mix_refit reaches a log-likelihood higher by %.3g",
                      all->rise);
    }
    return status;
}

static mixture_status deliver(const bootstrap *all, mixture_bootstrap **delivered) {
    size_t sound = 0, slow = 0;
    double probabilities[MOST_PROBABILITIES];
    for (size_t i = 0; i < all->replicates; i++) {
        sound += (all->became[i] & REPLICATE_SOUND) != 0;
        slow += all->became[i] == REPLICATE_SOUND;
    }
    if (sound < 2) {
        return mix_error_invalid(all->error, "%zu of %zu replicates could be fitted soundly; expected 2 or more",
                                 sound, all->replicates);
    }
    mixture_bootstrap *result = *delivered = mix_memory_zeros(1, sizeof *result);
    if (result == NULL) {
        return mix_error_status(all->error, MIXTURE_NOMEM);
    }
    *result = (mixture_bootstrap){.type = all->resample.type,
                                  .replicates = all->replicates,
                                  .unsound = all->replicates - sound,
                                  .seed = all->resample.seed,
                                  .parameter_count = all->size};
    size_t count = result->probability_count = choose_probabilities(sound, probabilities);
    result->errors = mix_memory_array(all->size, sizeof(double));
    result->probabilities = mix_memory_array(count, sizeof(double));
    result->quantiles = mix_memory_array(all->size, count * sizeof(double));
    if (result->errors == NULL || result->probabilities == NULL || result->quantiles == NULL) {
        return mix_error_status(all->error, MIXTURE_NOMEM);
    }
    memcpy(result->probabilities, probabilities, count * sizeof(double));
    mixture_status status = summarize(all, sound, result);
    return mix_error_status(all->error, status == MIXTURE_OK ? warn_of_all(all, slow, result) : status);
}

mixture_status mixture_bootstrap_run(const mixture_model *model, const mixture_family *family, mixture_data *data,
                                     const mixture_options *options, mixture_resampling type, size_t replicates,
                                     mixture_bootstrap **result, mixture_error *error) {
    mix_cancel_once once = {{options->cancel, options->host}, false};
    const mix_cancel cancel = {mix_cancel_said, &once};
    bootstrap all = {.model = model,
                     .data = data,
                     .options = *options,
                     .replicates = replicates,
                     .size = mix_parameter_count(model),
                     .cancel = &cancel,
                     .watch = options->watch,
                     .error = error};
    *result = NULL;
    all.options.watch = NULL;
    mix_watch_phase(options->watch, "preparing", 0);
    mixture_status status =
        replicates >= 2 ? mix_options_check(options, error)
                        : mix_error_invalid(error, "option replicates is %zu; expected 2 or more", replicates);
    if (status == MIXTURE_OK) {
        status = prepare(&all, family, type);
    }
    if (status == MIXTURE_OK && type != MIXTURE_PARAMETRIC) {
        status = measure_rise(&all);
    }
    if (status == MIXTURE_OK) {
        status = run_all(&all);
    }
    if (status == MIXTURE_OK) {
        status = deliver(&all, result);
    }
    if (status != MIXTURE_OK) {
        mixture_bootstrap_free(*result);
        *result = NULL;
    }
    mix_memory_free(all.values);
    mix_memory_free(all.became);
    mix_resample_end(&all.resample);
    mixture_model_free(all.reference);
    mixture_data_free(all.own_data);
    return status;
}
