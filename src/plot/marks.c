/* marks.c: palettes and shapes. */
#include "marks.h"

#include <math.h>
#include <stdio.h>

const char *const mix_palette_names[MIX_PALETTES] = {"okabe-ito", "viridis", "gray"};

typedef struct rgb {
    double red, green, blue; /* 0..255 */
} rgb;

static void format_color(rgb c, char text[MIX_COLOR_BYTES]) {
    snprintf(text, MIX_COLOR_BYTES, "#%02x%02x%02x", (unsigned)lround(c.red) & 255u,
             (unsigned)lround(c.green) & 255u, (unsigned)lround(c.blue) & 255u);
}

/* Between the nearest two of `count` colors at equal distances. */
static rgb between(const rgb *stops, int count, double t) {
    double at = fmin(fmax(t, 0), 1) * (count - 1);
    int i = at >= count - 1 ? count - 2 : (int)at;
    double u = at - i;
    return (rgb){stops[i].red + u * (stops[i + 1].red - stops[i].red),
                 stops[i].green + u * (stops[i + 1].green - stops[i].green),
                 stops[i].blue + u * (stops[i + 1].blue - stops[i].blue)};
}

/* Viridis (S. van der Walt and N. Smith 2015) at nine places. */
static const rgb viridis[] = {{68, 1, 84},    {71, 44, 122}, {59, 81, 139},  {44, 113, 142}, {33, 144, 141},
                              {39, 173, 129}, {92, 200, 99}, {170, 220, 50}, {253, 231, 37}};
/* Blues of falling darkness, to go with the first color of Okabe and Ito's palette. */
static const rgb blues[] = {{6, 46, 92}, {0, 114, 178}, {86, 180, 233}, {205, 232, 250}};
static const rgb grays[] = {{60, 60, 60}, {235, 235, 235}};

/* The colors of M. Okabe and K. Ito, Color Universal Design (2008), in an order in which neighbors differ most;
** black and yellow, which vanish on a dark or a white page, are a gray and an olive here. */
static const rgb okabe_ito[] = {{0, 114, 178}, {213, 94, 0},   {0, 158, 115},   {204, 121, 167},
                                {230, 159, 0}, {86, 180, 233}, {127, 127, 127}, {154, 141, 20}};
enum { OKABE_ITO = sizeof okabe_ito / sizeof *okabe_ito };

void mix_palette_color(mix_palette palette, size_t i, size_t count, char text[MIX_COLOR_BYTES]) {
    double t = count > 1 ? (double)i / (double)(count - 1) : 0.5;
    switch (palette) {
    case MIX_OKABE_ITO:
        format_color(okabe_ito[i % OKABE_ITO], text);
        break;
    case MIX_VIRIDIS:
        format_color(between(viridis, 9, 0.2 + 0.65 * t), text);
        break;
    default: {
        double light = 85 + 95 * t;
        format_color((rgb){light, light, light}, text);
    }
    }
}

void mix_palette_ramp(mix_palette palette, double t, char text[MIX_COLOR_BYTES]) {
    switch (palette) {
    case MIX_OKABE_ITO:
        format_color(between(blues, 4, t), text);
        break;
    case MIX_VIRIDIS:
        format_color(between(viridis, 9, t), text);
        break;
    default:
        format_color(between(grays, 2, t), text);
    }
}

/* ---- Shapes ------------------------------------------------------------------------------------------ */

/* A path relative to the center in units of the radius, @ being numbers; areas alike. Dots are lines of no length
** with round ends: the shortest text. */
typedef struct drawing {
    const char *path;
    double numbers[12]; /* the first two: from the center to where the path begins */
    int count;
    const char *cap; /* NULL: a filled outline; "": strokes */
} drawing;

static const drawing shapes[MIX_SHAPES] = {
    {"h0", {0, 0}, 2, "round"},
    {"l@ @h@z", {0, -1.25, 1.2, 2.05, -2.4}, 5, NULL},
    {"h@v@h@z", {-0.9, -0.9, 1.8, 1.8, -1.8}, 5, NULL},
    {"l@ @l@ @l@ @z", {0, -1.3, 1.3, 1.3, -1.3, 1.3, -1.3, -1.3}, 8, NULL},
    {"l@ @m@ @l@ @", {-0.95, -0.95, 1.9, 1.9, -1.9, 0, 1.9, -1.9}, 8, ""},
    {"l@ @h@z", {0, 1.25, 1.2, -2.05, -2.4}, 5, NULL},
    {"h@m@ @v@", {-1.2, 0, 2.4, -1.2, -1.2, 2.4}, 6, ""},
    {"l@ @v@l@ @z", {-1.2, -1, 2.4, 2, -2, -2.4, 2}, 7, NULL},
    {"h@l@ @h@z", {-1.1, -1.2, 2.2, -2.2, 2.4, 2.2}, 6, NULL},
};

int mix_marks_shape(size_t i) {
    return (int)(i % MIX_SHAPES);
}

void mix_marks_begin(mix_svg *svg, const char *color, int shape, double radius, double opacity) {
    const char *cap = shapes[shape].cap;
    mix_svg_raw(svg, cap == NULL ? "<path fill=\"" : "<path fill=\"none\" stroke=\"");
    mix_svg_raw(svg, color);
    if (cap != NULL && *cap != '\0') {
        mix_svg_raw(svg, "\" stroke-linecap=\"");
        mix_svg_raw(svg, cap);
        MIX_SVG(svg, "\" stroke-width=\"@", 2 * radius);
    } else if (cap != NULL) {
        MIX_SVG(svg, "\" stroke-width=\"@", 0.6 * radius);
    }
    if (opacity < 1) {
        MIX_SVG(svg, "\" opacity=\"@", opacity);
    }
    mix_svg_raw(svg, "\" d=\"");
}

void mix_marks_at(mix_svg *svg, int shape, double radius, double x, double y) {
    const double *numbers = shapes[shape].numbers;
    double scaled[12];
    for (int i = 0; i < shapes[shape].count; i++) {
        scaled[i] = numbers[i] * radius;
    }
    MIX_SVG(svg, "M@ @", x + scaled[0], y + scaled[1]);
    mix_svg_numbers(svg, shapes[shape].path, scaled + 2);
}

void mix_marks_end(mix_svg *svg) {
    mix_svg_raw(svg, "\"/>\n");
}

const char *mix_marks_dashes(size_t i) {
    static const char *const dashes[] = {"", " stroke-dasharray=\"7 3\"", " stroke-dasharray=\"2 2.5\"",
                                         " stroke-dasharray=\"9 3 2 3\"", " stroke-dasharray=\"4 2\""};
    return dashes[i % (sizeof dashes / sizeof *dashes)];
}
