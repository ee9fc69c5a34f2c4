/* test_recorded.c: selections on values recorded in steps: tests/data/hard with a few components; with
** RECORDED_SAMPLES=5 in the environment (ctest -L long) also five samples of each kind, and with as many
** components as people try. */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "random.h"

/* Of each kind, besides the files. */
static int64_t samples(void) {
    const char *text = getenv("RECORDED_SAMPLES");
    return text == NULL ? 0 : strtol(text, NULL, 10);
}

static bool thorough(void) {
    return samples() > 0;
}

static mixture_model *choose(const double *x, size_t n, size_t d, size_t kmax) {
    size_t k[9];
    mixture_options options;
    mixture_options_default(&options);
    for (size_t i = 0; i < kmax; i++) {
        k[i] = i + 1;
    }
    const mixture_choices choices = {.k = k, .k_count = kmax};
    mixture_data *data = check_data(x, n, d);
    mixture_model *model = NULL;
    mixture_error error = {MIXTURE_OK, ""};
    if (mixture_select(&mixture_gaussian, data, &options, &choices, &model, &error) != MIXTURE_OK) {
        fail_msg("the selection failed: %s", error.text);
    }
    mixture_data_free(data);
    return model;
}

static mixture_model *choose_file(const char *name, size_t d, size_t kmax) {
    size_t n;
    double *x = check_csv(name, d, &n);
    mixture_model *model = choose(x, n, d, thorough() ? 9 : kmax);
    free(x);
    return model;
}

static double round_to(double value, double step) {
    return step * floor(value / step + 0.5);
}

/* ---- One question ------------------------------------------------------------------------------------------ */

static void check_survey(mixture_model *model) {
    assert_int_equal(model->k, 2);
    assert_close(model->weights[0], 0.6, 0, 0.05);
    for (size_t j = 0; j < 4; j++) {
        assert_close(model->arrays[0][j], 3.8, 0, 0.1);
        assert_close(model->arrays[0][4 + j], 2.2, 0, 0.1);
        assert_true(model->step[j] == 1);
    }
    assert_int_equal(model->warning_count, 0);
    mixture_model_free(model);
}

static void answers_from_1_to_5_of_two_groups_are_two_groups(void **state) {
    (void)state;
    check_survey(choose_file("hard/survey.csv", 4, 4));
    double x[4 * 1000];
    for (int64_t seed = 1; seed <= samples(); seed++) {
        mix_random random;
        mix_random_seed(&random, seed, 1);
        for (size_t i = 0; i < 1000; i++) {
            double mean = mix_random_uniform(&random) < 0.4 ? 2.2 : 3.8;
            for (size_t j = 0; j < 4; j++) {
                x[4 * i + j] = fmin(fmax(round_to(mean + 0.8 * mix_random_normal(&random), 1), 1), 5);
            }
        }
        check_survey(choose(x, 1000, 4, 4));
    }
}

/* With independent columns it takes two components more to say that two answers are always the same. */
static void a_question_that_is_there_twice_makes_no_more_groups(void **state) {
    (void)state;
    static const size_t k[] = {1, 2, 3, 4};
    static const int structures[] = {MIXTURE_EEI, MIXTURE_TIED};
    size_t n;
    double *x = check_csv("hard/survey.csv", 4, &n), *twice = malloc(5 * n * sizeof *twice);
    assert_non_null(twice);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < 4; j++) {
            twice[5 * i + j] = x[4 * i + j];
        }
        twice[5 * i + 4] = 6 - x[4 * i + 1];
    }
    mixture_options options;
    mixture_options_default(&options);
    const mixture_choices choices = {.k = k, .k_count = 4, .structures = structures, .structure_count = 2};
    mixture_data *data = check_data(twice, n, 5);
    mixture_model *model;
    mixture_error error;
    assert_int_equal(mixture_select(&mixture_gaussian, data, &options, &choices, &model, &error), MIXTURE_OK);
    assert_int_equal(model->k, 2);
    assert_close(model->weights[0], 0.6, 0, 0.05);
    mixture_model_free(model);
    mixture_data_free(data);
    free(twice);
    free(x);
}

static void check_atom(mixture_model *model) {
    assert_int_equal(model->k, 2);
    size_t atom = model->arrays[0][0] < model->arrays[0][1] ? 0 : 1;
    assert_close(model->weights[atom], 0.5, 0, 0.05);
    assert_close(model->arrays[0][atom], 1, 0, 0.05);
    assert_close(model->arrays[0][1 - atom], 12, 0, 0.6);
    assert_int_equal(model->warning_count, 0);
    mixture_model_free(model);
}

static void a_value_that_half_of_the_rows_have_is_a_component(void **state) {
    (void)state;
    check_atom(choose_file("hard/atom.csv", 1, 9));
    double x[1000];
    for (int64_t seed = 1; seed <= samples(); seed++) {
        mix_random random;
        mix_random_seed(&random, seed, 2);
        for (size_t i = 0; i < 1000; i++) {
            bool once = mix_random_uniform(&random) < 0.5;
            x[i] = once ? 1 : round_to(12 + (seed % 2 ? 4 : 2) * mix_random_normal(&random), 1);
        }
        check_atom(choose(x, 1000, 1, 9));
    }
}

