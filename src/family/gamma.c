/* gamma.c: the gamma family: columns of numbers x > 0, independent given the component, with shapes a_j > 0 and
** rates b_j > 0:
**
**     log density = sum_j ( a_j ln b_j - ln Gamma(a_j) + (a_j - 1) ln x_j - b_j x_j )
**
** so that T(x) = (x, ln x), eta = (-b, a - 1), A = ln Gamma(a) - a ln b. M-step: with the means m of x and l of
** ln x the shape is the root of ln a - psi(a) = ln m - l (base/special.h), and b = a / m.
**
** A component whose rows are all the same has no largest shape; its dispersion 1 / a, the variance relative to
** the square of the mean, is held at a step of the column, at min_variance of that of all rows or at
** MIX_LAW_THINNEST.
**
** Published: estimates by R's MASS::fitdistr are in tests/family/test_univariate.c. */
#include <math.h>

#include "incomplete.h"
#include "kernel.h"
#include "portable.h"
#include "special.h"
#include "univariate.h"

enum { GAMMA_SHAPE, GAMMA_RATE };

static const mix_array gamma_arrays[] = {
    [GAMMA_SHAPE] = {"shapes", "shape", MIX_VECTOR}, [GAMMA_RATE] = {"rates", "rate", MIX_VECTOR}};

static bool is_positive_number(double x) {
    return x >= 1e-150 && x <= 1e150;
}

static void gamma_expand(const mix_law *law, size_t count, const double *x, double *t, size_t stride) {
    double *logarithm = t + stride;
    (void)law;
    for (size_t r = 0; r < count; r++) {
        t[r] = logarithm[r] = x[r];
    }
    mix_kernel_current()->log(count, logarithm);
}

static double gamma_natural(const mix_law *law, double *eta) {
    eta[0] = -law->p[GAMMA_RATE];
    eta[1] = law->p[GAMMA_SHAPE] - 1;
    return mix_portable_log_gamma(law->p[GAMMA_SHAPE]) - law->p[GAMMA_SHAPE] * log(law->p[GAMMA_RATE]);
}

/* ln m - l, where rounding does not make it negative. */
static double log_gap(const double *mean) {
    return (double)fmaxl(logl((long double)mean[0]) - (long double)mean[1], 1e-30L);
}

static void gamma_solve(mix_law *law, const double *mean, const double *overall) {
    (void)overall;
    law->p[GAMMA_SHAPE] = (double)mix_special_log_less_digamma_inverse((long double)log_gap(mean));
    law->p[GAMMA_RATE] = law->p[GAMMA_SHAPE] / mean[0];
}

static double gamma_mean(const mix_law *law) {
    return law->p[GAMMA_SHAPE] / law->p[GAMMA_RATE];
}

static double gamma_spread(const mix_law *law) {
    return sqrt(law->p[GAMMA_SHAPE]) / law->p[GAMMA_RATE];
}

static double gamma_dispersion(const mix_law *law) {
    return 1 / law->p[GAMMA_SHAPE];
}

/* ln a - psi(a) is 1 / (2 a) and a little. */
static double gamma_overall(const double *mean) {
    return 2 * log_gap(mean);
}

static void gamma_widen(mix_law *law, double dispersion) {
    double mean = gamma_mean(law);
    law->p[GAMMA_SHAPE] = 1 / dispersion;
    law->p[GAMMA_RATE] = law->p[GAMMA_SHAPE] / mean;
}

static long double gamma_log_density(const mix_law *law, long double x) {
    long double shape = (long double)law->p[GAMMA_SHAPE], rate = (long double)law->p[GAMMA_RATE];
    return shape * logl(rate) - mix_portable_log_gamma_long(shape) + (shape - 1) * logl(x) - rate * x;
}

static void gamma_tails(const mix_law *law, long double x, long double tails[2]) {
    mix_incomplete_gamma((long double)law->p[GAMMA_SHAPE], (long double)law->p[GAMMA_RATE] * x, tails);
}

static double gamma_draw(const mix_law *law, mix_random *random) {
    return fmin(fmax(mix_random_gamma(random, law->p[GAMMA_SHAPE]) / law->p[GAMMA_RATE], 1e-150), 1e150);
}

/* ln mean and ln shape: their information has no common part. */
static void gamma_pack(const mix_law *law, double *theta) {
    theta[0] = log(law->p[GAMMA_SHAPE]) - log(law->p[GAMMA_RATE]);
    theta[1] = log(law->p[GAMMA_SHAPE]);
}

static void gamma_unpack(mix_law *law, const double *theta) {
    law->p[GAMMA_SHAPE] = exp(theta[1]);
    law->p[GAMMA_RATE] = exp(theta[1] - theta[0]);
}

static void gamma_information(const mix_law *law, double rows, double *information) {
    long double shape = (long double)law->p[GAMMA_SHAPE];
    information[0] = rows * law->p[GAMMA_SHAPE];
    information[1] = rows * (double)(shape * (shape * mix_special_trigamma(shape) - 1));
}

/* The cube root, which makes gamma laws nearly normal (Wilson & Hilferty, PNAS 17 (1931) 684). */
static bool gamma_points(const mixture_data *data, mix_features variant, const mix_cancel *cancel, double *points,
                         double *scratch) {
    (void)scratch;
    return mix_univariate_points(data, cbrt, variant, cancel, points);
}

static void gamma_expect(const mix_law *law, double *t) {
    t[0] = gamma_mean(law);
    t[1] = (double)(mix_special_digamma((long double)law->p[GAMMA_SHAPE]) - logl((long double)law->p[GAMMA_RATE]));
}

static const mix_univariate gamma_law = {
    .column = {.accepts = is_positive_number, .expected = "a number > 0, from 1e-150 to 1e150", .stepped = true},
    .parameters = 2,
    .features = 2,
    .stand_in = {1, 1},
    .low = {1e-10, 1e-170},
    .high = {1e10, 1e170},
    .expand = gamma_expand,
    .natural = gamma_natural,
    .expect = gamma_expect,
    .solve = gamma_solve,
    .thinnest = MIX_LAW_THINNEST,
    .dispersion = gamma_dispersion,
    .overall = gamma_overall,
    .unit = gamma_mean,
    .widen = gamma_widen,
    .log_density = gamma_log_density,
    .tails = gamma_tails,
    .mean = gamma_mean,
    .place = gamma_mean,
    .spread = gamma_spread,
    .draw = gamma_draw,
    .pack = gamma_pack,
    .unpack = gamma_unpack,
    .information = gamma_information,
};

const mixture_family mixture_gamma = {
    MIX_UNIVARIATE_EXPONENTIAL,
    MIX_UNIVARIATE_MEMBERS,
    .name = "gamma",
    .array_count = sizeof gamma_arrays / sizeof *gamma_arrays,
    .arrays = gamma_arrays,
    .features = gamma_points,
    .constrain = mix_univariate_constrain,
    .exponential = &mix_univariate_exponential,
    .kept = &mix_univariate_kept,
    .univariate = &gamma_law,
};
