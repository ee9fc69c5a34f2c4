/* packed_row.h: a whole row in one value: a BLOB of mix_row(); a vector, a BLOB of floats of 32 bits as sqlite-vec
** stores them; or a TEXT that is a JSON array of numbers and nulls. NaN and null are values not observed. */
#ifndef MIX_PACKED_ROW_H
#define MIX_PACKED_ROW_H

#include <stdint.h>

#include "arguments.h"
#include "cells.h"

/* Whether the values of a row are a single one of these. */
bool mix_packed_row_is(sqlite3_value **values, int count);

/* How many columns such a value has; 0: it is none. What a BLOB holds cannot be told: it is of mix_row() where
** its length allows, but not where `named`, if not 0, is how many floats it could be. MIXTURE_OK, _NOMEM or
** _CANCELLED. */
mixture_status mix_packed_row_columns(sqlite3 *db, sqlite3_value *value, size_t named, size_t *columns);

/* The row into x[d]: arguments->values[0] is one of these. A BLOB of 8 d bytes is of mix_row(), one of 4 d bytes a
** vector. */
mixture_status mix_packed_row_read(const mix_row_arguments *arguments, double *x, mixture_error *error);

/* mix_cells_open() of a row: of its values, or its bytes. */
mixture_status mix_cells_open_row(mix_cells *cells, const mix_row_arguments *row, mixture_error *error);

/* Whether the bytes of a mix_row() look like twice as many floats that people have. *lower: set when at least half
** of the doubles have lower halves that are not 0, which those of integers hardly have. *upper: a hash of the
** upper halves of these: of doubles that differ in their lower halves only it is the same. */
bool mix_packed_row_looks_like_floats(sqlite3_value *value, bool *lower, uint64_t *upper);

#endif
