/* memory.h: every allocation of the core, checked for overflow, through the one allocator. That is the host's, so
** only threads that called the library may use it. A worker thread allocates in an arena which the calling thread
** obtained for it, or not at all. */
#ifndef MIX_MEMORY_H
#define MIX_MEMORY_H

#include <stdbool.h>

#include "arena.h"

/* count * size bytes, not initialized; NULL when out of memory or when the product overflows. */
void *mix_memory_array(size_t count, size_t size);
/* The same, all bytes 0. */
void *mix_memory_zeros(size_t count, size_t size);
/* Resize to count * size bytes, keeping the contents; on failure NULL and the block stays as it was. NULL
** becomes a new block. */
void *mix_memory_resize(void *block, size_t count, size_t size);
/* A large block that will be filled: it may have large pages, of which there are fewer to make. */
void mix_memory_will_fill(void *block, size_t bytes);
/* NULL is fine. */
void mix_memory_free(void *block);
/* A copy of a string; NULL when out of memory. */
char *mix_memory_string(const char *text);

/* From here on the functions above serve this thread from an arena; NULL: from the allocator, as at first. A
** block is freed, or resized, only where it is from. False, and nothing is changed, when the system has no
** memory to say so of this thread; that cannot be for NULL, once it was true. */
bool mix_memory_use(mix_arena *arena);

#endif
