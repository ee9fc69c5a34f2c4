/* test_linalg.c: factors, inverses and eigenvalues against their definitions and against closed forms. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "linalg.h"
#include "random.h"

enum { MOST = 40 };
static const size_t sizes[] = {1, 2, 3, 4, 5, 8, 13, MOST};
#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* B B' of a random B with twice as many columns: positive definite and well-conditioned. */
static void random_matrix(size_t d, mix_random *random, double *a) {
    double b[MOST][2 * MOST];
    for (size_t i = 0; i < d; i++) {
        for (size_t p = 0; p < 2 * d; p++) {
            b[i][p] = mix_random_normal(random);
        }
        for (size_t j = 0; j <= i; j++) {
            a[i * d + j] = 0;
            for (size_t p = 0; p < 2 * d; p++) {
                a[i * d + j] += b[i][p] * b[j][p];
            }
            a[j * d + i] = a[i * d + j];
        }
    }
}

/* ---- Cholesky -------------------------------------------------------------------------------------------- */

static void a_factor_times_its_transpose_is_the_matrix(void **state) {
    (void)state;
    double a[MOST * MOST], factor[MOST * (MOST + 1) / 2];
    mix_random random;
    mix_random_seed(&random, 1, 0);
    for (size_t s = 0; s < LENGTH(sizes); s++) {
        size_t d = sizes[s];
        random_matrix(d, &random, a);
        assert_true(mix_linalg_cholesky(d, a, 0, factor));
        for (size_t i = 0; i < d; i++) {
            assert_true(factor[mix_linalg_at(i, i)] > 0);
            for (size_t j = 0; j <= i; j++) {
                long double sum = 0;
                for (size_t p = 0; p <= j; p++) {
                    sum += (long double)factor[mix_linalg_at(i, p)] * (long double)factor[mix_linalg_at(j, p)];
                }
                /* Componentwise: Higham, Accuracy and Stability, theorem 10.3: (d + 2) u sqrt(a_ii a_jj). */
                double bound = (double)(d + 2) * DBL_EPSILON * sqrt(a[i * d + i] * a[j * d + j]);
                assert_close((double)sum, a[i * d + j], 0, bound);
            }
        }
    }
}

static void only_the_lower_triangle_is_factored(void **state) {
    (void)state;
    double a[] = {4, NAN, NAN, 2, 10, NAN, -6, 3, 19}, factor[6];
    assert_true(mix_linalg_cholesky(3, a, 0, factor));
    const double want[] = {2, 1, 3, -3, 2, 0}; /* by hand: 19 - 9 - 4 = 6 */
    for (size_t i = 0; i < 5; i++) {
        assert_true(factor[i] == want[i]);
    }
    assert_true(factor[5] == sqrt(6));
}

static void a_matrix_that_is_not_positive_definite_is_refused(void **state) {
    (void)state;
    const double bad[][4] = {
        {1, 1, 1, 1},    /* singular */
        {1, 2, 2, 1},    /* indefinite */
        {-1, 0, 0, 1},   /* negative */
        {1, 0, 0, -1e9}, /* in its last place */
        {0, 0, 0, 0},    {NAN, 0, 0, 1}, {1, NAN, NAN, 1}, {1, 0, 0, NAN}, {1, HUGE_VAL, HUGE_VAL, 1},
    };
    double factor[3];
    for (size_t i = 0; i < LENGTH(bad); i++) {
        assert_false(mix_linalg_cholesky(2, bad[i], 0, factor));
    }
}

static void a_pivot_below_its_bound_is_refused(void **state) {
    (void)state;
    double a[] = {1, 1, 1, 1.25}, factor[3]; /* the second pivot is 0.25, a fifth of 1.25 */
    assert_true(mix_linalg_cholesky(2, a, 0.19, factor));
    assert_false(mix_linalg_cholesky(2, a, 0.21, factor));
}

/* ---- Inverse --------------------------------------------------------------------------------------------- */

static void a_triangle_times_its_inverse_is_the_unit_matrix_also_in_place(void **state) {
    (void)state;
    double a[MOST * MOST], factor[MOST * (MOST + 1) / 2], inverse[MOST * (MOST + 1) / 2];
    mix_random random;
    mix_random_seed(&random, 2, 0);
    for (size_t s = 0; s < LENGTH(sizes); s++) {
        size_t d = sizes[s];
        random_matrix(d, &random, a);
        assert_true(mix_linalg_cholesky(d, a, 0, factor));
        mix_linalg_invert(d, factor, inverse);
        for (size_t i = 0; i < d; i++) {
            for (size_t j = 0; j <= i; j++) {
                long double sum = 0, size = 0;
                for (size_t p = j; p <= i; p++) {
                    long double left = (long double)factor[mix_linalg_at(i, p)];
                    long double right = (long double)inverse[mix_linalg_at(p, j)];
                    sum += left * right;
                    size += fabsl(left * right);
                }
                assert_close((double)sum, i == j, 0, 1e-14 * (double)d * (double)size);
            }
        }
        mix_linalg_invert(d, factor, factor);
        assert_memory_equal(factor, inverse, mix_linalg_packed(d) * sizeof(double));
    }
}

/* ---- Eigenvalues ----------------------------------------------------------------------------------------- */

