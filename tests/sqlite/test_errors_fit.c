/* test_errors_fit.c: what gmm_fit says of wrong arguments and options, word by word. */
#include <string.h>

#include "sql.h"

typedef struct wrong {
    const char *given, *text;
} wrong;

/* Twenty rows (x, x * x), and k and options of the first row in columns that change in row 7. */
static int with_rows(void **state) {
    *state = sql_open();
    sql_run(*state,
            "CREATE TABLE t AS WITH RECURSIVE s(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM s WHERE x < 20) "
            "SELECT x, x * x AS y, iif(x < 7, 2, 3) AS k, iif(x < 7, '{}', '{\"seed\":1}') AS o FROM s");
    return 0;
}

#define rows_test(name) cmocka_unit_test_setup_teardown(name, with_rows, sql_teardown)

static void wrong_arguments_are_named(void **state) {
    const wrong cases[] = {
        {"", "gmm_fit: 0 arguments given; expected gmm_fit(x1, ..., xd, k [, options])"},
        {"x", "gmm_fit: 1 argument given; expected gmm_fit(x1, ..., xd, k [, options])"},
        {"x, NULL", "gmm_fit: argument 2 (k) is NULL; expected an integer >= 1 behind the columns"},
        {"x, 0", "gmm_fit: argument 2 (k) is INTEGER 0; expected an integer >= 1"},
        {"x, -1", "gmm_fit: argument 2 (k) is INTEGER -1; expected an integer >= 1"},
        {"x, 2.5", "gmm_fit: argument 2 (k) is REAL 2.5; expected an integer >= 1 behind the columns"},
        {"x, 1e300", "gmm_fit: argument 2 (k) is REAL 1e300; expected an integer >= 1 behind the columns"},
        {"x, -9e999", "gmm_fit: argument 2 (k) is REAL -Inf; expected an integer >= 1 behind the columns"},
        {"x, x'32'", "gmm_fit: argument 2 (k) is BLOB of 1 bytes; expected an integer >= 1 behind the columns"},
        {"x, y, 'two'",
         "gmm_fit: argument 3 is TEXT 'two'; expected k, an integer >= 1, or options, a JSON object"},
        {"x, y, '2.5'", "gmm_fit: argument 3 (k) is TEXT '2.5'; expected an integer >= 1 behind the columns"},
        {"x, 'two'",
         "gmm_fit: argument 2 is TEXT 'two' and argument 1 would be k; expected x1, ..., xd, k [, options]"},
        {"2, '{}'",
         "gmm_fit: argument 2 is TEXT '{}' and argument 1 would be k; expected x1, ..., xd, k [, options]"},
        {"x, 0, '{}'", "gmm_fit: argument 2 (k) is INTEGER 0; expected an integer >= 1"},
        {"x, y, 2.5, '{}'", "gmm_fit: argument 3 (k) is REAL 2.5; expected an integer >= 1 behind the columns"},
        {"x, 2.5, NULL", "gmm_fit: argument 3 (k) is NULL; expected an integer >= 1 behind the columns"},
        {"x'', 2", "gmm_fit: argument 1 is BLOB of 0 bytes; expected a number or mix_row()"},
        {"x'010203', 2", "gmm_fit: argument 1 is BLOB of 3 bytes; expected a number or mix_row()"},
        {"x, k", "gmm_fit: argument 2 (k) changes from 2 to 3 in row 7; expected the same in all rows, "
                 "behind the columns"},
        {"x, y, k, '{}'", "gmm_fit: argument 3 (k) changes from 2 to 3 in row 7; expected the same in all rows, "
                          "behind the columns"},
        {"x, iif(x < 3, 2, NULL)", "gmm_fit: argument 2 (k) is NULL; expected an integer >= 1 behind the columns"},
        {"x, iif(x < 3, 2, 'b')",
         "gmm_fit: argument 2 (options) changes to TEXT 'b' in row 3; expected the same in all rows"},
        {"x, 2, o",
         "gmm_fit: argument 3 (options) changes to TEXT '{\"seed\":1}' in row 7; expected the same in all rows"},
        {"x, 2, iif(x < 3, '{\"seed\":1}', '{\"seed\":2}')",
         "gmm_fit: argument 3 (options) changes to TEXT '{\"seed\":2}' in row 3; expected the same in all rows"},
        {"x, 2, iif(x < 3, '{}', NULL)",
         "gmm_fit: argument 3 (options) changes to NULL in row 3; expected the same in all rows"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_error(*state, sql_format("SELECT gmm_fit(%s) FROM t", cases[i].given), cases[i].text);
    }
}

static void a_whole_number_is_an_integer_in_any_row(void **state) {
    (void)sql_text(*state, "SELECT gmm_fit(x, iif(x < 5, 2, 2.0)) FROM t");
    (void)sql_text(*state, "SELECT gmm_fit(x, iif(x < 5, 2.0, 2), '{}') FROM t");
}

static void check_options(sqlite3 *db, const wrong *cases, size_t count, const char *prefix) {
    for (size_t i = 0; i < count; i++) {
        expect_error(db, sql_build("SELECT gmm_fit(x, y, 2, %Q) FROM t", cases[i].given),
                     sql_format("gmm_fit: %s%s", prefix, cases[i].text));
    }
}

#define CHECK(cases, prefix) check_options(*state, cases, sizeof cases / sizeof *cases, prefix)

static void options_that_are_no_json_object_are_pointed_at(void **state) {
    const char *either = "; expected k, an integer >= 1, or options, a JSON object";
    const wrong no_objects[] = {{"", "TEXT ''"},
                                {"[]", "TEXT '[]'"},
                                {"null", "TEXT 'null'"},
                                {"\"{}\"", "TEXT '\"{}\"'"},
                                {" 5,", "TEXT ' 5,'"}};
    for (size_t i = 0; i < sizeof no_objects / sizeof *no_objects; i++) {
        expect_error(*state, sql_build("SELECT gmm_fit(x, y, 2, %Q) FROM t", no_objects[i].given),
                     sql_format("gmm_fit: argument 4 is %s%s", no_objects[i].text, either));
    }
    const wrong broken[] = {
        {"{", "offset 1: unexpected end of text; expected a key or '}'"},
        {"{}x", "offset 2: unexpected 'x'; expected end of text"},
        {"{\"seed\"", "offset 7: unexpected end of text; expected ':'"},
        {"{\"seed\":1", "offset 9: unexpected end of text; expected ',' or '}'"},
        {"{\"seed\":1,}", "offset 10: unexpected '}'; expected a key"},
        {"{'seed':1}", "offset 1: unexpected '''; expected a key or '}'"},
        {"{seed:1}", "offset 1: unexpected 's'; expected a key or '}'"},
        {"{\"seed\":01}", "offset 9: unexpected '1'; expected ',' or '}'"},
        {"{\"tol\":.5}", "offset 7: unexpected '.'; expected a value"},
        {"{\"tol\":NaN}", "offset 7: unexpected 'N'; expected a value"},
        {"{\"tol\":1e999}", "offset 7: number out of range, 1e999; expected less than 1.8e308"},
        {"{\"seed\":1,\"seed\":2}", "offset 10: key \"seed\" occurs twice; expected different keys in an object"},
        {"{\"init\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
         "offset 39: arrays and objects nested too deep; expected at most 32 levels"},
    };
    CHECK(broken, "argument 4 (options): ");
}

static void an_unknown_key_lists_the_known_ones(void **state) {
    const char *const keys[][2] = {{"seeed", "seeed"},
                                   {"SEED", "SEED"},
                                   {"", ""},
                                   {"a key that is longer than thirty bytes", "a key that is longer than thir..."},
                                   {"l\xc3\xa4nge", "l\xc3\xa4nge"}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        expect_error(
            *state, sql_build("SELECT gmm_fit(x, y, 2, '{\"%s\":1}') FROM t", keys[i][0]),
            sql_format(
                "gmm_fit: argument 4 (options): unknown key \"%s\" at offset 1; expected one of columns, "
                "weight, label, covariance, equal_weights, max_iter, tol, n_init, init, seed, accelerate, threads, "
                "min_variance, resolution, nulls, noise, few_rows",
                keys[i][1]));
    }
}

static void each_option_says_what_it_may_be(void **state) {
    /* Each with values of wrong types and out of range, the text completed from what was given. */
    const struct {
        const char *key, *expected;
        const char *values[8];
    } options[] = {
        {"columns", "an array of 2 column names", {"5", "\"x\"", "null", "true"}},
        {"covariance",
         "full, tied, diag, spherical, or a mclust code: EII, VII, EEI, VEI, EVI, VVI, EEE, VEE, EVE, VVE, EEV, VEV, EVV, VVV",
         {"5", "null", "\"banana\"", "\"FULLY\"", "false", "\"VEX\"", "\"\""}},
        {"equal_weights", "true or false", {"1", "\"true\"", "null", "0.5"}},
        {"max_iter",
         "an integer from 0 to 1000000000",
         {"-1", "1.5", "\"5\"", "true", "null", "1000000001", "1e300"}},
        {"tol", "a number >= 0", {"-1e-9", "\"1e-6\"", "null", "true"}},
        {"n_init", "an integer from 1 to 10000", {"0", "-3", "10001", "2.5", "\"ten\"", "null"}},
        {"init", "kmeans++, random, or an object with parameters or a model", {"5", "null", "\"kmeans\"", "true"}},
        {"seed", "an integer", {"1.5", "\"0\"", "true", "null", "1e300", "9223372036854775808"}},
        {"accelerate", "true or false", {"0", "\"no\"", "null"}},
        {"threads", "an integer from 0 to 64", {"-1", "65", "1.5", "\"all\"", "true", "null"}},
        {"min_variance", "a number from 1e-12 to 1", {"0", "-1", "9e-13", "1.0001", "\"0\"", "null"}},
        {"resolution",
         "a number >= 0, or an array of 2 numbers >= 0 or null (measured)",
         {"-1", "1e76", "\"1\"", "null", "true"}},
        {"nulls", "em or skip", {"\"drop\"", "true", "null", "5"}},
        {"few_rows", "error, null or fewer", {"\"drop\"", "true", "null", "5"}},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        for (size_t v = 0; v < 8 && options[i].values[v] != NULL; v++) {
            const char *json = sql_format("{\"%s\":%s}", options[i].key, options[i].values[v]);
            size_t offset = strlen(options[i].key) + 4;
            wrong one = {json, sql_format("%s is %s at offset %zu; expected %s", options[i].key,
                                          options[i].values[v], offset, options[i].expected)};
            check_options(*state, &one, 1, "argument 4 (options): ");
        }
        const char *const containers[][2] = {{"[]", "an array of 0"}, {"{}", "an object"}};
        for (size_t c = 0; c < 2; c++) {
            if (c == 1 && strcmp(options[i].key, "init") == 0) {
                continue; /* an object may be empty */
            }
            wrong one = {sql_format("{\"%s\":%s}", options[i].key, containers[c][0]),
                         sql_format("%s is %s at offset %zu; expected %s", options[i].key, containers[c][1],
                                    strlen(options[i].key) + 4, options[i].expected)};
            check_options(*state, &one, 1, "argument 4 (options): ");
        }
    }
}

static void column_names_are_checked_one_by_one(void **state) {
    const wrong cases[] = {
        {"{\"columns\":[\"a\",5]}", "columns[1] is 5 at offset 16; expected a column name"},
        {"{\"columns\":[null,\"a\"]}", "columns[0] is null at offset 12; expected a column name"},
        {"{\"columns\":[\"a\",\"a\"]}",
         "columns[1] is \"a\" at offset 16; expected a name that no other column has"},
        {"{\"columns\":[\"a\",\"\\u0061\"]}",
         "columns[1] is \"\\u0061\" at offset 16; expected a name that no other column has"},
        {"{\"columns\":[\"\",\"a\"]}",
         "columns[0] is \"\" at offset 12; expected a column name that is not empty and holds no NUL"},
        {"{\"columns\":[\"a\\u0000\",\"b\"]}",
         "columns[0] is \"a\\u0000\" at offset 12; expected a column name that is not empty and holds no NUL"},
        {"{\"columns\":[\"a\"]}", "columns is an array of 1 at offset 11; expected an array of 2 column names"},
        {"{\"columns\":[\"a\",\"b\",\"c\"]}",
         "columns is an array of 3 at offset 11; expected an array of 2 column names"},
    };
    CHECK(cases, "argument 4 (options): ");
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        rows_test(wrong_arguments_are_named),
        rows_test(a_whole_number_is_an_integer_in_any_row),
        rows_test(options_that_are_no_json_object_are_pointed_at),
        rows_test(an_unknown_key_lists_the_known_ones),
        rows_test(each_option_says_what_it_may_be),
        rows_test(column_names_are_checked_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
