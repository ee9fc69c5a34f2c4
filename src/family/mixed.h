/* mixed.h: models of several parts, each of its own family; given the component the parts are independent. A mixed
** family is made for its parts: its arrays are theirs, one part's after another's, and so are the columns. */
#ifndef MIX_MIXED_H
#define MIX_MIXED_H

#include "family.h"

/* Stands for the families that are made: "mixed". */
extern const mixture_family mix_mixed;

/* Make the family of these parts. `arrays`: of all parts, kept. */
void mix_mixed_make(const mixture_parts *parts, const mix_array *arrays, size_t count, mixture_family *family);

/* The shape of part p; and the part of a model, which borrows what it has, its derived quantities included. */
mix_shape mix_mixed_shape(const mix_shape *shape, size_t p);
mixture_model mix_mixed_view(const mixture_model *model, size_t p);

/* mixed_missing.c */
extern const mix_missing mix_mixed_missing;

/* A column of a model, seen in the model that it belongs to: the part, or the model itself. */
typedef struct mix_column_view {
    mixture_model model;
    size_t column;
    const struct mix_level *level; /* what its levels stand for, if it has any; NULL: their numbers */
} mix_column_view;
mix_column_view mix_mixed_column(const mixture_model *model, size_t column);

/* The likeliest level of a column that has some, and its probability: in the components weighted so (k), or, where
** weights is NULL, in one of them. */
size_t mix_mixed_likeliest(const mixture_model *model, size_t column, const double *weights, size_t component,
                           double *probability);

/* log_density and accumulate, asking in between whether to stop. */
bool mix_mixed_log_density(const mixture_model *model, const mix_rows *rows, double *densities, double *scratch,
                           mix_turns *turns);
bool mix_mixed_accumulate(const mixture_model *model, const mix_rows *rows, const double *resp, double *statistics,
                          double *scratch, mix_turns *turns);

#endif
