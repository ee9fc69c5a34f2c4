/* bootstrap_json.c: errors and quantiles in the order of mix_parameters. */
#include "bootstrap_json.h"

#include <math.h>
#include <stdio.h>

#include "arrays.h"
#include "error.h"
#include "members.h"
#include "memory.h"
#include "parameter.h"

void mix_bootstrap_json_write(const mixture_model *model, mix_json_writer *writer) {
    const mixture_bootstrap *bootstrap = model->bootstrap;
    if (bootstrap == NULL) {
        return;
    }
    size_t count = bootstrap->probability_count;
    mix_json_write_key(writer, "bootstrap");
    mix_json_begin_object(writer);
    mix_members_write_string(writer, "type", mixture_resampling_name(bootstrap->type));
    mix_members_write_integer(writer, "replicates", (int64_t)bootstrap->replicates);
    mix_members_write_integer(writer, "unsound", (int64_t)bootstrap->unsound);
    mix_members_write_integer(writer, "seed", bootstrap->seed);
    mix_json_write_key(writer, "errors");
    mix_json_write_array(writer, bootstrap->errors, bootstrap->parameter_count, 1, 0);
    mix_json_write_key(writer, "probabilities");
    mix_json_write_array(writer, bootstrap->probabilities, count, 1, 0);
    mix_json_write_key(writer, "quantiles");
    mix_json_begin_array(writer);
    for (size_t p = 0; p < bootstrap->parameter_count; p++) {
        mix_json_write_array(writer, bootstrap->quantiles + p * count, count, 1, 0);
    }
    mix_json_end_array(writer);
    mix_members_write_strings(writer, "warnings", bootstrap->warnings, bootstrap->warning_count);
    mix_json_end_object(writer);
}

mixture_status mix_bootstrap_json_read_type(mix_json_value value, mixture_resampling *type, mixture_error *error) {
    for (int i = 0; i < MIXTURE_RESAMPLINGS; i++) {
        if (mix_json_string_equals(value, mixture_resampling_name((mixture_resampling)i))) {
            *type = (mixture_resampling)i;
            return MIXTURE_OK;
        }
    }
    return mix_json_complain(value, "nonparametric, weighted or parametric", error);
}

/* Numbers that rise, strictly or not, from least to most. */
static mixture_status check_rising(mix_json_value array, const double *x, size_t count, bool strictly,
                                   double least, double most, mixture_error *error) {
    mix_json_value item;
    size_t i = 0;
    double before = least;
    for (bool more = mix_json_first(array, &item); more && i < count; more = mix_json_next(array, &item)) {
        bool rises = strictly ? x[i] > before : x[i] >= before || i == 0;
        if (!rises || x[i] >= most) {
            return mix_json_complain(item, strictly ? "probabilities that rise" : "quantiles that do not fall",
                                     error);
        }
        before = x[i++];
    }
    return MIXTURE_OK;
}

/* A member that is an array of `count` numbers, into new memory. */
static mixture_status read_member_numbers(mix_json_value object, const char *key, size_t count, double **numbers,
                                          mix_json_value *array, mixture_error *error) {
    mixture_status status = mix_members_need(object, key, array, error);
    if (status == MIXTURE_OK) {
        status = mix_json_read_array(*array, count, 1, 0, NULL, error);
    }
    if (status != MIXTURE_OK) {
        return status;
    }
    *numbers = mix_memory_array(count, sizeof **numbers);
    return *numbers != NULL ? mix_json_read_array(*array, count, 1, 0, *numbers, error)
                            : mix_error_status(error, MIXTURE_NOMEM);
}

static mixture_status read_errors(mix_json_value object, mixture_bootstrap *bootstrap, mixture_error *error) {
    mix_json_value array, item;
    size_t i = 0;
    mixture_status status =
        read_member_numbers(object, "errors", bootstrap->parameter_count, &bootstrap->errors, &array, error);
    for (bool more = status == MIXTURE_OK && mix_json_first(array, &item); more;
         more = mix_json_next(array, &item)) {
        if (!(bootstrap->errors[i++] >= 0)) {
            return mix_json_complain(item, "a number >= 0", error);
        }
    }
    return status;
}

