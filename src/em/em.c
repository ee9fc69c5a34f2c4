/* em.c: expectation-maximization (Dempster, Laird & Rubin 1977).
**
** Iteration i takes the statistics under theta(i-1) and maximizes to theta(i). The expect step that follows gives
** the log-likelihood of theta(i) and, at once, the statistics for the next iteration. Where EM has become slow the
** next iterate may be a jump ahead (accelerate.c), which counts only if it does not lead down. */
#include "em.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "error.h"
#include "memory.h"

/* A fall by more than this share of the log-likelihood, or of a row, is no rounding error of a sound step.
** bench/thresholds.sh: 1e-8 and 1e-3 are as good; with 0 rounding is called a fall, and where nothing is 11 starts
** of 126 far away end at the floor. */
#define FALL 1e-5

/* Close to its goal, where a log-likelihood is as good as the goal's, a run is on its way to the same place
** unless it rises fast. */
#define CLOSE 0.05
#define CLOSE_REACH 2.0

/* Jumps are made where the log-likelihood per row rises by less than this: further up they choose among hills,
** though not the worse ones. bench/thresholds.sh: 2e-2 or none: 4 % fewer maps, of 5,000 fits 98 lower, 134
** higher; 2e-4: 15 % more, 308 and 78. */
#define JUMP_RISE 2e-3

static double rounding(const mix_em *em, double loglik) {
    return FALL * (fabs(loglik) + em->data->total_weight);
}

mixture_status mix_em_init(mix_em *em, const mixture_family *family, const mixture_data *data,
                           const mixture_options *options, const mix_cancel *cancel) {
    memset(em, 0, sizeof *em);
    em->data = data;
    em->single = (double)NAN;
    em->goal = (mix_goal){(double)-INFINITY, MIX_GOAL_REACH, MIX_GOAL_MAPS, 0};
    em->how = (mix_maximize){
        .equal_weights = options->equal_weights,
        .min_variance = options->min_variance,
        .scale = data->frame.scale,
        .variance = data->steps != NULL ? data->steps->variance : data->frame.variance,
        .constant = data->frame.constant,
        .steps = data->steps,
        .cancel = cancel,
    };
    const mix_shape shape = mix_shape_for(family, data, options->k, options->structure);
    bool accelerate = options->accelerate && family->coordinates != NULL;
    em->expect = mix_expect_new(data, &shape, (size_t)options->threads, cancel);
    em->statistics = mix_memory_zeros(mix_statistics_size(&shape), sizeof(double));
    em->accelerate = accelerate ? mix_accelerate_new(&shape, options->noise) : NULL;
    if (em->expect == NULL || em->statistics == NULL || (accelerate && em->accelerate == NULL)) {
        return MIXTURE_NOMEM;
    }
    return MIXTURE_OK;
}

void mix_em_clear(mix_em *em) {
    mix_expect_free(em->expect);
    mix_accelerate_free(em->accelerate);
    mix_memory_free(em->statistics);
    mix_memory_free(em->run.trace);
    memset(em, 0, sizeof *em);
}

static void begin_walk(mix_em *em, long max_iter, double tol) {
    em->walk = (mix_walk){.max_iter = max_iter,
                          .tol = tol,
                          .before = (double)-INFINITY,
                          .top = (double)-INFINITY,
                          .rise = (double)INFINITY,
                          .last_rise = (double)INFINITY};
    em->run.iterations = 0;
    em->run.trace_count = 0;
    mix_accelerate_reset(em->accelerate);
}

/* Note the log-likelihood of one more map. */
static mixture_status record(mix_em *em, mixture_error *error) {
    if (em->run.trace_count == em->run.trace_capacity) {
        size_t capacity = 2 * em->run.trace_capacity + 32;
        double *trace = mix_memory_resize(em->run.trace, capacity, sizeof(double));
        if (trace == NULL) {
            return mix_error_status(error, MIXTURE_NOMEM);
        }
        em->run.trace = trace;
        em->run.trace_capacity = capacity;
    }
    em->run.trace[em->run.trace_count++] = em->run.loglik;
    em->run.iterations = (long)em->run.trace_count - 1;
    return MIXTURE_OK;
}

/* ---- One step ---------------------------------------------------------------------------------------------- */

/* Statistics and log-likelihood of the model. */
static mixture_status take_statistics(mix_em *em, const mixture_model *model, mixture_error *error) {
    if (!mix_expect_run(em->expect, model, em->statistics)) {
        return mix_error_status(error, MIXTURE_CANCELLED);
    }
    em->run.loglik = em->statistics[MIX_TOTAL_LOGLIK];
    em->run.entropy = em->statistics[MIX_TOTAL_ENTROPY];
    return MIXTURE_OK;
}

/* Expect, and record the log-likelihood. If a jump has led down it is a map spent, and the model goes back to
** where the map before it ended. */
static mixture_status expect_and_record(mix_em *em, mixture_model *model, mixture_error *error) {
    mixture_status status = take_statistics(em, model, error);
    if (status == MIXTURE_OK && em->walk.jumped && !(em->run.loglik >= em->walk.before)) {
        mix_accelerate_undo(em->accelerate, model);
        em->walk.jumped = false;
        em->run.loglik = em->walk.before;
        status = record(em, error);
        if (status == MIXTURE_OK) {
            status = take_statistics(em, model, error);
        }
    }
    return status == MIXTURE_OK ? record(em, error) : status;
}

