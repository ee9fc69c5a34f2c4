/* fuzz_connection.c: running statements for the fuzz targets. */
#include "fuzz_connection.h"

#include <stdio.h>
#include <string.h>

#include "model_json.h"
#include "sqlite-mixture.h"

enum { MOST_STEPS = 20000, HEAP_BYTES = 200000000 };

static long steps;

static int enough(void *host) {
    (void)host;
    return ++steps > MOST_STEPS;
}

sqlite3 *fuzz_connection(void) {
    static sqlite3 *db;
    if (db == NULL) {
        fuzz_check(sqlite3_open(":memory:", &db) == SQLITE_OK);
        fuzz_check(sqlite3_mixture_init(db, NULL, NULL) == SQLITE_OK);
        sqlite3_progress_handler(db, 1, enough, NULL);
        sqlite3_hard_heap_limit64(HEAP_BYTES);
    }
    return db;
}

/* A text that begins like a model of ours is one, and a sound one. */
static void check_text(const char *text) {
    mixture_model *model;
    mixture_error error = {MIXTURE_OK, ""};
    if (strncmp(text, "{\"family\":", 10) == 0) {
        if (mix_model_json_read(text, strlen(text), &model, &error) != MIXTURE_OK) {
            fprintf(stderr, "%s\n%s\n", error.text, text);
        }
        fuzz_check(model != NULL);
        fuzz_check_model(model);
        mixture_model_free(model);
    }
}

int fuzz_run(sqlite3_stmt *statement) {
    sqlite3 *db = sqlite3_db_handle(statement);
    int rc;
    steps = 0;
    while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
            int type = sqlite3_column_type(statement, i);
            const char *text = (const char *)sqlite3_column_text(statement, i);
            if (type == SQLITE_TEXT && text != NULL && strcmp(sqlite3_column_name(statement, i), "answer") == 0) {
                check_text(text);
            }
        }
    }
    if (rc == SQLITE_ERROR) {
        fuzz_check_message(sqlite3_errmsg(db));
    } else if (rc != SQLITE_DONE && rc != SQLITE_INTERRUPT && rc != SQLITE_NOMEM) {
        fprintf(stderr, "%d: %s\n%s\n", rc, sqlite3_errmsg(db), sqlite3_sql(statement));
        fuzz_check(rc == SQLITE_DONE);
    }
    sqlite3_finalize(statement);
    return rc;
}
