/* test_names.c: names of components: labels that are words, models that hold names, functions that keep and show
** them. */
#include "sql.h"

static const char *const species = "(CASE (i.rowid - 1) / 50 WHEN 0 THEN 'setosa' WHEN 1 THEN 'versicolor' "
                                   "ELSE 'virginica' END)";

static int set_up(void **state) {
    *state = sql_open();
    (void)sql_csv(*state, "iris", "iris.csv", 4);
    sql_run(*state,
            "CREATE TABLE flower AS SELECT c3 AS length, c4 AS width, %s AS kind, (i.rowid - 1) / 50 + 1 AS "
            "number FROM iris i",
            species);
    sql_run(*state, "CREATE TABLE model AS SELECT gmm_fit(length, width, kind, 3, "
                    "'{\"columns\":[\"length\",\"width\",\"kind\"],\"label\":\"kind\"}') AS m FROM flower");
    return 0;
}

static int tear_down(void **state) {
    sql_close(*state);
    return 0;
}

#define names_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* ---- Labels ------------------------------------------------------------------------------------------------- */

static void a_fit_by_names_is_the_fit_by_numbers(void **state) {
    static const char *const rows[] = {
        "flower", "(SELECT * FROM flower ORDER BY kind DESC)",
        ("(SELECT length, width, iif(random, kind, NULL) AS kind, iif(random, number, "
         "NULL) AS number FROM (SELECT *, rowid * 7 % 5 < 2 AS random FROM flower))")};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(
            sql_text(*state,
                     "SELECT json_remove(gmm_fit(length, width, kind, 3, '{\"label\":3}'), '$.names') FROM %s",
                     rows[i]),
            sql_text(*state, "SELECT json(gmm_fit(length, width, number, 3, '{\"label\":3}')) FROM %s", rows[i]));
    }
}

static void all_labelled_means_are_those_of_the_groups(void **state) {
    assert_close(sql_double(*state,
                            "SELECT max(abs(p.value - iif(p.column = 'length', g.length, g.width))) FROM model, "
                            "mix_components(m) c JOIN mix_parameters(m) p USING (component) JOIN (SELECT kind, "
                            "avg(length) AS length, avg(width) AS width FROM flower GROUP BY kind) g "
                            "ON g.kind = c.name WHERE parameter = 'mean'"),
                 0, 0, 1e-12);
    assert_int_equal(sql_integer(*state, "SELECT count(DISTINCT name) FROM model, mix_components(m)"), 3);
}

/* So component 1 of a group is component 1 of every other. */
static void names_are_sorted_whatever_the_order_of_the_rows(void **state) {
    assert_int_equal(sql_integer(*state,
                                 "SELECT count(*) FROM (SELECT gmm_fit(length, kind, 3, '{\"label\":2}') -> "
                                 "'names' AS names FROM (SELECT *, rowid AS r FROM flower ORDER BY r * 77 %% "
                                 "151) GROUP BY r %% 4) WHERE names = '[\"setosa\",\"versicolor\","
                                 "\"virginica\"]'"),
                     4);
}

static void components_without_a_name_have_their_number(void **state) {
    assert_string_equal(sql_text(*state, "SELECT gmm_fit(length, nullif(kind, 'setosa'), 4, '{\"label\":2}') -> "
                                         "'names' FROM flower"),
                        "[\"versicolor\",\"virginica\",\"3\",\"4\"]");
}

static void only_rows_that_are_used_have_a_say(void **state) {
    assert_string_equal(sql_text(*state, "SELECT gmm_fit(iif(kind = 'setosa', NULL, length), kind, 2, "
                                         "'{\"label\":2}') -> 'names' FROM flower"),
                        "[\"versicolor\",\"virginica\"]");
    assert_string_equal(sql_text(*state,
                                 "SELECT gmm_fit(length, kind, kind > 't', 2, '{\"label\":2,\"weight\":3}') "
                                 "-> 'names' FROM flower"),
                        "[\"versicolor\",\"virginica\"]");
}

static void a_text_that_is_a_number_stays_one(void **state) {
    assert_string_equal(
        sql_text(*state, "SELECT gmm_fit(length, CAST(number AS TEXT), 3, '{\"label\":2}') FROM flower"),
        sql_text(*state, "SELECT gmm_fit(length, number, 3, '{\"label\":2}') FROM flower"));
}

