/* test_vecmath.c: 2^x and log of vectors, held against the C library's in long double. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "kernel.h"
#include "random.h"

/* gcc: vectors are passed to functions, all of which are inlined. */
#pragma GCC diagnostic ignored "-Wpsabi"
#include "vecmath.h"

/* The header's promise; where long double is double, the reference itself is off by up to another one. */
#define ULPS (LDBL_MANT_DIG > 53 ? 1 : 2)
#define EXP2_ULPS (ULPS + 0.3)
enum { RANDOM_POINTS = 1000000 };

static double exp2_lane(double x) {
    return vec_exp2(vec_all(x))[VEC_LANES - 1];
}

static double log_lane(double x) {
    return vec_log(vec_all(x))[VEC_LANES - 1];
}

/* Distance in units of the last place of a double of the reference's size, which must be a normal one. */
static double ulps(double got, long double reference) {
    int exponent;
    (void)frexpl(reference, &exponent);
    return (double)(fabsl((long double)got - reference) / ldexpl(1, exponent - DBL_MANT_DIG));
}

static void check_ulps(double got, long double reference, double most, const char *function, double x) {
    if (!(ulps(got, reference) <= most)) {
        fail_msg("%s(%a) is %a; expected %La (%.2f ulp)", function, x, got, reference, ulps(got, reference));
    }
}

/* A double with all bits random but those of its exponent. */
static double random_double(mix_random *random, int least_exponent, int most_exponent) {
    size_t range = (size_t)(most_exponent - least_exponent + 1);
    return ldexp(1 + mix_random_uniform(random), least_exponent + (int)mix_random_below(random, range));
}

/* ---- 2^x ------------------------------------------------------------------------------------------------- */

static void powers_of_2_are_within_about_an_ulp_of_libm_over_the_whole_range(void **state) {
    (void)state;
    mix_random random;
    mix_random_seed(&random, 1, 0);
    double x[MIX_LANES], y[MIX_LANES];
    for (size_t i = 0; i < RANDOM_POINTS; i += MIX_LANES) {
        for (size_t lane = 0; lane < MIX_LANES; lane++) {
            /* Over the range; near 0, where EM has most of its arguments; and tiny ones. */
            double u = mix_random_uniform(&random);
            x[lane] = lane < 4   ? -1021 + 2044 * u
                      : lane < 6 ? -60 * u
                                 : (u < 0.5 ? -1 : 1) * random_double(&random, -300, 8);
        }
        for (size_t lane = 0; lane < MIX_LANES; lane += VEC_LANES) {
            vec_store(y + lane, vec_exp2(vec_load(x + lane)));
        }
        for (size_t lane = 0; lane < MIX_LANES; lane++) {
            check_ulps(y[lane], exp2l((long double)x[lane]), EXP2_ULPS, "exp2", x[lane]);
        }
    }
}

static void powers_of_2_are_within_about_an_ulp_where_their_exponent_changes(void **state) {
    (void)state;
    /* Both sides of each whole number and a half, where the fraction left is largest. */
    for (int n = -1021; n <= 1022; n++) {
        const double x[] = {nextafter(n + 0.5, -1e9), n + 0.5, nextafter(n + 0.5, 1e9)};
        for (size_t i = 0; i < 3; i++) {
            check_ulps(exp2_lane(x[i]), exp2l((long double)x[i]), EXP2_ULPS, "exp2", x[i]);
        }
    }
}

static void powers_of_2_are_exact_at_whole_numbers_and_reach_exactly_0(void **state) {
    (void)state;
    for (int n = -1022; n <= 1023; n++) {
        assert_true(exp2_lane(n) == ldexp(1, n));
    }
    const double one[] = {0.0, -0.0, 5e-324, -5e-324, 1e-300, -1e-300, 0x1p-54, -0x1p-55};
    for (size_t i = 0; i < sizeof one / sizeof *one; i++) {
        assert_true(exp2_lane(one[i]) == 1);
    }
    double y = exp2_lane(-1023);
    assert_true(y == 0 && !signbit(y));
    for (double x = -1023; x <= -1021; x += 0x1p-10) {
        assert_true(fabs(exp2_lane(x) - exp2(x)) <= DBL_MIN);
    }
}

/* ---- log ------------------------------------------------------------------------------------------------- */

static void log_is_within_an_ulp_of_libm_over_all_normal_numbers(void **state) {
    (void)state;
    mix_random random;
    mix_random_seed(&random, 2, 0);
    double x[MIX_LANES], y[MIX_LANES];
    for (size_t i = 0; i < RANDOM_POINTS; i += MIX_LANES) {
        for (size_t lane = 0; lane < MIX_LANES; lane++) {
            /* All exponents; sums of responsibilities, 1 to a few; and both sides of 1, where log loses digits. */
            x[lane] = lane < 4   ? random_double(&random, -1022, 1022)
                      : lane < 6 ? 1 + 8 * mix_random_uniform(&random)
                                 : 1 + (lane == 6 ? -0.4 : 1) * random_double(&random, -50, -1);
        }
        for (size_t lane = 0; lane < MIX_LANES; lane += VEC_LANES) {
            vec_store(y + lane, vec_log(vec_load(x + lane)));
        }
        for (size_t lane = 0; lane < MIX_LANES; lane++) {
            if (x[lane] != 1) {
                check_ulps(y[lane], logl((long double)x[lane]), ULPS, "log", x[lane]);
            }
        }
    }
}

