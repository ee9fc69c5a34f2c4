/* family_case.c: cases, their models and rows, and exact sums over them. */
#include "family_case.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "family_mixed.h"
#include "model.h"
#include "parts.h"
#include "statistics.h"

/* ---- Cases ------------------------------------------------------------------------------------------------- */

/* Mixed ones have few shapes, so many structures that a few will do. */
static void each_mixed(family_check *check, size_t every) {
    for (size_t i = 0; i < FAMILIES_MIXED; i++) {
        const mixture_parts *parts = families_mixed(i);
        family_case at = {.family = parts->mixed, .example = &family_mixed_example};
        for (size_t p = 0; p < parts->count; p++) {
            at.d += parts->part[p].d;
        }
        int structures = parts->mixed->structures != NULL ? parts->mixed->structures->count : 1;
        for (at.structure = 0; at.structure < structures; at.structure += (int)every + 2) {
            for (at.k = 1; at.k <= FAMILIES_MOST_K; at.k++) {
                const unsigned extras[] = {0, MIXTURE_WEIGHTED, MIXTURE_LABELLED,
                                           MIXTURE_WEIGHTED | MIXTURE_LABELLED};
                at.extras = extras[(i + at.k) % 4];
                check(&at);
            }
        }
    }
}

void family_case_each(family_check *check, size_t every) {
    for (size_t f = 0; mix_families[f] != NULL; f++) {
        const mixture_family *family = mix_families[f];
        family_case at = {.family = family, .example = families_example(family)};
        int structures = family->structures != NULL ? family->structures->count : 1;
        for (at.structure = 0; at.structure < structures; at.structure++) {
            for (at.d = 1; at.d <= FAMILIES_MOST_D; at.d++) {
                for (at.k = 1; at.k <= FAMILIES_MOST_K; at.k++) {
                    size_t turn = (size_t)at.structure + at.d + 2 * at.k;
                    const unsigned extras[] = {0, MIXTURE_WEIGHTED, MIXTURE_LABELLED,
                                               MIXTURE_WEIGHTED | MIXTURE_LABELLED};
                    at.extras = extras[(at.d + at.k + (size_t)at.structure / 3) % 4];
                    bool few = family->structures == NULL && family->univariate == NULL;
                    if (few || turn % every == 0) {
                        check(&at);
                    }
                }
            }
        }
    }
    each_mixed(check, every);
}

static void print_case(const family_case *at) {
    const char *structure = mixture_structure_name(at->family, at->structure);
    print_error("%s%s%s, d = %zu, k = %zu%s%s:\n", at->family->name, *structure ? ", " : "", structure, at->d,
                at->k, at->extras & MIXTURE_WEIGHTED ? ", weighted" : "",
                at->extras & MIXTURE_LABELLED ? ", labelled" : "");
}

void family_case_true(const family_case *at, bool truth, const char *what) {
    if (!truth) {
        print_case(at);
        fail_msg("not so: %s", what);
    }
}

void family_case_close(const family_case *at, const char *what, long double got, long double want,
                       long double tolerance) {
    if (!(fabsl(got - want) <= tolerance) && !(got == want)) {
        print_case(at);
        fail_msg("%s is %.17Lg; expected %.17Lg (off by %.3Lg, more than %.3Lg)", what, got, want, got - want,
                 tolerance);
    }
}

/* ---- Models ------------------------------------------------------------------------------------------------ */

/* Of columns with levels the part that says how many, made when it is first asked for. */
static const mixture_parts *case_parts(const family_case *at) {
    static mixture_parts *made[FAMILIES_MOST_D + 1];
    if (at->example->levels == NULL) {
        return NULL;
    }
    if (made[at->d] == NULL) {
        made[at->d] = mix_parts_new(at->family, at->d, at->example->levels);
        assert_non_null(made[at->d]);
    }
    return made[at->d];
}

mix_shape family_case_shape(const family_case *at) {
    return (mix_shape){at->family, at->k, at->d, at->structure, case_parts(at)};
}

