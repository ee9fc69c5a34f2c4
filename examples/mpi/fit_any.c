/* fit_any.c: one model of any family for the rows of many SQLite databases, with MPI.
**
**     mpirun -n 4 fit_any K QUERY MODEL SHARD...
**
** The query gives the columns, of any kind; OPTIONS in the environment are those of mix_fit, and may say which
** column is the weight of the row and which one its known component. Each rank reads every so many of the shards
** once, into memory, and takes their statistics in each pass; rank 0 merges them, in the order of the shards, so
** that the number of ranks changes no bit. The start is a fit to a sample of all shards. After each pass the run
** is kept in MODEL.run, and the same command goes on there. Rows and EM are SQL's here, which reads any column;
** of numbers alone fit.c, with the C library, is fifteen times faster. */
#include <mpi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "sqlite-mixture.h"

#define TOLERANCE "1e-10" /* rest: the log-likelihood rises by less a row */
enum { SAMPLE = 20000, WAIT_MS = 10000 };

static int rank, ranks, shards;
static char **paths; /* of the shards */

/* Say what is wrong, and end all ranks. */
static void fail(const char *what, const char *why) {
    fprintf(stderr, "fit_any: %s: %s\n", what, why);
    MPI_Abort(MPI_COMM_WORLD, 1);
}

static void *check_memory(void *memory) {
    if (memory == NULL) {
        fail("memory", "there is none left");
    }
    return memory;
}

/* ---- SQLite ------------------------------------------------------------------------------------------------- */

static sqlite3 *open_database(const char *path, int flags) {
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_URI, NULL) != SQLITE_OK ||
        sqlite3_mixture_init(db, NULL, NULL) != SQLITE_OK) {
        fail(path, sqlite3_errmsg(db));
    }
    sqlite3_busy_timeout(db, WAIT_MS);
    return db;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *what, const char *sql) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) {
        fail(what, sqlite3_errmsg(db));
    }
    return statement;
}

static bool next_row(sqlite3_stmt *statement, const char *what) {
    int rc = sqlite3_step(statement);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        fail(what, sqlite3_errmsg(sqlite3_db_handle(statement)));
    }
    return rc == SQLITE_ROW;
}

/* The first column of the first row of a statement with texts for its parameters, a list that ends with NULL; the
** caller's to sqlite3_free(). NULL where there is none. */
static char *ask(sqlite3 *db, const char *what, const char *sql, const char *const *texts) {
    sqlite3_stmt *statement = prepare(db, what, sql);
    char *answer = NULL;
    for (int i = 0; texts != NULL && texts[i] != NULL; i++) {
        sqlite3_bind_text(statement, i + 1, texts[i], -1, SQLITE_STATIC);
    }
    if (next_row(statement, what) && sqlite3_column_type(statement, 0) != SQLITE_NULL) {
        answer = check_memory(sqlite3_mprintf("%s", sqlite3_column_text(statement, 0)));
    }
    sqlite3_finalize(statement);
    return answer;
}

static void run_sql(sqlite3 *db, const char *what, const char *sql) {
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        fail(what, sqlite3_errmsg(db));
    }
}

/* ---- Between ranks ------------------------------------------------------------------------------------------ */

/* Rank 0's text, on every rank the caller's to free. */
static char *share(const char *text) {
    int length = rank == 0 ? (int)strlen(text) : 0;
    MPI_Bcast(&length, 1, MPI_INT, 0, MPI_COMM_WORLD);
    char *copy = check_memory(calloc((size_t)length + 1, 1));
    if (rank == 0) {
        memcpy(copy, text, (size_t)length);
    }
    MPI_Bcast(copy, length, MPI_CHAR, 0, MPI_COMM_WORLD);
    return copy;
}

static void keep_part(sqlite3 *db, int shard, const void *bytes, int length) {
    sqlite3_stmt *part = prepare(db, "part", "INSERT OR REPLACE INTO part VALUES (?, ?)");
    sqlite3_bind_int(part, 1, shard);
    sqlite3_bind_blob(part, 2, bytes, length, SQLITE_STATIC);
    (void)next_row(part, "part");
    sqlite3_finalize(part);
}

