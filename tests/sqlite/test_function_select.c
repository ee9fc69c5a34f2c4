/* test_function_select.c: gmm_select, mmm_select and mix_selection in SQL. */
#include <string.h>

#include "sql.h"

static int with_data(void **state) {
    *state = sql_open();
    sql_run(*state,
            "CREATE TABLE toss(heads, tails); INSERT INTO toss VALUES (9,1),(8,2),(2,8),(1,9),(9,1),(0,10)");
    size_t rows = sql_csv(*state, "faithful", "faithful.csv", 2);
    sql_run(
        *state,
        "CREATE TABLE model AS SELECT gmm_select(c1, c2, 3, '{\"columns\":[\"a\",\"b\"]}') AS m FROM faithful");
    return rows != 272;
}

#define select_test(name) cmocka_unit_test_setup_teardown(name, with_data, sql_teardown)

static void the_model_is_a_model_like_any_other(void **state) {
    sqlite3 *db = *state;
    assert_int_equal(sql_integer(db, "SELECT json_valid(m) FROM model"), 1);
    assert_string_equal(sql_text(db, "SELECT m ->> 'covariance' FROM model"), "EEE");
    assert_string_equal(sql_text(db, "SELECT m ->> 'criterion' FROM model"), "bic");
    assert_string_equal(sql_text(db, "SELECT m ->> '$.columns[1]' FROM model"), "b");
    assert_int_equal(sql_integer(db, "SELECT count(DISTINCT mix_predict(m, c1, c2)) FROM faithful, model"), 3);
    assert_int_equal(sql_count(db, "SELECT * FROM model, mix_components(m)"), 3);
    assert_close(sql_double(db, "SELECT mix_loglik(m, c1, c2) FROM faithful, model"),
                 sql_double(db, "SELECT m ->> 'loglik' FROM model"), 1e-12, 0);
    assert_string_equal(sql_text(db, "SELECT m ->> '$.warnings[0]' FROM model"),
                        "k = 3 is the largest that was tried: more may be better");
}

static void the_list_is_best_first(void **state) {
    sqlite3 *db = *state;
    assert_int_equal(sql_count(db, "SELECT * FROM model, mix_selection(m)"), 3 * 14);
    assert_string_equal(sql_text(db, "SELECT k || covariance FROM model, mix_selection(m) WHERE rank = 1"),
                        "3EEE");
    assert_int_equal(
        sql_integer(db, "SELECT sum(bic < before) FROM (SELECT bic, lag(bic) OVER (ORDER BY rank) AS before "
                        "FROM model, mix_selection(m) WHERE sound)"),
        0);
    /* As mclust counts: EEE, k = 3 has 11, VVV 17. */
    assert_int_equal(
        sql_integer(db, "SELECT parameters FROM model, mix_selection(m) WHERE k = 3 AND covariance = 'EEE'"), 11);
    assert_int_equal(
        sql_integer(db, "SELECT parameters FROM model, mix_selection(m) WHERE k = 3 AND covariance = 'VVV'"), 17);
    assert_int_equal(sql_integer(db, "SELECT json_valid(warnings) AND json_type(warnings) = 'array' FROM model, "
                                     "mix_selection(m) LIMIT 1"),
                     1);
    assert_close(sql_double(db, "SELECT bic FROM model, mix_selection(m) WHERE rank = 1"),
                 sql_double(db, "SELECT m ->> 'bic' FROM model"), 0, 1e-9);
    assert_int_equal(sql_count(db, "SELECT * FROM mix_selection(NULL)"), 0);
}

static void options_choose_what_is_tried(void **state) {
    sqlite3 *db = *state;
    assert_int_equal(sql_count(db, "SELECT * FROM mix_selection((SELECT gmm_select(c1, c2, 9, "
                                   "'{\"k\":[4,2],\"covariances\":[\"VVV\",\"tied\",\"diag\"]}') FROM faithful))"),
                     6);
    assert_string_equal(
        sql_text(db, "SELECT group_concat(k || covariance, ' ') FROM (SELECT * FROM mix_selection((SELECT "
                     "gmm_select(c1, 2, '{\"covariance\":\"VVV\"}') FROM faithful)) ORDER BY k)"),
        "1V 2V");
    assert_string_equal(sql_text(db, "SELECT m ->> 'criterion' FROM (SELECT gmm_select(c1, c2, 2, "
                                     "'{\"criterion\":\"icl\",\"covariances\":[\"EEE\"]}') AS m FROM faithful)"),
                        "icl");
    assert_string_equal(sql_text(db, "SELECT k || ' ' || (covariance IS NULL) FROM mix_selection((SELECT "
                                     "mmm_select(heads, tails, 3) FROM toss)) WHERE rank = 1"),
                        "2 1");
    assert_string_equal(
        sql_text(db, "SELECT gmm_select(mix_row(c1, c2), 3, '{\"columns\":[\"a\",\"b\"]}') FROM faithful"),
        sql_text(db, "SELECT m FROM model"));
}

