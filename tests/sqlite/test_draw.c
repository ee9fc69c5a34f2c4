/* test_draw.c: tables made from a model alone: mix_sample, mix_grid, mix_ellipses. */
#include <math.h>
#include <string.h>

#include "plain.h"
#include "sql.h"

/* ---- mix_sample -------------------------------------------------------------------------------------------- */

/* All rows as one text. */
static char *sample(sqlite3 *db, const char *json, const char *arguments) {
    return sql_text(db, "SELECT group_concat(i || ':' || component || ':' || x, ' ') FROM mix_sample(%Q, %s)",
                    json, arguments);
}

static void a_seed_gives_the_same_sample_again_and_another_a_different_one(void **state) {
    plain model = plain_model(3, 2, 1);
    const char *json = plain_json(&model);
    const char *const seeds[] = {"50, 0", "50, 1", "50, -1", "50, 9223372036854775807",
                                 "50, -9223372036854775808"};
    const char *texts[5];
    for (int i = 0; i < 5; i++) {
        texts[i] = sample(*state, json, seeds[i]);
        assert_string_equal(sample(*state, json, seeds[i]), texts[i]);
        for (int other = 0; other < i; other++) {
            assert_string_not_equal(texts[i], texts[other]);
        }
    }
    assert_string_equal(sample(*state, json, "50"), texts[0]);
    assert_string_equal(sample(*state, json, "50, NULL"), texts[0]);
    /* A longer sample begins with the shorter one. */
    assert_memory_equal(sample(*state, json, "80"), texts[0], strlen(texts[0]));
}

static void a_sample_has_n_rows_and_may_have_none(void **state) {
    plain model = plain_model(2, 1, 1);
    const char *json = plain_json(&model);
    const int sizes[] = {0, 1, 2, 1000};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(sql_integer(*state, "SELECT count(*) FROM mix_sample(%Q, %d)", json, sizes[i]), sizes[i]);
    }
    assert_int_equal(sql_integer(*state, "SELECT sum(i) FROM mix_sample(%Q, 100)", json), 5050);
    assert_int_equal(
        sql_integer(*state, "SELECT count(*) FROM (SELECT * FROM mix_sample(%Q, 1e15) LIMIT 3)", json), 3);
}

static void its_columns_are_the_values_in_the_json(void **state) {
    for (size_t d = 1; d <= 5; d++) {
        plain model = plain_model(2, d, 1);
        double columns[8];
        assert_int_equal(sql_numbers(*state, columns, 8,
                                     "SELECT x1, x2, x3, x4, x5, x6, x7, x8 FROM mix_sample(%Q, 1)",
                                     plain_json(&model)),
                         8);
        double listed[6];
        assert_int_equal(sql_numbers(*state, listed, 6, "SELECT value FROM mix_sample(%Q, 1) s, json_each(s.x)",
                                     plain_json(&model)),
                         d);
        for (size_t j = 0; j < 8; j++) {
            assert_true(j < d ? fabs(columns[j] - listed[j]) <= 1e-14 * fabs(listed[j]) : isnan(columns[j]));
        }
    }
}

static void a_sample_wider_than_its_columns_is_whole_in_the_json(void **state) {
    /* Nine independent columns with means 10, 20, ... 90 and variance 1e-6. */
    sql_run(*state,
            "CREATE TABLE model AS WITH RECURSIVE s(j) AS (VALUES (1) UNION ALL SELECT j + 1 FROM s WHERE j < 9), "
            "r AS (SELECT a.j, json_group_array(iif(a.j = b.j, 1e-6, 0)) AS row FROM s a, s b GROUP BY a.j) "
            "SELECT json_object('family', 'gaussian', 'weights', json('[1]'), 'means', "
            "json_array((SELECT json_group_array(j * 10) FROM s)), 'covariances', "
            "json_array((SELECT json_group_array(json(row)) FROM r))) AS m");
    double x[9];
    assert_int_equal(sql_numbers(*state, x, 9, "SELECT value FROM model, mix_sample(m, 1) s, json_each(s.x)"), 9);
    for (int j = 0; j < 9; j++) {
        assert_close(x[j], 10 * (j + 1), 0, 0.01);
    }
    assert_close(sql_double(*state, "SELECT x8 FROM model, mix_sample(m, 1)"), 80, 0, 0.01);
}

