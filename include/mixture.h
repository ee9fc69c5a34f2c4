/* mixture.h: finite mixture models fitted by expectation-maximization (EM), as a C library.
**
** Rows go into a mixture_data, mixture_fit() turns them into a mixture_model, and the scoring functions
** use a model on rows. Nothing here knows of SQL, JSON or files.
**
** Words: n rows, d columns, k components. Matrices are row-major. A NaN among the values of a row is a value
** that was not observed. Natural logarithms throughout; log-likelihoods leave no constant out.
**
** Threads: objects are not locked; different objects may be used from different threads at once. A const
** model may be scored from several threads, each with its own mixture_scratch.
*/
#ifndef MIXTURE_H
#define MIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MIXTURE_VERSION "0.1.0"

/* ---- Errors and memory ---------------------------------------------------------------------------- */

typedef enum mixture_status {
    MIXTURE_OK = 0,
    MIXTURE_INVALID,  /* bad input: the text says what is wrong and what was expected */
    MIXTURE_NOMEM,    /* an allocation failed */
    MIXTURE_CANCELLED /* the caller's cancel function said stop */
} mixture_status;

/* One line, lower case, no full stop; empty unless status is MIXTURE_INVALID. */
typedef struct mixture_error {
    mixture_status status;
    char text[400];
} mixture_error;

/* All memory comes from here. Set once, before anything else is called; the default is the C library's. */
typedef struct mixture_allocator {
    void *(*allocate)(size_t bytes);
    void *(*resize)(void *block, size_t bytes);
    void (*release)(void *block);
} mixture_allocator;
void mixture_set_allocator(const mixture_allocator *allocator); /* must outlive every object */

/* ---- Data ----------------------------------------------------------------------------------------- */

enum { MIXTURE_WEIGHTED = 1, MIXTURE_LABELLED = 2 }; /* which extra column the rows carry */

typedef struct mixture_data mixture_data;

/* An empty table of d >= 1 columns; NULL when out of memory. Needs 8*d bytes a row, 8 more for each extra. */
mixture_data *mixture_data_new(size_t d, unsigned extras);
void mixture_data_free(mixture_data *data); /* NULL is fine */

/* Append one row: d finite values, NaN for one that was not observed (a row of these alone is left out), a finite
** weight >= 0 (ignored unless MIXTURE_WEIGHTED; 0 leaves the row out) and a component 1..k or 0 for unknown
** (ignored unless MIXTURE_LABELLED). Returns MIXTURE_OK or MIXTURE_NOMEM. */
mixture_status mixture_data_append(mixture_data *data, const double *x, double weight, int label);
size_t mixture_data_rows(const mixture_data *data);

/* ---- Families --------------------------------------------------------------------------------------- */

typedef struct mixture_family mixture_family;
extern const mixture_family mixture_gaussian, mixture_multinomial;
const mixture_family *mixture_family_find(const char *name); /* "gaussian", "multinomial"; NULL if unknown */
const char *mixture_family_name(const mixture_family *family);

/* Structures: ways in which the parameters of the components are tied or restricted, numbered by each family
** for itself; 0 is its default. Name and code ("full", "VVV"; for d = 1, where little can differ, "E" or "V");
** empty for a family without structures. */
const char *mixture_structure_name(const mixture_family *family, int structure);
const char *mixture_structure_code(const mixture_family *family, int structure, size_t d);
/* By name or code, in letters of either case. */
bool mixture_structure_find(const mixture_family *family, const char *name, int *structure);

/* The Gaussian family's: structures of its covariance matrices, with mclust's codes (volume, shape,
** orientation: Equal, Variable, Identity). */
enum mixture_covariance {
    MIXTURE_FULL,      /* VVV */
    MIXTURE_TIED,      /* EEE */
    MIXTURE_DIAG,      /* VVI */
    MIXTURE_SPHERICAL, /* VII */
    MIXTURE_EEI,
    MIXTURE_EII,
    MIXTURE_VEI,
    MIXTURE_EVI,
    MIXTURE_VEE,
    MIXTURE_EVE,
    MIXTURE_VVE,
    MIXTURE_EEV,
    MIXTURE_VEV,
    MIXTURE_EVV
};
enum { MIXTURE_COVARIANCES = MIXTURE_EVV + 1 };

/* ---- Progress ------------------------------------------------------------------------------------------ */

/* How far a fit or a selection is, for those who wait: it writes into options->watch, which any thread may read
** meanwhile. One watch a call. */
typedef struct mixture_watch mixture_watch;
mixture_watch *mixture_watch_new(void); /* NULL when out of memory */
void mixture_watch_free(mixture_watch *watch);

