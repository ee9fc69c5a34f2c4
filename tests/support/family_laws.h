/* family_laws.h: the rows of data of the families whose columns are independent and have laws of their own. */
#ifndef FAMILY_LAWS_H
#define FAMILY_LAWS_H

#include "family_rows.h"

extern const family_example family_laws[];
extern const size_t family_laws_count;

#endif
