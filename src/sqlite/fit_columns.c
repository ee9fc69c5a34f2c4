/* fit_columns.c: from values of any kind to parts. */
#include "fit_columns.h"

#include <math.h>
#include <string.h>

#include "data.h"
#include "levels.h"
#include "memory.h"
#include "parts.h"

/* ---- Before the rows ---------------------------------------------------------------------------------------- */

/* What the levels of a model's column stand for; without a list of them for themselves. */
static mixture_status take_levels(mix_fit_column *column, const mixture_family *like, size_t place) {
    const mix_level *levels = mix_family_levels(like, place);
    mixture_status status = MIXTURE_OK;
    column->known = mix_family_level_count(like, place);
    for (size_t i = 0; i < column->known && status == MIXTURE_OK; i++) {
        const mix_level own = mix_level_of((double)i);
        status = mix_level_set_add(&column->levels, levels != NULL ? &levels[i] : &own);
    }
    return status;
}

mixture_status mix_fit_columns_begin(mix_fit_columns *columns, size_t d, const mix_column_wish *wishes,
                                     const mixture_family *like) {
    mixture_status status = MIXTURE_OK;
    columns->d = d;
    columns->like = like;
    columns->column = mix_memory_zeros(d, sizeof *columns->column);
    for (size_t j = 0; columns->column != NULL && j < d && status == MIXTURE_OK; j++) {
        mix_fit_column *column = &columns->column[j];
        if (like != NULL) {
            size_t place = mix_family_place(like, j);
            const mix_part *part = mix_family_part(like, place);
            column->wish.family = part->family;
            column->wish.period = part->period != NULL ? part->period[place - part->first] : 0;
            status = take_levels(column, like, place);
        } else if (wishes != NULL) {
            column->wish = wishes[j];
        }
        column->coded = column->wish.family == NULL || mix_family_has_levels(column->wish.family);
    }
    return columns->column != NULL ? status : MIXTURE_NOMEM;
}

void mix_fit_columns_clear(mix_fit_columns *columns) {
    for (size_t j = 0; columns->column != NULL && j < columns->d; j++) {
        mix_level_set_clear(&columns->column[j].levels);
        mix_memory_free(columns->column[j].numbers);
    }
    mix_memory_free(columns->column);
    *columns = (mix_fit_columns){0};
}

/* ---- A row -------------------------------------------------------------------------------------------------- */

/* The column holds numbers: its levels are forgotten. */
static mixture_status decode_column(mix_fit_column *column, size_t j, mixture_data *data,
                                    const mix_cancel *cancel) {
    mixture_status status = mix_data_recode(data, j, column->numbers, cancel);
    mix_level_set_clear(&column->levels);
    column->coded = false;
    return status;
}

static mixture_status take_plain(const mix_fit_columns *columns, const mix_fit_column *column, mix_cell *cell,
                                 double *x, const char **expected) {
    const mixture_family *family = column->wish.family;
    if (!mix_cell_number(cell, x)) {
        *expected =
            columns->like != NULL ? "a number" : "a number: option families can make the column categorical";
        return MIXTURE_INVALID;
    }
    const mix_shape shape = {.family = family, .k = 1, .d = 1};
    *expected = isinf(*x) ? "a finite number" : family != NULL ? mix_family_refusal(&shape, 0, *x) : NULL;
    return *expected == NULL ? MIXTURE_OK : MIXTURE_INVALID;
}

/* Room for the number that one more level reads as. */
static bool reserve_number(mix_fit_column *column) {
    size_t count = column->levels.count;
    if (count < column->capacity) {
        return true;
    }
    double *more = mix_memory_resize(column->numbers, 2 * count + 4, sizeof *more);
    if (more != NULL) {
        column->numbers = more;
        column->capacity = 2 * count + 4;
    }
    return more != NULL;
}

/* A level that was not there. bytes: a copy of the cell's, which are gone by now. */
static mixture_status take_new(mix_fit_column *column, size_t j, mix_cell *cell, mixture_data *data, double *x,
                               const char **expected) {
    double number = 0;
    mix_level level = cell->level;
    bool reads = mix_cell_number(cell, &number) && isfinite(number);
    if (!reads && column->wish.family == NULL && mix_family_of_values(true) == NULL) {
        *expected = "a number";
        return MIXTURE_INVALID;
    }
    if (column->levels.count >= MIX_MOST_LEVELS) {
        if (column->wish.family == NULL && !column->words && reads) {
            *x = number;
            return decode_column(column, j, data, NULL);
        }
        *expected = "at most 1000 levels in a categorical column";
        return MIXTURE_INVALID;
    }
    if (!reserve_number(column)) {
        return MIXTURE_NOMEM;
    }
    *x = (double)column->levels.count;
    column->numbers[column->levels.count] = number;
    column->words = column->words || !reads;
    return mix_level_set_add(&column->levels, &level);
}

