/* test_covariance.c: the M-step and the floor of each covariance structure. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "covariance.h"

enum {
    K = 3,
    D = 4,
    STRUCTURES = MIXTURE_EII + 1
}; /* the plain ones; the others: test_reference.c, test_covariance_steps.c */
#define LENGTH(array) (sizeof(array) / sizeof *(array))

typedef struct problem {
    double counts[K], scatters[K * D * D]; /* n_c and W_c, in stored units */
    double scale[D];                       /* of a stored unit in the user's */
} problem;

static problem random_problem(mix_random *random) {
    problem made = {{0}, {0}, {1, 4, 0.25, 64}};
    for (size_t c = 0; c < K; c++) {
        made.counts[c] = 3 + 50 * mix_random_uniform(random);
        double *w = made.scatters + c * D * D;
        for (size_t p = 0; p < 2 * D; p++) {
            double z[D];
            for (size_t i = 0; i < D; i++) {
                z[i] = (double)(i + c + 1) * mix_random_normal(random) + (i > 0 ? z[i - 1] : 0);
                for (size_t j = 0; j <= i; j++) {
                    w[i * D + j] = w[j * D + i] = w[i * D + j] + made.counts[c] / (2 * D) * z[i] * z[j];
                }
            }
        }
    }
    return made;
}

/* Twice the part of the expected log-likelihood that depends on one covariance: -n ln det S - tr(S^-1 W), by
** Gauss' elimination; -infinity when S is not positive definite. */
static long double component_objective(double n, const double *w, const double *s) {
    long double a[D][2 * D], sum = 0;
    for (size_t i = 0; i < D; i++) {
        for (size_t j = 0; j < D; j++) {
            a[i][j] = (long double)s[i * D + j];
            a[i][D + j] = (long double)w[i * D + j];
        }
    }
    for (size_t i = 0; i < D; i++) { /* Gauss & Jordan: the right half becomes S^-1 W */
        if (!(a[i][i] > 0)) {
            return -HUGE_VALL;
        }
        sum -= (long double)n * logl(a[i][i]);
        for (size_t r = 0; r < D; r++) {
            long double factor = r == i ? 0 : a[r][i] / a[i][i];
            for (size_t j = i; j < 2 * D; j++) {
                a[r][j] -= factor * a[i][j];
            }
        }
    }
    for (size_t i = 0; i < D; i++) {
        sum -= a[i][D + i] / a[i][i];
    }
    return sum;
}

static long double objective(const problem *given, const double *matrices) {
    long double sum = 0;
    for (size_t c = 0; c < K; c++) {
        sum += component_objective(given->counts[c], given->scatters + c * D * D, matrices + c * D * D);
    }
    return sum;
}

static const double ones[D] = {1, 1, 1, 1}, nothing[K * D * D] = {0};

static void maximize(int covariance, const problem *given, double *matrices) {
    mix_maximize how = {.scale = given->scale, .variance = ones};
    double *scratch = malloc(mix_covariance_scratch(K, D) * sizeof(double));
    unsigned char floored[K];
    const mix_covariance_task task = {covariance, &how,    K,     D,       given->counts, nothing,
                                      matrices,   nothing, false, floored, false};
    assert_non_null(scratch);
    memcpy(matrices, given->scatters, sizeof given->scatters);
    mix_covariance_maximize(&task, scratch);
    free(scratch);
    for (size_t c = 0; c < K; c++) {
        assert_int_equal(floored[c], 0);
    }
}

/* What the codes say: which entries a structure leaves free. */
static bool is_pooled(int covariance) {
    return covariance == MIXTURE_TIED || covariance == MIXTURE_EEI || covariance == MIXTURE_EII;
}

static bool is_sphere(int covariance) {
    return covariance == MIXTURE_SPHERICAL || covariance == MIXTURE_EII;
}

static bool is_full(int covariance) {
    return covariance == MIXTURE_FULL || covariance == MIXTURE_TIED;
}

/* Another set of matrices of the structure, `step` away. */
static void perturb(int covariance, double step, mix_random *random, double *matrices) {
    double first[D * D];
    for (size_t c = 0; c < K; c++) {
        double *s = matrices + c * D * D, factor = 1 + step * mix_random_normal(random);
        for (size_t i = 0; i < D; i++) {
            factor = is_sphere(covariance) ? factor : 1 + step * mix_random_normal(random);
            s[i * D + i] *= factor;
            for (size_t j = 0; j < i && is_full(covariance); j++) {
                s[i * D + j] += step * sqrt(s[i * D + i] * s[j * D + j]) * mix_random_normal(random);
                s[j * D + i] = s[i * D + j];
            }
        }
        if (c == 0) {
            memcpy(first, s, sizeof first);
        } else if (is_pooled(covariance)) {
            memcpy(s, first, sizeof first);
        }
    }
}

/* ---- M-step ---------------------------------------------------------------------------------------------- */

