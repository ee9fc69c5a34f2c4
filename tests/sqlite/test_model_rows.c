/* test_model_rows.c: rows with weights and known components behind a model: mix_statistics, mix_step,
** mix_loglik. */
#include "sql.h"

#define EXTRA "{\"weight\":3,\"label\":4}"

/* Rows of two groups with NULLs, weights from 0 to 3 and one without, the component of some known; and a model. */
static void make_tables(sqlite3 *db) {
    sql_run(db,
            "CREATE TABLE r AS WITH RECURSIVE i(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM i WHERE i < 600) "
            "SELECT ((i * 7919) %% 1009) / 250.0 + (i %% 2) * 6 AS x, iif(i %% 7, ((i * 104729) %% 997) / 190.0 "
            "+ (i %% 2), NULL) AS y, iif(i = 9, NULL, i %% 4) AS w, iif(i %% 5, NULL, 1 + i %% 2) AS l, "
            "i %% 3 AS c FROM i");
    sql_run(db, "CREATE TABLE model AS SELECT '{\"family\":\"gaussian\",\"weights\":[0.4,0.6],\"means\":[[1,2],"
                "[7,3]],\"covariances\":[[[2,0.5],[0.5,2]],[[2,0],[0,1]]]}' AS m");
}

/* EM by hand, to its end. */
static const char *em(sqlite3 *db, const char *start, const char *row) {
    const char *model = start;
    for (int i = 0; i < 60; i++) {
        model = sql_text(db, "SELECT mix_step(%Q, %s, w, l, '" EXTRA "') FROM r", model, row);
    }
    return model;
}

static void em_by_hand_ends_where_a_fit_with_weights_and_labels_does(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    const char *fitted =
        sql_text(db, "SELECT gmm_fit(x, y, w, l, 2, json_object('weight', 3, 'label', 4, 'tol', 0, "
                     "'resolution', 0, 'init', json(m))) FROM r, model");
    const char *ended = em(db, sql_text(db, "SELECT m FROM model"), "x, y");
    double loglik = sql_double(db, "SELECT %Q ->> 'loglik'", fitted);
    assert_close(sql_double(db, "SELECT %Q ->> 'loglik'", ended), loglik, 1e-12, 0);
    assert_close(sql_double(db, "SELECT %Q ->> 'n'", ended), sql_double(db, "SELECT sum(w) FROM r"), 0, 0);
    assert_close(sql_double(db,
                            "SELECT max(abs(a.value - b.value)) FROM mix_parameters(%Q) a, mix_parameters(%Q) b "
                            "WHERE a.component = b.component AND a.parameter = b.parameter AND a.i IS b.i AND "
                            "a.j IS b.j",
                            ended, fitted),
                 0, 0, 1e-7);
    assert_close(sql_double(db, "SELECT mix_loglik(%Q, x, y, w, l, '" EXTRA "') FROM r", fitted), loglik, 1e-12,
                 0);
    /* The same of words and counts. */
    const char *start = sql_text(db, "SELECT mix_fit(c, CAST(x AS INT), 2, '{\"families\":{\"x1\":\"categorical\","
                                     "\"x2\":\"poisson\"},\"max_iter\":0}') FROM r");
    const char *mixed =
        sql_text(db,
                 "SELECT mix_fit(c, CAST(x AS INT), w, l, 2, json_object('weight', 3, 'label', 4, 'tol', 0, "
                 "'families', json('{\"x1\":\"categorical\",\"x2\":\"poisson\"}'), 'init', json(%Q))) FROM r",
                 start);
    assert_close(sql_double(db, "SELECT %Q ->> 'loglik'", em(db, start, "c, CAST(x AS INT)")),
                 sql_double(db, "SELECT %Q ->> 'loglik'", mixed), 1e-11, 0);
}

