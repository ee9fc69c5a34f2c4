/* field.c: marginals, levels and grids. */
#include "field.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "extent.h"
#include "family.h"
#include "memory.h"
#include "sort.h"

/* ---- Scoring ------------------------------------------------------------------------------------------- */

mixture_status mix_scorer_begin(mix_scorer *scorer, const mixture_model *model) {
    scorer->model = model;
    scorer->scratch = mixture_scratch_new(model);
    scorer->resp = mix_memory_zeros(model->k, sizeof(double));
    return scorer->scratch != NULL && scorer->resp != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
}

void mix_scorer_end(mix_scorer *scorer) {
    mixture_scratch_free(scorer->scratch);
    mix_memory_free(scorer->resp);
    *scorer = (mix_scorer){0};
}

double mix_scorer_log_density(const mix_scorer *scorer, const double *x) {
    return mixture_responsibilities(scorer->model, x, scorer->resp, scorer->scratch);
}

double mix_scorer_work(const mix_scorer *scorer) {
    double d = (double)scorer->model->d;
    return fmax(100 * ((double)scorer->model->k + 4) * d * d, MIX_TURN / 64);
}

/* ---- Levels -------------------------------------------------------------------------------------------- */

/* Log densities of rows drawn from the model. */
static mixture_status sample_densities(const mix_scorer *scorer, size_t draws, const mix_cancel *cancel,
                                       double *log_densities) {
    mixture_sampler *sampler = mixture_sampler_new(scorer->model, 0, 0);
    double *x = mix_memory_array(scorer->model->d, sizeof(double));
    mixture_status status = sampler != NULL && x != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    mix_turns turns = {.cancel = cancel};
    for (size_t i = 0; i < draws && status == MIXTURE_OK; i++) {
        (void)mixture_sampler_draw(sampler, x);
        log_densities[i] = mix_scorer_log_density(scorer, x);
        if (mix_turns_over(&turns, mix_scorer_work(scorer))) {
            status = MIXTURE_CANCELLED;
        }
    }
    mixture_sampler_free(sampler);
    mix_memory_free(x);
    return status;
}

mixture_status mix_field_levels(const mix_scorer *scorer, const double *probabilities, size_t count, size_t draws,
                                const mix_cancel *cancel, double *log_levels) {
    double *sample = mix_memory_array(draws, sizeof(double));
    mixture_status status = sample != NULL ? sample_densities(scorer, draws, cancel, sample) : MIXTURE_NOMEM;
    if (status == MIXTURE_OK) {
        mix_sort_rising(sample, draws);
        for (size_t i = 0; i < count; i++) {
            double place = (1 - probabilities[i]) * (double)(draws - 1);
            size_t at = (size_t)place < draws - 1 ? (size_t)place : draws - 2;
            log_levels[i] = sample[at] + (place - (double)at) * (sample[at + 1] - sample[at]);
        }
    }
    mix_memory_free(sample);
    return status;
}

double mix_field_radius(const mixture_model *model, double log_level, size_t c) {
    double peak = model->family->geometry->peak(model, c);
    double squared = 2 * (log((double)model->k) + model->log_weights[c] + peak - log_level);
    return squared >= 0 ? sqrt(squared) : -1;
}

void mix_field_reach(const mixture_model *model, double log_level, size_t j, mix_range *range) {
    for (size_t c = 0; c < model->k; c++) {
        double radius = mix_field_radius(model, log_level, c);
        if (radius >= 0) {
            double mean = mix_extent_mean(model, c, j);
            double reach = radius * mix_extent_deviation(model, c, j);
            mix_range_add(range, fmax(mean - reach, -DBL_MAX));
            mix_range_add(range, fmin(mean + reach, DBL_MAX));
        }
    }
}

/* ---- Grids --------------------------------------------------------------------------------------------- */

/* A stretch of the axis in which neighbors are to be `spacing` apart. */
typedef struct stretch {
    double low, high, spacing;
} stretch;

