/* gaussian_observed.c: a Gaussian component and a row of which only some values are observed.
**
** With o the observed columns, the marginal is N(m_o, S_oo) and the expectation of the rest is
** m_u + S_uo S_oo^-1 (x_o - m_o). In long double: this also serves complete rows so far away that the squared
** distance overflows a double. */
#include <float.h>
#include <math.h>

#include "gaussian.h"

static size_t gaussian_observed_size(const mix_shape *shape) {
    return mix_linalg_packed(shape->d) + shape->d;
}

/* Factor S_oo = L L' (packed, in `factor`) and solve L z = x_o - m_o (in `z`). Returns |o|. */
static size_t solve_observed(const mixture_model *model, size_t component, const double *x, long double *factor,
                             long double *z) {
    size_t d = model->d, n = 0;
    const double *mean = mix_gaussian_mean(model, component);
    const double *covariance = mix_gaussian_covariance(model, component);
    for (size_t i = 0; i < d; i++) {
        if (isnan(x[i])) {
            continue;
        }
        long double *row = factor + mix_linalg_at(n, 0);
        size_t m = 0; /* place of column j among the observed ones */
        z[n] = (long double)x[i] - (long double)mean[i];
        for (size_t j = 0; j <= i; j++) {
            if (isnan(x[j])) {
                continue;
            }
            const long double *other = factor + mix_linalg_at(m, 0);
            long double sum = (long double)covariance[i * d + j];
            for (size_t p = 0; p < m; p++) {
                sum -= row[p] * other[p];
            }
            /* The whole matrix is positive definite (prepare has checked), so its parts are. */
            row[m] = m < n ? sum / other[m] : sqrtl(fmaxl(sum, LDBL_MIN));
            m++;
        }
        for (size_t p = 0; p < n; p++) {
            z[n] -= row[p] * z[p];
        }
        z[n] /= row[n];
        n++;
    }
    return n;
}

long double mix_gaussian_distance(const mixture_model *model, size_t component, const double *x,
                                  long double *scratch) {
    long double *z = scratch + mix_linalg_packed(model->d), distance = 0;
    size_t n = solve_observed(model, component, x, scratch, z);
    for (size_t i = 0; i < n; i++) {
        distance += z[i] * z[i];
    }
    return distance;
}

static long double gaussian_observed_log_density(const mixture_model *model, size_t component, const double *x,
                                                 long double *scratch) {
    long double *factor = scratch, *z = scratch + mix_linalg_packed(model->d);
    size_t n = solve_observed(model, component, x, factor, z);
    long double distance = 0, log_density = 0;
    for (size_t i = 0; i < n; i++) {
        distance += z[i] * z[i];
        log_density -= logl(factor[mix_linalg_at(i, i)]);
    }
    return log_density - 0.5L * ((long double)n * (long double)MIX_LOG_2PI + distance);
}

static void gaussian_conditional(const mixture_model *model, size_t component, const double *x, double *complete,
                                 long double *scratch) {
    size_t d = model->d;
    long double *factor = scratch, *z = scratch + mix_linalg_packed(d);
    size_t n = solve_observed(model, component, x, factor, z);
    /* Solve L' y = z in place: y = S_oo^-1 (x_o - m_o). */
    for (size_t i = n; i-- > 0;) {
        for (size_t p = i + 1; p < n; p++) {
            z[i] -= factor[mix_linalg_at(p, i)] * z[p];
        }
        z[i] /= factor[mix_linalg_at(i, i)];
    }
    const double *mean = mix_gaussian_mean(model, component);
    const double *covariance = mix_gaussian_covariance(model, component);
    for (size_t i = 0; i < d; i++) {
        if (!isnan(x[i])) {
            complete[i] = x[i];
            continue;
        }
        long double sum = (long double)mean[i];
        size_t n_seen = 0;
        for (size_t j = 0; j < d; j++) {
            if (!isnan(x[j])) {
                sum += (long double)covariance[i * d + j] * z[n_seen++];
            }
        }
        complete[i] = (double)sum;
    }
}

const mix_observed mix_gaussian_observed = {gaussian_observed_size, gaussian_observed_log_density,
                                            gaussian_conditional};
