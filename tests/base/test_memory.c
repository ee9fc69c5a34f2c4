/* test_memory.c: whatever allocation fails and whenever the host says stop, the answer is that status, nothing
** leaks and the data can be used again. */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "memory.h"
#include "random.h"
#include "score.h"

/* ---- An allocator that fails on request ------------------------------------------------------------------ */

/* Like SQLite's it promises an alignment of 8 bytes; it keeps that promise and no more, for the sanitizer to
** see. */
enum { OFFSET = 8 };

static struct {
    pthread_t owner;
    long live, left; /* blocks in use; allocations before one fails */
    bool forever;    /* and all after it, too */
    bool failed, strange;
} heap;

static bool refuse(void) {
    heap.strange = heap.strange || pthread_equal(pthread_self(), heap.owner) == 0;
    bool fails = heap.left == 0 || (heap.forever && heap.failed);
    heap.left--;
    heap.failed = heap.failed || fails;
    return fails;
}

static void *allocate(size_t bytes) {
    char *block = refuse() ? NULL : malloc(bytes + OFFSET);
    heap.live += block != NULL;
    return block != NULL ? block + OFFSET : NULL;
}

static void *resize(void *block, size_t bytes) {
    if (block == NULL) {
        return allocate(bytes);
    }
    char *moved = refuse() ? NULL : realloc((char *)block - OFFSET, bytes + OFFSET);
    return moved != NULL ? moved + OFFSET : NULL;
}

static void release(void *block) {
    heap.live--;
    free((char *)block - OFFSET);
}

static void arm(long left, bool forever) {
    heap.left = left;
    heap.forever = forever;
    heap.failed = false;
}

static int set_up(void **state) {
    static const mixture_allocator failing = {allocate, resize, release};
    (void)state;
    heap.owner = pthread_self();
    heap.live = 0;
    heap.strange = false;
    arm(-1, false);
    mixture_set_allocator(&failing);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    mixture_set_allocator(NULL);
    return 0;
}

static void nothing_is_left(void) {
    assert_int_equal(heap.live, 0);
    assert_false(heap.strange); /* worker threads never allocate */
}

/* ---- Fits ------------------------------------------------------------------------------------------------ */

/* More rows than the sample that candidates are tried on, and enough for two threads; and rows of which a tree is
** soon made. Many are fitted from random starts: the tree would take all the time. */
enum { MANY = 4200, FEW = 60, K = 2, D = 2 };

typedef enum kind { PLAIN, LABELLED, COUNTS } kind; /* labelled: the first rows of the data, which are weighted */

static mixture_status append_rows(kind what, mixture_data *data, size_t rows) {
    mix_random random;
    mix_random_seed(&random, 1, 0);
    for (size_t i = 0; i < rows; i++) {
        double x[D] = {mix_random_normal(&random) + (i % 3 ? 4 : 0), mix_random_normal(&random)};
        for (size_t j = 0; what == COUNTS && j < D; j++) {
            x[j] = floor(fabs(x[j] * 2));
        }
        int label = what == LABELLED && i < 10 ? 1 + (i % 3 == 0) : 0;
        if (mixture_data_append(data, x, what == LABELLED ? 1 + (double)(i % 2) : 1, label) != MIXTURE_OK) {
            return MIXTURE_NOMEM;
        }
    }
    return MIXTURE_OK;
}

/* From nothing to a model and back; *loglik is that of the model. */
static mixture_status load_and_fit(kind what, const mixture_options *options, size_t rows, double *loglik) {
    const mixture_family *family = what == COUNTS ? &mixture_multinomial : &mixture_gaussian;
    mixture_data *data = mixture_data_new(D, what == LABELLED ? MIXTURE_WEIGHTED | MIXTURE_LABELLED : 0);
    mixture_status status = data != NULL ? append_rows(what, data, rows) : MIXTURE_NOMEM;
    if (status == MIXTURE_OK) {
        mixture_model *model = NULL;
        mixture_error error = {MIXTURE_OK, "untouched"};
        status = mixture_fit(family, data, options, &model, &error);
        assert_int_equal(error.status, status);
        assert_string_equal(error.text, "");
        assert_int_equal(model != NULL, status == MIXTURE_OK);
        if (status != MIXTURE_OK) { /* the data are none the worse for it */
            arm(-1, false);
            mixture_options calm = *options;
            calm.cancel = NULL;
            assert_int_equal(mixture_fit(family, data, &calm, &model, &error), MIXTURE_OK);
        }
        *loglik = model->loglik;
        mixture_model_free(model);
    }
    mixture_data_free(data);
    return status;
}

