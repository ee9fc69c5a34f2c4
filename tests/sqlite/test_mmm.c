/* test_mmm.c: mmm_fit in SQL, and every function and table on a multinomial model. */
#include <math.h>
#include <string.h>

#include "sql.h"

static const char *const hand = "{\"family\":\"multinomial\",\"weights\":[0.25,0.75],"
                                "\"probabilities\":[[0.5,0.25,0.25],[0.1,0.2,0.7]]}";

/* Coins: which of two groups, counts of three sides, a weight, a label. */
static void make_table(sqlite3 *db) {
    sql_run(db, "CREATE TABLE t(g, a, b, c, w, l); INSERT INTO t VALUES (1,5,5,0,1,1), (1,9,1,0,2,NULL), "
                "(1,8,2,1,3,2), (2,4,6,2,1,NULL), (2,7,3,0,0,1), (2,1,8,3,1,2)");
}

static void same(sqlite3 *db, const char *one, const char *two) {
    assert_string_equal(sql_text(db, "SELECT %s FROM t", one), sql_text(db, "SELECT %s FROM t", two));
}

/* ---- Fitting --------------------------------------------------------------------------------------------- */

static void one_component_is_the_shares_of_all_counts_in_groups_and_under_filters(void **state) {
    sqlite3 *db = *state;
    make_table(db);
    double ours[6], plain[6];
    assert_int_equal(sql_numbers(db, ours, 6,
                                 "SELECT m ->> '$.probabilities[0][0]', m ->> 'n', m ->> 'trials' FROM "
                                 "(SELECT g, mmm_fit(a, b, c, 1) AS m FROM t GROUP BY g) ORDER BY g"),
                     6);
    assert_int_equal(
        sql_numbers(db, plain, 6,
                    "SELECT 1.0 * sum(a) / sum(a + b + c), count(*), avg(a + b + c) FROM t GROUP BY g "
                    "ORDER BY g"),
        6);
    for (size_t i = 0; i < 6; i++) {
        assert_close(ours[i], plain[i], 1e-14, 0);
    }
    assert_close(
        sql_double(db, "SELECT mmm_fit(a, b, c, 1) FILTER (WHERE a > 4) ->> '$.probabilities[0][1]' FROM t"),
        11 / 41.0, 1e-14, 0);
    sql_is_null(db, "SELECT mmm_fit(a, b, c, 1) FROM t WHERE 0");
    sql_is_null(db, "SELECT mmm_fit(NULL, NULL, NULL, 1) FROM t");
    sql_is_null(db, "SELECT mmm_fit(a, b, c, w, 2, '{\"weight\":4}') FROM t WHERE w = 0");
    assert_int_equal(sql_integer(db, "SELECT mmm_fit(a, b, l, 1, '{\"nulls\":\"skip\"}') ->> 'skipped' FROM t"),
                     2);
    assert_int_equal(sql_integer(db, "SELECT mmm_fit(a, b, l, 1) ->> 'n' FROM t"), 6);
}

