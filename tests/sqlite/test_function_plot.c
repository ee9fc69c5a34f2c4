/* test_function_plot.c: mix_plot, mix_plot_model and mix_contours in SQL. */
#include <math.h>
#include <string.h>

#include "check_svg.h"
#include "plain.h"
#include "sql.h"

static const char *model_json(size_t k, size_t d) {
    plain model = plain_model(k, d, 1);
    return plain_json(&model);
}

/* A table of rows and the models that drew them. */
static void make_tables(sqlite3 *db) {
    sql_run(db, "CREATE TABLE model(m)");
    sql_run(db, "INSERT INTO model VALUES (%Q)", model_json(3, 2));
    sql_run(db, "CREATE TABLE p AS SELECT x1 AS x, x2 AS y FROM model, mix_sample(m, 500)");
}

static void pictures_are_plain_text_of_every_kind(void **state) {
    make_tables(*state);
    sql_run(*state, "CREATE TABLE fit AS SELECT gmm_fit(x, y, 2) AS m FROM p");
    const char *const queries[] = {
        "SELECT mix_plot(m, x, y) FROM fit, p",
        "SELECT mix_plot(m, mix_row(x, y), '{\"what\":\"uncertainty\"}') FROM fit, p",
        "SELECT mix_plot(m, x, y, json_object('what', 'density', 'title', 'a < b')) FROM fit, p",
        "SELECT mix_plot(m, x, y, '{\"columns\":[2]}') FROM fit, p",
        "SELECT mix_plot_model(m) FROM fit",
        "SELECT mix_plot_model(m, NULL) FROM fit",
        "SELECT mix_plot_model(m, '{\"what\":\"surface\"}') FROM fit",
        "SELECT mix_plot_model(m, '{\"what\":\"components\"}') FROM fit",
        "SELECT mix_plot_model(m, '{\"what\":\"trace\"}') FROM fit",
        "SELECT mix_plot(m, x, y, json_object('log', 'xy', 'xlim', json_array(0.5, 9), 'theme', 'dark')) FROM fit, p",
        ("SELECT mix_plot('{\"family\":\"poisson\",\"weights\":[0.5,0.5],\"rates\":[[1,2],[4,3]]}', p.rowid % 7, "
         "p.rowid % 5) FROM p"),
        "SELECT mix_plot_model(mmm_fit(a, b, 2)) FROM (SELECT p.rowid % 7 AS a, p.rowid % 5 AS b FROM p)",
    };
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        char *svg = sql_text(*state, "%s", queries[i]);
        check_picture(svg);
        assert_string_equal(sql_text(*state, "%s", queries[i]), svg);
        assert_string_equal(sql_text(*state, "SELECT typeof((%s))", queries[i]), "text");
        assert_int_equal(strlen(svg), sql_integer(*state, "SELECT length(CAST((%s) AS BLOB))", queries[i]));
    }
}

static void the_three_ways_to_give_no_options_are_the_same(void **state) {
    make_tables(*state);
    char *svg = sql_text(*state, "SELECT mix_plot(m, x, y) FROM model, p");
    assert_string_equal(sql_text(*state, "SELECT mix_plot(m, x, y, NULL) FROM model, p"), svg);
    assert_string_equal(sql_text(*state, "SELECT mix_plot(m, x, y, '{}') FROM model, p"), svg);
    assert_string_equal(sql_text(*state, "SELECT mix_plot(m, mix_row(x, y), NULL) FROM model, p"), svg);
}

static void names_of_the_models_columns_are_the_axes(void **state) {
    make_tables(*state);
    sql_run(*state, "UPDATE model SET m = json_set(m, '$.columns', json('[\"a, <cm>\",\"b & \\\"c\\\"\"]'))");
    char *svg = sql_text(*state, "SELECT mix_plot(m, x, y) FROM model, p");
    check_picture(svg);
    assert_int_equal(count_of(svg, ">a, &lt;cm&gt;</text>"), 1);
    assert_int_equal(count_of(svg, ">b &amp; &quot;c&quot;</text>"), 1);
    check_picture(sql_text(*state,
                           "SELECT mix_plot_model(m, '{\"what\":\"surface\",\"columns\":[\"a, <cm>\",2]}') "
                           "FROM model"));
}

static void nothing_gives_null(void **state) {
    make_tables(*state);
    sql_is_null(*state, "SELECT mix_plot(m, x, y) FROM model, p WHERE 0");
    sql_is_null(*state, "SELECT mix_plot(NULL, x, y) FROM p");
    sql_is_null(*state, "SELECT mix_plot(m, x, NULL) FROM model, p");
    sql_is_null(*state, "SELECT mix_plot_model(NULL)");
    sql_is_null(*state, "SELECT mix_plot_model(NULL, 'no options')");
    assert_int_equal(sql_count(*state, "SELECT * FROM mix_contours(NULL)"), 0);
}

