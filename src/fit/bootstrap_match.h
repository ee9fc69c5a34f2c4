/* bootstrap_match.h: components that have changed places. */
#ifndef MIX_BOOTSTRAP_MATCH_H
#define MIX_BOOTSTRAP_MATCH_H

#include "em.h"

/* For each component of the reference the one of the model, of as many, that most of its rows go to: from[c]. Both
** are prepared models of em's data in their frame. MIXTURE_OK, _NOMEM or _CANCELLED. */
mixture_status mix_bootstrap_match(mix_em *em, const mixture_model *reference, const mixture_model *model,
                                   const mix_cancel *cancel, size_t *from);

#endif
