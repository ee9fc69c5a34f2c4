/* start_parts.h: the parts of what a fit of columns of several families starts from. */
#ifndef MIX_START_PARTS_H
#define MIX_START_PARTS_H

#include "start_json.h"

/* The key parts of an object: of each part its family, the names of its columns and any of the family's parameter
** arrays, into start->arrays; while the family is not known (mix_mixed) only into wishes, NULL: none. Columns of
** the parts are found by their names among those of the object's key columns, without it by target->columns;
** parts without names follow each other. A level that the start does not have is as rare as one that a fit to n
** rows has not seen. */
mixture_status mix_start_parts_read(mix_json_value object, const mix_start_target *target, double n,
                                    mix_column_wish *wishes, mix_start_read *start, mixture_error *error);

#endif
