/* parts_json.c: parts in and out. In memory the columns of a model are in the order of its parts; in the text the
** key columns has them in the caller's order, and each part names its own. */
#include "parts_json.h"

#include <string.h>

#include "arrays.h"
#include "error.h"
#include "families_json.h"
#include "level_json.h"
#include "members.h"
#include "memory.h"
#include "mixed.h"
#include "names_json.h"
#include "parts.h"
#include "shape_json.h"
#include "sort.h"

/* ---- Out ---------------------------------------------------------------------------------------------------- */

static void write_part(const mixture_model *model, size_t p, mix_json_writer *writer) {
    const mix_shape whole = mix_shape_of(model), shape = mix_mixed_shape(&whole, p);
    const mix_part *part = &model->family->parts->part[p];
    mix_json_begin_object(writer);
    mix_members_write_string(writer, "family", part->family->name);
    if (model->columns != NULL) {
        mix_members_write_strings(writer, "columns", model->columns + part->first, part->d);
    }
    if (part->family->structures != NULL) {
        mix_shape_json_write_structure(model, &shape, writer);
    }
    if (part->period != NULL && part->d == 1) {
        mix_members_write_double(writer, "period", part->period[0]);
    } else if (part->period != NULL) {
        mix_json_write_key(writer, "period");
        mix_json_write_array(writer, part->period, part->d, 1, 0);
    }
    mix_shape_json_write_arrays(&shape, model->arrays + part->array, writer);
    mix_json_end_object(writer);
}

/* A column with levels stands for itself, also where several are one part in memory. */
static void write_level_column(const mixture_model *model, size_t p, size_t column, mix_json_writer *writer) {
    const mix_shape whole = mix_shape_of(model), shape = mix_mixed_shape(&whole, p);
    const mix_part *part = &model->family->parts->part[p];
    const mix_level *level = mix_family_levels(model->family, column);
    size_t before = 0, count = part->levels[column - part->first];
    for (size_t j = part->first; j < column; j++) {
        before += part->levels[j - part->first];
    }
    mix_json_begin_object(writer);
    mix_members_write_string(writer, "family", part->family->name);
    if (model->columns != NULL) {
        mix_members_write_strings(writer, "columns", model->columns + column, 1);
    }
    if (level != NULL) {
        mix_json_write_key(writer, "levels");
        mix_level_json_write_all(writer, 1, &count, level);
    }
    for (size_t a = 0; a < part->family->array_count; a++) {
        size_t size = mix_family_array_size(&shape, a);
        mix_json_write_key(writer, part->family->arrays[a].name);
        mix_json_begin_array(writer);
        for (size_t c = 0; c < model->k; c++) {
            mix_json_write_array(writer, model->arrays[part->array + a] + c * size + before, count, 1, 0);
        }
        mix_json_end_array(writer);
    }
    mix_json_end_object(writer);
}

/* Whether a part is written column by column: all its arrays hold numbers of levels. */
static bool is_split(const mix_part *part) {
    bool ragged = part->levels != NULL;
    for (size_t a = 0; a < part->family->array_count; a++) {
        ragged = ragged && part->family->arrays[a].rank == MIX_RAGGED;
    }
    return ragged;
}

void mix_parts_json_write(const mixture_model *model, mix_json_writer *writer) {
    mix_json_write_key(writer, "parts");
    mix_json_begin_array(writer);
    for (size_t p = 0; p < model->family->parts->count; p++) {
        const mix_part *part = &model->family->parts->part[p];
        for (size_t j = part->first; is_split(part) && j < part->first + part->d; j++) {
            write_level_column(model, p, j, writer);
        }
        if (!is_split(part)) {
            write_part(model, p, writer);
        }
    }
    mix_json_end_array(writer);
}

/* ---- Names -------------------------------------------------------------------------------------------------- */

static void free_strings(char **names, size_t count) {
    for (size_t j = 0; names != NULL && j < count; j++) {
        mix_memory_free(names[j]);
    }
    mix_memory_free(names);
}

