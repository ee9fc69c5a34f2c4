/* test_kernel.c: densities and scatter by the kernel of every instruction set this machine runs, held against
** plain loops in long double. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "kernel.h"
#include "linalg.h"
#include "random.h"

enum { MOST_COLUMNS = 33, MOST_STATISTICS = 1 + MOST_COLUMNS + MOST_COLUMNS * 34 / 2 };

/* Odd and even sizes around the kernels' tiles of 4 x 4 columns, of which each remainder occurs with few tiles and
** with many, vectors of 8 and panels of 32 rows. */
static const size_t columns[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 33};
static const size_t counts[] = {1, 7, 8, 31, 32, 33, 255, 256};
#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* A block of random rows. What is in the padding is finite but not 0, so that a lane that counted would show. */
typedef struct block {
    mix_rows rows;
    double x[MOST_COLUMNS * MIX_BLOCK_ROWS], weight[MIX_BLOCK_ROWS];
    double mean[MOST_COLUMNS], factor[MOST_COLUMNS * 34 / 2];
} block;

/* Sums whose terms may cancel are right to 1e-12 of the sum of the terms' sizes. */
static void check_sum(const mix_kernel *kernel, const char *what, double got, long double want, long double size) {
    if (!(fabsl((long double)got - want) <= 1e-12L * size)) {
        fail_msg("%s of kernel %s is %.17g; expected %.17Lg", what, kernel->name, got, want);
    }
}

static block *make_block(size_t d, size_t count, mix_random *random) {
    block *made = calloc(1, sizeof *made);
    assert_non_null(made);
    made->rows = (mix_rows){
        .x = made->x,
        .stride = MIX_BLOCK_ROWS,
        .count = count,
        .padded = (count + MIX_LANES - 1) / MIX_LANES * MIX_LANES,
    };
    for (size_t i = 0; i < d * MIX_BLOCK_ROWS; i++) {
        made->x[i] = 2 + 3 * mix_random_normal(random);
    }
    for (size_t r = 0; r < MIX_BLOCK_ROWS; r++) {
        made->weight[r] = r % 5 == 3 ? 0 : 4 * mix_random_uniform(random);
    }
    for (size_t j = 0; j < d; j++) {
        made->mean[j] = mix_random_normal(random);
    }
    for (size_t i = 0; i < mix_linalg_packed(d); i++) {
        made->factor[i] = mix_random_normal(random);
    }
    return made;
}

typedef void block_check(const mix_kernel *kernel, block *made, size_t d);

static void for_each_kernel_and_block(block_check *check) {
    for (const mix_kernel *const *next = mix_kernel_all(); *next != NULL; next++) {
        mix_random random;
        mix_random_seed(&random, 7, 0);
        for (size_t i = 0; i < LENGTH(columns) && (*next)->supported(); i++) {
            for (size_t j = 0; j < LENGTH(counts); j++) {
                block *made = make_block(columns[i], counts[j], &random);
                check(*next, made, columns[i]);
                free(made);
            }
        }
    }
}

/* ---- Log density ----------------------------------------------------------------------------------------- */

static double out[MIX_BLOCK_ROWS], of_base[MIX_BLOCK_ROWS];
static double scratch[2 * MOST_COLUMNS * MIX_BLOCK_ROWS];

/* -|W (x - mean)|^2 / 2 + log_norm of row r; its terms' sizes in *size. */
static long double slow_density(const block *made, size_t d, size_t r, bool axis, long double log_norm,
                                long double *size) {
    long double distance = 0, terms = 0;
    for (size_t i = 0; i < d; i++) {
        long double z = 0, absolute = 0;
        for (size_t j = axis ? i : 0; j <= i; j++) {
            long double w = (long double)made->factor[axis ? i : mix_linalg_at(i, j)];
            long double term = w * ((long double)made->x[j * MIX_BLOCK_ROWS + r] - (long double)made->mean[j]);
            z += term;
            absolute += fabsl(term);
        }
        distance += z * z;
        terms += absolute * absolute;
    }
    *size = fabsl(log_norm) + terms / 2;
    return log_norm - distance / 2;
}

static void run_density(const mix_kernel *kernel, const block *made, size_t d, bool axis, double *densities) {
    if (axis) {
        kernel->log_density_axis(&made->rows, d, made->mean, made->factor, -1.25, densities);
    } else {
        kernel->log_density(&made->rows, d, made->mean, made->factor, -1.25, densities, scratch);
    }
}

static void check_density(const mix_kernel *kernel, block *made, size_t d, bool axis) {
    for (size_t r = 0; r < MIX_BLOCK_ROWS; r++) {
        out[r] = 77;
    }
    run_density(kernel, made, d, axis, out);
    run_density(mix_kernel_all()[0], made, d, axis, of_base);
    for (size_t r = 0; r < made->rows.count; r++) {
        long double size, want = slow_density(made, d, r, axis, -1.25L, &size);
        check_sum(kernel, "a log density", out[r], want, size);
        check_sum(kernel, "a log density beside base", out[r], (long double)of_base[r], size);
    }
    for (size_t r = made->rows.padded; r < MIX_BLOCK_ROWS; r++) {
        assert_true(out[r] == 77);
    }
}

