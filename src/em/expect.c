/* expect.c: the table is cut into units of whole blocks, depending on its size alone; each unit has statistics of
** its own, which are merged in the order of the units. So the same bits come out of any number of threads. */
#include "expect.h"

#include <string.h>

#include "memory.h"
#include "patterns.h"
#include "portable.h"

enum {
    UNIT_BLOCKS = 8,          /* at least: 2,048 rows, so that taking a unit costs nothing beside working on it */
    MAX_UNITS = 64,           /* which bounds the memory for their statistics, */
    MAX_UNIT_BYTES = 1 << 26, /* as this does for large models */
    LINE_DOUBLES = 8          /* in a cache line */
};

/* Floating point operations of a pass below which waking another thread does not pay: about 50 us. */
#define WORTH_A_THREAD 2.5e6

struct mix_expect {
    const mixture_data *data;
    mix_threads *threads;
    size_t blocks, units, capacity; /* capacity: doubles of statistics a unit */
    size_t scratch_size, full_size; /* doubles of a thread; of the calling one, for maximize, too */
    double *unit_statistics;
    void *scratch_block;
    double *scratch; /* inside scratch_block, at a cache line */
    mix_gaps **gaps; /* one a thread, and room for its runs; NULL: all rows are complete */
    double **room;
    /* Of the current run: */
    const mixture_model *model;
    size_t size;
};

double mix_expect_work(const mixture_data *data, const mix_shape *shape) {
    return (double)data->rows * (double)shape->k * shape->family->work(shape);
}

bool mix_expect_splits(const mixture_data *data, const mix_shape *shape) {
    return data->rows >= 2 * UNIT_BLOCKS * MIX_BLOCK_ROWS && mix_expect_work(data, shape) >= WORTH_A_THREAD;
}

/* Threads that a pass is worth. */
static size_t threads_worth(double work, size_t wanted, size_t units) {
    size_t most = units;
    if (wanted == 0) {
        wanted = mix_portable_processors();
        size_t worth = 1 + (size_t)(work / WORTH_A_THREAD);
        most = most < worth ? most : worth;
    }
    return wanted < most ? wanted : most;
}

static size_t whole_lines(size_t doubles) {
    return (doubles + LINE_DOUBLES - 1) / LINE_DOUBLES * LINE_DOUBLES;
}

/* What threads need for rows that are not complete. */
static bool make_gaps(mix_expect *expect, const mix_shape *shape) {
    size_t count = mix_threads_count(expect->threads);
    expect->gaps = mix_memory_zeros(count, sizeof *expect->gaps);
    expect->room = mix_memory_zeros(count, sizeof *expect->room);
    bool made = expect->gaps != NULL && expect->room != NULL;
    for (size_t i = 0; made && i < count; i++) {
        expect->gaps[i] = mix_gaps_new(shape);
        expect->room[i] = mix_memory_array(mix_runs_room(expect->data), sizeof(double));
        made = expect->gaps[i] != NULL && expect->room[i] != NULL;
    }
    return made;
}

static void free_gaps(mix_expect *expect) {
    size_t count = expect->threads != NULL ? mix_threads_count(expect->threads) : 0;
    for (size_t i = 0; i < count; i++) {
        if (expect->gaps != NULL) {
            mix_gaps_free(expect->gaps[i]);
        }
        if (expect->room != NULL) {
            mix_memory_free(expect->room[i]);
        }
    }
    mix_memory_free(expect->gaps);
    mix_memory_free(expect->room);
}

