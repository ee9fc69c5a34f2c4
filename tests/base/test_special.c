/* test_special.c: against values computed with mpmath 1.3 to 40 digits (digamma, psi(1, x), besseli, loggamma;
** where x is 1e8 the hypergeometric series 2F0 of the Bessel functions), and inverses against what they invert.
** */
#include <float.h>
#include <math.h>

#include "check.h"
#include "special.h"

/* Where a long double is no longer than a double the last digits of that are asked for. */
static void check_digits(long double got, long double want, long double least) {
    long double tolerance = fmaxl(40 * LDBL_EPSILON, 1e-18L) * (least + fabsl(want));
    if (!(fabsl(got - want) <= tolerance)) {
        fail_msg("%.20Lg; expected %.20Lg (off by %.3Lg)", got, want, got - want);
    }
}

static void psi_and_its_derivative_have_the_digits_of_the_table(void **state) {
    (void)state;
    static const struct {
        long double x, digamma, trigamma, log_less;
    } table[] = {
        {0.001L, -1000.575571931810300471L, 1000001.642533195868978L, 993.6678166528281634194L},
        {0.3L, -3.502524222200132988964L, 12.24536454610773046547L, 2.298551417874196996342L},
        {1.0L, -0.5772156649015328606065L, 1.644934066848226436472L, 0.5772156649015328606065L},
        {1.4616L, -0.00003110625123035161975187L, 0.9677007114650835542422L, 0.3795628323328902588786L},
        {5.5L, 1.611093148581751123734L, 0.1993423869896276591275L, 0.09365494365667411091108L},
        {15.99L, 2.740368182503551714920L, 0.06453539031981827536670L, 0.03159534434231114835967L},
        {16.0L, 2.741013328327460368387L, 0.06449378340323936178171L, 0.03157539391232086928221L},
        {123.25L, 4.810152531964818880284L, 0.008146594456080264987193L, 0.004062280957980608313998L},
        {100000000.0L, 18.42068073895236546381L, 1.000000005000000016667e-8L, 5.000000008333333333333e-9L},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        check_digits(mix_special_digamma(table[i].x), table[i].digamma, 1);
        check_digits(mix_special_trigamma(table[i].x), table[i].trigamma, 0);
        check_digits(mix_special_log_less_digamma(table[i].x), table[i].log_less, 0);
    }
}

static void logarithms_of_the_beta_function_have_the_digits_of_the_table(void **state) {
    (void)state;
    static const struct {
        long double a, b, value;
    } table[] = {
        {1.0e-9L, 1.0e-9L, 21.41641301750635646393L},
        {0.5L, 0.5L, 1.144729885849400174143L},
        {3.0L, 7.25L, -5.622691040177561541088L},
        {0.01L, 1000.0L, 4.530407276060692101244L},
        {2.0L, 1000000000.0L, -41.44653167489282231182L},
        {30.0L, 40.0L, -48.30174909591612519599L},
        {100000000.0L, 300000000.0L, -224934065.9950841417581L},
        {17.0L, 1000000000000.0L, -439.0554988648406467359L},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        check_digits(mix_special_log_beta(table[i].a, table[i].b), table[i].value, 1);
        check_digits(mix_special_log_beta(table[i].b, table[i].a), table[i].value, 1);
    }
}

static void bessel_functions_have_the_digits_of_the_table(void **state) {
    (void)state;
    static const struct {
        long double x, log, ratio;
    } table[] = {
        {0.0L, 0.0L, 0.0L},
        {1.0e-9L, -9.999999997500000000000e-10L, 4.999999999999999999375e-10L},
        {0.1L, -0.09750156076612375661874L, 0.04993760398793891942505L},
        {1.0L, -0.7640856414928213513106L, 0.4463899658965345070477L},
        {7.5L, -1.908411291924725245785L, 0.9307247343491270869100L},
        {24.9L, -2.521247044053311912779L, 0.9797094167355604818725L},
        {25.0L, -2.523271995000756240669L, 0.9797914534905159312197L},
        {40.0L, -2.760213138647643150739L, 0.9874198413363506584615L},
        {1000.0L, -4.372691110130535328532L, 0.9994998748748042801989L},
        {100000000.0L, -10.12927890393085547160L, 0.9999999949999999875000L},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        check_digits(mix_special_log_bessel(table[i].x), table[i].log, 1);
        check_digits(mix_special_bessel_ratio(table[i].x), table[i].ratio, 0);
    }
}

/* x from 1e-8 to 1e8: what the function says of the inverse is what it was asked for. */
static void inverses_are_those_of_their_functions(void **state) {
    (void)state;
    for (long double x = 1e-8L; x < 2e8L; x *= 1.7L) {
        long double s = mix_special_log_less_digamma(x), r = mix_special_bessel_ratio(x);
        check_digits(mix_special_log_less_digamma(mix_special_log_less_digamma_inverse(s)), s, 0);
        check_digits(mix_special_log_less_digamma_inverse(s) / x, 1, 0);
        check_digits(mix_special_bessel_ratio(mix_special_bessel_ratio_inverse(r)), r, 0);
        /* A difference of the ratio from 1, some 1 / (2 x), has fewer digits. */
        long double off = mix_special_bessel_ratio_inverse(r) / x - 1;
        assert_true(fabsl(off) <= 100 * LDBL_EPSILON * (1 + x));
    }
    assert_true(mix_special_bessel_ratio_inverse(0) == 0);
}

/* Tables of the normal distribution; and what erfc says of the inverse. */
static void normal_quantiles_are_those_of_tables(void **state) {
    (void)state;
    check_digits(mix_special_normal_quantile(0.975L), 1.959963984540054235524L, 0);
    check_digits(mix_special_normal_quantile(0.05L), -1.644853626951472714864L, 0);
    assert_true(mix_special_normal_quantile(0.5L) == 0);
    for (long double p = 1e-300L; p < 0.5L; p *= 7) {
        long double again = erfcl(-mix_special_normal_quantile(p) * sqrtl(0.5L)) / 2;
        assert_true(fabsl(again / p - 1) < 5000 * LDBL_EPSILON); /* far out the tail's exponent has lost digits */
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(psi_and_its_derivative_have_the_digits_of_the_table),
        cmocka_unit_test(logarithms_of_the_beta_function_have_the_digits_of_the_table),
        cmocka_unit_test(bessel_functions_have_the_digits_of_the_table),
        cmocka_unit_test(inverses_are_those_of_their_functions),
        cmocka_unit_test(normal_quantiles_are_those_of_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
