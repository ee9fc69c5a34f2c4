/* start_parts.c: parameters from parts into the arrays of a family, column by column: the parts of the start need
** not be in the order of the fit's, nor have its levels. */
#include "start_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "arrays.h"
#include "error.h"
#include "level.h"
#include "level_json.h"
#include "members.h"
#include "memory.h"
#include "mixed.h"
#include "model.h"
#include "names_json.h"
#include "parts.h"
#include "shape_json.h"

typedef struct start_parts {
    const mix_start_target *target;
    double n;
    mix_column_wish *wishes;
    mix_start_read *start;
    char **names;  /* of the object's key columns; NULL: it has none */
    bool *seen;    /* d: columns of the parts so far */
    size_t *place; /* d: which of the caller's columns those of the part at hand are */
    size_t next;   /* column of a part without names */
    mixture_error *error;
} start_parts;

/* A part of the start. */
typedef struct given_part {
    mix_json_value object;
    mix_shape shape; /* its parts: those of levels */
    mix_level *level;
    mixture_model *alone; /* as a model of its own */
} given_part;

/* ---- Columns ------------------------------------------------------------------------------------------------ */

/* The caller's column that a string names. */
static mixture_status find_named(start_parts *reader, mix_json_value name, size_t *column) {
    const mix_start_target *target = reader->target;
    for (size_t j = 0; j < target->d; j++) {
        if (mix_json_string_equals(name, reader->names != NULL ? reader->names[j] : target->columns[j])) {
            *column = j;
            return !reader->seen[j] ? MIXTURE_OK : mix_json_complain(name, "each column once", reader->error);
        }
    }
    return mix_json_complain(name, "the name of a column", reader->error);
}

/* Those of a part, by their names or as the next ones. */
static mixture_status find_columns(start_parts *reader, const given_part *part) {
    mix_json_value value, name;
    mixture_status status = MIXTURE_OK;
    size_t d = part->shape.d, i = 0;
    if (!mix_json_member(part->object, "columns", &value)) {
        if (d > reader->target->d - reader->next) {
            return mix_json_complain(part->object, "no more columns than there are", reader->error);
        }
        for (; i < d && !reader->seen[reader->next]; i++) {
            reader->seen[reader->next] = true;
            reader->place[i] = reader->next++;
        }
        status = i == d ? MIXTURE_OK
                        : mix_json_complain(part->object, "key columns in every part or in none", reader->error);
    } else {
        for (bool more = mix_json_first(value, &name); more && status == MIXTURE_OK;
             more = mix_json_next(value, &name)) {
            status = find_named(reader, name, &reader->place[i]);
            if (status == MIXTURE_OK) {
                reader->seen[reader->place[i++]] = true;
            }
        }
    }
    return status;
}

static bool has_levels(const mixture_family *family) {
    return family->arrays[0].rank == MIX_RAGGED;
}

/* Family, number of columns, and their levels. *empty: nothing is given of it. */
static mixture_status read_given_shape(start_parts *reader, given_part *part, mixture_parts **parts, bool *empty) {
    mix_json_value value;
    mix_shape *shape = &part->shape;
    mixture_status status = MIXTURE_OK;
    bool named = mix_json_member(part->object, "columns", &value);
    size_t count = named ? mix_json_count(value) : 0;
    if (named && (mix_json_type_of(value) != MIX_JSON_ARRAY || count == 0 || count > reader->target->d)) {
        return mix_json_complain(value, "an array of names of columns", reader->error);
    }
    mix_json_value array;
    *empty = named && has_levels(shape->family) &&
             !mix_json_member(part->object, shape->family->arrays[0].name, &array);
    shape->d = count;
    if (!named || (has_levels(shape->family) && !*empty)) {
        status = mix_shape_json_columns(part->object, shape, parts, reader->error);
    }
    if (status == MIXTURE_OK && named && shape->d != count) {
        status = mix_json_complain(value, "a name for each column of the part", reader->error);
    }
    return status;
}

