/* model.c: a model's memory, checks common to all families, order of components. */
#include "model.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "memory.h"
#include "parts.h"

/* Doubles of each component that are derived from parameter arrays and weights. */
static size_t derived_size(const mixture_model *model) {
    const mix_shape shape = mix_shape_of(model);
    return model->family->derived_size(&shape);
}

size_t mix_model_array_size(const mixture_model *model, size_t a) {
    const mix_shape shape = mix_shape_of(model);
    return mix_family_array_size(&shape, a);
}

const char *mix_model_column_name(const mixture_model *model, size_t column, char buffer[32]) {
    if (model->columns != NULL) {
        return model->columns[column];
    }
    snprintf(buffer, 32, "x%zu", mix_family_caller(model->family, column) + 1);
    return buffer;
}

mixture_model *mixture_model_new(const mixture_family *family, size_t k, size_t d) {
    const mix_shape shape = {.family = family, .k = k, .d = d};
    return mix_model_new(&shape);
}

mixture_model *mix_model_new(const mix_shape *shape) {
    mixture_model *model = mix_memory_zeros(1, sizeof *model);
    if (model == NULL) {
        return NULL;
    }
    size_t k = shape->k, arrays = shape->family->array_count;
    model->family = shape->family;
    model->k = k;
    model->d = shape->d;
    model->structure = shape->structure;
    model->parts = shape->parts;
    bool full = (model->weights = mix_memory_zeros(k, sizeof(double))) != NULL &&
                (model->log_weights = mix_memory_zeros(k + 1, sizeof(double))) != NULL &&
                (model->floored = mix_memory_zeros(k, 1)) != NULL &&
                (model->derived = mix_memory_zeros(k, derived_size(model) * sizeof(double))) != NULL &&
                (model->arrays = mix_memory_zeros(arrays, sizeof *model->arrays)) != NULL;
    for (size_t a = 0; full && a < arrays; a++) {
        model->arrays[a] = mix_memory_zeros(k, mix_model_array_size(model, a) * sizeof(double));
        full = model->arrays[a] != NULL;
    }
    if (!full) {
        mixture_model_free(model);
        return NULL;
    }
    return model;
}

void mix_model_free_strings(char **strings, size_t count) {
    for (size_t i = 0; strings != NULL && i < count; i++) {
        mix_memory_free(strings[i]);
    }
    mix_memory_free(strings);
}

void mix_model_free_candidates(mixture_candidate *candidates, size_t count) {
    for (size_t i = 0; candidates != NULL && i < count; i++) {
        mix_model_free_strings(candidates[i].warnings, candidates[i].warning_count);
    }
    mix_memory_free(candidates);
}

void mixture_bootstrap_free(mixture_bootstrap *bootstrap) {
    if (bootstrap != NULL) {
        mix_memory_free(bootstrap->errors);
        mix_memory_free(bootstrap->probabilities);
        mix_memory_free(bootstrap->quantiles);
        mix_model_free_strings(bootstrap->warnings, bootstrap->warning_count);
        mix_memory_free(bootstrap);
    }
}

void mixture_model_free(mixture_model *model) {
    if (model == NULL) {
        return;
    }
    mix_model_free_strings(model->columns, model->d);
    mix_model_free_strings(model->names, model->k);
    mix_model_free_candidates(model->candidates, model->candidate_count);
    mix_model_free_strings(model->warnings, model->warning_count);
    for (size_t a = 0; model->arrays != NULL && a < model->family->array_count; a++) {
        mix_memory_free(model->arrays[a]);
    }
    mix_memory_free(model->arrays);
    mix_memory_free(model->trace);
    mix_memory_free(model->weights);
    mix_memory_free(model->log_weights);
    mix_memory_free(model->derived);
    mix_memory_free(model->floored);
    mix_memory_free(model->resolution);
    mix_memory_free(model->step);
    mix_memory_free(model->own_box);
    mix_parts_free(model->own_parts);
    mixture_bootstrap_free(model->bootstrap);
    mix_memory_free(model);
}

/* Weights that someone wrote with a few digits sum to 1 within this, and are divided by their sum; where they
** sum to 1 within the other they are what a fit has made, and stay. */
#define WRITTEN_WEIGHTS 1e-4
#define FITTED_WEIGHTS 1e-6

