/* test_conformance_tables.c: what every family that has an optional table must keep by it: coordinates, observed,
** sampling, structures, geometry. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "family_case.h"
#include "model.h"
#include "statistics.h"

/* ---- Observed ---------------------------------------------------------------------------------------------- */

/* One value more is missing in the pattern's row than where it is summed over. */
static void check_pattern(const family_case *at, const mixture_model *model, size_t c, const double *x) {
    const mix_shape shape = family_case_shape(at);
    double complete[FAMILIES_MOST_D], expected[FAMILIES_MOST_D];
    long double *scratch = calloc(at->family->observed->size(&shape), sizeof *scratch);
    assert_non_null(scratch);
    long double got = family_case_exact(model, c, x);
    at->family->observed->conditional(model, c, x, complete, scratch);
    if (at->example->observed != NULL) {
        long double want = at->example->observed(model, c, x, expected);
        family_case_close(at, "the log density of what is observed", got, want, 1e-14L * (1 + fabsl(want)));
    }
    for (size_t j = 0; j < at->d; j++) {
        if (at->example->observed == NULL && isnan(x[j])) {
            family_sums sums = family_case_sum(at, model, c, x, j);
            family_case_close(at, "a density", expl(got), sums.mass, 1e-12L * sums.mass);
            expected[j] = (double)(sums.first / sums.mass);
        } else if (!isnan(x[j])) {
            expected[j] = x[j];
        }
        family_case_close(at, "a conditional expectation", (long double)complete[j], (long double)expected[j],
                          1e-12L * (1 + fabsl((long double)expected[j])));
    }
    free(scratch);
}

static void check_missing(const family_case *at) {
    mixture_model *model = family_case_model(at, 1);
    family_rows rows = family_case_rows(at, 1, 2);
    if (at->k == 2 && at->family->observed != NULL) { /* k is of no account: each component alone */
        for (size_t pattern = 1; pattern < (size_t)1 << at->d; pattern++) {
            double x[FAMILIES_MOST_D];
            for (size_t j = 0; j < at->d; j++) {
                x[j] = pattern >> j & 1 ? (double)NAN : rows.x[j];
            }
            check_pattern(at, model, pattern % 2, x);
            if (pattern + 1 == (size_t)1 << at->d) {
                family_case_close(at, "the log density of nothing", family_case_exact(model, 0, x), 0, 0);
            }
        }
    }
    family_case_free_rows(&rows);
    mixture_model_free(model);
}

static void a_value_not_observed_is_integrated_out_and_its_expectation_is_its_mean(void **state) {
    (void)state;
    family_case_each(check_missing, FAMILY_CASE_THIN);
}

/* ---- Coordinates ------------------------------------------------------------------------------------------- */

static void check_packing(const family_case *at, const mixture_model *model) {
    const mix_shape shape = family_case_shape(at);
    double *theta = family_case_doubles(at->family->coordinates->size(&shape)), *scratch = family_case_scratch(at);
    mixture_model *again = family_case_model(at, 2);
    memcpy(again->weights, model->weights, at->k * sizeof(double));
    for (size_t c = 0; c < at->k; c++) {
        at->family->coordinates->pack(model, c, theta, scratch);
        at->family->coordinates->unpack(again, c, theta, scratch);
    }
    family_case_prepare(at, again);
    family_case_same(at, again, model, 1e-13);
    free(theta);
    free(scratch);
    mixture_model_free(again);
}

static void check_coordinates(const family_case *at) {
    if (at->family->coordinates != NULL) {
        mixture_model *model = family_case_model(at, 1), *hard = family_case_hard_model(at);
        check_packing(at, model);
        check_packing(at, hard);
        mixture_model_free(model);
        mixture_model_free(hard);
    }
}

static void coordinates_unpack_to_the_parameters_that_they_were_packed_from(void **state) {
    (void)state;
    family_case_each(check_coordinates, FAMILY_CASE_THIN);
}

