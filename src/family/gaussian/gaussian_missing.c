/* gaussian_missing.c: what EM needs of rows that have only some of their values (Ghahramani & Jordan, Supervised
** learning from incomplete data via an EM approach, NIPS 6 (1994) 120).
**
** With o the observed columns and u the others, rows are N(m_o, S_oo), and of the rest is expected, given them,
**
**     E (x_u - m_u) = B (x_o - m_o),    Cov x_u = C,    B = S_uo S_oo^-1,    C = S_uu - B S_ou
**
** which is linear: sums over the observed columns alone, by the same kernels as for complete rows, are completed
** once for all rows of a pattern. With N, s_o and P_oo these sums (about m_o) what is added for the others is
** B s_o, P_uo = B P_oo and P_uu = B P_oo B' + N C. */
#include <math.h>
#include <string.h>

#include "covariance.h"
#include "gaussian.h"
#include "kernel.h"

/* Work of a component. */
typedef struct own_work {
    double *log_norm, *mean, *factor; /* of N(m_o, S_oo), as of a whole component (gaussian.h) */
    double *sums;                     /* N, s_o, and P_oo packed lower, or its diagonal */
} own_work;

static size_t own_work_size(size_t d) {
    return 2 * (1 + d + mix_linalg_packed(d));
}

static own_work own_work_of(const mixture_model *model, size_t c, double *work) {
    double *own = work + c * own_work_size(model->d);
    return (own_work){own, own + 1, own + 1 + model->d, own + 1 + model->d + mix_linalg_packed(model->d)};
}

/* Behind that two matrices of u x o, for `end`, and the columns u. */
static size_t gaussian_missing_size(const mix_shape *shape) {
    return shape->k * own_work_size(shape->d) + shape->d * shape->d + shape->d;
}

static size_t *others_of(const mixture_model *model, double *work) {
    return (size_t *)(void *)(work + model->k * own_work_size(model->d) + model->d * model->d);
}

/* Whether only the diagonal of a scatter is wanted, and is all that matters for it. */
static bool wants_axis(const mixture_model *model) {
    return model->plain && mix_covariance_axis(model->structure);
}

double mix_gaussian_missing_log_norm(const mixture_model *model, size_t c, const double *work) {
    return work[c * own_work_size(model->d)];
}

double *mix_gaussian_missing_sums(const mixture_model *model, size_t c, double *work) {
    return own_work_of(model, c, work).sums;
}

/* ---- Densities --------------------------------------------------------------------------------------------- */

/* Rows of W with S_oo^-1 = W'W, those of columns that are the same as before being there: row i from those before
** by bordering, as with l = W (S_i0, S_i1, ...) the pivot is the root of S_ii - l'l and the row -l'W over it. A
** part of a matrix that has a factor has one: a pivot below what rounding leaves is rounding. */
static void extend_factor(const double *covariance, size_t d, const mix_pattern *pattern, double *factor,
                          double *l, mix_turns *turns) {
    for (size_t i = pattern->same; i < pattern->count && !mix_turns_over(turns, 2 * (double)i * (double)i); i++) {
        const double *row = covariance + pattern->columns[i] * d, *other = factor;
        double *own = factor + mix_linalg_at(i, 0), diagonal = row[pattern->columns[i]], left = diagonal;
        for (size_t j = 0; j < i; j++) {
            own[j] = row[pattern->columns[j]];
        }
        for (size_t p = 0; p < i; p++, other += p) {
            double sum = 0;
            for (size_t j = 0; j <= p; j++) {
                sum += other[j] * own[j];
            }
            l[p] = sum;
            left -= sum * sum;
        }
        double inverse = 1 / sqrt(fmax(left, 1e-15 * diagonal));
        memset(own, 0, i * sizeof *own);
        other = factor;
        for (size_t p = 0; p < i; p++, other += p) {
            double share = l[p] * inverse;
            for (size_t j = 0; j <= p; j++) {
                own[j] -= share * other[j];
            }
        }
        own[i] = inverse;
    }
}

