/* starts.c: drawing candidates of one k to start EM from.
**
** A candidate is a partition of a bounded sample of the rows, turned into parameters by the family's own maximize
** step. The first comes from model-based hierarchical clustering, of one column another from quantiles, the others
** from k-means++ with a few of Lloyd's steps, where they take turns between two geometries, because no single one
** is right for all data; or, when so asked, all from the nearest of k random rows. */
#include "starts.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "kmeans.h"
#include "memory.h"
#include "model.h"
#include "statistics.h"

enum {
    LLOYD_STEPS = 10,
    START_ROWS_AT_ONCE = 1 << 16 /* between two questions whether to go on */
};

struct mix_starts {
    mix_init *init;
    const mix_cancel *cancel;
    size_t k;
    size_t *kept[MIX_STARTS_KEPT]; /* labels by candidate number; NULL: not drawn yet */
    size_t *labels;                /* those of later numbers */
    size_t *names;                 /* of clusters, while two partitions are compared */
    bool *placed;                  /* components with a center, while centers are chosen */
    double *centers, *totals, *chances, *scratch, *statistics, *resp;
};

void mix_starts_free(mix_starts *starts) {
    if (starts == NULL) {
        return;
    }
    for (size_t i = 0; i < MIX_STARTS_KEPT; i++) {
        mix_memory_free(starts->kept[i]);
    }
    void *blocks[] = {starts->labels,  starts->names,   starts->placed,     starts->centers, starts->totals,
                      starts->chances, starts->scratch, starts->statistics, starts->resp};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        mix_memory_free(blocks[i]);
    }
    mix_memory_free(starts);
}

mixture_status mix_starts_new(mix_init *init, size_t k, const mix_cancel *cancel, mix_starts **result) {
    mix_starts *starts = *result = mix_memory_zeros(1, sizeof *starts);
    if (starts == NULL) {
        return MIXTURE_NOMEM;
    }
    const mixture_family *family = mix_init_family(init);
    const mixture_data *sample = mix_init_sample(init);
    size_t n = sample->rows, d = sample->d;
    const mix_shape shape = mix_shape_for(family, sample, k, 0);
    size_t size = mix_statistics_size(&shape); /* no structure has more than the default one */
    *starts = (mix_starts){.init = init, .cancel = cancel, .k = k};
    if ((starts->labels = mix_memory_array(n, sizeof(size_t))) != NULL &&
        (starts->names = mix_memory_array(k, 2 * sizeof(size_t))) != NULL &&
        (starts->placed = mix_memory_array(k, sizeof(bool))) != NULL &&
        (starts->centers = mix_memory_array(k, d * sizeof(double))) != NULL &&
        (starts->totals = mix_memory_array(k, sizeof(double))) != NULL &&
        (starts->chances = mix_memory_array(n, 3 * sizeof(double))) != NULL &&
        (starts->scratch = mix_memory_array(mix_family_full_scratch(&shape), sizeof(double))) != NULL &&
        (starts->statistics = mix_memory_array(size, sizeof(double))) != NULL &&
        (starts->resp = mix_memory_array(k, MIX_BLOCK_ROWS * sizeof(double))) != NULL) {
        return MIXTURE_OK;
    }
    mix_starts_free(starts);
    *result = NULL;
    return MIXTURE_NOMEM;
}

/* ---- Partitions ------------------------------------------------------------------------------------- */

/* Components with labelled rows have their centers there. */
static void place_labelled(mix_starts *starts, const mix_points *points, size_t k) {
    const size_t *known = mix_init_known(starts->init);
    size_t size = points->size;
    memset(starts->placed, 0, k * sizeof(bool));
    for (size_t i = 0; known != NULL && i < points->count; i++) {
        if (known[i] == 0) {
            continue;
        }
        size_t c = known[i] - 1;
        double *center = starts->centers + c * size;
        if (!starts->placed[c]) {
            memset(center, 0, size * sizeof(double));
            starts->placed[c] = true;
            starts->totals[c] = 0;
        }
        starts->totals[c] += points->weight[i];
        for (size_t j = 0; j < size; j++) {
            center[j] += points->weight[i] * points->x[i * size + j];
        }
    }
    for (size_t c = 0; c < k; c++) {
        for (size_t j = 0; j < size && starts->placed[c]; j++) {
            starts->centers[c * size + j] /= starts->totals[c];
        }
    }
}

