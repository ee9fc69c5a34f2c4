/* compare.h: two models of the same columns beside each other, by rows drawn from both. */
#ifndef MIX_COMPARE_H
#define MIX_COMPARE_H

#include "cancel.h"
#include "mixture.h"

/* Whether the second model has the columns of the first: as many, of the same names if both have some, categories
** where those are. MIXTURE_OK or _INVALID with a text in which it is called `name`. */
mixture_status mix_compare_columns(const mixture_model *model, const mixture_model *other, const char *name,
                                   mixture_error *error);

/* The Jensen-Shannon divergence in bits: 0, the same, to 1, nothing in common. From 20,000 rows of each. The
** columns are the same. MIXTURE_OK, _NOMEM, _CANCELLED, or _INVALID with a text. */
mixture_status mix_compare_divergence(const mixture_model *model, const mixture_model *other,
                                      const mix_cancel *cancel, double *bits, mixture_error *error);

/* Give each of n rows a column of its own, so that the sum of score[row * n + column_of[row]] is the largest. As
** above, without a text. */
mixture_status mix_compare_assign(size_t n, const double *score, const mix_cancel *cancel, size_t *column_of);

/* For each component of the model the reference's (from 0) that it is closest to when each is given to one at
** most, and as much as possible of their rows goes to the same ones; the reference's k: none. At most
** MIX_MOST_MATCHED components. As above. */
enum { MIX_MOST_MATCHED = 4096 }; /* in k x k doubles, 128 MiB */
mixture_status mix_compare_match(const mixture_model *model, const mixture_model *reference,
                                 const mix_cancel *cancel, size_t *match, mixture_error *error);

#endif
