/* test_update.c: models that take rows in. */
#include <math.h>
#include <string.h>

#include "plain.h"
#include "sql.h"

static int set_up(void **state) {
    *state = sql_open();
    (void)sql_csv(*state, "faithful", "faithful.csv", 2);
    return 0;
}

#define update_test(name) cmocka_unit_test_setup_teardown(name, set_up, sql_teardown)

static double path(sqlite3 *db, const char *model, const char *key) {
    return sql_double(db, "SELECT %Q ->> %Q", model, key);
}

/* ---- One component: the closed form ------------------------------------------------------------------------- */

typedef struct moments {
    double n, mean[2], covariance[3]; /* xx, xy, yy */
} moments;

/* Mean and covariance with one more row of that weight, n first reduced to what the memory leaves. */
static void take_in(moments *m, const double *x, double weight, double memory) {
    double n = fmin(m->n, memory - weight), share = weight / (n + weight);
    double gap[2] = {x[0] - m->mean[0], x[1] - m->mean[1]};
    for (int i = 0; i < 3; i++) {
        double product = gap[i / 2] * gap[(i + 1) / 2];
        m->covariance[i] = (1 - share) * (m->covariance[i] + share * product);
    }
    m->mean[0] += share * gap[0];
    m->mean[1] += share * gap[1];
    m->n = n + weight;
}

static void check_moments(sqlite3 *db, const char *model, const moments *m) {
    static const char *const keys[] = {"$.means[0][0]",          "$.means[0][1]",
                                       "$.covariances[0][0][0]", "$.covariances[0][0][1]",
                                       "$.covariances[0][1][1]", "$.n"};
    const double want[] = {m->mean[0], m->mean[1], m->covariance[0], m->covariance[1], m->covariance[2], m->n};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        assert_close(path(db, model, keys[i]), want[i], 1e-11, 1e-11);
    }
}

#define ONE                                                                                                       \
    "{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[3,70]],\"covariances\":[[[1,8],[8,150]]],\"n\":40}"

static void a_single_component_forgets_at_the_rate_of_the_memory(void **state) {
    double rows[2 * 300];
    size_t count = sql_numbers(*state, rows, 600, "SELECT c1, c2 FROM faithful ORDER BY rowid") / 2;
    static const double memories[] = {2, 30, 100, INFINITY};
    for (size_t i = 0; i < sizeof memories / sizeof *memories; i++) {
        moments m = {40, {3, 70}, {1, 8, 150}};
        for (size_t r = 0; r < count; r++) {
            take_in(&m, rows + 2 * r, 1, memories[i]);
        }
        const char *options = isinf(memories[i]) ? "NULL" : sql_format("'{\"memory\":%g}'", memories[i]);
        char *model =
            sql_text(*state, "SELECT mix_update(%Q, c1, c2, %s) FROM (SELECT * FROM faithful ORDER BY rowid)", ONE,
                     options);
        check_moments(*state, model, &m);
    }
}

static void a_weight_counts_so_many_rows(void **state) {
    double rows[2 * 300];
    size_t count = sql_numbers(*state, rows, 600, "SELECT c1, c2 FROM faithful ORDER BY rowid") / 2;
    moments m = {40, {3, 70}, {1, 8, 150}};
    for (size_t r = 0; r < count; r++) {
        take_in(&m, rows + 2 * r, (double)(r % 3) / 2 + 0.25, 50);
    }
    check_moments(*state,
                  sql_text(*state,
                           "SELECT mix_update(%Q, c1, ((rowid - 1) %% 3) / 2.0 + 0.25, c2, "
                           "'{\"columns\":[\"a\",\"w\",\"b\"],\"weight\":\"w\",\"memory\":50}') FROM faithful",
                           ONE),
                  &m);
    assert_string_equal(sql_text(*state,
                                 "SELECT mix_update(%Q, 1, 2, v, '{\"weight\":3}') FROM (SELECT 0 AS v UNION "
                                 "ALL SELECT NULL)",
                                 ONE),
                        sql_text(*state, "SELECT mix_update(%Q, NULL, NULL)", ONE));
}

static void a_value_missing_is_expected_given_the_others(void **state) {
    /* E y = 70 + 8 (4 - 3) = 78, with the variance 150 - 64 left. */
    char *model = sql_text(*state, "SELECT mix_update(%Q, 4, NULL)", ONE);
    moments m = {40, {3, 70}, {1, 8, 150}};
    take_in(&m, (const double[]){4, 78}, 1, INFINITY);
    m.covariance[2] += (150.0 - 64) / 41;
    check_moments(*state, model, &m);
}

