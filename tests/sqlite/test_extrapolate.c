/* test_extrapolate.c: mix_extrapolate, and what a model says that single steps have made. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sql.h"

/* Overlapping groups, where EM is slow. */
static void make_points(sqlite3 *db) {
    sql_run(db,
            "CREATE TABLE p AS SELECT x1 AS x, x2 AS y FROM mix_sample('{\"family\":\"gaussian\","
            "\"weights\":[0.5,0.3,0.2],\"means\":[[0,0],[2,1],[1,3]],\"covariances\":[[[1,0.3],[0.3,1]],[[1,0],"
            "[0,1]],[[1,-0.2],[-0.2,1]]]}', 2000, 3);"
            "CREATE TABLE start AS SELECT gmm_fit(x, y, 3, '{\"max_iter\":0}') AS m FROM p");
}

/* Three successive models of EM from `start`, x and y taken as `columns`. */
static void make_models(sqlite3 *db, const char *table, const char *start) {
    sql_run(db,
            "CREATE TABLE %s AS SELECT %s AS m0, NULL AS m1, NULL AS m2;"
            "UPDATE %s SET m1 = (SELECT mix_step(m0, x, y) FROM p);"
            "UPDATE %s SET m2 = (SELECT mix_step(m1, x, y) FROM p)",
            table, start, table, table);
}

/* ---- Where it leads ----------------------------------------------------------------------------------------- */

static void one_coordinate_goes_where_a_geometric_sequence_ends(void **state) {
    /* ln rates 0, ln 2, ln 2 + ln 1.25: of one coordinate SQUAREM is Aitken's delta squared. */
    const double r = log(2), v = log(1.25) - log(2);
    const char *model = "{\"family\":\"poisson\",\"weights\":[1],\"rates\":[[%s]]}";
    double rate = sql_double(*state, "SELECT mix_extrapolate(%Q, %Q, %Q) ->> '$.rates[0][0]'",
                             sql_format(model, "1"), sql_format(model, "2"), sql_format(model, "2.5"));
    assert_close(rate, exp(-r * r / v), 1e-12, 0);
}

static void the_step_is_as_long_as_the_paper_says(void **state) {
    /* Varadhan & Roland's S3, lengths in deviations of the third model: means move, all else stays. */
    const char *model =
        "{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[%s]],\"covariances\":[[[4,0],[0,25]]],"
        "\"covariance\":\"diag\"}";
    const double theta[3][2] = {{0, 0}, {1, 2}, {1.5, 2.5}}, unit[2] = {4, 25};
    double r2 = 0, v2 = 0;
    for (int i = 0; i < 2; i++) {
        double r = theta[1][i] - theta[0][i], v = theta[2][i] - theta[1][i] - r;
        r2 += r * r / unit[i];
        v2 += v * v / unit[i];
    }
    double alpha = -sqrt(r2 / v2);
    for (int i = 0; i < 2; i++) {
        double r = theta[1][i] - theta[0][i], v = theta[2][i] - theta[1][i] - r;
        double mean =
            sql_double(*state, "SELECT mix_extrapolate(%Q, %Q, %Q) ->> '$.means[0][%d]'", sql_format(model, "0,0"),
                       sql_format(model, "1,2"), sql_format(model, "1.5,2.5"), i);
        assert_close(mean, theta[0][i] - 2 * alpha * r + alpha * alpha * v, 1e-12, 0);
    }
}

static void units_and_origin_do_not_matter(void **state) {
    sqlite3 *db = *state;
    make_points(db);
    make_models(db, "own", "(SELECT m FROM start)");
    sql_run(db, "UPDATE p SET x = 1e6 + 1024 * x, y = y / 256 - 8");
    make_models(
        db, "moved",
        "(SELECT json_set(m, '$.means', (SELECT json_group_array(json_array(1e6 + 1024 * (value ->> 0), "
        "(value ->> 1) / 256 - 8)) FROM json_each(m, '$.means')), '$.covariances', (SELECT "
        "json_group_array(json_array(json_array(1048576 * (value ->> '$[0][0]'), 4 * (value ->> '$[0][1]')), "
        "json_array(4 * (value ->> '$[0][1]'), (value ->> '$[1][1]') / 65536))) FROM json_each(m, "
        "'$.covariances'))) FROM start)");
    double own[21], moved[21];
    assert_int_equal(
        sql_numbers(db, own, 21, "SELECT value FROM own, mix_parameters(mix_extrapolate(m0, m1, m2))"), 21);
    assert_int_equal(
        sql_numbers(db, moved, 21, "SELECT value FROM moved, mix_parameters(mix_extrapolate(m0, m1, m2))"), 21);
    for (size_t c = 0; c < 3; c++) {
        const double *a = own + 7 * c, *b = moved + 7 * c;
        assert_close(b[0], a[0], 1e-8, 0);
        assert_close(b[1], 1e6 + 1024 * a[1], 1e-8, 0);
        assert_close(b[2], a[2] / 256 - 8, 1e-8, 0);
        assert_close(b[3], a[3] * 1048576, 1e-7, 0);
        assert_close(b[6], a[6] / 65536, 1e-7, 0);
    }
}

