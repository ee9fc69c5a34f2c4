/* linalg.c: Cholesky, triangular inverse, symmetric eigenvalues. */
#include "linalg.h"

#include <math.h>

/* False also when a pivot is NaN. */
static bool find_pivot(double square, double least, double *pivot) {
    if (!(square > least && square > 0)) {
        return false;
    }
    *pivot = sqrt(square);
    return true;
}

/* Of two rows, which are the most frequent. */
static bool factor_two(const double *a, double relative, double *factor) {
    if (!find_pivot(a[0], relative * a[0], &factor[0])) {
        return false;
    }
    factor[1] = a[2] / factor[0];
    return find_pivot(a[3] - factor[1] * factor[1], relative * a[3], &factor[2]);
}

bool mix_linalg_cholesky_until(size_t d, const double *a, double relative, double *factor,
                               const mix_cancel *cancel) {
    mix_turns turns = {.cancel = cancel};
    if (d == 2) {
        return factor_two(a, relative, factor);
    }
    for (size_t i = 0; i < d; i++) {
        if (mix_turns_over(&turns, (double)i * (double)i)) {
            return false;
        }
        double *row = factor + mix_linalg_at(i, 0);
        for (size_t j = 0; j < i; j++) {
            const double *other = factor + mix_linalg_at(j, 0);
            double sum = a[i * d + j];
            for (size_t p = 0; p < j; p++) {
                sum -= row[p] * other[p];
            }
            row[j] = sum / other[j];
        }
        double square = a[i * d + i];
        for (size_t p = 0; p < i; p++) {
            square -= row[p] * row[p];
        }
        if (!find_pivot(square, relative * a[i * d + i], &row[i])) {
            return false;
        }
    }
    return true;
}

bool mix_linalg_cholesky(size_t d, const double *a, double relative, double *factor) {
    return mix_linalg_cholesky_until(d, a, relative, factor, NULL);
}

void mix_linalg_invert_until(size_t d, const double *factor, double *inverse, const mix_cancel *cancel) {
    mix_turns turns = {.cancel = cancel};
    for (size_t i = 0; i < d && !mix_turns_over(&turns, (double)i * (double)i); i++) {
        /* Row i of the inverse needs rows < i of the inverse and row i of the factor only; columns are done
        ** from the left, so that in place entry (i, p), p >= j, is still the factor's when it is read. */
        double pivot = 1 / factor[mix_linalg_at(i, i)];
        for (size_t j = 0; j < i; j++) {
            double sum = 0;
            for (size_t p = j; p < i; p++) {
                sum += factor[mix_linalg_at(i, p)] * inverse[mix_linalg_at(p, j)];
            }
            inverse[mix_linalg_at(i, j)] = -sum * pivot;
        }
        inverse[mix_linalg_at(i, i)] = pivot;
    }
}

void mix_linalg_invert(size_t d, const double *factor, double *inverse) {
    mix_linalg_invert_until(d, factor, inverse, NULL);
}

/* Turn rows and columns p and q of a so that entry (p, q) becomes 0 (Golub & Van Loan, section 8.5.2). */
static void rotate(size_t d, double *a, double *vectors, size_t p, size_t q) {
    double apq = a[p * d + q];
    double theta = (a[q * d + q] - a[p * d + p]) / (2 * apq);
    double t = (theta >= 0 ? 1 : -1) / (fabs(theta) + hypot(theta, 1));
    double c = 1 / sqrt(t * t + 1);
    double s = t * c;
    a[p * d + p] -= t * apq;
    a[q * d + q] += t * apq;
    a[p * d + q] = a[q * d + p] = 0;
    for (size_t i = 0; i < d; i++) {
        if (i != p && i != q) {
            double aip = a[i * d + p], aiq = a[i * d + q];
            a[i * d + p] = a[p * d + i] = c * aip - s * aiq;
            a[i * d + q] = a[q * d + i] = s * aip + c * aiq;
        }
        double vip = vectors[i * d + p], viq = vectors[i * d + q];
        vectors[i * d + p] = c * vip - s * viq;
        vectors[i * d + q] = s * vip + c * viq;
    }
}

void mix_linalg_eigen_until(size_t d, double *a, double *values, double *vectors, const mix_cancel *cancel) {
    mix_turns turns = {.cancel = cancel};
    for (size_t i = 0; i < d * d; i++) {
        vectors[i] = i % (d + 1) == 0;
    }
    for (int sweep = 0; sweep < 60; sweep++) { /* converges quadratically: about 10 sweeps in practice */
        bool turned = false;
        for (size_t p = 0; p + 1 < d; p++) {
            for (size_t q = p + 1; q < d; q++) {
                if (mix_turns_over(&turns, 20 * (double)d)) {
                    return;
                }
                /* Relative to the two diagonal entries, so that small eigenvalues keep their digits. */
                double small = 1e-17 * sqrt(fabs(a[p * d + p]) * fabs(a[q * d + q]));
                if (fabs(a[p * d + q]) > small) {
                    rotate(d, a, vectors, p, q);
                    turned = true;
                }
            }
        }
        if (!turned) {
            break;
        }
    }
    for (size_t i = 0; i < d; i++) {
        values[i] = a[i * d + i];
    }
}

void mix_linalg_eigen(size_t d, double *a, double *values, double *vectors) {
    mix_linalg_eigen_until(d, a, values, vectors, NULL);
}
