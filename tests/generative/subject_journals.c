/* subject_journals.c: what is computed belongs to the rows that a transaction sees. */
#include <pthread.h>
#include <stdatomic.h>

#include "subjects.h"

/* One of the aggregates over all rows. */
static const char *draw_question(trial *t) {
    if (t->family->fit != NULL && trial_chance(t, 0.3)) {
        return trial_text(t, "SELECT %s(%s, 2, '{\"max_iter\":5,\"few_rows\":\"null\"}') FROM t", t->family->fit,
                          t->columns);
    }
    const char *const questions[] = {
        trial_text(t, "SELECT mix_loglik(m, %s) FROM t, model", t->columns),
        trial_text(t, "SELECT mix_statistics(m, %s) FROM t, model", t->packed),
        trial_text(t, "SELECT sum(mix_predict(m, %s)), count(*) FROM t, model", t->columns), NULL};
    return trial_pick(t, questions);
}

static const char *change_rows(trial *t) {
    static const char *const changes[] = {"DELETE FROM t WHERE id %% 2",
                                          "UPDATE t SET x1 = (SELECT max(+x1) FROM t)",
                                          "INSERT INTO t SELECT id + (SELECT max(id) FROM t), %s, g FROM t",
                                          "UPDATE model SET m = json_set(m, '$.n', 5)", NULL};
    return trial_text(t, trial_pick(t, changes), t->columns);
}

static void check_savepoint(trial *t) {
    const char *question = draw_question(t);
    answer before = trial_ask(t, question);
    trial_run(t, "SAVEPOINT one");
    trial_run(t, "%s", change_rows(t));
    (void)trial_ask(t, question);
    trial_run(t, "SAVEPOINT two");
    trial_run(t, "%s", change_rows(t));
    (void)trial_ask(t, question);
    trial_run(t, "ROLLBACK TO one");
    answer after = trial_ask(t, question);
    trial_run(t, "RELEASE one");
    trial_same(t, &before, &after, "before a savepoint and rolled back to it");
}

/* A model that a trigger keeps. */
static void check_trigger(trial *t) {
    answer step = trial_ask(t, trial_text(t, "SELECT mix_step(m, %s) FROM t, model", t->columns));
    if (step.error != NULL || step.cells[0].type == SQLITE_NULL) {
        return;
    }
    trial_run(t,
              "CREATE TRIGGER keep AFTER INSERT ON t BEGIN UPDATE model SET m = (SELECT mix_step(m, %s) FROM t); "
              "END",
              t->columns);
    answer wanted =
        trial_ask(t, trial_text(t,
                                "SELECT mix_step(m, %s) FROM (SELECT * FROM t UNION ALL SELECT * FROM t "
                                "WHERE id = 1), model",
                                t->columns));
    answer inserted =
        trial_ask(t, trial_text(t, "INSERT INTO t SELECT 100000, %s, g FROM t WHERE id = 1", t->columns));
    if (wanted.error == NULL && inserted.error == NULL) {
        answer got = trial_rows(t, "SELECT m FROM model");
        trial_same(t, &wanted, &got, "by a trigger");
    }
}

/* ---- A reader beside a writer ------------------------------------------------------------------------------ */

typedef struct writer {
    sqlite3 *db;
    const char *sql;
    atomic_bool stop;
    int rc;
} writer;

static void *keep_writing(void *context) {
    writer *w = context;
    do {
        w->rc = sqlite3_exec(w->db, w->sql, NULL, NULL, NULL);
    } while (w->rc == SQLITE_OK && !atomic_load(&w->stop));
    return NULL;
}

/* A read transaction sees the same rows as long as it lasts, whatever a thread with a connection of its own writes
** meanwhile. */
static void read_beside(trial *t, const char *question) {
    trial_run(t, "BEGIN");
    answer before = trial_ask(t, question);
    writer w = {.db = t->other,
                .sql = "INSERT INTO t(x1, g) VALUES (1, 1); DELETE FROM t WHERE id % 5 = 4",
                .rc = SQLITE_OK};
    pthread_t thread;
    bool started = pthread_create(&thread, NULL, keep_writing, &w) == 0;
    answer during[3];
    for (int i = 0; i < 3; i++) {
        during[i] = trial_ask(t, question);
    }
    atomic_store(&w.stop, true);
    if (started) {
        (void)pthread_join(thread, NULL);
    }
    trial_run(t, "COMMIT");
    for (int i = 0; i < 3; i++) {
        trial_same(t, &before, &during[i], "in one transaction, beside a writer");
    }
    if (w.rc != SQLITE_OK) {
        trial_fail(t, "the writer ended by %d", w.rc);
    }
    answer here = trial_ask(t, question), there = trial_ask_on(t, t->other, question);
    trial_same(t, &here, &there, "on two connections");
}

static void check_wal(trial *t) {
    const char *file = trial_file(t);
    trial_run(t, "VACUUM INTO %Q", file);
    sqlite3_close(t->db);
    t->db = trial_open(file);
    trial_run(t, "PRAGMA synchronous = OFF");
    trial_run(t, "PRAGMA journal_mode = WAL");
    t->other = trial_open(file);
    read_beside(t, draw_question(t));
}

void subject_journals(trial *t) {
    world_make(t);
    switch (trial_below(t, 3)) {
    case 0:
        check_savepoint(t);
        break;
    case 1:
        check_trigger(t);
        break;
    default:
        check_wal(t);
        break;
    }
}
