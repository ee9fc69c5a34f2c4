/* test_data.c: rows in blocks, the frame in which they are fitted, counting distinct rows. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "data.h"
#include "random.h"

static const mix_cancel never = {NULL, NULL};
#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* A value that says where it belongs. */
static double cell(size_t row, size_t column) {
    return (double)row * 8 + (double)column + 0.25;
}

static mixture_data *one_column(const double *x, size_t rows) {
    return check_data(x, rows, 1);
}

static void standardize(mixture_data *data) {
    size_t column;
    mixture_error error = {MIXTURE_OK, ""};
    assert_int_equal(mix_data_standardize(data, true, &never, &column, &error), MIXTURE_OK);
}

/* ---- Appending ------------------------------------------------------------------------------------------- */

static void check_table(const mixture_data *data, size_t rows) {
    assert_int_equal(mixture_data_rows(data), rows);
    for (size_t row = 0; row < rows; row++) {
        for (size_t j = 0; j < 3; j++) {
            assert_true(mix_data_value(data, row, j) == cell(row, j));
        }
        assert_true(mix_data_weight(data, row) == cell(row, 3));
        assert_int_equal(mix_data_label(data, row), row % 7);
    }
}

/* The view that the kernels get: the same cells, aligned, 0 behind the last row. */
static void check_blocks(const mixture_data *data, size_t rows) {
    size_t seen = 0;
    for (size_t b = 0; b * MIX_BLOCK_ROWS < rows; b++) {
        mix_rows view = mix_data_block(data, b);
        assert_int_equal((uintptr_t)view.x % 64, 0);
        assert_true(view.padded % MIX_LANES == 0 && view.padded >= view.count);
        assert_true(view.padded < view.count + MIX_LANES);
        for (size_t r = 0; r < view.padded; r++) {
            bool there = r < view.count;
            for (size_t j = 0; j < 3; j++) {
                assert_true(view.x[j * view.stride + r] == (there ? cell(seen + r, j) : 0));
            }
            assert_true(view.weight[r] == (there ? cell(seen + r, 3) : 0));
            assert_true(view.label[r] == (there ? (double)((seen + r) % 7) : 0));
        }
        seen += view.count;
    }
    assert_int_equal(seen, rows);
}

static void rows_read_back_as_they_were_appended_at_every_size(void **state) {
    (void)state;
    const size_t sizes[] = {1, 7, 8, 9, 255, 256, 257, 512, 2047, 2048, 2049, 4608, 30000, 100000};
    mixture_data *data = mixture_data_new(3, MIXTURE_WEIGHTED | MIXTURE_LABELLED);
    assert_non_null(data);
    size_t next = 0;
    for (size_t row = 0; row < 100000; row++) {
        const double x[] = {cell(row, 0), cell(row, 1), cell(row, 2)};
        assert_int_equal(mixture_data_append(data, x, cell(row, 3), (int)(row % 7)), MIXTURE_OK);
        if (row + 1 == sizes[next]) {
            check_table(data, row + 1);
            check_blocks(data, row + 1);
            next++;
        }
    }
    assert_int_equal(next, LENGTH(sizes));
    mixture_data_free(data);
}

static void rows_of_weight_zero_are_absent_and_weights_are_ignored_where_there_are_none(void **state) {
    (void)state;
    const double near = 1, far = 1e300;
    mixture_data *data = mixture_data_new(1, MIXTURE_WEIGHTED), *plain = mixture_data_new(1, 0);
    assert_true(data != NULL && plain != NULL);
    for (int i = 0; i < 600; i++) {
        assert_int_equal(mixture_data_append(data, i % 2 ? &near : &far, i % 2, 0), MIXTURE_OK);
        assert_int_equal(mixture_data_append(plain, &near, 0, 0), MIXTURE_OK);
    }
    assert_int_equal(mixture_data_rows(data), 300);
    assert_int_equal(mixture_data_rows(plain), 600);
    for (size_t row = 0; row < 300; row++) {
        assert_true(mix_data_value(data, row, 0) == near);
        assert_true(mix_data_weight(plain, row) == 1);
    }
    mixture_data_free(data);
    mixture_data_free(plain);
}

/* ---- The frame ------------------------------------------------------------------------------------------- */

static bool is_power_of_two(double x) {
    int exponent;
    return frexp(x, &exponent) == 0.5;
}

