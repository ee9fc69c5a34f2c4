/* test_missing.c: Gaussian fits to rows with values missing, beside answers of other kinds: closed forms, a plain
** EM in long double, the parameters that the rows were drawn from. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "plain.h"

/* Rows of a model of plain.h, the same for the same seed. */
static double *draw_rows(const plain *model, size_t rows, uint64_t seed) {
    double *x = calloc(rows * model->d, sizeof *x);
    assert_non_null(x);
    for (size_t r = 0; r < rows; r++) {
        double u = plain_random(&seed), z[PLAIN_D], factor[PLAIN_D][PLAIN_D] = {{0}};
        size_t c = 0;
        for (; c + 1 < model->k && u >= model->weights[c]; c++) {
            u -= model->weights[c];
        }
        for (size_t i = 0; i < model->d; i++) {
            double radius = sqrt(-2 * log(1 - plain_random(&seed)));
            z[i] = radius * cos(6.283185307179586 * plain_random(&seed));
            x[r * model->d + i] = model->means[c][i];
            for (size_t j = 0; j <= i; j++) {
                double sum = model->covariances[c][i][j];
                for (size_t p = 0; p < j; p++) {
                    sum -= factor[i][p] * factor[j][p];
                }
                factor[i][j] = i == j ? sqrt(sum) : sum / factor[j][j];
                x[r * model->d + i] += factor[i][j] * z[j];
            }
        }
    }
    return x;
}

/* Take values away, each with that probability. */
static void take_away(double *x, size_t count, double probability, uint64_t seed) {
    for (size_t i = 0; i < count; i++) {
        x[i] = plain_random(&seed) < probability ? (double)NAN : x[i];
    }
}

static bool is_empty(const double *x, size_t d) {
    bool empty = true;
    for (size_t j = 0; j < d; j++) {
        empty = empty && isnan(x[j]);
    }
    return empty;
}

/* A fit that starts from a model. */
static mixture_model *fit_from(const plain *start, const double *x, size_t rows, mixture_options options) {
    double means[PLAIN_K * PLAIN_D], covariances[PLAIN_K * PLAIN_D * PLAIN_D];
    size_t d = start->d;
    for (size_t c = 0; c < start->k; c++) {
        for (size_t i = 0; i < d; i++) {
            means[c * d + i] = start->means[c][i];
            memcpy(covariances + (c * d + i) * d, start->covariances[c][i], d * sizeof(double));
        }
    }
    options.k = start->k;
    options.start = (mixture_start){start->weights, check_arrays(means, covariances)};
    return check_fit(x, rows, d, &options);
}

/* ---- One component, two columns, of which the second lacks values ------------------------------------------- */

/* T. W. Anderson, JASA 52 (1957) 200: the first column by itself, the second by its regression on the first in the
** complete rows. */
static void monotone_gaps_of_two_columns_give_andersons_closed_form(void **state) {
    enum { ROWS = 300 };
    const plain model = plain_model(1, 2, 7);
    double *x = draw_rows(&model, ROWS, 3);
    long double n = 0, m = 0, mean = 0, variance = 0, xm = 0, ym = 0, xx = 0, xy = 0, yy = 0;
    (void)state;
    for (size_t r = 0; r < ROWS; r++) {
        x[2 * r + 1] = r % 3 == 0 || x[2 * r] > model.means[0][0] + 1 ? (double)NAN : x[2 * r + 1];
        n++;
        mean += (long double)x[2 * r];
    }
    mean /= n;
    for (size_t r = 0; r < ROWS; r++) {
        bool complete = !isnan(x[2 * r + 1]);
        variance += ((long double)x[2 * r] - mean) * ((long double)x[2 * r] - mean) / n;
        m += complete;
        xm += complete ? (long double)x[2 * r] : 0;
        ym += complete ? (long double)x[2 * r + 1] : 0;
    }
    xm /= m;
    ym /= m;
    for (size_t r = 0; r < ROWS; r++) {
        long double a = (long double)x[2 * r] - xm, b = (long double)x[2 * r + 1] - ym;
        xx += isnan(x[2 * r + 1]) ? 0 : a * a / m;
        xy += isnan(x[2 * r + 1]) ? 0 : a * b / m;
        yy += isnan(x[2 * r + 1]) ? 0 : b * b / m;
    }
    long double slope = xy / xx, rest = yy - slope * xy;
    mixture_options options;
    mixture_options_default(&options);
    options.tol = 0;
    mixture_model *fit = check_fit(x, ROWS, 2, &options);
    const double *means = fit->arrays[0], *covariances = fit->arrays[1];
    assert_close(means[0], (double)mean, 1e-9, 0);
    assert_close(means[1], (double)(ym + slope * (mean - xm)), 1e-7, 0);
    assert_close(covariances[0], (double)variance, 1e-9, 0);
    assert_close(covariances[1], (double)(slope * variance), 1e-6, 0);
    assert_close(covariances[3], (double)(rest + slope * slope * variance), 1e-6, 0);
    mixture_model_free(fit);
    free(x);
}

