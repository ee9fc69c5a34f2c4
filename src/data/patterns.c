/* patterns.c: patterns are numbered as they first appear, in a hash table of their first rows, and put in order; a
** row's place is known when those of each pattern are counted, and rows go there cycle by cycle, in place. */
#include "patterns.h"

#include <math.h>
#include <string.h>

#include "hash.h"
#include "memory.h"
#include "sort.h"

enum { ROWS_SORTED_AT_ONCE = 1 << 12 }; /* between two questions whether to go on */

static bool stops(size_t row, const mix_cancel *cancel) {
    return row % ROWS_SORTED_AT_ONCE == ROWS_SORTED_AT_ONCE - 1 && mix_cancelled(cancel);
}

/* ---- Numbers of patterns ----------------------------------------------------------------------------------- */

/* The patterns that have appeared, each with the row that it did in and how many rows have it. */
typedef struct known_patterns {
    size_t count, capacity;
    size_t *row, *rows;
    size_t *slot, slots; /* an open hash table of numbers + 1, at most half full */
} known_patterns;

static void free_known(known_patterns *known) {
    mix_memory_free(known->row);
    mix_memory_free(known->rows);
    mix_memory_free(known->slot);
}

static uint64_t hash_pattern(const mixture_data *data, size_t row) {
    uint64_t hash = MIX_HASH_BEGIN;
    for (size_t j = 0; j < data->d; j++) {
        hash = isnan(mix_data_value(data, row, j)) ? mix_hash_number(hash, j) : hash;
    }
    return hash;
}

static bool same_pattern(const mixture_data *data, size_t a, size_t b) {
    bool same = true;
    for (size_t j = 0; j < data->d && same; j++) {
        same = isnan(mix_data_value(data, a, j)) == isnan(mix_data_value(data, b, j));
    }
    return same;
}

/* The slot of a row's pattern, or the one that is free for it. */
static size_t find_slot(const mixture_data *data, const known_patterns *known, size_t row) {
    size_t at = (size_t)hash_pattern(data, row) & (known->slots - 1);
    while (known->slot[at] != 0 && !same_pattern(data, known->row[known->slot[at] - 1], row)) {
        at = (at + 1) & (known->slots - 1);
    }
    return at;
}

/* Room for twice as many. */
static bool grow_known(const mixture_data *data, known_patterns *known) {
    size_t capacity = known->capacity > 0 ? 2 * known->capacity : 32;
    size_t *row = mix_memory_resize(known->row, capacity, sizeof(size_t));
    known->row = row != NULL ? row : known->row;
    size_t *rows = mix_memory_resize(known->rows, capacity, sizeof(size_t));
    known->rows = rows != NULL ? rows : known->rows;
    size_t *slot = mix_memory_zeros(2 * capacity, sizeof(size_t));
    if (row == NULL || rows == NULL || slot == NULL) {
        mix_memory_free(slot);
        return false;
    }
    mix_memory_free(known->slot);
    known->slot = slot;
    known->slots = 2 * capacity;
    known->capacity = capacity;
    for (size_t i = 0; i < known->count; i++) {
        slot[find_slot(data, known, known->row[i])] = i + 1;
    }
    return true;
}

/* Number the pattern of every row, 0 that of complete ones, be there any or not, into number[]. */
static mixture_status number_patterns(const mixture_data *data, const mix_cancel *cancel, known_patterns *known,
                                      size_t *number) {
    for (size_t row = 0; row < data->rows; row++) {
        bool complete = true;
        for (size_t j = 0; j < data->d && complete; j++) {
            complete = !isnan(mix_data_value(data, row, j));
        }
        if (stops(row, cancel)) {
            return MIXTURE_CANCELLED;
        }
        if (complete) {
            number[row] = 0;
            continue;
        }
        if (known->count == UINT32_MAX || (known->count == known->capacity && !grow_known(data, known))) {
            return MIXTURE_NOMEM;
        }
        size_t at = find_slot(data, known, row);
        if (known->slot[at] == 0) {
            known->row[known->count] = row;
            known->rows[known->count] = 0;
            known->slot[at] = ++known->count;
        }
        number[row] = known->slot[at];
        known->rows[number[row] - 1]++;
    }
    return MIXTURE_OK;
}