static void weight_and_label_are_found_by_name_and_by_position_and_in_packed_rows(void **state) {
    sqlite3 *db = *state;
    make_table(db);
    const char *fit = "mmm_fit(a, w, b, l, c, 2, '{\"weight\":2,\"label\":4}')";
    same(db, fit, "mmm_fit(a, w, b, l, c, 2, '{\"weight\":\"x2\",\"label\":\"x4\"}')");
    same(db, fit, "mmm_fit(mix_row(a, w, b, l, c), 2, '{\"weight\":2,\"label\":4}')");
    same(db, "json_remove(mmm_fit(a, w, b, l, c, 2, '{\"weight\":2,\"label\":4}'), '$.columns')",
         "json_remove(mmm_fit(l, a, b, c, w, 2, '{\"label\":1,\"weight\":5}'), '$.columns')");
    same(
        db,
        "mmm_fit(a, w, b, l, c, 2, '{\"columns\":[\"a\",\"w\",\"b\",\"l\",\"c\"],\"weight\":\"w\",\"label\":\"l\"}')",
        "mmm_fit(a, b, c, w, l, 2, '{\"columns\":[\"a\",\"b\",\"c\",\"w\",\"l\"],\"weight\":4,\"label\":5}')");
    char *model = sql_text(db, "SELECT mmm_fit(a, w, b, l, c, 2, '{\"columns\":[\"a\",\"w\",\"b\",\"l\",\"c\"],"
                               "\"weight\":\"w\",\"label\":\"l\"}') FROM t");
    assert_string_equal(sql_text(db, "SELECT json_extract(%Q, '$.columns')", model), "[\"a\",\"b\",\"c\"]");
    assert_int_equal(sql_integer(db, "SELECT %Q ->> 'd'", model), 3);
    assert_int_equal(sql_integer(db, "SELECT %Q ->> 'n'", model), 8);
    assert_int_equal(sql_integer(db, "SELECT %Q ->> 'skipped'", model), 0); /* an unknown label skips nothing */
}

static void a_weight_repeats_its_row_and_0_leaves_it_out(void **state) {
    sqlite3 *db = *state;
    make_table(db);
    const char *const options[] = {"\"n_init\":3", "\"init\":{\"probabilities\":[[0.6,0.2,0.2],[0.2,0.6,0.2]]}"};
    for (size_t i = 0; i < 2; i++) {
        double weighted[9], repeated[9];
        assert_int_equal(
            sql_numbers(db, weighted, 9,
                        "WITH f(m) AS (SELECT mmm_fit(a, b, c, w, 2, '{\"weight\":4,%s}') FROM t) "
                        "SELECT value FROM f, mix_parameters(m) UNION ALL SELECT m ->> 'loglik' FROM f",
                        options[i]),
            9);
        assert_int_equal(
            sql_numbers(db, repeated, 9,
                        "WITH f(m) AS (SELECT mmm_fit(a, b, c, 2, '{%s}') FROM t, "
                        "json_each('[1,2,3]') r WHERE r.value <= w) "
                        "SELECT value FROM f, mix_parameters(m) UNION ALL SELECT m ->> 'loglik' FROM f",
                        options[i]),
            9);
        for (size_t j = 0; j < 9; j++) {
            assert_close(weighted[j], repeated[j], 1e-10, 1e-10);
        }
    }
}

static void a_model_survives_its_json_and_starts_a_fit_again(void **state) {
    sqlite3 *db = *state;
    make_table(db);
    char *model =
        sql_text(db, "SELECT mmm_fit(a, b, c, 2, '{\"tol\":1e-13,\"columns\":[\"a\",\"b\",\"c\"]}') FROM t");
    char *again =
        sql_text(db, "SELECT mmm_fit(a, b, c, 2, '{\"max_iter\":0,\"init\":' || %Q || '}') FROM t", model);
    double one[8], two[8];
    assert_int_equal(sql_numbers(db, one, 8, "SELECT value FROM mix_parameters(%Q)", model), 8);
    assert_int_equal(sql_numbers(db, two, 8, "SELECT value FROM mix_parameters(%Q)", again), 8);
    assert_memory_equal(one, two, sizeof one);
    assert_close(sql_double(db, "SELECT %Q ->> 'loglik'", again), sql_double(db, "SELECT %Q ->> 'loglik'", model),
                 1e-13, 0);
    assert_close(sql_double(db, "SELECT mix_loglik(%Q, a, b, c) FROM t", model),
                 sql_double(db, "SELECT %Q ->> 'loglik'", model), 1e-13, 0);
    assert_int_equal(sql_count(db, "SELECT 1 FROM mix_trace(%Q)", model),
                     sql_integer(db, "SELECT 1 + (%Q ->> 'iterations')", model));
}

/* ---- Using a model: x = (2, 1, 1) has 12 orders; densities 12 p1^2 p2 p3 ------------------------------- */

