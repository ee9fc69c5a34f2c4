/* model_json.c: a model's keys, in and out. */
#include "model_json.h"

#include <stdio.h>

#include "arrays.h"
#include "error.h"
#include "members.h"
#include "memory.h"
#include "model.h"
#include "names_json.h"
#include "parts.h"
#include "selection_json.h"

/* ---- Out --------------------------------------------------------------------------------------------- */

static void write_fit(const mixture_model *model, mix_json_writer *writer) {
    if (model->trials > 0) {
        mix_members_write_double(writer, "trials", model->trials);
    }
    mix_members_write_double(writer, "n", model->n);
    mix_members_write_integer(writer, "skipped", (int64_t)model->skipped);
    mix_members_write_double(writer, "loglik", model->loglik);
    if (model->stepped) {
        return;
    }
    mix_members_write_integer(writer, "parameters", (int64_t)model->parameters);
    mix_members_write_double(writer, "aic", model->aic);
    mix_members_write_double(writer, "bic", model->bic);
    mix_members_write_double(writer, "icl", model->icl);
    mix_members_write_integer(writer, "iterations", model->iterations);
    mix_members_write_boolean(writer, "converged", model->converged);
    mix_members_write_integer(writer, "seed", model->seed);
    mix_json_write_key(writer, "trace");
    mix_json_write_array(writer, model->trace, model->trace_count, 1, 0);
    mix_members_write_strings(writer, "warnings", model->warnings, model->warning_count);
    if (model->candidates != NULL) {
        mix_selection_json_write(model, writer);
    }
}

void mix_model_json_write(const mixture_model *model, mix_json_writer *writer) {
    const mixture_family *family = model->family;
    const mix_shape shape = mix_shape_of(model);
    mix_json_begin_object(writer);
    mix_members_write_string(writer, "family", family->name);
    mix_members_write_integer(writer, "k", (int64_t)model->k);
    mix_members_write_integer(writer, "d", (int64_t)model->d);
    if (model->columns != NULL) {
        mix_members_write_strings(writer, "columns", model->columns, model->d);
    }
    if (model->names != NULL) {
        mix_members_write_strings(writer, "names", model->names, model->k);
    }
    if (family->structures != NULL) {
        /* Chosen among codes, it is named by its code. */
        const char *name = model->candidates != NULL ? mixture_structure_code(family, model->structure, model->d)
                                                     : mixture_structure_name(family, model->structure);
        mix_members_write_string(writer, family->structures->key, name);
    }
    if (model->equal_weights) {
        mix_members_write_boolean(writer, "equal_weights", true);
    }
    if (model->min_variance > 0) {
        mix_members_write_double(writer, "min_variance", model->min_variance);
    }
    if (model->resolution != NULL) {
        mix_json_write_key(writer, "resolution");
        mix_json_write_steps(writer, model->resolution, model->d);
    }
    if (model->step != NULL) {
        mix_json_write_key(writer, "step");
        mix_json_write_steps(writer, model->step, model->d);
    }
    mix_json_write_key(writer, "weights");
    mix_json_write_array(writer, model->weights, model->k, 1, 0);
    for (size_t a = 0; a < family->array_count; a++) {
        mix_json_write_key(writer, family->arrays[a].name);
        mix_json_write_parameters(writer, &shape, a, model->k, model->arrays[a]);
    }
    if (model->fitted) {
        write_fit(model, writer);
    }
    mix_json_end_object(writer);
}

/* ---- In ---------------------------------------------------------------------------------------------- */

static mixture_status read_family(mix_json_value root, const mixture_family **family, mixture_error *error) {
    mix_json_value value;
    mixture_status status = mix_members_need(root, "family", &value, error);
    return status == MIXTURE_OK ? mix_names_json_read_family(value, family, error) : status;
}