void family_case_prepare(const family_case *at, mixture_model *model) {
    mixture_error error = {MIXTURE_OK, ""};
    if (mixture_model_prepare(model, &error) != MIXTURE_OK) {
        print_case(at);
        fail_msg("the model is not valid: %s", error.text);
    }
}

mixture_model *family_case_empty_model(const family_case *at) {
    const mix_shape shape = family_case_shape(at);
    mixture_model *model = mix_model_new(&shape);
    assert_non_null(model);
    for (size_t c = 0; c < at->k; c++) {
        model->weights[c] = 1 / (double)at->k;
    }
    return model;
}

/* Not only the seed: no two cases draw the same numbers. */
static mix_random case_random(const family_case *at, int64_t seed) {
    mix_random random;
    mix_random_seed(&random, seed, 100 * (uint64_t)at->structure + 10 * at->d + at->k);
    return random;
}

mixture_model *family_case_model(const family_case *at, int64_t seed) {
    mixture_model *model = family_case_empty_model(at);
    mix_random random = case_random(at, seed);
    for (size_t c = 0; c < at->k; c++) {
        model->weights[c] = (double)(2 + c) / (double)(at->k * (at->k + 3) / 2);
    }
    at->example->fill(model, &random);
    family_case_prepare(at, model);
    return model;
}

/* Weights of almost 1, of 1e-13 and of 0. */
mixture_model *family_case_hard_model(const family_case *at) {
    mixture_model *model = family_case_empty_model(at);
    for (size_t c = 0; c < at->k; c++) {
        model->weights[c] = c == 0 ? 1 : c == 1 ? 1e-13 : 0;
    }
    at->example->fill_hard(model);
    family_case_prepare(at, model);
    return model;
}

void family_case_same(const family_case *at, const mixture_model *got, const mixture_model *want,
                      double relative) {
    for (size_t c = 0; c < at->k; c++) {
        family_case_close(at, "a weight", (long double)got->weights[c], (long double)want->weights[c],
                          (long double)relative);
        for (size_t a = 0; a < at->family->array_count; a++) {
            size_t size = mix_model_array_size(want, a);
            double most = 0;
            for (size_t i = c * size; i < (c + 1) * size; i++) {
                most = fmax(most, fabs(want->arrays[a][i]));
            }
            for (size_t i = c * size; i < (c + 1) * size; i++) {
                family_case_close(at, at->family->arrays[a].name, (long double)got->arrays[a][i],
                                  (long double)want->arrays[a][i], (long double)(relative * most + 1e-290));
            }
        }
    }
}

mix_maximize family_case_how(void) {
    static const double units[] = {1, 1, 1, 1, 1};
    return (mix_maximize){.min_variance = 1e-9, .scale = units, .variance = units};
}

double *family_case_doubles(size_t count) {
    double *doubles = calloc(count, sizeof *doubles);
    assert_non_null(doubles);
    return doubles;
}

double *family_case_scratch(const family_case *at) {
    const mix_shape shape = family_case_shape(at);
    return family_case_doubles(mix_family_full_scratch(&shape));
}

/* ---- Rows -------------------------------------------------------------------------------------------------- */

family_rows family_case_rows(const family_case *at, int64_t seed, size_t count) {
    mixture_model *model = family_case_model(at, seed);
    mix_random random = case_random(at, seed + 1000);
    family_rows rows = {.rows = count, .d = at->d};
    rows.x = family_case_doubles(count * at->d);
    rows.weight = family_case_doubles(count);
    rows.label = calloc(count, sizeof *rows.label);
    assert_non_null(rows.label);
    for (size_t r = 0; r < count; r++) {
        const double weights[] = {0.5, 1, 2};
        size_t c = mix_random_choose(&random, model->weights, at->k, 1);
        at->example->draw(model, c, &random, rows.x + r * at->d);
        rows.weight[r] = at->extras & MIXTURE_WEIGHTED ? weights[r % 3] : 1;
        rows.label[r] = at->extras & MIXTURE_LABELLED && r % 3 == 1 ? (int)c + 1 : 0;
    }
    mixture_model_free(model);
    return rows;
}

