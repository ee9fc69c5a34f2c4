/* sample.c: drawing rows from a model. */
#include "sample.h"

#include <math.h>

#include "error.h"
#include "family.h"
#include "memory.h"

struct mixture_sampler {
    const mixture_model *model;
    mix_random random;
    size_t trials;
    double *factors;
    double total; /* of the weights: 1 but for rounding */
};

mixture_sampler *mix_sampler_new(const mixture_model *model, int64_t seed, uint64_t stream) {
    mixture_sampler *sampler = mix_memory_zeros(1, sizeof *sampler);
    if (sampler == NULL) {
        return NULL;
    }
    const mix_shape shape = mix_shape_of(model);
    sampler->model = model;
    mix_random_seed(&sampler->random, seed, stream);
    sampler->factors = mix_memory_zeros(model->k, model->family->derived_size(&shape) * sizeof(double));
    if (sampler->factors == NULL) {
        mixture_sampler_free(sampler);
        return NULL;
    }
    model->family->sampling->prepare(model, sampler->factors);
    for (size_t c = 0; c < model->k; c++) {
        sampler->total += model->weights[c];
    }
    return sampler;
}

void mix_sampler_set_trials(mixture_sampler *sampler, size_t trials) {
    sampler->trials = trials;
}

mixture_sampler *mixture_sampler_new(const mixture_model *model, int64_t seed, size_t trials) {
    mixture_sampler *sampler = mix_sampler_new(model, seed, 0);
    if (sampler != NULL) {
        sampler->trials = trials;
    }
    return sampler;
}

/* Of columns of whole numbers, those in the box. */
static void draw_noise(mixture_sampler *sampler, double *x) {
    const mixture_model *model = sampler->model;
    const mix_shape shape = mix_shape_of(model);
    for (size_t j = 0; j < model->d; j++) {
        double low = model->noise_box[j], high = model->noise_box[model->d + j];
        double value = low + (high - low) * mix_random_uniform(&sampler->random);
        x[j] = model->family->column(&shape, j)->stepped ? value : fmin(round(value), floor(high));
    }
}

size_t mixture_sampler_draw(mixture_sampler *sampler, double *x) {
    const mixture_model *model = sampler->model;
    if (model->noisy && mix_random_uniform(&sampler->random) < model->noise) {
        draw_noise(sampler, x);
        return model->k;
    }
    size_t component = mix_random_choose(&sampler->random, model->weights, model->k, sampler->total);
    model->family->sampling->draw(model, component, sampler->factors, sampler->trials, &sampler->random, x);
    return component;
}

void mixture_sampler_free(mixture_sampler *sampler) {
    if (sampler != NULL) {
        mix_memory_free(sampler->factors);
        mix_memory_free(sampler);
    }
}

mixture_status mix_sample_total(const mixture_model *model, double mean, size_t *total, mixture_error *error) {
    const double most = 1e4; /* 20,000 rows of that are 2e8 draws */
    *total = 0;
    if (model->family->mean_total == NULL) {
        return MIXTURE_OK;
    }
    if (!(mean >= 0.5 && mean <= most)) {
        return mix_error_invalid(
            error, "the mean sum of counts (trials) is %g; expected a model with one from 0.5 to %g", mean, most);
    }
    *total = (size_t)round(mean);
    return MIXTURE_OK;
}
