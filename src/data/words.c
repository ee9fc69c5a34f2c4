/* words.c: a sorted array, searched by halves. */
#include "words.h"

#include <string.h>

#include "memory.h"

static int compare_names(const char *name, const char *text, size_t length) {
    int order = strncmp(name, text, length);
    return order != 0 ? order : name[length] != '\0';
}

/* The place of the first name that does not stand before this one. */
static size_t place_of(const mix_words *words, const char *name, size_t length) {
    size_t low = 0, high = words->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_names(words->sorted[middle].name, name, length) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

int mix_words_find(const mix_words *words, const char *name, size_t length) {
    size_t place = place_of(words, name, length);
    bool there = place < words->count && compare_names(words->sorted[place].name, name, length) == 0;
    return there ? words->sorted[place].number : 0;
}

mixture_status mix_words_add(mix_words *words, const char *name, size_t length) {
    size_t place = place_of(words, name, length);
    if (words->count == words->capacity) {
        size_t wanted = 2 * words->capacity + 4;
        mix_word *more = mix_memory_resize(words->sorted, wanted, sizeof *more);
        if (more == NULL) {
            return MIXTURE_NOMEM;
        }
        words->sorted = more;
        words->capacity = wanted;
    }
    char *copy = mix_memory_array(length + 1, 1);
    if (copy == NULL) {
        return MIXTURE_NOMEM;
    }
    memcpy(copy, name, length);
    copy[length] = '\0';
    mix_word *at = words->sorted + place;
    memmove(at + 1, at, (words->count - place) * sizeof *at);
    *at = (mix_word){copy, (int)++words->count};
    return MIXTURE_OK;
}

void mix_words_clear(mix_words *words) {
    for (size_t i = 0; i < words->count; i++) {
        mix_memory_free(words->sorted[i].name);
    }
    mix_memory_free(words->sorted);
    *words = (mix_words){0};
}
