/* test_contour.c: contour lines: every vertex has its level's density by an independent formula, lines are closed,
** as many as there are, and hold the probability that they say. */
#include "call_sites.h"
#include "contour.h"
#include "extent.h"

#include <math.h>
#include <string.h>

#include "counted.h"
#include "memory.h"
#include "plain.h"

static const double probabilities[] = {0.95, 0.75, 0.5, 0.25};
enum { LEVELS = 4 };

static const mix_cancel never = {NULL, NULL};

static mixture_model *library_model(const plain *model) {
    mixture_model *made = mixture_model_new(&mixture_gaussian, model->k, model->d);
    for (size_t c = 0; c < model->k; c++) {
        made->weights[c] = model->weights[c];
        for (size_t i = 0; i < model->d; i++) {
            made->arrays[0][c * model->d + i] = model->means[c][i];
            for (size_t j = 0; j < model->d; j++) {
                made->arrays[1][(c * model->d + i) * model->d + j] = model->covariances[c][i][j];
            }
        }
    }
    assert_int_equal(mixture_model_prepare(made, NULL), MIXTURE_OK);
    return made;
}

typedef struct traced {
    mixture_model *model;
    mix_scorer scorer;
    double log_levels[LEVELS];
    mix_contour contours[LEVELS];
} traced;

static traced trace(const plain *model, size_t uniform, size_t most) {
    traced t = {.model = library_model(model)};
    const size_t lines[2] = {uniform, uniform}, lines_most[2] = {most, most};
    assert_int_equal(mix_scorer_begin(&t.scorer, t.model), MIXTURE_OK);
    assert_int_equal(mix_contour_trace_all(&t.scorer, probabilities, LEVELS, lines, lines_most, &never,
                                           t.log_levels, t.contours),
                     MIXTURE_OK);
    return t;
}

static void release(traced *t) {
    for (int i = 0; i < LEVELS; i++) {
        mix_contour_free(&t->contours[i]);
    }
    mix_scorer_end(&t->scorer);
    mixture_model_free(t->model);
}

static plain round_components(size_t k, const double means[][2], double variance) {
    plain model = {.k = k, .d = 2};
    for (size_t c = 0; c < k; c++) {
        model.weights[c] = 1 / (double)k;
        memcpy(model.means[c], means[c], sizeof means[c]);
        model.covariances[c][0][0] = model.covariances[c][1][1] = variance;
    }
    return model;
}

static void vertices_have_the_density_of_their_level(void **state) {
    (void)state;
    for (unsigned seed = 1; seed <= 6; seed++) {
        plain model = plain_model(1 + seed % 4, 2, seed);
        traced t = trace(&model, 60, 240);
        for (int level = 0; level < LEVELS; level++) {
            assert_true(t.contours[level].count >= 20);
            for (size_t v = 0; v < t.contours[level].count; v++) {
                const double x[2] = {t.contours[level].x[v], t.contours[level].y[v]};
                double log_density = (double)plain_log_density(&model, x, NULL);
                assert_close(exp(log_density - t.log_levels[level]), 1, 1e-8, 0);
            }
        }
        release(&t);
    }
}

static void paths_are_closed(void **state) {
    (void)state;
    for (unsigned seed = 1; seed <= 6; seed++) {
        plain model = plain_model(4, 2, seed);
        traced t = trace(&model, 60, 240);
        for (int level = 0; level < LEVELS; level++) {
            const mix_contour *contour = &t.contours[level];
            assert_int_equal(contour->start[0], 0);
            assert_int_equal(contour->start[contour->path_count], contour->count);
            for (size_t p = 0; p < contour->path_count; p++) {
                assert_true(contour->closed[p]);
                assert_true(contour->start[p + 1] - contour->start[p] >= 3);
            }
        }
        release(&t);
    }
}

