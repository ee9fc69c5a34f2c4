/* test_em.c: what expectation-maximization promises: it climbs, it stops where the gradient is 0, and
** statistics add up. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "em.h"
#include "random.h"
#include "statistics.h"

enum { MOST_K = 5, MOST_D = 6, STRUCTURES = MIXTURE_COVARIANCES, PLAIN = MIXTURE_EII + 1 };
#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* ---- The log-likelihood by its definition ------------------------------------------------------------------ */

typedef struct parameters {
    size_t k, d;
    long double weights[MOST_K], means[MOST_K][MOST_D], covariances[MOST_K][MOST_D][MOST_D];
} parameters;

static parameters read_model(const mixture_model *model) {
    parameters read = {.k = model->k, .d = model->d};
    for (size_t c = 0; c < model->k; c++) {
        read.weights[c] = (long double)model->weights[c];
        for (size_t i = 0; i < model->d; i++) {
            read.means[c][i] = (long double)model->arrays[0][c * model->d + i];
            for (size_t j = 0; j < model->d; j++) {
                read.covariances[c][i][j] = (long double)model->arrays[1][(c * model->d + i) * model->d + j];
            }
        }
    }
    return read;
}

/* Gauss' elimination on S and x - m at once: the pivots give ln det S, the last column the squared distance. */
static long double log_density(const parameters *p, size_t c, const double *x) {
    long double a[MOST_D][MOST_D + 1], sum = 0;
    for (size_t i = 0; i < p->d; i++) {
        for (size_t j = 0; j < p->d; j++) {
            a[i][j] = p->covariances[c][i][j];
        }
        a[i][p->d] = (long double)x[i] - p->means[c][i];
    }
    for (size_t i = 0; i < p->d; i++) {
        sum += logl(2 * acosl(-1) * a[i][i]) + a[i][p->d] * a[i][p->d] / a[i][i];
        for (size_t r = i + 1; r < p->d; r++) {
            long double factor = a[r][i] / a[i][i];
            for (size_t j = i; j <= p->d; j++) {
                a[r][j] -= factor * a[i][j];
            }
        }
    }
    return -sum / 2;
}

/* Log density of the mixture; the responsibilities in resp. */
static long double row_loglik(const parameters *p, const double *x, long double *resp) {
    long double top = -HUGE_VALL, sum = 0;
    for (size_t c = 0; c < p->k; c++) {
        resp[c] = logl(p->weights[c]) + log_density(p, c, x);
        top = fmaxl(top, resp[c]);
    }
    for (size_t c = 0; c < p->k; c++) {
        sum += resp[c] = expl(resp[c] - top);
    }
    for (size_t c = 0; c < p->k; c++) {
        resp[c] /= sum;
    }
    return top + logl(sum);
}

static long double loglik(const parameters *p, const double *x, size_t n) {
    long double sum = 0, resp[MOST_K];
    for (size_t i = 0; i < n; i++) {
        sum += row_loglik(p, x + i * p->d, resp);
    }
    return sum;
}

/* ---- Data and fits --------------------------------------------------------------------------------------- */

/* Rows of k overlapping clusters of different shapes. */
static void draw_rows(int64_t seed, size_t k, size_t d, size_t n, double *x) {
    mix_random random;
    mix_random_seed(&random, seed, 100);
    double centers[MOST_K * MOST_D], shapes[MOST_K * MOST_D * MOST_D], z[MOST_D];
    for (size_t i = 0; i < k * d; i++) {
        centers[i] = 2.5 * mix_random_normal(&random);
    }
    for (size_t i = 0; i < k * d * d; i++) {
        shapes[i] = mix_random_normal(&random);
    }
    for (size_t row = 0; row < n; row++) {
        size_t c = mix_random_below(&random, k);
        for (size_t j = 0; j < d; j++) {
            z[j] = mix_random_normal(&random);
        }
        for (size_t i = 0; i < d; i++) {
            x[row * d + i] = centers[c * d + i];
            for (size_t j = 0; j < d; j++) {
                x[row * d + i] += shapes[(c * d + i) * d + j] * z[j];
            }
        }
    }
}

static mixture_options options_for(size_t k, int covariance) {
    mixture_options options;
    mixture_options_default(&options);
    options.k = k;
    options.structure = covariance;
    return options;
}

