/* test_explain.c: mix_explain against the definitions of what it says, worked out by other functions. */
#include <math.h>

#include "plain.h"
#include "sql.h"

/* Log odds of component c against the others, in SQL. */
#define ODDS "ln(mix_probability(%Q, %d, %s)) - ln(1 - mix_probability(%Q, %d, %s))"

static void gaussian_columns_are_as_defined(void **state) {
    for (unsigned seed = 0; seed < 3; seed++) {
        plain model = plain_model(3, 3, seed);
        const char *json = plain_json(&model), *row = "0.4, 0.2, -0.3";
        static const char *const without[] = {"NULL, 0.2, -0.3", "0.4, NULL, -0.3", "0.4, 0.2, NULL"};
        int c = (int)sql_integer(*state, "SELECT mix_predict(%Q, %s)", json, row);
        assert_int_equal(sql_count(*state, "SELECT * FROM mix_explain(%Q, %s) WHERE component = %d", json, row, c),
                         3);
        for (int j = 0; j < 3; j++) {
            double numbers[6], mean = model.means[c - 1][j], deviation = sqrt(model.covariances[c - 1][j][j]);
            double value = sql_double(*state, "SELECT value FROM mix_explain(%Q, %s) WHERE \"column\" = 'x%d'",
                                      json, row, j + 1);
            assert_int_equal(
                sql_numbers(*state, numbers, 6,
                            "SELECT mean, deviation, z, conditional_mean, conditional_z, evidence FROM "
                            "mix_explain(%Q, %s) WHERE \"column\" = 'x%d'",
                            json, row, j + 1),
                6);
            assert_close(numbers[0], mean, 1e-14, 0);
            assert_close(numbers[1], deviation, 1e-14, 0);
            assert_close(numbers[2], (value - mean) / deviation, 1e-12, 1e-12);
            /* Of the component alone: what impute and the distances of a model of that one say. */
            const char *one = sql_text(*state,
                                       "SELECT json_object('family', 'gaussian', 'weights', json('[1]'), 'means', "
                                       "json_array(json_extract(%Q, '$.means[%d]')), 'covariances', "
                                       "json_array(json_extract(%Q, '$.covariances[%d]')))",
                                       json, c - 1, json, c - 1);
            double expected = sql_double(*state, "SELECT mix_impute(%Q, %s) ->> %d", one, without[j], j);
            double whole = sql_double(*state, "SELECT mix_distance(%Q, 1, %s)", one, row);
            double rest = sql_double(*state, "SELECT mix_distance(%Q, 1, %s)", one, without[j]);
            assert_close(numbers[3], expected, 1e-11, 1e-11);
            assert_close(numbers[4] * numbers[4], whole * whole - rest * rest, 1e-9, 1e-9);
            assert_close(numbers[5],
                         sql_double(*state, "SELECT (" ODDS ") - (" ODDS ")", json, c, row, json, c, row, json, c,
                                    without[j], json, c, without[j]),
                         1e-8, 1e-8);
        }
    }
}

static const char *const mixed =
    "{\"family\":\"mixed\",\"columns\":[\"size\",\"kind\",\"visits\"],\"weights\":[0.25,0.75],\"parts\":[{\"family\":"
    "\"gaussian\",\"columns\":[\"size\"],\"means\":[[0],[4]],\"covariances\":[[[1]],[[2]]]},{\"family\":\"categorical\","
    "\"columns\":[\"kind\"],\"levels\":[\"u\",\"v\"],\"probabilities\":[[0.1,0.9],[0.5,0.5]]},{\"family\":\"poisson\","
    "\"columns\":[\"visits\"],\"rates\":[1,4]}]}";

static void evidence_of_independent_columns_adds_up_to_the_log_odds(void **state) {
    assert_close(sql_double(*state, "SELECT sum(evidence) - ln(3) FROM mix_explain(%Q, 0.5, 'v', 1)", mixed),
                 sql_double(*state, "SELECT " ODDS, mixed, 1, "0.5, 'v', 1", mixed, 1, "0.5, 'v', 1"), 1e-12, 0);
    assert_close(
        sql_double(*state, "SELECT evidence FROM mix_explain(%Q, 0.5, 'v', 1) WHERE \"column\" = 'kind'", mixed),
        log(0.9 / 0.5), 1e-12, 0);
    assert_string_equal(
        sql_text(
            *state,
            "SELECT group_concat(\"column\" || ' ' || value || ' ' || ifnull(mean || ' ' || deviation || ' ' || z, "
            "'-'), ', ') FROM mix_explain(%Q, 0.5, 'v', 2)",
            mixed),
        "size 0.5 0.0 1.0 0.5, kind v -, visits 2.0 1.0 1.0 1.0");
}

static void what_is_not_there_says_nothing(void **state) {
    assert_string_equal(
        sql_text(*state,
                 "SELECT group_concat((value IS NULL) || (z IS NULL) || (evidence IS NULL) || (mean IS "
                 "NULL), ' ') FROM mix_explain(%Q, 0.5, NULL, NULL)",
                 mixed),
        "0000 1111 1110");
    const char *alone =
        "{\"family\":\"student\",\"weights\":[1],\"means\":[[1]],\"scales\":[[[4]]],\"degrees\":[2]}";
    assert_string_equal(
        sql_text(*state, "SELECT mean || (deviation IS NULL) || (evidence IS NULL) FROM mix_explain(%Q, 3)",
                 alone),
        "1.011");
    /* Ten minutes past midnight is not far from ten minutes to it. */
    assert_close(
        sql_double(*state,
                   "SELECT z * deviation FROM mix_explain('{\"family\":\"von_mises\",\"weights\":[1],\"means\":"
                   "[[0.1]],\"concentrations\":[[5]]}', 6.18318530717958647)"),
        -0.2, 1e-9, 0);
    assert_int_equal(sql_count(*state, "SELECT * FROM mix_explain(NULL, 1)"), 0);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        sql_test(gaussian_columns_are_as_defined),
        sql_test(evidence_of_independent_columns_adds_up_to_the_log_odds),
        sql_test(what_is_not_there_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
