/* test_hostile.c: a database from someone else, whose schema uses the functions: what SECURITY.md promises. */
#include <string.h>

#include "plain.h"
#include "sql.h"

static const char hand[] = "{\"family\":\"gaussian\",\"weights\":[0.5,0.5],\"means\":[[0],[10]],"
                           "\"covariances\":[[[1]],[[4]]]}";
static const char flat[] = "{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0,0]],\"covariances\":"
                           "[[[1,0],[0,1]]]}";

/* Every function and table in an expression over p(id, x), model(m), flat(e) and fits. */
static const char *const functions[] = {
    "gmm_fit(x, 1)",
    "mmm_fit(id, 1)",
    "gmm_select(x, 1)",
    "mmm_select(id, 1)",
    "pmm_fit(id, 1)",
    "pmm_select(id, 1)",
    "mix_fit(x, id, 1)",
    "mix_select(x, id, 1)",
    "mix_predict(m, x)",
    "mix_probability(m, 1, x)",
    "mix_probabilities(m, x)",
    "mix_uncertainty(m, x)",
    "mix_density(m, x)",
    "mix_log_density(m, x)",
    "mix_distance(m, 1, x)",
    "mix_impute(m, x)",
    "mix_divergence(m, m)",
    "mix_match(m, m)",
    "mix_rand_index(x, id)",
    "mix_tail(m, x)",
    "mix_condition(m, NULL)",
    "mix_marginal(m, '[1]')",
    "mix_cdf(m, x)",
    "mix_quantile(m, 0.25)",
    "mix_row(x)",
    "mix_number(x)",
    "mix_summary(m)",
    "mix_rename(m, NULL)",
    "ifnull(mix_name(m, 1), 0)",
    "mix_loglik(m, x)",
    "mix_step(m, x)",
    "mix_extrapolate(m, m, m)",
    "mix_sample_rows(3, x)",
    "mix_refit(m, x)",
    "mix_update((SELECT fitted FROM fits), x)",
    "mix_test(x, 1, '{\"replicates\":1}')",
    ("mix_bootstrap('{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0]],\"covariances\":[[[1]]]}', x, "
     "'{\"replicates\":9,\"max_iter\":1}')"),
    "mix_statistics(m, x)",
    "mix_loglik(m, x, 1, '{\"weight\":2}')",
    "mix_maximize(mix_statistics(m, x))",
    "mix_maximize(mix_merge(s))",
    "mixture_version()",
    "(SELECT count(*) FROM mix_progress())",
    "mixture_debug()",
};
static const char *const tables[] = {
    "mix_components(m)",     "mix_parameters(m)",   "mix_responsibilities(m, 1)",
    "mix_explain(m, 1)",     "mix_profile(m)",      "mix_trace(fitted)",
    "mix_sample(m, 3)",      "mix_grid(m, 3)",      "mix_ellipses(flat.e, 0.5, 4)",
    "mix_selection(chosen)", "mix_intervals(sure)", "mix_combine(m)",
};
enum { FUNCTIONS = sizeof functions / sizeof *functions, TABLES = sizeof tables / sizeof *tables };
#define FROM "(SELECT *, (SELECT mix_statistics(m, x) FROM p, model) AS s FROM p, model)"

static sqlite3 *open_with_views(void) {
    sqlite3 *db = sql_open();
    sql_run(
        db,
        "CREATE TABLE model(m); INSERT INTO model VALUES (%Q); CREATE TABLE flat(e); INSERT INTO flat VALUES (%Q);"
        "CREATE TABLE p(id INTEGER PRIMARY KEY, x REAL); INSERT INTO p(x) VALUES (-1), (0.5), (4), (9), (12);"
        "CREATE TABLE fits AS SELECT fitted, chosen, mix_bootstrap(fitted, x, '{\"replicates\":39}') AS sure FROM p, (SELECT "
        "gmm_fit(x, 1) AS fitted, gmm_select(x, 1) AS chosen FROM p)",
        hand, flat);
    for (int i = 0; i < FUNCTIONS; i++) {
        sql_run(db, "CREATE VIEW f%d AS SELECT %s AS answer FROM " FROM, i, functions[i]);
    }
    for (int i = 0; i < TABLES; i++) {
        sql_run(db, "CREATE VIEW t%d AS SELECT t.* FROM model, flat, fits, %s t", i, tables[i]);
    }
    return db;
}

/* Each view has rows, as without the restriction. */
static void check_views(sqlite3 *db) {
    for (int i = 0; i < FUNCTIONS; i++) {
        char *text;
        assert_int_equal(sql_outcome(db, sql_build("SELECT answer FROM f%d", i), &text), SQLITE_OK);
        assert_int_equal(sql_count(db, "SELECT * FROM f%d WHERE answer IS NOT NULL", i) > 0, 1);
    }
    for (int i = 0; i < TABLES; i++) {
        assert_true(sql_count(db, "SELECT * FROM t%d", i) > 0);
    }
}

