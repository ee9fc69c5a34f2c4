/* test_sample.c: rows drawn from a model have its frequencies and moments, and a fit finds the model again. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { N = 100000, K = 3, D = 2 };

static const double weights[] = {0.5, 0.3, 0.2}, means[] = {0, 0, 10, -5, -8, 1e3};
static const double covariances[] = {1, 0.8, 0.8, 2, 4, -1.5, -1.5, 1, 0.25, 0, 0, 1e4};

static mixture_model *make_model(void) {
    mixture_model *model = mixture_model_new(&mixture_gaussian, K, D);
    assert_non_null(model);
    memcpy(model->weights, weights, sizeof weights);
    memcpy(model->arrays[0], means, sizeof means);
    memcpy(model->arrays[1], covariances, sizeof covariances);
    assert_int_equal(mixture_model_prepare(model, NULL), MIXTURE_OK);
    return model;
}

/* All bounds are five standard errors of the estimate. */
static void draws_have_the_weights_means_and_covariances_of_their_components(void **state) {
    (void)state;
    mixture_model *model = make_model();
    mixture_sampler *sampler = mixture_sampler_new(model, 3, 0);
    double counts[K] = {0}, sums[K][D] = {{0}}, products[K][D][D] = {{{0}}};
    for (int i = 0; i < N; i++) {
        double x[D];
        size_t c = mixture_sampler_draw(sampler, x);
        assert_true(c < K);
        counts[c]++;
        for (size_t p = 0; p < D; p++) {
            double u = x[p] - means[c * D + p];
            sums[c][p] += u;
            for (size_t q = 0; q < D; q++) {
                products[c][p][q] += u * (x[q] - means[c * D + q]);
            }
        }
    }
    for (size_t c = 0; c < K; c++) {
        const double *s = covariances + c * D * D;
        assert_close(counts[c] / N, weights[c], 0, 5 * sqrt(weights[c] * (1 - weights[c]) / N));
        for (size_t p = 0; p < D; p++) {
            assert_close(sums[c][p] / counts[c], 0, 0, 5 * sqrt(s[p * D + p] / counts[c]));
            for (size_t q = 0; q < D; q++) {
                double variance = s[p * D + p] * s[q * D + q] + s[p * D + q] * s[p * D + q]; /* of (x-m)(y-m) */
                assert_close(products[c][p][q] / counts[c], s[p * D + q], 0, 5 * sqrt(variance / counts[c]));
            }
        }
    }
    mixture_sampler_free(sampler);
    mixture_model_free(model);
}

static void the_same_seed_draws_the_same_rows_and_another_one_others(void **state) {
    (void)state;
    mixture_model *model = make_model();
    mixture_sampler *a = mixture_sampler_new(model, 7, 0), *b = mixture_sampler_new(model, 7, 0);
    mixture_sampler *other = mixture_sampler_new(model, 8, 0);
    for (int i = 0; i < 1000; i++) {
        double x[D], y[D], z[D];
        assert_int_equal(mixture_sampler_draw(a, x), mixture_sampler_draw(b, y));
        (void)mixture_sampler_draw(other, z);
        assert_memory_equal(x, y, sizeof x);
        assert_true(x[0] != z[0] && x[1] != z[1]);
    }
    mixture_sampler_free(a);
    mixture_sampler_free(b);
    mixture_sampler_free(other);
    mixture_sampler_free(NULL);
    mixture_model_free(model);
}

static void a_component_of_weight_zero_is_never_drawn(void **state) {
    (void)state;
    mixture_model *model = make_model();
    model->weights[0] = 0.7;
    model->weights[2] = 0;
    assert_int_equal(mixture_model_prepare(model, NULL), MIXTURE_OK);
    model->weights[1] = 0.3 - 1e-9; /* within what prepare takes for rounding: the sum is not quite 1 */
    mixture_sampler *sampler = mixture_sampler_new(model, 1, 0);
    for (int i = 0; i < N; i++) {
        double x[D];
        assert_true(mixture_sampler_draw(sampler, x) < 2);
    }
    mixture_sampler_free(sampler);
    mixture_model_free(model);
}

static void a_fit_of_the_draws_finds_the_model_again(void **state) {
    (void)state;
    mixture_model *model = make_model(), *found = NULL;
    mixture_sampler *sampler = mixture_sampler_new(model, 5, 0);
    mixture_data *data = mixture_data_new(D, 0);
    for (int i = 0; i < N; i++) {
        double x[D];
        (void)mixture_sampler_draw(sampler, x);
        assert_int_equal(mixture_data_append(data, x, 1, 0), MIXTURE_OK);
    }
    mixture_options options;
    mixture_options_default(&options);
    options.k = K;
    mixture_error error;
    assert_int_equal(mixture_fit(&mixture_gaussian, data, &options, &found, &error), MIXTURE_OK);
    for (size_t c = 0; c < K; c++) { /* in order: the weights fall in both */
        double n = N * weights[c];
        assert_close(found->weights[c], weights[c], 0, 5 * sqrt(weights[c] * (1 - weights[c]) / N));
        for (size_t i = 0; i < D * D; i++) {
            const double *s = covariances + c * D * D;
            size_t p = i / D, q = i % D;
            double variance = s[p * D + p] * s[q * D + q] + s[p * D + q] * s[p * D + q];
            assert_close(found->arrays[0][c * D + p], means[c * D + p], 0, 5 * sqrt(s[p * D + p] / n));
            assert_close(found->arrays[1][c * D * D + i], s[i], 0, 5 * sqrt(variance / n));
        }
    }
    mixture_sampler_free(sampler);
    mixture_data_free(data);
    mixture_model_free(found);
    mixture_model_free(model);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_have_the_weights_means_and_covariances_of_their_components),
        cmocka_unit_test(the_same_seed_draws_the_same_rows_and_another_one_others),
        cmocka_unit_test(a_component_of_weight_zero_is_never_drawn),
        cmocka_unit_test(a_fit_of_the_draws_finds_the_model_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
