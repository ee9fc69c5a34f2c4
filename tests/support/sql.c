/* sql.c: connections and queries. */
#include "sql.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "family.h"

/* ---- Texts that live until a connection is closed ------------------------------------------------------ */

typedef struct kept {
    struct kept *next;
    char text[];
} kept;

static kept *all_kept;
static int open_connections;

static char *keep(const char *text, size_t length) {
    kept *entry = malloc(sizeof *entry + length + 1);
    assert_non_null(entry);
    memcpy(entry->text, text, length);
    entry->text[length] = '\0';
    entry->next = all_kept;
    all_kept = entry;
    return entry->text;
}

static void drop_kept(void) {
    while (all_kept != NULL) {
        kept *entry = all_kept;
        all_kept = entry->next;
        free(entry);
    }
}

char *sql_format(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = malloc((size_t)length + 1);
    assert_non_null(text);
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    char *copy = keep(text, (size_t)length);
    free(text);
    return copy;
}

/* A query from sqlite3_vmprintf(), kept. */
static char *build(const char *format, va_list arguments) {
    char *sql = sqlite3_vmprintf(format, arguments);
    assert_non_null(sql);
    char *copy = keep(sql, strlen(sql));
    sqlite3_free(sql);
    return copy;
}

char *sql_build(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *sql = build(format, arguments);
    va_end(arguments);
    return sql;
}

/* ---- Connections --------------------------------------------------------------------------------------- */

void sql_load_extension(sqlite3 *db) {
    char *message = NULL;
    assert_int_equal(sqlite3_enable_load_extension(db, 1), SQLITE_OK);
    if (sqlite3_load_extension(db, MIXTURE_MODULE, NULL, &message) != SQLITE_OK) {
        fail_msg("cannot load %s: %s", MIXTURE_MODULE, message);
    }
}

sqlite3 *sql_open(void) {
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    open_connections++;
    sql_load_extension(db);
    return db;
}

void sql_close(sqlite3 *db) {
    for (sqlite3_stmt *statement; (statement = sqlite3_next_stmt(db, NULL)) != NULL;) {
        sqlite3_finalize(statement);
    }
    drop_kept();
    open_connections--;
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    if (open_connections == 0) {
        assert_int_equal(sqlite3_memory_used(), 0);
    }
}

int sql_setup(void **state) {
    *state = sql_open();
    return 0;
}

int sql_teardown(void **state) {
    sql_close(*state);
    return 0;
}

/* ---- Queries --------------------------------------------------------------------------------------------- */

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) {
        fail_msg("%s\n%s", sqlite3_errmsg(db), sql);
    }
    return statement;
}

/* Step; anything but a row and the end is a failure. */
static bool step(sqlite3 *db, sqlite3_stmt *statement) {
    int rc = sqlite3_step(statement);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        fail_msg("%s\n%.300s", sqlite3_errmsg(db), sqlite3_sql(statement));
    }
    return rc == SQLITE_ROW;
}

/* The statement with its only row at hand. */
static sqlite3_stmt *single(sqlite3 *db, const char *format, va_list arguments) {
    char *sql = build(format, arguments);
    sqlite3_stmt *statement = prepare(db, sql);
    if (!step(db, statement)) {
        fail_msg("no row: %.300s", sql);
    }
    return statement;
}

/* There must be no second row. */
static void finish(sqlite3 *db, sqlite3_stmt *statement) {
    assert_false(step(db, statement));
    sqlite3_finalize(statement);
}

void sql_run(sqlite3 *db, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *sql = build(format, arguments), *message = NULL;
    va_end(arguments);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK) {
        char *copy = keep(message, strlen(message));
        sqlite3_free(message);
        fail_msg("%s\n%.300s", copy, sql);
    }
}

double sql_double(sqlite3 *db, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    sqlite3_stmt *statement = single(db, format, arguments);
    va_end(arguments);
    int type = sqlite3_column_type(statement, 0);
    if (type != SQLITE_FLOAT && type != SQLITE_INTEGER) {
        fail_msg("not a number: %.300s", sqlite3_sql(statement));
    }
    double number = sqlite3_column_double(statement, 0);
    finish(db, statement);
    return number;
}

