/* test_halving.c: selections over many rows compare their candidates on samples. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "counted.h"
#include "data.h"
#include "model.h"
#include "paired.h"
#include "select.h"

enum { HALF_K = 3, HALF_STRUCTURES = 7, HALF_ROWS = 6000, HALF_SAMPLE = 400 };

static double half_uniform(uint64_t *random) {
    return (double)(random_bits(random) >> 11) * 0x1p-53;
}

/* Standard normal by Box and Muller. */
static double half_normal(uint64_t *random) {
    double radius = sqrt(-2 * log(1 - half_uniform(random)));
    return radius * cos(6.283185307179586 * half_uniform(random));
}

/* Three groups, the third of them oblong; `apart` deviations between them. */
static mixture_data *half_rows(size_t rows, double apart, unsigned extras, double weight) {
    mixture_data *data = mixture_data_new(2, extras);
    uint64_t random = 1;
    for (size_t i = 0; data != NULL && i < rows; i++) {
        double x[2] = {half_normal(&random), half_normal(&random)};
        size_t group = i % 3;
        x[0] = group == 2 ? 3 * x[0] + x[1] : x[0] + apart * (double)group;
        x[1] += group == 2 ? apart : 0;
        if (mixture_data_append(data, x, weight, i == 0 ? 1 : 0) != MIXTURE_OK) {
            mixture_data_free(data);
            data = NULL;
        }
    }
    return data;
}

typedef struct half_problem {
    mixture_options options;
    mixture_choices choices;
    size_t arena_bytes;
} half_problem;

static half_problem half_choices(size_t sample, mixture_criterion criterion) {
    static const size_t every_k[HALF_K] = {1, 2, 3};
    static const int structures[HALF_STRUCTURES] = {MIXTURE_EII,  MIXTURE_SPHERICAL, MIXTURE_EEI, MIXTURE_DIAG,
                                                    MIXTURE_TIED, MIXTURE_VEV,       MIXTURE_FULL};
    half_problem problem = {.choices = {.k = every_k,
                                        .k_count = HALF_K,
                                        .structures = structures,
                                        .structure_count = HALF_STRUCTURES,
                                        .criterion = criterion,
                                        .sample = sample}};
    mixture_options_default(&problem.options);
    problem.options.threads = 1;
    return problem;
}

static mixture_model *half_select(const half_problem *problem, mixture_data *data) {
    mixture_model *model = NULL;
    mixture_error error;
    assert_non_null(data);
    assert_int_equal(mix_select(&mixture_gaussian, data, &problem->options, &problem->choices,
                                problem->arena_bytes, &model, &error),
                     MIXTURE_OK);
    mixture_data_free(data);
    return model;
}

static const mixture_candidate *find_half(const mixture_model *model, size_t k, int structure) {
    for (size_t i = 0; i < model->candidate_count; i++) {
        if (model->candidates[i].k == k && model->candidates[i].structure == structure) {
            return &model->candidates[i];
        }
    }
    fail_msg("no candidate of k = %zu", k);
    return NULL;
}

/* ---- The differences of rows ------------------------------------------------------------------------------ */

/* -2 log density, and 2 entropies, of one row under two components that are round. */
static double plain_value(const double mean[2][2], const double variance[2], const double weight[2],
                          const double x[2], bool entropy) {
    double joint[2], sum = 0, value;
    for (int c = 0; c < 2; c++) {
        double a = x[0] - mean[c][0], b = x[1] - mean[c][1];
        joint[c] = weight[c] / (6.283185307179586 * variance[c]) * exp(-(a * a + b * b) / 2 / variance[c]);
        sum += joint[c];
    }
    value = -2 * log(sum);
    for (int c = 0; c < 2; c++) {
        value -= entropy ? 2 * joint[c] / sum * log(joint[c] / sum) : 0;
    }
    return value;
}

