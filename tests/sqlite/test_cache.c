/* test_cache.c: models that are kept parsed: many at once, long ones, and what happens when connections and the
** extension come and go. */
#include <math.h>
#include <string.h>

#include "plain.h"
#include "sql.h"

/* n models (k = 3, d = 2, different), and points, in tables. */
static void fill(sqlite3 *db, int n) {
    sql_run(db, "CREATE TABLE models(g INTEGER PRIMARY KEY, m); CREATE TABLE p(id INTEGER PRIMARY KEY, x, y)");
    for (int g = 0; g < n; g++) {
        plain model = plain_model(3, 2, (unsigned)g + 100);
        sql_run(db, "INSERT INTO models VALUES (%d, %Q)", g, plain_json(&model));
    }
    uint64_t random = 5;
    for (int i = 0; i < 60; i++) {
        double x = 10 * plain_random(&random) - 5, y = 10 * plain_random(&random) - 5;
        sql_run(db, "INSERT INTO p(x, y) VALUES (%!.17g, %!.17g)", x, y);
    }
}

/* Each row of g, x, y, answer is right. */
static void check_answers(sqlite3 *db, const char *sql, size_t rows) {
    static double numbers[4 * 6000];
    assert_int_equal(sql_numbers(db, numbers, 4 * 6000, "%s", sql), 4 * rows);
    for (size_t i = 0; i < rows; i++) {
        const double *row = numbers + 4 * i;
        plain model = plain_model(3, 2, (unsigned)row[0] + 100);
        assert_close(row[3], (double)plain_log_density(&model, row + 1, NULL), 1e-12, 0);
    }
}

static void any_number_of_models_in_turn_row_by_row_give_right_answers(void **state) {
    (void)state;
    const int counts[] = {1, 2, 3, 4, 5, 6, 10};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        sqlite3 *db = sql_open();
        fill(db, counts[i]);
        size_t rows = 60 * (size_t)counts[i];
        check_answers(db, "SELECT g, x, y, mix_log_density(m, x, y) FROM p CROSS JOIN models", rows);
        check_answers(db, "SELECT g, x, y, mix_log_density(m, x, y) FROM models CROSS JOIN p", rows);
        check_answers(db,
                      "SELECT g, x, y, (SELECT ln_sum FROM (SELECT mix_log_density(m, r.x, r.y) AS ln_sum FROM "
                      "(SELECT x, y) r)) FROM p CROSS JOIN models",
                      rows);
        check_answers(db, "SELECT g, x, y, mix_loglik(m, x, y) FROM p CROSS JOIN models GROUP BY g, id", rows);
        sql_close(db);
    }
}

static void scalars_and_tables_share_a_model_without_disturbing_each_other(void **state) {
    fill(*state, 2);
    /* While a cursor stands on one row, the scalar functions score others with the same model. */
    check_answers(
        *state,
        "SELECT g, p.x, p.y, mix_log_density(m, p.x, p.y) FROM models, p, mix_responsibilities(m, 0, 0) r "
        "WHERE r.component = 2",
        120);
    assert_int_equal(
        sql_integer(*state,
                    "SELECT count(*) FROM models, p, mix_responsibilities(m, x, y) r WHERE r.probability = "
                    "mix_probability(m, r.component, x, y) AND mix_density(m, -x, -y) > 0"),
        360);
    assert_int_equal(
        sql_integer(*state, "SELECT count(*) FROM models, mix_grid(m, 7) q WHERE abs(q.density - mix_density(m, "
                            "q.x, q.y)) < 1e-15 AND mix_predict(m, 3, 3) > 0"),
        2 * 49);
}

/* A model text of more than 2 KB: a short one with a long note. */
static char *lengthen(const char *json) {
    return sql_format("%.*s,\"note\":\"%03000d\"}", (int)strlen(json) - 1, json, 0);
}

static void long_models_are_as_good_as_literal_parameter_and_column(void **state) {
    fill(*state, 1);
    plain model = plain_model(3, 2, 100);
    const char *json = lengthen(plain_json(&model));
    assert_true(strlen(json) > 2048);
    check_answers(*state, sql_build("SELECT 0, x, y, mix_log_density(%Q, x, y) FROM p", json), 60);
    sql_run(*state, "UPDATE models SET m = %Q", json);
    check_answers(*state, "SELECT g, x, y, mix_log_density(m, x, y) FROM p CROSS JOIN models", 60);

    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(*state,
                                        "SELECT x, y, mix_log_density(?1, x, y), mix_predict(?1, x, y) FROM p", -1,
                                        &statement, NULL),
                     SQLITE_OK);
    for (unsigned seed = 100; seed < 108; seed++) { /* bound again, another model each time */
        model = plain_model(3, 2, seed);
        sqlite3_bind_text(statement, 1, lengthen(plain_json(&model)), -1, SQLITE_TRANSIENT);
        for (int row = 0; row < 60; row++) {
            assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
            double xy[] = {sqlite3_column_double(statement, 0), sqlite3_column_double(statement, 1)};
            assert_close(sqlite3_column_double(statement, 2), (double)plain_log_density(&model, xy, NULL), 1e-12,
                         0);
        }
        sqlite3_reset(statement);
    }
    sqlite3_bind_null(statement, 1);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_int_equal(sqlite3_column_type(statement, 2), SQLITE_NULL);
    sqlite3_finalize(statement);
}

