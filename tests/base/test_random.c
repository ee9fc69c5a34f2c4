/* test_random.c: the generator against published values, and what is drawn from it against its distribution. All
** bounds are five standard errors; the seeds are fixed. */
#include <math.h>

#include "check.h"
#include "random.h"

enum { DRAWS = 1000000 };

/* ---- The generator --------------------------------------------------------------------------------------- */

static void states_are_filled_with_the_published_values_of_splitmix64(void **state) {
    (void)state;
    /* The outputs for seed 1234567, as published with Vigna's splitmix64.c and at Rosetta Code. */
    const uint64_t known[] = {6457827717110365317u, 3203168211198807973u, 9817491932198370423u,
                              4593380528125082431u, 16408922859458223821u};
    mix_random random;
    mix_random_seed(&random, 1234567, 0);
    for (int i = 0; i < 4; i++) {
        assert_true(random.state[i] == known[i]);
    }
    /* splitmix64 adds a constant at each step: from one step on, the outputs are those from the second on. */
    mix_random_seed(&random, (int64_t)(1234567 + 0x9E3779B97F4A7C15u), 0);
    for (int i = 0; i < 4; i++) {
        assert_true(random.state[i] == known[i + 1]);
    }
}

static void bits_are_the_published_values_of_xoshiro256plusplus(void **state) {
    (void)state;
    /* From state {1, 2, 3, 4}: the reference implementation's values, as in the tests of Rust's rand_xoshiro. */
    const uint64_t known[] = {41943041u,
                              58720359u,
                              3588806011781223u,
                              3591011842654386u,
                              9228616714210784205u,
                              9973669472204895162u,
                              14011001112246962877u,
                              12406186145184390807u,
                              15849039046786891736u,
                              10450023813501588000u};
    mix_random random = {{1, 2, 3, 4}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        assert_true(mix_random_bits(&random) == known[i]);
    }
}

/* One step as Blackman & Vigna print it (2021, figure 2), with the exclusive ors of a step written out and the
** rotation done bit by bit. */
static uint64_t rotated(uint64_t x, int bits) {
    for (int i = 0; i < bits; i++) {
        x = x * 2 + (x >= (uint64_t)1 << 63);
    }
    return x;
}

static uint64_t reference_step(uint64_t s[4]) {
    const uint64_t result = rotated(s[0] + s[3], 23) + s[0];
    const uint64_t next[4] = {
        s[0] ^ s[1] ^ s[3],
        s[0] ^ s[1] ^ s[2],
        s[0] ^ s[2] ^ (s[1] << 17),
        rotated(s[1] ^ s[3], 45),
    };
    for (int i = 0; i < 4; i++) {
        s[i] = next[i];
    }
    return result;
}

static void a_million_bits_are_those_of_the_reference_step(void **state) {
    (void)state;
    mix_random random;
    mix_random_seed(&random, -42, 3);
    uint64_t s[4] = {random.state[0], random.state[1], random.state[2], random.state[3]};
    for (int i = 0; i < DRAWS; i++) {
        assert_true(mix_random_bits(&random) == reference_step(s));
    }
}

static void streams_differ_and_lie_where_the_header_says(void **state) {
    (void)state;
    mix_random a, b;
    for (uint64_t stream = 0; stream < 100; stream++) {
        mix_random_seed(&a, 5, stream);
        mix_random_seed(&b, (int64_t)(5 + stream * 0xD1B54A32D192ED03u), 0);
        assert_memory_equal(&a, &b, sizeof a);
        for (uint64_t other = 0; other < stream; other++) {
            mix_random_seed(&b, 5, other);
            for (int i = 0; i < 4; i++) {
                assert_true(a.state[i] != b.state[i]);
            }
        }
    }
    mix_random_seed(&a, 5, 0);
    mix_random_seed(&b, 6, 0);
    assert_true(mix_random_bits(&a) != mix_random_bits(&b));
}

/* ---- Uniform numbers and integers ------------------------------------------------------------------------ */

