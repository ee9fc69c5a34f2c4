/* test_windows.c: aggregates as window functions. What a frame gives is compared with the aggregate of the same
** rows alone, which a subquery picks. */
#include <math.h>
#include <string.h>

#include "sql.h"

#define MODEL                                                                                                     \
    "'{\"family\":\"gaussian\",\"weights\":[0.4,0.6],\"means\":[[0,0],[4,1]],\"covariances\":[[[1,0],[0,1]],"     \
    "[[2,1],[1,2]]],\"n\":50}'"

/* Rows i = 1, 2, ... in groups g of three, some values missing. */
static int set_up(void **state) {
    *state = sql_open();
    sql_run(
        *state,
        "CREATE TABLE t AS SELECT i, (i - 1) / 3 AS g, x1 AS x, CASE WHEN i %% 7 THEN x2 END AS y, component AS c "
        "FROM mix_sample(" MODEL ", 40, 1); CREATE INDEX t_i ON t(i)");
    return 0;
}

#define window_test(name) cmocka_unit_test_setup_teardown(name, set_up, sql_teardown)

/* A frame, and which rows of t are in that of row o. */
typedef struct frame {
    const char *over, *rows;
} frame;

static const frame moving[] = {
    {"ORDER BY i ROWS 9 PRECEDING", "i BETWEEN o.i - 9 AND o.i"},
    {"ORDER BY i ROWS BETWEEN CURRENT ROW AND 9 FOLLOWING", "i BETWEEN o.i AND o.i + 9"},
    {"ORDER BY i ROWS BETWEEN 12 PRECEDING AND 3 PRECEDING", "i BETWEEN o.i - 12 AND o.i - 3"},
    {"ORDER BY i ROWS BETWEEN 5 FOLLOWING AND UNBOUNDED FOLLOWING", "i >= o.i + 5"},
    {"ORDER BY i ROWS BETWEEN 9 PRECEDING AND 2 FOLLOWING EXCLUDE CURRENT ROW",
     "i BETWEEN o.i - 9 AND o.i + 2 AND i <> o.i"},
    {"ORDER BY g GROUPS BETWEEN 3 PRECEDING AND CURRENT ROW EXCLUDE TIES",
     "g BETWEEN o.g - 3 AND o.g AND (g <> o.g OR i = o.i)"},
    {"ORDER BY g GROUPS 3 PRECEDING", "g BETWEEN o.g - 3 AND o.g"},
    {"ORDER BY g RANGE BETWEEN 2 PRECEDING AND 1 FOLLOWING", "g BETWEEN o.g - 2 AND o.g + 1"},
    {"PARTITION BY i % 2 ORDER BY i ROWS 7 PRECEDING", "i % 2 = o.i % 2 AND i BETWEEN o.i - 14 AND o.i"},
    {"ORDER BY i ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING", "1"},
    {"", "1"},
};
static const frame growing[] = {
    {"ORDER BY i", "i <= o.i"},
    {"ORDER BY g", "g <= o.g"},
    {"ORDER BY i ROWS BETWEEN UNBOUNDED PRECEDING AND 4 FOLLOWING", "i <= o.i + 4"},
};
enum { MOVING = sizeof moving / sizeof *moving, GROWING = sizeof growing / sizeof *growing };

/* Rows of t for which the function's answer over a frame is not `as` that of the frame's rows alone. The first
** ones' frames grow, which is below. */
static sqlite3_int64 count_other(sqlite3 *db, const char *call, const char *filter, const frame *f,
                                 const char *as) {
    char *rows = sql_build("(SELECT * FROM (SELECT i, x, y, c, g FROM t WHERE %s ORDER BY i))", f->rows);
    return sql_integer(db,
                       "WITH w AS (SELECT i, g, %s %s OVER (%s) AS answer FROM t) SELECT count(*) FROM w AS o, "
                       "(SELECT 1) WHERE o.i > 36 AND NOT (SELECT %s FROM (SELECT %s %s AS alone FROM %s))",
                       call, filter, f->over, as, call, filter, rows);
}

static void every_aggregate_says_of_a_frame_what_it_says_of_its_rows(void **state) {
    static const char *const calls[] = {
        "mix_loglik(" MODEL ", x, y)",
        "mix_statistics(" MODEL ", x, y)",
        "mix_step(" MODEL ", x, y)",
        "mix_update(" MODEL ", x, y, '{\"memory\":55}')",
        "mix_refit(" MODEL ", x, y, '{\"max_iter\":2,\"few_rows\":\"null\"}')",
        "mix_rand_index(c, x > 2)",
        "gmm_fit(x, 2, '{\"few_rows\":\"null\",\"init\":{\"means\":[[0],[4]]},\"max_iter\":3}')",
        "gmm_select(x, 2, '{\"max_iter\":2,\"covariance\":\"full\"}')",
        "mix_fit(x, c || '', 1, '{\"init\":{\"weights\":[1]}}')",
        "mix_plot(" MODEL ", x, y)",
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        bool slow = strstr(calls[i], "select") != NULL || strstr(calls[i], "plot") != NULL;
        for (size_t f = slow ? MOVING - 1 : i % 3; f < MOVING; f += 3) {
            sqlite3_int64 other = count_other(*state, calls[i], "", &moving[f], "answer IS alone");
            if (other != 0) {
                fail_msg("%s OVER (%s): %d rows differ", calls[i], moving[f].over, (int)other);
            }
        }
    }
    const char *refit = "mix_refit(" MODEL ", x, y, '{\"max_iter\":2,\"few_rows\":\"null\"}')";
    assert_int_equal(count_other(*state, refit, "FILTER (WHERE i % 4)", &moving[0], "answer IS alone"), 0);
}

