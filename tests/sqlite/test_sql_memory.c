/* test_sql_memory.c: every allocation fails once, and from there on, of loops the first two turns; the outcome is
** SQLITE_NOMEM or as if nothing had happened, and nothing is leaked. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "call_sites.h"
#include "plain.h"
#include "sql.h"

/* ---- An allocator that fails --------------------------------------------------------------------------- */

static sqlite3_mem_methods usual;
static atomic_long countdown = -1; /* allocations until one fails; negative: none does */
static atomic_bool forever;
static atomic_long failures;

static bool fails(void) {
    call_sites_note();
    if (atomic_load(&countdown) < 0) {
        return false;
    }
    bool now = atomic_load(&countdown) == 0;
    if (!now || !atomic_load(&forever)) {
        atomic_fetch_sub(&countdown, 1);
    }
    atomic_fetch_add(&failures, now);
    return now;
}

static void *failing_malloc(int bytes) {
    return fails() ? NULL : usual.xMalloc(bytes);
}

static void *failing_realloc(void *block, int bytes) {
    return fails() ? NULL : usual.xRealloc(block, bytes);
}

static int use_failing_allocator(void **state) {
    (void)state;
    int rc = sqlite3_config(SQLITE_CONFIG_GETMALLOC, &usual);
    sqlite3_mem_methods methods = usual;
    methods.xMalloc = failing_malloc;
    methods.xRealloc = failing_realloc;
    rc = rc ? rc : sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
    rc = rc ? rc : sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0); /* small blocks are allocations, too */
    return rc ? rc : sqlite3_initialize();
}

/* ---- Queries --------------------------------------------------------------------------------------------- */

typedef struct answer {
    int rc;
    char *text; /* all columns of all rows, or the error; malloc() */
} answer;

static answer ask(sqlite3 *db, const char *sql) {
    answer result = {SQLITE_OK, calloc(1, 1 << 16)};
    sqlite3_stmt *statement = NULL;
    result.rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    while (result.rc == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
            const char *text = (const char *)sqlite3_column_text(statement, i);
            strncat(result.text, text != NULL ? text : "-", (1 << 16) - strlen(result.text) - 2);
            strcat(result.text, "|");
            if (text == NULL && sqlite3_errcode(db) == SQLITE_NOMEM) {
                result.rc = SQLITE_NOMEM; /* of the conversion to text */
            }
        }
    }
    int rc = sqlite3_finalize(statement);
    result.rc = result.rc == SQLITE_OK ? rc : result.rc;
    if (result.rc != SQLITE_OK) {
        strncpy(result.text, sqlite3_errmsg(db), 1000);
    }
    return result;
}

/* So that the next query has no model in the cache. */
static void forget_models(sqlite3 *db) {
    assert_int_equal(sqlite3_exec(db, "SELECT mix_density(m, 0, 0) FROM others", NULL, NULL, NULL), SQLITE_OK);
}

static sqlite3 *open_tables(const char *encoding) {
    sqlite3 *db = sql_open();
    plain model = plain_model(2, 2, 1);
    sql_run(db,
            "PRAGMA encoding = '%s'; CREATE TABLE model(m, wide); CREATE TABLE others(m); CREATE TABLE p(x, y)",
            encoding);
    sql_run(
        db,
        "INSERT INTO model VALUES (json_set(%Q, '$.covariance', 'VVV', '$.columns', json('[\"x\",\"y\"]'), '$.trace', json('[1.5,2.5]'), "
        "'$.warnings', json('[\"w\"]')), NULL)",
        plain_json(&model));
    /* Twenty independent columns. */
    sql_run(
        db,
        "UPDATE model SET wide = (WITH RECURSIVE s(j) AS (VALUES (1) UNION ALL SELECT j + 1 FROM s WHERE j < 20), "
        "r AS (SELECT json_group_array(a.j = b.j) AS row FROM s a, s b GROUP BY a.j) SELECT json_object('family', "
        "'gaussian', 'weights', json('[1]'), 'means', json_array((SELECT json_group_array(0) FROM s)), "
        "'covariances', json_array((SELECT json_group_array(json(row)) FROM r))))");
    for (unsigned seed = 2; seed < 8; seed++) {
        model = plain_model(2, 2, seed);
        sql_run(db, "INSERT INTO others VALUES (%Q)", plain_json(&model));
    }
    sql_run(
        db,
        "INSERT INTO p SELECT x1, iif(i %% 9, x2, NULL) FROM others, mix_sample(m, 40) WHERE others.rowid = 1");
    sql_run(
        db,
        "CREATE TABLE chosen AS SELECT gmm_select(x, y, 2, '{\"k\":[1,2],\"covariances\":[\"VVV\"]}') AS m FROM p");
    return db;
}

