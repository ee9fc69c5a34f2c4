/* kernel.c: the hot loops, compiled once per instruction set with MIX_KERNEL its name. Everything here but the
** one table is static: nothing compiled for a newer instruction set may be linked to by other files. */
#ifndef MIX_KERNEL
#error "compile kernel.c with -DMIX_KERNEL=base, avx2 or avx512"
#endif

#include "kernel.h"
#include "vecmath.h"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define TEXT_(a) #a
#define TEXT(a) TEXT_(a)

enum { PANEL = 4 }; /* vectors of rows that share one read of a factor's entry */

/* ---- Log density ---------------------------------------------------------------------------------- */

MIX_INLINE vec floor_log_density(vec x) {
    return vec_max(x, vec_all(MIX_LOG_DENSITY_FLOOR));
}

/* `width` vectors of rows (a constant where this is called) at offset `at`. */
MIX_INLINE void log_density_panel(const mix_rows *rows, size_t at, size_t width, size_t d, const double *mean,
                                  const double *factor, double log_norm, double *out, double *scratch) {
    for (size_t j = 0; j < d; j++) {
        const double *x = rows->x + j * rows->stride + at;
        for (size_t v = 0; v < width; v++) {
            vec_store(scratch + (j * width + v) * MIX_LANES, vec_load(x + v * MIX_LANES) - mean[j]);
        }
    }
    vec distance[PANEL] = {{0}};
    for (size_t i = 0; i < d; i++) {
        vec z[PANEL] = {{0}};
        for (size_t j = 0; j <= i; j++, factor++) {
            for (size_t v = 0; v < width; v++) {
                z[v] += *factor * vec_load(scratch + (j * width + v) * MIX_LANES);
            }
        }
        for (size_t v = 0; v < width; v++) {
            distance[v] += z[v] * z[v];
        }
    }
    for (size_t v = 0; v < width; v++) {
        vec_store(out + at + v * MIX_LANES, floor_log_density(log_norm - 0.5 * distance[v]));
    }
}

static void log_density(const mix_rows *rows, size_t d, const double *mean, const double *factor, double log_norm,
                        double *out, double *scratch) {
    size_t at = 0;
    for (; at + PANEL * MIX_LANES <= rows->padded; at += PANEL * MIX_LANES) {
        log_density_panel(rows, at, PANEL, d, mean, factor, log_norm, out, scratch);
    }
    for (; at < rows->padded; at += MIX_LANES) {
        log_density_panel(rows, at, 1, d, mean, factor, log_norm, out, scratch);
    }
}

static void log_density_axis(const mix_rows *rows, size_t d, const double *mean, const double *factor,
                             double log_norm, double *out) {
    for (size_t at = 0; at < rows->padded; at += MIX_LANES) {
        vec distance = {0};
        for (size_t j = 0; j < d; j++) {
            vec z = (vec_load(rows->x + j * rows->stride + at) - mean[j]) * factor[j];
            distance += z * z;
        }
        vec_store(out + at, floor_log_density(log_norm - 0.5 * distance));
    }
}

static void linear(const mix_rows *rows, size_t d, const double *factor, double *out) {
    for (size_t at = 0; at < rows->padded; at += MIX_LANES) {
        vec sum = {0};
        for (size_t j = 0; j < d; j++) {
            sum += vec_load(rows->x + j * rows->stride + at) * factor[j];
        }
        vec_store(out + at, floor_log_density(sum));
    }
}

/* ---- Posterior ------------------------------------------------------------------------------------ */

/* Row weights at `at`, 0 beyond the last row. */
MIX_INLINE vec row_weights(const mix_rows *rows, size_t at) {
    vec weight = rows->weight ? vec_load(rows->weight + at) : vec_all(1);
    if (at + MIX_LANES > rows->count) {
        for (size_t lane = 0; lane < MIX_LANES; lane++) {
            weight[lane] = at + lane < rows->count ? weight[lane] : 0;
        }
    }
    return weight;
}

static void posterior(const mix_rows *rows, size_t k, const double *log_weights, double *densities,
                      double *totals) {
    vec weights = {0}, loglik = {0}, entropy = {0};
    for (size_t at = 0; at < rows->padded; at += MIX_LANES) {
        double *column = densities + at;
        vec top = vec_load(column) + log_weights[0];
        for (size_t c = 1; c < k; c++) {
            top = vec_max(top, vec_load(column + c * rows->stride) + log_weights[c]);
        }
        top = floor_log_density(top);
        vec sum = {0}, weighted = {0};
        for (size_t c = 0; c < k; c++) {
            /* -709 gives exactly 0, and 0 times it is no NaN as 0 times -infinity would be. */
            vec t = vec_max(vec_load(column + c * rows->stride) + log_weights[c] - top, vec_all(-709));
            vec e = vec_exp(t);
            sum += e;
            weighted += e * t;
            vec_store(column + c * rows->stride, e);
        }
        sum = vec_max(sum, vec_all(1e-300)); /* 0 only if a label allows nothing that has a weight */
        vec weight = row_weights(rows, at);
        vec scale = weight / sum, log_sum = vec_log(sum);
        for (size_t c = 0; c < k; c++) {
            vec_store(column + c * rows->stride, vec_load(column + c * rows->stride) * scale);
        }
        weights += weight;
        loglik += weight * (top + log_sum);
        /* -sum_c r_c ln r_c with ln r_c = t_c - ln sum */
        entropy += weight * log_sum - scale * weighted;
    }
    totals[MIX_TOTAL_WEIGHT] += vec_sum(weights);
    totals[MIX_TOTAL_LOGLIK] += vec_sum(loglik);
    totals[MIX_TOTAL_ENTROPY] += vec_sum(entropy);
}