static void check_full_density(const mix_kernel *kernel, block *made, size_t d) {
    check_density(kernel, made, d, false);
}

static void check_axis_density(const mix_kernel *kernel, block *made, size_t d) {
    check_density(kernel, made, d, true);
}

static void log_densities_are_those_of_plain_loops(void **state) {
    (void)state;
    for_each_kernel_and_block(check_full_density);
    for_each_kernel_and_block(check_axis_density);
}

static void check_overflow(const mix_kernel *kernel, block *made, size_t d) {
    /* Squares overflow; with several columns infinities of both signs meet, which is no number. */
    for (size_t j = 0; j < d; j++) {
        made->mean[j] = j % 2 == 0 ? 1e300 : -1e300;
    }
    for (size_t i = 0; i < mix_linalg_packed(d); i++) {
        made->factor[i] = 1e100;
    }
    for (int axis = 0; axis < 2; axis++) {
        run_density(kernel, made, d, axis == 1, out);
        for (size_t r = 0; r < made->rows.padded; r++) {
            assert_true(out[r] == MIX_LOG_DENSITY_FLOOR);
        }
    }
}

static void log_densities_beyond_a_double_stay_at_the_floor(void **state) {
    (void)state;
    for_each_kernel_and_block(check_overflow);
}

/* ---- Scatter --------------------------------------------------------------------------------------------- */

static void check_scatter(const mix_kernel *kernel, block *made, size_t d, bool axis) {
    static double got[MOST_STATISTICS], base[MOST_STATISTICS];
    static long double want[MOST_STATISTICS], size[MOST_STATISTICS];
    size_t entries = 1 + d + (axis ? d : mix_linalg_packed(d));
    for (size_t i = 0; i < entries; i++) {
        got[i] = base[i] = (double)i; /* added to, not overwritten */
        want[i] = size[i] = (long double)i;
    }
    double *resp = made->weight; /* any will do; 0 in the padding, as posterior leaves it */
    for (size_t r = made->rows.count; r < MIX_BLOCK_ROWS; r++) {
        resp[r] = 0;
    }
    for (size_t r = 0; r < made->rows.count; r++) {
        long double term[MOST_STATISTICS], weight = (long double)resp[r];
        size_t at = 1 + d;
        term[0] = weight;
        for (size_t i = 0; i < d; i++) {
            long double x = (long double)made->x[i * MIX_BLOCK_ROWS + r] - (long double)made->mean[i];
            term[1 + i] = weight * x;
            for (size_t j = axis ? i : 0; j <= i; j++, at++) {
                term[at] =
                    weight * x * ((long double)made->x[j * MIX_BLOCK_ROWS + r] - (long double)made->mean[j]);
            }
        }
        for (size_t i = 0; i < entries; i++) {
            want[i] += term[i];
            size[i] += fabsl(term[i]);
        }
    }
    const mix_kernel *kernels[] = {kernel, mix_kernel_all()[0]};
    for (size_t i = 0; i < 2; i++) {
        double *statistics = i == 0 ? got : base;
        if (axis) {
            kernels[i]->scatter_axis(&made->rows, d, made->mean, resp, statistics);
        } else {
            kernels[i]->scatter(&made->rows, d, made->mean, resp, statistics, scratch);
        }
    }
    for (size_t i = 0; i < entries; i++) {
        check_sum(kernel, "a statistic", got[i], want[i], size[i]);
        check_sum(kernel, "a statistic beside base", got[i], (long double)base[i], size[i]);
    }
}

static void check_full_scatter(const mix_kernel *kernel, block *made, size_t d) {
    check_scatter(kernel, made, d, false);
}

static void check_axis_scatter(const mix_kernel *kernel, block *made, size_t d) {
    check_scatter(kernel, made, d, true);
}

static void scatters_are_those_of_plain_loops(void **state) {
    (void)state;
    for_each_kernel_and_block(check_full_scatter);
    for_each_kernel_and_block(check_axis_scatter);
}

/* ---- Counts ---------------------------------------------------------------------------------------------- */

