/* parameter.c: a model's numbers in one order. */
#include "parameter.h"

#include "explain.h"
#include "model.h"

/* Numbers of one component. */
static size_t component_size(const mixture_model *model) {
    size_t size = 1;
    for (size_t a = 0; a < model->family->array_count; a++) {
        size += mix_model_array_size(model, a);
    }
    return size;
}

size_t mix_parameter_count(const mixture_model *model) {
    return model->k * component_size(model) + (model->noisy ? 1 : 0);
}

/* The part of a mixed family that an array is of. */
static const mix_part *part_of_array(const mixture_family *family, size_t array) {
    size_t p = 0;
    while (array >= family->parts->part[p].array + family->parts->part[p].family->array_count) {
        p++;
    }
    return &family->parts->part[p];
}

size_t mix_parameter_first_column(const mixture_family *family, size_t array) {
    return family->parts != NULL ? part_of_array(family, array)->first : 0;
}

size_t mix_parameter_number(const mixture_model *model, size_t component, size_t array, size_t entry) {
    size_t number = component * component_size(model) + 1 + entry;
    for (size_t a = 0; a < array; a++) {
        number += mix_model_array_size(model, a);
    }
    return number;
}

mix_parameter mix_parameter_at(const mixture_model *model, size_t number) {
    const mix_shape shape = mix_shape_of(model);
    size_t size = component_size(model), left = number % size;
    mix_parameter at = {.component = number / size, .weight = left == 0};
    if (left == 0) {
        return at;
    }
    left--;
    while (left >= mix_model_array_size(model, at.array)) {
        left -= mix_model_array_size(model, at.array);
        at.array++;
    }
    const mix_array_columns of = mix_family_array_columns(&shape, at.array);
    mix_rank rank = model->family->arrays[at.array].rank;
    size_t column = rank == MIX_MATRIX ? left / of.d : rank == MIX_RAGGED ? 0 : left;
    at.entry = left;
    while (rank == MIX_RAGGED && left >= of.levels[column]) {
        left -= of.levels[column++];
    }
    at.i = rank == MIX_MATRIX ? column : left;
    at.j = rank == MIX_MATRIX ? left % of.d : 0;
    at.column = mix_parameter_first_column(model->family, at.array) + (rank == MIX_SCALAR ? 0 : column);
    return at;
}

double mix_parameter_value(const mixture_model *model, const mix_parameter *at) {
    if (at->weight) {
        return at->component == model->k ? model->noise : model->weights[at->component];
    }
    return model->arrays[at->array][at->component * mix_model_array_size(model, at->array) + at->entry];
}

void mix_parameter_values(const mixture_model *model, const size_t *from, double *values) {
    for (size_t place = 0; place < model->k; place++) {
        size_t c = from != NULL ? from[place] : place;
        *values++ = model->weights[c];
        for (size_t a = 0; a < model->family->array_count; a++) {
            size_t size = mix_model_array_size(model, a);
            memcpy(values, model->arrays[a] + c * size, size * sizeof *values);
            values += size;
        }
    }
    if (model->noisy) {
        *values = model->noise;
    }
}

double mix_parameter_period(const mixture_model *model, const mix_parameter *at) {
    const mixture_family *family = model->family;
    const mix_part *part = family->parts != NULL && !at->weight ? part_of_array(family, at->array) : NULL;
    bool first = at->array == (part != NULL ? part->array : 0); /* a direction, where the column is of angles */
    return !at->weight && first ? mix_explain_period(model, at->column) : 0;
}
