/* stirling.c: series near the ends that matter, the plain formulas elsewhere. */
#include "stirling.h"

#include <math.h>

#include "portable.h"

/* ln sqrt(2 pi) */
#define LOG_ROOT_2_PI 0.918938533204672741780329736405617639861L

/* From here on eight terms of the series are below 1e-21 of the first. */
#define LARGE 32

long double mix_stirling_error(long double n) {
    if (n < LARGE) {
        return mix_portable_log_gamma_long(n + 1) - ((n + 0.5L) * logl(n) - n + LOG_ROOT_2_PI);
    }
    /* B_2i / (2i (2i - 1) n^(2i - 1)) with the Bernoulli numbers B (Abramowitz & Stegun 6.1.42). */
    static const long double terms[] = {1 / 12.0L,   -1 / 360.0L,      1 / 1260.0L, -1 / 1680.0L,
                                        1 / 1188.0L, -691 / 360360.0L, 1 / 156.0L,  -3617 / 122400.0L};
    long double inverse = 1 / n, square = inverse * inverse, sum = 0;
    for (int i = sizeof terms / sizeof *terms; i-- > 0;) {
        sum = sum * square + terms[i];
    }
    return sum * inverse;
}

long double mix_stirling_deviance(long double n, long double mean) {
    long double difference = n - mean, v = difference / (n + mean);
    if (fabsl(v) > 0.1L) {
        return n * logl(n / mean) - difference;
    }
    /* ln(n / mean) = 2 (v + v^3 / 3 + v^5 / 5 + ...), whose first term with the difference is difference v. */
    long double sum = difference * v, power = 2 * n * v;
    for (int i = 3; i < 60; i += 2) {
        power *= v * v;
        long double next = sum + power / (long double)i;
        if (next == sum) {
            break;
        }
        sum = next;
    }
    return sum;
}

long double mix_stirling_rest(long double n) {
    return n > 0 ? LOG_ROOT_2_PI + 0.5L * logl(n) + mix_stirling_error(n) : 0;
}
