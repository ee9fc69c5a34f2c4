/* test_schema.c: functions and tables inside the schema - views, triggers, CHECK, generated columns, indexes -
** also when the schema is not trusted; and in databases of another encoding. */
#include <string.h>

#include "plain.h"
#include "sql.h"

static const char hand[] = "{\"family\":\"gaussian\",\"weights\":[0.5,0.5],\"means\":[[0],[10]],"
                           "\"covariances\":[[[1]],[[4]]]}";

static int untrusted(void **state) {
    *state = sql_open();
    sql_run(*state,
            "PRAGMA trusted_schema = OFF; CREATE TABLE model(m); INSERT INTO model VALUES (%Q); "
            "CREATE TABLE p(id INTEGER PRIMARY KEY, x REAL); INSERT INTO p(x) VALUES (-1), (0.5), (4), (9), (12)",
            hand);
    return sql_integer(*state, "PRAGMA trusted_schema") != 0;
}

#define schema_test(name) cmocka_unit_test_setup_teardown(name, untrusted, sql_teardown)

static void views_may_use_every_function_and_table(void **state) {
    sql_run(*state, "CREATE VIEW scored AS SELECT mix_predict(m, x) AS c, mix_probability(m, 1, x) AS p, "
                    "mix_probabilities(m, x) AS ps, mix_uncertainty(m, x) AS u, mix_density(m, x) AS d, "
                    "mix_log_density(m, mix_row(x)) AS l, mix_distance(m, 1, x) AS far, mix_impute(m, NULL) AS i, "
                    "mixture_version() AS v, mixture_debug() AS b FROM p, model");
    assert_int_equal(sql_count(*state, "SELECT * FROM scored"), 5);
    assert_string_equal(sql_text(*state, "SELECT group_concat(c, '') FROM scored"), "11222");
    sql_run(*state, "CREATE VIEW total AS SELECT mix_loglik(m, x) AS l FROM p, model");
    assert_close(sql_double(*state, "SELECT l FROM total"), sql_double(*state, "SELECT sum(l) FROM scored"), 1e-14,
                 0);
    sql_run(*state, "CREATE VIEW fit AS SELECT gmm_fit(x, 2) AS m FROM p");
    assert_int_equal(sql_integer(*state, "SELECT json_valid(m) FROM fit"), 1);
    const char *const tables[] = {"mix_components(m)", "mix_parameters(m)", "mix_trace(m)",
                                  "mix_sample(m, 3)",  "mix_grid(m, 3)",    "mix_responsibilities(m, 5)"};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        sql_run(*state, "CREATE VIEW v%d AS SELECT t.* FROM fit, %s t", (int)i, tables[i]);
        assert_true(sql_count(*state, "SELECT * FROM v%d", (int)i) > 0);
    }
    sql_run(
        *state,
        "CREATE VIEW outline AS SELECT * FROM (SELECT gmm_fit(x, id, 1) AS m FROM p), mix_ellipses(m, 0.5, 4)");
    assert_int_equal(sql_count(*state, "SELECT * FROM outline"), 4);
}

static void triggers_may_use_functions_and_tables(void **state) {
    sql_run(*state,
            "CREATE TABLE log(id, c, p); CREATE TRIGGER t AFTER INSERT ON p BEGIN "
            "INSERT INTO log SELECT new.id, component, probability FROM model, mix_responsibilities(m, new.x); "
            "UPDATE p SET x = mix_predict((SELECT m FROM model), new.x) WHERE id = new.id; END");
    sql_run(*state, "INSERT INTO p VALUES (100, 9.5), (101, NULL)");
    assert_string_equal(sql_text(*state, "SELECT group_concat(id || ':' || x, ' ') FROM p WHERE id >= 100"),
                        "100:2.0 101:1.0");
    assert_int_equal(sql_integer(*state, "SELECT count(*) FROM log"), 4);
    assert_close(sql_double(*state, "SELECT p FROM log WHERE id = 101 AND c = 2"), 0.5, 0, 0);
}

static void check_constraints_may_use_functions(void **state) {
    sql_run(*state, "CREATE TABLE inliers(x REAL CHECK (mix_log_density('%s', x) > -8))", hand);
    sql_run(*state, "INSERT INTO inliers VALUES (0), (10)");
    char *text;
    assert_int_equal(sql_outcome(*state, "INSERT INTO inliers VALUES (100)", &text), SQLITE_CONSTRAINT);
    assert_int_equal(sql_integer(*state, "SELECT count(*) FROM inliers"), 2);
    /* A model is checked in the constraint, and its error comes through. */
    sql_run(*state, "CREATE TABLE models(m TEXT CHECK (mix_density(m, NULL) > 0))");
    expect_error(*state, "INSERT INTO models VALUES ('{}')",
                 "mix_density: argument 1 (model): key family is missing");
    sql_run(*state, "INSERT INTO models VALUES (%Q)", hand);
}

