/* test_fit.c: whole fits against closed forms: one component, known labels, weights, given starts,
** units, order. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "random.h"

enum { N = 600, D = 2, K = 3 };
static const double two_pi = 6.283185307179586;

typedef struct table {
    double x[N][D], weight[N];
    int label[N];
} table;

/* Three clusters of 300, 200 and 100 rows, well apart; integer weights 1, 2, 3. */
static const table *clusters(void) {
    static table made;
    static const double centers[K][D] = {{0, 0}, {9, -4}, {-6, 8}};
    mix_random random;
    mix_random_seed(&random, 4, 0);
    for (size_t i = 0; i < N; i++) {
        size_t c = i % 6 < 3 ? 0 : i % 6 < 5 ? 1 : 2;
        double u = mix_random_normal(&random), v = mix_random_normal(&random);
        made.x[i][0] = centers[c][0] + u;
        made.x[i][1] = centers[c][1] + 0.5 * u + (double)(c + 1) * v;
        made.weight[i] = (double)(1 + i % 7 % 3);
        made.label[i] = (int)c + 1;
    }
    return &made;
}

static mixture_data *load(const table *rows, unsigned extras) {
    mixture_data *data = mixture_data_new(D, extras);
    assert_non_null(data);
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(mixture_data_append(data, rows->x[i], rows->weight[i], rows->label[i]), MIXTURE_OK);
    }
    return data;
}

static mixture_model *fit(mixture_data *data, const mixture_options *options) {
    mixture_model *model = NULL;
    mixture_error error = {MIXTURE_OK, ""};
    if (mixture_fit(&mixture_gaussian, data, options, &model, &error) != MIXTURE_OK) {
        fail_msg("the fit failed: %s", error.text);
    }
    mixture_data_free(data);
    return model;
}

static mixture_options options_for(size_t k) {
    mixture_options options;
    mixture_options_default(&options);
    options.k = k;
    return options;
}

/* A rough start, in another order than the clusters have by weight. */
static const double start_weights[] = {0.2, 0.5, 0.3}, start_means[] = {-5, 6, 1, 1, 7, -3};
static const double start_covariances[] = {2, 0, 0, 2, 3, 1, 1, 4, 2, 0, 0, 2};
static const double *const start_arrays[] = {start_means, start_covariances};
static const mixture_start rough = {start_weights, start_arrays};

/* Weighted mean and covariance of the rows of one label (0: of all), and their total. */
static void moments(const table *rows, int label, bool weighted, double mean[D], double covariance[D * D],
                    double *total) {
    long double n = 0, sum[D] = {0}, squares[D * D] = {0};
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < N; i++) {
            long double w =
                label == 0 || rows->label[i] == label ? (weighted ? (long double)rows->weight[i] : 1) : 0;
            n += pass == 0 ? w : 0;
            for (size_t p = 0; p < D; p++) {
                sum[p] += pass == 0 ? w * (long double)rows->x[i][p] : 0;
                for (size_t q = 0; q < D && pass == 1; q++) {
                    squares[p * D + q] +=
                        w * ((long double)rows->x[i][p] - sum[p] / n) * ((long double)rows->x[i][q] - sum[q] / n);
                }
            }
        }
    }
    for (size_t p = 0; p < D * D; p++) {
        mean[p % D] = (double)(sum[p % D] / n);
        covariance[p] = (double)(squares[p] / n);
    }
    *total = (double)n;
}

static double log_density(const double *x, const double *mean, const double *s) {
    double det = s[0] * s[3] - s[1] * s[2], u = x[0] - mean[0], v = x[1] - mean[1];
    return -log(two_pi) - log(det) / 2 - (s[3] * u * u - 2 * s[1] * u * v + s[0] * v * v) / det / 2;
}

/* ---- Closed forms ---------------------------------------------------------------------------------------- */

