/* interrupt.h: does the host want the running statement to stop? */
#ifndef MIX_INTERRUPT_H
#define MIX_INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>

#include "api.h"

/* Asks by stepping a statement on the connection: it fails after sqlite3_interrupt() and calls the progress
** handler, on every version of SQLite. Used by the thread that runs the function only. */
typedef struct mix_interrupt {
    sqlite3 *db;
    bool begun;                  /* the question was prepared, or tried to */
    sqlite3_stmt *question;      /* NULL: cannot ask, so never */
    sqlite3_stmt *long_question; /* NULL: not yet, or cannot be asked */
    bool prepared;               /* it was tried */
    bool stopped;                /* the host has wanted it */
    int64_t asked;               /* when, on mix_clock(), a long one or at first, */
    int64_t now;                 /* and when any, of late */
} mix_interrupt;

/* Be ready to ask, which costs nothing until it is done. */
static inline mix_interrupt mix_interrupt_ready(sqlite3 *db) {
    return (mix_interrupt){.db = db};
}

/* Whether it wants that, or SQLite only cleans up after a query that was stopped. A cancel function (cancel.h). */
bool mix_interrupt_poll(void *interrupt);
void mix_interrupt_end(mix_interrupt *interrupt);

#endif