static long injected; /* failures in all */
static int wrong;     /* outcomes */

/* The query with each of its allocations failing. */
static void try_query(sqlite3 *db, const char *sql) {
    forget_models(db);
    call_sites_begin();
    answer right = ask(db, sql);
    call_sites_end();
    assert_int_not_equal(right.rc, SQLITE_NOMEM);
    for (int mode = 0; mode < 2; mode++) {
        atomic_store(&forever, mode == 1);
        bool failed = true;
        for (long n = call_sites_next(-1); failed; n = call_sites_next(n)) {
            forget_models(db);
            atomic_store(&failures, 0);
            atomic_store(&countdown, n);
            answer got = ask(db, sql);
            atomic_store(&countdown, -1);
            failed = atomic_load(&failures) > 0;
            injected += failed;
            if (failed ? got.rc != SQLITE_NOMEM && (got.rc != right.rc || strcmp(got.text, right.text) != 0)
                       : got.rc != right.rc || strcmp(got.text, right.text) != 0) {
                print_error("%.200s\nallocation %ld %s: %d %.300s\nwithout: %d %.300s\n", sql, n,
                            mode ? "and on" : "alone", got.rc, got.text, right.rc, right.text);
                wrong++;
            }
            free(got.text);
        }
    }
    free(right.text);
}

static void try_queries(const char *encoding, const char *const *queries, size_t count) {
    sqlite3 *db = open_tables(encoding);
    wrong = 0;
    for (size_t i = 0; i < count; i++) {
        try_query(db, queries[i]);
    }
    sql_close(db); /* checks that all memory is back */
    print_message("%ld allocations failed so far\n", injected);
    assert_int_equal(wrong, 0);
}

#define TRY(encoding, queries) try_queries(encoding, queries, sizeof queries / sizeof *queries)

static const char *const scalars[] = {
    "SELECT mix_predict(m, 1, 2), mix_probability(m, 2, 1, 2), mix_uncertainty(m, 1, 2) FROM model",
    "SELECT mix_density(m, 1, 2), mix_log_density(m, NULL, 2), mix_distance(m, 1, 1, NULL) FROM model",
    "SELECT mix_probabilities(m, 1, 2), mix_impute(m, 1, NULL), hex(mix_row(1, NULL)), mix_number(' 1.5'), mix_summary(m) FROM model",
    "SELECT mix_rename(m, '[\"a\",\"b\"]'), mix_name(mix_rename(m, '[\"a\",\"b\"]'), 2) FROM model",
    "SELECT mix_match(mix_rename(m, '[\"a\",\"b\"]'), m) FROM model",
    /* Alone, and of little models, as each try draws its rows. */
    "SELECT mix_divergence('{\"family\":\"poisson\",\"weights\":[1],\"rates\":[1]}', "
    "'{\"family\":\"poisson\",\"weights\":[1],\"rates\":[2]}')",
    "SELECT mix_rand_index(x, y) FROM p",
    "SELECT mix_tail(m, 1, 2) + mix_tail(m, NULL, 2) FROM model",
    ("SELECT mix_marginal(m, '[2]'), mix_condition(m, 1, NULL), mix_cdf(mix_marginal(m, '[2]'), 1), "
     "mix_quantile(mix_condition(m, NULL, 2), 0.9) FROM model"),
    "SELECT mix_predict(m, mix_row(1, 2)), mix_predict(m, zeroblob(16)) FROM model",
    "SELECT mix_log_density(wide, zeroblob(160)) FROM model", /* its bytes are made when they are asked for */
    ("SELECT mix_predict('{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0]],\"covariances\":[[[1]]]}', 2), "
     "mixture_version()"),
    "SELECT mixture_debug()",
    "SELECT mix_loglik(m, x, y) FROM model, p",
    "SELECT mix_loglik(m, mix_row(x, y)) FROM others, p GROUP BY m",
    "SELECT mix_predict(m, 'abc', 1) FROM model",
    "SELECT mix_predict(m || ',', 1, 1) FROM model",
    "SELECT mix_predict('{\"family\":\"gaussian\",\"weights\":[1,\"\\u00e4\"],\"means\":[[0],[1]]}', 1)",
    "SELECT mix_predict(5, 1)",
    "SELECT length(mix_plot(m, x, y, '{\"levels\":1,\"title\":\"t\"}')) FROM model, p",
    "SELECT length(mix_plot(m, mix_row(x, y), '{\"columns\":[1]}')) FROM model, p",
    "SELECT length(mix_plot_model(m, '{\"what\":\"components\"}')) FROM model",
};