static void a_hundred_thousand_rows_have_the_moments_of_the_model(void **state) {
    plain model = plain_model(3, 2, 6);
    const char *json = plain_json(&model);
    double moments[3 * 6];
    assert_int_equal(sql_numbers(*state, moments, 18,
                                 "SELECT count(*), avg(x1), avg(x2), avg(x1 * x1), avg(x1 * x2), avg(x2 * x2) "
                                 "FROM mix_sample(%Q, 100000, 5) GROUP BY component",
                                 json),
                     18);
    for (int c = 0; c < 3; c++) {
        const double *own = moments + 6 * c, *mean = model.means[c];
        double n = own[0], share = model.weights[c];
        assert_close(n / 1e5, share, 0, 5 * sqrt(share * (1 - share) / 1e5));
        double(*s)[PLAIN_D] = model.covariances[c];
        assert_close(own[1], mean[0], 0, 5 * sqrt(s[0][0] / n));
        assert_close(own[2], mean[1], 0, 5 * sqrt(s[1][1] / n));
        assert_close(own[3] - own[1] * own[1], s[0][0], 0, 5 * s[0][0] * sqrt(2 / n));
        assert_close(own[4] - own[1] * own[2], s[0][1], 0, 5 * sqrt((s[0][0] * s[1][1] + s[0][1] * s[0][1]) / n));
        assert_close(own[5] - own[2] * own[2], s[1][1], 0, 5 * s[1][1] * sqrt(2 / n));
    }
}

static void fitting_a_large_sample_finds_the_model_again(void **state) {
    plain model = {2, 2, {0.6, 0.4}, {{0, 0}, {6, 1}}, {{{1, 0.5}, {0.5, 2}}, {{2, -1}, {-1, 1}}}};
    const char *json = plain_json(&model);
    plain found = plain_read(sql_text(*state, "SELECT gmm_fit(x1, x2, 2) FROM mix_sample(%Q, 100000, 1)", json));
    for (int c = 0; c < 2; c++) {
        double n = 1e5 * model.weights[c];
        assert_close(found.weights[c], model.weights[c], 0, 0.01);
        for (int i = 0; i < 2; i++) {
            double variance = model.covariances[c][i][i];
            assert_close(found.means[c][i], model.means[c][i], 0, 6 * sqrt(variance / n));
            assert_close(found.covariances[c][i][i], variance, 0, 6 * variance * sqrt(2 / n));
        }
        assert_close(found.covariances[c][0][1], model.covariances[c][0][1], 0, 0.06);
    }
}

static void samples_of_the_largest_n_may_be_begun_again_and_again(void **state) {
    const char *json = "{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0]],\"covariances\":[[[1]]]}";
    assert_int_equal(
        sql_integer(*state,
                    "SELECT sum(EXISTS (SELECT 1 FROM mix_sample(%Q, 9223372036854775807 - column1))) FROM "
                    "(VALUES (0), (1), (2), (3))",
                    json),
        4);
}

/* ---- mix_grid ------------------------------------------------------------------------------------------ */

static void a_grid_spans_the_box_of_all_components_x_fastest(void **state) {
    /* x from 0 - 3 * 1 to 10 + 3 * 2; y from -5 - 3 * 3 to 1 + 3 * 1. */
    const char *json = "{\"family\":\"gaussian\",\"weights\":[0.5,0.5],\"means\":[[0,-5],[10,1]],"
                       "\"covariances\":[[[1,0],[0,9]],[[4,1],[1,1]]]}";
    double grid[4 * 6 * 5];
    assert_int_equal(
        sql_numbers(*state, grid, 120, "SELECT x, y, density, component FROM mix_grid(%Q, 6, 5)", json), 120);
    plain model = {2, 2, {0.5, 0.5}, {{0, -5}, {10, 1}}, {{{1, 0}, {0, 9}}, {{4, 1}, {1, 1}}}};
    for (int i = 0; i < 30; i++) {
        const double *point = grid + 4 * i;
        assert_close(point[0], -3 + 19 * (i % 6) / 5., 1e-14, 1e-14);
        assert_close(point[1], -14 + 18 * (i / 6) / 4., 1e-14, 1e-14);
        long double resp[PLAIN_K], log_density = plain_log_density(&model, point, resp);
        assert_close(point[2], (double)expl(log_density), 1e-11, 0);
        assert_true(point[3] == (resp[1] > resp[0] ? 2 : 1));
    }
}

