/* table_profile.c: mix_profile: what tells each component from all of them together. */
#include <math.h>

#include "family.h"
#include "interrupt.h"
#include "levels.h"
#include "memory.h"
#include "model.h"
#include "profile.h"
#include "table.h"

enum { PROFILED_COMPONENT, PROFILED_COLUMN, PROFILED_LEVEL, FIRST_NUMBER };

typedef struct profile_state {
    mix_profile *profiles;
} profile_state;

static mixture_status start_profile(mix_cursor *cursor, sqlite3_value **values, int count, mixture_error *error) {
    profile_state *own = cursor->state;
    size_t profiles = 0;
    (void)values;
    (void)count;
    mix_interrupt interrupt = mix_interrupt_ready(cursor->connection->db);
    const mix_cancel cancel = {mix_interrupt_poll, &interrupt};
    mixture_status status = mix_profile_make(mix_cursor_model(cursor), &cancel, &own->profiles, &profiles, error);
    mix_interrupt_end(&interrupt);
    cursor->rows = (sqlite3_int64)profiles;
    return status;
}

static void result_profiled_level(sqlite3_context *context, const mixture_model *model, const mix_profile *at) {
    const mix_level *levels = model->family->parts != NULL ? mix_family_levels(model->family, at->column) : NULL;
    if (levels != NULL) {
        mix_levels_result(context, &levels[at->level]);
    } else if (at->leveled) {
        sqlite3_result_int64(context, (sqlite3_int64)at->level);
    }
}

static void column_profile(mix_cursor *cursor, sqlite3_context *context, int column) {
    const profile_state *own = cursor->state;
    const mixture_model *model = mix_cursor_model(cursor);
    const mix_profile *at = &own->profiles[cursor->row];
    const double numbers[] = {at->mean, at->deviation, at->overall_mean, at->overall_deviation, at->difference};
    char name[32];
    switch (column) {
    case PROFILED_COMPONENT:
        sqlite3_result_int64(context, mix_cursor_component(cursor, at->component));
        break;
    case PROFILED_COLUMN:
        sqlite3_result_text(context, mix_model_column_name(model, at->column, name), -1, SQLITE_TRANSIENT);
        break;
    case PROFILED_LEVEL:
        result_profiled_level(context, model, at);
        break;
    default:
        if (isfinite(numbers[column - FIRST_NUMBER])) {
            sqlite3_result_double(context, numbers[column - FIRST_NUMBER]);
        }
    }
}

static void stop_profile(mix_cursor *cursor) {
    profile_state *own = cursor->state;
    mix_memory_free(own->profiles);
}

const mix_table mix_table_profile = {
    .name = "mix_profile",
    .usage = "mix_profile(model)",
    .columns = "component, column, level, mean, deviation, overall_mean, overall_deviation, difference",
    .column_count = 8,
    .state_size = sizeof(profile_state),
    .start = start_profile,
    .column = column_profile,
    .stop = stop_profile,
};