#define BOOTSTRAPPED                                                                                                   \
    "'{\"family\":\"poisson\",\"weights\":[1],\"rates\":[[5]],\"bootstrap\":{\"type\":\"weighted\",\"replicates\":39," \
    "\"errors\":[0,0.1],\"probabilities\":[0.025,0.975],\"quantiles\":[[1,1],[4,6]],\"warnings\":[\"some\"]}}'"

static const char *const tables[] = {
    "SELECT * FROM model, mix_components(m)",
    "SELECT * FROM model, mix_parameters(m)",
    "SELECT * FROM model, mix_explain(m, 1, 2)",
    "SELECT * FROM model, mix_profile(m)",
    "SELECT * FROM model, mix_combine(m)",
    "SELECT * FROM mix_intervals(" BOOTSTRAPPED ")",
    "SELECT * FROM model, mix_trace(m)",
    ("SELECT group_concat(DISTINCT (SELECT function || phase FROM mix_progress() WHERE x IS NOT y)), mix_loglik(m, x, y) "
     "FROM model, p"),
    "SELECT * FROM p, model, mix_responsibilities(m, x, y) LIMIT 7",
    "SELECT r.* FROM model, mix_responsibilities(m, mix_row(1, NULL)) r",
    "SELECT * FROM model, mix_sample(m, 3, 1)",
    "SELECT * FROM model, mix_grid(m, 2, 2, 1)",
    "SELECT * FROM model, mix_ellipses(m, 0.5, 3)",
    "SELECT count(*), sum(x), max(path) FROM model, mix_contours(m, '[0.5]', 9)",
    "SELECT * FROM mix_components",
    "SELECT * FROM model, mix_responsibilities(m, 1)",
    ("SELECT probability FROM mix_responsibilities('{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0,0,0,0,0,0,0,0,0,0,0,"
     "0,0,0,0,0,0]],\"covariances\":[]}', 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17)"),
    ("SELECT log_density FROM model, mix_responsibilities(m, 1, 2) WHERE component > 0 AND component > -1 AND component > -2 AND "
     "component > -3 AND component > -4 AND component > -5 AND component > -6 AND component > -7 AND component > -8 AND "
     "component > -9 AND component > -10 AND component > -11 AND component > -12 AND component > -13 AND component > -14"),
};

