/* names_json.c: words and what they stand for. */
#include "names_json.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "family.h"
#include "memory.h"
#include "mixed.h"
#include "sort.h"

/* The word in a string; *name is NULL for another value and for a string that holds a NUL, else the caller's to
** free. */
static mixture_status read_word(mix_json_value value, char **name, mixture_error *error) {
    size_t length;
    *name = NULL;
    if (mix_json_type_of(value) != MIX_JSON_STRING) {
        return MIXTURE_OK;
    }
    *name = mix_json_string(value, &length);
    if (*name == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    if (strlen(*name) != length) {
        mix_memory_free(*name);
        *name = NULL;
    }
    return MIXTURE_OK;
}

static mixture_status find_family(mix_json_value value, const char *also, const mixture_family **family,
                                  mixture_error *error) {
    char *name, names[MIX_FAMILIES_BYTES], expected[MIX_FAMILIES_BYTES + 20];
    mixture_status status = read_word(value, &name, error);
    *family = name != NULL ? mixture_family_find(name) : NULL;
    if (name != NULL && strcmp(name, mix_mixed.name) == 0) {
        *family = &mix_mixed;
    }
    mix_memory_free(name);
    if (status != MIXTURE_OK || *family != NULL) {
        return status;
    }
    snprintf(expected, sizeof expected, "%s%s", mix_families_names(names), also);
    return mix_json_complain(value, expected, error);
}

mixture_status mix_names_json_read_family(mix_json_value value, const mixture_family **family,
                                          mixture_error *error) {
    return find_family(value, ", or mixed", family, error);
}

mixture_status mix_names_json_read_column_family(mix_json_value value, const mixture_family **family,
                                                 mixture_error *error) {
    return find_family(value, "", family, error);
}

mixture_status mix_names_json_read_structure(mix_json_value value, const mixture_family *family, int *structure,
                                             mixture_error *error) {
    char *name;
    mixture_status status = read_word(value, &name, error);
    bool known = name != NULL && mixture_structure_find(family, name, structure);
    mix_memory_free(name);
    if (status != MIXTURE_OK || known) {
        return status;
    }
    return mix_json_complain(value, family->structures->expected, error);
}

mixture_status mix_names_json_read_criterion(mix_json_value value, mixture_criterion *criterion,
                                             mixture_error *error) {
    bool known = false;
    for (int i = MIXTURE_BIC; i < MIXTURE_CRITERIA && !known; i++) {
        *criterion = (mixture_criterion)i;
        known = mix_json_string_equals(value, mixture_criterion_name(*criterion));
    }
    return known ? MIXTURE_OK : mix_json_complain(value, "bic, icl, aic, sabic, caic or nec", error);
}

mixture_status mix_names_json_read_nulls(mix_json_value value, bool *skip, mixture_error *error) {
    *skip = mix_json_string_equals(value, "skip");
    return *skip || mix_json_string_equals(value, "em") ? MIXTURE_OK
                                                        : mix_json_complain(value, "em or skip", error);
}

/* ---- Columns and components --------------------------------------------------------------------------------- */

static mixture_status read_name(mix_json_value item, const char *whose, char **name, mixture_error *error) {
    size_t length;
    char expected[80];
    if (mix_json_type_of(item) != MIX_JSON_STRING) {
        snprintf(expected, sizeof expected, "a %s name", whose);
        return mix_json_complain(item, expected, error);
    }
    *name = mix_json_string(item, &length);
    if (*name == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    snprintf(expected, sizeof expected, "a %s name that is not empty and holds no NUL", whose);
    return length > 0 && strlen(*name) == length ? MIXTURE_OK : mix_json_complain(item, expected, error);
}

/* By name, and equal ones in their order. */
static bool name_before(void *context, uint32_t a, uint32_t b) {
    char *const *names = context;
    int order = strcmp(names[a], names[b]);
    return order < 0 || (order == 0 && a < b);
}

/* The place of the first name that was there before; count: there is none. */
static mixture_status find_again(char **names, size_t count, size_t *again, mixture_error *error) {
    uint32_t *order = mix_memory_array(count, sizeof *order);
    *again = count;
    if (order == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    for (size_t i = 0; i < count; i++) {
        order[i] = (uint32_t)i; /* a text has fewer than 2^32 values */
    }
    mix_sort_numbers(order, count, name_before, names);
    for (size_t i = 1; i < count; i++) {
        bool same = strcmp(names[order[i - 1]], names[order[i]]) == 0;
        *again = same && order[i] < *again ? order[i] : *again;
    }
    mix_memory_free(order);
    return MIXTURE_OK;
}

/* Names of whatever `whose` says, all different. */
static mixture_status read_names_of(mix_json_value array, const char *whose, char **names, mixture_error *error) {
    mix_json_value item;
    size_t count = 0, again = 0;
    for (bool more = mix_json_first(array, &item); more; more = mix_json_next(array, &item), count++) {
        mixture_status status = read_name(item, whose, &names[count], error);
        if (status != MIXTURE_OK) {
            return status;
        }
    }
    mixture_status status = find_again(names, count, &again, error);
    if (status != MIXTURE_OK || again == count) {
        return status;
    }
    bool more = mix_json_first(array, &item);
    for (size_t i = 0; more && i < again; i++) {
        more = mix_json_next(array, &item);
    }
    char expected[80];
    snprintf(expected, sizeof expected, "a name that no other %s has", whose);
    return mix_json_complain(item, expected, error);
}

mixture_status mix_names_json_read_columns(mix_json_value array, char **names, mixture_error *error) {
    return read_names_of(array, "column", names, error);
}

mixture_status mix_names_json_read_components(mix_json_value value, size_t k, char ***names,
                                              mixture_error *error) {
    if (mix_json_type_of(value) != MIX_JSON_ARRAY || mix_json_count(value) != k) {
        char expected[80];
        snprintf(expected, sizeof expected, "an array of %zu name%s, one for each component", k,
                 k == 1 ? "" : "s");
        return mix_json_complain(value, expected, error);
    }
    *names = mix_memory_zeros(k, sizeof **names);
    return *names != NULL ? read_names_of(value, "component", *names, error)
                          : mix_error_status(error, MIXTURE_NOMEM);
}
