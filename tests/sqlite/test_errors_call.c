/* test_errors_call.c: what is said of wrong arguments beside the model, and of wrong starts, word by word. */
#include <string.h>

#include "sql.h"

typedef struct wrong {
    const char *given, *text;
} wrong;

/* Models of 1, 2 and 3 columns in m1, m2, m3. */
static int with_models(void **state) {
    *state = sql_open();
    sql_run(*state, "CREATE TABLE t(m1, m2, m3); INSERT INTO t VALUES ("
                    "'{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0]],\"covariances\":[[[1]]]}',"
                    "'{\"family\":\"gaussian\",\"columns\":[\"length\",\"width\"],\"weights\":[0.5,0.5],"
                    "\"means\":[[0,0],[1,1]],\"covariances\":[[[1,0],[0,1]],[[1,0],[0,1]]]}',"
                    "'{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0,0,0]],"
                    "\"covariances\":[[[1,0,0],[0,1,0],[0,0,1]]]}')");
    return 0;
}

#define models_test(name) cmocka_unit_test_setup_teardown(name, with_models, sql_teardown)

static void check(sqlite3 *db, const wrong *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        expect_error(db, cases[i].given, cases[i].text);
    }
}

#define CHECK(cases) check(*state, cases, sizeof cases / sizeof *cases)

static void too_few_arguments_show_the_usage(void **state) {
    const char *const usages[] = {"mix_predict(model, x...)",
                                  "mix_probability(model, component, x...)",
                                  "mix_probabilities(model, x...)",
                                  "mix_uncertainty(model, x...)",
                                  "mix_density(model, x...)",
                                  "mix_log_density(model, x...)",
                                  "mix_distance(model, component, x...)",
                                  "mix_impute(model, x...)",
                                  "mix_tail(model, x...)",
                                  "mix_condition(model, x...)",
                                  "mix_loglik(model, x... [, options])"};
    for (size_t i = 0; i < sizeof usages / sizeof *usages; i++) {
        int length = (int)strcspn(usages[i], "(");
        expect_error(*state, sql_format("SELECT %.*s()", length, usages[i]),
                     sql_format("%.*s: 0 arguments given; expected %s", length, usages[i], usages[i]));
        expect_error(*state, sql_format("SELECT %.*s(m2) FROM t", length, usages[i]),
                     sql_format("%.*s: 1 argument given; expected %s", length, usages[i], usages[i]));
    }
    expect_error(*state, "SELECT mix_distance(m2, 1) FROM t",
                 "mix_distance: 2 arguments given; expected mix_distance(model, component, x...)");
    expect_error(*state, "SELECT mix_sample_rows(5) FROM t",
                 "mix_sample_rows: 1 argument given; expected mix_sample_rows(n, x... [, seed])");
    expect_error(*state, "SELECT mix_extrapolate(m2, m2) FROM t",
                 "wrong number of arguments to function mix_extrapolate()");
    expect_error(*state, "SELECT mix_row()", "mix_row: 0 arguments given; expected mix_row(x...)");
    expect_error(*state, "SELECT mixture_version(1)", "wrong number of arguments to function mixture_version()");
    expect_error(*state, "SELECT mixture_debug(1)", "wrong number of arguments to function mixture_debug()");
}

static void wrong_values_of_a_row_are_named_after_their_columns(void **state) {
    const wrong cases[] = {
        {"SELECT mix_predict(m2, 1) FROM t",
         "mix_predict: 1 value given; expected 2, the model's columns, or one mix_row()"},
        {"SELECT mix_predict(m2, NULL) FROM t",
         "mix_predict: 1 value given; expected 2, the model's columns, or one mix_row()"},
        {"SELECT mix_density(m2, 1, 2, 3) FROM t",
         "mix_density: 3 values given; expected 2, the model's columns, or one mix_row()"},
        {"SELECT mix_impute(m2, 'abc', 1) FROM t",
         "mix_impute: argument 2 (length) is TEXT 'abc'; expected a number"},
        {"SELECT mix_uncertainty(m2, 1, '1 2') FROM t",
         "mix_uncertainty: argument 3 (width) is TEXT '1 2'; expected a number"},
        {"SELECT mix_probability(m2, 1, 1, x'0102') FROM t",
         "mix_probability: argument 4 (width) is BLOB of 2 bytes; expected a number"},
        {"SELECT mix_log_density(m1, -9e999) FROM t",
         "mix_log_density: argument 2 (x1) is REAL -Inf; expected a finite number"},
        {"SELECT mix_predict(m2, 'it''s' || char(10) || 'two lines', 1) FROM t",
         "mix_predict: argument 2 (length) is TEXT 'it's?two lines'; expected a number"},
        {"SELECT mix_predict(m2, CAST(x'61ff62' AS TEXT), 1) FROM t",
         "mix_predict: argument 2 (length) is TEXT 'a...'; expected a number"},
        {"SELECT mix_row(9e999)", "mix_row: argument 1 (x1) is REAL Inf; expected a finite number"},
        {"SELECT mix_row(mix_row(1))", "mix_row: argument 1 (x1) is BLOB of 8 bytes; expected a number"},
        {"SELECT mix_row('a', 9e999)",
         "mix_row: a value is infinite; expected finite numbers, TEXT, BLOBs or NULL"},
    };
    CHECK(cases);
}

