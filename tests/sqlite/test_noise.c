/* test_noise.c: component 0, uniform, for rows that belong to none. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sql.h"

/* Old Faithful, and 20 rows spread over its range: runif(20, 0.5, 6.5), runif(20, 30, 110) of R after set.seed(1),
** to three decimals. */
static void make_rows(sqlite3 *db) {
    size_t rows;
    double *outliers = check_csv("outliers.csv", 2, &rows);
    sql_run(db, "CREATE TABLE f(a, b)");
    (void)sql_csv(db, "clean", "faithful.csv", 2);
    sql_run(db, "INSERT INTO f SELECT c1, c2 FROM clean");
    for (size_t r = 0; r < rows; r++) {
        sql_run(db, "INSERT INTO f VALUES (%!.17g, %!.17g)", outliers[2 * r], outliers[2 * r + 1]);
    }
    free(outliers);
}

/* By mclust 6.0.0: me(y, modelName, z, Vinv = hypvol(y, reciprocal = TRUE)) to tol 1e-14 from z that puts
** eruptions of more and less than 3 minutes and the outliers apart. */
static const struct {
    const char *covariance;
    double loglik, weights[2], noise, means[4], first[3], second[3];
} mclust[] = {
    {"VVV",
     -1293.45703302427,
     {0.6057908215661, 0.3239507008730},
     0.0702584775609,
     {4.29939088879, 80.15631151217, 2.00939598803, 54.36176131134},
     {0.1662767549342, 0.8825412351374, 37.9874976342043},
     {0.0542139095597, 0.3037606463948, 33.7627543449692}},
    {"EEE",
     -1303.05940538917,
     {0.6044267333058, 0.3408600202949},
     0.0547132063993,
     {4.30537806102, 80.21950565156, 2.04269228361, 54.48040445844},
     {0.132936447706, 0.645370635379, 36.875693377076},
     {0.132936447706, 0.645370635379, 36.875693377076}},
    {"VVI",
     -1304.15844290233,
     {0.5939581508493, 0.3217220740026},
     0.0843197751481,
     {4.30954471281, 80.25194668728, 2.00623272918, 54.25165060139},
     {0.1531281158865, 0, 35.0990470680940},
     {0.0533003799578, 0, 32.9413280166087}},
};

static void check_covariance(sqlite3 *db, const char *model, int component, const double *want) {
    static const char *const places[] = {"[0][0]", "[1][0]", "[1][1]"};
    for (int i = 0; i < 3; i++) {
        assert_close(sql_double(db, "SELECT %Q ->> '$.covariances[%d]%s'", model, component, places[i]), want[i],
                     1e-5, 1e-12);
    }
}

static void fits_with_noise_are_those_of_mclust(void **state) {
    sqlite3 *db = *state;
    make_rows(db);
    for (size_t i = 0; i < sizeof mclust / sizeof *mclust; i++) {
        char *model =
            sql_text(db, "SELECT gmm_fit(a, b, 2, '{\"noise\":true,\"tol\":1e-12,\"covariance\":\"%s\"}') FROM f",
                     mclust[i].covariance);
        assert_close(sql_double(db, "SELECT %Q ->> 'loglik'", model), mclust[i].loglik, 1e-9, 0);
        assert_close(sql_double(db, "SELECT mix_loglik(%Q, a, b) FROM f", model), mclust[i].loglik, 1e-9, 0);
        assert_close(sql_double(db, "SELECT %Q ->> '$.noise.weight'", model), mclust[i].noise, 1e-5, 0);
        for (int c = 0; c < 2; c++) {
            assert_close(sql_double(db, "SELECT %Q ->> '$.weights[%d]'", model, c), mclust[i].weights[c], 1e-5, 0);
            for (int j = 0; j < 2; j++) {
                assert_close(sql_double(db, "SELECT %Q ->> '$.means[%d][%d]'", model, c, j),
                             mclust[i].means[2 * c + j], 1e-5, 0);
            }
            check_covariance(db, model, c, c == 0 ? mclust[i].first : mclust[i].second);
        }
        /* hypvol(y) */
        assert_close(sql_double(db, "SELECT exp(-(%Q ->> '$.noise.log_density'))", model), 411.2739, 1e-9, 0);
    }
}

