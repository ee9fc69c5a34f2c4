/* test_weights_labels.c: row weights against repeated rows, known labels against closed forms and plain loops. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arrays.h"
#include "check.h"
#include "reader.h"

enum { N = 90, K = 3 };

static double uniform(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX */
    return (double)(*state >> 11) * 0x1p-53;
}

/* ---- Problems: three clusters, for both families ------------------------------------------------------- */

typedef struct problem {
    const mixture_family *family;
    mixture_options options; /* with a start */
    size_t d;
    double x[N * 3];
} problem;

static const double start_weights[K] = {0.2, 0.3, 0.5};
static const double start_means[K * 2] = {0, 0, 3, 1, 1, 4};
static const double start_covariances[K * 4] = {1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1};
static const double start_probabilities[K * 3] = {0.5, 0.3, 0.2, 0.2, 0.5, 0.3, 0.3, 0.2, 0.5};
static const char *const structures[] = {"full", "tied", "diag", "spherical", "EEI", "EII"};
enum { PROBLEMS = 7 }; /* the structures, then counts */

static problem make(size_t which) {
    problem p = {.family = which < 6 ? &mixture_gaussian : &mixture_multinomial, .d = which < 6 ? 2 : 3};
    uint64_t seed = 5;
    mixture_options_default(&p.options);
    p.options.k = K;
    if (which < 6) {
        assert_true(mixture_structure_find(&mixture_gaussian, structures[which], &p.options.structure));
        p.options.start = (mixture_start){start_weights, check_arrays(start_means, start_covariances)};
    } else {
        p.options.start = (mixture_start){start_weights, check_arrays(start_probabilities, NULL)};
    }
    for (size_t i = 0; i < N; i++) {
        size_t c = (size_t)(uniform(&seed) * K);
        for (size_t j = 0; j < p.d; j++) {
            if (which < 6) {
                double noise = uniform(&seed) + uniform(&seed) + uniform(&seed) - 1.5;
                p.x[i * p.d + j] = start_means[2 * c + j] + 2 * noise + (double)j * 0.3 * (double)c;
            } else {
                p.x[i * p.d + j] = floor((c == j ? 14 : 4) * uniform(&seed));
            }
        }
    }
    return p;
}

/* Rows with weights and labels, either of which may be NULL; a row of weight w stands w times when `repeat`. */
static mixture_model *fit(const problem *p, const double *weight, const int *label, bool repeat) {
    unsigned extras = (weight != NULL && !repeat ? MIXTURE_WEIGHTED : 0) | (label ? MIXTURE_LABELLED : 0);
    mixture_data *data = mixture_data_new(p->d, extras);
    mixture_model *model = NULL;
    mixture_error error = {MIXTURE_OK, ""};
    for (size_t i = 0; i < N; i++) {
        int times = weight != NULL && repeat ? (int)weight[i] : 1;
        for (int t = 0; t < times; t++) {
            assert_int_equal(mixture_data_append(data, p->x + i * p->d, weight != NULL ? weight[i] : 1,
                                                 label != NULL ? label[i] : 0),
                             MIXTURE_OK);
        }
    }
    if (mixture_fit(p->family, data, &p->options, &model, &error) != MIXTURE_OK) {
        fail_msg("the fit failed: %s", error.text);
    }
    mixture_data_free(data);
    return model;
}

static void compare(const mixture_model *a, const mixture_model *b, double factor, double tolerance) {
    assert_close(a->loglik, factor * b->loglik, tolerance, 0);
    assert_close(a->n, factor * b->n, 1e-14, 0);
    for (size_t c = 0; c < a->k; c++) {
        assert_close(a->weights[c], b->weights[c], 0, tolerance);
    }
    for (size_t i = 0; i < a->k * a->d; i++) {
        assert_close(a->arrays[0][i], b->arrays[0][i], tolerance, tolerance);
    }
    for (size_t i = 0; a->family == &mixture_gaussian && i < a->k * a->d * a->d; i++) {
        assert_close(a->arrays[1][i], b->arrays[1][i], tolerance, tolerance);
    }
}

