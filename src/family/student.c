/* student.c: the Student family: t distributions of d columns with location m, scale matrix S and n degrees of
** freedom, which outliers hardly move; with q = (x - m)' S^-1 (x - m)
**
**     log density = ln Gamma((n + d) / 2) - ln Gamma(n / 2) - d/2 ln(n pi) - 1/2 ln det S
**                   - (n + d)/2 ln(1 + q / n)
**
** A Gaussian law whose covariance is S / w, w being a gamma variable of shape and rate n / 2. The expect step
** puts the expectations of w and ln w given the row in its place (K. L. Lange, R. J. A. Little & J. M. G. Taylor,
** JASA 84 (1989) 881):
**
**     u = (n + d) / (n + q),    E ln w = psi((n + d) / 2) - ln((n + q) / 2)
**                                      = ln u + psi((n + d) / 2) - ln((n + d) / 2)
**
** and the M-step is the Gaussian family's with r u in place of r, floors and all. Dividing scatters by the sums
** of r u instead of r is the step of the expanded model in which w has a scale of its own (J. T. Kent, D. E.
** Tyler & Y. Vardi, Communications in Statistics B 23 (1994) 441; C. Liu, D. B. Rubin & Y. N. Wu, Biometrika 85
** (1998) 755): with W and L the means of u and E ln w, n / 2 is then the shape of a gamma law, ln(n/2) - psi(n/2)
** = ln W - L. A scale matrix of all components takes no part in that: it is divided by the sums of r, and the
** right side is W - 1 - L.
**
** Degrees of freedom end at 0.1 and at 1e4, a Gaussian law for all purposes.
**
** Statistics of a component: sums of r, r u, r u (x - m), the scatter with weights r u (packed lower, or its
** diagonal), sum of r ln u. Derived is what the Gaussian family derives.
**
** Published: MASS::chem, by R's fitdistr in tests/family/test_student.c. */
#include <math.h>
#include <string.h>

#include "covariance.h"
#include "error.h"
#include "gaussian.h"
#include "incomplete.h"
#include "kernel.h"
#include "portable.h"
#include "special.h"
#include "student.h"

#define LEAST_DEGREES 0.1
#define MOST_DEGREES 1e4

static const mix_array student_arrays[] = {[MEANS] = {"means", "mean", MIX_VECTOR},
                                           [COVARIANCES] = {"scales", "scale", MIX_MATRIX},
                                           [DEGREES] = {"degrees", "degrees", MIX_SCALAR}};

static mix_shape gaussian_shape(const mix_shape *shape) {
    mix_shape own = *shape;
    own.family = &mixture_gaussian;
    return own;
}

static const mix_column *student_column(const mix_shape *shape, size_t j) {
    const mix_shape own = gaussian_shape(shape);
    return mixture_gaussian.column(&own, j);
}

/* ---- Structures: those of covariances that have a plain M-step --------------------------------------------- */

static const int student_order[] = {MIXTURE_SPHERICAL, MIXTURE_DIAG, MIXTURE_TIED, MIXTURE_FULL};

static const mix_structure *student_structure_at(int structure) {
    return mix_covariance_structures.at(structure);
}

static bool student_nested(int inner, int outer) {
    return mix_covariance_structures.nested(inner, outer);
}

/* Of one column only the volume can be shared. */
static int student_canonical(int structure, size_t d) {
    return d > 1 ? structure : structure == MIXTURE_TIED ? MIXTURE_TIED : MIXTURE_SPHERICAL;
}

static const char *student_short_code(int structure, size_t d) {
    return mix_covariance_structures.short_code(structure, d);
}

static const mix_structures_table student_structures = {
    .key = "scale",
    .keys = "scales",
    .expected = "full, tied, diag or spherical",
    .count = sizeof student_order / sizeof *student_order,
    .order = student_order,
    .at = student_structure_at,
    .nested = student_nested,
    .canonical = student_canonical,
    .short_code = student_short_code,
};

