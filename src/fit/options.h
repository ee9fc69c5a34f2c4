/* options.h: one check of all options. */
#ifndef MIX_OPTIONS_H
#define MIX_OPTIONS_H

#include "mixture.h"

/* Bounds, both included. */
#define MIX_MIN_VARIANCE_LEAST 1e-12
#define MIX_MIN_VARIANCE_DEFAULT 1e-9
#define MIX_MAX_RESOLUTION 1e75 /* of a column whose squares a double holds */
/* Of a step that a model has: its square is finite. Rows of next to no weight may be farther apart than
** deviations. */
#define MIX_MAX_STEP 1e150
enum {
    MIX_MAX_THREADS = 64,
    MIX_MAX_N_INIT = 10000,
    MIX_MAX_ITER = 1000000000,
    MIX_MAX_SELECT_K = 1000,
    MIX_MAX_SAMPLE = 1000000000
};

/* MIXTURE_OK, or MIXTURE_INVALID with a text that names the option and what it may be. */
mixture_status mix_options_check(const mixture_options *options, mixture_error *error);

#endif
