/* test_exponential.c: the engine of the exponential families with families of the test's own: one whose features
** are not the values, and are not finite everywhere; and one of columns with levels, in parts. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "exponential.h"
#include "statistics.h"

enum { K = 2, D = 2 };

/* ---- Lognormal: T = (ln x, (ln x)^2), log base -ln x ------------------------------------------------------- */

enum { LOG_MEANS, LOG_VARIANCES };

static const mix_array lognormal_arrays[] = {
    [LOG_MEANS] = {"means", "mean", MIX_VECTOR}, [LOG_VARIANCES] = {"variances", "variance", MIX_VECTOR}};

static bool is_positive(double x) {
    return x > 0;
}

static const mix_column *lognormal_column(const mix_shape *shape, size_t j) {
    static const mix_column positive = {.accepts = is_positive, .expected = "a number > 0"};
    (void)shape;
    (void)j;
    return &positive;
}

static size_t two_a_column(const mix_shape *shape) {
    return 2 * shape->d;
}

static size_t four_parameters(const mix_shape *shape) {
    return shape->k * 2 * shape->d;
}

static size_t two_rows(const mix_shape *shape, size_t free) {
    (void)shape;
    (void)free;
    return 2;
}

/* Of the padding, too, as the kernels do: there ln 0 is -infinity. */
static void lognormal_features(const mix_shape *shape, const mix_rows *rows, double *t) {
    for (size_t j = 0; j < shape->d; j++) {
        for (size_t r = 0; r < rows->padded; r++) {
            double y = log(rows->x[j * rows->stride + r]);
            t[j * rows->stride + r] = y;
            t[(shape->d + j) * rows->stride + r] = y * y;
        }
    }
}

static mixture_status lognormal_natural(const mixture_model *model, size_t c, double *eta, double *log_partition,
                                        mixture_error *error) {
    (void)error;
    *log_partition = 0;
    for (size_t j = 0; j < model->d; j++) {
        double m = model->arrays[LOG_MEANS][c * model->d + j], v = model->arrays[LOG_VARIANCES][c * model->d + j];
        eta[j] = m / v;
        eta[model->d + j] = -1 / (2 * v);
        *log_partition += m * m / (2 * v) + 0.5 * log(2 * acos(-1) * v);
    }
    return MIXTURE_OK;
}

static unsigned char lognormal_solve(mixture_model *model, size_t c, const double *own, const double *all,
                                     const mix_maximize *how, double *scratch) {
    (void)all;
    (void)how;
    (void)scratch;
    for (size_t j = 0; j < model->d && own[0] > MIX_EMPTY; j++) {
        double mean = own[1 + j] / own[0];
        model->arrays[LOG_MEANS][c * model->d + j] = mean;
        model->arrays[LOG_VARIANCES][c * model->d + j] = own[1 + model->d + j] / own[0] - mean * mean;
    }
    return MIX_FLOOR_NONE;
}

static void lognormal_log_base(const mix_shape *shape, const mix_rows *rows, double *base) {
    for (size_t r = 0; r < rows->count; r++) {
        base[r] = 0;
        for (size_t j = 0; j < shape->d; j++) {
            base[r] -= log(rows->x[j * rows->stride + r]);
        }
    }
}

static void lognormal_stand_in(mixture_model *model) {
    for (size_t i = 0; i < model->k * model->d; i++) {
        model->arrays[LOG_MEANS][i] = 0;
        model->arrays[LOG_VARIANCES][i] = 1;
    }
}

static bool constrains_nothing(mixture_model *model, const mix_maximize *how, double *scratch) {
    (void)model;
    (void)how;
    (void)scratch;
    return false;
}

static bool lognormal_coincide(const mixture_model *model, size_t a, size_t b) {
    bool same = true;
    for (size_t j = 0; j < model->d; j++) {
        double gap = model->arrays[LOG_MEANS][a * model->d + j] - model->arrays[LOG_MEANS][b * model->d + j];
        same = same && fabs(gap) < 0.01;
    }
    return same;
}

static bool logarithms(const mixture_data *data, mix_features variant, const mix_cancel *cancel, double *points,
                       double *scratch) {
    (void)variant;
    (void)scratch;
    for (size_t i = 0; i < data->rows * data->d; i++) {
        points[i] = log(mix_data_value(data, i / data->d, i % data->d));
    }
    return !mix_cancelled(cancel);
}

static const mix_exponential lognormal_engine = {.feature_count = two_a_column,
                                                 .features = lognormal_features,
                                                 .natural = lognormal_natural,
                                                 .solve = lognormal_solve};

