/* data.c: appending rows, moving them to the frame in which they are fitted. */
#include "data.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "hash.h"
#include "kept.h"
#include "kernel.h"
#include "magnitudes.h"
#include "memory.h"
#include "patterns.h"

enum { CHUNK_BYTES = 1 << 22, CHUNK_ALIGNMENT = 64 };

/* A mean is good when its distance from the one about which squares were summed is this small beside the
** deviation, squared; in the worst case after so many passes. */
#define SMALL_OFFSET 1e-8
enum { REFINEMENTS = 3 };

mixture_data *mixture_data_new(size_t d, unsigned extras) {
    mixture_data *data = mix_memory_zeros(1, sizeof *data);
    if (data != NULL) {
        data->d = d;
        data->extras = extras;
        data->columns = d + ((extras & MIXTURE_WEIGHTED) != 0) + ((extras & MIXTURE_LABELLED) != 0);
        data->missing = mix_memory_zeros(d, sizeof(size_t));
    }
    if (data != NULL && data->missing == NULL) {
        mixture_data_free(data);
        return NULL;
    }
    return data;
}

void mixture_data_free(mixture_data *data) {
    if (data == NULL) {
        return;
    }
    for (size_t i = 0; i < data->chunk_count; i++) {
        mix_memory_free(data->chunks[i]);
    }
    mix_memory_free(data->chunks);
    mix_memory_free(data->blocks);
    mix_kept_free(data);
    mix_memory_free(data->still);
    mix_memory_free(data->missing);
    mix_memory_free(data->lacking);
    mix_memory_free(data->patterns);
    mix_memory_free(data->noise_box);
    mix_memory_free(data->frame.center);
    mix_memory_free(data->frame.scale);
    mix_memory_free(data->frame.variance);
    mix_memory_free(data->frame.constant);
    mix_steps_free(data->steps);
    mix_memory_free(data);
}

size_t mixture_data_rows(const mixture_data *data) {
    return data->rows;
}

/* Make room for `more` further elements in a growing array. */
static bool reserve(void **array, size_t size, size_t count, size_t more, size_t *capacity) {
    if (count + more <= *capacity) {
        return true;
    }
    size_t wanted = count + more + count / 2 + 4;
    void *grown = mix_memory_resize(*array, wanted, size);
    if (grown == NULL) {
        return false;
    }
    *array = grown;
    *capacity = wanted;
    return true;
}

/* One more chunk: as many blocks as half of those there are, within CHUNK_BYTES. */
static bool add_chunk(mixture_data *data) {
    size_t block_bytes = data->columns * MIX_BLOCK_ROWS * sizeof(double);
    size_t most = CHUNK_BYTES / block_bytes;
    size_t count = data->block_count / 2;
    count = count > most ? most : count;
    count = count < 1 ? 1 : count;
    if (!reserve((void **)&data->blocks, sizeof *data->blocks, data->block_count, count, &data->block_capacity) ||
        !reserve((void **)&data->chunks, sizeof *data->chunks, data->chunk_count, 1, &data->chunk_capacity)) {
        return false;
    }
    char *chunk = mix_memory_array(count * block_bytes + CHUNK_ALIGNMENT, 1);
    if (chunk == NULL) {
        return false;
    }
    mix_memory_will_fill(chunk, count * block_bytes + CHUNK_ALIGNMENT);
    data->chunks[data->chunk_count++] = chunk;
    char *aligned = chunk + (CHUNK_ALIGNMENT - (uintptr_t)chunk % CHUNK_ALIGNMENT) % CHUNK_ALIGNMENT;
    for (size_t i = 0; i < count; i++) {
        data->blocks[data->block_count++] = (double *)(void *)(aligned + i * block_bytes);
    }
    return true;
}

