/* test_watch.c: what those who wait are told, by a clock that stands where the test puts it. */
#include <math.h>
#include <pthread.h>

#include "check.h"
#include "clock.h"
#include "counted.h"
#include "watch.h"

static _Atomic(int64_t) hour; /* nanoseconds */

static int64_t hour_hand(void) {
    return atomic_load(&hour);
}

static int with_clock(void **state) {
    (void)state;
    atomic_store(&hour, 1000);
    mix_clock_replace(hour_hand);
    return 0;
}

static int without_clock(void **state) {
    (void)state;
    mix_clock_replace(NULL);
    return 0;
}

static void pass_seconds(double seconds) {
    atomic_fetch_add(&hour, (int64_t)(seconds * 1e9));
}

static void at_first_nothing_is_known(void **state) {
    (void)state;
    mixture_watch *watch = mixture_watch_new();
    pass_seconds(3);
    mixture_progress progress = mixture_watch_read(watch);
    assert_string_equal(progress.phase, "waiting");
    assert_int_equal(progress.done, 0);
    assert_int_equal(progress.total, 0);
    assert_true(isnan(progress.best));
    assert_true(isnan(progress.left));
    assert_close(progress.elapsed, 3, 1e-12, 0);
    mixture_watch_free(watch);
}

static void the_time_left_is_in_proportion_to_the_work_since_the_plan(void **state) {
    (void)state;
    mixture_watch watch;
    mix_watch_begin(&watch, "reading");
    pass_seconds(10);
    mix_watch_phase(&watch, "fits", 4);
    mix_watch_plan(&watch, 100);
    assert_true(isnan(mixture_watch_read(&watch).left)); /* nothing is done yet */
    pass_seconds(5);
    mix_watch_add(&watch, 1, 20);
    mixture_progress progress = mixture_watch_read(&watch);
    assert_string_equal(progress.phase, "fits");
    assert_int_equal(progress.done, 1);
    assert_int_equal(progress.total, 4);
    assert_close(progress.elapsed, 15, 1e-12, 0);
    assert_close(progress.left, 20, 1e-12, 0); /* 80 of the work, 20 of which took 5 s */
    mix_watch_phase(&watch, "all rows", 2);    /* the plan goes on */
    mix_watch_add(&watch, 1, 20);
    assert_close(mixture_watch_read(&watch).left, 7.5, 1e-12, 0);
    mix_watch_replan(&watch, 120);
    assert_close(mixture_watch_read(&watch).left, 15, 1e-12, 0);
    mix_watch_plan(&watch, 0);
    mix_watch_add(&watch, 1, 1);
    assert_true(isnan(mixture_watch_read(&watch).left));
}

static void iterations_are_their_own_work(void **state) {
    (void)state;
    mixture_watch watch;
    mix_watch_begin(&watch, "fit");
    mix_watch_plan(&watch, 0);
    pass_seconds(6);
    mix_watch_set(&watch, 3, 12);
    mixture_progress progress = mixture_watch_read(&watch);
    assert_int_equal(progress.done, 3);
    assert_int_equal(progress.total, 12);
    assert_close(progress.left, 18, 1e-12, 0);
    mix_watch_set(&watch, 4, 0); /* no end is in sight */
    progress = mixture_watch_read(&watch);
    assert_int_equal(progress.total, 0);
    assert_true(isnan(progress.left));
}

static void the_best_is_the_highest_or_the_lowest(void **state) {
    (void)state;
    mixture_watch watch;
    const double values[] = {-3, -7, -2, -5};
    mix_watch_begin(&watch, "fit");
    for (int i = 0; i < 4; i++) {
        mix_watch_best(&watch, values[i], false);
    }
    assert_true(mixture_watch_read(&watch).best == -2);
    mix_watch_begin(&watch, "fits");
    for (int i = 0; i < 4; i++) {
        mix_watch_best(&watch, values[i], true);
    }
    assert_true(mixture_watch_read(&watch).best == -7);
}

static void done_is_never_more_than_there_is(void **state) {
    (void)state;
    mixture_watch watch;
    mix_watch_begin(&watch, "fits");
    mix_watch_phase(&watch, "fits", 5);
    mix_watch_add(&watch, 7, 1);
    assert_int_equal(mixture_watch_read(&watch).done, 5);
}

static void nobody_may_wait(void **state) {
    (void)state;
    mix_watch_begin(NULL, "fit");
    mix_watch_phase(NULL, "fit", 1);
    mix_watch_add(NULL, 1, 1);
    mix_watch_set(NULL, 1, 1);
    mix_watch_plan(NULL, 1);
    mix_watch_replan(NULL, 1);
    mix_watch_best(NULL, 1, true);
    mixture_watch_free(NULL);
}

static void a_watch_without_memory_is_null(void **state) {
    (void)state;
    blocks_left = 0;
    assert_null(mixture_watch_new());
}

/* ---- Threads ------------------------------------------------------------------------------------------- */

enum { WRITERS = 4, PIECES = 20000 };

typedef struct writer {
    mixture_watch *watch;
    int number;
} writer;

static void *write_pieces(void *argument) {
    const writer *own = argument;
    for (int i = 0; i < PIECES; i++) {
        mix_watch_add(own->watch, 1, 2);
        mix_watch_best(own->watch, own->number * PIECES + i, false);
    }
    return NULL;
}

static void several_threads_write_while_another_reads(void **state) {
    (void)state;
    mixture_watch watch;
    pthread_t threads[WRITERS];
    writer writers[WRITERS];
    mix_watch_begin(&watch, "reading");
    mix_watch_phase(&watch, "fits", WRITERS * PIECES);
    mix_watch_plan(&watch, 2 * WRITERS * PIECES);
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (writer){&watch, i};
        assert_int_equal(pthread_create(&threads[i], NULL, write_pieces, &writers[i]), 0);
    }
    size_t before = 0;
    double best = -1;
    while (before < WRITERS * PIECES) {
        mixture_progress progress = mixture_watch_read(&watch);
        assert_true(progress.done >= before);
        assert_false(progress.best < best);
        before = progress.done;
        best = isnan(progress.best) ? best : progress.best;
    }
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(threads[i], NULL);
    }
    mixture_progress progress = mixture_watch_read(&watch);
    assert_int_equal(progress.done, WRITERS * PIECES);
    assert_true(progress.best == WRITERS * PIECES - 1);
    assert_true(progress.left == 0);
}

#define clock_test(name) cmocka_unit_test_setup_teardown(name, with_clock, without_clock)

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        clock_test(at_first_nothing_is_known),
        clock_test(the_time_left_is_in_proportion_to_the_work_since_the_plan),
        clock_test(iterations_are_their_own_work),
        clock_test(the_best_is_the_highest_or_the_lowest),
        clock_test(done_is_never_more_than_there_is),
        clock_test(nobody_may_wait),
        cmocka_unit_test_setup_teardown(a_watch_without_memory_is_null, count_allocations,
                                        check_that_nothing_leaked),
        clock_test(several_threads_write_while_another_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
