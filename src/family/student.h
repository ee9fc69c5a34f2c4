/* student.h: what the files of the Student family share. */
#ifndef MIX_STUDENT_H
#define MIX_STUDENT_H

#include "gaussian.h"

enum { DEGREES = COVARIANCES + 1 }; /* its third parameter array */

/* The same locations and scales as those of a Gaussian model. */
static inline mixture_model mix_student_as_gaussian(const mixture_model *model) {
    mixture_model view = *model;
    view.family = &mixture_gaussian;
    return view;
}

/* The log density at the location of so many columns from the Gaussian one there. */
long double mix_student_log_peak(long double gaussian, long double degrees, size_t observed);

/* Log densities of so many rows in place of -q / 2, q their squared distances. */
void mix_student_finish(double degrees, size_t observed, double peak, size_t count, double *out);

/* student_missing.c */
extern const mix_missing mix_student_missing;

#endif
