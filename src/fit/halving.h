/* halving.h: of a selection over many rows, which candidates may be the best: by successive halving (Jamieson &
** Talwalkar, AISTATS 2016). All are fitted to a sample; those that may still win, by how sure the differences are,
** go on to a larger one, and from there to all rows. */
#ifndef MIX_HALVING_H
#define MIX_HALVING_H

#include "structures.h"

/* A candidate's latest fit, on a sample; without a model: there is none. */
enum { MIX_HALVING_ROUNDS = 2 };

typedef struct mix_half {
    mix_found fit;
    bool ahead;   /* goes on */
    size_t round; /* of that fit */
    /* What it let expect of all rows, by round: log-likelihood and entropy. */
    double loglik[MIX_HALVING_ROUNDS], entropy[MIX_HALVING_ROUNDS];
} mix_half;

typedef struct mix_halving {
    const mix_plan *plan; /* over all rows */
    const mix_cancel *cancel;
    mix_structures *by_k; /* in the order of k; their candidates are one array, k after k */
    size_t by_k_count;
    mixture_candidate *candidates; /* that array */
    size_t count;
    size_t rows;        /* of the first sample */
    size_t arena_bytes; /* of each thread but the calling one; 0: as many as it needs */
    mix_half *halves;   /* by candidate */
} mix_halving;

/* Rows that the first sample should have, at least `wanted`; 0: it saves nothing, or it cannot be. `by_k` is in
** the order of k. */
size_t mix_halving_rows(const mix_plan *plan, const mix_structures *by_k, size_t by_k_count, size_t wanted);

/* What one candidate takes on so many rows, from a fit to fewer, in the unit of mix_structures_work(). */
uint64_t mix_halving_work(size_t k, size_t rows);

/* Fit all candidates and fill in what their numbers would be on all rows; say who goes on to all rows: none, if
** none is sound. MIXTURE_OK, _NOMEM or _CANCELLED; in every case mix_halving_clear() frees, and the candidates'
** warnings are the caller's to free. */
mixture_status mix_halving_run(mix_halving *halving);

/* Once candidate `place` has been fitted to all rows: what is expected of those that are not is put right by how
** far the same samples were from the truth about it. */
void mix_halving_compare(mix_halving *halving, size_t place);

/* How many go on to all rows, and what that takes. */
size_t mix_halving_ahead(const mix_halving *halving);
uint64_t mix_halving_left(const mix_halving *halving);
void mix_halving_clear(mix_halving *halving);

#endif
