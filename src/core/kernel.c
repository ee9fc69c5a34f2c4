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

/* Shapes of what stays in registers. */
enum {
    PARTS = MIX_LANES / VEC_LANES, /* passes that a sum over rows takes */
    WIDE = VEC_REGISTERS == 32,    /* */
    PANEL = WIDE ? 4 : 2,          /* vectors of rows that share a read of a factor's entry */
    HEIGHT = WIDE ? 3 : 4,         /* rows of a factor that share a read of the differences */
    TILE = WIDE ? 4 : 3,           /* a scatter is built from tiles of TILE x TILE */
    AXIS_TILE = WIDE ? 4 : 3,      /* columns whose sums are taken together */
    SMALL_DENSITY = 8,             /* columns up to which densities have code of their own, */
    SMALL_SCATTER = WIDE ? 4 : 3   /* and scatters */
};

/* ---- Log density ---------------------------------------------------------------------------------- */

MIX_INLINE vec floor_log_density(vec x) {
    return vec_max(x, vec_all(MIX_LOG_DENSITY_FLOOR));
}

/* `width` vectors of rows (a constant where this is called, as is d) at offset `at`; the differences stay in
** registers. */
MIX_INLINE void log_density_few(const mix_rows *rows, size_t at, size_t width, size_t d, const double *mean,
                                const double *factor, double log_norm, double *out) {
    vec difference[SMALL_DENSITY][2], distance[2] = {{0}};
    for (size_t j = 0; j < d; j++) {
        for (size_t v = 0; v < width; v++) {
            difference[j][v] = vec_load(rows->x + j * rows->stride + at + v * VEC_LANES) - mean[j];
        }
    }
    for (size_t i = 0; i < d; i++) {
        vec z[2] = {{0}};
        for (size_t j = 0; j <= i; j++, factor++) {
            for (size_t v = 0; v < width; v++) {
                z[v] += *factor * difference[j][v];
            }
        }
        for (size_t v = 0; v < width; v++) {
            distance[v] += z[v] * z[v];
        }
    }
    for (size_t v = 0; v < width; v++) {
        vec_store(out + at + v * VEC_LANES, floor_log_density(log_norm - 0.5 * distance[v]));
    }
}

MIX_INLINE void log_density_small(const mix_rows *rows, size_t d, const double *mean, const double *factor,
                                  double log_norm, double *out) {
    size_t at = 0;
    for (; at + 2 * VEC_LANES <= rows->padded; at += 2 * VEC_LANES) {
        log_density_few(rows, at, 2, d, mean, factor, log_norm, out);
    }
    for (; at < rows->padded; at += VEC_LANES) {
        log_density_few(rows, at, 1, d, mean, factor, log_norm, out);
    }
}

/* Add the squares of `height` rows of W (x - mean), the first of them row i, to distance. `factor` is at the
** first's entries. */
MIX_INLINE void add_squares(size_t width, size_t height, size_t i, const double *factor, const double *difference,
                            vec *distance) {
    vec z[HEIGHT][PANEL] = {{{0}}};
    const double *row[HEIGHT];
    for (size_t p = 0; p < height; p++) {
        row[p] = factor;
        factor += i + p + 1;
    }
    for (size_t j = 0; j <= i; j++) {
        vec x[PANEL];
        for (size_t v = 0; v < width; v++) {
            x[v] = vec_load(difference + (j * width + v) * VEC_LANES);
        }
        for (size_t p = 0; p < height; p++) {
            for (size_t v = 0; v < width; v++) {
                z[p][v] += row[p][j] * x[v];
            }
        }
    }
    for (size_t q = 1; q < height; q++) { /* the triangle at the end */
        for (size_t v = 0; v < width; v++) {
            vec x = vec_load(difference + ((i + q) * width + v) * VEC_LANES);
            for (size_t p = q; p < height; p++) {
                z[p][v] += row[p][i + q] * x;
            }
        }
    }
    for (size_t p = 0; p < height; p++) {
        for (size_t v = 0; v < width; v++) {
            distance[v] += z[p][v] * z[p][v];
        }
    }
}

/* `width` vectors of rows (a constant where this is called) at offset `at`. */
MIX_INLINE void log_density_panel(const mix_rows *rows, size_t at, size_t width, size_t d, const double *mean,
                                  const double *factor, double log_norm, double *out, double *scratch) {
    for (size_t j = 0; j < d; j++) {
        const double *x = rows->x + j * rows->stride + at;
        for (size_t v = 0; v < width; v++) {
            vec_store(scratch + (j * width + v) * VEC_LANES, vec_load(x + v * VEC_LANES) - mean[j]);
        }
    }
    vec distance[PANEL] = {{0}};
    size_t i = 0;
    for (; i + HEIGHT <= d; i += HEIGHT) {
        add_squares(width, HEIGHT, i, factor + i * (i + 1) / 2, scratch, distance);
    }
    for (; i < d; i++) {
        add_squares(width, 1, i, factor + i * (i + 1) / 2, scratch, distance);
    }
    for (size_t v = 0; v < width; v++) {
        vec_store(out + at + v * VEC_LANES, floor_log_density(log_norm - 0.5 * distance[v]));
    }
}

