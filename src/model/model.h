/* model.h: models beyond what mixture.h declares. */
#ifndef MIX_MODEL_H
#define MIX_MODEL_H

#include "family.h"
#include "portable.h"

/* Room for a model of a shape, whose parts must outlive it, with all parameters 0; NULL when out of memory. */
mixture_model *mix_model_new(const mix_shape *shape);

/* The name of a column, x1, x2, ... in the caller's order where it has none. Returns the name or the buffer. */
const char *mix_model_column_name(const mixture_model *model, size_t column, char buffer[32]);

/* Doubles of parameter array `a` per component. */
size_t mix_model_array_size(const mixture_model *model, size_t a);

/* Copy the parameters (weights, arrays, structure, floored) of one model to another of the same shape; derived
** quantities are copied too. */
void mix_model_copy(mixture_model *to, const mixture_model *from);

/* Put component c into place[c], a permutation, with all that belongs to it; or into the order of falling weight
** (ties: by their first parameter array). MIXTURE_NOMEM or MIXTURE_OK. */
mixture_status mix_model_permute(mixture_model *model, const size_t *place);
mixture_status mix_model_sort(mixture_model *model);

/* Free `count` strings, or candidates, and the array that holds them; NULL is fine. */
void mix_model_free_strings(char **strings, size_t count);
void mix_model_free_candidates(mixture_candidate *candidates, size_t count);

/* Append a copy of a string. MIXTURE_NOMEM or MIXTURE_OK. */
mixture_status mix_model_add_string(char ***strings, size_t *count, const char *text);

/* Append a warning, made as by printf. */
mixture_status mix_model_warn(mixture_model *model, const char *format, ...) MIX_PRINTF(2, 3);

#endif
