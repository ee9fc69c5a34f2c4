/* shape_json.c: shapes, weights and parameters in and out. */
#include "shape_json.h"

#include <stdio.h>

#include "arrays.h"
#include "error.h"
#include "members.h"
#include "memory.h"
#include "model.h"
#include "names_json.h"
#include "parts.h"
#include "parts_json.h"

/* ---- Out ---------------------------------------------------------------------------------------------------- */

static void write_caller_columns(const mixture_model *model, mix_json_writer *writer) {
    mix_json_write_key(writer, "columns");
    mix_json_begin_array(writer);
    for (size_t j = 0; j < model->d; j++) {
        mix_json_write_string(writer, model->columns[mix_family_place(model->family, j)]);
    }
    mix_json_end_array(writer);
}

void mix_shape_json_write_structure(const mixture_model *model, const mix_shape *shape, mix_json_writer *writer) {
    const mixture_family *family = shape->family;
    /* Chosen among codes, it is named by its code. */
    const char *name = model->candidates != NULL ? mixture_structure_code(family, shape->structure, shape->d)
                                                 : mixture_structure_name(family, shape->structure);
    mix_members_write_string(writer, family->structures->key, name);
}

void mix_shape_json_write_kind(const mixture_model *model, mix_json_writer *writer) {
    if (model->columns != NULL) {
        write_caller_columns(model, writer);
    }
    if (model->names != NULL) {
        mix_members_write_strings(writer, "names", model->names, model->k);
    }
    if (model->family->parts == NULL && model->family->structures != NULL) {
        const mix_shape shape = mix_shape_of(model);
        mix_shape_json_write_structure(model, &shape, writer);
    }
}

void mix_shape_json_write_arrays(const mix_shape *shape, double *const *arrays, mix_json_writer *writer) {
    for (size_t a = 0; a < shape->family->array_count; a++) {
        mix_json_write_key(writer, shape->family->arrays[a].name);
        bool flat = shape->d == 1 && shape->parts != NULL && shape->family->arrays[a].rank == MIX_VECTOR;
        if (flat) { /* a part of one column: a number for each component */
            mix_json_write_array(writer, arrays[a], shape->k, 1, 0);
        } else {
            mix_json_write_parameters(writer, shape, a, shape->k, arrays[a]);
        }
    }
}

void mix_shape_json_write(const mixture_model *model, mix_json_writer *writer) {
    const mix_shape shape = mix_shape_of(model);
    mix_json_write_key(writer, "weights");
    mix_json_write_array(writer, model->weights, model->k, 1, 0);
    if (model->family->parts != NULL) {
        mix_parts_json_write(model, writer);
    } else {
        mix_shape_json_write_arrays(&shape, model->arrays, writer);
    }
}

/* ---- In ----------------------------------------------------------------------------------------------------- */

