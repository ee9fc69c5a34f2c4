/* test_mix_start.c: mix_fit started from given parameters of its parts, or from a whole model. */
#include <math.h>
#include <string.h>

#include "sql.h"

enum { ROWS = 200 };

/* Two groups, odd and even; a column for each family. */
static int set_up(void **state) {
    *state = sql_open();
    sql_run(*state,
            "CREATE TABLE t AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 200) "
            "SELECT i, iif(i %% 2, 30, 60) + i * 7919 %% 97 / 10.0 AS age, "
            "iif(i %% 2, 1, 7) + i * 31 %% 5 AS visits, "
            "iif(i %% 2, 1, 4) * (1 + i * 37 %% 101 / 20.0) AS amount, "
            "(iif(i %% 2, 1, 5) + i * 41 %% 103 / 30.0) / 10 AS share, i * 17 %% 240 / 10.0 AS hour, "
            "substr('abcab', 1 + (i %% 2 * 2 + i * i) %% 5, 1) AS city FROM c");
    return 0;
}

static int tear_down(void **state) {
    sql_close(*state);
    return 0;
}

#define start_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* ---- A whole model ------------------------------------------------------------------------------------------ */

/* Without an iteration the fit is the model: parameters but for the frame's rounding, order and log-likelihood.
** Its columns are of the model's families, with no word of them. */
static void a_fit_from_a_model_of_any_family_begins_where_that_is(void **state) {
    static const char *const fits[][2] = {
        {"age, amount", ""},
        {"age, amount", "\"x1\":\"student\",\"x2\":\"student\""},
        {"amount", "\"x1\":\"lognormal\""},
        {"amount", "\"x1\":\"exponential\""},
        {"amount", "\"x1\":\"gamma\""},
        {"share", "\"x1\":\"beta\""},
        {"hour", "\"x1\":{\"family\":\"von_mises\",\"period\":24}"},
        {"hour", "\"x1\":\"von_mises\""},
        {"visits", "\"x1\":\"poisson\""},
        {"visits", "\"x1\":\"negative_binomial\""},
        {"city", ""},
        {"city, i % 2", ""},
        {"visits, i % 7", "\"x1\":\"multinomial\",\"x2\":\"multinomial\""},
        {"visits, city, age, hour, amount, share",
         "\"x1\":\"poisson\",\"x4\":{\"family\":\"von_mises\",\"period\":24},\"x5\":\"gamma\",\"x6\":\"beta\""},
    };
    for (size_t i = 0; i < sizeof fits / sizeof *fits; i++) {
        sql_run(*state, "DROP TABLE IF EXISTS f");
        sql_run(*state,
                "CREATE TABLE f AS SELECT mix_fit(%s, 2, '{\"max_iter\":3,\"families\":{%s}}') AS m FROM t",
                fits[i][0], fits[i][1]);
        static const char *const starts[] = {"json(m)", "m"};
        for (size_t j = 0; j < 2; j++) {
            sql_run(*state, "DROP TABLE IF EXISTS g");
            sql_run(
                *state,
                "CREATE TABLE g AS SELECT mix_fit(%s, 2, json_object('init', %s, 'max_iter', 0)) AS m FROM t, f",
                fits[i][0], starts[j]);
            assert_close(sql_double(*state, "SELECT m ->> 'loglik' FROM g"),
                         sql_double(*state, "SELECT m ->> 'loglik' FROM f"), 1e-12, 0);
            assert_int_equal(
                sql_integer(*state, "SELECT count(*) FROM (SELECT p.* FROM f, mix_parameters(m) p) a "
                                    "JOIN (SELECT p.* FROM g, mix_parameters(m) p) b USING (component, parameter) "
                                    "WHERE a.i IS b.i AND a.j IS b.j AND a.\"column\" IS b.\"column\" "
                                    "AND a.level IS b.level AND abs(a.value - b.value) <= 1e-9 * abs(a.value)"),
                sql_integer(*state, "SELECT count(*) FROM f, mix_parameters(m)"));
        }
    }
}

static void columns_and_parts_may_be_in_another_order_and_have_other_names(void **state) {
    sql_run(*state, "CREATE TABLE f AS SELECT mix_fit(age, city, visits, amount, 2, '{\"max_iter\":3,"
                    "\"columns\":[\"a\",\"b\",\"c\",\"d\"],\"families\":{\"c\":\"poisson\"}}') AS m FROM t");
    double loglik = sql_double(*state, "SELECT m ->> 'loglik' FROM f");
    assert_close(sql_double(*state, "SELECT mix_fit(age, city, visits, amount, 2, json_object('init', json(m), "
                                    "'max_iter', 0, 'columns', json('[\"p\",\"q\",\"r\",\"s\"]'))) ->> 'loglik' "
                                    "FROM t, f"),
                 loglik, 1e-12, 0);
    assert_close(
        sql_double(*state,
                   "SELECT mix_fit(visits, amount, age, city, 2, json_object('init', json_object('weights', "
                   "json(m -> 'weights'), 'parts', json_array(json(m -> '$.parts[2]'), json(m -> "
                   "'$.parts[0]'), json(m -> '$.parts[1]'))), 'max_iter', 0, 'columns', "
                   "json('[\"c\",\"d\",\"a\",\"b\"]'))) ->> 'loglik' FROM t, f"),
        loglik, 1e-12, 0);
}