/* Of one component the level is known: the density falls by exp(-r^2 / 2) on the ellipse of probability 1 -
** exp(-r^2 / 2), so that it is (1 - p) times its peak. */
static void levels_of_one_component_are_known(void **state) {
    (void)state;
    plain model = plain_model(1, 2, 3);
    traced t = trace(&model, 40, 100);
    double peak = (double)plain_log_density(&model, model.means[0], NULL);
    for (int level = 0; level < LEVELS; level++) {
        double outside = exp(t.log_levels[level] - peak); /* five standard errors of a share of 20000 */
        assert_close(outside, 1 - probabilities[level], 0,
                     5 * sqrt(probabilities[level] * (1 - probabilities[level]) / 20000));
        assert_int_equal(t.contours[level].path_count, 1);
    }
    release(&t);
}

/* Area by the shoelace formula, signed. */
static double area(const mix_contour *contour, size_t path) {
    double sum = 0;
    size_t first = contour->start[path], end = contour->start[path + 1];
    for (size_t v = first; v < end; v++) {
        size_t next = v + 1 < end ? v + 1 : first;
        sum += contour->x[v] * contour->y[next] - contour->x[next] * contour->y[v];
    }
    return sum / 2;
}

static void separate_components_have_a_path_each_of_the_right_area(void **state) {
    (void)state;
    const double means[][2] = {{0, 0}, {20, 0}, {0, 30}};
    plain model = round_components(3, means, 1);
    traced t = trace(&model, 400, 400);
    for (int level = 0; level < LEVELS; level++) {
        assert_int_equal(t.contours[level].path_count, 3);
        /* f = exp(-r^2 / 2) / (2 pi) / 3 */
        double squared = -2 * (t.log_levels[level] + log(6 * 3.14159265358979));
        for (size_t p = 0; p < 3; p++) {
            assert_close(fabs(area(&t.contours[level], p)), 3.14159265358979 * squared, 5e-3, 0);
        }
    }
    release(&t);
}

static void a_hole_has_a_path_of_its_own(void **state) {
    (void)state;
    const double means[][2] = {{3, 3}, {-3, 3}, {3, -3}, {-3, -3}};
    plain model =
        round_components(4, means, 3.2); /* the 95 % region is a ring around a lower middle at some level */
    mixture_model *made = library_model(&model);
    mix_scorer scorer = {0};
    mix_field field = {0};
    mix_contour contour = {0};
    const mix_range ranges[2] = {{-12, 12}, {-12, 12}};
    assert_int_equal(mix_scorer_begin(&scorer, made), MIXTURE_OK);
    assert_int_equal(
        mix_field_make(&field, &scorer, ranges, (const size_t[]){101, 101}, (const size_t[]){101, 101}, &never),
        MIXTURE_OK);
    const double middle[2] = {0, 0}, between[2] = {3, 0};
    double level = (mix_scorer_log_density(&scorer, middle) + mix_scorer_log_density(&scorer, between)) / 2;
    assert_int_equal(mix_contour_trace(&field, &scorer, level, &never, &contour), MIXTURE_OK);
    assert_int_equal(contour.path_count, 2);
    double small = fmin(fabs(area(&contour, 0)), fabs(area(&contour, 1)));
    double large = fmax(fabs(area(&contour, 0)), fabs(area(&contour, 1)));
    assert_true(small > 0.5 && small < 20 && large > 50);
    mix_contour_free(&contour);
    mix_field_free(&field);
    mix_scorer_end(&scorer);
    mixture_model_free(made);
}

static void narrow_components_are_found_on_a_wide_field(void **state) {
    (void)state;
    const double means[][2] = {{0, 0}, {1000.3, -512.7}};
    plain model = round_components(2, means, 1e-4);
    traced t = trace(&model, 40, 160);
    for (int level = 0; level < LEVELS; level++) {
        assert_int_equal(t.contours[level].path_count, 2);
    }
    release(&t);
}

