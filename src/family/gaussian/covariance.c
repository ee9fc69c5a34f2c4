/* covariance.c: structures of covariance matrices: their names, the plain ones, units, the floor.
**
** Parametrization by volume, shape and orientation: Banfield & Raftery, Biometrics 49 (1993) 803. W_c is the
** scatter of component c about its mean, n_c its sum of responsibilities, n their total. */
#include "covariance.h"

#include <math.h>
#include <string.h>

#include "covariance_steps.h"
#include "linalg.h"

/* A pivot below this share of its diagonal entry is rounding. */
#define SINGULAR 1e-14

/* Codes are mclust's: volume, shape, orientation, each Equal, Variable or I (of the unit matrix). */
typedef struct structure {
    const char *name, *code;
    void (*solve)(mix_scatter *scatter); /* NULL: one of the plain ones, by the code */
} structure;

static const structure structures[] = {
    [MIXTURE_FULL] = {"full", "VVV", NULL},
    [MIXTURE_TIED] = {"tied", "EEE", NULL},
    [MIXTURE_DIAG] = {"diag", "VVI", NULL},
    [MIXTURE_SPHERICAL] = {"spherical", "VII", NULL},
    [MIXTURE_EII] = {"EII", "EII", NULL},
    [MIXTURE_EEI] = {"EEI", "EEI", NULL},
    [MIXTURE_VEI] = {"VEI", "VEI", mix_covariance_steps_vei},
    [MIXTURE_EVI] = {"EVI", "EVI", mix_covariance_steps_evi},
    [MIXTURE_VEE] = {"VEE", "VEE", mix_covariance_steps_vee},
    [MIXTURE_EVE] = {"EVE", "EVE", mix_covariance_steps_eve},
    [MIXTURE_VVE] = {"VVE", "VVE", mix_covariance_steps_vve},
    [MIXTURE_EEV] = {"EEV", "EEV", mix_covariance_steps_eev},
    [MIXTURE_VEV] = {"VEV", "VEV", mix_covariance_steps_vev},
    [MIXTURE_EVV] = {"EVV", "EVV", mix_covariance_steps_evv},
};
enum { STRUCTURES = sizeof structures / sizeof *structures };

const char *mixture_covariance_name(mixture_covariance covariance) {
    return structures[covariance].name;
}

const char *mixture_covariance_code(mixture_covariance covariance, size_t d) {
    const char *code = structures[covariance].code;
    return d > 1 ? code : code[0] == 'E' ? "E" : "V";
}

bool mixture_covariance_find(const char *name, mixture_covariance *covariance) {
    /* mclust's E and V, for one column */
    const char *code = strcmp(name, "E") == 0 ? "EII" : strcmp(name, "V") == 0 ? "VII" : name;
    for (int i = 0; i < STRUCTURES; i++) {
        if (strcmp(code, structures[i].name) == 0 || strcmp(code, structures[i].code) == 0) {
            *covariance = (mixture_covariance)i;
            return true;
        }
    }
    return false;
}

bool mix_covariance_axis(mixture_covariance covariance) {
    return structures[covariance].code[2] == 'I';
}

static bool is_sphere(mixture_covariance covariance) {
    return structures[covariance].code[1] == 'I';
}

bool mix_covariance_nested(mixture_covariance inner, mixture_covariance outer) {
    const char order[] = "IEV"; /* from nothing free to everything */
    bool nested = inner != outer;
    for (int i = 0; i < 3; i++) {
        nested = nested && strchr(order, structures[inner].code[i]) <= strchr(order, structures[outer].code[i]);
    }
    return nested;
}

mix_covariance_kinds mix_covariance_kind(mixture_covariance covariance) {
    return is_sphere(covariance) ? MIX_SPHERE : mix_covariance_axis(covariance) ? MIX_ALONG_AXES : MIX_TURNED;
}

size_t mix_covariance_parameters(mixture_covariance covariance, size_t k, size_t d) {
    const char *code = structures[covariance].code;
    const size_t each[3] = {1, d - 1, d * (d - 1) / 2}; /* of a volume, a shape, an orientation */
    size_t sum = 0;
    for (int i = 0; i < 3; i++) {
        sum += code[i] == 'I' ? 0 : code[i] == 'E' ? each[i] : k * each[i];
    }
    return sum;
}

/* ---- Plain structures --------------------------------------------------------------------------------- */

/* VVV: W_c / n_c. EEE: sum W_c / n. VVI, EEI: their diagonals. VII, EII: the mean of the diagonal. */

/* All matrices become the sum of the scatters; returns the sum of the counts. */
static double pool(size_t k, size_t d, const double *counts, double *matrices) {
    double total = 0;
    for (size_t c = 0; c < k; c++) {
        total += counts[c];
    }
    for (size_t i = 0; i < d * d; i++) {
        double sum = 0;
        for (size_t c = 0; c < k; c++) {
            sum += matrices[c * d * d + i];
        }
        matrices[i] = sum;
    }
    for (size_t c = 1; c < k; c++) {
        memcpy(matrices + c * d * d, matrices, d * d * sizeof(double));
    }
    return total;
}

