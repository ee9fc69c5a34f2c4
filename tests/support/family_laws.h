/* family_laws.h: the rows of data of the families whose columns are independent and have laws of their own. */
#ifndef FAMILY_LAWS_H
#define FAMILY_LAWS_H

#include "family_rows.h"

/* Where a falling function is 0, between low and high; about: handed on. psi(x). A gamma variable of rate 1. */
long double family_laws_root(long double (*f)(long double x, const void *about), const void *about,
                             long double low, long double high);
long double family_laws_digamma(long double x);
double family_laws_gamma(mix_random *random, double shape);

extern const family_example family_laws[];
extern const size_t family_laws_count;

#endif