static void a_selection_takes_names_too(void **state) {
    sql_run(*state, "CREATE TABLE chosen AS SELECT gmm_select(length, width, kind, 4, '{\"label\":3,\"k\":[2,3],"
                    "\"covariances\":[\"VVI\",\"VVV\"]}') AS m FROM flower");
    assert_string_equal(sql_text(*state, "SELECT m -> 'names' FROM chosen"),
                        "[\"setosa\",\"versicolor\",\"virginica\"]");
    assert_int_equal(
        sql_integer(*state, "SELECT count(*) FROM chosen, mix_selection(m) s WHERE s.k = 2 AND sound"), 0);
}

static void wrong_labels_are_named(void **state) {
    static const char *const cases[][2] = {
        {"gmm_fit(length, kind, 2, '{\"label\":2}')",
         "gmm_fit: argument 2 (x2) is TEXT 'virginica' in row 101, after 2 other names; expected at most k = 2 "
         "names, or NULL for unknown"},
        {"gmm_fit(length, '', 2, '{\"label\":2,\"columns\":[\"length\",\"kind\"]}')",
         "gmm_fit: argument 2 (kind) is TEXT '' in row 1; expected a component's name or number, or NULL for "
         "unknown: nullif(kind, '') makes NULL of it"},
        {"gmm_fit(length, char(97, 0, 98), 2, '{\"label\":2}')",
         "gmm_fit: argument 2 (x2) is TEXT 'a?b' in row 1; expected a component's name or number, or NULL for "
         "unknown"},
        {"gmm_fit(length, CAST(x'6180' AS TEXT), 2, '{\"label\":2}')",
         "gmm_fit: argument 2 (x2) is TEXT 'a...' in row 1; expected a component's name or number, or NULL for "
         "unknown"},
        {"gmm_fit(length, x'61', 2, '{\"label\":2}')",
         "gmm_fit: argument 2 (x2) is BLOB of 1 bytes in row 1; expected a number"},
        {"gmm_fit(length, iif(number = 1, 1, kind), 3, '{\"label\":2}')",
         "gmm_fit: argument 2 (x2) is TEXT 'versicolor' in row 51; expected a component's number, as in the rows "
         "before, or NULL for unknown"},
        {"gmm_fit(length, iif(number = 1, kind, 2), 3, '{\"label\":2}')",
         "gmm_fit: argument 2 (x2) is 2 in row 51; expected a name, as in the rows before, or NULL for unknown"},
        {"gmm_fit(length, kind, 3)", "gmm_fit: argument 2 (x2) is TEXT 'setosa' in row 1; expected a number"},
        {"mix_refit(m, length, width, iif(number = 2, 'lily', kind), '{\"label\":3}')",
         "mix_refit: argument 4 (x3) is TEXT 'lily' in row 51; expected one of the model's names, or NULL for "
         "unknown"},
        {"mix_refit(json_remove(m, '$.names'), length, width, kind, '{\"label\":3}')",
         "mix_refit: argument 4 (x3) is TEXT 'setosa' in row 1; expected a component from 1 to 3, or NULL for "
         "unknown: the model has no names"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_error(*state, sql_format("SELECT %s FROM flower, model", cases[i][0]), cases[i][1]);
    }
}

/* ---- Models that hold names --------------------------------------------------------------------------------- */

static void fits_that_go_on_keep_the_names(void **state) {
    static const char *const calls[] = {
        "mix_refit(m, length, width)",
        "mix_refit(m, length, width, nullif(kind, 'virginica'), '{\"label\":3}')",
        "mix_refit(m, length, width, number, '{\"label\":3}')",
        "mix_step(m, length, width)",
        "mix_maximize(mix_statistics(m, length, width))",
        "gmm_fit(length, width, 3, json_object('init', m))",
        "gmm_fit(length, width, nullif(kind, 'virginica'), 3, json_object('init', json(m), 'label', 3))",
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        const char *names = sql_text(*state, "SELECT %s -> 'names' FROM model, flower", calls[i]);
        assert_string_equal(names, "[\"setosa\",\"versicolor\",\"virginica\"]");
    }
}

static void refits_of_every_family_keep_names_columns_and_structure(void **state) {
    static const char *const families[] = {"gmm", "mmm", "pmm"};
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        sql_run(*state,
                "DROP TABLE IF EXISTS made; CREATE TABLE made AS SELECT mix_rename(%s_fit(round(length), "
                "round(width), 3, '{\"columns\":[\"a\",\"b\"],\"max_iter\":2}'), '[\"n1\",\"n2\",\"n3\"]') AS m "
                "FROM flower WHERE rowid %% 2",
                families[i]);
        sql_run(*state, "DROP TABLE IF EXISTS again; CREATE TABLE again AS SELECT mix_refit(m, round(length), "
                        "round(width)) AS m FROM made, flower");
        assert_string_equal(
            sql_text(*state, "SELECT group_concat(a.m ->> key IS b.m ->> key) FROM made a, again b, "
                             "(SELECT value AS key FROM json_each('[\"family\",\"k\",\"columns\",\"names\","
                             "\"covariance\",\"parameters\"]'))"),
            "1,1,1,1,1,1");
        assert_int_equal(sql_integer(*state, "SELECT again.m ->> 'n' FROM again"), 150);
    }
}

