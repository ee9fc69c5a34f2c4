/* test_nulls.c: NULLs in fits, in the three verbs and in selections: what is said in SQL of values not
** observed. */
#include <math.h>

#include "sql.h"

/* Three groups in three columns, 6,000 rows, of which a fifth of the values is NULL; and as they were. */
static void make_tables(sqlite3 *db) {
    sql_run(db, "CREATE TABLE drawn AS SELECT i, component, x1 AS a, x2 AS b, x3 AS c FROM mix_sample('"
                "{\"family\":\"gaussian\",\"weights\":[0.5,0.3,0.2],\"means\":[[0,0,0],[6,2,-5],[-4,7,3]],"
                "\"covariances\":[[[1,0.6,0],[0.6,1,0],[0,0,1]],[[2,0,0.5],[0,1,0],[0.5,0,1]],[[1,0,0],[0,1,-0.7],"
                "[0,-0.7,1]]]}', 6000, 3)");
    sql_run(
        db,
        "CREATE TABLE holes AS SELECT i, component, iif(i * 7919 %% 101 < 20, NULL, a) AS a, iif(i * 104729 %% 103 "
        "< 20, NULL, b) AS b, iif(i * 1299709 %% 107 < 20, NULL, c) AS c FROM drawn");
    sql_run(
        db,
        "CREATE TABLE counts AS SELECT i, iif(i * 7919 %% 101 < 20, NULL, abs(round(a))) AS a, iif(i * 104729 "
        "%% 103 < 20, NULL, abs(round(b))) AS b, iif(i * 1299709 %% 107 < 20, NULL, abs(round(c))) AS c FROM drawn");
}

static const struct {
    const char *fit, *table;
} problems[] = {{"gmm_fit", "holes"}, {"pmm_fit", "counts"}, {"mmm_fit", "counts"}};

static void a_step_is_that_of_the_merged_statistics_and_says_the_log_likelihood(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    for (size_t p = 0; p < sizeof problems / sizeof *problems; p++) {
        const char *table = problems[p].table;
        char *model = sql_text(db, "SELECT %s(a, b, c, 2, '{\"max_iter\":2}') FROM %s", problems[p].fit, table);
        double before = sql_double(
            db, "SELECT mix_loglik(%Q, a, b, c) FROM %s WHERE coalesce(a, b, c) IS NOT NULL", model, table);
        char *step = sql_text(db, "SELECT mix_step(%Q, a, b, c) FROM %s", model, table);
        char *merged =
            sql_text(db,
                     "SELECT mix_maximize(mix_merge(s)) FROM (SELECT mix_statistics(%Q, a, b, c) AS s FROM %s "
                     "GROUP BY i %% 5)",
                     model, table);
        double after = sql_double(db, "SELECT mix_loglik(%Q, a, b, c) FROM %s", step, table);
        assert_close(sql_double(db, "SELECT %Q ->> 'loglik'", model), before, 1e-11, 0);
        assert_close(sql_double(db, "SELECT %Q ->> 'loglik'", step), before, 1e-11, 0);
        assert_true(after > before);
        assert_close(sql_double(db, "SELECT mix_loglik(%Q, a, b, c) FROM %s", merged, table), after, 1e-11, 0);
        sqlite3_int64 empty = sql_integer(db, "SELECT count(*) FROM %s WHERE coalesce(a, b, c) IS NULL", table);
        assert_true(empty > 10);
        assert_int_equal(sql_integer(db, "SELECT %Q ->> 'skipped'", step), empty);
        assert_int_equal(sql_integer(db, "SELECT %Q ->> 'skipped'", merged), empty);
        assert_int_equal(sql_integer(db, "SELECT %Q ->> 'n'", merged), 6000 - empty);
    }
}

/* Where EM has converged a step goes nowhere. */
static void a_fit_is_where_steps_stay(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    for (size_t p = 0; p < sizeof problems / sizeof *problems; p++) {
        const char *table = problems[p].table;
        char *model = sql_text(db, "SELECT %s(a, b, c, 2, '{\"tol\":1e-13}') FROM %s", problems[p].fit, table);
        char *step = sql_text(db, "SELECT mix_step(%Q, a, b, c) FROM %s", model, table);
        double moved = sql_double(
            db,
            "SELECT max(abs(s.value - m.value) / (0.01 + abs(m.value))) FROM mix_parameters(%Q) m JOIN "
            "mix_parameters(%Q) s ON s.component = m.component AND s.parameter = m.parameter AND s.i IS "
            "m.i AND s.j IS m.j",
            model, step);
        assert_true(moved < 2e-4);
    }
}

