/* score.c: what a model says of rows.
**
** A complete row goes through the same kernels as EM, as a block with one row. A row with values missing, or so
** far away that its densities fall below what a double holds or their differences below what it tells apart, takes
** the family's slow way in long double. */
#include "score.h"

#include <math.h>
#include <string.h>

#include "block.h"
#include "family.h"
#include "kernel.h"
#include "memory.h"
#include "mixed.h"
#include "noise.h"

struct mixture_scratch {
    double *x;          /* d columns of MIX_LANES rows, of which the first is used */
    double *densities;  /* k columns of MIX_LANES rows */
    double *family;     /* its scratch */
    long double *exact; /* k log densities, then the family's scratch; inside exact_block, aligned */
    void *exact_block;
    double *complete; /* d */
    double *resp;     /* k */
};

mixture_scratch *mixture_scratch_new(const mixture_model *model) {
    mixture_scratch *scratch = mix_memory_zeros(1, sizeof *scratch);
    if (scratch == NULL) {
        return NULL;
    }
    size_t k = model->k, d = model->d;
    const mix_shape shape = mix_shape_of(model);
    scratch->x = mix_memory_zeros(d, MIX_LANES * sizeof(double));
    scratch->densities = mix_memory_array(k + 1, MIX_LANES * sizeof(double));
    scratch->family = mix_memory_array(model->family->scratch_size(&shape), sizeof(double));
    /* The allocator promises 8 bytes of alignment only. */
    const size_t alignment = _Alignof(long double);
    scratch->exact_block = mix_memory_array(k + model->family->observed->size(&shape) + 1, sizeof(long double));
    scratch->exact = (long double *)(((uintptr_t)scratch->exact_block + alignment - 1) & ~(alignment - 1));
    scratch->complete = mix_memory_array(d, sizeof(double));
    scratch->resp = mix_memory_array(k, sizeof(double));
    if (scratch->x == NULL || scratch->densities == NULL || scratch->family == NULL ||
        scratch->exact_block == NULL || scratch->complete == NULL || scratch->resp == NULL) {
        mixture_scratch_free(scratch);
        return NULL;
    }
    return scratch;
}

void mixture_scratch_free(mixture_scratch *scratch) {
    if (scratch != NULL) {
        mix_memory_free(scratch->x);
        mix_memory_free(scratch->densities);
        mix_memory_free(scratch->family);
        mix_memory_free(scratch->exact_block);
        mix_memory_free(scratch->complete);
        mix_memory_free(scratch->resp);
        mix_memory_free(scratch);
    }
}

/* The sum of a large log_base and a density as large, of the other sign, is not exact. */
#define EXACT_BASE 1e5

bool mix_score_base(const mixture_model *model, const mix_rows *rows, double *base) {
    const mix_shape shape = mix_shape_of(model);
    bool exact = true;
    memset(base, 0, rows->count * sizeof(double));
    if (model->family->log_base != NULL) {
        model->family->log_base(&shape, rows, base);
    }
    for (size_t r = 0; r < rows->count; r++) {
        exact = exact && fabs(base[r]) < EXACT_BASE;
    }
    return exact;
}

/* Densities of a complete row by the kernels, k of them, MIX_LANES apart in scratch->densities, without the
** family's log_base, which goes to *base; false when one is too low to be exact, or all to be compared. */
static bool fast_densities(const mixture_model *model, const double *x, mixture_scratch *scratch, mix_rows *rows,
                           double *base) {
    for (size_t j = 0; j < model->d; j++) {
        scratch->x[j * MIX_LANES] = x[j];
    }
    *rows = (mix_rows){.x = scratch->x, .stride = MIX_LANES, .count = 1, .padded = MIX_LANES};
    model->family->log_density(model, rows, scratch->densities, scratch->family);
    double top = -INFINITY;
    for (size_t c = 0; c < model->k; c++) {
        if (!(scratch->densities[c * MIX_LANES] > MIX_LOG_DENSITY_EXACT)) {
            return false;
        }
        top = fmax(top, scratch->densities[c * MIX_LANES]);
    }
    bool comparable = top > MIX_LOG_DENSITY_FAR || model->family->log_ratio == NULL;
    return comparable && mix_score_base(model, rows, base);
}

