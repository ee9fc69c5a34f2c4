/* test_poisson.c: the Poisson family against published numbers and the formulas, written plainly in long
** double. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "random.h"

enum { MOST_K = 3, MOST_D = 3, ROWS = 400 };

static const mixture_family *poisson(void) {
    const mixture_family *family = mixture_family_find("poisson");
    assert_non_null(family);
    return family;
}

/* ---- The formulas ------------------------------------------------------------------------------------------- */

typedef struct rates {
    size_t k, d;
    long double weights[MOST_K], rates[MOST_K * MOST_D];
} rates;

static long double plain_log(double x, long double rate) {
    return (x > 0 ? (long double)x * logl(rate) : 0) - rate - lgammal((long double)x + 1);
}

/* One plain iteration in place; the log-likelihood before it. */
static long double plain_step(rates *m, const double *x, size_t n) {
    long double share[MOST_K] = {0}, sums[MOST_K * MOST_D] = {0}, loglik = 0;
    for (size_t i = 0; i < n; i++, x += m->d) {
        long double joint[MOST_K], top = -HUGE_VALL, total = 0;
        for (size_t c = 0; c < m->k; c++) {
            joint[c] = logl(m->weights[c]);
            for (size_t j = 0; j < m->d; j++) {
                joint[c] += plain_log(x[j], m->rates[c * m->d + j]);
            }
            top = fmaxl(top, joint[c]);
        }
        for (size_t c = 0; c < m->k; c++) {
            total += joint[c] = expl(joint[c] - top);
        }
        loglik += top + logl(total);
        for (size_t c = 0; c < m->k; c++) {
            share[c] += joint[c] / total;
            for (size_t j = 0; j < m->d; j++) {
                sums[c * m->d + j] += joint[c] / total * (long double)x[j];
            }
        }
    }
    for (size_t c = 0; c < m->k; c++) {
        m->weights[c] = share[c] / (long double)n;
        for (size_t j = 0; j < m->d; j++) {
            m->rates[c * m->d + j] = sums[c * m->d + j] / share[c];
        }
    }
    return loglik;
}

/* A count of that rate, by the definition: the times of a Poisson process in [0, 1]. */
static double plain_draw(mix_random *random, double rate) {
    double count = -1;
    for (double time = 0; time < 1; count++) {
        time -= log(1 - mix_random_uniform(random)) / rate;
    }
    return count;
}

/* ---- The library -------------------------------------------------------------------------------------------- */

static mixture_model *fit(mixture_data *data, const mixture_options *options) {
    mixture_model *model = NULL;
    mixture_error error = {MIXTURE_OK, ""};
    assert_non_null(data);
    if (mixture_fit(poisson(), data, options, &model, &error) != MIXTURE_OK) {
        fail_msg("the fit failed: %s", error.text);
    }
    mixture_data_free(data);
    return model;
}

static mixture_options options_for(size_t k) {
    mixture_options options;
    mixture_options_default(&options);
    options.k = k;
    options.tol = 1e-13;
    options.max_iter = 100000;
    return options;
}

/* The Times: on so many days there were 0, 1, … 9 deaths of women over 80. */
static mixture_data *times(void) {
    static const double days[] = {162, 267, 271, 185, 111, 61, 27, 8, 3, 1};
    mixture_data *data = mixture_data_new(1, MIXTURE_WEIGHTED);
    for (int n = 0; data != NULL && n < 10; n++) {
        const double x = n;
        assert_int_equal(mixture_data_append(data, &x, days[n], 0), MIXTURE_OK);
    }
    return data;
}

static mixture_model *one_component(size_t d, const double *rate) {
    mixture_model *model = mixture_model_new(poisson(), 1, d);
    assert_non_null(model);
    model->weights[0] = 1;
    memcpy(model->arrays[0], rate, d * sizeof(double));
    assert_int_equal(mixture_model_prepare(model, NULL), MIXTURE_OK);
    return model;
}

/* ---- Tests -------------------------------------------------------------------------------------------------- */

static void deaths_in_the_times_have_the_published_rates(void **state) {
    (void)state;
    mixture_options options = options_for(2);
    for (int accelerated = 0; accelerated < 2; accelerated++) {
        options.accelerate = accelerated == 1;
        mixture_model *model = fit(times(), &options);
        assert_true(model->converged);
        assert_close(model->loglik, -1989.945860, 0, 1e-6);
        assert_close(model->weights[1], 0.359885, 0, accelerated ? 1e-6 : 1e-4);
        assert_close(model->arrays[0][0], 2.663404, 0, accelerated ? 1e-6 : 1e-4);
        assert_close(model->arrays[0][1], 1.256095, 0, accelerated ? 1e-6 : 1e-4);
        mixture_model_free(model);
    }
}

