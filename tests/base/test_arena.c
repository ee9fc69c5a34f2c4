/* test_arena.c: pieces of an arena are aligned, apart from each other, and used again. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "counted.h"
#include "memory.h"

enum { BYTES = 1 << 16, PIECES = 100 };

typedef struct piece {
    unsigned char *bytes;
    size_t size;
} piece;

static void check(const piece *pieces) {
    for (size_t i = 0; i < PIECES; i++) {
        for (size_t j = 0; pieces[i].bytes != NULL && j < pieces[i].size; j++) {
            assert_int_equal(pieces[i].bytes[j], i);
        }
    }
}

/* Every piece is full of its own number, whatever is taken, resized and given back around it. */
static void pieces_keep_their_contents(void **state) {
    (void)state;
    char *block = malloc(BYTES);
    uint64_t seed = 1;
    for (size_t offset = 0; offset < 16; offset++) { /* the block's alignment does not matter */
        mix_arena *arena = mix_arena_begin(block + offset, BYTES - offset);
        assert_non_null(arena);
        piece pieces[PIECES] = {{NULL, 0}};
        size_t refused = 0;
        for (int step = 0; step < 2000; step++) {
            size_t i = random_bits(&seed) % PIECES, size = random_bits(&seed) % 3000;
            unsigned char *bytes;
            if (pieces[i].bytes != NULL && random_bits(&seed) % 2 == 0) {
                mix_arena_give(arena, pieces[i].bytes);
                pieces[i].bytes = NULL;
                continue;
            }
            bytes = mix_arena_resize(arena, pieces[i].bytes, size);
            if (bytes == NULL) {
                refused++;
                continue;
            }
            assert_int_equal((uintptr_t)bytes % 16, 0);
            assert_true((char *)bytes >= block + offset && (char *)bytes + size <= block + BYTES);
            for (size_t j = 0; pieces[i].bytes != NULL && j < size && j < pieces[i].size; j++) {
                assert_int_equal(bytes[j], i);
            }
            memset(bytes, (int)i, size);
            pieces[i] = (piece){bytes, size};
        }
        assert_in_range(refused, 1, 1999); /* it was full at times, not always */
        check(pieces);
    }
    free(block);
}

static void what_is_given_back_is_there_to_be_taken(void **state) {
    (void)state;
    char *block = malloc(BYTES);
    mix_arena *arena = mix_arena_begin(block, BYTES);
    for (int i = 0; i < 1000; i++) {
        void *a = mix_arena_take(arena, 20000), *b = mix_arena_take(arena, 10000);
        assert_true(a != NULL && b != NULL);
        mix_arena_give(arena, a);
        mix_arena_give(arena, b);
    }
    free(block);
}

static void what_does_not_fit_is_refused(void **state) {
    (void)state;
    char *block = malloc(BYTES);
    for (size_t bytes = 0; bytes < 2000; bytes++) {
        mix_arena *arena = mix_arena_begin(block, bytes);
        for (int i = 0; arena != NULL && i < 2000; i++) {
            char *taken = mix_arena_take(arena, 1);
            assert_true(taken == NULL || (taken >= block && taken < block + bytes));
        }
        assert_true(arena == NULL || mix_arena_take(arena, 1) == NULL);
    }
    mix_arena *arena = mix_arena_begin(block, BYTES);
    const size_t sizes[] = {BYTES, SIZE_MAX / 2 + 1, SIZE_MAX / 2 + 2, SIZE_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_null(mix_arena_take(arena, sizes[i]));
        assert_null(mix_arena_resize(arena, NULL, sizes[i]));
    }
    assert_non_null(mix_arena_take(arena, 100));
    free(block);
}

static void a_thread_with_an_arena_leaves_the_allocator_alone(void **state) {
    (void)state;
    char *block = malloc(BYTES);
    blocks_left = 0;
    assert_true(mix_memory_use(mix_arena_begin(block, BYTES)));
    char *text = mix_memory_string("abc");
    double *numbers = mix_memory_zeros(10, sizeof(double));
    numbers = mix_memory_resize(numbers, 100, sizeof(double));
    mixture_data *data = mixture_data_new(2, 0);
    assert_true(text != NULL && numbers != NULL && data != NULL && numbers[9] == 0);
    assert_string_equal(text, "abc");
    assert_null(mix_memory_array(BYTES, 1));
    mixture_data_free(data);
    mix_memory_free(numbers);
    mix_memory_free(text);
    assert_true(mix_memory_use(NULL));
    assert_null(mix_memory_array(1, 1)); /* the allocator again, which has nothing left */
    free(block);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_keep_their_contents),
        cmocka_unit_test(what_is_given_back_is_there_to_be_taken),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test_setup_teardown(a_thread_with_an_arena_leaves_the_allocator_alone, count_allocations,
                                        check_that_nothing_leaked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
