/* covariance_steps.h: the M-steps of those covariance structures that tie volume, shape or orientation, but not
** all of them, across components. Matrices are in units in which a sphere is one. */
#ifndef MIX_COVARIANCE_STEPS_H
#define MIX_COVARIANCE_STEPS_H

#include <stdbool.h>
#include <stddef.h>

#include "cancel.h"

/* What a structure is solved from, and where the result goes. */
typedef struct mix_scatter {
    size_t k, d;
    const double *counts; /* n_c, k */
    double *matrices;     /* in: scatter W_c about the component's mean, k times d x d; out: covariance S_c */
    const double *before; /* d x d: sum of the covariances before, where a search for an orientation starts */
    double least;    /* > 0, so small that it only keeps what is singular from being 0: floors are elsewhere */
    double *scratch; /* mix_covariance_steps_scratch(k, d) */
    mix_turns turns; /* asked whether to stop; then the result is worth nothing */
} mix_scatter;

size_t mix_covariance_steps_scratch(size_t k, size_t d);

void mix_covariance_steps_vei(mix_scatter *scatter);
void mix_covariance_steps_evi(mix_scatter *scatter);
void mix_covariance_steps_vee(mix_scatter *scatter);
void mix_covariance_steps_eve(mix_scatter *scatter);
void mix_covariance_steps_vve(mix_scatter *scatter);
void mix_covariance_steps_eev(mix_scatter *scatter);
void mix_covariance_steps_vev(mix_scatter *scatter);
void mix_covariance_steps_evv(mix_scatter *scatter);

/* Eigenvalues, falling, and eigenvectors (columns) of a matrix, which stays as it is. work: d * d. */
void mix_covariance_steps_eigen(const mix_scatter *scatter, const double *matrix, double *values, double *vectors,
                                double *work);

/* The common axes (columns) that eve or vve has left. */
const double *mix_covariance_steps_axes(const mix_scatter *scatter);

#endif
