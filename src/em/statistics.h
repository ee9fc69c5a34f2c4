/* statistics.h: what expect yields, what merging adds up, what maximize turns into the next model.
**
** One flat array of doubles: the MIX_TOTALS totals (weight, log-likelihood, entropy), then each component's own
** statistics, whose first is its sum of responsibilities. All are sums over rows taken under one model, so merging
** two arrays is adding them. */
#ifndef MIX_STATISTICS_H
#define MIX_STATISTICS_H

#include "family.h"
#include "gaps.h"
#include "kernel.h"

/* Doubles in the statistics of a model. */
size_t mix_statistics_size(const mix_shape *shape);

/* Expect: add the statistics of a block of rows under a prepared model. A labelled row counts for its component
** alone. scratch: mix_family_scratch() doubles, or of mix_family_scratch_for() as many rows as rows->stride. */
void mix_statistics_expect(const mixture_model *model, const mix_rows *rows, double *statistics, double *scratch);

/* The same, asking whether to stop: false, and the statistics are worth nothing. Rows of a pattern need gaps,
** begun with the statistics of the components, which are whole when those have ended. NULL: all rows are
** complete. */
bool mix_statistics_expect_until(const mixture_model *model, const mix_rows *rows, double *statistics,
                                 double *scratch, mix_gaps *gaps, mix_turns *turns);

/* And with the family's log_base in the log-likelihood, and all digits where that is large. `alone`: of the
** model. */
bool mix_statistics_expect_exactly(const mixture_model *model, const mix_rows *rows, double *statistics,
                                   double *scratch, mixture_scratch *alone, mix_gaps *gaps, mix_turns *turns);

/* The second half of expect, for responsibilities (times row weight) that are known already: k columns,
** rows->stride apart, of model->structure. The totals stay as they are. scratch: the family's. */
void mix_statistics_accumulate(const mixture_model *model, const mix_rows *rows, const double *resp,
                               double *statistics, double *scratch);

/* Merge: sum += part. */
void mix_statistics_merge(double *sum, const double *part, size_t size);

/* Maximize: the next model, in place of the one under which the statistics were taken, prepared. It fails only if
** the parameters come out invalid, which the floor prevents for all finite data. scratch: the family's. */
mixture_status mix_statistics_maximize(mixture_model *model, const double *statistics, const mix_maximize *how,
                                       double *scratch, mixture_error *error);

#endif