/* Any at all; beyond what a double can hold they may be refused, but never be taken for what they are not. */
static void check_any_coordinates(const family_case *at) {
    static const double reaches[] = {0.1, 1, 3, 30, 300, 1e5, 1e300};
    const mix_shape shape = family_case_shape(at);
    if (at->family->coordinates == NULL) {
        return;
    }
    size_t size = at->family->coordinates->size(&shape);
    mixture_model *model = family_case_model(at, 1);
    family_rows rows = family_case_rows(at, 1, 3);
    double *theta = family_case_doubles(size), *scratch = family_case_scratch(at);
    mix_random random;
    mix_random_seed(&random, 9, 0);
    for (size_t i = 0; i < 6 * sizeof reaches / sizeof *reaches; i++) {
        for (size_t c = 0; c < at->k; c++) {
            for (size_t t = 0; t < size; t++) {
                theta[t] = reaches[i / 6] * mix_random_normal(&random);
            }
            at->family->coordinates->unpack(model, c, theta, scratch);
        }
        if (reaches[i / 6] <= at->example->reach) {
            family_case_prepare(at, model);
        } else if (mixture_model_prepare(model, NULL) != MIXTURE_OK) {
            continue;
        }
        for (size_t c = 0; c < at->k && at->family->observed != NULL; c++) {
            family_case_true(at, !isnan(family_case_exact(model, c, rows.x)), "the density is a number");
        }
    }
    free(theta);
    free(scratch);
    family_case_free_rows(&rows);
    mixture_model_free(model);
}

static void any_coordinates_unpack_to_valid_parameters(void **state) {
    (void)state;
    family_case_each(check_any_coordinates, FAMILY_CASE_THIN);
}

/* Steps whose size is that of a standard error, were the components known: 1 / sqrt(information). */
static double *standard_steps(const family_case *at, const mixture_model *model, const family_rows *rows) {
    const mix_shape shape = family_case_shape(at);
    size_t size = at->family->coordinates->size(&shape), own_size = at->family->statistics_size(&shape);
    double *steps = family_case_doubles(at->k * (1 + size)), *theta = family_case_doubles(size);
    double *statistics = family_case_all_statistics(at, model, rows), *scratch = family_case_scratch(at);
    for (size_t c = 0; c < at->k; c++) {
        double *own = steps + c * (1 + size);
        at->family->coordinates->pack(model, c, theta, scratch);
        own[0] = statistics[MIX_TOTALS + c * own_size];
        at->family->coordinates->information(&shape, theta, statistics + MIX_TOTALS + c * own_size, own + 1);
        for (size_t i = 0; i <= size; i++) {
            family_case_true(at, isfinite(own[i]) && own[i] >= 0, "information is not negative");
            own[i] = 1 / sqrt(own[i] + 1e-3);
        }
    }
    free(theta);
    free(scratch);
    free(statistics);
    return steps;
}

static void check_information(const family_case *at) {
    family_rows rows = family_case_rows(at, 1, 100);
    if (at->family->coordinates != NULL) {
        mixture_model *models[] = {family_case_model(at, 1), family_case_model(at, 2), family_case_hard_model(at)};
        for (size_t i = 0; i < 3; i++) {
            free(standard_steps(at, models[i], &rows));
            mixture_model_free(models[i]);
        }
    }
    family_case_free_rows(&rows);
}

static void the_information_of_a_coordinate_is_never_negative(void **state) {
    (void)state;
    family_case_each(check_information, FAMILY_CASE_THIN);
}

static bool is_identified(const family_case *at) {
    return at->example->identified == NULL || at->example->identified(at->d, at->k);
}

/* ---- Gradient ---------------------------------------------------------------------------------------------- */

