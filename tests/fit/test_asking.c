/* test_asking.c: what takes long asks whether to stop, by its work: within a block of rows, within a matrix,
** within labels. Questions are counted, and each is answered by no in its turn; what is stopped begins again,
** or goes on, and comes to the same. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "block.h"
#include "counted.h"
#include "linalg.h"
#include "prepare.h"
#include "score.h"
#include "statistics.h"
#include "subsample.h"

/* Answers no from question number `stop` on, and counts all. */
typedef struct listener {
    long asked, stop;
} listener;

static bool answer(void *host) {
    listener *own = host;
    return own->asked++ >= own->stop;
}

static const long never = INT32_MAX;

static double uniform(uint64_t *random) {
    return (double)(random_bits(random) >> 11) * 0x1p-53;
}

/* ---- Matrices --------------------------------------------------------------------------------------------- */

enum { WIDE = 250 };

/* Symmetric, positive definite. */
static double *make_matrix(size_t d) {
    double *matrix = calloc(d * d, sizeof(double));
    uint64_t random = 1;
    for (size_t i = 0; i < d; i++) {
        for (size_t j = 0; j < i; j++) {
            matrix[i * d + j] = matrix[j * d + i] = uniform(&random) - 0.5;
        }
        matrix[i * d + i] = (double)d;
    }
    return matrix;
}

static void a_wide_matrix_asks_while_it_is_taken_apart(void **state) {
    (void)state;
    double *matrix = make_matrix(WIDE), *a = malloc(WIDE * WIDE * sizeof(double));
    double *vectors = malloc(WIDE * WIDE * sizeof(double));
    double values[WIDE], expected[WIDE];
    memcpy(a, matrix, WIDE * WIDE * sizeof(double));
    mix_linalg_eigen(WIDE, a, expected, vectors);
    listener own = {0, never};
    const mix_cancel cancel = {answer, &own};
    memcpy(a, matrix, WIDE * WIDE * sizeof(double));
    mix_linalg_eigen_until(WIDE, a, values, vectors, &cancel);
    assert_memory_equal(values, expected, sizeof values);
    assert_true(own.asked >= 30);
    for (long stop = 0; stop < 10; stop++) { /* asks no more once it was told */
        own = (listener){0, stop};
        memcpy(a, matrix, WIDE * WIDE * sizeof(double));
        mix_linalg_eigen_until(WIDE, a, values, vectors, &cancel);
        assert_int_equal(own.asked, stop + 1);
    }
    free(matrix);
    free(a);
    free(vectors);
}

static void a_wide_matrix_asks_while_it_is_factored(void **state) {
    (void)state;
    enum { WIDER = 500 };
    double *matrix = make_matrix(WIDER), *factor = malloc(mix_linalg_packed(WIDER) * sizeof(double));
    double *expected = malloc(mix_linalg_packed(WIDER) * sizeof(double));
    listener own = {0, never};
    const mix_cancel cancel = {answer, &own};
    assert_true(mix_linalg_cholesky(WIDER, matrix, 0, expected));
    mix_linalg_invert(WIDER, expected, expected);
    assert_true(mix_linalg_cholesky_until(WIDER, matrix, 0, factor, &cancel));
    assert_true(own.asked >= 3);
    mix_linalg_invert_until(WIDER, factor, factor, &cancel);
    assert_true(own.asked >= 6);
    assert_memory_equal(factor, expected, mix_linalg_packed(WIDER) * sizeof(double));
    own = (listener){0, 1};
    assert_false(mix_linalg_cholesky_until(WIDER, matrix, 0, factor, &cancel));
    assert_int_equal(own.asked, 2);
    free(matrix);
    free(factor);
    free(expected);
}

/* ---- Blocks of rows --------------------------------------------------------------------------------------- */

static mixture_model *large_model(size_t k, size_t d) {
    mixture_model *model = mixture_model_new(&mixture_gaussian, k, d);
    uint64_t random = 2;
    for (size_t c = 0; c < k; c++) {
        model->weights[c] = 1 / (double)k;
        for (size_t i = 0; i < d; i++) {
            model->arrays[0][c * d + i] = 4 * uniform(&random);
            for (size_t j = 0; j < d; j++) {
                model->arrays[1][(c * d + i) * d + j] = i == j ? 1 + uniform(&random) : 0.1 / (double)d;
            }
        }
        for (size_t i = 0; i < d * d; i++) { /* symmetric */
            model->arrays[1][c * d * d + i] =
                model->arrays[1][c * d * d + (i < i % d * d + i / d ? i : i % d * d + i / d)];
        }
    }
    assert_int_equal(mixture_model_prepare(model, NULL), MIXTURE_OK);
    return model;
}

