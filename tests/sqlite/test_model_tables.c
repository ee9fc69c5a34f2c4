/* test_model_tables.c: what mix_components, mix_parameters, mix_trace and mix_responsibilities hold;
** mixture_debug. */
#include <math.h>
#include <string.h>

#include "plain.h"
#include "sql.h"

static const char hand[] = "{\"family\":\"gaussian\",\"weights\":[0.25,0.75],\"means\":[[1,-2],[0.1,1e-7]],"
                           "\"covariances\":[[[1,0.5],[0.5,2]],[[3,0],[0,4]]]}";

static void components_are_rows_of_weight_mean_and_covariance(void **state) {
    const char *rows = sql_text(*state,
                                "SELECT group_concat(component || ' ' || weight || ' ' || mean || ' ' || "
                                "covariance || ' ' || ifnull(probabilities, '-'), '; ') FROM mix_components(%Q)",
                                hand);
    assert_string_equal(rows, "1 0.25 [1,-2] [[1,0.5],[0.5,2]] -; 2 0.75 [0.1,1e-7] [[3,0],[0,4]] -");
    assert_string_equal(
        sql_text(*state, "SELECT json_object('c', covariance) FROM mix_components(%Q) LIMIT 1", hand),
        "{\"c\":[[1,0.5],[0.5,2]]}");
}

static void components_say_of_each_column_by_its_name(void **state) {
    assert_string_equal(
        sql_text(*state,
                 "SELECT group_concat(columns, ' ') FROM mix_components(json_set(%Q, '$.columns', "
                 "json('[\"a b\",\"y\"]')))",
                 hand),
        "{\"a b\":{\"mean\":1,\"deviation\":1},\"y\":{\"mean\":-2,\"deviation\":1.4142135623730951}} "
        "{\"a b\":{\"mean\":0.1,\"deviation\":1.7320508075688772},\"y\":{\"mean\":1e-7,\"deviation\":2}}");
    assert_string_equal(sql_text(*state,
                                 "SELECT columns FROM mix_components('{\"family\":\"poisson\",\"weights\":[1],"
                                 "\"rates\":[[2,0.5]]}')"),
                        "{\"x1\":{\"rate\":2},\"x2\":{\"rate\":0.5}}");
}

static void parameters_are_all_numbers_one_a_row(void **state) {
    const char *rows = sql_text(*state,
                                "SELECT group_concat(component || parameter || ifnull(i, '') || ifnull(j, '') || "
                                "'=' || value, ' ') FROM mix_parameters(%Q)",
                                hand);
    assert_string_equal(
        rows, "1weight=0.25 1mean1=1.0 1mean2=-2.0 1covariance11=1.0 1covariance12=0.5 1covariance21=0.5 "
              "1covariance22=2.0 2weight=0.75 2mean1=0.1 2mean2=1.0e-07 2covariance11=3.0 "
              "2covariance12=0.0 2covariance21=0.0 2covariance22=4.0");
}

static void a_model_of_five_columns_has_k_times_31_parameters(void **state) {
    plain model = plain_model(3, 5, 1);
    double values[93];
    assert_int_equal(sql_numbers(*state, values, 93, "SELECT value FROM mix_parameters(%Q)", plain_json(&model)),
                     93);
    for (int c = 0; c < 3; c++) {
        const double *own = values + 31 * c;
        assert_true(own[0] == model.weights[c]);
        assert_memory_equal(own + 1, model.means[c], 5 * sizeof(double));
        assert_memory_equal(own + 6, model.covariances[c], 25 * sizeof(double));
    }
}

static void the_trace_counts_iterations_from_0(void **state) {
    const char *json = sql_format("%.*s,\"trace\":[-3.5,-2.25,-2]}", (int)strlen(hand) - 1, hand);
    assert_string_equal(
        sql_text(*state, "SELECT group_concat(iteration || ':' || loglik, ' ') FROM mix_trace(%Q)", json),
        "0:-3.5 1:-2.25 2:-2.0");
    assert_int_equal(sql_count(*state, "SELECT * FROM mix_trace(%Q)", hand), 0);
}

