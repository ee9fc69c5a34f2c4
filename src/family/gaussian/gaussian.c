/* gaussian.c: the Gaussian family: N(mean, covariance) for each component.
**
** Statistics of a component, centered at its current mean m: N = sum r, s = sum r (x - m), and the scatter
** S = sum r (x - m)(x - m)', packed lower or its diagonal only. Then the new mean is m + s/N and the scatter
** about it S - s s'/N: nothing is ever squared far from where the rows are. */
#include "gaussian.h"

#include <math.h>
#include <string.h>

#include "covariance.h"
#include "covariance_metric.h"
#include "error.h"
#include "kernel.h"

static const mix_array gaussian_arrays[] = {
    [MEANS] = {"means", "mean", MIX_VECTOR}, [COVARIANCES] = {"covariances", "covariance", MIX_MATRIX}};

static const mix_column *gaussian_column(const mix_shape *shape, size_t j) {
    static const mix_column number = {.expected = "a number", .framed = true, .stepped = true};
    (void)shape;
    (void)j;
    return &number;
}

/* Doubles of a component's statistics. */
static size_t own_size(int structure, size_t d) {
    return 1 + d + (mix_covariance_axis(structure) ? d : mix_linalg_packed(d));
}

static size_t gaussian_statistics_size(const mix_shape *shape) {
    return own_size(shape->structure, shape->d);
}

static size_t gaussian_scratch_size(const mix_shape *shape) {
    return 2 * shape->d * MIX_BLOCK_ROWS;
}

static size_t gaussian_solve_size(const mix_shape *shape) {
    size_t k = shape->k, d = shape->d;
    return 3 * k * d * d + k * d + mix_covariance_scratch(k, d);
}

static size_t gaussian_least_rows(const mix_shape *shape, size_t free) {
    return mix_covariance_least_rows(shape->structure, shape->d, free);
}

/* Rows about the means of k components span so many dimensions only where there are k more of them: else all that
** is not along the axes is singular. */
static size_t gaussian_least_rows_shared(const mix_shape *shape, size_t free) {
    return mix_covariance_axis(shape->structure) || free == 0 ? 0 : free + shape->k;
}

static size_t gaussian_parameter_count(const mix_shape *shape) {
    return shape->k * shape->d + mix_covariance_parameters(shape->structure, shape->k, shape->d);
}

static double gaussian_work(const mix_shape *shape) {
    double d = (double)shape->d;
    return d * d + 3 * d + 40; /* 40 for exp and log */
}

/* ---- Checks and derived quantities ------------------------------------------------------------------ */

static mixture_status check_covariance(const mixture_model *model, size_t c, mixture_error *error) {
    size_t d = model->d;
    const char *name = model->family->arrays[COVARIANCES].name;
    const double *s = mix_gaussian_covariance(model, c);
    for (size_t i = 0; i < d; i++) {
        if (!(s[i * d + i] > 0)) {
            return mix_error_invalid(error, "%s[%zu][%zu][%zu] is %g; expected a variance > 0", name, c, i, i,
                                     s[i * d + i]);
        }
        for (size_t j = 0; j < i; j++) {
            double asymmetry = fabs(s[i * d + j] - s[j * d + i]);
            if (!(asymmetry <= 1e-8 * sqrt(s[i * d + i]) * sqrt(s[j * d + j]))) {
                return mix_error_invalid(error,
                                         "%s[%zu] is not symmetric: [%zu][%zu] is %g, [%zu][%zu] is %g; "
                                         "expected the same",
                                         name, c, i, j, s[i * d + j], j, i, s[j * d + i]);
            }
        }
    }
    return MIXTURE_OK;
}

static bool is_diagonal(size_t d, const double *matrix) {
    for (size_t i = 0; i < d; i++) {
        for (size_t j = 0; j < i; j++) {
            if (matrix[i * d + j] != 0 || matrix[j * d + i] != 0) {
                return false;
            }
        }
    }
    return true;
}

