/* options_json.h: fit options as JSON text. */
#ifndef MIX_OPTIONS_JSON_H
#define MIX_OPTIONS_JSON_H

#include "reader.h"

/* Options and what they point to. The arguments before k are the data's columns, among them perhaps a weight and
** a label, which are no columns of the model. */
typedef struct mix_fit_options {
    mixture_options options;
    size_t arguments, d;               /* d: of them, those that are data */
    char **columns;                    /* names of all arguments; NULL: not given */
    size_t weight, label;              /* 1-based place among the arguments; 0: none */
    double *start[1 + MIXTURE_ARRAYS]; /* weights, then the arrays that options.start points to */
} mix_fit_options;

/* Read the options of a fit of k components to that many arguments; all values are checked. text NULL: the
** defaults. In every case mix_options_json_clear() frees. */
mixture_status mix_options_json_read(const char *text, size_t length, const mixture_family *family, size_t k,
                                     size_t arguments, mix_fit_options *options, mixture_error *error);
void mix_options_json_clear(mix_fit_options *options);

#endif
