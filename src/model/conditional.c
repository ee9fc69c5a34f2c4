/* conditional.c: reducing a model part by part: the parts of a mixed one are independent given the component, so
** that each is reduced by itself; only the weights know of all that is given. */
#include "conditional.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "family.h"
#include "memory.h"
#include "mixed.h"
#include "model.h"
#include "noise.h"
#include "parts.h"

/* What is asked for, sorted by parts: chosen[first[p]..first[p + 1] - 1] are columns of part p, counted in it. */
typedef struct reduction {
    const mixture_model *model;
    size_t count, parts;
    const size_t *columns;
    const double *x;
    size_t *chosen, *place, *first; /* count, count, parts + 1: one block */
    size_t *levels;                 /* count; in it, too */
    mix_part *part;                 /* parts that are left: those with columns */
    double *period;                 /* count: of angles */
    mix_level *level;               /* of all columns that have some */
    void *exact_block;
    long double *exact;
} reduction;

/* A part of the model, which may be all of it: where its columns begin, its shape. */
static mix_shape part_shape(const reduction *own, size_t p, size_t *first) {
    const mix_shape shape = mix_shape_of(own->model);
    bool mixed = own->model->family->parts != NULL;
    *first = mixed ? own->model->family->parts->part[p].first : 0;
    return mixed ? mix_mixed_shape(&shape, p) : shape;
}

static bool make_reduction_room(reduction *own) {
    const mix_shape shape = mix_shape_of(own->model);
    size_t levels = 0;
    own->chosen = mix_memory_array(3 * own->count + own->parts + 1, sizeof *own->chosen);
    own->part = mix_memory_zeros(own->parts, sizeof *own->part);
    own->exact_block = mix_memory_array(own->model->family->observed->size(&shape) + 1, sizeof(long double));
    for (size_t p = 0; p < own->parts; p++) {
        size_t first;
        const mix_shape part = part_shape(own, p, &first);
        for (size_t j = 0; part.parts != NULL && part.parts->part[0].levels != NULL && j < part.d; j++) {
            levels += part.parts->part[0].levels[j];
        }
    }
    own->level = mix_memory_array(levels + 1, sizeof *own->level);
    own->period = mix_memory_array(own->count, sizeof *own->period);
    if (own->chosen == NULL || own->part == NULL || own->exact_block == NULL || own->level == NULL ||
        own->period == NULL) {
        return false;
    }
    /* The allocator promises 8 bytes of alignment only. */
    const size_t alignment = _Alignof(long double);
    own->exact = (long double *)(((uintptr_t)own->exact_block + alignment - 1) & ~(alignment - 1));
    own->place = own->chosen + own->count;
    own->levels = own->place + own->count;
    own->first = own->levels + own->count;
    return true;
}

static void sort_columns(reduction *own) {
    size_t used = 0;
    for (size_t p = 0; p < own->parts; p++) {
        size_t first;
        const mix_shape shape = part_shape(own, p, &first);
        own->first[p] = used;
        for (size_t i = 0; i < own->count; i++) {
            if (own->columns[i] >= first && own->columns[i] - first < shape.d) {
                own->place[i] = used;
                own->chosen[used++] = own->columns[i] - first;
            }
        }
    }
    own->first[own->parts] = used;
}

/* What is left of part p, its levels from *levels on. */
static mix_part reduce_part(reduction *own, size_t p, mix_level **levels) {
    size_t first, begin = own->first[p];
    const mix_shape shape = part_shape(own, p, &first);
    const mix_part *from = shape.parts != NULL ? &shape.parts->part[0] : NULL;
    mix_part part = {.family = shape.family, .d = own->first[p + 1] - begin};
    if (shape.family->structures != NULL) {
        part.structure = shape.family->conditional->structure(shape.structure, part.d);
    }
    for (size_t i = 0; from != NULL && from->period != NULL && i < part.d; i++) {
        own->period[begin + i] = from->period[own->chosen[begin + i]];
        part.period = own->period + begin;
    }
    if (from != NULL && from->levels != NULL) {
        part.levels = own->levels + begin;
        part.level = from->level != NULL ? *levels : NULL;
        for (size_t i = 0; i < part.d; i++) {
            size_t column = own->chosen[begin + i], before = 0, count = from->levels[column];
            own->levels[begin + i] = count;
            for (size_t j = 0; j < column; j++) {
                before += from->levels[j];
            }
            for (size_t l = 0; from->level != NULL && l < count; l++) {
                *(*levels)++ = from->level[before + l];
            }
        }
    }
    return part;
}

/* Room for the result. One part that has neither names of levels nor periods is a model of its family. */
static mixture_model *make_model(reduction *own) {
    const mixture_model *model = own->model;
    mix_level *levels = own->level;
    size_t parts = 0;
    for (size_t p = 0; p < own->parts; p++) {
        if (own->first[p + 1] > own->first[p]) {
            own->part[parts++] = reduce_part(own, p, &levels);
        }
    }
    const mix_part *only = &own->part[0];
    mixture_parts *made = NULL;
    mix_shape shape = {only->family, model->k, own->count, only->structure, NULL};
    if (parts > 1 || only->level != NULL || only->period != NULL) {
        made = mix_parts_mixed(own->part, parts, own->place);
        shape.family = made != NULL ? made->mixed : NULL;
        shape.structure = made != NULL && made->structured < parts ? own->part[made->structured].structure : 0;
    } else if (only->levels != NULL) {
        shape.parts = made = mix_parts_new(only->family, only->d, only->levels);
    }
    if (made == NULL && (parts > 1 || only->levels != NULL)) {
        return NULL;
    }
    mixture_model *result = mix_model_new(&shape);
    if (result == NULL) {
        mix_parts_free(made);
        return NULL;
    }
    result->own_parts = made;
    return result;
}