static void passes_are_saved_and_the_top_is_that_of_plain_em(void **state) {
    sqlite3 *db = *state;
    make_points(db);
    sql_run(db, "CREATE TABLE s AS SELECT * FROM start");
    for (int pass = 0; pass < 20; pass++) {
        sql_run(db, "UPDATE s SET m = (SELECT mix_step(m, x, y) FROM p)");
    }
    double plain = sql_double(db, "SELECT mix_loglik(m, x, y) FROM s, p");
    char *m = sql_text(db, "SELECT m FROM start");
    double best = -INFINITY;
    for (int cycle = 0; cycle < 7; cycle++) { /* 20 passes and one more */
        char *m1 = sql_text(db, "SELECT mix_step(%Q, x, y) FROM p", m);
        char *m2 = sql_text(db, "SELECT mix_step(%Q, x, y) FROM p", m1);
        char *ahead = sql_text(db, "SELECT mix_extrapolate(%Q, %Q, %Q)", m, m1, m2);
        char *next = sql_text(db, "SELECT mix_step(%Q, x, y) FROM p", ahead);
        double reached = sql_double(db, "SELECT %Q ->> 'loglik'", next);
        m = reached >= sql_double(db, "SELECT %Q ->> 'loglik'", m2) ? next : m2;
        best = fmax(best, reached);
    }
    assert_true(best > plain + 0.1);
    double top = sql_double(db, "SELECT gmm_fit(x, y, 3, '{\"tol\":0,\"max_iter\":500}') ->> 'loglik' FROM p");
    assert_in_range(1e6 * (top - best) / 2000, 0, 500);
}

/* ---- Always a model ----------------------------------------------------------------------------------------- */

/* Three models that have nothing to do with each other. */
static void whatever_three_models_are_given_the_result_is_one(void **state) {
    sqlite3 *db = *state;
    const char *const structures[] = {"full", "tied", "diag", "spherical", "EVE", "VEV", "EEV"};
    make_points(db);
    for (size_t s = 0; s < sizeof structures / sizeof *structures; s++) {
        for (int seed = 0; seed < 3; seed++) {
            char *m[3];
            for (int i = 0; i < 3; i++) {
                m[i] = sql_text(db,
                                "SELECT gmm_fit(x, y, 4, '{\"covariance\":\"%s\",\"max_iter\":%d,\"n_init\":1,"
                                "\"init\":\"random\",\"seed\":%d}') FROM (SELECT * FROM p LIMIT 40)",
                                structures[s], i, seed * 3 + i);
            }
            char *result = sql_text(db, "SELECT mix_extrapolate(%Q, %Q, %Q)", m[0], m[1], m[2]);
            assert_close(sql_double(db, "SELECT sum(weight) FROM mix_components(%Q)", result), 1, 1e-12, 0);
            assert_true(isfinite(sql_double(db, "SELECT mix_loglik(%Q, x, y) FROM p", result)));
            if (s == 1) {
                assert_int_equal(
                    sql_integer(db, "SELECT count(DISTINCT covariance) FROM mix_components(%Q)", result), 1);
            }
        }
    }
}

static void columns_of_every_kind_and_noise_go_along(void **state) {
    sqlite3 *db = *state;
    make_points(db);
    sql_run(db, "CREATE TABLE start2 AS SELECT mix_fit(x, y, 2, '{\"max_iter\":0,\"noise\":true}') AS m FROM p");
    make_models(db, "noisy", "(SELECT m FROM start2)");
    assert_close(sql_double(db, "SELECT sum(weight) FROM noisy, mix_components(mix_extrapolate(m0, m1, m2))"), 1,
                 1e-12, 0);
    sql_run(db, "DROP TABLE p; CREATE TABLE p AS WITH RECURSIVE i(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM i "
                "WHERE i < 300) SELECT CASE WHEN i %% 3 > 0 THEN i %% 7 + (i %% 2) * 5 END AS x, "
                "char(97 + i %% 5 * (i %% 2)) AS y FROM i");
    make_models(db, "mixed",
                "(SELECT mix_fit(x, y, 2, '{\"max_iter\":0,\"families\":{\"x1\":\"poisson\"}}') FROM p)");
    assert_true(sql_double(db, "SELECT mix_loglik(mix_extrapolate(m0, m1, m2), x, y) > mix_loglik(m2, x, y) FROM "
                               "mixed, p"));
}

