/* test_function_row.c: numbers that arrive as TEXT, mix_number, and what an error says of a TEXT that is none. */
#include "plain.h"
#include "sql.h"

static int typed(void **state) {
    *state = sql_open();
    sql_run(*state,
            "CREATE TABLE t(x TEXT, y TEXT); "
            "INSERT INTO t VALUES ('1', '2.5'), (' 3 ', '-1e0'), ('+4', '.5'), ('0', '7.'), ('5.25', ' 1e1')");
    return 0;
}

static int untyped(void **state) {
    sql_close(*state);
    return 0;
}

#define row_test(name) cmocka_unit_test_setup_teardown(name, typed, untyped)

/* By SQLite's own conversion, which reads any beginning of a text. */
static void text_that_is_a_number_is_one_for_every_function(void **state) {
    static const char *const calls[] = {
        "gmm_fit(%s, 2, '{\"covariance\":\"diag\"}')",
        "gmm_select(%s, '2')",
        "mix_loglik(m, %s)",
        "hex(mix_statistics(m, %s))",
        "mix_step(m, %s)",
        "mix_plot(m, %s)",
        "group_concat(mix_predict(m, %s))",
        "group_concat(mix_density(m, %s))",
        "group_concat(hex(mix_row(%s)))",
        "group_concat((SELECT group_concat(probability) FROM mix_responsibilities(m, %s)))",
    };
    sql_run(*state, "CREATE TABLE model AS SELECT gmm_fit(CAST(x AS REAL), CAST(y AS REAL), 1) AS m FROM t");
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        char *as_text = sql_build(calls[i], "x, y");
        char *as_real = sql_build(calls[i], "CAST(x AS REAL), CAST(y AS REAL)");
        assert_string_equal(sql_text(*state, sql_build("SELECT %s FROM t, model", as_text)),
                            sql_text(*state, sql_build("SELECT %s FROM t, model", as_real)));
    }
    assert_string_equal(
        sql_text(*state, "SELECT pmm_fit(n, '1') ->> 'rates' FROM (SELECT '2' AS n UNION ALL SELECT '4')"),
        "[[3]]");
}

static void text_that_is_none_is_an_error_that_says_how_to_mend_it(void **state) {
    static const char *const cases[][2] = {
        {"abc", ""},
        {"", ": nullif(y, '') makes NULL of it"},
        {"  ", ": nullif(y, '  ') makes NULL of it"},
        {"n/a", ": nullif(y, 'n/a') makes NULL of it"},
        {"NA", ": nullif(y, 'NA') makes NULL of it"},
        {"-", ": nullif(y, '-') makes NULL of it"},
        {"1,395.25", ": replace(y, ',', '') takes the commas out"},
        {"12 kg", ""},
        {"0x10", ""},
        {"1e", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sql_run(*state, "UPDATE t SET y = %Q WHERE rowid = 4", cases[i][0]);
        expect_error(*state, "SELECT gmm_fit(x, y, 1, '{\"columns\":[\"x\",\"y\"]}') FROM t",
                     sql_format("gmm_fit: argument 2 (y) is TEXT '%s' in row 4; expected a number%s", cases[i][0],
                                cases[i][1]));
    }
    sql_run(*state, "UPDATE t SET y = '1e999' WHERE rowid = 4");
    expect_error(*state, "SELECT gmm_fit(x, y, 1) FROM t",
                 "gmm_fit: argument 2 (x2) is TEXT '1e999' in row 4; expected a finite number");
}

static void mix_number_is_strict(void **state) {
    assert_string_equal(sql_text(*state,
                                 "SELECT group_concat(typeof(n) || ' ' || n) FROM (SELECT mix_number(value) AS n "
                                 "FROM json_each('[1,1.5,\"2\",\" 2.5 \",\"-3e2\"]'))"),
                        "integer 1,real 1.5,integer 2,real 2.5,real -300.0");
    sql_is_null(*state, "SELECT mix_number(NULL)");
    sql_is_null(*state, "SELECT mix_number('')");
    sql_is_null(*state, "SELECT mix_number(' \t')");
    expect_error(*state, "SELECT mix_number('12 kg')",
                 "mix_number: argument 1 is TEXT '12 kg'; expected a number, or an empty text for NULL");
    expect_error(*state, "SELECT mix_number('n/a')",
                 "mix_number: argument 1 is TEXT 'n/a'; expected a number, or an empty text for NULL: "
                 "nullif(x, 'n/a') makes NULL of it");
    expect_error(*state, "SELECT mix_number(x'31')",
                 "mix_number: argument 1 is BLOB of 1 bytes; expected a number, or an empty text for NULL");
    expect_error(*state, "SELECT mix_number('-1e999')",
                 "mix_number: argument 1 is TEXT '-1e999'; expected a finite number, or an empty text for NULL");
    expect_error(*state, "SELECT mix_number()", "wrong number of arguments to function mix_number()");
}

/* Of two columns a packed row makes as many arguments as a row whose component was forgotten. */
static void a_packed_row_may_stand_behind_a_component(void **state) {
    const char *functions[] = {"mix_probability", "mix_distance"};
    for (size_t d = 1; d <= 4; d++) {
        plain model = plain_model(2, d, 1);
        const double x[] = {1, -2, 0.5, 3};
        for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
            assert_int_equal(sql_integer(*state, "SELECT %s(%Q, 2, mix_row(%s)) = %s(%Q, 2, %s)", functions[i],
                                         plain_json(&model), plain_arguments(x, d), functions[i],
                                         plain_json(&model), plain_arguments(x, d)),
                             1);
        }
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        row_test(text_that_is_a_number_is_one_for_every_function),
        row_test(text_that_is_none_is_an_error_that_says_how_to_mend_it),
        row_test(mix_number_is_strict),
        row_test(a_packed_row_may_stand_behind_a_component),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
