/* statistics.c: the three verbs of EM - expect, merge, maximize - for a model of any family. */
#include "statistics.h"

#include <math.h>

#include "noise.h"
#include "score.h"

size_t mix_statistics_size(const mix_shape *shape) {
    return MIX_TOTALS + shape->k * shape->family->statistics_size(shape);
}

/* A known component: the others' densities become 0, and the posterior gives 1 to it. */
static void apply_labels(const mix_rows *rows, size_t k, double *densities) {
    for (size_t r = 0; r < rows->count; r++) {
        size_t label = (size_t)rows->label[r];
        for (size_t c = 0; c < k && label != 0; c++) {
            if (c + 1 != label) {
                densities[c * rows->stride + r] = -INFINITY;
            }
        }
    }
}

void mix_statistics_accumulate(const mixture_model *model, const mix_rows *rows, const double *resp,
                               double *statistics, double *scratch) {
    model->family->accumulate(model, rows, resp, statistics + MIX_TOTALS, scratch);
}

/* What the components say of rows, with or without gaps. */
static bool find_densities(const mixture_model *model, const mix_rows *rows, double *densities, double *scratch,
                           mix_gaps *gaps, mix_turns *turns) {
    return rows->pattern != NULL ? mix_gaps_log_density(gaps, rows, densities, scratch, turns)
                                 : mix_family_log_density(model, rows, densities, scratch, turns);
}

static bool accumulate(const mixture_model *model, const mix_rows *rows, const double *resp, double *statistics,
                       double *scratch, mix_gaps *gaps, mix_turns *turns) {
    return rows->pattern != NULL
               ? mix_gaps_accumulate(gaps, rows, resp, scratch, turns)
               : mix_family_accumulate(model, rows, resp, statistics + MIX_TOTALS, scratch, turns);
}

bool mix_statistics_expect_until(const mixture_model *model, const mix_rows *rows, double *statistics,
                                 double *scratch, mix_gaps *gaps, mix_turns *turns) {
    double *densities = scratch, *family_scratch = scratch + model->k * rows->stride;
    if (!find_densities(model, rows, densities, family_scratch, gaps, turns)) {
        return false;
    }
    size_t columns = mix_noise_columns(model);
    if (model->noisy) { /* where the family's scratch is: it is done, and what is done next does not need these */
        mix_noise_log_density(model, rows, densities + model->k * rows->stride);
    }
    if (rows->label != NULL) {
        apply_labels(rows, columns, densities);
    }
    mix_kernel_current()->posterior(rows, columns, model->log_weights, densities, statistics);
    return accumulate(model, rows, densities, statistics, family_scratch, gaps, turns);
}

void mix_statistics_expect(const mixture_model *model, const mix_rows *rows, double *statistics, double *scratch) {
    mix_turns turns = {.cancel = NULL};
    (void)mix_statistics_expect_until(model, rows, statistics, scratch, NULL, &turns);
}

bool mix_statistics_expect_exactly(const mixture_model *model, const mix_rows *rows, double *statistics,
                                   double *scratch, mixture_scratch *alone, mix_gaps *gaps, mix_turns *turns) {
    double base[MIX_BLOCK_ROWS], sum = 0;
    if (mix_score_base(model, rows, base)) {
        if (!mix_statistics_expect_until(model, rows, statistics, scratch, gaps, turns)) {
            return false;
        }
        for (size_t r = 0; r < rows->count; r++) {
            sum += (rows->weight != NULL ? rows->weight[r] : 1) * base[r];
        }
        statistics[MIX_TOTAL_LOGLIK] += sum;
        return true;
    }
    double totals[MIX_TOTALS] = {0};
    if (!mix_score_alone(model, rows, scratch, totals, alone, turns)) {
        return false;
    }
    /* A row that is impossible is as unlikely as the kernels have it, so that sums stay finite. */
    totals[MIX_TOTAL_LOGLIK] = fmax(totals[MIX_TOTAL_LOGLIK], MIX_LOG_DENSITY_FLOOR);
    mix_statistics_merge(statistics, totals, MIX_TOTALS);
    return accumulate(model, rows, scratch, statistics, scratch + model->k * rows->stride, gaps, turns);
}

void mix_statistics_merge(double *sum, const double *part, size_t size) {
    for (size_t i = 0; i < size; i++) {
        sum[i] += part[i];
    }
}

mixture_status mix_statistics_maximize(mixture_model *model, const double *statistics, const mix_maximize *how,
                                       double *scratch, mixture_error *error) {
    const double *components = statistics + MIX_TOTALS;
    const mix_shape shape = mix_shape_of(model);
    size_t size = model->family->statistics_size(&shape);
    double total = 0;
    for (size_t c = 0; c < model->k; c++) {
        total += components[c * size];
    }
    double left = 1; /* what the noise leaves to the components */
    if (model->noisy && statistics[MIX_TOTAL_WEIGHT] > 0) {
        left = fmin(total / statistics[MIX_TOTAL_WEIGHT], 1);
        model->noise = 1 - left;
    } else if (model->noisy) { /* of rows that are known to belong to components */
        left = 1 - model->noise;
    }
    for (size_t c = 0; c < model->k; c++) {
        model->weights[c] = left * (how->equal_weights ? 1 / (double)model->k : components[c * size] / total);
    }
    model->family->maximize(model, components, how, scratch);
    return mixture_model_prepare(model, error);
}
