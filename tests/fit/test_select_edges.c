/* test_select_edges.c: what a selection must not depend on, and data at the edge of what can be fitted. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "covariance.h"

enum { KMAX = 5 };

static const size_t one_to_five[KMAX] = {1, 2, 3, 4, 5};

/* One candidate a k and structure, in the order tried by default. */
static mixture_choices up_to(size_t kmax) {
    assert_in_range(kmax, 1, KMAX);
    return (mixture_choices){.k = one_to_five, .k_count = kmax};
}

static mixture_model *choose(const mixture_family *family, mixture_data *data, const mixture_options *options,
                             const mixture_choices *choices) {
    mixture_options defaults;
    mixture_options_default(&defaults);
    mixture_model *model = NULL;
    mixture_error error = {MIXTURE_OK, ""};
    const mixture_options *used = options != NULL ? options : &defaults;
    if (mixture_select(family, data, used, choices, &model, &error) != MIXTURE_OK) {
        fail_msg("the selection failed: %s", error.text);
    }
    mixture_data_free(data);
    return model;
}

static mixture_model *choose_gaussian(const double *x, size_t n, size_t d, const mixture_choices *choices) {
    return choose(&mixture_gaussian, check_data(x, n, d), NULL, choices);
}

static const mixture_candidate *find(const mixture_model *model, size_t k, int covariance) {
    for (size_t i = 0; i < model->candidate_count; i++) {
        if (model->candidates[i].k == k && model->candidates[i].structure == covariance) {
            return &model->candidates[i];
        }
    }
    fail_msg("no candidate k = %zu, %s", k, mixture_structure_name(&mixture_gaussian, covariance));
    return NULL;
}

/* The same candidates, by k and structure, with a criterion that differs by `shift`; the same winner. */
static void check_same_choice(const mixture_model *a, const mixture_model *b, double shift, double tolerance) {
    assert_int_equal(a->k, b->k);
    assert_int_equal(a->structure, b->structure);
    assert_int_equal(a->candidate_count, b->candidate_count);
    for (size_t i = 0; i < a->candidate_count; i++) {
        const mixture_candidate *one = &a->candidates[i], *other = find(b, one->k, one->structure);
        assert_int_equal(one->sound, other->sound);
        if (one->sound) {
            assert_close(other->bic, one->bic + shift, 0, tolerance);
        }
    }
}

/* ---- What the choice does not depend on -------------------------------------------------------------------- */

static void the_order_of_the_list_of_k_changes_no_bit(void **state) {
    (void)state;
    static const size_t mixed[KMAX] = {4, 1, 5, 3, 2};
    size_t n;
    double *x = check_csv("faithful.csv", 2, &n);
    mixture_choices sorted = up_to(KMAX), unsorted = {.k = mixed, .k_count = KMAX};
    mixture_model *a = choose_gaussian(x, n, 2, &sorted), *b = choose_gaussian(x, n, 2, &unsorted);
    check_same_choice(a, b, 0, 0);
    assert_memory_equal(a->arrays[1], b->arrays[1], a->k * 4 * sizeof(double));
    mixture_model_free(a);
    mixture_model_free(b);
    free(x);
}

/* Old Faithful with both columns times a factor plus a shift. */
static void check_map(double factor, double shift, double tolerance) {
    size_t n;
    double *x = check_csv("faithful.csv", 2, &n);
    mixture_choices choices = up_to(4);
    mixture_model *plain = choose_gaussian(x, n, 2, &choices);
    for (size_t i = 0; i < 2 * n; i++) {
        x[i] = x[i] * factor + shift;
    }
    mixture_model *mapped = choose_gaussian(x, n, 2, &choices);
    check_same_choice(plain, mapped, 2 * (double)n * 2 * log(factor), tolerance);
    mixture_model_free(plain);
    mixture_model_free(mapped);
    free(x);
}

static void units_and_origin_do_not_matter_to_any_structure(void **state) {
    (void)state;
    check_map(1e6, 0, 1e-3);
    check_map(1e-6, 0, 1e-3);
    /* At 1e9 a double keeps 2^-23 of a column of deviation 1.14. */
    check_map(1, 1e9, 1e-2);
}

static void a_weight_counts_like_so_many_rows(void **state) {
    (void)state;
    size_t n;
    double *x = check_csv("faithful.csv", 2, &n);
    mixture_data *weighted = mixture_data_new(2, MIXTURE_WEIGHTED), *repeated = mixture_data_new(2, 0);
    for (size_t i = 0; i < n; i++) {
        size_t weight = i % 3; /* 0 leaves the row out */
        assert_int_equal(mixture_data_append(weighted, x + 2 * i, (double)weight, 0), MIXTURE_OK);
        for (size_t times = 0; times < weight; times++) {
            assert_int_equal(mixture_data_append(repeated, x + 2 * i, 1, 0), MIXTURE_OK);
        }
    }
    mixture_choices choices = up_to(3);
    mixture_model *a = choose(&mixture_gaussian, weighted, NULL, &choices);
    mixture_model *b = choose(&mixture_gaussian, repeated, NULL, &choices);
    assert_true(a->n == b->n);
    assert_int_equal(a->k, b->k);
    assert_int_equal(a->structure, b->structure);
    assert_close(a->bic, b->bic, 0, 1e-3);
    mixture_model_free(a);
    mixture_model_free(b);
    free(x);
}

