/* model_json.c: a model's keys, in and out. */
#include "model_json.h"

#include <stdio.h>

#include "arrays.h"
#include "bootstrap_json.h"
#include "error.h"
#include "members.h"
#include "memory.h"
#include "model.h"
#include "names_json.h"
#include "noise_json.h"
#include "selection_json.h"
#include "shape_json.h"

/* ---- Out --------------------------------------------------------------------------------------------- */

static void write_fit(const mixture_model *model, mix_json_writer *writer) {
    if (model->trials > 0) {
        mix_members_write_double(writer, "trials", model->trials);
    }
    mix_members_write_double(writer, "n", model->n);
    mix_members_write_integer(writer, "skipped", (int64_t)model->skipped);
    mix_members_write_double(writer, "loglik", model->loglik);
    if (model->stepped && model->parameters == 0) { /* by version 0.1 */
        return;
    }
    mix_members_write_integer(writer, "parameters", (int64_t)model->parameters);
    mix_members_write_double(writer, "aic", model->aic);
    mix_members_write_double(writer, "bic", model->bic);
    mix_members_write_double(writer, "icl", model->icl);
    mix_members_write_integer(writer, "iterations", model->iterations);
    mix_members_write_boolean(writer, "converged", model->converged);
    if (model->stepped) {
        mix_members_write_boolean(writer, "stepped", true);
        return;
    }
    mix_members_write_integer(writer, "seed", model->seed);
    mix_json_write_key(writer, "trace");
    mix_json_write_array(writer, model->trace, model->trace_count, 1, 0);
    mix_members_write_strings(writer, "warnings", model->warnings, model->warning_count);
    if (model->candidates != NULL) {
        mix_selection_json_write(model, writer);
    }
}

/* Of a model that no rows were asked about: what a level that was never seen is measured by, the steps so far. */
static void write_history(const mixture_model *model, mix_json_writer *writer) {
    if (model->n > 0 && model->trials > 0) {
        mix_members_write_double(writer, "trials", model->trials);
    }
    if (model->n > 0) {
        mix_members_write_double(writer, "n", model->n);
    }
    if (model->iterations > 0) {
        mix_members_write_integer(writer, "iterations", model->iterations);
    }
}

void mix_model_json_write(const mixture_model *model, mix_json_writer *writer) {
    const mixture_family *family = model->family;
    mix_json_begin_object(writer);
    mix_members_write_string(writer, "family", family->name);
    mix_members_write_integer(writer, "k", (int64_t)model->k);
    mix_members_write_integer(writer, "d", (int64_t)model->d);
    mix_shape_json_write_kind(model, writer);
    if (model->equal_weights) {
        mix_members_write_boolean(writer, "equal_weights", true);
    }
    if (model->skip_nulls) {
        mix_members_write_string(writer, "nulls", "skip");
    }
    if (model->min_variance > 0) {
        mix_members_write_double(writer, "min_variance", model->min_variance);
    }
    if (model->resolution != NULL) {
        mix_json_write_key(writer, "resolution");
        mix_json_write_steps(writer, family, model->resolution, model->d);
    }
    if (model->step != NULL) {
        mix_json_write_key(writer, "step");
        mix_json_write_steps(writer, family, model->step, model->d);
    }
    mix_noise_json_write(model, writer);
    mix_shape_json_write(model, writer);
    if (model->fitted) {
        write_fit(model, writer);
    } else {
        write_history(model, writer);
    }
    mix_bootstrap_json_write(model, writer);
    mix_json_end_object(writer);
}

/* ---- In ---------------------------------------------------------------------------------------------- */

static mixture_status read_counts(mix_json_value root, mixture_model *model, mixture_error *error) {
    int64_t skipped = 0, parameters = 0, iterations = 0;
    mixture_status status = mix_members_read_integer(root, "skipped", 0, &skipped, error);
    if (status == MIXTURE_OK) {
        status = mix_members_read_integer(root, "parameters", 0, &parameters, error);
    }
    if (status == MIXTURE_OK) {
        status = mix_members_read_integer(root, "iterations", 0, &iterations, error);
    }
    if (status == MIXTURE_OK) {
        status = mix_members_read_integer(root, "seed", INT64_MIN, &model->seed, error);
    }
    model->skipped = (size_t)skipped;
    model->parameters = (size_t)parameters;
    model->iterations = (long)iterations;
    return status;
}

static mixture_status read_nulls_key(mix_json_value root, mixture_model *model, mixture_error *error) {
    mix_json_value value;
    return mix_json_member(root, "nulls", &value) ? mix_names_json_read_nulls(value, &model->skip_nulls, error)
                                                  : MIXTURE_OK;
}

