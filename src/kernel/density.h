/* density.h: log densities of rows; a part of kernel.c, which alone includes it. */
#ifndef MIX_DENSITY_H
#define MIX_DENSITY_H

#include "shapes.h"

/* `width` vectors of rows (a constant where this is called, as is d) at offset `at`; the differences stay in
** registers, and no loop is left. */
MIX_INLINE void log_density_few(const mix_rows *rows, size_t at, size_t width, size_t d, const double *mean,
                                const double *factor, double log_norm, double *out) {
    vec difference[SMALL_DENSITY][2], distance[2] = {{0}};
    for (size_t j = 0; j < d; j++) {
        for (size_t v = 0; v < width; v++) {
            difference[j][v] = vec_load(rows->x + j * rows->stride + at + v * VEC_LANES) - mean[j];
        }
    }
#pragma GCC unroll 16
    for (size_t i = 0; i < d; i++) {
        vec z[2] = {{0}};
#pragma GCC unroll 16
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
    const mix_rows known = *rows; /* whatever is written to `out` */
    size_t at = 0;
    for (; d <= 8 && at + 2 * VEC_LANES <= known.padded; at += 2 * VEC_LANES) {
        log_density_few(&known, at, 2, d, mean, factor, log_norm, out);
    }
    for (; at < known.padded; at += VEC_LANES) {
        log_density_few(&known, at, 1, d, mean, factor, log_norm, out);
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
#define SMALL(D)                                                                                                  \
    case D:                                                                                                       \
        log_density_small(rows, D, mean, factor, log_norm, out);                                                  \
        return;
    switch (d) {
        SMALL(1)
        SMALL(2)
        SMALL(3)
        SMALL(4)
        SMALL(5)
        SMALL(6)
        SMALL(7)
        SMALL(8)
#if MIX_KERNEL_BITS == 512 /* elsewhere there are not registers enough */
        SMALL(9)
        SMALL(10)
        SMALL(11)
        SMALL(12)
        SMALL(13)
        SMALL(14)
        SMALL(15)
        SMALL(16)
#endif
    default:
        break;
    }
#undef SMALL
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
    vec distance[AXIS_PANEL] = {{0}};
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
    for (; at + AXIS_PANEL * VEC_LANES <= rows->padded; at += AXIS_PANEL * VEC_LANES) {
        log_density_axis_panel(rows, at, AXIS_PANEL, d, mean, factor, log_norm, out);
    }
    for (; at < rows->padded; at += VEC_LANES) {
        log_density_axis_panel(rows, at, 1, d, mean, factor, log_norm, out);
    }
}

MIX_INLINE void linear_panel(const mix_rows *rows, size_t at, size_t width, size_t d, const double *factor,
                             double less, double *out) {
    vec sum[AXIS_PANEL] = {{0}};
    for (size_t j = 0; j < d; j++) {
        const double *x = rows->x + j * rows->stride + at;
        for (size_t v = 0; v < width; v++) {
            sum[v] += vec_load(x + v * VEC_LANES) * factor[j];
        }
    }
    for (size_t v = 0; v < width; v++) {
        vec_store(out + at + v * VEC_LANES, floor_log_density(sum[v]) - less);
    }
}

static void linear(const mix_rows *rows, size_t d, const double *factor, double less, double *out) {
    size_t at = 0;
    for (; at + AXIS_PANEL * VEC_LANES <= rows->padded; at += AXIS_PANEL * VEC_LANES) {
        linear_panel(rows, at, AXIS_PANEL, d, factor, less, out);
    }
    for (; at < rows->padded; at += VEC_LANES) {
        linear_panel(rows, at, 1, d, factor, less, out);
    }
}

#endif
