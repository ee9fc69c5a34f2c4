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

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorted_as_by_the_c_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