static void solve_plain(mixture_covariance covariance, size_t k, size_t d, const double *counts,
                        double *matrices) {
    bool equal = structures[covariance].code[0] == 'E', axis = mix_covariance_axis(covariance);
    double total = equal ? pool(k, d, counts, matrices) : 0;
    for (size_t c = 0; c < k; c++) {
        double *matrix = matrices + c * d * d, trace = 0;
        for (size_t i = 0; i < d * d; i++) {
            matrix[i] = axis && i % (d + 1) != 0 ? 0 : matrix[i] / (equal ? total : counts[c]);
        }
        for (size_t j = 0; j < d; j++) {
            trace += matrix[j * d + j];
        }
        for (size_t j = 0; j < d && is_sphere(covariance); j++) {
            matrix[j * d + j] = trace / (double)d;
        }
    }
}

/* ---- Units ---------------------------------------------------------------------------------------------- */

/* Powers of two, so that no digit changes. Spheres and turned axes are what they are in the user's units only: those,
** relative to the largest. What is along the columns stays so in any units: those near the data's deviations, so
** that the floor is as far from each. */
static void choose_units(const mix_maximize *how, size_t d, double *units) {
    double largest = 0;
    for (size_t j = 0; j < d; j++) {
        largest = fmax(largest, how->scale[j]);
    }
    bool along = mix_covariance_axis(how->covariance) && !is_sphere(how->covariance);
    for (size_t j = 0; j < d; j++) {
        units[j] = how->scale[j] / largest;
        if (along) {
            units[j] = how->variance[j] > 0 ? ldexp(1, -ilogb(how->variance[j]) / 2) : 1;
        }
    }
}

/* Multiply (or divide) entry (i, j) by the units of its columns. */
static void change_units(size_t d, const double *units, bool back, double *matrix) {
    for (size_t i = 0; i < d; i++) {
        for (size_t j = 0; j < d; j++) {
            matrix[i * d + j] =
                back ? matrix[i * d + j] / units[i] / units[j] : matrix[i * d + j] * units[i] * units[j];
        }
    }
}

/* The floor of a variance in those units: min_variance of the mean of the data's. */
static double least_variance(const mix_maximize *how, size_t d, const double *units) {
    double sum = 0;
    for (size_t j = 0; j < d; j++) {
        sum += how->variance[j] * units[j] * units[j];
    }
    return how->min_variance * sum / (double)d;
}

/* ---- Floor ---------------------------------------------------------------------------------------------- */

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
    /* A hair above the floor, so that rounding does not put it back under; and wide enough for the matrix to be
    ** positive definite in a double, however long its longest axis is. */
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

bool mix_covariance_floor(const mix_maximize *how, size_t d, double *matrix, double *scratch) {
    return mix_covariance_axis(how->covariance) ? floor_axes(d, how, matrix)
                                                : floor_ellipsoid(d, how, matrix, scratch);
}

/* The same for a sphere, in the user's units. */
static bool floor_sphere(size_t d, double least, double *matrix) {
    if (matrix[0] >= least) {
        return false;
    }
    for (size_t j = 0; j < d; j++) {
        matrix[j * d + j] = least;
    }
    return true;
}

/* ---- All of them ---------------------------------------------------------------------------------------- */

size_t mix_covariance_scratch(size_t k, size_t d) {
    return mix_covariance_steps_scratch(k, d) + 3 * d * d + 2 * d;
}

void mix_covariance_maximize(const mix_maximize *how, size_t k, size_t d, const double *counts, double *matrices,
                             const double *before, bool *floored, double *scratch) {
    const structure *s = &structures[how->covariance];
    bool sphere = is_sphere(how->covariance), changed = sphere || s->solve != NULL;
    double *previous = scratch, *units = previous + d * d, *work = units + d;
    choose_units(how, d, units);
    double least = least_variance(how, d, units);
    memcpy(previous, before, d * d * sizeof(double));
    change_units(d, units, false, previous);
    for (size_t c = 0; c < k; c++) {
        floored[c] = false;
        if (changed) {
            change_units(d, units, false, matrices + c * d * d);
        }
    }
    if (s->solve != NULL) {
        mix_scatter scatter = {k, d, counts, matrices, previous, least, floored, work};
        s->solve(&scatter);
    } else {
        solve_plain(how->covariance, k, d, counts, matrices);
    }
    for (size_t c = 0; c < k; c++) {
        double *matrix = matrices + c * d * d;
        if (sphere) {
            floored[c] = floor_sphere(d, least, matrix);
        } else if (s->solve == NULL) {
            floored[c] = mix_covariance_floor(how, d, matrix, work);
        }
        if (changed) {
            change_units(d, units, true, matrix);
        }
    }
}
