/* vecmath.h: vectors of doubles, and 2^x and log of them.
**
** GNU C vector extensions, one register wide: compilers split wider vectors badly. Sums over rows are kept for
** MIX_LANES lanes apart, whatever the width: row r is added to lane r % MIX_LANES, a narrow machine passing
** over the rows once for each part of the lanes. So the order of additions is the same everywhere. Only
** kernel.c and its tests include this. */
#ifndef MIX_VECMATH_H
#define MIX_VECMATH_H

#include <stddef.h>
#include <stdint.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

#include "inline.h"

/* Bits of a register: what the compiler is told besides, by its flags or a pragma, must have them. */
#ifndef MIX_KERNEL_BITS
#define MIX_KERNEL_BITS 128
#endif

/* Doubles in a register, registers there are. */
#if MIX_KERNEL_BITS == 512
enum { VEC_LANES = 8, VEC_REGISTERS = 32 };
#elif MIX_KERNEL_BITS == 256
enum { VEC_LANES = 4, VEC_REGISTERS = 16 };
#else
enum { VEC_LANES = 2, VEC_REGISTERS = 16 };
#endif

typedef double vec __attribute__((vector_size(VEC_LANES * 8)));
typedef int64_t vec_int __attribute__((vector_size(VEC_LANES * 8)));
typedef uint64_t vec_uint __attribute__((vector_size(VEC_LANES * 8)));
/* As found in memory: at any address that a double may have. */
typedef double vec_memory __attribute__((vector_size(VEC_LANES * 8), aligned(8), may_alias));
typedef double vec_pair __attribute__((vector_size(16)));
typedef double vec_pair_memory __attribute__((vector_size(16), aligned(8), may_alias));

MIX_INLINE vec vec_load(const double *x) {
    return (vec)(*(const vec_memory *)(const void *)x);
}

MIX_INLINE void vec_store(double *x, vec v) {
    *(vec_memory *)(void *)x = (vec_memory)v;
}

MIX_INLINE vec vec_all(double x) {
    return x - (vec){0};
}

/* The same in a register from here on. Compilers would rather read a constant from memory at each of its uses,
** and a processor reads less at once than it multiplies. */
MIX_INLINE vec vec_register(double x) {
    vec v = vec_all(x);
#if defined(__SSE2__) && MIX_KERNEL_BITS != 512
    __asm__ volatile("" : "+x"(v));
#endif
    return v;
}

/* mask (all bits of a lane set or clear) ? a : b */
MIX_INLINE vec vec_select(vec_int mask, vec a, vec b) {
    return (vec)((mask & (vec_int)a) | (~mask & (vec_int)b));
}

/* a > b ? a : b. x86 has just that, which compilers do not see. */
MIX_INLINE vec vec_max(vec a, vec b) {
#if MIX_KERNEL_BITS == 512
    return (vec)_mm512_max_pd((__m512d)a, (__m512d)b);
#elif MIX_KERNEL_BITS == 256
    return (vec)_mm256_max_pd((__m256d)a, (__m256d)b);
#elif defined(__SSE2__)
    return (vec)_mm_max_pd((__m128d)a, (__m128d)b);
#else
    return vec_select(a > b, a, b);
#endif
}

/* Eight lanes in memory added pairwise: ((0+4)+(2+6)) + ((1+5)+(3+7)). */
MIX_INLINE double vec_sum(const double *lanes) {
    const vec_pair_memory *pair = (const void *)lanes;
    vec_pair sum = ((vec_pair)pair[0] + (vec_pair)pair[2]) + ((vec_pair)pair[1] + (vec_pair)pair[3]);
    return sum[0] + sum[1];
}

/* sums[i] += vec_sum(lanes[i]), in the same order; four at a time where a register holds all lanes. */
MIX_INLINE void vec_add_sums(double (*lanes)[8], size_t count, double *sums) {
    size_t i = 0;
#if MIX_KERNEL_BITS == 512
    for (; i + 4 <= count; i += 4) {
        __m512d a = (__m512d)vec_load(lanes[i]), b = (__m512d)vec_load(lanes[i + 1]);
        __m512d c = (__m512d)vec_load(lanes[i + 2]), d = (__m512d)vec_load(lanes[i + 3]);
        /* Lanes 0 to 3 and 4 to 7 of two, then pairs of lanes of four, then single ones. */
        __m512d ab = _mm512_shuffle_f64x2(a, b, 0x44) + _mm512_shuffle_f64x2(a, b, 0xee);
        __m512d cd = _mm512_shuffle_f64x2(c, d, 0x44) + _mm512_shuffle_f64x2(c, d, 0xee);
        __m512d all = _mm512_shuffle_f64x2(ab, cd, 0x88) + _mm512_shuffle_f64x2(ab, cd, 0xdd);
        all += _mm512_permute_pd(all, 0x55);
        __m256d four = _mm512_castpd512_pd256(_mm512_maskz_compress_pd(0x55, all));
        _mm256_storeu_pd(sums + i, _mm256_loadu_pd(sums + i) + four);
    }
#endif
    for (; i < count; i++) {
        sums[i] += vec_sum(lanes[i]);
    }
}

