/* test_kept.c: columns that are kept beside the rows of a table, and what becomes of them. */
#include "kept.h"

#include <math.h>
#include <stdlib.h>

#include "check.h"

enum { ROWS = 300 };

/* The square of each value times *what, and a column of ones. */
static void square(const void *what, const mix_rows *rows, double *made) {
    const double *times = what;
    for (size_t r = 0; r < rows->padded; r++) {
        made[r] = *times * rows->x[r] * rows->x[r];
        made[rows->stride + r] = 1;
    }
}

static mixture_data *table(void) {
    mixture_data *data = mixture_data_new(1, 0);
    assert_non_null(data);
    for (int i = 0; i < ROWS; i++) {
        const double x = i + 1;
        assert_int_equal(mixture_data_append(data, &x, 1, 0), MIXTURE_OK);
    }
    return data;
}

static void check_squares(const mixture_data *data, double times) {
    for (size_t b = 0; b < data->block_count; b++) {
        const mix_rows rows = mix_data_block(data, b);
        assert_non_null(rows.kept);
        assert_int_equal((uintptr_t)rows.kept % 64, 0);
        for (size_t r = 0; r < rows.padded; r++) {
            double x = (double)(b * MIX_BLOCK_ROWS + r + 1);
            assert_close(rows.kept[r], r < rows.count ? times * x * x : 0, 0, 0);
            assert_close(rows.kept[rows.stride + r], r < rows.count, 0, 0);
        }
    }
}

static void what_is_kept_stands_beside_its_rows_until_there_are_others(void **state) {
    (void)state;
    const double once = 1, twice = 2, more = 0;
    mixture_data *data = table();
    assert_null(mix_data_block(data, 0).kept);
    assert_int_equal(mix_kept_make(data, 2, square, &once, NULL), MIXTURE_OK);
    check_squares(data, 1);
    assert_int_equal(mix_kept_make(data, 2, square, &twice, NULL), MIXTURE_OK);
    check_squares(data, 2);
    assert_int_equal(mixture_data_append(data, &more, 1, 0), MIXTURE_OK);
    assert_null(mix_data_block(data, 0).kept);
    assert_int_equal(mix_kept_make(data, 0, square, &once, NULL), MIXTURE_OK);
    assert_null(mix_data_block(data, 1).kept);
    mixture_data_free(data);
}

static bool stop(void *host) {
    (void)host;
    return true;
}

static void whoever_is_told_to_stop_keeps_nothing(void **state) {
    (void)state;
    const double once = 1;
    const mix_cancel cancel = {stop, NULL};
    mixture_data *data = table();
    assert_int_equal(mix_kept_make(data, 2, square, &once, &cancel), MIXTURE_CANCELLED);
    assert_null(data->kept);
    mixture_data_free(data);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_kept_stands_beside_its_rows_until_there_are_others),
        cmocka_unit_test(whoever_is_told_to_stop_keeps_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
