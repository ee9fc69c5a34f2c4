/* shape_json.h: what a model consists of - its shape, perhaps of several parts, weights and parameters - in and
** out. */
#ifndef MIX_SHAPE_JSON_H
#define MIX_SHAPE_JSON_H

#include "family.h"
#include "reader.h"
#include "writer.h"

/* Room for the model in an object, the caller's to free, also after an error; NULL: there is none. All arrays are
** checked first. */
mixture_status mix_shape_json_begin(mix_json_value root, mixture_model **model, mixture_error *error);

/* Weights, parameters and the names of the columns into that room. */
mixture_status mix_shape_json_read(mix_json_value root, mixture_model *model, mixture_error *error);

/* The names of the columns and the structure; weights and parameters. */
void mix_shape_json_write_kind(const mixture_model *model, mix_json_writer *writer);
void mix_shape_json_write(const mixture_model *model, mix_json_writer *writer);

/* ---- Of a model or of one of its parts --------------------------------------------------------------------- */

/* Columns and, where they have levels, those of each, from the first component of the first parameter array.
** *parts: made for the shape, the caller's to free, also after an error. */
mixture_status mix_shape_json_columns(mix_json_value object, mix_shape *shape, mixture_parts **parts,
                                      mixture_error *error);

/* The parameter arrays into arrays[], or only checked when that is NULL. */
mixture_status mix_shape_json_arrays(mix_json_value object, const mix_shape *shape, double *const *arrays,
                                     mixture_error *error);
void mix_shape_json_write_arrays(const mix_shape *shape, double *const *arrays, mix_json_writer *writer);

/* A structure under its key, as the model's are written. */
void mix_shape_json_write_structure(const mixture_model *model, const mix_shape *shape, mix_json_writer *writer);

#endif
