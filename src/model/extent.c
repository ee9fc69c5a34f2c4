/* extent.c: boxes, outlines and marginals by the family's geometry. */
#include "extent.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "model.h"
#include "noise.h"

double mix_extent_mean(const mixture_model *model, size_t component, size_t column) {
    return model->family->geometry->mean(model, component, column);
}

double mix_extent_deviation(const mixture_model *model, size_t component, size_t column) {
    return model->family->geometry->deviation(model, component, column);
}

void mix_extent_box(const mixture_model *model, size_t j, double margin, double *low, double *high) {
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t c = 0; c < model->k; c++) {
        double mean = mix_extent_mean(model, c, j);
        double reach = margin * mix_extent_deviation(model, c, j);
        *low = fmin(*low, mean - reach);
        *high = fmax(*high, mean + reach);
    }
}

void mix_extent_outline_at(const mixture_model *model, size_t component, double radius, size_t i, size_t points,
                           double *x, double *y) {
    double angle = 2 * 3.14159265358979323846 * (double)i / (double)points;
    model->family->geometry->outline(model, component, radius, angle, x, y);
}

void mix_extent_outline(const mixture_model *model, size_t component, double probability, size_t i, size_t points,
                        double *x, double *y) {
    double radius = model->family->geometry->radius(model, component, probability);
    mix_extent_outline_at(model, component, radius, i, points, x, y);
}

mixture_status mix_extent_marginal(const mixture_model *model, const size_t *columns, size_t count,
                                   mixture_model **marginal, mixture_error *error) {
    const mix_shape shape = {.family = model->family, .k = model->k, .d = count, .structure = model->structure};
    mixture_model *part = *marginal = mix_model_new(&shape);
    if (part == NULL) {
        return MIXTURE_NOMEM;
    }
    memcpy(part->weights, model->weights, model->k * sizeof(double));
    model->family->geometry->marginal(model, columns, count, part);
    mixture_status status = mix_error_status(error, mix_noise_some(model, columns, count, part));
    if (status == MIXTURE_OK) {
        status = mixture_model_prepare(part, error);
    }
    if (status != MIXTURE_OK) {
        mixture_model_free(part);
        *marginal = NULL;
    }
    return status;
}
