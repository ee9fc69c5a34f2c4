/* fit_families.h: the rows of mix_fit and mix_select, and of a refit of their models: values of any kind into
** data, and in the end data of one family, or of several. */
#ifndef MIX_FIT_FAMILIES_H
#define MIX_FIT_FAMILIES_H

#include "arguments.h"
#include "fit_columns.h"
#include "options_json.h"

/* Starts as {0}. */
typedef struct mix_fit_families {
    mix_fit_columns columns;
    mixture_parts *parts; /* what they have turned out to be; NULL: one part. Whoever takes it away leaves NULL */
    double **start;       /* where a refit starts from: so many arrays */
    size_t start_count;
} mix_fit_families;

/* As the options say, or the model that is fitted again (NULL: none). MIXTURE_OK or _NOMEM. */
mixture_status mix_fit_families_begin(mix_fit_families *families, const mix_fit_options *options,
                                      const mixture_model *model);
void mix_fit_families_clear(mix_fit_families *families);

/* A row into x[options->arguments], levels as numbers; `packed`: as one value, as the first one. */
mixture_status mix_fit_families_row(mix_fit_families *families, const mix_fit_options *options,
                                    const mix_row_arguments *row, bool packed, mixture_data *data, double *x,
                                    mixture_error *error);

/* After the last row: *family, of which the data's columns and their names are now in the order, and what of the
** options depends on it. */
mixture_status mix_fit_families_settle(mix_fit_families *families, mix_fit_options *options,
                                       const mixture_model *model, mixture_data *data, char **names,
                                       const mix_cancel *cancel, const mixture_family **family,
                                       mixture_error *error);

#endif
