/* test_ratio_test.c: mix_test beside mclust's mclustBootstrapLRT, and its p for tables of which k are enough. */
#include <math.h>

#include "sql.h"

static int set_up_test(void **state) {
    *state = sql_open();
    (void)sql_csv(*state, "faithful", "faithful.csv", 2);
    return 0;
}

#define ratio_test_of(name) cmocka_unit_test_setup_teardown(name, set_up_test, sql_teardown)

#ifdef __SANITIZE_ADDRESS__
enum { REPLICATES = 19, CALIBRATED = 8 };
#else
enum { REPLICATES = 199, CALIBRATED = 60 };
#endif

/* R's mclust 6.0.0, mclustBootstrapLRT(faithful, "VVV", nboot = 199), and of faithful$eruptions, "E", nboot = 499:
** ratios 319.065 and p .005; 268.25, 27.36 and 9.989 and p .002, .002 and .008. Of three VVV components mclust
** finds a lower maximum than there is (-1127.20, here -1114.44), and so the ratio is told by the fits alone. */
static void ratios_and_their_chances_are_those_of_mclust(void **state) {
    static const struct {
        const char *call;
        double ratio, least, most;
    } cases[] = {
        {"c1, c2, 1, '{%s\"covariance\":\"VVV\"}'", 319.065354, 0, 0},
        {"c1, 1, '{%s\"covariance\":\"E\"}'", 268.25, 0, 0},
        {"c1, 2, '{%s\"covariance\":\"E\"}'", 27.363, 0, 0},
        {"c1, 3, '{%s\"covariance\":\"E\"}'", 9.989, 0, 0.05},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double got[4];
        sql_numbers(
            *state, got, 4,
            "SELECT t ->> 'ratio', t ->> 'p', t ->> '$.loglik[1]' - (t ->> '$.loglik[0]'), t ->> 'unsound' FROM "
            "(SELECT mix_test(%s) AS t FROM faithful)",
            sql_build(cases[i].call, sql_format("\"replicates\":%d,", REPLICATES)));
        assert_close(got[0], cases[i].ratio, 0.003, 0);
        assert_true(got[1] >= 1.0 / (1 + REPLICATES) && got[1] <= cases[i].most + 1.0 / (1 + REPLICATES) + 1e-12);
        assert_close(2 * got[2], got[0], 1e-12, 0);
        assert_close(got[3], 0, 0, 0);
    }
    double got[3];
    sql_numbers(
        *state, got, 3,
        "SELECT mix_test(c1, c2, 2, '{\"replicates\":1}') ->> 'ratio', gmm_fit(c1, c2, 3) ->> 'loglik', gmm_fit(c1, "
        "c2, 2) ->> 'loglik' FROM faithful");
    assert_close(got[0], 2 * (got[1] - got[2]), 1e-12, 0);
    assert_true(
        sql_double(*state,
                   "SELECT mix_test(c2, 2, '{\"covariance\":\"E\",\"replicates\":%d}') ->> 'p' FROM faithful",
                   REPLICATES) > 0.1); /* mclust: .81, of a ratio that is lower by 1.2 */
}

/* Of tables of one component p is uniform on 1/20 ... 20/20: its mean .525 +- .289 / sqrt(tables). */
static void of_tables_of_k_components_every_chance_is_as_frequent(void **state) {
    double sum = 0;
    int low = 0;
    for (int i = 0; i < CALIBRATED; i++) {
        double p = sql_double(
            *state,
            "SELECT mix_test(x1, 1, '{\"replicates\":19,\"seed\":%d}') ->> 'p' FROM "
            "mix_sample('{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[5]],\"covariances\":[[[4]]]}', "
            "60, %d)",
            i, i);
        sum += p;
        low += p <= 0.1;
    }
    assert_close(sum / CALIBRATED, 0.525, 0, 4 * 0.289 / sqrt(CALIBRATED));
    assert_true(low <= 0.1 * CALIBRATED + 4 * sqrt(0.09 * CALIBRATED));
}

