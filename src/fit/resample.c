/* resample.c: a replicate has weights of its own, or rows of its own; all else is the table's. */
#include "resample.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "family.h"
#include "memory.h"
#include "random.h"
#include "sample.h"

/* Streams of random numbers that no start of a fit has. */
#define FIRST_STREAM (UINT64_C(1) << 32)

/* Rows drawn one by one, for each row of the table; where the weights stand for more, by how often each is
** drawn. */
#define DRAWN_ONE_BY_ONE 4.0

/* As in tail.c: rows of counts take as many draws as their sum. And rows drawn from a model. */
#define MOST_COUNTED 1e6
#define MOST_UNWEIGHTED 1e7

double mix_resample_draws(const mixture_data *data) {
    return fmax(round(data->total_weight * data->weight_unit), 1);
}

mixture_status mix_resample_begin(mix_resample *resample, mixture_resampling type, int64_t seed,
                                  const mixture_data *data, const mixture_model *reference,
                                  const mix_cancel *cancel) {
    *resample = (mix_resample){.type = type, .seed = seed, .data = data, .reference = reference};
    resample->draws = mix_resample_draws(data);
    bool by_sums = type == MIXTURE_NONPARAMETRIC && (data->extras & MIXTURE_WEIGHTED) != 0;
    resample->sums = by_sums ? mix_memory_array(data->rows, sizeof(double)) : NULL;
    mix_turns turns = {.cancel = cancel};
    double sum = 0;
    for (size_t row = 0; resample->sums != NULL && row < data->rows && !mix_turns_over(&turns, 1); row++) {
        resample->sums[row] = sum += mix_data_weight(data, row);
    }
    return by_sums && resample->sums == NULL ? MIXTURE_NOMEM : turns.over ? MIXTURE_CANCELLED : MIXTURE_OK;
}

void mix_resample_end(mix_resample *resample) {
    mix_memory_free(resample->sums);
    *resample = (mix_resample){.data = NULL};
}

double mix_resample_size(const mix_resample *resample) {
    const mixture_data *data = resample->data;
    double rows = (double)data->block_count * MIX_BLOCK_ROWS;
    return resample->type == MIXTURE_PARAMETRIC ? rows * (double)data->columns + 4 * (double)data->block_count
                                                : rows;
}

/* ---- Weights ---------------------------------------------------------------------------------------------- */

/* The row in whose share of the sums of weights x is. */
static size_t find_share(const double *sums, size_t rows, double x) {
    size_t low = 0, high = rows - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sums[middle] > x) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

/* How often each row is drawn, one draw after another. */
static bool draw_one_by_one(const mix_resample *resample, mix_random *random, double *weights, mix_turns *turns) {
    size_t rows = resample->data->rows;
    for (double i = 0; i < resample->draws && !mix_turns_over(turns, 30); i++) {
        size_t row = resample->sums == NULL
                         ? mix_random_below(random, rows)
                         : find_share(resample->sums, rows, mix_random_uniform(random) * resample->sums[rows - 1]);
        weights[row]++;
    }
    return !turns->over;
}

/* The same, one row after another: of what is left to draw, those that fall into its share of what is left. */
static bool draw_row_by_row(const mix_resample *resample, mix_random *random, double *weights, mix_turns *turns) {
    const double *sums = resample->sums;
    size_t rows = resample->data->rows;
    double left = resample->draws;
    for (size_t row = 0; row < rows && left > 0 && !mix_turns_over(turns, 500); row++) {
        double before = row > 0 ? sums[row - 1] : 0, rest = sums[rows - 1] - before;
        double share = row + 1 < rows && rest > 0 ? fmin((sums[row] - before) / rest, 1) : 1;
        weights[row] = mix_random_binomial(random, left, share);
        left -= weights[row];
    }
    return !turns->over;
}

