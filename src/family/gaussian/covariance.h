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

/* Distinct rows that each component needs, or the likelihood of the structure has no maximum
** (docs/mathematics-floors.md). What else it needs, variance in every direction that may shrink by itself, the
** floor tells. */
size_t mix_covariance_least_rows(int covariance, size_t d);

/* The covariance matrices (k, d x d each, in `matrices`) that maximize the likelihood, given each component's
** sum of responsibilities n_c > 0 and, in their place, its scatter W_c about its mean. Nothing falls below the
** floor (see below); floored[c] says where it would have. before: d x d, the sum of the covariances before, for
** structures that are found by a search. scratch: mix_covariance_scratch(k, d). */
void mix_covariance_maximize(int covariance, const mix_maximize *how, size_t k, size_t d, const double *counts,
                             double *matrices, const double *before, bool *floored, double *scratch);

/* The floor: no eigenvalue of D^-1/2 S D^-1/2 stays under how->min_variance, D the data's variances (where the
** structure is defined by lengths in the user's units: under that share of their mean there). Returns whether S
** was raised; above the floor it keeps its bits. Clamping eigenvalues maximizes the likelihood under that
** constraint. */
bool mix_covariance_floor(int covariance, const mix_maximize *how, size_t d, double *matrix, double *scratch);

size_t mix_covariance_scratch(size_t k, size_t d);

#endif
