/* von_mises.c: the von Mises family: columns of angles, independent given the component, each with a direction
** m_j and a concentration k_j >= 0. A full turn is the column's period p_j: 2 pi, or 24 for hours; with u = 2 pi
** / p
**
**     log density = sum_j ( k_j cos(u (x_j - m_j)) - ln(p_j I0(k_j)) )
**
** so that T(x) = (cos u x, sin u x), eta = k (cos u m, sin u m), A = ln(p I0(k)). M-step: with R the length of
** the mean of T, m is its direction and k the root of I1(k) / I0(k) = R (base/special.h). The density is one of a
** turn: x and x + p are the same place.
**
** A component whose angles are all the same has no largest concentration; its dispersion 1 / k, the variance of
** an angle in radians where it is small, is held at a step of the column, at min_variance of that of all rows or
** at MIX_LAW_THINNEST.
**
** Source: K. V. Mardia & P. E. Jupp, Directional Statistics (2000), section 5.3. Drawn by D. J. Best & N. I.
** Fisher's rejection from a wrapped Cauchy law, Applied Statistics 28 (1979) 152. */
#include <math.h>

#include "incomplete.h"
#include "special.h"
#include "univariate.h"

enum { DIRECTION, CONCENTRATION };

static const double whole_turn = 6.283185307179586476925286766559;

static const mix_array von_mises_arrays[] = {[DIRECTION] = {"means", "mean", MIX_VECTOR},
                                             [CONCENTRATION] = {"concentrations", "concentration", MIX_VECTOR}};

/* Angles beyond have no digits left for their place in the turn. */
static bool is_angle(double x) {
    return fabs(x) <= 1e9;
}

static void von_mises_expand(const mix_law *law, size_t count, const double *x, double *t, size_t stride) {
    for (size_t r = 0; r < count; r++) {
        double angle = x[r] * (whole_turn / law->period);
        t[r] = cos(angle);
        t[stride + r] = sin(angle);
    }
}

static double von_mises_natural(const mix_law *law, double *eta) {
    double angle = law->p[DIRECTION] * (whole_turn / law->period);
    eta[0] = law->p[CONCENTRATION] * cos(angle);
    eta[1] = law->p[CONCENTRATION] * sin(angle);
    return (double)(mix_special_log_bessel((long double)law->p[CONCENTRATION]) +
                    (long double)law->p[CONCENTRATION] + logl((long double)law->period));
}

static long double length_of(const double *mean) {
    return fminl(hypotl((long double)mean[0], (long double)mean[1]), 1 - 1e-17L);
}

/* Its direction is from 0 to a period. */
static void von_mises_solve(mix_law *law, const double *mean, const double *overall) {
    double angle = atan2(mean[1], mean[0]);
    (void)overall;
    law->p[DIRECTION] = (angle < 0 ? angle + whole_turn : angle) * (law->period / whole_turn);
    law->p[CONCENTRATION] = (double)mix_special_bessel_ratio_inverse(length_of(mean));
}

static double von_mises_mean(const mix_law *law) {
    return law->p[DIRECTION];
}

static double von_mises_unit(const mix_law *law) {
    return law->period / whole_turn;
}

static double von_mises_dispersion(const mix_law *law) {
    return 1 / law->p[CONCENTRATION];
}

/* 1 - R is about half of 1 / k. */
static double von_mises_overall(const double *mean) {
    return 2 * (double)(1 - length_of(mean));
}

static void von_mises_widen(mix_law *law, double dispersion) {
    law->p[CONCENTRATION] = 1 / dispersion;
}

/* That of the uniform law is some half of a turn. */
static double von_mises_spread(const mix_law *law) {
    return von_mises_unit(law) / sqrt(law->p[CONCENTRATION] + 0.1);
}

/* With the half angle, so that no digits are lost near the direction. */
static long double von_mises_log_density(const mix_law *law, long double x) {
    long double concentration = (long double)law->p[CONCENTRATION], period = (long double)law->period;
    long double half = sinl(acosl(-1) * (remainderl(x - (long double)law->p[DIRECTION], period) / period));
    return -2 * concentration * half * half - mix_special_log_bessel(concentration) - logl(period);
}

/* How much of the law is from a to b, in radians from the direction, -2 pi <= a <= b <= 2 pi: half turn by half
** turn, each seen from where the density is highest. */
static long double von_mises_share(const mix_law *law, long double a, long double b) {
    long double concentration = (long double)law->p[CONCENTRATION], half = acosl(-1), sum = 0;
    for (int i = -2; i < 2; i++) {
        long double low = fminl(fmaxl(a - (long double)i * half, 0), half);
        long double high = fminl(fmaxl(b - (long double)i * half, 0), half);
        bool falls = i % 2 == 0;
        sum += mix_incomplete_von_mises(concentration, falls ? low : half - high, falls ? high : half - low);
    }
    return sum * expl(-mix_special_log_bessel(concentration)) / (2 * half);
}

/* The turn begins at 0. */
static void von_mises_tails(const mix_law *law, long double x, long double tails[2]) {
    long double period = (long double)law->period, unit = 2 * acosl(-1) / period;
    long double direction = (long double)law->p[DIRECTION];
    direction -= period * floorl(direction / period);
    x = fminl(fmaxl(x, 0), period);
    tails[MIX_LOWER] = von_mises_share(law, -unit * direction, unit * (x - direction));
    tails[MIX_UPPER] = von_mises_share(law, unit * (x - direction), unit * (period - direction));
}

/* The circular standard deviation, of which the mean length is exp(-s^2 / 2). */
static double von_mises_deviation(const mix_law *law) {
    long double ratio = mix_special_bessel_ratio((long double)law->p[CONCENTRATION]);
    return ratio > 0 ? von_mises_unit(law) * (double)sqrtl(-2 * logl(ratio)) : (double)INFINITY;
}