/* As their definitions have them, with n = 272; entropy a row from the responsibilities of the model itself. */
static void every_criterion_is_listed_and_may_choose(void **state) {
    sqlite3 *db = *state;
    assert_close(sql_double(db,
                            "SELECT max(abs(sabic + 2 * loglik - parameters * ln(274 / 24.0)) + abs(caic + 2 * "
                            "loglik - parameters * (ln(272) + 1))) FROM model, mix_selection(m) WHERE loglik "
                            "NOTNULL"),
                 0, 0, 1e-9);
    assert_close(
        sql_double(db, "SELECT entropy FROM model, mix_selection(m) WHERE rank = 1"),
        sql_double(db, "SELECT sum(iif(probability > 0, -probability * ln(probability), 0)) / 272 / ln(3) FROM "
                       "faithful, model, mix_responsibilities(m, c1, c2)"),
        1e-6, 1e-9);
    assert_close(sql_double(db, "SELECT max(entropy) FROM model, mix_selection(m) WHERE k = 1"), 0, 0, 0);
    const char *const criteria[] = {"sabic", "caic"};
    for (size_t i = 0; i < 2; i++) {
        sql_run(db,
                "CREATE TABLE by_%s AS SELECT gmm_select(c1, c2, 4, '{\"criterion\":\"%s\",\"covariances\":["
                "\"EEE\",\"VVV\"]}') AS m FROM faithful",
                criteria[i], criteria[i]);
        assert_string_equal(sql_text(db, "SELECT m ->> 'criterion' FROM by_%s", criteria[i]), criteria[i]);
        assert_int_equal(sql_integer(db,
                                     "SELECT rank FROM by_%s, mix_selection(m) WHERE sound ORDER BY %s LIMIT 1",
                                     criteria[i], criteria[i]),
                         1);
        assert_int_equal(
            sql_integer(db, "SELECT mix_plot_model(m, '{\"what\":\"selection\"}') LIKE '<svg%%' FROM by_%s",
                        criteria[i]),
            1);
    }
}

/* The normalized entropy criterion, from fits of their own and the responsibilities of the rows. */
static void the_entropy_criterion_compares_with_one_component(void **state) {
    sqlite3 *db = *state;
    sql_run(db, "CREATE TABLE by_nec AS SELECT gmm_select(c1, c2, 4, '{\"criterion\":\"nec\",\"covariances\":"
                "[\"EEE\",\"VVI\"],\"k\":[2,3,4]}') AS m FROM faithful");
    sql_run(db, "CREATE TABLE one AS SELECT 'EEE' AS own, gmm_fit(c1, c2, 1, '{\"covariance\":\"EEE\"}') ->> "
                "'loglik' AS loglik FROM faithful UNION ALL SELECT 'VVI', gmm_fit(c1, c2, 1, '{\"covariance\":"
                "\"VVI\"}') ->> 'loglik' FROM faithful");
    assert_close(sql_double(db, "SELECT max(abs(nec - (icl - bic) / 2 / (s.loglik - one.loglik))) FROM by_nec, "
                                "mix_selection(m) s, one WHERE own = covariance"),
                 0, 0, 1e-12);
    assert_close(
        sql_double(db, "SELECT nec FROM by_nec, mix_selection(m) WHERE rank = 1"),
        sql_double(db, "SELECT sum(iif(probability > 0, -probability * ln(probability), 0)) / ((m ->> 'loglik') - "
                       "one.loglik) FROM faithful, by_nec, one, mix_responsibilities(m, c1, c2) WHERE own = m ->> "
                       "'covariance'"),
        1e-6, 1e-12);
    assert_int_equal(sql_integer(db, "SELECT count(*) FROM by_nec, mix_selection(m) WHERE k = 1"), 0);
    assert_int_equal(sql_integer(db, "SELECT rank FROM by_nec, mix_selection(m) WHERE sound ORDER BY nec LIMIT 1"),
                     1);
    /* Every selection that has one component knows it, too; 1 of that itself. */
    assert_close(sql_double(db, "SELECT max(abs(a.nec - iif(a.k > 1, (a.icl - a.bic) / 2 / (a.loglik - "
                                "b.loglik), 1))) FROM model, mix_selection(m) a, mix_selection(m) b WHERE b.k = "
                                "1 AND b.covariance = a.covariance AND a.loglik > b.loglik"),
                 0, 0, 1e-10);
    assert_int_equal(sql_integer(db, "SELECT count(*) FROM mix_selection((SELECT gmm_select(c1, c2, 3, "
                                     "'{\"k\":[2,3]}') FROM faithful)) WHERE nec NOTNULL"),
                     0);
    /* One group: nothing divides it better than not at all, and the plainest that BIC finds is taken. */
    assert_string_equal(
        sql_text(db, "SELECT m ->> 'k' FROM (SELECT gmm_select(x1, 4, '{\"criterion\":\"nec\"}') AS m FROM "
                     "mix_sample('{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0]],\"covariances\":"
                     "[[[1]]]}', 500, 1))"),
        "1");
    /* With labels there are no fits of one component. */
    assert_int_equal(
        sql_integer(db,
                    "SELECT gmm_select(c1, c2, iif(rowid < 20, 1 + (c1 > 3), NULL), 3, '{\"criterion\":"
                    "\"nec\",\"label\":3,\"k\":[2,3],\"covariance\":\"EEE\"}') ->> 'warnings' LIKE "
                    "'%%nec compares with one component, which cannot be fitted to these rows%%' FROM faithful"),
        1);
}

