/* pass.c: expect and maximize for rows that are not in one table: the caller adds the statistics up. All is in the
** caller's units, as nobody knows a center and scale of all rows. */
#include "pass.h"

#include <float.h>
#include <limits.h>
#include <math.h>

#include "error.h"
#include "memory.h"
#include "options.h"
#include "patterns.h"
#include "score.h"
#include "statistics.h"

size_t mixture_statistics_size(const mixture_model *model) {
    const mix_shape shape = mix_shape_of(model);
    return mix_statistics_size(&shape);
}

/* ---- Expect ------------------------------------------------------------------------------------------------- */

mixture_status mix_pass_check(const mixture_model *model, mixture_error *error) {
    return model->family->check_step != NULL ? model->family->check_step(model, error) : MIXTURE_OK;
}

/* What a pass needs beside the rows; all may be NULL. */
typedef struct pass_room {
    mixture_scratch *alone;
    mix_gaps *gaps; /* NULL: all rows are complete */
    double *scratch, *runs;
} pass_room;

static bool make_pass_room(pass_room *room, const mixture_model *model, const mixture_data *data) {
    const mix_shape shape = mix_shape_of(model);
    *room = (pass_room){.alone = mixture_scratch_new(model)};
    room->scratch = mix_memory_array(mix_family_full_scratch(&shape), sizeof(double));
    room->runs = mix_memory_array(mix_runs_room(data) + 1, sizeof(double));
    room->gaps = data->incomplete > 0 ? mix_gaps_new(&shape) : NULL;
    return room->alone != NULL && room->scratch != NULL && room->runs != NULL &&
           (room->gaps != NULL || data->incomplete == 0);
}

static void free_pass_room(pass_room *room) {
    mixture_scratch_free(room->alone);
    mix_gaps_free(room->gaps);
    mix_memory_free(room->scratch);
    mix_memory_free(room->runs);
}

static void expect_rows(const mixture_model *model, const mixture_data *data, const pass_room *room,
                        double *statistics) {
    mix_turns turns = {.cancel = NULL};
    mix_runs runs;
    mix_rows rows;
    mix_runs_begin(&runs, data, 0, SIZE_MAX, room->runs);
    if (room->gaps != NULL) {
        mix_gaps_begin(room->gaps, model, statistics + MIX_TOTALS);
    }
    while (mix_runs_next(&runs, &rows)) {
        (void)mix_statistics_expect_exactly(model, &rows, statistics, room->scratch, room->alone, room->gaps,
                                            &turns);
    }
    if (room->gaps != NULL) {
        (void)mix_gaps_end(room->gaps, room->scratch + model->k * MIX_BLOCK_ROWS, &turns);
    }
}

mixture_status mixture_expect(const mixture_model *model, mixture_data *data, double *statistics,
                              mixture_error *error) {
    pass_room room;
    mixture_error own = {MIXTURE_OK, ""};
    error = error != NULL ? error : &own;
    if (data->d != model->d || data->standardized) {
        return mix_error_invalid(error, "the data have %zu column%s%s; expected %zu, as they were appended",
                                 data->d, data->d == 1 ? "" : "s", data->standardized ? " and were fitted to" : "",
                                 model->d);
    }
    mixture_status status = mix_pass_check(model, error);
    if (status == MIXTURE_OK && !data->sorted) {
        status = mix_error_status(error, mix_patterns_sort(data, NULL));
        data->sorted = status == MIXTURE_OK;
    }
    if (status != MIXTURE_OK) {
        return status;
    }
    if (!make_pass_room(&room, model, data)) {
        status = mix_error_status(error, MIXTURE_NOMEM);
    } else {
        expect_rows(model, data, &room, statistics);
    }
    free_pass_room(&room);
    return status;
}

/* ---- Maximize ----------------------------------------------------------------------------------------------- */

bool mix_pass_how_begin(mix_pass_how *pass, const mixture_model *model, double n, const mix_cancel *cancel) {
    size_t d = model->d;
    double *memory = pass->memory = mix_memory_array(3 * d, sizeof(double));
    pass->knots = mix_memory_zeros(d, sizeof *pass->knots);
    if (memory == NULL || pass->knots == NULL) {
        return false;
    }
    for (size_t j = 0; j < d; j++) {
        memory[j] = memory[d + j] = 1;
        memory[2 * d + j] = 0;
    }
    pass->steps = (mix_steps){
        .d = d,
        .height = mix_steps_height(n),
        .step = model->step,
        .knots = pass->knots,
    };
    pass->how = (mix_maximize){
        .equal_weights = model->equal_weights,
        .min_variance = model->min_variance > 0 ? model->min_variance : MIX_MIN_VARIANCE_DEFAULT,
        .variance = memory,
        .scale = memory + d,
        .constant = memory + 2 * d,
        .steps = model->step != NULL ? &pass->steps : NULL,
        .cancel = cancel,
    };
    return true;
}

