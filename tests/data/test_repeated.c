/* test_repeated.c: columns that are linear functions of others. */
#include <math.h>

#include "check.h"
#include "repeated.h"

enum { ROWS = 6 };

static void check_pair(const double *x, size_t d, size_t column, size_t of) {
    mixture_data *data = check_data(x, ROWS, d);
    mix_repeated pair;
    assert_true(mix_repeated_find(data, NULL, &pair));
    assert_int_equal(pair.column, column);
    assert_int_equal(pair.of, of);
    mixture_data_free(data);
}

/* Three columns: i, its square, and what f makes of them. */
static void fill(double *x, double (*f)(double i, double square)) {
    for (size_t i = 0; i < ROWS; i++) {
        x[3 * i] = (double)i;
        x[3 * i + 1] = (double)(i * i);
        x[3 * i + 2] = f((double)i, (double)(i * i));
    }
}

static double same(double i, double square) {
    (void)i;
    return square;
}

static double turned(double i, double square) {
    (void)square;
    return 1e6 - 0.1 * i;
}

static double nearly(double i, double square) {
    (void)square;
    return i == 3 ? 3.0001 : i;
}

static double sum(double i, double square) {
    return i + square;
}

static double constant(double i, double square) {
    (void)i;
    (void)square;
    return 7;
}

static void a_column_that_repeats_another_is_found(void **state) {
    (void)state;
    double x[3 * ROWS];
    fill(x, same);
    check_pair(x, 3, 2, 1);
    fill(x, turned);
    check_pair(x, 3, 2, 0);
}

static void others_repeat_none(void **state) {
    (void)state;
    double x[3 * ROWS];
    double (*const functions[])(double, double) = {nearly, sum, constant};
    for (size_t i = 0; i < 3; i++) {
        fill(x, functions[i]);
        check_pair(x, 3, 3, 3);
    }
    const double row[ROWS] = {1, 2, 4, 8, 9, 5};
    check_pair(row, 1, 1, 1);
}

static bool enough(void *host) {
    (void)host;
    return true;
}

static void it_can_be_stopped(void **state) {
    (void)state;
    enum { MANY = 1 << 20 };
    const mix_cancel cancel = {enough, NULL};
    mixture_data *data = mixture_data_new(2, 0);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(mixture_data_append(data, (double[]){(double)i, (double)i}, 1, 0), MIXTURE_OK);
    }
    mix_repeated pair;
    assert_false(mix_repeated_find(data, &cancel, &pair));
    mixture_data_free(data);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_column_that_repeats_another_is_found),
        cmocka_unit_test(others_repeat_none),
        cmocka_unit_test(it_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
