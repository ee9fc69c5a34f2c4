/* filled.h: rows with what is missing filled in, for clustering them and for the first M-step. */
#ifndef MIX_FILLED_H
#define MIX_FILLED_H

#include "cancel.h"
#include "data.h"

/* A copy of standardized data, row for row, in which every value that is missing is what one component, fitted to
** all rows, expects there. MIXTURE_OK, _INVALID (no such fit can be made), _NOMEM or _CANCELLED; *filled is NULL
** unless OK. */
mixture_status mix_filled_new(const mixture_family *family, const mixture_data *data,
                              const mixture_options *options, const mix_cancel *cancel, mixture_data **filled);
void mix_filled_free(mixture_data *filled); /* before the data; NULL is fine */

#endif
