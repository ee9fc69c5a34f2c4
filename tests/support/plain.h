/* plain.h: Gaussian mixtures computed the plain way, in long double and with none of the project's code, to
** compare with. Texts live as long as those of sql.h. */
#ifndef PLAIN_H
#define PLAIN_H

#include "check.h"

enum { PLAIN_K = 4, PLAIN_D = 5 };

typedef struct plain {
    size_t k, d;
    double weights[PLAIN_K], means[PLAIN_K][PLAIN_D], covariances[PLAIN_K][PLAIN_D][PLAIN_D];
} plain;

/* A model of k <= 4 components in d <= 5 dimensions, always the same one for the same seed, covariances full. */
plain plain_model(size_t k, size_t d, unsigned seed);
char *plain_json(const plain *model);
/* The parameters in the JSON that the extension wrote. */
plain plain_read(const char *json);

/* Of S, n x n and positive definite, with a vector v behind each row, so n + 1 wide: y = S^-1 v by elimination,
** which overwrites S; its log determinant. Returns v' S^-1 v. */
long double plain_solve(size_t n, long double *s, long double *y, long double *log_det);

/* Log density of a component at the values of x that are not NaN; its squared Mahalanobis distance there if
** wanted. */
long double plain_component(const plain *model, size_t component, const double *x, long double *squared_distance);
/* Log density of the mixture; the responsibilities if wanted. */
long double plain_log_density(const plain *model, const double *x, long double *resp);
/* x with NaNs replaced by conditional expectations. */
void plain_impute(const plain *model, const double *x, double *complete);

/* Uniform in [0, 1): a fixed sequence for each start of *state. */
double plain_random(uint64_t *state);
/* x as SQL arguments: 1.5, NULL, … */
char *plain_arguments(const double *x, size_t d);

#endif
