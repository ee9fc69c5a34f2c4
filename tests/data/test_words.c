/* test_words.c: names that were added are found, sorted, with their numbers. */
#include "words.h"

#include <stdio.h>
#include <string.h>

#include "counted.h"
#include "draw.h"

enum { NAMES = 500 };

static void names_are_found_and_sorted(void **state) {
    (void)state;
    mix_words words = {0};
    int numbers[10 * NAMES] = {0};
    uint64_t random = 3;
    for (int i = 0; i < 2 * NAMES; i++) {
        char name[32];
        unsigned which = (unsigned)(random_bits(&random) % (10 * NAMES));
        size_t length = (size_t)snprintf(name, sizeof name, "%xtail", which) - 4; /* read no further */
        assert_int_equal(mix_words_find(&words, name, length), numbers[which]);
        if (numbers[which] == 0) {
            assert_int_equal(mix_words_add(&words, name, length), MIXTURE_OK);
            numbers[which] = (int)words.count;
        }
        assert_int_equal(mix_words_find(&words, name, length), numbers[which]);
        assert_int_equal(mix_words_find(&words, name, length + 1), 0);
    }
    for (size_t i = 1; i < words.count; i++) {
        assert_true(strcmp(words.sorted[i - 1].name, words.sorted[i].name) < 0);
    }
    mix_words_clear(&words);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found_and_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
