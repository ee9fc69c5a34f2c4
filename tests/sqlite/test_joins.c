/* test_joins.c: table-valued functions among other tables: joins, hidden columns, the limits of SQLite's
** planner. */
#include <math.h>
#include <string.h>

#include "plain.h"
#include "sql.h"

/* Points p(id, x1, x2) with NULLs, models in models(g, m), all of two columns. */
static int with_points(void **state) {
    *state = sql_open();
    sql_run(*state, "CREATE TABLE p(id INTEGER PRIMARY KEY, x1, x2); CREATE TABLE models(g, m)");
    uint64_t random = 1;
    for (int i = 0; i < 40; i++) {
        double x[2] = {10 * plain_random(&random) - 5, i % 7 == 0 ? (double)NAN : 10 * plain_random(&random) - 5};
        sql_run(*state, "INSERT INTO p(x1, x2) VALUES (%s)", plain_arguments(x, 2));
    }
    for (int g = 0; g < 3; g++) {
        plain model = plain_model(3, 2, (unsigned)g);
        sql_run(*state, "INSERT INTO models VALUES (%d, %Q)", g, plain_json(&model));
    }
    return 0;
}

#define points_test(name) cmocka_unit_test_setup_teardown(name, with_points, sql_teardown)

/* The query gives id, g, component, probability for all 360 triples, each as mix_probability() says. */
static void check_triples(sqlite3 *db, const char *sql) {
    assert_int_equal(sql_integer(db, "SELECT count(*) FROM (%s)", sql), 360);
    assert_int_equal(sql_integer(db, "SELECT count(DISTINCT id * 100 + g * 10 + component) FROM (%s)", sql), 360);
    assert_int_equal(
        sql_integer(db,
                    ("SELECT count(*) FROM (%s) q JOIN p ON p.id = q.id JOIN models ON models.g = q.g "
                     "WHERE q.probability <> mix_probability(m, q.component, x1, x2)"),
                    sql),
        0);
}

static void lateral_joins_work_in_any_order_of_the_tables(void **state) {
    const char *const queries[] = {
        "SELECT id, g, component, probability FROM p, models, mix_responsibilities(m, p.x1, p.x2)",
        "SELECT id, g, component, probability FROM models, p, mix_responsibilities(m, p.x1, p.x2)",
        "SELECT id, g, component, probability FROM mix_responsibilities(m, p.x1, p.x2), p, models",
        "SELECT id, g, component, probability FROM models, mix_responsibilities(m, p.x1, p.x2), p",
        "SELECT id, g, component, probability FROM p CROSS JOIN models CROSS JOIN mix_responsibilities(m, p.x1, p.x2)",
        "SELECT id, g, component, probability FROM p JOIN models JOIN mix_responsibilities(m, mix_row(p.x1, p.x2))",
        "SELECT id, g, component, probability FROM p LEFT JOIN models LEFT JOIN mix_responsibilities(m, p.x1, p.x2)",
        ("SELECT id, g, component, probability FROM p, models, mix_responsibilities r WHERE r._model = m AND p.x1 IS r._x1 "
         "AND p.x2 IS r._x2"),
    };
    for (size_t i = 0; i < sizeof queries / sizeof *queries - 1; i++) {
        check_triples(*state, queries[i]);
    }
    /* IS is no equality: SQLite does not pass it on. */
    expect_error(*state, queries[7],
                 "mix_responsibilities: argument 2 is missing; expected mix_responsibilities(model, x1, ..., xd)");
}

static void names_of_the_users_columns_are_not_ambiguous(void **state) {
    check_triples(*state, "SELECT id, g, component, probability FROM p, models, mix_responsibilities(m, x1, x2)");
    assert_int_equal(sql_count(*state, "SELECT x1, x2, m, i FROM (SELECT 5 AS i), p, models, mix_components(m)"),
                     360);
    assert_int_equal(sql_integer(*state,
                                 "SELECT count(*) FROM pragma_table_xinfo('mix_responsibilities') WHERE hidden "
                                 "AND name NOT LIKE '\\_%%' ESCAPE '\\'"),
                     0);
}

