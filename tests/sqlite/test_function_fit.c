/* test_function_fit.c: gmm_fit as an aggregate, and the model that it returns. */
#include <math.h>
#include <string.h>

#include "plain.h"
#include "sql.h"

static int with_faithful(void **state) {
    *state = sql_open();
    assert_int_equal(sql_csv(*state, "faithful", "faithful.csv", 2), 272);
    return 0;
}

#define faithful_test(name) cmocka_unit_test_setup_teardown(name, with_faithful, sql_teardown)

static double member(sqlite3 *db, const char *json, const char *key) {
    return sql_double(db, "SELECT %Q ->> %Q", json, key);
}

/* ---- Right numbers --------------------------------------------------------------------------------------- */

static void one_component_is_the_mean_and_the_covariance(void **state) {
    double x[2 * 272], mean[2] = {0, 0}, s[2][2] = {{0, 0}, {0, 0}};
    (void)sql_numbers(*state, x, 2 * 272, "SELECT c1, c2 FROM faithful");
    for (int i = 0; i < 2 * 272; i++) {
        mean[i % 2] += x[i] / 272;
    }
    for (int i = 0; i < 2 * 272; i++) {
        for (int j = 0; j < 2; j++) {
            s[i % 2][j] += (x[i] - mean[i % 2]) * (x[i - i % 2 + j] - mean[j]) / 272;
        }
    }
    double determinant = s[0][0] * s[1][1] - s[0][1] * s[1][0];
    double loglik = -272. / 2 * (2 * log(2 * acos(-1)) + log(determinant) + 2);

    const char *json = sql_text(*state, "SELECT gmm_fit(c1, c2, 1) FROM faithful");
    plain model = plain_read(json);
    assert_true(model.k == 1 && model.d == 2 && model.weights[0] == 1);
    for (int i = 0; i < 2; i++) {
        assert_close(model.means[0][i], mean[i], 1e-13, 0);
        for (int j = 0; j < 2; j++) {
            assert_close(model.covariances[0][i][j], s[i][j], 1e-12, 0);
        }
    }
    assert_close(member(*state, json, "loglik"), loglik, 1e-12, 0);
    assert_true(member(*state, json, "parameters") == 5);
    assert_close(member(*state, json, "aic"), -2 * loglik + 10, 1e-12, 0);
    assert_close(member(*state, json, "bic"), -2 * loglik + 5 * log(272), 1e-12, 0);
    assert_close(member(*state, json, "icl"), -2 * loglik + 5 * log(272), 1e-12, 0);
    assert_true(member(*state, json, "converged") == 1);
}

static void loglik_and_criteria_are_those_of_the_parameters(void **state) {
    double x[2 * 272];
    (void)sql_numbers(*state, x, 2 * 272, "SELECT c1, c2 FROM faithful");
    for (size_t k = 2; k <= 4; k++) {
        const char *json = sql_text(*state, "SELECT gmm_fit(c1, c2, %d) FROM faithful", (int)k);
        plain model = plain_read(json);
        long double loglik = 0, entropy = 0, resp[PLAIN_K];
        for (size_t i = 0; i < 272; i++) {
            loglik += plain_log_density(&model, x + 2 * i, resp);
            for (size_t c = 0; c < k; c++) {
                entropy -= resp[c] > 0 ? resp[c] * logl(resp[c]) : 0;
            }
        }
        double parameters = 6 * (double)k - 1, bic = (double)(-2 * loglik) + parameters * log(272);
        assert_close(member(*state, json, "loglik"), (double)loglik, 1e-12, 0);
        assert_true(member(*state, json, "parameters") == parameters);
        assert_close(member(*state, json, "aic"), (double)(-2 * loglik) + 2 * parameters, 1e-12, 0);
        assert_close(member(*state, json, "bic"), bic, 1e-12, 0);
        assert_close(member(*state, json, "icl"), bic + 2 * (double)entropy, 1e-11, 0);
        for (size_t c = 1; c < k; c++) {
            assert_true(model.weights[c - 1] >= model.weights[c]);
        }
    }
}

