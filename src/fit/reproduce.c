/* reproduce.c: one more pass over the rows, in the caller's units, row by row exact where that matters. It is
** made only where rounding may show: other fits pay for a look at their parameters. */
#include "reproduce.h"

#include <math.h>
#include <string.h>

#include "memory.h"
#include "model.h"
#include "patterns.h"
#include "score.h"

/* Means that are rounded by more than this share of a deviation may change the log-likelihood: it falls by half
** the square of that share for each row. */
#define DOUBTFUL_SHARE 1e-4

/* A log-likelihood is the same when it differs by no more than this share of itself, or of a row; its digits
** beyond that of large sums are rounding. */
#define SAME 1e-6
#define DOUBTFUL_DIGITS 1e-9

/* Where rounding of the means is the largest part of a deviation, of the column given the others. */
typedef struct coarse {
    double share;
    size_t component, column;
} coarse;

static coarse find_coarse(const mixture_model *model) {
    const mix_geometry *geometry = model->family->geometry;
    coarse worst = {0, 0, 0};
    for (size_t c = 0; geometry != NULL && c < model->k; c++) {
        for (size_t j = 0; j < model->d; j++) {
            double share =
                fabs(geometry->mean(model, c, j)) * 0x1p-53 / geometry->conditional_deviation(model, c, j);
            worst = share > worst.share ? (coarse){share, c, j} : worst;
        }
    }
    return worst;
}

/* ---- Another pass ------------------------------------------------------------------------------------------- */

/* Rows as they were given, into x. */
static mix_rows given_rows(const mixture_data *data, const mix_shape *shape, const mix_rows *from, double *x) {
    mix_rows rows = *from;
    for (size_t i = 0; i < mix_rows_columns(from, data->d); i++) {
        size_t j = from->pattern != NULL ? from->pattern->columns[i] : i;
        bool framed = shape->family->column(shape, j)->framed;
        double center = framed ? data->frame.center[j] : 0, scale = framed ? data->frame.scale[j] : 1;
        for (size_t r = 0; r < rows.padded; r++) {
            x[i * rows.stride + r] = r < rows.count ? center + scale * from->x[i * rows.stride + r] : 0;
        }
    }
    rows.x = x;
    return rows;
}

/* MIX_TOTALS of all rows, in the data's unit of weight, first in statistics. */
static mixture_status score_given(const mix_multistart *multistart, const mixture_model *model, double *statistics,
                                  double *scratch, double *x) {
    const mixture_data *data = multistart->data;
    const mix_shape shape = mix_shape_of(model);
    mixture_scratch *alone = mixture_scratch_new(model);
    double *room = mix_memory_zeros(mix_runs_room(data) + 1, sizeof(double));
    mix_gaps *gaps = data->incomplete > 0 ? mix_gaps_new(&shape) : NULL;
    bool made = alone != NULL && room != NULL && (gaps != NULL || data->incomplete == 0);
    mixture_status status = made ? MIXTURE_OK : MIXTURE_NOMEM;
    mix_turns turns = {.cancel = multistart->cancel};
    mix_runs runs;
    mix_rows rows;
    mix_runs_begin(&runs, data, 0, SIZE_MAX, room);
    if (gaps != NULL) {
        mix_gaps_begin(gaps, model, statistics + MIX_TOTALS);
    }
    while (status == MIXTURE_OK && mix_runs_next(&runs, &rows)) {
        rows = given_rows(data, &shape, &rows, x);
        bool on = mix_statistics_expect_exactly(model, &rows, statistics, scratch, alone, gaps, &turns);
        status = on && !mix_cancelled(multistart->cancel) ? MIXTURE_OK : MIXTURE_CANCELLED;
    }
    mix_gaps_free(gaps);
    mix_memory_free(room);
    mixture_scratch_free(alone);
    return status;
}

/* Log-likelihood and entropy of the model for the rows as they were given. */
static mixture_status score_again(const mix_multistart *multistart, const mixture_model *model, double *loglik,
                                  double *entropy) {
    const mix_shape shape = mix_shape_of(model);
    double *statistics = mix_memory_zeros(mix_statistics_size(&shape), sizeof(double));
    double *scratch = mix_memory_zeros(mix_family_scratch(&shape), sizeof(double));
    double *x = mix_memory_zeros(model->d, MIX_BLOCK_ROWS * sizeof(double));
    mixture_status status = MIXTURE_NOMEM;
    if (statistics != NULL && scratch != NULL && x != NULL) {
        status = score_given(multistart, model, statistics, scratch, x);
    }
    if (status == MIXTURE_OK) {
        *loglik = statistics[MIX_TOTAL_LOGLIK] * multistart->data->weight_unit;
        *entropy = statistics[MIX_TOTAL_ENTROPY] * multistart->data->weight_unit;
    }
    mix_memory_free(statistics);
    mix_memory_free(scratch);
    mix_memory_free(x);
    return status;
}

/* ---- What it says ------------------------------------------------------------------------------------------- */

/* The means are too coarse. */
static mixture_status replace(mixture_model *model, mix_run *run, const coarse *worst, double loglik,
                              double entropy) {
    double mean = model->family->geometry->mean(model, worst->component, worst->column);
    double deviation = model->family->geometry->conditional_deviation(model, worst->component, worst->column);
    mixture_status status = mix_model_warn(
        model,
        "the fit's log-likelihood of %.9g is not that of its numbers, which loglik is: column %zu is near %.3g, "
        "where doubles are %.2g apart, and component %zu has a deviation of %.2g there, given the other columns; "
        "subtract an offset from the column",
        run->loglik, mix_family_caller(model->family, worst->column) + 1, mean,
        nextafter(fabs(mean), INFINITY) - fabs(mean), worst->component + 1, deviation);
    run->loglik = loglik;
    run->entropy = entropy;
    return status;
}

/* The sums of large terms have few digits: those of the trace are moved to where the exact one is; where they
** still fall that is said. */
static mixture_status adjust(mixture_model *model, mix_run *run, double loglik, double entropy) {
    double moved = loglik - run->loglik, fall = 0;
    for (size_t i = 0; i < run->trace_count; i++) {
        run->trace[i] = i + 1 < run->trace_count ? run->trace[i] + moved : loglik;
        fall = i > 0 ? fmax(fall, run->trace[i - 1] - run->trace[i]) : fall;
    }
    run->loglik = loglik;
    run->entropy = entropy;
    return fall > 0
               ? mix_model_warn(model,
                                "the trace falls by up to %.2g, which is rounding: the log-likelihood is what "
                                "large terms leave of each other",
                                fall)
               : MIXTURE_OK;
}

mixture_status mix_reproduce(const mix_multistart *multistart, double shift, mixture_model *model, mix_run *run) {
    const double unit = multistart->data->weight_unit, weight = multistart->data->total_weight * unit;
    double size = fabs(run->loglik) + weight, loglik, entropy;
    const coarse worst = find_coarse(model);
    bool few_digits = 0x1p-52 * fabs(shift) * unit > DOUBTFUL_DIGITS * size;
    if (!few_digits && !(worst.share > DOUBTFUL_SHARE)) {
        return MIXTURE_OK;
    }
    mixture_status status = score_again(multistart, model, &loglik, &entropy);
    if (status != MIXTURE_OK) {
        return status;
    }
    if (few_digits) {
        return adjust(model, run, loglik, entropy);
    }
    return fabs(loglik - run->loglik) > SAME * size ? replace(model, run, &worst, loglik, entropy) : MIXTURE_OK;
}
