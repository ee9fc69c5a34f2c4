/* intervals.h: intervals of a model's parameters, from its bootstrap. */
#ifndef MIX_INTERVALS_H
#define MIX_INTERVALS_H

#include "mixture.h"

/* The highest level that so many replicates allow: from the least to the greatest. */
double mix_intervals_most(const mixture_bootstrap *bootstrap);

/* Of parameter `number`, at a level up to that: the quantiles that leave the same share on either side. Between
** those that are kept they are what a normal law between these two has. */
void mix_intervals_percentile(const mixture_bootstrap *bootstrap, size_t number, double level, double *low,
                              double *high);

/* How many standard errors the normal interval reaches. */
double mix_intervals_reach(double level);

#endif
