/* parameter.h: all numbers of a model one after another: component by component its weight, then each array's
** entries; last, where there is noise, the weight of that. */
#ifndef MIX_PARAMETER_H
#define MIX_PARAMETER_H

#include "family.h"

/* Where a number stands: entry of the array; i and j in it, or the number of a level among its column's; the
** column of the model that it is of. All from 0; the noise is component k. */
typedef struct mix_parameter {
    size_t component, array, entry, i, j, column;
    bool weight;
} mix_parameter;

size_t mix_parameter_count(const mixture_model *model);
mix_parameter mix_parameter_at(const mixture_model *model, size_t number);
/* The number of an entry of an array, and the column of the model that an array's first one is. */
size_t mix_parameter_number(const mixture_model *model, size_t component, size_t array, size_t entry);
size_t mix_parameter_first_column(const mixture_family *family, size_t array);
double mix_parameter_value(const mixture_model *model, const mix_parameter *at);

/* All of them, of a component of `from` in place of each of the model's: from[c] (NULL: as they are), into
** values. */
void mix_parameter_values(const mixture_model *model, const size_t *from, double *values);

/* The period of a number that is an angle; 0: it is none. */
double mix_parameter_period(const mixture_model *model, const mix_parameter *at);

#endif
