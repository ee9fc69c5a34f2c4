/* subject_calls.c: any call of any function or table. */
#include <string.h>

#include "subjects.h"

static const callable *draw_callable(trial *t) {
    return &grammar[trial_below(t, grammar_size)];
}

/* Whether the world has what a sound call needs. */
static bool in_the_world(const trial *t, const callable *called) {
    bool of_family = called->families == NULL || strstr(called->families, t->family->name) != NULL;
    bool plane = strcmp(called->name, "mix_grid") == 0 || strcmp(called->name, "mix_ellipses") == 0 ||
                 strcmp(called->name, "mix_contours") == 0;
    return of_family && (!plane || t->d == 2);
}

static bool fits(const callable *called) {
    return strpbrk(called->arguments, "kr") != NULL;
}

void subject_calls(trial *t) {
    world_make(t);
    for (int i = 0; i < 6; i++) {
        const callable *called = draw_callable(t);
        bool sound = trial_chance(t, 0.5), packed = trial_chance(t, 0.3) || t->d > 15;
        const char *sql = grammar_query(t, called, grammar_arguments(t, called, sound, packed));
        answer got = trial_ask(t, sql);
        /* A call that is valid may be refused where there is nothing to be had: too few rows, no trace, values
        ** beyond a double; what is refused where must not be is for the other subjects. */
        sound = sound && in_the_world(t, called) && !fits(called);
        grammar_check(t, called, &got, !sound);
        if (got.error == NULL) {
            answer again = trial_ask(t, sql);
            trial_same(t, &got, &again, "the second time");
        }
    }
}
