/* simplex.h: probabilities that sum to 1, as multinomial and categorical components have them. */
#ifndef MIX_SIMPLEX_H
#define MIX_SIMPLEX_H

#include "family.h"

/* p_j proportional to counts (of a sum > 0), none below its floor: the maximum of sum counts_j ln p_j under p_j >=
** floor_j. */
void mix_simplex_share(size_t d, const double *counts, const double *floors, double *p);

/* Probabilities of 0 become so much, if there are any, and all sum to 1 again. */
void mix_simplex_raise(size_t d, double least, double *p);

/* The p_j proportional to exp(theta_j). */
void mix_simplex_unpack(size_t d, const double *theta, double *p);

/* Whether every probability of b is within 1/1000 of a trial's deviation of that of a. */
bool mix_simplex_coincide(size_t d, const double *a, const double *b);

#endif