static void generated_columns_may_use_functions(void **state) {
    sql_run(*state, "CREATE TABLE g(x REAL, c AS (mix_predict('%s', x)) STORED, u AS (mix_uncertainty('%s', x)))",
            hand, hand);
    sql_run(*state, "INSERT INTO g(x) VALUES (0), (10), (NULL)");
    assert_string_equal(sql_text(*state, "SELECT group_concat(c, '') FROM g"), "121");
    assert_true(sql_double(*state, "SELECT u FROM g WHERE x IS NULL") == 0.5);
}

static void indexes_on_expressions_may_use_functions(void **state) {
    sql_run(*state, "CREATE INDEX by_component ON p(mix_predict('%s', x))", hand);
    assert_int_equal(sql_integer(*state, "SELECT count(*) FROM p WHERE mix_predict('%s', x) = 2", hand), 3);
    const char *plan = sql_format("EXPLAIN QUERY PLAN SELECT * FROM p WHERE mix_predict('%s', x) = 2", hand);
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(*state, plan, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_non_null(strstr((const char *)sqlite3_column_text(statement, 3), "USING INDEX by_component"));
    sqlite3_finalize(statement);
    sql_run(*state, "CREATE INDEX odd ON p(x) WHERE mix_density('%s', x) < 1e-4; INSERT INTO p(x) VALUES (1000)",
            hand);
    assert_string_equal(sql_text(*state, "PRAGMA integrity_check"), "ok");
}

static void aggregates_may_stand_in_having(void **state) {
    assert_int_equal(sql_integer(*state, "SELECT count(*) FROM p HAVING json_valid(gmm_fit(x, 1))"), 5);
}

static void every_function_is_innocuous_and_none_runs_sql(void **state) {
    /* A view in the temp schema of an untrusted one has been used above; here the flags themselves. */
    enum { INNOCUOUS = 0x200000, DIRECTONLY = 0x80000 };
    assert_int_equal(
        sql_integer(*state,
                    "SELECT count(DISTINCT name) >= 13 AND sum((flags & %d) = 0) = 0 AND "
                    "sum(flags & %d) = 0 FROM pragma_function_list WHERE name GLOB 'mix*_*' OR name = "
                    "'gmm_fit'",
                    INNOCUOUS, DIRECTONLY),
        1);
}

/* ---- Encodings ------------------------------------------------------------------------------------------- */

static void utf_16_databases_give_the_same_answers(void **state) {
    (void)state;
    const char *const encodings[] = {"UTF-8", "UTF-16le", "UTF-16be"};
    char *answers[3];
    sqlite3 *dbs[3];
    for (int i = 0; i < 3; i++) {
        sqlite3 *db = dbs[i] = sql_open();
        sql_run(db, "PRAGMA encoding = '%s'", encodings[i]);
        (void)sql_csv(db, "faithful", "faithful.csv", 2);
        sql_run(
            db,
            "CREATE TABLE model AS SELECT gmm_fit(c1, c2, 2, '{\"columns\":[\"l\xc3\xa4nge\",\"y\"]}') AS m FROM "
            "faithful");
        assert_string_equal(sql_text(db, "PRAGMA encoding"), encodings[i]);
        answers[i] =
            sql_text(db, "SELECT m || mix_predict(m, 3, NULL) || mix_probabilities(m, 3, 60) || (SELECT "
                         "group_concat(mean || covariance) FROM mix_components(m)) || (SELECT "
                         "sum(log_density) FROM mix_responsibilities(m, 3, 60)) || (SELECT mix_loglik(m, c1, c2) "
                         "FROM faithful) FROM model");
        expect_error(db, "SELECT mix_predict(m, 'abc', 1) FROM model",
                     "mix_predict: argument 2 (l\xc3\xa4nge) is TEXT 'abc'; expected a number");
        expect_error(
            db, "SELECT gmm_fit(c1, 2, '{\"max_iter\":-1}') FROM faithful",
            "gmm_fit: argument 3 (options): max_iter is -1 at offset 12; expected an integer from 0 to 1000000000");
    }
    assert_string_equal(answers[1], answers[0]);
    assert_string_equal(answers[2], answers[0]);
    for (int i = 0; i < 3; i++) {
        sql_close(dbs[i]);
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        schema_test(views_may_use_every_function_and_table),
        schema_test(triggers_may_use_functions_and_tables),
        schema_test(check_constraints_may_use_functions),
        schema_test(generated_columns_may_use_functions),
        schema_test(indexes_on_expressions_may_use_functions),
        schema_test(aggregates_may_stand_in_having),
        schema_test(every_function_is_innocuous_and_none_runs_sql),
        cmocka_unit_test(utf_16_databases_give_the_same_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
