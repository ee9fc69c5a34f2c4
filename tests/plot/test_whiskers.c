/* test_whiskers.c: intervals in pictures of components, of models that have a bootstrap. */
#include <stdio.h>
#include <string.h>

#include "counted.h"
#include "draw.h"
#include "family.h"
#include "memory.h"
#include "parameter.h"

/* Two components of d columns. All intervals of 95 %: from the lesser to the greater of the two components'
** values, which lie elsewhere in the picture, too. */
static mixture_model *sure_model(const char *family, size_t d, const double *values, size_t replicates) {
    mixture_model *model = mixture_model_new(mixture_family_find(family), 2, d);
    memcpy(model->arrays[0], values, 2 * d * sizeof(double));
    for (size_t i = 0; i < 2 * d && strcmp(family, "gaussian") == 0; i++) {
        model->arrays[1][i / d * d * d + i % d * (d + 1)] = 1;
    }
    model->weights[0] = model->weights[1] = 0.5;
    assert_int_equal(mixture_model_prepare(model, NULL), MIXTURE_OK);
    mixture_bootstrap *bootstrap = model->bootstrap = mix_memory_zeros(1, sizeof *bootstrap);
    size_t count = mix_parameter_count(model);
    *bootstrap = (mixture_bootstrap){.replicates = replicates, .parameter_count = count, .probability_count = 2};
    bootstrap->errors = mix_memory_zeros(count, sizeof(double));
    bootstrap->probabilities = mix_memory_zeros(2, sizeof(double));
    bootstrap->quantiles = mix_memory_zeros(count, 2 * sizeof(double));
    bootstrap->probabilities[0] = 0.025;
    bootstrap->probabilities[1] = 0.975;
    for (size_t p = 0; p < count; p++) {
        const mix_parameter at = mix_parameter_at(model, p);
        if (!at.weight && at.array == 0) {
            double a = values[at.entry], b = values[d + at.entry];
            bootstrap->quantiles[2 * p] = a < b ? a : b;
            bootstrap->quantiles[2 * p + 1] = a < b ? b : a;
        }
    }
    return model;
}

/* Line i that has ends, of those that are wide or high; false: there are fewer. */
static bool find_whisker(const char *svg, bool wide, int i, double *from, double *to, double *across) {
    static const char start[] = "<path class=\"m-line\" stroke-width=\"1.2\" d=\"";
    for (const char *at = svg; (at = strstr(at, start)) != NULL; at++) {
        double x, y, cap, half;
        const char *path = at + strlen(start);
        if (wide && sscanf(path, "M%lf %lfv%lfm0 %lfH%lf", &x, &y, &cap, &half, to) == 5 && i-- == 0) {
            *from = x;
            *across = y + cap + half;
            return true;
        }
        if (!wide && sscanf(path, "M%lf %lfh%lfm%lf 0V%lf", &x, &y, &cap, &half, to) == 5 && i-- == 0) {
            *from = y;
            *across = x + cap + half;
            return true;
        }
    }
    return false;
}

/* The cross at the mean of component c. */
static void find_mean(const char *svg, int c, double *x, double *y) {
    static const char start[] = "<path class=\"m-line\" stroke-width=\"2\" d=\"M";
    const char *at = svg;
    for (int i = 0; i <= c; i++) {
        at = strstr(i > 0 ? at + 1 : at, start);
        assert_non_null(at);
    }
    assert_int_equal(sscanf(at + strlen(start), "%lf %lfh10", x, y), 2);
    *x += 5;
}

static void means_of_two_columns_have_an_interval_along_each_axis(void **state) {
    (void)state;
    static const double means[] = {0, 1, 6, 9};
    mixture_model *model = sure_model("gaussian", 2, means, 999);
    char *svg = draw_picture(model, 0, "{\"what\":\"components\"}");
    for (int c = 0; c < 2; c++) {
        double x[2], y[2], from, to, across;
        find_mean(svg, 0, &x[0], &y[0]);
        find_mean(svg, 1, &x[1], &y[1]);
        assert_true(find_whisker(svg, true, c, &from, &to, &across));
        assert_float_equal(from, x[0], 0.2);
        assert_float_equal(to, x[1], 0.2);
        assert_float_equal(across, y[c], 0.2);
        assert_true(find_whisker(svg, false, c, &from, &to, &across));
        assert_float_equal(from, y[0], 0.2);
        assert_float_equal(to, y[1], 0.2);
        assert_float_equal(across, x[c], 0.2);
    }
    assert_non_null(strstr(svg, "Lines across the means: intervals of 95 %, from 999 replicates."));
    mix_memory_free(svg);
    mixture_model_free(model);
}

