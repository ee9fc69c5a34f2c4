/* test_function_em.c: mix_statistics, mix_merge, mix_maximize and mix_step: EM in SQL's own hands. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sql.h"

enum { PROBLEMS = 14, MOST = 100 };

static const char *const structures[] = {"full", "tied", "diag", "spherical", "EEI", "EII"};

/* Tables g (Gaussian, x and y) and c (counts a, b, c) of 700 rows: more than two blocks. */
static void make_tables(sqlite3 *db) {
    sql_run(db, "CREATE TABLE g AS WITH RECURSIVE i(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM i WHERE i < 700) "
                "SELECT ((i * 7919) %% 1009) / 200.0 + (i %% 2) * 6 AS x, "
                "((i * 104729) %% 997) / 150.0 + (i %% 3) * (1 + i %% 2) AS y FROM i");
    sql_run(db, "CREATE TABLE c AS SELECT CAST(x AS INT) AS a, CAST(y AS INT) AS b, rowid * 31 %% 7 AS c FROM g");
}

/* Each structure with free and with equal weights, then counts. */
static char *start_model(size_t problem) {
    size_t s = problem / 2;
    const char *equal = problem % 2 ? "true" : "false", *weights = problem % 2 ? "0.5,0.5" : "0.3,0.7";
    if (s == 6) {
        return sql_format("{\"family\":\"multinomial\",\"equal_weights\":%s,\"weights\":[%s],"
                          "\"probabilities\":[[0.5,0.3,0.2],[0.2,0.3,0.5]]}",
                          equal, weights);
    }
    return sql_format("{\"family\":\"gaussian\",\"covariance\":\"%s\",\"equal_weights\":%s,\"weights\":[%s],"
                      "\"means\":[[1,2],[7,3]],\"covariances\":[[[2,0],[0,2]],[[2,0],[0,2]]]}",
                      structures[s], equal, weights);
}

static const char *columns(size_t problem) {
    return problem / 2 == 6 ? "a, b, c" : "x, y";
}

static const char *table(size_t problem) {
    return problem / 2 == 6 ? "c" : "g";
}

/* Largest difference of two models' parameters, relative where they are above 1. */
static void compare(sqlite3 *db, const char *one, const char *two, double tolerance) {
    double a[MOST], b[MOST];
    size_t count = sql_numbers(db, a, MOST, "SELECT value FROM mix_parameters(%Q)", one);
    assert_int_equal(sql_numbers(db, b, MOST, "SELECT value FROM mix_parameters(%Q)", two), count);
    assert_in_range(count, 8, MOST);
    for (size_t i = 0; i < count; i++) {
        assert_close(a[i], b[i], tolerance, tolerance);
    }
    const char *const keys[] = {"n", "loglik", "skipped"};
    for (size_t i = 0; i < 3; i++) {
        double value = sql_double(db, "SELECT %Q ->> %Q", one, keys[i]);
        assert_close(value, sql_double(db, "SELECT %Q ->> %Q", two, keys[i]), 1e-12, 0);
    }
}

static char *step(sqlite3 *db, const char *model, size_t problem) {
    return sql_text(db, "SELECT mix_step(%Q, %s) FROM %s", model, columns(problem), table(problem));
}

/* ---- The three verbs ------------------------------------------------------------------------------------- */

static void a_step_is_maximize_of_statistics(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    for (size_t p = 0; p < PROBLEMS; p++) {
        char *model = start_model(p);
        assert_string_equal(step(db, model, p), sql_text(db, "SELECT mix_maximize(mix_statistics(%Q, %s)) FROM %s",
                                                         model, columns(p), table(p)));
    }
}

static void any_partition_merges_to_the_model_of_one_pass(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    const int parts[] = {1, 2, 3, 7, 1000};
    for (size_t p = 0; p < PROBLEMS; p++) {
        char *model = start_model(p), *one = step(db, model, p);
        for (size_t i = 0; i < 5; i++) {
            char *merged = sql_text(db,
                                    "SELECT mix_maximize(mix_merge(s)) FROM (SELECT NULL AS s UNION ALL "
                                    "SELECT mix_statistics(%Q, %s) FROM %s GROUP BY rowid %% %d UNION ALL "
                                    "SELECT (SELECT mix_statistics(%Q, %s) FROM %s WHERE 0))",
                                    model, columns(p), table(p), parts[i], model, columns(p), table(p));
            compare(db, merged, one, 1e-12);
        }
    }
}

