/* family_rows.c: the rows of data, and the plain mathematics behind them. */
#include "family_rows.h"

#include <math.h>
#include <string.h>

#include "family_laws.h"
#include "family_student.h"

enum { MOST_D = FAMILIES_MOST_D };

/* ---- Gaussian ---------------------------------------------------------------------------------------------- */

static double *gaussian_matrix(const mixture_model *model, size_t c) {
    return model->arrays[1] + c * model->d * model->d;
}

/* Variances along the axes, their product 1; a sphere's are all 1. */
static void draw_variances(size_t d, bool sphere, mix_random *random, double *axes) {
    double mean = 0;
    for (size_t j = 0; j < d; j++) {
        axes[j] = sphere ? 0 : 1.4 * mix_random_uniform(random);
        mean += axes[j] / (double)d;
    }
    for (size_t j = 0; j < d; j++) {
        axes[j] = exp(axes[j] - mean);
    }
}

/* An orthogonal matrix, by Gram and Schmidt's way. */
static void draw_turn(size_t d, bool none, mix_random *random, double *turn) {
    for (size_t i = 0; i < d; i++) {
        double *row = turn + i * d, square = 0;
        for (size_t j = 0; j < d; j++) {
            row[j] = none ? i == j : mix_random_normal(random);
        }
        for (size_t p = 0; p < i; p++) {
            double product = 0;
            for (size_t j = 0; j < d; j++) {
                product += row[j] * turn[p * d + j];
            }
            for (size_t j = 0; j < d; j++) {
                row[j] -= product * turn[p * d + j];
            }
        }
        for (size_t j = 0; j < d; j++) {
            square += row[j] * row[j];
        }
        for (size_t j = 0; j < d; j++) {
            row[j] /= sqrt(square);
        }
    }
}

/* Covariances are volume times Q' diag(axes) Q, each of the three equal or not, as the structure's code says. */
void family_rows_fill_gaussian(mixture_model *model, mix_random *random) {
    const char *code = mixture_structure_code(model->family, model->structure, 2);
    size_t d = model->d;
    double volume = 0, axes[MOST_D], turn[MOST_D * MOST_D];
    for (size_t c = 0; c < model->k; c++) {
        volume = c == 0 || code[0] == 'V' ? 0.5 + mix_random_uniform(random) : volume;
        if (c == 0 || code[1] == 'V') {
            draw_variances(d, code[1] == 'I', random, axes);
        }
        if (c == 0 || code[2] == 'V') {
            draw_turn(d, code[2] == 'I', random, turn);
        }
        for (size_t i = 0; i < d; i++) {
            model->arrays[0][c * d + i] = i == 0 ? 4 * (double)c : 4 * mix_random_uniform(random) - 2;
            for (size_t j = 0; j <= i; j++) {
                double sum = 0;
                for (size_t p = 0; p < d; p++) {
                    sum += turn[p * d + i] * axes[p] * turn[p * d + j];
                }
                gaussian_matrix(model, c)[i * d + j] = gaussian_matrix(model, c)[j * d + i] = volume * sum;
            }
        }
    }
}

/* Units from 1e-6 to 1e12, correlations of 0.999, means a hundred deviations away. */
void family_rows_fill_hard_gaussian(mixture_model *model) {
    size_t d = model->d;
    for (size_t c = 0; c < model->k; c++) {
        double unit = pow(10, 6 * (double)c - 6);
        for (size_t i = 0; i < d; i++) {
            model->arrays[0][c * d + i] = (i % 2 == 0 ? 100 : -100) * unit;
            for (size_t j = 0; j < d; j++) {
                gaussian_matrix(model, c)[i * d + j] = (i == j ? 1 : 0.999) * unit * unit;
            }
        }
    }
}

/* Factor L of s = L L', full and lower; returns ln det s. */
static double plain_factor(size_t d, const double *s, double *factor) {
    double log_det = 0;
    for (size_t i = 0; i < d; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = s[i * d + j];
            for (size_t p = 0; p < j; p++) {
                sum -= factor[i * d + p] * factor[j * d + p];
            }
            factor[i * d + j] = i == j ? sqrt(sum) : sum / factor[j * d + j];
        }
        log_det += 2 * log(factor[i * d + i]);
    }
    return log_det;
}

