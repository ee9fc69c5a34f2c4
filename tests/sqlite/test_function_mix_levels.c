/* test_function_mix_levels.c: mix_fit with columns of words, flags and other values: latent classes and mixed
** tables. */
#include <math.h>

#include <string.h>

#include "sql.h"

/* ---- Latent classes: the role conflict table of Stouffer and Toby ------------------------------------------- */

static int set_up(void **state) {
    static const int frequencies[] = {42, 23, 6, 25, 6, 24, 7, 38, 1, 4, 1, 6, 2, 9, 2, 20};
    *state = sql_open();
    sql_run(*state, "CREATE TABLE st(a, b, c, d, n)");
    for (int i = 0; i < 16; i++) {
        sql_run(*state, "INSERT INTO st VALUES ('%c', '%c', '%c', '%c', %d)", i & 8 ? '-' : '+', i & 4 ? '-' : '+',
                i & 2 ? '-' : '+', i & 1 ? '-' : '+', frequencies[i]);
    }
    sql_run(
        *state,
        "CREATE TABLE classes AS SELECT mix_fit(a, b, c, d, n, 2, '{\"columns\":[\"a\",\"b\",\"c\",\"d\",\"n\"],"
        "\"weight\":\"n\",\"tol\":1e-14}') AS m FROM st");
    return 0;
}

static int tear_down(void **state) {
    sql_close(*state);
    return 0;
}

#define levels_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* Goodman, Biometrika 61 (1974) 215: likelihood ratio 2.720 with 6 degrees of freedom, shares .279 and .721. */
static void two_classes_of_stouffer_and_toby_are_the_published_ones(void **state) {
    static const double want[2][4] = {{.714, .330, .354, .132}, {.993, .940, .927, .769}};
    assert_close(sql_double(*state, "SELECT m ->> 'loglik' FROM classes"), -504.4676701, 0, 1e-6);
    assert_int_equal(sql_integer(*state, "SELECT m ->> 'parameters' FROM classes"), 9);
    assert_close(sql_double(*state, "SELECT m ->> '$.weights[0]' FROM classes"), .72075, 0, 1e-5);
    /* Against the saturated table: 2 sum n ln(n / (N p)). */
    double ratio = sql_double(
        *state, "SELECT sum(2 * n * (ln(n / 216.0) - mix_log_density(m, a, b, c, d))) FROM st, classes");
    assert_close(ratio, 2.7199, 0, 1e-4);
    for (int c = 0; c < 2; c++) {
        for (int j = 0; j < 4; j++) {
            double got = sql_double(
                *state,
                "SELECT value FROM classes, mix_parameters(m) WHERE component = %d AND \"column\" = '%c' AND level = '+'",
                c + 1, "abcd"[j]);
            assert_close(got, want[c][j], 0, 6e-4);
        }
    }
    assert_int_equal(sql_integer(*state, "SELECT mix_select(a, b, c, d, n, 3, '{\"weight\":5}') ->> 'k' FROM st"),
                     2);
}

static void an_unseen_level_moves_no_responsibility_and_makes_the_row_rare(void **state) {
    assert_string_equal(sql_text(*state, "SELECT mix_probabilities(m, '+', 'new', '-', '+') FROM classes"),
                        sql_text(*state, "SELECT mix_probabilities(m, '+', NULL, '-', '+') FROM classes"));
    assert_close(
        sql_double(
            *state,
            "SELECT mix_density(m, '+', 'new', '-', 17) / mix_density(m, '+', NULL, '-', NULL) FROM classes"),
        1.0 / 217 / 217, 1e-12, 0);
    assert_string_equal(sql_text(*state, "SELECT mix_probabilities(m, 1, 2, 3, x'00') FROM classes"),
                        sql_text(*state, "SELECT m -> 'weights' FROM classes"));
    assert_string_equal(sql_text(*state, "SELECT mix_impute(m, '+', 'new', NULL, '-') FROM classes"),
                        "[\"+\",\"new\",\"-\",\"-\"]");
}