static void thirty_rows_of_exactly_50_are_a_component(void **state) {
    (void)state;
    double x[120];
    mix_random random;
    mix_random_seed(&random, 3, 0);
    for (size_t i = 0; i < 120; i++) {
        x[i] = i < 30 ? 50 : 100 * mix_random_uniform(&random);
    }
    mixture_model *model = choose(x, 120, 1, 9);
    size_t close = 0;
    for (size_t c = 0; c < model->k; c++) {
        close += fabs(model->arrays[0][c] - 50) < 0.1 && model->arrays[1][c] < 0.5 && model->weights[c] > 0.2;
    }
    assert_int_equal(close, 1);
    mixture_model_free(model);
}

static void check_single(mixture_model *model) {
    assert_int_equal(model->k, 1);
    mixture_model_free(model);
}

static void a_normal_column_in_integers_is_one_component(void **state) {
    (void)state;
    check_single(choose_file("hard/rounded.csv", 1, 9));
    check_single(choose_file("hard/rounded2.csv", 2, 4));
    double x[2 * 1000], alone[1000];
    for (int64_t seed = 1; seed <= samples(); seed++) {
        mix_random random;
        mix_random_seed(&random, seed, 3);
        for (size_t i = 0; i < 1000; i++) {
            alone[i] = x[2 * i] = round_to(3 + 0.9 * mix_random_normal(&random), 1);
            x[2 * i + 1] = mix_random_normal(&random);
        }
        check_single(choose(alone, 1000, 1, 9));
        check_single(choose(x, 1000, 2, 4));
    }
}

static void a_rounded_normal_sample_is_one_component_whatever_its_size(void **state) {
    (void)state;
    static const double steps[] = {0.2, 0.5, 1, 2};
    double *x = malloc(100000 * sizeof *x);
    assert_non_null(x);
    for (size_t s = 0; s < 4; s++) {
        const size_t most = steps[s] == 2 ? 1000 : thorough() || steps[s] == 1 ? 100000 : 10000;
        for (size_t n = 100; n <= most; n *= 10) {
            for (int64_t seed = 1; seed <= (n < 100000 && thorough() ? samples() : 1); seed++) {
                mix_random random;
                mix_random_seed(&random, seed, 4);
                double mean = 5 * mix_random_uniform(&random);
                for (size_t i = 0; i < n; i++) {
                    x[i] = round_to(mean + mix_random_normal(&random), steps[s]);
                }
                check_single(choose(x, n, 1, thorough() ? 4 : 2));
            }
        }
    }
    free(x);
}

static void check_few(mixture_model *model) {
    assert_in_range(model->k, 2, 4);
    mixture_model_free(model);
}

/* Poisson, by multiplying uniform numbers. */
static double draw_count(mix_random *random, double rate) {
    double count = 0;
    for (double product = mix_random_uniform(random); product > exp(-rate);
         product *= mix_random_uniform(random)) {
        count++;
    }
    return count;
}

static void logarithms_of_counts_of_two_groups_are_a_few_components(void **state) {
    (void)state;
    check_few(choose_file("hard/logvisits.csv", 2, 5));
    double *x = malloc(2 * 2000 * sizeof *x);
    assert_non_null(x);
    for (int64_t seed = 1; seed <= samples(); seed++) {
        mix_random random;
        mix_random_seed(&random, seed, 5);
        for (size_t i = 0; i < 2000; i++) {
            bool few = mix_random_uniform(&random) < 0.7;
            x[2 * i] = log(1 + draw_count(&random, few ? 1.5 : 7));
            x[2 * i + 1] = (few ? 1.5 : 3) + 0.5 * mix_random_normal(&random);
        }
        check_few(choose(x, 2000, 2, 6));
    }
    free(x);
}

/* Without steps the same data are taken apart value by value. */
static void resolution_0_turns_it_off(void **state) {
    (void)state;
    static const size_t k[] = {2, 6};
    static const int vei = MIXTURE_VEI;
    const double off[] = {0, 0, 0, 0};
    size_t n;
    double *x = check_csv("hard/survey.csv", 4, &n);
    mixture_options options;
    mixture_options_default(&options);
    options.resolution = off;
    const mixture_choices choices = {.k = k, .k_count = 2, .structures = &vei, .structure_count = 1};
    mixture_data *data = check_data(x, n, 4);
    mixture_model *model;
    mixture_error error;
    assert_int_equal(mixture_select(&mixture_gaussian, data, &options, &choices, &model, &error), MIXTURE_OK);
    assert_true(model->k > 2 && model->step == NULL);
    mixture_model_free(model);
    mixture_data_free(data);
    free(x);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_from_1_to_5_of_two_groups_are_two_groups),
        cmocka_unit_test(a_question_that_is_there_twice_makes_no_more_groups),
        cmocka_unit_test(a_value_that_half_of_the_rows_have_is_a_component),
        cmocka_unit_test(thirty_rows_of_exactly_50_are_a_component),
        cmocka_unit_test(a_normal_column_in_integers_is_one_component),
        cmocka_unit_test(a_rounded_normal_sample_is_one_component_whatever_its_size),
        cmocka_unit_test(logarithms_of_counts_of_two_groups_are_a_few_components),
        cmocka_unit_test(resolution_0_turns_it_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
