/* plot_options.h: what a picture shall show, and reading that from JSON. */
#ifndef MIX_PLOT_OPTIONS_H
#define MIX_PLOT_OPTIONS_H

#include "marks.h"
#include "mixture.h"

typedef enum mix_plot_what {
    MIX_PLOT_CLASSIFICATION,
    MIX_PLOT_UNCERTAINTY,
    MIX_PLOT_DENSITY,
    MIX_PLOT_SURFACE,
    MIX_PLOT_COMPONENTS,
    MIX_PLOT_TRACE,
    MIX_PLOT_SELECTION
} mix_plot_what;

enum {
    MIX_PLOT_LEVELS = 20,
    MIX_PLOT_COLUMNS = 8, /* in a matrix of pairs: more would be too small to read */
    MIX_PLOT_POINTS = 10000
};

/* Levels of contour lines: each the border of the smallest region of this probability, falling. */
typedef struct mix_levels {
    size_t count;
    double probabilities[MIX_PLOT_LEVELS];
} mix_levels;

extern const mix_levels mix_levels_default; /* 95, 75, 50 and 25 % */
mix_levels mix_levels_even(size_t count);   /* 1/2; 2/3 and 1/3; ... */

/* From JSON: a number of even levels, or an array of probabilities. */
mixture_status mix_levels_read(const char *text, size_t length, mix_levels *levels, mixture_error *error);

typedef struct mix_plot_options {
    bool rows; /* there are rows to draw */
    mix_plot_what what;
    double width, height; /* pixels */
    char *title;          /* NULL: none */
    size_t points;        /* rows drawn at most */
    mix_levels levels;    /* of contour lines */
    mix_palette palette;
    size_t columns[MIX_PLOT_COLUMNS]; /* those of the model that are drawn, from 0 */
    size_t column_count;
    bool columns_given;
} mix_plot_options;

/* Options from a JSON object, checked against the model; text NULL: the defaults. In every case
** mix_plot_options_clear() frees. MIXTURE_INVALID also when the model cannot be drawn that way: *error then begins
** with "argument 1 (model)", where it otherwise begins with the key. */
mixture_status mix_plot_options_read(const char *text, size_t length, const mixture_model *model, bool rows,
                                     mix_plot_options *options, mixture_error *error);
void mix_plot_options_clear(mix_plot_options *options);

#endif
