/* arguments.h: reading the arguments of SQL functions, and saying what is wrong with them. */
#ifndef MIX_ARGUMENTS_H
#define MIX_ARGUMENTS_H

#include "connection.h"

/* Where arguments that hold a row stand. */
typedef struct mix_row_arguments {
    sqlite3_value **values;
    int count;                    /* of values */
    int first;                    /* 1-based place of values[0] among the function's arguments */
    size_t d;                     /* wanted columns */
    const char *const *columns;   /* d names; NULL: x1, x2, … */
    uint64_t row;                 /* number of the input row, for errors; 0: there is only one */
    sqlite3 *db;                  /* the connection */
    size_t word;                  /* 1-based place of a value that may be a TEXT that is no number; 0: none may */
    const mixture_family *family; /* of a model, in whose order the columns' names are; NULL: in the row's */
    size_t apart[2];            /* 1-based places of arguments that are left out of the values, rising; 0: none */
    const unsigned char *bytes; /* a packed row in place of the values; NULL: there is none */
    size_t length;
} mix_row_arguments;

/* " (name)", that of column j. Returns the buffer. */
const char *mix_arguments_column(const mix_row_arguments *arguments, size_t j, char buffer[60]);

/* The row into x[d], NaN for NULL and for a word: d numbers, or one value that holds them all (packed_row.h). */
mixture_status mix_arguments_row(const mix_row_arguments *arguments, double *x, mixture_error *error);

/* The same into parsed->x, for a model's row, whose values its family accepts. `first`, `row` and `apart` (NULL:
** none) as above. */
mixture_status mix_arguments_model_row(sqlite3 *db, mix_parsed *parsed, int count, sqlite3_value **values,
                                       int first, uint64_t row, mixture_error *error);
mixture_status mix_arguments_model_row_of(sqlite3 *db, mix_parsed *parsed, int count, sqlite3_value **values,
                                          int first, uint64_t row, const size_t *apart, mixture_error *error);

/* In a later row of an aggregate: the model must be that of the first row, which `parsed` is. */
mixture_status mix_arguments_same_model(const mix_parsed *parsed, sqlite3_value *value, uint64_t row,
                                        mixture_error *error);

/* Whether a value is a number: INTEGER, REAL or a TEXT that reads as one, as SQLite's numeric affinity has it
** (blanks around it are fine). */
bool mix_arguments_is_number(sqlite3_value *value);

/* Columns of a row given by these values: their number, or that of the single one that holds them all; 0: it is
** none. `named`: as for mix_packed_row_columns(). MIXTURE_OK, _NOMEM or _CANCELLED. */
mixture_status mix_arguments_columns(sqlite3 *db, sqlite3_value **values, int count, size_t named,
                                     size_t *columns);

/* An integer from least to most at 1-based place `place`; 3.0 is one. */
mixture_status mix_arguments_integer(sqlite3_value *value, int place, const char *name, sqlite3_int64 least,
                                     sqlite3_int64 most, sqlite3_int64 *integer, mixture_error *error);

/* A finite number between two bounds, both excluded. */
mixture_status mix_arguments_number(sqlite3_value *value, int place, const char *name, double above, double below,
                                    double *number, mixture_error *error);

#endif
