/* test_kmeans.c: choosing centers where few points are left to choose from. */
#include <math.h>
#include <string.h>

#include "check.h"
#include "kmeans.h"
#include "random.h"

enum { K = 3, TRIALS = 200, POINTS = 37, MOST_COLUMNS = 6 };

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
        double centers[K] = {0}, chances[3 * 4];
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
        double centers[K] = {-1, 0, -1}, chances[3 * 4];
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

/* Points of some columns, for which centers are drawn. */
typedef struct cloud {
    double x[POINTS * MOST_COLUMNS], weight[POINTS], centers[K * MOST_COLUMNS];
    mix_points points;
} cloud;

static void draw_cloud(cloud *own, size_t size, size_t count, mix_random *random) {
    for (size_t i = 0; i < count; i++) {
        own->weight[i] = 0.5 + mix_random_uniform(random);
    }
    for (size_t i = 0; i < count * size; i++) {
        own->x[i] = mix_random_normal(random);
    }
    for (size_t i = 0; i < K * size; i++) {
        own->centers[i] = mix_random_normal(random);
    }
    own->points = (mix_points){own->x, own->weight, count, size, &never};
}

/* Of the centers, the first that is nearest. */
static size_t plain_nearest(const cloud *own, size_t row) {
    size_t size = own->points.size, nearest = 0;
    long double least = HUGE_VALL;
    for (size_t c = 0; c < K; c++) {
        long double distance = 0;
        for (size_t j = 0; j < size; j++) {
            long double difference = (long double)own->x[row * size + j] - own->centers[c * size + j];
            distance += difference * difference;
        }
        nearest = distance < least ? c : nearest;
        least = fminl(least, distance);
    }
    return nearest;
}

static void every_point_goes_to_its_nearest_center_unless_it_is_known(void **state) {
    (void)state;
    mix_random random;
    mix_random_seed(&random, 3, 0);
    for (size_t trial = 0; trial < TRIALS; trial++) {
        cloud own;
        size_t labels[POINTS] = {0}, before[POINTS], known[POINTS], count = POINTS - trial % 2;
        draw_cloud(&own, 1 + trial % MOST_COLUMNS, count, &random);
        for (size_t i = 0; i < count; i++) {
            known[i] = trial % 4 == 3 && i % 5 == 2 ? 1 + i % K : 0;
        }
        for (int pass = 0; pass < 2; pass++) { /* the second changes nothing */
            bool changed, differs = false;
            memcpy(before, labels, sizeof before);
            assert_true(
                mix_kmeans_assign(&own.points, K, own.centers, trial % 4 > 1 ? known : NULL, labels, &changed));
            for (size_t i = 0; i < count; i++) {
                assert_int_equal(labels[i], known[i] != 0 ? known[i] - 1 : plain_nearest(&own, i));
                differs = differs || labels[i] != before[i];
            }
            assert_true(changed == differs && (pass == 0 || !changed));
        }
    }
}

static void of_equally_near_centers_the_first_is_taken(void **state) {
    (void)state;
    const double x[] = {1, 1, 3, 3, 2, 9}, weight[] = {1, 1, 1}, centers[] = {2, 2, 4, 2, 2, 2};
    const mix_points points = {x, weight, 3, 2, &never};
    size_t labels[] = {2, 2, 2};
    bool changed;
    assert_true(mix_kmeans_assign(&points, 3, centers, NULL, labels, &changed));
    assert_true(labels[0] == 0 && labels[1] == 0 && labels[2] == 0);
}

static void drawn_centers_are_points_that_differ(void **state) {
    (void)state;
    mix_random random;
    mix_random_seed(&random, 4, 0);
    for (size_t trial = 0; trial < TRIALS; trial++) {
        cloud own;
        double chances[3 * POINTS];
        const bool placed[K] = {trial % 3 == 1, false, false};
        size_t size = 1 + trial % MOST_COLUMNS, count = POINTS - trial % 2, rows[K];
        draw_cloud(&own, size, count, &random);
        assert_true(mix_kmeans_plusplus(&own.points, K, placed, &random, own.centers, chances));
        for (size_t c = placed[0] ? 1 : 0; c < K; c++) {
            for (rows[c] = 0; rows[c] < count &&
                              memcmp(own.x + rows[c] * size, own.centers + c * size, size * sizeof(double));) {
                rows[c]++;
            }
            assert_true(rows[c] < count);
            for (size_t e = placed[0] ? 1 : 0; e < c; e++) {
                assert_true(rows[e] != rows[c]);
            }
        }
    }
}

static void centers_are_the_weighted_means_of_their_points(void **state) {
    (void)state;
    mix_random random;
    mix_random_seed(&random, 5, 0);
    for (size_t trial = 0; trial < TRIALS; trial++) {
        cloud own;
        size_t labels[POINTS], size = 1 + trial % MOST_COLUMNS, count = POINTS - trial % 2;
        double totals[K];
        draw_cloud(&own, size, count, &random);
        for (size_t i = 0; i < count; i++) {
            labels[i] = i * i % 7 % 2; /* none in the last */
        }
        double untouched = own.centers[2 * size];
        mix_kmeans_center(&own.points, K, labels, own.centers, totals);
        assert_true(totals[2] == 0 && own.centers[2 * size] == untouched);
        for (size_t c = 0; c < 2; c++) {
            for (size_t j = 0; j < size; j++) {
                long double sum = 0, weight = 0;
                for (size_t i = 0; i < count; i++) {
                    weight += labels[i] == c ? own.weight[i] : 0;
                    sum += labels[i] == c ? (long double)own.weight[i] * own.x[i * size + j] : 0;
                }
                assert_true(fabsl(own.centers[c * size + j] - sum / weight) < 1e-13L);
                assert_true(fabsl(totals[c] - weight) < 1e-12L);
            }
        }
    }
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(when_every_point_that_counts_is_a_center_the_next_is_drawn_by_weight),
        cmocka_unit_test(a_random_center_is_not_drawn_where_one_is_placed),
        cmocka_unit_test(a_cluster_without_weight_sums_to_zero),
        cmocka_unit_test(every_point_goes_to_its_nearest_center_unless_it_is_known),
        cmocka_unit_test(of_equally_near_centers_the_first_is_taken),
        cmocka_unit_test(drawn_centers_are_points_that_differ),
        cmocka_unit_test(centers_are_the_weighted_means_of_their_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
