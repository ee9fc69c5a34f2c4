/* compatibility.c: models that earlier versions made. They are read and score as they did; and what made them
** makes them again, after as many iterations, to 12 digits: sums may be taken in another order by now.
**
** VERSION/models.tsv holds a model a line: the rows that it is of, the statement that made it, the
** log-likelihood of those rows that its maker found, the model. A model that is made otherwise by now, and is
** at least as likely, has a fifth field, "changed: " and why. `compatibility --write FILE` prints the lines of
** a FILE of this folder as the version at hand makes them; of a line it needs the first two.
**
** VERSION/moved.tsv lists the statements that make another model by now, because it starts from elsewhere or is
** judged otherwise: the statement, the log-likelihood that it must reach at least, why it is another one.
**
** The last bits are those of the instructions that the machine has. So the plain kernel is used, and the C
** library's exp and log without fused multiply-adds: it is told in the environment, before the program starts. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

#include "kernel.h"
#include "memory.h"
#include "model_json.h"
#include "sql.h"
#include "sqlite-mixture.h"

enum { FIELDS = 5, MOST_LINES = 400 };

typedef struct kept_model {
    char *rows, *statement, *loglik, *text, *change;
} kept_model;

/* The lines of one file, cut in place. */
typedef struct kept_models {
    char *file;
    size_t count;
    kept_model models[MOST_LINES];
} kept_models;

/* ---- The tables of the statements ------------------------------------------------------------------------ */

/* Fractions of powers of two: no bit of theirs depends on how SQLite reads and divides. */
static const char tables[] =
    "ALTER TABLE faithful RENAME c1 TO eruptions; ALTER TABLE faithful RENAME c2 TO waiting;"
    "ALTER TABLE iris RENAME c1 TO sepal_length; ALTER TABLE iris RENAME c2 TO sepal_width;"
    "ALTER TABLE iris RENAME c3 TO petal_length; ALTER TABLE iris RENAME c4 TO petal_width;"
    "ALTER TABLE points RENAME c1 TO x; ALTER TABLE points RENAME c2 TO y;"
    "ALTER TABLE coins RENAME c1 TO heads; ALTER TABLE coins RENAME c2 TO tails;"
    "CREATE TABLE toss(heads, tails);"
    "INSERT INTO toss VALUES (5, 5), (9, 1), (8, 2), (4, 6), (7, 3);"
    "CREATE TABLE complete(coin, heads, tails);"
    "INSERT INTO complete VALUES (1, 7, 3), (1, 9, 1), (2, 2, 8), (1, 6, 4), (2, 0, 10);"
    "CREATE TABLE i AS WITH RECURSIVE i(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM i WHERE i < 5999) "
    "  SELECT i FROM i;"
    "CREATE TABLE words AS SELECT i * 7 % 5 + i % 3 * 4 AS a, i * 11 % 7 + i % 2 * 3 AS b, i * 13 % 4 AS c,"
    "  i * 5 % 6 * (i % 3 = 1) AS d, 1 + i % 4 AS times, CASE WHEN i % 8 = 0 THEN 1 + (i % 3 = 2) END AS kind"
    "  FROM i WHERE i < 120;"
    "CREATE TABLE marked AS SELECT eruptions, waiting, 1 + rowid % 3 AS times, (1 + rowid % 4) / 4.0 AS share,"
    "  CASE WHEN rowid % 10 = 1 THEN 1 + (eruptions < 3) END AS some, 1 + (eruptions < 3) AS kind FROM faithful;"
    "CREATE TABLE many AS SELECT i * 7919 % 1009 / 64.0 + i % 3 * 20 AS x,"
    "  i * 104729 % 2003 / 128.0 - i % 3 * 7 + i * 7919 % 1009 / 128.0 AS y, i * 31 % 517 / 32.0 AS z FROM i;";

/* A connection with the extension that is linked in. */
static sqlite3 *open_linked(void) {
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_mixture_init(db, NULL, NULL), SQLITE_OK);
    sql_csv(db, "faithful", "faithful.csv", 2);
    sql_csv(db, "iris", "iris.csv", 4);
    sql_csv(db, "points", "points.csv", 2);
    sql_csv(db, "coins", "../../sql/data/coins.csv", 2);
    sql_run(db, "%s", tables);
    return db;
}

