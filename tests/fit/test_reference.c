/* test_reference.c: fits held against the answers of other software. tests/data/README.md says where those come
** from. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arrays.h"
#include "check.h"
#include "linalg.h"
#include "reader.h"

/* ---- Reading the reference files --------------------------------------------------------------------- */

typedef struct reference {
    char *text;
    mix_json_document *document;
    double *x;
    size_t n, d;
} reference;

static reference open_reference(const char *json, const char *csv, size_t d) {
    reference file = {.text = check_file(json), .d = d};
    mixture_error error = {MIXTURE_OK, ""};
    if (mix_json_parse(file.text, strlen(file.text), &file.document, &error) != MIXTURE_OK) {
        fail_msg("%s: %s", json, error.text);
    }
    file.x = check_csv(csv, d, &file.n);
    return file;
}

static void close_reference(reference *file) {
    mix_json_free(file->document);
    free(file->text);
    free(file->x);
}

static mix_json_value member(mix_json_value object, const char *key) {
    mix_json_value value;
    if (!mix_json_member(object, key, &value)) {
        fail_msg("the reference has no %s", key);
    }
    return value;
}

typedef struct parameters {
    double weights[9], means[9 * 4], covariances[9 * 16];
} parameters;

static parameters read_parameters(mix_json_value value, size_t k, size_t d) {
    parameters read;
    mixture_error error;
    assert_int_equal(mix_json_read_array(member(value, "weights"), k, 1, 0, read.weights, &error), MIXTURE_OK);
    assert_int_equal(mix_json_read_array(member(value, "means"), k, d, 1, read.means, &error), MIXTURE_OK);
    assert_int_equal(mix_json_read_array(member(value, "covariances"), k, d, 2, read.covariances, &error),
                     MIXTURE_OK);
    return read;
}

static mixture_options options_for(size_t k, const char *covariance) {
    mixture_options options;
    mixture_options_default(&options);
    options.k = k;
    assert_true(mixture_structure_find(&mixture_gaussian, covariance, &options.structure));
    return options;
}

static void start_from(mixture_options *options, const parameters *start) {
    options->start = (mixture_start){start->weights, check_arrays(start->means, start->covariances)};
}

/* ---- The notebook ------------------------------------------------------------------------------------- */

static void notebook_points_take_twelve_iterations_along_the_same_trace(void **state) {
    (void)state;
    reference file = open_reference("notebook.json", "points.csv", 2);
    mix_json_value gmm = member(mix_json_root(file.document), "gmm");
    parameters start = read_parameters(member(gmm, "init"), 2, 2), answer = read_parameters(gmm, 2, 2);
    mixture_options options = options_for(2, "full");
    options.tol = 1e-5;
    start_from(&options, &start);
    mixture_model *model = check_fit(file.x, file.n, 2, &options);
    assert_int_equal(model->iterations, 12);
    assert_true(model->converged);
    assert_close(model->loglik, -3690.556846090471, 0, 1e-8);
    double trace[12];
    mixture_error error;
    assert_int_equal(mix_json_read_array(member(gmm, "trace"), 12, 1, 0, trace, &error), MIXTURE_OK);
    assert_int_equal(model->trace_count, 13); /* ours begins with the start */
    for (size_t i = 0; i < 12; i++) {
        assert_close(model->trace[i + 1], trace[i], 0, 1e-8);
    }
    for (size_t i = 0; i < 2; i++) {
        assert_close(model->weights[i], answer.weights[i], 0, 1e-9);
    }
    for (size_t i = 0; i < 4; i++) {
        assert_close(model->arrays[0][i], answer.means[i], 0, 1e-9);
    }
    for (size_t i = 0; i < 8; i++) {
        assert_close(model->arrays[1][i], answer.covariances[i], 0, 1e-9);
    }
    mixture_model_free(model);
    close_reference(&file);
}

/* ---- mclust ------------------------------------------------------------------------------------------- */

/* Largest difference of two arrays, relative to the largest entry. */
static double difference(const double *a, const double *b, size_t count) {
    double most = 0, size = 0;
    for (size_t i = 0; i < count; i++) {
        most = fmax(most, fabs(a[i] - b[i]));
        size = fmax(size, fabs(b[i]));
    }
    return most / size;
}

/* Eigenvalues, falling, and eigenvectors of a component's covariance. */
static void axes(const mixture_model *model, size_t c, double *values, double *vectors) {
    size_t d = model->d;
    double matrix[16];
    memcpy(matrix, model->arrays[1] + c * d * d, d * d * sizeof(double));
    mix_linalg_eigen(d, matrix, values, vectors);
    for (size_t p = 0; p < d; p++) {
        for (size_t q = p + 1; q < d; q++) {
            if (values[q] > values[p]) {
                double value = values[p];
                values[p] = values[q];
                values[q] = value;
            }
        }
    }
}

