/* test_garbage.c: ten megabytes of anything in place of a model, options or a row: an error, and soon. */
#include <string.h>

#include "sql.h"

enum { BYTES = 10000000 };

static char text[BYTES];

/* Fill the text: a start, then a piece again and again, cut at the end. */
static void repeat(const char *start, const char *piece, size_t length) {
    size_t at = strlen(start);
    memcpy(text, start, at);
    memcpy(text + at, piece, length);
    for (size_t done = length; at + done < BYTES; done *= 2) { /* by doubling what is there */
        size_t left = BYTES - at - done;
        memcpy(text + at + done, text + at, done < left ? done : left);
    }
}

/* Run with the text as parameter 1; the outcome, and its text in `said`. */
static int run(sqlite3 *db, const char *sql, bool blob, char said[500]) {
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    if (blob) {
        sqlite3_bind_blob(statement, 1, text, BYTES, SQLITE_STATIC);
    } else {
        sqlite3_bind_text(statement, 1, text, BYTES, SQLITE_STATIC);
    }
    (void)sqlite3_step(statement);
    int rc = sqlite3_finalize(statement);
    strncpy(said, sqlite3_errmsg(db), 499);
    said[499] = '\0';
    return rc;
}

static const struct {
    const char *start, *piece, *text; /* the text: how it is refused as a model */
} kinds[] = {
    {"", "[", "offset 32: arrays and objects nested too deep; expected at most 32 levels"},
    {"", "{\"a\":", "offset 160: arrays and objects nested too deep; expected at most 32 levels"},
    {"", "]", "offset 0: unexpected ']'; expected a value"},
    {"", "1", "offset 0: number out of range, 111111111111111111111111111111...; expected less than 1.8e308"},
    {"0.", "1", "the text is 0.1111111111111111111111111111... at offset 0; expected an object"},
    {"", "0", "offset 1: unexpected '0'; expected end of text"},
    {"", "-", "offset 1: unexpected '-'; expected a digit"},
    {"1e", "9", "offset 0: number out of range, 1e9999999999999999999999999999...; expected less than 1.8e308"},
    {"1e-", "9", "the text is 1e-999999999999999999999999999... at offset 0; expected an object"},
    {"", " ", "offset 10000000: unexpected end of text; expected a value"},
    {"", "a", "offset 0: unexpected 'a'; expected a value"},
    {"\"", "a", "offset 10000000: unexpected end of text; expected '\"'"},
    {"{\"", "a", "offset 10000000: unexpected end of text; expected '\"'"},
    {"{\"family\":\"", "gaussian", "offset 10000000: unexpected end of text; expected '\"'"},
    {"\"", "\\", "offset 10000000: unexpected end of text; expected one of \"\\/bfnrtu after a backslash"},
    {"\"", "\\u0061", NULL},
    {"\"", "\xc3\xa4", NULL},
    {"", "\xff", "offset 0: unexpected byte 0xff; expected a value"},
    {"[1", ",1", NULL},
    {"[", "[],", NULL},
    {"{\"family\":\"gaussian\",\"weights\":[1", ",0", NULL},
    {"", "nul", "offset 3: unexpected 'n'; expected null"},
    {"{\"a\":1", ",\"a\":1", NULL},
};

static void as_a_model_it_is_refused(void **state) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char said[500];
        repeat(kinds[i].start, kinds[i].piece, strlen(kinds[i].piece));
        const char *const calls[] = {"SELECT mix_predict(?1, 1)", "SELECT * FROM mix_components(?1)",
                                     "SELECT mix_loglik(?1, 1)"};
        for (size_t c = 0; c < (i < 3 ? 3 : 1); c++) { /* all read it the same way */
            assert_int_equal(run(*state, calls[c], false, said), SQLITE_ERROR);
            assert_true(strlen(said) < 300 && strchr(said, '\n') == NULL);
            const char *begins = kinds[i].start[0] != '\0' ? kinds[i].start : kinds[i].piece;
            bool like_json = strchr("{[\" ", begins[0]) != NULL;
            const char *refused =
                strstr(said, like_json ? ": argument 1 (model): " : ": argument 1 (model) is TEXT '");
            assert_non_null(refused);
            if (like_json && kinds[i].text != NULL) {
                assert_string_equal(refused + strlen(": argument 1 (model): "), kinds[i].text);
            }
        }
    }
}

