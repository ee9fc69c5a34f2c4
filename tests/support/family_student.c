/* family_student.c: t distributions plainly: locations and scales as a Gaussian's means and covariances. */
#include "family_student.h"

#include <math.h>
#include <string.h>

#include "family_laws.h"
#include "plain.h"

enum { MOST_D = FAMILIES_MOST_D };

static void fill_student(mixture_model *model, mix_random *random) {
    family_rows_fill_gaussian(model, random);
    for (size_t c = 0; c < model->k; c++) {
        model->arrays[2][c] = 3 + 4 * mix_random_uniform(random);
    }
}

static void fill_hard_student(mixture_model *model) {
    family_rows_fill_hard_gaussian(model);
    for (size_t c = 0; c < model->k; c++) {
        model->arrays[2][c] = c == 0 ? 0.1 : c == 1 ? 1 : 1e4;
    }
}

/* A Gaussian row divided by the root of a gamma variable. */
static void draw_student(const mixture_model *model, size_t component, mix_random *random, double *x) {
    double half = model->arrays[2][component] / 2, scale = sqrt(half / family_laws_gamma(random, half));
    family_rows_draw_gaussian(model, component, random, x);
    for (size_t j = 0; j < model->d; j++) {
        double mean = model->arrays[0][component * model->d + j];
        x[j] = mean + scale * (x[j] - mean);
    }
}

/* Of the columns observed: how many, ln det S_oo, q, and S_uo S_oo^-1 (x_o - m_o) + m_u in place of others; by
** elimination. */
static size_t eliminate(const mixture_model *model, size_t c, const double *x, long double *log_det,
                        long double *q, double *complete) {
    size_t d = model->d, seen[MOST_D], n = 0;
    const double *mean = model->arrays[0] + c * d, *matrix = model->arrays[1] + c * d * d;
    long double s[MOST_D * (MOST_D + 1)], y[MOST_D];
    for (size_t j = 0; j < d; j++) {
        if (!isnan(x[j])) {
            seen[n++] = j;
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            s[i * (n + 1) + j] = (long double)matrix[seen[i] * d + seen[j]];
        }
        s[i * (n + 1) + n] = (long double)x[seen[i]] - (long double)mean[seen[i]];
    }
    *q = plain_solve(n, s, y, log_det);
    for (size_t j = 0; j < d; j++) {
        long double expected = (long double)mean[j];
        for (size_t i = 0; i < n; i++) {
            expected += (long double)matrix[j * d + seen[i]] * y[i];
        }
        complete[j] = isnan(x[j]) ? (double)expected : x[j];
    }
    return n;
}

static long double observed_student(const mixture_model *model, size_t component, const double *x,
                                    double *complete) {
    long double log_det, q, nu = (long double)model->arrays[2][component];
    long double n = (long double)eliminate(model, component, x, &log_det, &q, complete);
    return lgammal((nu + n) / 2) - lgammal(nu / 2) - n / 2 * logl(nu * acosl(-1)) - log_det / 2 -
           (nu + n) / 2 * log1pl(q / nu);
}

static long double gamma_shape_equation(long double shape, const void *about) {
    return logl(shape) - family_laws_digamma(shape) - *(const long double *)about;
}

/* One step of EM where the scale of w is free: Kent, Tyler & Vardi (1994). */
static void step_one_student(mixture_model *model, const double *x, const double *weight, size_t rows) {
    const char *code = mixture_structure_code(model->family, model->structure, 2);
    size_t d = model->d;
    long double n = 0, all = 0, logs = 0, mean[MOST_D] = {0}, scatter[MOST_D][MOST_D] = {{0}}, u[512], trace = 0;
    double complete[MOST_D];
    for (size_t r = 0; r < rows; r++) {
        long double log_det, q, nu = (long double)model->arrays[2][0], w = (long double)weight[r];
        (void)eliminate(model, 0, x + r * d, &log_det, &q, complete);
        u[r] = (nu + (long double)d) / (nu + q);
        n += w;
        all += w * u[r];
        logs += w * (family_laws_digamma((nu + (long double)d) / 2) - logl((nu + q) / 2));
        for (size_t j = 0; j < d; j++) {
            mean[j] += w * u[r] * (long double)x[r * d + j];
        }
    }
    for (size_t j = 0; j < d; j++) {
        mean[j] /= all;
        model->arrays[0][j] = (double)mean[j];
    }
    for (size_t r = 0; r < rows; r++) {
        for (size_t i = 0; i < d * d; i++) {
            scatter[i / d][i % d] += (long double)weight[r] * u[r] / all *
                                     ((long double)x[r * d + i / d] - mean[i / d]) *
                                     ((long double)x[r * d + i % d] - mean[i % d]);
        }
    }
    for (size_t j = 0; j < d; j++) {
        trace += scatter[j][j] / (long double)d;
    }
    for (size_t i = 0; i < d * d; i++) {
        bool diagonal = i / d == i % d;
        long double entry = diagonal && code[1] == 'I' ? trace : scatter[i / d][i % d];
        model->arrays[1][i] = !diagonal && code[2] == 'I' ? 0 : (double)entry;
    }
    long double gap = logl(all / n) - logs / n;
    model->arrays[2][0] = (double)(2 * family_laws_root(gamma_shape_equation, &gap, 0.06L, 4e3L));
}

const family_example family_student = {
    .name = "student",
    .tables = HAS_STRUCTURES | HAS_COORDINATES | HAS_OBSERVED | HAS_SAMPLING,
    .rough = true,
    .refused = (double)NAN,
    .reach = 3,
    .fill = fill_student,
    .fill_hard = fill_hard_student,
    .draw = draw_student,
    .step_one = step_one_student,
    .disobedience = family_rows_gaussian_disobedience,
    .observed = observed_student,
};