/* Equal volumes, shapes and orientations are equal to 1e-8. */
static void check_structure(const mixture_model *model, const char *code) {
    size_t d = model->d;
    double first[4], vectors[16], values[4];
    axes(model, 0, first, vectors);
    for (size_t c = 0; c < model->k; c++) {
        const double *matrix = model->arrays[1] + c * d * d, *other = model->arrays[1];
        axes(model, c, values, vectors);
        double ratio = 1, least = HUGE_VAL, most = 0;
        for (size_t j = 0; j < d; j++) {
            ratio *= values[j] / first[j];
            least = fmin(least, values[j] / first[j]);
            most = fmax(most, values[j] / first[j]);
        }
        if (code[0] == 'E') {
            assert_close(ratio, 1, 1e-8, 0);
        }
        if (code[1] == 'E' && code[2] != 'I') {
            assert_close(most, least, 1e-8, 0);
        }
        for (size_t i = 0; i < d; i++) {
            for (size_t j = 0; j < d; j++) {
                double commutator = 0; /* common axes: the matrices commute */
                for (size_t p = 0; p < d; p++) {
                    commutator += matrix[i * d + p] * other[p * d + j] - other[i * d + p] * matrix[p * d + j];
                }
                if (code[2] == 'E') {
                    assert_close(commutator, 0, 0, 1e-8 * values[0] * first[0]);
                } else if (code[2] == 'I' && i != j) {
                    assert_close(matrix[i * d + j], 0, 0, 0);
                } else if (code[1] == 'I' && i == j) {
                    assert_close(matrix[i * d + i], matrix[0], 1e-8, 0);
                } else if (code[1] == 'E' && code[2] == 'I') {
                    assert_close(matrix[i * d + i] / other[i * d + i], matrix[0] / other[0], 1e-8, 0);
                }
            }
        }
    }
}

static void compare_fit(const reference *file, mix_json_value entry, const char *structure, bool accelerate) {
    int64_t k;
    assert_true(mix_json_integer(member(entry, "k"), &k));
    size_t count = (size_t)k, d = file->d;
    parameters start = read_parameters(member(entry, "init"), count, d);
    parameters answer = read_parameters(member(entry, "fit"), count, d);
    mixture_options options = options_for(count, structure);
    options.tol = 1e-13; /* the references were run to convergence */
    options.max_iter = 100000;
    options.accelerate = accelerate;
    start_from(&options, &start);
    mixture_model *model = check_fit(file->x, file->n, d, &options);
    assert_true(model->converged);
    double loglik = mix_json_number(member(entry, "loglik"));
    assert_close((double)model->parameters, mix_json_number(member(entry, "df")), 0, 0);
    assert_true(model->loglik > loglik - 1e-6);
    check_structure(model, structure);
    if (model->loglik < loglik + 1e-5) {
        assert_close(model->bic, mix_json_number(member(entry, "bic")), 0, 1e-4);
        assert_close(difference(model->weights, answer.weights, count), 0, 0, 1e-4);
        assert_close(difference(model->arrays[0], answer.means, count * d), 0, 0, 1e-4);
        assert_close(difference(model->arrays[1], answer.covariances, count * d * d), 0, 0, 1e-3);
    } else {
        /* A better optimum of the same structure: mclust's search for a common orientation stops early. */
        assert_true(structure[2] == 'E' && strcmp(structure, "EEE") != 0 && strcmp(structure, "VEE") != 0);
        print_message("%s k=%zu: %.6f, mclust %.6f\n", structure, count, model->loglik, loglik);
    }
    mixture_model_free(model);
}

static void compare_fits(const char *json, const char *csv, size_t d) {
    static const char *const structures[] = {"EII", "VII", "EEI", "VEI", "EVI", "VVI", "EEE",
                                             "VEE", "EVE", "VVE", "EEV", "VEV", "EVV", "VVV"};
    reference file = open_reference(json, csv, d);
    mix_json_value fits = member(mix_json_root(file.document), "fits"), entry;
    int compared = 0;
    for (bool more = mix_json_first(fits, &entry); more; more = mix_json_next(fits, &entry)) {
        for (size_t s = 0; s < sizeof structures / sizeof *structures; s++) {
            if (mix_json_string_equals(member(entry, "structure"), structures[s])) {
                compare_fit(&file, entry, structures[s], false);
                compare_fit(&file, entry, structures[s], true);
                compared++;
            }
        }
    }
    assert_int_equal(compared, 28);
    close_reference(&file);
}