static void what_is_asked_with_words_is_answered_with_words(void **state) {
    static const char *const rows[] = {"'+','-','+','-'", "mix_row('+','-','+','-')",
                                       "json_array('+','-','+','-')", "'[\"+\",\"-\",\"+\",\"-\"]'"};
    char *want = sql_text(*state, "SELECT mix_probabilities(m, %s) FROM classes", rows[0]);
    for (size_t i = 1; i < 4; i++) {
        assert_string_equal(sql_text(*state, "SELECT mix_probabilities(m, %s) FROM classes", rows[i]), want);
        assert_close(sql_double(*state,
                                "SELECT max(abs(r.probability - (%Q ->> (r.component - 1)))) FROM classes, "
                                "mix_responsibilities(m, %s) r",
                                want, rows[i]),
                     0, 0, 1e-15);
    }
    assert_int_equal(
        sql_integer(*state, "SELECT min(x1 IN ('+', '-') AND x ->> 3 = x4) FROM classes, mix_sample(m, 50)"), 1);
    assert_close(sql_double(*state, "SELECT avg(x4 = '-') FROM classes, mix_sample(m, 4000) WHERE component = 1"),
                 .868, 0, .03);
    assert_string_equal(
        sql_text(*state, "SELECT columns ->> '$.d.level' FROM classes, mix_components(m) WHERE component = 1"),
        "-");
    char *summary = sql_text(*state, "SELECT mix_summary(m) FROM classes");
    assert_non_null(strstr(summary, "1          72.1 %  + 71.4 %  - 67.0 %  - 64.6 %  - 86.8 %"));
    /* The verbs: a step from the maximum stays there. */
    sql_run(
        *state,
        "CREATE TABLE each AS WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 42) SELECT a, b, c, d FROM st, r WHERE i <= n");
    assert_close(
        sql_double(*state,
                   "SELECT mix_step(m, a, b, c, d) ->> '$.parts[3].probabilities[0][0]' FROM classes, each"),
        sql_double(*state, "SELECT m ->> '$.parts[3].probabilities[0][0]' FROM classes"), 1e-5, 0);
    assert_close(
        sql_double(
            *state,
            "SELECT mix_maximize(mix_merge(s)) ->> 'loglik' FROM (SELECT mix_statistics(m, a, b, c, d) AS s FROM classes, each GROUP BY a)"),
        -504.4676701, 0, 1e-6);
}

static void a_refit_takes_levels_that_are_new(void **state) {
    sql_run(*state, "UPDATE st SET d = 'new' WHERE rowid = 3");
    sql_run(
        *state,
        "CREATE TABLE again AS SELECT mix_refit(m, a, b, c, d, n, '{\"weight\":5,\"tol\":1e-13}') AS m FROM classes, st");
    assert_string_equal(sql_text(*state, "SELECT m -> '$.parts[3].levels' FROM again"), "[\"+\",\"-\",\"new\"]");
    assert_close(
        sql_double(*state, "SELECT m ->> 'loglik' FROM again"),
        sql_double(*state,
                   "SELECT mix_fit(a, b, c, d, n, 2, '{\"weight\":5,\"tol\":1e-13}') ->> 'loglik' FROM st"),
        0, 1e-5);
    assert_close(
        sql_double(*state,
                   "SELECT sum(p.value) FROM again, mix_parameters(m) p WHERE component = 1 AND \"column\" = 'd'"),
        1, 1e-12, 0);
    assert_close(
        sql_double(*state, "SELECT mix_refit(m, a, b, c, d, n, '{\"weight\":5}') ->> 'loglik' FROM again, st"),
        sql_double(*state, "SELECT m ->> 'loglik' FROM again"), 0, 1e-6);
}

/* ---- Levels ------------------------------------------------------------------------------------------------ */

static void levels_are_values_of_any_type_in_sqlites_order(void **state) {
    sql_run(
        *state,
        "CREATE TABLE v(x); INSERT INTO v VALUES ('b'), (2), (x'00ff'), ('a'), (1.5), ('2'), (2.0), (NULL), (-3), (9007199254740993), ('B'), (x'')");
    assert_string_equal(
        sql_text(*state, "SELECT mix_fit(x, 1, '{\"columns\":[\"x\"]}') -> '$.parts[0].levels' FROM v"),
        "[-3,1.5,2,9007199254740993,\"B\",\"a\",\"b\",{\"blob\":\"\"},{\"blob\":\"00ff\"}]");
    sql_run(*state, "CREATE TABLE l AS SELECT mix_fit(x, 1) AS m FROM v");
    /* A number is found as its text, and the other way round; each value has its share. */
    assert_close(sql_double(*state, "SELECT mix_density(m, '2') FROM l"), 3 / 11.0, 1e-12, 0);
    assert_close(
        sql_double(*state,
                   "SELECT sum(mix_density(m, level)) FROM l, mix_parameters(m) WHERE parameter = 'probability'"),
        1, 1e-12, 0);
    assert_string_equal(sql_text(*state, "SELECT group_concat(typeof(level)) FROM l, mix_parameters(m)"),
                        "null,integer,real,integer,integer,text,text,text,blob,blob");
    assert_string_equal(
        sql_text(
            *state,
            "SELECT group_concat(DISTINCT typeof(x1)) FROM (SELECT x1 FROM l, mix_sample(m, 500) ORDER BY x1)"),
        "integer,real,text,blob");
}

