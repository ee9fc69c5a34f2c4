/* test_laws.c: models of families that have no fit of their own, written by hand: read, scored, drawn from and
** stepped in SQL at once. */
#include <math.h>
#include <string.h>

#include "sql.h"

/* R: sprintf("%.17g", dexp(2, 1.5)), dgamma(2, 3, 1.5), dlnorm(2, .5, .75), dbeta(.3, 2, 5),
** exp(1.5 * cos(2 - .5)) / (2 * pi * besselI(1.5, 0)) dnbinom(3, size = 1.5, mu = 2)
** and dt((2 - .5) / 1.5, 3) / 1.5. */
static const struct {
    const char *model;
    double x, density;
} laws[] = {
    {"'{\"family\":\"exponential\",\"weights\":[1],\"rates\":[[1.5]]}'", 2, 0.074680602551795927},
    {"'{\"family\":\"gamma\",\"weights\":[1],\"shapes\":[[3]],\"rates\":[[1.5]]}'", 2, 0.33606271148308159},
    {"'{\"family\":\"lognormal\",\"weights\":[1],\"means\":[[0.5]],\"deviations\":[[0.75]]}'", 2,
     0.25728666644678461},
    {"'{\"family\":\"beta\",\"weights\":[1],\"alphas\":[[2]],\"betas\":[[5]]}'", 0.3, 2.1608999999999998},
    {"'{\"family\":\"von_mises\",\"weights\":[1],\"means\":[[0.5]],\"concentrations\":[[1.5]]}'", 2,
     0.10746837812934236},
    {"'{\"family\":\"negative_binomial\",\"weights\":[1],\"means\":[[2]],\"sizes\":[[1.5]]}'", 3,
     0.1145166770917744},
};
enum { LAWS = sizeof laws / sizeof *laws };

static void a_density_is_that_of_r(void **state) {
    for (size_t i = 0; i < LAWS; i++) {
        double got = sql_double(*state, "SELECT mix_density(%s, %.17g)", laws[i].model, laws[i].x);
        assert_close(got, laws[i].density, 1e-13, 0);
    }
}

static void a_value_without_density_is_refused_with_what_is_expected(void **state) {
    static const char *const texts[] = {
        "mix_density: value 1 (x1) is -1; expected a number from 0 to 1e150",
        "mix_density: value 1 (x1) is -1; expected a number > 0, from 1e-150 to 1e150",
        "mix_density: value 1 (x1) is -1; expected a number > 0, from 1e-150 to 1e150",
        "mix_density: value 1 (x1) is -1; expected a number > 0 and < 1",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        expect_error(*state, sql_build("SELECT mix_density(%s, -1)", laws[i].model), texts[i]);
    }
}

/* Periods are of columns, which only parts have by themselves: one that is not read must not be passed over. */
static void a_period_stands_in_a_part_of_a_mixed_model(void **state) {
    expect_error(
        *state,
        "SELECT mix_density('{\"family\":\"von_mises\",\"weights\":[1],\"means\":[[1]],\"concentrations\":"
        "[[2]],\"period\":24}', 1)",
        "mix_density: argument 1 (model): period is 24 at offset 82; expected none but in a part of a model of "
        "family mixed");
    double hours =
        sql_double(*state, "SELECT mix_density('{\"family\":\"mixed\",\"weights\":[1],\"parts\":[{\"family\":"
                           "\"von_mises\",\"columns\":[\"x\"],\"period\":24,\"means\":[12],"
                           "\"concentrations\":[1.5]}]}', 12 + 5.729577951308232)");
    assert_close(hours, 0.10746837812934236 * 2 * acos(-1) / 24, 1e-13, 0);
}

/* A value that is not known is imputed by the mean of its law, and has no part in the density. */
static void what_is_not_observed_is_left_out_and_imputed_by_its_mean(void **state) {
    static const char model[] = "'{\"family\":\"gamma\",\"weights\":[0.5,0.5],\"shapes\":[[3,2],[3,4]],"
                                "\"rates\":[[1.5,1],[1.5,1]]}'";
    double want = (2 + 4) / 2.0;
    assert_close(sql_double(*state, "SELECT mix_impute(%s, 2, NULL) ->> 1", model), want, 1e-14, 0);
    assert_close(sql_double(*state, "SELECT mix_density(%s, 2, NULL)", model), 0.33606271148308159, 1e-13, 0);
}

static void rows_drawn_lead_back_to_the_model(void **state) {
    for (size_t i = 0; i < LAWS; i++) {
        double numbers[4], again[4];
        sql_run(*state, "CREATE TABLE drawn AS SELECT x1 FROM mix_sample(%s, 4000, 3)", laws[i].model);
        size_t count = sql_numbers(
            *state, numbers, 4, "SELECT value FROM mix_parameters(%s) WHERE parameter <> 'weight'", laws[i].model);
        /* Twice: where sums are taken about the model they must not depend on it. */
        assert_int_equal(sql_numbers(*state, again, 4,
                                     "SELECT value FROM (SELECT mix_step(m, x1) AS n FROM drawn, (SELECT "
                                     "mix_step(%s, x1) AS m FROM drawn)), mix_parameters(n) WHERE parameter <> "
                                     "'weight'",
                                     laws[i].model),
                         count);
        for (size_t p = 0; p < count; p++) {
            assert_close(again[p], numbers[p], 0.12, 0); /* within five standard errors */
        }
        sql_run(*state, "DROP TABLE drawn");
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        sql_test(a_density_is_that_of_r),
        sql_test(a_value_without_density_is_refused_with_what_is_expected),
        sql_test(a_period_stands_in_a_part_of_a_mixed_model),
        sql_test(what_is_not_observed_is_left_out_and_imputed_by_its_mean),
        sql_test(rows_drawn_lead_back_to_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
