/* test_hierarchy.c: the tree against mclust's and against a slow, obvious one. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arrays.h"
#include "counted.h"
#include "hierarchy.h"
#include "reader.h"

static const mix_cancel never = {NULL, NULL};

static void check_same_partition(size_t count, const size_t *labels, const double *others) {
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            if ((labels[i] == labels[j]) != (others[i] == others[j])) {
                fail_msg("of %zu points, %zu and %zu", count, j, i);
            }
        }
    }
}

/* ---- mclust ------------------------------------------------------------------------------------------- */

enum { MCLUST_POINTS = 272, MCLUST_CUTS = 8 };

static void check_mclust(const char *name, size_t count, size_t p) {
    static double x[MCLUST_POINTS * 4], weight[MCLUST_POINTS], cuts[MCLUST_CUTS * MCLUST_POINTS];
    size_t labels[MCLUST_POINTS];
    char *text = check_file("hierarchy.mclust.json");
    mix_json_document *document;
    mixture_error error;
    assert_int_equal(mix_json_parse(text, strlen(text), &document, &error), MIXTURE_OK);
    mix_json_value set, value;
    assert_true(mix_json_member(mix_json_root(document), name, &set));
    assert_true(mix_json_member(set, "points", &value));
    assert_int_equal(mix_json_read_array(value, count, p, 1, x, &error), MIXTURE_OK);
    assert_true(mix_json_member(set, "partitions", &value));
    assert_int_equal(mix_json_read_array(value, MCLUST_CUTS, count, 1, cuts, &error), MIXTURE_OK);
    for (size_t i = 0; i < count; i++) {
        weight[i] = 1;
    }
    mix_points points = {x, weight, count, p, &never};
    mix_hierarchy *tree;
    assert_int_equal(mix_hierarchy_new(&points, &tree), MIXTURE_OK);
    for (size_t cut = 0; cut < MCLUST_CUTS; cut++) {
        assert_int_equal(mix_hierarchy_cut(tree, cut + 2, labels), cut + 2);
        check_same_partition(count, labels, cuts + cut * count);
    }
    mix_hierarchy_free(tree);
    mix_json_free(document);
    free(text);
}

static void old_faithful_is_cut_as_mclust_does(void **state) {
    (void)state;
    check_mclust("faithful", 272, 2);
}

static void irises_are_cut_as_mclust_does(void **state) {
    (void)state;
    check_mclust("iris", 150, 4);
}

/* ---- A slow, obvious tree -------------------------------------------------------------------------------- */

enum { MOST = 40, P = 5 };

typedef struct sample {
    double x[MOST * P], weight[MOST];
    size_t count, p;
} sample;

/* Determinant by elimination with the largest pivot; 0 when that is nothing but rounding. */
static long double determinant(size_t p, long double a[P][P]) {
    long double product = 1, most = 0;
    for (size_t j = 0; j < p; j++) {
        most = fmaxl(most, a[j][j]);
    }
    for (size_t j = 0; j < p; j++) {
        size_t pivot = j;
        for (size_t i = j; i < p; i++) {
            pivot = a[i][i] > a[pivot][pivot] ? i : pivot;
        }
        for (size_t c = 0; c < p; c++) { /* rows and columns change places: the sign stays */
            long double other = a[j][c];
            a[j][c] = a[pivot][c];
            a[pivot][c] = other;
        }
        for (size_t r = 0; r < p; r++) {
            long double other = a[r][j];
            a[r][j] = a[r][pivot];
            a[r][pivot] = other;
        }
        if (!(a[j][j] > 1e-15L * most)) {
            return 0;
        }
        product *= a[j][j];
        for (size_t i = j + 1; i < p; i++) {
            long double factor = a[i][j] / a[j][j];
            for (size_t c = j; c < p; c++) {
                a[i][c] -= factor * a[j][c];
            }
        }
    }
    return product;
}

