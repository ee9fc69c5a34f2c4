/* test_notebook.c: the scripts of sql/ against the figures of the teaching notebook (tests/data/notebook.json),
** in full precision, and against EM written plainly. The scripts' printed output is compared elsewhere. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sql.h"

enum { ROWS = 1000 };

/* ---- Running a script ------------------------------------------------------------------------------------- */

static char *read_script(const char *name) {
    FILE *file = fopen(sql_format("%s/../../sql/%s", TEST_DATA_DIR, name), "rb");
    assert_non_null(file);
    char *text = calloc(1 << 16, 1);
    assert_non_null(text);
    assert_in_range(fread(text, 1, (1 << 16) - 1, file), 1, (1 << 16) - 2);
    fclose(file);
    return text;
}

/* The lines of sql/data/NAME.csv after the first as rows of a table that exists. */
static void import(sqlite3 *db, const char *name) {
    char *text = read_script(sql_format("data/%s.csv", name)), *end;
    size_t rows = 0;
    for (char *line = strchr(text, '\n') + 1; *line != '\0'; line = *end ? end + 1 : end, rows++) {
        end = line + strcspn(line, "\n");
        sql_run(db, "INSERT INTO %s VALUES (%s)", name, sql_format("%.*s", (int)strcspn(line, "\r\n"), line));
    }
    assert_in_range(rows, 100, ROWS);
    free(text);
}

static int ignore(void *context, int count, char **values, char **names) {
    (void)context, (void)count, (void)values, (void)names;
    return 0;
}

/* All statements of a script; dot commands are the shell's, of which .import is done here. */
static void run_script(sqlite3 *db, const char *name) {
    char *text = read_script(name), *message = NULL, *statements = calloc(strlen(text) + 1, 1), *end;
    assert_non_null(statements);
    for (char *line = text; *line != '\0'; line = end + 1) {
        end = line + strcspn(line, "\n");
        char *table = strncmp(line, ".import", 7) == 0 ? strstr(line, " data/") : NULL;
        if (line[0] != '.') {
            strncat(statements, line, (size_t)(end + 1 - line));
        } else if (table != NULL) { /* run what stands before it */
            assert_int_equal(sqlite3_exec(db, statements, ignore, NULL, &message), SQLITE_OK);
            statements[0] = '\0';
            import(db, sql_format("%.*s", (int)strcspn(table + 6, "."), table + 6));
        }
        if (*end == '\0') {
            break;
        }
    }
    if (sqlite3_exec(db, statements, ignore, NULL, &message) != SQLITE_OK) {
        fail_msg("%s: %s", name, message);
    }
    free(statements);
    free(text);
}

static void load_reference(sqlite3 *db) {
    char *text = check_file("notebook.json");
    sql_run(db, "CREATE TABLE reference(j)");
    sql_run(db, "INSERT INTO reference VALUES (%Q)", text);
    free(text);
}

/* The notebook's script, once for all tests of it: its tables are only read. */
static int setup(void **state) {
    sqlite3 *db = sql_open();
    load_reference(db);
    run_script(db, "notebook.sql");
    *state = db;
    return 0;
}

static double reference(sqlite3 *db, const char *path) {
    return sql_double(db, "SELECT json_extract(j, %Q) FROM reference", path);
}

/* ---- 1. Complete data --------------------------------------------------------------------------------------- */

static void complete_data_give_shares_of_heads_at_the_minimum(void **state) {
    sqlite3 *db = *state;
    assert_close(sql_double(db, "SELECT m ->> '$.probabilities[0][0]' FROM complete_fit"),
                 reference(db, "$.complete.closed[0]"), 1e-14, 0);
    assert_close(sql_double(db, "SELECT m ->> '$.probabilities[1][0]' FROM complete_fit"),
                 reference(db, "$.complete.closed[1]"), 1e-14, 0);
    assert_int_equal(sql_integer(db, "SELECT m ->> 'iterations' FROM complete_fit"), 1);
    double nll[9];
    assert_int_equal(sql_numbers(db, nll, 9, "SELECT nll FROM complete_nll ORDER BY a, b"), 9);
    assert_close(nll[4], 7.655267754, 0, 1e-8);
    assert_close(nll[4], reference(db, "$.complete.nll_closed"), 1e-12, 0);
    for (size_t i = 0; i < 9; i++) {
        assert_true(i == 4 || nll[i] > nll[4] + 1e-6);
    }
    /* What the fit calls its log-likelihood holds the coins' shares, too: 3 rows of 5 and 2 of 5. */
    assert_close(sql_double(db, "SELECT m ->> 'loglik' FROM complete_fit"), -nll[4] + 3 * log(0.6) + 2 * log(0.4),
                 1e-12, 0);
}

