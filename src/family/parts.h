/* parts.h: making the parts of a model whose columns have levels, or are of several families. */
#ifndef MIX_PARTS_H
#define MIX_PARTS_H

#include "family.h"
#include "level.h"

/* One part of d columns with so many levels each, which are copied. NULL when out of memory. */
mixture_parts *mix_parts_new(const mixture_family *family, size_t d, const size_t *levels);

/* Parts of a mixed model, whose family becomes parts->mixed, in the order of their columns. Family, d, structure,
** levels and what these stand for are copied; the rest follows. place: where each of the caller's columns stands
** among them. NULL when out of memory. */
mixture_parts *mix_parts_mixed(const mix_part *part, size_t count, const size_t *place);

void mix_parts_free(mixture_parts *parts); /* NULL is fine */

/* Whether parameters of models with the ones mean the same with the others: the same families, columns,
** structures, periods and levels. NULL: one part, without levels. */
bool mix_parts_same(const mixture_parts *a, const mixture_parts *b);

#endif
