/* test_packed_row.c: a row in one value - an array, a vector of floats, mix_row() - and JSON in BLOBs, with every
** function that takes them. */
#include <string.h>

#include "sql.h"

static int set_up(void **state) {
    sqlite3 *db = *state = sql_open();
    (void)sql_csv(db, "faithful", "faithful.csv", 2);
    /* Values that a float holds, as array and as vector, little-endian. */
    sql_run(db, "CREATE TABLE t(x, y, list, vector, row)");
    sqlite3_stmt *insert;
    assert_int_equal(sqlite3_prepare_v2(db, "INSERT INTO t SELECT ?1, ?2, json_array(?1, ?2), ?3, mix_row(?1, ?2)",
                                        -1, &insert, NULL),
                     SQLITE_OK);
    double values[2 * 272];
    size_t count = sql_numbers(db, values, 2 * 272, "SELECT round(8 * c1) / 8, c2 + 0.5 FROM faithful") / 2;
    for (size_t i = 0; i < count; i++) {
        unsigned char bytes[8];
        for (int j = 0; j < 2; j++) {
            float number = (float)values[2 * i + (size_t)j];
            uint32_t bits;
            memcpy(&bits, &number, sizeof bits);
            for (int b = 0; b < 4; b++) {
                bytes[4 * j + b] = (unsigned char)(bits >> (8 * b));
            }
            sqlite3_bind_double(insert, j + 1, (double)number);
        }
        sqlite3_bind_blob(insert, 3, bytes, sizeof bytes, SQLITE_STATIC);
        assert_int_equal(sqlite3_step(insert), SQLITE_DONE);
        sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    sql_run(db, "CREATE TABLE model AS SELECT gmm_fit(x, y, 2, '{\"columns\":[\"x\",\"y\"]}') AS m FROM t");
    return 0;
}

static int tear_down(void **state) {
    sql_close(*state);
    return 0;
}

#define packed_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* ---- Rows --------------------------------------------------------------------------------------------------- */

static void every_function_takes_them_for_the_values(void **state) {
    static const char *const calls[] = {
        "gmm_fit(%s, 2, '{\"columns\":[\"x\",\"y\"]}')",
        "gmm_select(%s, 2, '{\"columns\":[\"x\",\"y\"],\"covariances\":[\"EII\",\"VVV\"]}')",
        "mix_refit(m, %s)",
        "mix_refit(m, %s, '{\"max_iter\":1}')",
        "mix_update(m, %s)",
        "mix_update(m, %s, '{\"memory\":9}')",
        "mix_loglik(m, %s)",
        "mix_step(m, %s)",
        "hex(mix_statistics(m, %s))",
        "mix_plot(m, %s)",
        "mix_plot(m, %s, '{\"title\":\"a\"}')",
        "mix_plot(m, %s, NULL)",
        "group_concat(mix_predict(m, %s))",
        "group_concat(mix_probability(m, 2, %s))",
        "group_concat(mix_probabilities(m, %s))",
        "sum(mix_density(m, %s))",
        "sum(mix_distance(m, 1, %s))",
        "group_concat(mix_impute(m, %s))",
        "group_concat((SELECT group_concat(probability) FROM mix_responsibilities(m, %s)))",
    };
    static const char *const forms[] = {"list", "vector", "row"};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        char *values = sql_text(*state, sql_build("SELECT %s FROM t, model", sql_build(calls[i], "x, y")));
        for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
            char *call = sql_build(calls[i], forms[f]);
            assert_string_equal(sql_text(*state, sql_build("SELECT %s FROM t, model", call)), values);
        }
    }
    assert_int_equal(sql_integer(*state, "SELECT min(mix_row(list) = row) FROM t"), 1);
}

static void a_null_in_an_array_is_a_value_not_observed(void **state) {
    assert_int_equal(sql_integer(*state,
                                 "SELECT min(mix_density(m, json_array(x, NULL)) = mix_density(m, x, NULL)) "
                                 "FROM t, model"),
                     1);
    assert_int_equal(sql_integer(*state, "SELECT mix_row(' [1,null]') = mix_row(1, NULL)"), 1);
    static const char *const nulls[] = {"em", "skip"};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(
            sql_integer(*state,
                        "SELECT gmm_fit(json_array(x, iif(t.rowid > 200, NULL, y)), 2, '{\"nulls\":\"%s\"}') = "
                        "gmm_fit(x, iif(t.rowid > 200, NULL, y), 2, '{\"nulls\":\"%s\"}') FROM t",
                        nulls[i], nulls[i]),
            1);
    }
}

