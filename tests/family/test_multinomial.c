/* test_multinomial.c: the multinomial family against the formulas, written plainly in long double. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "kernel.h"

enum { MOST_K = 4, MOST_D = 5 };

static double uniform(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX */
    return (double)(*state >> 11) * 0x1p-53;
}

/* ---- The formulas ------------------------------------------------------------------------------------- */

typedef struct mixture {
    size_t k, d;
    double weights[MOST_K], p[MOST_K * MOST_D];
} mixture;

static mixture random_mixture(size_t k, size_t d, uint64_t seed) {
    mixture m = {.k = k, .d = d};
    double all = 0;
    for (size_t c = 0; c < k; c++) {
        double sum = 0;
        all += m.weights[c] = 0.5 + uniform(&seed);
        for (size_t j = 0; j < d; j++) {
            sum += m.p[c * d + j] = 0.05 + uniform(&seed);
        }
        for (size_t j = 0; j < d; j++) {
            m.p[c * d + j] /= sum;
        }
    }
    for (size_t c = 0; c < k; c++) {
        m.weights[c] /= all;
    }
    return m;
}

/* Log density of the observed counts (not NaN) given their sum; exact for d and n as they are. */
static long double plain_component(const double *p, size_t d, const double *x) {
    long double total = 0, observed = 0, sum = 0;
    for (size_t j = 0; j < d; j++) {
        total += isnan(x[j]) ? 0 : (long double)x[j];
        observed += isnan(x[j]) ? 0 : (long double)p[j];
    }
    for (size_t j = 0; j < d; j++) {
        if (!isnan(x[j]) && x[j] > 0) {
            sum += p[j] > 0 ? (long double)x[j] * logl((long double)p[j] / observed) : -HUGE_VALL;
            sum -= lgammal((long double)x[j] + 1);
        }
    }
    return sum + lgammal(total + 1);
}

/* Log density of the mixture; responsibilities, the weights where no component can have made the row. */
static long double plain_row(const mixture *m, const double *x, long double *resp) {
    long double density[MOST_K], top = -HUGE_VALL, sum = 0;
    for (size_t c = 0; c < m->k; c++) {
        density[c] = logl((long double)m->weights[c]) + plain_component(m->p + c * m->d, m->d, x);
        top = fmaxl(top, density[c]);
    }
    for (size_t c = 0; c < m->k; c++) {
        resp[c] = top == -HUGE_VALL ? (long double)m->weights[c] : expl(density[c] - top);
        sum += resp[c];
    }
    for (size_t c = 0; c < m->k; c++) {
        resp[c] /= sum;
    }
    return top == -HUGE_VALL ? top : top + logl(sum);
}

/* One plain iteration in place; the log-likelihood before it. */
static double plain_step(mixture *m, const double *x, size_t n) {
    long double share[MOST_K] = {0}, count[MOST_K * MOST_D] = {0}, loglik = 0;
    for (size_t i = 0; i < n; i++) {
        long double resp[MOST_K];
        loglik += plain_row(m, x + i * m->d, resp);
        for (size_t c = 0; c < m->k; c++) {
            share[c] += resp[c];
            for (size_t j = 0; j < m->d; j++) {
                count[c * m->d + j] += resp[c] * (long double)x[i * m->d + j];
            }
        }
    }
    for (size_t c = 0; c < m->k; c++) {
        long double total = 0;
        for (size_t j = 0; j < m->d; j++) {
            total += count[c * m->d + j];
        }
        m->weights[c] = (double)(share[c] / (long double)n);
        for (size_t j = 0; j < m->d; j++) {
            m->p[c * m->d + j] = (double)(count[c * m->d + j] / total);
        }
    }
    return (double)loglik;
}

/* Counts of a sharper mixture than the start, rows of 0 to 12 trials; category `never` never occurs. */
static double *random_counts(size_t n, size_t d, size_t never, uint64_t seed) {
    double *x = calloc(n * d, sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < n; i++) {
        size_t favourite = (size_t)(uniform(&seed) * (double)d), trials = (size_t)(uniform(&seed) * 13);
        for (size_t t = 0; t < trials; t++) {
            size_t j = uniform(&seed) < 0.4 ? favourite : (size_t)(uniform(&seed) * (double)d);
            x[i * d + (j == never ? (j + 1) % d : j)]++;
        }
    }
    return x;
}

/* ---- The library ---------------------------------------------------------------------------------------- */

