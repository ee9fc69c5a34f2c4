/* fit.c: one Gaussian mixture for the rows of many SQLite databases, with MPI.
**
**     mpirun -n 4 fit K QUERY MODEL SHARD...
**
** The query gives the columns, numbers or NULL; OPTIONS in the environment are those of gmm_fit, and may say
** which one is the weight of the row and which one its known component. Each rank reads every so many of the
** shards once, into memory, and takes their statistics in each pass; rank 0 has the sum and makes the next model
** of it. The start is a fit to a sample of all shards. After each pass the run is kept in MODEL.run, and the same
** command goes on there. For columns of any kind: fit_any.c. */
#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "mixture.h"
#include "sqlite-mixture.h"

#define TOLERANCE 1e-10 /* rest: the log-likelihood rises by less a row */
enum { SAMPLE = 20000, WAIT_MS = 10000 };

static int rank, ranks;
static char *columns; /* of this rank's shards, as SQL strings */

/* Say what is wrong, and end all ranks. */
static void fail(const char *what, const char *why) {
    fprintf(stderr, "fit: %s: %s\n", what, why);
    MPI_Abort(MPI_COMM_WORLD, 1);
}

static void *check_memory(void *memory) {
    if (memory == NULL) {
        fail("memory", "there is none left");
    }
    return memory;
}

/* ---- SQLite: the shards, the sample, the run that is kept --------------------------------------------------- */

static sqlite3 *open_database(const char *path, int flags) {
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_URI, NULL) != SQLITE_OK ||
        sqlite3_mixture_init(db, NULL, NULL) != SQLITE_OK) {
        fail(path, sqlite3_errmsg(db));
    }
    sqlite3_busy_timeout(db, WAIT_MS);
    return db;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *path, const char *sql) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) {
        fail(path, sqlite3_errmsg(db));
    }
    return statement;
}

static bool next_row(sqlite3_stmt *statement, const char *path) {
    int rc = sqlite3_step(statement);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        fail(path, sqlite3_errmsg(sqlite3_db_handle(statement)));
    }
    return rc == SQLITE_ROW;
}

/* The first column of the first row as text, the caller's to sqlite3_free(); NULL where there is none. */
static char *ask(sqlite3 *db, const char *sql) {
    sqlite3_stmt *statement = prepare(db, "run", sql);
    char *text = NULL;
    if (next_row(statement, "run") && sqlite3_column_type(statement, 0) != SQLITE_NULL) {
        text = check_memory(sqlite3_mprintf("%s", sqlite3_column_text(statement, 0)));
    }
    sqlite3_finalize(statement);
    return text;
}

static const char *fit_options(void) {
    return getenv("OPTIONS") != NULL ? getenv("OPTIONS") : "{}";
}

/* The column that option weight or label names, or gives by its position from 1; -1: none. */
static int column_of(sqlite3 *db, sqlite3_stmt *rows, const char *option) {
    char *sql = check_memory(sqlite3_mprintf("SELECT %Q ->> %Q", fit_options(), option));
    char *wanted = ask(db, sql);
    int found = -1, count = sqlite3_column_count(rows);
    for (int j = 0; j < count && wanted != NULL; j++) {
        found = strcmp(sqlite3_column_name(rows, j), wanted) == 0 || j + 1 == atoi(wanted) ? j : found;
    }
    if (wanted != NULL && found < 0) {
        fail(wanted, "is no column of the query");
    }
    sqlite3_free(wanted);
    sqlite3_free(sql);
    return found;
}

/* A number, NaN for NULL. */
static double number_in(sqlite3_stmt *rows, int column, const char *path) {
    int type = sqlite3_column_type(rows, column);
    double x = type == SQLITE_NULL ? (double)NAN : sqlite3_column_double(rows, column);
    if ((type != SQLITE_INTEGER && type != SQLITE_FLOAT && type != SQLITE_NULL) || isinf(x)) {
        fail(path, "a value that is no finite number; expected numbers and NULL");
    }
    return x;
}

/* The component that a row is known to be of; 0: it is not. */
static int label_in(sqlite3_stmt *rows, int column, int components, const char *path) {
    double known = column >= 0 ? number_in(rows, column, path) : (double)NAN;
    if (!isnan(known) && !(known >= 1 && known <= components && known == floor(known))) {
        fail(path, "a label that is no component; expected 1 to K, or NULL for unknown");
    }
    return isnan(known) ? 0 : (int)known;
}

