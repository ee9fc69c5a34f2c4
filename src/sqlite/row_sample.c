/* row_sample.c: the n smallest keys in a heap. */
#include "row_sample.h"

#include <string.h>

#include "cells.h"
#include "error.h"
#include "hash.h"
#include "little_endian.h"
#include "memory.h"
#include "sealed_blob.h"

static const unsigned char rows_magic[8] = {'M', 'I', 'X', 'R', 'O', 'W', 'S', 1};
enum { ROWS_HEAD = 40, ROW_HEAD = 16, ROWS_TURN = 4096 /* rows between two questions whether to go on */ };

void mix_row_sample_clear(mix_row_sample *sample) {
    for (size_t i = 0; i < sample->count; i++) {
        mix_memory_free(sample->heap[i].bytes);
    }
    mix_memory_free(sample->heap);
    *sample = (mix_row_sample){.d = 0};
}

/* ---- The heap ----------------------------------------------------------------------------------------------- */

/* Whether a comes behind b: by keys, and of equal ones by bytes, so that nothing depends on the order in which
** rows came. */
static bool comes_behind(const mix_sampled_row *a, const mix_sampled_row *b) {
    if (a->key != b->key) {
        return a->key > b->key;
    }
    size_t length = a->length < b->length ? a->length : b->length;
    int order = memcmp(a->bytes, b->bytes, length);
    return order != 0 ? order > 0 : a->length > b->length;
}

static void swap_rows(mix_sampled_row *a, mix_sampled_row *b) {
    mix_sampled_row other = *a;
    *a = *b;
    *b = other;
}