/* One weight more than without. */
static void noise_is_one_parameter_and_leaves_the_groups_where_they_are_without_outliers(void **state) {
    sqlite3 *db = *state;
    make_rows(db);
    sql_run(db, "CREATE TABLE m AS SELECT (SELECT gmm_fit(a, b, 2, '{\"noise\":true}') FROM f) AS noisy, "
                "(SELECT gmm_fit(c1, c2, 2) FROM clean) AS clean");
    assert_int_equal(sql_integer(db, "SELECT noisy ->> 'parameters' FROM m"), 12);
    for (int c = 0; c < 2; c++) {
        for (int j = 0; j < 2; j++) {
            /* Two standard errors of a mean of about 100 rows. */
            double spread = sqrt(sql_double(db, "SELECT clean ->> '$.covariances[%d][%d][%d]' FROM m", c, j, j));
            assert_close(sql_double(db, "SELECT noisy ->> '$.means[%d][%d]' FROM m", c, j),
                         sql_double(db, "SELECT clean ->> '$.means[%d][%d]' FROM m", c, j), 0, 2 * spread / 10);
        }
    }
    /* Most outliers belong to none, and few others do. */
    assert_true(
        sql_integer(db, "SELECT count(*) FROM f, m WHERE f.rowid > 272 AND mix_predict(noisy, a, b) = 0") >= 12);
    assert_true(
        sql_integer(db, "SELECT count(*) FROM f, m WHERE f.rowid <= 272 AND mix_predict(noisy, a, b) = 0") <= 5);
}

/* Sides 8 and 5, a volume of 20: half of the box, each side shrunk by the root of 2. */
static const char *const hand =
    "{\"family\":\"gaussian\",\"noise\":{\"weight\":0.2,\"low\":[-4,-2],\"high\":[4,3],\"log_density\":-2.99573227355399099}"
    ",\"weights\":[0.3,0.5],\"means\":[[0,0],[2,1]],\"covariances\":[[[1,0],[0,1]],[[1,0],[0,4]]]}";

static void scores_count_noise_as_one_more_component(void **state) {
    sqlite3 *db = *state;
    const double tau = 6.283185307179586476925286766559;
    const double points[][2] = {{0, 0}, {2, 1}, {3.9, -1.9}, {100, 100}};
    for (size_t i = 0; i < 4; i++) {
        double x = points[i][0], y = points[i][1], noise = 0.2 / 20;
        double first = 0.3 * exp(-(x * x + y * y) / 2) / tau,
               second = 0.5 * exp(-((x - 2) * (x - 2) + (y - 1) * (y - 1) / 4) / 2) / (2 * tau);
        double sum = noise + first + second, most = fmax(first, second);
        char *row = sql_format("%.17g, %.17g", x, y);
        assert_close(sql_double(db, "SELECT mix_density(%Q, %s)", hand, row), sum, 1e-13, 0);
        assert_close(sql_double(db, "SELECT mix_probability(%Q, 0, %s)", hand, row), noise / sum, 1e-12, 0);
        assert_close(sql_double(db, "SELECT mix_probability(%Q, 2, %s)", hand, row), second / sum, 1e-12, 1e-300);
        assert_close(sql_double(db, "SELECT mix_probabilities(%Q, %s) ->> 0", hand, row), first / sum, 1e-12,
                     1e-300);
        assert_int_equal(sql_integer(db, "SELECT mix_predict(%Q, %s)", hand, row), noise > most     ? 0
                                                                                   : first > second ? 1
                                                                                                    : 2);
        assert_close(sql_double(db, "SELECT mix_uncertainty(%Q, %s)", hand, row), 1 - fmax(noise, most) / sum,
                     1e-9, 1e-12);
        assert_close(sql_double(db, "SELECT sum(probability) FROM mix_responsibilities(%Q, %s)", hand, row), 1,
                     1e-12, 0);
        assert_close(
            sql_double(db, "SELECT log_density FROM mix_responsibilities(%Q, %s) WHERE component = 0", hand, row),
            -log(20), 1e-13, 0);
    }
    /* With x alone: its side is 8 over the root of 2. */
    assert_close(sql_double(db, "SELECT mix_density(%Q, 1, NULL)", hand),
                 0.2 / (8 / sqrt(2)) + 0.8 * exp(-0.5) / sqrt(tau), 1e-13, 0);
    assert_close(sql_double(db, "SELECT mix_probability(%Q, 0, NULL, NULL)", hand), 0.2, 1e-13, 0);
    /* Of noise nothing is expected: at x = 1 the components are 3 to 5. */
    assert_close(sql_double(db, "SELECT mix_impute(%Q, 1, NULL) ->> 1", hand), 5 / 8.0, 1e-13, 0);
}

