/* test_combine.c: mix_combine against entropies counted anew for every pair from the same rows, against closed
** forms, and where it is known which components are one group. */
#include <math.h>
#include <string.h>

#include "sql.h"

enum { ROWS = 20000, MOST_K = 4 };

/* ---- The slow way ------------------------------------------------------------------------------------------- */

/* Each row's probabilities of the components; the rows are those that mix_sample() draws. */
static double drawn[ROWS * MOST_K];

/* Nats a row, of clusters and noise, all from the beginning. */
static double count_entropy(size_t k, const int *cluster, bool noisy) {
    double sum = 0;
    for (size_t i = 0; i < ROWS; i++) {
        double share[MOST_K] = {0}, noise = 1;
        for (size_t c = 0; c < k; c++) {
            share[cluster[c]] += drawn[i * k + c];
            noise -= drawn[i * k + c];
        }
        for (size_t c = 0; c < k; c++) {
            sum -= share[c] > 0 ? share[c] * log(share[c]) : 0;
        }
        sum -= noisy && noise > 0 ? noise * log(noise) : 0;
    }
    return sum / ROWS;
}

/* Clusters are known by their first components. */
static void unite(size_t k, int *cluster, int a, int b) {
    for (size_t c = 0; c < k; c++) {
        cluster[c] = cluster[c] == b ? a : cluster[c];
    }
}

static void join_slowly(size_t k, int *cluster, bool noisy) {
    double least = INFINITY;
    int first = 0, second = 0;
    for (int a = 0; a < (int)k; a++) {
        for (int b = a + 1; b < (int)k; b++) {
            if (cluster[a] == a && cluster[b] == b) {
                int tried[MOST_K];
                memcpy(tried, cluster, sizeof tried);
                unite(k, tried, a, b);
                double entropy = count_entropy(k, tried, noisy);
                if (entropy < least) {
                    least = entropy;
                    first = a;
                    second = b;
                }
            }
        }
    }
    unite(k, cluster, first, second);
}

/* Cluster numbers without gaps. */
static int number_of(const int *cluster, int c) {
    int number = 0;
    for (int a = 0; a <= cluster[c]; a++) {
        number += cluster[a] == a;
    }
    return number;
}

static void check_model(sqlite3 *db, const char *json, size_t k, bool noisy, const char *trials) {
    double rows[MOST_K * (MOST_K + 1) * 4];
    size_t each = k + noisy, at = 0;
    int cluster[MOST_K] = {0, 1, 2, 3};
    assert_int_equal(sql_numbers(db, drawn, ROWS * MOST_K,
                                 "SELECT value FROM mix_sample(%Q, %d, 0%s) AS s, json_each(mix_probabilities(%Q, "
                                 "s.x))",
                                 json, ROWS, trials, json),
                     ROWS * k);
    assert_int_equal(sql_numbers(db, rows, sizeof rows / sizeof *rows, "SELECT * FROM mix_combine(%Q)", json),
                     4 * k * each);
    for (size_t clusters = k; clusters > 0; clusters--) {
        double entropy = count_entropy(k, cluster, noisy);
        for (size_t c = 0; c < each; c++, at++) {
            bool noise = c == k;
            assert_int_equal((int)rows[4 * at], clusters);
            assert_int_equal((int)rows[4 * at + 1], noise ? 0 : c + 1);
            assert_int_equal((int)rows[4 * at + 2], noise ? 0 : number_of(cluster, (int)c));
            assert_close(rows[4 * at + 3], entropy, 1e-10, 1e-12);
        }
        if (clusters > 1) {
            join_slowly(k, cluster, noisy);
        }
    }
}

