/* test_resolution.c: option resolution, and what a model says of the steps of its columns. */
#include "sql.h"

static int recorded_setup(void **state) {
    *state = sql_open();
    (void)sql_csv(*state, "faithful", "faithful.csv", 2);
    (void)sql_csv(*state, "points", "points.csv", 2);
    (void)sql_csv(*state, "atom", "hard/atom.csv", 1);
    sql_run(*state, "CREATE TABLE waits AS SELECT c1, c2 FROM faithful");
    return 0;
}

#define recorded_test(name) cmocka_unit_test_setup_teardown(name, recorded_setup, sql_teardown)

/* The steps that a fit of `c1, c2` from a table finds, by these options; in hundredths. */
static char *steps(sqlite3 *db, const char *options, const char *table) {
    return sql_text(db,
                    "SELECT ifnull((SELECT group_concat(CAST(round(100 * value) AS INTEGER)) FROM "
                    "json_each(m -> 'step')), 'none') FROM (SELECT gmm_fit(c1, c2, 2, %Q) AS m FROM %s)",
                    options, table);
}

static void a_model_says_the_step_of_each_column(void **state) {
    assert_string_equal(steps(*state, "{}", "faithful"), "2,100"); /* a sixtieth, in thousandths; minutes */
    assert_string_equal(steps(*state, "{}", "points"), "none");
}

static void it_is_one_number_or_one_of_each_column_or_null_where_it_is_measured(void **state) {
    assert_string_equal(steps(*state, "{\"resolution\":0.5}", "points"), "50,50");
    assert_string_equal(steps(*state, "{\"resolution\":[0,3]}", "faithful"), "0,300");
    assert_string_equal(steps(*state, "{\"resolution\":[0.25,null]}", "faithful"), "25,100");
    assert_string_equal(steps(*state, "{\"resolution\":0}", "faithful"), "none");
    assert_string_equal(
        sql_text(*state,
                 "SELECT gmm_fit(c1, c2, 2, '{\"resolution\":[0.25,null]}') -> 'resolution' FROM faithful"),
        "[0.25,null]");
    sql_is_null(*state, "SELECT gmm_fit(c1, c2, 2) -> 'resolution' FROM faithful");
}

/* In the model's own steps no component is thinner than the reference says. */
static void it_is_how_thin_a_component_may_be(void **state) {
    double least = sql_double(*state, "SELECT ln(2 * 272 * 1) / (2 * pi() * pi()) * 8 * 8");
    const char *fit = "gmm_fit(c2, 3, '{\"covariance\":\"V\",\"resolution\":8}')";
    const char *thinnest = "SELECT min(value) FROM faithful_fit, mix_parameters(m) WHERE parameter = 'covariance'";
    sql_run(*state, "CREATE TABLE faithful_fit AS SELECT %s AS m FROM faithful", fit);
    assert_close(sql_double(*state, "%s", thinnest), least, 1e-5, 0);
    sql_run(*state, "UPDATE faithful_fit SET m = (SELECT gmm_fit(c2, 3, '{\"covariance\":\"V\"}') FROM faithful)");
    assert_true(sql_double(*state, "%s", thinnest) < 0.9 * least);
}

static void a_refit_keeps_what_was_given_and_measures_the_rest_anew(void **state) {
    static const char *const cases[][3] = {
        {"{\"resolution\":[0.25,5]}", "{}", "[0.25,5.0]"},
        {"{\"resolution\":[0.25,null]}", "{}", "[0.25,2.0]"},
        {"{}", "{\"resolution\":[0.5,7]}", "[0.5,7.0]"},
        {"{\"resolution\":0.25}", "{\"resolution\":[0.5,null]}", "[0.5,2.0]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sql_run(*state,
                "DROP TABLE IF EXISTS model; CREATE TABLE model AS SELECT gmm_fit(c1, c2, 2, %Q) AS m FROM waits",
                cases[i][0]);
        const char *again = sql_text(*state, "SELECT mix_refit(m, c1, 2 * c2, %Q) FROM model, waits", cases[i][1]);
        assert_close(sql_double(*state, "SELECT %Q ->> '$.step[0]'", again),
                     sql_double(*state, "SELECT %Q ->> '$[0]'", cases[i][2]), 1e-9, 0);
        assert_close(sql_double(*state, "SELECT %Q ->> '$.step[1]'", again),
                     sql_double(*state, "SELECT %Q ->> '$[1]'", cases[i][2]), 1e-9, 0);
    }
}

/* Half of the rows are 1: a component at the step, where the fit stands, and a step of EM in SQL with it. */
static void a_step_of_em_in_sql_has_the_floors_of_the_fit(void **state) {
    sql_run(*state, "CREATE TABLE model AS SELECT gmm_fit(c1, 2, '{\"tol\":1e-12}') AS m FROM atom; CREATE TABLE "
                    "next AS SELECT mix_step(m, c1) AS m FROM model, atom");
    const char *thinnest = "SELECT min(value) FROM %s, mix_parameters(m) WHERE parameter = 'covariance'";
    double variance = sql_double(*state, thinnest, "model");
    double n = sql_double(*state, "SELECT count(*) FROM atom");
    assert_close(variance, sql_double(*state, "SELECT ln(2 * %f) / (2 * pi() * pi())", n), 1e-5, 0);
    assert_close(sql_double(*state, thinnest, "next"), variance, 1e-5, 0);
    sql_run(*state, "UPDATE next SET m = (SELECT mix_step(json_remove(model.m, '$.step'), c1) FROM model, atom)");
    assert_true(sql_double(*state, thinnest, "next") < 0.5 * variance);
}

static void what_a_model_says_of_steps_is_checked(void **state) {
    static const char *const cases[][2] = {
        {"\"step\":[-1,1]", "step[0] is -1 at offset 89; expected a number >= 0"},
        {"\"step\":[1,null]", "step[1] is null at offset 91; expected a number >= 0"},
        {"\"step\":1", "step is 1 at offset 88; expected an array of 2 numbers >= 0"},
        {"\"step\":[1]", "step is an array of 1 at offset 88; expected an array of 2 numbers >= 0"},
        {"\"resolution\":[1]",
         "resolution is an array of 1 at offset 94; expected a number >= 0, or an array of 2 numbers >= 0 or null "
         "(measured)"},
        {"\"resolution\":[1,1e76]",
         "resolution[1] is 1e76 at offset 97; expected a number >= 0, or null (measured)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_error(*state,
                     sql_format("SELECT mix_predict('{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0,0]],"
                                "\"covariances\":[[[1,0],[0,1]]],%s}', 1, 2)",
                                cases[i][0]),
                     sql_format("mix_predict: argument 1 (model): %s", cases[i][1]));
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        recorded_test(a_model_says_the_step_of_each_column),
        recorded_test(it_is_one_number_or_one_of_each_column_or_null_where_it_is_measured),
        recorded_test(it_is_how_thin_a_component_may_be),
        recorded_test(a_refit_keeps_what_was_given_and_measures_the_rest_anew),
        recorded_test(a_step_of_em_in_sql_has_the_floors_of_the_fit),
        recorded_test(what_a_model_says_of_steps_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
