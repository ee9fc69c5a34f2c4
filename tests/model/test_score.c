/* test_score.c: what a model says of a row: complete, with values missing, far away, alone and among others. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "family.h"
#include "kernel.h"
#include "score.h"

enum { K = 3, D = 4 };
static const double missing = NAN;
#define LENGTH(array) (sizeof(array) / sizeof *(array))

static mixture_model *make_model(size_t k, size_t d, const double *weights, const double *means,
                                 const double *covariances) {
    mixture_model *model = mixture_model_new(&mixture_gaussian, k, d);
    assert_non_null(model);
    memcpy(model->weights, weights, k * sizeof(double));
    memcpy(model->arrays[0], means, k * d * sizeof(double));
    memcpy(model->arrays[1], covariances, k * d * d * sizeof(double));
    mixture_error error;
    if (mixture_model_prepare(model, &error) != MIXTURE_OK) {
        fail_msg("%s", error.text);
    }
    return model;
}

static mixture_model *four_columns(bool axis_aligned) {
    static const double weights[] = {0.5, 0.3, 0.2}, means[] = {0, 1, -2, 3, 5, -1, 0, 2, -3, -3, 4, 0};
    double covariances[K * D * D];
    for (size_t i = 0; i < K * D * D; i++) {
        size_t c = i / (D * D), row = i / D % D, column = i % D, gap = row > column ? row - column : column - row;
        double size = sqrt((double)((row + 1) * (column + 1))) * (double)(c + 1);
        covariances[i] = gap == 0 ? size : axis_aligned ? 0 : size * pow(c == 1 ? -0.6 : 0.5, (double)gap);
    }
    return make_model(K, D, weights, means, covariances);
}

/* Log density of the observed values under a component: the rows and columns of the covariance that are left, by
** Gauss' elimination. Also the squared distance. */
static long double slow_density(const mixture_model *model, size_t c, const double *x, long double *distance) {
    long double a[D][D + 1], sum = 0;
    size_t d = model->d, seen[D], n = 0;
    for (size_t j = 0; j < d; j++) {
        if (!isnan(x[j])) {
            seen[n++] = j;
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            a[i][j] = (long double)model->arrays[1][(c * d + seen[i]) * d + seen[j]];
        }
        a[i][n] = (long double)x[seen[i]] - (long double)model->arrays[0][c * d + seen[i]];
    }
    *distance = 0;
    for (size_t i = 0; i < n; i++) {
        sum += logl(2 * acosl(-1) * a[i][i]);
        *distance += a[i][n] * a[i][n] / a[i][i];
        for (size_t r = i + 1; r < n; r++) {
            long double factor = a[r][i] / a[i][i];
            for (size_t j = i; j <= n; j++) {
                a[r][j] -= factor * a[i][j];
            }
        }
    }
    return -(sum + *distance) / 2;
}

static void check_row(const mixture_model *model, const double *x, mixture_scratch *scratch) {
    double resp[K], densities[K], sum = 0;
    long double joint[K], top = -HUGE_VALL, total = 0;
    double log_density = mixture_responsibilities(model, x, resp, scratch);
    mixture_component_log_densities(model, x, densities, scratch);
    for (size_t c = 0; c < model->k; c++) {
        long double distance, want = slow_density(model, c, x, &distance);
        assert_close(densities[c], (double)want, 1e-12, 1e-12);
        assert_close(mixture_distance(model, c, x, scratch), (double)sqrtl(distance), 1e-13, 1e-15);
        joint[c] = want + logl((long double)model->weights[c]);
        top = fmaxl(top, joint[c]);
    }
    for (size_t c = 0; c < model->k; c++) {
        total += expl(joint[c] - top);
    }
    assert_close(log_density, (double)(top + logl(total)), 1e-12, 1e-12);
    for (size_t c = 0; c < model->k; c++) {
        assert_close(resp[c], (double)(expl(joint[c] - top) / total), 1e-11, 1e-300);
        sum += resp[c];
    }
    assert_close(sum, 1, 1e-15, 0);
}

/* ---- Values missing -------------------------------------------------------------------------------------- */

static void every_subset_of_values_is_scored_by_its_marginal(void **state) {
    (void)state;
    for (int axis = 0; axis < 2; axis++) {
        mixture_model *model = four_columns(axis);
        mixture_scratch *scratch = mixture_scratch_new(model);
        mix_random random;
        mix_random_seed(&random, 1, 0);
        for (int i = 0; i < 50; i++) {
            for (unsigned observed = 0; observed < 1 << D; observed++) {
                double x[D];
                for (size_t j = 0; j < D; j++) {
                    x[j] = observed >> j & 1 ? 4 * mix_random_normal(&random) : missing;
                }
                check_row(model, x, scratch);
            }
        }
        mixture_scratch_free(scratch);
        mixture_model_free(model);
    }
}

