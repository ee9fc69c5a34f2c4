/* hierarchy.c: the tree is built by a table of the rise in cost of every pair of clusters, of which a union
** changes one row and column only. Each row remembers its least entry, or a lower bound of it that is made
** exact only when it is the least of all (Muellner, "Modern hierarchical, agglomerative clustering algorithms",
** 2011, section 3.1).
**
** Which of equally good unions is taken decides a lot where values are rounded. Clusters stand in slots 0, 1, …,
** and the pair of the last slots is taken; the union stands in the first of the two, and the cluster of the last
** slot moves into the other. So does mclust, which this is to agree with. */
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
    size_t count;   /* points */
    size_t *parent; /* the cluster, named by its first point, into which the one that begins here went; */
    size_t *step;   /* at which step 0, 1, …; never: SIZE_MAX */
};

typedef struct cluster {
    double n, trace, cost; /* n_k, tr W_k and the cluster's term of the sum */
    double det;            /* |W_k / n_k|, where regular; else 0 */
    double *scatter;       /* W_k, packed, and the inverse of its Cholesky factor; NULL: one point */
    size_t points, name;   /* how many; the first of them */
    bool regular;          /* W_k has a Cholesky factor */
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
    cluster *clusters; /* in their slots, */
    size_t count;      /* of which so many are left */
    double *means;
    double *columns;       /* the points as p columns, */
    double *sizes, *costs; /* n_k and terms of each */
    double *rises;         /* of cluster i and j < i, at i (i - 1) / 2 + j */
    nearest *nearest;
    double *pairs;                /* what rises of several pairs are made of and, then, they themselves */
    double *delta, *sum, *factor; /* of a pair: p, p x p, packed */
    double work, pair_work;       /* since the last poll; of a pair, at most: a Cholesky factor, a logarithm */
} builder;

