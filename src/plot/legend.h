/* legend.h: what colors, shapes and dashes stand for. */
#ifndef MIX_LEGEND_H
#define MIX_LEGEND_H

#include "page.h"

enum { MIX_LABEL_BYTES = 64 };

/* A line of a legend: a mark (shape >= 0), a line (dashes not NULL), both, or a swatch; then a label, and a value
** in a column of its own. Or a heading, of which only the label is read. */
typedef struct mix_key {
    char color[MIX_COLOR_BYTES];
    int shape;
    bool hollow; /* the mark is a small ring */
    bool swatch, heading;
    double radius;
    const char *dashes;
    char label[MIX_LABEL_BYTES], value[MIX_LABEL_BYTES];
} mix_key;

#define MIX_LEGEND_NARROW 420.0 /* on a narrower page a legend at the side leaves too little for the picture */

/* Down the right side, in columns if there are many; of a narrow page along the bottom. Those that find no place
** are counted at the end. */
void mix_legend_draw(mix_page *page, const char *title, const mix_key *keys, size_t count);

#endif