static void log_is_within_an_ulp_at_its_edges(void **state) {
    (void)state;
    assert_true(log_lane(1) == 0);
    const double edges[] = {DBL_MIN, DBL_MAX, 0.5, 2, sqrt(0.5), sqrt(2.0), 1 + DBL_EPSILON, 1 - DBL_EPSILON / 2};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        const double x[] = {fmax(nextafter(edges[i], 0), DBL_MIN), edges[i],
                            fmin(nextafter(edges[i], HUGE_VAL), DBL_MAX)};
        for (size_t j = 0; j < 3; j++) {
            if (x[j] != 1) {
                check_ulps(log_lane(x[j]), logl((long double)x[j]), ULPS, "log", x[j]);
            }
        }
    }
    for (int n = -1022; n <= 1023; n++) {
        double x = ldexp(1, n);
        if (n != 0) {
            check_ulps(log_lane(x), logl((long double)x), ULPS, "log", x);
        }
    }
}

/* ---- Lanes ----------------------------------------------------------------------------------------------- */

static void lanes_are_added_in_the_documented_order(void **state) {
    (void)state;
    /* ((0+4)+(2+6)) + ((1+5)+(3+7)); any other order of these loses or keeps the small ones. */
    const double x[MIX_LANES] = {1e16, 1, 1, -1e16, -1e16, 1, 1, 1e16};
    assert_true(vec_sum(x) == 4);
    const double y[MIX_LANES] = {1e16, 1e16, 1, 1, 1, -1e16, 1, 1};
    assert_true(vec_sum(y) == 1e16 + 2 + 2);
}

static void lanes_load_and_store_at_any_double_and_choose_one_by_one(void **state) {
    (void)state;
    double memory[2 * VEC_LANES + 1];
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++) {
        memory[i] = (double)i;
    }
    vec odd = vec_load(memory + 1), even = vec_load(memory + VEC_LANES + 1);
    vec larger = vec_max(odd, vec_all(1.5));
    vec chosen = vec_select(odd > 1.0, even, odd);
    for (size_t lane = 0; lane < VEC_LANES; lane++) {
        double own = (double)(lane + 1);
        assert_true(larger[lane] == fmax(own, 1.5));
        assert_true(chosen[lane] == (own > 1 ? own + VEC_LANES : own));
    }
    double out[VEC_LANES + 2] = {0};
    vec_store(out + 1, odd);
    assert_true(out[0] == 0 && out[VEC_LANES + 1] == 0);
    assert_memory_equal(out + 1, memory + 1, VEC_LANES * sizeof(double));
}

/* ---- As compiled into each kernel ------------------------------------------------------------------------ */

/* One row and k components of the given log densities and equal log weights 0. */
static void posterior(const mix_kernel *kernel, size_t k, double *densities, double totals[MIX_TOTALS]) {
    static double log_weights[1000];
    mix_rows rows = {.stride = MIX_LANES, .count = 1, .padded = MIX_LANES};
    memset(totals, 0, MIX_TOTALS * sizeof(double));
    kernel->posterior(&rows, k, log_weights, densities, totals);
}

static void every_kernel_has_the_same_exp_and_log(void **state) {
    (void)state;
    static double densities[1000 * MIX_LANES];
    double totals[MIX_TOTALS];
    for (const mix_kernel *const *next = mix_kernel_all(); *next != NULL; next++) {
        if (!(*next)->supported()) {
            continue;
        }
        /* Beside a component at 0, one at t < -37 has the responsibility exp(t): 1 + exp(t) rounds to 1. */
        mix_random random;
        mix_random_seed(&random, 3, 0);
        for (int i = 0; i < 20000; i++) {
            double t = i == 0 ? -708 : -37 - 671 * mix_random_uniform(&random);
            memset(densities, 0, 2 * MIX_LANES * sizeof(double));
            densities[MIX_LANES] = t;
            posterior(*next, 2, densities, totals);
            /* t becomes a binary logarithm, by a rounding or two: so many ulp. */
            check_ulps(densities[MIX_LANES], expl((long double)t), EXP2_ULPS + 2 * fabs(t), (*next)->name, t);
        }
        /* k components at 0 have the log density ln k. */
        for (size_t k = 2; k <= 1000; k++) {
            memset(densities, 0, k * MIX_LANES * sizeof(double));
            posterior(*next, k, densities, totals);
            check_ulps(totals[MIX_TOTAL_LOGLIK], logl((long double)k), ULPS, (*next)->name, (double)k);
        }
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(powers_of_2_are_within_about_an_ulp_of_libm_over_the_whole_range),
        cmocka_unit_test(powers_of_2_are_within_about_an_ulp_where_their_exponent_changes),
        cmocka_unit_test(powers_of_2_are_exact_at_whole_numbers_and_reach_exactly_0),
        cmocka_unit_test(log_is_within_an_ulp_of_libm_over_all_normal_numbers),
        cmocka_unit_test(log_is_within_an_ulp_at_its_edges),
        cmocka_unit_test(lanes_are_added_in_the_documented_order),
        cmocka_unit_test(lanes_load_and_store_at_any_double_and_choose_one_by_one),
        cmocka_unit_test(every_kernel_has_the_same_exp_and_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