static void joins_are_those_of_entropies_counted_anew(void **state) {
    check_model(*state,
                "{\"family\":\"gaussian\",\"weights\":[0.3,0.2,0.4,0.1],\"means\":[[0,0],[4,1],[1,1.5],[3,3]],"
                "\"covariances\":[[[1,0.5],[0.5,1]],[[2,0],[0,1]],[[1,0],[0,0.5]],[[1,-0.3],[-0.3,2]]]}",
                4, false, "");
    check_model(*state,
                "{\"family\":\"student\",\"weights\":[0.3,0.3,0.4],\"means\":[[0],[5],[4]],\"scales\":[1,2,3],"
                "\"degrees\":[3,4,5]}",
                3, false, "");
    check_model(*state,
                "{\"family\":\"multinomial\",\"weights\":[0.3,0.3,0.4],\"trials\":6,\"probabilities\":[[0.2,0.8],"
                "[0.9,0.1],[0.6,0.4]]}",
                3, false, ", 6");
    check_model(
        *state,
        "{\"family\":\"mixed\",\"columns\":[\"x\",\"n\",\"w\"],\"weights\":[0.3,0.3,0.4],\"parts\":[{\"family\":"
        "\"gaussian\",\"columns\":[\"x\"],\"means\":[1,2,3],\"covariances\":[1,2,1]},{\"family\":\"poisson\","
        "\"columns\":[\"n\"],\"rates\":[1,5,3]},{\"family\":\"categorical\",\"columns\":[\"w\"],\"levels\":"
        "[\"a\",\"b\"],\"probabilities\":[[0.2,0.8],[0.5,0.5],[1,0]]}]}",
        3, false, "");
}

/* Its part of the entropy stays, also where there is one cluster. */
static void noise_is_never_joined(void **state) {
    check_model(
        *state,
        "{\"family\":\"gaussian\",\"weights\":[0.3,0.2,0.3],\"means\":[[0],[6],[1]],\"covariances\":[1,1,4],"
        "\"noise\":{\"weight\":0.2,\"log_density\":-3,\"low\":[-8],\"high\":[12]}}",
        3, true, "");
}

/* ---- Known answers ------------------------------------------------------------------------------------------ */

/* Of four equal components each row has a quarter. Ties go to the first ones; then one and the pair, since that
** leaves 1/4 ln 4 + 3/4 ln 4/3 < ln 2. */
static void equal_components_have_closed_forms(void **state) {
    double rows[64];
    const double entropy[] = {log(4), 1.5 * log(2), log(4) / 4 + 0.75 * log(4.0 / 3), 0};
    const int clusters[][4] = {{1, 2, 3, 4}, {1, 1, 2, 3}, {1, 1, 1, 2}, {1, 1, 1, 1}};
    assert_int_equal(sql_numbers(*state, rows, 64,
                                 "SELECT * FROM mix_combine('{\"family\":\"poisson\",\"weights\":[0.25,0.25,0.25,"
                                 "0.25],\"rates\":[[3],[3],[3],[3]]}')"),
                     64);
    for (int at = 0; at < 16; at++) {
        assert_int_equal((int)rows[4 * at], 4 - at / 4);
        assert_int_equal((int)rows[4 * at + 2], clusters[at / 4][at % 4]);
        assert_close(rows[4 * at + 3], entropy[at / 4], 1e-12, 0);
    }
}

/* Two normal distributions 2 a apart: the entropy is an integral, by the trapezoidal rule, and the rows that are
** drawn are off by their deviation over the root of their number. */
static void the_entropy_is_that_of_the_model(void **state) {
    double sum = 0, square = 0;
    for (double x = -12; x <= 12; x += 1e-3) {
        double one = exp(-0.5 * (x - 1) * (x - 1)), other = exp(-0.5 * (x + 1) * (x + 1)), p = one / (one + other);
        double density = 1e-3 * (one + other) / 2 / sqrt(8 * atan(1)), own = -p * log(p) - (1 - p) * log1p(-p);
        sum += p < 1 ? density * own : 0;
        square += p < 1 ? density * own * own : 0;
    }
    assert_close(sql_double(*state, "SELECT max(entropy) FROM mix_combine('{\"family\":\"gaussian\",\"weights\":"
                                    "[0.5,0.5],\"means\":[[-1],[1]],\"covariances\":[1,1]}')"),
                 sum, 0, 4 * sqrt((square - sum * sum) / ROWS));
}

