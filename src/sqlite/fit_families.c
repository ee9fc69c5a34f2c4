/* fit_families.c: of which family columns are, from the first row to the last. */
#include "fit_families.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data.h"
#include "describe.h"
#include "error.h"
#include "memory.h"
#include "mixed.h"
#include "packed_row.h"
#include "parts.h"

mixture_status mix_fit_families_begin(mix_fit_families *families, const mix_fit_options *options,
                                      const mixture_model *model) {
    mix_column_wish *wishes = mix_memory_zeros(options->d, sizeof *wishes);
    if (wishes == NULL) {
        return MIXTURE_NOMEM;
    }
    for (size_t j = 0, column = 0; options->wishes != NULL && j < options->arguments; j++) {
        if (j + 1 != options->weight && j + 1 != options->label) {
            wishes[column++] = options->wishes[j];
        }
    }
    mixture_status status =
        mix_fit_columns_begin(&families->columns, options->d, wishes, model != NULL ? model->family : NULL);
    mix_memory_free(wishes);
    return status;
}

void mix_fit_families_clear(mix_fit_families *families) {
    mix_fit_columns_clear(&families->columns);
    mix_parts_free(families->parts);
    for (size_t a = 0; families->start != NULL && a < families->start_count; a++) {
        mix_memory_free(families->start[a]);
    }
    mix_memory_free(families->start);
    *families = (mix_fit_families){.parts = NULL};
}

/* ---- A row -------------------------------------------------------------------------------------------------- */

/* A row on its way into data. */
typedef struct row_taker {
    mix_fit_families *families;
    const mix_fit_options *options;
    const mix_row_arguments *row;
    bool packed;
    mixture_data *data;
    mixture_error *error;
} row_taker;

/* What is in argument j cannot be there. */
static mixture_status wrong_cell(const row_taker *taker, size_t j, const mix_cell *cell, const char *expected) {
    const mix_row_arguments *row = taker->row;
    char said[MIX_SAID_BYTES], cure[MIX_CURE_BYTES] = "";
    if (cell->value != NULL) {
        (void)mix_describe_cure(cell->value, row->columns[j], cure);
    }
    return mix_error_invalid(taker->error, "%s %zu (%.30s) is %s in row %llu; expected %s%s",
                             taker->packed ? "value" : "argument", j + (taker->packed ? 1 : (size_t)row->first),
                             row->columns[j], mix_cell_describe(cell, said), (unsigned long long)row->row,
                             expected, cure);
}

/* A weight or a label, which may be a word: that is NaN here. */
static mixture_status take_extra(const row_taker *taker, size_t j, mix_cell *cell, double *x) {
    if (cell->type != SQLITE_NULL && mix_cell_number(cell, x)) {
        return isfinite(*x) ? MIXTURE_OK : wrong_cell(taker, j, cell, "a finite number");
    }
    *x = (double)NAN;
    bool word = cell->type == SQLITE_TEXT && j + 1 == taker->options->label;
    return cell->type == SQLITE_NULL || word ? MIXTURE_OK : wrong_cell(taker, j, cell, "a number");
}

/* Value j of the row, which is number `column` of the data. */
static mixture_status take_value(const row_taker *taker, size_t j, size_t column, mix_cell *cell, double *x) {
    const char *expected = NULL;
    if (j + 1 == taker->options->weight || j + 1 == taker->options->label) {
        return take_extra(taker, j, cell, x);
    }
    mixture_status status =
        mix_fit_columns_take(&taker->families->columns, column, cell, taker->data, x, &expected);
    return status == MIXTURE_INVALID ? wrong_cell(taker, j, cell, expected)
                                     : mix_error_status(taker->error, status);
}