static mixture_status gaussian_prepare(mixture_model *model, mixture_error *error) {
    size_t k = model->k, d = model->d, size = 1 + mix_linalg_packed(d);
    /* What made the covariances may have ended early, if it takes long: then that is asked at once, and in the
    ** end. */
    bool large = (double)k * (double)d * (double)d * (double)d > 1e3;
    mix_turns turns = {.cancel = model->cancel, .work = large ? MIX_TURN : 0};
    model->plain = true;
    for (size_t c = 0; c < k; c++) {
        if (mix_turns_over(&turns, 10 * (double)d * (double)d + 40)) {
            return mix_error_status(error, MIXTURE_CANCELLED);
        }
        mixture_status status = check_covariance(model, c, error);
        if (status != MIXTURE_OK) {
            return status;
        }
        model->plain = model->plain && is_diagonal(d, mix_gaussian_covariance(model, c));
    }
    for (size_t c = 0; c < k; c++) {
        const double *covariance = mix_gaussian_covariance(model, c);
        double *log_norm = model->derived + c * size, *factor = log_norm + 1;
        double half_log_det = 0;
        if (mix_turns_over(&turns, 200 + 40 * (double)d)) {
            return mix_error_status(error, MIXTURE_CANCELLED);
        }
        if (model->plain) {
            for (size_t j = 0; j < d; j++) {
                factor[j] = 1 / sqrt(covariance[j * d + j]);
                half_log_det += 0.5 * log(covariance[j * d + j]);
            }
        } else {
            /* 1e-15 of its diagonal entry: below that a pivot is rounding. */
            if (!mix_linalg_cholesky_until(d, covariance, 1e-15, factor, model->cancel)) {
                return mix_cancelled(model->cancel)
                           ? mix_error_status(error, MIXTURE_CANCELLED)
                           : mix_error_invalid(error, "%s[%zu] is not positive definite",
                                               model->family->arrays[COVARIANCES].name, c);
            }
            for (size_t j = 0; j < d; j++) {
                half_log_det += log(factor[mix_linalg_at(j, j)]);
            }
            mix_linalg_invert_until(d, factor, factor, model->cancel);
        }
        *log_norm = -0.5 * (double)d * MIX_LOG_2PI - half_log_det;
    }
    return large && mix_cancelled(model->cancel) ? mix_error_status(error, MIXTURE_CANCELLED) : MIXTURE_OK;
}

/* Means 0, covariances the unit matrix. */
static void gaussian_stand_in(mixture_model *model) {
    size_t d = model->d;
    memset(model->arrays[MEANS], 0, model->k * d * sizeof(double));
    for (size_t c = 0; c < model->k; c++) {
        for (size_t i = 0; i < d * d; i++) {
            mix_gaussian_covariance(model, c)[i] = i % (d + 1) == 0;
        }
    }
}

static void gaussian_move(mixture_model *model, const mix_frame *frame, bool back) {
    size_t d = model->d;
    for (size_t c = 0; c < model->k; c++) {
        double *mean = model->arrays[MEANS] + c * d, *covariance = mix_gaussian_covariance(model, c);
        for (size_t i = 0; i < d; i++) {
            double scale = frame->scale[i];
            mean[i] = back ? frame->center[i] + scale * mean[i] : (mean[i] - frame->center[i]) / scale;
            for (size_t j = 0; j < d; j++) {
                double unit = frame->scale[j];
                covariance[i * d + j] =
                    back ? covariance[i * d + j] * scale * unit : covariance[i * d + j] / scale / unit;
            }
        }
    }
}

/* ---- Expect ----------------------------------------------------------------------------------------- */

static void gaussian_log_density(const mixture_model *model, const mix_rows *rows, double *densities,
                                 double *scratch) {
    const mix_kernel *kernel = mix_kernel_current();
    for (size_t c = 0; c < model->k; c++) {
        const double *derived = mix_gaussian_derived(model, c);
        const double *mean = mix_gaussian_mean(model, c);
        if (model->plain) {
            kernel->log_density_axis(rows, model->d, mean, derived + 1, derived[0], densities + c * rows->stride);
        } else {
            kernel->log_density(rows, model->d, mean, derived + 1, derived[0], densities + c * rows->stride,
                                scratch);
        }
    }
}

static void gaussian_accumulate(const mixture_model *model, const mix_rows *rows, const double *resp,
                                double *statistics, double *scratch) {
    const mix_kernel *kernel = mix_kernel_current();
    bool axis = mix_covariance_axis(model->structure);
    size_t size = own_size(model->structure, model->d);
    for (size_t c = 0; c < model->k; c++, resp += rows->stride, statistics += size) {
        const double *mean = mix_gaussian_mean(model, c);
        if (axis) {
            kernel->scatter_axis(rows, model->d, mean, resp, statistics);
        } else {
            kernel->scatter(rows, model->d, mean, resp, statistics, scratch);
        }
    }
}

