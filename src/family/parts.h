/* parts.h: making the parts of a model whose columns have levels. */
#ifndef MIX_PARTS_H
#define MIX_PARTS_H

#include "family.h"

/* One part of d columns with so many levels each, which are copied. NULL when out of memory. */
mixture_parts *mix_parts_new(const mixture_family *family, size_t d, const size_t *levels);
void mix_parts_free(mixture_parts *parts); /* NULL is fine */

#endif
