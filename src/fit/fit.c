/* fit.c: from data and options to a model: check, standardize, search, back into the caller's units. */
#include "error.h"
#include "given.h"
#include "model.h"
#include "options.h"
#include "prepare.h"
#include "result.h"

/* Fit rows that are framed, of which so many are distinct. */
static mixture_status fit_rows(const mixture_family *family, mixture_data *data, const mixture_options *options,
                               size_t distinct, const mix_cancel *cancel, mixture_model **model,
                               mixture_error *error) {
    mix_multistart multistart;
    mixture_model *given = NULL;
    mix_found found = {0};
    mix_multistart_begin(&multistart, family, data, cancel);
    mixture_status status = mix_prepare_k(data, options, distinct, cancel, error);
    if (status == MIXTURE_OK && mix_given_any(family, &options->start)) {
        status = mix_given_take(family, data, options, &given, error);
        multistart.given = given;
    }
    if (status == MIXTURE_OK && !mix_multistart_everything_given(family, options)) {
        status = mix_error_status(
            error, mix_init_new(family, data, options, options->k, false, cancel, &multistart.init));
        if (status == MIXTURE_OK) {
            status =
                mix_error_status(error, mix_starts_new(multistart.init, options->k, cancel, &multistart.starts));
        }
    }
    if (status == MIXTURE_OK) {
        status = mix_error_status(error, mix_result_shift(&multistart, &multistart.shift));
    }
    if (status == MIXTURE_OK) {
        multistart.watch = options->watch;
        status = mix_multistart_run(&multistart, options, NULL, &found, error);
    }
    if (status == MIXTURE_OK) {
        status = mix_result_deliver(&multistart, options, multistart.shift, &found, model, error);
    }
    mix_found_clear(&found);
    mix_starts_free(multistart.starts);
    mix_init_free(multistart.init);
    mixture_model_free(given);
    return status;
}

static mixture_status warn_of_few(mixture_model **model, size_t k, mixture_error *error) {
    mixture_status status =
        mix_model_warn(*model, "k = %zu was asked for, but there are %zu distinct rows", k, (*model)->k);
    if (status != MIXTURE_OK) {
        mixture_model_free(*model);
        *model = NULL;
    }
    return mix_error_status(error, status);
}

mixture_status mixture_fit(const mixture_family *family, mixture_data *data, const mixture_options *options,
                           mixture_model **model, mixture_error *error) {
    mix_cancel_once once = {{options->cancel, options->host}, false};
    const mix_cancel cancel = {mix_cancel_said, &once};
    mixture_options fewer = *options;
    size_t distinct;
    *model = NULL;
    mix_watch_phase(options->watch, "preparing", 0);
    mixture_status status = mix_options_check(options, error);
    if (status == MIXTURE_OK && options->few_rows != MIXTURE_FEW_ERROR && mixture_data_rows(data) > 0 &&
        !mix_prepare_has_values(data, &distinct)) {
        return MIXTURE_OK; /* no number of components is few enough */
    }
    if (status == MIXTURE_OK) {
        status = mix_prepare_rows(family, data, options, options->k, &cancel, &distinct, error);
    }
    if (status != MIXTURE_OK || distinct >= options->k) {
        return status == MIXTURE_OK ? fit_rows(family, data, options, distinct, &cancel, model, error) : status;
    }
    if (options->few_rows == MIXTURE_FEW_NULL) {
        return MIXTURE_OK;
    }
    if (options->few_rows == MIXTURE_FEW_FEWER && !mix_given_any(family, &options->start)) {
        fewer.k = distinct;
    }
    status = fit_rows(family, data, &fewer, distinct, &cancel, model, error);
    return status == MIXTURE_OK ? warn_of_few(model, options->k, error) : status;
}