/* Rows of a skewed group, which takes two Gaussians, and of one far away. */
static void a_skewed_group_is_one_cluster(void **state) {
    sql_run(
        *state,
        "CREATE TABLE p AS WITH RECURSIVE i(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM i WHERE i < 300) SELECT "
        "-3 * ln(1 - (i - 0.5) / 300) AS x FROM i UNION ALL SELECT 60 + mix_quantile('{\"family\":\"gaussian\","
        "\"weights\":[1],\"means\":[[0]],\"covariances\":[1]}', (i - 0.5) / 300) FROM i;"
        "CREATE TABLE fit AS SELECT gmm_fit(x, 3) AS m FROM p");
    assert_int_equal(sql_integer(*state, "SELECT count(*) FROM fit, mix_components(m) WHERE mean ->> 0 < 30"), 2);
    assert_int_equal(sql_integer(*state,
                                 "SELECT count(DISTINCT cluster) = 2 AND count(DISTINCT cluster || (mean ->> "
                                 "0 < 30)) = 2 AND max(entropy) < 1e-6 FROM fit, mix_combine(m, 2) JOIN "
                                 "mix_components(m) USING (component)"),
                     1);
    /* Which cluster a row is in. */
    assert_int_equal(
        sql_count(*state,
                  "SELECT x FROM fit, p, mix_responsibilities(m, x) JOIN mix_combine(m, 2) USING (component) "
                  "GROUP BY p.rowid, cluster HAVING sum(probability) > 0.999"),
        600);
}

/* The same model in another order: names stay together as before. */
static void the_order_of_components_does_not_matter(void **state) {
    static const char *const orders[] = {"ABCD", "DCBA", "BDAC", "CADB"};
    char first[200] = "";
    for (int o = 0; o < 4; o++) {
        const char *sql =
            sql_build("(SELECT '{\"family\":\"gaussian\",\"weights\":[0.25,0.25,0.25,0.25],"
                      "\"covariances\":[1,1,1,1],\"means\":[' || group_concat(x) || '],\"names\":[' "
                      "|| group_concat('\"' || name || '\"') || ']}' AS m FROM (SELECT substr(%Q, "
                      "value, 1) AS name, json_extract('{\"A\":0,\"B\":2,\"C\":5,\"D\":14}', '$.' || "
                      "substr(%Q, value, 1)) AS x FROM json_each('[1,2,3,4]')))",
                      orders[o], orders[o]);
        const char *joins = sql_text(
            *state,
            "SELECT group_concat(of_k, ' ') FROM (SELECT group_concat(names, '-') AS of_k, k FROM (SELECT k, "
            "group_concat(name, '') AS names FROM (SELECT k, cluster, name FROM %s, mix_combine(m) JOIN "
            "mix_components(m) USING (component) ORDER BY k, name) GROUP BY k, cluster ORDER BY k, names) GROUP BY k "
            "ORDER BY k)",
            sql);
        assert_string_equal(joins, "ABCD ABC-D AB-C-D A-B-C-D");
        const char *entropies =
            sql_text(*state,
                     "SELECT group_concat(printf('%%.1f', entropy)) FROM %s, mix_combine(m) WHERE component = "
                     "1",
                     sql);
        if (o == 0) {
            strncpy(first, entropies, sizeof first - 1);
        }
        assert_string_equal(entropies, first);
    }
}

/* ---- Arguments ---------------------------------------------------------------------------------------------- */

#define THREE                                                                                                     \
    "'{\"family\":\"gaussian\",\"weights\":[0.3,0.3,0.4],\"means\":[[0],[2],[3]],\"covariances\":[1,1,1]}'"

static void k_picks_one_number_of_clusters(void **state) {
    for (int k = 1; k <= 3; k++) {
        assert_int_equal(sql_count(*state,
                                   "SELECT * FROM mix_combine(" THREE ", %d) JOIN mix_combine(" THREE ", NULL) "
                                   "USING (k, component, cluster, entropy)",
                                   k),
                         3);
    }
    assert_int_equal(sql_count(*state, "SELECT * FROM mix_combine(" THREE ") WHERE k = 2"), 3);
    assert_int_equal(sql_count(*state, "SELECT * FROM mix_combine(NULL, 7)"), 0);
    expect_error(*state, "SELECT * FROM mix_combine(" THREE ", 4)",
                 "mix_combine: argument 2 (k) is INTEGER 4; expected an integer from 1 to 3");
    expect_error(*state,
                 "SELECT * FROM mix_combine('{\"family\":\"multinomial\",\"weights\":[1],\"probabilities\":"
                 "[[0.5,0.5]]}')",
                 "mix_combine: the mean sum of counts (trials) is 0; expected a model with one from 0.5 to 10000");
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        sql_test(joins_are_those_of_entropies_counted_anew),
        sql_test(noise_is_never_joined),
        sql_test(equal_components_have_closed_forms),
        sql_test(the_entropy_is_that_of_the_model),
        sql_test(a_skewed_group_is_one_cluster),
        sql_test(the_order_of_components_does_not_matter),
        sql_test(k_picks_one_number_of_clusters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
