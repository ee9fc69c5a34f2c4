/* test_plot_edges.c: odd models, rows and options; memory that runs out; cancelling. */
#include "plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call_sites.h"
#include "check_svg.h"
#include "counted.h"
#include "draw.h"
#include "histogram.h"
#include "memory.h"
#include "plain.h"

static const char *const with_rows[] = {"{}", "{\"what\":\"uncertainty\"}", "{\"what\":\"density\"}"};
/* ---- Odd models and rows ------------------------------------------------------------------------------- */

static void thirty_components_one_of_them_tiny_fit_into_a_picture(void **state) {
    (void)state;
    enum { K = 30 };
    mixture_model *model = mixture_model_new(&mixture_gaussian, K, 2);
    for (size_t c = 0; c < K; c++) {
        model->weights[c] = c == K - 1 ? 1e-6 : (1 - 1e-6) / (K - 1);
        model->arrays[0][2 * c] = (double)(c % 6) * 4;
        model->arrays[0][2 * c + 1] = (double)(c / 6) * 5;
        model->arrays[1][4 * c] = model->arrays[1][4 * c + 3] = 1 + (double)(c % 3);
    }
    assert_int_equal(mixture_model_prepare(model, NULL), MIXTURE_OK);
    char *svg = draw_picture(model, 2000, "{}");
    check_picture(svg);
    assert_int_equal(count_of(svg, "<path stroke-width=\"1.7\""), K);
    assert_non_null(strstr(svg, ">30<"));
    assert_non_null(strstr(svg, ">&lt; 0.1 %<"));
    mix_memory_free(svg);
    for (int kind = 1; kind < 3; kind++) {
        svg = draw_picture(model, 2000, with_rows[kind]);
        check_picture(svg);
        mix_memory_free(svg);
    }
    svg = draw_picture(model, 0, "{\"what\":\"surface\"}");
    check_picture(svg);
    mix_memory_free(svg);
    mixture_model_free(model);
}

static void a_thousand_components_are_cut_down_to_what_fits(void **state) {
    (void)state;
    enum { K = 1000 };
    mixture_model *model = mixture_model_new(&mixture_gaussian, K, 3);
    for (size_t c = 0; c < K; c++) {
        model->weights[c] = 1.0 / K;
        for (size_t j = 0; j < 3; j++) {
            model->arrays[0][3 * c + j] = (double)(c * (j + 7) % 101);
            model->arrays[1][9 * c + 4 * j] = 1;
        }
    }
    assert_int_equal(mixture_model_prepare(model, NULL), MIXTURE_OK);
    char *svg = draw_picture(model, 0, "{\"what\":\"components\",\"columns\":[1,2]}");
    check_picture(svg);
    assert_non_null(strstr(svg, "Of 1000 components 250 are drawn."));
    mix_memory_free(svg);
    mixture_model_free(model);
}

static void values_at_the_ends_of_the_doubles_are_drawn(void **state) {
    (void)state;
    const double variances[][2] = {{1, 1}, {1e300, 1e-300}, {1e-300, 1e300}};
    const double rows[][2] = {{1e300, 1e-300}, {-1.7e308, 1.7e308}, {1e-300, -1e-300}, {0, 0}, {5e-324, 1e300}};
    for (int v = 0; v < 3; v++) {
        for (size_t d = 1; d <= 2; d++) {
            mixture_model *model = mixture_model_new(&mixture_gaussian, 1, d);
            model->weights[0] = 1;
            model->arrays[1][0] = variances[v][0];
            if (d == 2) {
                model->arrays[1][3] = variances[v][1];
            }
            assert_int_equal(mixture_model_prepare(model, NULL), MIXTURE_OK);
            for (int kind = 0; kind < 3; kind++) {
                for (size_t n = 1; n <= 5; n++) {
                    mix_plot_options options;
                    char *svg;
                    size_t length;
                    assert_int_equal(mix_plot_options_read(with_rows[kind], strlen(with_rows[kind]), model, true,
                                                           &options, NULL),
                                     MIXTURE_OK);
                    mix_plot *plot = mix_plot_new(model, &options);
                    for (size_t i = 0; i < n; i++) {
                        assert_int_equal(mix_plot_add(plot, rows[i]), MIXTURE_OK);
                    }
                    assert_int_equal(mix_plot_draw(plot, &draw_never, &svg, &length, NULL), MIXTURE_OK);
                    check_picture(svg);
                    mix_memory_free(svg);
                    mix_plot_free(plot);
                    mix_plot_options_clear(&options);
                }
            }
            mixture_model_free(model);
        }
    }
}

