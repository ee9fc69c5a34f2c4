/* family.c: what is the same for every family. */
#include "family.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "level.h"
#include "mixed.h"
#include "univariate.h"

/* ---- Sizes --------------------------------------------------------------------------------------------- */

/* Levels of the columns of a part before one of them. */
static size_t levels_before(const mix_part *part, size_t column) {
    size_t sum = 0;
    for (size_t j = part->first; j < column; j++) {
        sum += part->levels[j - part->first];
    }
    return sum;
}

size_t mix_family_caller(const mixture_family *family, size_t column) {
    size_t j = family->parts != NULL ? 0 : column;
    while (mix_family_place(family, j) != column) {
        j++;
    }
    return j;
}

bool mix_family_has_levels(const mixture_family *family) {
    bool levels = false;
    for (size_t a = 0; a < family->array_count; a++) {
        levels = levels || family->arrays[a].rank == MIX_RAGGED;
    }
    return levels;
}

size_t mix_family_level_count(const mixture_family *family, size_t column) {
    const mix_part *part = mix_family_part(family, column);
    return part->levels != NULL ? part->levels[column - part->first] : 0;
}

const mix_level *mix_family_levels(const mixture_family *family, size_t column) {
    const mix_part *part = mix_family_part(family, column);
    return part->level != NULL ? part->level + levels_before(part, column) : NULL;
}

/* The part of a mixed family that array `a` is of. */
static const mix_part *find_part(const mixture_parts *parts, size_t a) {
    size_t low = 0, high = parts->count; /* the arrays of low begin at a or before, those of high behind it */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        *(parts->part[middle].array <= a ? &low : &high) = middle;
    }
    return &parts->part[low];
}

mix_array_columns mix_family_array_columns(const mix_shape *shape, size_t a) {
    if (shape->family->parts != NULL) {
        const mix_part *part = find_part(shape->family->parts, a);
        return (mix_array_columns){part->d, part->levels};
    }
    return (mix_array_columns){shape->d, shape->parts != NULL ? shape->parts->part[0].levels : NULL};
}

/* One double for each level of each column. */
static size_t count_levels(const mixture_parts *parts) {
    size_t sum = 0;
    for (size_t p = 0; parts != NULL && p < parts->count; p++) {
        const mix_part *part = &parts->part[p];
        for (size_t j = 0; part->levels != NULL && j < part->d; j++) {
            sum += part->levels[j];
        }
    }
    return sum;
}

size_t mix_family_array_size(const mix_shape *shape, size_t a) {
    const mixture_parts *parts = shape->family->parts;
    const mix_part *part = parts != NULL ? find_part(parts, a) : NULL;
    const size_t d = part != NULL ? part->d : shape->d;
    switch (shape->family->arrays[a].rank) {
    case MIX_SCALAR:
        return 1;
    case MIX_VECTOR:
        return d;
    case MIX_MATRIX:
        return d * d;
    default:
        return count_levels(part != NULL ? part->alone : shape->parts);
    }
}

size_t mix_family_scratch_for(const mix_shape *shape, size_t rows) {
    const size_t too_much = SIZE_MAX / 16; /* in doubles: nobody has as much, even where a size has 32 bits */
    /* One column more: of noise. */
    return shape->k < too_much / rows - 1 ? (shape->k + 1) * rows + shape->family->scratch_size(shape) : too_much;
}

size_t mix_family_scratch(const mix_shape *shape) {
    return mix_family_scratch_for(shape, MIX_BLOCK_ROWS);
}

/* ---- Some components at a time ------------------------------------------------------------------------------ */

/* What a family keeps for each component is together. */
void mix_family_cut(const mixture_model *model, size_t first, size_t count, mix_slice *slice) {
    const mix_shape shape = mix_shape_of(model);
    slice->model = *model;
    slice->model.k = count;
    slice->model.weights += first;
    slice->model.log_weights += first;
    slice->model.floored += first;
    slice->model.derived += first * model->family->derived_size(&shape);
    slice->model.arrays = slice->arrays;
    for (size_t a = 0; a < model->family->array_count; a++) {
        slice->arrays[a] = model->arrays[a] + first * mix_family_array_size(&shape, a);
    }
}