static void rows_have_the_log_density_and_entropy_of_the_formula(void **state) {
    (void)state;
    enum { ROWS = 700 };
    const double mean[2][2] = {{0, 0}, {3, 1}}, variance[2] = {1, 2}, weight[2] = {0.3, 0.7};
    mixture_data *data = half_rows(ROWS, 3, MIXTURE_WEIGHTED, 4);
    mixture_error error;
    size_t column;
    assert_int_equal(mix_data_standardize(data, false, NULL, &column, &error), MIXTURE_OK);
    mixture_model *model = mixture_model_new(&mixture_gaussian, 2, 2);
    for (int c = 0; c < 2; c++) {
        model->weights[c] = weight[c];
        memcpy(model->arrays[0] + 2 * c, mean[c], sizeof mean[c]);
        model->arrays[1][4 * c] = model->arrays[1][4 * c + 3] = variance[c];
    }
    assert_int_equal(mixture_model_prepare(model, &error), MIXTURE_OK);
    double values[2][ROWS], plain[2][ROWS];
    const mixture_criterion criteria[] = {MIXTURE_BIC, MIXTURE_ICL};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(mix_paired_rows(model, data, criteria[i], NULL, values[i]), MIXTURE_OK);
        for (size_t r = 0; r < ROWS; r++) {
            const double x[2] = {mix_data_value(data, r, 0), mix_data_value(data, r, 1)};
            plain[i][r] = plain_value(mean, variance, weight, x, i == 1);
            assert_close(values[i][r], plain[i][r], 1e-12, 1e-12);
        }
    }
    /* The deviation of a sum is sqrt(n) times that of a row; here with all weights 4 in units of 4. */
    double sum = 0, squares = 0;
    for (size_t r = 0; r < ROWS; r++) {
        double difference = plain[1][r] - plain[0][r];
        sum += difference;
        squares += difference * difference;
    }
    double variance_of_row = squares / ROWS - sum / ROWS * (sum / ROWS);
    assert_close(mix_paired_deviation(data, values[1], values[0]), sqrt(ROWS * variance_of_row), 1e-9, 0);
    mixture_model_free(model);
    mixture_data_free(data);
}

/* ---- The choice ------------------------------------------------------------------------------------------- */

static void the_choice_is_that_of_all_rows_and_its_list_says_who_was_finished(void **state) {
    (void)state;
    const mixture_criterion criteria[] = {MIXTURE_BIC, MIXTURE_ICL};
    for (int i = 0; i < 2; i++) {
        half_problem sampled = half_choices(HALF_SAMPLE, criteria[i]), full = half_choices(0, criteria[i]);
        mixture_model *a = half_select(&sampled, half_rows(HALF_ROWS, 6, 0, 1));
        mixture_model *b = half_select(&full, half_rows(HALF_ROWS, 6, 0, 1));
        assert_int_equal(a->k, b->k);
        assert_int_equal(a->structure, b->structure);
        assert_close(a->loglik, b->loglik, 1e-9, 0);
        assert_int_equal(a->sample, HALF_SAMPLE);
        assert_int_equal(b->sample, 0);
        size_t finished = 0, later = 0, first = 0;
        for (size_t j = 0; j < a->candidate_count; j++) {
            const mixture_candidate *candidate = &a->candidates[j];
            const mixture_candidate *other = find_half(b, candidate->k, candidate->structure);
            finished += candidate->rows == 0;
            first += candidate->rows == HALF_SAMPLE;
            later += candidate->rows == 5 * HALF_SAMPLE;
            assert_int_equal(candidate->parameters, other->parameters);
            assert_close(candidate->bic, -2 * candidate->loglik + (double)candidate->parameters * log(HALF_ROWS),
                         1e-12, 0);
            /* A sum over n rows stands for one over N: its deviation is N / sqrt(n) times that of a row, about
            ** 1. */
            double deviation = HALF_ROWS / sqrt((double)candidate->rows);
            if (candidate->rows > 0) {
                assert_close(candidate->loglik, other->loglik, 0, 5 * deviation);
            }
            assert_true(j == 0 || !candidate->sound ||
                        (criteria[i] == MIXTURE_ICL ? candidate[-1].icl <= candidate->icl : true));
        }
        assert_int_equal(finished + later + first, HALF_K * HALF_STRUCTURES);
        assert_true(a->candidates[0].rows == 0 && finished >= 3);
        assert_true(first > later && finished < HALF_K * HALF_STRUCTURES / 2);
        mixture_model_free(a);
        mixture_model_free(b);
    }
}

