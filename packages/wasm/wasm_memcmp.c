/* wasm_memcmp.c: memcmp() by eight bytes at a time, in place of emscripten's by one: comparing the text of a model
** with the one before it took most of the time of scoring a row. Compiled with -fno-builtin. */
#include <stdint.h>
#include <string.h>

static uint64_t word_at(const unsigned char *at) {
    uint64_t word;
    __builtin_memcpy(&word, at, sizeof word); /* WebAssembly loads from anywhere */
    return word;
}

int memcmp(const void *left, const void *right, size_t size) {
    const unsigned char *a = left, *b = right;
    for (; size >= 8 && word_at(a) == word_at(b); size -= 8) {
        a += 8;
        b += 8;
    }
    for (; size > 0; size--, a++, b++) {
        if (*a != *b) {
            return *a - *b;
        }
    }
    return 0;
}