/* ---- Sizes ------------------------------------------------------------------------------------------------- */

static size_t gaussian_statistics(const mix_shape *shape) {
    const mix_shape own = gaussian_shape(shape);
    return mixture_gaussian.statistics_size(&own);
}

static size_t student_statistics_size(const mix_shape *shape) {
    return gaussian_statistics(shape) + 2;
}

/* What the scatter needs, then r u and u of a block. */
static size_t student_scratch_size(const mix_shape *shape) {
    return (2 * shape->d + 2) * MIX_BLOCK_ROWS;
}

/* The Gaussian family's statistics, then its own. */
static size_t student_solve_size(const mix_shape *shape) {
    const mix_shape own = gaussian_shape(shape);
    return shape->k * gaussian_statistics(shape) + mix_family_full_scratch(&own);
}

static size_t student_parameter_count(const mix_shape *shape) {
    const mix_shape own = gaussian_shape(shape);
    return mixture_gaussian.parameter_count(&own) + shape->k;
}

static size_t student_least_rows(const mix_shape *shape, size_t free) {
    const mix_shape own = gaussian_shape(shape);
    return mixture_gaussian.least_rows(&own, free);
}

static size_t student_least_rows_shared(const mix_shape *shape, size_t free) {
    const mix_shape own = gaussian_shape(shape);
    return mixture_gaussian.least_rows_shared(&own, free);
}

static double student_work(const mix_shape *shape) {
    const mix_shape own = gaussian_shape(shape);
    return 2 * mixture_gaussian.work(&own);
}

/* ---- Parameters -------------------------------------------------------------------------------------------- */

static mixture_status student_prepare(mixture_model *model, mixture_error *error) {
    for (size_t c = 0; c < model->k; c++) {
        double degrees = model->arrays[DEGREES][c];
        if (!(degrees >= LEAST_DEGREES && degrees <= MOST_DEGREES)) {
            return mix_error_invalid(error, "degrees[%zu] is %g; expected a number from %g to %g", c, degrees,
                                     LEAST_DEGREES, MOST_DEGREES);
        }
    }
    return mixture_gaussian.prepare(model, error);
}

static double hold_degrees(double degrees) {
    return fmin(fmax(degrees, LEAST_DEGREES), MOST_DEGREES);
}

/* Tails heavy enough for rows far from the middle not to be taken for it. */
static void student_stand_in(mixture_model *model) {
    mixture_gaussian.stand_in(model);
    for (size_t c = 0; c < model->k; c++) {
        model->arrays[DEGREES][c] = 8;
    }
}

static void student_move(mixture_model *model, const mix_frame *frame, bool back) {
    mixture_gaussian.move(model, frame, back);
}

static bool student_constrain(mixture_model *model, const mix_maximize *how, double *scratch) {
    mixture_model view = mix_student_as_gaussian(model);
    for (size_t c = 0; c < model->k; c++) {
        model->arrays[DEGREES][c] = hold_degrees(model->arrays[DEGREES][c]);
    }
    return mixture_gaussian.constrain(&view, how, scratch);
}

/* Tails as good as the same, where 1 / n is. */
static bool student_coincide(const mixture_model *model, size_t a, size_t b) {
    const double *degrees = model->arrays[DEGREES];
    return fabs(1 / degrees[a] - 1 / degrees[b]) <= 0.01 && mixture_gaussian.coincide(model, a, b);
}

static void student_variances(const mixture_model *model, const double *statistics, double *variance,
                              double *constant, double *scratch) {
    const mix_shape shape = mix_shape_of(model);
    size_t d = model->d, size = student_statistics_size(&shape);
    (void)scratch;
    for (size_t j = 0; j < d; j++) {
        double total = 0;
        variance[j] = constant[j] = 0;
        for (size_t c = 0; c < model->k; c++) {
            total += statistics[c * size];
            variance[j] += statistics[c * size] * mix_gaussian_covariance(model, c)[j * d + j];
        }
        variance[j] /= total;
    }
}

