/* interrupt.c: asking the host whether to stop. */
#include "interrupt.h"

#include <stddef.h>

#include "clock.h"

/* After so long without one, a question takes as many steps of SQLite's machine as make a progress handler likely
** to be called: handlers are called after so many steps, commonly 1000, and a short question has five. */
#define LONG_QUESTION_NS 1000000

#define CASES_8                                                                                                   \
    " WHEN ?1 THEN 1 WHEN ?1 THEN 1 WHEN ?1 THEN 1 WHEN ?1 THEN 1 WHEN ?1 THEN 1 WHEN ?1 THEN 1 WHEN ?1 THEN 1"   \
    " WHEN ?1 THEN 1"
#define CASES_64 CASES_8 CASES_8 CASES_8 CASES_8 CASES_8 CASES_8 CASES_8 CASES_8

/* ?1 is NULL, which equals nothing: each case is tried. */
static const char short_question[] = "SELECT 1", long_question[] = "SELECT CASE ?1" CASES_64 CASES_64 " END";

static bool ask(sqlite3_stmt *question) {
    int rc = sqlite3_step(question);
    (void)sqlite3_reset(question);
    return rc == SQLITE_INTERRUPT;
}

static bool prepare_question(const mix_interrupt *interrupt, const char *text, sqlite3_stmt **question) {
    /* An authorizer may refuse the statement; then nothing can be asked and the function runs to its end. */
    return sqlite3_prepare_v3(interrupt->db, text, -1, SQLITE_PREPARE_PERSISTENT, question, NULL) ==
           SQLITE_INTERRUPT;
}

static bool poll_again(mix_interrupt *interrupt) {
    int64_t now = interrupt->now = mix_clock();
    if (interrupt->question == NULL) {
        return false;
    }
    if (now - interrupt->asked < LONG_QUESTION_NS) {
        return ask(interrupt->question);
    }
    if (!interrupt->prepared) { /* many functions never run for so long */
        interrupt->prepared = true;
        if (prepare_question(interrupt, long_question, &interrupt->long_question)) {
            return true;
        }
    }
    interrupt->asked = now;
    return ask(interrupt->long_question != NULL ? interrupt->long_question : interrupt->question);
}

bool mix_interrupt_poll(void *host) {
    mix_interrupt *interrupt = host;
    if (!interrupt->begun) {
        interrupt->begun = true;
        interrupt->asked = mix_clock();
        interrupt->stopped = prepare_question(interrupt, short_question, &interrupt->question);
    }
    interrupt->stopped = interrupt->stopped || poll_again(interrupt);
    return interrupt->stopped;
}

void mix_interrupt_end(mix_interrupt *interrupt) {
    (void)sqlite3_finalize(interrupt->question);
    (void)sqlite3_finalize(interrupt->long_question);
    interrupt->question = interrupt->long_question = NULL;
}
