/* test_plot_axes.c: limits, logarithms, ticks, names and themes; text on small and large pages. */
#include "plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_svg.h"
#include "counted.h"
#include "draw.h"
#include "memory.h"
#include "plain.h"
#include "scale.h"

/* A Gaussian model of one component at `mean`, deviations 1. */
static mixture_model *ball(size_t d, const double *mean, double deviation) {
    mixture_model *model = mixture_model_new(&mixture_gaussian, 1, d);
    model->weights[0] = 1;
    for (size_t j = 0; j < d; j++) {
        model->arrays[0][j] = mean[j];
        model->arrays[1][j * d + j] = deviation * deviation;
    }
    assert_int_equal(mixture_model_prepare(model, NULL), MIXTURE_OK);
    return model;
}

/* The picture of rows of d values each. */
static char *draw_rows(const mixture_model *model, const double *rows, size_t count, const char *json) {
    mix_plot_options options;
    char *svg;
    size_t length;
    mixture_error error = {MIXTURE_OK, ""};
    assert_int_equal(mix_plot_options_read(json, strlen(json), model, true, &options, &error), MIXTURE_OK);
    mix_plot *plot = mix_plot_new(model, &options);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(mix_plot_add(plot, rows + i * model->d), MIXTURE_OK);
    }
    assert_int_equal(mix_plot_draw(plot, &draw_never, &svg, &length, &error), MIXTURE_OK);
    mix_plot_free(plot);
    mix_plot_options_clear(&options);
    check_picture(svg);
    return svg;
}

/* A label as a number, U+2212 being its minus sign; NaN if it is something else. Ends at markup, if there is any.
** */
static double number_of(const char *label) {
    char plain_label[64], *end;
    size_t used = 0;
    for (; *label != '\0' && *label != '<' && used + 1 < sizeof plain_label; label++) {
        bool minus = strncmp(label, "\xe2\x88\x92", 3) == 0;
        plain_label[used++] = minus ? '-' : *label;
        label += minus ? 2 : 0;
    }
    plain_label[used] = '\0';
    double value = strtod(plain_label, &end);
    return *end != '\0' || used == 0 ? (double)NAN : value;
}

