/* posterior.h: responsibilities of rows; a part of kernel.c, which alone includes it. */
#ifndef MIX_POSTERIOR_H
#define MIX_POSTERIOR_H

#include "shapes.h"

/* Row weights at `at`, 0 beyond the last row. */
MIX_INLINE vec row_weights(const mix_rows *rows, size_t at) {
    double weight[VEC_LANES];
    for (size_t lane = 0; lane < VEC_LANES; lane++) {
        double known = rows->weight != NULL ? rows->weight[at + lane] : 1;
        weight[lane] = at + lane < rows->count ? known : 0;
    }
    return vec_load(weight);
}

/* Relative joint densities of k components at one vector of rows: e_c = exp(t_c) with t_c = log joint density
** less the greatest, which goes to *top; their sum to *sum and sum of e_c t_c to *weighted. They go to
** `relative`, which may be where the densities are. */
MIX_INLINE void relative_densities(size_t k, size_t stride, const double *log_weights, const double *column,
                                   double *relative, size_t relative_stride, vec *top, vec *sum, vec *weighted) {
    vec most = vec_load(column) + log_weights[0];
    for (size_t c = 1; c < k; c++) {
        most = vec_max(most, vec_load(column + c * stride) + log_weights[c]);
    }
    most = floor_log_density(most);
    vec total = {0}, product = {0};
    for (size_t c = 0; c < k; c++) {
        /* -709 gives exactly 0, and 0 times it is no NaN as 0 times -infinity would be. */
        vec t = vec_max(vec_load(column + c * stride) + log_weights[c] - most, vec_all(-709));
        vec e = vec_exp(t);
        total += e;
        product += e * t;
        vec_store(relative + c * relative_stride, e);
    }
    *top = most;
    *sum = vec_max(total, vec_all(1e-300)); /* 0 only if a label allows nothing that has a weight */
    *weighted = product;
}

/* The same for two components, one of which has t = 0, so that one exponential does. */
MIX_INLINE void relative_densities_of_two(size_t stride, const double *log_weights, const double *column,
                                          double *relative, size_t relative_stride, vec *top, vec *sum,
                                          vec *weighted) {
    vec a = vec_load(column) + log_weights[0], b = vec_load(column + stride) + log_weights[1];
    vec_int first = a >= b;
    vec most = floor_log_density(vec_select(first, a, b));
    vec t = vec_max(vec_select(first, b, a) - most, vec_all(-709));
    vec e = vec_exp(t), one = vec_all(1);
    vec_store(relative, vec_select(first, one, e));
    vec_store(relative + relative_stride, vec_select(first, e, one));
    *top = most;
    *sum = 1 + e;
    *weighted = e * t;
}

/* Everything for the rows of part `part` of the lanes; totals: MIX_LANES lanes each. Where all rows count 1 the
** logarithm is taken of a product of sums, each of which is from 1 to k. */
MIX_INLINE void posterior_part(const mix_rows *rows, size_t k, const double *log_weights, double *densities,
                               size_t part, double totals[MIX_TOTALS][MIX_LANES]) {
    enum { FEW = 16 }; /* kept close together, as columns of a block are far apart in the cache */
    double few[FEW * VEC_LANES] __attribute__((aligned(64)));
    vec weights = {0}, loglik = {0}, entropy = {0}, product = vec_all(1);
    const bool plain = rows->weight == NULL && rows->label == NULL;
    for (size_t at = part * VEC_LANES; at < rows->padded; at += MIX_LANES) {
        double *column = densities + at;
        if (at >= rows->count) {
            for (size_t c = 0; c < k; c++) {
                vec_store(column + c * rows->stride, (vec){0});
            }
            continue;
        }
        vec top, sum, weighted, scale;
        double *relative = k <= FEW ? few : column;
        size_t relative_stride = k <= FEW ? VEC_LANES : rows->stride;
        if (k == 2 && rows->label == NULL) {
            relative_densities_of_two(rows->stride, log_weights, column, relative, relative_stride, &top, &sum,
                                      &weighted);
        } else {
            relative_densities(k, rows->stride, log_weights, column, relative, relative_stride, &top, &sum,
                               &weighted);
        }
        if (plain && at + VEC_LANES <= rows->count) {
            scale = 1 / sum;
            product *= sum;
            weights += 1;
            loglik += top;
        } else {
            vec weight = row_weights(rows, at), log_sum = vec_log(sum);
            scale = weight / sum;
            weights += weight;
            loglik += weight * (top + log_sum);
            entropy += weight * log_sum;
        }
        /* -sum_c r_c ln r_c with ln r_c = t_c - ln sum */
        entropy -= scale * weighted;
        for (size_t c = 0; c < k; c++) {
            vec_store(column + c * rows->stride, vec_load(relative + c * relative_stride) * scale);
        }
    }
    vec log_product = vec_log(product);
    vec_store(totals[MIX_TOTAL_WEIGHT] + part * VEC_LANES, weights);
    vec_store(totals[MIX_TOTAL_LOGLIK] + part * VEC_LANES, loglik + log_product);
    vec_store(totals[MIX_TOTAL_ENTROPY] + part * VEC_LANES, entropy + log_product);
}

static void posterior(const mix_rows *rows, size_t k, const double *log_weights, double *densities,
                      double *totals) {
    double sums[MIX_TOTALS][MIX_LANES];
    for (size_t part = 0; part < PARTS; part++) {
        if (k == 2) {
            posterior_part(rows, 2, log_weights, densities, part, sums);
        } else {
            posterior_part(rows, k, log_weights, densities, part, sums);
        }
    }
    for (size_t t = 0; t < MIX_TOTALS; t++) {
        totals[t] += vec_sum(sums[t]);
    }
}

#endif