/* Jumps need room for a map that fails and the plain one after it; and whether a small rise is convergence only
** a plain map tells. */
static bool may_jump(const mix_em *em) {
    bool slow = em->walk.rise < JUMP_RISE * em->data->total_weight;
    return slow && !em->walk.small && em->run.iterations + 2 <= em->walk.max_iter;
}

/* Maximize; then, if that is called for and there is a place to go, jump ahead. */
static mixture_status maximize_or_jump(mix_em *em, mixture_model *model, mixture_error *error) {
    double *scratch = mix_expect_scratch(em->expect);
    em->walk.before = em->run.loglik;
    em->walk.top = fmax(em->walk.top, em->run.loglik);
    mix_accelerate_depart(em->accelerate, model, em->walk.rise, scratch);
    mixture_status status = mix_statistics_maximize(model, em->statistics, &em->how, scratch, error);
    if (status == MIXTURE_OK) {
        mix_accelerate_arrive(em->accelerate, model, scratch);
        em->walk.jumped =
            may_jump(em) && mix_accelerate_jump(em->accelerate, model, em->statistics, &em->how, scratch);
    }
    return status;
}

/* ---- Who waits ---------------------------------------------------------------------------------------------- */

/* Maps that are left when each rise is to the one before as the last two are; 0: that leads nowhere. */
static double maps_left(const mix_em *em) {
    const mix_walk *walk = &em->walk;
    double goal = walk->tol * em->data->total_weight;
    bool falls = goal > 0 && walk->rise > goal && walk->slope > 0 && walk->slope < 1;
    double left = falls ? ceil(log(goal / walk->rise) / log(walk->slope)) : 0;
    return fmin(left, (double)(walk->max_iter - em->run.iterations));
}

static void tell(const mix_em *em) {
    if (em->watch != NULL) {
        size_t done = (size_t)em->run.iterations, left = (size_t)maps_left(em);
        mix_watch_set(em->watch, done, left > 0 ? done + left : 0);
        mix_watch_best(em->watch, (em->run.loglik + em->shift) * em->unit, false);
    }
}

/* ---- The loop ---------------------------------------------------------------------------------------------- */

typedef enum verdict { GO_ON, SPENT, CONVERGED, FELL, HOPELESS } verdict;

static bool out_of_reach(const mix_em *em, double rise) {
    double gap = em->goal.loglik - em->run.loglik;
    return gap > 0 && rise * (gap < CLOSE ? CLOSE_REACH : em->goal.reach) < gap;
}

/* Whether it has been at a degenerate floor for too long. */
static bool stays_floored(mix_em *em, const mixture_model *model) {
    bool floored = false;
    for (size_t c = 0; em->goal.floor_maps > 0 && c < model->k; c++) {
        floored = floored || model->floored[c] == MIX_FLOOR_DEGENERATE;
    }
    em->walk.floored = floored ? em->walk.floored + 1 : 0;
    return floored && em->walk.floored >= em->goal.floor_maps;
}

/* Where the run stands after a map. */
static verdict judge(mix_em *em, const mixture_model *model) {
    mix_walk *walk = &em->walk;
    verdict next = em->run.iterations < walk->max_iter ? GO_ON : SPENT;
    if (em->run.iterations == 0) {
        return next;
    }
    walk->rise = em->run.loglik - walk->before;
    if (walk->rise < -rounding(em, walk->before)) {
        /* The model was so many deviations away that the scatter about its mean has no digits of that about the
        ** next one (now the mean is right, and the next step will be), or the floor broke the M-step of a tied
        ** structure. Neither is convergence. */
        mix_accelerate_reset(em->accelerate);
        walk->rise = INFINITY;
        return next;
    }
    if (stays_floored(em, model)) {
        return HOPELESS;
    }
    if (em->run.iterations >= em->goal.least_maps && out_of_reach(em, fmax(walk->rise, walk->last_rise))) {
        return HOPELESS;
    }
    walk->slope = walk->rise / walk->last_rise;
    walk->last_rise = walk->rise;
    walk->small =
        walk->rise < walk->tol * em->data->total_weight || walk->rise <= DBL_EPSILON * fabs(walk->before);
    if (walk->small && !walk->jumped) {
        return em->run.loglik < walk->top - rounding(em, walk->top) ? FELL : CONVERGED;
    }
    return next;
}

mixture_status mix_em_run(mix_em *em, mixture_model *model, long max_iter, double tol, mixture_error *error) {
    verdict now = GO_ON;
    const mix_cancel *before = model->cancel;
    model->cancel = em->how.cancel;
    begin_walk(em, max_iter, tol);
    mixture_status status = expect_and_record(em, model, error);
    while (status == MIXTURE_OK && (now = judge(em, model)) == GO_ON) {
        tell(em);
        status = maximize_or_jump(em, model, error);
        if (status == MIXTURE_OK) {
            status = expect_and_record(em, model, error);
        }
    }
    tell(em);
    model->cancel = before;
    em->run.converged = now == CONVERGED;
    em->run.fell = now == FELL;
    return status;
}
