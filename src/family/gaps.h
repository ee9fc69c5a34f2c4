/* gaps.h: expecting rows that come pattern by pattern, complete ones among them: the order in which a family's
** table `missing` is called. */
#ifndef MIX_GAPS_H
#define MIX_GAPS_H

#include "family.h"

typedef struct mix_gaps mix_gaps;

/* Work space for models of a shape, or of fewer components, of a family with that table; NULL when out of
** memory. */
mix_gaps *mix_gaps_new(const mix_shape *shape);
void mix_gaps_free(mix_gaps *gaps); /* NULL is fine */

/* Before the first rows. statistics: where those of the components are added, when all rows of a pattern have been
** there; NULL: only densities are wanted. */
void mix_gaps_begin(mix_gaps *gaps, const mixture_model *model, double *statistics);

/* mix_family_log_density and mix_family_accumulate for rows of any pattern. false: stopped. */
bool mix_gaps_log_density(mix_gaps *gaps, const mix_rows *rows, double *densities, double *scratch,
                          mix_turns *turns);
bool mix_gaps_accumulate(mix_gaps *gaps, const mix_rows *rows, const double *resp, double *scratch,
                         mix_turns *turns);

/* After the last ones: now all have been added. false: stopped. */
bool mix_gaps_end(mix_gaps *gaps, double *scratch, mix_turns *turns);

#endif
