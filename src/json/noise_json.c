/* noise_json.c: a box in the caller's order of columns. */
#include "noise_json.h"

#include <math.h>
#include <stdio.h>

#include "error.h"
#include "family.h"
#include "members.h"
#include "memory.h"

/* Sides from the least to the largest double, of a thousand columns. */
#define MOST_LOG_DENSITY 1e6

static void write_side(const mixture_model *model, const char *key, const double *side, mix_json_writer *writer) {
    mix_json_write_key(writer, key);
    mix_json_begin_array(writer);
    for (size_t j = 0; j < model->d; j++) {
        mix_json_write_double(writer, side[mix_family_place(model->family, j)]);
    }
    mix_json_end_array(writer);
}

void mix_noise_json_write(const mixture_model *model, mix_json_writer *writer) {
    if (!model->noisy) {
        return;
    }
    mix_json_write_key(writer, "noise");
    mix_json_begin_object(writer);
    mix_members_write_double(writer, "weight", model->noise);
    mix_members_write_double(writer, "log_density", model->noise_log_density);
    write_side(model, "low", model->noise_box, writer);
    write_side(model, "high", model->noise_box + model->d, writer);
    mix_json_end_object(writer);
}

static mixture_status read_side(mix_json_value noise, const char *key, const mixture_model *model, double *side,
                                mixture_error *error) {
    char expected[60];
    mix_json_value array, item;
    size_t j = 0;
    mixture_status status = mix_members_need(noise, key, &array, error);
    if (status != MIXTURE_OK) {
        return status;
    }
    snprintf(expected, sizeof expected, "an array of %zu number%s", model->d, model->d == 1 ? "" : "s");
    if (mix_json_type_of(array) != MIX_JSON_ARRAY || mix_json_count(array) != model->d) {
        return mix_json_complain(array, expected, error);
    }
    for (bool more = mix_json_first(array, &item); more; more = mix_json_next(array, &item)) {
        if (mix_json_type_of(item) != MIX_JSON_NUMBER) {
            return mix_json_complain(item, "a number", error);
        }
        side[mix_family_place(model->family, j++)] = mix_json_number(item);
    }
    return MIXTURE_OK;
}

mixture_status mix_noise_json_read(mix_json_value root, mixture_model *model, mixture_error *error) {
    mix_json_value noise, value;
    size_t d = model->d;
    if (!mix_json_member(root, "noise", &noise)) {
        return MIXTURE_OK;
    }
    if (mix_json_type_of(noise) != MIX_JSON_OBJECT) {
        return mix_json_complain(noise, "an object with weight, low and high", error);
    }
    double *box = model->own_box = mix_memory_zeros(d, 2 * sizeof(double));
    if (box == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    model->noisy = true;
    model->noise_box = box;
    mixture_status status = mix_members_need(noise, "weight", &value, error);
    if (status == MIXTURE_OK) {
        status = mix_members_read_number(noise, "weight", &model->noise, error);
    }
    if (status == MIXTURE_OK) {
        status = read_side(noise, "low", model, box, error);
    }
    if (status == MIXTURE_OK) {
        status = read_side(noise, "high", model, box + d, error);
    }
    for (size_t j = 0; status == MIXTURE_OK && j < d; j++) {
        double side = box[d + j] - box[j];
        if (!(side > 0) || isinf(side)) {
            return mix_json_complain(noise, "a low below its high, for each column", error);
        }
        model->noise_log_density -= log(side);
    }
    if (status == MIXTURE_OK && mix_json_member(noise, "log_density", &value)) {
        status = mix_members_read_number(noise, "log_density", &model->noise_log_density, error);
        if (status == MIXTURE_OK && !(fabs(model->noise_log_density) <= MOST_LOG_DENSITY)) {
            status = mix_json_complain(value, "a number from -1e6 to 1e6", error);
        }
    }
    return status;
}
