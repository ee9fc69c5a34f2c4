/* fit_replicates.h: what many fits of an aggregate's rows say: mix_bootstrap, mix_test. */
#ifndef MIX_FIT_REPLICATES_H
#define MIX_FIT_REPLICATES_H

#include "aggregate.h"
#include "options_json.h"

/* The rows and what is to be done with them. */
typedef struct mix_fit_rows {
    const mix_group *group;
    const mixture_family *family;
    mixture_data *data;
    const mix_fit_options *options;
    size_t skipped;
} mix_fit_rows;

/* The result is the model of the group, with its bootstrap; that of a test. MIXTURE_OK, _NOMEM, _CANCELLED, or
** _INVALID with a text. */
mixture_status mix_fit_bootstrap(const mix_fit_rows *rows, sqlite3_context *context, mixture_error *error);
mixture_status mix_fit_test(const mix_fit_rows *rows, sqlite3_context *context, mixture_error *error);

#endif
