/* hierarchy.c: the tree is built by a table of the rise in cost of every pair of clusters, of which a union
** changes one row and column only. Each row remembers its least entry, or a lower bound of it that is made
** exact only when it is the least of all (Muellner, "Modern hierarchical, agglomerative clustering algorithms",
** 2011, section 3.1). */
#include "hierarchy.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "inline.h"
#include "kernel.h"
#include "linalg.h"
#include "memory.h"

/* A pivot of W below this part of its diagonal entry is taken for 0: W is singular then, but for rounding. */
#define FLAT 1e-12
/* Multiplications between two questions whether to go on: well below a millisecond. */
#define POLL_WORK 2e5

struct mix_hierarchy {
    size_t count, leaves; /* points; distinct ones */
    size_t *leaf;         /* of each point; leaves are numbered by their first points */
    size_t *first;        /* the first point of each leaf */
    size_t *parent;       /* the cluster, named by its first leaf, into which the one that begins here went; */
    size_t *step;         /* at which step 0, 1, …; never: SIZE_MAX */
};

typedef struct cluster {
    double n, trace, cost; /* n_k, tr W_k and the cluster's term of the sum */
    double det;            /* |W_k / n_k|, where regular; else 0 */
    double *scatter;       /* W_k, packed, and the inverse of its Cholesky factor; NULL: one leaf */
    size_t leaves;
    bool regular; /* W_k has a Cholesky factor */
} cluster;

typedef struct nearest { /* the least entry of row i of the table */
    double rise;
    size_t other; /* < i */
    bool stale;   /* rise is only a lower bound */
} nearest;

typedef struct builder {
    mix_hierarchy *tree;
    const mix_points *points;
    size_t p;
    double alpha;
    cluster *clusters;
    double *means;
    double *columns;          /* of the leaves: their points as p columns, */
    double *sizes, *costs;    /* n_k and terms */
    size_t *live, live_count; /* clusters that are left, rising */
    double *rises;            /* of cluster i and j < i, at i (i - 1) / 2 + j */
    nearest *nearest;
    double *pairs;                /* what rises of several pairs are made of and, then, they themselves */
    double *delta, *sum, *factor; /* of a pair: p, p x p, packed */
    double work, pair_work;       /* since the last poll; of a pair, at most: a Cholesky factor, a logarithm */
} builder;

void mix_hierarchy_free(mix_hierarchy *tree) {
    if (tree != NULL) {
        void *blocks[] = {tree->leaf, tree->first, tree->parent, tree->step, tree};
        for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
            mix_memory_free(blocks[i]);
        }
    }
}

static bool stop_building(builder *b, double work) {
    b->work += work;
    if (b->work < POLL_WORK) {
        return false;
    }
    b->work = 0;
    return mix_cancelled(b->points->cancel);
}

/* ---- Leaves ---------------------------------------------------------------------------------------------- */

static bool equal(const double *x, const double *y, size_t p) {
    size_t j = 0;
    while (j < p && x[j] == y[j]) {
        j++;
    }
    return j == p;
}

/* Equal points become one leaf. */
static mixture_status find_leaves(builder *b) {
    mix_hierarchy *tree = b->tree;
    const double *x = b->points->x;
    for (size_t i = 0; i < tree->count; i++) {
        size_t leaf = 0;
        while (leaf < tree->leaves && !equal(x + i * b->p, x + tree->first[leaf] * b->p, b->p)) {
            leaf++;
        }
        tree->leaf[i] = leaf;
        if (leaf == tree->leaves) {
            tree->first[tree->leaves++] = i;
        }
        if (stop_building(b, (double)leaf)) {
            return MIXTURE_CANCELLED;
        }
    }
    return MIXTURE_OK;
}

/* ---- Cost ------------------------------------------------------------------------------------------------ */

/* A logarithm can be taken of it. */
static double bounded(double x) {
    x = x < DBL_MAX ? x : DBL_MAX;
    return x > DBL_MIN ? x : DBL_MIN;
}

/* A cluster's term of the sum is n_k times the logarithm of this. det: |W_k / n_k|, or 0 where that is singular. A
** determinant so small that a double cannot hold it is none beside the other term. */
static double inner(const builder *b, double n, double trace, double det) {
    return bounded(det + (trace + b->alpha) / n);
}

