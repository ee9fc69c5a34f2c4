/* test_step_columns.c: an EM step over rows with NULLs, column by column against the equations of each family. */
#include <math.h>

#include "sql.h"

enum { ROWS = 60 };

/* Weights, then of each component: shape and rate; direction (period 24) and concentration; mean and size. */
static const double weight[2] = {0.4, 0.6}, gamma_of[2][2] = {{2, 1}, {6, 1.5}},
                    angle_of[2][2] = {{6, 2}, {20, 0.5}}, count_of_group[2][2] = {{2, 1.5}, {7, 4}};

static const char model[] =
    "{\"family\":\"mixed\",\"columns\":[\"a\",\"h\",\"n\"],\"weights\":[0.4,0.6],\"parts\":["
    "{\"family\":\"gamma\",\"columns\":[\"a\"],\"shapes\":[2,6],\"rates\":[1,1.5]},"
    "{\"family\":\"von_mises\",\"columns\":[\"h\"],\"period\":24,\"means\":[6,20],\"concentrations\":[2,0.5]},"
    "{\"family\":\"negative_binomial\",\"columns\":[\"n\"],\"means\":[2,7],\"sizes\":[1.5,4]}]}";

/* I_n(x) by its series. */
static double bessel(int n, double x) {
    double term = n == 0 ? 1 : x / 2, sum = term;
    for (int i = 1; i < 60; i++) {
        term *= x * x / 4 / i / (i + n);
        sum += term;
    }
    return sum;
}

/* Psi by its recurrence and asymptotic series (Abramowitz & Stegun 6.3.18). */
static double digamma(double x) {
    double sum = 0;
    for (; x < 30; x++) {
        sum -= 1 / x;
    }
    double y = 1 / (x * x);
    return sum + log(x) - 0.5 / x - y * (1.0 / 12 - y * (1.0 / 120 - y * (1.0 / 252 - y / 240)));
}

static double turn(double hour) {
    return 6.283185307179586 * hour / 24;
}

static double log_factor(const double *row, int j, int c) {
    if (j == 0) {
        const double *p = gamma_of[c];
        return p[0] * log(p[1]) - lgamma(p[0]) + (p[0] - 1) * log(row[0]) - p[1] * row[0];
    }
    if (j == 1) {
        const double *p = angle_of[c];
        return p[1] * cos(turn(row[1] - p[0])) - log(24 * bessel(0, p[1]));
    }
    const double *p = count_of_group[c];
    return lgamma(row[2] + p[1]) - lgamma(p[1]) - lgamma(row[2] + 1) + p[1] * log(p[1] / (p[1] + p[0])) +
           row[2] * log(p[0] / (p[1] + p[0]));
}

/* Of rows with any value: responsibilities, and their number; NAN is a value not there. */
static int read_rows(sqlite3 *db, double row[ROWS][3], double resp[ROWS][2]) {
    int kept = 0;
    for (int i = 0; i < ROWS; i++) {
        double likelihood[2], *x = row[kept];
        int seen = 0;
        for (int j = 0; j < 3; j++) {
            static const char *const names[] = {"a", "h", "n"};
            bool missing = sql_integer(db, "SELECT %s IS NULL FROM t WHERE i = %d", names[j], i) != 0;
            x[j] = missing ? (double)NAN : sql_double(db, "SELECT %s FROM t WHERE i = %d", names[j], i);
            seen += !missing;
        }
        for (int c = 0; c < 2; c++) {
            likelihood[c] = weight[c];
            for (int j = 0; j < 3; j++) {
                likelihood[c] *= isnan(x[j]) ? 1 : exp(log_factor(x, j, c));
            }
        }
        for (int c = 0; c < 2; c++) {
            resp[kept][c] = likelihood[c] / (likelihood[0] + likelihood[1]);
        }
        kept += seen > 0;
    }
    return kept;
}

static double parameter(sqlite3 *db, int part, const char *name, int c) {
    return sql_double(db, "SELECT m ->> '$.parts[%d].%s[%d]' FROM s", part, name, c);
}