static void selections_name_their_winner_and_leave_out_what_is_far_above(void **state) {
    sqlite3 *db = *state;
    assert_int_equal(sql_csv(db, "geyser", "faithful.csv", 2), 272);
    const char *svg =
        sql_text(db, "SELECT mix_plot_model(gmm_select(c1, c2, 4), '{\"what\":\"selection\"}') FROM geyser");
    assert_non_null(strstr(svg, "The lowest wins: EEE, k = 3."));
    assert_non_null(strstr(svg, "beyond the axis are left out"));
    svg = sql_text(
        db, "SELECT mix_plot_model(gmm_select(c1, c2, 4, '{\"covariances\":[\"VVV\",\"VVE\"],\"k\":[2,3,4]}'), "
            "'{\"what\":\"selection\"}') FROM geyser");
    assert_null(strstr(svg, "beyond the axis are left out"));
}

static void groups_have_a_picture_each(void **state) {
    make_tables(*state);
    assert_int_equal(
        sql_count(*state,
                  "SELECT mix_plot(m, x, y) AS svg FROM model, p GROUP BY p.rowid %% 3 HAVING svg LIKE '<svg%%'"),
        3);
}

static void rows_that_lack_a_value_are_counted(void **state) {
    make_tables(*state);
    sql_run(*state, "UPDATE p SET y = NULL WHERE rowid <= 7");
    char *svg = sql_text(*state, "SELECT mix_plot(m, x, y) FROM model, p");
    assert_non_null(strstr(svg, "493 rows. 7 more without a value are left out."));
}

static void pictures_work_in_an_untrusted_schema(void **state) {
    make_tables(*state);
    sql_run(*state, "PRAGMA trusted_schema = OFF; "
                    "CREATE VIEW drawn AS SELECT mix_plot(m, x, y) AS rows, mix_plot_model(m) AS model, "
                    "(SELECT count(*) FROM mix_contours(m)) AS vertices FROM model, p");
    assert_int_equal(sql_count(*state, "SELECT * FROM drawn WHERE vertices > 0"), 1);
    sql_run(*state, "CREATE TABLE kept(m, svg AS (mix_plot_model(m)) STORED)");
    sql_run(*state, "INSERT INTO kept SELECT m FROM model");
    check_picture(sql_text(*state, "SELECT svg FROM kept"));
}

static void wrong_arguments_are_errors(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    expect_error(db, "SELECT mix_plot(m) FROM model, p",
                 "mix_plot: 1 argument given; expected mix_plot(model, x... [, options])");
    expect_error(db, "SELECT mix_plot_model()",
                 "mix_plot_model: 0 arguments given; expected mix_plot_model(model [, options])");
    expect_error(db, "SELECT mix_plot(m, x) FROM model, p",
                 "mix_plot: 1 value given; expected 2, the model's columns, or one mix_row()");
    expect_error(db, "SELECT mix_plot(m, x, 'abc', 1) FROM model, p",
                 "mix_plot: 3 values given; expected 2, the model's columns, or one mix_row()");
    expect_error(db, "SELECT mix_plot(m, 'abc', y) FROM model, p",
                 "mix_plot: argument 2 (x1) is TEXT 'abc' in row 1; expected a number");
    expect_error(db, "SELECT mix_plot(5, x, y) FROM p",
                 "mix_plot: argument 1 (model) is INTEGER 5; expected a model as JSON text");
    expect_error(
        db, "SELECT mix_plot(m, x, y, '{\"wat\":1}') FROM model, p",
        "mix_plot: argument 4 (options): unknown key \"wat\" at offset 1; expected one of what, columns, names, "
        "width, height, title, points, levels, xlim, ylim, log, palette, theme");
    expect_error(db, "SELECT mix_plot(m, x, y, json_object('points', p.rowid)) FROM model, p",
                 "mix_plot: argument 4 (options) changes in row 2; expected the same in all rows");
    expect_error(db, "SELECT mix_plot(iif(p.rowid = 3, replace(m, '}', ' }'), m), x, y) FROM model, p",
                 "mix_plot: argument 1 (model) changes in row 3; expected the same in all rows, or GROUP BY it");
    expect_error(db, "SELECT mix_plot_model(m, 5) FROM model",
                 "mix_plot_model: argument 2 (options) is INTEGER 5; expected a JSON object");
    expect_error(db, "SELECT mix_plot_model(m, '{\"what\":\"trace\"}') FROM model",
                 "mix_plot_model: argument 1 (model) has no trace; expected a model that was fitted");
    expect_error(
        db,
        "SELECT mix_plot_model('{\"family\":\"multinomial\",\"weights\":[1],\"probabilities\":[[0.5,0.5]]}', "
        "'{\"what\":\"density\"}')",
        "mix_plot_model: argument 1 (model) is of family multinomial; expected gaussian");
}

