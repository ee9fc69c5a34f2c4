/* test_function_mix.c: mix_fit and mix_select: columns of several families. */
#include <math.h>
#include <string.h>

#include "sql.h"

/* Two groups: visits (counts) and z tell them apart a little, age more. */
static int set_up(void **state) {
    *state = sql_open();
    sql_run(*state,
            "CREATE TABLE t AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 150) "
            "SELECT i, 10.25 + i * 7919 %% 101 / 50.0 + 1.5 * (i %% 3 = 0) AS age, "
            "i * 31 %% 4 + (i %% 3 = 0) * (i * 17 %% 6) AS visits, i * 37 %% 13 / 3.0 + i %% 7 / 10.0 AS z "
            "FROM c");
    sql_run(*state, "CREATE TABLE model AS SELECT '{\"family\":\"mixed\",\"columns\":[\"age\",\"visits\",\"z\"],"
                    "\"weights\":[0.4,0.6],\"parts\":[{\"family\":\"gaussian\",\"columns\":[\"age\",\"z\"],"
                    "\"means\":[[12,2],[11,2.5]],\"covariances\":[[[1,0.1],[0.1,2]],[[0.5,0],[0,3]]]},"
                    "{\"family\":\"poisson\",\"columns\":[\"visits\"],\"rates\":[4,1.5]}]}' AS m");
    return 0;
}

static int tear_down(void **state) {
    sql_close(*state);
    return 0;
}

#define mix_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* ---- One family ------------------------------------------------------------------------------------------- */

static void columns_of_one_part_have_that_familys_fit_to_the_last_bit(void **state) {
    static const char *const same[][2] = {
        {"mix_fit(age, z, 2)", "gmm_fit(age, z, 2)"},
        {"mix_fit(age, z, 2, '{\"covariance\":\"VVI\",\"seed\":3,\"columns\":[\"a\",\"b\"]}')",
         "gmm_fit(age, z, 2, '{\"covariance\":\"VVI\",\"seed\":3,\"columns\":[\"a\",\"b\"]}')"},
        {"mix_fit(age, z, 2, '{\"families\":{\"x1\":{\"family\":\"gaussian\",\"covariance\":\"tied\"}}}')",
         "gmm_fit(age, z, 2, '{\"covariance\":\"tied\"}')"},
        {"mix_fit(CAST(age AS TEXT), z, i, 2, '{\"weight\":3}')",
         "gmm_fit(CAST(age AS TEXT), z, i, 2, '{\"weight\":3}')"},
        {"mix_fit(mix_row(age, z), 2)", "gmm_fit(age, z, 2)"},
        {"mix_fit(json_array(age, z), 2)", "gmm_fit(json_array(age, z), 2)"},
        {"mix_fit(visits, i & 7, 2, '{\"families\":{\"x1\":\"multinomial\",\"x2\":\"multinomial\"}}')",
         "mmm_fit(visits, i & 7, 2)"},
        {"mix_fit(visits, 2, '{\"families\":{\"x1\":\"poisson\"}}')", "pmm_fit(visits, 2)"},
        {"mix_select(age, z, 3)", "gmm_select(age, z, 3)"},
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        char *got = sql_text(*state, "SELECT %s FROM t", same[i][0]);
        assert_string_equal(got, sql_text(*state, "SELECT %s FROM t", same[i][1]));
    }
}

/* ---- Several ------------------------------------------------------------------------------------------------ */

enum { ROWS = 150 };

/* Weight, two means, covariance (xx, xy, yy), rate. */
typedef struct plain_component {
    long double weight, mean[2], s[3], rate;
} plain_component;

static long double plain_density(const plain_component *c, const double *row) {
    long double a = (long double)row[0] - c->mean[0], b = (long double)row[2] - c->mean[1];
    long double det = c->s[0] * c->s[2] - c->s[1] * c->s[1];
    long double q = (c->s[2] * a * a - 2 * c->s[1] * a * b + c->s[0] * b * b) / det, n = (long double)row[1];
    return expl(-q / 2 + n * logl(c->rate) - c->rate - lgammal(n + 1)) / (2 * acosl(-1) * sqrtl(det));
}