static int setup(void **state) {
    mix_kernel_force(mix_kernel_all()[0]);
    *state = open_linked();
    return 0;
}

/* ---- The machine ------------------------------------------------------------------------------------------ */

/* Whether exp and log are those of the machine where the models were made. */
static bool same_library(void) {
#if defined(__x86_64__) && defined(__GLIBC__)
    return strcmp(gnu_get_libc_version(), "2.36") == 0;
#else
    return false;
#endif
}

static void start_again_with_plain_exp_and_log(char **argv) {
    if (same_library() && getenv("GLIBC_TUNABLES") == NULL) {
        setenv("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX,-AVX2,-AVX512F,-FMA,-FMA4", 1);
        execv("/proc/self/exe", argv);
        fail_msg("cannot start again");
    }
}

/* ---- Files -------------------------------------------------------------------------------------------- */

/* Fields that a line lacks stay empty. */
static void cut(char *line, kept_model *model) {
    static char nothing[1];
    char **const fields[FIELDS] = {&model->rows, &model->statement, &model->loglik, &model->text, &model->change};
    for (size_t i = 0; i < FIELDS; i++) {
        *fields[i] = line != NULL ? line : nothing;
        line = line != NULL ? strchr(line, '\t') : NULL;
        if (line != NULL) {
            *line++ = '\0';
        }
    }
}

static void read_models(const char *name, kept_models *kept) {
    kept->file = check_file(name);
    kept->count = 0;
    for (char *line = kept->file, *end; *line != '\0'; line = end + 1) {
        end = strchr(line, '\n');
        assert_non_null(end);
        *end = '\0';
        assert_in_range(kept->count, 0, MOST_LINES - 1);
        cut(line, &kept->models[kept->count++]);
    }
}

static const char *const versions[] = {"0.1"};
enum { VERSIONS = sizeof versions / sizeof *versions };

/* Calls check(db, model) with every model kept; it returns how many things are wrong. */
static void for_each_model(sqlite3 *db, int (*check)(sqlite3 *db, const kept_model *model)) {
    static kept_models kept;
    for (size_t version = 0; version < VERSIONS; version++) {
        int wrong = 0;
        read_models(sql_format("../compatibility/%s/models.tsv", versions[version]), &kept);
        assert_in_range(kept.count, 1, MOST_LINES);
        for (size_t i = 0; i < kept.count; i++) {
            wrong += check(db, &kept.models[i]);
        }
        free(kept.file);
        if (wrong > 0) {
            fail_msg("%d of %zu models of version %s are not as they were", wrong, kept.count, versions[version]);
        }
    }
}

/* ---- The same model ------------------------------------------------------------------------------------- */

/* What a version says that an earlier one did not know of: "step", in which columns were recorded; and the
** criteria of a single step. */
static char *without_news(char *text) {
    char *key = strstr(text, "\"step\":["), *end = key != NULL ? strstr(key, "],") : NULL;
    if (end != NULL) {
        memmove(key, end + 2, strlen(end + 2) + 1);
    }
    key = strstr(text, ",\"parameters\":");
    if (key != NULL && strstr(key, ",\"stepped\":true}") != NULL) {
        strcpy(key, "}");
    }
    return text;
}

/* Show where two texts part, with a few characters before it. */
static int parted(const kept_model *model, const char *was, const char *found) {
    size_t at = (size_t)(was - model->text), before = at < 40 ? at : 40;
    print_error("%s\n  from byte %zu on: %.100s\n  it was:%*s%.100s\n", model->statement, at - before,
                found - before, (int)(12 + (at >= 10) + (at >= 100) + (at >= 1000)), "", was - before);
    return 1;
}

static int differ(const kept_model *model, const char *found) {
    const char *was = model->text;
    while (*was == *found && *was != '\0') {
        was++;
        found++;
    }
    return *was == *found ? 0 : parted(model, was, found);
}

