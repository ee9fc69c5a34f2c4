/* test_conformance.c: what every family of families.c must keep, tried on each; what its optional tables must:
** test_conformance_tables.c. A new family needs a row of data in tests/support/family_rows.c, and nothing here. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "family_case.h"
#include "memory.h"
#include "model.h"
#include "model_json.h"
#include "statistics.h"

/* ---- What a family says ------------------------------------------------------------------------------------ */

static void every_family_has_a_row_of_data_and_the_tables_that_it_says(void **state) {
    (void)state;
    for (size_t f = 0; mix_families[f] != NULL; f++) {
        const mixture_family *family = mix_families[f];
        const family_example *example = families_example(family);
        unsigned tables =
            (family->structures != NULL ? HAS_STRUCTURES : 0) |
            (family->coordinates != NULL ? HAS_COORDINATES : 0) | (family->observed != NULL ? HAS_OBSERVED : 0) |
            (family->sampling != NULL ? HAS_SAMPLING : 0) | (family->geometry != NULL ? HAS_GEOMETRY : 0);
        assert_int_equal(tables, example->tables);
        assert_ptr_equal(mixture_family_find(family->name), family);
    }
    assert_null(mixture_family_find("no such family"));
}

static void a_table_that_is_absent_gives_one_error_text(void **state) {
    static const struct {
        mix_family_table table;
        unsigned flag;
    } tables[] = {{MIX_HAS_SAMPLING, HAS_SAMPLING}, {MIX_HAS_GEOMETRY, HAS_GEOMETRY}};
    (void)state;
    for (size_t f = 0; mix_families[f] != NULL; f++) {
        for (size_t t = 0; t < 2; t++) {
            mixture_error error = {MIXTURE_OK, ""};
            char names[MIX_FAMILIES_BYTES] = "", expected[2 * MIX_FAMILIES_BYTES];
            size_t left = 0;
            for (size_t i = 0; mix_families[i] != NULL; i++) {
                left += (families_example(mix_families[i])->tables & tables[t].flag) != 0;
            }
            for (size_t i = 0; mix_families[i] != NULL; i++) {
                if (families_example(mix_families[i])->tables & tables[t].flag) {
                    left--;
                    strcat(names, mix_families[i]->name);
                    strcat(names, left == 0 ? "" : left == 1 ? " or " : ", ");
                }
            }
            bool there = (families_example(mix_families[f])->tables & tables[t].flag) != 0;
            assert_int_equal(mix_family_need(mix_families[f], tables[t].table, &error),
                             there ? MIXTURE_OK : MIXTURE_INVALID);
            snprintf(expected, sizeof expected, "argument 1 (model) is of family %s; expected %s",
                     mix_families[f]->name, names);
            assert_string_equal(error.text, there ? "" : expected);
        }
    }
}

static void check_columns(const family_case *at) {
    const mix_shape shape = family_case_shape(at);
    const double refused = at->example->refused;
    family_rows rows = family_case_rows(at, 1, 100);
    for (size_t j = 0; j < at->d; j++) {
        for (size_t r = 0; r < rows.rows; r++) {
            family_case_true(at, mix_family_refusal(&shape, j, rows.x[r * at->d + j]) == NULL,
                             "the family accepts its rows");
        }
        family_case_true(at, mix_family_refusal(&shape, j, (double)NAN) == NULL, "a value may be missing");
        family_case_true(at, isnan(refused) || mix_family_refusal(&shape, j, refused) != NULL,
                         "a value that has no density is refused");
    }
    family_case_free_rows(&rows);
}

static void columns_accept_the_familys_rows_and_missing_values_and_no_others(void **state) {
    (void)state;
    family_case_each(check_columns, FAMILY_CASE_THIN);
}

/* ---- Statistics -------------------------------------------------------------------------------------------- */

/* Sums that may cancel are right to rounding of what they are sums of: the rows' values are below 100. */
static void check_statistics(const family_case *at, const double *got, const double *want, const char *what) {
    const mix_shape shape = family_case_shape(at);
    for (size_t i = 0; i < mix_statistics_size(&shape); i++) {
        long double size = 100 * (long double)want[MIX_TOTAL_WEIGHT] + fabsl((long double)want[i]);
        family_case_close(at, what, (long double)got[i], (long double)want[i], 1e-14L * size);
    }
}

