/* test_locale.c: under a locale with decimal commas, as programs with windows set it, models are read and written,
** and errors said, as under any other. The locale is made here by localedef; without it the tests are skipped. */
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plain.h"
#include "sql.h"

static char folder[] = "/tmp/mixture-locale-XXXXXX";
static bool made;

static int make_locale(void **state) {
    (void)state;
    if (mkdtemp(folder) == NULL || setenv("LOCPATH", folder, 1) != 0) {
        return -1;
    }
    char command[200];
    snprintf(command, sizeof command, "localedef -i de_DE -f ISO-8859-1 %s/de_DE.ISO-8859-1 >/dev/null 2>&1",
             folder);
    made = system(command) == 0;
    return 0;
}

static int remove_locale(void **state) {
    (void)state;
    char command[200];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    return system(command);
}

/* Write and read decimal commas from here on; false, with a message, where that cannot be had. */
static bool speak_german(void) {
    char text[20];
    if (!made || setlocale(LC_ALL, "de_DE.ISO-8859-1") == NULL) {
        print_message("skipped: localedef cannot make de_DE.ISO-8859-1 here\n");
        return false;
    }
    snprintf(text, sizeof text, "%.1f", 1.5);
    assert_string_equal(text, "1,5");
    return true;
}

static int teardown(void **state) {
    setlocale(LC_ALL, "C");
    return sql_teardown(state);
}

#define locale_test(name) cmocka_unit_test_setup_teardown(name, sql_setup, teardown)

static const char hand[] = "{\"family\":\"gaussian\",\"weights\":[0.25,7.5e-1],\"means\":[[0.5],[-1.25]],"
                           "\"covariances\":[[[1.5]],[[2.5]]]}";

/* Texts and numbers that must be the same; SQLite's own JSON functions follow the locale and are left out. */
static const char *const queries[] = {
    "SELECT gmm_fit(c1, c2, 3) FROM faithful",
    "SELECT gmm_fit(c1, 2, '{\"tol\":1.5e-3,\"min_variance\":0.001,\"init\":{\"means\":[[2.5],[4.25]]}}') FROM faithful",
    "SELECT gmm_fit(c1, 2, '{\"init\":' || m || '}') FROM faithful, model",
    "SELECT mmm_fit(CAST(c1 AS INTEGER), CAST(c2 AS INTEGER), 2) FROM faithful",
    "SELECT mix_probabilities(m, 0.75) || mix_impute(m, NULL) FROM model",
    "SELECT hex(mix_row(mix_density(m, 0.5), mix_distance(m, 2, 2.5), mix_uncertainty(m, 1.5))) FROM model",
    "SELECT hex(mix_row(mix_loglik(m, c1))) FROM faithful, model",
    "SELECT group_concat(mean || covariance) FROM model, mix_components(m)",
    "SELECT group_concat(hex(mix_row(value))) FROM model, mix_parameters(m)",
    "SELECT group_concat(x) FROM model, mix_sample(m, 20)",
    "SELECT group_concat(hex(mix_row(x, density))) FROM model, mix_grid(m, 9, 1, 1.5)",
    "SELECT mix_step(m, c1) FROM faithful, model",
    "SELECT gmm_select(c1, 2) FROM faithful",
    "SELECT gmm_fit(c1 + 1e13, 2.0 * c1 - 1e13, 2) ->> 'warnings' FROM faithful", /* of which one has numbers */
    "SELECT mix_plot(m, c1) FROM faithful, model",
    "SELECT mix_plot(f, c1, c2) FROM faithful, (SELECT gmm_fit(c1, c2, 2) AS f FROM faithful)",
    "SELECT mix_plot_model(m, '{\"width\":400}') FROM model",
    ("SELECT group_concat(hex(mix_row(x, y, level))) FROM (SELECT gmm_fit(c1, c2, 2) AS f FROM faithful), "
     "mix_contours(f, '[0.5]', 9)"),
};

#define SKEW                                                                                                      \
    "SELECT mix_predict('{\"family\":\"gaussian\",\"weights\":[1],\"means\":[[0,0]],"                             \
    "\"covariances\":[[[1,0.5],[0.25,1]]]}', 1, 2)"

