/* test_plot.c: whole pictures: well-formed and the same again for every kind; what stands in them is where the
** model says. */
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
#include "surface.h"

static const char *const with_rows[] = {"{}", "{\"what\":\"uncertainty\"}", "{\"what\":\"density\"}"};
static const char *const without[] = {"{}", "{\"what\":\"components\"}"};

/* ---- Every kind ---------------------------------------------------------------------------------------- */

static void every_kind_in_every_dimension_is_a_picture_and_the_same_again(void **state) {
    (void)state;
    for (size_t d = 1; d <= PLAIN_D; d++) {
        mixture_model *model = draw_model(3, d, (unsigned)d);
        for (int kind = 0; kind < 5; kind++) {
            size_t rows = kind < 3 ? 60 : 0;
            const char *json = kind < 3 ? with_rows[kind] : without[kind - 3];
            char *svg = draw_picture(model, rows, json), *again = draw_picture(model, rows, json);
            check_picture(svg);
            assert_string_equal(svg, again);
            mix_memory_free(svg);
            mix_memory_free(again);
        }
        mixture_model_free(model);
    }
}

static void small_and_large_pages_palettes_and_titles_are_pictures(void **state) {
    (void)state;
    const char *const options[] = {
        "{\"width\":240,\"height\":240,\"title\":\"<&\\\"'>]]> \\u0001\\ud83d\\ude00\\uffff a long title, too long for it all\"}",
        "{\"width\":4000,\"height\":4000,\"palette\":\"viridis\",\"levels\":20}",
        "{\"palette\":\"gray\",\"levels\":[0.999999,0.000001],\"points\":0}",
        "{\"points\":1,\"columns\":[\"x2\"]}",
    };
    mixture_model *model = draw_model(4, 3, 2);
    for (int i = 0; i < 4; i++) {
        char *svg = draw_picture(model, 100, options[i]);
        check_picture(svg);
        mix_memory_free(svg);
    }
    mixture_model_free(model);
}

static void nothing_that_is_text_is_cut_off_or_overlaps_the_page(void **state) {
    (void)state;
    mixture_model *model = draw_model(4, 2, 2);
    char *svg = draw_picture(model, 100, "{\"width\":500,\"height\":300}");
    for (const char *at = strstr(svg, "<text x=\""); at != NULL; at = strstr(at + 1, "<text x=\"")) {
        double x, y;
        assert_int_equal(sscanf(at, "<text x=\"%lf\" y=\"%lf\"", &x, &y), 2);
        assert_true(x >= 0 && x <= 495 && y >= 0 && y <= 297);
    }
    mix_memory_free(svg);
    mixture_model_free(model);
}

/* ---- What stands where --------------------------------------------------------------------------------- */

/* Pixels to data: by two labels of an axis. Along x labels are anchored in the middle. */
typedef struct ruler {
    double from, to, low, high;
} ruler;

static double measure(const ruler *r, double pixel) {
    return r->low + (pixel - r->from) / (r->to - r->from) * (r->high - r->low);
}

/* The first and the last of the labels with an anchor: pixel and value. Those of the y axis end where the last one
** does, which numbers of the legend do not. */
static ruler find_ruler(const char *svg, const char *anchor, bool along_x) {
    ruler r = {NAN, NAN, NAN, NAN};
    double end_x = NAN;
    char pattern[100];
    snprintf(pattern, sizeof pattern, "font-size=\"11\" text-anchor=\"%s\" class=\"m-ink\">", anchor);
    for (const char *at = strstr(svg, pattern); at != NULL; at = strstr(at + 1, pattern)) {
        char *end;
        const char *label = at + strlen(pattern);
        bool negative = strncmp(label, "\xe2\x88\x92", 3) == 0;
        double value = strtod(label + (negative ? 3 : 0), &end);
        const char *start = at;
        while (strncmp(start, "<text", 5) != 0) {
            start--;
        }
        double x, y;
        assert_int_equal(sscanf(start, "<text x=\"%lf\" y=\"%lf\"", &x, &y), 2);
        bool first = isnan(r.from) || (!along_x && x != end_x);
        if (*end == '<') {
            double pixel = along_x ? x : y - 0.36 * 11;
            value = negative ? -value : value;
            if (first) {
                r.from = pixel;
                r.low = value;
            }
            r.to = pixel;
            r.high = value;
            end_x = x;
        }
    }
    assert_true(r.low < r.high);
    return r;
}

