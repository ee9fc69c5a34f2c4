/* test_scale.c: ticks are round, stand where their labels say, and do so up to the ends of the doubles. */
#include "scale.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "counted.h"

/* A label as a number: U+2212 is its minus sign. */
static long double label_value(const char *label) {
    char plain[MIX_TICK_BYTES];
    size_t used = 0;
    for (; *label != '\0'; label++) {
        if (strncmp(label, "\xe2\x88\x92", 3) == 0) {
            plain[used++] = '-';
            label += 2;
        } else {
            plain[used++] = *label;
        }
    }
    plain[used] = '\0';
    char *end;
    long double value = strtold(plain, &end);
    assert_int_equal(*end, '\0');
    return value;
}

/* "− 5" or "+ 5" -> what the labels count from. */
static long double offset_value(const mix_ticks *ticks) {
    if (ticks->offset[0] == '\0') {
        return 0;
    }
    return ticks->offset[0] == '+' ? -label_value(ticks->offset + 2) : label_value(ticks->offset + 4);
}

static void check_ticks(mix_range range, int most) {
    mix_ticks ticks = mix_ticks_find(range, most, false);
    long double offset = offset_value(&ticks), length = (long double)range.high - range.low, step = 0;
    assert_in_range(ticks.count, 1, most);
    for (int i = 0; i < ticks.count; i++) {
        long double value = label_value(ticks.label[i]) + offset;
        assert_true(ticks.t[i] >= 0 && ticks.t[i] <= 1);
        long double error = fabsl((value - range.low) / length - (long double)ticks.t[i]);
        /* A fraction of a pixel, whatever digits the doubles leave. */
        assert_true(error < (length > 1e-9L * fabsl(value) ? 1e-6L : 1e-3L));
        if (i > 0) {
            long double before = label_value(ticks.label[i - 1]) + offset;
            step = i == 1 ? value - before : step;
            assert_true(fabsl((value - before) / step - 1) < 1e-3L);
        }
    }
    if (ticks.count > 1) { /* 1, 2 or 5 times a power of ten */
        long double digit = step / powl(10, floorl(log10l(step) + 1e-6L));
        assert_true(fabsl(digit - 1) < 1e-3L || fabsl(digit - 2) < 1e-3L || fabsl(digit - 5) < 1e-3L);
        assert_true(ticks.count * 2.5 + 2 > most);
    }
}

static void ticks_are_round_and_where_their_labels_say(void **state) {
    (void)state;
    const mix_range ranges[] = {{0, 1},
                                {-1, 1},
                                {0.1, 0.2},
                                {1.3, 5.4},
                                {-3e-7, 8e-7},
                                {1e9, 1e9 + 2e-3},
                                {-1e9 - 1, -1e9},
                                {0, 1e300},
                                {-1e-300, 2e-300},
                                {-1.7e308, 1.7e308},
                                {1e15, 1e15 + 3e4},
                                {123456, 123457},
                                {-5e-324, 1},
                                {4.9999, 5.0001}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        for (int most = 2; most <= MIX_TICKS; most++) {
            check_ticks(mix_range_pad(ranges[i], 0.03), most);
        }
    }
}

static void ticks_are_round_in_any_range(void **state) {
    (void)state;
    uint64_t random = 1;
    for (int i = 0; i < 20000; i++) {
        double scale = pow(10, (double)(random_bits(&random) % 580) - 290);
        double a = ((double)(random_bits(&random) >> 11) * 0x1p-53 - 0.5) * scale;
        double width = pow(10, -(double)(random_bits(&random) % 9)) * scale;
        check_ticks(mix_range_pad((mix_range){a, a + width}, 0), 2 + (int)(random_bits(&random) % 11));
    }
}

static void whole_ticks_are_whole_numbers(void **state) {
    (void)state;
    mix_ticks ticks = mix_ticks_find((mix_range){-0.1, 3.2}, 10, true);
    assert_int_equal(ticks.count, 4);
    assert_string_equal(ticks.label[0], "0");
    assert_string_equal(ticks.label[3], "3");
}

static void labels_have_equal_decimals_and_a_minus_sign(void **state) {
    (void)state;
    mix_ticks ticks = mix_ticks_find((mix_range){-0.5, 0.5}, 3, false);
    assert_int_equal(ticks.count, 3);
    assert_string_equal(ticks.label[0], "\xe2\x88\x92"
                                        "0.5");
    assert_string_equal(ticks.label[1], "0.0");
    ticks = mix_ticks_find((mix_range){0, 2.1e7}, 3, false);
    assert_string_equal(ticks.label[1], "1e7");
    ticks = mix_ticks_find((mix_range){999999999.99, 1000000000.011}, 3, false);
    assert_string_equal(ticks.offset, "\xe2\x88\x92 1000000000");
    assert_string_equal(ticks.label[ticks.count - 1], "0.01");
}

static void scales_reach_the_ends_of_the_doubles(void **state) {
    (void)state;
    const mix_range ranges[] = {{-DBL_MAX, DBL_MAX}, {-1e-300, 1e-300}, {1e9, 1e9 + 1e-3}, {0, 1}};
    for (int i = 0; i < 4; i++) {
        mix_scale scale = {ranges[i], 100, 500, false};
        assert_close(mix_scale_at(&scale, ranges[i].low), 100, 0, 1e-9);
        assert_close(mix_scale_at(&scale, ranges[i].high), 500, 0, 1e-9);
        assert_close(mix_scale_at(&scale, mix_range_at(ranges[i], 0.5)), 300, 0, 0.1);
        assert_true(fabs(mix_scale_at(&scale, 1e308)) < 1e6 && fabs(mix_scale_at(&scale, -1e308)) < 1e6);
    }
}

static void ranges_without_length_get_one(void **state) {
    (void)state;
    const double values[] = {0, 5, -3, 1e300, 1e-300, -1.7e308, 5e-324};
    for (int i = 0; i < 7; i++) {
        mix_range range = mix_range_pad((mix_range){values[i], values[i]}, 0.03);
        assert_true(range.low < values[i] || values[i] == -1.7e308);
        assert_true(range.high > values[i] && isfinite(range.low) && isfinite(range.high));
        check_ticks(range, 5);
    }
    mix_range none = mix_range_pad(MIX_RANGE_EMPTY, 0.03);
    assert_true(none.low == 0 && none.high == 1);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_are_round_and_where_their_labels_say),
        cmocka_unit_test(ticks_are_round_in_any_range),
        cmocka_unit_test(whole_ticks_are_whole_numbers),
        cmocka_unit_test(labels_have_equal_decimals_and_a_minus_sign),
        cmocka_unit_test(scales_reach_the_ends_of_the_doubles),
        cmocka_unit_test(ranges_without_length_get_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