static void rows_without_nulls_give_the_same_bits_as_when_others_are_skipped(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    for (int k = 1; k <= 3; k++) {
        char *em = sql_text(db, "SELECT gmm_fit(a, b, c, %d) FROM drawn WHERE i < 2000", k);
        char *skip =
            sql_text(db, "SELECT gmm_fit(a, b, c, %d, '{\"nulls\":\"skip\"}') FROM drawn WHERE i < 2000", k);
        assert_string_equal(em, sql_text(db, "SELECT replace(%Q, '\"nulls\":\"skip\",', '')", skip));
    }
}

static void a_model_that_skipped_nulls_goes_on_skipping_them(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    sqlite3_int64 complete = sql_integer(db, "SELECT count(a + b + c) FROM holes");
    char *model = sql_text(db, "SELECT gmm_fit(a, b, c, 2, '{\"nulls\":\"skip\"}') FROM holes");
    assert_int_equal(sql_integer(db, "SELECT %Q ->> 'n'", model), complete);
    assert_int_equal(sql_integer(db, "SELECT mix_step(%Q, a, b, c) ->> 'n' FROM holes", model), complete);
    assert_int_equal(sql_integer(db, "SELECT mix_refit(%Q, a, b, c) ->> 'n' FROM holes", model), complete);
    assert_int_equal(
        sql_integer(db, "SELECT mix_refit(%Q, a, b, c, '{\"nulls\":\"em\"}') ->> 'n' FROM holes", model),
        sql_integer(db, "SELECT count(coalesce(a, b, c)) FROM holes"));
}

static void selections_and_labels_see_through_gaps(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    char *chosen = sql_text(db, "SELECT gmm_select(a, b, c, 4, '{\"covariances\":[\"VVV\",\"EEE\"]}') FROM holes");
    assert_int_equal(sql_integer(db, "SELECT %Q ->> 'k'", chosen), 3);
    assert_string_equal(sql_text(db, "SELECT %Q ->> 'covariance'", chosen), "VVV");
    /* The groups again, from the rows that have two values or three. */
    assert_true(
        sql_double(db,
                   "SELECT avg(mix_predict(%Q, a, b, c) = component) FROM holes WHERE (a IS NULL) + (b IS NULL) + "
                   "(c IS NULL) < 2",
                   chosen) > 0.97);
    /* A label, known for a tenth of the rows, names the components; alone it is no row. */
    char *labelled =
        sql_text(db, "SELECT gmm_fit(a, b, c, iif(i %% 10, NULL, 4 - component), 3, '{\"label\":4}') FROM holes");
    assert_true(sql_double(db,
                           "SELECT avg(mix_predict(%Q, a, b, c) = 4 - component) FROM holes WHERE a IS NOT NULL",
                           labelled) > 0.9);
    assert_int_equal(sql_integer(db, "SELECT %Q ->> 'skipped'", labelled),
                     sql_integer(db, "SELECT count(*) FROM holes WHERE coalesce(a, b, c) IS NULL"));
    /* Weights count rows with gaps as often. */
    sql_run(db,
            "CREATE TABLE twice AS SELECT * FROM holes WHERE i < 500 UNION ALL SELECT * FROM holes WHERE i < 500");
    assert_close(
        sql_double(
            db,
            "SELECT gmm_fit(a, b, c, 2, 3, '{\"weight\":4,\"seed\":1}') ->> 'loglik' FROM holes WHERE i < 500"),
        sql_double(db, "SELECT gmm_fit(a, b, c, 3, '{\"seed\":1}') ->> 'loglik' FROM twice"), 1e-6, 0);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        sql_test(a_step_is_that_of_the_merged_statistics_and_says_the_log_likelihood),
        sql_test(a_fit_is_where_steps_stay),
        sql_test(rows_without_nulls_give_the_same_bits_as_when_others_are_skipped),
        sql_test(a_model_that_skipped_nulls_goes_on_skipping_them),
        sql_test(selections_and_labels_see_through_gaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