static void bars_have_intervals_at_their_ends(void **state) {
    (void)state;
    static const double rates[] = {2, 1, 5, 3};
    mixture_model *model = sure_model("poisson", 2, rates, 400);
    char *svg = draw_picture(model, 0, "{\"what\":\"components\"}");
    double ends[4], from, to, across;
    const char *at = svg;
    for (int i = 0; i < 4; i++) { /* column by column, component by component */
        at = strstr(at + 1, "<path fill=\"#");
        while (at != NULL && sscanf(at, "<path fill=\"#%*[0-9a-f]\" d=\"M%*f %*fH%lfv", &ends[i]) != 1) {
            at = strstr(at + 1, "<path fill=\"#");
        }
        assert_non_null(at);
    }
    for (int i = 0; i < 4; i++) {
        assert_true(find_whisker(svg, true, i, &from, &to, &across));
        assert_float_equal(from, ends[i / 2 * 2], 0.2);
        assert_float_equal(to, ends[i / 2 * 2 + 1], 0.2);
    }
    assert_non_null(strstr(svg, "Lines across their ends: intervals of 95 %, from 400 replicates."));
    mix_memory_free(svg);
    mixture_model_free(model);
}

static void intervals_are_there_in_every_picture_of_components_and_in_no_other(void **state) {
    (void)state;
    static const double means[] = {0, 1, 2, 6, 9, 4};
    static const struct {
        size_t d;
        const char *options;
        int wide;
    } cases[] = {{1, "{\"what\":\"components\"}", 2},
                 {1, "{\"what\":\"density\"}", 0},
                 {2, "{\"what\":\"density\"}", 0},
                 {3, "{\"what\":\"components\"}", 6},
                 {3, "{\"what\":\"density\"}", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double from, to, across;
        mixture_model *model = sure_model("gaussian", cases[i].d, means, 999);
        char *svg = draw_picture(model, 0, cases[i].options);
        assert_true(cases[i].wide == 0 || find_whisker(svg, true, cases[i].wide - 1, &from, &to, &across));
        assert_false(find_whisker(svg, true, cases[i].wide, &from, &to, &across));
        assert_true((strstr(svg, "999 replicates") != NULL) == (cases[i].wide > 0));
        mix_memory_free(svg);
        mixture_bootstrap_free(model->bootstrap);
        model->bootstrap = NULL;
        svg = draw_picture(model, 0, cases[i].options);
        assert_false(find_whisker(svg, true, 0, &from, &to, &across));
        mix_memory_free(svg);
        mixture_model_free(model);
    }
}

/* 19 replicates say nothing of more than 90 %; one that failed does not count. */
static void few_replicates_give_the_level_that_they_can(void **state) {
    (void)state;
    static const double means[] = {0, 1, 6, 9};
    mixture_model *model = sure_model("gaussian", 2, means, 20);
    model->bootstrap->probabilities[0] = 0.05;
    model->bootstrap->probabilities[1] = 0.95;
    model->bootstrap->unsound = 1;
    char *svg = draw_picture(model, 0, "{\"what\":\"components\"}");
    assert_non_null(strstr(svg, "intervals of 90.0 %, from 19 replicates."));
    mix_memory_free(svg);
    mixture_model_free(model);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        counted_test(means_of_two_columns_have_an_interval_along_each_axis),
        counted_test(bars_have_intervals_at_their_ends),
        counted_test(intervals_are_there_in_every_picture_of_components_and_in_no_other),
        counted_test(few_replicates_give_the_level_that_they_can),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