static void packed_rows_of_another_size_are_refused(void **state) {
    const int sizes[] = {0, 4, 7, 9, 15, 17, 24};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        expect_error(
            *state, sql_format("SELECT mix_predict(m2, zeroblob(%d)) FROM t", sizes[i]),
            sql_format(
                "mix_predict: argument 2 is BLOB of %d bytes; expected mix_row() of 2 values, 16 bytes, or as many 32-bit floats",
                sizes[i]));
    }
    const wrong cases[] = {
        {"SELECT mix_distance(m1, 1, zeroblob(16)) FROM t",
         "mix_distance: argument 3 is BLOB of 16 bytes; expected mix_row() of 1 value, 8 bytes, or as many 32-bit floats"},
        {"SELECT mix_predict(m2, x'0000000000000000000000000000F0FF') FROM t",
         "mix_predict: argument 2 (mix_row) holds Inf at value 2 (width); expected a finite number"},
    };
    CHECK(cases);
}

static void components_are_counted_from_1_to_k(void **state) {
    const char *const values[][2] = {{"0", "INTEGER 0"},           {"3", "INTEGER 3"},      {"-1", "INTEGER -1"},
                                     {"1.5", "REAL 1.5"},          {"'1.5'", "TEXT '1.5'"}, {"1e18", "REAL 1e18"},
                                     {"x'01'", "BLOB of 1 bytes"}, {"9e999", "REAL Inf"}};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const char *const functions[] = {"mix_probability", "mix_distance"};
        for (size_t f = 0; f < 2; f++) {
            expect_error(*state, sql_format("SELECT %s(m2, %s, 0, 0) FROM t", functions[f], values[i][0]),
                         sql_format("%s: argument 2 (component) is %s; expected an integer from 1 to 2",
                                    functions[f], values[i][1]));
        }
    }
}