static void compare_and_free(mixture_model *a, mixture_model *b, double factor, double tolerance) {
    compare(a, b, factor, tolerance);
    mixture_model_free(a);
    mixture_model_free(b);
}

/* 0 to 3; every fifth 0. */
static void integer_weights(double weight[N]) {
    uint64_t seed = 9;
    for (size_t i = 0; i < N; i++) {
        weight[i] = i % 5 == 0 ? 0 : 1 + floor(3 * uniform(&seed));
    }
}

/* ---- Weights --------------------------------------------------------------------------------------------- */

static void integer_weights_equal_repeated_rows_from_a_given_start(void **state) {
    (void)state;
    double weight[N];
    integer_weights(weight);
    for (size_t which = 0; which < PROBLEMS; which++) {
        problem p = make(which);
        compare_and_free(fit(&p, weight, NULL, false), fit(&p, weight, NULL, true), 1, 1e-10);
        p.options.max_iter = 5;
        p.options.accelerate = false;
        p.options.equal_weights = true;
        compare_and_free(fit(&p, weight, NULL, false), fit(&p, weight, NULL, true), 1, 1e-10);
    }
}

static void integer_weights_equal_repeated_rows_from_drawn_starts(void **state) {
    (void)state;
    double weight[N];
    integer_weights(weight);
    for (size_t which = 0; which < PROBLEMS; which++) {
        for (int64_t seed = 0; seed < 8; seed++) {
            problem p = make(which);
            p.options.start = (mixture_start){0};
            p.options.seed = seed / 2;
            p.options.init = seed % 2 == 0 ? MIXTURE_INIT_KMEANSPP : MIXTURE_INIT_RANDOM;
            compare_and_free(fit(&p, weight, NULL, false), fit(&p, weight, NULL, true), 1, 1e-10);
            p.options.max_iter = 0; /* the start itself: EM would hide another one */
            p.options.n_init = 1;
            compare_and_free(fit(&p, weight, NULL, false), fit(&p, weight, NULL, true), 1, 1e-10);
        }
    }
}

static void weights_of_1_change_nothing(void **state) {
    (void)state;
    double weight[N];
    for (size_t i = 0; i < N; i++) {
        weight[i] = 1;
    }
    for (size_t which = 0; which < PROBLEMS; which++) {
        problem p = make(which);
        compare_and_free(fit(&p, weight, NULL, false), fit(&p, NULL, NULL, false), 1, 1e-12);
    }
}

static void a_row_of_weight_0_is_as_absent_whatever_it_holds(void **state) {
    (void)state;
    double weight[N];
    integer_weights(weight);
    for (size_t which = 0; which < PROBLEMS; which++) {
        problem p = make(which), odd = p;
        for (size_t j = 0; j < p.d; j++) {
            odd.x[j] = 1e30;
        }
        compare_and_free(fit(&odd, weight, NULL, false), fit(&p, weight, NULL, true), 1, 1e-10);
        p.options.start = odd.options.start = (mixture_start){0};
        compare_and_free(fit(&odd, weight, NULL, false), fit(&p, weight, NULL, true), 1, 1e-10);
    }
}

static void twice_the_fractional_weights_give_the_same_model_and_twice_the_log_likelihood(void **state) {
    (void)state;
    for (size_t which = 0; which < PROBLEMS; which++) {
        double weight[N], twice[N], tiny[N], total = 0;
        uint64_t seed = 17;
        for (size_t i = 0; i < N; i++) {
            total += weight[i] = 0.1 + 3 * uniform(&seed);
            twice[i] = 2 * weight[i];
            tiny[i] = 0x1p-40 * weight[i];
        }
        problem p = make(which);
        mixture_model *once = fit(&p, weight, NULL, false);
        assert_close(once->n, total, 1e-13, 0);
        assert_close(once->bic, -2 * once->loglik + (double)once->parameters * log(total), 1e-13, 0);
        compare_and_free(fit(&p, twice, NULL, false), once, 2, 1e-10);
        p.options.start = (mixture_start){0};
        compare_and_free(fit(&p, twice, NULL, false), fit(&p, weight, NULL, false), 2, 1e-10);
        compare_and_free(fit(&p, tiny, NULL, false), fit(&p, weight, NULL, false), 0x1p-40, 1e-10);
    }
}

