/* level_set.h: the different values of a column while its rows come, levels or names of components: each once,
** sorted, with a number in the order in which they came. */
#ifndef MIX_LEVEL_SET_H
#define MIX_LEVEL_SET_H

#include <stdbool.h>

#include "level.h"
#include "mixture.h"

/* A level that is in a set; its bytes are the set's, with a NUL behind them. */
typedef struct mix_numbered_level {
    mix_level level;
    size_t number; /* from 0 */
} mix_numbered_level;

/* Starts as {0}. */
typedef struct mix_level_set {
    mix_numbered_level *sorted;
    size_t count, capacity;
} mix_level_set;

/* Whether a level is there; then its number. */
bool mix_level_set_find(const mix_level_set *set, const mix_level *level, size_t *number);

/* Add one that is not there, with the next number; its bytes are copied. MIXTURE_OK or MIXTURE_NOMEM. */
mixture_status mix_level_set_add(mix_level_set *set, const mix_level *level);

void mix_level_set_clear(mix_level_set *set);

#endif