static const char *const fits[] = {
    "SELECT gmm_fit(x, y, 2) FROM p",
    "SELECT gmm_fit(x, y, 2, '{\"noise\":true,\"n_init\":1,\"max_iter\":3}') FROM p",
    "SELECT gmm_fit(mix_row(x, y), 1, '{\"columns\":[\"a\",\"b\"],\"covariance\":\"diag\",\"n_init\":1}') FROM p",
    ("SELECT gmm_fit(x, y, 2, '{\"init\":{\"weights\":[0.5,0.5],\"means\":[[1,2],[3,4]],\"covariances\":[[[1,0],[0,1]],"
     "[[1,0],[0,1]]]},\"max_iter\":3,\"threads\":1}') FROM p"),
    "SELECT gmm_fit(x, y, 2, json_object('init', json(m), 'max_iter', 1, 'threads', 2)) FROM p, model",
    "SELECT gmm_fit(x, 2, '{\"init\":{\"means\":[[1],[2]]},\"max_iter\":2}') FROM p",
    "SELECT gmm_fit(zeroblob(160), 1) ->> '$.means' FROM p",
    "SELECT gmm_fit(x, y, 41) FROM p",
    "SELECT gmm_fit(x, y, 2, '{\"columns\":[\"a\",5]}') FROM p",
    "SELECT gmm_fit(x, 'abc', 2) FROM p",
};

#define CHOICES "'{\"k\":[1,2],\"covariances\":[\"EII\",\"VVV\"],\"n_init\":1,\"max_iter\":2}'"
#define COINS                                                                                                     \
    "'{\"family\":\"multinomial\",\"weights\":[0.5,0.5],\"probabilities\":[[0.25,0.75],[0.5,0.5]],\"trials\":4}'"
#define PARTS                                                                                                     \
    "'{\"family\":\"mixed\",\"columns\":[\"n\",\"x\"],\"weights\":[0.5,0.5],"                                     \
    "\"parts\":[{\"family\":\"gaussian\",\"columns\":[\"x\"],\"means\":[1,2],"                                    \
    "\"covariances\":[1,2]},{\"family\":\"poisson\",\"columns\":[\"n\"],\"rates\":[1,5]}]}'"
#define RATES "'{\"family\":\"poisson\",\"weights\":[0.5,0.5],\"rates\":[[1,2],[5,0]]}'"

static const char *const selections[] = {
    "SELECT gmm_select(x, y, 2, " CHOICES ") FROM p",
    "SELECT gmm_select(x, 2, '{\"criterion\":\"icl\",\"k\":[41],\"columns\":[\"a\"]}') FROM p",
    "SELECT gmm_select(x, 2, '{\"k\":[1,\"2\"]}') FROM p",
    "SELECT gmm_select(x, 1, '{\"covariances\":[\"EII\"],\"n_init\":1,\"max_iter\":1}') FROM p",
    "SELECT mmm_select(rowid, rowid % 7, 2, '{\"k\":[1,2],\"n_init\":1,\"max_iter\":2}') FROM p",
    "SELECT * FROM chosen, mix_selection(m)",
    "SELECT * FROM mix_selection(" COINS ")",
};

static const char *const verbs[] = {
    "SELECT mix_step(m, x, y) FROM model, p",
    "SELECT hex(mix_statistics(m, mix_row(x, y))) FROM others, p GROUP BY m",
    "SELECT mix_maximize(mix_merge(s)) FROM (SELECT mix_statistics(m, x, y) AS s FROM model, p GROUP BY p.rowid % 3)",
    "SELECT hex(mix_statistics(m, x, y, rowid, iif(x > 3, 'b', 'a'), '{\"weight\":3,\"label\":4}')) FROM p, (SELECT "
    "mix_rename(m, '[\"a\",\"b\"]') AS m FROM model)",
    "SELECT mix_maximize(x'4d4958')",
    "SELECT gmm_fit(mix_merge(s), 1) FROM (SELECT mix_sample_rows(2, x, y) AS s FROM p GROUP BY p.rowid % 2)",
    "SELECT mix_fit(s, 1) FROM (SELECT mix_sample_rows(3, x, 'a' || (rowid % 2)) AS s FROM p)",
    "SELECT hex(mix_sample_rows(2, '[1,\"a\"]', 7)) FROM p",
    "SELECT mix_extrapolate(m, mix_step(m, x, y), mix_step(m, 2 * x, y)) FROM model, p",
    "SELECT mix_maximize(zeroblob(40))", /* its bytes are made when they are asked for */
    "SELECT mix_merge(s) FROM (SELECT mix_statistics(m, 1, 2) AS s FROM others GROUP BY m)",
    "SELECT mix_step(" COINS ", rowid, 3) FROM p",
};