static const mixture_family lognormal_family = {
    MIX_EXPONENTIAL_MEMBERS,
    .name = "lognormal",
    .array_count = 2,
    .arrays = lognormal_arrays,
    .column = lognormal_column,
    .parameter_count = four_parameters,
    .least_rows = two_rows,
    .stand_in = lognormal_stand_in,
    .log_base = lognormal_log_base,
    .constrain = constrains_nothing,
    .coincide = lognormal_coincide,
    .features = logarithms,
    .exponential = &lognormal_engine,
};

/* ---- The same, plainly ------------------------------------------------------------------------------------- */

typedef struct lognormals {
    long double weights[K], means[K][D], variances[K][D];
} lognormals;

/* One iteration in place; the log-likelihood before it. */
static long double plain_iteration(lognormals *m, const double *x, size_t n) {
    long double share[K] = {0}, sum[K][D] = {{0}}, square[K][D] = {{0}}, loglik = 0;
    for (size_t r = 0; r < n; r++) {
        long double joint[K], all = 0;
        for (size_t c = 0; c < K; c++) {
            joint[c] = m->weights[c];
            for (size_t j = 0; j < D; j++) {
                long double z = logl((long double)x[r * D + j]) - m->means[c][j], v = m->variances[c][j];
                joint[c] *= expl(-z * z / (2 * v)) / sqrtl(2 * acosl(-1) * v) / (long double)x[r * D + j];
            }
            all += joint[c];
        }
        loglik += logl(all);
        for (size_t c = 0; c < K; c++) {
            share[c] += joint[c] / all;
            for (size_t j = 0; j < D; j++) {
                long double y = logl((long double)x[r * D + j]);
                sum[c][j] += joint[c] / all * y;
                square[c][j] += joint[c] / all * y * y;
            }
        }
    }
    for (size_t c = 0; c < K; c++) {
        m->weights[c] = share[c] / (long double)n;
        for (size_t j = 0; j < D; j++) {
            m->means[c][j] = sum[c][j] / share[c];
            m->variances[c][j] = square[c][j] / share[c] - m->means[c][j] * m->means[c][j];
        }
    }
    return loglik;
}

static void fill_lognormal_rows(double *x, size_t n) {
    mix_random random;
    mix_random_seed(&random, 4, 0);
    for (size_t i = 0; i < n * D; i++) {
        double shift = i / D % 3 == 0 ? 0.5 : 1.75;
        x[i] = exp(shift + (0.5 + 0.25 * (double)(i % D)) * mix_random_normal(&random));
    }
}

static void a_family_of_features_takes_the_steps_of_a_plain_em(void **state) {
    (void)state;
    enum { N = 301, MAPS = 40 }; /* rows that do not fill their last vector */
    static double x[N * D];
    static const double weights[] = {0.5, 0.5}, means[] = {0, 1, 2, 2}, variances[] = {1, 0.5, 0.5, 1};
    lognormals plain = {{0.5L, 0.5L}, {{0, 1}, {2, 2}}, {{1, 0.5L}, {0.5L, 1}}};
    mixture_options options;
    mixture_options_default(&options);
    options.k = K;
    options.max_iter = MAPS;
    options.tol = 0;
    options.start = (mixture_start){weights, check_arrays(means, variances)};
    fill_lognormal_rows(x, N);
    mixture_data *data = check_data(x, N, D);
    mixture_model *model = NULL;
    mixture_error error = {MIXTURE_OK, ""};
    assert_int_equal(mixture_fit(&lognormal_family, data, &options, &model, &error), MIXTURE_OK);
    assert_int_equal(model->iterations, MAPS); /* without coordinates it is not accelerated */
    for (size_t i = 0; i <= MAPS; i++) {
        lognormals before = plain;
        assert_close(model->trace[i], (double)plain_iteration(&plain, x, N), 1e-12, 0);
        plain = i == MAPS ? before : plain;
    }
    assert_close(model->loglik, model->trace[MAPS], 1e-14, 0);
    for (size_t c = 0; c < K; c++) {
        assert_close(model->weights[c], (double)plain.weights[c], 1e-9, 0);
        for (size_t j = 0; j < D; j++) {
            assert_close(model->arrays[LOG_MEANS][c * D + j], (double)plain.means[c][j], 1e-9, 0);
            assert_close(model->arrays[LOG_VARIANCES][c * D + j], (double)plain.variances[c][j], 1e-9, 0);
        }
    }
    mixture_model_free(model);
    mixture_data_free(data);
}

static void a_family_of_features_finds_its_maximum_from_drawn_starts(void **state) {
    (void)state;
    enum { N = 301 };
    static double x[N * D];
    lognormals plain = {{0.5L, 0.5L}, {{0.5L, 0.5L}, {1.75L, 1.75L}}, {{0.3L, 0.5L}, {0.3L, 0.5L}}};
    long double loglik = 0;
    mixture_options options;
    mixture_options_default(&options);
    options.k = K;
    options.tol = 1e-13;
    options.max_iter = 20000;
    fill_lognormal_rows(x, N);
    for (int map = 0; map < 300; map++) {
        loglik = plain_iteration(&plain, x, N);
    }
    mixture_data *data = check_data(x, N, D);
    mixture_model *model = NULL;
    assert_int_equal(mixture_fit(&lognormal_family, data, &options, &model, NULL), MIXTURE_OK);
    assert_true(model->converged);
    assert_close(model->loglik, (double)loglik, 0, 1e-8);
    mixture_model_free(model);
    mixture_data_free(data);
}