static void the_unit_of_the_weights_does_not_matter(void **state) {
    (void)state;
    const double units[] = {0x1p-400, 0x1p-100, 0x1p400, 0x1p900};
    for (size_t which = 0; which < PROBLEMS; which++) {
        for (size_t u = 0; u < 4; u++) {
            double weight[N], scaled[N];
            integer_weights(weight);
            for (size_t i = 0; i < N; i++) {
                scaled[i] = units[u] * weight[i];
            }
            problem p = make(which);
            compare_and_free(fit(&p, scaled, NULL, false), fit(&p, weight, NULL, false), units[u], 1e-10);
        }
    }
}

/* The status of a fit, whose model, if any, must be `expected`'s. */
static mixture_status try_fit(const problem *p, double weight, int label, const mixture_model *expected,
                              char *text) {
    mixture_data *data = mixture_data_new(p->d, MIXTURE_WEIGHTED | MIXTURE_LABELLED);
    mixture_model *model = NULL;
    mixture_error error = {MIXTURE_OK, ""};
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(mixture_data_append(data, p->x + i * p->d, weight, i == 1 ? label : 0), MIXTURE_OK);
    }
    mixture_status status = mixture_fit(p->family, data, &p->options, &model, &error);
    if (status == MIXTURE_OK) {
        compare(model, expected, weight, 1e-10);
    }
    strcpy(text, error.text);
    mixture_model_free(model);
    mixture_data_free(data);
    return status;
}

static void weights_near_the_least_double_are_fitted_right_or_refused(void **state) {
    (void)state;
    for (size_t which = 0; which < PROBLEMS; which++) {
        problem p = make(which);
        mixture_model *model = fit(&p, NULL, NULL, false);
        char text[400];
        assert_true(try_fit(&p, 0x1p-960, 0, model, text) == MIXTURE_OK || text[0] != '\0');
        mixture_model_free(model);
    }
}

static void a_label_beyond_the_components_is_named(void **state) {
    (void)state;
    problem p = make(0);
    char text[400];
    assert_int_equal(try_fit(&p, 1, 4, NULL, text), MIXTURE_INVALID);
    assert_string_equal(text, "label 4 in row 2; expected a component from 1 to 3, or 0 for unknown");
    assert_int_equal(try_fit(&p, 1, -1, NULL, text), MIXTURE_INVALID);
    assert_string_equal(text, "label -1 in row 2; expected a component from 1 to 3, or 0 for unknown");
}

/* ---- All labels known ------------------------------------------------------------------------------------- */

static void all_labels_known_give_shares_means_and_log_likelihood_in_one_iteration(void **state) {
    (void)state;
    double weight[N];
    int label[N];
    integer_weights(weight);
    for (size_t i = 0; i < N; i++) {
        label[i] = i % 7 < 4 ? 1 : i % 7 < 6 ? 2 : 3;
    }
    problem p = make(6);
    p.options.start = (mixture_start){0};
    mixture_model *model = fit(&p, weight, label, false);
    double rows[K] = {0}, counts[K][3] = {{0}}, n = 0, loglik = 0;
    for (size_t i = 0; i < N; i++) {
        n += weight[i];
        rows[label[i] - 1] += weight[i];
        for (size_t j = 0; j < 3; j++) {
            counts[label[i] - 1][j] += weight[i] * p.x[3 * i + j];
        }
    }
    for (size_t i = 0; i < N; i++) {
        int c = label[i] - 1;
        double all = counts[c][0] + counts[c][1] + counts[c][2], total = 0, density = log(rows[c] / n);
        for (size_t j = 0; j < 3; j++) {
            total += p.x[3 * i + j];
            density += p.x[3 * i + j] * log(counts[c][j] / all) - lgamma(p.x[3 * i + j] + 1);
            assert_close(model->arrays[0][3 * c + (int)j], counts[c][j] / all, 1e-12, 0);
        }
        assert_close(model->weights[c], rows[c] / n, 1e-12, 0);
        loglik += weight[i] * (density + lgamma(total + 1));
    }
    assert_int_equal(model->iterations, 1);
    assert_true(model->converged);
    assert_close(model->loglik, loglik, 1e-12, 0);
    mixture_model_free(model);
}

