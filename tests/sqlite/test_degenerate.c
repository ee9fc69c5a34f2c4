/* test_degenerate.c: data that mixtures have trouble with: a clear error or a sound model, never NaN. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "plain.h"
#include "sql.h"

static double member(sqlite3 *db, const char *json, const char *key) {
    return sql_double(db, "SELECT %Q ->> %Q", json, key);
}

/* Valid JSON whose numbers are finite, weights that sum to 1, a trace that rises, matrices that scoring takes. */
static void check_sound(sqlite3 *db, const char *json) {
    assert_int_equal(sql_integer(db, "SELECT json_valid(%Q)", json), 1);
    assert_int_equal(sql_integer(db, "SELECT count(*) FROM json_tree(%Q) WHERE type = 'null'", json), 0);
    assert_int_equal(sql_integer(db,
                                 "SELECT count(*) FROM json_tree(%Q) WHERE type IN ('real', 'integer') "
                                 "AND NOT (atom > -1.8e308 AND atom < 1.8e308)",
                                 json),
                     0);
    assert_close(sql_double(db, "SELECT sum(value) FROM json_each(%Q, '$.weights')", json), 1, 0, 1e-12);
    /* A variance at the floor, 1e-9 of another, is known to 1e-7 of itself; so are the densities of n rows. */
    assert_int_equal(
        sql_integer(db,
                    "SELECT count(*) FROM (SELECT loglik - lag(loglik) OVER (ORDER BY iteration) AS rise "
                    "FROM mix_trace(%Q)) WHERE rise < -1e-7 * (%Q ->> 'n')",
                    json, json),
        0);
    size_t k = (size_t)member(db, json, "k");
    assert_int_equal(sql_count(db, "SELECT * FROM mix_components(%Q)", json), k); /* the matrices are accepted */
    assert_close(member(db, json, "$.trace[#-1]"), member(db, json, "loglik"), 1e-12, 1e-9);
}

static const char *warnings(sqlite3 *db, const char *json) {
    return sql_text(db, "SELECT %Q ->> 'warnings'", json);
}

/* The fit of `columns`, in terms of i = 1 ... n. */
static char *fit(sqlite3 *db, int n, const char *columns, int k) {
    char *json = sql_text(db, "SELECT gmm_fit(%s, %d) FROM (SELECT value AS i FROM numbers WHERE value <= %d)",
                          columns, k, n);
    check_sound(db, json);
    return json;
}

static void fit_fails(sqlite3 *db, int n, const char *columns, const char *k, const char *text) {
    char *sql =
        sql_build("SELECT gmm_fit(%s, %s) FROM (SELECT value AS i FROM numbers WHERE value <= %d)", columns, k, n);
    expect_error(db, sql, text);
}

/* The numbers 1 ... 1000 (generate_series is the shell's, not the library's). */
static int setup(void **state) {
    *state = sql_open();
    sql_run(*state,
            "CREATE TABLE numbers(value INTEGER PRIMARY KEY); INSERT INTO numbers "
            "WITH RECURSIVE s(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM s WHERE i < 1000) SELECT i FROM s");
    return 0;
}

#define degenerate_test(name) cmocka_unit_test_setup_teardown(name, setup, sql_teardown)

static const char floor_1[] = "[\"component 1 is held at the variance floor (min_variance)\"]";

static void equal_rows_make_one_component_with_a_warning(void **state) {
    const double values[] = {5, 0, -3e-7, 1e12};
    for (int i = 0; i < 4; i++) {
        const char *json = fit(*state, 10, sql_format("%.17g", values[i]), 1);
        assert_true(plain_read(json).means[0][0] == values[i]);
        assert_string_equal(warnings(*state, json), floor_1);
    }
    plain model = plain_read(fit(*state, 10, "5, -7", 1));
    assert_true(model.means[0][0] == 5 && model.means[0][1] == -7);
    fit_fails(
        *state, 10, "5", "2",
        "gmm_fit: 1 distinct row for k = 2, the first (5); expected at least k distinct rows, or option few_rows");
}

static void fewer_distinct_rows_than_components_are_an_error(void **state) {
    fit_fails(
        *state, 50, "i % 3, 1", "4",
        "gmm_fit: 3 distinct rows for k = 4, the first (1, 1); expected at least k distinct rows, or option few_rows");
    fit_fails(
        *state, 4, "i", "5",
        "gmm_fit: 4 distinct rows for k = 5, the first (1); expected at least k distinct rows, or option few_rows");
    fit_fails(
        *state, 9, "iif(i = 1, 0.0, -0.0)", "2",
        "gmm_fit: 1 distinct row for k = 2, the first (0); expected at least k distinct rows, or option few_rows");
    check_sound(*state, fit(*state, 50, "i % 3, 1", 3));
}