/* One iteration of EM; the log-likelihood before it. */
static long double plain_map(plain_component c[2], const double *rows) {
    long double loglik = 0, n[2] = {0}, sums[2][3] = {{0}}, squares[2][3] = {{0}};
    for (size_t r = 0; r < ROWS; r++) {
        const double *row = rows + 3 * r;
        long double joint[2] = {c[0].weight * plain_density(&c[0], row), c[1].weight * plain_density(&c[1], row)};
        loglik += logl(joint[0] + joint[1]);
        for (int i = 0; i < 2; i++) {
            long double share = joint[i] / (joint[0] + joint[1]), x = (long double)row[0], y = (long double)row[2];
            n[i] += share;
            sums[i][0] += share * x;
            sums[i][1] += share * y;
            sums[i][2] += share * (long double)row[1];
            squares[i][0] += share * x * x;
            squares[i][1] += share * x * y;
            squares[i][2] += share * y * y;
        }
    }
    for (int i = 0; i < 2; i++) {
        c[i].weight = n[i] / ROWS;
        c[i].mean[0] = sums[i][0] / n[i];
        c[i].mean[1] = sums[i][1] / n[i];
        c[i].rate = sums[i][2] / n[i];
        c[i].s[0] = squares[i][0] / n[i] - c[i].mean[0] * c[i].mean[0];
        c[i].s[1] = squares[i][1] / n[i] - c[i].mean[0] * c[i].mean[1];
        c[i].s[2] = squares[i][2] / n[i] - c[i].mean[1] * c[i].mean[1];
    }
    return loglik;
}

static void check_component(sqlite3 *db, int i, const plain_component *want) {
    const long double numbers[] = {want->weight, want->mean[0], want->mean[1], want->s[0],
                                   want->s[1],   want->s[1],    want->s[2],    want->rate};
    double got[8];
    assert_int_equal(
        sql_numbers(db, got, 8, "SELECT value FROM model, mix_parameters(m) WHERE component = %d", i + 1), 8);
    for (int p = 0; p < 8; p++) {
        assert_close(got[p], (double)numbers[p], 1e-9, 0);
    }
}

static void steps_are_those_of_a_plain_em(void **state) {
    double rows[3 * ROWS];
    plain_component c[2] = {{0.4L, {12, 2}, {1, 0.1L, 2}, 4}, {0.6L, {11, 2.5L}, {0.5L, 0, 3}, 1.5L}};
    assert_int_equal(sql_numbers(*state, rows, 3 * ROWS, "SELECT age, visits, z FROM t"), 3 * ROWS);
    for (int step = 0; step < 5; step++) {
        long double before = plain_map(c, rows);
        assert_close(sql_double(*state, "SELECT mix_loglik(m, age, visits, z) FROM t, model"), (double)before,
                     1e-12, 0);
        sql_run(*state, "UPDATE model SET m = (SELECT mix_step(m, age, visits, z) FROM t)");
        check_component(*state, 0, &c[0]);
        check_component(*state, 1, &c[1]);
    }
    /* To the end: where the plain one ends, too. */
    sql_run(
        *state,
        "UPDATE model SET m = (SELECT mix_refit(m, age, visits, z, '{\"tol\":1e-14,\"resolution\":0}') FROM t)");
    long double loglik = 0;
    for (int step = 0; step < 4000; step++) {
        loglik = plain_map(c, rows);
    }
    assert_close(sql_double(*state, "SELECT m ->> 'loglik' FROM model"), (double)loglik, 1e-10, 0);
    assert_int_equal(sql_integer(*state, "SELECT m ->> 'parameters' FROM model"), 1 + 2 * (2 + 3 + 1));
}

