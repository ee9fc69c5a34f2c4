/* generative.c: random calls over random tables, and what must hold of the answers.
**
**   generative [--seed S] [--cases N | --seconds T] [--case I] [--subject NAME] [--failures M]
**
** Case I of seed S is the same on every machine; after a failure --seed S --case I repeats it, and what it has run
** is printed as SQL. Without arguments: seed 1 and so many cases as take a few seconds. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "subjects.h"

enum { USUAL_CASES = 240 };

static const struct {
    const char *name;
    void (*ask)(trial *t);
    unsigned share; /* of the cases */
} subjects[] = {{"calls", subject_calls, 5},      {"places", subject_places, 4}, {"scores", subject_scores, 3},
                {"fits", subject_fits, 4},        {"verbs", subject_verbs, 2},   {"planes", subject_planes, 2},
                {"journals", subject_journals, 1}};
enum { SUBJECTS = sizeof subjects / sizeof *subjects };

static long counts[SUBJECTS];

static size_t subject_of(long number) {
    unsigned all = 0, place = 0;
    for (size_t i = 0; i < SUBJECTS; i++) {
        all += subjects[i].share;
    }
    place = (unsigned)((unsigned long)number % all);
    size_t found = 0;
    while (place >= subjects[found].share) {
        place -= subjects[found++].share;
    }
    return found;
}

static void report(trial *t, const char *subject, sqlite3_int64 seed, long number) {
    printf("%s: %s\n--seed %lld --case %ld:\n%s\n", subject, t->complaint, (long long)seed, number,
           sqlite3_str_value(t->script));
    (void)fflush(stdout);
}

/* Whether all was well. */
static bool try_case(sqlite3_int64 seed, long number, const char *subject, void (*ask)(trial *t)) {
    static trial t;
    trial_begin(&t, seed, number);
    if (setjmp(t.give_up) == 0) {
        ask(&t);
    }
    bool well = t.complaint == NULL;
    if (!well) {
        report(&t, subject, seed, number);
    }
    trial_end(&t);
    if (sqlite3_memory_used() != 0) {
        printf("%s: %lld bytes are left\n--seed %lld --case %ld\n", subject, (long long)sqlite3_memory_used(),
               (long long)seed, number);
        well = false;
    }
    return well;
}

typedef struct settings {
    sqlite3_int64 seed;
    long cases, only, failures;
    double seconds;
    const char *subject;
} settings;

static settings read_settings(int argc, char **argv) {
    settings read = {.seed = 1, .cases = USUAL_CASES, .only = -1, .failures = 1};
    for (int i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--seed") == 0) {
            read.seed = atoll(value);
        } else if (strcmp(argv[i], "--cases") == 0) {
            read.cases = atol(value);
        } else if (strcmp(argv[i], "--case") == 0) {
            read.only = atol(value);
        } else if (strcmp(argv[i], "--seconds") == 0) {
            read.seconds = atof(value);
        } else if (strcmp(argv[i], "--failures") == 0) {
            read.failures = atol(value);
        } else if (strcmp(argv[i], "--subject") == 0) {
            read.subject = value;
        } else {
            printf("generative [--seed S] [--cases N | --seconds T] [--case I] [--subject NAME] [--failures M]\n");
            exit(2);
        }
    }
    return read;
}

int main(int argc, char **argv) {
    settings set = read_settings(argc, argv);
    time_t begin = time(NULL);
    long failed = !try_case(set.seed, 0, "grammar", grammar_is_complete), number = set.only > 0 ? set.only : 0;
    for (; failed < set.failures; number++) {
        bool over = set.seconds > 0 ? difftime(time(NULL), begin) >= set.seconds : number >= set.cases;
        if (set.only >= 0 ? number > set.only : over) {
            break;
        }
        size_t which = subject_of(number);
        if (set.subject == NULL || strcmp(set.subject, subjects[which].name) == 0) {
            counts[which]++;
            failed += !try_case(set.seed, number, subjects[which].name, subjects[which].ask);
        }
    }
    printf("SQLite %s, seed %lld:", sqlite3_libversion(), (long long)set.seed);
    for (size_t i = 0; i < SUBJECTS; i++) {
        printf(" %s %ld", subjects[i].name, counts[i]);
    }
    printf("; %ld failed\n", failed);
    return failed > 0;
}
