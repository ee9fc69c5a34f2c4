/* noise.c: the box has the density's volume when each of its sides is stretched alike: so what remains of it for a
** row that lacks values is a product of the sides of the others. */
#include "noise.h"

#include <math.h>
#include <string.h>

#include "family.h"
#include "memory.h"

/* Logarithm of side j of the box. */
static double log_side(const mixture_model *model, size_t j) {
    return log(model->noise_box[model->d + j] - model->noise_box[j]);
}

/* What each side's logarithm lacks for the sides to make up the volume. */
static double find_stretch(const mixture_model *model) {
    double sum = 0;
    for (size_t j = 0; j < model->d; j++) {
        sum += log_side(model, j);
    }
    return (-model->noise_log_density - sum) / (double)model->d;
}

void mix_noise_log_density(const mixture_model *model, const mix_rows *rows, double *out) {
    const mix_shape shape = mix_shape_of(model);
    double density = model->noise_log_density, base[MIX_BLOCK_ROWS] = {0};
    if (rows->pattern != NULL) {
        double stretch = find_stretch(model);
        density = 0;
        for (size_t i = 0; i < rows->pattern->count; i++) {
            density -= log_side(model, rows->pattern->columns[i]) + stretch;
        }
    }
    if (model->family->log_base != NULL) {
        model->family->log_base(&shape, rows, base);
    }
    for (size_t r = 0; r < rows->padded; r++) {
        out[r] = density - (r < rows->count ? base[r] : 0);
    }
}

double mix_noise_row(const mixture_model *model, const double *x) {
    double density = 0, stretch = find_stretch(model);
    bool complete = true;
    for (size_t j = 0; j < model->d; j++) {
        density -= isnan(x[j]) ? 0 : log_side(model, j) + stretch;
        complete = complete && !isnan(x[j]);
    }
    return complete ? model->noise_log_density : density;
}

double mix_noise_share(const mixture_model *model, const double *resp) {
    double left = model->noisy ? 1 : 0;
    for (size_t c = 0; c < model->k && left > 0; c++) {
        left -= resp[c];
    }
    return fmax(left, 0);
}

void mix_noise_begin(mixture_model *model, const double *box, double log_density, double weight) {
    model->noisy = true;
    model->noise = weight;
    model->noise_log_density = log_density;
    model->noise_box = box;
    for (size_t c = 0; c < model->k; c++) {
        model->weights[c] *= 1 - weight;
    }
}

mixture_status mix_noise_some(const mixture_model *model, const size_t *columns, size_t count,
                              mixture_model *some) {
    if (!model->noisy) {
        return MIXTURE_OK;
    }
    double *box = mix_memory_array(count, 2 * sizeof(double)), stretch = find_stretch(model);
    if (box == NULL) {
        return MIXTURE_NOMEM;
    }
    some->noise_log_density = 0;
    for (size_t i = 0; i < count; i++) {
        box[i] = model->noise_box[columns[i]];
        box[count + i] = model->noise_box[model->d + columns[i]];
        some->noise_log_density -= log_side(model, columns[i]) + stretch;
    }
    some->noisy = true;
    some->noise = model->noise;
    some->noise_box = some->own_box = box;
    return MIXTURE_OK;
}

mixture_status mix_noise_keep(mixture_model *model, const double *center, const double *scale,
                              const bool *framed) {
    size_t d = model->d;
    double *box = mix_memory_array(d, 2 * sizeof(double));
    if (box == NULL) {
        return MIXTURE_NOMEM;
    }
    memcpy(box, model->noise_box, 2 * d * sizeof(double));
    for (size_t j = 0; j < d; j++) {
        if (framed[j]) {
            box[j] = center[j] + scale[j] * box[j];
            box[d + j] = center[j] + scale[j] * box[d + j];
            model->noise_log_density -= log(scale[j]);
        }
    }
    model->noise_box = model->own_box = box;
    return MIXTURE_OK;
}
