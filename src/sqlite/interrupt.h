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
    sqlite3_stmt *question;      /* NULL: cannot ask, so never */
    sqlite3_stmt *long_question; /* NULL: not yet, or cannot be asked */
    bool prepared;               /* it was tried */
    int64_t asked;               /* when, in nanoseconds, a long one or at first */
} mix_interrupt;

/* *interrupted: it wants that already, or SQLite only cleans up after a query that was stopped. */
void mix_interrupt_begin(mix_interrupt *interrupt, sqlite3 *db, bool *interrupted);
bool mix_interrupt_poll(void *interrupt); /* a cancel function of mixture_options */
void mix_interrupt_end(mix_interrupt *interrupt);

#endif
