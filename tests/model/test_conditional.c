/* test_conditional.c: some columns of a model, alone and given others; and how a model of one column is
** distributed: of every family, against its own exact densities, sums and quadrature. */
#include <math.h>
#include <string.h>

#include "conditional.h"
#include "distribution.h"
#include "family_case.h"

/* A row of the case's and the two halves of its columns, the second in falling order. */
typedef struct halves {
    double x[FAMILIES_MOST_D], first[FAMILIES_MOST_D], second[FAMILIES_MOST_D], second_alone[FAMILIES_MOST_D];
    size_t columns[FAMILIES_MOST_D], count;
} halves;

static halves split(const family_case *at) {
    halves own = {.count = 0};
    family_rows rows = family_case_rows(at, 7, 1);
    for (size_t j = 0; j < at->d; j++) {
        own.x[j] = rows.x[j];
        own.first[j] = j % 2 == 0 ? rows.x[j] : (double)NAN;
        own.second[j] = j % 2 == 0 ? (double)NAN : rows.x[j];
    }
    for (size_t j = at->d; j-- > 0;) {
        if (j % 2 == 1) {
            own.columns[own.count++] = j;
        }
    }
    family_case_free_rows(&rows);
    return own;
}

/* The values of those columns in a reduced model's own order, which is that of its parts. */
static void take_values(const mixture_model *reduced, const halves *own, double *x) {
    for (size_t i = 0; i < own->count; i++) {
        x[mix_family_place(reduced->family, i)] = own->x[own->columns[i]];
    }
}

static mixture_model *reduce(const family_case *at, const mixture_model *model, const halves *own, const double *x,
                             const double *weights) {
    mixture_model *reduced = NULL;
    mixture_error error = {MIXTURE_OK, ""};
    mixture_status status =
        mix_conditional_make(model, own->columns, own->count, x, weights, NULL, &reduced, &error);
    family_case_true(at, status == MIXTURE_OK, error.text);
    return reduced;
}

static void is_what_is_observed(const family_case *at) {
    halves own = split(at);
    if (own.count == 0) {
        return;
    }
    mixture_model *model = family_case_model(at, 3), *alone = reduce(at, model, &own, NULL, NULL);
    double x[FAMILIES_MOST_D];
    take_values(alone, &own, x);
    family_case_close(at, "marginal density", family_case_exact_mixture(alone, x, 0),
                      family_case_exact_mixture(model, own.second, 0), 1e-11L);
    mixture_model_free(alone);
    mixture_model_free(model);
}

static void a_marginal_is_what_nulls_leave(void **state) {
    (void)state;
    family_case_each(is_what_is_observed, FAMILY_CASE_THIN);
}

/* f(x) = f(x_o) f(x_u | x_o), but for counts of a given sum, of which only the parts have sums. */
static void multiplies_to_the_whole(const family_case *at) {
    halves own = split(at);
    if (own.count == 0 || at->family->mean_total != NULL) {
        return;
    }
    mixture_model *model = family_case_model(at, 3);
    mixture_scratch *scratch = mixture_scratch_new(model);
    double weights[FAMILIES_MOST_K], x[FAMILIES_MOST_D];
    assert_non_null(scratch);
    (void)mixture_responsibilities(model, own.first, weights, scratch);
    mixture_model *given = reduce(at, model, &own, own.first, weights);
    take_values(given, &own, x);
    if (family_case_exact_mixture(given, x, 0) > -1e3L || model->family->parts == NULL) {
        family_case_close(at, "density",
                          family_case_exact_mixture(model, own.first, 0) + family_case_exact_mixture(given, x, 0),
                          family_case_exact_mixture(model, own.x, 0), 1e-9L);
    }
    mixture_model_free(given);
    mixture_scratch_free(scratch);
    mixture_model_free(model);
}

static void marginal_times_conditional_is_the_whole(void **state) {
    (void)state;
    family_case_each(multiplies_to_the_whole, FAMILY_CASE_THIN);
}

/* ---- One column --------------------------------------------------------------------------------------------- */

static double density(const mixture_model *model, double x) {
    const mix_shape shape = mix_shape_of(model);
    return mix_family_refusal(&shape, 0, x) != NULL ? 0 : exp((double)family_case_exact_mixture(model, &x, 0));
}

/* The density over (a, b) by Simpson's rule, or over the integers in (a, b]. */
static double between(const mixture_model *model, double a, double b) {
    const mix_shape shape = mix_shape_of(model);
    double sum = 0;
    if (model->family->column(&shape, 0)->whole) {
        for (double x = floor(a) + 1; x <= b; x++) {
            sum += density(model, x);
        }
        return sum;
    }
    enum { PANELS = 400 };
    for (int i = 0; i <= 2 * PANELS; i++) {
        double weight = i == 0 || i == 2 * PANELS ? 1 : i % 2 == 1 ? 4 : 2;
        sum += weight * density(model, a + (b - a) * i / (2 * PANELS));
    }
    return sum * (b - a) / (6 * PANELS);
}

static void is_distributed(const family_case *at) {
    if (at->d != 1 || at->family->distribution == NULL) {
        return;
    }
    mixture_model *model = family_case_model(at, 5);
    static const double probabilities[] = {1e-9, 0.05, 0.25, 0.5, 0.8, 0.99, 1 - 1e-9};
    const long double rounding = 1e-18L; /* of angles, which are measured from the direction */
    double quantile, last = 0, below = 0;
    for (size_t i = 0; i < sizeof probabilities / sizeof *probabilities; i++) {
        double p = probabilities[i], upper;
        assert_true(mix_distribution_quantile(model, p, NULL, &quantile));
        mix_turns turns = {.cancel = NULL};
        double now = mix_distribution_below(model, quantile, &upper, &turns);
        family_case_close(at, "both tails", (long double)now + (long double)upper, 1, 1e-14L);
        const mix_shape shape = mix_shape_of(model);
        if (model->family->column(&shape, 0)->whole) {
            family_case_true(at, now >= p * (1 - 1e-12), "reached");
            family_case_true(at, quantile == 0 || mix_distribution_below(model, quantile - 1, NULL, &turns) < p,
                             "the first");
        } else {
            family_case_close(at, "quantile", (long double)now, (long double)p,
                              1e-12L * (long double)p + rounding);
        }
        /* Where the density has no pole and the rule sees all of it. */
        if (i > 1 && i < 6) {
            family_case_close(at, "mass", (long double)between(model, last, quantile), (long double)(now - below),
                              2e-8L);
        }
        last = quantile;
        below = now;
    }
    mixture_model_free(model);
}

static void tails_and_quantiles_are_those_of_the_density(void **state) {
    (void)state;
    family_case_each(is_distributed, FAMILY_CASE_ALL);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_marginal_is_what_nulls_leave),
        cmocka_unit_test(marginal_times_conditional_is_the_whole),
        cmocka_unit_test(tails_and_quantiles_are_those_of_the_density),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
