/* selection_json.c: the candidates that a model was chosen from, in and out. */
#include "selection_json.h"

#include <math.h>

#include "error.h"
#include "family.h"
#include "members.h"
#include "memory.h"
#include "names_json.h"
#include "structures.h"

static void write_candidate(const mixture_model *model, const mixture_candidate *candidate,
                            mix_json_writer *writer) {
    mix_json_begin_object(writer);
    mix_members_write_integer(writer, "k", (int64_t)candidate->k);
    if (model->family->structures != NULL) {
        mix_members_write_string(writer, model->family->structures->key,
                                 mixture_structure_code(model->family, candidate->structure, model->d));
    }
    if (candidate->rows > 0) {
        mix_members_write_integer(writer, "rows", (int64_t)candidate->rows);
    }
    if (candidate->fitted) {
        mix_members_write_double(writer, "loglik", candidate->loglik);
        mix_members_write_integer(writer, "parameters", (int64_t)candidate->parameters);
        mix_members_write_double(writer, "bic", candidate->bic);
        mix_members_write_double(writer, "icl", candidate->icl);
        mix_members_write_double(writer, "aic", candidate->aic);
        mix_members_write_boolean(writer, "converged", candidate->converged);
        if (model->criterion == MIXTURE_NEC && candidate->k > 1 && !isnan(candidate->single)) {
            mix_members_write_double(writer, "single", candidate->single);
        }
    }
    mix_members_write_boolean(writer, "sound", candidate->sound);
    mix_members_write_strings(writer, "warnings", candidate->warnings, candidate->warning_count);
    mix_json_end_object(writer);
}

void mix_selection_json_write(const mixture_model *model, mix_json_writer *writer) {
    mix_members_write_string(writer, "criterion", mixture_criterion_name(model->criterion));
    if (model->sample > 0) {
        mix_members_write_integer(writer, "sample", (int64_t)model->sample);
    }
    mix_json_write_key(writer, "selection");
    mix_json_begin_array(writer);
    for (size_t i = 0; i < model->candidate_count; i++) {
        write_candidate(model, &model->candidates[i], writer);
    }
    mix_json_end_array(writer);
}

static mixture_status read_candidate(mix_json_value value, const mixture_family *family,
                                     mixture_candidate *candidate, mixture_error *error) {
    const struct {
        const char *key;
        double *x;
    } numbers[] = {{"loglik", &candidate->loglik},
                   {"bic", &candidate->bic},
                   {"icl", &candidate->icl},
                   {"aic", &candidate->aic},
                   {"single", &candidate->single}};
    mix_json_value member;
    int64_t k = 0, parameters = 0, rows = 0;
    candidate->single = NAN;
    if (mix_json_type_of(value) != MIX_JSON_OBJECT || !mix_json_member(value, "k", &member)) {
        return mix_json_complain(value, "an object with a key k", error);
    }
    mixture_status status = mix_members_read_integer(value, "k", 1, &k, error);
    if (status == MIXTURE_OK) {
        status = mix_members_read_integer(value, "parameters", 0, &parameters, error);
    }
    if (status == MIXTURE_OK) {
        status = mix_members_read_integer(value, "rows", 0, &rows, error);
    }
    for (size_t i = 0; status == MIXTURE_OK && i < sizeof numbers / sizeof *numbers; i++) {
        status = mix_members_read_number(value, numbers[i].key, numbers[i].x, error);
    }
    if (status == MIXTURE_OK && family->structures != NULL &&
        mix_json_member(value, family->structures->key, &member)) {
        status = mix_names_json_read_structure(member, family, &candidate->structure, error);
    }
    if (status == MIXTURE_OK) {
        status = mix_members_read_boolean(value, "converged", &candidate->converged, error);
    }
    if (status == MIXTURE_OK) {
        status = mix_members_read_boolean(value, "sound", &candidate->sound, error);
    }
    candidate->k = (size_t)k;
    candidate->parameters = (size_t)parameters;
    candidate->rows = (size_t)rows;
    candidate->fitted = mix_json_member(value, "loglik", &member);
    candidate->sound = candidate->sound && candidate->fitted;
    return status == MIXTURE_OK ? mix_members_read_strings(value, "warnings", &candidate->warnings,
                                                           &candidate->warning_count, error)
                                : status;
}

mixture_status mix_selection_json_read(mix_json_value root, mixture_model *model, mixture_error *error) {
    mix_json_value value, item;
    if (mix_json_member(root, "criterion", &value)) {
        mixture_status status = mix_names_json_read_criterion(value, &model->criterion, error);
        if (status != MIXTURE_OK) {
            return status;
        }
    }
    int64_t sample = 0;
    mixture_status status = mix_members_read_integer(root, "sample", 0, &sample, error);
    if (status != MIXTURE_OK || !mix_json_member(root, "selection", &value)) {
        return status;
    }
    model->sample = (size_t)sample;
    if (mix_json_type_of(value) != MIX_JSON_ARRAY) {
        return mix_json_complain(value, "an array of objects", error);
    }
    model->candidates = mix_memory_zeros(mix_json_count(value), sizeof *model->candidates);
    if (model->candidates == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    for (bool more = mix_json_first(value, &item); more && status == MIXTURE_OK;
         more = mix_json_next(value, &item)) {
        status = read_candidate(item, model->family, &model->candidates[model->candidate_count++], error);
    }
    mix_structures_find_single(model->candidates, model->candidate_count);
    return status;
}
