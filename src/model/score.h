/* score.h: scoring whole blocks of rows; single rows are in mixture.h. */
#ifndef MIX_SCORE_H
#define MIX_SCORE_H

#include "mixture.h"

/* Rows waiting to be scored together, up to MIX_BLOCK_ROWS. */
typedef struct mix_batch mix_batch;

mix_batch *mix_batch_new(const mixture_model *model); /* NULL when out of memory; the model must outlive it */
void mix_batch_free(mix_batch *batch);                /* NULL is fine */

/* Add a row, NaN where not observed; its log density is added to the batch's total, now or later. */
void mix_batch_add(mix_batch *batch, const double *x);

/* Total log density of all rows so far. */
double mix_batch_total(mix_batch *batch);

#endif