/* ---- 2. Coins unknown ---------------------------------------------------------------------------------- */

static void coins_take_the_nine_iterations_of_the_notebook(void **state) {
    sqlite3 *db = *state;
    double ours[36], theirs[36];
    assert_int_equal(sql_numbers(db, theirs, 36,
                                 "SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM reference, "
                                 "json_each(j, '$.\"coin_trace_tol_0.01\"')"),
                     36);
    assert_int_equal(sql_numbers(db, ours, 36,
                                 "SELECT iteration, a, b, expected FROM coin_steps WHERE iteration <= "
                                 "(SELECT min(iteration) FROM coin_steps WHERE rise < 0.01) ORDER BY iteration"),
                     36);
    for (size_t i = 0; i < 36; i++) {
        assert_close(ours[i], theirs[i], 0, 1e-9);
    }
}

static void coins_stop_at_1e_6_where_the_notebook_does(void **state) {
    sqlite3 *db = *state;
    double ours[4];
    assert_int_equal(sql_numbers(db, ours, 4,
                                 "SELECT iteration, a, b, expected FROM coin_steps WHERE rise < 1e-6 "
                                 "ORDER BY iteration LIMIT 1"),
                     4);
    assert_int_equal((int)ours[0] - 1, 18); /* counted from 0 */
    assert_close(ours[0] - 1, reference(db, "$.\"coin_tol_1e-6\".i"), 0, 0);
    assert_close(ours[1], reference(db, "$.\"coin_tol_1e-6\".thetas[0][0]"), 0, 1e-9);
    assert_close(ours[2], reference(db, "$.\"coin_tol_1e-6\".thetas[1][0]"), 0, 1e-9);
    assert_close(ours[3], reference(db, "$.\"coin_tol_1e-6\".ll"), 0, 1e-9);
}

/* ---- 3. A hundred rows --------------------------------------------------------------------------------- */

static void the_best_of_ten_starts_is_that_of_the_notebook(void **state) {
    sqlite3 *db = *state;
    double best[3];
    assert_int_equal(sql_numbers(db, best, 3, "SELECT low, high, expected FROM coins_best"), 3);
    assert_close(best[0], reference(db, "$.coin_sim.thetas[0][0]"), 0, 1e-6);
    assert_close(best[1], reference(db, "$.coin_sim.thetas[1][0]"), 0, 1e-6);
    assert_close(best[2], -5756.595651978785, 0, 1e-8);
    assert_int_equal(sql_integer(db, "SELECT count(*) FROM tries"), 10);
    assert_int_equal(sql_integer(db, "SELECT group_concat(heads) = (SELECT group_concat(value) FROM reference, "
                                     "json_each(j, '$.coin_sim.heads')) FROM coins"),
                     1);
}

static void the_log_likelihood_of_counts_is_that_of_binomials_in_plain_sql(void **state) {
    sqlite3 *db = *state;
    /* ln C(n, h) as a sum of logarithms, the rest by pow. */
    const char *sql = "WITH RECURSIVE f(n, v) AS (SELECT 0, 0.0 UNION ALL SELECT n + 1, v + ln(n + 1.0) FROM f "
                      "WHERE n < 200), p AS (SELECT %Q AS m) "
                      "SELECT sum(ft.v - fh.v - fl.v + ln("
                      "(m ->> '$.weights[0]') * pow(m ->> '$.probabilities[0][0]', heads) * "
                      "pow(1 - (m ->> '$.probabilities[0][0]'), tails) + "
                      "(m ->> '$.weights[1]') * pow(m ->> '$.probabilities[1][0]', heads) * "
                      "pow(1 - (m ->> '$.probabilities[1][0]'), tails))) "
                      "FROM p, %s, f ft, f fh, f fl WHERE ft.n = heads + tails AND fh.n = heads AND fl.n = tails";
    const char *const tables[] = {"toss", "coins"};
    for (size_t i = 0; i < 2; i++) {
        char *model = sql_text(db, "SELECT mmm_fit(heads, tails, 2) FROM %s", tables[i]);
        double loglik = sql_double(db, sql, model, tables[i]);
        assert_close(sql_double(db, "SELECT %Q ->> 'loglik'", model), loglik, 1e-11, 0);
        assert_close(sql_double(db, "SELECT mix_loglik(%Q, heads, tails) FROM %s", model, tables[i]), loglik,
                     1e-11, 0);
    }
}

/* ---- 4. The density ------------------------------------------------------------------------------------ */