static mixture_model *prepared(const mixture *m) {
    mixture_error error = {MIXTURE_OK, ""};
    mixture_model *model = mixture_model_new(&mixture_multinomial, m->k, m->d);
    assert_non_null(model);
    memcpy(model->weights, m->weights, m->k * sizeof(double));
    memcpy(model->arrays[0], m->p, m->k * m->d * sizeof(double));
    assert_int_equal(mixture_model_prepare(model, &error), MIXTURE_OK);
    return model;
}

static mixture_options from(const mixture *start) {
    mixture_options options;
    mixture_options_default(&options);
    options.k = start->k;
    options.start = (mixture_start){start->weights, check_arrays(start->p, NULL)};
    return options;
}

static mixture_model *fit(const double *x, size_t n, size_t d, const mixture_options *options) {
    mixture_data *data = check_data(x, n, d);
    mixture_model *model = NULL;
    mixture_error error = {MIXTURE_OK, ""};
    if (mixture_fit(&mixture_multinomial, data, options, &model, &error) != MIXTURE_OK) {
        fail_msg("the fit failed: %s", error.text);
    }
    mixture_data_free(data);
    return model;
}

static void check_row(const mixture *m, const double *x) {
    mixture_model *model = prepared(m);
    mixture_scratch *scratch = mixture_scratch_new(model);
    double resp[MOST_K], densities[MOST_K];
    long double expected[MOST_K];
    long double loglik = plain_row(m, x, expected);
    double answer = mixture_posterior(model, x, resp, densities, scratch);
    if (loglik == -HUGE_VALL) {
        assert_true(answer < 0 && isinf(answer));
    } else {
        assert_close(answer, (double)loglik, 1e-12, 1e-12);
    }
    for (size_t c = 0; c < m->k; c++) {
        long double own = plain_component(m->p + c * m->d, m->d, x);
        assert_close(resp[c], (double)expected[c], 1e-9, 1e-300);
        if (own == -HUGE_VALL) {
            assert_true(densities[c] < 0 && isinf(densities[c]));
        } else {
            assert_close(densities[c], (double)own, 1e-12, 1e-12);
        }
    }
    mixture_scratch_free(scratch);
    mixture_model_free(model);
}

/* ---- Densities -------------------------------------------------------------------------------------------- */

static void the_density_is_that_of_the_formula_with_zero_counts_and_zero_rows(void **state) {
    (void)state;
    uint64_t seed = 3;
    for (size_t d = 1; d <= MOST_D; d++) {
        mixture m = random_mixture(3, d, d);
        double x[MOST_D] = {0};
        check_row(&m, x); /* no trial at all: density 1 */
        for (int i = 0; i < 40; i++) {
            for (size_t j = 0; j < d; j++) {
                x[j] = uniform(&seed) < 0.3 ? 0 : floor(uniform(&seed) * 30);
            }
            check_row(&m, x);
        }
    }
}

static void a_category_of_probability_0_rules_a_component_out_only_when_it_occurs(void **state) {
    (void)state;
    mixture m = {.k = 2, .d = 3, .weights = {0.3, 0.7}, .p = {0.5, 0.5, 0, 0.2, 0, 0.8}};
    check_row(&m, (double[]){3, 2, 0}); /* only component 1 */
    check_row(&m, (double[]){3, 0, 1}); /* only component 2 */
    check_row(&m, (double[]){4, 0, 0}); /* both */
    check_row(&m, (double[]){0, 0, 0});
    check_row(&m, (double[]){0, 1, 1}); /* neither: -Inf, and the weights */
    check_row(&m, (double[]){1e15, 1, 1});
}

static void with_missing_counts_the_observed_ones_are_taken_given_their_sum(void **state) {
    (void)state;
    mixture m = random_mixture(3, 4, 8);
    const double none = (double)NAN;
    check_row(&m, (double[]){3, none, 2, 0});
    check_row(&m, (double[]){none, none, 2, 7});
    check_row(&m, (double[]){none, none, none, 7});
    check_row(&m, (double[]){none, none, none, none});
    mixture zero = {.k = 2, .d = 3, .weights = {0.3, 0.7}, .p = {0.5, 0.5, 0, 0.2, 0, 0.8}};
    check_row(&zero, (double[]){none, 1, 0});
    check_row(&zero, (double[]){none, none, 3});
}