static void log_density(const mix_rows *rows, size_t d, const double *mean, const double *factor, double log_norm,
                        double *out, double *scratch) {
    switch (d) {
    case 1:
        log_density_small(rows, 1, mean, factor, log_norm, out);
        return;
    case 2:
        log_density_small(rows, 2, mean, factor, log_norm, out);
        return;
    case 3:
        log_density_small(rows, 3, mean, factor, log_norm, out);
        return;
    case 4:
        log_density_small(rows, 4, mean, factor, log_norm, out);
        return;
    case 5:
        log_density_small(rows, 5, mean, factor, log_norm, out);
        return;
    case 6:
        log_density_small(rows, 6, mean, factor, log_norm, out);
        return;
    case 7:
        log_density_small(rows, 7, mean, factor, log_norm, out);
        return;
    case 8:
        log_density_small(rows, 8, mean, factor, log_norm, out);
        return;
    default:
        break;
    }
    size_t at = 0;
    for (; at + PANEL * VEC_LANES <= rows->padded; at += PANEL * VEC_LANES) {
        log_density_panel(rows, at, PANEL, d, mean, factor, log_norm, out, scratch);
    }
    for (; at < rows->padded; at += VEC_LANES) {
        log_density_panel(rows, at, 1, d, mean, factor, log_norm, out, scratch);
    }
}

MIX_INLINE void log_density_axis_panel(const mix_rows *rows, size_t at, size_t width, size_t d, const double *mean,
                                       const double *factor, double log_norm, double *out) {
    vec distance[PANEL] = {{0}};
    for (size_t j = 0; j < d; j++) {
        const double *x = rows->x + j * rows->stride + at;
        for (size_t v = 0; v < width; v++) {
            vec z = (vec_load(x + v * VEC_LANES) - mean[j]) * factor[j];
            distance[v] += z * z;
        }
    }
    for (size_t v = 0; v < width; v++) {
        vec_store(out + at + v * VEC_LANES, floor_log_density(log_norm - 0.5 * distance[v]));
    }
}

static void log_density_axis(const mix_rows *rows, size_t d, const double *mean, const double *factor,
                             double log_norm, double *out) {
    size_t at = 0;
    for (; at + PANEL * VEC_LANES <= rows->padded; at += PANEL * VEC_LANES) {
        log_density_axis_panel(rows, at, PANEL, d, mean, factor, log_norm, out);
    }
    for (; at < rows->padded; at += VEC_LANES) {
        log_density_axis_panel(rows, at, 1, d, mean, factor, log_norm, out);
    }
}