static void assert_same_selection(const mixture_model *a, const mixture_model *b) {
    assert_int_equal(a->k, b->k);
    assert_int_equal(a->structure, b->structure);
    assert_int_equal(a->sample, b->sample);
    assert_memory_equal(a->weights, b->weights, a->k * sizeof(double));
    assert_memory_equal(a->arrays[0], b->arrays[0], a->k * a->d * sizeof(double));
    assert_memory_equal(a->arrays[1], b->arrays[1], a->k * a->d * a->d * sizeof(double));
    assert_memory_equal(&a->loglik, &b->loglik, sizeof a->loglik);
    for (size_t i = 0; i < a->candidate_count; i++) {
        assert_int_equal(a->candidates[i].rows, b->candidates[i].rows);
        assert_int_equal(a->candidates[i].k, b->candidates[i].k);
        assert_int_equal(a->candidates[i].structure, b->candidates[i].structure);
        assert_memory_equal(&a->candidates[i].icl, &b->candidates[i].icl, sizeof(double));
    }
}

static void neither_threads_nor_arenas_change_a_bit(void **state) {
    (void)state;
    half_problem problem = half_choices(HALF_SAMPLE, MIXTURE_BIC);
    mixture_model *one = half_select(&problem, half_rows(HALF_ROWS, 2, 0, 1));
    assert_int_equal(one->sample, HALF_SAMPLE);
    for (int threads = 2; threads <= 3; threads++) {
        problem.options.threads = threads;
        problem.arena_bytes = threads == 3 ? 50000 : 0; /* room for few fits */
        mixture_model *other = half_select(&problem, half_rows(HALF_ROWS, 2, 0, 1));
        assert_same_selection(one, other);
        mixture_model_free(other);
    }
    mixture_model_free(one);
}

static void where_it_saves_nothing_nothing_changes(void **state) {
    (void)state;
    static const int two[] = {MIXTURE_EII, MIXTURE_FULL};
    for (int i = 0; i < 3; i++) { /* few rows; few candidates; labels */
        half_problem problem = half_choices(HALF_SAMPLE, MIXTURE_BIC);
        size_t rows = i == 0 ? 3 * HALF_SAMPLE - 1 : 3 * HALF_SAMPLE;
        unsigned extras = i == 2 ? MIXTURE_LABELLED : 0;
        problem.choices.structures = two;
        problem.choices.structure_count = 2;
        problem.choices.k_count = i == 1 ? 2 : HALF_K;
        mixture_model *a = half_select(&problem, half_rows(rows, 4, extras, 1));
        problem.choices.sample = 0;
        mixture_model *b = half_select(&problem, half_rows(rows, 4, extras, 1));
        assert_int_equal(a->sample, 0);
        assert_same_selection(a, b);
        mixture_model_free(a);
        mixture_model_free(b);
    }
}

static void a_sample_has_enough_rows_for_the_largest_candidate(void **state) {
    (void)state;
    half_problem problem = half_choices(10, MIXTURE_BIC);
    mixture_model *model = half_select(&problem, half_rows(2000, 4, 0, 1));
    assert_int_equal(model->sample, 20 * (3 * 5 + 2)); /* of 3 means and covariances, and the weights */
    mixture_model_free(model);
}

static void weights_count_as_so_many_rows(void **state) {
    (void)state;
    enum { WEIGHED_ROWS = 4000 };
    half_problem problem = half_choices(HALF_SAMPLE, MIXTURE_BIC);
    mixture_model *one = half_select(&problem, half_rows(WEIGHED_ROWS, 6, 0, 1));
    mixture_model *four = half_select(&problem, half_rows(WEIGHED_ROWS, 6, MIXTURE_WEIGHTED, 4));
    assert_int_equal(four->sample, HALF_SAMPLE);
    assert_int_equal(one->k, 3);
    assert_int_equal(four->k, 3);
    size_t compared = 0;
    for (size_t i = 0; i < one->candidate_count; i++) {
        const mixture_candidate *a = &one->candidates[i], *b = find_half(four, a->k, a->structure);
        if (a->rows > 0 && b->rows > 0) {
            /* Both fits are the same, and so is the best. What a parameter adds to the log-likelihood of a sample
            ** is 1/2 in both. */
            double times = (double)WEIGHED_ROWS / HALF_SAMPLE;
            assert_close(b->loglik,
                         4 * a->loglik + 1.5 * (times - 1) * ((double)a->parameters - (double)one->parameters),
                         1e-9, 0);
            compared++;
        }
    }
    assert_true(compared > 5);
    mixture_model_free(one);
    mixture_model_free(four);
}

