/* test_magnitudes.c: the inequalities that hold the magnitudes together. */
#include <float.h>
#include <math.h>

#include "check.h"
#include "magnitudes.h"

static void variances_and_their_products_are_doubles(void **state) {
    (void)state;
    double largest = MIX_MAX_DEVIATION * MIX_MAX_DEVIATION, least = MIX_MIN_DEVIATION * MIX_MIN_DEVIATION;
    assert_true(isfinite(largest * largest));
    assert_true(least * least >= DBL_MIN);
    assert_true(isfinite(largest / least));
}

static void a_squared_distance_is_told_from_an_impossible_row(void **state) {
    (void)state;
    assert_true(MIX_MAX_DEVIATION * MIX_MAX_DEVIATION < -MIX_LOG_DENSITY_EXACT);
    assert_true(MIX_LOG_DENSITY_EXACT > MIX_LOG_ZERO);
    assert_true(MIX_LOG_ZERO * 0x1p53 > MIX_LOG_DENSITY_FLOOR);
}

static void sums_over_rows_are_doubles(void **state) {
    (void)state;
    assert_true(isfinite(MIX_LOG_DENSITY_FLOOR * 0x1p64));
    assert_true(isfinite(MIX_MOST_WEIGHT * MIX_LOG_DENSITY_POSSIBLE));
    /* 1,000 counts of 2^53, each at the least probability that a fit leaves it */
    assert_true(1000 * 0x1p53 * log(1e-28) > MIX_LOG_DENSITY_POSSIBLE);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variances_and_their_products_are_doubles),
        cmocka_unit_test(a_squared_distance_is_told_from_an_impossible_row),
        cmocka_unit_test(sums_over_rows_are_doubles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
