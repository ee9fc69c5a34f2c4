/* options_json.h: fit options as JSON text. */
#ifndef MIX_OPTIONS_JSON_H
#define MIX_OPTIONS_JSON_H

#include "reader.h"

/* Options and what they point to. */
typedef struct mix_fit_options {
    mixture_options options;
    char **columns; /* d names; NULL: not given */
    size_t d;
    double *start[1 + MIXTURE_ARRAYS]; /* weights, then the arrays that options.start points to */
} mix_fit_options;

/* Read the options of a fit of k components to d columns; all values are checked. text NULL: the defaults. In every
** case mix_options_json_clear() frees. */
mixture_status mix_options_json_read(const char *text, size_t length, const mixture_family *family, size_t k,
                                     size_t d, mix_fit_options *options, mixture_error *error);
void mix_options_json_clear(mix_fit_options *options);

#endif
