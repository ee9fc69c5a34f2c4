/* marks.h: what tells components and lines apart: color, shape and dashes, so that color alone is never needed. */
#ifndef MIX_MARKS_H
#define MIX_MARKS_H

#include "svg.h"

enum { MIX_COLOR_BYTES = 8 }; /* "#rrggbb" */

typedef enum mix_palette { MIX_OKABE_ITO, MIX_VIRIDIS, MIX_GRAY } mix_palette;
enum { MIX_PALETTES = MIX_GRAY + 1 };
extern const char *const mix_palette_names[MIX_PALETTES];

/* The color of item i of `count`; readable on white and on black. Okabe and Ito's has eight that come again. */
void mix_palette_color(mix_palette palette, size_t i, size_t count, char color[MIX_COLOR_BYTES]);

/* The color of a height t = 0..1, from dark to light. */
void mix_palette_ramp(mix_palette palette, double t, char color[MIX_COLOR_BYTES]);

/* Nine shapes; together with the colors 72 different marks. */
enum { MIX_SHAPES = 9 };
int mix_marks_shape(size_t i);

/* One path for many marks of a color, a shape and a radius in pixels: begin, at, at, ..., end. */
void mix_marks_begin(mix_svg *svg, const char *color, int shape, double radius, double opacity);
void mix_marks_at(mix_svg *svg, int shape, double radius, double x, double y);
void mix_marks_end(mix_svg *svg);

/* An attribute stroke-dasharray for line i; empty for a solid one. */
const char *mix_marks_dashes(size_t i);

#endif
