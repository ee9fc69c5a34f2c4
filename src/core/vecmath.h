/* vecmath.h: vectors of 8 doubles, and exp and log of them.
**
** GNU C vector extensions: the compiler makes one AVX-512 register, two AVX2 or four SSE2/NEON registers of a
** vec, with the same order of operations everywhere. Only kernel.c and its tests include this. */
#ifndef MIX_VECMATH_H
#define MIX_VECMATH_H

#include <stddef.h>
#include <stdint.h>

typedef double vec __attribute__((vector_size(64)));
typedef int64_t vec_int __attribute__((vector_size(64)));
typedef uint64_t vec_uint __attribute__((vector_size(64)));
/* As found in memory: at any address that a double may have. */
typedef double vec_memory __attribute__((vector_size(64), aligned(8), may_alias));

#define MIX_INLINE static inline __attribute__((always_inline))

MIX_INLINE vec vec_load(const double *x) {
    return (vec)(*(const vec_memory *)(const void *)x);
}

MIX_INLINE void vec_store(double *x, vec v) {
    *(vec_memory *)(void *)x = (vec_memory)v;
}

MIX_INLINE vec vec_all(double x) {
    return (vec){x, x, x, x, x, x, x, x};
}

/* mask (all bits of a lane set or clear) ? a : b */
MIX_INLINE vec vec_select(vec_int mask, vec a, vec b) {
    return (vec)((mask & (vec_int)a) | (~mask & (vec_int)b));
}

MIX_INLINE vec vec_max(vec a, vec b) {
    return vec_select(a > b, a, b);
}

/* Lanes added pairwise: ((0+4)+(2+6)) + ((1+5)+(3+7)). */
MIX_INLINE double vec_sum(vec v) {
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

/* Adding 1.5 * 2^52 rounds a double to an integer in its low bits (to nearest, |x| < 2^51). */
#define VEC_ROUNDER 0x1.8p52

/* exp(x), within 1 ulp where the result is a normal number; 0 below -708 and infinity above 709.
** x = n ln 2 + r with |r| <= ln(2)/2, and exp(r) by its Taylor series to r^13 / 13!, whose remainder is below
** 2^-57. ln 2 in two parts (Cody & Waite 1980), the first with 21 zero bits, so that n times it is exact. */
MIX_INLINE vec vec_exp(vec x) {
    vec clamped = vec_select(x < -708.0, vec_all(-708.0), x);
    clamped = vec_select(clamped > 709.0, vec_all(709.0), clamped);
    vec rounded = clamped * 0x1.71547652b82fep0 + VEC_ROUNDER; /* 1 / ln 2 */
    vec n = rounded - VEC_ROUNDER;
    vec r = clamped - n * 0x1.62e42fee00000p-1;
    r = r - n * 0x1.a39ef35793c76p-33;
    vec p = vec_all(1.0 / 6227020800);
    p = p * r + 1.0 / 479001600;
    p = p * r + 1.0 / 39916800;
    p = p * r + 1.0 / 3628800;
    p = p * r + 1.0 / 362880;
    p = p * r + 1.0 / 40320;
    p = p * r + 1.0 / 5040;
    p = p * r + 1.0 / 720;
    p = p * r + 1.0 / 120;
    p = p * r + 1.0 / 24;
    p = p * r + 1.0 / 6;
    p = p * r + 0.5;
    vec e = 1.0 + (r + r * r * p);
    /* Times 2^n: n sits in the low bits of `rounded`; moved up it adds to the exponent. */
    vec result = (vec)((vec_int)e + ((vec_int)rounded << 52));
    result = vec_select(x < -708.0, vec_all(0.0), result);
    return vec_select(x > 709.0, vec_all(__builtin_inf()), result);
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
