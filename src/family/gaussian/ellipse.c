/* ellipse.c: where Gaussian components lie: the family's geometry. */
#include <math.h>

#include "gaussian.h"

static double mean_at(const mixture_model *model, size_t component, size_t column) {
    return mix_gaussian_mean(model, component)[column];
}

static double deviation_at(const mixture_model *model, size_t component, size_t column) {
    return sqrt(mix_gaussian_covariance(model, component)[column * model->d + column]);
}

/* Of two columns by their correlation. In general 1 / sqrt of the entry of the inverse covariance W'W. */
static double conditional_deviation(const mixture_model *model, size_t component, size_t column) {
    size_t d = model->d;
    if (d <= 2) {
        const double *s = mix_gaussian_covariance(model, component);
        double correlation = d == 2 ? s[1] / sqrt(s[0]) / sqrt(s[3]) : 0;
        return sqrt(s[column * d + column]) * sqrt(fmax(1 - correlation * correlation, 0));
    }
    const double *factor = mix_gaussian_derived(model, component) + 1;
    double precision = 0;
    for (size_t i = column; i < d && !model->plain; i++) {
        precision += factor[mix_linalg_at(i, column)] * factor[mix_linalg_at(i, column)];
    }
    return 1 / (model->plain ? factor[column] : sqrt(precision));
}

static double peak(const mixture_model *model, size_t component) {
    return mix_gaussian_derived(model, component)[0];
}

/* The chi-square quantile with 2 degrees of freedom is -2 ln(1 - probability). */
static double radius_of(const mixture_model *model, size_t component, double probability) {
    (void)model;
    (void)component;
    return sqrt(-2 * log1p(-probability));
}

static void outline(const mixture_model *model, size_t component, double radius, double angle, double *x,
                    double *y) {
    const double *mean = mix_gaussian_mean(model, component);
    double factor[3] = {0}; /* L with S = L L': the unit circle times the radius goes to the ellipse */
    (void)mix_linalg_cholesky(2, mix_gaussian_covariance(model, component), 0, factor);
    double u = radius * cos(angle), v = radius * sin(angle);
    *x = mean[0] + factor[0] * u;
    *y = mean[1] + factor[1] * u + factor[2] * v;
}

static void marginal(const mixture_model *model, const size_t *columns, size_t count, mixture_model *part) {
    for (size_t c = 0; c < model->k; c++) {
        const double *mean = mix_gaussian_mean(model, c), *covariance = mix_gaussian_covariance(model, c);
        for (size_t i = 0; i < count; i++) {
            part->arrays[MEANS][c * count + i] = mean[columns[i]];
            for (size_t j = 0; j < count; j++) {
                mix_gaussian_covariance(part, c)[i * count + j] = covariance[columns[i] * model->d + columns[j]];
            }
        }
    }
}

const mix_geometry mix_gaussian_geometry = {
    .mean = mean_at,
    .deviation = deviation_at,
    .conditional_deviation = conditional_deviation,
    .peak = peak,
    .radius = radius_of,
    .outline = outline,
    .marginal = marginal,
};

const mix_column_moments mix_gaussian_moments = {mean_at, deviation_at};
