/* subject_scores.c: what functions and tables say of the same rows. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "subjects.h"

/* The numbers of a JSON array, by the C library: SQLite 3.40 reads 15 digits. */
static size_t read_array(const char *json, double *numbers, size_t room) {
    size_t count = 0;
    for (char *at = (char *)(size_t)json + 1; *at != '\0' && *at != ']' && count < room; at += *at == ',') {
        numbers[count++] = strtod(at, &at);
    }
    return count;
}

static void check_probabilities(trial *t, const cell *array, const cell *rows) {
    double p[MOST_COMPONENTS], sum = 0;
    if (read_array(array->text, p, MOST_COMPONENTS) != t->k) {
        trial_fail(t, "%s: not %d probabilities", array->text, (int)t->k);
    }
    for (size_t c = 0; c < t->k; c++) {
        if (p[c] != rows[3 * c].number) {
            trial_fail(t, "mix_probabilities says %!.17g, mix_responsibilities %!.17g", p[c], rows[3 * c].number);
        }
        if (!(p[c] >= 0 && p[c] <= 1)) {
            trial_fail(t, "a probability of %!.17g", p[c]);
        }
        sum += p[c];
    }
    trial_near(t, sum, 1, 8 * DBL_EPSILON, "probabilities do not sum to 1");
}

/* log(sum w_c exp(log_density_c)) */
static double mix_up(const trial *t, const cell *rows, const double *weights) {
    double most = (double)-INFINITY, sum = 0;
    for (size_t c = 0; c < t->k; c++) {
        most = fmax(most, log(weights[c]) + rows[3 * c + 1].number);
    }
    for (size_t c = 0; c < t->k && isfinite(most); c++) {
        sum += exp(log(weights[c]) + rows[3 * c + 1].number - most);
    }
    return isfinite(most) ? most + log(sum) : most;
}

/* table: probability, log_density, mix_probability() of each component; row: what follows of one row. */
static void check_row(trial *t, const cell *table, const cell *row, const double *weights) {
    size_t best = 0;
    double others = 0;
    for (size_t c = 0; c < t->k; c++) {
        if (!cells_same(&table[3 * c], &table[3 * c + 2])) {
            trial_fail(t, "the table says %!.17g, the function %!.17g", table[3 * c].number,
                       table[3 * c + 2].number);
        }
        best = table[3 * c].number > table[3 * best].number ? c : best;
    }
    for (size_t c = 0; c < t->k; c++) {
        others += c != best ? table[3 * c].number : 0;
    }
    check_probabilities(t, &row[0], table);
    if (row[1].integer != (sqlite3_int64)best + 1) {
        trial_fail(t, "mix_predict says %lld, the probabilities %d", row[1].integer, (int)best + 1);
    }
    trial_near(t, row[2].number, others, 4 * DBL_EPSILON, "uncertainty and the other probabilities");
    double wanted = mix_up(t, table, weights), got = row[3].number;
    trial_near(t, got, wanted, 1e-12 * (1 + fabs(wanted)), "log density and those of the components");
    trial_near(t, row[4].number, exp(got), 4 * DBL_EPSILON * row[4].number, "density and its logarithm");
}