static void counts_and_margin_of_a_grid_may_be_left_out(void **state) {
    const char *json =
        "{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0,0]],\"covariances\":[[[1,0],[0,4]]]}";
    assert_int_equal(sql_count(*state, "SELECT * FROM mix_grid(%Q, 4)", json), 16);
    assert_int_equal(sql_count(*state, "SELECT * FROM mix_grid(%Q, 4, NULL)", json), 16);
    assert_int_equal(sql_count(*state, "SELECT * FROM mix_grid(%Q, 4, 3)", json), 12);
    double range[4];
    (void)sql_numbers(*state, range, 4, "SELECT min(x), max(x), min(y), max(y) FROM mix_grid(%Q, 4, 3, 0.5)",
                      json);
    assert_true(range[0] == -0.5 && range[1] == 0.5 && range[2] == -1 && range[3] == 1);
    (void)sql_numbers(*state, range, 4, "SELECT min(x), max(x), min(y), max(y) FROM mix_grid(%Q, 4, 3, NULL)",
                      json);
    assert_true(range[0] == -3 && range[1] == 3 && range[2] == -6 && range[3] == 6);
    (void)sql_numbers(*state, range, 4, "SELECT x, y, density, component FROM mix_grid(%Q, 1, 1)", json);
    assert_true(range[0] == 0 && range[1] == 0 && range[3] == 1); /* a single point stands in the middle */
    assert_close(range[2], 1 / (4 * acos(-1)), 1e-14, 0);
}

static void a_grid_in_one_dimension_has_no_y(void **state) {
    plain model = plain_model(3, 1, 2);
    double grid[4 * 50];
    assert_int_equal(sql_numbers(*state, grid, 200, "SELECT * FROM mix_grid(%Q, 50)", plain_json(&model)), 200);
    for (int i = 0; i < 50; i++) {
        assert_true(isnan(grid[4 * i + 1]));
        assert_close(grid[4 * i + 2], (double)expl(plain_log_density(&model, grid + 4 * i, NULL)), 1e-12, 0);
        assert_true(i == 0 || grid[4 * i] > grid[4 * i - 4]);
    }
    assert_int_equal(sql_count(*state, "SELECT * FROM mix_grid(%Q, 50, 1, 2)", plain_json(&model)), 50);
}

static void the_density_over_a_fine_grid_adds_up_to_1(void **state) {
    /* A margin of 8 deviations leaves 1e-15 outside; the rectangle rule is exact to rounding for such tails. */
    for (int d = 1; d <= 2; d++) {
        plain model = plain_model(3, (size_t)d, 4);
        const char *json = plain_json(&model), *counts = d == 1 ? "400, 1, 8" : "200, 200, 8";
        double sums[6];
        (void)sql_numbers(*state, sums, 6,
                          "SELECT sum(density), max(x) - min(x), max(y) - min(y), count(DISTINCT x), "
                          "count(DISTINCT y), count(*) FROM mix_grid(%Q, %s)",
                          json, counts);
        double cell = sums[1] / (sums[3] - 1) * (d == 2 ? sums[2] / (sums[4] - 1) : 1);
        assert_close(sums[0] * cell, 1, 0, 1e-9);
    }
}

static void a_grid_between_the_ends_of_the_range_is_finite(void **state) {
    const char *json = "{\"family\":\"gaussian\",\"weights\":[0.5,0.5],\"means\":[[-1.7e308],[1.7e308]],"
                       "\"covariances\":[[[1]],[[1]]]}";
    double x[3];
    assert_int_equal(sql_numbers(*state, x, 3, "SELECT x FROM mix_grid(%Q, 3)", json), 3);
    assert_true(x[0] == -1.7e308 && x[1] == 0 && x[2] == 1.7e308);
}

/* ---- mix_ellipses ------------------------------------------------------------------------------------------ */

