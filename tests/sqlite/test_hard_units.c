/* test_hard_units.c: floors hold in the metric of the columns: units, columns that do not vary, far values. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sql.h"

/* 400 rows: two groups 6 deviations apart, their second column correlated with the first. */
static int units_setup(void **state) {
    *state = sql_open();
    sql_run(*state, "CREATE TABLE model AS SELECT "
                    "'{\"family\":\"gaussian\",\"weights\":[0.5,0.5],\"means\":[[0,0],[6,1]],\"covariances\":"
                    "[[[1,0.3],[0.3,1]],[[1.5,-0.4],[-0.4,0.5]]]}' AS m; "
                    "CREATE TABLE g AS SELECT x1 AS x, x2 AS y FROM model, mix_sample(m, 400, 3)");
    return 0;
}

#define units_test(name) cmocka_unit_test_setup_teardown(name, units_setup, sql_teardown)

static void no_structure_is_below_mclust_where_units_differ_by_a_million(void **state) {
    (void)sql_csv(*state, "units", "hard/units.csv", 5);
    char *text = check_file("hard/units.mclust.json");
    sql_run(*state,
            "CREATE TABLE fits AS SELECT value ->> 'structure' AS code, value ->> 'loglik' AS loglik, "
            "json_object('init', json(value -> 'init'), 'covariance', value ->> 'structure') AS options "
            "FROM json_each(%Q, '$.fits'); CREATE TABLE ours AS SELECT code, fits.loglik, "
            "(SELECT gmm_fit(c1, c2, c3, c4, c5, 2, options) FROM units) AS m FROM fits",
            text);
    free(text);
    assert_int_equal(sql_count(*state, "SELECT * FROM ours"), 14);
    assert_string_equal(sql_text(*state, "SELECT coalesce(group_concat(code || m ->> 'warnings'), '') FROM ours "
                                         "WHERE m ->> 'loglik' < loglik - 1e-3 OR m ->> 'warnings' <> '[]'"),
                        "");
}

static void vee_and_evv_are_the_same_in_any_units_of_the_columns(void **state) {
    static const char *const codes[] = {"VEE", "EVV", "EEE", "VVV", "VEI", "EVI", "EEI", "VVI"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        for (int power = 10; power <= 70; power += 20) {
            const char *options = sql_format("{\"covariance\":\"%s\"}", codes[i]);
            double scaled = sql_double(*state, "SELECT gmm_fit(x, y * %!.17g, 2, %Q) ->> 'loglik' FROM g",
                                       ldexp(1, power), options);
            double plain = sql_double(*state, "SELECT gmm_fit(x, y, 2, %Q) ->> 'loglik' FROM g", options);
            assert_close(scaled + 400 * power * log(2), plain, 1e-7, 0);
        }
    }
}

/* Their scatter is one matrix, however far its variances are from each other. */
static void one_component_has_the_same_covariance_in_every_structure_that_turns(void **state) {
    static const char *const codes[] = {"EEE", "VEE", "EEV", "VEV", "EVV"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        for (int power = 0; power <= 40; power += 20) {
            assert_close(
                sql_double(*state,
                           "SELECT gmm_fit(x, y * %!.17g, 1, '{\"covariance\":\"%s\"}') ->> 'loglik' FROM g",
                           ldexp(1, power), codes[i]),
                sql_double(*state, "SELECT gmm_fit(x, y * %!.17g, 1) ->> 'loglik' FROM g", ldexp(1, power)), 1e-9,
                0);
        }
    }
}

static void the_value_of_a_constant_column_decides_nothing(void **state) {
    static const char *const values[] = {"0", "1e-9", "20240101", "-7e30"};
    const char *first = NULL;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const char *json = sql_text(*state, "SELECT gmm_select(x, y, %s, 3) FROM g", values[i]);
        const char *chosen = sql_text(
            *state, "SELECT (%Q ->> 'k') || (%Q ->> 'covariance') || printf(' %%.9f', %Q ->> '$.weights[0]')",
            json, json, json);
        first = first != NULL ? first : chosen;
        assert_string_equal(chosen, first);
        assert_true(strncmp(chosen, "2", 1) == 0);
        assert_non_null(strstr(sql_text(*state, "SELECT %Q ->> 'warnings'", json),
                               "column 3 (x3) does not vary: it takes no part"));
    }
    const char *spheres =
        sql_text(*state, "SELECT gmm_fit(x * 1e-6, y * 1e-6, 0.0, 2, '{\"covariance\":\"spherical\"}') FROM g");
    assert_int_equal(sql_integer(*state, "SELECT %Q ->> 'converged'", spheres), 1);
}

