/* test_bootstrap.c: mix_bootstrap and mix_intervals against mclust's, against errors that have a formula, and what
** is to be the same whatever the threads. */
#include <math.h>
#include <string.h>

#include "sql.h"

static int set_up_bootstrap(void **state) {
    *state = sql_open();
    (void)sql_csv(*state, "faithful", "faithful.csv", 2);
    sql_run(*state, "CREATE TABLE model AS SELECT gmm_fit(c1, c2, 2, '{\"columns\":[\"eruptions\",\"waiting\"]}') "
                    "AS m FROM faithful");
    return 0;
}

#define bootstrap_test(name) cmocka_unit_test_setup_teardown(name, set_up_bootstrap, sql_teardown)

#ifdef __SANITIZE_ADDRESS__
enum { REPLICATES = 199 };
#else
enum { REPLICATES = 999 };
#endif

/* ---- Known errors ------------------------------------------------------------------------------------------- */

/* R's mclust 6.0.0: MclustBootstrap(Mclust(faithful, G = 2, modelNames = "VVV"), nboot = 9999, type = ...) after
** set.seed(1) (4999 parametric ones), summary(, what = "se"): share, means of eruptions and waiting of either
** component. A deviation of R numbers has a relative error of 1 / sqrt(2 R). */
static void errors_are_those_of_mclust(void **state) {
    static const struct {
        const char *type;
        double errors[5];
    } cases[] = {
        {"nonparametric", {0.02893842, 0.03229618, 0.4687992, 0.02910623, 0.6011457}},
        {"weighted", {0.02900565, 0.03255156, 0.4716288, 0.0290423, 0.5959591}},
        {"parametric", {0.02937735, 0.03122484, 0.4530095, 0.02721704, 0.5773008}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double errors[5];
        assert_int_equal(
            sql_numbers(
                *state, errors, 5,
                "SELECT error FROM (SELECT mix_bootstrap(m, c1, c2, '{\"type\":\"%s\",\"replicates\":%d}') AS b "
                "FROM faithful, model), mix_intervals(b) WHERE parameter = 'mean' OR (component = 1 AND "
                "parameter = 'weight')",
                cases[i].type, REPLICATES),
            5);
        for (int p = 0; p < 5; p++) {
            assert_close(errors[p], cases[i].errors[p], 4 / sqrt(2.0 * REPLICATES), 0);
        }
    }
}

/* Of one component: a share p of n rows has the error sqrt(p (1 - p) / n); the mean of rows that count W together
** that of a deviation over sqrt(W), however few they are; new rows of a Gaussian have a variance with an error of
** sqrt(2 / n) of it, less 1 / n of that. */
static void of_one_component_errors_have_formulas(void **state) {
    static const char *const types[] = {"nonparametric", "weighted", "parametric"};
    sql_run(
        *state,
        "CREATE TABLE words AS WITH RECURSIVE i(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM i WHERE i < 99) SELECT "
        "iif(i %% 4 = 0, 'few', 'many') AS word, i FROM i; CREATE TABLE counts(n, w); INSERT INTO counts VALUES (0, "
        "60), (1, 150), (2, 190), (3, 0), (4, 90), (7, 10)");
    double weight = 500, mean = (150 + 2 * 190 + 4 * 90 + 7 * 10) / weight;
    double square = (150 + 4 * 190 + 16 * 90 + 49 * 10) / weight, tolerance = 4 / sqrt(2.0 * REPLICATES);
    for (int i = 0; i < 3; i++) {
        assert_close(
            sql_double(*state,
                       "SELECT error FROM (SELECT mix_bootstrap(m, word, '{\"type\":\"%s\",\"replicates\":%d}') "
                       "AS b FROM (SELECT mix_fit(word, 1) AS m FROM words), words), mix_intervals(b) WHERE "
                       "level = 'few'",
                       types[i], REPLICATES),
            sqrt(0.25 * 0.75 / (100 + (i == 1))), tolerance, 0);
        assert_close(
            sql_double(*state,
                       "SELECT error FROM (SELECT mix_bootstrap(m, n, w, '{\"weight\":2,\"type\":\"%s\","
                       "\"replicates\":%d}') AS b FROM (SELECT pmm_fit(n, w, 1, '{\"weight\":2}') AS m FROM "
                       "counts), counts), mix_intervals(b) WHERE parameter = 'rate'",
                       types[i], REPLICATES),
            sqrt((i == 2 ? mean : square - mean * mean) / weight), tolerance, 0);
    }
    assert_close(sql_double(*state,
                            "SELECT error / value FROM (SELECT mix_bootstrap(m, i, '{\"type\":\"parametric\","
                            "\"replicates\":%d}') AS b FROM (SELECT gmm_fit(i, 1) AS m FROM words), words), "
                            "mix_intervals(b) WHERE parameter = 'covariance'",
                            REPLICATES),
                 sqrt(2.0 * 99) / 100, tolerance, 0);
}

/* Half of the values of a column missing: its mean has twice the squared error, as if only the others were
** there. */
static void where_values_are_missing_errors_are_larger(void **state) {
    static const char *const types[] = {"nonparametric", "weighted", "parametric"};
    for (int i = 0; i < 3; i++) {
        assert_close(
            sql_double(
                *state,
                "SELECT error / sqrt(variance / 136) FROM (SELECT mix_bootstrap(m, c1, 100 * (rowid * 7919 %% "
                "1009), '{\"type\":\"%s\",\"replicates\":%d,\"threads\":2}') AS b, m ->> '$.covariances[0][0][0]' "
                "AS variance FROM (SELECT gmm_fit(iif(rowid %% 2, c1, NULL), 100 * (rowid * 7919 %% 1009), 1) AS "
                "m FROM faithful), (SELECT iif(rowid %% 2, c1, NULL) AS c1, rowid FROM faithful)), "
                "mix_intervals(b) WHERE parameter = 'mean' AND i = 1",
                types[i], REPLICATES),
            1, 4 / sqrt(2.0 * REPLICATES), 0);
    }
}

/* Directions on either side of the turn are near each other; of concentrated ones the error is that of numbers. */
static void angles_go_the_short_way_round(void **state) {
    double row[5];
    sql_run(*state, "CREATE TABLE hours AS SELECT (c2 - 70.9) / 20 + 24 * (c2 < 70.9) AS hour FROM faithful");
    sql_numbers(
        *state, row, 5,
        "SELECT value, error, low, high, (SELECT sqrt((avg(v * v) - avg(v) * avg(v)) / 272) FROM (SELECT iif(hour "
        "> 12, hour - 24, hour) AS v FROM hours)) FROM (SELECT mix_bootstrap(m, hour, '{\"replicates\":%d}') AS b "
        "FROM (SELECT mix_fit(hour, 1, '{\"families\":{\"x1\":{\"family\":\"von_mises\",\"period\":24}}}') AS m "
        "FROM hours), hours), mix_intervals(b) WHERE parameter = 'mean'",
        REPLICATES);
    assert_close(row[1], row[4], 4 / sqrt(2.0 * REPLICATES) + 0.02, 0);
    assert_true(row[2] < row[0] && row[0] < row[3] && row[3] - row[2] < 5 * row[1]);
}

/* ---- Replicates --------------------------------------------------------------------------------------------- */

/* Rows with NULLs, weights, names for labels, noise, and columns of all kinds. */
static const char *const calls[] = {
    "mix_bootstrap(m, c1, c2, '{%s\"replicates\":40}') FROM model",
    "mix_bootstrap(m, iif(faithful.rowid %% 5, c1, NULL), iif(faithful.rowid %% 7, c2, NULL), '{%s\"replicates\":40}') "
    "FROM model",
    "mix_bootstrap(m, c1, faithful.rowid %% 3, c2, '{%s\"replicates\":40,\"weight\":2}') FROM model",
    "mix_bootstrap(m, c1, c2, iif(faithful.rowid %% 9, NULL, 1 + (c1 < 3)), '{%s\"replicates\":40,\"label\":3}') FROM "
    "model",
    "mix_bootstrap(f, c1, c2, '{%s\"replicates\":20}') FROM (SELECT gmm_fit(c1, c2, 2, '{\"noise\":true}') AS f FROM "
    "faithful)",
    "mix_bootstrap(f, c1, iif(c2 < 70, 'short', 'long'), '{%s\"replicates\":20}') FROM (SELECT mix_fit(c1, iif(c2 < 70, "
    "'short', 'long'), 2) AS f FROM faithful)",
    "mix_bootstrap(f, round(3 * c1 * c1), round(c2), '{%s\"replicates\":20}') FROM (SELECT mmm_fit(round(3 * c1 * c1), round(c2), 2) AS f "
    "FROM faithful)",
};

static void it_is_the_same_for_any_number_of_threads(void **state) {
    static const char *const types[] = {"nonparametric", "weighted", "parametric"};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        for (int type = 0; type < 3; type++) {
            char *results[2];
            for (int threads = 1; threads <= 2; threads++) {
                const char *options =
                    sql_format("\"type\":\"%s\",\"threads\":%d,", types[type], threads * threads);
                results[threads - 1] = sql_text(*state, "SELECT %s, faithful", sql_build(calls[i], options));
            }
            assert_string_equal(results[0], results[1]);
            assert_true(sql_integer(*state, "SELECT json_valid(%Q) AND %Q ->> '$.bootstrap.unsound' < 10",
                                    results[0], results[0]));
        }
    }
    char *seeded = sql_text(*state, "SELECT mix_bootstrap(m, c1, c2, '{\"replicates\":9,\"seed\":1}') -> "
                                    "'$.bootstrap.errors' FROM model, faithful");
    assert_string_not_equal(seeded, sql_text(*state, "SELECT mix_bootstrap(m, c1, c2, '{\"replicates\":9}') -> "
                                                     "'$.bootstrap.errors' FROM model, faithful"));
}

