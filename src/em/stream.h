/* stream.h: expect for rows that come one at a time, in whatever order and with whatever missing: they wait until
** there is a block of them, those with values missing until there are enough to bring equal patterns together. */
#ifndef MIX_STREAM_H
#define MIX_STREAM_H

#include "statistics.h"

typedef struct mix_stream mix_stream;

/* For a prepared model and statistics of it, which outlive it, as do the scratch of mixture_scratch_new() and
** who is asked whether to stop. extras: what rows have besides values, MIXTURE_WEIGHTED and MIXTURE_LABELLED.
** NULL when out of memory. */
mix_stream *mix_stream_new(const mixture_model *model, unsigned extras, mixture_scratch *alone, double *statistics,
                           const mix_cancel *cancel);
void mix_stream_free(mix_stream *stream); /* NULL is fine */

/* Add a row, NaN where not observed, with its weight > 0 and its component, 0 if that is unknown. *taken:
** whether it counts; not where nothing is observed, or something is not and the family needs all. MIXTURE_OK,
** _NOMEM or _CANCELLED. */
mixture_status mix_stream_add(mix_stream *stream, const double *x, double weight, int label, bool *taken);

/* Expect all that wait. Then the statistics are those of all rows so far, and more may come. */
mixture_status mix_stream_flush(mix_stream *stream);

#endif