/* ---- Expect ------------------------------------------------------------------------------------------------ */

long double mix_student_log_peak(long double gaussian, long double degrees, size_t observed) {
    long double n = (long double)observed, half = degrees / 2;
    return gaussian + n / 2 * (logl(2) - logl(degrees)) + mix_portable_log_gamma_long(half + n / 2) -
           mix_portable_log_gamma_long(half);
}

/* -q / 2 of each row. */
static void find_distances(const mixture_model *model, const mix_rows *rows, size_t c, double *out,
                           double *scratch) {
    const double *derived = mix_gaussian_derived(model, c), *mean = mix_gaussian_mean(model, c);
    if (model->plain) {
        mix_kernel_current()->log_density_axis(rows, model->d, mean, derived + 1, 0, out);
    } else {
        mix_kernel_current()->log_density(rows, model->d, mean, derived + 1, 0, out, scratch);
    }
}

/* Where there are more degrees of freedom, 1 + q / n has too few digits of q / n for its logarithm. */
#define FEW_DEGREES 1e3

void mix_student_finish(double degrees, size_t observed, double peak, size_t count, double *out) {
    double power = (degrees + (double)observed) / 2;
    for (size_t r = 0; r < count; r++) {
        double share = -2 * out[r] / degrees;
        out[r] = degrees > FEW_DEGREES ? log1p(share) : 1 + share;
    }
    if (degrees <= FEW_DEGREES) {
        mix_kernel_current()->log(count, out);
    }
    for (size_t r = 0; r < count; r++) {
        out[r] = peak - power * out[r];
    }
}

static void student_log_density(const mixture_model *model, const mix_rows *rows, double *densities,
                                double *scratch) {
    for (size_t c = 0; c < model->k; c++, densities += rows->stride) {
        double degrees = model->arrays[DEGREES][c];
        double peak = (double)mix_student_log_peak((long double)mix_gaussian_derived(model, c)[0],
                                                   (long double)degrees, model->d);
        find_distances(model, rows, c, densities, scratch);
        mix_student_finish(degrees, model->d, peak, rows->padded, densities);
    }
}

static void student_accumulate(const mixture_model *model, const mix_rows *rows, const double *resp,
                               double *statistics, double *scratch) {
    const mix_shape shape = mix_shape_of(model);
    const mix_kernel *kernel = mix_kernel_current();
    size_t d = model->d, middle = gaussian_statistics(&shape);
    double *weight = scratch + 2 * d * MIX_BLOCK_ROWS, *u = weight + MIX_BLOCK_ROWS;
    for (size_t c = 0; c < model->k; c++, resp += rows->stride, statistics += middle + 2) {
        double degrees = model->arrays[DEGREES][c], sum = 0;
        find_distances(model, rows, c, u, scratch);
        for (size_t r = 0; r < rows->padded; r++) {
            u[r] = (degrees + (double)d) / (degrees - 2 * u[r]);
            weight[r] = resp[r] * u[r];
        }
        kernel->sums(rows, 0, resp, statistics);
        if (mix_covariance_axis(model->structure)) {
            kernel->scatter_axis(rows, d, mix_gaussian_mean(model, c), weight, statistics + 1);
        } else {
            kernel->scatter(rows, d, mix_gaussian_mean(model, c), weight, statistics + 1, scratch);
        }
        kernel->log(rows->padded, u);
        for (size_t r = 0; r < rows->count; r++) {
            sum += resp[r] * u[r];
        }
        statistics[1 + middle] += sum;
    }
}

/* ---- Maximize ---------------------------------------------------------------------------------------------- */

/* Of one column or more, W of a component: to be divided by the sum of r u, as the others', though it is for a
** sum of r: scatter about the mean to come, times their ratio. */
static void rescale_scatter(size_t d, double ratio, double *gaussian) {
    double n = gaussian[0], *sum = gaussian + 1, *scatter = sum + d;
    for (size_t i = 0; i < d && n >= MIX_EMPTY; i++) {
        for (size_t j = 0; j <= i; j++) {
            double *entry = &scatter[mix_linalg_at(i, j)], moved = sum[i] * (sum[j] / n);
            *entry = ratio * (*entry - moved) + moved;
        }
    }
}

