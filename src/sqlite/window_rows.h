/* window_rows.h: the rows of a window's frame as SQLite hands them over: they come at the end and go at the
** beginning. */
#ifndef MIX_WINDOW_ROWS_H
#define MIX_WINDOW_ROWS_H

#include "api.h"
#include "mixture.h"

/* Starts as {0}. */
typedef struct mix_window_rows {
    sqlite3_value **values;    /* a ring of rows */
    size_t argc;               /* values of each */
    size_t first, count, room; /* rows */
} mix_window_rows;

/* A copy of a row of argc values, as many as all others. MIXTURE_OK or _NOMEM. */
mixture_status mix_window_rows_add(mix_window_rows *rows, size_t argc, sqlite3_value **values);
/* The oldest row goes; there is one. */
void mix_window_rows_drop(mix_window_rows *rows);
/* Row i of those there are, the oldest is 0, to be read until another is added or dropped. */
sqlite3_value **mix_window_rows_at(const mix_window_rows *rows, size_t i);
void mix_window_rows_clear(mix_window_rows *rows);

#endif
