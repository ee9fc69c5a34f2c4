/* two_libraries.c: a process with two SQLite libraries, as Python's own beside the system's; both load the same
** file. The program is linked with neither: each is loaded by itself, and finds its own functions. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>
#define SQLITE_CORE 1
#include <sqlite3ext.h>

enum { LIBRARIES = 2 };

static const sqlite3_api_routines *libraries[LIBRARIES];

/* Called through a pointer of another type: as symbols come. */
#define FIND(library, name, pointer)                                                                              \
    do {                                                                                                          \
        void *symbol = dlsym(library, name);                                                                      \
        assert_non_null(symbol);                                                                                  \
        memcpy(&(pointer), &symbol, sizeof symbol);                                                               \
    } while (0)

static const sqlite3_api_routines *taken;

/* A library hands its interface to whatever it loads. */
static int take_interface(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
    (void)db, (void)error;
    taken = api;
    return SQLITE_OK;
}

static const sqlite3_api_routines *find_interface(const char *file) {
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    int (*open)(const char *, sqlite3 **), (*close)(sqlite3 *), (*automatic)(void (*)(void));
    void (*reset)(void), (*entry)(void);
    int (*own)(sqlite3 *, char **, const sqlite3_api_routines *) = take_interface;
    sqlite3 *db;
    if (library == NULL) {
        fail_msg("%s", dlerror());
    }
    FIND(library, "sqlite3_open", open);
    FIND(library, "sqlite3_close", close);
    FIND(library, "sqlite3_auto_extension", automatic);
    FIND(library, "sqlite3_reset_auto_extension", reset);
    memcpy(&entry, &own, sizeof entry);
    assert_int_equal(automatic(entry), SQLITE_OK);
    assert_int_equal(open(":memory:", &db), SQLITE_OK);
    reset();
    assert_int_equal(close(db), SQLITE_OK);
    return taken;
}

/* A copy of a file, whose name ends so: mkstemps(). */
static void copy_file(const char *from, char *name, int suffix) {
    char bytes[1 << 16];
    int target = mkstemps(name, suffix);
    FILE *source = fopen(from, "rb");
    assert_true(target >= 0 && source != NULL);
    for (size_t count; (count = fread(bytes, 1, sizeof bytes, source)) > 0;) {
        assert_int_equal(write(target, bytes, count), count);
    }
    fclose(source);
    close(target);
}

/* A copy of the system's library is another one. */
static int load_libraries(void **state) {
    char copy[] = "/tmp/two_libraries_XXXXXX";
    (void)state;
    copy_file(SQLITE_LIBRARY, copy, 0);
    libraries[0] = find_interface(SQLITE_LIBRARY);
    libraries[1] = find_interface(copy);
    unlink(copy);
    assert_ptr_not_equal(libraries[0], libraries[1]);
    assert_true(libraries[0]->malloc64 != libraries[1]->malloc64);
    return 0;
}

/* Load the extension into a new connection; the code. */
static int load(const sqlite3_api_routines *api, sqlite3 **db, char **message) {
    int rc = api->open(":memory:", db);
    *message = NULL;
    rc = rc == SQLITE_OK ? api->db_config(*db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL) : rc;
    return rc == SQLITE_OK ? api->load_extension(*db, MIXTURE_MODULE, NULL, message) : rc;
}

static const char scores[] =
    "SELECT sum(mix_predict(m, x)) || mix_loglik(m, x) FROM (SELECT gmm_fit(x, 2) AS m FROM p), p";

/* The answer to a query; "" without one. */
static const char *ask(const sqlite3_api_routines *api, sqlite3 *db, const char *sql, char text[100]) {
    sqlite3_stmt *statement = NULL;
    text[0] = '\0';
    if (api->prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK && api->step(statement) == SQLITE_ROW) {
        snprintf(text, 100, "%s", (const char *)api->column_text(statement, 0));
    }
    api->finalize(statement);
    return text;
}

static const char *score(const sqlite3_api_routines *api, sqlite3 *db, char text[100]) {
    (void)api->exec(
        db, "CREATE TABLE IF NOT EXISTS p AS SELECT column1 AS x FROM (VALUES (1), (2), (2.5), (9), (9.5))", NULL,
        NULL, NULL);
    return ask(api, db, scores, text);
}

/* ---- Tests -------------------------------------------------------------------------------------------------- */

static void a_second_library_is_refused_while_the_first_has_connections_open(void **state) {
    (void)state;
    sqlite3 *first[2], *second;
    char *message, text[100], again[100], expected[300];
    assert_int_equal(load(libraries[0], &first[0], &message), SQLITE_OK);
    assert_int_equal(load(libraries[0], &first[1], &message), SQLITE_OK);
    assert_string_not_equal(score(libraries[0], first[0], text), "");
    for (int open = 2; open > 0; open--) {
        assert_int_equal(load(libraries[1], &second, &message), SQLITE_ERROR);
        snprintf(
            expected, sizeof expected,
            "error during initialization: mixture: loaded by a second SQLite library (%s) while connections of the "
            "first (%s) are open; expected one at a time, or a copy of the file for each",
            libraries[1]->libversion(), libraries[0]->libversion());
        assert_string_equal(message, expected);
        libraries[1]->free(message);
        assert_string_equal(ask(libraries[1], second, "SELECT mixture_version()", again), "");
        assert_int_equal(libraries[1]->close_v2(second), SQLITE_OK);
        assert_string_equal(score(libraries[0], first[open - 1], again), text);
        assert_int_equal(libraries[0]->close_v2(first[open - 1]), SQLITE_OK);
    }
    assert_int_equal(libraries[0]->memory_used(), 0);
    assert_int_equal(libraries[1]->memory_used(), 0);
}

