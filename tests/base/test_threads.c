/* test_threads.c: the pool runs every task once, and neither threads nor kernels change what comes
** out of a fit. */
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "kernel.h"
#include "portable.h"
#include "random.h"
#include "threads.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))
static const size_t pools[] = {1, 2, 3, 8};

/* ---- The pool -------------------------------------------------------------------------------------------- */

enum { MOST_TASKS = 1000 };

typedef struct tally {
    mix_threads *threads;
    pthread_t caller;
    atomic_int runs[MOST_TASKS];
    atomic_int strangers; /* tasks whose thread number was not what it should be */
} tally;

static void count_task(void *context, size_t number, size_t thread) {
    tally *seen = context;
    atomic_fetch_add(&seen->runs[number], 1);
    bool here = pthread_equal(pthread_self(), seen->caller) != 0;
    if (here != (thread == 0) || thread >= mix_threads_count(seen->threads)) {
        atomic_fetch_add(&seen->strangers, 1);
    }
}

static void every_task_runs_exactly_once_however_many_there_are(void **state) {
    (void)state;
    static tally seen;
    const mix_cancel never = {NULL, NULL};
    const size_t counts[] = {0, 1, 2, 3, 7, 64, MOST_TASKS};
    for (size_t p = 0; p < LENGTH(pools); p++) {
        mix_threads *threads = mix_threads_new(pools[p], &never);
        assert_non_null(threads);
        assert_in_range(mix_threads_count(threads), 1, pools[p]);
        for (int repeat = 0; repeat < 300; repeat++) { /* a pool is used again and again */
            size_t count = counts[(size_t)repeat % LENGTH(counts)];
            memset(&seen, 0, sizeof seen);
            seen.threads = threads;
            seen.caller = pthread_self();
            assert_true(mix_threads_run(threads, count_task, &seen, count));
            for (size_t i = 0; i < MOST_TASKS; i++) {
                assert_int_equal(atomic_load(&seen.runs[i]), i < count);
            }
            assert_int_equal(atomic_load(&seen.strangers), 0);
        }
        mix_threads_free(threads);
    }
    mix_threads_free(NULL);
    assert_true(mix_portable_processors() >= 1);
}

typedef struct stopper {
    mix_threads *threads;
    pthread_t caller;
    int polls, stop_at, strangers; /* polls come on the calling thread alone: no atomics */
    atomic_bool worker_is_in;
} stopper;

static bool poll_host(void *host) {
    stopper *own = host;
    own->strangers += pthread_equal(pthread_self(), own->caller) == 0;
    return ++own->polls >= own->stop_at;
}

/* A task that would never end by itself. */
static void run_until_stopped(void *context, size_t number, size_t thread) {
    stopper *own = context;
    (void)number;
    while (!mix_threads_stop(own->threads, thread)) {
    }
}

static void cancelling_ends_endless_tasks_and_is_asked_for_on_the_calling_thread_only(void **state) {
    (void)state;
    for (size_t p = 0; p < LENGTH(pools); p++) {
        for (size_t count = 1; count <= 5; count++) {
            stopper own = {.caller = pthread_self(), .stop_at = 20};
            const mix_cancel cancel = {poll_host, &own};
            own.threads = mix_threads_new(pools[p], &cancel);
            assert_non_null(own.threads);
            assert_false(mix_threads_run(own.threads, run_until_stopped, &own, count));
            assert_int_equal(own.strangers, 0);
            assert_int_equal(own.polls, own.stop_at); /* once it has said stop the host is left alone */
            mix_threads_free(own.threads);
        }
    }
}

/* The caller's task ends when a worker has begun its own, which ends when the host says stop. */
static void leave_the_caller_idle(void *context, size_t number, size_t thread) {
    stopper *own = context;
    if (thread == 0) {
        while (!atomic_load(&own->worker_is_in)) {
            sched_yield();
        }
    } else {
        atomic_store(&own->worker_is_in, true);
        run_until_stopped(context, number, thread);
    }
}

static void a_caller_that_waits_for_its_workers_still_asks_the_host(void **state) {
    (void)state;
    stopper own = {.caller = pthread_self(), .stop_at = 3};
    const mix_cancel cancel = {poll_host, &own};
    own.threads = mix_threads_new(2, &cancel);
    assert_non_null(own.threads);
    if (mix_threads_count(own.threads) < 2) {
        mix_threads_free(own.threads);
        skip();
    }
    assert_false(mix_threads_run(own.threads, leave_the_caller_idle, &own, 2));
    assert_int_equal(own.strangers, 0);
    assert_int_equal(own.polls, 3);
    mix_threads_free(own.threads);
}

/* ---- Fits ------------------------------------------------------------------------------------------------ */

enum { N = 50000, D = 3, K = 3 };

