/* test_function_score.c: the scalar functions against a plain implementation. */
#include <math.h>
#include <string.h>

#include "plain.h"
#include "sql.h"

/* Row i of a fixed sequence about where the models are. */
static void draw_row(double *x, size_t d, uint64_t *random) {
    for (size_t j = 0; j < d; j++) {
        x[j] = 12 * plain_random(random) - 6;
    }
}

/* Every scalar function at x, given as `arguments`, is what the formulas say. */
static void check_row(sqlite3 *db, const plain *model, const char *json, const double *x, const char *arguments) {
    long double resp[PLAIN_K], log_density = plain_log_density(model, x, resp), others = 0, squared;
    size_t best = 0;
    for (size_t c = 1; c < model->k; c++) {
        best = resp[c] > resp[best] ? c : best;
    }
    for (size_t c = 0; c < model->k; c++) {
        others += c == best ? 0 : resp[c];
    }
    assert_int_equal(sql_integer(db, "SELECT mix_predict(%Q, %s)", json, arguments), best + 1);
    assert_close(sql_double(db, "SELECT mix_log_density(%Q, %s)", json, arguments), (double)log_density, 1e-13,
                 1e-13);
    assert_close(sql_double(db, "SELECT mix_density(%Q, %s)", json, arguments), (double)expl(log_density), 1e-12,
                 0);
    assert_close(sql_double(db, "SELECT mix_uncertainty(%Q, %s)", json, arguments), (double)others, 1e-11, 0);
    double listed[PLAIN_K + 1];
    assert_int_equal(sql_numbers(db, listed, PLAIN_K + 1, "SELECT value FROM json_each(mix_probabilities(%Q, %s))",
                                 json, arguments),
                     model->k);
    for (size_t c = 0; c < model->k; c++) {
        double p = sql_double(db, "SELECT mix_probability(%Q, %d, %s)", json, (int)c + 1, arguments);
        assert_close(p, (double)resp[c], 1e-11, 0);
        assert_close(listed[c], (double)resp[c], 1e-11, 0);
        (void)plain_component(model, c, x, &squared);
        assert_close(sql_double(db, "SELECT mix_distance(%Q, %d, %s)", json, (int)c + 1, arguments),
                     (double)sqrtl(squared), 1e-12, 0);
    }
    double complete[PLAIN_D], imputed[PLAIN_D + 1];
    plain_impute(model, x, complete);
    assert_int_equal(
        sql_numbers(db, imputed, PLAIN_D + 1, "SELECT value FROM json_each(mix_impute(%Q, %s))", json, arguments),
        model->d);
    for (size_t j = 0; j < model->d; j++) {
        assert_close(imputed[j], complete[j], 1e-11, 1e-12);
    }
}

static void the_density_of_the_hand_written_model_is_known_to_the_last_digit(void **state) {
    const char *json = "{\"family\":\"gaussian\",\"weights\":[0.1,0.4,0.5],\"means\":[[0,0],[3,3],[0,5]],"
                       "\"covariances\":[[[1,0],[0,1]],[[2,0],[0,2]],[[3,0],[0,3]]]}";
    const double known[] = {0.016680357141102505, 0.011722994378987807, 0.022636740688568524};
    for (int i = 0; i < 3; i++) {
        assert_close(sql_double(*state, "SELECT mix_density(%Q, %d, %d)", json, i, i), known[i], 0, 1e-15);
    }
}

static void complete_rows_are_scored_as_the_formulas_say_for_1_2_and_5_columns(void **state) {
    const size_t columns[] = {1, 2, 5};
    for (size_t i = 0; i < 3; i++) {
        for (size_t k = 1; k <= PLAIN_K; k++) {
            plain model = plain_model(k, columns[i], 10 * (unsigned)k + (unsigned)i);
            const char *json = plain_json(&model);
            uint64_t random = 1;
            for (int row = 0; row < 8; row++) {
                double x[PLAIN_D];
                draw_row(x, model.d, &random);
                check_row(*state, &model, json, x, plain_arguments(x, model.d));
            }
        }
    }
}

static void each_subset_of_nulls_gives_the_marginal(void **state) {
    plain model = plain_model(3, 3, 5);
    const char *json = plain_json(&model);
    uint64_t random = 2;
    for (unsigned subset = 0; subset < 8; subset++) {
        double x[3];
        draw_row(x, 3, &random);
        for (unsigned j = 0; j < 3; j++) {
            x[j] = subset >> j & 1 ? (double)NAN : x[j];
        }
        check_row(*state, &model, json, x, plain_arguments(x, 3));
        check_row(*state, &model, json, x, sql_format("mix_row(%s)", plain_arguments(x, 3)));
    }
}

