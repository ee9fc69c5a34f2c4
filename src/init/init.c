/* init.c: what the starts of all candidates have in common: a bounded sample of the rows, as points in the
** family's geometries, and the tree of their hierarchical clustering (of a yet smaller sample). */
#include "init.h"

#include <math.h>
#include <string.h>

#include "filled.h"
#include "memory.h"
#include "subsample.h"

/* What other values would do: bench/thresholds.sh, docs/mathematics.md. */
enum {
    TREE_ROWS = 1000,        /* of a single fit */
    TREE_ROWS_SELECT = 2000, /* when many fits share the tree; mclust has as many */
    TREE_ROWS_LEAST = 200,   /* many columns make it fewer, down to this, as long as */
    TREE_WORK = 1 << 26,     /* rows^2 d^2 is more than this */
    ROWS_AT_ONCE = 1 << 16   /* copied between two questions whether to go on */
};

/* Starts when nothing is asked for: few where the first of them comes from the tree, which is a good one; of other
** families as many as have passes of so many floating point operations together. */
enum { FEW_STARTS = 10, MOST_STARTS = 100 };
#define CHEAP_STARTS 3e6

struct mix_init {
    const mixture_family *family;
    const mixture_options *options;
    bool shared; /* by fits of several k and structures */
    const mixture_data *sample;
    mixture_data *own_sample;       /* NULL: the sample is the data */
    mixture_data *filled;           /* the sample without gaps; NULL: it has none */
    double *points[MIX_FEATURES];   /* the sample in the family's geometries, made when first needed */
    mix_hierarchy *tree;            /* made when first needed */
    size_t tree_rows;               /* of the sample, evenly spread */
    size_t tree_leaves, *tree_leaf; /* points of the tree; the first one of each of these rows */
    size_t *known;                  /* labels that the data have, 1..k or 0; NULL: none */
    bool all_known;
    double *weight; /* of the sample's rows */
};

void mix_init_free(mix_init *init) {
    if (init == NULL) {
        return;
    }
    mix_filled_free(init->filled);
    mix_subsample_free(init->own_sample);
    for (int i = 0; i < MIX_FEATURES; i++) {
        mix_memory_free(init->points[i]);
    }
    mix_hierarchy_free(init->tree);
    mix_memory_free(init->tree_leaf);
    mix_memory_free(init->known);
    mix_memory_free(init->weight);
    mix_memory_free(init);
}

/* The sample's weights and labels as the clustering wants them; the sample may be all data. */
static mixture_status copy_extras(mix_init *init, const mix_cancel *cancel) {
    const mixture_data *sample = init->sample;
    bool labelled = (sample->extras & MIXTURE_LABELLED) != 0;
    init->weight = mix_memory_array(sample->rows, sizeof(double));
    init->known = labelled ? mix_memory_array(sample->rows, sizeof(size_t)) : NULL;
    if (init->weight == NULL || (labelled && init->known == NULL)) {
        return MIXTURE_NOMEM;
    }
    for (size_t i = 0; i < sample->rows; i++) {
        if (i % ROWS_AT_ONCE == ROWS_AT_ONCE - 1 && mix_cancelled(cancel)) {
            return MIXTURE_CANCELLED;
        }
        init->weight[i] = mix_data_weight(sample, i);
        if (labelled) {
            init->known[i] = (size_t)mix_data_label(sample, i);
        }
    }
    return labelled ? mix_subsample_all_labelled(sample, cancel, &init->all_known) : MIXTURE_OK;
}

mixture_status mix_init_new(const mixture_family *family, const mixture_data *data, const mixture_options *options,
                            size_t most, bool shared, const mix_cancel *cancel, mix_init **result) {
    mix_init *init = *result = mix_memory_zeros(1, sizeof *init);
    if (init == NULL) {
        return MIXTURE_NOMEM;
    }
    *init = (mix_init){.family = family, .options = options, .shared = shared};
    mixture_status status = mix_subsample_draw(data, most, options->seed, cancel, &init->own_sample);
    init->sample = init->own_sample != NULL ? init->own_sample : data;
    if (status == MIXTURE_OK) {
        status = copy_extras(init, cancel);
    }
    if (status == MIXTURE_OK && init->sample->incomplete > 0) {
        status = mix_filled_new(family, init->sample, options, cancel, &init->filled);
    }
    if (status != MIXTURE_OK) {
        mix_init_free(init);
        *result = NULL;
    }
    return status;
}

const mixture_family *mix_init_family(const mix_init *init) {
    return init->family;
}

const mixture_options *mix_init_options(const mix_init *init) {
    return init->options;
}

const mixture_data *mix_init_sample(const mix_init *init) {
    return init->sample;
}

const mixture_data *mix_init_filled(const mix_init *init) {
    return init->filled != NULL ? init->filled : init->sample;
}

const double *mix_init_weight(const mix_init *init) {
    return init->weight;
}

