/* plot.h: pictures of a model, with or without rows, as SVG text: complete by itself, without script, fonts or
** style sheets of others, and below 1 MB. The same model, options and rows in the same order give the same
** bytes. */
#ifndef MIX_PLOT_H
#define MIX_PLOT_H

#include "cancel.h"
#include "plot_rows.h"

/* Draw, once. On MIXTURE_OK *svg is the caller's to release with mix_memory_free(), else NULL. */
mixture_status mix_plot_draw(mix_plot *plot, const mix_cancel *cancel, char **svg, size_t *length,
                             mixture_error *error);

#endif