static void sift_up(mix_sampled_row *heap, size_t at) {
    while (at > 0 && comes_behind(&heap[at], &heap[(at - 1) / 2])) {
        swap_rows(&heap[at], &heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
}

static void sift_down(mix_sampled_row *heap, size_t count, size_t at) {
    for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        child += child + 1 < count && comes_behind(&heap[child + 1], &heap[child]);
        if (!comes_behind(&heap[child], &heap[at])) {
            return;
        }
        swap_rows(&heap[child], &heap[at]);
        at = child;
    }
}

/* The last row in order, taken out of the heap: the caller's to free. */
static mix_sampled_row take_last(mix_row_sample *sample) {
    mix_sampled_row last = sample->heap[0];
    sample->heap[0] = sample->heap[--sample->count];
    sift_down(sample->heap, sample->count, 0);
    return last;
}

/* Put a row in, if it belongs there; its bytes are copied. */
static mixture_status put_row(mix_row_sample *sample, uint64_t key, const unsigned char *bytes, size_t length) {
    if (sample->count == sample->most) {
        const mix_sampled_row row = {key, length, (unsigned char *)(uintptr_t)bytes}; /* to compare */
        if (!comes_behind(&sample->heap[0], &row)) {
            return MIXTURE_OK;
        }
        mix_memory_free(take_last(sample).bytes);
    }
    if (sample->count == sample->capacity) {
        size_t capacity = 2 * sample->capacity + 16;
        mix_sampled_row *heap = mix_memory_resize(sample->heap, capacity, sizeof *heap);
        if (heap == NULL) {
            return MIXTURE_NOMEM;
        }
        sample->heap = heap;
        sample->capacity = capacity;
    }
    unsigned char *copy = mix_memory_array(length, 1);
    if (copy == NULL) {
        return MIXTURE_NOMEM;
    }
    memcpy(copy, bytes, length);
    sample->heap[sample->count++] = (mix_sampled_row){key, length, copy};
    sift_up(sample->heap, sample->count - 1);
    return MIXTURE_OK;
}

/* All 64 bits of a hash depend on all (Stafford's variant 13 of the finalizer of MurmurHash3, as in SplitMix64).
** */
static uint64_t mix_bits(uint64_t hash) {
    hash = (hash ^ hash >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    hash = (hash ^ hash >> 27) * UINT64_C(0x94d049bb133111eb);
    return hash ^ hash >> 31;
}

mixture_status mix_row_sample_add(mix_row_sample *sample, int64_t seed, const unsigned char *bytes,
                                  size_t length) {
    uint64_t key = mix_hash_number(MIX_HASH_BEGIN, (uint64_t)seed);
    key = mix_hash_bytes(mix_hash_number(key, sample->total++), bytes, length);
    return put_row(sample, mix_bits(key), bytes, length);
}

mixture_status mix_row_sample_merge(mix_row_sample *sample, mix_row_sample_reader *part,
                                    const mix_cancel *cancel) {
    mixture_status status = MIXTURE_OK;
    sample->most = part->most < sample->most ? part->most : sample->most;
    sample->total += part->total < INT64_MAX - sample->total ? part->total : INT64_MAX - sample->total;
    while (sample->count > sample->most) {
        mix_memory_free(take_last(sample).bytes);
    }
    for (size_t i = 1; status == MIXTURE_OK && mix_row_sample_next(part); i++) {
        status = i % ROWS_TURN == 0 && mix_cancelled(cancel) ? MIXTURE_CANCELLED
                                                             : put_row(sample, part->key, part->row, part->length);
    }
    return status;
}

/* ---- Out ---------------------------------------------------------------------------------------------------- */

mixture_status mix_row_sample_result(mix_row_sample *sample, sqlite3_context *context, const mix_cancel *cancel) {
    size_t length = ROWS_HEAD + MIX_SEAL_BYTES;
    for (size_t i = 0; i < sample->count; i++) {
        length += ROW_HEAD + sample->heap[i].length;
    }
    unsigned char *bytes = mix_memory_array(length, 1);
    if (bytes == NULL) {
        return MIXTURE_NOMEM;
    }
    memcpy(bytes, rows_magic, sizeof rows_magic);
    mix_little_endian_put(bytes + 8, sample->d);
    mix_little_endian_put(bytes + 16, sample->most);
    mix_little_endian_put(bytes + 24, sample->total);
    mix_little_endian_put(bytes + 32, sample->count);
    bool going = true;
    for (unsigned char *end = bytes + length - MIX_SEAL_BYTES; sample->count > 0 && going;) {
        mix_sampled_row row = take_last(sample);
        end -= ROW_HEAD + row.length;
        mix_little_endian_put(end, row.key);
        mix_little_endian_put(end + 8, row.length);
        memcpy(end + ROW_HEAD, row.bytes, row.length);
        mix_memory_free(row.bytes);
        going = sample->count % ROWS_TURN != 0 || !mix_cancelled(cancel);
    }
    if (!going || !mix_sealed_close(bytes, length, cancel)) {
        mix_memory_free(bytes);
        return MIXTURE_CANCELLED;
    }
    mix_sealed_result(context, bytes, length);
    return MIXTURE_OK;
}

/* ---- In ----------------------------------------------------------------------------------------------------- */

bool mix_row_sample_is(sqlite3_value *value) {
    if (sqlite3_value_type(value) != SQLITE_BLOB || sqlite3_value_bytes(value) < 8) {
        return false;
    }
    const unsigned char *bytes = sqlite3_value_blob(value);
    return bytes != NULL && memcmp(bytes, rows_magic, 7) == 0;
}

bool mix_row_sample_next(mix_row_sample_reader *reader) {
    if (reader->left == 0) {
        return false;
    }
    reader->left--;
    reader->key = mix_little_endian_get(reader->next);
    reader->length = (size_t)mix_little_endian_get(reader->next + 8);
    reader->row = reader->next + ROW_HEAD;
    reader->next = reader->row + reader->length;
    return true;
}

/* Whether the rows are what they should be, up to the end. */
static bool check_rows(mix_row_sample_reader reader, const unsigned char *end) {
    uint64_t before = 0;
    while (reader.left > 0) {
        size_t left = (size_t)(end - reader.next);
        if (left < ROW_HEAD || mix_little_endian_get(reader.next + 8) > left - ROW_HEAD) {
            return false;
        }
        (void)mix_row_sample_next(&reader);
        if (reader.key < before || mix_cells_count(reader.row, reader.length) != reader.d) {
            return false;
        }
        before = reader.key;
    }
    return reader.next == end;
}

mixture_status mix_row_sample_open(mix_row_sample_reader *reader, sqlite3_value *value, int place,
                                   const mix_cancel *cancel, mixture_error *error) {
    const unsigned char *bytes = sqlite3_value_blob(value);
    size_t length = bytes != NULL ? (size_t)sqlite3_value_bytes(value) : 0;
    bool sealed = false;
    if (length >= 8 && bytes[7] != rows_magic[7]) {
        return mix_error_invalid(error, "argument %d is a sample of rows of version %d; expected version %d",
                                 place, bytes[7], rows_magic[7]);
    }
    if (length >= ROWS_HEAD + MIX_SEAL_BYTES && !mix_sealed_check(bytes, length, cancel, &sealed)) {
        return mix_error_status(error, MIXTURE_CANCELLED);
    }
    if (sealed) {
        *reader = (mix_row_sample_reader){
            .d = mix_little_endian_get(bytes + 8),
            .most = mix_little_endian_get(bytes + 16),
            .total = mix_little_endian_get(bytes + 24),
            .left = mix_little_endian_get(bytes + 32),
            .next = bytes + ROWS_HEAD,
        };
        uint64_t all = reader->most < reader->total ? reader->most : reader->total;
        sealed = reader->d > 0 && reader->total <= INT64_MAX && reader->left > 0 && reader->left == all &&
                 check_rows(*reader, bytes + length - MIX_SEAL_BYTES);
    }
    return sealed
               ? MIXTURE_OK
               : mix_error_invalid(error,
                                   "argument %d is a sample of rows of %zu bytes, cut or altered; expected it as "
                                   "it was made",
                                   place, length);
}
