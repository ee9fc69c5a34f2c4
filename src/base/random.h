/* random.h: the project's own random numbers, so that a seed gives the same model on every machine.
**
** Generator: xoshiro256++ 1.0 (Blackman & Vigna, "Scrambled linear pseudorandom number generators", 2021),
** state filled by splitmix64 (Steele, Lea & Flood 2014) from the seed and a stream number: stream s of seed t
** starts splitmix64 at t + s * 0xD1B54A32D192ED03. Streams keep candidates apart: each draws the same
** numbers whatever the others do. */
#ifndef MIX_RANDOM_H
#define MIX_RANDOM_H

#include <stddef.h>
#include <stdint.h>

typedef struct mix_random {
    uint64_t state[4];
} mix_random;

void mix_random_seed(mix_random *random, int64_t seed, uint64_t stream);
uint64_t mix_random_bits(mix_random *random);
double mix_random_uniform(mix_random *random);             /* [0, 1), 53 bits */
size_t mix_random_below(mix_random *random, size_t bound); /* 0..bound-1, bound >= 1, without bias */
double mix_random_normal(mix_random *random);              /* N(0, 1), Marsaglia's polar method */
double mix_random_gamma(mix_random *random, double shape); /* rate 1; Marsaglia & Tsang 2000 */
/* How many of so many trials, a whole number up to 2^53, succeed, each with probability p. In time that goes with
** the logarithm of the trials. */
double mix_random_binomial(mix_random *random, double trials, double p);
/* Index 0..count-1 with probability proportional to weights[i] >= 0, whose sum is total > 0. */
size_t mix_random_choose(mix_random *random, const double *weights, size_t count, double total);

#endif
