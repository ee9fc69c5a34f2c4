/* table_responsibilities.c: mix_responsibilities: k rows for an input row, and one for noise. */
#include <string.h>

#include "memory.h"
#include "noise.h"
#include "table.h"

typedef struct state {
    double *resp, *densities, *x; /* k, k and d, one block */
} state;

static mixture_status start_responsibilities(mix_cursor *cursor, sqlite3_value **values, int count,
                                             mixture_error *error) {
    mix_parsed *parsed = cursor->parsed;
    const mixture_model *model = parsed->model;
    state *own = cursor->state;
    size_t most = mix_noise_columns(model);
    own->resp = mix_memory_array(2 * most + model->d, sizeof(double));
    if (own->resp == NULL) {
        error->status = MIXTURE_NOMEM;
        return MIXTURE_NOMEM;
    }
    own->densities = own->resp + most;
    own->x = own->densities + most;
    mixture_status status = mix_arguments_model_row(cursor->connection->db, parsed, count, values, 2, 0, error);
    if (status == MIXTURE_OK) {
        (void)mixture_posterior(model, parsed->x, own->resp, own->densities, parsed->scratch);
        if (model->noisy) {
            own->resp[model->k] = mix_noise_share(model, own->resp);
            own->densities[model->k] = mix_noise_row(model, parsed->x);
        }
        memcpy(own->x, parsed->x, model->d * sizeof(double)); /* parsed->x is everybody's */
        cursor->x = own->x;
        cursor->rows = (sqlite3_int64)most;
    }
    return status;
}

static void column_responsibilities(mix_cursor *cursor, sqlite3_context *context, int which) {
    const state *own = cursor->state;
    if (which == 0) {
        sqlite3_result_int64(context, mix_cursor_component(cursor, (size_t)cursor->row));
    } else {
        sqlite3_result_double(context, (which == 1 ? own->resp : own->densities)[cursor->row]);
    }
}

static void stop_responsibilities(mix_cursor *cursor) {
    state *own = cursor->state;
    mix_memory_free(own->resp);
}

const mix_table mix_table_responsibilities = {
    .name = "mix_responsibilities",
    .usage = "mix_responsibilities(model, x1, ..., xd)",
    .columns = "component, probability, log_density",
    .column_count = 3,
    .takes_row = true,
    .state_size = sizeof(state),
    .start = start_responsibilities,
    .column = column_responsibilities,
    .stop = stop_responsibilities,
};
