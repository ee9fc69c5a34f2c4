/* test_select_threads.c: neither threads nor what room they have change a bit of a selection; they leave the
** host's allocator and its cancel function to the calling thread. */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "counted.h"
#include "memory.h"
#include "model.h"
#include "random.h"
#include "select.h"
#include "structures.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* ---- Selections ------------------------------------------------------------------------------------------ */

enum { FAITHFUL, IRIS, LABELLED, COUNTS, SMALL, TABLES };
enum { COUNT_ROWS = 200, COUNT_COLUMNS = 4, SMALL_ROWS = 40, MOST_K = 4 };

static mixture_data *draw_counts(void) {
    mixture_data *data = mixture_data_new(COUNT_COLUMNS, 0);
    mix_random random;
    mix_random_seed(&random, 5, 0);
    for (size_t i = 0; i < COUNT_ROWS; i++) {
        double x[COUNT_COLUMNS] = {0};
        for (int t = 0; t < 20; t++) { /* every other row prefers the last columns */
            size_t a = mix_random_below(&random, COUNT_COLUMNS), b = mix_random_below(&random, COUNT_COLUMNS);
            x[i % 2 == 0 ? (a < b ? a : b) : (a > b ? a : b)]++;
        }
        assert_int_equal(mixture_data_append(data, x, 1, 0), MIXTURE_OK);
    }
    return data;
}

/* Old Faithful; iris; the same with weights and some labels; counts; some rows of Old Faithful. NULL: out of
** memory. */
static mixture_data *make_table(int which) {
    if (which == COUNTS) {
        return draw_counts();
    }
    size_t rows, d = which == FAITHFUL || which == SMALL ? 2 : 4;
    double *x = check_csv(d == 2 ? "faithful.csv" : "iris.csv", d, &rows);
    mixture_data *data = mixture_data_new(d, which == LABELLED ? MIXTURE_WEIGHTED | MIXTURE_LABELLED : 0);
    mixture_status status = data != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    for (size_t i = 0; status == MIXTURE_OK && i < (which == SMALL ? SMALL_ROWS : rows); i++) {
        status = mixture_data_append(data, x + i * d, 1 + (double)(i % 3), i % 10 == 0 ? (int)(i / 50) + 1 : 0);
    }
    free(x);
    if (status != MIXTURE_OK) {
        mixture_data_free(data);
        return NULL;
    }
    return data;
}

static mixture_options default_options(int threads) {
    mixture_options options;
    mixture_options_default(&options);
    options.threads = threads;
    return options;
}

static mixture_status run(int which, const mixture_options *options, size_t arena_bytes, mixture_model **model) {
    static const size_t k[] = {3, 1, 4, 2};
    static const int few[] = {MIXTURE_EII, MIXTURE_DIAG, MIXTURE_FULL};
    mixture_choices choices = {.k = k, .k_count = MOST_K, .criterion = MIXTURE_BIC};
    mixture_error error;
    mixture_data *data = make_table(which);
    *model = NULL;
    if (data == NULL) {
        return MIXTURE_NOMEM;
    }
    if (which == SMALL) {
        choices.structures = few;
        choices.structure_count = LENGTH(few);
    }
    mixture_status status = mix_select(which == COUNTS ? &mixture_multinomial : &mixture_gaussian, data, options,
                                       &choices, arena_bytes, model, &error);
    assert_int_equal(error.status, status);
    mixture_data_free(data);
    return status;
}

static mixture_model *choose(int which, const mixture_options *options, size_t arena_bytes) {
    mixture_model *model;
    assert_int_equal(run(which, options, arena_bytes, &model), MIXTURE_OK);
    return model;
}

/* ---- The same bits --------------------------------------------------------------------------------------- */

static void check_strings(char *const *a, size_t a_count, char *const *b, size_t b_count) {
    assert_int_equal(a_count, b_count);
    for (size_t i = 0; i < a_count; i++) {
        assert_string_equal(a[i], b[i]);
    }
}