static void as_many_components_as_rows_sit_on_the_rows(void **state) {
    const char *json = fit(*state, 5, "i * i", 5);
    double means[5];
    (void)sql_numbers(*state, means, 5,
                      "SELECT value FROM mix_parameters(%Q) WHERE parameter = 'mean' ORDER BY value", json);
    for (int c = 0; c < 5; c++) {
        assert_close(means[c], (c + 1) * (c + 1), 1e-9, 0);
    }
    assert_int_equal(sql_integer(*state, "SELECT json_array_length(%Q)", warnings(*state, json)), 5);
}

static void one_row_makes_one_component(void **state) {
    const char *json = fit(*state, 1, "i, 3.5 * i", 1);
    plain model = plain_read(json);
    assert_true(model.means[0][0] == 1 && model.means[0][1] == 3.5 && member(*state, json, "n") == 1);
    assert_string_equal(warnings(*state, json), floor_1);
    fit_fails(
        *state, 1, "i", "2",
        "gmm_fit: 1 distinct row for k = 2, the first (1); expected at least k distinct rows, or option few_rows");
}

static void a_constant_column_keeps_its_value_in_every_mean(void **state) {
    const char *json = fit(*state, 40, "iif(i <= 20, i, i + 100), 3", 2);
    plain model = plain_read(json);
    for (int c = 0; c < 2; c++) {
        assert_true(model.means[c][1] == 3);
        assert_true(model.covariances[c][1][1] > 0 && model.covariances[c][1][1] < 1e-6);
        assert_close(model.weights[c], 0.5, 1e-9, 0);
        assert_close(model.covariances[c][0][0], (20 * 20 - 1) / 12., 1e-6, 0); /* of 20 consecutive integers */
    }
}

static void equal_and_collinear_columns_are_held_at_the_floor(void **state) {
    const char *const columns[] = {"i, i", "i, 2 * i + 1", "i, -i, 5 * i", "i, i * i, i + i * i"};
    for (int i = 0; i < 4; i++) {
        const char *json = fit(*state, 40, columns[i], 2);
        assert_non_null(strstr(warnings(*state, json), "is held at the variance floor (min_variance)"));
        (void)sql_double(
            *state, "SELECT mix_loglik(%Q, mix_row(%s)) FROM (SELECT value AS i FROM numbers WHERE value <= 40)",
            json, columns[i]);
    }
    plain model = plain_read(fit(*state, 20, "i, i", 1));
    assert_close(model.covariances[0][0][0], (20 * 20 - 1) / 12., 1e-6, 0);
}

static void nulls_leave_too_few_rows(void **state) {
    fit_fails(
        *state, 10, "iif(i <= 2, i, NULL)", "3",
        "gmm_fit: 2 distinct rows for k = 3, the first (1); expected at least k distinct rows, or option few_rows");
    const char *json = fit(*state, 10, "iif(i <= 2, i, NULL), iif(i <= 2, 1, NULL)", 2);
    assert_true(member(*state, json, "skipped") == 8 && member(*state, json, "n") == 2);
}

static void outliers_and_mixed_magnitudes_give_sound_models(void **state) {
    const char *const columns[] = {"iif(i = 7, 1e15, i)", "iif(i = 7, -1e60, i), i",      "i * 1e70, i * 1e-70",
                                   "1e9 + i * 1e-3",      "iif(i % 2, 1e-300, 1), i % 7", "i % 2, i % 3"};
    for (int i = 0; i < 6; i++) {
        for (int k = 1; k <= 3; k++) {
            if (k < 3 || i != 5) {
                (void)fit(*state, 60, columns[i], k);
            }
        }
    }
}

static void values_at_the_ends_of_the_range_are_an_error_or_a_sound_model(void **state) {
    const char *const columns[] = {"i * 1e307",
                                   "1e308",
                                   "i * 1e-308",
                                   "5e-324",
                                   "i * 5e-324",
                                   "iif(i % 2, 1.7e308, -1.7e308)",
                                   "iif(i = 3, 1e308, i)",
                                   "iif(i = 3, 1e-308, i)",
                                   "1.7976931348623157e308 - i * 1e292",
                                   "i, 1.7e308",
                                   "-1.7976931348623157e308",
                                   "2.2250738585072014e-308"};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        for (int k = 1; k <= 2; k++) {
            char *sql = sql_build("SELECT gmm_fit(%s, %d) FROM (SELECT value AS i FROM numbers WHERE value <= 10)",
                                  columns[i], k);
            char *text;
            int rc = sql_outcome(*state, sql, &text);
            if (rc == SQLITE_OK) {
                check_sound(*state, sql_text(*state, "%s", sql));
            } else {
                assert_int_equal(rc, SQLITE_ERROR);
                assert_true(strstr(text, "standard deviation") != NULL || strstr(text, "distinct row") != NULL);
            }
        }
    }
}