/* The rows of a shard. The first makes the table. */
static void read_rows(sqlite3 *db, const char *path, const char *query, int components, mixture_data **data,
                      size_t *d) {
    sqlite3_stmt *rows = prepare(db, path, query);
    int weight = column_of(db, rows, "$.weight"), label = column_of(db, rows, "$.label");
    int all = sqlite3_column_count(rows);
    size_t columns = (size_t)(all - (weight >= 0) - (label >= 0)), count = 0;
    if (*data == NULL) {
        *d = columns;
        *data = check_memory(mixture_data_new(columns, (weight >= 0 ? MIXTURE_WEIGHTED : 0u) |
                                                           (label >= 0 ? MIXTURE_LABELLED : 0u)));
    }
    double *x = check_memory(malloc((size_t)all * sizeof *x));
    if (columns != *d) {
        fail(path, "another number of columns than in the shards before");
    }
    while (next_row(rows, path)) {
        double own = weight >= 0 ? number_in(rows, weight, path) : 1;
        count++;
        size_t j = 0;
        for (int i = 0; i < all; i++) {
            if (i != weight && i != label) {
                x[j++] = number_in(rows, i, path);
            }
        }
        if (own < 0) {
            fail(path, "a weight below 0");
        }
        int known = label_in(rows, label, components, path);
        if (own > 0 && mixture_data_append(*data, x, own, known) != MIXTURE_OK) { /* NULL: it is left out */
            fail(path, "out of memory");
        }
    }
    if (count == 0) {
        fail(path, "no rows");
    }
    free(x);
    sqlite3_finalize(rows);
}

/* The sample of a shard goes to rank 0, which keeps it in table part of its own database. */
static void send_sample(sqlite3 *db, const char *path, const char *query, int shard, sqlite3 *own) {
    sqlite3_stmt *rows = prepare(db, path, query);
    sqlite3_str *identifiers = sqlite3_str_new(db), *strings = sqlite3_str_new(db);
    for (int j = 0; j < sqlite3_column_count(rows); j++) {
        const char *name = sqlite3_column_name(rows, j), *between = j > 0 ? ", " : "";
        sqlite3_str_appendf(identifiers, "%s\"%w\"", between, name);
        sqlite3_str_appendf(strings, "%s%Q", between, name);
    }
    sqlite3_finalize(rows);
    char *names = check_memory(sqlite3_str_finish(identifiers)),
         *texts = check_memory(sqlite3_str_finish(strings));
    columns = columns == NULL ? texts : columns;
    if (columns != texts && strcmp(columns, texts) != 0) {
        fail(path, "other columns than in the shards before");
    }
    sqlite3_free(columns != texts ? texts : NULL);
    char *sql = check_memory(
        sqlite3_mprintf("SELECT mix_sample_rows(%d, mix_row(%s), 0) FROM (%s)", SAMPLE, names, query));
    sqlite3_stmt *sample = prepare(db, path, sql);
    (void)next_row(sample, path);
    const void *bytes = sqlite3_column_blob(sample, 0);
    int length = sqlite3_column_bytes(sample, 0);
    if (rank != 0) {
        MPI_Send(bytes, length, MPI_BYTE, 0, shard, MPI_COMM_WORLD);
    } else {
        sqlite3_stmt *part = prepare(own, "sample", "INSERT INTO part VALUES (?, ?)");
        sqlite3_bind_int(part, 1, shard);
        sqlite3_bind_blob(part, 2, bytes, length, SQLITE_TRANSIENT);
        (void)next_row(part, "sample");
        sqlite3_finalize(part);
    }
    sqlite3_finalize(sample);
    sqlite3_free(sql);
    sqlite3_free(names);
}