static void columns_go_by_the_rows_that_have_them(void **state) {
    static double row[ROWS][3], resp[ROWS][2];
    sql_run(*state,
            "CREATE TABLE t AS WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < 59) "
            "SELECT i, iif(i %% 5 = 2, NULL, 0.3 + i * 37 %% 41 / 6.0) AS a, "
            "iif(i %% 4 = 1 OR i %% 5 = 2, NULL, i * 17 %% 48 / 2.0) AS h, "
            "iif(i %% 3 = 0 OR i = 17, NULL, i * 29 %% 13) AS n FROM c");
    sql_run(*state, "CREATE TABLE s AS SELECT mix_step(%Q, a, h, n) AS m FROM t", model);
    int rows = read_rows(*state, row, resp);
    assert_true(rows < ROWS); /* some row has nothing */
    assert_int_equal(sql_integer(*state, "SELECT m ->> 'skipped' FROM s"), ROWS - rows);
    for (int c = 0; c < 2; c++) {
        double all = 0, n[3] = {0, 0, 0}, sum = 0, logs = 0, cosines = 0, sines = 0, counts = 0, groups = 0;
        for (int i = 0; i < rows; i++) {
            double r = resp[i][c], *x = row[i];
            all += r;
            for (int j = 0; j < 3; j++) {
                n[j] += isnan(x[j]) ? 0 : r;
            }
            sum += isnan(x[0]) ? 0 : r * x[0];
            logs += isnan(x[0]) ? 0 : r * log(x[0]);
            cosines += isnan(x[1]) ? 0 : r * cos(turn(x[1]));
            sines += isnan(x[1]) ? 0 : r * sin(turn(x[1]));
            counts += isnan(x[2]) ? 0 : r * x[2];
            for (int l = 0; !isnan(x[2]) && l < x[2]; l++) {
                groups += r * count_of_group[c][1] / (count_of_group[c][1] + l);
            }
        }
        assert_close(sql_double(*state, "SELECT m ->> '$.weights[%d]' FROM s", c), all / rows, 1e-12, 0);
        double shape = parameter(*state, 0, "shapes", c);
        assert_close(log(shape) - digamma(shape), log(sum / n[0]) - logs / n[0], 1e-11, 0);
        assert_close(shape / parameter(*state, 0, "rates", c), sum / n[0], 1e-12, 0);
        double direction = turn(parameter(*state, 1, "means", c)), k = parameter(*state, 1, "concentrations", c);
        assert_close(cos(direction) * sines - sin(direction) * cosines, 0, 0, 1e-11);
        assert_true(cos(direction) * cosines + sin(direction) * sines > 0);
        assert_close(bessel(1, k) / bessel(0, k), hypot(cosines, sines) / n[1], 1e-11, 0);
        double mean = parameter(*state, 2, "means", c), size = parameter(*state, 2, "sizes", c);
        assert_close(mean, counts / n[2], 1e-12, 0);
        assert_close(size * log1p(mean / size), groups / n[2], 1e-11, 0);
    }
}

/* ---- A parameter at its end --------------------------------------------------------------------------------- */

static void a_component_that_is_as_good_as_a_simpler_one_says_so(void **state) {
    /* Less spread than a Poisson law; lighter tails than a normal one; and not. */
    sql_run(*state,
            "CREATE TABLE t AS WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < 99) "
            "SELECT 5 + i %% 3 AS even, i / 10 * (i / 10) AS uneven, i * 37 %% 100 / 10.0 AS level FROM c");
    assert_string_equal(
        sql_text(*state, "SELECT mix_fit(uneven, even, 1, '{\"families\":{\"x1\":\"negative_binomial\",\"x2\":"
                         "\"negative_binomial\"}}') ->> 'warnings' FROM t"),
        "[\"component 1, column 2: size at the bound of 1e+08, as good as poisson\"]");
    assert_string_equal(
        sql_text(*state, "SELECT mix_fit(level, 1, '{\"families\":{\"x1\":\"student\"}}') ->> 'warnings' FROM t"),
        "[\"component 1, column 1: degrees of freedom at the bound of 10000, as good as gaussian\"]");
    assert_string_equal(
        sql_text(
            *state,
            "SELECT mix_fit(uneven, 1, '{\"families\":{\"x1\":\"negative_binomial\"}}') ->> 'warnings' FROM t"),
        "[]");
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        sql_test(columns_go_by_the_rows_that_have_them),
        sql_test(a_component_that_is_as_good_as_a_simpler_one_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