static void check_counts(const mix_kernel *kernel, block *made, size_t d) {
    kernel->linear(&made->rows, d, made->factor, 0.5, out);
    mix_kernel_all()[0]->linear(&made->rows, d, made->factor, 0.5, of_base);
    double got[1 + MOST_COLUMNS] = {3, 5}, base[1 + MOST_COLUMNS] = {3, 5}; /* added to, not overwritten */
    long double want[1 + MOST_COLUMNS] = {3, 5}, size[1 + MOST_COLUMNS] = {3, 5};
    for (size_t r = made->rows.count; r < MIX_BLOCK_ROWS; r++) {
        made->weight[r] = 0;
    }
    for (size_t r = 0; r < made->rows.count; r++) {
        long double sum = 0, absolute = 0, weight = (long double)made->weight[r];
        want[0] += weight;
        size[0] += weight;
        for (size_t j = 0; j < d; j++) {
            long double x = (long double)made->x[j * MIX_BLOCK_ROWS + r], term = x * (long double)made->factor[j];
            sum += term;
            absolute += fabsl(term);
            want[1 + j] += weight * x;
            size[1 + j] += weight * fabsl(x);
        }
        check_sum(kernel, "a linear function", out[r], sum - 0.5L, absolute + 0.5L);
        check_sum(kernel, "a linear function beside base", out[r], (long double)of_base[r], absolute + 0.5L);
    }
    kernel->sums(&made->rows, d, made->weight, got);
    mix_kernel_all()[0]->sums(&made->rows, d, made->weight, base);
    for (size_t i = 0; i <= d; i++) {
        check_sum(kernel, "a sum", got[i], want[i], size[i]);
        check_sum(kernel, "a sum beside base", got[i], (long double)base[i], size[i]);
    }
    for (size_t j = 0; j < d; j++) { /* ln 0 times a count is below everything, and never less than the floor */
        made->factor[j] = -1e308;
    }
    made->x[0] = fabs(made->x[0]) + 100;
    kernel->linear(&made->rows, 1, made->factor, 0, out);
    assert_true(out[0] == MIX_LOG_DENSITY_FLOOR);
}

static void linear_functions_and_sums_are_those_of_plain_loops(void **state) {
    (void)state;
    for_each_kernel_and_block(check_counts);
}

/* ---- Columns --------------------------------------------------------------------------------------------- */

static void check_moments(const mix_kernel *kernel, const block *made, const double *weight) {
    const double unit = 0.25, shift = 0.75;
    long double want[2] = {0}, size[2] = {0}, low = INFINITY, high = -INFINITY;
    mix_moments got = MIX_NO_MOMENTS;
    kernel->moments(made->x, weight, made->rows.count, unit, shift, &got);
    for (size_t r = 0; r < made->rows.count; r++) {
        long double y = (long double)made->x[r] * unit - shift, w = weight != NULL ? (long double)weight[r] : 1;
        low = fminl(low, y);
        high = fmaxl(high, y);
        want[0] += w * y;
        size[0] += w * fabsl(y);
        want[1] += w * y * y;
        size[1] += w * y * y;
    }
    check_sum(kernel, "the sum of a column", got.sum, want[0], size[0]);
    check_sum(kernel, "its squares", got.squares, want[1], size[1]);
    check_sum(kernel, "its least", got.low, low, fabsl(low) + 1);
    check_sum(kernel, "its greatest", got.high, high, fabsl(high) + 1);
}

static void check_column(const mix_kernel *kernel, block *made, size_t d) {
    (void)d;
    check_moments(kernel, made, NULL);
    check_moments(kernel, made, made->weight);
    double logs[MIX_BLOCK_ROWS + 1];
    for (size_t r = 0; r < made->rows.count; r++) {
        logs[r] = exp(made->x[r]);
    }
    logs[made->rows.count] = 5; /* not touched */
    kernel->log(made->rows.count, logs);
    for (size_t r = 0; r < made->rows.count; r++) {
        check_sum(kernel, "a logarithm", logs[r], logl((long double)exp(made->x[r])), fabsl((long double)logs[r]));
    }
    assert_true(logs[made->rows.count] == 5);
}

static void moments_and_logarithms_of_a_column_are_those_of_plain_loops(void **state) {
    (void)state;
    for_each_kernel_and_block(check_column);
}

/* ---- Choice ---------------------------------------------------------------------------------------------- */

static void the_last_supported_kernel_is_used_unless_another_is_forced(void **state) {
    (void)state;
    const mix_kernel *best = NULL;
    for (const mix_kernel *const *next = mix_kernel_all(); *next != NULL; next++) {
        best = (*next)->supported() ? *next : best;
        mix_kernel_force(*next);
        assert_ptr_equal(mix_kernel_current(), *next);
    }
    mix_kernel_force(NULL);
    assert_ptr_equal(mix_kernel_current(), best);
    assert_string_equal(mix_kernel_all()[0]->name, "base");
    assert_true(mix_kernel_all()[0]->supported());
    print_message("best kernel here: %s\n", best->name);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(log_densities_are_those_of_plain_loops),
        cmocka_unit_test(log_densities_beyond_a_double_stay_at_the_floor),
        cmocka_unit_test(scatters_are_those_of_plain_loops),
        cmocka_unit_test(linear_functions_and_sums_are_those_of_plain_loops),
        cmocka_unit_test(moments_and_logarithms_of_a_column_are_those_of_plain_loops),
        cmocka_unit_test(the_last_supported_kernel_is_used_unless_another_is_forced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
