/* trial.h: a trial is one generated case: a connection with the extension, random numbers of its own, and all SQL
** that it has run, which is printed when something is not as it should be. */
#ifndef TRIAL_H
#define TRIAL_H

#include <setjmp.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "random.h"

enum { MOST_COLUMNS = 20, MOST_COMPONENTS = 4 };

typedef struct kin kin; /* world.h */

typedef struct trial {
    sqlite3 *db, *other; /* other: NULL, unless a subject has opened it */
    const char *file;    /* on the disk, to be removed; NULL: none */
    mix_random random;
    sqlite3_str *script; /* what was run */
    struct scrap *scraps;
    jmp_buf give_up; /* where a failed trial goes */
    const char *complaint;
    /* The world (world.h): a table t(id, x1, ..., xd, g) and a model in model(m). */
    const kin *family;
    size_t k, d, rows;
    double center[MOST_COLUMNS], spread[MOST_COLUMNS]; /* of the rows */
    const char *columns, *packed;                      /* "x1, x2"; "mix_row(x1, x2)" */
    const char *model;                                 /* its text */
} trial;

/* A value of a result. Text and bytes live as long as the trial. */
typedef struct cell {
    int type; /* as sqlite3_column_type() */
    double number;
    sqlite3_int64 integer;
    const char *text;
    size_t bytes;
} cell;

typedef struct answer {
    const char *error; /* NULL: none */
    size_t rows, columns;
    cell *cells; /* row after row */
} answer;

void trial_begin(trial *t, sqlite3_int64 seed, long number);
void trial_end(trial *t);

/* Say what is wrong, and give the trial up. */
_Noreturn void trial_fail(trial *t, const char *format, ...);

/* Texts by sqlite3_mprintf() and memory, for as long as the trial. */
char *trial_text(trial *t, const char *format, ...);
void *trial_memory(trial *t, size_t bytes);

/* ---- SQL: formats of sqlite3_mprintf() -------------------------------------------------------------------- */

/* Whatever comes out. An error is one line of the form FUNCTION: what is wrong; or one that SQLite has for calls
** that no function sees. */
answer trial_ask(trial *t, const char *sql);
/* As trial_ask(), but an error fails the trial. */
answer trial_rows(trial *t, const char *format, ...);
/* The only value. */
cell trial_value(trial *t, const char *format, ...);
/* Statements without results. */
void trial_run(trial *t, const char *format, ...);
/* As trial_ask(), on another connection. */
answer trial_ask_on(trial *t, sqlite3 *db, const char *sql);
/* A connection with the extension. */
sqlite3 *trial_open(const char *file);
/* The name of a file for a database, which is removed when the trial ends. */
const char *trial_file(trial *t);

/* Fails unless both hold the same, bit for bit. */
void trial_same(trial *t, const answer *a, const answer *b, const char *what);
bool cells_same(const cell *a, const cell *b);
/* Fails unless |a - b| <= tolerance. */
void trial_near(trial *t, double a, double b, double tolerance, const char *what);

/* ---- Chance ------------------------------------------------------------------------------------------------ */

size_t trial_below(trial *t, size_t bound);
bool trial_chance(trial *t, double probability);
double trial_normal(trial *t);
double trial_uniform(trial *t, double least, double most);
/* One of the strings up to NULL. */
const char *trial_pick(trial *t, const char *const *strings);

#endif
