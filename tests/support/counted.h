/* counted.h: an allocator that counts live blocks, gives only so many, and then fails; and random bits. */
#ifndef COUNTED_H
#define COUNTED_H

#include "check.h"

/* Blocks that are live; blocks that may still be had, to be set by a test. */
extern long live_blocks, blocks_left;

/* cmocka set-up and tear-down of a test: the core allocates here, on this thread alone; nothing may be left. */
int count_allocations(void **state);
int check_that_nothing_leaked(void **state);
#define counted_test(name) cmocka_unit_test_setup_teardown(name, count_allocations, check_that_nothing_leaked)

/* SplitMix64. */
uint64_t random_bits(uint64_t *state);

#endif
