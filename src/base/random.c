/* random.c: xoshiro256++ and what is drawn from it. */
#include "random.h"

#include <math.h>

static uint64_t rotate_left(uint64_t x, int bits) {
    return (x << bits) | (x >> (64 - bits));
}

void mix_random_seed(mix_random *random, int64_t seed, uint64_t stream) {
    uint64_t x = (uint64_t)seed + stream * 0xD1B54A32D192ED03u;
    for (int i = 0; i < 4; i++) {
        x += 0x9E3779B97F4A7C15u;
        uint64_t z = x;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        random->state[i] = z ^ (z >> 31);
    }
}

uint64_t mix_random_bits(mix_random *random) {
    uint64_t *s = random->state;
    uint64_t result = rotate_left(s[0] + s[3], 23) + s[0];
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

double mix_random_uniform(mix_random *random) {
    return (double)(mix_random_bits(random) >> 11) * 0x1p-53;
}

size_t mix_random_below(mix_random *random, size_t bound) {
    uint64_t reject = (0 - (uint64_t)bound) % bound; /* 2^64 mod bound: the share that would bias */
    uint64_t bits;
    do {
        bits = mix_random_bits(random);
    } while (bits < reject);
    return (size_t)(bits % bound);
}

double mix_random_normal(mix_random *random) {
    double u, v, s;
    do {
        u = 2 * mix_random_uniform(random) - 1;
        v = 2 * mix_random_uniform(random) - 1;
        s = u * u + v * v;
    } while (s >= 1 || s == 0);
    return u * sqrt(-2 * log(s) / s); /* the second one, v * ..., is dropped: no state between calls */
}

/* G. Marsaglia & W. W. Tsang, ACM Transactions on Mathematical Software 26 (2000) 363: a cube of a normal number,
** rejected now and then; for a shape below 1 that of shape + 1 times u^(1/shape). */
double mix_random_gamma(mix_random *random, double shape) {
    double boost = shape < 1 ? log(1 - mix_random_uniform(random)) / shape : 0;
    double d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double z = mix_random_normal(random), root = 1 + c * z, v = root * root * root;
        if (v > 0 && log(1 - mix_random_uniform(random)) < 0.5 * z * z + d - d * v + d * log(v)) {
            return d * v * exp(boost);
        }
    }
}

/* L. Devroye, Non-Uniform Random Variate Generation (1986), X.4.4: the i-th smallest of n uniform numbers is a
** beta one; if it is at most p, so are i of them, and else those from it on are above. Either way fewer are
** left. */
double mix_random_binomial(mix_random *random, double trials, double p) {
    const double few = 16;
    double sum = 0;
    while (trials > few && p > 0 && p < 1) {
        double i = fmin(floor((trials + 1) * p) + 1, trials);
        double below = mix_random_gamma(random, i), above = mix_random_gamma(random, trials + 1 - i);
        double middle = below / (below + above);
        if (middle <= p) {
            sum += i;
            trials -= i;
            p = middle < 1 ? (p - middle) / (1 - middle) : 0;
        } else {
            trials = i - 1;
            p /= middle;
        }
    }
    if (p >= 1) {
        return sum + trials;
    }
    for (; trials > 0; trials--) {
        sum += mix_random_uniform(random) < p;
    }
    return sum;
}

size_t mix_random_choose(mix_random *random, const double *weights, size_t count, double total) {
    double left = mix_random_uniform(random) * total;
    for (size_t i = 0; i < count; i++) {
        left -= weights[i];
        if (left < 0) {
            return i;
        }
    }
    size_t last = count; /* by rounding: the last that has any weight */
    while (last > 1 && !(weights[last - 1] > 0)) {
        last--;
    }
    return last > 0 ? last - 1 : 0;
}
