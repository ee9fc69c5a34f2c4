/* arena.c: every piece has room for a power of two of bytes. What was given back waits in a list of its size: fits
** ask for the same few sizes again and again. */
#include "arena.h"

#include <stdint.h>
#include <string.h>

enum { ARENA_ALIGNMENT = 16, LEAST_BITS = 4, SIZES = 8 * sizeof(size_t) - 1 };

/* In front of every piece. */
typedef union header {
    struct {
        size_t bits;        /* it has room for 2^bits bytes */
        union header *next; /* in its list, once it was given back */
    };
    _Alignas(ARENA_ALIGNMENT) char padding[ARENA_ALIGNMENT];
} header;

struct mix_arena {
    char *next;           /* from here on nothing was taken yet, */
    char *end;            /* up to here */
    header *lists[SIZES]; /* given back, by bits */
};

/* Blocks may be aligned to 8 bytes only. */
static void *align(void *place) {
    return (char *)place + (ARENA_ALIGNMENT - (uintptr_t)place % ARENA_ALIGNMENT) % ARENA_ALIGNMENT;
}

mix_arena *mix_arena_begin(void *block, size_t bytes) {
    mix_arena *arena = align(block);
    if (bytes < sizeof *arena + 2 * ARENA_ALIGNMENT) {
        return NULL;
    }
    memset(arena, 0, sizeof *arena);
    arena->next = align(arena + 1);
    arena->end = (char *)block + bytes;
    return arena;
}

void *mix_arena_take(mix_arena *arena, size_t bytes) {
    size_t bits = LEAST_BITS;
    while (bits < SIZES && (size_t)1 << bits < bytes) {
        bits++;
    }
    if (bits == SIZES) {
        return NULL;
    }
    header *piece = arena->lists[bits];
    if (piece != NULL) {
        arena->lists[bits] = piece->next;
        return piece + 1;
    }
    size_t room = (size_t)(arena->end - arena->next);
    if (room < sizeof *piece || room - sizeof *piece < (size_t)1 << bits) {
        return NULL;
    }
    piece = (void *)arena->next;
    piece->bits = bits;
    arena->next += sizeof *piece + ((size_t)1 << bits);
    return piece + 1;
}

void *mix_arena_resize(mix_arena *arena, void *piece, size_t bytes) {
    size_t room = piece != NULL ? (size_t)1 << ((header *)piece - 1)->bits : 0;
    if (piece != NULL && bytes <= room) {
        return piece;
    }
    void *larger = mix_arena_take(arena, bytes);
    if (larger != NULL && piece != NULL) {
        memcpy(larger, piece, room);
        mix_arena_give(arena, piece);
    }
    return larger;
}

void mix_arena_give(mix_arena *arena, void *piece) {
    header *given = (header *)piece - 1;
    given->next = arena->lists[given->bits];
    arena->lists[given->bits] = given;
}
