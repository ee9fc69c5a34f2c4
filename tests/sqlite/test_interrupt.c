/* test_interrupt.c: a long fit stops when the host says so, and a query that dies leaves nothing behind. Each
** fit here would run for minutes: an alarm ends the program should the wish not be heard. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "plain.h"
#include "sql.h"
#include "sqlite-mixture.h"

/* Ten thousand candidates of 40 components. */
static const char long_fit[] =
    "SELECT gmm_fit(x1, x2, 40, '{\"n_init\":10000,\"max_iter\":1000000000,\"tol\":0}') FROM many";

/* last(x, flag): x; remembers that it was called with a true flag, which a query does in the last row of its
** scan. */
static bool scanned;

static void last_call(sqlite3_context *context, int argc, sqlite3_value **argv) {
    (void)argc;
    scanned = scanned || sqlite3_value_int(argv[1]);
    sqlite3_result_value(context, argv[0]);
}

/* stop(x, flag): x; interrupts the connection when the flag is true. */
static void stop_call(sqlite3_context *context, int argc, sqlite3_value **argv) {
    (void)argc;
    if (sqlite3_value_int(argv[1])) {
        sqlite3_interrupt(sqlite3_context_db_handle(context));
    }
    sqlite3_result_value(context, argv[0]);
}

static int with_few_rows(void **state) {
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_mixture_init(db, NULL, NULL), SQLITE_OK);
    *state = db;
    alarm(500);
    plain model = plain_model(4, 2, 1);
    sql_run(*state, "CREATE TABLE few AS SELECT i, x1, x2 FROM mix_sample(%Q, 300)", plain_json(&model));
    return sqlite3_create_function(*state, "last", 2, SQLITE_UTF8, NULL, last_call, NULL, NULL) ||
           sqlite3_create_function(*state, "stop", 2, SQLITE_UTF8, NULL, stop_call, NULL, NULL);
}

static int with_many_rows(void **state) {
    plain model = plain_model(4, 2, 1);
    int failed = with_few_rows(state);
    sql_run(*state, "CREATE TABLE many AS SELECT i, x1, x2 FROM mix_sample(%Q, 20000)", plain_json(&model));
    return failed;
}

static int teardown(void **state) {
    alarm(0);
    mix_clock_replace(NULL);
    return sql_teardown(state);
}

#define few_test(name) cmocka_unit_test_setup_teardown(name, with_few_rows, teardown)
#define many_test(name) cmocka_unit_test_setup_teardown(name, with_many_rows, teardown)

/* The connection fits, scores and counts as ever. */
static void check_usable(sqlite3 *db) {
    assert_int_equal(sql_integer(db, "SELECT json_valid(gmm_fit(x1, x2, 2)) FROM few"), 1);
    assert_int_equal(
        sql_integer(db, "SELECT count(*) FROM (SELECT gmm_fit(x1, 2) AS m FROM few), mix_components(m)"), 2);
}

/* ---- Interrupting ------------------------------------------------------------------------------------------ */

typedef struct interrupter {
    sqlite3 *db;
    atomic_bool done;
} interrupter;

/* Interrupt again and again: the first time may be too early. */
static void *interrupt_thread(void *pointer) {
    interrupter *own = pointer;
    while (!atomic_load(&own->done)) {
        nanosleep(&(struct timespec){0, 20000000}, NULL);
        sqlite3_interrupt(own->db);
    }
    return NULL;
}

/* Components in m, as text: 1 to 10,000; a row that is drawn takes long. */
#define MANY_COMPONENTS COMPONENTS("10000")
#define COMPONENTS(count)                                                                                         \
    "(WITH RECURSIVE i(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM i WHERE i < " count ") SELECT "                \
    "'{\"family\":\"gaussian\",\"weights\":[' || group_concat(1.0 / " count ") || '],\"means\":[' || "            \
    "group_concat('[' || i || ']') || '],\"covariances\":[' || group_concat('[[1.25]]') || ']}' AS m FROM i)"

