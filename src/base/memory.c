/* memory.c: the one allocator. The host sets it once, before it uses anything else; that pointer is the
** only state here, besides each thread's arena. */
#include "memory.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>
#endif

#include "mixture.h"

/* Of a large page, on most machines. */
#define LARGE_PAGE ((size_t)1 << 21)

static const mixture_allocator c_library = {malloc, realloc, free};
static _Atomic(const mixture_allocator *) current = &c_library;
static _Thread_local mix_arena *arena; /* NULL: none */

void mixture_set_allocator(const mixture_allocator *allocator) {
    atomic_store(&current, allocator ? allocator : &c_library);
}

void *mix_memory_array(size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / 2 / size) {
        return NULL;
    }
    size_t bytes = count * size;
    return arena != NULL ? mix_arena_take(arena, bytes) : atomic_load(&current)->allocate(bytes ? bytes : 1);
}

void *mix_memory_zeros(size_t count, size_t size) {
    void *block = mix_memory_array(count, size);
    if (block != NULL) {
        memset(block, 0, count * size);
    }
    return block;
}

void *mix_memory_resize(void *block, size_t count, size_t size) {
    if (block == NULL) {
        return mix_memory_array(count, size);
    }
    if (size != 0 && count > SIZE_MAX / 2 / size) {
        return NULL;
    }
    size_t bytes = count * size;
    return arena != NULL ? mix_arena_resize(arena, block, bytes)
                         : atomic_load(&current)->resize(block, bytes ? bytes : 1);
}

void mix_memory_will_fill(void *block, size_t bytes) {
#ifdef MADV_HUGEPAGE
    if (bytes < LARGE_PAGE) {
        return;
    }
    /* Whole pages only. An advice: that it cannot be followed is no error. */
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), begin = ((uintptr_t)block + page - 1) & ~(page - 1);
    uintptr_t end = ((uintptr_t)block + bytes) & ~(page - 1);
    (void)madvise((char *)block + (begin - (uintptr_t)block), end - begin, MADV_HUGEPAGE);
#else
    (void)block;
    (void)bytes;
#endif
}

void mix_memory_free(void *block) {
    if (block != NULL && arena != NULL) {
        mix_arena_give(arena, block);
    } else if (block != NULL) {
        atomic_load(&current)->release(block);
    }
}

char *mix_memory_string(const char *text) {
    size_t bytes = strlen(text) + 1;
    char *copy = mix_memory_array(bytes, 1);
    if (copy != NULL) {
        memcpy(copy, text, bytes);
    }
    return copy;
}

void mix_memory_use(mix_arena *own) {
    arena = own;
}