static void begin_component(const mixture_model *model, size_t c, const mix_pattern *pattern, own_work own,
                            double *l, mix_turns *turns) {
    size_t d = model->d, count = pattern->count;
    const double *mean = mix_gaussian_mean(model, c), *covariance = mix_gaussian_covariance(model, c);
    double log_norm = -0.5 * (double)count * MIX_LOG_2PI;
    for (size_t i = pattern->same; i < count; i++) {
        own.mean[i] = mean[pattern->columns[i]];
        if (model->plain) {
            own.factor[i] = 1 / sqrt(covariance[pattern->columns[i] * (d + 1)]);
        }
    }
    if (!model->plain) {
        extend_factor(covariance, d, pattern, own.factor, l, turns);
    }
    for (size_t i = 0; i < count; i++) {
        log_norm += log(own.factor[model->plain ? i : mix_linalg_at(i, i)]);
    }
    *own.log_norm = log_norm;
    memset(own.sums, 0, (1 + count + mix_linalg_packed(count)) * sizeof(double));
}

static void gaussian_missing_begin(const mixture_model *model, const mix_pattern *pattern, double *work,
                                   mix_turns *turns) {
    double count = (double)pattern->count, *l = work + model->k * own_work_size(model->d);
    size_t *others = others_of(model, work);
    for (size_t j = 0, i = 0; j < model->d; j++) {
        if (i < pattern->count && pattern->columns[i] == j) {
            i++;
        } else {
            *others++ = j;
        }
    }
    for (size_t c = 0; c < model->k && !mix_turns_over(turns, count * count + 40); c++) {
        begin_component(model, c, pattern, own_work_of(model, c, work), l, turns);
    }
}

static void gaussian_missing_log_density(const mixture_model *model, const mix_rows *rows, double *densities,
                                         double *work, double *scratch, mix_turns *turns) {
    const mix_kernel *kernel = mix_kernel_current();
    size_t count = rows->pattern->count;
    double cost = (double)(rows->padded * count) * (model->plain ? 3 : (double)count);
    for (size_t c = 0; c < model->k && !mix_turns_over(turns, cost); c++, densities += rows->stride) {
        own_work own = own_work_of(model, c, work);
        if (model->plain) {
            kernel->log_density_axis(rows, count, own.mean, own.factor, *own.log_norm, densities);
        } else {
            kernel->log_density(rows, count, own.mean, own.factor, *own.log_norm, densities, scratch);
        }
    }
}

/* ---- Sums -------------------------------------------------------------------------------------------------- */

static void gaussian_missing_accumulate(const mixture_model *model, const mix_rows *rows, const double *resp,
                                        double *work, double *scratch, mix_turns *turns) {
    const mix_kernel *kernel = mix_kernel_current();
    size_t count = rows->pattern->count;
    bool axis = wants_axis(model);
    double cost = (double)(rows->padded * count) * (axis ? 3 : (double)count);
    for (size_t c = 0; c < model->k && !mix_turns_over(turns, cost); c++, resp += rows->stride) {
        own_work own = own_work_of(model, c, work);
        if (axis) {
            kernel->scatter_axis(rows, count, own.mean, resp, own.sums);
        } else {
            kernel->scatter(rows, count, own.mean, resp, own.sums, scratch);
        }
    }
}

/* Statistics of a component as they are filled in. */
typedef struct completion {
    size_t d, observed, missing;
    const size_t *columns, *others; /* of these two */
    bool axis;                      /* of the scatter the diagonal is kept */
    double *sum, *scatter;
} completion;

static void add_product(const completion *to, size_t i, size_t j, double product) {
    if (!to->axis) {
        to->scatter[i > j ? mix_linalg_at(i, j) : mix_linalg_at(j, i)] += product;
    } else if (i == j) {
        to->scatter[i] += product;
    }
}

/* out = P b for a packed symmetric P. */
static void multiply_packed(size_t size, const double *p, const double *b, double *out) {
    for (size_t i = 0; i < size; i++, p += i) {
        double sum = p[i] * b[i];
        for (size_t j = 0; j < i; j++) {
            sum += p[j] * b[j];
            out[j] += p[j] * b[i];
        }
        out[i] = sum;
    }
}

