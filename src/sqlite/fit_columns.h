/* fit_columns.h: the columns of mix_fit and mix_select while their rows come, when it is not known yet of which
** family some of them are. A column with levels, or one that may turn out to have some, has the numbers of its
** levels in the data, in the order in which they came; in the end they are put in order, or become the numbers
** that they stand for. */
#ifndef MIX_FIT_COLUMNS_H
#define MIX_FIT_COLUMNS_H

#include "cancel.h"
#include "cells.h"
#include "families_json.h"
#include "family.h"
#include "level_set.h"

enum { MIX_MOST_LEVELS = 1000 };

typedef struct mix_fit_column {
    mix_column_wish wish;
    bool coded; /* the data hold numbers of levels */
    bool words; /* some of the levels are no numbers */
    mix_level_set levels;
    double *numbers; /* what each reads as, by its number; 0: as none */
    size_t capacity;
    size_t known; /* of the levels, those of a model that is fitted again */
} mix_fit_column;

/* Starts as {0}. */
typedef struct mix_fit_columns {
    size_t d;
    mix_fit_column *column;     /* d, in the caller's order */
    const mixture_family *like; /* of a mixed model that is fitted again; NULL: there is none */
} mix_fit_columns;

/* Columns with wishes (d, NULL: none), or those of the mixed family of a model. MIXTURE_OK or _NOMEM. */
mixture_status mix_fit_columns_begin(mix_fit_columns *columns, size_t d, const mix_column_wish *wishes,
                                     const mixture_family *like);
void mix_fit_columns_clear(mix_fit_columns *columns);

/* A value of column j as the number that goes into the data (NaN: NULL). Where it cannot be one
** MIXTURE_INVALID, with what was expected in *expected and no text in *error; MIXTURE_NOMEM. A column that has
** turned out to hold numbers is decoded in the data. */
mixture_status mix_fit_columns_take(mix_fit_columns *columns, size_t j, mix_cell *cell, mixture_data *data,
                                    double *x, const char **expected);

/* After the last row: the families of all columns, the levels in order, the data's columns in the order of the
** parts. *parts: the caller's to free; NULL where all columns are one part without levels, of *family.
** MIXTURE_OK, _NOMEM or _CANCELLED. */
mixture_status mix_fit_columns_finish(mix_fit_columns *columns, mixture_data *data, const mix_cancel *cancel,
                                      const mixture_family **family, mixture_parts **parts);

/* Parameters of the model that is fitted again, with room for levels that are new: each is as rare as one that was
** not seen. Arrays of *model's parts, k components; the caller's to free, also after an error, with the array of
** them. MIXTURE_OK or _NOMEM. */
mixture_status mix_fit_columns_start(const mix_fit_columns *columns, const mixture_model *model,
                                     const mixture_parts *parts, double ***arrays);

#endif
