/* selection.h: the state of a selection, for the files that make one: select.c, halve.c, again.c. */
#ifndef MIX_SELECTION_H
#define MIX_SELECTION_H

#include "halving.h"

typedef struct mix_selection {
    mix_multistart multistart; /* for what all candidates share */
    mix_plan plan;
    mix_structures *by_k; /* in the order of k */
    size_t by_k_count;
    mixture_candidate *candidates; /* k after k */
    size_t candidate_count;
    size_t asked;             /* the least k asked for, if few rows have made it fewer; else 0 */
    size_t sample;            /* rows on which all were compared; 0: on all */
    mix_found best;           /* of all */
    mixture_candidate winner; /* its entry; what it points to is not its own */
    mix_halving halving;      /* where the candidates are compared on a sample */
    mixture_error *error;
} mix_selection;

/* halve.c: compare all candidates on samples, of so many rows at first, and fit to all rows those that may be
** the best. Where nothing is sound there is no choice, and all is as if this had not been: selection->sample
** stays 0. */
mixture_status mix_selection_halve(mix_selection *selection, size_t rows, size_t arena_bytes);

/* again.c: fit the best again as fits of their own. */
mixture_status mix_selection_again(mix_selection *selection);

/* The candidate's entry becomes that of what was found in all rows; so does the winner, if it is better. found: at
** most its model is taken away. MIXTURE_OK or _NOMEM. */
mixture_status mix_selection_take(mix_selection *selection, mixture_candidate *candidate,
                                  const mixture_options *options, mix_found *found);

#endif
