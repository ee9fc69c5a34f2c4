/* covariance.c: structures of covariance matrices: their names, the plain ones, units, the floor.
**
** Parametrization by volume, shape and orientation: Banfield & Raftery, Biometrics 49 (1993) 803. W_c is the
** scatter of component c about its mean, n_c its sum of responsibilities, n their total. */
#include "covariance.h"

#include <math.h>
#include <string.h>

#include "covariance_floor.h"
#include "covariance_steps.h"
#include "linalg.h"

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
    .independent = mix_covariance_axis,
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
size_t mix_covariance_least_rows(int covariance, size_t d, size_t free) {
    const covariance_structure *s = &structures[covariance];
    if (free == 0) {
        return 1; /* the steps hold it in every direction, */
    }
    if (s->shape != VARIABLE) {
        return s->volume == EQUAL || free < d ? 1 : 2; /* or its volume */
    }
    return s->orientation == VARIABLE || covariance == MIXTURE_VVE ? free + 1 : 2;
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

/* Structures that are the same in any units of the columns: all but spheres and those whose axes turn while their
** shapes or volumes say something of lengths. */
static bool any_units(int covariance) {
    bool along = mix_covariance_axis(covariance) && !is_sphere(covariance);
    return along || covariance == MIXTURE_VEE || covariance == MIXTURE_EVV;
}

/* Powers of two, so that no digit changes. Spheres and turned axes are what they are in the user's units only:
** those, relative to the largest. What is the same in any units has those near the data's deviations. */
static void choose_units(int covariance, const mix_maximize *how, size_t d, const size_t *varying, double *units) {
    double largest = 0;
    for (size_t j = 0; j < d; j++) {
        largest = fmax(largest, how->scale[varying[j]]);
    }
    for (size_t j = 0; j < d; j++) {
        double variance = how->variance[varying[j]];
        units[j] = how->scale[varying[j]] / largest;
        if (structures[covariance].solve == NULL && !is_sphere(covariance)) {
            units[j] = 1; /* in closed form: no matter */
        } else if (any_units(covariance)) {
            units[j] = variance > 0 ? ldexp(1, -ilogb(variance) / 2) : 1;
        }
    }
}

/* The entries of a matrix in columns that vary, in such units, and back. */
static void take_varying(const double *matrix, size_t whole, const size_t *varying, size_t d, const double *units,
                         double *taken) {
    for (size_t i = 0; i < d; i++) {
        for (size_t j = 0; j < d; j++) {
            taken[i * d + j] = matrix[varying[i] * whole + varying[j]] * units[i] * units[j];
        }
    }
}

static void put_varying(const double *taken, size_t whole, const size_t *varying, size_t d, const double *units,
                        double *matrix) {
    for (size_t i = 0; i < d; i++) {
        for (size_t j = 0; j < d; j++) {
            matrix[varying[i] * whole + varying[j]] = taken[i * d + j] / units[i] / units[j];
        }
    }
}

/* ---- Floor ---------------------------------------------------------------------------------------------- */

/* The floor of column j of a component there, and whether the column's step makes it. */
static double floor_of(const mix_maximize *how, size_t j, double mean, bool *recorded) {
    double least = how->min_variance * how->variance[j];
    double step = how->steps != NULL ? mix_steps_at(how->steps, j, mean) : 0;
    double high = step > 0 ? how->steps->height * step * step : 0;
    *recorded = high >= least;
    return fmax(least, high);
}

/* Covariance of all data from the components' scatters and means (in `units`), at most n times too large. */
static void total_covariance(const mix_covariance_task *task, const size_t *varying, size_t d, const double *units,
                             const double *scatters, double *total) {
    double n = 0;
    mix_turns turns = {.cancel = task->how->cancel};
    for (size_t c = 0; c < task->k; c++) {
        n += task->counts[c];
    }
    for (size_t i = 0; i < d * d && !mix_turns_over(&turns, 20 * (double)task->k); i++) {
        size_t a = varying[i / d], b = varying[i % d];
        double within = 0, first = 0, second = 0, product = 0;
        for (size_t c = 0; c < task->k; c++) {
            /* From the first component's: near the data, whatever their origin. */
            double share = task->counts[c] / n;
            double x = task->means[c * task->d + a] - task->means[a];
            double y = task->means[c * task->d + b] - task->means[b];
            within += scatters[c * d * d + i] / n;
            first += share * x;
            second += share * y;
            product += share * x * y;
        }
        total[i] = within + (product - first * second) * units[i / d] * units[i % d];
    }
}

/* ---- All of them ---------------------------------------------------------------------------------------- */

size_t mix_covariance_scratch(size_t k, size_t d) {
    size_t steps = mix_covariance_steps_scratch(k, d), floor = mix_floor_scratch(k, d);
    return 3 * k * d * d + 2 * k * d + 2 * d * d + 4 * d + steps + floor;
}

/* Columns that vary; the others keep a variance of their own and belong to no structure. */
static size_t list_varying(const mix_maximize *how, size_t d, size_t *varying) {
    size_t count = 0;
    for (size_t j = 0; j < d; j++) {
        if (how->constant == NULL || how->constant[j] == 0) {
            varying[count++] = j;
        }
    }
    return count;
}

static void clear_matrices(const mix_covariance_task *task) {
    size_t d = task->d;
    memset(task->matrices, 0, task->k * d * d * sizeof(double));
    for (size_t c = 0; c < task->k; c++) {
        for (size_t j = 0; j < d && task->how->constant != NULL; j++) {
            task->matrices[c * d * d + j * d + j] = task->how->min_variance * task->how->constant[j];
        }
    }
}

/* The scatters in those columns and units, and the floors of each component there; the lowest of these. */
static double take_problem(const mix_covariance_task *task, const size_t *varying, size_t d, const double *units,
                           double *scatters, double *floors, bool *recorded) {
    double lowest = HUGE_VAL, each = 4 * (double)d * (double)d + 40 * (double)d;
    mix_turns turns = {.cancel = task->how->cancel};
    for (size_t c = 0; c < task->k && !mix_turns_over(&turns, each); c++) {
        const double *mean = task->means + c * task->d;
        take_varying(task->matrices + c * task->d * task->d, task->d, varying, d, units, scatters + c * d * d);
        for (size_t j = 0; j < d; j++) {
            size_t i = c * d + j, column = varying[j];
            floors[i] = floor_of(task->how, column, mean[column], &recorded[i]) * units[j] * units[j];
            lowest = fmin(lowest, floors[i]);
        }
    }
    return lowest;
}

/* The covariances before, and their sum. */
static void take_before(const mix_covariance_task *task, const size_t *varying, size_t d, const double *units,
                        double *before, double *sum) {
    memset(sum, 0, d * d * sizeof(double));
    for (size_t c = 0; c < task->k; c++) {
        take_varying(task->before + c * task->d * task->d, task->d, varying, d, units, before + c * d * d);
        for (size_t i = 0; i < d * d; i++) {
            sum[i] += before[c * d * d + i];
        }
    }
}

static mix_floor floor_for(const mix_covariance_task *task, size_t d, mix_scatter *scatter, double *work) {
    const covariance_structure *s = &structures[task->covariance];
    return (mix_floor){
        .k = task->k,
        .d = d,
        .strict = task->strict,
        .axis = mix_covariance_axis(task->covariance),
        .sphere = is_sphere(task->covariance),
        .pooled = s->solve == NULL && s->volume == EQUAL,
        .equal_volume = s->volume == EQUAL,
        .own_shape = s->shape == VARIABLE,
        .own_axes = s->orientation == VARIABLE,
        .solve = s->solve,
        .scatter = scatter,
        .counts = task->counts,
        .matrices = scatter->matrices,
        .work = work,
    };
}

/* Solve in the d columns that vary. */
static void solve_varying(const mix_covariance_task *task, const size_t *varying, size_t d, double *scratch) {
    size_t k = task->k, size = d * d;
    const covariance_structure *s = &structures[task->covariance];
    double *scatters = scratch, *matrices = scatters + k * size, *before = matrices + k * size;
    double *floors = before + k * size, *sum = floors + k * d, *total = sum + size, *units = total + size;
    bool *recorded = (bool *)(units + d); /* k * d */
    double *work = units + d + k * d;
    choose_units(task->covariance, task->how, d, varying, units);
    double lowest = take_problem(task, varying, d, units, scatters, floors, recorded);
    memcpy(matrices, scatters, k * size * sizeof(double));
    mix_scatter scatter = {k, d, task->counts, matrices, sum, 1e-6 * lowest, work, {.cancel = task->how->cancel}};
    mix_floor floor = floor_for(task, d, &scatter, work + mix_covariance_steps_scratch(k, d));
    floor.scatters = scatters;
    floor.floors = floors;
    floor.before = task->obeyed ? before : NULL;
    if (s->solve != NULL) {
        take_before(task, varying, d, units, before, sum);
        s->solve(&scatter);
    } else {
        solve_plain(task->covariance, k, d, task->counts, matrices);
    }
    bool met = mix_floor_met(&floor);
    if (!met) {
        mix_floor_apply(&floor);
        total_covariance(task, varying, d, units, scatters, total);
    }
    clear_matrices(task);
    double pass = 10 * (double)size + (met ? 0 : mix_metric_work(&floor));
    for (size_t c = 0; c < k && !mix_metric_over(&floor, pass); c++) {
        task->floored[c] = met ? MIX_FLOOR_NONE : mix_floor_where(&floor, c, total, recorded + c * d);
        put_varying(matrices + c * size, task->d, varying, d, units, task->matrices + c * task->d * task->d);
    }
}

void mix_covariance_maximize(const mix_covariance_task *task, double *scratch) {
    size_t *varying = (size_t *)scratch;
    size_t count = list_varying(task->how, task->d, varying);
    if (count > 0) {
        solve_varying(task, varying, count, scratch + task->d);
        return;
    }
    clear_matrices(task);
    for (size_t c = 0; c < task->k; c++) {
        task->floored[c] = MIX_FLOOR_DEGENERATE; /* equal rows */
    }
}