/* The caller's order of columns everywhere, whatever that of the parts is. */
static void columns_keep_the_order_in_which_they_are_given(void **state) {
    sql_run(
        *state,
        "CREATE TABLE f AS SELECT mix_fit(age, visits, z, 2, "
        "'{\"columns\":[\"age\",\"visits\",\"z\"],\"families\":{\"visits\":\"poisson\"},\"resolution\":[0.5,null,0]}') AS m FROM t");
    assert_string_equal(sql_text(*state, "SELECT m -> 'columns' FROM f"), "[\"age\",\"visits\",\"z\"]");
    assert_string_equal(sql_text(*state, "SELECT m -> '$.parts[0].columns' FROM f"), "[\"age\",\"z\"]");
    assert_string_equal(sql_text(*state, "SELECT m -> 'resolution' FROM f"), "[0.5,null,0]");
    assert_string_equal(sql_text(*state, "SELECT m -> 'step' FROM f"), "[0.5,0,0]");
    assert_string_equal(sql_text(*state, "SELECT mix_impute(m, 11.5, 3, 2.25) FROM f"), "[11.5,3,2.25]");
    assert_string_equal(
        sql_text(*state, "SELECT group_concat(key) FROM f, json_each(mix_impute(m, NULL, NULL, NULL))"), "0,1,2");
    assert_close(sql_double(*state, "SELECT mix_impute(m, NULL, 3, NULL) ->> 1 FROM f"), 3, 0, 0);
    assert_string_equal(sql_text(*state, "SELECT group_concat(DISTINCT column) FROM f, mix_parameters(m)"),
                        "age,z,visits");
    assert_close(sql_double(*state, "SELECT mix_loglik(m, age, visits, z) FROM t, f"),
                 sql_double(*state, "SELECT m ->> 'loglik' FROM f"), 1e-12, 0);
    assert_int_equal(sql_integer(*state, "SELECT min(x2 = round(x2) AND x1 > 5) FROM f, mix_sample(m, 200)"), 1);
    /* The same columns in another order: the same model but for that, and for its order of components. */
    sql_run(
        *state,
        "CREATE TABLE g AS SELECT mix_fit(visits, age, z, 2, "
        "'{\"columns\":[\"visits\",\"age\",\"z\"],\"families\":{\"visits\":\"poisson\"},\"resolution\":[null,0.5,0]}') AS m FROM t");
    assert_close(sql_double(*state, "SELECT m ->> 'loglik' FROM g"),
                 sql_double(*state, "SELECT m ->> 'loglik' FROM f"), 1e-6, 0);
    assert_string_equal(sql_text(*state, "SELECT m -> '$.parts[0].family' FROM g"), "\"poisson\"");
}

/* Given the component parts are independent: a density is a product. */
static void a_row_has_the_product_of_its_parts_and_a_null_leaves_its_factor_out(void **state) {
    static const char gaussian[] = "{\"family\":\"gaussian\",\"weights\":[0.4,0.6],\"means\":[[12,2],[11,2.5]],"
                                   "\"covariances\":[[[1,0.1],[0.1,2]],[[0.5,0],[0,3]]]}";
    static const char poisson[] = "{\"family\":\"poisson\",\"weights\":[0.4,0.6],\"rates\":[[4],[1.5]]}";
    static const char *const rows[][2] = {{"11,3,2", "11,2"},           {"11,NULL,2", "11,2"},
                                          {"NULL,3,NULL", "NULL,NULL"}, {"NULL,0,2.5", "NULL,2.5"},
                                          {"1e6,3,2", "1e6,2"},         {"12,7,NULL", "12,NULL"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int c = 1; c <= 2; c++) {
            const char *count = strchr(rows[i][0], ',') + 1;
            double whole = sql_double(
                *state,
                sql_build("SELECT log_density FROM model, mix_responsibilities(m, %s) WHERE component = %d",
                          rows[i][0], c));
            double part = sql_double(
                *state, sql_build("SELECT log_density FROM mix_responsibilities(%Q, %s) WHERE component = %d",
                                  gaussian, rows[i][1], c));
            double counts = sql_double(
                *state, sql_build("SELECT log_density FROM mix_responsibilities(%Q, %.*s) WHERE component = %d",
                                  poisson, (int)strcspn(count, ","), count, c));
            assert_close(whole, part + counts, 1e-12, 1e-12);
        }
    }
    assert_string_equal(sql_text(*state, "SELECT mix_probabilities(m, NULL, NULL, NULL) FROM model"), "[0.4,0.6]");
}