/* ---- Maximize --------------------------------------------------------------------------------------- */

/* Move one component's mean, and put its scatter about the new mean where its covariance was. */
static void maximize_mean(mixture_model *model, size_t c, const double *statistics, bool axis) {
    size_t d = model->d;
    double n = statistics[0];
    const double *sum = statistics + 1, *scatter = sum + d;
    double *mean = model->arrays[MEANS] + c * d, *matrix = mix_gaussian_covariance(model, c);
    for (size_t i = 0; i < d; i++) {
        for (size_t j = 0; j < i; j++) {
            double entry = axis ? 0 : scatter[mix_linalg_at(i, j)] - sum[i] * (sum[j] / n);
            matrix[i * d + j] = matrix[j * d + i] = entry;
        }
        matrix[i * d + i] = fmax(scatter[axis ? i : mix_linalg_at(i, i)] - sum[i] * (sum[i] / n), 0);
    }
    for (size_t i = 0; i < d; i++) {
        mean[i] += sum[i] / n;
    }
}

/* From counts and scatters (in place of the covariances) to covariances; whether any met a floor that is no place
** to stay. `before`: the covariances that were there, and whether they obey the structure. */
static bool solve_covariances(mixture_model *model, const double *counts, const mix_maximize *how,
                              const double *before, bool obeyed, double *scratch) {
    bool any = false;
    const mix_covariance_task task = {
        .covariance = model->structure,
        .how = how,
        .k = model->k,
        .d = model->d,
        .counts = counts,
        .means = model->arrays[MEANS],
        .matrices = model->arrays[COVARIANCES],
        .before = before,
        .obeyed = obeyed,
        .strict = !obeyed, /* they come from elsewhere */
        .floored = model->floored,
    };
    mix_covariance_maximize(&task, scratch);
    for (size_t c = 0; c < model->k; c++) {
        any = any || model->floored[c] > MIX_FLOOR_STEP;
    }
    return any;
}

/* Make a component's covariance the scatter of `count` rows. */
static void make_scatter(mixture_model *model, size_t c, double count) {
    for (size_t i = 0; i < model->d * model->d; i++) {
        mix_gaussian_covariance(model, c)[i] *= count;
    }
}

/* An M-step before its covariances are solved, of which less may be taken. */
typedef struct move_back {
    const double *before; /* the covariances before, */
    double *scatters;     /* about the new means, */
    double *moved;        /* and how far these have moved */
} move_back;

/* The scatters about means that have moved only so far. Along the axes what is off the diagonal is not looked
** at. */
static void scatter_about(const mixture_model *model, const double *counts, const move_back *move, double share,
                          double *scatters) {
    size_t d = model->d;
    for (size_t i = 0; i < model->k * d * d; i++) {
        const double *moved = move->moved + i / (d * d) * d;
        double back = counts[i / (d * d)] * (1 - share) * (1 - share);
        scatters[i] = move->scatters[i] + back * moved[i / d % d] * moved[i % d];
    }
}

/* Where steps differ along a column a floor rises and falls with a component's mean. If that makes more of a
** difference than the M-step gains, the means go half of the way, a quarter of it, or stay: there the covariances
** before are above the floor, so that the best ones are no worse. scratch: k times d x d, then the solver's. */
static void hold_back(mixture_model *model, const double *counts, const mix_maximize *how, const move_back *move,
                      double *scratch) {
    size_t k = model->k, d = model->d;
    double *scatters = scratch, *work = scatters + k * d * d;
    mix_turns turns = {.cancel = how->cancel};
    scatter_about(model, counts, move, 0, scatters);
    double stayed = mix_metric_deviance(k, d, counts, scatters, move->before, work, &turns), share = 1;
    memcpy(scatters, move->scatters, k * d * d * sizeof(double));
    while (share > 0 && !turns.over &&
           mix_metric_deviance(k, d, counts, scatters, model->arrays[COVARIANCES], work, &turns) > stayed) {
        double next = share > 0.2 ? share / 2 : 0;
        for (size_t i = 0; i < k * d; i++) {
            model->arrays[MEANS][i] -= (share - next) * move->moved[i];
        }
        share = next;
        scatter_about(model, counts, move, share, scatters);
        memcpy(model->arrays[COVARIANCES], scatters, k * d * d * sizeof(double));
        (void)solve_covariances(model, counts, how, move->before, true, work);
    }
}

