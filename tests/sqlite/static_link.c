/* static_link.c: a program that has SQLite and the extension inside, linked with the static archive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>
#include <sqlite3.h>
#include <string.h>

#include "sqlite-mixture.h"

static void check_fit(sqlite3 *db) {
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT gmm_fit(column1, 1) ->> '$.means[0][0]', mixture_version() "
                                        "FROM (VALUES (1), (2), (6))",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_true(sqlite3_column_double(statement, 0) == 3);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
}

static void one_connection_gets_the_functions_by_a_call(void **state) {
    (void)state;
    sqlite3 *db = NULL;
    char *message = NULL;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_not_equal(sqlite3_exec(db, "SELECT mixture_version()", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_mixture_init(db, &message, NULL), SQLITE_OK);
    assert_null(message);
    check_fit(db);
    assert_int_equal(sqlite3_mixture_init(db, NULL, NULL), SQLITE_OK); /* again: harmless */
    check_fit(db);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void every_connection_gets_them_as_an_automatic_extension(void **state) {
    (void)state;
    assert_int_equal(sqlite3_auto_extension((void (*)(void))sqlite3_mixture_init), SQLITE_OK);
    for (int i = 0; i < 3; i++) {
        sqlite3 *db = NULL;
        assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
        check_fit(db);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
    }
    sqlite3_reset_auto_extension();
    assert_int_equal(sqlite3_memory_used(), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_connection_gets_the_functions_by_a_call),
        cmocka_unit_test(every_connection_gets_them_as_an_automatic_extension),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
