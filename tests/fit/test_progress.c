/* test_progress.c: what a fit and a selection tell those who wait, seen from where they ask whether to stop. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { PHASES = 12, WAIT_ROWS = 1500, WAIT_K = 3, WAIT_STRUCTURES = 4 };

/* What was seen: the phases, each time another began, and what they said last. */
typedef struct onlooker {
    const mixture_watch *watch;
    mixture_progress seen[PHASES];
    size_t count;
    bool best_fell;  /* the highest log-likelihood fell, or the lowest criterion rose */
    bool overflowed; /* more was done than there is */
    bool selects;
} onlooker;

static bool look(void *host) {
    onlooker *own = host;
    mixture_progress now = mixture_watch_read(own->watch);
    own->overflowed = own->overflowed || (now.total > 0 && now.done > now.total);
    if (own->count == 0 || strcmp(own->seen[own->count - 1].phase, now.phase) != 0) {
        assert_true(own->count < PHASES);
        own->count++;
    } else {
        double before = own->seen[own->count - 1].best;
        own->best_fell = own->best_fell || (own->selects ? now.best > before : now.best < before);
        size_t done = own->seen[own->count - 1].done; /* the next run begins at 0 again, */
        now.done = now.done > done ? now.done : done;
        size_t total = own->seen[own->count - 1].total; /* with no end in sight */
        now.total = now.total > total ? now.total : total;
    }
    own->seen[own->count - 1] = now;
    return false;
}

/* What the phase of that name said last. */
static const mixture_progress *find_phase(const onlooker *own, const char *phase) {
    for (size_t i = own->count; i-- > 0;) {
        if (strcmp(own->seen[i].phase, phase) == 0) {
            return &own->seen[i];
        }
    }
    fail_msg("no phase %s", phase);
    return NULL;
}

/* Two groups that overlap, or counts with two rates. */
static mixture_data *wait_rows(bool counts) {
    mixture_data *data = mixture_data_new(2, 0);
    for (size_t i = 0; i < WAIT_ROWS; i++) {
        double u = fmod((double)i * 0.618034, 1), v = fmod((double)i * 0.754878, 1);
        double x[2] = {sqrt(-2 * log(1 - u)) * cos(6.2831853 * v) + (i % 3 == 0 ? 2.5 : 0),
                       sqrt(-2 * log(1 - u)) * sin(6.2831853 * v)};
        if (counts) {
            x[0] = floor(3 * u + (i % 3 == 0 ? 9 * v : 0));
            x[1] = floor(5 * v);
        }
        assert_int_equal(mixture_data_append(data, x, 1, 0), MIXTURE_OK);
    }
    return data;
}

static mixture_options wait_options(onlooker *own, mixture_watch *watch) {
    mixture_options options;
    mixture_options_default(&options);
    options.k = 2;
    options.threads = 1;
    if (own != NULL) {
        *own = (onlooker){.watch = watch};
        options.cancel = look;
        options.host = own;
        options.watch = watch;
    }
    return options;
}

static mixture_model *wait_for(const mixture_family *family, const mixture_options *options, bool selects) {
    static const size_t every_k[WAIT_K] = {1, 2, 3};
    static const int structures[WAIT_STRUCTURES] = {MIXTURE_EII, MIXTURE_DIAG, MIXTURE_TIED, MIXTURE_FULL};
    mixture_data *data = wait_rows(family != &mixture_gaussian);
    const mixture_choices choices = {.k = every_k,
                                     .k_count = WAIT_K,
                                     .structures = structures,
                                     .structure_count = WAIT_STRUCTURES,
                                     .criterion = MIXTURE_BIC};
    mixture_model *model;
    mixture_error error;
    mixture_status status = selects ? mixture_select(family, data, options, &choices, &model, &error)
                                    : mixture_fit(family, data, options, &model, &error);
    assert_int_equal(status, MIXTURE_OK);
    mixture_data_free(data);
    return model;
}

