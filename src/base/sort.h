/* sort.h: sorting in place. */
#ifndef MIX_SORT_H
#define MIX_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rising; none is NaN. In n log n steps whatever the order was, and without memory: the C library's qsort
** takes some from its own allocator, of which the host's limits know nothing. */
void mix_sort_rising(double *x, size_t count);

/* Numbers of things, so that none is `before` the one in front of it; of any two different ones exactly one is. */
typedef bool (*mix_sort_before)(void *context, uint32_t a, uint32_t b);
void mix_sort_numbers(uint32_t *numbers, size_t count, mix_sort_before before, void *context);

#endif
