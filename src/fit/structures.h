/* structures.h: the candidates of one k: fits with several structures. */
#ifndef MIX_STRUCTURES_H
#define MIX_STRUCTURES_H

#include "multistart.h"
#include "repeated.h"

/* What the candidates of a selection share. While they are fitted it is only read. */
typedef struct mix_plan {
    const mixture_family *family;
    const mixture_data *data; /* standardized; a sample of `whole`, or that */
    const mixture_data *whole;
    mixture_options options; /* of every candidate, but for k and structure */
    mixture_criterion criterion;
    int structures[MIX_MOST_STRUCTURES]; /* each after those that are nested in it */
    size_t structure_count;
    size_t least_k;                     /* the smallest, which is fitted in any case */
    size_t distinct;                    /* rows, counted no further than mix_structures_most_rows() */
    double shift;                       /* see mix_result_shift; of `whole` */
    double single[MIX_MOST_STRUCTURES]; /* see mixture_candidate; by structure, for MIXTURE_NEC alone */
    mix_repeated repeated;
} mix_plan;

typedef struct mix_structures {
    size_t k;
    mixture_candidate *candidates; /* plan->structure_count of them, the caller's array; all 0 at first */
    mix_found best;                /* the best fit; without a model: there is none */
    size_t best_place;             /* its candidate */
    mix_found *all;                /* not NULL: all fits are kept here, by place, and `best` stays empty */
} mix_structures;

/* What fitting one candidate takes, for plan->options.watch. */
uint64_t mix_structures_work(const mix_plan *plan, size_t k);

/* What the criterion says of a candidate: lower is better. */
double mix_structures_value(const mixture_candidate *candidate, mixture_criterion criterion);

/* Candidates that do not know `single` learn it from those of one component, if there are such. */
void mix_structures_find_single(mixture_candidate *candidates, size_t count);

/* Distinct rows that tell whether any candidate of up to k components has too few. */
size_t mix_structures_most_rows(const mix_plan *plan, size_t k);

/* < 0 if a is the better one: sound ones first, by the criterion, equal ones of MIXTURE_NEC by BIC; then those
** that are not and those without a fit, by k. */
int mix_structures_compare(const mixture_candidate *a, const mixture_candidate *b, mixture_criterion criterion);

/* Fit and fill in all candidates; init is complete, or used by this thread alone. A fit that is not possible is an
** entry, not an error. MIXTURE_OK, _NOMEM or _CANCELLED. In every case the best fit (mix_found_clear) and the
** candidates' warnings are the caller's to free. */
mixture_status mix_structures_fit(const mix_plan *plan, mix_init *init, const mix_cancel *cancel,
                                  mix_structures *of_k);

/* Fill in the candidate that was found with these options; of a fit to a sample with what is to be expected of one
** to all rows. Its warnings, until then none, are the caller's to free. MIXTURE_OK or _NOMEM. */
mixture_status mix_structures_enter(const mix_plan *plan, const mixture_options *options, const mix_found *found,
                                    mixture_candidate *candidate);

/* Copy whatever is the caller's to free, which another thread allocated in its arena. MIXTURE_OK or _NOMEM; in
** both cases nothing in the arena is pointed to any more. */
mixture_status mix_structures_adopt(const mix_plan *plan, mix_structures *of_k);

/* Make it what it was before the fit, without freeing anything. */
void mix_structures_forget(const mix_plan *plan, mix_structures *of_k);

#endif