static void merging_merged_statistics_is_merging_them_all(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    for (size_t p = 0; p < PROBLEMS; p++) {
        char *model = start_model(p);
        sql_run(db,
                "DROP TABLE IF EXISTS part; CREATE TABLE part AS "
                "SELECT rowid %% 7 AS i, mix_statistics(%Q, %s) AS s FROM %s GROUP BY i",
                model, columns(p), table(p));
        char *flat = sql_text(db, "SELECT mix_maximize(mix_merge(s)) FROM part");
        compare(db,
                sql_text(db, "SELECT mix_maximize(mix_merge(m)) FROM (SELECT mix_merge(s) AS m FROM part GROUP BY "
                             "i < 3)"),
                flat, 1e-12);
        compare(db,
                sql_text(db, "SELECT mix_maximize(mix_merge(m)) FROM (SELECT mix_merge(s) AS m FROM part GROUP BY "
                             "i %% 3 ORDER BY i DESC)"),
                flat, 1e-12);
    }
}

static void steps_follow_the_trace_of_the_fit(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    for (size_t p = 0; p < PROBLEMS; p++) {
        char *model = start_model(p);
        const char *covariance = p / 2 < 6 ? sql_format("\"covariance\":\"%s\",", structures[p / 2]) : "";
        char *fit = sql_text(db,
                             "SELECT %s(%s, 2, json_object('init', json(%Q), 'tol', 0, 'max_iter', 12, "
                             "'accelerate', json('false')) || '') FROM %s",
                             p / 2 < 6 ? "gmm_fit" : "mmm_fit", columns(p), model, table(p));
        fit = sql_text(db,
                       "SELECT %s(%s, 2, '{%s\"equal_weights\":%s,\"tol\":0,\"max_iter\":12,"
                       "\"accelerate\":false,\"init\":' || %Q || '}') FROM %s",
                       p / 2 < 6 ? "gmm_fit" : "mmm_fit", columns(p), covariance, p % 2 ? "true" : "false", model,
                       table(p));
        double trace[13];
        assert_int_equal(sql_numbers(db, trace, 13, "SELECT loglik FROM mix_trace(%Q)", fit), 13);
        for (size_t i = 0; i < 12; i++) {
            model = step(db, model, p);
            assert_close(sql_double(db, "SELECT %Q ->> 'loglik'", model), trace[i], 1e-9, 0);
        }
        double a[MOST], b[MOST];
        size_t count = sql_numbers(db, a, MOST, "SELECT value FROM mix_parameters(%Q)", model);
        assert_int_equal(sql_numbers(db, b, MOST, "SELECT value FROM mix_parameters(%Q)", fit), count);
        for (size_t i = 0; i < count; i++) {
            assert_close(a[i], b[i], 1e-9, 1e-9);
        }
    }
}

static void the_log_likelihood_of_a_step_is_that_of_the_model_before(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    for (size_t p = 0; p < PROBLEMS; p++) {
        char *model = start_model(p);
        for (int i = 0; i < 3; i++) {
            double before = sql_double(db, "SELECT mix_loglik(%Q, %s) FROM %s", model, columns(p), table(p));
            model = step(db, model, p);
            assert_close(sql_double(db, "SELECT %Q ->> 'loglik'", model), before, 1e-12, 0);
            assert_int_equal(sql_integer(db, "SELECT json_extract(%Q, '$.equal_weights') IS 1", model), p % 2);
        }
    }
}

/* ---- Nothing and NULL -------------------------------------------------------------------------------------- */

static void rows_with_a_null_are_skipped_and_counted_through_merges(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    for (size_t p = 0; p < PROBLEMS; p += 12) {
        char *model = sql_text(db, "SELECT json_set(%Q, '$.nulls', 'skip')", start_model(p));
        char *one = step(db, model, p);
        const char *first = p == 0 ? "x" : "a";
        sql_run(db, "UPDATE %s SET %s = %s", table(p), first, first);
        sql_run(db, p == 0 ? "INSERT INTO g VALUES (1, NULL), (NULL, NULL), (NULL, 2)"
                           : "INSERT INTO c VALUES (1, NULL, 2), (NULL, NULL, NULL), (NULL, 2, 3)");
        assert_int_equal(sql_integer(db, "SELECT %Q ->> 'skipped'", step(db, model, p)), 3);
        char *merged = sql_text(db,
                                "SELECT mix_maximize(mix_merge(s)) FROM (SELECT mix_statistics(%Q, %s) AS s "
                                "FROM %s GROUP BY rowid %% 2)",
                                model, columns(p), table(p));
        assert_int_equal(sql_integer(db, "SELECT %Q ->> 'skipped'", merged), 3);
        sql_run(db, "DELETE FROM %s WHERE rowid > 700", table(p));
        compare(db, sql_text(db, "SELECT json_set(%Q, '$.skipped', 0)", merged), one, 1e-12);
    }
}