static const char *const counts[] = {
    "SELECT mmm_fit(rowid, rowid % 7, 2, '{\"n_init\":2,\"max_iter\":3}') FROM p",
    "SELECT mmm_fit(rowid, 2, 2, '{\"init\":{\"probabilities\":[[0.1,0.9],[0.5,0.5]]},\"weight\":1,\"max_iter\":1}') FROM p",
    "SELECT mmm_fit(x, 2) FROM p",
    "SELECT pmm_fit(rowid, rowid % 7, 2, '{\"n_init\":2,\"max_iter\":3}') FROM p",
    "SELECT pmm_fit(rowid, 2, '{\"init\":{\"rates\":[[1],[5]]},\"max_iter\":1}') FROM p",
    "SELECT gmm_fit(x, y, 1, '{\"max_iter\":2}') OVER (ORDER BY x ROWS 3 PRECEDING), mix_loglik(m, x, y) OVER "
    "(ORDER BY x ROWS 2 PRECEDING), gmm_fit(rowid || '', 1) OVER (ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND "
    "UNBOUNDED FOLLOWING) FROM model, p WHERE p.rowid < 7",
    "SELECT mix_fit(char(97 + rowid % 2), x, 2, '{\"max_iter\":3,\"n_init\":1,\"few_rows\":\"null\"}') OVER (ORDER BY x ROWS "
    "5 PRECEDING) FROM p WHERE rowid < 11",
    "SELECT mix_update(json_set(m, '$.n', 9), x, y, rowid, '{\"weight\":3,\"memory\":99}'), "
    "mix_update(json_set(m, '$.n', 9), x, NULL) FROM model, p",
    "SELECT mix_refit(m, x, y, rowid, '{\"weight\":3,\"max_iter\":3}') FROM model, p",
    "SELECT gmm_fit(json_array(rowid, rowid % 7), 1, CAST('{\"max_iter\":1}' AS BLOB)), mmm_fit(mix_row(rowid, 2), 1, "
    "x'BC876D61785F697465721331') FROM (SELECT rowid FROM p LIMIT 3)",
    "SELECT mix_predict(x'CC586766616D696C7987676175737369616E7777656967687473AB45302E323545302E3735576D65616E73AB4B133013304B13341330B7636F76617269616E636573CB16AB4B133113304B13301331AB4B133213314B13311332', '[1,null]'), "
    "mix_plot_model(m, x'CC104777686174A7636F6D706F6E656E7473') FROM model",
    "SELECT mix_refit(gmm_fit, x, y, '{\"max_iter\":1}') FROM (SELECT gmm_fit(x, y, char(97 + rowid % 2), 3, '{\"label\":3,"
    "\"max_iter\":1}') AS gmm_fit FROM p), p",
    "SELECT mix_refit(" RATES ", rowid, 3) FROM p",
    "SELECT mix_test(x, y, 1, '{\"replicates\":2,\"n_init\":1,\"max_iter\":2,\"threads\":1}') FROM p",
    "SELECT mix_test(x, rowid % 3, 1, '{\"weight\":2,\"replicates\":3,\"n_init\":1,\"max_iter\":2,\"threads\":2}') FROM p",
    "SELECT mix_bootstrap(m, x, y, '{\"replicates\":2,\"max_iter\":1,\"threads\":1}') FROM model, p",
    "SELECT mix_bootstrap(m, x, iif(rowid % 5, y, NULL), '{\"replicates\":3,\"max_iter\":1,\"threads\":2}') FROM model, p",
    "SELECT mix_bootstrap(" RATES
    ", rowid, 3, x, '{\"weight\":3,\"replicates\":2,\"max_iter\":1,\"type\":\"parametric\"}') FROM p",
    "SELECT mix_bootstrap(f, word, x, '{\"replicates\":2,\"max_iter\":1,\"type\":\"parametric\"}') FROM (SELECT mix_fit(iif("
    "rowid < 9, 'w', 'v'), x, 2, '{\"max_iter\":1,\"n_init\":1}') AS f FROM p), (SELECT iif(rowid < 9, 'w', 'v') AS word, x FROM p)",
    "SELECT gmm_fit(x, y, 2, json_object('init', m, 'max_iter', 1)) FROM model, p",
    "SELECT mix_refit(gmm_fit, round(x), y, '{\"max_iter\":1}') FROM (SELECT gmm_fit(round(x), y, 2, "
    "'{\"resolution\":[2,null],\"max_iter\":1}') AS gmm_fit FROM p), p",
    "SELECT gmm_fit(1, 2, '{\"few_rows\":\"fewer\"}'), gmm_fit(1, 2, '{\"few_rows\":\"null\"}') FROM p",
    "SELECT gmm_select(1, 2, '{\"few_rows\":\"fewer\",\"k\":[2]}') FROM p",
    "SELECT pmm_select(rowid, 2, '{\"n_init\":1,\"max_iter\":3}') FROM p",
    "SELECT mix_refit(f, rowid, x, y, '{\"max_iter\":1}') FROM (SELECT mix_fit(rowid, x, y, 2, "
    "'{\"columns\":[\"n\",\"x\",\"y\"],\"families\":{\"n\":\"poisson\"},\"max_iter\":1,\"n_init\":1}') AS f FROM p), p",
    "SELECT mix_select(rowid, x, 1, '{\"families\":{\"x1\":\"poisson\"},\"max_iter\":1}') FROM p",
    "SELECT mix_refit(f, word, x, '{\"max_iter\":1}'), mix_impute(f, NULL, 1), mix_impute(f, 'new', x), mix_summary(f) FROM "
    "(SELECT mix_fit(iif(rowid < 4, 'w', 'v'), x, 2, '{\"max_iter\":1,\"n_init\":1}') AS f FROM p), "
    "(SELECT iif(rowid = 2, x'00', rowid % 3 || 'w') AS word, x FROM p LIMIT 4)",
    "SELECT s.*, q.* FROM (SELECT mix_fit(rowid % 2, CAST(rowid % 3 AS TEXT) || 'w', 1) AS f FROM p), mix_sample(f, 2) s, mix_parameters(f) q",
    "SELECT mix_fit(mix_row('a' || rowid % 3, x), 1), mix_fit(json_array('a' || rowid % 3, x), 1) FROM (SELECT rowid, x FROM p LIMIT 4)",
    "SELECT mix_fit(x, y, 1, '{\"n_init\":1,\"max_iter\":1}') FROM p",
    "SELECT mix_fit('w' || rowid % 2, x, 1, '{\"init\":{\"weights\":[1],\"parts\":[{\"family\":\"categorical\",\"levels\":[\"w0\"],\"probabilities\":[[1]]}]},\"max_iter\":0}') FROM p",
    "SELECT mix_fit(mix_row(x, '012'), 1) FROM (SELECT x FROM p LIMIT 3)",
    "SELECT length(mix_plot_model(f)), length(mix_plot_model(f, '{\"columns\":[1]}')), mix_distance(" PARTS
    ", 1, 2, 3) FROM "
    "(SELECT mix_fit('w' || rowid % 2, x, 1, '{\"max_iter\":0,\"n_init\":1}') AS f FROM p)",
    "SELECT mix_predict(" PARTS ", 1, 2), mix_impute(" PARTS ", NULL, 2), mix_loglik(" PARTS
    ", rowid, x), mix_summary(" PARTS "), mix_step(" PARTS ", rowid, x), mix_impute(" PARTS
    ", '[1,null]') FROM (SELECT rowid, x FROM p LIMIT 3)",
    "SELECT r.*, c.*, s.*, q.* FROM mix_responsibilities(" PARTS ", 1, 2) r, mix_components(" PARTS
    ") c, mix_sample(" PARTS ", 2) s, mix_parameters(" PARTS ") q",
    "SELECT mix_predict(" RATES ", 1, NULL), mix_loglik(" RATES ", rowid, 3), mix_step(" RATES
    ", rowid, 3) FROM p",
    "SELECT s.* FROM mix_sample(" RATES ", 3, 1) s",
    "SELECT mix_predict(" COINS ", 1, NULL), mix_loglik(" COINS ", rowid, 3) FROM p",
    "SELECT s.* FROM mix_sample(" COINS ", 3, 1) s",
    "SELECT * FROM mix_components(" COINS ")",
};