static void a_column_without_a_square_in_range_is_named(void **state) {
    /* The deviation of -a and a in equal numbers is a. */
    fit_fails(
        *state, 10, "i, iif(i % 2, 1e100, -1e100)", "1",
        "gmm_fit: column 2 (x2) has standard deviation 1e+100, whose square is beyond a double's range; expected "
        "between 1e-75 and 1e75: rescale it");
    fit_fails(
        *state, 10, "i, iif(i % 2, 1e-100, -1e-100)", "1, '{\"columns\":[\"a\",\"b\"]}'",
        "gmm_fit: column 2 (b) has standard deviation 1e-100, whose square is beyond a double's range; expected "
        "between 1e-75 and 1e75: rescale it");
}

static void values_that_are_no_finite_numbers_are_errors(void **state) {
    fit_fails(*state, 10, "iif(i = 3, 9e999, i)", "2",
              "gmm_fit: argument 1 (x1) is REAL Inf in row 3; expected a finite number");
    fit_fails(*state, 10, "i, iif(i = 10, -9e999, i)", "2",
              "gmm_fit: argument 2 (x2) is REAL -Inf in row 10; expected a finite number");
    fit_fails(*state, 10, "i, iif(i = 1, '12x', i)", "2",
              "gmm_fit: argument 2 (x2) is TEXT '12x' in row 1; expected a number");
    fit_fails(*state, 10, "iif(i = 2, 'a rather long text that has to be cut somewhere', i), 1", "2",
              "gmm_fit: argument 1 (x1) is TEXT 'a rather long text that has to...' in row 2; expected a number");
    fit_fails(*state, 10, "1, iif(i = 2, x'010203', i)", "2",
              "gmm_fit: argument 2 (x2) is BLOB of 3 bytes in row 2; expected a number");
    fit_fails(*state, 10, "mix_row(i, iif(i = 2, 9e999, i))", "2",
              "mix_row: argument 2 (x2) is REAL Inf; expected a finite number");
    fit_fails(*state, 10, "iif(i = 2, x'000000000000F07F000000000000F07F', mix_row(i, i))", "2",
              "gmm_fit: argument 1 (mix_row) holds Inf at value 1 (x1) in row 2; expected a finite number");
    fit_fails(
        *state, 10, "iif(i = 2, mix_row(1, 2, 3), mix_row(i, i))", "2",
        "gmm_fit: argument 1 is BLOB of 24 bytes in row 2; expected mix_row() of 2 values, 16 bytes, or as many 32-bit floats");
    fit_fails(*state, 10, "iif(i = 2, 5, mix_row(i, i))", "2",
              "gmm_fit: 1 value given; expected 2, the model's columns, or one mix_row()");
}

static void a_k_beyond_memory_is_told_the_number_of_distinct_rows(void **state) {
    fit_fails(
        *state, 10, "i", "1000000000",
        "gmm_fit: 10 distinct rows for k = 1000000000, the first (1); expected at least k distinct rows, or option few_rows");
}

static void the_largest_k_there_is_does_not_hang(void **state) {
    alarm(60); /* ends the program rather than wait */
    long long most = (long long)(SIZE_MAX / 2);
    fit_fails(
        *state, 10, "i", sql_format("%lld", most),
        sql_format(
            "gmm_fit: 10 distinct rows for k = %lld, the first (1); expected at least k distinct rows, or option few_rows",
            most));
    alarm(0);
}

/* Where a size has 32 bits k is not cut down to them. */
static void a_k_beyond_any_size_is_refused(void **state) {
    fit_fails(
        *state, 10, "i", "4294967298",
        sizeof(size_t) < 8
            ? "gmm_fit: argument 2 (k) is 4294967298; expected at most 2147483647"
            : "gmm_fit: 10 distinct rows for k = 4294967298, the first (1); expected at least k distinct rows, or option few_rows");
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        degenerate_test(equal_rows_make_one_component_with_a_warning),
        degenerate_test(fewer_distinct_rows_than_components_are_an_error),
        degenerate_test(as_many_components_as_rows_sit_on_the_rows),
        degenerate_test(one_row_makes_one_component),
        degenerate_test(a_constant_column_keeps_its_value_in_every_mean),
        degenerate_test(equal_and_collinear_columns_are_held_at_the_floor),
        degenerate_test(nulls_leave_too_few_rows),
        degenerate_test(outliers_and_mixed_magnitudes_give_sound_models),
        degenerate_test(values_at_the_ends_of_the_range_are_an_error_or_a_sound_model),
        degenerate_test(a_column_without_a_square_in_range_is_named),
        degenerate_test(values_that_are_no_finite_numbers_are_errors),
        degenerate_test(a_k_beyond_memory_is_told_the_number_of_distinct_rows),
        degenerate_test(the_largest_k_there_is_does_not_hang),
        degenerate_test(a_k_beyond_any_size_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
