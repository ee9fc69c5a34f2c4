/* noise_box.c: ranges along the axes, and along the eigenvectors of the covariance. */
#include "noise_box.h"

#include <math.h>

#include "linalg.h"
#include "memory.h"

/* A column that does not vary has this side, which leaves it without a part: a component's deviation is 1
** there. */
static const double constant_side = 2.50662827463100050242; /* root of 2 pi */

/* Least and largest value of a column; of counts and levels each number has a side of 1. */
static void find_range(const mix_shape *shape, const mixture_data *data, size_t j, double *low, double *high) {
    bool numbers = shape->family->column(shape, j)->stepped;
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t row = 0; row < data->rows; row++) {
        double x = mix_data_value(data, row, j);
        *low = isnan(x) ? *low : fmin(*low, x);
        *high = isnan(x) ? *high : fmax(*high, x);
    }
    double more = numbers ? 0 : 0.5;
    more = *low == *high && numbers ? constant_side / 2 : more;
    *low -= more;
    *high += more;
}

/* Whether the principal axes have a meaning: all columns are numbers that are there and vary. */
static bool has_axes(const mix_shape *shape, const mixture_data *data) {
    bool all = data->incomplete == 0 && data->d > 1;
    for (size_t j = 0; j < data->d; j++) {
        all = all && shape->family->column(shape, j)->framed && data->frame.constant[j] == 0;
    }
    return all;
}

/* Covariance of the data in the user's units, the frame's centers being their means. False: cancelled. */
static bool find_covariance(const mixture_data *data, mix_turns *turns, double *covariance) {
    size_t d = data->d;
    for (size_t row = 0; row < data->rows && !mix_turns_over(turns, 2 * (double)(d * d)); row++) {
        for (size_t i = 0; i < d; i++) {
            for (size_t j = 0; j <= i; j++) {
                covariance[i * d + j] += mix_data_value(data, row, i) * data->frame.scale[i] *
                                         (mix_data_value(data, row, j) * data->frame.scale[j]);
            }
        }
    }
    for (size_t i = 0; i < d * d; i++) {
        size_t row = i / d, column = i % d;
        covariance[i] = column > row ? covariance[column * d + row] : covariance[i];
    }
    return !turns->over;
}

/* Sum of the logarithms of the ranges along the columns of `vectors`, in the user's units. */
static double log_ranges(const mixture_data *data, const double *vectors, mix_turns *turns) {
    size_t d = data->d;
    double sum = 0;
    for (size_t axis = 0; axis < d; axis++) {
        double low = INFINITY, high = -INFINITY;
        for (size_t row = 0; row < data->rows && !mix_turns_over(turns, 2 * (double)d); row++) {
            double score = 0;
            for (size_t j = 0; j < d; j++) {
                score += vectors[j * d + axis] * (mix_data_value(data, row, j) * data->frame.scale[j]);
            }
            low = fmin(low, score);
            high = fmax(high, score);
        }
        sum += log(high - low);
    }
    return sum;
}

/* log_volume: of the box along the axes, in stored units; the smaller one goes there. */
static mixture_status try_axes(const mixture_data *data, const mix_cancel *cancel, double *log_volume) {
    size_t d = data->d;
    double *covariance = mix_memory_zeros(2 * d + 1, d * sizeof(double)), scales = 0;
    if (covariance == NULL) {
        return MIXTURE_NOMEM;
    }
    double *vectors = covariance + d * d, *values = vectors + d * d;
    mix_turns turns = {.cancel = cancel};
    if (find_covariance(data, &turns, covariance)) {
        mix_linalg_eigen_until(d, covariance, values, vectors, cancel);
        for (size_t j = 0; j < d; j++) {
            scales += log(data->frame.scale[j]);
        }
        double along = log_ranges(data, vectors, &turns) - scales;
        *log_volume = along < *log_volume ? along : *log_volume;
    }
    mix_memory_free(covariance);
    return turns.over || mix_cancelled(cancel) ? MIXTURE_CANCELLED : MIXTURE_OK;
}

mixture_status mix_noise_box_measure(const mix_shape *shape, mixture_data *data, const mix_cancel *cancel) {
    size_t d = data->d;
    double log_volume = 0;
    if (data->noise_box != NULL) {
        return MIXTURE_OK;
    }
    double *box = mix_memory_array(d, 2 * sizeof(double));
    if (box == NULL) {
        return MIXTURE_NOMEM;
    }
    for (size_t j = 0; j < d; j++) {
        find_range(shape, data, j, &box[j], &box[d + j]);
        log_volume += log(box[d + j] - box[j]);
    }
    mixture_status status = has_axes(shape, data) ? try_axes(data, cancel, &log_volume) : MIXTURE_OK;
    if (status != MIXTURE_OK || mix_cancelled(cancel)) {
        mix_memory_free(box);
        return status != MIXTURE_OK ? status : MIXTURE_CANCELLED;
    }
    data->noise_box = box;
    data->noise_log_density = -log_volume;
    return MIXTURE_OK;
}
