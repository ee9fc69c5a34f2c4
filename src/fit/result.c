/* result.c: back from the data's frame into the caller's units. */
#include "result.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "memory.h"
#include "model.h"
#include "noise.h"
#include "options.h"
#include "patterns.h"
#include "reproduce.h"

mixture_status mix_result_shift(const mix_multistart *multistart, double *shift) {
    const mixture_family *family = multistart->family;
    const mixture_data *data = multistart->data;
    const mix_shape shape = mix_shape_for(family, data, 1, 0);
    *shift = mix_family_log_scales(&shape, data);
    if (family->log_base == NULL) {
        return MIXTURE_OK;
    }
    double *room = mix_memory_zeros(mix_runs_room(data) + 1, sizeof(double));
    mixture_status status = room != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    mix_runs runs;
    mix_rows rows;
    mix_runs_begin(&runs, data, 0, SIZE_MAX, room);
    while (status == MIXTURE_OK && mix_runs_next(&runs, &rows)) {
        status = mix_cancelled(multistart->cancel) ? MIXTURE_CANCELLED : MIXTURE_OK;
        *shift += mix_family_log_base(&shape, &rows);
    }
    mix_memory_free(room);
    return status;
}

void mix_result_run(const mix_multistart *multistart, double shift, mix_run *run) {
    double unit = multistart->data->weight_unit;
    run->loglik = (run->loglik + shift) * unit;
    run->entropy *= unit;
    for (size_t i = 0; i < run->trace_count; i++) {
        run->trace[i] = (run->trace[i] + shift) * unit;
    }
}

static double total_weight(const mix_multistart *multistart) {
    return multistart->data->total_weight * multistart->data->weight_unit;
}

mix_criteria mix_result_criteria(const mix_multistart *multistart, const mixture_options *options,
                                 const mix_run *run) {
    const mix_shape shape = mix_shape_for(multistart->family, multistart->data, options->k, options->structure);
    mix_criteria criteria;
    criteria.parameters = (options->equal_weights ? 0 : options->k - 1) + (options->noise ? 1 : 0) +
                          multistart->family->parameter_count(&shape);
    criteria.aic = -2 * run->loglik + 2 * (double)criteria.parameters;
    criteria.bic = -2 * run->loglik + (double)criteria.parameters * log(total_weight(multistart));
    criteria.icl = criteria.bic + 2 * run->entropy;
    return criteria;
}

/* A step that was measured in binary units, without the noise that they put in its last digits. */
static double round_step(double step) {
    double unit = pow(10, floor(log10(step)) - 9), rounded = round(step / unit) * unit;
    if (unit < 1) {
        rounded = round(step / unit) / round(1 / unit); /* nearest to the decimal fraction */
    }
    return fabs(rounded - step) <= 1e-11 * step ? rounded : step;
}

/* The steps in which the columns were recorded, if any was, and those that were asked for. */
static mixture_status keep_steps(const mixture_data *data, const double *resolution, mixture_model *model) {
    bool any = false;
    if (resolution != NULL && data->steps != NULL) {
        model->resolution = mix_memory_array(model->d, sizeof(double));
        if (model->resolution == NULL) {
            return MIXTURE_NOMEM;
        }
        memcpy(model->resolution, resolution, model->d * sizeof(double));
    }
    for (size_t j = 0; data->steps != NULL && j < model->d; j++) {
        any = any || data->steps->step[j] > 0;
    }
    if (!any) {
        return MIXTURE_OK;
    }
    model->step = mix_memory_zeros(model->d, sizeof(double));
    for (size_t j = 0; model->step != NULL && j < model->d; j++) {
        double step = data->steps->step[j] * data->frame.scale[j];
        model->step[j] = step > 0 && step <= MIX_MAX_STEP ? round_step(step) : 0;
    }
    return model->step != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
}

/* Whether column j, framed or not, has one value in all rows. */
static bool is_constant(const mixture_data *data, size_t j) {
    bool same = data->frame.constant[j] != 0 || data->steps != NULL || data->parts != NULL; /* not of counts */
    for (size_t row = 1; row < data->rows && same && data->frame.constant[j] == 0; row++) {
        same = mix_data_value(data, row, j) == mix_data_value(data, 0, j);
    }
    return same;
}

