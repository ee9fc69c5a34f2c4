/* test_describe.c: values in the words of error texts. */
#include <math.h>
#include <string.h>
#define SQLITE_CORE 1 /* this is the host: its calls are direct */
#include "describe.h"

#include "check.h"

static sqlite3 *db;

static int open_database(void **state) {
    (void)state;
    return sqlite3_open(":memory:", &db);
}

static int close_database(void **state) {
    (void)state;
    return sqlite3_close(db);
}

/* The only value of a query, as it is described. */
static const char *described(const char *expression) {
    static char said[MIX_SAID_BYTES];
    sqlite3_stmt *statement;
    char *sql = sqlite3_mprintf("SELECT %s", expression);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    sqlite3_value *value = sqlite3_value_dup(sqlite3_column_value(statement, 0));
    memset(said, 'x', sizeof said);
    assert_ptr_equal(mix_describe_value(value, said), said);
    assert_non_null(memchr(said, '\0', sizeof said));
    sqlite3_value_free(value);
    sqlite3_finalize(statement);
    sqlite3_free(sql);
    return said;
}

static void a_value_is_described_by_its_type_and_content(void **state) {
    (void)state;
    const char *const cases[][2] = {
        {"NULL", "NULL"},
        {"5", "INTEGER 5"},
        {"-9223372036854775807 - 1", "INTEGER -9223372036854775808"},
        {"2.5", "REAL 2.5"},
        {"-1.7976931348623157e308", "REAL -1.7976931348623157e308"},
        {"9e999", "REAL Inf"},
        {"-9e999", "REAL -Inf"},
        {"'abc'", "TEXT 'abc'"},
        {"''", "TEXT ''"},
        {"'5'", "TEXT '5'"},
        {"x''", "BLOB of 0 bytes"},
        {"zeroblob(1000000)", "BLOB of 1000000 bytes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(described(cases[i][0]), cases[i][1]);
    }
}

static void a_real_that_is_whole_does_not_look_like_an_integer(void **state) {
    (void)state;
    assert_string_equal(described("2.0"), "REAL 2.0");
    assert_string_equal(described("0.0"), "REAL 0.0");
    assert_string_equal(described("-3e0"), "REAL -3.0");
    assert_string_equal(described("1e18"), "REAL 1e18");
}

static void a_long_text_is_cut_between_characters(void **state) {
    (void)state;
    assert_string_equal(described("'123456789012345678901234567890'"), "TEXT '123456789012345678901234567890'");
    assert_string_equal(described("'1234567890123456789012345678901'"),
                        "TEXT '123456789012345678901234567890...'");
    /* The last of these characters, of two, three and four bytes, would end at byte 31. */
    assert_string_equal(described("'12345678901234567890123456789\xc3\xa4'"),
                        "TEXT '12345678901234567890123456789...'");
    assert_string_equal(described("'1234567890123456789012345678\xe2\x82\xac'"),
                        "TEXT '1234567890123456789012345678...'");
    assert_string_equal(described("'123456789012345678901234567\xf0\x9f\x8c\x8d'"),
                        "TEXT '123456789012345678901234567...'");
    assert_string_equal(described("'1234567890123456789012345678\xc3\xa4'"),
                        "TEXT '1234567890123456789012345678\xc3\xa4'");
}

static void an_excerpt_is_one_line_of_well_formed_utf_8(void **state) {
    (void)state;
    assert_string_equal(described("'a' || char(10) || 'b' || char(9, 31, 127) || 'c'"), "TEXT 'a?b???c'");
    assert_string_equal(described("'ab' || CAST(x'c3' AS TEXT)"), "TEXT 'ab...'");
    assert_string_equal(described("CAST(x'ff41' AS TEXT)"), "TEXT '...'");
    char excerpt[MIX_EXCERPT_BYTES];
    assert_string_equal(mix_describe_text("a\0b", 3, excerpt), "a?b");
    assert_string_equal(mix_describe_text("abc", 2, excerpt), "ab");
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_described_by_its_type_and_content),
        cmocka_unit_test(a_real_that_is_whole_does_not_look_like_an_integer),
        cmocka_unit_test(a_long_text_is_cut_between_characters),
        cmocka_unit_test(an_excerpt_is_one_line_of_well_formed_utf_8),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
