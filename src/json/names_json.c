/* names_json.c: words and what they stand for. */
#include "names_json.h"

#include "error.h"
#include "family.h"
#include "memory.h"

/* The word in a string; *name is NULL for another value, else the caller's to free. */
static mixture_status read_word(mix_json_value value, char **name, mixture_error *error) {
    *name = NULL;
    if (mix_json_type_of(value) == MIX_JSON_STRING) {
        *name = mix_json_string(value, NULL);
        return mix_error_status(error, *name != NULL ? MIXTURE_OK : MIXTURE_NOMEM);
    }
    return MIXTURE_OK;
}

mixture_status mix_names_json_read_family(mix_json_value value, const mixture_family **family,
                                          mixture_error *error) {
    char *name, names[MIX_FAMILIES_BYTES];
    mixture_status status = read_word(value, &name, error);
    *family = name != NULL ? mixture_family_find(name) : NULL;
    mix_memory_free(name);
    if (status != MIXTURE_OK || *family != NULL) {
        return status;
    }
    return mix_json_complain(value, mix_families_names(names), error);
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
    for (int i = MIXTURE_BIC; i <= MIXTURE_AIC && !known; i++) {
        *criterion = (mixture_criterion)i;
        known = mix_json_string_equals(value, mixture_criterion_name(*criterion));
    }
    return known ? MIXTURE_OK : mix_json_complain(value, "bic, icl or aic", error);
}
