/* subject_verbs.c: EM by its verbs. */
#include <math.h>
#include <string.h>

#include "subjects.h"

/* The spread of the column that a cell names, from 1; 1 for none. */
static double spread_of(const trial *t, const cell *column) {
    return column->type == SQLITE_NULL || t->family->range != LINE ? 1 : t->spread[column->integer - 1];
}

/* Numbers of two models of one shape, to a tolerance relative to the largest of their kind and the columns'
** spreads. */
static void compare_models(trial *t, const char *a, const char *b, const char *what) {
    answer numbers =
        trial_rows(t,
                   "SELECT a.value, b.value, max(abs(a.value)) OVER (PARTITION BY a.parameter, a.i, a.j), "
                   "a.i, a.j FROM mix_parameters(%Q) a, mix_parameters(%Q) b WHERE a.component = "
                   "b.component AND a.parameter = b.parameter AND a.i IS b.i AND a.j IS b.j",
                   a, b);
    if (numbers.rows == 0) {
        trial_fail(t, "no parameters");
    }
    for (size_t i = 0; i < numbers.rows; i++) {
        const cell *row = &numbers.cells[5 * i];
        double size = row[2].number + spread_of(t, &row[3]) * spread_of(t, &row[4]);
        trial_near(t, row[0].number, row[1].number, 1e-6 * size, what);
    }
}

void subject_verbs(trial *t) {
    world_make(t);
    const char *values = trial_chance(t, 0.5) ? t->packed : t->columns;
    answer step = trial_ask(t, trial_text(t, "SELECT mix_step(m, %s) FROM t, model", values));
    answer maximized =
        trial_ask(t, trial_text(t, "SELECT mix_maximize(mix_statistics(m, %s)) FROM t, model", values));
    if (step.error == NULL && step.cells[0].type == SQLITE_NULL && maximized.error != NULL &&
        strstr(maximized.error, "there are no rows in them") != NULL) {
        return; /* as the reference says */
    }
    trial_same(t, &step, &maximized, "mix_step and mix_maximize of mix_statistics");
    answer merged =
        trial_ask(t, trial_text(t,
                                "SELECT mix_maximize(mix_merge(s)) FROM (SELECT mix_statistics(m, %s) AS "
                                "s FROM t, model)",
                                values));
    trial_same(t, &step, &merged, "and mix_merge of one part");
    if (step.error != NULL || step.cells[0].type == SQLITE_NULL) {
        return;
    }
    /* A family whose EM cannot do without a value leaves the row out, and says so. */
    sqlite3_int64 skipped = trial_value(t, "SELECT %Q ->> '$.skipped'", step.cells[0].text).integer;
    const char *whole = world_observed(t, "AND"), *used = world_observed(t, "OR");
    if (trial_value(t, "SELECT count(*) FROM t WHERE NOT %s", whole).integer == skipped) {
        used = whole;
    }
    answer before = trial_rows(t, "SELECT mix_loglik(m, %s) FROM t, model WHERE %s", values, used);
    double loglik = before.cells[0].number, room = world_size(t, loglik);
    cell said = trial_value(t, "SELECT %Q ->> '$.loglik'", step.cells[0].text);
    bool floors = strstr(t->model, "\"step\"") != NULL || strstr(t->model, "does not vary") != NULL ||
                  strstr(t->model, "variance floor") != NULL;
    for (size_t j = 0; j < t->d && t->family->range == LINE;
         j++) { /* the floor of a column that does not vary is its own */
        floors = floors ||
                 trial_value(t, "SELECT count(DISTINCT mix_number(x%d)) < 2 FROM t WHERE %s", (int)j + 1, used)
                         .integer == 1;
    }
    /* A component at its floor is so narrow that rounding shows. */
    trial_near(t, said.number, loglik, (floors ? 1e-6 : 1e-9) * room, "loglik of a step and mix_loglik before");
    double after =
        trial_value(t, "SELECT mix_loglik(%Q, %s) FROM t WHERE %s", step.cells[0].text, values, used).number;
    if (after < loglik - 1e-9 * room && !floors) {
        trial_fail(t, "a step falls from %!.17g to %!.17g", loglik, after);
    }
    trial_run(t, "CREATE TABLE part AS SELECT mix_statistics(m, %s) AS s FROM t, model GROUP BY t.g", values);
    cell joined = trial_value(t, "SELECT mix_maximize(mix_merge(s)) FROM part");
    compare_models(t, step.cells[0].text, joined.text, "a step over parts");
}
