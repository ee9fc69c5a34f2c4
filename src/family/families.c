/* families.c: the one table of all families: a word each. What stands here has functions in SQL, JSON, tables,
** tests. */
#include "family.h"

#define FAMILIES(EACH)                                                                                            \
    EACH(gaussian)                                                                                                \
    EACH(multinomial)                                                                                             \
    EACH(poisson)                                                                                                 \
    EACH(lognormal)                                                                                               \
    EACH(exponential)                                                                                             \
    EACH(gamma)                                                                                                   \
    EACH(beta)                                                                                                    \
    EACH(von_mises)                                                                                               \
    EACH(categorical) EACH(negative_binomial) EACH(student)

#define DECLARE(name) extern const mixture_family mixture_##name;
FAMILIES(DECLARE)

#define ENTER(name) &mixture_##name,
const mixture_family *const mix_families[] = {FAMILIES(ENTER) NULL};

const mixture_family *mix_family_of_values(bool words) {
    return words ? mixture_family_find("categorical") : &mixture_gaussian;
}