static void the_trace_of_a_fit_is_that_in_its_json(void **state) {
    (void)sql_csv(*state, "faithful", "faithful.csv", 2);
    sql_run(*state, "CREATE TABLE model AS SELECT gmm_fit(c1, c2, 3, '{\"tol\":1e-5}') AS m FROM faithful");
    assert_int_equal(sql_integer(*state,
                                 "SELECT count(*) = json_array_length(m, '$.trace') AND max(iteration) = m ->> "
                                 "'iterations' AND min(iteration) = 0 FROM model, mix_trace(m)"),
                     1);
    assert_close(sql_double(*state,
                            "SELECT loglik - (m ->> 'loglik') FROM model, mix_trace(m) ORDER BY iteration DESC "
                            "LIMIT 1"),
                 0, 0, 1e-9);
}

static void responsibilities_are_k_rows_of_the_formulas(void **state) {
    uint64_t random = 7;
    for (size_t d = 1; d <= 5; d++) {
        plain model = plain_model(4, d, (unsigned)d);
        for (int row = 0; row < 8; row++) {
            double x[PLAIN_D], table[12];
            long double resp[PLAIN_K];
            for (size_t j = 0; j < d; j++) {
                x[j] = 12 * plain_random(&random) - 6;
                x[j] = row > 4 && plain_random(&random) < 0.5 ? (double)NAN : x[j];
            }
            (void)plain_log_density(&model, x, resp);
            const char *values = plain_arguments(x, d);
            assert_int_equal(sql_numbers(*state, table, 12, "SELECT * FROM mix_responsibilities(%Q, %s)",
                                         plain_json(&model), row % 2 ? values : sql_format("mix_row(%s)", values)),
                             12);
            for (size_t c = 0; c < 4; c++) {
                assert_true(table[3 * c] == (double)c + 1);
                assert_close(table[3 * c + 1], (double)resp[c], 1e-11, 1e-300);
                assert_close(table[3 * c + 2], (double)plain_component(&model, c, x, NULL), 1e-12, 1e-12);
            }
        }
    }
}

static void a_null_model_has_no_rows(void **state) {
    const char *const tables[] = {
        "mix_components(NULL)",      "mix_parameters(NULL)",  "mix_responsibilities(NULL, 1)",
        "mix_trace(NULL)",           "mix_sample(NULL, 3)",   "mix_grid(NULL, 3)",
        "mix_ellipses(NULL)",        "mix_sample(NULL, 'x')", "mix_responsibilities(NULL, 'x')",
        "mix_ellipses(NULL, 0.5, 4)"};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        assert_int_equal(sql_count(*state, "SELECT * FROM %s", tables[i]), 0);
    }
}

static void the_version_is_that_of_the_header(void **state) {
    assert_string_equal(sql_text(*state, "SELECT mixture_version()"), MIXTURE_VERSION);
}

static void debug_says_what_a_bug_report_needs(void **state) {
    const char *debug = sql_text(*state, "SELECT mixture_debug()");
    assert_int_equal(sql_integer(*state, "SELECT json_valid(%Q)", debug), 1);
    assert_string_equal(sql_text(*state, "SELECT group_concat(key, ' ') FROM json_each(%Q)", debug),
                        "version sqlite_compiled sqlite_running kernel kernels threads compiler");
    assert_string_equal(sql_text(*state, "SELECT %Q ->> 'version'", debug), MIXTURE_VERSION);
    assert_string_equal(sql_text(*state, "SELECT %Q ->> 'sqlite_running'", debug), sqlite3_libversion());
    assert_string_equal(sql_text(*state, "SELECT %Q ->> 'sqlite_compiled'", debug), SQLITE_VERSION);
    assert_int_equal(sql_integer(*state,
                                 "SELECT count(*) FROM json_each(%Q, '$.kernels') WHERE value = %Q ->> 'kernel'",
                                 debug, debug),
                     1);
    assert_true(sql_integer(*state, "SELECT %Q ->> 'threads'", debug) >= 1);
    assert_int_equal(sql_integer(*state, "SELECT length(%Q ->> 'compiler') > 0", debug), 1);
    assert_string_equal(sql_text(*state, "SELECT json_type(json_object('d', mixture_debug()), '$.d')"), "object");
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        sql_test(components_are_rows_of_weight_mean_and_covariance),
        sql_test(components_say_of_each_column_by_its_name),
        sql_test(parameters_are_all_numbers_one_a_row),
        sql_test(a_model_of_five_columns_has_k_times_31_parameters),
        sql_test(the_trace_counts_iterations_from_0),
        sql_test(the_trace_of_a_fit_is_that_in_its_json),
        sql_test(responsibilities_are_k_rows_of_the_formulas),
        sql_test(a_null_model_has_no_rows),
        sql_test(the_version_is_that_of_the_header),
        sql_test(debug_says_what_a_bug_report_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
