/* exponential.c: log densities, statistics and M-step of any exponential family. Derived, per component: A,
** then eta. */
#include "exponential.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "kernel.h"
#include "portable.h"

size_t mix_exponential_count(const mix_shape *shape) {
    const mix_exponential *family = shape->family->exponential;
    return family->feature_count != NULL ? family->feature_count(shape) : shape->d;
}

size_t mix_exponential_derived_size(const mix_shape *shape) {
    return 1 + mix_exponential_count(shape);
}

size_t mix_exponential_statistics_size(const mix_shape *shape) {
    return 1 + mix_exponential_count(shape);
}

/* A block of features; or, for maximize, the sums of all components and as much for the family. */
size_t mix_exponential_scratch_size(const mix_shape *shape) {
    size_t count = mix_exponential_count(shape);
    size_t block = shape->family->exponential->features != NULL ? count * MIX_BLOCK_ROWS : 0;
    return block > 1 + 2 * count ? block : 1 + 2 * count;
}

double mix_exponential_work(const mix_shape *shape) {
    double count = (double)mix_exponential_count(shape);
    return count * count + 3 * count +
           40; /* more than it is for many features; 40 for exp and log of the posterior */
}

mixture_status mix_exponential_prepare(mixture_model *model, mixture_error *error) {
    const mix_shape shape = mix_shape_of(model);
    size_t size = 1 + mix_exponential_count(&shape);
    mixture_status status = MIXTURE_OK;
    mix_turns turns = {.cancel = model->cancel};
    for (size_t c = 0; status == MIXTURE_OK && c < model->k; c++) {
        if (mix_turns_over(&turns, 40 * (double)size)) {
            return mix_error_status(error, MIXTURE_CANCELLED);
        }
        double *own = model->derived + c * size;
        status = model->family->exponential->natural(model, c, own + 1, own, error);
    }
    return status;
}

/* Lanes beyond the last row are 0, as those of rows are: T of the zeros there need not be finite, and 0 times it
** would be no number. */
mix_rows mix_exponential_features(const mix_shape *shape, const mix_rows *rows, double *scratch) {
    mix_rows t = *rows;
    if (shape->family->exponential->features == NULL) {
        return t;
    }
    if (rows->kept != NULL) {
        t.x = rows->kept;
        return t;
    }
    shape->family->exponential->features(shape, rows, scratch);
    for (size_t i = 0; rows->padded > rows->count && i < mix_exponential_count(shape); i++) {
        memset(scratch + i * rows->stride + rows->count, 0, (rows->padded - rows->count) * sizeof(double));
    }
    t.x = scratch;
    return t;
}

void mix_exponential_log_density(const mixture_model *model, const mix_rows *rows, double *densities,
                                 double *scratch) {
    const mix_kernel *kernel = mix_kernel_current();
    const mix_shape shape = mix_shape_of(model);
    size_t count = mix_exponential_count(&shape);
    mix_rows t = mix_exponential_features(&shape, rows, scratch);
    for (size_t c = 0; c < model->k; c++, densities += rows->stride) {
        const double *own = model->derived + c * (1 + count);
        kernel->linear(&t, count, own + 1, own[0], densities);
    }
}

void mix_exponential_accumulate(const mixture_model *model, const mix_rows *rows, const double *resp,
                                double *statistics, double *scratch) {
    const mix_kernel *kernel = mix_kernel_current();
    const mix_shape shape = mix_shape_of(model);
    size_t count = mix_exponential_count(&shape);
    mix_rows t = mix_exponential_features(&shape, rows, scratch);
    for (size_t c = 0; c < model->k; c++) {
        kernel->sums(&t, count, resp + c * rows->stride, statistics + c * (1 + count));
    }
}

void mix_exponential_maximize(mixture_model *model, const double *statistics, const mix_maximize *how,
                              double *scratch) {
    const mix_shape shape = mix_shape_of(model);
    size_t size = 1 + mix_exponential_count(&shape);
    double *all = scratch;
    for (size_t i = 0; i < size; i++) {
        all[i] = 0;
        for (size_t c = 0; c < model->k; c++) {
            all[i] += statistics[c * size + i];
        }
    }
    for (size_t c = 0; c < model->k; c++) {
        model->floored[c] =
            model->family->exponential->solve(model, c, statistics + c * size, all, how, scratch + size);
    }
}

void mix_exponential_represent(const mixture_model *model, size_t component, double rows, double *own) {
    const mix_shape shape = mix_shape_of(model);
    own[0] = rows;
    model->family->exponential->mean(model, component, own + 1);
    for (size_t i = 0; i < mix_exponential_count(&shape); i++) {
        own[1 + i] *= rows;
    }
}

/* ---- Positive parameters --------------------------------------------------------------------------------- */

size_t mix_exponential_log_size(const mix_shape *shape) {
    return mix_exponential_count(shape);
}

void mix_exponential_log_pack(const mixture_model *model, size_t component, double *theta, double *scratch) {
    const mix_shape shape = mix_shape_of(model);
    size_t count = mix_exponential_count(&shape);
    (void)scratch;
    for (size_t i = 0; i < count; i++) {
        theta[i] = log(fmax(model->arrays[0][component * count + i], 1e-300));
    }
}

void mix_exponential_log_information(const mix_shape *shape, const double *theta, const double *statistics,
                                     double *information) {
    for (size_t i = 0; i < mix_exponential_count(shape); i++) {
        information[i] = statistics != NULL ? statistics[1 + i] : exp(theta[i]);
    }
}

double mix_exponential_log_factorial(double n) {
    return n < 2 ? 0 : mix_portable_log_gamma(n + 1);
}