/* One map against sums over rows, weights and labels as their definitions have them. */
static void statistics_are_weighted_sums_of_responsibilities(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    const char *rows =
        "(SELECT r.rowid AS id, r.*, component, iif(l ISNULL, probability, component = l) AS p FROM r, "
        "model, mix_responsibilities(m, x, y) WHERE w > 0)";
    const char *next =
        sql_text(db, "SELECT mix_maximize(mix_merge(s)) FROM (SELECT mix_statistics(m, x, y, w, l, '" EXTRA
                     "') AS s FROM r, model GROUP BY r.rowid %% 4)");
    for (int c = 1; c <= 2; c++) {
        assert_close(
            sql_double(db, "SELECT %Q ->> '$.weights[%d]'", next, c - 1),
            sql_double(db, "SELECT sum(w * p) / (SELECT sum(w) FROM r) FROM %s WHERE component = %d", rows, c),
            1e-12, 0);
        assert_close(sql_double(db, "SELECT %Q ->> '$.means[%d][0]'", next, c - 1),
                     sql_double(db, "SELECT sum(w * p * x) / sum(w * p) FROM %s WHERE component = %d", rows, c),
                     1e-12, 0);
    }
    assert_close(
        sql_double(db, "SELECT %Q ->> 'loglik'", next),
        sql_double(db, "SELECT sum(w * iif(l ISNULL, mix_log_density(m, x, y), (SELECT log_density + ln(m ->> "
                       "('$.weights[' || (l - 1) || ']')) FROM mix_responsibilities(m, x, y) WHERE component = "
                       "l))) FROM r, model WHERE w > 0"),
        1e-12, 0);
}

static void weights_count_rows_and_labels_have_names(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    sql_run(db, "CREATE TABLE named AS SELECT mix_rename(m, '[\"low\",\"high\"]') AS m FROM model");
    static const char *const calls[] = {"mix_loglik", "mix_step"};
    for (size_t i = 0; i < 2; i++) {
        const char *path = i == 0 ? "$" : "$.loglik";
        assert_close(
            sql_double(db, "SELECT json(%s(m, x, y, 2, '{\"weight\":3}')) ->> %Q FROM r, model", calls[i], path),
            sql_double(db,
                       "SELECT json(%s(m, x, y)) ->> %Q FROM (SELECT x, y FROM r UNION ALL SELECT x, y FROM r), "
                       "model",
                       calls[i], path),
            1e-12, 0);
        /* What has no weight is not there; a NULL says nothing of the component. */
        assert_close(sql_double(db, "SELECT json(%s(m, x, y)) ->> %Q FROM r, model WHERE w > 1", calls[i], path),
                     sql_double(db,
                                "SELECT json(%s(m, x, y, NULL, iif(w > 1, 1, nullif(w, 1)), '{\"label\":3,"
                                "\"weight\":4}')) ->> %Q FROM r, model",
                                calls[i], path),
                     1e-12, 0);
        assert_close(sql_double(db,
                                "SELECT json(%s(m, x, l, y, w, '{\"columns\":[\"x\",\"kind\",\"y\",\"times\"],"
                                "\"weight\":\"times\",\"label\":\"kind\"}')) ->> %Q FROM r, model",
                                calls[i], path),
                     sql_double(db,
                                "SELECT json(%s(m, x, y, w, iif(l = 1, 'low', iif(l = 2, 'high', NULL)), '" EXTRA
                                "')) ->> %Q FROM r, named",
                                calls[i], path),
                     1e-12, 0);
    }
}

static void windows_take_rows_out_with_their_weights(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    assert_close(
        sql_double(db,
                   "SELECT max(abs(a - b)) FROM (SELECT mix_loglik(m, x, y, w, l, '" EXTRA "') OVER (ORDER BY "
                   "r.rowid ROWS 9 PRECEDING) AS a, (SELECT mix_loglik(m, s.x, s.y, s.w, s.l, '" EXTRA "') FROM r "
                   "AS s WHERE s.rowid BETWEEN r.rowid - 9 AND r.rowid) AS b FROM r, model WHERE r.rowid < 60)"),
        0, 0, 1e-10);
    assert_close(
        sql_double(
            db,
            "SELECT max(abs((a ->> '$.means[1][0]') - (b ->> '$.means[1][0]'))) FROM (SELECT mix_step(m, x, y, w, "
            "'{\"weight\":3}') OVER (ORDER BY r.rowid ROWS 9 PRECEDING) AS a, (SELECT mix_step(m, s.x, s.y, "
            "s.w, '{\"weight\":3}') FROM r AS s WHERE s.rowid BETWEEN r.rowid - 9 AND r.rowid) AS b FROM r, "
            "model WHERE r.rowid < 40)"),
        0, 0, 1e-10);
}