static void tables_and_draws_have_component_0(void **state) {
    sqlite3 *db = *state;
    assert_close(
        sql_double(db, "SELECT weight FROM mix_components(%Q) WHERE component = 0 AND mean IS NULL", hand), 0.2, 0,
        0);
    assert_int_equal(sql_count(db, "SELECT * FROM mix_components(%Q)", hand), 3);
    assert_close(sql_double(db, "SELECT sum(value) FROM mix_parameters(%Q) WHERE parameter = 'weight'", hand), 1,
                 1e-15, 0);
    assert_int_equal(sql_count(db, "SELECT * FROM mix_parameters(%Q) WHERE component = 0", hand), 1);
    /* A fifth of 10,000 rows, within four standard errors, all in the box and about its middle. */
    sql_run(db, "CREATE TABLE drawn AS SELECT component, x1, x2 FROM mix_sample(%Q, 10000) WHERE component = 0",
            hand);
    assert_close(sql_double(db, "SELECT count(*) FROM drawn"), 2000, 0, 160);
    assert_true(
        sql_double(db, "SELECT min(x1) >= -4 AND max(x1) <= 4 AND min(x2) >= -2 AND max(x2) <= 3 FROM drawn") ==
        1);
    assert_close(sql_double(db, "SELECT avg(x2) FROM drawn"), 0.5, 0, 4 * 5 / sqrt(12 * 2000.0));
    /* Pictures are of the marginal of two columns, or of one. */
    assert_true(sql_integer(db, "SELECT length(mix_plot_model(%Q))", hand) > 1000);
    assert_true(sql_integer(db, "SELECT length(mix_plot(%Q, x1, x2)) FROM drawn", hand) > 1000);
    assert_true(sql_integer(db, "SELECT length(mix_plot(%Q, x1, x2, '{\"columns\":[2]}')) FROM drawn", hand) >
                1000);
    assert_non_null(strstr(sql_text(db, "SELECT mix_summary(%Q)", hand), "noise      20.0 %"));
}

static void steps_and_refits_carry_noise(void **state) {
    sqlite3 *db = *state;
    make_rows(db);
    sql_run(db, "CREATE TABLE m AS SELECT gmm_fit(a, b, 2, '{\"noise\":true,\"max_iter\":3}') AS m FROM f");
    double before = sql_double(db, "SELECT mix_loglik(m, a, b) FROM m, f");
    char *step = sql_text(db, "SELECT mix_step(m, a, b) FROM m, f");
    char *merged =
        sql_text(db, "SELECT mix_maximize(mix_merge(s)) FROM (SELECT mix_statistics(m, a, b) AS s FROM m, f "
                     "GROUP BY f.rowid %% 3)");
    double after = sql_double(db, "SELECT mix_loglik(%Q, a, b) FROM f", step);
    assert_true(after > before);
    assert_close(sql_double(db, "SELECT %Q ->> 'loglik'", step), before, 1e-12, 0);
    assert_close(sql_double(db, "SELECT mix_loglik(%Q, a, b) FROM f", merged), after, 1e-12, 0);
    /* The share of the noise is the mean of its probabilities. */
    assert_close(sql_double(db, "SELECT %Q ->> '$.noise.weight'", step),
                 sql_double(db, "SELECT avg(mix_probability(m, 0, a, b)) FROM m, f"), 1e-12, 0);
    /* A fit without noise may start from it. */
    double plain = sql_double(db, "SELECT gmm_fit(a, b, 2) ->> 'loglik' FROM f");
    assert_close(sql_double(db, "SELECT mix_refit(m, a, b, '{\"noise\":false}') ->> 'loglik' FROM m, f"), plain,
                 1e-5, 0);
    assert_close(sql_double(db, "SELECT gmm_fit(a, b, 2, json_object('init', json(m))) ->> 'loglik' FROM m, f"),
                 plain, 1e-5, 0);
    char *refit = sql_text(db, "SELECT mix_refit(m, a, b, '{\"tol\":1e-12,\"max_iter\":1000}') FROM m, f");
    assert_close(sql_double(db, "SELECT %Q ->> 'loglik'", refit), mclust[0].loglik, 1e-9, 0);
}

