/* test_reproduce.c: a fit's log-likelihood is that of its model for its rows, added up row by row as users would;
** wherever the data are, however large counts and weights. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "counted.h"

enum { ROWS = 150, MOST_D = 3 };

typedef struct table {
    size_t d;
    double x[ROWS][MOST_D], weights[ROWS];
    int labels[ROWS];
    unsigned extras;
} table;

static double normal(uint64_t *random) {
    double sum = -6;
    for (int i = 0; i < 12; i++) {
        sum += (double)(random_bits(random) >> 11) * 0x1p-53;
    }
    return sum;
}

/* Two groups, correlated, near `offset` with deviations of 1; the last column nearly the sum of the others times
** `slack`. */
static table make_points(size_t d, double offset, double slack, uint64_t seed) {
    table t = {.d = d};
    for (size_t i = 0; i < ROWS; i++) {
        double sum = 0;
        for (size_t j = 0; j < d; j++) {
            double z = normal(&seed) + (i % 3 == 0 && j == 0 ? 5 : 0);
            sum += z;
            t.x[i][j] = offset + (j > 0 && j + 1 == d ? sum - z + slack * z : z);
        }
        t.weights[i] = 1;
    }
    return t;
}

static table make_large_counts(double trials, uint64_t seed) {
    table t = {.d = 3};
    for (size_t i = 0; i < ROWS; i++) {
        static const double p[] = {0.3, 0.3, 0.4};
        for (size_t j = 0; j < 3; j++) {
            double mean = trials * p[j], shift = j == i % 3 ? 4 : 0;
            t.x[i][j] = floor(fmax(mean + sqrt(mean) * (normal(&seed) + shift), 0));
        }
        t.weights[i] = 1;
    }
    return t;
}

static mixture_data *as_data(const table *t) {
    mixture_data *data = mixture_data_new(t->d, t->extras);
    for (size_t i = 0; i < ROWS; i++) {
        assert_int_equal(mixture_data_append(data, t->x[i], t->weights[i], t->labels[i]), MIXTURE_OK);
    }
    return data;
}

static mixture_model *fit_table(const mixture_family *family, const table *t, const mixture_options *options) {
    mixture_data *data = as_data(t);
    mixture_model *model = NULL;
    mixture_error error = {MIXTURE_OK, ""};
    if (mixture_fit(family, data, options, &model, &error) != MIXTURE_OK) {
        fail_msg("%s", error.text);
    }
    mixture_data_free(data);
    return model;
}

static double score_table(const mixture_model *model, const table *t) {
    mixture_scratch *scratch = mixture_scratch_new(model);
    double *resp = calloc(model->k, sizeof(double));
    long double sum = 0;
    for (size_t i = 0; i < ROWS; i++) {
        double loglik = mixture_responsibilities(model, t->x[i], resp, scratch);
        if (t->labels[i] > 0) {
            size_t c = (size_t)t->labels[i] - 1;
            mixture_component_log_densities(model, t->x[i], resp, scratch);
            loglik = log(model->weights[c]) + resp[c];
        }
        sum += (long double)t->weights[i] * (long double)loglik;
    }
    free(resp);
    mixture_scratch_free(scratch);
    return (double)sum;
}

/* A warning that holds this text. */
static bool warns(const mixture_model *model, const char *text) {
    bool found = false;
    for (size_t i = 0; i < model->warning_count; i++) {
        found = found || strstr(model->warnings[i], text) != NULL;
    }
    return found;
}

/* The log-likelihood is that of the rows; where it is not that at the trace's end a warning says so. */
static bool check_table(const mixture_family *family, const table *t, const mixture_options *options) {
    mixture_model *model = fit_table(family, t, options);
    double weight = model->n, size = fabs(model->loglik) + weight;
    assert_close(model->loglik, score_table(model, t), 0, 2e-6 * size);
    assert_close(model->bic, -2 * model->loglik + (double)model->parameters * log(weight), 1e-14, 0);
    bool coarse = warns(model, "is not that of its numbers"), falls = warns(model, "the trace falls");
    bool same = fabs(model->loglik - model->trace[model->trace_count - 1]) <= 1e-6 * size;
    assert_true(same != coarse);
    for (size_t i = 1; i < model->trace_count; i++) {
        bool fell = model->trace[i] < model->trace[i - 1] - 1e-9 * size;
        assert_true(!fell || falls || warns(model, "floor"));
    }
    mixture_model_free(model);
    return coarse || falls;
}

static mixture_options quick(size_t k) {
    mixture_options options;
    mixture_options_default(&options);
    options.k = k;
    options.n_init = 2;
    return options;
}

/* ---- Points ------------------------------------------------------------------------------------------------- */