/* The same for any row, into scratch->exact. */
static void exact_densities(const mixture_model *model, const double *x, mixture_scratch *scratch) {
    for (size_t c = 0; c < model->k; c++) {
        scratch->exact[c] = model->family->observed->log_density(model, c, x, scratch->exact + model->k);
    }
}

/* Far from all components: take the densities relative to that of the likeliest one, which is found so, too.
** *best: the likeliest as far as the densities themselves tell. */
static void compare_far(const mixture_model *model, const double *x, size_t *best, mixture_scratch *scratch) {
    long double *relative = scratch->exact, *work = relative + model->k;
    const mixture_family *family = model->family;
    for (size_t c = 0; c < model->k; c++) {
        if (model->weights[c] > 0 && family->log_ratio(model, c, *best, x, work) > 0) {
            *best = c;
        }
    }
    for (size_t c = 0; c < model->k; c++) {
        long double ratio = c == *best ? 0 : family->log_ratio(model, c, *best, x, work);
        relative[c] = isnan(ratio) ? -HUGE_VALL : ratio; /* where a long double has no more range than a double */
    }
}

/* Log-sum-exp over the exact densities of x, which become relative joint densities in their place. */
static double exact_responsibilities(const mixture_model *model, const double *x, double *resp,
                                     mixture_scratch *scratch) {
    long double *joint = scratch->exact, top = -HUGE_VALL, sum = 0;
    size_t best = 0;
    for (size_t c = 0; c < model->k; c++) {
        if (model->weights[c] > 0 && joint[c] > top) {
            top = joint[c];
            best = c;
        }
    }
    bool noisy = model->noisy && model->noise > 0;
    if (top == -HUGE_VALL && !noisy) { /* impossible under every component: it says nothing */
        memcpy(resp, model->weights, model->k * sizeof(double));
        return -INFINITY;
    }
    long double base = top; /* what the densities are relative to */
    if (noisy) {
        long double noise = (long double)mix_noise_row(model, x);
        base = top = fmaxl(top, noise);
        sum = (long double)model->noise * expl(noise - base);
    } else if (top < (long double)MIX_LOG_DENSITY_FAR && model->family->log_ratio != NULL) {
        compare_far(model, x, &best, scratch);
        base = 0;
    }
    for (size_t c = 0; c < model->k; c++) { /* with nothing observed, exactly the weights */
        joint[c] = model->weights[c] > 0 ? (long double)model->weights[c] * expl(joint[c] - base) : 0;
        sum += joint[c];
    }
    for (size_t c = 0; c < model->k; c++) {
        resp[c] = (double)(joint[c] / sum);
    }
    return (double)(top + logl(sum));
}

double mixture_posterior(const mixture_model *model, const double *x, double *resp, double *log_densities,
                         mixture_scratch *scratch) {
    mix_rows rows;
    double base;
    bool fast = mix_block_complete(x, model->d) && fast_densities(model, x, scratch, &rows, &base);
    if (!fast) {
        exact_densities(model, x, scratch);
    }
    for (size_t c = 0; log_densities != NULL && c < model->k; c++) {
        log_densities[c] = fast ? scratch->densities[c * MIX_LANES] + base : (double)scratch->exact[c];
    }
    if (resp == NULL) {
        return 0;
    }
    if (!fast) {
        return exact_responsibilities(model, x, resp, scratch);
    }
    double totals[MIX_TOTALS] = {0};
    if (model->noisy) {
        mix_noise_log_density(model, &rows, scratch->densities + model->k * MIX_LANES);
    }
    mix_kernel_current()->posterior(&rows, mix_noise_columns(model), model->log_weights, scratch->densities,
                                    totals);
    for (size_t c = 0; c < model->k; c++) {
        resp[c] = scratch->densities[c * MIX_LANES];
    }
    return totals[MIX_TOTAL_LOGLIK] + base;
}

/* A row whose component is known: its log joint density. */
static double labelled_log_density(const mixture_model *model, const double *x, size_t label, double *resp,
                                   mixture_scratch *scratch) {
    (void)mixture_posterior(model, x, NULL, resp, scratch);
    double joint = resp[label - 1] + model->log_weights[label - 1];
    for (size_t c = 0; c < model->k; c++) {
        resp[c] = c + 1 == label;
    }
    return joint;
}