static void a_row_of_nulls_gives_the_weights_and_the_means(void **state) {
    const char *json = "{\"family\":\"gaussian\",\"weights\":[0.25,0.75],\"means\":[[0,1],[4,3]],"
                       "\"covariances\":[[[1,0.5],[0.5,1]],[[1,0],[0,1]]]}";
    assert_string_equal(sql_text(*state, "SELECT mix_probabilities(%Q, NULL, NULL)", json), "[0.25,0.75]");
    assert_string_equal(sql_text(*state, "SELECT mix_impute(%Q, NULL, NULL)", json), "[3,2.5]");
    assert_true(sql_double(*state, "SELECT mix_density(%Q, NULL, NULL)", json) == 1);
    assert_true(sql_double(*state, "SELECT mix_distance(%Q, 1, NULL, NULL)", json) == 0);
    assert_int_equal(sql_integer(*state, "SELECT mix_predict(%Q, NULL, NULL)", json), 2);
    assert_true(sql_double(*state, "SELECT mix_uncertainty(%Q, NULL, NULL)", json) == 0.25);
}

static void complete_rows_are_imputed_as_they_are(void **state) {
    plain model = plain_model(2, 3, 8);
    assert_string_equal(sql_text(*state, "SELECT mix_impute(%Q, 0.1, -7, 1e300)", plain_json(&model)),
                        "[0.1,-7,1e300]");
}

static void a_packed_row_gives_the_same_bits_as_its_values(void **state) {
    plain model = plain_model(3, 5, 4);
    const char *json = plain_json(&model);
    uint64_t random = 3;
    for (int row = 0; row < 20; row++) {
        double x[5];
        draw_row(x, 5, &random);
        x[row % 5] = row < 10 ? x[row % 5] : (double)NAN;
        const char *values = plain_arguments(x, 5);
        const char *const functions[] = {"mix_log_density", "mix_probabilities", "mix_impute", "mix_uncertainty"};
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(sql_integer(*state, "SELECT %s(%Q, %s) IS %s(%Q, mix_row(%s))", functions[i], json,
                                         values, functions[i], json, values),
                             1);
        }
    }
}

static void a_packed_row_is_little_endian_doubles_with_nan_for_null(void **state) {
    assert_string_equal(sql_text(*state, "SELECT hex(mix_row(1, NULL, -2.5))"),
                        "000000000000F03F000000000000F87F00000000000004C0");
    assert_int_equal(sql_integer(*state, "SELECT length(mix_row(NULL))"), 8);
    assert_string_equal(sql_text(*state, "SELECT typeof(mix_row(1))"), "blob");
}

static void packed_rows_put_together_are_a_wider_one(void **state) {
    /* 0 and 1 hold zero bytes; as the reference says for tables of more columns than a function has arguments. */
    assert_string_equal(sql_text(*state, "SELECT hex(CAST(mix_row(0, 1, NULL) || mix_row(-2.5, 1e300) AS BLOB))"),
                        sql_text(*state, "SELECT hex(mix_row(0, 1, NULL, -2.5, 1e300))"));
}

static void any_nan_in_a_packed_row_is_a_missing_value(void **state) {
    plain model = plain_model(2, 2, 6);
    const char *json = plain_json(&model);
    /* A negative NaN with a payload, as another program may write it; then 0.0. */
    assert_int_equal(sql_integer(*state,
                                 "SELECT mix_log_density(%Q, x'010000000000F8FF0000000000000000') "
                                 "= mix_log_density(%Q, NULL, 0)",
                                 json, json),
                     1);
}

static void integers_are_numbers(void **state) {
    plain model = plain_model(2, 2, 6);
    const char *json = plain_json(&model);
    assert_int_equal(sql_integer(*state, "SELECT mix_density(%Q, 1, -2) = mix_density(%Q, 1.0, -2.0)", json, json),
                     1);
    assert_int_equal(
        sql_integer(*state, "SELECT mix_probability(%Q, 2.0, 1, 1) = mix_probability(%Q, 2, 1, 1)", json, json),
        1);
}

static void of_equal_components_the_first_is_predicted(void **state) {
    const char *json = "{\"family\":\"gaussian\",\"weights\":[0.2,0.4,0.4],\"means\":[[0],[1],[1]],"
                       "\"covariances\":[[[1]],[[1]],[[1]]]}";
    assert_int_equal(sql_integer(*state, "SELECT mix_predict(%Q, 1)", json), 2);
    assert_int_equal(sql_integer(*state, "SELECT mix_predict(%Q, NULL)", json), 2);
}

static void rows_far_from_every_component_still_have_probabilities_that_sum_to_1(void **state) {
    plain model = plain_model(3, 2, 9);
    const char *json = plain_json(&model);
    const char *const rows[] = {"1e3, 1e3", "-1e5, 2e5", "1e9, 0", "1e100, -1e100", "1e307, 1e307"};
    const double values[][2] = {{1e3, 1e3}, {-1e5, 2e5}, {1e9, 0}, {1e100, -1e100}, {1e307, 1e307}};
    for (size_t i = 0; i < 5; i++) {
        double sum =
            sql_double(*state, "SELECT sum(value) FROM json_each(mix_probabilities(%Q, %s))", json, rows[i]);
        assert_close(sum, 1, 0, 1e-14);
        long double log_density = plain_log_density(&model, values[i], NULL);
        double got = sql_double(*state, "SELECT mix_log_density(%Q, %s)", json, rows[i]);
        if (log_density > -1e308L) {
            assert_close(got, (double)log_density, 1e-12, 0);
        } else {
            assert_true(got == -HUGE_VAL);
        }
    }
}

