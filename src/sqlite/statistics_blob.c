/* statistics_blob.c: reading and writing statistics. */
#include "statistics_blob.h"

#include <math.h>
#include <string.h>

#include "describe.h"
#include "error.h"
#include "little_endian.h"
#include "memory.h"
#include "model_json.h"
#include "sealed_blob.h"
#include "statistics.h"

static const unsigned char magic[8] = {'M', 'I', 'X', 'S', 'T', 'A', 'T', 1};
enum { HEADER_BYTES = 32 };

void mix_statistics_blob_clear(mix_statistics_blob *blob) {
    mix_memory_free(blob->model);
    mix_memory_free(blob->statistics);
    memset(blob, 0, sizeof *blob);
}

mixture_status mix_statistics_blob_begin(mix_statistics_blob *blob, const mixture_model *model,
                                         const mix_cancel *cancel) {
    mixture_model parameters = *model; /* borrowed; of a fit what it says of its rows is not the next step's */
    parameters.fitted = model->stepped;
    parameters.bootstrap = NULL;
    const mix_shape shape = mix_shape_of(model);
    mix_json_writer writer = {.turns = {.cancel = cancel}};
    mix_model_json_write(&parameters, &writer);
    memset(blob, 0, sizeof *blob);
    blob->size = mix_statistics_size(&shape);
    blob->statistics = mix_memory_zeros(blob->size, sizeof(double));
    blob->model = mix_json_finish(&writer, &blob->model_bytes);
    return writer.turns.over                                 ? MIXTURE_CANCELLED
           : blob->statistics != NULL && blob->model != NULL ? MIXTURE_OK
                                                             : MIXTURE_NOMEM;
}

/* Header, lengths and checksum. */
static mixture_status check_blob(const unsigned char *bytes, size_t length, const mix_cancel *cancel,
                                 mixture_error *error) {
    bool sealed = false;
    if (length < 8 || memcmp(bytes, magic, 7) != 0) {
        return mix_error_invalid(error,
                                 "argument 1 is BLOB of %zu bytes that are no statistics; expected what "
                                 "mix_statistics() or mix_merge() gave",
                                 length);
    }
    if (bytes[7] != magic[7]) {
        return mix_error_invalid(error, "argument 1 is statistics of version %d; expected version %d", bytes[7],
                                 magic[7]);
    }
    uint64_t model = length < HEADER_BYTES ? 0 : mix_little_endian_get(bytes + 8),
             size = length < HEADER_BYTES ? 0 : mix_little_endian_get(bytes + 16);
    uint64_t most = length;
    bool fits = length >= HEADER_BYTES + MIX_SEAL_BYTES && model <= most && size <= most / 8 &&
                HEADER_BYTES + model + 8 * size + MIX_SEAL_BYTES == length &&
                mix_little_endian_get(bytes + 24) <= INT64_MAX;
    if (!fits) {
        return mix_error_invalid(error,
                                 "argument 1 is statistics cut or grown to %zu bytes; expected them as they were "
                                 "made",
                                 length);
    }
    if (!mix_sealed_check(bytes, length, cancel, &sealed)) {
        return mix_error_status(error, MIXTURE_CANCELLED);
    }
    if (!sealed) {
        return mix_error_invalid(
            error, "argument 1 is statistics whose checksum is wrong; expected them as they were made");
    }
    return MIXTURE_OK;
}

mixture_status mix_statistics_blob_read(mix_statistics_blob *blob, sqlite3_value *value, const mix_cancel *cancel,
                                        mixture_error *error) {
    memset(blob, 0, sizeof *blob);
    if (sqlite3_value_type(value) != SQLITE_BLOB) {
        char said[MIX_SAID_BYTES];
        return mix_error_invalid(error, "argument 1 is %s; expected statistics, a BLOB",
                                 mix_describe_value(value, said));
    }
    const unsigned char *bytes =
        sqlite3_value_blob(value); /* NULL: empty, or out of memory, as SQLite says then */
    size_t length = bytes != NULL ? (size_t)sqlite3_value_bytes(value) : 0;
    mixture_status status = check_blob(bytes, length, cancel, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    blob->model_bytes = (size_t)mix_little_endian_get(bytes + 8);
    blob->size = (size_t)mix_little_endian_get(bytes + 16);
    blob->skipped = mix_little_endian_get(bytes + 24);
    blob->model = mix_memory_array(blob->model_bytes, 1);
    blob->statistics = mix_memory_array(blob->size, sizeof(double));
    if (blob->model == NULL || blob->statistics == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    if (!mix_sealed_copy(blob->model, bytes + HEADER_BYTES, blob->model_bytes, cancel)) {
        return mix_error_status(error, MIXTURE_CANCELLED);
    }
    for (size_t i = 0; i < blob->size; i++) {
        if (i % (MIX_SEALED_PIECE / 8) == MIX_SEALED_PIECE / 8 - 1 && mix_cancelled(cancel)) {
            return mix_error_status(error, MIXTURE_CANCELLED);
        }
        blob->statistics[i] = mix_little_endian_get_double(bytes + HEADER_BYTES + blob->model_bytes + 8 * i);
        if (!isfinite(blob->statistics[i])) {
            return mix_error_invalid(error,
                                     "argument 1 is statistics that overflow a double; expected finite sums");
        }
    }
    return MIXTURE_OK;
}

mixture_status mix_statistics_blob_result(const mix_statistics_blob *blob, sqlite3_context *context,
                                          const mix_cancel *cancel) {
    size_t length = HEADER_BYTES + blob->model_bytes + 8 * blob->size + MIX_SEAL_BYTES;
    unsigned char *bytes = mix_memory_array(length, 1);
    if (bytes == NULL) {
        return MIXTURE_NOMEM;
    }
    memcpy(bytes, magic, sizeof magic);
    mix_little_endian_put(bytes + 8, blob->model_bytes);
    mix_little_endian_put(bytes + 16, blob->size);
    mix_little_endian_put(bytes + 24, blob->skipped);
    bool going = mix_sealed_copy(bytes + HEADER_BYTES, blob->model, blob->model_bytes, cancel);
    for (size_t i = 0; i < blob->size && going; i++) {
        mix_little_endian_put_double(bytes + HEADER_BYTES + blob->model_bytes + 8 * i, blob->statistics[i]);
        going = i % (MIX_SEALED_PIECE / 8) != MIX_SEALED_PIECE / 8 - 1 || !mix_cancelled(cancel);
    }
    if (!going || !mix_sealed_close(bytes, length, cancel)) {
        mix_memory_free(bytes);
        return MIXTURE_CANCELLED;
    }
    mix_sealed_result(context, bytes, length);
    return MIXTURE_OK;
}