/* Units and origin are the user's affair: powers of two change no digit. */
static void errors_go_with_the_unit(void **state) {
    double plain[2], moved[2];
    static const char *const query =
        "SELECT error FROM (SELECT mix_bootstrap(m, %s, c2, '{\"replicates\":50}') AS b FROM faithful, (SELECT gmm_fit(%s, "
        "c2, 2) AS m FROM faithful)), mix_intervals(b, 0.9) WHERE parameter = 'mean' AND i = 1";
    sql_numbers(*state, plain, 2, query, "c1", "c1");
    sql_numbers(*state, moved, 2, query, "1024 * c1", "1024 * c1");
    assert_close(moved[0], 1024 * plain[0], 1e-12, 0);
    assert_close(moved[1], 1024 * plain[1], 1e-12, 0);
    sql_numbers(*state, moved, 2, query, "c1 + 1e6", "c1 + 1e6");
    assert_close(moved[0], plain[0], 1e-6, 0);
}

/* One of the two components holds three rows. Of n rows drawn from n, each is drawn with probability 1 - 1/e: with
** fewer than two of the three, at (1/e)^3 + 3 (1/e)^2 (1 - 1/e) = .307, the component has no deviation. */
static void what_is_not_sound_is_counted_and_said(void **state) {
    sql_run(*state,
            "CREATE TABLE lonely AS SELECT iif(rowid > 3, c1, 50 + rowid * 0.37) AS x FROM faithful; CREATE "
            "TABLE b AS SELECT mix_bootstrap(m, x, '{\"replicates\":200,\"resolution\":0}') AS b FROM (SELECT "
            "gmm_fit(x, 2, '{\"resolution\":0}') AS m FROM lonely), lonely");
    double unsound = sql_double(*state, "SELECT b ->> '$.bootstrap.unsound' FROM b");
    assert_close(unsound, 0.307 * 200, 0, 4 * sqrt(200 * 0.307 * 0.693));
    assert_string_equal(
        sql_text(*state, "SELECT b ->> '$.bootstrap.warnings[0]' FROM b"),
        sql_format("%.0f of 200 replicates could not be fitted soundly, and do not count", unsound));
    expect_error(
        *state,
        "SELECT mix_bootstrap('{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[2]],\"covariances\":[[[1]]]}', "
        "x, '{\"replicates\":5,\"resolution\":0}') FROM (SELECT 1 AS x UNION ALL SELECT 1)",
        "mix_bootstrap: 0 of 5 replicates could be fitted soundly; expected 2 or more");
}