#define FIVE "1, 2, 3, 4, 5, "
/* 40 components of 60 columns in m. */
#define MANY_COLUMNS                                                                                                        \
    "(WITH RECURSIVE i(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM i WHERE i < 59), r(i, means, row) AS (SELECT "           \
    "a.i, (SELECT group_concat(a.i + 0 * b.i) FROM i b), (SELECT group_concat(iif(a.i = b.i, 1, 0.1)) FROM i b) FROM i a) " \
    "SELECT '{\"family\":\"gaussian\",\"weights\":[' || group_concat(0.025) || '],\"means\":[' || "                         \
    "group_concat('[' || means || ']') || '],\"covariances\":[' || group_concat((SELECT '[' || group_concat('[' "           \
    "|| row || ']') || ']' FROM r)) || ']}' AS m FROM r WHERE i < 40)"

static void another_thread_can_interrupt_a_fit(void **state) {
    const char *const queries[] = {
        long_fit,
        "SELECT gmm_select(x1, x2, 40, '{\"n_init\":10000,\"tol\":0,\"max_iter\":1000000000}') FROM many",
        "SELECT gmm_fit(x1, x2, 40, '{\"n_init\":10000,\"threads\":2}') FROM many",
        "SELECT mix_fit(x1, x2, 'w' || i % 9, i % 5, 40, '{\"n_init\":10000,\"tol\":0,\"families\":{\"x4\":\"poisson\"}}') FROM many",
        "SELECT gmm_fit(x1, x2, 3, '{\"n_init\":1,\"max_iter\":1000000000,\"tol\":0,\"accelerate\":false,\"threads\":1}'), "
        "(WITH RECURSIVE s(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM s) SELECT count(*) FROM s) FROM many",
        "SELECT mix_test(x1, x2, 1, '{\"replicates\":1000000,\"threads\":2}') FROM few",
        "SELECT mix_bootstrap(m, x1, x2, '{\"replicates\":1000000,\"threads\":2}') FROM many, (SELECT gmm_fit(x1, x2, 4) AS m FROM few)",
        "SELECT mix_tail(m, 1) FROM " MANY_COMPONENTS,
        "SELECT mix_divergence(m, m || ' ') FROM " MANY_COMPONENTS,
        "SELECT mix_match(m, m || ' ') FROM " COMPONENTS("4096"),
        "SELECT count(*) FROM " COMPONENTS("500") ", mix_combine(m)",
        "SELECT count(*) FROM " MANY_COLUMNS
        ", mix_explain(m, json_array(" FIVE FIVE FIVE FIVE FIVE FIVE FIVE FIVE FIVE FIVE FIVE "1, 2, 3, 4, 5))",
        "SELECT gmm_fit(x1, x2, 40, '{\"n_init\":10000,\"max_iter\":1000000000,\"tol\":0}') OVER (ORDER BY rowid ROWS "
        "BETWEEN CURRENT ROW AND 199 FOLLOWING) FROM few",
    };
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        interrupter own = {.db = *state};
        atomic_init(&own.done, false);
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, interrupt_thread, &own), 0);
        char *text;
        int rc = sql_outcome(*state, queries[i], &text);
        atomic_store(&own.done, true);
        pthread_join(thread, NULL);
        assert_int_equal(rc, SQLITE_INTERRUPT);
        assert_string_equal(text, "interrupted");
        check_usable(*state);
    }
}

static void a_query_interrupted_in_its_scan_does_not_fit_what_it_has_seen(void **state) {
    /* SQLite calls the aggregate once more to clean up: it must not take that for the end of the rows. */
    char *text;
    assert_int_equal(sql_outcome(*state,
                                 "SELECT gmm_fit(stop(x1, i = 10000), x2, 40, "
                                 "'{\"n_init\":10000,\"max_iter\":1000000000,\"tol\":0}') FROM many",
                                 &text),
                     SQLITE_INTERRUPT);
    assert_string_equal(text, "interrupted");
    check_usable(*state);
}

/* A progress handler that says stop after the scan, the nth time it is asked. */
static int left;

static int stop_after(void *unused) {
    (void)unused;
    return scanned && left-- <= 0;
}

static void a_progress_handler_can_stop_a_fit(void **state) {
    scanned = false;
    left = 100;
    sqlite3_progress_handler(*state, 1000, stop_after, NULL);
    char *text;
    assert_int_equal(sql_outcome(*state,
                                 "SELECT gmm_fit(last(x1, i = 20000), x2, 40, "
                                 "'{\"n_init\":10000,\"max_iter\":1000000000,\"tol\":0}') FROM many",
                                 &text),
                     SQLITE_INTERRUPT);
    sqlite3_progress_handler(*state, 0, NULL, NULL);
    assert_true(scanned && left < 0); /* it was the fit that asked, not the scan */
    check_usable(*state);
}