static void check_merging(const family_case *at) {
    static const size_t orders[][3] = {{0, 1, 2}, {2, 0, 1}, {1, 2, 0}};
    const mix_shape shape = family_case_shape(at);
    size_t size = mix_statistics_size(&shape);
    mixture_model *model = family_case_model(at, 1);
    family_rows rows = family_case_rows(at, 1, 2 * MIX_BLOCK_ROWS + 77);
    mixture_data *data = family_case_data(at, &rows);
    double *whole = family_case_statistics(model, data, 0, 3);
    for (size_t o = 0; o < 3; o++) {
        double *merged = family_case_doubles(size);
        for (size_t b = 0; b < 3; b++) {
            double *part = family_case_statistics(model, data, orders[o][b], 1);
            mix_statistics_merge(merged, part, size);
            free(part);
        }
        check_statistics(at, merged, whole, "a sum of the blocks' statistics");
        free(merged);
    }
    for (size_t c = 0; c < at->k; c++) {
        const double *own = whole + MIX_TOTALS + c * at->family->statistics_size(&shape);
        family_case_true(at, own[0] > 0, "the first statistic is the sum of responsibilities");
    }
    free(whole);
    mixture_data_free(data);
    family_case_free_rows(&rows);
    mixture_model_free(model);
}

static void statistics_of_a_whole_are_the_sum_of_those_of_its_blocks_in_any_order(void **state) {
    (void)state;
    family_case_each(check_merging, FAMILY_CASE_ALL);
}

/* Each row as many times as it weighs, the last row first. */
static family_rows repeat_rows(const family_rows *rows, const double *weight, size_t total) {
    family_rows repeated = {.d = rows->d,
                            .x = family_case_doubles(total * rows->d),
                            .weight = family_case_doubles(total),
                            .label = calloc(total, sizeof(int))};
    assert_non_null(repeated.label);
    for (size_t r = rows->rows; r-- > 0;) {
        for (double w = 0; w < weight[r]; w++, repeated.rows++) {
            memcpy(repeated.x + repeated.rows * rows->d, rows->x + r * rows->d, rows->d * sizeof(double));
            repeated.weight[repeated.rows] = 1;
            repeated.label[repeated.rows] = rows->label[r];
        }
    }
    return repeated;
}

static void check_weights(const family_case *like) {
    const mix_shape shape = family_case_shape(like);
    family_case weighted = *like, repeated = *like;
    weighted.extras = MIXTURE_WEIGHTED | MIXTURE_LABELLED;
    repeated.extras = MIXTURE_LABELLED;
    mixture_model *model = family_case_model(like, 1);
    family_rows rows = family_case_rows(&weighted, 1, 99);
    double labelled[FAMILIES_MOST_K] = {0};
    for (size_t r = 0; r < rows.rows; r++) {
        rows.weight[r] = (double)(1 + r % 3);
        if (rows.label[r] > 0) {
            labelled[rows.label[r] - 1] += rows.weight[r];
        }
    }
    family_rows all = repeat_rows(&rows, rows.weight, 198);
    double *once = family_case_all_statistics(&weighted, model, &rows),
           *often = family_case_all_statistics(&repeated, model, &all);
    check_statistics(like, once, often, "a statistic of weighted rows, beside those of rows repeated");
    for (size_t c = 0; c < like->k; c++) {
        double own = once[MIX_TOTALS + c * like->family->statistics_size(&shape)];
        family_case_true(like, own >= labelled[c] * (1 - 1e-14), "labelled rows count for their component");
    }
    free(once);
    free(often);
    family_case_free_rows(&rows);
    family_case_free_rows(&all);
    mixture_model_free(model);
}

static void a_row_of_weight_2_counts_as_two_rows_and_a_label_gives_it_to_its_component(void **state) {
    (void)state;
    family_case_each(check_weights, FAMILY_CASE_THIN);
}

