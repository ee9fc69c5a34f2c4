/* soundness.h: whether a fitted model says something about the data, or only about the likelihood's edges. */
#ifndef MIX_SOUNDNESS_H
#define MIX_SOUNDNESS_H

#include "em.h"

typedef struct mix_soundness {
    bool degenerate; /* a component at its family's floor, empty, or on fewer distinct rows than it needs */
    bool saddle;     /* components coincide, or all of them are no better than one */
} mix_soundness;

/* Judge a model that mix_em_run left on em's data, in their frame. */
mixture_status mix_soundness_judge(mix_em *em, const mixture_model *model, const mix_cancel *cancel,
                                   mix_soundness *soundness, mixture_error *error);

/* The same, quickly, for candidates: only what the model itself shows. */
mix_soundness mix_soundness_glance(const mixture_model *model);

/* Add the reasons to the warnings of a model that was judged. */
mixture_status mix_soundness_warn(mix_em *em, mixture_model *model, const mix_cancel *cancel);

#endif
