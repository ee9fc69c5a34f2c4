/* test_distribution.c: mix_marginal, mix_condition, mix_cdf and mix_quantile: closed forms, published quantiles,
** R's distribution functions, mix_impute, and what is refused. */
#include <math.h>

#include "plain.h"
#include "sql.h"

static char *one(const char *family, const char *parameters) {
    return sql_format("{\"family\":\"%s\",\"weights\":[1],%s}", family, parameters);
}

/* Where an answer is given by R 4.2: pgamma(7, 2.5, rate = .5), pbeta(.3, 2.5, 7), pnbinom(4, 2.5, mu = 3),
** ppois(4, 2.5), plnorm(2, .5, 1.5), and the lower and upper tails that are next to nothing. */
static void distributions_are_those_of_r(void **state) {
    static const struct {
        const char *family, *parameters;
        double x, p;
    } cases[] = {
        {"gaussian", "\"means\":[[0]],\"covariances\":[[[1]]]", 1.959963984540054, 0.975},
        {"gaussian", "\"means\":[[10]],\"covariances\":[[[4]]]", -10, 7.619853024160525e-24},
        {"exponential", "\"rates\":[[2]]", 1e-10, 1.9999999998e-10},
        {"exponential", "\"rates\":[[2]]", -3, 0},
        {"gamma", "\"shapes\":[[2.5]],\"rates\":[[0.5]]", 7, 0.7793596920632894},
        {"gamma", "\"shapes\":[[1e6]],\"rates\":[[1]]", 1e6, 0.5001329807608725},
        {"beta", "\"alphas\":[[2.5]],\"betas\":[[7]]", 0.3, 0.6412224629717211},
        {"beta", "\"alphas\":[[2.5]],\"betas\":[[7]]", 1.5, 1},
        {"negative_binomial", "\"means\":[[3]],\"sizes\":[[2.5]]", 4.5, 0.7701785556826422},
        {"poisson", "\"rates\":[[2.5]]", 4, 0.8911780189141512},
        {"poisson", "\"rates\":[[0]]", 0, 1},
        {"lognormal", "\"means\":[[0.5]],\"deviations\":[[1.5]]", 2, 0.5512281153063943},
        {"student", "\"means\":[[1]],\"scales\":[[[4]]],\"degrees\":[3.5]", -1, 0.19066862678172278},
        {"von_mises", "\"means\":[[0]],\"concentrations\":[[0]]", 1.5707963267948966, 0.25},
        {"von_mises", "\"means\":[[3.141592653589793]],\"concentrations\":[[5]]", 3.141592653589793, 0.5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *model = one(cases[i].family, cases[i].parameters);
        assert_close(sql_double(*state, "SELECT mix_cdf(%Q, %!.17g)", model, cases[i].x), cases[i].p, 1e-12, 0);
    }
}

static void quantiles_are_those_of_the_tables(void **state) {
    static const struct {
        const char *family, *parameters;
        double p, x;
    } cases[] = {
        {"gaussian", "\"means\":[[0]],\"covariances\":[[[1]]]", 0.975, 1.959963984540054},
        {"gaussian", "\"means\":[[0]],\"covariances\":[[[1]]]", 1e-12, -7.034483825301131},
        {"gaussian", "\"means\":[[1e9]],\"covariances\":[[[1e-6]]]", 0.5, 1e9},
        {"exponential", "\"rates\":[[2]]", 1e-300, 5e-301},
        {"gamma", "\"shapes\":[[1]],\"rates\":[[2]]", 0.999, 3.4538776394910684},
        {"beta", "\"alphas\":[[4]],\"betas\":[[1]]", 0.0001, 0.1},
        {"poisson", "\"rates\":[[1]]", 0.5, 1},
        /* P(X <= n) = 1 - 2^-(n + 1) */
        {"negative_binomial", "\"means\":[[1]],\"sizes\":[[1]]", 0.875, 2},
        {"negative_binomial", "\"means\":[[1]],\"sizes\":[[1]]", 0.8750001, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *model = one(cases[i].family, cases[i].parameters);
        assert_close(sql_double(*state, "SELECT mix_quantile(%Q, %!.17g)", model, cases[i].p), cases[i].x, 1e-12,
                     0);
    }
}

/* The mean of the conditional mixture; and x1's share of the weights. */
static void a_condition_has_the_expectation_that_impute_gives(void **state) {
    for (unsigned seed = 0; seed < 4; seed++) {
        plain model = plain_model(3, 3, seed);
        const char *json = plain_json(&model);
        static const char *const rows[] = {"NULL, 0.5, 1", "0.5, NULL, -1", "1, 2, NULL", "NULL, NULL, 0.25"};
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            assert_close(
                sql_double(
                    *state,
                    "WITH given AS (SELECT mix_condition(%Q, %s) AS m), means AS (SELECT p.\"column\" AS name, "
                    "sum(weight * p.value) AS mean FROM given, mix_components(m) c JOIN mix_parameters(m) p "
                    "USING (component) WHERE parameter = 'mean' GROUP BY 1) SELECT max(abs(mean - j.value)) "
                    "FROM means JOIN json_each(mix_impute(%Q, %s)) j ON name = 'x' || (j.key + 1)",
                    json, rows[i], json, rows[i]),
                0, 0, 1e-12);
        }
    }
}

static const char *const mixed =
    "{\"family\":\"mixed\",\"columns\":[\"size\",\"kind\",\"visits\"],\"names\":[\"a\",\"b\"],\"weights\":[0.25,0.75],"
    "\"parts\":[{\"family\":\"gaussian\",\"columns\":[\"size\"],\"means\":[[0],[4]],\"covariances\":[[[1]],[[2]]]},"
    "{\"family\":\"categorical\",\"columns\":[\"kind\"],\"levels\":[\"u\",\"v\"],"
    "\"probabilities\":[[0.1,0.9],[0.5,0.5]]},"
    "{\"family\":\"poisson\",\"columns\":[\"visits\"],\"rates\":[[1],[2]]}]}";

static void columns_go_by_name_or_position_and_keep_their_names(void **state) {
    assert_string_equal(sql_text(*state, "SELECT mix_marginal(%Q, '[\"visits\"]')", mixed),
                        "{\"family\":\"poisson\",\"k\":2,\"d\":1,\"columns\":[\"visits\"],\"names\":[\"a\",\"b\"],"
                        "\"weights\":[0.25,0.75],\"rates\":[[1],[2]]}");
    assert_string_equal(
        sql_text(*state, "SELECT mix_marginal(%Q, '[3,2]')", mixed),
        "{\"family\":\"mixed\",\"k\":2,\"d\":2,\"columns\":[\"visits\",\"kind\"],\"names\":[\"a\","
        "\"b\"],\"weights\":[0.25,0.75],\"parts\":[{\"family\":\"categorical\",\"columns\":[\"kind\"],"
        "\"levels\":[\"u\",\"v\"],\"probabilities\":[[0.1,0.9],[0.5,0.5]]},{\"family\":\"poisson\","
        "\"columns\":[\"visits\"],\"rates\":[1,2]}]}");
    assert_string_equal(
        sql_text(*state, "SELECT mix_marginal('{\"family\":\"poisson\",\"weights\":[1],\"rates\":[[1,2,3]]}', "
                         "'[\"x3\",1]')"),
        "{\"family\":\"poisson\",\"k\":1,\"d\":2,\"columns\":[\"x3\",\"x1\"],\"weights\":[1],\"rates\":[[3,1]]}");
    /* 0.25 N(0; 0, 1) to 0.75 N(0; 4, 2) */
    assert_close(sql_double(*state, "SELECT mix_condition(%Q, 0, 'v', NULL) ->> '$.weights[0]'", mixed),
                 1 / (1 + 3 * exp(-4) / sqrt(2) * (0.5 / 0.9)), 1e-13, 0);
}

/* A quarter is noise, over a box of 10 by 4 whose density is that of half its volume. */
static void noise_stays_as_dense_as_it_was(void **state) {
    const char *model =
        "{\"family\":\"gaussian\",\"weights\":[0.75],\"means\":[[0,0]],\"covariances\":[[[1,0],[0,1]]],"
        "\"noise\":{\"weight\":0.25,\"log_density\":-2.995732273553991,\"low\":[-5,-2],\"high\":[5,2]}}";
    for (int i = 0; i < 2; i++) {
        const char *row = i == 0 ? "1, NULL" : "NULL, 1";
        assert_close(sql_double(*state,
                                "SELECT mix_log_density(%Q, %s) - mix_log_density(mix_marginal(%Q, '[%d]'), 1)",
                                model, row, model, i + 1),
                     0, 0, 1e-14);
        assert_close(sql_double(*state,
                                "SELECT mix_log_density(%Q, %s) + mix_log_density(mix_condition(%Q, %s), 1) - "
                                "mix_log_density(%Q, 1, 1)",
                                model, row, model, row, model),
                     0, 0, 1e-13);
    }
    assert_close(sql_double(*state, "SELECT mix_cdf(mix_marginal(%Q, '[1]'), -4)", model),
                 0.75 * 3.1671241833119924e-05 + 0.25 * 0.1, 1e-12, 0);
}

/* A constant tied structure stays; one of turned axes does not. */
static void structures_are_those_that_hold(void **state) {
    static const char *const cases[][2] = {{"tied", "tied"}, {"VEE", "VEE"}, {"EVI", "diag"}, {"EEV", "full"},
                                           {"diag", "diag"}, {"EII", "EII"}, {"VVE", "full"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(
            sql_text(
                *state,
                "SELECT mix_marginal('{\"family\":\"gaussian\",\"covariance\":\"%s\",\"weights\":[1],\"means\":"
                "[[0,0,0]],\"covariances\":[[[1,0,0],[0,1,0],[0,0,1]]]}', '[1,2]') ->> 'covariance'",
                cases[i][0]),
            cases[i][1]);
    }
}

static void what_is_refused_is_said(void **state) {
    static const char *const cases[][2] = {
        {"mix_marginal(m, '[]')",
         "mix_marginal: argument 2 (columns): the text is an array of 0 at offset 0; expected "
         "an array of names or positions of columns"},
        {"mix_marginal(m, 'size')",
         "mix_marginal: argument 2 (columns): offset 0: unexpected 's'; expected a value"},
        {"mix_marginal(m, 1)", "mix_marginal: argument 2 (columns) is INTEGER 1; expected a JSON array"},
        {"mix_marginal(m, '[\"length\"]')", "mix_marginal: argument 2 (columns): [0] is \"length\" at offset 1; "
                                            "expected the name of a column or its position from 1 to 3"},
        {"mix_marginal(m, '[1,4]')",
         "mix_marginal: argument 2 (columns): [1] is 4 at offset 3; expected the name of a "
         "column or its position from 1 to 3"},
        {"mix_marginal(m, '[1,\"size\"]')",
         "mix_marginal: argument 2 (columns): [1] is \"size\" at offset 3; expected each column once"},
        {"mix_cdf(m, 1)",
         "mix_cdf: argument 1 (model) has 3 columns; expected a model of one, as mix_marginal and "
         "mix_condition make it"},
        {"mix_cdf(mix_marginal(m, '[1]'), 'abc')",
         "mix_cdf: argument 2 (x) is TEXT 'abc'; expected a finite number"},
        {"mix_quantile(mix_marginal(m, '[1]'), 1)",
         "mix_quantile: argument 2 (p) is INTEGER 1; expected a number between 0 and 1"},
        {"mix_quantile(mix_marginal(m, '[2]'), 0.5)",
         "mix_quantile: argument 1 (model) is of family mixed; expected gaussian, poisson, lognormal, exponential, "
         "gamma, beta, von_mises, negative_binomial or student"},
    };
    sql_run(*state, "CREATE TABLE t AS SELECT %Q AS m", mixed);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_error(*state, sql_build("SELECT %s FROM t", cases[i][0]), cases[i][1]);
    }
    static const char *const nulls[] = {"mix_marginal(m, NULL)",     "mix_marginal(NULL, '[1]')",
                                        "mix_cdf(NULL, 1)",          "mix_cdf(mix_marginal(m, '[1]'), NULL)",
                                        "mix_condition(m, 1, 1, 1)", "mix_quantile(mix_marginal(m, '[3]'), NULL)"};
    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++) {
        sql_is_null(*state, "SELECT %s FROM t", nulls[i]);
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        sql_test(distributions_are_those_of_r),
        sql_test(quantiles_are_those_of_the_tables),
        sql_test(a_condition_has_the_expectation_that_impute_gives),
        sql_test(columns_go_by_name_or_position_and_keep_their_names),
        sql_test(noise_stays_as_dense_as_it_was),
        sql_test(structures_are_those_that_hold),
        sql_test(what_is_refused_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