static void endless_tables_can_be_stopped(void **state) {
    plain model = plain_model(2, 2, 1);
    const char *const tables[] = {"SELECT count(*) FROM mix_sample(%Q, 1e15)",
                                  "SELECT count(*) FROM mix_grid(%Q, 1000000, 1000000)"};
    for (int i = 0; i < 2; i++) {
        scanned = true;
        left = 50;
        sqlite3_progress_handler(*state, 1000, stop_after, NULL);
        char *sql = sql_build(tables[i], plain_json(&model));
        assert_int_equal(sql_outcome(*state, sql, NULL), SQLITE_INTERRUPT);
        sqlite3_progress_handler(*state, 0, NULL, NULL);
    }
    check_usable(*state);
}

/* ---- Questions --------------------------------------------------------------------------------------------- */

/* A clock that goes on by so much whenever it is asked. */
static _Atomic(int64_t) clock_now, clock_step;

static int64_t walking_clock(void) {
    return atomic_fetch_add(&clock_now, atomic_load(&clock_step));
}

static void walk(int64_t step) {
    atomic_store(&clock_now, 1);
    atomic_store(&clock_step, step);
    mix_clock_replace(walking_clock);
}

/* Questions that were asked; at number `ask_no` the connection is interrupted. When the last one was, and the
** least and the most time between two. */
static long questions, ask_no;
static int64_t asked_at, least_wait, most_wait;

static int listen_to(unsigned event, void *db, void *statement, void *text) {
    (void)event, (void)statement;
    if (strncmp(text, "-- SELECT", 9) != 0) {
        return 0;
    }
    int64_t now = atomic_load(&clock_now), wait = now - asked_at;
    least_wait = wait < least_wait ? wait : least_wait;
    most_wait = wait > most_wait ? wait : most_wait;
    asked_at = now;
    if (questions++ == ask_no) {
        sqlite3_interrupt(db);
    }
    return 0;
}

/* The query's code, told to stop at a question. */
static int outcome_asked(sqlite3 *db, const char *query, long number) {
    ask_no = number;
    questions = 0;
    asked_at = atomic_load(&clock_now);
    least_wait = INT64_MAX;
    most_wait = 0;
    sqlite3_trace_v2(db, SQLITE_TRACE_STMT, listen_to, db);
    int rc = sql_outcome(db, query, NULL);
    sqlite3_trace_v2(db, 0, NULL, NULL);
    return rc;
}

enum { EACH_POLL_NS = 1000000, MANY_POLLS_NS = 50000 }; /* every poll is a question; one in twenty */

static void a_question_comes_once_a_millisecond_however_often_it_is_polled(void **state) {
    const char *query = "SELECT length(gmm_fit(x1, x2, 3)) FROM few";
    walk(EACH_POLL_NS);
    assert_int_equal(outcome_asked(*state, query, -1), SQLITE_OK);
    long polls = questions;
    walk(MANY_POLLS_NS);
    assert_int_equal(outcome_asked(*state, query, -1), SQLITE_OK);
    assert_true(questions > polls / 25 && questions < polls / 10);
    /* That the clock is read for other things goes into it. */
    assert_true(least_wait >= EACH_POLL_NS && most_wait < 2 * EACH_POLL_NS);
    assert_int_equal(outcome_asked(*state, query, 0), SQLITE_INTERRUPT);
    assert_int_equal(questions, 1);
    check_usable(*state);
}

static void what_ends_within_a_millisecond_asks_nothing(void **state) {
    walk(0);
    assert_int_equal(
        outcome_asked(
            *state,
            "SELECT gmm_fit(x1, x2, 2), mix_loglik(m, x1, x2) FROM few, (SELECT gmm_fit(x1, x2, 2) AS m FROM few)",
            0),
        SQLITE_OK);
    assert_int_equal(questions, 0);
}

/* Stopped at every question, or at more and more distant ones: returns at how many. */
static int stop_at_questions(sqlite3 *db, const char *query) {
    int stopped = 0, rc = SQLITE_INTERRUPT;
    sqlite3_int64 used = 0;
    walk(EACH_POLL_NS);
    assert_int_equal(sql_outcome(db, query, NULL), SQLITE_OK);
    for (long n = 0; rc == SQLITE_INTERRUPT; n += 1 + n / 20) {
        rc = outcome_asked(db, query, n);
        used = n == 0 ? sqlite3_memory_used() : used; /* the connection keeps its error message */
        assert_int_equal(sqlite3_memory_used(), used);
        stopped += rc == SQLITE_INTERRUPT;
    }
    assert_int_equal(rc, SQLITE_OK);
    check_usable(db);
    return stopped;
}

