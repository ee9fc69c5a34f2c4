/* given.h: the parameters that the caller gives to start from. */
#ifndef MIX_GIVEN_H
#define MIX_GIVEN_H

#include "data.h"

bool mix_given_any(const mixture_family *family, const mixture_start *start);

/* Check what options->start gives, in the caller's units, and make a model of options->k components of it in the
** frame of the data, which are standardized; what is derived from its parameters is stale. The caller's to free,
** also after an error. MIXTURE_OK, _NOMEM or _INVALID with a text. */
mixture_status mix_given_take(const mixture_family *family, const mixture_data *data,
                              const mixture_options *options, mixture_model **result, mixture_error *error);

#endif