/* The frame of a column gives every value back, to half an ulp of its distance from the center; the stored values
** have a deviation from 1 to 2 and the mean that rounding of the center leaves. */
static void check_frame(const double *x, size_t rows) {
    mixture_data *data = one_column(x, rows);
    standardize(data);
    double center = data->frame.center[0], scale = data->frame.scale[0];
    assert_true(is_power_of_two(scale));
    long double mean = 0, square = 0, original = 0;
    for (size_t i = 0; i < rows; i++) {
        original += (long double)x[i] / (long double)rows;
        mean += (long double)mix_data_value(data, i, 0) / (long double)rows;
    }
    for (size_t i = 0; i < rows; i++) {
        long double stored = (long double)mix_data_value(data, i, 0);
        long double back = (long double)center + (long double)scale * stored;
        long double deviation = (long double)x[i] - (long double)center;
        long double rounding = LDBL_MANT_DIG > 53 ? 0 : 2e-16L * fabsl(original); /* of this check itself */
        assert_true(fabsl(back - (long double)x[i]) <= fabsl(deviation) * 0x1p-53L + rounding);
        square += (stored - mean) * (stored - mean) / (long double)rows;
    }
    double ulp = nextafter(fabs(center), HUGE_VAL) - fabs(center);
    assert_close(center, (double)original, 0, ulp + 1e-15 * scale);
    assert_true(square >= 1 - 1e-6L && square < 4 + 1e-6L);
    assert_close(data->frame.variance[0], (double)square, 1e-9, (double)(2 * mean * mean));
    assert_true(data->total_weight == (double)rows);
    mixture_data_free(data);
}

static void values_come_back_from_the_frame_to_the_last_bit_of_their_deviation(void **state) {
    (void)state;
    enum { ROWS = 5000 };
    const double places[][2] = {{0, 1},    {1e9, 1e-3},  {-1e9, 1e-3}, {1e15, 1},      {3e8, 1},        {0, 1e-70},
                                {0, 1e70}, {1e80, 1e70}, {5e-3, 1e3},  {1e-70, 3e-72}, {0.1, 1e-17 * 5}};
    double *x = malloc(ROWS * sizeof(double));
    assert_non_null(x);
    mix_random random;
    mix_random_seed(&random, 1, 0);
    for (size_t p = 0; p < LENGTH(places); p++) {
        for (size_t i = 0; i < ROWS; i++) {
            x[i] = places[p][0] + places[p][1] * mix_random_normal(&random);
        }
        check_frame(x, ROWS);
    }
    free(x);
}

static void a_constant_column_is_centered_exactly_and_measured_in_its_own_size(void **state) {
    (void)state;
    const double values[] = {0, 1, -3, 1e9, 0.1, 1e300, -1.7e308, 5e-324, 1e-300};
    for (size_t v = 0; v < LENGTH(values); v++) {
        double x[700];
        for (size_t i = 0; i < LENGTH(x); i++) {
            x[i] = values[v];
        }
        mixture_data *data = one_column(x, LENGTH(x));
        standardize(data);
        double scale = data->frame.scale[0];
        assert_true(data->frame.center[0] == values[v]);
        assert_true(data->frame.variance[0] == 1);
        assert_true(is_power_of_two(scale));
        if (fabs(values[v]) > 1e-75 && fabs(values[v]) < 1e75) {
            assert_true(scale <= fabs(values[v]) && fabs(values[v]) < 2 * scale);
        }
        for (size_t i = 0; i < LENGTH(x); i++) {
            assert_true(mix_data_value(data, i, 0) == 0);
        }
        mixture_data_free(data);
    }
}

static void the_center_is_the_weighted_mean_and_the_variance_the_weighted_one(void **state) {
    (void)state;
    mixture_data *data = mixture_data_new(1, MIXTURE_WEIGHTED);
    assert_non_null(data);
    const double x[] = {10, 20, 40}, weights[] = {1, 3, 0.5};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(mixture_data_append(data, &x[i], weights[i], 0), MIXTURE_OK);
    }
    standardize(data);
    assert_close(data->total_weight * data->weight_unit, 4.5, 0, 0);
    assert_close(data->frame.center[0], 20, 1e-15, 0); /* 90 / 4.5 */
    assert_close(data->frame.scale[0], 8, 0, 0);       /* sqrt(300 / 4.5) = 8.16 */
    assert_close(data->frame.variance[0], 300 / 4.5 / 64, 1e-15, 0);
    mixture_data_free(data);
}

static void standardizing_happens_once_and_can_leave_values_alone(void **state) {
    (void)state;
    const double x[] = {1, 2, 4, 8};
    mixture_data *moved = one_column(x, 4), *counts = one_column(x, 4);
    standardize(moved);
    double once = mix_data_value(moved, 3, 0);
    standardize(moved);
    assert_true(mix_data_value(moved, 3, 0) == once);
    size_t column;
    assert_int_equal(mix_data_standardize(counts, false, &never, &column, NULL), MIXTURE_OK);
    assert_true(counts->frame.center[0] == 0 && counts->frame.scale[0] == 1 && counts->total_weight == 4);
    for (size_t i = 0; i < 4; i++) {
        assert_true(mix_data_value(counts, i, 0) == x[i]);
    }
    mixture_data_free(moved);
    mixture_data_free(counts);
}

