/* beta.c: the beta family: columns of shares 0 < x < 1, independent given the component, with shapes a_j, b_j >
** 0:
**
**     log density = sum_j ( (a_j - 1) ln x_j + (b_j - 1) ln(1 - x_j) - ln B(a_j, b_j) )
**
** so that T(x) = (ln x, ln(1 - x)), eta = (a - 1, b - 1), A = ln B(a, b). M-step: the root of psi(a) - psi(a + b)
** = mean ln x, psi(b) - psi(a + b) = mean ln(1 - x) by Newton's steps in two dimensions (T. Minka, Estimating a
** Dirichlet distribution, 2000), from the start of N. L. Johnson & S. Kotz, Continuous Univariate Distributions 2
** (1970), section 24.4.
**
** A component whose rows are all the same has no largest shapes; its dispersion 1 / (1 + a + b), the variance
** relative to m (1 - m) with the mean m, is held at a step of the column, at min_variance of that of all rows or
** at MIX_LAW_THINNEST.
**
** Published: estimates by R's MASS::fitdistr are in tests/family/test_univariate.c. */
#include <math.h>

#include "incomplete.h"
#include "kernel.h"
#include "special.h"
#include "univariate.h"

enum { ALPHA, BETA };

static const mix_array beta_arrays[] = {
    [ALPHA] = {"alphas", "alpha", MIX_VECTOR}, [BETA] = {"betas", "beta", MIX_VECTOR}};

static bool is_share(double x) {
    return x >= 1e-300 && x < 1;
}

static void beta_expand(const mix_law *law, size_t count, const double *x, double *t, size_t stride) {
    double *rest = t + stride;
    (void)law;
    for (size_t r = 0; r < count; r++) {
        t[r] = x[r];
        rest[r] = log1p(-x[r]);
    }
    mix_kernel_current()->log(count, t);
}

static double beta_natural(const mix_law *law, double *eta) {
    eta[0] = law->p[ALPHA] - 1;
    eta[1] = law->p[BETA] - 1;
    return (double)mix_special_log_beta((long double)law->p[ALPHA], (long double)law->p[BETA]);
}

/* 1 - exp(mean ln x) - exp(mean ln(1 - x)), about half of the dispersion; > 0 but for rounding. */
static long double share_gap(const double *mean) {
    return fmaxl(-expm1l((long double)mean[0]) - expl((long double)mean[1]), 1e-30L);
}

/* Of one row with these means, less what depends on no parameter. */
static long double beta_likelihood(const long double *mean, const long double *p) {
    return p[ALPHA] * mean[0] + p[BETA] * mean[1] - mix_special_log_beta(p[ALPHA], p[BETA]);
}

/* Newton's step from p; the likelihood is concave. */
static void find_beta_step(const long double *mean, const long double *p, long double *step) {
    long double a = p[ALPHA], b = p[BETA];
    /* psi(a) - psi(a + b) = ln(a / (a + b)) - what the two lack of logarithms: so no digits are lost where a and b
    ** are large. */
    long double common = mix_special_log_less_digamma(a + b), shared = mix_special_trigamma(a + b);
    long double first = mean[0] + log1pl(b / a) + mix_special_log_less_digamma(a) - common;
    long double second = mean[1] + log1pl(a / b) + mix_special_log_less_digamma(b) - common;
    long double own = mix_special_trigamma(a), other = mix_special_trigamma(b);
    long double det = own * other - shared * (own + other); /* > 0 */
    step[ALPHA] = (first * (other - shared) + second * shared) / det;
    step[BETA] = (second * (own - shared) + first * shared) / det;
}

/* Shapes beyond are held at a floor in any case. */
#define MOST_SHAPE 1e12L

static void beta_solve(mix_law *law, const double *means, const double *overall) {
    const long double mean[] = {(long double)means[0], (long double)means[1]}, gap = share_gap(means);
    long double p[] = {0.5L + expl(mean[0]) / (2 * gap), 0.5L + expl(mean[1]) / (2 * gap)}, step[2], next[2];
    long double now = beta_likelihood(mean, p);
    (void)overall;
    for (int i = 0; i < 100 && p[ALPHA] + p[BETA] < MOST_SHAPE; i++) {
        find_beta_step(mean, p, step);
        long double size = fabsl(step[ALPHA] / p[ALPHA]) + fabsl(step[BETA] / p[BETA]), reach = 1, then;
        do { /* shorter, while it leads down or out; at the top rounding decides, and any step is as good */
            next[ALPHA] = p[ALPHA] + reach * step[ALPHA];
            next[BETA] = p[BETA] + reach * step[BETA];
            then = next[ALPHA] > 0 && next[BETA] > 0 ? beta_likelihood(mean, next) : (long double)-INFINITY;
            reach /= 2;
        } while (then < now && reach * size > 1e-9L);
        p[ALPHA] = next[ALPHA] > 0 ? next[ALPHA] : p[ALPHA];
        p[BETA] = next[BETA] > 0 ? next[BETA] : p[BETA];
        now = then;
        if (!(size > 1e-14L)) { /* Newton's next step would be below 1e-27 */
            break;
        }
    }
    law->p[ALPHA] = (double)p[ALPHA];
    law->p[BETA] = (double)p[BETA];
}