/* In UTF-16 SQLite converts each text that is read. */
static const char *const converted[] = {
    "SELECT mix_predict(m, x, y) FROM p, model LIMIT 3",
    "SELECT mix_loglik(m, x, y) FROM model, p",
    "SELECT gmm_fit(x, y, 1, '{\"n_init\":1}') FROM p",
    "SELECT gmm_fit(x, y, 1, '{\"n_init\":1,\"columns\":[\"a\"]}') FROM p",
    "SELECT gmm_fit(x, y, 'two') FROM p",
    "SELECT r.component FROM p, model, mix_responsibilities(m, x, y) r LIMIT 5",
    "SELECT * FROM chosen, mix_selection(m)",
    "SELECT mix_step(m, x, y) FROM model, p",
    "SELECT mix_predict(m, 'abc', 1) FROM model",
    "SELECT count(*) FROM model, mix_contours(m, '[1.5]', 9)", /* refused when both texts have been read */
    "SELECT length(mix_plot(m, x, y, '{\"columns\":[1],\"points\":2}')) FROM model, p",
};

static void scalar_functions_survive_every_failure(void **state) {
    (void)state;
    TRY("UTF-8", scalars);
}

static void tables_survive_every_failure(void **state) {
    (void)state;
    TRY("UTF-8", tables);
}

