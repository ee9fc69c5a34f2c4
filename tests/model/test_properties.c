/* test_properties.c: what holds for every model, tried on models and rows drawn at random, always the same
** ones. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "model_json.h"
#include "plain.h"

enum { MODELS = 3000 };
static const double missing = NAN;

static size_t below(uint64_t *random, size_t n) {
    return (size_t)(plain_random(random) * (double)n);
}

static mixture_model *prepared(mixture_model *model) {
    mixture_error error;
    assert_non_null(model);
    if (mixture_model_prepare(model, &error) != MIXTURE_OK) {
        fail_msg("%s", error.text);
    }
    return model;
}

static mixture_model *gaussian_model(const plain *parameters) {
    size_t k = parameters->k, d = parameters->d;
    mixture_model *model = mixture_model_new(&mixture_gaussian, k, d);
    memcpy(model->weights, parameters->weights, k * sizeof(double));
    for (size_t c = 0; c < k; c++) {
        for (size_t i = 0; i < d; i++) {
            model->arrays[0][c * d + i] = parameters->means[c][i];
            memcpy(model->arrays[1] + (c * d + i) * d, parameters->covariances[c][i], d * sizeof(double));
        }
    }
    return prepared(model);
}

static mixture_model *multinomial_model(size_t k, size_t d, uint64_t *random) {
    mixture_model *model = mixture_model_new(&mixture_multinomial, k, d);
    double total = 0;
    for (size_t c = 0; c < k; c++) {
        double sum = 0;
        total += model->weights[c] = 0.1 + plain_random(random);
        for (size_t j = 0; j < d; j++) {
            sum += model->arrays[0][c * d + j] = 0.02 + plain_random(random);
        }
        for (size_t j = 0; j < d; j++) {
            model->arrays[0][c * d + j] /= sum;
        }
    }
    for (size_t c = 0; c < k; c++) {
        model->weights[c] /= total;
    }
    return prepared(model);
}

/* A row near a component or up to a thousand deviations away, some values missing. */
static void draw_row(const plain *parameters, uint64_t *random, double *x) {
    size_t c = below(random, parameters->k);
    double reach = pow(10, 4 * plain_random(random) - 1);
    for (size_t j = 0; j < parameters->d; j++) {
        x[j] = parameters->means[c][j] + reach * (plain_random(random) - 0.5);
        if (below(random, 5) == 0) {
            x[j] = missing;
        }
    }
}

static void scores_are_those_of_the_plain_implementation_and_responsibilities_sum_to_one(void **state) {
    (void)state;
    uint64_t random = 1;
    for (unsigned seed = 0; seed < MODELS; seed++) {
        plain parameters = plain_model(1 + below(&random, PLAIN_K), 1 + below(&random, PLAIN_D), seed);
        mixture_model *model = gaussian_model(&parameters);
        mixture_scratch *scratch = mixture_scratch_new(model);
        for (int i = 0; i < 4; i++) {
            double x[PLAIN_D], imputed[PLAIN_D], want[PLAIN_D], resp[PLAIN_K], densities[PLAIN_K], sum = 0;
            long double right[PLAIN_K], squared;
            draw_row(&parameters, &random, x);
            double log_density = mixture_responsibilities(model, x, resp, scratch);
            mixture_component_log_densities(model, x, densities, scratch);
            assert_close(log_density, (double)plain_log_density(&parameters, x, right), 1e-10, 1e-10);
            for (size_t c = 0; c < parameters.k; c++) {
                double exact = (double)plain_component(&parameters, c, x, &squared);
                assert_close(densities[c], exact, 1e-10, 1e-10);
                assert_close(mixture_distance(model, c, x, scratch), (double)sqrtl(squared), 1e-10, 0);
                /* A difference of log densities of this size has so many digits left. */
                assert_close(resp[c], (double)right[c], 1e-10 + 100 * DBL_EPSILON * fabs(exact), 1e-300);
                assert_true(resp[c] >= 0 && resp[c] <= 1);
                sum += resp[c];
            }
            assert_close(sum, 1, 4 * DBL_EPSILON, 0);
            memcpy(imputed, x, sizeof x);
            mixture_impute(model, imputed, scratch);
            plain_impute(&parameters, x, want);
            for (size_t j = 0; j < parameters.d; j++) {
                assert_close(imputed[j], want[j], 1e-8, 1e-8);
            }
        }
        mixture_scratch_free(scratch);
        mixture_model_free(model);
    }
}

