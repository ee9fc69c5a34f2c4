/* counted.c: counting allocations. */
#include "counted.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "call_sites.h"

long live_blocks, blocks_left;
static pthread_t owner;
static atomic_bool used_elsewhere;

/* Whether there is a block to be had. */
static bool count(void) {
    if (pthread_equal(pthread_self(), owner) == 0) {
        atomic_store(&used_elsewhere, true);
        return false;
    }
    call_sites_note();
    return blocks_left-- > 0;
}

static void *counted_allocate(size_t bytes) {
    if (!count()) {
        return NULL;
    }
    live_blocks++;
    return malloc(bytes);
}

static void *counted_resize(void *block, size_t bytes) {
    if (block == NULL) {
        return counted_allocate(bytes);
    }
    return count() ? realloc(block, bytes) : NULL;
}

static void counted_release(void *block) {
    if (pthread_equal(pthread_self(), owner) == 0) {
        atomic_store(&used_elsewhere, true);
        return;
    }
    live_blocks--;
    free(block);
}

int count_allocations(void **state) {
    static const mixture_allocator counted = {counted_allocate, counted_resize, counted_release};
    (void)state;
    live_blocks = 0;
    owner = pthread_self();
    atomic_store(&used_elsewhere, false);
    blocks_left = INT32_MAX;
    mixture_set_allocator(&counted);
    return 0;
}

int check_that_nothing_leaked(void **state) {
    (void)state;
    mixture_set_allocator(NULL);
    return live_blocks != 0 || atomic_load(&used_elsewhere);
}

uint64_t random_bits(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}
