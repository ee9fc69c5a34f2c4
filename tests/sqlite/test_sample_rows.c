/* test_sample_rows.c: mix_sample_rows, its merging by mix_merge, and fits to samples. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sql.h"

/* ---- The BLOB by its documented layout ---------------------------------------------------------------------- */

enum { MOST_ROWS = 200 };

typedef struct sample {
    uint64_t d, most, total, count;
    uint64_t key[MOST_ROWS];
    double first[MOST_ROWS]; /* value of each row, of rows of doubles */
} sample;

static uint64_t word(const unsigned char *at) {
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--) {
        value = value << 8 | at[i];
    }
    return value;
}

/* FNV-1a from its definition. */
static uint64_t fnv1a(const unsigned char *at, size_t length) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ at[i]) * UINT64_C(1099511628211);
    }
    return hash;
}

typedef struct bytes {
    unsigned char *at;
    size_t length;
} bytes;

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

static sample take_apart(sqlite3 *db, const char *sql) {
    bytes blob = fetch(db, sql);
    assert_memory_equal(blob.at, "MIXROWS\1", 8);
    sample got = {.d = word(blob.at + 8),
                  .most = word(blob.at + 16),
                  .total = word(blob.at + 24),
                  .count = word(blob.at + 32)};
    assert_in_range(got.count, 1, MOST_ROWS);
    const unsigned char *at = blob.at + 40;
    for (uint64_t i = 0; i < got.count; i++) {
        uint64_t bits = word(at + 16);
        got.key[i] = word(at);
        memcpy(&got.first[i], &bits, sizeof bits);
        at += 16 + word(at + 8);
        assert_true(i == 0 || got.key[i] >= got.key[i - 1]);
    }
    assert_int_equal(at + 8 - blob.at, blob.length);
    assert_int_equal(word(at), fnv1a(blob.at, blob.length - 8));
    free(blob.at);
    return got;
}

/* ---- Uniform ------------------------------------------------------------------------------------------------ */

static void make_rows(sqlite3 *db, int count) {
    sql_run(db,
            "CREATE TABLE p AS WITH RECURSIVE i(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM i WHERE i + 1 < %d) "
            "SELECT i, i * 7919 %% 101 / 8.0 + i %% 2 * 30 AS x, i * 104729 %% 97 / 4.0 AS y FROM i",
            count);
}

/* Chi-squared of how often each of 40 rows was drawn, 10 at a time: about 39 degrees of freedom by a variance of
** 3/4 of the multinomial's. Beyond 80 it is once in 10,000. */
static void each_row_is_drawn_as_often(void **state) {
    sqlite3 *db = *state;
    enum { ROWS = 40, DRAWN = 10, SEEDS = 200 };
    double times[ROWS] = {0}, squares = 0;
    make_rows(db, ROWS);
    for (int seed = 0; seed < SEEDS; seed++) {
        sample got =
            take_apart(db, sql_build("SELECT mix_sample_rows(%d, mix_row(i, x), %d) FROM p", DRAWN, seed));
        assert_int_equal(got.count, DRAWN);
        assert_int_equal(got.total, ROWS);
        for (size_t i = 0; i < DRAWN; i++) {
            times[(size_t)got.first[i]]++;
        }
    }
    for (size_t i = 0; i < ROWS; i++) {
        squares += pow(times[i] - (double)SEEDS * DRAWN / ROWS, 2) / ((double)SEEDS * DRAWN / ROWS);
    }
    assert_in_range(squares / 0.75, 12, 80);
}

/* Parts of 1, 9 and 90 rows: of the union each part has its share, and pairs of rows are as likely to come
** together. */
static void of_uneven_parts_each_row_is_drawn_as_often(void **state) {
    sqlite3 *db = *state;
    enum { SEEDS = 300 };
    double from[3] = {0}, together = 0;
    make_rows(db, 100);
    for (int seed = 0; seed < SEEDS; seed++) {
        sample got = take_apart(
            db, sql_build("SELECT mix_merge(s) FROM (SELECT mix_sample_rows(20, mix_row(i, x), %d) AS s FROM p "
                          "GROUP BY (i > 0) + (i > 9))",
                          seed));
        assert_int_equal(got.count, 20);
        assert_int_equal(got.total, 100);
        bool second = false, third = false;
        for (size_t i = 0; i < 20; i++) {
            size_t row = (size_t)got.first[i];
            from[(row > 0) + (row > 9)]++;
            second = second || row == 1; /* the first of its part, */
            third = third || row == 10;  /* and of another: not tied to each other */
        }
        together += second && third;
    }
    /* Hypergeometric: mean and four deviations of the sums. */
    assert_close(from[0], 0.2 * SEEDS, 0, 4 * sqrt(0.16 * SEEDS));
    assert_close(from[1], 1.8 * SEEDS, 0, 4 * sqrt(20 * 0.09 * 0.91 * 80 / 99.0 * SEEDS));
    assert_close(from[2], 18.0 * SEEDS, 0, 4 * sqrt(20 * 0.9 * 0.1 * 80 / 99.0 * SEEDS));
    double pair = 20 * 19 / (100 * 99.0);
    assert_close(together, pair * SEEDS, 0, 4 * sqrt(pair * SEEDS));
}