mixture_status mixture_data_append(mixture_data *data, const double *x, double weight, int label) {
    if (data->kept != NULL) {
        mix_kept_free(data);
    }
    if ((data->extras & MIXTURE_WEIGHTED) && weight == 0) {
        return MIXTURE_OK; /* absent: a far-off value in it must not even round the others */
    }
    size_t observed = 0;
    for (size_t j = 0; j < data->d; j++) {
        observed += isnan(x[j]) ? 0 : 1;
    }
    if (observed == 0) {
        return MIXTURE_OK;
    }
    if (data->rows == data->block_count * MIX_BLOCK_ROWS && !add_chunk(data)) {
        return MIXTURE_NOMEM;
    }
    double *cell = data->blocks[data->rows / MIX_BLOCK_ROWS] + data->rows % MIX_BLOCK_ROWS;
    for (size_t j = 0; data->rows % MIX_LANES == 0 && j < data->columns; j++) {
        memset(cell + j * MIX_BLOCK_ROWS, 0, MIX_LANES * sizeof *cell); /* the lanes that rows may not come to */
    }
    for (size_t j = 0; j < data->d; j++, cell += MIX_BLOCK_ROWS) {
        *cell = x[j];
        data->missing[j] += isnan(x[j]) ? 1 : 0;
    }
    data->incomplete += observed < data->d;
    if (data->extras & MIXTURE_WEIGHTED) {
        *cell = weight;
        cell += MIX_BLOCK_ROWS;
    }
    if (data->extras & MIXTURE_LABELLED) {
        *cell = label;
    }
    data->rows++;
    return MIXTURE_OK;
}

/* Whether to stop, asked at some blocks: at each a column of it is passed over. */
static bool stops_at(size_t block, const mix_cancel *cancel) {
    enum { BLOCKS_AT_ONCE = 4096 }; /* a million rows */
    return block % BLOCKS_AT_ONCE == BLOCKS_AT_ONCE - 1 && mix_cancelled(cancel);
}

/* The values of a block's column that are observed, and their weights, close together in x and weight. Returns how
** many there are. */
static size_t copy_observed(const mix_rows *rows, size_t column, double *x, double *weight) {
    const double *from = rows->x + column * rows->stride;
    size_t count = 0;
    for (size_t r = 0; r < rows->count; r++) {
        if (!isnan(from[r])) {
            x[count] = from[r];
            weight[count++] = rows->weight != NULL ? rows->weight[r] : 1;
        }
    }
    return count;
}

/* Moments of x * unit - shift over what is observed of a column; of a part of it when it is stopped. Summed by
** blocks, so that the rounding error grows with the number of blocks, not of rows. */
static mix_moments column_moments(const mixture_data *data, size_t column, double unit, double shift,
                                  const mix_cancel *cancel) {
    const mix_kernel *kernel = mix_kernel_current();
    mix_moments all = MIX_NO_MOMENTS;
    for (size_t b = 0; b * MIX_BLOCK_ROWS < data->rows && !stops_at(b, cancel); b++) {
        mix_rows rows = mix_data_block(data, b);
        mix_moments block = {all.low, all.high, 0, 0};
        if (column >= data->d || data->missing[column] == 0) {
            kernel->moments(rows.x + column * rows.stride, rows.weight, rows.count, unit, shift, &block);
        } else {
            double x[MIX_BLOCK_ROWS], weight[MIX_BLOCK_ROWS];
            size_t count = copy_observed(&rows, column, x, weight);
            if (count > 0) {
                kernel->moments(x, weight, count, unit, shift, &block);
            }
        }
        all = (mix_moments){block.low, block.high, all.sum + block.sum, all.squares + block.squares};
    }
    return all;
}

mixture_status mix_data_recode(mixture_data *data, size_t column, const double *numbers,
                               const mix_cancel *cancel) {
    for (size_t b = 0; b * MIX_BLOCK_ROWS < data->rows; b++) {
        double *x = data->blocks[b] + column * MIX_BLOCK_ROWS;
        if (stops_at(b, cancel)) {
            return MIXTURE_CANCELLED;
        }
        for (size_t r = 0; r < mix_data_block(data, b).count; r++) {
            x[r] = isnan(x[r]) ? x[r] : numbers[(size_t)x[r]];
        }
    }
    return MIXTURE_OK;
}