static void every_function_and_table_works_in_views_trusted_or_not(void **state) {
    (void)state;
    sqlite3 *db = open_with_views();
    for (int trusted = 0; trusted < 2; trusted++) {
        for (int defensive = 0; defensive < 2; defensive++) {
            assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, trusted, NULL), SQLITE_OK);
            assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, defensive, NULL), SQLITE_OK);
            check_views(db);
        }
    }
    sql_close(db);
}

static void every_place_in_a_schema_may_use_them_trusted_or_not(void **state) {
    (void)state;
    for (int trusted = 0; trusted < 2; trusted++) {
        sqlite3 *db = sql_open();
        assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, trusted, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL), SQLITE_OK);
        sql_run(db,
                "CREATE TABLE t(x REAL CHECK (mix_log_density(%Q, x) > -100), c AS (mix_predict(%Q, x)) STORED, "
                "u AS (mix_uncertainty(%Q, x)), r BLOB DEFAULT (mix_row(1, NULL)));"
                "CREATE INDEX by_density ON t(mix_density(%Q, x)) WHERE mix_distance(%Q, 1, x) < 50;"
                "CREATE TABLE log(text); CREATE TRIGGER after AFTER INSERT ON t BEGIN INSERT INTO log "
                "SELECT mix_probabilities(%Q, new.x) || component FROM mix_components(%Q); END",
                hand, hand, hand, hand, hand, hand, hand);
        sql_run(db, "INSERT INTO t(x) VALUES (0), (10), (NULL)");
        assert_int_equal(sqlite3_exec(db, "INSERT INTO t(x) VALUES (1e6)", NULL, NULL, NULL), SQLITE_CONSTRAINT);
        assert_string_equal(sql_text(db, "SELECT group_concat(c || length(r), ' ') FROM t"), "116 216 116");
        assert_int_equal(sql_integer(db, "SELECT count(*) FROM log"), 6);
        assert_string_equal(sql_text(db, "PRAGMA integrity_check"), "ok");
        sql_close(db);
    }
}

/* ---- Only computing ------------------------------------------------------------------------------------ */

/* Reading, and nothing else; what was asked for beyond it is remembered. (When a connection first uses a
** table-valued function, of whatever extension, SQLite 3.40 asks for an update of sqlite_master: so each is used
** before.) */
static int refused_action;

static int reading_only(void *host, int action, const char *a, const char *b, const char *c, const char *d) {
    (void)host, (void)a, (void)b, (void)c, (void)d;
    if (action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_FUNCTION) {
        return SQLITE_OK;
    }
    refused_action = action;
    return SQLITE_DENY;
}

static void an_authorizer_that_allows_reading_only_is_enough(void **state) {
    (void)state;
    sqlite3 *db = open_with_views();
    check_views(db);
    refused_action = 0;
    sqlite3_set_authorizer(db, reading_only, NULL);
    check_views(db);
    assert_int_equal(refused_action, 0);
    sqlite3_set_authorizer(db, NULL, NULL);
    sql_close(db);
}

/* Also where the fit asks SQLite whether to go on, and may not. */
static bool deny_all;

static int perhaps_nothing(void *host, int action, const char *a, const char *b, const char *c, const char *d) {
    (void)host, (void)action, (void)a, (void)b, (void)c, (void)d;
    return deny_all ? SQLITE_DENY : SQLITE_OK;
}

static void a_fit_that_may_not_even_select_still_ends(void **state) {
    (void)state;
    sqlite3 *db = open_with_views();
    sqlite3_stmt *statement;
    char *want = sql_text(db, "SELECT gmm_fit(x, 2) FROM p");
    sqlite3_set_authorizer(db, perhaps_nothing, NULL);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT gmm_fit(x, 2) FROM p", -1, &statement, NULL), SQLITE_OK);
    deny_all = true;
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    deny_all = false;
    assert_string_equal(sqlite3_column_text(statement, 0), want);
    sqlite3_finalize(statement);
    sqlite3_set_authorizer(db, NULL, NULL);
    sql_close(db);
}

