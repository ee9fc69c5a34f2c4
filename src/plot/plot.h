/* plot.h: pictures of a model, with or without rows, as SVG text: complete by itself, without script, fonts or
** style sheets of others, and below 1 MB. The same model, options and rows in the same order give the same
** bytes. */
#ifndef MIX_PLOT_H
#define MIX_PLOT_H

#include "cancel.h"
#include "plot_options.h"

typedef struct mix_plot mix_plot;

/* A picture to be; model and options, which mix_plot_options_read() has checked, must outlive it. NULL: out of
** memory. */
mix_plot *mix_plot_new(const mixture_model *model, const mix_plot_options *options);
void mix_plot_free(mix_plot *plot); /* NULL is fine */

/* Add a row of all the model's columns, NaN where not observed. A row in which a column that is drawn is missing
** is left out; from a matrix of pairs only where it is needed. Memory is bounded, whatever the number of rows.
** MIXTURE_OK or MIXTURE_NOMEM. */
mixture_status mix_plot_add(mix_plot *plot, const double *x);
uint64_t mix_plot_rows(const mix_plot *plot); /* not left out */

/* Draw, once. On MIXTURE_OK *svg is the caller's to release with mix_memory_free(), else NULL. */
mixture_status mix_plot_draw(mix_plot *plot, const mix_cancel *cancel, char **svg, size_t *length,
                             mixture_error *error);

#endif
