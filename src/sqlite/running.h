/* running.h: the work that runs in this process, of all connections, and how far it is. A list under a lock, which
** nobody holds while calling anything else: a host may ask from wherever its code runs. */
#ifndef MIX_RUNNING_H
#define MIX_RUNNING_H

#include <stddef.h>

#include "watch.h"

typedef struct mix_running {
    const char *function; /* its name, which stays */
    mixture_watch watch;
    int64_t told; /* when a line was logged last, on mix_clock() */
    struct mix_running *before, *after;
} mix_running;

/* From now on it is in the list, reading rows, and does not move; until the end. */
void mix_running_begin(mix_running *work, const char *function);
void mix_running_end(mix_running *work);

/* At `now` on mix_clock(), on the thread that called the function: log a line, if it has run for two seconds and
** the last line was a second ago. */
void mix_running_tell(mix_running *work, int64_t now);

typedef struct mix_running_entry {
    const char *function;
    mixture_progress progress;
} mix_running_entry;

/* What there is, what began first first, as far as there is room; returns how many there are. */
size_t mix_running_list(mix_running_entry *entries, size_t room);

#endif
