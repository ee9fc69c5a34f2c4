/* exponential.h: the engine of the exponential families, whose densities are
**
**     log f(x) = eta . T(x) - A + log h(x)
**
** with features T(x) of a row, natural parameters eta and a log partition A that depend on the component's
** parameters, and a log base h that does not. A family says these, in some fifty lines, and how its parameters
** follow from the mean of T; the engine does log densities (kernel `linear`), statistics (kernel `sums`: the
** sums of r T(x)) and the M-step with them.
**
** That the parameters which match E T(x) to its mean maximize the expected complete-data log-likelihood:
** Barndorff-Nielsen, Information and Exponential Families (1978), section 9.3. */
#ifndef MIX_EXPONENTIAL_H
#define MIX_EXPONENTIAL_H

#include "family.h"
#include "magnitudes.h"

typedef struct mix_exponential {
    /* T(x): how many doubles a row, and these for the rows->count rows of a block, column after column
    ** rows->stride apart. Both NULL: the values themselves. */
    size_t (*feature_count)(const mix_shape *shape);
    void (*features)(const mix_shape *shape, const mix_rows *rows, double *t);

    /* Check a component's parameters; its eta, as many as features, and A. */
    mixture_status (*natural)(const mixture_model *model, size_t component, double *eta, double *log_partition,
                              mixture_error *error);
    /* The component's parameters from its sums, own[0] = sum of r, own[1 + i] = sum of r T_i(x), and those of
    ** all components together. Where there are no rows (own[0] below MIX_EMPTY) they stay as they are. Returns at
    ** which floor it is held, MIX_FLOOR_... scratch: one double a feature. */
    unsigned char (*solve)(mixture_model *model, size_t component, const double *own, const double *all,
                           const mix_maximize *how, double *scratch);

    /* The expectation of T under a component; of counts of a given sum, that of model->trials. */
    void (*mean)(const mixture_model *model, size_t component, double *t);

    /* Of rows that have only the columns of a pattern (features are then as many for every column, and know no
    ** other). A, and what is added to the eta of each of their features; and, of their sums `own` (as in solve),
    ** those of features of columns that are missing: what is expected given the others. NULL: for families of one
    ** column. */
    void (*marginal)(const mixture_model *model, size_t component, const mix_pattern *pattern,
                     double *log_partition, double *shift);
    void (*complete)(const mixture_model *model, size_t component, const mix_pattern *pattern, double *own);
} mix_exponential;

/* Eta and A of a component of a prepared model. */
static inline const double *mix_exponential_eta(const mixture_model *model, size_t component, size_t features) {
    return model->derived + component * (1 + features) + 1;
}

/* The engine's part of a family: put MIX_EXPONENTIAL_MEMBERS among its members. */
size_t mix_exponential_derived_size(const mix_shape *shape);
size_t mix_exponential_statistics_size(const mix_shape *shape);
size_t mix_exponential_scratch_size(const mix_shape *shape);
mixture_status mix_exponential_prepare(mixture_model *model, mixture_error *error);
void mix_exponential_log_density(const mixture_model *model, const mix_rows *rows, double *densities,
                                 double *scratch);
void mix_exponential_accumulate(const mixture_model *model, const mix_rows *rows, const double *resp,
                                double *statistics, double *scratch);
void mix_exponential_maximize(mixture_model *model, const double *statistics, const mix_maximize *how,
                              double *scratch);
void mix_exponential_represent(const mixture_model *model, size_t component, double rows, double *own);
double mix_exponential_work(const mix_shape *shape);

/* clang-format off */
#define MIX_EXPONENTIAL_MEMBERS \
    .derived_size = mix_exponential_derived_size, \
    .statistics_size = mix_exponential_statistics_size, \
    .scratch_size = mix_exponential_scratch_size, \
    .work = mix_exponential_work, \
    .prepare = mix_exponential_prepare, \
    .log_density = mix_exponential_log_density, \
    .accumulate = mix_exponential_accumulate, \
    .maximize = mix_exponential_maximize, \
    .represent = mix_exponential_represent
/* clang-format on */

/* exponential_missing.c: the table `missing` of a family that says `marginal` and `complete`. */
extern const mix_missing mix_exponential_missing;

/* Features of a row; T of a block of them: themselves, or made in scratch. */
size_t mix_exponential_count(const mix_shape *shape);
mix_rows mix_exponential_features(const mix_shape *shape, const mix_rows *rows, double *scratch);

/* Coordinates of positive parameters, one a feature in the family's first array: their logarithms, whose
** information is the sum of T. For the table `coordinates`; unpack is the family's. */
size_t mix_exponential_log_size(const mix_shape *shape);
void mix_exponential_log_pack(const mixture_model *model, size_t component, double *theta, double *scratch);
void mix_exponential_log_information(const mix_shape *shape, const double *theta, const double *statistics,
                                     double *information);

/* ln n!, for log bases of counts. */
double mix_exponential_log_factorial(double n);

/* A mean of T that could never rise again from 0, whatever rows come to the component, is held at this share of
** that of all rows. */
#define MIX_EXPONENTIAL_FLOOR 1e-12

#endif
