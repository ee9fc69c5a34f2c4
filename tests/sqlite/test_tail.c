/* test_tail.c: mix_tail against tails in closed form, sums over counts, and what must hold of any share: it is
** uniform on the model's own rows, has no unit, and is that of the columns which are there. */
#include <math.h>

#include "sql.h"

/* What 20,000 rows tell: a share to a hundredth and one row. */
#define SHARE (0.01 + 1 / 20001.0)

static const char *const round_one = "{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[1,-2]],"
                                     "\"covariances\":[[[2,1],[1,2]]]}";
static const char *const three =
    "{\"family\":\"gaussian\",\"weights\":[0.5,0.3,0.2],\"means\":[[0,0],[3,1],[-2,4]],"
    "\"covariances\":[[[1,0.3],[0.3,1]],[[2,-1],[-1,1]],[[0.2,0],[0,0.3]]]}";

/* Chi-square with 2 degrees of freedom: exp(-q / 2); with 1: erfc(sqrt(q / 2)). */
static void one_gaussian_has_the_chi_square_tail(void **state) {
    for (int i = 0; i < 8; i++) {
        double x = 1 + 0.7 * i;
        assert_close(sql_double(*state, "SELECT mix_tail(%Q, %f, -2)", round_one, x),
                     sql_double(*state,
                                "SELECT exp(-mix_distance(%Q, 1, %f, -2) * mix_distance(%Q, 1, %f, -2) / 2)",
                                round_one, x, round_one, x),
                     0, SHARE);
        double z = sql_double(*state, "SELECT mix_distance(%Q, 1, %f, NULL)", round_one, x);
        assert_close(sql_double(*state, "SELECT mix_tail(%Q, %f, NULL)", round_one, x), erfc(z / sqrt(2)), 0,
                     SHARE);
    }
    assert_close(sql_double(*state, "SELECT mix_tail(%Q, 1e9, 0)", round_one), 1 / 20001.0, 1e-15, 0);
    assert_close(sql_double(*state, "SELECT mix_tail(%Q, 1, -2)", round_one), 1, 0, 1e-3);
    assert_close(sql_double(*state, "SELECT mix_tail(%Q, NULL, NULL)", round_one), 1, 0, 0);
}

/* Kolmogorov and Smirnov's distance of 2,000 rows that were drawn with another seed: above 1.63 / sqrt(2000) once
** in a hundred; the reference has its own, of 20,000. */
static void it_is_uniform_on_the_rows_of_the_model(void **state) {
    assert_close(
        sql_double(*state,
                   "WITH s AS (SELECT mix_tail(%Q, x1, x2) AS t FROM mix_sample(%Q, 2000, 7)), r AS (SELECT "
                   "t, row_number() OVER (ORDER BY t) AS i FROM s) SELECT max(abs(t - (i - 0.5) / 2000)) FROM "
                   "r",
                   three, three),
        0, 0, 1.63 / sqrt(2000) + 1.63 / sqrt(20000));
}

/* In units a million times smaller, about another origin: rows of about the same density may change places. */
static void it_has_no_unit(void **state) {
    const char *scaled =
        "{\"family\":\"gaussian\",\"weights\":[0.5,0.3,0.2],\"means\":[[5,-1],[3000005,0],[-1999995,3]],"
        "\"covariances\":[[[1e12,3e5],[3e5,1]],[[2e12,-1e6],[-1e6,1]],[[2e11,0],[0,0.3]]]}";
    for (int i = 0; i < 20; i++) {
        double x = -3 + 0.4 * i, y = 5 - 0.3 * i;
        assert_close(sql_double(*state, "SELECT mix_tail(%Q, %f, %f)", scaled, 5 + 1e6 * x, y - 1),
                     sql_double(*state, "SELECT mix_tail(%Q, %f, %f)", three, x, y), 0, 2 / 20001.0);
    }
}