/* ---- A plain EM --------------------------------------------------------------------------------------------- */

typedef long double ld;

/* Expectation and covariance of a row given its values, by sweeping the covariance on their columns (Little &
** Rubin, Statistical Analysis with Missing Data (2002), 7.4.3). */
static void complete_row(const plain *model, size_t c, const double *x, ld *mean,
                         ld covariance[PLAIN_D][PLAIN_D]) {
    size_t d = model->d;
    ld a[PLAIN_D][PLAIN_D];
    for (size_t i = 0; i < d; i++) {
        for (size_t j = 0; j < d; j++) {
            a[i][j] = (ld)model->covariances[c][i][j];
        }
    }
    for (size_t p = 0; p < d; p++) {
        ld pivot = a[p][p];
        if (isnan(x[p])) {
            continue;
        }
        for (size_t i = 0; i < d; i++) {
            for (size_t j = 0; j < d; j++) {
                a[i][j] -= i != p && j != p ? a[i][p] * a[p][j] / pivot : 0;
            }
        }
        for (size_t i = 0; i < d; i++) {
            a[i][p] = a[p][i] = i == p ? -1 / pivot : a[i][p] / pivot;
        }
    }
    for (size_t i = 0; i < d; i++) {
        mean[i] = isnan(x[i]) ? (ld)model->means[c][i] : (ld)x[i];
        for (size_t j = 0; j < d; j++) {
            bool both = isnan(x[i]) && isnan(x[j]);
            covariance[i][j] = both ? a[i][j] : 0;
            mean[i] += isnan(x[i]) && !isnan(x[j]) ? a[i][j] * ((ld)x[j] - (ld)model->means[c][j]) : 0;
        }
    }
}

/* One map; returns the log-likelihood of the model before it. */
static ld plain_map(plain *model, const double *x, size_t rows) {
    size_t k = model->k, d = model->d;
    ld n[PLAIN_K] = {0}, sum[PLAIN_K][PLAIN_D] = {{0}}, square[PLAIN_K][PLAIN_D][PLAIN_D] = {{{0}}};
    ld loglik = 0, total = 0;
    for (size_t r = 0; r < rows; r++) {
        ld resp[PLAIN_K], mean[PLAIN_D], covariance[PLAIN_D][PLAIN_D];
        if (is_empty(x + r * d, d)) {
            continue;
        }
        loglik += plain_log_density(model, x + r * d, resp);
        total++;
        for (size_t c = 0; c < k; c++) {
            complete_row(model, c, x + r * d, mean, covariance);
            n[c] += resp[c];
            for (size_t i = 0; i < d; i++) {
                sum[c][i] += resp[c] * mean[i];
                for (size_t j = 0; j < d; j++) {
                    square[c][i][j] += resp[c] * (mean[i] * mean[j] + covariance[i][j]);
                }
            }
        }
    }
    for (size_t c = 0; c < k; c++) {
        model->weights[c] = (double)(n[c] / total);
        for (size_t i = 0; i < d; i++) {
            model->means[c][i] = (double)(sum[c][i] / n[c]);
            for (size_t j = 0; j < d; j++) {
                model->covariances[c][i][j] =
                    (double)(square[c][i][j] / n[c] - sum[c][i] / n[c] * (sum[c][j] / n[c]));
            }
        }
    }
    return loglik;
}

static void check_same(const mixture_model *fit, const plain *want, double tolerance) {
    size_t d = want->d;
    for (size_t c = 0; c < want->k; c++) {
        assert_close(fit->weights[c], want->weights[c], tolerance, 0);
        for (size_t i = 0; i < d; i++) {
            assert_close(fit->arrays[0][c * d + i], want->means[c][i], tolerance, tolerance);
            for (size_t j = 0; j < d; j++) {
                assert_close(fit->arrays[1][(c * d + i) * d + j], want->covariances[c][i][j], tolerance,
                             tolerance);
            }
        }
    }
}

