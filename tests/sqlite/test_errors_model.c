/* test_errors_model.c: what is said of malformed models, word by word, wherever a model is taken. */
#include <string.h>

#include "sql.h"

typedef struct wrong {
    const char *given, *text;
} wrong;

#define FAMILY "\"family\":\"gaussian\","
#define WEIGHTS "\"weights\":[0.5,0.5],"
#define MEANS "\"means\":[[0,0],[1,1]],"
#define COVARIANCES "\"covariances\":[[[1,0],[0,1]],[[1,0],[0,1]]]"
#define GOOD FAMILY WEIGHTS MEANS COVARIANCES

static void check(sqlite3 *db, const wrong *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        expect_error(db, sql_build("SELECT mix_predict(%Q, 0, 0)", cases[i].given),
                     sql_format("mix_predict: argument 1 (model): %s", cases[i].text));
    }
}

#define CHECK(cases) check(*state, cases, sizeof cases / sizeof *cases)

static void a_good_model_is_taken_in_any_layout(void **state) {
    const char *const models[] = {
        "{" GOOD "}",
        " \t\r\n{ \"family\" : \"gaussian\" , " WEIGHTS MEANS COVARIANCES " }\n",
        "{" COVARIANCES "," MEANS WEIGHTS "\"family\":\"gaussian\"}",
        "{" GOOD ",\"note\":{\"by\":[\"hand\",null,true]}}",
        "{" GOOD ",\"k\":2,\"d\":2,\"columns\":[\"x\",\"y\"],\"covariance\":\"VVV\"}",
        "{" FAMILY "\"weights\":[5e-1,0.50000000001]," MEANS COVARIANCES "}",
        "{\"f\\u0061mily\":\"\\u0067aussian\"," WEIGHTS MEANS COVARIANCES "}",
    };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        assert_int_equal(sql_integer(*state, "SELECT mix_predict(%Q, 1, 1)", models[i]), 2);
    }
}

static void texts_that_are_no_json_object_are_located(void **state) {
    const wrong cases[] = {
        {"", "offset 0: unexpected end of text; expected a value"},
        {"[]", "the text is an array of 0 at offset 0; expected an object"},
        {"\"gaussian\"", "the text is \"gaussian\" at offset 0; expected an object"},
        {"[{" GOOD "}]", "the text is an array of 1 at offset 0; expected an object"},
        {"{" GOOD "}}", "offset 107: unexpected '}'; expected end of text"},
        {"{" GOOD, "offset 106: unexpected end of text; expected ',' or '}'"},
        {"\xef\xbb\xbf{" GOOD "}", "offset 0: unexpected byte order mark; expected a value"},
        {"{\"family\":\"gau\x01ssian\"}",
         "offset 14: unexpected byte 0x01; expected an escape in place of a control character"},
        {"{\"family\":\"\xff\"}", "offset 11: unexpected byte 0xff; expected well-formed UTF-8"},
        {"{\"family\":\"\\ud800\"}", "offset 11: unexpected \\ud800 alone; expected a surrogate pair"},
        {"{\"family\":\"\\x\"}", "offset 12: unexpected 'x'; expected one of \"\\/bfnrtu after a backslash"},
        {"{" FAMILY "\"weights\":[.5,.5]}", "offset 32: unexpected '.'; expected a value or ']'"},
        {"{" GOOD "," FAMILY "\"k\":2}",
         "offset 107: key \"family\" occurs twice; expected different keys in an object"},
        {"{" GOOD ",\"n\":1e400}", "offset 111: number out of range, 1e400; expected less than 1.8e308"},
    };
    CHECK(cases);
}

static void missing_keys_are_named(void **state) {
    const wrong cases[] = {
        {"{}", "key family is missing"},
        {"{" WEIGHTS MEANS COVARIANCES "}", "key family is missing"},
        {"{" FAMILY MEANS COVARIANCES "}", "key weights is missing"},
        {"{" FAMILY WEIGHTS COVARIANCES "}", "key means is missing"},
        {"{" FAMILY WEIGHTS "\"means\":[[0,0],[1,1]]}", "key covariances is missing"},
    };
    CHECK(cases);
}

