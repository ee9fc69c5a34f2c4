/* words.h: 64-bit words in BLOBs, little-endian on every machine. */
#ifndef MIX_WORDS_H
#define MIX_WORDS_H

#include <stdint.h>
#include <string.h>

static inline void mix_words_put(unsigned char *bytes, uint64_t word) {
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(word >> (8 * i));
    }
}

static inline uint64_t mix_words_get(const unsigned char *bytes) {
    uint64_t word = 0;
    for (int i = 8; i-- > 0;) {
        word = word << 8 | bytes[i];
    }
    return word;
}

static inline void mix_words_put_double(unsigned char *bytes, double number) {
    uint64_t word;
    memcpy(&word, &number, sizeof word);
    mix_words_put(bytes, word);
}

static inline double mix_words_get_double(const unsigned char *bytes) {
    uint64_t word = mix_words_get(bytes);
    double number;
    memcpy(&number, &word, sizeof number);
    return number;
}

#endif
