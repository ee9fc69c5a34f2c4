/* test_wide.c: many arguments of a table-valued function. SQLite takes only 16 conditions on a table off our
** hands; what it does with the others must neither lose a row nor give a wrong one. */
#include <math.h>
#include <string.h>

#include "sql.h"

/* A model of one component in d dimensions, N(0, I). */
static char *wide_model(int d) {
    char *means = sql_format("%*s", 2 * d - 1, ""), *rows = sql_format("%*s", 2 * d * d + 2 * d, "");
    char *at = rows;
    for (int i = 0; i < d; i++) {
        means[2 * i] = '0';
        if (i > 0) {
            means[2 * i - 1] = ',';
            *at++ = ',';
        }
        *at++ = '[';
        for (int j = 0; j < d; j++) {
            *at++ = i == j ? '1' : '0';
            *at++ = j + 1 < d ? ',' : ']';
        }
    }
    *at = '\0';
    return sql_format("{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[%s]],\"covariances\":[[%s]]}", means,
                      rows);
}

/* d arguments j / 8, but NULL at place `null` (1-based; 0: nowhere). */
static char *wide_arguments(int d, int null) {
    char *text = sql_format("%*s", 12 * d, "");
    text[0] = '\0';
    for (int j = 1; j <= d; j++) {
        strcat(text, j > 1 ? ", " : "");
        strcat(text, j == null ? "NULL" : sql_format("%d.%03d", j / 8, j % 8 * 125));
    }
    return text;
}

static double wide_log_density(int d, int null) {
    double sum = 0;
    for (int j = 1; j <= d; j++) {
        sum -= j == null ? 0 : 0.5 * (log(2 * acos(-1)) + j / 8. * (j / 8.));
    }
    return sum;
}

static void any_number_of_values_up_to_126_is_taken(void **state) {
    const int columns[] = {1, 14, 15, 16, 17, 18, 31, 32, 33, 63, 64, 65, 100, 125, 126};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        int d = columns[i];
        const char *json = wide_model(d), *arguments = wide_arguments(d, 0);
        double rows[3];
        assert_int_equal(
            sql_numbers(*state, rows, 3, "SELECT * FROM mix_responsibilities(%Q, %s)", json, arguments), 3);
        assert_close(rows[2], wide_log_density(d, 0), 1e-13, 0);
        assert_close(sql_double(*state, "SELECT mix_log_density(%Q, %s)", json, arguments), rows[2], 1e-15, 0);
        assert_int_equal(sql_count(*state, "SELECT * FROM mix_responsibilities(%Q, mix_row(%s))", json, arguments),
                         1);
    }
}

static void a_null_up_to_the_16th_condition_is_a_missing_value(void **state) {
    for (int null = 1; null <= 15; null++) {
        double density = sql_double(*state, "SELECT log_density FROM mix_responsibilities(%Q, %s)", wide_model(15),
                                    wide_arguments(15, null));
        assert_close(density, wide_log_density(15, null), 1e-13, 0);
    }
}

static void a_null_beyond_the_16th_condition_is_an_error_that_names_mix_row(void **state) {
    const char *json = wide_model(17);
    for (int null = 16; null <= 17; null++) {
        char *sql = sql_build("SELECT * FROM mix_responsibilities(%Q, %s)", json, wide_arguments(17, null));
        expect_error(
            *state, sql,
            sql_format("mix_responsibilities: argument %d is NULL, which SQLite cannot pass on beyond 16 "
                       "conditions on a table; expected a packed row: mix_responsibilities(model, mix_row(x1, "
                       "..., xd))",
                       null + 1));
    }
}

static void the_order_of_the_conditions_does_not_hide_a_null(void **state) {
    /* The last argument's condition comes first here, and the 17th argument is still not taken off our hands. */
    char where[1000] = "", values[1000] = "";
    for (int j = 20; j >= 1; j--) {
        strcat(where, sql_format("_x%d = v.c%d AND ", j, j));
        strcat(values, sql_format("%s%s AS c%d", j < 20 ? ", " : "", j == 19 ? "NULL" : "1.5", j));
    }
    char *sql = sql_build("SELECT r.* FROM (SELECT %s) v, mix_responsibilities r WHERE %s _model = %Q", values,
                          where, wide_model(20));
    expect_error(
        *state, sql,
        "mix_responsibilities: argument 20 is NULL, which SQLite cannot pass on beyond 16 conditions on a table; "
        "expected a packed row: mix_responsibilities(model, mix_row(x1, ..., xd))");
}

static void the_packed_row_that_the_error_names_works(void **state) {
    const char *json = wide_model(17);
    for (int null = 1; null <= 17; null++) {
        double density = sql_double(*state, "SELECT log_density FROM mix_responsibilities(%Q, mix_row(%s))", json,
                                    wide_arguments(17, null));
        assert_close(density, wide_log_density(17, null), 1e-13, 0);
        assert_close(sql_double(*state, "SELECT mix_log_density(%Q, %s)", json, wide_arguments(17, null)), density,
                     1e-15, 0);
    }
}

