/* interrupt.c: asking the host whether to stop. */
#include "interrupt.h"

#include <time.h>

/* After so long without one, a question takes as many steps of SQLite's machine as make a progress handler likely
** to be called: handlers are called after so many steps, commonly 1000, and a short question has five. */
#define LONG_QUESTION_NS 1000000

#define CASES_8                                                                                                   \
    " WHEN ?1 THEN 1 WHEN ?1 THEN 1 WHEN ?1 THEN 1 WHEN ?1 THEN 1 WHEN ?1 THEN 1 WHEN ?1 THEN 1 WHEN ?1 THEN 1"   \
    " WHEN ?1 THEN 1"
#define CASES_64 CASES_8 CASES_8 CASES_8 CASES_8 CASES_8 CASES_8 CASES_8 CASES_8

/* ?1 is NULL, which equals nothing: each case is tried. */
static const char short_question[] = "SELECT 1", long_question[] = "SELECT CASE ?1" CASES_64 CASES_64 " END";

static int64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void mix_interrupt_begin(mix_interrupt *interrupt, sqlite3 *db, bool *interrupted) {
    *interrupt = (mix_interrupt){.db = db, .asked = nanoseconds()};
    /* An authorizer may refuse the statement; then nothing can be asked and the function runs to its end. */
    int rc = sqlite3_prepare_v3(db, short_question, -1, SQLITE_PREPARE_PERSISTENT, &interrupt->question, NULL);
    *interrupted = rc == SQLITE_INTERRUPT || mix_interrupt_poll(interrupt);
}

static bool ask(sqlite3_stmt *question) {
    int rc = sqlite3_step(question);
    (void)sqlite3_reset(question);
    return rc == SQLITE_INTERRUPT;
}

bool mix_interrupt_poll(void *host) {
    mix_interrupt *interrupt = host;
    if (interrupt->question == NULL) {
        return false;
    }
    int64_t now = nanoseconds();
    if (now - interrupt->asked < LONG_QUESTION_NS) {
        return ask(interrupt->question);
    }
    if (!interrupt->prepared) { /* many functions never run for so long */
        interrupt->prepared = true;
        int rc = sqlite3_prepare_v3(interrupt->db, long_question, -1, SQLITE_PREPARE_PERSISTENT,
                                    &interrupt->long_question, NULL);
        if (rc == SQLITE_INTERRUPT) {
            return true;
        }
    }
    interrupt->asked = now;
    return ask(interrupt->long_question != NULL ? interrupt->long_question : interrupt->question);
}

void mix_interrupt_end(mix_interrupt *interrupt) {
    (void)sqlite3_finalize(interrupt->question);
    (void)sqlite3_finalize(interrupt->long_question);
    interrupt->question = interrupt->long_question = NULL;
}