static void the_log_likelihood_is_that_of_the_model_wherever_the_data_are(void **state) {
    (void)state;
    static const int structures[] = {MIXTURE_FULL, MIXTURE_TIED, MIXTURE_DIAG, MIXTURE_SPHERICAL, MIXTURE_VEE};
    size_t warned = 0, count = 0;
    for (int exponent = 0; exponent <= 16; exponent += 2) {
        for (size_t d = 1; d <= MOST_D; d++) {
            for (size_t s = 0; s < sizeof structures / sizeof *structures; s++) {
                table t = make_points(d, pow(10, exponent), 1e-3, 1 + (uint64_t)exponent);
                mixture_options options = quick(2);
                options.structure = structures[s];
                bool coarse = check_table(&mixture_gaussian, &t, &options);
                assert_true(exponent > 8 || !coarse);
                warned += coarse;
                count++;
            }
        }
    }
    assert_in_range(warned, 5, count / 2);
}

static void so_it_is_with_weights_and_labels(void **state) {
    (void)state;
    size_t warned = 0;
    for (int exponent = 0; exponent <= 15; exponent += 3) {
        table t = make_points(2, pow(10, exponent), 1e-4, 7);
        t.extras = MIXTURE_WEIGHTED | MIXTURE_LABELLED;
        for (size_t i = 0; i < ROWS; i++) {
            t.weights[i] = 1e9 * (double)(1 + i % 4);
            t.labels[i] = i % 5 == 0 ? 1 + (i % 3 == 0) : 0;
        }
        mixture_options options = quick(2);
        warned += check_table(&mixture_gaussian, &t, &options);
    }
    assert_true(warned > 0);
}

static void an_ordinary_fit_is_not_scored_again(void **state) {
    (void)state;
    table t = make_points(3, 1e6, 1e-2, 3);
    mixture_options options = quick(2);
    mixture_model *model = fit_table(&mixture_gaussian, &t, &options);
    assert_true(model->loglik == model->trace[model->trace_count - 1]);
    assert_int_equal(model->warning_count, 0);
    mixture_model_free(model);
}

/* ---- Counts ------------------------------------------------------------------------------------------------- */

static void of_counts_up_to_2_to_53_and_large_weights_the_trace_does_not_fall_in_silence(void **state) {
    (void)state;
    size_t warned = 0;
    for (double trials = 10; trials < 0x1p53; trials *= 11) {
        for (int weighted = 0; weighted < 2; weighted++) {
            table t = make_large_counts(trials, 5);
            t.extras = weighted ? MIXTURE_WEIGHTED : 0;
            for (size_t i = 0; i < ROWS && weighted; i++) {
                t.weights[i] = i % 2 == 0 ? 1 : 1e12;
            }
            for (int accelerate = 0; accelerate < 2; accelerate++) {
                mixture_options options = quick(3);
                options.accelerate = accelerate;
                bool said = check_table(&mixture_multinomial, &t, &options);
                assert_true(trials > 1e9 || !said);
                warned += said;
            }
        }
    }
    assert_true(warned > 0);
}

/* ---- Memory and being stopped ------------------------------------------------------------------------------- */

static bool stop_at(void *left) {
    return (*(long *)left)-- <= 0;
}

static void a_fit_that_is_scored_again_runs_out_of_memory_and_is_stopped_like_any_other(void **state) {
    (void)state;
    table t = make_points(2, 1e14, 1e-3, 2);
    mixture_options options = quick(1);
    options.threads = 1;
    mixture_data *data = as_data(&t);
    mixture_model *model = NULL;
    mixture_status status = MIXTURE_NOMEM;
    long blocks = 0, polls = 0;
    for (; status == MIXTURE_NOMEM; blocks++) {
        blocks_left = blocks;
        status = mixture_fit(&mixture_gaussian, data, &options, &model, NULL);
    }
    blocks_left = INT32_MAX;
    assert_int_equal(status, MIXTURE_OK);
    assert_true(warns(model, "is not that of its numbers"));
    status = MIXTURE_CANCELLED;
    for (long left = 0; status == MIXTURE_CANCELLED; polls = left++) {
        mixture_model_free(model);
        long more = left;
        options.cancel = stop_at;
        options.host = &more;
        status = mixture_fit(&mixture_gaussian, data, &options, &model, NULL);
    }
    assert_int_equal(status, MIXTURE_OK);
    assert_true(blocks > 10 && polls > 10);
    mixture_model_free(model);
    mixture_data_free(data);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_log_likelihood_is_that_of_the_model_wherever_the_data_are),
        cmocka_unit_test(so_it_is_with_weights_and_labels),
        cmocka_unit_test(an_ordinary_fit_is_not_scored_again),
        cmocka_unit_test(of_counts_up_to_2_to_53_and_large_weights_the_trace_does_not_fall_in_silence),
        cmocka_unit_test_setup_teardown(
            a_fit_that_is_scored_again_runs_out_of_memory_and_is_stopped_like_any_other, count_allocations,
            check_that_nothing_leaked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
