/* covariance_floor.c: covariances that maximize the likelihood of a structure among those above a floor.
**
** In the metric of the floor, that is, divided by the roots of its entries on both sides, the floor is the unit
** matrix. Where a structure is the same in any metric the answer is in closed form: eigenvalues are clamped at 1
** (VVV, EEE, and the entries of diagonals), or, with equal volumes, filled up to 1 and the rest scaled (EVI, EVV).
** Where one shape is common, at the maximum S_c is what the structure's own M-step makes of scatters W_c + M_c,
** where M_c is 0 in every direction in which S_c is above the floor (VEI, VEE). The others have axes that lengths
** in the user's units decide; these are kept, and the variances along them are the best above the floor there. */
#include "covariance_floor.h"

#include <math.h>
#include <string.h>

#include "linalg.h"

/* A component with this much less scatter than the floor has none. */
#define NO_SCATTER 1e-6
/* Multipliers: when they stand still, in units of the floor; how often they may move. */
#define STANDS_STILL 1e-9
enum { MOST_MOVES = 1000, MOST_TURNS = 10 };

size_t mix_floor_scratch(size_t k, size_t d) {
    return k * d * d + 5 * d * d + 4 * k * d + k + 4 * d;
}

/* ---- Met ---------------------------------------------------------------------------------------------------- */

/* The share of its floor that a matrix has to be above. A share of no more than rounding below the floor is not
** below it. */
static double least_share(const mix_floor *floor) {
    bool put_above = floor->solve == NULL && !floor->axis && !floor->sphere;
    return floor->strict && put_above ? 1 + 0.9999 * MIX_HAIR : 1 - 1e-12;
}

bool mix_floor_met(const mix_floor *floor) {
    size_t d = floor->d;
    bool met = true, needles = floor->equal_volume && floor->own_shape;
    double pass = 10 * (double)d * (double)d + 100;
    for (size_t c = 0; c < floor->k && met && !mix_metric_over(floor, pass); c++) {
        met = mix_metric_above(floor, floor->floors + c * d, least_share(floor), floor->matrices + c * d * d,
                               floor->work);
        if (met &&
            needles) { /* an axis without scatter is as thin as the floor allows, however thick it came out */
            double share = NO_SCATTER * floor->counts[c];
            met = mix_metric_above(floor, floor->floors + c * d, share, floor->scatters + c * d * d, floor->work);
        }
    }
    return met;
}

/* Raise what is below `least` times the floor. */
static void raise_to_floor(const mix_floor *floor, const double *floors, double least, double *matrix,
                           double *work) {
    size_t d = floor->d;
    double *vectors = work, *values = vectors + d * d, *rest = values + d;
    mix_metric_eigen(floor, floors, matrix, values, vectors, rest);
    for (size_t p = 0; p < d; p++) {
        values[p] = fmax(values[p], least);
    }
    mix_metric_widen(floor, values);
    mix_metric_back(floor, floors, values, vectors, matrix);
}

/* ---- In closed form ---------------------------------------------------------------------------------------- */

static void raise_sphere(size_t d, const double *floors, double *matrix) {
    for (size_t j = 0; j < d; j++) {
        matrix[0] = fmax(matrix[0], floors[j]);
    }
    for (size_t j = 1; j < d; j++) {
        matrix[j * d + j] = matrix[0];
    }
}

static void apply_plain(const mix_floor *floor) {
    size_t k = floor->k, d = floor->d;
    double *highest = floor->work, *work = highest + d;
    mix_metric_highest(floor, highest);
    for (size_t c = 0; c < k && !mix_metric_over(floor, mix_metric_work(floor)); c++) {
        double *matrix = floor->matrices + c * d * d;
        const double *floors = floor->pooled ? highest : floor->floors + c * d;
        if (floor->pooled && c > 0) {
            memcpy(matrix, floor->matrices, d * d * sizeof(double));
        } else if (floor->sphere) {
            raise_sphere(d, floors, matrix);
        } else if (!mix_metric_above(floor, floors, least_share(floor), matrix, work)) {
            raise_to_floor(floor, floors, floor->axis ? 1 : 1 + MIX_HAIR, matrix, work);
        }
    }
}

/* ---- Equal volumes ----------------------------------------------------------------------------------------- */