static void the_trace_rises_from_iteration_0_to_the_loglik(void **state) {
    const char *json = sql_text(*state, "SELECT gmm_fit(c1, c2, 3, '{\"n_init\":1}') FROM faithful");
    double trace[1002];
    size_t count = sql_numbers(*state, trace, 1002, "SELECT value FROM json_each(%Q, '$.trace')", json);
    assert_int_equal(count, (size_t)member(*state, json, "iterations") + 1);
    assert_true(count > 2);
    assert_close(trace[count - 1], member(*state, json, "loglik"), 1e-14, 0);
    for (size_t i = 1; i < count; i++) {
        assert_true(trace[i] >= trace[i - 1] - 1e-9);
    }
}

/* ---- The model's form ---------------------------------------------------------------------------------- */

static void the_model_has_the_keys_of_the_contract_in_their_order(void **state) {
    const char *json = sql_text(*state, "SELECT gmm_fit(c1, c2, 2, '{\"columns\":[\"x\",\"y\"]}') FROM faithful");
    assert_string_equal(
        sql_text(*state, "SELECT group_concat(key, ' ') FROM json_each(%Q)", json),
        "family k d columns covariance step weights means covariances n skipped loglik parameters aic bic "
        "icl iterations converged seed trace warnings");
    assert_string_equal(
        sql_text(*state, "SELECT group_concat(type, ' ') FROM json_each(%Q)", json),
        "text integer integer array text array array array array integer integer real integer real "
        "real real integer true integer array array");
    assert_string_equal(sql_text(*state, "SELECT %Q ->> 'columns'", json), "[\"x\",\"y\"]");
    assert_string_equal(sql_text(*state, "SELECT %Q ->> 'family'", json), "gaussian");
    assert_string_equal(sql_text(*state, "SELECT %Q ->> 'covariance'", json), "full");
    assert_true(member(*state, json, "n") == 272 && member(*state, json, "d") == 2 &&
                member(*state, json, "k") == 2);
}

static void columns_are_called_x1_x2_unless_named(void **state) {
    assert_string_equal(sql_text(*state, "SELECT gmm_fit(c1, c2, 2) ->> 'columns' FROM faithful"),
                        "[\"x1\",\"x2\"]");
}

static void the_model_is_valid_json_and_nests_as_such(void **state) {
    assert_int_equal(sql_integer(*state, "SELECT json_valid(gmm_fit(c1, c2, 3)) FROM faithful"), 1);
    assert_string_equal(sql_text(*state, "SELECT json_type(json_object('m', gmm_fit(c1, c2, 2)), '$.m.means[1]') "
                                         "FROM faithful"),
                        "array");
    assert_string_equal(sql_text(*state, "SELECT typeof(gmm_fit(c1, c2, 2)) FROM faithful"), "text");
}

static void its_numbers_read_back_as_the_same_doubles(void **state) {
    const char *json = sql_text(*state, "SELECT gmm_fit(c1, c2, 3) FROM faithful");
    plain model = plain_read(json);
    double values[3 * 7];
    assert_int_equal(sql_numbers(*state, values, 21, "SELECT value FROM mix_parameters(%Q)", json), 21);
    for (int c = 0; c < 3; c++) {
        double wanted[7];
        memcpy(wanted, &model.weights[c], sizeof(double));
        memcpy(wanted + 1, model.means[c], 2 * sizeof(double));
        memcpy(wanted + 3, model.covariances[c][0], 2 * sizeof(double));
        memcpy(wanted + 5, model.covariances[c][1], 2 * sizeof(double));
        assert_memory_equal(values + 7 * c, wanted, sizeof wanted);
    }
}

