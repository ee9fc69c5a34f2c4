/* stream.c: a block of complete rows; and a table of others, or of all where they have weights or labels,
** sorted when it is full. */
#include "stream.h"

#include <math.h>

#include "block.h"
#include "memory.h"
#include "patterns.h"

/* Rows with values missing that wait, in blocks. */
enum { WAITING_BLOCKS = 16 };

struct mix_stream {
    const mixture_model *model;
    mixture_scratch *alone;
    double *statistics, *scratch;
    const mix_cancel *cancel;
    unsigned extras;
    mix_block block;       /* complete rows, if there are no extras */
    mixture_data *waiting; /* others, sorted once; these three NULL: none has come yet */
    mix_gaps *gaps;
    double *room;
};

void mix_stream_free(mix_stream *stream) {
    if (stream != NULL) {
        mix_block_clear(&stream->block);
        mixture_data_free(stream->waiting);
        mix_gaps_free(stream->gaps);
        mix_memory_free(stream->room);
        mix_memory_free(stream->scratch);
        mix_memory_free(stream);
    }
}

mix_stream *mix_stream_new(const mixture_model *model, unsigned extras, mixture_scratch *alone, double *statistics,
                           const mix_cancel *cancel) {
    mix_stream *stream = mix_memory_zeros(1, sizeof *stream);
    if (stream == NULL) {
        return NULL;
    }
    const mix_shape shape = mix_shape_of(model);
    size_t most = mix_block_most(model->k);
    *stream =
        (mix_stream){.model = model, .alone = alone, .statistics = statistics, .cancel = cancel, .extras = extras};
    stream->scratch = mix_memory_array(mix_family_scratch_for(&shape, most), sizeof(double));
    if (!mix_block_begin_for(&stream->block, model->d, most) || stream->scratch == NULL) {
        mix_stream_free(stream);
        return NULL;
    }
    return stream;
}

/* ---- Complete rows ----------------------------------------------------------------------------------------- */

static mixture_status expect_block(mix_stream *stream) {
    mix_rows rows = mix_block_rows(&stream->block);
    mix_turns turns = {.cancel = stream->cancel};
    mix_block_empty(&stream->block);
    return mix_statistics_expect_exactly(stream->model, &rows, stream->statistics, stream->scratch, stream->alone,
                                         NULL, &turns)
               ? MIXTURE_OK
               : MIXTURE_CANCELLED;
}

/* ---- Others ------------------------------------------------------------------------------------------------ */

/* Expect the rows that wait; then there is no table any more. */
static mixture_status expect_waiting(mix_stream *stream) {
    size_t most = stream->block.most;
    mix_turns turns = {.cancel = stream->cancel};
    mix_runs runs;
    mix_rows rows;
    mixture_status status = mix_patterns_sort(stream->waiting, stream->cancel);
    mix_runs_begin(&runs, stream->waiting, 0, WAITING_BLOCKS, stream->room);
    runs.most = most;
    mix_gaps_begin(stream->gaps, stream->model, stream->statistics + MIX_TOTALS);
    while (status == MIXTURE_OK && mix_runs_next(&runs, &rows)) {
        bool on = mix_statistics_expect_exactly(stream->model, &rows, stream->statistics, stream->scratch,
                                                stream->alone, stream->gaps, &turns);
        status = on ? MIXTURE_OK : MIXTURE_CANCELLED;
    }
    if (status == MIXTURE_OK && !mix_gaps_end(stream->gaps, stream->scratch + stream->model->k * most, &turns)) {
        status = MIXTURE_CANCELLED;
    }
    mixture_data_free(stream->waiting);
    stream->waiting = NULL;
    return status;
}

static mixture_status add_waiting(mix_stream *stream, const double *x, double weight, int label) {
    const mix_shape shape = mix_shape_of(stream->model);
    if (stream->gaps == NULL) {
        stream->gaps = mix_gaps_new(&shape);
    }
    if (stream->waiting == NULL) {
        stream->waiting = mixture_data_new(stream->model->d, stream->extras);
    }
    if (stream->gaps == NULL || stream->waiting == NULL ||
        mixture_data_append(stream->waiting, x, weight, label) != MIXTURE_OK) {
        return MIXTURE_NOMEM;
    }
    if (stream->room == NULL && mix_runs_room(stream->waiting) > 0) {
        stream->room = mix_memory_array(mix_runs_room(stream->waiting), sizeof(double));
        if (stream->room == NULL) {
            return MIXTURE_NOMEM;
        }
    }
    return mixture_data_rows(stream->waiting) < WAITING_BLOCKS * MIX_BLOCK_ROWS ? MIXTURE_OK
                                                                                : expect_waiting(stream);
}

/* ---- All --------------------------------------------------------------------------------------------------- */

mixture_status mix_stream_add(mix_stream *stream, const double *x, double weight, int label, bool *taken) {
    bool complete = mix_block_complete(x, stream->model->d);
    if (complete && stream->extras == 0) {
        *taken = true;
        return mix_block_add(&stream->block, x) ? expect_block(stream) : MIXTURE_OK;
    }
    *taken =
        complete || (!stream->model->skip_nulls && mix_family_takes(stream->model->family, x, stream->model->d));
    return *taken ? add_waiting(stream, x, weight, label) : MIXTURE_OK;
}

mixture_status mix_stream_flush(mix_stream *stream) {
    mixture_status status = expect_block(stream);
    return status == MIXTURE_OK && stream->waiting != NULL ? expect_waiting(stream) : status;
}
