/* poisson.c: the Poisson family: columns of counts, independent given the component, with rates l_j >= 0:
**
**     log density = sum_j ( x_j ln l_j - l_j - ln x_j! )
**
** so that T(x) = x, eta_j = ln l_j, A = sum l_j, and the log base is - sum ln x_j!. The M-step is the mean: l_j
** = sum r x_j / sum r. Where that is 0 though the column is not, it is held at a share of the column's mean
** (MIX_EXPONENTIAL_FLOOR): a rate of exactly 0 could never rise again. Values not observed are left out of the
** sum; what is expected of them is the rate.
**
** Published: deaths of women over 80 in The Times, 1910 to 1912 (Hasselblad, JASA 64 (1969) 1459): two
** components have rates 1.256 and 2.663 and shares .36 and .64. */
#include "poisson.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "exponential.h"
#include "incomplete.h"
#include "portable.h"
#include "stirling.h"

enum { RATES }; /* its parameter array */

static const mix_array poisson_arrays[] = {[RATES] = {"rates", "rate", MIX_VECTOR}};

static const double *rates_of(const mixture_model *model, size_t component) {
    return model->arrays[RATES] + component * model->d;
}

static const mix_column *poisson_column(const mix_shape *shape, size_t j) {
    (void)shape;
    (void)j;
    return &mix_count_column;
}

static size_t poisson_parameter_count(const mix_shape *shape) {
    return shape->k * shape->d;
}

/* No density is above 1: the likelihood is bounded with a single row in a component. */
static size_t poisson_least_rows(const mix_shape *shape, size_t free) {
    (void)shape;
    (void)free;
    return 1;
}

static void poisson_stand_in(mixture_model *model) {
    for (size_t i = 0; i < model->k * model->d; i++) {
        model->arrays[RATES][i] = 1;
    }
}

/* ---- As an exponential family -------------------------------------------------------------------------- */

static mixture_status poisson_natural(const mixture_model *model, size_t c, double *eta, double *log_partition,
                                      mixture_error *error) {
    const double *rates = rates_of(model, c);
    *log_partition = 0;
    for (size_t j = 0; j < model->d; j++) {
        if (!(rates[j] >= 0)) {
            return mix_error_invalid(error, "rates[%zu][%zu] is %g; expected a number >= 0", c, j, rates[j]);
        }
        eta[j] = rates[j] > 0 ? log(rates[j]) : MIX_LOG_ZERO;
        *log_partition += rates[j];
    }
    return MIXTURE_OK;
}

static void poisson_log_base(const mix_shape *shape, const mix_rows *rows, double *base) {
    for (size_t r = 0; r < rows->count; r++) {
        base[r] = 0;
        for (size_t j = 0; j < mix_rows_columns(rows, shape->d); j++) {
            base[r] -= mix_exponential_log_factorial(rows->x[j * rows->stride + r]);
        }
    }
}

static unsigned char poisson_solve(mixture_model *model, size_t c, const double *own, const double *all,
                                   const mix_maximize *how, double *scratch) {
    double *rates = model->arrays[RATES] + c * model->d;
    (void)how;
    (void)scratch;
    for (size_t j = 0; j < model->d && own[0] >= MIX_EMPTY; j++) {
        rates[j] = fmax(own[1 + j] / own[0], MIX_EXPONENTIAL_FLOOR * (all[1 + j] / all[0]));
    }
    return MIX_FLOOR_NONE;
}

static void poisson_expect(const mixture_model *model, size_t c, double *t) {
    memcpy(t, rates_of(model, c), model->d * sizeof *t);
}

static void poisson_marginal(const mixture_model *model, size_t c, const mix_pattern *pattern,
                             double *log_partition, double *shift) {
    *log_partition = *shift = 0;
    for (size_t i = 0; i < pattern->count; i++) {
        *log_partition += rates_of(model, c)[pattern->columns[i]];
    }
}

static void poisson_complete(const mixture_model *model, size_t c, const mix_pattern *pattern, double *own) {
    for (size_t j = 0, i = 0; j < model->d; j++) {
        bool observed = i < pattern->count && pattern->columns[i] == j;
        own[1 + j] = observed ? own[1 + j] : own[0] * rates_of(model, c)[j];
        i += observed;
    }
}