static void a_warm_start_without_iterations_is_the_model_again(void **state) {
    const char *json = sql_text(*state, "SELECT gmm_fit(c1, c2, 3) FROM faithful");
    const char *again = sql_text(*state,
                                 "SELECT gmm_fit(c1, c2, 3, json_object('max_iter', 0, 'init', json(%Q))) "
                                 "FROM faithful",
                                 json);
    assert_close(member(*state, again, "loglik"), member(*state, json, "loglik"), 1e-9, 0);
    assert_true(member(*state, again, "iterations") == 0);
    plain before = plain_read(json), after = plain_read(again);
    for (int c = 0; c < 3; c++) {
        assert_close(after.weights[c], before.weights[c], 1e-13, 0);
        for (int i = 0; i < 2; i++) {
            assert_close(after.means[c][i], before.means[c][i], 1e-13, 0);
            assert_close(after.covariances[c][i][0], before.covariances[c][i][0], 1e-12, 0);
            assert_close(after.covariances[c][i][1], before.covariances[c][i][1], 1e-12, 0);
        }
    }
}

/* ---- As an aggregate --------------------------------------------------------------------------------------- */

static void a_group_is_fitted_as_if_it_were_alone(void **state) {
    sql_run(*state,
            "CREATE TABLE fits AS SELECT rowid %% 3 AS g, gmm_fit(c1, c2, 2) AS m FROM faithful GROUP BY g");
    for (int g = 0; g < 3; g++) {
        const char *grouped = sql_text(*state, "SELECT m FROM fits WHERE g = %d", g);
        assert_string_equal(sql_text(*state, "SELECT gmm_fit(c1, c2, 2) FROM faithful WHERE rowid %% 3 = %d", g),
                            grouped);
        assert_string_equal(
            sql_text(*state, "SELECT gmm_fit(c1, c2, 2) FILTER (WHERE rowid %% 3 = %d) FROM faithful", g),
            grouped);
    }
    assert_int_equal(sql_integer(*state, "SELECT count(DISTINCT m) FROM fits"), 3);
}

static void the_same_fit_is_the_same_to_the_last_byte(void **state) {
    const char *first = sql_text(*state, "SELECT gmm_fit(c1, c2, 3) FROM faithful");
    assert_string_equal(sql_text(*state, "SELECT gmm_fit(c1, c2, 3) FROM faithful"), first);
    sqlite3 *other = sql_open();
    (void)sql_csv(other, "faithful", "faithful.csv", 2);
    const char *elsewhere = sql_text(other, "SELECT gmm_fit(c1, c2, 3) FROM faithful");
    assert_string_equal(elsewhere, first);
    sql_close(other);
}

static void the_number_of_threads_does_not_change_a_byte(void **state) {
    plain model = plain_model(3, 2, 3);
    sql_run(*state, "CREATE TABLE many AS SELECT x1, x2 FROM mix_sample(%Q, 60000)", plain_json(&model));
    const char *single =
        sql_text(*state, "SELECT gmm_fit(x1, x2, 3, '{\"threads\":1,\"max_iter\":12}') FROM many");
    for (int threads = 2; threads <= 3; threads++) {
        assert_string_equal(
            sql_text(*state, "SELECT gmm_fit(x1, x2, 3, '{\"threads\":%d,\"max_iter\":12}') FROM many", threads),
            single);
    }
}

static void packed_rows_give_the_same_fit(void **state) {
    sql_run(*state, "UPDATE faithful SET c2 = NULL WHERE rowid = 5");
    const char *packed = sql_text(*state, "SELECT gmm_fit(mix_row(c1, c2), 2) FROM faithful");
    assert_string_equal(packed, sql_text(*state, "SELECT gmm_fit(c1, c2, 2) FROM faithful"));
    assert_true(member(*state, packed, "skipped") == 0 && member(*state, packed, "n") == 272);
    assert_string_equal(sql_text(*state, "SELECT gmm_fit(mix_row(c1, c2), 2, '{\"seed\":1}') FROM faithful"),
                        sql_text(*state, "SELECT gmm_fit(c1, c2, 2, '{\"seed\":1}') FROM faithful"));
}

