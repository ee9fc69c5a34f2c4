/* unions.c: clusters as columns, two pairs of them at a time. Most pairs are of a cluster and a point that is
** alone; then the determinant follows from that of the cluster. */
#include "unions.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "kernel.h"
#include "linalg.h"
#include "memory.h"
#include "two.h"

/* A pivot of W below this part of its diagonal entry is taken for 0: W is singular then, but for rounding. */
#define FLAT 1e-12
/* Multiplications between two questions whether to go on: well below a millisecond. */
#define POLL_WORK 2e5

typedef struct cluster {
    size_t points;   /* how many */
    double *scatter; /* W_k, packed, and the inverse of its Cholesky factor; of one point: zeros of all such */
    double det;      /* |W_k / n_k|, where regular; else 0 */
    bool regular;    /* W_k has a Cholesky factor */
} cluster;

struct mix_unions {
    const mix_cancel *cancel;
    size_t count, p, stride; /* stride: room of a column, even */
    double alpha;
    cluster *clusters;
    void *block;                    /* where all that follows is: */
    mix_two *delta, *sum;           /* of two pairs: p and a diagonal, p x p */
    double *means;                  /* p columns; behind them */
    double *sizes, *traces, *costs; /* n_k, tr W_k and the clusters' terms of the sum */
    double *nothing;                /* the scatter of one point */
    double *full, *factor;          /* of one cluster: p x p, packed */
    double *own_delta;              /* of one pair */
    double work, pair_work;         /* since the last poll; of a pair, at most: a Cholesky factor, a logarithm */
};

enum { BESIDES = 3 }; /* columns besides the means */

static void free_scatter(const mix_unions *unions, cluster *which) {
    if (which->scatter != unions->nothing) {
        mix_memory_free(which->scatter);
    }
    which->scatter = unions->nothing;
}

void mix_unions_free(mix_unions *unions) {
    if (unions == NULL) {
        return;
    }
    for (size_t i = 0; i < unions->count; i++) {
        free_scatter(unions, &unions->clusters[i]);
    }
    mix_memory_free(unions->clusters);
    mix_memory_free(unions->block);
    mix_memory_free(unions);
}

size_t mix_unions_count(const mix_unions *unions) {
    return unions->count;
}

static bool stop_building(mix_unions *unions, double work) {
    unions->work += work;
    if (unions->work < POLL_WORK) {
        return false;
    }
    unions->work = 0;
    return mix_cancelled(unions->cancel);
}

/* ---- Cost ------------------------------------------------------------------------------------------------ */

/* A cluster's term of the sum is n_k times the logarithm of this, of which a logarithm can be taken. det:
** |W_k / n_k|, or 0 where that is singular. A determinant so small that a double cannot hold it is none beside the
** other term. */
MIX_INLINE mix_two inner(mix_two n, mix_two trace, mix_two det, mix_two alpha) {
    mix_two x = mix_two_min(det + (trace + alpha) / n, mix_two_all(DBL_MAX));
    return mix_two_max(x, mix_two_all(DBL_MIN));
}

