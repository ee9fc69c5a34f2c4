/* bench_interrupt.c: how long statements take to end once they have been asked to.
**
** usage: interrupt [ROWS [PART]]: only statements that have PART in their names
**
** Each statement runs over a table of ROWS rows (10,000,000) or as many rows' worth of work: a model of 1,000,000
** components in 95 MB, rows of 500 columns. Another thread calls sqlite3_interrupt() at moments spread over it, or
** a progress handler asks to stop. Prints the longest time until the statement returned, and the longest that the
** process computed meanwhile: on a busy machine that is what the statement itself took. */
#include <math.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sqlite-mixture.h"

#define MODEL                                                                                                     \
    "'{\"family\":\"gaussian\",\"weights\":[0.4,0.6],\"means\":[[0,0],[4,4]],"                                    \
    "\"covariances\":[[[1,0.3],[0.3,1]],[[2,-0.5],[-0.5,1]]]}'"

typedef struct statement {
    const char *name, *sql;
} statement;

static const statement statements[] = {
    {"gmm_fit, k = 8", "SELECT gmm_fit(x1, x2, 8) FROM t"},
    {"gmm_fit, k = 8, one thread", "SELECT gmm_fit(x1, x2, 8, '{\"threads\":1}') FROM t"},
    {"gmm_fit, k = 200, the first 200,000", "SELECT gmm_fit(x1, x2, 200) FROM (SELECT * FROM t LIMIT 200000)"},
    {"mmm_fit, k = 4", "SELECT mmm_fit(abs(CAST(x1 AS INT)), abs(CAST(x2 AS INT)), 4) FROM t"},
    {"gmm_select, kmax 9, the first 100,000", "SELECT gmm_select(x1, x2, 9) FROM (SELECT * FROM t LIMIT 100000)"},
    {"gmm_select, kmax 9, the first 1,000", "SELECT gmm_select(x1, x2, 9) FROM (SELECT * FROM t LIMIT 1000)"},
    {"mix_predict", "SELECT sum(mix_predict(" MODEL ", x1, x2)) FROM t"},
    {"mix_loglik", "SELECT mix_loglik(" MODEL ", x1, x2) FROM t"},
    {"mix_responsibilities", "SELECT sum(r.probability) FROM t, mix_responsibilities(" MODEL ", x1, x2) r"},
    {"mix_step", "SELECT mix_step(" MODEL ", x1, x2) FROM t"},
    {"mix_sample of 1,000,000,000", "SELECT sum(x1) FROM mix_sample(" MODEL ", 1000000000)"},
    {"mix_plot", "SELECT length(mix_plot(" MODEL ", x1, x2)) FROM t"},
    {"gmm_fit, all labelled", "SELECT gmm_fit(x1, x2, 1 + (x1 > 2), 2, '{\"label\":3}') FROM t"},
    {"mmm_fit, all labelled",
     "SELECT mmm_fit(abs(CAST(x1 AS INT)), abs(CAST(x2 AS INT)), 1 + (x1 > 2), 2, '{\"label\":3}') FROM t"},
    {"SQLite's reading of 95 MB, no function", "SELECT sum(unicode(m)) FROM large, t"},
    {"mix_predict, k = 1,000,000", "SELECT sum(mix_predict(m, x1, x2)) FROM large, t"},
    {"mix_loglik, k = 1,000,000", "SELECT mix_loglik(m, x1, x2) FROM large, t"},
    {"mix_statistics, k = 1,000,000",
     "SELECT length(mix_statistics(m, x1, x2)) FROM large, (SELECT * FROM t LIMIT 30)"},
    {"mix_step, k = 1,000,000", "SELECT length(mix_step(m, x1, x2)) FROM large, (SELECT * FROM t LIMIT 30)"},
    {"gmm_fit, d = 500", "SELECT gmm_fit(r, 2) FROM wide"},
    {"gmm_fit, d = 500, VVE", "SELECT gmm_fit(r, 2, '{\"covariance\":\"VVE\"}') FROM wide"},
    {"mix_loglik, d = 500", "SELECT mix_loglik(m, r) FROM wide, wide_model, (SELECT 1 FROM t LIMIT 10000)"},
};

static double clock_seconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static double now(void) {
    return clock_seconds(CLOCK_MONOTONIC);
}

/* Seconds: passed, and computed by all threads. */
typedef struct spent {
    double passed, computed;
} spent;

static spent spent_now(void) {
    return (spent){now(), clock_seconds(CLOCK_PROCESS_CPUTIME_ID)};
}

static void must(sqlite3 *db, int code) {
    if (code != SQLITE_OK) {
        fprintf(stderr, "interrupt: %s\n", sqlite3_errmsg(db));
        exit(1);
    }
}

/* ---- What is large ---------------------------------------------------------------------------------------- */

static const char large_model[] =
    "CREATE TABLE large AS WITH RECURSIVE i(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM i WHERE n < 999999) "
    "SELECT '{\"family\":\"gaussian\",\"weights\":[' || group_concat('1e-06') || '],\"means\":[' || "
    "group_concat('[' || (n * 0.7) || ',' || (n % 1000) || ']') || '],\"covariances\":[' || "
    "group_concat('[[1.5,0.25],[0.25,1.125]]') || ']}' AS m FROM i";

