/* test_profile.c: mix_profile against the mean and deviation of rows drawn, and against sums by hand. */
#include <math.h>

#include "plain.h"
#include "sql.h"

static void overall_moments_are_those_of_rows_drawn(void **state) {
    plain model = plain_model(3, 2, 4);
    const char *json = plain_json(&model);
    enum { ROWS = 40000 };
    for (int j = 0; j < 2; j++) {
        double drawn[2], said[2];
        sql_numbers(*state, drawn, 2,
                    "SELECT avg(v), sqrt(avg(v * v) - avg(v) * avg(v)) FROM (SELECT x ->> %d AS v FROM "
                    "mix_sample(%Q, %d, 7))",
                    j, json, ROWS);
        sql_numbers(*state, said, 2,
                    "SELECT overall_mean, overall_deviation FROM mix_profile(%Q) WHERE \"column\" = 'x%d' LIMIT 1",
                    json, j + 1);
        assert_close(said[0], drawn[0], 0, 5 * said[1] / sqrt(ROWS));
        assert_close(said[1], drawn[1], 0.03, 0);
        for (int c = 0; c < 3; c++) {
            double own[3];
            sql_numbers(*state, own, 3,
                        "SELECT mean, deviation, difference FROM mix_profile(%Q) WHERE \"column\" = 'x%d' AND "
                        "component = %d",
                        json, j + 1, c + 1);
            assert_close(own[0], model.means[c][j], 1e-14, 0);
            assert_close(own[1], sqrt(model.covariances[c][j][j]), 1e-14, 0);
            assert_close(own[2], (own[0] - said[0]) / said[1], 1e-12, 1e-12);
        }
    }
}

/* By hand: size has mean 3 and variance .25 (1 + 9) + .75 (2 + 1) = 4.75; v has .25 .9 + .75 .5 = .6. */
static void of_mixed_models_levels_have_lifts(void **state) {
    const char *mixed =
        "{\"family\":\"mixed\",\"columns\":[\"size\",\"kind\"],\"weights\":[0.25,0.75],\"parts\":[{\"family\":"
        "\"gaussian\",\"columns\":[\"size\"],\"means\":[[0],[4]],\"covariances\":[[[1]],[[2]]]},{\"family\":"
        "\"categorical\",\"columns\":[\"kind\"],\"levels\":[\"u\",\"v\"],\"probabilities\":"
        "[[0.1,0.9],[0.5,0.5]]}]}";
    assert_string_equal(
        sql_text(
            *state,
            "SELECT group_concat(printf('%%d %%s %%s %%.3f %%.3f %%.3f', component, \"column\", ifnull(level, "
            "'-'), mean, overall_mean, difference), ', ') FROM mix_profile(%Q) WHERE component = 1 OR "
            "\"column\" = 'size'",
            mixed),
        "1 size - 0.000 3.000 -1.376, 1 kind u 0.100 0.400 0.250, 1 kind v 0.900 0.600 1.500, "
        "2 size - 4.000 3.000 0.459");
    assert_int_equal(sql_count(*state,
                               "SELECT * FROM mix_profile(%Q) WHERE level IS NOT NULL AND deviation IS NULL AND "
                               "overall_deviation IS NULL",
                               mixed),
                     4);
}

static void shares_and_angles_and_what_has_no_moments(void **state) {
    assert_string_equal(
        sql_text(*state, "SELECT group_concat(component || \"column\" || printf(' %%.2f', difference), ', ') FROM "
                         "mix_profile('{\"family\":\"multinomial\",\"weights\":[0.5,0.5],\"probabilities\":"
                         "[[0.2,0.8],[0.6,0.4]]}') WHERE \"column\" = 'x1'"),
        "1x1 0.50, 2x1 1.50");
    /* Either side of the turn: the mean is on it, not opposite. */
    assert_close(
        sql_double(*state,
                   "SELECT abs(overall_mean) FROM mix_profile('{\"family\":\"von_mises\",\"weights\":"
                   "[0.5,0.5],\"means\":[[0.1],[6.18318530717958647]],\"concentrations\":[[5],[5]]}') LIMIT 1"),
        0, 0, 1e-12);
    assert_string_equal(
        sql_text(*state, "SELECT mean || (deviation IS NULL) || (difference IS NULL) FROM mix_profile("
                         "'{\"family\":\"student\",\"weights\":[1],\"means\":[[1]],\"scales\":[[[4]]],\"degrees\":"
                         "[2]}')"),
        "1.011");
    assert_int_equal(sql_count(*state, "SELECT * FROM mix_profile(NULL)"), 0);
}

/* By hand: of shares .25 and .25 beside noise of .5 the mean is 2 and the variance 1 + 1. */
static void noise_is_left_out(void **state) {
#define NOISY(weights, noise)                                                                                     \
    "mix_profile('{\"family\":\"gaussian\",\"weights\":" weights                                                  \
    ",\"means\":[[1],[3]],\"covariances\":[[[1]],[[1]]],"                                                         \
    "\"noise\":{\"weight\":" noise ",\"log_density\":-3,\"low\":[0],\"high\":[20]}}')"
    assert_string_equal(sql_text(*state,
                                 "SELECT group_concat(printf('%%d %%.3f %%.3f %%.3f', component, overall_mean, "
                                 "overall_deviation, difference), ', ') FROM " NOISY("[0.25,0.25]", "0.5")),
                        "1 2.000 1.414 -0.707, 2 2.000 1.414 0.707");
    assert_int_equal(sql_count(*state, "SELECT * FROM " NOISY("[0,0]", "1") " WHERE overall_mean IS NULL"), 2);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        sql_test(overall_moments_are_those_of_rows_drawn),
        sql_test(of_mixed_models_levels_have_lifts),
        sql_test(shares_and_angles_and_what_has_no_moments),
        sql_test(noise_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