/* Row r, NaN where it has no value. */
static void take_row(const mix_rows *rows, size_t r, size_t d, double *x) {
    for (size_t j = 0; rows->pattern != NULL && j < d; j++) {
        x[j] = NAN;
    }
    for (size_t i = 0; i < mix_rows_columns(rows, d); i++) {
        x[rows->pattern != NULL ? rows->pattern->columns[i] : i] = rows->x[i * rows->stride + r];
    }
}

bool mix_score_alone(const mixture_model *model, const mix_rows *rows, double *resp, double *totals,
                     mixture_scratch *scratch, mix_turns *turns) {
    const mix_shape shape = mix_shape_of(model);
    double work = 10 * (double)model->k * model->family->work(&shape); /* of long doubles */
    for (size_t r = 0; r < rows->padded; r++) {
        if (mix_turns_over(turns, work)) {
            return false;
        }
        double weight = r >= rows->count ? 0 : rows->weight != NULL ? rows->weight[r] : 1;
        size_t label = r < rows->count && rows->label != NULL ? (size_t)rows->label[r] : 0;
        if (r < rows->count) {
            take_row(rows, r, model->d, scratch->complete);
        }
        double loglik = r >= rows->count ? 0
                        : label > 0 ? labelled_log_density(model, scratch->complete, label, scratch->resp, scratch)
                                    : mixture_responsibilities(model, scratch->complete, scratch->resp, scratch);
        for (size_t c = 0; c < model->k; c++) {
            double share = r < rows->count ? scratch->resp[c] : 0;
            resp[c * rows->stride + r] = weight * share;
            totals[MIX_TOTAL_ENTROPY] -= share > 0 ? weight * (share * log(share)) : 0;
        }
        if (model->noisy && label == 0 && r < rows->count) {
            double share = mix_noise_share(model, scratch->resp);
            totals[MIX_TOTAL_ENTROPY] -= share > 0 ? weight * (share * log(share)) : 0;
        }
        totals[MIX_TOTAL_WEIGHT] += weight;
        totals[MIX_TOTAL_LOGLIK] += weight > 0 ? weight * loglik : 0;
    }
    return true;
}

void mixture_component_log_densities(const mixture_model *model, const double *x, double *log_densities,
                                     mixture_scratch *scratch) {
    (void)mixture_posterior(model, x, NULL, log_densities, scratch);
}

double mixture_responsibilities(const mixture_model *model, const double *x, double *resp,
                                mixture_scratch *scratch) {
    return mixture_posterior(model, x, resp, NULL, scratch);
}

double mixture_distance(const mixture_model *model, size_t component, const double *x, mixture_scratch *scratch) {
    if (model->family->distance == NULL) {
        return NAN;
    }
    return (double)sqrtl(model->family->distance(model, component, x, scratch->exact + model->k));
}

/* Responsibilities if the row belongs to a component, of which alone something can be expected. */
static void share_without_noise(const mixture_model *model, double *resp) {
    double sum = 0;
    for (size_t c = 0; c < model->k; c++) {
        sum += resp[c];
    }
    for (size_t c = 0; c < model->k; c++) {
        resp[c] = sum > 0 ? resp[c] / sum : model->noise < 1 ? model->weights[c] / (1 - model->noise) : 0;
    }
}

void mixture_impute(const mixture_model *model, double *x, mixture_scratch *scratch) {
    size_t d = model->d;
    if (mix_block_complete(x, d)) {
        return;
    }
    (void)mixture_responsibilities(model, x, scratch->resp, scratch);
    if (model->noisy) {
        share_without_noise(model, scratch->resp);
    }
    /* scratch->x is free now; sums of the conditional expectations go there. */
    double *sum = scratch->x;
    memset(sum, 0, d * sizeof(double));
    for (size_t c = 0; c < model->k; c++) {
        model->family->observed->conditional(model, c, x, scratch->complete, scratch->exact + model->k);
        for (size_t j = 0; j < d && scratch->resp[c] > 0; j++) {
            sum[j] += scratch->resp[c] * scratch->complete[j];
        }
    }
    for (size_t j = 0; j < d; j++) {
        double probability;
        if (isnan(x[j]) && model->family->parts != NULL && mix_family_level_count(model->family, j) > 0) {
            sum[j] = (double)mix_mixed_likeliest(model, j, scratch->resp, 0, &probability);
        }
        x[j] = isnan(x[j]) ? sum[j] : x[j];
    }
    memset(scratch->x, 0, d * MIX_LANES * sizeof(double)); /* the unused lanes are 0 again */
}

