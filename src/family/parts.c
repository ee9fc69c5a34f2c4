/* parts.c: the memory of parts: all in one block. */
#include "parts.h"

#include <string.h>

#include "memory.h"
#include "mixed.h"

typedef struct one_part {
    mixture_parts parts; /* first */
    mix_part part;
    size_t levels[];
} one_part;

mixture_parts *mix_parts_new(const mixture_family *family, size_t d, const size_t *levels) {
    one_part *own = mix_memory_array(sizeof *own / sizeof(size_t) + d, sizeof(size_t));
    if (own == NULL) {
        return NULL;
    }
    memcpy(own->levels, levels, d * sizeof *levels);
    own->part = (mix_part){.family = family, .d = d, .levels = own->levels};
    own->parts = (mixture_parts){.count = 1, .part = &own->part};
    return &own->parts;
}

/* ---- Several ------------------------------------------------------------------------------------------------ */

typedef struct many_parts {
    mixture_parts parts; /* first */
    mixture_family family;
} many_parts;

/* A part with its place among all, as it is for itself, and as the only one. */
typedef struct part_pair {
    mix_part own;
    mixture_parts alone;
} part_pair;

/* What comes behind many_parts in its block. */
typedef struct parts_room {
    mix_part *part;
    part_pair *pair;
    mix_array *array;
    mix_level *level;
    double *period;
    size_t *levels, *place, *owner;
    char *text;
} parts_room;

typedef struct parts_size {
    size_t d, arrays, columns, levels, periods, text; /* columns: that have levels; text: bytes */
} parts_size;

static parts_size measure_parts(const mix_part *part, size_t count) {
    parts_size size = {0, 0, 0, 0, 0, 0};
    for (size_t p = 0; p < count; p++) {
        size.d += part[p].d;
        size.arrays += part[p].family->array_count;
        size.columns += part[p].levels != NULL ? part[p].d : 0;
        size.periods += part[p].period != NULL ? part[p].d : 0;
        for (size_t j = 0, i = 0; part[p].levels != NULL && j < part[p].d; j++) {
            for (size_t end = i + part[p].levels[j]; i < end; i++) {
                size.levels += part[p].level != NULL;
                size.text += part[p].level != NULL ? part[p].level[i].length : 0;
            }
        }
    }
    return size;
}

/* All of a part, its levels and texts in the room left. */
static void place_part(const mix_part *from, size_t first, size_t array, parts_room *left) {
    mix_part *part = left->part++;
    *part = *from;
    part->first = first;
    part->array = array;
    if (from->levels != NULL) {
        size_t count = 0;
        part->levels = memcpy(left->levels, from->levels, from->d * sizeof *left->levels);
        part->level = from->level != NULL ? left->level : NULL;
        for (size_t j = 0; j < from->d; j++) {
            count += from->levels[j];
        }
        for (size_t i = 0; from->level != NULL && i < count; i++) {
            *left->level = from->level[i];
            if (from->level[i].length > 0) {
                left->level->bytes = memcpy(left->text, from->level[i].bytes, from->level[i].length);
                left->text += from->level[i].length;
            }
            left->level++;
        }
        left->levels += from->d;
    }
    if (from->period != NULL) {
        part->period = memcpy(left->period, from->period, from->d * sizeof *left->period);
        left->period += from->d;
    }
    part_pair *pair = left->pair++;
    pair->own = *part;
    pair->own.first = pair->own.array = 0;
    pair->alone = (mixture_parts){.count = 1, .part = &pair->own};
    part->alone = &pair->alone;
    for (size_t a = 0; a < from->family->array_count; a++) {
        *left->array++ = from->family->arrays[a];
    }
}

mixture_parts *mix_parts_mixed(const mix_part *part, size_t count, const size_t *place) {
    const parts_size size = measure_parts(part, count);
    char *block = mix_memory_zeros(sizeof(many_parts) + count * (sizeof(mix_part) + sizeof(part_pair)) +
                                       size.arrays * sizeof(mix_array) + size.levels * sizeof(mix_level) +
                                       size.periods * sizeof(double) +
                                       (size.columns + 2 * size.d) * sizeof(size_t) + size.text,
                                   1);
    if (block == NULL) {
        return NULL;
    }
    many_parts *own = (void *)block;
    parts_room left;
    left.part = (void *)(own + 1);
    left.pair = (void *)(left.part + count);
    left.array = (void *)(left.pair + count);
    left.level = (void *)(left.array + size.arrays);
    left.period = (void *)(left.level + size.levels);
    left.levels = (void *)(left.period + size.periods);
    left.place = left.levels + size.columns;
    left.owner = left.place + size.d;
    left.text = (void *)(left.owner + size.d);
    const mix_array *arrays = left.array;
    mix_part *first_part = left.part;
    own->parts = (mixture_parts){.count = count,
                                 .part = left.part,
                                 .mixed = &own->family,
                                 .structured = count,
                                 .place = left.place,
                                 .owner = left.owner};
    memcpy(left.place, place, size.d * sizeof *place);
    for (size_t p = 0, first = 0, array = 0; p < count; p++) {
        place_part(&part[p], first, array, &left);
        for (size_t end = first + part[p].d; first < end; first++) {
            left.owner[first] = p;
        }
        array += part[p].family->array_count;
        bool leads = own->parts.structured == count || part[p].family == mix_family_of_values(false);
        if (part[p].family->structures != NULL && leads) {
            own->parts.structured = p;
        }
    }
    for (size_t p = 0; p < count; p++) {
        mix_part *at = first_part + p;
        const mix_shape shape = {at->family, 1, at->d, at->structure, at->alone};
        at->derived = own->parts.derived;
        own->parts.derived += at->family->derived_size(&shape);
    }
    mix_mixed_make(&own->parts, arrays, size.arrays, &own->family);
    return &own->parts;
}

void mix_parts_free(mixture_parts *parts) {
    mix_memory_free(parts);
}

/* ---- Comparing ---------------------------------------------------------------------------------------------- */

static bool has_same_levels(const mix_part *a, const mix_part *b) {
    bool same = (a->levels != NULL) == (b->levels != NULL) && (a->level != NULL) == (b->level != NULL);
    for (size_t j = 0, first = 0; same && a->levels != NULL && j < a->d; first += a->levels[j], j++) {
        same = a->levels[j] == b->levels[j];
        for (size_t l = first; same && a->level != NULL && l < first + a->levels[j]; l++) {
            same = mix_level_compare(&a->level[l], &b->level[l]) == 0;
        }
    }
    return same;
}

static bool is_same_part(const mix_part *a, const mix_part *b) {
    bool same = a->family == b->family && a->d == b->d && a->structure == b->structure &&
                (a->period != NULL) == (b->period != NULL);
    for (size_t j = 0; same && a->period != NULL && j < a->d; j++) {
        same = a->period[j] == b->period[j];
    }
    return same && has_same_levels(a, b);
}

bool mix_parts_same(const mixture_parts *a, const mixture_parts *b) {
    if (a == NULL || b == NULL) {
        return a == b;
    }
    bool same = a->count == b->count;
    for (size_t p = 0; same && p < a->count; p++) {
        same = is_same_part(&a->part[p], &b->part[p]);
        for (size_t j = a->part[p].first; same && a->place != NULL && j < a->part[p].first + a->part[p].d; j++) {
            same = a->place[j] == b->place[j];
        }
    }
    return same;
}
