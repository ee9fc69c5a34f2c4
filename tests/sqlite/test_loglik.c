/* test_loglik.c: mix_loglik, the total log-likelihood of many rows. */
#include <math.h>
#include <string.h>

#include "plain.h"
#include "sql.h"

static const char unit[] = "{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0]],\"covariances\":[[[1]]]}";

/* A table of rows of which each value is NULL with the given probability; returns their log-likelihood. */
static double fill(sqlite3 *db, const plain *model, int rows, double missing) {
    uint64_t random = 11;
    long double sum = 0;
    sql_run(db, "CREATE TABLE rows(x REAL, y REAL); BEGIN");
    for (int i = 0; i < rows; i++) {
        double x[2];
        for (int j = 0; j < 2; j++) {
            x[j] = 12 * plain_random(&random) - 6;
            x[j] = plain_random(&random) < missing ? (double)NAN : x[j];
        }
        sum += plain_log_density(model, x, NULL);
        sql_run(db, "INSERT INTO rows VALUES (%s)", plain_arguments(x, 2));
    }
    sql_run(db, "COMMIT");
    return (double)sum;
}

static void the_total_is_the_sum_over_rows(void **state) {
    plain model = plain_model(3, 2, 1);
    double sum = fill(*state, &model, 1500, 0);
    assert_close(sql_double(*state, "SELECT mix_loglik(%Q, x, y) FROM rows", plain_json(&model)), sum, 1e-13, 0);
}

static void rows_with_nulls_count_by_their_marginal(void **state) {
    plain model = plain_model(3, 2, 1);
    const char *json = plain_json(&model);
    double sum = fill(*state, &model, 700, 0.3);
    assert_close(sql_double(*state, "SELECT mix_loglik(%Q, x, y) FROM rows", json), sum, 1e-13, 0);
    assert_int_equal(
        sql_integer(*state, "SELECT mix_loglik(%Q, x, y) = mix_loglik(%Q, mix_row(x, y)) FROM rows", json, json),
        1);
}

static void far_rows_among_near_ones_are_not_lost(void **state) {
    /* Log density -1/2 (x^2 + ln 2 pi): of 0, 1e3 and 1e160, whose square no double holds. */
    double near = -0.5 * log(2 * acos(-1));
    double two = sql_double(*state, "SELECT mix_loglik(%Q, column1) FROM (VALUES (0), (1e3))", unit);
    assert_close(two, 2 * near - 5e5, 1e-15, 0);
    double far = sql_double(*state, "SELECT mix_loglik(%Q, column1) FROM (VALUES (0), (1e153), (0))", unit);
    assert_close(far, -5e305, 1e-14, 0);
}

static void no_rows_give_null(void **state) {
    sql_run(*state, "CREATE TABLE none(x)");
    sql_is_null(*state, "SELECT mix_loglik(%Q, x) FROM none", unit);
    sql_is_null(*state, "SELECT mix_loglik(%Q, column1) FILTER (WHERE column1 > 5) FROM (VALUES (1), (2))", unit);
}

static void a_null_model_gives_null(void **state) {
    sql_is_null(*state, "SELECT mix_loglik(NULL, column1) FROM (VALUES (1), (2))");
    sql_is_null(*state, "SELECT mix_loglik(NULL, column1, 'x') FROM (VALUES (1), (2))");
}

static void each_group_has_its_own_model(void **state) {
    plain models[2] = {plain_model(2, 2, 1), plain_model(3, 2, 2)};
    (void)fill(*state, &models[0], 300, 0);
    sql_run(*state, "CREATE TABLE models(g, m); INSERT INTO models VALUES (0, %Q), (1, %Q)",
            plain_json(&models[0]), plain_json(&models[1]));
    double totals[2], rows[600];
    (void)sql_numbers(*state, rows, 600, "SELECT x, y FROM rows ORDER BY rowid");
    assert_int_equal(
        sql_numbers(*state, totals, 2,
                    "SELECT mix_loglik(m, x, y) FROM rows, models WHERE g = rows.rowid %% 2 GROUP BY m "
                    "ORDER BY g"),
        2);
    long double sums[2] = {0, 0};
    for (size_t i = 0; i < 300; i++) {
        size_t g = (i + 1) % 2;
        sums[g] += plain_log_density(&models[g], rows + 2 * i, NULL);
    }
    assert_close(totals[0], (double)sums[0], 1e-13, 0);
    assert_close(totals[1], (double)sums[1], 1e-13, 0);
}

static void a_model_that_changes_between_rows_is_an_error(void **state) {
    sql_run(*state, "CREATE TABLE models(m); INSERT INTO models VALUES (%Q), (%Q || ' ')", unit, unit);
    expect_error(*state, "SELECT mix_loglik(m, 1) FROM models",
                 "mix_loglik: argument 1 (model) changes in row 2; expected the same in all rows, or GROUP BY it");
    expect_error(*state, "SELECT mix_loglik(iif(rowid = 1, m, NULL), 1) FROM models",
                 "mix_loglik: argument 1 (model) changes in row 2; expected the same in all rows, or GROUP BY it");
    expect_error(*state, "SELECT mix_loglik(iif(rowid = 1, NULL, m), 1) FROM models",
                 "mix_loglik: argument 1 (model) changes in row 2; expected the same in all rows, or GROUP BY it");
}

static void an_error_names_the_row(void **state) {
    sql_run(*state,
            "CREATE TABLE v(x); INSERT INTO v VALUES (1), (2), ('abc'), (4); CREATE TABLE one(m); "
            "INSERT INTO one VALUES (%Q)",
            unit);
    expect_error(*state, "SELECT mix_loglik(m, x) FROM one, v",
                 "mix_loglik: argument 2 (x1) is TEXT 'abc' in row 3; expected a number");
    expect_error(*state, "SELECT mix_loglik(m, x, x) FROM one, v",
                 "mix_loglik: 2 values given; expected 1, the model's columns, or one mix_row()");
    expect_error(*state, "SELECT mix_loglik(m) FROM one, v",
                 "mix_loglik: 1 argument given; expected mix_loglik(model, x... [, options])");
}

static void it_agrees_with_the_sum_of_log_densities(void **state) {
    size_t rows = sql_csv(*state, "points", "points.csv", 2);
    sql_run(*state, "CREATE TABLE model AS SELECT gmm_fit(c1, c2, 3) AS m FROM points");
    double difference[2];
    (void)sql_numbers(*state, difference, 2,
                      "SELECT mix_loglik(m, c1, c2), sum(mix_log_density(m, c1, c2)) FROM points, model");
    assert_close(difference[0], difference[1], 1e-12, 0);
    assert_close(difference[0], sql_double(*state, "SELECT m ->> 'loglik' FROM model"), 1e-9, 0);
    assert_int_equal(rows, 1000);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        sql_test(the_total_is_the_sum_over_rows),
        sql_test(rows_with_nulls_count_by_their_marginal),
        sql_test(far_rows_among_near_ones_are_not_lost),
        sql_test(no_rows_give_null),
        sql_test(a_null_model_gives_null),
        sql_test(each_group_has_its_own_model),
        sql_test(a_model_that_changes_between_rows_is_an_error),
        sql_test(an_error_names_the_row),
        sql_test(it_agrees_with_the_sum_of_log_densities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
