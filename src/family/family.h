/* family.h: what a family of distributions must say, so that EM, initialization, fits, scoring, sampling, JSON,
** SQL and pictures need not look inside one.
**
** A model holds, per component, one scalar, vector or matrix for each of the family's parameter arrays;
** statistics are one flat array of doubles per component, its first the sum of responsibilities.
**
** To write a family: say the required members, then those of the optional tables that have a meaning for it (a
** table is there as a whole or not at all), and add it to families.c. Of an exponential family most is said by
** exponential.h. docs/how-to-add-a-family.md goes through one, step by step. */
#ifndef MIX_FAMILY_H
#define MIX_FAMILY_H

#include <string.h>

#include "cancel.h"
#include "data.h"
#include "mixture.h"
#include "random.h"
#include "steps.h"

/* ---- Shape --------------------------------------------------------------------------------------------- */

/* One part of a model whose columns are of several families, or of a categorical one: d columns from `first` on.
** levels: of each of them, or NULL. */
typedef struct mix_part {
    const mixture_family *family;
    size_t first, d;
    int structure;
    const size_t *levels;
    const double *period; /* of columns of angles, d; NULL: 2 pi */
    /* Of a mixed model's: */
    const struct mix_level *level; /* what the levels stand for, column after column; NULL: it has none */
    size_t array;                  /* its first array among the model's */
    size_t derived;                /* doubles that the parts before it derive of a component */
    const mixture_parts *alone;    /* as the only part of a model of its own */
} mix_part;

struct mixture_parts {
    size_t count;
    const mix_part *part;
    /* Of a mixed model's: */
    const mixture_family *mixed; /* the family that is made for them (mixed.c) */
    size_t structured;           /* the part that a model's structure is of; count: none */
    size_t derived;              /* doubles that all parts derive of a component */
    const size_t *place;         /* d: where each of the caller's columns stands among the parts' */
    const size_t *owner;         /* d: the part of each column */
};

/* All that sizes follow from. */
typedef struct mix_shape {
    const mixture_family *family;
    size_t k, d;
    int structure;              /* of the family's; 0: its default, the most free one, or it has none */
    const mixture_parts *parts; /* NULL: one part, without levels */
} mix_shape;

static inline mix_shape mix_shape_of(const mixture_model *model) {
    return (mix_shape){model->family, model->k, model->d, model->structure, model->parts};
}

/* That of models of a table's rows. */
static inline mix_shape mix_shape_for(const mixture_family *family, const mixture_data *data, size_t k,
                                      int structure) {
    return (mix_shape){family, k, data->d, structure, data->parts};
}

/* What an array holds for a component: one double, d, d * d, or one for each level of each column. */
typedef enum mix_rank { MIX_SCALAR, MIX_VECTOR, MIX_MATRIX, MIX_RAGGED } mix_rank;

typedef struct mix_array {
    const char *name;      /* in JSON: "means" */
    const char *parameter; /* of one component: "mean" */
    mix_rank rank;
} mix_array;

/* Columns that an array is of, and levels of each of them, NULL: they have none. */
typedef struct mix_array_columns {
    size_t d;
    const size_t *levels;
} mix_array_columns;

/* ---- Columns ------------------------------------------------------------------------------------------- */

/* What a column of the data is to a family. */
typedef struct mix_column {
    bool (*accepts)(double x); /* of a value that is finite; NULL: all are */
    const char *expected;      /* what it accepts, for an error: "a count, an integer from 0 to 2^53" */
    bool framed;               /* it is centered and scaled before a fit */
    bool stepped;              /* the steps in which it was recorded hold its components, and are measured */
    bool whole;                /* values are whole numbers, which have probabilities and no density */
} mix_column;

/* Counts: whole numbers that a double holds exactly. */
extern const mix_column mix_count_column;

/* Geometries for clustering. */
typedef enum mix_features {
    MIX_FEATURES_WHITENED,
    MIX_FEATURES_SCALED,
    MIX_FEATURES_HALF, /* as model-based hierarchical clustering wants it */
    MIX_FEATURES
} mix_features;

