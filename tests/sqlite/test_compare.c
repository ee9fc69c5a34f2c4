/* test_compare.c: mix_divergence against quadrature, mix_match against what was put out of order, mix_rand_index
** against the table of pairs worked out in SQL. */
#include <math.h>

#include "plain.h"
#include "sql.h"

static const char *gaussians(const char *weights, const char *means, const char *covariances) {
    return sql_format("{\"family\":\"gaussian\",\"weights\":%s,\"means\":%s,\"covariances\":%s}", weights, means,
                      covariances);
}

/* ---- mix_divergence ----------------------------------------------------------------------------------------- */

/* By Simpson's rule over all of both. */
static double integrate_divergence(const plain *p, const plain *q) {
    enum { PANELS = 4000 };
    double sum = 0, low = -30, high = 30;
    for (int i = 0; i <= 2 * PANELS; i++) {
        double x = low + (high - low) * i / (2 * PANELS);
        double a = exp((double)plain_log_density(p, &x, NULL)), b = exp((double)plain_log_density(q, &x, NULL));
        double at = (a > 0 ? a * log2(2 * a / (a + b)) : 0) + (b > 0 ? b * log2(2 * b / (a + b)) : 0);
        sum += at / 2 * (i == 0 || i == 2 * PANELS ? 1 : i % 2 == 1 ? 4 : 2);
    }
    return sum * (high - low) / (6 * PANELS);
}

/* A row adds from -something small to 1; of 40,000 the mean has a standard error of some 0.002. */
static void divergence_is_that_of_the_integral(void **state) {
    for (unsigned seed = 0; seed < 4; seed++) {
        plain p = plain_model(2, 1, seed), q = plain_model(3, 1, seed + 10);
        double got = sql_double(*state, "SELECT mix_divergence(%Q, %Q)", plain_json(&p), plain_json(&q));
        assert_close(got, integrate_divergence(&p, &q), 0, 0.0075);
        assert_close(got, sql_double(*state, "SELECT mix_divergence(%Q, %Q)", plain_json(&q), plain_json(&p)),
                     1e-12, 0);
    }
}

static void it_is_from_0_the_same_to_1_nothing_in_common(void **state) {
    const char *one = gaussians("[0.5,0.5]", "[[0,0],[3,1]]", "[[[1,0],[0,1]],[[1,0],[0,1]]]");
    const char *far = gaussians("[1]", "[[1000,0]]", "[[[1,0],[0,1]]]");
    assert_close(sql_double(*state, "SELECT mix_divergence(%Q, %Q)", one, one), 0, 0, 0);
    assert_close(sql_double(*state, "SELECT mix_divergence(%Q, %Q)", one, far), 1, 0, 1e-12);
    /* All three to one side, once in eight rows of the first and in all of the second. */
    assert_close(
        sql_double(*state,
                   "SELECT mix_divergence("
                   "'{\"family\":\"multinomial\",\"trials\":3,\"weights\":[1],\"probabilities\":[[0.5,0.5]]}',"
                   "'{\"family\":\"multinomial\",\"trials\":3,\"weights\":[1],\"probabilities\":[[1,0]]}')"),
        0.5 * (0.125 * log2(2 * 0.125 / 1.125) + 0.875 + log2(2 / 1.125)), 0, 0.0075);
}

/* Levels go by what they are, wherever they stand among others. */
static void levels_are_those_of_the_other_by_name(void **state) {
    static const char *const model =
        "{\"family\":\"mixed\",\"columns\":[\"kind\"],\"weights\":[1],\"parts\":[{\"family\":"
        "\"categorical\",\"columns\":[\"kind\"],\"levels\":[%s],\"probabilities\":[[%s]]}]}";
    const char *first = sql_format(model, "\"a\",\"c\"", "0.25,0.75");
    const char *second = sql_format(model, "\"a\",\"b\",\"c\"", "0.25,0,0.75");
    assert_close(sql_double(*state, "SELECT mix_divergence(%Q, %Q)", first, second), 0, 0, 1e-12);
}

/* ---- mix_match ---------------------------------------------------------------------------------------------- */

static const char *const reference =
    "{\"family\":\"gaussian\",\"k\":3,\"d\":1,\"names\":[\"low\",\"middle\",\"high\"],"
    "\"covariance\":\"full\",\"weights\":[0.5,0.3,0.2],\"means\":[[0],[4],[9]],"
    "\"covariances\":[[[1]],[[2]],[[1]]]}";

static void components_find_their_places_and_names_again(void **state) {
    const char *shuffled = gaussians("[0.2,0.5,0.3]", "[[9],[0],[4]]", "[[[1]],[[1]],[[2]]]");
    assert_string_equal(sql_text(*state, "SELECT mix_match(%Q, %Q)", shuffled, reference), reference);
    /* Moved by more than half of the way to the next, all of them. */
    const char *moved = gaussians("[0.2,0.5,0.3]", "[[11],[2.3],[6.4]]", "[[[1]],[[1]],[[2]]]");
    assert_string_equal(sql_text(*state, "SELECT mix_match(%Q, %Q) -> 'means'", moved, reference),
                        "[[2.3],[6.4],[11]]");
    assert_string_equal(
        sql_text(*state, "SELECT mix_match(%Q, mix_rename(%Q, NULL)) -> 'means'", shuffled, reference),
        "[[0],[4],[9]]");
}

