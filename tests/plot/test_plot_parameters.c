/* test_plot_parameters.c: pictures of models without a geometry: bars of probabilities, densities of one column,
** parameters side by side; and points that coincide. */
#include "plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call_sites.h"
#include "check_svg.h"
#include "counted.h"
#include "draw.h"
#include "family.h"
#include "memory.h"

static mixture_model *make_model(const mixture_family *family, size_t k, size_t d, const double *weights,
                                 const double *parameters) {
    mixture_model *model = mixture_model_new(family, k, d);
    memcpy(model->weights, weights, k * sizeof(double));
    memcpy(model->arrays[0], parameters, k * d * sizeof(double));
    assert_int_equal(mixture_model_prepare(model, NULL), MIXTURE_OK);
    return model;
}

static mixture_model *poisson_model(size_t d) {
    static const double weights[] = {0.6, 0.4}, rates[] = {2, 1, 0.3, 9, 4, 0.5};
    double own[6];
    for (size_t i = 0; i < 2 * d; i++) {
        own[i] = rates[i / d * 3 + i % d];
    }
    return make_model(mixture_family_find("poisson"), 2, d, weights, own);
}

/* The panel's frame: left, top, width, height. */
static void find_frame(const char *svg, double frame[4]) {
    const char *at = strstr(svg, "<rect class=\"m-axis\" fill=\"none\"");
    assert_non_null(at);
    assert_int_equal(
        sscanf(at, "<rect class=\"m-axis\" fill=\"none\" x=\"%lf\" y=\"%lf\" width=\"%lf\" height=\"%lf\"",
               &frame[0], &frame[1], &frame[2], &frame[3]),
        4);
}

/* Pixels of a unit of an axis, by its first and its last number: labels that are anchored in the middle stand
** along x, others at the left of the frame along y. */
static double pixels_of_unit(const char *svg, const double *frame, bool along_x) {
    double first = NAN, from = NAN, last = NAN, to = NAN, x, y, value;
    for (const char *at = svg; (at = strstr(at, "<text x=\"")) != NULL; at++) {
        char anchor[16];
        assert_int_equal(
            sscanf(at, "<text x=\"%lf\" y=\"%lf\" font-size=\"%*[0-9.]\" text-anchor=\"%15[a-z]", &x, &y, anchor),
            3);
        const char *label = strchr(at, '>') + 1;
        char *end;
        value = strtod(label, &end);
        bool own = *end == '<' && strcmp(anchor, along_x ? "middle" : "end") == 0 && (along_x || x < frame[0]);
        if (own) {
            first = isnan(first) ? value : first;
            from = isnan(from) ? (along_x ? x : y) : from;
            last = value;
            to = along_x ? x : y;
        }
    }
    assert_true(last > first);
    return fabs(to - from) / (last - first);
}

/* ---- Probabilities --------------------------------------------------------------------------------------- */

static double poisson(double x, double rate) {
    return exp(x * log(rate) - rate - lgamma(x + 1));
}

/* The bars of a path, "M left bottom V top H right V bottom": at each the height of its top above the frame's
** bottom. */
static size_t read_bars(const char *path, const double *frame, double *heights, size_t most) {
    size_t count = 0;
    double left, bottom, top, right;
    const char *at = strstr(path, " d=\"") + 4;
    while (count < most && sscanf(at, "M%lf %lfV%lfH%lfV", &left, &bottom, &top, &right) == 4) {
        heights[count++] = frame[1] + frame[3] - top;
        at = strpbrk(at + 1, "M\"");
    }
    return count;
}

static void bars_of_counts_are_as_high_as_their_probabilities(void **state) {
    (void)state;
    mixture_model *model = poisson_model(1);
    char *svg = draw_picture(model, 0, "{\"width\":4000}");
    check_picture(svg);
    double frame[4], heights[40];
    find_frame(svg, frame);
    double unit = pixels_of_unit(svg, frame, false);
    size_t count = read_bars(strstr(svg, "<path class=\"m-fill\""), frame, heights, 40);
    assert_true(count >= 15);
    for (size_t x = 0; x < count; x++) {
        double p = 0.6 * poisson((double)x, 2) + 0.4 * poisson((double)x, 9);
        assert_close(heights[x] / unit, p, 1e-3, 1e-4);
    }
    mix_memory_free(svg);
    mixture_model_free(model);
}

