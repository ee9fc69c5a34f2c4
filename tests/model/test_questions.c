/* test_questions.c: what looks at many components, or does much for each, asks in between whether to stop. */
#include "combine.h"
#include "compare.h"
#include "distribution.h"
#include "explain.h"
#include "family.h"
#include "memory.h"
#include "model.h"
#include "profile.h"

#include "check.h"

/* Says stop at a question, counted from 1; 0: never. */
typedef struct questions {
    size_t stop, asked;
} questions;

static bool answer_question(void *pointer) {
    questions *own = pointer;
    return ++own->asked == own->stop;
}

/* k components of one column, one beside the other. */
static mixture_model *many_components(const mixture_family *family, size_t k) {
    const mix_shape shape = {.family = family, .k = k, .d = 1};
    mixture_model *model = mix_model_new(&shape);
    mixture_error error;
    assert_non_null(model);
    family->stand_in(model);
    for (size_t c = 0; c < k; c++) {
        model->weights[c] = 1 / (double)k;
        model->arrays[0][c] = (double)(c % 1000) / 1000;
    }
    assert_int_equal(mixture_model_prepare(model, &error), MIXTURE_OK);
    return model;
}

typedef mixture_status work(const mixture_model *model, const mix_cancel *cancel, mixture_error *error);

static mixture_status profile_work(const mixture_model *model, const mix_cancel *cancel, mixture_error *error) {
    mix_profile *profiles;
    size_t count;
    mixture_status status = mix_profile_make(model, cancel, &profiles, &count, error);
    assert_int_equal(profiles != NULL, status == MIXTURE_OK);
    mix_memory_free(profiles);
    return status;
}

static mixture_status below_work(const mixture_model *model, const mix_cancel *cancel, mixture_error *error) {
    mix_turns turns = {.cancel = cancel};
    double below = mix_distribution_below(model, 0.5, NULL, &turns);
    (void)error;
    assert_true(turns.over || (below > 0 && below < 1));
    return turns.over ? MIXTURE_CANCELLED : MIXTURE_OK;
}

static mixture_status quantile_work(const mixture_model *model, const mix_cancel *cancel, mixture_error *error) {
    double x;
    (void)error;
    return mix_distribution_quantile(model, 0.3, cancel, &x) ? MIXTURE_OK : MIXTURE_CANCELLED;
}

static mixture_status explain_work(const mixture_model *model, const mix_cancel *cancel, mixture_error *error) {
    mix_explanation column;
    return mix_explain_row(model, 0, &(double){0.5}, cancel, &column, error);
}

static mixture_status match_work(const mixture_model *model, const mix_cancel *cancel, mixture_error *error) {
    size_t *match = mix_memory_array(model->k, sizeof *match);
    assert_non_null(match);
    mixture_status status = mix_compare_match(model, model, cancel, match, error);
    mix_memory_free(match);
    return status;
}

static mixture_status combine_work(const mixture_model *model, const mix_cancel *cancel, mixture_error *error) {
    mix_combined *combined;
    mixture_status status = mix_combine(model, cancel, &combined, error);
    assert_int_equal(combined != NULL, status == MIXTURE_OK);
    mix_combined_free(combined);
    return status;
}

/* At each question it stops; and there are at least so many. */
static void check_questions(work *does, const mixture_family *family, size_t k, size_t least) {
    mixture_model *model = many_components(family, k);
    questions own = {.stop = 0};
    const mix_cancel cancel = {answer_question, &own};
    mixture_error error = {MIXTURE_OK, ""};
    assert_int_equal(does(model, &cancel, &error), MIXTURE_OK);
    size_t count = own.asked;
    assert_true(count >= least);
    for (size_t stop = 1; stop <= count; stop += 1 + count / 3) {
        own = (questions){.stop = stop};
        assert_int_equal(does(model, &cancel, &error), MIXTURE_CANCELLED);
        assert_true(own.asked >= stop && own.asked <= stop + 1);
    }
    mixture_model_free(model);
}

static void profiles_stop(void **state) {
    (void)state;
    check_questions(profile_work, &mixture_gaussian, 50000, 2);
}

static void distributions_stop(void **state) {
    (void)state;
    check_questions(below_work, mixture_family_find("von_mises"), 700, 2);
    check_questions(quantile_work, &mixture_gaussian, 700, 20);
}

static void explanations_stop(void **state) {
    (void)state;
    check_questions(explain_work, &mixture_gaussian, 3, 1);
}

static void matches_stop_and_have_a_bound(void **state) {
    (void)state;
    check_questions(match_work, &mixture_gaussian, 12, 2);
    mixture_model *model = many_components(&mixture_gaussian, MIX_MOST_MATCHED + 1);
    mixture_error error = {MIXTURE_OK, ""};
    assert_int_equal(match_work(model, NULL, &error), MIXTURE_INVALID);
    assert_string_equal(error.text, "argument 1 (model) has 4097 components; expected at most 4096 to match");
    mixture_model_free(model);
}

static void combinations_stop_and_have_a_bound(void **state) {
    (void)state;
    check_questions(combine_work, &mixture_gaussian, 8, 3);
    mixture_model *model = many_components(&mixture_gaussian, MIX_MOST_COMBINED + 1);
    mixture_error error = {MIXTURE_OK, ""};
    assert_int_equal(combine_work(model, NULL, &error), MIXTURE_INVALID);
    assert_string_equal(error.text, "argument 1 (model) has 501 components; expected at most 500 to combine");
    mixture_model_free(model);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(profiles_stop),
        cmocka_unit_test(distributions_stop),
        cmocka_unit_test(explanations_stop),
        cmocka_unit_test(matches_stop_and_have_a_bound),
        cmocka_unit_test(combinations_stop_and_have_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