static mix_json_value member(mix_json_value object, const char *key) {
    mix_json_value value;
    if (!mix_json_member(object, key, &value)) {
        fail_msg("the reference has no %s", key);
    }
    return value;
}

/* `count` doubles below a value, as `rank` + 1 levels of arrays. */
static void check_array(const double *ours, mix_json_value value, size_t k, size_t d, int rank) {
    double expected[K * 16], largest = 0;
    mixture_error error;
    size_t count = rank == 0 ? k : rank == 1 ? k * d : k * d * d;
    assert_int_equal(mix_json_read_array(value, k, rank == 0 ? 1 : d, rank, expected, &error), MIXTURE_OK);
    for (size_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs(expected[i]));
    }
    for (size_t i = 0; i < count; i++) {
        assert_close(ours[i], expected[i], 1e-9, 1e-12 * largest);
    }
}

static void partitions_of_iris_as_labels_give_the_parameters_of_mclust(void **state) {
    (void)state;
    size_t n, compared = 0;
    double *x = check_csv("iris.csv", 4, &n);
    char *text = check_file("iris.mclust.json");
    mix_json_document *document;
    mixture_error error = {MIXTURE_OK, ""};
    assert_int_equal(mix_json_parse(text, strlen(text), &document, &error), MIXTURE_OK);
    mix_json_value fits = member(mix_json_root(document), "fits"), entry;
    for (bool more = mix_json_first(fits, &entry); more; more = mix_json_next(fits, &entry)) {
        mixture_options options;
        mixture_options_default(&options);
        const char *const known[] = {"VVV", "EEE", "VVI", "VII", "EEI", "EII"};
        bool ours = false;
        for (size_t s = 0; s < 6 && !ours; s++) {
            ours = mix_json_string_equals(member(entry, "structure"), known[s]) &&
                   mixture_structure_find(&mixture_gaussian, known[s], &options.structure);
        }
        int64_t k;
        assert_true(mix_json_integer(member(entry, "k"), &k));
        if (!ours) {
            continue;
        }
        options.k = (size_t)k;
        double label[150];
        assert_int_equal(mix_json_read_array(member(entry, "start_partition"), n, 1, 0, label, &error),
                         MIXTURE_OK);
        mixture_data *data = mixture_data_new(4, MIXTURE_LABELLED);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(mixture_data_append(data, x + 4 * i, 1, (int)label[i]), MIXTURE_OK);
        }
        mixture_model *model = NULL;
        assert_int_equal(mixture_fit(&mixture_gaussian, data, &options, &model, &error), MIXTURE_OK);
        assert_int_equal(model->iterations, 1);
        mix_json_value init = member(entry, "init");
        check_array(model->weights, member(init, "weights"), options.k, 4, 0);
        check_array(model->arrays[0], member(init, "means"), options.k, 4, 1);
        check_array(model->arrays[1], member(init, "covariances"), options.k, 4, 2);
        mixture_model_free(model);
        mixture_data_free(data);
        compared++;
    }
    assert_int_equal(compared, 12);
    mix_json_free(document);
    free(text);
    free(x);
}

/* ---- Some labels known ------------------------------------------------------------------------------------ */

/* Log density of a component of the model, Gaussian in 2 dimensions or multinomial. */
static double component(const mixture_model *m, size_t c, const double *x) {
    const double *at = m->arrays[0] + c * m->d;
    if (m->family == &mixture_gaussian) {
        const double *s = m->arrays[1] + 4 * c;
        double det = s[0] * s[3] - s[1] * s[2], u = x[0] - at[0], v = x[1] - at[1];
        return -log(2 * acos(-1)) - 0.5 * log(det) - 0.5 * (s[3] * u * u - 2 * s[1] * u * v + s[0] * v * v) / det;
    }
    double sum = lgamma(x[0] + x[1] + x[2] + 1);
    for (size_t j = 0; j < 3; j++) {
        sum += x[j] * log(at[j]) - lgamma(x[j] + 1);
    }
    return sum;
}

