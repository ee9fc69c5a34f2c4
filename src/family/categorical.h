/* categorical.h: what the files of the categorical family share. Its one array are the probabilities; derived are,
** per component, the logarithms of them all, then that of what is no level. */
#ifndef MIX_CATEGORICAL_H
#define MIX_CATEGORICAL_H

#include "family.h"

/* categorical_missing.c */
extern const mix_missing mix_categorical_missing;

#endif
