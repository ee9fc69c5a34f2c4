/* test_fit_edges.c: fits at the edge of what is sensible end in a model or in an error that says what is wrong. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "random.h"
#include "starts.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* The status of a fit; the model is freed unless asked for, the data always. */
static mixture_status try_fit(mixture_data *data, const mixture_options *options, mixture_model **model,
                              mixture_error *error) {
    mixture_model *own = NULL;
    *error = (mixture_error){MIXTURE_OK, "untouched"};
    mixture_status status = mixture_fit(&mixture_gaussian, data, options, &own, error);
    assert_int_equal(error->status, status);
    assert_int_equal(own != NULL, status == MIXTURE_OK);
    assert_int_equal(error->text[0] != '\0', status == MIXTURE_INVALID);
    if (model != NULL) {
        *model = own;
    } else {
        mixture_model_free(own);
    }
    mixture_data_free(data);
    return status;
}

static mixture_options options_for(size_t k) {
    mixture_options options;
    mixture_options_default(&options);
    options.k = k;
    return options;
}

static mixture_data *line(size_t rows) {
    mixture_data *data = mixture_data_new(1, 0);
    assert_non_null(data);
    for (size_t i = 0; i < rows; i++) {
        double x = (double)i;
        assert_int_equal(mixture_data_append(data, &x, 1, 0), MIXTURE_OK);
    }
    return data;
}

/* Two overlapping clusters at 0 and 1.6, each row of the given weight; labels as they come. */
static mixture_data *pair(size_t rows, unsigned extras, double weight, const int *labels) {
    mixture_data *data = mixture_data_new(1, extras);
    assert_non_null(data);
    mix_random random;
    mix_random_seed(&random, 6, 0);
    for (size_t i = 0; i < rows; i++) {
        double x = mix_random_normal(&random) + (i % 2 ? 1.6 : 0);
        assert_int_equal(mixture_data_append(data, &x, weight, labels ? labels[i % 10] : 0), MIXTURE_OK);
    }
    return data;
}

/* ---- Options --------------------------------------------------------------------------------------------- */

static void an_option_out_of_range_is_named_with_its_value_and_what_is_expected(void **state) {
    (void)state;
    mixture_options cases[12];
    static const char *const texts[LENGTH(cases)] = {
        "k is 0; expected an integer >= 1",
        "option max_iter is -1; expected an integer from 0 to ",
        "option tol is -1; expected a number >= 0",
        "option tol is nan; expected a number >= 0",
        "option tol is inf; expected a number >= 0",
        "option n_init is 0; expected an integer from 1 to ",
        "option threads is -1; expected an integer from 0 to ",
        "option threads is 1000; expected an integer from 0 to ",
        "option min_variance is 0; expected a number from 1e-12 to 1",
        "option min_variance is 2; expected a number from 1e-12 to 1",
        "option min_variance is nan; expected a number from 1e-12 to 1",
        "option n_init is 1000000; expected an integer from 1 to ",
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        cases[i] = options_for(2);
    }
    cases[0].k = 0;
    cases[1].max_iter = -1;
    cases[2].tol = -1;
    cases[3].tol = fabs(nan(""));
    cases[4].tol = HUGE_VAL;
    cases[5].n_init = 0;
    cases[6].threads = -1;
    cases[7].threads = 1000;
    cases[8].min_variance = 0;
    cases[9].min_variance = 2;
    cases[10].min_variance = fabs(nan(""));
    cases[11].n_init = 1000000;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        mixture_error error;
        assert_int_equal(try_fit(line(9), &cases[i], NULL, &error), MIXTURE_INVALID);
        if (strncmp(error.text, texts[i], strlen(texts[i])) != 0) {
            fail_msg("the error is '%s'; expected '%s…'", error.text, texts[i]);
        }
    }
}

static void a_start_that_is_no_model_is_refused(void **state) {
    (void)state;
    const double short_weights[] = {0.5, 0.4}, means[] = {0, HUGE_VAL}, covariances[] = {1, -1};
    const struct {
        mixture_start start;
        const char *text;
    } cases[] = {
        {{short_weights, NULL}, "option init: weights sum to 0.9; expected 1"},
        {{NULL, check_arrays(means, NULL)}, "option init: means hold a number that is not finite"},
        {{NULL, check_arrays(NULL, covariances)},
         "option init: covariances[1][0][0] is -1; expected a variance > 0"},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        mixture_options options = options_for(2);
        options.start = cases[i].start;
        mixture_error error;
        assert_int_equal(try_fit(line(9), &options, NULL, &error), MIXTURE_INVALID);
        assert_string_equal(error.text, cases[i].text);
    }
}

/* ---- Rows ------------------------------------------------------------------------------------------------ */