static void three_times_the_same_model_is_the_model(void **state) {
    sqlite3 *db = *state;
    make_points(db);
    assert_int_equal(sql_integer(db, "SELECT mix_extrapolate(m, m, m) = m FROM start"), 1);
}

static void null_gives_null_and_other_models_are_refused(void **state) {
    sqlite3 *db = *state;
    sql_is_null(db,
                "SELECT mix_extrapolate('{\"family\":\"poisson\",\"weights\":[1],\"rates\":[[1]]}', NULL, NULL)");
    expect_error(
        db,
        "SELECT mix_extrapolate('{\"family\":\"poisson\",\"weights\":[1],\"rates\":[[1]]}', "
        "'{\"family\":\"poisson\",\"weights\":[1],\"rates\":[[1, 2]]}', "
        "'{\"family\":\"poisson\",\"weights\":[1],\"rates\":[[1]]}')",
        "mix_extrapolate: model 2 is poisson of 1 components and 2 columns, and not like model 3, poisson of "
        "1 and 1; expected three successive models of EM");
    expect_error(db, "SELECT mix_extrapolate('{\"family\":\"poisson\",\"weights\":[1],\"rates\":[[1]]}', 5, 6)",
                 "mix_extrapolate: argument 2 (model) is INTEGER 5; expected a model as JSON text");
}

/* ---- What a stepped model says ------------------------------------------------------------------------------ */

static void a_step_from_a_fit_says_the_criteria_of_the_fit(void **state) {
    sqlite3 *db = *state;
    make_points(db);
    const char *const keys[] = {"parameters", "aic", "bic", "icl", "loglik", "n"};
    for (int noise = 0; noise < 2; noise++) {
        char *fit =
            sql_text(db, "SELECT gmm_fit(x, y, 3, '{\"equal_weights\":%s,\"noise\":%s,\"max_iter\":5}') FROM p",
                     noise ? "true" : "false", noise ? "true" : "false");
        char *step = sql_text(db, "SELECT mix_step(%Q, x, y) FROM p", fit);
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
            assert_close(sql_double(db, "SELECT %Q ->> %Q", step, keys[i]),
                         sql_double(db, "SELECT %Q ->> %Q", fit, keys[i]), 1e-10, 0);
        }
        assert_int_equal(sql_integer(db, "SELECT %Q ->> 'iterations'", step),
                         sql_integer(db, "SELECT (%Q ->> 'iterations') + 1", fit));
    }
}

static void steps_are_counted_and_rest_is_seen_where_em_rests(void **state) {
    sqlite3 *db = *state;
    make_points(db);
    char *m = sql_text(db, "SELECT m FROM start");
    double before = NAN;
    for (int i = 1; i <= 4; i++) {
        m = sql_text(db, "SELECT mix_maximize(mix_statistics(%Q, x, y)) FROM p", m);
        double loglik = sql_double(db, "SELECT %Q ->> 'loglik'", m);
        assert_int_equal(sql_integer(db, "SELECT %Q ->> 'iterations'", m), i);
        assert_int_equal(sql_integer(db, "SELECT %Q ->> 'converged'", m), loglik - before < 2000 * 1e-8);
        before = loglik;
    }
    m = sql_text(db, "SELECT gmm_fit(x, y, 3, '{\"tol\":0,\"max_iter\":2000}') FROM p");
    m = sql_text(db, "SELECT mix_step(%Q, x, y) FROM p", m);
    assert_int_equal(sql_integer(db, "SELECT %Q ->> 'converged'", m), 0); /* nothing was stepped yet */
    m = sql_text(db, "SELECT mix_step(%Q, x, y) FROM p", m);
    assert_int_equal(sql_integer(db, "SELECT %Q ->> 'converged'", m), 1);
    m = sql_text(db, "SELECT mix_step(%Q, x + rowid, y) FROM p", m);
    assert_int_equal(sql_integer(db, "SELECT %Q ->> 'converged'", m), 0); /* other rows */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        sql_test(one_coordinate_goes_where_a_geometric_sequence_ends),
        sql_test(the_step_is_as_long_as_the_paper_says),
        sql_test(units_and_origin_do_not_matter),
        sql_test(passes_are_saved_and_the_top_is_that_of_plain_em),
        sql_test(whatever_three_models_are_given_the_result_is_one),
        sql_test(columns_of_every_kind_and_noise_go_along),
        sql_test(three_times_the_same_model_is_the_model),
        sql_test(null_gives_null_and_other_models_are_refused),
        sql_test(a_step_from_a_fit_says_the_criteria_of_the_fit),
        sql_test(steps_are_counted_and_rest_is_seen_where_em_rests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