static void rows_with_a_null_are_left_out_and_counted_where_that_is_asked_for(void **state) {
    const char *complete = sql_text(*state, "SELECT json_remove(gmm_fit(c1, c2, 2), '$.skipped') FROM faithful");
    sql_run(*state,
            "CREATE TABLE holes AS SELECT c1, c2 FROM faithful WHERE rowid <= 100 UNION ALL VALUES (NULL, 1), "
            "(2, NULL), (NULL, NULL) UNION ALL SELECT c1, c2 FROM faithful WHERE rowid > 100");
    const char *json = sql_text(*state, "SELECT gmm_fit(c1, c2, 2, '{\"nulls\":\"skip\"}') FROM holes");
    assert_true(member(*state, json, "skipped") == 3);
    assert_string_equal(sql_text(*state, "SELECT json_remove(%Q, '$.skipped', '$.nulls')", json), complete);
    json = sql_text(*state, "SELECT gmm_fit(c1, c2, 2) FROM holes");
    assert_true(member(*state, json, "skipped") == 1 && member(*state, json, "n") == 274);
}

static void nothing_to_fit_is_null(void **state) {
    sql_run(*state, "CREATE TABLE none(x, y)");
    sql_is_null(*state, "SELECT gmm_fit(x, y, 2) FROM none");
    sql_is_null(*state, "SELECT gmm_fit(NULL, NULL, 2) FROM faithful");
    sql_is_null(*state, "SELECT gmm_fit(mix_row(NULL, NULL), 2) FROM faithful");
    sql_is_null(*state, "SELECT gmm_fit(c1, NULL, 2, '{\"nulls\":\"skip\"}') FROM faithful");
    sql_is_null(*state, "SELECT gmm_fit(c1, NULL, 2, '{\"few_rows\":\"fewer\"}') FROM faithful");
    expect_error(*state, "SELECT gmm_fit(c1, NULL, 2) FROM faithful",
                 "gmm_fit: column 2 (x2) has no value in any row; expected one, or option few_rows");
    sql_is_null(*state, "SELECT gmm_fit(c1, c2, 2) FILTER (WHERE c1 > 100) FROM faithful");
    assert_int_equal(sql_count(*state, "SELECT gmm_fit(x, y, 2) FROM none GROUP BY x"), 0);
}

static void integer_columns_are_numbers(void **state) {
    assert_string_equal(sql_text(*state, "SELECT gmm_fit(CAST(c2 AS INTEGER), 2) FROM faithful"),
                        sql_text(*state, "SELECT gmm_fit(c2, 2) FROM faithful"));
    assert_string_equal(sql_text(*state, "SELECT gmm_fit(c2, 2.0) FROM faithful"),
                        sql_text(*state, "SELECT gmm_fit(c2, 2) FROM faithful"));
}

static void options_may_be_null(void **state) {
    sql_run(*state, "CREATE TABLE few(x, y); INSERT INTO few VALUES (1, 2), (2, 1), (5, 7), (6, 6), (3, 9)");
    assert_string_equal(sql_text(*state, "SELECT gmm_fit(x, y, 2, NULL) FROM few"),
                        sql_text(*state, "SELECT gmm_fit(x, y, 2) FROM few"));
    sql_run(*state, "CREATE TABLE model AS SELECT gmm_fit(x, y, 1) AS m FROM few");
    assert_string_equal(sql_text(*state, "SELECT mix_refit(m, x, y, NULL) FROM few, model"),
                        sql_text(*state, "SELECT mix_refit(m, x, y) FROM few, model"));
    assert_int_equal(
        sql_integer(*state, "SELECT mix_refit(m, nullif(x, 3), nullif(y, 9)) ->> '$.skipped' FROM few, model"), 1);
}

