/* test_model_cache.c: models are found again by their text, in any order, within a bounded number of bytes. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "model_cache.h"
#include "random.h"

enum { MODELS = 500, TEXT_BYTES = 200 };

/* Texts of one length that differ in a few digits in the middle. */
static size_t write_text(size_t number, char text[TEXT_BYTES]) {
    return (size_t)sprintf(text,
                           "{\"family\":\"gaussian\",\"weights\":[0.5,0.5],\"means\":[[%06zu],[4]],"
                           "\"covariances\":[[[1]],[[4]]]}",
                           number + 100000);
}

static mix_parsed *find(mix_model_cache *cache, size_t number) {
    char text[TEXT_BYTES];
    mix_parsed *parsed;
    mixture_error error;
    size_t length = write_text(number, text);
    assert_int_equal(mix_model_cache_find(cache, text, length, NULL, &parsed, &error), MIXTURE_OK);
    assert_close(parsed->model->arrays[0][0], (double)(number + 100000), 0, 0);
    return parsed;
}

static void each_model_is_parsed_once_in_whatever_order_they_come(void **state) {
    (void)state;
    mix_model_cache cache = {.most_bytes = MIX_MODEL_CACHE_BYTES};
    mix_parsed *first[MODELS];
    mix_random random;
    mix_random_seed(&random, 1, 0);
    for (size_t i = 0; i < MODELS; i++) {
        first[i] = find(&cache, i);
    }
    for (size_t i = 0; i < 10 * MODELS; i++) {
        size_t number = mix_random_below(&random, MODELS);
        mix_parsed *parsed = find(&cache, number);
        assert_ptr_equal(parsed, first[number]);
        mix_parsed_release(parsed);
    }
    assert_int_equal(cache.count, MODELS);
    for (size_t i = 0; i < MODELS; i++) {
        mix_parsed_release(first[i]);
    }
    mix_model_cache_clear(&cache);
}

static void what_was_used_longest_ago_goes_first(void **state) {
    (void)state;
    mix_model_cache cache = {.most_bytes = MIX_MODEL_CACHE_BYTES};
    mix_parsed_release(find(&cache, 0));
    cache.most_bytes = 3 * cache.bytes;
    for (size_t i = 1; i < 3; i++) {
        mix_parsed_release(find(&cache, i));
    }
    mix_parsed *zero = find(&cache, 0); /* the newest again: 1 is the oldest */
    mix_parsed_release(find(&cache, 3));
    assert_int_equal(cache.count, 3);
    assert_true(cache.bytes <= cache.most_bytes);
    mix_parsed *again = find(&cache, 0);
    assert_ptr_equal(again, zero);
    mix_parsed_release(again);
    for (size_t i = 4; i < 100; i++) { /* it goes, but stays as long as somebody has it */
        mix_parsed_release(find(&cache, i));
        assert_true(cache.bytes <= cache.most_bytes && cache.count == 3);
    }
    assert_close(zero->model->arrays[0][0], 100000, 0, 0);
    mix_parsed_release(zero);
    mix_model_cache_clear(&cache);
}

static void the_one_used_last_stays_however_large(void **state) {
    (void)state;
    mix_model_cache cache = {.most_bytes = 1};
    for (size_t i = 0; i < 5; i++) {
        mix_parsed *parsed = find(&cache, i);
        mix_parsed_release(parsed);
        mix_parsed *again = find(&cache, i);
        assert_ptr_equal(again, parsed);
        mix_parsed_release(again);
        assert_int_equal(cache.count, 1);
    }
    mix_model_cache_clear(&cache);
}

static void what_is_no_model_is_not_kept(void **state) {
    (void)state;
    mix_model_cache cache = {.most_bytes = MIX_MODEL_CACHE_BYTES};
    mix_parsed *parsed;
    mixture_error error;
    assert_int_equal(mix_model_cache_find(&cache, "{}", 2, NULL, &parsed, &error), MIXTURE_INVALID);
    assert_string_equal(error.text, "key family is missing");
    assert_null(parsed);
    assert_int_equal(mix_model_cache_find(&cache, "", 0, NULL, &parsed, &error), MIXTURE_INVALID);
    assert_int_equal(cache.count, 0);
    mix_model_cache_clear(&cache);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_model_is_parsed_once_in_whatever_order_they_come),
        cmocka_unit_test(what_was_used_longest_ago_goes_first),
        cmocka_unit_test(the_one_used_last_stays_however_large),
        cmocka_unit_test(what_is_no_model_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
