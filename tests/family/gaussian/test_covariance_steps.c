/* test_covariance_steps.c: the M-steps of the fourteen covariance structures on scatter matrices whose
** answer is known. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "covariance.h"
#include "linalg.h"

enum { K = 3, D = 4 };

/* Columns of a random rotation: the eigenvectors of a random symmetric matrix. */
static void draw_rotation(mix_random *random, double *rotation) {
    double matrix[D * D], values[D];
    for (size_t i = 0; i < D; i++) {
        for (size_t j = 0; j <= i; j++) {
            matrix[i * D + j] = matrix[j * D + i] = mix_random_normal(random);
        }
    }
    mix_linalg_eigen(D, matrix, values, rotation);
}

/* Falling, with product 1. */
static void draw_shape(mix_random *random, double *shape) {
    double product = 1;
    for (size_t j = 0; j < D; j++) {
        shape[j] = (double)((D - j) * (D - j)) + mix_random_uniform(random);
        product *= shape[j];
    }
    for (size_t j = 0; j < D; j++) {
        shape[j] /= pow(product, 1.0 / D);
    }
}

/* Covariances of a structure by its code, in the user's units. */
static void draw_covariances(const char *code, mix_random *random, double *matrices) {
    double volume[K], shape[K][D], rotation[K][D * D];
    for (size_t c = 0; c < K; c++) {
        volume[c] = 0.5 + 5 * mix_random_uniform(random);
        draw_shape(random, shape[c]);
        draw_rotation(random, rotation[c]);
        volume[c] = code[0] == 'E' ? volume[0] : volume[c];
        for (size_t j = 0; j < D; j++) {
            shape[c][j] = code[1] == 'I' ? 1 : code[1] == 'E' ? shape[0][j] : shape[c][j];
        }
        for (size_t i = 0; i < D * D; i++) {
            rotation[c][i] = code[2] == 'I' ? i % (D + 1) == 0 : rotation[code[2] == 'E' ? 0 : c][i];
        }
        for (size_t i = 0; i < D; i++) {
            for (size_t j = 0; j < D; j++) {
                double sum = 0;
                for (size_t p = 0; p < D; p++) {
                    sum += rotation[c][i * D + p] * volume[c] * shape[c][p] * rotation[c][j * D + p];
                }
                matrices[(c * D + i) * D + j] = sum;
            }
        }
    }
}

static const char *const codes[] = {"EII", "VII", "EEI", "VEI", "EVI", "VVI", "EEE",
                                    "VEE", "EVE", "VVE", "EEV", "VEV", "EVV", "VVV"};

/* If n_c S_c are the scatters and the S_c obey the structure, they maximize the likelihood even without it.
** Stored units that differ by columns change nothing. */
static void matrices_that_obey_their_structure_are_found_again(void **state) {
    (void)state;
    mix_random random;
    mix_random_seed(&random, 11, 0);
    for (int round = 0; round < 200; round++) {
        const char *code = codes[round % 14];
        const double counts[K] = {20, 5 + 100 * mix_random_uniform(&random), 0.5};
        const double scale[D] = {1, round / 14 % 2 ? 1 : 0x1p20, round / 14 % 2 ? 1 : 0x1p-13, 2};
        double want[K * D * D], matrices[K * D * D], before[K * D * D] = {0}, variance[D];
        draw_covariances(code, &random, want);
        for (size_t i = 0; i < K * D * D; i++) {
            double units = scale[i / D % D] * scale[i % D];
            matrices[i] = counts[i / (D * D)] * want[i] / units;
            before[i % (D * D)] += (i % (D * D) % (D + 1) == 0) / units; /* the search begins at the columns */
        }
        for (size_t j = 0; j < D; j++) {
            variance[j] = 1 / scale[j] / scale[j];
        }
        int covariance;
        mix_maximize how = {.min_variance = 1e-9, .scale = scale, .variance = variance};
        assert_true(mixture_structure_find(&mixture_gaussian, code, &covariance));
        double *scratch = malloc(mix_covariance_scratch(K, D) * sizeof(double));
        const double means[K * D] = {0};
        unsigned char floored[K];
        const mix_covariance_task task = {covariance, &how,   K,     D,       counts, means,
                                          matrices,   before, false, floored, false};
        mix_covariance_maximize(&task, scratch);
        free(scratch);
        for (size_t i = 0; i < K * D * D; i++) {
            double units = scale[i / D % D] * scale[i % D];
            assert_close(matrices[i] * units, want[i], 0, 1e-8);
        }
        for (size_t c = 0; c < K; c++) {
            assert_int_equal(floored[c], 0);
        }
    }
}