/* Whether the number at *text is written as a whole one; *text is moved behind it, and *value is what it says. */
static bool take_number(const char **text, double *value) {
    char *end;
    *value = strtod(*text, &end);
    bool whole = strcspn(*text, ".e") >= (size_t)(end - *text);
    *text = end;
    return whole;
}

static bool may_be_number(char c) {
    return c == '-' || (c >= '0' && c <= '9');
}

/* The same, where numbers may differ in the last digits, but for counts. */
static int differ_in_12_digits(const kept_model *model, const char *found) {
    const char *was = model->text;
    while (*was != '\0' || *found != '\0') {
        const char *was_here = was, *found_here = found;
        if (!may_be_number(*was) || !may_be_number(*found)) {
            if (*was++ != *found++) {
                return parted(model, was_here, found_here);
            }
            continue;
        }
        double before, now;
        bool whole = take_number(&was, &before);
        whole = take_number(&found, &now) && whole;
        if (was == was_here ? *was++ != *found++ : !(fabs(now - before) <= (whole ? 0 : 1e-12 * fabs(before)))) {
            return parted(model, was_here, found_here);
        }
    }
    return 0;
}

/* A model that is made otherwise by now: another one, and no worse. */
static int changed(const kept_model *model, const char *found, double was, double loglik) {
    bool other = !same_library() || strcmp(found, model->text) != 0;
    if (strncmp(model->change, "changed: ", 9) == 0 && other && loglik >= was - 1e-9 * fabs(was)) {
        return 0;
    }
    print_error("%s\n  %s\n  log-likelihood %.17g, was %.17g\n", model->statement, model->change, loglik, was);
    return 1;
}

/* The log-likelihood that a statement of the list of moved ones must reach; NAN: it is not in the list. */
static double moved_to(const char *statement) {
    double least = (double)NAN;
    for (size_t version = 0; version < VERSIONS; version++) {
        char *file = check_file(sql_format("../compatibility/%s/moved.tsv", versions[version]));
        char *next = file;
        for (char *line = strsep(&next, "\n"); line != NULL; line = strsep(&next, "\n")) {
            const char *of = strsep(&line, "\t");
            if (strcmp(of, statement) == 0) {
                assert_non_null(line);
                least = strtod(line, &line);
                assert_true(line[0] == '\t' && line[1] != '\0'); /* the reason */
            }
        }
        free(file);
    }
    return least;
}

static int made_again(sqlite3 *db, const kept_model *model) {
    char *found = without_news(sql_text(db, "%s", model->statement));
    double least = moved_to(model->statement);
    if (!isnan(least)) {
        assert_true(sql_double(db, "SELECT %Q ->> 'loglik'", found) >= least);
        assert_string_equal(sql_text(db, "SELECT %Q -> 'warnings'", found),
                            sql_text(db, "SELECT %Q -> 'warnings'", model->text));
        return 0;
    }
    double was = sql_double(db, "SELECT %Q ->> 'loglik'", model->text);
    double loglik = sql_double(db, "SELECT %Q ->> 'loglik'", found);
    if (*model->change != '\0') {
        return changed(model, found, was, loglik);
    }
    if (same_library()) {
        return differ_in_12_digits(model, found);
    }
    assert_close(loglik, was, 1e-6, 0);
    return 0;
}

static void the_same_statement_makes_the_same_model_to_12_digits_or_it_is_said_why_not(void **state) {
    for_each_model(*state, made_again);
}

static int written_back(sqlite3 *db, const kept_model *model) {
    (void)db;
    mixture_model *read = NULL;
    mixture_error error = {MIXTURE_OK, ""};
    mix_json_writer writer = {0};
    if (mix_model_json_read(model->text, strlen(model->text), &read, &error) != MIXTURE_OK) {
        fail_msg("%s: %s", model->statement, error.text);
    }
    mix_model_json_write(read, &writer);
    mixture_model_free(read);
    char *text = mix_json_finish(&writer, NULL);
    assert_non_null(text);
    size_t length = strlen(model->text);
    if (strstr(model->text, "\"trace\":") == NULL && strlen(text) > length) {
        strcpy(text + length - 1,
               "}"); /* a step's, which ends with loglik: what it does not say is written as 0 */
    }
    int wrong = differ(model, text);
    mix_memory_free(text);
    return wrong;
}