/* Of 200 rows, n rows have been seen by the start; `a` is new and as rare as a level that was not seen. */
static void a_level_that_the_start_does_not_have_is_rare_and_one_that_is_not_there_is_dropped(void **state) {
    sql_run(*state,
            "CREATE TABLE f AS SELECT mix_fit(city, age, 2, '{\"max_iter\":3}') AS m FROM t WHERE city <> 'a'");
    sql_run(*state,
            "CREATE TABLE g AS SELECT mix_fit(city, age, 2, json_object('init', json(m), 'max_iter', 0)) AS m "
            "FROM t, f WHERE city <> 'c'");
    double n = sql_double(*state, "SELECT m ->> 'n' FROM f");
    for (int c = 0; c < 2; c++) {
        assert_string_equal(sql_text(*state, "SELECT m ->> '$.parts[0].levels' FROM g"), "[\"a\",\"b\"]");
        assert_close(sql_double(*state, "SELECT m ->> '$.parts[0].probabilities[%d][0]' FROM g", c), 1 / (n + 2),
                     1e-12, 0);
        assert_close(sql_double(*state, "SELECT m ->> '$.parts[0].probabilities[%d][1]' FROM g", c),
                     (n + 1) / (n + 2), 1e-12, 0);
    }
}

/* ---- Some of the parameters --------------------------------------------------------------------------------- */

/* One iteration from rates alone: the responsibilities are those of the counts, as nothing else differs. */
static void what_is_left_out_follows_from_what_is_given(void **state) {
    static double age[ROWS], visits[ROWS];
    (void)sql_numbers(*state, age, ROWS, "SELECT age FROM t ORDER BY i");
    (void)sql_numbers(*state, visits, ROWS, "SELECT visits FROM t ORDER BY i");
    double sum[2] = {0, 0}, mean[2] = {0, 0}, rate[2] = {0, 0};
    for (int i = 0; i < ROWS; i++) {
        double odds = pow(2.5 / 8, visits[i]) * exp(8 - 2.5), resp[2] = {1 / (1 + odds), odds / (1 + odds)};
        for (int c = 0; c < 2; c++) {
            sum[c] += resp[c];
            mean[c] += resp[c] * age[i];
            rate[c] += resp[c] * visits[i];
        }
    }
    sql_run(*state,
            "CREATE TABLE f AS SELECT mix_fit(age, visits, city, 2, '{\"columns\":[\"age\",\"visits\",\"city\"],"
            "\"max_iter\":1,\"accelerate\":false,\"init\":{\"parts\":[{\"family\":\"poisson\","
            "\"columns\":[\"visits\"],\"rates\":[8,2.5]}]}}') AS m FROM (SELECT * FROM t ORDER BY i)");
    for (int c = 0; c < 2; c++) {
        assert_close(sql_double(*state, "SELECT m ->> '$.weights[%d]' FROM f", c), sum[c] / ROWS, 1e-12, 0);
        assert_close(sql_double(*state, "SELECT m ->> '$.parts[0].means[%d]' FROM f", c), mean[c] / sum[c], 1e-12,
                     0);
        assert_close(sql_double(*state, "SELECT m ->> '$.parts[1].rates[%d]' FROM f", c), rate[c] / sum[c], 1e-12,
                     0);
    }
}

static void without_an_iteration_the_model_has_what_was_given(void **state) {
    static const char *const cases[][3] = {
        {"age, 2, '{\"max_iter\":0,\"init\":{\"means\":[[60],[30]]}}'", "$.means", "[[60],[30]]"},
        {"age, 2, '{\"max_iter\":0,\"init\":{\"parts\":[{\"family\":\"gaussian\",\"columns\":[\"x1\"],\"means\":[60,30]}]}}'",
         "$.means", "[[60],[30]]"},
        {"amount, 2, '{\"max_iter\":0,\"families\":{\"x1\":\"exponential\"},\"init\":{\"rates\":[[2],[4]]}}'",
         "$.rates", "[[2],[4]]"},
        {"city, 2, '{\"max_iter\":0,\"init\":{\"parts\":[{\"family\":\"categorical\",\"levels\":[\"a\",\"b\",\"c\"],"
         "\"probabilities\":[[0.5,0.25,0.25],[0.125,0.125,0.75]]}]}}'",
         "$.parts[0].probabilities", "[[0.5,0.25,0.25],[0.125,0.125,0.75]]"},
        {"city, i % 2, 2, '{\"max_iter\":0,\"init\":{\"parts\":[{\"family\":\"categorical\",\"columns\":[\"x2\"],"
         "\"levels\":[0,1],\"probabilities\":[[0.5,0.5],[0.25,0.75]]}]}}'",
         "$.parts[1].probabilities", "[[0.5,0.5],[0.25,0.75]]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(sql_text(*state, "SELECT mix_fit(%s) ->> '%s' FROM t", cases[i][0], cases[i][1]),
                            sql_text(*state, "SELECT json('%s')", cases[i][2]));
    }
}