static void vectors_of_an_odd_number_of_columns_need_no_names(void **state) {
    assert_string_equal(sql_text(*state, "SELECT gmm_fit(substr(vector, 1, 4), 2) FROM t"),
                        sql_text(*state, "SELECT gmm_fit(x, 2) FROM t"));
}

/* Half as many doubles would be nonsense without a word. */
static void vectors_taken_for_rows_are_warned_of(void **state) {
    assert_string_equal(
        sql_text(*state, "SELECT value FROM (SELECT gmm_fit(vector, 1) -> 'warnings' AS w FROM t), "
                         "json_each(w) WHERE value LIKE '%%floats%%'"),
        "the BLOBs were taken for mix_row() of 1 columns, but look like vectors of 2 32-bit floats: if "
        "they are, name as many columns");
    static const char *const rows[] = {"mix_row(x, y)",
                                       "mix_row(round(x), round(y))",
                                       "mix_row(c1 / 3, c2)",
                                       "mix_row(c1, c2)",
                                       "mix_row(c1, c2, c1, 536871039)",
                                       "mix_row(69366831.305353984 + 0.069366827607155 * (c1 > 3))",
                                       "mix_row(473956685562 + 100 * c1)",
                                       "mix_row(t.rowid, 473956685562 + 100 * c1)"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(sql_integer(*state,
                                     "SELECT gmm_fit(%s, 1) -> 'warnings' LIKE '%%floats%%' FROM t JOIN "
                                     "faithful ON t.rowid = faithful.rowid",
                                     rows[i]),
                         0);
    }
}

static void columns_of_a_packed_row_may_be_weight_and_label(void **state) {
    char *values = sql_text(*state, "SELECT gmm_fit(x, y, 2, 2, '{\"weight\":3}') FROM t");
    assert_string_equal(sql_text(*state, "SELECT gmm_fit(json_array(x, y, 2), 2, '{\"weight\":3}') FROM t"),
                        values);
    assert_string_equal(
        sql_text(*state, "SELECT gmm_fit(CAST(vector || x'00000040' AS BLOB), 2, '{\"weight\":3}') FROM t"),
        values);
    assert_string_equal(
        sql_text(*state,
                 "SELECT mix_refit(m, CAST(vector || x'00000040' AS BLOB), '{\"weight\":3}') FROM t, model"),
        sql_text(*state, "SELECT mix_refit(m, x, y, 2, '{\"weight\":3}') FROM t, model"));
}

/* SQLite compares the arguments again beyond 16 conditions. */
static void a_table_gives_its_argument_back_as_it_came(void **state) {
    static const char *const models[] = {"m", "CAST(m AS BLOB)"};
    static const char *const rows[] = {"list", "vector", "row"};
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(
            sql_integer(*state,
                        "SELECT count(*) FROM (SELECT list, vector, row, m FROM t, model LIMIT 1) s, "
                        "mix_responsibilities(%s, %s) WHERE component > 0 AND component > -1 AND "
                        "component > -2 AND component > -3 AND component > -4 AND component > -5 AND "
                        "component > -6 AND component > -7 AND component > -8 AND component > -9 AND "
                        "component > -10 AND component > -11 AND component > -12 AND component > -13 AND "
                        "component > -14 AND component > -15 AND component > -16",
                        models[i / 3], rows[i % 3]),
            2);
    }
}

