/* row_sample.h: a uniform sample of rows as a BLOB, for mix_sample_rows, mix_merge and the fits.
**
** Every row has a random key, a hash of the seed, its number and its bytes; a sample of n holds the rows of the n
** smallest keys (bottom-n sampling: Cohen & Kaplan, PODC 2007). So the sample of a union of parts is among the
** samples of the parts, whatever their sizes and their order: merging is exact. Little-endian on every machine:
**
**     8  "MIXROWS" and the version, 1
**     8  values of a row, d
**     8  rows at most, n
**     8  rows that the sample is of
**     8  rows in it, r
**        r times, by rising key:
**     8  key
**     8  bytes of the row
**        the row, as mix_row() packs it
**     8  checksum of all before it: FNV-1a, 64 bits */
#ifndef MIX_ROW_SAMPLE_H
#define MIX_ROW_SAMPLE_H

#include "api.h"
#include "cancel.h"
#include "mixture.h"

typedef struct mix_sampled_row {
    uint64_t key;
    size_t length;
    unsigned char *bytes;
} mix_sampled_row;

/* A sample that grows. Starts as {0}, then d and most are set. */
typedef struct mix_row_sample {
    uint64_t d, most, total;
    mix_sampled_row *heap; /* the largest key first */
    size_t count, capacity;
} mix_row_sample;

/* Add the next row, whose bytes are copied. MIXTURE_OK or _NOMEM. */
mixture_status mix_row_sample_add(mix_row_sample *sample, int64_t seed, const unsigned char *bytes, size_t length);
void mix_row_sample_clear(mix_row_sample *sample);

/* The function's result; the sample is empty then. MIXTURE_OK, _NOMEM or _CANCELLED. */
mixture_status mix_row_sample_result(mix_row_sample *sample, sqlite3_context *context, const mix_cancel *cancel);

/* A sample in a value that begins like one, which stays as it is while it is read, row after row. */
typedef struct mix_row_sample_reader {
    uint64_t d, most, total, left;
    uint64_t key; /* of the row that came last, */
    const unsigned char *row;
    size_t length; /* and its bytes */
    const unsigned char *next;
} mix_row_sample_reader;

bool mix_row_sample_is(sqlite3_value *value);
/* Check all of it. MIXTURE_OK, _CANCELLED, or _INVALID with a text about argument number `place`. */
mixture_status mix_row_sample_open(mix_row_sample_reader *reader, sqlite3_value *value, int place,
                                   const mix_cancel *cancel, mixture_error *error);
bool mix_row_sample_next(mix_row_sample_reader *reader);

/* Add the rows that a sample stands for; of both the smaller number of rows is kept. d is the same. MIXTURE_OK,
** _NOMEM or _CANCELLED. */
mixture_status mix_row_sample_merge(mix_row_sample *sample, mix_row_sample_reader *part, const mix_cancel *cancel);

#endif