static void a_row_of_which_nothing_is_observed_has_the_weights_and_density_one(void **state) {
    (void)state;
    mixture_model *model = four_columns(false);
    mixture_scratch *scratch = mixture_scratch_new(model);
    double x[] = {missing, missing, missing, missing}, resp[K];
    assert_true(mixture_responsibilities(model, x, resp, scratch) == 0);
    for (size_t c = 0; c < K; c++) {
        assert_close(resp[c], model->weights[c], 1e-15, 0);
        assert_true(mixture_distance(model, c, x, scratch) == 0);
    }
    mixture_impute(model, x, scratch); /* the mixture's mean: -2 * 0.5 + 0 * 0.3 + 4 * 0.2 for the third */
    assert_close(x[2], -0.2, 1e-14, 0);
    mixture_scratch_free(scratch);
    mixture_model_free(model);
}

static const double pair_weights[] = {0.7, 0.3}, pair_means[] = {0, 1, 3, -2};
static const double pair_covariances[] = {2, 1.2, 1.2, 1.5, 1, -0.5, -0.5, 3};

static void a_marginal_is_the_integral_over_what_is_missing(void **state) {
    (void)state;
    mixture_model *model = make_model(2, 2, pair_weights, pair_means, pair_covariances);
    mixture_scratch *scratch = mixture_scratch_new(model);
    for (double at = -4; at <= 6; at += 0.7) {
        double resp[2], sum = 0;
        const double h = 0.05; /* the trapezoidal rule converges faster than any power of h for such integrands */
        for (double other = -25; other <= 25; other += h) {
            const double x[] = {at, other};
            sum += h * exp(mixture_responsibilities(model, x, resp, scratch));
        }
        const double x[] = {at, missing};
        assert_close(exp(mixture_responsibilities(model, x, resp, scratch)), sum, 1e-12, 0);
    }
    mixture_scratch_free(scratch);
    mixture_model_free(model);
}

static void imputing_is_the_regression_of_each_component_mixed_by_its_responsibility(void **state) {
    (void)state;
    mixture_model *model = make_model(2, 2, pair_weights, pair_means, pair_covariances);
    mixture_scratch *scratch = mixture_scratch_new(model);
    for (double at = -4; at <= 6; at += 0.5) {
        for (size_t seen = 0; seen < 2; seen++) {
            size_t lost = 1 - seen;
            double joint[2], regression[2];
            for (size_t c = 0; c < 2; c++) {
                const double *m = pair_means + 2 * c, *s = pair_covariances + 4 * c;
                double variance = s[3 * seen], u = at - m[seen];
                joint[c] = pair_weights[c] * exp(-u * u / variance / 2) / sqrt(variance);
                regression[c] = m[lost] + s[1] / variance * u;
            }
            double x[2];
            x[seen] = at;
            x[lost] = missing;
            mixture_impute(model, x, scratch);
            double want = (joint[0] * regression[0] + joint[1] * regression[1]) / (joint[0] + joint[1]);
            assert_close(x[lost], want, 1e-13, 1e-14);
            assert_true(x[seen] == at);
        }
    }
    double complete[] = {1, 2};
    mixture_impute(model, complete, scratch);
    assert_true(complete[0] == 1 && complete[1] == 2);
    mixture_scratch_free(scratch);
    mixture_model_free(model);
}

/* ---- Far away -------------------------------------------------------------------------------------------- */

