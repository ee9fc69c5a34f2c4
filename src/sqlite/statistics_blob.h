/* statistics_blob.h: statistics as a BLOB, for mix_statistics, mix_merge and mix_maximize.
**
** Little-endian on every machine:
**
**     8  "MIXSTAT" and the version, 1
**     8  bytes of the model that follows, m
**     8  doubles of the statistics, s
**     8  rows left out for a NULL
**     m  the model's parameters as JSON: what the statistics are centered at
**     8s the statistics (em/statistics.h)
**     8  checksum of all before it: FNV-1a, 64 bits
**
** Two BLOBs were taken under the same model if and only if their JSON is the same. */
#ifndef MIX_STATISTICS_BLOB_H
#define MIX_STATISTICS_BLOB_H

#include "api.h"
#include "cancel.h"
#include "mixture.h"

/* The parts of a BLOB. */
typedef struct mix_statistics_blob {
    char *model; /* JSON, not NUL-terminated */
    size_t model_bytes;
    double *statistics;
    size_t size;
    uint64_t skipped;
} mix_statistics_blob;

/* Start one for a model: its parameters as JSON, statistics all 0. MIXTURE_OK, _NOMEM or _CANCELLED. */
mixture_status mix_statistics_blob_begin(mix_statistics_blob *blob, const mixture_model *model,
                                         const mix_cancel *cancel);
/* Read the BLOB in a value, checking all but that the JSON is a model. In every case mix_statistics_blob_clear()
** frees. */
mixture_status mix_statistics_blob_read(mix_statistics_blob *blob, sqlite3_value *value, const mix_cancel *cancel,
                                        mixture_error *error);
void mix_statistics_blob_clear(mix_statistics_blob *blob);

/* The function's result. MIXTURE_OK, _NOMEM or _CANCELLED. */
mixture_status mix_statistics_blob_result(const mix_statistics_blob *blob, sqlite3_context *context,
                                          const mix_cancel *cancel);

#endif