static void seeds_tell_samples_apart_and_one_seed_gives_one(void **state) {
    sqlite3 *db = *state;
    make_rows(db, 100);
    assert_int_equal(sql_integer(db, "SELECT (SELECT mix_sample_rows(9, mix_row(i, x), 5) FROM p) = (SELECT "
                                     "mix_sample_rows(9, mix_row(i, x), 5) FROM p)"),
                     1);
    assert_int_equal(sql_integer(db, "SELECT (SELECT mix_sample_rows(9, mix_row(i, x), 0) FROM p) = (SELECT "
                                     "mix_sample_rows(9, i, x) FROM p)"),
                     1);
    assert_int_equal(sql_integer(db, "SELECT (SELECT mix_sample_rows(9, mix_row(i, x), 5) FROM p) = (SELECT "
                                     "mix_sample_rows(9, mix_row(i, x), 6) FROM p)"),
                     0);
}

/* ---- Merging ------------------------------------------------------------------------------------------------ */

static void the_order_of_merging_changes_no_byte(void **state) {
    sqlite3 *db = *state;
    make_rows(db, 150);
    sql_run(db,
            "CREATE TABLE part AS SELECT i %% 5 AS part, mix_sample_rows(20, i, x) AS s FROM p GROUP BY i %% 5");
    const char *all = "(SELECT mix_merge(s) FROM (SELECT s FROM part ORDER BY part))";
    assert_int_equal(
        sql_integer(db, "SELECT %s = (SELECT mix_merge(s) FROM (SELECT s FROM part ORDER BY part DESC))", all), 1);
    assert_int_equal(sql_integer(db,
                                 "SELECT %s = (SELECT mix_merge(m) FROM (SELECT mix_merge(s) AS m FROM part GROUP "
                                 "BY part > 2 UNION ALL SELECT NULL))",
                                 all),
                     1);
    /* The smallest keys of all parts. */
    sample got = take_apart(db, "SELECT mix_merge(s) FROM part");
    size_t smaller = 0;
    for (int p = 0; p < 5; p++) {
        sample part = take_apart(db, sql_build("SELECT s FROM part WHERE part = %d", p));
        for (size_t i = 0; i < part.count; i++) {
            smaller += part.key[i] <= got.key[got.count - 1];
        }
    }
    assert_int_equal(got.count, 20);
    assert_int_equal(smaller, 20);
    assert_int_equal(got.total, 150);
}

static void of_samples_of_two_sizes_the_smaller_is_kept(void **state) {
    sqlite3 *db = *state;
    make_rows(db, 100);
    sample got =
        take_apart(db, "SELECT mix_merge(s) FROM (SELECT mix_sample_rows(30, i, x) AS s FROM p WHERE i < 50 "
                       "UNION ALL SELECT mix_sample_rows(7, i, x) FROM p WHERE i >= 50)");
    assert_int_equal(got.count, 7);
    assert_int_equal(got.most, 7);
    assert_int_equal(got.total, 100);
}

static void other_kinds_and_other_columns_are_refused(void **state) {
    sqlite3 *db = *state;
    make_rows(db, 5);
    static const char statistics[] =
        "SELECT mix_statistics('{\"family\":\"poisson\",\"weights\":[1],\"rates\":[[1]]}', i) AS s FROM p";
    expect_error(
        db, sql_build("SELECT mix_merge(s) FROM (%s UNION ALL SELECT mix_sample_rows(2, i) FROM p)", statistics),
        "mix_merge: argument 1 in row 2 is a sample of rows, and statistics came before; expected one kind");
    expect_error(
        db,
        sql_build("SELECT mix_merge(s) FROM (SELECT mix_sample_rows(2, i) AS s FROM p UNION ALL %s)", statistics),
        "mix_merge: argument 1 in row 2 is no sample of rows, and such samples came before; expected one kind");
    expect_error(db,
                 "SELECT mix_merge(s) FROM (SELECT mix_sample_rows(2, i) AS s FROM p UNION ALL SELECT "
                 "mix_sample_rows(2, i, x) FROM p)",
                 "mix_merge: argument 1 in row 2 is a sample of rows of 2 values; expected 1, as in those before");
}

