/* model_rows.h: rows behind a model, as aggregates take them that go on from it: the values of its columns, and
** with options a weight and a label among them. */
#ifndef MIX_MODEL_ROWS_H
#define MIX_MODEL_ROWS_H

#include "aggregate.h"
#include "fit_labels.h"
#include "options_json.h"

/* Starts as {0}. */
typedef struct mix_model_rows {
    mix_fit_options options;
    int values;           /* arguments behind the model that are no options */
    sqlite3_value **data; /* the row's values without weight and label */
    mix_fit_labels labels;
    double weight; /* of the row at hand: 1 where there are none */
    int label;     /* 1..k, or 0 for unknown */
} mix_model_rows;

/* The first row: read its options. `use`: what they are for. */
mixture_status mix_model_rows_start(mix_model_rows *rows, mix_group *group, mix_options_use use,
                                    mixture_error *error);
/* A later one: the options must be the same. */
mixture_status mix_model_rows_same(const mix_group *group, mixture_error *error);
/* Each row: its values into group->parsed->x, its weight and label. *taken: whether its weight is more than 0; the
** label is read only then. */
mixture_status mix_model_rows_read(mix_model_rows *rows, const mix_group *group, bool *taken,
                                   mixture_error *error);
void mix_model_rows_clear(mix_model_rows *rows);

/* What the rows have besides values: MIXTURE_WEIGHTED, MIXTURE_LABELLED. */
unsigned mix_model_rows_extras(const mix_model_rows *rows);

#endif
