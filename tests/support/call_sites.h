/* call_sites.h: which calls come from a place that has been seen before, so that a test which makes each of many
** calls fail can leave out the tenth turn of a loop. A place is the whole stack of return addresses. */
#ifndef CALL_SITES_H
#define CALL_SITES_H

#include <stdbool.h>

/* Forget all places. */
void call_sites_clear(void);

/* Whether the caller is called from this place for the first or the second time: a loop's second turn finds what
** the first has left. Always, where no stack can be read, or when there are too many places. */
bool call_sites_new(void);

#endif
