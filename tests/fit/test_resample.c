/* test_resample.c: tables that are drawn again, and components that have changed places. */
#include <math.h>
#include <stdlib.h>

#include "bootstrap.h"
#include "bootstrap_match.h"
#include "check.h"
#include "family.h"
#include "given.h"
#include "prepare.h"

static const mix_cancel nobody = {NULL, NULL};

/* Old Faithful, in its frame. */
static mixture_data *framed_data(unsigned extras, double weight) {
    size_t rows, distinct;
    double *x = check_csv("faithful.csv", 2, &rows);
    mixture_data *data = mixture_data_new(2, extras);
    mixture_options options;
    mixture_options_default(&options);
    for (size_t i = 0; i < rows; i++) {
        assert_int_equal(mixture_data_append(data, x + 2 * i, weight * (double)(1 + i % 3), 0), MIXTURE_OK);
    }
    assert_int_equal(mix_prepare_rows(&mixture_gaussian, data, &options, 9, &nobody, &distinct, NULL), MIXTURE_OK);
    free(x);
    return data;
}

enum { K = 3 };
static const double three_means[] = {2, 54, 4, 75, 4.6, 85};
static const double three_covariances[] = {0.1, 0, 0, 30, 0.1, 0, 0, 30, 0.1, 0, 0, 30};

/* These components in some order, in the data's frame. */
static mixture_model *model_in_order(const mixture_data *data, const size_t *order) {
    double weights[K], means[2 * K], covariances[4 * K];
    const double *arrays[] = {means, covariances};
    mixture_options options;
    mixture_model *model;
    mixture_options_default(&options);
    for (size_t c = 0; c < K; c++) {
        weights[c] = 1.0 / K;
        memcpy(means + 2 * c, three_means + 2 * order[c], 2 * sizeof(double));
        memcpy(covariances + 4 * c, three_covariances + 4 * order[c], 4 * sizeof(double));
    }
    options.k = K;
    options.start = (mixture_start){weights, arrays};
    assert_int_equal(mix_given_take(&mixture_gaussian, data, &options, &model, NULL), MIXTURE_OK);
    assert_int_equal(mixture_model_prepare(model, NULL), MIXTURE_OK);
    return model;
}

static void components_are_put_back_in_every_order(void **state) {
    (void)state;
    static const size_t orders[][K] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    mixture_data *data = framed_data(0, 1);
    mixture_model *reference = model_in_order(data, orders[0]);
    mixture_options options;
    mix_em em;
    mixture_options_default(&options);
    options.k = K;
    assert_int_equal(mix_em_init(&em, &mixture_gaussian, data, &options, &nobody), MIXTURE_OK);
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        size_t from[K];
        mixture_model *model = model_in_order(data, orders[i]);
        assert_int_equal(mix_bootstrap_match(&em, reference, model, &nobody, from), MIXTURE_OK);
        for (size_t c = 0; c < K; c++) {
            assert_int_equal(orders[i][from[c]], c);
        }
        mixture_model_free(model);
    }
    mix_em_clear(&em);
    mixture_model_free(reference);
    mixture_data_free(data);
}

/* Each row's share of the draws has the moments of the multinomial distribution, or of a Dirichlet one of as many
** rows; whether draws are made one by one or row by row. */
static void weights_have_the_moments_of_their_distribution(void **state) {
    (void)state;
    static const double units[] = {1, 0.5, 1000};
    enum { DRAWN = 400 };
    for (size_t u = 0; u < 3; u++) {
        for (int type = MIXTURE_NONPARAMETRIC; type <= MIXTURE_REWEIGHTED; type++) {
            mixture_data *data = framed_data(MIXTURE_WEIGHTED, units[u]);
            double total = data->total_weight, count = total * data->weight_unit, chi = 0, mean = 0;
            mix_resample resample;
            assert_int_equal(mix_resample_begin(&resample, (mixture_resampling)type, 7, data, NULL, &nobody),
                             MIXTURE_OK);
            for (size_t number = 0; number < DRAWN; number++) {
                mix_replicate replicate;
                double sum = 0;
                assert_int_equal(mix_replicate_draw(&resample, number, &nobody, &replicate), MIXTURE_OK);
                for (size_t row = 0; row < data->rows; row++) {
                    double share = mix_data_weight(data, row) / total,
                           drawn = mix_data_weight(&replicate.data, row);
                    double counted = drawn / total * resample.draws;
                    sum += drawn;
                    mean += (drawn / total - share) * (row % 3 == 2) / DRAWN;
                    chi += (drawn / total - share) * (drawn / total - share) / share / DRAWN;
                    assert_true(type == MIXTURE_REWEIGHTED || fabs(counted - round(counted)) < 1e-6);
                }
                assert_close(sum, total, 1e-12, 0);
                mix_replicate_free(&replicate);
            }
            /* Pearson's chi-square has n - 1 degrees of freedom, and a variance of twice that or, of few draws and
            ** of gamma variables, less than eight times. */
            double expected = ((double)data->rows - 1) / (count + (type == MIXTURE_REWEIGHTED));
            assert_close(chi, expected, 5 * sqrt(8 / 271.0 / DRAWN), 0);
            assert_close(mean, 0, 0, 5 * sqrt(0.25 / count / DRAWN));
            mix_resample_end(&resample);
            mixture_data_free(data);
        }
    }
}

static void without_weights_rows_come_as_often_as_they_say(void **state) {
    (void)state;
    static const double weights[] = {2, 0.25, 0.25, 1.5, 3};
    mixture_data *data = mixture_data_new(1, MIXTURE_WEIGHTED), *more;
    size_t seen[5] = {0};
    for (int i = 0; i < 5; i++) {
        double x = i;
        assert_int_equal(mixture_data_append(data, &x, weights[i], 0), MIXTURE_OK);
    }
    assert_int_equal(mix_resample_unweighted(data, &nobody, &more, NULL), MIXTURE_OK);
    for (size_t row = 0; row < more->rows; row++) {
        seen[(size_t)mix_data_value(more, row, 0)]++;
    }
    assert_int_equal(more->rows, 7);
    assert_int_equal(seen[0], 2);
    assert_int_equal(seen[4], 3);
    assert_int_equal(seen[1] + seen[2] + seen[3], 2);
    mixture_data_free(more);
    mixture_data_free(data);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(components_are_put_back_in_every_order),
        cmocka_unit_test(weights_have_the_moments_of_their_distribution),
        cmocka_unit_test(without_weights_rows_come_as_often_as_they_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
