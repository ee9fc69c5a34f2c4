/* plot_levels.h: the probabilities whose regions contour lines enclose. */
#ifndef MIX_PLOT_LEVELS_H
#define MIX_PLOT_LEVELS_H

#include "mixture.h"
#include "reader.h"

enum { MIX_PLOT_LEVELS = 20 };

/* Levels of contour lines: each the border of the smallest region of this probability, falling. */
typedef struct mix_levels {
    size_t count;
    double probabilities[MIX_PLOT_LEVELS];
} mix_levels;

extern const mix_levels mix_levels_default; /* 95, 75, 50 and 25 % */
mix_levels mix_levels_even(size_t count);   /* 1/2; 2/3 and 1/3; ... */

/* From JSON: a number of even levels, or an array of probabilities. */
mixture_status mix_levels_read(const char *text, size_t length, mix_levels *levels, mixture_error *error);
mixture_status mix_levels_read_value(mix_json_value value, mix_levels *levels, mixture_error *error);

/* An integer from `least` to `most`, for another option as well. */
mixture_status mix_levels_read_whole(mix_json_value value, long long least, long long most, double *number,
                                     mixture_error *error);

#endif
