/* curves.c: one column: its histogram, density of the mixture, parts of the components. */
#include "curves.h"

#include <float.h>
#include <math.h>

#include "extent.h"
#include "family.h"
#include "memory.h"
#include "reach.h"
#include "sort.h"

enum { MOST_WHOLE = 100 }; /* whole numbers that get bars of their own */

static bool is_whole(const mix_drawing *drawing, size_t column) {
    const mix_shape shape = mix_shape_of(drawing->model);
    return drawing->model->family->column(&shape, drawing->options->columns[column])->whole &&
           !mix_drawing_is_log(drawing, column);
}

/* ---- The histogram ------------------------------------------------------------------------------------------ */

/* The histogram's bars; a bar is at least a quarter of a deviation of the narrowest component wide, so that the
** bar of a constant column can be compared with its density. */
static mixture_status make_bars(const mix_drawing *drawing, size_t column, mix_bar **bars, size_t *count) {
    const mixture_model *model = drawing->model;
    size_t j = drawing->options->columns[column];
    double deviation = INFINITY;
    for (size_t c = 0; c < model->k && mix_extent_has(model, &j, 1); c++) {
        deviation = fmin(deviation, mix_extent_deviation(model, c, j));
    }
    bool free = !isfinite(deviation) || mix_drawing_is_log(drawing, column);
    return mix_histogram_bars(&drawing->plot->histograms[column], free ? 0 : deviation / 4, bars, count);
}

mixture_status mix_curves_reach(const mix_drawing *drawing, size_t column, mix_range *range) {
    mix_bar *bars = NULL;
    size_t count = 0;
    mixture_status status = mix_reach_components(drawing, column, range);
    if (status == MIXTURE_OK) {
        status = make_bars(drawing, column, &bars, &count);
    }
    if (is_whole(drawing, column) &&
        range->low <= range->high) { /* each has a bar of its own, or is in a wider one */
        range->low -= 0.5;
        range->high += 0.5;
    } else if (count > 0) {
        mix_range_add(range, bars[0].low);
        mix_range_add(range, bars[count - 1].high);
    }
    mix_memory_free(bars);
    return status;
}

/* Share of the values observed that the histogram holds. */
static double held(const mix_drawing *drawing, size_t column) {
    const mix_plot *plot = drawing->plot;
    uint64_t count = plot->histograms[column].count;
    return count > 0 ? (double)count / (double)plot->observed[column] : 0;
}

/* The bars, as densities. */
static mixture_status take_bars(mix_curves *curves, const mix_drawing *drawing) {
    size_t column = curves->column;
    double highest = 0;
    mixture_status status = make_bars(drawing, column, &curves->bars, &curves->bar_count);
    if (status == MIXTURE_OK && curves->mass && curves->bar_count > 0) {
        mix_memory_free(curves->bars);
        curves->bars = mix_memory_zeros(curves->count, sizeof *curves->bars);
        curves->bar_count = curves->bars != NULL ? curves->count : 0;
        status = curves->bars != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    }
    for (size_t b = 0; status == MIXTURE_OK && b < curves->bar_count; b++) {
        mix_bar *bar = &curves->bars[b];
        if (curves->mass) {
            double x = curves->x[b];
            *bar = (mix_bar){x - 0.5, x + 0.5, mix_histogram_share_of(&drawing->plot->histograms[column], x)};
        }
        bar->share *= held(drawing, column) / (bar->high - bar->low);
        highest = fmax(highest, bar->share);
    }
    if (curves->unbounded && highest > 0) {
        curves->top = fmin(curves->top, 3 * highest); /* rows say how high there is something to see */
    }
    curves->top = fmax(curves->top, highest);
    return status;
}

/* ---- Places ------------------------------------------------------------------------------------------------- */

/* Whole numbers. */
static mixture_status whole_places(mix_curves *curves, mix_range range) {
    double first = ceil(range.low), last = floor(range.high);
    curves->x = mix_memory_array((size_t)(last - first) + 1, sizeof(double));
    if (curves->x == NULL) {
        return MIXTURE_NOMEM;
    }
    for (double x = first; x <= last; x++) {
        curves->x[curves->count++] = x;
    }
    return MIXTURE_OK;
}

/* At equal distances, and where a sample of the model has its values: close where it is dense. */
static mixture_status sample_places(mix_curves *curves, const mix_drawing *drawing, const mix_axis *axis,
                                    size_t lines) {
    double *values;
    size_t count, used = 0;
    mixture_status status = mix_reach_sample(drawing, curves->column, &values, &count);
    double *x = mix_memory_array(count + lines, sizeof(double));
    if (status == MIXTURE_OK && x == NULL) {
        status = MIXTURE_NOMEM;
    }
    for (size_t i = 0; i < lines && status == MIXTURE_OK; i++) {
        x[used++] = mix_range_at(axis->range, (double)i / (double)(lines - 1));
    }
    for (size_t i = 0; i < count && status == MIXTURE_OK; i++) {
        double at = axis->log ? log10(values[i]) : values[i];
        if (at > axis->range.low && at < axis->range.high) {
            x[used++] = at;
        }
    }
    mix_memory_free(values);
    if (status != MIXTURE_OK) {
        mix_memory_free(x);
        return status;
    }
    mix_sort_rising(x, used);
    bool whole = is_whole(drawing, curves->column);
    for (size_t i = 0; i < used; i++) { /* each once */
        double at = whole ? round(x[i]) : x[i];
        if (curves->count == 0 || at > x[curves->count - 1]) {
            x[curves->count++] = at;
        }
    }
    curves->x = x;
    return MIXTURE_OK;
}

