/* test_accelerate.c: acceleration makes EM faster and changes nothing else. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "random.h"

enum { N = 2000, MOST_D = 4, TRIALS = 10, CATEGORIES = 3 };

#define TOLERANCE (1e-6 * N / 1000)

static const double weights[] = {0.5, 0.5};

/* Two Gaussians with the unit covariance, their means one deviation apart along the first axis: nearly all
** information is missing, and plain EM crawls. */
static void draw_close_pair(int64_t seed, size_t d, double *x) {
    mix_random random;
    mix_random_seed(&random, seed, 0);
    for (size_t i = 0; i < N * d; i++) {
        double mean = i % d == 0 ? (i / d % 2 ? 0.5 : -0.5) : 0;
        x[i] = mean + mix_random_normal(&random);
    }
}

/* Options to fit such a pair from means two deviations apart, a little off the axis. start: 2 * d means and as
** many covariances. */
static mixture_options options_for(size_t d, int covariance, double *start) {
    mixture_options options;
    mixture_options_default(&options);
    options.k = 2;
    options.structure = covariance;
    options.tol = 1e-12;
    options.max_iter = 1000000;
    memset(start, 0, 2 * d * (1 + d) * sizeof *start);
    for (size_t i = 0; i < 2 * d; i++) {
        start[i] = i == 0 ? -1 : i == d ? 1 : i > d ? 0.5 : 0;
        start[2 * d + i * d + i % d] = 1;
    }
    options.start = (mixture_start){weights, check_arrays(start, start + 2 * d)};
    return options;
}

static void check_trace(const mixture_model *model) {
    assert_int_equal(model->trace_count, model->iterations + 1);
    for (size_t i = 1; i < model->trace_count; i++) {
        assert_true(model->trace[i] >= model->trace[i - 1] - 1e-12 * fabs(model->trace[i]));
    }
    assert_true(model->trace[model->trace_count - 1] == model->loglik);
}

static mixture_model *fit_rows(const mixture_family *family, const double *x, size_t d,
                               const mixture_options *options) {
    mixture_data *data = check_data(x, N, d);
    mixture_model *model;
    mixture_error error = {MIXTURE_OK, ""};
    assert_int_equal(mixture_fit(family, data, options, &model, &error), MIXTURE_OK);
    mixture_data_free(data);
    return model;
}

/* Accelerated and plain EM end alike; the accelerated one in at most a tenth of the maps, if those are many. */
static void compare(const char *name, const mixture_family *family, const double *x, size_t d,
                    mixture_options options) {
    mixture_model *fast = fit_rows(family, x, d, &options);
    options.accelerate = false;
    mixture_model *plain = fit_rows(family, x, d, &options);
    print_message("%s, d = %zu: %ld maps accelerated, %ld plain; loglik %.9f and %.9f\n", name, d,
                  fast->iterations, plain->iterations, fast->loglik, plain->loglik);
    assert_true(fast->converged && plain->converged);
    check_trace(fast);
    check_trace(plain);
    if (fast->loglik > plain->loglik + TOLERANCE) { /* then plain EM, so slow, has stopped short */
        options.tol = 1e-14;
        mixture_model *further = fit_rows(family, x, d, &options);
        assert_close(fast->loglik, further->loglik, 0, TOLERANCE);
        mixture_model_free(further);
    }
    assert_true(fast->loglik >= plain->loglik - TOLERANCE);
    if (plain->iterations > 400) {
        assert_true(10 * fast->iterations <= plain->iterations);
    } else {
        assert_true(fast->iterations <= plain->iterations);
    }
    if (options.equal_weights) {
        assert_true(fast->weights[0] == 0.5 && fast->weights[1] == 0.5);
    }
    mixture_model_free(fast);
    mixture_model_free(plain);
}

static void close_gaussians_take_a_tenth_of_the_maps(void **state) {
    (void)state;
    static const size_t dimensions[] = {1, 2, 4};
    static double x[N * MOST_D];
    double start[2 * MOST_D * (1 + MOST_D)];
    for (size_t i = 0; i < sizeof dimensions / sizeof *dimensions; i++) {
        size_t d = dimensions[i];
        for (int64_t seed = 1; seed <= 3; seed++) {
            draw_close_pair(seed, d, x);
            compare("full", &mixture_gaussian, x, d, options_for(d, MIXTURE_FULL, start));
        }
    }
}