static mixture_options quick(mixture_init init, int threads) {
    mixture_options options;
    mixture_options_default(&options);
    options.k = K;
    options.n_init = 3;
    options.tol = 1e-2;
    options.max_iter = 6;
    options.init = init;
    options.threads = threads;
    return options;
}

static mixture_options shorter(void) {
    mixture_options options = quick(MIXTURE_INIT_KMEANSPP, 1);
    options.n_init = 1;
    options.max_iter = 2;
    return options;
}

static void check_failures(kind what, const mixture_options *options, size_t rows) {
    double untouched = NAN, loglik = NAN;
    arm(-1, false);
    assert_int_equal(load_and_fit(what, options, rows, &untouched), MIXTURE_OK);
    nothing_is_left();
    for (int forever = 0; forever < 2; forever++) {
        long failures = 0;
        for (long n = 0;; n++, failures++) {
            loglik = untouched;
            arm(n, forever);
            mixture_status status = load_and_fit(what, options, rows, &loglik);
            bool reached = heap.failed || status != MIXTURE_OK;
            nothing_is_left();
            assert_true(loglik == untouched);
            if (!reached) {
                assert_int_equal(status, MIXTURE_OK);
                break;
            }
            assert_true(status == MIXTURE_NOMEM || status == MIXTURE_OK);
            assert_true(status == MIXTURE_NOMEM || !forever);
        }
        assert_true(failures > 20); /* or the allocator was not the one in use */
    }
}

static const double weights[] = {0.4, 0.6}, means[] = {0, 0, 4, 0}, covariances[] = {1, 0, 0, 1, 1, 0, 0, 1};

static void a_fit_survives_the_failure_of_any_allocation(void **state) {
    (void)state;
    mixture_options options = quick(MIXTURE_INIT_KMEANSPP, 2);
    check_failures(PLAIN, &options, FEW);
    options = quick(MIXTURE_INIT_RANDOM, 2);
    check_failures(PLAIN, &options, MANY);
    options.start = (mixture_start){weights, check_arrays(means, covariances)};
    check_failures(PLAIN, &options, MANY);
    options.start = (mixture_start){NULL, check_arrays(means, NULL)};
    check_failures(PLAIN, &options, FEW);
    options = shorter();
    check_failures(LABELLED, &options, FEW);
    check_failures(COUNTS, &options, FEW);
}

static void warnings_survive_the_failure_of_any_allocation(void **state) {
    (void)state;
    static const double same[] = {2, 0, 2, 0};
    mixture_options options = quick(MIXTURE_INIT_KMEANSPP, 1);
    options.start = (mixture_start){weights, check_arrays(same, covariances)}; /* coincide, a saddle */
    check_failures(PLAIN, &options, FEW);
}

/* ---- Cancelling ------------------------------------------------------------------------------------------ */

static long polls_left;

static bool count_down(void *host) {
    assert_ptr_equal(host, &polls_left);
    return polls_left-- <= 0;
}

static void check_cancelling(kind what, mixture_options options, size_t rows, long stride) {
    double untouched = NAN, loglik = NAN;
    arm(-1, false);
    assert_int_equal(load_and_fit(what, &options, rows, &untouched), MIXTURE_OK);
    options.cancel = count_down;
    options.host = &polls_left;
    long n = 0;
    for (;; n += stride) {
        polls_left = n;
        mixture_status status = load_and_fit(what, &options, rows, &loglik);
        nothing_is_left();
        assert_true(loglik == untouched);
        if (status == MIXTURE_OK) {
            assert_true(polls_left >= 0); /* it never said stop */
            break;
        }
        assert_int_equal(status, MIXTURE_CANCELLED);
    }
    assert_true(n > 10);
}

static void a_fit_ends_at_whatever_moment_the_host_says_stop(void **state) {
    (void)state;
    check_cancelling(PLAIN, quick(MIXTURE_INIT_KMEANSPP, 1), FEW, 1);
    check_cancelling(PLAIN, quick(MIXTURE_INIT_RANDOM, 1), FEW, 1);
    check_cancelling(PLAIN, quick(MIXTURE_INIT_RANDOM, 1), MANY, 5);
    check_cancelling(PLAIN, quick(MIXTURE_INIT_RANDOM, 2), MANY, 7);
    mixture_options given = quick(MIXTURE_INIT_KMEANSPP, 2);
    given.start = (mixture_start){weights, check_arrays(means, covariances)};
    check_cancelling(PLAIN, given, MANY, 1);
    check_cancelling(LABELLED, shorter(), FEW, 1);
    check_cancelling(COUNTS, shorter(), FEW, 1);
}