/* ---- Sorting ----------------------------------------------------------------------------------------------- */

/* Exchange a row with one that is held in `held`. */
static void exchange_row(mixture_data *data, size_t row, double *held) {
    double *cell = data->blocks[row / MIX_BLOCK_ROWS] + row % MIX_BLOCK_ROWS;
    for (size_t j = 0; j < data->columns; j++, cell += MIX_BLOCK_ROWS) {
        double value = *cell;
        *cell = held[j];
        held[j] = value;
    }
}

/* Bring every row to its place, which `place` says; those that are there get their own number. */
static mixture_status move_rows(mixture_data *data, const mix_cancel *cancel, size_t *place, double *held) {
    size_t moved = 0;
    for (size_t row = 0; row < data->rows; row++) {
        if (place[row] == row) {
            continue;
        }
        size_t at = place[row];
        exchange_row(data, row, held); /* what is left there goes when the cycle ends */
        while (at != row) {
            exchange_row(data, at, held);
            size_t next = place[at];
            place[at] = at;
            at = next;
            if (stops(moved++, cancel)) {
                exchange_row(data, row, held); /* the one that is held is not lost */
                return MIXTURE_CANCELLED;
            }
        }
        exchange_row(data, row, held);
        place[row] = row;
    }
    return MIXTURE_OK;
}

typedef struct pattern_order {
    const mixture_data *data;
    const size_t *row; /* that has the pattern */
} pattern_order;

/* By the first column in which they differ: the one that has it. */
static bool pattern_before(void *context, uint32_t a, uint32_t b) {
    const pattern_order *order = context;
    for (size_t j = 0; j < order->data->d; j++) {
        bool gap = isnan(mix_data_value(order->data, order->row[a], j));
        if (gap != isnan(mix_data_value(order->data, order->row[b], j))) {
            return !gap;
        }
    }
    return false;
}

/* First rows of the patterns, into data->patterns; and from the patterns' numbers the rows' places. */
static mixture_status find_row_places(mixture_data *data, const known_patterns *known, size_t *number) {
    size_t complete = data->rows - data->incomplete, count = known->count + (complete > 0), before = complete;
    size_t *first = mix_memory_array(count + 1, sizeof(size_t));
    size_t *next = mix_memory_array(known->count + 1, sizeof(size_t));
    uint32_t *order = mix_memory_array(known->count, sizeof *order);
    if (first == NULL || next == NULL || order == NULL) {
        mix_memory_free(first);
        mix_memory_free(next);
        mix_memory_free(order);
        return MIXTURE_NOMEM;
    }
    for (size_t i = 0; i < known->count; i++) {
        order[i] = (uint32_t)i;
    }
    pattern_order context = {data, known->row};
    mix_sort_numbers(order, known->count, pattern_before, &context);
    first[0] = next[0] = 0;
    for (size_t i = 0; i < known->count; i++) {
        first[i + (complete > 0)] = next[order[i] + 1] = before;
        before += known->rows[order[i]];
    }
    mix_memory_free(order);
    first[count] = data->rows;
    for (size_t row = 0; row < data->rows; row++) {
        number[row] = next[number[row]]++;
    }
    mix_memory_free(next);
    mix_memory_free(data->patterns);
    data->patterns = first;
    data->pattern_count = count;
    return MIXTURE_OK;
}

mixture_status mix_patterns_sort(mixture_data *data, const mix_cancel *cancel) {
    if (data->incomplete == 0) {
        data->sorted = true;
        return MIXTURE_OK;
    }
    known_patterns known = {0};
    size_t *number = mix_memory_array(data->rows, sizeof(size_t));
    double *held = mix_memory_zeros(data->columns, sizeof(double));
    mixture_status status = number != NULL && held != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
    if (status == MIXTURE_OK) {
        status = number_patterns(data, cancel, &known, number);
    }
    if (status == MIXTURE_OK) {
        status = find_row_places(data, &known, number);
    }
    if (status == MIXTURE_OK) {
        status = move_rows(data, cancel, number, held);
    }
    data->sorted = status == MIXTURE_OK;
    free_known(&known);
    mix_memory_free(number);
    mix_memory_free(held);
    return status;
}

