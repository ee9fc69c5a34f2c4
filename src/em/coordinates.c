/* coordinates.c: weights beside what the family packs. */
#include "coordinates.h"

#include <math.h>

#define LEAST_WEIGHT 1e-300 /* below, a component is at the edge that no logarithm comes back from */

size_t mix_coordinates_count(const mix_shape *shape, bool noisy) {
    return shape->k * (1 + shape->family->coordinates->size(shape)) + noisy;
}

bool mix_coordinates_pack(const mixture_model *model, double *theta, double *scratch) {
    const mix_coordinates *coordinates = model->family->coordinates;
    const mix_shape shape = mix_shape_of(model);
    for (size_t c = 0; c < model->k; c++) {
        if (model->floored[c] > MIX_FLOOR_STEP || !(model->weights[c] > LEAST_WEIGHT)) {
            return false; /* that is no place to stay: leave it to EM */
        }
        *theta++ = model->log_weights[c];
        coordinates->pack(model, c, theta, scratch);
        theta += coordinates->size(&shape);
    }
    if (model->noisy) {
        *theta = log(model->noise);
    }
    return !model->noisy || model->noise > LEAST_WEIGHT;
}

void mix_coordinates_unpack(mixture_model *model, const double *theta, bool equal_weights, double *scratch) {
    const mix_coordinates *coordinates = model->family->coordinates;
    const mix_shape shape = mix_shape_of(model);
    size_t size = 1 + coordinates->size(&shape);
    double sum = 0, all = 0;
    for (size_t c = 0; c < model->k; c++, theta += size) {
        model->weights[c] = equal_weights ? 1 : exp(theta[0]);
        sum += model->weights[c];
        all += exp(theta[0]);
        coordinates->unpack(model, c, theta + 1, scratch);
    }
    double left = 1; /* what the noise leaves to the components */
    if (model->noisy) {
        model->noise = exp(*theta) / (all + exp(*theta));
        left = 1 - model->noise;
    }
    for (size_t c = 0; c < model->k; c++) {
        model->weights[c] = model->weights[c] / sum * left;
    }
}