static void no_rows_and_null_give_null(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    char *model = start_model(0);
    sql_is_null(db, "SELECT mix_statistics(%Q, x, y) FROM g WHERE 0", model);
    sql_is_null(db, "SELECT mix_step(%Q, x, y) FROM g WHERE 0", model);
    sql_is_null(db, "SELECT mix_step(%Q, NULL, NULL) FROM g", model); /* all skipped */
    sql_is_null(db, "SELECT mix_statistics(NULL, x, y) FROM g");
    sql_is_null(db, "SELECT mix_step(NULL, x, y) FROM g");
    sql_is_null(db, "SELECT mix_merge(NULL) FROM g");
    sql_is_null(db, "SELECT mix_merge(x) FROM g WHERE 0");
    sql_is_null(db, "SELECT mix_maximize(NULL)");
    sql_is_null(db, "SELECT mix_maximize(mix_merge(NULL)) FROM g");
}

/* ---- The BLOB: other machines must read it ------------------------------------------------------------------ */

typedef struct bytes {
    unsigned char *at;
    size_t length;
} bytes;

static uint64_t word(const unsigned char *at) {
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--) {
        value = value << 8 | at[i];
    }
    return value;
}

/* FNV-1a from its definition: offset basis 14695981039346656037, prime 2^40 + 2^8 + 0xb3. */
static uint64_t fnv1a(const unsigned char *at, size_t length) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < length; i++) {
        hash ^= at[i];
        hash *= UINT64_C(1099511628211);
    }
    return hash;
}

static void seal(bytes *blob) {
    uint64_t hash = fnv1a(blob->at, blob->length - 8);
    for (size_t i = 0; i < 8; i++) {
        blob->at[blob->length - 8 + i] = (unsigned char)(hash >> (8 * i));
    }
}

/* The BLOB that a query gives; free() `at`. */
static bytes fetch(sqlite3 *db, const char *sql) {
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_int_equal(sqlite3_column_type(statement, 0), SQLITE_BLOB);
    bytes blob = {.length = (size_t)sqlite3_column_bytes(statement, 0)};
    blob.at = malloc(blob.length);
    assert_non_null(blob.at);
    memcpy(blob.at, sqlite3_column_blob(statement, 0), blob.length);
    sqlite3_finalize(statement);
    return blob;
}

static void the_bytes_are_those_of_the_documented_layout(void **state) {
    sqlite3 *db = *state;
    const char *model =
        "{\"family\":\"multinomial\",\"weights\":[0.25,0.75],\"probabilities\":[[0.5,0.5],[0.5,0.5]]}";
    sql_run(db, "CREATE TABLE t(a, b); INSERT INTO t VALUES (1, 2), (3, 5), (NULL, NULL)");
    bytes blob = fetch(db, sql_build("SELECT mix_statistics(%Q, a, b) FROM t", model));
    assert_memory_equal(blob.at, "MIXSTAT\1", 8);
    size_t m = (size_t)word(blob.at + 8), s = (size_t)word(blob.at + 16);
    assert_int_equal(word(blob.at + 24), 1); /* skipped */
    assert_int_equal(blob.length, 32 + m + 8 * s + 8);
    assert_int_equal(s, 3 + 2 * 3);
    assert_int_equal(word(blob.at + blob.length - 8), fnv1a(blob.at, blob.length - 8));
    char *json = sql_format("%.*s", (int)m, (const char *)blob.at + 32);
    double parameters[6], expected[6] = {0.25, 0.5, 0.5, 0.75, 0.5, 0.5};
    assert_int_equal(sql_numbers(db, parameters, 6, "SELECT value FROM mix_parameters(%Q)", json), 6);
    assert_memory_equal(parameters, expected, sizeof expected);
    /* Responsibilities are the weights: sums of rows, a and b are those shares of 2, 4 and 7. 11 tosses in all:
    ** probabilities C(3,1) 2^-3 and C(8,3) 2^-8. */
    const double entropy = -2 * (0.25 * log(0.25) + 0.75 * log(0.75));
    const double sums[] = {2, log(3 / 8.0) + log(56 / 256.0), entropy, 0.5, 1, 1.75, 1.5, 3, 5.25};
    for (size_t i = 0; i < 9; i++) {
        uint64_t bits = word(blob.at + 32 + m + 8 * i);
        double number;
        memcpy(&number, &bits, sizeof number);
        assert_close(number, sums[i], 1e-14, 0);
    }
    free(blob.at);
}