/* One plain iteration with labels; the log-likelihood before it. */
static double plain_step(mixture_model *m, const problem *p, const double *weight, const int *label) {
    double resp[N][K], rows[K] = {0}, loglik = 0, n = 0;
    size_t d = p->d;
    for (size_t i = 0; i < N; i++) {
        double joint[K], sum = 0;
        for (size_t c = 0; c < K; c++) {
            bool possible = label[i] == 0 || label[i] == (int)c + 1;
            joint[c] = possible ? m->weights[c] * exp(component(m, c, p->x + i * d)) : 0;
            sum += joint[c];
        }
        for (size_t c = 0; c < K; c++) {
            rows[c] += resp[i][c] = weight[i] * joint[c] / sum;
        }
        loglik += weight[i] * log(sum);
        n += weight[i];
    }
    for (size_t c = 0; c < K; c++) {
        double sums[3] = {0}, scatter[4] = {0}, all = 0, *at = m->arrays[0] + c * d;
        for (size_t i = 0; i < N; i++) {
            for (size_t j = 0; j < d; j++) {
                sums[j] += resp[i][c] * p->x[i * d + j];
                all += resp[i][c] * p->x[i * d + j];
            }
        }
        m->weights[c] = rows[c] / n;
        for (size_t j = 0; j < d; j++) {
            at[j] = sums[j] / (p->family == &mixture_gaussian ? rows[c] : all);
        }
        for (size_t i = 0; p->family == &mixture_gaussian && i < N; i++) {
            for (size_t j = 0; j < 4; j++) {
                scatter[j] += resp[i][c] * (p->x[2 * i + j / 2] - at[j / 2]) * (p->x[2 * i + j % 2] - at[j % 2]);
                m->arrays[1][4 * c + j] = scatter[j] / rows[c];
            }
        }
    }
    return loglik;
}

static void some_labels_known_give_em_with_those_responsibilities_fixed(void **state) {
    (void)state;
    double weight[N];
    int label[N];
    integer_weights(weight);
    for (size_t i = 0; i < N; i++) {
        label[i] = i % 4 == 1 ? 1 + (int)(i / 4 % 3) : 0; /* most of them against the clusters */
    }
    const size_t problems[] = {0, 6};
    for (size_t t = 0; t < 2; t++) {
        problem p = make(problems[t]);
        p.options.accelerate = false;
        p.options.tol = 0;
        p.options.max_iter = 20;
        mixture_model *plain = mixture_model_new(p.family, K, p.d), *model = fit(&p, weight, label, false);
        memcpy(plain->weights, start_weights, sizeof start_weights);
        memcpy(plain->arrays[0], p.options.start.arrays[0], K * p.d * sizeof(double));
        if (t == 0) {
            memcpy(plain->arrays[1], start_covariances, sizeof start_covariances);
        }
        assert_int_equal(model->iterations, 20);
        for (size_t i = 0; i < 20; i++) {
            assert_close(model->trace[i], plain_step(plain, &p, weight, label), 1e-11, 0);
        }
        plain->loglik = model->loglik;
        plain->n = model->n;
        compare_and_free(model, plain, 1, 1e-9);
    }
}

static void labelled_weights_equal_labelled_repeated_rows(void **state) {
    (void)state;
    double weight[N];
    int label[N];
    integer_weights(weight);
    for (size_t which = 0; which < PROBLEMS; which++) {
        problem p = make(which);
        for (size_t i = 0; i < N; i++) {
            label[i] = i % 3 == 0 ? 1 + (int)(i / 3 % 3) : 0;
        }
        compare_and_free(fit(&p, weight, label, false), fit(&p, weight, label, true), 1, 1e-10);
        p.options.start = (mixture_start){0};
        compare_and_free(fit(&p, weight, label, false), fit(&p, weight, label, true), 1, 1e-10);
    }
}

/* Clusters around (0,0) with 10 rows, (10,0) with 20 and (0,10) with 60. */
static problem three_clusters(void) {
    problem p = make(0);
    uint64_t seed = 77;
    for (size_t i = 0; i < N; i++) {
        p.x[2 * i] = (i >= 10 && i < 30 ? 10 : 0) + uniform(&seed);
        p.x[2 * i + 1] = (i >= 30 ? 10 : 0) + uniform(&seed);
    }
    p.options.start = (mixture_start){0};
    return p;
}

