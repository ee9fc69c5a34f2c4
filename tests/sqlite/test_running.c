/* test_running.c: long work says how far it is: lines in SQLite's log, by a clock that runs as the test wants it
** to; and the table mix_progress, asked from a progress handler and from another thread while fits run, end, fail
** and are interrupted. */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "plain.h"
#include "sql.h"
#include "sqlite-mixture.h"

/* ---- A clock that goes on whenever it is asked ----------------------------------------------------------- */

static _Atomic(int64_t) clock_now, clock_step;

static int64_t walking_clock(void) {
    return atomic_fetch_add(&clock_now, atomic_load(&clock_step));
}

static void walk_seconds(double step) {
    atomic_store(&clock_step, (int64_t)(step * 1e9));
    mix_clock_replace(walking_clock);
}

/* ---- The log ------------------------------------------------------------------------------------------------ */

enum { MOST_LINES = 4000, LINE_BYTES = 200 };

static char lines[MOST_LINES][LINE_BYTES];
static int64_t line_times[MOST_LINES];
static size_t line_count;

static void take_line(void *unused, int code, const char *text) {
    (void)unused;
    if (code == SQLITE_NOTICE && line_count < MOST_LINES) {
        strncpy(lines[line_count], text, LINE_BYTES - 1);
        line_times[line_count++] = atomic_load(&clock_now);
    }
}

static size_t count_lines(const char *part) {
    size_t count = 0;
    for (size_t i = 0; i < line_count; i++) {
        count += strstr(lines[i], part) != NULL;
    }
    return count;
}

/* ---- Connections -------------------------------------------------------------------------------------------- */

static sqlite3 *open_linked(void) {
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_mixture_init(db, NULL, NULL), SQLITE_OK);
    return db;
}

static int with_many_rows(void **state) {
    line_count = 0;
    memset(lines, 0, sizeof lines);
    *state = open_linked();
    plain model = plain_model(4, 2, 1);
    sql_run(*state, "CREATE TABLE many AS SELECT i, x1, x2 FROM mix_sample(%Q, 10000)", plain_json(&model));
    return 0;
}

static int close_linked(void **state) {
    mix_clock_replace(NULL);
    return sql_teardown(state);
}

#define work_test(name) cmocka_unit_test_setup_teardown(name, with_many_rows, close_linked)

/* ---- Lines -------------------------------------------------------------------------------------------------- */

static const char short_select[] =
    "SELECT gmm_select(x1, x2, 3, '{\"covariances\":[\"EII\",\"VVV\"],\"threads\":1}') FROM many";

static void a_line_comes_after_two_seconds_and_then_one_a_second(void **state) {
    walk_seconds(0.3);
    int64_t begun = atomic_load(&clock_now);
    sql_text(*state, short_select);
    assert_true(line_count > 5);
    for (size_t i = 0; i < line_count; i++) {
        int64_t before = i == 0 ? begun + 1000000000 : line_times[i - 1];
        assert_true(line_times[i] - before >= 1000000000);
        assert_true(strncmp(lines[i], "gmm_select: ", 12) == 0);
    }
}

static void lines_say_what_is_done_of_what_and_the_best_so_far(void **state) {
    walk_seconds(0.05);
    sql_text(*state, short_select);
    assert_true(line_count < MOST_LINES);
    assert_true(count_lines("gmm_select: fits: 0 of 6 done, ") > 0);
    assert_true(count_lines("gmm_select: fits: 5 of 6 done, the best ") > 0);
    for (size_t i = 0; i < line_count; i++) {
        if (strstr(lines[i], "fits: 5 of 6 done") != NULL) {
            double best = NAN, elapsed = 0, left = 0;
            assert_int_equal(sscanf(strstr(lines[i], "the best"), "the best %lf, %lf s so far, about %lf s left",
                                    &best, &elapsed, &left),
                             3);
            assert_true(best > 1000 && elapsed > 0 && left > 0);
        }
    }
}

static void work_that_is_short_says_nothing(void **state) {
    walk_seconds(0);
    sql_text(*state, short_select);
    assert_int_equal(line_count, 0);
}

static void every_aggregate_says_what_it_has_read(void **state) {
    sql_run(*state, "CREATE TABLE model AS SELECT gmm_fit(x1, x2, 2, '{\"n_init\":1}') AS m FROM many");
    walk_seconds(2.5);
    sql_text(*state, "SELECT mix_loglik(m, x1, x2) FROM model, many");
    assert_int_equal(count_lines("mix_loglik: reading: 8192 done, "), 1);
}

/* ---- The table ---------------------------------------------------------------------------------------------- */

static void without_work_the_table_is_empty(void **state) {
    assert_int_equal(sql_count(*state, "SELECT * FROM mix_progress()"), 0);
    assert_int_equal(
        sql_count(*state, "SELECT function, phase, done, total, best, elapsed, left FROM mix_progress"), 0);
    assert_int_equal(sql_count(*state, "SELECT 1 FROM mix_progress WHERE done = 1 OR phase = 'fit' OR rowid = 3"),
                     0);
}

static void a_query_sees_its_own_work(void **state) {
    assert_string_equal(
        sql_text(
            *state,
            "SELECT seen FROM (SELECT mix_loglik('{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0]],"
            "\"covariances\":[[[1]]]}', i) AS l, group_concat(DISTINCT (SELECT function || ' ' || phase || ' ' "
            "|| (i - done BETWEEN 0 AND 1) || ' ' || (total IS NULL) || ' ' || (elapsed >= 0) "
            "FROM mix_progress() WHERE i > 1)) AS seen FROM many WHERE i <= 100) WHERE l < 0"),
        "mix_loglik reading 1 1 1");
    assert_int_equal(sql_count(*state, "SELECT * FROM mix_progress()"), 0);
}