static void counts_words_and_sizes_have_their_closed_forms(void **state) {
    char *model = sql_text(*state, "SELECT mix_update('{\"family\":\"poisson\",\"weights\":[1],\"rates\":[[2,5]],"
                                   "\"n\":9}', 7, 0)");
    assert_close(path(*state, model, "$.rates[0][0]"), 25.0 / 10, 1e-12, 0);
    assert_close(path(*state, model, "$.rates[0][1]"), 45.0 / 10, 1e-12, 0);
    model = sql_text(*state, "SELECT mix_update('{\"family\":\"multinomial\",\"weights\":[1],\"probabilities\":"
                             "[[0.25,0.75]],\"n\":9,\"trials\":4}', 8, 6)");
    assert_close(path(*state, model, "$.probabilities[0][0]"), (9.0 + 8) / (36 + 14), 1e-12, 0);
    assert_close(path(*state, model, "$.trials"), (36.0 + 14) / 10, 1e-12, 0);
    model =
        sql_text(*state, "SELECT mix_update(m, 'b', 3.0) FROM (SELECT mix_fit(w, x, 1, "
                         "'{\"families\":{\"x2\":\"exponential\"}}') AS m FROM (SELECT 'a' AS w, 1 AS x UNION ALL "
                         "SELECT 'a', 4 UNION ALL SELECT 'b', 4))");
    assert_close(path(*state, model, "$.n"), 4, 0, 0);
    assert_close(path(*state, model, "$.parts[0].probabilities[0][0]"), 0.5, 1e-12, 0);
    assert_close(path(*state, model, "$.parts[1].rates[0]"), 1 / 3.0, 1e-12, 0);
}

/* ---- More components ---------------------------------------------------------------------------------------- */

static void each_row_in_turn_is_all_rows_in_order(void **state) {
    sql_run(*state, "CREATE TABLE model AS SELECT gmm_fit(c1, c2, 2) AS m FROM faithful WHERE rowid <= 50");
    sql_run(*state, "CREATE TABLE start AS SELECT m FROM model; CREATE TABLE arrived(x, y);"
                    "CREATE TRIGGER arrival AFTER INSERT ON arrived BEGIN UPDATE model SET m = "
                    "(SELECT mix_update(m, NEW.x, NEW.y, '{\"memory\":100}') FROM model); END;"
                    "INSERT INTO arrived SELECT c1, c2 FROM faithful WHERE rowid > 50 ORDER BY rowid");
    assert_string_equal(sql_text(*state, "SELECT m FROM model"),
                        sql_text(*state,
                                 "SELECT mix_update(m, c1, c2, '{\"memory\":100}') FROM start, (SELECT * FROM "
                                 "faithful WHERE rowid > 50 ORDER BY rowid)"));
    assert_int_equal(sql_integer(*state, "SELECT m ->> 'n' FROM model"), 100);
}

static void after_all_rows_em_ends_where_a_fit_does(void **state) {
    static const char *const fits[] = {
        "gmm_fit(%s, 2, '{\"tol\":1e-10}')", "gmm_fit(%s, 2, '{\"tol\":1e-10,\"covariance\":\"VEV\"}')",
        "mix_fit(%s, 2, '{\"tol\":1e-10,\"families\":{\"x1\":\"gamma\",\"x2\":\"lognormal\"}}')",
        "pmm_fit(%s, 2, '{\"tol\":1e-10}')"};
    for (size_t i = 0; i < sizeof fits / sizeof *fits; i++) {
        const char *columns = strncmp(fits[i], "pmm", 3) == 0 ? "round(10 * c1), c2" : "c1, c2";
        const char *fit = sql_build(fits[i], columns);
        sql_run(
            *state,
            "DROP TABLE IF EXISTS model; CREATE TABLE model AS SELECT %s AS m FROM faithful WHERE rowid %% 4 = 0",
            fit);
        sql_run(
            *state,
            "UPDATE model SET m = (SELECT mix_update(m, %s) FROM model, (SELECT * FROM faithful WHERE rowid %% 4 "
            "ORDER BY rowid))",
            columns);
        assert_int_equal(sql_integer(*state, "SELECT m ->> 'n' FROM model"), 272);
        double whole = sql_double(*state, "SELECT %s ->> 'loglik' FROM faithful", fit);
        double before = sql_double(*state, "SELECT mix_loglik(m, %s) FROM faithful, model", columns);
        double after = sql_double(
            *state, "SELECT mix_refit(m, %s, '{\"tol\":1e-10}') ->> 'loglik' FROM faithful, model", columns);
        assert_true(before > whole - 3 && before <= whole + 1e-6);
        assert_close(after, whole, 0, 1e-4);
    }
}

static void rows_of_noise_go_to_the_noise(void **state) {
    const char *model = "{\"family\":\"gaussian\",\"weights\":[0.9],\"means\":[[0]],\"covariances\":[[[1]]],"
                        "\"noise\":{\"weight\":0.1,\"low\":[-50],\"high\":[50]},\"n\":20}";
    char *next = sql_text(*state, "SELECT mix_update(%Q, 40)", model);
    double share = sql_double(*state, "SELECT mix_probability(%Q, 0, 40)", model);
    assert_close(path(*state, next, "$.noise.weight"), (2 + share) / 21, 1e-12, 0);
    assert_close(path(*state, next, "$.weights[0]"), 1 - (2 + share) / 21, 1e-12, 0);
}