/* From natural logarithms to binary ones and back. */
#define VEC_LOG2_E 0x1.71547652b82fep0
#define VEC_LN_2 0x1.62e42fefa39efp-1

/* Adding 1.5 * 2^52 rounds a double to an integer in its low bits (to nearest, |x| < 2^51). */
#define VEC_ROUNDER 0x1.8p52

/* 2^x of `width` vectors -1023 <= x < 1024 (a constant where this is called, at most VEC_TOGETHER), within 1.3 ulp
** where the result is a normal number, below that within 2^-1022 of it; exactly 0 at -1023. x = n + r with
** |r| <= 1/2, which no rounding touches. 2^r = 1 + r q(r), q the polynomial of degree 10 whose greatest relative
** error in 2^r is least, 2^-57.7 with its coefficients rounded; its even and its odd powers are two chains. The
** vectors go side by side, step by step: an exponential takes the processor several times as long as it keeps it
** busy, and compilers leave the steps in the order in which they find them. */
enum { VEC_TOGETHER = 4 };

MIX_INLINE void vec_exp2_together(size_t width, const vec *x, vec *e) {
    vec rounded[VEC_TOGETHER], r[VEC_TOGETHER], z[VEC_TOGETHER], even[VEC_TOGETHER], odd[VEC_TOGETHER];
#define EACH(...)                                                                                                 \
    for (size_t v = 0; v < width; v++) {                                                                          \
        __VA_ARGS__;                                                                                              \
    }
#define HORNER(sum, coefficient)                                                                                  \
    c = vec_register(coefficient);                                                                                \
    EACH(sum[v] = sum[v] * z[v] + c)
    vec c = vec_register(VEC_ROUNDER);
    EACH(rounded[v] = x[v] + c)
    EACH(r[v] = x[v] - (rounded[v] - c))
    EACH(z[v] = r[v] * r[v])
    c = vec_register(0x1.e809acab60cddp-32);
    EACH(even[v] = c)
    c = vec_register(0x1.e611a307e04dfp-28);
    EACH(odd[v] = c)
    HORNER(even, 0x1.b526105f14498p-24)
    HORNER(odd, 0x1.62bfcddb564a9p-20)
    HORNER(even, 0x1.ffcbfbf7e4d4cp-17)
    HORNER(odd, 0x1.4309130c02e50p-13)
    HORNER(even, 0x1.5d87fe78b3cecp-10)
    HORNER(odd, 0x1.3b2ab6fba11ecp-7)
    HORNER(even, 0x1.c6b08d704a0d4p-5)
    HORNER(odd, 0x1.ebfbdff82c59cp-3)
    HORNER(even, 0x1.62e42fefa39efp-1)
    EACH(even[v] = even[v] + r[v] * odd[v])
    c = vec_register(1);
    EACH(even[v] = c + r[v] * even[v])
    /* Times 2^n: n sits in the low bits of `rounded`; moved up it adds to the exponent. */
    EACH(e[v] = (vec)((vec_int)even[v] + ((vec_int)rounded[v] << 52)))
#undef HORNER
#undef EACH
}

MIX_INLINE vec vec_exp2(vec x) {
    vec e;
    vec_exp2_together(1, &x, &e);
    return e;
}

/* log(x) of a positive, finite, normal x, within 1 ulp. x = 2^n m, sqrt(1/2) <= m < sqrt(2); with f = m - 1 and
** s = f / (2 + f), log(1 + f) = f - f^2/2 + s (f^2/2 + R(s^2)), R the minimax polynomial of fdlibm's e_log.c
** (Sun Microsystems 1993). */
MIX_INLINE vec vec_log(vec x) {
    const int64_t root_half = 0x3fe6a09e667f3bcd;                            /* bits of sqrt(1/2) */
    vec_int exponent = ((vec_int)x - root_half) & ~(((int64_t)1 << 52) - 1); /* n * 2^52 */
    vec f = (vec)((vec_int)x - exponent) - 1.0;
    /* n as a double: n + 2048 is positive, and fits into the low bits of VEC_ROUNDER. */
    vec_uint biased = ((vec_uint)exponent + ((uint64_t)1 << 63)) >> 52;
    vec n = (vec)((vec_int)biased + (vec_int)vec_all(VEC_ROUNDER)) - (VEC_ROUNDER + 2048.0);
    vec s = f / (2.0 + f);
    vec z = s * s;
    vec w = z * z;
    vec even = w * (0x1.999999997fa04p-2 + w * (0x1.c71c51d8e78afp-3 + w * 0x1.39a09d078c69fp-3));
    vec odd = z * (0x1.5555555555593p-1 +
                   w * (0x1.2492494229359p-2 + w * (0x1.7466496cb03dep-3 + w * 0x1.2f112df3e5244p-3)));
    vec half = 0.5 * f * f;
    return n * 0x1.62e42fee00000p-1 - ((half - (s * (half + even + odd) + n * 0x1.a39ef35793c76p-33)) - f);
}

#endif
