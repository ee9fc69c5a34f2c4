/* student_missing.c: a t distribution and rows that have only some of their values. What is observed, p of d
** columns, has the same degrees of freedom n; with q_o its squared distance and weights
**
**     u = (n + p) / (n + q_o),    E ln w = ln u + psi((n + p) / 2) - ln((n + p) / 2)
**
** the Gaussian family's sums with r u in place of r are completed as there, but for the covariance C of the rest
** given what is observed: of w (x - m)(x - m)' it is E w C / w = C for each row, however far away it is (C. Liu &
** D. B. Rubin, Statistica Sinica 5 (1995) 19).
**
** Work: the Gaussian family's; a block of log densities and one of r u; its statistics; then sums of r, and of r
** ln u, of each component. */
#include <math.h>
#include <string.h>

#include "kernel.h"
#include "special.h"
#include "student.h"

/* Where each piece of the work is. */
typedef struct student_gaps {
    double *gaussian, *weights, *statistics, *rows, *logs;
    size_t size; /* of a component's Gaussian statistics */
    mixture_model view;
} student_gaps;

static student_gaps work_of(const mixture_model *model, double *work) {
    student_gaps own = {.gaussian = work, .view = mix_student_as_gaussian(model)};
    const mix_shape shape = mix_shape_of(&own.view);
    own.size = mixture_gaussian.statistics_size(&shape);
    own.weights = work + mix_gaussian_missing.size(&shape);
    own.statistics = own.weights + model->k * MIX_BLOCK_ROWS;
    own.rows = own.statistics + model->k * own.size;
    own.logs = own.rows + model->k;
    return own;
}

static size_t student_missing_size(const mix_shape *shape) {
    mix_shape own = *shape;
    own.family = &mixture_gaussian;
    return mix_gaussian_missing.size(&own) +
           shape->k * (MIX_BLOCK_ROWS + mixture_gaussian.statistics_size(&own) + 2);
}

static void student_missing_begin(const mixture_model *model, const mix_pattern *pattern, double *work,
                                  mix_turns *turns) {
    const student_gaps own = work_of(model, work);
    memset(own.rows, 0, 2 * model->k * sizeof *own.rows);
    mix_gaussian_missing.begin(&own.view, pattern, own.gaussian, turns);
}

/* -q_o / 2 of each row and component, `stride` apart. */
static void find_observed_distances(const student_gaps *own, const mix_rows *rows, double *out, double *scratch,
                                    mix_turns *turns) {
    mix_gaussian_missing.log_density(&own->view, rows, out, own->gaussian, scratch, turns);
    for (size_t c = 0; c < own->view.k && !turns->over; c++) {
        double log_norm = mix_gaussian_missing_log_norm(&own->view, c, own->gaussian);
        for (size_t r = 0; r < rows->padded; r++) {
            out[c * rows->stride + r] = fmin(out[c * rows->stride + r] - log_norm, 0);
        }
    }
}

static void student_missing_log_density(const mixture_model *model, const mix_rows *rows, double *densities,
                                        double *work, double *scratch, mix_turns *turns) {
    const student_gaps own = work_of(model, work);
    size_t observed = rows->pattern->count;
    find_observed_distances(&own, rows, densities, scratch, turns);
    for (size_t c = 0; c < model->k && !turns->over; c++) {
        double degrees = model->arrays[DEGREES][c];
        long double middle = (long double)mix_gaussian_missing_log_norm(&own.view, c, own.gaussian);
        double peak = (double)mix_student_log_peak(middle, (long double)degrees, observed);
        mix_student_finish(degrees, observed, peak, rows->padded, densities + c * rows->stride);
    }
}

static void student_missing_accumulate(const mixture_model *model, const mix_rows *rows, const double *resp,
                                       double *work, double *scratch, mix_turns *turns) {
    const student_gaps own = work_of(model, work);
    double observed = (double)rows->pattern->count, u[MIX_BLOCK_ROWS];
    find_observed_distances(&own, rows, own.weights, scratch, turns);
    for (size_t c = 0; c < model->k && !turns->over; c++) {
        double *weight = own.weights + c * rows->stride, degrees = model->arrays[DEGREES][c];
        const double *share = resp + c * rows->stride;
        for (size_t r = 0; r < rows->padded; r++) {
            u[r] = (degrees + observed) / (degrees - 2 * weight[r]);
            weight[r] = share[r] * u[r];
        }
        mix_kernel_current()->log(rows->padded, u);
        for (size_t r = 0; r < rows->count; r++) {
            own.rows[c] += share[r];
            own.logs[c] += share[r] * u[r];
        }
    }
    if (!turns->over) {
        mix_gaussian_missing.accumulate(&own.view, rows, own.weights, own.gaussian, scratch, turns);
    }
}

/* What psi lacks of the logarithm for so many observed columns; the M-step takes off that of all. */
static double lack_of(double degrees, size_t observed) {
    return (double)mix_special_log_less_digamma(((long double)degrees + (long double)observed) / 2);
}

static void student_missing_end(const mixture_model *model, const mix_pattern *pattern, double *statistics,
                                double *work, double *scratch, mix_turns *turns) {
    const student_gaps own = work_of(model, work);
    memset(own.statistics, 0, model->k * own.size * sizeof *own.statistics);
    for (size_t c = 0; c < model->k; c++) { /* as many times C as there are rows */
        double *sums = mix_gaussian_missing_sums(&own.view, c, own.gaussian), weights = sums[0];
        statistics[c * (own.size + 2)] += own.rows[c];
        statistics[c * (own.size + 2) + 1] += weights;
        sums[0] = own.rows[c];
    }
    mix_gaussian_missing.end(&own.view, pattern, own.statistics, own.gaussian, scratch, turns);
    for (size_t c = 0; c < model->k && !turns->over; c++) {
        double degrees = model->arrays[DEGREES][c], *to = statistics + c * (own.size + 2);
        double lack = lack_of(degrees, model->d) - lack_of(degrees, pattern->count);
        for (size_t i = 1; i < own.size; i++) {
            to[1 + i] += own.statistics[c * own.size + i];
        }
        to[1 + own.size] += own.logs[c] + own.rows[c] * lack;
    }
}

const mix_missing mix_student_missing = {student_missing_size, student_missing_begin, student_missing_log_density,
                                         student_missing_accumulate, student_missing_end};