static void check_candidates(const mixture_model *a, const mixture_model *b) {
    assert_int_equal(a->candidate_count, b->candidate_count);
    for (size_t i = 0; i < a->candidate_count; i++) {
        const mixture_candidate *first = &a->candidates[i], *second = &b->candidates[i];
        const double numbers[] = {first->loglik, first->aic, first->bic, first->icl};
        const double others[] = {second->loglik, second->aic, second->bic, second->icl};
        assert_int_equal(first->k, second->k);
        assert_int_equal(first->structure, second->structure);
        assert_int_equal(first->fitted, second->fitted);
        assert_int_equal(first->sound, second->sound);
        assert_int_equal(first->converged, second->converged);
        assert_int_equal(first->parameters, second->parameters);
        assert_memory_equal(numbers, others, sizeof numbers);
        check_strings(first->warnings, first->warning_count, second->warnings, second->warning_count);
    }
}

static void check_same(const mixture_model *a, const mixture_model *b) {
    size_t k = a->k, d = a->d;
    const double numbers[] = {a->loglik, a->aic, a->bic, a->icl, a->n, a->trials, a->min_variance};
    const double others[] = {b->loglik, b->aic, b->bic, b->icl, b->n, b->trials, b->min_variance};
    assert_int_equal(k, b->k);
    assert_int_equal(d, b->d);
    assert_int_equal(a->structure, b->structure);
    assert_int_equal(a->parameters, b->parameters);
    assert_int_equal(a->iterations, b->iterations);
    assert_int_equal(a->converged, b->converged);
    assert_int_equal(a->plain, b->plain);
    assert_memory_equal(numbers, others, sizeof numbers);
    assert_memory_equal(a->weights, b->weights, k * sizeof(double));
    assert_memory_equal(a->log_weights, b->log_weights, k * sizeof(double));
    assert_memory_equal(a->floored, b->floored, k);
    for (size_t array = 0; array < a->family->array_count; array++) {
        size_t bytes = k * mix_model_array_size(a, array) * sizeof(double);
        assert_memory_equal(a->arrays[array], b->arrays[array], bytes);
    }
    assert_int_equal(a->trace_count, b->trace_count);
    assert_memory_equal(a->trace, b->trace, a->trace_count * sizeof(double));
    check_strings(a->warnings, a->warning_count, b->warnings, b->warning_count);
    check_candidates(a, b);
}

static void the_number_of_threads_changes_no_bit_of_a_selection(void **state) {
    (void)state;
    const int threads[] = {2, 8, 0};
    for (int which = 0; which < TABLES; which++) {
        for (int variant = 0; variant < 3; variant++) {
            mixture_options options = default_options(1);
            options.init = variant == 1 ? MIXTURE_INIT_RANDOM : MIXTURE_INIT_KMEANSPP;
            options.n_init = variant == 2 ? 1 : options.n_init;
            mixture_model *serial = choose(which, &options, 0);
            assert_int_equal(serial->candidate_count % MOST_K, 0);
            for (size_t t = 0; t < LENGTH(threads); t++) {
                options.threads = threads[t];
                mixture_model *model = choose(which, &options, 0);
                check_same(model, serial);
                mixture_model_free(model);
            }
            mixture_model_free(serial);
        }
    }
}