static mixture_status fill_parameters(reduction *own, mixture_model *result, const mix_cancel *cancel,
                                      mixture_error *error) {
    const mixture_model *model = own->model;
    mix_turns turns = {.cancel = cancel};
    for (size_t p = 0, left = 0; p < own->parts; p++) {
        size_t first, count = own->first[p + 1] - own->first[p];
        const mix_shape shape = part_shape(own, p, &first);
        if (count == 0) {
            continue;
        }
        const mixture_model from = model->family->parts != NULL ? mix_mixed_view(model, p) : *model;
        mixture_model to = result->family->parts != NULL ? mix_mixed_view(result, left) : *result;
        for (size_t c = 0; c < model->k; c++) {
            const double *given = own->x != NULL ? own->x + first : NULL;
            if (mix_turns_over(&turns, 100 * (double)count * (double)shape.d)) {
                return mix_error_status(error, MIXTURE_CANCELLED);
            }
            if (!shape.family->conditional->reduce(&from, c, own->chosen + own->first[p], count, given, &to,
                                                   own->exact, &turns)) {
                return mix_error_invalid(error,
                                         "component %zu gives these columns no probability; expected columns that "
                                         "can occur in every component",
                                         c + 1);
            }
        }
        left++;
    }
    return turns.over ? mix_error_status(error, MIXTURE_CANCELLED) : MIXTURE_OK;
}

static mixture_status name_columns(const reduction *own, mixture_model *result) {
    const mixture_model *model = own->model;
    bool full = (result->columns = mix_memory_zeros(own->count, sizeof *result->columns)) != NULL;
    for (size_t i = 0; full && i < own->count; i++) {
        char name[32];
        snprintf(name, sizeof name, "x%zu", own->columns[i] + 1);
        size_t place = result->family->parts != NULL ? own->place[i] : i;
        result->columns[place] =
            mix_memory_string(model->columns != NULL ? model->columns[own->columns[i]] : name);
        full = result->columns[place] != NULL;
    }
    if (full && model->names != NULL) {
        full = (result->names = mix_memory_zeros(model->k, sizeof *result->names)) != NULL;
        for (size_t c = 0; full && c < model->k; c++) {
            full = (result->names[c] = mix_memory_string(model->names[c])) != NULL;
        }
    }
    return full ? MIXTURE_OK : MIXTURE_NOMEM;
}

/* The noise is as dense as it is to rows that have these columns only; given others it keeps what they leave to
** it. */
static mixture_status reduce_noise(const reduction *own, const double *weights, mixture_model *result) {
    const mixture_model *model = own->model;
    double *box = mix_memory_array(own->count, 2 * sizeof *box), *x = mix_memory_array(model->d, sizeof *x);
    if (box != NULL && x != NULL) {
        for (size_t j = 0; j < model->d; j++) {
            x[j] = NAN;
        }
        for (size_t i = 0; i < own->count; i++) {
            size_t place = result->family->parts != NULL ? own->place[i] : i;
            box[place] = model->noise_box[own->columns[i]];
            box[own->count + place] = model->noise_box[model->d + own->columns[i]];
            x[own->columns[i]] = 0;
        }
        result->noisy = true;
        result->noise = weights != NULL ? mix_noise_share(model, weights) : model->noise;
        result->noise_log_density = mix_noise_row(model, x);
        result->noise_box = result->own_box = box;
        box = NULL;
    }
    mix_memory_free(box);
    mix_memory_free(x);
    return result->noisy ? MIXTURE_OK : MIXTURE_NOMEM;
}

static mixture_status fill_model(reduction *own, const double *weights, const mix_cancel *cancel,
                                 mixture_model *result, mixture_error *error) {
    memcpy(result->weights, weights != NULL ? weights : own->model->weights, result->k * sizeof(double));
    result->n = own->model->n;
    mixture_status status = mix_error_status(error, name_columns(own, result));
    if (status == MIXTURE_OK && own->model->noisy) {
        status = mix_error_status(error, reduce_noise(own, weights, result));
    }
    if (status == MIXTURE_OK) {
        status = fill_parameters(own, result, cancel, error);
    }
    if (status == MIXTURE_OK) {
        result->cancel = cancel;
        status = mixture_model_prepare(result, error);
        result->cancel = NULL;
    }
    return status;
}

mixture_status mix_conditional_make(const mixture_model *model, const size_t *columns, size_t count,
                                    const double *x, const double *weights, const mix_cancel *cancel,
                                    mixture_model **result, mixture_error *error) {
    reduction own = {.model = model, .count = count, .columns = columns, .x = x};
    own.parts = model->family->parts != NULL ? model->family->parts->count : 1;
    *result = NULL;
    mixture_status status = mix_family_need(model->family, MIX_HAS_CONDITIONAL, error);
    if (status == MIXTURE_OK && !make_reduction_room(&own)) {
        status = mix_error_status(error, MIXTURE_NOMEM);
    }
    if (status == MIXTURE_OK) {
        sort_columns(&own);
        *result = make_model(&own);
        status = *result != NULL ? fill_model(&own, weights, cancel, *result, error)
                                 : mix_error_status(error, MIXTURE_NOMEM);
    }
    if (status != MIXTURE_OK) {
        mixture_model_free(*result);
        *result = NULL;
    }
    mix_memory_free(own.chosen);
    mix_memory_free(own.part);
    mix_memory_free(own.level);
    mix_memory_free(own.period);
    mix_memory_free(own.exact_block);
    return status;
}