mixture_status mix_data_permute(mixture_data *data, const size_t *place, const mix_cancel *cancel) {
    size_t moved = 0;
    for (size_t j = 0; j < data->d; j++) {
        moved += place[j] != j;
    }
    if (moved == 0) {
        return MIXTURE_OK;
    }
    double *before = mix_memory_array(data->d, MIX_BLOCK_ROWS * sizeof *before);
    size_t *missing = mix_memory_array(data->d, sizeof *missing);
    mixture_status status = before != NULL && missing != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    for (size_t b = 0; status == MIXTURE_OK && b * MIX_BLOCK_ROWS < data->rows; b++) {
        memcpy(before, data->blocks[b], data->d * MIX_BLOCK_ROWS * sizeof *before);
        for (size_t j = 0; j < data->d; j++) {
            memcpy(data->blocks[b] + place[j] * MIX_BLOCK_ROWS, before + j * MIX_BLOCK_ROWS,
                   MIX_BLOCK_ROWS * sizeof *before);
        }
        status = stops_at(b, cancel) ? MIXTURE_CANCELLED : MIXTURE_OK;
    }
    if (status == MIXTURE_OK) {
        memcpy(missing, data->missing, data->d * sizeof *missing);
        for (size_t j = 0; j < data->d; j++) {
            data->missing[place[j]] = missing[j];
        }
    }
    mix_memory_free(before);
    mix_memory_free(missing);
    return status;
}

/* Subtract the center and divide by the scale, a power of two whose inverse is exact, in the blocks where that
** is not done yet. False when cancelled. */
static bool column_move(mixture_data *data, size_t column, const mix_cancel *cancel) {
    double center = data->frame.center[column], scale = data->frame.scale[column];
    for (; data->moved_blocks * MIX_BLOCK_ROWS < data->rows; data->moved_blocks++) {
        if (stops_at(data->moved_blocks, cancel)) {
            return false;
        }
        mix_rows rows = mix_data_block(data, data->moved_blocks);
        double *x = data->blocks[data->moved_blocks] + column * rows.stride;
        for (size_t r = 0; r < rows.count; r++) {
            x[r] = (x[r] - center) * (1 / scale);
        }
    }
    data->moved_blocks = 0;
    return true;
}

mixture_status mix_data_relabel(mixture_data *data, const int *labelled, const mix_cancel *cancel) {
    for (size_t b = 0; b * MIX_BLOCK_ROWS < data->rows; b++) {
        if (stops_at(b, cancel)) {
            return MIXTURE_CANCELLED;
        }
        double *label = data->blocks[b] + (data->columns - 1) * MIX_BLOCK_ROWS;
        for (size_t r = 0; r < mix_data_block(data, b).count; r++) {
            label[r] = label[r] > 0 ? labelled[(int)label[r]] : 0;
        }
    }
    return MIXTURE_OK;
}

/* The largest power of two that is not above x > 0. */
static double power_of_two(double x) {
    int exponent;
    (void)frexp(x, &exponent);
    return ldexp(1, exponent - 1);
}

double mix_data_constant_unit(double value) {
    return value == 0 ? 1 : power_of_two(fmin(fmax(fabs(value), MIX_MIN_DEVIATION), MIX_MAX_DEVIATION));
}