static void a_null_is_never_lost_however_many_conditions_there_are(void **state) {
    /* WHERE terms on result columns take places among the 16; then a NULL is an error sooner. */
    const char *json = wide_model(14);
    for (int conditions = 0; conditions <= 20; conditions++) {
        char where[1000] = "1";
        for (int i = 0; i < conditions; i++) {
            strcat(where, sql_format(" AND %s > %d", i % 2 ? "log_density" : "component", -1000 - i));
        }
        for (int null = 1; null <= 14; null++) {
            char *text, *sql = sql_build("SELECT * FROM mix_responsibilities(%Q, %s) WHERE %s", json,
                                         wide_arguments(14, null), where);
            int rc = sql_outcome(*state, sql, &text);
            if (rc == SQLITE_OK) {
                assert_int_equal(sql_count(*state, "%s", sql), 1);
            } else {
                assert_int_equal(rc, SQLITE_ERROR);
                assert_non_null(strstr(text, "mix_row(x1, ..., xd)"));
            }
        }
    }
}

static void conditions_on_results_do_not_lose_complete_rows(void **state) {
    const int columns[] = {2, 15, 16, 17, 40};
    for (size_t i = 0; i < 5; i++) {
        const char *json = wide_model(columns[i]), *arguments = wide_arguments(columns[i], 0);
        for (int conditions = 0; conditions <= 40; conditions += 5) {
            char where[2000] = "1";
            for (int c = 0; c < conditions; c++) {
                strcat(where, sql_format(" AND component <> %d", 2 + c));
            }
            assert_int_equal(
                sql_count(*state, "SELECT * FROM mix_responsibilities(%Q, %s) WHERE %s", json, arguments, where),
                1);
            assert_int_equal(sql_count(*state,
                                       "SELECT * FROM (SELECT %Q AS m) JOIN mix_responsibilities(m, %s) WHERE %s",
                                       json, arguments, where),
                             1);
        }
    }
}

static void conditions_on_results_do_not_turn_other_tables_arguments_into_errors(void **state) {
    const char *json = wide_model(2);
    char where[1000] = "1";
    for (int c = 0; c < 20; c++) {
        strcat(where, sql_format(" AND i > %d", -2 - c));
    }
    assert_int_equal(sql_count(*state, "SELECT * FROM mix_sample(%Q, 5, 1) WHERE %s", json, where), 5);
    assert_int_equal(sql_count(*state, "SELECT * FROM mix_ellipses(%Q, 0.5, 5) WHERE %s", json, where), 5);
}

static void a_null_model_has_no_rows_under_any_number_of_conditions(void **state) {
    char where[1000] = "1";
    for (int c = 0; c < 20; c++) {
        strcat(where, sql_format(" AND component > %d", -2 - c));
    }
    assert_int_equal(sql_count(*state, "SELECT * FROM mix_components(NULL) WHERE %s", where), 0);
    assert_int_equal(sql_count(*state, "SELECT * FROM mix_sample(NULL, 5, 1) WHERE %s", where), 0);
}

static void rows_from_a_table_work_with_mixed_values_beyond_16(void **state) {
    /* Integers, reals and large integers are compared again by SQLite and must come back as they were. */
    const char *json = wide_model(20);
    sql_run(*state, "CREATE TABLE wide AS SELECT 1 AS a, 0.1 AS b, -0.0 AS c, 9007199254740993 AS d, 1e-310 AS e");
    assert_int_equal(
        sql_count(*state,
                  "SELECT * FROM wide, mix_responsibilities(%Q, a, b, c, e, a, b, c, e, a, b, c, e, a, "
                  "b, c, e, a, b, c, d)",
                  json),
        1);
    assert_int_equal(
        sql_count(*state,
                  "SELECT * FROM wide, mix_responsibilities(%Q, a, b, c, d, e, a, b, c, d, e, a, b, c, "
                  "d, e, d, d, c, c, e) WHERE component = 1 AND probability = 1",
                  json),
        1);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        sql_test(any_number_of_values_up_to_126_is_taken),
        sql_test(a_null_up_to_the_16th_condition_is_a_missing_value),
        sql_test(a_null_beyond_the_16th_condition_is_an_error_that_names_mix_row),
        sql_test(the_order_of_the_conditions_does_not_hide_a_null),
        sql_test(the_packed_row_that_the_error_names_works),
        sql_test(a_null_is_never_lost_however_many_conditions_there_are),
        sql_test(conditions_on_results_do_not_lose_complete_rows),
        sql_test(conditions_on_results_do_not_turn_other_tables_arguments_into_errors),
        sql_test(a_null_model_has_no_rows_under_any_number_of_conditions),
        sql_test(rows_from_a_table_work_with_mixed_values_beyond_16),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
