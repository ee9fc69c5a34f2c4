/* test_univariate.c: families of columns with laws of their own against R's MASS::fitdistr, where their
** likelihood has no bound, and what they refuse.
**
** R 4.2.2, MASS 7.3-58: fitdistr(x, "exponential"), (x, "lognormal"); (x, "gamma", start = list(shape = 4, rate =
** .1), method = "BFGS", gr = the gradient with digamma, control = list(reltol = 0, maxit = 5000)), and (y,
** "beta", ...) the same way, as its numerical gradients end within 1e-3 of the estimate. Von Mises by its
** equations with R's besselI. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "family.h"
#include "model.h"
#include "random.h"

/* R's datasets::precip: inches of rain a year in 70 cities. */
static const double rain[] = {67,   54.7, 7,    48.5, 14,   17.2, 20.7, 13,   43.4, 40.2, 38.9, 54.5, 59.8, 48.3,
                              22.9, 11.5, 34.4, 35.1, 38.7, 30.8, 30.6, 43.1, 56.8, 40.8, 41.8, 42.5, 31,   31.7,
                              30.2, 25.9, 49.2, 37,   35.9, 15,   30.2, 7.2,  36.2, 45.5, 7.8,  33.4, 36.1, 40.2,
                              42.7, 42.5, 16.2, 39,   35,   37,   31.4, 37.6, 39.9, 36.2, 42.8, 46.4, 24.7, 49.1,
                              46,   35.9, 7.8,  48.2, 15.2, 32.5, 44.7, 42.6, 38.8, 17.4, 40.8, 29.1, 14.6, 59.2};
enum { RAIN = sizeof rain / sizeof *rain };

/* datasets::rock$shape: perimeter / sqrt(area) of pores in 48 slices of rock. */
static const double pores[] = {0.0903296, 0.148622, 0.183312, 0.117063, 0.122417, 0.167045, 0.189651, 0.164127,
                               0.203654,  0.162394, 0.150944, 0.148141, 0.228595, 0.231623, 0.172567, 0.153481,
                               0.204314,  0.262727, 0.200071, 0.14481,  0.113852, 0.291029, 0.240077, 0.161865,
                               0.280887,  0.179455, 0.191802, 0.133083, 0.225214, 0.341273, 0.311646, 0.276016,
                               0.197653,  0.326635, 0.154192, 0.276016, 0.176969, 0.438712, 0.163586, 0.253832,
                               0.328641,  0.230081, 0.464125, 0.420477, 0.200744, 0.262651, 0.182453, 0.200447};
enum { PORES = sizeof pores / sizeof *pores };

static const mixture_family *family_of(const char *name) {
    const mixture_family *family = mixture_family_find(name);
    assert_non_null(family);
    return family;
}

static mixture_model *fit_law(const char *name, mixture_data *data, size_t k) {
    mixture_model *model = NULL;
    mixture_error error = {MIXTURE_OK, ""};
    mixture_options options;
    mixture_options_default(&options);
    options.k = k;
    assert_non_null(data);
    if (mixture_fit(family_of(name), data, &options, &model, &error) != MIXTURE_OK) {
        fail_msg("%s: the fit failed: %s", name, error.text);
    }
    mixture_data_free(data);
    return model;
}

static void of_one_component_the_estimates_are_those_of_fitdistr(void **state) {
    (void)state;
    static const struct {
        const char *family;
        const double *x;
        size_t rows;
        double first, second, loglik;
    } known[] = {
        {"exponential", rain, RAIN, 0.0286650286650287, 0, -318.64541888349},
        {"lognormal", rain, RAIN, 3.442350938584754, 0.524679564798387, -295.1425341405},
        {"gamma", rain, RAIN, 4.717079726467291, 0.135215227321981, -288.464624416848},
        {"beta", pores, PORES, 5.94176697963466, 21.20572087531165, 55.6002205122399},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        mixture_model *model = fit_law(known[i].family, check_data(known[i].x, known[i].rows, 1), 1);
        assert_close(model->arrays[0][0], known[i].first, 1e-6, 0);
        if (model->family->array_count > 1) {
            assert_close(model->arrays[1][0], known[i].second, 1e-6, 0);
        }
        assert_close(model->loglik, known[i].loglik, 1e-9, 0);
        assert_int_equal(model->warning_count, 0);
        mixture_model_free(model);
    }
}

