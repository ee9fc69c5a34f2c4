/* test_aggregate.c: the skeleton of aggregates, by functions that are made for it: what is called when, which
** error the host gets, and windows, beside SQLite's own sum(). */
#include <string.h>
#define SQLITE_CORE 1 /* this is the host: its calls are direct */
#include "aggregate.h"

#include "clock.h"
#include "counted.h"
#include "describe.h"
#include "error.h"
#include "memory.h"
#include "sql.h"

/* ---- test_total(x [, options]): a sum of integers --------------------------------------------------------- */

/* These let an operation fail. */
enum { BAD_START = 101, NO_MEMORY = 102, BAD_VALUE = 103, STAYS = 104 };

typedef struct total_state {
    mix_group group; /* first */
    sqlite3_int64 *sum;
} total_state;

static int starts, rows, values, clears; /* calls */

static mixture_status total_start(void *pointer, mixture_error *error) {
    total_state *state = pointer;
    sqlite3_value **argv = state->group.argv;
    starts++;
    state->sum = mix_memory_zeros(1, sizeof *state->sum);
    if (state->sum == NULL) {
        return MIXTURE_NOMEM;
    }
    if (sqlite3_value_int(argv[0]) == BAD_START) {
        return mix_error_invalid(error, "no start with %d", BAD_START);
    }
    return mix_aggregate_keep_options(&state->group, state->group.argc > 1 ? argv[1] : NULL);
}

static mixture_status total_same(void *pointer, mixture_error *error) {
    total_state *state = pointer;
    sqlite3_value *options = state->group.argc > 1 ? state->group.argv[1] : NULL;
    return mix_aggregate_same_options(&state->group, options, 2, options, error);
}

static mixture_status total_row(void *pointer, mixture_error *error) {
    total_state *state = pointer;
    char said[MIX_SAID_BYTES];
    rows++;
    if (sqlite3_value_type(state->group.argv[0]) != SQLITE_INTEGER) {
        return mix_error_invalid(error, "argument 1 is %s in row %d; expected an integer",
                                 mix_describe_value(state->group.argv[0], said), (int)state->group.row);
    }
    *state->sum += sqlite3_value_int64(state->group.argv[0]);
    return sqlite3_value_int(state->group.argv[0]) == NO_MEMORY ? MIXTURE_NOMEM : MIXTURE_OK;
}

static mixture_status total_inverse(void *pointer, mixture_error *error) {
    total_state *state = pointer;
    *state->sum -= sqlite3_value_int64(state->group.argv[0]);
    return sqlite3_value_int(state->group.argv[0]) == STAYS ? mix_error_invalid(error, "%d stays", STAYS)
                                                            : MIXTURE_OK;
}

static mixture_status total_value(void *pointer, sqlite3_context *context, mixture_error *error) {
    total_state *state = pointer;
    values++;
    sqlite3_result_int64(context, *state->sum);
    return *state->sum == BAD_VALUE ? mix_error_invalid(error, "%d is no sum", BAD_VALUE) : MIXTURE_OK;
}

static void total_clear(void *pointer) {
    total_state *state = pointer;
    mix_memory_free(state->sum);
    clears++;
}

static const mix_aggregate window_aggregate = {
    .size = sizeof(total_state),
    .start = total_start,
    .same = total_same,
    .row = total_row,
    .inverse = total_inverse,
    .value = total_value,
    .clear = total_clear,
};

/* ---- test_plain(x): with no more than is needed; test_slow(x): asks for long whether to stop -------------- */

enum { QUESTIONS = 100000 };

static mixture_status plain_row(void *pointer, mixture_error *error) {
    (void)pointer;
    (void)error;
    rows++;
    return MIXTURE_OK;
}

static mixture_status plain_value(void *pointer, sqlite3_context *context, mixture_error *error) {
    mix_group *group = pointer;
    (void)error;
    values++;
    for (int i = 0; group->function->aggregate->slow && i < QUESTIONS; i++) {
        if (mix_cancelled(&group->cancel)) {
            return MIXTURE_CANCELLED;
        }
    }
    sqlite3_result_int64(context, (sqlite3_int64)group->row);
    return mix_cancelled(&group->cancel) ? MIXTURE_CANCELLED : MIXTURE_OK;
}

static void plain_clear(void *pointer) {
    (void)pointer;
    clears++;
}

static const mix_aggregate plain_aggregate = {
    .size = sizeof(mix_group), .row = plain_row, .value = plain_value, .clear = plain_clear};
static const mix_aggregate slow_aggregate = {
    .size = sizeof(mix_group), .slow = true, .row = plain_row, .value = plain_value, .clear = plain_clear};