/* ---- Altered BLOBs ------------------------------------------------------------------------------------------ */

enum { READERS = 2 };
static const char *const readers[READERS] = {"SELECT mix_maximize(?1)", "SELECT mix_merge(?1)"};

/* Run a reader on bytes: whether it refused, with a text; a model it gives is one for the other functions. */
static bool refused(sqlite3 *db, sqlite3_stmt *statement, const bytes *blob) {
    sqlite3_bind_blob64(statement, 1, blob->at, blob->length, SQLITE_TRANSIENT);
    int rc = sqlite3_step(statement);
    if (rc == SQLITE_ERROR) {
        assert_non_null(strstr(sqlite3_errmsg(db), "statistics"));
    } else {
        assert_int_equal(rc, SQLITE_ROW);
        if (sqlite3_column_type(statement, 0) == SQLITE_TEXT) { /* a model that can be used */
            assert_in_range(sql_count(db, "SELECT 1 FROM mix_components(%Q)", sqlite3_column_text(statement, 0)),
                            1, 2);
        }
    }
    sqlite3_reset(statement);
    return rc == SQLITE_ERROR;
}

static void prepare_readers(sqlite3 *db, sqlite3_stmt *statement[READERS]) {
    for (size_t i = 0; i < READERS; i++) {
        assert_int_equal(sqlite3_prepare_v2(db, readers[i], -1, &statement[i], NULL), SQLITE_OK);
    }
}

static void every_altered_byte_and_every_cut_is_refused(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    sqlite3_stmt *statement[READERS];
    prepare_readers(db, statement);
    bytes blob = fetch(db, sql_build("SELECT mix_statistics(%Q, x, y) FROM g", start_model(0)));
    for (size_t reader = 0; reader < READERS; reader++) {
        assert_false(refused(db, statement[reader], &blob));
        for (size_t i = 0; i < blob.length; i++) {
            const unsigned char flips[] = {1, 0x80, 0xff};
            for (size_t f = 0; f < 3; f++) {
                blob.at[i] ^= flips[f];
                assert_true(refused(db, statement[reader], &blob));
                blob.at[i] ^= flips[f];
            }
            assert_true(refused(db, statement[reader], &(bytes){blob.at, i}));
        }
        bytes grown = {calloc(blob.length + 8, 1), blob.length + 8};
        assert_non_null(grown.at);
        memcpy(grown.at, blob.at, blob.length);
        assert_true(refused(db, statement[reader], &grown));
        free(grown.at);
    }
    free(blob.at);
}

static uint64_t random_word(uint64_t *random) {
    *random = *random * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX */
    return *random >> 33;
}