typedef struct mixture_progress {
    const char *phase; /* "preparing", "starts", "fit", "fits", …: a text that stays */
    size_t done;       /* starts, iterations or candidates of the phase, */
    size_t total;      /* and how many there will be; 0: not known */
    double best;    /* the highest log-likelihood of a fit, the lowest criterion of a selection; NaN: none yet */
    double elapsed; /* seconds since the watch was made */
    double left;    /* seconds, if all goes on as now; NaN: not known */
} mixture_progress;
mixture_progress mixture_watch_read(const mixture_watch *watch);

/* ---- Options -------------------------------------------------------------------------------------- */

typedef enum mixture_init { MIXTURE_INIT_KMEANSPP, MIXTURE_INIT_RANDOM } mixture_init;

/* Parameters to start from, in the data's units; what is NULL is drawn. */
typedef struct mixture_start {
    const double *weights; /* k */
    /* The family's: Gaussian: means k*d, covariances k*d*d; multinomial: probabilities k*d. NULL: none. */
    const double *const *arrays;
} mixture_start;

/* What to do where there are fewer distinct rows than components. */
typedef enum mixture_few_rows {
    MIXTURE_FEW_ERROR,
    MIXTURE_FEW_NULL, /* MIXTURE_OK, and no model */
    MIXTURE_FEW_FEWER /* as many components as there are distinct rows, with a warning */
} mixture_few_rows;

enum { MIXTURE_N_INIT_AUTO = -1 };

typedef struct mixture_options {
    size_t k;
    int structure;
    bool equal_weights;  /* hold the mixing weights at 1/k */
    bool skip_nulls;     /* the caller leaves out rows with values missing, which the model is to say */
    bool noise;          /* one more component, number 0, uniform over the box of the data */
    long max_iter;       /* EM maps at most; 0: only initialize */
    double tol;          /* stop when the log-likelihood per row rises by less */
    int n_init;          /* initial candidates; MIXTURE_N_INIT_AUTO: as many as are cheap, ten at least */
    mixture_init init;   /* how they are drawn */
    mixture_start start; /* all NULL: draw everything */
    int64_t seed;
    bool accelerate;
    int threads; /* 0: as many as the machine has, when the work is worth it */
    mixture_few_rows few_rows;
    double min_variance;        /* floor of a component's variance, relative to the data's */
    const double *resolution;   /* d: steps of the columns, 0: none, NaN: measured; NULL: all are measured */
    const char *const *columns; /* d names for error texts; NULL: x1, x2, … */
    bool (*cancel)(void *host); /* asked after some 10 ms of work, on the calling thread; may be NULL */
    void *host;
    mixture_watch *watch; /* told how far it is; may be NULL */
} mixture_options;

void mixture_options_default(mixture_options *options); /* everything but k, which becomes 1 */

typedef enum mixture_criterion {
    MIXTURE_BIC,
    MIXTURE_ICL,
    MIXTURE_AIC,
    MIXTURE_SABIC, /* BIC with (n + 2) / 24 in place of n */
    MIXTURE_CAIC,  /* BIC and the number of parameters */
    MIXTURE_NEC    /* entropy for what is gained over one component of the same structure; 1 of one component */
} mixture_criterion;
enum { MIXTURE_CRITERIA = MIXTURE_NEC + 1 };
const char *mixture_criterion_name(mixture_criterion criterion); /* "bic", "icl", "aic", … */

/* What mixture_select() chooses from: every k with every structure. */
typedef struct mixture_choices {
    const size_t *k; /* k_count numbers, each >= 1 */
    size_t k_count;
    const int *structures; /* NULL: all that differ for the data's d */
    size_t structure_count;
    mixture_criterion criterion;
    size_t sample; /* rows of a first sample that all are compared on, where that saves time; 0: all rows */
} mixture_choices;

enum { MIXTURE_SAMPLE_DEFAULT = 20000 }; /* a good number for it */

/* ---- Model ---------------------------------------------------------------------------------------- */

/* One of the fits that a model was chosen from. */
typedef struct mixture_candidate {
    size_t k;
    int structure;
    bool fitted; /* false: it could not be; the numbers are 0 and the warnings say why */
    bool sound;  /* fitted, neither degenerate nor at a saddle: it may win */
    size_t rows; /* of the sample that it was fitted to, the numbers being what is expected on all rows; 0: all */
    double loglik, aic, bic, icl;
    double single; /* log-likelihood of one component of its structure; NaN: not known */
    size_t parameters;
    bool converged;
    char **warnings;
    size_t warning_count;
} mixture_candidate;

/* How the rows of a bootstrap's replicates come about. */
typedef enum mixture_resampling {
    MIXTURE_NONPARAMETRIC, /* as many rows are drawn, with replacement */
    MIXTURE_REWEIGHTED,    /* all rows, with weights from the flat Dirichlet distribution (Rubin 1981) */
    MIXTURE_PARAMETRIC     /* new rows are drawn from the model */
} mixture_resampling;
enum { MIXTURE_RESAMPLINGS = MIXTURE_PARAMETRIC + 1 };
const char *mixture_resampling_name(mixture_resampling type); /* "nonparametric", "weighted", "parametric" */

