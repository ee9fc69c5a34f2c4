/* em.c: expectation-maximization (Dempster, Laird & Rubin 1977).
**
** Iteration i takes the statistics under theta(i-1) and maximizes to theta(i). The expect step that follows gives
** the log-likelihood of theta(i) and, at once, the statistics for the next iteration. */
#include "em.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "error.h"
#include "memory.h"

/* A fall by more than this share of the log-likelihood, or of a row, is no rounding error of a sound step. */
#define FALL 1e-5

/* A run is given up, after so many maps, when it is so many times its last two rises below its goal. Close to it,
** where a log-likelihood is as good as the goal's, it is on its way to the same place unless it rises fast. */
#define REACH 400.0
#define CLOSE 0.05
#define CLOSE_REACH 2.0
enum { LEAST_MAPS = 8 };

/* Jumps are made where the log-likelihood per row rises by less than this: further up they choose among hills. */
#define NEAR 2e-3

static double rounding(const mix_em *em, double loglik) {
    return FALL * (fabs(loglik) + em->data->total_weight);
}

mixture_status mix_em_init(mix_em *em, const mixture_family *family, const mixture_data *data,
                           const mixture_options *options, const mix_cancel *cancel) {
    memset(em, 0, sizeof *em);
    em->data = data;
    em->single = (double)NAN;
    em->goal = -INFINITY;
    em->how = (mix_maximize){
        .equal_weights = options->equal_weights,
        .min_variance = options->min_variance,
        .scale = data->frame.scale,
        .variance = data->frame.variance,
    };
    const mix_shape shape = {.family = family, .k = options->k, .d = data->d, .structure = options->structure};
    bool accelerate = options->accelerate && family->coordinates != NULL;
    em->expect = mix_expect_new(data, &shape, (size_t)options->threads, cancel);
    em->statistics = mix_memory_zeros(mix_statistics_size(&shape), sizeof(double));
    em->accelerate = accelerate ? mix_accelerate_new(&shape) : NULL;
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

/* Expect under the model: statistics and log-likelihood. */
static mixture_status expect(mix_em *em, const mixture_model *model, mixture_error *error) {
    if (!mix_expect_run(em->expect, model, em->statistics)) {
        return mix_error_status(error, MIXTURE_CANCELLED);
    }
    em->run.loglik = em->statistics[MIX_TOTAL_LOGLIK];
    em->run.entropy = em->statistics[MIX_TOTAL_ENTROPY];
    return MIXTURE_OK;
}

/* The next iterate: a plain EM map or, if the log-likelihood there is not lower, a jump ahead (*jumped; only if
** `may_jump`). A jump that fails is a map spent, after which the plain one is made; so there must be room for two. */
static mixture_status advance(mix_em *em, mixture_model *model, bool may_jump, bool *jumped,
                              mixture_error *error) {
    double before = em->run.loglik, *scratch = mix_expect_scratch(em->expect);
    mixture_status status = mix_statistics_maximize(model, em->statistics, &em->how, scratch, error);
    if (status == MIXTURE_OK && em->accelerate != NULL) {
        mix_accelerate_arrive(em->accelerate, model, scratch);
    }
    *jumped = status == MIXTURE_OK && may_jump &&
              mix_accelerate_jump(em->accelerate, model, em->statistics, &em->how, scratch);
    if (*jumped) {
        status = expect(em, model, error);
        if (status == MIXTURE_OK && !(em->run.loglik >= before)) {
            mix_accelerate_undo(em->accelerate, model);
            em->run.loglik = before;
            *jumped = false;
            status = record(em, error);
        }
    }
    if (status == MIXTURE_OK && !*jumped) {
        status = expect(em, model, error);
    }
    return status == MIXTURE_OK ? record(em, error) : status;
}

static bool out_of_reach(const mix_em *em, double rise) {
    double gap = em->goal - em->run.loglik;
    return gap > 0 && rise * (gap < CLOSE ? CLOSE_REACH : REACH) < gap;
}

mixture_status mix_em_run(mix_em *em, mixture_model *model, long max_iter, double tol, mixture_error *error) {
    em->run.iterations = 0;
    em->run.converged = em->run.fell = false;
    em->run.trace_count = 0;
    if (em->accelerate != NULL) {
        mix_accelerate_reset(em->accelerate);
    }
    mixture_status status = expect(em, model, error);
    if (status == MIXTURE_OK) {
        status = record(em, error);
    }
    double top = em->run.loglik; /* the highest so far */
    double rise = INFINITY, last_rise = INFINITY;
    bool small = false; /* the last rise: only a plain map tells whether that is convergence */
    while (status == MIXTURE_OK && em->run.iterations < max_iter) {
        double before = em->run.loglik;
        bool near = rise < NEAR * em->data->total_weight;
        bool may_jump = em->accelerate != NULL && near && !small && em->run.iterations + 2 <= max_iter, jumped;
        top = fmax(top, before);
        if (em->accelerate != NULL) {
            mix_accelerate_depart(em->accelerate, model, rise, mix_expect_scratch(em->expect));
        }
        status = advance(em, model, may_jump, &jumped, error);
        if (status != MIXTURE_OK) {
            break;
        }
        rise = em->run.loglik - before;
        if (rise < -rounding(em, before)) {
            /* The model was so many deviations away that the scatter about its mean has no digits of that about the
            ** next one (now the mean is right, and the next step will be), or the floor broke the M-step of a tied
            ** structure. Neither is convergence. */
            if (em->accelerate != NULL) {
                mix_accelerate_reset(em->accelerate);
            }
            rise = INFINITY;
            continue;
        }
        if (em->run.iterations >= LEAST_MAPS && out_of_reach(em, fmax(rise, last_rise))) {
            break;
        }
        last_rise = rise;
        small = rise < tol * em->data->total_weight || rise <= DBL_EPSILON * fabs(before);
        if (small && !jumped) {
            em->run.fell = em->run.loglik < top - rounding(em, top);
            em->run.converged = !em->run.fell;
            break;
        }
    }
    return status;
}
