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

/* What of a volume, a shape or an orientation is free: nothing (I: it is that of the unit matrix), one for all
** components (E), each one's own (V). */
typedef enum freedom { NONE, EQUAL, VARIABLE } freedom;

/* Spheres, ellipsoids along the axes, turned ones. */
enum { SPHERE, ALONG_AXES, TURNED };

typedef struct covariance_structure {
    mix_structure common; /* names; codes are mclust's: volume, shape, orientation */
    freedom volume, shape, orientation;
    void (*solve)(mix_scatter *scatter); /* NULL: one of the plain ones */
} covariance_structure;

/* clang-format off */
static const covariance_structure structures[] = {
    [MIXTURE_FULL] =       {{"full", "VVV", NULL, TURNED}, VARIABLE, VARIABLE, VARIABLE, NULL},
    [MIXTURE_TIED] =       {{"tied", "EEE", NULL, TURNED}, EQUAL, EQUAL, EQUAL, NULL},
    [MIXTURE_DIAG] =       {{"diag", "VVI", "diagonal", ALONG_AXES}, VARIABLE, VARIABLE, NONE, NULL},
    [MIXTURE_SPHERICAL] =  {{"spherical", "VII", NULL, SPHERE}, VARIABLE, NONE, NONE, NULL},
    [MIXTURE_EII] =        {{"EII", "EII", NULL, SPHERE}, EQUAL, NONE, NONE, NULL},
    [MIXTURE_EEI] =        {{"EEI", "EEI", NULL, ALONG_AXES}, EQUAL, EQUAL, NONE, NULL},
    [MIXTURE_VEI] =        {{"VEI", "VEI", NULL, ALONG_AXES}, VARIABLE, EQUAL, NONE, mix_covariance_steps_vei},
    [MIXTURE_EVI] =        {{"EVI", "EVI", NULL, ALONG_AXES}, EQUAL, VARIABLE, NONE, mix_covariance_steps_evi},
    [MIXTURE_VEE] =        {{"VEE", "VEE", NULL, TURNED}, VARIABLE, EQUAL, EQUAL, mix_covariance_steps_vee},
    [MIXTURE_EVE] =        {{"EVE", "EVE", NULL, TURNED}, EQUAL, VARIABLE, EQUAL, mix_covariance_steps_eve},
    [MIXTURE_VVE] =        {{"VVE", "VVE", NULL, TURNED}, VARIABLE, VARIABLE, EQUAL, mix_covariance_steps_vve},
    [MIXTURE_EEV] =        {{"EEV", "EEV", NULL, TURNED}, EQUAL, EQUAL, VARIABLE, mix_covariance_steps_eev},
    [MIXTURE_VEV] =        {{"VEV", "VEV", NULL, TURNED}, VARIABLE, EQUAL, VARIABLE, mix_covariance_steps_vev},
    [MIXTURE_EVV] =        {{"EVV", "EVV", NULL, TURNED}, EQUAL, VARIABLE, VARIABLE, mix_covariance_steps_evv},
};
/* clang-format on */
_Static_assert(sizeof structures / sizeof *structures <= MIX_MOST_STRUCTURES,
               "more than a selection has room for");

/* Each after those that are nested in it. */
static const int nested_order[] = {
    MIXTURE_EII, MIXTURE_SPHERICAL, MIXTURE_EEI, MIXTURE_VEI, MIXTURE_EVI, MIXTURE_DIAG, MIXTURE_TIED,
    MIXTURE_VEE, MIXTURE_EVE,       MIXTURE_VVE, MIXTURE_EEV, MIXTURE_VEV, MIXTURE_EVV,  MIXTURE_FULL,
};

static const mix_structure *structure_at(int covariance) {
    return &structures[covariance].common;
}

static bool is_nested(int inner, int outer) {
    const covariance_structure *one = &structures[inner], *other = &structures[outer];
    return inner != outer && one->volume <= other->volume && one->shape <= other->shape &&
           one->orientation <= other->orientation;
}