static void families_and_weights_are_checked(void **state) {
    const wrong cases[] = {
        {"{\"family\":5}", "family is 5 at offset 10; expected FAMILIES, or mixed"},
        {"{\"family\":null}", "family is null at offset 10; expected FAMILIES, or mixed"},
        {"{\"family\":\"Gaussian\"}", "family is \"Gaussian\" at offset 10; expected FAMILIES, or mixed"},
        {"{\"family\":[\"gaussian\"]}", "family is an array of 1 at offset 10; expected FAMILIES, or mixed"},
        {"{" FAMILY "\"weights\":5," MEANS COVARIANCES "}",
         "weights is 5 at offset 31; expected an array of one number or more"},
        {"{" FAMILY "\"weights\":[]," MEANS COVARIANCES "}",
         "weights is an array of 0 at offset 31; expected an array of one number or more"},
        {"{" FAMILY "\"weights\":{\"a\":1,\"b\":0}," MEANS COVARIANCES "}",
         "weights is an object at offset 31; expected an array of one number or more"},
        {"{" FAMILY "\"weights\":[0.5,\"a\"]," MEANS COVARIANCES "}",
         "weights[1] is \"a\" at offset 36; expected a number"},
        {"{" FAMILY "\"weights\":[0.5,null]," MEANS COVARIANCES "}",
         "weights[1] is null at offset 36; expected a number"},
        {"{" FAMILY "\"weights\":[0.5,0.4]," MEANS COVARIANCES "}", "weights sum to 0.9; expected 1"},
        {"{" FAMILY "\"weights\":[0.5,0.5002]," MEANS COVARIANCES "}", "weights sum to 1.0002; expected 1"},
        {"{" FAMILY "\"weights\":[1.5,-0.5]," MEANS COVARIANCES "}",
         "weights[0] is 1.5; expected a number from 0 to 1"},
        {"{" FAMILY "\"weights\":[0.75,-0.25]," MEANS COVARIANCES "}",
         "weights[1] is -0.25; expected a number from 0 to 1"},
        {"{" FAMILY "\"weights\":[1]," MEANS COVARIANCES "}",
         "means is an array of 2 at offset 43; expected an array of 1 array"},
    };
    CHECK(cases);
}

#define WITH_MEANS(means) "{" FAMILY WEIGHTS "\"means\":" means "," COVARIANCES "}"
#define WITH_COVARIANCES(covariances) "{" FAMILY WEIGHTS MEANS "\"covariances\":" covariances "}"

static void means_are_checked(void **state) {
    const wrong cases[] = {
        {WITH_MEANS("5"), "means is 5 at offset 49; expected an array of arrays of numbers"},
        {WITH_MEANS("[]"), "means is an array of 0 at offset 49; expected an array of arrays of numbers"},
        {WITH_MEANS("[[]]"), "means is an array of 1 at offset 49; expected an array of arrays of numbers"},
        {WITH_MEANS("[0,1]"), "covariances[0] is an array of 2 at offset 70; expected an array of 1 array"},
        {WITH_MEANS("{\"a\":[0,0]}"), "means is an object at offset 49; expected an array of arrays of numbers"},
        {WITH_MEANS("[[0,0]]"), "means is an array of 1 at offset 49; expected an array of 2 arrays"},
        {WITH_MEANS("[[0,0],[1]]"), "means[1] is an array of 1 at offset 56; expected an array of 2 numbers"},
        {WITH_MEANS("[[0,0],5]"), "means[1] is 5 at offset 56; expected an array of 2 numbers"},
        {WITH_MEANS("[[0,0],[1,true]]"), "means[1][1] is true at offset 59; expected a number"},
        {WITH_MEANS("[[0],[1]]"), "covariances[0] is an array of 2 at offset 74; expected an array of 1 array"},
    };
    CHECK(cases);
}

