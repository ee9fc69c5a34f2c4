/* exponential_column.c: the exponential family: columns of numbers x >= 0, independent given the component, with
** rates b_j > 0 (exponential.h is the engine of the exponential families, of which this is one):
**
**     log density = sum_j ( ln b_j - b_j x_j )
**
** so that T(x) = x, eta_j = -b_j, A = - sum ln b_j. The M-step is 1 / b_j = sum r x_j / sum r. Where all of that
** are zeros the likelihood has no bound: a mean is held at a step of the column, or at the root of min_variance
** of the mean of all rows.
**
** Published: intervals in seconds between pulses along a nerve fibre and the like have this law; the maximum
** likelihood estimate by R's MASS::fitdistr is in tests/family/test_univariate.c. */
#include <math.h>

#include "incomplete.h"
#include "univariate.h"

enum { EXPONENTIAL_RATE };

static const mix_array exponential_arrays[] = {[EXPONENTIAL_RATE] = {"rates", "rate", MIX_VECTOR}};

static bool is_not_negative(double x) {
    return x >= 0 && x <= 1e150;
}

static double exponential_natural(const mix_law *law, double *eta) {
    eta[0] = -law->p[EXPONENTIAL_RATE];
    return -log(law->p[EXPONENTIAL_RATE]);
}

static void exponential_solve(mix_law *law, const double *mean, const double *overall) {
    law->p[EXPONENTIAL_RATE] = overall[0] > 0 ? 1 / mean[0] : 1; /* a column of zeros takes no part */
}

static double exponential_mean(const mix_law *law) {
    return 1 / law->p[EXPONENTIAL_RATE];
}

/* Its metric is that of the column. */
static double exponential_dispersion(const mix_law *law) {
    return 1 / law->p[EXPONENTIAL_RATE] / law->p[EXPONENTIAL_RATE];
}

static double exponential_overall(const double *mean) {
    return mean[0] * mean[0];
}

static double exponential_unit(const mix_law *law) {
    (void)law;
    return 1;
}

static void exponential_widen(mix_law *law, double dispersion) {
    law->p[EXPONENTIAL_RATE] = 1 / sqrt(dispersion);
}

static long double exponential_log_density(const mix_law *law, long double x) {
    long double rate = (long double)law->p[EXPONENTIAL_RATE];
    return logl(rate) - rate * x;
}

static void exponential_tails(const mix_law *law, long double x, long double tails[2]) {
    long double y = (long double)law->p[EXPONENTIAL_RATE] * fmaxl(x, 0);
    tails[MIX_LOWER] = -expm1l(-y);
    tails[MIX_UPPER] = expl(-y);
}

static double exponential_draw(const mix_law *law, mix_random *random) {
    return -log(1 - mix_random_uniform(random)) / law->p[EXPONENTIAL_RATE];
}

static void exponential_pack(const mix_law *law, double *theta) {
    theta[0] = log(law->p[EXPONENTIAL_RATE]);
}

static void exponential_unpack(mix_law *law, const double *theta) {
    law->p[EXPONENTIAL_RATE] = exp(theta[0]);
}

static void exponential_information(const mix_law *law, double rows, double *information) {
    (void)law;
    information[0] = rows;
}

/* The cube root, which makes gamma laws nearly normal (Wilson & Hilferty, PNAS 17 (1931) 684). */
static bool exponential_points(const mixture_data *data, mix_features variant, const mix_cancel *cancel,
                               double *points, double *scratch) {
    (void)scratch;
    return mix_univariate_points(data, cbrt, variant, cancel, points);
}

static void exponential_expect(const mix_law *law, double *t) {
    t[0] = 1 / law->p[EXPONENTIAL_RATE];
}

static const mix_univariate exponential_law = {
    .column = {.accepts = is_not_negative, .expected = "a number from 0 to 1e150", .stepped = true},
    .parameters = 1,
    .features = 1,
    .stand_in = {1},
    .low = {1e-160},
    .high = {1e160},
    .natural = exponential_natural,
    .expect = exponential_expect,
    .solve = exponential_solve,
    .dispersion = exponential_dispersion,
    .overall = exponential_overall,
    .unit = exponential_unit,
    .widen = exponential_widen,
    .log_density = exponential_log_density,
    .tails = exponential_tails,
    .mean = exponential_mean,
    .place = exponential_mean,
    .spread = exponential_mean,
    .draw = exponential_draw,
    .pack = exponential_pack,
    .unpack = exponential_unpack,
    .information = exponential_information,
};
static const mix_exponential exponential_engine = {
    .natural = mix_univariate_natural, .solve = mix_univariate_solve, .mean = mix_univariate_expect};

const mixture_family mixture_exponential = {
    MIX_UNIVARIATE_EXPONENTIAL,
    MIX_UNIVARIATE_MEMBERS,
    .name = "exponential",
    .array_count = sizeof exponential_arrays / sizeof *exponential_arrays,
    .arrays = exponential_arrays,
    .features = exponential_points,
    .constrain = mix_univariate_constrain,
    .exponential = &exponential_engine,
    .univariate = &exponential_law,
};
