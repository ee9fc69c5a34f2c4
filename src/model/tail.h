/* tail.h: how unusual a row is: the share of the mixture that is at most as dense as it. Densities are compared
** with those of rows drawn from the model, so that the answer has no unit and is the same whatever a column is
** measured in. Noise takes no part: what belongs to no component is what is looked for. */
#ifndef MIX_TAIL_H
#define MIX_TAIL_H

#include "cancel.h"
#include "mixture.h"

/* The log densities that were drawn, for some patterns of NULLs: those asked for last. */
typedef struct mix_tails mix_tails;

void mix_tails_free(mix_tails *tails);          /* NULL is fine */
size_t mix_tails_bytes(const mix_tails *tails); /* that it takes, about; 0 of NULL */

/* (1 + rows drawn that are at most as dense as x) / (1 + rows drawn), of the columns that x has; 1 if it has none.
** *tails is NULL at first, and the caller's to free; the model must stay. MIXTURE_OK, _NOMEM, _CANCELLED, or
** _INVALID with a text. */
mixture_status mix_tails_share(mix_tails **tails, const mixture_model *model, const double *x,
                               const mix_cancel *cancel, double *share, mixture_error *error);

#endif