static void check_totals(const family_case *at) {
    const mix_shape shape = family_case_shape(at);
    if (at->family->observed == NULL) {
        return; /* without an exact density there is nothing to compare with */
    }
    mixture_model *model = family_case_model(at, 1);
    family_rows rows = family_case_rows(at, 2, 300); /* of another model */
    mixture_data *data = family_case_data(at, &rows);
    double *statistics = family_case_statistics(model, data, 0, 2);
    long double weight = 0, base = 0, loglik = 0;
    for (size_t r = 0; r < rows.rows; r++) {
        weight += (long double)rows.weight[r];
    }
    for (size_t b = 0; b < 2; b++) {
        mix_rows block = mix_data_block(data, b);
        base += (long double)mix_family_log_base(&shape, &block);
    }
    loglik = family_case_exact_loglik(model, &rows);
    family_case_close(at, "the total weight", (long double)statistics[MIX_TOTAL_WEIGHT], weight, 1e-12L);
    family_case_close(at, "the log-likelihood", (long double)statistics[MIX_TOTAL_LOGLIK] + base, loglik,
                      1e-12L * (1 + fabsl(base) + fabsl(loglik)));
    free(statistics);
    mixture_data_free(data);
    family_case_free_rows(&rows);
    mixture_model_free(model);
}

static void the_total_of_the_statistics_is_the_exact_log_likelihood(void **state) {
    (void)state;
    family_case_each(check_totals, FAMILY_CASE_THIN);
}

/* Sum of a row's weight times the responsibility of a component, times a power of the distance of value j from a
** center. */
static long double shared_sum(const mixture_model *model, const family_rows *rows, size_t c, size_t j,
                              long double center, int power) {
    long double sum = 0;
    for (size_t r = 0; r < rows->rows; r++) {
        const double *x = rows->x + r * rows->d;
        bool possible = rows->label[r] == 0 || (size_t)rows->label[r] == c + 1;
        long double joint = logl((long double)model->weights[c]) + family_case_exact(model, c, x);
        long double share = possible ? expl(joint - family_case_exact_mixture(model, x, rows->label[r])) : 0;
        sum += (long double)rows->weight[r] * share * powl((long double)x[j] - center, power);
    }
    return sum;
}

/* Variance of column j about the components' own means, times the weight of all rows. */
static long double scatter_within(const mixture_model *model, const family_rows *rows, size_t j) {
    long double within = 0;
    for (size_t c = 0; c < model->k; c++) {
        long double n = shared_sum(model, rows, c, j, 0, 0);
        within += n > 0 ? shared_sum(model, rows, c, j, shared_sum(model, rows, c, j, 0, 1) / n, 2) : 0;
    }
    return within;
}

/* Whether a value belongs to the rows' totals: of a mixed family, those of the first part that has any. */
static bool is_in_total(const family_case *at, size_t j) {
    const mixture_parts *parts = at->family->parts;
    for (size_t p = 0; parts != NULL && p < parts->count; p++) {
        if (parts->part[p].family->mean_total != NULL) {
            return j >= parts->part[p].first && j < parts->part[p].first + parts->part[p].d;
        }
    }
    return true;
}

/* Whatever model the statistics are taken under. */
static void check_sums_of_the_data(const family_case *at) {
    const mix_shape shape = family_case_shape(at);
    mixture_model *model = family_case_model(at, 1);
    family_rows rows = family_case_rows(at, 2, 200);
    double *statistics = family_case_all_statistics(at, model, &rows);
    double variance[FAMILIES_MOST_D], constant[FAMILIES_MOST_D];
    long double n = 0, total = 0;
    for (size_t i = 0; i < rows.rows * at->d; i++) {
        long double weight = (long double)rows.weight[i / at->d];
        n += i % at->d == 0 ? weight : 0;
        total += is_in_total(at, i % at->d) ? weight * (long double)rows.x[i] : 0;
    }
    if (at->family->mean_total != NULL) {
        double got = at->family->mean_total(&shape, statistics + MIX_TOTALS);
        family_case_close(at, "the mean total of a row", (long double)got, total / n, 1e-12L * total / n);
    }
    if (at->family->variances != NULL) {
        double *scratch = family_case_scratch(at);
        at->family->variances(model, statistics + MIX_TOTALS, variance, constant, scratch);
        free(scratch);
        for (size_t j = 0; j < at->d; j++) {
            if (!at->family->column(&shape, j)->framed) {
                continue; /* its family has no floor of variances */
            }
            long double within = scatter_within(model, &rows, j) / n;
            family_case_close(at, "a variance within components", (long double)variance[j], within,
                              (at->example->rough ? 0.95L : 1e-9L) * within);
            family_case_true(at, constant[j] == 0, "a column that varies is not constant");
        }
    }
    free(statistics);
    family_case_free_rows(&rows);
    mixture_model_free(model);
}

