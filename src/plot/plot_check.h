/* plot_check.h: whether a model can be drawn as the options say. */
#ifndef MIX_PLOT_CHECK_H
#define MIX_PLOT_CHECK_H

#include "plot_options.h"

/* Options that are complete. MIXTURE_OK or _INVALID, with a text as mix_plot_options_read() has it. */
mixture_status mix_plot_check(const mixture_model *model, const mix_plot_options *options, mixture_error *error);

#endif
