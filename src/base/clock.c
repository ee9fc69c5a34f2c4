/* clock.c: the machine's monotonic clock, or a test's. */
#include "clock.h"

#include <stdatomic.h>
#include <stddef.h>
#include <time.h>

static int64_t monotonic(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static _Atomic(int64_t (*)(void)) clock_in_use = monotonic;

int64_t mix_clock(void) {
    return atomic_load_explicit(&clock_in_use, memory_order_relaxed)();
}

void mix_clock_replace(int64_t (*clock)(void)) {
    atomic_store(&clock_in_use, clock != NULL ? clock : monotonic);
}