static mixture_status read_trace(mix_json_value root, mixture_model *model, mixture_error *error) {
    mix_json_value value;
    if (!mix_json_member(root, "trace", &value)) {
        return MIXTURE_OK;
    }
    if (mix_json_type_of(value) != MIX_JSON_ARRAY) {
        return mix_json_complain(value, "an array of numbers", error);
    }
    size_t count = mix_json_count(value);
    model->trace = mix_memory_zeros(count, sizeof(double));
    if (model->trace == NULL) {
        return mix_error_status(error, MIXTURE_NOMEM);
    }
    model->trace_count = count;
    return mix_json_read_array(value, count, 1, 0, model->trace, error);
}

/* Steps in which the columns were recorded: those asked for (a wish), or found. */
static mixture_status read_steps(mix_json_value root, const char *key, bool wish, const mixture_model *model,
                                 double **steps, mixture_error *error) {
    mix_json_value value;
    if (!mix_json_member(root, key, &value)) {
        return MIXTURE_OK;
    }
    *steps = mix_memory_zeros(model->d, sizeof(double));
    return *steps != NULL ? mix_json_read_steps(value, model->family, model->d, wish, *steps, error)
                          : mix_error_status(error, MIXTURE_NOMEM);
}

/* How the model came about, as far as it is said. */
static mixture_status read_fit(mix_json_value root, mixture_model *model, mixture_error *error) {
    const struct {
        const char *key;
        double *x;
    } numbers[] = {{"n", &model->n},
                   {"loglik", &model->loglik},
                   {"aic", &model->aic},
                   {"bic", &model->bic},
                   {"icl", &model->icl},
                   {"trials", &model->trials},
                   {"min_variance", &model->min_variance}};
    mix_json_value value;
    model->fitted = mix_json_member(root, "loglik", &value);
    bool stepped = model->fitted && !mix_json_member(root, "parameters", &value); /* by version 0.1 */
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        mixture_status status = mix_members_read_number(root, numbers[i].key, numbers[i].x, error);
        if (status != MIXTURE_OK) {
            return status;
        }
    }
    mixture_status status = mix_members_read_boolean(root, "stepped", &stepped, error);
    model->stepped = stepped && model->fitted;
    if (status == MIXTURE_OK) {
        status = mix_members_read_boolean(root, "converged", &model->converged, error);
    }
    if (status == MIXTURE_OK) {
        status = mix_members_read_boolean(root, "equal_weights", &model->equal_weights, error);
    }
    if (status == MIXTURE_OK) {
        status = mix_noise_json_read(root, model, error);
    }
    if (status == MIXTURE_OK) {
        status = read_nulls_key(root, model, error);
    }
    if (status == MIXTURE_OK) {
        status = read_counts(root, model, error);
    }
    if (status == MIXTURE_OK) {
        status = read_trace(root, model, error);
    }
    if (status == MIXTURE_OK) {
        status = read_steps(root, "resolution", true, model, &model->resolution, error);
    }
    if (status == MIXTURE_OK) {
        status = read_steps(root, "step", false, model, &model->step, error);
    }
    if (status == MIXTURE_OK) {
        status = mix_members_read_strings(root, "warnings", &model->warnings, &model->warning_count, error);
    }
    if (status == MIXTURE_OK) {
        status = mix_selection_json_read(root, model, error);
    }
    return status == MIXTURE_OK ? mix_bootstrap_json_read(root, model, error) : status;
}

mixture_status mix_model_json_read_value(mix_json_value value, mixture_model **model, mixture_error *error) {
    mixture_model *read = NULL;
    *model = NULL;
    if (mix_json_type_of(value) != MIX_JSON_OBJECT) {
        return mix_json_complain(value, "an object", error);
    }
    mixture_status status = mix_shape_json_begin(value, &read, error);
    if (status == MIXTURE_OK) {
        status = mix_shape_json_read(value, read, error);
    }
    if (status == MIXTURE_OK) {
        status = read_fit(value, read, error);
    }
    if (status == MIXTURE_OK && !mix_json_stopped(value.document)) {
        read->cancel = mix_json_cancel(value.document);
        status = mixture_model_prepare(read, error);
        read->cancel = NULL;
    }
    status = mix_json_stopped(value.document) ? mix_error_status(error, MIXTURE_CANCELLED) : status;
    if (status != MIXTURE_OK) {
        mixture_model_free(read);
        return status;
    }
    *model = read;
    return MIXTURE_OK;
}

mixture_status mix_model_json_read_until(const char *text, size_t length, const mix_cancel *cancel,
                                         mixture_model **model, mixture_error *error) {
    mix_json_document *document;
    *model = NULL;
    mixture_status status = mix_json_parse_until(text, length, cancel, &document, error);
    if (status == MIXTURE_OK) {
        status = mix_model_json_read_value(mix_json_root(document), model, error);
        mix_json_free(document);
    }
    return status;
}

mixture_status mix_model_json_read(const char *text, size_t length, mixture_model **model, mixture_error *error) {
    return mix_model_json_read_until(text, length, NULL, model, error);
}