/* Whether a component is held at a step that is not the same along its column. */
static bool floor_moves(const mixture_model *model, const mix_maximize *how) {
    bool local = false, held = false;
    for (size_t j = 0; how->steps != NULL && j < model->d; j++) {
        local = local || how->steps->knots[j].count > 0;
    }
    for (size_t c = 0; local && c < model->k; c++) {
        held = held || model->floored[c] == MIX_FLOOR_STEP;
    }
    return held;
}

static void gaussian_maximize(mixture_model *model, const double *statistics, const mix_maximize *how,
                              double *scratch) {
    size_t k = model->k, d = model->d, size = own_size(model->structure, d);
    bool axis = mix_covariance_axis(model->structure);
    double *counts = model->derived; /* stale from here until prepare: k doubles fit in */
    double *before = scratch, *scatters = before + k * d * d, *moved = scatters + k * d * d, *work = moved + k * d;
    mix_turns turns = {.cancel = how->cancel};
    memcpy(before, model->arrays[COVARIANCES], k * d * d * sizeof(double));
    for (size_t c = 0; c < k && !mix_turns_over(&turns, 4 * (double)d * (double)d + 40); c++) {
        const double *own = statistics + c * size;
        counts[c] = fmax(own[0], MIX_EMPTY);
        for (size_t j = 0; j < d; j++) {
            moved[c * d + j] = own[0] >= MIX_EMPTY ? own[1 + j] / own[0] : 0;
        }
        if (own[0] >= MIX_EMPTY) {
            maximize_mean(model, c, own, axis);
        } else {
            make_scatter(model, c, MIX_EMPTY); /* so that it stays as it is, unless it is tied to others */
        }
    }
    memcpy(scatters, model->arrays[COVARIANCES], k * d * d * sizeof(double));
    (void)solve_covariances(model, counts, how, before, true, work);
    if (floor_moves(model, how)) {
        const move_back move = {before, scatters, moved};
        hold_back(model, counts, how, &move, work);
    }
}

static void gaussian_represent(const mixture_model *model, size_t component, double rows, double *own) {
    const double *covariance = mix_gaussian_covariance(model, component);
    bool axis = mix_covariance_axis(model->structure);
    size_t d = model->d;
    double *scatter = own + 1 + d;
    own[0] = rows;
    for (size_t i = 0; i < d; i++) {
        own[1 + i] = 0;
        for (size_t j = axis ? i : 0; j <= i; j++) {
            scatter[axis ? i : mix_linalg_at(i, j)] = rows * covariance[i * d + j];
        }
    }
}

/* Components without rows keep MIX_EMPTY of their covariance in what is tied. Floors are from 1e-12 of the data's
** variance up, and no component's variance is above it by more than the number of rows. */
static mixture_status gaussian_check_step(const mixture_model *model, mixture_error *error) {
    const double most = 1e40;
    size_t d = model->d;
    for (size_t j = 0; j < d; j++) {
        size_t low = 0, high = 0;
        for (size_t c = 1; c < model->k; c++) {
            double variance = mix_gaussian_covariance(model, c)[j * d + j];
            low = variance < mix_gaussian_covariance(model, low)[j * d + j] ? c : low;
            high = variance > mix_gaussian_covariance(model, high)[j * d + j] ? c : high;
        }
        double least = mix_gaussian_covariance(model, low)[j * d + j];
        double largest = mix_gaussian_covariance(model, high)[j * d + j];
        if (largest / most > least) {
            return mix_error_invalid(error,
                                     "covariances[%zu][%zu][%zu] is %.3g and covariances[%zu][%zu][%zu] is %.3g; "
                                     "expected variances of a column within a factor of 1e40 for a step of EM",
                                     low, j, j, least, high, j, j, largest);
        }
    }
    return MIXTURE_OK;
}

static bool gaussian_constrain(mixture_model *model, const mix_maximize *how, double *scratch) {
    double *counts = model->derived; /* stale, as in maximize */
    size_t size = model->k * model->d * model->d;
    memcpy(scratch, model->arrays[COVARIANCES], size * sizeof(double));
    for (size_t c = 0; c < model->k; c++) {
        counts[c] = fmax(model->weights[c], MIX_EMPTY);
        make_scatter(model, c, counts[c]);
    }
    return solve_covariances(model, counts, how, scratch, false, scratch + size);
}