/* ---- mix_contours -------------------------------------------------------------------------------------- */

static void contour_vertices_have_their_levels_density(void **state) {
    make_tables(*state);
    assert_int_equal(sql_count(*state, "SELECT DISTINCT level FROM model, mix_contours(m)"), 4);
    assert_true(sql_double(*state, "SELECT max(abs(mix_density(m, c.x, c.y) / level - 1)) FROM model, "
                                   "mix_contours(m, 7, 50, 80) c") < 1e-8);
}

static void contour_levels_enclose_their_probability(void **state) {
    make_tables(*state);
    /* Of other rows from the model: a share beyond each level, to five standard errors of both samples. */
    sql_run(*state, "CREATE TABLE l AS SELECT DISTINCT level, probability FROM model, "
                    "mix_contours(m, '[0.9,0.5,0.1]')");
    assert_int_equal(sql_count(*state, "SELECT * FROM l"), 3);
    double worst = sql_double(*state, "SELECT max(abs(share - probability)) FROM (SELECT probability, "
                                      "avg(mix_density(m, x1, x2) >= level) AS share FROM l, model, "
                                      "mix_sample(m, 20000, 5) GROUP BY probability)");
    assert_true(worst < 5 * 0.5 * sqrt(2.0 / 20000));
}

static void contour_paths_and_vertices_are_numbered(void **state) {
    make_tables(*state);
    assert_int_equal(sql_integer(*state, "SELECT max(path) = count(DISTINCT path) AND min(path) = 1 FROM model, "
                                         "mix_contours(m)"),
                     1);
    assert_int_equal(sql_count(*state,
                               "SELECT path FROM model, mix_contours(m) GROUP BY path HAVING max(i) <> count(*) "
                               "OR min(i) <> 1 OR count(DISTINCT level) <> 1"),
                     0);
    assert_string_equal(
        sql_text(*state, "SELECT group_concat(DISTINCT probability) FROM model, mix_contours(m, 3)"),
        "0.75,0.5,0.25");
    assert_int_equal(sql_count(*state,
                               "SELECT * FROM model, mix_contours(m, NULL, NULL, NULL) EXCEPT SELECT * FROM "
                               "model, mix_contours(m)"),
                     0);
}

static void wrong_arguments_of_contours_are_errors(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    expect_error(db, "SELECT * FROM model, mix_contours(m, 21)",
                 "mix_contours: argument 2 (levels) is INTEGER 21; expected an integer from 1 to 20");
    expect_error(
        db, "SELECT * FROM model, mix_contours(m, x'00')",
        "mix_contours: argument 2 (levels) is BLOB of 1 bytes; expected an integer from 1 to 20 or a JSON array "
        "of 1 to 20 probabilities");
    expect_error(db, "SELECT * FROM model, mix_contours(m, '[0.5,2]')",
                 "mix_contours: argument 2 (levels): [1] is 2 at offset 5; expected a number between 0 and 1");
    expect_error(db, "SELECT * FROM model, mix_contours(m, 1, 1)",
                 "mix_contours: argument 3 (nx) is INTEGER 1; expected an integer from 2 to 2000");
    expect_error(db, "SELECT * FROM model, mix_contours(m, 1, 10, 'a')",
                 "mix_contours: argument 4 (ny) is TEXT 'a'; expected an integer from 2 to 2000");
    expect_error(db,
                 "SELECT * FROM mix_contours('{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0]],"
                 "\"covariances\":[[[1]]]}')",
                 "mix_contours: argument 1 (model) has 1 column; expected 2");
    expect_error(
        db,
        "SELECT * FROM mix_contours('{\"family\":\"multinomial\",\"weights\":[1],\"probabilities\":[[0.5,0.5]]}')",
        "mix_contours: argument 1 (model) is of family multinomial; expected gaussian");
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        sql_test(pictures_are_plain_text_of_every_kind),
        sql_test(the_three_ways_to_give_no_options_are_the_same),
        sql_test(names_of_the_models_columns_are_the_axes),
        sql_test(nothing_gives_null),
        sql_test(selections_name_their_winner_and_leave_out_what_is_far_above),
        sql_test(groups_have_a_picture_each),
        sql_test(rows_that_lack_a_value_are_counted),
        sql_test(pictures_work_in_an_untrusted_schema),
        sql_test(wrong_arguments_are_errors),
        sql_test(contour_vertices_have_their_levels_density),
        sql_test(contour_levels_enclose_their_probability),
        sql_test(contour_paths_and_vertices_are_numbered),
        sql_test(wrong_arguments_of_contours_are_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