/* Gamma variables of these shapes, over their sum, are of the Dirichlet distribution; a row that counts for
** several has the sum of as many exponential ones. */
static bool draw_weights(const mix_resample *resample, mix_random *random, double *weights, mix_turns *turns) {
    const mixture_data *data = resample->data;
    for (size_t row = 0; row < data->rows && !mix_turns_over(turns, 60); row++) {
        weights[row] = mix_random_gamma(random, mix_data_weight(data, row) * data->weight_unit);
    }
    return !turns->over;
}

/* Make the weights sum to what those of the table do. */
static mixture_status scale_weights(const mixture_data *data, double *weights) {
    double sum = 0;
    for (size_t row = 0; row < data->rows; row++) {
        sum += weights[row];
    }
    for (size_t row = 0; row < data->rows && sum != data->total_weight; row++) {
        weights[row] *= data->total_weight / sum;
    }
    return sum > 0 ? MIXTURE_OK : MIXTURE_INVALID;
}

static mixture_status reweight(const mix_resample *resample, mix_random *random, mix_turns *turns,
                               mix_replicate *replicate) {
    const mixture_data *data = resample->data;
    bool many = resample->draws > DRAWN_ONE_BY_ONE * (double)data->rows;
    replicate->weights = mix_memory_zeros(data->block_count, MIX_BLOCK_ROWS * sizeof(double));
    if (replicate->weights == NULL) {
        return MIXTURE_NOMEM;
    }
    bool on = resample->type == MIXTURE_REWEIGHTED ? draw_weights(resample, random, replicate->weights, turns)
              : many                               ? draw_row_by_row(resample, random, replicate->weights, turns)
                                                   : draw_one_by_one(resample, random, replicate->weights, turns);
    replicate->data.weights = replicate->weights;
    return on ? scale_weights(data, replicate->weights) : MIXTURE_CANCELLED;
}

/* ---- Rows --------------------------------------------------------------------------------------------------- */

/* Blocks for rows of its own. */
static mixture_status make_blocks(mix_replicate *replicate) {
    mixture_data *data = &replicate->data;
    size_t size = data->columns * MIX_BLOCK_ROWS;
    replicate->blocks = mix_memory_array(data->block_count, sizeof *replicate->blocks);
    replicate->rows = mix_memory_zeros(data->block_count * size + MIX_LANES, sizeof(double));
    if (replicate->blocks == NULL || replicate->rows == NULL) {
        return MIXTURE_NOMEM;
    }
    for (size_t b = 0; b < data->block_count; b++) {
        replicate->blocks[b] = mix_data_line(replicate->rows) + b * size;
    }
    data->blocks = replicate->blocks;
    data->kept = NULL; /* that is of other rows */
    return MIXTURE_OK;
}

/* The sum of the counts in a row of which only rows of a given sum have a distribution; the mean one where some
** are missing. */
static double row_total(const mix_resample *resample, size_t row) {
    const mixture_model *model = resample->reference;
    const mix_shape shape = mix_shape_of(model);
    double sum = 0;
    bool whole = true;
    for (size_t j = 0; model->family->mean_total != NULL && j < model->d; j++) {
        double x = mix_family_has_marginal(&shape, j) ? 0 : mix_data_value(resample->data, row, j);
        whole = whole && !isnan(x);
        sum += isnan(x) ? 0 : x;
    }
    return whole ? sum : fmax(sum, round(resample->trials));
}

static mixture_status draw_rows(const mix_resample *resample, mixture_sampler *sampler, double *x,
                                mix_turns *turns, mixture_data *data) {
    size_t d = data->d, k = resample->reference->k;
    bool labelled = (data->extras & MIXTURE_LABELLED) != 0;
    for (size_t row = 0; row < data->rows; row++) {
        double total = row_total(resample, row);
        bool known = mix_data_label(resample->data, row) > 0;
        double *to = data->blocks[row / MIX_BLOCK_ROWS] + row % MIX_BLOCK_ROWS;
        size_t component = k;
        if (mix_turns_over(turns, 200 * (double)d + 20 * total) || !(total <= MOST_COUNTED)) {
            return turns->over ? MIXTURE_CANCELLED : MIXTURE_INVALID;
        }
        mix_sampler_set_trials(sampler, (size_t)total);
        do { /* a row that is known to be of a component is no noise */
            component = mixture_sampler_draw(sampler, x);
        } while (known && component == k);
        for (size_t j = 0; j < d; j++) {
            double seen = mix_data_value(resample->data, row, j);
            to[j * MIX_BLOCK_ROWS] = isnan(seen) ? seen : x[j];
        }
        if (labelled) {
            to[(data->columns - 1) * MIX_BLOCK_ROWS] = known ? (double)component + 1 : 0;
        }
    }
    return MIXTURE_OK;
}