/* Columns and, where they have levels, those of each, from the first component of the first parameter array. */
static mixture_status read_columns_of(mix_json_value root, mix_shape *shape, mixture_parts **parts,
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

/* k from the weights, the rest from the family's parameters. *parts: made for the shape, the caller's to free, also
** after an error. */
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
    status = read_columns_of(root, shape, parts, error);
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

/* The parameter arrays into arrays[], or only checked when that is NULL. */
static mixture_status read_arrays(mix_json_value root, const mix_shape *shape, double *const *arrays,
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

static mixture_status read_parameters(mix_json_value root, mixture_model *model, mixture_error *error) {
    mix_json_value value;
    mixture_status status = mix_members_need(root, "weights", &value, error);
    if (status == MIXTURE_OK) {
        status = mix_json_read_array(value, model->k, 1, 0, model->weights, error);
    }
    if (status == MIXTURE_OK) {
        const mix_shape shape = mix_shape_of(model);
        status = read_arrays(root, &shape, model->arrays, error);
    }
    return status;
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
    if (status == MIXTURE_OK && mix_json_member(root, "names", &value)) {
        status = mix_names_json_read_components(value, model->k, &model->names, error);
    }
    const mix_structures_table *structures = model->family->structures;
    if (status == MIXTURE_OK && structures != NULL && mix_json_member(root, structures->key, &value)) {
        status = mix_names_json_read_structure(value, model->family, &model->structure, error);
    }
    return status;
}

static mixture_status read_counts(mix_json_value root, mixture_model *model, mixture_error *error) {
    int64_t skipped = 0, parameters = 0, iterations = 0;
    mixture_status status = mix_members_read_integer(root, "skipped", 0, &skipped, error);
    if (status == MIXTURE_OK) {
        status = mix_members_read_integer(root, "parameters", 0, &parameters, error);
    }
    if (status == MIXTURE_OK) {
        status = mix_members_read_integer(root, "iterations", 0, &iterations, error);
    }
    if (status == MIXTURE_OK) {
        status = mix_members_read_integer(root, "seed", INT64_MIN, &model->seed, error);
    }
    model->skipped = (size_t)skipped;
    model->parameters = (size_t)parameters;
    model->iterations = (long)iterations;
    return status;
}

static mixture_status read_trace(mix_json_value root, mixture_model *model, mixture_error *error) {
    mix_json_value value;
    if (!mix_json_member(root, "trace", &value)) {
        return MIXTURE_OK;
    }
    if (mix_json_type_of(value) != MIX_JSON_ARRAY) {
        return mix_json_complain(value, "an array of numbers", error);
    }
    size_t count = mix_json_count(value);
    model->trace = mix_memory_zeros(count, sizeof(double));
    if (model->trace == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    model->trace_count = count;
    return mix_json_read_array(value, count, 1, 0, model->trace, error);
}

/* Steps in which the columns were recorded: those asked for (a wish), or found. */
static mixture_status read_steps(mix_json_value root, const char *key, bool wish, size_t d, double **steps,
                                 mixture_error *error) {
    mix_json_value value;
    if (!mix_json_member(root, key, &value)) {
        return MIXTURE_OK;
    }
    *steps = mix_memory_zeros(d, sizeof(double));
    return *steps != NULL ? mix_json_read_steps(value, d, wish, *steps, error)
                          : mix_error_status(error, MIXTURE_NOMEM);
}

/* How the model came about, as far as it is said. */
static mixture_status read_fit(mix_json_value root, mixture_model *model, mixture_error *error) {
    const struct {
        const char *key;
        double *x;
    } numbers[] = {{"n", &model->n},
                   {"loglik", &model->loglik},
                   {"aic", &model->aic},
                   {"bic", &model->bic},
                   {"icl", &model->icl},
                   {"trials", &model->trials},
                   {"min_variance", &model->min_variance}};
    mix_json_value value;
    model->fitted = mix_json_member(root, "loglik", &value);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        mixture_status status = mix_members_read_number(root, numbers[i].key, numbers[i].x, error);
        if (status != MIXTURE_OK) {
            return status;
        }
    }
    mixture_status status = mix_members_read_boolean(root, "converged", &model->converged, error);
    if (status == MIXTURE_OK) {
        status = mix_members_read_boolean(root, "equal_weights", &model->equal_weights, error);
    }
    if (status == MIXTURE_OK) {
        status = read_counts(root, model, error);
    }
    if (status == MIXTURE_OK) {
        status = read_trace(root, model, error);
    }
    if (status == MIXTURE_OK) {
        status = read_steps(root, "resolution", true, model->d, &model->resolution, error);
    }
    if (status == MIXTURE_OK) {
        status = read_steps(root, "step", false, model->d, &model->step, error);
    }
    if (status == MIXTURE_OK) {
        status = mix_members_read_strings(root, "warnings", &model->warnings, &model->warning_count, error);
    }
    return status == MIXTURE_OK ? mix_selection_json_read(root, model, error) : status;
}

/* Room for a model of the text's shape. */
static mixture_status begin_model(mix_json_value value, mixture_model **model, mixture_error *error) {
    mix_shape shape = {.k = 0};
    mixture_parts *parts = NULL;
    mixture_status status = read_family(value, &shape.family, error);
    if (status == MIXTURE_OK) {
        status = read_shape(value, &shape, &parts, error);
    }
    if (status == MIXTURE_OK) {
        status = read_arrays(value, &shape, NULL, error); /* before d*d is believed and memory taken */
    }
    if (status == MIXTURE_OK && !mix_json_stopped(value.document)) {
        *model = mix_model_new(&shape);
        status = *model != NULL ? MIXTURE_OK : mix_error_status(error, MIXTURE_NOMEM);
    }
    if (*model != NULL) {
        (*model)->own_parts = parts;
    } else {
        mix_parts_free(parts);
    }
    return mix_json_stopped(value.document) ? mix_error_status(error, MIXTURE_CANCELLED) : status;
}

mixture_status mix_model_json_read_value(mix_json_value value, mixture_model **model, mixture_error *error) {
    mixture_model *read = NULL;
    *model = NULL;
    if (mix_json_type_of(value) != MIX_JSON_OBJECT) {
        return mix_json_complain(value, "an object", error);
    }
    mixture_status status = begin_model(value, &read, error);
    if (status == MIXTURE_OK) {
        status = read_parameters(value, read, error);
    }
    if (status == MIXTURE_OK) {
        status = read_names(value, read, error);
    }
    if (status == MIXTURE_OK) {
        status = read_fit(value, read, error);
    }
    if (status == MIXTURE_OK && !mix_json_stopped(value.document)) {
        read->cancel = mix_json_cancel(value.document);
        status = mixture_model_prepare(read, error);
        read->cancel = NULL;
    }
    status = mix_json_stopped(value.document) ? mix_error_status(error, MIXTURE_CANCELLED) : status;
    if (status != MIXTURE_OK) {
        mixture_model_free(read);
        return status;
    }
    *model = read;
    return MIXTURE_OK;
}

mixture_status mix_model_json_read_until(const char *text, size_t length, const mix_cancel *cancel,
                                         mixture_model **model, mixture_error *error) {
    mix_json_document *document;
    *model = NULL;
    mixture_status status = mix_json_parse_until(text, length, cancel, &document, error);
    if (status == MIXTURE_OK) {
        status = mix_model_json_read_value(mix_json_root(document), model, error);
        mix_json_free(document);
    }
    return status;
}

mixture_status mix_model_json_read(const char *text, size_t length, mixture_model **model, mixture_error *error) {
    return mix_model_json_read_until(text, length, NULL, model, error);
}