/* The names of a model need not be sorted. */
static void labels_mean_the_component_of_that_name(void **state) {
    sql_run(*state, "UPDATE model SET m = json_set(m, '$.names', json('[\"z\",\"y\",\"x\"]'))");
    assert_string_equal(
        sql_text(*state, "SELECT json_remove(mix_refit(m, length, width, char(123 - number), '{\"label\":3}'), "
                         "'$.names') FROM model, flower"),
        sql_text(*state, "SELECT json_remove(mix_refit(m, length, width, number, '{\"label\":3}'), '$.names') "
                         "FROM model, flower"));
}

#define HAND_WRITTEN                                                                                              \
    "{\"family\":\"gaussian\",\"weights\":[0.5,0.5],\"means\":[0,1],\"covariances\":[1,1],\"names\":%s}"

static void hand_written_names_are_checked(void **state) {
    static const char *const cases[][2] = {
        {"[\"a\"]", "names is an array of 1 at offset 83; expected an array of 2 names, one for each component"},
        {"\"a\"", "names is \"a\" at offset 83; expected an array of 2 names, one for each component"},
        {"[\"a\",4]", "names[1] is 4 at offset 88; expected a component name"},
        {"[\"a\",\"\"]",
         "names[1] is \"\" at offset 88; expected a component name that is not empty and holds no NUL"},
        {"[\"a\",\"a\"]", "names[1] is \"a\" at offset 88; expected a name that no other component has"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_error(*state, sql_format("SELECT mix_density('" HAND_WRITTEN "', 0)", cases[i][0]),
                     sql_format("mix_density: argument 1 (model): %s", cases[i][1]));
    }
    assert_string_equal(sql_text(*state, "SELECT group_concat(name) FROM mix_components(%Q)",
                                 sql_format(HAND_WRITTEN, "[\"b\",\"a\"]")),
                        "b,a");
}

static void the_summary_shows_them(void **state) {
    assert_string_equal(
        sql_text(*state, "SELECT mix_summary(%Q)", sql_format(HAND_WRITTEN, "[\"small\",\"\xc3\xa9t\xc3\xa9\"]")),
        "gaussian mixture of 2 components, covariance full (V), 1 column\n"
        "component  share   x1\n"
        "1 small    50.0 %  0 \xc2\xb1 1\n"
        "2 \xc3\xa9t\xc3\xa9      50.0 %  1 \xc2\xb1 1\n");
    /* A long one is cut between characters. */
    assert_int_equal(
        sql_integer(
            *state,
            "SELECT instr(mix_summary(%Q), '1 x' || substr(replace(hex(zeroblob(40)), "
            "'00', 'é'), 1, 29) || '  ')",
            sql_format(
                HAND_WRITTEN,
                "[\"x\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
                "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
                "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\",\"b\"]")) > 0,
        1);
}

/* ---- mix_rename, mix_name ----------------------------------------------------------------------------------- */

static void all_else_stays(void **state) {
    static const char *const models[] = {
        "gmm_fit(length, width, kind, 3, '{\"label\":3}')",
        "gmm_select(length, width, 2, '{\"covariances\":[\"EEI\",\"VVV\"]}')",
        "mix_step(m, length, width)",
        "mmm_fit(round(length), round(width), 2, '{\"equal_weights\":true,\"n_init\":1}')",
        "gmm_fit(length, width, 2, '{\"resolution\":[0.1,null],\"min_variance\":1e-6}')",
    };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        sql_run(*state,
                sql_build("DROP TABLE IF EXISTS made; CREATE TABLE made AS SELECT %s AS m FROM flower, model",
                          models[i]));
        assert_int_equal(sql_integer(*state, "SELECT mix_rename(m, m -> 'names') = m FROM made"), 1);
        const char *names =
            sql_text(*state, "SELECT json_group_array('n' || component) FROM made, mix_components(m)");
        assert_string_equal(sql_text(*state, "SELECT mix_rename(m, %Q) -> 'names' FROM made", names), names);
        assert_int_equal(
            sql_integer(*state, "SELECT mix_rename(mix_rename(m, %Q), m -> 'names') = m FROM made", names), 1);
    }
}