void family_case_free_rows(family_rows *rows) {
    free(rows->x);
    free(rows->weight);
    free(rows->label);
}

mixture_data *family_case_data(const family_case *at, const family_rows *rows) {
    mixture_data *data = mixture_data_new(at->d, at->extras);
    assert_non_null(data);
    data->parts = case_parts(at);
    for (size_t r = 0; r < rows->rows; r++) {
        assert_int_equal(mixture_data_append(data, rows->x + r * at->d, rows->weight[r], rows->label[r]),
                         MIXTURE_OK);
    }
    return data;
}

double *family_case_statistics(const mixture_model *model, const mixture_data *data, size_t first, size_t count) {
    const mix_shape shape = mix_shape_of(model);
    double *statistics = family_case_doubles(mix_statistics_size(&shape));
    double *scratch = family_case_doubles(mix_family_scratch(&shape));
    for (size_t b = first; b < first + count; b++) {
        mix_rows rows = mix_data_block(data, b);
        mix_statistics_expect(model, &rows, statistics, scratch);
    }
    free(scratch);
    return statistics;
}

double *family_case_all_statistics(const family_case *at, const mixture_model *model, const family_rows *rows) {
    mixture_data *data = family_case_data(at, rows);
    double *statistics = family_case_statistics(model, data, 0, data->block_count);
    mixture_data_free(data);
    return statistics;
}

mixture_model *family_case_fit(const family_case *at, const mixture_model *start, const family_rows *rows,
                               mixture_options options) {
    mixture_data *data = family_case_data(at, rows);
    mixture_model *model = NULL;
    mixture_error error = {MIXTURE_OK, ""};
    options.k = at->k;
    options.structure = at->structure;
    options.threads = 1;
    options.start = (mixture_start){start->weights, (const double *const *)start->arrays};
    if (mixture_fit(at->family, data, &options, &model, &error) != MIXTURE_OK) {
        print_case(at);
        fail_msg("the fit failed: %s", error.text);
    }
    mixture_data_free(data);
    return model;
}

/* ---- Exact sums -------------------------------------------------------------------------------------------- */

long double family_case_exact(const mixture_model *model, size_t component, const double *x) {
    const mix_shape shape = mix_shape_of(model);
    long double *scratch = calloc(model->family->observed->size(&shape), sizeof *scratch);
    assert_non_null(scratch);
    long double log_density = model->family->observed->log_density(model, component, x, scratch);
    free(scratch);
    return log_density;
}

long double family_case_exact_mixture(const mixture_model *model, const double *x, int label) {
    long double joint[FAMILIES_MOST_K], top = -HUGE_VALL, sum = 0;
    for (size_t c = 0; c < model->k; c++) {
        bool possible = label == 0 || (size_t)label == c + 1;
        joint[c] = possible ? logl((long double)model->weights[c]) + family_case_exact(model, c, x) : -HUGE_VALL;
        top = fmaxl(top, joint[c]);
    }
    for (size_t c = 0; c < model->k; c++) {
        sum += expl(joint[c] - top);
    }
    return top + logl(sum);
}

long double family_case_exact_loglik(const mixture_model *model, const family_rows *rows) {
    long double loglik = 0;
    for (size_t r = 0; r < rows->rows; r++) {
        loglik +=
            (long double)rows->weight[r] * family_case_exact_mixture(model, rows->x + r * rows->d, rows->label[r]);
    }
    return loglik;
}

family_sums family_case_sum(const family_case *at, const mixture_model *model, size_t component, const double *x,
                            size_t j) {
    const family_example *example = at->example;
    double row[FAMILIES_MOST_D];
    family_sums sums = {0, 0, 0};
    memcpy(row, x, at->d * sizeof *row);
    size_t steps = (size_t)ceil((example->high - example->low) / example->step);
    for (size_t i = 0; i <= steps; i++) {
        row[j] = example->low + (double)i * example->step;
        long double density = expl(family_case_exact(model, component, row)) * (long double)example->step;
        sums.mass += density;
        sums.first += density * (long double)row[j];
        sums.second += density * (long double)row[j] * (long double)row[j];
    }
    return sums;
}
