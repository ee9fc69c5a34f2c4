/* test_conformance_missing.c: what every family with the table `missing` must keep when rows have only some of
** their values: a new family needs nothing here. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "family_case.h"
#include "gaps.h"
#include "kernel.h"
#include "model.h"
#include "patterns.h"

static const mix_cancel never = {NULL, NULL};

/* Rows of the case of which every third value or so is missing, but never all of a row. */
static family_rows rows_with_gaps(const family_case *at, int64_t seed, size_t count) {
    family_rows rows = family_case_rows(at, seed, count);
    mix_random random;
    mix_random_seed(&random, seed, at->d);
    for (size_t r = 0; r < count; r++) {
        size_t kept = (size_t)(mix_random_uniform(&random) * (double)at->d);
        for (size_t j = 0; j < at->d; j++) {
            rows.x[r * at->d + j] =
                j != kept && mix_random_uniform(&random) < 0.4 ? (double)NAN : rows.x[r * at->d + j];
        }
    }
    return rows;
}

static bool has_gaps(const family_case *at) {
    return at->d > 1 && at->family->missing != NULL;
}

/* ---- Densities --------------------------------------------------------------------------------------------- */

/* Row r as it was before it came to a pattern's columns. */
static void spread_row(const mix_rows *rows, size_t r, size_t d, double *x) {
    for (size_t j = 0; j < d; j++) {
        x[j] = rows->pattern != NULL ? (double)NAN : rows->x[j * rows->stride + r];
    }
    for (size_t i = 0; rows->pattern != NULL && i < rows->pattern->count; i++) {
        x[rows->pattern->columns[i]] = rows->x[i * rows->stride + r];
    }
}

static void check_run(const family_case *at, const mixture_model *model, const mix_rows *rows,
                      const double *densities, const char *kernel) {
    const mix_shape shape = family_case_shape(at);
    double x[FAMILIES_MOST_D], base[MIX_BLOCK_ROWS] = {0};
    if (at->family->log_base != NULL) {
        at->family->log_base(&shape, rows, base);
    }
    for (size_t r = 0; r < rows->count; r++) {
        spread_row(rows, r, at->d, x);
        for (size_t c = 0; c < at->k; c++) {
            long double exact = family_case_exact(model, c, x), own = (long double)base[r];
            long double got = (long double)densities[c * rows->stride + r] + own;
            family_case_close(at, kernel, got, exact, 1e-12L * (1 + fabsl(exact) + fabsl(own)));
        }
    }
}

static void check_densities(const family_case *at) {
    const mix_shape shape = family_case_shape(at);
    if (!has_gaps(at)) {
        return;
    }
    mixture_model *model = family_case_model(at, 1);
    family_rows rows = rows_with_gaps(at, 1, 2 * MIX_BLOCK_ROWS + 45);
    mixture_data *data = family_case_data(at, &rows);
    assert_int_equal(mix_patterns_sort(data, &never), MIXTURE_OK);
    double *scratch = family_case_scratch(at), *room = family_case_doubles(mix_runs_room(data));
    mix_gaps *gaps = mix_gaps_new(&shape);
    assert_non_null(gaps);
    for (const mix_kernel *const *kernel = mix_kernel_all(); *kernel != NULL; kernel++) {
        mix_turns turns = {.cancel = &never};
        mix_runs runs;
        mix_rows run;
        size_t seen = 0;
        mix_kernel_force((*kernel)->supported() ? *kernel : NULL);
        mix_runs_begin(&runs, data, 0, data->block_count, room);
        mix_gaps_begin(gaps, model, NULL);
        while (mix_runs_next(&runs, &run)) {
            assert_true(mix_gaps_log_density(gaps, &run, scratch, scratch + at->k * MIX_BLOCK_ROWS, &turns));
            check_run(at, model, &run, scratch, (*kernel)->name);
            seen += run.count;
        }
        assert_int_equal(seen, rows.rows);
    }
    mix_kernel_force(NULL);
    mix_gaps_free(gaps);
    free(room);
    free(scratch);
    mixture_data_free(data);
    family_case_free_rows(&rows);
    mixture_model_free(model);
}

static void log_densities_of_rows_with_values_missing_are_those_of_the_marginal(void **state) {
    (void)state;
    family_case_each(check_densities, FAMILY_CASE_THIN);
}

static int use_the_best_kernel(void **state) {
    (void)state;
    mix_kernel_force(NULL);
    return 0;
}

/* ---- EM ---------------------------------------------------------------------------------------------------- */