static void rows_however_far_have_responsibilities_and_no_answer_is_not_a_number(void **state) {
    (void)state;
    const double reaches[] = {1e5, 1e8, 1e150, 1e154, 1e160, 1e300, 1.7e308};
    for (int axis = 0; axis < 2; axis++) {
        mixture_model *model = four_columns(axis);
        mixture_scratch *scratch = mixture_scratch_new(model);
        for (size_t i = 0; i < LENGTH(reaches); i++) {
            for (size_t signs = 0; signs < 81; signs++) { /* +, - or not observed in each column */
                double x[D], resp[K], densities[K], sum = 0;
                for (size_t j = 0, rest = signs; j < D; j++, rest /= 3) {
                    x[j] = rest % 3 == 0 ? reaches[i] : rest % 3 == 1 ? -reaches[i] : missing;
                }
                double log_density = mixture_responsibilities(model, x, resp, scratch);
                assert_true(log_density < (signs == 80 ? 1 : -1e8)); /* 80: nothing is observed */
                mixture_component_log_densities(model, x, densities, scratch);
                for (size_t c = 0; c < K; c++) {
                    assert_true(resp[c] >= 0 && resp[c] <= 1 && !isnan(densities[c]));
                    assert_true(mixture_distance(model, c, x, scratch) >= 0);
                    sum += resp[c];
                }
                assert_close(sum, 1, 1e-15, 0);
                mixture_impute(model, x, scratch);
                for (size_t j = 0; j < D; j++) {
                    assert_true(x[j] == x[j]);
                }
                if (signs < 80 && axis) { /* variances are in the ratio 1:2:3: the widest one wins */
                    assert_true(resp[2] == 1);
                }
            }
        }
        mixture_scratch_free(scratch);
        mixture_model_free(model);
    }
}

/* Of one covariance S the log odds are (m_2 - m_1)' S^-1 (x - (m_1 + m_2) / 2), here 10: of squared distances of
** up to 1e60 whose difference no double has. */
static void far_from_components_of_one_covariance_the_nearer_one_is_likelier(void **state) {
    (void)state;
    const double weights[] = {0.5, 0.5}, covariances[] = {4, 0, 0, 1, 4, 0, 0, 1};
    for (double reach = 1; reach < 1e31; reach *= 1e3) {
        const double means[] = {0, 7, 20 / reach, 7}, rows[][2] = {{2 * reach, 7}, {2 * reach, missing}};
        mixture_model *model = make_model(2, 2, weights, means, covariances);
        mixture_scratch *scratch = mixture_scratch_new(model);
        for (size_t i = 0; i < LENGTH(rows); i++) {
            double resp[2], log_odds = 20 / reach / 4 * (2 * reach - 10 / reach);
            (void)mixture_responsibilities(model, rows[i], resp, scratch);
            assert_close(log(resp[1] / resp[0]), log_odds, 1e-6, 0);
        }
        mixture_scratch_free(scratch);
        mixture_model_free(model);
    }
}

/* In a column of the same variance, too, when others tell them apart but little; and whatever their order is. */
static void far_away_the_likeliest_of_many_is_found(void **state) {
    (void)state;
    const double weights[] = {0.3, 0.2, 0.1, 0.4}, means[] = {4, 0, 8, 0, 8, 1, -8, 0};
    const double covariances[] = {1, 0, 0, 1, 1, 0, 0, 4, 1, 0, 0, 9, 1, 0, 0, 1};
    mixture_model *model = make_model(4, 2, weights, means, covariances);
    mixture_scratch *scratch = mixture_scratch_new(model);
    const double reaches[] = {1e6, 1e15, 1e30, 1e100, 1e200, 1.7e308};
    for (size_t i = 0; i < LENGTH(reaches); i++) {
        double right[] = {reaches[i], 0}, left[] = {-reaches[i], 0}, resp[4];
        (void)mixture_responsibilities(model, right, resp, scratch);
        /* Between 2 and 3, by their second column: N(0; 0, 4) and N(0; 1, 9). */
        assert_true(resp[0] == 0 && resp[3] == 0);
        assert_close(resp[1] / resp[2], 0.2 / 2 / (0.1 / 3 * exp(-1. / 18)), 1e-12, 0);
        (void)mixture_responsibilities(model, left, resp, scratch);
        assert_true(resp[3] == 1);
    }
    mixture_scratch_free(scratch);
    mixture_model_free(model);
}

static void a_distance_is_that_in_deviations_also_beyond_the_square_root_of_the_largest_double(void **state) {
    (void)state;
    const double weight = 1, means[] = {1, 1}, covariances[] = {4, 0, 0, 9};
    mixture_model *model = make_model(1, 2, &weight, means, covariances);
    mixture_scratch *scratch = mixture_scratch_new(model);
    const double near[] = {1 + 6, 1 - 12}, far[] = {6e200, 12e200}, half[] = {missing, 1 + 9};
    assert_close(mixture_distance(model, 0, near, scratch), 5, 1e-15, 0);
    assert_close(mixture_distance(model, 0, far, scratch), 5e200, 1e-14, 0);
    assert_close(mixture_distance(model, 0, half, scratch), 3, 1e-15, 0);
    mixture_scratch_free(scratch);
    mixture_model_free(model);
}