static void old_faithful_fits_are_those_of_mclust(void **state) {
    (void)state;
    compare_fits("faithful.mclust.json", "faithful.csv", 2);
}

static void iris_fits_are_those_of_mclust(void **state) {
    (void)state;
    compare_fits("iris.mclust.json", "iris.csv", 4);
}

/* ---- From default options --------------------------------------------------------------------------------- */

/* How many of the seeds 0..99 reach a log-likelihood; none may end in a degenerate answer. */
static int seeds_reaching(const char *csv, size_t d, size_t k, mixture_init init, double loglik) {
    size_t n;
    double *x = check_csv(csv, d, &n);
    int reached = 0;
    for (int64_t seed = 0; seed < 100; seed++) {
        mixture_options options = options_for(k, "full");
        options.seed = seed;
        options.init = init;
        mixture_model *model = check_fit(x, n, d, &options);
        assert_int_equal(model->warning_count, 0); /* degenerate and saddle both warn */
        reached += model->converged && model->loglik >= loglik;
        mixture_model_free(model);
    }
    free(x);
    return reached;
}

static void old_faithful_with_two_components_never_misses(void **state) {
    (void)state;
    size_t n;
    double *x = check_csv("faithful.csv", 2, &n);
    for (int64_t seed = 0; seed < 100; seed++) {
        mixture_options options = options_for(2, "full");
        options.seed = seed;
        mixture_model *model = check_fit(x, n, 2, &options);
        assert_close(model->loglik, -1130.263960, 0, 1e-5);
        mixture_model_free(model);
    }
    free(x);
}

static void old_faithful_with_three_components_is_found_from_95_seeds_and_never_degenerate(void **state) {
    (void)state;
    assert_in_range(seeds_reaching("faithful.csv", 2, 3, MIXTURE_INIT_KMEANSPP, -1119.2141), 95, 100);
}

static void iris_with_three_components_is_found_from_90_seeds(void **state) {
    (void)state;
    assert_in_range(seeds_reaching("iris.csv", 4, 3, MIXTURE_INIT_KMEANSPP, -180.185477 - 1e-5), 90, 100);
}

static void random_starts_do_not_end_at_the_one_component_saddle(void **state) {
    (void)state;
    assert_int_equal(seeds_reaching("faithful.csv", 2, 2, MIXTURE_INIT_RANDOM, -1289), 100);
    assert_in_range(seeds_reaching("iris.csv", 4, 3, MIXTURE_INIT_RANDOM, -379), 100, 100);
}

static void a_saddle_is_not_called_converged(void **state) {
    (void)state;
    size_t n;
    double *x = check_csv("faithful.csv", 2, &n);
    /* Two components that are the same: EM cannot tell them apart and stops at once at -1289.7967, the fit of
    ** one. */
    parameters start = {
        .weights = {0.5, 0.5}, .means = {3.5, 71, 3.5, 71}, .covariances = {1, 0, 0, 100, 1, 0, 0, 100}};
    mixture_options options = options_for(2, "full");
    start_from(&options, &start);
    mixture_model *model = check_fit(x, n, 2, &options);
    assert_close(model->loglik, -1289.7967, 0, 1e-4);
    assert_false(model->converged);
    assert_int_equal(model->warning_count, 2);
    assert_string_equal(model->warnings[0], "components 1 and 2 coincide");
    assert_string_equal(model->warnings[1],
                        "the fit is at a saddle: fewer components reach the same log-likelihood");
    mixture_model_free(model);
    free(x);
}

static void a_component_on_collinear_rows_is_named_and_never_chosen(void **state) {
    (void)state;
    /* Waiting times are whole minutes, and a dozen rows share 81 of them: where that is not known, a third
    ** component on that line ends at the floor with a log-likelihood that beats every sound fit. From the default
    ** start (above) that never happens. Where it is known that component is as wide as half a minute, and no
    ** better. */
    const double continuous[] = {0, 0};
    size_t n;
    double *x = check_csv("faithful.csv", 2, &n);
    parameters start = {.weights = {0.6, 0.35, 0.05},
                        .means = {4.29, 80, 2.04, 54.5, 4.3, 81},
                        .covariances = {0.17, 0.94, 0.94, 36, 0.07, 0.43, 0.43, 33.7, 0.15, 0, 0, 1e-4}};
    mixture_options options = options_for(3, "full");
    start_from(&options, &start);
    mixture_model *recorded = check_fit(x, n, 2, &options);
    options.resolution = continuous;
    mixture_model *degenerate = check_fit(x, n, 2, &options);
    assert_int_equal(degenerate->warning_count, 1);
    assert_string_equal(degenerate->warnings[0], "component 3 is held at the variance floor (min_variance)");
    options = options_for(3, "full");
    mixture_model *sound = check_fit(x, n, 2, &options);
    assert_int_equal(sound->warning_count, 0);
    assert_true(sound->loglik < degenerate->loglik);
    assert_int_equal(recorded->warning_count, 0);
    assert_true(recorded->loglik < sound->loglik + 5);
    mixture_model_free(recorded);
    mixture_model_free(degenerate);
    mixture_model_free(sound);
    free(x);
}

