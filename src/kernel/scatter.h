/* scatter.h: sums over rows; a part of kernel.c, which alone includes it. */
#ifndef MIX_SCATTER_H
#define MIX_SCATTER_H

#include "shapes.h"

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

/* All of a scatter at once, d a constant where this is called. `together` parts of the lanes, a constant, too, are
** added up side by side: one alone waits for its sums. Sums start at 0 one by one: to clear them all, those of
** more columns with them, takes as long as the rest. */
MIX_INLINE void scatter_small(const mix_rows *rows, size_t together, size_t d, const double *mean,
                              const double *resp, double *statistics) {
    enum { MOST = SMALL_SCATTER, PRODUCTS = MOST * (MOST + 1) / 2 };
    double lanes[1 + MOST + PRODUCTS][MIX_LANES];
    const size_t products = d * (d + 1) / 2;
    for (size_t part = 0; part < PARTS; part += together) {
        vec total[PARTS], sum[PARTS * MOST], product[PARTS * PRODUCTS];
        for (size_t v = 0; v < together; v++) {
            total[v] = (vec){0};
        }
        for (size_t i = 0; i < together * d; i++) {
            sum[i] = (vec){0};
        }
        for (size_t i = 0; i < together * products; i++) {
            product[i] = (vec){0};
        }
        for (size_t at = part * VEC_LANES; at < rows->padded; at += MIX_LANES) {
            for (size_t v = 0; v < together; v++) {
                vec r = vec_load(resp + at + v * VEC_LANES), x[MOST];
                total[v] += r;
                for (size_t i = 0; i < d; i++) {
                    x[i] = vec_load(rows->x + i * rows->stride + at + v * VEC_LANES) - mean[i];
                    vec w = r * x[i];
                    sum[v * d + i] += w;
                    for (size_t j = 0; j <= i; j++) {
                        product[v * products + i * (i + 1) / 2 + j] += w * x[j];
                    }
                }
            }
        }
        for (size_t v = 0; v < together; v++) {
            double *out = lanes[0] + (part + v) * VEC_LANES;
            vec_store(out, total[v]);
            for (size_t i = 0; i < d; i++) {
                vec_store(out + (1 + i) * MIX_LANES, sum[v * d + i]);
            }
            for (size_t i = 0; i < products; i++) {
                vec_store(out + (1 + d + i) * MIX_LANES, product[v * products + i]);
            }
        }
    }
    vec_add_sums(lanes, 1 + d + products, statistics);
}

/* What the tiles of a scatter share. `keep` (a constant): differences and the strip's weighted ones are stored for
** other tiles, which pays where there are many. */
typedef struct scattering {
    const mix_rows *rows;
    const double *mean, *resp;
    double *difference, *weighted; /* d and TILE columns, MIX_BLOCK_ROWS apart */
    double *total, *first, *products;
} scattering;

MIX_INLINE vec difference_at(const scattering *s, size_t column, size_t at) {
    return vec_load(s->rows->x + column * s->rows->stride + at) - s->mean[column];
}

/* The tile on the diagonal at rows i to i + height - 1, and the sums of these columns. */
MIX_INLINE void scatter_diagonal(const scattering *s, size_t height, bool keep, size_t i) {
    double lanes[TILE + 1][TILE + 1][MIX_LANES];
    for (size_t part = 0; part < PARTS; part++) {
        vec total = {0}, sum[TILE], product[TILE][TILE];
#pragma GCC unroll 4 /* or else these are in memory */
        for (size_t p = 0; p < height; p++) {
            sum[p] = (vec){0};
#pragma GCC unroll 4
            for (size_t q = 0; q <= p; q++) {
                product[p][q] = (vec){0};
            }
        }
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
#pragma GCC unroll 4
        for (size_t p = 0; p < height; p++) {
            vec_store(lanes[p][TILE] + part * VEC_LANES, sum[p]);
#pragma GCC unroll 4
            for (size_t q = 0; q <= p; q++) {
                vec_store(lanes[p][q] + part * VEC_LANES, product[p][q]);
            }
        }
    }
    *s->total += i == 0 ? vec_sum(lanes[TILE][TILE]) : 0;
    for (size_t p = 0; p < height; p++) {
        s->first[i + p] += vec_sum(lanes[p][TILE]);
        vec_add_sums(lanes[p], p + 1, s->products + (i + p) * (i + p + 1) / 2 + i);
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
#pragma GCC unroll 4
        for (size_t p = 0; p < height; p++) {
#pragma GCC unroll 4
            for (size_t q = 0; q < TILE; q++) {
                vec_store(lanes[p][q] + part * VEC_LANES, product[p][q]);
            }
        }
    }
    for (size_t p = 0; p < height; p++) {
        vec_add_sums(lanes[p], TILE, s->products + (i + p) * (i + p + 1) / 2 + j);
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
        .first = statistics + 1,
        .products = statistics + 1 + d,
    };
    switch (d) {
    case 1:
        scatter_small(rows, PARTS, 1, mean, resp, statistics);
        break;
    case 2:
        scatter_small(rows, PARTS > 1 ? 2 : 1, 2, mean, resp, statistics);
        break;
    case 3:
        scatter_small(rows, 1, 3, mean, resp, statistics);
        break;
    case SMALL_SCATTER == 4 ? 4:
        0 : scatter_small(rows, 1, SMALL_SCATTER, mean, resp, statistics);
        break;
    default:
        if (d <= 2 * TILE) {
            scatter_strips(&s, d, false);
        } else {
            scatter_strips(&s, d, true);
        }
    }
}