static void rows_without_a_value_are_left_out_where_it_is_needed(void **state) {
    (void)state;
    mixture_model *model = draw_model(2, 3, 1);
    const double rows[][3] = {{1, 2, 3}, {NAN, 2, 3}, {1, NAN, NAN}, {NAN, NAN, NAN}};
    const struct {
        const char *json;
        uint64_t kept;
    } cases[] = {{"{}", 3}, {"{\"columns\":[2,3]}", 2}, {"{\"columns\":[1]}", 2}, {"{\"columns\":[1,2]}", 1}};
    for (int i = 0; i < 4; i++) {
        mix_plot_options options;
        char *svg;
        size_t length;
        assert_int_equal(mix_plot_options_read(cases[i].json, strlen(cases[i].json), model, true, &options, NULL),
                         MIXTURE_OK);
        mix_plot *plot = mix_plot_new(model, &options);
        for (int r = 0; r < 4; r++) {
            assert_int_equal(mix_plot_add(plot, rows[r]), MIXTURE_OK);
        }
        assert_int_equal(mix_plot_rows(plot), cases[i].kept);
        assert_int_equal(mix_plot_draw(plot, &draw_never, &svg, &length, NULL), MIXTURE_OK);
        check_picture(svg);
        char said[60];
        snprintf(said, sizeof said, "%d more without a value %s left out.", 4 - (int)cases[i].kept,
                 cases[i].kept == 3 ? "is" : "are");
        assert_non_null(strstr(svg, said));
        mix_memory_free(svg);
        mix_plot_free(plot);
        mix_plot_options_clear(&options);
    }
    mixture_model_free(model);
}

/* A Gaussian component with these means and deviation 1. */
static mixture_model *sphere(size_t d, const double *mean) {
    mixture_model *model = mixture_model_new(&mixture_gaussian, 1, d);
    model->weights[0] = 1;
    for (size_t j = 0; j < d; j++) {
        model->arrays[0][j] = mean[j];
        model->arrays[1][j * d + j] = 1;
    }
    assert_int_equal(mixture_model_prepare(model, NULL), MIXTURE_OK);
    return model;
}

static void far_from_0_labels_count_from_a_number_that_the_axis_names(void **state) {
    (void)state;
    const double mean[] = {1e9, -1e9};
    const char *const options[] = {"{}", "{\"what\":\"surface\",\"palette\":\"gray\"}"};
    mixture_model *model = sphere(2, mean);
    for (int i = 0; i < 2; i++) {
        char *svg = draw_picture(model, 0, options[i]);
        check_picture(svg);
        assert_non_null(strstr(svg, ">x1 \xe2\x88\x92 1000000000<")); /* less */
        assert_non_null(strstr(svg, ">x2 + 1000000000<"));
        mix_memory_free(svg);
    }
    mixture_model_free(model);
}

static void of_more_than_eight_columns_the_first_are_drawn(void **state) {
    (void)state;
    const double mean[9] = {0};
    mixture_model *model = sphere(9, mean);
    char *svg = draw_picture(model, 0, "{\"levels\":1}");
    check_picture(svg);
    assert_non_null(strstr(svg, "The first 8 of 9 columns."));
    assert_null(strstr(svg, ">x9<"));
    mix_memory_free(svg);
    mixture_model_free(model);
}

static void tabs_and_lines_in_a_title_are_spaces(void **state) {
    (void)state;
    mixture_model *model = draw_model(1, 1, 1);
    char *svg = draw_picture(model, 0, "{\"title\":\"a\\tb\\nc\\rd\"}");
    check_picture(svg);
    assert_non_null(strstr(svg, ">a b c d<"));
    mix_memory_free(svg);
    mixture_model_free(model);
}

/* ---- Options, memory, cancelling ----------------------------------------------------------------------- */

static void expect_invalid(const mixture_model *model, bool rows, const char *json, const char *text) {
    mix_plot_options options;
    mixture_error error = {MIXTURE_OK, ""};
    assert_int_equal(mix_plot_options_read(json, strlen(json), model, rows, &options, &error), MIXTURE_INVALID);
    assert_string_equal(error.text, text);
    mix_plot_options_clear(&options);
}

