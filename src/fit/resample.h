/* resample.h: tables of rows that might as well have been seen: the rows drawn again, weighted at random, or drawn
** from a model. All are views of one table, in whose frame and with whose steps they are; what is missing, and
** whether a component is known, is as there. */
#ifndef MIX_RESAMPLE_H
#define MIX_RESAMPLE_H

#include "data.h"

/* What the replicates of one table share; only read while they are drawn. */
typedef struct mix_resample {
    mixture_resampling type;
    int64_t seed;
    const mixture_data *data;       /* standardized */
    const mixture_model *reference; /* prepared, in the data's frame; what rows are drawn from */
    double trials;                  /* sum of a row of counts whose own is not known */
    double draws;                   /* rows that are drawn, */
    double *sums;                   /* from these sums of weights; NULL: one by one, all alike */
} mix_resample;

/* How many rows the weights stand for: their sum, rounded, at least 1. */
double mix_resample_draws(const mixture_data *data);

/* MIXTURE_OK, _NOMEM or _CANCELLED; in every case mix_resample_end() frees. All that it points to outlives it. */
mixture_status mix_resample_begin(mix_resample *resample, mixture_resampling type, int64_t seed,
                                  const mixture_data *data, const mixture_model *reference,
                                  const mix_cancel *cancel);
void mix_resample_end(mix_resample *resample);

/* Doubles that a replicate takes. */
double mix_resample_size(const mix_resample *resample);

typedef struct mix_replicate {
    mixture_data data;
    double *weights, *rows; /* its own; NULL: the table's */
    double **blocks;
} mix_replicate;

/* Replicate `number`, the same whatever was drawn before. MIXTURE_OK, _NOMEM, _CANCELLED, or _INVALID: there is no
** such table. In every case mix_replicate_free() frees. */
mixture_status mix_replicate_draw(const mix_resample *resample, size_t number, const mix_cancel *cancel,
                                  mix_replicate *replicate);
void mix_replicate_free(mix_replicate *replicate);

/* For rows drawn from a model, each of which stands for itself alone: rows that have a weight as often as that
** says, without weights, rounded so that the total is right. Not standardized; the caller's to free. MIXTURE_OK,
** _NOMEM, _CANCELLED, or _INVALID with a text. */
mixture_status mix_resample_unweighted(const mixture_data *data, const mix_cancel *cancel,
                                       mixture_data **unweighted, mixture_error *error);

#endif
