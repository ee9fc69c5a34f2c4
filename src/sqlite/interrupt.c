/* interrupt.c: asking the host whether to stop. */
#include "interrupt.h"

#include <stddef.h>

#include "clock.h"

/* Between two questions, or before the first: what ends sooner asks none, since SQLite looks itself before the
** next row. To read the clock costs less than to ask. */
#define BETWEEN_NS 1000000
/* What goes on for so long asks by as many steps of SQLite's machine as make a progress handler likely to be
** called: handlers are called after so many steps, commonly 1000, and a short question has five. The long one
** takes long to prepare, too long for each of many small groups. */
#define LONG_AFTER_NS 10000000

#define CASES_8                                                                                                   \
    " WHEN ?1 THEN 1 WHEN ?1 THEN 1 WHEN ?1 THEN 1 WHEN ?1 THEN 1 WHEN ?1 THEN 1 WHEN ?1 THEN 1 WHEN ?1 THEN 1"   \
    " WHEN ?1 THEN 1"
#define CASES_64 CASES_8 CASES_8 CASES_8 CASES_8 CASES_8 CASES_8 CASES_8 CASES_8

/* ?1 is NULL, which equals nothing: each case is tried. */
static const char *const questions[MIX_QUESTIONS] = {"SELECT 1", "SELECT CASE ?1" CASES_64 CASES_64 " END"};

/* Have a question ready; whether the host wants to stop already now. An authorizer may refuse the statement; then
** nothing can be asked and the function runs to its end. */
static bool prepare_question(mix_interrupt *interrupt, int which) {
    if (interrupt->prepared[which]) {
        return false;
    }
    interrupt->prepared[which] = true;
    return sqlite3_prepare_v3(interrupt->db, questions[which], -1, SQLITE_PREPARE_PERSISTENT,
                              &interrupt->questions[which], NULL) == SQLITE_INTERRUPT;
}

/* The long one may be longer than this connection allows. */
static bool ask(mix_interrupt *interrupt, int which) {
    if (prepare_question(interrupt, which)) {
        return true;
    }
    sqlite3_stmt *question = interrupt->questions[which];
    if (question == NULL) {
        return which > 0 && ask(interrupt, which - 1);
    }
    int rc = sqlite3_step(question);
    (void)sqlite3_reset(question);
    return rc == SQLITE_INTERRUPT;
}

bool mix_interrupt_poll(void *host) {
    mix_interrupt *interrupt = host;
    int64_t now = interrupt->now = mix_clock();
    if (!interrupt->begun) {
        interrupt->begun = true;
        interrupt->since = now;
        interrupt->asked = interrupt->asked != 0 ? interrupt->asked : now;
    }
    if (!interrupt->stopped && now - interrupt->asked >= BETWEEN_NS) {
        interrupt->asked = now;
        interrupt->stopped = ask(interrupt, now - interrupt->since >= LONG_AFTER_NS);
    }
    return interrupt->stopped;
}

void mix_interrupt_end(mix_interrupt *interrupt) {
    for (int which = 0; which < MIX_QUESTIONS; which++) {
        (void)sqlite3_finalize(interrupt->questions[which]);
        interrupt->questions[which] = NULL;
        interrupt->prepared[which] = false;
    }
    interrupt->begun = false;
}