void family_rows_draw_gaussian(const mixture_model *model, size_t component, mix_random *random, double *x) {
    size_t d = model->d;
    double factor[MOST_D * MOST_D], z[MOST_D];
    (void)plain_factor(d, gaussian_matrix(model, component), factor);
    for (size_t i = 0; i < d; i++) {
        z[i] = mix_random_normal(random);
        x[i] = model->arrays[0][component * d + i];
        for (size_t j = 0; j <= i; j++) {
            x[i] += factor[i * d + j] * z[j];
        }
    }
}

/* Mean and scatter / n; of that, only the diagonal or its mean where the structure has no more. The quadratic
** forms then add up to n d. */
static long double fit_one_gaussian(mixture_model *model, const double *x, const double *weight, size_t rows) {
    const char *code = mixture_structure_code(model->family, model->structure, 2);
    size_t d = model->d;
    long double n = 0, mean[MOST_D] = {0}, scatter[MOST_D][MOST_D] = {{0}}, trace = 0;
    double *matrix = gaussian_matrix(model, 0), factor[MOST_D * MOST_D];
    for (size_t r = 0; r < rows; r++) {
        n += (long double)weight[r];
        for (size_t i = 0; i < d; i++) {
            mean[i] += (long double)weight[r] * (long double)x[r * d + i];
        }
    }
    for (size_t i = 0; i < d; i++) {
        mean[i] /= n;
        model->arrays[0][i] = (double)mean[i];
    }
    for (size_t r = 0; r < rows; r++) {
        for (size_t i = 0; i < d; i++) {
            for (size_t j = 0; j < d; j++) {
                scatter[i][j] += (long double)weight[r] * ((long double)x[r * d + i] - mean[i]) *
                                 ((long double)x[r * d + j] - mean[j]);
            }
        }
    }
    for (size_t j = 0; j < d; j++) {
        trace += scatter[j][j];
    }
    for (size_t i = 0; i < d; i++) {
        for (size_t j = 0; j < d; j++) {
            long double entry = code[1] == 'I' ? trace / (long double)d : scatter[i][j];
            matrix[i * d + j] = code[2] == 'I' && i != j ? 0 : (double)(entry / n);
        }
    }
    long double each = (long double)d * (logl(2 * acosl(-1)) + 1) + (long double)plain_factor(d, matrix, factor);
    return -n * each / 2;
}

/* Largest difference of two matrices' entries. */
static double matrix_gap(size_t size, const double *a, const double *b) {
    double gap = 0;
    for (size_t i = 0; i < size; i++) {
        gap = fmax(gap, fabs(a[i] - b[i]));
    }
    return gap;
}

static void matrix_product(size_t d, const double *a, const double *b, double *product) {
    for (size_t i = 0; i < d; i++) {
        for (size_t j = 0; j < d; j++) {
            product[i * d + j] = 0;
            for (size_t p = 0; p < d; p++) {
                product[i * d + j] += a[i * d + p] * b[p * d + j];
            }
        }
    }
}

/* By how much the traces of the first d powers, and so the eigenvalues, differ. */
static double spectrum_gap(size_t d, const double *a, const double *b) {
    double power[2][MOST_D * MOST_D], next[MOST_D * MOST_D], gap = 0;
    const double *const base[2] = {a, b};
    for (size_t p = 1; p <= d; p++) {
        double trace[2] = {0, 0};
        for (size_t m = 0; m < 2; m++) {
            if (p == 1) {
                memcpy(power[m], base[m], d * d * sizeof(double));
            } else {
                matrix_product(d, power[m], base[m], next);
                memcpy(power[m], next, d * d * sizeof(double));
            }
            for (size_t j = 0; j < d; j++) {
                trace[m] += power[m][j * d + j];
            }
        }
        gap = fmax(gap, fabs(trace[0] - trace[1]) / trace[1]);
    }
    return gap;
}

/* Of a component alone: entries beside the diagonal, and what it is from a multiple of the unit matrix. */
static double gaussian_excess(const char *code, size_t d, const double *scaled) {
    double excess = 0;
    for (size_t i = 0; i < d * d; i++) {
        bool diagonal = i % (d + 1) == 0;
        if (code[2] == 'I' && !diagonal) {
            excess = fmax(excess, fabs(scaled[i]));
        }
        if (code[1] == 'I' && diagonal) {
            excess = fmax(excess, fabs(scaled[i] - 1));
        }
    }
    return excess;
}