/* ---- Columns with levels, in parts ------------------------------------------------------------------------- */

enum { COLUMNS = 4, LEVELS = 9, PARTS = 3 };

static const size_t levels_of_two[] = {3, 2}, levels_of_one[] = {4};
static const mix_part some_parts[PARTS] = {{.first = 0, .d = 2, .levels = levels_of_two},
                                           {.first = 2, .d = 1},
                                           {.first = 3, .d = 1, .levels = levels_of_one}};
static const mixture_parts three_parts = {.count = PARTS, .part = some_parts};

static const mix_array level_arrays[] = {{"probabilities", "probability", MIX_RAGGED}};

static size_t count_features_of_levels(const mix_shape *shape) {
    return mix_family_array_size(shape, 0);
}

/* 1 for the level that a column has, 0 for its others. */
static void level_features(const mix_shape *shape, const mix_rows *rows, double *t) {
    for (size_t p = 0; p < shape->parts->count; p++) {
        const mix_part *part = &shape->parts->part[p];
        for (size_t j = 0; part->levels != NULL && j < part->d; j++) {
            for (size_t level = 0; level < part->levels[j]; level++, t += rows->stride) {
                for (size_t r = 0; r < rows->count; r++) {
                    t[r] = rows->x[(part->first + j) * rows->stride + r] == (double)level;
                }
            }
        }
    }
}

static mixture_status level_natural(const mixture_model *model, size_t c, double *eta, double *log_partition,
                                    mixture_error *error) {
    (void)error;
    *log_partition = 0;
    for (size_t i = 0; i < LEVELS; i++) {
        double p = model->arrays[0][c * LEVELS + i];
        eta[i] = p > 0 ? log(p) : MIX_LOG_ZERO; /* of a level that does not occur */
    }
    return MIXTURE_OK;
}

static unsigned char level_solve(mixture_model *model, size_t c, const double *own, const double *all,
                                 const mix_maximize *how, double *scratch) {
    (void)all;
    (void)how;
    (void)scratch;
    for (size_t i = 0; i < LEVELS; i++) {
        model->arrays[0][c * LEVELS + i] = own[1 + i] / own[0];
    }
    return MIX_FLOOR_NONE;
}

static const mix_exponential level_engine = {.feature_count = count_features_of_levels,
                                             .features = level_features,
                                             .natural = level_natural,
                                             .solve = level_solve};

static const mixture_family level_family = {
    MIX_EXPONENTIAL_MEMBERS,      .name = "levels", .array_count = 1, .arrays = level_arrays,
    .exponential = &level_engine,
};

static void sizes_follow_from_the_shape(void **state) {
    static const mix_array every_rank[] = {
        {"a", "a", MIX_SCALAR}, {"b", "b", MIX_VECTOR}, {"c", "c", MIX_MATRIX}, {"d", "d", MIX_RAGGED}};
    const mixture_family family = {.name = "every rank", .array_count = 4, .arrays = every_rank};
    const mix_shape whole = {.family = &family, .k = 3, .d = COLUMNS};
    const mix_shape parts = {.family = &family, .k = 3, .d = COLUMNS, .parts = &three_parts};
    const mix_shape shape = {.family = &level_family, .k = 3, .d = COLUMNS, .parts = &three_parts};
    (void)state;
    const size_t sizes[] = {1, COLUMNS, COLUMNS * COLUMNS, LEVELS};
    for (size_t a = 0; a < 4; a++) {
        assert_int_equal(mix_family_array_size(&parts, a), sizes[a]);
        assert_int_equal(mix_family_array_size(&whole, a), a < 3 ? sizes[a] : 0);
    }
    assert_int_equal(level_family.derived_size(&shape), 1 + LEVELS);
    assert_int_equal(level_family.statistics_size(&shape), 1 + LEVELS);
    assert_int_equal(mix_statistics_size(&shape), MIX_TOTALS + 3 * (1 + LEVELS));
    assert_true(level_family.scratch_size(&shape) >= LEVELS * MIX_BLOCK_ROWS);
    assert_int_equal(mix_family_scratch(&shape), (3 + 1) * MIX_BLOCK_ROWS + level_family.scratch_size(&shape));
    assert_true(level_family.work(&shape) > 0);
}