static void ellipses_are_as_far_from_the_mean_as_their_probability_says(void **state) {
    plain model = plain_model(3, 2, 3);
    const char *json = plain_json(&model);
    const double probabilities[] = {0.95, 0.5, 1e-6, 1 - 1e-12};
    for (int p = 0; p < 4; p++) {
        double radius = sqrt(-2 * log1p(-probabilities[p])), vertices[4 * 3 * 24];
        assert_int_equal(sql_numbers(*state, vertices, 288, "SELECT * FROM mix_ellipses(%Q, %!.17g, 24)", json,
                                     probabilities[p]),
                         288);
        for (int v = 0; v < 72; v++) {
            const double *vertex = vertices + 4 * v;
            long double squared;
            assert_true(vertex[0] == v / 24 + 1 && vertex[1] == v % 24 + 1);
            (void)plain_component(&model, (size_t)(v / 24), vertex + 2, &squared);
            assert_close((double)sqrtl(squared), radius, 1e-9, 0);
            assert_close(sql_double(*state, "SELECT mix_distance(%Q, %d, %!.17g, %!.17g)", json, v / 24 + 1,
                                    vertex[2], vertex[3]),
                         radius, 1e-9, 0);
        }
    }
}

static void ellipses_have_64_points_at_95_percent_unless_told(void **state) {
    plain model = plain_model(2, 2, 3);
    const char *json = plain_json(&model);
    assert_int_equal(sql_count(*state, "SELECT * FROM mix_ellipses(%Q)", json), 128);
    assert_int_equal(sql_count(*state,
                               "SELECT * FROM mix_ellipses(%Q, 0.95, 64) EXCEPT SELECT * FROM mix_ellipses(%Q)",
                               json, json),
                     0);
    assert_int_equal(sql_count(*state, "SELECT * FROM mix_ellipses(%Q, NULL, 3)", json), 6);
}

static void an_ellipse_is_run_round_once(void **state) {
    /* Of the unit circle: the vertices are at the angles 0, 90, 180, 270 degrees. */
    const char *json =
        "{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[5,7]],\"covariances\":[[[1,0],[0,1]]]}";
    double radius = sqrt(2 * log(2)), xy[8];
    assert_int_equal(sql_numbers(*state, xy, 8, "SELECT x, y FROM mix_ellipses(%Q, 0.5, 4)", json), 8);
    const double wanted[] = {5 + radius, 7, 5, 7 + radius, 5 - radius, 7, 5, 7 - radius};
    for (int i = 0; i < 8; i++) {
        assert_close(xy[i], wanted[i], 0, 1e-14);
    }
}

static void a_tiny_probability_keeps_its_digits(void **state) {
    /* -2 ln(1 - p) is 2 p (1 + p / 2 + ...). */
    const char *json =
        "{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0,0]],\"covariances\":[[[1,0],[0,1]]]}";
    double x[3];
    assert_int_equal(sql_numbers(*state, x, 3, "SELECT x FROM mix_ellipses(%Q, 1e-12, 3)", json), 3);
    assert_close(x[0], sqrt(2e-12), 1e-11, 0);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        sql_test(a_seed_gives_the_same_sample_again_and_another_a_different_one),
        sql_test(a_sample_has_n_rows_and_may_have_none),
        sql_test(its_columns_are_the_values_in_the_json),
        sql_test(a_sample_wider_than_its_columns_is_whole_in_the_json),
        sql_test(a_hundred_thousand_rows_have_the_moments_of_the_model),
        sql_test(fitting_a_large_sample_finds_the_model_again),
        sql_test(samples_of_the_largest_n_may_be_begun_again_and_again),
        sql_test(a_grid_spans_the_box_of_all_components_x_fastest),
        sql_test(counts_and_margin_of_a_grid_may_be_left_out),
        sql_test(a_grid_in_one_dimension_has_no_y),
        sql_test(the_density_over_a_fine_grid_adds_up_to_1),
        sql_test(a_grid_between_the_ends_of_the_range_is_finite),
        sql_test(ellipses_are_as_far_from_the_mean_as_their_probability_says),
        sql_test(ellipses_have_64_points_at_95_percent_unless_told),
        sql_test(an_ellipse_is_run_round_once),
        sql_test(a_tiny_probability_keeps_its_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
