/* exponential_missing.c: exponential families and rows that have only some of their values: log densities of the
** marginal distribution and sums of T of what is observed, and what is expected of the rest. */
#include <string.h>

#include "exponential.h"
#include "kernel.h"

/* Work of a component: A and eta of what is observed, and its sums: of r, then of r T. */
static size_t own_doubles(size_t features) {
    return 2 + 2 * features;
}

/* Behind that the sums of one component, complete. */
static size_t exponential_missing_size(const mix_shape *shape) {
    size_t count = mix_exponential_count(shape);
    return shape->k * own_doubles(count) + 1 + count;
}

/* The shape of rows that have only the columns of a pattern. */
static mix_shape observed_shape(const mixture_model *model, const mix_pattern *pattern) {
    mix_shape shape = mix_shape_of(model);
    shape.d = pattern->count;
    return shape;
}

/* The place among all features of one of those that are observed, of so many for a column. */
static size_t feature_place(const mix_pattern *pattern, size_t each, size_t feature) {
    return pattern->columns[feature / each] * each + feature % each;
}

static void exponential_missing_begin(const mixture_model *model, const mix_pattern *pattern, double *work,
                                      mix_turns *turns) {
    const mix_shape shape = mix_shape_of(model);
    size_t all = mix_exponential_count(&shape), each = all / model->d, count = each * pattern->count;
    for (size_t c = 0; c < model->k && !mix_turns_over(turns, 10 * (double)all); c++) {
        double *own = work + c * own_doubles(all), shift;
        const double *eta = mix_exponential_eta(model, c, all);
        model->family->exponential->marginal(model, c, pattern, &own[0], &shift);
        for (size_t i = 0; i < count; i++) {
            own[1 + i] = eta[feature_place(pattern, each, i)] + shift;
        }
        memset(own + 1 + all, 0, (1 + count) * sizeof(double));
    }
}

static void exponential_missing_log_density(const mixture_model *model, const mix_rows *rows, double *densities,
                                            double *work, double *scratch, mix_turns *turns) {
    const mix_kernel *kernel = mix_kernel_current();
    const mix_shape shape = mix_shape_of(model), part = observed_shape(model, rows->pattern);
    size_t all = mix_exponential_count(&shape), count = mix_exponential_count(&part);
    mix_rows t = mix_exponential_features(&part, rows, scratch);
    double cost = (double)(rows->padded * count);
    for (size_t c = 0; c < model->k && !mix_turns_over(turns, cost); c++, densities += rows->stride) {
        const double *own = work + c * own_doubles(all);
        kernel->linear(&t, count, own + 1, own[0], densities);
    }
}

static void exponential_missing_accumulate(const mixture_model *model, const mix_rows *rows, const double *resp,
                                           double *work, double *scratch, mix_turns *turns) {
    const mix_kernel *kernel = mix_kernel_current();
    const mix_shape shape = mix_shape_of(model), part = observed_shape(model, rows->pattern);
    size_t all = mix_exponential_count(&shape), count = mix_exponential_count(&part);
    mix_rows t = mix_exponential_features(&part, rows, scratch);
    double cost = (double)(rows->padded * count);
    for (size_t c = 0; c < model->k && !mix_turns_over(turns, cost); c++, resp += rows->stride) {
        kernel->sums(&t, count, resp, work + c * own_doubles(all) + 1 + all);
    }
}

static void exponential_missing_end(const mixture_model *model, const mix_pattern *pattern, double *statistics,
                                    double *work, double *scratch, mix_turns *turns) {
    const mix_shape shape = mix_shape_of(model);
    size_t all = mix_exponential_count(&shape), each = all / model->d, count = each * pattern->count;
    double *complete = work + model->k * own_doubles(all);
    (void)scratch;
    for (size_t c = 0; c < model->k && !mix_turns_over(turns, 10 * (double)all); c++, statistics += 1 + all) {
        const double *sums = work + c * own_doubles(all) + 1 + all;
        memset(complete, 0, (1 + all) * sizeof(double));
        complete[0] = sums[0];
        for (size_t i = 0; i < count; i++) {
            complete[1 + feature_place(pattern, each, i)] = sums[1 + i];
        }
        model->family->exponential->complete(model, c, pattern, complete);
        for (size_t i = 0; i <= all; i++) {
            statistics[i] += complete[i];
        }
    }
}

const mix_missing mix_exponential_missing = {exponential_missing_size, exponential_missing_begin,
                                             exponential_missing_log_density, exponential_missing_accumulate,
                                             exponential_missing_end};