/* Find a column's center, scale and variance. */
static mixture_status measure_column(mixture_data *data, size_t j, const mix_cancel *cancel,
                                     mixture_error *error) {
    mix_frame *frame = &data->frame;
    double weight = data->total_weight - data->lacking[j];
    mix_moments column = column_moments(data, j, 1, 0, cancel);
    if (mix_cancelled(cancel)) {
        return mix_error_status(error, MIXTURE_CANCELLED);
    }
    double magnitude = fmax(fabs(column.low), fabs(column.high));
    if (column.low == column.high) {
        frame->center[j] = column.low;
        frame->scale[j] = mix_data_constant_unit(column.low);
        frame->constant[j] = 1;
        return MIXTURE_OK;
    }
    /* In units in which sums and squares neither overflow nor vanish. */
    double unit = power_of_two(fmax(magnitude, 0x1p-1000)), mean = column.sum / weight / unit;
    if (!isfinite(mean)) {
        mean = column_moments(data, j, 1 / unit, 0, cancel).sum / weight;
    }
    /* A large offset costs the first mean digits: then it is refined, from the differences. */
    double square, offset;
    for (int pass = 0; pass < REFINEMENTS; pass++) {
        column = column_moments(data, j, 1 / unit, mean, cancel);
        if (mix_cancelled(cancel)) {
            return mix_error_status(error, MIXTURE_CANCELLED);
        }
        square = column.squares / weight;
        offset = column.sum / weight;
        mean += offset;
        if (offset * offset <= SMALL_OFFSET * square) {
            break;
        }
    }
    double deviation = sqrt(square - offset * offset);
    if (!(deviation * unit >= MIX_MIN_DEVIATION) || !(deviation <= MIX_MAX_DEVIATION / unit)) {
        return mix_error_invalid(error,
                                 "has standard deviation %.3g, whose square is beyond a double's range; "
                                 "expected between 1e-75 and 1e75: rescale it",
                                 deviation * unit);
    }
    frame->center[j] = mean * unit;
    frame->scale[j] = power_of_two(deviation) * unit;
    frame->variance[j] = (square - offset * offset) / power_of_two(deviation) / power_of_two(deviation);
    return MIXTURE_OK;
}

/* Weight of the rows of a block whose value of a column is not observed. */
static double lacking_weight(const mixture_data *data, size_t block, size_t column) {
    mix_rows rows = mix_data_block(data, block);
    double sum = 0;
    for (size_t r = 0; r < rows.count; r++) {
        sum += isnan(rows.x[column * rows.stride + r]) ? rows.weight[r] : 0;
    }
    return sum;
}

/* Divide the weights by a power of two near the largest, so that thresholds and sums mean the same whatever
** their unit is, and add them up. False when cancelled. */
static bool measure_weights(mixture_data *data, const mix_cancel *cancel) {
    if (!(data->extras & MIXTURE_WEIGHTED)) {
        data->weight_unit = 1;
        data->total_weight = (double)data->rows;
        for (size_t j = 0; j < data->d; j++) {
            data->lacking[j] = (double)data->missing[j];
        }
        return true;
    }
    if (data->weighed_blocks == 0) {
        double largest = column_moments(data, data->d, 1, 0, cancel).high;
        if (mix_cancelled(cancel)) {
            return false;
        }
        data->weight_unit = data->rows > 0 ? power_of_two(largest) : 1;
        data->total_weight = 0;
        memset(data->lacking, 0, data->d * sizeof(double));
    }
    for (; data->weighed_blocks * MIX_BLOCK_ROWS < data->rows; data->weighed_blocks++) {
        if (stops_at(data->weighed_blocks, cancel)) {
            return false;
        }
        size_t b = data->weighed_blocks;
        double *weight = data->blocks[b] + data->d * MIX_BLOCK_ROWS, sum = 0;
        for (size_t r = 0; r < mix_data_block(data, b).count; r++) {
            weight[r] /= data->weight_unit;
            sum += weight[r];
        }
        for (size_t j = 0; j < data->d; j++) {
            data->lacking[j] += data->missing[j] > 0 ? lacking_weight(data, b, j) : 0;
        }
        data->total_weight += sum;
    }
    return true;
}