/* The Gaussian family's statistics. */
static void take_gaussian(const mixture_model *model, const double *statistics, double *gaussian) {
    const mix_shape shape = mix_shape_of(model);
    size_t size = gaussian_statistics(&shape);
    double weights = 0, rows = 0;
    for (size_t c = 0; c < model->k; c++) {
        const double *own = statistics + c * (size + 2);
        memcpy(gaussian + c * size, own + 1, size * sizeof *gaussian);
        rows += own[0];
        weights += own[1];
    }
    for (size_t c = 0; c < model->k && model->structure == MIXTURE_TIED; c++) {
        rescale_scatter(model->d, weights / rows, gaussian + c * size);
    }
}

static double find_degrees(const mixture_model *model, const double *own, size_t middle, double degrees) {
    long double n = (long double)own[0], weight = (long double)own[1] / n;
    long double past = mix_special_log_less_digamma(((long double)degrees + (long double)model->d) / 2);
    long double logarithm = (long double)own[1 + middle] / n - past;
    long double gap = (model->structure == MIXTURE_TIED ? weight - 1 : logl(weight)) - logarithm;
    return gap > 0 ? hold_degrees((double)(2 * mix_special_log_less_digamma_inverse(gap))) : MOST_DEGREES;
}

static void student_maximize(mixture_model *model, const double *statistics, const mix_maximize *how,
                             double *scratch) {
    const mix_shape shape = mix_shape_of(model);
    size_t middle = gaussian_statistics(&shape);
    mixture_model view = mix_student_as_gaussian(model);
    take_gaussian(model, statistics, scratch);
    mixture_gaussian.maximize(&view, scratch, how, scratch + model->k * middle);
    for (size_t c = 0; c < model->k; c++) {
        const double *own = statistics + c * (middle + 2);
        double *degrees = &model->arrays[DEGREES][c];
        *degrees = own[0] >= MIX_EMPTY ? find_degrees(model, own, middle, *degrees) : *degrees;
    }
}

/* E u = E w = 1 and E u (x - m)(x - m)' = S, as u is the expectation of w given the row; and E ln u is that of ln
** w less psi((n + d) / 2) - ln((n + d) / 2). */
static void student_represent(const mixture_model *model, size_t component, double rows, double *own) {
    const mix_shape shape = mix_shape_of(model);
    const mixture_model view = mix_student_as_gaussian(model);
    long double half = (long double)model->arrays[DEGREES][component] / 2;
    long double past = half + (long double)model->d / 2;
    own[0] = rows;
    mixture_gaussian.represent(&view, component, rows, own + 1);
    own[1 + gaussian_statistics(&shape)] =
        rows * (double)(mix_special_log_less_digamma(past) - mix_special_log_less_digamma(half));
}

/* ---- Coordinates: those of the Gaussian family, then ln n --------------------------------------------------- */

static size_t student_packed_size(const mix_shape *shape) {
    const mix_shape own = gaussian_shape(shape);
    return mixture_gaussian.coordinates->size(&own) + 1;
}

static void student_pack(const mixture_model *model, size_t component, double *theta, double *scratch) {
    const mix_shape shape = mix_shape_of(model);
    mixture_gaussian.coordinates->pack(model, component, theta, scratch);
    theta[student_packed_size(&shape) - 1] = log(model->arrays[DEGREES][component]);
}

static void student_unpack(mixture_model *model, size_t component, const double *theta, double *scratch) {
    const mix_shape shape = mix_shape_of(model);
    mixture_gaussian.coordinates->unpack(model, component, theta, scratch);
    model->arrays[DEGREES][component] = hold_degrees(exp(theta[student_packed_size(&shape) - 1]));
}