/* `call` over the rows of each shard, with texts for its parameters: all answers into table part of rank 0. */
static void gather(sqlite3 *db, const char *call, const char *first, const char *second) {
    for (int shard = rank; shard < shards; shard += ranks) {
        char *sql = check_memory(sqlite3_mprintf("SELECT %s FROM rows%d", call, shard));
        sqlite3_stmt *statement = prepare(db, paths[shard], sql);
        sqlite3_bind_text(statement, 1, first, -1, SQLITE_STATIC);
        sqlite3_bind_text(statement, 2, second, -1, SQLITE_STATIC);
        (void)next_row(statement, paths[shard]);
        const void *bytes = sqlite3_column_blob(statement, 0);
        int length = sqlite3_column_bytes(statement, 0);
        if (rank == 0) {
            keep_part(db, shard, bytes, length);
        } else {
            MPI_Send(bytes, length, MPI_BYTE, 0, shard, MPI_COMM_WORLD);
        }
        sqlite3_finalize(statement);
        sqlite3_free(sql);
    }
    for (int shard = 0; rank == 0 && shard < shards; shard++) {
        if (shard % ranks != 0) {
            MPI_Status status;
            int length;
            MPI_Probe(shard % ranks, shard, MPI_COMM_WORLD, &status);
            MPI_Get_count(&status, MPI_BYTE, &length);
            void *bytes = check_memory(malloc((size_t)length + 1));
            MPI_Recv(bytes, length, MPI_BYTE, shard % ranks, shard, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            keep_part(db, shard, bytes, length);
            free(bytes);
        }
    }
}

/* ---- Rows --------------------------------------------------------------------------------------------------- */

/* Names of a statement's columns in a list, each as `format` says. */
static char *list_columns(sqlite3 *db, sqlite3_stmt *rows, const char *format) {
    sqlite3_str *list = sqlite3_str_new(db);
    for (int j = 0; j < sqlite3_column_count(rows); j++) {
        sqlite3_str_appendall(list, j > 0 ? ", " : "");
        sqlite3_str_appendf(list, format, sqlite3_column_name(rows, j));
    }
    return check_memory(sqlite3_str_finish(list));
}

/* The rows of a shard into table rowsN in memory; its columns, the caller's to sqlite3_free(). */
static char *read_rows(sqlite3 *db, int shard, const char *query) {
    const char *path = paths[shard];
    sqlite3 *there = open_database(path, SQLITE_OPEN_READONLY);
    sqlite3_stmt *rows = prepare(there, path, query);
    int count = sqlite3_column_count(rows);
    char *names = list_columns(there, rows, "\"%w\""), *places = list_columns(there, rows, "?");
    char *table = check_memory(sqlite3_mprintf("CREATE TABLE rows%d(%s)", shard, names));
    char *insert = check_memory(sqlite3_mprintf("INSERT INTO rows%d VALUES (%s)", shard, places));
    run_sql(db, path, table);
    sqlite3_stmt *here = prepare(db, path, insert);
    bool any = false;
    while (next_row(rows, path)) {
        for (int j = 0; j < count; j++) {
            sqlite3_bind_value(here, j + 1, sqlite3_column_value(rows, j));
        }
        (void)next_row(here, path);
        sqlite3_reset(here);
        any = true;
    }
    if (!any) {
        fail(path, "no rows");
    }
    sqlite3_finalize(here);
    sqlite3_finalize(rows);
    sqlite3_close(there);
    sqlite3_free(insert);
    sqlite3_free(table);
    sqlite3_free(places);
    return names;
}

/* All shards of this rank, and their columns, which are the same in all shards of all ranks; to be freed. */
static char *read_shards(sqlite3 *db, const char *query) {
    char *names[2] = {NULL, NULL}; /* of the first shard of the rank, and of the one that is read */
    run_sql(db, "memory", "BEGIN");
    for (int shard = rank; shard < shards; shard += ranks) {
        names[names[0] != NULL] = read_rows(db, shard, query);
        if (names[1] != NULL && strcmp(names[0], names[1]) != 0) {
            fail(paths[shard], "other columns than in the shards before");
        }
        sqlite3_free(names[1]);
        names[1] = NULL;
    }
    run_sql(db, "memory", "COMMIT");
    char *all = share(names[0]);
    if (names[0] != NULL && strcmp(names[0], all) != 0) {
        fail(paths[rank], "other columns than in the first shard");
    }
    sqlite3_free(names[0]);
    return all;
}

/* ---- EM ----------------------------------------------------------------------------------------------------- */

/* On rank 0, after a pass. phase 0 and 1: a step of EM; 2: the step from where mix_extrapolate() led. If that
** finds a lower log-likelihood than before, EM goes on from m1, where the jump began. At rest a plain step raises
** it by less than TOLERANCE a row; then the model says what that step knows of the rows. */
static const char step_sql[] =
    "CREATE TEMP TABLE next AS "
    "SELECT q.*, phase = 2 AND l < loglik AS low, phase < 2 AND l - loglik < " TOLERANCE " * q.n AS rest "
    "  FROM at, (SELECT m, m ->> 'loglik' AS l, m ->> 'n' AS n FROM (SELECT mix_maximize(mix_merge(s)) AS m "
    "              FROM (SELECT s FROM part ORDER BY i))) q;"
    "UPDATE at SET passes = passes + 1, loglik = iif(low, loglik, l), done = rest IS TRUE, n = next.n, "
    "    m1 = CASE phase WHEN 0 THEN at.m WHEN 1 THEN next.m END, "
    "    m = CASE WHEN rest THEN json_set(json_remove(at.m, '$.stepped', '$.trace', '$.seed'), "
    "            '$.n', next.m -> '$.n', '$.skipped', next.m -> '$.skipped', '$.loglik', next.m -> '$.loglik', "
    "            '$.parameters', next.m -> '$.parameters', '$.aic', next.m -> '$.aic', "
    "            '$.bic', next.m -> '$.bic', '$.icl', next.m -> '$.icl', '$.iterations', passes + 1, "
    "            '$.converged', json('true')) "
    "        WHEN phase = 1 THEN mix_extrapolate(m1, at.m, next.m) WHEN low THEN m1 ELSE next.m END, "
    "    phase = iif(rest, 0, (phase + 1) % 3) "
    "  FROM next;"
    "DROP TABLE next;";

/* The start, of the run that is kept or from the sample, into table at. */
static void find_start(sqlite3 *db, const char *k, const char *options, const char *what) {
    char *kept = ask(db, "run", "SELECT what FROM at", NULL);
    if (kept == NULL) {
        const char *const texts[] = {k, options, what, NULL};
        sqlite3_free(ask(db, "start",
                         "INSERT INTO at SELECT 0, 0, 0, NULL, NULL, NULL, mix_fit(s, CAST(?1 AS INT), ?2), ?3 "
                         "FROM (SELECT mix_merge(s) AS s FROM (SELECT s FROM part ORDER BY i))",
                         texts));
        return;
    }
    if (strcmp(kept, what) != 0) {
        fail("run", "is another one; expected the same arguments and options, or no file MODEL.run");
    }
    sqlite3_free(kept);
    char *passes = ask(db, "run", "SELECT passes FROM at", NULL);
    printf("goes on after pass %s\n", passes);
    sqlite3_free(passes);
}

static void write_model(sqlite3 *db, const char *path) {
    char *json = ask(db, "run", "SELECT iif(phase = 2, m1, m) FROM at", NULL);
    char *new = check_memory(sqlite3_mprintf("%s.new", path)); /* whoever reads meanwhile finds a whole file */
    FILE *file = fopen(new, "w");
    if (file == NULL || fputs(json, file) < 0 || fclose(file) != 0 || rename(new, path) != 0) {
        fail(path, "cannot be written");
    }
    sqlite3_free(new);
    sqlite3_free(json);
}

/* What a pass has found, on rank 0. */
static void end_pass(sqlite3 *db, const char *path) {
    run_sql(db, "pass", "BEGIN");
    char *before = ask(db, "run", "SELECT n FROM at", NULL);
    run_sql(db, "pass", step_sql);
    char *after = ask(db, "run", "SELECT n FROM at", NULL);
    if (before != NULL && strcmp(before, after) != 0) {
        fail("shards", "other rows than in the pass before");
    }
    run_sql(db, "pass", "COMMIT");
    char *line = ask(db, "run", "SELECT printf('pass %d: log-likelihood %.6f', passes, loglik) FROM at", NULL);
    write_model(db, path);
    puts(line);
    fflush(stdout);
    sqlite3_free(line);
    sqlite3_free(after);
    sqlite3_free(before);
}

/* Passes until EM has come to rest. */
static void climb(sqlite3 *db, const char *path, const char *names, const char *rows) {
    char *call = check_memory(sqlite3_mprintf("mix_statistics(?1, %s, ?2)", names));
    for (;;) {
        char *wanted = rank == 0 ? ask(db, "run", "SELECT iif(done, '', m) FROM at", NULL) : NULL;
        char *model = share(wanted);
        bool done = model[0] == 0;
        sqlite3_free(wanted);
        if (!done) {
            gather(db, call, model, rows);
        }
        free(model);
        if (done) {
            break;
        }
        if (rank == 0) {
            end_pass(db, path);
        }
    }
    sqlite3_free(call);
    if (rank == 0) {
        write_model(db, path); /* again: a run that was killed after its last pass may not have */
    }
}

/* ---- All ---------------------------------------------------------------------------------------------------- */

/* The arguments and options of the run, by which it is known again. */
static char *describe_run(sqlite3 *db, char **argv, const char *options) {
    sqlite3_str *text = sqlite3_str_new(db);
    sqlite3_str_appendf(text, "%s\n%s\n%s", argv[1], argv[2], options);
    for (int i = 0; i < shards; i++) {
        sqlite3_str_appendf(text, "\n%s", paths[i]);
    }
    return check_memory(sqlite3_str_finish(text));
}

#define COLUMNS "(SELECT json_object('columns', json_group_array(name)) FROM pragma_table_info('rows0'))"
#define EXTRAS "json_object('weight', ?1 -> '$.weight', 'label', ?1 -> '$.label')"

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    if (argc < 5 || atoi(argv[1]) < 1) {
        fail("arguments", "expected K QUERY MODEL SHARD...");
    }
    shards = argc - 4;
    paths = argv + 4;
    sqlite3 *db = open_database(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    char *given = share(getenv("OPTIONS") != NULL ? getenv("OPTIONS") : "{}"); /* rank 0's environment */
    char *names = read_shards(db, argv[2]);
    char *options = NULL, *own = NULL; /* of the fit; and of them those that a pass takes */
    if (rank == 0) {
        char *kept = check_memory(sqlite3_mprintf("%s.run", argv[3]));
        const char *const path[] = {kept, NULL}, *const json[] = {given, NULL};
        options = ask(db, "options", "SELECT json_patch(" COLUMNS ", ?1)", json);
        own = ask(db, "options", "SELECT json_patch(" COLUMNS ", " EXTRAS ")", json);
        sqlite3_free(ask(db, kept, "ATTACH ? AS run", path));
        run_sql(db, kept, "CREATE TABLE IF NOT EXISTS run.at(phase, passes, done, loglik, n, m1, m, what)");
        run_sql(db, kept, "CREATE TEMP TABLE part(i INTEGER PRIMARY KEY, s)");
        sqlite3_free(kept);
    }
    char *rows = share(own),
         *call = check_memory(sqlite3_mprintf("mix_sample_rows(%d, mix_row(%s), 0)", SAMPLE, names));
    gather(db, call, NULL, NULL);
    if (rank == 0) {
        char *what = describe_run(db, argv, given);
        find_start(db, argv[1], options, what);
        sqlite3_free(what);
    }
    climb(db, argv[3], names, rows);
    sqlite3_free(own);
    sqlite3_free(options);
    sqlite3_free(call);
    free(rows);
    free(names);
    free(given);
    sqlite3_close(db);
    MPI_Finalize();
    return 0;
}