static void maps_are_those_of_a_plain_em_in_long_double(void **state) {
    enum { ROWS = 700, MAPS = 25 };
    (void)state;
    for (size_t d = 2; d <= 5; d++) {
        const plain start = plain_model(2, d, 4);
        plain model = plain_model(2, d, 11);
        double *x = draw_rows(&model, ROWS, d);
        take_away(x, ROWS * d, 0.3, 17);
        model = start;
        for (int map = 0; map < MAPS; map++) {
            (void)plain_map(&model, x, ROWS);
        }
        mixture_options options;
        mixture_options_default(&options);
        options.max_iter = MAPS;
        options.tol = 0;
        options.accelerate = false;
        mixture_model *fit = fit_from(&start, x, ROWS, options);
        plain unused = model;
        assert_int_equal(fit->iterations, MAPS);
        assert_close(fit->loglik, (double)plain_map(&unused, x, ROWS), 1e-12, 0);
        check_same(fit, &model, 1e-9);
        mixture_model_free(fit);
        free(x);
    }
}

/* ---- Many rows ---------------------------------------------------------------------------------------------- */

static const plain apart = {.k = 2,
                            .d = 4,
                            .weights = {0.4, 0.6},
                            .means = {{0, 0, 0, 0}, {4, 3, -3, 0}},
                            .covariances = {{{1, .6, 0, .3}, {.6, 1, 0, 0}, {0, 0, 1, .2}, {.3, 0, .2, 1}},
                                            {{1, -.5, 0, 0}, {-.5, 2, .3, 0}, {0, .3, 1, 0}, {0, 0, 0, .5}}}};

/* The largest difference of a mean from what it was drawn from; the larger component is the first. */
static double mean_error(const mixture_model *fit) {
    double most = 0;
    for (size_t i = 0; i < 8; i++) {
        most = fmax(most, fabs(fit->arrays[0][i] - apart.means[1 - i / 4][i % 4]));
    }
    return most;
}

static void a_fit_finds_the_parameters_again_with_a_fifth_of_the_values_missing(void **state) {
    enum { ROWS = 20000 };
    double *x = draw_rows(&apart, ROWS, 5);
    mixture_options options;
    mixture_options_default(&options);
    options.k = 2;
    (void)state;
    take_away(x, ROWS * 4, 0.2, 9);
    mixture_model *fit = check_fit(x, ROWS, 4, &options);
    /* Four standard errors: of the weight sqrt(.24 / n); of a mean of variance 2 in .4 n rows, .8 of them seen. */
    assert_close(fit->weights[0], 0.6, 0, 4 * sqrt(0.24 / ROWS));
    assert_true(mean_error(fit) < 4 * sqrt(2 / (0.4 * 0.8 * ROWS)));
    for (size_t i = 0; i < 32; i++) {
        assert_close(fit->arrays[1][i], apart.covariances[1 - i / 16][i / 4 % 4][i % 4], 0,
                     4 * sqrt(8 / (0.4 * 0.64 * ROWS)));
    }
    mixture_model_free(fit);
    free(x);
}

/* Where a value is missing because another one is large, complete rows are no sample of all. */
static void gaps_that_follow_another_column_spoil_the_fit_of_complete_rows_only(void **state) {
    enum { ROWS = 20000 };
    double *x = draw_rows(&apart, ROWS, 6), *complete = calloc(ROWS * 4, sizeof *complete);
    size_t kept = 0;
    mixture_options options;
    mixture_options_default(&options);
    options.k = 2;
    (void)state;
    assert_non_null(complete);
    for (size_t r = 0; r < ROWS; r++) {
        bool large = x[4 * r] > (x[4 * r] > 2 ? 4 : 0);
        x[4 * r + 1] = large ? (double)NAN : x[4 * r + 1];
        if (!large) {
            memcpy(complete + 4 * kept++, x + 4 * r, 4 * sizeof *x);
        }
    }
    mixture_model *all = check_fit(x, ROWS, 4, &options), *some = check_fit(complete, kept, 4, &options);
    assert_true(mean_error(all) < 0.1);
    assert_true(mean_error(some) > 0.5);
    mixture_model_free(all);
    mixture_model_free(some);
    free(complete);
    free(x);
}