static void ellipses_stand_at_their_mahalanobis_distance(void **state) {
    (void)state;
    plain model = plain_model(3, 2, 4);
    mixture_model *made = draw_model(3, 2, 4);
    char *svg = draw_picture(made, 50, "{\"width\":4000,\"height\":4000}");
    ruler x = find_ruler(svg, "middle", true), y = find_ruler(svg, "end", false);
    const char *at = svg;
    double radius = sqrt(-2 * log(0.05));
    for (size_t c = 0; c < 3; c++) {
        at = strstr(at, "<path stroke-width=\"1.7\"");
        assert_non_null(at);
        at = strstr(at, " d=\"") + 4;
        for (int vertex = 0; vertex < 72; vertex++) {
            char *end;
            double px = strtod(at + 1, &end), py = strtod(end, &end);
            const double point[2] = {measure(&x, px), measure(&y, py)};
            long double squared;
            (void)plain_component(&model, c, point, &squared);
            assert_close((double)sqrtl(squared), radius, 2e-3, 0); /* two decimals of a pixel, read off an axis */
            at = end;
        }
        assert_int_equal(*at, 'Z');
    }
    mix_memory_free(svg);
    mixture_model_free(made);
}

static void every_row_is_a_mark_of_its_components_color(void **state) {
    (void)state;
    mixture_model *model = draw_model(2, 2, 5);
    char *svg = draw_picture(model, 400, "{}");
    const char *first = strstr(svg, "opacity=\"0.7\" d=\""),
               *second = strstr(svg, "fill=\"#d55e00\" opacity=\"0.7\"");
    assert_non_null(first);
    assert_non_null(second);
    size_t marks = 0;
    for (const char *at = first; *at != '>'; at++) {
        marks += strncmp(at, "h0", 2) == 0;
    }
    for (const char *at = strstr(second, " d=\""); *at != '>'; at++) {
        marks += *at == 'z';
    }
    assert_int_equal(marks, 400);
    assert_non_null(strstr(svg, ">400 rows."));
    mix_memory_free(svg);
    mixture_model_free(model);
}

static void a_sample_is_drawn_and_said_beyond_the_limit_of_points(void **state) {
    (void)state;
    mixture_model *model = draw_model(2, 2, 5);
    char *svg = draw_picture(model, 3000, "{\"points\":100}");
    assert_non_null(strstr(svg, "A random sample of 100 of 3000 rows."));
    mix_memory_free(svg);
    mixture_model_free(model);
}

static void the_histogram_is_of_all_rows(void **state) {
    (void)state;
    mixture_model *model = draw_model(1, 1, 5);
    char *few = draw_picture(model, 20000, "{\"points\":10}"),
         *many = draw_picture(model, 20000, "{\"points\":5000}");
    const char *bars = strstr(few, "m-bar m-axis"), *same = strstr(many, "m-bar m-axis");
    assert_non_null(bars);
    assert_memory_equal(bars, same, strcspn(bars, ">"));
    mix_memory_free(few);
    mix_memory_free(many);
    mixture_model_free(model);
}

static void the_surfaces_grid_is_the_density(void **state) {
    (void)state;
    plain model = plain_model(3, 2, 8);
    mixture_model *made = draw_model(3, 2, 8);
    mix_scorer scorer = {0};
    mix_field field = {0};
    assert_int_equal(mix_scorer_begin(&scorer, made), MIXTURE_OK);
    const mix_range ranges[2] = {mix_surface_range(made, 0), mix_surface_range(made, 1)};
    assert_int_equal(mix_surface_field(&field, &scorer, ranges, 1, &draw_never), MIXTURE_OK);
    assert_true(field.nx >= 50 && field.ny >= 50);
    for (size_t j = 0; j < field.ny; j++) {
        for (size_t i = 0; i < field.nx; i++) {
            const double x[2] = {field.x[i], field.y[j]};
            assert_close(field.log_density[j * field.nx + i], (double)plain_log_density(&model, x, NULL), 1e-12,
                         1e-11);
        }
    }
    size_t cells = (field.nx - 1) * (field.ny - 1);
    char *svg = draw_picture(made, 0, "{\"what\":\"surface\"}");
    check_picture(svg);
    assert_int_equal(count_of(svg, "<path fill=\"#"), cells);
    mix_memory_free(svg);
    mix_field_free(&field);
    mix_scorer_end(&scorer);
    mixture_model_free(made);
}

static void a_cell_of_the_surface_is_painted_before_all_that_hide_it(void **state) {
    (void)state;
    /* Farther cells come first: along both ways of painting the depth falls, wherever the surface is. */
    for (double height = 0; height <= 1; height += 0.25) {
        for (double a = 0; a < 1; a += 0.1) {
            for (double b = 0; b < 1; b += 0.1) {
                assert_true(mix_surface_see(a, b + 0.1, height).depth > mix_surface_see(a, b, height).depth);
                assert_true(mix_surface_see(a, b, height).depth > mix_surface_see(a + 0.1, b, height).depth);
            }
        }
    }
}