static void a_fit_tells_its_starts_and_its_iterations(void **state) {
    (void)state;
    const mixture_family *const families[] = {&mixture_gaussian, &mixture_multinomial};
    for (int f = 0; f < 2; f++) {
        onlooker own;
        mixture_watch *watch = mixture_watch_new();
        const mixture_options options = wait_options(&own, watch);
        mixture_model *model = wait_for(families[f], &options, false);
        assert_string_equal(own.seen[0].phase, "preparing");
        const mixture_progress *starts = find_phase(&own, "starts");
        assert_true(starts->total > 1 && starts->done > starts->total / 2);
        (void)find_phase(&own, "fit");
        assert_true(mixture_watch_read(watch).done > 0);
        assert_false(own.best_fell);
        assert_false(own.overflowed);
        assert_close(mixture_watch_read(watch).best, model->loglik, 1e-6, 0);
        mixture_model_free(model);
        mixture_watch_free(watch);
    }
}

static void a_fit_foretells_its_iterations_where_they_go_down_evenly(void **state) {
    (void)state;
    /* Plain EM ends linearly: halfway the estimate is close. */
    mixture_watch *watch = mixture_watch_new();
    onlooker own;
    mixture_options options = wait_options(&own, watch);
    const double means[] = {-1, 0, 1, 0}, covariances[] = {1, 0, 0, 1, 1, 0, 0, 1};
    options.accelerate = false;
    options.start.arrays = check_arrays(means, covariances);
    mixture_model *model = wait_for(&mixture_gaussian, &options, false);
    long iterations = model->iterations;
    assert_true(iterations > 60);
    mixture_model_free(model);
    options = wait_options(&own, watch);
    options.accelerate = false;
    options.start.arrays = check_arrays(means, covariances);
    options.max_iter = iterations - iterations / 4;
    model = wait_for(&mixture_gaussian, &options, false);
    assert_true(find_phase(&own, "fit")->total >= (size_t)options.max_iter); /* it is not over yet */
    mixture_model_free(model);
    mixture_watch_free(watch);
}

static void a_selection_tells_its_candidates_and_the_lowest_criterion(void **state) {
    (void)state;
    for (int threads = 1; threads <= 3; threads += 2) {
        onlooker own;
        mixture_watch *watch = mixture_watch_new();
        mixture_options options = wait_options(&own, watch);
        own.selects = true;
        options.threads = threads;
        mixture_model *model = wait_for(&mixture_gaussian, &options, true);
        assert_string_equal(own.seen[0].phase, "preparing");
        const mixture_progress *fits = find_phase(&own, "fits");
        assert_int_equal(fits->total, WAIT_K * WAIT_STRUCTURES);
        assert_true(fits->done > fits->total / 4);
        assert_non_null(find_phase(&own, "fits again"));
        assert_false(own.best_fell);
        assert_false(own.overflowed);
        double best = mixture_watch_read(watch).best;
        assert_true(best >= model->bic - 1e-6 * fabs(model->bic)); /* a fit again may have made it better */
        assert_close(best, model->bic, 1e-3, 0);
        mixture_model_free(model);
        mixture_watch_free(watch);
    }
}

static void who_watches_changes_no_bit(void **state) {
    (void)state;
    for (int selects = 0; selects < 2; selects++) {
        onlooker own;
        mixture_watch *watch = mixture_watch_new();
        const mixture_options alone = wait_options(NULL, NULL), watched = wait_options(&own, watch);
        own.selects = selects;
        mixture_model *a = wait_for(&mixture_gaussian, &alone, selects);
        mixture_model *b = wait_for(&mixture_gaussian, &watched, selects);
        assert_int_equal(a->k, b->k);
        assert_int_equal(a->iterations, b->iterations);
        assert_memory_equal(&a->loglik, &b->loglik, sizeof a->loglik);
        assert_memory_equal(a->arrays[0], b->arrays[0], a->k * a->d * sizeof(double));
        mixture_model_free(a);
        mixture_model_free(b);
        mixture_watch_free(watch);
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fit_tells_its_starts_and_its_iterations),
        cmocka_unit_test(a_fit_foretells_its_iterations_where_they_go_down_evenly),
        cmocka_unit_test(a_selection_tells_its_candidates_and_the_lowest_criterion),
        cmocka_unit_test(who_watches_changes_no_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