mix_expect *mix_expect_new(const mixture_data *data, const mix_shape *shape, size_t wanted,
                           const mix_cancel *cancel) {
    mix_expect *expect = mix_memory_zeros(1, sizeof *expect);
    if (expect == NULL) {
        return NULL;
    }
    expect->data = data;
    expect->blocks = (data->rows + MIX_BLOCK_ROWS - 1) / MIX_BLOCK_ROWS;
    expect->capacity = mix_statistics_size(shape);
    size_t most = MAX_UNIT_BYTES / sizeof(double) / expect->capacity;
    most = most > MAX_UNITS ? MAX_UNITS : most;
    size_t units = expect->blocks / UNIT_BLOCKS;
    units = units > most ? most : units;
    expect->units = units < 1 ? 1 : units;
    expect->scratch_size = whole_lines(mix_family_scratch(shape));
    expect->full_size = whole_lines(mix_family_full_scratch(shape));
    expect->unit_statistics = mix_memory_array(expect->units, expect->capacity * sizeof(double));
    double work = mix_expect_work(data, shape);
    expect->threads = mix_threads_new(threads_worth(work, wanted, expect->units), cancel);
    if (expect->threads != NULL && expect->unit_statistics != NULL) {
        /* Vectors that straddle two cache lines cost twice, and threads must not share a line. */
        size_t others = mix_threads_count(expect->threads) - 1;
        expect->scratch_block =
            mix_memory_array(expect->full_size + others * expect->scratch_size + LINE_DOUBLES, sizeof(double));
    }
    bool gaps = expect->scratch_block != NULL && data->incomplete > 0;
    if (expect->scratch_block == NULL || (gaps && !make_gaps(expect, shape))) {
        mix_expect_free(expect);
        return NULL;
    }
    const size_t line = LINE_DOUBLES * sizeof(double);
    expect->scratch = (double *)(((uintptr_t)expect->scratch_block + line - 1) / line * line);
    return expect;
}

void mix_expect_free(mix_expect *expect) {
    if (expect != NULL) {
        free_gaps(expect);
        mix_threads_free(expect->threads);
        mix_memory_free(expect->unit_statistics);
        mix_memory_free(expect->scratch_block);
        mix_memory_free(expect);
    }
}

/* A thread of the pool, which it asks whether to stop. */
typedef struct expect_seat {
    mix_threads *threads;
    size_t thread;
} expect_seat;

static bool seat_stopped(void *host) {
    const expect_seat *seat = host;
    return mix_threads_stop(seat->threads, seat->thread);
}

static void expect_unit(void *context, size_t unit, size_t thread) {
    mix_expect *expect = context;
    double *statistics = expect->unit_statistics + unit * expect->capacity;
    double *others = expect->scratch + expect->full_size;
    double *scratch = thread == 0 ? expect->scratch : others + (thread - 1) * expect->scratch_size;
    expect_seat seat = {expect->threads, thread};
    const mix_cancel cancel = {seat_stopped, &seat};
    mix_turns turns = {.cancel = &cancel};
    memset(statistics, 0, expect->size * sizeof(double));
    size_t begin = unit * expect->blocks / expect->units, end = (unit + 1) * expect->blocks / expect->units;
    mix_gaps *gaps = expect->gaps != NULL ? expect->gaps[thread] : NULL;
    mix_runs runs;
    mix_rows rows;
    mix_runs_begin(&runs, expect->data, begin, end - begin, gaps != NULL ? expect->room[thread] : NULL);
    if (gaps != NULL) {
        mix_gaps_begin(gaps, expect->model, statistics + MIX_TOTALS);
    }
    while (mix_runs_next(&runs, &rows)) {
        if (mix_threads_stop(expect->threads, thread) ||
            !mix_statistics_expect_until(expect->model, &rows, statistics, scratch, gaps, &turns)) {
            return;
        }
    }
    if (gaps != NULL) {
        (void)mix_gaps_end(gaps, scratch + expect->model->k * MIX_BLOCK_ROWS, &turns);
    }
}

bool mix_expect_run(mix_expect *expect, const mixture_model *model, double *statistics) {
    const mix_shape shape = mix_shape_of(model);
    expect->model = model;
    expect->size = mix_statistics_size(&shape);
    if (!mix_threads_run(expect->threads, expect_unit, expect, expect->units)) {
        return false;
    }
    memset(statistics, 0, expect->size * sizeof(double));
    for (size_t unit = 0; unit < expect->units; unit++) {
        mix_statistics_merge(statistics, expect->unit_statistics + unit * expect->capacity, expect->size);
    }
    return true;
}

double *mix_expect_scratch(mix_expect *expect) {
    return expect->scratch;
}