static void where_nothing_is_sound_all_is_as_without_a_sample(void **state) {
    (void)state;
    static const size_t two = 2;
    static const double none[] = {0, 0};
    mixture_model *models[2];
    for (int i = 0; i < 2; i++) { /* each component takes one of two points */
        half_problem problem = half_choices(i == 0 ? 500 : 0, MIXTURE_BIC);
        problem.choices.k = &two;
        problem.choices.k_count = 1;
        problem.options.resolution = none;
        mixture_data *data = mixture_data_new(2, 0);
        for (size_t r = 0; r < 2000; r++) {
            const double x[2] = {(double)(r % 2), 3 * (double)(r % 2)};
            assert_int_equal(mixture_data_append(data, x, 1, 0), MIXTURE_OK);
        }
        models[i] = half_select(&problem, data);
        assert_false(models[i]->candidates[0].sound);
    }
    assert_same_selection(models[0], models[1]);
    mixture_model_free(models[0]);
    mixture_model_free(models[1]);
}

/* ---- Failing ---------------------------------------------------------------------------------------------- */

enum { FEW_HALF_ROWS = 4500, FEW_HALF_SAMPLE = 300 };

static half_problem small_problem(void) {
    static const int round[] = {MIXTURE_EII, MIXTURE_SPHERICAL};
    half_problem problem = half_choices(FEW_HALF_SAMPLE, MIXTURE_ICL);
    problem.choices.structures = round;
    problem.choices.structure_count = 2;
    problem.choices.k_count = 3;
    problem.options.n_init = 1;
    problem.options.max_iter = 3;
    return problem;
}

/* The status; on MIXTURE_OK that the rounds were played. */
static mixture_status try_small(const half_problem *problem) {
    mixture_model *model = NULL;
    mixture_error error;
    mixture_data *data = half_rows(FEW_HALF_ROWS, 3, 0, 1);
    if (data == NULL) {
        return MIXTURE_NOMEM;
    }
    mixture_status status =
        mixture_select(&mixture_gaussian, data, &problem->options, &problem->choices, &model, &error);
    assert_true((status == MIXTURE_OK) == (model != NULL));
    assert_true(model == NULL || model->sample == FEW_HALF_SAMPLE);
    mixture_model_free(model);
    mixture_data_free(data);
    return status;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    const half_problem problem = small_problem();
    mixture_status status = MIXTURE_NOMEM;
    long tried = 0;
    for (long left = 0; status != MIXTURE_OK; left += 1 + left / 30) {
        blocks_left = left;
        status = try_small(&problem);
        assert_true(status == MIXTURE_OK || status == MIXTURE_NOMEM);
        tried++;
    }
    assert_true(tried > 60);
}

static long questions_left;

static bool half_answer(void *host) {
    (void)host;
    return questions_left-- <= 0;
}

static void every_question_may_be_answered_by_stop(void **state) {
    (void)state;
    half_problem problem = small_problem();
    mixture_status status = MIXTURE_CANCELLED;
    long tried = 0;
    problem.options.cancel = half_answer;
    for (long left = 0; status != MIXTURE_OK; left += 1 + left / 40) {
        questions_left = left;
        status = try_small(&problem);
        assert_true(status == MIXTURE_OK || status == MIXTURE_CANCELLED);
        tried++;
    }
    assert_true(tried > 50);
}

#define counted(name) cmocka_unit_test_setup_teardown(name, count_allocations, check_that_nothing_leaked)

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_have_the_log_density_and_entropy_of_the_formula),
        cmocka_unit_test(the_choice_is_that_of_all_rows_and_its_list_says_who_was_finished),
        cmocka_unit_test(neither_threads_nor_arenas_change_a_bit),
        cmocka_unit_test(where_it_saves_nothing_nothing_changes),
        cmocka_unit_test(a_sample_has_enough_rows_for_the_largest_candidate),
        cmocka_unit_test(weights_count_as_so_many_rows),
        cmocka_unit_test(where_nothing_is_sound_all_is_as_without_a_sample),
        counted(every_allocation_may_fail),
        counted(every_question_may_be_answered_by_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
