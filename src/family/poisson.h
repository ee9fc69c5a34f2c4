/* poisson.h: what other laws of counts take from the Poisson family. */
#ifndef MIX_POISSON_H
#define MIX_POISSON_H

#include "random.h"

/* A count of that rate, 0 <= rate <= 2^53. */
double mix_poisson_draw(mix_random *random, double rate);

#endif
