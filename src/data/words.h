/* words.h: the different names that a column holds, each once, sorted by their bytes; a name also has a number, in
** the order in which the names came. */
#ifndef MIX_WORDS_H
#define MIX_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "mixture.h"

typedef struct mix_word {
    char *name; /* NUL-terminated */
    int number; /* from 1 */
} mix_word;

/* Starts as {0}. */
typedef struct mix_words {
    mix_word *sorted;
    size_t count, capacity;
} mix_words;

/* The number of a name of `length` bytes, none of them NUL; 0: it is not there. */
int mix_words_find(const mix_words *words, const char *name, size_t length);

/* Add a name that is not there: its number is then `count`. MIXTURE_OK or MIXTURE_NOMEM. */
mixture_status mix_words_add(mix_words *words, const char *name, size_t length);

void mix_words_clear(mix_words *words);

#endif
