/* check.h: assertions on doubles, and tables of numbers, for cmocka tests. */
#ifndef CHECK_H
#define CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

#include "mixture.h"

/* At the beginning of main(): with an argument only the tests whose names match it run, * and ? being wild. */
void check_filter(int argc, char **argv);

/* Fails unless |a - b| <= absolute + relative * |b|; NaN is close to nothing. */
#define assert_close(a, b, relative, absolute)                                                                    \
    check_close((a), (b), (relative), (absolute), #a, __FILE__, __LINE__)
void check_close(double a, double b, double relative, double absolute, const char *what, const char *file,
                 int line);

/* Numbers of a CSV file of tests/data, row after row, its first line left out; test-allocated: free(). */
double *check_csv(const char *name, size_t d, size_t *rows);

/* A file of tests/data as a string; free(). */
char *check_file(const char *name);

/* The rows as unweighted data. */
mixture_data *check_data(const double *x, size_t rows, size_t d);

/* Two parameter arrays, or NULL, for a start; good for the next 32 calls. */
const double *const *check_arrays(const double *first, const double *second);

/* A Gaussian fit to unweighted rows, which must succeed. */
mixture_model *check_fit(const double *x, size_t rows, size_t d, const mixture_options *options);

#endif