static void a_ridge_narrower_than_the_grid_is_found(void **state) {
    (void)state;
    const double means[][2] = {{0.123, 0}, {30, -20}};
    plain model = round_components(2, means, 1);
    model.covariances[0][1][1] = 7;
    model.covariances[0][0][1] = model.covariances[0][1][0] = sqrt(7) * (1 - 1e-10);
    traced t = trace(&model, 40, 160);
    for (int level = 0; level < 2; level++) {
        double low = INFINITY, high = -INFINITY;
        for (size_t v = 0; v < t.contours[level].count; v++) {
            const double x[2] = {t.contours[level].x[v], t.contours[level].y[v]};
            double log_density = (double)plain_log_density(&model, x, NULL);
            assert_close(exp(log_density - t.log_levels[level]), 1, 1e-2, 0);
            low = x[0] < 10 ? fmin(low, x[0]) : low;
            high = x[0] < 10 ? fmax(high, x[0]) : high;
        }
        assert_true(low < -1 && high > 1.2); /* a deviation to both sides of the mean at least */
    }
    release(&t);
}

static void a_ridge_below_a_level_has_no_path_there(void **state) {
    (void)state;
    const double means[][2] = {{0, 0}, {30, -20}};
    plain model = round_components(2, means, 1);
    for (int c = 0; c < 2; c++) {
        model.weights[c] = c == 0 ? 1 - 1e-6 : 1e-6;
        model.covariances[c][0][1] = model.covariances[c][1][0] = 1 - 1e-10;
    }
    traced t = trace(&model, 40, 160);
    for (int level = 0; level < LEVELS; level++) {
        assert_true(t.contours[level].count > 0);
        for (size_t v = 0; v < t.contours[level].count; v++) {
            assert_true(t.contours[level].x[v] < 10);
        }
    }
    release(&t);
}

/* ---- Narrow models -------------------------------------------------------------------------------------- */

/* Components up to a hundred thousand times narrower than they are long, always the same ones for a seed. */
static plain narrow_model(unsigned seed) {
    uint64_t random = seed;
    plain model = {.k = 1 + seed % 4, .d = 2};
    double sum = 0;
    for (size_t c = 0; c < model.k; c++) {
        double x = pow(10, 3 * plain_random(&random) - 2), y = pow(10, 3 * plain_random(&random) - 2);
        double correlation = 1 - pow(10, -10 * plain_random(&random));
        model.means[c][0] = 6 * plain_random(&random) - 3;
        model.means[c][1] = 6 * plain_random(&random) - 3;
        model.covariances[c][0][0] = x * x;
        model.covariances[c][1][1] = y * y;
        model.covariances[c][0][1] = model.covariances[c][1][0] =
            (plain_random(&random) < 0.5 ? -1 : 1) * x * y * correlation;
        sum += model.weights[c] = 0.05 + plain_random(&random);
    }
    for (size_t c = 0; c < model.k; c++) {
        model.weights[c] /= sum;
    }
    return model;
}

/* So many deviations from its mean a component's weighted density is the k-th part of the level's: nearer by it
** may lie on the level, farther away it makes no difference. NaN: nowhere. */
static double own_reach(const plain *model, size_t c, double log_level) {
    double peak = (double)plain_component(model, c, model->means[c], NULL);
    return sqrt(2 * (log((double)model->k * model->weights[c]) + peak - log_level));
}

/* By how much the log density at x may be off its level: by what moving x by the last digit of a double does,
** and by the last digits of a factor of a matrix that is nearly singular. */
static double level_tolerance(const plain *model, const double x[2], double log_level) {
    const double digit = 0x1p-52;
    double most = 0;
    for (size_t c = 0; c < model->k; c++) {
        const double(*s)[PLAIN_D] = model->covariances[c];
        double determinant = s[0][0] * s[1][1] - s[0][1] * s[0][1], reach = own_reach(model, c, log_level);
        double moved = digit * fmax(fabs(x[0]), fabs(x[1])) * reach * sqrt((s[0][0] + s[1][1]) / determinant);
        double factored = digit * reach * reach * s[0][0] * s[1][1] / determinant;
        most = reach > 0 ? fmax(most, moved + factored) : most;
    }
    return 1e-8 + 8 * most;
}