/* Along the coordinates and logarithms of weights. What leaves the structure is put back on it: where the
** log-likelihood has its maximum on the structure, that is no slope in any direction. */
static void move_along(const family_case *at, mixture_model *model, const mixture_model *from,
                       const double *direction, double length, double *scratch) {
    const mix_shape shape = family_case_shape(at);
    const mix_maximize how = family_case_how();
    size_t size = at->family->coordinates->size(&shape);
    double *theta = family_case_doubles(size), sum = 0;
    mix_model_copy(model, from);
    for (size_t c = 0; c < at->k; c++, direction += 1 + size) {
        sum += model->weights[c] *= exp(length * direction[0]);
        at->family->coordinates->pack(from, c, theta, scratch);
        for (size_t i = 0; i < size; i++) {
            theta[i] += length * direction[1 + i];
        }
        at->family->coordinates->unpack(model, c, theta, scratch);
    }
    for (size_t c = 0; c < at->k; c++) {
        model->weights[c] /= sum;
    }
    (void)at->family->constrain(model, &how, scratch);
    family_case_prepare(at, model);
    free(theta);
}

/* The steepest slope of the exact log-likelihood in some directions, a standard error long in each coordinate. */
static double steepest_slope(const family_case *at, const mixture_model *model, const family_rows *rows) {
    const double length = 1e-3;
    const mix_shape shape = family_case_shape(at);
    size_t size = at->k * (1 + at->family->coordinates->size(&shape));
    double *steps = standard_steps(at, model, rows), *direction = family_case_doubles(size);
    double *scratch = family_case_scratch(at), steepest = 0;
    mixture_model *moved = family_case_model(at, 1);
    mix_random random;
    mix_random_seed(&random, 3, 0);
    for (int i = 0; i < 4; i++) {
        for (size_t j = 0; j < size; j++) {
            direction[j] = mix_random_below(&random, 2) == 0 ? -steps[j] : steps[j];
        }
        move_along(at, moved, model, direction, length, scratch);
        long double ahead = family_case_exact_loglik(moved, rows);
        move_along(at, moved, model, direction, -length, scratch);
        long double behind = family_case_exact_loglik(moved, rows);
        steepest = fmax(steepest, (double)fabsl(ahead - behind) / (2 * length));
    }
    free(scratch);
    free(steps);
    free(direction);
    mixture_model_free(moved);
    return steepest;
}

static void check_gradient(const family_case *at) {
    const mix_shape shape = family_case_shape(at);
    if (at->family->coordinates == NULL || at->family->observed == NULL) {
        return;
    }
    mixture_model *start = family_case_model(at, 1);
    family_rows rows = family_case_rows(at, 1, 200);
    mixture_options options;
    mixture_options_default(&options);
    options.accelerate = at->example->step_one != NULL; /* EM alone would take too long */
    options.max_iter = 20000;
    options.tol = 1e-13;
    mixture_model *fit = family_case_fit(at, start, &rows, options);
    /* Without parameters all components are always the same: a saddle. */
    bool distinct = at->family->parameter_count(&shape) > 0 && is_identified(at);
    family_case_true(at, fit->converged || !distinct, "the fit has converged");
    family_case_close(at, "the slope where the fit has converged", (long double)steepest_slope(at, fit, &rows), 0,
                      1e-4L);
    if (distinct) {
        mixture_model *elsewhere = family_case_model(at, 2);
        family_case_true(at, steepest_slope(at, elsewhere, &rows) > 0.1, "elsewhere there is a slope");
        mixture_model_free(elsewhere);
    }
    mixture_model_free(fit);
    family_case_free_rows(&rows);
    mixture_model_free(start);
}

static void the_gradient_of_the_exact_log_likelihood_is_zero_where_a_fit_has_converged(void **state) {
    (void)state;
    family_case_each(check_gradient, FAMILY_CASE_THIN);
}

/* ---- Sampling ---------------------------------------------------------------------------------------------- */

/* By Wilks, twice what a fit gains over the truth is chi-square distributed with as many degrees as there are
** parameters: the squared distance of the two in standard errors. */
static double all_gains, all_parameters;