/* The noise in the caller's units. */
static mixture_status keep_noise(const mixture_data *data, mixture_model *model) {
    const mix_shape shape = mix_shape_of(model);
    bool *framed = mix_memory_array(model->d, sizeof *framed);
    mixture_status status = framed != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    for (size_t j = 0; framed != NULL && j < model->d; j++) {
        framed[j] = model->family->column(&shape, j)->framed;
    }
    if (status == MIXTURE_OK) {
        status = mix_noise_keep(model, data->frame.center, data->frame.scale, framed);
    }
    mix_memory_free(framed);
    return status;
}

/* Name the columns that do not vary, unless none does. */
static mixture_status warn_of_constants(const mixture_data *data, const mixture_options *options,
                                        mixture_model *model) {
    mixture_status status = MIXTURE_OK;
    bool any = false;
    for (size_t j = 0; data->frame.constant != NULL && j < data->d; j++) {
        any = any || !is_constant(data, j);
    }
    for (size_t j = 0; any && status == MIXTURE_OK && j < data->d; j++) {
        size_t number = mix_family_caller(model->family, j) + 1;
        if (is_constant(data, j) && options->columns != NULL) {
            status = mix_model_warn(model, "column %zu (%.40s) does not vary: it takes no part", number,
                                    options->columns[j]);
        } else if (is_constant(data, j)) {
            status = mix_model_warn(model, "column %zu (x%zu) does not vary: it takes no part", number, number);
        }
    }
    return status;
}

/* Counts have no floor that would tell: with fewer different rows than parameters a component may be what a few
** rows happen to be. */
static mixture_status warn_of_parameters(const mix_multistart *multistart, size_t parameters,
                                         mixture_model *model) {
    const mixture_data *data = multistart->data;
    const mix_shape shape = mix_shape_for(multistart->family, data, 1, 0);
    size_t distinct;
    if (data->parts != NULL || multistart->family->column(&shape, 0) != &mix_count_column) {
        return MIXTURE_OK;
    }
    mixture_status status = mix_data_distinct(data, parameters, multistart->cancel, NULL, &distinct);
    return status == MIXTURE_OK && distinct < parameters
               ? mix_model_warn(model,
                                "%zu parameters of %zu distinct rows: components may be what single rows are",
                                parameters, distinct)
               : status;
}

mixture_status mix_result_deliver(const mix_multistart *multistart, const mixture_options *options, double shift,
                                  mix_found *found, mixture_model **result, mixture_error *error) {
    mixture_model *model = found->model;
    mix_run *run = &found->run;
    mix_result_run(multistart, shift, run);
    if (multistart->family->move != NULL) {
        multistart->family->move(model, &multistart->data->frame, true);
    }
    mixture_status status = model->noisy ? keep_noise(multistart->data, model) : MIXTURE_OK;
    if (status != MIXTURE_OK) {
        return mix_error_status(error, status);
    }
    model->cancel = multistart->cancel;
    status = mixture_model_prepare(model, error);
    model->cancel = NULL;
    if (status != MIXTURE_OK) {
        return status;
    }
    status = keep_steps(multistart->data, options->resolution, model);
    if (status == MIXTURE_OK) {
        status = warn_of_constants(multistart->data, options, model);
    }
    if (status == MIXTURE_OK) {
        status = mix_reproduce(multistart, shift, model, run);
    }
    mix_criteria criteria = mix_result_criteria(multistart, options, run);
    if (status == MIXTURE_OK) {
        status = warn_of_parameters(multistart, criteria.parameters, model);
    }
    if (status != MIXTURE_OK) {
        return mix_error_status(error, status);
    }
    model->structure = options->structure;
    model->fitted = true;
    model->n = total_weight(multistart);
    model->equal_weights = options->equal_weights;
    model->skip_nulls = options->skip_nulls;
    model->min_variance = options->min_variance != MIX_MIN_VARIANCE_DEFAULT ? options->min_variance : 0;
    model->seed = options->seed;
    model->loglik = run->loglik;
    model->iterations = run->iterations;
    model->converged = run->converged && !found->soundness.saddle;
    model->parameters = criteria.parameters;
    model->aic = criteria.aic;
    model->bic = criteria.bic;
    model->icl = criteria.icl;
    model->trace = run->trace;
    model->trace_count = run->trace_count;
    run->trace = NULL;
    found->model = NULL;
    *result = model;
    return MIXTURE_OK;
}