static void the_order_of_columns_and_components_changes_no_score(void **state) {
    (void)state;
    uint64_t random = 2;
    for (unsigned seed = 0; seed < MODELS; seed++) {
        plain one = plain_model(PLAIN_K, PLAIN_D, seed), other = one;
        size_t column[PLAIN_D] = {0, 1, 2, 3, 4}, component[PLAIN_K] = {0, 1, 2, 3};
        for (size_t i = PLAIN_D; i-- > 1;) {
            size_t j = below(&random, i + 1), swap = column[i];
            column[i] = column[j];
            column[j] = swap;
        }
        for (size_t i = PLAIN_K; i-- > 1;) {
            size_t j = below(&random, i + 1), swap = component[i];
            component[i] = component[j];
            component[j] = swap;
        }
        double x[PLAIN_D], moved[PLAIN_D], resp[PLAIN_K], moved_resp[PLAIN_K];
        draw_row(&one, &random, x);
        for (size_t c = 0; c < PLAIN_K; c++) {
            other.weights[c] = one.weights[component[c]];
            for (size_t i = 0; i < PLAIN_D; i++) {
                moved[i] = x[column[i]];
                other.means[c][i] = one.means[component[c]][column[i]];
                for (size_t j = 0; j < PLAIN_D; j++) {
                    other.covariances[c][i][j] = one.covariances[component[c]][column[i]][column[j]];
                }
            }
        }
        mixture_model *model = gaussian_model(&one), *permuted = gaussian_model(&other);
        mixture_scratch *scratch = mixture_scratch_new(model), *permuted_scratch = mixture_scratch_new(permuted);
        double log_density = mixture_responsibilities(model, x, resp, scratch);
        assert_close(mixture_responsibilities(permuted, moved, moved_resp, permuted_scratch), log_density, 1e-10,
                     1e-12);
        for (size_t c = 0; c < PLAIN_K; c++) {
            assert_close(moved_resp[c], resp[component[c]], 1e-9 + 1e-12 * fabs(log_density), 1e-300);
        }
        mixture_scratch_free(scratch);
        mixture_scratch_free(permuted_scratch);
        mixture_model_free(model);
        mixture_model_free(permuted);
    }
}

static void a_model_read_back_from_its_text_scores_the_same_bits(void **state) {
    (void)state;
    uint64_t random = 3;
    for (unsigned seed = 0; seed < MODELS; seed++) {
        plain parameters = plain_model(1 + below(&random, PLAIN_K), 1 + below(&random, PLAIN_D), seed);
        bool counts = seed % 4 == 0;
        mixture_model *model = counts ? multinomial_model(parameters.k, parameters.d, &random)
                                      : gaussian_model(&parameters),
                      *again;
        mix_json_writer writer = {0};
        mixture_error error;
        size_t length;
        mix_model_json_write(model, &writer);
        char *text = mix_json_finish(&writer, &length);
        assert_int_equal(mix_model_json_read(text, length, &again, &error), MIXTURE_OK);
        mix_memory_free(text);
        mixture_scratch *scratch = mixture_scratch_new(model), *again_scratch = mixture_scratch_new(again);
        for (int i = 0; i < 4; i++) {
            double x[PLAIN_D], one[PLAIN_K + 1], two[PLAIN_K + 1];
            draw_row(&parameters, &random, x);
            for (size_t j = 0; counts && j < parameters.d; j++) {
                x[j] = floor(fabs(x[j]));
            }
            one[PLAIN_K] = mixture_responsibilities(model, x, one, scratch);
            two[PLAIN_K] = mixture_responsibilities(again, x, two, again_scratch);
            assert_memory_equal(one, two, parameters.k * sizeof(double));
            assert_memory_equal(&one[PLAIN_K], &two[PLAIN_K], sizeof(double));
        }
        mixture_scratch_free(scratch);
        mixture_scratch_free(again_scratch);
        mixture_model_free(model);
        mixture_model_free(again);
    }
}

