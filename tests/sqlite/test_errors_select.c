/* test_errors_select.c: what is wrong with the options of a selection, with the candidates that a model lists, and
** with what is drawn from a model, to the last word. */
#include <string.h>

#include "sql.h"

#define MODEL "\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0]],\"covariances\":[[[1]]]"
#define COINS "\"family\":\"multinomial\",\"weights\":[1],\"probabilities\":[[0.5,0.5]]"

typedef struct wrong {
    const char *text, *message;
} wrong;

static void options_of_a_selection(void **state) {
    const wrong cases[] = {
        {"{\"covariance\":\"EII\",\"covariances\":[\"EII\"]}",
         "covariances is an array of 1 at offset 34; expected covariances or covariance, not both"},
        {"{\"covariances\":[\"EII\"],\"covariance\":\"EII\"}",
         "covariance is \"EII\" at offset 36; expected covariances or covariance, not both"},
        {"{\"covariances\":[]}",
         "covariances is an array of 0 at offset 15; expected an array of one covariance structure or more"},
        {"{\"covariances\":\"EII\"}",
         "covariances is \"EII\" at offset 15; expected an array of one covariance structure or more"},
        {"{\"covariances\":[\"EII\",\"EII\"]}",
         "covariances[1] is \"EII\" at offset 22; expected each structure once"},
        {"{\"k\":[]}", "k is an array of 0 at offset 5; expected an array of one number of components or more"},
        {"{\"k\":2}", "k is 2 at offset 5; expected an array of one number of components or more"},
        {"{\"k\":[1,2,1]}", "k[2] is 1 at offset 10; expected each k once"},
        {"{\"k\":[0]}", "k[0] is 0 at offset 6; expected an integer from 1 to 1000"},
        {"{\"init\":{\"means\":[[1]]}}", "init is an object at offset 8; expected kmeans++ or random"},
        {"{\"sample\":-1}", "sample is -1 at offset 10; expected an integer from 0 to 1000000000"},
        {"{\"sample\":\"all\"}", "sample is \"all\" at offset 10; expected an integer from 0 to 1000000000"},
        {"{\"criterion\":\"dic\"}",
         "criterion is \"dic\" at offset 13; expected bic, icl, aic, sabic, caic or nec"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_error(*state, sql_build("SELECT gmm_select(1.5, 2, %Q)", cases[i].text),
                     sql_format("gmm_select: argument 3 (options): %s", cases[i].message));
    }
}

static void candidates_of_a_model(void **state) {
    const wrong cases[] = {
        {"{" MODEL ",\"selection\":1}", "selection is 1 at offset 83; expected an array of objects"},
        {"{" MODEL ",\"selection\":[1]}", "selection[0] is 1 at offset 84; expected an object with a key k"},
        {"{" MODEL ",\"selection\":[{\"k\":1,\"rows\":-1}]}",
         "selection[0].rows is -1 at offset 98; expected an integer >= 0"},
        {"{" MODEL ",\"sample\":0.5}", "sample is 0.5 at offset 80; expected an integer >= 0"},
        {"{" MODEL ",\"criterion\":1}", "criterion is 1 at offset 83; expected bic, icl, aic, sabic, caic or nec"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_error(*state, sql_build("SELECT count(*) FROM mix_selection(%Q)", cases[i].text),
                     sql_format("mix_selection: argument 1 (model): %s", cases[i].message));
    }
}

static void candidates_keep_their_warnings(void **state) {
    const char *model = "{" MODEL ",\"selection\":[{\"k\":1,\"warnings\":[\"one\",\"two\"]}]}";
    assert_string_equal(sql_text(*state, "SELECT warnings FROM mix_selection(%Q)", model), "[\"one\",\"two\"]");
    sql_is_null(*state, "SELECT loglik FROM mix_selection(%Q)", model); /* it was not fitted */
}

static void what_cannot_be_drawn(void **state) {
    expect_error(
        *state, "SELECT * FROM mix_sample('{" COINS ",\"trials\":0.2}', 1)",
        "mix_sample: argument 4 (trials) is missing and the model's mean is 0.2; expected an integer from 0 "
        "to 1000000");
    expect_error(*state, "SELECT * FROM mix_sample('{" MODEL "}', 1, 0, 5)",
                 "mix_sample: argument 4 (trials) is given for a model of family gaussian; expected multinomial");
}

static void what_cannot_be_imputed(void **state) {
    /* The conditional mean is 1e300 * 1e10. */
    expect_error(*state,
                 "SELECT mix_impute('{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0,0]],"
                 "\"covariances\":[[[1,1e10],[1e10,2e20]]]}', 1e300, NULL)",
                 "mix_impute: the expectation of value 2 is beyond a double; expected values nearer to the model");
}

static void hidden_columns_hold_the_arguments(void **state) {
    assert_string_equal(sql_text(*state, "SELECT _model FROM mix_responsibilities('{" MODEL "}', 1.5)"),
                        "{" MODEL "}");
    assert_true(sql_double(*state, "SELECT _x1 FROM mix_responsibilities('{" MODEL "}', 1.5)") == 1.5);
    sql_is_null(*state, "SELECT _x1 FROM mix_responsibilities('{" MODEL "}', NULL)");
    assert_int_equal(sql_integer(*state, "SELECT max(_n) FROM mix_sample('{" MODEL "}', 3)"), 3);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        sql_test(options_of_a_selection),         sql_test(candidates_of_a_model),
        sql_test(candidates_keep_their_warnings), sql_test(what_cannot_be_drawn),
        sql_test(what_cannot_be_imputed),         sql_test(hidden_columns_hold_the_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