static void too_few_distinct_rows_are_refused(void **state) {
    (void)state;
    mixture_options options = options_for(3);
    mixture_error error;
    assert_int_equal(try_fit(line(0), &options, NULL, &error), MIXTURE_INVALID);
    assert_string_equal(error.text, "there are no rows; expected at least one");
    assert_int_equal(try_fit(line(2), &options, NULL, &error), MIXTURE_INVALID);
    assert_string_equal(error.text,
                        "2 distinct rows for k = 3; expected at least k distinct rows, or option few_rows");
    assert_int_equal(try_fit(line(3), &options, NULL, &error), MIXTURE_OK);
    options.k = 1;
    assert_int_equal(try_fit(line(1), &options, NULL, &error), MIXTURE_OK);
}

static size_t largest; /* request so far */

static void *allocate(size_t bytes) {
    largest = bytes > largest ? bytes : largest;
    return malloc(bytes);
}

static void *resize(void *block, size_t bytes) {
    largest = bytes > largest ? bytes : largest;
    return realloc(block, bytes);
}

static void a_k_far_beyond_the_rows_is_refused_without_memory_for_it(void **state) {
    (void)state;
    static const mixture_allocator counting = {allocate, resize, free};
    const size_t ks[] = {1 << 20, SIZE_MAX / 0x1000000, SIZE_MAX}; /* the first must be small: it is asked for */
    mixture_set_allocator(&counting);
    for (size_t i = 0; i < LENGTH(ks); i++) {
        mixture_options options = options_for(ks[i]);
        mixture_error error;
        largest = 0;
        mixture_status status = try_fit(line(3), &options, NULL, &error);
        if (status != MIXTURE_INVALID || largest > 1 << 16) {
            mixture_set_allocator(NULL);
            fail_msg("status %d, %zu bytes asked for at once; expected an error and next to nothing", status,
                     largest);
        }
    }
    mixture_set_allocator(NULL);
}

static void the_unit_of_weights_changes_nothing(void **state) {
    (void)state;
    /* Of 4096 rows: the second sums to 1, as weights often do. */
    const double units[] = {1, 0x1p-12, 0x1p12, 0x1p-60, 0x1p60, 0x1p-300, 0x1p300};
    mixture_model *first = NULL;
    for (size_t i = 0; i < LENGTH(units); i++) {
        mixture_options options = options_for(2);
        mixture_model *model;
        mixture_error error;
        assert_int_equal(try_fit(pair(4096, MIXTURE_WEIGHTED, units[i], NULL), &options, &model, &error),
                         MIXTURE_OK);
        first = first != NULL ? first : model;
        for (size_t w = 0; w < model->warning_count; w++) {
            print_message("weights of %g: %s\n", units[i], model->warnings[w]);
        }
        assert_int_equal(model->warning_count, 0);
        assert_true(model->converged);
        for (size_t c = 0; c < 2; c++) {
            assert_close(model->weights[c], first->weights[c], 1e-9, 0);
            assert_close(model->arrays[0][c], first->arrays[0][c], 1e-9, 0);
            assert_close(model->arrays[1][c], first->arrays[1][c], 1e-9, 0);
        }
        if (model != first) {
            mixture_model_free(model);
        }
    }
    mixture_model_free(first);
}

static void weights_beyond_a_double_give_the_right_answer_or_a_reason(void **state) {
    (void)state;
    const double extremes[] = {1e-300, 1e-250, 1e250, 1e307}; /* of 100 rows: the last sum is infinite */
    for (size_t i = 0; i < LENGTH(extremes); i++) {
        for (size_t k = 1; k <= 2; k++) {
            mixture_options options = options_for(k);
            mixture_model *model, *plain;
            mixture_error error;
            assert_int_equal(try_fit(pair(100, MIXTURE_WEIGHTED, 1, NULL), &options, &plain, &error), MIXTURE_OK);
            if (try_fit(pair(100, MIXTURE_WEIGHTED, extremes[i], NULL), &options, &model, &error) != MIXTURE_OK) {
                assert_null(strstr(error.text, "nan"));
                assert_non_null(strstr(error.text, "weight"));
            } else {
                assert_close(model->arrays[1][0], plain->arrays[1][0], 1e-6, 0);
            }
            mixture_model_free(model);
            mixture_model_free(plain);
        }
    }
}

static void labels_that_no_component_can_take_are_refused_with_a_reason(void **state) {
    (void)state;
    const double weights[] = {1, 0}, means[] = {0, 3};
    const int seconds[10] = {1, 2}, thirds[10] = {1, 2, 3};
    mixture_error error;
    mixture_options options = options_for(2);
    assert_int_equal(try_fit(pair(100, MIXTURE_LABELLED, 1, thirds), &options, NULL, &error), MIXTURE_INVALID);
    assert_non_null(strstr(error.text, "label"));
    assert_null(strstr(error.text, "nan"));
    options.start = (mixture_start){
        weights, check_arrays(means, NULL)}; /* rows are known to be of a component that has none */
    assert_int_equal(try_fit(pair(100, MIXTURE_LABELLED, 1, seconds), &options, NULL, &error), MIXTURE_INVALID);
    assert_non_null(strstr(error.text, "weights[1]"));
    assert_null(strstr(error.text, "nan"));
}