/* Variance of a column within the components, which one that is far from all others does not raise; if there is
** none, that of all: scatter about the new means and of the means about the center of all. */
static void gaussian_variances(const mixture_model *model, const double *statistics, double *variance,
                               double *constant, double *scratch) {
    (void)scratch;
    size_t d = model->d, size = own_size(model->structure, d);
    bool axis = mix_covariance_axis(model->structure);
    for (size_t j = 0; j < d; j++) {
        /* Centered at the first component's mean: near the data, whatever their origin. */
        double origin = mix_gaussian_mean(model, 0)[j], total = 0, sum = 0;
        double squares = 0, terms = 0, within = 0;
        for (size_t c = 0; c < model->k; c++) {
            const double *own = statistics + c * size;
            double offset = mix_gaussian_mean(model, c)[j] - origin;
            total += own[0];
            sum += own[1 + j] + own[0] * offset;
        }
        double center = sum / total;
        for (size_t c = 0; c < model->k; c++) {
            const double *own = statistics + c * size;
            double offset = mix_gaussian_mean(model, c)[j] - origin - center;
            double scatter = own[1 + d + (axis ? j : mix_linalg_at(j, j))];
            double first = 2 * own[1 + j] * offset, second = own[0] * offset * offset;
            squares += scatter + first + second;
            terms += scatter + fabs(first) + second;
            within += own[0] > 0 ? fmax(scatter - own[1 + j] * (own[1 + j] / own[0]), 0) : 0;
        }
        variance[j] = squares / total;
        constant[j] = 0;
        /* But for rounding, of the values as mix_data_standardize has it, and of the sums, which are about the
        ** model's means. */
        double mean = origin + center;
        if (!(variance[j] > 1e-28 * mean * mean && squares > 1e-13 * terms)) {
            double unit = mix_data_constant_unit(mean * mean > 1e-28 * terms / total ? mean : 0);
            constant[j] = variance[j] = unit * unit;
        } else if (within / total > 1e-12 * variance[j]) {
            variance[j] = within / total;
        }
    }
}

/* Means within 1 % of a's deviation, variances of b in a's whitened axes within 1 % of 1, and determinants as
** close: by Hadamard's inequality the correlations there are then small, too. */
static bool gaussian_coincide(const mixture_model *model, size_t a, size_t b) {
    const double tolerance = 0.01;
    size_t d = model->d;
    const double *derived = mix_gaussian_derived(model, a), *factor = derived + 1;
    const double *mean = mix_gaussian_mean(model, a), *other = mix_gaussian_mean(model, b);
    const double *covariance = mix_gaussian_covariance(model, b);
    if (fabs(derived[0] - mix_gaussian_derived(model, b)[0]) > tolerance * (double)d) {
        return false;
    }
    for (size_t i = 0; i < d; i++) {
        double shift = 0, variance = 0;
        size_t first = model->plain ? i : 0;
        const double *row = model->plain ? factor : factor + mix_linalg_at(i, 0);
        for (size_t p = first; p <= i; p++) {
            double sum = 0;
            for (size_t q = first; q <= i; q++) {
                sum += covariance[p * d + q] * row[q];
            }
            shift += row[p] * (mean[p] - other[p]);
            variance += row[p] * sum;
        }
        if (fabs(shift) > tolerance || fabs(variance - 1) > tolerance) {
            return false;
        }
    }
    return true;
}

/* ---- Coordinates for extrapolation: mean, then the Cholesky factor with the logarithm of its diagonal ----- */

static size_t gaussian_packed_size(const mix_shape *shape) {
    return shape->d + mix_linalg_packed(shape->d);
}

static void gaussian_pack(const mixture_model *model, size_t component, double *theta, double *scratch) {
    size_t d = model->d;
    (void)scratch;
    memcpy(theta, mix_gaussian_mean(model, component), d * sizeof(double));
    double *factor = theta + d;
    (void)mix_linalg_cholesky(d, mix_gaussian_covariance(model, component), 0, factor); /* prepare has checked */
    for (size_t j = 0; j < d; j++) {
        factor[mix_linalg_at(j, j)] = log(factor[mix_linalg_at(j, j)]);
    }
}

