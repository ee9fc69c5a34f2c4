/* test_steps.c: the step in which a column was recorded, and how thin a component on recorded values may be. */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "data.h"
#include "random.h"

static const mix_cancel never = {NULL, NULL};

static mix_steps *measure(mixture_data *data, const double *resolution) {
    size_t column;
    mixture_error error = {MIXTURE_OK, ""};
    mix_steps *steps;
    assert_int_equal(mix_data_standardize(data, true, &never, &column, &error), MIXTURE_OK);
    assert_int_equal(mix_steps_measure(data, resolution, &never, &steps), MIXTURE_OK);
    return steps;
}

/* The step of a column of n values in the user's units, about one of them. */
static double step_at(const double *x, size_t n, double value) {
    mixture_data *data = check_data(x, n, 1);
    mix_steps *steps = measure(data, NULL);
    double scale = data->frame.scale[0];
    double step = mix_steps_at(steps, 0, (value - data->frame.center[0]) / scale) * scale;
    mix_steps_free(steps);
    mixture_data_free(data);
    return step;
}

enum { MANY = 2000 };

/* Normal values of mean 30 and deviation 10, rounded to a multiple of `unit`; 0: as they are. */
static void draw(double *x, size_t n, double unit, int64_t seed) {
    mix_random random;
    mix_random_seed(&random, seed, 0);
    for (size_t i = 0; i < n; i++) {
        double value = 30 + 10 * mix_random_normal(&random);
        x[i] = unit > 0 ? unit * round(value / unit) : value;
    }
}

/* ---- Steps ----------------------------------------------------------------------------------------------- */

static void what_was_rounded_has_its_unit_for_a_step(void **state) {
    (void)state;
    static const double units[] = {20, 5, 1, 0.25, 0.1, 1 / 60.0};
    double x[MANY];
    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        for (int64_t seed = 0; seed < 5; seed++) {
            draw(x, MANY, units[u], seed);
            assert_close(step_at(x, MANY, 30), units[u], 1e-9, 0);
            assert_close(step_at(x, MANY, 1000), units[u], 1e-9, 0);
        }
    }
}

static void what_differs_practically_everywhere_has_no_step(void **state) {
    (void)state;
    double x[MANY];
    for (int64_t seed = 0; seed < 5; seed++) {
        draw(x, MANY, 0, seed);
        assert_true(step_at(x, MANY, 30) == 0);
        x[7] = x[8]; /* a pair is no step */
        assert_true(step_at(x, MANY, x[7]) == 0);
        draw(x, 40, 0.001, seed);
        assert_true(step_at(x, 40, 30) == 0);
    }
}

static void known_columns_have_known_steps(void **state) {
    (void)state;
    size_t n;
    double *faithful = check_csv("faithful.csv", 2, &n), one[300];
    for (size_t i = 0; i < n; i++) {
        one[i] = faithful[2 * i + 1];
    }
    assert_close(step_at(one, n, 50), 1, 1e-9, 0); /* minutes */
    free(faithful);
    double *iris = check_csv("iris.csv", 4, &n);
    for (size_t j = 0; j < 4; j++) {
        for (size_t i = 0; i < n; i++) {
            one[i] = iris[4 * i + j];
        }
        assert_close(step_at(one, n, 3), 0.1, 1e-9, 0); /* millimeters */
    }
    free(iris);
}

static void a_slip_of_the_pen_is_no_step(void **state) {
    (void)state;
    double x[MANY];
    draw(x, MANY, 1, 3);
    x[5] = 30.2;
    x[6] = 31.07;
    assert_close(step_at(x, MANY, 30), 1, 1e-3, 0);
}

static void where_many_round_theirs_is_the_step(void **state) {
    (void)state;
    double x[MANY], coarse[MANY];
    for (int64_t seed = 0; seed < 5; seed++) {
        draw(x, MANY, 1, seed);
        draw(coarse, MANY, seed % 2 == 0 ? 5 : 15, seed + 50);
        for (size_t i = 0; i < MANY; i += 2) {
            x[i] = coarse[i];
        }
        assert_close(step_at(x, MANY, 30), seed % 2 == 0 ? 5 : 15, 1e-9, 0);
        draw(x, MANY, 1, seed);
        for (size_t i = 0; i < MANY; i += 2) {
            x[i] = 20; /* a single heap is a group */
        }
        assert_close(step_at(x, MANY, 30), 1, 1e-9, 0);
    }
}

