/* lognormal.c: the lognormal family: columns of numbers x > 0, independent given the component, whose logarithms
** are normal with means m_j and deviations s_j > 0:
**
**     log density = sum_j ( -(ln x_j - m_j)^2 / (2 s_j^2) - ln s_j - ln sqrt(2 pi) - ln x_j )
**
** the last term being the log base. The kernels and statistics are those of the Gaussian family along the axes,
** of the logarithms: sums of r, r (ln x - m) and r (ln x - m)^2, which keep their digits where ln x varies
** little.
**
** A component whose rows are all the same has no least deviation; s^2 is held at a step of the column, at
** min_variance of the variance of all logarithms or at MIX_LAW_THINNEST.
**
** Published: estimates by R's MASS::fitdistr are in tests/family/test_univariate.c. */
#include <math.h>
#include <string.h>

#include "incomplete.h"
#include "kernel.h"
#include "univariate.h"

enum { LOG_MEAN, LOG_DEVIATION };

static const mix_array lognormal_arrays[] = {
    [LOG_MEAN] = {"means", "mean", MIX_VECTOR}, [LOG_DEVIATION] = {"deviations", "deviation", MIX_VECTOR}};

#define HALF_LOG_2_PI 0.918938533204672741780329736405617639861L

static bool is_positive(double x) {
    return x >= 1e-150 && x <= 1e150;
}

/* ---- The law of a column ----------------------------------------------------------------------------------- */

static double lognormal_dispersion(const mix_law *law) {
    return law->p[LOG_DEVIATION] * law->p[LOG_DEVIATION];
}

static double lognormal_unit(const mix_law *law) {
    return exp(law->p[LOG_MEAN]);
}

static void lognormal_widen(mix_law *law, double dispersion) {
    law->p[LOG_DEVIATION] = sqrt(dispersion);
}

static double variance_of(const double *moments) {
    return fmax(moments[1] - moments[0] * moments[0], 0);
}

static long double lognormal_log_density(const mix_law *law, long double x) {
    long double deviation = (long double)law->p[LOG_DEVIATION], y = logl(x);
    long double z = (y - (long double)law->p[LOG_MEAN]) / deviation;
    return -z * z / 2 - logl(deviation) - HALF_LOG_2_PI - y;
}

static void lognormal_tails(const mix_law *law, long double x, long double tails[2]) {
    long double y = x > 0 ? logl(x) : -HUGE_VALL;
    long double z = (y - (long double)law->p[LOG_MEAN]) / (long double)law->p[LOG_DEVIATION] / sqrtl(2);
    tails[MIX_LOWER] = erfcl(-z) / 2;
    tails[MIX_UPPER] = erfcl(z) / 2;
}

static double lognormal_mean(const mix_law *law) {
    return exp(law->p[LOG_MEAN] + lognormal_dispersion(law) / 2);
}

static double lognormal_deviation(const mix_law *law) {
    return lognormal_mean(law) * sqrt(expm1(lognormal_dispersion(law)));
}

static double lognormal_place(const mix_law *law) {
    return law->p[LOG_MEAN];
}

static double lognormal_spread(const mix_law *law) {
    return law->p[LOG_DEVIATION];
}

static double lognormal_draw(const mix_law *law, mix_random *random) {
    return fmin(fmax(exp(law->p[LOG_MEAN] + law->p[LOG_DEVIATION] * mix_random_normal(random)), 1e-150), 1e150);
}

static void lognormal_pack(const mix_law *law, double *theta) {
    theta[0] = law->p[LOG_MEAN];
    theta[1] = log(law->p[LOG_DEVIATION]);
}

static void lognormal_unpack(mix_law *law, const double *theta) {
    law->p[LOG_MEAN] = theta[0];
    law->p[LOG_DEVIATION] = exp(theta[1]);
}

static void lognormal_information(const mix_law *law, double rows, double *information) {
    information[0] = rows / lognormal_dispersion(law);
    information[1] = 2 * rows;
}

/* ---- Expect ------------------------------------------------------------------------------------------------ */

/* Per component: what is added, then 1 / s_j. */
static size_t lognormal_derived_size(const mix_shape *shape) {
    return 1 + shape->d;
}

static size_t lognormal_statistics_size(const mix_shape *shape) {
    return 1 + 2 * shape->d;
}

