/* test_stirling.c: values by mpmath with 70 digits, from counts of 1 to 2^53. */
#include "stirling.h"

#include <float.h>
#include <math.h>

#include "check.h"

/* |a - b| within so many of the last digits of what long doubles hold. */
static void assert_exact(long double a, long double b, long double digits) {
    if (!(fabsl(a - b) <= digits * LDBL_EPSILON * fabsl(b))) {
        fail_msg("%.21Lg instead of %.21Lg", a, b);
    }
}

static void the_error_of_stirlings_formula_is_exact(void **state) {
    (void)state;
    static const struct {
        long double n, error;
    } known[] = {
        {1, 0.08106146679532725821967L},         {2, 0.04134069595540929409382L},
        {5, 0.01664469118982119216319L},         {15, 0.005554733551962801371039L},
        {16, 0.005207655919609640440718L},       {31, 0.002688078828531142867802L},
        {32, 0.002604081919251656422419L},       {33, 0.002525175249756784364002L},
        {100, 0.0008333305556349146833812L},     {1e6L, 8.333333333333055555556e-8L},
        {0x1p53L, 9.251858538542971170197e-18L},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        /* below 32 by way of ln n!, which is up to 30,000 times as large */
        assert_exact(mix_stirling_error(known[i].n), known[i].error, known[i].n < 32 ? 1e5L : 4);
    }
}

static void a_deviance_is_exact_near_its_mean_and_far_from_it(void **state) {
    (void)state;
    static const struct {
        long double n, mean, deviance;
    } known[] = {
        {1, 1, 0},
        {10, 9.5L, 0.01293294387550533426196L},
        {10, 30, 9.013877113318903086048L},
        {1e12L, 1000001000000.0L, 0.4999996666669166664667L},
        {0x1p53L, 9007199254740991.0L, 5.551115123125783112983e-17L},
        {3, 1e15L, 999999999999896.6795077L},
        {1e15L, 3, 32440164106242578.56887L},
        {9007199254740991.0L, 9007199254000000.0L, 0.00003047937802764318475078L},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        assert_exact(mix_stirling_deviance(known[i].n, known[i].mean), known[i].deviance, 16);
    }
}

static void both_ways_to_a_deviance_agree_where_they_meet(void **state) {
    (void)state;
    for (long double n = 1; n < 1e15L; n *= 7) {
        for (int side = -1; side <= 1; side += 2) { /* (n - mean) / (n + mean) = 0.1 */
            long double mean = side > 0 ? n * 0.9L / 1.1L : n * 1.1L / 0.9L;
            long double a = mix_stirling_deviance(n, mean * (1 - 1e-9L));
            long double b = mix_stirling_deviance(n, mean * (1 + 1e-9L));
            /* the derivative by the mean is 1 - n / mean */
            assert_exact(b - a, (1 - n / mean) * 2e-9L * mean, 1e-6L / LDBL_EPSILON);
        }
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_error_of_stirlings_formula_is_exact),
        cmocka_unit_test(a_deviance_is_exact_near_its_mean_and_far_from_it),
        cmocka_unit_test(both_ways_to_a_deviance_agree_where_they_meet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
