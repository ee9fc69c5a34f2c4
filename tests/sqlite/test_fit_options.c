/* test_fit_options.c: what each option of gmm_fit does. */
#include <math.h>
#include <string.h>

#include "plain.h"
#include "sql.h"

static int with_faithful(void **state) {
    *state = sql_open();
    return sql_csv(*state, "faithful", "faithful.csv", 2) != 272;
}

#define faithful_test(name) cmocka_unit_test_setup_teardown(name, with_faithful, sql_teardown)

static char *fit(sqlite3 *db, int k, const char *options) {
    return sql_text(db, "SELECT gmm_fit(c1, c2, %d, %Q) FROM faithful", k, options);
}

static double member(sqlite3 *db, const char *json, const char *key) {
    return sql_double(db, "SELECT %Q ->> %Q", json, key);
}

static void empty_options_are_the_defaults(void **state) {
    const char *defaults =
        "{\"covariance\":\"full\",\"equal_weights\":false,\"max_iter\":1000,\"tol\":1e-8,\"n_init\":10,"
        "\"init\":\"kmeans++\",\"seed\":0,\"accelerate\":true,\"threads\":0,\"min_variance\":1e-9,\"nulls\":\"em\"}";
    const char *without = sql_text(*state, "SELECT gmm_fit(c1, c2, 3) FROM faithful");
    assert_string_equal(fit(*state, 3, "{}"), without);
    assert_string_equal(fit(*state, 3, defaults), without);
    assert_string_equal(fit(*state, 3, " \t\r\n{ } "), without);
}

static void columns_name_the_values_in_the_model_and_in_errors(void **state) {
    const char *options = "{\"columns\":[\"eruption time\",\"Wärte\\u2026\"]}";
    const char *json = fit(*state, 2, options);
    assert_string_equal(sql_text(*state, "SELECT %Q ->> '$.columns[0]'", json), "eruption time");
    assert_string_equal(sql_text(*state, "SELECT %Q ->> '$.columns[1]'", json), "Wärte…");
    char *sql = sql_build("SELECT gmm_fit(c1, iif(rowid = 17, 'abc', c2), 2, %Q) FROM faithful", options);
    expect_error(*state, sql, "gmm_fit: argument 2 (Wärte…) is TEXT 'abc' in row 17; expected a number");
    sql = sql_build("SELECT mix_predict(%Q, x'00', 1)", json);
    expect_error(*state, sql, "mix_predict: argument 2 (eruption time) is BLOB of 1 bytes; expected a number");
}