/* ---- What is said of columns -------------------------------------------------------------------------------- */

/* The period of column i of a part, 0: none is said. */
static mixture_status read_period(start_parts *reader, const given_part *part, size_t i, double *period) {
    mix_json_value value, item;
    *period = 0;
    if (!mix_family_has_periods(part->shape.family) || !mix_json_member(part->object, "period", &value)) {
        return MIXTURE_OK;
    }
    if (mix_json_type_of(value) != MIX_JSON_ARRAY) {
        return mix_families_json_read_period(value, period, reader->error);
    }
    bool more = mix_json_count(value) == part->shape.d && mix_json_first(value, &item);
    for (size_t left = i; more && left > 0; left--) {
        more = mix_json_next(value, &item);
    }
    return more ? mix_families_json_read_period(item, period, reader->error)
                : mix_json_complain(value, "a period for each column of the part", reader->error);
}

/* Where nothing was said of a column the start says it. */
static mixture_status wish_part(start_parts *reader, const given_part *part) {
    mixture_status status = MIXTURE_OK;
    for (size_t i = 0; reader->wishes != NULL && i < part->shape.d && status == MIXTURE_OK; i++) {
        mix_column_wish *wish = &reader->wishes[reader->place[i]];
        if (wish->family == NULL) {
            wish->family = part->shape.family;
            status = read_period(reader, part, i, &wish->period);
        }
    }
    return status;
}

/* ---- Parameters --------------------------------------------------------------------------------------------- */

/* The part of the fit in which one of its own columns is: of one family all. */
static mix_part fit_part(const mix_start_target *target, size_t own) {
    return target->family->parts != NULL ? *mix_family_part(target->family, own)
                                         : (mix_part){.family = target->family, .d = target->d};
}

/* The array of a part of the fit, in new memory when it is first wanted: levels of columns that are left out are
** all alike. */
static double *fit_array(start_parts *reader, const mix_part *part, size_t a) {
    const mix_start_target *target = reader->target;
    const mix_shape whole = {.family = target->family, .k = target->k, .d = target->d};
    double **array = &reader->start->arrays[part->array + a];
    if (*array != NULL) {
        return *array;
    }
    *array = mix_memory_zeros(target->k, mix_family_array_size(&whole, part->array + a) * sizeof(double));
    if (*array != NULL && part->family->arrays[a].rank == MIX_RAGGED) {
        double *to = *array;
        for (size_t c = 0; c < target->k; c++) {
            for (size_t j = 0; j < part->d; j++) {
                for (size_t i = 0; i < part->levels[j]; i++) {
                    *to++ = 1 / (double)part->levels[j];
                }
            }
        }
    }
    return *array;
}

/* Levels before column j of a part. */
static size_t given_levels_before(const size_t *levels, size_t j) {
    size_t sum = 0;
    for (size_t i = 0; i < j; i++) {
        sum += levels[i];
    }
    return sum;
}

/* Probabilities of the `count` levels of a column of the fit from those of the start; both kinds rise. */
static void match_levels(const mix_level *level, const double *from, size_t from_count, const mix_level *to_level,
                         double *to, size_t count, double n) {
    double sum = 0, known = 0;
    for (size_t t = 0, i = 0; t < count; t++) {
        const mix_level own = to_level != NULL ? to_level[t] : mix_level_of((double)t);
        while (i < from_count && mix_level_compare(&level[i], &own) < 0) {
            i++;
        }
        bool there = i < from_count && mix_level_compare(&level[i], &own) == 0;
        to[t] = there ? from[i] : (double)NAN;
        sum += there ? from[i] : 0;
        known += there;
    }
    double fresh = (double)count - known, share = 1 / (fmax(n, (double)count) + 1 + fresh);
    double scale = (1 - fresh * share) / (known < (double)from_count ? sum : 1);
    for (size_t t = 0; t < count; t++) {
        to[t] = !(sum > 0) ? 1 / (double)count : isnan(to[t]) ? share : scale * to[t];
    }
}