/* |F F' / n| of a packed factor. */
static double determinant(size_t p, const double *factor, double n) {
    double product = 1;
    for (size_t j = 0; j < p; j++) {
        double entry = factor[mix_linalg_at(j, j)];
        product *= entry * entry / n;
    }
    return product;
}

/* |(W + c delta delta') / n|: of one more point, by which the determinant grows by 1 + c delta' W^-1 delta. */
MIX_INLINE double det_of_growth(const cluster *grown, const double *delta, double c, double n, size_t p) {
    const double *row = grown->scatter + mix_linalg_packed(p);
    double squares = 0, product = grown->det, share = grown->n / n;
    for (size_t i = 0; i < p; row += ++i) {
        double sum = 0;
        for (size_t j = 0; j <= i; j++) {
            sum += row[j] * delta[j];
        }
        squares += sum * sum;
        product *= share;
    }
    return product * (1 + c * squares);
}

/* |A / n| of a symmetric p x p matrix, of which the lower triangle is read and destroyed: the product of the
** pivots of elimination; 0 where one is as good as 0 beside the diagonal. */
MIX_INLINE double det_by_elimination(double *a, const double *diagonal, double n, size_t p) {
    double product = 1;
    for (size_t j = 0; j < p; j++) {
        double pivot = a[j * p + j];
        if (!(pivot > FLAT * diagonal[j] && pivot > 0)) {
            return 0;
        }
        product *= pivot / n;
        for (size_t i = j + 1; i < p; i++) {
            double multiple = a[i * p + j] / pivot;
            for (size_t m = j + 1; m <= i; m++) {
                a[i * p + m] -= multiple * a[m * p + j];
            }
        }
    }
    return product;
}

/* |(W_one + W_two + c delta delta') / n|. */
MIX_INLINE double det_of_union(const cluster *one, const cluster *two, const double *delta, double c, double n,
                               double *sum, double *diagonal, size_t p) {
    for (size_t i = 0, at = 0; i < p; i++) {
        for (size_t j = 0; j <= i; j++, at++) {
            double entry = c * delta[i] * delta[j];
            entry += one->scatter != NULL ? one->scatter[at] : 0;
            sum[i * p + j] = entry + (two->scatter != NULL ? two->scatter[at] : 0);
        }
        diagonal[i] = sum[i * p + i];
    }
    return det_by_elimination(sum, diagonal, n, p);
}

/* Of the union of two clusters. */
MIX_INLINE double inner_of_columns(builder *b, const cluster *one, const cluster *two, size_t p) {
    double few_deltas[MIX_FEW_COLUMNS], few_sums[MIX_FEW_COLUMNS * MIX_FEW_COLUMNS],
        few_diagonals[MIX_FEW_COLUMNS];
    double *delta = p <= MIX_FEW_COLUMNS ? few_deltas : b->delta, *sum = p <= MIX_FEW_COLUMNS ? few_sums : b->sum;
    double *diagonal = p <= MIX_FEW_COLUMNS ? few_diagonals : b->factor;
    const double *x = b->means + (size_t)(one - b->clusters) * p, *y = b->means + (size_t)(two - b->clusters) * p;
    double squares = 0;
    for (size_t j = 0; j < p; j++) {
        delta[j] = x[j] - y[j];
        squares += delta[j] * delta[j];
    }
    double n = one->n + two->n, c = one->n * two->n / n, det = 0;
    if (one->regular && two->leaves == 1) {
        det = det_of_growth(one, delta, c, n, p);
    } else if (two->regular && one->leaves == 1) {
        det = det_of_growth(two, delta, c, n, p);
    } else if (one->leaves + two->leaves > p) { /* fewer have no determinant */
        det = det_of_union(one, two, delta, c, n, sum, diagonal, p);
    }
    return inner(b, n, one->trace + two->trace + c * squares, det);
}

static double inner_of_union(builder *b, const cluster *one, const cluster *two) {
    return MIX_WITH_COLUMNS(b->p, inner_of_columns, b, one, two);
}