static void wrong_ones_are_named(void **state) {
    static const char *const cases[][2] = {
        {"mix_predict(m, '[1]')",
         "mix_predict: argument 2 (a JSON array): the text is an array of 1 at offset 0; expected an array of 2 numbers"},
        {"mix_predict(m, '[1,\"a\"]')",
         "mix_predict: argument 2 (a JSON array): [1] is \"a\" at offset 3; expected a number or null"},
        {"mix_predict(m, '[1,2')",
         "mix_predict: argument 2 (a JSON array): offset 4: unexpected end of text; expected ',' or ']'"},
        {"mix_predict(m, x'000102')",
         "mix_predict: argument 2 is BLOB of 3 bytes; expected mix_row() of 2 values, 16 bytes, or as many 32-bit "
         "floats"},
        {"mix_predict(m, x'000000000000807f')",
         "mix_predict: argument 2 (a vector) holds Inf at value 2 (y); expected a finite number"},
        {"mix_loglik(m, iif(t.rowid = 3, '[1]', list))",
         "mix_loglik: argument 2 (a JSON array) in row 3: the text is an array of 1 at offset 0; expected an array of 2 "
         "numbers"},
        {"gmm_fit('[]', 2)", "gmm_fit: argument 1 is TEXT '[]'; expected a number or mix_row()"},
        {"gmm_fit('[1,', 2)", "gmm_fit: argument 1 is TEXT '[1,'; expected a number or mix_row()"},
        {"gmm_fit(x'000102', 2)", "gmm_fit: argument 1 is BLOB of 3 bytes; expected a number or mix_row()"},
        {"gmm_fit(list, y, 2)", "gmm_fit: argument 1 (x1) is TEXT '[3.625,79.5]' in row 1; expected a number"},
        {"mix_row('[1,')",
         "mix_row: argument 1 (a JSON array): offset 3: unexpected end of text; expected a value"},
        {"mix_row('[]')",
         "mix_row: argument 1 (a JSON array): the text is an array of 0 at offset 0; expected an array of 1 number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_error(*state, sql_format("SELECT %s FROM t, model", cases[i][0]), cases[i][1]);
    }
}

/* ---- JSON in BLOBs ------------------------------------------------------------------------------------------ */

/* jsonb() of SQLite 3.45.1: of the model in texts below; of {covariance:'EII',columns:['x','y']};
** {"title":"a"}. */
#define MODEL                                                                                                     \
    "{\"family\":\"gaussian\",\"weights\":[0.25,0.75],\"means\":[[0,0],[4,0]],\"covariances\":[[[1,0],[0,1]],"    \
    "[[2,1],[1,2]]]}"
#define MODEL_JSONB                                                                                               \
    "x'CC586766616D696C7987676175737369616E7777656967687473AB45302E323545302E3735576D65616E73AB4B133013304B1334"  \
    "1330B7636F76617269616E636573CB16AB4B133113304B13301331AB4B133213314B13311332'"
#define OPTIONS_JSONB "x'CC1CA7636F76617269616E63653745494977636F6C756D6E734B17781779'"

static void models_are_read_as_jsonb(void **state) {
    static const char *const calls[] = {
        "group_concat(mix_predict(%s, x, y))",
        "max(mix_summary(%s))",
        "mix_refit(%s, x, y)",
        "mix_step(%s, x, y)",
        "max(mix_plot_model(%s))",
        "max((SELECT group_concat(value) FROM mix_parameters(%s)))",
        "sum((SELECT sum(probability * component) FROM mix_responsibilities(%s, x, y)))"};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        char *text = sql_text(*state, sql_build("SELECT %s FROM t", sql_build(calls[i], "'" MODEL "'")));
        char *jsonb = sql_text(*state, sql_build("SELECT %s FROM t", sql_build(calls[i], MODEL_JSONB)));
        assert_string_equal(jsonb, text);
    }
}

static void options_are_read_as_jsonb_and_as_text_in_a_blob(void **state) {
    static const char *const calls[] = {"gmm_fit(x, y, 2, %s)", "gmm_select(x, y, 2, %s)"};
    static const char *const text = "'{\"covariance\":\"EII\",\"columns\":[\"x\",\"y\"]}'";
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        char *plain = sql_text(*state, sql_build("SELECT %s FROM t", sql_build(calls[i], text)));
        char *jsonb = sql_text(*state, sql_build("SELECT %s FROM t", sql_build(calls[i], OPTIONS_JSONB)));
        char *blob = sql_build("CAST(%s AS BLOB)", text);
        blob = sql_text(*state, sql_build("SELECT %s FROM t", sql_build(calls[i], blob)));
        assert_string_equal(jsonb, plain);
        assert_string_equal(blob, plain);
    }
    assert_string_equal(sql_text(*state, "SELECT mix_refit(m, row, x'0C') FROM t, model"),
                        sql_text(*state, "SELECT mix_refit(m, row) FROM t, model"));
    assert_string_equal(sql_text(*state, "SELECT mix_plot(m, x, y, x'8C577469746C651761') FROM t, model"),
                        sql_text(*state, "SELECT mix_plot(m, x, y, '{\"title\":\"a\"}') FROM t, model"));
    assert_string_equal(sql_text(*state, "SELECT mix_plot_model(m, x'8C577469746C651761') FROM model"),
                        sql_text(*state, "SELECT mix_plot_model(m, '{\"title\":\"a\"}') FROM model"));
}

