/* gaussian_observed.c: a Gaussian component and a row of which only some values are observed.
**
** With o the observed columns, the marginal is N(m_o, S_oo) and the expectation of the rest is
** m_u + S_uo S_oo^-1 (x_o - m_o). In long double: this also serves complete rows so far away that the squared
** distance overflows a double.
**
** Far away the squared distances q from two components are nearly the same where their covariances are. Their
** difference is taken about the middle of the means, y = x - (m_a + m_b) / 2 and h = (m_a - m_b) / 2, where
**     q_a - q_b = y'(P_a - P_b) y - 2 h'(P_a + P_b) y + h'(P_a - P_b) h,   P = S^-1,
**     P_a - P_b = -P_a (S_a - S_b) P_b:
** of equal covariances the first and the last term are 0, and the one between has all its digits. */
#include <float.h>
#include <math.h>

#include "gaussian.h"
#include "incomplete.h"

static size_t gaussian_observed_size(const mix_shape *shape) {
    return mix_linalg_packed(shape->d) + 6 * shape->d;
}

/* Factor S_oo = L L' (packed, in `factor`). Returns |o|. */
static size_t factor_observed(const mixture_model *model, size_t component, const double *x, long double *factor) {
    size_t d = model->d, n = 0;
    const double *covariance = mix_gaussian_covariance(model, component);
    for (size_t i = 0; i < d; i++) {
        if (isnan(x[i])) {
            continue;
        }
        long double *row = factor + mix_linalg_at(n, 0);
        size_t m = 0; /* place of column j among the observed ones */
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
        n++;
    }
    return n;
}

/* Solve L z = z in place. */
static void solve_lower(const long double *factor, size_t n, long double *z) {
    for (size_t i = 0; i < n; i++) {
        const long double *row = factor + mix_linalg_at(i, 0);
        for (size_t p = 0; p < i; p++) {
            z[i] -= row[p] * z[p];
        }
        z[i] /= row[i];
    }
}

/* Solve L' z = z in place: after solve_lower z is S_oo^-1 times what it was. */
static void solve_upper(const long double *factor, size_t n, long double *z) {
    for (size_t i = n; i-- > 0;) {
        for (size_t p = i + 1; p < n; p++) {
            z[i] -= factor[mix_linalg_at(p, i)] * z[p];
        }
        z[i] /= factor[mix_linalg_at(i, i)];
    }
}

