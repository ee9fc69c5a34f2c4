/* level_set.c: a sorted array, searched by halves. */
#include "level_set.h"

#include <string.h>

#include "memory.h"

/* The place of the first level that does not stand before this one. */
static size_t find_level(const mix_level_set *set, const mix_level *level) {
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (mix_level_compare(&set->sorted[middle].level, level) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool mix_level_set_find(const mix_level_set *set, const mix_level *level, size_t *number) {
    size_t place = find_level(set, level);
    bool there = place < set->count && mix_level_compare(&set->sorted[place].level, level) == 0;
    *number = there ? set->sorted[place].number : 0;
    return there;
}

mixture_status mix_level_set_add(mix_level_set *set, const mix_level *level) {
    size_t place = find_level(set, level);
    if (set->count == set->capacity) {
        size_t wanted = 2 * set->capacity + 4;
        mix_numbered_level *more = mix_memory_resize(set->sorted, wanted, sizeof *more);
        if (more == NULL) {
            return MIXTURE_NOMEM;
        }
        set->sorted = more;
        set->capacity = wanted;
    }
    char *bytes = mix_memory_array(level->length + 1, 1);
    if (bytes == NULL) {
        return MIXTURE_NOMEM;
    }
    if (level->length > 0) {
        memcpy(bytes, level->bytes, level->length);
    }
    bytes[level->length] = '\0';
    mix_numbered_level *at = set->sorted + place;
    memmove(at + 1, at, (set->count - place) * sizeof *at);
    *at = (mix_numbered_level){*level, set->count++};
    at->level.bytes = bytes;
    return MIXTURE_OK;
}

void mix_level_set_clear(mix_level_set *set) {
    for (size_t i = 0; i < set->count; i++) {
        char *bytes;
        memcpy(&bytes, &set->sorted[i].level.bytes, sizeof bytes); /* they were made here: not const */
        mix_memory_free(bytes);
    }
    mix_memory_free(set->sorted);
    *set = (mix_level_set){0};
}