/* A value of the only column, and its row. */
typedef struct ranked {
    double x;
    size_t row;
} ranked;

static bool is_before(const ranked *a, const ranked *b) {
    return a->x < b->x || (a->x == b->x && a->row < b->row);
}

/* Let the value at `place` sink to where no child of its is larger. */
static void sink_ranked(ranked *heap, size_t place, size_t count) {
    ranked value = heap[place];
    for (size_t child; (child = 2 * place + 1) < count; place = child) {
        child += child + 1 < count && is_before(&heap[child], &heap[child + 1]);
        if (!is_before(&value, &heap[child])) {
            break;
        }
        heap[place] = heap[child];
    }
    heap[place] = value;
}

/* Heapsort: the C library's may allocate. */
static void sort_ranked(ranked *values, size_t count) {
    for (size_t i = count / 2; i-- > 0;) {
        sink_ranked(values, i, count);
    }
    for (size_t left = count; left > 1; left--) {
        ranked last = values[left - 1];
        values[left - 1] = values[0];
        values[0] = last;
        sink_ranked(values, 0, left - 1);
    }
}

/* Clusters of equal weight, but for equal values, which are in the same one, and for all to have any: cut at the
** quantiles j / k between the first value and the last (R's type 7), which is where mclust cuts; a value at a cut
** is above it. `distinct` values are in order; there are k of them or more. */
static void cut_at_quantiles(const mix_starts *starts, const ranked *values, size_t distinct, size_t k,
                             size_t *labels) {
    const double *weight = mix_init_weight(starts->init);
    size_t rows = mix_init_sample(starts->init)->rows, seen = 0, before = 0;
    double total = 0, below = 0, least = INFINITY;
    for (size_t i = 0; i < rows; i++) {
        total += weight[i];
        least = fmin(least, weight[i]);
    }
    for (size_t begin = 0, end; begin < rows; begin = end, seen++) {
        double own = 0;
        for (end = begin; end < rows && values[end].x == values[begin].x; end++) {
            own += weight[values[end].row];
        }
        double place = fmax((below + own - least) / (total - least), 0); /* of the last of the equal values */
        size_t label = (size_t)fmin((double)k * place * (1 + 1e-12), (double)k - 1);
        size_t most = seen == 0 ? 0 : before + 1, left = distinct - 1 - seen;
        label = label < most ? label : most;
        label = label + left < k - 1 ? k - 1 - left : label;
        for (size_t i = begin; i < end; i++) {
            labels[values[i].row] = label;
        }
        below += own;
        before = label;
    }
}

static mixture_status draw_quantiles(const mix_starts *starts, size_t k, size_t *labels) {
    const mixture_data *sample = mix_init_sample(starts->init);
    ranked *values = mix_memory_array(sample->rows, sizeof *values);
    if (values == NULL) {
        return MIXTURE_NOMEM;
    }
    for (size_t i = 0; i < sample->rows; i++) {
        values[i] = (ranked){mix_data_value(sample, i, 0), i};
    }
    sort_ranked(values, sample->rows);
    size_t distinct = 1;
    for (size_t i = 1; i < sample->rows; i++) {
        distinct += values[i].x != values[i - 1].x;
    }
    cut_at_quantiles(starts, values, distinct, k, labels);
    mix_memory_free(values);
    return mix_cancelled(starts->cancel) ? MIXTURE_CANCELLED : MIXTURE_OK;
}