static void rows_are_scored_as_the_formula_says(void **state) {
    sqlite3 *db = *state;
    const double f1 = 12 * 0.25 * 0.0625, f2 = 12 * 0.01 * 0.14, f = 0.25 * f1 + 0.75 * f2, r1 = 0.25 * f1 / f;
    const char *const rows[] = {"2, 1, 1", "mix_row(2, 1, 1)"};
    for (size_t i = 0; i < 2; i++) {
        assert_close(sql_double(db, "SELECT mix_density(%Q, %s)", hand, rows[i]), f, 1e-13, 0);
        assert_close(sql_double(db, "SELECT mix_log_density(%Q, %s)", hand, rows[i]), log(f), 1e-13, 0);
        assert_close(sql_double(db, "SELECT mix_loglik(%Q, %s)", hand, rows[i]), log(f), 1e-13, 0);
        assert_close(sql_double(db, "SELECT mix_probability(%Q, 1, %s)", hand, rows[i]), r1, 1e-13, 0);
        assert_close(sql_double(db, "SELECT mix_probabilities(%Q, %s) ->> 1", hand, rows[i]), 1 - r1, 1e-13, 0);
        assert_close(sql_double(db, "SELECT mix_uncertainty(%Q, %s)", hand, rows[i]), 1 - r1, 1e-13, 0);
        assert_int_equal(sql_integer(db, "SELECT mix_predict(%Q, %s)", hand, rows[i]), 1);
        double table[6], expected[6] = {1, r1, log(f1), 2, 1 - r1, log(f2)};
        assert_int_equal(
            sql_numbers(db, table, 6,
                        "SELECT component, probability, log_density FROM mix_responsibilities(%Q, %s)", hand,
                        rows[i]),
            6);
        for (size_t j = 0; j < 6; j++) {
            assert_close(table[j], expected[j], 1e-13, 0);
        }
    }
}

static void missing_counts_are_scored_and_imputed_from_the_observed_ones(void **state) {
    sqlite3 *db = *state;
    /* Observed a = 2 and c = 1: binomials with 2/3 and 1/8. */
    const double f1 = 3 * (4 / 9.0) * (1 / 3.0), f2 = 3 * (1 / 64.0) * (7 / 8.0), f = 0.25 * f1 + 0.75 * f2;
    const double imputed = (0.25 * f1 * 3 * 0.25 / 0.75 + 0.75 * f2 * 3 * 0.2 / 0.8) / f;
    assert_close(sql_double(db, "SELECT mix_density(%Q, 2, NULL, 1)", hand), f, 1e-13, 0);
    assert_close(sql_double(db, "SELECT mix_impute(%Q, 2, NULL, 1) ->> 1", hand), imputed, 1e-13, 0);
    assert_string_equal(sql_text(db, "SELECT mix_probabilities(%Q, NULL, NULL, NULL)", hand), "[0.25,0.75]");
    assert_string_equal(sql_text(db, "SELECT mix_impute(%Q, 2, 0, 1)", hand), "[2,0,1]");
    assert_close(sql_double(db, "SELECT mix_density(%Q, 0, 0, 0)", hand), 1, 1e-15, 0);
}

static void an_impossible_row_has_density_0_and_the_weights(void **state) {
    sqlite3 *db = *state;
    const char *model = "{\"family\":\"multinomial\",\"weights\":[0.25,0.75],\"probabilities\":[[1,0],[1,0]]}";
    assert_close(sql_double(db, "SELECT mix_density(%Q, 1, 1)", model), 0, 0, 0);
    assert_true(isinf(sql_double(db, "SELECT mix_log_density(%Q, 1, 1)", model)));
    assert_true(isinf(sql_double(db, "SELECT mix_loglik(%Q, 1, 1)", model)));
    assert_string_equal(sql_text(db, "SELECT mix_probabilities(%Q, 1, 1)", model), "[0.25,0.75]");
}

