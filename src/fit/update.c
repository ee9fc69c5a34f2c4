/* update.c: statistics of the model, of a row, and the M-step of both together. */
#include "update.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "memory.h"
#include "model.h"
#include "pass.h"
#include "stream.h"

struct mix_update {
    mixture_model *model;
    double memory;
    size_t size;
    double *statistics, *row; /* of both; of the row alone */
    double *scratch;          /* of the M-step */
    mix_pass_how how;
    mix_stream *stream; /* adds to `row` */
    mixture_scratch *alone;
};

void mix_update_free(mix_update *update) {
    if (update != NULL) {
        mix_stream_free(update->stream);
        mixture_scratch_free(update->alone);
        mix_pass_how_clear(&update->how);
        mix_memory_free(update->scratch);
        mix_memory_free(update->statistics);
        mixture_model_free(update->model);
        mix_memory_free(update);
    }
}

static mixture_model *copy_for_update(const mixture_model *from) {
    const mix_shape shape = mix_shape_of(from);
    mixture_model *model = mix_model_new(&shape);
    if (model != NULL) {
        mix_model_copy(model, from);
        model->n = from->n;
        model->trials = from->trials;
        model->equal_weights = from->equal_weights;
        model->skip_nulls = from->skip_nulls;
    }
    return model;
}

mix_update *mix_update_new(const mixture_model *model, double memory, const mix_cancel *cancel) {
    const mix_shape shape = mix_shape_of(model);
    mix_update *update = mix_memory_zeros(1, sizeof *update);
    if (update == NULL) {
        return NULL;
    }
    update->memory = memory;
    update->size = mix_statistics_size(&shape);
    update->statistics = mix_memory_zeros(2 * update->size, sizeof(double));
    update->scratch = mix_memory_array(mix_family_full_scratch(&shape), sizeof(double));
    update->model = copy_for_update(model);
    update->alone = mixture_scratch_new(model);
    if (mix_pass_how_begin(&update->how, model, 1, cancel) && update->statistics != NULL &&
        update->scratch != NULL && update->model != NULL && update->alone != NULL) {
        update->row = update->statistics + update->size;
        update->stream = mix_stream_new(update->model, 0, update->alone, update->row, cancel);
    }
    if (update->stream == NULL) {
        mix_update_free(update);
        return NULL;
    }
    return update;
}

/* Statistics of the rows that the model stands for when it counts for n of them. */
static void represent_rows(const mix_update *update, double n) {
    const mixture_model *model = update->model;
    const mix_shape shape = mix_shape_of(model);
    size_t own = model->family->statistics_size(&shape);
    memset(update->statistics, 0, MIX_TOTALS * sizeof(double));
    update->statistics[MIX_TOTAL_WEIGHT] = n;
    for (size_t c = 0; c < model->k; c++) {
        model->family->represent(model, c, n * model->weights[c], update->statistics + MIX_TOTALS + c * own);
    }
}

static mixture_status expect_update(mix_update *update, const double *x, bool *taken) {
    memset(update->row, 0, update->size * sizeof(double));
    mixture_status status = mix_stream_add(update->stream, x, 1, 0, taken);
    return status == MIXTURE_OK && *taken ? mix_stream_flush(update->stream) : status;
}

static mixture_status maximize_update(mix_update *update, mixture_error *error) {
    mixture_model *model = update->model;
    const mix_shape shape = mix_shape_of(model);
    const double *components = update->statistics + MIX_TOTALS;
    mix_pass_how_renew(&update->how, model, update->statistics, update->scratch);
    model->cancel = update->how.how.cancel;
    mixture_status status =
        mix_statistics_maximize(model, update->statistics, &update->how.how, update->scratch, error);
    model->cancel = NULL;
    if (model->family->mean_total != NULL) {
        model->trials = model->family->mean_total(&shape, components);
    }
    return status;
}

mixture_status mix_update_add(mix_update *update, const double *x, double weight, mixture_error *error) {
    mixture_model *model = update->model;
    bool taken = false;
    mixture_status status = mix_error_status(error, expect_update(update, x, &taken));
    if (status != MIXTURE_OK || !taken) {
        return status;
    }
    status = mix_pass_check_statistics(model, update->row, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    double n = fmin(model->n, update->memory - weight);
    represent_rows(update, n);
    for (size_t i = 0; i < update->size; i++) {
        update->statistics[i] += weight * update->row[i];
    }
    model->n = n + weight;
    return maximize_update(update, error);
}

const mixture_model *mix_update_model(const mix_update *update) {
    return update->model;
}
