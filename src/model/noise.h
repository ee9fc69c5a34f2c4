/* noise.h: component 0, for rows that belong to none: the same density everywhere, that of the uniform
** distribution over a box (Banfield & Raftery, Biometrics 49 (1993) 803). */
#ifndef MIX_NOISE_H
#define MIX_NOISE_H

#include "mixture.h"
#include "rows.h"

/* Columns of densities and responsibilities: the noise's is behind those of the components. */
static inline size_t mix_noise_columns(const mixture_model *model) {
    return model->k + (model->noisy ? 1 : 0);
}

/* Log density of each row, less what the family's log_density leaves out, too. Of rows that lack values it is that
** of a box of as many columns and of the same shape. */
void mix_noise_log_density(const mixture_model *model, const mix_rows *rows, double *out);

/* Of one row, NaN where not observed. */
double mix_noise_row(const mixture_model *model, const double *x);

/* What responsibilities of the k components leave to the noise. */
double mix_noise_share(const mixture_model *model, const double *resp);

/* Give a model in the data's frame a noise of that weight over their box, which they keep; the components' weights
** share the rest. */
void mix_noise_begin(mixture_model *model, const double *box, double log_density, double weight);

/* That of some columns alone, for a model of these; nothing where `model` has none. MIXTURE_OK or _NOMEM. */
mixture_status mix_noise_some(const mixture_model *model, const size_t *columns, size_t count,
                              mixture_model *some);

/* Bring it into the user's units, in memory of the model's own. `framed`: of each of the d columns, whether it is
** centered and scaled. MIXTURE_OK or _NOMEM. */
mixture_status mix_noise_keep(mixture_model *model, const double *center, const double *scale, const bool *framed);

#endif