static void nulls_leave_the_tail_of_the_marginal(void **state) {
    for (int i = 0; i < 5; i++) {
        assert_close(sql_double(*state, "SELECT mix_tail(%Q, NULL, %d) - mix_tail(mix_marginal(%Q, '[2]'), %d)",
                                three, i, three, i),
                     0, 0, 0);
    }
}

static void noise_is_what_is_unusual(void **state) {
    static const char *const model =
        "{\"family\":\"gaussian\",\"weights\":[%s],\"means\":[[0],[5]],\"covariances\":"
        "[[[1]],[[1]]]%s}";
    const char *noisy = sql_format(model, "0.3,0.3",
                                   ",\"noise\":{\"weight\":0.4,\"log_density\":-3.912023005428146,"
                                   "\"low\":[-20],\"high\":[30]}");
    const char *quiet = sql_format(model, "0.5,0.5", "");
    for (int x = -4; x < 10; x++) {
        assert_close(sql_double(*state, "SELECT mix_tail(%Q, %d) - mix_tail(%Q, %d)", noisy, x, quiet, x), 0, 0,
                     0);
    }
    assert_close(sql_double(*state, "SELECT mix_tail(%Q, 25)", noisy), 1 / 20001.0, 1e-15, 0);
}

/* Sums of the probabilities that are at most that of x; rows of counts are compared with those of their own sum.
** */
static void equal_counts_are_equally_likely(void **state) {
    static const char *const queries[][3] = {
        {"{\"family\":\"poisson\",\"weights\":[1],\"rates\":[[2]]}", "x", "n.x"},
        {"{\"family\":\"multinomial\",\"weights\":[0.5,0.5],\"probabilities\":[[0.2,0.8],[0.6,0.4]]}", "x, 6 - x",
         "n.x, 6 - n.x"}};
    for (size_t i = 0; i < 2; i++) {
        assert_close(
            sql_double(
                *state,
                "WITH n(x) AS (SELECT value FROM json_each('[0,1,2,3,4,5,6]')), every(x) AS (SELECT 0 UNION "
                "ALL SELECT x + 1 FROM every WHERE x < iif(%d, 6, 30)), p AS (SELECT x, mix_density(%Q, %s) AS "
                "p FROM every) SELECT max(abs(mix_tail(%Q, %s) - (SELECT sum(p) FROM p WHERE p <= mix_density("
                "%Q, %s) * (1 + 1e-12)))) FROM n",
                (int)i, queries[i][0], queries[i][1], queries[i][0], queries[i][2], queries[i][0], queries[i][2]),
            0, 0, SHARE);
    }
    expect_error(*state, sql_build("SELECT mix_tail(%Q, 1000000, 1)", queries[1][0]),
                 "mix_tail: the counts sum to 1000001; expected at most 1000000");
}

/* More patterns than are kept, and again: the same answers. */
static void what_was_forgotten_comes_again(void **state) {
    const char *five = "{\"family\":\"poisson\",\"weights\":[0.5,0.5],\"rates\":[[1,2,3,4,5],[5,4,3,2,1]]}";
    const char *query =
        "SELECT group_concat(mix_tail(%Q, iif(i & 1, 1, NULL), iif(i & 2, 1, NULL), iif(i & 4, 1, NULL), "
        "iif(i & 8, 1, NULL), iif(i & 16, 1, NULL))) FROM (WITH n(i) AS (SELECT 0 UNION ALL SELECT i + "
        "1 FROM n WHERE i < 31) SELECT i FROM n)";
    assert_string_equal(sql_text(*state, query, five), sql_text(*state, query, five));
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        sql_test(one_gaussian_has_the_chi_square_tail),
        sql_test(it_is_uniform_on_the_rows_of_the_model),
        sql_test(it_has_no_unit),
        sql_test(nulls_leave_the_tail_of_the_marginal),
        sql_test(noise_is_what_is_unusual),
        sql_test(equal_counts_are_equally_likely),
        sql_test(what_was_forgotten_comes_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
