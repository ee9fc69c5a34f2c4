/* explain.c: a row with one column left out after another. */
#include "explain.h"

#include <math.h>
#include <string.h>

#include "conditional.h"
#include "error.h"
#include "family.h"
#include "memory.h"
#include "noise.h"

typedef struct explainer {
    const mixture_model *model;
    size_t component;
    mixture_scratch *scratch;
    double *x, *densities; /* d, k */
} explainer;

/* ln of the component's joint density at x less that of all others together; infinite where there are none. */
static double log_odds(const explainer *own) {
    const mixture_model *model = own->model;
    double top = -INFINITY, sum = 0, noise = -INFINITY;
    mixture_component_log_densities(model, own->x, own->densities, own->scratch);
    for (size_t c = 0; c < model->k; c++) {
        own->densities[c] += model->log_weights[c];
        top = c == own->component ? top : fmax(top, own->densities[c]);
    }
    if (model->noisy && model->noise > 0) {
        noise = log(model->noise) + mix_noise_row(model, own->x);
        top = fmax(top, noise);
    }
    for (size_t c = 0; c < model->k && isfinite(top); c++) {
        sum += c == own->component ? 0 : exp(own->densities[c] - top);
    }
    sum += isfinite(noise) ? exp(noise - top) : 0;
    return own->densities[own->component] - top - log(sum);
}

double mix_explain_period(const mixture_model *model, size_t column) {
    const mix_shape shape = mix_shape_of(model);
    if (model->family->parts == NULL) {
        return mix_family_has_periods(model->family) ? mix_family_period(&shape, column) : 0;
    }
    const mix_part *part = mix_family_part(model->family, column);
    double period = part->period != NULL ? part->period[column - part->first] : 2 * M_PI;
    return mix_family_has_periods(part->family) ? period : 0;
}

/* Deviations from a mean; around the turn of angles. */
static double deviations_from(const mixture_model *model, size_t column, double x, double mean, double deviation) {
    double period = mix_explain_period(model, column), gap = period > 0 ? remainder(x - mean, period) : x - mean;
    double z = deviation > 0 ? gap / deviation : (double)NAN;
    return isfinite(z) ? z : (double)NAN;
}

static void find_moments(const mixture_model *model, size_t component, size_t column, double *mean,
                         double *deviation) {
    const mix_column_moments *moments = model->family->moments;
    *mean = moments != NULL ? moments->mean(model, component, column) : (double)NAN;
    *deviation = moments != NULL ? moments->deviation(model, component, column) : (double)NAN;
}

/* Column j, which x lacks at the moment and whose value is `value`. */
static mixture_status explain_column(explainer *own, size_t j, double value, double odds, const mix_cancel *cancel,
                                     mix_explanation *column, mixture_error *error) {
    const mixture_model *model = own->model;
    mixture_model *given;
    double deviation;
    mixture_status status = mix_conditional_make(model, &j, 1, own->x, NULL, cancel, &given, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    find_moments(model, own->component, j, &column->mean, &column->deviation);
    find_moments(given, own->component, 0, &column->expected, &deviation);
    column->z = deviations_from(model, j, value, column->mean, column->deviation);
    column->conditional_z = deviations_from(model, j, value, column->expected, deviation);
    bool there = !isnan(value) || mix_is_unseen(value);
    column->evidence = there ? odds - log_odds(own) : (double)NAN;
    mixture_model_free(given);
    return MIXTURE_OK;
}

mixture_status mix_explain_row(const mixture_model *model, size_t component, const double *x,
                               const mix_cancel *cancel, mix_explanation *columns, mixture_error *error) {
    size_t d = model->d;
    explainer own = {model, component, mixture_scratch_new(model), mix_memory_array(d, sizeof(double)),
                     mix_memory_array(model->k, sizeof(double))};
    bool full = own.scratch != NULL && own.x != NULL && own.densities != NULL;
    mixture_status status = mix_error_status(error, full ? MIXTURE_OK : MIXTURE_NOMEM);
    double odds = 0;
    if (full) {
        memcpy(own.x, x, d * sizeof *x);
        odds = log_odds(&own);
    }
    for (size_t j = 0; j < d && status == MIXTURE_OK; j++) {
        own.x[j] = NAN;
        status = explain_column(&own, j, x[j], odds, cancel, &columns[j], error);
        own.x[j] = x[j];
        if (status == MIXTURE_OK && mix_cancelled(cancel)) {
            status = mix_error_status(error, MIXTURE_CANCELLED);
        }
    }
    mixture_scratch_free(own.scratch);
    mix_memory_free(own.x);
    mix_memory_free(own.densities);
    return status;
}
