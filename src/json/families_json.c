/* families_json.c: a family for each column, by its name or with what else it needs. */
#include "families_json.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "names_json.h"

/* Of an angle, which is divided by it. */
#define LEAST_PERIOD 1e-100
#define MOST_PERIOD 1e100

/* The place of the argument that a key names; count: there is none. */
static size_t find_argument(const mix_named_arguments *arguments, mix_json_value key) {
    size_t j = 0;
    for (; j < arguments->count; j++) {
        char name[32];
        snprintf(name, sizeof name, "x%zu", j + 1);
        if (mix_json_string_equals(key, arguments->columns != NULL ? arguments->columns[j] : name)) {
            break;
        }
    }
    return j;
}

/* A family of columns, which mixed is not. */
static mixture_status read_column_family(mix_json_value value, mix_column_wish *wish, mixture_error *error) {
    char names[MIX_FAMILIES_BYTES];
    mixture_status status = mix_names_json_read_column_family(value, &wish->family, error);
    if (status == MIXTURE_OK && wish->family->array_count == 0) {
        status = mix_json_complain(value, mix_families_names(names), error);
    }
    return status;
}

mixture_status mix_families_json_read_period(mix_json_value value, double *period, mixture_error *error) {
    *period = mix_json_type_of(value) == MIX_JSON_NUMBER ? mix_json_number(value) : 0;
    return *period >= LEAST_PERIOD && *period <= MOST_PERIOD
               ? MIXTURE_OK
               : mix_json_complain(value, "a number > 0, from 1e-100 to 1e100", error);
}

/* {"family":"student","covariance":"diag"} */
static mixture_status read_column_object(mix_json_value object, mix_column_wish *wish, mixture_error *error) {
    mix_json_value item;
    if (!mix_json_member(object, "family", &item)) {
        return mix_json_complain(object, "an object with a key family", error);
    }
    mixture_status status = read_column_family(item, wish, error);
    for (bool more = status == MIXTURE_OK && mix_json_first(object, &item); more && status == MIXTURE_OK;
         more = mix_json_next(object, &item)) {
        mix_json_value key = mix_json_key(item);
        const mix_structures_table *structures = wish->family->structures;
        if (mix_family_has_periods(wish->family) && mix_json_string_equals(key, "period")) {
            status = mix_families_json_read_period(item, &wish->period, error);
        } else if (structures != NULL && mix_json_string_equals(key, structures->key)) {
            status = mix_names_json_read_structure(item, wish->family, &wish->structure, error);
        } else if (!mix_json_string_equals(key, "family")) {
            char expected[80];
            bool period = mix_family_has_periods(wish->family);
            snprintf(expected, sizeof expected, "family%s%.40s", structures != NULL || period ? " or " : "",
                     structures != NULL ? structures->key
                     : period           ? "period"
                                        : "");
            status = mix_json_complain(key, expected, error);
        }
    }
    return status;
}

mixture_status mix_families_json_read(mix_json_value object, const mix_named_arguments *arguments,
                                      mix_column_wish *wishes, mixture_error *error) {
    mix_json_value item;
    mixture_status status = MIXTURE_OK;
    if (mix_json_type_of(object) != MIX_JSON_OBJECT) {
        return mix_json_complain(object, "an object, column: family", error);
    }
    for (bool more = mix_json_first(object, &item); more && status == MIXTURE_OK;
         more = mix_json_next(object, &item)) {
        mix_json_value key = mix_json_key(item);
        size_t j = find_argument(arguments, key);
        if (j == arguments->count) {
            return mix_json_complain(key, "the name of a column", error);
        }
        if (j + 1 == arguments->weight || j + 1 == arguments->label) {
            return mix_json_complain(key, "a column of data, no weight or label", error);
        }
        status = mix_json_type_of(item) == MIX_JSON_OBJECT ? read_column_object(item, &wishes[j], error)
                                                           : read_column_family(item, &wishes[j], error);
    }
    return status;
}
