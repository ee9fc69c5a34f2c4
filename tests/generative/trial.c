/* trial.c: connections, queries and chance of a trial. */
#include "trial.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct scrap {
    struct scrap *next;
    max_align_t memory[];
} scrap;

void *trial_memory(trial *t, size_t bytes) {
    scrap *made = malloc(sizeof *made + bytes);
    if (made == NULL) {
        abort();
    }
    made->next = t->scraps;
    t->scraps = made;
    memset(made->memory, 0, bytes);
    return made->memory;
}

static char *format_text(trial *t, const char *format, va_list arguments) {
    char *text = sqlite3_vmprintf(format, arguments);
    if (text == NULL) {
        abort();
    }
    char *copy = trial_memory(t, strlen(text) + 1);
    strcpy(copy, text);
    sqlite3_free(text);
    return copy;
}

char *trial_text(trial *t, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = format_text(t, format, arguments);
    va_end(arguments);
    return text;
}

_Noreturn void trial_fail(trial *t, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    t->complaint = format_text(t, format, arguments);
    va_end(arguments);
    longjmp(t->give_up, 1);
}

/* ---- Connections ------------------------------------------------------------------------------------------- */

sqlite3 *trial_open(const char *file) {
    sqlite3 *db = NULL;
    char *message = NULL;
    if (sqlite3_open(file, &db) != SQLITE_OK || sqlite3_enable_load_extension(db, 1) != SQLITE_OK ||
        sqlite3_load_extension(db, MIXTURE_MODULE, NULL, &message) != SQLITE_OK) {
        printf("%s cannot be loaded: %s\n", MIXTURE_MODULE, message);
        exit(2);
    }
    sqlite3_busy_timeout(db, 10000);
    return db;
}

void trial_begin(trial *t, sqlite3_int64 seed, long number) {
    memset(t, 0, sizeof *t);
    t->script = sqlite3_str_new(NULL);
    t->db = trial_open(":memory:");
    mix_random_seed(&t->random, seed, (uint64_t)number);
}

const char *trial_file(trial *t) {
    char path[] = "/tmp/generative-XXXXXX";
    int file = mkstemp(path);
    if (file < 0) {
        trial_fail(t, "%s cannot be made", path);
    }
    (void)close(file);
    t->file = trial_text(t, "%s", path);
    return t->file;
}

static void close_connection(sqlite3 *db) {
    for (sqlite3_stmt *statement; (statement = sqlite3_next_stmt(db, NULL)) != NULL;) {
        sqlite3_finalize(statement);
    }
    sqlite3_close(db);
}

void trial_end(trial *t) {
    close_connection(t->db);
    if (t->other != NULL) {
        close_connection(t->other);
    }
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    for (size_t i = 0; t->file != NULL && i < sizeof suffixes / sizeof *suffixes; i++) {
        (void)remove(trial_text(t, "%s%s", t->file, suffixes[i]));
    }
    sqlite3_free(sqlite3_str_finish(t->script));
    while (t->scraps != NULL) {
        scrap *next = t->scraps->next;
        free(t->scraps);
        t->scraps = next;
    }
}

/* ---- Errors ------------------------------------------------------------------------------------------------ */

/* What SQLite itself says of calls that no function sees. */
static const char *const of_sqlite[] = {"wrong number of arguments to function ",
                                        "too many arguments on ",
                                        "may not be used as a window function",
                                        "misuse of aggregate",
                                        "string or blob too big",
                                        "no such column: ",
                                        "UNIQUE constraint failed",
                                        NULL};

static bool is_ours(const char *text) {
    const char *colon = strstr(text, ": ");
    size_t name = colon != NULL ? (size_t)(colon - text) : 0;
    bool prefixed = strncmp(text, "gmm_", 4) == 0 || strncmp(text, "mmm_", 4) == 0 ||
                    strncmp(text, "pmm_", 4) == 0 || strncmp(text, "mix_", 4) == 0;
    size_t length = strlen(text);
    return prefixed && strspn(text, "abcdefghijklmnopqrstuvwxyz_") == name && colon[2] != '\0' &&
           strchr(text, '\n') == NULL && text[length - 1] != '.' && length < 500;
}

static bool well_said(const char *text) {
    bool known = is_ours(text);
    for (size_t i = 0; !known && of_sqlite[i] != NULL; i++) {
        known = strstr(text, of_sqlite[i]) != NULL;
    }
    return known;
}

/* ---- Queries ----------------------------------------------------------------------------------------------- */

static cell read_cell(trial *t, sqlite3_stmt *statement, int column) {
    cell read = {.type = sqlite3_column_type(statement, column)};
    read.integer = read.type == SQLITE_INTEGER ? sqlite3_column_int64(statement, column) : 0;
    read.number = read.type == SQLITE_FLOAT || read.type == SQLITE_INTEGER
                      ? sqlite3_column_double(statement, column)
                      : (double)NAN;
    if (read.type == SQLITE_TEXT || read.type == SQLITE_BLOB) {
        const void *bytes = read.type == SQLITE_TEXT ? (const void *)sqlite3_column_text(statement, column)
                                                     : sqlite3_column_blob(statement, column);
        read.bytes = (size_t)sqlite3_column_bytes(statement, column);
        char *copy = trial_memory(t, read.bytes + 1);
        if (read.bytes > 0) {
            memcpy(copy, bytes, read.bytes);
        }
        read.text = copy;
    }
    return read;
}

