/* profile.h: how the components differ from all of them together, column by column. */
#ifndef MIX_PROFILE_H
#define MIX_PROFILE_H

#include "cancel.h"
#include "mixture.h"

/* What a component says of a column, or of one level of it; NaN where that is nothing. Of a level, or a share of a
** multinomial row, the means are probabilities, there are no deviations, and the difference is the lift: how many
** times as likely it is here. */
typedef struct mix_profile {
    size_t component, column, level; /* the column in the model's own order */
    bool leveled;                    /* the column has levels */
    double mean, deviation, overall_mean, overall_deviation, difference;
    double tells; /* how far the mean is from that of all, in deviations of all; those of a level are of its
                  ** indicator */
} mix_profile;

/* All of these, those that tell most first, those that are NaN last; equal ones by component, column and level.
** The overall distribution is that of the components without noise. *result (*count of them) is the caller's to
** free with mix_memory_free. MIXTURE_OK, _NOMEM or _CANCELLED. */
mixture_status mix_profile_make(const mixture_model *model, const mix_cancel *cancel, mix_profile **result,
                                size_t *count, mixture_error *error);

#endif