static void a_fit_stopped_at_any_question_leaves_nothing_behind(void **state) {
    assert_true(stop_at_questions(*state, "SELECT length(gmm_fit(x1, x2, 3, '{\"n_init\":3}')) FROM few") > 20);
}

static void a_selection_stopped_at_any_question_leaves_nothing_behind(void **state) {
    assert_true(stop_at_questions(*state, "SELECT length(gmm_select(x1, x2, 3, '{\"n_init\":2}')) FROM few") > 50);
}

static void a_drawing_stopped_at_any_question_leaves_nothing_behind(void **state) {
    sql_run(*state, "CREATE TABLE model AS SELECT gmm_fit(x1, x2, 3) AS m FROM few");
    assert_true(stop_at_questions(*state, "SELECT count(*) FROM model, mix_contours(m, 5, 200, 200)") > 5);
    assert_true(stop_at_questions(*state, "SELECT length(mix_plot_model(m)) FROM model") > 5);
}

static void a_large_model_is_read_used_and_written_with_questions(void **state) {
    sqlite3 *db = *state;
    static const char *const queries[] = {
        "SELECT mix_loglik(m, x) FROM large, (SELECT 1 AS x UNION ALL SELECT 2 UNION ALL SELECT 3)",
        "SELECT length(mix_statistics(m, x)) FROM large, (SELECT 1 AS x UNION ALL SELECT 2 UNION ALL SELECT 3)",
        "SELECT length(mix_step(m, x)) FROM large, (SELECT 1 AS x UNION ALL SELECT 2 UNION ALL SELECT 3)",
        "SELECT length(mix_maximize(mix_merge(s))) FROM statistics",
        "SELECT count(*) FROM large, mix_components(m)",
        "SELECT length(gmm_fit(x, 50000, '{\"max_iter\":0,\"threads\":1,\"init\":' || m || '}')) FROM large, "
        "(WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x < 50001) SELECT x FROM i) "
        "WHERE x < 3", /* too few rows: after the options were read */
        "SELECT length(mix_row(list)) FROM lists",
        "SELECT length(mix_rename(m, names)) FROM large, lists",
        "SELECT length(mix_extrapolate(m, m, m)) FROM large",
        "SELECT length(mix_merge(s)) FROM samples",
        "SELECT pmm_fit(s, 1) ->> 'n' FROM samples",
        "SELECT length(mix_marginal(m, '[1]')) FROM large",
        "SELECT length(mix_condition(m, NULL)) FROM large",
        "SELECT mix_quantile(m, 0.3) FROM large",
    };
    sql_run(
        db,
        "CREATE TABLE large AS WITH RECURSIVE i(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM i WHERE i < 49999) "
        "SELECT '{\"family\":\"gaussian\",\"weights\":[' || group_concat('2e-05') || '],\"means\":[' || "
        "group_concat('[' || (i / 7.0) || ']') || '],\"covariances\":[' || group_concat('[[1.25]]') || ']}' AS m "
        "FROM i; CREATE TABLE statistics AS SELECT mix_statistics(m, 1) AS s FROM large; "
        "CREATE TABLE samples AS WITH RECURSIVE i(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM i WHERE i < 49999) "
        "SELECT mix_sample_rows(40000, i) AS s FROM i; "
        "CREATE TABLE lists AS WITH RECURSIVE i(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM i WHERE i < 49999) "
        "SELECT '[' || group_concat(i || '.123456789,1e-100,null,-0.5') || ']' AS list, json_group_array('n' || i) AS "
        "names FROM i");
    walk(EACH_POLL_NS);
    for (size_t q = 0; q < sizeof queries / sizeof *queries; q++) {
        for (ask_no = INT32_MAX; ask_no >= 0;
             ask_no = ask_no == INT32_MAX ? questions - 1 : ask_no - 1 - questions / 2) {
            sql_run(db, "UPDATE large SET m = m || ' '"); /* another text, which is read anew */
            long before = ask_no;
            int rc = outcome_asked(db, queries[q], ask_no);
            assert_int_equal(rc, before < INT32_MAX ? SQLITE_INTERRUPT : q == 5 ? SQLITE_ERROR : SQLITE_OK);
            assert_true(before < INT32_MAX || questions >= 4);
        }
    }
    check_usable(db);
}

