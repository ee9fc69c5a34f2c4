/* repeated.h: columns that say the same. */
#ifndef MIX_REPEATED_H
#define MIX_REPEATED_H

#include "cancel.h"
#include "data.h"

/* A column and an earlier one that it is a linear function of. */
typedef struct mix_repeated {
    size_t column, of; /* from 0; column is the number of columns when there is none */
} mix_repeated;

/* The first such pair, of columns that vary; to within 1e-9 of the column's range. False when cancelled. */
bool mix_repeated_find(const mixture_data *data, const mix_cancel *cancel, mix_repeated *pair);

#endif
