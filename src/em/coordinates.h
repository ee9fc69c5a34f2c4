/* coordinates.h: a whole model as a point of a space in which every point is a valid model: for each component the
** logarithm of its weight and what the family packs, then that of the noise's weight. */
#ifndef MIX_COORDINATES_H
#define MIX_COORDINATES_H

#include "family.h"

/* Coordinates of models of a shape, of a family that has them. */
size_t mix_coordinates_count(const mix_shape *shape, bool noisy);

/* A prepared model as a point. False: it is at an edge of the parameter space. scratch: the family's. */
bool mix_coordinates_pack(const mixture_model *model, double *theta, double *scratch);

/* The model at a point, or as near as doubles come; not prepared, and its structure and floors are to be restored.
** */
void mix_coordinates_unpack(mixture_model *model, const double *theta, bool equal_weights, double *scratch);

#endif