static void a_model_that_is_read_is_written_as_it_was(void **state) {
    for_each_model(*state, written_back);
}

/* ---- The same answers ----------------------------------------------------------------------------------- */

/* The columns of "x, y FROM points", and what comes after them. */
static char *columns_of(const kept_model *model) {
    const char *from = strstr(model->rows, " FROM ");
    assert_non_null(from);
    return sql_format("%.*s", (int)(from - model->rows), model->rows);
}

static const char *source_of(const kept_model *model) {
    return strstr(model->rows, " FROM ");
}

static int scored(sqlite3 *db, const kept_model *model) {
    const char *columns = columns_of(model), *source = source_of(model);
    double was = strtod(model->loglik, NULL);
    assert_close(sql_double(db, "SELECT sum(ln(mix_density(%Q, %s)))%s", model->text, columns, source), was, 1e-12,
                 1e-12);
    assert_close(sql_double(db, "SELECT mix_loglik(%Q, %s)%s", model->text, columns, source), was, 1e-12, 1e-12);
    return 0;
}

static void its_densities_of_the_rows_multiply_to_the_likelihood_that_its_maker_found(void **state) {
    for_each_model(*state, scored);
}

/* Numbers of the text by SQLite's own JSON functions, which round in the last digits. */
static int listed(sqlite3 *db, const kept_model *model) {
    const char *places =
        "WITH m(m) AS MATERIALIZED (SELECT %Q), p AS (SELECT m, value, CASE parameter "
        "WHEN 'weight' THEN printf('$.weights[%%d]', component - 1) "
        "WHEN 'covariance' THEN printf('$.covariances[%%d][%%d][%%d]', component - 1, i - 1, j - 1) "
        "WHEN 'mean' THEN printf('$.means[%%d][%%d]', component - 1, i - 1) "
        "ELSE printf('$.probabilities[%%d][%%d]', component - 1, i - 1) END AS place "
        "FROM m, mix_parameters(m)) ";
    const char *all =
        "SELECT count(*) FROM json_tree(%Q) WHERE type IN ('real', 'integer') AND (path = '$.weights' OR "
        "path LIKE '$.means[%%' OR path LIKE '$.covariances[%%' OR path LIKE '$.probabilities[%%')";
    char *sql = sqlite3_mprintf(places, model->text);
    sqlite3_int64 same = sql_integer(db,
                                     "%s SELECT count(*) FROM p WHERE abs(value - (m ->> place)) <= "
                                     "1e-14 * abs(value)",
                                     sql);
    sqlite3_free(sql);
    assert_int_equal(same, sql_integer(db, all, model->text));
    return 0;
}

static void its_parameters_are_the_numbers_of_its_text(void **state) {
    for_each_model(*state, listed);
}

/* ---- Keeping models ------------------------------------------------------------------------------------- */

static int write_models(const char *path) {
    static kept_models kept;
    void *state;
    setup(&state);
    sqlite3 *db = state;
    read_models(sql_format("../compatibility/%s", path), &kept);
    for (size_t i = 0; i < kept.count; i++) {
        const kept_model *model = &kept.models[i];
        const char *text = sql_text(db, "%s", model->statement);
        double loglik = sql_double(db, "SELECT mix_loglik(%Q, %s)%s", text, columns_of(model), source_of(model));
        printf("%s\t%s\t%.17g\t%s\n", model->rows, model->statement, loglik, text);
    }
    free(kept.file);
    sql_close(db);
    return 0;
}

int main(int argc, char **argv) {
    start_again_with_plain_exp_and_log(argv);
    if (argc == 3 && strcmp(argv[1], "--write") == 0) {
        return write_models(argv[2]);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_statement_makes_the_same_model_to_12_digits_or_it_is_said_why_not),
        cmocka_unit_test(a_model_that_is_read_is_written_as_it_was),
        cmocka_unit_test(its_densities_of_the_rows_multiply_to_the_likelihood_that_its_maker_found),
        cmocka_unit_test(its_parameters_are_the_numbers_of_its_text),
    };
    return cmocka_run_group_tests(tests, setup, sql_teardown);
}