/* Cell (r, j) of a table of levels; the column without levels holds what no family of levels could. */
static double level_at(size_t r, size_t j) {
    return j == 0 ? (double)(r % 3) : j == 1 ? (double)(r / 2 % 2) : j == 2 ? -7.5 : (double)(r * r % 5 % 4);
}

/* Where column j's levels begin among all. */
static const size_t level_begin[COLUMNS] = {0, 3, 5, 5};

/* One iteration in place. */
static long double plain_level_iteration(long double *weights, long double p[K][LEVELS], size_t n) {
    long double share[K] = {0}, count[K][LEVELS] = {{0}}, loglik = 0;
    for (size_t r = 0; r < n; r++) {
        long double joint[K], all = 0;
        for (size_t c = 0; c < K; c++) {
            joint[c] = weights[c];
            for (size_t j = 0; j < COLUMNS; j++) {
                joint[c] *= j == 2 ? 1 : p[c][level_begin[j] + (size_t)level_at(r, j)];
            }
            all += joint[c];
        }
        loglik += logl(all);
        for (size_t c = 0; c < K; c++) {
            share[c] += joint[c] / all;
            for (size_t j = 0; j < COLUMNS; j++) {
                if (j != 2) {
                    count[c][level_begin[j] + (size_t)level_at(r, j)] += joint[c] / all;
                }
            }
        }
    }
    for (size_t c = 0; c < K; c++) {
        weights[c] = share[c] / (long double)n;
        for (size_t i = 0; i < LEVELS; i++) {
            p[c][i] = count[c][i] / share[c];
        }
    }
    return loglik;
}

static void parts_with_levels_take_the_steps_of_a_plain_em(void **state) {
    (void)state;
    enum { N = 246 }; /* rows that do not fill their last vector */
    const mix_shape shape = {.family = &level_family, .k = K, .d = COLUMNS, .parts = &three_parts};
    const mix_maximize how = {0};
    double weights[K] = {0.3, 0.7}, log_weights[K], derived[K * (1 + LEVELS)];
    double p[K * LEVELS] = {0.5, 0.25, 0.25, 0.75, 0.25, 0.125, 0.125, 0.25, 0.5,
                            0.2, 0.3,  0.5,  0.4,  0.6,  0.25,  0.25,  0.3,  0.2};
    double *arrays[] = {p};
    unsigned char floored[K];
    mixture_model model = {.family = &level_family,
                           .k = K,
                           .d = COLUMNS,
                           .parts = &three_parts,
                           .weights = weights,
                           .arrays = arrays,
                           .log_weights = log_weights,
                           .derived = derived,
                           .floored = floored};
    long double plain_weights[K], plain_p[K][LEVELS];
    for (size_t i = 0; i < K * LEVELS; i++) {
        plain_p[i / LEVELS][i % LEVELS] = (long double)p[i];
        plain_weights[i / LEVELS] = (long double)weights[i / LEVELS];
    }
    mixture_data *data = mixture_data_new(COLUMNS, 0);
    for (size_t r = 0; r < N; r++) {
        const double row[] = {level_at(r, 0), level_at(r, 1), level_at(r, 2), level_at(r, 3)};
        assert_int_equal(mixture_data_append(data, row, 1, 0), MIXTURE_OK);
    }
    size_t scratch_size = mix_family_scratch(&shape);
    double *scratch = malloc(scratch_size * sizeof(double)); /* to the byte, and of no number */
    memset(scratch, 255, scratch_size * sizeof(double));
    assert_int_equal(mixture_model_prepare(&model, NULL), MIXTURE_OK);
    for (int map = 0; map < 5; map++) {
        double statistics[MIX_TOTALS + K * (1 + LEVELS)] = {0};
        for (size_t b = 0; b < data->block_count; b++) {
            mix_rows rows = mix_data_block(data, b);
            mix_statistics_expect(&model, &rows, statistics, scratch);
        }
        assert_close(statistics[MIX_TOTAL_LOGLIK], (double)plain_level_iteration(plain_weights, plain_p, N), 1e-12,
                     0);
        assert_int_equal(mix_statistics_maximize(&model, statistics, &how, scratch, NULL), MIXTURE_OK);
        for (size_t i = 0; i < K * LEVELS; i++) {
            assert_close(p[i], (double)plain_p[i / LEVELS][i % LEVELS], 1e-12, 0);
            assert_close(weights[i / LEVELS], (double)plain_weights[i / LEVELS], 1e-12, 0);
        }
    }
    free(scratch);
    mixture_data_free(data);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_family_of_features_takes_the_steps_of_a_plain_em),
        cmocka_unit_test(a_family_of_features_finds_its_maximum_from_drawn_starts),
        cmocka_unit_test(sizes_follow_from_the_shape),
        cmocka_unit_test(parts_with_levels_take_the_steps_of_a_plain_em),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
