/* little_endian.h: 64-bit words in BLOBs, little-endian on every machine. */
#ifndef MIX_LITTLE_ENDIAN_H
#define MIX_LITTLE_ENDIAN_H

#include <stdint.h>
#include <string.h>

static inline void mix_little_endian_put(unsigned char *bytes, uint64_t word) {
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(word >> (8 * i));
    }
}

static inline uint64_t mix_little_endian_get(const unsigned char *bytes) {
    uint64_t word = 0;
    for (int i = 8; i-- > 0;) {
        word = word << 8 | bytes[i];
    }
    return word;
}

static inline void mix_little_endian_put_double(unsigned char *bytes, double number) {
    uint64_t word;
    memcpy(&word, &number, sizeof word);
    mix_little_endian_put(bytes, word);
}

static inline double mix_little_endian_get_double(const unsigned char *bytes) {
    uint64_t word = mix_little_endian_get(bytes);
    double number;
    memcpy(&number, &word, sizeof number);
    return number;
}

#endif
