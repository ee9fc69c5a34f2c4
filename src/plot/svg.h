/* svg.h: SVG text in one growing buffer. */
#ifndef MIX_SVG_H
#define MIX_SVG_H

#include <stdbool.h>
#include <stddef.h>

/* Starts as {0}; the fields are private. Once memory runs out every call does nothing, so that only the end needs
** a check. */
typedef struct mix_svg {
    char *text;
    size_t length, capacity;
    bool failed;
} mix_svg;

/* Markup, as it is. */
void mix_svg_raw(mix_svg *svg, const char *markup);

/* Markup in which each @ is replaced by the next of the numbers, written with at most 2 decimals: MIX_SVG(svg,
** "M@ @", x, y). What is beyond 1e6 pixels is put there, and NaN becomes 0. */
void mix_svg_numbers(mix_svg *svg, const char *markup, const double *numbers);
#define MIX_SVG(svg, markup, ...) mix_svg_numbers(svg, markup, (const double[]){__VA_ARGS__})

/* Text to be read, escaped. Bytes that are not UTF-8 and characters that XML 1.0 does not allow become U+FFFD;
** control characters that it allows become spaces. */
void mix_svg_text(mix_svg *svg, const char *text, size_t length);

/* Hand the text over, NUL-terminated and the caller's to release with mix_memory_free(); NULL when memory ran out.
** The writer is empty then. */
char *mix_svg_finish(mix_svg *svg, size_t *length);

#endif