static void bars_of_rows_stand_beside_those_of_the_components(void **state) {
    (void)state;
    mixture_model *model = poisson_model(1);
    const double rows[] = {0, 0, 1, 2, 2, 2, 5, 9};
    mix_plot_options options;
    char *svg;
    size_t length;
    assert_int_equal(mix_plot_options_read("{\"width\":4000}", 14, model, true, &options, NULL), MIXTURE_OK);
    mix_plot *plot = mix_plot_new(model, &options);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(mix_plot_add(plot, &rows[i]), MIXTURE_OK);
    }
    assert_int_equal(mix_plot_draw(plot, &draw_never, &svg, &length, NULL), MIXTURE_OK);
    check_picture(svg);
    double frame[4], heights[10];
    const double shares[] = {2 / 8., 1 / 8., 3 / 8., 1 / 8., 1 / 8.};
    find_frame(svg, frame);
    double unit = pixels_of_unit(svg, frame, false);
    assert_int_equal(read_bars(strstr(svg, "<path class=\"m-bar"), frame, heights, 10), 5);
    for (int i = 0; i < 5; i++) {
        assert_close(heights[i] / unit, shares[i], 1e-3, 0);
    }
    /* The second component's bars reach up to the mixture, the first one's to its own part. */
    const char *second = strstr(svg, "<path fill=\"#d55e00\" d"), *first = strstr(svg, "<path fill=\"#0072b2\" d");
    assert_int_equal(read_bars(first, frame, heights, 3), 3);
    assert_close(heights[2] / unit, 0.6 * poisson(2, 2), 1e-3, 0);
    assert_int_equal(read_bars(second, frame, heights, 3), 3);
    mix_memory_free(svg);
    mix_plot_free(plot);
    mix_plot_options_clear(&options);
    mixture_model_free(model);
}

/* ---- Densities of any family ------------------------------------------------------------------------------ */

static void a_family_without_a_geometry_has_the_density_of_a_column(void **state) {
    (void)state;
    mixture_family nowhere = mixture_gaussian;
    nowhere.geometry = NULL;
    const double weights[] = {0.3, 0.7}, means[] = {-2, 100, 3, 200};
    mixture_model *model = mixture_model_new(&nowhere, 2, 2);
    memcpy(model->weights, weights, sizeof weights);
    memcpy(model->arrays[0], means, sizeof means);
    for (size_t c = 0; c < 2; c++) {
        model->arrays[1][4 * c] = 0.25;
        model->arrays[1][4 * c + 1] = model->arrays[1][4 * c + 2] = 0.3;
        model->arrays[1][4 * c + 3] = 4;
    }
    assert_int_equal(mixture_model_prepare(model, NULL), MIXTURE_OK);
    const char *const kinds[] = {"{\"width\":4000,\"columns\":[1],\"what\":\"density\"}",
                                 "{\"width\":4000,\"columns\":[1],\"log\":\"x\",\"what\":\"density\"}"};
    for (int logarithmic = 0; logarithmic < 2; logarithmic++) {
        char *svg = draw_picture(model, 0, kinds[logarithmic]);
        check_picture(svg);
        double frame[4], highest = 0, area = 0, x0 = NAN, y0 = 0;
        find_frame(svg, frame);
        double unit = pixels_of_unit(svg, frame, false);
        double unit_x = logarithmic ? (double)NAN : pixels_of_unit(svg, frame, true);
        const char *line = strstr(svg, "<path class=\"m-line\" fill=\"none\"");
        for (const char *at = strstr(line, " d=\"") + 4; *at != '"';) {
            char *end;
            double x = strtod(at + 1, &end), y = (frame[1] + frame[3] - strtod(end, &end)) / unit;
            highest = fmax(highest, y);
            area += isnan(x0) ? 0 : (x - x0) * (y + y0) / 2;
            x0 = x;
            y0 = y;
            at = end;
        }
        if (!logarithmic) {
            assert_close(area / unit_x, 1, 5e-3, 0);
            assert_close(highest, 0.7 / (0.5 * sqrt(2 * acos(-1))), 1e-3, 0);
        } else { /* with respect to the logarithm, near the peak: density * x * ln 10 */
            double most = 0;
            for (double x = 0.01; x < 6; x += 0.001) {
                most = fmax(most, 0.7 * exp(-2 * (x - 3) * (x - 3)) / (0.5 * sqrt(2 * acos(-1))) * x * log(10));
            }
            assert_close(highest, most, 1e-3, 0);
        }
        mix_memory_free(svg);
    }
    mixture_model_free(model);
}

