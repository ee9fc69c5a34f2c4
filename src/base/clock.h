/* clock.h: time that passes, for questions and reports that come every so often. No result depends on it. */
#ifndef MIX_CLOCK_H
#define MIX_CLOCK_H

#include <stdint.h>

/* Nanoseconds since some moment; never goes back. From any thread. */
int64_t mix_clock(void);

/* For tests: ask this instead from now on; NULL: the machine's clock again. */
void mix_clock_replace(int64_t (*clock)(void));

#endif
