/* memory.c: the one allocator. The host sets it once, before it uses anything else; that pointer is the only
** state here, besides each thread's arena. Which that is the thread's value of a key says: a _Thread_local
** variable of a module that was loaded late is allocated by the C library when a thread first reads it, and the
** process aborted where that fails. */
#include "memory.h"

#include <pthread.h>
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
static _Atomic(const mixture_allocator *) current_allocator = &c_library;
static pthread_once_t arena_once = PTHREAD_ONCE_INIT;
static pthread_key_t arena_key;
static atomic_bool arena_keyed; /* there is a key: some thread has had an arena */

static void make_arena_key(void) {
    atomic_store(&arena_keyed, pthread_key_create(&arena_key, NULL) == 0);
}

/* Of this thread; NULL: none. */
static mix_arena *own_arena(void) {
    return atomic_load(&arena_keyed) ? pthread_getspecific(arena_key) : NULL;
}

bool mix_memory_use(mix_arena *arena) {
    if (arena != NULL) {
        (void)pthread_once(&arena_once, make_arena_key);
    }
    return atomic_load(&arena_keyed) ? pthread_setspecific(arena_key, arena) == 0 : arena == NULL;
}

void mixture_set_allocator(const mixture_allocator *allocator) {
    atomic_store(&current_allocator, allocator ? allocator : &c_library);
}

void *mix_memory_array(size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / 2 / size) {
        return NULL;
    }
    size_t bytes = count * size;
    mix_arena *arena = own_arena();
    return arena != NULL ? mix_arena_take(arena, bytes)
                         : atomic_load(&current_allocator)->allocate(bytes ? bytes : 1);
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
    mix_arena *arena = own_arena();
    return arena != NULL ? mix_arena_resize(arena, block, bytes)
                         : atomic_load(&current_allocator)->resize(block, bytes ? bytes : 1);
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
    mix_arena *arena = block != NULL ? own_arena() : NULL;
    if (block != NULL && arena != NULL) {
        mix_arena_give(arena, block);
    } else if (block != NULL) {
        atomic_load(&current_allocator)->release(block);
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
