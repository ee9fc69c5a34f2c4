/* test_categorical.c: the categorical family against a published latent class analysis; starts; levels that nobody
** has seen; what is no model. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "model.h"
#include "parts.h"
#include "random.h"

static const mixture_family *categorical(void) {
    const mixture_family *family = mixture_family_find("categorical");
    assert_non_null(family);
    return family;
}

static mixture_model *fit_levels(mixture_data *data, size_t d, const size_t *levels, size_t k) {
    mixture_model *model = NULL;
    mixture_error error = {MIXTURE_OK, ""};
    mixture_options options;
    mixture_parts *parts = mix_parts_new(categorical(), d, levels);
    mixture_options_default(&options);
    options.k = k;
    options.tol = 1e-12;
    assert_true(data != NULL && parts != NULL);
    data->parts = parts;
    if (mixture_fit(categorical(), data, &options, &model, &error) != MIXTURE_OK) {
        fail_msg("the fit failed: %s", error.text);
    }
    model->own_parts = parts;
    mixture_data_free(data);
    return model;
}

/* Stouffer & Toby (1951): 216 respondents, four dilemmas, each answered for a friend (1) or not; how many gave the
** answers 0000, 0001, ... 1111. Goodman, Biometrika 61 (1974) 215: two classes, likelihood ratio 2.720. */
static void role_conflicts_have_the_published_two_classes(void **state) {
    (void)state;
    enum { ITEMS = 4, CELLS = 16 };
    static const double counts[CELLS] = {42, 23, 6, 25, 6, 24, 7, 38, 1, 4, 1, 6, 2, 9, 2, 20};
    static const size_t levels[ITEMS] = {2, 2, 2, 2};
    mixture_data *data = mixture_data_new(ITEMS, MIXTURE_WEIGHTED);
    long double saturated = 0;
    assert_non_null(data);
    for (size_t i = 0; i < CELLS; i++) {
        const double x[ITEMS] = {(double)(i >> 3 & 1), (double)(i >> 2 & 1), (double)(i >> 1 & 1),
                                 (double)(i & 1)};
        assert_int_equal(mixture_data_append(data, x, counts[i], 0), MIXTURE_OK);
        saturated += (long double)counts[i] * logl((long double)counts[i] / 216);
    }
    mixture_model *model = fit_levels(data, ITEMS, levels, 2);
    assert_true(model->converged);
    assert_close(model->loglik, -504.4676701, 0, 1e-6);
    assert_close(2 * (double)(saturated - (long double)model->loglik), 2.720, 0, 5e-4);
    assert_int_equal(model->parameters, 9);
    assert_close(model->weights[0], 0.72075, 0, 1e-3);
    assert_close(model->weights[1], 0.27925, 0, 1e-3);
    assert_int_equal(model->warning_count, 0);
    mixture_model_free(model);
}

/* Four classes of five items with four levels, which one axis of scores cannot hold. */
static void drawn_starts_find_classes_that_no_line_tells_apart(void **state) {
    (void)state;
    enum { ITEMS = 5, ROWS = 1500, CLASSES = 4 };
    static const size_t levels[ITEMS] = {4, 4, 4, 4, 4};
    mixture_data *data = mixture_data_new(ITEMS, 0);
    mix_random random;
    mix_random_seed(&random, 3, 0);
    assert_non_null(data);
    for (size_t i = 0; i < ROWS; i++) {
        double x[ITEMS];
        for (size_t j = 0; j < ITEMS; j++) {
            size_t own = (i % CLASSES + j) % 4;
            x[j] = (double)(mix_random_uniform(&random) < 0.7 ? own : mix_random_below(&random, 4));
        }
        assert_int_equal(mixture_data_append(data, x, 1, 0), MIXTURE_OK);
    }
    mixture_model *model = fit_levels(data, ITEMS, levels, CLASSES);
    assert_true(model->converged);
    for (size_t c = 0; c < CLASSES; c++) {
        assert_close(model->weights[c], 0.25, 0, 0.03);
        for (size_t j = 0; j < ITEMS; j++) {
            double top = 0;
            for (size_t l = 0; l < 4; l++) {
                top = fmax(top, model->arrays[0][(c * ITEMS + j) * 4 + l]);
            }
            assert_close(top, 0.775, 0, 0.09);
        }
    }
    mixture_model_free(model);
}

