/* distribution.h: how much of a model of one column is at most x, and where so much of it is. Its family has the
** table `distribution`. */
#ifndef MIX_DISTRIBUTION_H
#define MIX_DISTRIBUTION_H

#include "cancel.h"
#include "mixture.h"

/* P(X <= x) and P(X > x), each to its own digits; the lower one is returned. upper: NULL: not wanted. When turns
** are over both are worth nothing. */
double mix_distribution_below(const mixture_model *model, double x, double *upper, mix_turns *turns);

/* The least x with P(X <= x) >= p, 0 < p < 1, found by the tail that is smaller. False: stopped. */
bool mix_distribution_quantile(const mixture_model *model, double p, const mix_cancel *cancel, double *x);

#endif