/* ---- Trace and selection ------------------------------------------------------------------------------- */

static void a_trace_is_drawn_from_its_first_to_its_last_iteration(void **state) {
    (void)state;
    const size_t counts[] = {1, 2, 40, 100000};
    for (int i = 0; i < 4; i++) {
        mixture_model *model = draw_model(2, 2, 1);
        model->trace_count = counts[i];
        model->trace = mix_memory_array(counts[i], sizeof(double));
        for (size_t t = 0; t < counts[i]; t++) {
            model->trace[t] = -1000 - 1e4 / (double)(t + 1);
        }
        char *svg = draw_picture(model, 0, "{\"what\":\"trace\"}");
        check_picture(svg);
        assert_int_equal(count_of(svg, "h0"), counts[i] <= 60 ? counts[i] : 0);
        mix_memory_free(svg);
        mixture_model_free(model);
    }
}

enum { CANDIDATES = 14 * 9 };

/* All structures over k = 1..9, the winner VEV of k = 3; some fits unsound, some not there. */
static void add_candidates(mixture_model *model, mixture_candidate candidates[CANDIDATES]) {
    size_t count = 0;
    candidates[count++] = (mixture_candidate){
        .k = 3, .structure = MIXTURE_VEV, .fitted = true, .sound = true, .bic = 500, .icl = 510, .aic = 490};
    for (int s = 0; s < MIXTURE_COVARIANCES; s++) {
        for (size_t k = 1; k <= 9; k++) {
            if (s == MIXTURE_VEV && k == 3) {
                continue;
            }
            double value = 520 + 3 * s + 8 * fabs((double)k - 3);
            candidates[count++] = (mixture_candidate){.k = k,
                                                      .structure = s,
                                                      .fitted = k < 9 || s % 2 == 0,
                                                      .sound = k < 7,
                                                      .bic = value,
                                                      .icl = value + 10,
                                                      .aic = value - 10};
        }
    }
    model->candidates = candidates;
    model->candidate_count = count;
}

static void a_selection_has_a_line_for_each_structure_and_names_the_winner(void **state) {
    (void)state;
    mixture_candidate candidates[CANDIDATES];
    mixture_model *model = draw_model(2, 2, 1);
    static const char *const names[] = {"BIC", "ICL", "AIC"};
    add_candidates(model, candidates);
    for (int criterion = 0; criterion < 3; criterion++) {
        model->criterion = (mixture_criterion)criterion;
        char *svg = draw_picture(model, 0, "{\"what\":\"selection\",\"width\":1200,\"height\":560}");
        check_picture(svg);
        assert_int_equal(count_of(svg, "stroke-width=\"1.4\""), 14);
        assert_int_equal(count_of(svg, ">VEV, k = 3<"), 2); /* and its halo */
        assert_int_equal(count_of(svg, "7 candidates could not be fitted."), 1);
        for (int s = 0; s < MIXTURE_COVARIANCES; s++) {
            char label[40];
            snprintf(label, sizeof label, ">%s</text>", mixture_structure_code(&mixture_gaussian, s, 2));
            assert_int_equal(count_of(svg, label), 1);
        }
        /* Hollow: k = 7 and 8 of all, 9 of half. */
        assert_int_equal(count_of(svg, "<circle class=\"m-bg\""), 14 * 2 + 7);
        char name[20];
        snprintf(name, sizeof name, ">%s<", names[criterion]);
        assert_non_null(strstr(svg, name));
        mix_memory_free(svg);
    }
    model->candidates = NULL;
    model->candidate_count = 0;
    mixture_model_free(model);
}

/* Whether a way comes into a box. */
static bool comes_into(const double box[4], double x0, double y0, double x1, double y1) {
    for (int step = 0; step <= 1000; step++) {
        double x = x0 + (x1 - x0) * step / 1000, y = y0 + (y1 - y0) * step / 1000;
        if (x > box[0] && x < box[2] && y > box[1] && y < box[3]) {
            return true;
        }
    }
    return false;
}