/* As many patterns as there are rows; also with threads, and with the rows in another order but for those of a
** pattern. */
static void the_number_of_threads_changes_no_bit(void **state) {
    enum { ROWS = 4400, D = 12 };
    double *x = calloc(ROWS * D, sizeof *x);
    uint64_t seed = 4;
    mixture_model *fits[3];
    (void)state;
    assert_non_null(x);
    for (size_t r = 0; r < ROWS; r++) {
        double common = plain_random(&seed) + (double)(r % 2);
        for (size_t j = 0; j < D; j++) {
            x[r * D + j] = common + plain_random(&seed) + plain_random(&seed);
        }
    }
    take_away(x, ROWS * D, 0.4, 2);
    for (int threads = 0; threads < 3; threads++) {
        mixture_options options;
        mixture_options_default(&options);
        options.k = 2;
        options.n_init = 2;
        options.max_iter = 6;
        options.threads = threads + 1;
        fits[threads] = check_fit(x, ROWS, D, &options);
    }
    for (int i = 1; i < 3; i++) {
        assert_true(fits[i]->loglik == fits[0]->loglik);
        assert_memory_equal(fits[i]->arrays[0], fits[0]->arrays[0], 2 * D * sizeof(double));
        assert_memory_equal(fits[i]->arrays[1], fits[0]->arrays[1], 2 * D * D * sizeof(double));
    }
    for (int i = 0; i < 3; i++) {
        mixture_model_free(fits[i]);
    }
    free(x);
}

/* ---- What there is too little of ---------------------------------------------------------------------------- */

static void rows_of_which_nothing_is_observed_are_no_rows(void **state) {
    const double x[] = {NAN, NAN, 1, 2, NAN, 3, 4, NAN};
    mixture_data *data = check_data(x, 4, 2);
    (void)state;
    assert_int_equal(mixture_data_rows(data), 3);
    mixture_data_free(data);
}

static void a_column_without_any_value_is_an_error_that_names_it(void **state) {
    const double x[] = {1, NAN, 2, NAN, 3, NAN, 5, NAN};
    mixture_data *data = check_data(x, 4, 2);
    mixture_options options;
    mixture_error error = {MIXTURE_OK, ""};
    mixture_model *model;
    (void)state;
    mixture_options_default(&options);
    assert_int_equal(mixture_fit(&mixture_gaussian, data, &options, &model, &error), MIXTURE_INVALID);
    assert_string_equal(error.text, "column 2 (x2) has no value in any row; expected one, or option few_rows");
    assert_null(model);
    mixture_data_free(data);
}

/* Two columns that are never seen together: how they depend on each other is not known, and does not matter. */
static void columns_that_are_never_observed_together_are_fitted_by_themselves(void **state) {
    enum { ROWS = 400 };
    const plain one = plain_model(1, 2, 3);
    double *x = draw_rows(&one, ROWS, 8), mean[2] = {0}, square[2] = {0};
    mixture_options options;
    mixture_options_default(&options);
    options.tol = 0;
    (void)state;
    for (size_t r = 0; r < ROWS; r++) {
        x[2 * r + r % 2] = (double)NAN;
        mean[1 - r % 2] += x[2 * r + 1 - r % 2] / (ROWS / 2);
    }
    for (size_t r = 0; r < ROWS; r++) {
        double offset = x[2 * r + 1 - r % 2] - mean[1 - r % 2];
        square[1 - r % 2] += offset * offset / (ROWS / 2);
    }
    mixture_model *fit = check_fit(x, ROWS, 2, &options);
    for (size_t j = 0; j < 2; j++) {
        assert_close(fit->arrays[0][j], mean[j], 1e-6, 1e-6);
        assert_close(fit->arrays[1][3 * j], square[j], 1e-6, 0);
    }
    mixture_model_free(fit);
    free(x);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(monotone_gaps_of_two_columns_give_andersons_closed_form),
        cmocka_unit_test(maps_are_those_of_a_plain_em_in_long_double),
        cmocka_unit_test(a_fit_finds_the_parameters_again_with_a_fifth_of_the_values_missing),
        cmocka_unit_test(gaps_that_follow_another_column_spoil_the_fit_of_complete_rows_only),
        cmocka_unit_test(the_number_of_threads_changes_no_bit),
        cmocka_unit_test(rows_of_which_nothing_is_observed_are_no_rows),
        cmocka_unit_test(a_column_without_any_value_is_an_error_that_names_it),
        cmocka_unit_test(columns_that_are_never_observed_together_are_fitted_by_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