static void alterations_with_a_right_checksum_do_no_harm(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    sqlite3_stmt *statement[READERS];
    prepare_readers(db, statement);
    uint64_t random = 2024;
    const uint64_t hard[] = {0,
                             1,
                             8,
                             UINT64_C(1) << 61,
                             UINT64_C(1) << 63,
                             UINT64_MAX,
                             UINT64_MAX - 47,
                             UINT64_C(0x7ff0000000000000),
                             UINT64_C(0x7fefffffffffffff),
                             UINT64_C(0xbff0000000000000)};
    for (size_t p = 0; p < PROBLEMS; p += 3) {
        bytes blob =
            fetch(db, sql_build("SELECT mix_statistics(%Q, %s) FROM %s", start_model(p), columns(p), table(p)));
        for (int round = 0; round < 600; round++) {
            bytes copy = {malloc(blob.length), blob.length};
            assert_non_null(copy.at);
            memcpy(copy.at, blob.at, blob.length);
            size_t model = (size_t)word(blob.at + 8), numbers = 32 + model, at;
            for (uint64_t changes = 1 + random_word(&random) % 3; changes > 0; changes--) {
                switch (random_word(&random) % 4) {
                case 0: /* any byte */
                    copy.at[random_word(&random) % (copy.length - 8)] = (unsigned char)random_word(&random);
                    break;
                case 1: /* a length or a number */
                    at = random_word(&random) % 3 == 0
                             ? 8 + 8 * (size_t)(random_word(&random) % 3)
                             : numbers + 8 * (size_t)(random_word(&random) % ((blob.length - numbers) / 8));
                    for (size_t i = 0, v = random_word(&random) % 10; i < 8; i++) {
                        copy.at[at + i] = (unsigned char)(hard[v] >> (8 * i));
                    }
                    break;
                case 2: /* a byte of the JSON, to one that JSON knows */
                    copy.at[32 + random_word(&random) % model] =
                        (unsigned char)"0123456789[]{},:\"-e."[random_word(&random) % 20];
                    break;
                default: /* the end moves */
                    copy.length = 40 + random_word(&random) % (blob.length - 39);
                }
            }
            seal(&copy);
            for (size_t reader = 0; reader < READERS; reader++) {
                (void)refused(db, statement[reader], &copy);
            }
            free(copy.at);
        }
        free(blob.at);
    }
}

/* ---- Errors ------------------------------------------------------------------------------------------------- */

static void statistics_of_another_model_are_refused(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    for (size_t p = 1; p < PROBLEMS; p++) { /* another structure, weights held or not, another family */
        expect_error(
            db,
            sql_build("SELECT mix_merge(s) FROM (SELECT mix_statistics(%Q, x, y) AS s FROM g UNION ALL "
                      "SELECT mix_statistics(%Q, %s) FROM %s)",
                      start_model(0), start_model(p), columns(p), table(p)),
            "mix_merge: argument 1 in row 2 is statistics taken under another model than the rows before; "
            "expected the same model");
    }
}

static void what_is_no_statistics_is_said_to_be_none(void **state) {
    sqlite3 *db = *state;
    expect_error(db, "SELECT mix_maximize('abc')",
                 "mix_maximize: argument 1 is TEXT 'abc'; expected statistics, a BLOB");
    expect_error(db, "SELECT mix_merge(1)", "mix_merge: argument 1 is INTEGER 1; expected statistics, a BLOB");
    expect_error(db, "SELECT mix_maximize(1.5)",
                 "mix_maximize: argument 1 is REAL 1.5; expected statistics, a BLOB");
    expect_error(db, "SELECT mix_maximize(x'')",
                 "mix_maximize: argument 1 is BLOB of 0 bytes that are no statistics; expected what "
                 "mix_statistics() or mix_merge() gave");
    expect_error(db, "SELECT mix_maximize(mix_row(1, 2))",
                 "mix_maximize: argument 1 is BLOB of 16 bytes that are no statistics; expected what "
                 "mix_statistics() or mix_merge() gave");
    expect_error(db, "SELECT mix_maximize(CAST('MIXSTAT' AS BLOB) || x'02')",
                 "mix_maximize: argument 1 is TEXT 'MIXSTAT?'; expected statistics, a BLOB");
    expect_error(db, "SELECT mix_merge(x'4D49585354415402')",
                 "mix_merge: argument 1 is statistics of version 2; expected version 1");
    expect_error(db, "SELECT mix_merge(x'4D49585354415401')",
                 "mix_merge: argument 1 is statistics cut or grown to 8 bytes; expected them as they were made");
}

static void a_model_that_changes_between_rows_is_refused(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    const char *const functions[] = {"mix_step", "mix_statistics"};
    for (size_t i = 0; i < 2; i++) {
        expect_error(db,
                     sql_build("SELECT %s(CASE WHEN rowid < 3 THEN %Q ELSE %Q END, x, y) FROM g", functions[i],
                               start_model(0), start_model(1)),
                     sql_format("%s: argument 1 (model) changes in row 3; expected the same in all rows, or GROUP "
                                "BY it",
                                functions[i]));
    }
    expect_error(db, sql_build("SELECT mix_step(%Q, a, b, c) FROM c WHERE rowid < 3", start_model(0)),
                 "mix_step: 3 values given; expected 2, the model's columns, or one mix_row()");
    expect_error(db, sql_build("SELECT mix_step(%Q, a, b, 'n') FROM c", start_model(12)),
                 "mix_step: argument 4 (x3) is TEXT 'n' in row 1; expected a number");
    expect_error(db, sql_build("SELECT mix_step(%Q, a, b, -1) FROM c", start_model(12)),
                 "mix_step: value 3 (x3) is -1 in row 1; expected a count, an integer from 0 to 2^53");
}