static void a_missing_count_is_imputed_in_proportion_to_the_observed_ones(void **state) {
    (void)state;
    mixture m = random_mixture(3, 4, 9);
    mixture_model *model = prepared(&m);
    mixture_scratch *scratch = mixture_scratch_new(model);
    double row[4] = {3, (double)NAN, 2, (double)NAN};
    long double resp[MOST_K], expected[2] = {0, 0};
    (void)plain_row(&m, row, resp);
    for (size_t c = 0; c < 3; c++) {
        const double *p = m.p + 4 * c;
        expected[0] += resp[c] * 5 * (long double)p[1] / ((long double)p[0] + (long double)p[2]);
        expected[1] += resp[c] * 5 * (long double)p[3] / ((long double)p[0] + (long double)p[2]);
    }
    mixture_impute(model, row, scratch);
    assert_true(row[0] == 3 && row[2] == 2);
    assert_close(row[1], (double)expected[0], 1e-12, 0);
    assert_close(row[3], (double)expected[1], 1e-12, 0);
    mixture_scratch_free(scratch);
    mixture_model_free(model);
}

/* ---- EM ------------------------------------------------------------------------------------------------- */

static void em_takes_the_same_steps_as_a_triple_loop(void **state) {
    (void)state;
    for (size_t d = 2; d <= MOST_D; d++) {
        for (size_t k = 1; k <= MOST_K; k++) {
            const size_t n = 300;
            double *x = random_counts(n, d, d, 10 * d + k);
            mixture m = random_mixture(k, d, 100 * d + k), start = m;
            mixture_options options = from(&start);
            options.accelerate = false;
            options.tol = 0;
            options.max_iter = 25;
            mixture_model *model = fit(x, n, d, &options);
            assert_in_range(model->iterations, 1, 25);
            assert_int_equal(model->trace_count, model->iterations + 1);
            for (long i = 0; i < model->iterations; i++) {
                assert_close(model->trace[i], plain_step(&m, x, n), 1e-9, 0);
            }
            for (size_t c = 0; c < k; c++) {
                assert_close(model->weights[c], m.weights[c], 0, 1e-9);
            }
            for (size_t i = 0; i < k * d; i++) {
                assert_close(model->arrays[0][i], m.p[i], 0, 1e-9);
            }
            assert_close(model->loglik, plain_step(&m, x, n), 1e-9, 0);
            mixture_model_free(model);
            free(x);
        }
    }
}

static void the_log_likelihood_never_falls_accelerated_or_not(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 30; seed++) {
        size_t d = 2 + seed % 4, k = 2 + seed % 3;
        double *x = random_counts(200, d, d, seed);
        mixture start = random_mixture(k, d, 7000 + seed);
        mixture_options options = from(&start);
        options.accelerate = seed % 2 == 0;
        options.tol = 1e-10;
        mixture_model *model = fit(x, 200, d, &options);
        for (size_t i = 1; i < model->trace_count; i++) {
            assert_true(model->trace[i] >= model->trace[i - 1] - 1e-12 * fabs(model->trace[i]));
        }
        mixture_model_free(model);
        free(x);
    }
}

static void a_category_that_never_occurs_keeps_probability_0(void **state) {
    (void)state;
    double *x = random_counts(200, 4, 2, 5);
    mixture start = random_mixture(3, 4, 6);
    for (int drawn = 0; drawn < 2; drawn++) {
        mixture_options options = from(&start);
        if (drawn) {
            options.start = (mixture_start){0};
        }
        mixture_model *model = fit(x, 200, 4, &options);
        for (size_t c = 0; c < 3; c++) {
            assert_true(model->arrays[0][4 * c + 2] == 0);
        }
        mixture_model_free(model);
    }
    free(x);
}