static void fits_survive_every_failure(void **state) {
    (void)state;
    TRY("UTF-8", fits);
    assert_true(injected > 1000);
}

static void selections_survive_every_failure(void **state) {
    (void)state;
    TRY("UTF-8", selections);
}

static void the_verbs_survive_every_failure(void **state) {
    (void)state;
    TRY("UTF-8", verbs);
}

static void counts_survive_every_failure(void **state) {
    (void)state;
    TRY("UTF-8", counts);
}

static void conversions_from_utf_16_survive_every_failure(void **state) {
    (void)state;
    TRY("UTF-16", converted);
}

/* ---- Nothing is left out ----------------------------------------------------------------------------------- */

static bool is_tried(const char *name) {
    const struct {
        const char *const *queries;
        size_t count;
    } lists[] = {{scalars, sizeof scalars / sizeof *scalars}, {tables, sizeof tables / sizeof *tables},
                 {fits, sizeof fits / sizeof *fits},          {selections, sizeof selections / sizeof *selections},
                 {verbs, sizeof verbs / sizeof *verbs},       {counts, sizeof counts / sizeof *counts}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        for (size_t j = 0; j < lists[i].count; j++) {
            const char *found = strstr(lists[i].queries[j], name);
            if (found != NULL && strchr("( ", found[strlen(name)]) != NULL) {
                return true;
            }
        }
    }
    return false;
}

/* What the connection has with the extension, and not without. */
static void every_function_and_table_is_tried(void **state) {
    (void)state;
    sqlite3 *db = NULL, *loaded = sql_open();
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    const char *const lists[] = {"SELECT DISTINCT name FROM pragma_function_list",
                                 "SELECT name FROM pragma_module_list"};
    for (int i = 0; i < 2; i++) {
        int ours = 0;
        char *usual_names = sql_text(db, "SELECT ',' || group_concat(name) || ',' FROM (%s)", lists[i]);
        sqlite3_stmt *statement;
        assert_int_equal(sqlite3_prepare_v2(loaded, lists[i], -1, &statement, NULL), SQLITE_OK);
        while (sqlite3_step(statement) == SQLITE_ROW) {
            const char *name = (const char *)sqlite3_column_text(statement, 0);
            if (strstr(usual_names, sql_format(",%s,", name)) == NULL) {
                ours++;
                if (!is_tried(name)) {
                    fail_msg("%s has no query here", name);
                }
            }
        }
        sqlite3_finalize(statement);
        assert_true(ours >= 8);
    }
    sqlite3_close(db);
    sql_close(loaded);
}

