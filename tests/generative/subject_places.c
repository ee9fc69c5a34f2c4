/* subject_places.c: where a call stands in a statement changes nothing. */
#include <string.h>

#include "subjects.h"

/* A call that is the same for any rows: its model a literal, as in a schema. */
static const char *schema_call(trial *t, const callable *called) {
    const char *list = "";
    for (const char *what = called->arguments; *what != '\0'; what++) {
        const char *argument = *what == 'm'   ? trial_text(t, "%Q", t->model)
                               : *what == 'c' ? "1"
                               : *what == 't' ? "'1.25'"
                               : *what == 'N' ? "NULL"
                               : *what == 'J' ? "'[1]'"
                               : *what == 'o' ? trial_text(t, "mix_marginal(%Q, '[1]')", t->model)
                               : *what == 'z' ? "x1"
                               : *what == 'q' ? "0.25"
                               : *what == 'x' ? t->d > 15 ? t->packed : t->columns
                                              : NULL;
        if (argument != NULL) { /* those with a comma of their own are left out */
            list = trial_text(t, "%s%s%s", list, list[0] != '\0' ? ", " : "", argument);
        }
    }
    return trial_text(t, "%s(%s)", called->name, list);
}

static const callable *draw_use(trial *t, use wanted) {
    for (;;) {
        const callable *called = &grammar[trial_below(t, grammar_size)];
        bool here = called->families == NULL || strstr(called->families, t->family->name) != NULL;
        if (called->use == wanted && here && strpbrk(called->arguments, "s") == NULL) {
            return called;
        }
    }
}

static void compare(trial *t, const answer *plain, const char *what, const char *sql) {
    answer other = trial_ask(t, sql);
    trial_same(t, plain, &other, what);
}

static void scalar_places(trial *t) {
    const callable *called = draw_use(t, SCALAR);
    const char *call = schema_call(t, called);
    if (strchr(called->arguments, 'x') == NULL) { /* the same in all rows */
        trial_run(t, "DELETE FROM t WHERE id > 3");
    }
    answer plain = trial_ask(t, trial_text(t, "SELECT %s FROM t ORDER BY id", call));
    grammar_check(t, called, &plain, false);
    if (plain.error != NULL) {
        return;
    }
    trial_run(t, "CREATE VIEW v AS SELECT id, %s AS f FROM t", call);
    compare(t, &plain, "in a view", "SELECT f FROM v ORDER BY id");
    compare(t, &plain, "beside a window",
            "SELECT f FROM (SELECT f, row_number() OVER (ORDER BY id DESC) AS r FROM v) ORDER BY r DESC");
    compare(t, &plain, "as the last of a window", "SELECT last_value(f) OVER (ORDER BY id) FROM v ORDER BY id");
    compare(t, &plain, "in a group of one", trial_text(t, "SELECT max(%s) FROM t GROUP BY id ORDER BY id", call));
    compare(t, &plain, "in a correlated subquery",
            trial_text(t, "SELECT (SELECT %s FROM t WHERE t.id = o.id) FROM t AS o ORDER BY id", call));
    compare(
        t, &plain, "in a recursive query",
        trial_text(t,
                   "WITH RECURSIVE r(i, f) AS (SELECT 1, (SELECT %s FROM t WHERE id = 1) WHERE EXISTS (SELECT 1 "
                   "FROM t) UNION ALL SELECT i + 1, (SELECT %s FROM t WHERE id = i + 1) FROM r WHERE i < (SELECT "
                   "count(*) FROM t)) SELECT f FROM r ORDER BY i",
                   call, call));
    compare(t, &plain, "with the model from a table",
            trial_text(t, "SELECT %s FROM t, (SELECT 1) AS one ORDER BY id", call));
    trial_run(t, "PRAGMA trusted_schema = OFF");
    trial_run(t, "ALTER TABLE t ADD COLUMN f AS (%s) VIRTUAL", call);
    compare(t, &plain, "in a generated column", "SELECT f FROM t ORDER BY id");
    trial_run(t, "CREATE INDEX by_f ON t(f)");
    compare(t, &plain, "in an index",
            "SELECT f FROM (SELECT f, id FROM t INDEXED BY by_f WHERE f IS f) ORDER BY id");
    cell sound = trial_value(t, "SELECT group_concat(integrity_check) FROM pragma_integrity_check");
    if (strcmp(sound.text, "ok") != 0) {
        trial_fail(t, "the index and the function differ: %s", sound.text);
    }
}