static double direct(double x, double y) {
    const double pi = acos(-1);
    return 0.1 * exp(-(x * x + y * y) / 2) / (2 * pi) +
           0.4 * exp(-((x - 3) * (x - 3) + (y - 3) * (y - 3)) / 4) / (4 * pi) +
           0.5 * exp(-(x * x + (y - 5) * (y - 5)) / 6) / (6 * pi);
}

static void the_density_and_its_grid_are_those_of_the_formula(void **state) {
    sqlite3 *db = *state;
    for (int i = 0; i < 3; i++) {
        double ours = sql_double(db, "SELECT mix_density(m, %d, %d) FROM three", i, i);
        assert_close(ours, reference(db, sql_format("$.density[%d]", i)), 0, 1e-15);
    }
    double *grid = calloc(120000, sizeof *grid), most = 0, sum = 0, our_most = 0, our_sum = 0;
    assert_non_null(grid);
    assert_int_equal(sql_numbers(db, grid, 120000, "SELECT x, y, density FROM grid"), 120000);
    for (size_t i = 0; i < 40000; i++) {
        double density = direct(grid[3 * i], grid[3 * i + 1]);
        most = fmax(most, density);
        sum += density;
        our_most = fmax(our_most, grid[3 * i + 2]);
        our_sum += grid[3 * i + 2];
    }
    assert_close(our_most, most, 1e-12, 0);
    assert_close(our_sum, sum, 1e-12, 0);
    free(grid);
}

/* ---- 5. Two Gaussians ---------------------------------------------------------------------------------- */

typedef struct gaussians {
    double weight[2], mean[2][2], covariance[2][2][2];
} gaussians;

/* One iteration from the formulas; the log-likelihood before it. */
static double plain_step(gaussians *g, double (*x)[2], size_t n) {
    static double resp[ROWS][2];
    double loglik = 0;
    for (size_t i = 0; i < n; i++) {
        double joint[2];
        for (int c = 0; c < 2; c++) {
            double a = g->covariance[c][0][0], b = g->covariance[c][0][1], d = g->covariance[c][1][1];
            double det = a * d - b * b, u = x[i][0] - g->mean[c][0], v = x[i][1] - g->mean[c][1];
            double distance = (d * u * u - 2 * b * u * v + a * v * v) / det;
            joint[c] = g->weight[c] * exp(-distance / 2) / (2 * acos(-1) * sqrt(det));
        }
        for (int c = 0; c < 2; c++) {
            resp[i][c] = joint[c] / (joint[0] + joint[1]);
        }
        loglik += log(joint[0] + joint[1]);
    }
    for (int c = 0; c < 2; c++) {
        double sum = 0, mean[2] = {0, 0}, scatter[2][2] = {{0, 0}, {0, 0}};
        for (size_t i = 0; i < n; i++) {
            sum += resp[i][c];
            for (int j = 0; j < 2; j++) {
                mean[j] += resp[i][c] * x[i][j];
            }
        }
        for (int j = 0; j < 2; j++) {
            g->mean[c][j] = mean[j] / sum;
        }
        for (size_t i = 0; i < n; i++) {
            for (int j = 0; j < 2; j++) {
                for (int l = 0; l < 2; l++) {
                    scatter[j][l] += resp[i][c] * (x[i][j] - g->mean[c][j]) * (x[i][l] - g->mean[c][l]);
                }
            }
        }
        g->weight[c] = sum / (double)n;
        for (int j = 0; j < 2; j++) {
            for (int l = 0; l < 2; l++) {
                g->covariance[c][j][l] = scatter[j][l] / sum;
            }
        }
    }
    return loglik;
}

/* weight, mean, covariance of both components, as mix_parameters lists them. */
static void flatten(const gaussians *g, double numbers[14]) {
    for (int c = 0; c < 2; c++) {
        double *at = numbers + 7 * c;
        at[0] = g->weight[c];
        memcpy(at + 1, g->mean[c], 2 * sizeof(double));
        memcpy(at + 3, g->covariance[c], 4 * sizeof(double));
    }
}