static void json_in_a_blob_is_checked(void **state) {
    static const char *const cases[][2] = {
        {"mix_predict(x'4C17611331', x, y)", "mix_predict: argument 1 (model): key family is missing"},
        {"mix_predict(x'2C1761', x, y)",
         "mix_predict: argument 1 (model): byte 3 of the JSONB is in no element; expected it as jsonb() makes it"},
        {"mix_predict(x'3C1761', x, y)",
         "mix_predict: argument 1 (model) is BLOB of 3 bytes; expected a model as JSON text"},
        {"gmm_fit(x, y, 2, x'4C17611331')",
         "gmm_fit: argument 4 (options): unknown key \"a\" at offset 1; expected one of columns, weight, label, "
         "covariance, equal_weights, max_iter, tol, n_init, init, seed, accelerate, threads, min_variance, resolution, "
         "nulls, noise, few_rows"},
        {"gmm_fit(x, y, 2, x'2C1761')",
         "gmm_fit: argument 4 (options): byte 3 of the JSONB is in no element; expected it as jsonb() makes it"},
        {"gmm_fit(x, y, 2, x'00')",
         "gmm_fit: argument 4 (k) is BLOB of 1 bytes; expected an integer >= 1 behind the columns"},
        {"gmm_fit(x, y, x'0C')",
         "gmm_fit: argument 2 (k) is REAL 79.5; expected an integer >= 1 behind the columns"},
        {"gmm_fit(x, y, 2, iif(t.rowid = 2, x'0C', '{}'))",
         "gmm_fit: argument 4 (options) changes to BLOB of 1 bytes in row 2; expected the same in all rows"},
        {"mix_plot(m, x, y, x'00')",
         "mix_plot: 3 values given; expected 2, the model's columns, or one mix_row()"},
        {"mix_plot(m, x, y, 'My title')",
         "mix_plot: argument 4 (options) is TEXT 'My title'; expected a JSON object"},
        {"mix_plot_model(m, 'My title')",
         "mix_plot_model: argument 2 (options) is TEXT 'My title'; expected a JSON object"},
        {"gmm_fit(x, y, 2, 'My title')",
         "gmm_fit: argument 4 is TEXT 'My title'; expected k, an integer >= 1, or options, a JSON object"},
        {"gmm_fit(x, y)", "gmm_fit: argument 2 (k) is REAL 79.5; expected an integer >= 1 behind the columns"},
        {"gmm_select(x, y)",
         "gmm_select: argument 2 (kmax) is REAL 79.5; expected an integer from 1 to 1000 behind the columns"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_error(*state, sql_format("SELECT %s FROM t, model", cases[i][0]), cases[i][1]);
    }
}

/* ---- Counts ------------------------------------------------------------------------------------------------- */

static void more_parameters_than_distinct_rows_are_warned_of(void **state) {
    sql_run(*state,
            "CREATE TABLE words(a, b, c); INSERT INTO words VALUES (5, 1, 0), (4, 2, 0), (0, 1, 5), (0, 2, 4), "
            "(5, 1, 0)");
    assert_string_equal(sql_text(*state, "SELECT mmm_fit(a, b, c, 2) -> 'warnings' FROM words"),
                        "[\"5 parameters of 4 distinct rows: components may be what single rows are\"]");
    assert_string_equal(sql_text(*state, "SELECT mmm_fit(a, b, c, 1) -> 'warnings' FROM words"), "[]");
    assert_string_equal(sql_text(*state, "SELECT pmm_fit(a, 2) -> 'warnings' FROM words"), "[]");
    sql_run(*state, "INSERT INTO words VALUES (1, 2, 3)");
    assert_string_equal(sql_text(*state, "SELECT mmm_fit(a, b, c, 2) -> 'warnings' FROM words"), "[]");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        packed_test(every_function_takes_them_for_the_values),
        packed_test(a_null_in_an_array_is_a_value_not_observed),
        packed_test(vectors_of_an_odd_number_of_columns_need_no_names),
        packed_test(vectors_taken_for_rows_are_warned_of),
        packed_test(columns_of_a_packed_row_may_be_weight_and_label),
        packed_test(a_table_gives_its_argument_back_as_it_came),
        packed_test(wrong_ones_are_named),
        packed_test(models_are_read_as_jsonb),
        packed_test(options_are_read_as_jsonb_and_as_text_in_a_blob),
        packed_test(json_in_a_blob_is_checked),
        packed_test(more_parameters_than_distinct_rows_are_warned_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
