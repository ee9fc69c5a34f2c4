/* covariance.c: structures of covariance matrices.
**
** Parametrization by volume, shape and orientation: Banfield & Raftery, Biometrics 49 (1993) 803; the M-steps:
** Celeux & Govaert, Pattern Recognition 28 (1995) 781. W_c is the scatter of component c about its mean, n_c its
** sum of responsibilities, n their total. */
#include "covariance.h"

#include <math.h>
#include <string.h>

#include "linalg.h"

/* A pivot below this share of its diagonal entry is rounding. */
#define SINGULAR 1e-14

typedef enum mix_shape { ELLIPSOID, AXIS_ALIGNED, SPHERE } mix_shape;

typedef struct structure {
    const char *name, *code;
    mix_shape shape;
    bool pooled; /* one matrix for all components */
} structure;

static const structure structures[] = {
    [MIXTURE_FULL] = {"full", "VVV", ELLIPSOID, false},        /* W_c / n_c */
    [MIXTURE_TIED] = {"tied", "EEE", ELLIPSOID, true},         /* sum W_c / n */
    [MIXTURE_DIAG] = {"diag", "VVI", AXIS_ALIGNED, false},     /* diag(W_c) / n_c */
    [MIXTURE_SPHERICAL] = {"spherical", "VII", SPHERE, false}, /* tr(W_c) / (d n_c) I */
    [MIXTURE_EEI] = {"EEI", "EEI", AXIS_ALIGNED, true},        /* diag(sum W_c) / n */
    [MIXTURE_EII] = {"EII", "EII", SPHERE, true},              /* tr(sum W_c) / (d n) I */
};
enum { STRUCTURES = sizeof structures / sizeof *structures };

const char *mixture_covariance_name(mixture_covariance covariance) {
    return structures[covariance].name;
}

bool mixture_covariance_find(const char *name, mixture_covariance *covariance) {
    for (int i = 0; i < STRUCTURES; i++) {
        if (strcmp(name, structures[i].name) == 0 || strcmp(name, structures[i].code) == 0) {
            *covariance = (mixture_covariance)i;
            return true;
        }
    }
    return false;
}

bool mix_covariance_axis(mixture_covariance covariance) {
    return structures[covariance].shape != ELLIPSOID;
}

size_t mix_covariance_parameters(mixture_covariance covariance, size_t k, size_t d) {
    const structure *s = &structures[covariance];
    size_t each = s->shape == ELLIPSOID ? d * (d + 1) / 2 : s->shape == AXIS_ALIGNED ? d : 1;
    return s->pooled ? each : k * each;
}

/* A sphere is one in the user's units: average the variances there, in units of the largest scale. */
static void make_sphere(size_t d, const double *scale, double *matrix) {
    double largest = 0, sum = 0;
    for (size_t j = 0; j < d; j++) {
        largest = fmax(largest, scale[j]);
    }
    for (size_t j = 0; j < d; j++) {
        double unit = scale[j] / largest;
        sum += matrix[j * d + j] * unit * unit;
    }
    for (size_t j = 0; j < d; j++) {
        double unit = scale[j] / largest;
        matrix[j * d + j] = sum / (double)d / unit / unit;
    }
}

static void make_shape(mix_shape shape, size_t d, const double *scale, double *matrix) {
    if (shape == ELLIPSOID) {
        return;
    }
    for (size_t i = 0; i < d; i++) {
        for (size_t j = 0; j < d; j++) {
            matrix[i * d + j] = i == j ? matrix[i * d + j] : 0;
        }
    }
    if (shape == SPHERE) {
        make_sphere(d, scale, matrix);
    }
}

/* All matrices become the sum of the scatters divided by the sum of the counts. */
static void pool(size_t k, size_t d, const double *counts, double *matrices) {
    double total = 0;
    for (size_t c = 0; c < k; c++) {
        total += counts[c];
    }
    for (size_t i = 0; i < d * d; i++) {
        double sum = 0;
        for (size_t c = 0; c < k; c++) {
            sum += counts[c] < MIX_EMPTY ? 0 : matrices[c * d * d + i];
        }
        matrices[i] = sum / total;
    }
    for (size_t c = 1; c < k; c++) {
        memcpy(matrices + c * d * d, matrices, d * d * sizeof(double));
    }
}

