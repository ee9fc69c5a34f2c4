/* fit_labels.c: names of components in a column. */
#include "fit_labels.h"

#include <stdio.h>
#include <string.h>

#include "data.h"
#include "describe.h"
#include "error.h"
#include "memory.h"
#include "reader.h"

static mix_level level_of_name(const char *name, size_t length) {
    return (mix_level){.kind = MIX_LEVEL_TEXT, .bytes = name, .length = length};
}

mixture_status mix_fit_labels_begin(mix_fit_labels *labels, size_t k, bool known, const char *const *names) {
    mixture_status status = MIXTURE_OK;
    labels->most = k;
    labels->known = known;
    for (size_t c = 0; names != NULL && c < k && status == MIXTURE_OK; c++) {
        const mix_level level = level_of_name(names[c], strlen(names[c]));
        status = mix_level_set_add(&labels->names, &level);
    }
    return status;
}

/* Whether a text can be a name: UTF-8 without NUL, not blank. */
static bool is_name(const char *text, size_t length) {
    size_t at = 0, size = 1;
    while (at < length && text[at] != '\0' && size > 0) {
        size = mix_json_utf8(text + at, length - at);
        at += size;
    }
    return at == length && size > 0 && text[strspn(text, " \t\r\n")] != '\0';
}

enum { PLACE_BYTES = MIX_SAID_BYTES + 100 };

/* "argument 3 (kind) is TEXT 'a' in row 5" */
static void say_place(sqlite3_value *value, const mix_label_place *place, char said[PLACE_BYTES]) {
    char what[MIX_SAID_BYTES], name[MIX_EXCERPT_BYTES];
    snprintf(said, PLACE_BYTES, "argument %zu (%s) is %s in row %llu", place->argument,
             mix_describe_text(place->column, strlen(place->column), name), mix_describe_value(value, what),
             (unsigned long long)place->row);
}

/* A name that stands for none of the components. */
static mixture_status wrong_name(const mix_fit_labels *labels, const char *said, mixture_error *error) {
    if (labels->kind == MIX_LABELS_NUMBERS) {
        return mix_error_invalid(
            error, "%s; expected a component's number, as in the rows before, or NULL for unknown", said);
    }
    if (labels->known && labels->names.count == 0) {
        return mix_error_invalid(error,
                                 "%s; expected a component from 1 to %zu, or NULL for unknown: the model has no "
                                 "names",
                                 said, labels->most);
    }
    if (labels->known) {
        return mix_error_invalid(error, "%s; expected one of the model's names, or NULL for unknown", said);
    }
    return mix_error_invalid(error,
                             "%s, after %zu other name%s; expected at most k = %zu names, or NULL for unknown",
                             said, labels->names.count, labels->names.count == 1 ? "" : "s", labels->most);
}

mixture_status mix_fit_labels_name(mix_fit_labels *labels, sqlite3_value *value, const mix_label_place *place,
                                   int *label, mixture_error *error) {
    const char *text = (const char *)sqlite3_value_text(value);
    if (text == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    size_t length = (size_t)sqlite3_value_bytes(value);
    char said[PLACE_BYTES], cure[MIX_CURE_BYTES];
    if (!is_name(text, length)) {
        say_place(value, place, said);
        return mix_error_invalid(error, "%s; expected a component's name or number, or NULL for unknown%s", said,
                                 mix_describe_cure(value, place->column, cure));
    }
    mix_level_set *names = &labels->names;
    const mix_level level = level_of_name(text, length);
    bool numbers = labels->kind == MIX_LABELS_NUMBERS;
    size_t number;
    if (numbers || !mix_level_set_find(names, &level, &number)) {
        if (numbers || labels->known || names->count >= labels->most) {
            say_place(value, place, said);
            return wrong_name(labels, said, error);
        }
        number = names->count;
        if (mix_level_set_add(names, &level) != MIXTURE_OK) {
            return mix_error_status(error, MIXTURE_NOMEM);
        }
    }
    *label = (int)number + 1;
    labels->kind = MIX_LABELS_NAMES;
    return MIXTURE_OK;
}

mixture_status mix_fit_labels_sort(const mix_fit_labels *labels, mixture_data *data, const mix_cancel *cancel) {
    const mix_level_set *names = &labels->names;
    if (labels->known || names->count == 0) {
        return MIXTURE_OK;
    }
    int *labelled = mix_memory_zeros(names->count + 1, sizeof *labelled);
    if (labelled == NULL) {
        return MIXTURE_NOMEM;
    }
    for (size_t i = 0; i < names->count; i++) {
        labelled[names->sorted[i].number + 1] = (int)i + 1;
    }
    mixture_status status = mix_data_relabel(data, labelled, cancel);
    mix_memory_free(labelled);
    return status;
}

mixture_status mix_fit_labels_give(const mix_fit_labels *labels, mixture_model *model) {
    const mix_level_set *names = &labels->names;
    if (names->count == 0) {
        return MIXTURE_OK;
    }
    model->names = mix_memory_zeros(model->k, sizeof *model->names);
    for (size_t i = 0; model->names != NULL && i < names->count; i++) {
        size_t c = labels->known ? names->sorted[i].number : i;
        if (c < model->k && (model->names[c] = mix_memory_string(names->sorted[i].level.bytes)) == NULL) {
            return MIXTURE_NOMEM;
        }
    }
    for (size_t c = 0; model->names != NULL && c < model->k; c++) {
        char number[32];
        snprintf(number, sizeof number, "%zu", c + 1);
        if (model->names[c] == NULL && (model->names[c] = mix_memory_string(number)) == NULL) {
            return MIXTURE_NOMEM;
        }
    }
    return model->names != NULL ? MIXTURE_OK : MIXTURE_NOMEM;
}

void mix_fit_labels_clear(mix_fit_labels *labels) {
    mix_level_set_clear(&labels->names);
}
