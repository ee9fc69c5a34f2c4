/* test_flexmix.c: columns of several families beside R's flexmix (F. Leisch, Journal of Statistical Software 11
** (2004) 8), which tests/data/flexmix.R runs. */
#include "sql.h"

static int set_up_counts(void **state) {
    *state = sql_open();
    return sql_csv(*state, "r", "counts.csv", 5) != 300; /* visits, orders, age, member, news */
}

#define flexmix_test(name) cmocka_unit_test_setup_teardown(name, set_up_counts, sql_teardown)

/* The numbers under a path, one component after another. */
static void check_numbers(sqlite3 *db, const char *path, const double *expected, size_t count) {
    for (size_t c = 0; c < count; c++) {
        assert_close(sql_double(db, "SELECT m ->> '%s[%d]' FROM f", path, (int)c), expected[c], 1e-6, 0);
    }
}

static void poisson_components_are_those_of_flexmix(void **state) {
    static const double weights[] = {0.516764761, 0.302933516, 0.180301723};
    static const double rates[][2] = {
        {1.09083574, 4.82991103}, {4.30584185, 1.06111259}, {12.3417789, 3.69358072}};
    sql_run(*state, "CREATE TABLE f AS SELECT pmm_fit(c1, c2, 3, '{\"tol\":1e-14}') AS m FROM r");
    assert_close(sql_double(*state, "SELECT m ->> 'loglik' FROM f"), -1356.33875391, 1e-11, 0);
    assert_int_equal(sql_integer(*state, "SELECT m ->> 'parameters' FROM f"), 8);
    check_numbers(*state, "$.weights", weights, 3);
    for (int c = 0; c < 3; c++) {
        check_numbers(*state, sql_format("$.rates[%d]", c), rates[c], 2);
    }
}

static void poisson_and_bernoulli_components_are_those_of_flexmix(void **state) {
    static const double weights[] = {0.498474256, 0.319954907, 0.181570837};
    static const double rates[2][3] = {{1.08967511, 4.07461852, 12.372384}, {4.95856474, 1.11689031, 3.60334267}};
    static const double ones[2][3] = {{0.160092077, 0.720148259, 0.935079947},
                                      {0.568971986, 0.357283918, 0.782434959}};
    sql_run(*state, "CREATE TABLE f AS SELECT mix_fit(c1, c2, c4, c5, 3, "
                    "'{\"tol\":1e-14,\"families\":{\"x1\":\"poisson\",\"x2\":\"poisson\"}}') AS m FROM r");
    assert_close(sql_double(*state, "SELECT m ->> 'loglik' FROM f"), -1698.96694586, 1e-11, 0);
    assert_int_equal(sql_integer(*state, "SELECT m ->> 'parameters' FROM f"), 14);
    check_numbers(*state, "$.weights", weights, 3);
    for (int j = 0; j < 2; j++) {
        check_numbers(*state, sql_format("$.parts[%d].rates", j), rates[j], 3);
        for (int c = 0; c < 3; c++) {
            assert_close(sql_double(*state, "SELECT m ->> '$.parts[%d].probabilities[%d][1]' FROM f", 2 + j, c),
                         ones[j][c], 1e-6, 0);
        }
    }
}

/* Its variances have one row less in the denominator, so that it ends a little below the maximum: its parameters
** have the likelihood that it says, and are near to those at the maximum. */
static void gaussian_and_bernoulli_components_are_near_those_of_flexmix(void **state) {
    static const double weights[] = {0.516170121, 0.483829879}, means[] = {25.0731946, 46.1157604};
    static const char model[] =
        "{\"family\":\"mixed\",\"weights\":[0.516170121,0.483829879],\"parts\":[{\"family\":\"gaussian\","
        "\"means\":[25.0731946,46.1157604],\"covariances\":[17.6546322,91.6274497]},"
        "{\"family\":\"categorical\",\"levels\":[0,1],\"probabilities\":[[0.847929167,0.152070833],"
        "[0.170151333,0.829848667]]},{\"family\":\"categorical\",\"levels\":[0,1],"
        "\"probabilities\":[[0.448852422,0.551147578],[0.471892707,0.528107293]]}]}";
    double loglik = sql_double(*state, "SELECT mix_loglik(%Q, c3, c4, c5) FROM r", model);
    assert_close(loglik, -1489.11078659, 1e-9, 0);
    sql_run(*state, "CREATE TABLE f AS SELECT mix_fit(c3, c4, c5, 2, '{\"tol\":1e-14}') AS m FROM r");
    double reached = sql_double(*state, "SELECT m ->> 'loglik' FROM f");
    assert_true(reached > loglik && reached < loglik + 0.01);
    assert_int_equal(sql_integer(*state, "SELECT m ->> 'parameters' FROM f"), 9);
    for (int c = 0; c < 2; c++) {
        assert_close(sql_double(*state, "SELECT m ->> '$.weights[%d]' FROM f", c), weights[c], 3e-3, 0);
        assert_close(sql_double(*state, "SELECT m ->> '$.parts[0].means[%d]' FROM f", c), means[c], 3e-3, 0);
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        flexmix_test(poisson_components_are_those_of_flexmix),
        flexmix_test(poisson_and_bernoulli_components_are_those_of_flexmix),
        flexmix_test(gaussian_and_bernoulli_components_are_near_those_of_flexmix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