static void covariances_are_checked(void **state) {
    const wrong cases[] = {
        {WITH_COVARIANCES("null"), "covariances is null at offset 77; expected an array of 2 arrays"},
        {WITH_COVARIANCES("[[[1,0],[0,1]]]"),
         "covariances is an array of 1 at offset 77; expected an array of 2 arrays"},
        {WITH_COVARIANCES("[[[1,0],[0,1]],[[1,0]]]"),
         "covariances[1] is an array of 1 at offset 92; expected an array of 2 arrays"},
        {WITH_COVARIANCES("[[[1,0],[0,1]],[[1,0],[0]]]"),
         "covariances[1][1] is an array of 1 at offset 99; expected an array of 2 numbers"},
        {WITH_COVARIANCES("[[[1,0],[0,1]],[[1,0],[0,\"a\"]]]"),
         "covariances[1][1][1] is \"a\" at offset 102; expected a number"},
        {WITH_COVARIANCES("[[[1,0],[0,1]],[1,1]]"),
         "covariances[1][0] is 1 at offset 93; expected an array of 2 numbers"},
        {WITH_COVARIANCES("[[[1,0],[0,1]],[[1,0],[0,0]]]"), "covariances[1][1][1] is 0; expected a variance > 0"},
        {WITH_COVARIANCES("[[[1,0],[0,1]],[[-2,0],[0,1]]]"),
         "covariances[1][0][0] is -2; expected a variance > 0"},
        {WITH_COVARIANCES("[[[1,0],[0,1]],[[1,0.5],[0.4,1]]]"),
         "covariances[1] is not symmetric: [1][0] is 0.4, [0][1] is 0.5; expected the same"},
        {WITH_COVARIANCES("[[[1,0],[0,1]],[[1,2],[2,1]]]"), "covariances[1] is not positive definite"},
        {WITH_COVARIANCES("[[[1,1],[1,1]],[[1,0],[0,1]]]"), "covariances[0] is not positive definite"},
    };
    CHECK(cases);
}

static void what_a_fit_adds_is_checked_where_it_is_present(void **state) {
    const struct {
        const char *key, *expected;
        const char *values[5];
    } members[] = {
        {"k", "2", {"3", "\"2\"", "null", "-2"}},
        {"d", "2", {"1", "0", "true"}},
        {"columns", "an array of one string for each column", {"5", "\"xy\"", "null"}},
        {"covariance",
         "full, tied, diag, spherical, or a mclust code: EII, VII, EEI, VEI, EVI, VVI, EEE, VEE, EVE, VVE, EEV, VEV, EVV, VVV",
         {"5", "\"banana\"", "null", "\"full\\u0000\""}},
        {"n", "a number", {"\"x\"", "null", "true"}},
        {"skipped", "an integer >= 0", {"-1", "1.5", "\"x\"", "null"}},
        {"loglik", "a number", {"\"x\"", "null"}},
        {"parameters", "an integer >= 0", {"-3", "\"x\"", "0.5"}},
        {"aic", "a number", {"\"x\"", "false"}},
        {"bic", "a number", {"\"x\"", "null"}},
        {"icl", "a number", {"true", "null"}},
        {"iterations", "an integer >= 0", {"-1", "0.5", "null"}},
        {"converged", "true or false", {"1", "\"yes\"", "null"}},
        {"seed", "an integer", {"1.5", "\"x\"", "null"}},
        {"warnings", "an array of strings", {"5", "\"x\"", "null"}},
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        for (size_t v = 0; v < 5 && members[i].values[v] != NULL; v++) {
            wrong one = {sql_format("{" GOOD ",\"%s\":%s}", members[i].key, members[i].values[v]),
                         sql_format("%s is %s at offset %zu; expected %s", members[i].key, members[i].values[v],
                                    strlen("{" GOOD ",\"\":") + strlen(members[i].key), members[i].expected)};
            check(*state, &one, 1);
        }
    }
    const wrong cases[] = {
        {"{" GOOD ",\"columns\":[\"x\",5]}", "columns[1] is 5 at offset 122; expected a column name"},
        {"{" GOOD ",\"columns\":[\"x\",\"x\"]}",
         "columns[1] is \"x\" at offset 122; expected a name that no other column has"},
        {"{" GOOD ",\"columns\":[\"x\",\"\\u0078\"]}",
         "columns[1] is \"\\u0078\" at offset 122; expected a name that no other column has"},
        {"{" GOOD ",\"columns\":[\"x\\u0000a\",\"x\\u0000b\"]}",
         "columns[0] is \"x\\u0000a\" at offset 118; expected a column name that is not empty and holds no NUL"},
        {"{" GOOD ",\"columns\":[\"\",\"x\"]}",
         "columns[0] is \"\" at offset 118; expected a column name that is not empty and holds no NUL"},
        {"{" GOOD ",\"warnings\":[\"a\\u0000b\"]}",
         "warnings[0] is \"a\\u0000b\" at offset 119; expected a string without NUL"},
        {"{" GOOD ",\"columns\":{\"a\":\"x\",\"b\":\"y\"}}",
         "columns is an object at offset 117; expected an array of one string for each column"},
        {"{" GOOD ",\"columns\":[\"x\"]}",
         "columns is an array of 1 at offset 117; expected an array of one string for each column"},
        {"{" GOOD ",\"warnings\":[\"a\",5]}", "warnings[1] is 5 at offset 123; expected a string"},
        {"{" GOOD ",\"trace\":[1,null]}", "trace[1] is null at offset 118; expected a number"},
        {"{" GOOD ",\"trace\":5}", "trace is 5 at offset 115; expected an array of numbers"},
        {"{" GOOD ",\"trace\":{\"a\":1}}", "trace is an object at offset 115; expected an array of numbers"},
    };
    CHECK(cases);
}