static double von_mises_draw(const mix_law *law, mix_random *random) {
    double k = law->p[CONCENTRATION], turn = mix_random_uniform(random) - 0.5; /* enough where k is next to 0 */
    double tau = 1 + sqrt(1 + 4 * k * k), rho = (tau - sqrt(2 * tau)) / (2 * k), r = (1 + rho * rho) / (2 * rho);
    for (bool done = k < 1e-6; !done;) {
        double z = cos(whole_turn / 2 * mix_random_uniform(random)), f = (1 + r * z) / (r + z), c = k * (r - f);
        double u = 1 - mix_random_uniform(random), side = mix_random_uniform(random) < 0.5 ? -1 : 1;
        done = u < c * (2 - c) || log(c / u) + 1 - c >= 0;
        turn = side * acos(fmin(fmax(f, -1), 1)) / whole_turn;
    }
    double place = law->p[DIRECTION] / law->period + turn;
    return (place - floor(place)) * law->period;
}

static void von_mises_pack(const mix_law *law, double *theta) {
    theta[0] = law->p[DIRECTION];
    theta[1] = log(fmax(law->p[CONCENTRATION], 1e-300));
}

/* A mean as far away as an extrapolation may lead is taken back into the turn. */
static void von_mises_unpack(mix_law *law, const double *theta) {
    law->p[DIRECTION] = fabs(theta[0]) <= 1e9 ? theta[0] : 0;
    law->p[CONCENTRATION] = theta[1] > -690 ? exp(fmin(theta[1], 690)) : 0;
}

static void von_mises_information(const mix_law *law, double rows, double *information) {
    double k = law->p[CONCENTRATION], ratio = (double)mix_special_bessel_ratio((long double)k);
    double slope = k > 0 ? (1 - ratio) * (1 + ratio) - ratio / k : 0.5, unit = von_mises_unit(law);
    information[0] = rows * k * ratio / unit / unit;
    information[1] = rows * k * k * fmax(slope, 0);
}

/* ---- Clustering space -------------------------------------------------------------------------------------- */

enum { SECTORS = 36 };

/* Where the turn is cut open for clustering, as a share of it: at the end of the emptiest of its sectors. */
static double find_cut(const mixture_data *data, size_t j, double period) {
    double weight[SECTORS] = {0};
    size_t emptiest = 0;
    for (size_t row = 0; row < data->rows; row++) {
        double place = mix_data_value(data, row, j) / period;
        size_t sector = (size_t)((place - floor(place)) * SECTORS);
        weight[sector < SECTORS ? sector : SECTORS - 1] += mix_data_weight(data, row);
    }
    for (size_t s = 1; s < SECTORS; s++) {
        emptiest = weight[s] < weight[emptiest] ? s : emptiest;
    }
    return (double)(emptiest + 1) / SECTORS;
}

/* Angles from the cut on, in shares of a turn. */
static bool von_mises_points(const mixture_data *data, mix_features variant, const mix_cancel *cancel,
                             double *points, double *scratch) {
    const mix_shape shape = {.d = data->d, .parts = data->parts};
    (void)variant;
    (void)scratch;
    for (size_t j = 0; j < data->d; j++) {
        double period = mix_family_period(&shape, j), cut = find_cut(data, j, period);
        for (size_t row = 0; row < data->rows; row++) {
            double place = mix_data_value(data, row, j) / period - cut;
            points[row * data->d + j] = place - floor(place);
        }
        mix_univariate_scale(data, j, points);
        if (mix_cancelled(cancel)) {
            return false;
        }
    }
    return true;
}

/* ---- The family -------------------------------------------------------------------------------------------- */

static void von_mises_expect(const mix_law *law, double *t) {
    double length = (double)mix_special_bessel_ratio((long double)law->p[CONCENTRATION]);
    double angle = law->p[DIRECTION] * (whole_turn / law->period);
    t[0] = length * cos(angle);
    t[1] = length * sin(angle);
}

static const mix_univariate von_mises_law = {
    .column = {.accepts = is_angle, .expected = "an angle, a number from -1e9 to 1e9", .stepped = true},
    .angles = true,
    .parameters = 2,
    .features = 2,
    .stand_in = {0, 1},
    .low = {-1e9, 0},
    .high = {1e9, 1e10},
    .expand = von_mises_expand,
    .natural = von_mises_natural,
    .expect = von_mises_expect,
    .solve = von_mises_solve,
    .thinnest = MIX_LAW_THINNEST,
    .dispersion = von_mises_dispersion,
    .overall = von_mises_overall,
    .unit = von_mises_unit,
    .widen = von_mises_widen,
    .log_density = von_mises_log_density,
    .tails = von_mises_tails,
    .mean = von_mises_mean,
    .place = von_mises_mean,
    .spread = von_mises_spread,
    .deviation = von_mises_deviation,
    .draw = von_mises_draw,
    .pack = von_mises_pack,
    .unpack = von_mises_unpack,
    .information = von_mises_information,
};

const mixture_family mixture_von_mises = {
    MIX_UNIVARIATE_EXPONENTIAL,
    MIX_UNIVARIATE_MEMBERS,
    .name = "von_mises",
    .array_count = sizeof von_mises_arrays / sizeof *von_mises_arrays,
    .arrays = von_mises_arrays,
    .features = von_mises_points,
    .constrain = mix_univariate_constrain,
    .exponential = &mix_univariate_exponential,
    .kept = &mix_univariate_kept,
    .univariate = &von_mises_law,
};
