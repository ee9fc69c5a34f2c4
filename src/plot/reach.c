/* reach.c: ranges of axes. */
#include "reach.h"

#include <math.h>

#include "extent.h"
#include "family.h"
#include "memory.h"
#include "sort.h"

enum { DRAWS = 2000 };
#define TAIL 0.001 /* share of a sample that an axis need not reach, at each end: tails may be heavy */

void mix_reach_add(mix_range *range, bool log, double place, double reach) {
    double low = place - reach, high = place + reach;
    if (log) {
        low = place > 0 ? log10(fmax(low, place / 10)) : (double)INFINITY;
        high = high > 0 ? log10(high) : -(double)INFINITY;
    }
    mix_range_add(range, low);
    mix_range_add(range, high);
}

mixture_status mix_reach_sample(const mix_drawing *drawing, size_t i, double **values, size_t *count) {
    const mixture_model *model = drawing->model;
    *values = NULL;
    *count = 0;
    if (model->family->sampling == NULL) {
        return MIXTURE_OK;
    }
    size_t trials = (size_t)fmin(fmax(round(model->trials), 1), 1e6), used = 0;
    mixture_sampler *sampler = mixture_sampler_new(model, 0, trials);
    double *x = mix_memory_array(model->d, sizeof(double));
    double *drawn = mix_memory_array(DRAWS, sizeof(double));
    mixture_status status = sampler != NULL && x != NULL && drawn != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    mix_turns turns = {.cancel = drawing->cancel};
    while (status == MIXTURE_OK && used < DRAWS) {
        (void)mixture_sampler_draw(sampler, x);
        drawn[used++] = x[drawing->options->columns[i]];
        status = mix_turns_over(&turns, 100 * (double)model->d) ? MIXTURE_CANCELLED : MIXTURE_OK;
    }
    mixture_sampler_free(sampler);
    mix_memory_free(x);
    if (status != MIXTURE_OK) {
        mix_memory_free(drawn);
        return status;
    }
    mix_sort_rising(drawn, DRAWS);
    *values = drawn;
    *count = DRAWS;
    return MIXTURE_OK;
}

mixture_status mix_reach_components(const mix_drawing *drawing, size_t i, mix_range *range) {
    const mixture_model *model = drawing->model;
    size_t j = drawing->options->columns[i], count;
    bool log = mix_drawing_is_log(drawing, i);
    bool has = mix_extent_has(model, &j, 1);
    for (size_t c = 0; c < model->k && has; c++) {
        mix_reach_add(range, log, mix_extent_mean(model, c, j), 3 * mix_extent_deviation(model, c, j));
    }
    if (has || drawing->options->rows) {
        return MIXTURE_OK; /* rows say well enough where components without a geometry are */
    }
    double *values;
    mixture_status status = mix_reach_sample(drawing, i, &values, &count);
    for (size_t v = 0; v < count; v++) {
        bool tail = (double)v < TAIL * (double)count || (double)(count - v) <= TAIL * (double)count;
        mix_range_add(range, tail ? (double)NAN : log ? log10(values[v]) : values[v]);
    }
    mix_memory_free(values);
    return status;
}

mix_range mix_reach_axis(const mix_drawing *drawing, size_t axis, mix_range range, double share) {
    const mix_plot_axis *asked = &drawing->options->axes[axis];
    if (!asked->limited) {
        return mix_range_pad(range, share);
    }
    return mix_range_pad(
        asked->log ? (mix_range){log10(asked->low), log10(asked->high)} : (mix_range){asked->low, asked->high}, 0);
}