/* Column i of a part's array into the fit's, where it is column j of `to`. */
static void copy_given_column(const start_parts *reader, const given_part *part, size_t a, const double *from,
                              size_t i, const mix_part *to, size_t j, double *array) {
    const mix_start_target *target = reader->target;
    const mix_shape whole = {.family = target->family, .k = target->k, .d = target->d};
    size_t size = mix_family_array_size(&part->shape, a), step = mix_family_array_size(&whole, to->array + a);
    mix_rank rank = part->shape.family->arrays[a].rank;
    const size_t *levels = rank == MIX_RAGGED ? part->shape.parts->part[0].levels : NULL;
    size_t before = rank == MIX_RAGGED ? given_levels_before(levels, i) : 0;
    size_t behind = rank == MIX_RAGGED ? given_levels_before(to->levels, j) : 0;
    for (size_t c = 0; c < target->k; c++, from += size, array += step) {
        if (rank == MIX_SCALAR) {
            array[0] = from[0];
        } else if (rank == MIX_VECTOR) {
            array[j] = from[i];
        } else if (rank == MIX_MATRIX) {
            for (size_t l = 0; l < part->shape.d; l++) {
                size_t other = mix_family_place(target->family, reader->place[l]) - to->first;
                array[j * to->d + other] = from[i * part->shape.d + l];
            }
        } else {
            const mix_level *own = mix_family_levels(target->family, to->first + j);
            match_levels(part->level + before, from + before, levels[i], own, array + behind, to->levels[j],
                         reader->n);
        }
    }
}

/* An array of a part column by column to where the fit has it. */
static mixture_status take_array(start_parts *reader, const given_part *part, size_t a) {
    const mix_start_target *target = reader->target;
    for (size_t i = 0; i < part->shape.d; i++) {
        size_t own = mix_family_place(target->family, reader->place[i]);
        const mix_part to = fit_part(target, own);
        double *array = fit_array(reader, &to, a);
        if (array == NULL) {
            return mix_error_status(reader->error, MIXTURE_NOMEM);
        }
        copy_given_column(reader, part, a, part->alone->arrays[a], i, &to, own - to.first, array);
    }
    return MIXTURE_OK;
}

/* The arrays that are there into a model, or only checked where it is NULL. */
static mixture_status read_arrays(start_parts *reader, const given_part *part, mixture_model *model) {
    const mix_shape *shape = &part->shape;
    mixture_status status = MIXTURE_OK;
    for (size_t a = 0; a < shape->family->array_count && status == MIXTURE_OK; a++) {
        mix_json_value value;
        double *numbers = model != NULL ? model->arrays[a] : NULL;
        if (mix_json_member(part->object, shape->family->arrays[a].name, &value)) {
            status = mix_json_read_parameters(value, shape, a, shape->k, numbers, reader->error);
        }
    }
    return status;
}

/* A model of the part alone, which must be valid. Memory is taken for it when its arrays are as long as they must
** be. */
static mixture_status read_alone(start_parts *reader, given_part *part) {
    const mix_shape *shape = &part->shape;
    mixture_error inner = {MIXTURE_OK, ""};
    mixture_status status = read_arrays(reader, part, NULL);
    if (status != MIXTURE_OK) {
        return status;
    }
    mixture_model *alone = part->alone = mix_model_new(shape);
    if (alone == NULL) {
        return mix_error_status(reader->error, MIXTURE_NOMEM);
    }
    for (size_t c = 0; c < shape->k; c++) {
        alone->weights[c] = 1 / (double)shape->k;
    }
    shape->family->stand_in(alone);
    status = read_arrays(reader, part, alone);
    if (status != MIXTURE_OK) {
        return status;
    }
    status = mixture_model_prepare(alone, &inner);
    if (status == MIXTURE_INVALID) {
        char path[80];
        mix_json_path(part->object, path, sizeof path);
        return mix_error_invalid(reader->error, "%s: %s", path, inner.text);
    }
    return mix_error_status(reader->error, status);
}