static void one_component_has_the_mean_the_covariance_and_the_loglik_of_the_closed_form(void **state) {
    (void)state;
    for (int weighted = 0; weighted < 2; weighted++) {
        for (int v = 0; v <= MIXTURE_EII; v++) {
            double mean[D], s[D * D], n;
            moments(clusters(), 0, weighted, mean, s, &n);
            bool full = v == MIXTURE_FULL || v == MIXTURE_TIED,
                 sphere = v == MIXTURE_SPHERICAL || v == MIXTURE_EII;
            s[1] = s[2] = full ? s[1] : 0;
            s[0] = sphere ? (s[0] + s[3]) / 2 : s[0];
            s[3] = sphere ? s[0] : s[3];
            mixture_options options = options_for(1);
            options.structure = v;
            mixture_model *model = fit(load(clusters(), weighted ? MIXTURE_WEIGHTED : 0), &options);
            for (size_t i = 0; i < D * D; i++) {
                assert_close(model->arrays[0][i % D], mean[i % D], 1e-13, 0);
                assert_close(model->arrays[1][i], s[i], 1e-12, 0);
            }
            /* tr(S^-1 W) = n d at the maximum of every structure. */
            double det = s[0] * s[3] - s[1] * s[2], loglik = -n / 2 * (2 * log(two_pi) + log(det) + 2);
            double parameters = 2 + (full ? 3 : sphere ? 1 : 2);
            assert_close(model->loglik, loglik, 1e-12, 0);
            assert_close(model->n, n, 0, 0);
            assert_close((double)model->parameters, parameters, 0, 0);
            assert_close(model->bic, -2 * loglik + parameters * log(n), 1e-12, 0);
            assert_close(model->aic, -2 * loglik + 2 * parameters, 1e-12, 0);
            assert_close(model->icl, model->bic, 0, 0);
            assert_true(model->converged && model->weights[0] == 1 && model->warning_count == 0);
            mixture_model_free(model);
        }
    }
}

static void all_rows_labelled_give_the_complete_data_estimate_after_one_iteration(void **state) {
    (void)state;
    table rows = *clusters();
    for (size_t i = 0; i < N; i += 50) { /* labels that no clustering would find */
        rows.label[i] = rows.label[i] % K + 1;
    }
    for (int given = 0; given < 2; given++) {
        mixture_options options = options_for(K);
        options.max_iter = 1;
        options.start = given ? rough : (mixture_start){0};
        mixture_model *model = fit(load(&rows, MIXTURE_LABELLED | MIXTURE_WEIGHTED), &options);
        double loglik = 0, all = 0;
        for (size_t c = 0; c < K; c++) {
            double mean[D], s[D * D], n;
            moments(&rows, (int)c + 1, true, mean, s, &n);
            all += n;
            for (size_t i = 0; i < D * D; i++) {
                assert_close(model->arrays[0][c * D + i % D], mean[i % D], 1e-12, 0);
                assert_close(model->arrays[1][c * D * D + i], s[i], 1e-11, 0);
            }
            /* sum over its rows of ln w_c + ln N(x): the first part needs the total, which is known at the end. */
            loglik += n * log(n) - n / 2 * (2 * log(two_pi) + log(s[0] * s[3] - s[1] * s[1]) + 2);
        }
        assert_close(model->loglik, loglik - all * log(all), 1e-12, 0);
        assert_close(model->icl, model->bic, 0, 1e-9); /* no row is in doubt */
        mixture_model_free(model);
    }
}

static void some_labels_count_for_their_component_alone(void **state) {
    (void)state;
    table rows = *clusters();
    for (size_t i = 0; i < N; i++) { /* every fourth is known, one in twenty of them against appearance */
        rows.label[i] = i % 4 ? 0 : i % 80 ? rows.label[i] : rows.label[i] % K + 1;
    }
    mixture_options options = options_for(K);
    mixture_model *model = fit(load(&rows, MIXTURE_LABELLED), &options);
    double loglik = 0, entropy = 0;
    for (size_t i = 0; i < N; i++) {
        double joint[K], sum = 0, own = 0;
        for (size_t c = 0; c < K; c++) {
            joint[c] = model->weights[c] *
                       exp(log_density(rows.x[i], model->arrays[0] + c * D, model->arrays[1] + c * D * D));
            sum += joint[c];
            own = rows.label[i] == (int)c + 1 ? joint[c] : own;
        }
        loglik += log(rows.label[i] ? own : sum);
        for (size_t c = 0; c < K; c++) {
            double resp = rows.label[i] ? 0 : joint[c] / sum;
            entropy -= resp > 0 ? resp * log(resp) : 0;
        }
    }
    assert_close(model->loglik, loglik, 1e-12, 0);
    assert_close(model->icl - model->bic, 2 * entropy, 1e-9, 1e-9);
    assert_true(model->converged);
    mixture_model_free(model);
}

