/* special.c: series where the argument is large, recurrences up to there. M. Abramowitz & I. A. Stegun, Handbook
** of Mathematical Functions (1964), whose formulas the numbers are; tests/base/test_special.c has a table. */
#include "special.h"

#include <math.h>
#include <stddef.h>

#include "portable.h"
#include "stirling.h"

/* From here on ten terms of the series of psi leave less than 1e-22. */
#define FAR 16

/* B_2i, the Bernoulli numbers. */
static const long double bernoulli[] = {1 / 6.0L,       -1 / 30.0L,      1 / 42.0L, -1 / 30.0L,
                                        5 / 66.0L,      -691 / 2730.0L,  7 / 6.0L,  -3617 / 510.0L,
                                        43867 / 798.0L, -174611 / 330.0L};
enum { BERNOULLI = sizeof bernoulli / sizeof *bernoulli };

/* 6.3.18 and, from smaller x up to where that holds, 6.3.6. */
long double mix_special_log_less_digamma(long double x) {
    long double steps = 0, far = x;
    for (; far < FAR; far++) {
        steps += 1 / far;
    }
    long double square = 1 / (far * far), sum = 0;
    for (int i = BERNOULLI; i > 0; i--) {
        sum = (sum + bernoulli[i - 1] / (long double)(2 * i)) * square;
    }
    return far == x ? 1 / (2 * x) + sum : 1 / (2 * far) + sum + steps + logl(x / far);
}

long double mix_special_digamma(long double x) {
    return logl(x) - mix_special_log_less_digamma(x);
}

/* 6.4.12 and 6.4.6. */
long double mix_special_trigamma(long double x) {
    long double steps = 0;
    for (; x < FAR; x++) {
        steps += 1 / (x * x);
    }
    long double square = 1 / (x * x), sum = 0;
    for (int i = BERNOULLI; i > 0; i--) {
        sum = (sum + bernoulli[i - 1]) * square;
    }
    return steps + (1 + sum + 1 / (2 * x)) / x;
}

/* Of large ones by Stirling's formula, whose large terms are taken together: with p = a / (a + b) it is
** a ln p + b ln(1 - p) + ln sqrt(2 pi (a + b) / (a b)) and the errors. */
long double mix_special_log_beta(long double a, long double b) {
    long double sum = a + b;
    if (fminl(a, b) < FAR) {
        long double large = fmaxl(a, b), small = fminl(a, b);
        if (large < FAR) {
            return mix_portable_log_gamma_long(a) + mix_portable_log_gamma_long(b) -
                   mix_portable_log_gamma_long(sum);
        }
        /* ln Gamma(large) - ln Gamma(large + small) */
        long double ratio = (large - 0.5L) * -log1pl(small / large) - small * logl(sum) + small +
                            mix_stirling_error(large) - mix_stirling_error(sum);
        return mix_portable_log_gamma_long(small) + ratio;
    }
    const long double log_root_2_pi = 0.918938533204672741780329736405617639861L;
    return (a - 0.5L) * -log1pl(b / a) + (b - 0.5L) * -log1pl(a / b) - 0.5L * logl(sum) + log_root_2_pi +
           mix_stirling_error(a) + mix_stirling_error(b) - mix_stirling_error(sum);
}

/* Newton's steps, in 1 / x, from a start within 1.5 percent (T. Minka, Estimating a Gamma distribution, 2002). */
long double mix_special_log_less_digamma_inverse(long double s) {
    long double x = (3 - s + sqrtl((s - 3) * (s - 3) + 24 * s)) / (12 * s);
    for (int i = 0; i < 20; i++) {
        long double slope = 1 - x * mix_special_trigamma(x); /* < 0 */
        long double inverse = (1 + (mix_special_log_less_digamma(x) - s) / slope) / x;
        long double next = 1 / fmaxl(inverse, 0.5L / x);
        long double step = fabsl(next - x);
        x = next;
        if (step <= 1e-18L * x) {
            break;
        }
    }
    return x;
}

/* ---- Bessel functions -------------------------------------------------------------------------------------- */

/* From here on the smallest term of the asymptotic series, some exp(-2 x), is below 1e-21. */
#define BESSEL_FAR 25

/* I0 or I1 times exp(-x) sqrt(2 pi x): 9.7.1. */
static long double bessel_series(int order, long double x) {
    long double sum = 1, term = 1;
    for (int i = 1; i < 60; i++) {
        long double odd = 2 * (long double)i - 1, next = term * (odd * odd - 4 * (long double)order) / (8 * x) / i;
        if (fabsl(next) >= fabsl(term) || sum + next == sum) {
            break;
        }
        sum += term = next;
    }
    return sum;
}

/* 9.6.12: all terms are positive. */
long double mix_special_log_bessel(long double x) {
    if (x >= BESSEL_FAR) {
        return logl(bessel_series(0, x)) - 0.5L * logl(2 * acosl(-1) * x);
    }
    long double quarter = x * x / 4, rest = 0, term = 1; /* I0 - 1 */
    for (int i = 1; rest + term != rest; i++) {
        rest += term = term * quarter / ((long double)i * (long double)i);
    }
    return log1pl(rest) - x;
}

/* The continued fraction of the recurrence 9.6.26, from far enough down. */
long double mix_special_bessel_ratio(long double x) {
    if (x >= BESSEL_FAR) {
        return bessel_series(1, x) / bessel_series(0, x);
    }
    long double ratio = 0;
    for (int i = 80; i > 0; i--) {
        ratio = x / (2 * (long double)i + x * ratio);
    }
    return ratio;
}

/* Newton's steps from the start of Dhillon & Sra (2003), kappa = r (2 - r^2) / (1 - r^2). The ratio A rises and is
** concave, A' = 1 - A^2 - A / kappa, so that they cannot leave its root but to where they come back from. */
long double mix_special_bessel_ratio_inverse(long double r) {
    long double x = r * (2 - r * r) / ((1 - r) * (1 + r));
    for (int i = 0; i < 40 && x > 0; i++) {
        long double ratio = mix_special_bessel_ratio(x), slope = (1 - ratio) * (1 + ratio) - ratio / x;
        long double next = fmaxl(x - (ratio - r) / slope, x / 2), step = fabsl(next - x);
        x = next;
        if (!(step > 1e-18L * x)) {
            break;
        }
    }
    return x;
}

/* Newton's method for the logarithm of the tail, which is concave: from the right, as erfc(x) <= exp(-x^2), it
** comes down to where the tail is p and never goes past it. */
long double mix_special_normal_quantile(long double p) {
    long double tail = fminl(p, 1 - p), z = sqrtl(fmaxl(-2 * logl(2 * tail), 0)), step = 1;
    for (int i = 0; i < 100 && step > 1e-18L * z; i++) {
        long double q = erfcl(z * sqrtl(0.5L)) / 2, density = expl(-z * z / 2) / sqrtl(2 * (long double)M_PI);
        step = logl(tail / q) * q / density;
        z -= step;
    }
    return p < 0.5L ? -z : z;
}