/* Of one column a number stands for an array of one, as people write such models; and a file read is a BLOB. */
static void a_model_of_one_column_may_be_written_flat_and_come_from_a_file(void **state) {
    const char *flat = "{\"family\":\"gaussian\",\"weights\":[0.25,0.75],\"means\":[0,4],\"covariances\":[1,2]}",
               *full = "{\"family\":\"gaussian\",\"weights\":[0.25,0.75],\"means\":[[0],[4]],"
                       "\"covariances\":[[[1]],[[2]]]}";
    double wanted = sql_double(*state, "SELECT mix_log_density(%Q, 1.5)", full);
    assert_true(sql_double(*state, "SELECT mix_log_density(%Q, 1.5)", flat) == wanted);
    assert_true(sql_double(*state, "SELECT mix_log_density(CAST(' ' || %Q AS BLOB), 1.5)", flat) == wanted);
    assert_true(sql_double(*state, "SELECT mix_loglik(CAST(%Q AS BLOB), 1.5)", full) == wanted);
}

static void a_packed_row_may_be_wider_than_sqlite_allows_arguments(void **state) {
    enum { D = 200 };
    sqlite3_stmt *fit;
    sql_run(*state, "CREATE TABLE wide(x BLOB)");
    assert_int_equal(sqlite3_prepare_v2(*state, "INSERT INTO wide VALUES (?)", -1, &fit, NULL), SQLITE_OK);
    uint64_t random = 1;
    double sums[D] = {0};
    for (int i = 0; i < 300; i++) {
        double x[D];
        for (int j = 0; j < D; j++) {
            sums[j] += x[j] = plain_random(&random);
        }
        sqlite3_bind_blob(fit, 1, x, sizeof x, SQLITE_TRANSIENT); /* on a little-endian machine a mix_row() */
        assert_int_equal(sqlite3_step(fit), SQLITE_DONE);
        sqlite3_reset(fit);
    }
    sqlite3_finalize(fit);
    sql_run(*state, "CREATE TABLE model AS SELECT gmm_fit(x, 1) AS m FROM wide");
    double means[D];
    assert_int_equal(sql_numbers(*state, means, D,
                                 "SELECT value FROM model, mix_parameters(m) WHERE parameter = 'mean' ORDER BY i"),
                     D);
    for (int j = 0; j < D; j++) {
        assert_close(means[j], sums[j] / 300, 1e-13, 0);
    }
    assert_int_equal(sql_count(*state, "SELECT mix_log_density(m, x) FROM model, wide"), 300);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        faithful_test(one_component_is_the_mean_and_the_covariance),
        faithful_test(loglik_and_criteria_are_those_of_the_parameters),
        faithful_test(the_trace_rises_from_iteration_0_to_the_loglik),
        faithful_test(the_model_has_the_keys_of_the_contract_in_their_order),
        faithful_test(columns_are_called_x1_x2_unless_named),
        faithful_test(the_model_is_valid_json_and_nests_as_such),
        faithful_test(its_numbers_read_back_as_the_same_doubles),
        faithful_test(a_warm_start_without_iterations_is_the_model_again),
        faithful_test(a_group_is_fitted_as_if_it_were_alone),
        faithful_test(the_same_fit_is_the_same_to_the_last_byte),
        faithful_test(the_number_of_threads_does_not_change_a_byte),
        faithful_test(packed_rows_give_the_same_fit),
        faithful_test(rows_with_a_null_are_left_out_and_counted_where_that_is_asked_for),
        faithful_test(nothing_to_fit_is_null),
        faithful_test(integer_columns_are_numbers),
        faithful_test(options_may_be_null),
        faithful_test(a_model_of_one_column_may_be_written_flat_and_come_from_a_file),
        faithful_test(a_packed_row_may_be_wider_than_sqlite_allows_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