static void logarithms_of_counts_have_steps_that_fall(void **state) {
    (void)state;
    double x[MANY];
    mix_random random;
    mix_random_seed(&random, 4, 0);
    for (size_t i = 0; i < MANY; i++) {
        x[i] = log(1 + floor(25 * pow(mix_random_uniform(&random), 2)));
    }
    assert_close(step_at(x, MANY, 0), log(2), 1e-9, 0);
    for (int count = 2; count < 25; count++) {
        assert_close(step_at(x, MANY, log(count)), (log(count + 1) - log(count - 1)) / 2, 1e-9, 0);
    }
    assert_true(step_at(x, MANY, 0.5) < log(2) && step_at(x, MANY, 0.5) > 0.5);
}

static void equal_values_among_others_have_a_step_and_the_others_none(void **state) {
    (void)state;
    double x[MANY];
    draw(x, MANY, 0, 6);
    for (size_t i = 0; i < MANY / 4; i++) {
        x[4 * i] = 25;
    }
    double step = step_at(x, MANY, 25);
    assert_true(step > 0 && step < 0.1);
    assert_true(step_at(x, MANY, 24) == 0 && step_at(x, MANY, 40) == 0);
}

static void weights_are_as_good_as_repeated_rows(void **state) {
    (void)state;
    double x[100], repeated[10];
    size_t n = 0;
    for (size_t i = 0; i < 10; i++) {
        repeated[i] = (double)(3 * i);
        for (size_t t = 0; t < 10; t++) {
            x[n++] = repeated[i];
        }
    }
    mixture_data *data = mixture_data_new(1, MIXTURE_WEIGHTED);
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(mixture_data_append(data, &repeated[i], i == 0 ? 0.7 : 7, 0), MIXTURE_OK);
    }
    mix_steps *steps = measure(data, NULL);
    assert_close(steps->step[0] * data->frame.scale[0], 3, 1e-9, 0);
    assert_close(steps->height, mix_steps_height(91), 1e-12, 0);
    assert_close(step_at(x, n, 9), 3, 1e-9, 0);
    mix_steps_free(steps);
    mixture_data_free(data);
}

static void a_resolution_takes_the_place_of_what_is_measured(void **state) {
    (void)state;
    double x[2 * MANY];
    draw(x, 2 * MANY, 1, 5);
    const double both[] = {0.5, (double)NAN};
    mixture_data *data = check_data(x, MANY, 2);
    mix_steps *steps = measure(data, both);
    assert_true(steps->step[0] * data->frame.scale[0] == 0.5);
    assert_close(steps->step[1] * data->frame.scale[1], 1, 1e-9, 0);
    mix_steps_free(steps);
    mixture_data_free(data);
}

/* ---- Spread ------------------------------------------------------------------------------------------------ */

static void a_far_value_does_not_widen_the_spread(void **state) {
    (void)state;
    double x[MANY];
    draw(x, MANY, 0, 7);
    x[0] = 1e9;
    mixture_data *data = check_data(x, MANY, 1);
    mix_steps *steps = measure(data, NULL);
    assert_close(sqrt(steps->variance[0]) * data->frame.scale[0], 10, 0.1, 0);
    mix_steps_free(steps);
    mixture_data_free(data);
}

/* ---- Height ------------------------------------------------------------------------------------------------ */

/* The densities of a component at its least variance, on the lattice, sum to more than 1 by less than 1 / n. */
static void a_component_at_the_floor_claims_no_more_than_there_is(void **state) {
    (void)state;
    for (double n = 100; n <= 1e6; n *= 10) {
        for (size_t d = 1; d <= 8; d *= 2) {
            double variance = mix_steps_height(n), sum = 0;
            for (int m = -40; m <= 40; m++) { /* the mean on the lattice: the worst */
                sum += exp(-m * m / (2 * variance)) / sqrt(2 * 3.14159265358979323846 * variance);
            }
            assert_true(sum > 1);
            double gain = n * (double)d * log(sum);
            assert_close(gain, (double)d, 0.01 * (double)d, 0);
        }
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_rounded_has_its_unit_for_a_step),
        cmocka_unit_test(what_differs_practically_everywhere_has_no_step),
        cmocka_unit_test(known_columns_have_known_steps),
        cmocka_unit_test(a_slip_of_the_pen_is_no_step),
        cmocka_unit_test(where_many_round_theirs_is_the_step),
        cmocka_unit_test(logarithms_of_counts_have_steps_that_fall),
        cmocka_unit_test(equal_values_among_others_have_a_step_and_the_others_none),
        cmocka_unit_test(weights_are_as_good_as_repeated_rows),
        cmocka_unit_test(a_resolution_takes_the_place_of_what_is_measured),
        cmocka_unit_test(a_far_value_does_not_widen_the_spread),
        cmocka_unit_test(a_component_at_the_floor_claims_no_more_than_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