static void a_join_order_that_cannot_pass_the_arguments_is_refused(void **state) {
    const char *const queries[] = {
        "SELECT count(*) FROM mix_responsibilities(m, p.x1, p.x2) CROSS JOIN p CROSS JOIN models",
        "SELECT * FROM mix_components LEFT JOIN models ON _model = m",
    };
    for (int i = 0; i < 2; i++) {
        char *text;
        assert_int_equal(sql_outcome(*state, queries[i], &text), SQLITE_ERROR);
        /* Some versions of SQLite do not show the module a condition that cannot be used. */
        assert_true(strstr(text, ": argument 1 is missing; expected mix_") != NULL ||
                    strcmp(text, "no query solution") == 0);
    }
}

static void in_on_hidden_columns_runs_the_table_for_each_value(void **state) {
    plain one = plain_model(2, 1, 1);
    const char *json = plain_json(&one);
    double sums[2];
    (void)sql_numbers(
        *state, sums, 2,
        "SELECT count(*), sum(log_density) FROM mix_responsibilities WHERE _model = %Q AND _x1 IN (1, 2, 3.5)",
        json);
    long double sum = 0;
    const double values[] = {1, 2, 3.5};
    for (int i = 0; i < 3; i++) {
        sum += plain_component(&one, 0, values + i, NULL) + plain_component(&one, 1, values + i, NULL);
    }
    assert_true(sums[0] == 6);
    assert_close(sums[1], (double)sum, 1e-12, 0);
    assert_int_equal(sql_count(*state, "SELECT * FROM mix_components WHERE _model IN (SELECT m FROM models)"), 9);
    assert_int_equal(sql_count(*state,
                               "SELECT * FROM models, mix_sample WHERE _model = m AND _n IN (1, 2, 4) AND _seed "
                               "IN (1, 2)"),
                     3 * 2 * 7);
}

static void or_on_hidden_columns_runs_the_table_for_each_value(void **state) {
    plain one = plain_model(2, 1, 1);
    const char *json = plain_json(&one);
    double in = sql_double(
        *state, "SELECT sum(log_density) FROM mix_responsibilities WHERE _model = %Q AND _x1 IN (1, 2)", json);
    assert_close(
        sql_double(*state,
                   ("SELECT sum(log_density) FROM mix_responsibilities WHERE (_model = %Q AND _x1 = 1) OR "
                    "(_model = %Q AND _x1 = 2)"),
                   json, json),
        in, 1e-12, 0);
    assert_close(
        sql_double(*state,
                   "SELECT sum(log_density) FROM mix_responsibilities WHERE _model = %Q AND (_x1 = 1 OR _x1 = 2)",
                   json),
        in, 1e-12, 0);
}

/* Every table with its arguments, over models of two columns. */
static const char *const table_calls[] = {
    "mix_components(m)",
    "mix_parameters(m)",
    "mix_responsibilities(m, 1, 2)",
    "mix_responsibilities(m, mix_row(1, NULL))",
    "mix_sample(m, 3)",
    "mix_sample(m, 3, 4)",
    "mix_grid(m, 2, 3)",
    "mix_ellipses(m, 0.5, 4)",
    "mix_contours(m, 1, 5)",
};
enum { TABLE_CALLS = sizeof table_calls / sizeof *table_calls };

static void a_row_has_the_same_rowid_whenever_it_is_asked_for(void **state) {
    for (int i = 0; i < TABLE_CALLS; i++) {
        const char *sql = "SELECT group_concat(t.rowid, ' ') FROM (SELECT m FROM models LIMIT 1), %s t";
        char *first = sql_text(*state, sql_format(sql, table_calls[i]));
        (void)sql_count(*state, sql_format("SELECT t.rowid FROM models, %s t", table_calls[i]));
        assert_string_equal(sql_text(*state, sql_format(sql, table_calls[i])), first);
        sqlite3 *other = sql_open(); /* and in another connection */
        sql_run(other, "CREATE TABLE models AS SELECT %Q AS m", sql_text(*state, "SELECT m FROM models LIMIT 1"));
        assert_string_equal(sql_text(other, sql_format(sql, table_calls[i])), first);
        sql_close(other);
    }
}