static void the_winners_name_is_clear_of_all_lines(void **state) {
    (void)state;
    mixture_candidate candidates[CANDIDATES];
    mixture_model *model = draw_model(2, 2, 1);
    const char *const pages[] = {"{\"what\":\"selection\"}", "{\"what\":\"selection\",\"width\":300}",
                                 "{\"what\":\"selection\",\"width\":1200}"};
    add_candidates(model, candidates);
    for (int p = 0; p < 3; p++) {
        char *svg = draw_picture(model, 0, pages[p]);
        const char *name = strstr(svg, ">VEV, k = 3<");
        while (strncmp(name, "<text", 5) != 0) {
            name--;
        }
        double x, y, crossings = 0;
        assert_int_equal(sscanf(name, "<text x=\"%lf\" y=\"%lf\"", &x, &y), 2);
        const double box[4] = {x - 32, y - 9, x + 32, y + 1};
        for (const char *at = svg; (at = strstr(at, "stroke-width=\"1.4\"")) != NULL; at++) {
            double x0 = NAN, y0 = NAN;
            for (const char *v = strstr(at, " d=\"") + 4; *v == 'M' || *v == 'L';) {
                char *end;
                double x1 = strtod(v + 1, &end), y1 = strtod(end, &end);
                crossings += *v == 'L' && comes_into(box, x0, y0, x1, y1);
                x0 = x1;
                y0 = y1;
                v = end;
            }
        }
        assert_true(crossings == 0);
        mix_memory_free(svg);
    }
    model->candidates = NULL;
    model->candidate_count = 0;
    mixture_model_free(model);
}

static void the_axis_of_a_selection_is_of_its_sound_candidates(void **state) {
    (void)state;
    mixture_candidate candidates[CANDIDATES];
    mixture_model *model = draw_model(2, 2, 1);
    add_candidates(model, candidates);
    char *before = draw_picture(model, 0, "{\"what\":\"selection\"}");
    ruler usual = find_ruler(before, "end", false);
    for (size_t i = 1; i < model->candidate_count; i++) {
        if (!candidates[i].sound) { /* degenerate ones have criteria without a bound */
            candidates[i].bic = i % 2 == 0 ? -1e6 : 1e7;
        }
    }
    char *after = draw_picture(model, 0, "{\"what\":\"selection\"}");
    check_picture(after);
    ruler same = find_ruler(after, "end", false);
    assert_true(same.low == usual.low && same.high == usual.high);
    assert_non_null(strstr(after, " candidates beyond the axis are left out."));
    mix_memory_free(before);
    mix_memory_free(after);
    model->candidates = NULL;
    model->candidate_count = 0;
    mixture_model_free(model);
}

static void candidates_fitted_to_a_sample_are_faint(void **state) {
    (void)state;
    mixture_candidate candidates[CANDIDATES];
    mixture_model *model = draw_model(2, 2, 1);
    add_candidates(model, candidates);
    size_t faint = 0;
    for (int i = 0; i < CANDIDATES; i += 3) {
        candidates[i].rows = 20000;
        faint += candidates[i].sound;
    }
    char *svg = draw_picture(model, 0, "{\"what\":\"selection\",\"width\":1200,\"height\":560}");
    check_picture(svg);
    assert_true(faint > 3);
    assert_int_equal(count_of(svg, "opacity=\"0.4\""), faint);
    assert_int_equal(count_of(svg, "Faint marks: fitted to a sample"), 1);
    mix_memory_free(svg);
    model->candidates = NULL;
    model->candidate_count = 0;
    mixture_model_free(model);
}

static void a_selection_without_a_single_fit_is_still_a_picture(void **state) {
    (void)state;
    mixture_candidate none = {.k = 2, .structure = MIXTURE_FULL};
    mixture_model *model = draw_model(2, 2, 1);
    model->candidates = &none;
    model->candidate_count = 1;
    char *svg = draw_picture(model, 0, "{\"what\":\"selection\"}");
    check_picture(svg);
    mix_memory_free(svg);
    model->candidates = NULL;
    model->candidate_count = 0;
    mixture_model_free(model);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        counted_test(every_kind_in_every_dimension_is_a_picture_and_the_same_again),
        counted_test(small_and_large_pages_palettes_and_titles_are_pictures),
        counted_test(nothing_that_is_text_is_cut_off_or_overlaps_the_page),
        counted_test(ellipses_stand_at_their_mahalanobis_distance),
        counted_test(every_row_is_a_mark_of_its_components_color),
        counted_test(a_sample_is_drawn_and_said_beyond_the_limit_of_points),
        counted_test(the_histogram_is_of_all_rows),
        counted_test(the_surfaces_grid_is_the_density),
        counted_test(a_cell_of_the_surface_is_painted_before_all_that_hide_it),
        counted_test(a_trace_is_drawn_from_its_first_to_its_last_iteration),
        counted_test(a_selection_has_a_line_for_each_structure_and_names_the_winner),
        counted_test(the_winners_name_is_clear_of_all_lines),
        counted_test(the_axis_of_a_selection_is_of_its_sound_candidates),
        counted_test(candidates_fitted_to_a_sample_are_faint),
        counted_test(a_selection_without_a_single_fit_is_still_a_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
