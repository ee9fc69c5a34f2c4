/* table_progress.c: the work that runs in this process, a row for each call that has begun and not ended. */
#include <math.h>
#include <string.h>

#include "error.h"
#include "memory.h"
#include "running.h"
#include "table.h"

enum { WORK_FUNCTION, WORK_PHASE, WORK_DONE, WORK_TOTAL, WORK_BEST, WORK_ELAPSED, WORK_LEFT, WORK_COLUMNS };

typedef struct progress_state {
    mix_running_entry *entries;
} progress_state;

/* A copy of the list as it is now; others may begin while there is being made room for it. */
static mixture_status start_progress(mix_cursor *cursor, sqlite3_value **values, int count, mixture_error *error) {
    (void)values;
    (void)count;
    progress_state *state = cursor->state;
    size_t room = 0, found = mix_running_list(NULL, 0);
    while (found > room) {
        mix_memory_free(state->entries);
        room = found + found / 2;
        state->entries = mix_memory_array(room, sizeof *state->entries);
        if (state->entries == NULL) {
            return mix_error_status(error, MIXTURE_NOMEM);
        }
        found = mix_running_list(state->entries, room);
    }
    cursor->rows = (sqlite3_int64)found;
    return MIXTURE_OK;
}

static void column_progress(mix_cursor *cursor, sqlite3_context *context, int column) {
    const progress_state *state = cursor->state;
    const mix_running_entry *entry = &state->entries[cursor->row];
    const mixture_progress *progress = &entry->progress;
    switch (column) {
    case WORK_FUNCTION:
        sqlite3_result_text(context, entry->function, -1, SQLITE_STATIC);
        break;
    case WORK_PHASE:
        sqlite3_result_text(context, progress->phase, -1, SQLITE_STATIC);
        break;
    case WORK_DONE:
        sqlite3_result_int64(context, (sqlite3_int64)progress->done);
        break;
    case WORK_TOTAL:
        if (progress->total > 0) {
            sqlite3_result_int64(context, (sqlite3_int64)progress->total);
        }
        break;
    default: /* NaN becomes NULL */
        sqlite3_result_double(context, column == WORK_BEST      ? progress->best
                                       : column == WORK_ELAPSED ? progress->elapsed
                                                                : progress->left);
    }
}

static void stop_progress(mix_cursor *cursor) {
    progress_state *state = cursor->state;
    mix_memory_free(state->entries);
}

const mix_table mix_table_progress = {
    .name = "mix_progress",
    .usage = "mix_progress()",
    .columns = "function, phase, done, total, best, elapsed, \"left\"",
    .column_count = WORK_COLUMNS,
    .alone = true,
    .state_size = sizeof(progress_state),
    .start = start_progress,
    .column = column_progress,
    .stop = stop_progress,
};
