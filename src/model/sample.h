/* sample.h: drawing rows from a model, beyond what mixture.h declares. */
#ifndef MIX_SAMPLE_H
#define MIX_SAMPLE_H

#include "mixture.h"

/* A sampler with a stream of random numbers of its own, for rows of counts with 0 trials. NULL when out of
** memory. */
mixture_sampler *mix_sampler_new(const mixture_model *model, int64_t seed, uint64_t stream);

/* The sum of each row of counts from here on. */
void mix_sampler_set_trials(mixture_sampler *sampler, size_t trials);

/* So many are drawn where an answer is a mean of them. */
enum { MIX_SAMPLE_ROWS = 20000 };

/* The sum of each such row of counts, from the mean of the model's rows; 0 for a family that needs none.
** MIXTURE_OK or _INVALID with a text. */
mixture_status mix_sample_total(const mixture_model *model, double mean, size_t *total, mixture_error *error);

#endif