static void an_impossible_row_is_refused_by_a_step(void **state) {
    sqlite3 *db = *state;
    const char *model = "{\"family\":\"multinomial\",\"weights\":[0.25,0.75],\"probabilities\":[[1,0],[1,0]]}";
    expect_error(
        db, sql_build("SELECT mix_step(%Q, 1, 1)", model),
        "mix_step: statistics: a row is impossible under every component; expected a model that allows all "
        "rows");
}

static void components_and_parameters_are_listed(void **state) {
    sqlite3 *db = *state;
    assert_string_equal(sql_text(db,
                                 "SELECT group_concat(component || ' ' || weight || ' ' || probabilities, '; ') "
                                 "FROM mix_components(%Q) WHERE mean IS NULL AND covariance IS NULL",
                                 hand),
                        "1 0.25 [0.5,0.25,0.25]; 2 0.75 [0.1,0.2,0.7]");
    assert_string_equal(sql_text(db,
                                 "SELECT group_concat(component || parameter || coalesce(i, '') || '=' || value, "
                                 "' ') FROM mix_parameters(%Q) WHERE j IS NULL",
                                 hand),
                        "1weight=0.25 1probability1=0.5 1probability2=0.25 1probability3=0.25 "
                        "2weight=0.75 2probability1=0.1 2probability2=0.2 2probability3=0.7");
}

static void samples_have_the_trials_of_the_argument_or_of_the_rows_fitted(void **state) {
    sqlite3 *db = *state;
    make_table(db);
    double means[4];
    assert_int_equal(sql_integer(db, "SELECT sum(x1 + x2 + x3 = 12) FROM mix_sample(%Q, 20000, 3, 12)", hand),
                     20000);
    assert_int_equal(sql_numbers(db, means, 4,
                                 "SELECT avg(component = 1), avg(x1), avg(x2), avg(x3) FROM "
                                 "mix_sample(%Q, 20000, 3, 12)",
                                 hand),
                     4);
    const double expected[] = {0.25, 12 * 0.2, 12 * 0.2125, 12 * 0.5875};
    for (size_t i = 0; i < 4; i++) {
        assert_close(means[i], expected[i], 0, i == 0 ? 0.0125 : 0.1); /* four deviations */
    }
    /* Rows of 10, 10, 11, 12, 10, 12: 10.83 on the average. */
    assert_int_equal(sql_integer(db,
                                 "SELECT sum(x1 + x2 + x3 = 11) FROM (SELECT mmm_fit(a, b, c, 2) AS m FROM t), "
                                 "mix_sample(m, 100)"),
                     100);
    assert_int_equal(sql_integer(db,
                                 "SELECT sum(x1 + x2 + x3 = 11) FROM (SELECT mix_step(%Q, a, b, c) AS m FROM t), "
                                 "mix_sample(m, 100)",
                                 hand),
                     100);
    assert_int_equal(sql_integer(db, "SELECT sum(x1 + x2 + x3 = 0) FROM mix_sample(%Q, 5, 1, 0)", hand), 5);
    assert_string_equal(sql_text(db, "SELECT group_concat(x) FROM mix_sample(%Q, 9, 4, 7)", hand),
                        sql_text(db, "SELECT group_concat(x) FROM mix_sample(%Q, 9, 4, 7)", hand));
}

/* ---- Large counts ------------------------------------------------------------------------------------------- */

static double uniform(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX */
    return (double)(*state >> 11) * 0x1p-53;
}

/* Rows of three counts of any size up to 2^53, many near what a component expects. */
static void make_large_counts(sqlite3 *db) {
    uint64_t bits = 7;
    sql_run(db, "CREATE TABLE large(id INTEGER PRIMARY KEY, a, b, c)");
    for (int i = 0; i < 300; i++) {
        static const double p[2][3] = {{0.5, 0.25, 0.25}, {0.1, 0.2, 0.7}};
        double total = pow(2, 53 * uniform(&bits)), x[3];
        for (int j = 0; j < 3; j++) {
            double mean = total * p[i % 2][j];
            double far = i % 3 == 0 ? mean * (0.2 + uniform(&bits)) : 3 * sqrt(mean) * uniform(&bits);
            x[j] = i % 7 == 0 && j == 1 ? 0 : fmin(floor(mean + far), 0x1p53);
        }
        sql_run(db, "INSERT INTO large VALUES (NULL, %lld, %lld, %lld)", (long long)x[0], (long long)x[1],
                (long long)x[2]);
    }
}

