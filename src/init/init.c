/* init.c: drawing candidates to start EM from.
**
** A candidate is a partition of a bounded sample of the rows, turned into parameters by the family's own maximize
** step. The first comes from model-based hierarchical clustering (of a yet smaller sample), the others from
** k-means++ with a few of Lloyd's steps, where they take turns between two geometries, because no single one is
** right for all data; or, when so asked, all from the nearest of k random rows. */
#include "init.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "hierarchy.h"
#include "kmeans.h"
#include "memory.h"
#include "model.h"
#include "statistics.h"
#include "subsample.h"

enum {
    LLOYD_STEPS = 10,
    TREE_ROWS = 400,         /* of a single fit, which should not take longer to start than to do */
    TREE_ROWS_SELECT = 1500, /* when many fits share the tree */
    TREE_ROWS_LEAST = 200,   /* many columns make it fewer, down to this, as long as */
    TREE_WORK = 1 << 26,     /* rows^2 d^2 is more than this */
    KEPT = 16                /* partitions kept for the next structure */
};

#define NO_CLUSTER SIZE_MAX

struct mix_init {
    const mixture_family *family;
    const mixture_options *options;
    const mix_cancel *cancel;
    bool shared; /* by fits of several k and structures */
    /* What forks have in common, which belongs to the one they come from: */
    bool forked;
    const mixture_data *sample;
    mixture_data *own_sample;     /* NULL: the sample is the data */
    double *points[MIX_FEATURES]; /* the sample in the family's geometries, made when first needed */
    mix_hierarchy *tree;          /* made when first needed */
    size_t tree_rows;             /* of the sample, evenly spread */
    size_t *known;                /* labels that the data have, 1..k or 0; NULL: none */
    double *weight;               /* of the sample's rows */
    /* Each one's own: */
    size_t kept_k;      /* what the kept partitions are for */
    size_t *kept[KEPT]; /* labels by candidate number; NULL: not drawn yet */
    size_t *labels;     /* those of later numbers */
    size_t *names;      /* of clusters, while two partitions are compared */
    bool *placed;       /* components with a center, while centers are chosen */
    double *centers, *totals, *chances, *scratch, *statistics, *resp;
};

static void forget_partitions(mix_init *init) {
    for (size_t i = 0; i < KEPT; i++) {
        mix_memory_free(init->kept[i]);
        init->kept[i] = NULL;
    }
}

static void free_common(mix_init *init) {
    mix_subsample_free(init->own_sample);
    for (int i = 0; i < MIX_FEATURES; i++) {
        mix_memory_free(init->points[i]);
    }
    mix_hierarchy_free(init->tree);
    mix_memory_free(init->known);
    mix_memory_free(init->weight);
}

void mix_init_free(mix_init *init) {
    if (init == NULL) {
        return;
    }
    if (!init->forked) {
        free_common(init);
    }
    forget_partitions(init);
    void *blocks[] = {init->labels,  init->names,   init->placed,     init->centers, init->totals,
                      init->chances, init->scratch, init->statistics, init->resp};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        mix_memory_free(blocks[i]);
    }
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

/* Work space, for up to `most` components. */
static bool make_space(mix_init *init, size_t most) {
    const mixture_family *family = init->family;
    size_t n = init->sample->rows, d = init->sample->d;
    const mix_shape shape = {.family = family, .k = most, .d = d};
    size_t size = mix_statistics_size(&shape); /* no structure has more than the default one */
    return (init->labels = mix_memory_array(n, sizeof(size_t))) != NULL &&
           (init->names = mix_memory_array(most, 2 * sizeof(size_t))) != NULL &&
           (init->placed = mix_memory_array(most, sizeof(bool))) != NULL &&
           (init->centers = mix_memory_array(most, d * sizeof(double))) != NULL &&
           (init->totals = mix_memory_array(most, sizeof(double))) != NULL &&
           (init->chances = mix_memory_array(n, 2 * sizeof(double))) != NULL &&
           (init->scratch = mix_memory_array(family->scratch_size(&shape), sizeof(double))) != NULL &&
           (init->statistics = mix_memory_array(size, sizeof(double))) != NULL &&
           (init->resp = mix_memory_array(most, MIX_BLOCK_ROWS * sizeof(double))) != NULL;
}

