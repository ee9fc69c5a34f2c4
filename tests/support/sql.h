/* sql.h: for tests of the SQL surface: a connection with the extension loaded, short queries, exact errors. */
#ifndef SQL_H
#define SQL_H

#include <sqlite3.h>

#include "check.h"

/* ---- Connections ------------------------------------------------------------------------------------- */

/* A :memory: connection with the extension loaded from its file, as a host does it. */
sqlite3 *sql_open(void);
void sql_load_extension(sqlite3 *db);
/* Close; what is still prepared is finalized first. When no connection is open any more, SQLite must hold no
** memory. */
void sql_close(sqlite3 *db);

/* Setup and teardown of a test whose *state is a connection. */
int sql_setup(void **state);
int sql_teardown(void **state);
#define sql_test(name) cmocka_unit_test_setup_teardown(name, sql_setup, sql_teardown)

/* ---- Queries: the text is a format of sqlite3_mprintf() (%Q quotes a string) ------------------------------- */

void sql_run(sqlite3 *db, const char *format, ...);
/* The first column of the only row. */
double sql_double(sqlite3 *db, const char *format, ...);
sqlite3_int64 sql_integer(sqlite3 *db, const char *format, ...);
/* As text, which must not be NULL; lives until the end of the next sql_close(). */
char *sql_text(sqlite3 *db, const char *format, ...);
/* Fails unless the result is one row of one NULL. */
void sql_is_null(sqlite3 *db, const char *format, ...);
/* All rows' columns, row after row, NULL as NaN, at most `room`; returns how many there are. */
size_t sql_numbers(sqlite3 *db, double *numbers, size_t room, const char *format, ...);
/* How many rows. */
size_t sql_count(sqlite3 *db, const char *format, ...);

/* The query fails by SQLITE_ERROR with exactly this text, in which FAMILIES stands for the names of all. */
void expect_error(sqlite3 *db, const char *sql, const char *text);
/* Run to the end or to an error; the code. The text, if wanted, as from sql_text(). */
int sql_outcome(sqlite3 *db, const char *sql, char **text);

/* A table of tests/data/NAME.csv, its columns called c1, c2, …; returns the rows. */
size_t sql_csv(sqlite3 *db, const char *table, const char *file, size_t d);

/* Texts that live as long as one of sql_text(): a query, and by printf. */
char *sql_build(const char *format, ...);
char *sql_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