static void from_far_off_plain_em_crawls_and_the_accelerated_one_does_not(void **state) {
    (void)state;
    const double weights[] = {0.5, 0.5}, start[] = {1, 4};
    mixture_options options = options_for(2);
    options.tol = 1e-12;
    options.start = (mixture_start){weights, check_arrays(start, NULL)};
    mixture_model *fast = fit(times(), &options);
    options.accelerate = false;
    mixture_model *slow = fit(times(), &options);
    assert_true(fast->iterations < 100);
    assert_true(slow->iterations > 1000);
    assert_true(fast->loglik > slow->loglik - 1e-9);
    mixture_model_free(fast);
    mixture_model_free(slow);
}

static void of_one_component_the_rates_are_the_means(void **state) {
    (void)state;
    const double x[] = {0, 3, 1, 4, 0, 1, 7, 0};
    mixture_options options = options_for(1);
    mixture_model *model = fit(check_data(x, 4, 2), &options);
    long double loglik = 0;
    for (size_t i = 0; i < 8; i++) {
        loglik += plain_log(x[i], i % 2 == 0 ? 2 : 2);
    }
    assert_close(model->arrays[0][0], 2, 1e-15, 0);
    assert_close(model->arrays[0][1], 2, 1e-15, 0);
    assert_close(model->loglik, (double)loglik, 1e-14, 0);
    mixture_model_free(model);
}

static void a_fit_ends_where_plain_em_in_long_double_ends(void **state) {
    (void)state;
    static const double truth[] = {1, 8, 3, 6, 2, 3, 12, 0.5, 9};
    for (size_t k = 2; k <= 3; k++) {
        for (size_t d = 1; d <= MOST_D; d++) {
            mix_random random;
            double x[ROWS * MOST_D];
            rates plain = {.k = k, .d = d};
            double weights[MOST_K], start[MOST_K * MOST_D];
            mix_random_seed(&random, (int64_t)(10 * k + d), 0);
            for (size_t i = 0; i < ROWS * d; i++) {
                x[i] = plain_draw(&random, truth[i / d % k * MOST_D + i % d]);
            }
            for (size_t c = 0; c < k; c++) {
                plain.weights[c] = weights[c] = 1 / (double)k;
                for (size_t j = 0; j < d; j++) {
                    plain.rates[c * d + j] = start[c * d + j] = truth[c * MOST_D + j] + 0.5;
                }
            }
            long double loglik = 0;
            for (int i = 0; i < 20000; i++) {
                long double next = plain_step(&plain, x, ROWS);
                if (i > 0 && next - loglik < 1e-13L) {
                    break;
                }
                loglik = next;
            }
            mixture_options options = options_for(k);
            options.tol = 1e-16;
            options.start = (mixture_start){weights, check_arrays(start, NULL)};
            mixture_model *model = fit(check_data(x, ROWS, d), &options);
            assert_close(model->loglik, (double)loglik, 1e-12, 0);
            for (size_t c = 0; c < k; c++) {
                assert_close(model->weights[c], (double)plain.weights[c], 0, 1e-6);
                for (size_t j = 0; j < d; j++) {
                    assert_close(model->arrays[0][c * d + j], (double)plain.rates[c * d + j], 1e-6, 1e-6);
                }
            }
            mixture_model_free(model);
        }
    }
}

/* At the mode of a large rate, by Stirling's formula. */
static void large_counts_keep_their_digits(void **state) {
    (void)state;
    static const double large[] = {1e3, 1e6, 1e9, 1e12, 0x1p53};
    for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
        mixture_model *model = one_component(1, &large[i]);
        mixture_scratch *scratch = mixture_scratch_new(model);
        double resp, x = large[i];
        double want = -0.5 * log(2 * 3.14159265358979323846 * x) - 1 / (12 * x);
        assert_close(mixture_responsibilities(model, &x, &resp, scratch), want, 1e-11, 0);
        /* z deviations off: -z^2/2 + z^3/(6 sqrt(rate)) - z/(2 sqrt(rate)) … more, to order 1/rate */
        double z = 3, offset = z * sqrt(x), off = round(x - offset);
        if (x >= 1e9) {
            z = (x - off) / sqrt(x);
            want += -z * z / 2 - z * z * z / (6 * sqrt(x)) + z / (2 * sqrt(x));
            assert_close(mixture_responsibilities(model, &off, &resp, scratch), want, 1e-7, 0);
        }
        mixture_scratch_free(scratch);
        mixture_model_free(model);
    }
}

/* Means and variances within five standard errors; both ways of drawing, on both sides of their border. */
static void draws_have_the_rate_as_mean_and_variance(void **state) {
    (void)state;
    enum { DRAWS = 40000 };
    static const double some[] = {0, 0.01, 0.7, 9.99, 10, 35, 1e4, 1e9};
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        mixture_model *model = one_component(1, &some[i]);
        mixture_sampler *sampler = mixture_sampler_new(model, 3, 0);
        double sum = 0, squares = 0, x;
        for (int n = 0; n < DRAWS; n++) {
            assert_int_equal(mixture_sampler_draw(sampler, &x), 0);
            assert_true(x >= 0 && x == floor(x));
            sum += x - some[i];
            squares += (x - some[i]) * (x - some[i]);
        }
        double rate = some[i], fourth = rate * (1 + 2 * rate); /* variance of the squared offset */
        assert_true(fabs(sum / DRAWS) <= 5 * sqrt(rate / DRAWS));
        assert_true(fabs(squares / DRAWS - rate) <= 5 * sqrt(fourth / DRAWS));
        mixture_sampler_free(sampler);
        mixture_model_free(model);
    }
}