static const char *const codes[] = {"EII", "VII", "EEI", "VEI", "EVI", "VVI", "EEE",
                                    "VEE", "EVE", "VVE", "EEV", "VEV", "EVV", "VVV"};
enum { CODES = sizeof codes / sizeof *codes };

/* A model of one or two components; the second one's variances are `wide` and its mean is far from all rows. */
static char *one_or_two(const char *structure, bool two, double wide) {
    char *second = sql_format(",[[%.17g,%.17g],[%.17g,%.17g]]", wide, 0.1 * wide, 0.1 * wide, 2 * wide);
    bool axis = structure[2] == 'I';
    return sql_format("{\"family\":\"gaussian\",\"covariance\":\"%s\",\"weights\":[%s],\"means\":[[0,0]%s],"
                      "\"covariances\":[[[1,0],[0,1]]%s]}",
                      structure, two ? "0.5,0.5" : "1", two ? ",[1e30,1e30]" : "",
                      !two   ? ""
                      : axis ? sql_format(",[[%.17g,0],[0,%.17g]]", wide, 2 * wide)
                             : second);
}

static void a_component_without_rows_changes_no_other(void **state) {
    sqlite3 *db = *state;
    static const double wide[] = {1e-39, 1e-20, 1, 1e20, 1e39};
    sql_run(db, "CREATE TABLE r(x, y); INSERT INTO r VALUES (0,1), (1,0.5), (-1,0.2), (0.3,-2), (0.7,0.1), (2,2)");
    for (int s = 0; s < CODES; s++) {
        for (size_t w = 0; w < sizeof wide / sizeof *wide; w++) {
            static const char sql[] = "SELECT value FROM mix_parameters((SELECT mix_step(%Q, x, y) FROM r)) "
                                      "WHERE component = 1 AND parameter <> 'weight'";
            double alone[6], beside[6];
            assert_int_equal(sql_numbers(db, alone, 6, sql, one_or_two(codes[s], false, 0)), 6);
            assert_int_equal(sql_numbers(db, beside, 6, sql, one_or_two(codes[s], true, wide[w])), 6);
            for (int i = 0; i < 6; i++) {
                assert_close(beside[i], alone[i], 1e-9, 1e-9);
            }
        }
    }
}

static void variances_that_no_fit_could_have_made_are_refused(void **state) {
    sqlite3 *db = *state;
    static const char *const calls[] = {"mix_step(%Q, column1)", "mix_statistics(%Q, column1)"};
    static const char *const names[] = {"mix_step", "mix_statistics"};
    const char *model =
        "{\"family\":\"gaussian\",\"covariance\":\"tied\",\"weights\":[0.5,0.5],\"means\":[[0],[1]],"
        "\"covariances\":[[[1e308]],[[1e-320]]]}";
    for (int i = 0; i < 2; i++) {
        expect_error(
            db, sql_build(sql_format("SELECT %s FROM (VALUES (0), (0))", calls[i]), model),
            sql_format("%s: argument 1 (model): covariances[1][0][0] is 1e-320 and covariances[0][0][0] is "
                       "1e+308; expected variances of a column within a factor of 1e40 for a step of EM",
                       names[i]));
    }
    assert_close(sql_double(db, "SELECT mix_predict(%Q, 1)", model), 2, 0, 0); /* scoring is another thing */
}

static void statistics_of_skipped_rows_alone_have_no_next_model(void **state) {
    sqlite3 *db = *state;
    make_tables(db);
    expect_error(db, sql_build("SELECT mix_maximize(mix_statistics(%Q, NULL, NULL)) FROM g", start_model(0)),
                 "mix_maximize: statistics: there are no rows in them; expected at least one");
}

static void sums_beyond_a_double_have_no_next_model(void **state) {
    const char *model = "{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0]],\"covariances\":[[[1]]]}";
    expect_error(*state, sql_build("SELECT mix_step(%Q, 1e200)", model),
                 "mix_step: statistics: they overflow a double; expected finite sums: rescale the columns");
    expect_error(*state, sql_build("SELECT mix_maximize(mix_statistics(%Q, 1e200))", model),
                 "mix_maximize: argument 1 is statistics that overflow a double; expected finite sums");
}

