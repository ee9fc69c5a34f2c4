/* model_cache.c: a hash table with chains, and a list by the last use. */
#include "model_cache.h"

#include <string.h>

#include "error.h"
#include "family.h"
#include "hash.h"
#include "jsonb.h"
#include "memory.h"
#include "model.h"
#include "model_json.h"

enum {
    FIRST_BUCKETS = 16,
    SAMPLED_WORDS = 16,
    LONG_MODEL_BYTES = 1 << 20 /* a text from this length on may take some time after it was read, too */
};

void mix_parsed_release(mix_parsed *parsed) {
    if (parsed != NULL && --parsed->references == 0) {
        mix_tails_free(parsed->tails);
        mix_combined_free(parsed->combined);
        mix_memory_free(parsed->text);
        mixture_model_free(parsed->model);
        mixture_scratch_free(parsed->scratch);
        mix_memory_free(parsed->x);
        mix_memory_free(parsed->resp);
        mix_memory_free(parsed);
    }
}

/* ---- Parsing ----------------------------------------------------------------------------------------------- */

/* What a parsed model takes, but for strings and such: its text, parameters and work space. */
static size_t count_bytes(const mix_parsed *parsed) {
    const mixture_model *model = parsed->model;
    const mix_shape shape = mix_shape_of(model);
    size_t doubles = 3 + model->family->derived_size(&shape);
    for (size_t a = 0; a < model->family->array_count; a++) {
        doubles += mix_family_array_size(&shape, a);
    }
    doubles = doubles * model->k + model->trace_count;
    doubles += model->family->scratch_size(&shape) + (model->d + model->k) * (MIX_LANES + 4);
    return sizeof *parsed + sizeof *model + parsed->length + doubles * sizeof(double);
}

