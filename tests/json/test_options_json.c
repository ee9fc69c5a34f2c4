/* test_options_json.c: options that only a caller of the library can give: the SQL functions look at the text
** before. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "options_json.h"

static void what_is_no_object_is_refused(void **state) {
    (void)state;
    const char *const texts[][2] = {{"[]", "an array of 0"}, {"5", "5"}, {"\"{}\"", "\"{}\""}, {"null", "null"}};
    const mix_options_target target = {.family = &mixture_gaussian, .k = 2, .arguments = 2};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        mix_fit_options options;
        mixture_error error;
        char want[100];
        assert_int_equal(mix_options_json_read(texts[i][0], strlen(texts[i][0]), &target, &options, &error),
                         MIXTURE_INVALID);
        snprintf(want, sizeof want, "the text is %s at offset 0; expected an object", texts[i][1]);
        assert_string_equal(error.text, want);
        mix_options_json_clear(&options);
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_object_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
