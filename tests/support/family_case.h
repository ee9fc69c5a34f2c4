/* family_case.h: models and rows of every family and structure, for checks that hold for all of them. */
#ifndef FAMILY_CASE_H
#define FAMILY_CASE_H

#include "family.h"
#include "family_rows.h"

typedef struct family_case {
    const mixture_family *family;
    const family_example *example;
    int structure;
    size_t d, k;
    unsigned extras; /* of its rows: neither, weights, labels or both, in turn */
} family_case;

typedef void family_check(const family_case *at);

/* Every family of families.c, and some mixed ones; every structure, d = 1..5, k = 1..4; of the structures, for
** each d and k, and of d and k where columns are independent, one in `every`: what knows little of them need not
** try all. */
enum { FAMILY_CASE_ALL = 1, FAMILY_CASE_THIN = 3 };
void family_case_each(family_check *check, size_t every);

/* Failures say which case it was. NaN is close to nothing, an infinity to itself. */
void family_case_true(const family_case *at, bool truth, const char *what);
void family_case_close(const family_case *at, const char *what, long double got, long double want,
                       long double tolerance);

mix_shape family_case_shape(const family_case *at);

/* A prepared model of the example's, the same for the same case and seed; one at the edge; and one that has only
** weights, not prepared. */
mixture_model *family_case_model(const family_case *at, int64_t seed);
mixture_model *family_case_hard_model(const family_case *at);
mixture_model *family_case_empty_model(const family_case *at);

/* Fails unless the model is valid. */
void family_case_prepare(const family_case *at, mixture_model *model);
/* Fails unless weights and parameters are the same to within `relative` of the largest of a component's array, and
** 1e-290 where 0 has gone through a logarithm. */
void family_case_same(const family_case *at, const mixture_model *got, const mixture_model *want, double relative);

/* How to maximize in the rows' own units; doubles, test-allocated to the byte so that a sanitizer sees what is
** written beyond them: free(); such as work space for a model. */
mix_maximize family_case_how(void);
double *family_case_doubles(size_t count);
double *family_case_scratch(const family_case *at);

/* Rows, weights (1 if they have none) and labels (0: unknown). */
typedef struct family_rows {
    size_t rows, d;
    double *x, *weight;
    int *label;
} family_rows;

/* Drawn plainly from the case's model of that seed; weights 0.5, 1 and 2, labels for a third. */
family_rows family_case_rows(const family_case *at, int64_t seed, size_t rows);
void family_case_free_rows(family_rows *rows);
mixture_data *family_case_data(const family_case *at, const family_rows *rows);

/* Statistics of so many blocks of the data, or of all rows, under a model: free(). */
double *family_case_statistics(const mixture_model *model, const mixture_data *data, size_t first, size_t count);
double *family_case_all_statistics(const family_case *at, const mixture_model *model, const family_rows *rows);

/* A fit from a start; options->k, structure, start and threads are set here. */
mixture_model *family_case_fit(const family_case *at, const mixture_model *start, const family_rows *rows,
                               mixture_options options);

/* Log density of a component by the table `observed`, and the log-likelihood of rows by that. */
long double family_case_exact(const mixture_model *model, size_t component, const double *x);
long double family_case_exact_mixture(const mixture_model *model, const double *x, int label);
long double family_case_exact_loglik(const mixture_model *model, const family_rows *rows);

/* Sums over (integrals of) value j, the others as they are in x, NaN or not, of the density, and of it times the
** value and its square. */
typedef struct family_sums {
    long double mass, first, second;
} family_sums;
family_sums family_case_sum(const family_case *at, const mixture_model *model, size_t component, const double *x,
                            size_t j);

#endif
