/* subject_fits.c: fits of the same rows by other ways. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "subjects.h"

/* Of log-likelihoods, as a share of themselves or of a row. */
#define ROUNDING 1e-10

/* "fit(values, k, '{options}')" */
static const char *fit_call(trial *t, const char *values, const char *options) {
    return trial_text(t, "%s(%s, %d, '{%s}')", t->family->fit, values, (int)t->k, options);
}

static const char *with(trial *t, const char *options, const char *more) {
    return trial_text(t, "%s%s%s", options, options[0] != '\0' ? "," : "", more);
}

/* A number of the model in fitted(m), by SQLite: 15 digits. */
static double figure(trial *t, const char *key) {
    return trial_value(t, "SELECT m ->> '$.%s' FROM fitted", key).number;
}

static bool warned(trial *t) {
    return trial_value(t, "SELECT json_array_length(m, '$.warnings') FROM fitted").integer > 0;
}

static void check_trace(trial *t, const char *options) {
    answer trace = trial_rows(t, "SELECT iteration, loglik FROM fitted, mix_trace(m) ORDER BY iteration");
    bool all_warned = warned(t);
    for (size_t i = 0; i < trace.rows; i++) {
        if (trace.cells[2 * i].integer != (sqlite3_int64)i) {
            trial_fail(t, "row %d of the trace is iteration %lld", (int)i, trace.cells[2 * i].integer);
        }
        double last = i > 0 ? trace.cells[2 * i - 1].number : (double)-INFINITY;
        double rounding = ROUNDING * world_size(t, last);
        if (trace.cells[2 * i + 1].number < last - rounding && !all_warned) {
            trial_fail(t, "the trace falls from %!.17g to %!.17g without a warning", last,
                       trace.cells[2 * i + 1].number);
        }
    }
    if (strstr(options, "\"max_iter\":0") != NULL && trace.rows != 1) {
        trial_fail(t, "a trace of %d after no iteration", (int)trace.rows);
    }
}

static void check_figures(trial *t) {
    double loglik = figure(t, "loglik"), n = figure(t, "n"), parameters = figure(t, "parameters");
    double scale = fabs(loglik) + n;
    trial_near(t, figure(t, "bic"), -2 * loglik + parameters * log(n), 1e-12 * (scale + parameters * log(n)),
               "bic");
    trial_near(t, figure(t, "aic"), -2 * loglik + 2 * parameters, 1e-12 * (scale + parameters), "aic");
    if (!(figure(t, "icl") >= figure(t, "bic") - 1e-9 * scale)) {
        trial_fail(t, "icl is less than bic");
    }
}

/* Of the model and the rows that the fit has used. */
static void check_loglik(trial *t, const char *options) {
    const char *observed = world_observed(t, strstr(options, "\"skip\"") != NULL ? "AND" : "OR");
    answer said =
        trial_rows(t, "SELECT mix_loglik(m, %s), count(*), (SELECT count(*) FROM t) FROM t, fitted WHERE %s",
                   t->packed, observed);
    double loglik = figure(t, "loglik");
    trial_near(t, loglik, said.cells[0].number, 1e-6 * world_size(t, loglik), "loglik and mix_loglik");
    trial_near(t, figure(t, "n"), said.cells[1].number, 0, "n");
    trial_near(t, figure(t, "skipped"), said.cells[2].number - said.cells[1].number, 0, "skipped");
}

static void check_order(trial *t) {
    answer parts = trial_rows(t, "SELECT weight FROM fitted, mix_components(m) ORDER BY component");
    for (size_t c = 1; c < parts.rows; c++) {
        if (parts.cells[c].number > parts.cells[c - 1].number) {
            trial_fail(t, "component %d is heavier than the one before", (int)c + 1);
        }
    }
}

/* ---- The same fit by another way -------------------------------------------------------------------------- */

static void check_again(trial *t, const char *options, const answer *first) {
    static const char *const threads[] = {"\"threads\":1", "\"threads\":2", "\"threads\":5", NULL};
    const char *values = trial_chance(t, 0.5) ? t->packed : t->columns;
    answer again =
        trial_rows(t, "SELECT %s FROM t", fit_call(t, values, with(t, options, trial_pick(t, threads))));
    trial_same(t, first, &again, "other threads");
}

/* Structures that are another model when one column's unit changes. */
static bool tied_units(const char *options) {
    static const char *const spheres[] = {"EII", "VII", "EVE", "VVE", "EEV", "VEV"};
    for (size_t i = 0; i < sizeof spheres / sizeof *spheres; i++) {
        if (strstr(options, spheres[i]) != NULL) {
            return true;
        }
    }
    return false;
}

