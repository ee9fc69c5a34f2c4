/* test_histogram.c: bars hold just the values between their edges, in any order and at any scale; samples of
** points are bounded, fair and the same again. */
#include "histogram.h"

#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "counted.h"
#include "memory.h"
#include "plot_points.h"

static double uniform(uint64_t *random) {
    return (double)(random_bits(random) >> 11) * 0x1p-53;
}

/* All values are in the bars and each bar has those between its edges; a value within a billionth of a bar's width
** of an edge may be on either side. */
static void check_bars(const double *values, size_t n) {
    mix_histogram histogram = {0};
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(mix_histogram_add(&histogram, values[i]), MIXTURE_OK);
    }
    mix_bar *bars;
    size_t count;
    assert_int_equal(mix_histogram_bars(&histogram, 0, &bars, &count), MIXTURE_OK);
    assert_in_range(count, 1, 160);
    double total = 0;
    for (size_t b = 0; b < count; b++) {
        size_t surely = 0, possibly = 0;
        double slack = 1e-9 * bars[b].high - 1e-9 * bars[b].low + 1e-15 * fabs(bars[b].low);
        for (size_t i = 0; i < n; i++) {
            surely += values[i] >= bars[b].low + slack && values[i] < bars[b].high - slack ? 1 : 0;
            possibly += values[i] >= bars[b].low - slack && values[i] < bars[b].high + slack ? 1 : 0;
        }
        assert_true(bars[b].share * (double)n > (double)surely - 1e-6);
        assert_true(bars[b].share * (double)n < (double)possibly + 1e-6);
        assert_true(b == 0 || bars[b].low == bars[b - 1].high);
        total += bars[b].share;
    }
    assert_close(total, 1, 0, 1e-12);
    mix_memory_free(bars);
    mix_histogram_free(&histogram);
}

static void bars_hold_the_values_between_their_edges(void **state) {
    (void)state;
    enum { N = 5000 };
    static double values[N];
    const double scales[] = {1, 1e-12, 1e12, 1e-290, 1e290};
    uint64_t random = 3;
    for (int s = 0; s < 5; s++) {
        for (size_t n = 1; n <= N; n = n * 3 + 1) {
            for (size_t i = 0; i < n; i++) {
                values[i] = scales[s] * (uniform(&random) + uniform(&random) - 0.7);
            }
            check_bars(values, n);
        }
    }
}

static void values_far_beyond_the_first_ones_make_the_cells_wider(void **state) {
    (void)state;
    enum { N = 6000 };
    static double values[N];
    uint64_t random = 5;
    for (size_t i = 0; i < N; i++) { /* ever farther out, in both directions */
        values[i] = (uniform(&random) - 0.5) * pow(10, (double)i / 1000);
    }
    check_bars(values, N);
    values[N - 1] = 1e300;
    values[N - 2] = -1.7e308;
    check_bars(values, N);
}

static void decimals_fall_into_the_bar_that_begins_with_them(void **state) {
    (void)state;
    mix_histogram histogram = {0};
    for (int i = 0; i < 3000; i++) { /* 0.0, 0.1, ... 2.9: 100 each */
        assert_int_equal(mix_histogram_add(&histogram, (i % 30) / 10.0), MIXTURE_OK);
    }
    mix_bar *bars;
    size_t count;
    assert_int_equal(mix_histogram_bars(&histogram, 0.1, &bars, &count), MIXTURE_OK);
    for (size_t b = 0; b < count; b++) {
        assert_close(bars[b].share, (bars[b].high - bars[b].low) / 3, 1e-9, 0);
    }
    mix_memory_free(bars);
    mix_histogram_free(&histogram);
}

static void integers_stand_in_the_middle_of_their_bars(void **state) {
    (void)state;
    mix_histogram histogram = {0};
    for (int i = 0; i < 3000; i++) { /* 1 to 5, 600 each */
        assert_int_equal(mix_histogram_add(&histogram, 1 + i % 5), MIXTURE_OK);
    }
    mix_bar *bars;
    size_t count;
    assert_int_equal(mix_histogram_bars(&histogram, 0, &bars, &count), MIXTURE_OK);
    assert_int_equal(count, 5);
    for (size_t b = 0; b < count; b++) {
        assert_close(bars[b].low, 0.5 + (double)b, 1e-12, 0);
        assert_close(bars[b].high, 1.5 + (double)b, 1e-12, 0);
        assert_close(bars[b].share, 0.2, 1e-12, 0);
    }
    mix_memory_free(bars);
    mix_histogram_free(&histogram);
}

static void a_constant_and_nothing_at_all_have_bars(void **state) {
    (void)state;
    double same[2000];
    const double values[] = {0, 7, -1e300, 1e-300};
    for (int v = 0; v < 4; v++) {
        for (int i = 0; i < 2000; i++) {
            same[i] = values[v];
        }
        check_bars(same, 1);
        check_bars(same, 2000);
    }
    mix_histogram histogram = {0};
    mix_bar *bars;
    size_t count = 1;
    assert_int_equal(mix_histogram_bars(&histogram, 0, &bars, &count), MIXTURE_OK);
    assert_null(bars);
    assert_int_equal(count, 0);
}

/* ---- Points ---------------------------------------------------------------------------------------------- */

static void a_sample_of_points_is_bounded_fair_and_the_same_again(void **state) {
    (void)state;
    enum { ROWS = 100000, LIMIT = 2000 };
    mix_plot_points points[2] = {{.d = 1, .limit = LIMIT}, {.d = 1, .limit = LIMIT}};
    for (int p = 0; p < 2; p++) {
        for (int i = 0; i < ROWS; i++) {
            double x = i;
            assert_int_equal(mix_plot_points_add(&points[p], &x), MIXTURE_OK);
        }
        assert_int_equal(points[p].count, LIMIT);
    }
    assert_memory_equal(points[0].x, points[1].x, LIMIT * sizeof(double));
    double tenths[10] = {0};
    for (int i = 0; i < LIMIT; i++) {
        tenths[(int)(points[0].x[i] / (ROWS / 10))]++;
    }
    for (int t = 0; t < 10; t++) { /* 200 each, to five standard errors */
        assert_close(tenths[t], LIMIT / 10, 0, 5 * sqrt(LIMIT * 0.1 * 0.9));
    }
    mix_plot_points_free(&points[0]);
    mix_plot_points_free(&points[1]);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        counted_test(bars_hold_the_values_between_their_edges),
        counted_test(values_far_beyond_the_first_ones_make_the_cells_wider),
        counted_test(decimals_fall_into_the_bar_that_begins_with_them),
        counted_test(integers_stand_in_the_middle_of_their_bars),
        counted_test(a_constant_and_nothing_at_all_have_bars),
        counted_test(a_sample_of_points_is_bounded_fair_and_the_same_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