static size_t lognormal_scratch_size(const mix_shape *shape) {
    return shape->d * MIX_BLOCK_ROWS;
}

static double lognormal_work(const mix_shape *shape) {
    return 8 * (double)shape->d + 40;
}

static mixture_status lognormal_prepare(mixture_model *model, mixture_error *error) {
    mixture_status status = MIXTURE_OK;
    for (size_t c = 0; c < model->k && status == MIXTURE_OK; c++) {
        double *own = model->derived + c * (1 + model->d);
        status = mix_univariate_check(model, c, error);
        own[0] = 0;
        for (size_t j = 0; j < model->d && status == MIXTURE_OK; j++) {
            double deviation = model->arrays[LOG_DEVIATION][c * model->d + j];
            own[0] -= log(deviation) + (double)HALF_LOG_2_PI;
            own[1 + j] = 1 / deviation;
        }
    }
    return status;
}

static size_t count_logarithms(const mix_shape *shape) {
    return shape->d;
}

static void fill_logarithms(const mix_shape *shape, const mix_rows *rows, double *logarithms) {
    for (size_t j = 0; j < shape->d; j++) {
        double *y = logarithms + j * rows->stride;
        memcpy(y, rows->x + j * rows->stride, rows->count * sizeof(double));
        mix_kernel_current()->log(rows->count, y);
        memset(y + rows->count, 0, (rows->padded - rows->count) * sizeof(double));
    }
}

static const mix_kept lognormal_kept = {count_logarithms, fill_logarithms};

/* The rows' logarithms, those kept or in scratch; lanes beyond the last row are 0. */
static mix_rows take_logarithms(const mixture_model *model, const mix_rows *rows, double *scratch) {
    mix_rows logarithms = *rows;
    logarithms.x = rows->kept != NULL ? rows->kept : scratch;
    if (rows->kept == NULL) {
        const mix_shape shape = mix_shape_of(model);
        fill_logarithms(&shape, rows, scratch);
    }
    return logarithms;
}

static void lognormal_log_base(const mix_shape *shape, const mix_rows *rows, double *base) {
    for (size_t r = 0; r < rows->count; r++) {
        base[r] = 0;
        for (size_t j = 0; j < shape->d; j++) {
            base[r] -= log(rows->x[j * rows->stride + r]);
        }
    }
}

static void lognormal_log_densities(const mixture_model *model, const mix_rows *rows, double *densities,
                                    double *scratch) {
    const mix_rows logarithms = take_logarithms(model, rows, scratch);
    for (size_t c = 0; c < model->k; c++) {
        const double *own = model->derived + c * (1 + model->d);
        mix_kernel_current()->log_density_axis(&logarithms, model->d, model->arrays[LOG_MEAN] + c * model->d,
                                               own + 1, own[0], densities + c * rows->stride);
    }
}

static void lognormal_accumulate(const mixture_model *model, const mix_rows *rows, const double *resp,
                                 double *statistics, double *scratch) {
    const mix_rows logarithms = take_logarithms(model, rows, scratch);
    for (size_t c = 0; c < model->k; c++) {
        mix_kernel_current()->scatter_axis(&logarithms, model->d, model->arrays[LOG_MEAN] + c * model->d,
                                           resp + c * rows->stride, statistics + c * (1 + 2 * model->d));
    }
}

/* ---- Maximize ---------------------------------------------------------------------------------------------- */

/* Variance of all logarithms of column j, about the first component's mean, near which the data are. */
static double overall_variance(const mixture_model *model, const double *statistics, size_t j) {
    size_t d = model->d;
    double n = 0, moments[2] = {0, 0};
    for (size_t c = 0; c < model->k; c++) {
        const double *own = statistics + c * (1 + 2 * d);
        double offset = model->arrays[LOG_MEAN][c * d + j] - model->arrays[LOG_MEAN][j];
        n += own[0];
        moments[0] += own[1 + j] + own[0] * offset;
        moments[1] += own[1 + d + j] + 2 * offset * own[1 + j] + own[0] * offset * offset;
    }
    moments[0] /= n;
    moments[1] /= n;
    return variance_of(moments);
}

