/* init.c: drawing candidates to start EM from.
**
** A candidate is a partition of a bounded sample of the rows - by k-means++ with a few of Lloyd's steps, or by the
** nearest of k random rows - turned into parameters by the family's own maximize step. Candidates take turns
** between the family's geometries, because no single one is right for all data. */
#include "init.h"

#include <string.h>

#include "cluster.h"
#include "error.h"
#include "memory.h"
#include "model.h"
#include "statistics.h"

enum {
    SAMPLE_ROWS = 4096,        /* at least; */
    SAMPLE_PER_PARAMETER = 20, /* and this many times k (d + 1), */
    SAMPLE_DOUBLES = 1 << 22,  /* as far as memory and time stay bounded */
    LLOYD_STEPS = 10,
    VARIANTS = 2
};

struct mix_init {
    const mixture_family *family;
    const mixture_options *options;
    const mix_cancel *cancel;
    const mixture_data *sample;
    mixture_data *own_sample; /* NULL: the sample is the data */
    double *points[VARIANTS]; /* the sample in the family's geometries, made when first needed */
    size_t *labels;
    size_t *known;  /* labels that the data have, 1..k or 0; NULL: none */
    double *weight; /* of the sample's rows */
    bool *placed;   /* components with a center, while centers are chosen */
    double *centers, *totals, *chances, *scratch, *statistics, *resp;
};

void mix_init_free(mix_init *init) {
    if (init == NULL) {
        return;
    }
    if (init->own_sample != NULL) {
        /* The frame is the data's. */
        init->own_sample->frame = (mix_frame){NULL, NULL, NULL};
        mixture_data_free(init->own_sample);
    }
    for (int i = 0; i < VARIANTS; i++) {
        mix_memory_free(init->points[i]);
    }
    void *blocks[] = {init->labels, init->known,   init->weight,  init->placed,     init->centers,
                      init->totals, init->chances, init->scratch, init->statistics, init->resp};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        mix_memory_free(blocks[i]);
    }
    mix_memory_free(init);
}

static mixture_status copy_row(const mixture_data *data, size_t row, mixture_data *sample, double *x) {
    for (size_t j = 0; j < data->d; j++) {
        x[j] = mix_data_value(data, row, j);
    }
    sample->total_weight += mix_data_weight(data, row);
    return mixture_data_append(sample, x, mix_data_weight(data, row), mix_data_label(data, row));
}

/* k components need k distinct rows. A sample of a table with few of them may lack some: then one of each is
** added. */
static mixture_status add_rare_rows(mix_init *init, const mixture_data *data, mixture_data *sample, double *x) {
    size_t k = init->options->k, distinct = 0;
    size_t *rows = mix_memory_array(k, sizeof *rows);
    mixture_status status =
        rows != NULL ? mix_data_distinct(sample, k, init->cancel, NULL, &distinct) : MIXTURE_NOMEM;
    if (status == MIXTURE_OK && distinct < k) {
        status = mix_data_distinct(data, k, init->cancel, rows, &distinct);
        for (size_t i = 0; status == MIXTURE_OK && i < distinct; i++) {
            status = copy_row(data, rows[i], sample, x);
        }
    }
    mix_memory_free(rows);
    return status;
}

/* Rows of the sample: every row of the data has the same chance (selection sampling, Knuth 3.4.2, algorithm S),
** and their order is kept. */
static mixture_status draw_sample(mix_init *init, const mixture_data *data, size_t wanted) {
    mixture_data *sample = mixture_data_new(data->d, data->extras);
    double *x = mix_memory_array(data->d, sizeof(double));
    init->own_sample = sample;
    init->sample = sample;
    mixture_status status = sample != NULL && x != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    mix_random random;
    mix_random_seed(&random, init->options->seed, 0);
    for (size_t row = 0; status == MIXTURE_OK && row < data->rows; row++) {
        if (row % MIX_BLOCK_ROWS == 0 && mix_cancelled(init->cancel)) {
            status = MIXTURE_CANCELLED;
        } else if (mix_random_uniform(&random) * (double)(data->rows - row) < (double)(wanted - sample->rows)) {
            status = copy_row(data, row, sample, x);
        }
    }
    if (status == MIXTURE_OK) {
        sample->frame = data->frame;
        sample->standardized = true;
        status = add_rare_rows(init, data, sample, x);
    }
    mix_memory_free(x);
    return status;
}