static mixture_status choose_places(mix_curves *curves, const mix_drawing *drawing, const mix_axis *axis,
                                    size_t lines) {
    if (curves->mass) {
        return whole_places(curves, axis->range);
    }
    return curves->model != NULL && !axis->log
               ? mix_field_lines(curves->model, 0, axis->range, lines, 3 * lines, &curves->x, &curves->count)
               : sample_places(curves, drawing, axis, lines);
}

/* ---- Densities ---------------------------------------------------------------------------------------------- */

/* Densities at the places; 0 where there can be no value. `row` is one of the scorer's model, in which only `at`
** is observed. */
static mixture_status evaluate_curves(mix_curves *curves, const mix_drawing *drawing, const mix_scorer *scorer,
                                      double *row, size_t at) {
    const double ln_10 = 2.30258509299404568402;
    const mix_shape shape = mix_shape_of(scorer->model);
    bool log = mix_drawing_is_log(drawing, curves->column);
    mix_turns turns = {.cancel = drawing->cancel, .work = MIX_TURN}; /* asked at once */
    for (size_t i = 0; i < curves->count; i++) {
        double x = log ? pow(10, curves->x[i]) : curves->x[i];
        row[at] = x;
        if (mix_family_refusal(&shape, at, x) == NULL) {
            double density = exp(mix_scorer_log_density(scorer, row)) * (log ? x * ln_10 : 1), sum = 0;
            curves->mixture[i] = fmin(density, DBL_MAX);
            for (size_t c = 0; c < curves->shown; c++) {
                double share = curves->mixture[i] * scorer->resp[c];
                sum += isnan(share) ? 0 : share;
                curves->shares[c * curves->count + i] = curves->mass ? sum : isnan(share) ? 0 : share;
            }
        }
        if (mix_turns_over(&turns, mix_scorer_work(scorer))) {
            return MIXTURE_CANCELLED;
        }
    }
    return MIXTURE_OK;
}

/* The highest density to be seen. Some have no bound, as a gamma density at 0: they may rise three times above
** what nine tenths of the places do not exceed. */
static mixture_status find_top(mix_curves *curves) {
    double *sorted = mix_memory_array(curves->count, sizeof(double));
    if (sorted == NULL) {
        return MIXTURE_NOMEM;
    }
    size_t used = 0;
    for (size_t i = 0; i < curves->count; i++) {
        if (curves->mixture[i] > 0 && isfinite(curves->mixture[i])) {
            sorted[used++] = curves->mixture[i];
        }
    }
    if (used > 0) {
        mix_sort_rising(sorted, used);
        bool bounded = curves->model != NULL || curves->mass;
        double most = bounded ? (double)INFINITY : 3 * sorted[used * 9 / 10];
        curves->top = fmin(sorted[used - 1], most);
        curves->unbounded = sorted[used - 1] > most;
    }
    mix_memory_free(sorted);
    return MIXTURE_OK;
}

static mixture_status make_densities(mix_curves *curves, mix_drawing *drawing, const mix_axis *axis,
                                     size_t lines) {
    size_t j = drawing->options->columns[curves->column];
    mixture_status status = MIXTURE_OK;
    if (mix_extent_has(drawing->model, &j, 1)) {
        status = mix_extent_marginal(drawing->model, &j, 1, &curves->model, drawing->error);
    }
    if (status == MIXTURE_OK) {
        status = choose_places(curves, drawing, axis, lines);
    }
    if (status != MIXTURE_OK) {
        return status;
    }
    const mixture_model *model = curves->model != NULL ? curves->model : drawing->model;
    mix_scorer scorer = {0};
    double *row = mix_memory_array(model->d, sizeof(double));
    curves->shown = drawing->shown;
    curves->mixture = mix_memory_zeros(curves->count, sizeof(double));
    curves->shares = mix_memory_zeros(curves->shown, curves->count * sizeof(double));
    status = mix_scorer_begin(&scorer, model);
    if (row == NULL || curves->mixture == NULL || curves->shares == NULL) {
        status = MIXTURE_NOMEM;
    }
    for (size_t i = 0; i < model->d && status == MIXTURE_OK; i++) {
        row[i] = NAN;
    }
    if (status == MIXTURE_OK) {
        status = evaluate_curves(curves, drawing, &scorer, row, curves->model != NULL ? 0 : j);
    }
    mix_scorer_end(&scorer);
    mix_memory_free(row);
    return status == MIXTURE_OK ? find_top(curves) : status;
}

mixture_status mix_curves_begin(mix_curves *curves, mix_drawing *drawing, size_t column, const mix_axis *axis,
                                size_t lines) {
    const mix_shape shape = mix_shape_of(drawing->model);
    bool few = axis->levels != NULL || axis->range.high - axis->range.low <= MOST_WHOLE;
    curves->column = column;
    curves->mass = is_whole(drawing, column) && few && ceil(axis->range.low) <= floor(axis->range.high);
    mixture_status status = MIXTURE_OK;
    if (mix_family_has_marginal(&shape, drawing->options->columns[column])) {
        status = make_densities(curves, drawing, axis, lines);
    } else if (curves->mass) {
        status = whole_places(curves, axis->range);
    }
    return status == MIXTURE_OK ? take_bars(curves, drawing) : status;
}

void mix_curves_end(mix_curves *curves) {
    mixture_model_free(curves->model);
    mix_memory_free(curves->x);
    mix_memory_free(curves->mixture);
    mix_memory_free(curves->shares);
    mix_memory_free(curves->bars);
    *curves = (mix_curves){0};
}