const size_t *mix_init_known(const mix_init *init) {
    return init->known;
}

bool mix_init_all_known(const mix_init *init) {
    return init->all_known;
}

/* ---- Points -------------------------------------------------------------------------------------------- */

/* A part's columns of the points. */
static mixture_status fill_part(const mix_shape *shape, const mixture_data *sample, const mix_part *part,
                                mix_features variant, const mix_cancel *cancel, double *points, double *scratch) {
    mixture_data some = mix_data_some(sample, part->first, part->d);
    double *own = mix_memory_array(sample->rows, part->d * sizeof(double));
    mixture_status status = own != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    some.parts = part->alone;
    if (status == MIXTURE_OK && !part->family->features(&some, variant, cancel, own, scratch)) {
        status = MIXTURE_CANCELLED;
    }
    for (size_t row = 0; status == MIXTURE_OK && row < sample->rows; row++) {
        memcpy(points + row * shape->d + part->first, own + row * part->d, part->d * sizeof(double));
    }
    mix_memory_free(own);
    return status;
}

static mixture_status fill_points(const mix_shape *shape, const mixture_data *sample, mix_features variant,
                                  const mix_cancel *cancel, double *points, double *scratch) {
    const mixture_parts *parts = shape->family->parts;
    mixture_status status = MIXTURE_OK;
    if (parts == NULL) {
        return shape->family->features(sample, variant, cancel, points, scratch) ? MIXTURE_OK : MIXTURE_CANCELLED;
    }
    for (size_t p = 0; status == MIXTURE_OK && p < parts->count; p++) {
        status = fill_part(shape, sample, &parts->part[p], variant, cancel, points, scratch);
    }
    return status;
}

/* The sample in a geometry, in new memory. */
static mixture_status make_points(const mix_init *init, mix_features variant, const mix_cancel *cancel,
                                  double **points) {
    const mixture_data *sample = mix_init_filled(init);
    const mix_shape shape = mix_shape_for(init->family, sample, 1, 0);
    double *scratch = mix_memory_array(mix_family_full_scratch(&shape), sizeof(double));
    double *made = mix_memory_array(sample->rows, sample->d * sizeof(double));
    mixture_status status = scratch != NULL && made != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    if (status == MIXTURE_OK) {
        status = fill_points(&shape, sample, variant, cancel, made, scratch);
    }
    mix_memory_free(scratch);
    if (status != MIXTURE_OK) {
        mix_memory_free(made);
        return status;
    }
    *points = made;
    return MIXTURE_OK;
}

mixture_status mix_init_points(mix_init *init, mix_features variant, const mix_cancel *cancel,
                               mix_points *points) {
    mixture_status status = MIXTURE_OK;
    if (init->points[variant] == NULL) {
        status = make_points(init, variant, cancel, &init->points[variant]);
    }
    *points = (mix_points){init->points[variant], init->weight, init->sample->rows, init->sample->d, cancel};
    return status;
}

/* ---- The tree --------------------------------------------------------------------------------------- */

/* Row of the sample that leaf number i of the tree is. */
static size_t tree_row(const mix_init *init, size_t i) {
    return i * init->sample->rows / init->tree_rows; /* rows are at most some millions: no overflow */
}

static size_t wanted_tree_rows(bool shared, size_t d) {
    size_t wanted = shared ? TREE_ROWS_SELECT : TREE_ROWS;
    while (wanted > TREE_ROWS_LEAST && wanted * d > TREE_WORK / (wanted * d)) {
        wanted -= wanted / 8;
    }
    return wanted;
}

/* The tree's weights: their unit, of which the tree is not independent, and their sum in it. The smallest is the
** unit where all others are its multiples, as counts are; else it is such that the sum is the number of rows. */
typedef struct tree_weights {
    double unit, total;
    bool counts;
} tree_weights;

static tree_weights find_tree_weights(const mix_init *init, const mix_points *points) {
    double least = INFINITY, total = 0;
    bool counts = true;
    for (size_t i = 0; i < init->tree_rows; i++) {
        least = fmin(least, points->weight[tree_row(init, i)]);
    }
    for (size_t i = 0; i < init->tree_rows; i++) {
        double weight = points->weight[tree_row(init, i)], times = weight / least;
        total += weight;
        counts = counts && fabs(times - round(times)) <= 1e-9 * times;
    }
    double unit = counts ? least : total / (double)init->tree_rows;
    return (tree_weights){unit, total / unit, counts};
}