static mixture_status draw_new_rows(const mix_resample *resample, size_t number, mix_turns *turns,
                                    mix_replicate *replicate) {
    mixture_status status = make_blocks(replicate);
    mixture_sampler *sampler = mix_sampler_new(resample->reference, resample->seed, FIRST_STREAM + number);
    double *x = mix_memory_array(resample->data->d, sizeof *x);
    if (status == MIXTURE_OK) {
        status = sampler != NULL && x != NULL ? draw_rows(resample, sampler, x, turns, &replicate->data)
                                              : MIXTURE_NOMEM;
    }
    mixture_sampler_free(sampler);
    mix_memory_free(x);
    return status;
}

mixture_status mix_replicate_draw(const mix_resample *resample, size_t number, const mix_cancel *cancel,
                                  mix_replicate *replicate) {
    mix_turns turns = {.cancel = cancel};
    mix_random random;
    *replicate = (mix_replicate){.data = *resample->data};
    if (resample->type == MIXTURE_PARAMETRIC) {
        return draw_new_rows(resample, number, &turns, replicate);
    }
    mix_random_seed(&random, resample->seed, FIRST_STREAM + number);
    return reweight(resample, &random, &turns, replicate);
}

void mix_replicate_free(mix_replicate *replicate) {
    mix_memory_free(replicate->weights);
    mix_memory_free(replicate->rows);
    mix_memory_free(replicate->blocks);
    *replicate = (mix_replicate){.rows = NULL};
}

/* ---- Without weights ---------------------------------------------------------------------------------------- */

/* A row of the table into x; with its label. */
static int row_of_table(const mixture_data *data, size_t row, double *x) {
    for (size_t j = 0; j < data->d; j++) {
        x[j] = mix_data_value(data, row, j);
    }
    return mix_data_label(data, row);
}

mixture_status mix_resample_unweighted(const mixture_data *data, const mix_cancel *cancel,
                                       mixture_data **unweighted, mixture_error *error) {
    double total = 0, sum = 0;
    mix_turns turns = {.cancel = cancel};
    for (size_t row = 0; row < data->rows && !mix_turns_over(&turns, 1); row++) {
        total += mix_data_weight(data, row);
    }
    *unweighted = NULL;
    if (!turns.over && !(total >= 0.5 && total <= MOST_UNWEIGHTED)) {
        return mix_error_invalid(error, "the weights sum to %.6g, and as many rows are drawn; expected 1 to %.0e",
                                 total, MOST_UNWEIGHTED);
    }
    mixture_data *more = *unweighted = mixture_data_new(data->d, data->extras & ~(unsigned)MIXTURE_WEIGHTED);
    double *x = mix_memory_array(data->d, sizeof *x);
    mixture_status status = more != NULL && x != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    for (size_t row = 0; status == MIXTURE_OK && row < data->rows; row++) {
        double from = floor(sum + 0.5);
        int label = row_of_table(data, row, x);
        sum += mix_data_weight(data, row);
        for (double i = from; status == MIXTURE_OK && i < floor(sum + 0.5); i++) {
            status = mix_turns_over(&turns, 20) ? MIXTURE_CANCELLED : mixture_data_append(more, x, 1, label);
        }
    }
    if (more != NULL) {
        more->parts = data->parts;
    }
    mix_memory_free(x);
    return mix_error_status(error, turns.over ? MIXTURE_CANCELLED : status);
}
