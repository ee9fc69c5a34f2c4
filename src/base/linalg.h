/* linalg.h: the small dense linear algebra that covariance matrices need. Full matrices are d x d, row-major;
** lower triangles are packed by rows: entry (i, j), j <= i, at i*(i+1)/2 + j. Nothing here allocates. What
** takes d^3 steps has a form ..._until, which asks whether to stop: then its results are worth nothing, and the
** caller asks again. */
#ifndef MIX_LINALG_H
#define MIX_LINALG_H

#include <stdbool.h>
#include <stddef.h>

#include "cancel.h"

/* Doubles in a packed triangle of d rows. */
static inline size_t mix_linalg_packed(size_t d) {
    return d * (d + 1) / 2;
}

/* Position of entry (i, j), j <= i, in a packed triangle. */
static inline size_t mix_linalg_at(size_t i, size_t j) {
    return i * (i + 1) / 2 + j;
}

/* Cholesky factor L (packed) of the symmetric a = L L'. Only a's lower triangle is read. False when a is
** not positive definite: a pivot below `relative` times its diagonal entry. */
bool mix_linalg_cholesky(size_t d, const double *a, double relative, double *factor);
bool mix_linalg_cholesky_until(size_t d, const double *a, double relative, double *factor,
                               const mix_cancel *cancel); /* false when it was stopped, too */

/* Inverse of a packed lower triangle with positive diagonal; in place is allowed. */
void mix_linalg_invert(size_t d, const double *factor, double *inverse);
void mix_linalg_invert_until(size_t d, const double *factor, double *inverse, const mix_cancel *cancel);

/* Eigenvalues and eigenvectors (columns of vectors) of the symmetric a, which is destroyed. Jacobi's cyclic
** method: slow for large d, but accurate for small eigenvalues and without any shape of matrix that fails. */
void mix_linalg_eigen(size_t d, double *a, double *values, double *vectors);
void mix_linalg_eigen_until(size_t d, double *a, double *values, double *vectors, const mix_cancel *cancel);

#endif
