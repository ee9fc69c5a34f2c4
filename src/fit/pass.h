/* pass.h: one pass of EM over rows that may lie anywhere: the verbs of mixture.h, for callers who ask whether to
** stop. */
#ifndef MIX_PASS_H
#define MIX_PASS_H

#include "family.h"

/* How the M-step of a model in the caller's units goes: with its floor and steps. */
typedef struct mix_pass_how {
    mix_maximize how;
    mix_steps steps;
    double *memory;
    mix_knots *knots;
} mix_pass_how;

/* Variances are 1, no column is constant, and n the rows that floors of steps go by. It must stay where it is.
** False when out of memory; mix_pass_how_clear() frees in every case. */
bool mix_pass_how_begin(mix_pass_how *pass, const mixture_model *model, double n, const mix_cancel *cancel);
void mix_pass_how_clear(mix_pass_how *pass);

/* Floors go by these statistics of the model: by the variances that they imply, and their weight. scratch: the
** family's. */
void mix_pass_how_renew(mix_pass_how *pass, const mixture_model *model, const double *statistics, double *scratch);

/* Whether EM may step from a model; whether it may from these statistics, too. */
mixture_status mix_pass_check(const mixture_model *model, mixture_error *error);
mixture_status mix_pass_check_statistics(const mixture_model *model, const double *statistics,
                                         mixture_error *error);

/* mixture_maximize() and mixture_extrapolate(). */
mixture_status mix_pass_maximize(mixture_model *model, const double *statistics, const mix_cancel *cancel,
                                 mixture_error *error);
mixture_status mix_pass_extrapolate(const mixture_model *first, const mixture_model *second, mixture_model *third,
                                    const mix_cancel *cancel, mixture_error *error);

#endif