static void as_options_it_is_refused(void **state) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].text == NULL) {
            continue; /* read to the end, as above */
        }
        char said[500];
        repeat(kinds[i].start, kinds[i].piece, strlen(kinds[i].piece));
        assert_int_equal(run(*state, "SELECT gmm_fit(1, 1, ?1)", false, said), SQLITE_ERROR);
        assert_true(strlen(said) < 300 && strchr(said, '\n') == NULL);
        assert_non_null(strstr(said, "gmm_fit: argument 3 "));
    }
}

static void as_a_value_it_is_refused(void **state) {
    char said[500];
    repeat("", "abc\xc3\xa4", 5);
    const char *model = "{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0]],\"covariances\":[[[1]]]}";
    char *sql = sql_build("SELECT mix_predict(%Q, ?1)", model);
    assert_int_equal(run(*state, sql, false, said), SQLITE_ERROR);
    assert_string_equal(said, "mix_predict: argument 2 (x1) is TEXT 'abc\xc3\xa4"
                              "abc\xc3\xa4"
                              "abc\xc3\xa4"
                              "abc\xc3\xa4"
                              "abc\xc3\xa4"
                              "abc\xc3\xa4...'; expected a number");
    assert_int_equal(run(*state, sql, true, said), SQLITE_ERROR);
    assert_string_equal(
        said,
        "mix_predict: argument 2 is BLOB of 10000000 bytes; expected mix_row() of 1 value, 8 bytes, or as many 32-bit floats");
}

static void a_name_of_ten_megabytes_is_cut_in_errors(void **state) {
    repeat("{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0]],\"covariances\":[[[1]]],\"columns\":[\"", "n",
           1);
    char said[500];
    memcpy(text + BYTES - 3, "\"]}", 3);
    assert_int_equal(run(*state, "SELECT mix_predict(?1, 'x')", false, said), SQLITE_ERROR);
    assert_string_equal(
        said, "mix_predict: argument 2 (nnnnnnnnnnnnnnnnnnnnnnnnnnnnnn...) is TEXT 'x'; expected a number");
    assert_int_equal(run(*state, "SELECT mix_predict(?1, 1)", false, said), SQLITE_OK);
}

static void random_bytes_never_do_harm(void **state) {
    static const char pieces[] =
        "{}[]\",:0123456789.eE+-truefalsn \\u\"family\"weightsmeanscovariancesgaussian\n\xc3\xa4\xff";
    uint64_t random = 42;
    for (int round = 0; round < 3000; round++) {
        char bytes[200];
        size_t length = 0, count = 1 + (size_t)round % 190;
        for (; length < count; length++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            bytes[length] = pieces[(random >> 33) % (sizeof pieces - 1)];
        }
        sqlite3_stmt *statement;
        assert_int_equal(sqlite3_prepare_v2(*state, "SELECT mix_predict(?1, 1)", -1, &statement, NULL), SQLITE_OK);
        sqlite3_bind_text(statement, 1, bytes, (int)count, SQLITE_STATIC);
        assert_int_equal(sqlite3_step(statement), SQLITE_ERROR); /* chance writes no model */
        sqlite3_finalize(statement);
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        sql_test(as_a_model_it_is_refused),   sql_test(as_options_it_is_refused),
        sql_test(as_a_value_it_is_refused),   sql_test(a_name_of_ten_megabytes_is_cut_in_errors),
        sql_test(random_bytes_never_do_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