static void a_category_that_occurs_elsewhere_is_held_at_its_floor_and_not_at_0(void **state) {
    (void)state;
    /* Clusters without a category in common: 30 counts of 0 and 10 of 1 against 40 of 2 and 20 of 3. */
    double x[40 * 4] = {0};
    for (size_t i = 0; i < 20; i++) {
        x[4 * i] = 30;
        x[4 * i + 1] = 10;
        x[4 * (i + 20) + 2] = 40;
        x[4 * (i + 20) + 3] = 20;
    }
    mixture_options options;
    mixture_options_default(&options);
    options.k = 2;
    mixture start = {.k = 2, .d = 4, .weights = {0.5, 0.5}, .p = {0.4, 0.3, 0.2, 0.1, 0.1, 0.2, 0.3, 0.4}};
    options.start = (mixture_start){start.weights, check_arrays(start.p, NULL)};
    mixture_model *model = fit(x, 40, 4, &options);
    const double *p = model->arrays[0];
    assert_close(p[0], 0.75, 1e-9, 0);
    assert_close(p[6], 2 / 3.0, 1e-9, 0);
    assert_close(p[2], 1e-12 * 0.4, 1e-6, 0); /* shares of all counts: 0.3, 0.1, 0.4, 0.2 */
    assert_close(p[3], 1e-12 * 0.2, 1e-6, 0);
    assert_close(p[4], 1e-12 * 0.3, 1e-6, 0);
    assert_close(p[5], 1e-12 * 0.1, 1e-6, 0);
    mixture_model_free(model);
}

static void rows_without_any_count_tell_the_weights_nothing(void **state) {
    (void)state;
    double x[] = {0, 0, 0, 0, 0, 0};
    mixture_options options;
    mixture_options_default(&options);
    mixture_model *model = fit(x, 3, 2, &options);
    assert_true(model->loglik == 0);
    assert_close(model->arrays[0][0] + model->arrays[0][1], 1, 1e-15, 0);
    assert_true(model->trials == 0);
    mixture_model_free(model);
}

static void an_impossible_start_is_left_by_the_first_step(void **state) {
    (void)state;
    double x[] = {5, 5, 9, 1, 8, 2, 4, 6, 7, 3};
    mixture start = {.k = 2, .d = 2, .weights = {0.5, 0.5}, .p = {1, 0, 1, 0}};
    mixture_options options = from(&start);
    options.max_iter = 1;
    options.accelerate = false;
    mixture_model *model = fit(x, 5, 2, &options);
    assert_close(model->arrays[0][0], 33 / 50.0, 1e-12, 0); /* all responsibilities 1/2 */
    assert_close(model->arrays[0][2], 33 / 50.0, 1e-12, 0);
    mixture_model_free(model);
}

static void two_categories_are_a_binomial_mixture(void **state) {
    (void)state;
    const double heads[] = {5, 9, 8, 4, 7, 2, 10, 0}, tails[] = {5, 1, 2, 6, 3, 8, 0, 10};
    double x[16], theta[2] = {0.6, 0.5}, weight[2] = {0.3, 0.7}, loglik = 0;
    for (size_t i = 0; i < 8; i++) {
        x[2 * i] = heads[i];
        x[2 * i + 1] = tails[i];
    }
    mixture start = {.k = 2, .d = 2, .weights = {0.3, 0.7}, .p = {0.6, 0.4, 0.5, 0.5}};
    mixture_options options = from(&start);
    options.accelerate = false;
    options.tol = 0;
    options.max_iter = 12;
    mixture_model *model = fit(x, 8, 2, &options);
    for (int iteration = 0; iteration <= 12; iteration++) {
        double rows[2] = {0, 0}, wins[2] = {0, 0}, tosses[2] = {0, 0};
        loglik = 0;
        for (size_t i = 0; i < 8; i++) {
            double choose = 1, joint[2];
            for (int t = 1; t <= (int)heads[i]; t++) {
                choose = choose * (tails[i] + t) / t;
            }
            for (int c = 0; c < 2; c++) {
                joint[c] = weight[c] * choose * pow(theta[c], heads[i]) * pow(1 - theta[c], tails[i]);
            }
            loglik += log(joint[0] + joint[1]);
            for (int c = 0; c < 2; c++) {
                double r = joint[c] / (joint[0] + joint[1]);
                rows[c] += r;
                wins[c] += r * heads[i];
                tosses[c] += r * (heads[i] + tails[i]);
            }
        }
        assert_close(model->trace[iteration], loglik, 1e-10, 0);
        for (int c = 0; c < 2 && iteration < 12; c++) {
            weight[c] = rows[c] / 8;
            theta[c] = wins[c] / tosses[c];
        }
    }
    for (size_t c = 0; c < 2; c++) {
        assert_close(model->weights[c], weight[c], 1e-9, 0);
        assert_close(model->arrays[0][2 * c], theta[c], 1e-9, 0);
    }
    mixture_model_free(model);
}