/* With eigenvalues w_j of a component's scatter in the metric of its floor and the logarithm of its determinant
** there, log_det >= 0: eigenvalues s_j >= 1 that make sum_j w_j / s_j least are max(1, w_j / level) (water
** filling). Returns the level, which is how fast the sum falls with log_det. filled: s_j; may be NULL. */
static double fill_up(size_t d, const double *w, double log_det, double *filled) {
    double level = 0;
    for (size_t free = d; free > 0; free--) { /* so many of the largest are above 1 */
        double sum = 0, smallest = HUGE_VAL, largest = 0;
        size_t count = 0;
        for (size_t j = 0; j < d; j++) {
            size_t rank = 0;
            for (size_t i = 0; i < d; i++) {
                rank += w[i] > w[j] || (w[i] == w[j] && i < j);
            }
            if (rank < free && w[j] > 0) {
                sum += log(w[j]);
                smallest = fmin(smallest, w[j]);
                largest = fmax(largest, w[j]);
                count++;
            }
        }
        if (count < free) {
            continue; /* the others are 0 */
        }
        level = exp((sum - log_det) / (double)count);
        if (smallest >= level * (1 - 1e-15)) {
            break;
        }
    }
    for (size_t j = 0; j < d && filled != NULL; j++) {
        filled[j] = level > 0 ? fmax(1, w[j] / level) : exp(log_det / (double)d);
    }
    return level;
}

static double sum_of_logs(size_t d, const double *values) {
    double sum = 0;
    for (size_t j = 0; j < d; j++) {
        sum += log(values[j]);
    }
    return sum;
}

/* Sum of the levels of all components when each has this determinant. values, floors: k times d, of their scatters
** along axes of their own, in units of the floor there, and the floors. */
static double sum_levels(const mix_floor *floor, const double *values, const double *floors, double log_det) {
    double sum = 0, d = (double)floor->d, each = d * d * d + 100 * d; /* sorted by counting, for each number */
    for (size_t c = 0; c < floor->k && !mix_metric_over(floor, each); c++) {
        double own = fmax(log_det - sum_of_logs(floor->d, floors + c * floor->d), 0);
        sum += fill_up(floor->d, values + c * floor->d, own, NULL);
    }
    return sum;
}

/* The logarithm of the common determinant: where the levels sum to n, or the least that is possible. The logarithm
** of the sum falls, nearly straight: regula falsi, with the end that stays counted half (Illinois). */
static double common_log_det(const mix_floor *floor, const double *values, const double *floors) {
    double low = -HUGE_VAL, n = 0;
    for (size_t c = 0; c < floor->k; c++) {
        low = fmax(low, sum_of_logs(floor->d, floors + c * floor->d));
        n += floor->counts[c];
    }
    low += (double)floor->d * MIX_HAIR;
    double above = log(sum_levels(floor, values, floors, low) / n);
    if (!(above > 0)) {
        return low;
    }
    /* Every level falls at least as fast as exp(-log_det / d). */
    double high = low + (double)floor->d * above;
    double below = log(sum_levels(floor, values, floors, high) / n);
    for (int i = 0; i < 60 && high - low > 1e-14 * fmax(1, fabs(high)) && !mix_metric_over(floor, 1); i++) {
        double next = fmin(fmax(low + (high - low) * above / (above - below), low), high);
        double there = log(sum_levels(floor, values, floors, next) / n);
        if (there > 0) {
            low = next;
            above = there;
            below /= 2;
        } else {
            high = next;
            below = there;
            above /= 2;
        }
        if (fabs(there) < 1e-15) {
            return next;
        }
    }
    return high;
}

/* What is but rounding, or next to no scatter for so many rows, is none. */
static void drop_rounding(size_t d, double n, double *values) {
    double most = 0;
    for (size_t j = 0; j < d; j++) {
        most = fmax(most, values[j]);
    }
    for (size_t j = 0; j < d; j++) {
        bool some = values[j] > 10 * MIX_ROUNDED * most && values[j] > NO_SCATTER * n;
        values[j] = some ? values[j] : 0;
    }
}