static void student_packed_information(const mix_shape *shape, const double *theta, const double *statistics,
                                       double *information) {
    const mix_shape own = gaussian_shape(shape);
    size_t last = student_packed_size(shape) - 1;
    long double half = (long double)hold_degrees(exp(theta[last])) / 2;
    mixture_gaussian.coordinates->information(&own, theta, statistics, information);
    information[last] =
        (statistics != NULL ? statistics[0] : 1) * (double)(half * (half * mix_special_trigamma(half) - 1));
}

/* ---- Single rows ------------------------------------------------------------------------------------------- */

/* The Gaussian family's, then a row. */
static size_t student_observed_size(const mix_shape *shape) {
    return mix_gaussian_observed.size(shape) + shape->d;
}

/* The marginal law of the columns observed has the same degrees of freedom. */
static long double student_observed_log_density(const mixture_model *model, size_t component, const double *x,
                                                long double *scratch) {
    const mix_shape shape = mix_shape_of(model);
    double *middle = (double *)(scratch + mix_gaussian_observed.size(&shape));
    long double degrees = (long double)model->arrays[DEGREES][component];
    size_t observed = 0;
    for (size_t j = 0; j < model->d; j++) {
        middle[j] = isnan(x[j]) ? x[j] : mix_gaussian_mean(model, component)[j];
        observed += isnan(x[j]) ? 0 : 1;
    }
    long double peak = mix_gaussian_observed.log_density(model, component, middle, scratch);
    long double distance = mix_gaussian_distance(model, component, x, scratch);
    return mix_student_log_peak(peak, degrees, observed) -
           (degrees + (long double)observed) / 2 * log1pl(distance / degrees);
}

static void student_conditional(const mixture_model *model, size_t component, const double *x, double *complete,
                                long double *scratch) {
    mix_gaussian_observed.conditional(model, component, x, complete, scratch);
}

/* ---- Some columns ------------------------------------------------------------------------------------------ */

/* Given p columns at the squared distance q the rest has the Gaussian location and scale, times (n + q) / (n + p),
** and n + p degrees of freedom (K. V. Mardia, J. T. Kent & J. M. Bibby, Multivariate Analysis (1979), section
** 2.6). */
static bool student_reduce(const mixture_model *model, size_t component, const size_t *columns, size_t count,
                           const double *x, mixture_model *part, long double *scratch, mix_turns *turns) {
    long double degrees = (long double)model->arrays[DEGREES][component], given = 0, distance = 0;
    (void)mix_gaussian_conditional.reduce(model, component, columns, count, x, part, scratch, turns);
    for (size_t j = 0; x != NULL && j < model->d; j++) {
        given += isnan(x[j]) ? 0 : 1;
    }
    if (given > 0) {
        distance = mix_gaussian_distance(model, component, x, scratch);
    }
    double factor = (double)((degrees + distance) / (degrees + given));
    for (size_t i = 0; i < count * count; i++) {
        mix_gaussian_covariance(part, component)[i] *= factor;
    }
    part->arrays[DEGREES][component] = (double)fminl(degrees + given, MOST_DEGREES);
    return true;
}

/* Distances differ, and so do scales that were tied. */
static int student_reduced_structure(int structure, size_t count) {
    (void)count;
    return structure == MIXTURE_TIED ? MIXTURE_FULL : structure;
}

/* Abramowitz & Stegun 26.7.1. */
static void student_tails(const mixture_model *model, size_t component, double x, long double tails[2]) {
    long double offset = (long double)x - (long double)mix_gaussian_mean(model, component)[0], beyond[2];
    long double degrees = (long double)model->arrays[DEGREES][component];
    long double square = offset / (long double)mix_gaussian_covariance(model, component)[0] * offset;
    long double share = square > degrees ? 1 / (1 + degrees / square) : square / (degrees + square);
    long double rest = square > degrees ? degrees / square / (1 + degrees / square) : degrees / (degrees + square);
    int side = offset < 0 ? MIX_LOWER : MIX_UPPER;
    mix_incomplete_beta(degrees / 2, 0.5L, rest, share, beyond);
    tails[side] = beyond[MIX_LOWER] / 2;
    tails[1 - side] = 0.5L + beyond[MIX_UPPER] / 2;
}