static void statistics_are_merged_over_a_frame(void **state) {
    sql_run(*state, "CREATE TABLE s AS SELECT i, mix_statistics(" MODEL ", x, y) AS b FROM t GROUP BY i");
    assert_int_equal(sql_integer(*state,
                                 "WITH w AS (SELECT i, mix_merge(b) OVER (ORDER BY i ROWS 4 PRECEDING) AS answer "
                                 "FROM s) SELECT count(*) FROM w AS o WHERE answer IS NOT (SELECT mix_merge(b) "
                                 "FROM (SELECT b FROM s WHERE i BETWEEN o.i - 4 AND o.i ORDER BY i))"),
                     0);
}

/* Blocks of rows are cut elsewhere: the last digits differ. */
static void frames_that_grow_go_on_with_what_they_have(void **state) {
    static const char near[] = "abs(answer - alone) <= 1e-12 * abs(alone)",
                      near_model[] = "abs((answer ->> '$.means[0][0]') - (alone ->> '$.means[0][0]')) < 1e-12";
    for (size_t f = 0; f < GROWING; f++) {
        assert_int_equal(count_other(*state, "mix_loglik(" MODEL ", x, y)", "", &growing[f], near), 0);
        assert_int_equal(count_other(*state, "mix_step(" MODEL ", x, y)", "", &growing[f], near_model), 0);
        assert_int_equal(count_other(*state, "mix_update(" MODEL ", x, y)", "", &growing[f], "answer IS alone"),
                         0);
    }
}

static void empty_frames_and_models_that_are_null_give_null(void **state) {
    sql_is_null(*state,
                "SELECT max(m) FROM (SELECT gmm_fit(x, 1) OVER (ORDER BY i ROWS BETWEEN 90 PRECEDING AND 60 "
                "PRECEDING) AS m FROM t)");
    assert_int_equal(sql_integer(*state,
                                 "SELECT count(m) FROM (SELECT gmm_fit(x, 1) OVER (ORDER BY i ROWS BETWEEN 5 "
                                 "PRECEDING AND 3 PRECEDING) AS m FROM t)"),
                     37);
    sql_is_null(*state,
                "SELECT max(m) FROM (SELECT mix_loglik(NULL, x) OVER (ORDER BY i ROWS 3 PRECEDING) AS m FROM t)");
}

static void what_is_wrong_in_a_row_is_said_when_it_is_in_a_frame(void **state) {
    expect_error(
        *state, "SELECT mix_loglik(" MODEL ", x, iif(i = 35, 'n/a', y)) OVER (ORDER BY i ROWS 3 PRECEDING) FROM t",
        "mix_loglik: argument 3 (x2) is TEXT 'n/a' in row 35; expected a number: nullif(x2, 'n/a') makes NULL of "
        "it");
    expect_error(
        *state, "SELECT gmm_fit(x, 2) OVER (ORDER BY i ROWS 3 PRECEDING) FROM t",
        "gmm_fit: 1 distinct row for k = 2, the first (4.369597963166745); expected at least k distinct rows, or "
        "option few_rows");
    expect_error(
        *state, "SELECT gmm_fit(x, 1 + (i > 30)) OVER (ORDER BY i ROWS 3 PRECEDING) FROM t",
        "gmm_fit: argument 2 (k) changes from 1 to 2 in row 31; expected the same in all rows, behind the columns");
    sql_run(*state, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 17000) "
                    "INSERT INTO t(i, g, x) SELECT 100 + i, -1, i FROM n");
    expect_error(
        *state, "SELECT gmm_fit(x, 1) OVER (ORDER BY i ROWS BETWEEN CURRENT ROW AND 16999 FOLLOWING) FROM t",
        "gmm_fit: a frame had more than 16384 rows before its first result and changes afterwards; expected "
        "fewer, as in ROWS n PRECEDING");
    assert_int_equal(
        sql_integer(*state, "SELECT count(DISTINCT m) FROM (SELECT gmm_fit(x, 1) OVER () AS m FROM t)"), 1);
}

/* ---- What leaves -------------------------------------------------------------------------------------------- */

static void a_row_that_has_left_leaves_no_trace(void **state) {
    sql_run(*state, "UPDATE t SET x = 1e12 WHERE i IN (1, 25)");
    static const char *const calls[] = {"mix_loglik(" MODEL ", x, y)", "mix_statistics(" MODEL ", x, y)",
                                        "mix_step(" MODEL ", x, y)"};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        assert_int_equal(count_other(*state, calls[i], "", &moving[0], "answer IS alone"), 0);
        assert_int_equal(count_other(*state, calls[i], "", &moving[1], "answer IS alone"), 0);
    }
}