mixture_status mix_data_standardize(mixture_data *data, bool move, const mix_cancel *cancel, size_t *column,
                                    mixture_error *error) {
    if (data->standardized) {
        return MIXTURE_OK;
    }
    mix_frame *frame = &data->frame;
    double **arrays[] = {&frame->center, &frame->scale, &frame->variance, &frame->constant, &data->lacking};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        if (*arrays[i] == NULL && (*arrays[i] = mix_memory_zeros(data->d, sizeof(double))) == NULL) {
            return mix_error_status(error, MIXTURE_NOMEM);
        }
    }
    if (!data->sorted) {
        mixture_status status = mix_patterns_sort(data, cancel);
        if (status != MIXTURE_OK) {
            return mix_error_status(error, status);
        }
    }
    if (!data->weighed) {
        if (!measure_weights(data, cancel)) {
            return mix_error_status(error, MIXTURE_CANCELLED);
        }
        data->weighed = true;
    }
    for (size_t j = 0; !data->measured && j < data->d; j++) {
        frame->center[j] = 0;
        frame->scale[j] = frame->variance[j] = 1;
        *column = j;
        mixture_status status =
            move && !mix_data_is_still(data, j) ? measure_column(data, j, cancel, error) : MIXTURE_OK;
        if (status != MIXTURE_OK) {
            return status;
        }
        if (mix_cancelled(cancel)) {
            return mix_error_status(error, MIXTURE_CANCELLED);
        }
    }
    data->measured = true;
    for (; move && data->moved < data->d; data->moved++) {
        bool still = mix_data_is_still(data, data->moved);
        if (mix_cancelled(cancel) || (!still && !column_move(data, data->moved, cancel))) {
            return mix_error_status(error, MIXTURE_CANCELLED);
        }
    }
    data->standardized = true;
    return MIXTURE_OK;
}

mixture_data mix_data_some(const mixture_data *data, size_t first, size_t d) {
    mixture_data some = *data;
    some.first = first;
    some.d = d;
    some.parts = NULL;
    some.steps = NULL;
    some.kept = NULL;
    some.frame.center += first;
    some.frame.scale += first;
    some.frame.variance += first;
    some.frame.constant += first;
    some.missing += first;
    some.lacking = data->lacking != NULL ? data->lacking + first : NULL;
    return some;
}

bool mix_data_same_row(const mixture_data *data, size_t a, size_t b) {
    for (size_t j = 0; j < data->d; j++) {
        double one = mix_data_value(data, a, j), other = mix_data_value(data, b, j);
        if (one != other && !(isnan(one) && isnan(other))) {
            return false;
        }
    }
    return true;
}

static uint64_t hash_row(const mixture_data *data, size_t row) {
    uint64_t hash = MIX_HASH_BEGIN;
    for (size_t j = 0; j < data->d; j++) {
        double x = mix_data_value(data, row, j);
        hash = mix_hash_double(hash, isnan(x) ? (double)INFINITY : x);
    }
    return hash;
}

mixture_status mix_data_distinct(const mixture_data *data, size_t limit, const mix_cancel *cancel, size_t *rows,
                                 size_t *distinct) {
    /* An open hash table of row numbers + 1, at most half full. */
    limit = limit < data->rows ? limit : data->rows;
    size_t capacity = 16;
    while (capacity / 2 < limit) {
        capacity *= 2;
    }
    size_t *table = mix_memory_zeros(capacity, sizeof *table);
    if (table == NULL) {
        return MIXTURE_NOMEM;
    }
    *distinct = 0;
    for (size_t row = 0; row < data->rows && *distinct < limit; row++) {
        if (row % MIX_BLOCK_ROWS == 0 && mix_cancelled(cancel)) {
            mix_memory_free(table);
            return MIXTURE_CANCELLED;
        }
        size_t slot = (size_t)hash_row(data, row) & (capacity - 1);
        while (table[slot] != 0 && !mix_data_same_row(data, table[slot] - 1, row)) {
            slot = (slot + 1) & (capacity - 1);
        }
        if (table[slot] == 0) {
            table[slot] = row + 1;
            if (rows != NULL) {
                rows[*distinct] = row;
            }
            ++*distinct;
        }
    }
    mix_memory_free(table);
    return MIXTURE_OK;
}