static void variances_and_totals_of_the_data_follow_from_the_statistics(void **state) {
    (void)state;
    family_case_each(check_sums_of_the_data, FAMILY_CASE_THIN);
}

/* The M-step from statistics of a model. */
static mixture_model *maximize_case(const family_case *at, const mixture_model *from, const double *statistics) {
    const mix_maximize how = family_case_how();
    mixture_model *model = family_case_model(at, 1);
    mix_model_copy(model, from);
    double *scratch = family_case_scratch(at);
    mixture_error error = {MIXTURE_OK, ""};
    assert_int_equal(mix_statistics_maximize(model, statistics, &how, scratch, &error), MIXTURE_OK);
    free(scratch);
    return model;
}

/* What an M-step has made. */
static void check_standing(const family_case *at) {
    const mix_shape shape = family_case_shape(at);
    mixture_model *first = family_case_model(at, 1);
    family_rows rows = family_case_rows(at, 1, 300);
    double *statistics = family_case_all_statistics(at, first, &rows);
    mixture_model *model = maximize_case(at, first, statistics);
    model->trials = 7;
    for (size_t c = 0; c < at->k; c++) {
        double *own = statistics + MIX_TOTALS + c * at->family->statistics_size(&shape);
        at->family->represent(model, c, 50 * model->weights[c], own);
        family_case_close(at, "the rows of a component", (long double)own[0], 50 * (long double)model->weights[c],
                          1e-12L);
    }
    mixture_model *again = maximize_case(at, model, statistics);
    family_case_same(at, again, model, 1e-8);
    if (at->family->mean_total != NULL) {
        double total = at->family->mean_total(&shape, statistics + MIX_TOTALS);
        family_case_close(at, "the mean total of a row", (long double)total, 7, 1e-12L);
    }
    free(statistics);
    family_case_free_rows(&rows);
    mixture_model_free(first);
    mixture_model_free(model);
    mixture_model_free(again);
}

static void the_statistics_that_a_model_stands_for_give_it_back(void **state) {
    (void)state;
    family_case_each(check_standing, FAMILY_CASE_THIN);
}

/* ---- Densities --------------------------------------------------------------------------------------------- */

static void check_kernels_on(const family_case *at, const mixture_model *model, const family_rows *rows) {
    const mix_shape shape = family_case_shape(at);
    mixture_data *data = family_case_data(at, rows);
    double *scratch = family_case_scratch(at), base[MIX_BLOCK_ROWS] = {0};
    for (const mix_kernel *const *kernel = mix_kernel_all(); *kernel != NULL; kernel++) {
        for (size_t b = 0; b < data->block_count && (*kernel)->supported(); b++) {
            mix_rows block = mix_data_block(data, b);
            mix_kernel_force(*kernel);
            at->family->log_density(model, &block, scratch, scratch + at->k * MIX_BLOCK_ROWS);
            if (at->family->log_base != NULL) {
                at->family->log_base(&shape, &block, base);
            }
            for (size_t r = 0; r < block.count; r++) {
                for (size_t c = 0; c < at->k; c++) {
                    long double exact = family_case_exact(model, c, rows->x + (b * MIX_BLOCK_ROWS + r) * at->d);
                    long double own = (long double)base[r];
                    long double got = (long double)scratch[c * MIX_BLOCK_ROWS + r] + own;
                    family_case_close(at, (*kernel)->name, got, exact, 1e-12L * (1 + fabsl(exact) + fabsl(own)));
                }
            }
        }
    }
    mix_kernel_force(NULL);
    free(scratch);
    mixture_data_free(data);
}