static mixture_status prepare_weights(mixture_model *model, mixture_error *error) {
    double sum = 0;
    for (size_t c = 0; c < model->k; c++) {
        double weight = model->weights[c];
        if (!(weight >= 0 && weight <= 1 + WRITTEN_WEIGHTS)) {
            return mix_error_invalid(error, "weights[%zu] is %g; expected a number from 0 to 1", c, weight);
        }
        sum += weight;
    }
    if (model->noisy && !(model->noise >= 0 && model->noise <= 1 + WRITTEN_WEIGHTS)) {
        return mix_error_invalid(error, "the weight of noise is %g; expected a number from 0 to 1", model->noise);
    }
    sum += model->noisy ? model->noise : 0;
    if (!(fabs(sum - 1) <= WRITTEN_WEIGHTS)) {
        return mix_error_invalid(error, "weights sum to %.9g%s; expected 1", sum,
                                 model->noisy ? ", with that of noise" : "");
    }
    if (model->noisy) {
        model->noise /= fabs(sum - 1) <= FITTED_WEIGHTS ? 1 : sum;
        model->log_weights[model->k] = log(model->noise);
    }
    for (size_t c = 0; c < model->k; c++) {
        model->weights[c] /= fabs(sum - 1) <= FITTED_WEIGHTS ? 1 : sum;
        model->log_weights[c] = log(model->weights[c]);
    }
    return MIXTURE_OK;
}

mixture_status mixture_model_prepare(mixture_model *model, mixture_error *error) {
    mixture_status status = prepare_weights(model, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    for (size_t a = 0; a < model->family->array_count; a++) {
        size_t size = model->k * mix_model_array_size(model, a);
        for (size_t i = 0; i < size; i++) {
            if (!isfinite(model->arrays[a][i])) {
                return mix_error_invalid(error, "%s hold a number that is not finite",
                                         model->family->arrays[a].name);
            }
        }
    }
    return model->family->prepare(model, error);
}

void mix_model_copy(mixture_model *to, const mixture_model *from) {
    size_t k = from->k;
    to->structure = from->structure;
    to->plain = from->plain;
    memcpy(to->weights, from->weights, k * sizeof(double));
    memcpy(to->log_weights, from->log_weights, (k + 1) * sizeof(double));
    to->noisy = from->noisy;
    to->noise = from->noise;
    to->noise_log_density = from->noise_log_density;
    to->noise_box = from->noise_box;
    memcpy(to->floored, from->floored, k);
    memcpy(to->derived, from->derived, k * derived_size(from) * sizeof(double));
    for (size_t a = 0; a < from->family->array_count; a++) {
        memcpy(to->arrays[a], from->arrays[a], k * mix_model_array_size(from, a) * sizeof(double));
    }
}

static bool stands_before(const mixture_model *model, size_t a, size_t b) {
    if (model->weights[a] != model->weights[b]) {
        return model->weights[a] > model->weights[b];
    }
    size_t size = mix_model_array_size(model, 0);
    const double *first = model->arrays[0] + a * size, *second = model->arrays[0] + b * size;
    for (size_t i = 0; i < size; i++) {
        if (first[i] != second[i]) {
            return first[i] < second[i];
        }
    }
    return a < b;
}

mixture_status mix_model_permute(mixture_model *model, const size_t *place) {
    const mixture_family *family = model->family;
    const mix_shape shape = mix_shape_of(model);
    mixture_model *copy = mix_model_new(&shape);
    if (copy == NULL) {
        return MIXTURE_NOMEM;
    }
    mix_model_copy(copy, model);
    for (size_t c = 0; c < model->k; c++) {
        size_t to = place[c], derived = derived_size(model);
        model->weights[to] = copy->weights[c];
        model->log_weights[to] = copy->log_weights[c];
        model->floored[to] = copy->floored[c];
        memcpy(model->derived + to * derived, copy->derived + c * derived, derived * sizeof(double));
        for (size_t a = 0; a < family->array_count; a++) {
            size_t size = mix_model_array_size(model, a);
            memcpy(model->arrays[a] + to * size, copy->arrays[a] + c * size, size * sizeof(double));
        }
    }
    mixture_model_free(copy);
    /* What the parts of a mixed one have derived is not together for each component. */
    return family->parts != NULL ? mixture_model_prepare(model, NULL) : MIXTURE_OK;
}

mixture_status mix_model_sort(mixture_model *model) {
    size_t k = model->k, *place = mix_memory_zeros(k, sizeof *place);
    if (place == NULL) {
        return MIXTURE_NOMEM;
    }
    for (size_t c = 0; c < k; c++) {
        for (size_t other = 0; other < k; other++) {
            place[c] += stands_before(model, other, c);
        }
    }
    mixture_status status = mix_model_permute(model, place);
    mix_memory_free(place);
    return status;
}

mixture_status mix_model_add_string(char ***strings, size_t *count, const char *text) {
    char **more = mix_memory_resize(*strings, *count + 1, sizeof *more);
    if (more == NULL) {
        return MIXTURE_NOMEM;
    }
    *strings = more;
    more[*count] = mix_memory_string(text);
    if (more[*count] == NULL) {
        return MIXTURE_NOMEM;
    }
    ++*count;
    return MIXTURE_OK;
}

mixture_status mix_model_warn(mixture_model *model, const char *format, ...) {
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    mix_error_print(text, sizeof text, format, arguments);
    va_end(arguments);
    return mix_model_add_string(&model->warnings, &model->warning_count, text);
}