static void uniform_is_the_upper_53_bits(void **state) {
    (void)state;
    mix_random random, twin;
    mix_random_seed(&random, 8, 0);
    twin = random;
    double sum = 0, squares = 0;
    for (int i = 0; i < DRAWS; i++) {
        double u = mix_random_uniform(&random);
        assert_true(u == ldexp((double)(mix_random_bits(&twin) / 2048), -53));
        assert_true(u >= 0 && u < 1);
        sum += u;
        squares += u * u;
    }
    assert_close(sum / DRAWS, 1 / 2.0, 0, 5 * sqrt(1 / 12.0 / DRAWS));
    assert_close(squares / DRAWS, 1 / 3.0, 0, 5 * sqrt(4 / 45.0 / DRAWS));
}

static void below_is_in_range_and_takes_every_value_as_often(void **state) {
    (void)state;
    mix_random random;
    mix_random_seed(&random, 9, 0);
    for (size_t bound = 1; bound <= 13; bound += 3) {
        double seen[13] = {0}, n = DRAWS / 10;
        for (int i = 0; i < DRAWS / 10; i++) {
            size_t value = mix_random_below(&random, bound);
            assert_true(value < bound);
            seen[value]++;
        }
        double p = 1 / (double)bound;
        for (size_t value = 0; value < bound; value++) {
            assert_close(seen[value] / n, p, 0, 5 * sqrt(p * (1 - p) / n));
        }
    }
}

static void below_has_no_bias_where_a_plain_remainder_is_off_by_half(void **state) {
    (void)state;
    if (sizeof(size_t) < 8) {
        skip();
    }
    /* The remainder of 64 bits by 3 * 2^62 is below 2^62 in half of all cases instead of a third. */
    const size_t bound = (size_t)(UINT64_C(3) << 62);
    mix_random random;
    mix_random_seed(&random, 10, 0);
    double low = 0, n = DRAWS / 10;
    for (int i = 0; i < DRAWS / 10; i++) {
        size_t value = mix_random_below(&random, bound);
        assert_true(value < bound);
        low += value < bound / 3;
    }
    assert_close(low / n, 1 / 3.0, 0, 5 * sqrt(2 / 9.0 / n));
}

/* ---- Normal numbers -------------------------------------------------------------------------------------- */

static void normal_numbers_have_the_moments_and_tails_of_the_normal_distribution(void **state) {
    (void)state;
    mix_random random;
    mix_random_seed(&random, 11, 0);
    const double limits[] = {0.5, 1, 2, 3};
    double moments[5] = {0}, beyond[4] = {0};
    for (int i = 0; i < DRAWS; i++) {
        double z = mix_random_normal(&random);
        for (int power = 1; power <= 4; power++) {
            moments[power] += pow(z, power) / DRAWS;
        }
        for (int j = 0; j < 4; j++) {
            beyond[j] += z > limits[j];
        }
    }
    /* Var(z^p) = E z^2p - (E z^p)^2: 1, 2, 15, 96. */
    assert_close(moments[1], 0, 0, 5 * sqrt(1.0 / DRAWS));
    assert_close(moments[2], 1, 0, 5 * sqrt(2.0 / DRAWS));
    assert_close(moments[3], 0, 0, 5 * sqrt(15.0 / DRAWS));
    assert_close(moments[4], 3, 0, 5 * sqrt(96.0 / DRAWS));
    for (int j = 0; j < 4; j++) {
        double p = erfc(limits[j] / sqrt(2)) / 2;
        assert_close(beyond[j] / DRAWS, p, 0, 5 * sqrt(p * (1 - p) / DRAWS));
    }
}

/* ---- Choice ---------------------------------------------------------------------------------------------- */

static void choices_are_as_frequent_as_their_weights_and_weight_zero_is_never_chosen(void **state) {
    (void)state;
    const double weights[] = {0, 0.5, 0, 3, 1.5, 0}; /* of 5 */
    /* A total that rounding has put above the sum must not lead past the last weight either. */
    const double totals[] = {5, 5 * (1 + 1e-12), 5.5};
    for (size_t t = 0; t < 3; t++) {
        mix_random random;
        mix_random_seed(&random, 12, t);
        double seen[6] = {0}, n = DRAWS / 5;
        for (int i = 0; i < DRAWS / 5; i++) {
            size_t chosen = mix_random_choose(&random, weights, 6, totals[t]);
            assert_true(chosen < 6);
            seen[chosen]++;
        }
        for (size_t i = 0; i < 6; i++) {
            double p = weights[i] / totals[t] + (i == 4 ? 1 - 5 / totals[t] : 0);
            assert_close(seen[i] / n, p, 0, 5 * sqrt(p * (1 - p) / n));
        }
    }
}