static void one_library_after_the_other_is_served(void **state) {
    (void)state;
    char *message, text[100], again[100];
    for (int round = 0; round < 6; round++) {
        sqlite3 *db;
        const sqlite3_api_routines *api = libraries[round % LIBRARIES];
        assert_int_equal(load(api, &db, &message), SQLITE_OK);
        assert_string_not_equal(score(api, db, round == 0 ? text : again), "");
        assert_true(round == 0 || strcmp(text, again) == 0);
        assert_int_equal(libraries[1 - round % LIBRARIES]->memory_used(), 0);
        assert_int_equal(api->close_v2(db), SQLITE_OK);
        assert_int_equal(api->memory_used(), 0);
    }
}

/* A statement that is still open keeps its connection, and the library with it. */
static void a_connection_that_waits_for_its_statements_is_open(void **state) {
    (void)state;
    sqlite3 *first, *second;
    sqlite3_stmt *statement;
    char *message;
    assert_int_equal(load(libraries[0], &first, &message), SQLITE_OK);
    assert_int_equal(libraries[0]->prepare_v2(first, "SELECT mixture_version()", -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(libraries[0]->close_v2(first), SQLITE_OK);
    assert_int_equal(load(libraries[1], &second, &message), SQLITE_ERROR);
    libraries[1]->free(message);
    assert_int_equal(libraries[0]->step(statement), SQLITE_ROW);
    assert_int_equal(libraries[0]->finalize(statement), SQLITE_OK);
    assert_int_equal(libraries[1]->load_extension(second, MIXTURE_MODULE, NULL, &message), SQLITE_OK);
    assert_int_equal(libraries[1]->close_v2(second), SQLITE_OK);
}

static void each_library_may_have_a_copy_of_the_file(void **state) {
    (void)state;
    sqlite3 *first, *second;
    char *message, text[100], again[100], copy[] = "/tmp/two_libraries_XXXXXX.so";
    copy_file(MIXTURE_MODULE ".so", copy, 3);
    assert_int_equal(load(libraries[0], &first, &message), SQLITE_OK);
    assert_int_equal(load(libraries[1], &second, &message), SQLITE_ERROR);
    libraries[1]->free(message);
    assert_int_equal(libraries[1]->load_extension(second, copy, "sqlite3_mixture_init", &message), SQLITE_OK);
    unlink(copy);
    assert_string_equal(score(libraries[0], first, text), score(libraries[1], second, again));
    assert_int_equal(libraries[0]->close_v2(first), SQLITE_OK);
    assert_int_equal(libraries[0]->memory_used(), 0);
    assert_string_equal(score(libraries[1], second, again), text);
    assert_int_equal(libraries[1]->close_v2(second), SQLITE_OK);
}

/* ---- Threads ------------------------------------------------------------------------------------------------ */

enum { ROUNDS = 100 };

typedef struct visitor {
    pthread_t thread;
    const sqlite3_api_routines *api;
    int served, refused, wrong;
} visitor;

static void *visit(void *argument) {
    visitor *own = argument;
    for (int round = 0; round < ROUNDS; round++) {
        sqlite3 *db;
        char *message, text[100];
        int rc = load(own->api, &db, &message);
        bool served = rc == SQLITE_OK;
        bool right = served ? strlen(score(own->api, db, text)) > 0 : rc == SQLITE_ERROR && message != NULL;
        own->served += served;
        own->refused += !served;
        own->wrong += !right;
        own->api->free(message);
        own->wrong += own->api->close_v2(db) != SQLITE_OK;
    }
    return NULL;
}

static void threads_of_two_libraries_are_served_or_refused(void **state) {
    (void)state;
    enum { THREADS = 4 };
    visitor visitors[THREADS];
    int served = 0;
    for (int i = 0; i < THREADS; i++) {
        visitors[i] = (visitor){.api = libraries[i % LIBRARIES]};
        assert_int_equal(pthread_create(&visitors[i].thread, NULL, visit, &visitors[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(visitors[i].thread, NULL), 0);
        assert_int_equal(visitors[i].wrong, 0);
        assert_int_equal(visitors[i].served + visitors[i].refused, ROUNDS);
        served += visitors[i].served;
    }
    assert_true(served > 0);
    assert_int_equal(libraries[0]->memory_used() + libraries[1]->memory_used(), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_library_is_refused_while_the_first_has_connections_open),
        cmocka_unit_test(one_library_after_the_other_is_served),
        cmocka_unit_test(a_connection_that_waits_for_its_statements_is_open),
        cmocka_unit_test(each_library_may_have_a_copy_of_the_file),
        cmocka_unit_test(threads_of_two_libraries_are_served_or_refused),
    };
    return cmocka_run_group_tests(tests, load_libraries, NULL);
}