/* ---- Criteria ------------------------------------------------------------------------------------------ */

static double value_of(const mixture_candidate *c, mixture_criterion criterion) {
    return criterion == MIXTURE_BIC ? c->bic : criterion == MIXTURE_ICL ? c->icl : c->aic;
}

static void another_criterion_only_orders_the_same_candidates_anew(void **state) {
    (void)state;
    size_t n, winners = 0;
    double *x = check_csv("faithful.csv", 2, &n);
    mixture_choices choices = up_to(4);
    mixture_model *by_bic = choose_gaussian(x, n, 2, &choices);
    for (int criterion = MIXTURE_BIC; criterion <= MIXTURE_AIC; criterion++) {
        const mixture_candidate *least = NULL;
        for (size_t i = 0; i < by_bic->candidate_count; i++) {
            const mixture_candidate *c = &by_bic->candidates[i];
            bool less = least == NULL ||
                        value_of(c, (mixture_criterion)criterion) < value_of(least, (mixture_criterion)criterion);
            least = c->sound && less ? c : least;
        }
        choices.criterion = (mixture_criterion)criterion;
        mixture_model *model = choose_gaussian(x, n, 2, &choices);
        assert_int_equal(model->k, least->k);
        assert_int_equal(model->structure, least->structure);
        winners += model->k != by_bic->k || model->structure != by_bic->structure;
        mixture_model_free(model);
    }
    assert_in_range(winners, 1, 2); /* or nothing was shown */
    mixture_model_free(by_bic);
    free(x);
}

/* ---- Counts -------------------------------------------------------------------------------------------- */

static void three_coins_are_told_apart(void **state) {
    (void)state;
    static const double chances[] = {0.1, 0.5, 0.9};
    uint64_t bits = 11;
    mixture_data *data = mixture_data_new(2, 0);
    for (size_t i = 0; i < 300; i++) {
        double heads = 0;
        for (int toss = 0; toss < 30; toss++) {
            bits = bits * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX */
            heads += (double)(bits >> 11) * 0x1p-53 < chances[i % 3];
        }
        assert_int_equal(mixture_data_append(data, (double[]){heads, 30 - heads}, 1, 0), MIXTURE_OK);
    }
    mixture_choices choices = up_to(KMAX);
    mixture_model *model = choose(&mixture_multinomial, data, NULL, &choices);
    assert_int_equal(model->k, 3);
    assert_int_equal(model->warning_count, 0);
    for (size_t c = 0; c < 3; c++) {
        /* each near a chance of its own: 3,000 tosses have a deviation of 0.009 at most */
        double heads = model->arrays[0][2 * c];
        assert_true(fabs(heads - 0.1) < 0.04 || fabs(heads - 0.5) < 0.04 || fabs(heads - 0.9) < 0.04);
        assert_close(model->weights[c], 1 / 3.0, 0, 0.03);
    }
    mixture_model_free(model);
}

/* ---- Data that hardly can be fitted -------------------------------------------------------------------- */

/* What it adds to a log-likelihood is the same for all candidates, and in all structures. */
static void a_constant_column_takes_no_part_whatever_its_value(void **state) {
    (void)state;
    static const double values[] = {0, 5, -3e-7, 20240101};
    size_t n;
    double *x = check_csv("faithful.csv", 2, &n), alone[300];
    mixture_choices choices = up_to(2);
    for (size_t i = 0; i < n; i++) {
        alone[i] = x[2 * i];
    }
    mixture_model *one = choose_gaussian(alone, n, 1, &choices);
    for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
        for (size_t i = 0; i < n; i++) {
            x[2 * i + 1] = values[v];
        }
        mixture_model *two = choose_gaussian(x, n, 2, &choices);
        double more = two->loglik - one->loglik;
        assert_int_equal(two->k, 2);
        for (size_t i = 0; i < two->candidate_count; i++) {
            const mixture_candidate *c = &two->candidates[i];
            bool equal = mixture_structure_code(&mixture_gaussian, c->structure, 2)[0] == 'E';
            const mixture_candidate *same = find(one, c->k, equal ? MIXTURE_EII : MIXTURE_SPHERICAL);
            assert_true(c->sound);
            assert_close(c->loglik, same->loglik + more, 1e-6, 0);
        }
        mixture_model_free(two);
    }
    mixture_model_free(one);
    free(x);
}