static bool all_labelled(const mixture_data *data) {
    size_t row = 0;
    while (row < data->rows && mix_data_label(data, row) != 0) {
        row++;
    }
    return row == data->rows;
}

static size_t sample_rows(size_t k, size_t d) {
    size_t most = SAMPLE_DOUBLES / d;
    size_t wanted = SAMPLE_PER_PARAMETER * (d + 1);
    wanted = k > most / wanted ? most : wanted * k;
    wanted = wanted < SAMPLE_ROWS ? SAMPLE_ROWS : wanted;
    wanted = wanted > most ? most : wanted;
    return wanted < 8 * k ? 8 * k : wanted;
}

/* The sample's weights and labels as the clustering wants them. */
static bool copy_extras(mix_init *init) {
    const mixture_data *sample = init->sample;
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
                            const mix_cancel *cancel, mix_init **result) {
    size_t k = options->k, d = data->d;
    mix_init *init = *result = mix_memory_zeros(1, sizeof *init);
    if (init == NULL) {
        return MIXTURE_NOMEM;
    }
    *init = (mix_init){.family = family, .options = options, .cancel = cancel, .sample = data};
    size_t wanted = sample_rows(k, d);
    /* With every row labelled there is nothing to try: the start is the answer. */
    bool sampled = data->rows > wanted && !all_labelled(data);
    mixture_status status = sampled ? draw_sample(init, data, wanted) : MIXTURE_OK;
    if (status == MIXTURE_OK) {
        size_t n = init->sample->rows;
        size_t size = mix_statistics_size(family, options->covariance, k, d);
        bool full = (init->labels = mix_memory_array(n, sizeof(size_t))) != NULL &&
                    (init->weight = mix_memory_array(n, sizeof(double))) != NULL &&
                    (init->placed = mix_memory_array(k, sizeof(bool))) != NULL &&
                    (init->centers = mix_memory_array(k, d * sizeof(double))) != NULL &&
                    (init->totals = mix_memory_array(k, sizeof(double))) != NULL &&
                    (init->chances = mix_memory_array(n, 2 * sizeof(double))) != NULL &&
                    (init->scratch = mix_memory_array(family->scratch_size(k, d), sizeof(double))) != NULL &&
                    (init->statistics = mix_memory_array(size, sizeof(double))) != NULL &&
                    (init->resp = mix_memory_array(k, MIX_BLOCK_ROWS * sizeof(double))) != NULL &&
                    copy_extras(init);
        status = full ? MIXTURE_OK : MIXTURE_NOMEM;
    }
    if (status != MIXTURE_OK) {
        mix_init_free(init);
        *result = NULL;
    }
    return status;
}

const mixture_data *mix_init_sample(const mix_init *init) {
    return init->sample;
}

