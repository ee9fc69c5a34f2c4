/* covariance_metric.c: eigenvalues and positivity in the metric of a floor, where it is the unit matrix. */
#include "covariance_metric.h"

#include <math.h>
#include <string.h>

#include "linalg.h"

static void whiten(size_t d, const double *floors, const double *matrix, double *white) {
    for (size_t i = 0; i < d; i++) {
        for (size_t j = 0; j < d; j++) {
            white[i * d + j] = matrix[i * d + j] / (sqrt(floors[i]) * sqrt(floors[j]));
        }
    }
}

/* Eigenvalues of a matrix in the metric of the floor and (columns) eigenvectors; along the axes these are its
** diagonal and the unit matrix. work: d x d. */
void mix_metric_eigen(const mix_floor *floor, const double *floors, const double *matrix, double *values,
                      double *vectors, double *work) {
    size_t d = floor->d;
    if (!floor->axis) {
        whiten(d, floors, matrix, work);
        mix_linalg_eigen_until(d, work, values, vectors, floor->scatter->turns.cancel);
        return;
    }
    for (size_t j = 0; j < d; j++) {
        values[j] = matrix[j * d + j] / floors[j];
    }
    for (size_t i = 0; i < d * d; i++) {
        vectors[i] = i % (d + 1) == 0;
    }
}

/* The matrix with such eigenvalues. */
void mix_metric_back(const mix_floor *floor, const double *floors, const double *values, const double *vectors,
                     double *matrix) {
    size_t d = floor->d;
    for (size_t i = 0; i < d && !mix_metric_over(floor, 4 * (double)i * (double)d); i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = 0;
            for (size_t p = 0; p < d; p++) {
                sum += vectors[i * d + p] * values[p] * vectors[j * d + p];
            }
            matrix[i * d + j] = matrix[j * d + i] = sum * (sqrt(floors[i]) * sqrt(floors[j]));
        }
    }
}

/* Whether matrix - share * F is positive definite, and the matrix safely so itself. work: d (d + 1) / 2 + d x
** d. */
bool mix_metric_above(const mix_floor *floor, const double *floors, double share, const double *matrix,
                      double *work) {
    size_t d = floor->d;
    for (size_t j = 0; j < d; j++) {
        if (!(matrix[j * d + j] >= share * floors[j])) {
            return false;
        }
    }
    if (floor->axis) {
        return true;
    }
    double *shifted = work + d * (d + 1) / 2;
    memcpy(shifted, matrix, d * d * sizeof(double));
    for (size_t j = 0; j < d; j++) {
        shifted[j * d + j] -= share * floors[j];
    }
    const mix_cancel *cancel = floor->scatter->turns.cancel;
    return mix_linalg_cholesky_until(d, shifted, 0, work, cancel) &&
           mix_linalg_cholesky_until(d, matrix, MIX_ROUNDED, work, cancel);
}

/* Wide enough for the matrix to be positive definite in a double, however long its longest axis is. */
double mix_metric_thinnest(const mix_floor *floor, const double *values) {
    double most = 0;
    for (size_t p = 0; p < floor->d && !floor->axis; p++) {
        most = fmax(most, values[p]);
    }
    return 10 * MIX_ROUNDED * most;
}

void mix_metric_widen(const mix_floor *floor, double *values) {
    double least = mix_metric_thinnest(floor, values);
    for (size_t p = 0; p < floor->d; p++) {
        values[p] = fmax(values[p], least);
    }
}

/* The highest of all components' floors, column by column. */
void mix_metric_highest(const mix_floor *floor, double *floors) {
    for (size_t j = 0; j < floor->d; j++) {
        floors[j] = 0;
        for (size_t c = 0; c < floor->k; c++) {
            floors[j] = fmax(floors[j], floor->floors[c * floor->d + j]);
        }
    }
}

/* ---- Volumes make good what is left ------------------------------------------------------------------------ */

/* How many times its floor a component's covariance must be scaled to be above it; 1 when it is. */
static double shortfall(const mix_floor *floor, size_t c, double *work) {
    size_t d = floor->d;
    double *vectors = work, *values = vectors + d * d, *rest = values + d, least = 1;
    mix_metric_eigen(floor, floor->floors + c * d, floor->matrices + c * d * d, values, vectors, rest);
    for (size_t j = 0; j < d; j++) {
        least = fmin(least, fmax(values[j], 1e-300));
    }
    return 1 / least;
}

void mix_metric_scale_up(const mix_floor *floor, double *work) {
    size_t k = floor->k, d = floor->d;
    double most = 1, work_each = mix_metric_work(floor);
    for (size_t c = 0; c < k && floor->equal_volume && !mix_metric_over(floor, work_each); c++) {
        most = fmax(most, shortfall(floor, c, work));
    }
    for (size_t c = 0; c < k && !mix_metric_over(floor, work_each); c++) {
        double factor = floor->equal_volume ? most : shortfall(floor, c, work);
        for (size_t i = 0; i < d * d && factor > 1; i++) {
            floor->matrices[c * d * d + i] *= factor;
        }
    }
}

double mix_metric_deviance(size_t k, size_t d, const double *counts, const double *scatters,
                           const double *matrices, double *factor, mix_turns *turns) {
    double sum = 0;
    for (size_t c = 0; c < k; c++) {
        const double *own = scatters + c * d * d;
        if (mix_turns_over(turns, 4 * (double)d * (double)d) ||
            !mix_linalg_cholesky_until(d, matrices + c * d * d, 0, factor, turns->cancel)) {
            return HUGE_VAL;
        }
        for (size_t j = 0; j < d; j++) {
            sum += 2 * counts[c] * log(factor[mix_linalg_at(j, j)]);
        }
        mix_linalg_invert_until(d, factor, factor, turns->cancel);
        for (size_t p = 0; p < d && !mix_turns_over(turns, 3 * (double)p * (double)p);
             p++) { /* row p of the inverse factor, on both sides of W_c */
            const double *row = factor + mix_linalg_at(p, 0);
            for (size_t i = 0; i <= p; i++) {
                for (size_t j = 0; j <= p; j++) {
                    sum += row[i] * own[i * d + j] * row[j];
                }
            }
        }
    }
    return turns->over ? HUGE_VAL : sum;
}

static double floor_deviance(const mix_floor *floor, const double *matrices, double *factor) {
    return mix_metric_deviance(floor->k, floor->d, floor->counts, floor->scatters, matrices, factor,
                               &floor->scatter->turns);
}

static bool before_is_above(const mix_floor *floor, double *work) {
    size_t d = floor->d;
    bool above = floor->before != NULL;
    for (size_t c = 0; c < floor->k && above; c++) {
        above = !mix_metric_over(floor, 4 * (double)floor->d * (double)floor->d) &&
                mix_metric_above(floor, floor->floors + c * d, 1 - MIX_HAIR, floor->before + c * d * d, work);
    }
    return above;
}

/* The axes of some structures are found by a search, which may end lower than it began. */
void mix_metric_stay_if_better(const mix_floor *floor, double *work) {
    if (before_is_above(floor, work) &&
        floor_deviance(floor, floor->before, work) < floor_deviance(floor, floor->matrices, work)) {
        memcpy(floor->matrices, floor->before, floor->k * floor->d * floor->d * sizeof(double));
    }
}