/* pairs[l]: by how much the sum rises when cluster i and others[l] become one. */
static mixture_status find_rises(builder *b, size_t i, const size_t *others, size_t count) {
    const cluster *one = b->clusters + i;
    for (size_t l = 0; l < count; l++) {
        if (stop_building(b, b->pair_work)) {
            return MIXTURE_CANCELLED;
        }
        b->pairs[l] = inner_of_union(b, one, b->clusters + others[l]);
    }
    mix_kernel_current()->log(count, b->pairs);
    for (size_t l = 0; l < count; l++) {
        const cluster *two = b->clusters + others[l];
        b->pairs[l] = (one->n + two->n) * b->pairs[l] - one->cost - two->cost;
    }
    return MIXTURE_OK;
}

/* The same for leaf i and those before it: two points have no determinant or, of one column, one equal to the
** trace. */
static void find_leaf_rises(builder *b, size_t i) {
    double *pairs = b->pairs;
    memset(pairs, 0, i * sizeof *pairs);
    for (size_t a = 0; a < b->p; a++) {
        const double *column = b->columns + a * b->tree->leaves;
        double x = column[i];
        for (size_t j = 0; j < i; j++) {
            double delta = x - column[j];
            pairs[j] += delta * delta;
        }
    }
    double size = b->sizes[i], cost = b->costs[i], alpha = b->alpha, share = b->p == 1 ? 2 : 1;
    const double *sizes = b->sizes, *costs = b->costs;
    for (size_t j = 0; j < i; j++) {
        double n = size + sizes[j], trace = size * sizes[j] / n * pairs[j];
        pairs[j] = bounded((share * trace + alpha) / n);
    }
    mix_kernel_current()->log(i, pairs);
    for (size_t j = 0; j < i; j++) {
        pairs[j] = (size + sizes[j]) * pairs[j] - cost - costs[j];
    }
}

/* ---- Pairs ----------------------------------------------------------------------------------------------- */

static double *entry(const builder *b, size_t i, size_t j) {
    return i > j ? b->rises + i * (i - 1) / 2 + j : b->rises + j * (j - 1) / 2 + i;
}

static void find_nearest(const builder *b, size_t i) {
    const double *row = b->rises + i * (i - 1) / 2;
    nearest least = {INFINITY, 0, false};
    for (size_t l = 0; b->live[l] < i; l++) {
        if (row[b->live[l]] < least.rise) {
            least = (nearest){row[b->live[l]], b->live[l], false};
        }
    }
    b->nearest[i] = least;
}

/* The cluster whose pair with an earlier one is the best of all. */
static size_t best_row(const builder *b) {
    for (;;) {
        size_t best = b->live[1];
        for (size_t l = 2; l < b->live_count; l++) {
            best = b->nearest[b->live[l]].rise < b->nearest[best].rise ? b->live[l] : best;
        }
        if (!b->nearest[best].stale) {
            return best;
        }
        find_nearest(b, best);
    }
}

/* Cluster `changed` took `gone` in: what that means to the nearest of a later row i. */
static void update_nearest(nearest *least, double new_rise, size_t changed, size_t gone) {
    if (new_rise < least->rise) {
        *least = (nearest){new_rise, changed, false};
    } else if (least->other == changed || least->other == gone || new_rise == least->rise) {
        least->stale = true;
    }
}

/* ---- Merging ------------------------------------------------------------------------------------------- */