mixture_status mix_fit_families_row(mix_fit_families *families, const mix_fit_options *options,
                                    const mix_row_arguments *row, bool packed, mixture_data *data, double *x,
                                    mixture_error *error) {
    const row_taker taker = {families, options, row, packed, data, error};
    mix_cells cells;
    mixture_status status = mix_cells_open_row(&cells, row, error);
    if (status == MIXTURE_OK && cells.count != options->arguments) {
        status =
            mix_error_invalid(error, "%zu value%s in row %llu; expected %zu, as in the rows before", cells.count,
                              cells.count == 1 ? "" : "s", (unsigned long long)row->row, options->arguments);
    }
    for (size_t j = 0, column = 0; j < options->arguments && status == MIXTURE_OK; j++) {
        mix_cell cell;
        status = mix_cells_next(&cells, &cell) ? take_value(&taker, j, column, &cell, &x[j])
                                               : mix_error_status(error, MIXTURE_NOMEM);
        column += j + 1 != options->weight && j + 1 != options->label;
    }
    mix_cells_close(&cells);
    return status;
}

/* ---- After the rows ----------------------------------------------------------------------------------------- */

/* Bring names, and doubles if there are any, from the caller's order into that of the parts. */
static bool order_by_parts(const mixture_parts *parts, size_t d, double *numbers, char **names) {
    double *more = mix_memory_array(d, sizeof *more);
    char **others = mix_memory_array(d, sizeof *others);
    bool room = more != NULL && others != NULL;
    for (size_t j = 0; room && j < d; j++) {
        more[parts->place[j]] = numbers != NULL ? numbers[j] : 0;
        others[parts->place[j]] = names[j];
    }
    if (room) {
        memcpy(names, others, d * sizeof *names);
    }
    if (room && numbers != NULL) {
        memcpy(numbers, more, d * sizeof *numbers);
    }
    mix_memory_free(more);
    mix_memory_free(others);
    return room;
}

/* The structure that option families gives to the columns that a structure is of. */
static int find_wish(const mix_fit_columns *columns, const mixture_family *family) {
    int structure = 0;
    for (size_t j = 0; j < columns->d && structure == 0 && family->structures != NULL; j++) {
        const mix_column_wish *wish = &columns->column[j].wish;
        structure = wish->family->structures == family->structures ? wish->structure : 0;
    }
    return structure;
}

/* A structure, chosen or asked for, is of columns that have such. */
static mixture_status check_structure(const mix_fit_options *options, const mixture_family *family,
                                      mixture_error *error) {
    const mix_structures_table *table = family->structures;
    int structure = options->options.structure;
    bool listed = false;
    if (table == NULL) {
        return structure == 0 && options->choices.structures == NULL
                   ? MIXTURE_OK
                   : mix_error_invalid(error, "option %s is for gaussian columns, and there are none",
                                       mix_mixed.structures->key);
    }
    for (int i = 0; i < table->count; i++) {
        listed = listed || table->order[i] == structure;
    }
    return listed ? MIXTURE_OK
                  : mix_error_invalid(error, "option %s is %s; expected %s", table->key,
                                      mixture_structure_name(&mix_mixed, structure), table->expected);
}

mixture_status mix_fit_families_settle(mix_fit_families *families, mix_fit_options *options,
                                       const mixture_model *model, mixture_data *data, char **names,
                                       const mix_cancel *cancel, const mixture_family **family,
                                       mixture_error *error) {
    mix_fit_columns *columns = &families->columns;
    mixture_status status = mix_fit_columns_finish(columns, data, cancel, family, &families->parts);
    if (status != MIXTURE_OK) {
        return mix_error_status(error, status);
    }
    if (data->incomplete > 0 && (*family)->missing == NULL) {
        return mix_error_invalid(error, "there are rows with a NULL in some of several columns of one family that "
                                        "takes none; expected option nulls: skip");
    }
    if (options->options.structure == 0) {
        options->options.structure = find_wish(columns, *family);
    }
    status = check_structure(options, *family, error);
    if (status == MIXTURE_OK && families->parts != NULL) {
        double *resolution = model == NULL ? options->resolution : NULL; /* a model's is in its order */
        data->parts = families->parts;
        status = order_by_parts(families->parts, options->d, resolution, names)
                     ? MIXTURE_OK
                     : mix_error_status(error, MIXTURE_NOMEM);
    }
    if (status == MIXTURE_OK && model != NULL) {
        families->start_count = families->parts->mixed->array_count;
        status = mix_error_status(error, mix_fit_columns_start(columns, model, families->parts, &families->start));
        options->options.start.arrays = (const double *const *)families->start;
    }
    return status;
}
