/* test_summary.c: what a summary says, line by line. */
#include <locale.h>
#include <string.h>

#include "check.h"
#include "memory.h"
#include "model_json.h"
#include "summary.h"

static void check_summary(const char *json, const char *expected) {
    mixture_model *model;
    mixture_error error = {MIXTURE_OK, ""};
    size_t length;
    if (mix_model_json_read(json, strlen(json), &model, &error) != MIXTURE_OK) {
        fail_msg("%s", error.text);
    }
    char *text = mix_summary_write(model, &length);
    assert_non_null(text);
    assert_int_equal(strlen(text), length);
    assert_string_equal(text, expected);
    mix_memory_free(text);
    mixture_model_free(model);
}

static void means_stand_with_their_deviations_under_the_names_of_the_columns(void **state) {
    (void)state;
    check_summary("{\"family\":\"gaussian\",\"columns\":[\"width\",\"l\303\244nge\"],\"covariance\":\"EEE\","
                  "\"weights\":[0.25,0.75],\"means\":[[-0.000123456,12345678],[100,0]],"
                  "\"covariances\":[[[4,0],[0,1e-6]],[[4,0],[0,1e-6]]]}",
                  "gaussian mixture of 2 components, covariance tied (EEE), 2 columns\n"
                  "component  share   width           l\303\244nge\n"
                  "1          25.0 %  -0.0001235 \302\261 2  12350000 \302\261 0.001\n"
                  "2          75.0 %  100 \302\261 2         0 \302\261 0.001\n");
}

static void families_without_means_show_their_parameters(void **state) {
    (void)state;
    check_summary("{\"family\":\"multinomial\",\"weights\":[1],\"probabilities\":[[0.123456,0.876544]]}",
                  "multinomial mixture of 1 component, 2 columns\n"
                  "component  share    x1      x2\n"
                  "1          100.0 %  0.1235  0.8765\n");
    check_summary("{\"family\":\"poisson\",\"weights\":[1],\"rates\":[[2.5]]}",
                  "poisson mixture of 1 component, 1 column\n"
                  "component  share    x1\n"
                  "1          100.0 %  2.5\n");
}

static void warnings_stand_first_and_the_fit_is_told(void **state) {
    (void)state;
    check_summary(
        "{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0]],\"covariances\":[[[1]]],\"n\":1234567,"
        "\"skipped\":1,\"loglik\":-1e6,\"parameters\":2,\"bic\":2000028.0525,\"iterations\":1,"
        "\"converged\":false,\"warnings\":[\"one\",\"two\"]}",
        "warning: one\n"
        "warning: two\n"
        "gaussian mixture of 1 component, covariance full (V), 1 column\n"
        "n 1234567 (1 row skipped), log-likelihood -1000000, BIC 2000028.1 with 2 parameters; not converged, "
        "1 iteration\n"
        "component  share    x1\n"
        "1          100.0 %  0 \302\261 1\n");
}

static void a_choice_on_a_sample_is_told(void **state) {
    (void)state;
    check_summary(
        "{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0]],\"covariances\":[[[1]]],\"sample\":20000,"
        "\"selection\":[{\"k\":1,\"covariance\":\"V\",\"loglik\":-5,\"sound\":true},"
        "{\"k\":2,\"covariance\":\"E\",\"rows\":20000,\"loglik\":-5,\"sound\":true}]}",
        "gaussian mixture of 1 component, covariance full (V), 1 column\n"
        "chosen among 2 candidates, compared on samples of 20000 rows and more; fitted to all rows: 1\n"
        "component  share    x1\n"
        "1          100.0 %  0 \302\261 1\n");
}

static void large_models_are_cut(void **state) {
    (void)state;
    mixture_model *model = mixture_model_new(&mixture_multinomial, 30, 12);
    size_t length, lines = 0;
    for (size_t c = 0; c < 30; c++) {
        model->weights[c] = 1 / 30.0;
        for (size_t j = 0; j < 12; j++) {
            model->arrays[0][12 * c + j] = 1 / 12.0;
        }
    }
    assert_int_equal(mixture_model_prepare(model, NULL), MIXTURE_OK);
    char *text = mix_summary_write(model, &length);
    for (size_t i = 0; i < length; i++) {
        lines += text[i] == '\n';
    }
    assert_int_equal(lines, 1 + 21 + 1);
    assert_non_null(strstr(text, "(20 of 30 components, 8 of 12 columns)\n"));
    mix_memory_free(text);
    mixture_model_free(model);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_stand_with_their_deviations_under_the_names_of_the_columns),
        cmocka_unit_test(families_without_means_show_their_parameters),
        cmocka_unit_test(warnings_stand_first_and_the_fit_is_told),
        cmocka_unit_test(a_choice_on_a_sample_is_told),
        cmocka_unit_test(large_models_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