/* Factor S_oo and solve L z = x_o - m_o (in `z`). Returns |o|. */
static size_t solve_observed(const mixture_model *model, size_t component, const double *x, long double *factor,
                             long double *z) {
    const double *mean = mix_gaussian_mean(model, component);
    size_t n = factor_observed(model, component, x, factor);
    for (size_t i = 0, m = 0; i < model->d; i++) {
        if (!isnan(x[i])) {
            z[m++] = (long double)x[i] - (long double)mean[i];
        }
    }
    solve_lower(factor, n, z);
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
    solve_upper(factor, n, z);
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

/* N(m_u + S_uo S_oo^-1 (x_o - m_o), S_uu - S_uo S_oo^-1 S_ou). scratch: the factor, S_oo^-1 (x_o - m_o) and, of
** one u after another, S_oo^-1 S_ou. */
static bool gaussian_reduce(const mixture_model *model, size_t component, const size_t *columns, size_t count,
                            const double *x, mixture_model *part, long double *scratch, mix_turns *turns) {
    size_t d = model->d, n = 0;
    const double *mean = mix_gaussian_mean(model, component), *s = mix_gaussian_covariance(model, component);
    double *own_mean = part->arrays[MEANS] + component * count, *own = mix_gaussian_covariance(part, component);
    long double *factor = scratch, *z = factor + mix_linalg_packed(d), *g = z + d;
    if (x != NULL) {
        n = solve_observed(model, component, x, factor, z);
        solve_upper(factor, n, z);
    }
    for (size_t i = 0; i < count && !mix_turns_over(turns, 10 * (double)(n + 1) * (double)(n + count)); i++) {
        const double *row = s + columns[i] * d;
        long double sum = (long double)mean[columns[i]];
        for (size_t j = 0, o = 0; j < d && n > 0; j++) {
            if (!isnan(x[j])) {
                sum += (long double)row[j] * z[o];
                g[o++] = (long double)row[j];
            }
        }
        solve_lower(factor, n, g);
        solve_upper(factor, n, g);
        own_mean[i] = (double)sum;
        for (size_t i2 = 0; i2 <= i; i2++) {
            const double *other = s + columns[i2] * d;
            long double rest = (long double)row[columns[i2]];
            for (size_t j = 0, o = 0; j < d && n > 0; j++) {
                rest -= isnan(x[j]) ? 0 : (long double)other[j] * g[o++];
            }
            own[i * count + i2] = own[i2 * count + i] = (double)rest;
        }
    }
    return true;
}

/* Where all components have one orientation, given by the columns or shared with the shape, it stays; where only
** volumes are the same they differ afterwards; others are free. */
static int gaussian_reduced_structure(int structure, size_t count) {
    switch (structure) {
    case MIXTURE_TIED:
    case MIXTURE_DIAG:
    case MIXTURE_SPHERICAL:
    case MIXTURE_EEI:
    case MIXTURE_EII:
    case MIXTURE_VEI:
    case MIXTURE_VEE:
        break;
    case MIXTURE_EVI:
        structure = MIXTURE_DIAG;
        break;
    default:
        structure = MIXTURE_FULL;
    }
    (void)count;
    return structure;
}

const mix_conditional mix_gaussian_conditional = {gaussian_reduce, gaussian_reduced_structure};

static void gaussian_tails(const mixture_model *model, size_t component, double x, long double tails[2]) {
    long double deviation = sqrtl((long double)mix_gaussian_covariance(model, component)[0]);
    long double z = ((long double)x - (long double)mix_gaussian_mean(model, component)[0]) / deviation / sqrtl(2);
    tails[MIX_LOWER] = erfcl(-z) / 2;
    tails[MIX_UPPER] = erfcl(z) / 2;
}

const mix_distribution mix_gaussian_distribution = {gaussian_tails};

/* P y and P h of a component (above), at y and h of the observed columns; ln|S_oo| / 2 is returned. */
static long double turn_by_precision(const mixture_model *model, size_t component, const double *x, size_t n,
                                     long double *factor, long double *y, long double *h) {
    long double half_log_det = 0;
    (void)factor_observed(model, component, x, factor);
    solve_lower(factor, n, y);
    solve_upper(factor, n, y);
    solve_lower(factor, n, h);
    solve_upper(factor, n, h);
    for (size_t i = 0; i < n; i++) {
        half_log_det += logl(factor[mix_linalg_at(i, i)]);
    }
    return half_log_det;
}

long double mix_gaussian_log_ratio(const mixture_model *model, size_t a, size_t b, const double *x,
                                   long double *scratch) {
    size_t d = model->d, n = 0;
    long double *factor = scratch, *h = factor + mix_linalg_packed(d);
    long double *y_a = h + d, *h_a = y_a + d, *y_b = h_a + d, *h_b = y_b + d;
    const double *mean_a = mix_gaussian_mean(model, a), *mean_b = mix_gaussian_mean(model, b);
    const double *covariance_a = mix_gaussian_covariance(model, a);
    const double *covariance_b = mix_gaussian_covariance(model, b);
    for (size_t i = 0; i < d; i++) {
        if (!isnan(x[i])) {
            h_a[n] = h_b[n] = h[n] = ((long double)mean_a[i] - (long double)mean_b[i]) / 2;
            y_a[n] = y_b[n] = ((long double)x[i] - (long double)mean_a[i]) + h[n];
            n++;
        }
    }
    long double half_log_dets = turn_by_precision(model, b, x, n, factor, y_b, h_b);
    half_log_dets -= turn_by_precision(model, a, x, n, factor, y_a, h_a);
    long double distances = 0; /* q_a - q_b */
    for (size_t i = 0, p = 0; i < d; i++) {
        if (isnan(x[i])) {
            continue;
        }
        for (size_t j = 0, q = 0; j < d; j++) {
            if (!isnan(x[j])) {
                long double more = (long double)covariance_a[i * d + j] - (long double)covariance_b[i * d + j];
                distances -= more * y_a[p] * y_b[q] + more * h_a[p] * h_b[q];
                q++;
            }
        }
        distances -= 2 * h[p] * (y_a[p] + y_b[p]);
        p++;
    }
    return half_log_dets - distances / 2;
}

const mix_observed mix_gaussian_observed = {gaussian_observed_size, gaussian_observed_log_density,
                                            gaussian_conditional};