/* What a row has on average of its log density that the law decides, from moments about the mean `about`. */
static double lognormal_mean_density(const mix_law *law, const double *moments, double about) {
    double offset = law->p[LOG_MEAN] - about, s = law->p[LOG_DEVIATION];
    return -log(s) - (moments[1] - 2 * offset * moments[0] + offset * offset) / (2 * s * s);
}

/* One column of a component: as in univariate.c, which has it for exponential families. */
static unsigned char lognormal_solve(mixture_model *model, size_t c, size_t j, const double *moments,
                                     double overall, const mix_maximize *how) {
    const mix_univariate *own = model->family->univariate;
    const mix_law before = mix_univariate_law(model, c, j);
    double about = before.p[LOG_MEAN];
    mix_law law = {.p = {about + moments[0], sqrt(variance_of(moments))}};
    unsigned char held = mix_univariate_hold(own, &law, j, overall, how);
    if (held == MIX_FLOOR_STEP && mix_univariate_obeys(own, &before, j, overall, how) &&
        lognormal_mean_density(&before, moments, about) > lognormal_mean_density(&law, moments, about)) {
        law = before;
    }
    mix_univariate_set(model, c, j, &law);
    return held;
}

static void lognormal_maximize(mixture_model *model, const double *statistics, const mix_maximize *how,
                               double *scratch) {
    size_t d = model->d;
    for (size_t j = 0; j < d; j++) {
        scratch[j] = overall_variance(model, statistics, j); /* before a mean moves */
    }
    for (size_t c = 0; c < model->k; c++) {
        const double *own = statistics + c * (1 + 2 * d);
        model->floored[c] = MIX_FLOOR_NONE;
        for (size_t j = 0; j < d && own[0] >= MIX_EMPTY; j++) {
            const double moments[2] = {own[1 + j] / own[0], own[1 + d + j] / own[0]};
            unsigned char held = lognormal_solve(model, c, j, moments, scratch[j], how);
            model->floored[c] = held > model->floored[c] ? held : model->floored[c];
        }
    }
}

static void lognormal_represent(const mixture_model *model, size_t component, double rows, double *own) {
    own[0] = rows;
    for (size_t j = 0; j < model->d; j++) {
        const mix_law law = mix_univariate_law(model, component, j);
        own[1 + j] = 0;
        own[1 + model->d + j] = rows * lognormal_dispersion(&law);
    }
}

static bool lognormal_points(const mixture_data *data, mix_features variant, const mix_cancel *cancel,
                             double *points, double *scratch) {
    (void)scratch;
    return mix_univariate_points(data, log, variant, cancel, points);
}

/* ---- The family -------------------------------------------------------------------------------------------- */

static const mix_univariate lognormal_law = {
    .column = {.accepts = is_positive, .expected = "a number > 0, from 1e-150 to 1e150", .stepped = true},
    .parameters = 2,
    .features = 2,
    .stand_in = {0, 1},
    .low = {-1e3, 1e-10},
    .high = {1e3, 1e3},
    .thinnest = MIX_LAW_THINNEST,
    .dispersion = lognormal_dispersion,
    .overall = variance_of,
    .unit = lognormal_unit,
    .widen = lognormal_widen,
    .log_density = lognormal_log_density,
    .tails = lognormal_tails,
    .mean = lognormal_mean,
    .place = lognormal_place,
    .spread = lognormal_spread,
    .deviation = lognormal_deviation,
    .draw = lognormal_draw,
    .pack = lognormal_pack,
    .unpack = lognormal_unpack,
    .information = lognormal_information,
};

const mixture_family mixture_lognormal = {
    MIX_UNIVARIATE_MEMBERS,
    .name = "lognormal",
    .array_count = sizeof lognormal_arrays / sizeof *lognormal_arrays,
    .arrays = lognormal_arrays,
    .derived_size = lognormal_derived_size,
    .statistics_size = lognormal_statistics_size,
    .scratch_size = lognormal_scratch_size,
    .work = lognormal_work,
    .prepare = lognormal_prepare,
    .log_base = lognormal_log_base,
    .log_density = lognormal_log_densities,
    .accumulate = lognormal_accumulate,
    .maximize = lognormal_maximize,
    .represent = lognormal_represent,
    .features = lognormal_points,
    .constrain = mix_univariate_constrain,
    .univariate = &lognormal_law,
    .kept = &lognormal_kept,
};
