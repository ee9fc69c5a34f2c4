/* fit_window.h: fits of a window's frames, one after another: each goes on from the one before, of which most rows
** are the same. */
#ifndef MIX_FIT_WINDOW_H
#define MIX_FIT_WINDOW_H

#include "aggregate.h"

/* mixture_fit() of the rows of a frame; when there is no window, or nothing to go on from, just that.
**
** It is fitted anew, too, and the better one taken, when a 32nd of the rows has been exchanged for others since
** that was done last, and where going on is doubtful: it does not converge, has more warnings than the fit that
** it comes from, or the log-likelihood has fallen far for the rows that have come. */
mixture_status mix_fit_window(mix_window *window, const mixture_family *family, mixture_data *data,
                              const mixture_options *options, mixture_model **model, mixture_error *error);

/* When all is done with the model: the next one goes on from it. In a window it is taken away. */
void mix_fit_window_keep(mix_window *window, mixture_model **model);

#endif
