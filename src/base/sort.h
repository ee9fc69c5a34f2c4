/* sort.h: sorting in place. */
#ifndef MIX_SORT_H
#define MIX_SORT_H

#include <stddef.h>

/* Rising; none is NaN. In n log n steps whatever the order was, and without memory: the C library's qsort()
** takes some from its own allocator, of which the host's limits know nothing. */
void mix_sort_rising(double *x, size_t count);

#endif
