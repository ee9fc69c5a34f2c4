/* model_json.h: models as JSON text. */
#ifndef MIX_MODEL_JSON_H
#define MIX_MODEL_JSON_H

#include "reader.h"
#include "writer.h"

/* Write a model. Reading it gives the same doubles. */
void mix_model_json_write(const mixture_model *model, mix_json_writer *writer);

/* Read a model and prepare it. Needed are family, weights and the family's parameters; what else is there must be
** of its type; unknown keys are passed over, for models of later versions. On MIXTURE_OK *model is the caller's to
** free, else it is NULL. */
mixture_status mix_model_json_read(const char *text, size_t length, mixture_model **model, mixture_error *error);

/* The same, asking whether to stop: then MIXTURE_CANCELLED. */
mixture_status mix_model_json_read_until(const char *text, size_t length, const mix_cancel *cancel,
                                         mixture_model **model, mixture_error *error);

/* The same from a value inside a larger text. */
mixture_status mix_model_json_read_value(mix_json_value value, mixture_model **model, mixture_error *error);

#endif