static void every_function_and_table_says_the_same_of_a_model(void **state) {
    const char *const calls[][2] = {
        {"SELECT mix_predict(m, 0)", "mix_predict"},
        {"SELECT mix_probability(m, 1, 0)", "mix_probability"},
        {"SELECT mix_probabilities(m, 0)", "mix_probabilities"},
        {"SELECT mix_uncertainty(m, 0)", "mix_uncertainty"},
        {"SELECT mix_density(m, 0)", "mix_density"},
        {"SELECT mix_log_density(m, 0)", "mix_log_density"},
        {"SELECT mix_distance(m, 1, 0)", "mix_distance"},
        {"SELECT mix_impute(m, 0)", "mix_impute"},
        {"SELECT mix_divergence(m, '{}')", "mix_divergence"},
        {"SELECT mix_extrapolate(m, '{}', '{}')", "mix_extrapolate"},
        {"SELECT mix_match(m, '{}')", "mix_match"},
        {"SELECT mix_tail(m, 0)", "mix_tail"},
        {"SELECT mix_condition(m, NULL)", "mix_condition"},
        {"SELECT mix_marginal(m, '[1]')", "mix_marginal"},
        {"SELECT mix_cdf(m, 0)", "mix_cdf"},
        {"SELECT mix_quantile(m, 0.5)", "mix_quantile"},
        {"SELECT mix_loglik(m, 0)", "mix_loglik"},
        {"SELECT (SELECT count(*) FROM mix_components(m))", "mix_components"},
        {"SELECT (SELECT count(*) FROM mix_parameters(m))", "mix_parameters"},
        {"SELECT (SELECT count(*) FROM mix_responsibilities(m, 0))", "mix_responsibilities"},
        {"SELECT (SELECT count(*) FROM mix_trace(m))", "mix_trace"},
        {"SELECT (SELECT count(*) FROM mix_explain(m, 0))", "mix_explain"},
        {"SELECT (SELECT count(*) FROM mix_profile(m))", "mix_profile"},
        {"SELECT (SELECT count(*) FROM mix_intervals(m))", "mix_intervals"},
        {"SELECT (SELECT count(*) FROM mix_combine(m))", "mix_combine"},
        {"SELECT (SELECT count(*) FROM mix_sample(m, 1))", "mix_sample"},
        {"SELECT (SELECT count(*) FROM mix_grid(m, 1))", "mix_grid"},
        {"SELECT (SELECT count(*) FROM mix_ellipses(m))", "mix_ellipses"},
    };
    const wrong models[] = {
        {"5", " (model) is INTEGER 5; expected a model as JSON text"},
        {"2.5", " (model) is REAL 2.5; expected a model as JSON text"},
        {"x'7b7d'", " (model): key family is missing"}, /* readfile() */
        {"x'0c7d'", " (model) is BLOB of 2 bytes; expected a model as JSON text"},
        {"'{}'", " (model): key family is missing"},
        {"'the model'", " (model) is TEXT 'the model'; expected a model as JSON text"},
        {"' 5'", " (model) is TEXT ' 5'; expected a model as JSON text"},
        {"'{'", " (model): offset 1: unexpected end of text; expected a key or '}'"},
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        for (size_t m = 0; m < sizeof models / sizeof *models; m++) {
            expect_error(*state, sql_format("%s FROM (SELECT %s AS m)", calls[i][0], models[m].given),
                         sql_format("%s: argument 1%s", calls[i][1], models[m].text));
        }
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        sql_test(a_good_model_is_taken_in_any_layout),
        sql_test(texts_that_are_no_json_object_are_located),
        sql_test(missing_keys_are_named),
        sql_test(families_and_weights_are_checked),
        sql_test(means_are_checked),
        sql_test(covariances_are_checked),
        sql_test(what_a_fit_adds_is_checked_where_it_is_present),
        sql_test(every_function_and_table_says_the_same_of_a_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