sqlite3_int64 sql_integer(sqlite3 *db, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    sqlite3_stmt *statement = single(db, format, arguments);
    va_end(arguments);
    if (sqlite3_column_type(statement, 0) != SQLITE_INTEGER) {
        fail_msg("not an integer: %.300s", sqlite3_sql(statement));
    }
    sqlite3_int64 number = sqlite3_column_int64(statement, 0);
    finish(db, statement);
    return number;
}

char *sql_text(sqlite3 *db, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    sqlite3_stmt *statement = single(db, format, arguments);
    va_end(arguments);
    const char *text = (const char *)sqlite3_column_text(statement, 0);
    if (text == NULL) {
        fail_msg("NULL: %.300s", sqlite3_sql(statement));
        return NULL;
    }
    char *copy = keep(text, (size_t)sqlite3_column_bytes(statement, 0));
    finish(db, statement);
    return copy;
}

void sql_is_null(sqlite3 *db, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    sqlite3_stmt *statement = single(db, format, arguments);
    va_end(arguments);
    if (sqlite3_column_type(statement, 0) != SQLITE_NULL) {
        fail_msg("not NULL but %s: %.300s", sqlite3_column_text(statement, 0), sqlite3_sql(statement));
    }
    finish(db, statement);
}

static size_t fetch(sqlite3 *db, double *numbers, size_t room, const char *sql, size_t *rows) {
    sqlite3_stmt *statement = prepare(db, sql);
    size_t count = 0;
    for (*rows = 0; step(db, statement); ++*rows) {
        for (int i = 0; i < sqlite3_column_count(statement); i++, count++) {
            if (count < room) {
                bool null = sqlite3_column_type(statement, i) == SQLITE_NULL;
                numbers[count] = null ? (double)NAN : sqlite3_column_double(statement, i);
            }
        }
    }
    sqlite3_finalize(statement);
    return count;
}

size_t sql_numbers(sqlite3 *db, double *numbers, size_t room, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *sql = build(format, arguments);
    va_end(arguments);
    size_t rows, count = fetch(db, numbers, room, sql, &rows);
    return count;
}

size_t sql_count(sqlite3 *db, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *sql = build(format, arguments);
    va_end(arguments);
    size_t rows;
    (void)fetch(db, NULL, 0, sql, &rows);
    return rows;
}

int sql_outcome(sqlite3 *db, const char *sql, char **text) {
    char *message = NULL;
    int rc = sqlite3_exec(db, sql, NULL, NULL, &message);
    if (text != NULL) {
        *text = message != NULL ? keep(message, strlen(message)) : NULL;
    }
    sqlite3_free(message);
    return rc;
}

/* The text with FAMILIES replaced by the names of all families. */
static const char *name_families(const char *text) {
    const char *place = strstr(text, "FAMILIES");
    char names[MIX_FAMILIES_BYTES];
    return place == NULL ? text
                         : sql_build("%.*s%s%s", (int)(place - text), text, mix_families_names(names),
                                     place + strlen("FAMILIES"));
}

void expect_error(sqlite3 *db, const char *sql, const char *text) {
    char *message = NULL;
    text = name_families(text);
    int rc = sql_outcome(db, sql, &message);
    if (rc != SQLITE_ERROR || message == NULL || strcmp(message, text) != 0) {
        print_error("%.500s\ngives  %s (%d)\nwanted %s\n", sql, message, rc, text);
        fail();
    }
}

size_t sql_csv(sqlite3 *db, const char *table, const char *file, size_t d) {
    size_t rows;
    double *x = check_csv(file, d, &rows);
    char columns[200] = "c1 REAL", marks[100] = "?";
    for (size_t j = 1; j < d; j++) {
        sprintf(columns + strlen(columns), ", c%zu REAL", j + 1);
        strcat(marks, ", ?");
    }
    sql_run(db, "CREATE TABLE %s(%s)", table, columns);
    sqlite3_stmt *statement = prepare(db, sql_build("INSERT INTO %s VALUES (%s)", table, marks));
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < d; j++) {
            sqlite3_bind_double(statement, (int)j + 1, x[i * d + j]);
        }
        (void)step(db, statement);
        sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
    free(x);
    return rows;
}
