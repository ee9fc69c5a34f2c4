/* page.h: the parts that all pictures share: the page with its title, caption and legend, and panels with axes.
** A page is laid out from the outside in: each part takes its place from what is left of `area`. */
#ifndef MIX_PAGE_H
#define MIX_PAGE_H

#include "plot_options.h"
#include "scale.h"

/* Pixels; y grows downward. */
typedef struct mix_area {
    double left, top, right, bottom;
} mix_area;

typedef struct mix_page {
    mix_svg svg;
    const mix_plot_options *options;
    mix_area area; /* not taken yet */
} mix_page;

/* Font sizes. */
#define MIX_FONT_LABEL 11.0
#define MIX_FONT_NAME 12.0
#define MIX_FONT_TITLE 15.0

/* Start the page with its style, background and title. */
void mix_page_begin(mix_page *page, const mix_plot_options *options);
/* Small print at the bottom, broken into lines. */
void mix_page_caption(mix_page *page, const char *text);
char *mix_page_end(mix_page *page, size_t *length); /* NULL: out of memory */

/* Text at a point; anchor: start, middle or end. class: m-ink or m-dim. */
void mix_page_text(mix_page *page, double x, double y, double size, const char *anchor, const char *class,
                   const char *text);

/* ---- Legend -------------------------------------------------------------------------------------------- */

enum { MIX_LABEL_BYTES = 64 };

/* What stands before a legend's label: a mark (shape >= 0), a line (dashes not NULL) or both. */
typedef struct mix_key {
    char color[MIX_COLOR_BYTES];
    int shape;
    bool hollow; /* the mark is a small ring */
    double radius;
    const char *dashes;
    char label[MIX_LABEL_BYTES];
} mix_key;

/* Down the right side, in columns if there are many; those that find no place are counted at the end. */
void mix_page_legend(mix_page *page, const char *title, const mix_key *keys, size_t count);

/* ---- Panels -------------------------------------------------------------------------------------------- */

typedef struct mix_panel {
    mix_area area;
    mix_scale x, y;
} mix_panel;

/* An axis before it is drawn. */
typedef struct mix_axis {
    mix_range range;
    const char *name; /* NULL: none */
    bool whole;       /* ticks at whole numbers only */
} mix_axis;

/* Draw the axes of a panel that takes all of `outer`: frame, grid, ticks, labels, names. */
mix_panel mix_page_panel(mix_page *page, mix_area outer, const mix_axis *x, const mix_axis *y);

/* For panels side by side: the parts of mix_page_panel() one by one. */
mix_panel mix_panel_make(mix_area area, mix_range x, mix_range y);
mix_ticks mix_panel_ticks_x(const mix_area *area, mix_range range, bool whole);
mix_ticks mix_panel_ticks_y(const mix_area *area, mix_range range, bool whole);
double mix_ticks_width(const mix_ticks *ticks); /* of the widest label */
void mix_panel_grid(mix_page *page, const mix_area *area, const mix_ticks *x, const mix_ticks *y);
void mix_panel_labels_x(mix_page *page, const mix_area *area, const mix_ticks *ticks, const char *name);
void mix_panel_labels_y(mix_page *page, const mix_area *area, const mix_ticks *ticks, double width,
                        const char *name);

/* What is drawn between these two is cut at the panel's frame. */
void mix_panel_open(mix_page *page, const mix_area *area);
void mix_panel_close(mix_page *page);

#endif