static void an_integer_weight_is_so_many_repeated_rows(void **state) {
    (void)state;
    const table *rows = clusters();
    mixture_data *repeated = mixture_data_new(D, 0);
    for (size_t i = 0; i < N; i++) {
        for (double left = rows->weight[i]; left > 0; left--) {
            assert_int_equal(mixture_data_append(repeated, rows->x[i], 1, 0), MIXTURE_OK);
        }
    }
    mixture_options options = options_for(K);
    options.start = rough;
    options.max_iter = 15;
    options.tol = 0;
    mixture_model *a = fit(load(rows, MIXTURE_WEIGHTED), &options), *b = fit(repeated, &options);
    assert_close(a->n, b->n, 0, 0);
    assert_close(a->loglik, b->loglik, 1e-10, 0);
    assert_close(a->icl, b->icl, 1e-10, 0);
    for (size_t i = 0; i < K * D * D; i++) {
        assert_close(a->weights[i % K], b->weights[i % K], 1e-10, 0);
        assert_close(a->arrays[0][i % (K * D)], b->arrays[0][i % (K * D)], 1e-10, 1e-10);
        assert_close(a->arrays[1][i], b->arrays[1][i], 1e-10, 1e-10);
    }
    mixture_model_free(a);
    mixture_model_free(b);
}

/* ---- Starts ---------------------------------------------------------------------------------------------- */

static void without_iterations_a_given_start_is_returned_with_its_loglik(void **state) {
    (void)state;
    mixture_options options = options_for(K);
    options.start = rough;
    options.max_iter = 0;
    mixture_model *model = fit(load(clusters(), 0), &options);
    double loglik = 0;
    for (size_t i = 0; i < N; i++) {
        double sum = 0;
        for (size_t c = 0; c < K; c++) {
            sum += start_weights[c] *
                   exp(log_density(clusters()->x[i], start_means + c * D, start_covariances + c * D * D));
        }
        loglik += log(sum);
    }
    assert_close(model->loglik, loglik, 1e-12, 0);
    assert_true(model->iterations == 0 && model->trace_count == 1 && !model->converged);
    for (size_t i = 0; i < K * D * D; i++) {
        assert_close(model->weights[i % K], start_weights[i % K], 0, 0);
        assert_close(model->arrays[0][i % (K * D)], start_means[i % (K * D)], 1e-15, 1e-15);
        assert_close(model->arrays[1][i], start_covariances[i], 1e-15, 0);
    }
    mixture_model_free(model);
}

static void a_start_is_brought_into_the_structure_by_its_weights(void **state) {
    (void)state;
    mixture_options options = options_for(K);
    options.start = rough;
    options.max_iter = 0;
    options.structure = MIXTURE_TIED;
    mixture_model *tied = fit(load(clusters(), 0), &options);
    options.structure = MIXTURE_SPHERICAL;
    mixture_model *spheres = fit(load(clusters(), 0), &options);
    for (size_t i = 0; i < K * D * D; i++) {
        double mean = 0;
        for (size_t c = 0; c < K; c++) {
            mean += start_weights[c] * start_covariances[c * D * D + i % (D * D)];
        }
        assert_close(tied->arrays[1][i], mean, 1e-14, 0);
        const double *own = start_covariances + i / (D * D) * D * D;
        assert_close(spheres->arrays[1][i], i % (D * D) % (D + 1) ? 0 : (own[0] + own[3]) / 2, 1e-14, 0);
    }
    mixture_model_free(tied);
    mixture_model_free(spheres);
}

static void what_a_start_leaves_out_is_drawn(void **state) {
    (void)state;
    double mean[D], s[D * D], n;
    moments(clusters(), 0, false, mean, s, &n);
    mixture_options options = options_for(K);
    options.max_iter = 0;
    options.start.arrays = check_arrays(start_means, NULL); /* the rest is that of all the data */
    mixture_model *located = fit(load(clusters(), 0), &options);
    for (size_t i = 0; i < K * D * D; i++) {
        assert_close(located->weights[i % K], 1.0 / K, 1e-14, 0);
        assert_close(located->arrays[0][i % (K * D)], start_means[i % (K * D)], 1e-15, 1e-15);
        assert_close(located->arrays[1][i], s[i % (D * D)], 1e-12, 0);
    }
    mixture_model_free(located);
    options.start = (mixture_start){start_weights, check_arrays(NULL, NULL)};
    options.n_init = 1; /* several candidates would each be tried by a few iterations, which move the weights */
    mixture_model *weighted = fit(load(clusters(), 0), &options);
    assert_memory_equal(weighted->weights, start_weights, sizeof start_weights);
    mixture_model_free(weighted);
    options = options_for(K);
    mixture_model *drawn = fit(load(clusters(), 0), &options);
    options.start.weights = start_weights;
    weighted = fit(load(clusters(), 0), &options); /* run to the end, it finds the same clusters */
    assert_close(weighted->loglik, drawn->loglik, 0, 1e-5);
    mixture_model_free(drawn);
    mixture_model_free(weighted);
}

