/* cells.h: the values of a row one by one, whether they are arguments or packed by mix_row(). */
#ifndef MIX_CELLS_H
#define MIX_CELLS_H

#include <stdbool.h>

#include "api.h"
#include "level.h"
#include "mixture.h"

typedef struct mix_cell {
    int type;             /* SQLITE_INTEGER, SQLITE_FLOAT, SQLITE_TEXT, SQLITE_BLOB or SQLITE_NULL */
    mix_level level;      /* what it is where it is not NULL and finite; its bytes are the value's */
    double real;          /* of an INTEGER or a REAL */
    sqlite3_value *value; /* the argument; NULL: it was packed */
} mix_cell;

/* The value of an argument. False when out of memory. */
bool mix_cell_of(sqlite3_value *value, mix_cell *cell);

/* Whether it is a number, or a TEXT that reads as one; then what. The cell's bytes are gone afterwards. */
bool mix_cell_number(mix_cell *cell, double *number);

/* What it is, in words, for an error: as mix_describe_value(). Returns the buffer. */
const char *mix_cell_describe(const mix_cell *cell, char *said);

/* ---- Rows ---- */

/* The values of a row: so many arguments; or a single one that holds them, a JSON array, a BLOB of doubles
** (NaN: NULL), or one of mix_row() that has TEXT or BLOBs in it: a mark, and then for each value its type and
** what it is. */
typedef struct mix_cells {
    size_t count, next;
    sqlite3_value **values; /* NULL: they are in bytes */
    const unsigned char *bytes;
    size_t length, at;
    unsigned char *own; /* the bytes, if they were made */
} mix_cells;

/* MIXTURE_OK, _NOMEM, _CANCELLED or, for argument number `first` which is no row, _INVALID with a text. In
** every case mix_cells_close() frees. */
mixture_status mix_cells_open(mix_cells *cells, sqlite3 *db, sqlite3_value **values, int count, int first,
                              mixture_error *error);
/* The next of them. False when out of memory. */
bool mix_cells_next(mix_cells *cells, mix_cell *cell);
void mix_cells_close(mix_cells *cells);

/* Whether a BLOB begins with the mark; and how many values are in one: 0, it is damaged. */
bool mix_cells_marked(const unsigned char *bytes, size_t length);
size_t mix_cells_count(const unsigned char *bytes, size_t length);

/* Whether a row of these arguments is packed as doubles. */
bool mix_cells_plain(sqlite3_value **values, int count);

/* The other form: bytes that it takes, 0 for a value that is not finite or when out of memory; and those bytes. */
size_t mix_cells_measure(sqlite3_value **values, int count);
void mix_cells_pack(sqlite3_value **values, int count, unsigned char *bytes);

#endif
