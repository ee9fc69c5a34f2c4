/* table_intervals.c: mix_intervals: mix_parameters with how sure each number is. */
#include <math.h>

#include "error.h"
#include "intervals.h"
#include "parameter.h"
#include "table.h"

enum { INTERVAL_ERROR = 6, INTERVAL_LOW, INTERVAL_HIGH, NORMAL_LOW, NORMAL_HIGH, INTERVAL_LEVEL };

typedef struct intervals_state {
    double level;
} intervals_state;

static mixture_status start_intervals(mix_cursor *cursor, sqlite3_value **values, int count,
                                      mixture_error *error) {
    intervals_state *own = cursor->state;
    const mixture_model *model = mix_cursor_model(cursor);
    if (model->bootstrap == NULL) {
        return mix_error_invalid(error, "argument 1 (bootstrap): key bootstrap is missing; expected what "
                                        "mix_bootstrap() gave");
    }
    mixture_status status = MIXTURE_OK;
    double most = mix_intervals_most(model->bootstrap);
    own->level = 0.95;
    if (count > 0) {
        status = mix_arguments_number(values[0], 2, "level", 0, 1, &own->level, error);
    }
    if (status == MIXTURE_OK && own->level > most + 1e-12) {
        return mix_error_invalid(error, "%slevel %.6g of %zu sound replicates; expected at most %.6g",
                                 count > 0 ? "argument 2: " : "", own->level,
                                 model->bootstrap->replicates - model->bootstrap->unsound, most);
    }
    cursor->rows = (sqlite3_int64)mix_parameter_count(model);
    return status;
}

static void column_intervals(mix_cursor *cursor, sqlite3_context *context, int column) {
    static const int as_parameter[] = {0, 1, 5, 2, 3, 4}; /* the same column of mix_parameters */
    const intervals_state *own = cursor->state;
    const mixture_model *model = mix_cursor_model(cursor);
    size_t number = (size_t)cursor->row;
    if (column < INTERVAL_ERROR || column == INTERVAL_LEVEL) {
        mix_table_parameters.column(cursor, context, column < INTERVAL_ERROR ? as_parameter[column] : 6);
        return;
    }
    const mix_parameter at = mix_parameter_at(model, number);
    double value = mix_parameter_value(model, &at), error = model->bootstrap->errors[number], low, high;
    double reach = mix_intervals_reach(own->level) * error;
    mix_intervals_percentile(model->bootstrap, number, own->level, &low, &high);
    const double numbers[] = {error, low, high, value - reach, value + reach};
    sqlite3_result_double(context, numbers[column - INTERVAL_ERROR]);
}

const mix_table mix_table_intervals = {
    .name = "mix_intervals",
    .usage = "mix_intervals(bootstrap [, level])",
    .columns = "component, parameter, column, i, j, value, error, low, high, normal_low, normal_high, level",
    .column_count = 12,
    .arguments = "level",
    .least = 0,
    .most = 1,
    .state_size = sizeof(intervals_state),
    .start = start_intervals,
    .column = column_intervals,
};
