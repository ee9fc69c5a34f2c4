/* parts.c: the memory of parts: all in one block. */
#include "parts.h"

#include <string.h>

#include "memory.h"

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
    own->parts = (mixture_parts){1, &own->part};
    return &own->parts;
}

void mix_parts_free(mixture_parts *parts) {
    mix_memory_free(parts);
}
