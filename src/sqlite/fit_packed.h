/* fit_packed.h: rows of a fit that come in one value (packed_row.h): how many columns they have, which of a
** BLOB is not certain. */
#ifndef MIX_FIT_PACKED_H
#define MIX_FIT_PACKED_H

#include <stdint.h>

#include "aggregate.h"

/* So many BLOBs that look like floats are no chance, if they differ in upper halves of doubles: the lower half of
** one double in six does. */
enum { MIX_PACKED_ENOUGH = 8 };

/* Starts as {0}. */
typedef struct mix_fit_packed {
    bool packed;   /* the first row came as one value, or many did, a sample */
    bool doubtful; /* a BLOB of it is taken for a mix_row(); all rows so far look like floats besides, */
    bool lower;    /* and not all lower halves of the doubles are 0 */
    uint64_t seen[MIX_PACKED_ENOUGH]; /* hashes of different upper halves, */
    size_t different;                 /* so many */
} mix_fit_packed;

/* Columns of the first row; 0: it is none. How many floats a BLOB would have where it is a vector the options say,
** by their names, or the model that is fitted again (NULL: none). MIXTURE_OK, _NOMEM, _CANCELLED; _INVALID with a
** text of a sample that is none. */
mixture_status mix_fit_packed_begin(mix_fit_packed *packed, const mix_group *group, const mixture_model *model,
                                    sqlite3_value **values, int count, sqlite3_value *options, size_t *columns,
                                    mixture_error *error);

/* Look at a row that is one value. */
void mix_fit_packed_watch(mix_fit_packed *packed, sqlite3_value *value);

/* A warning where rows may have been misread. MIXTURE_OK or _NOMEM. */
mixture_status mix_fit_packed_warn(const mix_fit_packed *packed, size_t columns, mixture_model *model);

#endif