/* ---- test_model(model, x): rows of a model, a window function, too ---------------------------------------- */

static mixture_status model_row(void *pointer, mixture_error *error) {
    mix_group *group = pointer;
    rows++;
    return mix_aggregate_read_row(group, group->argc - 1, error);
}

static mixture_status model_inverse(void *pointer, mixture_error *error) {
    return mix_aggregate_read_row(pointer, 1, error);
}

static mixture_status model_value(void *pointer, sqlite3_context *context, mixture_error *error) {
    mix_group *group = pointer;
    (void)error;
    values++;
    sqlite3_result_int64(context, (sqlite3_int64)(group->row - group->left));
    return MIXTURE_OK;
}

static const mix_aggregate model_aggregate = {
    .size = sizeof(mix_group),
    .model = true,
    .row = model_row,
    .inverse = model_inverse,
    .value = model_value,
    .clear = plain_clear,
};

static const mix_function functions[] = {
    {"test_total", "(x [, options])", 1, 2, SQLITE_UTF8, NULL, &window_aggregate, NULL},
    {"test_plain", "(x)", 1, 1, SQLITE_UTF8, NULL, &plain_aggregate, NULL},
    {"test_slow", "(x)", 1, 1, SQLITE_UTF8, NULL, &slow_aggregate, NULL},
    {"test_model", "(model, x...)", 2, -1, SQLITE_UTF8, NULL, &model_aggregate, NULL},
};

/* ---- Connections ------------------------------------------------------------------------------------------ */

/* test_stop(x): x, and a wish to stop. */
static void stop_call(sqlite3_context *context, int argc, sqlite3_value **argv) {
    (void)argc;
    sqlite3_interrupt(sqlite3_context_db_handle(context));
    sqlite3_result_value(context, argv[0]);
}

static int setup(void **state) {
    sqlite3 *db = NULL;
    (void)count_allocations(state);
    int rc = sqlite3_open(":memory:", &db);
    mix_connection *connection = mix_connection_new(db);
    assert_non_null(connection);
    for (size_t i = 0; rc == SQLITE_OK && i < sizeof functions / sizeof *functions; i++) {
        rc = mix_aggregate_register(db, connection, &functions[i]);
    }
    mix_connection_release(connection);
    *state = db;
    sql_run(db, "CREATE TABLE t AS WITH RECURSIVE i(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM i WHERE i < 60) "
                "SELECT i, i * 37 %% 101 - 50 AS x, i %% 3 AS g FROM i");
    starts = rows = values = clears = 0;
    return rc || sqlite3_create_function(db, "test_stop", 1, SQLITE_UTF8, NULL, stop_call, NULL, NULL);
}

static int teardown(void **state) {
    mix_clock_replace(NULL);
    int rc = sqlite3_close(*state);
    return check_that_nothing_leaked(state) || rc;
}

/* The query ends with this code; each group that began has been cleared once. */
static void expect_code(sqlite3 *db, int rc, int groups, const char *sql) {
    clears = 0;
    assert_int_equal(sql_outcome(db, sql, NULL), rc);
    assert_int_equal(clears, groups);
}

/* ---- Windows ---------------------------------------------------------------------------------------------- */

static void rows_come_and_go_as_for_sqlites_own_sum(void **state) {
    const char *const frames[] = {
        "",
        "ORDER BY i ROWS 4 PRECEDING",
        "ORDER BY i ROWS BETWEEN 3 PRECEDING AND 2 FOLLOWING",
        "ORDER BY i ROWS BETWEEN 5 FOLLOWING AND 9 FOLLOWING", /* empty at the end */
        "ORDER BY i ROWS BETWEEN 9 PRECEDING AND 5 PRECEDING", /* empty at the beginning */
        "ORDER BY i ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
        "PARTITION BY g ORDER BY x RANGE BETWEEN 10 PRECEDING AND 5 FOLLOWING",
        "PARTITION BY g ORDER BY x RANGE BETWEEN 7 FOLLOWING AND 8 FOLLOWING", /* often empty */
        "ORDER BY g GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW",
        "ORDER BY i ROWS BETWEEN 3 PRECEDING AND 3 FOLLOWING EXCLUDE CURRENT ROW",
        "ORDER BY g RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE TIES",
    };
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        for (int filtered = 0; filtered < 2; filtered++) {
            const char *filter = filtered ? "FILTER (WHERE x > -20)" : "";
            double counts[2];
            (void)sql_numbers(*state, counts, 2,
                              "SELECT count(*), count(*) FILTER (WHERE own IS sums) FROM (SELECT test_total(x) %s "
                              "OVER w AS own, sum(x) %s OVER w AS sums FROM t WINDOW w AS (%s))",
                              filter, filter, frames[i]);
            assert_true(counts[0] == 60);
            assert_true(counts[1] == 60);
            assert_int_equal(starts, clears);
        }
    }
    assert_true(rows > 0 && values > 60);
}

