/* extension.c: the entry point: register every function and table with a connection. */
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT1
#define MIX_EXTENSION_MAIN

#include "aggregate.h"
#include "library.h"
#include "memory.h"
#include "sqlite-mixture.h"

/* What RSQLite brings on Debian 12; the interface is that of 3.40.1. scripts/old_sqlite.sh tries older ones. */
#ifndef MIX_OLDEST_SQLITE
#define MIX_OLDEST_SQLITE 3040000
#endif

static void *sqlite_allocate(size_t bytes) {
    return sqlite3_malloc64(bytes);
}

static void *sqlite_resize(void *block, size_t bytes) {
    return sqlite3_realloc64(block, bytes);
}

static void sqlite_release(void *block) {
    sqlite3_free(block);
}

/* All memory is SQLite's, so that its limits and statistics count it. */
static const mixture_allocator sqlite_allocator = {sqlite_allocate, sqlite_resize, sqlite_release};

static int register_functions(sqlite3 *db, mix_connection *connection, const mix_function *functions, int count) {
    int rc = SQLITE_OK;
    for (int i = 0; i < count && rc == SQLITE_OK; i++) {
        rc = functions[i].aggregate != NULL ? mix_aggregate_register(db, connection, &functions[i])
                                            : mix_function_register(db, connection, &functions[i]);
    }
    return rc;
}

static int register_everything(sqlite3 *db) {
    mix_connection *connection = mix_connection_new(db);
    int rc = connection != NULL ? SQLITE_OK : SQLITE_NOMEM;
    const struct {
        const mix_function *functions;
        int count;
    } parts[] = {{mix_row_functions, mix_row_function_count},
                 {mix_score_functions, mix_score_function_count},
                 {mix_em_functions, mix_em_function_count},
                 {mix_plot_functions, mix_plot_function_count},
                 {mix_name_functions, mix_name_function_count},
                 {mix_about_functions, mix_about_function_count},
                 {mix_distribution_functions, mix_distribution_function_count},
                 {mix_compare_functions, mix_compare_function_count},
                 {mix_update_functions, mix_update_function_count},
                 {mix_sample_functions, mix_sample_function_count}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts && rc == SQLITE_OK; i++) {
        rc = register_functions(db, connection, parts[i].functions, parts[i].count);
    }
    if (rc == SQLITE_OK) {
        rc = mix_fit_register(db, connection);
    }
    if (rc == SQLITE_OK) {
        rc = mix_tables_register(db, connection);
    }
    if (connection != NULL) {
        mix_connection_release(connection);
    }
    return rc;
}

#ifdef _WIN32
#define MIX_EXPORTED __declspec(dllexport)
#elif !defined(SQLITE_CORE)
#define MIX_EXPORTED __attribute__((visibility("default")))
#else
#define MIX_EXPORTED
#endif

/* In place of SQLITE_EXTENSION_INIT2: library.h. */
MIX_EXPORTED int sqlite3_mixture_init(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
    int rc = SQLITE_ERROR;
    if (!mix_library_enter(api, error)) {
        return rc;
    }
    if (sqlite3_libversion_number() < MIX_OLDEST_SQLITE) {
        if (error != NULL) {
            *error = sqlite3_mprintf("mixture: SQLite is %s; expected %d.%d.%d or later", sqlite3_libversion(),
                                     MIX_OLDEST_SQLITE / 1000000, MIX_OLDEST_SQLITE / 1000 % 1000,
                                     MIX_OLDEST_SQLITE % 1000);
        }
    } else {
        mixture_set_allocator(&sqlite_allocator);
        rc = register_everything(db);
        if (rc != SQLITE_OK && error != NULL) {
            *error = sqlite3_mprintf("mixture: cannot register its functions: %s", sqlite3_errstr(rc));
        }
    }
    mix_library_leave();
    return rc;
}
