/* ellipse.c: boxes and ellipses of Gaussian components. */
#include "ellipse.h"

#include <math.h>

#include "gaussian.h"

void mix_ellipse_box(const mixture_model *model, size_t j, double margin, double *low, double *high) {
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t c = 0; c < model->k; c++) {
        double mean = mix_gaussian_mean(model, c)[j];
        double reach = margin * sqrt(mix_gaussian_covariance(model, c)[j * model->d + j]);
        *low = fmin(*low, mean - reach);
        *high = fmax(*high, mean + reach);
    }
}

void mix_ellipse_point(const mixture_model *model, size_t component, double probability, size_t i, size_t points,
                       double *x, double *y) {
    const double *mean = mix_gaussian_mean(model, component);
    double factor[3]; /* L with S = L L': the unit circle times the radius goes to the ellipse */
    (void)mix_linalg_cholesky(2, mix_gaussian_covariance(model, component), 0, factor);
    double radius = sqrt(-2 * log1p(-probability));
    double angle = 2 * 3.14159265358979323846 * (double)i / (double)points;
    double u = radius * cos(angle), v = radius * sin(angle);
    *x = mean[0] + factor[0] * u;
    *y = mean[1] + factor[1] * u + factor[2] * v;
}
