/* test_fit_start.c: gmm_fit started from given parameters or a whole model. */
#include <math.h>
#include <string.h>

#include "plain.h"
#include "sql.h"

enum { N = 272 };

static const char weights[] = "\"weights\":[0.3,0.7]";
static const char means[] = "\"means\":[[4,80],[2.5,60]]"; /* the lighter cluster second */
static const char covariances[] = "\"covariances\":[[[1,2],[2,100]],[[0.5,-1],[-1,80]]]";

static int with_faithful(void **state) {
    *state = sql_open();
    return sql_csv(*state, "faithful", "faithful.csv", 2) != N;
}

#define faithful_test(name) cmocka_unit_test_setup_teardown(name, with_faithful, sql_teardown)

static char *fit(sqlite3 *db, int k, const char *options) {
    return sql_text(db, "SELECT gmm_fit(c1, c2, %d, %Q) FROM faithful", k, options);
}

static double member(sqlite3 *db, const char *json, const char *key) {
    return sql_double(db, "SELECT %Q ->> %Q", json, key);
}

/* One iteration of EM as the textbook writes it; returns the log-likelihood before. */
static long double plain_em(plain *model, const double *x) {
    long double n[2] = {0}, mean[2][2] = {{0}}, square[2][2][2] = {{{0}}}, loglik = 0;
    static long double resp[N][PLAIN_K];
    for (int i = 0; i < N; i++) {
        loglik += plain_log_density(model, x + 2 * i, resp[i]);
        for (int c = 0; c < 2; c++) {
            n[c] += resp[i][c];
            mean[c][0] += resp[i][c] * (long double)x[2 * i];
            mean[c][1] += resp[i][c] * (long double)x[2 * i + 1];
        }
    }
    for (int c = 0; c < 2; c++) {
        mean[c][0] /= n[c];
        mean[c][1] /= n[c];
        for (int i = 0; i < N; i++) {
            for (int a = 0; a < 2; a++) {
                for (int b = 0; b < 2; b++) {
                    square[c][a][b] += resp[i][c] * ((long double)x[2 * i + a] - mean[c][a]) *
                                       ((long double)x[2 * i + b] - mean[c][b]);
                }
            }
        }
        model->weights[c] = (double)(n[c] / N);
        for (int a = 0; a < 2; a++) {
            model->means[c][a] = (double)mean[c][a];
            for (int b = 0; b < 2; b++) {
                model->covariances[c][a][b] = (double)(square[c][a][b] / n[c]);
            }
        }
    }
    return loglik;
}

static void each_iteration_is_one_of_textbook_em(void **state) {
    plain model = {2, 2, {0.3, 0.7}, {{4, 80}, {2.5, 60}}, {{{1, 2}, {2, 100}}, {{0.5, -1}, {-1, 80}}}};
    double x[2 * N];
    (void)sql_numbers(*state, x, 2 * N, "SELECT c1, c2 FROM faithful");
    const char *json = fit(*state, 2,
                           sql_format("{\"init\":{%s,%s,%s},\"accelerate\":false,\"tol\":0,\"max_iter\":8}",
                                      weights, means, covariances));
    double trace[10];
    assert_int_equal(sql_numbers(*state, trace, 10, "SELECT loglik FROM mix_trace(%Q)", json), 9);
    for (int iteration = 0; iteration < 8; iteration++) {
        assert_close(trace[iteration], (double)plain_em(&model, x), 1e-12, 0);
    }
    plain fitted = plain_read(json);
    for (int c = 0; c < 2; c++) {
        assert_close(fitted.weights[c], model.weights[c], 1e-11, 0);
        for (int a = 0; a < 2; a++) {
            assert_close(fitted.means[c][a], model.means[c][a], 1e-11, 0);
            assert_close(fitted.covariances[c][a][0], model.covariances[c][a][0], 1e-10, 0);
            assert_close(fitted.covariances[c][a][1], model.covariances[c][a][1], 1e-10, 0);
        }
    }
    assert_close(trace[8], (double)plain_em(&model, x), 1e-12, 0);
}

static void with_max_iter_0_the_given_start_is_the_model(void **state) {
    plain model = plain_read(
        fit(*state, 2, sql_format("{\"init\":{%s,%s,%s},\"max_iter\":0}", covariances, means, weights)));
    const double wanted[] = {4, 80, 2.5, 60};
    for (int c = 0; c < 2; c++) {
        assert_close(model.weights[c], c ? 0.7 : 0.3, 1e-15, 0);
        assert_close(model.means[c][0], wanted[2 * c], 1e-14, 0);
        assert_close(model.means[c][1], wanted[2 * c + 1], 1e-14, 0);
        assert_close(model.covariances[c][0][1], c ? -1 : 2, 1e-13, 0);
    }
}

