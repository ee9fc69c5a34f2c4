/* family.h: what a family of distributions must say, so that EM, initialization, scoring, sampling, JSON and SQL
** need not look inside one.
**
** A model holds, per component, one vector or matrix for each of the family's parameter arrays; statistics are
** one flat array of doubles per component, its first the sum of responsibilities. */
#ifndef MIX_FAMILY_H
#define MIX_FAMILY_H

#include "data.h"
#include "mixture.h"
#include "random.h"

/* A parameter array: d doubles a component (rank 1) or d*d (rank 2). */
typedef struct mix_array {
    const char *name;      /* in JSON: "means" */
    const char *parameter; /* of one component: "mean" */
    int rank;
} mix_array;

/* What maximize needs to know beyond the statistics. */
typedef struct mix_maximize {
    mixture_covariance covariance;
    bool equal_weights;
    double min_variance;
    const double *scale;    /* d: size of a unit of each column in the user's units */
    const double *variance; /* d: the data's, which min_variance is relative to */
} mix_maximize;

/* Geometries for clustering. */
typedef enum mix_features {
    MIX_FEATURES_WHITENED,
    MIX_FEATURES_SCALED,
    MIX_FEATURES_HALF,
    MIX_FEATURES
} mix_features;

struct mixture_family {
    const char *name;
    size_t array_count;
    mix_array arrays[MIXTURE_ARRAYS];
    bool standardize;    /* data are centered and scaled before a fit */
    bool counts;         /* values are counts: integers >= 0 */
    bool structured;     /* has covariance structures and min_variance */
    double start_spread; /* share of each row that a hard partition leaves to all components alike */

    /* Doubles: derived from the parameters, per component; of statistics, per component; of work space. */
    size_t (*derived_size)(size_t d);
    size_t (*statistics_size)(mixture_covariance covariance, size_t d);
    size_t (*scratch_size)(size_t k, size_t d);
    /* Free parameters of all components together, without the weights. */
    size_t (*parameter_count)(mixture_covariance covariance, size_t k, size_t d);

    /* Distinct rows that a component needs to be more than an accident. */
    size_t (*least_rows)(size_t d);

    /* Check the parameters, fill model->derived. */
    mixture_status (*prepare)(mixture_model *model, mixture_error *error);
    /* Move the parameters from the user's units into the data's frame, or back. Derived quantities are stale
    ** afterwards. */
    void (*move)(mixture_model *model, const mix_frame *frame, bool back);

    /* The part of a row's log density that depends on no parameter, and that log_density leaves out: base[r] for
    ** each row. NULL: 0. */
    void (*log_base)(size_t d, const mix_rows *rows, double *base);
    /* The hot part. densities: k columns, rows->stride apart. */
    void (*log_density)(const mixture_model *model, const mix_rows *rows, double *densities, double *scratch);
    /* Add the statistics of one component's responsibilities (times row weight), centered at the model. */
    void (*accumulate)(const mixture_model *model, size_t component, mixture_covariance covariance,
                       const mix_rows *rows, const double *resp, double *statistics, double *scratch);
    /* Parameters that maximize the expected complete-data log-likelihood, in place of those under which the
    ** statistics (component after component) were taken. Sets model->floored. */
    void (*maximize)(mixture_model *model, const double *statistics, const mix_maximize *how, double *scratch);

    /* Make parameters that came from elsewhere obey the structure, the nearest in likelihood when each component's
    ** parameters stand for its share of rows, and the floor. Returns whether the floor raised any. */
    bool (*constrain)(mixture_model *model, const mix_maximize *how, double *scratch);

    /* Whether two components of a prepared model are the same to within 1 % of a deviation. */
    bool (*coincide)(const mixture_model *model, size_t a, size_t b);

    /* Unconstrained coordinates of one component, for extrapolation: any values unpack to valid parameters. */
    size_t (*packed_size)(size_t d);
    void (*pack)(const mixture_model *model, size_t component, double *theta, double *scratch);
    void (*unpack)(mixture_model *model, size_t component, const double *theta, double *scratch);
    /* The information that the complete data have of each of these coordinates, others held, from the component's
    ** statistics under theta. */
    void (*packed_information)(size_t d, const double *theta, const double *statistics, double *information);

    /* Rows as points (rows x d, row after row) whose Euclidean distances are meaningful for clustering. False when
    ** cancelled. */
    bool (*features)(const mixture_data *data, mix_features variant, const mix_cancel *cancel, double *points,
                     double *scratch);

    /* Mean sum of a row of counts, from statistics. NULL: not counts. */
    double (*mean_total)(const mixture_model *model, const double *statistics);
    /* The data's variances (d, as mix_maximize wants them) from statistics that were taken under `model`. NULL:
    ** not needed. */
    void (*variances)(const mixture_model *model, mixture_covariance covariance, const double *statistics,
                      double *variance);

    /* Slow and exact, log_base included: one row in extended range, NaN where not observed. scratch:
    ** partial_size(d) long doubles. */
    size_t (*partial_size)(size_t d);
    long double (*partial_log_density)(const mixture_model *model, size_t component, const double *x,
                                       long double *squared_distance, long double *scratch);
    /* Expectation of the whole row given the values observed and the component, into complete[d]. */
    void (*conditional)(const mixture_model *model, size_t component, const double *x, double *complete,
                        long double *scratch);
    bool elliptical; /* components have means and covariances: a distance, an outline */

    /* Sampling: fill `factors` once (derived_size doubles a component), then draw; trials: of a row of counts. */
    void (*sample_factors)(const mixture_model *model, double *factors);
    void (*sample)(const mixture_model *model, size_t component, const double *factors, size_t trials,
                   mix_random *random, double *x);
};

/* Doubles of parameter array `a` per component. */
static inline size_t mix_family_array_size(const mixture_family *family, size_t a, size_t d) {
    return family->arrays[a].rank == 2 ? d * d : d;
}

/* Work space, in doubles, for the log densities and statistics of a block of rows. */
size_t mix_family_scratch(const mixture_family *family, size_t k, size_t d);

/* What log_density leaves out of the log-likelihood of a block of rows: the sum of row weight times log_base. */
double mix_family_log_base(const mixture_family *family, size_t d, const mix_rows *rows);

/* Components whose sum of responsibilities is below this are empty: their parameters stay as they are. */
#define MIX_EMPTY 1e-100

#endif
