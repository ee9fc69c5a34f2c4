/* select.h: mixture_select() as tests want it. */
#ifndef MIX_SELECT_H
#define MIX_SELECT_H

#include "mixture.h"

/* mixture_select() whose worker threads have arenas of so many bytes; 0: as many as they need. */
mixture_status mix_select(const mixture_family *family, mixture_data *data, const mixture_options *options,
                          const mixture_choices *choices, size_t arena_bytes, mixture_model **model,
                          mixture_error *error);

#endif