static void any_part_of_the_start_may_be_left_out(void **state) {
    const char *const starts[] = {
        sql_format("%s,%s", means, covariances),
        sql_format("%s,%s", weights, covariances),
        sql_format("%s,%s", weights, means),
        weights,
        means,
        covariances,
        "",
    };
    double best = member(*state, fit(*state, 2, "{}"), "loglik");
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        const char *json = fit(*state, 2, sql_format("{\"init\":{%s}}", starts[i]));
        assert_close(member(*state, json, "loglik"), best, 1e-6, 0);
        assert_int_equal(sql_integer(*state, "SELECT json_valid(%Q)", json), 1);
    }
}

static void a_given_start_keeps_its_order(void **state) {
    const char *const starts[] = {"\"means\":[[2,55],[4.3,80]]", "\"means\":[[4.3,80],[2,55]]"};
    plain low = plain_read(fit(*state, 2, sql_format("{\"init\":{%s}}", starts[0])));
    plain high = plain_read(fit(*state, 2, sql_format("{\"init\":{%s}}", starts[1])));
    assert_true(low.means[0][0] < 3 && low.means[1][0] > 3 && low.weights[0] < low.weights[1]);
    assert_true(high.means[0][0] > 3 && high.means[1][0] < 3);
    /* Without one they are ordered by falling weight. */
    plain drawn = plain_read(fit(*state, 2, "{}"));
    assert_true(drawn.weights[0] > drawn.weights[1]);
}

static void a_whole_model_is_a_warm_start_however_it_is_nested(void **state) {
    sql_run(*state,
            "CREATE TABLE model AS SELECT gmm_fit(c1, c2, 3, '{\"max_iter\":2,\"columns\":[\"a\",\"b\"]}') AS m "
            "FROM faithful");
    const char *const queries[] = {
        "SELECT gmm_fit(c1, c2, 3, json_object('init', json(m))) FROM faithful, model",
        "SELECT gmm_fit(c1, c2, 3, '{\"init\":' || m || '}') FROM faithful, model",
        "SELECT gmm_fit(c1, c2, 3, json_set('{}', '$.init', json(m))) FROM faithful, model",
    };
    const char *first = sql_text(*state, "%s", queries[0]);
    for (size_t i = 1; i < sizeof queries / sizeof *queries; i++) {
        assert_string_equal(sql_text(*state, "%s", queries[i]), first);
    }
    assert_close(member(*state, first, "$.trace[0]"), sql_double(*state, "SELECT m ->> 'loglik' FROM model"),
                 1e-12, 0);
    assert_true(member(*state, first, "converged") == 1);
}

static void a_fit_can_be_continued_where_it_stopped(void **state) {
    const char *whole = fit(*state, 3, "{\"n_init\":1,\"max_iter\":6,\"tol\":0,\"accelerate\":false}");
    const char *half = fit(*state, 3, "{\"n_init\":1,\"max_iter\":3,\"tol\":0,\"accelerate\":false}");
    const char *rest =
        fit(*state, 3, sql_format("{\"init\":%s,\"max_iter\":3,\"tol\":0,\"accelerate\":false}", half));
    assert_close(member(*state, rest, "loglik"), member(*state, whole, "loglik"), 1e-12, 0);
}

static void equal_weights_win_over_those_of_the_start(void **state) {
    plain model =
        plain_read(fit(*state, 2, sql_format("{\"equal_weights\":true,\"init\":{%s,%s}}", weights, means)));
    assert_true(model.weights[0] == 0.5 && model.weights[1] == 0.5);
}

static void a_start_is_brought_to_the_covariance_structure(void **state) {
    /* Weighted by the shares 0.3 and 0.7: the variances of c1 pool to 0.3 * 1 + 0.7 * 0.5. */
    const char *options =
        sql_format("{\"covariance\":\"EEI\",\"max_iter\":0,\"init\":{%s,%s,%s}}", weights, means, covariances);
    plain model = plain_read(fit(*state, 2, options));
    for (int c = 0; c < 2; c++) {
        assert_close(model.covariances[c][0][0], 0.65, 1e-13, 0);
        assert_close(model.covariances[c][1][1], 86, 1e-13, 0);
        assert_true(model.covariances[c][0][1] == 0 && model.covariances[c][1][0] == 0);
    }
}