mixture_status mix_fit_columns_take(mix_fit_columns *columns, size_t j, mix_cell *cell, mixture_data *data,
                                    double *x, const char **expected) {
    mix_fit_column *column = &columns->column[j];
    size_t number;
    *expected = NULL;
    if (cell->type == SQLITE_NULL) {
        *x = (double)NAN;
        return MIXTURE_OK;
    }
    if (!column->coded) {
        return take_plain(columns, column, cell, x, expected);
    }
    if (cell->type == SQLITE_FLOAT && !isfinite(cell->real)) {
        *expected = "a finite number";
        return MIXTURE_INVALID;
    }
    if (mix_level_set_find(&column->levels, &cell->level, &number)) {
        *x = (double)number;
        return MIXTURE_OK;
    }
    /* To ask whether a TEXT is a number may cost its bytes. */
    char *bytes = mix_memory_array(cell->level.length + 1, 1);
    if (bytes == NULL) {
        return MIXTURE_NOMEM;
    }
    if (cell->level.length > 0) {
        memcpy(bytes, cell->level.bytes, cell->level.length);
    }
    cell->level.bytes = bytes;
    mixture_status status = MIXTURE_OK;
    if (mix_levels_find(&column->levels, cell, &number)) {
        *x = (double)number;
    } else {
        status = take_new(column, j, cell, data, x, expected);
    }
    mix_memory_free(bytes);
    return status;
}

/* ---- After the rows ----------------------------------------------------------------------------------------- */

/* The levels of a column in order; those of the data become their places. */
static mixture_status sort_column(const mix_fit_column *column, size_t j, mixture_data *data,
                                  const mix_cancel *cancel) {
    double *places = mix_memory_array(column->levels.count + 1, sizeof *places);
    if (places == NULL) {
        return MIXTURE_NOMEM;
    }
    for (size_t i = 0; i < column->levels.count; i++) {
        places[column->levels.sorted[i].number] = (double)i;
    }
    mixture_status status = mix_data_recode(data, j, places, cancel);
    mix_memory_free(places);
    return status;
}

/* Nobody said of which family the column is. */
static const mixture_family *choose_family(const mix_fit_column *column) {
    return mix_family_of_values(column->coded && (column->words || column->levels.count <= 2));
}

static mixture_status settle_all_columns(mix_fit_columns *columns, mixture_data *data, const mix_cancel *cancel) {
    mixture_status status = MIXTURE_OK;
    for (size_t j = 0; j < columns->d && status == MIXTURE_OK; j++) {
        mix_fit_column *column = &columns->column[j];
        if (column->wish.family == NULL) {
            column->wish.family = choose_family(column);
        }
        if (column->coded) {
            status = mix_family_has_levels(column->wish.family) ? sort_column(column, j, data, cancel)
                                                                : decode_column(column, j, data, cancel);
        }
    }
    return status;
}

/* What the parts are made of; arrays for as many as there are columns and levels. */
typedef struct parts_plan {
    mix_part *part;
    size_t count;
    size_t *owner;   /* part of each of the caller's columns */
    size_t *place;   /* of each of the caller's columns */
    size_t *columns; /* the caller's, in the order of the parts */
    size_t *levels;  /* of each of them */
    mix_level *level;
    double *period; /* of each of the columns, in the order of the parts */
} parts_plan;

/* The part that a column belongs to: a new one, unless its family has all its columns in one. */
static void assign_part(parts_plan *plan, const mix_fit_column *column, size_t j) {
    const mixture_family *family = column->wish.family;
    size_t p = 0;
    while (p < plan->count && !(family->together && plan->part[p].family == family)) {
        p++;
    }
    if (p == plan->count) {
        plan->part[plan->count++] = (mix_part){.family = family, .structure = column->wish.structure};
    }
    plan->part[p].d++;
    plan->owner[j] = p;
}

/* The parts of a model that is fitted again. */
static void repeat_parts(parts_plan *plan, const mixture_family *like, size_t d) {
    plan->count = like->parts->count;
    for (size_t p = 0; p < plan->count; p++) {
        const mix_part *part = &like->parts->part[p];
        plan->part[p] = (mix_part){.family = part->family, .d = part->d, .structure = part->structure};
    }
    for (size_t j = 0; j < d; j++) {
        plan->place[j] = mix_family_place(like, j);
        plan->owner[j] = like->parts->owner[plan->place[j]];
    }
}

/* Columns of a part stand together, in the caller's order. */
static void place_columns(parts_plan *plan, size_t d) {
    size_t next = 0;
    for (size_t p = 0; p < plan->count; p++) {
        for (size_t j = 0; j < d; j++) {
            if (plan->owner[j] == p) {
                plan->place[j] = next++;
            }
        }
    }
}

/* The first column of a part. */
static size_t first_of(const parts_plan *plan, size_t p) {
    size_t first = 0;
    for (size_t i = 0; i < p; i++) {
        first += plan->part[i].d;
    }
    return first;
}

