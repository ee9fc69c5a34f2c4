/* model_rows.c: options behind the values, weight and label among them. */
#include "model_rows.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "describe.h"
#include "error.h"
#include "json_argument.h"
#include "jsonb.h"
#include "memory.h"
#include "packed_row.h"

void mix_model_rows_clear(mix_model_rows *rows) {
    mix_options_json_clear(&rows->options);
    mix_memory_free(rows->data);
    mix_fit_labels_clear(&rows->labels);
}

unsigned mix_model_rows_extras(const mix_model_rows *rows) {
    return (rows->options.weight != 0 ? MIXTURE_WEIGHTED : 0u) |
           (rows->options.label != 0 ? MIXTURE_LABELLED : 0u);
}

/* ---- Options ----------------------------------------------------------------------------------------------- */

/* Options are what stands behind the model's columns, or behind a row in one value. */
static sqlite3_value *options_argument(const mix_group *group) {
    if (group->argc < 3) {
        return NULL;
    }
    sqlite3_value *last = group->argv[group->argc - 1];
    bool packed = group->argc == 3 && mix_packed_row_is(group->argv + 1, 1);
    bool behind = packed || (size_t)group->argc - 1 > group->parsed->model->d;
    if (!behind) {
        return NULL;
    }
    int type = sqlite3_value_type(last);
    bool text = (type == SQLITE_TEXT && !mix_arguments_is_number(last)) || mix_json_argument_is_blob(last);
    return text || type == SQLITE_NULL ? last : NULL;
}

static mixture_status read_row_options(mix_model_rows *rows, mix_group *group, mix_options_use use,
                                       sqlite3_value *value, mixture_error *error) {
    const mixture_model *model = group->parsed->model;
    bool packed = mix_packed_row_is(group->argv + 1, rows->values);
    const mix_options_target target = {.family = model->family,
                                       .k = model->k,
                                       .arguments = packed ? model->d : (size_t)rows->values,
                                       .model = model,
                                       .cancel = &group->cancel,
                                       .use = use};
    mixture_error inner = {MIXTURE_OK, ""};
    const char *bytes;
    size_t length;
    mixture_status status = mix_json_argument_options(value, group->argc, &bytes, &length, error);
    if (status == MIXTURE_OK) {
        status = mix_aggregate_keep_options(group, value);
    }
    if (status != MIXTURE_OK) {
        return status;
    }
    mix_jsonb_text json;
    status = mix_jsonb_open(group->options, group->options_length, &group->cancel, &json, &inner);
    if (status == MIXTURE_OK) {
        status = mix_options_json_read(json.text, json.length, &target, &rows->options, &inner);
        mix_jsonb_close(&json);
    }
    const char *extra = rows->options.weight != 0 ? "weight" : "label";
    if (status == MIXTURE_OK && packed && mix_model_rows_extras(rows) != 0) {
        status = mix_error_invalid(
            &inner, "%s is among the values of one argument; expected an argument of its own", extra);
    }
    return status == MIXTURE_INVALID
               ? mix_error_invalid(error, "argument %d (options): %s", group->argc, inner.text)
               : status;
}

mixture_status mix_model_rows_start(mix_model_rows *rows, mix_group *group, mix_options_use use,
                                    mixture_error *error) {
    const mixture_model *model = group->parsed->model;
    sqlite3_value *options = options_argument(group);
    rows->values = group->argc - (options != NULL ? 2 : 1);
    rows->weight = 1;
    mixture_status status = read_row_options(rows, group, use, options, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    rows->data = mix_memory_array((size_t)rows->values, sizeof(sqlite3_value *));
    return rows->data != NULL
               ? mix_fit_labels_begin(&rows->labels, model->k, true, (const char *const *)model->names)
               : MIXTURE_NOMEM;
}

mixture_status mix_model_rows_same(const mix_group *group, mixture_error *error) {
    return mix_aggregate_same_options(group, options_argument(group), group->argc, NULL, error);
}

/* ---- A row ------------------------------------------------------------------------------------------------- */

/* Names of an argument that is no column of the model. */
static const char *name_of_argument(const mix_model_rows *rows, size_t place, const char *otherwise) {
    return rows->options.columns != NULL ? rows->options.columns[place - 1] : otherwise;
}

/* The row's weight; NaN for NULL. */
static mixture_status read_row_weight(mix_model_rows *rows, const mix_group *group, mixture_error *error) {
    size_t place = rows->options.weight;
    sqlite3_value *value = group->argv[place];
    rows->weight = (double)NAN;
    if (sqlite3_value_type(value) == SQLITE_NULL) {
        return MIXTURE_OK;
    }
    if (mix_arguments_is_number(value)) {
        rows->weight = sqlite3_value_double(value);
        if (rows->weight >= 0 && rows->weight < rows->options.memory && isfinite(rows->weight)) {
            return MIXTURE_OK;
        }
    }
    char said[MIX_SAID_BYTES];
    bool held = isfinite(rows->options.memory);
    return mix_error_invalid(error, "argument %zu (%.30s) is %s in row %llu; expected a weight >= 0%s", place + 1,
                             name_of_argument(rows, place, "weight"), mix_describe_value(value, said),
                             (unsigned long long)group->row, held ? ", below memory" : "");
}

/* The component that the row is known to be of. */
static mixture_status read_row_label(mix_model_rows *rows, const mix_group *group, mixture_error *error) {
    size_t place = rows->options.label;
    sqlite3_value *value = group->argv[place];
    const mix_label_place at = {place + 1, name_of_argument(rows, place, "label"), group->row};
    sqlite3_int64 component;
    int type = sqlite3_value_type(value);
    rows->label = 0;
    if (type == SQLITE_NULL) {
        return MIXTURE_OK;
    }
    if (type == SQLITE_TEXT && !mix_arguments_is_number(value)) {
        return mix_fit_labels_name(&rows->labels, value, &at, &rows->label, error);
    }
    mixture_error inner = {MIXTURE_OK, ""};
    sqlite3_int64 most = (sqlite3_int64)group->parsed->model->k;
    if (mix_arguments_integer(value, (int)place + 1, "label", 1, most, &component, &inner) != MIXTURE_OK) {
        char said[MIX_SAID_BYTES];
        return mix_error_invalid(
            error,
            "argument %zu (%.30s) is %s in row %llu; expected a component from 1 to %lld, or NULL for unknown",
            at.argument, at.column, mix_describe_value(value, said), (unsigned long long)at.row, (long long)most);
    }
    rows->label = (int)component;
    return MIXTURE_OK;
}

mixture_status mix_model_rows_read(mix_model_rows *rows, const mix_group *group, bool *taken,
                                   mixture_error *error) {
    const size_t weight = rows->options.weight, label = rows->options.label;
    *taken = true;
    if (weight == 0 && label == 0) {
        return mix_aggregate_read_row(group, rows->values, error);
    }
    mixture_status status = weight != 0 ? read_row_weight(rows, group, error) : MIXTURE_OK;
    int count = 0;
    for (int i = 0; i < rows->values; i++) {
        if ((size_t)i + 1 != weight && (size_t)i + 1 != label) {
            rows->data[count++] = group->argv[1 + i];
        }
    }
    const size_t apart[2] = {weight < label ? weight : label, weight < label ? label : weight};
    if (status == MIXTURE_OK) {
        status = mix_arguments_model_row_of(group->interrupt.db, group->parsed, count, rows->data, 2, group->row,
                                            apart, error);
    }
    *taken = rows->weight > 0;
    return status == MIXTURE_OK && label != 0 && *taken ? read_row_label(rows, group, error) : status;
}