/* What maximize needs to know beyond the statistics. */
typedef struct mix_maximize {
    bool equal_weights;
    double min_variance;
    const double *scale;      /* d: size of a unit of each column in the user's units */
    const double *variance;   /* d: the data's, which min_variance is relative to */
    const double *constant;   /* d: a variance of a column that does not vary, 0 of others; NULL: all vary */
    const mix_steps *steps;   /* in which the columns were recorded; NULL: none is known */
    const mix_cancel *cancel; /* asked by what takes long; then the parameters are worth nothing. NULL: nobody */
} mix_maximize;

/* Where a component is held: model->floored[]. */
enum {
    MIX_FLOOR_NONE,
    MIX_FLOOR_STEP,      /* at the step of a column: as thin as can be told */
    MIX_FLOOR_FLAT,      /* in a direction in which the data do not vary at all */
    MIX_FLOOR_DEGENERATE /* where the likelihood has no maximum: at min_variance, for one */
};

/* A value of a column with levels that is none of them: a NaN of its own, which is not observed to whoever does
** not ask. */
#define MIX_UNSEEN_BITS UINT64_C(0x7ff8000000756e73)

static inline double mix_unseen(void) {
    const uint64_t bits = MIX_UNSEEN_BITS;
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline bool mix_is_unseen(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits == MIX_UNSEEN_BITS;
}

/* ---- Required: single rows ------------------------------------------------------------------------------- */

/* One row in extended range, NaN where not observed; slow and exact, log_base included: for rows with values
** missing, and for those too far away for a double. scratch: size() long doubles. */
typedef struct mix_observed {
    size_t (*size)(const mix_shape *shape);
    long double (*log_density)(const mixture_model *model, size_t component, const double *x,
                               long double *scratch);
    /* Expectation of the whole row given the values observed and the component, into complete[d]. */
    void (*conditional)(const mixture_model *model, size_t component, const double *x, double *complete,
                        long double *scratch);
} mix_observed;

/* ---- Optional: rows with values missing ----------------------------------------------------------------- */

/* What EM needs of rows that have only some of their values, those of one pattern after another (rows->pattern, at
** least one column and not all). What follows from the pattern and the model is made once and kept in `work`, for
** as many rows as come:
**
**     begin, (log_density, accumulate)*, end
**
** Log densities are of the marginal distribution of what is observed. `end` adds, to each component's statistics,
** what is expected of the complete rows given that: the M-step does not know the difference (Dempster, Laird &
** Rubin 1977). All ask `turns` whether to stop, and their results are worth nothing when that is so. A family
** that has no such table is fitted to complete rows. */
typedef struct mix_missing {
    /* Doubles of work for all components. */
    size_t (*size)(const mix_shape *shape);
    void (*begin)(const mixture_model *model, const mix_pattern *pattern, double *work, mix_turns *turns);
    /* The hot part, as the family's own two, but for the sums, which go to work. */
    void (*log_density)(const mixture_model *model, const mix_rows *rows, double *densities, double *work,
                        double *scratch, mix_turns *turns);
    void (*accumulate)(const mixture_model *model, const mix_rows *rows, const double *resp, double *work,
                       double *scratch, mix_turns *turns);
    void (*end)(const mixture_model *model, const mix_pattern *pattern, double *statistics, double *work,
                double *scratch, mix_turns *turns);
} mix_missing;

/* What is made of a block of rows in each map, and may be kept: so many columns, rows->stride apart, which
** log_density and accumulate find in rows->kept if they are. */
typedef struct mix_kept {
    size_t (*count)(const mix_shape *shape);
    void (*fill)(const mix_shape *shape, const mix_rows *rows, double *made);
} mix_kept;

/* ---- Optional tables ------------------------------------------------------------------------------------ */

/* Structures: ways in which parameters are tied or restricted. */
typedef struct mix_structure {
    const char *name, *code; /* "full", "VVV"; one without a name of its own is named by its code */
    const char *also;        /* another spelling that is read, or NULL */
    int kind;                /* for one component those of a kind are the same; and they share starts */
} mix_structure;

enum { MIX_MOST_STRUCTURES = 16, MIX_MOST_KINDS = 4 };

typedef struct mix_structures_table {
    const char *key, *keys; /* in options and models: "covariance", "covariances" */
    const char *expected;   /* all names, for an error */
    int count;
    const int *order; /* all, each after those that are nested in it */
    const mix_structure *(*at)(int structure);
    /* Whether every model that obeys `inner` obeys `outer`, another one. */
    bool (*nested)(int inner, int outer);
    /* The first in that order that is the same for so many columns. */
    int (*canonical)(int structure, size_t d);
    /* Codes for that: of one column only volumes differ, "E" and "V". NULL where the code is as always. */
    const char *(*short_code)(int structure, size_t d);
    /* Whether columns are independent within its components. NULL: they are not. */
    bool (*independent)(int structure);
} mix_structures_table;

/* Coordinates: unconstrained ones of a component, for extrapolation: any values unpack to valid parameters. */
typedef struct mix_coordinates {
    size_t (*size)(const mix_shape *shape);
    void (*pack)(const mixture_model *model, size_t component, double *theta, double *scratch);
    void (*unpack)(mixture_model *model, size_t component, const double *theta, double *scratch);
    /* The information that the complete data have of each of these coordinates, others held, from the component's
    ** statistics under theta; where these are NULL, what one row of the component is expected to have. */
    void (*information)(const mix_shape *shape, const double *theta, const double *statistics,
                        double *information);
} mix_coordinates;

/* Sampling: fill `factors` once (derived_size doubles a component), then draw; trials: of a row of counts whose
** sum is given. */
typedef struct mix_sampling {
    void (*prepare)(const mixture_model *model, double *factors);
    void (*draw)(const mixture_model *model, size_t component, const double *factors, size_t trials,
                 mix_random *random, double *x);
} mix_sampling;

/* Geometry: components lie somewhere and have an extent: for distances, grids and pictures. Needs sampling,
** too. */
typedef struct mix_geometry {
    double (*mean)(const mixture_model *model, size_t component, size_t column);
    double (*deviation)(const mixture_model *model, size_t component, size_t column);
    /* Deviation of a column given all others. */
    double (*conditional_deviation)(const mixture_model *model, size_t component, size_t column);
    /* Highest log density of the component. */
    double (*peak)(const mixture_model *model, size_t component);
    /* Deviations that the region of two columns that holds this probability reaches to. */
    double (*radius)(const mixture_model *model, size_t component, double probability);
    /* Point of the outline of a component of two columns at `radius` deviations, seen at `angle` in the space
    ** in which it is round. */
    void (*outline)(const mixture_model *model, size_t component, double radius, double angle, double *x,
                    double *y);
    /* The parameters of `count` of the columns alone, into a model of as many columns that is not prepared yet. */
    void (*marginal)(const mixture_model *model, const size_t *columns, size_t count, mixture_model *marginal);
} mix_geometry;

/* Conditional: some columns alone, given values of others, are of the family again. */
typedef struct mix_conditional {
    /* The parameters of `count` of the columns given those of x[d] that are not NaN, or of the marginal
    ** distribution where x is NULL, into a model of as many columns that is not prepared yet. False: the component
    ** leaves no distribution of them. scratch: of the table `observed`. */
    bool (*reduce)(const mixture_model *model, size_t component, const size_t *columns, size_t count,
                   const double *x, mixture_model *part, long double *scratch, mix_turns *turns);
    /* The structure that the result obeys. NULL: the family has none. */
    int (*structure)(int structure, size_t count);
} mix_conditional;

/* Moments: mean and standard deviation of a column of a component; NaN where there is none. */
typedef struct mix_column_moments {
    double (*mean)(const mixture_model *model, size_t component, size_t column);
    double (*deviation)(const mixture_model *model, size_t component, size_t column);
} mix_column_moments;

/* Limit: a bound of a parameter at which a component is as good as one of a simpler family. */
typedef struct mix_limit {
    const char *parameter, *other; /* "size", "poisson" */
    double bound;
    bool (*reached)(const mixture_model *model, size_t component, size_t column);
} mix_limit;

/* Distribution: of a model of one column whose values have an order. */
typedef struct mix_distribution {
    /* How much of a component is at most x, and above it (MIX_LOWER, MIX_UPPER of incomplete.h). Any x that is not
    ** NaN. */
    void (*tails)(const mixture_model *model, size_t component, double x, long double tails[2]);
} mix_distribution;

/* ---- The family ----------------------------------------------------------------------------------------- */

struct mixture_family {
    const char *name;         /* "gaussian" */
    const char *fit, *select; /* its functions in SQL: "gmm_fit", "gmm_select"; NULL: none of its own */
    size_t array_count;
    const mix_array *arrays;

    /* What column j is. */
    const mix_column *(*column)(const mix_shape *shape, size_t j);

    /* Doubles: derived from the parameters, per component (at least 1; neither k nor the structure matters); of
    ** statistics, per component; of work space for a block of rows; and for all else (maximize, constrain,
    ** features, coordinates), where that is more, NULL: it is not. */
    size_t (*derived_size)(const mix_shape *shape);
    size_t (*statistics_size)(const mix_shape *shape);
    size_t (*scratch_size)(const mix_shape *shape);
    size_t (*solve_size)(const mix_shape *shape);
    /* Free parameters of all components together, without the weights. */
    size_t (*parameter_count)(const mix_shape *shape);
    /* Rows that a component needs which differ in the `free` columns that vary and have no steps: with fewer the
    ** likelihood has no maximum there. */
    size_t (*least_rows)(const mix_shape *shape, size_t free);
    /* Such rows that all components together need for what they share. NULL: they share nothing. */
    size_t (*least_rows_shared)(const mix_shape *shape, size_t free);
    /* Floating point operations of one row and component in an EM map, roughly, exp and log included. */
    double (*work)(const mix_shape *shape);

    /* Check the parameters, fill model->derived. */
    mixture_status (*prepare)(mixture_model *model, mixture_error *error);
    /* Any valid parameters, to stand in for those that are not given. */
    void (*stand_in)(mixture_model *model);
    /* Move the parameters from the user's units into the data's frame, or back. Derived quantities are stale
    ** afterwards. NULL: no column is framed. */
    void (*move)(mixture_model *model, const mix_frame *frame, bool back);

    /* The part of a row's log density that depends on no parameter, and that log_density leaves out: base[r] for
    ** each row. Of a pattern's rows it goes by how many columns there are, not which. NULL: 0. */
    void (*log_base)(const mix_shape *shape, const mix_rows *rows, double *base);
    /* The hot part. densities: k columns, rows->stride apart. */
    void (*log_density)(const mixture_model *model, const mix_rows *rows, double *densities, double *scratch);
    /* Add the statistics, component after component, of responsibilities (times row weight; k columns,
    ** rows->stride apart), centered at the model. */
    void (*accumulate)(const mixture_model *model, const mix_rows *rows, const double *resp, double *statistics,
                       double *scratch);
    /* Parameters that maximize the expected complete-data log-likelihood, in place of those under which the
    ** statistics (component after component) were taken. Sets model->floored. */
    void (*maximize)(mixture_model *model, const double *statistics, const mix_maximize *how, double *scratch);

    /* The statistics of a component that so many of its rows have in expectation, centered at it: the M-step of
    ** them leaves its parameters where they are. What a model stands for when its rows are gone. */
    void (*represent)(const mixture_model *model, size_t component, double rows, double *own);

    /* Whether EM may step from these parameters: no fit could have made them if not, and one component would
    ** overwhelm the others without having rows. NULL: always. */
    mixture_status (*check_step)(const mixture_model *model, mixture_error *error);

    /* Make parameters that came from elsewhere obey the structure, the nearest in likelihood when each component's
    ** parameters stand for its share of rows, and the floor. Returns whether the floor raised any. */
    bool (*constrain)(mixture_model *model, const mix_maximize *how, double *scratch);
    /* What the floor is, for a warning: "the variance floor (min_variance)". NULL: the family has no such
    ** option. */
    const char *floor;

    /* Whether two components of a prepared model are the same to within 1 % of a deviation. */
    bool (*coincide)(const mixture_model *model, size_t a, size_t b);

    /* Rows as points (rows x d, row after row) whose Euclidean distances are meaningful for clustering. False when
    ** cancelled. */
    bool (*features)(const mixture_data *data, mix_features variant, const mix_cancel *cancel, double *points,
                     double *scratch);
    bool together;       /* all columns of it in a mixed model are one part */
    bool tree;           /* a start also comes from model-based hierarchical clustering of MIX_FEATURES_HALF */
    double start_spread; /* share of each row that a hard partition leaves to all components alike */
    bool latent;         /* statistics hold what the parameters expect: a start's are those that stand in */

    /* Mean sum of a row of counts whose sum is given, from statistics. NULL: it is not. */
    double (*mean_total)(const mix_shape *shape, const double *statistics);
    /* Variances of the columns within the components (d, as mix_maximize wants them, as well as those of constant
    ** columns) from statistics that were taken under `model`. NULL: not needed. */
    void (*variances)(const mixture_model *model, const double *statistics, double *variance, double *constant,
                      double *scratch);

    const mix_observed *observed; /* required */

    /* Optional: */
    /* observed->log_density of component a less that of b, exact also where both are alike and far larger. NULL:
    ** the difference is as good. scratch: of the table `observed`. */
    long double (*log_ratio)(const mixture_model *model, size_t a, size_t b, const double *x,
                             long double *scratch);
    /* Squared Mahalanobis distance of the values observed from the component. NULL: there is none. scratch: of the
    ** table `observed`. */
    long double (*distance)(const mixture_model *model, size_t component, const double *x, long double *scratch);
    const mix_limit *limit; /* NULL: no parameter has such a bound */
    const mix_missing *missing;
    const mix_structures_table *structures;
    const mix_coordinates *coordinates; /* without: EM is not accelerated */
    const mix_sampling *sampling;
    const mix_geometry *geometry;
    const mix_conditional *conditional;
    const mix_distribution *distribution;
    const mix_column_moments *moments;         /* NULL: of counts of a given sum and of categories */
    const mix_kept *kept;                      /* NULL: nothing is worth it */
    const struct mix_exponential *exponential; /* what exponential.c goes by; NULL: not by it */
    const struct mix_univariate *univariate;   /* what univariate.c goes by; NULL: not by it */
    const mixture_parts *parts;                /* of a mixed one, which is made for them (mixed.c) */
};

/* Where the caller's column j stands among a model's own: those of a mixed one are in the order of its parts. */
static inline size_t mix_family_place(const mixture_family *family, size_t j) {
    return family->parts != NULL ? family->parts->place[j] : j;
}

/* Which of the caller's columns a model's own column is. */
size_t mix_family_caller(const mixture_family *family, size_t column);

/* The part of a mixed family in which a column is. */
static inline const mix_part *mix_family_part(const mixture_family *family, size_t column) {
    return &family->parts->part[family->parts->owner[column]];
}

/* Whether a family's columns have levels. */
bool mix_family_has_levels(const mixture_family *family);

/* Levels of a column of a mixed model, 0: it has none; and what they stand for, NULL: for their numbers. */
size_t mix_family_level_count(const mixture_family *family, size_t column);
const struct mix_level *mix_family_levels(const mixture_family *family, size_t column);

/* Columns that a structure is of, of d. */
static inline size_t mix_family_structured(const mixture_family *family, size_t d) {
    return family->parts != NULL ? family->parts->part[family->parts->structured].d : d;
}

/* What parameter array `a` is of; doubles of it per component. */
mix_array_columns mix_family_array_columns(const mix_shape *shape, size_t a);
size_t mix_family_array_size(const mix_shape *shape, size_t a);

/* Whether columns are angles, with a period. */
bool mix_family_has_periods(const mixture_family *family);
/* The period of a column of angles: the part's in which the column is, or 2 pi. */
double mix_family_period(const mix_shape *shape, size_t j);

/* What column j should be instead of a value that is not accepted, for an error; NULL: it is accepted. NaN is. */
const char *mix_family_refusal(const mix_shape *shape, size_t j, double x);

/* Whether column j has a distribution of its own: not where only rows of a given sum do. */
bool mix_family_has_marginal(const mix_shape *shape, size_t j);

/* Whether a row of d values, NaN where not observed, says anything to a model of the family: something is
** observed, and all is if the family has no table `missing`. */
bool mix_family_takes(const mixture_family *family, const double *x, size_t d);

/* Work space, in doubles, for the log densities and statistics of a block of rows; and of one of fewer. */
size_t mix_family_scratch(const mix_shape *shape);
size_t mix_family_scratch_for(const mix_shape *shape, size_t rows);

/* So many of a model's components, from `first` on, as a model: borrowed. */
enum { MIX_MOST_ARRAYS = 8 };
typedef struct mix_slice {
    mixture_model model;
    double *arrays[MIX_MOST_ARRAYS]; /* a family that is cut has no more of them */
} mix_slice;
void mix_family_cut(const mixture_model *model, size_t first, size_t count, mix_slice *slice);

/* The family's log_density and accumulate, some components at a time, asking in between whether to stop: false,
** and the results are worth nothing. */
bool mix_family_log_density(const mixture_model *model, const mix_rows *rows, double *densities, double *scratch,
                            mix_turns *turns);
bool mix_family_accumulate(const mixture_model *model, const mix_rows *rows, const double *resp,
                           double *statistics, double *scratch, mix_turns *turns);

/* As much, and enough for everything else that a family does. */
size_t mix_family_full_scratch(const mix_shape *shape);

/* What log_density leaves out of the log-likelihood of a block of rows: the sum of row weight times log_base. */
double mix_family_log_base(const mix_shape *shape, const mix_rows *rows);

/* Whether any column is centered and scaled before a fit; whether the steps of any are wanted. */
bool mix_family_framed(const mix_shape *shape);
bool mix_family_stepped(const mix_shape *shape);

/* What the log density of a row in the data's frame lacks of that in the user's units: the scales of the framed
** columns. And what the log-likelihood of all rows does: where a value is missing its column's scale does not
** count. */
double mix_family_log_scale(const mix_shape *shape, const mix_frame *frame);
double mix_family_log_scales(const mix_shape *shape, const mixture_data *data);

/* Distinct rows without which no fit of that shape can be sound. */
size_t mix_family_least_rows(const mix_shape *shape, size_t free);

/* What its floor is, for a warning. */
const char *mix_family_floor(const mixture_family *family);

/* The structure's kind; 0 for a family without structures. */
int mix_family_kind(const mixture_family *family, int structure);

/* The member `distance` where columns are independent given the component: by mean and deviation of each, of
** angles the shorter way round. */
long double mix_family_distance(const mixture_model *model, size_t component, const double *x,
                                long double *scratch);

/* An optional table that a family lacks: MIXTURE_INVALID, "argument 1 (model) is of family multinomial; expected
** gaussian", those that have it. */
typedef enum mix_family_table {
    MIX_HAS_ALL,
    MIX_HAS_SAMPLING,
    MIX_HAS_GEOMETRY,
    MIX_HAS_DISTANCE,
    MIX_HAS_CONDITIONAL,
    MIX_HAS_DISTRIBUTION
} mix_family_table;
mixture_status mix_family_need(const mixture_family *family, mix_family_table table, mixture_error *error);

/* mix_conditional.reduce where all arrays are vectors and the columns of a component are independent. */
bool mix_family_pick(const mixture_model *model, size_t component, const size_t *columns, size_t count,
                     const double *x, mixture_model *part, long double *scratch, mix_turns *turns);

/* Components whose sum of responsibilities is below this are empty: their parameters stay as they are. */
#define MIX_EMPTY 1e-100

/* families.c: all families, ending with NULL. */
extern const mixture_family *const mix_families[];
/* The family of columns of which nothing is said: of words and flags, or of numbers. */
const mixture_family *mix_family_of_values(bool words);
/* Their names: "gaussian, multinomial or poisson". Returns the buffer. */
enum { MIX_FAMILIES_BYTES = 300 };
const char *mix_families_names(char text[MIX_FAMILIES_BYTES]);

#endif