static void arguments_of_tables_are_checked(void **state) {
    const wrong cases[] = {
        {"SELECT * FROM t, mix_responsibilities(m2, 1)",
         "mix_responsibilities: 1 value given; expected 2, the model's columns, or one mix_row()"},
        {"SELECT * FROM t, mix_responsibilities(m2, 1, 'a')",
         "mix_responsibilities: argument 3 (width) is TEXT 'a'; expected a number"},
        {"SELECT * FROM t, mix_responsibilities(m2, 9e999, 1)",
         "mix_responsibilities: argument 2 (length) is REAL Inf; expected a finite number"},
        {"SELECT * FROM t, mix_sample(m1, NULL)", "mix_sample: argument 2 (n) is NULL; expected an integer >= 0"},
        {"SELECT * FROM t, mix_sample(m1, -1)",
         "mix_sample: argument 2 (n) is INTEGER -1; expected an integer >= 0"},
        {"SELECT * FROM t, mix_sample(m1, 1.5)",
         "mix_sample: argument 2 (n) is REAL 1.5; expected an integer >= 0"},
        {"SELECT * FROM t, mix_sample(m1, '5x')",
         "mix_sample: argument 2 (n) is TEXT '5x'; expected an integer >= 0"},
        {"SELECT * FROM t, mix_sample(m1, 5, 1.5)",
         "mix_sample: argument 3 (seed) is REAL 1.5; expected an integer"},
        {"SELECT * FROM t, mix_grid(m2, 0)",
         "mix_grid: argument 2 (nx) is INTEGER 0; expected an integer from 1 to 1000000"},
        {"SELECT * FROM t, mix_grid(m2, 1000001)",
         "mix_grid: argument 2 (nx) is INTEGER 1000001; expected an integer from 1 to 1000000"},
        {"SELECT * FROM t, mix_grid(m2, NULL)",
         "mix_grid: argument 2 (nx) is NULL; expected an integer from 1 to 1000000"},
        {"SELECT * FROM t, mix_grid(m2, 2, 'a')",
         "mix_grid: argument 3 (ny) is TEXT 'a'; expected an integer from 1 to 1000000"},
        {"SELECT * FROM t, mix_grid(m1, 2, 2)",
         "mix_grid: argument 3 (ny) is INTEGER 2; expected an integer from 1 to 1"},
        {"SELECT * FROM t, mix_grid(m2, 2, 2, -1)",
         "mix_grid: argument 4 (margin) is INTEGER -1; expected a number between 0 and 1000000000"},
        {"SELECT * FROM t, mix_grid(m2, 2, 2, 'a')",
         "mix_grid: argument 4 (margin) is TEXT 'a'; expected a number between 0 and 1000000000"},
        {"SELECT * FROM t, mix_grid(m2, 2, 2, 9e999)",
         "mix_grid: argument 4 (margin) is REAL Inf; expected a number between 0 and 1000000000"},
        {"SELECT * FROM t, mix_grid(m3, 2)", "mix_grid: argument 1 (model) has 3 columns; expected 1 or 2"},
        {"SELECT * FROM t, mix_ellipses(m2, 0)",
         "mix_ellipses: argument 2 (probability) is INTEGER 0; expected a number between 0 and 1"},
        {"SELECT * FROM t, mix_ellipses(m2, 1.0)",
         "mix_ellipses: argument 2 (probability) is REAL 1.0; expected a number between 0 and 1"},
        {"SELECT * FROM t, mix_ellipses(m2, 0.5, 2)",
         "mix_ellipses: argument 3 (points) is INTEGER 2; expected an integer from 3 to 1000000"},
        {"SELECT * FROM t, mix_ellipses(m1)", "mix_ellipses: argument 1 (model) has 1 column; expected 2"},
        {"SELECT * FROM t, mix_ellipses(m3)", "mix_ellipses: argument 1 (model) has 3 columns; expected 2"},
    };
    CHECK(cases);
}

static void missing_arguments_of_tables_show_the_usage(void **state) {
    const wrong cases[] = {
        {"SELECT * FROM mix_components", "mix_components: argument 1 is missing; expected mix_components(model)"},
        {"SELECT * FROM mix_parameters()",
         "mix_parameters: argument 1 is missing; expected mix_parameters(model)"},
        {"SELECT * FROM mix_trace", "mix_trace: argument 1 is missing; expected mix_trace(model)"},
        {"SELECT * FROM mix_responsibilities",
         "mix_responsibilities: argument 1 is missing; expected mix_responsibilities(model, x1, ..., xd)"},
        {"SELECT * FROM t, mix_responsibilities(m1)",
         "mix_responsibilities: argument 2 is missing; expected mix_responsibilities(model, x1, ..., xd)"},
        {"SELECT * FROM t, mix_responsibilities(m2, 1) WHERE _x3 = 2",
         "mix_responsibilities: argument 3 is missing; expected mix_responsibilities(model, x1, ..., xd)"},
        {"SELECT * FROM t, mix_sample(m1)",
         "mix_sample: argument 2 is missing; expected mix_sample(model, n [, seed, trials])"},
        {"SELECT * FROM t, mix_grid(m1)",
         "mix_grid: argument 2 is missing; expected mix_grid(model, nx [, ny, margin])"},
        {"SELECT * FROM mix_ellipses",
         "mix_ellipses: argument 1 is missing; expected mix_ellipses(model [, probability, points])"},
        {"SELECT * FROM t, mix_components WHERE _model > m1",
         "mix_components: argument 1 is missing; expected mix_components(model)"},
    };
    CHECK(cases);
}

static void a_forgotten_component_is_told(void **state) {
    const wrong cases[] = {
        {"SELECT mix_probability(m2, 1, 2) FROM t",
         "mix_probability: 1 value given behind argument 2 (component); expected 2, the model's columns: is the "
         "component missing?"},
        {"SELECT mix_distance(m3, 1, 2, 3) FROM t",
         "mix_distance: 2 values given behind argument 2 (component); expected 3, the model's columns: is the "
         "component missing?"},
        {"SELECT mix_probability(m3, 1, 2) FROM t",
         "mix_probability: 1 value given; expected 3, the model's columns, or one mix_row()"},
        {"SELECT mix_probability(m2, 1.5, 2) FROM t",
         "mix_probability: argument 2 (component) is REAL 1.5; expected an integer from 1 to 2"},
    };
    CHECK(cases);
}