static void more_and_fewer_components_are_matched_as_far_as_they_go(void **state) {
    const char *four = gaussians("[0.1,0.4,0.3,0.2]", "[[20],[4.1],[0.2],[8]]", "[[[1]],[[1]],[[1]],[[1]]]");
    const char *matched = sql_text(*state, "SELECT mix_match(%Q, %Q)", four, reference);
    assert_string_equal(sql_text(*state, "SELECT %Q -> 'means'", matched), "[[0.2],[4.1],[8],[20]]");
    assert_string_equal(sql_text(*state, "SELECT %Q -> 'names'", matched), "[\"low\",\"middle\",\"high\",\"4\"]");
    const char *two = gaussians("[0.5,0.5]", "[[9.2],[0.1]]", "[[[1]],[[1]]]");
    assert_string_equal(sql_text(*state, "SELECT mix_match(%Q, %Q) -> 'names'", two, reference),
                        "[\"low\",\"high\"]");
    assert_string_equal(sql_text(*state, "SELECT mix_match(%Q, %Q) -> 'means'", two, reference), "[[0.1],[9.2]]");
}

static void what_cannot_be_compared_is_said(void **state) {
    const char *flat = gaussians("[1]", "[[0,0]]", "[[[1,0],[0,1]]]");
    const char *counts = "{\"family\":\"poisson\",\"weights\":[1],\"rates\":[[1]]}";
    expect_error(*state, sql_build("SELECT mix_match(%Q, %Q)", reference, flat),
                 "mix_match: argument 2 (reference) has 2 columns; expected 1, as argument 1 (model)");
    expect_error(
        *state, sql_build("SELECT mix_divergence(%Q, %Q)", reference, counts),
        "mix_divergence: column 1 of argument 2 (other) has values of another kind; expected those of argument 1");
    expect_error(*state, sql_build("SELECT mix_divergence(%Q, 3)", reference),
                 "mix_divergence: argument 2 (other) is INTEGER 3; expected a model as JSON text");
    expect_error(
        *state,
        sql_build("SELECT mix_match(json_set(%Q, '$.columns', json('[\"a\"]')), json_set(%Q, '$.columns', "
                  "json('[\"b\"]')))",
                  reference, reference),
        "mix_match: column 1 of argument 2 (reference) is b; expected a, as in argument 1");
    sql_is_null(*state, "SELECT mix_match(NULL, %Q)", reference);
    sql_is_null(*state, "SELECT mix_divergence(%Q, NULL)", reference);
}

/* ---- mix_rand_index ----------------------------------------------------------------------------------------- */

static void the_index_is_that_of_hubert_and_arabie(void **state) {
    sql_run(*state, "CREATE TABLE t(a, b); INSERT INTO t VALUES (1, 'x'), (1, 'x'), (1, 'y'), (2, 'y'), (2, 'z'), "
                    "(2.0, 'z'), (NULL, 'x'), (1, NULL)");
    /* 2 pairs in common of 6 and 3 of 15: (2 - 6 * 3 / 15) / ((6 + 3) / 2 - 6 * 3 / 15) */
    assert_close(sql_double(*state, "SELECT mix_rand_index(a, b) FROM t"), 0.8 / 3.3, 1e-14, 0);
    assert_close(sql_double(*state, "SELECT mix_rand_index(b, a) FROM t"), 0.8 / 3.3, 1e-14, 0);
    assert_close(sql_double(*state, "SELECT mix_rand_index(a, -a) FROM t"), 1, 1e-14, 0);
    assert_close(sql_double(*state, "SELECT mix_rand_index(1, 1) FROM t"), 1, 0, 0);
    sql_is_null(*state, "SELECT mix_rand_index(a, b) FROM t WHERE a IS NULL");
    sql_is_null(*state, "SELECT mix_rand_index(a, b) FROM t WHERE 0");
    expect_error(*state, "SELECT mix_rand_index(1e999, b) FROM t",
                 "mix_rand_index: argument 1 (a) is REAL Inf in row 1; expected a group");
}

static void a_window_says_what_its_rows_say(void **state) {
    sql_run(*state,
            "CREATE TABLE t AS WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) SELECT i, i * "
            "i %% 7 AS a, iif(i %% 9 = 0, NULL, i * 5 %% 4) AS b FROM n");
    assert_close(
        sql_double(*state,
                   "WITH w AS (SELECT i, mix_rand_index(a, b) OVER (ORDER BY i ROWS 14 PRECEDING) AS r FROM t) "
                   "SELECT max(abs(r - (SELECT mix_rand_index(a, b) FROM t WHERE t.i BETWEEN w.i - 14 AND "
                   "w.i))) FROM w"),
        0, 0, 1e-12);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        sql_test(divergence_is_that_of_the_integral),
        sql_test(it_is_from_0_the_same_to_1_nothing_in_common),
        sql_test(levels_are_those_of_the_other_by_name),
        sql_test(components_find_their_places_and_names_again),
        sql_test(more_and_fewer_components_are_matched_as_far_as_they_go),
        sql_test(what_cannot_be_compared_is_said),
        sql_test(the_index_is_that_of_hubert_and_arabie),
        sql_test(a_window_says_what_its_rows_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