/* Of one column only volumes differ. */
static int canonical(int covariance, size_t d) {
    bool equal = structures[covariance].volume == EQUAL;
    return d > 1 ? covariance : equal ? MIXTURE_EII : MIXTURE_SPHERICAL;
}

static const char *short_code(int covariance, size_t d) {
    bool equal = structures[covariance].volume == EQUAL;
    return d > 1 ? NULL : equal ? "E" : "V";
}

const mix_structures_table mix_covariance_structures = {
    .key = "covariance",
    .keys = "covariances",
    .expected = "full, tied, diag, spherical, or a mclust code: EII, VII, EEI, VEI, EVI, VVI, EEE, VEE, "
                "EVE, VVE, EEV, VEV, EVV, VVV",
    .count = sizeof structures / sizeof *structures,
    .order = nested_order,
    .at = structure_at,
    .nested = is_nested,
    .canonical = canonical,
    .short_code = short_code,
};

bool mix_covariance_axis(int covariance) {
    return structures[covariance].orientation == NONE;
}

static bool is_sphere(int covariance) {
    return structures[covariance].shape == NONE;
}

size_t mix_covariance_parameters(int covariance, size_t k, size_t d) {
    const covariance_structure *s = &structures[covariance];
    const freedom freedoms[3] = {s->volume, s->shape, s->orientation};
    const size_t each[3] = {1, d - 1, d * (d - 1) / 2}; /* of a volume, a shape, an orientation */
    size_t sum = 0;
    for (int i = 0; i < 3; i++) {
        sum += freedoms[i] == NONE ? 0 : freedoms[i] == EQUAL ? each[i] : k * each[i];
    }
    return sum;
}

/* Equal volume and shape: what shrinks shrinks for all. A volume of its own needs a distance between two rows. A
** shape of its own needs variance in each of its directions: along given axes two rows may have it; where
** directions are free d rows have none in one of them. (An EVE component without has a bounded likelihood unless
** the common axes point there, where the floor says so.) */
size_t mix_covariance_least_rows(int covariance, size_t d) {
    const covariance_structure *s = &structures[covariance];
    if (s->shape != VARIABLE) {
        return s->volume == EQUAL ? 1 : 2;
    }
    return s->orientation == VARIABLE || covariance == MIXTURE_VVE ? d + 1 : 2;
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

static void solve_plain(int covariance, size_t k, size_t d, const double *counts, double *matrices) {
    bool equal = structures[covariance].volume == EQUAL, axis = mix_covariance_axis(covariance);
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

/* Powers of two, so that no digit changes. Spheres and turned axes are what they are in the user's units only:
** those, relative to the largest. What is along the columns stays so in any units: those near the data's
** deviations, so that the floor is as far from each. */
static void choose_units(int covariance, const mix_maximize *how, size_t d, double *units) {
    double largest = 0;
    for (size_t j = 0; j < d; j++) {
        largest = fmax(largest, how->scale[j]);
    }
    bool along = mix_covariance_axis(covariance) && !is_sphere(covariance);
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

bool mix_covariance_floor(int covariance, const mix_maximize *how, size_t d, double *matrix, double *scratch) {
    return mix_covariance_axis(covariance) ? floor_axes(d, how, matrix) : floor_ellipsoid(d, how, matrix, scratch);
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

void mix_covariance_maximize(int covariance, const mix_maximize *how, size_t k, size_t d, const double *counts,
                             double *matrices, const double *before, bool *floored, double *scratch) {
    const covariance_structure *s = &structures[covariance];
    bool sphere = is_sphere(covariance), changed = sphere || s->solve != NULL;
    double *previous = scratch, *units = previous + d * d, *work = units + d;
    choose_units(covariance, how, d, units);
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
        solve_plain(covariance, k, d, counts, matrices);
    }
    for (size_t c = 0; c < k; c++) {
        double *matrix = matrices + c * d * d;
        if (sphere) {
            floored[c] = floor_sphere(d, least, matrix);
        } else if (s->solve == NULL) {
            floored[c] = mix_covariance_floor(covariance, how, d, matrix, work);
        }
        if (changed) {
            change_units(d, units, true, matrix);
        }
    }
}
