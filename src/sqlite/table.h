/* table.h: what every table-valued function of the extension shares. A table says what its columns and arguments
** are, how many rows a call has and what stands in each; table.c does the rest of SQLite's virtual table
** protocol. */
#ifndef MIX_TABLE_H
#define MIX_TABLE_H

#include "arguments.h"

enum { MIX_TABLE_ROW_ARGUMENTS = 126 }; /* x1, x2, ... at most: with the model 127, a limit of SQLite 3.40 */

typedef struct mix_cursor mix_cursor;

typedef struct mix_table {
    const char *name, *usage;
    const char *columns; /* "component, weight, ..." */
    int column_count;
    const char
        *arguments;    /* behind the model: "n, seed"; each becomes a hidden column with a leading underscore */
    int least, most;   /* of them */
    bool takes_row;    /* instead: the values of a row */
    bool alone;        /* there is no model, nor any argument */
    size_t state_size; /* bytes of cursor->state, zeroed before each start */

    /* Read the arguments values[0..count-1] behind the model, set cursor->rows, be ready to give row 0. */
    mixture_status (*start)(mix_cursor *cursor, sqlite3_value **values, int count, mixture_error *error);
    /* Go to row cursor->row > 0; may be NULL. */
    void (*advance)(mix_cursor *cursor);
    /* The result for a column of the present row. */
    void (*column)(mix_cursor *cursor, sqlite3_context *context, int column);
    /* Free what start allocated; may be NULL. Called once for each start, also for one that failed. */
    void (*stop)(mix_cursor *cursor);
} mix_table;

struct mix_cursor {
    sqlite3_vtab_cursor base; /* must be first */
    const mix_table *table;
    mix_connection *connection;
    mix_parsed *parsed; /* NULL: the model is NULL and there are no rows; or the table is `alone` */
    bool model_blob;    /* it came as a BLOB */
    bool started;
    sqlite3_int64 row, rows;
    bool identified; /* `identity` is known */
    uint64_t identity;
    const double *x; /* a table that takes a row: its values, d of them, for the hidden columns */
    sqlite3_value *
        *arguments; /* copies, for the hidden columns; a table that takes a row has them only when needed */
    int argument_count;
    void *state;
};

/* The model at hand. */
static inline const mixture_model *mix_cursor_model(const mix_cursor *cursor) {
    return cursor->parsed->model;
}

extern const mix_table mix_table_components, mix_table_parameters, mix_table_responsibilities, mix_table_trace,
    mix_table_sample, mix_table_grid, mix_table_ellipses, mix_table_selection, mix_table_contours,
    mix_table_progress, mix_table_explain, mix_table_profile, mix_table_intervals, mix_table_combine;

/* Number of a component: from 1; behind the last one comes noise, number 0. */
sqlite3_int64 mix_cursor_component(const mix_cursor *cursor, size_t c);

#endif