/* How sure a model's parameters are: what fits to resampled rows say. Parameters come component by component, its
** weight, then each array's entries; last, where there is noise, the weight of that. */
typedef struct mixture_bootstrap {
    mixture_resampling type;
    size_t replicates, unsound; /* how many; of them those that could not be fitted soundly and do not count */
    int64_t seed;
    size_t parameter_count;
    double *errors; /* parameter_count standard errors */
    size_t probability_count;
    double *probabilities; /* rising */
    double *quantiles;     /* of each parameter those of these probabilities, parameter after parameter */
    char **warnings;
    size_t warning_count;
} mixture_bootstrap;

typedef struct mixture_parts mixture_parts; /* private: of a model whose columns are of several kinds */

typedef struct mixture_model {
    const mixture_family *family;
    size_t k, d;
    int structure;
    const mixture_parts *parts; /* NULL: all columns are alike */
    mixture_parts *own_parts;   /* these, if they are freed with the model; NULL: they are another's */
    double *weights;            /* k */
    bool noisy;                 /* there is a component 0, uniform, for rows that belong to no other; */
    double noise;               /* its weight, which the others lack of 1, */
    double noise_log_density;   /* of a complete row, */
    const double *noise_box;    /* the d lower, then the d upper bounds of where such rows were, */
    double *own_box;            /* these, if they are freed with the model */
    double **arrays;            /* the family's, as in mixture_start */
    char **columns;             /* d names, or NULL: x1, x2, … */
    char **names;               /* k names of the components, all different, or NULL */

    /* How it came about; all 0 for a model that was written by hand. */
    bool fitted;
    bool stepped;        /* by a single step: loglik, aic, bic, icl, converged are the model's before it */
    bool equal_weights;  /* the weights were held at 1/k */
    bool skip_nulls;     /* rows with values missing were left out */
    double min_variance; /* the floor it was fitted with; 0: the default */
    double *resolution;  /* d: the option of that name; NULL: it was not given */
    double *step;        /* d: in which each column was recorded, 0: in none; NULL: nothing is known */
    double trials;       /* mean sum of a row of counts; 0: not counts, or not known */
    double n;            /* total weight of the rows */
    size_t skipped;      /* rows left out by the caller */
    double loglik, aic, bic, icl;
    size_t parameters; /* free ones */
    long iterations;
    bool converged;
    int64_t seed;
    double *trace; /* log-likelihood after iteration 0, 1, … */
    size_t trace_count;
    char **warnings;
    size_t warning_count;

    /* Of a model that mixture_select() chose: */
    mixture_criterion criterion;
    mixture_candidate *candidates; /* best first; NULL: it was not chosen */
    size_t candidate_count;
    size_t sample; /* rows of the sample that all candidates were compared on; 0: all rows */

    mixture_bootstrap *bootstrap; /* freed with the model; NULL: there is none */

    /* Derived by mixture_model_prepare(); private. */
    double *log_weights;    /* k */
    double *derived;        /* the family's, per component */
    bool plain;             /* the family's own: a plainer form of it will do (all covariances are diagonal) */
    unsigned char *floored; /* k: not 0 where the last maximize held the component at a floor */
    const struct mix_cancel *cancel; /* asked while it is prepared, then perhaps MIXTURE_CANCELLED; NULL: nobody */
} mixture_model;

/* Room for a model with all parameters 0; NULL when out of memory. */
mixture_model *mixture_model_new(const mixture_family *family, size_t k, size_t d);
void mixture_model_free(mixture_model *model);

/* Check the parameters and fill what is derived from them; a model is scored only after this. */
mixture_status mixture_model_prepare(mixture_model *model, mixture_error *error);

/* Fit. The data are sorted by what is missing, centered and scaled in place (once); k components need k distinct
** rows. Where values are missing at random the fit is the maximum of the likelihood of what was observed.
** On MIXTURE_OK *model is the caller's to free (NULL only by few_rows), else it is NULL and *error says why. */
mixture_status mixture_fit(const mixture_family *family, mixture_data *data, const mixture_options *options,
                           mixture_model **model, mixture_error *error);

/* Fit every candidate and deliver the one that the criterion likes best (lowest). options->k and structure are
** not read, and options->start must be empty. A candidate that cannot be fitted, or not soundly, is listed with
** the reason and does not win; if no candidate is sound, the one of fewest components is delivered, with a
** warning. */
mixture_status mixture_select(const mixture_family *family, mixture_data *data, const mixture_options *options,
                              const mixture_choices *choices, mixture_model **model, mixture_error *error);

