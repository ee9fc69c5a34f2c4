/* start_json.c: parameters to start from. Those of columns of several families come in parts, as a model has them;
** what is left out is drawn. */
#include "start_json.h"

#include <stdio.h>
#include <string.h>

#include "arrays.h"
#include "error.h"
#include "memory.h"
#include "mixed.h"
#include "model.h"
#include "model_json.h"
#include "start_parts.h"

/* Read an array into memory of its own: checked first, so that a k beyond reason takes no memory. */
static mixture_status keep_array(mix_json_value value, const mix_start_target *target, size_t a, double **kept,
                                 mixture_error *error) {
    const mix_shape shape = {.family = target->family, .k = target->k, .d = target->d};
    mixture_status status = mix_json_read_parameters(value, &shape, a, target->k, NULL, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    double *numbers = *kept = mix_memory_zeros(target->k, mix_family_array_size(&shape, a) * sizeof(double));
    return numbers != NULL ? mix_json_read_parameters(value, &shape, a, target->k, numbers, error)
                           : mix_error_status(error, MIXTURE_NOMEM);
}

static mixture_status keep_weights(mix_json_value value, size_t k, double **kept, mixture_error *error) {
    mixture_status status = mix_json_read_array(value, k, 1, 0, NULL, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    double *numbers = *kept = mix_memory_zeros(k, sizeof(double));
    return numbers != NULL ? mix_json_read_array(value, k, 1, 0, numbers, error)
                           : mix_error_status(error, MIXTURE_NOMEM);
}

/* ---- A whole model ------------------------------------------------------------------------------------------ */

/* Of as many components and columns, and of the family, which may be known later only. */
static mixture_status check_start_model(const mixture_model *model, const mix_start_target *target,
                                        mixture_error *error) {
    const mixture_family *family = target->family;
    bool parts = target->any && (model->family->parts != NULL || family == &mix_mixed);
    if ((parts || model->family == family) && model->k == target->k && model->d == target->d) {
        return MIXTURE_OK;
    }
    return mix_error_invalid(error,
                             "init is a %s model with k = %zu, d = %zu; expected a %s model with k = %zu, "
                             "d = %zu",
                             model->family->name, model->k, model->d, family->name, target->k, target->d);
}

/* Its columns are of its family, where nothing else was said. */
static void wish_family(const mixture_family *family, size_t d, mix_column_wish *wishes) {
    for (size_t j = 0; wishes != NULL && j < d; j++) {
        wishes[j].family = wishes[j].family != NULL ? wishes[j].family : family;
    }
}

static mixture_status read_model(mix_json_value value, const mix_start_target *target, mix_column_wish *wishes,
                                 mix_start_read *start, mixture_error *error) {
    mixture_model *model = NULL;
    mixture_status status = mix_model_json_read_value(value, &model, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    status = check_start_model(model, target, error);
    if (status == MIXTURE_OK) {
        start->noise = model->noisy ? model->noise : 0;
        start->weights = model->weights;
        model->weights = NULL;
        start->names = model->names;
        model->names = NULL;
    }
    if (status == MIXTURE_OK && model->family->parts != NULL) {
        status = mix_start_parts_read(value, target, model->n, wishes, start, error);
    } else if (status == MIXTURE_OK && target->family == &mix_mixed) {
        wish_family(model->family, target->d, wishes);
    } else if (status == MIXTURE_OK) {
        for (size_t a = 0; a < model->family->array_count; a++) {
            start->arrays[a] = model->arrays[a];
            model->arrays[a] = NULL;
        }
    }
    mixture_model_free(model);
    return status;
}

/* ---- Some of the parameters --------------------------------------------------------------------------------- */

static mixture_status unknown_parameter(const mix_start_target *target, mix_json_value key, mixture_error *error) {
    char expected[120] = "weights";
    bool parts = target->family->parts != NULL;
    for (size_t a = 0; !parts && a < target->family->array_count; a++) {
        size_t used = strlen(expected);
        snprintf(expected + used, sizeof expected - used, ", %s", target->family->arrays[a].name);
    }
    return mix_json_complain(key, parts ? "weights or parts" : expected, error);
}

/* The array of the family that a key names. */
static mixture_status read_own_array(mix_json_value item, const mix_start_target *target, mix_start_read *start,
                                     mixture_error *error) {
    const mixture_family *family = target->family;
    const mix_json_value key = mix_json_key(item);
    size_t a = 0, count = family->parts != NULL ? 0 : family->array_count;
    while (a < count && !mix_json_string_equals(key, family->arrays[a].name)) {
        a++;
    }
    return a < count ? keep_array(item, target, a, &start->arrays[a], error)
                     : unknown_parameter(target, key, error);
}

static mixture_status read_some(mix_json_value value, const mix_start_target *target, mix_column_wish *wishes,
                                mix_start_read *start, mixture_error *error) {
    mixture_status status = MIXTURE_OK;
    mix_json_value item;
    bool parts = target->any && mix_json_member(value, "parts", &item);
    for (bool more = mix_json_first(value, &item); more && status == MIXTURE_OK;
         more = mix_json_next(value, &item)) {
        const mix_json_value key = mix_json_key(item);
        if (mix_json_string_equals(key, "weights")) {
            status = keep_weights(item, target->k, &start->weights, error);
        } else if (parts && mix_json_string_equals(key, "parts")) {
            status = mix_start_parts_read(value, target, 0, wishes, start, error);
        } else if (parts && !mix_json_string_equals(key, "columns")) {
            status = mix_json_complain(key, "weights, columns or parts", error);
        } else if (!parts && target->family != &mix_mixed) {
            status = read_own_array(item, target, start, error);
        }
    }
    return status;
}

/* ---- Either, or as text ------------------------------------------------------------------------------------- */

static mixture_status read_start_object(mix_json_value value, const mix_start_target *target,
                                        mix_column_wish *wishes, mix_start_read *start, mixture_error *error) {
    mix_json_value family;
    start->array_count = target->family->array_count;
    start->arrays = mix_memory_zeros(start->array_count + 1, sizeof *start->arrays);
    if (start->arrays == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    return mix_json_member(value, "family", &family) ? read_model(value, target, wishes, start, error)
                                                     : read_some(value, target, wishes, start, error);
}

static const char start_expected[] = "kmeans++, random, or an object with parameters or a model";

/* A model as it comes from a table: as a text inside the options. */
static mixture_status read_start_text(mix_json_value value, const mix_start_target *target,
                                      mix_column_wish *wishes, mix_start_read *start, mixture_error *error) {
    mixture_error inner = {MIXTURE_OK, ""};
    mix_json_document *document = NULL;
    size_t length;
    char *text = mix_json_string(value, &length);
    if (text != NULL && text[strspn(text, " \t\r\n")] != '{') {
        mix_memory_free(text);
        return mix_json_complain(value, start_expected, error);
    }
    const mix_cancel *cancel = mix_json_cancel(value.document);
    mixture_status status =
        text != NULL ? mix_json_parse_until(text, length, cancel, &document, &inner) : MIXTURE_NOMEM;
    if (status == MIXTURE_OK) {
        const mix_json_value root = mix_json_root(document);
        status = mix_json_type_of(root) == MIX_JSON_OBJECT ? read_start_object(root, target, wishes, start, &inner)
                                                           : mix_json_complain(root, "an object", &inner);
        status = mix_json_stopped(document) ? MIXTURE_CANCELLED : status;
        mix_json_free(document);
    }
    mix_memory_free(text);
    return status == MIXTURE_INVALID ? mix_error_invalid(error, "init, as text: %s", inner.text)
                                     : mix_error_status(error, status);
}

mixture_status mix_start_json_read(mix_json_value value, const mix_start_target *target, mix_column_wish *wishes,
                                   mix_start_read *start, mixture_error *error) {
    if (mix_json_type_of(value) == MIX_JSON_STRING) {
        return read_start_text(value, target, wishes, start, error);
    }
    return mix_json_type_of(value) == MIX_JSON_OBJECT ? read_start_object(value, target, wishes, start, error)
                                                      : mix_json_complain(value, start_expected, error);
}

void mix_start_json_clear(mix_start_read *start, size_t k) {
    mix_memory_free(start->weights);
    for (size_t a = 0; start->arrays != NULL && a < start->array_count; a++) {
        mix_memory_free(start->arrays[a]);
    }
    mix_memory_free(start->arrays);
    mix_model_free_strings(start->names, start->names != NULL ? k : 0);
    *start = (mix_start_read){.noise = 0};
}