/* The term of the cluster of all points labelled `one` or `two`, from the points; the trace of W if wanted. */
static long double plain_cost(const sample *s, const double *label, double one, double two, long double alpha,
                              long double *trace) {
    long double n = 0, mean[P] = {0}, w[P][P] = {{0}}, sum = 0;
    for (size_t i = 0; i < s->count; i++) {
        if (label[i] == one || label[i] == two) {
            n += s->weight[i];
            for (size_t j = 0; j < s->p; j++) {
                mean[j] += (long double)s->weight[i] * s->x[i * s->p + j];
            }
        }
    }
    for (size_t i = 0; i < s->count; i++) {
        for (size_t j = 0; j < s->p && (label[i] == one || label[i] == two); j++) {
            for (size_t c = 0; c < s->p; c++) {
                w[j][c] += s->weight[i] * (s->x[i * s->p + j] - mean[j] / n) * (s->x[i * s->p + c] - mean[c] / n);
            }
        }
    }
    for (size_t j = 0; j < s->p; j++) {
        sum += w[j][j];
    }
    if (trace != NULL) {
        *trace = sum;
    }
    return n * logl(determinant(s->p, w) / powl(n, (long double)s->p) + (sum + alpha) / n);
}

/* The best union of two clusters, which are labelled by their first points. False when another is so nearly as
** good that rounding may choose. */
static bool plain_merge(const sample *s, long double alpha, double *label) {
    long double least = HUGE_VALL, second = HUGE_VALL;
    double one = 0, two = 0;
    for (size_t i = 0; i < s->count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (label[i] != (double)i || label[j] != (double)j) {
                continue;
            }
            long double rise = plain_cost(s, label, label[i], label[j], alpha, NULL) -
                               plain_cost(s, label, label[i], label[i], alpha, NULL) -
                               plain_cost(s, label, label[j], label[j], alpha, NULL);
            if (rise < least) {
                second = least;
                least = rise;
                one = label[j];
                two = label[i];
            } else if (rise < second) {
                second = rise;
            }
        }
    }
    for (size_t i = 0; i < s->count; i++) {
        label[i] = label[i] == two ? one : label[i];
    }
    return second - least > 1e-9L;
}

/* Every cut of the tree, until a near tie; returns how many were compared. */
static size_t check_all_cuts(const sample *s) {
    mix_points points = {s->x, s->weight, s->count, s->p, &never};
    mix_hierarchy *tree;
    assert_int_equal(mix_hierarchy_new(&points, &tree), MIXTURE_OK);
    double label[MOST] = {0};
    size_t labels[MOST], compared = 0;
    long double trace;
    plain_cost(s, label, 0, 0, 1, &trace); /* all in one */
    for (size_t i = 0; i < s->count; i++) {
        label[i] = (double)i;
    }
    bool clear = true;
    for (size_t left = s->count; clear; left--) {
        assert_int_equal(mix_hierarchy_cut(tree, left, labels), left);
        check_same_partition(s->count, labels, label);
        compared++;
        clear = left > 1 && plain_merge(s, trace / (long double)(s->count * s->p), label);
    }
    mix_hierarchy_free(tree);
    return compared;
}

static double uniform(uint64_t *state) {
    return (double)(random_bits(state) >> 11) * 0x1p-53;
}

/* Three clouds, of weights that are 1 on average. */
static sample random_sample(size_t p, bool weighted, uint64_t *state) {
    sample s = {.count = 20 + random_bits(state) % 20, .p = p};
    double total = 0;
    for (size_t i = 0; i < s.count; i++) {
        s.weight[i] = weighted ? 0.1 + uniform(state) : 1;
        total += s.weight[i];
        for (size_t j = 0; j < p; j++) {
            s.x[i * p + j] =
                (double)(i % 3) * 0.5 + uniform(state) + uniform(state) + (double)(i % 3) * uniform(state);
        }
    }
    for (size_t i = 0; i < s.count; i++) {
        s.weight[i] *= (double)s.count / total;
    }
    return s;
}

static void every_cut_is_that_of_a_slow_obvious_tree(void **state) {
    (void)state;
    uint64_t random = 1;
    size_t compared = 0, cuts = 0;
    for (int round = 0; round < 48; round++) {
        sample s = random_sample(1 + (size_t)round % P, round / 4 % 2 == 1, &random);
        compared += check_all_cuts(&s);
        cuts += s.count;
    }
    assert_true(compared > cuts / 2); /* not all ended early by ties */
}

/* ---- Degenerate points ------------------------------------------------------------------------------------ */