/* ---- Scatter -------------------------------------------------------------------------------------- */

/* Add the height x width products of weighted differences at a and differences at b, each column
** MIX_BLOCK_ROWS apart; entries above the diagonal of a tile on it are left out. */
MIX_INLINE void scatter_tile(size_t padded, size_t height, size_t width, const double *a, const double *b,
                             size_t i, size_t j, double *scatter) {
    vec sum[4][4] = {{{0}}};
    for (size_t at = 0; at < padded; at += MIX_LANES) {
        for (size_t p = 0; p < height; p++) {
            vec left = vec_load(a + (i + p) * MIX_BLOCK_ROWS + at);
            for (size_t q = 0; q < width; q++) {
                sum[p][q] += left * vec_load(b + (j + q) * MIX_BLOCK_ROWS + at);
            }
        }
    }
    for (size_t p = 0; p < height; p++) {
        for (size_t q = 0; q < width && j + q <= i + p; q++) {
            scatter[(i + p) * (i + p + 1) / 2 + j + q] += vec_sum(sum[p][q]);
        }
    }
}

static void scatter(const mix_rows *rows, size_t d, const double *mean, const double *resp, double *statistics,
                    double *scratch) {
    double *difference = scratch, *weighted = scratch + d * MIX_BLOCK_ROWS;
    vec total = {0};
    for (size_t at = 0; at < rows->padded; at += MIX_LANES) {
        total += vec_load(resp + at);
    }
    statistics[0] += vec_sum(total);
    for (size_t j = 0; j < d; j++) {
        vec sum = {0};
        for (size_t at = 0; at < rows->padded; at += MIX_LANES) {
            vec x = vec_load(rows->x + j * rows->stride + at) - mean[j];
            vec w = vec_load(resp + at) * x;
            sum += w;
            vec_store(difference + j * MIX_BLOCK_ROWS + at, x);
            vec_store(weighted + j * MIX_BLOCK_ROWS + at, w);
        }
        statistics[1 + j] += vec_sum(sum);
    }
    double *products = statistics + 1 + d;
    size_t i = 0;
    for (; i + 4 <= d; i += 4) {
        for (size_t j = 0; j <= i; j += 4) {
            scatter_tile(rows->padded, 4, 4, weighted, difference, i, j, products);
        }
    }
    for (; i < d; i++) {
        size_t j = 0;
        for (; j + 4 <= i + 1; j += 4) {
            scatter_tile(rows->padded, 1, 4, weighted, difference, i, j, products);
        }
        for (; j <= i; j++) {
            scatter_tile(rows->padded, 1, 1, weighted, difference, i, j, products);
        }
    }
}

static void scatter_axis(const mix_rows *rows, size_t d, const double *mean, const double *resp,
                         double *statistics) {
    vec total = {0};
    for (size_t at = 0; at < rows->padded; at += MIX_LANES) {
        total += vec_load(resp + at);
    }
    statistics[0] += vec_sum(total);
    for (size_t j = 0; j < d; j++) {
        vec sum = {0}, squares = {0};
        for (size_t at = 0; at < rows->padded; at += MIX_LANES) {
            vec x = vec_load(rows->x + j * rows->stride + at) - mean[j];
            vec w = vec_load(resp + at) * x;
            sum += w;
            squares += w * x;
        }
        statistics[1 + j] += vec_sum(sum);
        statistics[1 + d + j] += vec_sum(squares);
    }
}

static void sums(const mix_rows *rows, size_t d, const double *resp, double *statistics) {
    vec total = {0};
    for (size_t at = 0; at < rows->padded; at += MIX_LANES) {
        total += vec_load(resp + at);
    }
    statistics[0] += vec_sum(total);
    for (size_t j = 0; j < d; j++) {
        vec sum = {0};
        for (size_t at = 0; at < rows->padded; at += MIX_LANES) {
            sum += vec_load(resp + at) * vec_load(rows->x + j * rows->stride + at);
        }
        statistics[1 + j] += vec_sum(sum);
    }
}

/* ---- Table ---------------------------------------------------------------------------------------- */

static bool supported(void) {
#if defined(__AVX512F__)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
#elif defined(__AVX2__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return true;
#endif
}

extern const mix_kernel JOIN(mix_kernel_, MIX_KERNEL);
const mix_kernel JOIN(mix_kernel_, MIX_KERNEL) = {
    .name = TEXT(MIX_KERNEL),
    .supported = supported,
    .log_density = log_density,
    .log_density_axis = log_density_axis,
    .linear = linear,
    .posterior = posterior,
    .scatter = scatter,
    .scatter_axis = scatter_axis,
    .sums = sums,
};