static void a_deviation_whose_square_no_double_holds_is_refused_and_nothing_moves(void **state) {
    (void)state;
    const double extremes[][2] = {{0, 1e-77}, {0, 5e-324}, {-1e77, 1e77}, {0, 1e300}, {-DBL_MAX, DBL_MAX}};
    for (size_t e = 0; e < LENGTH(extremes); e++) {
        mixture_data *data = mixture_data_new(2, 0);
        assert_non_null(data);
        for (size_t i = 0; i < 300; i++) {
            const double x[] = {(double)i, extremes[e][i % 2]};
            assert_int_equal(mixture_data_append(data, x, 1, 0), MIXTURE_OK);
        }
        size_t column = 9;
        mixture_error error = {MIXTURE_OK, ""};
        assert_int_equal(mix_data_standardize(data, true, &never, &column, &error), MIXTURE_INVALID);
        assert_int_equal(error.status, MIXTURE_INVALID);
        assert_int_equal(column, 1);
        assert_ptr_equal(strstr(error.text, "has standard deviation "), error.text);
        assert_null(strstr(error.text, "nan"));
        for (size_t i = 0; i < 300; i++) {
            assert_true(mix_data_value(data, i, 0) == (double)i);
            assert_true(mix_data_value(data, i, 1) == extremes[e][i % 2]);
        }
        mixture_data_free(data);
    }
}

/* ---- Distinct rows --------------------------------------------------------------------------------------- */

static size_t distinct(const mixture_data *data, size_t limit) {
    size_t found = 999;
    assert_int_equal(mix_data_distinct(data, limit, &never, NULL, &found), MIXTURE_OK);
    return found;
}

static void distinct_rows_are_counted_up_to_the_limit(void **state) {
    (void)state;
    mixture_data *data = mixture_data_new(2, 0);
    assert_non_null(data);
    for (size_t i = 0; i < 3000; i++) { /* 6 values by 35 values, in every combination: 210 */
        const double x[] = {(double)(i % 6), (double)(i % 35) * 0.1};
        assert_int_equal(mixture_data_append(data, x, 1, 0), MIXTURE_OK);
    }
    const size_t limits[] = {1, 2, 7, 8, 9, 209, 210, 211, 3000, 100000};
    for (size_t i = 0; i < LENGTH(limits); i++) {
        assert_int_equal(distinct(data, limits[i]), limits[i] < 210 ? limits[i] : 210);
    }
    mixture_data_free(data);
}

static void minus_zero_is_zero_and_the_next_double_is_another_row(void **state) {
    (void)state;
    const double x[] = {0, -0.0, 0, 5e-324, -0.0}, close[] = {1, 1 + DBL_EPSILON, 1};
    const double pairs[][2] = {
        {0, 1}, {-0.0, 1}, {0, 2}, {-0.0, 2}}; /* a sign in front spreads to all of a hash */
    mixture_data *zeros = one_column(x, 5), *ones = one_column(close, 3), *two = check_data(pairs[0], 4, 2);
    assert_int_equal(distinct(zeros, 10), 2);
    assert_int_equal(distinct(ones, 10), 2);
    assert_int_equal(distinct(two, 10), 2);
    mixture_data_free(zeros);
    mixture_data_free(ones);
    mixture_data_free(two);
}

/* ---- Cancelling ------------------------------------------------------------------------------------------ */

static bool count_down(void *host) {
    return --*(int *)host < 0;
}

static void cancelling_is_honoured_and_leaves_the_values_alone(void **state) {
    (void)state;
    double x[1000];
    for (size_t i = 0; i < LENGTH(x); i++) {
        x[i] = (double)i;
    }
    mixture_data *data = one_column(x, LENGTH(x));
    int left = 0;
    mix_cancel cancel = {count_down, &left};
    size_t column, found;
    mixture_error error = {MIXTURE_OK, "x"};
    assert_int_equal(mix_data_standardize(data, true, &cancel, &column, &error), MIXTURE_CANCELLED);
    assert_string_equal(error.text, "");
    assert_true(mix_data_value(data, 999, 0) == 999);
    left = 2;
    assert_int_equal(mix_data_distinct(data, 1000, &cancel, NULL, &found), MIXTURE_CANCELLED);
    left = 4; /* asked once a block: there are four */
    assert_int_equal(mix_data_distinct(data, 1000, &cancel, NULL, &found), MIXTURE_OK);
    assert_int_equal(found, 1000);
    standardize(data); /* and a further attempt succeeds */
    assert_true(data->frame.center[0] == 499.5);
    mixture_data_free(data);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_read_back_as_they_were_appended_at_every_size),
        cmocka_unit_test(rows_of_weight_zero_are_absent_and_weights_are_ignored_where_there_are_none),
        cmocka_unit_test(values_come_back_from_the_frame_to_the_last_bit_of_their_deviation),
        cmocka_unit_test(a_constant_column_is_centered_exactly_and_measured_in_its_own_size),
        cmocka_unit_test(the_center_is_the_weighted_mean_and_the_variance_the_weighted_one),
        cmocka_unit_test(standardizing_happens_once_and_can_leave_values_alone),
        cmocka_unit_test(a_deviation_whose_square_no_double_holds_is_refused_and_nothing_moves),
        cmocka_unit_test(distinct_rows_are_counted_up_to_the_limit),
        cmocka_unit_test(minus_zero_is_zero_and_the_next_double_is_another_row),
        cmocka_unit_test(cancelling_is_honoured_and_leaves_the_values_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