/* ---- Everything else that allocates ---------------------------------------------------------------------- */

static bool make_model(const mixture_model *model) {
    (void)model;
    mixture_model *made = mixture_model_new(&mixture_gaussian, K, D);
    mixture_model_free(made);
    return made != NULL;
}

static bool score_a_row(const mixture_model *model) {
    const double x[] = {1, NAN};
    double resp[K];
    mixture_scratch *scratch = mixture_scratch_new(model);
    if (scratch != NULL) {
        (void)mixture_responsibilities(model, x, resp, scratch);
    }
    mixture_scratch_free(scratch);
    return scratch != NULL;
}

static bool score_a_batch(const mixture_model *model) {
    const double near[] = {1, 2}, far[] = {1e200, 2};
    mix_batch *batch = mix_batch_new(model);
    for (int i = 0; i < 300 && batch != NULL; i++) {
        mix_batch_add(batch, i == 280 ? far : near, 1, 0);
    }
    mix_batch_free(batch);
    return batch != NULL;
}

static bool draw_a_row(const mixture_model *model) {
    double x[D];
    mixture_sampler *sampler = mixture_sampler_new(model, 1, 0);
    if (sampler != NULL) {
        (void)mixture_sampler_draw(sampler, x);
    }
    mixture_sampler_free(sampler);
    return sampler != NULL;
}

static void scoring_and_sampling_say_so_when_there_is_no_memory(void **state) {
    (void)state;
    bool (*const uses[])(const mixture_model *) = {make_model, score_a_row, score_a_batch, draw_a_row};
    mixture_model *model = mixture_model_new(&mixture_gaussian, K, D);
    assert_non_null(model);
    memcpy(model->weights, weights, sizeof weights);
    memcpy(model->arrays[0], means, sizeof means);
    memcpy(model->arrays[1], covariances, sizeof covariances);
    assert_int_equal(mixture_model_prepare(model, NULL), MIXTURE_OK);
    long before = heap.live;
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        for (int forever = 0; forever < 2; forever++) {
            long n = 0;
            for (arm(n, forever); !uses[i](model); arm(++n, forever)) {
                assert_true(heap.failed);
                assert_int_equal(heap.live, before);
            }
            assert_true(n >= 2 && !heap.failed);
            assert_int_equal(heap.live, before);
        }
    }
    arm(-1, false);
    mixture_model_free(model);
    nothing_is_left();
}

static void a_size_that_overflows_is_no_memory_and_zero_is_some(void **state) {
    (void)state;
    assert_null(mix_memory_array(SIZE_MAX / 4, 8));
    assert_null(mix_memory_zeros(SIZE_MAX, SIZE_MAX));
    char *text = mix_memory_string("kept");
    assert_null(mix_memory_resize(text, SIZE_MAX / 2, 3));
    assert_string_equal(text, "kept");
    void *nothing = mix_memory_array(0, 8);
    assert_non_null(nothing);
    mix_memory_free(nothing);
    mix_memory_free(text);
    mix_memory_free(NULL);
    nothing_is_left();
}

static void a_block_that_will_be_filled_keeps_what_is_in_it(void **state) {
    (void)state;
    enum { BYTES = 5000001 }; /* more than a large page, and no whole number of any */
    unsigned char *block = mix_memory_array(BYTES, 1);
    assert_non_null(block);
    for (size_t i = 0; i < BYTES; i++) {
        block[i] = (unsigned char)(i % 251);
    }
    mix_memory_will_fill(block, BYTES);
    for (size_t i = 0; i < BYTES; i++) {
        assert_true(block[i] == i % 251);
    }
    mix_memory_free(block);
    nothing_is_left();
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_fit_survives_the_failure_of_any_allocation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(warnings_survive_the_failure_of_any_allocation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_fit_ends_at_whatever_moment_the_host_says_stop, set_up, tear_down),
        cmocka_unit_test_setup_teardown(scoring_and_sampling_say_so_when_there_is_no_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_block_that_will_be_filled_keeps_what_is_in_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_size_that_overflows_is_no_memory_and_zero_is_some, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