static void a_given_start_keeps_its_order_and_a_drawn_one_falls_by_weight(void **state) {
    (void)state;
    mixture_options options = options_for(K);
    options.start = rough; /* the clusters of 1/6, 1/2 and 1/3 of the rows */
    mixture_model *given = fit(load(clusters(), 0), &options);
    const double shares[] = {1 / 6.0, 1 / 2.0, 1 / 3.0};
    for (size_t c = 0; c < K; c++) {
        assert_close(given->weights[c], shares[c], 0, 0.01);
    }
    for (int64_t seed = 0; seed < 20; seed++) {
        options = options_for(K);
        options.seed = seed;
        mixture_model *drawn = fit(load(clusters(), 0), &options);
        assert_true(drawn->weights[0] > drawn->weights[1] && drawn->weights[1] > drawn->weights[2]);
        assert_close(drawn->loglik, given->loglik, 0, 1e-5);
        assert_close(drawn->arrays[0][0], given->arrays[0][D], 0, 1e-3); /* everything moved along */
        assert_close(drawn->arrays[1][3], given->arrays[1][D * D + 3], 0, 1e-3);
        mixture_model_free(drawn);
    }
    mixture_model_free(given);
}

static void equal_weights_stay_equal_and_are_no_parameters(void **state) {
    (void)state;
    mixture_options options = options_for(K);
    mixture_model *free_weights = fit(load(clusters(), 0), &options);
    options.equal_weights = true;
    mixture_model *equal = fit(load(clusters(), 0), &options);
    options.start = rough; /* whose weights give way */
    mixture_model *given = fit(load(clusters(), 0), &options);
    for (size_t c = 0; c < K; c++) {
        assert_true(equal->weights[c] == 1.0 / K && given->weights[c] == 1.0 / K);
    }
    assert_int_equal(equal->parameters, 3 * 2 + 3 * 3);
    assert_int_equal(free_weights->parameters, 3 * 2 + 3 * 3 + 2);
    assert_true(equal->loglik < free_weights->loglik);
    assert_close(equal->loglik, given->loglik, 0, 1e-5);
    mixture_model_free(free_weights);
    mixture_model_free(equal);
    mixture_model_free(given);
}

/* ---- Units and order of columns ---------------------------------------------------------------------------- */

static void powers_of_two_as_units_change_no_bit_and_the_order_of_columns_nothing_else(void **state) {
    (void)state;
    const table *plain = clusters();
    const double units[D] = {0x1p-40, 0x1p70};
    table scaled = *plain, swapped = *plain;
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < D; j++) {
            scaled.x[i][j] = plain->x[i][j] * units[j];
            swapped.x[i][j] = plain->x[i][1 - j];
        }
    }
    mixture_options options = options_for(K);
    mixture_model *a = fit(load(plain, 0), &options), *b = fit(load(&scaled, 0), &options);
    mixture_model *c = fit(load(&swapped, 0), &options);
    assert_memory_equal(a->weights, b->weights, K * sizeof(double));
    assert_int_equal(a->iterations, b->iterations);
    assert_close(b->loglik, a->loglik - N * (log(units[0]) + log(units[1])), 1e-13, 0);
    assert_close(c->loglik, a->loglik, 0, 1e-5);
    for (size_t i = 0; i < K * D * D; i++) {
        size_t of = i / (D * D), row = i / D % D, column = i % D;
        assert_true(b->arrays[0][of * D + row] == a->arrays[0][of * D + row] * units[row]);
        assert_true(b->arrays[1][i] == a->arrays[1][i] * units[row] * units[column]);
        assert_close(c->arrays[0][of * D + row], a->arrays[0][of * D + 1 - row], 0, 1e-3);
        assert_close(c->arrays[1][i], a->arrays[1][of * D * D + (1 - row) * D + 1 - column], 0, 1e-3);
    }
    mixture_model_free(a);
    mixture_model_free(b);
    mixture_model_free(c);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_component_has_the_mean_the_covariance_and_the_loglik_of_the_closed_form),
        cmocka_unit_test(all_rows_labelled_give_the_complete_data_estimate_after_one_iteration),
        cmocka_unit_test(some_labels_count_for_their_component_alone),
        cmocka_unit_test(an_integer_weight_is_so_many_repeated_rows),
        cmocka_unit_test(without_iterations_a_given_start_is_returned_with_its_loglik),
        cmocka_unit_test(a_start_is_brought_into_the_structure_by_its_weights),
        cmocka_unit_test(what_a_start_leaves_out_is_drawn),
        cmocka_unit_test(a_given_start_keeps_its_order_and_a_drawn_one_falls_by_weight),
        cmocka_unit_test(equal_weights_stay_equal_and_are_no_parameters),
        cmocka_unit_test(powers_of_two_as_units_change_no_bit_and_the_order_of_columns_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