static void linear(const mix_rows *rows, size_t d, const double *factor, double *out) {
    for (size_t at = 0; at < rows->padded; at += VEC_LANES) {
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
    double weight[VEC_LANES];
    for (size_t lane = 0; lane < VEC_LANES; lane++) {
        double known = rows->weight != NULL ? rows->weight[at + lane] : 1;
        weight[lane] = at + lane < rows->count ? known : 0;
    }
    return vec_load(weight);
}

/* Relative joint densities of k components at one vector of rows: e_c = exp(t_c) with t_c = log joint density less
** the greatest, which goes to *top; their sum to *sum and sum of e_c t_c to *weighted. They go to `relative`, which may
** be where the densities are. */
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

/* ---- Scatter -------------------------------------------------------------------------------------- */

static double column_sum(size_t padded, const double *column) {
    double lanes[MIX_LANES];
    for (size_t part = 0; part < PARTS; part++) {
        vec sum = {0};
        for (size_t at = part * VEC_LANES; at < padded; at += MIX_LANES) {
            sum += vec_load(column + at);
        }
        vec_store(lanes + part * VEC_LANES, sum);
    }
    return vec_sum(lanes);
}

/* All of a scatter at once, d a constant where this is called. */
MIX_INLINE void scatter_small(const mix_rows *rows, size_t d, const double *mean, const double *resp,
                              double *statistics) {
    enum { MOST = SMALL_SCATTER };
    double lanes[1 + MOST + MOST * (MOST + 1) / 2][MIX_LANES];
    for (size_t part = 0; part < PARTS; part++) {
        vec total = {0}, sum[MOST] = {{0}}, product[MOST][MOST] = {{{0}}};
        for (size_t at = part * VEC_LANES; at < rows->padded; at += MIX_LANES) {
            vec r = vec_load(resp + at), x[MOST];
            total += r;
            for (size_t i = 0; i < d; i++) {
                x[i] = vec_load(rows->x + i * rows->stride + at) - mean[i];
                vec w = r * x[i];
                sum[i] += w;
                for (size_t j = 0; j <= i; j++) {
                    product[i][j] += w * x[j];
                }
            }
        }
        double *out = lanes[0] + part * VEC_LANES;
        vec_store(out, total);
        for (size_t i = 0; i < d; i++) {
            vec_store(out + (1 + i) * MIX_LANES, sum[i]);
            for (size_t j = 0; j <= i; j++) {
                vec_store(out + (1 + d + i * (i + 1) / 2 + j) * MIX_LANES, product[i][j]);
            }
        }
    }
    for (size_t i = 0; i < 1 + d + d * (d + 1) / 2; i++) {
        statistics[i] += vec_sum(lanes[i]);
    }
}

/* What the tiles of a scatter share. `keep` (a constant): differences and the strip's weighted ones are stored for
** other tiles, which pays where there are many. */
typedef struct scattering {
    const mix_rows *rows;
    const double *mean, *resp;
    double *difference, *weighted; /* d and TILE columns, MIX_BLOCK_ROWS apart */
    double *total, *sums, *products;
} scattering;

MIX_INLINE vec difference_at(const scattering *s, size_t column, size_t at) {
    return vec_load(s->rows->x + column * s->rows->stride + at) - s->mean[column];
}

/* The tile on the diagonal at rows i to i + height - 1, and the sums of these columns. */
MIX_INLINE void scatter_diagonal(const scattering *s, size_t height, bool keep, size_t i) {
    double lanes[TILE + 1][TILE + 1][MIX_LANES];
    for (size_t part = 0; part < PARTS; part++) {
        vec total = {0}, sum[TILE] = {{0}}, product[TILE][TILE] = {{{0}}};
        for (size_t at = part * VEC_LANES; at < s->rows->padded; at += MIX_LANES) {
            vec r = vec_load(s->resp + at), x[TILE];
            total += r;
            for (size_t p = 0; p < height; p++) {
                x[p] = difference_at(s, i + p, at);
                vec w = r * x[p];
                sum[p] += w;
                if (keep) {
                    vec_store(s->difference + (i + p) * MIX_BLOCK_ROWS + at, x[p]);
                    vec_store(s->weighted + p * MIX_BLOCK_ROWS + at, w);
                }
                for (size_t q = 0; q <= p; q++) {
                    product[p][q] += w * x[q];
                }
            }
        }
        vec_store(lanes[TILE][TILE] + part * VEC_LANES, total);
        for (size_t p = 0; p < height; p++) {
            vec_store(lanes[p][TILE] + part * VEC_LANES, sum[p]);
            for (size_t q = 0; q <= p; q++) {
                vec_store(lanes[p][q] + part * VEC_LANES, product[p][q]);
            }
        }
    }
    *s->total += i == 0 ? vec_sum(lanes[TILE][TILE]) : 0;
    for (size_t p = 0; p < height; p++) {
        s->sums[i + p] += vec_sum(lanes[p][TILE]);
        for (size_t q = 0; q <= p; q++) {
            s->products[(i + p) * (i + p + 1) / 2 + i + q] += vec_sum(lanes[p][q]);
        }
    }
}

/* The tile of rows i to i + height - 1 and columns j to j + TILE - 1, left of the diagonal. */
MIX_INLINE void scatter_square(const scattering *s, size_t height, bool keep, size_t i, size_t j) {
    double lanes[TILE][TILE][MIX_LANES];
    for (size_t part = 0; part < PARTS; part++) {
        vec product[TILE][TILE] = {{{0}}};
        for (size_t at = part * VEC_LANES; at < s->rows->padded; at += MIX_LANES) {
            vec x[TILE];
            for (size_t q = 0; q < TILE; q++) {
                x[q] =
                    keep ? vec_load(s->difference + (j + q) * MIX_BLOCK_ROWS + at) : difference_at(s, j + q, at);
            }
            for (size_t p = 0; p < height; p++) {
                vec w = keep ? vec_load(s->weighted + p * MIX_BLOCK_ROWS + at)
                             : vec_load(s->resp + at) * difference_at(s, i + p, at);
                for (size_t q = 0; q < TILE; q++) {
                    product[p][q] += w * x[q];
                }
            }
        }
        for (size_t p = 0; p < height; p++) {
            for (size_t q = 0; q < TILE; q++) {
                vec_store(lanes[p][q] + part * VEC_LANES, product[p][q]);
            }
        }
    }
    for (size_t p = 0; p < height; p++) {
        for (size_t q = 0; q < TILE; q++) {
            s->products[(i + p) * (i + p + 1) / 2 + j + q] += vec_sum(lanes[p][q]);
        }
    }
}

/* Rows i to i + height - 1 of a scatter. */
MIX_INLINE void scatter_strip(const scattering *s, size_t height, bool keep, size_t i) {
    scatter_diagonal(s, height, keep, i);
    for (size_t j = 0; j < i; j += TILE) {
        scatter_square(s, height, keep, i, j);
    }
}

MIX_INLINE void scatter_strips(const scattering *s, size_t d, bool keep) {
    size_t i = 0;
    for (; i + TILE <= d; i += TILE) {
        scatter_strip(s, TILE, keep, i);
    }
    switch (d - i) {
    case 3:
        scatter_strip(s, 3, keep, i);
        break;
    case 2:
        scatter_strip(s, 2, keep, i);
        break;
    case 1:
        scatter_strip(s, 1, keep, i);
        break;
    default:
        break;
    }
}

static void scatter(const mix_rows *rows, size_t d, const double *mean, const double *resp, double *statistics,
                    double *scratch) {
    const scattering s = {
        .rows = rows,
        .mean = mean,
        .resp = resp,
        .difference = scratch,
        .weighted = scratch + d * MIX_BLOCK_ROWS,
        .total = statistics,
        .sums = statistics + 1,
        .products = statistics + 1 + d,
    };
    switch (d) {
    case 1:
        scatter_small(rows, 1, mean, resp, statistics);
        break;
    case 2:
        scatter_small(rows, 2, mean, resp, statistics);
        break;
    case 3:
        scatter_small(rows, 3, mean, resp, statistics);
        break;
    case SMALL_SCATTER == 4 ? 4:
        0 : scatter_small(rows, SMALL_SCATTER, mean, resp, statistics);
        break;
    default:
        if (d <= 2 * TILE) {
            scatter_strips(&s, d, false);
        } else {
            scatter_strips(&s, d, true);
        }
    }
}

/* Columns j to j + width - 1 of scatter_axis. */
MIX_INLINE void scatter_axis_tile(const mix_rows *rows, size_t width, size_t d, size_t j, const double *mean,
                                  const double *resp, double *statistics) {
    double lanes[2][AXIS_TILE][MIX_LANES];
    for (size_t part = 0; part < PARTS; part++) {
        vec sum[AXIS_TILE] = {{0}}, squares[AXIS_TILE] = {{0}};
        for (size_t at = part * VEC_LANES; at < rows->padded; at += MIX_LANES) {
            vec r = vec_load(resp + at);
            for (size_t q = 0; q < width; q++) {
                vec x = vec_load(rows->x + (j + q) * rows->stride + at) - mean[j + q];
                vec w = r * x;
                sum[q] += w;
                squares[q] += w * x;
            }
        }
        for (size_t q = 0; q < width; q++) {
            vec_store(lanes[0][q] + part * VEC_LANES, sum[q]);
            vec_store(lanes[1][q] + part * VEC_LANES, squares[q]);
        }
    }
    for (size_t q = 0; q < width; q++) {
        statistics[1 + j + q] += vec_sum(lanes[0][q]);
        statistics[1 + d + j + q] += vec_sum(lanes[1][q]);
    }
}

static void scatter_axis(const mix_rows *rows, size_t d, const double *mean, const double *resp,
                         double *statistics) {
    size_t j = 0;
    statistics[0] += column_sum(rows->padded, resp);
    for (; j + AXIS_TILE <= d; j += AXIS_TILE) {
        scatter_axis_tile(rows, AXIS_TILE, d, j, mean, resp, statistics);
    }
    for (; j < d; j++) {
        scatter_axis_tile(rows, 1, d, j, mean, resp, statistics);
    }
}

MIX_INLINE void sums_tile(const mix_rows *rows, size_t width, size_t j, const double *resp, double *statistics) {
    double lanes[AXIS_TILE][MIX_LANES];
    for (size_t part = 0; part < PARTS; part++) {
        vec sum[AXIS_TILE] = {{0}};
        for (size_t at = part * VEC_LANES; at < rows->padded; at += MIX_LANES) {
            vec r = vec_load(resp + at);
            for (size_t q = 0; q < width; q++) {
                sum[q] += r * vec_load(rows->x + (j + q) * rows->stride + at);
            }
        }
        for (size_t q = 0; q < width; q++) {
            vec_store(lanes[q] + part * VEC_LANES, sum[q]);
        }
    }
    for (size_t q = 0; q < width; q++) {
        statistics[1 + j + q] += vec_sum(lanes[q]);
    }
}

static void sums(const mix_rows *rows, size_t d, const double *resp, double *statistics) {
    size_t j = 0;
    statistics[0] += column_sum(rows->padded, resp);
    for (; j + AXIS_TILE <= d; j += AXIS_TILE) {
        sums_tile(rows, AXIS_TILE, j, resp, statistics);
    }
    for (; j < d; j++) {
        sums_tile(rows, 1, j, resp, statistics);
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