/* The next text from *at on that has this anchor and is a number: where it stands, and which. */
static bool next_number(const char **at, const char *anchor, double *x, double *y, double *value) {
    while ((*at = strstr(*at, "<text x=\"")) != NULL) {
        const char *tag = (*at)++, *label = strchr(tag, '>') + 1;
        char own[16];
        assert_int_equal(
            sscanf(tag, "<text x=\"%lf\" y=\"%lf\" font-size=\"%*[0-9.]\" text-anchor=\"%15[a-z]", x, y, own), 3);
        *value = number_of(label);
        if (!isnan(*value) && strcmp(own, anchor) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- Ticks --------------------------------------------------------------------------------------------- */

/* The frames of the panels, in the order in which they are drawn. */
static size_t find_frames(const char *svg, double frames[64][4]) {
    size_t count = 0;
    for (const char *at = svg; (at = strstr(at, "<rect class=\"m-axis\" fill=\"none\"")) != NULL; at++) {
        double *f = frames[count++];
        assert_true(count < 64);
        assert_int_equal(
            sscanf(at, "<rect class=\"m-axis\" fill=\"none\" x=\"%lf\" y=\"%lf\" width=\"%lf\" height=\"%lf\"",
                   &f[0], &f[1], &f[2], &f[3]),
            4);
    }
    return count;
}

/* How many tick labels stand below a frame, and how many beside it. */
static void count_labels(const char *svg, const double *frame, size_t *below, size_t *beside) {
    double x, y, value;
    *below = *beside = 0;
    for (const char *at = svg; next_number(&at, "middle", &x, &y, &value);) {
        double under = y - frame[1] - frame[3];
        *below += x >= frame[0] && x <= frame[0] + frame[2] && under > 0 && under < 32;
    }
    for (const char *at = svg; next_number(&at, "end", &x, &y, &value);) {
        double left = frame[0] - x;
        *beside += y >= frame[1] && y <= frame[1] + frame[3] + 4 && left > 0 && left < 10;
    }
}

static void every_axis_of_a_matrix_has_two_ticks_at_least(void **state) {
    (void)state;
    const double scales[] = {1, 0.003, 1234567, 1e-9};
    const char *const pages[] = {"{\"levels\":1}", "{\"levels\":1,\"width\":300}",
                                 "{\"levels\":1,\"width\":500,\"height\":900}"};
    for (size_t d = 3; d <= PLAIN_D; d += 2) {
        for (int s = 0; s < 4; s++) {
            double mean[PLAIN_D];
            for (size_t j = 0; j < d; j++) {
                mean[j] = scales[s] * (1 + 7 * (double)j);
            }
            mixture_model *model = ball(d, mean, scales[s]);
            for (int p = 0; p < 3; p++) {
                char *svg = draw_picture(model, 50, pages[p]);
                double frames[64][4];
                size_t below, beside;
                assert_int_equal(find_frames(svg, frames), d * d);
                for (size_t j = 0; j < d; j++) {
                    count_labels(svg, frames[(d - 1) * d + j], &below, &beside);
                    assert_true(below >= 2);
                    count_labels(svg, frames[j * d], &below, &beside);
                    assert_true(j == 0 || beside >= 2);
                }
                mix_memory_free(svg);
            }
            mixture_model_free(model);
        }
    }
}

static void logarithmic_ticks_are_powers_of_ten_or_fewer_or_more(void **state) {
    (void)state;
    const struct {
        mix_range range;
        int most;
        const char *labels[6];
    } cases[] = {
        {{-1, 2}, 6, {"0.1", "1", "10", "100"}},
        {{-1, 2}, 3, {"1", "100"}},
        {{0, 1}, 6, {"1", "2", "5", "10"}},
        {{0, 2}, 6, {"1", "3", "10", "30", "100"}},
        {{-7, 7},
         4,
         {"1e\xe2\x88\x92"
          "4",
          "1", "1e4"}},
        {{2, 2.1}, 4, {"100", "110", "120"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mix_ticks ticks = mix_ticks_log(cases[i].range, cases[i].most);
        for (int t = 0; t < ticks.count; t++) {
            assert_non_null(cases[i].labels[t]);
            assert_string_equal(ticks.label[t], cases[i].labels[t]);
            double low = cases[i].range.low, length = cases[i].range.high - low;
            double at = (log10(number_of(ticks.label[t])) - low) / length;
            assert_close(ticks.t[t], at, 0, 1e-9);
        }
        assert_null(cases[i].labels[ticks.count]);
    }
}

/* ---- Axes that were asked for --------------------------------------------------------------------------- */

static void points_stand_at_their_logarithms_and_others_are_left_out(void **state) {
    (void)state;
    const double mean[] = {50, 50}, rows[] = {1, 1, 10, 100, 100, 10, 1000, 5, 0, 3, 5, -1};
    mixture_model *model = ball(2, mean, 20);
    char *svg = draw_rows(model, rows, 6, "{\"log\":\"xy\"}");
    assert_non_null(strstr(svg, "4 rows. 2 beyond the axes are left out."));
    const char *at = strstr(svg, "opacity=\"0.7\" d=\"");
    assert_non_null(at);
    double x[4], y[4];
    assert_int_equal(sscanf(at, "opacity=\"0.7\" d=\"M%lf %lfh0M%lf %lfh0M%lf %lfh0M%lf %lfh0\"", &x[0], &y[0],
                            &x[1], &y[1], &x[2], &y[2], &x[3], &y[3]),
                     8);
    assert_close(x[1] - x[0], x[2] - x[1], 0, 0.02);
    assert_close(x[3] - x[2], x[2] - x[1], 0, 0.02);
    assert_close((y[0] - y[1]) / 2, y[0] - y[2], 0, 0.02); /* 1, 100 and 10: two decades and one */
    mix_memory_free(svg);
    mixture_model_free(model);
}

static void limits_are_the_ends_of_an_axis_and_of_the_histogram(void **state) {
    (void)state;
    double rows[101];
    const double mean[] = {5};
    for (int i = 0; i < 100; i++) {
        rows[i] = i % 10 + 0.5;
    }
    rows[100] = 999999999;
    mixture_model *model = ball(1, mean, 3);
    char *svg = draw_rows(model, rows, 101, "{\"xlim\":[0,10],\"ylim\":[0,0.5]}");
    double frames[64][4], x, y, value;
    assert_int_equal(find_frames(svg, frames), 1);
    const double *f = frames[0];
    int labels = 0;
    for (const char *at = svg; next_number(&at, "middle", &x, &y, &value); labels++) {
        assert_close(x, f[0] + f[2] * value / 10, 0, 0.02);
    }
    assert_true(labels >= 3);
    for (const char *at = svg; next_number(&at, "end", &x, &y, &value);) {
        if (x < f[0]) {
            assert_close(y - 0.36 * 11, f[1] + f[3] * (1 - value / 0.5), 0, 0.02);
        }
    }
    assert_non_null(strstr(svg, "100 rows. 1 beyond the axes is left out."));
    /* Ten bars or so of a tenth, less what lies beyond: 100 of 101 rows over a length of 10. */
    const char *bars = strstr(svg, "<path class=\"m-bar m-axis\"");
    double left, bottom, top, right, area = 0;
    for (const char *at = strstr(bars, " d=\"") + 4;
         sscanf(at, "M%lf %lfV%lfH%lfV", &left, &bottom, &top, &right) == 4;
         at = strchr(strchr(at, 'V') + 1, 'V') + 1, at += strspn(at, "0123456789.-")) {
        area += (right - left) * (bottom - top);
    }
    assert_close(area / (f[2] / 10 * f[3] / 0.5), 100 / 101.0, 0, 1e-3);
    mix_memory_free(svg);
    mixture_model_free(model);
}

static void a_histogram_of_logarithms_has_the_areas_of_shares(void **state) {
    (void)state;
    double rows[1000], mean[] = {1000};
    for (int i = 0; i < 1000; i++) {
        rows[i] = pow(10, 1 + (i + 0.5) / 500); /* two decades, evenly */
    }
    mixture_model *model = ball(1, mean, 300);
    char *svg = draw_rows(model, rows, 1000, "{\"log\":\"x\",\"points\":0,\"xlim\":[1,1000]}");
    double frames[64][4];
    assert_int_equal(find_frames(svg, frames), 1);
    const char *bars = strstr(svg, "<path class=\"m-bar m-axis\"");
    double left, bottom, top, right, low = INFINITY, high = -INFINITY;
    for (const char *at = strstr(bars, " d=\"") + 4;
         sscanf(at, "M%lf %lfV%lfH%lfV", &left, &bottom, &top, &right) == 4;
         at = strchr(strchr(at, 'V') + 1, 'V') + 1, at += strspn(at, "0123456789.-")) {
        low = fmin(low, bottom - top);
        high = fmax(high, bottom - top);
    }
    assert_true(low > 0.9 * high); /* all alike: the rows are even in the logarithm */
    mix_memory_free(svg);
    mixture_model_free(model);
}

static void names_stand_in_place_of_the_columns(void **state) {
    (void)state;
    mixture_model *model = draw_model(2, 3, 1);
    char *svg = draw_picture(model, 30, "{\"columns\":[3,1],\"names\":[\"a < b\",\"second\"]}");
    check_picture(svg);
    assert_int_equal(count_of(svg, ">a &lt; b<"), 1);
    assert_int_equal(count_of(svg, ">second<"), 1);
    assert_true(strstr(svg, ">a &lt; b<") < strstr(svg, ">second<"));
    assert_null(strstr(svg, ">x"));
    mix_memory_free(svg);
    mixture_model_free(model);
}

static void components_are_called_by_their_names(void **state) {
    (void)state;
    char first[] = "long eruptions & waits", second[] = "short ones", *names[] = {first, second};
    mixture_model *model = draw_model(2, 2, 1);
    model->names = names;
    for (int width = 300; width <= 640; width += 340) {
        char json[40];
        snprintf(json, sizeof json, "{\"width\":%d}", width);
        char *svg = draw_picture(model, 20, json);
        check_picture(svg);
        assert_int_equal(count_of(svg, ">short ones<"), 1);
        assert_int_equal(count_of(svg, ">long eruptions"), 1); /* more than there is room for */
        mix_memory_free(svg);
    }
    model->names = NULL;
    mixture_model_free(model);
}

/* ---- Pages --------------------------------------------------------------------------------------------- */

static void a_theme_is_the_readers_or_one_of_two(void **state) {
    (void)state;
    mixture_model *model = draw_model(2, 2, 1);
    char *automatic = draw_picture(model, 0, "{}"), *said = draw_picture(model, 0, "{\"theme\":\"auto\"}");
    char *light = draw_picture(model, 0, "{\"theme\":\"light\"}"),
         *dark = draw_picture(model, 0, "{\"theme\":\"dark\"}");
    assert_string_equal(automatic, said);
    assert_int_equal(count_of(automatic, "@media (prefers-color-scheme:dark){.m-bg{fill:#181a1b}"), 1);
    assert_int_equal(count_of(light, "@media") + count_of(dark, "@media"), 0);
    assert_int_equal(count_of(light, ".m-light .m-bg{fill:#fff}"), 1);
    assert_int_equal(count_of(dark, ".m-dark .m-bg{fill:#181a1b}"), 1);
    assert_int_equal(count_of(light, " class=\"m-light\""), 1);
    assert_int_equal(count_of(dark, " class=\"m-dark\""), 1);
    char *const all[] = {automatic, said, light, dark};
    for (int i = 0; i < 4; i++) {
        check_picture(all[i]);
        mix_memory_free(all[i]);
    }
    mixture_model_free(model);
}

/* Lines of the caption, one after another. */
static void read_caption(const char *svg, char *caption, size_t room) {
    caption[0] = '\0';
    for (const char *at = svg; (at = strstr(at, "font-size=\"10.5\"")) != NULL; at++) {
        const char *text = strchr(at, '>') + 1;
        size_t length = strcspn(text, "<"), used = strlen(caption);
        assert_true(used + length + 2 < room);
        snprintf(caption + used, room - used, "%s%.*s", used > 0 ? " " : "", (int)length, text);
    }
}

static void a_caption_is_cut_at_a_word_if_at_all(void **state) {
    (void)state;
    const char *const kinds[] = {"{\"width\":%d}", "{\"width\":%d,\"what\":\"uncertainty\"}",
                                 "{\"width\":%d,\"what\":\"density\"}", "{\"width\":%d,\"height\":240}"};
    for (size_t d = 1; d <= 3; d++) {
        mixture_model *model = draw_model(2, d, 1);
        for (int kind = 0; kind < 4; kind++) {
            char json[100], whole[800], narrow[800];
            snprintf(json, sizeof json, kinds[kind], 1500);
            char *wide = draw_picture(model, 40, json);
            snprintf(json, sizeof json, kinds[kind], 300);
            char *small = draw_picture(model, 40, json);
            check_picture(small);
            read_caption(wide, whole, sizeof whole);
            read_caption(small, narrow, sizeof narrow);
            char *ellipsis = strstr(narrow, "\xe2\x80\xa6");
            assert_true(ellipsis == NULL || kind == 3); /* nothing is missing on a page as it comes */
            if (ellipsis != NULL) {
                *ellipsis = '\0';
            }
            size_t kept = strlen(narrow);
            assert_memory_equal(narrow, whole, kept);
            assert_true(whole[kept] == '\0' || strchr(" ,.;:", whole[kept]) != NULL);
            mix_memory_free(wide);
            mix_memory_free(small);
        }
        mixture_model_free(model);
    }
}

static void words_agree_with_their_numbers(void **state) {
    (void)state;
    const double mean[] = {0, 0}, rows[] = {0, 0, NAN, 1, 2, 2};
    mixture_model *model = ball(2, mean, 1);
    char *svg = draw_rows(model, rows, 3, "{\"levels\":1,\"xlim\":[-1,1]}");
    char caption[800];
    read_caption(svg, caption, sizeof caption);
    assert_string_equal(
        caption, "1 row. 1 more without a value is left out. 1 beyond the axes is left out. Ellipse: 95 % of "
                 "the component. Contour line of the density: the smallest region that holds 50 % of "
                 "the mixture.");
    mix_memory_free(svg);
    mixture_model_free(model);
}

/* Pixels to a unit in which the picture is drawn. */
static double growth_of(const char *svg) {
    double width, height, across, down;
    assert_int_equal(sscanf(strstr(svg, "width=\""), "width=\"%lf\" height=\"%lf\" viewBox=\"0 0 %lf %lf\"",
                            &width, &height, &across, &down),
                     4);
    assert_close(width / across, height / down, 1e-3, 0);
    return width / across;
}

static void text_grows_with_the_picture(void **state) {
    (void)state;
    mixture_model *model = draw_model(2, 2, 1);
    const int widths[] = {300, 640, 1200, 4000};
    double before = 0;
    for (int i = 0; i < 4; i++) {
        char json[40];
        snprintf(json, sizeof json, "{\"width\":%d}", widths[i]);
        char *svg = draw_picture(model, 20, json);
        double growth = growth_of(svg);
        assert_true(i < 2 ? growth == 1 : growth > before);
        before = growth;
        assert_non_null(strstr(svg, "font-size=\"11\""));
        mix_memory_free(svg);
    }
    assert_true(before > 3 && before < 6);
    mixture_model_free(model);
}

/* ---- Options ------------------------------------------------------------------------------------------- */

static void axes_that_a_picture_does_not_have_are_errors(void **state) {
    (void)state;
    const struct {
        size_t d;
        bool rows;
        const char *json, *text;
    } cases[] = {
        {2, true, "{\"xlim\":5}", "xlim is 5 at offset 8; expected an array of two numbers"},
        {2, true, "{\"ylim\":[1]}", "ylim is an array of 1 at offset 8; expected an array of two numbers"},
        {2, true, "{\"ylim\":[1,\"a\"]}", "ylim is an array of 2 at offset 8; expected an array of two numbers"},
        {2, true, "{\"xlim\":[2,2]}", "xlim[1] is 2 at offset 11; expected a number above the first"},
        {3, true, "{\"xlim\":[1,2]}", "xlim is given for a matrix of pairs; expected one or two columns"},
        {2, true, "{\"log\":\"z\"}", "log is \"z\" at offset 7; expected x, y, xy, true or false"},
        {3, true, "{\"log\":\"x\"}", "log is \"x\" for a matrix of pairs; expected \"xy\", true or false"},
        {2, false, "{\"log\":true,\"what\":\"surface\"}",
         "log is given for a surface; expected a picture of rows, densities or components"},
        {2, true, "{\"log\":\"y\",\"ylim\":[0,2]}",
         "ylim begins at 0; expected a number above 0 on a logarithmic axis"},
        {2, true, "{\"names\":\"a\"}",
         "names is \"a\" at offset 9; expected an array of names, one for each column that is drawn"},
        {2, true, "{\"names\":[\"a\"]}",
         "names is an array of 1 at offset 9; expected an array of 2 names, one for each column that is drawn"},
        {2, true, "{\"names\":[\"a\",\"b\"],\"columns\":[2]}",
         "names is an array of 2 at offset 9; expected an array of 1 name, one for each column that is drawn"},
        {2, true, "{\"theme\":\"blue\"}", "theme is \"blue\" at offset 9; expected auto, light or dark"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mix_plot_options options;
        mixture_error error = {MIXTURE_OK, ""};
        mixture_model *model = draw_model(2, cases[i].d, 1);
        assert_int_equal(
            mix_plot_options_read(cases[i].json, strlen(cases[i].json), model, cases[i].rows, &options, &error),
            MIXTURE_INVALID);
        assert_string_equal(error.text, cases[i].text);
        mix_plot_options_clear(&options);
        mixture_model_free(model);
    }
}

static void limits_at_the_ends_of_the_doubles_are_drawn(void **state) {
    (void)state;
    const char *const options[] = {
        "{\"xlim\":[-1.7e308,1.7e308],\"ylim\":[0,5e-324]}",
        "{\"xlim\":[5e-324,1.7e308],\"log\":\"xy\"}",
        "{\"xlim\":[1e9,1000000000.0000001],\"log\":\"x\"}",
        "{\"xlim\":[1e-300,2e-300],\"ylim\":[1e300,1e301],\"log\":true}",
    };
    for (size_t d = 1; d <= 2; d++) {
        mixture_model *model = draw_model(3, d, 1);
        for (int i = 0; i < 4; i++) {
            char *svg = draw_picture(model, 200, options[i]);
            check_picture(svg);
            mix_memory_free(svg);
            svg = draw_picture(model, 0, options[i]);
            check_picture(svg);
            mix_memory_free(svg);
        }
        mixture_model_free(model);
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        counted_test(every_axis_of_a_matrix_has_two_ticks_at_least),
        counted_test(logarithmic_ticks_are_powers_of_ten_or_fewer_or_more),
        counted_test(points_stand_at_their_logarithms_and_others_are_left_out),
        counted_test(limits_are_the_ends_of_an_axis_and_of_the_histogram),
        counted_test(a_histogram_of_logarithms_has_the_areas_of_shares),
        counted_test(names_stand_in_place_of_the_columns),
        counted_test(components_are_called_by_their_names),
        counted_test(a_theme_is_the_readers_or_one_of_two),
        counted_test(a_caption_is_cut_at_a_word_if_at_all),
        counted_test(words_agree_with_their_numbers),
        counted_test(text_grows_with_the_picture),
        counted_test(axes_that_a_picture_does_not_have_are_errors),
        counted_test(limits_at_the_ends_of_the_doubles_are_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
