/* plot_options.h: what a picture shall show, and reading that from JSON. */
#ifndef MIX_PLOT_OPTIONS_H
#define MIX_PLOT_OPTIONS_H

#include "marks.h"
#include "mixture.h"
#include "plot_levels.h"

typedef enum mix_plot_what {
    MIX_PLOT_CLASSIFICATION,
    MIX_PLOT_UNCERTAINTY,
    MIX_PLOT_DENSITY,
    MIX_PLOT_COMPONENTS, /* where they lie; the pictures up to here are of one, two or more columns */
    MIX_PLOT_SURFACE,
    MIX_PLOT_PROFILE, /* the parameters of each column; "components" of families without a geometry */
    MIX_PLOT_TRACE,
    MIX_PLOT_SELECTION
} mix_plot_what;

enum {
    MIX_PLOT_COLUMNS = 8, /* in a matrix of pairs: more would be too small to read */
    MIX_PLOT_POINTS = 10000
};

typedef enum mix_theme { MIX_THEME_AUTO, MIX_THEME_LIGHT, MIX_THEME_DARK } mix_theme;

/* How an axis is to be. */
typedef struct mix_plot_axis {
    bool log, limited;
    double low, high; /* its ends, if it is limited */
} mix_plot_axis;

typedef struct mix_plot_options {
    bool rows; /* there are rows to draw */
    mix_plot_what what;
    double width, height; /* pixels */
    double growth;        /* of text and marks over those of a page of the default size; at least 1 */
    char *title;          /* NULL: none */
    size_t points;        /* rows drawn at most */
    mix_levels levels;    /* of contour lines */
    mix_palette palette;
    mix_theme theme;
    mix_plot_axis axes[2]; /* x and y; of a matrix of pairs the first stands for every column */
    size_t *columns;       /* those of the model that are drawn, from 0 */
    size_t column_count;
    bool columns_given;
    char **names; /* column_count names to be shown for theirs; NULL: none are given */
} mix_plot_options;

/* Whether they are drawn as a matrix of all pairs. */
static inline bool mix_plot_is_matrix(const mix_plot_options *options) {
    return options->column_count > 2 && options->what < MIX_PLOT_SURFACE;
}

/* Options from a JSON object, checked against the model; text NULL: the defaults. In every case
** mix_plot_options_clear() frees. MIXTURE_INVALID also when the model cannot be drawn that way: *error then begins
** with "argument 1 (model)", where it otherwise begins with the key. */
mixture_status mix_plot_options_read(const char *text, size_t length, const mixture_model *model, bool rows,
                                     mix_plot_options *options, mixture_error *error);
void mix_plot_options_clear(mix_plot_options *options);

#endif