static void every_m_step_has_its_structure(void **state) {
    (void)state;
    mix_random random;
    mix_random_seed(&random, 1, 0);
    problem given = random_problem(&random);
    for (int v = 0; v < STRUCTURES; v++) {
        double s[K * D * D];
        maximize(v, &given, s);
        assert_int_equal(mix_covariance_axis(v), !is_full(v));
        for (size_t i = 0; i < K * D * D; i++) {
            size_t row = i / D % D, column = i % D;
            assert_true(s[i] == s[i / (D * D) * D * D + column * D + row]);
            assert_int_equal(s[i] != 0, row == column || is_full(v));
            if (is_pooled(v)) {
                assert_true(s[i] == s[i % (D * D)]);
            } else if (row == column && i >= D * D) {
                assert_true(s[i] != s[i % (D * D)]);
            }
            if (is_sphere(v) && row == column) { /* in the user's units */
                double user = s[i] * given.scale[row] * given.scale[row];
                assert_close(user, s[i / (D * D) * D * D] * given.scale[0] * given.scale[0], 1e-14, 0);
            }
        }
    }
}

static void no_other_matrices_of_the_structure_are_likelier(void **state) {
    (void)state;
    const double steps[] = {1e-4, 1e-3, 1e-2, 1e-1, 1};
    mix_random random;
    mix_random_seed(&random, 2, 0);
    for (int trial = 0; trial < 20; trial++) {
        problem given = random_problem(&random);
        for (int v = 0; v < STRUCTURES; v++) {
            double best[K * D * D];
            maximize(v, &given, best);
            long double top = objective(&given, best);
            for (size_t i = 0; i < 100; i++) {
                double other[K * D * D], step = steps[i % LENGTH(steps)];
                memcpy(other, best, sizeof other);
                perturb(v, step, &random, other);
                /* To second order the loss is about n step^2: 1e-8 at least, beside rounding of 1e-13. */
                assert_true(objective(&given, other) < top);
            }
        }
    }
}

static void an_empty_component_keeps_its_own_matrix_and_takes_part_in_no_pool(void **state) {
    (void)state;
    mix_random random;
    mix_random_seed(&random, 3, 0);
    problem given = random_problem(&random), present = given;
    present.counts[1] = MIX_EMPTY;
    double
        own[D *
            D]; /* its present covariance, a sphere in the user's units, comes as the scatter of next to no rows */
    for (size_t i = 0; i < D * D; i++) {
        size_t row = i / D;
        own[i] = i % (D + 1) ? 0 : 5 / given.scale[row] / given.scale[row];
        present.scatters[D * D + i] = MIX_EMPTY * own[i];
    }
    for (int v = 0; v < STRUCTURES; v++) {
        double s[K * D * D], without[K * D * D];
        maximize(v, &present, s);
        if (!is_pooled(v)) {
            for (size_t i = 0; i < D * D; i++) {
                assert_close(s[D * D + i], own[i], 1e-14, 0);
            }
            continue;
        }
        problem rest = present;
        memset(rest.scatters + D * D, 0, D * D * sizeof(double));
        maximize(v, &rest, without);
        assert_memory_equal(s, without, sizeof s);
    }
}

static void structures_have_the_names_codes_and_free_parameters_of_mclust(void **state) {
    (void)state;
    /* mclust's nVarParams(model, d, G) at d = 4, G = 3 and at d = 1, G = 2. */
    static const struct {
        const char *code, *name;
        size_t parameters, least;
    } known[STRUCTURES] = {{"VVV", "full", 30, 2},     {"EEE", "tied", 10, 1}, {"VVI", "diag", 12, 2},
                           {"VII", "spherical", 3, 2}, {"EEI", "EEI", 4, 1},   {"EII", "EII", 1, 1}};
    for (int v = 0; v < STRUCTURES; v++) {
        int found = ((v + 1) % STRUCTURES);
        assert_true(mixture_structure_find(&mixture_gaussian, known[v].code, &found));
        assert_int_equal(found, v);
        found = ((v + 1) % STRUCTURES);
        assert_true(mixture_structure_find(&mixture_gaussian, known[v].name, &found));
        assert_int_equal(found, v);
        assert_string_equal(mixture_structure_name(&mixture_gaussian, v), known[v].name);
        assert_int_equal(mix_covariance_parameters(v, 3, 4), known[v].parameters);
        assert_int_equal(mix_covariance_parameters(v, 2, 1), known[v].least);
    }
    int none;
    assert_false(mixture_structure_find(&mixture_gaussian, "VIV", &none));
    assert_false(mixture_structure_find(&mixture_gaussian, "diagona", &none));
    assert_false(mixture_structure_find(&mixture_gaussian, "vvv\x09", &none));
    assert_true(mixture_structure_find(&mixture_gaussian, "Full", &none) && none == MIXTURE_FULL);
    assert_true(mixture_structure_find(&mixture_gaussian, "diagonal", &none) && none == MIXTURE_DIAG);
    assert_true(mixture_structure_find(&mixture_gaussian, "eev", &none) && none == MIXTURE_EEV);
    assert_false(mixture_structure_find(&mixture_gaussian, "", &none));
}

/* ---- Floor ----------------------------------------------------------------------------------------------- */

