/* noise_box.h: the box over which noise is uniform. */
#ifndef MIX_NOISE_BOX_H
#define MIX_NOISE_BOX_H

#include "family.h"

/* Measure the box of standardized data, once: data->noise_box and noise_log_density. Its volume is that of the
** smaller of the box along the axes and, of complete numbers, the one along the principal axes, in the user's
** units, as mclust's hypvol() has it. MIXTURE_OK, _NOMEM or _CANCELLED. */
mixture_status mix_noise_box_measure(const mix_shape *shape, mixture_data *data, const mix_cancel *cancel);

#endif