static void check_draws(const family_case *at) {
    enum { DRAWS = 1000 };
    family_case plain = *at;
    plain.extras = 0;
    const mix_shape shape = family_case_shape(at);
    const int64_t seed = (int64_t)(100 * (size_t)at->structure + 10 * at->d + at->k); /* other draws for each */
    if (at->family->sampling == NULL || at->family->parameter_count(&shape) == 0 || !is_identified(at)) {
        return; /* without parameters all rows are the same */
    }
    mixture_model *truth = family_case_model(at, 1);
    family_rows rows = {.rows = DRAWS,
                        .d = at->d,
                        .x = family_case_doubles(DRAWS * at->d),
                        .weight = family_case_doubles(DRAWS),
                        .label = calloc(DRAWS, sizeof(int))};
    mixture_sampler *sampler = mixture_sampler_new(truth, seed, at->example->trials);
    assert_true(sampler != NULL && rows.label != NULL);
    for (size_t r = 0; r < DRAWS; r++) {
        (void)mixture_sampler_draw(sampler, rows.x + r * at->d);
    }
    mixture_options options;
    mixture_options_default(&options);
    options.tol = 1e-7;
    mixture_model *fit = family_case_fit(&plain, truth, &rows, options);
    double gain = 2 * (fit->loglik - fit->trace[0]), parameters = (double)fit->parameters;
    family_case_true(at, fit->converged && gain >= -1e-9 * fabs(fit->loglik), "the fit is as likely as the truth");
    family_case_close(at, "the squared distance of the fit from the truth", (long double)gain,
                      (long double)parameters, (long double)(5 * sqrt(2 * parameters) + 10));
    all_gains += gain;
    all_parameters += parameters;
    mixture_sampler_free(sampler);
    mixture_model_free(truth);
    mixture_model_free(fit);
    family_case_free_rows(&rows);
}

static void a_fit_to_draws_is_as_many_standard_errors_from_the_truth_as_it_should_be(void **state) {
    (void)state;
    all_gains = all_parameters = 0;
    family_case_each(check_draws, FAMILY_CASE_THIN);
    assert_close(all_gains / all_parameters, 1, 5 * sqrt(2 / all_parameters), 0);
}

/* ---- Structures -------------------------------------------------------------------------------------------- */

static void structures_are_nested_as_their_models_are_and_ordered_from_the_inside(void **state) {
    (void)state;
    for (size_t f = 0; mix_families[f] != NULL; f++) {
        const mix_structures_table *table = mix_families[f]->structures;
        const family_example *example = families_example(mix_families[f]);
        for (int inner = 0; table != NULL && inner < table->count; inner++) {
            family_case at = {mix_families[f], example, inner, 3, 3, 0};
            mixture_model *model = family_case_model(&at, 4);
            bool passed = false; /* inner, on the way through the order */
            int found = -1;
            family_case_true(&at,
                             mixture_structure_find(at.family, table->at(inner)->name, &found) && found == inner,
                             "its name finds it");
            family_case_true(&at,
                             mixture_structure_find(at.family, table->at(inner)->code, &found) && found == inner,
                             "its code finds it");
            for (int place = 0; place < table->count; place++) {
                int outer = table->order[place];
                passed = passed || outer == inner;
                double gap = example->disobedience(model, outer);
                bool obeys = outer == inner || table->nested(inner, outer);
                family_case_true(&at, obeys ? gap < 1e-12 : gap > 1e-3, "it is nested in what its models obey");
                family_case_true(&at, !obeys || passed, "what it is nested in comes later");
            }
            mixture_model_free(model);
        }
    }
}

/* How many directions so many vectors of `size` doubles have: the longest in turn is taken out of the others. */
static size_t rank_of(double *vectors, size_t size, size_t columns) {
    double first = 0;
    for (size_t rank = 0; rank < columns; rank++) {
        size_t longest = 0;
        double most = 0;
        for (size_t v = 0; v < columns; v++) {
            double square = 0;
            for (size_t i = 0; i < size; i++) {
                square += vectors[v * size + i] * vectors[v * size + i];
            }
            longest = square > most ? v : longest;
            most = fmax(most, square);
        }
        first = rank == 0 ? most : first;
        if (sqrt(most) <= 1e-4 * sqrt(first)) {
            return rank;
        }
        const double *along = vectors + longest * size;
        for (size_t v = 0; v < columns; v++) {
            double product = 0;
            for (size_t i = 0; v != longest && i < size; i++) {
                product += along[i] * vectors[v * size + i] / most;
            }
            for (size_t i = 0; v != longest && i < size; i++) {
                vectors[v * size + i] -= product * along[i];
            }
        }
        memset(vectors + longest * size, 0, size * sizeof(double));
    }
    return columns;
}

