/* test_refit.c: models that are fitted again; fits of groups that are too small. */
#include <string.h>

#include "sql.h"

static int set_up(void **state) {
    *state = sql_open();
    (void)sql_csv(*state, "faithful", "faithful.csv", 2);
    return 0;
}

static int tear_down(void **state) {
    sql_close(*state);
    return 0;
}

#define refit_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* ---- mix_refit ---------------------------------------------------------------------------------------------- */

static const char *const codes[] = {"EII", "VII", "EEI", "VEI", "EVI", "VVI", "EEE",
                                    "VEE", "EVE", "VVE", "EEV", "VEV", "EVV", "VVV"};

static void it_is_the_fit_that_starts_from_the_model(void **state) {
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        sql_run(*state,
                "DROP TABLE IF EXISTS model; CREATE TABLE model AS SELECT gmm_fit(c1, c2, 2, "
                "'{\"covariance\":\"%s\",\"columns\":[\"a\",\"b\"],\"max_iter\":4}') AS m FROM faithful "
                "WHERE rowid %% 2",
                codes[i]);
        char *again = sql_text(*state, "SELECT mix_refit(m, c1, c2) FROM model, faithful");
        char *fit = sql_text(*state,
                             "SELECT gmm_fit(c1, c2, 2, json_object('covariance', '%s', 'columns', "
                             "json_array('a', 'b'), 'init', json(m))) FROM model, faithful",
                             codes[i]);
        assert_string_equal(again, fit);
    }
}

static void all_that_the_model_says_is_kept(void **state) {
    sql_run(*state,
            "CREATE TABLE model AS SELECT gmm_fit(c1, c2, 3, '{\"covariance\":\"VEV\",\"equal_weights\":true,"
            "\"min_variance\":1e-6,\"columns\":[\"length\",\"pause\"]}') AS m FROM faithful");
    sql_run(*state, "CREATE TABLE again AS SELECT mix_refit(m, c1 + 0.1, c2) AS m FROM model, faithful");
    static const char *const keys[] = {
        "family", "k", "d", "columns", "covariance", "equal_weights", "min_variance", "weights", "parameters"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        assert_string_equal(sql_text(*state, "SELECT m -> '%s' FROM again", keys[i]),
                            sql_text(*state, "SELECT m -> '%s' FROM model", keys[i]));
    }
    assert_int_equal(sql_integer(*state, "SELECT m ->> 'converged' FROM again"), 1);
}

static void at_its_maximum_nothing_moves(void **state) {
    static const char *const fits[] = {"gmm_fit(c1, c2, 2, '{\"tol\":1e-12}')",
                                       "mmm_fit(round(c2), round(10 * c1), 2, '{\"tol\":1e-12}')",
                                       "pmm_fit(round(c2), round(10 * c1), 2, '{\"tol\":1e-12}')"};
    static const char *const again[] = {"mix_refit(m, c1, c2)", "mix_refit(m, round(c2), round(10 * c1))",
                                        "mix_refit(m, round(c2), round(10 * c1))"};
    for (size_t i = 0; i < sizeof fits / sizeof *fits; i++) {
        sql_run(*state, "DROP TABLE IF EXISTS model; CREATE TABLE model AS SELECT %s AS m FROM faithful", fits[i]);
        sql_run(*state, "DROP TABLE IF EXISTS again; CREATE TABLE again AS SELECT %s AS m FROM model, faithful",
                again[i]);
        double before = sql_double(*state, "SELECT m ->> 'loglik' FROM model");
        double after = sql_double(*state, "SELECT m ->> 'loglik' FROM again");
        assert_true(after >= before - 1e-9 * (1 - before) && after <= before + 1e-5);
        assert_close(sql_double(*state,
                                "SELECT max(abs(a.value - b.value) / (1 + abs(a.value))) FROM model, again, "
                                "mix_parameters(model.m) a JOIN mix_parameters(again.m) b USING "
                                "(component, parameter) WHERE a.i IS b.i AND a.j IS b.j"),
                     0, 0, 1e-4);
    }
}

static void weights_labels_and_packed_rows_are_taken(void **state) {
    sql_run(*state,
            "CREATE TABLE model AS SELECT gmm_fit(c1, c2, 2, '{\"columns\":[\"a\",\"b\"]}') AS m FROM faithful");
    char *plain = sql_text(*state, "SELECT mix_refit(m, c1, c2) FROM model, faithful");
    assert_string_equal(sql_text(*state, "SELECT mix_refit(m, mix_row(c1, c2)) FROM model, faithful"), plain);
    assert_string_equal(sql_text(*state, "SELECT mix_refit(m, c1, 1, c2, '{\"weight\":2}') FROM model, faithful"),
                        plain);
    assert_string_equal(sql_text(*state,
                                 "SELECT mix_refit(m, c1, NULL, c2, '{\"label\":2}') -> '$.columns' FROM model, "
                                 "faithful"),
                        "[\"a\",\"b\"]");
    assert_close(
        sql_double(*state, "SELECT mix_refit(m, 2, c1, c2, '{\"weight\":1}') ->> 'n' FROM model, faithful"), 544,
        0, 0);
    assert_string_equal(
        sql_text(*state, "SELECT group_concat(n) FROM (SELECT mix_refit(m, c1, c2) ->> 'n' AS n FROM model, "
                         "faithful GROUP BY faithful.rowid %% 2)"),
        "136,136");
    sql_is_null(*state, "SELECT mix_refit(NULL, c1, c2) FROM faithful");
    sql_is_null(*state, "SELECT mix_refit(m, c1, c2) FROM model, faithful WHERE c1 > 1000");
}

