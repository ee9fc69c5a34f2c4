/* arrays.h: parameters as nested JSON arrays of numbers. */
#ifndef MIX_JSON_ARRAYS_H
#define MIX_JSON_ARRAYS_H

#include "family.h"
#include "reader.h"
#include "writer.h"

/* `rank` 0: [count numbers]; rank 1: [count arrays of d]; rank 2: [count arrays of d arrays of d]. Into
** numbers[], or only checked when that is NULL. */
mixture_status mix_json_read_array(mix_json_value value, size_t count, size_t d, int rank, double *numbers,
                                   mixture_error *error);
void mix_json_write_array(mix_json_writer *writer, const double *numbers, size_t count, size_t d, int rank);

/* The same of parameter array `a` of so many components of a shape. Levels: of one column [[number for each level]
** for each component], else the innermost are in an array for each column. */
mixture_status mix_json_read_parameters(mix_json_value value, const mix_shape *shape, size_t a, size_t components,
                                        double *numbers, mixture_error *error);
void mix_json_write_parameters(mix_json_writer *writer, const mix_shape *shape, size_t a, size_t components,
                               const double *numbers);
/* One component's alone. */
void mix_json_write_component(mix_json_writer *writer, const mix_shape *shape, size_t a, const double *numbers);

/* Steps in which d columns were recorded: an array of numbers >= 0. As a wish, rather than a finding, null (NaN)
** leaves a column to be measured, and a number alone is for all of them. In the text they are in the order of the
** caller, in memory in the family's. */
mixture_status mix_json_read_steps(mix_json_value value, const mixture_family *family, size_t d, bool wish,
                                   double *steps, mixture_error *error);
void mix_json_write_steps(mix_json_writer *writer, const mixture_family *family, const double *steps, size_t d);

#endif
