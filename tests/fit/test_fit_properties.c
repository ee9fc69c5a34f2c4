/* test_fit_properties.c: what holds for every fit, tried on data drawn at random, always the same ones. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plain.h"
#include "statistics.h"

enum { ROWS = 120, STEPS = 8 };

typedef struct problem {
    size_t k, d;
    plain start;              /* where EM begins */
    double x[ROWS * PLAIN_D]; /* row after row */
    double weight[ROWS];      /* 0, 1, 2 or 3 */
} problem;

/* Rows about the components of one random model, EM to begin at another of the same size nearby. */
static problem draw_problem(unsigned seed, size_t most_d) {
    problem p = {.k = 1 + seed % 3, .d = 1 + seed / 3 % most_d};
    plain truth = plain_model(p.k, p.d, seed);
    uint64_t random = seed;
    p.start = truth;
    for (size_t i = 0; i < ROWS; i++) {
        size_t c = i % p.k;
        for (size_t j = 0; j < p.d; j++) { /* a sum of three uniform numbers: variance 1/4 */
            double noise = plain_random(&random) + plain_random(&random) + plain_random(&random) - 1.5;
            p.x[i * p.d + j] = truth.means[c][j] + 2 * noise * sqrt(truth.covariances[c][j][j]);
        }
        p.weight[i] = floor(4 * plain_random(&random));
    }
    for (size_t c = 0; c < p.k; c++) {
        for (size_t j = 0; j < p.d; j++) {
            p.start.means[c][j] += plain_random(&random) - 0.5;
        }
    }
    return p;
}

static mixture_options step_options(const problem *p, int covariance, long steps) {
    mixture_options options;
    mixture_options_default(&options);
    options.k = p->k;
    options.structure = covariance;
    options.max_iter = steps;
    options.tol = 0;
    options.threads = 1;
    return options;
}

/* A fit that begins at p->start. Weights: NULL, or one a row. */
static mixture_model *fit_from(const problem *p, const double *weight, mixture_options options) {
    double means[PLAIN_K * PLAIN_D], covariances[PLAIN_K * PLAIN_D * PLAIN_D];
    for (size_t c = 0; c < p->k; c++) {
        for (size_t i = 0; i < p->d; i++) {
            means[c * p->d + i] = p->start.means[c][i];
            for (size_t j = 0; j < p->d; j++) {
                covariances[(c * p->d + i) * p->d + j] = p->start.covariances[c][i][j];
            }
        }
    }
    options.start = (mixture_start){p->start.weights, check_arrays(means, covariances)};
    mixture_data *data = mixture_data_new(p->d, weight != NULL ? MIXTURE_WEIGHTED : 0);
    for (size_t i = 0; i < ROWS; i++) {
        double w = weight != NULL ? weight[i] : 1;
        assert_int_equal(mixture_data_append(data, p->x + i * p->d, w, 0), MIXTURE_OK);
    }
    mixture_model *model;
    mixture_error error;
    if (mixture_fit(&mixture_gaussian, data, &options, &model, &error) != MIXTURE_OK) {
        fail_msg("%s", error.text);
    }
    mixture_data_free(data);
    return model;
}

static plain read_model(const mixture_model *model) {
    plain read = {.k = model->k, .d = model->d};
    memcpy(read.weights, model->weights, model->k * sizeof(double));
    for (size_t c = 0; c < model->k; c++) {
        for (size_t i = 0; i < model->d; i++) {
            read.means[c][i] = model->arrays[0][c * model->d + i];
            memcpy(read.covariances[c][i], model->arrays[1] + (c * model->d + i) * model->d,
                   model->d * sizeof(double));
        }
    }
    return read;
}

static long double plain_loglik(const plain *model, const problem *p) {
    long double sum = 0;
    for (size_t i = 0; i < ROWS; i++) {
        sum += plain_log_density(model, p->x + i * p->d, NULL);
    }
    return sum;
}

/* ---- EM ---------------------------------------------------------------------------------------------------- */

