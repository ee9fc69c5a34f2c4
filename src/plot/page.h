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

/* On a large page all is drawn as on a smaller one, of width and height, and enlarged: text grows with it. */
typedef struct mix_page {
    mix_svg svg;
    const mix_plot_options *options;
    double width, height;
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

/* ---- Panels -------------------------------------------------------------------------------------------- */

typedef struct mix_panel {
    mix_area area;
    mix_scale x, y;
} mix_panel;

/* An axis before it is drawn. */
typedef struct mix_axis {
    mix_range range;
    const char *name;               /* NULL: none */
    bool whole;                     /* ticks at whole numbers only */
    bool log;                       /* the range is of logarithms */
    const struct mix_level *levels; /* what whole numbers from 0 on stand for, so many; NULL: themselves */
    size_t level_count;
} mix_axis;

/* Draw the axes of a panel that takes all of `outer`: frame, grid, ticks, labels, names. */
mix_panel mix_page_panel(mix_page *page, mix_area outer, const mix_axis *x, const mix_axis *y);

/* For panels side by side: the parts of mix_page_panel() one by one. */
mix_panel mix_panel_make(mix_area area, const mix_axis *x, const mix_axis *y);
mix_ticks mix_axis_ticks(const mix_axis *axis, int most);
mix_ticks mix_panel_ticks_x(const mix_area *area, const mix_axis *axis);
mix_ticks mix_panel_ticks_y(const mix_area *area, const mix_axis *axis);
double mix_ticks_width(const mix_ticks *ticks); /* of the widest label */
void mix_panel_grid(mix_page *page, const mix_area *area, const mix_ticks *x, const mix_ticks *y);
/* With `lines` > 1 the labels take turns in so many lines, so that wide ones find room. */
void mix_panel_labels_x(mix_page *page, const mix_area *area, const mix_ticks *ticks, int lines, const char *name);
void mix_panel_labels_y(mix_page *page, const mix_area *area, const mix_ticks *ticks, double width,
                        const char *name);

/* What is drawn between these two is cut at the panel's frame. */
void mix_panel_open(mix_page *page, const mix_area *area);
void mix_panel_close(mix_page *page);

#endif
