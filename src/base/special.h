/* special.h: functions of one variable that the densities of the families need beside those of libm, to the digits
** of a long double; and the inverses that their M-steps are. */
#ifndef MIX_SPECIAL_H
#define MIX_SPECIAL_H

/* Of x > 0: psi(x) = d/dx ln Gamma(x); psi'(x); and ln x - psi(x), which is 1 / (2 x) for large x and would lose
** its digits as a difference. */
long double mix_special_digamma(long double x);
long double mix_special_trigamma(long double x);
long double mix_special_log_less_digamma(long double x);

/* ln B(a, b) = ln Gamma(a) + ln Gamma(b) - ln Gamma(a + b) of a, b > 0, large ones included. */
long double mix_special_log_beta(long double a, long double b);

/* The x > 0 at which ln x - psi(x) is s > 0. */
long double mix_special_log_less_digamma_inverse(long double s);

/* Modified Bessel functions of x >= 0: ln I0(x) - x; and I1(x) / I0(x), which rises from 0 to 1. */
long double mix_special_log_bessel(long double x);
long double mix_special_bessel_ratio(long double x);

/* The x >= 0 at which I1(x) / I0(x) is r, 0 <= r < 1. */
long double mix_special_bessel_ratio_inverse(long double r);

/* Where the standard normal distribution function is p, 0 < p < 1. */
long double mix_special_normal_quantile(long double p);

#endif