static double cost_of(double n, double trace, double det, double alpha) {
    return n * log(inner(mix_two_all(n), mix_two_all(trace), mix_two_all(det), mix_two_all(alpha))[0]);
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
MIX_INLINE mix_two det_of_growth(const cluster *grown, double size, const mix_two *delta, mix_two c, mix_two n,
                                 size_t p) {
    const double *row = grown->scatter + mix_linalg_packed(p);
    mix_two squares = {0}, product = mix_two_all(grown->det), share = size / n;
    for (size_t i = 0; i < p; row += ++i) {
        mix_two sum = {0};
        for (size_t j = 0; j <= i; j++) {
            sum += row[j] * delta[j];
        }
        squares += sum * sum;
        product *= share;
    }
    return product * (1 + c * squares);
}

/* |A / n| of symmetric p x p matrices, of which the lower triangle is read and destroyed: the product of the
** pivots of elimination; 0 where one is as good as 0 beside the diagonal. */
MIX_INLINE mix_two det_by_elimination(mix_two *a, const mix_two *diagonal, mix_two n, size_t p) {
    mix_two product = {1, 1};
    mix_two_mask regular = {-1, -1};
    for (size_t j = 0; j < p; j++) {
        mix_two pivot = a[j * p + j];
        regular &= (pivot > FLAT * diagonal[j]) & (pivot > 0);
        product *= pivot / n;
        for (size_t i = j + 1; i < p; i++) {
            mix_two multiple = a[i * p + j] / pivot;
            for (size_t m = j + 1; m <= i; m++) {
                a[i * p + m] -= multiple * a[m * p + j];
            }
        }
    }
    return (mix_two)(regular & (mix_two_mask)product);
}

/* |(W_one + W_two + c delta delta') / n| of two `two`. */
MIX_INLINE mix_two det_of_union(const cluster *one, const cluster *two, const mix_two *delta, mix_two c, mix_two n,
                                mix_two *sum, mix_two *diagonal, size_t p) {
    for (size_t i = 0, at = 0; i < p; i++) {
        for (size_t j = 0; j <= i; j++, at++) {
            mix_two entry = c * delta[i] * delta[j];
            entry += one->scatter[at];
            sum[i * p + j] = entry + (mix_two){two[0].scatter[at], two[1].scatter[at]};
        }
        diagonal[i] = sum[i * p + i];
    }
    return det_by_elimination(sum, diagonal, n, p);
}

/* Of the unions of cluster `one` and those in slots l and l + 1. */
MIX_INLINE mix_two det_of_two(const cluster *one, double size, const cluster *two, mix_two *delta, mix_two *sum,
                              mix_two c, mix_two n, size_t p) {
    mix_two grown = {0}, united = {0};
    if (one->regular) {
        grown = det_of_growth(one, size, delta, c, n, p);
        if (two[0].points == 1 && two[1].points == 1) {
            return grown; /* mostly */
        }
    }
    bool spans[2]; /* fewer points have no determinant */
    for (size_t lane = 0; lane < 2; lane++) {
        spans[lane] = one->points + two[lane].points > p;
    }
    if (spans[0] || spans[1]) {
        united = det_of_union(one, two, delta, c, n, sum, delta + p, p);
    }
    for (size_t lane = 0; lane < 2; lane++) {
        bool grows = one->regular && two[lane].points == 1;
        united[lane] = grows ? grown[lane] : spans[lane] ? united[lane] : 0;
    }
    return united;
}

/* ---- Rises ------------------------------------------------------------------------------------------------- */

/* inners[l]: what the logarithm is taken of, of the unions of the cluster in slot i and those in some slots. */
MIX_INLINE bool find_inners(mix_unions *unions, size_t i, size_t begin, size_t end, double *inners, size_t p) {
    mix_two few_deltas[2 * MIX_FEW_COLUMNS], few_sums[MIX_FEW_COLUMNS * MIX_FEW_COLUMNS];
    mix_two *delta = p <= MIX_FEW_COLUMNS ? few_deltas : unions->delta;
    mix_two *sum = p <= MIX_FEW_COLUMNS ? few_sums : unions->sum;
    const cluster *one = unions->clusters + i;
    double size = unions->sizes[i], trace = unions->traces[i];
    for (size_t l = begin; l < end; l += 2) {
        mix_two squares = {0}, sizes = mix_two_load(unions->sizes + l), n = size + sizes, c = size * sizes / n;
        for (size_t j = 0; j < p; j++) {
            const double *mean = unions->means + j * unions->stride;
            delta[j] = mean[i] - mix_two_load(mean + l);
            squares += delta[j] * delta[j];
        }
        mix_two det = det_of_two(one, size, unions->clusters + l, delta, sum, c, n, p);
        mix_two traces = trace + mix_two_load(unions->traces + l) + c * squares;
        mix_two_store(inners + l, inner(n, traces, det, mix_two_all(unions->alpha)));
    }
    return true;
}

/* The rises with the first `count` clusters of what their logarithms are taken of. */
static void finish_rises(const mix_unions *unions, size_t i, size_t count, double *rises) {
    double size = unions->sizes[i], cost = unions->costs[i];
    mix_kernel_current()->log(count, rises);
    for (size_t l = 0; l < count; l += 2) {
        mix_two n = size + mix_two_load(unions->sizes + l);
        mix_two_store(rises + l, n * mix_two_load(rises + l) - cost - mix_two_load(unions->costs + l));
    }
}

bool mix_unions_of_cluster(mix_unions *unions, size_t i, double *rises) {
    size_t turn = 2 * (1 + (size_t)(POLL_WORK / 2 / unions->pair_work));
    for (size_t begin = 0; begin < unions->count; begin += turn) {
        size_t left = unions->count - begin, end = begin + (left < turn ? left : turn);
        if (stop_building(unions, (double)(end - begin) * unions->pair_work)) {
            return false;
        }
        (void)MIX_WITH_COLUMNS(unions->p, find_inners, unions, i, begin, end, rises);
    }
    finish_rises(unions, i, unions->count, rises);
    return true;
}

/* The same for point i and those before it: two points have no determinant or, of one column, one equal to the
** trace. */
MIX_INLINE bool find_point_inners(const mix_unions *unions, size_t i, double *inners, size_t p) {
    const double *sizes = unions->sizes;
    double size = sizes[i], share = p == 1 ? 2 : 1;
    for (size_t l = 0; l < i; l += 2) {
        mix_two squares = {0}, other = mix_two_load(sizes + l), n = size + other;
        for (size_t j = 0; j < p; j++) {
            const double *mean = unions->means + j * unions->stride;
            mix_two delta = mean[i] - mix_two_load(mean + l);
            squares += delta * delta;
        }
        mix_two trace = size * other / n * squares;
        mix_two_store(inners + l, inner(n, share * trace, (mix_two){0}, mix_two_all(unions->alpha)));
    }
    return true;
}

bool mix_unions_of_point(mix_unions *unions, size_t i, double *rises) {
    if (stop_building(unions, (double)i * (double)(unions->p + 10))) {
        return false;
    }
    (void)MIX_WITH_COLUMNS(unions->p, find_point_inners, unions, i, rises);
    finish_rises(unions, i, i, rises);
    return true;
}

/* ---- Merging ----------------------------------------------------------------------------------------------- */

/* W_i becomes W_i + W_j + n_i n_j / (n_i + n_j) (m_i - m_j) (m_i - m_j)', and what follows from it. */
static void add_scatter(mix_unions *unions, size_t i, const double *other, const double *delta, double c) {
    cluster *one = unions->clusters + i;
    size_t p = unions->p;
    double *sum = unions->full, trace = 0;
    for (size_t a = 0, at = 0; a < p; a++) {
        for (size_t e = 0; e <= a; e++, at++) {
            one->scatter[at] += other[at] + c * delta[a] * delta[e];
            sum[a * p + e] = one->scatter[at];
        }
        trace += sum[a * p + a];
    }
    unions->traces[i] = trace;
    one->regular = one->points > p && mix_linalg_cholesky(p, sum, FLAT, unions->factor);
    one->det = 0;
    if (one->regular) {
        one->det = determinant(p, unions->factor, unions->sizes[i]);
        mix_linalg_invert(p, unions->factor, one->scatter + mix_linalg_packed(p));
    }
}

/* Cluster j becomes part of i. */
static mixture_status unite(mix_unions *unions, size_t i, size_t j) {
    cluster *one = unions->clusters + i, *two = unions->clusters + j;
    double *other = two->scatter, size = unions->sizes[i], added = unions->sizes[j], n = size + added;
    if (one->points == 1) { /* of it there is none to keep */
        double *own = two->points > 1 ? other : mix_memory_zeros(2 * mix_linalg_packed(unions->p), sizeof(double));
        if (own == NULL) {
            return MIXTURE_NOMEM;
        }
        one->scatter = own;
        two->scatter = other = unions->nothing;
    }
    for (size_t a = 0; a < unions->p; a++) {
        double *mean = unions->means + a * unions->stride;
        unions->own_delta[a] = mean[i] - mean[j];
        mean[i] += (mean[j] - mean[i]) * (added / n);
    }
    one->points += two->points;
    unions->sizes[i] = n;
    add_scatter(unions, i, other, unions->own_delta, size * added / n);
    unions->costs[i] = cost_of(n, unions->traces[i], one->det, unions->alpha);
    free_scatter(unions, two);
    return MIXTURE_OK;
}

mixture_status mix_unions_merge(mix_unions *unions, size_t i, size_t j) {
    mixture_status status = unite(unions, i, j);
    if (status != MIXTURE_OK) {
        return status;
    }
    size_t last = --unions->count;
    if (j < last) {
        unions->clusters[j] = unions->clusters[last];
        for (size_t a = 0; a < unions->p + BESIDES; a++) { /* the means and what stands beside them */
            unions->means[a * unions->stride + j] = unions->means[a * unions->stride + last];
        }
    }
    unions->clusters[last] = (cluster){.points = 1, .scatter = unions->nothing};
    return MIXTURE_OK;
}

/* ---- All of them ------------------------------------------------------------------------------------------- */

/* tr(W) / (n p). */
static double find_alpha(const mix_points *points) {
    size_t p = points->size;
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
    return fmax(squares / (total * (double)p), DBL_MIN);
}

/* Every point a cluster; where their number is odd there is one behind the last, of which nothing is wanted. */
static void plant(mix_unions *unions, const mix_points *points) {
    size_t p = points->size;
    unions->alpha = find_alpha(points);
    unions->pair_work = (double)p * (double)p * ((double)p / 6 + 1) + 50;
    for (size_t i = 0; i < unions->stride; i++) {
        bool real = i < points->count;
        double n = real ? points->weight[i] : 1;
        unions->clusters[i] = (cluster){.points = 1, .scatter = unions->nothing};
        unions->sizes[i] = n;
        unions->traces[i] = 0;
        unions->costs[i] = real ? cost_of(n, 0, 0, unions->alpha) : 0;
        for (size_t j = 0; j < p; j++) {
            unions->means[j * unions->stride + i] = real ? points->x[i * p + j] : 0;
        }
    }
}

static bool get_room(mix_unions *unions) {
    size_t p = unions->p, packed = mix_linalg_packed(p), stride = unions->stride;
    size_t pairs = 2 * p + p * p, doubles = (p + BESIDES) * stride + packed + p * p + packed + p;
    unions->clusters = mix_memory_array(stride, sizeof *unions->clusters);
    unions->block = mix_memory_array(pairs + 1 + (doubles + 1) / 2, sizeof(mix_two));
    if (unions->clusters == NULL || unions->block == NULL) {
        return false;
    }
    const size_t line = sizeof(mix_two);
    unions->delta = (mix_two *)(((uintptr_t)unions->block + line - 1) / line * line);
    unions->sum = unions->delta + 2 * p;
    unions->means = (double *)(unions->sum + p * p);
    unions->sizes = unions->means + p * stride;
    unions->traces = unions->sizes + stride;
    unions->costs = unions->traces + stride;
    unions->nothing = unions->costs + stride;
    unions->full = unions->nothing + packed;
    unions->factor = unions->full + p * p;
    unions->own_delta = unions->factor + packed;
    memset(unions->nothing, 0, packed * sizeof(double));
    return true;
}

mixture_status mix_unions_new(const mix_points *points, mix_unions **result) {
    mix_unions *unions = *result = mix_memory_zeros(1, sizeof *unions);
    if (unions == NULL) {
        return MIXTURE_NOMEM;
    }
    unions->cancel = points->cancel;
    unions->count = points->count;
    unions->p = points->size;
    unions->stride = MIX_TWO_UP(points->count);
    if (!get_room(unions)) {
        unions->count = 0; /* of which nothing is to be freed */
        mix_unions_free(unions);
        *result = NULL;
        return MIXTURE_NOMEM;
    }
    plant(unions, points);
    return MIXTURE_OK;
}
