/* running.c: a list of what runs, through the states of the aggregates themselves. */
#include "running.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>

#include "api.h"

/* For a person at a shell: what ends sooner needs no word, and more of them would be in the way. */
#define FIRST_LINE_NS 2000000000
#define NEXT_LINE_NS 1000000000

static pthread_mutex_t running_mutex = PTHREAD_MUTEX_INITIALIZER;
static mix_running *first_running, *last_running;

void mix_running_begin(mix_running *work, const char *function) {
    work->function = function;
    work->told = 0;
    mix_watch_begin(&work->watch, "reading");
    pthread_mutex_lock(&running_mutex);
    work->before = last_running;
    work->after = NULL;
    *(last_running != NULL ? &last_running->after : &first_running) = work;
    last_running = work;
    pthread_mutex_unlock(&running_mutex);
}

void mix_running_end(mix_running *work) {
    pthread_mutex_lock(&running_mutex);
    *(work->before != NULL ? &work->before->after : &first_running) = work->after;
    *(work->after != NULL ? &work->after->before : &last_running) = work->before;
    pthread_mutex_unlock(&running_mutex);
}

size_t mix_running_list(mix_running_entry *entries, size_t room) {
    size_t count = 0;
    pthread_mutex_lock(&running_mutex);
    for (const mix_running *work = first_running; work != NULL; work = work->after) {
        if (count < room) {
            entries[count] = (mix_running_entry){work->function, mixture_watch_read(&work->watch)};
        }
        count++;
    }
    pthread_mutex_unlock(&running_mutex);
    return count;
}

/* ---- A line in the log ----------------------------------------------------------------------------------- */

enum { PART_BYTES = 60 };

/* By SQLite's printf, which has a point in numbers whatever the locale. */
static const char *say_part(bool known, char part[PART_BYTES], const char *format, double number) {
    part[0] = '\0';
    return known ? sqlite3_snprintf(PART_BYTES, part, format, number) : part;
}

void mix_running_tell(mix_running *work, int64_t now) {
    if (now - work->watch.begun < FIRST_LINE_NS || now - work->told < NEXT_LINE_NS) {
        return;
    }
    work->told = now;
    mixture_progress progress = mixture_watch_read(&work->watch);
    char total[PART_BYTES], best[PART_BYTES], left[PART_BYTES];
    sqlite3_log(SQLITE_NOTICE, "%s: %s: %llu%s done%s, %.0f s so far%s", work->function, progress.phase,
                (unsigned long long)progress.done,
                say_part(progress.total > 0, total, " of %.0f", (double)progress.total),
                say_part(!isnan(progress.best), best, ", the best %.2f", progress.best), progress.elapsed,
                say_part(!isnan(progress.left), left, ", about %.0f s left", progress.left));
}