static void check_kernels(const family_case *at) {
    const mix_shape shape = family_case_shape(at);
    if (at->family->observed == NULL) {
        return;
    }
    mixture_model *model = family_case_model(at, 1);
    family_rows rows = family_case_rows(at, 1, MIX_BLOCK_ROWS + 45);
    for (size_t i = 0; i < rows.rows * at->d; i++) { /* every third row is far away, where that is possible */
        double away = 64 * rows.x[i];
        bool possible = mix_family_refusal(&shape, i % at->d, away) == NULL;
        rows.x[i] = i / at->d % 3 == 0 && possible ? away : rows.x[i];
    }
    check_kernels_on(at, model, &rows);
    family_case_free_rows(&rows);
    mixture_model_free(model);
}

static void log_densities_of_every_kernel_are_the_exact_ones(void **state) {
    (void)state;
    family_case_each(check_kernels, FAMILY_CASE_THIN);
}

static int use_the_best_kernel(void **state) {
    (void)state;
    mix_kernel_force(NULL);
    return 0;
}

/* ---- EM ---------------------------------------------------------------------------------------------------- */

static void check_rise(const family_case *at) {
    mixture_model *start = family_case_model(at, 2);
    family_rows rows = family_case_rows(at, 1, 120);
    mixture_options options;
    mixture_options_default(&options);
    options.max_iter = 30;
    options.tol = 0;
    for (int accelerate = 0; accelerate < 2; accelerate++) {
        options.accelerate = accelerate;
        mixture_model *fit = family_case_fit(at, start, &rows, options);
        for (size_t i = 1; i < fit->trace_count; i++) {
            family_case_true(at, fit->trace[i] >= fit->trace[i - 1] - 1e-12 * fmax(fabs(fit->trace[i]), 1),
                             "the log-likelihood does not fall");
        }
        if (at->family->observed != NULL) {
            long double exact = family_case_exact_loglik(fit, &rows);
            family_case_close(at, "the log-likelihood of the fit", (long double)fit->loglik, exact,
                              1e-11L * (1 + fabsl(exact)));
        }
        mixture_model_free(fit);
    }
    family_case_free_rows(&rows);
    mixture_model_free(start);
}

static void the_log_likelihood_never_falls_and_is_that_of_the_model_that_is_left(void **state) {
    (void)state;
    family_case_each(check_rise, FAMILY_CASE_ALL);
}

static void check_single(const family_case *like) {
    family_case at = *like;
    at.k = 1;
    if (like->k % 2 == 0 || like->example->fit_one == NULL) {
        return; /* the same as another, or nothing to compare with */
    }
    at.extras = like->k == 3 ? MIXTURE_WEIGHTED : 0;
    const mix_shape shape = family_case_shape(&at);
    mixture_model *start = family_case_model(&at, 3), *want = family_case_empty_model(&at);
    family_rows rows = family_case_rows(&at, 1, 150);
    mixture_options options;
    mixture_options_default(&options);
    bool iterated = at.example->step_one != NULL;
    options.tol = iterated ? 1e-16 : options.tol;
    options.max_iter = iterated ? 20000 : options.max_iter;
    mixture_model *fit = family_case_fit(&at, start, &rows, options);
    long double n = 0, loglik = at.example->fit_one(want, rows.x, rows.weight, rows.rows);
    for (size_t r = 0; r < rows.rows; r++) {
        n += (long double)rows.weight[r];
    }
    family_case_same(&at, fit, want, iterated ? 1e-5 : 1e-10);
    long double parameters = (long double)at.family->parameter_count(&shape);
    family_case_close(&at, "the log-likelihood", (long double)fit->loglik, loglik, 1e-12L * (1 + fabsl(loglik)));
    family_case_close(&at, "bic", (long double)fit->bic, -2 * loglik + parameters * logl(n),
                      1e-11L * (1 + fabsl(loglik)));
    mixture_model_free(start);
    mixture_model_free(want);
    mixture_model_free(fit);
    family_case_free_rows(&rows);
}

static void a_fit_of_one_component_is_the_closed_form(void **state) {
    (void)state;
    family_case_each(check_single, FAMILY_CASE_ALL);
}