/* ---- Parameters ------------------------------------------------------------------------------------------- */

static void bars_are_as_long_as_the_parameters(void **state) {
    (void)state;
    mixture_model *model = poisson_model(3);
    char *svg = draw_picture(model, 0, "{\"names\":[\"visits\",\"orders\",\"returns\"],\"width\":4000}");
    check_picture(svg);
    const double rates[] = {2, 9, 1, 4, 0.3, 0.5};
    double frame[4];
    find_frame(svg, frame);
    double unit = pixels_of_unit(svg, frame, true);
    const char *at = strstr(svg, "<path fill=\"#0072b2\" d=\"");
    for (int i = 0; i < 6; i++) {
        double from, top, to;
        assert_int_equal(sscanf(strstr(at, " d=\""), " d=\"M%lf %lfH%lf", &from, &top, &to), 3);
        assert_close((to - from) / unit, rates[i], 1e-3, 0);
        at = strstr(at + 1, "<path fill=\"#");
    }
    assert_int_equal(count_of(svg, ">visits<"), 1);
    assert_int_equal(count_of(svg, ">rate<"), 1);
    assert_non_null(strstr(svg, "Bars: rates of each component."));
    mix_memory_free(svg);
    mixture_model_free(model);
}

static void of_many_columns_a_table_shows_those_that_tell_most(void **state) {
    (void)state;
    enum { D = 300, K = 3 };
    const double weights[] = {0.5, 0.3, 0.2};
    double *p = mix_memory_array(D * K, sizeof(double));
    for (int i = 0; i < D * K; i++) {
        p[i] = 1.0 / D;
    }
    for (int c = 0; c < K; c++) { /* each has a word of its own, and one less of another */
        p[c * D + 250 + c] = 2.0 / D;
        p[c * D + 17] = 0;
    }
    mixture_model *model = make_model(&mixture_multinomial, K, D, weights, p);
    char *svg = draw_picture(model, 0, "{}");
    check_picture(svg);
    for (int word = 251; word <= 253; word++) {
        char name[16];
        snprintf(name, sizeof name, ">x%d<", word);
        assert_int_equal(count_of(svg, name), 1);
    }
    assert_non_null(strstr(svg, " of 300 columns that tell the components apart most."));
    assert_int_equal(count_of(svg, ">0.00667<"), K);
    mix_memory_free(svg);
    svg = draw_picture(model, 0, "{\"columns\":[\"x251\",18]}");
    check_picture(svg);
    assert_int_equal(count_of(svg, ">x251<") + count_of(svg, ">x18<"), 2);
    mix_memory_free(svg);
    mixture_model_free(model);
    mix_memory_free(p);
}

static void columns_of_very_different_rates_are_a_table(void **state) {
    (void)state;
    const double weights[] = {0.5, 0.5}, rates[] = {1e-6, 5000, 3e-6, 2000};
    mixture_model *model = make_model(mixture_family_find("poisson"), 2, 2, weights, rates);
    char *svg = draw_picture(model, 0, "{}");
    check_picture(svg);
    assert_int_equal(count_of(svg, ">5000<") + count_of(svg, ">2000<"), 2);
    assert_int_equal(count_of(svg, "fill-opacity=\"0.62\""), 2); /* the largest of each column */
    mix_memory_free(svg);
    mixture_model_free(model);
}

/* Shapes 0.5 and 9, rates 1. */
static mixture_model *gamma_model(void) {
    mixture_model *model = mixture_model_new(mixture_family_find("gamma"), 2, 1);
    model->weights[0] = 0.6;
    model->weights[1] = 0.4;
    model->arrays[0][0] = 0.5;
    model->arrays[0][1] = 9;
    model->arrays[1][0] = model->arrays[1][1] = 1;
    assert_int_equal(mixture_model_prepare(model, NULL), MIXTURE_OK);
    return model;
}

