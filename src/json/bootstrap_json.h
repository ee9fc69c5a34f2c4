/* bootstrap_json.h: what a bootstrap says of a model's parameters, a key of the model. */
#ifndef MIX_BOOTSTRAP_JSON_H
#define MIX_BOOTSTRAP_JSON_H

#include "reader.h"
#include "writer.h"

/* The key and its value; nothing where the model has none. */
void mix_bootstrap_json_write(const mixture_model *model, mix_json_writer *writer);

/* model->bootstrap from the key, if it is there; all else of the model has been read. What was read is freed with
** the model, also after an error. */
mixture_status mix_bootstrap_json_read(mix_json_value root, mixture_model *model, mixture_error *error);

/* A type by its name. */
mixture_status mix_bootstrap_json_read_type(mix_json_value value, mixture_resampling *type, mixture_error *error);

#endif
