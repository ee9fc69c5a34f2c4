/* data.h: a table of rows, kept in blocks (rows.h). Blocks come in chunks, a list of allocations that are never
** moved, each at most half as large as all before it. A value that was not observed is NaN; before a fit rows with
** the same values observed are brought together (patterns.h). */
#ifndef MIX_DATA_H
#define MIX_DATA_H

#include "cancel.h"
#include "mixture.h"
#include "rows.h"
#include "steps.h"

/* Where the data were moved to: value = center + scale * stored. A scale is a power of two, so that scaling
** changes no digit. */
typedef struct mix_frame {
    double *center;   /* d */
    double *scale;    /* d */
    double *variance; /* d: the data's, in stored units; 1 for a constant column */
    double *constant; /* d: 1 for a constant column, 0 for others */
} mix_frame;

struct mixture_data {
    size_t first, d;            /* first: 0, but of some columns of another table, mix_data_some() */
    const mixture_parts *parts; /* of its columns, another's; NULL: all are alike */
    unsigned extras;
    size_t columns; /* d and the extra ones */
    size_t rows;
    size_t incomplete; /* rows of which some value is not observed, */
    size_t *missing;   /* d: and of which that of a column is not */
    double **blocks;   /* one pointer a block, into the chunks */
    size_t block_count, block_capacity;
    void **chunks; /* what was allocated */
    size_t chunk_count, chunk_capacity;
    double **kept;        /* of each block (kept.h); NULL: nothing is kept */
    mix_frame frame;      /* set by mix_data_standardize */
    unsigned char *still; /* d: 1 for columns that are not moved, whatever the rest; NULL: none */
    double weight_unit;   /* a power of two that the weights were divided by */
    double total_weight;  /* in that unit */
    double *lacking;      /* d: of it, that of the rows whose value of a column is not observed */
    size_t *patterns;     /* set by mix_patterns_sort: first rows of the patterns, then the number of rows */
    size_t pattern_count;
    const double
        *weights;      /* of the rows, padded by 0, in place of those they carry: a resample's, another's memory;
                           ** NULL: none */
    double *noise_box; /* 2 d: bounds of the box of noise, in stored units; NULL: not asked for (noise_box.h) */
    double noise_log_density;
    mix_steps *steps; /* set by mix_prepare_rows; NULL: of counts */
    /* How far mix_data_standardize has come: */
    bool sorted, weighed, measured, standardized;
    size_t weighed_blocks;      /* whose weights are in their unit, once that is known */
    size_t moved, moved_blocks; /* columns; blocks of the next one */
};

/* The first place in memory for doubles that is at a cache line. */
static inline double *mix_data_line(double *memory) {
    const size_t line = 64;
    return (double *)(((uintptr_t)memory + line - 1) / line * line);
}

static inline mix_rows mix_data_block(const mixture_data *data, size_t block) {
    const double *x = data->blocks[block] + data->first * MIX_BLOCK_ROWS;
    size_t left = data->rows - block * MIX_BLOCK_ROWS;
    size_t count = left < MIX_BLOCK_ROWS ? left : MIX_BLOCK_ROWS;
    bool weighted = (data->extras & MIXTURE_WEIGHTED) != 0, labelled = (data->extras & MIXTURE_LABELLED) != 0;
    const double *extra = data->blocks[block] + (data->columns - weighted - labelled) * MIX_BLOCK_ROWS;
    const double *given = data->weights != NULL ? data->weights + block * MIX_BLOCK_ROWS : NULL;
    return (mix_rows){
        .x = x,
        .stride = MIX_BLOCK_ROWS,
        .count = count,
        .padded = mix_data_padded(count),
        .weight = given != NULL ? given
                  : weighted    ? extra
                                : NULL,
        .label = labelled ? extra + (weighted ? MIX_BLOCK_ROWS : 0) : NULL,
        .kept = data->kept != NULL && data->kept[block] != NULL ? mix_data_line(data->kept[block]) : NULL,
    };
}

/* The value of one cell, in stored units. */
static inline double mix_data_value(const mixture_data *data, size_t row, size_t column) {
    return data->blocks[row / MIX_BLOCK_ROWS][(data->first + column) * MIX_BLOCK_ROWS + row % MIX_BLOCK_ROWS];
}

/* The same of an extra column, counted among all. */
static inline double mix_data_extra(const mixture_data *data, size_t row, size_t column) {
    return data->blocks[row / MIX_BLOCK_ROWS][column * MIX_BLOCK_ROWS + row % MIX_BLOCK_ROWS];
}

static inline double mix_data_weight(const mixture_data *data, size_t row) {
    size_t column = data->columns - ((data->extras & MIXTURE_LABELLED) != 0) - 1;
    if (data->weights != NULL) {
        return data->weights[row];
    }
    return data->extras & MIXTURE_WEIGHTED ? mix_data_extra(data, row, column) : 1;
}

static inline int mix_data_label(const mixture_data *data, size_t row) {
    return data->extras & MIXTURE_LABELLED ? (int)mix_data_extra(data, row, data->columns - 1) : 0;
}

/* Whether a column stays as it is, where others are centered and scaled. */
static inline bool mix_data_is_still(const mixture_data *data, size_t column) {
    return data->still != NULL && data->still[column] != 0;
}

/* Columns of a table that is framed, as a table of their own: borrowed. */
mixture_data mix_data_some(const mixture_data *data, size_t first, size_t d);

/* Before the first fit: in a column that holds 0, 1, ... (or NaN) put numbers[x] in place of x; move column j to
** place[j]. MIXTURE_OK, _CANCELLED or _NOMEM; unless OK the data are worth nothing. */
mixture_status mix_data_recode(mixture_data *data, size_t column, const double *numbers, const mix_cancel *cancel);
mixture_status mix_data_permute(mixture_data *data, const size_t *place, const mix_cancel *cancel);

/* Whether two rows have the same values, and lack the same. */
bool mix_data_same_row(const mixture_data *data, size_t a, size_t b);

/* The unit in which a constant column is measured: a power of two near its value, so that nothing depends on
** what the user's unit is. */
double mix_data_constant_unit(double value);

/* Sort the rows by what is missing, center every column on its weighted mean and divide it by a power of two near
** its deviation, in place, once; fills frame, total_weight and lacking. With `move` false only weights are filled
** and the frame is the identity (for families of counts), as it is for columns that are still. When a column's
** deviation is beyond what squares in a double can hold: MIXTURE_INVALID, its 0-based place in *column, and a text
** to stand behind its name. After an error, or when cancelled, the same call goes on where it ended. */
mixture_status mix_data_standardize(mixture_data *data, bool move, const mix_cancel *cancel, size_t *column,
                                    mixture_error *error);

/* Make labelled[l] of each label l > 0. MIXTURE_OK, or _CANCELLED: then the data are worth nothing. */
mixture_status mix_data_relabel(mixture_data *data, const int *labelled, const mix_cancel *cancel);

/* Number of distinct rows, counted no further than `limit`; the first row of each goes to rows[] unless that is
** NULL. */
mixture_status mix_data_distinct(const mixture_data *data, size_t limit, const mix_cancel *cancel, size_t *rows,
                                 size_t *distinct);

#endif