/* Each coordinate moves the parameters, put back on the structure, in a direction that stays on it. */
static void check_dimension(const family_case *at) {
    const mix_shape shape = family_case_shape(at);
    if (at->family->coordinates == NULL || at->d > 3 || at->k > 3) {
        return;
    }
    size_t coordinates = at->k * (1 + at->family->coordinates->size(&shape)), size = 0;
    mixture_model *model = family_case_model(at, 1), *ahead = family_case_model(at, 1);
    mixture_model *behind = family_case_model(at, 1);
    for (size_t a = 0; a < at->family->array_count; a++) {
        size += at->k * mix_model_array_size(model, a);
    }
    double *vectors = family_case_doubles(coordinates * size), *direction = family_case_doubles(coordinates);
    double *scratch = family_case_scratch(at);
    for (size_t v = 0; v < coordinates; v++) {
        const double length = 1e-4;
        double *out = vectors + v * size;
        if (v % (coordinates / at->k) == 0) {
            continue; /* a weight */
        }
        memset(direction, 0, coordinates * sizeof(double));
        direction[v] = 1;
        move_along(at, ahead, model, direction, length, scratch);
        move_along(at, behind, model, direction, -length, scratch);
        for (size_t a = 0; a < at->family->array_count; a++) {
            for (size_t i = 0; i < at->k * mix_model_array_size(model, a); i++) {
                *out++ = (ahead->arrays[a][i] - behind->arrays[a][i]) / (2 * length);
            }
        }
    }
    family_case_true(at, rank_of(vectors, size, coordinates) == at->family->parameter_count(&shape),
                     "there are as many parameters as directions");
    free(vectors);
    free(direction);
    free(scratch);
    mixture_model_free(model);
    mixture_model_free(ahead);
    mixture_model_free(behind);
}

static void there_are_as_many_parameters_as_directions_in_which_a_model_may_change(void **state) {
    (void)state;
    family_case_each(check_dimension, FAMILY_CASE_ALL);
}

/* ---- Geometry ---------------------------------------------------------------------------------------------- */

static long double exact_distance(const mixture_model *model, size_t c, const double *x) {
    const mix_shape shape = mix_shape_of(model);
    long double *scratch = calloc(model->family->observed->size(&shape), sizeof *scratch);
    assert_non_null(scratch);
    long double distance = model->family->distance(model, c, x, scratch);
    free(scratch);
    return distance;
}

/* Means and deviations of column j alone, and given the others. */
static void check_extent(const family_case *at, const mixture_model *model, size_t c, size_t j) {
    const mix_geometry *geometry = at->family->geometry;
    double none[FAMILIES_MOST_D], means[FAMILIES_MOST_D];
    for (size_t i = 0; i < at->d; i++) {
        none[i] = (double)NAN;
        means[i] = geometry->mean(model, c, i);
    }
    family_sums alone = family_case_sum(at, model, c, none, j), given = family_case_sum(at, model, c, means, j);
    long double mean = alone.first / alone.mass, variance = alone.second / alone.mass - mean * mean;
    family_case_close(at, "a mean", (long double)means[j], mean, 1e-12L * (1 + fabsl(mean)));
    family_case_close(at, "a deviation", (long double)geometry->deviation(model, c, j), sqrtl(variance), 1e-12L);
    mean = given.first / given.mass;
    variance = given.second / given.mass - mean * mean;
    family_case_close(at, "a deviation given the others",
                      (long double)geometry->conditional_deviation(model, c, j), sqrtl(variance), 1e-12L);
}