/* Then the threads are not for the candidates. */
static void fits_that_are_worth_threads_themselves_give_the_same_selection(void **state) {
    (void)state;
    enum { ROWS = 30000 };
    static const size_t k[] = {1, 2};
    static const int one[] = {MIXTURE_EII};
    const mixture_choices choices = {k, 2, one, 1, MIXTURE_BIC, 0};
    mixture_model *models[2];
    for (int threads = 1; threads <= 2; threads++) {
        mixture_data *data = mixture_data_new(1, 0);
        mixture_options options = default_options(threads);
        mixture_error error;
        mix_random random;
        mix_random_seed(&random, 6, 0);
        for (size_t i = 0; i < ROWS; i++) {
            const double x = mix_random_normal(&random) + (i % 3 == 0 ? 5 : 0);
            assert_int_equal(mixture_data_append(data, &x, 1, 0), MIXTURE_OK);
        }
        options.n_init = 1;
        options.max_iter = 3;
        assert_int_equal(mix_select(&mixture_gaussian, data, &options, &choices, 0, &models[threads - 1], &error),
                         MIXTURE_OK);
        mixture_data_free(data);
    }
    assert_int_equal(models[0]->k, 2);
    check_same(models[1], models[0]);
    mixture_model_free(models[0]);
    mixture_model_free(models[1]);
}

static void neither_do_arenas_in_which_few_fits_have_room(void **state) {
    (void)state;
    const size_t bytes[] = {1, 3000, 30000, 100000, 200000, 300000, 1 << 22};
    const int tables[] = {FAITHFUL, COUNTS};
    for (size_t i = 0; i < LENGTH(tables); i++) {
        mixture_options options = default_options(1);
        mixture_model *serial = choose(tables[i], &options, 0);
        options.threads = 3;
        for (size_t b = 0; b < LENGTH(bytes); b++) {
            mixture_model *model = choose(tables[i], &options, bytes[b]);
            check_same(model, serial);
            mixture_model_free(model);
        }
        mixture_model_free(serial);
    }
}

/* ---- The host -------------------------------------------------------------------------------------------- */

typedef struct host {
    pthread_t thread;
    long polls, stop_at; /* on one thread: no atomics */
    bool strange;
} host;

static bool poll(void *context) {
    host *own = context;
    own->strange = own->strange || pthread_equal(pthread_self(), own->thread) == 0;
    return ++own->polls >= own->stop_at;
}

static void cancelled_at_any_poll_it_ends(void **state) {
    (void)state;
    int cancelled = 0, done = 0;
    for (long stop_at = 1; done < 3; stop_at += 1 + stop_at / 8) {
        host own = {.thread = pthread_self(), .stop_at = stop_at};
        mixture_options options = default_options(2);
        mixture_model *model;
        options.cancel = poll;
        options.host = &own;
        mixture_status status = run(SMALL, &options, 0, &model);
        assert_false(own.strange);
        assert_int_equal(status, own.polls < stop_at ? MIXTURE_OK : MIXTURE_CANCELLED);
        assert_int_equal(own.polls < stop_at, model != NULL);
        cancelled += status == MIXTURE_CANCELLED;
        done += status == MIXTURE_OK;
        mixture_model_free(model);
    }
    assert_true(cancelled > 10);
}

static void whatever_allocation_fails_it_is_out_of_memory_or_right(void **state) {
    (void)state;
    const mixture_options one = default_options(1), two = default_options(2);
    mixture_model *serial = choose(SMALL, &one, 0);
    int refused = 0, done = 0;
    for (long blocks = 0; done < 3; blocks += 1 + blocks / 16) {
        mixture_model *model;
        blocks_left = blocks;
        mixture_status status = run(SMALL, &two, blocks % 2 == 0 ? 0 : 20000, &model);
        if (status == MIXTURE_OK) {
            check_same(model, serial);
            done++;
        } else {
            assert_int_equal(status, MIXTURE_NOMEM);
            assert_null(model);
            refused++;
        }
        mixture_model_free(model);
    }
    assert_true(refused > 10);
    mixture_model_free(serial);
}