static void apply_equal_volume(const mix_floor *floor) {
    size_t k = floor->k, d = floor->d;
    double *values = floor->work, *vectors = values + k * d, *filled = vectors + d * d, *work = filled + d;
    for (size_t c = 0; c < k && !mix_metric_over(floor, mix_metric_work(floor)); c++) {
        mix_metric_eigen(floor, floor->floors + c * d, floor->scatters + c * d * d, values + c * d, vectors, work);
        drop_rounding(d, floor->counts[c], values + c * d);
    }
    double log_det = common_log_det(floor, values, floor->floors);
    for (size_t c = 0; c < k && !mix_metric_over(floor, mix_metric_work(floor)); c++) {
        const double *floors = floor->floors + c * d;
        mix_metric_eigen(floor, floors, floor->scatters + c * d * d, filled, vectors, work);
        (void)fill_up(d, values + c * d, fmax(log_det - sum_of_logs(d, floors), 0), filled);
        mix_metric_widen(floor, filled);
        mix_metric_back(floor, floors, filled, vectors, floor->matrices + c * d * d);
    }
}

/* ---- Common axes, own shapes ------------------------------------------------------------------------------- */

/* v' A v of a column of the axes. */
static double variance_along(size_t d, const double *matrix, const double *axes, size_t p) {
    double sum = 0;
    for (size_t i = 0; i < d; i++) {
        for (size_t j = 0; j < d; j++) {
            sum += axes[i * d + p] * matrix[i * d + j] * axes[j * d + p];
        }
    }
    return sum;
}

/* A component's scatter along axes, and its floors there. */
static void look_along(const mix_floor *floor, size_t c, const double *axes, double *values, double *floors) {
    size_t d = floor->d;
    for (size_t p = 0; p < d && !mix_metric_over(floor, 4 * (double)d * (double)d); p++) {
        floors[p] = 0;
        for (size_t i = 0; i < d; i++) {
            floors[p] += axes[i * d + p] * axes[i * d + p] * floor->floors[c * d + i];
        }
        values[p] = fmax(variance_along(d, floor->scatters + c * d * d, axes, p), 0);
    }
}

/* The matrix with such variances along axes. */
static void put_along(const mix_floor *floor, const double *axes, const double *variances, double *matrix) {
    size_t d = floor->d;
    for (size_t i = 0; i < d && !mix_metric_over(floor, 4 * (double)i * (double)d); i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = 0;
            for (size_t p = 0; p < d; p++) {
                sum += axes[i * d + p] * variances[p] * axes[j * d + p];
            }
            matrix[i * d + j] = matrix[j * d + i] = sum;
        }
    }
}

/* Variances pooled over components, above all of their floors. */
static void pool_above(const mix_floor *floor, const double *values, const double *floors, double *variances) {
    size_t k = floor->k, d = floor->d;
    for (size_t j = 0; j < d; j++) {
        double sum = 0, n = 0, most = 0;
        for (size_t c = 0; c < k; c++) {
            sum += values[c * d + j];
            n += floor->counts[c];
            most = fmax(most, floors[c * d + j]);
        }
        for (size_t c = 0; c < k; c++) {
            variances[c * d + j] = fmax(sum / n, most * (1 + MIX_HAIR));
        }
    }
}

/* Along the axes that the structure's M-step has found, variances as they are best above the floors there. These
** are not all of the floor unless it is the same in every direction: for a positive matrix F is at most d times
** the diagonal that it has along any axes, so that volumes have to make good a factor of d at most. */
static void apply_common_axes(const mix_floor *floor, const double *axes) {
    size_t k = floor->k, d = floor->d;
    double *values = floor->work, *floors = values + k * d, *filled = floors + k * d, *work = filled + d,
           log_det = 0;
    for (size_t c = 0; c < k; c++) {
        for (size_t p = 0; p < d && !mix_metric_over(floor, 4 * (double)d * (double)d); p++) {
            double least = 0;
            for (size_t i = 0; i < d; i++) {
                least += axes[i * d + p] * axes[i * d + p] * floor->floors[c * d + i];
            }
            floors[c * d + p] = least;
            values[c * d + p] = fmax(variance_along(d, floor->scatters + c * d * d, axes, p), 0) / least;
        }
        drop_rounding(d, floor->counts[c], values + c * d);
    }
    log_det = floor->equal_volume ? common_log_det(floor, values, floors) : 0;
    for (size_t c = 0; c < k; c++) {
        const double *own = values + c * d, *least = floors + c * d;
        if (floor->equal_volume) {
            (void)fill_up(d, own, fmax(log_det - sum_of_logs(d, least), 0), filled);
        }
        for (size_t p = 0; p < d; p++) {
            filled[p] = floor->equal_volume ? filled[p] : fmax(own[p] / floor->counts[c], 1 + MIX_HAIR);
        }
        mix_metric_widen(floor, filled);
        for (size_t p = 0; p < d; p++) {
            filled[p] *= least[p];
        }
        put_along(floor, axes, filled, floor->matrices + c * d * d);
    }
    mix_metric_scale_up(floor, work);
    mix_metric_stay_if_better(floor, work);
}

