/* paired.h: how sure the difference between two models' criteria on a sample is, from what each row says of
** both. */
#ifndef MIX_PAIRED_H
#define MIX_PAIRED_H

#include "cancel.h"
#include "data.h"

/* What each row adds to the criterion under a prepared model in the data's frame, per weight and up to what is the
** same for all models: -2 log density; of ICL 2 entropies of its responsibilities besides. The data have no
** labels. MIXTURE_OK, _NOMEM or _CANCELLED. */
mixture_status mix_paired_rows(const mixture_model *model, const mixture_data *data, mixture_criterion criterion,
                               const mix_cancel *cancel, double *values);

/* Standard deviation of the weighted sum of a - b over so many rows, by how it varies among them. */
double mix_paired_deviation(const mixture_data *data, const double *a, const double *b);

#endif
