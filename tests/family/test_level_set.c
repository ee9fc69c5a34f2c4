/* test_level_set.c: names that were added are found, sorted, with their numbers. */
#include "level_set.h"

#include <stdio.h>
#include <string.h>

#include "counted.h"
#include "draw.h"

enum { NAMES = 500 };

/* The number of a name of `length` bytes, from 1; 0: it is not there. */
static int find_name(const mix_level_set *words, const char *name, size_t length) {
    const mix_level level = {.kind = MIX_LEVEL_TEXT, .bytes = name, .length = length};
    size_t number;
    return mix_level_set_find(words, &level, &number) ? (int)number + 1 : 0;
}

static void names_are_found_and_sorted(void **state) {
    (void)state;
    mix_level_set words = {0};
    int numbers[10 * NAMES] = {0};
    uint64_t random = 3;
    for (int i = 0; i < 2 * NAMES; i++) {
        char name[32];
        unsigned which = (unsigned)(random_bits(&random) % (10 * NAMES));
        size_t length = (size_t)snprintf(name, sizeof name, "%xtail", which) - 4; /* read no further */
        assert_int_equal(find_name(&words, name, length), numbers[which]);
        if (numbers[which] == 0) {
            const mix_level level = {.kind = MIX_LEVEL_TEXT, .bytes = name, .length = length};
            assert_int_equal(mix_level_set_add(&words, &level), MIXTURE_OK);
            numbers[which] = (int)words.count;
        }
        assert_int_equal(find_name(&words, name, length), numbers[which]);
        assert_int_equal(find_name(&words, name, length + 1), 0);
    }
    for (size_t i = 1; i < words.count; i++) {
        assert_true(strcmp(words.sorted[i - 1].level.bytes, words.sorted[i].level.bytes) < 0);
    }
    mix_level_set_clear(&words);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found_and_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