/* ---- Climbing -------------------------------------------------------------------------------------------- */

static void check_climb(const double *x, size_t n, size_t d, const mixture_options *options) {
    mixture_model *model = check_fit(x, n, d, options);
    assert_int_equal(model->trace_count, model->iterations + 1);
    for (size_t i = 1; i < model->trace_count; i++) {
        if (!(model->trace[i] >= model->trace[i - 1] - 1e-9 * (double)n)) {
            fail_msg("k = %zu, d = %zu, %s, accelerate %d: iteration %zu falls from %.17g to %.17g", options->k, d,
                     mixture_structure_name(&mixture_gaussian, options->structure), options->accelerate, i,
                     model->trace[i - 1], model->trace[i]);
        }
    }
    assert_true(model->trace[model->trace_count - 1] == model->loglik);
    parameters read = read_model(model);
    /* At the variance floor a covariance is so near to singular that its last bits show. */
    assert_close(model->loglik, (double)loglik(&read, x, n), 1e-11, model->warning_count > 0 ? 1e-5 : 1e-9);
    mixture_model_free(model);
}

static void the_loglik_never_falls_and_is_that_of_the_parameters(void **state) {
    (void)state;
    enum { N = 150 };
    double x[N * MOST_D];
    for (size_t d = 1; d <= MOST_D; d++) {
        for (size_t k = 1; k <= MOST_K; k++) {
            draw_rows((int64_t)(10 * d + k), k, d, N, x);
            for (int v = 0; v < STRUCTURES; v++) {
                mixture_options options = options_for(k, v);
                options.n_init = 2;
                options.max_iter = 150;
                options.init = k % 2 == 0 ? MIXTURE_INIT_RANDOM : MIXTURE_INIT_KMEANSPP;
                check_climb(x, N, d, &options);
                options.accelerate = false;
                check_climb(x, N, d, &options);
            }
        }
    }
}

/* ---- Where it stops -------------------------------------------------------------------------------------- */

/* A direction in which the parameters can move within their structure, in units of their own size. */
typedef struct direction {
    double weights[MOST_K], means[MOST_K][MOST_D], covariances[MOST_K][MOST_D][MOST_D];
} direction;

static direction draw_direction(int covariance, mix_random *random) {
    bool pooled = covariance == MIXTURE_TIED || covariance == MIXTURE_EEI || covariance == MIXTURE_EII;
    bool sphere = covariance == MIXTURE_SPHERICAL || covariance == MIXTURE_EII;
    bool full = covariance == MIXTURE_FULL || covariance == MIXTURE_TIED;
    direction drawn = {{0}, {{0}}, {{{0}}}};
    for (size_t c = 0; c < MOST_K; c++) {
        double size = mix_random_normal(random);
        drawn.weights[c] = mix_random_normal(random);
        for (size_t i = 0; i < MOST_D; i++) {
            drawn.means[c][i] = mix_random_normal(random);
            for (size_t j = 0; j <= i; j++) {
                double own = sphere ? size : mix_random_normal(random);
                own = pooled && c > 0 ? drawn.covariances[0][i][j] : own;
                drawn.covariances[c][i][j] = drawn.covariances[c][j][i] = i == j || full ? own : 0;
            }
        }
    }
    return drawn;
}

static parameters step(const parameters *from, const direction *along, long double length) {
    parameters to = *from;
    long double sum = 0;
    for (size_t c = 0; c < from->k; c++) {
        to.weights[c] *= expl(length * along->weights[c]);
        sum += to.weights[c];
        for (size_t i = 0; i < from->d; i++) {
            to.means[c][i] += length * along->means[c][i] * sqrtl(from->covariances[c][i][i]);
            for (size_t j = 0; j < from->d; j++) {
                long double size = sqrtl(from->covariances[c][i][i] * from->covariances[c][j][j]);
                to.covariances[c][i][j] += length * along->covariances[c][i][j] * size;
            }
        }
    }
    for (size_t c = 0; c < from->k; c++) {
        to.weights[c] /= sum;
    }
    return to;
}

