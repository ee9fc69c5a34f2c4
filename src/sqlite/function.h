/* function.h: the shape of an entry in the table of functions. Each file that implements functions exports its
** part of the table; extension.c registers them all. */
#ifndef MIX_FUNCTION_H
#define MIX_FUNCTION_H

#include "arguments.h"
#include "writer.h"

#ifndef SQLITE_RESULT_SUBTYPE
#define SQLITE_RESULT_SUBTYPE 0x001000000 /* needed from SQLite 3.45 on, ignored before */
#endif

enum {
    MIX_SUBTYPE_JSON = 74,                          /* 'J', as SQLite's own JSON functions mark their results */
    MIX_INNOCUOUS = SQLITE_UTF8 | SQLITE_INNOCUOUS, /* aggregates */
    MIX_INNOCUOUS_JSON = MIX_INNOCUOUS | SQLITE_RESULT_SUBTYPE,
    MIX_PURE = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
    MIX_PURE_JSON = MIX_PURE | SQLITE_RESULT_SUBTYPE
};

typedef struct mix_aggregate mix_aggregate; /* aggregate.h */

typedef struct mix_function {
    const char *name, *usage; /* usage: its arguments, "(model, x...)" */
    int least;                /* arguments at least */
    int most;                 /* arguments at most; -1: any number */
    int flags;
    void (*call)(sqlite3_context *, int, sqlite3_value **); /* NULL: an aggregate */
    const mix_aggregate *aggregate;                         /* NULL: a scalar function */
    const void *detail; /* what tells functions with the same call or aggregate apart */
} mix_function;

/* What sqlite3_user_data() gives: made for registering, NULL when out of memory, and released by SQLite. */
typedef struct mix_binding {
    mix_connection *connection;
    mix_function function; /* a copy; what it points to is static */
} mix_binding;
mix_binding *mix_function_bind(mix_connection *connection, const mix_function *function);
void mix_function_unbind(void *binding);

/* Its number of arguments as SQLite is told: -1 when several are possible. */
int mix_function_arguments(const mix_function *function);

/* Register a scalar function. Returns SQLite's code. */
int mix_function_register(sqlite3 *db, mix_connection *connection, const mix_function *function);

/* False, with the function's error set, if the number of arguments is not as the table says. */
bool mix_function_check(sqlite3_context *context, int argc);

/* Set the function's error: its name, a colon, the text. */
void mix_function_fail(sqlite3_context *context, const mixture_error *error);

/* The text of a writer as the result, marked as JSON; out of memory, if it ran out. */
void mix_function_json(sqlite3_context *context, mix_json_writer *writer);

/* function_fit.c: <name>_fit and <name>_select of every family that has them. */
int mix_fit_register(sqlite3 *db, mix_connection *connection);

extern const mix_function mix_row_functions[], mix_score_functions[], mix_about_functions[], mix_em_functions[],
    mix_plot_functions[], mix_name_functions[], mix_distribution_functions[], mix_compare_functions[],
    mix_update_functions[], mix_sample_functions[];
extern const int mix_row_function_count, mix_score_function_count, mix_about_function_count, mix_em_function_count,
    mix_plot_function_count, mix_name_function_count, mix_distribution_function_count, mix_compare_function_count,
    mix_update_function_count, mix_sample_function_count;

/* Register a table-valued function; each holds the connection. */
int mix_tables_register(sqlite3 *db, mix_connection *connection);

#endif