static void the_log_likelihood_rises_along_the_trace_and_is_that_of_the_model(void **state) {
    (void)state;
    for (unsigned seed = 0; seed < 1400; seed++) {
        problem p = draw_problem(seed, 4);
        mixture_options options = step_options(&p, (int)(seed % MIXTURE_COVARIANCES), 40);
        options.accelerate = seed / MIXTURE_COVARIANCES % 2 == 0;
        options.equal_weights = seed % 5 == 0;
        mixture_model *model = fit_from(&p, NULL, options);
        for (size_t i = 1; i < model->trace_count; i++) {
            assert_true(model->trace[i] >= model->trace[i - 1] - 1e-11 * fabs(model->trace[i]) * ROWS);
        }
        plain found = read_model(model);
        assert_close(model->loglik, (double)plain_loglik(&found, &p), 1e-10, 1e-10);
        mixture_model_free(model);
    }
}

/* One iteration by the textbook: responsibilities, then weighted means and covariances. */
static plain plain_step(const plain *model, const problem *p) {
    long double resp[ROWS][PLAIN_K];
    plain next = {.k = p->k, .d = p->d};
    for (size_t i = 0; i < ROWS; i++) {
        (void)plain_log_density(model, p->x + i * p->d, resp[i]);
    }
    for (size_t c = 0; c < p->k; c++) {
        long double total = 0, mean[PLAIN_D] = {0};
        for (size_t i = 0; i < ROWS; i++) {
            total += resp[i][c];
            for (size_t j = 0; j < p->d; j++) {
                mean[j] += resp[i][c] * (long double)p->x[i * p->d + j];
            }
        }
        next.weights[c] = (double)(total / ROWS);
        for (size_t a = 0; a < p->d; a++) {
            next.means[c][a] = (double)(mean[a] / total);
            for (size_t b = 0; b < p->d; b++) {
                long double sum = 0;
                for (size_t i = 0; i < ROWS; i++) {
                    const double *x = p->x + i * p->d;
                    sum +=
                        resp[i][c] * ((long double)x[a] - mean[a] / total) * ((long double)x[b] - mean[b] / total);
                }
                next.covariances[c][a][b] = (double)(sum / total);
            }
        }
    }
    return next;
}

static void an_iteration_is_that_of_the_plain_implementation(void **state) {
    (void)state;
    for (unsigned seed = 0; seed < 600; seed++) {
        problem p = draw_problem(seed, PLAIN_D);
        mixture_model *model = fit_from(&p, NULL, step_options(&p, MIXTURE_FULL, 1));
        plain want = plain_step(&p.start, &p), got = read_model(model);
        assert_close(model->trace[0], (double)plain_loglik(&p.start, &p), 1e-10, 1e-10);
        for (size_t c = 0; c < p.k; c++) {
            assert_close(got.weights[c], want.weights[c], 1e-10, 0);
            for (size_t i = 0; i < p.d; i++) {
                assert_close(got.means[c][i], want.means[c][i], 1e-10, 1e-10);
                for (size_t j = 0; j < p.d; j++) {
                    assert_close(got.covariances[c][i][j], want.covariances[c][i][j], 1e-10, 1e-10);
                }
            }
        }
        mixture_model_free(model);
    }
}

/* ---- What does not matter ------------------------------------------------------------------------------ */

/* y = A x + b for rows and start; A is lower triangular with the given diagonal, off-diagonal entries random. */
static problem map(const problem *p, const double *diagonal, bool shear, double shift, uint64_t *random) {
    problem mapped = *p;
    double a[PLAIN_D][PLAIN_D] = {{0}}, b[PLAIN_D];
    for (size_t i = 0; i < p->d; i++) {
        b[i] = shift * (plain_random(random) - 0.5);
        for (size_t j = 0; j <= i; j++) {
            a[i][j] = i == j ? diagonal[i] : shear ? diagonal[i] * (2 * plain_random(random) - 1) : 0;
        }
    }
    for (size_t r = 0; r < ROWS + p->k; r++) {
        const double *from = r < ROWS ? p->x + r * p->d : p->start.means[r - ROWS];
        double *to = r < ROWS ? mapped.x + r * p->d : mapped.start.means[r - ROWS];
        for (size_t i = 0; i < p->d; i++) {
            to[i] = b[i];
            for (size_t j = 0; j <= i; j++) {
                to[i] += a[i][j] * from[j];
            }
        }
    }
    for (size_t c = 0; c < p->k; c++) {
        for (size_t i = 0; i < p->d; i++) {
            for (size_t j = 0; j < p->d; j++) {
                double sum = 0;
                for (size_t m = 0; m <= i; m++) {
                    for (size_t n = 0; n <= j; n++) {
                        sum += a[i][m] * p->start.covariances[c][m][n] * a[j][n];
                    }
                }
                mapped.start.covariances[c][i][j] = mapped.start.covariances[c][j][i] = sum;
            }
        }
    }
    return mapped;
}