static void a_model_of_other_rows_is_told(void **state) {
    assert_string_equal(sql_text(*state, "SELECT mix_bootstrap(m, c1, c2, '{\"replicates\":5}') ->> "
                                         "'$.bootstrap.warnings' FROM model, faithful"),
                        "[]");
    char *warning = sql_text(*state, "SELECT mix_bootstrap(m, c1 + 1, c2, '{\"replicates\":5}') ->> "
                                     "'$.bootstrap.warnings[0]' FROM model, faithful");
    assert_non_null(
        strstr(warning, "the model is not the fit of these rows: mix_refit reaches a log-likelihood higher"));
    warning = sql_text(*state, "SELECT mix_bootstrap(m, c1, c2, '{\"replicates\":5,\"max_iter\":1}') ->> "
                               "'$.bootstrap.warnings[0]' FROM model, faithful");
    assert_string_equal(warning, "5 of 5 replicates had not converged after 1 iterations (max_iter)");
}

/* ---- Intervals ---------------------------------------------------------------------------------------------- */

/* 19 replicates: the probabilities i / 20 are those of the replicates in order. */
static void intervals_are_quantiles(void **state) {
    sql_run(*state,
            "CREATE TABLE b AS SELECT mix_bootstrap(m, c1, c2, '{\"replicates\":19}') AS b FROM model, faithful");
    double row[7];
    for (int p = 0; p < 14; p++) {
        sql_numbers(
            *state, row, 7,
            "SELECT value, error, low, high, normal_low, normal_high, b ->> ('$.bootstrap.quantiles[' || %d || "
            "'][0]') FROM b, mix_intervals(b, 0.9) LIMIT 1 OFFSET %d",
            p, p);
        assert_close(row[2], row[6], 0, 0);
        assert_true(row[2] < row[3] && row[1] > 0);
        assert_close(row[4], row[0] - 1.6448536269514722 * row[1], 1e-14, 1e-14);
        assert_close(row[5], row[0] + 1.6448536269514722 * row[1], 1e-14, 1e-14);
    }
    assert_int_equal(sql_integer(*state,
                                 "SELECT count(*) FROM b, mix_intervals(b, 0.9) w, mix_intervals(b, 0.85) n USING "
                                 "(component, parameter) WHERE w.i IS n.i AND w.j IS n.j AND w.low <= n.low AND "
                                 "n.low < n.high AND n.high <= w.high"),
                     14);
    assert_int_equal(sql_integer(*state,
                                 "SELECT count(*) FROM b, mix_intervals(b, 0.9) a JOIN mix_parameters(b) p USING "
                                 "(component, parameter, value) WHERE a.i IS p.i AND a.j IS p.j AND a.\"column\" "
                                 "IS p.\"column\""),
                     14);
    assert_int_equal(sql_count(*state, "SELECT * FROM mix_intervals(NULL)"), 0);
    /* It is a model like any other, and its names do not change that. */
    assert_string_equal(sql_text(*state, "SELECT mix_rename(b, NULL) FROM b"),
                        sql_text(*state, "SELECT b FROM b"));
    assert_string_equal(sql_text(*state, "SELECT json_remove(b, '$.bootstrap') FROM b"),
                        sql_text(*state, "SELECT json(m) FROM model"));
}