static void many_components_are_asked_about_some_at_a_time_to_the_same_bits(void **state) {
    (void)state;
    enum { K = 150, D = 60 };
    mixture_model *model = large_model(K, D);
    const mix_shape shape = mix_shape_of(model);
    size_t size = mix_statistics_size(&shape);
    double *x = calloc(D * MIX_BLOCK_ROWS, sizeof(double)),
           *scratch = calloc(mix_family_scratch(&shape), sizeof(double));
    double *whole = calloc(size, sizeof(double)), *parts = calloc(size, sizeof(double));
    uint64_t random = 3;
    for (size_t i = 0; i < D * MIX_BLOCK_ROWS; i++) {
        x[i] = 4 * uniform(&random);
    }
    const mix_rows rows = {.x = x, .stride = MIX_BLOCK_ROWS, .count = MIX_BLOCK_ROWS, .padded = MIX_BLOCK_ROWS};
    double *densities = scratch, *family_scratch = scratch + K * MIX_BLOCK_ROWS;
    model->family->log_density(model, &rows, densities, family_scratch);
    mix_kernel_current()->posterior(&rows, K, model->log_weights, densities, whole);
    model->family->accumulate(model, &rows, densities, whole + MIX_TOTALS, family_scratch);

    listener own = {0, never};
    const mix_cancel cancel = {answer, &own};
    mix_turns turns = {.cancel = &cancel};
    assert_true(mix_statistics_expect_until(model, &rows, parts, scratch, NULL, &turns));
    assert_memory_equal(parts, whole, size * sizeof(double));
    assert_in_range(own.asked, 10, 40);
    for (long stop = own.asked - 1; stop >= 0; stop -= 7) {
        own = (listener){0, stop};
        turns = (mix_turns){.cancel = &cancel};
        assert_false(mix_statistics_expect_until(model, &rows, parts, scratch, NULL, &turns));
        assert_int_equal(own.asked, stop + 1);
    }
    free(x);
    free(scratch);
    free(whole);
    free(parts);
    mixture_model_free(model);
}

static void a_batch_of_few_rows_of_a_large_model_asks_and_adds_up_its_rows(void **state) {
    (void)state;
    enum { K = 70000, ROWS = 45 };
    mixture_model *model = large_model(K, 1);
    mix_batch *batch = mix_batch_new(model);
    mixture_scratch *scratch = mixture_scratch_new(model);
    double *resp = calloc(K, sizeof(double)), sum = 0;
    listener own = {0, never};
    const mix_cancel cancel = {answer, &own};
    assert_in_range(mix_block_most(K), MIX_LANES, 16); /* as many as keep the densities few */
    assert_int_equal(mix_block_most(1), MIX_BLOCK_ROWS);
    assert_int_equal(mix_block_most(4096), MIX_BLOCK_ROWS);
    assert_int_equal(mix_block_most(100000000), MIX_LANES);
    assert_false(mix_batch_ask(batch, &cancel));
    for (size_t i = 0; i < ROWS; i++) {
        const double x = i % 10 == 7 ? (double)NAN : 0.1 * (double)i;
        mix_batch_add(batch, &x, 1, 0);
        sum += mixture_responsibilities(model, &x, resp, scratch);
    }
    assert_close(mix_batch_total(batch), sum, 1e-13, 0);
    assert_false(mix_batch_ask(batch, &cancel));
    assert_true(own.asked >= 6);
    own = (listener){0, 0};
    for (size_t i = 0; i < ROWS; i++) {
        const double x = 1;
        mix_batch_add(batch, &x, 1, 0);
    }
    assert_true(mix_batch_ask(batch, NULL));
    assert_int_equal(own.asked, 1);
    mix_batch_free(batch);
    mixture_scratch_free(scratch);
    free(resp);
    mixture_model_free(model);
}

/* ---- Labels and weights ----------------------------------------------------------------------------------- */

enum { MANY = 1 << 21 }; /* rows: 32 questions about labels, two about a column */

static mixture_data *many_rows(unsigned extras) {
    mixture_data *data = mixture_data_new(1, extras);
    uint64_t random = 4;
    for (size_t i = 0; i < MANY; i++) {
        const double x = 100 + uniform(&random);
        assert_int_equal(mixture_data_append(data, &x, 1 + (double)(i % 3), 1 + (int)(i % 2)), MIXTURE_OK);
    }
    return data;
}

static void labels_are_looked_at_some_at_a_time(void **state) {
    (void)state;
    mixture_data *data = many_rows(MIXTURE_LABELLED);
    mixture_options options;
    mixture_options_default(&options);
    options.k = 2;
    for (long stop = 0; stop <= 32; stop += 8) {
        listener own = {0, stop};
        const mix_cancel cancel = {answer, &own};
        bool all = false;
        mixture_status expected = stop < 32 ? MIXTURE_CANCELLED : MIXTURE_OK;
        assert_int_equal(mix_subsample_all_labelled(data, &cancel, &all), expected);
        assert_int_equal(own.asked, stop < 32 ? stop + 1 : 32);
        assert_true(all == (stop == 32));
        own = (listener){0, stop};
        assert_int_equal(mix_prepare_k(data, &options, 2, &cancel, NULL), expected);
        assert_int_equal(own.asked, stop < 32 ? stop + 1 : 32);
    }
    mixture_data_free(data);
}

