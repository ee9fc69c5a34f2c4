/* arrays.h: parameters as nested JSON arrays of numbers. */
#ifndef MIX_JSON_ARRAYS_H
#define MIX_JSON_ARRAYS_H

#include "reader.h"
#include "writer.h"

/* `rank` 0: [count numbers]; rank 1: [count arrays of d]; rank 2: [count arrays of d arrays of d]. Into
** numbers[], or only checked when that is NULL. */
mixture_status mix_json_read_array(mix_json_value value, size_t count, size_t d, int rank, double *numbers,
                                   mixture_error *error);
void mix_json_write_array(mix_json_writer *writer, const double *numbers, size_t count, size_t d, int rank);

#endif
