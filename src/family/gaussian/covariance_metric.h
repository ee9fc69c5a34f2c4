/* covariance_metric.h: a floor under the covariances of components, and matrices in its metric, that is, divided
** by the roots of its entries on both sides. */
#ifndef MIX_COVARIANCE_METRIC_H
#define MIX_COVARIANCE_METRIC_H

#include "covariance_steps.h"
#include "family.h"

/* A pivot below this share of its diagonal entry is rounding. */
#define MIX_ROUNDED 1e-14
/* A hair above the floor, so that rounding does not put it back under. */
#define MIX_HAIR 1e-6

typedef struct mix_floor {
    size_t k, d;
    bool strict;               /* nothing stays between the floor and a hair above it (covariance.h) */
    bool axis, sphere, pooled; /* the structure: along the axes; spheres; one matrix for all */
    bool equal_volume, own_shape, own_axes;
    void (*solve)(mix_scatter *scatter); /* the structure's M-step without floors; NULL: a plain one */
    mix_scatter *scatter;                /* what it is called with; whom to ask whether to stop */
    const double *counts;                /* n_c */
    const double *scatters;              /* W_c: k times d x d */
    double *matrices;                    /* in: S_c without floors; out: with them */
    const double *floors;                /* diagonals of F_c: k times d, > 0 */
    const double *before;                /* covariances before, to stay at if nothing better is found; NULL */
    double *work;                        /* mix_floor_scratch(k, d) */
} mix_floor;

/* Whether to stop, after so much more work; then the result is worth nothing. */
static inline bool mix_metric_over(const mix_floor *floor, double work) {
    return mix_turns_over(&floor->scatter->turns, work);
}

/* Some operations for a matrix's eigenvalues, or for a few products of such matrices. */
static inline double mix_metric_work(const mix_floor *floor) {
    return floor->axis ? 10 * (double)floor->d : 20 * (double)floor->d * (double)floor->d * (double)floor->d;
}

/* Eigenvalues of a matrix in the metric of the floors (d) and (columns) eigenvectors; along the axes these are its
** diagonal and the unit matrix. work: d x d. */
void mix_metric_eigen(const mix_floor *floor, const double *floors, const double *matrix, double *values,
                      double *vectors, double *work);

/* The matrix with such eigenvalues. */
void mix_metric_back(const mix_floor *floor, const double *floors, const double *values, const double *vectors,
                     double *matrix);

/* Whether matrix - share * F is positive definite, and the matrix safely so itself. work: d (d + 1) / 2 + d x
** d. */
bool mix_metric_above(const mix_floor *floor, const double *floors, double share, const double *matrix,
                      double *work);

/* The least eigenvalue with which a matrix with such ones is positive definite in a double, however long its
** longest axis is; and raising the others to it. */
double mix_metric_thinnest(const mix_floor *floor, const double *values);
void mix_metric_widen(const mix_floor *floor, double *values);

/* The highest of all components' floors, column by column. */
void mix_metric_highest(const mix_floor *floor, double *floors);

/* Volumes make good what is left: scale what is below the floor, all components alike where volumes are equal. */
void mix_metric_scale_up(const mix_floor *floor, double *work);

/* sum_c n_c ln det S_c + tr(W_c S_c^-1), of which less is better; infinite if an S_c is not positive definite, or
** when it was stopped. factor: packed. */
double mix_metric_deviance(size_t k, size_t d, const double *counts, const double *scatters,
                           const double *matrices, double *factor, mix_turns *turns);

/* Back to the covariances before, if these are above the floor and better: the axes of some structures are found
** by a search, which may end lower than it began. */
void mix_metric_stay_if_better(const mix_floor *floor, double *work);

#endif
