/* test_student.c: t distributions against R's MASS::fitdistr, against what rows were drawn from, and beside
** Gaussian ones where rows are far away.
**
** R 4.2.2, MASS 7.3-58: fitdistr(chem, "t", start = list(m = 3.1, s = .4, df = 2), method = "BFGS", gr = the
** gradient with digamma, control = list(reltol = 0, maxit = 5000)). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "model.h"
#include "random.h"

enum { LOCATIONS, SCALES, DEGREES_OF_FREEDOM };

static const mixture_family *student(void) {
    const mixture_family *family = mixture_family_find("student");
    assert_non_null(family);
    return family;
}

static mixture_model *fit_t(mixture_data *data, size_t k, int structure, double tol) {
    mixture_model *model = NULL;
    mixture_error error = {MIXTURE_OK, ""};
    mixture_options options;
    mixture_options_default(&options);
    options.k = k;
    options.structure = structure;
    options.tol = tol;
    options.max_iter = 10000;
    assert_non_null(data);
    if (mixture_fit(student(), data, &options, &model, &error) != MIXTURE_OK) {
        fail_msg("the fit failed: %s", error.text);
    }
    mixture_data_free(data);
    return model;
}

/* A row about `mean` with 4 degrees of freedom: as a normal one over the root of a chi-square one over 4. */
static void draw_t(mix_random *random, const double *mean, size_t d, double *x) {
    double square = 0;
    for (int i = 0; i < 4; i++) {
        double z = mix_random_normal(random);
        square += z * z;
    }
    for (size_t j = 0; j < d; j++) {
        x[j] = mean[j] + mix_random_normal(random) / sqrt(square / 4);
    }
}

/* MASS::chem: 24 determinations of copper in wholemeal flour, in parts per million, one of them far off. */
static void copper_in_flour_has_the_estimates_of_fitdistr(void **state) {
    (void)state;
    static const double copper[] = {2.9,  3.1,  3.4,  3.4,  3.7,   3.7,  2.8, 2.5, 2.4, 2.4, 2.7, 2.2,
                                    5.28, 3.37, 3.03, 3.03, 28.95, 3.77, 3.4, 2.2, 3.5, 3.6, 3.7, 3.7};
    mixture_model *model = fit_t(check_data(copper, 24, 1), 1, MIXTURE_FULL, 1e-15);
    assert_true(model->converged);
    assert_close(model->arrays[LOCATIONS][0], 3.248480121297971, 1e-6, 0);
    assert_close(sqrt(model->arrays[SCALES][0]), 0.455274130501695, 1e-6, 0);
    assert_close(model->arrays[DEGREES_OF_FREEDOM][0], 1.366924446478907, 1e-6, 0);
    assert_close(model->loglik, -34.4859933905048, 1e-12, 0);
    assert_int_equal(model->parameters, 3);
    mixture_model_free(model);
}

static void degrees_of_freedom_are_those_that_10000_rows_were_drawn_with(void **state) {
    (void)state;
    enum { ROWS = 10000 };
    static const double origin[3];
    for (size_t d = 1; d <= 3; d += 2) {
        mixture_data *data = mixture_data_new(d, 0);
        mix_random random;
        mix_random_seed(&random, 11, d);
        assert_non_null(data);
        for (size_t i = 0; i < ROWS; i++) {
            double x[3];
            draw_t(&random, origin, d, x);
            assert_int_equal(mixture_data_append(data, x, 1, 0), MIXTURE_OK);
        }
        mixture_model *model = fit_t(data, 1, MIXTURE_DIAG, 1e-10);
        assert_true(model->converged);
        assert_close(model->arrays[DEGREES_OF_FREEDOM][0], 4, 0, 0.5);
        for (size_t j = 0; j < d; j++) {
            assert_close(model->arrays[LOCATIONS][j], 0, 0, 0.06);
            assert_close(model->arrays[SCALES][j * d + j], 1, 0.08, 0);
        }
        mixture_model_free(model);
    }
}

/* Two groups of 300 rows, and ten rows a hundred deviations away. */
static mixture_data *two_groups(bool outliers) {
    static const double means[2][2] = {{0, 0}, {6, 3}};
    mixture_data *data = mixture_data_new(2, 0);
    mix_random random;
    mix_random_seed(&random, 21, 0);
    assert_non_null(data);
    for (size_t i = 0; i < 600; i++) {
        double x[2];
        for (size_t j = 0; j < 2; j++) {
            x[j] = means[i % 2][j] + mix_random_normal(&random);
        }
        assert_int_equal(mixture_data_append(data, x, 1, 0), MIXTURE_OK);
    }
    for (size_t i = 0; i < 10 && outliers; i++) {
        const double x[] = {100 * cos((double)i), 100 * sin((double)i)};
        assert_int_equal(mixture_data_append(data, x, 1, 0), MIXTURE_OK);
    }
    return data;
}