/* ---- Fits --------------------------------------------------------------------------------------------------- */

/* A sample that holds all rows: the fit to it is that to the rows, but for their order. */
static void same_fit(sqlite3 *db, const char *function, const char *columns, const char *options) {
    char *rows = sql_text(db, "SELECT %s(%s, 2 %s) FROM p", function, columns, options);
    char *drawn = sql_text(db, "SELECT %s(s, 2 %s) FROM (SELECT mix_sample_rows(1000, %s) AS s FROM p)", function,
                           options, columns);
    const char *const keys[] = {"n", "loglik", "parameters", "bic", "skipped"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        assert_close(sql_double(db, "SELECT %Q ->> %Q", drawn, keys[i]),
                     sql_double(db, "SELECT %Q ->> %Q", rows, keys[i]), 1e-7, 0);
    }
}

static void fits_take_a_sample_in_place_of_rows(void **state) {
    sqlite3 *db = *state;
    make_rows(db, 120);
    same_fit(db, "gmm_fit", "x, y", "");
    same_fit(db, "gmm_select", "x, y", "");
    same_fit(db, "gmm_fit", "x, y, 1 + i % 3", ", '{\"weight\":3,\"columns\":[\"a\",\"b\",\"w\"]}'");
    same_fit(db, "gmm_fit", "x, y, CASE WHEN i % 10 = 0 THEN 1 + (x > 20) END", ", '{\"label\":3}'");
    same_fit(db, "mmm_fit", "i % 7, i % 3 + 1", "");
    same_fit(db, "pmm_fit", "i % 7 + i % 2 * 20", "");
}

static void nulls_and_text_are_kept(void **state) {
    sqlite3 *db = *state;
    make_rows(db, 120);
    same_fit(db, "gmm_fit", "CASE WHEN i % 4 > 0 THEN x END, CASE WHEN i % 5 > 0 THEN y END", "");
    same_fit(db, "mix_fit", "x, CASE WHEN i % 3 = 0 THEN 'a' WHEN i % 3 = 1 THEN x'00ff' END", "");
    same_fit(db, "mix_fit", "x, '0' || (i % 2), i % 4", ", '{\"families\":{\"x3\":\"poisson\"}}'");
    sample got = take_apart(db, "SELECT mix_sample_rows(50, NULL, x) FROM p");
    assert_true(isnan(got.first[0]));
    assert_string_equal(sql_text(db,
                                 "SELECT mix_fit(s, 1) -> '$.parts[1].levels' FROM (SELECT mix_sample_rows(50, "
                                 "x, 'a' || (i %% 2)) AS s FROM p)"),
                        "[\"a0\",\"a1\"]");
}

static void samples_and_refits_go_together(void **state) {
    sqlite3 *db = *state;
    make_rows(db, 120);
    char *fit = sql_text(db, "SELECT gmm_fit(x, y, 2) FROM p");
    char *again =
        sql_text(db, "SELECT mix_refit(%Q, s) FROM (SELECT mix_sample_rows(500, x, y) AS s FROM p)", fit);
    assert_close(sql_double(db, "SELECT %Q ->> 'loglik'", again), sql_double(db, "SELECT %Q ->> 'loglik'", fit),
                 1e-9, 0);
    /* Several samples are rows of both. */
    assert_int_equal(sql_integer(db,
                                 "SELECT gmm_fit(s, 2) ->> 'n' FROM (SELECT mix_sample_rows(30, x, y) AS s FROM p "
                                 "GROUP BY i %% 2)"),
                     60);
}

/* ---- Nothing, and what is none ------------------------------------------------------------------------------ */

static void no_rows_give_null(void **state) {
    sqlite3 *db = *state;
    make_rows(db, 5);
    sql_is_null(db, "SELECT mix_sample_rows(5, x, y) FROM p WHERE 0");
    sql_is_null(db, "SELECT mix_merge(mix_sample_rows) FROM (SELECT NULL AS mix_sample_rows)");
}

