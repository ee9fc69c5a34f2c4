/* covariance.h: the structures of covariance matrices: names, free parameters, the M-step of each, the floor. */
#ifndef MIX_COVARIANCE_H
#define MIX_COVARIANCE_H

#include "family.h"

/* Whether every matrix of the structure is diagonal, so that statistics need only the diagonal of the scatter. */
bool mix_covariance_axis(mixture_covariance covariance);

/* Free parameters of k covariance matrices of d columns. */
size_t mix_covariance_parameters(mixture_covariance covariance, size_t k, size_t d);

/* The covariance matrices (k, d x d each) that maximize the likelihood, given each component's sum of
** responsibilities and, in their place, its scatter about its mean. A component with a count below MIX_EMPTY
** must come with its present covariance, which it keeps unless the structure ties it to others. */
void mix_covariance_maximize(mixture_covariance covariance, size_t k, size_t d, const double *counts,
                             const double *scale, double *matrices);

/* Raise what is below the floor: no eigenvalue of D^-1/2 S D^-1/2 stays under min_variance, D the data's
** variances. Returns whether anything was; a matrix above the floor keeps its bits. This maximizes the likelihood
** under that constraint, which leaves the eigenvectors of the unconstrained maximum as they are.
** scratch: mix_covariance_scratch(d). */
bool mix_covariance_floor(mixture_covariance covariance, size_t d, const mix_maximize *how, double *matrix,
                          double *scratch);
size_t mix_covariance_scratch(size_t d);

#endif