/* Mean and variance are the shape, and the logarithm's mean is psi(shape): by mpmath. */
static void gamma_numbers_have_their_moments(void **state) {
    (void)state;
    enum { FEWER = 100000 };
    static const struct {
        double shape, digamma, trigamma;
    } known[] = {{0.05, -20.4978449913, 401.53235734212},
                 {0.7, -1.2200235536979, 2.8340491566946},
                 {1, -0.57721566490153, 1.6449340668482},
                 {3.5, 1.1031566406452, 0.33035775610023},
                 {400, 5.990214026275, 0.0025031276041634}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        double shape = known[i].shape, sum = 0, squares = 0, logs = 0;
        mix_random random;
        mix_random_seed(&random, 4, i);
        for (int n = 0; n < FEWER; n++) {
            double x = mix_random_gamma(&random, shape);
            sum += x - shape;
            squares += (x - shape) * (x - shape);
            logs += log(x) - known[i].digamma;
        }
        assert_close(sum / FEWER, 0, 0, 5 * sqrt(shape / FEWER));
        assert_close(squares / FEWER, shape, 0, 5 * sqrt((2 * shape * shape + 6 * shape) / FEWER));
        assert_close(logs / FEWER, 0, 0, 5 * sqrt(known[i].trigamma / FEWER));
    }
}

/* Against the probabilities themselves, where trials are few and many; and a share of 1e15 of them. */
static void binomial_numbers_are_as_frequent_as_their_probabilities(void **state) {
    (void)state;
    enum { DRAWN = 40000, CELLS = 40 };
    static const struct {
        double trials, p;
    } cases[] = {{12, 0.3}, {17, 0.5}, {500, 0.004}, {500, 0.998}, {40, 0.11}, {3000, 0.0005}};
    mix_random random;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double n = cases[i].trials, p = cases[i].p, least = p > 0.9 ? n - CELLS + 1 : 0;
        int counts[CELLS] = {0};
        mix_random_seed(&random, 5, i);
        for (int drawn = 0; drawn < DRAWN; drawn++) {
            double x = mix_random_binomial(&random, n, p);
            assert_true(x >= 0 && x <= n && x == floor(x));
            counts[x < least ? 0 : x - least < CELLS - 1 ? (int)(x - least) : CELLS - 1]++;
        }
        for (int c = 1; c < CELLS - 1 && least + c <= n; c++) {
            double x = least + c;
            double probability =
                exp(lgamma(n + 1) - lgamma(x + 1) - lgamma(n - x + 1) + x * log(p) + (n - x) * log1p(-p));
            assert_close(counts[c], DRAWN * probability, 0, 5 * sqrt(DRAWN * probability) + 3);
        }
    }
    double sum = 0, squares = 0, n = 1e15, p = 0.2, deviation = sqrt(n * p * (1 - p));
    for (int drawn = 0; drawn < 2000; drawn++) {
        double z = (mix_random_binomial(&random, n, p) - n * p) / deviation;
        sum += z;
        squares += z * z;
    }
    assert_close(sum / 2000, 0, 0, 5 / sqrt(2000.0));
    assert_close(squares / 2000, 1, 0, 5 * sqrt(2 / 2000.0));
    assert_true(mix_random_binomial(&random, 100, 0) == 0 && mix_random_binomial(&random, 100, 1) == 100);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_are_filled_with_the_published_values_of_splitmix64),
        cmocka_unit_test(bits_are_the_published_values_of_xoshiro256plusplus),
        cmocka_unit_test(a_million_bits_are_those_of_the_reference_step),
        cmocka_unit_test(streams_differ_and_lie_where_the_header_says),
        cmocka_unit_test(uniform_is_the_upper_53_bits),
        cmocka_unit_test(below_is_in_range_and_takes_every_value_as_often),
        cmocka_unit_test(below_has_no_bias_where_a_plain_remainder_is_off_by_half),
        cmocka_unit_test(normal_numbers_have_the_moments_and_tails_of_the_normal_distribution),
        cmocka_unit_test(choices_are_as_frequent_as_their_weights_and_weight_zero_is_never_chosen),
        cmocka_unit_test(gamma_numbers_have_their_moments),
        cmocka_unit_test(binomial_numbers_are_as_frequent_as_their_probabilities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