/* Chi-square of 12 classes against the probabilities; above 40 once in 30,000. */
static void draws_have_the_probabilities_of_the_counts(void **state) {
    (void)state;
    enum { DRAWS = 60000, CLASSES = 12 };
    static const double some[] = {6.5, 12, 60};
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        mixture_model *model = one_component(1, &some[i]);
        mixture_sampler *sampler = mixture_sampler_new(model, 8, 0);
        double observed[CLASSES] = {0}, expected[CLASSES] = {0}, x, chi = 0;
        double first = floor(some[i] - 1.5 * sqrt(some[i])), width = fmax(1, floor(sqrt(some[i]) / 4));
        for (int n = 0; n < DRAWS; n++) {
            (void)mixture_sampler_draw(sampler, &x);
            observed[(size_t)fmin(fmax(0, floor((x - first) / width) + 1), CLASSES - 1)]++;
        }
        for (double count = 0; count < 400; count++) {
            size_t class = (size_t)fmin(fmax(0, floor((count - first) / width) + 1), CLASSES - 1);
            expected[class] += DRAWS * (double)expl(plain_log(count, (long double)some[i]));
        }
        for (size_t c = 0; c < CLASSES; c++) {
            chi += (observed[c] - expected[c]) * (observed[c] - expected[c]) / expected[c];
        }
        assert_true(chi < 40);
        mixture_sampler_free(sampler);
        mixture_model_free(model);
    }
}

static void columns_of_zeros_and_of_one_value_are_fine(void **state) {
    (void)state;
    double x[300];
    mix_random random;
    mix_random_seed(&random, 1, 0);
    for (size_t i = 0; i < 100; i++) {
        x[3 * i] = 0;
        x[3 * i + 1] = 7;
        x[3 * i + 2] = plain_draw(&random, i % 2 ? 1 : 20);
    }
    mixture_options options = options_for(2);
    mixture_model *model = fit(check_data(x, 100, 3), &options);
    assert_true(model->converged);
    assert_int_equal(model->warning_count, 0);
    for (size_t c = 0; c < 2; c++) {
        assert_close(model->arrays[0][3 * c], 0, 0, 0);
        assert_close(model->arrays[0][3 * c + 1], 7, 1e-12, 0);
    }
    assert_true(fmax(model->arrays[0][2], model->arrays[0][5]) > 18);
    mixture_model_free(model);
}

static void a_rate_of_0_that_was_given_rises_again(void **state) {
    (void)state;
    const double x[] = {0, 0, 1, 0, 9, 11, 10, 12}, weights[] = {0.5, 0.5}, start[] = {10, 0};
    mixture_options options = options_for(2);
    options.start = (mixture_start){weights, check_arrays(start, NULL)};
    mixture_model *model = fit(check_data(x, 8, 1), &options);
    assert_true(isfinite(model->trace[0]));
    assert_close(model->arrays[0][0], 10.5, 1e-2, 0);
    assert_close(model->arrays[0][1], 0.25, 1e-2, 0); /* the other has a little of them */
    mixture_model_free(model);
}

static void what_is_no_model_is_refused(void **state) {
    (void)state;
    static const struct {
        double rate;
        const char *text;
    } cases[] = {{-1, "rates[0][0] is -1; expected a number >= 0"},
                 {INFINITY, "rates hold a number that is not finite"},
                 {NAN, "rates hold a number that is not finite"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mixture_model *model = mixture_model_new(poisson(), 1, 1);
        mixture_error error;
        model->weights[0] = 1;
        model->arrays[0][0] = cases[i].rate;
        assert_int_equal(mixture_model_prepare(model, &error), MIXTURE_INVALID);
        assert_string_equal(error.text, cases[i].text);
        mixture_model_free(model);
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deaths_in_the_times_have_the_published_rates),
        cmocka_unit_test(from_far_off_plain_em_crawls_and_the_accelerated_one_does_not),
        cmocka_unit_test(of_one_component_the_rates_are_the_means),
        cmocka_unit_test(a_fit_ends_where_plain_em_in_long_double_ends),
        cmocka_unit_test(large_counts_keep_their_digits),
        cmocka_unit_test(draws_have_the_rate_as_mean_and_variance),
        cmocka_unit_test(draws_have_the_probabilities_of_the_counts),
        cmocka_unit_test(columns_of_zeros_and_of_one_value_are_fine),
        cmocka_unit_test(a_rate_of_0_that_was_given_rises_again),
        cmocka_unit_test(what_is_no_model_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
