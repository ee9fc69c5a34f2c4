/* simplex.c: shares, with floors; and their logarithms as coordinates. */
#include "simplex.h"

#include <math.h>

/* Those below their floor are set to it and the rest share what is left, which may push further ones below, at
** most d times. */
void mix_simplex_share(size_t d, const double *counts, const double *floors, double *p) {
    double left = 0, share = 1;
    for (size_t j = 0; j < d; j++) {
        p[j] = -1; /* not held at its floor */
        left += counts[j];
    }
    for (bool moved = true; moved;) {
        moved = false;
        for (size_t j = 0; j < d; j++) {
            if (p[j] < 0 && floors[j] > 0 && counts[j] * share < floors[j] * left) {
                p[j] = floors[j];
                share -= floors[j];
                left -= counts[j];
                moved = true;
            }
        }
    }
    for (size_t j = 0; j < d; j++) {
        p[j] = p[j] < 0 ? share * (counts[j] / left) : p[j];
    }
}

void mix_simplex_raise(size_t d, double least, double *p) {
    double sum = 0;
    bool zero = false;
    for (size_t j = 0; j < d; j++) {
        zero = zero || p[j] == 0;
        p[j] = p[j] == 0 ? least : p[j];
        sum += p[j];
    }
    for (size_t j = 0; j < d && zero; j++) {
        p[j] /= sum;
    }
}

void mix_simplex_unpack(size_t d, const double *theta, double *p) {
    double top = -(double)INFINITY, sum = 0;
    for (size_t j = 0; j < d; j++) {
        top = fmax(top, theta[j]);
    }
    for (size_t j = 0; j < d; j++) {
        p[j] = exp(theta[j] - top);
        p[j] = p[j] > 1e-299 ? p[j] : 0;
        sum += p[j];
    }
    for (size_t j = 0; j < d; j++) {
        p[j] /= sum;
    }
}

bool mix_simplex_coincide(size_t d, const double *a, const double *b) {
    bool same = true;
    for (size_t j = 0; j < d && same; j++) {
        double p = fmin(a[j], 1);
        same = fabs(p - b[j]) <= 1e-3 * sqrt(p * (1 - p));
    }
    return same;
}