static void wrong_starts_are_located(void **state) {
    const char *const cases[][2] = {
        {"{\"menas\":[[1,2],[3,4]]}",
         "argument 4 (options): unknown key \"menas\" in init at offset 9; expected weights, means, covariances"},
        {"{\"weights\":0.5}",
         "argument 4 (options): init.weights is 0.5 at offset 19; expected an array of 2 numbers"},
        {"{\"weights\":[0.5]}",
         "argument 4 (options): init.weights is an array of 1 at offset 19; expected an array of 2 numbers"},
        {"{\"weights\":[0.5,\"a\"]}",
         "argument 4 (options): init.weights[1] is \"a\" at offset 24; expected a number"},
        {"{\"means\":[1,2]}",
         "argument 4 (options): init.means[0] is 1 at offset 18; expected an array of 2 numbers"},
        {"{\"means\":[[1,2]]}",
         "argument 4 (options): init.means is an array of 1 at offset 17; expected an array of 2 arrays"},
        {"{\"means\":[[1,2],[3,null]]}",
         "argument 4 (options): init.means[1][1] is null at offset 27; expected a number"},
        {"{\"covariances\":[[[1,0],[0,1]],[[1,0]]]}",
         "argument 4 (options): init.covariances[1] is an array of 1 at offset 38; expected an array of 2 arrays"},
        {"{\"family\":\"banana\"}",
         "argument 4 (options): init.family is \"banana\" at offset 18; expected FAMILIES, or mixed"},
        {"{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0,0]],\"covariances\":[[[1,0],[0,1]]]}",
         "argument 4 (options): init is a gaussian model with k = 1, d = 2; expected a gaussian model with k = 2, d = 2"},
        {"{\"family\":\"gaussian\",\"weights\":[0.5,0.5],\"means\":[[0],[1]],\"covariances\":[[[1]],[[1]]]}",
         "argument 4 (options): init is a gaussian model with k = 2, d = 1; expected a gaussian model with k = 2, d = 2"},
        {"{\"weights\":[0.5,0.6]}", "option init: weights sum to 1.1; expected 1"},
        {"{\"weights\":[-0.5,1.5]}", "option init: weights[0] is -0.5; expected a number from 0 to 1"},
        {"{\"covariances\":[[[1,0],[0,1]],[[1,0],[0,-1]]]}",
         "option init: covariances[1][1][1] is -1; expected a variance > 0"},
        {"{\"covariances\":[[[1,0],[0,1]],[[1,0.5],[0,1]]]}",
         "option init: covariances[1] is not symmetric: [1][0] is 0, [0][1] is 0.5; expected the same"},
        {"{\"covariances\":[[[1,0],[0,1]],[[1,2],[2,1]]]}",
         "option init: covariances[1] is not positive definite"},
    };
    sql_run(*state, "CREATE TABLE rows(x, y); INSERT INTO rows VALUES (1, 2), (2, 1), (5, 7), (6, 6), (3, 9)");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_error(*state,
                     sql_build("SELECT gmm_fit(x, y, 2, '{\"init\":' || %Q || '}') FROM rows", cases[i][0]),
                     sql_format("gmm_fit: %s", cases[i][1]));
    }
}

static void a_start_is_compared_with_k_before_memory_is_taken_for_it(void **state) {
    sql_run(*state, "CREATE TABLE rows(x, y); INSERT INTO rows VALUES (1, 2), (2, 1), (5, 7), (6, 6), (3, 9)");
    expect_error(*state, "SELECT gmm_fit(x, y, 2000000000, '{\"init\":{\"weights\":[0.5,0.5]}}') FROM rows",
                 "gmm_fit: argument 4 (options): init.weights is an array of 2 at offset 19; expected an array of "
                 "2000000000 numbers");
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        models_test(too_few_arguments_show_the_usage),
        models_test(wrong_values_of_a_row_are_named_after_their_columns),
        models_test(packed_rows_of_another_size_are_refused),
        models_test(components_are_counted_from_1_to_k),
        models_test(arguments_of_tables_are_checked),
        models_test(missing_arguments_of_tables_show_the_usage),
        models_test(a_forgotten_component_is_told),
        models_test(wrong_starts_are_located),
        models_test(a_start_is_compared_with_k_before_memory_is_taken_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