static void a_column_of_words_or_flags_is_categorical_and_others_are_gaussian(void **state) {
    static const char *const cases[][2] = {
        {"i", "gaussian"},
        {"i % 2", "categorical"},
        {"CAST(i AS TEXT)", "gaussian"},
        {"'w' || i % 5", "categorical"},
        {"i % 3", "gaussian"},
        {"iif(i = 40, 'x', i)", "categorical"},
        {"NULLIF(i % 2, 0)", "categorical"},
        {"i / 7.0", "gaussian"},
    };
    sql_run(
        *state,
        "CREATE TABLE s AS WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 50) SELECT i FROM r");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(
            sql_text(*state, "SELECT mix_fit(%s, i, i %% 2, 1) ->> '$.parts[0].family' FROM s", cases[i][0]),
            cases[i][1]);
    }
    assert_string_equal(
        sql_text(
            *state,
            "SELECT mix_fit(i, i %% 2, 1, '{\"families\":{\"x1\":\"categorical\",\"x2\":\"gaussian\"}}') -> '$.parts[1].family' FROM s"),
        "\"gaussian\"");
}

static void a_thousand_levels_are_the_most(void **state) {
    sql_run(
        *state,
        "CREATE TABLE s AS WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 1100) SELECT i FROM r");
    assert_int_equal(
        sql_integer(*state,
                    "SELECT json_array_length(mix_fit('w' || min(i, 1000), 1), '$.parts[0].levels') FROM s"),
        1000);
    expect_error(
        *state, "SELECT mix_fit(i, 'w' || i, 1, '{\"columns\":[\"i\",\"word\"]}') FROM s",
        "mix_fit: argument 2 (word) is TEXT 'w1001' in row 1001; expected at most 1000 levels in a categorical column");
    expect_error(
        *state, "SELECT mix_fit(i, 1, '{\"families\":{\"x1\":\"categorical\"}}') FROM s",
        "mix_fit: argument 1 (x1) is INTEGER 1001 in row 1001; expected at most 1000 levels in a categorical column");
    /* So many numbers are no levels, and what they stood for is what they are. */
    assert_string_equal(sql_text(*state, "SELECT mix_fit(i, i / 2.0, 2) FROM s"),
                        sql_text(*state, "SELECT gmm_fit(i, i / 2.0, 2) FROM s"));
    expect_error(
        *state, "SELECT mix_fit(iif(i = 1050, 'x', i), 1) FROM s",
        "mix_fit: argument 1 (x1) is TEXT 'x' in row 1050; expected a number: option families can make the column categorical");
}

static void a_column_that_says_nothing_is_named_and_does_not_spoil_the_others(void **state) {
    sql_run(
        *state,
        "CREATE TABLE s AS WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 60) SELECT i, i * 37 %% 11 + 20 * (i %% 2) AS x FROM r");
    sql_run(
        *state,
        "CREATE TABLE f AS SELECT mix_fit('same', x, 7.5, i %% 2, 2, '{\"columns\":[\"word\",\"x\",\"y\",\"flag\"],\"families\":{\"y\":\"gaussian\"}}') AS m FROM s");
    assert_string_equal(
        sql_text(
            *state,
            "SELECT group_concat(value, '|') FROM (SELECT value FROM f, json_each(m, '$.warnings') ORDER BY value)"),
        "column 1 (word) does not vary: it takes no part|column 3 (y) does not vary: it takes no part");
    assert_int_equal(
        sql_integer(*state, "SELECT count(DISTINCT (i %% 2) || mix_predict(m, 'same', x, 7.5, i %% 2)) FROM s, f"),
        2);
}

/* ---- A table of all kinds ---------------------------------------------------------------------------------- */

enum { DRAWN = 1500, GROUPS = 3 };

static double pairs(double n) {
    return n * (n - 1) / 2;
}

/* Adjusted Rand index (L. Hubert & P. Arabie, Journal of Classification 2 (1985) 193) of groups 1, 2, 3. */
static double rand_index(const double *labels) {
    double cells[GROUPS][GROUPS] = {{0}}, rows[GROUPS] = {0}, columns[GROUPS] = {0}, both = 0, first = 0,
           second = 0;
    for (size_t i = 0; i < DRAWN; i++) {
        int a = (int)labels[2 * i] - 1, b = (int)labels[2 * i + 1] - 1;
        cells[a][b]++;
        rows[a]++;
        columns[b]++;
    }
    for (int a = 0; a < GROUPS; a++) {
        first += pairs(rows[a]);
        second += pairs(columns[a]);
        for (int b = 0; b < GROUPS; b++) {
            both += pairs(cells[a][b]);
        }
    }
    double chance = first * second / pairs(DRAWN);
    return (both - chance) / ((first + second) / 2 - chance);
}

