/* univariate.h: families whose columns are independent given the component, each distributed by the same law with
** one or two parameters of its own: a vector array for each of them. Such a family says what holds for one
** column; all sums over columns, the tables and, with exponential.h, the M-step are made here. */
#ifndef MIX_UNIVARIATE_H
#define MIX_UNIVARIATE_H

#include "exponential.h"

enum { MIX_LAW_PARAMETERS = 2, MIX_LAW_FEATURES = 2 };

/* One column of a component. */
typedef struct mix_law {
    double p[MIX_LAW_PARAMETERS]; /* in the order of the family's arrays */
    double period;                /* of a column of angles; 0: it has none */
} mix_law;

/* A relative dispersion below which log densities have few digits in a double: deviations of 1e-4 of a mean. */
#define MIX_LAW_THINNEST 1e-8

typedef struct mix_univariate {
    mix_column column;
    bool angles;                 /* columns have a period */
    size_t parameters, features; /* of T(x) = (T_1, ...) of one column */
    double stand_in[MIX_LAW_PARAMETERS];
    double low[MIX_LAW_PARAMETERS], high[MIX_LAW_PARAMETERS]; /* parameters are from low to high */

    /* T of so many values; feature i at t + i * stride. Only law->period is given. */
    void (*expand)(const mix_law *law, size_t count, const double *x, double *t, size_t stride);
    /* eta; returns A. */
    double (*natural)(const mix_law *law, double *eta);
    /* The expectation of T. */
    void (*expect)(const mix_law *law, double *t);
    /* The law that maximizes the likelihood of rows with that mean of T, which is that of all rows in `overall`.
    ** Numbers beyond low and high are put there afterwards. */
    void (*solve)(mix_law *law, const double *mean, const double *overall);

    /* Where the law's own likelihood is unbounded: its dispersion, which is its variance in the metric of the
    ** family, where a law has the same shape wherever it is (relative to the square of its mean, for one); that of
    ** all rows together by their mean of T; the length of a unit of the metric about its mean; and the same mean
    ** with a larger dispersion. All NULL: it is not. thinnest: a dispersion below it is none. */
    double thinnest;
    double (*dispersion)(const mix_law *law);
    double (*overall)(const double *mean);
    double (*unit)(const mix_law *law);
    void (*widen)(mix_law *law, double dispersion);

    long double (*log_density)(const mix_law *law, long double x); /* slow and exact */
    /* How much of the law is at most x, and above it: any x that is not NaN. */
    void (*tails)(const mix_law *law, long double x, long double tails[2]);
    double (*mean)(const mix_law *law);
    /* Two laws at about the same place and of about the same spread are the same. */
    double (*place)(const mix_law *law);
    double (*spread)(const mix_law *law);
    double (*deviation)(const mix_law *law); /* NULL: it is the spread */
    double (*draw)(const mix_law *law, mix_random *random);

    /* Coordinates, as many as parameters; the information that so many rows have of each. */
    void (*pack)(const mix_law *law, double *theta);
    void (*unpack)(mix_law *law, const double *theta);
    void (*information)(const mix_law *law, double rows, double *information);
} mix_univariate;

/* Column j of a component; back. */
mix_law mix_univariate_law(const mixture_model *model, size_t component, size_t j);
void mix_univariate_set(mixture_model *model, size_t component, size_t j, const mix_law *law);

/* Parameters as near as possible that are from low to high. */
void mix_univariate_clamp(const mix_univariate *own, mix_law *law);

/* After the M-step: put law j at its floor where it is below. overall: dispersion of all rows. Returns
** MIX_FLOOR_.... */
unsigned char mix_univariate_hold(const mix_univariate *own, mix_law *law, size_t j, double overall,
                                  const mix_maximize *how);

/* Whether a law of column j is at its floor or above. */
bool mix_univariate_obeys(const mix_univariate *own, const mix_law *law, size_t j, double overall,
                          const mix_maximize *how);

/* An error where a parameter of a component is out of range. */
mixture_status mix_univariate_check(const mixture_model *model, size_t component, mixture_error *error);

/* Members. */
const mix_column *mix_univariate_column(const mix_shape *shape, size_t j);
size_t mix_univariate_parameter_count(const mix_shape *shape);
size_t mix_univariate_least_rows(const mix_shape *shape, size_t free);
size_t mix_univariate_solve_size(const mix_shape *shape);
void mix_univariate_stand_in(mixture_model *model);
bool mix_univariate_constrain(mixture_model *model, const mix_maximize *how, double *scratch);
bool mix_univariate_coincide(const mixture_model *model, size_t a, size_t b);

/* For the member `features`: the columns in deviations, as they are (scaled) or of level(x) (whitened), where
** groups of any size are about equally wide. */
bool mix_univariate_points(const mixture_data *data, double (*level)(double x), mix_features variant,
                           const mix_cancel *cancel, double *points);
/* Column j of the points, in deviations about its mean. */
void mix_univariate_scale(const mixture_data *data, size_t j, double *points);

extern const mix_coordinates mix_univariate_coordinates;
extern const mix_observed mix_univariate_observed;
extern const mix_sampling mix_univariate_sampling;
extern const mix_conditional mix_univariate_conditional;
extern const mix_distribution mix_univariate_distribution;
extern const mix_column_moments mix_univariate_moments;

/* The family as an exponential one. */
size_t mix_univariate_feature_count(const mix_shape *shape);
void mix_univariate_features(const mix_shape *shape, const mix_rows *rows, double *t);
mixture_status mix_univariate_natural(const mixture_model *model, size_t component, double *eta,
                                      double *log_partition, mixture_error *error);
unsigned char mix_univariate_solve(mixture_model *model, size_t component, const double *own, const double *all,
                                   const mix_maximize *how, double *scratch);
void mix_univariate_expect(const mixture_model *model, size_t component, double *t);
extern const mix_exponential mix_univariate_exponential;
extern const mix_kept mix_univariate_kept; /* T */
void mix_univariate_log_density(const mixture_model *model, const mix_rows *rows, double *densities,
                                double *scratch);

/* All of it but names, arrays and features: put MIX_UNIVARIATE_MEMBERS among a family's members and, if it is an
** exponential one, MIX_UNIVARIATE_EXPONENTIAL. */
/* clang-format off */
#define MIX_UNIVARIATE_EXPONENTIAL \
    .derived_size = mix_exponential_derived_size, \
    .statistics_size = mix_exponential_statistics_size, \
    .scratch_size = mix_exponential_scratch_size, \
    .work = mix_exponential_work, \
    .prepare = mix_exponential_prepare, \
    .log_density = mix_univariate_log_density, \
    .accumulate = mix_exponential_accumulate, \
    .maximize = mix_exponential_maximize, \
    .represent = mix_exponential_represent
#define MIX_UNIVARIATE_MEMBERS \
    .column = mix_univariate_column, \
    .solve_size = mix_univariate_solve_size, \
    .parameter_count = mix_univariate_parameter_count, \
    .least_rows = mix_univariate_least_rows, \
    .stand_in = mix_univariate_stand_in, \
    .floor = "the dispersion floor (min_variance)", \
    .coincide = mix_univariate_coincide, \
    .start_spread = 0.05, /* no component begins as a single point */ \
    .coordinates = &mix_univariate_coordinates, \
    .observed = &mix_univariate_observed, \
    .sampling = &mix_univariate_sampling, \
    .conditional = &mix_univariate_conditional, \
    .distribution = &mix_univariate_distribution, \
    .moments = &mix_univariate_moments, \
    .distance = mix_family_distance
/* clang-format on */

#endif
