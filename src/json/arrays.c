/* arrays.c: nested arrays of numbers. */
#include "arrays.h"

#include <math.h>
#include <stdio.h>

#include "options.h"

static size_t entries(size_t d, int rank) {
    return rank == 0 ? 1 : rank == 1 ? d : d * d;
}

mixture_status mix_json_read_array(mix_json_value value, size_t count, size_t d, int rank, double *numbers,
                                   mixture_error *error) {
    if (mix_json_type_of(value) != MIX_JSON_ARRAY || mix_json_count(value) != count) {
        char expected[64];
        snprintf(expected, sizeof expected, "an array of %zu %s%s", count, rank == 0 ? "number" : "array",
                 count == 1 ? "" : "s");
        return mix_json_complain(value, expected, error);
    }
    mix_json_value item;
    for (bool more = mix_json_first(value, &item); more; more = mix_json_next(value, &item)) {
        const bool number = mix_json_type_of(item) == MIX_JSON_NUMBER;
        if (rank > 0 && !(d == 1 && number)) {
            mixture_status status = mix_json_read_array(item, d, d, rank - 1, numbers, error);
            if (status != MIXTURE_OK) {
                return status;
            }
        } else if (!number) {
            return mix_json_complain(item, "a number", error);
        } else if (numbers != NULL) {
            *numbers = mix_json_number(item);
        }
        numbers = numbers != NULL ? numbers + entries(d, rank) : NULL;
    }
    return MIXTURE_OK;
}

void mix_json_write_array(mix_json_writer *writer, const double *numbers, size_t count, size_t d, int rank) {
    mix_json_begin_array(writer);
    for (size_t i = 0; i < count; i++) {
        if (rank > 0) {
            mix_json_write_array(writer, numbers, d, d, rank - 1);
        } else {
            mix_json_write_double(writer, *numbers);
        }
        numbers += entries(d, rank);
    }
    mix_json_end_array(writer);
}

/* The levels of each column of one component. */
static mixture_status read_levels(mix_json_value value, const mix_array_columns *of, double *numbers,
                                  mixture_error *error) {
    if (of->d == 1) {
        return mix_json_read_array(value, of->levels[0], 1, 0, numbers, error);
    }
    if (mix_json_type_of(value) != MIX_JSON_ARRAY || mix_json_count(value) != of->d) {
        char expected[64];
        snprintf(expected, sizeof expected, "an array of %zu arrays", of->d);
        return mix_json_complain(value, expected, error);
    }
    mixture_status status = MIXTURE_OK;
    mix_json_value item;
    size_t j = 0;
    for (bool more = mix_json_first(value, &item); more && status == MIXTURE_OK;
         more = mix_json_next(value, &item), j++) {
        status = mix_json_read_array(item, of->levels[j], 1, 0, numbers, error);
        numbers = numbers != NULL ? numbers + of->levels[j] : NULL;
    }
    return status;
}

mixture_status mix_json_read_parameters(mix_json_value value, const mix_shape *shape, size_t a, size_t components,
                                        double *numbers, mixture_error *error) {
    const mix_array_columns of = mix_family_array_columns(shape, a);
    mix_rank rank = shape->family->arrays[a].rank;
    if (rank != MIX_RAGGED) {
        return mix_json_read_array(value, components, of.d, (int)rank, numbers, error);
    }
    if (mix_json_type_of(value) != MIX_JSON_ARRAY || mix_json_count(value) != components) {
        char expected[64];
        snprintf(expected, sizeof expected, "an array of %zu array%s", components, components == 1 ? "" : "s");
        return mix_json_complain(value, expected, error);
    }
    mixture_status status = MIXTURE_OK;
    mix_json_value item;
    for (bool more = mix_json_first(value, &item); more && status == MIXTURE_OK;
         more = mix_json_next(value, &item)) {
        status = read_levels(item, &of, numbers, error);
        numbers = numbers != NULL ? numbers + mix_family_array_size(shape, a) : NULL;
    }
    return status;
}

void mix_json_write_component(mix_json_writer *writer, const mix_shape *shape, size_t a, const double *numbers) {
    const mix_array_columns of = mix_family_array_columns(shape, a);
    mix_rank rank = shape->family->arrays[a].rank;
    if (rank == MIX_SCALAR) {
        mix_json_write_double(writer, *numbers);
    } else if (rank != MIX_RAGGED) {
        mix_json_write_array(writer, numbers, of.d, of.d, (int)rank - 1);
    } else if (of.d == 1) {
        mix_json_write_array(writer, numbers, of.levels[0], 1, 0);
    } else {
        mix_json_begin_array(writer);
        for (size_t j = 0; j < of.d; numbers += of.levels[j++]) {
            mix_json_write_array(writer, numbers, of.levels[j], 1, 0);
        }
        mix_json_end_array(writer);
    }
}

void mix_json_write_parameters(mix_json_writer *writer, const mix_shape *shape, size_t a, size_t components,
                               const double *numbers) {
    size_t size = mix_family_array_size(shape, a);
    mix_json_begin_array(writer);
    for (size_t c = 0; c < components; c++) {
        mix_json_write_component(writer, shape, a, numbers + c * size);
    }
    mix_json_end_array(writer);
}

static mixture_status read_step(mix_json_value value, bool wish, const char *expected, double *step,
                                mixture_error *error) {
    bool number = mix_json_type_of(value) == MIX_JSON_NUMBER;
    *step = number ? mix_json_number(value) : (double)NAN;
    if (number ? *step >= 0 && *step <= (wish ? MIX_MAX_RESOLUTION : MIX_MAX_STEP)
               : wish && mix_json_type_of(value) == MIX_JSON_NULL) {
        return MIXTURE_OK;
    }
    return mix_json_complain(value, expected, error);
}

mixture_status mix_json_read_steps(mix_json_value value, const mixture_family *family, size_t d, bool wish,
                                   double *steps, mixture_error *error) {
    char expected[120];
    snprintf(expected, sizeof expected, "%sn array of %zu numbers >= 0%s", wish ? "a number >= 0, or a" : "a", d,
             wish ? " or null (measured)" : "");
    if (wish && mix_json_type_of(value) == MIX_JSON_NUMBER) {
        mixture_status status = read_step(value, true, expected, steps, error);
        for (size_t j = 1; j < d; j++) {
            steps[j] = steps[0];
        }
        return status;
    }
    if (mix_json_type_of(value) != MIX_JSON_ARRAY || mix_json_count(value) != d) {
        return mix_json_complain(value, expected, error);
    }
    mixture_status status = MIXTURE_OK;
    mix_json_value item;
    size_t j = 0;
    for (bool more = mix_json_first(value, &item); more && status == MIXTURE_OK;
         more = mix_json_next(value, &item)) {
        status = read_step(item, wish, wish ? "a number >= 0, or null (measured)" : "a number >= 0",
                           &steps[mix_family_place(family, j++)], error);
    }
    return status;
}

void mix_json_write_steps(mix_json_writer *writer, const mixture_family *family, const double *steps, size_t d) {
    mix_json_begin_array(writer);
    for (size_t j = 0; j < d; j++) {
        double step = steps[mix_family_place(family, j)];
        if (isnan(step)) {
            mix_json_write_null(writer);
        } else {
            mix_json_write_double(writer, step);
        }
    }
    mix_json_end_array(writer);
}
