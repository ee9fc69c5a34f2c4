/* init.c: what the starts of all candidates have in common: a bounded sample of the rows, as points in the
** family's geometries, and the tree of their hierarchical clustering (of a yet smaller sample). */
#include "init.h"

#include <math.h>
#include <string.h>

#include "memory.h"
#include "subsample.h"

enum {
    TREE_ROWS = 400,         /* of a single fit, which should not take longer to start than to do */
    TREE_ROWS_SELECT = 1500, /* when many fits share the tree */
    TREE_ROWS_LEAST = 200,   /* many columns make it fewer, down to this, as long as */
    TREE_WORK = 1 << 26      /* rows^2 d^2 is more than this */
};

struct mix_init {
    const mixture_family *family;
    const mixture_options *options;
    bool shared; /* by fits of several k and structures */
    const mixture_data *sample;
    mixture_data *own_sample;     /* NULL: the sample is the data */
    double *points[MIX_FEATURES]; /* the sample in the family's geometries, made when first needed */
    mix_hierarchy *tree;          /* made when first needed */
    size_t tree_rows;             /* of the sample, evenly spread */
    size_t *known;                /* labels that the data have, 1..k or 0; NULL: none */
    double *weight;               /* of the sample's rows */
};

void mix_init_free(mix_init *init) {
    if (init == NULL) {
        return;
    }
    mix_subsample_free(init->own_sample);
    for (int i = 0; i < MIX_FEATURES; i++) {
        mix_memory_free(init->points[i]);
    }
    mix_hierarchy_free(init->tree);
    mix_memory_free(init->known);
    mix_memory_free(init->weight);
    mix_memory_free(init);
}

/* The sample's weights and labels as the clustering wants them. */
static bool copy_extras(mix_init *init) {
    const mixture_data *sample = init->sample;
    init->weight = mix_memory_array(sample->rows, sizeof(double));
    if (init->weight == NULL) {
        return false;
    }
    if (sample->extras & MIXTURE_LABELLED) {
        init->known = mix_memory_array(sample->rows, sizeof(size_t));
        if (init->known == NULL) {
            return false;
        }
    }
    for (size_t i = 0; i < sample->rows; i++) {
        init->weight[i] = mix_data_weight(sample, i);
        if (init->known != NULL) {
            init->known[i] = (size_t)mix_data_label(sample, i);
        }
    }
    return true;
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
    if (status == MIXTURE_OK && !copy_extras(init)) {
        status = MIXTURE_NOMEM;
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

const double *mix_init_weight(const mix_init *init) {
    return init->weight;
}

const size_t *mix_init_known(const mix_init *init) {
    return init->known;
}

bool mix_init_all_known(const mix_init *init) {
    return init->known != NULL && mix_subsample_all_labelled(init->sample);
}

/* ---- Points -------------------------------------------------------------------------------------------- */

/* The sample in a geometry, in new memory. */
static mixture_status make_points(const mix_init *init, mix_features variant, const mix_cancel *cancel,
                                  double **points) {
    const mixture_data *sample = init->sample;
    const mix_shape shape = {.family = init->family, .k = 1, .d = sample->d};
    double *scratch = mix_memory_array(mix_family_full_scratch(&shape), sizeof(double));
    double *made = mix_memory_array(sample->rows, sample->d * sizeof(double));
    mixture_status status = scratch != NULL && made != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    if (status == MIXTURE_OK && !init->family->features(sample, variant, cancel, made, scratch)) {
        status = MIXTURE_CANCELLED;
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

static size_t wanted_tree_rows(bool shared, size_t rows, size_t d) {
    size_t wanted = shared ? TREE_ROWS_SELECT : TREE_ROWS;
    while (wanted > TREE_ROWS_LEAST && wanted * d > TREE_WORK / (wanted * d)) {
        wanted -= wanted / 8;
    }
    return wanted < rows ? wanted : rows;
}

/* The tree's points and weights, in the scale that mclust has them in, for distinct rows of weight 1: so repeated
** rows are as good as weights, and the unit of the weights does not matter. */
static mixture_status copy_tree_rows(const mix_init *init, mix_points *points, double *x, double *weight) {
    size_t distinct = 0, size = points->size;
    double total = 0;
    mixture_status status = mix_data_distinct(init->sample, init->tree_rows, points->cancel, NULL, &distinct);
    if (status != MIXTURE_OK) {
        return status;
    }
    for (size_t i = 0; i < init->tree_rows; i++) {
        total += points->weight[tree_row(init, i)];
    }
    double scale = pow(fmax((double)distinct - 1, 1), -0.25);
    for (size_t i = 0; i < init->tree_rows; i++) {
        size_t row = tree_row(init, i);
        for (size_t j = 0; j < size; j++) {
            x[i * size + j] = scale * points->x[row * size + j];
        }
        weight[i] = points->weight[row] / total * (double)distinct;
    }
    *points = (mix_points){x, weight, init->tree_rows, size, points->cancel};
    return MIXTURE_OK;
}

static mixture_status grow_tree(mix_init *init, const mix_cancel *cancel) {
    mix_points points;
    mixture_status status = mix_init_points(init, MIX_FEATURES_HALF, cancel, &points);
    if (status != MIXTURE_OK) {
        return status;
    }
    size_t count = init->tree_rows = wanted_tree_rows(init->shared, points.count, points.size);
    double *x = mix_memory_array(count, points.size * sizeof(double));
    double *weight = mix_memory_array(count, sizeof(double));
    status = x != NULL && weight != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    if (status == MIXTURE_OK) {
        status = copy_tree_rows(init, &points, x, weight);
    }
    if (status == MIXTURE_OK) {
        status = mix_hierarchy_new(&points, &init->tree);
    }
    mix_memory_free(x);
    mix_memory_free(weight);
    mix_memory_free(init->points[MIX_FEATURES_HALF]); /* nothing else wants them */
    init->points[MIX_FEATURES_HALF] = NULL;
    return status;
}

bool mix_init_from_tree(const mix_init *init, size_t number) {
    return number == 0 && init->family->tree && init->known == NULL &&
           init->options->init == MIXTURE_INIT_KMEANSPP;
}

mixture_status mix_init_cut(mix_init *init, size_t k, const mix_cancel *cancel, size_t *labels) {
    mixture_status status = init->tree != NULL ? MIXTURE_OK : grow_tree(init, cancel);
    if (status == MIXTURE_OK) {
        (void)mix_hierarchy_cut(init->tree, k, labels);
        for (size_t row = init->sample->rows, i = init->tree_rows; row-- > 0;) { /* from the end: in place */
            bool in = i > 0 && tree_row(init, i - 1) == row;
            labels[row] = in ? labels[--i] : MIX_NO_CLUSTER;
        }
    }
    return status;
}

mix_features mix_init_features(size_t number) {
    return number % 2 == 0 ? MIX_FEATURES_WHITENED : MIX_FEATURES_SCALED;
}

mixture_status mix_init_complete(mix_init *init, const mix_cancel *cancel) {
    int count = init->options->n_init < 3 ? init->options->n_init : 3; /* later ones need nothing else */
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