static int deny(void *unused, int action, const char *a, const char *b, const char *c, const char *d) {
    (void)unused, (void)action, (void)a, (void)b, (void)c, (void)d;
    return SQLITE_DENY;
}

static void a_host_that_forbids_every_further_statement_still_gets_its_fit(void **state) {
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(*state, "SELECT json_valid(gmm_fit(x1, x2, 2)) FROM few GROUP BY i % 2",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    walk(EACH_POLL_NS);
    sqlite3_set_authorizer(*state, deny, NULL); /* of which the fit asks the host whether to stop */
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(statement, 0), 1);
    sqlite3_finalize(statement);
    sqlite3_set_authorizer(*state, NULL, NULL);
    check_usable(*state);
}

/* ---- Queries that die ---------------------------------------------------------------------------------- */

static void a_query_that_fails_elsewhere_frees_the_fit(void **state) {
    const char *const queries[] = {
        "SELECT gmm_fit(x1, x2, 2), sum(abs(iif(i = 200, -9223372036854775808, 1))) FROM few",
        "SELECT gmm_fit(x1, x2, 2), max(json(iif(i = 200, '[', '[]'))) FROM few",
        "SELECT gmm_fit(x1, x2, iif(i = 200, 3, 2)) FROM few",
        "SELECT gmm_fit(iif(i = 200, 'x', x1), x2, 2), gmm_fit(x1, x2, 2) FROM few",
        "SELECT gmm_fit(x1, x2, 2, '{\"columns\":[\"a\",\"b\"],\"init\":{\"means\":[[1,2],[3,4]]}}'), "
        "mix_predict(x1, x2) FROM few",
        "SELECT gmm_fit(x1, x2, 2, '{\"columns\":[\"a\",\"b\"],\"init\":{\"means\":[[1,2],[3]]}}') FROM few",
        "SELECT mix_loglik('{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0]],\"covariances\":[[[1]]]}', "
        "iif(i = 200, 'x', x1)), gmm_fit(x1, 1) FROM few",
        "SELECT i % 3 AS g, gmm_fit(x1, x2, iif(i > 298, 200, 2)) FROM few GROUP BY g",
    };
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        assert_int_equal(sql_outcome(*state, queries[i], NULL), SQLITE_ERROR);
        sqlite3_int64 used = sqlite3_memory_used();
        for (int again = 0; again < 3; again++) {
            assert_int_equal(sql_outcome(*state, queries[i], NULL), SQLITE_ERROR);
            assert_int_equal(sqlite3_memory_used(), used);
        }
    }
    check_usable(*state);
}

static void a_statement_that_is_dropped_halfway_frees_the_fit(void **state) {
    sqlite3_stmt *statement;
    sqlite3_int64 used = 0;
    for (int round = 0; round < 3; round++) {
        assert_int_equal(
            sqlite3_prepare_v2(*state,
                               "SELECT i % 10 AS g, gmm_fit(x1, x2, 2), mix_loglik(NULL, x1) FROM few "
                               "GROUP BY g",
                               -1, &statement, NULL),
            SQLITE_OK);
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        sqlite3_finalize(statement);
        used = round == 0 ? sqlite3_memory_used() : used;
        assert_int_equal(sqlite3_memory_used(), used);
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        many_test(another_thread_can_interrupt_a_fit),
        many_test(a_query_interrupted_in_its_scan_does_not_fit_what_it_has_seen),
        many_test(a_progress_handler_can_stop_a_fit),
        few_test(a_question_comes_once_a_millisecond_however_often_it_is_polled),
        few_test(what_ends_within_a_millisecond_asks_nothing),
        few_test(a_fit_stopped_at_any_question_leaves_nothing_behind),
        few_test(a_selection_stopped_at_any_question_leaves_nothing_behind),
        few_test(a_drawing_stopped_at_any_question_leaves_nothing_behind),
        few_test(endless_tables_can_be_stopped),
        few_test(a_large_model_is_read_used_and_written_with_questions),
        few_test(a_host_that_forbids_every_further_statement_still_gets_its_fit),
        few_test(a_query_that_fails_elsewhere_frees_the_fit),
        few_test(a_statement_that_is_dropped_halfway_frees_the_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
