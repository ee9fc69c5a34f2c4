/* test_kmeans.c: choosing centers where few points are left to choose from. */
#include "check.h"
#include "kmeans.h"

enum { K = 3, TRIALS = 200 };

static const mix_cancel never = {NULL, NULL};

/* Chances of the centers are those of the points; the only point elsewhere has no weight. */
static void when_every_point_that_counts_is_a_center_the_next_is_drawn_by_weight(void **state) {
    (void)state;
    const double x[] = {2, 5, 2, 2}, weight[] = {1, 0, 3, 0};
    const mix_points points = {x, weight, 4, 1, &never};
    const bool placed[K] = {false, false, false};
    bool (*const choose[])(const mix_points *, size_t, const bool *, mix_random *, double *,
                           double *) = {mix_kmeans_plusplus, mix_kmeans_random};
    mix_random random;
    mix_random_seed(&random, 1, 0);
    for (int trial = 0; trial < TRIALS; trial++) {
        double centers[K] = {0}, chances[2 * 4];
        assert_true(choose[trial % 2](&points, K, placed, &random, centers, chances));
        for (size_t c = 0; c < K; c++) {
            assert_true(centers[c] == 2);
        }
    }
}

static void a_random_center_is_not_drawn_where_one_is_placed(void **state) {
    (void)state;
    const double x[] = {0, 1, 2, 0}, weight[] = {100, 1, 1, 100};
    const mix_points points = {x, weight, 4, 1, &never};
    const bool placed[K] = {false, true, false};
    mix_random random;
    mix_random_seed(&random, 2, 0);
    for (int trial = 0; trial < TRIALS; trial++) {
        double centers[K] = {-1, 0, -1}, chances[2 * 4];
        assert_true(mix_kmeans_random(&points, K, placed, &random, centers, chances));
        assert_true(centers[1] == 0);
        assert_true((centers[0] == 1 && centers[2] == 2) || (centers[0] == 2 && centers[2] == 1));
    }
}

/* A cluster of no weight has no mean. */
static void a_cluster_without_weight_sums_to_zero(void **state) {
    (void)state;
    const double x[] = {1, 3, 8, 9}, weight[] = {1, 3, 0, 0};
    const mix_points points = {x, weight, 4, 1, &never};
    const size_t labels[] = {0, 0, 1, 1};
    double centers[2], totals[2];
    mix_kmeans_center(&points, 2, labels, centers, totals);
    assert_true(totals[0] == 4 && centers[0] == 2.5);
    assert_true(totals[1] == 0 && centers[1] == 0);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(when_every_point_that_counts_is_a_center_the_next_is_drawn_by_weight),
        cmocka_unit_test(a_random_center_is_not_drawn_where_one_is_placed),
        cmocka_unit_test(a_cluster_without_weight_sums_to_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