static void columns_of_several_parameters_are_a_table_that_names_them(void **state) {
    (void)state;
    mixture_model *model = gamma_model();
    char *svg = draw_picture(model, 0, "{\"what\":\"components\",\"names\":[\"amount\"]}");
    check_picture(svg);
    assert_int_equal(count_of(svg, ">amount, shape<") + count_of(svg, ">amount, rate<"), 2);
    assert_int_equal(count_of(svg, ">0.5<") + count_of(svg, ">9<"), 2);
    mix_memory_free(svg);
    mixture_model_free(model);
}

static void a_density_without_a_bound_leaves_the_rest_to_be_seen(void **state) {
    (void)state;
    mixture_model *model = gamma_model();
    char *svg = draw_picture(model, 2000, "{}");
    check_picture(svg);
    double frame[4], heights[100], highest = 0;
    find_frame(svg, frame);
    size_t count = read_bars(strstr(svg, "<path class=\"m-bar"), frame, heights, 100);
    for (size_t i = 0; i < count; i++) {
        highest = fmax(highest, heights[i]);
    }
    assert_true(highest > 0.3 * frame[3]);
    mix_memory_free(svg);
    mixture_model_free(model);
}

static void parameters_at_their_ends_are_pictures(void **state) {
    (void)state;
    enum { K = 700 };
    const double ends[] = {0, 1e-300, 1, 1e15, 1e-12, 0};
    const double pair[] = {0.5, 0.5};
    double weights[K], rates[K];
    mixture_model *model = make_model(mixture_family_find("poisson"), 2, 3, pair, ends);
    char *svg = draw_picture(model, 0, "{\"width\":240}");
    check_picture(svg);
    mix_memory_free(svg);
    for (size_t j = 1; j <= 3; j++) {
        char json[40];
        snprintf(json, sizeof json, "{\"columns\":[%zu]}", j);
        svg = draw_picture(model, 0, json);
        check_picture(svg);
        mix_memory_free(svg);
        svg = draw_picture(model, 30, json);
        check_picture(svg);
        mix_memory_free(svg);
    }
    mixture_model_free(model);
    for (int c = 0; c < K; c++) {
        weights[c] = 1.0 / K;
        rates[c] = c;
    }
    model = make_model(mixture_family_find("poisson"), K, 1, weights, rates);
    const char *const kinds[] = {"{}", "{\"what\":\"components\"}", "{\"width\":300,\"what\":\"components\"}"};
    for (int i = 0; i < 3; i++) {
        svg = draw_picture(model, 0, kinds[i]);
        check_picture(svg);
        mix_memory_free(svg);
    }
    mixture_model_free(model);
}

static void every_kind_of_counts_is_a_picture_and_the_same_again(void **state) {
    (void)state;
    const char *const kinds[] = {"{}", "{\"what\":\"uncertainty\"}", "{\"log\":true}", "{\"width\":300}"};
    for (size_t d = 1; d <= 3; d++) {
        mixture_model *model = poisson_model(d);
        for (int kind = 0; kind < 4; kind++) {
            char *svg = draw_picture(model, 200, kinds[kind]), *again = draw_picture(model, 200, kinds[kind]);
            check_picture(svg);
            assert_string_equal(svg, again);
            mix_memory_free(svg);
            mix_memory_free(again);
        }
        mixture_model_free(model);
    }
    const double weights[] = {0.5, 0.5}, p[] = {0.2, 0.8, 0.6, 0.4};
    mixture_model *coins = make_model(&mixture_multinomial, 2, 2, weights, p);
    coins->trials = 10;
    for (int kind = 0; kind < 2; kind++) {
        char *svg = draw_picture(coins, 0, kind == 0 ? "{}" : "{\"columns\":[1]}");
        check_picture(svg);
        mix_memory_free(svg);
        svg = draw_picture(coins, 50, kind == 0 ? "{}" : "{\"columns\":[1]}");
        check_picture(svg);
        mix_memory_free(svg);
    }
    mixture_model_free(coins);
}

/* ---- Points that coincide --------------------------------------------------------------------------------- */