/* ---- Densities ------------------------------------------------------------------------------------------- */

/* Half the width of the box about the origin that holds all but a hair of a random model: means lie within 4,
** variances below 2.25 + (d - 1). */
static const double reach = 4 + 8 * 1.9;

/* A trapezoidal sum over a smooth function that vanishes at both ends is exact once the step is below its
** width. */
static void a_density_integrates_to_one(void **state) {
    (void)state;
    for (unsigned seed = 0; seed < 60; seed++) {
        size_t d = 1 + seed % 2;
        plain parameters = plain_model(1 + seed % PLAIN_K, d, seed);
        mixture_model *model = gaussian_model(&parameters);
        mixture_scratch *scratch = mixture_scratch_new(model);
        const double step = 0.1;
        double sum = 0, resp[PLAIN_K];
        for (double x = -reach; x <= reach; x += step) {
            for (double y = d == 1 ? 0 : -reach; y <= (d == 1 ? 0 : reach); y += step) {
                const double at[] = {x, y};
                sum += exp(mixture_responsibilities(model, at, resp, scratch));
            }
        }
        assert_close(sum * pow(step, (double)d), 1, 1e-9, 0);
        mixture_scratch_free(scratch);
        mixture_model_free(model);
    }
}

/* The next row of `trials` counts in lexical order; false after the last, (trials, 0, ..., 0) being the first. */
static bool next_counts(double *counts, size_t d) {
    size_t j = d - 1;
    double tail = counts[d - 1];
    counts[d - 1] = 0;
    while (j > 0 && counts[j - 1] == 0) {
        j--;
    }
    if (j == 0) {
        return false;
    }
    counts[j - 1]--;
    counts[j] = tail + 1;
    return true;
}

static void probabilities_of_all_rows_of_counts_sum_to_one(void **state) {
    (void)state;
    uint64_t random = 5;
    for (int i = 0; i < 200; i++) {
        size_t k = 1 + below(&random, PLAIN_K), d = 1 + below(&random, PLAIN_D);
        mixture_model *model = multinomial_model(k, d, &random);
        mixture_scratch *scratch = mixture_scratch_new(model);
        double counts[PLAIN_D] = {(double)below(&random, 9)}, resp[PLAIN_K], sum = 0;
        do {
            sum += exp(mixture_responsibilities(model, counts, resp, scratch));
        } while (next_counts(counts, d));
        assert_close(sum, 1, 1e-12, 0);
        mixture_scratch_free(scratch);
        mixture_model_free(model);
    }
}

/* ---- Draws agree with densities -------------------------------------------------------------------------- */

enum { DRAWS = 20000, CELLS = 24 };

/* Pearson's statistic over cells that expect at least 5 draws; the others are one cell together. Its square root
** times 2 is normal to a good approximation (Fisher): beyond 6 deviations once in 10^9. */
static void check_chi_square(const double *expected, const double *drawn, size_t cells) {
    double statistic = 0, few_expected = 0, few_drawn = 0, degrees = -1;
    for (size_t i = 0; i < cells; i++) {
        if (expected[i] < 5) {
            few_expected += expected[i];
            few_drawn += drawn[i];
        } else {
            statistic += (drawn[i] - expected[i]) * (drawn[i] - expected[i]) / expected[i];
            degrees++;
        }
    }
    if (few_expected >= 5) {
        statistic += (few_drawn - few_expected) * (few_drawn - few_expected) / few_expected;
        degrees++;
    } else {
        assert_true(few_drawn < 30);
    }
    assert_true(sqrt(2 * statistic) - sqrt(2 * fmax(degrees, 1) - 1) < 6);
}