/* The fit has the columns of a part as the part has them. */
static mixture_status check_given_columns(start_parts *reader, const given_part *part) {
    const mix_start_target *target = reader->target;
    const mixture_family *family = part->shape.family;
    mix_json_value value;
    char expected[160];
    for (size_t i = 0; i < part->shape.d; i++) {
        size_t own = mix_family_place(target->family, reader->place[i]);
        const mix_part to = fit_part(target, own);
        if (to.family != family) {
            snprintf(expected, sizeof expected, "%s, the family of column %.60s", to.family->name,
                     target->columns[reader->place[i]]);
            (void)mix_json_member(part->object, "family", &value);
            return mix_json_complain(value, expected, reader->error);
        }
        if (family->together && !has_levels(family) && to.d != part->shape.d) {
            snprintf(expected, sizeof expected, "all %zu columns of family %s in one part", to.d, family->name);
            return mix_json_complain(part->object, expected, reader->error);
        }
        double period, wanted = to.period != NULL ? to.period[own - to.first] : 2 * M_PI;
        mixture_status status = read_period(reader, part, i, &period);
        if (status == MIXTURE_OK && mix_family_has_periods(family) &&
            fabs((period > 0 ? period : 2 * M_PI) - wanted) > 1e-12 * wanted) {
            snprintf(expected, sizeof expected, "period %.12g, that of column %.60s", wanted,
                     target->columns[reader->place[i]]);
            status = mix_json_complain(part->object, expected, reader->error);
        }
        if (status != MIXTURE_OK) {
            return status;
        }
    }
    return MIXTURE_OK;
}

/* What the levels of a part stand for, without a list of them for themselves. */
static mixture_status read_given_levels(start_parts *reader, given_part *part) {
    if (part->shape.parts == NULL) {
        return MIXTURE_OK;
    }
    const mix_part *own = &part->shape.parts->part[0];
    mix_level *level = part->level = mix_memory_zeros(given_levels_before(own->levels, own->d) + 1, sizeof *level);
    mix_json_value value;
    if (level == NULL) {
        return mix_error_status(reader->error, MIXTURE_NOMEM);
    }
    if (mix_json_member(part->object, "levels", &value)) {
        return mix_level_json_read_all(value, own->d, own->levels, level, reader->error);
    }
    for (size_t j = 0; j < own->d; j++) {
        for (size_t i = 0; i < own->levels[j]; i++) {
            *level++ = mix_level_of((double)i);
        }
    }
    return MIXTURE_OK;
}

static mixture_status take_parameters(start_parts *reader, given_part *part) {
    mixture_status status = check_given_columns(reader, part);
    if (status == MIXTURE_OK) {
        status = read_given_levels(reader, part);
    }
    if (status == MIXTURE_OK) {
        status = read_alone(reader, part);
    }
    for (size_t a = 0; a < part->shape.family->array_count && status == MIXTURE_OK; a++) {
        mix_json_value value;
        bool given = mix_json_member(part->object, part->shape.family->arrays[a].name, &value);
        status = given ? take_array(reader, part, a) : MIXTURE_OK;
    }
    return status;
}

/* ---- The parts ---------------------------------------------------------------------------------------------- */

/* Keys that a part of a model has. */
static mixture_status check_given_keys(start_parts *reader, const given_part *part) {
    const mixture_family *family = part->shape.family;
    const mix_structures_table *structures = family->structures;
    mix_json_value item;
    for (bool more = mix_json_first(part->object, &item); more; more = mix_json_next(part->object, &item)) {
        const mix_json_value key = mix_json_key(item);
        char expected[160] = "family, columns";
        bool known = mix_json_string_equals(key, "family") || mix_json_string_equals(key, "columns") ||
                     (structures != NULL && mix_json_string_equals(key, structures->key)) ||
                     (mix_family_has_periods(family) && mix_json_string_equals(key, "period")) ||
                     (has_levels(family) && mix_json_string_equals(key, "levels"));
        for (size_t a = 0; a < family->array_count; a++) {
            size_t used = strlen(expected);
            snprintf(expected + used, sizeof expected - used, ", %s", family->arrays[a].name);
            known = known || mix_json_string_equals(key, family->arrays[a].name);
        }
        if (!known) {
            return mix_json_complain(key, expected, reader->error);
        }
    }
    return MIXTURE_OK;
}