/* Which maps leave a structure's set of models as it is. */
typedef enum invariance { SCALING, COLUMNS, AFFINE } invariance;

static invariance invariance_of(int covariance) {
    switch (covariance) {
    case MIXTURE_FULL:
    case MIXTURE_TIED:
        return AFFINE;
    case MIXTURE_DIAG:
    case MIXTURE_EEI:
    case MIXTURE_VEI:
    case MIXTURE_EVI:
        return COLUMNS;
    default:
        return SCALING;
    }
}

static void an_affine_map_moves_the_log_likelihood_by_its_log_determinant(void **state) {
    (void)state;
    uint64_t random = 1;
    for (unsigned seed = 0; seed < 700; seed++) {
        int covariance = (int)(seed % MIXTURE_COVARIANCES);
        problem p = draw_problem(seed, 3);
        double diagonal[PLAIN_D], log_det = 0, unit = pow(10, 12 * plain_random(&random) - 6);
        for (size_t j = 0; j < p.d; j++) {
            diagonal[j] = invariance_of(covariance) == SCALING ? unit : pow(10, 6 * plain_random(&random) - 3);
            log_det += log(diagonal[j]);
        }
        problem mapped = map(&p, diagonal, invariance_of(covariance) == AFFINE, 10 * unit, &random);
        mixture_options options = step_options(&p, covariance, STEPS);
        mixture_model *model = fit_from(&p, NULL, options), *other = fit_from(&mapped, NULL, options);
        for (size_t i = 0; i < model->trace_count && i < other->trace_count; i++) { /* rounding ends EM */
            assert_close(other->trace[i] + ROWS * log_det, model->trace[i], 1e-7, 1e-7);
        }
        assert_close(other->loglik + ROWS * log_det, model->loglik, 1e-7, 1e-7);
        for (size_t c = 0; c < p.k; c++) {
            assert_close(other->weights[c], model->weights[c], 1e-6, 0);
        }
        mixture_model_free(model);
        mixture_model_free(other);
    }
}

static void the_order_of_columns_does_not_matter(void **state) {
    (void)state;
    for (unsigned seed = 0; seed < 700; seed++) {
        problem p = draw_problem(seed, 4), turned = p; /* columns rotated by one */
        for (size_t i = 0; i < p.d; i++) {
            size_t from = (i + 1) % p.d;
            for (size_t r = 0; r < ROWS; r++) {
                turned.x[r * p.d + i] = p.x[r * p.d + from];
            }
            for (size_t c = 0; c < p.k; c++) {
                turned.start.means[c][i] = p.start.means[c][from];
                for (size_t j = 0; j < p.d; j++) {
                    turned.start.covariances[c][i][j] = p.start.covariances[c][from][(j + 1) % p.d];
                }
            }
        }
        mixture_options options = step_options(&p, (int)(seed % MIXTURE_COVARIANCES), STEPS);
        mixture_model *model = fit_from(&p, NULL, options), *other = fit_from(&turned, NULL, options);
        assert_close(other->loglik, model->loglik, 1e-7, 1e-7);
        for (size_t c = 0; c < p.k; c++) {
            assert_close(other->weights[c], model->weights[c], 1e-5, 1e-7);
            for (size_t i = 0; i < p.d; i++) {
                assert_close(other->arrays[0][c * p.d + i], model->arrays[0][c * p.d + (i + 1) % p.d], 1e-5, 1e-5);
            }
        }
        mixture_model_free(model);
        mixture_model_free(other);
    }
}

