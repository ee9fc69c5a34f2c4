/* distribution.c: sums of the components' tails, and bisection between them. */
#include "distribution.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "family.h"
#include "incomplete.h"

/* How much of the noise is at most x: of whole numbers those in the box, as they are drawn. */
static long double noise_below(const mixture_model *model, double x) {
    const mix_shape shape = mix_shape_of(model);
    long double low = (long double)model->noise_box[0], high = (long double)model->noise_box[1];
    bool whole = model->family->column(&shape, 0)->whole;
    if (whole && x >= floor(model->noise_box[1])) {
        return 1;
    }
    long double at = whole ? floorl((long double)x) + 0.5L : (long double)x;
    return fminl(fmaxl((at - low) / (high - low), 0), 1);
}

/* Work of one component's tails: of angles some thousand exponentials. */
#define TAILS_WORK 3e4

double mix_distribution_below(const mixture_model *model, double x, double *upper, mix_turns *turns) {
    long double sums[2] = {0, 0};
    for (size_t c = 0; c < model->k && !mix_turns_over(turns, TAILS_WORK); c++) {
        long double tails[2];
        if (model->weights[c] > 0) {
            model->family->distribution->tails(model, c, x, tails);
            sums[MIX_LOWER] += (long double)model->weights[c] * tails[MIX_LOWER];
            sums[MIX_UPPER] += (long double)model->weights[c] * tails[MIX_UPPER];
        }
    }
    if (model->noisy) {
        long double below = noise_below(model, x);
        sums[MIX_LOWER] += (long double)model->noise * below;
        sums[MIX_UPPER] += (long double)model->noise * (1 - below);
    }
    if (upper != NULL) {
        *upper = (double)sums[MIX_UPPER];
    }
    return (double)fminl(sums[MIX_LOWER], 1);
}

/* Doubles in their order as integers, one after another; and back. */
static int64_t number_of(double x) {
    int64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits >= 0 ? bits : INT64_MIN - bits;
}

static double double_at(int64_t number) {
    int64_t bits = number >= 0 ? number : INT64_MIN - number;
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* A sum of probabilities that is p but for rounding has reached it. */
#define ROUNDING 1e-15

bool mix_distribution_quantile(const mixture_model *model, double p, const mix_cancel *cancel, double *x) {
    const mix_shape shape = mix_shape_of(model);
    bool whole = model->family->column(&shape, 0)->whole;
    mix_turns turns = {.cancel = cancel};
    int64_t low = whole ? -1 : number_of(-DBL_MAX), high = whole ? (int64_t)1 << 53 : number_of(DBL_MAX);
    while (high - 1 > low) {
        int64_t middle = low + (int64_t)(((uint64_t)high - (uint64_t)low) / 2); /* without overflow */
        double upper, at = whole ? (double)middle : double_at(middle);
        double lower = mix_distribution_below(model, at, &upper, &turns);
        bool reached = p <= 0.5 ? lower >= p * (1 - ROUNDING) : upper <= (1 - p) * (1 + ROUNDING);
        *(reached ? &high : &low) = middle;
        if (turns.over) {
            return false;
        }
    }
    *x = whole ? (double)high : double_at(high);
    return true;
}
