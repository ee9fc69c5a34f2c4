/* arena.h: memory for a thread that must not call the host's allocator: pieces of one block that was obtained
** beforehand. Not locked: one thread at a time. */
#ifndef MIX_ARENA_H
#define MIX_ARENA_H

#include <stddef.h>

typedef struct mix_arena mix_arena;

/* Make an arena of a block of memory, which stays the caller's to free, and everything in the arena with it. NULL
** when the block is too small for one. */
mix_arena *mix_arena_begin(void *block, size_t bytes);

/* A piece, aligned to 16 bytes; NULL when there is no room. */
void *mix_arena_take(mix_arena *arena, size_t bytes);
/* Make a piece (NULL: none yet) larger or smaller, keeping the contents; on failure NULL, and it stays as it
** was. */
void *mix_arena_resize(mix_arena *arena, void *piece, size_t bytes);
/* Give a piece back; a later one of about its size will have its place. */
void mix_arena_give(mix_arena *arena, void *piece);

#endif
