/* filled.c: one component by EM, and its conditional expectations. */
#include "filled.h"

#include "em.h"
#include "memory.h"
#include "model.h"

/* Far enough for a place to start from. */
enum { FILLING_MAPS = 50 };
#define FILLING_TOL 1e-3

static mixture_status fit_one(const mixture_data *data, const mixture_options *options, const mix_cancel *cancel,
                              mixture_model *one) {
    mixture_options single = *options;
    mix_em em;
    single.k = 1;
    single.structure = 0;
    single.threads = 1;
    single.noise = false;
    one->weights[0] = 1;
    one->family->stand_in(one);
    one->cancel = cancel;
    mixture_status status = mixture_model_prepare(one, NULL);
    if (status == MIXTURE_OK) {
        status = mix_em_init(&em, one->family, data, &single, cancel);
        if (status == MIXTURE_OK) {
            status = mix_em_run(&em, one, FILLING_MAPS, FILLING_TOL, NULL);
        }
        mix_em_clear(&em);
    }
    return status;
}

static mixture_status fill_rows(const mixture_data *data, const mixture_model *one, const mix_cancel *cancel,
                                mixture_data *filled) {
    const mix_shape shape = mix_shape_of(one);
    mixture_scratch *scratch = mixture_scratch_new(one);
    double *x = mix_memory_array(data->d, sizeof(double));
    mixture_status status = scratch != NULL && x != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    mix_turns turns = {.cancel = cancel};
    for (size_t row = 0; status == MIXTURE_OK && row < data->rows; row++) {
        for (size_t j = 0; j < data->d; j++) {
            x[j] = mix_data_value(data, row, j);
        }
        if (row + data->incomplete >= data->rows) {
            bool over = mix_turns_over(&turns, 20 * (double)data->d * one->family->work(&shape));
            mixture_impute(one, x, scratch);
            status = over ? MIXTURE_CANCELLED : MIXTURE_OK;
        }
        if (status == MIXTURE_OK) {
            status = mixture_data_append(filled, x, mix_data_weight(data, row), mix_data_label(data, row));
        }
    }
    mixture_scratch_free(scratch);
    mix_memory_free(x);
    return status;
}

mixture_status mix_filled_new(const mixture_family *family, const mixture_data *data,
                              const mixture_options *options, const mix_cancel *cancel, mixture_data **result) {
    const mix_shape shape = mix_shape_for(family, data, 1, 0);
    mixture_model *one = mix_model_new(&shape);
    mixture_data *filled = *result = mixture_data_new(data->d, data->extras);
    mixture_status status = one != NULL && filled != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    if (status == MIXTURE_OK) {
        status = fit_one(data, options, cancel, one);
    }
    if (status == MIXTURE_OK) {
        status = fill_rows(data, one, cancel, filled);
    }
    mixture_model_free(one);
    if (status != MIXTURE_OK) {
        mixture_data_free(filled);
        *result = NULL;
        return status;
    }
    filled->parts = data->parts;
    filled->frame = data->frame;
    filled->still = data->still;
    filled->steps = data->steps;
    filled->total_weight = data->total_weight;
    filled->sorted = filled->standardized = true;
    return MIXTURE_OK;
}

void mix_filled_free(mixture_data *filled) {
    if (filled != NULL) {
        filled->frame = (mix_frame){0}; /* is the data's, */
        filled->steps = NULL;           /* and so are these */
        filled->still = NULL;
        mixture_data_free(filled);
    }
}
