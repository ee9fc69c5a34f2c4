/* score.h: scoring whole blocks of rows; single rows are in mixture.h. */
#ifndef MIX_SCORE_H
#define MIX_SCORE_H

#include "cancel.h"
#include "mixture.h"
#include "rows.h"

/* The family's log_base of each row, 0 for a family without. False when one is so large that the kernels' log
** densities, as large and of the other sign, have lost the digits that matter: then rows go alone. */
bool mix_score_base(const mixture_model *model, const mix_rows *rows, double *base);

/* Each row by itself, as mixture_responsibilities() has it: responsibilities times row weight, a labelled row's
** to its component alone, into resp (k columns, rows->stride apart; 0 in the padding). Adds to
** totals[MIX_TOTALS], log_base included; a row that is impossible has a log density of -infinity. */
bool mix_score_alone(const mixture_model *model, const mix_rows *rows, double *resp, double *totals,
                     mixture_scratch *scratch, mix_turns *turns); /* false: stopped */

/* Rows waiting to be scored together, up to MIX_BLOCK_ROWS. */
typedef struct mix_batch mix_batch;

mix_batch *mix_batch_new(const mixture_model *model); /* NULL when out of memory; the model must outlive it */
void mix_batch_free(mix_batch *batch);                /* NULL is fine */

/* Add a row, NaN where not observed; its log density, where its component is known (not 0) the joint one, times
** its weight is added to the batch's total, now or later. */
void mix_batch_add(mix_batch *batch, const double *x, double weight, int label);

/* Who is asked whether to stop from here on, NULL: nobody; and whether that was said. Then the total is worth
** nothing. */
bool mix_batch_ask(mix_batch *batch, const mix_cancel *cancel);

/* Total log density of all rows so far. */
double mix_batch_total(mix_batch *batch);

#endif
