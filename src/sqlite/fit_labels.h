/* fit_labels.h: the label column of a fit. A row's component is given by its number or by a name; names become
** those of the model's components, sorted by their bytes, so that groups with the same names number them alike
** whatever the order of their rows. */
#ifndef MIX_FIT_LABELS_H
#define MIX_FIT_LABELS_H

#include "api.h"
#include "cancel.h"
#include "level_set.h"

typedef enum mix_label_kind { MIX_LABELS_UNSEEN, MIX_LABELS_NUMBERS, MIX_LABELS_NAMES } mix_label_kind;

/* Starts as {0}. */
typedef struct mix_fit_labels {
    mix_label_kind kind; /* what the rows so far hold: not both */
    bool known;          /* the components are a model's: their names are these, or none */
    size_t most;         /* components */
    mix_level_set names; /* TEXT */
} mix_fit_labels;

/* `known`: the components are those of a model, whose k names are `names`, or NULL. MIXTURE_OK or _NOMEM. */
mixture_status mix_fit_labels_begin(mix_fit_labels *labels, size_t k, bool known, const char *const *names);

/* Where a value stands, for errors: its place among the arguments, its column's name, its row. */
typedef struct mix_label_place {
    size_t argument;
    const char *column;
    uint64_t row;
} mix_label_place;

/* The component in a value, a TEXT that is no number. */
mixture_status mix_fit_labels_name(mix_fit_labels *labels, sqlite3_value *value, const mix_label_place *place,
                                   int *label, mixture_error *error);

/* After the last row, before the fit: the data's labels become those of sorted names. MIXTURE_OK, _NOMEM or
** _CANCELLED. */
mixture_status mix_fit_labels_sort(const mix_fit_labels *labels, mixture_data *data, const mix_cancel *cancel);

/* Give the model its names, if there are any; components that none of them is for have their number as a name.
** MIXTURE_OK or _NOMEM. */
mixture_status mix_fit_labels_give(const mix_fit_labels *labels, mixture_model *model);

void mix_fit_labels_clear(mix_fit_labels *labels);

#endif