static mixture_status read_probabilities(mix_json_value object, mixture_bootstrap *bootstrap,
                                         mixture_error *error) {
    mix_json_value array;
    mixture_status status = mix_members_need(object, "probabilities", &array, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    if (mix_json_type_of(array) != MIX_JSON_ARRAY || mix_json_count(array) < 2) {
        return mix_json_complain(array, "an array of two numbers or more", error);
    }
    size_t count = bootstrap->probability_count = mix_json_count(array);
    status = read_member_numbers(object, "probabilities", count, &bootstrap->probabilities, &array, error);
    return status == MIXTURE_OK ? check_rising(array, bootstrap->probabilities, count, true, 0, 1, error) : status;
}

static mixture_status read_quantiles(mix_json_value object, mixture_bootstrap *bootstrap, mixture_error *error) {
    size_t count = bootstrap->probability_count;
    mix_json_value array, item;
    mixture_status status = mix_members_need(object, "quantiles", &array, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    if (mix_json_type_of(array) != MIX_JSON_ARRAY || mix_json_count(array) != bootstrap->parameter_count) {
        char expected[80];
        snprintf(expected, sizeof expected, "an array of %zu arrays", bootstrap->parameter_count);
        return mix_json_complain(array, expected, error);
    }
    bootstrap->quantiles = mix_memory_array(bootstrap->parameter_count, count * sizeof(double));
    if (bootstrap->quantiles == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    double *to = bootstrap->quantiles;
    for (bool more = mix_json_first(array, &item); more && status == MIXTURE_OK;
         more = mix_json_next(array, &item)) {
        status = mix_json_read_array(item, count, 1, 0, to, error);
        if (status == MIXTURE_OK) {
            status = check_rising(item, to, count, false, 0, (double)INFINITY, error);
        }
        to += count;
    }
    return status;
}

static mixture_status read_counts_of(mix_json_value object, mixture_bootstrap *bootstrap, mixture_error *error) {
    int64_t replicates = 0, unsound = 0;
    mix_json_value value;
    mixture_status status = mix_members_need(object, "replicates", &value, error);
    if (status == MIXTURE_OK) {
        status = mix_members_read_integer(object, "replicates", 1, &replicates, error);
    }
    if (status == MIXTURE_OK) {
        status = mix_members_read_integer(object, "unsound", 0, &unsound, error);
    }
    if (status == MIXTURE_OK) {
        status = mix_members_read_integer(object, "seed", INT64_MIN, &bootstrap->seed, error);
    }
    bootstrap->replicates = (size_t)replicates;
    bootstrap->unsound = (size_t)unsound;
    return status == MIXTURE_OK && unsound > replicates - 2
               ? mix_json_complain(value, "two more than are unsound, or more", error)
               : status;
}

mixture_status mix_bootstrap_json_read(mix_json_value root, mixture_model *model, mixture_error *error) {
    mix_json_value object, type;
    if (!mix_json_member(root, "bootstrap", &object)) {
        return MIXTURE_OK;
    }
    if (mix_json_type_of(object) != MIX_JSON_OBJECT) {
        return mix_json_complain(object, "an object", error);
    }
    mixture_bootstrap *bootstrap = model->bootstrap = mix_memory_zeros(1, sizeof *bootstrap);
    if (bootstrap == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    bootstrap->parameter_count = mix_parameter_count(model);
    mixture_status status = mix_members_need(object, "type", &type, error);
    if (status == MIXTURE_OK) {
        status = mix_bootstrap_json_read_type(type, &bootstrap->type, error);
    }
    if (status == MIXTURE_OK) {
        status = read_counts_of(object, bootstrap, error);
    }
    if (status == MIXTURE_OK) {
        status = read_errors(object, bootstrap, error);
    }
    if (status == MIXTURE_OK) {
        status = read_probabilities(object, bootstrap, error);
    }
    if (status == MIXTURE_OK) {
        status = read_quantiles(object, bootstrap, error);
    }
    return status == MIXTURE_OK ? mix_members_read_strings(object, "warnings", &bootstrap->warnings,
                                                           &bootstrap->warning_count, error)
                                : status;
}
