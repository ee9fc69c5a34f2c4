/* families_json.h: the option families: of which family columns are. */
#ifndef MIX_FAMILIES_JSON_H
#define MIX_FAMILIES_JSON_H

#include "family.h"
#include "reader.h"

/* What is said of a column. */
typedef struct mix_column_wish {
    const mixture_family *family; /* NULL: nothing */
    int structure;
    double period; /* of angles; 0: nothing is said */
} mix_column_wish;

/* The arguments that may be named: `count`, by columns[] or as x1, x2, … where that is NULL, but for two of them
** (1-based, 0: none), into wishes[count]. */
typedef struct mix_named_arguments {
    size_t count;
    char *const *columns;
    size_t weight, label;
} mix_named_arguments;

mixture_status mix_families_json_read(mix_json_value object, const mix_named_arguments *arguments,
                                      mix_column_wish *wishes, mixture_error *error);

/* The period of a column of angles. */
mixture_status mix_families_json_read_period(mix_json_value value, double *period, mixture_error *error);

#endif