static void a_column_of_one_level_is_named_and_spoils_nothing(void **state) {
    (void)state;
    static const size_t levels[] = {2, 1, 2, 2};
    mixture_data *data = mixture_data_new(4, 0);
    mix_random random;
    mix_random_seed(&random, 9, 0);
    assert_non_null(data);
    for (size_t i = 0; i < 600; i++) {
        double own = (double)(i % 2), x[4] = {0};
        for (size_t j = 0; j < 4; j++) {
            x[j] = j == 1 ? 0 : mix_random_uniform(&random) < 0.9 ? own : 1 - own;
        }
        assert_int_equal(mixture_data_append(data, x, 1, 0), MIXTURE_OK);
    }
    mixture_model *model = fit_levels(data, 4, levels, 2);
    assert_close(model->weights[0], 0.5, 0, 0.05);
    assert_close(model->arrays[0][2], 1, 0, 0);
    assert_int_equal(model->warning_count, 1);
    assert_string_equal(model->warnings[0], "column 2 (x2) does not vary: it takes no part");
    mixture_model_free(model);
}

static mixture_model *written_by_hand(const double *p, size_t k) {
    static const size_t levels[] = {3};
    mixture_parts *parts = mix_parts_new(categorical(), 1, levels);
    const mix_shape shape = {.family = categorical(), .k = k, .d = 1, .parts = parts};
    mixture_model *model = mix_model_new(&shape);
    assert_true(parts != NULL && model != NULL);
    model->own_parts = parts;
    memcpy(model->arrays[0], p, k * 3 * sizeof(double));
    for (size_t c = 0; c < k; c++) {
        model->weights[c] = 1 / (double)k;
    }
    return model;
}

static void a_level_that_no_row_had_moves_no_responsibility(void **state) {
    (void)state;
    static const double p[] = {0.5, 0.3, 0.2, 0.1, 0.1, 0.8};
    mixture_model *model = written_by_hand(p, 2);
    model->n = 99;
    assert_int_equal(mixture_model_prepare(model, NULL), MIXTURE_OK);
    mixture_scratch *scratch = mixture_scratch_new(model);
    double resp[2], x = 2;
    assert_close(mixture_responsibilities(model, &x, resp, scratch), log(0.5), 1e-14, 0);
    assert_close(resp[0], 0.2, 1e-14, 0);
    x = 3;
    assert_close(mixture_responsibilities(model, &x, resp, scratch), log(0.01), 1e-14, 0);
    assert_close(resp[0], 0.5, 1e-14, 0);
    mixture_scratch_free(scratch);
    mixture_model_free(model);
}

static void what_is_no_categorical_model_is_refused(void **state) {
    (void)state;
    static const struct {
        double p[3];
        const char *text;
    } cases[] = {{{0.5, 0.7, -0.2}, "probabilities[0][0][2] is -0.2; expected a number from 0 to 1"},
                 {{0.5, 0.3, 0.1}, "probabilities[0][0] sum to 0.9; expected 1"},
                 {{0.5, (double)NAN, 0.1}, "probabilities hold a number that is not finite"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mixture_error error;
        mixture_model *model = written_by_hand(cases[i].p, 1);
        assert_int_equal(mixture_model_prepare(model, &error), MIXTURE_INVALID);
        assert_string_equal(error.text, cases[i].text);
        mixture_model_free(model);
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(role_conflicts_have_the_published_two_classes),
        cmocka_unit_test(drawn_starts_find_classes_that_no_line_tells_apart),
        cmocka_unit_test(a_column_of_one_level_is_named_and_spoils_nothing),
        cmocka_unit_test(a_level_that_no_row_had_moves_no_responsibility),
        cmocka_unit_test(what_is_no_categorical_model_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
