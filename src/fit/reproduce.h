/* reproduce.h: can the log-likelihood of a fit be found again from the model that is delivered? A fit works in
** the data's frame, with log-likelihoods that lack what depends on no parameter. Doubles in the caller's units
** may be too coarse for what it found there; and what was left out so large that sums with it have no digits
** left. */
#ifndef MIX_REPRODUCE_H
#define MIX_REPRODUCE_H

#include "multistart.h"

/* Where that is in doubt, score the rows as they were given under `model`, prepared and in the caller's units,
** and put right what `run`, in those units as well (mix_result_run() with this shift), says of it; warnings of
** the model say why. MIXTURE_OK, _NOMEM or _CANCELLED. */
mixture_status mix_reproduce(const mix_multistart *multistart, double shift, mixture_model *model, mix_run *run);

#endif
