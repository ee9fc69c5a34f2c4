/* plot_rows.h: what a picture takes from the rows, in bounded memory. */
#ifndef MIX_PLOT_ROWS_H
#define MIX_PLOT_ROWS_H

#include "histogram.h"
#include "plot_options.h"
#include "plot_points.h"

typedef struct mix_plot {
    const mixture_model *model;
    const mix_plot_options *options;
    mix_plot_points points;
    uint64_t rows, left_out, beyond;    /* drawn; without a value; beyond the axes, or without a logarithm there */
    mix_range ranges[MIX_PLOT_COLUMNS]; /* of the columns drawn, all rows, on their axes */
    mix_histogram histograms[MIX_PLOT_COLUMNS];
    uint64_t observed[MIX_PLOT_COLUMNS]; /* values, with those that have no place in the histogram */
} mix_plot;

/* A picture to be; model and options, which mix_plot_options_read() has checked, must outlive it. NULL: out of
** memory. */
mix_plot *mix_plot_new(const mixture_model *model, const mix_plot_options *options);
void mix_plot_free(mix_plot *plot); /* NULL is fine */

/* A value of the i-th column drawn as a place on its axis; NaN: it has none there, or is not observed. */
double mix_plot_on_axis(const mix_plot_options *options, size_t i, double value);

/* Add a row of all the model's columns, NaN where not observed. A row in which a column that is drawn is missing
** or beyond its axis is left out; from a matrix of pairs only where it is needed. Memory is bounded, whatever the
** number of rows. MIXTURE_OK or MIXTURE_NOMEM. */
mixture_status mix_plot_add(mix_plot *plot, const double *x);
uint64_t mix_plot_rows(const mix_plot *plot); /* not left out */

#endif
