/* paired.c: log densities of rows, run by run, through the kernels of EM: the log density of a row is the joint
** one of its likeliest component less the logarithm of that one's responsibility. */
#include "paired.h"

#include <math.h>

#include "gaps.h"
#include "kernel.h"
#include "memory.h"
#include "noise.h"
#include "patterns.h"

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
    size_t likeliest[MIX_BLOCK_ROWS], columns = mix_noise_columns(model);
    double totals[MIX_TOTALS] = {0};
    for (size_t r = 0; r < rows->count; r++) {
        likeliest[r] = 0;
        values[r] = densities[r] + model->log_weights[0];
    }
    for (size_t c = 1; c < columns; c++) {
        const double *column = densities + c * rows->stride;
        for (size_t r = 0; r < rows->count; r++) {
            double joint = column[r] + model->log_weights[c];
            likeliest[r] = joint > values[r] ? c : likeliest[r];
            values[r] = joint > values[r] ? joint : values[r];
        }
    }
    mix_kernel_current()->posterior(rows, columns, model->log_weights, densities, totals);
    for (size_t r = 0; r < rows->count; r++) {
        double weight = rows->weight != NULL ? rows->weight[r] : 1;
        double share = densities[likeliest[r] * rows->stride + r] / weight; /* 1/k at least */
        values[r] = -2 * (fmax(values[r], MIX_LOG_DENSITY_FLOOR) - log(share));
        values[r] += entropies ? 2 * row_entropy(rows, columns, densities, r, weight) : 0;
    }
}

mixture_status mix_paired_rows(const mixture_model *model, const mixture_data *data, mixture_criterion criterion,
                               const mix_cancel *cancel, double *values) {
    const mix_shape shape = mix_shape_of(model);
    double *densities = mix_memory_array(mix_family_full_scratch(&shape), sizeof *densities);
    double *room = mix_memory_zeros(mix_runs_room(data) + 1, sizeof *room);
    mix_gaps *gaps = data->incomplete > 0 ? mix_gaps_new(&shape) : NULL;
    bool made = densities != NULL && room != NULL && (gaps != NULL || data->incomplete == 0), goes_on = made;
    mix_turns turns = {.cancel = cancel};
    mix_runs runs;
    mix_rows rows;
    mix_runs_begin(&runs, data, 0, SIZE_MAX, room);
    if (gaps != NULL) {
        mix_gaps_begin(gaps, model, NULL);
    }
    while (goes_on && mix_runs_next(&runs, &rows)) {
        double *scratch = densities + model->k * rows.stride;
        goes_on = !mix_cancelled(cancel) &&
                  (rows.pattern != NULL ? mix_gaps_log_density(gaps, &rows, densities, scratch, &turns)
                                        : mix_family_log_density(model, &rows, densities, scratch, &turns));
        if (goes_on && model->noisy) {
            mix_noise_log_density(model, &rows, densities + model->k * rows.stride);
        }
        if (goes_on) {
            score_rows(model, &rows, criterion == MIXTURE_ICL, densities, values + runs.first);
        }
    }
    mix_gaps_free(gaps);
    mix_memory_free(room);
    mix_memory_free(densities);
    return !made ? MIXTURE_NOMEM : goes_on ? MIXTURE_OK : MIXTURE_CANCELLED;
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
