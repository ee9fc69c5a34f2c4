/* categorical_missing.c: categorical columns in rows that have only some of their values. Columns are independent:
** of those that are missing each level is expected as often as its probability says. Work, per component: the sum
** of r and those of the levels. */
#include <math.h>
#include <string.h>

#include "categorical.h"
#include "kernel.h"

static size_t categorical_missing_size(const mix_shape *shape) {
    return shape->k * shape->family->statistics_size(shape);
}

static void categorical_missing_begin(const mixture_model *model, const mix_pattern *pattern, double *work,
                                      mix_turns *turns) {
    const mix_shape shape = mix_shape_of(model);
    (void)pattern;
    (void)turns;
    memset(work, 0, categorical_missing_size(&shape) * sizeof *work);
}

/* Where the levels of a column begin among all. */
static size_t levels_until(const mix_array_columns *of, size_t column) {
    size_t sum = 0;
    for (size_t j = 0; j < column; j++) {
        sum += of->levels[j];
    }
    return sum;
}

static void categorical_missing_log_density(const mixture_model *model, const mix_rows *rows, double *densities,
                                            double *work, double *scratch, mix_turns *turns) {
    const mix_shape shape = mix_shape_of(model);
    const mix_array_columns of = mix_family_array_columns(&shape, 0);
    size_t all = mix_family_array_size(&shape, 0);
    (void)work;
    (void)scratch;
    for (size_t c = 0; c < model->k; c++, densities += rows->stride) {
        const double *logarithm = model->derived + c * (all + 1);
        memset(densities, 0, rows->padded * sizeof *densities);
        if (mix_turns_over(turns, 6 * (double)(rows->padded * rows->pattern->count))) {
            return;
        }
        for (size_t i = 0; i < rows->pattern->count; i++) {
            size_t column = rows->pattern->columns[i], first = levels_until(&of, column);
            const double *x = rows->x + i * rows->stride;
            for (size_t r = 0; r < rows->count; r++) {
                densities[r] += logarithm[x[r] < (double)of.levels[column] ? first + (size_t)x[r] : all];
            }
        }
    }
}

static void categorical_missing_accumulate(const mixture_model *model, const mix_rows *rows, const double *resp,
                                           double *work, double *scratch, mix_turns *turns) {
    const mix_shape shape = mix_shape_of(model);
    const mix_array_columns of = mix_family_array_columns(&shape, 0);
    size_t all = mix_family_array_size(&shape, 0);
    (void)scratch;
    for (size_t c = 0; c < model->k; c++, resp += rows->stride, work += 1 + all) {
        if (mix_turns_over(turns, 6 * (double)(rows->padded * rows->pattern->count))) {
            return;
        }
        mix_kernel_current()->sums(rows, 0, resp, work);
        for (size_t i = 0; i < rows->pattern->count; i++) {
            size_t column = rows->pattern->columns[i], first = levels_until(&of, column);
            const double *x = rows->x + i * rows->stride;
            for (size_t r = 0; r < rows->count; r++) {
                if (x[r] < (double)of.levels[column]) {
                    work[1 + first + (size_t)x[r]] += resp[r];
                }
            }
        }
    }
}

static void categorical_missing_end(const mixture_model *model, const mix_pattern *pattern, double *statistics,
                                    double *work, double *scratch, mix_turns *turns) {
    const mix_shape shape = mix_shape_of(model);
    const mix_array_columns of = mix_family_array_columns(&shape, 0);
    size_t all = mix_family_array_size(&shape, 0);
    (void)scratch;
    (void)turns;
    for (size_t c = 0; c < model->k; c++, statistics += 1 + all, work += 1 + all) {
        const double *p = model->arrays[0] + c * all;
        statistics[0] += work[0];
        for (size_t j = 0, first = 0, i = 0; j < model->d; first += of.levels[j], j++) {
            bool observed = i < pattern->count && pattern->columns[i] == j;
            i += observed;
            for (size_t l = first; l < first + of.levels[j]; l++) {
                statistics[1 + l] += observed ? work[1 + l] : work[0] * p[l];
            }
        }
    }
}

const mix_missing mix_categorical_missing = {categorical_missing_size, categorical_missing_begin,
                                             categorical_missing_log_density, categorical_missing_accumulate,
                                             categorical_missing_end};