static void check_rise(const family_case *at) {
    if (!has_gaps(at)) {
        return;
    }
    mixture_model *start = family_case_model(at, 2);
    family_rows rows = rows_with_gaps(at, 1, 120);
    mixture_options options;
    mixture_options_default(&options);
    options.max_iter = 30;
    options.tol = 0;
    for (int accelerate = 0; accelerate < 2; accelerate++) {
        options.accelerate = accelerate;
        mixture_model *fit = family_case_fit(at, start, &rows, options);
        for (size_t i = 1; i < fit->trace_count; i++) {
            family_case_true(at, fit->trace[i] >= fit->trace[i - 1] - 1e-12 * fabs(fit->trace[i]),
                             "the log-likelihood does not fall");
        }
        long double exact = family_case_exact_loglik(fit, &rows);
        family_case_close(at, "the log-likelihood of the fit", (long double)fit->loglik, exact,
                          1e-11L * (1 + fabsl(exact)));
        mixture_model_free(fit);
    }
    family_case_free_rows(&rows);
    mixture_model_free(start);
}

static void the_log_likelihood_of_what_was_observed_never_falls_and_is_that_of_the_fit(void **state) {
    (void)state;
    family_case_each(check_rise, FAMILY_CASE_THIN);
}

/* Log-likelihood after one coordinate of a component has moved, and the structure has been restored. */
static long double moved_loglik(const family_case *at, const mixture_model *fit, const family_rows *rows, size_t c,
                                size_t coordinate, double by) {
    const mix_shape shape = family_case_shape(at);
    const mix_coordinates *coordinates = at->family->coordinates;
    const mix_maximize how = family_case_how();
    double *scratch = family_case_scratch(at), *theta = family_case_doubles(coordinates->size(&shape));
    mixture_model *moved = family_case_empty_model(at);
    mix_model_copy(moved, fit);
    coordinates->pack(fit, c, theta, scratch);
    theta[coordinate] += by;
    coordinates->unpack(moved, c, theta, scratch);
    (void)at->family->constrain(moved, &how, scratch);
    family_case_prepare(at, moved);
    long double loglik = family_case_exact_loglik(moved, rows);
    mixture_model_free(moved);
    free(theta);
    free(scratch);
    return loglik;
}

/* The same after some weight has gone from one component to the first. */
static long double shifted_loglik(const family_case *at, const mixture_model *fit, const family_rows *rows,
                                  size_t c, double by) {
    mixture_model *moved = family_case_empty_model(at);
    mix_model_copy(moved, fit);
    moved->weights[c] -= by;
    moved->weights[0] += by;
    family_case_prepare(at, moved);
    long double loglik = family_case_exact_loglik(moved, rows);
    mixture_model_free(moved);
    return loglik;
}

static void check_gradient(const family_case *at) {
    static const double step = 1e-5;
    const mix_shape shape = family_case_shape(at);
    if (!has_gaps(at) || at->d != 3 || at->k != 2) {
        return;
    }
    mixture_model *start = family_case_model(at, 1);
    family_rows rows = rows_with_gaps(at, 1, 400);
    mixture_options options;
    mixture_options_default(&options);
    options.max_iter = 5000;
    options.tol = 0;
    mixture_model *fit = family_case_fit(at, start, &rows, options);
    family_case_true(at, fit->converged, "the fit has converged");
    for (size_t c = 0; c < at->k; c++) {
        for (size_t i = 0; i < at->family->coordinates->size(&shape); i++) {
            long double slope =
                (moved_loglik(at, fit, &rows, c, i, step) - moved_loglik(at, fit, &rows, c, i, -step)) /
                (2 * (long double)step);
            family_case_close(at, "the derivative of the log-likelihood", slope, 0, 2e-3L);
        }
        long double slope = (shifted_loglik(at, fit, &rows, c, step) - shifted_loglik(at, fit, &rows, c, -step)) /
                            (2 * (long double)step);
        family_case_close(at, "the derivative by a weight", slope, 0, 2e-3L);
    }
    mixture_model_free(fit);
    mixture_model_free(start);
    family_case_free_rows(&rows);
}

static void at_convergence_no_parameter_raises_the_log_likelihood_of_what_was_observed(void **state) {
    (void)state;
    family_case_each(check_gradient, FAMILY_CASE_ALL);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(log_densities_of_rows_with_values_missing_are_those_of_the_marginal,
                                  use_the_best_kernel),
        cmocka_unit_test(the_log_likelihood_of_what_was_observed_never_falls_and_is_that_of_the_fit),
        cmocka_unit_test(at_convergence_no_parameter_raises_the_log_likelihood_of_what_was_observed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
