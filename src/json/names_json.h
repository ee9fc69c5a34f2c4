/* names_json.h: words that stand for something, read wherever they stand: families, structures, criteria,
** columns and components. */
#ifndef MIX_NAMES_JSON_H
#define MIX_NAMES_JSON_H

#include "reader.h"

/* Of a model; mix_mixed stands for those that are made for their parts. And of columns, of which an error does not
** list it. */
mixture_status mix_names_json_read_family(mix_json_value value, const mixture_family **family,
                                          mixture_error *error);
mixture_status mix_names_json_read_column_family(mix_json_value value, const mixture_family **family,
                                                 mixture_error *error);

/* A structure of the family, which has some, by its name or code. */
mixture_status mix_names_json_read_structure(mix_json_value value, const mixture_family *family, int *structure,
                                             mixture_error *error);

mixture_status mix_names_json_read_criterion(mix_json_value value, mixture_criterion *criterion,
                                             mixture_error *error);

/* What is done with rows that have values missing: "em" or "skip". */
mixture_status mix_names_json_read_nulls(mix_json_value value, bool *skip, mixture_error *error);

/* The names of columns, as many as the array has elements: none empty, none with a NUL, no two the same. They
** go to names[], all NULL before, and are the caller's to free, also after an error. */
mixture_status mix_names_json_read_columns(mix_json_value array, char **names, mixture_error *error);

/* The same of k components, from what must be an array of k strings, into new memory: *names, NULL before. */
mixture_status mix_names_json_read_components(mix_json_value value, size_t k, char ***names, mixture_error *error);

#endif