/* ---- Runs -------------------------------------------------------------------------------------------------- */

size_t mix_runs_room(const mixture_data *data) {
    return data->incomplete > 0 ? data->columns * MIX_BLOCK_ROWS + data->d : 0;
}

void mix_runs_begin(mix_runs *runs, const mixture_data *data, size_t block, size_t blocks, double *room) {
    size_t first = block * MIX_BLOCK_ROWS, left = data->rows > first ? data->rows - first : 0;
    *runs = (mix_runs){.data = data, .next = first, .most = MIX_BLOCK_ROWS, .room = room};
    runs->end = left / MIX_BLOCK_ROWS < blocks ? data->rows : first + blocks * MIX_BLOCK_ROWS;
    if (data->incomplete == 0) {
        return;
    }
    runs->columns = (size_t *)(void *)(room + data->columns * MIX_BLOCK_ROWS);
    size_t low = 0, high = data->pattern_count; /* patterns[low] <= first < patterns[high] */
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        *(first < data->patterns[middle] ? &high : &low) = middle;
    }
    runs->number = low;
}

/* The columns that a row has. */
static mix_pattern pattern_of(const mix_runs *runs, size_t row) {
    size_t count = 0;
    for (size_t j = 0; j < runs->data->d; j++) {
        if (!isnan(mix_data_value(runs->data, row, j))) {
            runs->columns[count++] = j;
        }
    }
    return (mix_pattern){.count = count, .columns = runs->columns};
}

/* Copy a column of the rows from runs->next on, 0 in the padding. */
static const double *copy_column(const mix_runs *runs, size_t column, size_t count, double *to) {
    for (size_t done = 0, part; done < count; done += part) {
        size_t row = runs->next + done, in = row % MIX_BLOCK_ROWS;
        part = count - done < MIX_BLOCK_ROWS - in ? count - done : MIX_BLOCK_ROWS - in;
        memcpy(to + done, runs->data->blocks[row / MIX_BLOCK_ROWS] + column * MIX_BLOCK_ROWS + in,
               part * sizeof(double));
    }
    memset(to + count, 0, (mix_data_padded(count) - count) * sizeof(double));
    return to;
}

/* Copy the pattern's columns of `count` rows, and what extra ones they carry. */
static void copy_run(mix_runs *runs, size_t count, mix_rows *rows) {
    const mixture_data *data = runs->data;
    double *to = runs->room;
    runs->pattern = pattern_of(runs, runs->next);
    for (size_t i = 0; i < runs->pattern.count; i++, to += runs->most) {
        (void)copy_column(runs, runs->columns[i], count, to);
    }
    *rows = (mix_rows){.x = runs->room,
                       .stride = runs->most,
                       .count = count,
                       .padded = mix_data_padded(count),
                       .pattern = runs->pattern.count < data->d ? &runs->pattern : NULL};
    if (data->extras & MIXTURE_WEIGHTED) {
        rows->weight = copy_column(runs, data->d, count, to);
        to += runs->most;
    }
    if (data->weights != NULL) {
        rows->weight = data->weights + runs->next;
    }
    if (data->extras & MIXTURE_LABELLED) {
        rows->label = copy_column(runs, data->columns - 1, count, to);
    }
}

bool mix_runs_next(mix_runs *runs, mix_rows *rows) {
    const mixture_data *data = runs->data;
    if (runs->next >= runs->end) {
        return false;
    }
    size_t end = runs->end, in = runs->next % MIX_BLOCK_ROWS;
    if (data->incomplete > 0) {
        runs->number += runs->next == data->patterns[runs->number + 1];
        size_t last = data->patterns[runs->number + 1];
        end = last < end ? last : end;
    }
    size_t count = end - runs->next < runs->most ? end - runs->next : runs->most;
    size_t block = runs->next / MIX_BLOCK_ROWS, left = data->rows - runs->next;
    bool whole = in == 0 && (count == MIX_BLOCK_ROWS || count == left);
    if (whole && runs->next < data->rows - data->incomplete) {
        *rows = mix_data_block(data, block);
    } else {
        copy_run(runs, count, rows);
    }
    runs->first = runs->next;
    runs->next += count;
    return true;
}