static void a_row_a_table_and_an_aggregate_say_the_same_of_counts_up_to_2_to_53(void **state) {
    sqlite3 *db = *state;
    make_large_counts(db);
    /* bit for bit where it is the same thing; the table by log-sum-exp */
    assert_int_equal(sql_integer(db,
                                 "SELECT count(*) FROM large WHERE mix_log_density(%Q, a, b, c) IS NOT "
                                 "(SELECT mix_loglik(%Q, l.a, l.b, l.c) FROM large l WHERE l.id = large.id) OR "
                                 "mix_log_density(%Q, a, b, c) IS NOT mix_log_density(%Q, mix_row(a, b, c))",
                                 hand, hand, hand, hand),
                     0);
    assert_int_equal(
        sql_integer(db,
                    "SELECT count(*) FROM (SELECT large.*, max(log_density + ln(CASE component WHEN 1 THEN 0.25 "
                    "ELSE 0.75 END)) AS top, mix_log_density(%Q, a, b, c) AS whole FROM large, "
                    "mix_responsibilities(%Q, a, b, c) GROUP BY id) WHERE whole < top - 1e-12 * abs(top) "
                    "OR whole > top + 0.7 + 1e-12 * abs(top)",
                    hand, hand),
        0);
    assert_int_equal(sql_integer(db,
                                 "SELECT count(*) FROM large, mix_responsibilities(%Q, a, b, c) "
                                 "WHERE probability IS NOT mix_probability(%Q, component, a, b, c)",
                                 hand, hand),
                     0);
    /* a step of one row: the log-likelihood, and the shares of the row in its component */
    assert_int_equal(
        sql_integer(db,
                    "SELECT count(*) FROM (SELECT mix_log_density(%Q, a, b, c) AS whole, "
                    "(SELECT mix_maximize(mix_statistics(%Q, l.a, l.b, l.c)) FROM large l WHERE l.id = large.id) "
                    "AS next, mix_probability(%Q, 1, a, b, c) AS share FROM large) "
                    "WHERE NOT (abs((next ->> 'loglik') - whole) <= 1e-15 * abs(whole) "
                    "AND abs((next ->> '$.weights[0]') - share) <= 1e-15)",
                    hand, hand, hand),
        0);
    double rows = sql_double(db, "SELECT sum(mix_log_density(%Q, a, b, c)) FROM large", hand);
    assert_close(sql_double(db, "SELECT mix_loglik(%Q, a, b, c) FROM large", hand), rows, 1e-13, 0);
    assert_close(sql_double(db, "SELECT mix_step(%Q, a, b, c) ->> 'loglik' FROM large", hand), rows, 1e-13, 0);
}

/* ---- Errors ------------------------------------------------------------------------------------------------- */

typedef struct wrong {
    const char *call, *text;
} wrong;

static void expect_errors(sqlite3 *db, const wrong *cases, size_t count) {
    make_table(db);
    for (size_t i = 0; i < count; i++) {
        expect_error(db, sql_build("SELECT %s FROM t", cases[i].call), cases[i].text);
    }
}