/* ---- Batches ----------------------------------------------------------------------------------------- */

struct mix_batch {
    const mixture_model *model;
    mixture_scratch *scratch; /* for rows that go alone */
    mix_block block;          /* rows that wait */
    double *work;             /* densities, then the family's scratch */
    double total;
    mix_turns turns;
};

mix_batch *mix_batch_new(const mixture_model *model) {
    mix_batch *batch = mix_memory_zeros(1, sizeof *batch);
    if (batch == NULL) {
        return NULL;
    }
    const mix_shape shape = mix_shape_of(model);
    batch->model = model;
    batch->scratch = mixture_scratch_new(model);
    size_t most = mix_block_most(model->k);
    batch->work = mix_memory_array(mix_family_scratch_for(&shape, most), sizeof(double));
    if (!mix_block_begin_for(&batch->block, model->d, most) || batch->scratch == NULL || batch->work == NULL) {
        mix_batch_free(batch);
        return NULL;
    }
    return batch;
}

void mix_batch_free(mix_batch *batch) {
    if (batch != NULL) {
        mixture_scratch_free(batch->scratch);
        mix_block_clear(&batch->block);
        mix_memory_free(batch->work);
        mix_memory_free(batch);
    }
}

/* Whether the kernels' densities of all rows are exact. */
static bool batch_is_near(const double *densities, size_t k, const mix_rows *rows) {
    bool near = true;
    for (size_t c = 0; c < k; c++) {
        for (size_t r = 0; r < rows->count; r++) {
            near = near && densities[c * rows->stride + r] > MIX_LOG_DENSITY_EXACT;
        }
    }
    return near;
}

/* Score what waits. Should a row be too far away for the kernels, or its log_base too large, each row goes
** alone. */
static void batch_flush(mix_batch *batch) {
    const mixture_model *model = batch->model;
    mix_rows rows = mix_block_rows(&batch->block);
    double *densities = batch->work, *family_scratch = densities + model->k * rows.stride;
    double base[MIX_BLOCK_ROWS], bases = 0;
    mix_block_empty(&batch->block);
    if (!mix_family_log_density(model, &rows, densities, family_scratch, &batch->turns)) {
        return;
    }
    double totals[MIX_TOTALS] = {0};
    if (mix_score_base(model, &rows, base) && batch_is_near(densities, model->k, &rows)) {
        if (model->noisy) {
            mix_noise_log_density(model, &rows, densities + model->k * rows.stride);
        }
        mix_kernel_current()->posterior(&rows, mix_noise_columns(model), model->log_weights, densities, totals);
        for (size_t r = 0; r < rows.count; r++) {
            bases += base[r];
        }
    } else {
        (void)mix_score_alone(model, &rows, densities, totals, batch->scratch, &batch->turns);
    }
    batch->total += totals[MIX_TOTAL_LOGLIK];
    batch->total += bases;
}

bool mix_batch_ask(mix_batch *batch, const mix_cancel *cancel) {
    batch->turns.cancel = cancel;
    return batch->turns.over;
}

void mix_batch_add(mix_batch *batch, const double *x, double weight, int label) {
    if (label > 0) {
        batch->total +=
            weight * labelled_log_density(batch->model, x, (size_t)label, batch->scratch->resp, batch->scratch);
    } else if (!mix_block_complete(x, batch->model->d) || weight != 1) {
        batch->total += weight * mixture_responsibilities(batch->model, x, batch->scratch->resp, batch->scratch);
    } else if (mix_block_add(&batch->block, x)) {
        batch_flush(batch);
    }
}

double mix_batch_total(mix_batch *batch) {
    if (batch->block.count > 0) {
        batch_flush(batch);
    }
    return batch->total;
}