static const double units[D] = {1, 4, 0.25, 64}, variances[D] = {1.5, 3, 1, 2};

static bool apply_floor(int covariance, double min_variance, double *matrix) {
    mix_maximize how = {.min_variance = min_variance, .scale = units, .variance = variances};
    double *scratch = malloc(mix_covariance_scratch(1, D) * sizeof(double));
    const double one = 1; /* row, of which the matrix is the scatter */
    unsigned char raised;
    const mix_covariance_task task = {covariance, &how,    1,     D,       &one, nothing,
                                      matrix,     nothing, false, &raised, false};
    assert_non_null(scratch);
    mix_covariance_maximize(&task, scratch);
    free(scratch);
    return raised != 0;
}

static void a_matrix_above_the_floor_keeps_its_bits(void **state) {
    (void)state;
    mix_random random;
    mix_random_seed(&random, 4, 0);
    problem given = random_problem(&random);
    memcpy(given.scale, units, sizeof units);
    for (int v = 0; v < STRUCTURES; v++) {
        double s[K * D * D], before[K * D * D];
        maximize(v, &given, s);
        memcpy(before, s, sizeof s);
        for (size_t c = 0; c < K; c++) {
            assert_false(apply_floor(v, 1e-3, s + c * D * D));
        }
        for (size_t i = 0; i < K * D * D; i++) { /* four equal variances, added up and divided by 4, may round */
            assert_close(s[i], before[i], v == MIXTURE_SPHERICAL || v == MIXTURE_EII ? 1e-15 : 0, 0);
        }
    }
}

/* Eigenvalues `lambda`, relative to the data's variances, along the columns of a rotation of all four axes. */
static void compose(const double *lambda, double *matrix) {
    static const double hadamard[D][D] = {{1, 1, 1, 1}, {1, -1, 1, -1}, {1, 1, -1, -1}, {1, -1, -1, 1}};
    for (size_t i = 0; i < D * D; i++) {
        matrix[i] = 0;
        for (size_t p = 0; p < D; p++) {
            matrix[i] += hadamard[i / D][p] * hadamard[i % D][p] * lambda[p] / 4;
        }
        matrix[i] *= sqrt(variances[i / D] * variances[i % D]);
    }
}

static void directions_below_the_floor_are_raised_to_it_and_no_others(void **state) {
    (void)state;
    const double floors[] = {1e-9, 1e-3, 0.5};
    for (size_t f = 0; f < LENGTH(floors); f++) {
        double low = floors[f], s[D * D], want[D * D];
        compose((const double[]){2, low * 0.3, 0.9, 0}, s);
        compose((const double[]){2, low, 0.9, low}, want);
        assert_true(apply_floor(MIXTURE_FULL, low, s));
        for (size_t i = 0; i < D * D; i++) {
            /* Not above the floor by more than 1 part in 1e5, beside the rounding of entries of size 2. */
            assert_close(s[i], want[i], 0, 1e-5 * low + 1e-14);
        }
        /* At or above it: the least eigenvalue of D^-1/2 S D^-1/2 is a positive one of this difference. */
        double less[D * D], w[D * D] = {0};
        memcpy(less, s, sizeof s);
        for (size_t j = 0; j < D; j++) {
            less[j * D + j] -= low * variances[j];
        }
        assert_true(component_objective(1, w, less) > -HUGE_VALL);
        memcpy(want, s, sizeof s);
        assert_false(apply_floor(MIXTURE_FULL, low, s)); /* once is enough */
        assert_memory_equal(s, want, sizeof s);
    }
}

static void axes_and_spheres_are_raised_to_the_floor(void **state) {
    (void)state;
    double axes[D * D] = {0}, sphere[D * D] = {0}, most = 0;
    for (size_t j = 0; j < D; j++) {
        axes[j * D + j] = j % 2 == 0 ? 1e-12 : 0.7;
        sphere[j * D + j] = 1e-12 / units[j] / units[j];
        most = fmax(most, variances[j] * units[j] * units[j]);
    }
    assert_true(apply_floor(MIXTURE_DIAG, 1e-6, axes));
    assert_true(apply_floor(MIXTURE_EII, 1e-6, sphere));
    for (size_t i = 0; i < D * D; i++) {
        size_t j = i / D;
        assert_close(axes[i], i % (D + 1) ? 0 : j % 2 == 0 ? 1e-6 * variances[j] : 0.7, 1e-15, 0);
        assert_close(sphere[i], i % (D + 1) ? 0 : 1e-6 * most / units[j] / units[j], 1e-14, 0);
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_m_step_has_its_structure),
        cmocka_unit_test(no_other_matrices_of_the_structure_are_likelier),
        cmocka_unit_test(an_empty_component_keeps_its_own_matrix_and_takes_part_in_no_pool),
        cmocka_unit_test(structures_have_the_names_codes_and_free_parameters_of_mclust),
        cmocka_unit_test(a_matrix_above_the_floor_keeps_its_bits),
        cmocka_unit_test(directions_below_the_floor_are_raised_to_it_and_no_others),
        cmocka_unit_test(axes_and_spheres_are_raised_to_the_floor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