/* Stopped at every question in turn it goes on where it was, and comes to the same. */
static void weights_and_columns_are_measured_in_pieces_to_the_same_bits(void **state) {
    (void)state;
    mixture_data *once = many_rows(MIXTURE_WEIGHTED), *often = many_rows(MIXTURE_WEIGHTED);
    size_t column;
    long stops = 0;
    listener own = {0, never};
    const mix_cancel cancel = {answer, &own};
    assert_int_equal(mix_data_standardize(once, true, &cancel, &column, NULL), MIXTURE_OK);
    long questions = own.asked;
    assert_true(questions >= 8);
    for (mixture_status status = MIXTURE_CANCELLED; status == MIXTURE_CANCELLED; stops++) {
        own = (listener){0, stops % questions};
        status = mix_data_standardize(often, true, &cancel, &column, NULL);
    }
    assert_true(stops > 3);
    assert_true(once->total_weight == often->total_weight && once->weight_unit == often->weight_unit);
    assert_true(once->frame.center[0] == often->frame.center[0] && once->frame.scale[0] == often->frame.scale[0]);
    for (size_t i = 0; i < MANY; i += 1001) {
        assert_true(mix_data_value(once, i, 0) == mix_data_value(often, i, 0));
        assert_true(mix_data_weight(once, i) == mix_data_weight(often, i));
    }
    mixture_data_free(once);
    mixture_data_free(often);
}

/* ---- Fits ------------------------------------------------------------------------------------------------- */

/* In every structure of wide matrices, with floors that matter in every other, at moments spread over a fit: soon
** after the answer the fit is over. */
static void a_fit_of_wide_matrices_ends_soon_after_the_answer(void **state) {
    (void)state;
    enum { D = 40, ROWS = 300 };
    mixture_data *data = mixture_data_new(D, 0);
    uint64_t random = 5;
    for (size_t i = 0; i < ROWS; i++) {
        double x[D];
        for (size_t j = 0; j < D; j++) {
            x[j] = uniform(&random) + (i % 2 == 0 && j < 20 ? 3 : 0);
        }
        assert_int_equal(mixture_data_append(data, x, 1, 0), MIXTURE_OK);
    }
    for (int i = 0; i < MIXTURE_COVARIANCES; i++) {
        mixture_options options;
        mixture_options_default(&options);
        listener own = {0, never};
        options.k = 2;
        options.structure = i;
        options.min_variance = i % 2 == 0 ? options.min_variance : 0.9;
        options.n_init = 1;
        options.max_iter = 2;
        options.threads = 1;
        options.cancel = answer;
        options.host = &own;
        mixture_model *model = NULL;
        for (int time = 0; time < 2; time++) { /* the first one moves the data, too */
            own.asked = 0;
            assert_int_equal(mixture_fit(&mixture_gaussian, data, &options, &model, NULL), MIXTURE_OK);
            mixture_model_free(model);
        }
        long questions = own.asked;
        for (int part = 0; part < 6; part++) {
            own = (listener){0, questions * part / 6};
            assert_int_equal(mixture_fit(&mixture_gaussian, data, &options, &model, NULL), MIXTURE_CANCELLED);
            assert_null(model);
            assert_true(own.asked <= own.stop + 40); /* each of those that called asks once more */
        }
    }
    mixture_data_free(data);
}

/* No once, and yes ever after. */
static bool answer_once(void *host) {
    listener *own = host;
    return own->asked++ == own->stop;
}

static void a_host_need_not_say_it_twice(void **state) {
    (void)state;
    mixture_data *data = mixture_data_new(2, 0);
    uint64_t random = 6;
    for (size_t i = 0; i < 200; i++) {
        const double x[] = {uniform(&random), uniform(&random)};
        assert_int_equal(mixture_data_append(data, x, 1, 0), MIXTURE_OK);
    }
    listener own = {0, never};
    mixture_options options;
    mixture_model *model = NULL;
    mixture_options_default(&options);
    options.k = 2;
    options.threads = 1;
    options.cancel = answer_once;
    options.host = &own;
    assert_int_equal(mixture_fit(&mixture_gaussian, data, &options, &model, NULL), MIXTURE_OK);
    mixture_model_free(model);
    for (long questions = own.asked / 2, stop = 0; stop < questions; stop += 3) {
        own = (listener){0, stop};
        assert_int_equal(mixture_fit(&mixture_gaussian, data, &options, &model, NULL), MIXTURE_CANCELLED);
        assert_int_equal(own.asked, stop + 1);
    }
    mixture_data_free(data);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wide_matrix_asks_while_it_is_taken_apart),
        cmocka_unit_test(a_wide_matrix_asks_while_it_is_factored),
        cmocka_unit_test(many_components_are_asked_about_some_at_a_time_to_the_same_bits),
        cmocka_unit_test(a_batch_of_few_rows_of_a_large_model_asks_and_adds_up_its_rows),
        cmocka_unit_test(labels_are_looked_at_some_at_a_time),
        cmocka_unit_test(weights_and_columns_are_measured_in_pieces_to_the_same_bits),
        cmocka_unit_test(a_host_need_not_say_it_twice),
        cmocka_unit_test_setup_teardown(a_fit_of_wide_matrices_ends_soon_after_the_answer, count_allocations,
                                        check_that_nothing_leaked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
