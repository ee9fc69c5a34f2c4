/* options.c: defaults and ranges. */
#include "options.h"

#include <math.h>
#include <string.h>

#include "error.h"

void mixture_options_default(mixture_options *options) {
    memset(options, 0, sizeof *options);
    options->k = 1;
    options->max_iter = 1000;
    options->tol = 1e-8;
    options->n_init = MIXTURE_N_INIT_AUTO;
    options->init = MIXTURE_INIT_KMEANSPP;
    options->accelerate = true;
    options->min_variance = MIX_MIN_VARIANCE_DEFAULT;
}

static const char *const criteria[] = {[MIXTURE_BIC] = "bic",     [MIXTURE_ICL] = "icl",   [MIXTURE_AIC] = "aic",
                                       [MIXTURE_SABIC] = "sabic", [MIXTURE_CAIC] = "caic", [MIXTURE_NEC] = "nec"};

const char *mixture_criterion_name(mixture_criterion criterion) {
    return criteria[criterion];
}

mixture_status mix_options_check(const mixture_options *options, mixture_error *error) {
    if (options->k < 1) {
        return mix_error_invalid(error, "k is 0; expected an integer >= 1");
    }
    if (options->max_iter < 0 || options->max_iter > MIX_MAX_ITER) {
        return mix_error_invalid(error, "option max_iter is %ld; expected an integer from 0 to %d",
                                 options->max_iter, MIX_MAX_ITER);
    }
    if (!(options->tol >= 0) || isinf(options->tol)) {
        return mix_error_invalid(error, "option tol is %g; expected a number >= 0", options->tol);
    }
    if ((options->n_init < 1 && options->n_init != MIXTURE_N_INIT_AUTO) || options->n_init > MIX_MAX_N_INIT) {
        return mix_error_invalid(error, "option n_init is %d; expected an integer from 1 to %d", options->n_init,
                                 MIX_MAX_N_INIT);
    }
    if (options->threads < 0 || options->threads > MIX_MAX_THREADS) {
        return mix_error_invalid(error, "option threads is %d; expected an integer from 0 to %d", options->threads,
                                 MIX_MAX_THREADS);
    }
    if (!(options->min_variance >= MIX_MIN_VARIANCE_LEAST && options->min_variance <= 1)) {
        return mix_error_invalid(error, "option min_variance is %g; expected a number from %g to 1",
                                 options->min_variance, MIX_MIN_VARIANCE_LEAST);
    }
    return MIXTURE_OK;
}