static void what_is_no_count_no_weight_and_no_label_is_refused(void **state) {
    static const wrong cases[] = {
        {"mmm_fit(a, b, -1, 2)",
         "mmm_fit: argument 3 (x3) is -1 in row 1; expected a count, an integer from 0 to 2^53"},
        {"mmm_fit(a, b, 1.5, 2)",
         "mmm_fit: argument 3 (x3) is 1.5 in row 1; expected a count, an integer from 0 to 2^53"},
        {"mmm_fit(mix_row(a, -1), 2)",
         "mmm_fit: value 2 (x2) is -1 in row 1; expected a count, an integer from 0 to 2^53"},
        {"mmm_fit(a, b, 'n', 2)", "mmm_fit: argument 3 (x3) is TEXT 'n' in row 1; expected a number"},
        {"mmm_fit(a, b, 9e999, 2)", "mmm_fit: argument 3 (x3) is REAL Inf in row 1; expected a finite number"},
        {"mmm_fit(a, b, 1e16, 2)",
         "mmm_fit: argument 3 (x3) is 1e16 in row 1; expected a count, an integer from 0 to 2^53"},
        {"mmm_fit(a, 0.5 - b, 2, '{\"columns\":[\"heads\",\"tails\"]}')",
         "mmm_fit: argument 2 (tails) is -4.5 in row 1; expected a count, an integer from 0 to 2^53"},
        {"mmm_fit(a, b, -1, 2, '{\"weight\":3}')",
         "mmm_fit: argument 3 (x3) is -1 in row 1; expected a weight >= 0"},
        {"mmm_fit(a, b, 9e999, 2, '{\"weight\":3}')",
         "mmm_fit: argument 3 (x3) is REAL Inf in row 1; expected a finite number"},
        {"gmm_fit(a, b, w - 1, 2, '{\"weight\":\"w\",\"columns\":[\"a\",\"b\",\"w\"]}')",
         "gmm_fit: argument 3 (w) is -1 in row 5; expected a weight >= 0"},
        {"gmm_fit(mix_row(a, b, -1), 2, '{\"weight\":3}')",
         "gmm_fit: value 3 (x3) is -1 in row 1; expected a weight >= 0"},
        {"mmm_fit(a, b, 0, 2, '{\"label\":3}')",
         "mmm_fit: argument 3 (x3) is 0 in row 1; expected a component from 1 to 2, or NULL for unknown"},
        {"mmm_fit(a, b, 3, 2, '{\"label\":3}')",
         "mmm_fit: argument 3 (x3) is 3 in row 1; expected a component from 1 to 2, or NULL for unknown"},
        {"gmm_fit(a, b, 1.5, 2, '{\"label\":3}')",
         "gmm_fit: argument 3 (x3) is 1.5 in row 1; expected a component from 1 to 2, or NULL for unknown"},
        {"gmm_fit(a, b, 3000000000, 4000000000, '{\"label\":3}')",
         "gmm_fit: argument 3 (x3) is 3000000000 in row 1; expected a component from 1 to 2147483647, or NULL for unknown"},
    };
    size_t count = sizeof cases / sizeof *cases;
    expect_errors(*state, cases, SIZE_MAX > UINT32_MAX ? count : count - 1); /* the last k is beyond 32 bits */
}

#define KEYS                                                                                                      \
    "columns, weight, label, equal_weights, max_iter, tol, n_init, init, seed, accelerate, threads, nulls, few_rows"

static void wrong_options_are_refused(void **state) {
    static const wrong cases[] = {
        {"mmm_fit(a, b, c, 2, '{\"weight\":3,\"label\":\"x3\"}')",
         "mmm_fit: argument 5 (options): label is \"x3\" at offset 20; expected another column than weight"},
        {"mmm_fit(a, 2, '{\"weight\":1}')",
         "mmm_fit: argument 3 (options): weight and label leave no column for the data; expected one or more"},
        {"mmm_fit(a, b, 2, '{\"weight\":\"no\"}')",
         "mmm_fit: argument 4 (options): weight is \"no\" at offset 10; expected the name of a column or its "
         "position from 1 to 2"},
        {"mmm_fit(a, b, 2, '{\"label\":3}')",
         "mmm_fit: argument 4 (options): label is 3 at offset 9; expected the name of a column or its position from 1 "
         "to 2"},
        {"mmm_fit(a, b, 2, '{\"covariance\":\"full\"}')",
         "mmm_fit: argument 4 (options): unknown key \"covariance\" at offset 1; expected one of " KEYS},
        {"mmm_fit(a, b, 2, '{\"min_variance\":1e-3}')",
         "mmm_fit: argument 4 (options): unknown key \"min_variance\" at offset 1; expected one of " KEYS},
        {"mmm_fit(a, b, 2, '{\"init\":{\"means\":[[1,2],[3,4]]}}')",
         "mmm_fit: argument 4 (options): unknown key \"means\" in init at offset 9; expected weights, probabilities"},
        {"gmm_fit(a, b, 2, '{\"init\":{\"probabilities\":[[1,0],[0,1]]}}')",
         "gmm_fit: argument 4 (options): unknown key \"probabilities\" in init at offset 9; expected weights, means, "
         "covariances"},
        {"mmm_fit(a, b, 2, '{\"init\":{\"probabilities\":[[1,0.5],[0,1]]}}')",
         "mmm_fit: option init: probabilities[0] sum to 1.5; expected 1"},
        {"mmm_fit(a, b, c, 9)",
         "mmm_fit: 6 distinct rows for k = 9, the first (5, 5, 0); expected at least k distinct rows, or option few_rows"},
    };
    expect_errors(*state, cases, sizeof cases / sizeof *cases);
}