static void gaussian_unpack(mixture_model *model, size_t component, const double *theta, double *scratch) {
    size_t d = model->d;
    double *factor = scratch, *covariance = mix_gaussian_covariance(model, component);
    memcpy(model->arrays[MEANS] + component * d, theta, d * sizeof(double));
    memcpy(factor, theta + d, mix_linalg_packed(d) * sizeof(double));
    for (size_t j = 0; j < d; j++) {
        factor[mix_linalg_at(j, j)] = exp(factor[mix_linalg_at(j, j)]);
    }
    for (size_t i = 0; i < d; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = 0;
            for (size_t p = 0; p <= j; p++) {
                sum += factor[mix_linalg_at(i, p)] * factor[mix_linalg_at(j, p)];
            }
            covariance[i * d + j] = covariance[j * d + i] = sum;
        }
    }
}

/* Of a mean n / variance; of an entry of the factor's row i the same, and of a logarithm 2 n. The variance is that
** of row i given the columns before. */
static void gaussian_packed_information(const mix_shape *shape, const double *theta, const double *statistics,
                                        double *information) {
    size_t d = shape->d;
    const double *factor = theta + d;
    double rows = statistics != NULL ? statistics[0] : 1;
    for (size_t i = 0; i < d; i++) {
        double own = rows * exp(-2 * factor[mix_linalg_at(i, i)]);
        information[i] = own;
        for (size_t j = 0; j < i; j++) {
            information[d + mix_linalg_at(i, j)] = own;
        }
        information[d + mix_linalg_at(i, i)] = 2 * rows;
    }
}

/* ---- Clustering space ------------------------------------------------------------------------------- */

/* Covariance of the data in `matrix`, in the data's frame, where the mean is 0 but for rounding. False when
** cancelled. */
static bool data_covariance(const mixture_data *data, const mix_cancel *cancel, double *matrix) {
    size_t d = data->d, step = 1 + (1 << 20) / (d * d);
    memset(matrix, 0, d * d * sizeof(double));
    for (size_t row = 0; row < data->rows; row++) {
        double share = mix_data_weight(data, row) / data->total_weight;
        if (row % step == 0 && mix_cancelled(cancel)) {
            return false;
        }
        for (size_t i = 0; i < d; i++) {
            double x = share * mix_data_value(data, row, i);
            for (size_t j = 0; j <= i; j++) {
                matrix[i * d + j] += x * mix_data_value(data, row, j);
            }
        }
    }
    for (size_t i = 0; i < d * d; i++) {
        matrix[i] = i % d > i / d ? matrix[i % d * d + i / d] : matrix[i];
    }
    return true;
}

/* The matrix (d x d) that turns rows into points. Whitened by the data's covariance, so that k-means is not
** fooled by correlated columns; each column by its own deviation only, for clusters that lie along the data's
** main axis, which whitening shortens; or half whitened, as mclust has it before hierarchical clustering:
** principal axes of the correlations, with eigenvalues v, divided by v^(1/4). covariance: destroyed. */
static void feature_map(size_t d, mix_features variant, const mix_cancel *cancel, double *covariance, double *map,
                        double *scratch) {
    for (size_t j = 0; j < d; j++) {
        /* A ridge of 1e-6 of the variance: collinear columns would put rounding errors on a par with the data. */
        double variance = covariance[j * d + j];
        covariance[j * d + j] = variance > 0 ? variance * (1 + 1e-6) : 1;
    }
    memset(map, 0, d * d * sizeof(double));
    if (variant == MIX_FEATURES_HALF) {
        double *deviations = scratch, *values = deviations + d, *vectors = values + d;
        for (size_t j = 0; j < d; j++) {
            deviations[j] = sqrt(covariance[j * d + j]);
        }
        for (size_t i = 0; i < d * d; i++) {
            covariance[i] /= deviations[i / d] * deviations[i % d];
        }
        mix_linalg_eigen_until(d, covariance, values, vectors, cancel);
        for (size_t i = 0; i < d * d; i++) {
            size_t axis = i / d, column = i % d;
            map[i] = vectors[column * d + axis] / deviations[column] / pow(fmax(values[axis], 1e-6), 0.25);
        }
        return;
    }
    double *factor = scratch;
    if (variant == MIX_FEATURES_SCALED || !mix_linalg_cholesky_until(d, covariance, 0, factor, cancel)) {
        for (size_t j = 0; j < d; j++) {
            map[j * d + j] = 1 / sqrt(covariance[j * d + j]);
        }
        return;
    }
    mix_linalg_invert_until(d, factor, factor, cancel);
    for (size_t i = 0; i < d; i++) {
        memcpy(map + i * d, factor + mix_linalg_at(i, 0), (i + 1) * sizeof(double));
    }
}