static void rowids_of_different_calls_differ(void **state) {
    for (int i = 0; i < TABLE_CALLS; i++) {
        const char *sql = sql_format(
            "SELECT count(*) = count(DISTINCT t.rowid) AND min(t.rowid) >= 0 FROM models, %s t", table_calls[i]);
        assert_int_equal(sql_integer(*state, sql), 1);
    }
    static const char *const pairs[][2] = {
        {"mix_sample(m, 3, 4)", "mix_sample(m, 4, 4)"},
        {"mix_sample(m, 3, 9007199254740992)", "mix_sample(m, 3, 9007199254740993)"},
        {"mix_grid(m, 2, 3)", "mix_grid(m, 3, 2)"},
        {"mix_responsibilities(m, 1, 2)", "mix_responsibilities(m, 2, 1)"},
        {"mix_responsibilities(m, 1, NULL)", "mix_responsibilities(m, NULL, 1)"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        assert_int_equal(sql_count(*state, sql_format("SELECT 1 FROM models, %s a, %s b WHERE a.rowid = b.rowid",
                                                      pairs[i][0], pairs[i][1])),
                         0);
    }
}

static void or_on_the_same_call_gives_its_rows_once(void **state) {
    const char *json = sql_text(*state, "SELECT m FROM models LIMIT 1");
    assert_int_equal(
        sql_count(*state, "SELECT * FROM mix_sample WHERE (_model = %Q AND _n = 3) OR (_model = %Q AND _n = 3.0)",
                  json, json),
        3);
    assert_int_equal(
        sql_count(*state, "SELECT * FROM mix_sample WHERE (_model = %Q AND _n = 3) OR (_model = %Q AND _n = 4)",
                  json, json),
        7);
}

static void contradicting_conditions_give_no_rows(void **state) {
    assert_int_equal(sql_count(*state, "SELECT * FROM models, mix_sample(m, 5) WHERE _n = 6"), 0);
    assert_int_equal(sql_count(*state, "SELECT * FROM models, mix_sample(m, 5) WHERE _n = 5"), 15);
}

static void conditions_on_output_columns_only_filter(void **state) {
    assert_int_equal(
        sql_count(*state, "SELECT * FROM p, models, mix_responsibilities(m, x1, x2) r WHERE r.component = 2"),
        120);
    assert_int_equal(sql_count(*state,
                               "SELECT * FROM p, models, mix_responsibilities(m, x1, x2) r "
                               "WHERE r.component BETWEEN 2 AND 3 AND r.probability >= 0 AND r.log_density < 1e9"),
                     240);
    assert_int_equal(sql_count(*state, "SELECT * FROM models, mix_components(m) WHERE component IN (1, 3)"), 6);
    assert_int_equal(sql_count(*state, "SELECT * FROM models, mix_components(m) WHERE weight > 2"), 0);
    assert_string_equal(sql_text(*state, "SELECT group_concat(component, '') FROM (SELECT component FROM models, "
                                         "mix_components(m) WHERE g = 0 ORDER BY component DESC)"),
                        "321");
}

static void a_models_text_is_given_back_as_the_hidden_column(void **state) {
    assert_int_equal(sql_integer(*state, "SELECT count(*) FROM models, mix_components(m) WHERE _model IS m"), 9);
    assert_int_equal(sql_integer(*state, "SELECT count(*) FROM models, mix_components(m) WHERE _model || '' = m"),
                     9);
}

static void models_come_from_subqueries_expressions_and_ctes(void **state) {
    assert_int_equal(sql_count(*state, "SELECT * FROM mix_components((SELECT m FROM models WHERE g = 1))"), 3);
    assert_int_equal(sql_count(*state, "WITH best AS (SELECT m FROM models WHERE g = 2) SELECT * FROM best, "
                                       "mix_components(best.m)"),
                     3);
    assert_int_equal(sql_count(*state, "SELECT * FROM (SELECT gmm_fit(x1, 2) AS m FROM p), mix_parameters(m)"), 6);
    assert_int_equal(sql_count(*state, "SELECT * FROM models, mix_components(m || ' ')"), 9);
    assert_int_equal(
        sql_integer(*state, "SELECT mix_predict((SELECT m FROM models WHERE g = 0), 1, NULL) BETWEEN 1 AND 3"), 1);
    assert_int_equal(sql_integer(*state, "WITH best AS MATERIALIZED (SELECT m FROM models WHERE g = 0) SELECT "
                                         "count(mix_predict(m, x1, x2)) FROM best, p"),
                     40);
}

static void a_table_may_be_joined_with_itself(void **state) {
    assert_int_equal(sql_integer(*state, "SELECT count(*) FROM models, mix_components(m) a, mix_components(m) b "
                                         "WHERE a.component < b.component"),
                     9);
    assert_int_equal(sql_integer(*state, "SELECT count(*) FROM models a, models b, mix_components(a.m) c, "
                                         "mix_components(b.m) e WHERE c.weight = e.weight AND a.g = b.g"),
                     9);
    /* Two cursors on one model score different rows in turn. */
    assert_int_equal(sql_integer(*state,
                                 "SELECT count(*) FROM models, p a, mix_responsibilities(m, a.x1, a.x2) r, p b, "
                                 "mix_responsibilities(m, b.x1, b.x2) s WHERE g = 0 AND r.component = s.component "
                                 "AND a.id = b.id AND r.probability = s.probability"),
                     120);
}

static void distinct_and_group_by_work_on_results(void **state) {
    assert_int_equal(sql_count(*state, "SELECT DISTINCT mix_predict(m, 0, 0) FROM models a, p WHERE g = 1"), 1);
    assert_int_equal(sql_integer(*state, "SELECT count(DISTINCT mix_probabilities(m, 1, 2)) FROM models, p"), 3);
    assert_int_equal(sql_integer(*state,
                                 "SELECT sum(n) FROM (SELECT mix_predict(m, x1, x2) AS c, count(*) AS n FROM p, "
                                 "models GROUP BY c)"),
                     120);
    assert_int_equal(sql_count(*state, "SELECT DISTINCT m FROM models, mix_components(m)"), 3);
}

static void too_many_arguments_are_refused_by_sqlite(void **state) {
    char *text, arguments[600] = "0";
    for (int i = 1; i < 127; i++) {
        strcat(arguments, ", 0");
    }
    assert_int_equal(
        sql_outcome(*state, sql_format("SELECT * FROM mix_responsibilities('{}', %s)", arguments), &text),
        SQLITE_ERROR);
    assert_true(strstr(text, "too many arguments on ") != NULL);
    assert_int_equal(sql_outcome(*state, "SELECT * FROM mix_components('{}', 1)", &text), SQLITE_ERROR);
    assert_string_equal(text, "too many arguments on mix_components() - max 1");
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        points_test(lateral_joins_work_in_any_order_of_the_tables),
        points_test(names_of_the_users_columns_are_not_ambiguous),
        points_test(a_join_order_that_cannot_pass_the_arguments_is_refused),
        points_test(in_on_hidden_columns_runs_the_table_for_each_value),
        points_test(or_on_hidden_columns_runs_the_table_for_each_value),
        points_test(a_row_has_the_same_rowid_whenever_it_is_asked_for),
        points_test(rowids_of_different_calls_differ),
        points_test(or_on_the_same_call_gives_its_rows_once),
        points_test(contradicting_conditions_give_no_rows),
        points_test(conditions_on_output_columns_only_filter),
        points_test(a_models_text_is_given_back_as_the_hidden_column),
        points_test(models_come_from_subqueries_expressions_and_ctes),
        points_test(a_table_may_be_joined_with_itself),
        points_test(distinct_and_group_by_work_on_results),
        points_test(too_many_arguments_are_refused_by_sqlite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