/* Fill labels with partition `number` of the sample into k clusters. */
static mixture_status draw_partition(mix_starts *starts, size_t k, size_t number, size_t *labels) {
    mix_init *init = starts->init;
    const size_t *known = mix_init_known(init);
    mix_points points;
    if (mix_init_all_known(init)) {
        size_t rows = mix_init_sample(init)->rows;
        for (size_t i = 0; i < rows; i++) {
            labels[i] = known[i] - 1;
            if (i % START_ROWS_AT_ONCE == START_ROWS_AT_ONCE - 1 && mix_cancelled(starts->cancel)) {
                return MIXTURE_CANCELLED;
            }
        }
        return MIXTURE_OK;
    }
    if (mix_init_from_tree(init, number)) {
        return mix_init_cut(init, k, starts->cancel, labels);
    }
    if (mix_init_from_quantiles(init, number)) {
        return draw_quantiles(starts, k, labels);
    }
    mixture_status status = mix_init_points(init, mix_init_features(number), starts->cancel, &points);
    if (status != MIXTURE_OK) {
        return status;
    }
    const mixture_options *options = mix_init_options(init);
    mix_random random;
    mix_random_seed(&random, options->seed, 1 + number);
    place_labelled(starts, &points, k);
    memset(labels, 0, points.count * sizeof *labels);
    bool changed = true, random_start = options->init == MIXTURE_INIT_RANDOM;
    /* Of one column they end in the same partition wherever they begin. */
    int steps = random_start || (points.size == 1 && number % 2 == 0) ? 0 : LLOYD_STEPS;
    bool go_on = random_start
                     ? mix_kmeans_random(&points, k, starts->placed, &random, starts->centers, starts->chances)
                     : mix_kmeans_plusplus(&points, k, starts->placed, &random, starts->centers, starts->chances);
    go_on = go_on && mix_kmeans_assign(&points, k, starts->centers, known, labels, &changed);
    for (int step = 0; go_on && changed && step < steps; step++) {
        mix_kmeans_center(&points, k, labels, starts->centers, starts->totals);
        go_on = mix_kmeans_assign(&points, k, starts->centers, known, labels, &changed);
    }
    return go_on ? MIXTURE_OK : MIXTURE_CANCELLED;
}

/* The same, from what is kept if it was drawn before. */
static mixture_status get_partition(mix_starts *starts, size_t number, size_t **labels) {
    *labels = number < MIX_STARTS_KEPT ? starts->kept[number] : NULL;
    if (*labels != NULL) {
        return MIXTURE_OK;
    }
    size_t rows = mix_init_sample(starts->init)->rows;
    size_t *fresh = number < MIX_STARTS_KEPT ? mix_memory_array(rows, sizeof *fresh) : starts->labels;
    mixture_status status = fresh != NULL ? draw_partition(starts, starts->k, number, fresh) : MIXTURE_NOMEM;
    if (number < MIX_STARTS_KEPT) {
        if (status != MIXTURE_OK) {
            mix_memory_free(fresh);
            return status;
        }
        starts->kept[number] = fresh;
    }
    *labels = fresh;
    return status;
}

/* Whether two partitions are the same but for the clusters' names. The names: room for two per cluster. */
static bool same_partition(const size_t *one, const size_t *two, size_t rows, size_t k, size_t *names) {
    size_t *of_one = names, *of_two = names + k; /* what the other calls it */
    memset(names, 0xff, 2 * k * sizeof *names);
    for (size_t i = 0; i < rows; i++) {
        if ((one[i] == MIX_NO_CLUSTER) != (two[i] == MIX_NO_CLUSTER)) {
            return false;
        }
        if (one[i] == MIX_NO_CLUSTER) {
            continue;
        }
        if (of_one[one[i]] == MIX_NO_CLUSTER && of_two[two[i]] == MIX_NO_CLUSTER) {
            of_one[one[i]] = two[i];
            of_two[two[i]] = one[i];
        } else if (of_one[one[i]] != two[i]) {
            return false;
        }
    }
    return true;
}

mixture_status mix_starts_repeats(mix_starts *starts, size_t number, bool *repeats) {
    size_t *labels, rows = mix_init_sample(starts->init)->rows;
    mixture_status status = number < MIX_STARTS_KEPT ? get_partition(starts, number, &labels) : MIXTURE_OK;
    *repeats = false;
    for (size_t i = 0; status == MIXTURE_OK && number < MIX_STARTS_KEPT && i < number && !*repeats; i++) {
        const size_t *earlier = starts->kept[i];
        *repeats = earlier != NULL && same_partition(earlier, labels, rows, starts->k, starts->names);
    }
    return status;
}

