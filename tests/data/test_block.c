/* test_block.c: rows that wait for a block, beside the same rows in a plain array. */
#include <math.h>

#include "block.h"
#include "counted.h"

enum { D = 3 };

/* Value j of the row that was added after `row` others: no two are alike. */
static double value(size_t row, size_t j) {
    return (double)(row * D + j) + 0.25;
}

static bool add(mix_block *block, size_t row) {
    double x[D];
    for (size_t j = 0; j < D; j++) {
        x[j] = value(row, j);
    }
    return mix_block_add(block, x);
}

/* The block has `count` rows, the first of which is row `first` of all that were added. */
static void check_rows(const mix_block *block, size_t first, size_t count) {
    mix_rows rows = mix_block_rows(block);
    assert_int_equal(rows.count, count);
    assert_int_equal(rows.padded % MIX_LANES, 0);
    assert_true(rows.padded >= count && rows.padded < count + MIX_LANES);
    assert_true(rows.weight == NULL && rows.label == NULL);
    for (size_t r = 0; r < count; r++) {
        double x[D + 1] = {[D] = -1};
        mix_block_row(block, r, x);
        for (size_t j = 0; j < D; j++) {
            assert_true(rows.x[j * rows.stride + r] == value(first + r, j));
            assert_true(x[j] == value(first + r, j));
        }
        assert_true(x[D] == -1);
    }
    for (size_t i = 0; i < D * rows.stride; i++) {
        assert_true(isfinite(rows.x[i])); /* a kernel may look at lanes that are no rows */
    }
}

static void rows_wait_in_their_order_until_a_block_is_full(void **state) {
    (void)state;
    mix_block block;
    assert_true(mix_block_begin(&block, D));
    check_rows(&block, 0, 0);
    size_t first = 0;
    for (size_t row = 0; row < 2 * MIX_BLOCK_ROWS + 77; row++) {
        bool full = add(&block, row);
        assert_true(full == ((row + 1) % MIX_BLOCK_ROWS == 0));
        check_rows(&block, first, row + 1 - first);
        if (full) {
            mix_block_empty(&block);
            first = row + 1;
            check_rows(&block, first, 0);
        }
    }
    assert_int_equal(block.count, 77);
    mix_block_clear(&block);
}

static void a_block_without_memory_can_be_cleared(void **state) {
    (void)state;
    mix_block block;
    blocks_left = 0;
    assert_false(mix_block_begin(&block, D));
    mix_block_clear(&block);
    mix_block_clear(&block);
    blocks_left = INT32_MAX;
    assert_false(mix_block_begin(&block, SIZE_MAX / sizeof(double)));
    mix_block_clear(&block);
}

static void a_row_is_complete_unless_any_value_is_missing(void **state) {
    (void)state;
    double x[] = {1, -INFINITY, 0, 1e308};
    assert_true(mix_block_complete(x, 4));
    assert_true(mix_block_complete(x, 0));
    for (size_t j = 0; j < 4; j++) {
        double kept = x[j];
        x[j] = (double)NAN;
        assert_false(mix_block_complete(x, 4));
        assert_true(mix_block_complete(x, j));
        x[j] = kept;
    }
}

#define COUNTED(test) cmocka_unit_test_setup_teardown(test, count_allocations, check_that_nothing_leaked)

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        COUNTED(rows_wait_in_their_order_until_a_block_is_full),
        COUNTED(a_block_without_memory_can_be_cleared),
        COUNTED(a_row_is_complete_unless_any_value_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
