/* em.c: expectation-maximization (Dempster, Laird & Rubin 1977).
**
** Iteration i takes the statistics under theta(i-1) and maximizes to theta(i). The expect step that follows gives
** the log-likelihood of theta(i) and, at once, the statistics for the next iteration. */
#include "em.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "memory.h"

/* A fall by more than this share of the log-likelihood, or of a row, is no rounding error of a sound step. */
#define FALL 1e-5

static double rounding(const mix_em *em, double loglik) {
    return FALL * (fabs(loglik) + em->data->total_weight);
}

mixture_status mix_em_init(mix_em *em, const mixture_family *family, const mixture_data *data,
                           const mixture_options *options, const mix_cancel *cancel) {
    memset(em, 0, sizeof *em);
    em->data = data;
    em->single = (double)NAN;
    em->how = (mix_maximize){
        .covariance = options->covariance,
        .equal_weights = options->equal_weights,
        .min_variance = options->min_variance,
        .scale = data->frame.scale,
        .variance = data->frame.variance,
    };
    size_t size = mix_statistics_size(family, options->covariance, options->k, data->d);
    em->expect = mix_expect_new(family, data, options->k, options->covariance, (size_t)options->threads, cancel);
    em->statistics = mix_memory_zeros(size, sizeof(double));
    if (options->accelerate) {
        em->accelerate = mix_accelerate_new(family, options->k, data->d, size);
    }
    if (em->expect == NULL || em->statistics == NULL || (options->accelerate && em->accelerate == NULL)) {
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

/* Try a jump ahead. If the log-likelihood there is not higher, everything is as it was. Costs one map. */
static mixture_status jump(mix_em *em, mixture_model *model, mixture_error *error) {
    double before = em->run.loglik, entropy = em->run.entropy;
    if (!mix_accelerate_jump(em->accelerate, model, em->statistics, &em->how, mix_expect_scratch(em->expect))) {
        return MIXTURE_OK;
    }
    mixture_status status = expect(em, model, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    bool better = em->run.loglik > before;
    if (!better) {
        em->run.loglik = before;
        em->run.entropy = entropy;
    }
    mix_accelerate_landed(em->accelerate, better, model, em->statistics);
    em->run.iterations++;
    return record(em, error);
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
    while (status == MIXTURE_OK && em->run.iterations < max_iter) {
        double before = em->run.loglik;
        top = fmax(top, before);
        status = mix_statistics_maximize(model, em->statistics, &em->how, mix_expect_scratch(em->expect), error);
        if (status == MIXTURE_OK) {
            status = expect(em, model, error);
        }
        if (status != MIXTURE_OK) {
            break;
        }
        em->run.iterations++;
        status = record(em, error);
        double rise = em->run.loglik - before;
        if (rise < -rounding(em, before)) {
            /* The model was so many deviations away that the scatter about its mean has no digits of that about the
            ** next one (now the mean is right, and the next step will be), or the floor broke the M-step of a tied
            ** structure. Neither is convergence. */
            if (em->accelerate != NULL) {
                mix_accelerate_reset(em->accelerate);
            }
            continue;
        }
        if (rise < tol * em->data->total_weight) {
            em->run.fell = em->run.loglik < top - rounding(em, top);
            em->run.converged = !em->run.fell;
            break;
        }
        if (status == MIXTURE_OK && em->accelerate != NULL && em->run.iterations < max_iter &&
            mix_accelerate_observe(em->accelerate, model, rise, mix_expect_scratch(em->expect))) {
            status = jump(em, model, error);
        }
    }
    return status;
}