/* ---- Degenerate rows ------------------------------------------------------------------------------------- */

static void a_few_collinear_rows_far_away_do_not_stop_a_fit(void **state) {
    (void)state;
    /* Nearly all of the data's variance is that of a dozen rows on a line; the floor of their component,
    ** relative to the data's variance, is rounding beside their own. */
    const double weights[] = {1, 1e3, 1e5, 1e7, 1e9};
    for (size_t w = 0; w < LENGTH(weights); w++) {
        mixture_data *data = mixture_data_new(2, MIXTURE_WEIGHTED);
        assert_non_null(data);
        mix_random random;
        mix_random_seed(&random, 8, 0);
        for (size_t i = 0; i < 1000; i++) {
            double z = 1e6 * (1 + 0.3 * mix_random_normal(&random));
            const double x[] = {mix_random_normal(&random), mix_random_normal(&random)}, far[] = {z, z};
            bool outlier = i % 80 == 0;
            assert_int_equal(mixture_data_append(data, outlier ? far : x, outlier ? 1 : weights[w], 0),
                             MIXTURE_OK);
        }
        mixture_options options = options_for(2);
        mixture_error error;
        if (try_fit(data, &options, NULL, &error) != MIXTURE_OK) {
            fail_msg("weight %g: %s", weights[w], error.text);
        }
    }
}

static void a_start_that_was_not_iterated_is_not_called_a_saddle(void **state) {
    (void)state;
    const double weights[] = {0.3, 0.7}, means[] = {-1, 1}, covariances[] = {0.5, 0.5};
    mixture_options options = options_for(2);
    options.max_iter = 0;
    options.start = (mixture_start){weights, check_arrays(means, covariances)};
    mixture_model *model;
    mixture_error error;
    assert_int_equal(try_fit(pair(500, 0, 1, NULL), &options, &model, &error), MIXTURE_OK);
    for (size_t w = 0; w < model->warning_count; w++) {
        assert_null(strstr(model->warnings[w], "saddle"));
    }
    mixture_model_free(model);
}

/* ---- Answering in time ----------------------------------------------------------------------------------- */

static bool count(void *host) {
    ++*(size_t *)host;
    return false;
}

/* How often the host is asked while one start is drawn; with `located` the means are given. */
static size_t polls_of_a_draw(size_t k, bool located) {
    mixture_data *data = line(4000);
    size_t column, asked = 0, before;
    mix_cancel cancel = {count, &asked};
    assert_int_equal(mix_data_standardize(data, true, &cancel, &column, NULL), MIXTURE_OK);
    mixture_model *model = mixture_model_new(&mixture_gaussian, k, 1);
    mixture_model *given = mixture_model_new(&mixture_gaussian, k, 1);
    assert_true(model != NULL && given != NULL);
    mixture_options options = options_for(k);
    options.start.arrays = check_arrays(located ? given->arrays[0] : NULL, NULL);
    mix_init *init;
    mix_starts *starts;
    assert_int_equal(mix_init_new(&mixture_gaussian, data, &options, k, false, &cancel, &init), MIXTURE_OK);
    assert_int_equal(mix_starts_new(init, k, &cancel, &starts), MIXTURE_OK);
    mix_maximize how = {.min_variance = 1e-9, .scale = data->frame.scale, .variance = data->frame.variance};
    before = asked;
    assert_int_equal(mix_starts_draw(starts, 3, located ? given : NULL, &how, model, NULL), MIXTURE_OK);
    mixture_model_free(model);
    mixture_model_free(given);
    mix_starts_free(starts);
    mix_init_free(init);
    mixture_data_free(data);
    return asked - before;
}

static void drawing_a_start_asks_whether_to_go_on_at_least_once_a_center_and_once_a_block(void **state) {
    (void)state;
    /* k-means++ is k passes over the sample, and each component has statistics over all of it: without asking,
    ** many components make a fit deaf for seconds. */
    assert_in_range(polls_of_a_draw(200, false), 200, 100000);
    assert_in_range(polls_of_a_draw(200, true), 4000 / 256, 100000);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_option_out_of_range_is_named_with_its_value_and_what_is_expected),
        cmocka_unit_test(a_start_that_is_no_model_is_refused),
        cmocka_unit_test(too_few_distinct_rows_are_refused),
        cmocka_unit_test(a_k_far_beyond_the_rows_is_refused_without_memory_for_it),
        cmocka_unit_test(the_unit_of_weights_changes_nothing),
        cmocka_unit_test(weights_beyond_a_double_give_the_right_answer_or_a_reason),
        cmocka_unit_test(labels_that_no_component_can_take_are_refused_with_a_reason),
        cmocka_unit_test(a_few_collinear_rows_far_away_do_not_stop_a_fit),
        cmocka_unit_test(a_start_that_was_not_iterated_is_not_called_a_saddle),
        cmocka_unit_test(drawing_a_start_asks_whether_to_go_on_at_least_once_a_center_and_once_a_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
