/* plot_rows.c: rows in: their ranges, histograms and a sample. */
#include "plot_rows.h"

#include <math.h>

#include "memory.h"

mix_plot *mix_plot_new(const mixture_model *model, const mix_plot_options *options) {
    mix_plot *plot = mix_memory_zeros(1, sizeof *plot);
    if (plot != NULL) {
        plot->model = model;
        plot->options = options;
        plot->points.d = model->d;
        plot->points.limit = options->points;
        for (size_t i = 0; i < MIX_PLOT_COLUMNS; i++) {
            plot->ranges[i] = MIX_RANGE_EMPTY;
        }
    }
    return plot;
}

void mix_plot_free(mix_plot *plot) {
    if (plot != NULL) {
        mix_plot_points_free(&plot->points);
        for (size_t i = 0; i < MIX_PLOT_COLUMNS; i++) {
            mix_histogram_free(&plot->histograms[i]);
        }
        mix_memory_free(plot);
    }
}

mixture_status mix_plot_add(mix_plot *plot, const double *x) {
    const mix_plot_options *options = plot->options;
    size_t observed = 0;
    for (size_t i = 0; i < options->column_count; i++) {
        observed += isnan(x[options->columns[i]]) ? 0 : 1;
    }
    bool matrix = options->column_count > 2;
    if (observed < options->column_count && (!matrix || observed == 0)) {
        plot->left_out++;
        return MIXTURE_OK;
    }
    plot->rows++;
    for (size_t i = 0; i < options->column_count; i++) {
        double value = x[options->columns[i]];
        if (!isnan(value)) {
            mix_range_add(&plot->ranges[i], value);
            if (options->column_count != 2 && mix_histogram_add(&plot->histograms[i], value) != MIXTURE_OK) {
                return MIXTURE_NOMEM;
            }
        }
    }
    return options->points > 0 ? mix_plot_points_add(&plot->points, x) : MIXTURE_OK;
}

uint64_t mix_plot_rows(const mix_plot *plot) {
    return plot->rows;
}