/* a V = V D and V'V = 1, to rounding beside the largest eigenvalue. */
static void check_eigen(size_t d, const double *a, double *values) {
    double work[MOST * MOST], vectors[MOST * MOST], largest = 0;
    memcpy(work, a, d * d * sizeof(double));
    mix_linalg_eigen(d, work, values, vectors);
    for (size_t i = 0; i < d; i++) {
        largest = fmax(largest, fabs(values[i]));
    }
    for (size_t i = 0; i < d; i++) {
        for (size_t j = 0; j < d; j++) {
            long double product = 0, inner = 0;
            for (size_t p = 0; p < d; p++) {
                product += (long double)a[i * d + p] * (long double)vectors[p * d + j];
                inner += (long double)vectors[p * d + i] * (long double)vectors[p * d + j];
            }
            assert_close((double)product, vectors[i * d + j] * values[j], 0, 1e-14 * (double)d * largest);
            assert_close((double)inner, i == j, 0, 1e-14 * (double)d);
        }
    }
}

static void eigenvectors_are_orthonormal_and_diagonalize_random_matrices(void **state) {
    (void)state;
    double a[MOST * MOST], values[MOST];
    mix_random random;
    mix_random_seed(&random, 3, 0);
    for (size_t s = 0; s < LENGTH(sizes); s++) {
        size_t d = sizes[s];
        random_matrix(d, &random, a);
        check_eigen(d, a, values);
        for (size_t i = 0; i < d; i++) { /* indefinite, too */
            a[i * d + i] -= 2 * (double)d;
        }
        check_eigen(d, a, values);
    }
}

static int compare(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void eigenvalues_of_matrices_with_closed_forms_are_those(void **state) {
    (void)state;
    enum { D = 7 };
    double a[D * D], values[D];
    /* All entries 1: d once and 0 d - 1 times. Degenerate, and every small entry is a rounding error. */
    for (size_t i = 0; i < D * D; i++) {
        a[i] = 1;
    }
    check_eigen(D, a, values);
    qsort(values, D, sizeof(double), compare);
    for (size_t i = 0; i < D; i++) {
        assert_close(values[i], i + 1 < D ? 0 : D, 0, 1e-14);
    }
    /* 2 on the diagonal and -1 beside it: 2 - 2 cos(p pi / (d + 1)). */
    for (size_t i = 0; i < D; i++) {
        for (size_t j = 0; j < D; j++) {
            a[i * D + j] = i == j ? 2 : i + 1 == j || j + 1 == i ? -1 : 0;
        }
    }
    check_eigen(D, a, values);
    qsort(values, D, sizeof(double), compare);
    for (size_t i = 0; i < D; i++) {
        assert_close(values[i], 2 - 2 * cos((double)(i + 1) * acos(-1) / (D + 1)), 1e-14, 0);
    }
    /* A zero diagonal, the unit matrix and nothing. */
    double swap[] = {0, 1, 1, 0}, unit[] = {1, 0, 0, 1}, zero[] = {0, 0, 0, 0};
    check_eigen(2, swap, values);
    assert_close(fabs(values[0] - values[1]), 2, 1e-15, 0);
    check_eigen(2, unit, values);
    assert_true(values[0] == 1 && values[1] == 1);
    check_eigen(2, zero, values);
    assert_true(values[0] == 0 && values[1] == 0);
}

/* Smallest eigenvalue of G C G, G = diag(g) and C = 1 + c 11', as one over the largest of its inverse
** G^-1 (1 - c / (1 + c d) 11') G^-1 (Sherman & Morrison), by power iteration. */
static long double smallest_eigenvalue(size_t d, const double *g, long double c) {
    long double v[MOST], next[MOST], norm = 0, share = c / (1 + c * (long double)d);
    for (size_t i = 0; i < d; i++) {
        v[i] = 1;
    }
    for (int step = 0; step < 200; step++) {
        long double sum = 0;
        for (size_t i = 0; i < d; i++) {
            sum += v[i] / (long double)g[i];
        }
        norm = 0;
        for (size_t i = 0; i < d; i++) {
            next[i] = (v[i] / (long double)g[i] - share * sum) / (long double)g[i];
            norm += next[i] * next[i];
        }
        norm = sqrtl(norm);
        for (size_t i = 0; i < d; i++) {
            v[i] = next[i] / norm;
        }
    }
    return 1 / norm;
}

static void small_eigenvalues_of_graded_matrices_keep_their_digits(void **state) {
    (void)state;
    enum { D = 8 };
    double g[D], a[D * D], values[D];
    for (int order = 0; order < 2; order++) {
        for (size_t i = 0; i < D; i++) {
            g[i] = ldexp(1, -6 * (int)(order == 0 ? i : D - 1 - i)); /* variances from 1 down to 2^-84 */
        }
        for (size_t i = 0; i < D; i++) {
            for (size_t j = 0; j < D; j++) {
                a[i * D + j] = g[i] * g[j] * (i == j ? 1.5 : 0.5); /* exact */
            }
        }
        check_eigen(D, a, values);
        qsort(values, D, sizeof(double), compare);
        assert_close(values[0], (double)smallest_eigenvalue(D, g, 0.5L), 1e-13, 0);
        long double product = 1, determinant = 1 + 0.5L * D; /* of C; times the g squared */
        for (size_t i = 0; i < D; i++) {
            product *= (long double)values[i];
            determinant *= (long double)g[i] * (long double)g[i];
        }
        assert_close((double)(product / determinant), 1, 1e-13, 0);
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_factor_times_its_transpose_is_the_matrix),
        cmocka_unit_test(only_the_lower_triangle_is_factored),
        cmocka_unit_test(a_matrix_that_is_not_positive_definite_is_refused),
        cmocka_unit_test(a_pivot_below_its_bound_is_refused),
        cmocka_unit_test(a_triangle_times_its_inverse_is_the_unit_matrix_also_in_place),
        cmocka_unit_test(eigenvectors_are_orthonormal_and_diagonalize_random_matrices),
        cmocka_unit_test(eigenvalues_of_matrices_with_closed_forms_are_those),
        cmocka_unit_test(small_eigenvalues_of_graded_matrices_keep_their_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