static void a_start_far_from_the_data_still_gives_a_sound_model(void **state) {
    const char *json = fit(*state, 2, "{\"init\":{\"means\":[[1e6,1e6],[3,70]]}}");
    assert_int_equal(sql_integer(*state, "SELECT json_valid(%Q)", json), 1);
    plain model = plain_read(json);
    assert_close(model.weights[0] + model.weights[1], 1, 0, 1e-12);
}

static void a_wide_start_any_number_of_deviations_away_ends_at_the_right_answer(void **state) {
    /* 0 ... 10, five times: mean 5, variance 10; one component has its maximum there and nowhere else. */
    sql_run(*state,
            "CREATE TABLE v AS WITH RECURSIVE s(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM s WHERE i < 54) "
            "SELECT i %% 11 AS x FROM s");
    const double loglik = -55. / 2 * (log(2 * acos(-1) * 10) + 1);
    for (int exponent = 3; exponent <= 70; exponent++) {
        const char *json = sql_text(*state,
                                    "SELECT gmm_fit(x, 1, '{\"init\":{\"weights\":[1],\"means\":[[1e%d]],"
                                    "\"covariances\":[[[1e%d]]]}}') FROM v",
                                    exponent, 2 * exponent);
        plain model = plain_read(json);
        assert_close(model.means[0][0], 5, 1e-12, 0);
        assert_close(model.covariances[0][0][0], 10, 1e-6, 0);
        assert_close(member(*state, json, "loglik"), loglik, 1e-9, 0);
        assert_true(member(*state, json, "converged") == 1);
    }
}

/* One component of two columns, of which each structure has its closed form. */
static void nor_does_the_structure_matter(void **state) {
    static const char *const codes[] = {"EII", "VII", "EEI", "VEI", "EVI", "VVI", "EEE",
                                        "VEE", "EVE", "VVE", "EEV", "VEV", "EVV", "VVV"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        double plainly = sql_double(*state,
                                    "SELECT gmm_fit(c1, c2, 1, '{\"covariance\":\"%s\"}') ->> 'loglik' "
                                    "FROM faithful",
                                    codes[i]);
        for (int exponent = 16; exponent <= 70; exponent += 2) {
            const char *json = fit(*state, 1,
                                   sql_format("{\"covariance\":\"%s\",\"init\":{\"means\":[[1e%d,1e%d]],"
                                              "\"covariances\":[[[1e%d,0],[0,1e%d]]]}}",
                                              codes[i], exponent, exponent, 2 * exponent, 2 * exponent));
            assert_close(member(*state, json, "loglik"), plainly, 1e-9, 0);
        }
    }
}

static void a_start_on_another_scale_than_the_data_is_taken_in_the_users_units(void **state) {
    sql_run(*state, "CREATE TABLE scaled AS SELECT c1 * 1e6 + 1e9 AS c1, c2 * 1e-6 AS c2 FROM faithful");
    const char *plainly = fit(*state, 2, "{\"init\":{\"means\":[[2,55],[4.3,80]]},\"tol\":1e-12}");
    const char *scaled =
        sql_text(*state, "SELECT gmm_fit(c1, c2, 2, "
                         "'{\"init\":{\"means\":[[1.002e9,55e-6],[1.0043e9,80e-6]]},\"tol\":1e-12}') "
                         "FROM scaled");
    plain a = plain_read(plainly), b = plain_read(scaled);
    for (int c = 0; c < 2; c++) {
        assert_close(b.weights[c], a.weights[c], 1e-6, 0);
        assert_close((b.means[c][0] - 1e9) / 1e6, a.means[c][0], 1e-6, 0);
        assert_close(b.means[c][1] * 1e6, a.means[c][1], 1e-6, 0);
        assert_close(b.covariances[c][0][1], a.covariances[c][0][1], 1e-5, 0);
    }
    assert_close(member(*state, scaled, "loglik"), member(*state, plainly, "loglik"), 1e-9,
                 0); /* the units cancel */
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        faithful_test(each_iteration_is_one_of_textbook_em),
        faithful_test(with_max_iter_0_the_given_start_is_the_model),
        faithful_test(any_part_of_the_start_may_be_left_out),
        faithful_test(a_given_start_keeps_its_order),
        faithful_test(a_whole_model_is_a_warm_start_however_it_is_nested),
        faithful_test(a_fit_can_be_continued_where_it_stopped),
        faithful_test(equal_weights_win_over_those_of_the_start),
        faithful_test(a_start_is_brought_to_the_covariance_structure),
        faithful_test(a_start_far_from_the_data_still_gives_a_sound_model),
        faithful_test(a_wide_start_any_number_of_deviations_away_ends_at_the_right_answer),
        faithful_test(nor_does_the_structure_matter),
        faithful_test(a_start_on_another_scale_than_the_data_is_taken_in_the_users_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