void mix_hierarchy_free(mix_hierarchy *tree) {
    if (tree != NULL) {
        void *blocks[] = {tree->parent, tree->step, tree};
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
    if (one->regular && two->points == 1) {
        det = det_of_growth(one, delta, c, n, p);
    } else if (two->regular && one->points == 1) {
        det = det_of_growth(two, delta, c, n, p);
    } else if (one->points + two->points > p) { /* fewer have no determinant */
        det = det_of_union(one, two, delta, c, n, sum, diagonal, p);
    }
    return inner(b, n, one->trace + two->trace + c * squares, det);
}

static double inner_of_union(builder *b, const cluster *one, const cluster *two) {
    return MIX_WITH_COLUMNS(b->p, inner_of_columns, b, one, two);
}

/* pairs[l]: by how much the sum rises when the clusters in slots i and l become one, for all l (i itself among
** them, which counts for nothing). */
static mixture_status find_rises(builder *b, size_t i) {
    const cluster *one = b->clusters + i;
    for (size_t l = 0; l < b->count; l++) {
        if (stop_building(b, b->pair_work)) {
            return MIXTURE_CANCELLED;
        }
        b->pairs[l] = inner_of_union(b, one, b->clusters + l);
    }
    mix_kernel_current()->log(b->count, b->pairs);
    for (size_t l = 0; l < b->count; l++) {
        const cluster *two = b->clusters + l;
        b->pairs[l] = (one->n + two->n) * b->pairs[l] - one->cost - two->cost;
    }
    return MIXTURE_OK;
}

/* The same for point i and those before it: two points have no determinant or, of one column, one equal to the
** trace. */
static void find_point_rises(builder *b, size_t i) {
    double *pairs = b->pairs;
    memset(pairs, 0, i * sizeof *pairs);
    for (size_t a = 0; a < b->p; a++) {
        const double *column = b->columns + a * b->tree->count;
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
    for (size_t l = 0; l < i; l++) {
        if (row[l] <= least.rise) {
            least = (nearest){row[l], l, false};
        }
    }
    b->nearest[i] = least;
}

/* The slot whose pair with an earlier one is the best of all. */
static size_t best_row(const builder *b) {
    for (;;) {
        size_t best = 1;
        for (size_t l = 2; l < b->count; l++) {
            best = b->nearest[l].rise <= b->nearest[best].rise ? l : best;
        }
        if (!b->nearest[best].stale) {
            return best;
        }
        find_nearest(b, best);
    }
}

/* The rise of the pair of slot `changed` and a later one is another: what that means to the latter's nearest. */
static void update_nearest(nearest *least, double new_rise, size_t changed) {
    if (new_rise < least->rise || (new_rise == least->rise && changed >= least->other)) {
        *least = (nearest){new_rise, changed, least->stale && new_rise == least->rise};
    } else if (least->other == changed) {
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
    one->points += two->points;
    one->name = one->name < two->name ? one->name : two->name;
    one->trace = 0;
    for (size_t a = 0, at = 0; a < p; a++) {
        for (size_t e = 0; e <= a; e++, at++) {
            one->scatter[at] += (two->scatter != NULL ? two->scatter[at] : 0) + c * b->delta[a] * b->delta[e];
            b->sum[a * p + e] = one->scatter[at];
        }
        one->trace += b->sum[a * p + a];
    }
    one->regular = one->points > p && mix_linalg_cholesky(p, b->sum, FLAT, b->factor);
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

/* The cluster in the last slot moves into slot j, whose own is gone. */
static void move_last(builder *b, size_t j) {
    size_t last = --b->count;
    if (j == last) {
        return;
    }
    b->clusters[j] = b->clusters[last];
    b->clusters[last].scatter = NULL;
    memcpy(b->means + j * b->p, b->means + last * b->p, b->p * sizeof(double));
    for (size_t l = 0; l < last; l++) {
        if (l != j) {
            *entry(b, l, j) = *entry(b, l, last);
        }
    }
    for (size_t l = j + 1; l < last; l++) {
        update_nearest(&b->nearest[l], *entry(b, l, j), j);
    }
    if (j > 0) {
        find_nearest(b, j);
    }
}

/* The rises of the union in slot i with all others. */
static mixture_status compare_union(builder *b, size_t i) {
    mixture_status status = find_rises(b, i);
    if (status != MIXTURE_OK) {
        return status;
    }
    for (size_t l = 0; l < i; l++) {
        *entry(b, i, l) = b->pairs[l];
    }
    for (size_t l = i + 1; l < b->count; l++) {
        *entry(b, i, l) = b->pairs[l];
        update_nearest(&b->nearest[l], b->pairs[l], i);
    }
    if (i > 0) {
        find_nearest(b, i);
    }
    return MIXTURE_OK;
}

/* The rises of all pairs of points. */
static mixture_status compare_points(builder *b) {
    for (size_t i = 1; i < b->count; i++) {
        if (stop_building(b, (double)i * (double)(b->p + 10))) {
            return MIXTURE_CANCELLED;
        }
        find_point_rises(b, i);
        memcpy(entry(b, i, 0), b->pairs, i * sizeof *b->pairs);
        find_nearest(b, i);
    }
    return MIXTURE_OK;
}

static mixture_status grow_clusters(builder *b) {
    mixture_status status = compare_points(b);
    for (size_t step = 0; status == MIXTURE_OK && b->count > 1; step++) {
        size_t j = best_row(b), i = b->nearest[j].other;
        size_t one = b->clusters[i].name, two = b->clusters[j].name;
        b->tree->parent[one > two ? one : two] = one > two ? two : one;
        b->tree->step[one > two ? one : two] = step;
        status = merge(b, i, j);
        if (status == MIXTURE_OK) {
            move_last(b, j);
            status = compare_union(b, i);
        }
    }
    return status;
}

/* ---- All of it ----------------------------------------------------------------------------------------- */

/* Every point a cluster; alpha. */
static void plant(builder *b) {
    const mix_points *points = b->points;
    size_t p = b->p;
    double total = 0, squares = 0;
    for (size_t i = 0; i < points->count; i++) {
        total += points->weight[i];
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
    b->count = points->count;
    for (size_t i = 0; i < points->count; i++) {
        cluster *c = b->clusters + i;
        c->points = 1;
        c->name = i;
        c->n = points->weight[i];
        c->cost = c->n * log(inner(b, c->n, 0, 0));
        b->sizes[i] = c->n;
        b->costs[i] = c->cost;
        for (size_t j = 0; j < p; j++) {
            b->means[i * p + j] = b->columns[j * points->count + i] = points->x[i * p + j];
        }
        b->tree->step[i] = SIZE_MAX;
    }
}

static mixture_status build(builder *b) {
    size_t count = b->points->count, p = b->p;
    mix_hierarchy *tree = b->tree;
    tree->count = count;
    tree->parent = mix_memory_array(count, sizeof(size_t));
    tree->step = mix_memory_array(count, sizeof(size_t));
    b->clusters = mix_memory_zeros(count, sizeof *b->clusters);
    b->nearest = mix_memory_array(count, sizeof *b->nearest);
    b->means = mix_memory_array(count * p, sizeof(double));
    b->columns = mix_memory_array(count * p, sizeof(double));
    b->sizes = mix_memory_array(count, sizeof(double));
    b->costs = mix_memory_array(count, sizeof(double));
    b->pairs = mix_memory_array(count, sizeof(double));
    b->delta = mix_memory_array(p, sizeof(double));
    b->sum = mix_memory_array(p * p, sizeof(double));
    b->factor = mix_memory_array(mix_linalg_packed(p), sizeof(double));
    if (tree->parent == NULL || tree->step == NULL || b->clusters == NULL || b->nearest == NULL ||
        b->means == NULL || b->columns == NULL || b->sizes == NULL || b->costs == NULL || b->pairs == NULL ||
        b->delta == NULL || b->sum == NULL || b->factor == NULL) {
        return MIXTURE_NOMEM;
    }
    b->rises = mix_memory_array(count * (count - 1) / 2 + 1, sizeof(double));
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
    void *blocks[] = {b.clusters, b.nearest, b.means, b.columns, b.sizes, b.costs,
                      b.pairs,    b.delta,   b.sum,   b.factor,  b.rises};
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
    size_t steps = k < tree->count ? tree->count - k : 0, clusters = 0;
    for (size_t i = 0; i < tree->count; i++) {
        /* A parent is an earlier point: it has its label. */
        labels[i] = tree->step[i] < steps ? labels[tree->parent[i]] : clusters++;
    }
    return clusters;
}