static void check_no_sound_candidate(const double *x, size_t n, size_t d) {
    mixture_choices choices = up_to(4);
    mixture_model *model = choose_gaussian(x, n, d, &choices);
    assert_int_equal(model->k, 1);
    assert_string_equal(model->warnings[model->warning_count - 1],
                        "no candidate is sound: this is the one of fewest components");
    for (size_t i = 0; i < model->candidate_count; i++) {
        const mixture_candidate *c = &model->candidates[i];
        assert_false(c->sound);
        assert_true(c->warning_count > 0);
        assert_int_equal(c->fitted, c->k == 1);
    }
    mixture_model_free(model);
}

static void one_row_and_equal_rows_have_no_sound_candidate(void **state) {
    (void)state;
    const double x[] = {1.5, -2, 7, 1.5, -2, 7, 1.5, -2, 7};
    check_no_sound_candidate(x, 1, 3);
    check_no_sound_candidate(x, 3, 3);
}

/* Rows on a line: where no row varies no component can, and the choice is that along the line. */
static void a_line_is_chosen_along(void **state) {
    (void)state;
    static const size_t mixed[] = {3, 1, 2};
    static const int full = MIXTURE_FULL;
    double x[80];
    for (size_t i = 0; i < 40; i++) {
        x[2 * i] = (double)(i * i % 41) + (i % 2 == 0 ? 100 : 0);
        x[2 * i + 1] = 2 * x[2 * i] + 1;
    }
    mixture_choices choices = {.k = mixed, .k_count = 3, .structures = &full, .structure_count = 1};
    mixture_model *model = choose_gaussian(x, 40, 2, &choices);
    assert_int_equal(model->k, 2);
    assert_non_null(strstr(model->warnings[0], "component 1 is held at the variance floor"));
    mixture_model_free(model);
}

static void nothing_that_can_be_fitted_is_an_error_with_the_reason_of_the_least_k(void **state) {
    (void)state;
    static const size_t too_many[] = {4, 3};
    mixture_choices choices = {.k = too_many, .k_count = 2};
    mixture_options options;
    mixture_options_default(&options);
    mixture_model *model;
    mixture_error error;
    mixture_data *data = check_data((double[]){1, 2, 1}, 3, 1);
    assert_int_equal(mixture_select(&mixture_gaussian, data, &options, &choices, &model, &error), MIXTURE_INVALID);
    assert_string_equal(error.text,
                        "2 distinct rows for k = 3; expected at least k distinct rows, or option few_rows");
    assert_null(model);
    mixture_data_free(data);
}

/* ---- Stopping ------------------------------------------------------------------------------------------ */

static long polls_left, polls;

static bool count_down(void *host) {
    (void)host;
    polls++;
    return polls_left-- <= 0;
}

static void it_can_be_stopped_at_every_question_and_the_data_used_again(void **state) {
    (void)state;
    static const int two[] = {MIXTURE_FULL, MIXTURE_EII};
    size_t n;
    double *x = check_csv("faithful.csv", 2, &n);
    mixture_choices choices = up_to(3);
    choices.structures = two;
    choices.structure_count = 2;
    mixture_options options;
    mixture_options_default(&options);
    options.n_init = 2;
    options.max_iter = 20;
    mixture_model *untouched = choose(&mixture_gaussian, check_data(x, n, 2), &options, &choices), *model;
    mixture_data *data = check_data(x, n, 2);
    mixture_error error;
    options.cancel = count_down;
    mixture_status status = MIXTURE_CANCELLED;
    for (long left = 0; status == MIXTURE_CANCELLED; left++) {
        polls = 0;
        polls_left = left;
        status = mixture_select(&mixture_gaussian, data, &options, &choices, &model, &error);
        assert_int_equal(polls, status == MIXTURE_OK ? left : left + 1); /* a yes is heard at once */
    }
    assert_int_equal(status, MIXTURE_OK);
    assert_in_range(polls, 50, 100000);
    check_same_choice(model, untouched, 0, 0);
    mixture_model_free(model);
    mixture_model_free(untouched);
    mixture_data_free(data);
    free(x);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_of_the_list_of_k_changes_no_bit),
        cmocka_unit_test(units_and_origin_do_not_matter_to_any_structure),
        cmocka_unit_test(a_weight_counts_like_so_many_rows),
        cmocka_unit_test(another_criterion_only_orders_the_same_candidates_anew),
        cmocka_unit_test(three_coins_are_told_apart),
        cmocka_unit_test(a_constant_column_takes_no_part_whatever_its_value),
        cmocka_unit_test(one_row_and_equal_rows_have_no_sound_candidate),
        cmocka_unit_test(a_line_is_chosen_along),
        cmocka_unit_test(nothing_that_can_be_fitted_is_an_error_with_the_reason_of_the_least_k),
        cmocka_unit_test(it_can_be_stopped_at_every_question_and_the_data_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