void mix_pass_how_renew(mix_pass_how *pass, const mixture_model *model, const double *statistics,
                        double *scratch) {
    pass->steps.height = mix_steps_height(statistics[MIX_TOTAL_WEIGHT]);
    if (model->family->variances != NULL) {
        model->family->variances(model, statistics + MIX_TOTALS, pass->memory, pass->memory + 2 * model->d,
                                 scratch);
    }
}

void mix_pass_how_clear(mix_pass_how *pass) {
    mix_memory_free(pass->memory);
    mix_memory_free(pass->knots);
}

mixture_status mix_pass_check_statistics(const mixture_model *model, const double *statistics,
                                         mixture_error *error) {
    size_t size = mixture_statistics_size(model);
    if (!(statistics[MIX_TOTAL_WEIGHT] > 0)) {
        return mix_error_invalid(error, "there are no rows in them; expected at least one");
    }
    for (size_t i = 0; i < size; i++) {
        if (!isfinite(statistics[i])) {
            return mix_error_invalid(error, "they overflow a double; expected finite sums: rescale the columns");
        }
    }
    if (statistics[MIX_TOTAL_LOGLIK] < MIX_LOG_DENSITY_EXACT) {
        return mix_error_invalid(
            error, "a row is impossible under every component; expected a model that allows all rows");
    }
    return mix_pass_check(model, error);
}

/* Whether the log-likelihood has come to rest between the model before the last step and this one, as a fit has it
** by default. */
static bool has_converged(const mixture_model *model, const double *statistics) {
    double n = statistics[MIX_TOTAL_WEIGHT], loglik = statistics[MIX_TOTAL_LOGLIK];
    mixture_options options;
    mixture_options_default(&options);
    double rise = fabs(loglik - model->loglik);
    return model->fitted && model->stepped && model->n == n &&
           (rise < options.tol * n || rise <= DBL_EPSILON * fabs(loglik));
}

/* What the next model says of the rows: the criteria are of the model before, as the log-likelihood is. */
static mixture_status describe_next(mixture_model *model, const double *statistics, mixture_error *error) {
    const mix_shape shape = mix_shape_of(model);
    double loglik = statistics[MIX_TOTAL_LOGLIK], n = statistics[MIX_TOTAL_WEIGHT];
    model->converged = has_converged(model, statistics);
    model->iterations += model->iterations < LONG_MAX;
    model->fitted = model->stepped = true;
    model->n = n;
    model->loglik = loglik;
    model->parameters =
        (model->equal_weights ? 0 : model->k - 1) + model->noisy + model->family->parameter_count(&shape);
    model->aic = -2 * loglik + 2 * (double)model->parameters;
    model->bic = -2 * loglik + (double)model->parameters * log(n);
    model->icl = model->bic + 2 * statistics[MIX_TOTAL_ENTROPY];
    model->trials = 0;
    if (model->family->mean_total != NULL) {
        model->trials = model->family->mean_total(&shape, statistics + MIX_TOTALS);
    }
    return isfinite(model->trials) && isfinite(model->icl)
               ? MIXTURE_OK
               : mix_error_invalid(error, "the mean sum of a row overflows a double; expected statistics as they "
                                          "were made");
}

mixture_status mix_pass_maximize(mixture_model *model, const double *statistics, const mix_cancel *cancel,
                                 mixture_error *error) {
    const mix_shape shape = mix_shape_of(model);
    mix_pass_how pass = {.memory = NULL};
    mixture_status status = mix_pass_check_statistics(model, statistics, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    double *scratch = mix_memory_array(mix_family_full_scratch(&shape), sizeof(double));
    if (!mix_pass_how_begin(&pass, model, statistics[MIX_TOTAL_WEIGHT], cancel) || scratch == NULL) {
        status = mix_error_status(error, MIXTURE_NOMEM);
    }
    if (status == MIXTURE_OK) {
        mix_pass_how_renew(&pass, model, statistics, scratch);
        model->cancel = cancel;
        status = mix_statistics_maximize(model, statistics, &pass.how, scratch, error);
        model->cancel = NULL;
    }
    mix_pass_how_clear(&pass);
    mix_memory_free(scratch);
    return status == MIXTURE_OK ? describe_next(model, statistics, error) : status;
}

mixture_status mixture_maximize(mixture_model *model, const double *statistics, mixture_error *error) {
    mixture_error own = {MIXTURE_OK, ""};
    return mix_pass_maximize(model, statistics, NULL, error != NULL ? error : &own);
}
