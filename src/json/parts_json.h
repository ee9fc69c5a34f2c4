/* parts_json.h: the parts of a mixed model, in and out. */
#ifndef MIX_PARTS_JSON_H
#define MIX_PARTS_JSON_H

#include "family.h"
#include "reader.h"
#include "writer.h"

/* The family and the columns of a shape whose k is known, from the key parts; arrays are checked. *parts: the
** caller's to free, also after an error. */
mixture_status mix_parts_json_read(mix_json_value root, mix_shape *shape, mixture_parts **parts,
                                   mixture_error *error);

/* Parameters, structure and the names of the columns into a model of that shape. */
mixture_status mix_parts_json_read_model(mix_json_value root, mixture_model *model, mixture_error *error);

void mix_parts_json_write(const mixture_model *model, mix_json_writer *writer);

#endif