mixture_status mix_init_new(const mixture_family *family, const mixture_data *data, const mixture_options *options,
                            size_t most, bool shared, const mix_cancel *cancel, mix_init **result) {
    mix_init *init = *result = mix_memory_zeros(1, sizeof *init);
    if (init == NULL) {
        return MIXTURE_NOMEM;
    }
    *init = (mix_init){.family = family, .options = options, .shared = shared, .cancel = cancel};
    mixture_status status = mix_subsample_draw(data, most, options->seed, cancel, &init->own_sample);
    init->sample = init->own_sample != NULL ? init->own_sample : data;
    if (status == MIXTURE_OK && !(copy_extras(init) && make_space(init, most))) {
        status = MIXTURE_NOMEM;
    }
    if (status != MIXTURE_OK) {
        mix_init_free(init);
        *result = NULL;
    }
    return status;
}

mixture_status mix_init_fork(const mix_init *init, size_t most, const mix_cancel *cancel, mix_init **result) {
    mix_init *fork = *result = mix_memory_zeros(1, sizeof *fork);
    if (fork == NULL) {
        return MIXTURE_NOMEM;
    }
    *fork = (mix_init){
        .family = init->family,
        .options = init->options,
        .cancel = cancel,
        .shared = init->shared,
        .forked = true,
        .sample = init->sample,
        .tree = init->tree,
        .tree_rows = init->tree_rows,
        .known = init->known,
        .weight = init->weight,
    };
    memcpy(fork->points, init->points, sizeof fork->points);
    if (!make_space(fork, most)) {
        mix_init_free(fork);
        *result = NULL;
        return MIXTURE_NOMEM;
    }
    return MIXTURE_OK;
}

const mixture_data *mix_init_sample(const mix_init *init) {
    return init->sample;
}

static mixture_status get_points(mix_init *init, mix_features variant, mix_points *points) {
    const mixture_data *sample = init->sample;
    if (init->points[variant] == NULL) {
        init->points[variant] = mix_memory_array(sample->rows, sample->d * sizeof(double));
        if (init->points[variant] == NULL) {
            return MIXTURE_NOMEM;
        }
        if (!init->family->features(sample, variant, init->cancel, init->points[variant], init->scratch)) {
            mix_memory_free(init->points[variant]);
            init->points[variant] = NULL;
            return MIXTURE_CANCELLED;
        }
    }
    *points = (mix_points){init->points[variant], init->weight, sample->rows, sample->d, init->cancel};
    return MIXTURE_OK;
}