static bool earlier_name(void *context, uint32_t a, uint32_t b) {
    char *const *names = context;
    int order = strcmp(names[a], names[b]);
    return order < 0 || (order == 0 && a < b);
}

/* Where each of the caller's names stands among the parts'. Both have d names, sorted into the room of 2 d
** numbers. False: they are not the same. */
static bool match_names(char **callers, char **parts, size_t d, uint32_t *room, size_t *place) {
    uint32_t *from = room, *to = room + d;
    for (size_t j = 0; j < d; j++) {
        from[j] = to[j] = (uint32_t)j; /* a text has fewer than 2^32 values */
    }
    mix_sort_numbers(from, d, earlier_name, callers);
    mix_sort_numbers(to, d, earlier_name, parts);
    for (size_t i = 0; i < d; i++) {
        if (strcmp(callers[from[i]], parts[to[i]]) != 0) {
            return false;
        }
        place[from[i]] = to[i];
    }
    return true;
}

/* The names in the key columns of all parts, in their order; *names is NULL if none has any. Of `d` columns. */
static mixture_status read_part_names(mix_json_value array, const mix_part *part, size_t d, char ***names,
                                      mixture_error *error) {
    mix_json_value item, value;
    size_t p = 0, first = 0;
    bool named = mix_json_first(array, &item) && mix_json_member(item, "columns", &value);
    mixture_status status = MIXTURE_OK;
    *names = named ? mix_memory_zeros(d, sizeof **names) : NULL;
    if (named && *names == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    for (bool more = mix_json_first(array, &item); more && status == MIXTURE_OK;
         more = mix_json_next(array, &item), p++) {
        if (mix_json_member(item, "columns", &value) != named) {
            return mix_json_complain(item, "key columns in every part or in none", error);
        }
        if (named && (mix_json_type_of(value) != MIX_JSON_ARRAY || mix_json_count(value) != part[p].d)) {
            return mix_json_complain(value, "an array of one string for each column of the part", error);
        }
        status = named ? mix_names_json_read_columns(value, *names + first, error) : MIXTURE_OK;
        first += part[p].d;
    }
    return status;
}

/* place[] from both kinds of names; without one of them the caller's order is that of the parts. */
static mixture_status find_places(mix_json_value root, mix_json_value array, char **own, size_t d, size_t *place,
                                  mixture_error *error) {
    mix_json_value value;
    mixture_status status = MIXTURE_OK;
    for (size_t j = 0; j < d; j++) {
        place[j] = j;
    }
    bool named = mix_json_member(root, "columns", &value);
    if (own == NULL || (named && (mix_json_type_of(value) != MIX_JSON_ARRAY || mix_json_count(value) != d))) {
        return own == NULL ? MIXTURE_OK
                           : mix_json_complain(value, "an array of one string for each column", error);
    }
    char **callers = mix_memory_zeros(d, sizeof *callers);
    uint32_t *room = mix_memory_array(d, 2 * sizeof *room);
    if (callers == NULL || room == NULL) {
        status = mix_error_status(error, MIXTURE_NOMEM);
    } else if (named) {
        status = mix_names_json_read_columns(value, callers, error);
    }
    if (status == MIXTURE_OK && named && !match_names(callers, own, d, room, place)) {
        status = mix_json_complain(value, "the names that the parts have", error);
    }
    if (status == MIXTURE_OK && !named) { /* then none may be there twice */
        (void)match_names(own, own, d, room, place);
        for (size_t i = 1; i < d && status == MIXTURE_OK; i++) {
            status = strcmp(own[room[i - 1]], own[room[i]]) != 0
                         ? MIXTURE_OK
                         : mix_json_complain(array, "parts of which no two have a column of the same name", error);
        }
    }
    free_strings(callers, d);
    mix_memory_free(room);
    return status;
}

/* ---- In ----------------------------------------------------------------------------------------------------- */

/* What is read of the parts before they are made. */
typedef struct parts_reader {
    size_t count, d;
    mix_part *part;
    mixture_parts **levels; /* of each part, or NULL */
    mixture_error *error;
} parts_reader;

static size_t count_part_levels(const mix_part *part) {
    size_t sum = 0;
    for (size_t j = 0; part->levels != NULL && j < part->d; j++) {
        sum += part->levels[j];
    }
    return sum;
}

static void clear_parts(parts_reader *reader) {
    for (size_t p = 0; reader->part != NULL && reader->levels != NULL && p < reader->count; p++) {
        mix_level *level;
        memcpy(&level, &reader->part[p].level, sizeof level); /* made here: not const */
        mix_level_json_clear(level, count_part_levels(&reader->part[p]));
        mix_memory_free(level);
        double *period;
        memcpy(&period, &reader->part[p].period, sizeof period);
        mix_memory_free(period);
        mix_parts_free(reader->levels[p]);
    }
    mix_memory_free(reader->part);
    mix_memory_free(reader->levels);
}

static mixture_status read_part_levels(parts_reader *reader, mix_json_value object, mix_part *part) {
    mix_json_value value;
    if (part->levels == NULL || !mix_json_member(object, "levels", &value)) {
        return MIXTURE_OK;
    }
    mix_level *level = mix_memory_zeros(count_part_levels(part), sizeof *level);
    part->level = level;
    return level != NULL ? mix_level_json_read_all(value, part->d, part->levels, level, reader->error)
                         : mix_error_status(reader->error, MIXTURE_NOMEM);
}

/* A period for each column, of one column without an array; without any 2 pi. */
static mixture_status read_part_periods(parts_reader *reader, mix_json_value object, mix_part *part) {
    mix_json_value value, item;
    if (!mix_family_has_periods(part->family) || !mix_json_member(object, "period", &value)) {
        return MIXTURE_OK;
    }
    double *period = mix_memory_zeros(part->d, sizeof *period);
    part->period = period;
    if (period == NULL) {
        return mix_error_status(reader->error, MIXTURE_NOMEM);
    }
    if (part->d == 1 && mix_json_type_of(value) == MIX_JSON_NUMBER) {
        return mix_families_json_read_period(value, period, reader->error);
    }
    if (mix_json_type_of(value) != MIX_JSON_ARRAY || mix_json_count(value) != part->d) {
        return mix_json_complain(value, "a period for each column of the part", reader->error);
    }
    mixture_status status = MIXTURE_OK;
    for (bool more = mix_json_first(value, &item); more && status == MIXTURE_OK;
         more = mix_json_next(value, &item)) {
        status = mix_families_json_read_period(item, period++, reader->error);
    }
    return status;
}

static mixture_status read_part(parts_reader *reader, mix_json_value object, size_t k, size_t p) {
    mix_part *part = &reader->part[p];
    mix_shape shape = {.k = k};
    mix_json_value value;
    if (mix_json_type_of(object) != MIX_JSON_OBJECT) {
        return mix_json_complain(object, "an object", reader->error);
    }
    mixture_status status = mix_members_need(object, "family", &value, reader->error);
    if (status == MIXTURE_OK) {
        status = mix_names_json_read_column_family(value, &shape.family, reader->error);
    }
    if (status == MIXTURE_OK && shape.family->array_count == 0) {
        status = mix_json_complain(value, "the family of a part, which is not mixed", reader->error);
    }
    if (status == MIXTURE_OK) {
        status = mix_shape_json_columns(object, &shape, &reader->levels[p], reader->error);
    }
    if (status == MIXTURE_OK) {
        const mix_structures_table *structures = shape.family->structures;
        bool said = structures != NULL && mix_json_member(object, structures->key, &value);
        *part = (mix_part){.family = shape.family, .d = shape.d};
        part->levels = shape.parts != NULL ? shape.parts->part[0].levels : NULL;
        status = said ? mix_names_json_read_structure(value, shape.family, &part->structure, reader->error)
                      : MIXTURE_OK;
    }
    if (status == MIXTURE_OK) {
        status = read_part_levels(reader, object, part);
    }
    if (status == MIXTURE_OK) {
        status = read_part_periods(reader, object, part);
    }
    if (status == MIXTURE_OK) {
        status = mix_shape_json_arrays(object, &shape, NULL, reader->error);
    }
    reader->d += part->d;
    return status;
}

/* The parts that have been read, with the caller's order of their columns. */
static mixture_status make_parts(parts_reader *reader, mix_json_value root, mix_json_value array,
                                 mixture_parts **parts) {
    char **names = NULL;
    size_t *place = mix_memory_array(reader->d, sizeof *place);
    mixture_status status = place != NULL ? MIXTURE_OK : mix_error_status(reader->error, MIXTURE_NOMEM);
    if (status == MIXTURE_OK) {
        status = read_part_names(array, reader->part, reader->d, &names, reader->error);
    }
    if (status == MIXTURE_OK) {
        status = find_places(root, array, names, reader->d, place, reader->error);
    }
    if (status == MIXTURE_OK) {
        *parts = mix_parts_mixed(reader->part, reader->count, place);
        status = *parts != NULL ? MIXTURE_OK : mix_error_status(reader->error, MIXTURE_NOMEM);
    }
    free_strings(names, reader->d);
    mix_memory_free(place);
    return status;
}

mixture_status mix_parts_json_read(mix_json_value root, mix_shape *shape, mixture_parts **parts,
                                   mixture_error *error) {
    mix_json_value array, item;
    mixture_status status = mix_members_need(root, "parts", &array, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    if (mix_json_type_of(array) != MIX_JSON_ARRAY || mix_json_count(array) == 0) {
        return mix_json_complain(array, "an array of one object or more", error);
    }
    parts_reader reader = {.count = mix_json_count(array), .error = error};
    reader.part = mix_memory_zeros(reader.count, sizeof *reader.part);
    reader.levels = mix_memory_zeros(reader.count, sizeof *reader.levels);
    status = reader.part != NULL && reader.levels != NULL ? MIXTURE_OK : mix_error_status(error, MIXTURE_NOMEM);
    size_t p = 0;
    for (bool more = mix_json_first(array, &item); more && status == MIXTURE_OK;
         more = mix_json_next(array, &item)) {
        status = read_part(&reader, item, shape->k, p++);
    }
    if (status == MIXTURE_OK && p < reader.count) { /* the walk was stopped */
        status = mix_error_status(error, MIXTURE_CANCELLED);
    }
    if (status == MIXTURE_OK) {
        status = make_parts(&reader, root, array, parts);
    }
    if (status == MIXTURE_OK) {
        shape->family = (*parts)->mixed;
        shape->d = reader.d;
    }
    clear_parts(&reader);
    return status;
}

/* The caller's names, where the parts have none. */
static mixture_status read_caller_names(mix_json_value root, mixture_model *model, mixture_error *error) {
    mix_json_value value;
    if (!mix_json_member(root, "columns", &value)) {
        return MIXTURE_OK;
    }
    if (mix_json_type_of(value) != MIX_JSON_ARRAY || mix_json_count(value) != model->d) {
        return mix_json_complain(value, "an array of one string for each column", error);
    }
    model->columns = mix_memory_zeros(model->d, sizeof *model->columns);
    return model->columns != NULL ? mix_names_json_read_columns(value, model->columns, error)
                                  : mix_error_status(error, MIXTURE_NOMEM);
}

mixture_status mix_parts_json_read_model(mix_json_value root, mixture_model *model, mixture_error *error) {
    const mixture_parts *parts = model->family->parts;
    const mix_shape whole = mix_shape_of(model);
    mix_json_value array, item;
    size_t p = 0;
    mixture_status status = mix_members_need(root, "parts", &array, error);
    if (parts->structured < parts->count) {
        model->structure = parts->part[parts->structured].structure;
    }
    for (bool more = status == MIXTURE_OK && mix_json_first(array, &item); more && status == MIXTURE_OK;
         more = mix_json_next(array, &item), p++) {
        const mix_shape shape = mix_mixed_shape(&whole, p);
        status = mix_shape_json_arrays(item, &shape, model->arrays + parts->part[p].array, error);
    }
    if (status == MIXTURE_OK) {
        status = read_part_names(array, parts->part, model->d, &model->columns, error);
    }
    return status == MIXTURE_OK && model->columns == NULL ? read_caller_names(root, model, error) : status;
}
