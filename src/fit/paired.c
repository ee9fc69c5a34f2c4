/* paired.c: log densities of rows, block by block, through the kernels of EM: the log density of a row is the joint
** one of its likeliest component less the logarithm of that one's responsibility. */
#include "paired.h"

#include <math.h>

#include "family.h"
#include "kernel.h"
#include "memory.h"

/* -sum_c r_c ln r_c of row r of a block whose row weights are in the responsibilities. */
static double row_entropy(const mix_rows *rows, size_t k, const double *resp, size_t r, double weight) {
    double entropy = 0;
    for (size_t c = 0; c < k; c++) {
        double share = resp[c * rows->stride + r] / weight;
        entropy -= share > 0 ? share * log(share) : 0;
    }
    return entropy;
}

/* densities: the log densities of the components; they become responsibilities. */
static void score_rows(const mixture_model *model, const mix_rows *rows, bool entropies, double *densities,
                       double *values) {
    size_t likeliest[MIX_BLOCK_ROWS];
    double totals[MIX_TOTALS] = {0};
    for (size_t r = 0; r < rows->count; r++) {
        likeliest[r] = 0;
        values[r] = densities[r] + model->log_weights[0];
    }
    for (size_t c = 1; c < model->k; c++) {
        const double *column = densities + c * rows->stride;
        for (size_t r = 0; r < rows->count; r++) {
            double joint = column[r] + model->log_weights[c];
            likeliest[r] = joint > values[r] ? c : likeliest[r];
            values[r] = joint > values[r] ? joint : values[r];
        }
    }
    mix_kernel_current()->posterior(rows, model->k, model->log_weights, densities, totals);
    for (size_t r = 0; r < rows->count; r++) {
        double weight = rows->weight != NULL ? rows->weight[r] : 1;
        double share = densities[likeliest[r] * rows->stride + r] / weight; /* 1/k at least */
        values[r] = -2 * (fmax(values[r], MIX_LOG_DENSITY_FLOOR) - log(share));
        values[r] += entropies ? 2 * row_entropy(rows, model->k, densities, r, weight) : 0;
    }
}

mixture_status mix_paired_rows(const mixture_model *model, const mixture_data *data, mixture_criterion criterion,
                               const mix_cancel *cancel, double *values) {
    const mix_shape shape = mix_shape_of(model);
    double *densities = mix_memory_array(mix_family_full_scratch(&shape), sizeof *densities);
    mix_turns turns = {.cancel = cancel};
    bool goes_on = densities != NULL;
    for (size_t b = 0; goes_on && b * MIX_BLOCK_ROWS < data->rows; b++) {
        mix_rows rows = mix_data_block(data, b);
        goes_on = !mix_cancelled(cancel) &&
                  mix_family_log_density(model, &rows, densities, densities + model->k * rows.stride, &turns);
        if (goes_on) {
            score_rows(model, &rows, criterion == MIXTURE_ICL, densities, values + b * MIX_BLOCK_ROWS);
        }
    }
    mixture_status status = densities == NULL ? MIXTURE_NOMEM : goes_on ? MIXTURE_OK : MIXTURE_CANCELLED;
    mix_memory_free(densities);
    return status;
}

double mix_paired_deviation(const mixture_data *data, const double *a, const double *b) {
    double sum = 0, squares = 0;
    for (size_t r = 0; r < data->rows; r++) {
        sum += mix_data_weight(data, r) * (a[r] - b[r]);
    }
    for (size_t r = 0; r < data->rows; r++) {
        double difference = mix_data_weight(data, r) * (a[r] - b[r] - sum / data->total_weight);
        squares += difference * difference;
    }
    return sqrt(squares);
}