static void a_weight_counts_a_row_so_many_times(void **state) {
    (void)state;
    for (unsigned seed = 0; seed < 700; seed++) {
        problem p = draw_problem(seed, 3);
        mixture_options options = step_options(&p, (int)(seed % MIXTURE_COVARIANCES), STEPS);
        mixture_model *weighted = fit_from(&p, p.weight, options), *repeated;
        mixture_data *data = mixture_data_new(p.d, 0);
        for (size_t i = 0; i < ROWS; i++) {
            for (double times = p.weight[i]; times > 0; times--) {
                assert_int_equal(mixture_data_append(data, p.x + i * p.d, 1, 0), MIXTURE_OK);
            }
        }
        double covariances[PLAIN_K * PLAIN_D * PLAIN_D], means[PLAIN_K * PLAIN_D];
        for (size_t c = 0; c < p.k; c++) {
            memcpy(means + c * p.d, p.start.means[c], p.d * sizeof(double));
            for (size_t i = 0; i < p.d; i++) {
                memcpy(covariances + (c * p.d + i) * p.d, p.start.covariances[c][i], p.d * sizeof(double));
            }
        }
        options.start = (mixture_start){p.start.weights, check_arrays(means, covariances)};
        assert_int_equal(mixture_fit(&mixture_gaussian, data, &options, &repeated, NULL), MIXTURE_OK);
        mixture_data_free(data);
        assert_true(weighted->n == repeated->n);
        assert_close(weighted->loglik, repeated->loglik, 1e-9, 1e-9);
        assert_close(weighted->bic, repeated->bic, 1e-9, 1e-9);
        for (size_t i = 0; i < p.k * p.d; i++) {
            assert_close(weighted->arrays[0][i], repeated->arrays[0][i], 1e-6, 1e-6);
        }
        mixture_model_free(weighted);
        mixture_model_free(repeated);
    }
}

/* ---- Merging ----------------------------------------------------------------------------------------------- */

/* The statistics of rows from..to - 1 in blocks; malloc(). */
static double *expect(const mixture_model *model, const problem *p, size_t from, size_t to) {
    const mix_shape shape = mix_shape_of(model);
    size_t size = mix_statistics_size(&shape), count = to - from;
    double *statistics = calloc(size, sizeof(double)), *x = calloc(MIX_BLOCK_ROWS * p->d, sizeof(double));
    double *scratch = calloc(mix_family_scratch(&shape), sizeof(double));
    for (size_t r = 0; r < count; r++) {
        for (size_t j = 0; j < p->d; j++) {
            x[j * MIX_BLOCK_ROWS + r] = p->x[(from + r) * p->d + j];
        }
    }
    mix_rows rows = {.x = x, .stride = MIX_BLOCK_ROWS, .count = count, .padded = mix_data_padded(count)};
    mix_statistics_expect(model, &rows, statistics, scratch);
    free(scratch);
    free(x);
    return statistics;
}

static void merging_is_associative_and_merges_to_the_statistics_of_all_rows(void **state) {
    (void)state;
    for (unsigned seed = 0; seed < 700; seed++) {
        problem p = draw_problem(seed, 4);
        mixture_model *model = fit_from(&p, NULL, step_options(&p, MIXTURE_FULL, 1));
        const mix_shape shape = mix_shape_of(model);
        size_t size = mix_statistics_size(&shape);
        size_t first = 1 + seed % (ROWS - 2), second = first + 1 + seed / 7 % (ROWS - first - 1);
        double *a = expect(model, &p, 0, first), *b = expect(model, &p, first, second);
        double *c = expect(model, &p, second, ROWS), *all = expect(model, &p, 0, ROWS);
        double *left = malloc(size * sizeof(double)), *right = malloc(size * sizeof(double));
        memcpy(left, a, size * sizeof(double));
        mix_statistics_merge(left, b, size);
        mix_statistics_merge(left, c, size); /* (a + b) + c */
        memcpy(right, c, size * sizeof(double));
        mix_statistics_merge(right, b, size);
        mix_statistics_merge(right, a, size); /* a + (b + c) */
        double scale = 0;
        for (size_t i = 0; i < size; i++) {
            scale = fmax(scale, fabs(all[i]));
        }
        for (size_t i = 0; i < size; i++) {
            assert_close(left[i], right[i], 1e-13, 1e-14 * scale);
            assert_close(left[i], all[i], 1e-12, 1e-13 * scale);
        }
        double *const arrays[] = {a, b, c, all, left, right};
        for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
            free(arrays[i]);
        }
        mixture_model_free(model);
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_log_likelihood_rises_along_the_trace_and_is_that_of_the_model),
        cmocka_unit_test(an_iteration_is_that_of_the_plain_implementation),
        cmocka_unit_test(an_affine_map_moves_the_log_likelihood_by_its_log_determinant),
        cmocka_unit_test(the_order_of_columns_does_not_matter),
        cmocka_unit_test(a_weight_counts_a_row_so_many_times),
        cmocka_unit_test(merging_is_associative_and_merges_to_the_statistics_of_all_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
