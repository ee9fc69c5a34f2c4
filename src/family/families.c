/* families.c: the one table of all families. What stands here has functions in SQL, JSON, tables, tests. */
#include "family.h"

const mixture_family *const mix_families[] = {
    &mixture_gaussian,
    &mixture_multinomial,
    NULL,
};