static void the_other_options_are_those_of_a_fit(void **state) {
    sqlite3 *db = *state;
    sql_run(db, "CREATE TABLE extra AS SELECT c1, c2, rowid %% 3 AS w, iif(rowid %% 9, NULL, 1 + (c1 > 3)) AS l "
                "FROM faithful");
    assert_string_equal(
        sql_text(db, "SELECT json_remove(gmm_select(c1, w, c2, 2, '{\"weight\":2}'), '$.columns') FROM extra"),
        sql_text(db, "SELECT json_remove(gmm_select(c1, c2, w, 2, '{\"weight\":\"x3\"}'), '$.columns') "
                     "FROM extra"));
    assert_int_equal(sql_integer(db, "SELECT gmm_select(c1, c2, w, 1, '{\"weight\":3}') ->> 'n' FROM extra"),
                     sql_integer(db, "SELECT sum(w) FROM extra"));
    /* Labels keep their numbers: 2 is the group of long eruptions. */
    assert_int_equal(sql_integer(db, "SELECT mix_predict(m, 4.5, 80) FROM (SELECT gmm_select(c1, c2, l, 2, "
                                     "'{\"label\":3,\"k\":[2]}') AS m FROM extra)"),
                     2);
    assert_string_equal(
        sql_text(
            db, "SELECT m ->> 'seed' || ' ' || (m ->> 'equal_weights') || ' ' || (m ->> '$.weights[0]') || ' ' || "
                "(m ->> 'min_variance') FROM (SELECT gmm_select(c1, c2, 2, '{\"seed\":7,\"equal_weights\":true,"
                "\"k\":[2],\"min_variance\":0.0001,\"init\":\"random\",\"n_init\":3,\"threads\":1}') AS m FROM "
                "faithful)"),
        "7 1 0.5 0.0001");
    assert_int_equal(
        sql_integer(db, "SELECT count(DISTINCT gmm_select) FROM (SELECT gmm_select(c1, c2, 2, "
                        "json_object('threads', value)) AS gmm_select FROM faithful, json_each('[1,2,5]') "
                        "GROUP BY value)"),
        1);
    assert_string_equal(sql_text(db,
                                 "SELECT gmm_select(c1, c2, 2, '{\"max_iter\":1,\"accelerate\":false,\"tol\":0,"
                                 "\"covariance\":\"EEE\",\"k\":[2]}') ->> '$.warnings[0]' FROM faithful"),
                        "not converged after 1 iteration (max_iter)");
}