static void components_keep_the_numbers_of_the_labels_whatever_their_weights(void **state) {
    (void)state;
    problem p = three_clusters();
    int label[N] = {[3] = 1, [4] = 1, [12] = 2, [13] = 2, [50] = 3, [51] = 3};
    const int turns[][K] = {{0, 1, 2}, {2, 0, 1}, {1, 2, 0}, {2, 1, 0}};
    for (size_t t = 0; t < 4; t++) {
        int turned[N];
        const double share[K] = {10 / 90.0, 20 / 90.0, 60 / 90.0};
        for (size_t i = 0; i < N; i++) {
            turned[i] = label[i] ? turns[t][label[i] - 1] + 1 : 0;
        }
        for (int64_t seed = 0; seed < 10; seed++) {
            p.options.seed = seed;
            p.options.init = seed % 2 == 0 ? MIXTURE_INIT_KMEANSPP : MIXTURE_INIT_RANDOM;
            mixture_model *model = fit(&p, NULL, turned, false);
            for (size_t c = 0; c < K; c++) {
                assert_close(model->weights[turns[t][c]], share[c], 1e-6, 0);
            }
            mixture_model_free(model);
        }
    }
}

static void labels_for_the_second_of_three_components_alone_are_kept(void **state) {
    (void)state;
    problem p = three_clusters();
    for (size_t cluster = 0; cluster < 3; cluster++) {
        int label[N] = {0};
        const size_t row[] = {5, 15, 60};
        label[row[cluster]] = label[row[cluster] + 1] = 2;
        mixture_model *model = fit(&p, NULL, label, false);
        assert_close(model->weights[1], (cluster == 0 ? 10 : cluster == 1 ? 20 : 60) / 90.0, 1e-6, 0);
        mixture_model_free(model);
    }
}

static void a_component_that_no_row_is_labelled_with_stays_empty_and_finite(void **state) {
    (void)state;
    for (size_t which = 0; which < PROBLEMS; which++) {
        problem p = make(which);
        int label[N];
        for (size_t i = 0; i < N; i++) {
            label[i] = i % 3 == 0 ? 1 : 3;
        }
        for (int given = 0; given < 2; given++) {
            mixture_model *model = fit(&p, NULL, label, false);
            assert_true(model->weights[1] == 0);
            assert_close(model->weights[0], 1 / 3.0, 1e-14, 0);
            assert_true(isfinite(model->loglik) && isfinite(model->icl));
            for (size_t i = 0; i < K * p.d; i++) {
                assert_true(isfinite(model->arrays[0][i]));
            }
            mixture_model_free(model);
            p.options.start = (mixture_start){0};
        }
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integer_weights_equal_repeated_rows_from_a_given_start),
        cmocka_unit_test(integer_weights_equal_repeated_rows_from_drawn_starts),
        cmocka_unit_test(weights_of_1_change_nothing),
        cmocka_unit_test(a_row_of_weight_0_is_as_absent_whatever_it_holds),
        cmocka_unit_test(twice_the_fractional_weights_give_the_same_model_and_twice_the_log_likelihood),
        cmocka_unit_test(the_unit_of_the_weights_does_not_matter),
        cmocka_unit_test(weights_near_the_least_double_are_fitted_right_or_refused),
        cmocka_unit_test(a_label_beyond_the_components_is_named),
        cmocka_unit_test(all_labels_known_give_shares_means_and_log_likelihood_in_one_iteration),
        cmocka_unit_test(partitions_of_iris_as_labels_give_the_parameters_of_mclust),
        cmocka_unit_test(some_labels_known_give_em_with_those_responsibilities_fixed),
        cmocka_unit_test(labelled_weights_equal_labelled_repeated_rows),
        cmocka_unit_test(components_keep_the_numbers_of_the_labels_whatever_their_weights),
        cmocka_unit_test(labels_for_the_second_of_three_components_alone_are_kept),
        cmocka_unit_test(a_component_that_no_row_is_labelled_with_stays_empty_and_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