/* Cuts of degenerate points have as many clusters as they should, numbered by their first points. */
static void check_cuts(const double *x, size_t count, size_t p) {
    double weight[MOST];
    size_t labels[MOST];
    for (size_t i = 0; i < count; i++) {
        weight[i] = 1 + (double)(i % 2);
    }
    mix_points points = {x, weight, count, p, &never};
    mix_hierarchy *tree;
    assert_int_equal(mix_hierarchy_new(&points, &tree), MIXTURE_OK);
    for (size_t k = 1; k <= count + 1; k++) {
        size_t clusters = k < count ? k : count, next = 0;
        assert_int_equal(mix_hierarchy_cut(tree, k, labels), clusters);
        for (size_t i = 0; i < count; i++) {
            assert_true(labels[i] <= next);
            next += labels[i] == next;
        }
        assert_int_equal(next, clusters);
    }
    mix_hierarchy_free(tree);
}

static void collinear_constant_and_equal_points_are_fine(void **state) {
    (void)state;
    double x[MOST * 3], same[MOST * 3] = {0};
    for (size_t i = 0; i < MOST; i++) {
        double t = (double)(i * i % 37);
        x[3 * i] = t;
        x[3 * i + 1] = 2 * t - 1;
        x[3 * i + 2] = 5;
    }
    check_cuts(x, MOST, 3); /* 19 distinct ones: squares modulo the prime 37 */
    check_cuts(same, MOST, 3);
    check_cuts(x, 1, 3);
    check_cuts(x, 2, 3);
    for (size_t i = 0; i < 3 * (size_t)MOST; i++) {
        x[i] *= 1e-200; /* squares vanish */
    }
    check_cuts(x, MOST, 3);
}

/* ---- Failing ---------------------------------------------------------------------------------------------- */

static void every_allocation_may_fail(void **state) {
    (void)state;
    uint64_t random = 3;
    sample s = random_sample(3, true, &random);
    mix_points points = {s.x, s.weight, s.count, s.p, &never};
    mix_hierarchy *tree = NULL;
    long blocks = 0;
    for (mixture_status status = MIXTURE_NOMEM; status != MIXTURE_OK; blocks++) {
        assert_int_equal(live_blocks, 0);
        blocks_left = blocks;
        status = mix_hierarchy_new(&points, &tree);
        assert_true(status == MIXTURE_OK ? tree != NULL : status == MIXTURE_NOMEM && tree == NULL);
    }
    assert_true(blocks > 10);
    mix_hierarchy_free(tree);
}

static bool count_down(void *host) {
    long *left = host;
    return (*left)-- <= 0;
}

static void cancelled_at_any_poll_it_ends(void **state) {
    (void)state;
    enum { POINTS = 300 };
    static double x[POINTS * P], weight[POINTS];
    uint64_t random = 5;
    for (size_t i = 0; i < POINTS; i++) {
        weight[i] = 1;
        for (size_t j = 0; j < P; j++) {
            x[i * P + j] = uniform(&random);
        }
    }
    mix_hierarchy *tree = NULL;
    long polls = 0;
    for (mixture_status status = MIXTURE_CANCELLED; status != MIXTURE_OK; polls++) {
        long left = polls;
        mix_cancel cancel = {count_down, &left};
        mix_points points = {x, weight, POINTS, P, &cancel};
        status = mix_hierarchy_new(&points, &tree);
        assert_true(status == MIXTURE_OK ? tree != NULL : status == MIXTURE_CANCELLED && tree == NULL);
    }
    assert_true(polls > 10);
    mix_hierarchy_free(tree);
}

int main(int argc, char **argv) {
    check_filter(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_faithful_is_cut_as_mclust_does),
        cmocka_unit_test(irises_are_cut_as_mclust_does),
        cmocka_unit_test(every_cut_is_that_of_a_slow_obvious_tree),
        cmocka_unit_test(collinear_constant_and_equal_points_are_fine),
        cmocka_unit_test_setup_teardown(every_allocation_may_fail, count_allocations, check_that_nothing_leaked),
        cmocka_unit_test_setup_teardown(cancelled_at_any_poll_it_ends, count_allocations,
                                        check_that_nothing_leaked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
