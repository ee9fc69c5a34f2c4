/* test_conformance_plain.c: EM of every family beside an EM of the plain formulas of tests/support in long
** double. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "family_case.h"
#include "model.h"

enum { MAPS = 6 };

/* Responsibilities times the rows' weights, component after component; returns the log-likelihood. */
static long double plain_expect(const family_case *at, const mixture_model *model, const family_rows *rows,
                                double *resp) {
    double complete[FAMILIES_MOST_D];
    long double loglik = 0;
    for (size_t r = 0; r < rows->rows; r++) {
        const double *x = rows->x + r * rows->d;
        long double joint[FAMILIES_MOST_K], top = -HUGE_VALL, sum = 0;
        for (size_t i = 0; i < model->k; i++) {
            bool possible = rows->label[r] == 0 || (size_t)rows->label[r] == i + 1;
            long double share = logl((long double)model->weights[i]);
            joint[i] = possible ? share + at->example->observed(model, i, x, complete) : -HUGE_VALL;
            top = fmaxl(top, joint[i]);
        }
        for (size_t i = 0; i < model->k; i++) {
            sum += expl(joint[i] - top);
        }
        for (size_t i = 0; i < model->k; i++) {
            resp[i * rows->rows + r] = (double)((long double)rows->weight[r] * expl(joint[i] - top) / sum);
        }
        loglik += (long double)rows->weight[r] * (top + logl(sum));
    }
    return loglik;
}

/* One map; the log-likelihood before it. */
static long double plain_map(const family_case *at, mixture_model *model, const family_rows *rows) {
    family_case single = *at;
    single.k = 1;
    double *resp = family_case_doubles(at->k * rows->rows);
    mixture_model *one = family_case_model(&single, 1);
    long double total = 0, loglik = plain_expect(at, model, rows, resp);
    for (size_t r = 0; r < rows->rows; r++) {
        total += (long double)rows->weight[r];
    }
    for (size_t c = 0; c < at->k; c++) {
        const double *own = resp + c * rows->rows;
        long double share = 0;
        for (size_t r = 0; r < rows->rows; r++) {
            share += (long double)own[r];
        }
        model->weights[c] = (double)(share / total);
        for (size_t a = 0; a < at->family->array_count; a++) {
            size_t size = mix_model_array_size(one, a);
            memcpy(one->arrays[a], model->arrays[a] + c * size, size * sizeof(double));
        }
        if (at->example->step_one != NULL) {
            at->example->step_one(one, rows->x, own, rows->rows);
        } else {
            (void)at->example->fit_one(one, rows->x, own, rows->rows);
        }
        for (size_t a = 0; a < at->family->array_count; a++) {
            size_t size = mix_model_array_size(one, a);
            memcpy(model->arrays[a] + c * size, one->arrays[a], size * sizeof(double));
        }
    }
    mixture_model_free(one);
    free(resp);
    return loglik;
}

/* Whether components have a shape of their own each. */
static bool is_separate(const family_case *at) {
    return at->family->structures == NULL || mixture_structure_code(at->family, at->structure, 2)[0] != 'E';
}

static void check_plain(const family_case *at) {
    if (at->example->observed == NULL || !is_separate(at) || at->k < 2 || at->d > 2) {
        return;
    }
    mixture_model *plain = family_case_model(at, 1);
    family_rows rows = family_case_rows(at, 1, 90);
    mixture_options options;
    mixture_options_default(&options);
    options.accelerate = false;
    options.max_iter = MAPS;
    options.tol = 0;
    mixture_model *fit = family_case_fit(at, plain, &rows, options);
    long double loglik = 0;
    for (size_t i = 0; i < fit->trace_count; i++) {
        mixture_model *before = family_case_model(at, 1);
        mix_model_copy(before, plain);
        loglik = plain_map(at, plain, &rows);
        family_case_close(at, "the log-likelihood after a map", (long double)fit->trace[i], loglik,
                          1e-9L * (1 + fabsl(loglik)));
        if (i + 1 == fit->trace_count) {
            mix_model_copy(plain, before);
        }
        mixture_model_free(before);
    }
    family_case_same(at, fit, plain, 1e-9);
    mixture_model_free(fit);
    mixture_model_free(plain);
    family_case_free_rows(&rows);
}

static void em_takes_the_steps_of_the_plain_formulas(void **state) {
    (void)state;
    family_case_each(check_plain, FAMILY_CASE_THIN);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(em_takes_the_steps_of_the_plain_formulas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