/* A rate of 0 that was given is held at the floor: no row is impossible to begin with. */
static bool poisson_constrain(mixture_model *model, const mix_maximize *how, double *scratch) {
    (void)how;
    (void)scratch;
    for (size_t j = 0; j < model->d; j++) {
        double mean = 0;
        for (size_t c = 0; c < model->k; c++) {
            mean += model->weights[c] * rates_of(model, c)[j];
        }
        for (size_t c = 0; c < model->k; c++) {
            double *rate = &model->arrays[RATES][c * model->d + j];
            *rate = *rate == 0 ? MIX_EXPONENTIAL_FLOOR * mean : *rate;
        }
    }
    return false;
}

static bool poisson_coincide(const mixture_model *model, size_t a, size_t b) {
    const double *first = rates_of(model, a), *second = rates_of(model, b);
    for (size_t j = 0; j < model->d; j++) {
        if (fabs(first[j] - second[j]) > 0.01 * sqrt(first[j])) {
            return false;
        }
    }
    return true;
}

/* Coordinates are the logarithms; beyond these bounds a rate is 0, or as large as one can be. */
static void poisson_unpack(mixture_model *model, size_t component, const double *theta, double *scratch) {
    double *rates = model->arrays[RATES] + component * model->d;
    (void)scratch;
    for (size_t j = 0; j < model->d; j++) {
        rates[j] = theta[j] > -690 ? exp(fmin(theta[j], 690)) : 0;
    }
}

/* ---- Clustering space ------------------------------------------------------------------------------------ */

/* Deviation of a column. */
static double deviation_of(const mixture_data *data, size_t j) {
    double sum = 0, squares = 0;
    for (size_t row = 0; row < data->rows; row++) {
        sum += mix_data_weight(data, row) * mix_data_value(data, row, j);
    }
    double mean = sum / data->total_weight;
    for (size_t row = 0; row < data->rows; row++) {
        double offset = mix_data_value(data, row, j) - mean;
        squares += mix_data_weight(data, row) * offset * offset;
    }
    return sqrt(squares / data->total_weight);
}

/* 2 sqrt(x + 3/8), which has about the same variance, 1, whatever the rate (Anscombe, Biometrika 35 (1948) 246);
** scaled: the counts in deviations of their column. */
static bool poisson_features(const mixture_data *data, mix_features variant, const mix_cancel *cancel,
                             double *points, double *scratch) {
    size_t d = data->d;
    (void)scratch;
    for (size_t j = 0; j < d; j++) {
        double deviation = variant == MIX_FEATURES_SCALED ? deviation_of(data, j) : 0;
        for (size_t row = 0; row < data->rows; row++) {
            double x = mix_data_value(data, row, j);
            points[row * d + j] = deviation > 0 ? x / deviation : 2 * sqrt(x + 0.375);
        }
        if (mix_cancelled(cancel)) {
            return false;
        }
    }
    return true;
}

/* ---- Single rows ------------------------------------------------------------------------------------------ */

/* Taken apart where x is large: no digits are lost (stirling.h). */
static long double log_poisson(long double x, long double rate) {
    if (rate == 0) {
        return x == 0 ? 0 : -HUGE_VALL;
    }
    return x < 40 ? x * logl(rate) - rate - mix_portable_log_gamma_long(x + 1)
                  : -mix_stirling_deviance(x, rate) - mix_stirling_rest(x);
}

static size_t poisson_observed_size(const mix_shape *shape) {
    (void)shape;
    return 1;
}

static long double poisson_observed_log_density(const mixture_model *model, size_t component, const double *x,
                                                long double *scratch) {
    const double *rates = rates_of(model, component);
    long double sum = 0;
    (void)scratch;
    for (size_t j = 0; j < model->d; j++) {
        sum += isnan(x[j]) ? 0 : log_poisson((long double)x[j], (long double)rates[j]);
    }
    return sum;
}

static void poisson_conditional(const mixture_model *model, size_t component, const double *x, double *complete,
                                long double *scratch) {
    (void)scratch;
    for (size_t j = 0; j < model->d; j++) {
        complete[j] = isnan(x[j]) ? rates_of(model, component)[j] : x[j];
    }
}

/* ---- Sampling ---------------------------------------------------------------------------------------------- */

/* For a rate below 10: how many factors drawn from (0, 1) until their product is below exp(-rate). */
static double draw_small(mix_random *random, double rate) {
    double count = 0, least = exp(-rate);
    for (double product = 1 - mix_random_uniform(random); product > least; count++) {
        product *= 1 - mix_random_uniform(random);
    }
    return count;
}

