/* test_negative_binomial.c: against R's MASS::fitdistr and a table of log densities; at and beyond the Poisson
** law.
**
** R 4.2.2, MASS 7.3-58: fitdistr(quine$Days, "negative binomial", start = list(size = 1, mu = 16), method =
** "BFGS", gr = the gradient with digamma, control = list(reltol = 0, maxit = 5000)). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "model.h"
#include "random.h"

static const mixture_family *negative_binomial(void) {
    const mixture_family *family = mixture_family_find("negative_binomial");
    assert_non_null(family);
    return family;
}

static mixture_model *fit_counts(mixture_data *data, size_t k) {
    mixture_model *model = NULL;
    mixture_error error = {MIXTURE_OK, ""};
    mixture_options options;
    mixture_options_default(&options);
    options.k = k;
    options.tol = 1e-14;
    assert_non_null(data);
    if (mixture_fit(negative_binomial(), data, &options, &model, &error) != MIXTURE_OK) {
        fail_msg("the fit failed: %s", error.text);
    }
    mixture_data_free(data);
    return model;
}

/* MASS::quine: so many of 146 children were absent from school for so many days. */
static void absences_from_school_have_the_estimates_of_fitdistr(void **state) {
    (void)state;
    static const double days[][2] = {
        {0, 9},  {1, 4},  {2, 6},  {3, 6},  {4, 1},  {5, 19}, {6, 8},  {7, 6},  {8, 4},  {9, 2},
        {10, 4}, {11, 7}, {12, 2}, {13, 3}, {14, 8}, {15, 3}, {16, 3}, {17, 4}, {18, 1}, {19, 1},
        {20, 3}, {21, 1}, {22, 4}, {23, 3}, {24, 1}, {25, 2}, {27, 2}, {28, 2}, {30, 2}, {32, 2},
        {33, 1}, {34, 1}, {36, 3}, {37, 1}, {38, 1}, {40, 2}, {41, 1}, {43, 1}, {45, 1}, {46, 1},
        {47, 1}, {48, 1}, {53, 2}, {54, 1}, {57, 1}, {60, 1}, {67, 1}, {69, 1}, {81, 1}};
    mixture_data *data = mixture_data_new(1, MIXTURE_WEIGHTED);
    assert_non_null(data);
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        assert_int_equal(mixture_data_append(data, &days[i][0], days[i][1], 0), MIXTURE_OK);
    }
    mixture_model *model = fit_counts(data, 1);
    assert_true(model->converged);
    assert_close(model->arrays[0][0], 16.458904109589, 1e-12, 0);
    assert_close(model->arrays[1][0], 1.06678455764027, 1e-6, 0);
    assert_close(model->loglik, -559.133481348917, 1e-12, 0);
    mixture_model_free(model);
}

/* mpmath, 50 digits. */
static void log_densities_have_their_digits_for_any_count_and_size(void **state) {
    (void)state;
    static const struct {
        double x, mean, size, log_density;
    } known[] = {{3, 2, 1.5, -2.1670348151374410373},   {0, 2, 1.5, -1.2709467905808054206},
                 {500, 3, 0.01, -12.47291794769874822}, {1e6, 1e6, 50, -12.780129232281044473},
                 {70, 60, 1e7, -3.8349227102493792392}, {1e9, 1e9, 1e8, -12.479519088917972683},
                 {65, 0.001, 2, -489.90249675599954681}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        mixture_model *model = mixture_model_new(negative_binomial(), 1, 1);
        assert_non_null(model);
        model->weights[0] = 1;
        model->arrays[0][0] = known[i].mean;
        model->arrays[1][0] = known[i].size;
        assert_int_equal(mixture_model_prepare(model, NULL), MIXTURE_OK);
        mixture_scratch *scratch = mixture_scratch_new(model);
        double resp;
        assert_close(mixture_responsibilities(model, &known[i].x, &resp, scratch), known[i].log_density, 1e-11, 0);
        mixture_scratch_free(scratch);
        mixture_model_free(model);
    }
}