static void what_is_wrong_is_said(void **state) {
    sqlite3 *db = *state;
    make_rows(db, 5);
    const char *const cases[][2] = {
        {"SELECT mix_sample_rows(0, x) FROM p",
         "mix_sample_rows: argument 1 (n) is INTEGER 0; expected an integer >= 1"},
        {"SELECT mix_sample_rows('a', x) FROM p",
         "mix_sample_rows: argument 1 (n) is TEXT 'a'; expected an integer >= 1"},
        {"SELECT mix_sample_rows(i + 1, x) FROM p",
         "mix_sample_rows: argument 1 (n) changes from 1 to 2 in row 2; expected the same in all rows"},
        {"SELECT mix_sample_rows(2, mix_row(x, y), i) FROM p",
         "mix_sample_rows: argument 3 (seed) changes from 0 to 1 in row 2; expected the same in all rows"},
        {"SELECT mix_sample_rows(2, CASE WHEN i THEN mix_row(x) ELSE mix_row(x, y) END) FROM p",
         "mix_sample_rows: 1 value in row 2; expected 2, as in the rows before"},
        {"SELECT mix_sample_rows(2, x'0102') FROM p",
         "mix_sample_rows: argument 2 is BLOB of 2 bytes in row 1; expected values, or mix_row()"},
        {"SELECT mix_sample_rows(2, 9e999, 'a') FROM p",
         "mix_sample_rows: a value is infinite in row 1; expected finite numbers, TEXT, BLOBs or NULL"},
        {"SELECT gmm_fit(s, 2) FROM (SELECT mix_sample_rows(2, x, 'a') AS s FROM p)",
         "gmm_fit: argument 1 (mix_row) holds TEXT 'a' at value 2 (x2) in row 1; expected a number"},
        {"SELECT gmm_fit(x'4D4958524F575302', 2)",
         "gmm_fit: argument 1 is a sample of rows of version 2; expected version 1"},
        {"SELECT gmm_fit(x'4D4958524F575301', 2)",
         "gmm_fit: argument 1 is a sample of rows of 8 bytes, cut or altered; expected it as it was made"},
        {"SELECT mix_maximize(mix_sample_rows) FROM (SELECT mix_sample_rows(2, x) AS mix_sample_rows FROM p)",
         "mix_maximize: argument 1 is BLOB of 96 bytes that are no statistics; expected what mix_statistics() or "
         "mix_merge() gave"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_error(db, cases[i][0], cases[i][1]);
    }
}

enum { READERS = 3 };

/* Altered bytes are refused; and with a right checksum they do no harm, whatever comes of them. */
static void forged_samples_are_refused_or_harmless(void **state) {
    sqlite3 *db = *state;
    const char *const readers[READERS] = {"SELECT mix_merge(?1)", "SELECT gmm_fit(?1, 1)",
                                          "SELECT mix_fit(?1, 1)"};
    make_rows(db, 30);
    bytes blob = fetch(db, "SELECT mix_sample_rows(6, x, CASE WHEN i % 2 THEN '7' ELSE y END) FROM p");
    for (size_t reader = 0; reader < READERS; reader++) {
        sqlite3_stmt *statement;
        assert_int_equal(sqlite3_prepare_v2(db, readers[reader], -1, &statement, NULL), SQLITE_OK);
        for (size_t i = 0; i < blob.length; i += 1 + 2 * reader) {
            for (int sealed = 0; sealed < 2; sealed++) {
                unsigned char *copy = malloc(blob.length);
                assert_non_null(copy);
                memcpy(copy, blob.at, blob.length);
                copy[i] ^= i % 3 == 0 ? 0xff : 1;
                for (size_t b = 0; sealed && b < 8; b++) {
                    copy[blob.length - 8 + b] = (unsigned char)(fnv1a(copy, blob.length - 8) >> (8 * b));
                }
                sqlite3_bind_blob64(statement, 1, copy, blob.length, SQLITE_TRANSIENT);
                int rc = sqlite3_step(statement);
                /* Without its first bytes it is a BLOB like any other, which mix_fit takes for a level. */
                assert_true(rc == SQLITE_ERROR || (rc == SQLITE_ROW && (sealed || i < 7)));
                sqlite3_reset(statement);
                free(copy);
            }
        }
        sqlite3_finalize(statement);
    }
    free(blob.at);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        sql_test(each_row_is_drawn_as_often),
        sql_test(of_uneven_parts_each_row_is_drawn_as_often),
        sql_test(seeds_tell_samples_apart_and_one_seed_gives_one),
        sql_test(the_order_of_merging_changes_no_byte),
        sql_test(of_samples_of_two_sizes_the_smaller_is_kept),
        sql_test(other_kinds_and_other_columns_are_refused),
        sql_test(fits_take_a_sample_in_place_of_rows),
        sql_test(nulls_and_text_are_kept),
        sql_test(samples_and_refits_go_together),
        sql_test(no_rows_give_null),
        sql_test(what_is_wrong_is_said),
        sql_test(forged_samples_are_refused_or_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