/* Whether a line from a to b stays on the contour as far as the eye can tell: both are in one cell of the grid, or
** within one component that is narrower than the grid. */
static bool is_short(const plain *model, double log_level, const double spacing[2], const double a[2],
                     const double b[2]) {
    bool near = fabs(a[0] - b[0]) <= spacing[0] * (1 + 1e-9) && fabs(a[1] - b[1]) <= spacing[1] * (1 + 1e-9);
    for (size_t c = 0; c < model->k && !near; c++) {
        double reach = own_reach(model, c, log_level) * (1 + 1e-6);
        long double at_a, at_b;
        (void)plain_component(model, c, a, &at_a);
        (void)plain_component(model, c, b, &at_b);
        near = at_a <= reach * reach && at_b <= reach * reach;
    }
    return near;
}

static void paths_of_narrow_models_are_closed_at_their_level_and_cross_no_picture(void **state) {
    (void)state;
    size_t ridges = 0;
    for (unsigned seed = 1; seed <= 60; seed++) {
        const size_t lines = seed % 3 == 0 ? 140 : 2 + seed % 30;
        plain model = narrow_model(seed);
        traced t = trace(&model, lines, seed % 3 == 0 ? 4 * lines : lines);
        mix_range ranges[2] = {MIX_RANGE_EMPTY, MIX_RANGE_EMPTY};
        double spacing[2];
        for (size_t j = 0; j < 2; j++) {
            mix_field_reach(t.model, t.log_levels[0], j, &ranges[j]);
            ranges[j] = mix_range_pad(ranges[j], 0.01);
            spacing[j] = (ranges[j].high - ranges[j].low) / (double)(lines - 1);
        }
        for (int level = 0; level < LEVELS; level++) {
            const mix_contour *contour = &t.contours[level];
            for (size_t p = 0; p < contour->path_count; p++) {
                size_t first = contour->start[p], end = contour->start[p + 1];
                assert_true(contour->closed[p] && end - first >= 3);
                for (size_t v = first; v < end; v++) {
                    size_t next = v + 1 < end ? v + 1 : first;
                    const double x[2] = {contour->x[v], contour->y[v]};
                    const double after[2] = {contour->x[next], contour->y[next]};
                    double off = (double)plain_log_density(&model, x, NULL) - t.log_levels[level];
                    assert_true(fabs(off) <= level_tolerance(&model, x, t.log_levels[level]));
                    assert_true(is_short(&model, t.log_levels[level], spacing, x, after));
                }
            }
            ridges += contour->path_count;
        }
        release(&t);
    }
    assert_true(ridges > 300);
}

static void lines_of_the_field_rise_from_end_to_end(void **state) {
    (void)state;
    plain model = plain_model(4, 2, 9);
    mixture_model *made = library_model(&model);
    const mix_range ranges[] = {{-1e3, 1e3}, {-1.7e308, 1.7e308}, {-1e-300, 1e-300}, {1e9, 1e9 + 1e-3}};
    for (int r = 0; r < 4; r++) {
        double *lines;
        size_t count;
        assert_int_equal(mix_field_lines(made, 0, ranges[r], 30, 90, &lines, &count), MIXTURE_OK);
        assert_in_range(count, 30, 30 + 60 + 8);
        assert_true(lines[0] == ranges[r].low && lines[count - 1] == ranges[r].high);
        for (size_t i = 1; i < count; i++) {
            assert_true(lines[i] > lines[i - 1]);
        }
        mix_memory_free(lines);
    }
    mixture_model_free(made);
}

