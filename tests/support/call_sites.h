/* call_sites.h: which allocations come from a place that has been seen before, so that a test which makes each of
** many fail can leave out the tenth turn of a loop. A place is the whole stack of return addresses; of each the
** first two are worth failing: a loop's second turn finds what the first has left. */
#ifndef CALL_SITES_H
#define CALL_SITES_H

#include <stdbool.h>

/* Around a run that is given all that it asks for. */
void call_sites_begin(void);
void call_sites_end(void);

/* An allocator says each allocation. */
void call_sites_note(void);

/* The next number after n, from -1, of an allocation of that run that is worth failing; beyond its last: n + 1.
** Every one is, where no stack can be read or when there are too many places. */
long call_sites_next(long n);

#endif
