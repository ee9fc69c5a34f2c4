/* interrupt.h: does the host want the running statement to stop? */
#ifndef MIX_INTERRUPT_H
#define MIX_INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>

#include "api.h"

enum { MIX_QUESTIONS = 2 }; /* a short one and a long one */

/* Asks by stepping a statement on the connection, once a millisecond: it fails after sqlite3_interrupt() and calls
** the progress handler, on every version of SQLite. Used by the thread that runs the function only. */
typedef struct mix_interrupt {
    sqlite3 *db;
    bool stopped;                           /* the host has wanted it */
    bool begun;                             /* it was polled, since when a statement may be open; */
    bool prepared[MIX_QUESTIONS];           /* it was tried */
    sqlite3_stmt *questions[MIX_QUESTIONS]; /* NULL: not yet, or cannot be asked */
    int64_t since, now;                     /* when, on mix_clock(), for the first time and of late */
    int64_t asked; /* when there was a question, or it was known that none is needed; or 0 */
} mix_interrupt;

/* Be ready to ask, which costs nothing until it is done. */
static inline mix_interrupt mix_interrupt_ready(sqlite3 *db) {
    return (mix_interrupt){.db = db};
}

/* The same of work that has gone on since then. */
static inline mix_interrupt mix_interrupt_ready_since(sqlite3 *db, int64_t begun) {
    return (mix_interrupt){.db = db, .asked = begun};
}

/* Whether it wants that, or SQLite only cleans up after a query that was stopped. A cancel function (cancel.h). */
bool mix_interrupt_poll(void *interrupt);
/* No statement of ours is left open; one may go on. */
void mix_interrupt_end(mix_interrupt *interrupt);

#endif