mixture_status mix_shape_json_columns(mix_json_value root, mix_shape *shape, mixture_parts **parts,
                                      mixture_error *error) {
    mix_json_value array, first, item;
    bool ragged = shape->family->arrays[0].rank == MIX_RAGGED;
    mixture_status status = mix_members_need(root, shape->family->arrays[0].name, &array, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    bool some = mix_json_type_of(array) == MIX_JSON_ARRAY && mix_json_first(array, &first);
    bool flat = some && mix_json_type_of(first) == MIX_JSON_NUMBER; /* of one column */
    if ((flat && ragged) ||
        (!flat && !(some && mix_json_type_of(first) == MIX_JSON_ARRAY && mix_json_count(first) > 0))) {
        return mix_json_complain(array, "an array of arrays of numbers", error);
    }
    bool one = ragged && mix_json_first(first, &item) && mix_json_type_of(item) == MIX_JSON_NUMBER;
    shape->d = flat || one ? 1 : mix_json_count(first);
    if (!ragged) {
        return MIXTURE_OK;
    }
    size_t *levels = mix_memory_array(shape->d, sizeof *levels), j = 0;
    if (levels == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    levels[0] = mix_json_count(first);
    for (bool more = !one && mix_json_first(first, &item); more; more = mix_json_next(first, &item)) {
        levels[j++] = mix_json_count(item); /* 0: no array, which is found when they are read */
    }
    shape->parts = *parts = mix_parts_new(shape->family, shape->d, levels);
    mix_memory_free(levels);
    return *parts != NULL ? MIXTURE_OK : mix_error_status(error, MIXTURE_NOMEM);
}

/* k from the weights, the rest from the family's parameters. *parts: made for the shape, the caller's to free,
** also after an error. */
static mixture_status read_shape(mix_json_value root, mix_shape *shape, mixture_parts **parts,
                                 mixture_error *error) {
    mix_json_value weights;
    mixture_status status = mix_members_need(root, "weights", &weights, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    shape->k = mix_json_count(weights);
    if (mix_json_type_of(weights) != MIX_JSON_ARRAY || shape->k == 0) {
        return mix_json_complain(weights, "an array of one number or more", error);
    }
    mix_json_value period;
    if (mix_family_has_periods(shape->family) && mix_json_member(root, "period", &period)) {
        return mix_json_complain(period, "none but in a part of a model of family mixed", error);
    }
    status = shape->family->array_count > 0 ? mix_shape_json_columns(root, shape, parts, error)
                                            : mix_parts_json_read(root, shape, parts, error);
    const char *const names[] = {"k", "d"};
    const size_t values[] = {shape->k, shape->d};
    for (size_t i = 0; status == MIXTURE_OK && i < 2; i++) {
        mix_json_value said;
        int64_t number;
        if (mix_json_member(root, names[i], &said) &&
            !(mix_json_integer(said, &number) && number > 0 && (uint64_t)number == values[i])) {
            char expected[32];
            snprintf(expected, sizeof expected, "%zu", values[i]);
            return mix_json_complain(said, expected, error);
        }
    }
    return status;
}

mixture_status mix_shape_json_arrays(mix_json_value root, const mix_shape *shape, double *const *arrays,
                                     mixture_error *error) {
    mixture_status status = MIXTURE_OK;
    for (size_t a = 0; status == MIXTURE_OK && a < shape->family->array_count; a++) {
        mix_json_value value;
        status = mix_members_need(root, shape->family->arrays[a].name, &value, error);
        if (status == MIXTURE_OK) {
            double *numbers = arrays != NULL ? arrays[a] : NULL;
            status = mix_json_read_parameters(value, shape, a, shape->k, numbers, error);
        }
    }
    return status;
}

mixture_status mix_shape_json_begin(mix_json_value root, mixture_model **model, mixture_error *error) {
    mix_shape shape = {.k = 0};
    mixture_parts *parts = NULL;
    mix_json_value family;
    *model = NULL;
    mixture_status status = mix_members_need(root, "family", &family, error);
    if (status == MIXTURE_OK) {
        status = mix_names_json_read_family(family, &shape.family, error);
    }
    if (status == MIXTURE_OK) {
        status = read_shape(root, &shape, &parts, error);
    }
    if (status == MIXTURE_OK && shape.family->parts == NULL) {
        status = mix_shape_json_arrays(root, &shape, NULL, error); /* before d*d is believed and memory taken */
    }
    if (status == MIXTURE_OK && !mix_json_stopped(root.document)) {
        *model = mix_model_new(&shape);
        status = *model != NULL ? MIXTURE_OK : mix_error_status(error, MIXTURE_NOMEM);
    }
    if (*model != NULL) {
        (*model)->own_parts = parts;
    } else {
        mix_parts_free(parts);
    }
    return mix_json_stopped(root.document) ? mix_error_status(error, MIXTURE_CANCELLED) : status;
}

static mixture_status read_component_names(mix_json_value root, mixture_model *model, mixture_error *error) {
    mix_json_value value;
    return mix_json_member(root, "names", &value)
               ? mix_names_json_read_components(value, model->k, &model->names, error)
               : MIXTURE_OK;
}

static mixture_status read_names(mix_json_value root, mixture_model *model, mixture_error *error) {
    mix_json_value value;
    mixture_status status = MIXTURE_OK;
    if (mix_json_member(root, "columns", &value)) {
        if (mix_json_type_of(value) != MIX_JSON_ARRAY || mix_json_count(value) != model->d) {
            return mix_json_complain(value, "an array of one string for each column", error);
        }
        model->columns = mix_memory_zeros(model->d, sizeof *model->columns);
        status = model->columns != NULL ? mix_names_json_read_columns(value, model->columns, error)
                                        : mix_error_status(error, MIXTURE_NOMEM);
    }
    if (status == MIXTURE_OK) {
        status = read_component_names(root, model, error);
    }
    const mix_structures_table *structures = model->family->structures;
    if (status == MIXTURE_OK && structures != NULL && mix_json_member(root, structures->key, &value)) {
        status = mix_names_json_read_structure(value, model->family, &model->structure, error);
    }
    return status;
}

mixture_status mix_shape_json_read(mix_json_value root, mixture_model *model, mixture_error *error) {
    mix_json_value value;
    const mix_shape shape = mix_shape_of(model);
    mixture_status status = mix_members_need(root, "weights", &value, error);
    if (status == MIXTURE_OK) {
        status = mix_json_read_array(value, model->k, 1, 0, model->weights, error);
    }
    if (status == MIXTURE_OK && model->family->parts != NULL) {
        status = mix_parts_json_read_model(root, model, error);
        return status == MIXTURE_OK ? read_component_names(root, model, error) : status;
    }
    if (status == MIXTURE_OK) {
        status = mix_shape_json_arrays(root, &shape, model->arrays, error);
    }
    return status == MIXTURE_OK ? read_names(root, model, error) : status;
}