/* ---- Degenerate rows ----------------------------------------------------------------------------------- */

static void constant_columns_and_single_points_step_to_finite_models(void **state) {
    sqlite3 *db = *state;
    sql_run(db, "CREATE TABLE g(x, y); INSERT INTO g VALUES (1, 5), (2, 5), (3, 5), (4, 5), (100, 5), (100, 5);"
                "CREATE TABLE one(x, y); INSERT INTO one VALUES (1, 2), (1, 2)");
    for (size_t p = 0; p < 12; p++) {
        const char *const tables[] = {"g", "one"};
        for (size_t t = 0; t < 2; t++) {
            char *model = start_model(p);
            double last = -HUGE_VAL;
            for (int i = 0; i < 30; i++) {
                model = sql_text(db, "SELECT mix_step(%Q, x, y) FROM %s", model, tables[t]);
                assert_int_equal(sql_count(db,
                                           "SELECT 1 FROM mix_parameters(%Q) WHERE value IS NULL OR "
                                           "abs(value) > 1e6 OR (parameter = 'covariance' AND i = j AND "
                                           "value <= 0)",
                                           model),
                                 0);
                double loglik = sql_double(db, "SELECT %Q ->> 'loglik'", model);
                assert_true(isfinite(loglik) && loglik >= last - 1e-6 * fabs(last));
                last = loglik;
            }
        }
    }
}

/* The sums are about the model's means: of a column that does not vary they leave rounding. */
static void a_constant_column_stays_one_whatever_the_means_were(void **state) {
    const char *const values[] = {"0", "1233.6449365278233", "-1e-3"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        sql_run(*state,
                "CREATE TABLE c AS WITH RECURSIVE s(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM s WHERE i < 31) "
                "SELECT i * i %% 17 AS x, %s AS y FROM s",
                values[i]);
        for (int seed = 0; seed < 20; seed++) {
            const char *model = sql_text(
                *state,
                "SELECT mix_step(json_object('family', 'gaussian', 'weights', json('[0.25,0.75]'), 'means', "
                "json_array(json_array(%d.3, %s + 0.%d7), json_array(5, %s - 1.3)), 'covariances', "
                "json('[[[9,0.3],[0.3,1]],[[4,0.7],[0.7,1]]]')), x, y) FROM c",
                seed, values[i], seed, values[i]);
            double unit = sql_double(*state, "SELECT iif(%s = 0, 1.0, iif(%s > 0, 1024.0, 1.0 / 1024))", values[i],
                                     values[i]);
            assert_int_equal(
                sql_count(*state,
                          "SELECT 1 FROM mix_parameters(%Q) WHERE parameter = 'covariance' AND i = 2 AND j = 2 "
                          "AND abs(value / %!.17g - 1e-9) > 1e-20",
                          model, unit * unit),
                0);
        }
        sql_run(*state, "DROP TABLE c");
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        sql_test(a_step_is_maximize_of_statistics),
        sql_test(any_partition_merges_to_the_model_of_one_pass),
        sql_test(merging_merged_statistics_is_merging_them_all),
        sql_test(steps_follow_the_trace_of_the_fit),
        sql_test(the_log_likelihood_of_a_step_is_that_of_the_model_before),
        sql_test(rows_with_a_null_are_skipped_and_counted_through_merges),
        sql_test(no_rows_and_null_give_null),
        sql_test(the_bytes_are_those_of_the_documented_layout),
        sql_test(every_altered_byte_and_every_cut_is_refused),
        sql_test(alterations_with_a_right_checksum_do_no_harm),
        sql_test(statistics_of_another_model_are_refused),
        sql_test(what_is_no_statistics_is_said_to_be_none),
        sql_test(a_model_that_changes_between_rows_is_refused),
        sql_test(a_component_without_rows_changes_no_other),
        sql_test(variances_that_no_fit_could_have_made_are_refused),
        sql_test(statistics_of_skipped_rows_alone_have_no_next_model),
        sql_test(sums_beyond_a_double_have_no_next_model),
        sql_test(constant_columns_and_single_points_step_to_finite_models),
        sql_test(a_constant_column_stays_one_whatever_the_means_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