static void wrong_calls_are_named(void **state) {
    static const char *const cases[][2] = {
        {"m, c1", "mix_refit: 1 column of data given; expected 2, the model's"},
        {"m, c1, c2, 2", "mix_refit: 3 columns of data given; expected 2, the model's"},
        {"m, c1, 'x'", "mix_refit: argument 3 (options) is TEXT 'x'; expected a JSON object"},
        {"m, c1, iif(faithful.rowid = 5, 'x', c2), '{}'",
         "mix_refit: argument 3 (b) is TEXT 'x' in row 5; expected a number"},
        {"m, c1, c2, '{\"init\":\"random\"}'",
         "mix_refit: argument 4 (options): unknown key \"init\" at offset 1; expected one of columns, weight, label, "
         "equal_weights, max_iter, tol, seed, accelerate, threads, min_variance, resolution, nulls, noise, few_rows"},
        {"m, c1, -1, c2, '{\"weight\":2}'", "mix_refit: argument 3 (x2) is -1 in row 1; expected a weight >= 0"},
        {"'{}', c1, c2", "mix_refit: argument 1 (model): key family is missing"},
        {"iif(faithful.rowid = 3, replace(m, '2', '3'), m), c1, c2",
         "mix_refit: argument 1 (model) changes in row 3; expected the same in all rows, or GROUP BY it"},
    };
    sql_run(*state,
            "CREATE TABLE model AS SELECT gmm_fit(c1, c2, 2, '{\"columns\":[\"a\",\"b\"]}') AS m FROM faithful");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_error(*state, sql_format("SELECT mix_refit(%s) FROM model, faithful", cases[i][0]), cases[i][1]);
    }
    expect_error(*state, "SELECT mix_refit(m) FROM model",
                 "mix_refit: 1 argument given; expected mix_refit(model, x... [, "
                 "options])");
}

static void a_start_may_be_a_model_as_text(void **state) {
    sql_run(*state, "CREATE TABLE model AS SELECT gmm_fit(c1, c2, 2, '{\"max_iter\":2}') AS m FROM faithful");
    assert_string_equal(
        sql_text(*state, "SELECT gmm_fit(c1, c2, 2, json_object('init', m)) FROM model, faithful"),
        sql_text(*state, "SELECT gmm_fit(c1, c2, 2, json_object('init', json(m))) FROM model, faithful"));
    expect_error(
        *state, "SELECT gmm_fit(c1, c2, 2, json_object('init', '{\"weights\":[1,')) FROM faithful",
        "gmm_fit: argument 4 (options): init, as text: offset 14: unexpected end of text; expected a value");
}

/* ---- Weights --------------------------------------------------------------------------------------------- */

static void a_row_without_a_weight_is_left_out(void **state) {
    char *text =
        sql_text(*state, "SELECT gmm_fit(c1, iif(rowid %% 3, 2, NULL), c2, 2, '{\"weight\":2}') FROM faithful");
    char *left = sql_text(*state, "SELECT gmm_fit(c1, 2, c2, 2, '{\"weight\":2}') FROM faithful WHERE rowid %% 3");
    assert_string_equal(sql_text(*state, "SELECT json_set(%Q, '$.skipped', 0)", text),
                        sql_text(*state, "SELECT json_set(%Q, '$.skipped', 0)", left));
    assert_int_equal(sql_integer(*state, "SELECT %Q ->> 'skipped'", text), 90);
}

/* ---- few_rows ----------------------------------------------------------------------------------------------- */

static void a_group_that_is_too_small_loses_no_other(void **state) {
    sql_run(*state,
            "CREATE TABLE t(g, x); INSERT INTO t SELECT c2 > 70, c1 FROM faithful; INSERT INTO t VALUES (2, 5), "
            "(2, 6), (2, 6)");
    static const char *const fits[] = {"gmm_fit(x, 3, '{\"few_rows\":\"%s\"}')",
                                       "pmm_fit(round(x), 3, '{\"few_rows\":\"%s\"}')",
                                       "gmm_select(x, 9, '{\"k\":[3,4],\"few_rows\":\"%s\"}')"};
    for (size_t i = 0; i < sizeof fits / sizeof *fits; i++) {
        char *null = sql_format(fits[i], "null"), *fewer = sql_format(fits[i], "fewer");
        assert_string_equal(
            sql_text(*state, sql_build("SELECT group_concat(ifnull(m ->> 'k' >= 3, 'none')) FROM (SELECT %s AS "
                                       "m FROM t GROUP BY g)",
                                       null)),
            "1,1,none");
        assert_string_equal(
            sql_text(
                *state,
                sql_build("SELECT m ->> 'k' || (m ->> '$.warnings[#-1]') FROM (SELECT %s AS m FROM t WHERE g = 2)",
                          fewer)),
            "2k = 3 was asked for, but there are 2 distinct rows");
    }
    expect_error(
        *state, "SELECT gmm_fit(x, 3) FROM t GROUP BY g",
        "gmm_fit: 2 distinct rows for k = 3, the first (5); expected at least k distinct rows, or option few_rows");
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        refit_test(it_is_the_fit_that_starts_from_the_model),
        refit_test(all_that_the_model_says_is_kept),
        refit_test(at_its_maximum_nothing_moves),
        refit_test(weights_labels_and_packed_rows_are_taken),
        refit_test(wrong_calls_are_named),
        refit_test(a_start_may_be_a_model_as_text),
        refit_test(a_row_without_a_weight_is_left_out),
        refit_test(a_group_that_is_too_small_loses_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
