/* sealed_blob.c: copies and checksums. */
#include "sealed_blob.h"

#include <string.h>

#include "little_endian.h"
#include "memory.h"

bool mix_sealed_copy(void *to, const void *from, size_t length, const mix_cancel *cancel) {
    for (size_t at = 0; at < length; at += MIX_SEALED_PIECE) {
        size_t left = length - at;
        memcpy((char *)to + at, (const char *)from + at, left < MIX_SEALED_PIECE ? left : MIX_SEALED_PIECE);
        if (left > MIX_SEALED_PIECE && mix_cancelled(cancel)) {
            return false;
        }
    }
    return true;
}

static bool checksum(const unsigned char *bytes, size_t length, const mix_cancel *cancel, uint64_t *sum) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++) {
        if (i % MIX_SEALED_PIECE == MIX_SEALED_PIECE - 1 && mix_cancelled(cancel)) {
            return false;
        }
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
    }
    *sum = hash;
    return true;
}

bool mix_sealed_close(unsigned char *bytes, size_t length, const mix_cancel *cancel) {
    uint64_t sum;
    if (!checksum(bytes, length - MIX_SEAL_BYTES, cancel, &sum)) {
        return false;
    }
    mix_little_endian_put(bytes + length - MIX_SEAL_BYTES, sum);
    return true;
}

bool mix_sealed_check(const unsigned char *bytes, size_t length, const mix_cancel *cancel, bool *fits) {
    uint64_t sum;
    if (!checksum(bytes, length - MIX_SEAL_BYTES, cancel, &sum)) {
        return false;
    }
    *fits = mix_little_endian_get(bytes + length - MIX_SEAL_BYTES) == sum;
    return true;
}

static void free_bytes(void *bytes) {
    mix_memory_free(bytes);
}

void mix_sealed_result(sqlite3_context *context, unsigned char *bytes, size_t length) {
    sqlite3_result_blob64(context, bytes, length, free_bytes);
}