/* ---- EM over rows in many places: expect where the rows are, add up, maximize anywhere ------------------ */

/* Doubles of a model's statistics: sums over rows, so that those of all rows are the sum of those of the parts, if
** these were taken under the same model. [0] is the weight of the rows, [1] their log-likelihood, [2] the entropy
** of their responsibilities. */
size_t mixture_statistics_size(const mixture_model *model);

/* Expect: add the data's statistics under a prepared model, in the data's units. The data were not fitted to; they
** are sorted by what is missing, once. */
mixture_status mixture_expect(const mixture_model *model, mixture_data *data, double *statistics,
                              mixture_error *error);

/* Maximize: the next model, prepared, in place of the one under which all statistics were taken. Its
** log-likelihood and criteria are of the one before; converged, if that had risen by less than 1e-8 a row. Unless
** MIXTURE_OK the model is worth nothing. */
mixture_status mixture_maximize(mixture_model *model, const double *statistics, mixture_error *error);

/* From three successive models of EM further than the third, in its place: a squared step (SQUAREM), always to a
** valid model; nowhere, if none is there. Whether it is better its statistics tell: else go on from the third. */
mixture_status mixture_extrapolate(const mixture_model *first, const mixture_model *second, mixture_model *third,
                                   mixture_error *error);

/* ---- How sure ---------------------------------------------------------------------------------------- */

/* Fit the model's family and structure again, from the model, to `replicates` >= 2 resamples of the rows, which
** are those that it was fitted to. Components keep their places; one that has crossed another is put back where
** its rows are. The data, options and errors are as in mixture_fit(); options->start is the model, in the order of
** the data's columns and levels. On MIXTURE_OK *bootstrap is the caller's to free. */
mixture_status mixture_bootstrap_run(const mixture_model *model, const mixture_family *family, mixture_data *data,
                                     const mixture_options *options, mixture_resampling type, size_t replicates,
                                     mixture_bootstrap **bootstrap, mixture_error *error);
void mixture_bootstrap_free(mixture_bootstrap *bootstrap); /* NULL is fine */

/* Whether k + 1 components are better than k: their likelihood ratio beside those of tables drawn from the fit of
** k. */
typedef struct mixture_test {
    size_t k;
    double n;         /* total weight of the rows */
    double loglik[2]; /* of the fits of k and of k + 1 */
    double ratio, p;  /* twice the difference; (1 + replicates with as high a ratio) / (1 + sound replicates) */
    size_t replicates, unsound; /* unsound: those that could not be fitted soundly and do not count */
    int64_t seed;
    char **warnings;
    size_t warning_count;
} mixture_test;

/* options->k is the k, options->start must be empty and few_rows an error; else as in mixture_fit(). After
** MIXTURE_OK mixture_test_clear() frees what the test points to. */
mixture_status mixture_test_run(const mixture_family *family, mixture_data *data, const mixture_options *options,
                                size_t replicates, mixture_test *test, mixture_error *error);
void mixture_test_clear(mixture_test *test);

/* ---- Scoring: x is d values, NaN where not observed; answers are then those of the marginal ------------- */

typedef struct mixture_scratch mixture_scratch;
mixture_scratch *mixture_scratch_new(const mixture_model *model); /* NULL when out of memory */
void mixture_scratch_free(mixture_scratch *scratch);

/* Log density of each component (k, without the mixing weight). */
void mixture_component_log_densities(const mixture_model *model, const double *x, double *log_densities,
                                     mixture_scratch *scratch);
/* Responsibilities (k, summing to 1); returns the log density of the mixture. */
double mixture_responsibilities(const mixture_model *model, const double *x, double *resp,
                                mixture_scratch *scratch);
/* Both at once; resp or log_densities may be NULL, and without resp the result is 0. */
double mixture_posterior(const mixture_model *model, const double *x, double *resp, double *log_densities,
                         mixture_scratch *scratch);
/* Mahalanobis distance to a component 0..k-1; families without one: NaN. */
double mixture_distance(const mixture_model *model, size_t component, const double *x, mixture_scratch *scratch);
/* Replace each NaN of x by its conditional expectation given the values observed, of a column with levels by the
** likeliest level; infinite if beyond a double. */
void mixture_impute(const mixture_model *model, double *x, mixture_scratch *scratch);

/* Draw rows: one a call, the component (0..k-1; k: noise) returned and the values in x[d]. trials: sum of a
** row of counts. */
typedef struct mixture_sampler mixture_sampler;
mixture_sampler *mixture_sampler_new(const mixture_model *model, int64_t seed,
                                     size_t trials); /* NULL: out of memory */
size_t mixture_sampler_draw(mixture_sampler *sampler, double *x);
void mixture_sampler_free(mixture_sampler *sampler);

#endif
