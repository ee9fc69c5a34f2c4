/* selection_json.h: the candidates that a model was chosen from, as the members "criterion" and "selection" of the
** model's JSON. */
#ifndef MIX_SELECTION_JSON_H
#define MIX_SELECTION_JSON_H

#include "reader.h"
#include "writer.h"

void mix_selection_json_write(const mixture_model *model, mix_json_writer *writer);

/* Into a model that is freed whatever comes; without such members nothing changes. */
mixture_status mix_selection_json_read(mix_json_value root, mixture_model *model, mixture_error *error);

#endif