static void a_long_literal_survives_ten_other_models_between_its_rows(void **state) {
    fill(*state, 10);
    plain model = plain_model(3, 2, 100);
    check_answers(*state,
                  sql_build("SELECT 0, x, y, mix_log_density(%Q, x, y) FROM p CROSS JOIN models WHERE "
                            "mix_density(m, 1, 2) > 0",
                            lengthen(plain_json(&model))),
                  600);
}

static void models_that_differ_in_one_digit_are_not_confused(void **state) {
    sql_run(
        *state,
        "CREATE TABLE v AS WITH RECURSIVE s(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM s WHERE i < 9) SELECT i "
        "FROM s");
    assert_int_equal(
        sql_integer(*state,
                    "SELECT count(*) FROM v a, v b WHERE mix_impute('{\"family\":\"gaussian\",\"weights\":[1],"
                    "\"means\":[[' || a.i || ']],\"covariances\":[[[1]]]}', NULL) = '[' || a.i || ']'"),
        100);
}

static void a_wrong_model_is_wrong_every_time(void **state) {
    for (int i = 0; i < 8; i++) {
        expect_error(*state, "SELECT mix_predict('{}', 1)",
                     "mix_predict: argument 1 (model): key family is missing");
    }
}

/* ---- Lifetimes -------------------------------------------------------------------------------------------- */

static void the_extension_may_be_loaded_twice_into_a_connection(void **state) {
    fill(*state, 3);
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(*state,
                                        "SELECT g, x, y, mix_log_density(m, x, y) FROM p CROSS JOIN models", -1,
                                        &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    sqlite3_reset(statement);
    sql_load_extension(*state);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW); /* prepared before, runs after */
    sqlite3_finalize(statement);
    sql_load_extension(*state);
    check_answers(*state, "SELECT g, x, y, mix_log_density(m, x, y) FROM p CROSS JOIN models", 180);
    assert_int_equal(sql_count(*state, "SELECT * FROM models, mix_components(m)"), 9);
}

static void loading_it_again_while_a_query_runs_does_no_harm(void **state) {
    fill(*state, 3);
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(*state,
                                        "SELECT mix_log_density(m, x, y), component FROM p, models, "
                                        "mix_responsibilities(m, x, y)",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    int rows = 0;
    for (; rows < 100; rows++) {
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    }
    char *message = NULL;
    int rc = sqlite3_load_extension(*state, MIXTURE_MODULE, NULL, &message);
    if (rc != SQLITE_OK) { /* SQLite does not replace functions in use */
        assert_non_null(strstr(message, "mixture: cannot register its functions"));
    }
    sqlite3_free(message);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        rows++;
    }
    assert_int_equal(rows, 540);
    sqlite3_finalize(statement);
    sql_load_extension(*state);
    check_answers(*state, "SELECT g, x, y, mix_log_density(m, x, y) FROM p CROSS JOIN models", 180);
}

static void connections_do_not_share_models(void **state) {
    sqlite3 *others[3];
    fill(*state, 3);
    for (int i = 0; i < 3; i++) {
        others[i] = sql_open();
        fill(others[i], 3);
    }
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 3 - round; i++) {
            check_answers(others[i], "SELECT g, x, y, mix_log_density(m, x, y) FROM p CROSS JOIN models", 180);
        }
        /* The texts kept go with the first connection closed: nothing here uses one afterwards. */
        sql_close(others[2 - round]);
        check_answers(*state, "SELECT g, x, y, mix_log_density(m, x, y) FROM p CROSS JOIN models", 180);
    }
}

static void a_connection_may_be_closed_before_its_statements(void **state) {
    (void)state;
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    sql_load_extension(db);
    fill(db, 6);
    sqlite3_stmt *scalar, *table, *aggregate;
    plain model = plain_model(3, 2, 100);
    char *sql = sql_build("SELECT mix_density(%Q, x, y), mix_density(m, x, y) FROM p, models",
                          lengthen(plain_json(&model)));
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &scalar, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT * FROM models, mix_sample(m, 100)", -1, &table, NULL),
                     SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT gmm_fit(x, y, 2) FROM p GROUP BY id % 3", -1, &aggregate, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(scalar), SQLITE_ROW);
    assert_int_equal(sqlite3_step(table), SQLITE_ROW);
    assert_int_equal(sqlite3_step(aggregate), SQLITE_ROW);
    assert_int_equal(sqlite3_close_v2(db), SQLITE_OK);
    assert_int_equal(sqlite3_step(scalar), SQLITE_ROW);
    assert_int_equal(sqlite3_step(table), SQLITE_ROW);
    assert_int_equal(sqlite3_step(aggregate), SQLITE_ROW);
    sqlite3_finalize(aggregate);
    sqlite3_finalize(scalar);
    sqlite3_finalize(table);
    assert_int_equal(sqlite3_memory_used(), 0);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_models_in_turn_row_by_row_give_right_answers),
        sql_test(scalars_and_tables_share_a_model_without_disturbing_each_other),
        sql_test(long_models_are_as_good_as_literal_parameter_and_column),
        sql_test(a_long_literal_survives_ten_other_models_between_its_rows),
        sql_test(models_that_differ_in_one_digit_are_not_confused),
        sql_test(a_wrong_model_is_wrong_every_time),
        sql_test(the_extension_may_be_loaded_twice_into_a_connection),
        sql_test(loading_it_again_while_a_query_runs_does_no_harm),
        sql_test(connections_do_not_share_models),
        cmocka_unit_test(a_connection_may_be_closed_before_its_statements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