static void wrong_calls_and_texts_are_named(void **state) {
    static const char *const cases[][2] = {
        {"mix_bootstrap(m, c1, c2, '{\"type\":\"jackknife\"}')",
         "mix_bootstrap: argument 4 (options): type is \"jackknife\" at offset 8; expected nonparametric, weighted or "
         "parametric"},
        {"mix_bootstrap(m, c1, c2, '{\"replicates\":1}')",
         "mix_bootstrap: argument 4 (options): replicates is 1 at offset 14; expected an integer from 2 to 1000000"},
        {"mix_bootstrap(m, c1, c2, '{\"noise\":true}')",
         "mix_bootstrap: argument 4 (options): unknown key \"noise\" at offset 1; expected one of columns, weight, label, "
         "type, replicates, max_iter, tol, seed, accelerate, threads, min_variance, resolution, nulls"},
        {"mix_bootstrap(m, c1)", "mix_bootstrap: 1 column of data given; expected 2, the model's"},
        {"mix_bootstrap(m, c1, c2 * 1e12, c2, '{\"weight\":2,\"type\":\"parametric\"}')",
         "mix_bootstrap: the weights sum to 1.9284e+16, and as many rows are drawn; expected 1 to 1e+07"},
        {"mix_bootstrap((SELECT mix_fit(iif(c2 < 50, 'a', 'b'), c1, 2) FROM faithful), iif(c2 < 50, 'a', 'c'), c1)",
         "mix_bootstrap: column 1 (x1) has other levels than in the model; expected the rows that it was fitted to"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_error(*state, sql_format("SELECT %s FROM faithful, model", cases[i][0]), cases[i][1]);
    }
    expect_error(
        *state, "SELECT * FROM model, mix_intervals(m)",
        "mix_intervals: argument 1 (bootstrap): key bootstrap is missing; expected what mix_bootstrap() gave");
    expect_error(
        *state,
        "SELECT * FROM (SELECT mix_bootstrap(m, c1, c2, '{\"replicates\":19}') AS b FROM model, faithful), "
        "mix_intervals(b)",
        "mix_intervals: level 0.95 of 19 sound replicates; expected at most 0.9");
    sql_is_null(*state, "SELECT mix_bootstrap(NULL, c1, c2) FROM faithful");
    sql_is_null(*state, "SELECT mix_bootstrap(m, c1, c2) FROM faithful, model WHERE c1 > 1000");
    static const char *const texts[][2] = {
        {"5", "bootstrap is 5 at offset 91; expected an object"},
        {"{}", "key type is missing"},
        {"{\"type\":\"weighted\",\"replicates\":2,\"unsound\":1}",
         "bootstrap.replicates is 2 at offset 123; expected two more than are unsound, or more"},
        {"{\"type\":\"weighted\",\"replicates\":2,\"errors\":[1,2]}",
         "bootstrap.errors is an array of 2 at offset 134; expected an array of 3 numbers"},
        {"{\"type\":\"weighted\",\"replicates\":2,\"errors\":[1,-2,3]}",
         "bootstrap.errors[1] is -2 at offset 137; expected a number >= 0"},
        {"{\"type\":\"weighted\",\"replicates\":2,\"errors\":[1,2,3],\"probabilities\":[0.5,0.5]}",
         "bootstrap.probabilities[1] is 0.5 at offset 163; expected probabilities that rise"},
        {"{\"type\":\"weighted\",\"replicates\":2,\"errors\":[1,2,3],\"probabilities\":[0.3,1]}",
         "bootstrap.probabilities[1] is 1 at offset 163; expected probabilities that rise"},
        {"{\"type\":\"weighted\",\"replicates\":2,\"errors\":[1,2,3],\"probabilities\":[0.3,0.7],\"quantiles\":[[1,2],[1,2]]}",
         "bootstrap.quantiles is an array of 2 at offset 180; expected an array of 3 arrays"},
        {"{\"type\":\"weighted\",\"replicates\":2,\"errors\":[1,2,3],\"probabilities\":[0.3,0.7],\"quantiles\":[[1,2],[1,2],"
         "[2,1]]}",
         "bootstrap.quantiles[2][1] is 1 at offset 196; expected quantiles that do not fall"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        expect_error(
            *state,
            sql_format("SELECT * FROM mix_intervals('{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[2]],"
                       "\"covariances\":[[[1]]],        \"bootstrap\":%s}')",
                       texts[i][0]),
            sql_format("mix_intervals: argument 1 (model): %s", texts[i][1]));
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        bootstrap_test(errors_are_those_of_mclust),
        bootstrap_test(of_one_component_errors_have_formulas),
        bootstrap_test(where_values_are_missing_errors_are_larger),
        bootstrap_test(angles_go_the_short_way_round),
        bootstrap_test(it_is_the_same_for_any_number_of_threads),
        bootstrap_test(errors_go_with_the_unit),
        bootstrap_test(what_is_not_sound_is_counted_and_said),
        bootstrap_test(a_model_of_other_rows_is_told),
        bootstrap_test(intervals_are_quantiles),
        bootstrap_test(wrong_calls_and_texts_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