static void as_a_plain_aggregate_it_sums_groups_too(void **state) {
    assert_int_equal(sql_integer(*state,
                                 "SELECT count(*) FROM (SELECT test_total(x) AS own, sum(x) AS sums FROM t "
                                 "GROUP BY g) WHERE own = sums"),
                     3);
    assert_true(starts == 3 && rows == 60 && values == 3 && clears == 3);
    sql_is_null(*state, "SELECT test_total(x) FROM t WHERE x > 1000");
    assert_int_equal(starts, 3);
}

static void without_an_inverse_the_rows_of_a_frame_are_read_again(void **state) {
    /* Its value is the number of the last row. */
    assert_int_equal(sql_integer(*state,
                                 "SELECT count(*) FROM (SELECT i, test_plain(x) OVER (ORDER BY i ROWS BETWEEN 2 "
                                 "PRECEDING AND 3 FOLLOWING) AS own FROM t) WHERE own = min(i + 3, 60)"),
                     60);
    assert_true(rows >= 4 + 5 + 55 * 6 + 5 + 4 + 3 && clears >= 60 && values == 60);
    assert_int_equal(sql_integer(*state, "SELECT test_plain(x) FROM t"), 60);
}

static void a_model_that_is_null_or_the_same_goes_through_windows(void **state) {
    const char *model = "{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0]],\"covariances\":[[[1]]]}";
    assert_int_equal(
        sql_integer(
            *state,
            "SELECT count(*) FROM (SELECT test_model(%Q, x) OVER w AS own, count(x) OVER w AS counted FROM t "
            "WINDOW w AS (ORDER BY i ROWS BETWEEN 2 PRECEDING AND 3 FOLLOWING)) WHERE own = counted",
            model),
        60);
    assert_int_equal(rows, 60);
    rows = values = 0;
    assert_int_equal(sql_integer(*state,
                                 "SELECT count(own) FROM (SELECT test_model(NULL, 'x') OVER (ORDER BY i ROWS 2 "
                                 "PRECEDING) AS own FROM t)"),
                     0);
    assert_true(rows == 0 && values == 0);
    expect_error(*state,
                 sql_build("SELECT test_model(%Q || iif(i = 7, ' ', ''), x) OVER (ORDER BY i) FROM t", model),
                 "test_model: argument 1 (model) changes in row 7; expected the same in all rows, or GROUP BY it");
    expect_error(*state, sql_build("SELECT test_model(%Q, iif(i = 7, 'a', x)) FROM t", model),
                 "test_model: argument 2 (x1) is TEXT 'a' in row 7; expected a number");
}

/* ---- Errors ----------------------------------------------------------------------------------------------- */

