/* model_cache.h: the models that a connection has parsed lately, found again by their text. As many are kept as
** fit into a bounded number of bytes, those used longest ago go first; so models that come row by row in any
** order, one for each device or customer, are parsed once. A connection is used by one thread at a time:
** nothing is locked. */
#ifndef MIX_MODEL_CACHE_H
#define MIX_MODEL_CACHE_H

#include <stdbool.h>

#include "cancel.h"
#include "combine.h"
#include "mixture.h"
#include "tail.h"

/* A parsed model with room to score one row. */
typedef struct mix_parsed {
    int references;
    char *text; /* the JSON, or JSONB, it was made from */
    size_t length;
    uint64_t text_hash; /* of the whole text; 0: not asked for yet */
    mixture_model *model;
    mixture_scratch *scratch;
    double *x;              /* d: a row */
    double *resp;           /* k: its responsibilities */
    mix_tails *tails;       /* NULL: nobody has asked for them yet */
    mix_combined *combined; /* as above */
    /* The cache's: */
    uint64_t hash;                    /* of a part of the text */
    size_t bytes;                     /* that it takes, about */
    struct mix_parsed *chain;         /* the next of its bucket */
    struct mix_parsed *newer, *older; /* by the last use */
} mix_parsed;

#define MIX_MODEL_CACHE_BYTES ((size_t)64 << 20)

/* Starts as {.most_bytes = MIX_MODEL_CACHE_BYTES}. */
typedef struct mix_model_cache {
    size_t most_bytes;    /* of all models that are kept; the one used last stays in any case */
    mix_parsed **buckets; /* a power of two of them */
    size_t bucket_count, count, bytes;
    mix_parsed *newest, *oldest;
} mix_model_cache;

/* The model of this text with a reference for the caller, parsed if it is not kept. MIXTURE_OK, _NOMEM, _CANCELLED
** or _INVALID with a text. cancel: asked while it is parsed; NULL: nobody. */
mixture_status mix_model_cache_find(mix_model_cache *cache, const char *text, size_t length,
                                    const mix_cancel *cancel, mix_parsed **parsed, mixture_error *error);
/* A model that may be kept, and that the caller uses, takes so many bytes more. */
void mix_model_cache_grow(mix_model_cache *cache, mix_parsed *parsed, size_t bytes);
void mix_model_cache_clear(mix_model_cache *cache);

void mix_parsed_release(mix_parsed *parsed); /* NULL is fine */

#endif
