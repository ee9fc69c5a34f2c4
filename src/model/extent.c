/* extent.c: boxes, outlines and marginals by the family's geometry. */
#include "extent.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "memory.h"
#include "mixed.h"
#include "model.h"
#include "noise.h"

bool mix_extent_has(const mixture_model *model, const size_t *columns, size_t count) {
    const mixture_parts *parts = model->family->parts;
    bool has = model->family->geometry != NULL;
    for (size_t i = 0; parts != NULL && i < count; i++) {
        has = parts->owner[columns[i]] == parts->owner[columns[0]] &&
              mix_family_part(model->family, columns[i])->family->geometry != NULL && (has || i == 0);
    }
    return has;
}

double mix_extent_mean(const mixture_model *model, size_t component, size_t column) {
    const mix_column_view at = mix_mixed_column(model, column);
    return at.model.family->geometry->mean(&at.model, component, at.column);
}

double mix_extent_deviation(const mixture_model *model, size_t component, size_t column) {
    const mix_column_view at = mix_mixed_column(model, column);
    return at.model.family->geometry->deviation(&at.model, component, at.column);
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
    const mix_column_view at = mix_mixed_column(model, columns[0]); /* the others are of the same part */
    const mix_shape shape = {
        .family = at.model.family, .k = model->k, .d = count, .structure = at.model.structure};
    mixture_model *part = *marginal = mix_model_new(&shape);
    size_t *own = mix_memory_array(count, sizeof *own);
    if (part == NULL || own == NULL) {
        mix_memory_free(own);
        mixture_model_free(part);
        *marginal = NULL;
        return MIXTURE_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        own[i] = columns[i] - (columns[0] - at.column);
    }
    memcpy(part->weights, model->weights, model->k * sizeof(double));
    at.model.family->geometry->marginal(&at.model, own, count, part);
    mix_memory_free(own);
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
