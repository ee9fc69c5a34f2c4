/* test_refusals.c: what the system may refuse, refused: threads, keys, the number of processors. The functions
** here stand before those of the C library. */
#include <dlfcn.h>
#include <errno.h>
#include <locale.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include "check.h"
#include "error.h"
#include "memory.h"
#include "portable.h"
#include "threads.h"

static bool refuse_attributes, refuse_affinity, refuse_locale;
static int threads_left = 100;

/* The C library's own. The address comes as that of an object, which C turns into a function's only by way of its
** bytes. */
#define RETURN_REAL(function, ...)                                                                                \
    do {                                                                                                          \
        void *symbol = dlsym(RTLD_NEXT, #function);                                                               \
        __typeof__(&function) real;                                                                               \
        memcpy(&real, &symbol, sizeof real);                                                                      \
        return real(__VA_ARGS__);                                                                                 \
    } while (0)

/* Seen by everything loaded; not instrumented, because the thread sanitizer calls some before it is ready. */
#define REPLACED __attribute__((visibility("default"), no_sanitize("thread")))

REPLACED int pthread_attr_init(pthread_attr_t *attributes) {
    if (refuse_attributes) {
        return ENOMEM;
    }
    RETURN_REAL(pthread_attr_init, attributes);
}

REPLACED int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                            void *argument) {
    if (threads_left-- <= 0) {
        return EAGAIN;
    }
    RETURN_REAL(pthread_create, thread, attributes, run, argument);
}

REPLACED int sched_getaffinity(pid_t process, size_t size, cpu_set_t *set) {
    if (refuse_affinity) {
        return -1;
    }
    RETURN_REAL(sched_getaffinity, process, size, set);
}

REPLACED locale_t newlocale(int categories, const char *name, locale_t base) {
    if (refuse_locale) {
        return (locale_t)0;
    }
    RETURN_REAL(newlocale, categories, name, base);
}

static void count(void *context, size_t number, size_t thread) {
    (void)number, (void)thread;
    atomic_fetch_add((atomic_int *)context, 1);
}

/* The size of a pool that was to have four threads; it must do its work. */
static size_t pool_size(void) {
    const mix_cancel never = {NULL, NULL};
    atomic_int runs = 0;
    mix_threads *threads = mix_threads_new(4, &never);
    assert_non_null(threads);
    size_t size = mix_threads_count(threads);
    assert_true(mix_threads_run(threads, count, &runs, 100));
    assert_int_equal(atomic_load(&runs), 100);
    mix_threads_free(threads);
    return size;
}

static void a_pool_makes_do_with_the_threads_it_gets(void **state) {
    (void)state;
    assert_int_equal(pool_size(), 4);
    for (int allowed = 0; allowed < 4; allowed++) {
        threads_left = allowed;
        assert_int_equal(pool_size(), 1 + allowed);
    }
    threads_left = 100;
    refuse_attributes = true;
    assert_int_equal(pool_size(), 1);
    refuse_attributes = false;
}

static void without_an_answer_there_is_one_processor(void **state) {
    (void)state;
    refuse_affinity = true;
    assert_int_equal(mix_portable_processors(), 1);
    refuse_affinity = false;
}

static void without_a_locale_of_its_own_an_error_still_has_its_text(void **state) {
    (void)state;
    mixture_error error;
    refuse_locale = true;
    assert_int_equal(mix_error_invalid(&error, "%s is %d", "k", 0), MIXTURE_INVALID);
    refuse_locale = false;
    assert_string_equal(error.text, "k is 0");
}

static void a_thread_that_cannot_have_an_arena_keeps_the_allocator(void **state) {
    (void)state;
    static char block[1 << 12];
    mix_arena *arena = mix_arena_begin(block, sizeof block);
    pthread_key_t key;
    while (pthread_key_create(&key, NULL) == 0) {
    }
    assert_true(mix_memory_use(NULL));
    assert_false(mix_memory_use(arena));
    char *text = mix_memory_string("abc");
    assert_true(text < block || text >= block + sizeof block);
    mix_memory_free(text);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pool_makes_do_with_the_threads_it_gets),
        cmocka_unit_test(without_an_answer_there_is_one_processor),
        cmocka_unit_test(without_a_locale_of_its_own_an_error_still_has_its_text),
        cmocka_unit_test(a_thread_that_cannot_have_an_arena_keeps_the_allocator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
