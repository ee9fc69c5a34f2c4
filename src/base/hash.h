/* hash.h: 64 bits that tell things apart, if nobody means to deceive. */
#ifndef MIX_HASH_H
#define MIX_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MIX_HASH_BEGIN UINT64_C(0x9e3779b97f4a7c15)

/* The hash of what was hashed before, and one number more. */
static inline uint64_t mix_hash_number(uint64_t hash, uint64_t number) {
    hash = (hash ^ number) * UINT64_C(0xff51afd7ed558ccd);
    return hash ^ hash >> 32;
}

/* And of a double: 0 and -0 are the same. */
static inline uint64_t mix_hash_double(uint64_t hash, double x) {
    uint64_t bits;
    x += 0.0;
    memcpy(&bits, &x, sizeof bits);
    return mix_hash_number(hash, bits);
}

/* And of bytes, eight at a time. */
static inline uint64_t mix_hash_bytes(uint64_t hash, const void *bytes, size_t length) {
    const char *at = bytes;
    uint64_t word;
    hash = mix_hash_number(hash, length);
    for (size_t left = length; left > 0; at += sizeof word) {
        size_t count = left < sizeof word ? left : sizeof word;
        word = 0;
        memcpy(&word, at, count);
        hash = mix_hash_number(hash, word);
        left -= count;
    }
    return hash;
}

#endif
