/* whiskers.c: percentile intervals of a model's bootstrap, as lines. */
#include "whiskers.h"

#include <math.h>

#include "caption.h"
#include "extent.h"
#include "family.h"
#include "intervals.h"
#include "parameter.h"

#define CAP 3.5 /* half of the length of the line at each end */

/* The level of the intervals: 0.95, or the most that few replicates allow. 0: the picture has none. */
static double interval_level(const mix_drawing *drawing) {
    const mixture_bootstrap *bootstrap = drawing->model->bootstrap;
    mix_plot_what what = drawing->options->what;
    bool wanted = bootstrap != NULL && (what == MIX_PLOT_COMPONENTS || what == MIX_PLOT_PROFILE);
    return wanted ? fmin(0.95, mix_intervals_most(bootstrap)) : 0;
}

bool mix_whiskers_of(const mix_drawing *drawing, size_t c, size_t array, size_t entry, mix_range *interval) {
    double level = interval_level(drawing);
    if (level > 0) {
        size_t number = mix_parameter_number(drawing->model, c, array, entry);
        mix_intervals_percentile(drawing->model->bootstrap, number, level, &interval->low, &interval->high);
    }
    return level > 0;
}

/* The mean that is drawn, or would be. */
static double mean_of(const mixture_model *model, size_t c, size_t column) {
    const mix_column_moments *moments = model->family->moments;
    return mix_extent_has(model, &column, 1) ? mix_extent_mean(model, c, column)
           : moments != NULL                 ? moments->mean(model, c, column)
                                             : (double)NAN;
}

bool mix_whiskers_of_mean(const mix_drawing *drawing, size_t c, size_t i, double *mean, mix_range *interval) {
    const mixture_model *model = drawing->model;
    const mix_shape shape = mix_shape_of(model);
    size_t column = drawing->options->columns[i];
    *mean = mean_of(model, c, column);
    for (size_t a = 0; a < model->family->array_count && interval_level(drawing) > 0; a++) {
        size_t first = mix_parameter_first_column(model->family, a), d = mix_family_array_columns(&shape, a).d;
        bool of_column = model->family->arrays[a].rank == MIX_VECTOR && column >= first && column - first < d;
        if (of_column && model->arrays[a][c * d + (column - first)] == *mean) {
            return mix_whiskers_of(drawing, c, a, column - first, interval);
        }
    }
    return false;
}

void mix_whiskers_say(mix_drawing *drawing, const char *lines) {
    double level = interval_level(drawing);
    char percent[MIX_LABEL_BYTES];
    if (level > 0) {
        const mixture_bootstrap *bootstrap = drawing->model->bootstrap;
        mix_caption_say(drawing, "%s: intervals of %s, from %zu replicates.", lines,
                        level == 0.95 ? "95 %" : mix_caption_percent(level, percent),
                        bootstrap->replicates - bootstrap->unsound);
    }
}

void mix_whiskers_draw_x(mix_page *page, double from, double to, double y) {
    MIX_SVG(&page->svg, "<path class=\"m-halo\" stroke-width=\"3.4\" d=\"M@ @v@m0 @H@m0 @v@\"/>", from, y - CAP,
            2 * CAP, -CAP, to, -CAP, 2 * CAP);
    MIX_SVG(&page->svg, "<path class=\"m-line\" stroke-width=\"1.2\" d=\"M@ @v@m0 @H@m0 @v@\"/>\n", from, y - CAP,
            2 * CAP, -CAP, to, -CAP, 2 * CAP);
}

void mix_whiskers_draw_y(mix_page *page, double x, double from, double to) {
    MIX_SVG(&page->svg, "<path class=\"m-halo\" stroke-width=\"3.4\" d=\"M@ @h@m@ 0V@m@ 0h@\"/>", x - CAP, from,
            2 * CAP, -CAP, to, -CAP, 2 * CAP);
    MIX_SVG(&page->svg, "<path class=\"m-line\" stroke-width=\"1.2\" d=\"M@ @h@m@ 0V@m@ 0h@\"/>\n", x - CAP, from,
            2 * CAP, -CAP, to, -CAP, 2 * CAP);
}