static void a_choice_on_a_sample_says_so(void **state) {
    sqlite3 *db = *state;
    sql_run(
        db,
        "CREATE TABLE long AS SELECT c1 + 0.001 * j AS a, c2 + 0.01 * i AS b FROM faithful, "
        "(SELECT value AS i FROM json_each('[-2,-1,1,2]')), (SELECT value AS j FROM json_each('[-3,-1,1,3]'))");
    const char *few = "\"covariances\":[\"EII\",\"EEE\"],\"n_init\":1";
    sql_run(db, "CREATE TABLE sampled AS SELECT gmm_select(a, b, 4, '{%s,\"sample\":1000}') AS m FROM long", few);
    assert_int_equal(sql_integer(db, "SELECT m ->> 'sample' FROM sampled"), 1000);
    assert_int_equal(sql_integer(db, "SELECT count(*) FROM sampled, mix_selection(m) WHERE rows = 1000"), 3);
    assert_int_equal(sql_integer(db, "SELECT count(*) FROM sampled, mix_selection(m) WHERE rows IS NULL"), 5);
    sql_is_null(db, "SELECT rows FROM sampled, mix_selection(m) WHERE rank = 1");
    assert_int_equal(
        sql_integer(db, "SELECT mix_summary(m) LIKE '%%compared on samples of 1000 rows%%' FROM sampled"), 1);
    assert_string_equal(
        sql_text(db, "SELECT group_concat(coalesce(rows, '-'), ' ') FROM sampled, mix_selection(m)"),
        sql_text(
            db,
            "SELECT group_concat(coalesce(value ->> 'rows', '-'), ' ') FROM sampled, json_each(m, '$.selection')"));
    /* With 0 all candidates are fitted to all rows. */
    sql_run(db, "CREATE TABLE full AS SELECT gmm_select(a, b, 4, '{%s,\"sample\":0}') AS m FROM long", few);
    sql_is_null(db, "SELECT m -> 'sample' FROM full");
    assert_int_equal(sql_integer(db, "SELECT count(*) FROM full, mix_selection(m) WHERE rows IS NULL"), 8);
    assert_int_equal(
        sql_integer(db, "SELECT s.m ->> 'k' = f.m ->> 'k' AND s.m ->> 'covariance' = f.m ->> 'covariance' "
                        "FROM sampled s, full f"),
        1);
}

static void a_chosen_model_goes_everywhere(void **state) {
    sqlite3 *db = *state;
    assert_int_equal(sql_integer(db, "SELECT max(iteration) FROM model, mix_trace(m)"),
                     sql_integer(db, "SELECT m ->> 'iterations' FROM model"));
    assert_close(sql_double(db, "SELECT mix_step(m, c1, c2) ->> 'loglik' FROM faithful, model"),
                 sql_double(db, "SELECT m ->> 'loglik' FROM model"), 1e-12, 0);
    assert_close(
        sql_double(db, "SELECT gmm_fit(c1, c2, 3, json_object('covariance', 'EEE', 'init', json(m))) ->> 'bic' "
                       "FROM faithful, model"),
        sql_double(db, "SELECT m ->> 'bic' FROM model"), 0, 1e-3);
    /* TEXT out of a table and JSON straight from the function are the same list, digit for digit. */
    assert_int_equal(
        sql_count(db, "SELECT s.* FROM model, mix_selection(m) s EXCEPT SELECT * FROM mix_selection((SELECT "
                      "gmm_select(c1, c2, 3) FROM faithful))"),
        0);
    expect_error(db, "SELECT * FROM mix_selection((SELECT gmm_fit(c1, c2, 2) FROM faithful))",
                 "mix_selection: argument 1 (model): key selection is missing; expected a model of a "
                 "selection, as of gmm_select()");
}

static void groups_filters_and_nulls_are_as_in_fits(void **state) {
    sqlite3 *db = *state;
    assert_int_equal(sql_count(db, "SELECT gmm_select(c1, c2, 2) FROM faithful GROUP BY c1 > 3"), 2);
    assert_int_equal(sql_integer(db, "SELECT gmm_select(c1, c2, 1) FILTER (WHERE c1 > 3) ->> 'n' FROM faithful"),
                     sql_integer(db, "SELECT count(*) FROM faithful WHERE c1 > 3"));
    assert_int_equal(
        sql_integer(db, "SELECT gmm_select(iif(rowid < 3, NULL, c1), c2, 1, '{\"nulls\":\"skip\"}') ->> 'skipped' "
                        "FROM faithful"),
        2);
    assert_int_equal(sql_integer(db, "SELECT gmm_select(iif(rowid < 3, NULL, c1), c2, 1) ->> 'n' FROM faithful"),
                     272);
    sql_is_null(db, "SELECT gmm_select(c1, c2, 3) FROM faithful WHERE 0");
    sql_is_null(db, "SELECT gmm_select(NULL, NULL, 3) FROM faithful");
    sql_is_null(db, "SELECT gmm_select(NULL, c2, 3, '{\"few_rows\":\"null\"}') FROM faithful");
}

