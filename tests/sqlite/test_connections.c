/* test_connections.c: several connections in several threads at once; and a SQLite that is too old. */
#include <dlfcn.h>
#include <pthread.h>
#define SQLITE_CORE 1 /* this is the host: its calls are direct */
#include <sqlite3ext.h>
#include <stdlib.h>
#include <string.h>

#include "plain.h"
#include "sql.h"

/* ---- Threads ----------------------------------------------------------------------------------------------- */

enum { THREADS = 4, ROUNDS = 3 };

/* What a connection answers: fits on the pool's threads, a selection, tables, scores, verbs, a picture. */
static const char *const queries[] = {
    "SELECT gmm_fit(x1, x2, 3, '{\"threads\":2,\"max_iter\":5,\"n_init\":2}') FROM p",
    "SELECT gmm_fit(x1, x2, 3, '{\"threads\":8,\"max_iter\":5,\"n_init\":2}') FROM p",
    ("SELECT gmm_select(x1, x2, 2, '{\"covariances\":[\"EII\",\"VVV\"],\"threads\":2,\"max_iter\":3,\"n_init\":1}') FROM p "
     "WHERE p.rowid < 300"),
    "SELECT mmm_fit(abs(round(x1)), abs(round(x2)) + 1, 2, '{\"threads\":2,\"max_iter\":5,\"n_init\":1}') FROM p",
    "SELECT mix_loglik(m, x1, x2) || mix_step(m, x1, x2) FROM model, p",
    "SELECT group_concat(mix_predict(m, x1, x2), '') FROM model, p WHERE p.rowid < 300",
    "SELECT sum(r.probability * p.x1) FROM model, p, mix_responsibilities(m, x1, x2) r WHERE p.rowid < 300",
    "SELECT mix_plot(m, x1, x2) FROM model, p WHERE p.rowid < 100",
    "SELECT count(*) FROM model, mix_contours(m, 2, 20)",
};
enum { QUERIES = sizeof queries / sizeof *queries };

static sqlite3 *open_tables(const char *file) {
    sqlite3 *db;
    if (sqlite3_open(file, &db) != SQLITE_OK || sqlite3_enable_load_extension(db, 1) != SQLITE_OK ||
        sqlite3_load_extension(db, MIXTURE_MODULE, NULL, NULL) != SQLITE_OK) {
        abort();
    }
    return db;
}

/* The first column of the first row; malloc(). */
static char *ask(sqlite3 *db, const char *sql) {
    sqlite3_stmt *statement;
    char *text = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW) {
        text = strdup((const char *)sqlite3_column_text(statement, 0));
    }
    sqlite3_finalize(statement);
    return text;
}

typedef struct visitor {
    pthread_t thread;
    const char *file;
    char *const *right;
    size_t first;
    int wrong;
} visitor;

/* Not in cmocka's thread: its assertions would jump out of another. */
static void *visit(void *argument) {
    visitor *own = argument;
    for (int round = 0; round < ROUNDS; round++) {
        sqlite3 *db = open_tables(own->file);
        for (size_t i = 0; i < QUERIES; i++) {
            size_t which = (own->first + i) % QUERIES;
            char *text = ask(db, queries[which]);
            own->wrong += text == NULL || strcmp(text, own->right[which]) != 0;
            free(text);
        }
        own->wrong += sqlite3_close(db) != SQLITE_OK;
    }
    return NULL;
}

static void connections_in_several_threads_answer_as_one_alone(void **state) {
    (void)state;
    const char *file = "file:connections?mode=memory&cache=shared";
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_URI, 1), SQLITE_OK);
    sqlite3 *db = open_tables(file);
    plain model = plain_model(3, 2, 3);
    sql_run(db, "CREATE TABLE model(m); INSERT INTO model VALUES (%Q)", plain_json(&model));
    sql_run(
        db,
        "CREATE TABLE p AS SELECT x1, x2 FROM model, mix_sample(m, 20000)"); /* enough for two threads a pass */
    char *right[QUERIES];
    for (size_t i = 0; i < QUERIES; i++) {
        right[i] = ask(db, queries[i]);
        assert_non_null(right[i]);
    }
    visitor visitors[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        visitors[i] = (visitor){.file = file, .right = right, .first = 2 * i};
        assert_int_equal(pthread_create(&visitors[i].thread, NULL, visit, &visitors[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(visitors[i].thread, NULL), 0);
        assert_int_equal(visitors[i].wrong, 0);
    }
    for (size_t i = 0; i < QUERIES; i++) {
        free(right[i]);
    }
    sqlite3_close(db);
}

/* ---- Versions ---------------------------------------------------------------------------------------------- */

static sqlite3_api_routines interface;

/* SQLite hands its interface to whatever it loads. */
static int take_interface(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
    (void)db, (void)error;
    interface = *api;
    return SQLITE_OK;
}

static int old_version(void) {
    return 3039004;
}

static const char *old_version_text(void) {
    return "3.39.4";
}

static void a_sqlite_that_is_too_old_is_refused_with_its_version(void **state) {
    (void)state;
    int (*entry)(sqlite3 *, char **, const sqlite3_api_routines *) = take_interface;
    void (*plain_entry)(void);
    memcpy(&plain_entry, &entry, sizeof plain_entry); /* as SQLite declares it */
    assert_int_equal(sqlite3_auto_extension(plain_entry), SQLITE_OK);
    sqlite3 *db;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    sqlite3_reset_auto_extension();
    assert_int_equal(interface.libversion_number(), sqlite3_libversion_number());
    interface.libversion_number = old_version;
    interface.libversion = old_version_text;
    void *module = dlopen(sql_format("%s.so", MIXTURE_MODULE), RTLD_NOW);
    assert_non_null(module);
    void *symbol = dlsym(module, "sqlite3_mixture_init");
    memcpy(&entry, &symbol, sizeof entry);
    char *message = NULL;
    assert_int_equal(entry(db, &message, &interface), SQLITE_ERROR);
    assert_string_equal(message, "mixture: SQLite is 3.39.4; expected 3.40.0 or later");
    assert_int_equal(entry(db, NULL, &interface), SQLITE_ERROR);
    assert_int_not_equal(sqlite3_exec(db, "SELECT mixture_version()", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_free(message);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    dlclose(module);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connections_in_several_threads_answer_as_one_alone),
        cmocka_unit_test(a_sqlite_that_is_too_old_is_refused_with_its_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