/* The tree's points, in the scale that mclust has them in: its columns' deviations have n - 1 in the
** denominator, and its singular values are those of all rows together. repeat: as many points as a row counts,
** as if it had been there so often. Returns how many there are. */
static size_t copy_tree_rows(mix_init *init, const mix_points *points, const tree_weights *weights, bool repeat,
                             double *x, double *weight) {
    size_t size = points->size, leaf = 0;
    double others = fmax(weights->total - 1, 1), scale = sqrt(others / weights->total) * pow(others, -0.25);
    for (size_t i = 0; i < init->tree_rows; i++) {
        size_t row = tree_row(init, i);
        double counts = points->weight[row] / weights->unit;
        init->tree_leaf[i] = leaf;
        for (size_t left = repeat ? (size_t)round(counts) : 1; left > 0; left--, leaf++) {
            for (size_t j = 0; j < size; j++) {
                x[leaf * size + j] = scale * points->x[row * size + j];
            }
            weight[leaf] = repeat ? 1 : counts;
        }
    }
    return leaf;
}

static mixture_status grow_tree(mix_init *init, const mix_cancel *cancel) {
    mix_points points;
    mixture_status status = mix_init_points(init, MIX_FEATURES_HALF, cancel, &points);
    if (status != MIXTURE_OK) {
        return status;
    }
    size_t most = wanted_tree_rows(init->shared, points.size);
    init->tree_rows = most < points.count ? most : points.count;
    const tree_weights weights = find_tree_weights(init, &points);
    bool repeat = weights.counts && weights.total < (double)most + 0.5;
    init->tree_leaves = repeat ? (size_t)round(weights.total) : init->tree_rows;
    double *x = mix_memory_array(init->tree_leaves, points.size * sizeof(double));
    double *weight = mix_memory_array(init->tree_leaves, sizeof(double));
    init->tree_leaf = mix_memory_array(init->tree_rows, sizeof(size_t));
    status = x != NULL && weight != NULL && init->tree_leaf != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    if (status == MIXTURE_OK) {
        size_t leaves = copy_tree_rows(init, &points, &weights, repeat, x, weight);
        points = (mix_points){x, weight, leaves, points.size, cancel};
        status = mix_hierarchy_new(&points, &init->tree);
    }
    mix_memory_free(x);
    mix_memory_free(weight);
    if (status != MIXTURE_OK) {
        mix_memory_free(init->tree_leaf);
        init->tree_leaf = NULL;
    }
    mix_memory_free(init->points[MIX_FEATURES_HALF]); /* nothing else wants them */
    init->points[MIX_FEATURES_HALF] = NULL;
    return status;
}

bool mix_init_from_tree(const mix_init *init, size_t number) {
    return number == 0 && init->family->tree && init->known == NULL &&
           init->options->init == MIXTURE_INIT_KMEANSPP;
}

bool mix_init_from_quantiles(const mix_init *init, size_t number) {
    size_t first = init->family->tree ? 1 : 0;
    return number == first && init->sample->d == 1 && init->known == NULL &&
           init->options->init == MIXTURE_INIT_KMEANSPP;
}

size_t mix_init_count(const mix_init *init, const mix_shape *shape) {
    if (init->options->n_init != MIXTURE_N_INIT_AUTO) {
        return (size_t)init->options->n_init;
    }
    if (init->family->tree) {
        return FEW_STARTS;
    }
    double pass = (double)init->sample->rows * (double)shape->k * (3 * (double)shape->d + 40);
    return (size_t)fmin(fmax(CHEAP_STARTS / pass, FEW_STARTS), MOST_STARTS);
}

mixture_status mix_init_cut(mix_init *init, size_t k, const mix_cancel *cancel, size_t *labels) {
    mixture_status status = init->tree != NULL ? MIXTURE_OK : grow_tree(init, cancel);
    if (status != MIXTURE_OK) {
        return status;
    }
    size_t *leaf_labels = mix_memory_array(init->tree_leaves, sizeof *leaf_labels);
    if (leaf_labels == NULL) {
        return MIXTURE_NOMEM;
    }
    (void)mix_hierarchy_cut(init->tree, k, leaf_labels);
    for (size_t row = 0, i = 0; row < init->sample->rows; row++) {
        bool in = i < init->tree_rows && tree_row(init, i) == row;
        labels[row] = in ? leaf_labels[init->tree_leaf[i++]] : MIX_NO_CLUSTER;
    }
    mix_memory_free(leaf_labels);
    return MIXTURE_OK;
}

mix_features mix_init_features(size_t number) {
    return number % 2 == 0 ? MIX_FEATURES_WHITENED : MIX_FEATURES_SCALED;
}

mixture_status mix_init_complete(mix_init *init, const mix_cancel *cancel) {
    int wanted = init->options->n_init,
        count = wanted > 0 && wanted < 3 ? wanted : 3; /* all that later ones need */
    mixture_status status = MIXTURE_OK;
    for (int number = 0; status == MIXTURE_OK && number < count && !mix_init_all_known(init); number++) {
        mix_points points;
        if (!mix_init_from_tree(init, (size_t)number)) {
            status = mix_init_points(init, mix_init_features((size_t)number), cancel, &points);
        } else if (init->tree == NULL) {
            status = grow_tree(init, cancel);
        }
    }
    return status;
}