/* Components with labelled rows have their centers there. */
static void place_labelled(mix_init *init, const mix_points *points, size_t k) {
    size_t size = points->size;
    memset(init->placed, 0, k * sizeof(bool));
    for (size_t i = 0; init->known != NULL && i < points->count; i++) {
        if (init->known[i] == 0) {
            continue;
        }
        size_t c = init->known[i] - 1;
        double *center = init->centers + c * size;
        if (!init->placed[c]) {
            memset(center, 0, size * sizeof(double));
            init->placed[c] = true;
            init->totals[c] = 0;
        }
        init->totals[c] += points->weight[i];
        for (size_t j = 0; j < size; j++) {
            center[j] += points->weight[i] * points->x[i * size + j];
        }
    }
    for (size_t c = 0; c < k; c++) {
        for (size_t j = 0; j < size && init->placed[c]; j++) {
            init->centers[c * size + j] /= init->totals[c];
        }
    }
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
static mixture_status copy_tree_rows(mix_init *init, mix_points *points, double *x, double *weight) {
    size_t distinct = 0, size = points->size;
    double total = 0;
    mixture_status status = mix_data_distinct(init->sample, init->tree_rows, init->cancel, NULL, &distinct);
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
    *points = (mix_points){x, weight, init->tree_rows, size, init->cancel};
    return MIXTURE_OK;
}

static mixture_status grow_tree(mix_init *init) {
    mix_points points;
    mixture_status status = get_points(init, MIX_FEATURES_HALF, &points);
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

/* Cut the tree. Rows that are not in it belong to no cluster. */
static mixture_status cut_tree(mix_init *init, size_t k, size_t *labels) {
    mixture_status status = init->tree != NULL ? MIXTURE_OK : grow_tree(init);
    if (status == MIXTURE_OK) {
        (void)mix_hierarchy_cut(init->tree, k, labels);
        for (size_t row = init->sample->rows, i = init->tree_rows; row-- > 0;) { /* from the end: in place */
            bool in = i > 0 && tree_row(init, i - 1) == row;
            labels[row] = in ? labels[--i] : NO_CLUSTER;
        }
    }
    return status;
}

/* ---- Partitions ------------------------------------------------------------------------------------- */

/* The geometry for a number that is not from the tree. */
static mix_features features_of(size_t number) {
    return number % 2 == 0 ? MIX_FEATURES_WHITENED : MIX_FEATURES_SCALED;
}

static bool all_known(const mix_init *init) {
    return init->known != NULL && mix_subsample_all_labelled(init->sample);
}

mixture_status mix_init_complete(mix_init *init) {
    int count = init->options->n_init < 3 ? init->options->n_init : 3; /* later ones need nothing else */
    mixture_status status = MIXTURE_OK;
    for (int number = 0; status == MIXTURE_OK && number < count && !all_known(init); number++) {
        mix_points points;
        if (!mix_init_from_tree(init, (size_t)number)) {
            status = get_points(init, features_of((size_t)number), &points);
        } else if (init->tree == NULL) {
            status = grow_tree(init);
        }
    }
    return status;
}

/* Fill labels with partition `number` of the sample into k clusters. */
static mixture_status partition(mix_init *init, size_t k, size_t number, size_t *labels) {
    mix_points points;
    if (all_known(init)) {
        for (size_t i = 0; i < init->sample->rows; i++) {
            labels[i] = init->known[i] - 1;
        }
        return MIXTURE_OK;
    }
    if (mix_init_from_tree(init, number)) {
        return cut_tree(init, k, labels);
    }
    mixture_status status = get_points(init, features_of(number), &points);
    if (status != MIXTURE_OK) {
        return status;
    }
    mix_random random;
    mix_random_seed(&random, init->options->seed, 1 + number);
    place_labelled(init, &points, k);
    memset(labels, 0, points.count * sizeof *labels);
    bool changed = true, random_start = init->options->init == MIXTURE_INIT_RANDOM;
    bool go_on = random_start
                     ? mix_kmeans_random(&points, k, init->placed, &random, init->centers, init->chances)
                     : mix_kmeans_plusplus(&points, k, init->placed, &random, init->centers, init->chances);
    go_on = go_on && mix_kmeans_assign(&points, k, init->centers, init->known, labels, &changed);
    for (int step = 0; go_on && !random_start && changed && step < LLOYD_STEPS; step++) {
        mix_kmeans_center(&points, k, labels, init->centers, init->totals);
        go_on = mix_kmeans_assign(&points, k, init->centers, init->known, labels, &changed);
    }
    return go_on ? MIXTURE_OK : MIXTURE_CANCELLED;
}

/* The same, from what is kept if it was drawn before. */
static mixture_status get_partition(mix_init *init, size_t k, size_t number, size_t **labels) {
    if (init->kept_k != k) {
        forget_partitions(init);
        init->kept_k = k;
    }
    *labels = number < KEPT ? init->kept[number] : NULL;
    if (*labels != NULL) {
        return MIXTURE_OK;
    }
    size_t *fresh = number < KEPT ? mix_memory_array(init->sample->rows, sizeof *fresh) : init->labels;
    mixture_status status = fresh != NULL ? partition(init, k, number, fresh) : MIXTURE_NOMEM;
    if (number < KEPT) {
        if (status != MIXTURE_OK) {
            mix_memory_free(fresh);
            return status;
        }
        init->kept[number] = fresh;
    }
    *labels = fresh;
    return status;
}

/* Whether two partitions are the same but for the clusters' names. The names: room for two per cluster. */
static bool same_partition(const size_t *one, const size_t *two, size_t rows, size_t k, size_t *names) {
    size_t *of_one = names, *of_two = names + k; /* what the other calls it */
    memset(names, 0xff, 2 * k * sizeof *names);
    for (size_t i = 0; i < rows; i++) {
        if ((one[i] == NO_CLUSTER) != (two[i] == NO_CLUSTER)) {
            return false;
        }
        if (one[i] == NO_CLUSTER) {
            continue;
        }
        if (of_one[one[i]] == NO_CLUSTER && of_two[two[i]] == NO_CLUSTER) {
            of_one[one[i]] = two[i];
            of_two[two[i]] = one[i];
        } else if (of_one[one[i]] != two[i]) {
            return false;
        }
    }
    return true;
}

mixture_status mix_init_repeats(mix_init *init, size_t k, size_t number, bool *repeats) {
    size_t *labels;
    mixture_status status = number < KEPT ? get_partition(init, k, number, &labels) : MIXTURE_OK;
    *repeats = false;
    for (size_t i = 0; status == MIXTURE_OK && number < KEPT && i < number && !*repeats; i++) {
        const size_t *earlier = init->kept[i];
        *repeats = earlier != NULL && same_partition(earlier, labels, init->sample->rows, k, init->names);
    }
    return status;
}

/* Statistics of the sample with each row belonging to the component of its label, but for the share that the
** family wants spread over all; or to every component alike when `labels` is NULL. A known component has its row
** wholly. False when cancelled. */
static bool accumulate(mix_init *init, const mixture_model *model, const size_t *labels) {
    const mixture_data *sample = init->sample;
    const mix_shape shape = mix_shape_of(model);
    size_t k = model->k;
    double spread = labels == NULL ? 1 : init->family->start_spread;
    memset(init->statistics, 0, mix_statistics_size(&shape) * sizeof(double));
    for (size_t b = 0; b * MIX_BLOCK_ROWS < sample->rows; b++) {
        mix_rows rows = mix_data_block(sample, b);
        memset(init->resp, 0, k * MIX_BLOCK_ROWS * sizeof(double));
        for (size_t r = 0; r < rows.count; r++) {
            size_t row = b * MIX_BLOCK_ROWS + r;
            bool known = init->known != NULL && init->known[row] != 0;
            size_t own = known ? init->known[row] - 1 : labels != NULL ? labels[row] : 0;
            double share = known ? 0 : spread;
            if (own == NO_CLUSTER) {
                continue;
            }
            for (size_t c = 0; c < k; c++) {
                double resp = share / (double)k + (c == own ? 1 - share : 0);
                init->resp[c * rows.stride + r] = init->weight[row] * resp;
            }
        }
        mix_statistics_accumulate(model, &rows, init->resp, init->statistics, init->scratch);
        if (mix_cancelled(init->cancel)) {
            return false;
        }
    }
    return true;
}

/* Put what the caller gave into the model. */
static void override(const mix_init *init, const mixture_model *given, mixture_model *model) {
    const mixture_start *start = &init->options->start;
    if (given == NULL) {
        return;
    }
    if (start->weights != NULL) {
        memcpy(model->weights, given->weights, model->k * sizeof(double));
    }
    for (size_t a = 0; a < init->family->array_count; a++) {
        if (start->arrays != NULL && start->arrays[a] != NULL) {
            memcpy(model->arrays[a], given->arrays[a], model->k * mix_model_array_size(model, a) * sizeof(double));
        }
    }
}

mixture_status mix_init_draw(mix_init *init, size_t number, const mixture_model *given, const mix_maximize *how,
                             mixture_model *model, mixture_error *error) {
    /* Statistics are centered at the model's first array: at 0, the data's center. */
    for (size_t a = 0; a < init->family->array_count; a++) {
        memset(model->arrays[a], 0, model->k * mix_model_array_size(model, a) * sizeof(double));
    }
    bool located = given != NULL && init->options->start.arrays != NULL && init->options->start.arrays[0] != NULL;
    size_t *labels = NULL;
    mixture_status status = located ? MIXTURE_OK : get_partition(init, model->k, number, &labels);
    if (status != MIXTURE_OK) {
        return mix_error_status(error, status);
    }
    /* With the locations given, what is left out is at first that of all the data, for every component. */
    if (!accumulate(init, model, labels)) {
        return mix_error_status(error, MIXTURE_CANCELLED);
    }
    status = mix_statistics_maximize(model, init->statistics, how, init->scratch, error);
    if (status == MIXTURE_OK && given != NULL) {
        override(init, given, model);
        init->family->constrain(model, how, init->scratch);
        status = mixture_model_prepare(model, error);
    }
    return status;
}
