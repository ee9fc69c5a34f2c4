/* incomplete.h: the distribution functions that the families have in common: incomplete gamma and beta functions,
** and an integral over the middle of the normal law's kin, each as both of its tails, so that neither loses its
** digits as 1 less the other. */
#ifndef MIX_INCOMPLETE_H
#define MIX_INCOMPLETE_H

enum { MIX_LOWER, MIX_UPPER };

/* P(a, x) and Q(a, x) of a > 0: a gamma variable of shape a and rate 1 is at most x, or above it. */
void mix_incomplete_gamma(long double a, long double x, long double tails[2]);

/* I_x(a, b) and I_(1 - x)(b, a) of a, b > 0 and 0 <= x <= 1: of a beta variable. rest: 1 - x, which may have more
** digits. */
void mix_incomplete_beta(long double a, long double b, long double x, long double rest, long double tails[2]);

/* The integral of exp(-2 k sin(t / 2)^2) from `from` to `to`, 0 <= from <= to <= pi, k >= 0. */
long double mix_incomplete_von_mises(long double k, long double from, long double to);

#endif