static void the_order_of_rows_and_columns_does_not_matter(void **state) {
    (void)state;
    const size_t n = 500, d = 4, order[] = {2, 0, 3, 1};
    double *x = random_counts(n, d, d, 21), *y = calloc(n * d, sizeof *y);
    mixture start = random_mixture(3, d, 22), turned = start;
    assert_non_null(y);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < d; j++) {
            y[(n - 1 - i) * d + j] = x[i * d + order[j]];
        }
    }
    for (size_t c = 0; c < 3; c++) {
        for (size_t j = 0; j < d; j++) {
            turned.p[c * d + j] = start.p[c * d + order[j]];
        }
    }
    mixture_options a = from(&start), b = from(&turned);
    a.accelerate = b.accelerate = false;
    a.max_iter = b.max_iter = 40;
    a.tol = b.tol = 0;
    mixture_model *one = fit(x, n, d, &a), *two = fit(y, n, d, &b);
    assert_close(one->loglik, two->loglik, 1e-11, 0);
    for (size_t c = 0; c < 3; c++) {
        assert_close(two->weights[c], one->weights[c], 1e-9, 0);
        for (size_t j = 0; j < d; j++) {
            assert_close(two->arrays[0][c * d + j], one->arrays[0][c * d + order[j]], 1e-9, 1e-12);
        }
    }
    mixture_model_free(one);
    mixture_model_free(two);
    free(x);
    free(y);
}

static void one_thread_and_two_give_the_same_bits(void **state) {
    (void)state;
    const size_t n = 60000, d = 4;
    double *x = random_counts(n, d, d, 31);
    mixture_options options;
    mixture_options_default(&options);
    options.k = 3;
    options.n_init = 2;
    options.max_iter = 15;
    options.threads = 1;
    mixture_model *one = fit(x, n, d, &options);
    options.threads = 2;
    mixture_model *two = fit(x, n, d, &options);
    assert_memory_equal(one->weights, two->weights, 3 * sizeof(double));
    assert_memory_equal(one->arrays[0], two->arrays[0], 3 * d * sizeof(double));
    assert_memory_equal(&one->loglik, &two->loglik, sizeof(double));
    assert_int_equal(one->trace_count, two->trace_count);
    assert_memory_equal(one->trace, two->trace, one->trace_count * sizeof(double));
    mixture_model_free(one);
    mixture_model_free(two);
    free(x);
}

/* ---- Sampling ----------------------------------------------------------------------------------------------- */

static void a_fit_to_a_sample_finds_the_model_again(void **state) {
    (void)state;
    /* By falling weight, as fits from drawn starts are. */
    mixture m = {.k = 3, .d = 4, .weights = {0.5, 0.3, 0.2}};
    const double p[] = {0.6, 0.2, 0.1, 0.1, 0.1, 0.1, 0.7, 0.1, 0.25, 0.25, 0.1, 0.4};
    memcpy(m.p, p, sizeof p);
    const size_t n = 20000;
    double *x = calloc(n * 4, sizeof *x), seen[3] = {0, 0, 0};
    mixture_model *model = prepared(&m);
    mixture_sampler *sampler = mixture_sampler_new(model, 42, 30);
    assert_non_null(x);
    for (size_t i = 0; i < n; i++) {
        seen[mixture_sampler_draw(sampler, x + 4 * i)]++;
        assert_true(x[4 * i] + x[4 * i + 1] + x[4 * i + 2] + x[4 * i + 3] == 30);
    }
    mixture_options options;
    mixture_options_default(&options);
    options.k = 3;
    mixture_model *again = fit(x, n, 4, &options);
    assert_true(again->converged);
    assert_close(again->trials, 30, 1e-12, 0);
    for (size_t c = 0; c < 3; c++) {
        assert_close(seen[c] / (double)n, m.weights[c], 0, 0.015); /* four deviations */
        assert_close(again->weights[c], m.weights[c], 0, 0.02);
        for (size_t j = 0; j < 4; j++) {
            assert_close(again->arrays[0][4 * c + j], m.p[4 * c + j], 0, 0.008);
        }
    }
    mixture_sampler_free(sampler);
    mixture_model_free(model);
    mixture_model_free(again);
    free(x);
}

/* ---- Kernels ------------------------------------------------------------------------------------------------ */