/* 1,600 rows of 500 columns, packed as mix_row() does it on a little-endian machine; and a model of them. */
static void make_wide(sqlite3 *db) {
    enum { D = 500, ROWS = 1600 };
    static double x[D];
    sqlite3_stmt *insert;
    unsigned long state = 1;
    must(db, sqlite3_exec(db, "CREATE TABLE wide(r)", NULL, NULL, NULL));
    must(db, sqlite3_prepare_v2(db, "INSERT INTO wide VALUES (?)", -1, &insert, NULL));
    for (int i = 0; i < ROWS; i++) {
        for (int j = 0; j < D; j++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            x[j] = (double)(state >> 11) * 0x1p-53 + 3 * (i % 2) * (j % 3 == 0);
        }
        sqlite3_bind_blob(insert, 1, x, sizeof x, SQLITE_STATIC);
        sqlite3_step(insert);
        must(db, sqlite3_reset(insert));
    }
    sqlite3_finalize(insert);
    must(db, sqlite3_exec(db,
                          "CREATE TABLE wide_model AS SELECT gmm_fit(r, 2, '{\"covariance\":\"tied\",\"n_init\":1,"
                          "\"max_iter\":1}') AS m FROM wide",
                          NULL, NULL, NULL));
}

/* ---- One run ------------------------------------------------------------------------------------------- */

typedef struct alarm_clock {
    sqlite3 *db;
    double delay; /* seconds after which to ask */
    spent asked;  /* when that was; 0: not yet */
} alarm_clock;

static void *ring(void *argument) {
    alarm_clock *clock = argument;
    struct timespec delay = {(time_t)clock->delay, (long)(1e9 * (clock->delay - (double)(time_t)clock->delay))};
    nanosleep(&delay, NULL);
    clock->asked = spent_now();
    sqlite3_interrupt(clock->db);
    return NULL;
}

static int when_due(void *argument) {
    alarm_clock *clock = argument;
    if (now() < clock->delay) {
        return 0;
    }
    clock->asked = clock->asked.passed > 0 ? clock->asked : spent_now();
    return 1;
}

/* From asking to returning; less than 0 when the statement was done before. */
static spent latency(sqlite3 *db, const char *sql, double delay, int handler) {
    alarm_clock clock = {db, handler ? now() + delay : delay, {0, 0}};
    pthread_t thread;
    if (handler) {
        sqlite3_progress_handler(db, 1000, when_due, &clock);
    } else if (pthread_create(&thread, NULL, ring, &clock) != 0) {
        fputs("interrupt: no thread\n", stderr);
        exit(1);
    }
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
    spent end = spent_now();
    if (handler) {
        sqlite3_progress_handler(db, 0, NULL, NULL);
    } else {
        pthread_join(thread, NULL);
    }
    if (code != SQLITE_INTERRUPT) {
        must(db, code);
    }
    return code == SQLITE_INTERRUPT ? (spent){end.passed - clock.asked.passed, end.computed - clock.asked.computed}
                                    : (spent){-1, -1};
}

/* The longest of several moments, the last of which are late in a statement that takes seconds. */
static spent longest(sqlite3 *db, const char *sql, int handler, int *stopped) {
    static const double delays[] = {0.003, 0.03, 0.1, 0.2, 0.4, 0.7, 1.1, 1.5, 2, 2.6, 3.3, 4};
    spent most = {0, 0};
    *stopped = 0;
    for (size_t i = 0; i < sizeof delays / sizeof *delays; i++) {
        spent seconds = latency(db, sql, delays[i], handler);
        if (seconds.passed < 0) {
            break;
        }
        ++*stopped;
        most.passed = fmax(most.passed, seconds.passed);
        most.computed = fmax(most.computed, seconds.computed);
    }
    return most;
}

int main(int argc, char **argv) {
    sqlite3 *db;
    sqlite3_auto_extension((void (*)(void))sqlite3_mixture_init);
    must(NULL, sqlite3_open(":memory:", &db));
    char *sql = sqlite3_mprintf("CREATE TABLE t AS SELECT x1, x2 FROM mix_sample(" MODEL ", %d, 1)",
                                argc > 1 ? atoi(argv[1]) : 10000000);
    must(db, sql != NULL ? sqlite3_exec(db, sql, NULL, NULL, NULL) : SQLITE_NOMEM);
    sqlite3_free(sql);
    must(db, sqlite3_exec(db, large_model, NULL, NULL, NULL));
    make_wide(db);
    printf("%-40s %28s %28s  (goal: 0.1 s)\n", "longest seconds (computed), of so many stops",
           "sqlite3_interrupt()", "progress handler");
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        if (argc > 2 && strstr(statements[i].name, argv[2]) == NULL) {
            continue;
        }
        spent seconds[2];
        int stops[2];
        for (int handler = 0; handler < 2; handler++) {
            seconds[handler] = longest(db, statements[i].sql, handler, &stops[handler]);
        }
        printf("%-40s   %8.4f (%6.4f) of %3d  %8.4f (%6.4f) of %3d\n", statements[i].name, seconds[0].passed,
               seconds[0].computed, stops[0], seconds[1].passed, seconds[1].computed, stops[1]);
        fflush(stdout);
    }
    sqlite3_close(db);
    return 0;
}
