/* test_sort.c: what is sorted rises, holds what it held before, and nothing around it is touched. */
#include "sort.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "counted.h"

enum { MOST = 3000, FENCE = 2 };

static int compare(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* Numbers of a kind: many ties; in order; the other way round; with infinities and zeros of both signs. */
static double number(int kind, size_t i, uint64_t *random) {
    static const double few[] = {-INFINITY, INFINITY, 0.0, -0.0, 1e308, -1e308, 5e-324};
    switch (kind) {
    case 0:
        return (double)(random_bits(random) >> 11) * 0x1p-53 - 0.5;
    case 1:
        return (double)(random_bits(random) % 5);
    case 2:
        return (double)i;
    case 3:
        return -(double)i;
    default:
        return few[random_bits(random) % 7];
    }
}

static void sorted_as_by_the_c_library(void **state) {
    (void)state;
    static double x[MOST + 2 * FENCE], expected[MOST];
    uint64_t random = 1;
    for (int kind = 0; kind < 5; kind++) {
        for (size_t count = 0; count <= MOST; count += 1 + count / 3) {
            for (size_t i = 0; i < count + 2 * FENCE; i++) {
                x[i] = i < FENCE || i >= count + FENCE ? 77 : number(kind, i, &random);
            }
            memcpy(expected, x + FENCE, count * sizeof *x);
            qsort(expected, count, sizeof *expected, compare);
            mix_sort_rising(x + FENCE, count);
            for (size_t i = 0; i < count; i++) {
                assert_true(x[FENCE + i] == expected[i]);
            }
            assert_true(x[0] == 77 && x[1] == 77 && x[FENCE + count] == 77 && x[FENCE + count + 1] == 77);
        }
    }
}

/* By tens, and then as they come. */
static bool by_tens(void *context, uint32_t a, uint32_t b) {
    const uint32_t *values = context;
    return values[a] / 10 != values[b] / 10 ? values[a] / 10 < values[b] / 10 : a < b;
}

static void numbers_of_things_are_in_the_order_of_the_things(void **state) {
    (void)state;
    uint64_t random = 2;
    for (size_t count = 0; count < 400; count += 1 + count / 7) {
        uint32_t values[400] = {0}, numbers[400];
        bool seen[400] = {false};
        for (uint32_t i = 0; i < count; i++) {
            values[i] = (uint32_t)(random_bits(&random) % 300);
            numbers[i] = i;
        }
        mix_sort_numbers(numbers, count, by_tens, values);
        for (size_t i = 0; i < count; i++) {
            assert_false(seen[numbers[i]]);
            seen[numbers[i]] = true;
            assert_true(i == 0 || by_tens(values, numbers[i - 1], numbers[i]));
        }
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorted_as_by_the_c_library),
        cmocka_unit_test(numbers_of_things_are_in_the_order_of_the_things),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