/* A component's stretch of column j: 3.2 deviations each way, neighbors half a conditional deviation apart, for
** the density may be a narrow ridge across the columns. */
static stretch component_stretch(const mixture_model *model, size_t c, size_t j, size_t most) {
    double mean = mix_extent_mean(model, c, j), reach = 3.2 * mix_extent_deviation(model, c, j);
    double conditional = model->family->geometry->conditional_deviation(model, c, j);
    return (stretch){mean - reach, mean + reach, fmax(conditional / 2, 2 * reach / (double)most)};
}

/* Steps that a walk over the stretches takes at most. */
static double count_steps(const stretch *stretches, size_t count, double spacing) {
    double steps = 0;
    for (size_t i = 0; i < count; i++) {
        steps +=
            stretches[i].spacing < spacing ? (stretches[i].high - stretches[i].low) / stretches[i].spacing : 0;
    }
    return steps;
}

/* From x to the next place: as far as the narrowest stretch around x allows, but not past the beginning of a
** narrower one. */
static double step(const stretch *stretches, size_t count, double x, double spacing, double slack) {
    double length = spacing;
    for (size_t i = 0; i < count; i++) {
        if (stretches[i].low <= x && x < stretches[i].high) {
            length = fmin(length, stretches[i].spacing * slack);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (stretches[i].low > x && stretches[i].spacing * slack < length) {
            length = fmin(length, stretches[i].low - x);
        }
    }
    return fmax(x + length, nextafter(x, INFINITY));
}

mixture_status mix_field_lines(const mixture_model *model, size_t j, mix_range range, size_t uniform, size_t most,
                               double **lines, size_t *count) {
    size_t extra = most > uniform ? most - uniform : 0, used = 0;
    size_t room = uniform + (extra > 0 ? extra + 2 * model->k : 0);
    stretch *stretches = mix_memory_array(model->k, sizeof *stretches);
    double *places = *lines = mix_memory_array(room, sizeof(double));
    *count = 0;
    if (stretches == NULL || places == NULL) {
        mix_memory_free(stretches);
        return MIXTURE_NOMEM;
    }
    size_t intervals = uniform > 1 ? uniform - 1 : 1;
    double spacing = range.high / (double)intervals - range.low / (double)intervals;
    for (size_t c = 0; c < model->k && extra > 0; c++) {
        stretches[used++] = component_stretch(model, c, j, extra);
    }
    double slack = extra > 0 ? fmax(1, count_steps(stretches, used, spacing) / (double)extra) : 1;
    if (used == 0) { /* no rounding adds up */
        for (; *count < uniform; (*count)++) {
            places[*count] = mix_range_at(range, uniform > 1 ? (double)*count / (double)intervals : 0.5);
        }
    } else {
        for (double x = range.low; x < range.high && *count + 1 < room;
             x = step(stretches, used, x, spacing, slack)) {
            places[(*count)++] = x;
        }
        places[(*count)++] = range.high;
    }
    mix_memory_free(stretches);
    return MIXTURE_OK;
}

void mix_field_free(mix_field *field) {
    mix_memory_free(field->x);
    mix_memory_free(field->y);
    mix_memory_free(field->log_density);
    *field = (mix_field){0};
}

mixture_status mix_field_make(mix_field *field, const mix_scorer *scorer, const mix_range ranges[2],
                              const size_t uniform[2], const size_t most[2], const mix_cancel *cancel) {
    mixture_status status =
        mix_field_lines(scorer->model, 0, ranges[0], uniform[0], most[0], &field->x, &field->nx);
    if (status == MIXTURE_OK) {
        status = mix_field_lines(scorer->model, 1, ranges[1], uniform[1], most[1], &field->y, &field->ny);
    }
    if (status != MIXTURE_OK) {
        return status;
    }
    field->log_density = mix_memory_array(field->nx * field->ny, sizeof(double));
    if (field->log_density == NULL) {
        return MIXTURE_NOMEM;
    }
    mix_turns turns = {.cancel = cancel};
    for (size_t j = 0; j < field->ny; j++) {
        for (size_t i = 0; i < field->nx; i++) {
            double x[2] = {field->x[i], field->y[j]};
            field->log_density[j * field->nx + i] = mix_scorer_log_density(scorer, x);
            if (mix_turns_over(&turns, mix_scorer_work(scorer))) {
                return MIXTURE_CANCELLED;
            }
        }
    }
    return MIXTURE_OK;
}