static mixture_status parse_model(const char *text, size_t length, const mix_cancel *cancel, mix_parsed **result,
                                  mixture_error *error) {
    mix_parsed *parsed = mix_memory_zeros(1, sizeof *parsed);
    *result = NULL;
    if (parsed == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    parsed->references = 1;
    parsed->length = length;
    mix_jsonb_text json;
    mixture_status status = mix_jsonb_open(text, length, cancel, &json, error);
    if (status == MIXTURE_OK) {
        status = mix_model_json_read_until(json.text, json.length, cancel, &parsed->model, error);
        mix_jsonb_close(&json);
    }
    if (status == MIXTURE_OK) {
        parsed->text = mix_memory_array(length, 1);
        parsed->scratch = mixture_scratch_new(parsed->model);
        parsed->x = mix_memory_zeros(parsed->model->d, sizeof(double));
        parsed->resp = mix_memory_zeros(parsed->model->k, sizeof(double));
        if (parsed->text == NULL || parsed->scratch == NULL || parsed->x == NULL || parsed->resp == NULL) {
            status = mix_error_status(error, MIXTURE_NOMEM);
        } else {
            memcpy(parsed->text, text, length);
            parsed->bytes = count_bytes(parsed);
        }
    }
    if (status == MIXTURE_OK && length > LONG_MODEL_BYTES && mix_cancelled(cancel)) {
        status = mix_error_status(error, MIXTURE_CANCELLED);
    }
    if (status != MIXTURE_OK) {
        mix_parsed_release(parsed);
        return status;
    }
    *result = parsed;
    return MIXTURE_OK;
}

/* ---- The table ---------------------------------------------------------------------------------------------- */

/* Of the length and some words, spread evenly from the first to the last: models of one kind differ all along.
** Equal texts are told by comparison, never by this. */
static uint64_t hash_text(const char *text, size_t length) {
    uint64_t hash = mix_hash_number(MIX_HASH_BEGIN, length), word;
    size_t words = length / sizeof word, step = words > SAMPLED_WORDS ? words / SAMPLED_WORDS : 1;
    for (size_t i = 0; i < words; i += step) {
        memcpy(&word, text + i * sizeof word, sizeof word);
        hash = mix_hash_number(hash, word);
    }
    size_t rest = length < sizeof word ? length : sizeof word;
    return mix_hash_bytes(hash, text + length - rest, rest);
}

static mix_parsed **bucket_of(const mix_model_cache *cache, uint64_t hash) {
    return &cache->buckets[hash & (cache->bucket_count - 1)];
}

/* More buckets where there are fewer than models. Without memory for them chains are longer, which is no error
** unless there are none at all. */
static bool make_buckets(mix_model_cache *cache) {
    if (cache->count < cache->bucket_count) {
        return true;
    }
    mix_model_cache more = {.bucket_count = cache->bucket_count > 0 ? 2 * cache->bucket_count : FIRST_BUCKETS};
    more.buckets = mix_memory_zeros(more.bucket_count, sizeof *more.buckets);
    if (more.buckets == NULL) {
        return cache->bucket_count > 0;
    }
    for (mix_parsed *parsed = cache->newest; parsed != NULL; parsed = parsed->older) {
        mix_parsed **bucket = bucket_of(&more, parsed->hash);
        parsed->chain = *bucket;
        *bucket = parsed;
    }
    mix_memory_free(cache->buckets);
    cache->buckets = more.buckets;
    cache->bucket_count = more.bucket_count;
    return true;
}

/* ---- The list ----------------------------------------------------------------------------------------------- */

static void leave_list(mix_model_cache *cache, mix_parsed *parsed) {
    *(parsed->newer != NULL ? &parsed->newer->older : &cache->newest) = parsed->older;
    *(parsed->older != NULL ? &parsed->older->newer : &cache->oldest) = parsed->newer;
    parsed->newer = parsed->older = NULL;
}

static void enter_list(mix_model_cache *cache, mix_parsed *parsed) {
    parsed->older = cache->newest;
    *(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) = parsed;
    cache->newest = parsed;
}

static void drop_oldest(mix_model_cache *cache) {
    mix_parsed *parsed = cache->oldest, **place = bucket_of(cache, parsed->hash);
    while (*place != parsed) {
        place = &(*place)->chain;
    }
    *place = parsed->chain;
    leave_list(cache, parsed);
    cache->count--;
    cache->bytes -= parsed->bytes;
    mix_parsed_release(parsed);
}

void mix_model_cache_grow(mix_model_cache *cache, mix_parsed *parsed, size_t bytes) {
    bool kept = parsed->newer != NULL || cache->newest == parsed;
    parsed->bytes += bytes;
    cache->bytes += kept ? bytes : 0;
    while (cache->bytes > cache->most_bytes && cache->oldest != parsed) {
        drop_oldest(cache);
    }
}

void mix_model_cache_clear(mix_model_cache *cache) {
    while (cache->oldest != NULL) {
        drop_oldest(cache);
    }
    mix_memory_free(cache->buckets);
    *cache = (mix_model_cache){.most_bytes = cache->most_bytes};
}

/* ---- Both --------------------------------------------------------------------------------------------------- */

static bool has_text(const mix_parsed *parsed, const char *text, size_t length) {
    return parsed->length == length && memcmp(parsed->text, text, length) == 0;
}

/* The model of a text if it is kept, now the newest. */
static mix_parsed *look_up(mix_model_cache *cache, uint64_t hash, const char *text, size_t length) {
    mix_parsed *parsed = cache->bucket_count > 0 ? *bucket_of(cache, hash) : NULL;
    while (parsed != NULL && !(parsed->hash == hash && has_text(parsed, text, length))) {
        parsed = parsed->chain;
    }
    if (parsed != NULL) {
        leave_list(cache, parsed);
        enter_list(cache, parsed);
    }
    return parsed;
}

mixture_status mix_model_cache_find(mix_model_cache *cache, const char *text, size_t length,
                                    const mix_cancel *cancel, mix_parsed **parsed, mixture_error *error) {
    *parsed = cache->newest;
    if (*parsed != NULL && has_text(*parsed, text, length)) { /* as in most rows */
        (*parsed)->references++;
        return MIXTURE_OK;
    }
    uint64_t hash = hash_text(text, length);
    *parsed = look_up(cache, hash, text, length);
    if (*parsed == NULL) {
        mixture_status status = make_buckets(cache) ? parse_model(text, length, cancel, parsed, error)
                                                    : mix_error_status(error, MIXTURE_NOMEM);
        if (status != MIXTURE_OK) {
            return status;
        }
        mix_parsed **bucket = bucket_of(cache, hash);
        (*parsed)->hash = hash;
        (*parsed)->chain = *bucket;
        *bucket = *parsed;
        enter_list(cache, *parsed);
        cache->count++;
        cache->bytes += (*parsed)->bytes;
        while (cache->bytes > cache->most_bytes && cache->count > 1) {
            drop_oldest(cache);
        }
    }
    (*parsed)->references++;
    return MIXTURE_OK;
}