static double beta_mean(const mix_law *law) {
    return law->p[ALPHA] / (law->p[ALPHA] + law->p[BETA]);
}

static double beta_dispersion(const mix_law *law) {
    return 1 / (1 + law->p[ALPHA] + law->p[BETA]);
}

static double beta_overall(const double *mean) {
    return 2 * (double)share_gap(mean);
}

/* Root of m (1 - m). */
static double beta_unit(const mix_law *law) {
    return sqrt(law->p[ALPHA] * law->p[BETA]) / (law->p[ALPHA] + law->p[BETA]);
}

static double beta_spread(const mix_law *law) {
    return beta_unit(law) * sqrt(beta_dispersion(law));
}

static void beta_widen(mix_law *law, double dispersion) {
    double factor = fmax(1 / dispersion - 1, 1e-10) / (law->p[ALPHA] + law->p[BETA]);
    law->p[ALPHA] *= factor;
    law->p[BETA] *= factor;
}

static long double beta_log_density(const mix_law *law, long double x) {
    long double a = (long double)law->p[ALPHA], b = (long double)law->p[BETA];
    return (a - 1) * logl(x) + (b - 1) * log1pl(-x) - mix_special_log_beta(a, b);
}

static void beta_tails(const mix_law *law, long double x, long double tails[2]) {
    x = fminl(fmaxl(x, 0), 1);
    mix_incomplete_beta((long double)law->p[ALPHA], (long double)law->p[BETA], x, 1 - x, tails);
}

static double beta_draw(const mix_law *law, mix_random *random) {
    double first = mix_random_gamma(random, law->p[ALPHA]), second = mix_random_gamma(random, law->p[BETA]);
    double share = first / (first + second);
    return isnan(share) ? 0.5 : fmin(fmax(share, 1e-300), 1 - 0x1p-53);
}

static void beta_pack(const mix_law *law, double *theta) {
    theta[0] = log(law->p[ALPHA]);
    theta[1] = log(law->p[BETA]);
}

static void beta_unpack(mix_law *law, const double *theta) {
    law->p[ALPHA] = exp(theta[0]);
    law->p[BETA] = exp(theta[1]);
}

static void beta_information(const mix_law *law, double rows, double *information) {
    long double shared = mix_special_trigamma((long double)law->p[ALPHA] + (long double)law->p[BETA]);
    for (size_t i = 0; i < 2; i++) {
        long double p = (long double)law->p[i];
        information[i] = rows * (double)(p * p * (mix_special_trigamma(p) - shared));
    }
}

/* The angle whose sine's square is x, where shares of a few cases have about the same variance everywhere. */
static double share_angle(double x) {
    return asin(sqrt(x));
}

static bool beta_points(const mixture_data *data, mix_features variant, const mix_cancel *cancel, double *points,
                        double *scratch) {
    (void)scratch;
    return mix_univariate_points(data, share_angle, variant, cancel, points);
}

static void beta_expect(const mix_law *law, double *t) {
    long double a = (long double)law->p[ALPHA], b = (long double)law->p[BETA];
    long double common = mix_special_log_less_digamma(a + b); /* as in find_beta_step() */
    t[0] = (double)(common - mix_special_log_less_digamma(a) - log1pl(b / a));
    t[1] = (double)(common - mix_special_log_less_digamma(b) - log1pl(a / b));
}

static const mix_univariate beta_law = {
    .column = {.accepts = is_share, .expected = "a number > 0 and < 1", .stepped = true},
    .parameters = 2,
    .features = 2,
    .stand_in = {1, 1},
    .low = {1e-10, 1e-10},
    .high = {1e10, 1e10},
    .expand = beta_expand,
    .natural = beta_natural,
    .expect = beta_expect,
    .solve = beta_solve,
    .thinnest = MIX_LAW_THINNEST,
    .dispersion = beta_dispersion,
    .overall = beta_overall,
    .unit = beta_unit,
    .widen = beta_widen,
    .log_density = beta_log_density,
    .tails = beta_tails,
    .mean = beta_mean,
    .place = beta_mean,
    .spread = beta_spread,
    .draw = beta_draw,
    .pack = beta_pack,
    .unpack = beta_unpack,
    .information = beta_information,
};

const mixture_family mixture_beta = {
    MIX_UNIVARIATE_EXPONENTIAL,
    MIX_UNIVARIATE_MEMBERS,
    .name = "beta",
    .array_count = sizeof beta_arrays / sizeof *beta_arrays,
    .arrays = beta_arrays,
    .features = beta_points,
    .constrain = mix_univariate_constrain,
    .exponential = &mix_univariate_exponential,
    .kept = &mix_univariate_kept,
    .univariate = &beta_law,
};