static mixture_status get_points(mix_init *init, unsigned variant, mix_points *points) {
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
static void place_labelled(mix_init *init, const mix_points *points) {
    size_t k = init->options->k, size = points->size;
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

/* Fill labels with a partition of the sample into k clusters. */
static mixture_status partition(mix_init *init, size_t number) {
    size_t k = init->options->k;
    mix_points points;
    if (init->known != NULL && all_labelled(init->sample)) {
        for (size_t i = 0; i < init->sample->rows; i++) {
            init->labels[i] = init->known[i] - 1;
        }
        return MIXTURE_OK;
    }
    mixture_status status = get_points(init, (unsigned)(number % VARIANTS), &points);
    if (status != MIXTURE_OK) {
        return status;
    }
    mix_random random;
    mix_random_seed(&random, init->options->seed, 1 + number);
    place_labelled(init, &points);
    memset(init->labels, 0, points.count * sizeof *init->labels);
    bool changed = true, random_start = init->options->init == MIXTURE_INIT_RANDOM;
    bool go_on = random_start
                     ? mix_cluster_random(&points, k, init->placed, &random, init->centers, init->chances)
                     : mix_cluster_plusplus(&points, k, init->placed, &random, init->centers, init->chances);
    go_on = go_on && mix_cluster_assign(&points, k, init->centers, init->known, init->labels, &changed);
    for (int step = 0; go_on && !random_start && changed && step < LLOYD_STEPS; step++) {
        mix_cluster_center(&points, k, init->labels, init->centers, init->totals);
        go_on = mix_cluster_assign(&points, k, init->centers, init->known, init->labels, &changed);
    }
    return go_on ? MIXTURE_OK : MIXTURE_CANCELLED;
}

/* Statistics of the sample with each row belonging to the component of its label, but for the share that the
** family wants spread over all; or to every component alike when `labels` is NULL. A known component has its row
** wholly. False when cancelled. */
static bool accumulate(mix_init *init, const mixture_model *model, const size_t *labels) {
    const mixture_data *sample = init->sample;
    size_t k = model->k;
    double spread = labels == NULL ? 1 : init->family->start_spread;
    memset(init->statistics, 0,
           mix_statistics_size(init->family, init->options->covariance, k, sample->d) * sizeof(double));
    for (size_t b = 0; b * MIX_BLOCK_ROWS < sample->rows; b++) {
        mix_rows rows = mix_data_block(sample, b);
        memset(init->resp, 0, k * MIX_BLOCK_ROWS * sizeof(double));
        for (size_t r = 0; r < rows.count; r++) {
            size_t row = b * MIX_BLOCK_ROWS + r;
            bool known = init->known != NULL && init->known[row] != 0;
            size_t own = known ? init->known[row] - 1 : labels != NULL ? labels[row] : 0;
            double share = known ? 0 : spread;
            for (size_t c = 0; c < k; c++) {
                double resp = share / (double)k + (c == own ? 1 - share : 0);
                init->resp[c * rows.stride + r] = init->weight[row] * resp;
            }
        }
        mix_statistics_accumulate(model, init->options->covariance, &rows, init->resp, init->statistics,
                                  init->scratch);
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
        if (start->arrays[a] != NULL) {
            memcpy(model->arrays[a], given->arrays[a],
                   model->k * mix_family_array_size(init->family, a, model->d) * sizeof(double));
        }
    }
}

mixture_status mix_init_draw(mix_init *init, size_t number, const mixture_model *given, const mix_maximize *how,
                             mixture_model *model, mixture_error *error) {
    /* Statistics are centered at the model's first array: at 0, the data's center. */
    for (size_t a = 0; a < init->family->array_count; a++) {
        memset(model->arrays[a], 0, model->k * mix_family_array_size(init->family, a, model->d) * sizeof(double));
    }
    bool located = given != NULL && init->options->start.arrays[0] != NULL;
    mixture_status status = located ? MIXTURE_OK : partition(init, number);
    if (status != MIXTURE_OK) {
        return mix_error_status(error, status);
    }
    /* With the locations given, what is left out is at first that of all the data, for every component. */
    if (!accumulate(init, model, located ? NULL : init->labels)) {
        return mix_error_status(error, MIXTURE_CANCELLED);
    }
    model->covariance = how->covariance;
    status = mix_statistics_maximize(model, init->statistics, how, init->scratch, error);
    if (status == MIXTURE_OK && given != NULL) {
        override(init, given, model);
        init->family->constrain(model, how, init->scratch);
        status = mixture_model_prepare(model, error);
    }
    return status;
}