static void a_component_of_weight_zero_gets_nothing_anywhere(void **state) {
    (void)state;
    const double weights[] = {0, 1};
    mixture_model *model = make_model(2, 2, weights, pair_means, pair_covariances);
    mixture_scratch *scratch = mixture_scratch_new(model);
    const double rows[][2] = {{0, 1}, {3, -2}, {1e5, 0}, {1e160, 1}, {0, missing}, {missing, missing}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        double resp[2], densities[2];
        double log_density = mixture_responsibilities(model, rows[i], resp, scratch);
        mixture_component_log_densities(model, rows[i], densities, scratch);
        assert_true(resp[0] == 0 && resp[1] == 1);
        assert_close(log_density, densities[1], 1e-15, 0);
    }
    mixture_scratch_free(scratch);
    mixture_model_free(model);
}

/* ---- Alone and among others ------------------------------------------------------------------------------ */

static void a_row_alone_and_in_a_block_has_the_same_bits(void **state) {
    (void)state;
    const size_t k = K, d = D, n = 253;
    for (const mix_kernel *const *next = mix_kernel_all(); *next != NULL; next++) {
        for (int axis = 0; axis < 2 && (*next)->supported(); axis++) {
            mix_kernel_force(*next);
            mixture_model *model = four_columns(axis);
            mixture_scratch *scratch = mixture_scratch_new(model);
            static double x[D * MIX_BLOCK_ROWS], block[K * MIX_BLOCK_ROWS], work[2 * D * MIX_BLOCK_ROWS];
            mix_rows rows = {.x = x, .stride = MIX_BLOCK_ROWS, .count = n, .padded = MIX_BLOCK_ROWS};
            mix_random random;
            mix_random_seed(&random, 2, 0);
            for (size_t i = 0; i < d * MIX_BLOCK_ROWS; i++) {
                x[i] = 5 * mix_random_normal(&random);
            }
            double alone[K], row[D], totals[MIX_TOTALS] = {0};
            model->family->log_density(model, &rows, block, work);
            for (int resp = 0; resp < 2; resp++) {
                if (resp) {
                    mix_kernel_current()->posterior(&rows, k, model->log_weights, block, totals);
                }
                for (size_t r = 0; r < n; r++) {
                    for (size_t j = 0; j < d; j++) {
                        row[j] = x[j * MIX_BLOCK_ROWS + r];
                    }
                    if (resp) {
                        (void)mixture_responsibilities(model, row, alone, scratch);
                    } else {
                        mixture_component_log_densities(model, row, alone, scratch);
                    }
                    for (size_t c = 0; c < k; c++) {
                        assert_memory_equal(&alone[c], &block[c * MIX_BLOCK_ROWS + r], sizeof(double));
                    }
                }
            }
            mixture_scratch_free(scratch);
            mixture_model_free(model);
        }
    }
    mix_kernel_force(NULL);
}

static void a_batch_adds_up_single_rows_complete_incomplete_and_far(void **state) {
    (void)state;
    mixture_model *model = four_columns(false);
    mixture_scratch *scratch = mixture_scratch_new(model);
    mix_random random;
    mix_random_seed(&random, 3, 0);
    for (int far = 0; far < 2; far++) {
        mix_batch *batch = mix_batch_new(model);
        assert_true(mix_batch_total(batch) == 0);
        long double sum = 0;
        for (int i = 0; i < 1000; i++) {
            double x[D], resp[K];
            for (size_t j = 0; j < D; j++) {
                x[j] = i % 9 == 0 && j == 1 ? missing : 5 * mix_random_normal(&random);
            }
            x[0] = far && i % 400 == 100 ? 1e151 : x[0];
            mix_batch_add(batch, x, 1, 0);
            sum += (long double)mixture_responsibilities(model, x, resp, scratch);
            if (i % 100 == 99) { /* looked at on the way, it goes on */
                assert_close(mix_batch_total(batch), (double)sum, 1e-13, 0);
            }
        }
        assert_true(mix_batch_total(batch) == mix_batch_total(batch));
        mix_batch_free(batch);
    }
    mixture_scratch_free(scratch);
    mixture_model_free(model);
}

/* ---- Large counts ------------------------------------------------------------------------------------------ */

static mixture_model *count_model(size_t k, size_t d, const double *weights, const double *probabilities) {
    mixture_model *model = mixture_model_new(&mixture_multinomial, k, d);
    memcpy(model->weights, weights, k * sizeof(double));
    memcpy(model->arrays[0], probabilities, k * d * sizeof(double));
    assert_int_equal(mixture_model_prepare(model, NULL), MIXTURE_OK);
    return model;
}