void mix_covariance_maximize(mixture_covariance covariance, size_t k, size_t d, const double *counts,
                             const double *scale, double *matrices) {
    const structure *s = &structures[covariance];
    if (s->pooled) {
        pool(k, d, counts, matrices);
    }
    for (size_t c = 0; c < k; c++) {
        double *matrix = matrices + c * d * d;
        for (size_t i = 0; i < d * d && !s->pooled && counts[c] >= MIX_EMPTY; i++) {
            matrix[i] /= counts[c];
        }
        make_shape(s->shape, d, scale, matrix);
    }
}

/* Floor of a sphere: relative to the mean of the data's variances in the user's units. */
static bool floor_sphere(size_t d, const mix_maximize *how, double *matrix) {
    double largest = 0, sum = 0;
    for (size_t j = 0; j < d; j++) {
        largest = fmax(largest, how->scale[j]);
    }
    for (size_t j = 0; j < d; j++) {
        double unit = how->scale[j] / largest;
        sum += how->variance[j] * unit * unit;
    }
    double least = how->min_variance * sum / (double)d, unit = how->scale[0] / largest;
    if (matrix[0] * unit * unit >= least) {
        return false;
    }
    for (size_t j = 0; j < d; j++) {
        unit = how->scale[j] / largest;
        matrix[j * d + j] = least / unit / unit;
    }
    return true;
}

static bool floor_axes(size_t d, const mix_maximize *how, double *matrix) {
    bool raised = false;
    for (size_t j = 0; j < d; j++) {
        double least = how->min_variance * how->variance[j];
        if (!(matrix[j * d + j] >= least)) {
            matrix[j * d + j] = least;
            raised = true;
        }
    }
    return raised;
}

/* S - min_variance D is positive definite if and only if S is above the floor; then S is left as it is. Else its
** eigenvalues, in units of the data's deviations, are clamped. */
static bool floor_ellipsoid(size_t d, const mix_maximize *how, double *matrix, double *scratch) {
    double *shifted = scratch, *vectors = scratch + d * d, *values = vectors + d * d;
    memcpy(shifted, matrix, d * d * sizeof(double));
    for (size_t j = 0; j < d; j++) {
        shifted[j * d + j] -= how->min_variance * how->variance[j];
    }
    if (mix_linalg_cholesky(d, shifted, 0, vectors) && mix_linalg_cholesky(d, matrix, SINGULAR, vectors)) {
        return false;
    }
    for (size_t i = 0; i < d; i++) {
        for (size_t j = 0; j < d; j++) {
            shifted[i * d + j] = matrix[i * d + j] / sqrt(how->variance[i] * how->variance[j]);
        }
    }
    mix_linalg_eigen(d, shifted, values, vectors);
    /* A hair above the floor, so that rounding does not put it back under; and wide enough for the matrix to be positive
    ** definite in a double, however long its longest axis is. */
    double least = how->min_variance * (1 + 1e-6);
    for (size_t p = 0; p < d; p++) {
        least = fmax(least, 10 * SINGULAR * values[p]);
    }
    for (size_t p = 0; p < d; p++) {
        values[p] = fmax(values[p], least);
    }
    for (size_t i = 0; i < d; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = 0;
            for (size_t p = 0; p < d; p++) {
                sum += vectors[i * d + p] * values[p] * vectors[j * d + p];
            }
            matrix[i * d + j] = matrix[j * d + i] = sum * sqrt(how->variance[i] * how->variance[j]);
        }
    }
    return true;
}

bool mix_covariance_floor(mixture_covariance covariance, size_t d, const mix_maximize *how, double *matrix,
                          double *scratch) {
    switch (structures[covariance].shape) {
    case SPHERE:
        return floor_sphere(d, how, matrix);
    case AXIS_ALIGNED:
        return floor_axes(d, how, matrix);
    default:
        return floor_ellipsoid(d, how, matrix, scratch);
    }
}

size_t mix_covariance_scratch(size_t d) {
    return 2 * d * d + d;
}
