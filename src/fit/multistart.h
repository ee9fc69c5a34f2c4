/* multistart.h: the best fit of one number of components and one structure. */
#ifndef MIX_MULTISTART_H
#define MIX_MULTISTART_H

#include "em.h"
#include "soundness.h"
#include "starts.h"

/* What fits of one table share. */
typedef struct mix_multistart {
    const mixture_family *family;
    const mixture_data *data; /* standardized */
    const mix_cancel *cancel;
    mix_init *init;                     /* these two may be NULL when the start gives everything */
    mix_starts *starts;                 /* of the k that is fitted */
    const mixture_model *given;         /* what the caller gave, in the data's frame; NULL: nothing */
    double single[MIX_MOST_STRUCTURES]; /* log-likelihood of one component, by structure; NAN: not asked for yet */

    /* Told how far a fit is; NULL: nobody is. shift: see mix_result_shift, for the log-likelihood that it is
    ** told. */
    mixture_watch *watch;
    double shift;

    /* The fit is one of many: contenders that fall behind are given up, and fewer go on to the end. */
    bool many;
    /* Only a sound fit is of use: contenders that stay where the likelihood has no maximum are given up. */
    bool sound_only;
} mix_multistart;

/* Share of the rows that noise begins with, where nothing is given. */
#define MIX_FIRST_NOISE 0.05

/* What was found. */
typedef struct mix_found {
    mixture_model *model; /* in the data's frame, components in their final order, with all warnings */
    mix_run run;
    mix_soundness soundness;
} mix_found;

void mix_multistart_begin(mix_multistart *multistart, const mixture_family *family, const mixture_data *data,
                          const mix_cancel *cancel);

/* Whether the caller's start leaves nothing to draw. */
bool mix_multistart_everything_given(const mixture_family *family, const mixture_options *options);

/* Fit options->k components with options->structure. nested: a fit of as many components with another structure to
** start from besides those that are drawn, in the data's frame; NULL: none. On MIXTURE_OK
** mix_found_clear() frees. */
mixture_status mix_multistart_run(mix_multistart *multistart, const mixture_options *options,
                                  const mixture_model *nested, mix_found *found, mixture_error *error);
void mix_found_clear(mix_found *found); /* {0} is fine */

/* Fit them from another structure's fit alone, in the data's frame. */
mixture_status mix_multistart_continue(mix_multistart *multistart, const mixture_options *options,
                                       const mixture_model *from, mix_found *found, mixture_error *error);

/* A copy, of memory of its own. MIXTURE_OK or, with *to as it is after mix_found_clear(), MIXTURE_NOMEM. */
mixture_status mix_found_copy(mix_found *to, const mix_found *from);

#endif
