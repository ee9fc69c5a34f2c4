/* subsample.c: selection sampling (Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S). */
#include "subsample.h"

#include "memory.h"
#include "patterns.h"
#include "random.h"

enum {
    LEAST_ROWS = 4096,       /* at least, and this many */
    ROWS_PER_PARAMETER = 20, /* times k (d + 1), */
    MOST_DOUBLES = 1 << 22,  /* as far as memory and time stay bounded, but always */
    ROWS_PER_COMPONENT = 8,  /* times k */
    LABELS_AT_ONCE = 1 << 16 /* looked at between two questions whether to go on */
};

static size_t wanted_rows(size_t k, size_t d) {
    size_t most = MOST_DOUBLES / d;
    size_t wanted = ROWS_PER_PARAMETER * (d + 1);
    wanted = k > most / wanted ? most : wanted * k;
    wanted = wanted < LEAST_ROWS ? LEAST_ROWS : wanted;
    wanted = wanted > most ? most : wanted;
    return wanted < ROWS_PER_COMPONENT * k ? ROWS_PER_COMPONENT * k : wanted;
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
static mixture_status add_rare_rows(const mixture_data *data, size_t k, const mix_cancel *cancel,
                                    mixture_data *sample, double *x) {
    size_t distinct = 0;
    size_t *rows = mix_memory_array(k, sizeof *rows);
    mixture_status status = rows != NULL ? mix_data_distinct(sample, k, cancel, NULL, &distinct) : MIXTURE_NOMEM;
    if (status == MIXTURE_OK && distinct < k) {
        status = mix_data_distinct(data, k, cancel, rows, &distinct);
        for (size_t i = 0; status == MIXTURE_OK && i < distinct; i++) {
            status = copy_row(data, rows[i], sample, x);
        }
    }
    mix_memory_free(rows);
    return status;
}

mixture_status mix_subsample_all_labelled(const mixture_data *data, const mix_cancel *cancel, bool *all) {
    size_t row = 0;
    for (; row < data->rows && mix_data_label(data, row) != 0; row++) {
        if (row % LABELS_AT_ONCE == LABELS_AT_ONCE - 1 && mix_cancelled(cancel)) {
            return MIXTURE_CANCELLED;
        }
    }
    *all = row == data->rows;
    return MIXTURE_OK;
}

mixture_status mix_subsample_draw(const mixture_data *data, size_t k, int64_t seed, const mix_cancel *cancel,
                                  mixture_data **sample) {
    size_t wanted = wanted_rows(k, data->d);
    *sample = NULL;
    bool enough = data->rows <= wanted;
    mixture_status labelled = enough ? MIXTURE_OK : mix_subsample_all_labelled(data, cancel, &enough);
    if (labelled != MIXTURE_OK || enough) {
        return labelled;
    }
    return mix_subsample_rows(data, wanted, k, seed, 0, cancel, sample);
}

mixture_status mix_subsample_rows(const mixture_data *data, size_t wanted, size_t k, int64_t seed, uint64_t stream,
                                  const mix_cancel *cancel, mixture_data **result) {
    mixture_data *sample = *result = mixture_data_new(data->d, data->extras);
    double *x = mix_memory_array(data->d, sizeof(double));
    mixture_status status = sample != NULL && x != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    mix_random random;
    mix_random_seed(&random, seed, stream);
    for (size_t row = 0; status == MIXTURE_OK && row < data->rows; row++) {
        if (row % MIX_BLOCK_ROWS == 0 && mix_cancelled(cancel)) {
            status = MIXTURE_CANCELLED;
        } else if (mix_random_uniform(&random) * (double)(data->rows - row) < (double)(wanted - sample->rows)) {
            status = copy_row(data, row, sample, x);
        }
    }
    if (status == MIXTURE_OK) {
        sample->parts = data->parts;
        sample->frame = data->frame;
        sample->still = data->still;
        sample->noise_box = data->noise_box;
        sample->noise_log_density = data->noise_log_density;
        sample->steps = data->steps;
        sample->weight_unit = data->weight_unit;
        sample->standardized = true;
        status = add_rare_rows(data, k, cancel, sample, x);
    }
    if (status == MIXTURE_OK) {
        status = mix_patterns_sort(sample, cancel);
    }
    mix_memory_free(x);
    return status;
}

void mix_subsample_free(mixture_data *sample) {
    if (sample != NULL) {
        sample->frame = (mix_frame){0}; /* is the data's, */
        sample->steps = NULL;           /* and so are these */
        sample->still = NULL;
        sample->noise_box = NULL;
        mixture_data_free(sample);
    }
}