/* R, mixtools 2.0.0: gammamixEM(faithful$waiting, lambda = c(.36, .64), alpha = c(80, 150), beta = c(.7, .55), k
** = 2, epsilon = 1e-13, maxit = 5000): loglik, lambda, gamma.pars (its beta is a scale). */
static void two_gamma_components_of_old_faithful_are_those_of_mixtools(void **state) {
    (void)state;
    size_t rows;
    double *x = check_csv("faithful.csv", 2, &rows);
    mixture_data *data = mixture_data_new(1, 0);
    assert_non_null(data);
    for (size_t i = 0; i < rows; i++) {
        assert_int_equal(mixture_data_append(data, &x[2 * i + 1], 1, 0), MIXTURE_OK);
    }
    free(x);
    mixture_model *model = fit_law("gamma", data, 2);
    assert_true(model->converged);
    assert_close(model->loglik, -1033.05822411, 0, 5e-5); /* theirs has not quite converged */
    assert_close(model->weights[0], 0.629112357283, 0, 1e-4);
    assert_close(model->arrays[0][0], 199.577240129917, 1e-3, 0);
    assert_close(model->arrays[0][1], 79.73783318385, 1e-3, 0);
    assert_close(model->arrays[1][0], 1 / 0.402288366148, 1e-3, 0);
    assert_close(model->arrays[1][1], 1 / 0.68936532429, 1e-3, 0);
    mixture_model_free(model);
}

/* mean(cos), mean(sin) and I1(k) / I0(k) = R of eight angles, by R: uniroot(function(k)
** besselI(k, 1) / besselI(k, 0) - R, c(.1, 100), tol = 1e-15). */
static void a_direction_and_its_concentration_are_those_of_the_resultant(void **state) {
    (void)state;
    const double angles[] = {1.9, 2.1, 2.6, 1.2, 2.2, 3.0, 2.0, 6.1};
    mixture_model *model = fit_law("von_mises", check_data(angles, 8, 1), 1);
    assert_close(model->arrays[0][0], 2.012669661182813, 1e-12, 0);
    assert_close(model->arrays[1][0], 1.909027158877571, 1e-9, 0);
    assert_close(model->loglik, -10.373178509772501, 1e-12, 0);
    mixture_model_free(model);
}

/* ---- Where there is no bound ------------------------------------------------------------------------------- */

/* A first half of rows that are all the same beside others that vary. */
static mixture_data *half_tied(double tie, double low, double high) {
    mixture_data *data = mixture_data_new(1, 0);
    mix_random random;
    mix_random_seed(&random, 5, 0);
    for (size_t i = 0; i < 200; i++) {
        double x = i % 2 == 0 ? tie : low + (high - low) * mix_random_uniform(&random);
        assert_int_equal(mixture_data_append(data, &x, 1, 0), MIXTURE_OK);
    }
    return data;
}

static void assert_bounded(const mixture_model *model) {
    assert_true(isfinite(model->loglik));
    for (size_t a = 0; a < model->family->array_count; a++) {
        for (size_t i = 0; i < model->k * model->d; i++) {
            assert_true(isfinite(model->arrays[a][i]) && fabs(model->arrays[a][i]) < 1e12);
        }
    }
}

static void a_value_that_half_of_the_rows_have_is_a_component_as_wide_as_its_step(void **state) {
    (void)state;
    static const struct {
        const char *family;
        double tie, low, high;
    } cases[] = {{"lognormal", 20, 1, 30},
                 {"gamma", 20, 1, 30},
                 {"beta", 0.4, 0.1, 0.9},
                 {"von_mises", 3, 1, 5},
                 {"exponential", 0, 1, 30}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mixture_model *model = fit_law(cases[i].family, half_tied(cases[i].tie, cases[i].low, cases[i].high), 2);
        assert_bounded(model);
        assert_true(model->converged);
        assert_int_equal(model->warning_count, 0);
        mixture_model_free(model);
    }
}

