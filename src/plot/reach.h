/* reach.h: where on an axis there is something to see: of components, rows and limits that were asked for. */
#ifndef MIX_REACH_H
#define MIX_REACH_H

#include "drawing.h"

/* Add what lies `reach` to both sides of a place, in the data's units, to a range on an axis; on a logarithmic one
** not farther down than to a tenth of the place. */
void mix_reach_add(mix_range *range, bool log, double place, double reach);

/* Add the components' extent along the i-th column drawn: three deviations where the family has a geometry, else
** what holds nearly all of a sample. */
mixture_status mix_reach_components(const mix_drawing *drawing, size_t i, mix_range *range);

/* Values of the i-th column in a sample of the model, rising: the caller's to free, and none of a family that
** cannot be sampled. */
mixture_status mix_reach_sample(const mix_drawing *drawing, size_t i, double **values, size_t *count);

/* The ends of axis 0 or 1: as they were asked for, or a range with `share` of its length more on both sides. */
mix_range mix_reach_axis(const mix_drawing *drawing, size_t axis, mix_range range, double share);

#endif
