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

/* What is known of one vector of rows. */
typedef struct joint_densities {
    vec top;      /* the greatest log joint density, but no less than log densities may be */
    vec sum;      /* of e_c = 2^t_c, t_c the log joint densities less `top`, to base 2 */
    vec weighted; /* of e_c t_c */
} joint_densities;

/* x <= 0 to base 2. 2^-1023 is exactly 0 here, and 0 times it is no NaN as 0 times -infinity would be. */
MIX_INLINE vec binary(vec x) {
    return vec_max(x * VEC_LOG2_E, vec_all(-1023));
}

/* The e_c of k components at `width` vectors of rows (a constant where this is called), MIX_LANES apart from
** `column` on. They go to `relative`, which may be where the densities are. */
MIX_INLINE void relative_densities(size_t width, size_t k, size_t stride, const double *log_weights,
                                   const double *column, double *relative, size_t relative_stride, size_t apart,
                                   joint_densities *joint) {
    for (size_t v = 0; v < width; v++) {
        joint[v] = (joint_densities){.top = vec_all(MIX_LOG_DENSITY_FLOOR)};
    }
    for (size_t c = 0; c < k; c++) {
#pragma GCC unroll 4
        for (size_t v = 0; v < width; v++) {
            vec t = vec_load(column + c * stride + v * MIX_LANES) + log_weights[c];
            vec_store(relative + c * relative_stride + v * apart, t);
            joint[v].top = vec_max(t, joint[v].top);
        }
    }
    for (size_t c = 0; c < k; c++) {
        double *at = relative + c * relative_stride;
        vec t[GROUP], e[GROUP];
#pragma GCC unroll 4
        for (size_t v = 0; v < width; v++) {
            t[v] = binary(vec_load(at + v * apart) - joint[v].top);
        }
        vec_exp2_together(width, t, e);
#pragma GCC unroll 4
        for (size_t v = 0; v < width; v++) {
            vec_store(at + v * apart, e[v]);
            joint[v].sum += e[v];
            joint[v].weighted += e[v] * t[v];
        }
    }
    for (size_t v = 0; v < width; v++) { /* 0 only if a label allows nothing that has a weight */
        joint[v].sum = vec_max(joint[v].sum, vec_all(1e-300));
    }
}

/* The same for two components, one of which has t = top, so that one exponential does. */
MIX_INLINE void relative_densities_of_two(size_t width, size_t stride, const double *log_weights,
                                          const double *column, double *relative, size_t relative_stride,
                                          size_t apart, joint_densities *joint) {
    vec t[GROUP], e[GROUP], one = vec_all(1);
    vec_int first[GROUP];
#pragma GCC unroll 4
    for (size_t v = 0; v < width; v++) {
        vec a = vec_load(column + v * MIX_LANES) + log_weights[0];
        vec b = vec_load(column + stride + v * MIX_LANES) + log_weights[1];
        first[v] = a >= b;
        joint[v].top = floor_log_density(vec_select(first[v], a, b));
        t[v] = binary(vec_select(first[v], b, a) - joint[v].top);
    }
    vec_exp2_together(width, t, e);
#pragma GCC unroll 4
    for (size_t v = 0; v < width; v++) {
        vec_store(relative + v * apart, vec_select(first[v], one, e[v]));
        vec_store(relative + relative_stride + v * apart, vec_select(first[v], e[v], one));
        joint[v].sum = 1 + e[v];
        joint[v].weighted = e[v] * t[v];
    }
}

/* What is added up for a part of the lanes. Where all rows count 1 the logarithm is taken of a product of sums,
** each of which is from 1 to k. Entropy that is no logarithm of a sum is to base 2. */
typedef struct posterior_sums {
    vec weight, density, entropy, log_sum, product;
} posterior_sums;

/* Everything for `width` vectors of rows at `at`, MIX_LANES apart. plain: all rows count 1. */
MIX_INLINE void posterior_group(size_t width, bool plain, const mix_rows *rows, size_t k,
                                const double *log_weights, double *densities, size_t at, posterior_sums *sums) {
    enum { FEW = 16 }; /* kept close together, as columns of a block are far apart in the cache */
    double few[FEW * GROUP * VEC_LANES] __attribute__((aligned(64)));
    double *column = densities + at, *relative = k <= FEW ? few : column;
    size_t apart = k <= FEW ? VEC_LANES : MIX_LANES, relative_stride = k <= FEW ? width * VEC_LANES : rows->stride;
    joint_densities joint[GROUP];
    if (k == 2 && rows->label == NULL) {
        relative_densities_of_two(width, rows->stride, log_weights, column, relative, relative_stride, apart,
                                  joint);
    } else {
        relative_densities(width, k, rows->stride, log_weights, column, relative, relative_stride, apart, joint);
    }
    vec scale[GROUP];
#pragma GCC unroll 4
    for (size_t v = 0; v < width; v++) {
        if (plain) {
            scale[v] = 1 / joint[v].sum;
            sums->product *= joint[v].sum;
            sums->weight += 1;
            sums->density += joint[v].top;
        } else {
            vec weight = row_weights(rows, at + v * MIX_LANES);
            scale[v] = weight / joint[v].sum;
            sums->log_sum += weight * vec_log(joint[v].sum);
            sums->weight += weight;
            sums->density += weight * joint[v].top;
        }
        /* -sum_c r_c ln r_c with ln r_c = t_c ln 2 - ln sum */
        sums->entropy -= scale[v] * joint[v].weighted;
    }
    for (size_t c = 0; c < k; c++) {
#pragma GCC unroll 4
        for (size_t v = 0; v < width; v++) {
            vec e = vec_load(relative + c * relative_stride + v * apart);
            vec_store(column + c * rows->stride + v * MIX_LANES, e * scale[v]);
        }
    }
}

/* For the rows of part `part` of the lanes; totals: MIX_LANES lanes each. */
MIX_INLINE void posterior_part(const mix_rows *rows, size_t k, const double *log_weights, double *densities,
                               size_t part, double totals[MIX_TOTALS][MIX_LANES]) {
    const bool plain = rows->weight == NULL && rows->label == NULL;
    const size_t whole = plain ? rows->count / MIX_LANES * MIX_LANES : 0; /* rows that count 1 in all lanes */
    posterior_sums sums = {.product = vec_all(1)};
    size_t row = 0, lane = part * VEC_LANES;
    for (; row + GROUP * MIX_LANES <= whole; row += GROUP * MIX_LANES) {
        posterior_group(GROUP, true, rows, k, log_weights, densities, row + lane, &sums);
    }
    for (; row < whole; row += MIX_LANES) {
        posterior_group(1, true, rows, k, log_weights, densities, row + lane, &sums);
    }
    for (; row + GROUP * MIX_LANES <= rows->padded; row += GROUP * MIX_LANES) {
        posterior_group(GROUP, false, rows, k, log_weights, densities, row + lane, &sums);
    }
    for (; row < rows->padded; row += MIX_LANES) {
        posterior_group(1, false, rows, k, log_weights, densities, row + lane, &sums);
    }
    vec log_sum = sums.log_sum + vec_log(sums.product);
    vec_store(totals[MIX_TOTAL_WEIGHT] + lane, sums.weight);
    vec_store(totals[MIX_TOTAL_LOGLIK] + lane, sums.density + log_sum);
    vec_store(totals[MIX_TOTAL_ENTROPY] + lane, sums.entropy * VEC_LN_2 + log_sum);
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