/* Statistics of the sample with each row belonging to the component of its label, but for the share that the
** family wants spread over all; or to every component alike when `labels` is NULL. A known component has its row
** wholly. False when cancelled. */
static bool accumulate_partition(mix_starts *starts, const mixture_model *model, const size_t *labels) {
    const mixture_data *sample = mix_init_filled(starts->init);
    const double *weight = mix_init_weight(starts->init);
    const size_t *known_labels = mix_init_known(starts->init);
    const mix_shape shape = mix_shape_of(model);
    size_t k = model->k;
    double spread = labels == NULL ? 1 : model->family->start_spread;
    memset(starts->statistics, 0, mix_statistics_size(&shape) * sizeof(double));
    for (size_t b = 0; b * MIX_BLOCK_ROWS < sample->rows; b++) {
        mix_rows rows = mix_data_block(sample, b);
        memset(starts->resp, 0, k * MIX_BLOCK_ROWS * sizeof(double));
        for (size_t r = 0; r < rows.count; r++) {
            size_t row = b * MIX_BLOCK_ROWS + r;
            bool known = known_labels != NULL && known_labels[row] != 0;
            size_t own = known ? known_labels[row] - 1 : labels != NULL ? labels[row] : 0;
            double share = known ? 0 : spread;
            if (own == MIX_NO_CLUSTER) {
                continue;
            }
            for (size_t c = 0; c < k; c++) {
                double resp = share / (double)k + (c == own ? 1 - share : 0);
                starts->resp[c * rows.stride + r] = weight[row] * resp;
            }
        }
        mix_statistics_accumulate(model, &rows, starts->resp, starts->statistics, starts->scratch);
        if (mix_cancelled(starts->cancel)) {
            return false;
        }
    }
    return true;
}

/* Put what the caller gave into the model. */
static void override(const mixture_start *start, const mixture_model *given, mixture_model *model) {
    if (given == NULL) {
        return;
    }
    if (start->weights != NULL) {
        memcpy(model->weights, given->weights, model->k * sizeof(double));
    }
    for (size_t a = 0; a < model->family->array_count; a++) {
        if (start->arrays != NULL && start->arrays[a] != NULL) {
            memcpy(model->arrays[a], given->arrays[a], model->k * mix_model_array_size(model, a) * sizeof(double));
        }
    }
}

/* Statistics are centered at the model's first array: at 0, the data's center. */
static mixture_status begin_draw(mixture_model *model, mixture_error *error) {
    for (size_t a = 0; a < model->family->array_count; a++) {
        memset(model->arrays[a], 0, model->k * mix_model_array_size(model, a) * sizeof(double));
    }
    if (!model->family->latent) {
        return MIXTURE_OK;
    }
    model->family->stand_in(model);
    return model->family->prepare(model, error);
}

bool mix_starts_located(const mixture_family *family, const mixture_start *start) {
    const double *const *arrays = start->arrays;
    const mixture_parts *parts = family->parts;
    bool any = arrays != NULL && parts == NULL && arrays[0] != NULL;
    for (size_t p = 0; arrays != NULL && parts != NULL && p < parts->count; p++) {
        any = any || arrays[parts->part[p].array] != NULL;
    }
    return any;
}

mixture_status mix_starts_draw(mix_starts *starts, size_t number, const mixture_model *given,
                               const mix_maximize *how, mixture_model *model, mixture_error *error) {
    mixture_status status = begin_draw(model, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    const mixture_start *start = &mix_init_options(starts->init)->start;
    bool located = given != NULL && mix_starts_located(model->family, start);
    size_t *labels = NULL;
    status = located ? MIXTURE_OK : get_partition(starts, number, &labels);
    if (status != MIXTURE_OK) {
        return mix_error_status(error, status);
    }
    if (!accumulate_partition(starts, model, labels)) {
        return mix_error_status(error, MIXTURE_CANCELLED);
    }
    status = mix_statistics_maximize(model, starts->statistics, how, starts->scratch, error);
    if (status == MIXTURE_OK && given != NULL) {
        override(start, given, model);
        model->family->constrain(model, how, starts->scratch);
        status = mixture_model_prepare(model, error);
    }
    return status;
}
