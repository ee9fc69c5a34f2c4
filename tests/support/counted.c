/* counted.c: counting allocations. */
#include "counted.h"

#include <stdlib.h>

long live_blocks, blocks_left;

static void *counted_allocate(size_t bytes) {
    if (blocks_left-- <= 0) {
        return NULL;
    }
    live_blocks++;
    return malloc(bytes);
}

static void *counted_resize(void *block, size_t bytes) {
    assert_non_null(block);
    return blocks_left-- <= 0 ? NULL : realloc(block, bytes);
}

static void counted_release(void *block) {
    live_blocks--;
    free(block);
}

int count_allocations(void **state) {
    static const mixture_allocator counted = {counted_allocate, counted_resize, counted_release};
    (void)state;
    live_blocks = 0;
    blocks_left = INT32_MAX;
    mixture_set_allocator(&counted);
    return 0;
}

int check_that_nothing_leaked(void **state) {
    (void)state;
    mixture_set_allocator(NULL);
    return live_blocks != 0;
}

uint64_t random_bits(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}
