/* test_pass.c: the verbs of mixture.h over rows in memory: expect here and there, add up, maximize. */
#include <math.h>
#include <string.h>

#include "check.h"
#include "mixture.h"

enum { ROWS = 700 };

/* Row i: two columns that belong together, and a weight. */
static void make_row(size_t i, double x[2], double *weight) {
    x[0] = 1e3 + (double)(i * 7919 % 1009) / 64;
    x[1] = x[0] / 8 + (double)(i * 104729 % 2003) / 128;
    *weight = 0.25 * (double)(1 + i % 4);
}

static mixture_data *make_data(size_t first, size_t step, bool holes) {
    mixture_data *data = mixture_data_new(2, MIXTURE_WEIGHTED);
    for (size_t i = first; i < ROWS; i += step) {
        double x[2], weight;
        make_row(i, x, &weight);
        x[1] = holes && i % 5 == 0 ? (double)NAN : x[1];
        assert_int_equal(mixture_data_append(data, x, weight, 0), MIXTURE_OK);
    }
    return data;
}

static mixture_model *make_model(size_t k) {
    mixture_model *model = mixture_model_new(&mixture_gaussian, k, 2);
    for (size_t c = 0; c < k; c++) {
        const double mean[2] = {1e3 + 8.0 * (double)c, 130}, covariance[4] = {9, 1, 1, 16};
        model->weights[c] = 1 / (double)k;
        memcpy(model->arrays[0] + 2 * c, mean, sizeof mean);
        memcpy(model->arrays[1] + 4 * c, covariance, sizeof covariance);
    }
    assert_int_equal(mixture_model_prepare(model, NULL), MIXTURE_OK);
    return model;
}

static void one_component_becomes_mean_and_covariance_of_the_weighted_rows(void **state) {
    (void)state;
    mixture_model *model = make_model(1);
    mixture_data *data = make_data(0, 1, false);
    double statistics[20] = {0}, sum = 0, mean[2] = {0}, scatter[4] = {0};
    assert_in_range(mixture_statistics_size(model), 4, 20);
    assert_int_equal(mixture_expect(model, data, statistics, NULL), MIXTURE_OK);
    assert_int_equal(mixture_maximize(model, statistics, NULL), MIXTURE_OK);
    for (size_t i = 0; i < ROWS; i++) {
        double x[2], weight;
        make_row(i, x, &weight);
        sum += weight;
        mean[0] += weight * (x[0] - 1e3);
        mean[1] += weight * (x[1] - 130);
    }
    for (size_t j = 0; j < 2; j++) {
        mean[j] = mean[j] / sum + (j == 0 ? 1e3 : 130);
        assert_close(model->arrays[0][j], mean[j], 1e-13, 0);
    }
    for (size_t i = 0; i < ROWS; i++) {
        double x[2], weight;
        make_row(i, x, &weight);
        for (size_t j = 0; j < 4; j++) {
            scatter[j] += weight * (x[j / 2] - mean[j / 2]) * (x[j % 2] - mean[j % 2]);
        }
    }
    for (size_t j = 0; j < 4; j++) {
        assert_close(model->arrays[1][j], scatter[j] / sum, 1e-11, 0);
    }
    assert_close(model->n, sum, 1e-14, 0);
    assert_int_equal(model->parameters, 5);
    mixture_data_free(data);
    mixture_model_free(model);
}

static void the_log_likelihood_is_that_of_the_rows_one_by_one(void **state) {
    (void)state;
    mixture_model *model = make_model(3);
    mixture_data *data = make_data(0, 1, true);
    mixture_scratch *scratch = mixture_scratch_new(model);
    double statistics[40] = {0}, loglik = 0, entropy = 0, resp[3];
    for (size_t i = 0; i < ROWS; i++) {
        double x[2], weight;
        make_row(i, x, &weight);
        x[1] = i % 5 == 0 ? (double)NAN : x[1];
        loglik += weight * mixture_responsibilities(model, x, resp, scratch);
        for (size_t c = 0; c < 3; c++) {
            entropy -= resp[c] > 0 ? weight * resp[c] * log(resp[c]) : 0;
        }
    }
    assert_int_equal(mixture_expect(model, data, statistics, NULL), MIXTURE_OK);
    assert_close(statistics[1], loglik, 1e-12, 0);
    assert_close(statistics[2], entropy, 1e-11, 0);
    mixture_scratch_free(scratch);
    mixture_data_free(data);
    mixture_model_free(model);
}

/* Three parts, of which one is expected twice to see that it changes nothing of the data. */
static void statistics_of_parts_add_up_to_those_of_all_rows(void **state) {
    (void)state;
    for (int holes = 0; holes < 2; holes++) {
        mixture_model *model = make_model(2), *whole = make_model(2);
        double sum[40] = {0}, all[40] = {0}, again[40] = {0}, first[40] = {0};
        size_t size = mixture_statistics_size(model);
        mixture_data *data = make_data(0, 1, holes);
        assert_int_equal(mixture_expect(model, data, all, NULL), MIXTURE_OK);
        mixture_data_free(data);
        for (size_t part = 0; part < 3; part++) {
            data = make_data(part, 3, holes);
            assert_int_equal(mixture_expect(model, data, sum, NULL), MIXTURE_OK);
            if (part == 0) {
                memcpy(first, sum, sizeof first);
                assert_int_equal(mixture_expect(model, data, again, NULL), MIXTURE_OK);
                assert_memory_equal(again, first, size * sizeof(double));
            }
            mixture_data_free(data);
        }
        assert_int_equal(mixture_maximize(model, sum, NULL), MIXTURE_OK);
        assert_int_equal(mixture_maximize(whole, all, NULL), MIXTURE_OK);
        for (size_t i = 0; i < 8; i++) {
            assert_close(model->arrays[1][i], whole->arrays[1][i], 1e-11, 0);
        }
        assert_close(model->loglik, whole->loglik, 1e-13, 0);
        mixture_model_free(model);
        mixture_model_free(whole);
    }
}

static void what_cannot_be_is_said(void **state) {
    (void)state;
    mixture_model *model = make_model(2);
    mixture_data *other = mixture_data_new(3, 0), *data = make_data(0, 1, false);
    mixture_error error;
    double statistics[40] = {0};
    assert_int_equal(mixture_expect(model, other, statistics, &error), MIXTURE_INVALID);
    assert_string_equal(error.text, "the data have 3 columns; expected 2, as they were appended");
    assert_int_equal(mixture_maximize(model, statistics, &error), MIXTURE_INVALID);
    assert_string_equal(error.text, "there are no rows in them; expected at least one");
    mixture_options options;
    mixture_model *fitted;
    mixture_options_default(&options);
    assert_int_equal(mixture_fit(&mixture_gaussian, data, &options, &fitted, &error), MIXTURE_OK);
    assert_int_equal(mixture_expect(model, data, statistics, &error), MIXTURE_INVALID);
    assert_string_equal(error.text,
                        "the data have 2 columns and were fitted to; expected 2, as they were appended");
    mixture_model_free(fitted);
    mixture_data_free(other);
    mixture_data_free(data);
    mixture_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_component_becomes_mean_and_covariance_of_the_weighted_rows),
        cmocka_unit_test(the_log_likelihood_is_that_of_the_rows_one_by_one),
        cmocka_unit_test(statistics_of_parts_add_up_to_those_of_all_rows),
        cmocka_unit_test(what_cannot_be_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