/* In place of the tie a column of one value: it says nothing, and the other column's groups are found. */
static void a_column_that_does_not_vary_is_named_and_spoils_nothing(void **state) {
    (void)state;
    static const struct {
        const char *family;
        double constant, low, high;
    } cases[] = {{"lognormal", 20, 1, 30},
                 {"gamma", 20, 1, 30},
                 {"beta", 0.4, 0.1, 0.8},
                 {"von_mises", 3, 0.5, 3.5},
                 {"exponential", 0, 1, 900}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mixture_data *data = mixture_data_new(2, 0);
        mix_random random;
        mix_random_seed(&random, 5, 0);
        for (size_t r = 0; r < 200; r++) {
            double center = r % 2 == 0 ? cases[i].low : cases[i].high;
            double x[] = {cases[i].constant, center * (0.9 + 0.2 * mix_random_uniform(&random))};
            assert_int_equal(mixture_data_append(data, x, 1, 0), MIXTURE_OK);
        }
        mixture_model *model = fit_law(cases[i].family, data, 2);
        assert_bounded(model);
        assert_true(model->converged);
        assert_close(model->weights[0], 0.5, 0, i == 4 ? 0.1 : 1e-6); /* exponential laws overlap */
        assert_int_equal(model->warning_count, 1);
        assert_string_equal(model->warnings[0], "column 1 (x1) does not vary: it takes no part");
        mixture_model_free(model);
    }
}

static void rows_that_are_all_the_same_are_one_component(void **state) {
    (void)state;
    static const char *const families[] = {"lognormal", "gamma", "beta", "von_mises", "exponential"};
    const double x[] = {0.25, 0.25, 0.25, 0.25};
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        mixture_model *model = fit_law(families[i], check_data(x, 4, 1), 1);
        assert_bounded(model);
        mixture_model_free(model);
    }
}

/* Far from 1 and close together. */
static void logarithms_keep_their_digits_far_from_0(void **state) {
    (void)state;
    enum { ROWS = 1000 };
    static double x[ROWS];
    long double sum = 0, square = 0;
    mix_random random;
    mix_random_seed(&random, 2, 0);
    for (size_t i = 0; i < ROWS; i++) {
        x[i] = 1e9 + 1e6 * mix_random_normal(&random);
        sum += log1pl((long double)x[i] / 1e9L - 1) / ROWS;
    }
    for (size_t i = 0; i < ROWS; i++) {
        long double offset = log1pl((long double)x[i] / 1e9L - 1) - sum;
        square += offset * offset / ROWS;
    }
    mixture_model *model = fit_law("lognormal", check_data(x, ROWS, 1), 1);
    assert_close(model->arrays[0][0], (double)(sum + logl(1e9L)), 1e-15, 0);
    assert_close(model->arrays[1][0], (double)sqrtl(square), 1e-10, 0);
    mixture_model_free(model);
}

/* ---- Periods ----------------------------------------------------------------------------------------------- */