static double product_of(size_t size, const double *a, const double *b) {
    double sum = 0;
    for (size_t i = 0; i < size; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

/* N C, of a component whose observed and missing columns depend on each other; and B, into b, by way of
** V = S_uo W' with S_oo^-1 = W'W: C = S_uu - V V', B = V W. */
static void add_conditional(const completion *to, const double *covariance, const double *factor, double n,
                            double *b) {
    double *s_uo = b + to->missing * to->observed; /* where B P_oo is to be */
    for (size_t u = 0; u < to->missing; u++) {
        const double *row = covariance + to->others[u] * to->d;
        double *own = b + u * to->observed;
        const double *factor_row = factor;
        for (size_t j = 0; j < to->observed; j++) {
            s_uo[j] = row[to->columns[j]];
        }
        for (size_t i = 0; i < to->observed; i++, factor_row += i) {
            own[i] = product_of(i + 1, factor_row, s_uo);
        }
        for (size_t v = 0; v <= u; v++) {
            double left = row[to->others[v]] - product_of(to->observed, own, b + v * to->observed);
            add_product(to, to->others[u], to->others[v], n * (v < u ? left : fmax(left, 0)));
        }
    }
    for (size_t u = 0; u < to->missing; u++) {
        double *own = b + u * to->observed;
        const double *row = factor;
        for (size_t i = 0; i < to->observed; i++, row += i) { /* in place: entry i is used, and then made */
            double value = own[i];
            for (size_t j = 0; j < i; j++) {
                own[j] += row[j] * value;
            }
            own[i] = row[i] * value;
        }
    }
}

/* B s_o, B P_oo and B P_oo B'. products: room for B P_oo. */
static void add_regression(const completion *to, const double *sums, const double *b, double *products) {
    const double *p = sums + 1 + to->observed;
    for (size_t u = 0; u < to->missing; u++) {
        const double *own = b + u * to->observed;
        double *product = products + u * to->observed;
        to->sum[to->others[u]] += product_of(to->observed, own, sums + 1);
        multiply_packed(to->observed, p, own, product);
        for (size_t i = 0; i < to->observed; i++) {
            add_product(to, to->others[u], to->columns[i], product[i]);
        }
        for (size_t v = 0; v <= u; v++) {
            add_product(to, to->others[u], to->others[v], product_of(to->observed, product, b + v * to->observed));
        }
    }
}

static void end_component(const mixture_model *model, size_t c, const completion *to, own_work own, double *b) {
    const double *p = own.sums + 1 + to->observed, *covariance = mix_gaussian_covariance(model, c);
    double n = own.sums[0];
    bool axis = wants_axis(model);
    for (size_t i = 0; i < to->observed; i++) {
        to->sum[to->columns[i]] += own.sums[1 + i];
        for (size_t j = axis ? i : 0; j <= i; j++) {
            add_product(to, to->columns[i], to->columns[j], p[axis ? i : mix_linalg_at(i, j)]);
        }
    }
    if (!model->plain) {
        add_conditional(to, covariance, own.factor, n, b);
        add_regression(to, own.sums, b, b + to->missing * to->observed);
        return;
    }
    for (size_t u = 0; u < to->missing; u++) {
        size_t j = to->others[u];
        add_product(to, j, j, n * covariance[j * to->d + j]);
    }
}

static void gaussian_missing_end(const mixture_model *model, const mix_pattern *pattern, double *statistics,
                                 double *work, double *scratch, mix_turns *turns) {
    size_t d = model->d;
    const mix_shape shape = mix_shape_of(model);
    size_t size = model->family->statistics_size(&shape);
    double *b = work + model->k * own_work_size(d);
    completion to = {.d = d,
                     .observed = pattern->count,
                     .missing = d - pattern->count,
                     .columns = pattern->columns,
                     .others = others_of(model, work),
                     .axis = mix_covariance_axis(model->structure)};
    double cost = (double)(to.observed * to.missing) * (model->plain ? 1 : 3 * (double)d) + (double)(d * d);
    (void)scratch;
    for (size_t c = 0; c < model->k && !mix_turns_over(turns, cost); c++, statistics += size) {
        own_work own = own_work_of(model, c, work);
        to.sum = statistics + 1;
        to.scatter = to.sum + d;
        if (own.sums[0] > 0) {
            statistics[0] += own.sums[0];
            end_component(model, c, &to, own, b);
        }
    }
}

const mix_missing mix_gaussian_missing = {gaussian_missing_size, gaussian_missing_begin,
                                          gaussian_missing_log_density, gaussian_missing_accumulate,
                                          gaussian_missing_end};