/* ---- Parameters -------------------------------------------------------------------------------------------- */

static void check_model_text(const family_case *at, mixture_model *model) {
    mix_json_writer writer = {0};
    mixture_error error = {MIXTURE_OK, ""};
    mixture_model *again;
    size_t length;
    mix_model_json_write(model, &writer);
    char *text = mix_json_finish(&writer, &length);
    if (mix_model_json_read(text, length, &again, &error) != MIXTURE_OK) {
        family_case_true(at, false, error.text);
    }
    family_case_true(at,
                     strcmp(again->family->name, at->family->name) == 0 && again->k == at->k && again->d == at->d,
                     "the shape");
    family_case_true(at, again->structure == at->structure, "the structure is read back");
    assert_memory_equal(again->weights, model->weights, at->k * sizeof(double));
    for (size_t a = 0; a < at->family->array_count && at->family->parts == NULL; a++) {
        assert_memory_equal(again->arrays[a], model->arrays[a],
                            at->k * mix_model_array_size(model, a) * sizeof(double));
    }
    mix_model_json_write(again, &writer); /* columns with levels may be parts of their own by now */
    char *rewritten = mix_json_finish(&writer, &length);
    assert_string_equal(rewritten, text);
    mix_memory_free(rewritten);
    mix_memory_free(text);
    mixture_model_free(again);
    mixture_model_free(model);
}

static void check_json(const family_case *at) {
    check_model_text(at, family_case_model(at, 1));
    check_model_text(at, family_case_hard_model(at));
}

static void a_model_read_back_from_its_text_has_the_same_bits(void **state) {
    (void)state;
    family_case_each(check_json, FAMILY_CASE_ALL);
}

static void check_obedience(const family_case *at, mixture_model *model, double tolerance, const char *what) {
    family_case_prepare(at, model);
    if (at->example->disobedience != NULL) {
        double gap = at->example->disobedience(model, at->structure);
        family_case_close(at, what, (long double)gap, 0, (long double)tolerance);
    }
}

static void check_stand_in(const family_case *at) {
    mixture_model *model = family_case_empty_model(at);
    at->family->stand_in(model);
    check_obedience(at, model, 1e-12, "the disobedience of parameters that stand in");
    mixture_model_free(model);
}

static void parameters_that_stand_in_are_valid(void **state) {
    (void)state;
    family_case_each(check_stand_in, FAMILY_CASE_ALL);
}

static void check_constrain(const family_case *at) {
    const mix_maximize how = family_case_how();
    family_case free_case = *at;
    free_case.structure = 0;
    double *scratch = family_case_scratch(at);
    mixture_model *obedient = family_case_model(at, 1), *model = family_case_model(at, 1);
    mixture_model *other = family_case_model(&free_case, 2);
    family_case_true(at, !at->family->constrain(model, &how, scratch), "no floor is met");
    check_obedience(at, model, 1e-8, "the disobedience of a model that obeyed before");
    family_case_same(at, model, obedient, 1e-8);
    other->structure = at->structure;
    (void)at->family->constrain(other, &how, scratch);
    check_obedience(at, other, 1e-8, "the disobedience of a model that is made to obey");
    free(scratch);
    mixture_model_free(obedient);
    mixture_model_free(model);
    mixture_model_free(other);
}

static void a_model_made_to_obey_its_structure_does_and_one_that_obeyed_stays(void **state) {
    (void)state;
    family_case_each(check_constrain, FAMILY_CASE_ALL);
}

/* Held at a floor it may be beside its structure. */
static void check_hard_constrain(const family_case *at) {
    const mix_maximize how = family_case_how();
    double *scratch = family_case_scratch(at);
    mixture_model *model = family_case_hard_model(at);
    (void)at->family->constrain(model, &how, scratch);
    family_case_prepare(at, model);
    free(scratch);
    mixture_model_free(model);
}

static void a_model_at_its_limits_made_to_obey_stays_valid(void **state) {
    (void)state;
    family_case_each(check_hard_constrain, FAMILY_CASE_ALL);
}

