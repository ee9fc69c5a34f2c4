/* result.h: what was found, in the caller's units and with what mixture.h says of a fitted model. */
#ifndef MIX_RESULT_H
#define MIX_RESULT_H

#include "multistart.h"

/* What the log-likelihood in the data's frame lacks of that in the caller's units. MIXTURE_OK, _NOMEM or
** _CANCELLED. */
mixture_status mix_result_shift(const mix_multistart *multistart, double *shift);

/* Log-likelihoods and entropy of a run as the caller has columns and weights. */
void mix_result_run(const mix_multistart *multistart, double shift, mix_run *run);

/* The criteria by which models are compared, from such a run. */
typedef struct mix_criteria {
    size_t parameters;
    double aic, bic, icl;
} mix_criteria;
mix_criteria mix_result_criteria(const mix_multistart *multistart, const mixture_options *options,
                                 const mix_run *run);

/* Take the model and the trace out of `found`, whose run is put into the caller's units. On MIXTURE_OK *model
** is the caller's to free. */
mixture_status mix_result_deliver(const mix_multistart *multistart, const mixture_options *options, double shift,
                                  mix_found *found, mixture_model **model, mixture_error *error);

#endif
