/* result.c: back from the data's frame into the caller's units. */
#include "result.h"

#include <math.h>

#include "error.h"
#include "options.h"
#include "reproduce.h"

mixture_status mix_result_shift(const mix_multistart *multistart, double *shift) {
    const mixture_family *family = multistart->family;
    const mixture_data *data = multistart->data;
    const mix_shape shape = {.family = family, .k = 1, .d = data->d};
    *shift = mix_family_log_scale(&shape, &data->frame) * data->total_weight;
    for (size_t b = 0; family->log_base != NULL && b * MIX_BLOCK_ROWS < data->rows; b++) {
        mix_rows rows = mix_data_block(data, b);
        if (mix_cancelled(multistart->cancel)) {
            return MIXTURE_CANCELLED;
        }
        *shift += mix_family_log_base(&shape, &rows);
    }
    return MIXTURE_OK;
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
    const mix_shape shape = {
        .family = multistart->family, .k = options->k, .d = multistart->data->d, .structure = options->structure};
    mix_criteria criteria;
    criteria.parameters =
        (options->equal_weights ? 0 : options->k - 1) + multistart->family->parameter_count(&shape);
    criteria.aic = -2 * run->loglik + 2 * (double)criteria.parameters;
    criteria.bic = -2 * run->loglik + (double)criteria.parameters * log(total_weight(multistart));
    criteria.icl = criteria.bic + 2 * run->entropy;
    return criteria;
}

mixture_status mix_result_deliver(const mix_multistart *multistart, const mixture_options *options, double shift,
                                  mix_found *found, mixture_model **result, mixture_error *error) {
    mixture_model *model = found->model;
    mix_run *run = &found->run;
    mix_result_run(multistart, shift, run);
    if (multistart->family->move != NULL) {
        multistart->family->move(model, &multistart->data->frame, true);
    }
    mixture_status status = mixture_model_prepare(model, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    status = mix_reproduce(multistart, shift, model, run);
    if (status != MIXTURE_OK) {
        return mix_error_status(error, status);
    }
    mix_criteria criteria = mix_result_criteria(multistart, options, run);
    model->structure = options->structure;
    model->fitted = true;
    model->n = total_weight(multistart);
    model->equal_weights = options->equal_weights;
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