static void groups_of_a_mixed_table_are_found_again_with_a_tenth_of_it_missing(void **state) {
    static const char columns[] = "age, amount, visits, city, hour";
    double labels[2 * DRAWN];
    sql_run(
        *state,
        "CREATE TABLE truth AS SELECT '{\"family\":\"mixed\",\"columns\":[\"age\",\"amount\",\"visits\",\"city\",\"hour\"],"
        "\"weights\":[0.5,0.3,0.2],\"parts\":["
        "{\"family\":\"gaussian\",\"columns\":[\"age\"],\"means\":[30,45,60],\"covariances\":[[[25]],[[49]],[[36]]]},"
        "{\"family\":\"lognormal\",\"columns\":[\"amount\"],\"means\":[3,4,2],\"deviations\":[0.5,0.4,0.7]},"
        "{\"family\":\"poisson\",\"columns\":[\"visits\"],\"rates\":[2,6,12]},"
        "{\"family\":\"categorical\",\"columns\":[\"city\"],\"levels\":[\"Bergen\",\"Oslo\",\"Tromso\"],"
        "\"probabilities\":[[0.6,0.3,0.1],[0.2,0.6,0.2],[0.1,0.2,0.7]]},"
        "{\"family\":\"von_mises\",\"columns\":[\"hour\"],\"period\":24,\"means\":[9,14,22],\"concentrations\":[3,4,2]}]}' AS m");
    sql_run(
        *state,
        "CREATE TABLE drawn AS SELECT component, "
        "iif(i * 7 %% 41 < 4, NULL, x1) AS age, iif(i * 11 %% 43 < 4, NULL, x2) AS amount, iif(i * 13 %% 47 < 5, NULL, x3) AS visits, "
        "iif(i * 17 %% 53 < 5, NULL, x4) AS city, iif(i * 19 %% 59 < 6, NULL, x5) AS hour FROM truth, mix_sample(m, %d, 5)",
        DRAWN);
    sql_run(
        *state,
        "CREATE TABLE found AS SELECT mix_fit(%s, 3, '{\"columns\":[\"age\",\"amount\",\"visits\",\"city\",\"hour\"],\"families\":{"
        "\"amount\":\"lognormal\",\"visits\":\"poisson\",\"hour\":{\"family\":\"von_mises\",\"period\":24}}}') AS m FROM drawn",
        columns);
    assert_string_equal(
        sql_text(*state, "SELECT group_concat(value ->> 'family') FROM found, json_each(m, '$.parts')"),
        "gaussian,lognormal,poisson,categorical,von_mises");
    assert_int_equal(
        sql_numbers(*state, labels, 2 * DRAWN, "SELECT component, mix_predict(m, %s) FROM drawn, truth", columns),
        2 * DRAWN);
    double best = rand_index(labels);
    assert_int_equal(
        sql_numbers(*state, labels, 2 * DRAWN, "SELECT component, mix_predict(m, %s) FROM drawn, found", columns),
        2 * DRAWN);
    double own = rand_index(labels);
    assert_true(best > 0.7 && own >= 0.95 * best);
    /* The likelihood of the rows as they are is that of the fit, and no lower than the truth's. */
    double fitted = sql_double(*state, "SELECT m ->> 'loglik' FROM found");
    assert_close(sql_double(*state, "SELECT mix_loglik(m, %s) FROM drawn, found", columns), fitted, 1e-11, 0);
    assert_true(fitted > sql_double(*state, "SELECT mix_loglik(m, %s) FROM drawn, truth", columns));
    assert_close(sql_double(*state, "SELECT max(value) FROM found, mix_parameters(m) WHERE parameter = 'rate'"),
                 12, 0, 0.7);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        levels_test(two_classes_of_stouffer_and_toby_are_the_published_ones),
        levels_test(an_unseen_level_moves_no_responsibility_and_makes_the_row_rare),
        levels_test(what_is_asked_with_words_is_answered_with_words),
        levels_test(a_refit_takes_levels_that_are_new),
        levels_test(levels_are_values_of_any_type_in_sqlites_order),
        levels_test(a_column_of_words_or_flags_is_categorical_and_others_are_gaussian),
        levels_test(a_thousand_levels_are_the_most),
        levels_test(a_column_that_says_nothing_is_named_and_does_not_spoil_the_others),
        levels_test(groups_of_a_mixed_table_are_found_again_with_a_tenth_of_it_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