static bool gaussian_features(const mixture_data *data, mix_features variant, const mix_cancel *cancel,
                              double *points, double *scratch) {
    size_t d = data->d, step = 1 + (1 << 20) / (d * d);
    double *covariance = scratch, *map = covariance + d * d;
    if (!data_covariance(data, cancel, covariance)) {
        return false;
    }
    feature_map(d, variant, cancel, covariance, map, map + d * d);
    for (size_t row = 0; row < data->rows; row++) {
        if (row % step == 0 && mix_cancelled(cancel)) {
            return false;
        }
        for (size_t i = 0; i < d; i++) {
            double sum = 0;
            for (size_t j = 0; j < d; j++) {
                sum += map[i * d + j] * mix_data_value(data, row, j);
            }
            points[row * d + i] = sum;
        }
    }
    return true;
}

/* ---- Sampling: factors are the Cholesky factors of the covariances ------------------------------------ */

static void gaussian_sample_factors(const mixture_model *model, double *factors) {
    for (size_t c = 0; c < model->k; c++) {
        /* Positive definite: prepare has checked. */
        (void)mix_linalg_cholesky(model->d, mix_gaussian_covariance(model, c), 0,
                                  factors + c * (1 + mix_linalg_packed(model->d)));
    }
}

static void gaussian_sample(const mixture_model *model, size_t component, const double *factors, size_t trials,
                            mix_random *random, double *x) {
    size_t d = model->d;
    (void)trials;
    const double *mean = mix_gaussian_mean(model, component);
    const double *factor = factors + component * (1 + mix_linalg_packed(d));
    for (size_t j = 0; j < d; j++) {
        x[j] = mix_random_normal(random);
    }
    for (size_t i = d; i-- > 0;) { /* from the last, which needs all the others, up: in place */
        double sum = 0;
        for (size_t j = 0; j <= i; j++) {
            sum += factor[mix_linalg_at(i, j)] * x[j];
        }
        x[i] = mean[i] + sum;
    }
}

/* ---- The family ------------------------------------------------------------------------------------------- */

static const mix_coordinates gaussian_coordinates = {gaussian_packed_size, gaussian_pack, gaussian_unpack,
                                                     gaussian_packed_information};
static const mix_sampling gaussian_sampling = {gaussian_sample_factors, gaussian_sample};

const mixture_family mixture_gaussian = {
    .name = "gaussian",
    .fit = "gmm_fit",
    .select = "gmm_select",
    .array_count = sizeof gaussian_arrays / sizeof *gaussian_arrays,
    .arrays = gaussian_arrays,
    .column = gaussian_column,
    .derived_size = mix_gaussian_derived_size,
    .statistics_size = gaussian_statistics_size,
    .scratch_size = gaussian_scratch_size,
    .solve_size = gaussian_solve_size,
    .parameter_count = gaussian_parameter_count,
    .least_rows = gaussian_least_rows,
    .least_rows_shared = gaussian_least_rows_shared,
    .work = gaussian_work,
    .prepare = gaussian_prepare,
    .stand_in = gaussian_stand_in,
    .move = gaussian_move,
    .log_density = gaussian_log_density,
    .accumulate = gaussian_accumulate,
    .maximize = gaussian_maximize,
    .represent = gaussian_represent,
    .check_step = gaussian_check_step,
    .constrain = gaussian_constrain,
    .floor = "the variance floor (min_variance)",
    .coincide = gaussian_coincide,
    .features = gaussian_features,
    .together = true,
    .tree = true,
    .variances = gaussian_variances,
    .missing = &mix_gaussian_missing,
    .structures = &mix_covariance_structures,
    .coordinates = &gaussian_coordinates,
    .observed = &mix_gaussian_observed,
    .log_ratio = mix_gaussian_log_ratio,
    .sampling = &gaussian_sampling,
    .distance = mix_gaussian_distance,
    .geometry = &mix_gaussian_geometry,
    .conditional = &mix_gaussian_conditional,
    .distribution = &mix_gaussian_distribution,
    .moments = &mix_gaussian_moments,
};