/* ---- Units and origin --------------------------------------------------------------------------------------- */

/* Old Faithful with each column times a factor plus a shift, fitted from default options. */
static void check_map(const double factor[2], const double shift[2], double tolerance_per_row) {
    size_t n;
    double *x = check_csv("faithful.csv", 2, &n);
    mixture_options options = options_for(2, "full");
    mixture_model *plain = check_fit(x, n, 2, &options);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < 2; j++) {
            x[2 * i + j] = x[2 * i + j] * factor[j] + shift[j];
        }
    }
    mixture_model *mapped = check_fit(x, n, 2, &options);
    double change = (double)n * (log(factor[0]) + log(factor[1]));
    assert_close(mapped->loglik + change, plain->loglik, 0, tolerance_per_row * (double)n);
    for (size_t c = 0; c < 2; c++) {
        double relative = 1e-4 + 100 * tolerance_per_row;
        assert_close(mapped->weights[c], plain->weights[c], relative, 0);
        for (size_t j = 0; j < 2; j++) {
            double deviation = sqrt(plain->arrays[1][4 * c + 3 * j]);
            assert_close((mapped->arrays[0][2 * c + j] - shift[j]) / factor[j], plain->arrays[0][2 * c + j], 0,
                         relative * deviation);
            assert_close(sqrt(mapped->arrays[1][4 * c + 3 * j]) / factor[j], deviation, relative, 0);
        }
    }
    mixture_model_free(plain);
    mixture_model_free(mapped);
    free(x);
}

static void the_fit_does_not_depend_on_units(void **state) {
    (void)state;
    const double scales[] = {1e-60, 1e-9, 1e-6, 1e6, 1e9, 1e60};
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        check_map((double[]){scales[i], scales[i]}, (double[]){0, 0}, 1e-6);
    }
    check_map((double[]){1, 1e-6}, (double[]){0, 0}, 1e-6);
    check_map((double[]){1e-6, 1}, (double[]){0, 0}, 1e-6);
    check_map((double[]){1e-40, 1e40}, (double[]){0, 0}, 1e-6);
}

static void the_fit_does_not_depend_on_the_origin(void **state) {
    (void)state;
    /* The shift rounds eruptions, of deviation 1.14, to multiples of 2^-22 at 1.7e9: 1e-7 of the deviation, far
    ** below 1e-6 a row in the log-likelihood, which is flat in such changes. */
    const double shifts[] = {1e6, 1e8, 1.7e9, -1.7e9};
    for (size_t i = 0; i < sizeof shifts / sizeof *shifts; i++) {
        check_map((double[]){1, 1}, (double[]){shifts[i], shifts[i]}, 1e-6);
        check_map((double[]){1, 1}, (double[]){0, shifts[i]}, 1e-6);
    }
    /* 1e9 +- 1e-3: here the data themselves keep only about four digits: 2^-23 in 1.1e-3. */
    check_map((double[]){1e-3, 1e-3}, (double[]){1e9, 1e9}, 1e-3);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(notebook_points_take_twelve_iterations_along_the_same_trace),
        cmocka_unit_test(old_faithful_fits_are_those_of_mclust),
        cmocka_unit_test(iris_fits_are_those_of_mclust),
        cmocka_unit_test(old_faithful_with_two_components_never_misses),
        cmocka_unit_test(old_faithful_with_three_components_is_found_from_95_seeds_and_never_degenerate),
        cmocka_unit_test(iris_with_three_components_is_found_from_90_seeds),
        cmocka_unit_test(random_starts_do_not_end_at_the_one_component_saddle),
        cmocka_unit_test(a_saddle_is_not_called_converged),
        cmocka_unit_test(a_component_on_collinear_rows_is_named_and_never_chosen),
        cmocka_unit_test(the_fit_does_not_depend_on_units),
        cmocka_unit_test(the_fit_does_not_depend_on_the_origin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