/* The second frame of three rows, after one row has left it. Fits go on from the frame before: their ways
** differ. */
static void compare_frames(trial *t, const callable *called, const char *call, size_t group) {
    answer moved =
        trial_ask(t, trial_text(t,
                                "SELECT f FROM (SELECT t.id, %s OVER (ORDER BY t.id ROWS BETWEEN CURRENT "
                                "ROW AND 2 FOLLOWING) AS f FROM t, model WHERE +g = %d) ORDER BY id "
                                "LIMIT 1 OFFSET 1",
                                call, (int)group));
    answer alone =
        trial_ask(t, trial_text(t,
                                "SELECT %s FROM (SELECT * FROM t WHERE +g = %d ORDER BY id LIMIT 3 OFFSET "
                                "1) AS t, model",
                                call, (int)group));
    if (strstr(called->name, "_fit") == NULL && moved.error == NULL && moved.rows == 1 && alone.error == NULL) {
        trial_same(t, &alone, &moved, "over a frame that has moved");
    }
}

/* +g: an automatic index on g would bring the rows in another order. */
static void aggregate_places(trial *t) {
    const callable *called = draw_use(t, AGGREGATE);
    const char *arguments = grammar_arguments(t, called, true, t->d > 15);
    const char *call = trial_text(t, "%s(%s)", called->name, arguments);
    size_t group = trial_below(t, 3);
    answer plain = trial_ask(t, trial_text(t, "SELECT %s FROM t, model WHERE +g = %d", call, (int)group));
    grammar_check(t, called, &plain, false);
    compare(t, &plain, "by FILTER",
            trial_text(t, "SELECT %s FILTER (WHERE +g = %d) FROM t, model", call, (int)group));
    if (plain.error != NULL) {
        return;
    }
    compare(
        t, &plain, "over a subquery",
        trial_text(t, "SELECT %s FROM (SELECT * FROM t WHERE +g = %d ORDER BY id) AS t, model", call, (int)group));
    answer groups = trial_ask(
        t, trial_text(t, "SELECT %s FROM t, model WHERE g >= %d GROUP BY g ORDER BY g LIMIT 1", call, (int)group));
    bool any = trial_value(t, "SELECT count(*) FROM t WHERE +g = %d", (int)group).integer > 0;
    if (any && groups.error == NULL) {
        trial_same(t, &plain, &groups, "by GROUP BY");
    }
    answer window =
        trial_ask(t, trial_text(t, "SELECT %s OVER () FROM t, model WHERE +g = %d LIMIT 1", call, (int)group));
    if (any) {
        trial_same(t, &plain, &window, "over a window of all");
    }
    compare_frames(t, called, call, group);
}

static void table_places(trial *t) {
    const callable *called = draw_use(t, TABLE);
    const char *arguments = grammar_arguments(t, called, true, trial_chance(t, 0.5) || t->d > 10);
    const char *row = strchr(called->arguments, 'x') != NULL ? "t" : "(SELECT 1 AS id)";
    answer plain = trial_ask(t, trial_text(t, "SELECT r.* FROM model, %s AS t, %s(%s) AS r ORDER BY t.id, r.rowid",
                                           row, called->name, arguments));
    if (plain.error != NULL) {
        return; /* no trace, not two columns */
    }
    grammar_check(t, called, &plain, false);
    compare(t, &plain, "joined the other way round",
            trial_text(t, "SELECT r.* FROM %s(%s) AS r, %s AS t, model ORDER BY t.id, r.rowid", called->name,
                       arguments, row));
    compare(
        t, &plain, "in a LEFT JOIN",
        trial_text(
            t,
            "SELECT r.* FROM model, %s AS t LEFT JOIN %s(%s) AS r WHERE r.rowid IS NOT NULL ORDER BY t.id, r.rowid",
            row, called->name, arguments));
    compare(t, &plain, "in a common table expression",
            trial_text(t,
                       "WITH one AS MATERIALIZED (SELECT m FROM model) SELECT r.* FROM one AS model, %s AS t, "
                       "%s(%s) AS r ORDER BY t.id, r.rowid",
                       row, called->name, arguments));
}

void subject_places(trial *t) {
    world_make(t);
    switch (trial_below(t, 3)) {
    case 0:
        scalar_places(t);
        break;
    case 1:
        aggregate_places(t);
        break;
    default:
        table_places(t);
        break;
    }
}