double family_rows_gaussian_disobedience(const mixture_model *model, int structure) {
    const char *code = mixture_structure_code(model->family, structure, 2);
    size_t d = model->d, size = d * d;
    double first[MOST_D * MOST_D], own[MOST_D * MOST_D], one[MOST_D * MOST_D], other[MOST_D * MOST_D];
    double volume = 0, worst = 0;
    for (size_t c = 0; c < model->k; c++) {
        double log_volume = plain_factor(d, gaussian_matrix(model, c), own) / (double)d;
        for (size_t i = 0; i < size; i++) {
            own[i] = gaussian_matrix(model, c)[i] / exp(log_volume); /* shape and orientation */
        }
        worst = fmax(worst, gaussian_excess(code, d, own));
        if (c == 0) {
            volume = log_volume;
            memcpy(first, own, sizeof first);
            continue;
        }
        if (code[0] == 'E') {
            worst = fmax(worst, fabs(log_volume - volume));
        }
        if (code[1] == 'E') {
            bool turned = code[2] == 'V'; /* else the same axis has the same length */
            worst = fmax(worst, turned ? spectrum_gap(d, own, first) : matrix_gap(size, own, first));
        }
        if (code[2] == 'E') { /* the same axes: then the matrices commute */
            matrix_product(d, own, first, one);
            matrix_product(d, first, own, other);
            worst = fmax(worst, matrix_gap(size, one, other));
        }
    }
    return worst;
}

/* ---- Multinomial ------------------------------------------------------------------------------------------- */

/* Components that go around the categories, or from one of two to the other. */
static void fill_multinomial(mixture_model *model, mix_random *random) {
    size_t d = model->d;
    const double pi = acos(-1);
    for (size_t c = 0; c < model->k; c++) {
        double *p = model->arrays[0] + c * d, sum = 0;
        for (size_t j = 0; j < d; j++) {
            double angle = pi * ((double)c + 0.5) / (double)model->k + 2 * pi * (double)j / (double)d;
            sum += p[j] = exp(1.5 * cos(angle)) * (1 + 0.1 * mix_random_uniform(random));
        }
        for (size_t j = 0; j < d; j++) {
            p[j] /= sum;
        }
    }
}

/* Probabilities of 0, of 1 and of 1e-12. */
static void fill_hard_multinomial(mixture_model *model) {
    size_t d = model->d;
    for (size_t c = 0; c < model->k; c++) {
        double *p = model->arrays[0] + c * d;
        for (size_t j = 0; j < d; j++) {
            p[j] = c == 0 ? 0 : 1e-12;
        }
        p[c % d] = c == 0 ? 1 : 1 - 1e-12 * (double)(d - 1);
    }
}

static void draw_multinomial(const mixture_model *model, size_t component, mix_random *random, double *x) {
    const double *p = model->arrays[0] + component * model->d;
    size_t trials = 20 + mix_random_below(random, 41);
    memset(x, 0, model->d * sizeof(double));
    for (size_t t = 0; t < trials; t++) {
        double u = mix_random_uniform(random);
        size_t j = 0;
        while (j + 1 < model->d && u >= p[j]) {
            u -= p[j++];
        }
        x[j]++;
    }
}

static long double fit_one_multinomial(mixture_model *model, const double *x, const double *weight, size_t rows) {
    size_t d = model->d;
    long double counts[MOST_D] = {0}, total = 0, loglik = 0;
    for (size_t i = 0; i < rows * d; i++) {
        counts[i % d] += (long double)weight[i / d] * (long double)x[i];
        total += (long double)weight[i / d] * (long double)x[i];
    }
    for (size_t r = 0; r < rows; r++) {
        long double trials = 0, row = 0;
        for (size_t j = 0; j < d; j++) {
            long double n = (long double)x[r * d + j];
            trials += n;
            row += (n > 0 ? n * logl(counts[j] / total) : 0) - lgammal(n + 1);
        }
        loglik += (long double)weight[r] * (row + lgammal(trials + 1));
    }
    for (size_t j = 0; j < d; j++) {
        model->arrays[0][j] = (double)(counts[j] / total);
    }
    return loglik;
}

/* The observed counts given their sum; of the others as many for each observed one as the probabilities say. */
static long double observed_multinomial(const mixture_model *model, size_t component, const double *x,
                                        double *complete) {
    const double *p = model->arrays[0] + component * model->d;
    long double total = 0, share = 0, result = 0;
    for (size_t j = 0; j < model->d; j++) {
        total += isnan(x[j]) ? 0 : (long double)x[j];
        share += isnan(x[j]) ? 0 : (long double)p[j];
    }
    for (size_t j = 0; j < model->d; j++) {
        long double n = isnan(x[j]) ? 0 : (long double)x[j];
        result += (n > 0 ? n * logl((long double)p[j] / share) : 0) - lgammal(n + 1);
        complete[j] = !isnan(x[j]) ? x[j] : total > 0 ? (double)(total * (long double)p[j] / share) : 0;
    }
    return result + lgammal(total + 1);
}