static const char *const errors[] = {
    "SELECT mix_predict(replace(m, '0.25', '1.5'), 1) FROM model",
    "SELECT mix_predict(replace(m, '0.25', '0.125'), 1) FROM model",
    "SELECT mix_predict(replace(m, '[[1.5]]', '[[-1.5]]'), 1) FROM model",
    SKEW,
    "SELECT mix_predict(replace(m, '0.25', '0,25'), 1) FROM model",
    "SELECT mix_predict(replace(m, '0.25', '1e400'), 1) FROM model",
    "SELECT mix_probability(m, 1.5, 2) FROM model",
    "SELECT * FROM model, mix_grid(m, 2, 1, -0.5)",
    "SELECT * FROM model, mix_sample(m, 2.5)",
    "SELECT gmm_fit(c1, 2.5) FROM faithful",
    "SELECT gmm_fit(c1, 2, '{\"tol\":-0.5}') FROM faithful",
    "SELECT gmm_fit(c1, 2, '{\"min_variance\":1.5}') FROM faithful",
    "SELECT gmm_fit(c1, 2, '{\"init\":{\"weights\":[0.5,0.75]}}') FROM faithful",
    "SELECT gmm_fit(c1 * 1e100, 2) FROM faithful",
    "SELECT mmm_fit(c1, c2, 2) FROM faithful",
};

static void fill(sqlite3 *db) {
    (void)sql_csv(db, "faithful", "faithful.csv", 2);
    sql_run(db, "CREATE TABLE model AS SELECT %Q AS m", hand);
}

static void every_number_is_read_and_written_with_a_point(void **state) {
    enum { QUERIES = sizeof queries / sizeof *queries };
    const char *plainly[QUERIES];
    fill(*state);
    for (int i = 0; i < QUERIES; i++) {
        plainly[i] = sql_text(*state, "%s", queries[i]);
    }
    if (!speak_german()) {
        skip();
    }
    for (int i = 0; i < QUERIES; i++) {
        assert_string_equal(sql_text(*state, "%s", queries[i]), plainly[i]);
    }
}

static void the_first_model_a_connection_sees_is_read_right(void **state) {
    if (!speak_german()) {
        skip();
    }
    plain model = {2, 1, {0.25, 0.75}, {{0.5}, {-1.25}}, {{{1.5}}, {{2.5}}}};
    const double x = 0.75;
    assert_close(sql_double(*state, "SELECT mix_log_density(%Q, 0.75)", hand),
                 (double)plain_log_density(&model, &x, NULL), 1e-14, 0);
}

static void errors_are_said_with_a_point(void **state) {
    enum { ERRORS = sizeof errors / sizeof *errors };
    char *plainly[ERRORS], *text;
    fill(*state);
    for (int i = 0; i < ERRORS; i++) {
        assert_int_equal(sql_outcome(*state, errors[i], &plainly[i]), SQLITE_ERROR);
    }
    if (!speak_german()) {
        skip();
    }
    for (int i = 0; i < ERRORS; i++) {
        assert_int_equal(sql_outcome(*state, errors[i], &text), SQLITE_ERROR);
        assert_string_equal(text, plainly[i]);
    }
}

static void the_hosts_locale_is_left_as_it_was(void **state) {
    fill(*state);
    if (!speak_german()) {
        skip();
    }
    (void)sql_text(*state, "SELECT gmm_fit(c1, c2, 2) FROM faithful");
    (void)sql_double(*state, "SELECT mix_density(m, 1) FROM model");
    char text[20];
    snprintf(text, sizeof text, "%.1f", 2.5);
    assert_string_equal(text, "2,5");
    assert_string_equal(setlocale(LC_ALL, NULL), "de_DE.ISO-8859-1");
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        locale_test(every_number_is_read_and_written_with_a_point),
        locale_test(the_first_model_a_connection_sees_is_read_right),
        locale_test(errors_are_said_with_a_point),
        locale_test(the_hosts_locale_is_left_as_it_was),
    };
    return cmocka_run_group_tests(tests, make_locale, remove_locale);
}