/* ---- One shape --------------------------------------------------------------------------------------------- */

/* Variances s_cj = volume_c a_j >= g_cj that make sum_cj n_c ln s_cj + w_cj / s_cj least, along axes that stay. In
** logarithms that is convex, and at its minimum the s_cj are those without floors from w_cj + m_cj in place of
** w_cj, where m_cj >= 0 and is 0 unless s_cj = g_cj. values: w_cj; in their place w_cj + m_cj. variances: s_cj.
** volume: k, shape: d. */
static void shape_above(const mix_floor *floor, const double *values, const double *floors, double *raised,
                        double *variances, double *volume, double *shape) {
    size_t k = floor->k, d = floor->d;
    double n = 0, moved = 1;
    for (size_t c = 0; c < k; c++) {
        n += floor->counts[c];
        for (size_t j = 0; j < d; j++) {
            raised[c * d + j] = fmax(values[c * d + j], floor->counts[c] * floors[c * d + j]);
            shape[j] = 1;
        }
    }
    double pass = 20 * (double)k * (double)d;
    for (int move = 0; move < MOST_MOVES && moved > STANDS_STILL && !mix_metric_over(floor, pass); move++) {
        moved = 0;
        for (size_t c = 0; c < k; c++) {
            double sum = 0;
            for (size_t j = 0; j < d; j++) {
                sum += raised[c * d + j] / shape[j];
            }
            volume[c] = sum / ((double)d * floor->counts[c]);
        }
        for (size_t j = 0; j < d; j++) {
            double sum = 0;
            for (size_t c = 0; c < k; c++) {
                sum += raised[c * d + j] / volume[c];
            }
            moved = fmax(moved, fabs(sum / n / shape[j] - 1));
            shape[j] = sum / n;
        }
        for (size_t i = 0; i < k * d; i++) {
            double count = floor->counts[i / d];
            variances[i] = volume[i / d] * shape[i % d];
            double next = fmax(raised[i] + count * (floors[i] - variances[i]), values[i]);
            moved = fmax(moved, fabs(next - raised[i]) / (count * floors[i]));
            raised[i] = next;
        }
    }
}

/* Of scatters without digits, about a mean that is far away, a matrix would have no factor. */
static void widen_along(const mix_floor *floor, const double *floors, double *variances, double *work) {
    for (size_t p = 0; p < floor->d; p++) {
        work[p] = variances[p] / floors[p];
    }
    double least = mix_metric_thinnest(floor, work);
    for (size_t p = 0; p < floor->d; p++) {
        variances[p] = fmax(variances[p], least * floors[p]);
    }
}

/* VEI: along the columns. VEV: each along its own axes, from the longest on. EEV: these too, the variances
** pooled. */
static void apply_own_axes(const mix_floor *floor) {
    size_t k = floor->k, d = floor->d;
    double *values = floor->work, *floors = values + k * d, *raised = floors + k * d, *variances = raised + k * d;
    double *volume = variances + k * d, *shape = volume + k, *axes = shape + d, *work = axes + k * d * d;
    for (size_t c = 0; c < k && !mix_metric_over(floor, mix_metric_work(floor)); c++) {
        double *own = axes + c * d * d;
        if (floor->axis) {
            mix_metric_eigen(floor, floor->floors + c * d, floor->scatters + c * d * d, shape, own, work);
        } else {
            mix_covariance_steps_eigen(floor->scatter, floor->scatters + c * d * d, shape, own, work);
        }
        look_along(floor, c, own, values + c * d, floors + c * d);
    }
    if (floor->equal_volume) {
        pool_above(floor, values, floors, variances);
    } else {
        shape_above(floor, values, floors, raised, variances, volume, shape);
    }
    for (size_t c = 0; c < k; c++) {
        widen_along(floor, floors + c * d, variances + c * d, work);
        put_along(floor, axes + c * d * d, variances + c * d, floor->matrices + c * d * d);
    }
    mix_metric_scale_up(floor, work);
    mix_metric_stay_if_better(floor, work);
}

