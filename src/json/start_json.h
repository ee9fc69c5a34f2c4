/* start_json.h: where a fit starts: option init as a whole model, or as an object with some of the parameters. */
#ifndef MIX_START_JSON_H
#define MIX_START_JSON_H

#include "families_json.h"
#include "family.h"
#include "reader.h"

/* What was read. Starts as {0}. */
typedef struct mix_start_read {
    double *weights; /* k; NULL: none */
    double **arrays; /* array_count, each the family's or NULL; NULL: none */
    size_t array_count;
    char **names; /* k, of the components of a whole model; NULL: none */
    double noise; /* what the weights of a whole model leave to it */
} mix_start_read;

/* What it is for. */
typedef struct mix_start_target {
    const mixture_family *family; /* mix_mixed: it is not known yet; only what is the same for all is read then */
    bool any;                     /* columns may be of any family, and parameters come in parts */
    size_t k, d;
    const char *const *columns; /* d names, in the caller's order */
} mix_start_target;

/* An object, or one as text. wishes: of the d columns, completed where the start says of which family they are and
** they do not; NULL: none. In every case mix_start_json_clear() frees. */
mixture_status mix_start_json_read(mix_json_value value, const mix_start_target *target, mix_column_wish *wishes,
                                   mix_start_read *start, mixture_error *error);
void mix_start_json_clear(mix_start_read *start, size_t k);

#endif