static void rows_far_away_hardly_move_the_locations(void **state) {
    (void)state;
    const int structures[] = {MIXTURE_FULL, MIXTURE_TIED};
    for (size_t s = 0; s < 2; s++) {
        mixture_model *clean = fit_t(two_groups(false), 2, structures[s], 1e-9);
        mixture_model *dirty = fit_t(two_groups(true), 2, structures[s], 1e-9);
        assert_true(clean->converged && dirty->converged);
        for (size_t c = 0; c < 2; c++) { /* groups of the same size: either may come first */
            size_t twin = fabs(clean->arrays[LOCATIONS][0] - dirty->arrays[LOCATIONS][0]) < 3 ? c : 1 - c;
            for (size_t j = 0; j < 2; j++) {
                assert_close(dirty->arrays[LOCATIONS][2 * twin + j], clean->arrays[LOCATIONS][2 * c + j], 0, 0.15);
            }
        }
        const double *degrees = dirty->arrays[DEGREES_OF_FREEDOM];
        assert_true(fmin(degrees[0], degrees[1]) < 10); /* one of them has the rows far away */
        mixture_model_free(clean);
        mixture_model_free(dirty);
    }
}

static void without_rows_far_away_it_is_nearly_a_gaussian_fit(void **state) {
    (void)state;
    mixture_model *t = fit_t(two_groups(false), 2, MIXTURE_FULL, 1e-9), *gaussian = NULL;
    mixture_data *data = two_groups(false);
    mixture_options options;
    mixture_options_default(&options);
    options.k = 2;
    assert_int_equal(mixture_fit(&mixture_gaussian, data, &options, &gaussian, NULL), MIXTURE_OK);
    assert_true(t->loglik > gaussian->loglik - 0.1);
    assert_close(t->loglik, gaussian->loglik, 0, 3);
    assert_true(fmin(t->arrays[DEGREES_OF_FREEDOM][0], t->arrays[DEGREES_OF_FREEDOM][1]) > 10);
    mixture_model_free(t);
    mixture_model_free(gaussian);
    mixture_data_free(data);
}

/* A first half of rows that are all the same: with few degrees of freedom the likelihood has no bound there. */
static void equal_rows_do_not_take_a_component_without_bound(void **state) {
    (void)state;
    mixture_data *data = mixture_data_new(2, 0);
    mix_random random;
    mix_random_seed(&random, 5, 0);
    assert_non_null(data);
    for (size_t i = 0; i < 200; i++) {
        const double x[] = {i % 2 == 0 ? 1.5 : mix_random_normal(&random),
                            i % 2 == 0 ? -2 : mix_random_normal(&random)};
        assert_int_equal(mixture_data_append(data, x, 1, 0), MIXTURE_OK);
    }
    mixture_model *model = fit_t(data, 2, MIXTURE_FULL, 1e-9);
    assert_true(isfinite(model->loglik));
    for (size_t i = 0; i < 8; i++) {
        assert_true(isfinite(model->arrays[SCALES][i]));
    }
    mixture_model_free(model);
}

static void a_column_that_does_not_vary_takes_no_part(void **state) {
    (void)state;
    mixture_data *data = mixture_data_new(2, 0);
    mix_random random;
    mix_random_seed(&random, 6, 0);
    assert_non_null(data);
    for (size_t i = 0; i < 300; i++) {
        const double mean = i % 2 == 0 ? 0 : 12;
        double x[] = {7, 0};
        draw_t(&random, &mean, 1, &x[1]);
        assert_int_equal(mixture_data_append(data, x, 1, 0), MIXTURE_OK);
    }
    mixture_model *model = fit_t(data, 2, MIXTURE_DIAG, 1e-9);
    assert_close(model->weights[0], 0.5, 0, 0.05);
    assert_close(fabs(model->arrays[LOCATIONS][1] - model->arrays[LOCATIONS][3]), 12, 0, 0.6);
    assert_true(model->warning_count >= 1);
    assert_string_equal(model->warnings[model->warning_count - 1],
                        "column 1 (x1) does not vary: it takes no part");
    mixture_model_free(model);
}

static void what_is_no_t_distribution_is_refused(void **state) {
    (void)state;
    static const struct {
        double scale, degrees;
        const char *text;
    } cases[] = {{1, 0, "degrees[0] is 0; expected a number from 0.1 to 10000"},
                 {1, 1e5, "degrees[0] is 100000; expected a number from 0.1 to 10000"},
                 {-1, 4, "scales[0][0][0] is -1; expected a variance > 0"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mixture_error error;
        mixture_model *model = mixture_model_new(student(), 1, 1);
        assert_non_null(model);
        model->weights[0] = 1;
        model->arrays[SCALES][0] = cases[i].scale;
        model->arrays[DEGREES_OF_FREEDOM][0] = cases[i].degrees;
        assert_int_equal(mixture_model_prepare(model, &error), MIXTURE_INVALID);
        assert_string_equal(error.text, cases[i].text);
        mixture_model_free(model);
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copper_in_flour_has_the_estimates_of_fitdistr),
        cmocka_unit_test(degrees_of_freedom_are_those_that_10000_rows_were_drawn_with),
        cmocka_unit_test(rows_far_away_hardly_move_the_locations),
        cmocka_unit_test(without_rows_far_away_it_is_nearly_a_gaussian_fit),
        cmocka_unit_test(equal_rows_do_not_take_a_component_without_bound),
        cmocka_unit_test(a_column_that_does_not_vary_takes_no_part),
        cmocka_unit_test(what_is_no_t_distribution_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