/* For others: transformed rejection, algorithm PTRS of Hoermann, Insurance: Mathematics and Economics 12 (1993)
** 39. */
static double draw_large(mix_random *random, double rate) {
    double b = 0.931 + 2.53 * sqrt(rate), a = -0.059 + 0.02483 * b;
    double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4), v_r = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
        double u = mix_random_uniform(random) - 0.5, v = 1 - mix_random_uniform(random), u_s = 0.5 - fabs(u);
        double count = floor((2 * a / u_s + b) * u + rate + 0.43);
        if (u_s >= 0.07 && v <= v_r) {
            return count;
        }
        bool outside = !(count >= 0 && count < 0x1p1000) || (u_s < 0.013 && v > u_s);
        if (!outside && log(v * inverse_alpha / (a / (u_s * u_s) + b)) <= (double)log_poisson(count, rate)) {
            return count;
        }
    }
}

double mix_poisson_draw(mix_random *random, double rate) {
    return fmin(rate < 10 ? draw_small(random, rate) : draw_large(random, rate), 0x1p53);
}

static void poisson_sample_factors(const mixture_model *model, double *factors) {
    (void)model;
    (void)factors; /* none are needed */
}

static void poisson_sample(const mixture_model *model, size_t component, const double *factors, size_t trials,
                           mix_random *random, double *x) {
    (void)factors;
    (void)trials;
    for (size_t j = 0; j < model->d; j++) {
        x[j] = mix_poisson_draw(random, rates_of(model, component)[j]);
    }
}

/* ---- One column --------------------------------------------------------------------------------------------- */

/* More than x events before a time that a gamma variable takes for x + 1. */
static void poisson_tails(const mixture_model *model, size_t component, double x, long double tails[2]) {
    long double rate = (long double)rates_of(model, component)[0], gamma[2];
    if (x < 0 || rate == 0) {
        tails[MIX_LOWER] = x >= 0;
        tails[MIX_UPPER] = x < 0;
        return;
    }
    mix_incomplete_gamma(floorl((long double)x) + 1, rate, gamma);
    tails[MIX_LOWER] = gamma[MIX_UPPER];
    tails[MIX_UPPER] = gamma[MIX_LOWER];
}

static double poisson_mean(const mixture_model *model, size_t component, size_t column) {
    return rates_of(model, component)[column];
}

static double poisson_deviation(const mixture_model *model, size_t component, size_t column) {
    return sqrt(rates_of(model, component)[column]);
}

/* ---- The family -------------------------------------------------------------------------------------------- */

static const mix_exponential poisson_exponential = {.natural = poisson_natural,
                                                    .solve = poisson_solve,
                                                    .mean = poisson_expect,
                                                    .marginal = poisson_marginal,
                                                    .complete = poisson_complete};
static const mix_coordinates poisson_coordinates = {mix_exponential_log_size, mix_exponential_log_pack,
                                                    poisson_unpack, mix_exponential_log_information};
static const mix_observed poisson_observed = {poisson_observed_size, poisson_observed_log_density,
                                              poisson_conditional};
static const mix_conditional poisson_conditionals = {mix_family_pick, NULL};
static const mix_distribution poisson_distribution = {poisson_tails};
static const mix_column_moments poisson_moments = {poisson_mean, poisson_deviation};
static const mix_sampling poisson_sampling = {poisson_sample_factors, poisson_sample};

const mixture_family mixture_poisson = {
    MIX_EXPONENTIAL_MEMBERS,
    .name = "poisson",
    .fit = "pmm_fit",
    .select = "pmm_select",
    .array_count = sizeof poisson_arrays / sizeof *poisson_arrays,
    .arrays = poisson_arrays,
    .column = poisson_column,
    .parameter_count = poisson_parameter_count,
    .least_rows = poisson_least_rows,
    .stand_in = poisson_stand_in,
    .log_base = poisson_log_base,
    .constrain = poisson_constrain,
    .coincide = poisson_coincide,
    .features = poisson_features,
    .start_spread = 0.05, /* no column is shut out by a first partition */
    .exponential = &poisson_exponential,
    .missing = &mix_exponential_missing,
    .coordinates = &poisson_coordinates,
    .observed = &poisson_observed,
    .sampling = &poisson_sampling,
    .conditional = &poisson_conditionals,
    .distribution = &poisson_distribution,
    .moments = &poisson_moments,
    .distance = mix_family_distance,
};