static void check_kernel(const mix_kernel *kernel, size_t d, size_t count) {
    static _Alignas(64) double x[17 * MIX_BLOCK_ROWS], resp[MIX_BLOCK_ROWS], out[MIX_BLOCK_ROWS];
    size_t padded = (count + MIX_LANES - 1) / MIX_LANES * MIX_LANES;
    double factor[17], statistics[18];
    uint64_t seed = 100 * d + count;
    memset(x, 0, sizeof x);
    memset(resp, 0, sizeof resp);
    for (size_t r = 0; r < count; r++) {
        resp[r] = uniform(&seed);
        for (size_t j = 0; j < d; j++) {
            x[j * MIX_BLOCK_ROWS + r] = floor(20 * uniform(&seed));
        }
    }
    for (size_t j = 0; j < d; j++) {
        factor[j] = log(0.01 + uniform(&seed));
    }
    for (size_t j = 0; j <= d; j++) {
        statistics[j] = 5; /* is added to */
    }
    mix_rows rows = {.x = x, .stride = MIX_BLOCK_ROWS, .count = count, .padded = padded};
    kernel->linear(&rows, d, factor, 0, out);
    kernel->sums(&rows, d, resp, statistics);
    long double total = 5;
    for (size_t r = 0; r < count; r++) {
        long double sum = 0;
        for (size_t j = 0; j < d; j++) {
            sum += (long double)factor[j] * (long double)x[j * MIX_BLOCK_ROWS + r];
        }
        assert_close(out[r], (double)sum, 1e-14, 1e-14);
        total += (long double)resp[r];
    }
    assert_close(statistics[0], (double)total, 1e-14, 0);
    for (size_t j = 0; j < d; j++) {
        long double sum = 5;
        for (size_t r = 0; r < count; r++) {
            sum += (long double)resp[r] * (long double)x[j * MIX_BLOCK_ROWS + r];
        }
        assert_close(statistics[1 + j], (double)sum, 1e-14, 0);
    }
    factor[0] = -1e190; /* stands for ln 0 */
    x[0] = 0x1p53;
    kernel->linear(&rows, d, factor, 0, out);
    assert_true(out[0] >= MIX_LOG_DENSITY_FLOOR && out[0] <= 0.99 * MIX_LOG_DENSITY_FLOOR);
}

static void every_kernel_has_the_sums_of_a_plain_loop(void **state) {
    (void)state;
    const size_t counts[] = {1, 7, 8, 9, 100, 255, 256};
    for (const mix_kernel *const *kernel = mix_kernel_all(); *kernel != NULL; kernel++) {
        for (size_t i = 0; (*kernel)->supported() && i < sizeof counts / sizeof *counts; i++) {
            check_kernel(*kernel, 1, counts[i]);
            check_kernel(*kernel, 3, counts[i]);
            check_kernel(*kernel, 17, counts[i]);
        }
    }
}

static void em_takes_the_same_steps_with_every_kernel(void **state) {
    for (const mix_kernel *const *kernel = mix_kernel_all(); *kernel != NULL; kernel++) {
        if ((*kernel)->supported()) {
            mix_kernel_force(*kernel);
            em_takes_the_same_steps_as_a_triple_loop(state);
        }
    }
    mix_kernel_force(NULL);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_density_is_that_of_the_formula_with_zero_counts_and_zero_rows),
        cmocka_unit_test(a_category_of_probability_0_rules_a_component_out_only_when_it_occurs),
        cmocka_unit_test(with_missing_counts_the_observed_ones_are_taken_given_their_sum),
        cmocka_unit_test(a_missing_count_is_imputed_in_proportion_to_the_observed_ones),
        cmocka_unit_test(em_takes_the_same_steps_as_a_triple_loop),
        cmocka_unit_test(the_log_likelihood_never_falls_accelerated_or_not),
        cmocka_unit_test(a_category_that_never_occurs_keeps_probability_0),
        cmocka_unit_test(a_category_that_occurs_elsewhere_is_held_at_its_floor_and_not_at_0),
        cmocka_unit_test(rows_without_any_count_tell_the_weights_nothing),
        cmocka_unit_test(an_impossible_start_is_left_by_the_first_step),
        cmocka_unit_test(two_categories_are_a_binomial_mixture),
        cmocka_unit_test(the_order_of_rows_and_columns_does_not_matter),
        cmocka_unit_test(one_thread_and_two_give_the_same_bits),
        cmocka_unit_test(a_fit_to_a_sample_finds_the_model_again),
        cmocka_unit_test(every_kernel_has_the_sums_of_a_plain_loop),
        cmocka_unit_test(em_takes_the_same_steps_with_every_kernel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