static mixture_data *draw_rows(void) {
    mixture_data *data = mixture_data_new(D, MIXTURE_WEIGHTED);
    assert_non_null(data);
    mix_random random;
    mix_random_seed(&random, 2, 0);
    for (size_t i = 0; i < N; i++) {
        double x[D];
        for (size_t j = 0; j < D; j++) {
            x[j] = mix_random_normal(&random) * (double)(j + 1) + 2.5 * (double)(i % K * (j + 1) % K);
        }
        double weight = 0.5 + mix_random_uniform(&random);
        assert_int_equal(mixture_data_append(data, x, weight, 0), MIXTURE_OK);
    }
    return data;
}

static mixture_model *fit(const mixture_options *options) {
    mixture_data *data = draw_rows();
    mixture_model *model = NULL;
    mixture_error error = {MIXTURE_OK, ""};
    if (mixture_fit(&mixture_gaussian, data, options, &model, &error) != MIXTURE_OK) {
        fail_msg("the fit failed: %s", error.text);
    }
    mixture_data_free(data);
    return model;
}

static void the_number_of_threads_changes_no_bit_of_a_fit(void **state) {
    (void)state;
    for (int v = 0; v < 2; v++) {
        mixture_model *first = NULL;
        for (size_t p = 0; p < LENGTH(pools) + 1; p++) { /* the last one with the default, 0 */
            mixture_options options;
            mixture_options_default(&options);
            options.k = K;
            options.structure = v == 0 ? MIXTURE_FULL : MIXTURE_DIAG;
            options.max_iter = 25;
            options.threads = p < LENGTH(pools) ? (int)pools[p] : 0;
            mixture_model *model = fit(&options);
            if (first == NULL) {
                first = model;
                assert_true(model->trace_count > 5);
                continue;
            }
            assert_int_equal(model->trace_count, first->trace_count);
            assert_memory_equal(model->trace, first->trace, first->trace_count * sizeof(double));
            assert_memory_equal(model->weights, first->weights, K * sizeof(double));
            assert_memory_equal(model->arrays[0], first->arrays[0], K * D * sizeof(double));
            assert_memory_equal(model->arrays[1], first->arrays[1], K * D * D * sizeof(double));
            const double numbers[] = {model->loglik, model->aic, model->bic, model->icl, model->n};
            const double firsts[] = {first->loglik, first->aic, first->bic, first->icl, first->n};
            assert_memory_equal(numbers, firsts, sizeof numbers);
            mixture_model_free(model);
        }
        mixture_model_free(first);
    }
}

static void every_kernel_gives_the_same_fit(void **state) {
    (void)state;
    const double weights[] = {0.3, 0.3, 0.4}, means[K * D] = {0, 0, 0, 2, 5, 0, 5, 2, 0};
    double covariances[K * D * D] = {0};
    for (size_t i = 0; i < K * D; i++) {
        covariances[i * D + i % D] = 4;
    }
    for (int v = 0; v < 2; v++) {
        mixture_model *base = NULL;
        for (const mix_kernel *const *next = mix_kernel_all(); *next != NULL; next++) {
            if (!(*next)->supported()) {
                continue;
            }
            mixture_options options;
            mixture_options_default(&options);
            options.k = K;
            options.structure = v == 0 ? MIXTURE_FULL : MIXTURE_DIAG;
            options.start = (mixture_start){weights, check_arrays(means, covariances)};
            options.tol = 0; /* the same number of iterations, whatever the last bits, if they do not matter yet */
            options.max_iter = 15;
            mix_kernel_force(*next);
            mixture_model *model = fit(&options);
            mix_kernel_force(NULL);
            base = base != NULL ? base : model;
            assert_int_equal(model->trace_count, base->trace_count);
            assert_close(model->loglik, base->loglik, 1e-9, 0);
            assert_close(model->icl, base->icl, 1e-9, 0);
            for (size_t i = 0; i < K * D * D; i++) {
                assert_close(model->weights[i % K], base->weights[i % K], 1e-9, 0);
                assert_close(model->arrays[0][i % (K * D)], base->arrays[0][i % (K * D)], 1e-9, 1e-9);
                assert_close(model->arrays[1][i], base->arrays[1][i], 1e-9, 1e-9);
            }
            if (model != base) {
                mixture_model_free(model);
            }
        }
        mixture_model_free(base);
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_runs_exactly_once_however_many_there_are),
        cmocka_unit_test(cancelling_ends_endless_tasks_and_is_asked_for_on_the_calling_thread_only),
        cmocka_unit_test(a_caller_that_waits_for_its_workers_still_asks_the_host),
        cmocka_unit_test(the_number_of_threads_changes_no_bit_of_a_fit),
        cmocka_unit_test(every_kernel_gives_the_same_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
