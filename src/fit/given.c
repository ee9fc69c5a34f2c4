/* given.c: equal weights and valid parameters stand in for what was not given. */
#include "given.h"

#include "error.h"
#include "model.h"
#include "multistart.h"
#include "noise.h"

bool mix_given_any(const mixture_family *family, const mixture_start *start) {
    bool any = start->weights != NULL;
    for (size_t a = 0; start->arrays != NULL && a < family->array_count; a++) {
        any = any || start->arrays[a] != NULL;
    }
    return any;
}

/* The noise has what given weights lack of 1; or some rows where they lack nothing, or are not given. */
static void give_noise(const mixture_data *data, const mixture_start *start, mixture_model *given) {
    double sum = 0;
    for (size_t c = 0; c < given->k; c++) {
        sum += given->weights[c];
    }
    bool lacking = start->weights != NULL && sum < 1 - 1e-4 && sum > 0;
    mix_noise_begin(given, data->noise_box, data->noise_log_density, lacking ? 0 : MIX_FIRST_NOISE);
    given->noise = lacking ? 1 - sum : given->noise;
}

mixture_status mix_given_take(const mixture_family *family, const mixture_data *data,
                              const mixture_options *options, mixture_model **result, mixture_error *error) {
    const mixture_start *start = &options->start;
    size_t k = options->k;
    const mix_shape shape = mix_shape_for(family, data, k, 0);
    mixture_model *given = *result = mix_model_new(&shape);
    if (given == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    for (size_t c = 0; c < k; c++) {
        given->weights[c] = start->weights != NULL && !options->equal_weights ? start->weights[c] : 1 / (double)k;
    }
    if (options->noise) {
        give_noise(data, start, given);
    }
    family->stand_in(given);
    for (size_t a = 0; a < family->array_count; a++) {
        if (start->arrays != NULL && start->arrays[a] != NULL) {
            memcpy(given->arrays[a], start->arrays[a], k * mix_model_array_size(given, a) * sizeof(double));
        }
    }
    mixture_error inner = {MIXTURE_OK, ""};
    mixture_status status = mixture_model_prepare(given, &inner);
    if (status == MIXTURE_INVALID) {
        return mix_error_invalid(error, "option init: %s", inner.text);
    }
    if (family->move != NULL) {
        family->move(given, &data->frame, false);
    }
    return mix_error_status(error, status);
}