/* VEE: the axes are those of the common matrix in the metric of the highest floors, which follow from the scatters
** and what the floors add to them along these axes. */
static void apply_common_matrix(const mix_floor *floor) {
    size_t k = floor->k, d = floor->d;
    double *values = floor->work, *floors = values + k * d, *raised = floors + k * d, *variances = raised + k * d;
    double *volume = variances + k * d, *shape = volume + k, *highest = shape + d, *axes = highest + d;
    double *common = axes + d * d, *work = common + d * d;
    mix_metric_highest(floor, highest);
    memcpy(common, floor->matrices, d * d * sizeof(double));
    double moved = 1, last = 0, pass = mix_metric_work(floor);
    for (int turn = 0; turn < MOST_TURNS && moved > STANDS_STILL && !mix_metric_over(floor, pass); turn++) {
        mix_metric_eigen(floor, highest, common, shape, axes, work);
        for (size_t i = 0; i < d * d; i++) {
            axes[i] /= sqrt(highest[i / d]);
        }
        for (size_t c = 0; c < k; c++) {
            look_along(floor, c, axes, values + c * d, floors + c * d);
        }
        shape_above(floor, values, floors, raised, variances, volume, shape);
        double sum = sum_of_logs(k * d, variances);
        moved = fabs(sum - last);
        last = sum;
        for (size_t i = 0; i < d * d; i++) {
            axes[i] *= highest[i / d];
            common[i] = 0;
        }
        for (size_t c = 0; c < k; c++) {
            for (size_t j = 0; j < d; j++) {
                raised[c * d + j] = (raised[c * d + j] - values[c * d + j]) / volume[c];
            }
            put_along(floor, axes, raised + c * d, floor->matrices + c * d * d);
            for (size_t i = 0; i < d * d; i++) {
                common[i] += floor->matrices[c * d * d + i] + floor->scatters[c * d * d + i] / volume[c];
            }
        }
    }
    for (size_t c = 0; c < k; c++) {
        put_along(floor, axes, variances + c * d, floor->matrices + c * d * d);
    }
    mix_metric_scale_up(floor, work);
    mix_metric_stay_if_better(floor, work);
}

void mix_floor_apply(const mix_floor *floor) {
    if (floor->solve == NULL) {
        apply_plain(floor);
    } else if (!floor->own_shape && (floor->axis || floor->own_axes)) {
        apply_own_axes(floor); /* VEI, VEV, EEV */
    } else if (!floor->own_shape) {
        apply_common_matrix(floor); /* VEE */
    } else if (floor->axis || floor->own_axes) {
        apply_equal_volume(floor); /* EVI, EVV */
    } else {
        apply_common_axes(floor, mix_covariance_steps_axes(floor->scatter)); /* EVE, VVE */
    }
}

/* ---- Where ------------------------------------------------------------------------------------------------- */

unsigned char mix_floor_where(const mix_floor *floor, size_t c, const double *total, const bool *recorded) {
    size_t d = floor->d;
    const double *floors = floor->floors + c * d;
    double *vectors = floor->work, *values = vectors + d * d, *rest = values + d;
    unsigned char where = MIX_FLOOR_NONE;
    mix_metric_eigen(floor, floors, floor->matrices + c * d * d, values, vectors, rest);
    double edge = fmax(1 + 1e-3, 1.1 * mix_metric_thinnest(floor, values));
    for (size_t p = 0; p < d && !mix_metric_over(floor, 10 * (double)d * (double)d); p++) {
        double free = 0, variance = 0; /* share of the columns without a step; of all data, in that direction */
        for (size_t i = 0; i < d; i++) {
            double u = vectors[i * d + p];
            free += recorded[i] ? 0 : u * u;
            for (size_t j = 0; j < d; j++) {
                variance += u * vectors[j * d + p] * total[i * d + j] / (sqrt(floors[i]) * sqrt(floors[j]));
            }
        }
        unsigned char own = free < 0.5 ? MIX_FLOOR_STEP : variance < 2 ? MIX_FLOOR_FLAT : MIX_FLOOR_DEGENERATE;
        where = values[p] < edge && own > where ? own : where;
    }
    return where;
}
