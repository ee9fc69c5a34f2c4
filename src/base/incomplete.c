/* incomplete.c: a series or a continued fraction, whichever is on its side of the middle, times a factor that is
** taken apart (stirling.h) so that shapes of 1e10 keep their digits. Either takes some sqrt(a) terms near the
** middle and few elsewhere. */
#include "incomplete.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

#include "stirling.h"

/* x^a e^-x / Gamma(a + 1). */
static long double gamma_term(long double a, long double x) {
    return expl(-mix_stirling_deviance(a, x) - mix_stirling_rest(a));
}

/* M. Abramowitz & I. A. Stegun, Handbook of Mathematical Functions (1964), 6.5.29. */
static long double gamma_series(long double a, long double x) {
    long double sum = 1, term = 1;
    for (long double i = 1; term > sum * LDBL_EPSILON; i++) {
        term *= x / (a + i);
        sum += term;
    }
    return sum;
}

/* A continued fraction b_0 + a_1 / (b_1 + a_2 / (b_2 + ...)) from its front (W. J. Lentz, Applied Optics 15 (1976)
** 668): the value so far is the product of the ratios. */
typedef struct lentz {
    long double value, c, d;
} lentz;

static lentz lentz_begin(long double b) {
    return (lentz){b, b, 0};
}

/* Whether that was the last term which counts. */
static int lentz_next(lentz *own, long double a, long double b) {
    own->d = b + a * own->d;
    own->d = 1 / (own->d != 0 ? own->d : LDBL_MIN);
    own->c = b + a / own->c;
    own->c = own->c != 0 ? own->c : LDBL_MIN;
    own->value *= own->c * own->d;
    return fabsl(own->c * own->d - 1) <= 2 * LDBL_EPSILON;
}

/* More terms than any shape up to 1e10 takes. */
#define MOST_TERMS 1e6L

/* From here on Temme's expansion, of which the next term is below 1e-13 of the tails, takes the place of ever more
** terms. */
#define LARGE_SHAPE 1e10L

/* N. M. Temme, SIAM Journal on Mathematical Analysis 10 (1979) 757: with a eta^2 / 2 the deviance, Q is
** erfc(eta sqrt(a / 2)) / 2 + exp(-a eta^2 / 2) / sqrt(2 pi a) (-1 / 3 + eta / 12 - ...). */
static void gamma_of_large(long double a, long double x, long double tails[2]) {
    long double deviance = mix_stirling_deviance(a, x), y = copysignl(sqrtl(deviance), x - a);
    long double term = expl(-deviance) / sqrtl(2 * acosl(-1) * a), eta = y * sqrtl(2 / a);
    long double more = fabsl(eta) < 1e-2L ? term * (eta / 12 - 1 / 3.0L) : 0;
    tails[MIX_UPPER] = fminl(fmaxl(erfcl(y) / 2 + more, 0), 1);
    tails[MIX_LOWER] = fminl(fmaxl(erfcl(-y) / 2 - more, 0), 1);
}

/* 6.5.31, in its even part. */
static long double gamma_fraction(long double a, long double x) {
    lentz own = lentz_begin(x + 1 - a);
    for (long double i = 1; i < MOST_TERMS && !lentz_next(&own, -i * (i - a), x + 2 * i + 1 - a); i++) {
    }
    return 1 / own.value;
}

void mix_incomplete_gamma(long double a, long double x, long double tails[2]) {
    if (!(x > 0)) {
        tails[MIX_LOWER] = 0;
        tails[MIX_UPPER] = 1;
        return;
    }
    if (a > LARGE_SHAPE) {
        gamma_of_large(a, x, tails);
        return;
    }
    long double term = gamma_term(a, x);
    int side = x < a + 1 ? MIX_LOWER : MIX_UPPER;
    tails[side] = term == 0 ? 0 : side == MIX_LOWER ? term * gamma_series(a, x) : term * a * gamma_fraction(a, x);
    tails[side] = fminl(tails[side], 1);
    tails[1 - side] = 1 - tails[side];
}

/* x^a (1 - x)^b / B(a, b). */
static long double beta_term(long double a, long double b, long double x, long double rest) {
    long double n = a + b;
    long double log_term = mix_stirling_rest(n) - mix_stirling_rest(a) - mix_stirling_rest(b) -
                           mix_stirling_deviance(a, n * x) - mix_stirling_deviance(b, n * rest);
    return expl(log_term) * (a / n) * b;
}

/* 26.5.8. */
static long double beta_fraction(long double a, long double b, long double x) {
    lentz own = lentz_begin(1);
    for (long double i = 0; i < MOST_TERMS; i++) {
        long double place = a + 2 * i;
        (void)lentz_next(&own, -(a + i) / place * ((a + b + i) / (place + 1)) * x, 1);
        if (lentz_next(&own, (i + 1) * (b - i - 1) / (place + 1) / (place + 2) * x, 1)) {
            break;
        }
    }
    return 1 / own.value;
}

void mix_incomplete_beta(long double a, long double b, long double x, long double rest, long double tails[2]) {
    if (!(x > 0 && rest > 0)) {
        tails[MIX_LOWER] = x > 0;
        tails[MIX_UPPER] = !(x > 0);
        return;
    }
    long double term = beta_term(a, b, x, rest);
    int side = x < (a + 1) / (a + b + 2) ? MIX_LOWER : MIX_UPPER;
    long double value =
        side == MIX_LOWER ? term / a * beta_fraction(a, b, x) : term / b * beta_fraction(b, a, rest);
    tails[side] = fminl(value, 1);
    tails[1 - side] = 1 - tails[side];
}

/* Gauss's rule of 20 points on (-1, 1): places > 0 and weights. */
static const long double rule[][2] = {
    {0.9931285991850949247861L, 0.01761400713915211831186L},
    {0.9639719272779137912677L, 0.04060142980038694133104L},
    {0.9122344282513259058678L, 0.06267204833410906356951L},
    {0.8391169718222188233945L, 0.08327674157670474872476L},
    {0.7463319064601507926143L, 0.1019301198172404350368L},
    {0.6360536807265150254528L, 0.1181945319615184173124L},
    {0.5108670019508270980044L, 0.1316886384491766268985L},
    {0.3737060887154195606725L, 0.1420961093183820513293L},
    {0.2277858511416450780805L, 0.1491729864726037467878L},
    {0.07652652113349733375464L, 0.1527533871307258506981L},
};

/* The density has the width 1 / sqrt(k) or is wider than a radian: over a panel of that width the rule is exact to
** the digits of a long double, and from 45 of them on there is nothing left. */
long double mix_incomplete_von_mises(long double k, long double from, long double to) {
    long double width = 1 / sqrtl(fmaxl(k, 4)), sum = 0;
    to = fminl(to, from + 45 * width); /* it falls all along */
    int panels = (int)((to - from) / width) + 1;
    long double half = (to - from) / (long double)panels / 2;
    for (int p = 0; p < panels && from < to; p++) {
        long double middle = from + (long double)(2 * p + 1) * half;
        for (size_t i = 0; i < 2 * (sizeof rule / sizeof *rule); i++) {
            long double place = rule[i / 2][0] * (i % 2 == 0 ? 1 : -1), sine = sinl((middle + half * place) / 2);
            sum += rule[i / 2][1] * expl(-2 * k * sine * sine);
        }
    }
    return sum * half;
}