/* A sample keeps weights and labels as columns, for a fit that is told so. */
static void a_sample_of_rows_keeps_them(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    const char *options = "json_object('columns', json('[\"x\",\"y\",\"w\",\"l\"]'), 'weight', 'w', 'label', 'l')";
    assert_close(
        sql_double(db,
                   "SELECT gmm_fit(s, 2, %s) ->> 'loglik' FROM (SELECT mix_sample_rows(1000, x, y, w, l) AS "
                   "s FROM r)",
                   options),
        sql_double(db, "SELECT gmm_fit(x, y, w, l, 2, %s) ->> 'loglik' FROM r", options), 1e-9, 0);
}

static void mistakes_are_named(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    static const char *const cases[][2] = {
        {"mix_statistics(m, x, y, w, '{\"weight\":\"w\"}')",
         "mix_statistics: argument 5 (options): weight is \"w\" at offset 10; expected the name of a column or its "
         "position from 1 to 3"},
        {"mix_step(m, x, y, -1, '{\"weight\":3}')",
         "mix_step: argument 4 (weight) is INTEGER -1 in row 1; expected a weight >= 0"},
        {"mix_loglik(m, x, y, 'a', '{\"weight\":3}')",
         "mix_loglik: argument 4 (weight) is TEXT 'a' in row 1; expected a weight >= 0"},
        {"mix_step(m, x, y, 3, '{\"label\":3}')",
         "mix_step: argument 4 (label) is INTEGER 3 in row 1; expected a component from 1 to 2, or NULL for unknown"},
        {"mix_step(m, x, y, 'b', '{\"label\":3,\"columns\":[\"x\",\"y\",\"kind\"]}')",
         "mix_step: argument 4 (kind) is TEXT 'b' in row 1; expected a component from 1 to 2, or NULL for unknown: the "
         "model has no names"},
        {"mix_step(m, w, 'b', y, '{\"weight\":1}')",
         "mix_step: argument 3 (x1) is TEXT 'b' in row 1; expected a number"},
        {"mix_step(m, x, w, l, 'b', '{\"weight\":2,\"label\":3}')",
         "mix_step: argument 5 (x2) is TEXT 'b' in row 1; expected a number"},
        {"mix_statistics(m, x, y, w, '{\"memory\":3}')",
         "mix_statistics: argument 5 (options): unknown key \"memory\" at offset 1; expected one of columns, weight, "
         "label"},
        {"mix_loglik(m, x, y, w)",
         "mix_loglik: 3 values given; expected 2, the model's columns, or one mix_row()"},
        {"mix_loglik(m, mix_row(x, y), '{\"label\":2}')",
         "mix_loglik: argument 3 (options): label is among the values of one argument; expected an argument of its own"},
        {"mix_loglik(m, x, y, w, iif(r.rowid < 5, '{\"weight\":3}', '{}'))",
         "mix_loglik: argument 5 (options) changes in row 4; expected the same in all rows"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_error(db, sql_format("SELECT %s FROM r, model WHERE w > 0", cases[i][0]), cases[i][1]);
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        sql_test(em_by_hand_ends_where_a_fit_with_weights_and_labels_does),
        sql_test(statistics_are_weighted_sums_of_responsibilities),
        sql_test(weights_count_rows_and_labels_have_names),
        sql_test(windows_take_rows_out_with_their_weights),
        sql_test(a_sample_of_rows_keeps_them),
        sql_test(mistakes_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
