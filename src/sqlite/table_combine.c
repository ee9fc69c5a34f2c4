/* table_combine.c: mix_combine: the components joined into clusters, a block of rows for each number of
** clusters. */
#include "combine.h"
#include "interrupt.h"
#include "noise.h"
#include "table.h"

enum { COMBINED_K, COMBINED_COMPONENT, COMBINED_CLUSTER, COMBINED_ENTROPY };

typedef struct combine_state {
    size_t first; /* clusters in the first block; each next has one less */
} combine_state;

/* Once a model: in a join the table is asked for anew with each row. */
static mixture_status combine_once(mix_cursor *cursor, mixture_error *error) {
    mix_parsed *parsed = cursor->parsed;
    if (parsed->combined != NULL) {
        return MIXTURE_OK;
    }
    mix_interrupt interrupt = mix_interrupt_ready(cursor->connection->db);
    const mix_cancel cancel = {mix_interrupt_poll, &interrupt};
    mixture_status status = mix_combine(parsed->model, &cancel, &parsed->combined, error);
    mix_interrupt_end(&interrupt);
    if (status == MIXTURE_OK) {
        mix_model_cache_grow(&cursor->connection->models, parsed, mix_combined_bytes(parsed->combined));
    }
    return status;
}

static mixture_status start_combine(mix_cursor *cursor, sqlite3_value **values, int count, mixture_error *error) {
    combine_state *own = cursor->state;
    const mixture_model *model = mix_cursor_model(cursor);
    sqlite3_int64 k = 0; /* all */
    mixture_status status = MIXTURE_OK;
    if (count > 0 && sqlite3_value_type(values[0]) != SQLITE_NULL) {
        status = mix_arguments_integer(values[0], 2, "k", 1, (sqlite3_int64)model->k, &k, error);
    }
    if (status == MIXTURE_OK) {
        status = combine_once(cursor, error);
    }
    own->first = k > 0 ? (size_t)k : model->k;
    cursor->rows = (sqlite3_int64)((k > 0 ? 1 : model->k) * mix_noise_columns(model));
    return status;
}

static void column_combine(mix_cursor *cursor, sqlite3_context *context, int column) {
    const combine_state *own = cursor->state;
    const mix_combined *combined = cursor->parsed->combined;
    size_t each = mix_noise_columns(mix_cursor_model(cursor));
    size_t clusters = own->first - (size_t)cursor->row / each, component = (size_t)cursor->row % each;
    switch (column) {
    case COMBINED_K:
        sqlite3_result_int64(context, (sqlite3_int64)clusters);
        break;
    case COMBINED_COMPONENT:
        sqlite3_result_int64(context, mix_cursor_component(cursor, component));
        break;
    case COMBINED_CLUSTER: {
        const size_t *cluster = combined->clusters + (combined->k - clusters) * combined->k;
        bool noise = component == combined->k;
        sqlite3_result_int64(context, noise ? 0 : (sqlite3_int64)cluster[component] + 1);
        break;
    }
    default:
        sqlite3_result_double(context, combined->entropy[clusters]);
    }
}

const mix_table mix_table_combine = {
    .name = "mix_combine",
    .usage = "mix_combine(model [, k])",
    .columns = "k, component, cluster, entropy",
    .column_count = 4,
    .arguments = "k",
    .least = 0,
    .most = 1,
    .state_size = sizeof(combine_state),
    .start = start_combine,
    .column = column_combine,
};