/* Components that are worth a turn of these rows; all where they cannot be cut. */
static size_t components_at_once(const mixture_model *model, const mix_rows *rows, double *work) {
    const mix_shape shape = mix_shape_of(model);
    *work = (double)rows->padded * model->family->work(&shape);
    double count = fmax(floor(MIX_TURN / *work), 1);
    bool whole = count >= (double)model->k || model->family->array_count > MIX_MOST_ARRAYS;
    return whole ? model->k : (size_t)count;
}

bool mix_family_log_density(const mixture_model *model, const mix_rows *rows, double *densities, double *scratch,
                            mix_turns *turns) {
    double work;
    if (model->family->parts != NULL) {
        return mix_mixed_log_density(model, rows, densities, scratch, turns);
    }
    size_t count = components_at_once(model, rows, &work);
    for (size_t c = 0; c < model->k; c += count) {
        mix_slice part;
        size_t now = count < model->k - c ? count : model->k - c;
        if (mix_turns_over(turns, work * (double)now)) {
            return false;
        }
        if (now == model->k) {
            model->family->log_density(model, rows, densities, scratch);
        } else {
            mix_family_cut(model, c, now, &part);
            model->family->log_density(&part.model, rows, densities + c * rows->stride, scratch);
        }
    }
    return true;
}

bool mix_family_accumulate(const mixture_model *model, const mix_rows *rows, const double *resp,
                           double *statistics, double *scratch, mix_turns *turns) {
    const mix_shape shape = mix_shape_of(model);
    size_t size = model->family->statistics_size(&shape);
    double work;
    if (model->family->parts != NULL) {
        return mix_mixed_accumulate(model, rows, resp, statistics, scratch, turns);
    }
    size_t count = components_at_once(model, rows, &work);
    for (size_t c = 0; c < model->k; c += count) {
        mix_slice part;
        size_t now = count < model->k - c ? count : model->k - c;
        if (mix_turns_over(turns, work * (double)now)) {
            return false;
        }
        if (now == model->k) {
            model->family->accumulate(model, rows, resp, statistics, scratch);
        } else {
            mix_family_cut(model, c, now, &part);
            model->family->accumulate(&part.model, rows, resp + c * rows->stride, statistics + c * size, scratch);
        }
    }
    return true;
}

size_t mix_family_full_scratch(const mix_shape *shape) {
    size_t rows = mix_family_scratch(shape);
    size_t solve = shape->family->solve_size != NULL ? shape->family->solve_size(shape) : 0;
    return rows > solve ? rows : solve;
}

/* ---- Columns ---------------------------------------------------------------------------------------------- */

static bool is_count(double x) {
    return x >= 0 && x <= 0x1p53 && x == floor(x);
}

const mix_column mix_count_column = {
    .accepts = is_count, .expected = "a count, an integer from 0 to 2^53", .whole = true};

bool mix_family_has_periods(const mixture_family *family) {
    return family->univariate != NULL && family->univariate->angles;
}

double mix_family_period(const mix_shape *shape, size_t j) {
    for (size_t p = 0; shape->parts != NULL && p < shape->parts->count; p++) {
        const mix_part *part = &shape->parts->part[p];
        if (part->period != NULL && j >= part->first && j - part->first < part->d) {
            return part->period[j - part->first];
        }
    }
    return 2 * M_PI;
}

const char *mix_family_refusal(const mix_shape *shape, size_t j, double x) {
    const mix_column *column = shape->family->column(shape, j);
    return isnan(x) || column->accepts == NULL || column->accepts(x) ? NULL : column->expected;
}

bool mix_family_has_marginal(const mix_shape *shape, size_t j) {
    const mixture_family *family = shape->family;
    for (size_t i = 0; shape->parts != NULL && i < shape->parts->count; i++) {
        const mix_part *part = &shape->parts->part[i];
        family = j >= part->first && j - part->first < part->d ? part->family : family;
    }
    return family->mean_total == NULL;
}

