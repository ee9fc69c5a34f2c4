/* combine.h: components joined into clusters, two at a time, as least leaves in doubt where a row belongs (Baudry,
** Raftery, Celeux, Lo & Gottardo, Journal of Computational and Graphical Statistics 19 (2010) 332). */
#ifndef MIX_COMBINE_H
#define MIX_COMBINE_H

#include "cancel.h"
#include "mixture.h"

enum { MIX_MOST_COMBINED = 500 }; /* components: 20,000 probabilities and their logarithms each, 160 MB */

/* The model's k components in k, k - 1, ... 1 clusters. Noise is a cluster of its own beside them. */
typedef struct mix_combined {
    size_t k;
    double *entropy;  /* [c]: that of c clusters, in nats a row */
    size_t *clusters; /* of k - step clusters that of component a, from 0: [step * k + a] */
} mix_combined;

void mix_combined_free(mix_combined *combined);          /* NULL is fine */
size_t mix_combined_bytes(const mix_combined *combined); /* that it takes, about */

/* Join until one is left. From 20,000 rows drawn with a fixed seed, the same that mix_sample()
** draws with seed 0. Clusters are in the order of their first components. *result is the caller's to free.
** MIXTURE_OK, _NOMEM, _CANCELLED, or _INVALID with a text. */
mixture_status mix_combine(const mixture_model *model, const mix_cancel *cancel, mix_combined **result,
                           mixture_error *error);

#endif