static void receive_samples(sqlite3 *own, int shards) {
    sqlite3_stmt *part = prepare(own, "sample", "INSERT INTO part VALUES (?, ?)");
    for (int shard = 0; shard < shards; shard++) {
        if (shard % ranks != 0) {
            MPI_Status status;
            int length;
            MPI_Probe(shard % ranks, shard, MPI_COMM_WORLD, &status);
            MPI_Get_count(&status, MPI_BYTE, &length);
            void *bytes = check_memory(malloc((size_t)length + 1));
            MPI_Recv(bytes, length, MPI_BYTE, shard % ranks, shard, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            sqlite3_bind_int(part, 1, shard);
            sqlite3_bind_blob(part, 2, bytes, length, free);
            (void)next_row(part, "sample");
            sqlite3_reset(part);
        }
    }
    sqlite3_finalize(part);
}

/* How far it is; models: the one whose statistics are wanted, the one before it, the one before that. phase 0 and
** 1: a step of EM; 2: the step from where a jump has led. */
typedef struct run {
    int phase, passes, done;
    double loglik, n; /* of the model before; rows, to know them again */
} run;

/* ---- Models as numbers: weights, means, covariances --------------------------------------------------------- */

static size_t k, d, size; /* size: of all three */

static void put(const double *numbers, mixture_model *model) {
    memcpy(model->weights, numbers, k * sizeof(double));
    memcpy(model->arrays[0], numbers + k, k * d * sizeof(double));
    memcpy(model->arrays[1], numbers + k + k * d, k * d * d * sizeof(double));
    mixture_error error;
    if (mixture_model_prepare(model, &error) != MIXTURE_OK) {
        fail("model", error.text);
    }
}

static void get(const mixture_model *model, double *numbers) {
    memcpy(numbers, model->weights, k * sizeof(double));
    memcpy(numbers + k, model->arrays[0], k * d * sizeof(double));
    memcpy(numbers + k + k * d, model->arrays[1], k * d * d * sizeof(double));
}

/* Numbers of the start, a model's text, by the paths of its arrays. */
static void read_start(sqlite3 *db, double *numbers, double *step) {
    sqlite3_stmt *all =
        prepare(db, "start",
                "SELECT 0 AS a, t.id, t.value FROM start, json_tree(m, '$.weights') t WHERE t.type IN "
                "('real', 'integer') UNION ALL SELECT 1, t.id, t.value FROM start, json_tree(m, "
                "'$.means') t WHERE t.type IN ('real', 'integer') UNION ALL SELECT 2, t.id, t.value FROM "
                "start, json_tree(m, '$.covariances') t WHERE t.type IN ('real', 'integer') UNION ALL "
                "SELECT 3, t.id, t.value FROM start, json_tree(m, '$.step') t WHERE t.type IN ('real', "
                "'integer') ORDER BY 1, 2");
    size_t count = 0;
    while (next_row(all, "start") && count < size + d) {
        double value = sqlite3_column_double(all, 2);
        *(count < size ? &numbers[count] : &step[count - size]) = value;
        count++;
    }
    sqlite3_finalize(all);
}

static void append_array(sqlite3_str *text, const double *numbers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char digits[40];
        snprintf(digits, sizeof digits, "%s%.17g", i > 0 ? "," : "[", numbers[i]);
        sqlite3_str_appendall(text, digits);
    }
    sqlite3_str_appendall(text, "]");
}

static void append_arrays(sqlite3_str *text, const double *numbers, size_t rows, size_t columns) {
    for (size_t i = 0; i < rows; i++) {
        sqlite3_str_appendall(text, i > 0 ? "," : "[");
        append_array(text, numbers + i * columns, columns);
    }
    sqlite3_str_appendall(text, "]");
}

/* The model's text: the start's, with other numbers and what is known of the rows. */
static void write_model(sqlite3 *db, const char *path, const double *numbers, const mixture_model *known,
                        const run *at) {
    sqlite3_str *text = sqlite3_str_new(db);
    char digits[40 * 6];
    sqlite3_str_appendall(text, "{\"weights\":");
    append_array(text, numbers, k);
    sqlite3_str_appendall(text, ",\"means\":");
    append_arrays(text, numbers + k, k, d);
    sqlite3_str_appendall(text, ",\"covariances\":[");
    for (size_t c = 0; c < k; c++) {
        sqlite3_str_appendall(text, c > 0 ? "," : "");
        append_arrays(text, numbers + k + k * d + c * d * d, d, d);
    }
    snprintf(digits, sizeof digits, "],\"n\":%.17g,\"loglik\":%.17g,\"aic\":%.17g,\"bic\":%.17g,\"icl\":%.17g",
             known->n, known->loglik, known->aic, known->bic, known->icl);
    sqlite3_str_appendall(text, digits);
    sqlite3_str_appendf(text, ",\"iterations\":%d,\"converged\":%s}", at->passes, at->done ? "true" : "false");
    char *patch = check_memory(sqlite3_str_finish(text));
    char *sql = check_memory(
        sqlite3_mprintf("SELECT json_patch(json_remove(m, '$.trace', '$.seed'), %Q) FROM start", patch));
    char *json = ask(db, sql);
    char *new = check_memory(sqlite3_mprintf("%s.new", path)); /* whoever reads meanwhile finds a whole file */
    FILE *file = fopen(new, "w");
    if (file == NULL || fputs(json, file) < 0 || fclose(file) != 0 || rename(new, path) != 0) {
        fail(path, "cannot be written");
    }
    sqlite3_free(new);
    sqlite3_free(json);
    sqlite3_free(sql);
    sqlite3_free(patch);
}