/* Cluster j becomes part of i: W_i + W_j + n_i n_j / (n_i + n_j) (m_i - m_j) (m_i - m_j)'. */
static mixture_status merge(builder *b, size_t i, size_t j) {
    cluster *one = b->clusters + i, *two = b->clusters + j;
    double *x = b->means + i * b->p, *y = b->means + j * b->p;
    size_t p = b->p, packed = mix_linalg_packed(p);
    double n = one->n + two->n, c = one->n * two->n / n;
    if (one->scatter == NULL) {
        one->scatter = two->scatter;
        two->scatter = NULL;
    }
    if (one->scatter == NULL) {
        one->scatter = mix_memory_zeros(2 * packed, sizeof(double));
        if (one->scatter == NULL) {
            return MIXTURE_NOMEM;
        }
    }
    for (size_t a = 0; a < p; a++) {
        b->delta[a] = x[a] - y[a];
        x[a] += (y[a] - x[a]) * (two->n / n);
    }
    one->n = n;
    one->leaves += two->leaves;
    one->trace = 0;
    for (size_t a = 0, at = 0; a < p; a++) {
        for (size_t e = 0; e <= a; e++, at++) {
            one->scatter[at] += (two->scatter != NULL ? two->scatter[at] : 0) + c * b->delta[a] * b->delta[e];
            b->sum[a * p + e] = one->scatter[at];
        }
        one->trace += b->sum[a * p + a];
    }
    one->regular = one->leaves > p && mix_linalg_cholesky(p, b->sum, FLAT, b->factor);
    one->det = 0;
    if (one->regular) {
        one->det = determinant(p, b->factor, n);
        mix_linalg_invert(p, b->factor, one->scatter + packed);
    }
    one->cost = n * log(inner(b, n, one->trace, one->det));
    mix_memory_free(two->scatter);
    two->scatter = NULL;
    return MIXTURE_OK;
}

/* No longer live. */
static void bury(builder *b, size_t j) {
    size_t l = 0;
    while (b->live[l] != j) {
        l++;
    }
    b->live_count--;
    memmove(b->live + l, b->live + l + 1, (b->live_count - l) * sizeof *b->live);
}

/* The rises of cluster i, which took j in, with all others. */
static mixture_status compare_ranks(builder *b, size_t i, size_t j) {
    mixture_status status =
        find_rises(b, i, b->live, b->live_count); /* itself among them, which counts for nothing */
    if (status != MIXTURE_OK) {
        return status;
    }
    size_t l = 0;
    for (; b->live[l] < i; l++) {
        *entry(b, i, b->live[l]) = b->pairs[l];
    }
    for (l++; l < b->live_count; l++) {
        *entry(b, i, b->live[l]) = b->pairs[l];
        update_nearest(&b->nearest[b->live[l]], b->pairs[l], i, j);
    }
    if (i > 0) {
        find_nearest(b, i);
    }
    return MIXTURE_OK;
}

/* The rises of all pairs of leaves. */
static mixture_status compare_leaves(builder *b) {
    for (size_t i = 1; i < b->tree->leaves; i++) {
        if (stop_building(b, (double)i * (double)(b->p + 10))) {
            return MIXTURE_CANCELLED;
        }
        find_leaf_rises(b, i);
        memcpy(entry(b, i, 0), b->pairs, i * sizeof *b->pairs);
        find_nearest(b, i);
    }
    return MIXTURE_OK;
}

static mixture_status grow_clusters(builder *b) {
    mixture_status status = compare_leaves(b);
    for (size_t step = 0; status == MIXTURE_OK && b->live_count > 1; step++) {
        size_t j = best_row(b), i = b->nearest[j].other;
        b->tree->parent[j] = i;
        b->tree->step[j] = step;
        status = merge(b, i, j);
        if (status == MIXTURE_OK) {
            bury(b, j);
            status = compare_ranks(b, i, j);
        }
    }
    return status;
}

/* ---- All of it ----------------------------------------------------------------------------------------- */

/* Every leaf a cluster; alpha. */
static void plant(builder *b) {
    const mix_points *points = b->points;
    size_t p = b->p;
    double total = 0, squares = 0;
    for (size_t i = 0; i < points->count; i++) {
        total += points->weight[i];
    }
    for (size_t i = 0; i < points->count; i++) {
        b->clusters[b->tree->leaf[i]].n += points->weight[i];
    }
    for (size_t j = 0; j < p; j++) {
        double mean = 0;
        for (size_t i = 0; i < points->count; i++) {
            mean += points->weight[i] / total * points->x[i * p + j];
        }
        for (size_t i = 0; i < points->count; i++) {
            double distance = points->x[i * p + j] - mean;
            squares += points->weight[i] * distance * distance;
        }
    }
    b->pair_work = (double)p * (double)p * ((double)p / 6 + 1) + 50;
    b->alpha = fmax(squares / (total * (double)p), DBL_MIN);
    b->live_count = b->tree->leaves;
    for (size_t leaf = 0; leaf < b->tree->leaves; leaf++) {
        cluster *c = b->clusters + leaf;
        c->leaves = 1;
        c->cost = c->n * log(inner(b, c->n, 0, 0));
        b->sizes[leaf] = c->n;
        b->costs[leaf] = c->cost;
        for (size_t j = 0; j < p; j++) {
            double value = points->x[b->tree->first[leaf] * p + j];
            b->means[leaf * p + j] = b->columns[j * b->tree->leaves + leaf] = value;
        }
        b->live[leaf] = leaf;
        b->tree->step[leaf] = SIZE_MAX;
    }
}

