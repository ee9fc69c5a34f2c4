/* kernel.h: the hot loops over one block of rows. kernel.c is compiled once per instruction set; dispatch.c
** picks the best one that the machine runs. A kernel neither allocates nor fails. */
#ifndef MIX_KERNEL_H
#define MIX_KERNEL_H

#include <math.h>
#include <stdbool.h>

#include "magnitudes.h"
#include "rows.h"

/* What mix_kernel.posterior adds up over rows, each times its weight. */
enum { MIX_TOTAL_WEIGHT, MIX_TOTAL_LOGLIK, MIX_TOTAL_ENTROPY, MIX_TOTALS };

/* Of values y: the least and the greatest, the sums of w y and w y^2. Of none: */
typedef struct mix_moments {
    double low, high, sum, squares;
} mix_moments;
#define MIX_NO_MOMENTS ((mix_moments){(double)INFINITY, -(double)INFINITY, 0, 0})

typedef struct mix_kernel {
    const char *name;
    bool (*supported)(void);

    /* Log density of each row under N(mean, (W'W)^-1): out[r] = log_norm - |W (x_r - mean)|^2 / 2, W = `factor`
    ** packed lower. scratch: 32 d doubles. */
    void (*log_density)(const mix_rows *rows, size_t d, const double *mean, const double *factor, double log_norm,
                        double *out, double *scratch);
    /* The same for a diagonal W, given as d doubles. */
    void (*log_density_axis)(const mix_rows *rows, size_t d, const double *mean, const double *factor,
                             double log_norm, double *out);
    /* out[r] = sum_j factor[j] x_rj, at least MIX_LOG_DENSITY_FLOOR, less so much. */
    void (*linear)(const mix_rows *rows, size_t d, const double *factor, double less, double *out);
    /* densities: k columns, rows->stride apart. In: log densities of the components. Out: responsibilities
    ** times row weight, 0 in the padding. Adds to totals[MIX_TOTALS]. */
    void (*posterior)(const mix_rows *rows, size_t k, const double *log_weights, double *densities,
                      double *totals);
    /* Add to statistics: sum of resp; of resp (x - mean), d; of resp (x - mean)(x - mean)', packed lower.
    ** scratch: 2 d MIX_BLOCK_ROWS doubles. */
    void (*scatter)(const mix_rows *rows, size_t d, const double *mean, const double *resp, double *statistics,
                    double *scratch);
    /* The same with the diagonal of the scatter only, d. */
    void (*scatter_axis)(const mix_rows *rows, size_t d, const double *mean, const double *resp,
                         double *statistics);
    /* Add to statistics: sum of resp; of resp x, d. */
    void (*sums)(const mix_rows *rows, size_t d, const double *resp, double *statistics);
    /* Add y = x unit - shift of so many x, with weights w (NULL: all 1), to *moments. */
    void (*moments)(const double *x, const double *weight, size_t count, double unit, double shift,
                    mix_moments *moments);
    /* x[i] = log(x[i]) of positive, finite, normal x[i], within 1 ulp. */
    void (*log)(size_t count, double *x);
} mix_kernel;

/* The kernel in use. */
const mix_kernel *mix_kernel_current(void);
/* All that were compiled in, best last; ends with NULL. */
const mix_kernel *const *mix_kernel_all(void);
/* For tests: use this one from now on (NULL: the best again). */
void mix_kernel_force(const mix_kernel *kernel);

#endif