static void gmm_fit_em_by_hand_and_a_triple_loop_give_the_model_of_the_notebook(void **state) {
    sqlite3 *notebook = *state, *db = sql_open();
    run_script(db, "em_by_hand.sql");
    static double x[ROWS][2];
    double fit[14], hand[14], plain[14], theirs[14], trace[13];
    assert_int_equal(sql_numbers(db, &x[0][0], 2 * ROWS, "SELECT x, y FROM points"), 2 * ROWS);
    gaussians g = {{0.5272039897908414, 0.4727960102091587},
                   {{0.6900031474839624, 0.7419086239334284}, {0.42466218160467817, 0.2440079109231127}},
                   {{{1, 0}, {0, 1}}, {{1, 0}, {0, 1}}}};
    for (size_t i = 0; i < 12; i++) {
        trace[i] = plain_step(&g, x, ROWS);
    }
    flatten(&g, plain);
    gaussians next = g;
    trace[12] = plain_step(&next, x, ROWS);
    assert_int_equal(sql_integer(notebook, "SELECT m ->> 'iterations' FROM two"), 12);
    assert_int_equal(sql_numbers(notebook, fit, 14, "SELECT value FROM two, mix_parameters(m)"), 14);
    /* The last of its rows is only needed to see that the one before had converged. */
    assert_int_equal(sql_numbers(db, hand, 14,
                                 "SELECT value FROM (SELECT m FROM em_by_hand ORDER BY iteration DESC LIMIT 1 "
                                 "OFFSET 1), mix_parameters(m)"),
                     14);
    assert_int_equal(sql_integer(db, "SELECT max(iteration) FROM em_by_hand"), 13);
    assert_int_equal(sql_numbers(notebook, theirs, 14,
                                 "SELECT w.value, j ->> ('$.gmm.means[' || w.key || '][0]'), "
                                 "j ->> ('$.gmm.means[' || w.key || '][1]'), "
                                 "j ->> ('$.gmm.covariances[' || w.key || '][0][0]'), "
                                 "j ->> ('$.gmm.covariances[' || w.key || '][0][1]'), "
                                 "j ->> ('$.gmm.covariances[' || w.key || '][1][0]'), "
                                 "j ->> ('$.gmm.covariances[' || w.key || '][1][1]') "
                                 "FROM reference, json_each(j, '$.gmm.weights') w"),
                     14);
    for (size_t i = 0; i < 14; i++) {
        assert_close(fit[i], plain[i], 0, 1e-9);
        assert_close(hand[i], plain[i], 0, 1e-9);
        assert_close(theirs[i], plain[i], 0, 1e-9);
    }
    double logliks[13], fitted[13];
    assert_int_equal(sql_numbers(db, logliks, 13, "SELECT m ->> 'loglik' FROM em_by_hand WHERE iteration > 0"),
                     13);
    assert_int_equal(sql_numbers(notebook, fitted, 13, "SELECT loglik FROM two, mix_trace(m)"), 13);
    for (size_t i = 0; i < 13; i++) {
        assert_close(logliks[i], trace[i], 1e-12, 0);
        assert_close(fitted[i], trace[i], 1e-12, 0);
    }
    sql_close(db);
}

/* ---- The textbook's EM, which uses nothing of ours ----------------------------------------------------- */

static void plain_sql_and_mmm_fit_agree_at_each_of_twenty_iterations(void **state) {
    (void)state;
    sqlite3 *db = sql_open();
    run_script(db, "textbook_em.sql");
    double rows[63];
    assert_int_equal(sql_numbers(db, rows, 63, "SELECT iteration, a, b FROM textbook_em ORDER BY iteration"), 63);
    for (int i = 0; i <= 20; i++) {
        char *model = sql_text(db,
                               "SELECT mmm_fit(heads, tails, 2, '{\"equal_weights\":true,\"accelerate\":false,"
                               "\"tol\":0,\"max_iter\":%d,\"init\":{\"probabilities\":[[0.6,0.4],[0.5,0.5]]}}') "
                               "FROM toss",
                               i);
        assert_int_equal(sql_integer(db, "SELECT %Q ->> 'iterations'", model), i);
        assert_close(sql_double(db, "SELECT %Q ->> '$.probabilities[0][0]'", model), rows[3 * i + 1], 0, 1e-9);
        assert_close(sql_double(db, "SELECT %Q ->> '$.probabilities[1][0]'", model), rows[3 * i + 2], 0, 1e-9);
    }
    sql_close(db);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(complete_data_give_shares_of_heads_at_the_minimum),
        cmocka_unit_test(coins_take_the_nine_iterations_of_the_notebook),
        cmocka_unit_test(coins_stop_at_1e_6_where_the_notebook_does),
        cmocka_unit_test(the_best_of_ten_starts_is_that_of_the_notebook),
        cmocka_unit_test(the_log_likelihood_of_counts_is_that_of_binomials_in_plain_sql),
        cmocka_unit_test(the_density_and_its_grid_are_those_of_the_formula),
        cmocka_unit_test(gmm_fit_em_by_hand_and_a_triple_loop_give_the_model_of_the_notebook),
        cmocka_unit_test(plain_sql_and_mmm_fit_agree_at_each_of_twenty_iterations),
    };
    return cmocka_run_group_tests(tests, setup, sql_teardown);
}
