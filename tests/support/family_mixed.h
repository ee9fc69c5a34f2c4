/* family_mixed.h: mixed families for the conformance tests: parts of the families that have a row of data, side by
** side; what the tests must be told follows from the parts' rows. */
#ifndef FAMILY_MIXED_H
#define FAMILY_MIXED_H

#include "family.h"
#include "family_rows.h"

/* Mixed families that are tried, of at most FAMILIES_MOST_D columns; number i is made when it is first asked
** for. */
enum { FAMILIES_MIXED = 4 };
const mixture_parts *families_mixed(size_t i);

extern const family_example family_mixed_example;

#endif