static void check_rows(trial *t, const char *values) {
    const char *call = trial_text(t, "(m, %s)", values);
    answer table = trial_rows(t,
                              "SELECT probability, log_density, mix_probability(m, component, %s) FROM t, model, "
                              "mix_responsibilities%s ORDER BY t.id, component",
                              values, t->d > 10 ? trial_text(t, "(m, %s)", t->packed) : call);
    answer rows = trial_rows(t,
                             "SELECT mix_probabilities%s, mix_predict%s, mix_uncertainty%s, mix_log_density%s, "
                             "mix_density%s FROM t, model ORDER BY t.id",
                             call, call, call, call, call);
    answer parts = trial_rows(t, "SELECT weight FROM model, mix_components(m) ORDER BY component");
    double weights[MOST_COMPONENTS], sum = 0, size = 0;
    if (parts.rows != t->k || table.rows != t->rows * t->k || rows.rows != t->rows) {
        trial_fail(t, "%d components, %d responsibilities, %d rows", (int)parts.rows, (int)table.rows,
                   (int)rows.rows);
    }
    for (size_t c = 0; c < t->k; c++) {
        weights[c] = parts.cells[c].number;
    }
    for (size_t i = 0; i < t->rows; i++) {
        check_row(t, &table.cells[i * t->k * 3], &rows.cells[i * 5], weights);
        sum += rows.cells[i * 5 + 3].number;
        size += fabs(rows.cells[i * 5 + 3].number);
    }
    cell total = trial_value(t, "SELECT mix_loglik%s FROM t, model", call);
    if ((total.type == SQLITE_NULL) != (t->rows == 0)) {
        trial_fail(t, "mix_loglik of %d rows is of type %d", (int)t->rows, total.type);
    }
    if (t->rows > 0) {
        /* Where a component is thin, the distance of a row far away is a small difference of large numbers. */
        double rounding = strstr(t->model, "variance floor") != NULL ? 1e-6 : 1e-12;
        trial_near(t, total.number, sum, rounding * (size + (double)t->rows),
                   "mix_loglik and the sum of the rows' log densities");
    }
}

/* Columns, packed rows and, for single calls, all of the functions: the same bits. */
static void check_packed(trial *t) {
    static const char *const functions[] = {"mix_predict(m, %s)",
                                            "mix_probability(m, 1, %s)",
                                            "mix_probabilities(m, %s)",
                                            "mix_uncertainty(m, %s)",
                                            "mix_log_density(m, %s)",
                                            "mix_density(m, %s)",
                                            "mix_impute(m, %s)",
                                            "mix_distance(m, 1, %s)",
                                            "mix_loglik(m, %s)",
                                            "mix_statistics(m, %s)",
                                            "mix_step(m, %s)",
                                            "mix_plot(m, %s)",
                                            "mix_refit(m, %s, '{\"max_iter\":2}')",
                                            NULL};
    const char *function = trial_pick(t, functions);
    answer columns = trial_ask(
        t, trial_text(t, "SELECT %z FROM t, model ORDER BY t.id", sqlite3_mprintf(function, t->columns)));
    answer packed =
        trial_ask(t, trial_text(t, "SELECT %z FROM t, model ORDER BY t.id", sqlite3_mprintf(function, t->packed)));
    trial_same(t, &columns, &packed, "packed rows");
}

/* The imputed row has what was observed, and finite numbers for the rest. */
static void check_imputed(trial *t) {
    answer rows = trial_rows(t, "SELECT mix_impute(m, %s), %s FROM t, model", t->columns,
                             world_columns(t, NULL, "mix_number(%s)"));
    for (size_t i = 0; i < rows.rows; i++) {
        double x[MOST_COLUMNS];
        const cell *row = &rows.cells[i * (t->d + 1)];
        if (read_array(row[0].text, x, MOST_COLUMNS) != t->d) {
            trial_fail(t, "%s: not %d values", row[0].text, (int)t->d);
        }
        for (size_t j = 0; j < t->d; j++) {
            bool observed = row[j + 1].type != SQLITE_NULL;
            if (!isfinite(x[j]) || (observed && x[j] != row[j + 1].number)) {
                trial_fail(t, "value %d of row %d is imputed as %!.17g", (int)j + 1, (int)i + 1, x[j]);
            }
        }
    }
}

void subject_scores(trial *t) {
    world_make(t);
    if (t->family->range == LINE && trial_chance(t, 0.2) && t->rows > 0) {
        static const char *const far[] = {"1e5", "-1e20", "1e100", "1e150", NULL};
        trial_run(t, "UPDATE t SET x1 = x1 * %s WHERE id %% 3 = 1 AND typeof(x1) = 'real' AND abs(x1) < 1e100",
                  trial_pick(t, far));
    }
    check_rows(t, trial_chance(t, 0.5) ? t->packed : t->columns);
    check_packed(t);
    check_imputed(t);
}
