/* interrupt.c: asking the host whether to stop. */
#include "interrupt.h"

void mix_interrupt_begin(mix_interrupt *interrupt, sqlite3 *db, bool *interrupted) {
    interrupt->statement = NULL;
    /* An authorizer may refuse the statement; then nothing can be asked and the function runs to its end. */
    int rc = sqlite3_prepare_v3(db, "SELECT 1", -1, SQLITE_PREPARE_PERSISTENT, &interrupt->statement, NULL);
    *interrupted = rc == SQLITE_INTERRUPT;
}

bool mix_interrupt_poll(void *host) {
    mix_interrupt *interrupt = host;
    if (interrupt->statement == NULL) {
        return false;
    }
    int rc = sqlite3_step(interrupt->statement);
    (void)sqlite3_reset(interrupt->statement);
    return rc == SQLITE_INTERRUPT;
}

void mix_interrupt_end(mix_interrupt *interrupt) {
    (void)sqlite3_finalize(interrupt->statement);
    interrupt->statement = NULL;
}