/* The marginal of the last column and the first is what is left when the others are not observed. */
static void check_marginal(const family_case *at, const mixture_model *model, const double *x) {
    const size_t columns[] = {at->d - 1, 0};
    family_case part = *at;
    part.d = at->d < 2 ? 1 : 2;
    mixture_model *marginal = family_case_empty_model(&part);
    double some[FAMILIES_MOST_D], own[2];
    memcpy(marginal->weights, model->weights, at->k * sizeof(double));
    at->family->geometry->marginal(model, columns, part.d, marginal);
    family_case_prepare(&part, marginal);
    for (size_t j = 0; j < at->d; j++) {
        some[j] = (double)NAN;
    }
    for (size_t i = 0; i < part.d; i++) {
        some[columns[i]] = own[i] = x[columns[i]];
    }
    long double want = family_case_exact_mixture(model, some, 0);
    family_case_close(at, "a marginal log density", family_case_exact_mixture(marginal, own, 0), want,
                      1e-12L * (1 + fabsl(want)));
    mixture_model_free(marginal);
}

static void check_outline(const family_case *at, const mixture_model *model, size_t c) {
    enum { POINTS = 7 };
    const double radius = at->family->geometry->radius(model, c, 0.8);
    for (int i = 0; i < POINTS; i++) {
        double x[2];
        at->family->geometry->outline(model, c, radius, 0.5 + 2 * acos(-1) * i / POINTS, &x[0], &x[1]);
        family_case_close(at, "the distance of a point of the outline", sqrtl(exact_distance(model, c, x)),
                          (long double)radius, 1e-13L * (long double)radius);
    }
}

static void check_region(const family_case *at, const mixture_model *model, size_t c) {
    enum { DRAWS = 10000 };
    const double probability = 0.8, radius = at->family->geometry->radius(model, c, probability);
    double inside = 0, x[2];
    mix_random random;
    mix_random_seed(&random, 6, at->k);
    for (int i = 0; i < DRAWS; i++) {
        at->example->draw(model, c, &random, x);
        inside += exact_distance(model, c, x) <= (long double)radius * (long double)radius;
    }
    family_case_close(at, "the share of draws in the region", (long double)inside / DRAWS,
                      (long double)probability, 5 * sqrtl((long double)(probability * (1 - probability)) / DRAWS));
}

static void check_geometry(const family_case *at) {
    if (at->family->geometry == NULL || at->family->observed == NULL) {
        return;
    }
    mixture_model *model = family_case_model(at, 1);
    family_rows rows = family_case_rows(at, 1, 5);
    for (size_t c = 0; c < at->k; c++) {
        for (size_t r = 0; r < rows.rows; r++) {
            const double *x = rows.x + r * at->d;
            long double peak = (long double)at->family->geometry->peak(model, c);
            long double fall = peak - family_case_exact(model, c, x);
            family_case_close(at, "a squared distance", exact_distance(model, c, x), 2 * fall,
                              1e-12L * (1 + fall));
        }
        check_extent(at, model, c, c % at->d);
        if (at->d == 2) {
            check_outline(at, model, c);
        }
    }
    if (at->d == 2) {
        check_region(at, model, at->k - 1);
    }
    check_marginal(at, model, rows.x);
    family_case_free_rows(&rows);
    mixture_model_free(model);
}

static void means_deviations_distances_outlines_and_marginals_are_those_of_the_density(void **state) {
    (void)state;
    family_case_each(check_geometry, FAMILY_CASE_THIN);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_not_observed_is_integrated_out_and_its_expectation_is_its_mean),
        cmocka_unit_test(coordinates_unpack_to_the_parameters_that_they_were_packed_from),
        cmocka_unit_test(any_coordinates_unpack_to_valid_parameters),
        cmocka_unit_test(the_information_of_a_coordinate_is_never_negative),
        cmocka_unit_test(the_gradient_of_the_exact_log_likelihood_is_zero_where_a_fit_has_converged),
        cmocka_unit_test(a_fit_to_draws_is_as_many_standard_errors_from_the_truth_as_it_should_be),
        cmocka_unit_test(structures_are_nested_as_their_models_are_and_ordered_from_the_inside),
        cmocka_unit_test(there_are_as_many_parameters_as_directions_in_which_a_model_may_change),
        cmocka_unit_test(means_deviations_distances_outlines_and_marginals_are_those_of_the_density),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