static void reasons_stand_in_the_list(void **state) {
    assert_string_equal(
        sql_text(*state, "SELECT warnings || coalesce(bic, ' no bic') || sound FROM mix_selection((SELECT "
                         "gmm_select(value, 5) FROM json_each('[1,2,4]'))) WHERE k = 4 LIMIT 1"),
        "[\"3 distinct rows for k = 4; expected at least k distinct rows, or option few_rows\"] no bic0");
}

static void wrong_arguments_are_named(void **state) {
    static const struct {
        const char *call, *text;
    } cases[] = {
        {"gmm_select(c1, c2, 0)", "argument 3 (kmax) is INTEGER 0; expected an integer from 1 to 1000"},
        {"gmm_select(c1, c2, 1001)", "argument 3 (kmax) is INTEGER 1001; expected an integer from 1 to 1000"},
        {"gmm_select(c1, c2, 'three')",
         "argument 3 is TEXT 'three'; expected kmax, an integer >= 1, or options, a JSON object"},
        {"gmm_select(c1, c2, rowid)",
         "argument 3 (kmax) changes from 1 to 2 in row 2; expected the same in all rows, behind the columns"},
        {"gmm_select(c1, c2, 2, '{\"criterion\":\"best\"}')",
         "argument 4 (options): criterion is \"best\" at offset 13; expected bic, icl, aic, sabic, caic or nec"},
        {"gmm_select(c1, c2, 2, '{\"covariances\":[]}')",
         "argument 4 (options): covariances is an array of 0 at offset 15; expected an array of one covariance structure or more"},
        {"gmm_select(c1, c2, 2, '{\"covariances\":[\"EEE\",\"tied\"]}')",
         "argument 4 (options): covariances[1] is \"tied\" at offset 22; expected each structure once"},
        {"gmm_select(c1, c2, 2, '{\"covariance\":\"EEE\",\"covariances\":[\"VVV\"]}')",
         "argument 4 (options): covariances is an array of 1 at offset 34; expected covariances or covariance, not both"},
        {"gmm_select(c1, c2, 2, '{\"covariances\":[\"VVV\"],\"covariance\":\"EEE\"}')",
         "argument 4 (options): covariance is \"EEE\" at offset 36; expected covariances or covariance, not both"},
        {"gmm_select(c1, c2, 2, '{\"covariances\":\"EEE\"}')",
         "argument 4 (options): covariances is \"EEE\" at offset 15; expected an array of one covariance structure or more"},
        {"gmm_select(c1, c2, 2, '{\"k\":[]}')",
         "argument 4 (options): k is an array of 0 at offset 5; expected an array of one number of components or more"},
        {"gmm_select(c1, c2, 2, '{\"k\":[2,1.5]}')",
         "argument 4 (options): k[1] is 1.5 at offset 8; expected an integer from 1 to 1000"},
        {"gmm_select(c1, c2, 2, '{\"k\":[1001]}')",
         "argument 4 (options): k[0] is 1001 at offset 6; expected an integer from 1 to 1000"},
        {"gmm_select(c1, c2, 2, '{\"seeed\":1}')",
         "argument 4 (options): unknown key \"seeed\" at offset 1; expected one of columns, weight, label, criterion, "
         "covariances, k, sample, covariance, equal_weights, max_iter, tol, n_init, init, seed, accelerate, threads, min_variance, "
         "resolution, nulls, noise, few_rows"},
        {"gmm_select(c1, c2, 2, iif(rowid < 3, '{}', '{\"seed\":1}'))",
         "argument 4 (options) changes to TEXT '{\"seed\":1}' in row 3; expected the same in all rows"},
        {"gmm_select(c1, c2, 1, '{\"label\":2}')",
         "argument 2 (x2) is 79 in row 1; expected a component from 1 to 1, or NULL for unknown"},
        {"gmm_select(c1, iif(rowid = 9, 'x', c2), 2, '{\"columns\":[\"a\",\"b\"]}')",
         "argument 2 (b) is TEXT 'x' in row 9; expected a number"},
        {"gmm_select(c1, 9, '{\"k\":[300,400]}')",
         "126 distinct rows for k = 300, the first (3.6); expected at least k distinct rows, or option few_rows"},
        {"gmm_select(c1, c2, 2, '{\"k\":[2,0]}')",
         "argument 4 (options): k[1] is 0 at offset 8; expected an integer from 1 to 1000"},
        {"gmm_select(c1, c2, 2, '{\"k\":[2,2]}')",
         "argument 4 (options): k[1] is 2 at offset 8; expected each k once"},
        {"gmm_select(c1, c2, 2, '{\"k\":3}')",
         "argument 4 (options): k is 3 at offset 5; expected an array of one number of components or more"},
        {"gmm_select(c1, c2, 2, '{\"init\":{\"weights\":[0.5,0.5]}}')",
         "argument 4 (options): init is an object at offset 8; expected kmeans++ or random"},
        {"gmm_fit(c1, c2, 2, '{\"criterion\":\"bic\"}')",
         "argument 4 (options): unknown key \"criterion\" at offset 1; expected one of columns, weight, label, covariance, "
         "equal_weights, max_iter, tol, n_init, init, seed, accelerate, threads, min_variance, resolution, nulls, noise, few_rows"},
        {"mmm_select(c2, c2, 2, '{\"covariances\":[\"EEE\"]}')",
         "argument 4 (options): unknown key \"covariances\" at offset 1; expected one of columns, weight, label, "
         "criterion, k, sample, equal_weights, max_iter, tol, n_init, init, seed, accelerate, threads, nulls, few_rows"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t name = strcspn(cases[i].call, "(");
        expect_error(*state, sql_build("SELECT %s FROM faithful", cases[i].call),
                     sql_build("%.*s: %s", (int)name, cases[i].call, cases[i].text));
    }
}

#define MODEL "'{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0]],\"covariances\":[[[1]]]"

static void what_a_list_leaves_out_is_null(void **state) {
    assert_string_equal(
        sql_text(
            *state,
            "SELECT group_concat(rank || k || sound || (loglik IS NULL) || (bic IS NULL) || (parameters IS NULL) || "
            "(converged IS NULL) || warnings, ' ') FROM mix_selection(" MODEL
            ",\"selection\":[{\"k\":2,\"sound\":true},{\"k\":7}]}')"),
        "1201111[] 2701111[]");
    assert_int_equal(sql_count(*state, "SELECT * FROM mix_selection(" MODEL ",\"selection\":[]}')"), 0);
}

static void malformed_lists_are_named(void **state) {
    static const struct {
        const char *rest, *text;
    } cases[] = {
        {"", "key selection is missing; expected a model of a selection, as of gmm_select()"},
        {",\"selection\":{}", "selection is an object at offset 83; expected an array of objects"},
        {",\"selection\":[1]", "selection[0] is 1 at offset 84; expected an object with a key k"},
        {",\"selection\":[{\"k\":1},{\"sound\":true}]",
         "selection[1] is an object at offset 92; expected an object with a key k"},
        {",\"selection\":[{\"k\":0}]", "selection[0].k is 0 at offset 89; expected an integer >= 1"},
        {",\"selection\":[{\"k\":1,\"bic\":\"low\"}]",
         "selection[0].bic is \"low\" at offset 97; expected a number"},
        {",\"selection\":[{\"k\":1,\"warnings\":[1]}]",
         "selection[0].warnings[0] is 1 at offset 103; expected a string"},
        {",\"criterion\":\"best\"",
         "criterion is \"best\" at offset 83; expected bic, icl, aic, sabic, caic or nec"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_error(*state, sql_build("SELECT * FROM mix_selection(" MODEL "%s}')", cases[i].rest),
                     sql_build("mix_selection: argument 1 (model): %s", cases[i].text));
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        select_test(the_model_is_a_model_like_any_other),
        select_test(the_list_is_best_first),
        select_test(options_choose_what_is_tried),
        select_test(every_criterion_is_listed_and_may_choose),
        select_test(the_entropy_criterion_compares_with_one_component),
        select_test(groups_filters_and_nulls_are_as_in_fits),
        select_test(the_other_options_are_those_of_a_fit),
        select_test(a_choice_on_a_sample_says_so),
        select_test(a_chosen_model_goes_everywhere),
        select_test(reasons_stand_in_the_list),
        select_test(wrong_arguments_are_named),
        select_test(what_a_list_leaves_out_is_null),
        select_test(malformed_lists_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