/* Cells of the line: what is left of -6, 22 cells of width 0.5 * 12 / 11, what is right of 6. */
static size_t cell_of(double x) {
    double cell = floor((x + 6) / 12 * (CELLS - 2)) + 1;
    return cell < 0 ? 0 : cell >= CELLS ? CELLS - 1 : (size_t)cell;
}

static void draws_fall_into_cells_as_the_density_says(void **state) {
    (void)state;
    for (unsigned seed = 0; seed < 40; seed++) {
        plain parameters = plain_model(1 + seed % PLAIN_K, 1 + seed % 3, seed + 100);
        mixture_model *model = gaussian_model(&parameters);
        mixture_scratch *scratch = mixture_scratch_new(model);
        size_t column = seed % parameters.d; /* its marginal: the other values missing */
        double expected[CELLS] = {0}, drawn[CELLS] = {0}, x[PLAIN_D], resp[PLAIN_K];
        const double step = 12.0 / (CELLS - 2) / 64;
        for (double at = -30 + step / 2; at < 30; at += step) {
            for (size_t j = 0; j < PLAIN_D; j++) {
                x[j] = j == column ? at : missing;
            }
            expected[cell_of(at)] += DRAWS * step * exp(mixture_responsibilities(model, x, resp, scratch));
        }
        mixture_sampler *sampler = mixture_sampler_new(model, (int64_t)seed, 0);
        for (int i = 0; i < DRAWS; i++) {
            (void)mixture_sampler_draw(sampler, x);
            drawn[cell_of(x[column])]++;
        }
        check_chi_square(expected, drawn, CELLS);
        mixture_sampler_free(sampler);
        mixture_scratch_free(scratch);
        mixture_model_free(model);
    }
}

static void draws_of_counts_are_as_frequent_as_their_probability_says(void **state) {
    (void)state;
    enum { TRIALS = 6 };
    uint64_t random = 7;
    for (int i = 0; i < 40; i++) {
        mixture_model *model = multinomial_model(1 + below(&random, PLAIN_K), 2, &random);
        mixture_scratch *scratch = mixture_scratch_new(model);
        mixture_sampler *sampler = mixture_sampler_new(model, i, TRIALS);
        double expected[TRIALS + 1], drawn[TRIALS + 1] = {0}, x[2], resp[PLAIN_K];
        for (int heads = 0; heads <= TRIALS; heads++) {
            const double counts[] = {heads, TRIALS - heads};
            expected[heads] = DRAWS * exp(mixture_responsibilities(model, counts, resp, scratch));
        }
        for (int j = 0; j < DRAWS; j++) {
            (void)mixture_sampler_draw(sampler, x);
            assert_true(x[0] + x[1] == TRIALS);
            drawn[(int)x[0]]++;
        }
        check_chi_square(expected, drawn, TRIALS + 1);
        mixture_sampler_free(sampler);
        mixture_scratch_free(scratch);
        mixture_model_free(model);
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_are_those_of_the_plain_implementation_and_responsibilities_sum_to_one),
        cmocka_unit_test(the_order_of_columns_and_components_changes_no_score),
        cmocka_unit_test(a_model_read_back_from_its_text_scores_the_same_bits),
        cmocka_unit_test(a_density_integrates_to_one),
        cmocka_unit_test(probabilities_of_all_rows_of_counts_sum_to_one),
        cmocka_unit_test(draws_fall_into_cells_as_the_density_says),
        cmocka_unit_test(draws_of_counts_are_as_frequent_as_their_probability_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