/* The variance is n / (n - 2) of the scale. */
static double student_mean(const mixture_model *model, size_t component, size_t column) {
    return model->arrays[DEGREES][component] > 1 ? mix_gaussian_mean(model, component)[column] : (double)NAN;
}

static double student_deviation(const mixture_model *model, size_t component, size_t column) {
    double degrees = model->arrays[DEGREES][component];
    double scale = mix_gaussian_covariance(model, component)[column * model->d + column];
    return degrees > 2 ? sqrt(scale * (degrees / (degrees - 2))) : (double)NAN;
}

/* ---- Sampling ---------------------------------------------------------------------------------------------- */

static void student_sample_factors(const mixture_model *model, double *factors) {
    mixture_gaussian.sampling->prepare(model, factors);
}

static void student_sample(const mixture_model *model, size_t component, const double *factors, size_t trials,
                           mix_random *random, double *x) {
    const double *mean = mix_gaussian_mean(model, component);
    double half = model->arrays[DEGREES][component] / 2;
    double stretch = sqrt(half / fmax(mix_random_gamma(random, half), 1e-100));
    mixture_gaussian.sampling->draw(model, component, factors, trials, random, x);
    for (size_t j = 0; j < model->d; j++) {
        x[j] = mean[j] + stretch * (x[j] - mean[j]);
    }
}

static bool student_points(const mixture_data *data, mix_features variant, const mix_cancel *cancel,
                           double *points, double *scratch) {
    return mixture_gaussian.features(data, variant, cancel, points, scratch);
}

/* All columns have them: the first says so. */
static bool degrees_are_at_end(const mixture_model *model, size_t component, size_t column) {
    return column == 0 && model->arrays[DEGREES][component] >= MOST_DEGREES;
}

static const mix_limit student_limit = {"degrees of freedom", "gaussian", MOST_DEGREES, degrees_are_at_end};

/* ---- The family -------------------------------------------------------------------------------------------- */

static const mix_coordinates student_coordinates = {student_packed_size, student_pack, student_unpack,
                                                    student_packed_information};
static const mix_observed student_observed = {student_observed_size, student_observed_log_density,
                                              student_conditional};
static const mix_conditional student_conditionals = {student_reduce, student_reduced_structure};
static const mix_distribution student_distribution = {student_tails};
static const mix_column_moments student_moments = {student_mean, student_deviation};
static const mix_sampling student_sampling = {student_sample_factors, student_sample};

const mixture_family mixture_student = {
    .name = "student",
    .limit = &student_limit,
    .array_count = sizeof student_arrays / sizeof *student_arrays,
    .arrays = student_arrays,
    .column = student_column,
    .derived_size = mix_gaussian_derived_size,
    .statistics_size = student_statistics_size,
    .scratch_size = student_scratch_size,
    .solve_size = student_solve_size,
    .parameter_count = student_parameter_count,
    .least_rows = student_least_rows,
    .least_rows_shared = student_least_rows_shared,
    .work = student_work,
    .prepare = student_prepare,
    .stand_in = student_stand_in,
    .move = student_move,
    .log_density = student_log_density,
    .accumulate = student_accumulate,
    .maximize = student_maximize,
    .represent = student_represent,
    .constrain = student_constrain,
    .floor = "the variance floor (min_variance)",
    .coincide = student_coincide,
    .features = student_points,
    .tree = true,
    .variances = student_variances,
    .together = true,
    .missing = &mix_student_missing,
    .structures = &student_structures,
    .latent = true,
    .coordinates = &student_coordinates,
    .observed = &student_observed,
    .sampling = &student_sampling,
    .conditional = &student_conditionals,
    .distribution = &student_distribution,
    .moments = &student_moments,
    .distance = mix_gaussian_distance,
};