/* Columns j to j + width - 1 of scatter_axis, and the sum of resp with the first of them. */
MIX_INLINE void scatter_axis_tile(const mix_rows *rows, size_t width, size_t d, size_t j, const double *mean,
                                  const double *resp, double *statistics) {
    double lanes[3][AXIS_TILE][MIX_LANES];
    bool first = j == 0;
    for (size_t part = 0; part < PARTS; part++) {
        vec sum[AXIS_TILE] = {{0}}, squares[AXIS_TILE] = {{0}}, total = {0};
        for (size_t at = part * VEC_LANES; at < rows->padded; at += MIX_LANES) {
            vec r = vec_load(resp + at);
            total = first ? total + r : total;
            for (size_t q = 0; q < width; q++) {
                vec x = vec_load(rows->x + (j + q) * rows->stride + at) - mean[j + q];
                vec w = r * x;
                sum[q] += w;
                squares[q] += w * x;
            }
        }
        vec_store(lanes[2][0] + part * VEC_LANES, total);
        for (size_t q = 0; q < width; q++) {
            vec_store(lanes[0][q] + part * VEC_LANES, sum[q]);
            vec_store(lanes[1][q] + part * VEC_LANES, squares[q]);
        }
    }
    statistics[0] += first ? vec_sum(lanes[2][0]) : 0;
    for (size_t q = 0; q < width; q++) {
        statistics[1 + j + q] += vec_sum(lanes[0][q]);
        statistics[1 + d + j + q] += vec_sum(lanes[1][q]);
    }
}

static void scatter_axis(const mix_rows *rows, size_t d, const double *mean, const double *resp,
                         double *statistics) {
    size_t j = 0;
    for (; j + AXIS_TILE <= d; j += AXIS_TILE) {
        scatter_axis_tile(rows, AXIS_TILE, d, j, mean, resp, statistics);
    }
    switch (d - j) { /* what is left is a tile, too: sums that do not wait for each other */
    case 3:
        scatter_axis_tile(rows, 3, d, j, mean, resp, statistics);
        break;
    case 2:
        scatter_axis_tile(rows, 2, d, j, mean, resp, statistics);
        break;
    case 1:
        scatter_axis_tile(rows, 1, d, j, mean, resp, statistics);
        break;
    default:
        break;
    }
}

/* The same of sums. */
MIX_INLINE void sums_tile(const mix_rows *rows, size_t width, size_t j, const double *resp, double *statistics) {
    double lanes[2][SUMS_TILE][MIX_LANES];
    bool first = j == 0;
    for (size_t part = 0; part < PARTS; part++) {
        vec sum[SUMS_TILE] = {{0}}, total = {0};
        for (size_t at = part * VEC_LANES; at < rows->padded; at += MIX_LANES) {
            vec r = vec_load(resp + at);
            total = first ? total + r : total;
            for (size_t q = 0; q < width; q++) {
                sum[q] += r * vec_load(rows->x + (j + q) * rows->stride + at);
            }
        }
        vec_store(lanes[1][0] + part * VEC_LANES, total);
        for (size_t q = 0; q < width; q++) {
            vec_store(lanes[0][q] + part * VEC_LANES, sum[q]);
        }
    }
    statistics[0] += first ? vec_sum(lanes[1][0]) : 0;
    for (size_t q = 0; q < width; q++) {
        statistics[1 + j + q] += vec_sum(lanes[0][q]);
    }
}

static void sums(const mix_rows *rows, size_t d, const double *resp, double *statistics) {
    size_t j = 0;
    for (; j + SUMS_TILE <= d; j += SUMS_TILE) {
        sums_tile(rows, SUMS_TILE, j, resp, statistics);
    }
    switch (d - j) {
    case 3:
        sums_tile(rows, 3, j, resp, statistics);
        break;
    case 2:
        sums_tile(rows, 2, j, resp, statistics);
        break;
    case 1:
        sums_tile(rows, 1, j, resp, statistics);
        break;
    default:
        statistics[0] += d == 0 ? column_sum(rows->padded, resp) : 0;
        break;
    }
}

#endif