/* At the edge of what a double can tell from singular, the order of the columns decides. */
static void columns_that_are_singular_in_their_new_order_are_an_error(void **state) {
    (void)state;
    const size_t swapped[] = {1, 0};
    uint64_t random = 1;
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
        mixture_model *made = mixture_model_new(&mixture_gaussian, 1, 2), *marginal;
        double x = 1 + plain_random(&random), y = 1 + plain_random(&random);
        made->weights[0] = 1;
        made->arrays[1][0] = x;
        made->arrays[1][3] = y;
        made->arrays[1][1] = made->arrays[1][2] = sqrt(x * y) * (1 - 6e-16);
        if (mixture_model_prepare(made, NULL) == MIXTURE_OK) {
            mixture_error error;
            mixture_status status = mix_extent_marginal(made, swapped, 2, &marginal, &error);
            if (status == MIXTURE_OK) {
                assert_true(marginal->arrays[1][0] == y && marginal->arrays[1][3] == x);
            } else {
                assert_int_equal(status, MIXTURE_INVALID);
                assert_string_equal(error.text, "covariances[0] is not positive definite");
                assert_null(marginal);
                refused++;
            }
            mixture_model_free(marginal);
        }
        mixture_model_free(made);
    }
    assert_true(refused > 0);
}

static mixture_status trace_with(long limit, mixture_model *model) {
    const size_t lines[2] = {12, 12};
    mix_scorer scorer = {0};
    mix_contour contours[LEVELS] = {{0}};
    double log_levels[LEVELS];
    blocks_left = limit;
    mixture_status status = mix_scorer_begin(&scorer, model);
    if (status == MIXTURE_OK) {
        status = mix_contour_trace_all(&scorer, probabilities, LEVELS, lines, lines, &never, log_levels, contours);
    }
    for (int i = 0; i < LEVELS; i++) {
        mix_contour_free(&contours[i]);
    }
    mix_scorer_end(&scorer);
    return status;
}

static void run_out_of_memory(const plain *model) {
    mixture_model *made = library_model(model);
    call_sites_begin();
    assert_int_equal(trace_with(INT32_MAX, made), MIXTURE_OK);
    call_sites_end();
    mixture_status status = MIXTURE_NOMEM;
    for (long limit = call_sites_next(-1); status == MIXTURE_NOMEM; limit = call_sites_next(limit)) {
        status = trace_with(limit, made);
    }
    assert_int_equal(status, MIXTURE_OK);
    blocks_left = INT32_MAX;
    mixture_model_free(made);
}

static void memory_that_runs_out_leaks_nothing(void **state) {
    (void)state;
    plain model = plain_model(2, 2, 1);
    run_out_of_memory(&model);
    model.covariances[0][0][1] = model.covariances[0][1][0] = /* a ridge */
        sqrt(model.covariances[0][0][0] * model.covariances[0][1][1]) * (1 - 1e-10);
    run_out_of_memory(&model);
}

static bool stop(void *calls) {
    return ++*(int *)calls > 3;
}

static void tracing_can_be_cancelled(void **state) {
    (void)state;
    plain model = plain_model(2, 2, 1);
    mixture_model *made = library_model(&model);
    mix_scorer scorer = {0};
    mix_contour contours[LEVELS] = {{0}};
    const size_t lines[2] = {500, 500};
    double log_levels[LEVELS];
    int calls = 0;
    mix_cancel cancel = {stop, &calls};
    assert_int_equal(mix_scorer_begin(&scorer, made), MIXTURE_OK);
    assert_int_equal(
        mix_contour_trace_all(&scorer, probabilities, LEVELS, lines, lines, &cancel, log_levels, contours),
        MIXTURE_CANCELLED);
    assert_int_equal(calls, 4);
    mix_scorer_end(&scorer);
    mixture_model_free(made);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        counted_test(vertices_have_the_density_of_their_level),
        counted_test(paths_are_closed),
        counted_test(levels_of_one_component_are_known),
        counted_test(separate_components_have_a_path_each_of_the_right_area),
        counted_test(a_hole_has_a_path_of_its_own),
        counted_test(narrow_components_are_found_on_a_wide_field),
        counted_test(a_ridge_narrower_than_the_grid_is_found),
        counted_test(a_ridge_below_a_level_has_no_path_there),
        counted_test(paths_of_narrow_models_are_closed_at_their_level_and_cross_no_picture),
        counted_test(lines_of_the_field_rise_from_end_to_end),
        counted_test(columns_that_are_singular_in_their_new_order_are_an_error),
        counted_test(memory_that_runs_out_leaks_nothing),
        counted_test(tracing_can_be_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