static mixture_status choose_of_two(mixture_model **model) {
    static const size_t k[] = {1, 2};
    static const int one[] = {MIXTURE_EII};
    const mixture_choices choices = {k, 2, one, 1, MIXTURE_BIC, 0};
    mixture_options options = default_options(2);
    options.n_init = 1;
    options.max_iter = 1;
    mixture_data *data = make_table(SMALL);
    mixture_error error;
    *model = NULL;
    mixture_status status =
        data != NULL ? mix_select(&mixture_gaussian, data, &options, &choices, 0, model, &error) : MIXTURE_NOMEM;
    mixture_data_free(data);
    return status;
}

static void of_a_small_selection_every_single_allocation_may_fail(void **state) {
    (void)state;
    mixture_model *right, *model;
    assert_int_equal(choose_of_two(&right), MIXTURE_OK);
    long blocks = 0;
    for (mixture_status status = MIXTURE_NOMEM; status != MIXTURE_OK; blocks++) {
        blocks_left = blocks;
        status = choose_of_two(&model);
        assert_int_equal(model != NULL, status == MIXTURE_OK);
        assert_true(status == MIXTURE_OK || status == MIXTURE_NOMEM);
    }
    assert_true(blocks > 20);
    check_same(model, right);
    mixture_model_free(model);
    mixture_model_free(right);
}

/* A group of two candidates with a warning each, and a best model that has one, too. */
static mix_structures make_group(mixture_candidate candidates[2]) {
    mix_structures group = {.k = 2, .candidates = candidates};
    memset(candidates, 0, 2 * sizeof *candidates);
    for (size_t i = 0; i < 2; i++) {
        mixture_candidate *candidate = &candidates[i];
        (void)mix_model_add_string(&candidate->warnings, &candidate->warning_count, i == 0 ? "first" : "second");
    }
    group.best.model = mixture_model_new(&mixture_gaussian, 2, 1);
    (void)mix_model_warn(group.best.model, "of the model");
    group.best.run.trace = mix_memory_zeros(3, sizeof(double));
    group.best.run.trace_count = group.best.run.trace_capacity = 3;
    return group;
}

static void a_group_is_copied_from_its_arena_or_there_is_no_memory(void **state) {
    (void)state;
    enum { BYTES = 1 << 16 };
    const mix_plan plan = {.structure_count = 2};
    char *block = malloc(BYTES);
    mixture_status status = MIXTURE_NOMEM;
    for (long blocks = 0; status != MIXTURE_OK; blocks++) {
        mixture_candidate candidates[2];
        assert_true(mix_memory_use(mix_arena_begin(block, BYTES)));
        mix_structures group = make_group(candidates);
        assert_true(mix_memory_use(NULL));
        blocks_left = blocks;
        status = mix_structures_adopt(&plan, &group);
        assert_int_equal(status, blocks_left >= 0 ? MIXTURE_OK : MIXTURE_NOMEM);
        memset(block, 0xff, BYTES); /* nothing of it is needed any more */
        if (status == MIXTURE_OK) {
            assert_string_equal(candidates[0].warnings[0], "first");
            assert_string_equal(candidates[1].warnings[0], "second");
            assert_string_equal(group.best.model->warnings[0], "of the model");
            assert_true(group.best.run.trace[2] == 0);
        }
        mix_found_clear(&group.best);
        for (size_t i = 0; i < 2; i++) {
            mix_model_free_strings(candidates[i].warnings, candidates[i].warning_count);
        }
    }
    free(block);
}

#define COUNTED(test) cmocka_unit_test_setup_teardown(test, count_allocations, check_that_nothing_leaked)

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        COUNTED(the_number_of_threads_changes_no_bit_of_a_selection),
        COUNTED(fits_that_are_worth_threads_themselves_give_the_same_selection),
        COUNTED(neither_do_arenas_in_which_few_fits_have_room),
        COUNTED(cancelled_at_any_poll_it_ends),
        COUNTED(a_group_is_copied_from_its_arena_or_there_is_no_memory),
        COUNTED(of_a_small_selection_every_single_allocation_may_fail),
        COUNTED(whatever_allocation_fails_it_is_out_of_memory_or_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