/* ---- EM ----------------------------------------------------------------------------------------------------- */

static void keep(sqlite3 *db, const run *at, const double *models) {
    sqlite3_stmt *statement = prepare(db, "run", "UPDATE at SET run = ?, models = ?");
    sqlite3_bind_blob(statement, 1, at, sizeof *at, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 2, models, (int)(3 * size * sizeof(double)), SQLITE_STATIC);
    (void)next_row(statement, "run");
    sqlite3_finalize(statement);
}

/* Where an earlier run ended; false: there was none. */
static bool find_run(sqlite3 *db, run *at, double *models) {
    sqlite3_stmt *statement = prepare(db, "run", "SELECT run, models FROM at");
    bool found = next_row(statement, "run") && sqlite3_column_bytes(statement, 0) == (int)sizeof *at &&
                 sqlite3_column_bytes(statement, 1) == (int)(3 * size * sizeof(double));
    if (found) {
        memcpy(at, sqlite3_column_blob(statement, 0), sizeof *at);
        memcpy(models, sqlite3_column_blob(statement, 1), 3 * size * sizeof(double));
    }
    sqlite3_finalize(statement);
    return found;
}

/* On rank 0, after a pass: `next` was made of the statistics under models[0]. */
static void choose_next(run *at, double *models, mixture_model *next, mixture_model *other[2]) {
    double *wanted = models, *before = models + size, loglik = next->loglik, rise = loglik - at->loglik;
    at->passes++;
    if (at->n > 0 && at->n != next->n) {
        fail("shards", "other rows than in the pass before");
    }
    at->n = next->n;
    if (at->phase == 2 && loglik < at->loglik) { /* too far: on from where the jump began */
        memcpy(wanted, before, size * sizeof(double));
        at->phase = 0;
        return;
    }
    at->done = at->phase < 2 && at->passes > 1 && rise < TOLERANCE * next->n;
    at->loglik = loglik;
    if (at->done) {
        return;
    }
    if (at->phase == 0) {
        memcpy(before, wanted, size * sizeof(double));
        get(next, wanted);
    } else if (at->phase == 1) {
        put(before, other[0]);
        put(wanted, other[1]);
        get(next, before);
        mixture_error error;
        if (mixture_extrapolate(other[0], other[1], next, &error) != MIXTURE_OK) {
            fail("extrapolation", error.text);
        }
        get(next, wanted);
    } else {
        get(next, wanted);
    }
    at->phase = (at->phase + 1) % 3;
}

/* Passes until EM has come to rest. models: of rank 0; the others get the one that is wanted. */
static void climb(sqlite3 *db, const char *path, mixture_data *data, run *at, double *models,
                  mixture_model *model[3]) {
    size_t count = mixture_statistics_size(model[0]);
    double *own = check_memory(malloc(count * sizeof(double))),
           *sum = check_memory(malloc(count * sizeof(double)));
    mixture_error error;
    MPI_Bcast(&at->done, 1, MPI_INT, 0, MPI_COMM_WORLD);
    while (!at->done) {
        MPI_Bcast(models, (int)size, MPI_DOUBLE, 0, MPI_COMM_WORLD);
        put(models, model[0]);
        memset(own, 0, count * sizeof(double));
        if (data != NULL && mixture_expect(model[0], data, own, &error) != MIXTURE_OK) {
            fail("expect", error.text);
        }
        MPI_Reduce(own, sum, (int)count, MPI_DOUBLE, MPI_SUM, 0, MPI_COMM_WORLD);
        if (rank == 0) {
            if (mixture_maximize(model[0], sum, &error) != MIXTURE_OK) {
                fail("maximize", error.text);
            }
            mixture_model *others[2] = {model[1], model[2]}, known = *model[0];
            choose_next(at, models, model[0], others);
            write_model(db, path, models + (at->phase == 2 ? size : 0), &known, at);
            keep(db, at, models); /* last: who is killed before it goes on with this pass, and writes both again */
            printf("pass %d: log-likelihood %.6f\n", at->passes, at->loglik);
            fflush(stdout);
        }
        MPI_Bcast(&at->done, 1, MPI_INT, 0, MPI_COMM_WORLD);
    }
    free(own);
    free(sum);
}

