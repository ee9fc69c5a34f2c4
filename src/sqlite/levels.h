/* levels.h: values of categorical columns and the numbers that stand for them in a model. */
#ifndef MIX_LEVELS_H
#define MIX_LEVELS_H

#include "cells.h"
#include "family.h"
#include "level_set.h"

/* The number of a level of a mixed model's column that has some; mix_unseen() of a value that is none of them. A
** TEXT that reads as a number is that number where there is no such TEXT, and a number its TEXT. */
double mix_levels_number(const mixture_family *family, size_t column, mix_cell *cell);

/* The same in a set. The cell's bytes may be gone afterwards when it is not there. */
bool mix_levels_find(const mix_level_set *set, mix_cell *cell, size_t *number);

/* The level as the function's result. */
void mix_levels_result(sqlite3_context *context, const mix_level *level);

#endif