static void check_move(const family_case *at) {
    double center[] = {3, -5, 0.25, 7, -1}, scale[] = {4, 0.5, 1, 0.125, 16};
    const mix_frame frame = {.center = center, .scale = scale};
    const mix_shape shape = family_case_shape(at);
    mixture_model *model = family_case_model(at, 1), *moved = family_case_model(at, 1);
    family_rows rows = family_case_rows(at, 1, 4);
    if (at->family->move == NULL) {
        family_case_true(at, !mix_family_framed(&shape), "a family whose columns are framed can be moved");
    } else {
        at->family->move(moved, &frame, false);
        family_case_prepare(at, moved);
        for (size_t r = 0; at->family->observed != NULL && r < rows.rows; r++) {
            double *x = rows.x + r * at->d;
            long double before = family_case_exact_mixture(model, x, 0);
            for (size_t j = 0; j < at->d; j++) {
                x[j] = at->family->column(&shape, j)->framed ? (x[j] - center[j]) / scale[j] : x[j];
            }
            long double after = family_case_exact_mixture(moved, x, 0);
            family_case_close(at, "the log density in a frame",
                              after + (long double)mix_family_log_scale(&shape, &frame), before,
                              1e-12L * (1 + fabsl(before)));
        }
        at->family->move(moved, &frame, true);
        family_case_same(at, moved, model, 1e-14);
    }
    family_case_free_rows(&rows);
    mixture_model_free(model);
    mixture_model_free(moved);
}

static void a_model_moved_to_a_frame_says_the_same_there_and_comes_back(void **state) {
    (void)state;
    family_case_each(check_move, FAMILY_CASE_THIN);
}

static void check_coincide(const family_case *at) {
    const mix_shape shape = family_case_shape(at);
    mixture_model *model = family_case_model(at, 1);
    if (at->k > 1) {
        if (at->family->parameter_count(&shape) > 0) {
            family_case_true(at, !at->family->coincide(model, 0, 1), "components that are apart do not coincide");
        }
        for (size_t a = 0; a < at->family->array_count; a++) {
            size_t size = mix_model_array_size(model, a);
            memcpy(model->arrays[a] + size, model->arrays[a], size * sizeof(double));
        }
        family_case_prepare(at, model);
        family_case_true(at, at->family->coincide(model, 0, 1) && at->family->coincide(model, 1, 0),
                         "components that are the same coincide");
    }
    mixture_model_free(model);
}

static void components_coincide_when_they_are_the_same(void **state) {
    (void)state;
    family_case_each(check_coincide, FAMILY_CASE_THIN);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_family_has_a_row_of_data_and_the_tables_that_it_says),
        cmocka_unit_test(a_table_that_is_absent_gives_one_error_text),
        cmocka_unit_test(columns_accept_the_familys_rows_and_missing_values_and_no_others),
        cmocka_unit_test(statistics_of_a_whole_are_the_sum_of_those_of_its_blocks_in_any_order),
        cmocka_unit_test(a_row_of_weight_2_counts_as_two_rows_and_a_label_gives_it_to_its_component),
        cmocka_unit_test(the_total_of_the_statistics_is_the_exact_log_likelihood),
        cmocka_unit_test(variances_and_totals_of_the_data_follow_from_the_statistics),
        cmocka_unit_test(the_statistics_that_a_model_stands_for_give_it_back),
        cmocka_unit_test_teardown(log_densities_of_every_kernel_are_the_exact_ones, use_the_best_kernel),
        cmocka_unit_test(the_log_likelihood_never_falls_and_is_that_of_the_model_that_is_left),
        cmocka_unit_test(a_fit_of_one_component_is_the_closed_form),
        cmocka_unit_test(a_model_read_back_from_its_text_has_the_same_bits),
        cmocka_unit_test(parameters_that_stand_in_are_valid),
        cmocka_unit_test(a_model_made_to_obey_its_structure_does_and_one_that_obeyed_stays),
        cmocka_unit_test(a_model_at_its_limits_made_to_obey_stays_valid),
        cmocka_unit_test(a_model_moved_to_a_frame_says_the_same_there_and_comes_back),
        cmocka_unit_test(components_coincide_when_they_are_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