static void wrong_options_are_errors_that_say_what_is_allowed(void **state) {
    (void)state;
    mixture_model *model = draw_model(2, 3, 1);
    expect_invalid(model, true, "{\"wat\":1}",
                   "unknown key \"wat\" at offset 1; expected one of what, columns, names, width, height, title, "
                   "points, levels, xlim, ylim, log, palette, theme");
    expect_invalid(
        model, false, "{\"points\":1}",
        "unknown key \"points\" at offset 1; expected one of what, columns, names, width, height, title, levels, "
        "xlim, ylim, log, palette, theme");
    expect_invalid(model, true, "{\"what\":\"surface\"}",
                   "what is \"surface\" at offset 8; expected classification, uncertainty, density");
    expect_invalid(model, false, "{\"what\":\"uncertainty\"}",
                   "what is \"uncertainty\" at offset 8; expected density, components, surface, trace, selection");
    expect_invalid(model, true, "{\"width\":239}",
                   "width is 239 at offset 9; expected an integer from 240 to 4000");
    expect_invalid(model, true, "{\"height\":300.5}",
                   "height is 300.5 at offset 10; expected an integer from 240 to 4000");
    expect_invalid(model, true, "{\"points\":10001}",
                   "points is 10001 at offset 10; expected an integer from 0 to 10000");
    expect_invalid(model, true, "{\"title\":5}", "title is 5 at offset 9; expected a string");
    expect_invalid(model, true, "{\"levels\":0}", "levels is 0 at offset 10; expected an integer from 1 to 20");
    expect_invalid(model, true, "{\"levels\":[0.5,1]}",
                   "levels[1] is 1 at offset 15; expected a number between 0 and 1");
    expect_invalid(model, true, "{\"levels\":[]}",
                   "levels is an array of 0 at offset 10; expected an integer from 1 to 20 or an array of 1 to "
                   "20 probabilities");
    expect_invalid(model, true, "{\"palette\":\"jet\"}",
                   "palette is \"jet\" at offset 11; expected okabe-ito, viridis or gray");
    expect_invalid(
        model, true, "{\"columns\":[1,4]}",
        "columns[1] is 4 at offset 14; expected the name of a column of the model or its position from 1 to 3");
    expect_invalid(model, true, "{\"columns\":[1,\"x1\"]}",
                   "columns[1] is \"x1\" at offset 14; expected another column than before");
    expect_invalid(
        model, true, "{\"title\":\"a\\u0000b\"}",
        "title is \"a\\u0000b\" at offset 9; expected a string of at most 1000 bytes that holds no NUL");
    expect_invalid(
        model, true, "{\"columns\":[\"x4\"]}",
        "columns[0] is \"x4\" at offset 12; expected the name of a column of the model or its position from "
        "1 to 3");
    expect_invalid(model, true, "{\"columns\":2}",
                   "columns is 2 at offset 11; expected an array of 1 to 8 columns");
    expect_invalid(model, true, "{\"columns\":[]}",
                   "columns is an array of 0 at offset 11; expected an array of 1 to 8 columns");
    expect_invalid(model, true, "{\"columns\":[1,2,3,1,2,3,1,2,3]}",
                   "columns is an array of 9 at offset 11; expected an array of 1 to 8 columns");
    expect_invalid(
        model, true, "{\"columns\":[0]}",
        "columns[0] is 0 at offset 12; expected the name of a column of the model or its position from 1 to "
        "3");
    expect_invalid(model, true, "{\"levels\":[\"a\"]}",
                   "levels[0] is \"a\" at offset 11; expected a number between 0 and 1");
    expect_invalid(model, true, "{\"levels\":{}}",
                   "levels is an object at offset 10; expected an integer from 1 to 20 or an array of 1 to "
                   "20 probabilities");
    expect_invalid(model, true, "{\"width\":\"a\"}",
                   "width is \"a\" at offset 9; expected an integer from 240 to 4000");
    expect_invalid(model, true, "[]", "the text is an array of 0 at offset 0; expected an object");
    expect_invalid(model, false, "{\"what\":\"surface\"}",
                   "argument 1 (model) has 3 columns; expected 2, or two that the option columns names");
    expect_invalid(model, false, "{\"what\":\"surface\",\"columns\":[2]}",
                   "columns names 1 column; expected 2 for a surface");
    expect_invalid(model, false, "{\"what\":\"trace\"}",
                   "argument 1 (model) has no trace; expected a model that was fitted");
    expect_invalid(model, false, "{\"what\":\"selection\"}",
                   "argument 1 (model) has no candidates; expected a model of a selection, as of gmm_select()");
    mixture_model_free(model);
    model = mixture_model_new(&mixture_multinomial, 2, 2);
    expect_invalid(model, false, "{\"what\":\"density\"}",
                   "argument 1 (model) is of family multinomial; expected gaussian");
    mixture_model_free(model);
}