static void sql_in_arguments_is_never_run(void **state) {
    (void)state;
    sqlite3 *db = open_with_views();
    static const char evil[] = "x\"); DROP TABLE p; SELECT load_extension('evil'); --";
    (void)sql_count(db, "SELECT * FROM mix_parameters(%Q)", hand);
    refused_action = 0;
    char *options = sql_text(db, "SELECT json_object('columns', json_array(%Q))", evil);
    char *model = sql_text(db, "SELECT gmm_fit(x, 1, %Q) FROM p", options);
    sqlite3_set_authorizer(db, reading_only, NULL);
    assert_string_equal(sql_text(db, "SELECT %Q ->> '$.columns[0]'", model), evil);
    assert_int_equal(sql_integer(db, "SELECT mix_predict(%Q, 1)", model), 1);
    assert_int_equal(sql_count(db, "SELECT * FROM mix_parameters(%Q)", model), 3);
    for (int i = 0; i < FUNCTIONS; i++) { /* as a model, as a value, as options */
        char *name = sql_format("%.*s", (int)strcspn(functions[i], "("), functions[i]);
        char *text;
        int rc = sql_outcome(db, sql_build("SELECT %s(%Q, %Q, %Q)", name, evil, evil, evil), &text);
        assert_true(rc == SQLITE_ERROR || strcmp(name, "mix_row") == 0); /* which takes anything */
    }
    sqlite3_set_authorizer(db, NULL, NULL);
    assert_int_equal(refused_action, 0);
    assert_int_equal(sql_integer(db, "SELECT count(*) FROM p"), 5);
    sql_close(db);
}

/* How often each was run: what the user asked for, the two questions of SECURITY.md, others. SQLite marks what
** runs inside of another statement by dashes. */
typedef struct heard {
    const char *asked;
    int own, brief, lengthy, others;
} heard;

static int hear(unsigned event, void *host, void *statement, void *text) {
    heard *all = host;
    (void)event, (void)statement;
    if (strcmp(text, all->asked) == 0) {
        all->own++;
    } else if (strcmp(text, "-- SELECT 1") == 0) {
        all->brief++;
    } else if (strncmp(text, "-- SELECT CASE ?1 WHEN ?1 THEN 1", 32) == 0) {
        all->lengthy++;
    } else {
        all->others++;
    }
    return 0;
}

static void the_two_questions_are_the_only_statements_of_its_own(void **state) {
    (void)state;
    sqlite3 *db = open_with_views();
    sql_run(db, "CREATE TABLE many AS SELECT x1 AS x, x1 * x1 AS y FROM model, mix_sample(m, 20000)");
    heard all = {.asked = "SELECT gmm_select(x, y, 3) FROM many"};
    sqlite3_trace_v2(db, SQLITE_TRACE_STMT, hear, &all);
    assert_int_equal(sql_count(db, all.asked), 1);
    assert_true(all.own == 1 && all.brief > 0 && all.lengthy > 0 && all.others == 0);
    for (int i = 0; i < FUNCTIONS + TABLES; i++) {
        char *sql = sql_format("SELECT * FROM %c%d", i < FUNCTIONS ? 'f' : 't', i < FUNCTIONS ? i : i - FUNCTIONS);
        all = (heard){.asked = sql};
        assert_true(sql_count(db, sql) > 0);
        assert_true(all.own == 1 && all.others == 0);
    }
    sqlite3_trace_v2(db, 0, NULL, NULL);
    sql_close(db);
}

/* ---- Only so much -------------------------------------------------------------------------------------- */

static int enough(void *steps) {
    return ++*(long *)steps > 1000;
}

static void what_a_view_asks_for_without_end_stops_when_told_and_takes_no_memory(void **state) {
    (void)state;
    sqlite3 *db = open_with_views();
    static const char *const endless[] = {
        "mix_sample(m, 9223372036854775807)",
        "mix_grid(m, 1000000)",
        "mix_ellipses(flat.e, 0.5, 1000000)",
    };
    for (int i = 0; i < 3; i++) {
        long steps = 0;
        sqlite3_int64 used = sqlite3_memory_used();
        sql_run(db, "CREATE VIEW endless%d AS SELECT t.* FROM model, flat, %s t", i, endless[i]);
        (void)sqlite3_memory_highwater(1);
        sqlite3_progress_handler(db, 100, enough, &steps);
        assert_int_equal(sql_outcome(db, sql_build("SELECT count(*) FROM endless%d", i), NULL), SQLITE_INTERRUPT);
        sqlite3_progress_handler(db, 0, NULL, NULL);
        assert_true(sqlite3_memory_highwater(0) < used + 1000000);
        assert_true(sql_count(db, "SELECT * FROM endless%d LIMIT 3", i) == 3);
    }
    sql_close(db);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_function_and_table_works_in_views_trusted_or_not),
        cmocka_unit_test(every_place_in_a_schema_may_use_them_trusted_or_not),
        cmocka_unit_test(an_authorizer_that_allows_reading_only_is_enough),
        cmocka_unit_test(a_fit_that_may_not_even_select_still_ends),
        cmocka_unit_test(sql_in_arguments_is_never_run),
        cmocka_unit_test(the_two_questions_are_the_only_statements_of_its_own),
        cmocka_unit_test(what_a_view_asks_for_without_end_stops_when_told_and_takes_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