answer trial_ask_on(trial *t, sqlite3 *db, const char *sql) {
    sqlite3_str_appendf(t->script, "%s%s;\n", db != t->db ? "/* second connection */ " : "", sql);
    answer got = {0};
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    size_t room = 0;
    got.columns = (size_t)sqlite3_column_count(statement);
    while (rc == SQLITE_OK && (rc = sqlite3_step(statement)) == SQLITE_ROW) {
        if (got.rows == room) {
            room = room == 0 ? 16 : 2 * room;
            cell *more = trial_memory(t, room * got.columns * sizeof *more);
            if (got.rows > 0) {
                memcpy(more, got.cells, got.rows * got.columns * sizeof *more);
            }
            got.cells = more;
        }
        for (size_t j = 0; j < got.columns; j++) {
            got.cells[got.rows * got.columns + j] = read_cell(t, statement, (int)j);
        }
        got.rows++;
        rc = SQLITE_OK;
    }
    if (rc != SQLITE_OK && rc != SQLITE_DONE) {
        got.error = trial_text(t, "%s", sqlite3_errmsg(db));
        got.rows = 0;
        sqlite3_str_appendf(t->script, "-- %s\n", got.error);
    }
    sqlite3_finalize(statement);
    if (got.error != NULL && !well_said(got.error)) {
        trial_fail(t, "an error without a function, or of several lines: %s", got.error);
    }
    return got;
}

answer trial_ask(trial *t, const char *sql) {
    return trial_ask_on(t, t->db, sql);
}

static answer need(trial *t, const char *sql) {
    answer got = trial_ask(t, sql);
    if (got.error != NULL) {
        trial_fail(t, "an error where there should be none: %s", got.error);
    }
    return got;
}

answer trial_rows(trial *t, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const char *sql = format_text(t, format, arguments);
    va_end(arguments);
    return need(t, sql);
}

cell trial_value(trial *t, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const char *sql = format_text(t, format, arguments);
    va_end(arguments);
    answer got = need(t, sql);
    if (got.rows != 1 || got.columns != 1) {
        trial_fail(t, "%d rows in place of one", (int)got.rows);
    }
    return got.cells[0];
}

void trial_run(trial *t, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const char *sql = format_text(t, format, arguments);
    va_end(arguments);
    (void)need(t, sql);
}

/* ---- Comparing --------------------------------------------------------------------------------------------- */

bool cells_same(const cell *a, const cell *b) {
    bool same = a->type == b->type && a->bytes == b->bytes && a->integer == b->integer;
    if (same && a->type == SQLITE_FLOAT) {
        same = memcmp(&a->number, &b->number, sizeof a->number) == 0;
    }
    return same && (a->bytes == 0 || memcmp(a->text, b->text, a->bytes) == 0);
}

static const char *show_cell(trial *t, const cell *shown) {
    switch (shown->type) {
    case SQLITE_INTEGER:
        return trial_text(t, "%lld", shown->integer);
    case SQLITE_FLOAT:
        return trial_text(t, "%!.17g", shown->number);
    case SQLITE_TEXT:
        return trial_text(t, "%.900s", shown->text);
    case SQLITE_BLOB:
        return trial_text(t, "a BLOB of %d", (int)shown->bytes);
    default:
        return "NULL";
    }
}

void trial_same(trial *t, const answer *a, const answer *b, const char *what) {
    if ((a->error == NULL) != (b->error == NULL)) {
        trial_fail(t, "%s: one is an error: %s", what, a->error != NULL ? a->error : b->error);
    }
    if (a->error == NULL && (a->rows != b->rows || a->columns != b->columns)) {
        trial_fail(t, "%s: %d rows and %d", what, (int)a->rows, (int)b->rows);
    }
    for (size_t i = 0; a->error == NULL && i < a->rows * a->columns; i++) {
        if (!cells_same(&a->cells[i], &b->cells[i])) {
            trial_fail(t, "%s: row %d, column %d:\n%s\n%s", what, (int)(i / a->columns + 1),
                       (int)(i % a->columns + 1), show_cell(t, &a->cells[i]), show_cell(t, &b->cells[i]));
        }
    }
}

void trial_near(trial *t, double a, double b, double tolerance, const char *what) {
    if (!(fabs(a - b) <= tolerance) && a != b) {
        trial_fail(t, "%s: %!.17g and %!.17g, which differ by more than %.3g", what, a, b, tolerance);
    }
}

/* ---- Chance ------------------------------------------------------------------------------------------------ */

size_t trial_below(trial *t, size_t bound) {
    return mix_random_below(&t->random, bound);
}

bool trial_chance(trial *t, double probability) {
    return mix_random_uniform(&t->random) < probability;
}

double trial_normal(trial *t) {
    return mix_random_normal(&t->random);
}

double trial_uniform(trial *t, double least, double most) {
    return least + (most - least) * mix_random_uniform(&t->random);
}

const char *trial_pick(trial *t, const char *const *strings) {
    size_t count = 0;
    while (strings[count] != NULL) {
        count++;
    }
    return strings[trial_below(t, count)];
}