static void loading_survives_every_failure(void **state) {
    (void)state;
    for (int mode = 0; mode < 2; mode++) {
        atomic_store(&forever, mode == 1);
        bool failed = true;
        for (long n = 0; failed; n++) {
            sqlite3 *db = NULL;
            char *message = NULL;
            assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
            assert_int_equal(sqlite3_enable_load_extension(db, 1), SQLITE_OK);
            atomic_store(&failures, 0);
            atomic_store(&countdown, n);
            int rc = sqlite3_load_extension(db, MIXTURE_MODULE, NULL, &message);
            atomic_store(&countdown, -1);
            failed = atomic_load(&failures) > 0;
            assert_true(rc == SQLITE_OK || (failed && (rc == SQLITE_NOMEM || rc == SQLITE_ERROR)));
            if (rc == SQLITE_OK) {
                assert_string_equal(sql_text(db, "SELECT mixture_version()"), MIXTURE_VERSION);
            }
            sqlite3_free(message);
            assert_int_equal(sqlite3_close(db), SQLITE_OK);
            assert_int_equal(sqlite3_memory_used(), 0);
        }
    }
}

/* Until a table is used for the first time the connection does not have it. */
static void the_first_use_of_a_table_survives_every_failure(void **state) {
    (void)state;
    for (int mode = 0; mode < 2; mode++) {
        atomic_store(&forever, mode == 1);
        bool failed = true;
        for (long n = 0; failed; n++) {
            sqlite3 *db = sql_open();
            atomic_store(&failures, 0);
            atomic_store(&countdown, n);
            answer got = ask(db, "SELECT count(*) FROM mix_trace(NULL)");
            atomic_store(&countdown, -1);
            failed = atomic_load(&failures) > 0;
            assert_true(got.rc == SQLITE_OK ? strcmp(got.text, "0|") == 0 : failed);
            free(got.text);
            sql_close(db);
        }
    }
}

static void a_fit_beyond_the_heap_limit_is_out_of_memory(void **state) {
    (void)state;
    sqlite3 *db = sql_open();
    const char *sql = "WITH RECURSIVE s(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM s WHERE i < 200000) "
                      "SELECT gmm_fit(i, i % 1000, 2, '{\"max_iter\":1,\"n_init\":1}') ->> 'n' FROM s";
    sqlite3_int64 used = sqlite3_memory_used(); /* the rows take 3.2 MB */
    for (int megabytes = 1; megabytes <= 2; megabytes++) {
        assert_true(sqlite3_hard_heap_limit64(used + megabytes * 1000000) >= 0);
        char *text;
        assert_int_equal(sql_outcome(db, sql, &text), SQLITE_NOMEM);
        assert_string_equal(text, "out of memory");
        assert_true(sqlite3_memory_used() < used + 100000);
    }
    assert_true(sqlite3_hard_heap_limit64(used + 12000000) >= 0);
    assert_int_equal(sql_outcome(db, sql, NULL), SQLITE_OK);
    assert_true(sqlite3_hard_heap_limit64(0) >= 0);
    sql_close(db);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loading_survives_every_failure),
        cmocka_unit_test(the_first_use_of_a_table_survives_every_failure),
        cmocka_unit_test(scalar_functions_survive_every_failure),
        cmocka_unit_test(tables_survive_every_failure),
        cmocka_unit_test(fits_survive_every_failure),
        cmocka_unit_test(selections_survive_every_failure),
        cmocka_unit_test(the_verbs_survive_every_failure),
        cmocka_unit_test(counts_survive_every_failure),
        cmocka_unit_test(every_function_and_table_is_tried),
        cmocka_unit_test(conversions_from_utf_16_survive_every_failure),
        cmocka_unit_test(a_fit_beyond_the_heap_limit_is_out_of_memory),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