/* ---- Poisson --------------------------------------------------------------------------------------------- */

/* Rates from 2 to 52, components apart in the first column. */
static void fill_poisson(mixture_model *model, mix_random *random) {
    for (size_t i = 0; i < model->k * model->d; i++) {
        double c = (double)(i / model->d);
        model->arrays[0][i] = i % model->d == 0 ? 2 + 5 * c * c : 2 + 10 * mix_random_uniform(random);
    }
}

/* Rates of 0, of 1e-12 and of 1e12. */
static void fill_hard_poisson(mixture_model *model) {
    for (size_t i = 0; i < model->k * model->d; i++) {
        model->arrays[0][i] = i % 3 == 0 ? 0 : i % 3 == 1 ? 1e-12 : 1e12;
    }
}

/* How many uniform numbers have a product above exp(-rate). */
static void draw_poisson(const mixture_model *model, size_t component, mix_random *random, double *x) {
    for (size_t j = 0; j < model->d; j++) {
        double left = exp(-model->arrays[0][component * model->d + j]), product = mix_random_uniform(random);
        for (x[j] = 0; product > left; x[j]++) {
            product *= mix_random_uniform(random);
        }
    }
}

/* Means. */
static long double fit_one_poisson(mixture_model *model, const double *x, const double *weight, size_t rows) {
    size_t d = model->d;
    long double counts[MOST_D] = {0}, n = 0, loglik = 0;
    for (size_t i = 0; i < rows * d; i++) {
        counts[i % d] += (long double)weight[i / d] * (long double)x[i];
        n += i % d == 0 ? (long double)weight[i / d] : 0;
        loglik -= (long double)weight[i / d] * lgammal((long double)x[i] + 1);
    }
    for (size_t j = 0; j < d; j++) {
        model->arrays[0][j] = (double)(counts[j] / n);
        loglik += counts[j] * logl(counts[j] / n) - counts[j];
    }
    return loglik;
}

/* ---- All --------------------------------------------------------------------------------------------------- */

static const family_example examples[] = {
    {
        .name = "gaussian",
        .tables = HAS_ALL,
        .refused = (double)NAN,
        .reach = 3, /* a Cholesky factor and the logarithm of its diagonal: further away it has no digits left */
        .fill = family_rows_fill_gaussian,
        .fill_hard = family_rows_fill_hard_gaussian,
        .draw = family_rows_draw_gaussian,
        .fit_one = fit_one_gaussian,
        .disobedience = family_rows_gaussian_disobedience,
        /* Means are within -2 and 12, deviations within 0.35 and 2.5. */
        .low = -30,
        .high = 40,
        .step = 0.2,
    },
    {
        .name = "multinomial",
        .tables = HAS_COORDINATES | HAS_OBSERVED | HAS_SAMPLING,
        .trials = 60,
        .refused = 0.5,
        .reach = 1e300,
        .fill = fill_multinomial,
        .fill_hard = fill_hard_multinomial,
        .draw = draw_multinomial,
        .fit_one = fit_one_multinomial,
        .observed = observed_multinomial,
    },
    {
        .name = "poisson",
        .tables = HAS_COORDINATES | HAS_OBSERVED | HAS_SAMPLING,
        .refused = -1,
        .reach = 3,
        .fill = fill_poisson,
        .fill_hard = fill_hard_poisson,
        .draw = draw_poisson,
        .fit_one = fit_one_poisson,
        /* Above 300 a rate of 47 has less than 1e-100. */
        .low = 0,
        .high = 300,
        .step = 1,
    },
};

const family_example *families_example(const mixture_family *family) {
    if (strcmp(family_student.name, mixture_family_name(family)) == 0) {
        return &family_student;
    }
    for (size_t i = 0; i < family_laws_count; i++) {
        if (strcmp(family_laws[i].name, mixture_family_name(family)) == 0) {
            return &family_laws[i];
        }
    }
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        if (strcmp(examples[i].name, mixture_family_name(family)) == 0) {
            return &examples[i];
        }
    }
    fail_msg("the family %s has no row of data in tests/support/family_rows.c", mixture_family_name(family));
    return NULL;
}