static void so_do_all_structures(void **state) {
    (void)state;
    static double x[2 * N];
    double start[2 * 2 * (1 + 2)];
    draw_close_pair(4, 2, x);
    for (int v = 0; v < MIXTURE_COVARIANCES; v++) {
        for (int equal = 0; equal < 2; equal++) {
            mixture_options options = options_for(2, v, start);
            options.equal_weights = equal;
            compare(mixture_structure_name(&mixture_gaussian, options.structure), &mixture_gaussian, x, 2,
                    options);
        }
    }
}

static void close_multinomials_take_a_tenth_of_the_maps(void **state) {
    (void)state;
    static const double truth[2][CATEGORIES] = {{0.4, 0.35, 0.25}, {0.3, 0.35, 0.35}};
    static const double start[] = {0.6, 0.3, 0.1, 0.2, 0.3, 0.5};
    static double x[N * CATEGORIES];
    mix_random random;
    mix_random_seed(&random, 2, 0);
    for (size_t i = 0; i < N * TRIALS; i++) {
        const double *p = truth[i / TRIALS % 2];
        double u = mix_random_uniform(&random);
        x[i / TRIALS * CATEGORIES + (u < p[0] ? 0 : u < p[0] + p[1] ? 1 : 2)]++;
    }
    mixture_options options;
    mixture_options_default(&options);
    options.k = 2;
    options.tol = 1e-12;
    options.max_iter = 1000000;
    options.start = (mixture_start){weights, check_arrays(start, NULL)};
    compare("multinomial", &mixture_multinomial, x, CATEGORIES, options);
}

/* Sum of the rows' log densities, by the scoring functions. */
static double score(const mixture_model *model, const double *x) {
    mixture_scratch *scratch = mixture_scratch_new(model);
    double resp[2], sum = 0;
    assert_non_null(scratch);
    for (size_t i = 0; i < N; i++) {
        sum += mixture_responsibilities(model, x + i * model->d, resp, scratch);
    }
    mixture_scratch_free(scratch);
    return sum;
}

static void every_map_is_counted_and_max_iter_holds(void **state) {
    (void)state;
    static double x[2 * N];
    double start[2 * 2 * (1 + 2)];
    draw_close_pair(5, 2, x);
    mixture_options options = options_for(2, MIXTURE_FULL, start);
    options.tol = 0;
    for (long most = 0; most < 60; most++) {
        options.max_iter = most;
        mixture_model *model = check_fit(x, N, 2, &options);
        assert_int_equal(model->iterations, most);
        assert_false(model->converged);
        check_trace(model);
        /* Cut off anywhere, also after a jump that failed, the log-likelihood is that of the parameters. */
        assert_close(model->loglik, score(model, x), 1e-12, 0);
        mixture_model_free(model);
    }
}

/* One component shrinks, slowly, onto half the rows of a column, which are all the same: the floor ends that, and
** no jump may pass it. */
static void the_variance_floor_holds(void **state) {
    (void)state;
    static double x[2 * N];
    double start[2 * 2 * (1 + 2)];
    draw_close_pair(5, 2, x);
    for (size_t i = 0; i < N; i += 2) {
        x[2 * i + 1] = 0.25;
    }
    for (int v = 0; v < MIXTURE_COVARIANCES; v++) {
        mixture_options options = options_for(2, v, start);
        options.min_variance = 1e-4;
        options.tol = 1e-9;
        options.max_iter = 20000;
        mixture_model *fast = check_fit(x, N, 2, &options);
        options.accelerate = false;
        mixture_model *plain = check_fit(x, N, 2, &options);
        print_message("%s: %ld maps, %zu warnings; plain %ld, %zu\n",
                      mixture_structure_name(&mixture_gaussian, options.structure), fast->iterations,
                      fast->warning_count, plain->iterations, plain->warning_count);
        check_trace(fast);
        assert_int_equal(fast->warning_count, plain->warning_count);
        assert_close(fast->loglik, plain->loglik, 0, 1e-3);
        assert_true(fast->iterations <= plain->iterations);
        mixture_model_free(fast);
        mixture_model_free(plain);
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(close_gaussians_take_a_tenth_of_the_maps),
        cmocka_unit_test(so_do_all_structures),
        cmocka_unit_test(close_multinomials_take_a_tenth_of_the_maps),
        cmocka_unit_test(every_map_is_counted_and_max_iter_holds),
        cmocka_unit_test(the_variance_floor_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
