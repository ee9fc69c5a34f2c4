/* magnitudes.h: how large and how small numbers may be, as far as it makes sense only together.
**
**     MIX_MAX_DEVIATION^4 < infinity                            variances, products of two are doubles
**     MIX_MAX_DEVIATION^2 < -MIX_LOG_DENSITY_EXACT              squared distances are exact
**     MIX_LOG_DENSITY_EXACT > MIX_LOG_ZERO                      a row that is impossible is seen to be so
**     2^53 MIX_LOG_ZERO > MIX_LOG_DENSITY_FLOOR                 and stays the less likely the more it is so
**     -MIX_LOG_DENSITY_FLOOR 2^64 < infinity                    sums over any number of rows are doubles
**     -MIX_MOST_WEIGHT MIX_LOG_DENSITY_POSSIBLE < infinity      so is the log-likelihood of weighted rows
**
** tests/base/test_magnitudes.c holds them to that. */
#ifndef MIX_MAGNITUDES_H
#define MIX_MAGNITUDES_H

/* Standard deviation of a column, within which a fit is possible. */
#define MIX_MIN_DEVIATION 1e-75
#define MIX_MAX_DEVIATION 1e75

/* The kernels' log densities are never below this, so that no difference of two and no weighted sum overflows. */
#define MIX_LOG_DENSITY_FLOOR (-1e200)

/* Stands for ln 0 in natural parameters: times a count of 0 it is 0, times any other it is below everything
** that is possible. */
#define MIX_LOG_ZERO (-1e170)

/* Below this a log density of the kernels may be held at the floor, or stand for that of an impossible row:
** then the slow way in long double tells; and a log-likelihood as low is made of such. */
#define MIX_LOG_DENSITY_EXACT (-1e160)

/* A row whose log densities are all below this is so far away that their differences, the log odds, are known to
** no better than 1e-6 (1e-16 of either): the family takes these. */
#define MIX_LOG_DENSITY_FAR (-1e10)

/* Total weight of the rows at most; and the log density of a mean row that is possible under the fit, even one
** of many counts of 2^53, at least. */
#define MIX_MOST_WEIGHT 1e280
#define MIX_LOG_DENSITY_POSSIBLE (-1e27)

#endif