/* By mpmath with 70 digits. Of probabilities that sum to .9999999 the formula is taken as it is written. */
static void counts_up_to_2_to_53_are_scored_with_all_digits(void **state) {
    (void)state;
    static const struct {
        size_t d;
        double p[4], x[4], log_density;
    } known[] = {
        {2, {1e-3, 0.999}, {1e9, 1e12}, -511.44698937001224938},
        {4,
         {0.11903651279532257, 0.16707633454616996, 0.32174589240355983, 0.3921412602549477},
         {1072185566102207, 1504889797086363, 2898029412338855, 3532094380446767},
         -55.827665551687307581},
        {2, {0.4187270162698899, 0.58127298373011}, {2312741658594248, 5073698206133125}, -174840315225521.73124},
        {2, {0.7887558008567469, 0.21124419914325315}, {0, 0}, 0},
        {3,
         {0.3333333, 0.3333333, 0.3333333},
         {3002396801829347, 3002396831687524, 3002396798051544},
         -900719125.25854096171},
        {2,
         {0.11972068698516851, 0.8802793130148315},
         {544903452654665, 9007199254740992},
         -215560520808189.53165},
        {2,
         {0.7509667324146317, 0.24903326758536828},
         {2075911175187844, 688407250094502},
         -17.781717177175743988},
        {2, {0.27466949220576214, 0.7253305077942379}, {3, 0}, -3.8765602519103594043},
        {3,
         {0.015416113208609732, 0.672137212879146, 0.3124466739122443},
         {601358724, 28158053049, 16302181930},
         -250153116.14513905532},
        {2, {0.2890129709854587, 0.7109870290145412}, {38713882, 113968683}, -479317.69962944769116},
    };
    for (size_t i = 0; i < LENGTH(known); i++) {
        const double one = 1;
        double resp;
        mixture_model *model = count_model(1, known[i].d, &one, known[i].p);
        mixture_scratch *scratch = mixture_scratch_new(model);
        assert_close(mixture_responsibilities(model, known[i].x, &resp, scratch), known[i].log_density, 1e-14,
                     1e-13);
        mixture_scratch_free(scratch);
        mixture_model_free(model);
    }
}

static void responsibilities_of_large_counts_have_all_digits(void **state) {
    (void)state;
    static const double weights[] = {0.5, 0.5}, p[] = {0.3, 0.7, 0.30000001, 0.69999999};
    static const double x[] = {300000003500000, 700000000000000};
    mixture_model *model = count_model(2, 2, weights, p);
    mixture_scratch *scratch = mixture_scratch_new(model);
    double resp[2], densities[2];
    assert_close(mixture_posterior(model, x, resp, densities, scratch), -17.510221347814926809, 1e-14, 0);
    assert_close(densities[0], -17.477805678566213002, 1e-14, 0);
    assert_close(densities[1], -17.543723096966624427, 1e-14, 0);
    assert_close(resp[0], 0.51647339014642869825, 1e-12, 0);
    assert_close(resp[0] + resp[1], 1, 1e-15, 0);
    mixture_scratch_free(scratch);
    mixture_model_free(model);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_subset_of_values_is_scored_by_its_marginal),
        cmocka_unit_test(a_row_of_which_nothing_is_observed_has_the_weights_and_density_one),
        cmocka_unit_test(a_marginal_is_the_integral_over_what_is_missing),
        cmocka_unit_test(imputing_is_the_regression_of_each_component_mixed_by_its_responsibility),
        cmocka_unit_test(rows_however_far_have_responsibilities_and_no_answer_is_not_a_number),
        cmocka_unit_test(far_from_components_of_one_covariance_the_nearer_one_is_likelier),
        cmocka_unit_test(far_away_the_likeliest_of_many_is_found),
        cmocka_unit_test(a_distance_is_that_in_deviations_also_beyond_the_square_root_of_the_largest_double),
        cmocka_unit_test(a_component_of_weight_zero_gets_nothing_anywhere),
        cmocka_unit_test(a_row_alone_and_in_a_block_has_the_same_bits),
        cmocka_unit_test(a_batch_adds_up_single_rows_complete_incomplete_and_far),
        cmocka_unit_test(counts_up_to_2_to_53_are_scored_with_all_digits),
        cmocka_unit_test(responsibilities_of_large_counts_have_all_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