/* A component on a plane has no volume: the structures that need one say so and stay positive definite. */
static void a_flat_component_is_held_at_the_floor(void **state) {
    (void)state;
    mix_random random;
    mix_random_seed(&random, 12, 0);
    for (size_t s = 0; s < 14; s++) {
        const double counts[K] = {20, 30, 10}, ones[D] = {1, 1, 1, 1};
        double matrices[K * D * D], before[K * D * D] = {0}, factor[D * (D + 1) / 2];
        draw_covariances("VVV", &random, matrices);
        for (size_t i = 0; i < D * D; i++) {
            before[i] = i % (D + 1) == 0;
            matrices[2 * D * D + i] = i == 0 ? 7 : 0; /* on a line */
        }
        int covariance;
        mix_maximize how = {.min_variance = 1e-9, .scale = ones, .variance = ones};
        assert_true(mixture_structure_find(&mixture_gaussian, codes[s], &covariance));
        double *scratch = malloc(mix_covariance_scratch(K, D) * sizeof(double));
        const double means[K * D] = {0};
        unsigned char floored[K];
        const mix_covariance_task task = {covariance, &how,   K,     D,       counts, means,
                                          matrices,   before, false, floored, false};
        mix_covariance_maximize(&task, scratch);
        free(scratch);
        for (size_t c = 0; c < K; c++) {
            assert_true(mix_linalg_cholesky(D, matrices + c * D * D, 1e-15, factor));
        }
        bool own_shape = codes[s][1] == 'V'; /* and so a variance of 0 */
        assert_int_equal(floored[2] != 0, own_shape);
        assert_int_equal(floored[0], 0);
    }
}

/* Nothing but the floor is left: the sphere that it allows. */
static void components_that_are_points_are_spheres_at_the_floor(void **state) {
    (void)state;
    for (size_t s = 0; s < 14; s++) {
        const double counts[K] = {20, 30, 10}, ones[D] = {1, 1, 1, 1};
        double matrices[K * D * D] = {0}, before[K * D * D] = {0};
        for (size_t j = 0; j < D; j++) {
            before[j * D + j] = 1;
        }
        int covariance;
        mix_maximize how = {.min_variance = 1e-6, .scale = ones, .variance = ones};
        assert_true(mixture_structure_find(&mixture_gaussian, codes[s], &covariance));
        double *scratch = malloc(mix_covariance_scratch(K, D) * sizeof(double));
        const double means[K * D] = {0};
        unsigned char floored[K];
        const mix_covariance_task task = {covariance, &how,   K,     D,       counts, means,
                                          matrices,   before, false, floored, false};
        mix_covariance_maximize(&task, scratch);
        free(scratch);
        for (size_t i = 0; i < K * D * D; i++) {
            assert_close(matrices[i], i % (D * D) % (D + 1) == 0 ? 1e-6 : 0, 1e-5, 1e-15);
        }
        for (size_t c = 0; c < K; c++) {
            assert_true(floored[c] != 0);
        }
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matrices_that_obey_their_structure_are_found_again),
        cmocka_unit_test(a_flat_component_is_held_at_the_floor),
        cmocka_unit_test(components_that_are_points_are_spheres_at_the_floor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
