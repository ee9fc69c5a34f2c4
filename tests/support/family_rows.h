/* family_rows.h: what the conformance tests must be told of each family: one row of data, found by the family's
** name. All is computed plainly, with none of the family's code. */
#ifndef FAMILY_ROWS_H
#define FAMILY_ROWS_H

#include "check.h"
#include "random.h"

enum { FAMILIES_MOST_D = 5, FAMILIES_MOST_K = 4 };

/* The optional tables that a family can have. */
enum {
    HAS_STRUCTURES = 1,
    HAS_COORDINATES = 2,
    HAS_OBSERVED = 4,
    HAS_SAMPLING = 8,
    HAS_GEOMETRY = 16,
    HAS_ALL = 31
};

typedef struct family_example {
    const char *name;
    unsigned tables;
    bool rough;           /* `variances` are those of the model, not of the rows */
    size_t trials;        /* of a draw: the sum of a row of counts; 0: it is not given */
    double refused;       /* a value that its columns do not accept; NaN: they accept all */
    const size_t *levels; /* of each of FAMILIES_MOST_D columns; NULL: they have none */
    /* Whether so many components can be told apart by d columns; NULL: always. */
    bool (*identified)(size_t d, size_t k);
    double reach; /* coordinates of this size unpack to parameters that a double holds */

    /* Parameters (not the weights) that obey model->structure, of components that are apart but overlap. */
    void (*fill)(mixture_model *model, mix_random *random);
    /* Valid ones at the edge, of structure 0. */
    void (*fill_hard)(mixture_model *model);
    /* A row of a component. */
    void (*draw)(const mixture_model *model, size_t component, mix_random *random, double *x);
    /* Parameters of a model of one component that maximize the likelihood of the rows, in closed form; returns the
    ** log-likelihood. NULL: there is none. */
    long double (*fit_one)(mixture_model *model, const double *x, const double *weight, size_t rows);
    /* Of a family whose M-step is not that estimate, one component's: from the parameters under which the rows
    ** were looked at to those that follow. NULL: it is. */
    void (*step_one)(mixture_model *model, const double *x, const double *weight, size_t rows);
    /* How far the parameters are from obeying a structure, relative to their size; NULL: it has no structures. */
    double (*disobedience)(const mixture_model *model, int structure);

    /* A value not observed is integrated out from low to high (real: by the trapezoidal rule; counts: step 1). Or
    ** else, without regard to the rest: the log density of what is observed; the expectation of the row. */
    double low, high, step;
    long double (*observed)(const mixture_model *model, size_t component, const double *x, double *complete);
} family_example;

/* The Gaussian family's members, for one that has the same means and matrices. */
void family_rows_fill_gaussian(mixture_model *model, mix_random *random);
void family_rows_fill_hard_gaussian(mixture_model *model);
void family_rows_draw_gaussian(const mixture_model *model, size_t component, mix_random *random, double *x);
double family_rows_gaussian_disobedience(const mixture_model *model, int structure);

/* Fails the test when the family has no row. */
const family_example *families_example(const mixture_family *family);

#endif
