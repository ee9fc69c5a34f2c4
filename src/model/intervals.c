/* intervals.c: percentile intervals (B. Efron & R. J. Tibshirani, An Introduction to the Bootstrap (1993), 13) and
** normal ones. */
#include "intervals.h"

#include <math.h>

#include "special.h"

double mix_intervals_most(const mixture_bootstrap *bootstrap) {
    return 1 - 2 * bootstrap->probabilities[0];
}

/* A quantile that is kept, or between two of them. */
static double quantile_at(const mixture_bootstrap *bootstrap, size_t number, double p) {
    const double *kept = bootstrap->probabilities, same = 1e-9;
    const double *quantiles = bootstrap->quantiles + number * bootstrap->probability_count;
    size_t i = 0, last = bootstrap->probability_count - 1;
    while (i < last && kept[i] < p * (1 - same)) {
        i++;
    }
    if (i == 0 || kept[i] <= p * (1 + same)) {
        return quantiles[i];
    }
    double from = (double)mix_special_normal_quantile(kept[i - 1]),
           to = (double)mix_special_normal_quantile(kept[i]);
    double share = ((double)mix_special_normal_quantile(p) - from) / (to - from);
    return quantiles[i - 1] + share * (quantiles[i] - quantiles[i - 1]);
}

void mix_intervals_percentile(const mixture_bootstrap *bootstrap, size_t number, double level, double *low,
                              double *high) {
    *low = quantile_at(bootstrap, number, (1 - level) / 2);
    *high = quantile_at(bootstrap, number, (1 + level) / 2);
}

double mix_intervals_reach(double level) {
    return (double)mix_special_normal_quantile((1 + (long double)level) / 2);
}