static const char *const calls[] = {
    "mix_test(c1, c2, 1, '{\"replicates\":7%s}')",
    "mix_test(iif(rowid %% 5, c1, NULL), iif(rowid %% 7, c2, NULL), 1, '{\"replicates\":5,\"n_init\":2%s}')",
    "mix_test(c1, rowid %% 3, c2, 1, '{\"weight\":2,\"replicates\":5%s}')",
    "mix_test(c1, c2, iif(rowid %% 9, NULL, 1 + (c1 < 3)), 2, '{\"label\":3,\"replicates\":5%s}')",
    "mix_test(c1, c2, 1, '{\"noise\":true,\"replicates\":5%s}')",
    "mix_test(iif(c2 < 70, 'short', 'long'), c1, round(c2), 1, '{\"families\":{\"x3\":\"poisson\"},\"replicates\":5%s}')",
};

static void it_is_the_same_for_any_number_of_threads_and_whole_weights_are_rows(void **state) {
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        char *one = sql_text(*state, "SELECT %s FROM faithful", sql_build(calls[i], ",\"threads\":1"));
        char *four = sql_text(*state, "SELECT %s FROM faithful", sql_build(calls[i], ",\"threads\":4"));
        assert_string_equal(one, four);
        assert_int_equal(sql_integer(*state, "SELECT json_valid(%Q) AND %Q ->> 'unsound' = 0", one, one), 1);
    }
    double once[2], many[2];
    sql_run(*state, "CREATE TABLE again AS SELECT c1, c2 FROM faithful, (SELECT 1 UNION ALL SELECT 2) "
                    "ORDER BY faithful.rowid");
    sql_numbers(
        *state, once, 2,
        "SELECT t ->> 'ratio', t ->> 'p' FROM (SELECT mix_test(c1, c2, 2, 1, '{\"weight\":3,\"replicates\":19,\"resolution\":0}') AS "
        "t FROM faithful)");
    sql_numbers(
        *state, many, 2,
        "SELECT t ->> 'ratio', t ->> 'p' FROM (SELECT mix_test(c1, c2, 1, '{\"replicates\":19,\"resolution\":0}') AS t FROM again)");
    assert_close(once[0], many[0], 1e-4, 0);
    assert_close(once[1], many[1], 0, 0.051);
}

static void wrong_calls_of_the_test_are_named(void **state) {
    static const char *const cases[][2] = {
        {"c1, 1, '{\"replicates\":0}'",
         "mix_test: argument 3 (options): replicates is 0 at offset 14; expected an integer from 1 to 1000000"},
        {"c1, 1, '{\"init\":{\"means\":[[1]]}}'",
         "mix_test: argument 3 (options): init is an object at offset 8; expected kmeans++ or random"},
        {"c1, 1, '{\"few_rows\":\"null\"}'",
         "mix_test: argument 3 (options): unknown key \"few_rows\" at offset 1; expected one of columns, weight, label, "
         "families, covariance, replicates, equal_weights, max_iter, tol, n_init, init, seed, accelerate, threads, "
         "min_variance, resolution, nulls, noise"},
        {"1, 1", "mix_test: 1 distinct row for k = 2; expected at least k distinct rows, or option few_rows"},
        {"c1, 0", "mix_test: argument 2 (k) is INTEGER 0; expected an integer >= 1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_error(*state, sql_format("SELECT mix_test(%s) FROM faithful", cases[i][0]), cases[i][1]);
    }
    sql_is_null(*state, "SELECT mix_test(c1, 1) FROM faithful WHERE c1 > 1000");
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        ratio_test_of(ratios_and_their_chances_are_those_of_mclust),
        ratio_test_of(of_tables_of_k_components_every_chance_is_as_frequent),
        ratio_test_of(it_is_the_same_for_any_number_of_threads_and_whole_weights_are_rows),
        ratio_test_of(wrong_calls_of_the_test_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