static void an_error_of_any_operation_names_the_function_and_ends_the_group(void **state) {
    const struct {
        const char *sql, *text;
    } cases[] = {
        {"SELECT test_total(101) FROM t", "test_total: no start with 101"},
        {"SELECT test_total(iif(i = 9, 'abc', x)) FROM t",
         "test_total: argument 1 is TEXT 'abc' in row 9; expected an integer"},
        {"SELECT test_total(iif(i < 3, 51, i = 3)) FROM t WHERE i < 4", "test_total: 103 is no sum"},
        {"SELECT test_total(iif(i < 3, 51, i = 3)) OVER (ORDER BY i) FROM t", "test_total: 103 is no sum"},
        {"SELECT test_total(i + 100) OVER (ORDER BY i ROWS 1 PRECEDING) FROM t WHERE i > 3",
         "test_total: 104 stays"},
        {"SELECT test_total(1, iif(i = 5, 'b', 'a')) FROM t",
         "test_total: argument 2 (options) changes to TEXT 'b' in row 5; expected the same in all rows"},
        {"SELECT test_total(1, iif(i = 5, 'aa', 'a')) FROM t",
         "test_total: argument 2 (options) changes to TEXT 'aa' in row 5; expected the same in all rows"},
        {"SELECT test_total(1, iif(i = 2, NULL, 'a')) FROM t",
         "test_total: argument 2 (options) changes to NULL in row 2; expected the same in all rows"},
        {"SELECT test_total(1, iif(i = 3, '', NULL)) FROM t",
         "test_total: argument 2 (options) changes to TEXT '' in row 3; expected the same in all rows"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        clears = 0;
        expect_error(*state, cases[i].sql, cases[i].text);
        assert_int_equal(clears, 1);
    }
    assert_int_equal(sql_integer(*state, "SELECT test_total(1, 'a') FROM t"), 60);
    assert_int_equal(sql_integer(*state, "SELECT test_total(1, '') FROM t"), 60);
    assert_int_equal(sql_integer(*state, "SELECT test_total(1, NULL) FROM t"), 60);
}

static void a_wrong_number_of_arguments_is_an_error_before_anything_is_called(void **state) {
    expect_error(*state, "SELECT test_total() FROM t",
                 "test_total: 0 arguments given; expected test_total(x [, options])");
    expect_error(*state, "SELECT test_total(1, 2, 3) OVER () FROM t",
                 "test_total: 3 arguments given; expected test_total(x [, options])");
    assert_true(starts == 0 && rows == 0 && values == 0 && clears == 0);
}

static void memory_that_runs_out_is_said_so(void **state) {
    expect_code(*state, SQLITE_NOMEM, 1, "SELECT test_total(iif(i = 5, 102, x)) FROM t");
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(*state, "SELECT test_total(x, 'text') FROM t", -1, &statement, NULL),
                     SQLITE_OK);
    int rc = SQLITE_NOMEM;
    for (blocks_left = 0; rc == SQLITE_NOMEM;) {
        long blocks = blocks_left;
        rc = sqlite3_step(statement);
        sqlite3_reset(statement);
        assert_true(rc == SQLITE_NOMEM || (rc == SQLITE_ROW && blocks == 2));
        blocks_left = blocks + 1;
    }
    sqlite3_finalize(statement);
}

/* ---- Interrupts ------------------------------------------------------------------------------------------- */

/* A clock that goes on by a millisecond whenever it is asked: at each question that may be put, one is. */
static int64_t clock_now;

static int64_t walking_clock(void) {
    return clock_now += 1000000;
}

static void of_a_query_that_was_stopped_nothing_slow_is_made(void **state) {
    mix_clock_replace(walking_clock);
    expect_code(*state, SQLITE_INTERRUPT, 1, "SELECT test_slow(iif(i = 30, test_stop(x), x)) FROM t");
    assert_true(rows > 0 && rows < 60);
    assert_int_equal(values, 0);
    expect_code(*state, SQLITE_INTERRUPT, 1, "SELECT test_slow(iif(i = 60, test_stop(x), x)) FROM t");
    assert_int_equal(values, 0);
    assert_int_equal(sql_integer(*state, "SELECT test_slow(x) FROM t"), 60);
    assert_int_equal(values, 1);
}

/* A progress handler that says stop once the result is being made. */
static int stop_value(void *unused) {
    (void)unused;
    return values > 0;
}

static void what_is_slow_can_ask_whether_to_stop(void **state) {
    mix_clock_replace(walking_clock);
    sqlite3_progress_handler(*state, 1, stop_value, NULL);
    expect_code(*state, SQLITE_INTERRUPT, 1, "SELECT test_slow(x) FROM t");
    sqlite3_progress_handler(*state, 0, NULL, NULL);
    assert_int_equal(values, 1);
}

static void a_query_that_ends_early_is_cleared(void **state) {
    sqlite3_stmt *statement;
    const char *const queries[] = {"SELECT g, test_total(x) FROM t GROUP BY g",
                                   "SELECT test_total(x) OVER (ORDER BY i ROWS 3 PRECEDING) FROM t"};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(sqlite3_prepare_v2(*state, queries[i], -1, &statement, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
        assert_int_equal(starts, clears);
    }
}

#define SKELETON(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        SKELETON(rows_come_and_go_as_for_sqlites_own_sum),
        SKELETON(as_a_plain_aggregate_it_sums_groups_too),
        SKELETON(without_an_inverse_the_rows_of_a_frame_are_read_again),
        SKELETON(a_model_that_is_null_or_the_same_goes_through_windows),
        SKELETON(an_error_of_any_operation_names_the_function_and_ends_the_group),
        SKELETON(a_wrong_number_of_arguments_is_an_error_before_anything_is_called),
        SKELETON(memory_that_runs_out_is_said_so),
        SKELETON(of_a_query_that_was_stopped_nothing_slow_is_made),
        SKELETON(what_is_slow_can_ask_whether_to_stop),
        SKELETON(a_query_that_ends_early_is_cleared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