/* ---- Fits that go on from each other ------------------------------------------------------------------------ */

/* Two groups, of which one moves. */
#define DRIFT                                                                                                     \
    "CREATE TABLE d AS SELECT i, x1 + (component = 2) * 9 AS x, x2 + (component = 1) * i * 0.05 AS y "            \
    "FROM mix_sample(" MODEL ", 240, 3); CREATE INDEX d_i ON d(i)"

/* The fits of windows of 160 rows, of which only so many are made. */
static void make_windows(sqlite3 *db, const char *table, const char *fit, int count) {
    sql_run(db,
            "CREATE TABLE %s AS SELECT i, %s OVER (ORDER BY i ROWS BETWEEN CURRENT ROW AND 159 FOLLOWING) AS m "
            "FROM d LIMIT %d",
            table, fit, count);
    assert_int_equal(sql_integer(db, "SELECT count(*) FROM %s WHERE m ->> 'n' = 160", table), count);
}

/* By how much the log-likelihood of the windows is lower than that of fits of their rows alone, at worst. */
static double worst_lack(sqlite3 *db, const char *table, const char *fit, const char *which) {
    return sql_double(db,
                      "SELECT max(((SELECT %s FROM d WHERE d.i BETWEEN w.i AND w.i + 159) ->> 'loglik') - (m ->> "
                      "'loglik')) FROM %s AS w WHERE %s",
                      fit, table, which);
}

static void a_fit_is_as_likely_as_one_of_the_rows_alone(void **state) {
    static const char *const fits[] = {"gmm_fit(x, y, 2)", "pmm_fit(abs(round(3 * x)), 2)",
                                       "gmm_fit(x, y, 2, '{\"noise\":true,\"covariance\":\"VVI\"}')",
                                       "mix_fit(x, CASE WHEN y > 4 THEN 'high' ELSE 'low' END, 2)"};
    sql_run(*state, DRIFT);
    for (size_t i = 0; i < sizeof fits / sizeof *fits; i++) {
        char *table = sql_format("w%zu", i);
        make_windows(*state, table, fits[i], 60);
        assert_true(worst_lack(*state, table, fits[i], "i % 7 = 0") <= 160 * 1e-6);
    }
    assert_close(sql_double(*state,
                            "SELECT max(abs((SELECT mix_loglik(m, x, y) FROM d WHERE d.i BETWEEN w0.i AND w0.i + "
                            "159) - (m ->> 'loglik'))) FROM w0"),
                 0, 0, 1e-8);
    make_windows(*state, "again", "gmm_fit(x, y, 2, '{\"threads\":2}')", 60);
    assert_int_equal(sql_integer(*state, "SELECT count(*) FROM w0 JOIN again USING (i) WHERE w0.m = again.m"), 60);
    /* Components keep their numbers. */
    assert_int_equal(sql_integer(*state,
                                 "SELECT count(DISTINCT (m ->> '$.means[0][0]') < (m ->> '$.means[1][0]')) FROM "
                                 "w0"),
                     1);
}

static void what_has_moved_all_at_once_is_found(void **state) {
    sql_run(*state, DRIFT);
    sql_run(*state, "UPDATE d SET x = 40 - 2 * x, y = y + x WHERE i > 190");
    static const char *const fits[] = {"gmm_fit(x, y, 2)", "gmm_fit(x, y, 2, '{\"noise\":true}')"};
    for (size_t i = 0; i < 2; i++) {
        char *table = sql_format("w%zu", i);
        make_windows(*state, table, fits[i], 80);
        assert_true(worst_lack(*state, table, fits[i], "i IN (25, 40, 60, 80)") <= 160 * 1e-6);
    }
}

/* A query that is not finished: sql_close() finds all memory freed. */
static void a_query_may_end_in_the_middle(void **state) {
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(*state,
                                        "SELECT gmm_fit(x, y, 2, '{\"few_rows\":\"null\"}') OVER (ORDER BY i ROWS "
                                        "19 PRECEDING), mix_step(" MODEL ", x, y) OVER (ORDER BY i ROWS 3 "
                                        "PRECEDING) FROM t",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    for (int i = 0; i < 40; i++) {
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    }
    assert_int_equal(sqlite3_reset(statement), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    sqlite3_interrupt(*state);
    assert_int_equal(sqlite3_step(statement), SQLITE_INTERRUPT);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_INTERRUPT);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        window_test(every_aggregate_says_of_a_frame_what_it_says_of_its_rows),
        window_test(statistics_are_merged_over_a_frame),
        window_test(frames_that_grow_go_on_with_what_they_have),
        window_test(empty_frames_and_models_that_are_null_give_null),
        window_test(what_is_wrong_in_a_row_is_said_when_it_is_in_a_frame),
        window_test(a_row_that_has_left_leaves_no_trace),
        window_test(a_fit_is_as_likely_as_one_of_the_rows_alone),
        window_test(what_has_moved_all_at_once_is_found),
        window_test(a_query_may_end_in_the_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