static void a_column_that_is_there_twice_makes_no_more_components(void **state) {
    assert_int_equal(sql_integer(*state, "SELECT gmm_select(x, y, x, 4) ->> 'k' FROM g"), 2);
    assert_int_equal(sql_integer(*state, "SELECT gmm_select(x, y, 3 * y + 7, 3) ->> 'k' FROM g"), 2);
}

static void one_far_value_does_not_floor_all_others(void **state) {
    const char *json =
        sql_text(*state, "SELECT gmm_fit(v, 3) FROM (SELECT iif(rowid <= 100, 10, 20) + y / 3 AS v FROM g "
                         "WHERE rowid <= 200 UNION ALL SELECT 999999999)");
    double means[3];
    assert_int_equal(
        sql_numbers(*state, means, 3, "SELECT value ->> 0 AS v FROM json_each(%Q, '$.means') ORDER BY v", json),
        3);
    assert_close(means[0], 10, 0, 0.5);
    assert_close(means[1], 20, 0, 0.5);
    assert_close(means[2], 999999999, 1e-12, 0);
}

/* At the floor, too: integers, in all structures, with more components than there are groups. */
static void no_log_likelihood_falls_at_the_floor(void **state) {
    static const char *const codes[] = {"EII", "VII", "EEI", "VEI", "EVI", "VVI", "EEE",
                                        "VEE", "EVE", "VVE", "EEV", "VEV", "EVV", "VVV"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        for (int k = 2; k <= 6; k += 2) {
            const char *json = sql_text(
                *state, "SELECT gmm_fit(round(x), round(2 * y) / 2, %d, '{\"covariance\":\"%s\"}') FROM g", k,
                codes[i]);
            double fall = sql_double(*state,
                                     "SELECT min(loglik - before) FROM (SELECT loglik, lag(loglik) OVER (ORDER BY "
                                     "iteration) AS before FROM mix_trace(%Q))",
                                     json);
            if (fall < -1e-5) {
                fail_msg("%s, k = %d: falls by %g", codes[i], k, -fall);
            }
            /* The density is that of any mixture, and a step of EM changes nothing. */
            double again = sql_double(*state, "SELECT mix_loglik(%Q, round(x), round(2 * y) / 2) FROM g", json);
            assert_close(again, sql_double(*state, "SELECT %Q ->> 'loglik'", json), 1e-12, 0);
            double stepped = sql_double(
                *state,
                "SELECT mix_loglik(n, round(x), round(2 * y) / 2) FROM g, (SELECT mix_step(%Q, round(x), "
                "round(2 * y) / 2) AS n FROM g)",
                json);
            assert_close(stepped, again, 0, 1e-3);
        }
    }
}

/* Logarithms of counts: floors that rise and fall with the means. */
static void nor_where_steps_differ_along_a_column(void **state) {
    static const char *const codes[] = {"EII", "VII", "EEI", "VEI", "EVI", "VVI", "EEE",
                                        "VEE", "EVE", "VVE", "EEV", "VEV", "EVV", "VVV"};
    (void)sql_csv(*state, "visits", "hard/logvisits.csv", 2);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        for (int k = 3; k <= 5; k += 2) {
            double fall = sql_double(*state,
                                     "SELECT min(loglik - before) FROM (SELECT loglik, lag(loglik) OVER (ORDER BY "
                                     "iteration) AS before FROM mix_trace((SELECT gmm_fit(c1, c2, %d, "
                                     "'{\"covariance\":\"%s\"}') FROM visits)))",
                                     k, codes[i]);
            if (fall < -1e-4) {
                fail_msg("%s, k = %d: falls by %g", codes[i], k, -fall);
            }
        }
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        units_test(no_structure_is_below_mclust_where_units_differ_by_a_million),
        units_test(vee_and_evv_are_the_same_in_any_units_of_the_columns),
        units_test(one_component_has_the_same_covariance_in_every_structure_that_turns),
        units_test(the_value_of_a_constant_column_decides_nothing),
        units_test(a_column_that_is_there_twice_makes_no_more_components),
        units_test(one_far_value_does_not_floor_all_others),
        units_test(no_log_likelihood_falls_at_the_floor),
        units_test(nor_where_steps_differ_along_a_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