static void covariance_is_what_the_matrices_look_like(void **state) {
    const struct {
        const char *name, *code;
        bool full, equal, sphere;
        int parameters; /* of the matrices, k = 3, d = 2 */
    } cases[] = {{"full", "VVV", true, false, false, 9},  {"tied", "EEE", true, true, false, 3},
                 {"diag", "VVI", false, false, false, 6}, {"spherical", "VII", false, false, true, 3},
                 {"EEI", "EEI", false, true, false, 2},   {"EII", "EII", false, true, true, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *json = fit(*state, 3, sql_format("{\"covariance\":\"%s\"}", cases[i].name));
        assert_string_equal(fit(*state, 3, sql_format("{\"covariance\":\"%s\"}", cases[i].code)), json);
        assert_string_equal(sql_text(*state, "SELECT %Q ->> 'covariance'", json), cases[i].name);
        assert_true(member(*state, json, "parameters") == 2 + 6 + cases[i].parameters);
        plain model = plain_read(json);
        for (int c = 0; c < 3; c++) {
            double(*s)[PLAIN_D] = model.covariances[c];
            assert_true(s[0][1] == s[1][0]);
            assert_true(cases[i].full ? s[0][1] != 0 : s[0][1] == 0);
            assert_true(cases[i].sphere ? s[0][0] == s[1][1] : fabs(s[0][0] - s[1][1]) > 0.1);
            bool equal = memcmp(s, model.covariances[0], sizeof model.covariances[0]) == 0;
            assert_true(c == 0 || equal == cases[i].equal);
        }
    }
}

static void equal_weights_are_held_at_1_over_k(void **state) {
    const char *json = fit(*state, 3, "{\"equal_weights\":true}");
    plain model = plain_read(json);
    for (int c = 0; c < 3; c++) {
        assert_true(model.weights[c] == 1. / 3);
    }
    assert_true(member(*state, json, "parameters") == 15);
}

static void max_iter_0_only_initializes(void **state) {
    const char *json = fit(*state, 3, "{\"max_iter\":0}");
    assert_true(member(*state, json, "iterations") == 0 && member(*state, json, "converged") == 0);
    assert_int_equal(sql_integer(*state, "SELECT json_array_length(%Q, '$.trace')", json), 1);
    assert_true(member(*state, json, "loglik") == member(*state, json, "$.trace[0]"));
}

static void max_iter_bounds_the_iterations(void **state) {
    const char *json = fit(*state, 3, "{\"max_iter\":3,\"tol\":0,\"n_init\":1}");
    assert_true(member(*state, json, "iterations") == 3 && member(*state, json, "converged") == 0);
    assert_int_equal(sql_integer(*state, "SELECT json_array_length(%Q, '$.trace')", json), 4);
    assert_string_equal(sql_text(*state, "SELECT %Q ->> 'warnings'", json),
                        "[\"not converged after 3 iterations (max_iter)\"]");
}

static void tol_is_the_rise_per_row_that_ends_the_run(void **state) {
    const double tols[] = {1e-3, 1e-5, 1e-7};
    for (int i = 0; i < 3; i++) {
        const char *json = fit(*state, 3, sql_format("{\"tol\":%g,\"n_init\":1,\"accelerate\":false}", tols[i]));
        double trace[1001];
        size_t count = sql_numbers(*state, trace, 1001, "SELECT value FROM json_each(%Q, '$.trace')", json);
        assert_true(count > 2 && count < 1001);
        for (size_t t = 1; t < count; t++) {
            assert_true((trace[t] - trace[t - 1] < tols[i] * 272) == (t + 1 == count));
        }
        assert_true(member(*state, json, "converged") == 1);
    }
}

static void a_tol_beyond_every_rise_ends_the_run_at_once(void **state) {
    const char *const tols[] = {"1e9", "1e300", "1e301", "1.7e308"};
    for (int i = 0; i < 4; i++) {
        const char *json = fit(*state, 3, sql_format("{\"tol\":%s}", tols[i]));
        assert_true(member(*state, json, "iterations") == 1 && member(*state, json, "converged") == 1);
    }
}

static void the_seed_is_kept_and_decides_what_is_drawn(void **state) {
    const char *const seeds[] = {"0", "1", "-1", "9223372036854775807", "-9223372036854775808"};
    const char *means[5];
    for (int i = 0; i < 5; i++) {
        const char *options =
            sql_format("{\"init\":\"random\",\"n_init\":1,\"max_iter\":0,\"seed\":%s}", seeds[i]);
        const char *json = fit(*state, 3, options);
        assert_string_equal(fit(*state, 3, options), json);
        assert_string_equal(sql_text(*state, "SELECT %Q ->> 'seed'", json), seeds[i]);
        means[i] = sql_text(*state, "SELECT %Q ->> 'means'", json);
        for (int other = 0; other < i; other++) {
            assert_string_not_equal(means[i], means[other]);
        }
    }
}

static void more_candidates_are_never_worse(void **state) {
    for (int seed = 0; seed < 3; seed++) {
        double one = member(*state, fit(*state, 4, sql_format("{\"n_init\":1,\"seed\":%d}", seed)), "loglik");
        double many = member(*state, fit(*state, 4, sql_format("{\"n_init\":30,\"seed\":%d}", seed)), "loglik");
        assert_true(many >= one - 1e-6 * fabs(one));
    }
}

static void both_kinds_of_init_find_the_two_clusters_of_old_faithful(void **state) {
    /* mclust 6.0.0 (tests/data/faithful.mclust.json), VVV, k = 2 */
    const double loglik = -1130.26396;
    assert_close(member(*state, fit(*state, 2, "{\"init\":\"kmeans++\"}"), "loglik"), loglik, 1e-6, 0);
    assert_close(member(*state, fit(*state, 2, "{\"init\":\"random\"}"), "loglik"), loglik, 1e-6, 0);
}

static void acceleration_ends_where_plain_em_does(void **state) {
    const char *fast = fit(*state, 3, "{\"tol\":1e-12,\"init\":{\"means\":[[2,50],[4,80],[4.5,85]]}}");
    const char *slow = fit(*state, 3,
                           "{\"tol\":1e-12,\"accelerate\":false,\"max_iter\":100000,"
                           "\"init\":{\"means\":[[2,50],[4,80],[4.5,85]]}}");
    assert_close(member(*state, fast, "loglik"), member(*state, slow, "loglik"), 1e-9, 0);
    assert_true(member(*state, fast, "iterations") < member(*state, slow, "iterations"));
}

static void threads_may_be_0_to_64(void **state) {
    const char *json = fit(*state, 2, "{\"threads\":0}");
    assert_string_equal(fit(*state, 2, "{\"threads\":1}"), json);
    assert_string_equal(fit(*state, 2, "{\"threads\":64}"), json);
}

static void min_variance_is_a_floor_relative_to_the_variance_of_the_data(void **state) {
    double variance = sql_double(*state, "SELECT avg(c1 * c1) - avg(c1) * avg(c1) FROM faithful");
    const char *free = fit(*state, 2, "{\"covariance\":\"diag\"}");
    const char *low = fit(*state, 2, "{\"covariance\":\"diag\",\"min_variance\":1e-12}");
    plain model = plain_read(low),
          high = plain_read(fit(*state, 2, "{\"covariance\":\"diag\",\"min_variance\":0.5}"));
    assert_string_equal(sql_text(*state, "SELECT json_remove(%Q, '$.min_variance')", low),
                        sql_text(*state, "SELECT json(%Q)", free)); /* touches nothing above it */
    assert_true(model.covariances[0][0][0] < 0.5 * variance);
    for (int c = 0; c < 2; c++) {
        assert_true(high.covariances[c][0][0] >= 0.5 * variance * (1 - 1e-9));
    }
    const char *held = fit(*state, 2, "{\"covariance\":\"diag\",\"min_variance\":0.5}");
    assert_int_equal(sql_integer(*state,
                                 "SELECT count(*) > 0 FROM json_each(%Q, '$.warnings') WHERE value LIKE "
                                 "'component %% is held at the variance floor (min_variance)'",
                                 held),
                     1);
}

static void keys_may_be_written_with_escapes(void **state) {
    assert_string_equal(fit(*state, 2, "{\"m\\u0061x_iter\":3}"), fit(*state, 2, "{\"max_iter\":3}"));
    assert_string_equal(fit(*state, 2, "{\"max_iter\":3e0}"), fit(*state, 2, "{\"max_iter\":3}"));
}

static void options_may_be_built_by_json_object(void **state) {
    sql_run(*state,
            "CREATE TABLE o AS SELECT json_object('max_iter', 5, 'covariance', 'diag', 'seed', 4) AS options");
    const char *json = sql_text(*state, "SELECT gmm_fit(c1, c2, 2, options) FROM faithful, o");
    assert_string_equal(fit(*state, 2, "{\"covariance\":\"diag\",\"seed\":4,\"max_iter\":5}"), json);
}

static void options_may_come_from_a_column_when_all_rows_say_the_same(void **state) {
    sql_run(*state, "CREATE TABLE o AS SELECT c1, c2, '{\"max_iter\":5}' AS options FROM faithful");
    assert_string_equal(sql_text(*state, "SELECT gmm_fit(c1, c2, 2, options) FROM o"),
                        fit(*state, 2, "{\"max_iter\":5}"));
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        faithful_test(empty_options_are_the_defaults),
        faithful_test(columns_name_the_values_in_the_model_and_in_errors),
        faithful_test(covariance_is_what_the_matrices_look_like),
        faithful_test(equal_weights_are_held_at_1_over_k),
        faithful_test(max_iter_0_only_initializes),
        faithful_test(max_iter_bounds_the_iterations),
        faithful_test(tol_is_the_rise_per_row_that_ends_the_run),
        faithful_test(a_tol_beyond_every_rise_ends_the_run_at_once),
        faithful_test(the_seed_is_kept_and_decides_what_is_drawn),
        faithful_test(more_candidates_are_never_worse),
        faithful_test(both_kinds_of_init_find_the_two_clusters_of_old_faithful),
        faithful_test(acceleration_ends_where_plain_em_does),
        faithful_test(threads_may_be_0_to_64),
        faithful_test(min_variance_is_a_floor_relative_to_the_variance_of_the_data),
        faithful_test(keys_may_be_written_with_escapes),
        faithful_test(options_may_be_built_by_json_object),
        faithful_test(options_may_come_from_a_column_when_all_rows_say_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