/* ---- What is wrong ------------------------------------------------------------------------------------------ */

static void a_start_that_does_not_fit_is_an_error_that_says_where(void **state) {
    static const char *const cases[][3] = {
        {"age, visits, city, 2", "{\"means\":[[60],[30]]}",
         "argument 5 (options): unknown key \"means\" in init at offset 9; expected weights or parts"},
        {"age, visits, 2", "{\"means\":[[60],[30]]}",
         "argument 4 (options): init.means[0] is an array of 1 at offset 18; expected an array of 2 numbers"},
        {"age, visits, 2", "{\"weights\":[1]}",
         "argument 4 (options): init.weights is an array of 1 at offset 19; expected an array of 2 numbers"},
        {"age, visits, 2", "{\"rates\":[1,2]}",
         "argument 4 (options): unknown key \"rates\" in init at offset 9; expected weights, means, covariances"},
        {"age, visits, 2", "{\"parts\":5}",
         "argument 4 (options): init.parts is 5 at offset 17; expected an array of objects"},
        {"age, visits, 2", "{\"parts\":[5]}",
         "argument 4 (options): init.parts[0] is 5 at offset 18; expected an object with a key family"},
        {"age, visits, 2", "{\"parts\":[],\"k\":2}",
         "argument 4 (options): unknown key \"k\" in init at offset 20; expected weights, columns or parts"},
        {"age, visits, 2", "{\"parts\":[{\"family\":\"poisson\",\"columns\":[\"x2\"],\"rate\":[1,2]}]}",
         "argument 4 (options): unknown key \"rate\" in init.parts[0] at offset 55; expected family, columns, rates"},
        {"age, visits, 2", "{\"parts\":[{\"family\":\"poisson\",\"columns\":[\"x2\"],\"rates\":[1,-2]}]}",
         "argument 4 (options): init.parts[0]: rates[1][0] is -2; expected a number >= 0"},
        {"age, visits, 2", "{\"parts\":[{\"family\":\"poisson\",\"columns\":[\"x3\"],\"rates\":[1,2]}]}",
         "argument 4 (options): init.parts[0].columns[0] is \"x3\" at offset 49; expected the name of a column"},
        {"age, visits, 2",
         "{\"parts\":[{\"family\":\"poisson\",\"columns\":[\"x2\"]},{\"family\":\"poisson\",\"columns\":[\"x2\"]}]}",
         "argument 4 (options): init.parts[1].columns[0] is \"x2\" at offset 87; expected each column once"},
        {"age, visits, 2", "{\"parts\":[{\"family\":\"gaussian\",\"columns\":[\"x2\"],\"means\":[1,2]}]}",
         "argument 4 (options): init.parts[0] is an object at offset 18; expected all 2 columns of family gaussian in one part"},
        {"amount, 2, '{\"families\":{\"x1\":\"gamma\"}",
         "{\"parts\":[{\"family\":\"lognormal\",\"columns\":[\"x1\"],\"means\":[1,2]}]}",
         "argument 3 (options): init.parts[0].family is \"lognormal\" at offset 54; expected gamma, the family of column x1"},
        {"hour, 2, '{\"families\":{\"x1\":{\"family\":\"von_mises\",\"period\":24}}",
         "{\"parts\":[{\"family\":\"von_mises\",\"columns\":[\"x1\"],\"means\":[1,2]}]}",
         "argument 3 (options): init.parts[0] is an object at offset 71; expected period 24, that of column x1"},
        {"age, 2", "{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[3]],\"covariances\":[[[1]]]}",
         "argument 3 (options): init is a gaussian model with k = 1, d = 1; expected a mixed model with k = 2, d = 1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *options = strchr(cases[i][0], '{') != NULL ? "" : ", '{";
        char *sql = sql_format("SELECT mix_fit(%s%s%s\"init\":%s}') FROM t", cases[i][0], options,
                               *options != '\0' ? "" : ",", cases[i][1]);
        expect_error(*state, sql, sql_format("mix_fit: %s", cases[i][2]));
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        start_test(a_fit_from_a_model_of_any_family_begins_where_that_is),
        start_test(columns_and_parts_may_be_in_another_order_and_have_other_names),
        start_test(a_level_that_the_start_does_not_have_is_rare_and_one_that_is_not_there_is_dropped),
        start_test(what_is_left_out_follows_from_what_is_given),
        start_test(without_an_iteration_the_model_has_what_was_given),
        start_test(a_start_that_does_not_fit_is_an_error_that_says_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
