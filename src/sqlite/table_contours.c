/* table_contours.c: mix_contours: contour lines of a density, for those who draw elsewhere. */
#include <math.h>
#include <string.h>

#include "contour.h"
#include "describe.h"
#include "error.h"
#include "family.h"
#include "interrupt.h"
#include "plot_options.h"
#include "table.h"

enum { MOST_LINES = 2000, DEFAULT_LINES = 140 };

typedef struct contours_state {
    mix_levels levels;
    double log_levels[MIX_PLOT_LEVELS];
    mix_contour contours[MIX_PLOT_LEVELS]; /* outermost first */
    /* Where the present row is: */
    size_t level, path, vertex;
    sqlite3_int64 paths; /* before this level */
} contours_state;

static bool contours_given(sqlite3_value **values, int count, int place) {
    return place < count && sqlite3_value_type(values[place]) != SQLITE_NULL;
}

/* A number of levels, or a JSON array of probabilities as TEXT. */
static mixture_status read_contour_levels(sqlite3_value *value, mix_levels *levels, mixture_error *error) {
    int type = sqlite3_value_type(value);
    char said[MIX_SAID_BYTES];
    if (type != SQLITE_TEXT && type != SQLITE_INTEGER && type != SQLITE_FLOAT) {
        return mix_error_invalid(error,
                                 "argument 2 (levels) is %s; expected an integer from 1 to 20 or a JSON array of "
                                 "1 to 20 probabilities",
                                 mix_describe_value(value, said));
    }
    if (type != SQLITE_TEXT) {
        sqlite3_int64 levels_count;
        mixture_status status =
            mix_arguments_integer(value, 2, "levels", 1, MIX_PLOT_LEVELS, &levels_count, error);
        *levels = status == MIXTURE_OK ? mix_levels_even((size_t)levels_count) : *levels;
        return status;
    }
    const char *text = (const char *)sqlite3_value_text(value);
    if (text == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    mixture_error inner = {MIXTURE_OK, ""};
    mixture_status status = mix_levels_read(text, (size_t)sqlite3_value_bytes(value), levels, &inner);
    return status == MIXTURE_INVALID ? mix_error_invalid(error, "argument 2 (levels): %s", inner.text)
                                     : mix_error_status(error, status);
}

/* Grid lines along x and y: as many as are asked for, or as the components need. */
static mixture_status read_lines(sqlite3_value **values, int count, size_t uniform[2], size_t most[2],
                                 mixture_error *error) {
    static const char *const names[] = {"nx", "ny"};
    mixture_status status = MIXTURE_OK;
    for (int j = 0; j < 2; j++) {
        uniform[j] = DEFAULT_LINES;
        most[j] = 4 * DEFAULT_LINES;
        if (status == MIXTURE_OK && contours_given(values, count, 1 + j)) {
            sqlite3_int64 lines;
            status = mix_arguments_integer(values[1 + j], 3 + j, names[j], 2, MOST_LINES, &lines, error);
            uniform[j] = most[j] = (size_t)lines;
        } else if (j == 1 && contours_given(values, count, 1)) {
            uniform[1] = uniform[0];
            most[1] = most[0];
        }
    }
    return status;
}

static mixture_status trace(mix_cursor *cursor, const size_t uniform[2], const size_t most[2]) {
    contours_state *own = cursor->state;
    mix_scorer scorer = {mix_cursor_model(cursor), cursor->parsed->scratch, cursor->parsed->resp};
    mix_interrupt interrupt = mix_interrupt_ready(cursor->connection->db);
    const mix_cancel cancel = {mix_interrupt_poll, &interrupt};
    mixture_status status = MIXTURE_CANCELLED;
    if (!mix_cancelled(&cancel)) {
        status = mix_contour_trace_all(&scorer, own->levels.probabilities, own->levels.count, uniform, most,
                                       &cancel, own->log_levels, own->contours);
    }
    mix_interrupt_end(&interrupt);
    return status;
}

/* From a level without vertices to the next that has some. */
static void skip_empty(contours_state *own) {
    while (own->level < own->levels.count && own->vertex == own->contours[own->level].count) {
        own->paths += (sqlite3_int64)own->contours[own->level].path_count;
        own->level++;
        own->path = own->vertex = 0;
    }
}

static void advance(mix_cursor *cursor) {
    contours_state *own = cursor->state;
    own->vertex++;
    if (own->vertex == own->contours[own->level].start[own->path + 1]) {
        own->path++;
    }
    skip_empty(own);
}

static mixture_status start_contours(mix_cursor *cursor, sqlite3_value **values, int count, mixture_error *error) {
    const mixture_model *model = mix_cursor_model(cursor);
    contours_state *own = cursor->state;
    size_t uniform[2], most[2];
    own->levels = mix_levels_default;
    mixture_status status = mix_family_need(model->family, MIX_HAS_GEOMETRY, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    if (model->d != 2) {
        return mix_error_invalid(error, "argument 1 (model) has %zu column%s; expected 2", model->d,
                                 model->d == 1 ? "" : "s");
    }
    if (contours_given(values, count, 0)) {
        status = read_contour_levels(values[0], &own->levels, error);
    }
    if (status == MIXTURE_OK) {
        status = read_lines(values, count, uniform, most, error);
    }
    if (status == MIXTURE_OK) {
        status = mix_error_status(error, trace(cursor, uniform, most));
    }
    for (size_t i = 0; i < own->levels.count && status == MIXTURE_OK; i++) {
        cursor->rows += (sqlite3_int64)own->contours[i].count;
    }
    if (status == MIXTURE_OK) {
        skip_empty(own);
    }
    return status;
}

static void column_contours(mix_cursor *cursor, sqlite3_context *context, int column) {
    const contours_state *own = cursor->state;
    const mix_contour *contour = &own->contours[own->level];
    switch (column) {
    case 0:
        sqlite3_result_double(context, exp(own->log_levels[own->level]));
        break;
    case 1:
        sqlite3_result_int64(context, own->paths + (sqlite3_int64)own->path + 1);
        break;
    case 2:
        sqlite3_result_int64(context, (sqlite3_int64)(own->vertex - contour->start[own->path]) + 1);
        break;
    case 3:
        sqlite3_result_double(context, contour->x[own->vertex]);
        break;
    case 4:
        sqlite3_result_double(context, contour->y[own->vertex]);
        break;
    default:
        sqlite3_result_double(context, own->levels.probabilities[own->level]);
    }
}

static void stop_contours(mix_cursor *cursor) {
    contours_state *own = cursor->state;
    for (size_t i = 0; i < MIX_PLOT_LEVELS; i++) {
        mix_contour_free(&own->contours[i]);
    }
}

const mix_table mix_table_contours = {
    .name = "mix_contours",
    .usage = "mix_contours(model [, levels, nx, ny])",
    .columns = "level, path, i, x, y, probability",
    .column_count = 6,
    .arguments = "levels, nx, ny",
    .least = 0,
    .most = 3,
    .state_size = sizeof(contours_state),
    .start = start_contours,
    .advance = advance,
    .column = column_contours,
    .stop = stop_contours,
};