/* The largest slope of the log-likelihood per row, over some random directions. */
static double steepest(const mixture_model *model, const double *x, size_t n) {
    const long double h = 1e-5L; /* the error is of order h^2 and of rounding / h: 1e-10 and 1e-13 */
    parameters at = read_model(model);
    mix_random random;
    mix_random_seed(&random, 21, 0);
    long double most = 0;
    for (int i = 0; i < 10; i++) {
        direction along = draw_direction(model->structure, &random);
        parameters ahead = step(&at, &along, h), behind = step(&at, &along, -h);
        most = fmaxl(most, fabsl(loglik(&ahead, x, n) - loglik(&behind, x, n)) / (2 * h) / (long double)n);
    }
    return (double)most;
}

static void the_gradient_is_zero_where_a_fit_has_converged(void **state) {
    (void)state;
    enum { N = 400, D = 3 };
    double x[N * D];
    draw_rows(77, 3, D, N, x);
    for (int v = 0; v < PLAIN; v++) {
        for (int accelerate = 0; accelerate < 2; accelerate++) {
            mixture_options options = options_for(3, v);
            options.accelerate = accelerate;
            options.tol = 1e-15;
            options.max_iter = 20000;
            mixture_model *there = check_fit(x, N, D, &options);
            assert_true(there->converged);
            assert_close(steepest(there, x, N), 0, 0, 2e-6);
            mixture_model_free(there);
            options.max_iter = 1; /* which is seen when it is not */
            options.n_init = 1;
            mixture_model *not_there = check_fit(x, N, D, &options);
            assert_true(steepest(not_there, x, N) > 1e-4);
            mixture_model_free(not_there);
        }
    }
}

static void with_tolerance_0_a_fit_ends_when_the_loglik_rises_no_more_than_its_rounding(void **state) {
    (void)state;
    enum { N = 400, D = 3 };
    double x[N * D];
    draw_rows(77, 3, D, N, x);
    for (int accelerate = 0; accelerate < 2; accelerate++) {
        mixture_options options = options_for(3, MIXTURE_FULL);
        options.accelerate = accelerate;
        options.max_iter = 100000;
        options.tol = 1e-13;
        mixture_model *almost = check_fit(x, N, D, &options);
        options.tol = 0;
        mixture_model *model = check_fit(x, N, D, &options);
        assert_true(model->converged);
        assert_true(model->iterations > almost->iterations);
        assert_close(model->loglik, almost->loglik, 0, 1e-6);
        /* The last map is a plain one; no plain one before it rose that little. */
        size_t last = model->trace_count - 1;
        double rounding = DBL_EPSILON * fabs(model->loglik);
        assert_true(fabs(model->trace[last] - model->trace[last - 1]) <= 10 * rounding);
        for (size_t i = 1; i < last && !accelerate; i++) {
            assert_true(model->trace[i] - model->trace[i - 1] > rounding / 2);
        }
        mixture_model_free(almost);
        mixture_model_free(model);
    }
}

/* ---- Giving up ------------------------------------------------------------------------------------------ */

/* EM maps from two components that overlap and one on a single far row, whose variance goes to 0. */
static long maps_with_a_row_alone(mixture_data *data, long floor_maps, bool *converged) {
    static const double weights[] = {0.5, 0.49, 0.01}, means[] = {-0.5, 0.5, 50}, variances[] = {1, 0.5, 1};
    const mix_cancel never = {NULL, NULL};
    mixture_options options = options_for(3, MIXTURE_FULL);
    options.accelerate = false;
    mixture_model *model = mixture_model_new(&mixture_gaussian, 3, 1);
    memcpy(model->weights, weights, sizeof weights);
    memcpy(model->arrays[0], means, sizeof means);
    memcpy(model->arrays[1], variances, sizeof variances);
    assert_int_equal(mixture_model_prepare(model, NULL), MIXTURE_OK);
    mix_em em;
    mixture_error error;
    assert_int_equal(mix_em_init(&em, &mixture_gaussian, data, &options, &never), MIXTURE_OK);
    em.goal.floor_maps = floor_maps;
    assert_int_equal(mix_em_run(&em, model, 1000, 1e-8, &error), MIXTURE_OK);
    assert_int_equal(model->floored[2], MIX_FLOOR_DEGENERATE);
    long maps = em.run.iterations;
    *converged = em.run.converged;
    mix_em_clear(&em);
    mixture_model_free(model);
    return maps;
}