static mixture_status read_given_part(start_parts *reader, mix_json_value object) {
    given_part part = {.object = object, .shape = {.k = reader->target->k}};
    mixture_parts *parts = NULL;
    mix_json_value value;
    bool empty = false;
    if (mix_json_type_of(object) != MIX_JSON_OBJECT || !mix_json_member(object, "family", &value)) {
        return mix_json_complain(object, "an object with a key family", reader->error);
    }
    mixture_status status = mix_names_json_read_column_family(value, &part.shape.family, reader->error);
    if (status == MIXTURE_OK && part.shape.family->array_count == 0) {
        status = mix_json_complain(value, "the family of a part, which is not mixed", reader->error);
    }
    if (status == MIXTURE_OK) {
        status = check_given_keys(reader, &part);
    }
    if (status == MIXTURE_OK) {
        status = read_given_shape(reader, &part, &parts, &empty);
    }
    if (status == MIXTURE_OK) {
        status = find_columns(reader, &part);
    }
    if (status == MIXTURE_OK) {
        status = wish_part(reader, &part);
    }
    if (status == MIXTURE_OK && reader->target->family != &mix_mixed && !empty) {
        status = take_parameters(reader, &part);
    }
    mix_level_json_clear(part.level, parts != NULL ? given_levels_before(parts->part[0].levels, part.shape.d) : 0);
    mix_memory_free(part.level);
    mixture_model_free(part.alone);
    mix_parts_free(parts);
    return status;
}

/* The names by which the parts know the columns, if the object has them. */
static mixture_status read_given_names(start_parts *reader, mix_json_value object) {
    mix_json_value value;
    size_t d = reader->target->d;
    if (!mix_json_member(object, "columns", &value)) {
        return MIXTURE_OK;
    }
    if (mix_json_type_of(value) != MIX_JSON_ARRAY || mix_json_count(value) != d) {
        return mix_json_complain(value, "an array of one string for each column", reader->error);
    }
    reader->names = mix_memory_zeros(d, sizeof *reader->names);
    return reader->names != NULL ? mix_names_json_read_columns(value, reader->names, reader->error)
                                 : mix_error_status(reader->error, MIXTURE_NOMEM);
}

mixture_status mix_start_parts_read(mix_json_value object, const mix_start_target *target, double n,
                                    mix_column_wish *wishes, mix_start_read *start, mixture_error *error) {
    start_parts reader = {.target = target, .n = n, .wishes = wishes, .start = start, .error = error};
    mix_json_value array, item;
    mixture_status status = mix_members_need(object, "parts", &array, error);
    if (status != MIXTURE_OK || mix_json_type_of(array) != MIX_JSON_ARRAY) {
        return status == MIXTURE_OK ? mix_json_complain(array, "an array of objects", error) : status;
    }
    reader.seen = mix_memory_zeros(target->d, sizeof *reader.seen);
    reader.place = mix_memory_array(target->d, sizeof *reader.place);
    status = reader.seen != NULL && reader.place != NULL ? read_given_names(&reader, object)
                                                         : mix_error_status(error, MIXTURE_NOMEM);
    for (bool more = mix_json_first(array, &item); more && status == MIXTURE_OK;
         more = mix_json_next(array, &item)) {
        status = read_given_part(&reader, item);
    }
    for (size_t j = 0; reader.names != NULL && j < target->d; j++) {
        mix_memory_free(reader.names[j]);
    }
    mix_memory_free(reader.names);
    mix_memory_free(reader.seen);
    mix_memory_free(reader.place);
    return status;
}
