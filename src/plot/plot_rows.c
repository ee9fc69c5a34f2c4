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

double mix_plot_on_axis(const mix_plot_options *options, size_t i, double value) {
    const mix_plot_axis *axis = &options->axes[mix_plot_is_matrix(options) ? 0 : i];
    bool beyond = axis->limited && !(value >= axis->low && value <= axis->high);
    return beyond || (axis->log && !(value > 0)) ? (double)NAN : axis->log ? log10(value) : value;
}

mixture_status mix_plot_add(mix_plot *plot, const double *x) {
    const mix_plot_options *options = plot->options;
    double places[MIX_PLOT_COLUMNS];
    size_t observed = 0, shown = 0, count = options->column_count;
    for (size_t i = 0; i < count; i++) {
        double value = x[options->columns[i]];
        places[i] = mix_plot_on_axis(options, i, value);
        observed += isnan(value) ? 0 : 1;
        shown += isnan(places[i]) ? 0 : 1;
        plot->observed[i] += isnan(value) ? 0 : 1;
    }
    size_t needed = mix_plot_is_matrix(options) ? 1 : count;
    if (shown < needed) {
        plot->left_out += observed < needed ? 1 : 0;
        plot->beyond += observed < needed ? 0 : 1;
        return MIXTURE_OK;
    }
    plot->rows++;
    for (size_t i = 0; i < count; i++) {
        if (!isnan(places[i])) {
            mix_range_add(&plot->ranges[i], places[i]);
            if (count != 2 && mix_histogram_add(&plot->histograms[i], places[i]) != MIXTURE_OK) {
                return MIXTURE_NOMEM;
            }
        }
    }
    return options->points > 0 ? mix_plot_points_add(&plot->points, x) : MIXTURE_OK;
}

uint64_t mix_plot_rows(const mix_plot *plot) {
    return plot->rows;
}
