/* hierarchy.c: the tree is built by a table of the rise in cost of every pair of clusters, of which a union
** changes one row and column only. Each row remembers its least entry, or a lower bound of it that is made
** exact only when it is the least of all (Muellner, "Modern hierarchical, agglomerative clustering algorithms",
** 2011, section 3.1).
**
** Which of equally good unions is taken decides a lot where values are rounded. Clusters stand in slots 0, 1, …,
** and the pair of the last slots is taken; the union stands in the first of the two, and the cluster of the last
** slot moves into the other. So does mclust, which this is to agree with. */
#include "hierarchy.h"

#include <math.h>
#include <string.h>

#include "memory.h"
#include "two.h"
#include "unions.h"

struct mix_hierarchy {
    size_t count;   /* points */
    size_t *parent; /* the cluster, named by its first point, into which the one that begins here went; */
    size_t *step;   /* at which step 0, 1, …; never: SIZE_MAX */
};

typedef struct builder {
    mix_hierarchy *tree;
    mix_unions *unions;
    size_t *names; /* of the clusters in their slots: the first point of each */
    double *rises; /* of cluster i and j < i, at i (i - 1) / 2 + j */
    double *pairs; /* those of one cluster and all */
    /* The least entry of row i of the table: */
    double *least;
    size_t *other; /* its place, < i */
    bool *stale;   /* it is only a lower bound */
} builder;

void mix_hierarchy_free(mix_hierarchy *tree) {
    if (tree != NULL) {
        void *blocks[] = {tree->parent, tree->step, tree};
        for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
            mix_memory_free(blocks[i]);
        }
    }
}

/* The place of the least of some numbers; of equal ones the last. */
static size_t find_least(const double *x, size_t count) {
    mix_two low = {(double)INFINITY, (double)INFINITY}, high = low;
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        low = mix_two_min(mix_two_load(x + i), low);
        high = mix_two_min(mix_two_load(x + i + 2), high);
    }
    low = mix_two_min(low, high);
    double least = low[0] < low[1] ? low[0] : low[1];
    for (; i < count; i++) {
        least = x[i] < least ? x[i] : least;
    }
    for (i = count - 1; x[i] > least;) {
        i--;
    }
    return i;
}

/* ---- Pairs ----------------------------------------------------------------------------------------------- */

static double *row_of(const builder *b, size_t i) {
    return b->rises + i * (i - 1) / 2;
}

static void find_nearest(const builder *b, size_t i) {
    const double *row = row_of(b, i);
    b->other[i] = find_least(row, i);
    b->least[i] = row[b->other[i]];
    b->stale[i] = false;
}

/* The slot whose pair with an earlier one is the best of all. */
static size_t best_row(const builder *b) {
    for (;;) {
        size_t best = 1 + find_least(b->least + 1, mix_unions_count(b->unions) - 1);
        if (!b->stale[best]) {
            return best;
        }
        find_nearest(b, best);
    }
}

/* The rise of the pair of slot `changed` and a later one is another: what that means to the latter's nearest. */
MIX_INLINE void update_nearest(const builder *b, size_t later, double new_rise, size_t changed) {
    double least = b->least[later];
    if (new_rise > least && b->other[later] != changed) {
        return; /* mostly */
    }
    if (new_rise < least || (new_rise == least && changed >= b->other[later])) {
        b->stale[later] = b->stale[later] && new_rise == least;
        b->least[later] = new_rise;
        b->other[later] = changed;
    } else if (b->other[later] == changed) {
        b->stale[later] = true;
    }
}

/* ---- Merging ------------------------------------------------------------------------------------------- */

/* The rises of slot i and all others are these. */
static void set_rises(const builder *b, size_t i, const double *rises) {
    size_t count = mix_unions_count(b->unions);
    double *changed = row_of(b, i + 1) + i;
    for (size_t l = i + 1; l < count; l++) {
        *changed = rises[l];
        changed += l;
        update_nearest(b, l, rises[l], i);
    }
    if (i > 0) {
        memcpy(row_of(b, i), rises, i * sizeof *rises);
        find_nearest(b, i);
    }
}

/* The cluster in slot j becomes part of that in slot i < j; the one in the last slot moves into j. */
static mixture_status merge(builder *b, size_t i, size_t j) {
    mixture_status status = mix_unions_merge(b->unions, i, j);
    size_t last = mix_unions_count(b->unions);
    if (status != MIXTURE_OK) {
        return status;
    }
    b->names[i] = b->names[i] < b->names[j] ? b->names[i] : b->names[j];
    if (j < last) {
        b->names[j] = b->names[last];
        set_rises(b, j, row_of(b, last));
    }
    if (!mix_unions_of_cluster(b->unions, i, b->pairs)) {
        return MIXTURE_CANCELLED;
    }
    set_rises(b, i, b->pairs);
    return MIXTURE_OK;
}

/* The rises of all pairs of points. */
static mixture_status compare_points(builder *b) {
    for (size_t i = 1; i < b->tree->count; i++) {
        if (!mix_unions_of_point(b->unions, i, row_of(b, i))) {
            return MIXTURE_CANCELLED;
        }
        find_nearest(b, i);
    }
    return MIXTURE_OK;
}

static mixture_status grow_clusters(builder *b) {
    mixture_status status = compare_points(b);
    for (size_t step = 0; status == MIXTURE_OK && mix_unions_count(b->unions) > 1; step++) {
        size_t j = best_row(b), i = b->other[j], one = b->names[i], two = b->names[j];
        b->tree->parent[one > two ? one : two] = one > two ? two : one;
        b->tree->step[one > two ? one : two] = step;
        status = merge(b, i, j);
    }
    return status;
}

/* ---- All of it ----------------------------------------------------------------------------------------- */

static mixture_status build(builder *b, const mix_points *points) {
    size_t count = points->count;
    mix_hierarchy *tree = b->tree;
    tree->count = count;
    tree->parent = mix_memory_array(count, sizeof(size_t));
    tree->step = mix_memory_array(count, sizeof(size_t));
    b->names = mix_memory_array(count, 2 * sizeof(size_t));
    b->least = mix_memory_array(count, sizeof(double));
    b->stale = mix_memory_array(count, sizeof(bool));
    b->pairs = mix_memory_array(count + 1, sizeof(double));
    b->rises = mix_memory_array(count * (count - 1) / 2 + 1, sizeof(double));
    if (tree->parent == NULL || tree->step == NULL || b->names == NULL || b->least == NULL || b->stale == NULL ||
        b->pairs == NULL || b->rises == NULL) {
        return MIXTURE_NOMEM;
    }
    b->other = b->names + count;
    for (size_t i = 0; i < count; i++) {
        b->names[i] = i;
        tree->step[i] = SIZE_MAX;
    }
    mixture_status status = mix_unions_new(points, &b->unions);
    return status == MIXTURE_OK ? grow_clusters(b) : status;
}

mixture_status mix_hierarchy_new(const mix_points *points, mix_hierarchy **tree) {
    builder b = {.tree = mix_memory_zeros(1, sizeof **tree)};
    mixture_status status = b.tree != NULL ? build(&b, points) : MIXTURE_NOMEM;
    mix_unions_free(b.unions);
    void *blocks[] = {b.names, b.least, b.stale, b.pairs, b.rises};
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
