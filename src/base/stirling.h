/* stirling.h: factorials and powers of large counts, taken apart so that nothing large is subtracted from
** anything large:
**
**     n!              = sqrt(2 pi n) (n / e)^n exp(error(n))
**     (n / mean)^n    = exp(n - mean + deviance(n, mean)), the deviance >= 0 and 0 at n = mean
**
** C. Loader, Fast and Accurate Computation of Binomial Probabilities (2000): the logarithms of such terms are
** as exact as their own size allows, while those of n! and p^n lose the digits that they have in common. */
#ifndef MIX_STIRLING_H
#define MIX_STIRLING_H

/* ln n! - ln(sqrt(2 pi n) (n / e)^n) of n >= 1. */
long double mix_stirling_error(long double n);

/* n ln(n / mean) + mean - n; n and mean > 0. */
long double mix_stirling_deviance(long double n, long double mean);

/* ln sqrt(2 pi n) + error(n) of n > 0; 0 of n = 0: what of ln n! is not n ln n - n. */
long double mix_stirling_rest(long double n);

#endif