static void a_selection_takes_the_structures_of_the_gaussian_part(void **state) {
    sql_run(
        *state,
        "CREATE TABLE s AS SELECT mix_select(age, visits, 2, '{\"families\":{\"x2\":\"poisson\"}}') AS m FROM t");
    assert_string_equal(
        sql_text(
            *state,
            "SELECT group_concat(DISTINCT covariance) FROM (SELECT covariance FROM s, mix_selection(m) ORDER BY covariance)"),
        "E,V");
    assert_int_equal(sql_integer(*state, "SELECT count(*) FROM s, mix_selection(m)"), 4);
    assert_close(sql_double(*state, "SELECT m ->> 'bic' FROM s"),
                 sql_double(*state, "SELECT min(bic) FROM s, mix_selection(m) WHERE sound"), 0, 0);
    assert_string_equal(
        sql_text(
            *state,
            "SELECT typeof(covariance) FROM (SELECT mix_select(visits, i %% 5, 1, '{\"families\":{\"x1\":\"poisson\",\"x2\":\"poisson\"}}') AS m FROM t), mix_selection(m)"),
        "null");
}

static void what_is_wrong_is_said_with_column_value_and_row(void **state) {
    static const char *const cases[][2] = {
        {"mix_fit(age, visits - 1, 2, '{\"columns\":[\"age\",\"visits\"],\"families\":{\"visits\":\"poisson\"}}')",
         "mix_fit: argument 2 (visits) is INTEGER -1 in row 4; expected a count, an integer from 0 to 2^53"},
        {"mix_fit(age, 1.25 - visits, 2, '{\"families\":{\"x2\":\"lognormal\"}}')",
         "mix_fit: argument 2 (x2) is REAL -1.75 in row 1; expected a number > 0, from 1e-150 to 1e150"},
        {"mix_fit(age, 'n/a', 2, '{\"families\":{\"x2\":\"gaussian\"}}')",
         "mix_fit: argument 2 (x2) is TEXT 'n/a' in row 1; expected a number: option families can make the column categorical: nullif(x2, 'n/a') makes NULL of it"},
        {"mix_fit(age, 9e999, 2)", "mix_fit: argument 2 (x2) is REAL Inf in row 1; expected a finite number"},
        {"mix_fit(age, visits, 2, '{\"families\":{\"x2\":\"poissn\"}}')",
         "mix_fit: argument 4 (options): families.x2 is \"poissn\" at offset 18; expected FAMILIES"},
        {"mix_fit(age, visits, 2, '{\"families\":{\"x3\":\"poisson\"}}')",
         "mix_fit: argument 4 (options): unknown key \"x3\" in families at offset 13; expected the name of a column"},
        {"mix_fit(age, visits, 2, '{\"weight\":2,\"families\":{\"x2\":\"poisson\"}}')",
         "mix_fit: argument 4 (options): unknown key \"x2\" in families at offset 24; expected a column of data, no weight or label"},
        {"mix_fit(age, 2, '{\"families\":{\"x1\":{\"family\":\"von_mises\",\"period\":0}}}')",
         "mix_fit: argument 3 (options): families.x1.period is 0 at offset 49; expected a number > 0, from 1e-100 to 1e100"},
        {"mix_fit(visits, i, 2, '{\"covariance\":\"diag\",\"families\":{\"x1\":\"poisson\",\"x2\":\"poisson\"}}')",
         "mix_fit: option covariance is for gaussian columns, and there are none"},
        {"mix_fit(age, 2, '{\"families\":[]}')",
         "mix_fit: argument 3 (options): families is an array of 0 at offset 12; expected an object, column: family"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_error(*state, sql_build("SELECT %s FROM t", cases[i][0]), cases[i][1]);
    }
}

static void a_model_that_is_none_says_what_is_wrong_with_which_part(void **state) {
    static const char *const cases[][2] = {
        {"{\"family\":\"mixed\",\"weights\":[1]}", "key parts is missing"},
        {"{\"family\":\"mixed\",\"weights\":[1],\"parts\":[]}",
         "parts is an array of 0 at offset 40; expected an array of one object or more"},
        {"{\"family\":\"mixed\",\"weights\":[1],\"parts\":[{\"family\":\"mixed\"}]}",
         "parts[0].family is \"mixed\" at offset 51; expected the family of a part, which is not mixed"},
        {"{\"family\":\"mixed\",\"weights\":[1],\"parts\":[{\"family\":\"poisson\",\"rates\":[1,2]}]}",
         "parts[0].rates is an array of 2 at offset 69; expected an array of 1 array"},
        {"{\"family\":\"mixed\",\"weights\":[1],\"parts\":[{\"family\":\"poisson\",\"rates\":[-1]}]}",
         "parts[0].rates[0][0] is -1; expected a number >= 0"},
        {"{\"family\":\"mixed\",\"columns\":[\"a\",\"c\"],\"weights\":[1],\"parts\":[{\"family\":\"poisson\",\"columns\":[\"a\"],\"rates\":[1]},{\"family\":\"poisson\",\"columns\":[\"b\"],\"rates\":[1]}]}",
         "columns is an array of 2 at offset 28; expected the names that the parts have"},
        {"{\"family\":\"mixed\",\"weights\":[1],\"parts\":[{\"family\":\"poisson\",\"columns\":[\"a\"],\"rates\":[1]},{\"family\":\"poisson\",\"columns\":[\"a\"],\"rates\":[1]}]}",
         "parts is an array of 2 at offset 40; expected parts of which no two have a column of the same name"},
        {"{\"family\":\"mixed\",\"weights\":[1],\"parts\":[{\"family\":\"poisson\",\"columns\":[\"a\"],\"rates\":[1]},{\"family\":\"poisson\",\"rates\":[1]}]}",
         "parts[1] is an object at offset 90; expected key columns in every part or in none"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_error(*state, sql_build("SELECT mix_summary(%Q)", cases[i][0]),
                     sql_format("mix_summary: argument 1 (model): %s", cases[i][1]));
    }
    expect_error(*state, "SELECT mix_distance(mix_fit(age, i % 2, 1), 1, 1, 0) FROM t",
                 "mix_distance: argument 1 (model) has columns of family categorical; expected gaussian, poisson, "
                 "lognormal, exponential, gamma, beta, von_mises, negative_binomial or student");
    expect_error(*state, "SELECT mix_predict(m, 1, 0.5, 3) FROM model",
                 "mix_predict: value 2 (visits) is 0.5; expected a count, an integer from 0 to 2^53");
    expect_error(*state, "SELECT mix_refit(m, age, 'z', z) FROM t, model",
                 "mix_refit: argument 3 (visits) is TEXT 'z' in row 1; expected a number");
    expect_error(*state, "SELECT mix_predict(m, 1, 2) FROM model",
                 "mix_predict: 2 values given; expected 3, the model's columns, or one mix_row()");
    expect_error(*state, "SELECT mix_predict(m, 'a', 2, 3) FROM model",
                 "mix_predict: argument 2 (age) is TEXT 'a'; expected a number");
}

static void a_packed_row_keeps_words_and_is_taken_everywhere(void **state) {
    assert_string_equal(sql_text(*state, "SELECT hex(mix_row('a', 1, NULL, x'00ff', 1.5))"),
                        "4D4958524F57FFFF"
                        "03010000000000000061"
                        "010100000000000000"
                        "050000000000000000"
                        "04020000000000000000FF"
                        "02000000000000F83F");
    assert_string_equal(sql_text(*state, "SELECT hex(mix_row('12', 1))"),
                        sql_text(*state, "SELECT hex(mix_row(12, 1.0))"));
    assert_string_equal(sql_text(*state, "SELECT typeof(mix_row('012')) || length(mix_row('012'))"), "blob20");
    sql_run(*state, "CREATE TABLE w AS SELECT *, mix_row('0' || visits, age, z) AS r FROM t");
    assert_close(sql_double(*state, "SELECT gmm_fit(r, 1) ->> 'loglik' FROM w"),
                 sql_double(*state, "SELECT gmm_fit(visits, age, z, 1) ->> 'loglik' FROM w"), 0, 0);
    expect_error(*state, "SELECT gmm_fit(mix_row('a', 1), 1) FROM t",
                 "gmm_fit: argument 1 (mix_row) holds TEXT 'a' at value 1 (x1) in row 1; expected a number");
    expect_error(*state, "SELECT mix_predict(m, mix_row('a', 1, 2)) FROM model",
                 "mix_predict: value 1 (age) is TEXT 'a'; expected a number");
    assert_int_equal(
        sql_integer(
            *state,
            "SELECT count(*) FROM t, model WHERE mix_predict(m, mix_row(age, visits, z)) <> mix_predict(m, age, visits, z) OR mix_predict(m, json_array(age, visits, z)) <> mix_predict(m, age, visits, z)"),
        0);
    assert_int_equal(
        sql_count(*state, "SELECT r.* FROM t, model, mix_responsibilities(m, mix_row(age, visits, z)) r"),
        2 * ROWS);
}

/* One component for each, by mean and variance of the law as textbooks have them. */
static void a_distance_is_in_deviations_of_the_law(void **state) {
    static const struct {
        const char *model, *row;
        double squared;
    } cases[] = {
        {"poisson\",\"rates\":[[4]]", "10", 36 / 4.0},
        {"exponential\",\"rates\":[[0.5]]", "3", 1 / 4.0},
        {"gamma\",\"shapes\":[[3]],\"rates\":[[2]]", "4", 2.5 * 2.5 / (3 / 4.0)},
        {"beta\",\"alphas\":[[2]],\"betas\":[[6]]", "0.75", 0.25 / (12 / (64 * 9.0))},
        {"negative_binomial\",\"means\":[[4]],\"sizes\":[[2]]", "10", 36 / (4 + 16 / 2.0)},
        {"student\",\"means\":[[1,2]],\"scales\":[[[4,0],[0,9]]],\"degrees\":[1]", "5, 8", 4 + 4},
        {"student\",\"means\":[[1,2]],\"scales\":[[[4,0],[0,9]]],\"degrees\":[1]", "NULL, 8", 4},
        {"poisson\",\"rates\":[[4,9]]", "10, 0", 36 / 4.0 + 81 / 9.0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double distance = sql_double(*state, "SELECT mix_distance('{\"family\":\"%s,\"weights\":[1]}', 1, %s)",
                                     cases[i].model, cases[i].row);
        assert_close(distance * distance, cases[i].squared, 1e-12, 0);
    }
    /* A Gaussian pair, a count, and the distances of each alone; an angle is as far on either side. */
    double all = sql_double(*state, "SELECT mix_distance(m, 1, 13, 2, 3) FROM model");
    double pair = sql_double(*state, "SELECT mix_distance(m, 1, 13, NULL, 3) FROM model");
    assert_close(pair * pair, (2 - 2 * 0.1 + 1) / (1 * 2 - 0.01), 1e-12, 0);
    assert_close(all * all, pair * pair + 4 / 4.0, 1e-12, 0);
    static const char angle[] = "{\"family\":\"mixed\",\"weights\":[1],\"parts\":[{\"family\":\"von_mises\","
                                "\"columns\":[\"h\"],\"period\":24,\"means\":[23],\"concentrations\":[2]}]}";
    assert_close(sql_double(*state, "SELECT mix_distance(%Q, 1, 2)", angle),
                 sql_double(*state, "SELECT mix_distance(%Q, 1, 20)", angle), 1e-12, 0);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        mix_test(columns_of_one_part_have_that_familys_fit_to_the_last_bit),
        mix_test(steps_are_those_of_a_plain_em),
        mix_test(columns_keep_the_order_in_which_they_are_given),
        mix_test(a_row_has_the_product_of_its_parts_and_a_null_leaves_its_factor_out),
        mix_test(a_selection_takes_the_structures_of_the_gaussian_part),
        mix_test(what_is_wrong_is_said_with_column_value_and_row),
        mix_test(a_model_that_is_none_says_what_is_wrong_with_which_part),
        mix_test(a_distance_is_in_deviations_of_the_law),
        mix_test(a_packed_row_keeps_words_and_is_taken_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