/* A step of the columns moves with their units: so do densities, and nothing else. */
static void units_make_no_difference(void **state) {
    sqlite3 *db = *state;
    make_rows(db);
    sql_run(
        db,
        "CREATE TABLE m AS SELECT (SELECT gmm_fit(a, nullif(b, 80), 2, '{\"noise\":true}') FROM f) AS m, (SELECT "
        "gmm_fit(a * 1024 + 3, nullif(b, 80) / 64, 2, '{\"noise\":true}') FROM f) AS moved");
    assert_close(sql_double(db, "SELECT moved ->> '$.noise.weight' FROM m"),
                 sql_double(db, "SELECT m ->> '$.noise.weight' FROM m"), 1e-6, 0);
    assert_close(sql_double(db, "SELECT mix_loglik(m, a, nullif(b, 80)) FROM m, f"),
                 sql_double(db, "SELECT m ->> 'loglik' FROM m"), 1e-10, 0);
    assert_close(sql_double(db, "SELECT mix_loglik(moved, a * 1024 + 3, nullif(b, 80) / 64) FROM m, f"),
                 sql_double(db, "SELECT moved ->> 'loglik' FROM m"), 1e-10, 0);
}

static void what_noise_cannot_be_is_an_error(void **state) {
    static const struct {
        const char *noise, *text;
    } cases[] = {
        {"5", "argument 1 (model): noise is 5 at offset 29; expected an object with weight, low and high"},
        {"{\"weight\":0.2,\"low\":[0]}",
         "argument 1 (model): noise.low is an array of 1 at offset 49; expected an array of 2 numbers"},
        {"{\"weight\":0.2,\"low\":[0,0],\"high\":[1,0]}",
         "argument 1 (model): noise is an object at offset 29; expected a low below its high, for each column"},
        {"{\"weight\":0.5,\"low\":[0,0],\"high\":[1,1]}",
         "argument 1 (model): weights sum to 1.5, with that of noise; expected 1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_error(
            *state,
            sql_build(
                "SELECT mix_predict('{\"family\":\"gaussian\",\"noise\":%s,\"weights\":[1],\"means\":[[0,0]],"
                "\"covariances\":[[[1,0],[0,1]]]}', 1, 2)",
                cases[i].noise),
            sql_format("mix_predict: %s", cases[i].text));
    }
    expect_error(
        *state, "SELECT mmm_fit(1, 2, 1, '{\"noise\":true}')",
        "mmm_fit: argument 4 (options): unknown key \"noise\" at offset 1; expected one of columns, weight, label, "
        "equal_weights, max_iter, tol, n_init, init, seed, accelerate, threads, nulls, few_rows");
}

/* Two components that lie in each other, and noise around them: plain EM creeps. */
static void slow_fits_with_noise_are_accelerated(void **state) {
    sql_run(
        *state,
        "CREATE TABLE slow AS WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 1500) "
        "SELECT iif(i %% 20 = 0, i * 7919 %% 1000 / 25.0 - 10, "
        "i %% 2 * 2.5 + (i * 7919 %% 197 + i * 104729 %% 211 + i * 31 %% 97 + i * 97 %% 89) / 100.0) AS x FROM s");
    static const char *const options[] = {"", ",\"accelerate\":false"};
    double loglik[2], maps[2];
    for (int i = 0; i < 2; i++) {
        sql_run(*state,
                "CREATE TABLE f%d AS SELECT gmm_fit(x, 2, '{\"noise\":true,\"tol\":1e-12%s}') AS m FROM slow", i,
                options[i]);
        loglik[i] = sql_double(*state, "SELECT m ->> 'loglik' FROM f%d", i);
        maps[i] = sql_double(*state, "SELECT m ->> 'iterations' FROM f%d", i);
    }
    assert_close(loglik[0], loglik[1], 1e-8, 0);
    assert_true(maps[0] < maps[1] / 2);
    assert_close(sql_double(*state, "SELECT m ->> '$.noise.weight' FROM f0"),
                 sql_double(*state, "SELECT m ->> '$.noise.weight' FROM f1"), 1e-3, 0);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        sql_test(fits_with_noise_are_those_of_mclust),
        sql_test(noise_is_one_parameter_and_leaves_the_groups_where_they_are_without_outliers),
        sql_test(scores_count_noise_as_one_more_component),
        sql_test(tables_and_draws_have_component_0),
        sql_test(steps_and_refits_carry_noise),
        sql_test(units_make_no_difference),
        sql_test(slow_fits_with_noise_are_accelerated),
        sql_test(what_noise_cannot_be_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
