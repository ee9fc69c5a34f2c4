/* gaussian.h: what the files of the Gaussian family share. */
#ifndef MIX_GAUSSIAN_H
#define MIX_GAUSSIAN_H

#include "family.h"
#include "linalg.h"

enum { MEANS, COVARIANCES }; /* its parameter arrays */

#define MIX_LOG_2PI 1.83787706640934548356

/* Derived, per component: log_norm = -(d ln 2 pi + ln det S) / 2, then W with S^-1 = W'W: packed lower, or its d
** diagonal entries when model->plain: no covariance has an entry off its diagonal. */
static inline size_t mix_gaussian_derived_size(const mix_shape *shape) {
    return 1 + mix_linalg_packed(shape->d);
}

static inline const double *mix_gaussian_derived(const mixture_model *model, size_t component) {
    return model->derived + component * (1 + mix_linalg_packed(model->d));
}

static inline const double *mix_gaussian_mean(const mixture_model *model, size_t component) {
    return model->arrays[MEANS] + component * model->d;
}

static inline double *mix_gaussian_covariance(const mixture_model *model, size_t component) {
    return model->arrays[COVARIANCES] + component * model->d * model->d;
}

/* gaussian_observed.c: the table, the squared Mahalanobis distance of the values observed, and what two components
** make of them beside each other. */
extern const mix_observed mix_gaussian_observed;
extern const mix_conditional mix_gaussian_conditional;
extern const mix_distribution mix_gaussian_distribution;
long double mix_gaussian_log_ratio(const mixture_model *model, size_t a, size_t b, const double *x,
                                   long double *scratch);
long double mix_gaussian_distance(const mixture_model *model, size_t component, const double *x,
                                  long double *scratch);

/* gaussian_missing.c: the table; and, for who puts it to use with other weights, what its work holds of a
** component: the log_norm of the columns observed, and their sums, of weights first. */
extern const mix_missing mix_gaussian_missing;
double mix_gaussian_missing_log_norm(const mixture_model *model, size_t c, const double *work);
double *mix_gaussian_missing_sums(const mixture_model *model, size_t c, double *work);

/* ellipse.c */
extern const mix_geometry mix_gaussian_geometry;
extern const mix_column_moments mix_gaussian_moments;

#endif
