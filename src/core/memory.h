/* memory.h: every allocation of the core, checked for overflow, through the one allocator. */
#ifndef MIX_MEMORY_H
#define MIX_MEMORY_H

#include <stddef.h>

/* count * size bytes, not initialized; NULL when out of memory or when the product overflows. */
void *mix_memory_array(size_t count, size_t size);
/* The same, all bytes 0. */
void *mix_memory_zeros(size_t count, size_t size);
/* Resize to count * size bytes, keeping the contents; on failure NULL and the block stays as it was. NULL becomes a new
** block. */
void *mix_memory_resize(void *block, size_t count, size_t size);
/* NULL is fine. */
void mix_memory_free(void *block);
/* A copy of a string; NULL when out of memory. */
char *mix_memory_string(const char *text);

#endif