bool mix_family_takes(const mixture_family *family, const double *x, size_t d) {
    size_t observed = 0;
    for (size_t j = 0; j < d; j++) {
        observed += isnan(x[j]) ? 0 : 1;
    }
    return observed == d || (observed > 0 && family->missing != NULL);
}

/* ---- The data's frame ------------------------------------------------------------------------------------ */

double mix_family_log_base(const mix_shape *shape, const mix_rows *rows) {
    double base[MIX_BLOCK_ROWS], sum = 0;
    if (shape->family->log_base == NULL) {
        return 0;
    }
    shape->family->log_base(shape, rows, base);
    for (size_t r = 0; r < rows->count; r++) {
        sum += (rows->weight != NULL ? rows->weight[r] : 1) * base[r];
    }
    return sum;
}

bool mix_family_framed(const mix_shape *shape) {
    bool framed = false;
    for (size_t j = 0; j < shape->d && !framed; j++) {
        framed = shape->family->column(shape, j)->framed;
    }
    return framed;
}

bool mix_family_stepped(const mix_shape *shape) {
    bool stepped = false;
    for (size_t j = 0; j < shape->d && !stepped; j++) {
        stepped = shape->family->column(shape, j)->stepped;
    }
    return stepped;
}

/* A density in x is one in z = (x - center) / scale divided by the scales. */
static double log_scale(const mix_shape *shape, const mix_frame *frame, size_t j) {
    return shape->family->column(shape, j)->framed ? log(frame->scale[j]) : 0;
}

double mix_family_log_scale(const mix_shape *shape, const mix_frame *frame) {
    double sum = 0;
    for (size_t j = 0; j < shape->d; j++) {
        sum -= log_scale(shape, frame, j);
    }
    return sum;
}

double mix_family_log_scales(const mix_shape *shape, const mixture_data *data) {
    double sum = mix_family_log_scale(shape, &data->frame) * data->total_weight;
    for (size_t j = 0; j < shape->d; j++) {
        sum += log_scale(shape, &data->frame, j) * data->lacking[j];
    }
    return sum;
}

size_t mix_family_least_rows(const mix_shape *shape, size_t free) {
    const mixture_family *family = shape->family;
    size_t apart = shape->k * family->least_rows(shape, free);
    size_t shared = family->least_rows_shared != NULL ? family->least_rows_shared(shape, free) : 0;
    return apart > shared ? apart : shared;
}

const char *mix_family_floor(const mixture_family *family) {
    return family->floor != NULL ? family->floor : "a floor";
}

bool mix_family_pick(const mixture_model *model, size_t component, const size_t *columns, size_t count,
                     const double *x, mixture_model *part, long double *scratch, mix_turns *turns) {
    (void)x;
    (void)scratch;
    (void)turns;
    for (size_t a = 0; a < model->family->array_count; a++) {
        for (size_t i = 0; i < count; i++) {
            part->arrays[a][component * count + i] = model->arrays[a][component * model->d + columns[i]];
        }
    }
    return true;
}

/* ---- Structures ------------------------------------------------------------------------------------------ */

const char *mixture_structure_name(const mixture_family *family, int structure) {
    return family->structures != NULL ? family->structures->at(structure)->name : "";
}

const char *mixture_structure_code(const mixture_family *family, int structure, size_t d) {
    const mix_structures_table *table = family->structures;
    const char *code = NULL;
    if (table != NULL && table->short_code != NULL) {
        code = table->short_code(structure, mix_family_structured(family, d));
    }
    return code != NULL ? code : table != NULL ? table->at(structure)->code : "";
}

static bool letters_match(char a, char b) {
    char lower = (char)(a | 0x20);
    return lower == (b | 0x20) && lower >= 'a' && lower <= 'z';
}

/* Whether two names are the same but for the case of letters, in any locale. */
static bool same_letters(const char *name, const char *other) {
    size_t i = 0;
    while (name[i] != '\0' && (name[i] == other[i] || letters_match(name[i], other[i]))) {
        i++;
    }
    return name[i] == '\0' && other[i] == '\0';
}