static void what_only_gaussian_models_have_is_refused(void **state) {
    sqlite3 *db = *state;
    const char *const queries[][2] = {
        {"SELECT mix_distance(%Q, 1, 1, 2, 3)",
         "mix_distance: argument 1 (model) is of family multinomial; expected gaussian, poisson, lognormal, exponential, "
         "gamma, beta, von_mises, negative_binomial or student"},
        {"SELECT * FROM mix_grid(%Q, 3)",
         "mix_grid: argument 1 (model) is of family multinomial; expected gaussian"},
        {"SELECT * FROM mix_ellipses(%Q)",
         "mix_ellipses: argument 1 (model) is of family multinomial; expected gaussian"},
        {"SELECT * FROM mix_sample(%Q, 3)",
         "mix_sample: argument 4 (trials) is missing and the model has none; expected an integer from 0 to 1000000"},
        {"SELECT * FROM mix_sample(%Q, 3, 1, -4)",
         "mix_sample: argument 4 (trials) is INTEGER -4; expected an integer from 0 to 1000000"},
        {"SELECT mix_predict(%Q, 2, NULL, 1.5)",
         "mix_predict: value 3 (x3) is 1.5; expected a count, an integer from 0 to 2^53"},
        {"SELECT mix_density(%Q, mix_row(-2, 1, 1))",
         "mix_density: value 1 (x1) is -2; expected a count, an integer from 0 to 2^53"},
    };
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        expect_error(db, sql_build(queries[i][0], hand), queries[i][1]);
    }
    expect_error(
        db,
        "SELECT mix_predict('{\"family\":\"multinomial\",\"weights\":[1],\"probabilities\":[[0.5,0.6]]}', 0, 1)",
        "mix_predict: argument 1 (model): probabilities[0] sum to 1.1; expected 1");
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        sql_test(one_component_is_the_shares_of_all_counts_in_groups_and_under_filters),
        sql_test(weight_and_label_are_found_by_name_and_by_position_and_in_packed_rows),
        sql_test(a_weight_repeats_its_row_and_0_leaves_it_out),
        sql_test(a_model_survives_its_json_and_starts_a_fit_again),
        sql_test(rows_are_scored_as_the_formula_says),
        sql_test(missing_counts_are_scored_and_imputed_from_the_observed_ones),
        sql_test(an_impossible_row_has_density_0_and_the_weights),
        sql_test(an_impossible_row_is_refused_by_a_step),
        sql_test(components_and_parameters_are_listed),
        sql_test(samples_have_the_trials_of_the_argument_or_of_the_rows_fitted),
        sql_test(a_row_a_table_and_an_aggregate_say_the_same_of_counts_up_to_2_to_53),
        sql_test(what_is_no_count_no_weight_and_no_label_is_refused),
        sql_test(wrong_options_are_refused),
        sql_test(what_only_gaussian_models_have_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