/* Columns times powers of 2: numbers that say the same, to the last bit. A column of zeros has no unit. */
static void check_units(trial *t, const char *options) {
    int powers[MOST_COLUMNS], same = (int)trial_below(t, 41) - 20;
    const char *values = "", *used = world_observed(t, strstr(options, "\"skip\"") != NULL ? "AND" : "OR");
    answer largest = trial_rows(t, "SELECT %s FROM t WHERE %s", world_columns(t, NULL, "max(abs(%s))"), used);
    for (size_t j = 0; j < t->d; j++) {
        int own = (int)trial_below(t, 41) - 20;
        powers[j] = largest.cells[j].number == 0 ? 0 : tied_units(options) ? same : own;
        values = trial_text(t, "%s%sx%d * %!.17g", values, j > 0 ? ", " : "", (int)j + 1, ldexp(1, powers[j]));
    }
    trial_run(t, "CREATE TABLE scaled AS SELECT %s AS m FROM t", fit_call(t, values, options));
    answer numbers =
        trial_rows(t, "SELECT a.value, b.value, a.parameter, a.i, a.j FROM fitted f, scaled s, "
                      "mix_parameters(f.m) a, mix_parameters(s.m) b WHERE a.component = b.component AND "
                      "a.parameter = b.parameter AND a.i IS b.i AND a.j IS b.j");
    if (numbers.rows == 0) {
        trial_fail(t, "no parameters");
    }
    for (size_t row = 0; row < numbers.rows; row++) {
        const cell *cells = &numbers.cells[5 * row];
        int power = (cells[3].type == SQLITE_NULL ? 0 : powers[cells[3].integer - 1]) +
                    (cells[4].type == SQLITE_NULL ? 0 : powers[cells[4].integer - 1]);
        if (ldexp(cells[0].number, power) != cells[1].number) {
            trial_fail(t, "%s: %!.17g, and %!.17g in units of 2^%d", cells[2].text, cells[0].number,
                       cells[1].number, power);
        }
    }
    answer observed = trial_rows(t, "SELECT %s FROM t WHERE %s", world_columns(t, NULL, "count(%s)"), used);
    double loglik = figure(t, "loglik"), shift = 0;
    for (size_t j = 0; j < t->d; j++) {
        shift += observed.cells[j].number * powers[j] * log(2);
    }
    double scaled = trial_value(t, "SELECT m ->> '$.loglik' FROM scaled").number;
    trial_near(t, scaled, loglik - shift, 1e-9 * (world_size(t, loglik) + fabs(shift)), "loglik in other units");
}

/* From the same model, columns in another order: some iterations end at the same log-likelihood. */
static void check_order_of_columns(trial *t) {
    size_t order[MOST_COLUMNS], plain[MOST_COLUMNS];
    for (size_t j = 0; j < t->d; j++) {
        order[j] = plain[j] = j;
    }
    for (size_t j = t->d - 1; j > 0; j--) {
        size_t other = trial_below(t, j + 1), kept = order[j];
        order[j] = order[other];
        order[other] = kept;
    }
    mix_random state = t->random;
    const char *first = world_model(t, plain);
    t->random = state;
    const char *second = world_model(t, order);
    const char *columns = world_columns(t, order, "%s");
    trial_run(t, "CREATE TABLE pair(a, b)");
    trial_run(t, "INSERT INTO pair VALUES (%Q, %Q)", first, second);
    answer rows =
        trial_rows(t, "SELECT mix_log_density(a, %s), mix_log_density(b, %s) FROM t, pair", t->columns, columns);
    for (size_t i = 0; i < rows.rows; i++) {
        double one = rows.cells[2 * i].number, other = rows.cells[2 * i + 1].number;
        trial_near(t, one, other, 1e-8 * (1 + fabs(one)), "log density, with columns in another order");
    }
    answer steps =
        trial_ask(t, trial_text(t, "SELECT mix_step(a, %s), mix_step(b, %s) FROM t, pair", t->columns, columns));
    if (steps.error != NULL || steps.cells[0].type == SQLITE_NULL) {
        return;
    }
    double n = trial_value(t, "SELECT %Q ->> '$.n'", steps.cells[0].text).number;
    if (n < 5 * (double)((t->d + 1) * t->k)) {
        return; /* matrices at the floor: rounding decides */
    }
    answer after = trial_rows(t, "SELECT mix_loglik(%Q, %s), mix_loglik(%Q, %s) FROM t", steps.cells[0].text,
                              t->columns, steps.cells[1].text, columns);
    double loglik = after.cells[0].number;
    trial_near(t, after.cells[1].number, loglik, 1e-6 * (fabs(loglik) + (double)t->rows),
               "log-likelihood after a step, with columns in another order");
}

void subject_fits(trial *t) {
    world_make(t);
    if (t->family->fit == NULL || trial_chance(t, 0.3)) {
        check_order_of_columns(t);
        return;
    }
    const char *options = world_options(t);
    answer fit = trial_ask(t, trial_text(t, "SELECT %s FROM t", fit_call(t, t->columns, options)));
    if (fit.error != NULL || fit.cells[0].type == SQLITE_NULL) {
        return;
    }
    trial_run(t, "CREATE TABLE fitted AS SELECT %s AS m FROM t", fit_call(t, t->columns, options));
    answer kept = trial_rows(t, "SELECT m FROM fitted");
    trial_same(t, &fit, &kept, "the second time");
    check_trace(t, options);
    check_figures(t);
    check_loglik(t, options);
    check_order(t);
    check_again(t, options, &fit);
    bool numbers = trial_value(t, "SELECT count(*) FROM (SELECT typeof(x1) FROM t WHERE 'text' IN (%s))",
                               world_columns(t, NULL, "typeof(%s)"))
                       .integer == 0;
    bool vary = strstr(fit.cells[0].text, "does not vary") == NULL; /* its floor stands in a unit of its own */
    if (t->family->range == LINE && numbers && vary) {
        check_units(t, options);
    }
}