static void what_is_known_of_the_rows_alone_is_left_out(void **state) {
    sql_run(*state, "CREATE TABLE model AS SELECT mix_rename(gmm_fit(c1, c2, 2, '{\"columns\":[\"a\",\"b\"],"
                    "\"equal_weights\":true,\"nulls\":\"skip\"}'), '[\"short\",\"long\"]') AS m FROM faithful");
    assert_string_equal(
        sql_text(*state,
                 "SELECT group_concat(key) FROM model, json_each((SELECT mix_update(m, 2, 60) FROM model))"),
        "family,k,d,columns,names,covariance,equal_weights,nulls,step,weights,means,covariances,n");
    assert_string_equal(sql_text(*state, "SELECT mix_update(m, NULL, 60) -> 'means' FROM model"),
                        sql_text(*state, "SELECT m -> 'means' FROM model")); /* skipped, as the model says */
    sql_run(*state,
            "UPDATE model SET m = (SELECT mix_bootstrap(m, c1, c2, '{\"replicates\":9}') FROM model, faithful)");
    assert_int_equal(sql_integer(*state, "SELECT count(m -> 'bootstrap') + count(u -> 'bootstrap') FROM "
                                         "(SELECT m, (SELECT mix_update(m, 2, 60) FROM model) AS u FROM model)"),
                     1);
    assert_non_null(
        strstr(sql_text(*state, "SELECT mix_summary(mix_update(m, 2, 60)) FROM model"), "2 columns\nn 273\n"));
    sql_is_null(*state, "SELECT mix_update(NULL, 1)");
    sql_is_null(*state, "SELECT mix_update(m, c1, c2) FROM model, faithful WHERE c1 > 100");
}

static void what_is_wrong_is_said(void **state) {
    static const struct {
        const char *call, *text;
    } wrong[] = {
        {"mix_update('{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[3]],\"covariances\":[[[1]]]}', 1)",
         "argument 1 (model) has no n; expected the number of rows that it stands for, as in json_set(model, '$.n', "
         "100)"},
        {"mix_update('{\"family\":\"multinomial\",\"weights\":[1],\"probabilities\":[[1,0]],\"n\":9}', 1, 2)",
         "argument 1 (model) has no trials; expected the mean sum of a row of the counts that it stands for, as in "
         "json_set(model, '$.trials', 10)"},
        {"mix_update('{\"family\":\"multinomial\",\"weights\":[1],\"probabilities\":[[1,0]],\"n\":9,\"trials\":2}', 1, 2)",
         "row 1: a row is impossible under every component; expected a model that allows all rows"},
        {"mix_update('" ONE "', 1, 2, '{\"tol\":1}')",
         "argument 4 (options): unknown key \"tol\" at offset 1; expected one of columns, weight, memory"},
        {"mix_update('" ONE "', 1, 2, '{\"memory\":1}')",
         "argument 4 (options): memory is 1 at offset 10; expected a number of rows from 2 to 1e15"},
        {"mix_update('" ONE "', 1, 2, -1, '{\"weight\":3}')",
         "argument 4 (weight) is INTEGER -1 in row 1; expected a weight >= 0"},
        {"mix_update('" ONE "', 1, 2, 5, '{\"weight\":3,\"memory\":5}')",
         "argument 4 (weight) is INTEGER 5 in row 1; expected a weight >= 0, below memory"},
        {"mix_update('" ONE "', 1, 5, 'n/a', '{\"weight\":2}')",
         "argument 4 (x2) is TEXT 'n/a' in row 1; expected a number: nullif(x2, 'n/a') makes NULL of it"},
        {"mix_update('" ONE "', mix_row(1, 2), '{\"weight\":1}')",
         "argument 3 (options): weight is among the values of one argument; expected an argument of its own"},
        {"mix_update('" ONE "', 1)", "1 value given; expected 2, the model's columns, or one mix_row()"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char *sql = sql_format("SELECT %s", wrong[i].call), *text;
        assert_int_equal(sql_outcome(*state, sql, &text), SQLITE_ERROR);
        assert_string_equal(text, sql_format("mix_update: %s", wrong[i].text));
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        update_test(a_single_component_forgets_at_the_rate_of_the_memory),
        update_test(a_weight_counts_so_many_rows),
        update_test(a_value_missing_is_expected_given_the_others),
        update_test(counts_words_and_sizes_have_their_closed_forms),
        update_test(each_row_in_turn_is_all_rows_in_order),
        update_test(after_all_rows_em_ends_where_a_fit_does),
        update_test(rows_of_noise_go_to_the_noise),
        update_test(what_is_known_of_the_rows_alone_is_left_out),
        update_test(what_is_wrong_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