static void a_name_is_asked_for(void **state) {
    assert_string_equal(sql_text(*state, "SELECT group_concat(mix_name(m, component) = name) FROM model, "
                                         "mix_components(m)"),
                        "1,1,1");
    sql_is_null(*state, "SELECT mix_name(mix_rename(m, NULL), 1) FROM model");
    sql_is_null(*state, "SELECT mix_name(m, NULL) FROM model");
    sql_is_null(*state, "SELECT mix_name(NULL, 1)");
    sql_is_null(*state, "SELECT mix_rename(NULL, '[\"a\"]')");
    assert_int_equal(sql_integer(*state, "SELECT mix_rename(m, NULL) LIKE '%%names%%' FROM model"), 0);
    assert_string_equal(sql_text(*state, "SELECT json_object('m', mix_rename(m, NULL)) ->> '$.m.k' FROM model"),
                        "3");
}

static void wrong_names_are_told(void **state) {
    static const char *const cases[][2] = {
        {"mix_rename(m, '[\"a\",\"b\"]')",
         "mix_rename: argument 2 (names): the text is an array of 2 at offset 0; expected an array of 3 names, one for "
         "each component"},
        {"mix_rename(m, '[\"a\",\"b\",\"a\"]')",
         "mix_rename: argument 2 (names): [2] is \"a\" at offset 9; expected a name that no other component has"},
        {"mix_rename(m, 'a')", "mix_rename: argument 2 (names): offset 0: unexpected 'a'; expected a value"},
        {"mix_rename(m, 3)", "mix_rename: argument 2 (names) is INTEGER 3; expected a JSON array"},
        {"mix_rename(m)", "wrong number of arguments to function mix_rename()"},
        {"mix_rename(3, '[]')", "mix_rename: argument 1 (model) is INTEGER 3; expected a model as JSON text"},
        {"mix_name(m, 0)", "mix_name: argument 2 (component) is INTEGER 0; expected an integer from 1 to 3"},
        {"mix_name(m, 'setosa')",
         "mix_name: argument 2 (component) is TEXT 'setosa'; expected an integer from 1 to 3"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_error(*state, sql_format("SELECT %s FROM model", cases[i][0]), cases[i][1]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        names_test(a_fit_by_names_is_the_fit_by_numbers),
        names_test(all_labelled_means_are_those_of_the_groups),
        names_test(names_are_sorted_whatever_the_order_of_the_rows),
        names_test(components_without_a_name_have_their_number),
        names_test(only_rows_that_are_used_have_a_say),
        names_test(a_text_that_is_a_number_stays_one),
        names_test(a_selection_takes_names_too),
        names_test(wrong_labels_are_named),
        names_test(fits_that_go_on_keep_the_names),
        names_test(refits_of_every_family_keep_names_columns_and_structure),
        names_test(labels_mean_the_component_of_that_name),
        names_test(hand_written_names_are_checked),
        names_test(the_summary_shows_them),
        names_test(all_else_stays),
        names_test(a_name_is_asked_for),
        names_test(wrong_names_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
