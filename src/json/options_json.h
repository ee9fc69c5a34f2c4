/* options_json.h: options of fits and selections as JSON text. */
#ifndef MIX_OPTIONS_JSON_H
#define MIX_OPTIONS_JSON_H

#include "families_json.h"
#include "reader.h"
#include "start_json.h"

/* Options and what they point to. The arguments before k are the data's columns, among them perhaps a weight and
** a label, which are no columns of the model. */
typedef struct mix_fit_options {
    mixture_options options;
    size_t arguments, d;     /* d: of them, those that are data */
    char **columns;          /* names of all arguments; NULL: not given */
    size_t weight, label;    /* 1-based place among the arguments; 0: none */
    mix_start_read start;    /* what options.start points to */
    bool start_later;        /* there is more of it, which mix_options_json_start() reads */
    mix_column_wish *wishes; /* what is said of the arguments, of a mixed fit; NULL: nothing */
    double *resolution;      /* d, what options.resolution points to; NULL: not given */
    double memory;           /* of an update: rows that the model counts for at most; INFINITY: all */

    /* Of a selection; options.k is then the largest k tried. */
    mixture_choices choices;
    size_t *k_list; /* choices.k and .structures point to these */
    int structures[MIX_MOST_STRUCTURES];

    /* Of a bootstrap, and the number of a test: */
    mixture_resampling resampling;
    size_t replicates;
} mix_fit_options;

enum { MIX_REPLICATES_DEFAULT = 999, MIX_MAX_REPLICATES = 1000000 };

/* What is done with the rows. */
typedef enum mix_options_purpose {
    MIX_FOR_FIT,       /* a fit, a refit, a selection */
    MIX_FOR_BOOTSTRAP, /* refits to resamples */
    MIX_FOR_TEST       /* a test of k against k + 1 components */
} mix_options_purpose;

/* What they are options of. */
typedef enum mix_options_use {
    MIX_OPTIONS_OF_FIT,
    MIX_OPTIONS_OF_PASS,  /* of one pass with a model over rows */
    MIX_OPTIONS_OF_UPDATE /* of a model that takes rows in */
} mix_options_use;

/* What the options are for. */
typedef struct mix_options_target {
    const mixture_family *family;
    bool select;      /* among 1..k components, or those that the options list */
    size_t k;         /* components, or the most */
    size_t arguments; /* that are data, weight or label */
    const mixture_model
        *model;               /* to be fitted again from where it is: its k and structure, its parameters to start
                                ** from, its names; it outlives the options. NULL: none */
    const mix_cancel *cancel; /* asked whether to stop; NULL: nobody */
    mix_options_use use;
    mix_options_purpose purpose;
} mix_options_target;

/* Read options; all values are checked. text NULL: the defaults. In every case mix_options_json_clear() frees. */
mixture_status mix_options_json_read(const char *text, size_t length, const mix_options_target *target,
                                     mix_fit_options *options, mixture_error *error);
/* Where a mixed fit starts, from the same text when its family is known: the parameters that init gives. */
mixture_status mix_options_json_start(const char *text, size_t length, const mix_options_target *target,
                                      mix_fit_options *options, mixture_error *error);
/* How many names the option `columns` has; 0: none, or the text is not right. MIXTURE_OK, _NOMEM or _CANCELLED. */
mixture_status mix_options_json_columns(const char *text, size_t length, const mix_cancel *cancel, size_t *count);

void mix_options_json_clear(mix_fit_options *options);

#endif