static mixture_status build(builder *b) {
    size_t count = b->points->count, p = b->p;
    mix_hierarchy *tree = b->tree;
    tree->count = count;
    tree->leaf = mix_memory_array(count, sizeof(size_t));
    tree->first = mix_memory_array(count, sizeof(size_t));
    tree->parent = mix_memory_array(count, sizeof(size_t));
    tree->step = mix_memory_array(count, sizeof(size_t));
    b->clusters = mix_memory_zeros(count, sizeof *b->clusters);
    b->nearest = mix_memory_array(count, sizeof *b->nearest);
    b->live = mix_memory_array(count, sizeof *b->live);
    b->means = mix_memory_array(count * p, sizeof(double));
    b->columns = mix_memory_array(count * p, sizeof(double));
    b->sizes = mix_memory_array(count, sizeof(double));
    b->costs = mix_memory_array(count, sizeof(double));
    b->pairs = mix_memory_array(count, sizeof(double));
    b->delta = mix_memory_array(p, sizeof(double));
    b->sum = mix_memory_array(p * p, sizeof(double));
    b->factor = mix_memory_array(mix_linalg_packed(p), sizeof(double));
    if (tree->leaf == NULL || tree->first == NULL || tree->parent == NULL || tree->step == NULL ||
        b->clusters == NULL || b->nearest == NULL || b->live == NULL || b->means == NULL || b->columns == NULL ||
        b->sizes == NULL || b->costs == NULL || b->pairs == NULL || b->delta == NULL || b->sum == NULL ||
        b->factor == NULL) {
        return MIXTURE_NOMEM;
    }
    mixture_status status = find_leaves(b);
    if (status != MIXTURE_OK) {
        return status;
    }
    b->rises = mix_memory_array(tree->leaves * (tree->leaves - 1) / 2 + 1, sizeof(double));
    if (b->rises == NULL) {
        return MIXTURE_NOMEM;
    }
    plant(b);
    return grow_clusters(b);
}

mixture_status mix_hierarchy_new(const mix_points *points, mix_hierarchy **tree) {
    builder b = {.points = points, .p = points->size, .tree = mix_memory_zeros(1, sizeof **tree)};
    mixture_status status = b.tree != NULL ? build(&b) : MIXTURE_NOMEM;
    for (size_t i = 0; b.clusters != NULL && i < points->count; i++) {
        mix_memory_free(b.clusters[i].scatter);
    }
    void *blocks[] = {b.clusters, b.nearest, b.live,  b.means, b.columns, b.sizes,
                      b.costs,    b.pairs,   b.delta, b.sum,   b.factor,  b.rises};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        mix_memory_free(blocks[i]);
    }
    if (status != MIXTURE_OK) {
        mix_hierarchy_free(b.tree);
        b.tree = NULL;
    }
    *tree = b.tree;
    return status;
}

size_t mix_hierarchy_cut(const mix_hierarchy *tree, size_t k, size_t *labels) {
    size_t steps = k < tree->leaves ? tree->leaves - k : 0, clusters = 0;
    for (size_t i = 0; i < tree->count; i++) {
        size_t leaf = tree->leaf[i];
        if (tree->first[leaf] != i) {
            labels[i] = labels[tree->first[leaf]];
        } else if (tree->step[leaf] < steps) {
            labels[i] = labels[tree->first[tree->parent[leaf]]]; /* an earlier point: it has its label */
        } else {
            labels[i] = clusters++;
        }
    }
    return clusters;
}