/* Hours about midnight and about noon, on a clock of 24. */
static void hours_about_midnight_are_one_group_on_a_clock_of_24(void **state) {
    (void)state;
    enum { ROWS = 400 };
    const double day = 24, turn = 2 * acos(-1);
    const mix_part part = {.family = family_of("von_mises"), .d = 1, .period = &day};
    const mixture_parts parts = {.count = 1, .part = &part};
    static double hours[ROWS], angles[ROWS];
    mix_random random;
    mix_random_seed(&random, 7, 0);
    for (size_t i = 0; i < ROWS; i++) {
        double hour = (i % 4 == 0 ? 12.5 : 0.25) + 1.5 * mix_random_normal(&random);
        hours[i] = hour - 24 * floor(hour / 24);
        angles[i] = hours[i] * turn / 24;
    }
    mixture_data *data = check_data(hours, ROWS, 1);
    data->parts = &parts;
    mixture_model *clock = fit_law("von_mises", data, 2);
    mixture_model *plain = fit_law("von_mises", check_data(angles, ROWS, 1), 2);
    assert_close(clock->weights[0], 0.75, 0, 0.01);
    assert_close(remainder(clock->arrays[0][0], 24), 0.25, 0, 0.3);
    assert_close(clock->arrays[0][1], 12.5, 0, 0.4);
    /* In radians it is the same fit, each density that much larger; which are which may differ. */
    size_t twin = fabs(plain->weights[0] - clock->weights[0]) < 0.1 ? 0 : 1;
    assert_close(plain->arrays[1][twin], clock->arrays[1][0], 1e-6, 0);
    assert_close(plain->loglik, clock->loglik + ROWS * log(24 / turn), 1e-9, 0);
    mixture_model_free(clock);
    mixture_model_free(plain);
}

/* ---- Refusals ---------------------------------------------------------------------------------------------- */

static void what_is_no_law_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *family;
        double first, second;
        const char *text;
    } cases[] = {
        {"exponential", 0, 1, "rates[0][0] is 0; expected a number from 1e-160 to 1e+160"},
        {"gamma", -1, 1, "shapes[0][0] is -1; expected a number from 1e-10 to 1e+10"},
        {"gamma", 1, 0, "rates[0][0] is 0; expected a number from 1e-170 to 1e+170"},
        {"lognormal", 0, 0, "deviations[0][0] is 0; expected a number from 1e-10 to 1000"},
        {"beta", 1, 1e300, "betas[0][0] is 1e+300; expected a number from 1e-10 to 1e+10"},
        {"von_mises", 0, -1, "concentrations[0][0] is -1; expected a number from 0 to 1e+10"},
        {"von_mises", NAN, 1, "means hold a number that is not finite"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mixture_model *model = mixture_model_new(family_of(cases[i].family), 1, 1);
        mixture_error error;
        assert_non_null(model);
        model->weights[0] = 1;
        model->arrays[0][0] = cases[i].first;
        if (model->family->array_count > 1) {
            model->arrays[1][0] = cases[i].second;
        }
        assert_int_equal(mixture_model_prepare(model, &error), MIXTURE_INVALID);
        assert_string_equal(error.text, cases[i].text);
        mixture_model_free(model);
    }
}

static void columns_say_what_they_accept(void **state) {
    (void)state;
    static const struct {
        const char *family;
        double x;
        const char *expected;
    } cases[] = {
        {"exponential", -0.5, "a number from 0 to 1e150"},
        {"gamma", 0, "a number > 0, from 1e-150 to 1e150"},
        {"lognormal", -1, "a number > 0, from 1e-150 to 1e150"},
        {"beta", 1, "a number > 0 and < 1"},
        {"beta", 0, "a number > 0 and < 1"},
        {"von_mises", 1e10, "an angle, a number from -1e9 to 1e9"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const mix_shape shape = {.family = family_of(cases[i].family), .k = 1, .d = 1};
        assert_string_equal(mix_family_refusal(&shape, 0, cases[i].x), cases[i].expected);
        assert_null(mix_family_refusal(&shape, 0, 0.5));
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_one_component_the_estimates_are_those_of_fitdistr),
        cmocka_unit_test(two_gamma_components_of_old_faithful_are_those_of_mixtools),
        cmocka_unit_test(a_direction_and_its_concentration_are_those_of_the_resultant),
        cmocka_unit_test(a_value_that_half_of_the_rows_have_is_a_component_as_wide_as_its_step),
        cmocka_unit_test(a_column_that_does_not_vary_is_named_and_spoils_nothing),
        cmocka_unit_test(rows_that_are_all_the_same_are_one_component),
        cmocka_unit_test(logarithms_keep_their_digits_far_from_0),
        cmocka_unit_test(hours_about_midnight_are_one_group_on_a_clock_of_24),
        cmocka_unit_test(what_is_no_law_is_refused),
        cmocka_unit_test(columns_say_what_they_accept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
