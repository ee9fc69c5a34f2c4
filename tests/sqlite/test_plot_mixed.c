/* test_plot_mixed.c: pictures of models whose columns are of several families. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "check_svg.h"
#include "sql.h"

/* The caller's order is not that of the parts. */
static const char mixed[] =
    "{\"family\":\"mixed\",\"columns\":[\"size\",\"city\",\"visits\",\"age\"],\"weights\":[0.25,0.75],\"parts\":["
    "{\"family\":\"gaussian\",\"columns\":[\"size\",\"age\"],\"means\":[[0,1],[4,-2]],"
    "\"covariances\":[[[1,0.5],[0.5,2]],[[2,0],[0,1]]]},"
    "{\"family\":\"categorical\",\"columns\":[\"city\"],\"levels\":[7,\"A<sk\",\"Bergen\"],"
    "\"probabilities\":[[0.2,0.4,0.4],[0.4,0.4,0.2]]},"
    "{\"family\":\"poisson\",\"columns\":[\"visits\"],\"rates\":[2,5]}]}";

static void gaussian_columns_are_drawn_as_those_of_a_gaussian_model(void **state) {
    static const char alone[] =
        "{\"family\":\"gaussian\",\"columns\":[\"size\",\"age\"],\"weights\":[0.25,0.75],\"means\":[[0,1],[4,-2]],"
        "\"covariances\":[[[1,0.5],[0.5,2]],[[2,0],[0,1]]]}";
    static const char *const options[] = {
        "{\"columns\":[\"size\",\"age\"]}",
        "{\"columns\":[\"age\",\"size\"],\"what\":\"components\"}",
        "{\"columns\":[\"size\",\"age\"],\"what\":\"surface\"}",
        "{\"columns\":[\"age\"]}",
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        char *svg = sql_text(*state, "SELECT mix_plot_model(%Q, %Q)", mixed, options[i]);
        check_picture(svg);
        assert_string_equal(svg, sql_text(*state, "SELECT mix_plot_model(%Q, %Q)", alone, options[i]));
    }
}

/* Heights of bars "M left bottom V top H right V bottom". */
static size_t read_heights(const char *path, double *heights, size_t most) {
    size_t count = 0;
    double left, bottom, top, right;
    const char *at = strstr(path, " d=\"") + 4;
    while (count < most && sscanf(at, "M%lf %lfV%lfH%lfV", &left, &bottom, &top, &right) == 4) {
        heights[count++] = bottom - top;
        at = strpbrk(at + 1, "M\"");
    }
    return count;
}

static void a_column_of_levels_has_bars_with_their_names(void **state) {
    char *svg = sql_text(*state, "SELECT mix_plot_model(%Q, '{\"columns\":[\"city\"],\"height\":2000}')", mixed);
    double heights[4];
    check_picture(svg);
    assert_int_equal(read_heights(strstr(svg, "<path class=\"m-fill\""), heights, 4), 3);
    assert_close(heights[1] / heights[0], 0.4 / 0.35, 1e-3, 0);
    assert_close(heights[2] / heights[0], 0.25 / 0.35, 1e-3, 0);
    const char *first = strstr(svg, ">7</text>"), *second = strstr(svg, ">A&lt;sk</text>");
    const char *third = strstr(svg, ">Bergen</text>");
    assert_true(first != NULL && first < second && second < third);
    assert_string_equal(sql_text(*state, "SELECT mix_plot_model(%Q, '{\"columns\":[2],\"height\":2000}')", mixed),
                        svg);
    /* Rows beside them. */
    svg = sql_text(*state,
                   "SELECT mix_plot(%Q, mix_row(0, v, 1, 1), '{\"columns\":[\"city\"],\"height\":2000}') "
                   "FROM (SELECT 7 AS v UNION ALL SELECT 'Bergen' UNION ALL SELECT 'Bergen')",
                   mixed);
    check_picture(svg);
    assert_int_equal(read_heights(strstr(svg, "<path class=\"m-bar"), heights, 4), 2);
    assert_close(heights[1] / heights[0], 2, 1e-3, 0);
}

/* All columns are levels: bars of their probabilities, a group for each. */
static void probabilities_of_levels_are_bars_by_component(void **state) {
    static const char classes[] =
        "{\"family\":\"mixed\",\"weights\":[0.5,0.5],\"parts\":[{\"family\":\"categorical\",\"columns\":[\"a\"],"
        "\"levels\":[\"no\",\"yes\"],\"probabilities\":[[0.2,0.8],[0.6,0.4]]},{\"family\":\"categorical\","
        "\"columns\":[\"b\"],\"levels\":[1,2],\"probabilities\":[[0.5,0.5],[0.3,0.7]]}]}";
    static const double expected[] = {0.2, 0.6, 0.8, 0.4, 0.5, 0.3, 0.5, 0.7};
    char *svg = sql_text(*state, "SELECT mix_plot_model(%Q, '{\"width\":2000}')", classes);
    check_picture(svg);
    static const char *const names[] = {">a: no<", ">a: yes<", ">b: 1<", ">b: 2<"};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(count_of(svg, names[i]), 1);
    }
    double unit = 0;
    const char *at = svg;
    for (size_t i = 0; i < 8; i++) {
        double x, y, end;
        at = strstr(at + 1, "<path fill=\"#");
        while (at != NULL && sscanf(strstr(at, " d=\"") + 4, "M%lf %lfH%lfv", &x, &y, &end) != 3) {
            at = strstr(at + 1, "<path fill=\"#"); /* swatches of the legend */
        }
        assert_non_null(at);
        unit = i == 0 ? (end - x) / expected[0] : unit;
        assert_close((end - x) / unit, expected[i], 2e-3, 0);
    }
    svg = sql_text(*state, "SELECT mix_plot_model(%Q)", mixed);
    check_picture(svg);
    assert_int_equal(count_of(svg, ">city: Bergen<"), 1);
    assert_int_equal(count_of(svg, ">visits, rate<"), 1);
}

static void a_matrix_has_ellipses_where_columns_are_gaussian(void **state) {
    char *svg = sql_text(*state, "SELECT mix_plot(%Q, x1, x2, x3, x4) FROM mix_sample(%Q, 40)", mixed, mixed);
    check_picture(svg);
    assert_int_equal(count_of(svg, "of each component of Gaussian columns"), 1);
    assert_int_equal(count_of(svg, "<path stroke-width=\"1.7\""), 2); /* of one pair */
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        sql_test(gaussian_columns_are_drawn_as_those_of_a_gaussian_model),
        sql_test(a_column_of_levels_has_bars_with_their_names),
        sql_test(probabilities_of_levels_are_bars_by_component),
        sql_test(a_matrix_has_ellipses_where_columns_are_gaussian),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
