/* two.h: two doubles at once, by GNU C vector extensions at the baseline instruction set, for hot loops outside
** of the kernels. Each lane is computed as one double would be: the bits do not depend on the machine, as those of
** kernels, which choose among instruction sets, may. */
#ifndef MIX_TWO_H
#define MIX_TWO_H

#include <stddef.h>
#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "inline.h"

typedef double mix_two __attribute__((vector_size(16)));
typedef int64_t mix_two_mask __attribute__((vector_size(16)));
/* As found in memory: at any address that a double may have. */
typedef double mix_two_memory __attribute__((vector_size(16), aligned(8), may_alias));

/* Loops over pairs go up to this: arrays have room for it. */
#define MIX_TWO_UP(count) ((count) + ((count)&1))

MIX_INLINE mix_two mix_two_load(const double *x) {
    return (mix_two)(*(const mix_two_memory *)(const void *)x);
}

MIX_INLINE void mix_two_store(double *x, mix_two v) {
    *(mix_two_memory *)(void *)x = (mix_two_memory)v;
}

MIX_INLINE mix_two mix_two_all(double x) {
    return (mix_two){x, x};
}

/* mask (all bits of a lane set or clear) ? a : b */
MIX_INLINE mix_two mix_two_select(mix_two_mask mask, mix_two a, mix_two b) {
    return (mix_two)((mask & (mix_two_mask)a) | (~mask & (mix_two_mask)b));
}

/* a < b ? a : b and a > b ? a : b; b where one is NaN. x86 has just that, which compilers do not see. */
MIX_INLINE mix_two mix_two_min(mix_two a, mix_two b) {
#ifdef __SSE2__
    return (mix_two)_mm_min_pd((__m128d)a, (__m128d)b);
#else
    return mix_two_select(a < b, a, b);
#endif
}

MIX_INLINE mix_two mix_two_max(mix_two a, mix_two b) {
#ifdef __SSE2__
    return (mix_two)_mm_max_pd((__m128d)a, (__m128d)b);
#else
    return mix_two_select(a > b, a, b);
#endif
}

#endif