static void memory_that_runs_out_leaks_nothing(void **state) {
    (void)state;
    const struct {
        size_t d, rows;
        const char *json;
    } cases[] = {{2, 20, "{\"levels\":1,\"title\":\"t\"}"}, {1, 20, "{}"},
                 {1, 20, "{\"what\":\"uncertainty\"}"},     {3, 5, "{\"levels\":1,\"what\":\"uncertainty\"}"},
                 {2, 0, "{\"what\":\"surface\"}"},          {2, 0, "{\"what\":\"components\"}"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mixture_model *model = draw_model(2, cases[i].d, 1);
        char *svg;
        call_sites_begin();
        mixture_status status = draw_sample(model, cases[i].rows, cases[i].json, &svg);
        call_sites_end();
        mix_memory_free(svg);
        assert_int_equal(status, MIXTURE_OK);
        status = MIXTURE_NOMEM;
        for (long limit = call_sites_next(-1); status == MIXTURE_NOMEM; limit = call_sites_next(limit)) {
            blocks_left = limit;
            status = draw_sample(model, cases[i].rows, cases[i].json, &svg);
            mix_memory_free(svg);
        }
        assert_int_equal(status, MIXTURE_OK);
        blocks_left = INT32_MAX;
        mixture_model_free(model);
    }
}

static void memory_that_runs_out_in_the_histogram_leaks_nothing(void **state) {
    (void)state;
    enum { ROWS = MIX_HISTOGRAM_FIRST + 1 }; /* cells are made for the last one */
    mixture_model *model = draw_model(1, 1, 1);
    mixture_status status = MIXTURE_NOMEM;
    for (long limit = 0; status == MIXTURE_NOMEM; limit++) {
        mix_histogram histogram = {0};
        blocks_left = limit;
        status = MIXTURE_OK;
        for (int i = 0; i < ROWS && status == MIXTURE_OK; i++) {
            status = mix_histogram_add(&histogram, i);
        }
        mix_histogram_free(&histogram);
    }
    assert_int_equal(status, MIXTURE_OK);
    blocks_left = INT32_MAX;
    mixture_model_free(model);
}

static bool stop(void *calls) {
    return --*(int *)calls < 0;
}

/* At every STEP-th poll, and at each of the first. */
static void check_cancelling(size_t d, size_t rows, const char *json, int step) {
    mixture_model *model = draw_model(3, d, 1);
    mixture_sampler *sampler = mixture_sampler_new(model, 1, 0);
    mixture_status status = MIXTURE_CANCELLED;
    int polls = 0;
    for (; status == MIXTURE_CANCELLED; polls += polls < 10 ? 1 : step) {
        mix_plot_options options;
        char *svg;
        size_t length;
        int left = polls;
        mix_cancel cancel = {stop, &left};
        assert_int_equal(mix_plot_options_read(json, strlen(json), model, rows > 0, &options, NULL), MIXTURE_OK);
        mix_plot *plot = mix_plot_new(model, &options);
        for (size_t i = 0; i < rows; i++) {
            double x[PLAIN_D];
            (void)mixture_sampler_draw(sampler, x);
            assert_int_equal(mix_plot_add(plot, x), MIXTURE_OK);
        }
        status = mix_plot_draw(plot, &cancel, &svg, &length, NULL);
        assert_int_equal(svg != NULL, status == MIXTURE_OK);
        mix_memory_free(svg);
        mix_plot_free(plot);
        mix_plot_options_clear(&options);
    }
    assert_int_equal(status, MIXTURE_OK);
    assert_true(polls > 1);
    mixture_sampler_free(sampler);
    mixture_model_free(model);
}

static void drawing_can_be_cancelled_at_any_poll(void **state) {
    (void)state;
    check_cancelling(2, 0, "{}", 17);
    check_cancelling(2, 50, "{}", 97);
    check_cancelling(1, 50, "{}", 3);
    check_cancelling(1, 50, "{\"what\":\"uncertainty\"}", 1);
    check_cancelling(3, 50, "{\"levels\":1}", 997);
    check_cancelling(2, 0, "{\"what\":\"surface\"}", 7);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        counted_test(thirty_components_one_of_them_tiny_fit_into_a_picture),
        counted_test(a_thousand_components_are_cut_down_to_what_fits),
        counted_test(values_at_the_ends_of_the_doubles_are_drawn),
        counted_test(rows_without_a_value_are_left_out_where_it_is_needed),
        counted_test(far_from_0_labels_count_from_a_number_that_the_axis_names),
        counted_test(of_more_than_eight_columns_the_first_are_drawn),
        counted_test(tabs_and_lines_in_a_title_are_spaces),
        counted_test(wrong_options_are_errors_that_say_what_is_allowed),
        counted_test(memory_that_runs_out_leaks_nothing),
        counted_test(memory_that_runs_out_in_the_histogram_leaks_nothing),
        counted_test(drawing_can_be_cancelled_at_any_poll),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
