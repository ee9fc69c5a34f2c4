/* table_explain.c: mix_explain: a row of the table for each column of a row. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "explain.h"
#include "family.h"
#include "interrupt.h"
#include "levels.h"
#include "memory.h"
#include "table.h"

enum { COLUMN_NAME, VALUE, ROW_COMPONENT, MEAN, DEVIATION, Z, CONDITIONAL_MEAN, CONDITIONAL_Z, EVIDENCE };

typedef struct explain_state {
    double *x; /* d */
    mix_explanation *columns;
    sqlite3_int64 component;
} explain_state;

/* A row that is likeliest to be noise is explained by the likeliest component. */
static size_t likeliest_component(const mix_parsed *parsed) {
    size_t best = 0;
    for (size_t c = 1; c < parsed->model->k; c++) {
        best = parsed->resp[c] > parsed->resp[best] ? c : best;
    }
    return best;
}

static mixture_status start_explain(mix_cursor *cursor, sqlite3_value **values, int count, mixture_error *error) {
    mix_parsed *parsed = cursor->parsed;
    explain_state *own = cursor->state;
    size_t d = parsed->model->d;
    own->x = mix_memory_array(d, sizeof *own->x);
    own->columns = mix_memory_array(d, sizeof *own->columns);
    if (own->x == NULL || own->columns == NULL) {
        error->status = MIXTURE_NOMEM;
        return MIXTURE_NOMEM;
    }
    mixture_status status = mix_arguments_model_row(cursor->connection->db, parsed, count, values, 2, 0, error);
    if (status == MIXTURE_OK) {
        memcpy(own->x, parsed->x, d * sizeof *own->x); /* parsed->x is everybody's */
        (void)mixture_responsibilities(parsed->model, own->x, parsed->resp, parsed->scratch);
        size_t component = likeliest_component(parsed);
        mix_interrupt interrupt = mix_interrupt_ready(cursor->connection->db);
        const mix_cancel cancel = {mix_interrupt_poll, &interrupt};
        status = mix_explain_row(parsed->model, component, own->x, &cancel, own->columns, error);
        mix_interrupt_end(&interrupt);
        own->component = (sqlite3_int64)component + 1;
        cursor->x = own->x;
        cursor->rows = (sqlite3_int64)d;
    }
    return status;
}

static void result_number(sqlite3_context *context, double x) {
    if (isfinite(x)) {
        sqlite3_result_double(context, x);
    }
}

static void result_name(sqlite3_context *context, const mixture_model *model, size_t j, size_t place) {
    char name[32];
    snprintf(name, sizeof name, "x%zu", j + 1);
    sqlite3_result_text(context, model->columns != NULL ? model->columns[place] : name, -1, SQLITE_TRANSIENT);
}

static void result_value(sqlite3_context *context, const mixture_model *model, size_t place, double x) {
    const mix_level *levels = model->family->parts != NULL ? mix_family_levels(model->family, place) : NULL;
    if (levels != NULL && x >= 0) {
        mix_levels_result(context, &levels[(size_t)x]);
    } else {
        result_number(context, x);
    }
}

static void column_explain(mix_cursor *cursor, sqlite3_context *context, int which) {
    const explain_state *own = cursor->state;
    const mixture_model *model = mix_cursor_model(cursor);
    size_t place = mix_family_place(model->family, (size_t)cursor->row);
    const mix_explanation *at = &own->columns[place];
    const double numbers[] = {[MEAN] = at->mean,
                              [DEVIATION] = at->deviation,
                              [Z] = at->z,
                              [CONDITIONAL_MEAN] = at->expected,
                              [CONDITIONAL_Z] = at->conditional_z,
                              [EVIDENCE] = at->evidence};
    switch (which) {
    case COLUMN_NAME:
        result_name(context, model, (size_t)cursor->row, place);
        break;
    case VALUE:
        result_value(context, model, place, own->x[place]);
        break;
    case ROW_COMPONENT:
        sqlite3_result_int64(context, own->component);
        break;
    default:
        result_number(context, numbers[which]);
    }
}

static void stop_explain(mix_cursor *cursor) {
    explain_state *own = cursor->state;
    mix_memory_free(own->x);
    mix_memory_free(own->columns);
}

const mix_table mix_table_explain = {
    .name = "mix_explain",
    .usage = "mix_explain(model, x1, ..., xd)",
    .columns = "column, value, component, mean, deviation, z, conditional_mean, conditional_z, evidence",
    .column_count = 9,
    .takes_row = true,
    .state_size = sizeof(explain_state),
    .start = start_explain,
    .column = column_explain,
    .stop = stop_explain,
};