static void work_that_fails_is_not_listed_any_more(void **state) {
    const char *const queries[] = {
        "SELECT gmm_fit(x1, x2, 2, '{\"k\":2}') FROM many",
        "SELECT gmm_fit(x1, 'abc', 2) FROM many",
        "SELECT gmm_fit(0, 3) FROM many",
        "SELECT gmm_fit(x1) FROM many",
        "SELECT mix_loglik('{', x1) FROM many",
        "SELECT gmm_fit(x1, 2), sum(abs(-9223372036854775807 - (i = 10))) FROM many",
    };
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        assert_int_equal(sql_outcome(*state, queries[i], NULL), SQLITE_ERROR);
        assert_int_equal(sql_count(*state, "SELECT * FROM mix_progress()"), 0);
    }
}

/* ---- From a progress handler -------------------------------------------------------------------------------- */

typedef struct asker {
    sqlite3 *db; /* that is asked: the one that works, or another */
    sqlite3_stmt *statement;
    int asked, fits, stop_after;
} asker;

static void ask_progress(asker *own) {
    while (sqlite3_step(own->statement) == SQLITE_ROW) {
        own->fits += strcmp((const char *)sqlite3_column_text(own->statement, 0), "gmm_select") == 0 &&
                     strcmp((const char *)sqlite3_column_text(own->statement, 1), "fits") == 0 &&
                     sqlite3_column_int(own->statement, 3) == 6;
    }
    sqlite3_reset(own->statement);
    own->asked++;
}

static int ask_from_handler(void *host) {
    asker *own = host;
    static bool inside; /* what is asked there makes steps of its own */
    if (!inside) {
        inside = true;
        ask_progress(own);
        inside = false;
    }
    return own->stop_after > 0 && own->fits >= own->stop_after;
}

static void a_progress_handler_may_ask(void **state) {
    for (int other = 0; other < 2; other++) {
        for (int stop = 0; stop < 2; stop++) {
            asker own = {.db = other ? open_linked() : *state, .stop_after = stop ? 3 : 0};
            assert_int_equal(sqlite3_prepare_v2(own.db, "SELECT * FROM mix_progress()", -1, &own.statement, NULL),
                             SQLITE_OK);
            sqlite3_progress_handler(*state, 1000, ask_from_handler, &own);
            assert_int_equal(sql_outcome(*state, short_select, NULL), stop ? SQLITE_INTERRUPT : SQLITE_OK);
            sqlite3_progress_handler(*state, 0, NULL, NULL);
            assert_true(own.fits > 0);
            own.fits = 0;
            ask_progress(&own);
            assert_int_equal(own.fits, 0);
            sqlite3_finalize(own.statement);
            if (other) {
                sqlite3_close(own.db);
            }
        }
    }
}

/* ---- From another thread ------------------------------------------------------------------------------------ */

typedef struct waiter {
    asker asks;
    atomic_bool over;
    atomic_int seen;
} waiter;

static void *wait_in_thread(void *argument) {
    waiter *own = argument;
    while (!atomic_load(&own->over)) {
        ask_progress(&own->asks);
        atomic_store(&own->seen, own->asks.fits);
    }
    return NULL;
}

static int stop_when_seen(void *argument) {
    waiter *own = argument;
    return atomic_load(&own->seen) > 3;
}

static void another_thread_may_ask_while_fits_run_and_end(void **state) {
    waiter own = {.asks = {.db = open_linked()}};
    pthread_t thread;
    assert_int_equal(
        sqlite3_prepare_v2(own.asks.db, "SELECT * FROM mix_progress()", -1, &own.asks.statement, NULL), SQLITE_OK);
    assert_int_equal(pthread_create(&thread, NULL, wait_in_thread, &own), 0);
    sql_text(*state, "SELECT gmm_select(x1, x2, 3, '{\"covariances\":[\"EII\",\"VVV\"],\"threads\":2}') FROM many "
                     "WHERE i <= 3000");
    sql_count(*state, "SELECT gmm_fit(x1, x2, 2, '{\"n_init\":1}') FROM many WHERE i <= 2000 GROUP BY i %% 50");
    sql_outcome(*state, "SELECT gmm_fit(x1, x2, 'k') FROM many GROUP BY i", NULL);
    sqlite3_progress_handler(*state, 1000, stop_when_seen, &own); /* a selection that ends only by it */
    assert_int_equal(
        sql_outcome(*state,
                    "SELECT gmm_select(x1, x2, 3, '{\"covariances\":[\"EII\",\"VVV\"],\"n_init\":10000,"
                    "\"max_iter\":1000000000,\"tol\":0}') FROM many",
                    NULL),
        SQLITE_INTERRUPT);
    sqlite3_progress_handler(*state, 0, NULL, NULL);
    atomic_store(&own.over, true);
    pthread_join(thread, NULL);
    sqlite3_finalize(own.asks.statement);
    assert_int_equal(sql_count(own.asks.db, "SELECT * FROM mix_progress()"), 0);
    sqlite3_close(own.asks.db);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    if (sqlite3_config(SQLITE_CONFIG_LOG, take_line, NULL) != SQLITE_OK) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        work_test(a_line_comes_after_two_seconds_and_then_one_a_second),
        work_test(lines_say_what_is_done_of_what_and_the_best_so_far),
        work_test(work_that_is_short_says_nothing),
        work_test(every_aggregate_says_what_it_has_read),
        work_test(without_work_the_table_is_empty),
        work_test(a_query_sees_its_own_work),
        work_test(work_that_fails_is_not_listed_any_more),
        work_test(a_progress_handler_may_ask),
        work_test(another_thread_may_ask_while_fits_run_and_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