bool mixture_structure_find(const mixture_family *family, const char *name, int *structure) {
    const mix_structures_table *table = family->structures;
    for (int i = 0; table != NULL && i < table->count; i++) {
        int s = table->order[i];
        const mix_structure *at = table->at(s);
        const char *code = table->short_code != NULL ? table->short_code(s, 1) : NULL;
        bool short_one = code != NULL && table->canonical(s, 1) == s && same_letters(name, code);
        if (short_one || same_letters(name, at->name) || same_letters(name, at->code) ||
            (at->also != NULL && same_letters(name, at->also))) {
            *structure = s;
            return true;
        }
    }
    return false;
}

int mix_family_kind(const mixture_family *family, int structure) {
    return family->structures != NULL ? family->structures->at(structure)->kind : 0;
}

long double mix_family_distance(const mixture_model *model, size_t component, const double *x,
                                long double *scratch) {
    const mix_shape shape = mix_shape_of(model);
    bool angles = mix_family_has_periods(model->family);
    long double sum = 0;
    (void)scratch;
    for (size_t j = 0; j < model->d; j++) {
        double mean = model->family->moments->mean(model, component, j);
        double deviation = model->family->moments->deviation(model, component, j);
        if (isnan(x[j]) || x[j] == mean || !isfinite(deviation)) {
            continue;
        }
        long double off = (long double)x[j] - (long double)mean;
        off = angles ? remainderl(off, (long double)mix_family_period(&shape, j)) : off;
        sum += off / (long double)deviation * (off / (long double)deviation);
    }
    return sum;
}

/* ---- Names ------------------------------------------------------------------------------------------------ */

const mixture_family *mixture_family_find(const char *name) {
    for (size_t i = 0; mix_families[i] != NULL; i++) {
        if (strcmp(name, mix_families[i]->name) == 0) {
            return mix_families[i];
        }
    }
    return NULL;
}

const char *mixture_family_name(const mixture_family *family) {
    return family->name;
}

static bool has_table(const mixture_family *family, mix_family_table table) {
    switch (table) {
    case MIX_HAS_SAMPLING:
        return family->sampling != NULL;
    case MIX_HAS_GEOMETRY:
        return family->geometry != NULL;
    case MIX_HAS_DISTANCE:
        return family->distance != NULL;
    case MIX_HAS_CONDITIONAL:
        return family->conditional != NULL;
    case MIX_HAS_DISTRIBUTION:
        return family->distribution != NULL;
    default:
        return true;
    }
}

/* Names of the families that have a table: "a", "a or b", "a, b or c". */
static void list_names(mix_family_table table, char text[MIX_FAMILIES_BYTES]) {
    const mixture_family *last = NULL;
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; mix_families[i] != NULL; i++) {
        last = has_table(mix_families[i], table) ? mix_families[i] : last;
    }
    for (size_t i = 0; mix_families[i] != NULL && used < MIX_FAMILIES_BYTES; i++) {
        if (has_table(mix_families[i], table)) {
            const char *glue = used == 0 ? "" : mix_families[i] == last ? " or " : ", ";
            used += (size_t)snprintf(text + used, MIX_FAMILIES_BYTES - used, "%s%s", glue, mix_families[i]->name);
        }
    }
}

const char *mix_families_names(char text[MIX_FAMILIES_BYTES]) {
    list_names(MIX_HAS_ALL, text);
    return text;
}

mixture_status mix_family_need(const mixture_family *family, mix_family_table table, mixture_error *error) {
    char names[MIX_FAMILIES_BYTES];
    if (has_table(family, table)) {
        return MIXTURE_OK;
    }
    list_names(table, names);
    for (size_t p = 0; family->parts != NULL && table == MIX_HAS_DISTANCE && p < family->parts->count; p++) {
        const mixture_family *own = family->parts->part[p].family;
        if (own->distance == NULL) {
            return mix_error_invalid(error, "argument 1 (model) has columns of family %s; expected %s", own->name,
                                     names);
        }
    }
    return mix_error_invalid(error, "argument 1 (model) is of family %s; expected %s", family->name, names);
}
