/* covariance_floor.h: the M-step of a structure under floors: no covariance S_c falls below a diagonal F_c, that
** is, S_c - F_c has no eigenvalue below 0. So a floor holds in the metric of the columns, whatever their units
** are. */
#ifndef MIX_COVARIANCE_FLOOR_H
#define MIX_COVARIANCE_FLOOR_H

#include "covariance_metric.h"

size_t mix_floor_scratch(size_t k, size_t d);

/* Whether the solution without floors is above all of them. */
bool mix_floor_met(const mix_floor *floor);

/* The best under the floors, when they are not met. */
void mix_floor_apply(const mix_floor *floor);

/* Where component c is held. total: d x d, covariance of all data; recorded: d, whether a column's step makes its
** floor. */
unsigned char mix_floor_where(const mix_floor *floor, size_t c, const double *total, const bool *recorded);

#endif