static void a_run_that_only_counts_when_it_is_sound_is_given_up_at_the_floor(void **state) {
    (void)state;
    enum { N = 200 };
    double x[N];
    draw_rows(5, 1, 1, N, x);
    x[N - 1] = 50;
    mixture_data *data = check_data(x, N, 1);
    size_t column;
    bool converged;
    const mix_cancel never = {NULL, NULL};
    assert_int_equal(mix_data_standardize(data, true, &never, &column, NULL), MIXTURE_OK);
    long all = maps_with_a_row_alone(data, 0, &converged);
    assert_true(converged && all > 20);
    assert_in_range(maps_with_a_row_alone(data, 5, &converged), 5, 8);
    assert_false(converged);
    mixture_data_free(data);
}

/* ---- Statistics ------------------------------------------------------------------------------------------ */

static mixture_model *three_by_two(void) {
    static const double weights[] = {0.5, 0.3, 0.2}, means[] = {0, 1, 2, -1, -3, 0.5};
    static const double covariances[] = {2, 0.5, 0.5, 1, 1, -0.2, -0.2, 3, 0.5, 0, 0, 0.7};
    mixture_model *model = mixture_model_new(&mixture_gaussian, 3, 2);
    assert_non_null(model);
    memcpy(model->weights, weights, sizeof weights);
    memcpy(model->arrays[0], means, sizeof means);
    memcpy(model->arrays[1], covariances, sizeof covariances);
    assert_int_equal(mixture_model_prepare(model, NULL), MIXTURE_OK);
    return model;
}

static void statistics_of_halves_merge_to_those_of_the_whole_and_are_their_definition(void **state) {
    (void)state;
    enum { N = 1000, K = 3, D = 2, OWN = 1 + D + D * (D + 1) / 2, SIZE = MIX_TOTALS + K * OWN };
    static double x[N * D];
    draw_rows(3, K, D, N, x);
    mixture_data *data = check_data(x, N, D);
    mixture_model *model = three_by_two();
    const mix_shape shape = mix_shape_of(model);
    assert_int_equal(mix_statistics_size(&shape), SIZE);
    double *scratch = malloc(mix_family_scratch(&shape) * sizeof(double));
    double whole[SIZE] = {0}, halves[2][SIZE] = {{0}, {0}};
    for (size_t b = 0; b < 4; b++) {
        mix_rows rows = mix_data_block(data, b);
        mix_statistics_expect(model, &rows, whole, scratch);
        mix_statistics_expect(model, &rows, halves[b / 2], scratch);
    }
    mix_statistics_merge(halves[0], halves[1], SIZE);
    long double want[SIZE] = {N}, resp[K];
    parameters read = read_model(model);
    for (size_t i = 0; i < N; i++) {
        want[MIX_TOTAL_LOGLIK] += row_loglik(&read, x + i * D, resp);
        for (size_t c = 0; c < K; c++) {
            long double u = (long double)x[i * D] - read.means[c][0],
                        v = (long double)x[i * D + 1] - read.means[c][1];
            const long double own[OWN] = {1, u, v, u * u, u * v, v * v};
            want[MIX_TOTAL_ENTROPY] -= resp[c] > 0 ? resp[c] * logl(resp[c]) : 0;
            for (size_t s = 0; s < OWN; s++) {
                want[MIX_TOTALS + c * OWN + s] += resp[c] * own[s];
            }
        }
    }
    for (size_t s = 0; s < SIZE; s++) {
        assert_close(whole[s], (double)want[s], 1e-12, 1e-10);
        assert_close(halves[0][s], whole[s], 1e-12, 1e-10);
    }
    free(scratch);
    mixture_model_free(model);
    mixture_data_free(data);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_loglik_never_falls_and_is_that_of_the_parameters),
        cmocka_unit_test(the_gradient_is_zero_where_a_fit_has_converged),
        cmocka_unit_test(with_tolerance_0_a_fit_ends_when_the_loglik_rises_no_more_than_its_rounding),
        cmocka_unit_test(a_run_that_only_counts_when_it_is_sound_is_given_up_at_the_floor),
        cmocka_unit_test(statistics_of_halves_merge_to_those_of_the_whole_and_are_their_definition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