static void a_small_uncertainty_is_not_lost_beside_1(void **state) {
    const char *json = "{\"family\":\"gaussian\",\"weights\":[0.5,0.5],\"means\":[[0],[1]],"
                       "\"covariances\":[[[1]],[[1]]]}";
    /* The log odds at x are x - 1/2. */
    assert_close(sql_double(*state, "SELECT mix_uncertainty(%Q, 100.5)", json), exp(-100), 1e-12, 0);
    assert_close(sql_double(*state, "SELECT mix_uncertainty(%Q, -600)", json), exp(-600.5), 1e-12, 0);
}

static void a_component_of_weight_0_takes_no_part(void **state) {
    const char *json = "{\"family\":\"gaussian\",\"weights\":[0,1],\"means\":[[0],[8]],"
                       "\"covariances\":[[[1]],[[1]]]}";
    const char *const rows[] = {"0", "8", "NULL", "1e200", "mix_row(0)"};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(sql_integer(*state, "SELECT mix_predict(%Q, %s)", json, rows[i]), 2);
        assert_string_equal(sql_text(*state, "SELECT mix_probabilities(%Q, %s)", json, rows[i]), "[0,1]");
    }
    assert_close(sql_double(*state, "SELECT mix_log_density(%Q, 0)", json), -32 - 0.5 * log(2 * acos(-1)), 1e-14,
                 0);
    assert_string_equal(sql_text(*state, "SELECT mix_impute(%Q, NULL)", json), "[8]");
}

static void a_null_model_or_component_gives_null(void **state) {
    const char *const calls[] = {
        "mix_predict(NULL, 1)",        "mix_probability(NULL, 1, 1)", "mix_probabilities(NULL, 1)",
        "mix_uncertainty(NULL, 1)",    "mix_density(NULL, 1)",        "mix_log_density(NULL, 1)",
        "mix_distance(NULL, 1, 1, 2)", "mix_impute(NULL, 1)",         "mix_predict(NULL, 'x')"};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        sql_is_null(*state, "SELECT %s", calls[i]);
    }
    plain model = plain_model(2, 1, 1);
    sql_is_null(*state, "SELECT mix_probability(%Q, NULL, 1)", plain_json(&model));
    sql_is_null(*state, "SELECT mix_distance(%Q, NULL, 1)", plain_json(&model));
}

static void weights_that_sum_to_1_within_1e_4_are_taken_and_normalized(void **state) {
    const char *json = "{\"family\":\"gaussian\",\"weights\":[0.333333,0.666666],\"means\":[[0],[0]],"
                       "\"covariances\":[[[1]],[[1]]]}";
    const char *far = "{\"family\":\"gaussian\",\"weights\":[0.50009],\"means\":[[0]],\"covariances\":[[[1]]]}";
    assert_close(sql_double(*state, "SELECT sum(weight) FROM mix_components(%Q)", json), 1, 0, 1e-15);
    assert_close(sql_double(*state, "SELECT weight FROM mix_components(%Q) WHERE component = 2", json), 2.0 / 3, 0,
                 1e-15);
    assert_close(sql_double(*state, "SELECT mix_probability(%Q, 1, 7)", json), 1.0 / 3, 0, 1e-15);
    assert_close(sql_double(*state, "SELECT mix_density(%Q, 0)", json), 0.3989422804014327, 0, 1e-15);
    assert_int_equal(sql_outcome(*state, sql_build("SELECT mix_density(%Q, 0)", far), NULL), SQLITE_ERROR);
}

static void lists_nest_in_other_json(void **state) {
    const char *json = "{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[2]],\"covariances\":[[[1]]]}";
    assert_string_equal(
        sql_text(*state, "SELECT json_array(mix_probabilities(%Q, 0), mix_impute(%Q, NULL))", json, json),
        "[[1],[2]]");
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        sql_test(weights_that_sum_to_1_within_1e_4_are_taken_and_normalized),
        sql_test(the_density_of_the_hand_written_model_is_known_to_the_last_digit),
        sql_test(complete_rows_are_scored_as_the_formulas_say_for_1_2_and_5_columns),
        sql_test(each_subset_of_nulls_gives_the_marginal),
        sql_test(a_row_of_nulls_gives_the_weights_and_the_means),
        sql_test(complete_rows_are_imputed_as_they_are),
        sql_test(a_packed_row_gives_the_same_bits_as_its_values),
        sql_test(a_packed_row_is_little_endian_doubles_with_nan_for_null),
        sql_test(packed_rows_put_together_are_a_wider_one),
        sql_test(any_nan_in_a_packed_row_is_a_missing_value),
        sql_test(integers_are_numbers),
        sql_test(of_equal_components_the_first_is_predicted),
        sql_test(rows_far_from_every_component_still_have_probabilities_that_sum_to_1),
        sql_test(a_small_uncertainty_is_not_lost_beside_1),
        sql_test(a_component_of_weight_0_takes_no_part),
        sql_test(a_null_model_or_component_gives_null),
        sql_test(lists_nest_in_other_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