/* ---- All ---------------------------------------------------------------------------------------------------- */

#define EQUAL_WEIGHTS "SELECT ifnull(m ->> 'equal_weights', 0) FROM start"

/* On rank 0: the start, of the run that is kept or from the sample. */
static void find_start(sqlite3 *db, int shards, const char *components) {
    char *there = ask(db, "SELECT count(*) FROM start");
    bool kept = strcmp(there, "0") != 0;
    sqlite3_free(there);
    receive_samples(db, shards);
    if (!kept) {
        char *sql = check_memory(sqlite3_mprintf(
            "INSERT INTO start SELECT gmm_fit(s, %d, json_patch(json_object('columns', json_array(%s)), %Q)) "
            "FROM (SELECT mix_merge(s) AS s FROM (SELECT s FROM part ORDER BY i))",
            atoi(components), columns, fit_options()));
        sqlite3_free(ask(db, sql));
        sqlite3_free(sql);
    }
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    if (argc < 5 || atoi(argv[1]) < 1) {
        fail("arguments", "expected K QUERY MODEL SHARD...");
    }
    char *kept = check_memory(sqlite3_mprintf("%s.run", argv[3]));
    sqlite3 *db = open_database(rank == 0 ? kept : ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    sqlite3_free(ask(db, "CREATE TABLE IF NOT EXISTS start(m)"));
    sqlite3_free(ask(db, "CREATE TABLE IF NOT EXISTS at(run, models)"));
    sqlite3_free(ask(db, "CREATE TEMP TABLE part(i INTEGER PRIMARY KEY, s)"));
    mixture_data *data = NULL;
    for (int shard = rank; shard < argc - 4; shard += ranks) {
        const char *path = argv[4 + shard];
        sqlite3 *rows = open_database(path, SQLITE_OPEN_READONLY);
        read_rows(rows, path, argv[2], atoi(argv[1]), &data, &d);
        send_sample(rows, path, argv[2], shard, db);
        sqlite3_close(rows);
    }
    if (rank == 0) {
        find_start(db, argc - 4, argv[1]);
    }
    unsigned long shape[4] = {(unsigned long)atoi(argv[1]), d, 0, 0};
    if (rank == 0) {
        char *name = ask(db, "SELECT m ->> 'covariance' FROM start"), *equal = ask(db, EQUAL_WEIGHTS);
        int structure = 0;
        (void)mixture_structure_find(&mixture_gaussian, name, &structure);
        shape[2] = (unsigned long)structure;
        shape[3] = strcmp(equal, "1") == 0;
        sqlite3_free(name);
        sqlite3_free(equal);
    }
    MPI_Bcast(shape, 4, MPI_UNSIGNED_LONG, 0, MPI_COMM_WORLD);
    k = shape[0];
    d = shape[1];
    size = k + k * d + k * d * d;
    double *models = check_memory(calloc(3 * size, sizeof(double))),
           *step = check_memory(calloc(d, sizeof(double)));
    run at = {.phase = 0};
    if (rank == 0) {
        read_start(db, models, step);
        if (find_run(db, &at, models)) {
            printf("goes on after pass %d\n", at.passes);
        } else {
            sqlite3_free(ask(db, "INSERT INTO at VALUES (NULL, NULL)"));
        }
    }
    MPI_Bcast(step, (int)d, MPI_DOUBLE, 0, MPI_COMM_WORLD);
    mixture_model *model[3];
    for (int i = 0; i < 3; i++) {
        model[i] = check_memory(mixture_model_new(&mixture_gaussian, k, d));
        model[i]->structure = (int)shape[2];
        model[i]->equal_weights = shape[3] != 0;
        model[i]->step = step; /* the floors of the components; lent */
    }
    climb(db, argv[3], data, &at, models, model);
    for (int i = 0; i < 3; i++) {
        model[i]->step = NULL;
        mixture_model_free(model[i]);
    }
    free(models);
    free(step);
    mixture_data_free(data);
    sqlite3_close(db);
    sqlite3_free(kept);
    sqlite3_free(columns);
    MPI_Finalize();
    return 0;
}
