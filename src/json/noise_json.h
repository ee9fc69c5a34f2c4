/* noise_json.h: component 0 of a model, in and out: {"weight":…,"log_density":…,"low":[…d],"high":[…d]}, under the
** key noise. */
#ifndef MIX_NOISE_JSON_H
#define MIX_NOISE_JSON_H

#include "mixture.h"
#include "reader.h"
#include "writer.h"

/* The key and its object; nothing for a model without noise. */
void mix_noise_json_write(const mixture_model *model, mix_json_writer *writer);

/* The same into a model that has none yet; without a log density it is that of the box. */
mixture_status mix_noise_json_read(mix_json_value root, mixture_model *model, mixture_error *error);

#endif