static void list_levels(parts_plan *plan, const mix_fit_columns *columns) {
    size_t *levels = plan->levels;
    mix_level *level = plan->level;
    for (size_t j = 0; j < columns->d; j++) {
        plan->columns[plan->place[j]] = j;
    }
    for (size_t i = 0; i < columns->d; i++) {
        const mix_fit_column *column = &columns->column[plan->columns[i]];
        mix_part *part = &plan->part[plan->owner[plan->columns[i]]];
        plan->period[i] = column->wish.period > 0 ? column->wish.period : 2 * M_PI;
        if (column->wish.period > 0) {
            part->period = plan->period + first_of(plan, plan->owner[plan->columns[i]]);
        }
        if (!mix_family_has_levels(part->family)) {
            continue;
        }
        part->levels = part->levels != NULL ? part->levels : levels;
        part->level = part->level != NULL ? part->level : level;
        *levels++ = column->levels.count;
        for (size_t l = 0; l < column->levels.count; l++) {
            *level++ = column->levels.sorted[l].level;
        }
    }
}

static mixture_status plan_parts(const mix_fit_columns *columns, parts_plan *plan) {
    size_t d = columns->d, all = 0, most = columns->like != NULL ? columns->like->parts->count : d;
    for (size_t j = 0; j < d; j++) {
        all += columns->column[j].levels.count;
    }
    plan->part = mix_memory_zeros(most, sizeof *plan->part);
    plan->owner = mix_memory_array(4 * d, sizeof *plan->owner);
    plan->level = mix_memory_array(all + 1, sizeof *plan->level);
    plan->period = mix_memory_array(d, sizeof *plan->period);
    if (plan->period == NULL || plan->part == NULL || plan->owner == NULL || plan->level == NULL) {
        return MIXTURE_NOMEM;
    }
    plan->place = plan->owner + d;
    plan->columns = plan->place + d;
    plan->levels = plan->columns + d;
    if (columns->like != NULL) {
        repeat_parts(plan, columns->like, d);
    } else {
        for (size_t j = 0; j < d; j++) {
            assign_part(plan, &columns->column[j], j);
        }
        place_columns(plan, d);
    }
    list_levels(plan, columns);
    return MIXTURE_OK;
}

mixture_status mix_fit_columns_finish(mix_fit_columns *columns, mixture_data *data, const mix_cancel *cancel,
                                      const mixture_family **family, mixture_parts **parts) {
    parts_plan plan = {.count = 0};
    *parts = NULL;
    mixture_status status = settle_all_columns(columns, data, cancel);
    if (status == MIXTURE_OK) {
        status = plan_parts(columns, &plan);
    }
    bool plain = status == MIXTURE_OK && plan.count == 1 && columns->like == NULL && plan.part[0].levels == NULL &&
                 plan.part[0].period == NULL;
    if (plain) {
        *family = plan.part[0].family;
    } else if (status == MIXTURE_OK) {
        *parts = mix_parts_mixed(plan.part, plan.count, plan.place);
        *family = *parts != NULL ? (*parts)->mixed : NULL;
        status = *parts != NULL ? mix_data_permute(data, plan.place, cancel) : MIXTURE_NOMEM;
    }
    mix_memory_free(plan.part);
    mix_memory_free(plan.owner);
    mix_memory_free(plan.level);
    mix_memory_free(plan.period);
    return status;
}

/* ---- A model that is fitted again --------------------------------------------------------------------------- */

/* The probabilities of a column's levels in one component: a new one has that of a level that was not seen. */
static void spread_levels(const mix_fit_column *column, double n, const double *from, double *to) {
    double share = 1 / (n + 1 + (double)(column->levels.count - column->known));
    double left = 1 - share * (double)(column->levels.count - column->known);
    for (size_t i = 0; i < column->levels.count; i++) {
        size_t number = column->levels.sorted[i].number;
        to[i] = number < column->known ? left * from[number] : share;
    }
}

/* The array of a part with levels. */
static void spread_array(const mix_fit_columns *columns, const mixture_model *model, const mix_part *part,
                         const double *from, double *to) {
    for (size_t c = 0; c < model->k; c++) {
        for (size_t i = 0; i < part->d; i++) {
            size_t j = 0;
            while (mix_family_place(model->family, j) != part->first + i) {
                j++;
            }
            const mix_fit_column *column = &columns->column[j];
            spread_levels(column, model->n, from, to);
            from += column->known;
            to += column->levels.count;
        }
    }
}

mixture_status mix_fit_columns_start(const mix_fit_columns *columns, const mixture_model *model,
                                     const mixture_parts *parts, double ***arrays) {
    const mix_shape shape = {.family = parts->mixed, .k = model->k, .d = model->d};
    double **made = *arrays = mix_memory_zeros(parts->mixed->array_count, sizeof *made);
    if (made == NULL) {
        return MIXTURE_NOMEM;
    }
    for (size_t p = 0; p < parts->count; p++) {
        const mix_part *part = &parts->part[p];
        for (size_t a = part->array; a < part->array + part->family->array_count; a++) {
            size_t size = model->k * mix_family_array_size(&shape, a);
            made[a] = mix_memory_array(size + 1, sizeof **made);
            if (made[a] == NULL) {
                return MIXTURE_NOMEM;
            }
            if (part->family->arrays[a - part->array].rank == MIX_RAGGED) {
                spread_array(columns, model, part, model->arrays[a], made[a]);
            } else {
                memcpy(made[a], model->arrays[a], size * sizeof **made);
            }
        }
    }
    return MIXTURE_OK;
}
