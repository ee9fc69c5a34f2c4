/* test_hard_degenerate.c: small groups and outliers. A component is refused only where the likelihood of its
** structure has no maximum; the numbers are R's mclust 6.0.0's. */
#include <string.h>

#include "sql.h"

static int hard_setup(void **state) {
    *state = sql_open();
    /* 40 normal rows and two far ones */
    sql_run(
        *state,
        "CREATE TABLE p(x, y); WITH RECURSIVE r(i, s) AS (SELECT 1, 4711 UNION ALL "
        "SELECT i + 1, (s * 16807) %% 2147483647 FROM r WHERE i <= 400), "
        "u(i, a, b) AS (SELECT a.i, a.s / 2147483647.0, 6.283185307 * b.s / 2147483647.0 FROM r a JOIN r b ON b.i "
        "= a.i + 1) INSERT INTO p SELECT round(sqrt(-2 * ln(a)) * cos(b), 3), round(sqrt(-2 * ln(a)) * sin(b), 3) "
        "FROM u WHERE i %% 2 = 0 AND i <= 80; INSERT INTO p VALUES (30, 30), (31, 29.5)");
    /* 90 rows and 3 far away */
    sql_run(
        *state,
        "CREATE TABLE t3(x, y, z); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90) "
        "INSERT INTO t3 SELECT (i * 37 %% 101) / 50.0 - 1, (i * 53 %% 97) / 48.0 - 1, (i * 71 %% 89) / 44.0 - 1 "
        "FROM n; INSERT INTO t3 VALUES (50, 50.5, 49.5), (50.6, 50, 50.2), (49.5, 49.8, 50.4)");
    /* two groups and one outlier */
    sql_run(*state,
            "CREATE TABLE t2(x, y); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) "
            "INSERT INTO t2 SELECT 10 * (i %% 2) + (i * 37 %% 101) / 50.0, (i * 53 %% 97) / 48.0 FROM n; "
            "INSERT INTO t2 VALUES (60, 60)");
    return 0;
}

#define hard_test(name) cmocka_unit_test_setup_teardown(name, hard_setup, sql_teardown)

/* The number that the key of the fit's model has, which warns of nothing. */
static double fitted(sqlite3 *db, const char *fit, const char *key, const char *table) {
    const char *json = sql_text(db, "SELECT %s FROM %s", fit, table);
    assert_string_equal(sql_text(db, "SELECT %Q ->> 'warnings'", json), "[]");
    return sql_double(db, "SELECT %Q ->> %Q", json, key);
}

static void two_far_rows_are_a_component_of_a_shared_covariance(void **state) {
    assert_close(fitted(*state, "gmm_fit(x, y, 2, '{\"covariance\":\"tied\"}')", "bic", "p"), 254.09, 0, 0.005);
}

static void three_far_rows_are_a_component_of_three_columns(void **state) {
    assert_close(fitted(*state, "gmm_fit(x, y, z, 2, '{\"covariance\":\"EEE\"}')", "loglik", "t3"), -255.52, 0,
                 .005);
    assert_close(fitted(*state, "gmm_fit(x, y, z, 2, '{\"covariance\":\"EEV\"}')", "loglik", "t3"), -255.5, 0,
                 .05);
    assert_close(fitted(*state, "gmm_fit(x, y, z, 2, '{\"covariance\":\"VEV\"}')", "loglik", "t3"), -254.1, 0,
                 .05);
}

static void two_far_rows_are_chosen_as_a_component(void **state) {
    assert_string_equal(sql_text(*state,
                                 "SELECT (m ->> 'covariance') || (m ->> 'k') || printf(' %%.2f', m ->> 'bic') "
                                 "FROM (SELECT gmm_select(x, y, 9) AS m FROM p)"),
                        "EII2 246.89");
}

/* Up to 8: nine components find that the rows of a congruential sequence lie on eight lines, with a bic of 197. */
static void an_outlier_is_a_component_of_its_own(void **state) {
    assert_string_equal(sql_text(*state,
                                 "SELECT (m ->> 'covariance') || (m ->> 'k') || printf(' %%.1f', m ->> 'bic') "
                                 "FROM (SELECT gmm_select(x, y, 8) AS m FROM t2)"),
                        "EII3 236.7");
}

static void a_winner_says_which_better_candidate_was_refused_and_why(void **state) {
    const char *json =
        sql_text(*state, "SELECT gmm_select(x, y, 3, '{\"covariances\":[\"EII\",\"VII\"]}') FROM t2");
    const char *warnings = sql_text(*state, "SELECT %Q ->> 'warnings'", json);
    double bic = sql_double(*state, "SELECT bic FROM mix_selection(%Q) WHERE k = 3 AND NOT sound", json);
    assert_true(bic < sql_double(*state, "SELECT %Q ->> 'bic'", json));
    const char *refused =
        sql_format("k = 3, VII has a better bic (%.2f) but was refused: component 3 is held at", bic);
    assert_non_null(strstr(warnings, refused));
}

/* In VII a component on one row has no likelihood to maximize: it goes up by ln 10 for each tenth of a deviation
** and column. */
static void a_volume_of_its_own_on_one_row_is_the_likelier_the_smaller(void **state) {
    for (int power = 1; power < 8; power++) {
        const char *model =
            sql_format("{\"family\":\"gaussian\",\"weights\":[0.97,0.03],\"means\":[[5,1],[60,60]],"
                       "\"covariances\":[[[30,0],[0,1]],[[1e-%d,0],[0,1e-%d]]]}",
                       2 * power, 2 * power);
        double loglik = sql_double(*state, "SELECT mix_loglik(%Q, x, y) FROM t2", model);
        model = sql_format("{\"family\":\"gaussian\",\"weights\":[0.97,0.03],\"means\":[[5,1],[60,60]],"
                           "\"covariances\":[[[30,0],[0,1]],[[1e-%d,0],[0,1e-%d]]]}",
                           2 * power + 2, 2 * power + 2);
        assert_close(sql_double(*state, "SELECT mix_loglik(%Q, x, y) FROM t2", model) - loglik, 2 * 2.302585093,
                     1e-6, 0);
    }
}

/* Labels: the row that the label gives to a component is its own, however likely the other one makes it. */
static void a_labelled_row_counts_for_its_label(void **state) {
    sql_run(*state,
            "CREATE TABLE l(x, c); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30) "
            "INSERT INTO l SELECT (i * 37 %% 101) / 50.0, iif(i %% 2, 1, 2) FROM n");
    assert_string_equal(sql_text(*state,
                                 "SELECT gmm_fit(x, c, 2, '{\"label\":2,\"covariance\":\"VII\"}') ->> 'warnings' "
                                 "FROM l"),
                        "[]");
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        hard_test(two_far_rows_are_a_component_of_a_shared_covariance),
        hard_test(three_far_rows_are_a_component_of_three_columns),
        hard_test(two_far_rows_are_chosen_as_a_component),
        hard_test(an_outlier_is_a_component_of_its_own),
        hard_test(a_winner_says_which_better_candidate_was_refused_and_why),
        hard_test(a_volume_of_its_own_on_one_row_is_the_likelier_the_smaller),
        hard_test(a_labelled_row_counts_for_its_label),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
