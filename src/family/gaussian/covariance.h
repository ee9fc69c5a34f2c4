/* covariance.h: the structures of covariance matrices: names, free parameters, the M-step of each, the floor. */
#ifndef MIX_COVARIANCE_H
#define MIX_COVARIANCE_H

#include "family.h"

/* Whether every matrix of the structure is diagonal, so that statistics need only the diagonal of the scatter. */
bool mix_covariance_axis(int covariance);

/* All of them, for the family's table; each is one of enum mixture_covariance. */
extern const mix_structures_table mix_covariance_structures;

/* Free parameters of k covariance matrices of d columns. */
size_t mix_covariance_parameters(int covariance, size_t k, size_t d);

/* Distinct rows (in the `free` columns of d, which have no steps) that each component needs, or the likelihood of
** the structure has no maximum (docs/mathematics-floors.md). What else it needs, variance in every direction that
** may shrink by itself, the floor tells. */
size_t mix_covariance_least_rows(int covariance, size_t d, size_t free);

/* An M-step of the covariances. */
typedef struct mix_covariance_task {
    int covariance; /* the structure */
    const mix_maximize *how;
    size_t k, d;
    const double *counts; /* k: sums of responsibilities n_c > 0 */
    const double *means;  /* k x d */
    double *matrices;     /* k times d x d; in: each component's scatter W_c about its mean; out: its covariance */
    const double *before; /* the covariances before, where structures that are found by a search begin */
    bool obeyed;          /* those obey the structure: they stay if nothing better is found at the floor */
    unsigned char *floored; /* k: where each is held (covariance_floor.h) */
    /* Full ones are at least where an M-step puts what is below: a hair above the floor. A jump to in between
    ** would be likelier, and the next M-step would lead down. */
    bool strict;
} mix_covariance_task;

/* The covariance matrices that maximize the likelihood under the structure and the floors: along no direction is a
** component's variance less than that of diag(f_c), f_cj the larger of how->min_variance times the column's
** variance and the square of its step, about the component's mean, times how->steps->height. Above the floor a
** solution keeps its bits. Columns that do not vary have no part in it. scratch: mix_covariance_scratch(k, d). */
void mix_covariance_maximize(const mix_covariance_task *task, double *scratch);

size_t mix_covariance_scratch(size_t k, size_t d);

#endif