static void points_have_areas_as_the_numbers_of_rows(void **state) {
    (void)state;
    const double weights[] = {1}, rates[] = {3, 3};
    mixture_model *model = make_model(mixture_family_find("poisson"), 1, 2, weights, rates);
    mix_plot_options options;
    char *svg;
    size_t length;
    assert_int_equal(mix_plot_options_read("{}", 2, model, true, &options, NULL), MIXTURE_OK);
    mix_plot *plot = mix_plot_new(model, &options);
    for (int place = 1; place <= 4; place++) { /* 1, 4, 9 and 16 rows */
        for (int i = 0; i < place * place; i++) {
            const double row[] = {place, 5};
            assert_int_equal(mix_plot_add(plot, row), MIXTURE_OK);
        }
    }
    assert_int_equal(mix_plot_draw(plot, &draw_never, &svg, &length, NULL), MIXTURE_OK);
    check_picture(svg);
    assert_int_equal(count_of(svg, "h0"), 4 + 1); /* and one in the legend */
    const char *at = strstr(svg, "opacity=\"0.7\"");
    double largest = 0;
    for (int place = 4; place >= 1; place--) { /* the largest first, below the others */
        double width;
        const char *tag = at;
        while (strncmp(tag, "stroke-width", 12) != 0) {
            tag--;
        }
        assert_int_equal(sscanf(tag, "stroke-width=\"%lf\"", &width), 1);
        largest = place == 4 ? width : largest;
        assert_close(width, largest * place / 4, 0, 0.02);
        at = strstr(at + 1, "opacity=\"0.7\"");
    }
    assert_non_null(strstr(svg, "Area of points: rows at one place, 1 to 16."));
    mix_memory_free(svg);
    mix_plot_free(plot);
    mix_plot_options_clear(&options);
    mixture_model_free(model);
}

/* ---- Memory and interrupts --------------------------------------------------------------------------------- */

static void memory_that_runs_out_leaks_nothing(void **state) {
    (void)state;
    const struct {
        size_t d, rows;
        const char *json;
    } cases[] = {{1, 0, "{}"},
                 {1, 20, "{\"names\":[\"a\"]}"},
                 {1, 20, "{\"log\":\"x\",\"xlim\":[1,9]}"},
                 {2, 20, "{\"columns\":[2,1]}"},
                 {3, 20, "{}"},
                 {3, 0, "{\"names\":[\"a\",\"b\",\"c\"]}"},
                 {3, 0, "{\"height\":240,\"columns\":[3]}"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mixture_model *model = poisson_model(cases[i].d);
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

static bool stop(void *calls) {
    return --*(int *)calls < 0;
}

static void drawing_can_be_cancelled_at_any_poll(void **state) {
    (void)state;
    mixture_model *model = poisson_model(1);
    mixture_status status = MIXTURE_CANCELLED;
    int polls = 0;
    for (; status == MIXTURE_CANCELLED; polls++) {
        mix_plot_options options;
        char *svg;
        size_t length;
        int left = polls;
        mix_cancel cancel = {stop, &left};
        assert_int_equal(mix_plot_options_read("{}", 2, model, false, &options, NULL), MIXTURE_OK);
        mix_plot *plot = mix_plot_new(model, &options);
        status = mix_plot_draw(plot, &cancel, &svg, &length, NULL);
        assert_int_equal(svg != NULL, status == MIXTURE_OK);
        mix_memory_free(svg);
        mix_plot_free(plot);
        mix_plot_options_clear(&options);
    }
    assert_int_equal(status, MIXTURE_OK);
    assert_true(polls > 1);
    mixture_model_free(model);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        counted_test(bars_of_counts_are_as_high_as_their_probabilities),
        counted_test(bars_of_rows_stand_beside_those_of_the_components),
        counted_test(a_family_without_a_geometry_has_the_density_of_a_column),
        counted_test(bars_are_as_long_as_the_parameters),
        counted_test(of_many_columns_a_table_shows_those_that_tell_most),
        counted_test(columns_of_very_different_rates_are_a_table),
        counted_test(columns_of_several_parameters_are_a_table_that_names_them),
        counted_test(a_density_without_a_bound_leaves_the_rest_to_be_seen),
        counted_test(parameters_at_their_ends_are_pictures),
        counted_test(every_kind_of_counts_is_a_picture_and_the_same_again),
        counted_test(points_have_areas_as_the_numbers_of_rows),
        counted_test(memory_that_runs_out_leaks_nothing),
        counted_test(drawing_can_be_cancelled_at_any_poll),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