static void counts_that_vary_less_than_poisson_ones_have_a_size_that_ends(void **state) {
    (void)state;
    const double x[] = {3, 4, 4, 5, 4, 4, 3, 5, 4, 4};
    mixture_model *model = fit_counts(check_data(x, 10, 1), 1);
    long double poisson = 0;
    for (size_t i = 0; i < 10; i++) {
        poisson += (long double)x[i] * logl(4) - 4 - lgammal((long double)x[i] + 1);
    }
    assert_close(model->arrays[0][0], 4, 1e-14, 0);
    assert_true(model->arrays[1][0] >= 100 && model->arrays[1][0] <= 1e8);
    assert_close(model->loglik, (double)poisson, 1e-3, 0);
    assert_true(model->loglik <= (double)poisson);
    mixture_model_free(model);
}

static void columns_of_zeros_are_fine_and_others_are_told_apart(void **state) {
    (void)state;
    enum { ROWS = 600 };
    mixture_data *data = mixture_data_new(2, 0);
    mix_random random;
    mix_random_seed(&random, 1, 0);
    assert_non_null(data);
    for (size_t i = 0; i < ROWS; i++) {
        double rate = mix_random_gamma(&random, 3) / 3 * (i % 3 == 0 ? 4 : 120), time = 0, x[] = {0, -1};
        for (; time < 1; x[1]++) {
            time -= log(1 - mix_random_uniform(&random)) / rate;
        }
        assert_int_equal(mixture_data_append(data, x, 1, 0), MIXTURE_OK);
    }
    mixture_model *model = fit_counts(data, 2);
    assert_true(model->converged);
    assert_close(model->weights[0], 2 / 3.0, 0, 0.04);
    assert_close(model->arrays[0][0], 0, 0, 0);
    assert_close(model->arrays[0][1], 120, 0.1, 0);
    assert_close(model->arrays[0][3], 4, 0.2, 0);
    assert_close(model->arrays[1][1], 3, 0.25, 0);
    assert_int_equal(model->warning_count, 0);
    mixture_model_free(model);
}

static void a_mean_of_0_that_was_given_rises_again(void **state) {
    (void)state;
    const double x[] = {0, 0, 1, 0, 9, 30, 10, 22}, weights[] = {0.5, 0.5}, means[] = {10, 0}, sizes[] = {2, 2};
    mixture_model *model = NULL;
    mixture_data *data = check_data(x, 8, 1);
    mixture_options options;
    mixture_options_default(&options);
    options.k = 2;
    options.start = (mixture_start){weights, check_arrays(means, sizes)};
    assert_int_equal(mixture_fit(negative_binomial(), data, &options, &model, NULL), MIXTURE_OK);
    assert_true(isfinite(model->trace[0]));
    assert_true(model->arrays[0][1] > 0.1);
    mixture_model_free(model);
    mixture_data_free(data);
}

static void what_is_no_negative_binomial_law_is_refused(void **state) {
    (void)state;
    static const struct {
        double mean, size;
        const char *text;
    } cases[] = {{-1, 1, "means[0][0] is -1; expected a number from 0 to 9.0072e+15"},
                 {1, 0, "sizes[0][0] is 0; expected a number from 1e-08 to 1e+08"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mixture_error error;
        mixture_model *model = mixture_model_new(negative_binomial(), 1, 1);
        assert_non_null(model);
        model->weights[0] = 1;
        model->arrays[0][0] = cases[i].mean;
        model->arrays[1][0] = cases[i].size;
        assert_int_equal(mixture_model_prepare(model, &error), MIXTURE_INVALID);
        assert_string_equal(error.text, cases[i].text);
        mixture_model_free(model);
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absences_from_school_have_the_estimates_of_fitdistr),
        cmocka_unit_test(log_densities_have_their_digits_for_any_count_and_size),
        cmocka_unit_test(counts_that_vary_less_than_poisson_ones_have_a_size_that_ends),
        cmocka_unit_test(columns_of_zeros_are_fine_and_others_are_told_apart),
        cmocka_unit_test(a_mean_of_0_that_was_given_rises_again),
        cmocka_unit_test(what_is_no_negative_binomial_law_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
